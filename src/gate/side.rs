//! The two sides of a changed file: read, or told why they are not.

use super::{
    GateError, disguise,
    files::{Reading, Selected, TextFile, select},
    judge::{Judge, Judged},
    unfilled,
    world::World,
};
use crate::{
    document::format::Format,
    git::{Change, File, GitError, RepoPath},
    gitops::helm::{self, Part},
    iac::terraform,
    rule::{RuleError, builtin},
    verdict::{Finding, Status},
};

impl Judge<'_> {
    /// Reads the new side; `None` when there is nothing to judge in it.
    pub(super) fn new_side(
        &self,
        change: &Change,
        file: &File,
        judged: &mut Judged,
    ) -> Result<Option<TextFile>, GateError> {
        self.disguises(&change.path, file, &mut judged.findings)?;
        let selected = select(&self.gate.config, &change.path, file);
        let path = change.path.to_text();
        if selected != Selected::LeftOut && file.mode.is_file() && terraform::is_state(&path, None) {
            // Whatever it looks like: there is nothing in it that is good to be here.
            judged.findings.push(self.state(change)?);
            return Ok(None);
        }
        let mut reading = self.reader.read(&change.path, file, selected)?;
        if selected == Selected::ByContent
            && matches!(reading, Reading::Plain)
            && let Some(format) = self.format_before(change)?
        {
            // What was an inventory is a broken one now, and not something that nobody looks at.
            reading = self.reader.read(&change.path, file, Selected::As(format))?;
        }
        match reading {
            // A template that is YAML as it stands is judged like any other file: Helm passes on
            // what it does not fill in.
            Reading::Text(mut text) => {
                text.text.template = is_template(&text, &change.path, self.sides.new)?;
                if text.text.template && text.stops_at("{{") {
                    judged.findings.push(builtin::not_judged(&change.path, builtin::HELM_TEMPLATE));
                    return Ok(None);
                }
                if !text.is_sound() {
                    // What was read before, or is read up to a document, is no template.
                    let was_sound = || -> Result<bool, GateError> {
                        Ok(self.side(&change.path, change.before.as_ref())?.is_some_and(|old| old.is_sound()))
                    };
                    let is_unfilled = text.documents() == 0
                        && unfilled::is_unfilled(&text, &path, self.sides.new).map_err(RuleError::from)?;
                    if is_unfilled && !was_sound()? {
                        judged.findings.push(builtin::not_judged(&change.path, builtin::UNFILLED));
                        return Ok(None);
                    }
                    let is_foreign = text.text.format == Format::Hcl.name() && terraform::is_of_another_tool(&path);
                    if is_foreign && !self.is_below_terragrunt(&change.path)? && !was_sound()? {
                        judged.findings.push(builtin::not_judged(&change.path, builtin::UNREAD));
                        return Ok(None);
                    }
                }
                if text.roots().any(|root| terraform::is_state(&path, Some(root))) {
                    judged.findings.push(self.state(change)?);
                }
                Ok(Some(text))
            }
            Reading::Encrypted => {
                judged.findings.push(builtin::not_judged(&change.path, builtin::ENCRYPTED));
                Ok(None)
            }
            Reading::LfsPointer => {
                judged.findings.push(match selected {
                    Selected::As(format) if format.is_applied() => disguise::lfs_pointer(&change.path),
                    Selected::As(_) | Selected::ByContent | Selected::Unread | Selected::No | Selected::LeftOut => {
                        builtin::not_judged(&change.path, builtin::LFS_POINTER)
                    }
                });
                Ok(None)
            }
            Reading::Plain => {
                if selected == Selected::Unread {
                    judged.findings.push(builtin::not_judged(&change.path, builtin::UNREAD));
                } else if selected == Selected::ByContent && self.reader.is_large(&change.path, file)? {
                    judged.findings.push(builtin::not_judged(&change.path, builtin::LARGE_FILE));
                }
                Ok(None)
            }
        }
    }

    /// The format that a file had before, where its content said so.
    fn format_before(&self, change: &Change) -> Result<Option<Format>, GateError> {
        let old = self.side(&change.path, change.before.as_ref())?;
        Ok(old.and_then(|old| Format::from_name(old.text.format)))
    }

    /// Whether Terragrunt may read a file of HCL whatever its name is: its own lie in the folder or above.
    fn is_below_terragrunt(&self, path: &RepoPath) -> Result<bool, GateError> {
        let mut folder = path.parent();
        loop {
            let here = folder.clone().unwrap_or_else(|| RepoPath::new(""));
            for name in ["terragrunt.hcl", "root.hcl"] {
                if self.sides.new.file(&here.join(name))?.is_some() {
                    return Ok(true);
                }
            }
            match folder {
                Some(inner) if !inner.as_bytes().is_empty() => folder = inner.parent(),
                Some(_) | None => return Ok(false),
            }
        }
    }

    /// The finding for a state of Terraform, known where there was one before.
    fn state(&self, change: &Change) -> Result<Finding, GateError> {
        let mut finding = builtin::terraform_state(&change.path);
        let was_one = |old: TextFile| old.roots().any(|root| terraform::is_state(&change.path.to_text(), Some(root)));
        let named = change.before.is_some() && terraform::is_state(&change.path.to_text(), None);
        if named || self.side(&change.path, change.before.as_ref())?.is_some_and(was_one) {
            finding.status = Status::Existing;
        }
        Ok(finding)
    }

    /// Reads the old side; `None` where it says nothing that the new one could be compared with.
    pub(super) fn old_side(&self, path: &RepoPath, file: &File) -> Result<Option<TextFile>, GateError> {
        match self.reader.read_again(path, file, select(&self.gate.config, path, file)) {
            Ok(Reading::Text(mut text)) => {
                text.text.template = is_template(&text, path, self.sides.old)?;
                Ok(Some(text))
            }
            Ok(Reading::Encrypted | Reading::LfsPointer | Reading::Plain) => Ok(None),
            // An old file over a limit is in already, and not this push's doing. Only where fields
            // are compared is there no verdict without it.
            Err(GateError::FileLimit { .. } | GateError::Git(GitError::FileTooLarge { .. })) if !self.compares() => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn side(&self, path: &RepoPath, file: Option<&File>) -> Result<Option<TextFile>, GateError> {
        match file {
            Some(file) => self.old_side(path, file),
            None => Ok(None),
        }
    }
}

/// Whether a file is a template of a Helm chart: it has actions in it and lies below `templates/` of a
/// folder with a `Chart.yaml`. What it says counts only when it has been rendered.
pub(super) fn is_template(file: &TextFile, path: &RepoPath, world: &World<'_>) -> Result<bool, GateError> {
    if !file.text.source.text().contains("{{") {
        return Ok(false);
    }
    let place = helm::chart_of(&path.to_text(), world).map_err(RuleError::from)?;
    Ok(place.is_some_and(|place| matches!(place.part, Part::Template | Part::TemplateText)))
}
