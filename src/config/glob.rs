//! Patterns over paths, refs and names.

use std::{collections::BTreeMap, fmt, sync::Arc};

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use super::words::Complaint;
use crate::document::Span;

/// A list of glob patterns, one of which has to match. Never empty.
///
/// `*` and `?` stop at `/`, `**` does not and stands alone between slashes, `[a-z]` is one of a set,
/// `{a,b}` one of several patterns, and `\` takes the next character as it is. Matching is over bytes
/// and exact in case: a path need not be UTF-8, `?` is one byte, and `[!a]` matches a `/` too.
#[derive(Clone)]
pub struct GlobList {
    patterns: Vec<(String, Span)>,
    set: Arc<GlobSet>,
}

/// Lists compiled so far, by their patterns: a configuration repeats itself, and compiling costs more
/// than anything else in it.
#[derive(Debug, Default)]
pub(super) struct Compiled(BTreeMap<Vec<String>, Arc<GlobSet>>);

impl GlobList {
    /// Compiles patterns that have passed [`check`]; the error is about all of them together.
    pub(super) fn new(patterns: Vec<(String, Span)>, compiled: &mut Compiled) -> Result<Self, Complaint> {
        let key: Vec<String> = patterns.iter().map(|(pattern, _)| pattern.clone()).collect();
        if let Some(set) = compiled.0.get(&key) {
            return Ok(Self { patterns, set: set.clone() });
        }
        let mut set = GlobSetBuilder::new();
        for (pattern, _) in &patterns {
            set.add(compile(pattern)?);
        }
        let set = set.build().map_err(|error| Complaint::new(error.kind().to_string()))?;
        let set = Arc::new(set);
        compiled.0.insert(key, set.clone());
        Ok(Self { patterns, set })
    }

    /// Whether one of the patterns matches the whole of `text`: a path in the repository without a
    /// leading `/`, a full ref name, or a name.
    #[must_use]
    pub fn matches(&self, text: &[u8]) -> bool {
        self.set.is_match_candidate(&Candidate::from_bytes(text))
    }

    /// The patterns as they were written, in order.
    #[must_use]
    pub fn patterns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.patterns.iter().map(|(pattern, _)| pattern.as_str())
    }

    /// The patterns and where they are written in their configuration file.
    #[must_use]
    pub fn spans(&self) -> &[(String, Span)] {
        &self.patterns
    }
}

impl fmt::Debug for GlobList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.patterns()).finish()
    }
}

impl PartialEq for GlobList {
    /// Compares the patterns as written, not their places.
    fn eq(&self, other: &Self) -> bool {
        self.patterns().eq(other.patterns())
    }
}

impl Eq for GlobList {}

impl serde::Serialize for GlobList {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.patterns())
    }
}

/// What a pattern is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Paths in the repository.
    Path,
    /// Full ref names.
    Ref,
    /// Names without slashes.
    Name,
}

impl Over {
    /// The regular expression (ECMA 262) every such pattern matches, for editors; [`check`] knows more.
    pub(super) const fn regex(self) -> &'static str {
        match self {
            Self::Path => r"^(?![!\s])(?!\.{0,2}/).*[^/\s]$",
            Self::Ref => r"^(refs/|\*\*/)\S*[^/\s]$|^\*\*$",
            Self::Name => r"^(?![!\s])[^/]*[^/\s]$",
        }
    }
}

/// Refuses patterns that are not well-formed, and those that would match nothing by mistake: a rule
/// that never fires looks exactly like a rule that is kept.
pub(super) fn check(pattern: &str, over: Over) -> Result<(), Complaint> {
    if pattern.is_empty() {
        return Err(Complaint::new("an empty pattern matches nothing").help("remove it"));
    }
    if pattern.trim() != pattern {
        let problem = Complaint::new(format!("`{pattern}` starts or ends with a space"));
        return Err(problem.help("remove it; `[ ]` is one that is meant"));
    }
    if pattern.starts_with('!') {
        return Err(Complaint::new("patterns cannot be negated").help("list what shall match; `\\!` is a literal `!`"));
    }
    compile(pattern)?;
    double_stars(pattern)?;
    if let Some((start, end)) = set_beyond_ascii(pattern) {
        return Err(Complaint::new("a set in `[…]` holds ASCII characters only").help("write `{é,è}`").at(start, end));
    }
    match over {
        Over::Path => check_path(pattern),
        Over::Ref => check_ref(pattern),
        Over::Name if pattern.contains('/') => {
            Err(Complaint::new(format!("`{pattern}` matches no name")).help("a name has no `/`"))
        }
        Over::Name => Ok(()),
    }
}

