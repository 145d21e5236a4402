//! What judging rules give: strings, or objects with `msg`.

use std::collections::BTreeMap;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Rule, RuleHead};

use super::super::error::PolicyError;
use super::super::syntax;
use super::super::{conventions, written};
use super::{Advice, Set, is_test};

/// What an element is, as far as it can be read off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Object,
    ObjectWithoutMessage,
    Other(&'static str),
}

pub(super) fn shapes(set: &Set<'_>, advice: &mut Vec<Advice>) {
    // By rule: the first definition that gives strings, and the first that gives objects.
    let mut first: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
    for file in set.files.iter().filter(|file| !is_test(file)) {
        for rule in &file.module.policy {
            let Some(name) = conventions::judging_name(rule) else { continue };
            let Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, bodies, .. } = rule.as_ref() else { continue };
            let statements = bodies.first().map_or(&[][..], |body| body.query.stmts.as_slice());
            let Some((shape, expression)) = shape(key, statements) else { continue };
            let place = file.place(expression.span());
            let here = format!("{}:{}", file.name, expression.span().line);
            let error = |message: String| PolicyError::new(message).at(place.clone());
            let fix = "give a string, or an object with `msg`, a string";
            match shape {
                Shape::Other(kind) => advice.push(Advice::error(
                    "wrong-result",
                    error(format!("`{name}` gives {kind}: there would be no verdict when it fires")).help(fix),
                )),
                Shape::ObjectWithoutMessage => advice.push(Advice::error(
                    "wrong-result",
                    error(format!("`{name}` gives an object without `msg`: there would be no verdict when it fires"))
                        .help(fix),
                )),
                Shape::Text | Shape::Object => {
                    let path = file.path_to([name]);
                    let (texts, objects) = first.entry(path).or_default();
                    let (own, other, kinds) = if shape == Shape::Text {
                        (texts, objects, ("a string", "an object"))
                    } else {
                        (objects, texts, ("an object", "a string"))
                    };
                    if let (Some(other), None) = (other, &own) {
                        advice.push(Advice::warning(
                            "mixed-results",
                            error(format!("`{name}` gives {} here and {} at {other}", kinds.0, kinds.1))
                                .help("give objects with `msg` everywhere, so that readers can rely on one shape"),
                        ));
                    }
                    own.get_or_insert(here);
                }
            }
        }
    }
}

fn shape<'e>(element: &'e Expr, statements: &'e [LiteralStmt]) -> Option<(Shape, &'e Expr)> {
    let shape = match element {
        Expr::String { .. } | Expr::RawString { .. } => Shape::Text,
        Expr::Object { fields, .. } => {
            let is_literal = |key: &Expr| matches!(key, Expr::String { .. } | Expr::RawString { .. });
            let mut keys = fields.iter().map(|(_, key, _)| key.as_ref());
            if keys.clone().any(|key| written::written(key.span()).trim_matches(['"', '`']) == "msg") {
                Shape::Object
            } else if keys.all(is_literal) {
                Shape::ObjectWithoutMessage
            } else {
                return None;
            }
        }
        Expr::Number { .. } => Shape::Other("a number"),
        Expr::Bool { .. } | Expr::BoolExpr { .. } => Shape::Other("true or false"),
        Expr::Null { .. } => Shape::Other("null"),
        Expr::Array { .. } | Expr::ArrayCompr { .. } => Shape::Other("an array"),
        Expr::Set { .. } | Expr::SetCompr { .. } => Shape::Other("a set"),
        Expr::Call { fcn, .. } => match syntax::components(fcn)?.join(".").as_str() {
            "sprintf" | "concat" => Shape::Text,
            "count" => Shape::Other("a number"),
            _ => return None,
        },
        Expr::Var { span, .. } => {
            let value = assigned(span.text(), statements)?;
            return if matches!(value, Expr::Var { .. }) { None } else { shape(value, &[]) };
        }
        _ => return None,
    };
    Some((shape, element))
}

/// What a body gives a name, if it does that once.
pub(super) fn assigned<'e>(name: &str, statements: &'e [LiteralStmt]) -> Option<&'e Expr> {
    let mut values = statements.iter().filter(|statement| statement.with_mods.is_empty()).filter_map(|statement| {
        let Literal::Expr { expr, .. } = &statement.literal else { return None };
        let Expr::AssignExpr { op: AssignOp::ColEq | AssignOp::Eq, lhs, rhs, .. } = expr.as_ref() else { return None };
        matches!(lhs.as_ref(), Expr::Var { span, .. } if span.text() == name).then_some(rhs.as_ref())
    });
    let value = values.next()?;
    if values.next().is_some() { None } else { Some(value) }
}
