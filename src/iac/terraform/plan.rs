//! Plans in JSON.

use crate::{
    document::{Identity, Node, Route, Step, Violation},
    iac::{Resource, Said},
};

use super::words::quoted;

/// The resources that a plan is about, by their full addresses.
pub(super) fn resources(namespace: &str, root: &Node) -> Vec<Resource> {
    let changes = root.get("resource_changes").and_then(Node::as_sequence).unwrap_or_default();
    let base = Route::default().child(Step::Key("resource_changes".to_owned()));
    let text = |node: &Node, key| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let resource = |(index, change): (usize, &Node)| {
        let kind = text(change, "type")?;
        let kind = if text(change, "mode").as_deref() == Some("data") { format!("data.{kind}") } else { kind };
        let (group, namespace, name) = ("terraform".to_owned(), Some(namespace.to_owned()), text(change, "address")?);
        // What is deposed has the address of what replaced it.
        if change.get("deposed").is_some() {
            return None;
        }
        let identity = Identity { group, kind, namespace, name };
        Some(Resource { identity, route: base.child(Step::Index(index)) })
    };
    changes.iter().enumerate().filter_map(resource).collect()
}

/// What is wrong with a plan itself.
pub(super) fn check(root: &Node) -> Said {
    let mut said = Said::default();
    let Some(version) = root.get("format_version").and_then(Node::as_str) else { return said };
    let route = Route::default().child(Step::Key("format_version".to_owned()));
    let major = version.split('.').next().unwrap_or(version);
    // 0.x was written by Terraform before 1.1, and has the same parts.
    if !matches!(major, "0" | "1") {
        let message =
            format!("{} is not a version of plans that is known: expected `1.` and a number", quoted(version));
        let violation = Violation::of_value(route, message).labelled("unknown version");
        said.wrong.push(violation.with_help("policies were written for plans of version 1: check them, or write the plan with a Terraform that writes it"));
    }
    said
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::testing::{json, told};

    #[test]
    fn changes_are_resources() {
        let plan = json(
            r#"{"format_version": "1.2", "resource_changes": [
                {"address": "module.a.x.b[0]", "mode": "managed", "type": "x", "change": {}},
                {"address": "data.y.c", "mode": "data", "type": "y"}, {"type": "z"},
                {"address": "x.d", "mode": "managed", "type": "x", "deposed": "1234"}]}"#,
        );
        let found: Vec<String> =
            resources(".", &plan).iter().map(|one| format!("{} {}", one.identity, one.route)).collect();
        assert_eq!(found, ["module.a.x.b[0] /resource_changes/0", "data.y.c /resource_changes/1"]);
        assert_eq!(check(&plan), Said::default());
    }

    #[test]
    fn other_versions_are_refused() {
        for (version, good) in [("0.2", true), ("1.99", true), ("2.0", false), ("x", false)] {
            let said = check(&json(&format!(r#"{{"format_version": "{version}"}}"#)));
            assert_eq!(said.wrong.is_empty(), good, "{version} {:?}", told(&said.wrong));
        }
    }
}
