//! What Terraform destroys or replaces.

mod destruction;
mod plan;
mod replacement;

use std::collections::BTreeSet;

use crate::{
    config::CatalogueRule,
    document::{Identity, Unit},
    git::{Change, RefName, RepoPath},
    iac::terraform::{self, Placed},
    rule::{FileText, Pair, Rule, RuleError, Scope, Surroundings, selects_object},
    verdict::Finding,
};

/// A resource is destroyed.
pub const DESTRUCTION: &str = "terraform-destruction";
/// A resource is made anew.
pub const REPLACEMENT: &str = "terraform-replacement";
/// What protects a resource is taken away.
pub const PROTECTION: &str = "terraform-protection";

/// One entry of `immutability.fields`.
pub(super) struct Terraform(pub CatalogueRule);

impl Rule for Terraform {
    fn selects_ref(&self, name: &RefName) -> bool {
        self.0.selection.refs.as_ref().is_none_or(|globs| globs.matches(name.as_str().as_bytes()))
    }

    fn compares(&self) -> bool {
        true
    }

    /// A plan has no old side: it says itself what changes.
    fn on_unit(
        &self,
        _scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        self.plan(file, unit, findings);
        Ok(())
    }

    fn on_pair(&self, _scope: &Scope<'_>, pair: &Pair<'_>, findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        self.replaced(pair, findings);
        Ok(())
    }

    /// What counts is the module before and after, whatever file a block stands in.
    fn on_changes(
        &self,
        scope: &Scope<'_>,
        before: &dyn Surroundings,
        changes: &[&Change],
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let paths = changes.iter().map(|change| change.path.to_text()).filter(|path| terraform::is_configuration(path));
        let folders: BTreeSet<String> =
            paths.map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()).collect();
        if folders.is_empty() {
            return Ok(());
        }
        self.destroyed(scope.tree, before, &folders, findings)
    }
}

impl Terraform {
    fn selects(&self, kind: &str, name: &str, path: &RepoPath) -> bool {
        let folder = path.parent().map(|folder| folder.to_text()).filter(|folder| !folder.is_empty());
        let identity = Identity {
            group: "terraform".to_owned(),
            kind: kind.to_owned(),
            namespace: Some(folder.unwrap_or_else(|| ".".to_owned())),
            name: name.to_owned(),
        };
        selects_object(&self.0.selection, Some(kind), Some(&identity), &[path])
    }
}

/// The type and the name of a resource.
fn named(placed: &Placed) -> (&str, &str) {
    placed.address.resource.as_ref().map_or(("", ""), |resource| (resource.kind.as_str(), resource.name.as_str()))
}

/// Whether a resource is one that may not be lost.
fn matters(placed: &Placed) -> bool {
    placed.protected || terraform::is_stateful(named(placed).0)
}
