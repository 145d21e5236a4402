//! Documents that are judged together: all of the repository that a rule gathers, when any of them changed.
//!
//! A rule that compares documents with each other is broken by one that changes as well as by one that goes. So it is
//! given all of them as they are after the push, not those that changed. What it says of all of them as they were
//! before is not new.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    GateError,
    files::{Reading, Selected, TextFile, over_total, select_name, whole},
    judge::{Judge, Messages, over_limit},
    side::is_template,
    world::World,
};
use crate::{
    document::units,
    git::{Change, Content, File, Oid, RepoPath},
    rule::Gathered,
    verdict::{Finding, Place, Status},
};

/// Files that were read, by path and object; what stands on both sides is read once.
type Read = BTreeMap<(RepoPath, Option<Oid>), Option<TextFile>>;

fn key(path: &RepoPath, file: &File) -> (RepoPath, Option<Oid>) {
    let object = match &file.content {
        Content::Object(id) => Some(*id),
        Content::Bytes(_) => None,
    };
    (path.clone(), object)
}

impl Judge<'_> {
    /// Asks the rules that judge documents together, where any of theirs changed.
    pub(super) fn together(&self, changes: &[Change], findings: &mut Vec<Finding>) -> Result<(), GateError> {
        let declared =
            |path: &RepoPath| matches!(select_name(&self.gate.config, path), Selected::As(_) | Selected::ByContent);
        let mut read = Read::new();
        for rule in &self.rules {
            let is_wanted = |path: &RepoPath| rule.gathers(path) && declared(path);
            let theirs: Vec<&Change> = changes.iter().filter(|change| is_wanted(&change.path)).collect();
            if theirs.is_empty() {
                continue;
            }
            let new = self.sides.new.files(&is_wanted)?;
            self.read_all(&new, &mut read)?;
            let mut found = Vec::new();
            rule.on_all(&self.scope, &gathered(&new, &read, self.sides.new)?, &mut found)?;
            if self.both_sides && !found.is_empty() {
                let old = self.sides.old.files(&is_wanted)?;
                self.read_all(&old, &mut read)?;
                let mut known = Messages::default();
                rule.on_all(&self.old_scope(), &gathered(&old, &read, self.sides.old)?, &mut known.0)?;
                known.mark(&mut found);
            }
            // What the policy does not place came with the only file that changed.
            if let [Change { path, after: Some(_), .. }] = theirs.as_slice() {
                for finding in found.iter_mut().filter(|finding| finding.place.is_none()) {
                    finding.place = (finding.status == Status::New).then(|| Place::file(path.clone()));
                }
            }
            findings.append(&mut found);
        }
        Ok(())
    }

    /// Reads what is not read yet. All together is held to the limits of a push.
    fn read_all(&self, files: &[(RepoPath, File)], read: &mut Read) -> Result<(), GateError> {
        let unread: Vec<&(RepoPath, File)> =
            files.iter().filter(|(path, file)| !read.contains_key(&key(path, file))).collect();
        let one = |(path, file): &&(RepoPath, File)| -> Result<Option<TextFile>, GateError> {
            match self.reader.read_again(path, file, select_name(&self.gate.config, path)) {
                Ok(Reading::Text(text)) => Ok(Some(text)),
                Ok(Reading::Encrypted | Reading::LfsPointer | Reading::Plain) => Ok(None),
                // One that is over a limit is no document of anybody; where it changed, it is told.
                Err(error) => over_limit(error),
            }
        };
        let texts: Vec<Result<Option<TextFile>, GateError>> = unread.par_iter().map(one).collect();
        for ((path, file), text) in unread.into_iter().zip(texts) {
            read.insert(key(path, file), text?);
        }
        let (mut bytes, mut documents) = (0, 0);
        for text in texts_of(files, read) {
            bytes += text.text.source.text().len() as u64;
            documents += text.documents();
        }
        over_total(&self.gate.config.limits, bytes, documents)
    }
}

fn texts_of<'r>(files: &[(RepoPath, File)], read: &'r Read) -> impl Iterator<Item = &'r TextFile> {
    files.iter().filter_map(|(path, file)| read.get(&key(path, file))?.as_ref())
}

/// The documents of these files, as conftest combines them: an item each where a file is one list, else each document.
fn gathered<'r>(files: &[(RepoPath, File)], read: &'r Read, world: &World<'_>) -> Result<Vec<Gathered<'r>>, GateError> {
    let mut all = Vec::new();
    for text in texts_of(files, read).filter(|text| text.is_sound()) {
        if !is_template(text, &text.text.path, world)? {
            all.extend(of_file(text));
        }
    }
    Ok(all)
}

fn of_file(text: &TextFile) -> Vec<Gathered<'_>> {
    let documents = text.documents_read();
    let mut all = Vec::new();
    for document in documents {
        // A list among other documents is not taken apart.
        let list = document.root.as_sequence().is_some();
        if list && documents.len() > 1 {
            all.extend(whole(document));
        } else {
            // What is unpacked from a list of manifests stands in that already.
            all.extend(units(document).into_iter().filter(|unit| unit.route.0.len() == usize::from(list)));
        }
    }
    all.into_iter().map(|unit| Gathered { file: &text.text, unit }).collect()
}
