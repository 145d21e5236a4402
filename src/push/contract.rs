//! The contracts of Git's hooks (githooks(5)), one reader each.

use std::collections::BTreeSet;

use super::{RefChange, RefUpdate};
use crate::git::{Oid, RefName};

/// Most that is read of a hook's input: 200,000 refs of 300 bytes.
pub const MAX_INPUT: usize = 64 << 20;

/// The hook was called in a way Git does not call it, or with what no honest client sends.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedPush {
    /// Nothing at all is asked for.
    #[error("the hook got no ref updates on its standard input")]
    Empty,
    /// A line or argument list that does not have the form of the contract.
    #[error("{place} does not have the form `{form}`: {found}")]
    Form {
        /// Which line or argument.
        place: String,
        /// What it should look like.
        form: &'static str,
        /// What it looks like, escaped.
        found: String,
    },
    /// A ref name that Git itself would refuse later.
    #[error("{place}: {reason}")]
    RefName {
        /// Which line or argument.
        place: String,
        /// What is wrong with the name.
        reason: String,
    },
    /// A ref that is named twice: Git applies the first and refuses the second.
    #[error("the ref {0} is named twice in one push")]
    Duplicate(RefName),
    /// A ref is not where the pusher says.
    #[error("{name} is not at {claimed}, as the push says")]
    Stale {
        /// The ref.
        name: RefName,
        /// What the push says that it points to: an id, or nothing.
        claimed: String,
    },
    /// More input than any push needs.
    #[error("the hook's input is larger than {MAX_INPUT} bytes")]
    TooLarge,
}

impl MalformedPush {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Empty => "install pushgate as a hook of Git, which writes one line a ref: `<old> <new> <ref>`".into(),
            Self::Form { .. } => "push with an ordinary Git client; by hand, follow githooks(5)".into(),
            Self::RefName { .. } => "rename the ref; `git check-ref-format` says what is allowed".into(),
            Self::Duplicate(_) => "name each ref once".into(),
            Self::Stale { .. } => "somebody else has pushed: fetch, and push again".into(),
            Self::TooLarge => "push fewer refs at a time".into(),
        }
    }
}

const UPDATE_FORM: &str = "<old> <new> <ref>";

/// Reads the input of `pre-receive`: `<old> SP <new> SP <ref> LF` for each ref. `id_length` is the
/// number of hexadecimal digits of an id in this repository.
///
/// # Errors
/// [`MalformedPush`]. One odd line refuses all: a line feed in a ref name forges a line, so what
/// follows an odd line cannot be told from what the pusher made up.
pub fn pre_receive(input: &[u8], id_length: usize) -> Result<Vec<RefUpdate>, MalformedPush> {
    let mut updates = Vec::new();
    for (number, line) in lines(input)?.enumerate() {
        let place = || format!("line {} of the hook's input", number + 1);
        let form = || MalformedPush::Form { place: place(), form: UPDATE_FORM, found: shown(line) };
        let [old, new, name] = words::<3>(line).ok_or_else(form)?;
        updates.push(ref_update(name, old, new, id_length, &place, form)?);
    }
    checked(updates)
}

/// Reads the arguments of `update`: the ref, its old and its new id.
///
/// # Errors
/// [`MalformedPush`].
pub fn update(name: &[u8], old: &[u8], new: &[u8], id_length: usize) -> Result<Vec<RefUpdate>, MalformedPush> {
    let form = || MalformedPush::Form {
        place: "the hook's argument list".into(),
        form: "<ref> <old> <new>",
        found: shown(&[name, old, new].join(&b' ')),
    };
    checked(vec![ref_update(name, old, new, id_length, &|| "the hook's first argument".into(), form)?])
}

/// Reads the input of `pre-push`: `<local ref> SP <local id> SP <remote ref> SP <remote id> LF`.
/// Nothing to push is no error here: Git calls the hook then, too.
///
/// # Errors
/// [`MalformedPush`].
pub fn pre_push(input: &[u8], id_length: usize) -> Result<Vec<RefUpdate>, MalformedPush> {
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let mut updates = Vec::new();
    for (number, line) in lines(input)?.enumerate() {
        let place = || format!("line {} of the hook's input", number + 1);
        let form = || MalformedPush::Form {
            place: place(),
            form: "<local ref> <local id> <remote ref> <remote id>",
            found: shown(line),
        };
        let [_, new, name, old] = words::<4>(line).ok_or_else(form)?;
        updates.push(ref_update(name, old, new, id_length, &place, form)?);
    }
    checked(updates)
}

