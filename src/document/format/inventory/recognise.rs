//! Tells inventories from other files.

use super::host;
use super::line::{self, Section};
use super::words;

/// Whether a path is one that inventories have: their names, or a folder of inventories.
pub(in super::super) fn is_named_so(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let mut parts: Vec<&str> = path.split('/').collect();
    let Some(name) = parts.pop() else { return false };
    let (stem, extension) = name.rsplit_once('.').map_or((name, ""), |(stem, extension)| (stem, extension));
    if !matches!(extension, "" | "ini" | "cfg" | "inventory" | "inv" | "example" | "sample" | "dist") {
        return false;
    }
    // Variables, and what roles hold, are something else.
    if parts.iter().any(|part| matches!(*part, "group_vars" | "host_vars" | "templates" | "files")) {
        return false;
    }
    let named = |word: &str| {
        stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
            || stem.strip_suffix(word).is_some_and(|rest| rest.ends_with(['-', '_', '.']))
    };
    matches!(extension, "inventory" | "inv")
        || named("hosts")
        || named("inventory")
        || parts.iter().any(|part| matches!(*part, "inventory" | "inventories"))
}

/// A host, and only pairs behind it.
fn is_host(words: &[words::Word]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    let is_host = first.pair().is_none() && host::read(first).is_ok_and(|host| host::is_address(&host.name));
    is_host && rest.iter().all(|word| word.pair().is_some_and(|(name, _)| !name.text.is_empty()))
}

/// Whether a text sets what only Ansible reads of a host: no other file does.
pub(in super::super) fn speaks_of_ansible(text: &str) -> bool {
    let mut words = text
        .lines()
        .take(1_000)
        .filter(|line| !line.trim_start().starts_with(['#', ';']))
        .flat_map(str::split_whitespace);
    words.any(|word| {
        [
            "ansible_host=",
            "ansible_user=",
            "ansible_password=",
            "ansible_port=",
            "ansible_connection=",
            "ansible_ssh_",
            "ansible_become",
        ]
        .iter()
        .any(|known| word.starts_with(known))
    })
}

/// Whether a text has sections that only inventories have.
pub(in super::super) fn has_sections_of_its_own(text: &str) -> bool {
    let mut lines = text.lines().take(1_000).map(str::trim);
    lines.any(|line| line.starts_with('[') && (line.contains(":children]") || line.contains(":vars]")))
}

/// Whether a text reads as an inventory, and not as an ordinary INI file, a list of addresses
/// (`/etc/hosts`) or a script.
pub(in super::super) fn looks_like(text: &str, named: bool) -> bool {
    // A file that is none shows it soon.
    const ENOUGH: usize = 200;
    if text.starts_with("#!") || text.starts_with("$ANSIBLE_VAULT") {
        return false;
    }
    let (mut hosts, mut others) = (0, 0);
    let mut section = Section::Hosts;
    for line in line::lines(text).take(ENOUGH) {
        match line::section(&line) {
            // Nothing else has such sections, but for what is written about them.
            Ok(Some(header)) if header.section != Section::Hosts && named => return true,
            Ok(Some(header)) => section = header.section,
            Ok(None) if section == Section::Hosts => {
                let is_host = words::split(&line).is_ok_and(|words| is_host(&words));
                if is_host { hosts += 1 } else { others += 1 }
            }
            Ok(None) if section == Section::Vars && !line.text.contains('=') => others += 1,
            Ok(None) => {}
            Err(_) => others += 1,
        }
    }
    // What is wrong with an inventory is said when it is read; in other files hardly a line is a host.
    if named { (hosts > 0 && hosts >= others) || speaks_of_ansible(text) } else { hosts > others }
}