fn check_path(pattern: &str) -> Result<(), Complaint> {
    let nothing = || Complaint::new(format!("`{pattern}` matches no path"));
    if let Some(directory) = pattern.strip_suffix('/') {
        return Err(nothing().help(format!("write `{}/**` for all below", directory.trim_start_matches('/'))));
    }
    if let Some(rest) = pattern.strip_prefix('/').or_else(|| pattern.strip_prefix("./")) {
        return Err(nothing().help(format!("paths start at the repository's root: write `{rest}`")));
    }
    if pattern.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(nothing().help("a path in a repository has no `//`, `/./` or `/../`"));
    }
    Ok(())
}

fn check_ref(pattern: &str) -> Result<(), Complaint> {
    let nothing = || Complaint::new(format!("`{pattern}` matches no ref"));
    if pattern.ends_with('/') {
        return Err(nothing().help(format!("write `{pattern}**` for all below")));
    }
    if pattern.contains(char::is_whitespace) {
        return Err(nothing().help("the name of a ref has no spaces"));
    }
    if pattern.starts_with("refs/") || pattern == "**" || pattern.starts_with("**/") {
        return Ok(());
    }
    let help = match pattern.strip_prefix("heads/").or_else(|| pattern.strip_prefix("tags/")) {
        Some(_) => format!("a ref is matched by its full name: write `refs/{pattern}`"),
        None if pattern == "*" => "a ref is matched by its full name: write `refs/heads/**` or `**`".to_owned(),
        None => format!("a ref is matched by its full name: write `refs/heads/{pattern}`"),
    };
    Err(nothing().help(help))
}

/// globset reads a `**` that shares its place with anything else as `*`, which stops at `/`.
fn double_stars(pattern: &str) -> Result<(), Complaint> {
    let chars: Vec<_> = roles(pattern).filter(|(_, _, role)| *role != Role::Set).collect();
    let special = |index: Option<usize>| index.and_then(|index| chars.get(index)).map(|(_, char, _)| *char);
    for (index, (at, char, role)) in chars.iter().enumerate() {
        if (*char, *role) != ('*', Role::Plain) || !matches!(chars.get(index + 1), Some((_, '*', Role::Plain))) {
            continue;
        }
        let alone = match (special(index.checked_sub(1)), special(index.checked_add(2))) {
            (None | Some('/'), None | Some('/')) => true,
            (Some('/'), Some(',' | '}')) | (Some(',' | '{'), Some('/')) => pattern.contains('{'),
            (_, _) => false,
        };
        if !alone {
            return Err(Complaint::new("`**` has to stand alone between slashes")
                .help("`a/**` is all below `a`, `**/a` is `a` anywhere, `a*` is one name")
                .at(*at, at + 2));
        }
    }
    Ok(())
}

/// globset matches bytes: a set of characters beyond ASCII would be a set of their bytes.
fn set_beyond_ascii(pattern: &str) -> Option<(usize, usize)> {
    let mut found = roles(pattern).filter(|(_, char, role)| *role == Role::Set && !char.is_ascii());
    found.next().map(|(at, char, _)| (at, at + char.len_utf8()))
}

/// How globset reads a character of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// As itself, or with the meaning it has in patterns.
    Plain,
    /// As itself, behind a `\`.
    Escaped,
    /// As a part of a `[…]`, its brackets included; a `\` there is itself, and so is a `]` at the start.
    Set,
}

/// The characters of a pattern with their offsets, without the `\\` that escape others.
fn roles(pattern: &str) -> impl Iterator<Item = (usize, char, Role)> {
    let mut chars = pattern.char_indices();
    // Where the open set starts, and whether a `]` would close it.
    let mut open: Option<(usize, bool)> = None;
    std::iter::from_fn(move || {
        let (at, char) = chars.next()?;
        Some(match (open, char) {
            (None, '[') => {
                open = Some((at, false));
                (at, char, Role::Set)
            }
            (Some((start, false)), '!' | '^') if at == start + 1 => (at, char, Role::Set),
            (Some((_, true)), ']') => {
                open = None;
                (at, char, Role::Set)
            }
            (Some((start, _)), _) => {
                open = Some((start, true));
                (at, char, Role::Set)
            }
            (None, '\\') => {
                let (at, char) = chars.next()?;
                (at, char, Role::Escaped)
            }
            (None, _) => (at, char, Role::Plain),
        })
    })
}

