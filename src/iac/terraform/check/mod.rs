//! What Terraform and `OpenTofu` would refuse in a file, whatever the providers are.

mod arguments;
mod calls;
mod declarations;
mod moves;
mod names;
mod references;
#[cfg(test)]
mod tests;
mod values;

use crate::{
    document::{Node, Violation},
    iac::Said,
};

use super::{
    block::Syntax,
    module::Module,
    plan,
    recognise::{Kind, kind_of},
    words::{MOST, split},
};

/// A file that is checked, and what is said of it.
struct Check<'a> {
    /// Name of the file in its folder.
    file: &'a str,
    root: &'a Node,
    syntax: Syntax,
    module: &'a Module,
    said: Said,
}

impl Check<'_> {
    fn wrong(&mut self, violation: Violation) {
        if self.said.wrong.len() < MOST {
            self.said.wrong.push(violation);
        }
    }

    fn doubtful(&mut self, violation: Violation) {
        if self.said.doubtful.len() < MOST {
            self.said.doubtful.push(violation);
        }
    }

    /// Whether nothing more is taken.
    fn is_full(&self) -> bool {
        self.said.wrong.len() >= MOST || self.said.doubtful.len() >= MOST
    }

    /// Takes what only a module that is whole can have wrong.
    fn of_module(&mut self, violation: Violation) {
        if self.module.folder.fragments { self.doubtful(violation) } else { self.wrong(violation) }
    }

    /// Whether something that no file of the folder declares is missing for sure.
    fn knows_all(&self) -> bool {
        self.module.folder.complete && self.module.folder.files > 0
    }
}

/// What is wrong, and what is doubtful, in a file of the folder that `module` was read from.
///
/// Nothing depends on providers, on variables' values or on the network. Where not all files of
/// the folder could be read, nothing is said of what is missing.
#[must_use]
pub fn check(path: &str, root: &Node, module: &Module) -> Said {
    let (_, file) = split(path);
    let mut check = Check { file, root, syntax: Syntax::of(path), module, said: Said::default() };
    match kind_of(path, root) {
        Some(Kind::Configuration) => {
            names::check(&mut check);
            arguments::check(&mut check);
            declarations::check(&mut check);
            references::check(&mut check);
            calls::check(&mut check);
            moves::check(&mut check);
        }
        Some(Kind::Variables) => values::check(&mut check),
        Some(Kind::Plan) => return plan::check(root),
        Some(
            Kind::Test
            | Kind::Mock
            | Kind::State
            | Kind::Lock
            | Kind::Stack
            | Kind::Query
            | Kind::Terragrunt
            | Kind::Packer
            | Kind::Nomad
            | Kind::Linter,
        )
        | None => {}
    }
    check.said
}
