//! What a file is to Terraform, `OpenTofu` and the tools beside them.

use crate::document::{Node, Value};

use super::words::split;

/// Sorts of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A file of a module: `*.tf`, `*.tofu`, and both with `.json`.
    Configuration,
    /// Values of variables: `*.tfvars`, and with `.json`.
    Variables,
    /// Tests: `*.tftest.hcl`, `*.tofutest.hcl`, and with `.json`.
    Test,
    /// What tests put in the place of providers: `*.tfmock.hcl`, `*.tofumock.hcl`.
    Mock,
    /// A plan that was written as JSON, whatever its name.
    Plan,
    /// A state: all that was made, with every secret in clear.
    State,
    /// `.terraform.lock.hcl`.
    Lock,
    /// Terraform Stacks: `*.tfstack.hcl`, `*.tfcomponent.hcl`, `*.tfdeploy.hcl`.
    Stack,
    /// Queries: `*.tfquery.hcl`.
    Query,
    /// Terragrunt.
    Terragrunt,
    /// Packer.
    Packer,
    /// Nomad.
    Nomad,
    /// The settings of a linter: `.tflint.hcl`.
    Linter,
}

impl Kind {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "terraform",
            Self::Variables => "terraform-variables",
            Self::Test => "terraform-test",
            Self::Mock => "terraform-mock",
            Self::Plan => "terraform-plan",
            Self::State => "terraform-state",
            Self::Lock => "terraform-lock",
            Self::Stack => "terraform-stack",
            Self::Query => "terraform-query",
            Self::Terragrunt => "terragrunt",
            Self::Packer => "packer",
            Self::Nomad => "nomad",
            Self::Linter => "tflint",
        }
    }
}

/// What a file is; `None` for anything else.
#[must_use]
pub fn kind_of(path: &str, root: &Node) -> Option<Kind> {
    let named = kind_of_name(path);
    if named == Some(Kind::Configuration) || named == Some(Kind::Variables) {
        return named;
    }
    if is_state_content(root) {
        return Some(Kind::State);
    }
    if is_plan_content(root) {
        return Some(Kind::Plan);
    }
    named.or_else(|| (path.strip_suffix(".hcl").is_some() && is_terragrunt_content(root)).then_some(Kind::Terragrunt))
}

/// What a file is by its name alone.
#[must_use]
pub fn kind_of_name(path: &str) -> Option<Kind> {
    let (_, name) = split(path);
    let written = name.strip_suffix(".json").unwrap_or(name);
    let ends = |ends: &[&str]| ends.iter().any(|end| written.len() > end.len() && written.ends_with(end));
    match name {
        ".terraform.lock.hcl" => return Some(Kind::Lock),
        ".tflint.hcl" => return Some(Kind::Linter),
        "terragrunt.hcl" | "terragrunt.hcl.json" | "terragrunt.stack.hcl" | "terragrunt.values.hcl" => {
            return Some(Kind::Terragrunt);
        }
        _ => {}
    }
    if ends(&[".tfstate", ".tfstate.backup", ".tfstate.bak"]) || matches!(name, "terraform.tfstate.backup" | ".tfstate")
    {
        return Some(Kind::State);
    }
    let kinds: [(Kind, &[&str]); 9] = [
        (Kind::Configuration, &[".tf", ".tofu"]),
        (Kind::Variables, &[".tfvars"]),
        (Kind::Test, &[".tftest.hcl", ".tofutest.hcl"]),
        (Kind::Mock, &[".tfmock.hcl", ".tofumock.hcl"]),
        (Kind::Stack, &[".tfstack.hcl", ".tfcomponent.hcl", ".tfdeploy.hcl"]),
        (Kind::Query, &[".tfquery.hcl"]),
        (Kind::Packer, &[".pkr.hcl", ".pkrvars.hcl"]),
        (Kind::Nomad, &[".nomad", ".nomad.hcl"]),
        (Kind::Linter, &[".tflint.hcl"]),
    ];
    kinds.into_iter().find(|(_, suffixes)| ends(suffixes)).map(|(kind, _)| kind)
}

/// Whether a file of HCL is for a tool that reads an older HCL (Consul, Vault), by its name: then it need
/// not be what this room knows.
#[must_use]
pub fn is_of_another_tool(path: &str) -> bool {
    let (_, name) = split(path);
    let is_hcl = name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("hcl"));
    is_hcl && kind_of_name(path).is_none() && name != "root.hcl"
}

