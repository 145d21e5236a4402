//! Syntaxes: bytes become values with places, in one parse each.
//!
//! One file a syntax. This room owns which syntaxes there are, which files they are recognised by
//! and how bytes become text. It must not know what the values mean. The [`Parsed`] goes to whoever
//! asked for the file.

mod detect;
mod dockerfile;
mod dotenv;
mod edn;
mod encoding;
mod hcl;
mod hocon;
mod ignore;
mod ini;
mod inventory;
mod java_properties;
mod json;
mod mapping;
mod nginx;
mod parts;
mod toml;
mod vcl;
mod xml;
mod yaml;

pub use detect::{advice_on, is_unread};

use super::{Document, ParseLimits, Parsed, Problem, ProblemKind, Span, Value};

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
    /// HCL as Terraform, OpenTofu, Terragrunt and Packer write it, in the shape of `hcl2json`.
    Hcl,
    /// TOML.
    Toml,
    /// INI files, read as `go-ini` reads them.
    Ini,
    /// Inventories of Ansible in their INI-like syntax, in the shape of those in YAML.
    Inventory,
    /// `NAME=value` files, read as `gotenv` reads them.
    Dotenv,
    /// Properties files of Java.
    Properties,
    /// XML, in the shape of `goxml2json`.
    Xml,
    /// HOCON.
    Hocon,
    /// Dockerfiles, in the shape of `BuildKit`'s commands.
    Dockerfile,
    /// `.gitignore` and files like it.
    Ignore,
    /// EDN.
    Edn,
    /// Configuration of nginx.
    Nginx,
    /// Configuration of Varnish.
    Vcl,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Yaml,
        Self::Json,
        Self::Jsonc,
        Self::Hcl,
        Self::Toml,
        Self::Ini,
        Self::Inventory,
        Self::Dotenv,
        Self::Properties,
        Self::Xml,
        Self::Hocon,
        Self::Dockerfile,
        Self::Ignore,
        Self::Edn,
        Self::Nginx,
        Self::Vcl,
    ];

    /// The name used in configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Jsonc => "jsonc",
            Self::Hcl => "hcl",
            Self::Toml => "toml",
            Self::Ini => "ini",
            Self::Inventory => "inventory",
            Self::Dotenv => "dotenv",
            Self::Properties => "properties",
            Self::Xml => "xml",
            Self::Hocon => "hocon",
            Self::Dockerfile => "dockerfile",
            Self::Ignore => "ignore",
            Self::Edn => "edn",
            Self::Nginx => "nginx",
            Self::Vcl => "vcl",
        }
    }

    /// The format with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        // As conftest calls it.
        let name = if name == "hcl2" { "hcl" } else { name };
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The most bytes that are read of a file. Plans of Terraform are large; nothing that people write is, and
    /// in some formats little text makes large values.
    fn most_bytes(self) -> usize {
        match self {
            Self::Yaml | Self::Json | Self::Jsonc => usize::MAX,
            Self::Hcl | Self::Hocon | Self::Edn | Self::Dotenv | Self::Ignore => 4 << 20,
            Self::Toml
            | Self::Ini
            | Self::Inventory
            | Self::Properties
            | Self::Xml
            | Self::Dockerfile
            | Self::Nginx
            | Self::Vcl => 16 << 20,
        }
    }

    /// Whether Kubernetes manifests are written in it.
    #[must_use]
    pub fn holds_manifests(self) -> bool {
        match self {
            Self::Yaml | Self::Json | Self::Jsonc => true,
            Self::Hcl
            | Self::Toml
            | Self::Ini
            | Self::Inventory
            | Self::Dotenv
            | Self::Properties
            | Self::Xml
            | Self::Hocon
            | Self::Dockerfile
            | Self::Ignore
            | Self::Edn
            | Self::Nginx
            | Self::Vcl => false,
        }
    }

    /// Whether files of it are what gets applied, and not only beside that: a link in place of one, or a
    /// content that is elsewhere, is refused.
    #[must_use]
    pub fn is_applied(self) -> bool {
        match self {
            Self::Yaml | Self::Json | Self::Jsonc | Self::Hcl | Self::Inventory | Self::Dockerfile => true,
            Self::Toml
            | Self::Ini
            | Self::Dotenv
            | Self::Properties
            | Self::Xml
            | Self::Hocon
            | Self::Ignore
            | Self::Edn
            | Self::Nginx
            | Self::Vcl => false,
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
    let (source, problem) = encoding::decode(format, bytes);
    if bytes.len() > format.most_bytes() {
        let message =
            format!("the file has {} bytes, and at most {} are read of this format", bytes.len(), format.most_bytes());
        let problem = mapping::limit(message, Span::new(0, 0), Some("split the file"));
        return Parsed { source, documents: Vec::new(), problems: vec![problem] };
    }
    if let Some(problem) = problem {
        return Parsed { source, documents: Vec::new(), problems: vec![problem] };
    }
    let Reading { documents, mut problems } = match format {
        Format::Yaml => yaml::read(source.text(), &limits),
        Format::Json => json::read(source.text(), json::Dialect::Strict, &limits),
        Format::Jsonc => json::read(source.text(), json::Dialect::WithComments, &limits),
        Format::Hcl => hcl::read(source.text(), &limits),
        Format::Toml => toml::read(source.text(), &limits),
        Format::Ini => ini::read(source.text(), &limits),
        Format::Inventory => inventory::read(source.text(), &limits),
        Format::Dotenv => dotenv::read(source.text(), &limits),
        Format::Properties => java_properties::read(source.text(), &limits),
        Format::Xml => xml::read(source.text(), &limits),
        Format::Hocon => hocon::read(source.text(), &limits),
        Format::Dockerfile => dockerfile::read(source.text(), &limits),
        Format::Ignore => ignore::read(source.text(), &limits),
        Format::Edn => edn::read(source.text(), &limits),
        Format::Nginx => nginx::read(source.text(), &limits),
        Format::Vcl => vcl::read(source.text(), &limits),
    };
    if format == Format::Json
        && let [problem] = problems.as_mut_slice()
        && problem.kind == ProblemKind::Syntax
        && is_yaml(source.text())
    {
        "this is YAML, and the file's name says JSON".clone_into(&mut problem.message);
        problem.help = Some("let the name end in .yaml, or write it as JSON".to_owned());
    }
    // Stable, so that problems at one place keep the order they were found in.
    problems.sort_by_key(|problem| problem.span.start);
    Parsed { source, documents, problems }
}

/// Whether a text that is no JSON is a mapping in YAML, told by its begin.
fn is_yaml(text: &str) -> bool {
    /// More is not read to say what is wrong.
    const HEAD: usize = 1 << 12;
    let end = (0..=HEAD.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = text.get(..end).unwrap_or_default();
    // Without its last line, which may be cut.
    let head = if head.len() < text.len() { head.rsplit_once('\n').map_or("", |(lines, _)| lines) } else { head };
    let starts = |c: char| head.trim_start_matches(encoding::BOM).trim_start().starts_with(c);
    let reading = yaml::read(head, &ParseLimits::default());
    let is_mapping = |document: &Document| matches!(document.root.value, Value::Mapping(_));
    !starts('{') && !starts('[') && reading.problems.is_empty() && reading.documents.first().is_some_and(is_mapping)
}

#[cfg(test)]
mod laws;

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
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn yaml_under_the_name_of_json_is_told() {
        let message = |text: &str| testing::problem(Format::Json, text).0;
        assert_eq!(message("# c\na: 1\nb: [x]\n"), "this is YAML, and the file's name says JSON");
        assert_eq!(message(&format!("a:\n{}", "- c\n".repeat(9000))), "this is YAML, and the file's name says JSON");
        for other in ["{a: 1}", "x", "[x]", "a = 1"] {
            assert_ne!(message(other), "this is YAML, and the file's name says JSON", "{other}");
        }
    }

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(*format));
        }
        assert_eq!(Format::from_name("YAML"), None, "names in configuration are exact");
        assert_eq!(Format::from_name("hcl2"), Some(Format::Hcl), "as conftest calls it");
        assert_eq!(Format::from_name("hcl1"), None);
    }

    #[test]
    fn a_configured_depth_beyond_the_stack_is_cut() {
        let limits = ParseLimits { depth: usize::MAX, ..ParseLimits::default() };
        for format in &[Format::Yaml, Format::Json, Format::Jsonc] {
            let deep = "[".repeat(DEEPEST + 1);
            let problems = parse(*format, deep.as_bytes(), &limits).problems;
            assert!(problems.iter().any(|p| p.kind == ProblemKind::Limit), "{format:?}: {problems:?}");
            let fits = format!("{}1{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
            let parsed = parse(*format, fits.as_bytes(), &limits);
            assert_eq!(parsed.problems, [], "{format:?}");
            assert_eq!(parsed.documents.len(), 1, "{format:?}");
        }
    }
}
