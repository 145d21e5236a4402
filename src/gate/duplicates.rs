//! Objects that stand twice where they are applied once.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    GateError,
    files::{Reading, Selected, TextFile, select_name},
    judge::{Judge, over_limit},
    moves::{At, Came, Whole},
    pairs::FileUnits,
};
use crate::{
    document::{Identity, Role, Route, Unit, format::Format},
    git::{File, RepoPath},
    gitops::{Tree as _, TreeError, kustomize},
    rule::{RuleError, Side, Surroundings as _, Wholeness, builtin},
    verdict::{Finding, Severity},
};

/// Whether it says something that an object stands twice: what a name is filled into, and what only programs
/// read, may.
fn is_told(identity: &Identity) -> bool {
    !identity.is_of_tool() && identity.group != kustomize::GROUP && !identity.name.contains(['{', '$', '<'])
}

/// The manifests of a folder that did not change.
#[derive(Default)]
pub(super) struct Beside {
    files: Vec<(RepoPath, File, Vec<u8>)>,
    /// How often something was looked for in them.
    asked: AtomicUsize,
    /// Which of them describe an object; found out when something is looked for often.
    index: OnceLock<BTreeMap<Identity, Vec<usize>>>,
}

/// From so many questions on, files are read once for all.
const OFTEN: usize = 16;

