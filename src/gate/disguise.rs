//! Files that would be read otherwise than they are judged.
//!
//! What is judged is the content of a blob, under its path. A link, an attribute or a list can make
//! a consumer see something else under that path; each of these is a finding.

use std::sync::Arc;

use super::{
    GateError,
    files::{Selected, select_name},
    judge::Judge,
};
use crate::{
    config::Config,
    document::{Route, Source, Span, Unit},
    git::{Content, File, FileMode, RepoPath},
    rule::{FileText, builtin},
    verdict::{Excerpt, Finding, Place},
};

/// Most that is read of a link's target or an attributes file, in bytes.
const MAX: u64 = 1 << 20;

impl Judge<'_> {
    /// Says what is wrong with a file by its mode and name.
    pub(super) fn disguises(&self, path: &RepoPath, file: &File, findings: &mut Vec<Finding>) -> Result<(), GateError> {
        // Beside what is applied, links are everyday: a `.env` or `.gitignore` shared by folders.
        let selected = matches!(select_name(&self.gate.config, path), Selected::As(format) if format.is_applied());
        match file.mode {
            FileMode::Symlink if selected => {
                let target = self.bytes(path, file)?;
                if !self.leads_to_judged(path, &target)? {
                    let target = RepoPath::new(target);
                    findings.push(link(path, &format!("a symbolic link to {target}, which is not judged")));
                }
            }
            FileMode::Submodule if selected => findings.push(link(path, "a submodule")),
            FileMode::Regular | FileMode::Executable if path.file_name() == b".gitattributes" => {
                let text = self.bytes(path, file)?;
                findings.extend(converted(path, &String::from_utf8_lossy(&text)));
            }
            FileMode::Symlink | FileMode::Submodule | FileMode::Regular | FileMode::Executable => {}
        }
        Ok(())
    }

    fn bytes(&self, path: &RepoPath, file: &File) -> Result<Vec<u8>, GateError> {
        match (&file.content, self.reader.repository) {
            (Content::Bytes(bytes), _) => Ok(bytes.to_vec()),
            (Content::Object(id), Some(repository)) => Ok(repository.read_blob(path, *id, MAX)?),
            (Content::Object(_), None) => Ok(Vec::new()),
        }
    }

    /// Whether a link leads to a file of this tree that is judged under its own name. A link to a
    /// link is judged when that one comes in.
    fn leads_to_judged(&self, path: &RepoPath, target: &[u8]) -> Result<bool, GateError> {
        let Some(resolved) = resolve(path, target) else { return Ok(false) };
        let judged = matches!(select_name(&self.gate.config, &resolved), Selected::As(_));
        let there = self.sides.new.file(&resolved)?;
        Ok(judged && there.is_some_and(|file| file.mode != FileMode::Submodule))
    }
}

/// The path that a link's target names; `None` where it leads out of the repository.
fn resolve(path: &RepoPath, target: &[u8]) -> Option<RepoPath> {
    if target.starts_with(b"/") {
        return None;
    }
    let folder = path.parent().map(|folder| folder.as_bytes().to_vec()).unwrap_or_default();
    let mut components: Vec<&[u8]> = folder.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).collect();
    for component in target.split(|byte| *byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => {
                components.pop()?;
            }
            name => components.push(name),
        }
    }
    Some(RepoPath::new(components.join(&b'/')))
}

fn link(path: &RepoPath, what: &str) -> Finding {
    Finding::new(builtin::LINK, format!("{path} is {what}"))
        .at(Place::file(path.clone()))
        .with_help("make it a file, or let it point to a declarative file of this repository")
}

/// Attributes by which Git would write another content into a checkout.
fn converted(path: &RepoPath, text: &str) -> Option<Finding> {
    let converts = |line: &str| {
        let mut words = line.split_whitespace();
        let pattern = words.next().unwrap_or_default().trim_end_matches('"');
        // A pattern for other kinds of files is nobody's business here.
        let elsewhere = pattern.rsplit_once('.').is_some_and(|(_, extension)| {
            extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && !["yaml", "yml", "json", "jsonc", "tf", "tofu", "tfvars", "hcl"]
                    .iter()
                    .any(|known| extension.eq_ignore_ascii_case(known))
        });
        let mut encodings = words.filter_map(|word| word.strip_prefix("working-tree-encoding="));
        !pattern.starts_with('#') && !elsewhere && encodings.any(|encoding| !encoding.eq_ignore_ascii_case("utf-8"))
    };
    let source = Source::new(text.to_owned());
    let line = (1..=source.line_count()).find(|line| converts(source.line(*line)))?;
    let span = Span::new(source.offset(line, 1), source.offset(line, usize::MAX));
    let excerpt = Excerpt { source: Arc::new(source), span, label: None, related: Vec::new() };
    let message = format!("{path} converts files when they are checked out");
    Some(
        Finding::new(builtin::ATTRIBUTES, message)
            .at(Place { excerpt: Some(excerpt), ..Place::file(path.clone()) })
            .with_help("leave YAML, JSON and HCL files out, and store those as UTF-8"),
    )
}

/// A file whose content Git LFS keeps elsewhere.
pub(super) fn lfs_pointer(path: &RepoPath) -> Finding {
    Finding::new(builtin::LFS_POINTER, format!("{path} is a Git LFS pointer: its content cannot be judged"))
        .at(Place::file(path.clone()))
        .with_help("keep declarative files out of LFS, or have this one left out under `files`")
}

/// An item that takes its kind from its list, which policies do not.
pub(super) fn unstated_kind(file: &FileText, unit: &Unit<'_>) -> Option<Finding> {
    let identity = unit.identity.as_ref().filter(|_| unit.unstated)?;
    let message = format!("{identity} does not say that it is a {}: it is an item of a list", identity.kind);
    Some(
        Finding::new(builtin::LIST_ITEM, message)
            .at(file.place(unit, &Route::default()))
            .with_help("write apiVersion and kind into each item"),
    )
}

/// Whether something is said of a file with this name.
pub(super) fn is_looked_at(config: &Config, path: &RepoPath) -> bool {
    match select_name(config, path) {
        Selected::As(_) | Selected::ByContent | Selected::Unread => true,
        Selected::No | Selected::LeftOut => false,
    }
}
