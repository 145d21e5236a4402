//! What Terraform destroys when one state of a root module takes the place of another.
//!
//! What counts is the address, through all modules of the repository, and not the file: a block that moves to
//! another file of its folder is the same. `moved` and `removed` blocks of the new state are followed.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    address::{Address, Call, Key},
    module::{Estate, Placed},
    refactoring::Fate,
    repetition::Repetition,
};

/// A resource, or some of its instances, that is destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost<'a> {
    /// As it was.
    pub was: &'a Placed,
    /// As it is now, where it is still declared.
    pub now: Option<&'a Placed>,
    /// How.
    pub how: How,
    /// Whether that is known: else a module that cannot be read here may still declare it.
    pub certain: bool,
}

/// How a resource is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Nothing declares it any more.
    Gone,
    /// The call of the module that declares it is gone.
    Call(Address),
    /// A `removed` block has it destroyed.
    Removed,
    /// It moves to an address where nothing is declared.
    MovedNowhere(Address),
    /// It is still declared, and makes no instance.
    Empty(Repetition),
    /// It makes fewer instances; the keys of those that it does not make.
    Fewer(Vec<String>),
    /// Its instances have other keys: how it was repeated, and how it is, at the address where that changed.
    Rekeyed {
        /// A resource, or a module.
        at: Address,
        /// Before.
        was: Repetition,
        /// Now.
        now: Repetition,
    },
}

/// What becomes of the resources that somebody asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// Those that are lost.
    pub lost: Vec<Lost<'a>>,
    /// Those that stay, as they were and as they are.
    pub kept: Vec<(&'a Placed, &'a Placed)>,
    /// Whether there are so many that not all were compared.
    pub cut: bool,
}

/// Statements that are followed, times resources that they are followed for.
const MOST_WORK: usize = 50_000_000;
/// Moves that one resource may make one after the other.
const LONGEST_WALK: usize = 100;

/// Compares what a root module made with what it makes. `matters` says which resources are compared.
#[must_use]
pub fn compare<'a>(old: &'a Estate, new: &'a Estate, matters: &dyn Fn(&Placed) -> bool) -> Outcome<'a> {
    let by_address: BTreeMap<&Address, &Placed> = new.resources.iter().map(|one| (&one.address, one)).collect();
    let mut outcome = Outcome::default();
    let mut work = 0_usize;
    for was in old.resources.iter().filter(|one| matters(one)) {
        let there = by_address.get(&was.address).copied();
        if there.is_some_and(|now| now.repetition == was.repetition) {
            outcome.kept.extend(there.map(|now| (was, now)));
            continue;
        }
        work = work.saturating_add(new.refactoring.len() * LONGEST_WALK);
        if work > MOST_WORK {
            outcome.cut = true;
            break;
        }
        let lost = |how, now, certain| Lost { was, now, how, certain };
        if let Some(now) = there {
            match changed(was, now, new) {
                Some(how) => outcome.lost.push(lost(how, Some(now), true)),
                None => outcome.kept.push((was, now)),
            }
            continue;
        }
        match new.refactoring.fate(&was.address) {
            Fate::Forgotten => {}
            Fate::Destroyed => outcome.lost.push(lost(How::Removed, None, true)),
            Fate::Unsaid => {
                let how = gone(&was.address, &new.calls);
                outcome.lost.push(lost(how, None, is_known(new, &was.address)));
            }
            Fate::Moved(to) => match by_address.get(&to.without_keys()) {
                // Other keys than before are said with the move.
                Some(now) if now.repetition.iter().any(Repetition::is_nothing) => {
                    let how = changed(was, now, new).unwrap_or(How::Gone);
                    outcome.lost.push(lost(how, Some(*now), true));
                }
                Some(now) => match rekeyed_on_the_way(was, now, new) {
                    Some(how) => outcome.lost.push(lost(how, Some(*now), true)),
                    None => outcome.kept.push((was, now)),
                },
                None => {
                    let known = is_known(new, &to);
                    outcome.lost.push(lost(How::MovedNowhere(to), None, known));
                }
            },
        }
    }
    outcome
}

/// Whether all modules are read that may declare something at an address.
fn is_known(estate: &Estate, address: &Address) -> bool {
    let way = address.without_keys().modules;
    !estate.unread.iter().any(|unread| way.starts_with(unread))
}

/// The resource is gone, or the outermost module that it is in.
fn gone(address: &Address, calls: &BTreeSet<Vec<Call>>) -> How {
    let ways = (1..=address.modules.len()).filter_map(|length| address.modules.get(..length));
    match ways.into_iter().find(|way| !calls.contains(*way)) {
        Some(way) => How::Call(Address { modules: way.to_vec(), resource: None }),
        None => How::Gone,
    }
}

/// The keys of the instances of a resource or module that a move is said of; all of them, where it is said of what
/// has no key.
enum Said {
    All,
    Keys(BTreeSet<String>),
}

