//! Which of the things a rule read is the one that it objects to.

use super::origin::{Path, Traced};

/// More paths than this are as good as what they have in common.
const MOST_PATHS: usize = 16;

/// What something read says about what a rule objects to, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// A name, to say which resource it is.
    Name,
    /// The kind, to select resources.
    Kind,
    /// The version of the API, to select resources or because it is too old.
    Version,
    /// Only the message says it.
    Message,
    /// Something got a name.
    Binding,
    /// The resource's own name, tested: it selects, unless nothing else is tested.
    Identity,
    /// Tested, but of the sort that mostly selects: names, types.
    Soft,
    /// An element that was gone to, and that the message speaks of.
    Element,
    /// Tested to put an element into the set that it was taken from.
    Reason,
    /// Compared with a word, which selects as often as it objects.
    Equal,
    /// Tested.
    Condition,
}

impl Class {
    /// By where it stands, for something that is tested. `depth` counts from the document's root.
    fn tested(path: &Path, depth: usize) -> Self {
        let of_resource = depth == 1 || (depth == 3 && path.is_in_items());
        match path.name() {
            Some("kind") if of_resource => Self::Kind,
            Some("apiVersion") if of_resource => Self::Version,
            Some("name" | "namespace" | "generateName") if path.is_in("metadata") => Self::Identity,
            Some(
                "kind" | "apiVersion" | "name" | "namespace" | "generateName" | "type" | "mode" | "actions" | "Cmd"
                | "cmd" | "Stage" | "address" | "provider_name",
            ) => Self::Soft,
            Some(_) | None => Self::Condition,
        }
    }
}

/// Places that all together are the answer.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) class: Class,
    pub(super) paths: Vec<Path>,
    /// Whether conditions of a rule or function led here, rather than only what a value is made of.
    pub(super) decided: bool,
}

impl Choice {
    /// Up to where collections were gone through since an undertaking began.
    pub(super) fn before(self, undertaking: usize) -> Self {
        Self { paths: self.paths.iter().map(|path| path.before(undertaking)).collect(), ..self }
    }

    /// The very elements, whatever was gone through to find them.
    pub(super) fn settled(self) -> Self {
        Self { paths: self.paths.iter().map(Path::settled).collect(), ..self }
    }

    /// Whether this is of the same element of a collection as what stands there.
    pub(super) fn is_of_element(&self, at: &Path) -> bool {
        self.paths.iter().any(|path| path.common(at).iterated() > 0)
    }

    /// Whether this is something of what stands there, or of the same element.
    pub(super) fn is_about(&self, at: &Path) -> bool {
        self.is_of_element(at) || self.paths.iter().any(|path| path.starts_with(at))
    }
}

/// How something was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Condition,
    Binding,
}

/// Something that a body read.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub(super) choice: Choice,
    pub(super) role: Role,
    /// Where in the policy's text.
    pub(super) order: u32,
}

