//! Evaluation.

use std::cmp::Ordering;

use super::{
    Open, Subject, methods,
    parser::Expr,
    value::{Found, Val},
};

/// Steps an evaluation may take.
const STEPS: usize = 200_000;

pub(super) fn holds(expr: &Expr, subject: &Subject<'_>) -> Found<bool> {
    let old = match (subject.old, subject.optional) {
        (Some(old), false) => Val::of(old),
        (old, true) => Val::Optional(old.map(|old| Box::new(Val::of(old)))),
        (None, false) => return Err(Open::Fails),
    };
    let names = vec![("self".to_owned(), Val::of(subject.new)), ("oldSelf".to_owned(), old)];
    Scope { names, left: STEPS }.eval(expr)?.truth()
}

pub(super) struct Scope<'a> {
    names: Vec<(String, Val<'a>)>,
    left: usize,
}

impl<'a> Scope<'a> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Found<Val<'a>> {
        self.left = self.left.checked_sub(1).ok_or(Open::Unsupported)?;
        match expr {
            Expr::Null => Ok(Val::Null),
            Expr::Bool(value) => Ok(Val::Bool(*value)),
            Expr::Int(number) => Ok(Val::Int(*number)),
            Expr::Double(number) => Ok(Val::Double(*number)),
            Expr::Text(text) => Ok(Val::Text(text.clone())),
            Expr::Name(name) => {
                let found = self.names.iter().rev().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone()).ok_or(Open::Unsupported)
            }
            Expr::Select(of, key, optional) => {
                let of = self.eval(of)?;
                let is_optional = *optional || matches!(of, Val::Optional(_));
                let found = of.field(key)?;
                if is_optional { Ok(Val::Optional(found.map(Box::new))) } else { found.ok_or(Open::Fails) }
            }
            Expr::Index(of, index, optional) => {
                let (of, index) = (self.eval(of)?, self.eval(index)?);
                let found = match &index {
                    Val::Text(_) => of.field(index.text()?)?,
                    Val::Int(index) => {
                        usize::try_from(*index).ok().and_then(|index| of.items().ok()?.get(index).cloned())
                    }
                    _ => return Err(Open::Fails),
                };
                if *optional { Ok(Val::Optional(found.map(Box::new))) } else { found.ok_or(Open::Fails) }
            }
            Expr::List(items) => Ok(Val::List(items.iter().map(|item| self.eval(item)).collect::<Found<_>>()?)),
            Expr::Map(_) => Err(Open::Unsupported),
            Expr::Not(inner) => Ok(Val::Bool(!self.eval(inner)?.truth()?)),
            Expr::Minus(inner) => match self.eval(inner)? {
                Val::Int(number) => number.checked_neg().map(Val::Int).ok_or(Open::Fails),
                Val::Double(number) => Ok(Val::Double(-number)),
                _ => Err(Open::Fails),
            },
            Expr::Choice(condition, yes, no) => {
                if self.eval(condition)?.truth()? {
                    self.eval(yes)
                } else {
                    self.eval(no)
                }
            }
            Expr::Binary(operator, left, right) => self.binary(operator, left, right),
            Expr::Call(None, name, arguments) if name == "has" => match arguments.as_slice() {
                [Expr::Select(of, key, _)] => Ok(Val::Bool(self.eval(of)?.field(key)?.is_some())),
                _ => Err(Open::Unsupported),
            },
            Expr::Call(Some(of), name, arguments) if is_macro(name, arguments) => self.each(of, name, arguments),
            Expr::Call(of, name, arguments) => {
                let of = of.as_ref().map(|of| self.eval(of)).transpose()?;
                let arguments = arguments.iter().map(|one| self.eval(one)).collect::<Found<Vec<_>>>()?;
                methods::call(of.as_ref(), name, &arguments)
            }
        }
    }

    fn binary(&mut self, operator: &str, left: &Expr, right: &Expr) -> Found<Val<'a>> {
        if operator == "&&" || operator == "||" {
            // One side may decide, whatever becomes of the other.
            let decides = operator == "||";
            let first = self.eval(left).and_then(|value| value.truth());
            if first == Ok(decides) {
                return Ok(Val::Bool(decides));
            }
            let second = self.eval(right).and_then(|value| value.truth());
            return match (first, second) {
                (_, Ok(value)) if value == decides => Ok(Val::Bool(decides)),
                (Ok(_), Ok(_)) => Ok(Val::Bool(!decides)),
                (Err(open), _) | (_, Err(open)) => Err(open),
            };
        }
        let (left, right) = (self.eval(left)?, self.eval(right)?);
        let order = |wanted: &[Ordering]| Ok(Val::Bool(wanted.contains(&left.order(&right)?)));
        match operator {
            "==" => left.equals(&right).map(Val::Bool),
            "!=" => left.equals(&right).map(|same| Val::Bool(!same)),
            "<" => order(&[Ordering::Less]),
            "<=" => order(&[Ordering::Less, Ordering::Equal]),
            ">" => order(&[Ordering::Greater]),
            ">=" => order(&[Ordering::Greater, Ordering::Equal]),
            "in" => {
                let mut open = None;
                for item in right.items()? {
                    match left.equals(&item) {
                        Ok(true) => return Ok(Val::Bool(true)),
                        Ok(false) => {}
                        Err(found) => open = Some(found),
                    }
                }
                open.map_or(Ok(Val::Bool(false)), Err)
            }
            _ => methods::arithmetic(operator, &left, &right),
        }
    }

    /// What looks at each item of a list, or each key of a mapping.
    fn each(&mut self, of: &Expr, name: &str, arguments: &[Expr]) -> Found<Val<'a>> {
        let (Some(Expr::Name(variable)), Some(body)) = (arguments.first(), arguments.get(1)) else {
            return Err(Open::Unsupported);
        };
        let items = self.eval(of)?.items()?;
        let mut results = Vec::new();
        for item in items {
            self.names.push((variable.clone(), item.clone()));
            let result = self.eval(body);
            self.names.pop();
            results.push((item, result));
        }
        let truths = results.iter().map(|(_, result)| result.clone().and_then(|value| value.truth()));
        let count = |truths: &[Found<bool>], wanted: bool| truths.iter().filter(|truth| **truth == Ok(wanted)).count();
        let truths: Vec<Found<bool>> = truths.collect();
        let open = truths.iter().find_map(|truth| truth.err());
        match name {
            "all" if count(&truths, false) > 0 => Ok(Val::Bool(false)),
            "exists" if count(&truths, true) > 0 => Ok(Val::Bool(true)),
            "map" => Ok(Val::List(results.into_iter().map(|(_, result)| result).collect::<Found<_>>()?)),
            _ if open.is_some() => Err(open.unwrap_or(Open::Fails)),
            "all" => Ok(Val::Bool(true)),
            "exists" => Ok(Val::Bool(false)),
            "exists_one" => Ok(Val::Bool(count(&truths, true) == 1)),
            _ => {
                let kept = results.into_iter().zip(&truths).filter(|(_, truth)| **truth == Ok(true));
                Ok(Val::List(kept.map(|((item, _), _)| item).collect()))
            }
        }
    }
}

fn is_macro(name: &str, arguments: &[Expr]) -> bool {
    matches!(name, "all" | "exists" | "exists_one" | "filter" | "map") && arguments.len() == 2
}
