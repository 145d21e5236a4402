//! Compares the two sides of one file, unit by unit. What has no counterpart here may have come from
//! another file, or gone to one.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    GateError,
    duplicates::{duplicate, twice_in_file},
    files::{TextFile, UnitKey, Units},
    judge::{Judge, Judged},
    moves::{Came, Lone, Whole},
    same::{self, Key},
};
use crate::{
    document::{Role, Unit},
    rule::{FileText, Gone, Pair, Side},
    verdict::Finding,
};

/// One side of a file: its text, and what stands in it.
#[derive(Clone, Copy)]
pub(super) struct FileUnits<'u> {
    pub text: &'u FileText,
    pub units: &'u Units<'u>,
}

impl<'u> FileUnits<'u> {
    pub fn new(file: &'u TextFile, units: &'u Units<'u>) -> Self {
        Self { text: &file.text, units }
    }

    fn side(&self, unit: &'u Unit<'u>) -> Side<'u> {
        Side { file: self.text, unit }
    }

    /// The numbers of objects by all that identifies them but their namespace.
    fn by_key(&self) -> BTreeMap<Key, Vec<usize>> {
        let mut by_key: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (index, _, unit) in self.compared() {
            if let Some(identity) = &unit.identity {
                by_key.entry(same::key(identity)).or_default().push(index);
            }
        }
        by_key
    }

    /// What is compared: a list that is a document is so by its items.
    fn compared(&self) -> impl Iterator<Item = (usize, &'u UnitKey, &'u Unit<'u>)> + use<'u> {
        let all = self.units.iter().enumerate().filter(|(_, (_, unit))| unit.role != Role::Whole);
        all.map(|(index, (key, unit))| (index, key, unit))
    }
}

impl Judge<'_> {
    /// Compares the units of one file's two sides.
    pub(super) fn pairs<'u>(
        &self,
        old: Option<FileUnits<'u>>,
        new: Option<FileUnits<'u>>,
        whole: &Whole<'_>,
        judged: &mut Judged,
    ) -> Result<(), GateError> {
        // Units of the old side that one of the new side continues, by number.
        let mut continued: BTreeSet<usize> = BTreeSet::new();
        let by_key = OnceCell::new();
        for (_, key, unit) in new.iter().flat_map(FileUnits::compared) {
            let Some(file) = new else { continue };
            let before = match old {
                Some(old) => {
                    let by_key = || by_key.get_or_init(|| old.by_key());
                    self.counterpart((old, &by_key), file, (key, unit), &continued)?
                }
                None => None,
            };
            match (before, old) {
                (Some(index), Some(old)) => {
                    continued.insert(index);
                    if let Some(before) = old.units.at(index) {
                        self.pair(&Pair::Both { old: old.side(before), new: file.side(unit) }, &mut judged.findings)?;
                    }
                }
                (Some(_) | None, _) => self.arrives(file, unit, whole, judged)?,
            }
        }
        if let Some(new) = new {
            twice_in_file(old, new, &mut judged.findings);
        }
        for (index, _, unit) in old.iter().flat_map(FileUnits::compared) {
            let Some(file) = old.filter(|_| !continued.contains(&index)) else { continue };
            match &unit.identity {
                Some(identity) => judged.gone.push(Lone::new(identity, unit)),
                None => self.pair(&Pair::Deleted(file.side(unit)), &mut judged.findings)?,
            }
        }
        Ok(())
    }

    /// The unit of the old side that one of the new side continues: the same object, or what stands at the
    /// same place.
    fn counterpart<'k>(
        &self,
        (old, by_key): (FileUnits<'_>, &dyn Fn() -> &'k BTreeMap<Key, Vec<usize>>),
        new: FileUnits<'_>,
        (key, unit): (&UnitKey, &Unit<'_>),
        continued: &BTreeSet<usize>,
    ) -> Result<Option<usize>, GateError> {
        if let Some(index) = old.units.position(key) {
            return Ok(Some(index));
        }
        let Some(identity) = &unit.identity else { return Ok(None) };
        // Of an object that stands twice now, each is compared with the one there was: a consumer may take either.
        if let Some(index) = old.units.position(&UnitKey::Object(identity.clone(), 1)) {
            return Ok(Some(index));
        }
        // In another version of its group, or with a namespace that what applies it put it into before.
        let mut found = None;
        for &index in by_key().get(&same::key(identity)).into_iter().flatten() {
            let Some(was) = old.units.at(index).and_then(|before| before.identity.as_ref()) else { continue };
            let stays = new.units.object(was).is_some() || continued.contains(&index);
            if !stays && self.is_same_in_file(&new.text.path.to_text(), was, identity)? {
                // One of several may be meant, and nobody says which.
                if found.is_some() {
                    return Ok(None);
                }
                found = Some(index);
            }
        }
        Ok(found)
    }

    /// A unit that the old side of its file does not have.
    fn arrives(
        &self,
        file: FileUnits<'_>,
        unit: &Unit<'_>,
        whole: &Whole<'_>,
        judged: &mut Judged,
    ) -> Result<(), GateError> {
        let is_open = match &unit.identity {
            Some(identity) => self.old_places(whole)?.is_elsewhere(identity, &file.text.path, whole.changes),
            None => false,
        };
        if let Some(identity) = &unit.identity {
            judged.came.push(Came { lone: Lone::new(identity, unit), is_open });
        }
        if is_open {
            return Ok(());
        }
        let new = file.side(unit);
        let twin = match unit.identity.as_ref().filter(|_| !file.text.template) {
            Some(identity) => self.twin(identity, &file.text.path, whole)?.map(|twin| (identity, twin)),
            None => None,
        };
        if let Some((identity, twin)) = &twin
            && let Some(unit) = twin.objects(identity).first()
        {
            let old = Side { file: &twin.text, unit };
            judged.findings.push(duplicate(identity, old, new));
            return self.pair(&Pair::Both { old, new }, &mut judged.findings);
        }
        self.pair(&Pair::Added(new), &mut judged.findings)
    }

    pub(super) fn pair(&self, pair: &Pair<'_>, findings: &mut Vec<Finding>) -> Result<(), GateError> {
        let path = |side: Side<'_>| side.file.path.clone();
        let (before, after) = (pair.before().map(path), pair.after().map(path));
        let is_built = self.covered().covers(before.as_ref(), after.as_ref());
        for rule in self.rules.iter().filter(|rule| rule.compares() && !(is_built && rule.compares_applied())) {
            rule.on_pair(&self.scope, pair, findings)?;
        }
        Ok(())
    }

    /// Tells of protected resources of a file that nobody can look into any more.
    pub(super) fn out_of_sight(&self, old: FileUnits<'_>, findings: &mut Vec<Finding>) -> Result<(), GateError> {
        for (_, _, unit) in old.compared() {
            let side = old.side(unit);
            if unit.identity.is_some() && crate::rule::is_protected(&self.rules, &self.scope, side) {
                let unsure = Some("its file cannot be looked into any more");
                self.gone(&Gone { old: side, became: None, unsure, before: self.sides.old }, findings)?;
            }
        }
        Ok(())
    }

    pub(super) fn gone(&self, gone: &Gone<'_>, findings: &mut Vec<Finding>) -> Result<(), GateError> {
        for rule in self.rules.iter().filter(|rule| rule.protects(&self.scope, gone.old)) {
            rule.on_gone(&self.scope, gone, findings)?;
        }
        Ok(())
    }
}
