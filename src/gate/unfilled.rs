//! Files that are templates although their names do not say so: Ansible, Terraform and others fill them
//! in before anybody reads them as what they are called.

use super::files::TextFile;
use crate::{
    document::format::Format,
    gitops::{Tree, TreeError},
    iac::terraform,
};

/// Whether a file cannot be read because something has to be filled in first. What gets applied as it
/// lies has to be refused then: for formats of manifests the place has to say so as well.
pub(super) fn is_unfilled(file: &TextFile, path: &str, tree: &dyn Tree) -> Result<bool, TreeError> {
    let Some(at) = file.stops_in() else { return Ok(false) };
    let is_hcl = file.text.format == Format::Hcl.name();
    let near = |marks: &[&str]| marks.iter().any(|mark| file.stops_at(mark));
    let holds_manifests = Format::from_name(file.text.format).is_some_and(Format::holds_manifests);
    if !holds_manifests {
        // In HCL `%{` and `${` are of the language itself.
        let begins = |line: &str| {
            let line = line.trim_start();
            line.starts_with("{{")
                || line.starts_with("{%")
                || (!is_hcl && (line.starts_with("%{") || line.starts_with("${")))
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let says_so = ["template", "boilerplate", "{{"].iter().any(|word| folder.contains(word));
        return Ok(begins(file.text.source.line(at))
            || begins(file.text.source.line(at.saturating_sub(1)))
            || (says_so && near(&["{{", "{%"])));
    }
    if !near(&["{%", "%{", "{{", "${"]) {
        return Ok(false);
    }
    if path.split('/').any(|folder| folder.contains("{{")) {
        return Ok(true);
    }
    let folders: Vec<&str> = path.split('/').collect();
    let (_, folders) = folders.split_last().unwrap_or((&"", &[]));
    // Beside the modules of Terraform that fill it in, or in the folder for it of a role or a module.
    if near(&["%{", "${"]) && is_of_modules(&folders.join("/"), tree)? {
        return Ok(true);
    }
    let Some(at) = folders.iter().rposition(|folder| matches!(*folder, "templates" | "template")) else {
        return Ok(false);
    };
    let owner = folders.get(..at).unwrap_or_default().join("/");
    let of_role = tree.list(&owner)?.iter().any(|name| {
        matches!(
            name.as_str(),
            "tasks" | "handlers" | "defaults" | "meta" | "vars" | "ansible.cfg" | "site.yml" | "playbook.yml"
        )
    });
    Ok(of_role || is_of_modules(&owner, tree)?)
}

/// Whether files of Terraform lie in a folder.
fn is_of_modules(folder: &str, tree: &dyn Tree) -> Result<bool, TreeError> {
    Ok(tree.list(folder)?.iter().any(|name| terraform::is_configuration(name)))
}
