//! Syntaxes: bytes become values with places, in one parse each.
//!
//! One file a syntax. This room owns which syntaxes there are, which files they are recognised by
//! and how bytes become text. It must not know what the values mean. The [`Parsed`] goes to whoever
//! asked for the file.

mod encoding;
mod json;
mod mapping;
mod yaml;

use super::{Document, ParseLimits, Parsed, Problem};

/// Nesting past this is refused whatever the configured limit is: the tree is walked recursively
/// (comparing, dropping, handing it to a policy), and 1,000 levels fit the stack of any thread.
pub const DEEPEST: usize = 1_000;

/// A syntax that files are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// YAML streams, read as `sigs.k8s.io/yaml` reads them.
    Yaml,
    /// JSON, strictly as RFC 8259 has it.
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Yaml, Self::Json, Self::Jsonc];

    /// The name used in configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Jsonc => "jsonc",
        }
    }

    /// The format with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The format that a path (with `/` between its parts) promises; `None` where it promises none.
    #[must_use]
    pub fn detect(path: &str) -> Option<Self> {
        // Kustomize's third name for its file.
        if path.rsplit('/').next() == Some("Kustomization") {
            return Some(Self::Yaml);
        }
        let path = path.to_ascii_lowercase();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let (stem, extension) = name.rsplit_once('.')?;
        match extension {
            "yaml" | "yml" => Some(Self::Yaml),
            "jsonc" | "code-workspace" => Some(Self::Jsonc),
            // Read with comments by their own tools: TypeScript, VS Code, Dev Containers, ESLint.
            "json" if stem.starts_with("tsconfig") || stem.starts_with("jsconfig") => Some(Self::Jsonc),
            "json" if matches!(stem, "devcontainer" | ".devcontainer" | ".eslintrc") => Some(Self::Jsonc),
            "json" if folder == ".vscode" || folder.ends_with("/.vscode") => Some(Self::Jsonc),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// What a syntax makes of a text.
#[derive(Default)]
struct Reading {
    documents: Vec<Document>,
    problems: Vec<Problem>,
}

/// Parses the bytes of a file. Never fails: what is wrong is in [`Parsed::problems`].
#[must_use]
pub fn parse(format: Format, bytes: &[u8], limits: &ParseLimits) -> Parsed {
    let limits = ParseLimits { depth: limits.depth.min(DEEPEST), ..*limits };
    let (source, problem) = encoding::decode(bytes);
    if let Some(problem) = problem {
        return Parsed { source, documents: Vec::new(), problems: vec![problem] };
    }
    let Reading { documents, mut problems } = match format {
        Format::Yaml => yaml::read(source.text(), &limits),
        Format::Json => json::read(source.text(), json::Dialect::Strict, &limits),
        Format::Jsonc => json::read(source.text(), json::Dialect::WithComments, &limits),
    };
    // Stable, so that problems at one place keep the order they were found in.
    problems.sort_by_key(|problem| problem.span.start);
    Parsed { source, documents, problems }
}

#[cfg(test)]
mod properties;

/// What the tests of every format use.
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod testing {
    use super::*;
    use crate::document::Span;
    use crate::document::dump::value_json;

    pub(super) fn read(format: Format, text: &str) -> Parsed {
        parse(format, text.as_bytes(), &ParseLimits::default())
    }

    /// The values of the documents of a good text, as JSON in one line each.
    #[track_caller]
    pub(super) fn values(format: Format, text: &str) -> Vec<String> {
        let parsed = read(format, text);
        assert_eq!(parsed.problems, [], "{text:?}");
        parsed.documents.iter().map(|document| value_json(&document.root).to_string()).collect()
    }

    /// The one problem of a text: its message, and what stands at its place.
    #[track_caller]
    pub(super) fn problem(format: Format, text: &str) -> (String, String) {
        let parsed = read(format, text);
        assert_eq!(parsed.problems.len(), 1, "{text:?}: {:?}", parsed.problems);
        let Problem { message, span, .. } = parsed.problems[0].clone();
        (message, slice(&parsed, span).to_owned())
    }

    pub(super) fn slice(parsed: &Parsed, span: Span) -> &str {
        &parsed.source.text()[span.start as usize..span.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(*format));
        }
        assert_eq!(Format::from_name("YAML"), None, "names in configuration are exact");
        assert_eq!(Format::from_name("toml"), None);
    }

    #[test]
    fn formats_are_detected_by_path() {
        let cases = [
            ("a.yaml", Some(Format::Yaml)),
            ("deep/er/A.YML", Some(Format::Yaml)),
            ("package.json", Some(Format::Json)),
            ("a.jsonc", Some(Format::Jsonc)),
            ("tsconfig.json", Some(Format::Jsonc)),
            ("web/tsconfig.build.json", Some(Format::Jsonc)),
            ("jsconfig.json", Some(Format::Jsonc)),
            (".vscode/settings.json", Some(Format::Jsonc)),
            ("a/.vscode/launch.json", Some(Format::Jsonc)),
            ("a/x.vscode/launch.json", Some(Format::Json)),
            (".devcontainer/devcontainer.json", Some(Format::Jsonc)),
            (".devcontainer.json", Some(Format::Jsonc)),
            (".eslintrc.json", Some(Format::Jsonc)),
            ("x.code-workspace", Some(Format::Jsonc)),
            ("apps/Kustomization", Some(Format::Yaml)),
            ("apps/kustomization", None),
            ("yaml", None),
            ("a.yaml/readme.md", None),
            ("Dockerfile", None),
        ];
        for (path, format) in cases {
            assert_eq!(Format::detect(path), format, "{path}");
        }
    }

    #[test]
    fn a_configured_depth_beyond_the_stack_is_cut() {
        let limits = ParseLimits { depth: usize::MAX, ..ParseLimits::default() };
        for format in Format::ALL {
            let deep = "[".repeat(DEEPEST + 1);
            let problems = parse(*format, deep.as_bytes(), &limits).problems;
            assert!(problems.iter().any(|p| p.kind == super::super::ProblemKind::Limit), "{format:?}: {problems:?}");
            let fits = format!("{}1{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
            let parsed = parse(*format, fits.as_bytes(), &limits);
            assert_eq!(parsed.problems, [], "{format:?}");
            assert_eq!(parsed.documents.len(), 1, "{format:?}");
        }
    }
}
