mod data;
mod words;

use super::table::{EMBEDDED, Table};
use super::{Version, definition, number_of};
use crate::kubernetes::schema::{Link, Others, Schema};

/// A version by its name.
fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

/// A definition of a version by its name.
fn named(text: &str, name: &str) -> &'static Schema {
    definition(version(text), number_of(name).unwrap()).unwrap()
}

/// The links of a schema, those of the schemas in it too.
fn links<'a>(schema: &'a Schema, found: &mut Vec<&'a Link>) {
    let each = match &schema.others {
        Others::Each(link) => Some(link),
        Others::Refused | Others::Kept => None,
    };
    for link in schema.properties.iter().map(|property| &property.schema).chain(&schema.items).chain(each) {
        found.push(link);
        if let Link::Inline(inner) = link {
            links(inner, found);
        }
    }
}

#[test]
fn versions_are_read_and_written() {
    assert_eq!(Version::parse("1.36").map(|version| version.to_string()).as_deref(), Some("1.36"));
    assert_eq!(Version::parse("1.25"), Some(Version::OLDEST));
    for bad in ["1.24", "1.38", "1.3", "1.36.1", "v1.36", "1.036", "", "2.30", "1.-3"] {
        assert_eq!(Version::parse(bad), None, "{bad}");
    }
    assert_eq!(Version::all().count(), 13);
    assert_eq!(Version::all().next_back(), Some(Version::NEWEST));
    assert!(Version::OLDEST < Version::NEWEST);
    assert_eq!(EMBEDDED.columns(), Some((usize::from(Version::OLDEST.minor()), Version::all().count())));
}

#[test]
fn a_damaged_table_has_fewer_things() {
    static WHOLE: &[u8] = include_bytes!("../../../../data/kubernetes.bin");
    let look = |table: &Table| {
        for number in table.numbers().take(1_200).step_by(37) {
            let node = table.content_of(number, Version::NEWEST).and_then(|content| table.content(content));
            node.and_then(|node| super::decode::schema(table, node));
        }
        table.api_named("apps/v1", "Deployment");
        table.definition_named("io.k8s.api.core.v1.Pod");
    };
    for length in (0..WHOLE.len()).step_by(997).chain(0..90) {
        look(&Table::new(&WHOLE[..length]));
    }
    // Bytes that say something else, a few at a time, anywhere.
    for start in (0..WHOLE.len()).step_by(1_499).chain(0..80) {
        let mut bytes = WHOLE.to_vec();
        for byte in bytes.iter_mut().skip(start).take(5) {
            *byte ^= 0xA5;
        }
        look(&Table::new(bytes.leak()));
    }
}
