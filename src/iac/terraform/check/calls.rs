//! Calls of modules: where they lead, and whether what is handed over is what is wanted.

use crate::document::{Node, Route, Violation};

use super::super::{
    block::{Block, arguments, blocks},
    folder::{Class, Folder, is_override},
    module::{Callee, is_local},
    words::{nearest, quoted},
};
use super::Check;

/// Arguments of a call that are not the module's.
const OWN: [&str; 8] = ["source", "version", "providers", "count", "for_each", "depends_on", "lifecycle", "locals"];

pub(super) fn check(check: &mut Check<'_>) {
    let module = check.module;
    let overrides = is_override(check.file);
    for block in blocks(check.root, &Route::default(), "module", 1, check.syntax).good {
        let source = block.body.get("source");
        if source.is_none() && !overrides {
            let message = format!("the call of a module {} does not say where the module is", quoted(block.first()));
            let violation = Violation::of_key(block.name_route(), message).labelled("no `source`").lacking("source");
            check.wrong(violation.with_help("write `source = \"./FOLDER\"`, or the module's address in a registry"));
        }
        if let Some(source) = source.and_then(Node::as_str).filter(|source| is_local(source))
            && block.body.get("version").and_then(Node::as_str).is_some_and(|version| !version.contains("${"))
        {
            let message = format!("{} is a folder, and folders have no versions", quoted(source));
            let violation = Violation::of_key(block.to("version"), message).labelled("a version of a folder");
            check.wrong(violation.related(block.to("source"), "the folder").with_help("remove `version`"));
        }
        match module.callees.get(block.first()) {
            Some(Callee::Nothing { path, folder }) => nothing(check, &block, path, *folder),
            Some(Callee::Folder(called)) => handed_over(check, &block, called, overrides),
            Some(Callee::Elsewhere) | None => {}
        }
    }
}

fn nothing(check: &mut Check<'_>, block: &Block<'_>, path: &str, folder: bool) {
    let (message, label) = if folder {
        (format!("the folder {} has no file of Terraform in it", quoted(path)), "no module")
    } else {
        (format!("there is no folder {} in the repository", quoted(path)), "leads nowhere")
    };
    let violation = Violation::of_value(block.to("source"), message).labelled(label);
    check.of_module(
        violation.with_help("correct the path, which starts from the folder of this file, or push or keep the module"),
    );
}

fn handed_over(check: &mut Check<'_>, block: &Block<'_>, called: &Folder, overrides: bool) {
    // Arguments with the names of its own stand in a block `_`.
    if !called.complete || block.body.get("_").is_some() {
        return;
    }
    for entry in arguments(block.body, check.syntax) {
        if OWN.contains(&entry.key.as_str()) || called.variables.contains_key(&entry.key) {
            continue;
        }
        let help = match nearest(&entry.key, called.names(Class::Variable)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("remove it, or declare it in {} with `variable \"{}\" {{}}`", shown(called), entry.key),
        };
        let message = format!("the module in {} has no variable {}", shown(called), quoted(&entry.key));
        check.wrong(Violation::of_key(block.to(&entry.key), message).labelled("unknown argument").with_help(help));
    }
    if overrides {
        return;
    }
    // An override may hand over more.
    let overridden = check.module.folder.sites(Class::Module, block.first()).len() > 1;
    let lacks = |name: &str| block.body.get(name).is_none();
    for (name, _) in called.variables.iter().filter(|(name, required)| **required && lacks(name) && !overridden) {
        let message = format!("the module in {} needs a value for its variable {}", shown(called), quoted(name));
        let violation = Violation::of_key(block.name_route(), message).labelled("a value is missing").lacking(name);
        check.wrong(violation.with_help(format!("write `{name} = …` in this block, or give the variable a default")));
    }
}

fn shown(folder: &Folder) -> String {
    if folder.path.is_empty() { "the root folder".to_owned() } else { quoted(&folder.path) }
}
