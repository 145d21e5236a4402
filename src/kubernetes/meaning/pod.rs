//! Pods: containers, ports, variables, volumes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Report,
    metadata::{labels, spelling},
    place::Place,
    syntax::Syntax,
};
use crate::{
    document::{Number, Value, Violation},
    text::shortened,
};

/// A `Pod`.
pub(super) fn pod(report: &mut Report<'_>, object: &Place<'_>) {
    if let Some(found) = object.get("spec") {
        spec(report, &found, None);
    }
}

/// The specification of a pod. `claims` are templates of volumes that are added to its own.
pub(super) fn spec(report: &mut Report<'_>, spec: &Place<'_>, claims: Option<&Place<'_>>) {
    let mut volumes: Option<BTreeSet<&str>> = Some(BTreeSet::new());
    let found = spec.get("volumes");
    for volume in found.iter().flat_map(Place::items) {
        note(report, &mut volumes, volume.node.get("name").and_then(|name| name.as_str()));
        if let Some(name) = volume.get("name") {
            spelling(report, &name, "name", Syntax::Label);
        }
    }
    for claim in claims.iter().flat_map(|claims| claims.items()) {
        let name = claim.node.get("metadata").and_then(|metadata| metadata.get("name")).and_then(|name| name.as_str());
        note(report, &mut volumes, name);
    }
    if let Some(selector) = spec.get("nodeSelector") {
        labels(report, &selector, "label");
    }
    let (containers, first) = (spec.get("containers"), spec.get("initContainers"));
    let mut names: BTreeMap<&str, Place<'_>> = BTreeMap::new();
    for (list, own) in [(&containers, false), (&first, true)] {
        for each in list.iter().flat_map(Place::items) {
            container(report, &each, volumes.as_ref());
            let Some(name) = each.node.get("name").and_then(|name| name.as_str()) else { continue };
            // Two in one list are told by the schema.
            if !own {
                names.insert(name, each);
            } else if let Some(other) = names.get(name).filter(|_| !report.is_open(name)) {
                let message = format!("an init container has the name of a container: `{}`", shortened(name, 63));
                report.tell(
                    Violation::of_value(each.route_to("name"), message)
                        .labelled("again here")
                        .related(other.route_to("name"), "first here")
                        .with_help("give it another name"),
                );
            }
        }
    }
}

/// Notes a name; one that is filled in later, or not there, could be any.
fn note<'n>(report: &Report<'_>, names: &mut Option<BTreeSet<&'n str>>, name: Option<&'n str>) {
    match name.filter(|name| !report.is_open(name)) {
        Some(name) => {
            if let Some(names) = names {
                names.insert(name);
            }
        }
        None => *names = None,
    }
}

fn container(report: &mut Report<'_>, container: &Place<'_>, volumes: Option<&BTreeSet<&str>>) {
    if let Some(name) = container.get("name") {
        spelling(report, &name, "name", Syntax::Label);
    }
    if let Some(variables) = container.get("env") {
        for variable in variables.items() {
            if let Some(name) = variable.get("name") {
                spelling(report, &name, "name", Syntax::Variable);
            }
        }
    }
    if let Some(ports) = container.get("ports") {
        container_ports(report, &ports);
    }
    let (Some(mounts), Some(volumes)) = (container.get("volumeMounts"), volumes) else { return };
    for mount in mounts.items() {
        let Some(name) = mount.node.get("name").and_then(|name| name.as_str()) else { continue };
        if volumes.contains(name) || report.is_open(name) {
            continue;
        }
        let message = format!("no volume of this pod is called `{}`", shortened(name, 63));
        let help = match volumes.len() {
            0 => "add it to `volumes`".to_owned(),
            1..=8 => {
                let known: Vec<String> = volumes.iter().map(|name| format!("`{}`", shortened(name, 63))).collect();
                format!("add it to `volumes`, or mount one of {}", known.join(", "))
            }
            _ => "add it to `volumes`, or mount one of those that are there".to_owned(),
        };
        let violation = Violation::of_value(mount.route_to("name"), message).labelled("no such volume");
        report.tell(violation.with_help(help).lacking("volumes"));
    }
}

fn container_ports(report: &mut Report<'_>, ports: &Place<'_>) {
    let mut names: BTreeMap<&str, Place<'_>> = BTreeMap::new();
    for port in ports.items() {
        number(report, &port, "containerPort", 1);
        number(report, &port, "hostPort", 0);
        if let Some(name) = port.get("name").filter(|name| name.node.as_str() != Some("")) {
            spelling(report, &name, "name", Syntax::Port);
        }
        let name = port.node.get("name").and_then(|name| name.as_str()).unwrap_or("");
        if name.is_empty() || report.is_open(name) {
            continue;
        }
        if let Some(other) = names.get(name) {
            tell_repeated(report, &port, other, name);
        } else {
            names.insert(name, port);
        }
    }
}

/// Two ports of one name.
pub(super) fn tell_repeated(report: &mut Report<'_>, port: &Place<'_>, other: &Place<'_>, name: &str) {
    let message = format!("two ports have the same name: `{}`", shortened(name, 63));
    report.tell(
        Violation::of_value(port.route_to("name"), message)
            .labelled("again here")
            .related(other.route_to("name"), "first here")
            .with_help("give each port a name of its own"),
    );
}

/// The number of a port.
pub(super) fn number(report: &mut Report<'_>, holder: &Place<'_>, key: &str, least: i64) {
    if let Some(Value::Number(Number::Int(port))) = holder.node.get(key).map(|node| &node.value)
        && !(least..=65_535).contains(port)
    {
        let message = format!("`{key}` must be from 1 to 65535, found `{port}`");
        report.tell(Violation::of_value(holder.route_to(key), message).labelled("no port"));
    }
}
