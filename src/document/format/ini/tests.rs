#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::document::format::testing::{problem, read, slice, values};
use crate::document::format::{Format, parse};
use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn reads(text: &str, json: &str) {
    assert_eq!(values(Format::Ini, text), [json], "{text:?}");
}

#[test]
fn sections_and_keys_are_read() {
    reads(
        "x=1\n[a]\n# c\n; c\nb = c d ; e\nf: 'g'\n\"h=\" = \"i\"\n[b \"c\"]\r\n\tj=\n[a]\nb=2\n",
        r#"{"DEFAULT":{"x":1},"a":{"b":2,"f":"g","h=":"i"},"b \"c\"":{"j":""}}"#,
    );
    reads("", "{}");
    reads("[DEFAULT]\na=1\n", r#"{"DEFAULT":{"a":1}}"#);
    reads("[a]\n-=x\n-=y\n", r##"{"a":{"#1":"x","#2":"y"}}"##);
}

#[test]
fn values_have_types() {
    reads(
        "[a]\na=1\nb=-1.5e3\nc=true\nd=F\ne=yes\nf=inf\ng=0x1p4\nh=0x10\ni=1e400\nj=9007199254740993\nk=.5\nl=nan\nm=007\nn=1_0\no=1__0\n",
        concat!(
            r#"{"a":{"a":1,"b":-1500,"c":true,"d":false,"e":"yes","f":"inf","g":16,"h":"0x10","i":"1e400","#,
            r#""j":9007199254740993,"k":0.5,"l":"nan","m":7,"n":10,"o":"1__0"}}"#
        ),
    );
}

#[test]
fn values_go_on() {
    reads("[a]\nb=c \\\n  d\\\n e\nf=```g\n", r#"{"a":{"b":"c de","f":"`"}}"#);
    reads("[a]\nb=\"\"\"c\n d # e\n\"\"\" # f\ng=`h\"i`\n", r#"{"a":{"b":"c\n d # e\n","g":"h\"i"}}"#);
}

#[test]
fn lines_without_a_delimiter_are_read_as_other_readers_do() {
    reads(
        "[mysqld]\nskip-networking\nport=1\nquick # c\n",
        r#"{"mysqld":{"skip-networking":true,"port":1,"quick":true}}"#,
    );
    reads("[tox]\ndeps =\n    pytest\n    # c\n    a==1\n\nx = y\n", r#"{"tox":{"deps":"\npytest\na==1","x":"y"}}"#);
    // Only where there is such a line.
    reads("[core]\n\tbare = false\n  x = y\n    z = 1\n", r#"{"core":{"bare":false,"x":"y","z":1}}"#);
}

#[test]
fn they_stand_where_they_are_written() {
    let parsed = read(Format::Ini, "\u{feff}[a b]\nc = \"d\" ; e\n[x]\n[a b]\nf=\n");
    let section = parsed.documents[0].root.entry("a b").unwrap();
    assert_eq!(slice(&parsed, section.key_span), "a b");
    assert_eq!(slice(&parsed, section.value.span), "c = \"d\" ; e\n[x]\n[a b]\nf=");
    let entry = section.value.entry("c").unwrap();
    assert_eq!((slice(&parsed, entry.key_span), slice(&parsed, entry.value.span)), ("c", "\"d\""));
}

#[test]
fn what_is_wrong_is_told() {
    let refused = |text: &str| {
        let (message, place) = problem(Format::Ini, text);
        format!("{message} @ {place}")
    };
    assert_eq!(refused("[a\nb=1\n"), "the section that opens here is never closed @ [a");
    assert_eq!(refused("[]\n"), "a section has no name @ []");
    assert_eq!(refused("[a]\n= 1\n"), "expected a key before `=` @ = 1");
    assert_eq!(refused("[a]\nb=\"\"\"c\n"), "the value that begins with \"\"\" is never closed @ \"\"\"");
    assert_eq!(refused("[a]\n\"b = c\n"), "the key that begins with \" is never closed @ \"");
    let limits = ParseLimits { nodes: 5, ..ParseLimits::default() };
    assert_eq!(parse(Format::Ini, b"[a]\na=1\nb=2", &limits).problems[0].kind, ProblemKind::Limit);
}