/// Where in the input documents stand that places lead into; the first that fits is preferred.
#[derive(Clone, Debug)]
pub(super) struct Roots(pub(super) Vec<Vec<&'static str>>);

impl Roots {
    /// Which root a path is below, and how far.
    fn below(&self, path: &Path) -> Option<(usize, usize)> {
        let keys = path.keys();
        let starts = |root: &Vec<&str>| {
            keys.len() > root.len()
                && root.iter().zip(&keys).all(|(name, key)| key.as_string().is_ok_and(|key| **key == **name))
        };
        let (index, root) = self.0.iter().enumerate().find(|(_, root)| starts(root))?;
        Some((index, keys.len() - root.len()))
    }

    /// The keys of a path within its document; `None` for what is outside of it, or all of it.
    pub(super) fn within(&self, path: &Path) -> Option<Vec<regorus::Value>> {
        let (_, depth) = self.below(path)?;
        let keys = path.keys();
        Some(keys.into_iter().rev().take(depth).rev().cloned().collect())
    }

    pub(super) fn tested(&self, path: &Path) -> Option<Choice> {
        let (_, depth) = self.below(path)?;
        Some(Choice { class: Class::tested(path, depth), paths: vec![path.clone()], decided: false })
    }

    /// What testing a value says.
    pub(super) fn choice(&self, value: &Traced) -> Option<Choice> {
        self.choice_in(value, 4)
    }

    fn choice_in(&self, value: &Traced, depth: usize) -> Option<Choice> {
        let decided = value.from.as_deref().filter(|from| from.decided && from.class == Class::Condition);
        if let Some(decided) = decided {
            return Some(decided.clone());
        }
        let own = value.at.as_ref().and_then(|path| self.tested(path)).or_else(|| value.from.as_deref().cloned());
        if own.is_some() || depth == 0 {
            return own;
        }
        let parts = value.parts.as_deref()?;
        parts
            .values()
            .filter_map(|part| self.choice_in(part, depth - 1))
            .reduce(|first, next| if next.class > first.class { next } else { first })
    }

    /// Where a collection is from, rather than its elements.
    pub(super) fn base(&self, value: &Traced) -> Option<Choice> {
        if let Some(path) = &value.at {
            return self.tested(path);
        }
        let mut paths = Vec::new();
        for part in value.parts.iter().flat_map(|parts| parts.values()) {
            match (&part.at, &part.from) {
                (Some(path), _) => paths.push(path.collection()),
                (None, Some(from)) => paths.extend(from.paths.iter().map(Path::collection)),
                (None, None) => {}
            }
        }
        let common = paths.into_iter().reduce(|a, b| a.common(&b));
        common.and_then(|path| self.tested(&path)).or_else(|| value.from.as_deref().cloned())
    }

    /// Of two things that one expression reads, the one that it is about.
    pub(super) fn better(&self, a: Option<Choice>, b: Option<Choice>) -> Option<Choice> {
        let weight = |choice: &Choice| {
            let path = choice.paths.first();
            let root = path.and_then(|path| self.below(path)).map_or(usize::MAX, |(root, _)| root);
            (choice.class, std::cmp::Reverse(root), path.map_or(0, Path::iterated), path.map_or(0, Path::len))
        };
        match (a, b) {
            (Some(a), Some(b)) => Some(if weight(&a) > weight(&b) { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    /// All paths that went into a value.
    pub(super) fn mentioned(&self, value: &Traced) -> Vec<Path> {
        let mut paths = Vec::new();
        self.mention(value, 4, &mut paths);
        paths
    }

    fn mention(&self, value: &Traced, depth: usize, paths: &mut Vec<Path>) {
        if let Some(path) = &value.at {
            paths.extend(self.below(path).is_some().then(|| path.clone()));
        } else if let Some(from) = &value.from {
            paths.extend(from.paths.iter().cloned());
        }
        if depth > 0 && paths.len() < MOST_PATHS {
            for part in value.parts.iter().flat_map(|parts| parts.values()).take(MOST_PATHS) {
                self.mention(part, depth - 1, paths);
            }
        }
    }

    /// What a body that came to its end objects to. `result` is what it gave.
    pub(super) fn best(&self, seen: &[&Evidence], result: Option<&Traced>) -> Option<Choice> {
        let mentioned = result.map(|result| self.mentioned(result)).unwrap_or_default();
        let support = |path: &Path| mentioned.iter().map(|other| path.common(other).iterated()).max().unwrap_or(0);
        let said = mentioned.iter().filter_map(|path| {
            let choice = self.tested(path)?;
            Some((as_binding(choice.class, path, Class::Message), support(path), 0, choice))
        });
        let read = seen.iter().filter_map(|evidence| {
            let choice = &evidence.choice;
            // A text put together says nothing that what it was put together from does not say.
            if evidence.role == Role::Binding && choice.class == Class::Message {
                return None;
            }
            let path = choice.paths.first()?;
            let support = choice.paths.iter().map(support).max().unwrap_or(0);
            let class = match evidence.role {
                Role::Binding if !choice.decided => {
                    let of_element = support > 0 && path.iterated() > 0;
                    as_binding(choice.class, path, if of_element { Class::Element } else { Class::Binding })
                }
                Role::Binding => choice.class.min(Class::Reason),
                Role::Condition => choice.class,
            };
            Some((class, support, evidence.order, choice.clone()))
        });
        let (class, best, _, mut choice) =
            said.chain(read).max_by_key(|(class, support, order, _)| (*class, *support, *order))?;
        choice.paths.retain(|path| support(path) == best);
        choice.class = class;
        choice.decided = true;
        Some(choice)
    }
}

fn as_binding(tested: Class, path: &Path, class: Class) -> Class {
    match tested {
        Class::Kind | Class::Version => tested,
        _ if matches!(path.name(), Some("name" | "namespace" | "generateName" | "metadata")) => Class::Name,
        _ => class,
    }
}

/// Why something did not hold: of many reasons those that say most, together.
pub(super) fn together(reasons: &[Choice]) -> Option<Choice> {
    let class = reasons.iter().map(|reason| reason.class).max()?;
    let mut paths: Vec<Path> = Vec::new();
    for path in reasons.iter().filter(|reason| reason.class == class).flat_map(|reason| &reason.paths) {
        if !paths.contains(path) {
            paths.push(path.clone());
        }
        if paths.len() > MOST_PATHS {
            paths = paths.into_iter().reduce(|a, b| a.common(&b)).into_iter().collect();
        }
    }
    Some(Choice { class, paths, decided: true })
}
