//! Terraform and `OpenTofu`: what their files declare, and what both would refuse whatever the
//! providers are.
//!
//! A file comes as a [`Node`] in the shape of `hcl2json`, or as the JSON that the tools read
//! themselves. No expression is evaluated, no provider is asked, and no module is fetched: what
//! depends on them is not judged. Where the two tools differ, the more lenient one decides.

pub mod address;
mod block;
mod check;
mod destroy;
mod folder;
mod forcing;
mod module;
mod plan;
mod recognise;
mod refactoring;
mod repetition;
mod scan;
mod stateful;
#[cfg(test)]
mod testing;
mod version;
mod words;

pub use address::Address;
pub use check::check;
pub use destroy::{How, Lost, Outcome, compare};
pub use folder::{Class, Folder, ModuleCall, Parse, Site};
pub use forcing::{Forced, forced};
pub use module::{Callee, Estate, Folders, Module, Modules, Placed, calls};
pub use plan::{Deletion, deletions};
pub use recognise::{Kind, is_configuration, is_of_another_tool, is_state, kind_of, kind_of_name};
pub use refactoring::{Fate, Refactoring, prevents_destroy};
pub use repetition::Repetition;
pub use stateful::is_stateful;

use crate::document::{Identity, Node, Route, Step};

use super::Resource;
use block::{Syntax, blocks};
use folder::{Declared, declared};
use words::{entries, split};

/// What a file declares, each with its body.
///
/// The kind is a resource's type; `data.T` for what is read and `ephemeral.T` for what does not
/// last; `variable`, `output`, `local`, `module`, `provider`, `check` and `action` for those;
/// `backend` with its type as the name; `provider_lock` for what `.terraform.lock.hcl` holds. The
/// namespace is the file's folder, `.` for the root. In a plan the name is the full address.
#[must_use]
pub fn resources(path: &str, root: &Node) -> Vec<Resource> {
    let namespace = folder_of(path);
    let namespace = namespace.as_str();
    match kind_of(path, root) {
        Some(Kind::Plan) => plan::resources(namespace, root),
        Some(Kind::Configuration) => {
            declared(root, Syntax::of(path)).into_iter().filter_map(|declared| resource(namespace, declared)).collect()
        }
        Some(Kind::Lock) => blocks(root, &Route::default(), "provider", 1, Syntax::of(path))
            .good
            .into_iter()
            .map(|block| named(namespace, "provider_lock".to_owned(), block.first().to_owned(), block.route))
            .collect(),
        Some(
            Kind::Variables
            | Kind::Test
            | Kind::Mock
            | Kind::State
            | Kind::Stack
            | Kind::Query
            | Kind::Terragrunt
            | Kind::Packer
            | Kind::Nomad
            | Kind::Linter,
        )
        | None => Vec::new(),
    }
}

/// The folder of a file, as names of things in it have it: `.` for the root.
#[must_use]
pub fn folder_of(path: &str) -> String {
    let (folder, _) = split(path);
    if folder.is_empty() { ".".to_owned() } else { folder.to_owned() }
}

fn resource(namespace: &str, declared: Declared<'_>) -> Option<Resource> {
    let Declared { class, name, block, route } = declared;
    let label = block.labels.last().copied().unwrap_or("").to_owned();
    let kind = match class {
        Class::Resource => block.first().to_owned(),
        Class::Data => format!("data.{}", block.first()),
        Class::Ephemeral => format!("ephemeral.{}", block.first()),
        Class::Variable => "variable".to_owned(),
        Class::Output => "output".to_owned(),
        Class::Module => "module".to_owned(),
        Class::Check => "check".to_owned(),
        Class::Action => return Some(named(namespace, "action".to_owned(), name, block.route)),
        Class::Provider => return Some(named(namespace, "provider".to_owned(), name, block.route)),
        Class::Local => return Some(named(namespace, "local".to_owned(), name, route)),
        Class::Backend => {
            let name = if label.is_empty() { "cloud".to_owned() } else { label };
            return Some(named(namespace, "backend".to_owned(), name, block.route));
        }
        Class::Requirements => return None,
    };
    Some(named(namespace, kind, label, block.route))
}

fn named(namespace: &str, kind: String, name: String, route: Route) -> Resource {
    let identity = Identity { group: "terraform".to_owned(), kind, namespace: Some(namespace.to_owned()), name };
    Resource { identity, route }
}

/// Names of the values that a file of variables gives, with the way to each.
#[must_use]
pub fn given(root: &Node) -> Vec<(&str, Route)> {
    entries(root)
        .iter()
        .filter(|entry| entry.key != "//")
        .map(|entry| (entry.key.as_str(), Route(vec![Step::Key(entry.key.clone())])))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::testing::json;
    use super::*;

    #[test]
    fn all_that_is_declared_is_found() {
        let file = json(
            r#"{"resource": {"aws_db_instance": {"main": [{}]}}, "data": {"aws_ami": {"a": [{}]}}, "variable": {"x": [{}]},
                "output": {"o": [{}]}, "module": {"m": [{}]}, "provider": {"aws": [{}, {"alias": "west"}]},
                "locals": [{"l": 1}], "terraform": [{"backend": {"s3": [{}]}, "required_providers": [{}]}],
                "ephemeral": {"t": {"e": [{}]}}, "check": {"c": [{"data": {"http": {"d": [{}]}}}]}}"#,
        );
        let found: Vec<String> =
            resources("live/main.tf", &file).iter().map(|one| format!("{} {}", one.identity, one.route)).collect();
        assert_eq!(
            found,
            [
                "variable.x /variable/x/0",
                "output.o /output/o/0",
                "module.m /module/m/0",
                "aws_db_instance.main /resource/aws_db_instance/main/0",
                "data.aws_ami.a /data/aws_ami/a/0",
                "ephemeral.t.e /ephemeral/t/e/0",
                "provider.aws /provider/aws/0",
                "provider.aws.west /provider/aws/1",
                "data.http.d /check/c/0/data/http/d/0",
                "check.c /check/c/0",
                "local.l /locals/0/l",
                "backend.s3 /terraform/0/backend/s3/0",
            ]
        );
        assert_eq!(resources("main.tf", &json(r#"{"variable": {"x": [{}]}}"#))[0].identity.to_string(), "variable.x");
        assert_eq!(resources("x.tfvars", &json(r#"{"variable": {"x": [{}]}}"#)), []);
        let lock = json(r#"{"provider": {"registry.terraform.io/hashicorp/aws": [{"version": "5.0.0"}]}}"#);
        assert_eq!(resources(".terraform.lock.hcl", &lock)[0].identity.kind, "provider_lock");
    }
}