fn compile(pattern: &str) -> Result<globset::Glob, Complaint> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        // `a{,.bak}` without this would match `a.bak` only.
        .empty_alternates(true)
        .build()
        .map_err(|error| Complaint::new(format!("not a pattern: {}", error.kind())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(patterns: &[&str]) -> GlobList {
        for pattern in patterns {
            check(pattern, Over::Path).unwrap();
        }
        GlobList::new(
            patterns.iter().map(|pattern| ((*pattern).to_owned(), Span::default())).collect(),
            &mut Compiled::default(),
        )
        .unwrap()
    }

    #[test]
    fn patterns_match_whole_paths() {
        for (pattern, good, bad) in [
            ("a", &["a"][..], &["b", "a/b", "b/a", "A", "aa"][..]),
            ("*.yaml", &["x.yaml", ".yaml", "x.y.yaml"], &["a/x.yaml", "x.yaml/a", "x.yml"]),
            ("a/*", &["a/b", "a/b.c"], &["a", "a/b/c", "b/a"]),
            ("**/*.yaml", &["x.yaml", "a/x.yaml", "a/b/x.yaml"], &["x.yml"]),
            ("a/**", &["a/b", "a/b/c", "a/."], &["a", "b/a/c", "ab/c"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]),
            ("**", &["a", "a/b", ".git"], &[]),
            ("{a,b/**}/c", &["a/c", "b/x/c", "b/x/y/c"], &["c", "b"]),
            ("a{,.bak}", &["a", "a.bak"], &["a.", "abak"]),
            ("v[0-9].[!a]", &["v1.b"], &["vx.b", "v1.a"]),
            ("a?c", &["abc"], &["ac", "a/c"]),
            ("**/secret.", &["secret.", "a/secret."], &["secret"]),
            ("\\[x\\]", &["[x]"], &["x"]),
        ] {
            let list = list(&[pattern]);
            for path in good {
                assert!(list.matches(path.as_bytes()), "{pattern} should match {path}");
            }
            for path in bad {
                assert!(!list.matches(path.as_bytes()), "{pattern} should not match {path}");
            }
        }
    }

    #[test]
    fn no_byte_of_a_path_hides_it() {
        for path in
            [&b"a/\n/x.yaml"[..], b"a/\xff\xfe.yaml", b"a/\0.yaml", b"a/\r\n.yaml", "a/\u{202e}é.yaml".as_bytes()]
        {
            for pattern in ["a/**", "**/*.yaml", "**", "a/**/*.yaml"] {
                assert!(list(&[pattern]).matches(path), "{pattern} should match {path:?}");
            }
        }
        assert!(list(&["é/*"]).matches("é/a".as_bytes()));
    }

    #[test]
    fn one_pattern_of_a_list_is_enough() {
        let list = list(&["b/**", "a"]);
        assert!(list.matches(b"a") && list.matches(b"b/c") && !list.matches(b"c"));
        assert_eq!(list.patterns().collect::<Vec<_>>(), ["b/**", "a"]);
    }

    #[test]
    fn patterns_that_match_nothing_are_refused() {
        for (over, pattern, message) in [
            (Over::Path, "", "an empty pattern matches nothing"),
            (Over::Path, "!a", "patterns cannot be negated"),
            (Over::Path, "a/", "`a/` matches no path"),
            (Over::Path, "/a", "`/a` matches no path"),
            (Over::Path, "./a", "`./a` matches no path"),
            (Over::Path, "a//b", "`a//b` matches no path"),
            (Over::Path, "a/../b", "`a/../b` matches no path"),
            (Over::Path, "a**", "`**` has to stand alone between slashes"),
            (Over::Path, "**a", "`**` has to stand alone between slashes"),
            (Over::Path, "a/***", "`**` has to stand alone between slashes"),
            (Over::Path, "a/{**,b}", "`**` has to stand alone between slashes"),
            (Over::Path, "[é]", "a set in `[…]` holds ASCII characters only"),
            (Over::Path, "a[", "not a pattern: unclosed character class; missing ']'"),
            (Over::Path, "[b-a]", "not a pattern: invalid range; 'b' > 'a'"),
            (Over::Path, "{a", "not a pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)"),
            (Over::Path, "a}", "not a pattern: unopened alternate group; missing '{' (maybe escape '}' with '[}]'?)"),
            (Over::Path, "a\\", "not a pattern: dangling '\\'"),
            (Over::Ref, "main", "`main` matches no ref"),
            (Over::Ref, "heads/main", "`heads/main` matches no ref"),
            (Over::Ref, "*", "`*` matches no ref"),
            (Over::Ref, "refs/heads/", "`refs/heads/` matches no ref"),
            (Over::Name, "a/b", "`a/b` matches no name"),
        ] {
            assert_eq!(
                check(pattern, over).map_err(|complaint| complaint.message),
                Err(message.to_owned()),
                "{pattern}"
            );
        }
        for pattern in ["[*][*]a", "\\**", "[]**]", "[!]**]a", "{a/**,b}", "{**/a,b}", "a,b", "\\!a"] {
            assert_eq!(check(pattern, Over::Path), Ok(()), "{pattern}");
        }
    }
}
