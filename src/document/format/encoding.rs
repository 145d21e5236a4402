//! From bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::Format;
use crate::document::{Problem, ProblemKind, Source, Span};

/// A byte order mark, which may open any text.
pub(super) const BOM: char = '\u{feff}';

/// Decodes a file as its format has it, mostly as UTF-8; where it is something else, the lossy text and
/// what is wrong.
pub(super) fn decode(format: Format, bytes: &[u8]) -> (Source, Option<Problem>) {
    match otherwise(format, bytes) {
        Some(text) => decode_utf8(text.as_bytes()),
        None => decode_utf8(bytes),
    }
}

/// The text of a file that is not UTF-8 and may be otherwise.
fn otherwise(format: Format, bytes: &[u8]) -> Option<Cow<'_, str>> {
    let marked = |bytes| Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = match format {
        // What these say is UTF-8 by their specifications.
        Format::Yaml
        | Format::Json
        | Format::Jsonc
        | Format::Hcl
        | Format::Inventory
        | Format::Toml
        | Format::Hocon
        | Format::Edn => None,
        Format::Xml => marked(bytes).or_else(|| declared(bytes)),
        // These say nothing, and have been written since before there was UTF-8.
        Format::Ini
        | Format::Properties
        | Format::Dotenv
        | Format::Dockerfile
        | Format::Ignore
        | Format::Nginx
        | Format::Vcl => marked(bytes).or_else(|| std::str::from_utf8(bytes).is_err().then_some(WINDOWS_1252)),
    };
    let encoding = encoding.filter(|encoding| *encoding != encoding_rs::UTF_8)?;
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The encoding that an XML file declares in its first line.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let end = head.windows(2).position(|two| two == b"?>").filter(|_| head.starts_with(b"<?xml"))?;
    let head = String::from_utf8_lossy(head.get(..end)?).into_owned();
    let (_, value) = head.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let label = value.get(1..)?.split(quote).next()?;
    // In bytes that are no UTF-16 without a mark.
    Encoding::for_label(label.as_bytes()).filter(|encoding| !matches!(encoding.name(), "UTF-16LE" | "UTF-16BE"))
}

fn decode_utf8(bytes: &[u8]) -> (Source, Option<Problem>) {
    if let Some(name) = utf16(bytes) {
        let source = Source::new(String::from_utf8_lossy(bytes).into_owned());
        return (source, Some(problem(0, 0, format!("the file is {name}, not UTF-8"), "save it as UTF-8")));
    }
    if bytes.starts_with(b"\0GITCRYPT\0") {
        let source = Source::new(String::from_utf8_lossy(bytes).into_owned());
        let help = "nothing in it can be judged; exclude it from the rules that read it";
        return (source, Some(problem(0, 0, "the file is encrypted by git-crypt".to_owned(), help)));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let nul = text.find('\0').map(|at| {
                let message = "the file holds a zero byte: it is binary or not UTF-8".to_owned();
                problem(at, at + 1, message, "save it as UTF-8 text")
            });
            (Source::new(text.to_owned()), nul)
        }
        Err(error) => {
            let at = error.valid_up_to();
            let byte = bytes.get(at).copied().unwrap_or_default();
            let text = String::from_utf8_lossy(bytes).into_owned();
            // Everything before the first bad byte is the same in the lossy text, and the byte
            // itself has become a replacement character.
            let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
            let message = format!("the file is not UTF-8: byte 0x{byte:02x} does not belong here");
            (Source::new(text), Some(problem(at, end, message, "save it as UTF-8")))
        }
    }
}

/// Which UTF-16 or UTF-32 the bytes are, told by their mark, or by the zeros in their first characters
/// (every declarative file begins with ASCII).
fn utf16(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [a, 0, 0, 0, ..] | [0, 0, 0, a, ..] if *a != 0 => Some("UTF-32"),
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some("UTF-16"),
        _ => None,
    }
}

