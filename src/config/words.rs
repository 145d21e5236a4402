//! What single strings and keywords of a configuration may say.

use super::glob::{self, Over};
use crate::kubernetes::Version;

/// What is wrong with a string, before its place in the file is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// What is wrong, in one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Which bytes of the string are meant, where not all of it.
    pub part: Option<(usize, usize)>,
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, part: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn at(mut self, start: usize, end: usize) -> Self {
        self.part = Some((start, end));
        self
    }
}

/// Sorts of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// Anything but nothing.
    Free,
    /// A relative path of a policy or data file.
    File,
    /// A full ref name.
    Ref,
    /// The kind of a resource.
    Kind,
    /// The API group of a resource; empty for the core group.
    Group,
    /// A Rego package without `data.`.
    Package,
    /// A pattern.
    Glob(Over),
    /// A path to a field, [`super::FieldPath`].
    Field,
    /// A path to a field below another; a name alone will do.
    Below,
    /// The URL of a Git repository.
    Url,
    /// A minor version of Kubernetes.
    Kubernetes,
    /// A label, with or without its value.
    Label,
}

impl Text {
    /// A regular expression (ECMA 262) that every such string matches, for editors; [`Text::check`] may know more.
    pub(super) const fn regex(self) -> &'static str {
        match self {
            Self::Free => r"\S",
            Self::File => r"^(?![/\s])(?!(.*/)?\.\.(/|$))[^\\\u0000]*[^\\\u0000\s]$",
            Self::Ref => r"^refs/[^\s*?\[~^:\\]*[^\s*?\[~^:\\/.]$",
            Self::Kind => r"^[^\s/*?]+$",
            Self::Group => r"^[^\s/*?]*$",
            Self::Package => r"^(?!data\.)([A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*|[^\s/]*[*?\[][^\s/]*)$",
            Self::Glob(over) => over.regex(),
            Self::Field => r"^\.",
            Self::Below => r"^\.?[^.\s]",
            Self::Url => r"^[^\s/][^\s]*[/:][^\s]*[^\s/]$",
            Self::Kubernetes => r"^1\.(2[5-9]|3[0-7])$",
            Self::Label => {
                r"^([a-z0-9]([a-z0-9.\-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.\-]*[A-Za-z0-9])?(==?([A-Za-z0-9]([A-Za-z0-9_.\-]*[A-Za-z0-9])?)?)?$"
            }
        }
    }

    /// Refuses strings that cannot be meant.
    pub(super) fn check(self, text: &str) -> Result<(), Complaint> {
        match self {
            Self::Free if text.trim().is_empty() => Err(Complaint::new("an empty text")),
            Self::Free => Ok(()),
            Self::File => check_file(text),
            Self::Ref => check_ref(text),
            Self::Kind => check_kind(text),
            Self::Group => check_group(text),
            Self::Package => check_package(text),
            Self::Glob(over) => glob::check(text, over),
            Self::Field => text.parse::<super::FieldPath>().map(drop).map_err(Into::into),
            Self::Below => below(text).map(drop),
            Self::Url => check_url(text),
            Self::Kubernetes => check_kubernetes(text),
            Self::Label => super::resources::Label::parse(text).map(drop),
        }
    }
}

/// A path to a field below another: `.template.spec`, or `replicas`.
pub(super) fn below(text: &str) -> Result<super::FieldPath, Complaint> {
    let dots = usize::from(!text.starts_with('.'));
    let path: super::FieldPath =
        format!("{}{text}", ".".repeat(dots)).parse().map_err(|error: super::FieldPathError| {
            let complaint = Complaint::from(error);
            let part = complaint.part.map(|(start, end)| (start.saturating_sub(dots), end.saturating_sub(dots)));
            Complaint { part, ..complaint }
        })?;
    if path.parts().is_empty() {
        return Err(Complaint::new("all of it may change then").help("name the fields that may change"));
    }
    Ok(path)
}

fn check_url(text: &str) -> Result<(), Complaint> {
    let name = text.trim_end_matches('/');
    let separated = name.find(['/', ':']).is_some_and(|at| at > 0 && at + 1 < name.len());
    if separated && name == text && !text.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(Complaint::new(format!("`{text}` is no URL of a repository"))
        .help("such as https://git.example.com/team/gitops"))
}

fn check_kubernetes(text: &str) -> Result<(), Complaint> {
    if Version::parse(text).is_some() {
        return Ok(());
    }
    let complaint = Complaint::new(format!("no schemas for Kubernetes `{text}`"));
    Err(complaint.help(format!("write one of \"{}\" to \"{}\"", Version::OLDEST, Version::NEWEST)))
}

