//! Bodies that can never hold.

use std::collections::BTreeMap;

use regorus::Value;
use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, LiteralStmt, Rule, Span};

use super::super::error::PolicyError;
use super::super::parse::File;
use super::super::{builtins, syntax, written};
use super::shape::assigned;
use super::{Advice, Set};

pub(super) fn constants(set: &Set<'_>, advice: &mut Vec<Advice>) {
    for file in set.files {
        for rule in &file.module.policy {
            let Rule::Spec { bodies, .. } = rule.as_ref() else { continue };
            let name = syntax::root_name(syntax::head_reference(rule));
            // A test to be written is one that does not hold yet.
            if name.is_some_and(|name| name.starts_with("todo_test_")) {
                continue;
            }
            for body in bodies {
                of_body(file, &body.query.stmts, advice);
            }
        }
    }
}

/// What the statements before have said of an expression.
#[derive(Default)]
struct Known<'e> {
    /// It is this.
    is: Option<(Value, &'e Span)>,
    /// It is none of these.
    is_not: Vec<(Value, &'e Span)>,
    /// It has this type.
    kind: Option<(&'static str, &'e Span)>,
}

fn of_body(file: &File, statements: &[LiteralStmt], advice: &mut Vec<Advice>) {
    let mut known: BTreeMap<String, Known<'_>> = BTreeMap::new();
    for statement in statements.iter().filter(|statement| statement.with_mods.is_empty()) {
        let (expression, negated) = match &statement.literal {
            Literal::Expr { expr, .. } => (expr.as_ref(), false),
            Literal::NotExpr { expr, .. } => (expr.as_ref(), true),
            Literal::SomeVars { .. } | Literal::SomeIn { .. } | Literal::Every { .. } => continue,
        };
        let place = file.place(&statement.span);
        let mut never = |message: String, help: &str| {
            advice.push(Advice::warning("never-true", PolicyError::new(message).at(place.clone()).help(help)));
        };
        if let Expr::Bool { value, .. } = expression
            && (*value == Value::from(false)) != negated
        {
            never("this is always false, so the rule never fires".to_owned(), "remove the statement, or the rule");
            continue;
        }
        if let Some((of, kind)) = type_check(expression)
            && !negated
        {
            let here = known.entry(of).or_default();
            let shown = written::shown(&statement.span, 60);
            match (&here.is, here.kind) {
                (Some((value, span)), _) if kind_of(value) != kind => {
                    never(contradiction(&shown, span), "one body asks for both: write two rules");
                }
                (_, Some((other, span))) if other != kind => {
                    never(contradiction(&shown, span), "one body asks for both: write two rules");
                }
                (Some(_) | None, _) => here.kind = Some((kind, &statement.span)),
            }
            continue;
        }
        let Some((left, right, is_equal)) = comparison(expression) else { continue };
        let is_equal = is_equal != negated;
        let (Some(subject), Some(value)) = (sides(left, right), constant(right).or_else(|| constant(left))) else {
            // Both sides are known.
            if let (Some(a), Some(b)) = (constant(left), constant(right))
                && (a == b) != is_equal
                && !is_assignment(expression)
            {
                never("this is always false, so the rule never fires".to_owned(), "remove the statement, or the rule");
            }
            continue;
        };
        if let Some(kind) = result_kind(subject, statements).filter(|kind| *kind != kind_of(&value) && is_equal) {
            never(
                format!("`{}` is {kind}, and never equal to {}", written::shown(subject.span(), 60), with_kind(&value)),
                "compare values of one type",
            );
            continue;
        }
        if !says_the_same_twice(subject) {
            continue;
        }
        let here = known.entry(key(subject)).or_default();
        let shown = written::shown(&statement.span, 60);
        let help = "one body asks for both at once: write two rules, or `x in {…}`";
        if is_equal {
            let other = match (&here.is, here.is_not.iter().find(|(not, _)| *not == value), here.kind) {
                (Some((other, span)), ..) if *other != value => Some(*span),
                (_, Some((_, span)), _) => Some(*span),
                (.., Some((kind, span))) if kind != kind_of(&value) => Some(span),
                (..) => None,
            };
            match other {
                Some(span) => never(contradiction(&shown, span), help),
                None => here.is = Some((value, &statement.span)),
            }
        } else {
            match &here.is {
                Some((other, span)) if *other == value => never(contradiction(&shown, span), help),
                Some(_) | None => here.is_not.push((value, &statement.span)),
            }
        }
    }
}

fn contradiction(shown: &str, other: &Span) -> String {
    format!("`{shown}` contradicts `{}` (line {}), so the rule never fires", written::shown(other, 60), other.line)
}

/// `a == b`, `a = b`, `a != b`, and whether it asks for equality. A `:=` gives a new name a value.
fn comparison(expression: &Expr) -> Option<(&Expr, &Expr, bool)> {
    match expression {
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. }
        | Expr::AssignExpr { op: AssignOp::Eq | AssignOp::ColEq, lhs, rhs, .. } => Some((lhs, rhs, true)),
        Expr::BoolExpr { op: BoolOp::Ne, lhs, rhs, .. } => Some((lhs, rhs, false)),
        _ => None,
    }
}