fn lines(input: &[u8]) -> Result<impl Iterator<Item = &[u8]>, MalformedPush> {
    if input.len() > MAX_INPUT {
        return Err(MalformedPush::TooLarge);
    }
    let Some(body) = input.strip_suffix(b"\n") else {
        return Err(if input.is_empty() {
            MalformedPush::Empty
        } else {
            MalformedPush::Form {
                place: "the end of the hook's input".into(),
                form: "a line that ends with a line feed",
                found: shown(input.rsplit(|byte| *byte == b'\n').next().unwrap_or_default()),
            }
        });
    };
    Ok(body.split(|byte| *byte == b'\n'))
}

/// Exactly `N` words between single spaces, the last of which may hold no space either.
fn words<const N: usize>(line: &[u8]) -> Option<[&[u8]; N]> {
    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    words.try_into().ok()
}

fn ref_update(
    name: &[u8],
    old: &[u8],
    new: &[u8],
    id_length: usize,
    place: &dyn Fn() -> String,
    form: impl Fn() -> MalformedPush,
) -> Result<RefUpdate, MalformedPush> {
    // The id of nothing is all zeros, as many as an id has digits.
    let id = |digits: &[u8]| -> Result<Option<Oid>, MalformedPush> {
        if digits.len() != id_length {
            return Err(form());
        }
        let id = Oid::from_hex(digits).map_err(|_| form())?;
        Ok((!id.is_null()).then_some(id))
    };
    let name = RefName::try_from(name)
        .map_err(|error| MalformedPush::RefName { place: place(), reason: error.to_string() })?;
    let change = match (id(old)?, id(new)?) {
        (None, Some(new)) => RefChange::Create { new },
        (Some(old), Some(new)) => RefChange::Update { old, new },
        (Some(old), None) => RefChange::Delete { old },
        (None, None) => return Err(form()),
    };
    Ok(RefUpdate { name, change })
}

fn checked(updates: Vec<RefUpdate>) -> Result<Vec<RefUpdate>, MalformedPush> {
    let mut seen = BTreeSet::new();
    for update in &updates {
        if !seen.insert(&update.name) {
            return Err(MalformedPush::Duplicate(update.name.clone()));
        }
    }
    Ok(updates)
}

fn shown(bytes: &[u8]) -> String {
    format!("`{}`", crate::text::shortened(&String::from_utf8_lossy(bytes), 120))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: &str = "0000000000000000000000000000000000000000";
    const A: &str = "1111111111111111111111111111111111111111";

    fn read(input: &str) -> Result<Vec<RefUpdate>, MalformedPush> {
        pre_receive(input.as_bytes(), 40)
    }

    #[test]
    fn every_line_counts() {
        let updates = read(&format!("{ZERO} {A} refs/heads/a\n{A} {ZERO} refs/tags/b\n")).expect("two updates");
        assert_eq!(updates.len(), 2);
        assert!(matches!(updates.first().map(|u| u.change), Some(RefChange::Create { .. })));
        assert!(matches!(updates.last().map(|u| u.change), Some(RefChange::Delete { .. })));
    }

    #[test]
    fn odd_input_is_refused_whole() {
        assert_eq!(read(""), Err(MalformedPush::Empty));
        for odd in [
            format!("{ZERO} {A} refs/heads/a"),
            format!("{ZERO} {A}  refs/heads/a\n"),
            format!("{ZERO} {A} refs/heads/a b\n"),
            format!("{ZERO} {ZERO} refs/heads/a\n"),
            format!("{ZERO} {A}0 refs/heads/a\n"),
            format!("{ZERO} {A} refs/heads/a\n\n"),
            format!("{ZERO} {A} HEAD\n"),
            format!("{ZERO} {A} refs/heads/a\n{ZERO} {A} refs/heads/a\n"),
            format!("{ZERO} zz11111111111111111111111111111111111111 refs/heads/a\n"),
        ] {
            assert!(read(&odd).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn sha256_ids_have_64_digits() {
        let (zero, id) = ("0".repeat(64), "1".repeat(64));
        assert_eq!(pre_receive(format!("{zero} {id} refs/heads/a\n").as_bytes(), 64).map(|u| u.len()), Ok(1));
        assert!(pre_receive(format!("{ZERO} {A} refs/heads/a\n").as_bytes(), 64).is_err());
    }

    #[test]
    fn pre_push_may_have_nothing_to_say() {
        assert_eq!(pre_push(b"", 40), Ok(vec![]));
        let line = format!("(delete) {ZERO} refs/heads/a {A}\n");
        assert!(matches!(
            pre_push(line.as_bytes(), 40).as_deref(),
            Ok([RefUpdate { change: RefChange::Delete { .. }, .. }])
        ));
    }
}
