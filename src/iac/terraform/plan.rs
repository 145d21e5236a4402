//! Plans in JSON.

use crate::{
    document::{Identity, Node, Route, Step, Value, Violation},
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

/// A resource that a plan deletes, for good or to make it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Its full address.
    pub address: String,
    /// Its type.
    pub kind: String,
    /// Whether there is a new one afterwards.
    pub replaced: bool,
    /// What of it cannot be changed, where the plan says so: `engine`, `ebs_block_device[0].encrypted`.
    pub forced_by: Vec<String>,
    /// Why, in the words of the plan.
    pub reason: Option<String>,
    /// The key of an object that was left behind by an earlier replacement.
    pub deposed: Option<String>,
    /// Way to what says so.
    pub route: Route,
}

/// The resources that a plan deletes. What it only lets go of (`forget`) is not deleted.
#[must_use]
pub fn deletions(root: &Node) -> Vec<Deletion> {
    let changes = root.get("resource_changes").and_then(Node::as_sequence).unwrap_or_default();
    let base = Route::default().child(Step::Key("resource_changes".to_owned()));
    let deletion = |(index, entry): (usize, &Node)| {
        let text = |key| entry.get(key).and_then(Node::as_str).map(str::to_owned);
        if text("mode").is_some_and(|mode| mode != "managed") {
            return None;
        }
        let change = entry.get("change")?;
        let actions = change.get("actions").and_then(Node::as_sequence).unwrap_or_default();
        let has = |wanted: &str| actions.iter().any(|action| action.as_str() == Some(wanted));
        if !has("delete") {
            return None;
        }
        let paths = change.get("replace_paths").and_then(Node::as_sequence).unwrap_or_default();
        let route = ["address", "change"].into_iter().find(|key| entry.get(key).is_some());
        let at = base.child(Step::Index(index));
        Some(Deletion {
            address: text("address")?,
            kind: text("type").unwrap_or_default(),
            replaced: has("create"),
            forced_by: paths.iter().map(written).collect(),
            reason: text("action_reason"),
            deposed: text("deposed"),
            route: route.map_or_else(|| at.clone(), |key| at.child(Step::Key(key.to_owned()))),
        })
    };
    changes.iter().enumerate().filter_map(deletion).collect()
}

/// A path of a plan as people write it.
fn written(path: &Node) -> String {
    let mut text = String::new();
    for step in path.as_sequence().unwrap_or(std::slice::from_ref(path)) {
        match &step.value {
            Value::Number(number) => text.push_str(&format!("[{number}]")),
            Value::String(key) => {
                let dot = if text.is_empty() { "" } else { "." };
                text.push_str(&format!("{dot}{key}"));
            }
            Value::Null | Value::Bool(_) | Value::Sequence(_) | Value::Mapping(_) => {}
        }
    }
    text
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
    fn what_is_deleted_is_found_in_any_order_of_actions() {
        let plan = json(
            r#"{"format_version": "1.2", "resource_changes": [
                {"address": "a.gone", "mode": "managed", "type": "a", "change": {"actions": ["delete"]}, "action_reason": "delete_because_no_resource_config"},
                {"address": "a.new", "mode": "managed", "type": "a", "change": {"actions": ["create", "delete"], "replace_paths": [["engine"], ["disk", 0, "kind"]]}},
                {"address": "a.anew", "mode": "managed", "type": "a", "change": {"actions": ["delete", "create"]}},
                {"address": "a.left", "mode": "managed", "type": "a", "deposed": "12ab", "change": {"actions": ["delete"]}},
                {"address": "a.kept", "mode": "managed", "type": "a", "change": {"actions": ["create", "forget"]}},
                {"address": "a.let", "mode": "managed", "type": "a", "change": {"actions": ["forget"]}},
                {"address": "data.a.read", "mode": "data", "type": "a", "change": {"actions": ["delete"]}},
                {"address": "a.same", "mode": "managed", "type": "a", "change": {"actions": ["update"]}}]}"#,
        );
        let found: Vec<String> = deletions(&plan)
            .iter()
            .map(|one| format!("{} {} {:?} {:?} {}", one.address, one.replaced, one.forced_by, one.deposed, one.route))
            .collect();
        assert_eq!(
            found,
            [
                r"a.gone false [] None /resource_changes/0/address",
                r#"a.new true ["engine", "disk[0].kind"] None /resource_changes/1/address"#,
                r"a.anew true [] None /resource_changes/2/address",
                r#"a.left false [] Some("12ab") /resource_changes/3/address"#,
            ]
        );
    }

    #[test]
    fn other_versions_are_refused() {
        for (version, good) in [("0.2", true), ("1.99", true), ("2.0", false), ("x", false)] {
            let said = check(&json(&format!(r#"{{"format_version": "{version}"}}"#)));
            assert_eq!(said.wrong.is_empty(), good, "{version} {:?}", told(&said.wrong));
        }
    }
}