/// Whether a file is one of those that make a module, by its name.
#[must_use]
pub fn is_configuration(path: &str) -> bool {
    kind_of_name(path) == Some(Kind::Configuration)
}

/// Whether a file is a state of Terraform: by its name, or by what is in it. Backups that
/// Terraform makes have a time in their names (`terraform.tfstate.1700000000.backup`).
#[must_use]
pub fn is_state(path: &str, root: Option<&Node>) -> bool {
    let (_, name) = split(path);
    let is_backup = name.contains(".tfstate.") && (name.ends_with(".backup") || name.strip_suffix(".bak").is_some());
    is_backup || kind_of_name(path) == Some(Kind::State) || root.is_some_and(is_state_content)
}

fn is_state_content(root: &Node) -> bool {
    let number = |key| matches!(root.get(key).map(|node| &node.value), Some(Value::Number(_)));
    let text = |key| root.get(key).and_then(Node::as_str).is_some();
    number("version")
        && number("serial")
        && (text("lineage") || text("terraform_version"))
        && (root.get("resources").is_some() || root.get("modules").is_some() || root.get("outputs").is_some())
}

fn is_plan_content(root: &Node) -> bool {
    root.get("format_version").and_then(Node::as_str).is_some()
        && (root.get("resource_changes").is_some() || root.get("planned_values").is_some())
}

/// What is only in files of Terragrunt.
fn is_terragrunt_content(root: &Node) -> bool {
    let has = |key| root.get(key).is_some();
    let source = root.get("terraform").and_then(Node::as_sequence).is_some_and(|blocks| {
        blocks.iter().any(|block| ["source", "extra_arguments"].iter().any(|key| block.get(key).is_some()))
    });
    source
        || has("remote_state")
        || has("generate")
        || has("terragrunt_version_constraint")
        || has("terraform_version_constraint")
        || (has("include") && has("inputs"))
        || (has("dependency") && has("inputs"))
        || (has("locals") && has("inputs"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::testing::json;

    #[test]
    fn names_tell() {
        for (path, kind) in [
            ("main.tf", Some(Kind::Configuration)),
            ("a/b.tofu", Some(Kind::Configuration)),
            ("a/cdk.tf.json", Some(Kind::Configuration)),
            ("b.tofu.json", Some(Kind::Configuration)),
            (".tf", None),
            ("terraform.tfvars", Some(Kind::Variables)),
            ("x.auto.tfvars.json", Some(Kind::Variables)),
            ("tests/a.tftest.hcl", Some(Kind::Test)),
            ("a.tofutest.hcl", Some(Kind::Test)),
            ("a.tfmock.hcl", Some(Kind::Mock)),
            ("x/.terraform.lock.hcl", Some(Kind::Lock)),
            ("live/terragrunt.hcl", Some(Kind::Terragrunt)),
            ("a.pkr.hcl", Some(Kind::Packer)),
            ("job.nomad", Some(Kind::Nomad)),
            ("terraform.tfstate", Some(Kind::State)),
            ("x.tfstate.backup", Some(Kind::State)),
            ("tfplan.json", None),
            ("a.hcl", None),
        ] {
            assert_eq!(kind_of(path, &json("{}")), kind, "{path}");
        }
        assert!(is_state("terraform.tfstate.1700000000.backup", None));
        assert!(!is_state("main.tf", Some(&json("{}"))));
    }

    #[test]
    fn content_tells() {
        let state = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "x", "resources": []}"#;
        for (text, kind) in [
            (r#"{"format_version": "1.2", "planned_values": {}}"#, Some(Kind::Plan)),
            (r#"{"format_version": "1.2", "resource_changes": []}"#, Some(Kind::Plan)),
            (r#"{"format_version": "1.2"}"#, None),
            (r#"{"format_version": 1, "resource_changes": []}"#, None),
            (state, Some(Kind::State)),
            (r#"{"version": 4, "serial": 3}"#, None),
        ] {
            assert_eq!(kind_of("x.json", &json(text)), kind, "{text}");
        }
        assert!(is_state("backup.json", Some(&json(state))));
        let include = r#"{"remote_state": [{"backend": "s3"}]}"#;
        assert_eq!(kind_of("root.hcl", &json(include)), Some(Kind::Terragrunt));
        assert_eq!(kind_of("root.json", &json(include)), None);
    }
}
