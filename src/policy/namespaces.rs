//! Names of packages as people ask for them: exact, or patterns as Go's `path.Match` reads them, in which a dot is a
//! character like any other.

/// What a package is asked for by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Exactly this one.
    Exact(String),
    /// All that a pattern matches.
    Pattern(Vec<Part>),
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `*`: any characters but `/`.
    Any,
    /// `?`: one character but `/`.
    One,
    /// The character itself.
    Character(char),
    /// `[a-z]` or `[^a-z]`: one of these, or none of them.
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Wanted {
    /// Reads a name or a pattern; `None` for a pattern that is broken.
    pub(super) fn new(text: &str) -> Option<Self> {
        if !text.contains(['*', '?', '[']) {
            return Some(Self::Exact(text.to_owned()));
        }
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(next) = rest.next() {
            parts.push(match next {
                '*' => Part::Any,
                '?' => Part::One,
                '\\' => Part::Character(rest.next()?),
                '[' => class(&mut rest)?,
                other => Part::Character(other),
            });
        }
        Some(Self::Pattern(parts))
    }

    /// Whether a package of this name is asked for.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(wanted) => wanted == name,
            Self::Pattern(parts) => matches(parts, &name.chars().collect::<Vec<_>>()),
        }
    }
}

/// What follows `[`, to its `]`.
fn class(rest: &mut std::str::Chars<'_>) -> Option<Part> {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        if rest.as_str().starts_with(']') && !ranges.is_empty() {
            rest.next();
            return Some(Part::Class { negated, ranges });
        }
        let low = member(rest)?;
        let mut high = low;
        if rest.as_str().starts_with('-') {
            rest.next();
            high = member(rest)?;
        }
        ranges.push((low, high));
    }
}

/// One end of a range.
fn member(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        other => Some(other),
    }
}

/// Whether a pattern matches a whole name. What was tried behind the last `*` is tried again one character further on.
fn matches(pattern: &[Part], name: &[char]) -> bool {
    let (mut at, mut here) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while here < name.len() || at < pattern.len() {
        let character = name.get(here).copied();
        match (pattern.get(at), character) {
            (Some(Part::Any), _) => {
                again = Some((at, here));
                at += 1;
                continue;
            }
            (Some(part), Some(character)) if one(part, character) => {
                at += 1;
                here += 1;
                continue;
            }
            (Some(_) | None, _) => {}
        }
        match again {
            Some((star, from)) if name.get(from).is_some_and(|skipped| *skipped != '/') => {
                again = Some((star, from + 1));
                at = star + 1;
                here = from + 1;
            }
            Some(_) | None => return false,
        }
    }
    true
}

fn one(part: &Part, character: char) -> bool {
    match part {
        Part::Any => false,
        Part::One => character != '/',
        Part::Character(wanted) => *wanted == character,
        Part::Class { negated, ranges } => {
            ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns() {
        for (wanted, name, expected) in [
            ("main", "main", true),
            ("main", "main.gke", false),
            ("*", "a.b.c", true),
            ("*", "", true),
            ("k8s.*", "k8s.a", true),
            ("k8s.*", "k8s.a.b", true),
            ("k8s.*", "k8s", false),
            ("*.gke", "main.gke", true),
            ("*.gke", "main.gke.x", false),
            ("a*b*c", "a.b.b.c", true),
            ("a*b*c", "a.b.b.d", false),
            ("m?in", "main", true),
            ("m?in", "min", false),
            ("m[a-c]in", "main", true),
            ("m[^a-c]in", "main", false),
            ("m[^x]in", "main", true),
            ("m\\*[n]", "m*n", true),
            ("*", "a/b", false),
            ("main*", "main", true),
            ("**", "main", true),
        ] {
            assert_eq!(Wanted::new(wanted).map(|wanted| wanted.matches(name)), Some(expected), "{wanted} {name}");
        }
    }

    #[test]
    fn broken_patterns() {
        for broken in ["m[", "m[]", "m[a", "m[a-", "m[-a]", "*\\", "[^]"] {
            assert_eq!(Wanted::new(broken), None, "{broken}");
        }
    }
}