fn check_file(text: &str) -> Result<(), Complaint> {
    if text.is_empty() {
        return Err(Complaint::new("an empty path").help("`.` is the directory of the policies itself"));
    }
    if text.trim() != text {
        return Err(Complaint::new(format!("`{text}` starts or ends with a space")).help("remove it"));
    }
    if text.starts_with('/') {
        return Err(Complaint::new(format!("`{text}` is an absolute path"))
            .help("paths are relative to where the policies come from"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(Complaint::new(format!("`{text}` leaves the directory of the policies"))
            .help("put what is needed below that directory"));
    }
    if text.contains(['\\', '\0']) {
        return Err(Complaint::new(format!("`{text}` is no path")).help("the parts of a path are separated by `/`"));
    }
    Ok(())
}

/// The rules of `git check-ref-format` that a person gets wrong.
fn check_ref(text: &str) -> Result<(), Complaint> {
    if !text.starts_with("refs/") {
        let full = match text.split_once('/') {
            Some(("heads" | "tags" | "remotes", _)) => format!("refs/{text}"),
            Some(_) | None => format!("refs/heads/{text}"),
        };
        return Err(Complaint::new(format!("`{text}` is not a full ref name")).help(format!("write `{full}`")));
    }
    let forbidden = |char: char| char.is_whitespace() || char.is_control() || "*?[~^:\\".contains(char);
    let parts_bad = text.split('/').any(|part| {
        part.is_empty()
            || part.starts_with('.')
            || part.ends_with('.')
            || part.contains("..")
            || part.strip_suffix(".lock").is_some()
    });
    if text.contains(forbidden) || text.contains("@{") || parts_bad {
        return Err(
            Complaint::new(format!("`{text}` is not a ref name")).help("exactly one ref, such as `refs/heads/main`")
        );
    }
    Ok(())
}

fn check_kind(text: &str) -> Result<(), Complaint> {
    if let Some((_, kind)) = text.rsplit_once('/') {
        return Err(Complaint::new(format!("`{text}` is not a kind"))
            .help(format!("write the kind alone: `{}`", if kind.is_empty() { "Deployment" } else { kind })));
    }
    if text.contains(['*', '?']) {
        return Err(Complaint::new("kinds are not patterns").help("list the kinds; leave the key out for all of them"));
    }
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err(Complaint::new(format!("`{text}` is not a kind")).help("such as `Deployment`"));
    }
    Ok(())
}

fn check_group(text: &str) -> Result<(), Complaint> {
    if let Some((group, _)) = text.split_once('/') {
        return Err(Complaint::new(format!("`{text}` is not a group"))
            .help(format!("write the group without its version: `{group}`")));
    }
    if text.contains(['*', '?']) || text.contains(char::is_whitespace) {
        return Err(Complaint::new(format!("`{text}` is not a group"))
            .help("one group exactly, such as `apps`; `\"\"` is the core group; leave the key out for all of them"));
    }
    Ok(())
}

fn check_package(text: &str) -> Result<(), Complaint> {
    if let Some(package) = text.strip_prefix("data.") {
        return Err(Complaint::new(format!("`{text}` is not a package"))
            .help(format!("write it as the policy's `package` line does: `{package}`")));
    }
    let word = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    };
    let is_pattern = text.contains(['*', '?', '[']) && !text.contains(|char: char| char.is_whitespace() || char == '/');
    if !is_pattern && !text.split('.').all(word) {
        return Err(Complaint::new(format!("`{text}` is not a package"))
            .help("such as `main`, `kubernetes.security` or `kubernetes.*`"));
    }
    Ok(())
}

/// A closed set of words a key can have as its value.
pub(super) trait Keyword: Copy + Ord + Sized + 'static {
    /// Every word that is understood, its meaning, and what it says.
    const WORDS: &'static [(&'static str, Self, &'static str)];
    /// Words of the contract that this version refuses.
    const PLANNED: &'static [&'static str];

    /// The words without their types.
    fn vocabulary() -> Vocabulary {
        Vocabulary { words: Self::WORDS.iter().map(|(word, _, says)| (*word, *says)).collect(), planned: Self::PLANNED }
    }
}

/// The words of a [`Keyword`].
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    /// Every word that is understood, and what it says.
    pub words: Vec<(&'static str, &'static str)>,
    /// Words of the contract that this version refuses.
    pub planned: &'static [&'static str],
}

/// Declares an enum whose variants are words of the configuration; a variant's documentation is
/// shown to people who write the file.
macro_rules! keywords {
    ($(#[doc = $about:literal])+ $name:ident {
        $($(#[doc = $says:literal])+ $variant:ident = $word:literal,)+
    } planned $planned:expr) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $says])+ $variant,)+ }

        impl $name {
            /// The word that stands for it in the configuration.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl crate::config::words::Keyword for $name {
            const WORDS: &'static [(&'static str, Self, &'static str)] =
                &[$(($word, Self::$variant, concat!($($says),+).trim_ascii())),+];
            const PLANNED: &'static [&'static str] = &$planned;
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}
pub(super) use keywords;

/// The word of `known` that `text` was most likely meant to be.
pub(super) fn nearest<'w>(text: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let normal = text.to_lowercase().replace('_', "-");
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&normal, word), word))
        // A third of the letters wrong is a typo, more is another word.
        .filter(|(distance, word)| *distance <= (word.chars().count().max(normal.chars().count()) / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The words in backticks, with commas.
pub(super) fn listed<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_are_recognised_and_other_words_are_not() {
        let known = ["forbid", "match", "file-size", "kinds"];
        for (typo, word) in
            [("fobid", "forbid"), ("Match", "match"), ("file_size", "file-size"), ("kind", "kinds"), ("mtach", "match")]
        {
            assert_eq!(nearest(typo, known), Some(word));
        }
        for other in ["", "allow", "refs", "filesystem", "catch-all"] {
            assert_eq!(nearest(other, known), None, "{other}");
        }
    }
}