fn is_assignment(expression: &Expr) -> bool {
    matches!(expression, Expr::AssignExpr { .. })
}

/// The side that is no constant, when the other is one.
fn sides<'e>(left: &'e Expr, right: &'e Expr) -> Option<&'e Expr> {
    match (constant(left), constant(right)) {
        (None, Some(_)) => Some(left),
        (Some(_), None) => Some(right),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

fn constant(expression: &Expr) -> Option<Value> {
    match expression {
        Expr::String { value, .. }
        | Expr::RawString { value, .. }
        | Expr::Number { value, .. }
        | Expr::Bool { value, .. }
        | Expr::Null { value, .. } => Some(value.clone()),
        _ => None,
    }
}

/// Whether an expression has one value in all of a body: names and keys, but no `_`, which may be another each time.
fn says_the_same_twice(expression: &Expr) -> bool {
    match expression {
        Expr::Var { span, .. } => span.text() != "_",
        Expr::RefDot { refr, .. } => says_the_same_twice(refr),
        Expr::RefBrack { refr, index, .. } => says_the_same_twice(refr) && says_the_same_twice(index),
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } => true,
        Expr::Call { params, .. } => params.iter().all(|parameter| says_the_same_twice(parameter)),
        _ => false,
    }
}

fn key(expression: &Expr) -> String {
    match syntax::components(expression) {
        Some(components) => syntax::path(components.iter().map(String::as_str)),
        None => written::written(expression.span()).split_whitespace().collect(),
    }
}

/// `is_string(x)`: what is asked, and for which type.
fn type_check(expression: &Expr) -> Option<(String, &'static str)> {
    let Expr::Call { fcn, params, .. } = expression else { return None };
    let kind = match syntax::components(fcn)?.join(".").as_str() {
        "is_string" => "a string",
        "is_number" => "a number",
        "is_boolean" => "true or false",
        "is_array" => "an array",
        "is_object" => "an object",
        "is_set" => "a set",
        "is_null" => "null",
        _ => return None,
    };
    let [of] = params.as_slice() else { return None };
    says_the_same_twice(of).then(|| (key(of), kind))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Number(_) => "a number",
        Value::Bool(_) => "true or false",
        Value::Null => "null",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::Set(_) => "a set",
        Value::Undefined => "undefined",
    }
}

fn with_kind(value: &Value) -> String {
    let text = builtins::notation(value);
    match value {
        Value::String(_) => format!("the string {text}"),
        Value::Number(_) => format!("the number {text}"),
        _ => text,
    }
}

/// The type of what a call of a builtin gives, or of a name that the body gives that.
fn result_kind(expression: &Expr, statements: &[LiteralStmt]) -> Option<&'static str> {
    match expression {
        Expr::Call { fcn, params, .. } => {
            let name = syntax::components(fcn)?.join(".");
            // One argument more is the old notation for the result.
            let arity = builtins::arity(&name)?;
            if params.len() == arity { known_result(&name) } else { None }
        }
        Expr::ArrayCompr { .. } => Some("an array"),
        Expr::SetCompr { .. } => Some("a set"),
        Expr::ObjectCompr { .. } => Some("an object"),
        Expr::Var { span, .. } => match assigned(span.text(), statements)? {
            Expr::Var { .. } => None,
            value => result_kind(value, &[]),
        },
        _ => None,
    }
}

fn known_result(name: &str) -> Option<&'static str> {
    Some(match name {
        "sprintf" | "concat" | "lower" | "upper" | "trim" | "trim_space" | "trim_left" | "trim_right"
        | "trim_prefix" | "trim_suffix" | "replace" | "substring" | "format_int" | "strings.reverse" | "type_name"
        | "base64.encode" | "base64.decode" | "json.marshal" | "yaml.marshal" => "a string",
        "count" | "to_number" | "abs" | "round" | "ceil" | "floor" | "indexof" | "sum" | "strings.count" => "a number",
        "startswith" | "endswith" | "contains" | "regex.match" | "glob.match" | "json.is_valid" | "yaml.is_valid" => {
            "true or false"
        }
        "split" | "array.concat" | "array.slice" | "sort" | "numbers.range" => "an array",
        _ => return None,
    })
}
