//! Infrastructure as code: what Terraform, `CloudFormation`, Ansible and Compose files mean.
//!
//! One folder a tool. This room owns how such files are recognised, what in them is something of its
//! own ([`Resource`]), and what their tools would refuse. It must not know pushes, policies or
//! reports. It sees a repository only through [`crate::gitops::Tree`]. What it says goes to `rule/`.

pub mod ansible;
pub mod cloudformation;
pub mod compose;
pub mod terraform;

use crate::document::{Identity, Node, Route, Violation};

/// What is said of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What its tool refuses, or drops without a word.
    pub wrong: Vec<Violation>,
    /// What may be right, and mostly is not.
    pub doubtful: Vec<Violation>,
}

/// A part of a document that is something of its own: it can be compared with what it was before,
/// wherever in the document, or the module, it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is. The group is the tool's name (`terraform`, `cloudformation`, `compose`, `ansible`).
    pub identity: Identity,
    /// Way to it from the document's root.
    pub route: Route,
}

/// What a document is to one of the tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something of Terraform, `OpenTofu`, or what is written in the same language.
    Terraform(terraform::Kind),
    /// A template of `CloudFormation`.
    CloudFormation,
    /// Something of Ansible.
    Ansible(ansible::Kind),
    /// A Compose file.
    Compose,
}

impl Kind {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform(kind) => kind.name(),
            Self::CloudFormation => "cloudformation",
            Self::Ansible(kind) => kind.name(),
            Self::Compose => "compose",
        }
    }
}

/// What a document of a file is; `None` for anything else, Kubernetes manifests among it.
#[must_use]
pub fn kind_of(path: &str, root: &Node) -> Option<Kind> {
    let is_manifest = ["apiVersion", "kind"].iter().all(|key| root.get(key).and_then(Node::as_str).is_some());
    // Where variables of Ansible lie, these are variables as well.
    let is_object = || is_manifest && !path.split('/').any(|folder| matches!(folder, "group_vars" | "host_vars"));
    let is_template = || cloudformation::is_template(root);
    // Most files are this, and everything else is dearer to find out.
    let is_yaml = || path.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "yaml" | "yml"));
    if is_yaml() && is_object() && !is_template() {
        return None;
    }
    if let Some(kind) = terraform::kind_of(path, root) {
        return Some(Kind::Terraform(kind));
    }
    if is_template() {
        return Some(Kind::CloudFormation);
    }
    if is_object() {
        return None;
    }
    if compose::is_compose(path, root) {
        return Some(Kind::Compose);
    }
    ansible::kind_of(path, root).map(Kind::Ansible)
}

/// What in a document is something of its own.
#[must_use]
pub fn resources(path: &str, root: &Node) -> Vec<Resource> {
    match kind_of(path, root) {
        Some(Kind::Terraform(_)) => terraform::resources(path, root),
        Some(Kind::CloudFormation) => cloudformation::resources(path, root),
        Some(Kind::Ansible(kind)) => ansible::resources(kind, path, root),
        Some(Kind::Compose) => compose::resources(path, root),
        None => Vec::new(),
    }
}

/// Whether a file is encrypted as a whole by Ansible Vault.
#[must_use]
pub fn is_vault(bytes: &[u8]) -> bool {
    bytes.starts_with(b"$ANSIBLE_VAULT;") && std::str::from_utf8(bytes).is_ok_and(ansible::is_vault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_encrypted_as_a_whole_is_a_vault() {
        let inner = format!("{0}\n{0}\n61626364", "0f".repeat(32));
        let hex = inner.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert!(is_vault(format!("$ANSIBLE_VAULT;1.1;AES256\n{hex}\n").as_bytes()));
        assert!(is_vault(format!("$ANSIBLE_VAULT;1.2;AES256;dev\r\n{}\r\n{}\r\n", &hex[..80], &hex[80..]).as_bytes()));
        for other in [
            "$ANSIBLE_VAULT;1.1;AES256\n---\nkind: Pod\n".to_owned(),
            "$ANSIBLE_VAULT;1.1;AES256\n61\n".to_owned(),
            format!("$ANSIBLE_VAULT;1.1;AES256\n{hex}\nkind: Pod\n"),
            format!("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {hex}\n"),
            format!("# $ANSIBLE_VAULT;1.1;AES256\n{hex}"),
            String::new(),
        ] {
            assert!(!is_vault(other.as_bytes()), "{other}");
        }
    }
}