fn said(at: &Address, new: &Estate) -> Said {
    let mut keys = BTreeSet::new();
    for (from, to) in new.refactoring.moved.iter().filter(|(from, _)| from.without_keys() == *at) {
        let key = match &from.resource {
            Some(resource) => resource.key.as_ref(),
            None => from.modules.last().and_then(|call| call.key.as_ref()),
        };
        match key {
            Some(Key::Number(number)) => drop(keys.insert(number.to_string())),
            Some(Key::Text(text)) => drop(keys.insert(format!("{text:?}"))),
            Some(Key::Expression(_)) => return Said::All,
            None if to.has_keys() => return Said::All,
            None => {}
        }
    }
    Said::Keys(keys)
}

/// A move of a whole resource keeps the keys of its instances: where those are of another sort now, it is lost.
fn rekeyed_on_the_way(was: &Placed, now: &Placed, new: &Estate) -> Option<How> {
    let (before, after) = was.repetition.last().zip(now.repetition.last())?;
    let is_each = |repetition: &Repetition| matches!(repetition, Repetition::Each(_));
    let with_key = |(from, to): &(Address, Address)| {
        (from.has_keys() || to.has_keys()) && (from.without_keys() == was.address || to.without_keys() == now.address)
    };
    if is_each(before) == is_each(after) || new.refactoring.moved.iter().any(with_key) {
        return None;
    }
    Some(How::Rekeyed { at: now.address.clone(), was: before.clone(), now: after.clone() })
}

