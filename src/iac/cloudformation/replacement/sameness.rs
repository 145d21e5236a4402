//! Whether two values of two revisions of a template are the same.

use std::collections::{BTreeMap, BTreeSet};

use super::term::{Open, Piece, Term, named};
use crate::{document::Node, iac::cloudformation::value::entries};

/// Items of a list for which it is found out whether only their order changed.
const MOST_REORDERED: usize = 200;

/// Whether two values are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sameness {
    /// They are.
    Same,
    /// They are not, whatever is deployed.
    Different,
    /// It is known only when it is deployed; why.
    Open(String),
}

/// Two revisions of a template, and what they say otherwise.
pub(super) struct Revisions {
    /// Parameters whose default changed, mappings that changed, and conditions that say otherwise now; with what to
    /// call the change.
    pub changed: BTreeMap<String, String>,
    /// The resources of both.
    resources: BTreeSet<String>,
}

impl Revisions {
    pub fn new(old: &Node, new: &Node) -> Self {
        let mut changed = BTreeMap::new();
        let both = |section: &str| {
            let (old, new) = (old.get(section), new.get(section));
            let names: BTreeSet<&str> =
                [old, new].into_iter().flatten().flat_map(entries).map(|entry| entry.key.as_str()).collect();
            let of = |side: Option<&Node>, name: &str| side.and_then(|side| side.get(name)).cloned();
            names.into_iter().map(|name| (name.to_owned(), of(old, name), of(new, name))).collect::<Vec<_>>()
        };
        let same = |a: &Option<Node>, b: &Option<Node>| match (a, b) {
            (Some(a), Some(b)) => a.same_value(b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        for (name, old, new) in both("Parameters") {
            let default = |side: &Option<Node>| side.as_ref().and_then(|side| side.get("Default")).cloned();
            if old.is_some() && new.is_some() && !same(&default(&old), &default(&new)) {
                changed.insert(name.clone(), format!("the default of the parameter {name} changed"));
            }
        }
        for (name, old, new) in both("Mappings") {
            if !same(&old, &new) {
                changed.insert(name.clone(), format!("the mapping {name} changed"));
            }
        }
        let conditions = both("Conditions");
        // A condition may stand on others, in any order.
        loop {
            let before = changed.len();
            for (name, old, new) in &conditions {
                let mut names = BTreeSet::new();
                [old, new].into_iter().flatten().for_each(|side| named(side, &mut names));
                if !changed.contains_key(name)
                    && (!same(old, new) || names.iter().any(|name| changed.contains_key(name)))
                {
                    changed.insert(name.clone(), format!("the condition {name} changed"));
                }
            }
            if changed.len() == before {
                break;
            }
        }
        let ids = |root: &Node| -> BTreeSet<String> {
            let resources = root.get("Resources").map(entries).unwrap_or_default();
            resources.iter().map(|entry| entry.key.clone()).collect()
        };
        let resources = ids(old).union(&ids(new)).cloned().collect();
        Self { changed, resources }
    }

    /// What changed of the things that a name of these stands for.
    pub fn reason(&self, names: &BTreeSet<String>) -> Option<&str> {
        names.iter().find_map(|name| self.changed.get(name)).map(String::as_str)
    }

    /// Whether a property is the same at a path; `*` is any item.
    pub fn at(&self, old: &Term, new: &Term, path: &[&str]) -> Sameness {
        let Some((step, rest)) = path.split_first() else { return self.compare(old, new) };
        match (old, new) {
            (Term::Absent, Term::Absent) => Sameness::Same,
            (Term::Map(a), Term::Map(b)) if *step == "*" => {
                let both = a.iter().filter_map(|(key, old)| Some((old, b.get(key)?)));
                worst(both.map(|(old, new)| self.at(old, new, rest)))
            }
            (Term::Map(a), Term::Map(b)) => {
                let of = |side: &'_ BTreeMap<String, Term>| side.get(*step).cloned().unwrap_or(Term::Absent);
                self.at(&of(a), &of(b), rest)
            }
            (Term::Map(a), Term::Absent) if *step != "*" => {
                self.at(a.get(*step).unwrap_or(&Term::Absent), &Term::Absent, rest)
            }
            (Term::Absent, Term::Map(b)) if *step != "*" => {
                self.at(&Term::Absent, b.get(*step).unwrap_or(&Term::Absent), rest)
            }
            (Term::List(a), Term::List(b)) if *step == "*" => {
                worst(a.iter().zip(b).map(|(old, new)| self.at(old, new, rest)))
            }
            (_, _) => match self.compare(old, new) {
                Sameness::Different => Sameness::Open("what it is in is put together otherwise".to_owned()),
                same => same,
            },
        }
    }

    fn compare(&self, old: &Term, new: &Term) -> Sameness {
        match (old, new) {
            (Term::Absent, Term::Absent) => Sameness::Same,
            (Term::If(a, then, otherwise), Term::If(b, new_then, new_otherwise)) if a == b => {
                if let Some(reason) = self.changed.get(a) {
                    return Sameness::Open(reason.clone());
                }
                match (self.compare(then, new_then), self.compare(otherwise, new_otherwise)) {
                    (Sameness::Same, Sameness::Same) => Sameness::Same,
                    (Sameness::Different, Sameness::Different) => Sameness::Different,
                    (Sameness::Open(reason), _) | (_, Sameness::Open(reason)) => Sameness::Open(reason),
                    (_, _) => Sameness::Open(format!("the condition {a} decides")),
                }
            }
            (Term::If(condition, ..), _) | (_, Term::If(condition, ..)) => {
                Sameness::Open(format!("the condition {condition} decides"))
            }
            (Term::Absent, one) | (one, Term::Absent) => match one {
                // What counts where nothing is said.
                Term::Text(pieces) if matches!(pieces.as_slice(), [] | [Piece::Plain(_)]) && is_default(pieces) => {
                    Sameness::Open("it may be what counts where nothing is said".to_owned())
                }
                Term::List(items) if items.is_empty() => Sameness::Same,
                Term::Map(items) if items.is_empty() => Sameness::Same,
                Term::Text(_) | Term::List(_) | Term::Map(_) | Term::If(..) | Term::Absent => Sameness::Different,
            },
            (Term::Text(a), Term::Text(b)) => self.texts(a, b),
            (Term::List(a), Term::List(b)) => self.lists(a, b),
            (Term::Map(a), Term::Map(b)) => {
                let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
                let of = |side: &'_ BTreeMap<String, Term>, key: &str| side.get(key).cloned().unwrap_or(Term::Absent);
                worst(keys.into_iter().map(|key| self.compare(&of(a, key), &of(b, key))))
            }
            (Term::Text(_) | Term::List(_) | Term::Map(_), Term::Text(_) | Term::List(_) | Term::Map(_)) => {
                let plain = |side: &Term| !matches!(side, Term::Text(pieces) if pieces.iter().any(|piece| matches!(piece, Piece::Open(_))));
                if plain(old) && plain(new) {
                    Sameness::Different
                } else {
                    Sameness::Open("it is put together otherwise".to_owned())
                }
            }
        }
    }

    fn texts(&self, old: &[Piece], new: &[Piece]) -> Sameness {
        let open = |pieces: &[Piece]| -> Vec<Open> {
            let open = pieces.iter().filter_map(|piece| match piece {
                Piece::Open(open) => Some(open.clone()),
                Piece::Plain(_) => None,
            });
            open.collect()
        };
        let (a, b) = (open(old), open(new));
        let written = |open: &[Open]| open.iter().map(|open| open.text.clone()).collect::<Vec<_>>();
        if written(&a) == written(&b) {
            if let Some(reason) = a.iter().chain(&b).find_map(|open| self.reason(&open.names)) {
                return Sameness::Open(reason.to_owned());
            }
            let plain = |pieces: &[Piece]| {
                let plain = pieces.iter().map(|piece| match piece {
                    Piece::Plain(text) => text.clone(),
                    Piece::Open(open) => open.text.clone(),
                });
                plain.collect::<Vec<_>>()
            };
            return if plain(old) == plain(new) { Sameness::Same } else { Sameness::Different };
        }
        // Of two resources both are what they are.
        if let ([Piece::Open(a)], [Piece::Open(b)]) = (old, new)
            && let (Some(a), Some(b)) = (&a.resource, &b.resource)
            && a != b
            && self.resources.contains(a)
            && self.resources.contains(b)
        {
            return Sameness::Different;
        }
        let first = a.iter().chain(&b).map(|open| open.text.as_str()).next().unwrap_or_default();
        Sameness::Open(format!("what {} is, is known only when it is deployed", crate::text::shortened(first, 40)))
    }

    fn lists(&self, old: &[Term], new: &[Term]) -> Sameness {
        if old.len() == new.len() {
            let same = worst(old.iter().zip(new).map(|(old, new)| self.compare(old, new)));
            let reordered = same == Sameness::Different
                && old.len() <= MOST_REORDERED
                && old.iter().all(|item| {
                    let count = |side: &[Term]| side.iter().filter(|other| *other == item).count();
                    count(old) == count(new)
                });
            return if reordered { Sameness::Open("only its order changed".to_owned()) } else { same };
        }
        let decides = |item: &Term| matches!(item, Term::If(..) | Term::Absent);
        if old.iter().chain(new).any(decides) {
            return Sameness::Open("a condition decides what is in it".to_owned());
        }
        Sameness::Different
    }
}

/// Whether a text is what most properties are where nothing is said.
fn is_default(pieces: &[Piece]) -> bool {
    match pieces {
        [] => true,
        [Piece::Plain(text)] => matches!(text.as_str(), "false" | "0"),
        [Piece::Open(_)] | [_, _, ..] => false,
    }
}

/// What is true of all together.
fn worst(all: impl Iterator<Item = Sameness>) -> Sameness {
    let mut worst = Sameness::Same;
    for one in all {
        match (&worst, one) {
            (_, Sameness::Different) => return Sameness::Different,
            (Sameness::Same, open @ Sameness::Open(_)) => worst = open,
            (_, Sameness::Same | Sameness::Open(_)) => {}
        }
    }
    worst
}