impl Judge<'_> {
    /// An object of this name in a file beside, which did not change.
    pub(super) fn twin(
        &self,
        identity: &Identity,
        path: &RepoPath,
        whole: &Whole<'_>,
    ) -> Result<Option<TextFile>, GateError> {
        if !is_told(identity) {
            return Ok(None);
        }
        let beside = self.beside_of(path, whole)?;
        if beside.files.is_empty() {
            return Ok(None);
        }
        let read = |(path, file, _): &(RepoPath, File, Vec<u8>)| -> Result<Option<TextFile>, GateError> {
            match self
                .reader
                .read_again(path, file, select_name(&self.gate.config, path))
                .map(Some)
                .or_else(passed_over)?
            {
                Some(Reading::Text(text)) => Ok(Some(text)),
                Some(Reading::Encrypted | Reading::LfsPointer | Reading::Plain) | None => Ok(None),
            }
        };
        let candidates: Vec<usize> = if beside.asked.fetch_add(1, Ordering::Relaxed) < OFTEN {
            let name = identity.name.as_bytes();
            let holds = |bytes: &[u8]| bytes.windows(name.len().max(1)).any(|window| window == name);
            (0..beside.files.len()).filter(|at| beside.files.get(*at).is_some_and(|file| holds(&file.2))).collect()
        } else {
            if beside.index.get().is_none() {
                let mut index: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
                for (at, file) in beside.files.iter().enumerate() {
                    let Some(text) = read(file)? else { continue };
                    for identity in text.units().iter().filter_map(|(_, unit)| unit.identity.clone()) {
                        index.entry(identity).or_default().push(at);
                    }
                }
                let _ = beside.index.set(index);
            }
            beside.index.get().and_then(|index| index.get(identity)).cloned().unwrap_or_default()
        };
        for at in candidates {
            let Some(file) = beside.files.get(at) else { continue };
            let Some(text) = read(file)? else { continue };
            if !text.text.template && !text.objects(identity).is_empty() && self.are_applied_together(path, &file.0)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The manifests in the folder of a file that did not change.
    fn beside_of(&self, path: &RepoPath, whole: &Whole<'_>) -> Result<Arc<Beside>, GateError> {
        let known = || whole.beside.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = path.parent().unwrap_or_else(|| RepoPath::new(""));
        if let Some(beside) = known().get(&folder) {
            return Ok(beside.clone());
        }
        let mut found = Beside::default();
        for name in self.sides.new.list(&folder.to_text()).map_err(RuleError::from)? {
            let there = folder.join(&name);
            let changed = || whole.changes.binary_search_by(|change| change.path.cmp(&there)).is_ok();
            let Selected::As(format) = select_name(&self.gate.config, &there) else { continue };
            if !Format::holds_manifests(format) || changed() {
                continue;
            }
            let Some(file) = self.sides.new.file(&there)?.filter(|file| file.mode.is_file()) else { continue };
            if let Some(bytes) = self.sides.new.bytes(&there, &file).map(Some).or_else(passed_over)? {
                found.files.push((there, file, bytes));
            }
        }
        let found = Arc::new(found);
        known().insert(folder, found.clone());
        Ok(found)
    }

    /// Whether two files are applied together, each for itself.
    pub(super) fn are_applied_together(&self, a: &RepoPath, b: &RepoPath) -> Result<bool, GateError> {
        let applied = |a: &str, b: &str| -> Result<bool, TreeError> {
            let kustomized = self.sides.new.kustomized()?;
            let is_whole = |path| !matches!(kustomized.wholeness(path), Wholeness::Patch | Wholeness::Unused);
            let takers = |path| -> Vec<&str> {
                kustomized.of(path).filter(|(_, role)| *role == kustomize::Role::Resource).map(|(one, _)| one).collect()
            };
            let (first, second) = (takers(a), takers(b));
            let together = if first.is_empty() && second.is_empty() {
                a.rsplit_once('/').map(|(folder, _)| folder) == b.rsplit_once('/').map(|(folder, _)| folder)
            } else {
                first.iter().any(|taker| second.contains(taker))
            };
            Ok(together && is_whole(a) && is_whole(b))
        };
        Ok(applied(&a.to_text(), &b.to_text()).map_err(RuleError::from)?)
    }

    /// Objects that came into two files that are applied together.
    pub(super) fn twice_in_push(
        &self,
        whole: &Whole<'_>,
        came: &[At<'_, Came>],
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let mut first: BTreeMap<&Identity, Vec<usize>> = BTreeMap::new();
        for (index, (one, change)) in came.iter().enumerate() {
            let identity = &one.lone.identity;
            if !is_told(identity) {
                continue;
            }
            let others = first.entry(identity).or_default();
            // Each is told of one other, and of many of one name not all are looked at.
            for other in others.iter().rev().take(20).filter_map(|other| came.get(*other)) {
                let (lone, beside) = (&other.0.lone, other.1);
                if beside.path == change.path || !self.are_applied_together(&beside.path, &change.path)? {
                    continue;
                }
                let (Some(a), Some(b)) = (self.at_hand(whole, beside, true)?, self.at_hand(whole, change, true)?)
                else {
                    continue;
                };
                if a.text.template || b.text.template {
                    continue;
                }
                if let (Some(before), Some(after)) = (lone.unit(&a), one.lone.unit(&b)) {
                    let sides = (Side { file: &a.text, unit: &before }, Side { file: &b.text, unit: &after });
                    findings.push(duplicate(identity, sides.0, sides.1));
                    break;
                }
            }
            others.push(index);
        }
        Ok(())
    }
}

/// Objects that stand twice in one file, and did not before.
pub(super) fn twice_in_file(old: Option<FileUnits<'_>>, new: FileUnits<'_>, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&Identity, (&Unit<'_>, usize)> = BTreeMap::new();
    for (_, unit) in new.units.iter().filter(|(_, unit)| unit.role == Role::Judged) {
        let Some(identity) = unit.identity.as_ref().filter(|identity| is_told(identity)) else { continue };
        let Some((one, count)) = first.get_mut(identity) else {
            first.insert(identity, (unit, 1));
            continue;
        };
        *count += 1;
        let was_there = old.is_some_and(|old| {
            let same = old.units.iter().filter(|(_, unit)| unit.identity.as_ref() == Some(identity));
            same.count() >= *count
        });
        if !was_there && !new.text.template {
            let sides = (Side { file: new.text, unit: one }, Side { file: new.text, unit });
            findings.push(duplicate(identity, sides.0, sides.1));
        }
    }
}

/// Nothing, for a file that is over a limit: it is refused where it changes.
fn passed_over<T>(error: GateError) -> Result<Option<T>, GateError> {
    over_limit(error).map(|_| None)
}

/// What is said of an object that stands somewhere else as well.
pub(super) fn duplicate(identity: &Identity, first: Side<'_>, second: Side<'_>) -> Finding {
    let whole = Route::default();
    let place = format!("{}:{}", first.file.path, first.file.line(first.unit, &whole));
    let message = format!("{identity} stands in {place} as well");
    let mut finding = Finding::new(builtin::DUPLICATE_OBJECT, message)
        .at(second.file.place(second.unit, &whole))
        .with_help("keep one of the two: which of them counts depends on what applies them");
    finding.severity = Severity::Warn;
    finding.resource = Some(identity.clone());
    finding
}
