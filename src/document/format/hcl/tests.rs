//! What files say, what is wrong with them, and how much they may hold.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::super::testing::{problem, read, slice, values};
use super::super::{DEEPEST, Format, parse};
use crate::document::{Node, ParseLimits, Parsed, Problem, ProblemKind, Route, Step, Value};

#[track_caller]
fn json(text: &str) -> String {
    let values = values(Format::Hcl, text);
    assert_eq!(values.len(), 1);
    values[0].clone()
}

/// The value of `a = …`.
#[track_caller]
fn value(text: &str) -> String {
    let json = json(&format!("a = {text}\n"));
    json.strip_prefix("{\"a\":").and_then(|json| json.strip_suffix('}')).unwrap().to_owned()
}

#[test]
fn arguments_and_blocks_take_the_shape_of_hcl2json() {
    assert_eq!(json(""), "{}");
    assert_eq!(json("\u{feff}# only a comment"), "{}");
    assert_eq!(
        json("resource \"t\" \"n\" {\n  a = 1\n  b {\n  }\n  b { c = true }\n}\nresource t m {}\nlocals {}\nx = null"),
        r#"{"resource":{"t":{"n":[{"a":1,"b":[{},{"c":true}]}],"m":[{}]}},"locals":[{}],"x":null}"#
    );
    assert_eq!(
        json("r \"a\" {\n  dynamic \"s\" {\n    for_each = v\n    content {\n    }\n  }\n}\n"),
        r#"{"r":{"a":[{"dynamic":{"s":[{"for_each":"${v}","content":[{}]}]}}]}}"#
    );
    assert_eq!(json("a=1 // x\r\nb = 2 # y\r\n/* z\n */ c = 3"), r#"{"a":1,"b":2,"c":3}"#);
}

#[test]
fn many_names_are_found_again() {
    let text = (0..200).map(|at| format!("b \"l{}\" {{\n}}\n", at % 50)).collect::<Vec<_>>().concat();
    let expected: Vec<String> = (0..50).map(|at| format!("\"l{at}\":[{{}},{{}},{{}},{{}}]")).collect();
    assert_eq!(json(&text), format!("{{\"b\":{{{}}}}}", expected.join(",")));
}

#[test]
fn blocks_with_and_without_labels_stand_beside_each_other() {
    let expected = r#"{"include":{"root":[{}],"":[{"path":"x"}]}}"#;
    assert_eq!(json("include \"root\" {\n}\ninclude {\n  path = \"x\"\n}\n"), expected);
    assert_eq!(json("include {\n  path = \"x\"\n}\ninclude \"root\" {\n}\n"), expected);
    assert_eq!(json("b x {\n}\nb x y {\n}\n"), r#"{"b":{"x":{"y":[{}],"":[{}]}}}"#);
}

#[test]
fn literals_are_values() {
    for (text, expected) in [
        ("1.50", "1.5"),
        ("-3", "-3"),
        ("!true", "false"),
        ("1e3", "1000"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("null", "null"),
        ("\"x\"", "\"x\""),
        ("\"${1}\"", "1"),
        ("\"${[1, \"${true}\"]}\"", "[1,true]"),
        ("[1\n,2,]", "[1,2]"),
        ("[]", "[]"),
        ("{}", "{}"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_must_be_evaluated_stays_text() {
    for text in [
        "b",
        "b.c",
        "b[0]",
        "b.0.c",
        "b.*.c.0.d[1]",
        "b[*].c[d].e",
        "(1)",
        "--1",
        "-\\\"5\\\"",
        "1 + 2 * 3 <= 4 && !c || d != e",
        "b ? c : d ? e : f",
        "f()",
        "p::q::f(1, [2], g...)",
        "f(\\n1,\\n2,\\n)",
        "[for x in y : x if x > 1]",
        "{for k, v in m : k => v...}",
        "{\\nfor k in m : k => k }",
        "1.b",
        "null[0]",
    ] {
        let written = text.replace("\\\"", "\"").replace("\\n", "\n");
        assert_eq!(value(&written), format!("\"${{{text}}}\""), "{text}");
    }
}

#[test]
fn keys_of_objects_are_text() {
    assert_eq!(
        value("{ b = 1, \"c d\" : 2\n (e) = 3\n\n null = 4, f.g = 5, h[i] = 6, \"j${k}\" = 7, 1.50 = 8, -1 = 9 }"),
        r#"{"b":1,"c d":2,"${(e)}":3,"null":4,"f.g":5,"${h[i]}":6,"j${k}":7,"1.5":8,"${-1}":9}"#
    );
    assert_eq!(value("{ b = 1, \"b\" = 2 }"), r#"{"b":2}"#, "the last counts, as in Terraform");
}

#[test]
fn templates_are_written_again() {
    for (text, expected) in [
        (r#""a${ b }c""#, r#""a${b}c""#),
        (r#""a${1.50}${true}${null}${"x${y}"}${-1}""#, r#""a1.5truenullx${y}${-1}""#),
        (r#""$${b} %%{c} $ % $$ %%""#, r#""$${b} %%{c} $ % $$ %%""#),
        (r#""a  ${~ b ~}  c""#, r#""a${b}c""#),
        (r#""a\n ${~ b ~} \n c""#, r#""a${b}c""#),
        (r#""%{ if a ~} b %{ else }c%{ endif }""#, r#""%{if a}b %{else}c%{endif}""#),
        (r#""%{if a}%{else}%{endif}""#, r#""%{if a}%{endif}""#),
        (r#""%{ for k, v in m ~} ${k} %{ endfor }""#, r#""%{for k, v in m}${k} %{endfor}""#),
        (r#""x${b ? "c" : d}""#, r#""x%{if b}c%{else}${d}%{endif}""#),
        (r#""x${f({a = "}"})}""#, r#""x${f({a = \"}\"})}""#),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn heredocs_are_text() {
    for (text, expected) in [
        ("<<E\na\n  b\n  E", r#""a\n  b\n""#),
        ("<<E\nE", r#""""#),
        ("<<E\r\na\r\nE\r", r#""a\r\n""#),
        ("<<-E\n    x\n      y\n\n   ${z}\n  E", r#"" x\n   y\n\n${z}\n""#),
        ("<<-E\n  a ${b}\n c\n   \n E", r#"" a ${b}\nc\n   \n""#),
        ("<<-E\n  a\n${z}\n E", r#""  a\n${z}\n""#),
        ("<<E\n\\n \"q\" $${b} $c $\nE", r#""\\n \"q\" $${b} $c $\n""#),
        ("<<E\n%{ if a ~}\n  b\n%{ endif ~}\nE", r#""%{if a}  b\n%{endif}""#),
        ("<<E\n${<<F\nx\nF\n}\nE", r#""x\n\n""#),
        ("f(<<E\nx\nE\n, 1)", r#""${f(<<E\nx\nE\n, 1)}""#),
        ("1 <<<E\nE", r#""${1 <<<E\nE}""#),
    ] {
        assert_eq!(value(text), expected, "{text:?}");
    }
}

fn locate<'a>(parsed: &'a Parsed, steps: &[&str]) -> (&'a str, Option<&'a str>) {
    let step = |step: &&str| step.parse().map_or_else(|_| Step::Key((*step).to_owned()), Step::Index);
    let found = Route(steps.iter().map(step).collect()).locate(&parsed.documents[0].root);
    assert!(found.exact, "{steps:?}");
    (slice(parsed, found.node.span), found.entry.map(|entry| slice(parsed, entry.key_span)))
}

#[test]
fn everything_has_its_place() {
    let text = "resource \"t\" n {\n  a = [1, \"${b}\"]\n  \"c\"= 1\n}\n"
        .replace("  \"c\"= 1\n", "  o = {\n    \"k\" = f(x)\n  }\n");
    let text = format!("é = <<E\nx\nE\n{text}resource \"t\" \"m\" {{}}\n");
    let parsed = read(Format::Hcl, &text);
    assert_eq!(parsed.problems, []);
    let block = "resource \"t\" n {\n  a = [1, \"${b}\"]\n  o = {\n    \"k\" = f(x)\n  }\n}";
    assert_eq!(locate(&parsed, &["é"]), ("<<E\nx\nE", Some("é")));
    assert_eq!(locate(&parsed, &["resource", "t", "n", "0"]), (block, None));
    assert_eq!(locate(&parsed, &["resource", "t", "n"]), (block, Some("n")));
    assert_eq!(locate(&parsed, &["resource", "t"]).1, Some("\"t\""));
    assert_eq!(locate(&parsed, &["resource"]).1, Some("resource"));
    assert!(locate(&parsed, &["resource"]).0.ends_with("\"m\" {}"), "from the first block to the last");
    assert_eq!(locate(&parsed, &["resource", "t", "n", "0", "a"]), ("[1, \"${b}\"]", Some("a")));
    assert_eq!(locate(&parsed, &["resource", "t", "n", "0", "a", "1"]), ("\"${b}\"", None));
    assert_eq!(locate(&parsed, &["resource", "t", "n", "0", "o", "k"]), ("f(x)", Some("\"k\"")));
}

#[test]
fn problems_say_what_was_expected_and_where() {
    let cases = [
        ("a = ", "expected a value, found the end of the file", ""),
        ("a = \nb = 1\n", "expected a value, found the end of the line", "\n"),
        ("a = 1 b = 2\n", "expected the end of the line behind the argument, found `b`", "b"),
        ("a = 1,\n", "expected the end of the line behind the argument, found `,`", ","),
        ("a\n", "expected `=` and a value, or labels and `{`, behind the name, found the end of the line", "\n"),
        ("a {\n  b = 1 }\n", "expected the end of the line behind the argument, found `}`", "}"),
        ("a { b = 1, c = 2 }\n", "expected `}` behind the only argument of a block on one line, found `,`", ","),
        ("a \"b\"\n{\n}\n", "expected a label or `{`, found the end of the line", "\n"),
        ("a \"b${c}\" {}\n", "expected a text without anything to fill in, found `${`", "${"),
        ("a {\n", "expected `}`, found the end of the file", ""),
        ("}\n", "expected an argument or a block, found `}`", "}"),
        ("\"a\" = 1\n", "expected an argument or a block, found a quoted string", "\""),
        ("a = [1 2]\n", "expected `,` or `]` behind an item, found `2`", "2"),
        ("a = {b 1}\n", "expected `=` or `:` behind the key, found `1`", "1"),
        ("a = {b = 1 c = 2}\n", "expected `,`, `}` or the end of the line behind an item, found `c`", "c"),
        ("a = f(1\n", "expected `,` or `)` behind an argument, found the end of the file", ""),
        (
            "a = b ? c\n",
            "expected `:` and the value for when the condition does not hold, found the end of the line",
            "\n",
        ),
        ("a = b.\n", "expected the name of an attribute behind `.`, found the end of the line", "\n"),
        ("a = b.0.1\n", "two indexes behind each other cannot be written with dots", "0.1"),
        ("a = 1.2.3\n", "this is no number of HCL", "1.2.3"),
        ("a = -true\n", "`-` needs a number behind it", "-true"),
        ("a = [for x y]\n", "expected `in` behind the names of `for`, found `y`", "y"),
        ("a = {for x in y : x}\n", "a `for` expression in `{…}` needs a key and `=>`", "x"),
        ("a = [for x in y : x => x]\n", "a `for` expression in `[…]` has no keys", "=>"),
        ("a = \"${b c}\"\n", "expected `}`, found `c`", "c"),
        ("a = \"b\\qc\"\n", "this is no escape of HCL", "\\q"),
        ("a = \"%{ if b }\"\n", "the `%{if` that opens here is never closed", "%{ if"),
        ("a = \"%{ else }\"\n", "there is nothing here that `%{else}` could belong to", "%{ else"),
        ("a = \"%{ fi }\"\n", "expected `if`, `else`, `endif`, `for` or `endfor` behind `%{`", "fi"),
        ("a = \"b\nc = 1\n", "the quote that opens here is not closed on its line", "\""),
        ("a = 'b'\n", "`'` has no meaning in HCL here", "'"),
        ("a = 1;\n", "`;` has no meaning in HCL here", ";"),
        ("a = \u{a0}1\n", "a space that is not the usual one has no meaning in HCL here", "\u{a0}"),
        ("a = 1\r", "a carriage return without a line feed has no meaning in HCL here", "\r"),
        ("a = 1 /* b\n", "the comment that opens here is never closed", "/*"),
        ("a = <<E\nb\nE", "the heredoc that opens here is never closed: expected a line `E`", "<<E"),
        ("a = <<E b\nE\n", "`<<` begins a heredoc: expected a name and the end of the line behind it", "<<E"),
        ("a = 1\nb = 2\na = 3\n", "key `a` is written twice in one mapping", "a"),
        ("a = 1\na {\n}\n", "`a` is written both as an argument and as a block", "a"),
        ("a {\n}\na = 1\n", "`a` is written both as an argument and as a block", "a"),
    ];
    for (text, message, place) in cases {
        assert_eq!(problem(Format::Hcl, text), (message.to_owned(), place.to_owned()), "{text:?}");
    }
    // The first that is wrong is told, though what cannot be cut into tokens is found before.
    assert_eq!(problem(Format::Hcl, "a = ]\nb = 'c'\n").1, "]");
}

#[test]
fn repeated_names_are_told_up_to_a_limit() {
    let text = format!("a = 1\n{}", "a {\n}\n".repeat(2_000));
    let problems = read(Format::Hcl, &text).problems;
    assert!(problems.len() < 1_100, "{}", problems.len());
    assert!(problems[0].message.contains("both") && problems[0].kind == ProblemKind::DuplicateKey);
}

#[test]
fn what_is_open_is_shown() {
    for (text, open) in [
        ("r \"a\" {\n b {\n }\n", "r \"a\" {"),
        ("r \"a\" {\n b {\n", "b {"),
        ("a = [\n1,\n", "["),
        ("a = {\nb = 1\n", "{"),
        ("a = f(\n1,\n2\n", "f("),
        ("a = (1\n", "("),
        ("a = f(\n", "("),
        ("a = b[\n", "["),
        ("a = [for x in\n", "["),
        ("a {\n  b = ", "a {"),
        ("a = \"${b\"\n", "${"),
    ] {
        let parsed = read(Format::Hcl, text);
        let Problem { related, .. } = &parsed.problems[0];
        let shown = related.as_ref().map(|(span, _)| slice(&parsed, *span));
        assert_eq!(shown, Some(open), "{text:?}");
    }
}

/// Texts that nest `depth` levels deep in their own way.
fn nested(depth: usize) -> Vec<(&'static str, String)> {
    let around =
        |open: &str, core: &str, close: &str| format!("a = {}{core}{}\n", open.repeat(depth), close.repeat(depth));
    vec![
        ("lists", around("[", "1", "]")),
        ("objects", around("{b=", "1", "}")),
        ("parentheses", around("(", "1", ")")),
        ("calls", around("f(", "1", ")")),
        ("indexes", around("b[", "1", "]")),
        ("templates", around("\"${", "1", "}\"")),
        ("parts", around("\"x${", "1", "}\"")),
        ("directives", format!("a = \"{}{}\"\n", "%{if b}".repeat(depth), "%{endif}".repeat(depth))),
        ("conditions of directives", around("\"x%{if ", "1", "}%{endif}\"")),
        ("conditions", format!("a = {}1\n", "b ? c : ".repeat(depth))),
        ("first values", format!("a = {}1{}\n", "b ? ".repeat(depth), " : c".repeat(depth))),
        ("conditions in parts", around("\"x${b ? c : ", "1", "}\"")),
        ("for", around("[for x in ", "b", ": x]")),
        ("blocks", format!("{}{}", "b {\n".repeat(depth), "}\n".repeat(depth))),
        ("labels", format!("b {}{{}}\n", "l ".repeat(depth))),
    ]
}

#[test]
fn nesting_is_bounded_and_fits_the_stack() {
    let limits = ParseLimits { depth: usize::MAX, ..ParseLimits::default() };
    let run = move || {
        for (what, text) in nested(DEEPEST + 1) {
            let problems = parse(Format::Hcl, text.as_bytes(), &limits).problems;
            assert_eq!(problems.first().map(|problem| problem.kind), Some(ProblemKind::Limit), "{what}");
        }
        for (what, text) in nested(330) {
            assert_eq!(parse(Format::Hcl, text.as_bytes(), &limits).problems, [], "{what}");
        }
        // The deepest that fit; the file itself is the first level. What takes several levels is too deep.
        for (what, text) in nested(DEEPEST - 3) {
            let problems = parse(Format::Hcl, text.as_bytes(), &limits).problems;
            assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Limit), "{what}: {problems:?}");
        }
        for (what, text) in nested(DEEPEST / 2 - 1) {
            let problems = parse(Format::Hcl, text.as_bytes(), &limits).problems;
            assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Limit), "{what}: {problems:?}");
        }
        let lists = format!("a = {}{}", "[".repeat(DEEPEST - 1), "]".repeat(DEEPEST - 1));
        assert_eq!(parse(Format::Hcl, lists.as_bytes(), &limits).problems, []);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn chains_do_not_nest() {
    for text in [
        format!("a = 1{}\n", " + 1".repeat(100_000)),
        format!("a = {}1\n", "-".repeat(100_000)),
        format!("a = b{}\n", ".c[0]".repeat(100_000)),
        format!("a = b{}\n", "[*]".repeat(100_000)),
        format!("a = p{}()\n", "::p".repeat(100_000)),
        format!("a = \"{}\"\n", "${b}".repeat(100_000)),
        format!("a = \"{}\"\n", "%{if b}%{endif}".repeat(100_000)),
        format!("a = <<-E\n{}E\n", " $x\n".repeat(100_000)),
    ] {
        assert_eq!(read(Format::Hcl, &text).problems, [], "{}", &text[..20]);
    }
}

#[test]
fn keys_and_values_are_counted() {
    let limits = ParseLimits { nodes: 100, ..ParseLimits::default() };
    for text in ["a = [{}]\n", "a = {{}}\n", "{}"] {
        let item = |text: &str, at: usize| match text {
            "a = [{}]\n" => "1,".to_owned(),
            "a = {{}}\n" => format!("k{at} = 1,"),
            _ => format!("k{at} = 1\n"),
        };
        for (count, good) in [(40, true), (101, false)] {
            let items: String = (0..count).map(|at| item(text, at)).collect();
            let text = text.replacen("{}", &items, 1);
            let parsed = parse(Format::Hcl, text.as_bytes(), &limits);
            assert_eq!(parsed.problems.is_empty(), good, "{text}");
            assert!(parsed.problems.iter().all(|problem| problem.kind == ProblemKind::Limit));
        }
    }
}

/// Every node stands inside of the one that holds it.
fn inside(node: &Node) {
    let holds = |child: &Node| {
        assert!(node.span.start <= child.span.start && child.span.end <= node.span.end, "{child:?}");
        inside(child);
    };
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(holds),
        Value::Mapping(entries) => entries.iter().for_each(|entry| holds(&entry.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_bytes_make_it_panic() {
    const SAMPLE: &str = "# é\nresource \"t\" n {\n  a = [1.5e3, -2, \"x${b ~} $${c} \\u00e9\", f(d...)]\n  e = <<-E\n    g ${h}\n    %{ for k, v in m ~}\n    $i\n    %{ endfor }\n  E\n  j { k = !l ? {m : n, (o) = p[q].*.r} : [for s in t : s if u] }\n}\n";
    const SPICE: &[&str] = &[
        "\"", "${", "%{", "}", "~}", "{", "[", "]", "(", ")", ",", "=", ".", "*", "<<E\n", "E\n", "\n", "\r", " ",
        "\\", "$", "%", "#", "/*", "*/", "0", "e", ":", "?", "-", "!", "é", "\u{301}", "'", "for ", "%{endif}",
    ];
    // xorshift, so that a failure can be repeated.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let limits = ParseLimits { depth: 12, nodes: 60, ..ParseLimits::default() };
    let mut good = 0;
    for _ in 0..10_000 {
        let mut chars: Vec<String> = SAMPLE.chars().map(String::from).collect();
        if random(4) == 0 {
            chars.truncate(random(chars.len()) + 1);
        }
        for _ in 0..=random(3) {
            let at = random(chars.len() + 1);
            match random(2) {
                0 if at < chars.len() => drop(chars.remove(at)),
                _ => chars.insert(at, SPICE[random(SPICE.len())].to_owned()),
            }
        }
        let parsed = parse(Format::Hcl, chars.concat().as_bytes(), &limits);
        good += usize::from(parsed.problems.is_empty());
        for problem in &parsed.problems {
            let (start, end) = (problem.span.start as usize, problem.span.end as usize);
            assert!(parsed.source.text().get(start..end).is_some(), "{problem:?}");
        }
        assert!(parsed.documents.len() == 1 || !parsed.problems.is_empty());
        parsed.documents.iter().for_each(|document| inside(&document.root));
    }
    assert!(good > 300, "{good} of them should be good");
}