fn problem(start: usize, end: usize, message: String, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Encoding,
        message,
        span: Span::new(start, end),
        label: None,
        related: None,
        help: Some(help.to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::document::format::parse;
    use crate::document::{ParseLimits, Position};

    const STRICT: &[Format] = &[Format::Yaml, Format::Json, Format::Jsonc];

    fn refused(bytes: &[u8]) -> (Source, Problem) {
        let (source, problem) = decode(Format::Yaml, bytes);
        (source, problem.unwrap())
    }

    #[test]
    fn the_first_bad_byte_is_the_place() {
        let (source, problem) = refused(b"a: 1\n\xc3\xa4: x\xffy\n");
        assert_eq!(problem.kind, ProblemKind::Encoding);
        assert_eq!(problem.message, "the file is not UTF-8: byte 0xff does not belong here");
        assert_eq!(source.position(problem.span.start as usize), Position { line: 2, column: 5 });
        assert_eq!(source.text().get(problem.span.start as usize..problem.span.end as usize), Some("\u{fffd}"));
    }

    #[test]
    fn wide_encodings_are_named() {
        assert_eq!(refused(b"\xff\xfea\0:\0").1.message, "the file is UTF-16, not UTF-8");
        assert_eq!(refused(b"\xfe\xff\0a\0:").1.message, "the file is UTF-16, not UTF-8");
        assert_eq!(refused(b"a\0:\0 \0b\0").1.message, "the file is UTF-16, not UTF-8");
        assert_eq!(refused(b"\0a\0:\0 \0b").1.message, "the file is UTF-16, not UTF-8");
        assert_eq!(refused(b"a\0\0\0:\0\0\0").1.message, "the file is UTF-32, not UTF-8");
        assert_eq!(refused(b"\0\0\0a\0\0\0:").1.message, "the file is UTF-32, not UTF-8");
        assert_eq!(refused(b"\0\0\xfe\xff\0\0\0a").1.message, "the file is UTF-32, not UTF-8");
        assert_eq!(refused(b"\xff\xfe\0\0a\0\0\0").1.message, "the file is UTF-32, not UTF-8");
    }

    #[test]
    fn zero_bytes_and_ciphertext_are_not_text() {
        let (_, problem) = refused(b"a: 1\0\nb: 2");
        assert_eq!((problem.kind, problem.span), (ProblemKind::Encoding, Span::new(4, 5)));
        assert_eq!(refused(b"\0GITCRYPT\0\x01\x02").1.message, "the file is encrypted by git-crypt");
    }

    #[test]
    fn nothing_is_parsed_of_what_is_not_text() {
        for format in STRICT {
            let parsed = parse(*format, b"[1, \"\xe4\"]", &ParseLimits::default());
            assert!(parsed.documents.is_empty());
            assert_eq!(parsed.problems.len(), 1);
        }
    }

    #[test]
    fn a_byte_order_mark_belongs_to_no_value() {
        for format in STRICT {
            let parsed = parse(*format, b"\xef\xbb\xbf{\"a\": 1}", &ParseLimits::default());
            assert_eq!(parsed.problems, []);
            let root = &parsed.documents.first().unwrap().root;
            assert_eq!(root.span, Span::new(3, 11), "{format:?}");
            assert_eq!(parsed.source.position(root.span.start as usize), Position { line: 1, column: 1 });
        }
    }

    #[test]
    fn formats_that_are_older_than_utf_8_may_be_otherwise() {
        let text = |format, bytes| {
            let (source, problem) = decode(format, bytes);
            assert_eq!(problem, None, "{format:?}");
            source.text().to_owned()
        };
        assert_eq!(text(Format::Properties, b"a=caf\xe9\n"), "a=café\n");
        assert_eq!(text(Format::Ini, b"\xff\xfea\x00=\x001\x00"), "\u{feff}a=1");
        let xml = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        assert_eq!(text(Format::Xml, xml), "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>");
        assert_eq!(text(Format::Xml, "<?xml version='1.0' encoding='UTF-16'?><a>é</a>".as_bytes()).len(), 48);
        for format in [Format::Yaml, Format::Hcl, Format::Toml, Format::Xml] {
            assert!(decode(format, b"<a>\xe9</a>").1.is_some(), "{format:?}");
        }
    }
}
