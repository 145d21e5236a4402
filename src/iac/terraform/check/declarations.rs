//! What a module declares more than once.

use crate::document::Violation;

use super::super::{
    folder::{Class, Site, declared, is_override},
    words::quoted,
};
use super::Check;

pub(super) fn check(check: &mut Check<'_>) {
    if is_override(check.file) {
        return;
    }
    let module = check.module;
    let mut seen: Vec<(Class, String, crate::document::Route)> = Vec::new();
    let mut own = declared(check.root, check.syntax);
    own.sort_by(|a, b| (a.class, &a.name).cmp(&(b.class, &b.name)));
    for one in own {
        let what = describe(one.class, &one.name);
        let first = seen.last().filter(|(class, name, _)| *class == one.class && *name == one.name);
        let message = format!("{what} is declared twice in one module");
        let help = match one.class {
            Class::Provider => "give one of them another `alias`, or remove it",
            Class::Backend | Class::Requirements => "keep one of them",
            Class::Variable
            | Class::Local
            | Class::Output
            | Class::Module
            | Class::Resource
            | Class::Data
            | Class::Ephemeral
            | Class::Check
            | Class::Action => "give one of them another name, or remove it",
        };
        // The key of two blocks of one name is one; only their bodies tell them apart.
        let violation = if one.class == Class::Local {
            Violation::of_key(one.route.clone(), message)
        } else {
            Violation::of_value(one.block.route.clone(), message)
        };
        let here = if one.class == Class::Local { &one.route } else { &one.block.route };
        if let Some((_, _, first)) = first {
            let violation = violation.labelled("declared again").related(first.clone(), "first declared here");
            check.wrong(violation.with_help(help));
            continue;
        }
        seen.push((one.class, one.name.clone(), here.clone()));
        let elsewhere = module.folder.sites(one.class, &one.name).iter().find(|site| clashes(check.file, site));
        if let Some(site) = elsewhere {
            let label = format!("{} declares it, too", quoted(&site.file));
            check.of_module(violation.labelled(label).with_help(help));
        }
    }
}

/// Whether a declaration in another file is one too many. `OpenTofu`'s files are not read by
/// Terraform, and replace Terraform's of the same name.
fn clashes(file: &str, site: &Site) -> bool {
    let is_tofu = |name: &str| name.strip_suffix(".json").unwrap_or(name).strip_suffix(".tofu").is_some();
    site.file != file && !site.overrides && is_tofu(file) == is_tofu(&site.file)
}

fn describe(class: Class, name: &str) -> String {
    match class {
        Class::Variable => format!("the variable {}", quoted(name)),
        Class::Local => format!("the local value {}", quoted(name)),
        Class::Output => format!("the output {}", quoted(name)),
        Class::Module => format!("the call of a module {}", quoted(name)),
        Class::Resource => format!("the resource {}", quoted(name)),
        Class::Data => format!("the data source {}", quoted(name)),
        Class::Ephemeral => format!("the ephemeral resource {}", quoted(name)),
        Class::Provider => format!("the configuration of the provider {}", quoted(name)),
        Class::Check => format!("the check {}", quoted(name)),
        Class::Action => format!("the action {}", quoted(name)),
        Class::Backend => "the backend".to_owned(),
        Class::Requirements => "`required_providers`".to_owned(),
    }
}
