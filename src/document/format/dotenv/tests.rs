#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::document::format::testing::{problem, read, slice, values};
use crate::document::format::{Format, parse};
use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn reads(text: &str, json: &str) {
    assert_eq!(values(Format::Dotenv, text), [json], "{text:?}");
}

#[test]
fn names_and_values_are_read() {
    reads(
        "# c\n\n A=1\nexport B = 2 # c\r\nC: 3\rexport=4\nD=\nE= # c\nF.g-h=x y\n",
        r#"{"A":"1","B":"2","C":"3","export":"4","D":"","E":"","F.g-h":"x y"}"#,
    );
    reads("A=1\nA=2\n", r#"{"A":"2"}"#);
    reads("", "{}");
    reads("export A\nB # c\n", r#"{"A":null,"B":null}"#);
}

#[test]
fn quotes_are_read() {
    reads(r#"A="x # \"y\"\n\t\\" # c"#, r#"{"A":"x # \"y\"\nt\\"}"#);
    reads("A='x\\n${B}' # it's\n", r#"{"A":"x\\n${B}"}"#);
    reads("A=\"one\r\n two\" # c\nB='x\ny'\n", r#"{"A":"one\n two","B":"x\ny"}"#);
    reads("A=b#c\nB=\"x\"y\n", r#"{"A":"b","B":"\"x\"y"}"#);
}

#[test]
fn variables_are_those_of_the_file() {
    reads(
        "A=1\nB=$A-${A}\nC=\"\\$A ${A}\"\nD='$A'\nE=${PATH}$ $x\n",
        r#"{"A":"1","B":"1-1","C":"$A 1","D":"$A","E":"${PATH}$ $x"}"#,
    );
}

#[test]
fn variables_cannot_flood_the_memory() {
    let mut text = "A0=xxxxxxxxxxxxxxxx\n".to_owned();
    for at in 1..60 {
        text.push_str(&format!("A{at}=$A{0}$A{0}\n", at - 1));
    }
    let problems = read(Format::Dotenv, &text).problems;
    assert_eq!(problems.iter().map(|problem| problem.kind).collect::<Vec<_>>(), [ProblemKind::Limit]);
    let limits = ParseLimits { nodes: 3, ..ParseLimits::default() };
    assert_eq!(parse(Format::Dotenv, b"a=1\nb=2", &limits).problems[0].kind, ProblemKind::Limit);
}

#[test]
fn they_stand_where_they_are_written() {
    let parsed = read(Format::Dotenv, "\u{feff}# x\n  export A = \"b\r\nc\"  # d\nE\n");
    let root = &parsed.documents[0].root;
    let entry = root.entry("A").unwrap();
    assert_eq!(slice(&parsed, entry.key_span), "A");
    assert_eq!(slice(&parsed, entry.value.span), "\"b\r\nc\"");
    assert_eq!(slice(&parsed, root.entry("E").unwrap().key_span), "E");
}

#[test]
fn what_is_wrong_is_told() {
    let refused = |text: &str| {
        let (message, place) = problem(Format::Dotenv, text);
        format!("{message} @ {place}")
    };
    assert_eq!(refused("A=1\nB C=2\n"), "expected `NAME=value`, found `B C=2` @ B C=2");
    assert_eq!(refused("A=\"x\nB=1\n"), "the value that begins with \" is never closed @ \"");
    assert_eq!(refused("hello world\n"), "expected `NAME=value`, found `hello world` @ hello world");
    assert_eq!(refused("=x\n"), "expected `NAME=value`, found `=x` @ =x");
    assert_eq!(refused("A='x\ny' z\n"), "expected `NAME=value`, found `A='x` @ A='x\ny' z");
}
