//! Files of variables.

use crate::document::{Node, Route, Step, Value, Violation};

use super::super::{
    folder::Class,
    given,
    scan::references,
    words::{nearest, quoted},
};
use super::Check;

pub(super) fn check(check: &mut Check<'_>) {
    let module = check.module;
    let root = check.root;
    // Values are often kept apart from the module that they are for.
    let knows = check.knows_all() && !module.folder.variables.is_empty();
    for (name, route) in given(root) {
        if knows && !module.folder.variables.contains_key(name) {
            let help = match nearest(name, module.folder.names(Class::Variable)) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("declare it with `variable \"{name}\" {{}}`, or remove it"),
            };
            let message = format!("no variable {} is declared in this folder: its value goes nowhere", quoted(name));
            check.doubtful(Violation::of_key(route.clone(), message).labelled("not declared").with_help(help));
        }
        if let Some(node) = root.get(name) {
            literal(check, node, &route);
        }
    }
}

fn literal(check: &mut Check<'_>, node: &Node, route: &Route) {
    match &node.value {
        Value::String(text) => {
            if let Some(reference) = references(text).first() {
                let message = format!(
                    "{} cannot be used here: values of variables are written out",
                    quoted(&reference.names.join("."))
                );
                let violation = Violation::of_value(route.clone(), message).labelled("a reference");
                check.wrong(
                    violation.with_help("write the value itself, or put the expression into `locals` of the module"),
                );
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                literal(check, item, &route.child(Step::Index(index)));
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                literal(check, &entry.value, &route.child(Step::Key(entry.key.clone())));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
