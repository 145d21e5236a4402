#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::super::detect::is_inventory;
use super::super::testing::{problem, read, slice, values};
use super::super::{Format, parse};
use crate::document::{Node, ParseLimits, Parsed, ProblemKind, Span, Value};

#[track_caller]
fn value(text: &str) -> String {
    values(Format::Inventory, text).remove(0)
}

/// The value of a variable of a group.
#[track_caller]
fn variable(written: &str) -> String {
    let text = value(&format!("[all:vars]\nx={written}\n"));
    text.strip_prefix(r#"{"all":{"vars":{"x":"#).unwrap().strip_suffix("}}}").unwrap().to_owned()
}

#[test]
fn groups_hosts_and_variables() {
    let text = "\u{feff}# first\nlone ansible_host=10.0.0.1\n\n[web]\nweb[01:03].example.org:2222 http_port=80 name='a b' # c\nplain\n\
                ; comment\n[web:vars]\nntp = ntp.example.org\nlist=['a', \"b\"]\n[prod:children]\nweb\n[all:vars]\nx=1\n";
    assert_eq!(
        value(text),
        r#"{"all":{"hosts":{"lone":{"ansible_host":"10.0.0.1"}},"vars":{"x":1},"children":{"#.to_owned()
            + r#""web":{"hosts":{"web[01:03].example.org":{"ansible_port":2222,"http_port":80,"name":"a b"},"plain":null},"#
            + r#""vars":{"ntp":"ntp.example.org","list":["a","b"]}},"prod":{"children":{"web":null}}}}}"#
    );
}

#[test]
fn what_is_said_again_counts_last() {
    assert_eq!(
        value("[a]\nh x=1 y=1\nh x=2\n[a:vars]\nv=1\nv=2\n[a]\nh:5 z=3\n"),
        r#"{"all":{"children":{"a":{"hosts":{"h":{"x":2,"y":1,"z":3}},"vars":{"v":2}}}}}"#,
        "the port counts only where a host is first named"
    );
    assert_eq!(value("# nothing\n"), r#"{"all":{}}"#);
    assert_eq!(value("[a]\n"), r#"{"all":{"children":{"a":{}}}}"#);
}

#[test]
fn hosts_and_ports() {
    for (written, expected) in [
        ("h:22", r#""h":{"ansible_port":22}"#),
        ("[2001:db8::1]:22", r#""2001:db8::1":{"ansible_port":22}"#),
        ("2001:db8::1", r#""2001:db8::1":null"#),
        ("fe80:1", r#""fe80":{"ansible_port":1}"#),
        ("foo!bar:22", r#""foo!bar:22":null"#),
        ("db-[a:f:2]", r#""db-[a:f:2]":null"#),
        ("h a=b=c d=", r#""h":{"a":"b=c","d":""}"#),
        ("h 'a=b c' e=f\\ g", r#""h":{"a":"b c","e":"f g"}"#),
        ("h a=b#c", r#""h":{"a":"b"}"#),
    ] {
        assert_eq!(value(written), format!(r#"{{"all":{{"hosts":{{{expected}}}}}}}"#), "{written}");
    }
}

#[test]
fn values_are_literals_of_python() {
    for (written, expected) in [
        ("1", "1"),
        ("-1", "-1"),
        ("010", "\"010\""),
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("1__0", "\"1__0\""),
        ("1.5", "1.5"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("1e400", "\"1e400\""),
        ("True", "true"),
        ("true", "\"true\""),
        ("None", "null"),
        ("", "\"\""),
        ("a b", "\"a b\""),
        ("80 # port", "80"),
        ("abc # port", "\"abc # port\""),
        ("'a' \"b\"", "\"ab\""),
        ("\"a\" # c", "\"a\""),
        ("1,2", "[1,2]"),
        ("1,", "[1]"),
        ("(1)", "1"),
        ("()", "[]"),
        ("[1, [2]]", "[1,[2]]"),
        ("[1", "\"[1\""),
        ("{'a': {'b': 1}, 2: None}", r#"{"a":{"b":1},"2":null}"#),
        ("{1, 2}", "[1,2]"),
        ("r'\\d'", r#""\\d""#),
        ("'\\x41\\n\\q'", r#""A\n\\q""#),
        ("b'x'", "\"x\""),
        ("{{ foo }}", "\"{{ foo }}\""),
        ("10.0.0.1", "\"10.0.0.1\""),
        ("1-2", "\"1-2\""),
        ("not True", "\"not True\""),
        ("...", "\"...\""),
    ] {
        assert_eq!(variable(written), expected, "{written}");
    }
}

#[test]
fn problems() {
    for (text, message, at) in [
        ("[web]\nh x\n", "expected `name=value` behind the host, found `x`", "x"),
        ("[web:foo]\n", "a section of a group is `vars` or `children`, not `foo`", "foo"),
        ("[we b]\n", "`[we b]` is no name of a section", "[we b]"),
        ("[a]\n[a:vars]\nb\n", "expected `name=value`, found `b`", "b"),
        ("[a]\n[b:children]\na b\n", "expected the name of a group, found `a b`", "a b"),
        ("[a:children]\nb\n[b:children]\na\n", "group `a` would be a part of itself", "a"),
        ("[a:children]\nall\n", "group `all` would be a part of itself", "all"),
        ("h x='a\n", "the quote that opens here is not closed on its line", "'"),
        ("h x=\\\n", "the backslash at the end of the line escapes nothing", "\\"),
        ("h:\n", "`h:` ends with `:`, and no port follows", "h:"),
        ("---\n", "`---` begins a YAML file, and this is read as an inventory in INI syntax", "---"),
        ("x[1:2\n", "`x[1:2` holds a range that cannot be read: `]` is missing", "x[1:2"),
        (
            "x[01:3]\n",
            "`x[01:3]` holds a range that cannot be read: its begin has a leading zero, and its end has another number of digits",
            "x[01:3]",
        ),
        ("h x={[1]:2}\n", "a list or mapping cannot be the key of a mapping", "{[1]:2}"),
    ] {
        assert_eq!(problem(Format::Inventory, text), (message.to_owned(), at.to_owned()), "{text}");
    }
    // Other files of the inventory may have these groups.
    assert_eq!(read(Format::Inventory, "[b:children]\nnope\n[c:vars]\nx=1\n").problems, []);
    let parsed = read(Format::Inventory, "h x\nh y\n");
    assert_eq!((parsed.problems.len(), parsed.documents.len()), (2, 0), "each line is told");
}

#[test]
fn limits() {
    let with = |text: &str, limits: ParseLimits| parse(Format::Inventory, text.as_bytes(), &limits).problems;
    let few = ParseLimits { nodes: 20, ..ParseLimits::default() };
    assert_eq!(with(&"h x=1\n".repeat(3), few), []);
    assert_eq!(with(&"h x=1\n".repeat(10), few)[0].kind, ProblemKind::Limit);
    assert_eq!(with("h x=[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]\n", few)[0].kind, ProblemKind::Limit);
    let flat = ParseLimits { depth: 7, ..ParseLimits::default() };
    assert_eq!(with("h x=[[1]]\n", flat), []);
    assert_eq!(with("h x=[[[1]]]\n", flat)[0].kind, ProblemKind::Limit);
    // Python takes what is nested deeper for a text.
    let deep = format!("h x={}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(with(&deep, ParseLimits::default()), []);
}

fn nest(parsed: &Parsed, node: &Node, within: Span) {
    assert!(within.start <= node.span.start && node.span.end <= within.end, "{node:?} in {within:?}");
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| nest(parsed, item, node.span)),
        Value::Mapping(entries) => {
            for entry in entries {
                slice(parsed, entry.key_span);
                nest(parsed, &entry.value, within);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn everything_has_its_place() {
    let text = "[web]\nh:22 a=1 b=\"['x', {'k': 2}]\" c='q r'\n[web:vars]\nv = 5 \n[p:children]\nweb\n";
    let parsed = read(Format::Inventory, text);
    let root = &parsed.documents[0].root;
    nest(&parsed, root, Span::new(0, text.len()));
    let web = root.get("all").unwrap().get("children").unwrap().entry("web").unwrap();
    let at = |span| slice(&parsed, span);
    assert_eq!(at(web.key_span), "web");
    let host = web.value.get("hosts").unwrap().entry("h").unwrap();
    assert_eq!(at(host.key_span), "h");
    let all: Vec<(&str, &str)> = match &host.value.value {
        Value::Mapping(entries) => entries.iter().map(|entry| (at(entry.key_span), at(entry.value.span))).collect(),
        _ => panic!(),
    };
    assert_eq!(all, [("22", "22"), ("a", "1"), ("b", "\"['x', {'k': 2}]\""), ("c", "'q r'")]);
    let vars = web.value.entry("vars").unwrap();
    assert_eq!((at(vars.key_span), at(vars.value.get("v").unwrap().span)), ("vars", "5"));
    let exact = read(Format::Inventory, "[all:vars]\nx = {'k': [1, 2]}\n");
    let x = exact.documents[0].root.get("all").unwrap().get("vars").unwrap().get("x").unwrap();
    assert_eq!(slice(&exact, x.get("k").unwrap().as_sequence().unwrap()[1].span), "2");
}

#[test]
fn inventories_are_told_from_other_files() {
    for (path, text, is) in [
        ("hosts", "[web]\na\nb x=1\n", true),
        ("inventory", "a\n", true),
        ("hosts.ini", "[web]\na\n[web:vars]\nx = 1\n", true),
        ("inventories/prod/main", "[web]\na.example.org\n", true),
        ("inventories/prod/main.ini", "[db:children]\nx\n", true),
        ("inventory-prod", "[web]\na\n", true),
        ("prod.inventory", "[web]\na\n", true),
        ("hosts", "127.0.0.1 localhost\n::1 ip6-localhost\n", false),
        ("hosts.ini", "[web]\nkey = value\n", false),
        ("hosts.ini", "[web]\nkey=value\n", false),
        ("hosts.yml", "[web]\na\n", false),
        ("hosts", "all:\n  hosts:\n    a:\n", false),
        ("hosts", "#!/bin/sh\necho\n", false),
        ("hosts.allow", "[web]\na\n", false),
        ("settings.ini", "[web]\na\n", false),
        ("roles/x/templates/hosts", "[web]\na\n", false),
        ("inventories/prod/group_vars/all", "a\n", false),
        ("hosts", "", false),
        ("hosts", "$ANSIBLE_VAULT;1.1;AES256\n3061\n", false),
    ] {
        assert_eq!(is_inventory(path, text), is, "{path} {text}");
    }
}
