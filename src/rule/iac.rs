//! Files that their tool would not take as they are: an entry of `rules` with `schema: terraform`,
//! `cloudformation`, `ansible` or `compose`.

use std::collections::BTreeSet;

use super::{FileText, Rule, RuleError, Scope, Surroundings, builtin, enforce, selects, selects_ref};
use crate::{
    config::RuleConfig,
    document::{Role, Unit},
    git::{Change, RefName, RepoPath},
    iac::{self, Kind, ansible, cloudformation, compose, terraform},
    verdict::{Finding, Severity},
};

/// Ids of the rules, one for each tool.
pub const TERRAFORM: &str = "terraform-schema";
/// See [`TERRAFORM`].
pub const CLOUDFORMATION: &str = "cloudformation-schema";
/// See [`TERRAFORM`].
pub const ANSIBLE: &str = "ansible-schema";
/// See [`TERRAFORM`].
pub const COMPOSE: &str = "compose-schema";

/// A tool that files are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Terraform and `OpenTofu`.
    Terraform,
    /// `CloudFormation`.
    CloudFormation,
    /// Ansible.
    Ansible,
    /// Compose.
    Compose,
}

impl Tool {
    fn id(self) -> &'static str {
        match self {
            Self::Terraform => TERRAFORM,
            Self::CloudFormation => CLOUDFORMATION,
            Self::Ansible => ANSIBLE,
            Self::Compose => COMPOSE,
        }
    }
}

/// One tool of an entry of `rules` with `schema`.
pub struct ToolSchema {
    config: RuleConfig,
    tool: Tool,
}

impl ToolSchema {
    pub(super) fn new(config: RuleConfig, tool: Tool) -> Self {
        Self { config, tool }
    }
}

impl Rule for ToolSchema {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.config.selection, name)
    }

    /// A document is judged as a whole, a list of plays as well.
    fn looks_at(&self, unit: &Unit<'_>) -> bool {
        unit.role != Role::Part && unit.route.0.is_empty()
    }

    fn depends_on_tree(&self) -> bool {
        match self.tool {
            Tool::Terraform | Tool::Compose => true,
            Tool::CloudFormation | Tool::Ansible => false,
        }
    }

    /// The files of a module whose others changed what they declare, and those that call it.
    fn affected(
        &self,
        scope: &Scope<'_>,
        before: &dyn Surroundings,
        changes: &[Change],
    ) -> Result<Vec<RepoPath>, RuleError> {
        if self.tool != Tool::Terraform {
            return Ok(Vec::new());
        }
        let paths = changes.iter().map(|change| change.path.to_text());
        let folders: BTreeSet<String> = paths
            .filter(|path| terraform::is_configuration(path))
            .map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned())
            .collect();
        let mut affected = Vec::new();
        for folder in folders {
            let (old, new) = (before.terraform_module(&folder)?.folder, scope.tree.terraform_module(&folder)?.folder);
            if old.declares_the_same(&new) {
                continue;
            }
            let of_module = |name: &String| {
                let kind = terraform::kind_of_name(name);
                matches!(kind, Some(terraform::Kind::Configuration | terraform::Kind::Variables))
            };
            let files = scope.tree.list(&folder)?.into_iter().filter(of_module);
            affected.extend(files.map(|name| RepoPath::new(folder.as_str()).join(&name)));
            if old.variables != new.variables || (old.files == 0) != (new.files == 0) {
                affected.extend(scope.tree.calling(&folder)?);
            }
        }
        Ok(affected)
    }

    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        if !selects(&self.config.selection, file, unit) || file.template {
            return Ok(());
        }
        let path = file.path.to_text();
        let said = match (self.tool, iac::kind_of(&path, unit.node)) {
            (Tool::Terraform, Some(Kind::Terraform(_))) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                terraform::check(&path, unit.node, &scope.tree.terraform_module(folder)?)
            }
            (Tool::CloudFormation, Some(Kind::CloudFormation)) => {
                if cloudformation::is_made_elsewhere(unit.node) {
                    let mut finding = builtin::not_judged(&file.path, builtin::UNFILLED);
                    finding.message = format!("{path}: a macro or `rain` changes it first: types are not compared");
                    findings.push(finding);
                }
                cloudformation::check(unit.node)
            }
            (Tool::Ansible, Some(Kind::Ansible(kind))) => ansible::check(kind, &path, unit.node),
            (Tool::Compose, Some(Kind::Compose)) => compose::check(unit.node, compose::is_whole(&path, scope.tree)?),
            (Tool::Terraform | Tool::CloudFormation | Tool::Ansible | Tool::Compose, _) => return Ok(()),
        };
        let wrong = said.wrong.into_iter().map(|violation| (Severity::Deny, violation));
        let doubtful = said.doubtful.into_iter().map(|violation| (Severity::Warn, violation));
        for (severity, violation) in wrong.chain(doubtful) {
            let mut finding = file.finding(self.tool.id(), unit, violation);
            finding.severity = severity;
            enforce(&mut finding, self.config.enforce);
            findings.push(finding);
        }
        Ok(())
    }
}
