//! Ansible: playbooks, lists of tasks, variables, inventories and the files beside them.
//!
//! This room owns how such files are recognised and what Ansible would refuse in them. It sees one
//! document at a time and follows no path. Values with templates (`{{ }}`, `{% %}`) are unknown.

mod action;
mod block;
mod freeform;
mod inventory;
mod keyword;
mod names;
mod play;
mod recognise;
mod requirements;
mod resource;
mod role;
mod say;
mod task;
mod variables;

#[cfg(test)]
mod tests;

pub use recognise::kind_of;
pub use resource::resources;

use super::Said;
use crate::document::{Node, Route};
use say::Saying;

/// What a file is to Ansible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A list of plays.
    Playbook,
    /// A list of tasks.
    Tasks,
    /// A list of handlers.
    Handlers,
    /// Variables by name: of groups, of hosts, of roles.
    Vars,
    /// An inventory, in YAML or in INI-like syntax.
    Inventory,
    /// The roles and collections that `ansible-galaxy` installs.
    Requirements,
    /// `meta/main.yml` of a role.
    RoleMeta,
    /// `meta/argument_specs.yml` of a role.
    ArgumentSpecs,
    /// `galaxy.yml` of a collection.
    Galaxy,
    /// A file that is encrypted as a whole.
    Vault,
}

impl Kind {
    /// What such a file is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Playbook => "ansible-playbook",
            Self::Tasks => "ansible-tasks",
            Self::Handlers => "ansible-handlers",
            Self::Vars => "ansible-vars",
            Self::Inventory => "ansible-inventory",
            Self::Requirements => "ansible-requirements",
            Self::RoleMeta => "ansible-role-meta",
            Self::ArgumentSpecs => "ansible-argument-specs",
            Self::Galaxy => "ansible-galaxy",
            Self::Vault => "ansible-vault",
        }
    }
}

/// The first word of a text that is encrypted.
const VAULT: &str = "$ANSIBLE_VAULT;";

/// Whether a text, of a file or of one value, is encrypted by Ansible Vault: behind its first line only digits,
/// which stand for three lines of digits: a salt and a sum, each of 32 bytes, and what is encrypted.
#[must_use]
pub fn is_vault(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    let Some((header, body)) = text.split_once('\n') else { return false };
    if !header.strip_prefix(VAULT).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return false;
    }
    let digits: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let Some(inner) = digits.chunks(2).map(byte).collect::<Option<Vec<u8>>>() else { return false };
    let lines: Vec<&[u8]> = inner.split(|byte| *byte == b'\n').collect();
    let is_hex = |line: &&[u8]| line.iter().all(u8::is_ascii_hexdigit);
    matches!(lines.as_slice(), [salt, sum, cipher] if salt.len() == 64 && sum.len() == 64 && !cipher.is_empty())
        && lines.iter().all(is_hex)
}

/// What Ansible would refuse in a document, and what in it is hardly meant.
#[must_use]
pub fn check(kind: Kind, path: &str, root: &Node) -> Said {
    let mut saying = Saying::default();
    let route = Route::default();
    match kind {
        Kind::Playbook => play::check_all(&mut saying, root),
        Kind::Tasks => block::tasks(&mut saying, root, &route, task::Place::TASKS),
        Kind::Handlers => {
            // Other files are included by a handler, and run when that is notified.
            let included = !path.rsplit('/').next().is_some_and(|name| name.starts_with("main."));
            block::tasks(&mut saying, root, &route, task::Place { included, ..task::Place::HANDLERS });
        }
        Kind::Vars => variables::check_file(&mut saying, root),
        Kind::Inventory => inventory::check(&mut saying, root),
        Kind::Requirements => requirements::check(&mut saying, root),
        Kind::RoleMeta => role::check_meta(&mut saying, root),
        Kind::ArgumentSpecs => role::check_specs(&mut saying, root, &route),
        Kind::Galaxy => requirements::check_galaxy(&mut saying, root),
        Kind::Vault => {}
    }
    saying.finish()
}
