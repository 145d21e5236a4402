//! `ConfigMap`s and `Secret`s: the keys and the size of what they hold.

use super::{Report, place::Place, syntax::Syntax};
use crate::{document::Violation, text::shortened};

/// Bytes that the values may have in all.
const LARGEST: usize = 1024 * 1024;

/// A `ConfigMap`.
pub(super) fn config_map(report: &mut Report<'_>, object: &Place<'_>) {
    let (plain, binary) = (object.get("data"), object.get("binaryData"));
    let plain_size = plain.as_ref().map_or(0, |data| keys(report, data, str::len));
    let binary_size = binary.as_ref().map_or(0, |data| keys(report, data, decoded));
    if let (Some(plain), Some(binary)) = (&plain, &binary) {
        let known: std::collections::BTreeSet<&str> = plain.entries().iter().map(|entry| entry.key.as_str()).collect();
        for entry in binary.entries().iter().filter(|entry| known.contains(entry.key.as_str())) {
            let message = format!("`{}` is in `data` and in `binaryData`", shortened(&entry.key, 80));
            let violation = Violation::of_key(binary.route_to(&entry.key), message).labelled("again here");
            report.tell(violation.related(plain.route_to(&entry.key), "first here").with_help("remove one of the two"));
        }
    }
    size(report, object, "ConfigMap", plain_size + binary_size);
}

/// A `Secret`.
pub(super) fn secret(report: &mut Report<'_>, object: &Place<'_>) {
    let (encoded, plain) = (object.get("data"), object.get("stringData"));
    let encoded_size = encoded.as_ref().map_or(0, |data| keys(report, data, decoded));
    let plain_size = plain.as_ref().map_or(0, |data| keys(report, data, str::len));
    // What is in both counts once.
    size(report, object, "Secret", encoded_size.max(plain_size));
}

/// Looks at the keys, and adds up the sizes of the values.
fn keys(report: &mut Report<'_>, data: &Place<'_>, length: impl Fn(&str) -> usize) -> usize {
    let mut size = 0;
    for entry in data.entries() {
        size += entry.value.as_str().filter(|text| text.len() < 4096 || !report.is_open(text)).map_or(0, &length);
        if let Some(refusal) = Syntax::DataKey.refusal(&entry.key).filter(|_| !report.is_open(&entry.key)) {
            let message = format!("`{}` cannot be a key of data", shortened(&entry.key, 80));
            let violation = Violation::of_key(data.route_to(&entry.key), message).labelled("not allowed");
            let help = match Syntax::DataKey.mended(&entry.key) {
                Some(mended) => format!("{refusal}; for instance `{}`", shortened(&mended, 80)),
                None => refusal.to_owned(),
            };
            report.tell(violation.with_help(help));
        }
    }
    size
}

/// How many bytes base64 stands for, at least.
fn decoded(text: &str) -> usize {
    text.bytes().filter(|byte| !matches!(byte, b'=' | b'\n' | b'\r')).count() / 4 * 3
}

fn size(report: &mut Report<'_>, object: &Place<'_>, kind: &str, size: usize) {
    if size > LARGEST {
        let message = format!("the {kind} holds {size} bytes, at most {LARGEST} are allowed");
        let violation = Violation::of_key(object.route(), message).labelled("too large");
        report.tell(violation.with_help("split it, or keep large files elsewhere"));
    }
}
