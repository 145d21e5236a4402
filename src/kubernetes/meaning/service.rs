//! Services: their ports and what they select.

use std::collections::BTreeMap;

use super::{
    Report,
    metadata::{labels, spelling},
    place::Place,
    pod::{number, tell_repeated},
    syntax::Syntax,
};
use crate::document::{Value, Violation};

/// A `Service`.
pub(super) fn service(report: &mut Report<'_>, object: &Place<'_>) {
    let Some(spec) = object.get("spec") else { return };
    if let Some(selector) = spec.get("selector") {
        labels(report, &selector, "label");
    }
    let Some(ports) = spec.get("ports") else { return };
    let many = ports.items().count() > 1;
    let mut names: BTreeMap<&str, Place<'_>> = BTreeMap::new();
    for port in ports.items() {
        number(report, &port, "port", 1);
        // Nothing, for the server: it takes the port.
        number(report, &port, "targetPort", 0);
        if let Some(target) = port.get("targetPort").filter(|target| target.node.as_str() != Some("")) {
            spelling(report, &target, "targetPort", Syntax::Port);
        }
        if let Some(name) = port.get("name").filter(|name| name.node.as_str() != Some("")) {
            spelling(report, &name, "name", Syntax::Label);
        }
        match port.node.get("name").map(|name| &name.value) {
            Some(Value::String(name)) if !name.is_empty() => {
                if report.is_open(name) {
                    continue;
                }
                if let Some(other) = names.get(name.as_str()) {
                    tell_repeated(report, &port, other, name);
                } else {
                    names.insert(name, port);
                }
            }
            Some(Value::String(_) | Value::Null) | None if many && matches!(port.node.value, Value::Mapping(_)) => {
                let violation = Violation::of_value(port.route(), "each of several ports needs a name");
                let help = "add `name`, such as `http`";
                report.tell(violation.labelled("has no `name`").with_help(help).lacking("name"));
            }
            Some(_) | None => {}
        }
    }
}
