//! Texts are read as the library reads them that Kubernetes tools use: `recorded.jsonl` holds its answers to texts
//! that `recorder/` makes up, and every difference that is meant is in [`MEANT`].
//!
//! Files of one's own can be compared, too: `YAML_RECORD=answers.jsonl cargo test --test yaml own -- --ignored`.

use std::collections::BTreeSet;
use std::{env, fs};

use serde::Deserialize;
use serde_json::Value;

use super::answers::{Answer, same, same_float};

/// A text and what the library makes of it: its documents up to the error, if there is one.
#[derive(Deserialize)]
struct Recorded {
    name: Option<String>,
    #[serde(rename = "in")]
    text: String,
    docs: Vec<Value>,
    err: Option<String>,
}

/// One sort of difference.
enum Meant {
    /// We read a text that the library refuses with an error that says this; the text holds the sign.
    TheyRefuse {
        error: &'static str,
        sign: &'static str,
    },
    /// We refuse a text with a message that says this.
    WeRefuse {
        message: &'static str,
    },
    /// We report a key that is written twice, and take the same value.
    WeReport {
        message: &'static str,
    },
    /// Both read numbers, and these are the same as 64-bit floats (keys: as 32-bit floats).
    /// Only the functions that we make of short forms are not theirs.
    Functions,
    Numbers {
        sign: &'static str,
    },
}

/// Every difference that is meant, and why.
const MEANT: &[(&str, Meant)] = &[
    ("integers of any size stay exact", Meant::Numbers { sign: "775807" }),
    ("integers of any size stay exact", Meant::Numbers { sign: "775808" }),
    ("integers of any size stay exact", Meant::Numbers { sign: "551615" }),
    ("integers of any size stay exact", Meant::Numbers { sign: "551616" }),
    ("integers of any size stay exact", Meant::TheyRefuse { error: "unsupported map key of type uint64", sign: ": v" }),
    ("zero has no sign", Meant::Numbers { sign: "v: -" }),
    ("an infinity is a string", Meant::TheyRefuse { error: "unsupported value: +Inf", sign: "." }),
    ("an infinity is a string", Meant::TheyRefuse { error: "unsupported value: -Inf", sign: "-." }),
    ("not-a-number is a string", Meant::TheyRefuse { error: "unsupported value: NaN", sign: "." }),
    ("the key null is a string", Meant::TheyRefuse { error: "unsupported map key of type <nil>", sign: ":" }),
    ("the key null is a string", Meant::TheyRefuse { error: "unsupported map key of type <nil>", sign: "?" }),
    // What YAML 1.2 has and YAML 1.1 has not. It says one thing only, so it can be judged.
    ("no key at all is null", Meant::TheyRefuse { error: "did not find expected node content", sign: ":" }),
    ("no key at all is null", Meant::TheyRefuse { error: "did not find expected key", sign: ":" }),
    ("no key at all is null", Meant::TheyRefuse { error: "did not find expected ',' or ']'", sign: "? " }),
    ("`?` inside of a text in brackets", Meant::TheyRefuse { error: "did not find expected ',' or", sign: "?" }),
    (
        "a colon on the next line in brackets",
        Meant::TheyRefuse { error: "did not find expected ',' or '}'", sign: "\n:" },
    ),
    ("anchors of any characters", Meant::TheyRefuse { error: "expected alphabetic or numeric character", sign: "&" }),
    ("tabs between tokens", Meant::TheyRefuse { error: "found a tab character", sign: "\t" }),
    ("tabs between tokens", Meant::TheyRefuse { error: "character that cannot start any token", sign: "\t" }),
    ("any version of YAML 1", Meant::TheyRefuse { error: "found incompatible YAML document", sign: "%YAML 1." }),
    ("other directives say nothing", Meant::TheyRefuse { error: "found unknown directive name", sign: "%" }),
    (
        "a pair of escapes for one character",
        Meant::TheyRefuse { error: "invalid Unicode character escape code", sign: "\\ud8" },
    ),
    ("the escape of a slash", Meant::TheyRefuse { error: "found unknown escape character", sign: "\\/" }),
    (
        "documents behind `...` need no `---`",
        Meant::TheyRefuse { error: "did not find expected <document start>", sign: "..." },
    ),
    ("`...` without a document", Meant::TheyRefuse { error: "did not find expected node content", sign: "..." }),
    ("a `!!timestamp` is data like any other", Meant::TheyRefuse { error: "as a !!timestamp", sign: "!!timestamp" }),
    (
        "an alias of a list can be merged",
        Meant::TheyRefuse { error: "map merge requires map or sequence of maps", sign: "<<: *" },
    ),
    ("`<<: !include x` is data", Meant::TheyRefuse { error: "map merge requires map", sign: "<<: !" }),
    // What readers of YAML 1.1 and 1.2 understand differently.
    ("two ways", Meant::WeRefuse { message: "is read in two ways" }),
    ("two ways: `{a: b:}`", Meant::WeRefuse { message: "a list or mapping in brackets is not closed" }),
    ("line breaks of YAML 1.1", Meant::WeRefuse { message: "is one only for readers of YAML 1.1" }),
    ("an invisible first character", Meant::WeRefuse { message: "a byte order mark inside of the file" }),
    (
        "a block scalar that begins left of its value",
        Meant::WeRefuse { message: "neither `key: value` nor a list item" },
    ),
    ("a tag of other characters", Meant::WeRefuse { message: "while scanning a tag" }),
    ("a tag without a name", Meant::WeRefuse { message: "did not find expected tag URI" }),
    ("short forms in templates of CloudFormation", Meant::Functions),
    ("readers disagree on repeated keys", Meant::WeReport { message: "is written twice in one mapping" }),
];