/// What is lost of a resource that is declared before and after, because of its instances.
fn changed(was: &Placed, now: &Placed, new: &Estate) -> Option<How> {
    if let Some(nothing) = now.repetition.iter().find(|repetition| repetition.is_nothing())
        && !was.repetition.iter().any(Repetition::is_nothing)
    {
        return Some(How::Empty(nothing.clone()));
    }
    // Moved into or out of modules: how the levels belong together is not found out.
    if was.repetition.len() != now.repetition.len() {
        return None;
    }
    for (level, (before, after)) in was.repetition.iter().zip(&now.repetition).enumerate() {
        let is_module = level < was.address.modules.len();
        let at = if is_module {
            Address { modules: was.address.modules.iter().take(level + 1).cloned().collect(), resource: None }
        } else {
            was.address.clone()
        };
        let Said::Keys(moved) = said(&at, new) else { continue };
        // Which instance went where is not counted: one that is moved stands for all.
        let rekeyed = || {
            let how = How::Rekeyed { at: at.clone(), was: before.clone(), now: after.clone() };
            moved.is_empty().then_some(how)
        };
        let fewer = |mut keys: Vec<String>| {
            keys.retain(|key| !moved.contains(key));
            (!keys.is_empty()).then_some(How::Fewer(keys))
        };
        let numbers = |from: u64, to: u64| (from..to).take(10).map(|key| key.to_string()).collect::<Vec<_>>();
        let lost = match (before, after) {
            // Terraform takes a resource without a key for the one with the key 0; of modules it does not.
            (Repetition::Once, Repetition::Count(_)) | (Repetition::Count(_), Repetition::Once) if is_module => {
                rekeyed()
            }
            (Repetition::Once, Repetition::Once | Repetition::Count(_)) => None,
            (Repetition::Count(before), Repetition::Once) => before.and_then(|before| fewer(numbers(1, before))),
            (Repetition::Count(before), Repetition::Count(after)) => {
                before.zip(*after).and_then(|(before, after)| fewer(numbers(after, before)))
            }
            (Repetition::Each(before), Repetition::Each(after)) => before
                .as_ref()
                .zip(after.as_ref())
                .and_then(|(before, after)| fewer(before.difference(after).map(|key| format!("{key:?}")).collect())),
            (Repetition::Once | Repetition::Count(_), Repetition::Each(_))
            | (Repetition::Each(_), Repetition::Once | Repetition::Count(_)) => rekeyed(),
        };
        if lost.is_some() && !before.is_nothing() {
            return lost;
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::{
        module::{Folders, Modules},
        testing::{Files, parsed},
    };

    fn estate(files: &[(&str, &str)]) -> Estate {
        let files = Files::new(files);
        let parse = |_: &str, bytes: &[u8]| parsed(bytes);
        let folders = Folders::default();
        Modules::new(&files, &parse, &folders).estate("").unwrap()
    }

    /// What is lost, by address.
    fn lost(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
        let (old, new) = (estate(old), estate(new));
        let outcome = compare(&old, &new, &|_| true);
        outcome.lost.iter().map(|lost| format!("{} {:?} {}", lost.was.address, lost.how, lost.certain)).collect()
    }

    const ONE: (&str, &str) = ("main.tf", r#"{"resource": {"a": {"x": [{}]}}}"#);

    #[test]
    fn what_is_declared_elsewhere_in_the_module_is_not_lost() {
        assert_eq!(lost(&[ONE], &[("other.tf.json", r#"{"resource": {"a": {"x": {}}}}"#)]), [""; 0]);
        assert_eq!(lost(&[ONE], &[("main.tf", "{}")]), ["a.x Gone true"]);
        // What cannot be read may declare anything.
        assert_eq!(lost(&[ONE], &[("main.tf", "{}"), ("broken.tf", "{")]), ["a.x Gone false"]);
    }

    #[test]
    fn a_removed_block_says_what_happens() {
        let removed = |destroy: &str| {
            format!(r#"{{"removed": [{{"from": "${{a.x}}", "lifecycle": [{{"destroy": {destroy}}}]}}]}}"#)
        };
        assert_eq!(lost(&[ONE], &[("main.tf", &removed("false"))]), [""; 0]);
        assert_eq!(lost(&[ONE], &[("main.tf", &removed("true"))]), ["a.x Removed true"]);
    }

    #[test]
    fn modules_elsewhere_are_not_known() {
        let call = |source: &str| format!(r#"{{"module": {{"m": [{{"source": "{source}"}}]}}}}"#);
        let old = [("main.tf", &*call("./m")), ("m/m.tf", ONE.1)];
        assert_eq!(lost(&old, &[("main.tf", &call("far/away/aws"))]), ["module.m.a.x Gone false"]);
        assert_eq!(lost(&old, &[("main.tf", "{}")])[0].split(' ').next(), Some("module.m.a.x"));
        assert!(lost(&old, &[("main.tf", "{}")])[0].contains("Call("));
        // A variable of that name was no number of instances.
        let counted = r#"{"module": {"m": [{"source": "./m", "count": 1}]}}"#;
        let new =
            [("main.tf", counted), ("m/m.tf", r#"{"resource": {"a": {"x": [{}]}}, "variable": {"count": [{}]}}"#)];
        assert_eq!(lost(&old, &new), [""; 0]);
        let new = [("main.tf", counted), ("m/m.tf", ONE.1)];
        assert!(lost(&old, &new)[0].contains("Rekeyed"));
    }

    #[test]
    fn instances_that_are_moved_are_not_lost() {
        let of =
            |more: &str, moved: &str| format!(r#"{{"resource": {{"a": {{"x": [{{{more}}}]}}}}, "moved": [{moved}]}}"#);
        let case = |old: &str, new: &str, moved: &str| {
            let found = lost(&[("main.tf", &of(old, ""))], &[("main.tf", &of(new, moved))]);
            found.first().map(|found| found.split([' ', '(', '{']).nth(1).unwrap_or_default().to_owned())
        };
        let each = r#""for_each": {"k": 1, "l": 2}"#;
        for (old, new, moved, expected) in [
            ("", r#""count": 1"#, "", None),
            ("", r#""count": 0"#, "", Some("Empty")),
            (r#""count": 0"#, r#""count": 0"#, "", None),
            (r#""count": 0"#, each, "", None),
            (r#""count": 3"#, r#""count": 1"#, "", Some("Fewer")),
            (r#""count": 3"#, "", "", Some("Fewer")),
            (r#""count": 1"#, "", "", None),
            (r#""count": "${var.n}""#, r#""count": 1"#, "", None),
            ("", each, "", Some("Rekeyed")),
            ("", each, r#"{"from": "${a.x}", "to": "${a.x[\"k\"]}"}"#, None),
            (each, "", r#"{"from": "${a.x[\"k\"]}", "to": "${a.x}"}"#, None),
            (each, "", "", Some("Rekeyed")),
            (each, r#""for_each": {"k": 1}"#, "", Some("Fewer")),
            (each, r#""for_each": {"k": 1, "m": 1}"#, r#"{"from": "${a.x[\"l\"]}", "to": "${a.x[\"m\"]}"}"#, None),
            (each, r#""for_each": {"m": 1}"#, r#"{"from": "${a.x[\"l\"]}", "to": "${a.x[\"m\"]}"}"#, Some("Fewer")),
            (each, r#""for_each": "${var.all}""#, "", None),
        ] {
            assert_eq!(case(old, new, moved).as_deref(), expected, "{old} -> {new} with {moved}");
        }
    }

    #[test]
    fn too_many_moves_are_not_followed_for_ever() {
        let moved: Vec<String> =
            (0..2000).map(|n| format!(r#"{{"from": "${{b.n{n}}}", "to": "${{b.n{}}}"}}"#, n + 1)).collect();
        let all: Vec<String> = (0..300).map(|n| format!(r#""x{n}": [{{}}]"#)).collect();
        let old = format!(r#"{{"resource": {{"a": {{{}}}}}}}"#, all.join(", "));
        let new = format!(r#"{{"moved": [{}]}}"#, moved.join(", "));
        let (old, new) = (estate(&[("main.tf", &old)]), estate(&[("main.tf", &new)]));
        assert!(compare(&old, &new, &|_| true).cut);
    }
}