impl Meant {
    fn explains(&self, recorded: &Recorded, ours: &Answer) -> bool {
        let says = |part: &str| ours.problems.iter().all(|problem| problem.message.contains(part));
        match (self, &recorded.err, ours.refused()) {
            (Self::TheyRefuse { error, sign }, Some(err), None) => {
                err.contains(error) && recorded.text.contains(sign) && ours.problems.is_empty()
            }
            (Self::WeRefuse { message }, None, Some(_)) => says(message),
            (Self::WeReport { message }, None, None) => {
                !ours.problems.is_empty() && says(message) && ours.says(&recorded.docs, |a, b| same(a, b, &same_float))
            }
            (Self::Functions, None, None) => {
                ours.problems.is_empty() && ours.says(&recorded.docs, |a, b| same(&arguments(a), b, &same_float))
            }
            (Self::Numbers { sign }, None, None) => {
                recorded.text.contains(sign) && ours.problems.is_empty() && ours.says(&recorded.docs, same_numbers)
            }
            _ => false,
        }
    }
}

/// A value with the arguments of functions in their place, as readers give it that drop tags.
fn arguments(value: &Value) -> Value {
    match value {
        Value::Object(object) => match object.iter().next() {
            Some((name, argument)) if object.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => {
                match argument.as_array().filter(|_| name == "Fn::GetAtt") {
                    Some(parts) => parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".").into(),
                    None => arguments(argument),
                }
            }
            _ => object.iter().map(|(key, value)| (key.clone(), arguments(value))).collect(),
        },
        Value::Array(items) => items.iter().map(arguments).collect(),
        other => other.clone(),
    }
}

fn same_numbers(ours: &Value, theirs: &Value) -> bool {
    let key = |value: &Value| value.as_object().and_then(|object| object.keys().next()?.parse::<f32>().ok());
    let same_key = key(ours).is_some() && key(ours) == key(theirs);
    same_key || same(ours, theirs, &|a, b| a.parse::<f64>().is_ok_and(|a| b.parse::<f64>().is_ok_and(|b| a == b)))
}

fn agree(recorded: &Recorded, ours: &Answer) -> bool {
    match (&recorded.err, ours.refused()) {
        (Some(_), Some(_)) => true,
        (None, None) => ours.problems.is_empty() && ours.says(&recorded.docs, |a, b| same(a, b, &same_float)),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn told(recorded: &Recorded, ours: &Answer) -> String {
    format!(
        "{:?}\n    ours: {} {:?}\n  theirs: {} {:?}",
        recorded.name.as_ref().unwrap_or(&recorded.text),
        Value::from(ours.docs.clone()),
        ours.problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(),
        Value::from(recorded.docs.clone()),
        recorded.err.as_deref().unwrap_or_default(),
    )
}

fn records(record: &str) -> impl Iterator<Item = (Recorded, Answer)> {
    record.lines().map(|line| {
        let recorded: Recorded = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let ours = Answer::of(&recorded.text);
        (recorded, ours)
    })
}

#[test]
fn texts_are_read_as_the_library_reads_them() {
    let record =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/yaml/recorded.jsonl")).expect("a record");
    let mut explained = BTreeSet::new();
    let mut unexplained = Vec::new();
    let mut compared = 0;
    for (recorded, ours) in records(&record) {
        compared += 1;
        if !agree(&recorded, &ours) {
            match MEANT.iter().position(|(_, meant)| meant.explains(&recorded, &ours)) {
                Some(meant) => drop(explained.insert(meant)),
                None => unexplained.push(told(&recorded, &ours)),
            }
        }
    }
    assert!(unexplained.is_empty(), "{} differ:\n{}", unexplained.len(), unexplained.join("\n"));
    assert!(compared > 7_000, "{compared}");
    let unmet: Vec<_> =
        (0..MEANT.len()).filter(|meant| !explained.contains(meant)).map(|meant| MEANT[meant].0).collect();
    assert!(unmet.is_empty(), "differences that are not met: {unmet:?}");
}

/// Shows every text of a record that is not read, or read in another way, and fails on what nothing explains.
#[test]
#[ignore = "needs a record"]
fn own_texts_are_read_as_the_library_reads_them() {
    let path = env::var_os("YAML_RECORD").expect("YAML_RECORD: what the recorder wrote");
    let (mut compared, mut unexplained) = (0, 0);
    for (recorded, ours) in records(&fs::read_to_string(path).expect("a record")) {
        compared += 1;
        let name = recorded.name.as_ref().unwrap_or(&recorded.text);
        if !agree(&recorded, &ours) {
            let why = MEANT.iter().find(|(_, meant)| meant.explains(&recorded, &ours)).map(|(why, _)| *why);
            unexplained += usize::from(why.is_none());
            println!(
                "{}: {}",
                why.unwrap_or("UNEXPLAINED"),
                told(&recorded, &ours).chars().take(1_000).collect::<String>()
            );
        } else if let (Some(ours), Some(theirs)) = (ours.refused(), &recorded.err) {
            println!("both refuse: {name:?}: {}; {theirs}", ours.message);
        }
    }
    println!("{compared} compared");
    assert_eq!(unexplained, 0);
}
