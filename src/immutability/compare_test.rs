//! Comparisons of two texts of YAML.

use super::*;
use crate::document::{ParseLimits, format};

fn node(text: &str) -> Node {
    let parsed = format::parse(format::Format::Yaml, text.as_bytes(), &ParseLimits::default());
    assert!(parsed.problems.is_empty(), "{text}: {:?}", parsed.problems);
    parsed
        .documents
        .into_iter()
        .next()
        .map_or(Node { value: Value::Null, span: crate::document::Span::default() }, |document| document.root)
}

/// The routes of what differs and of what is not known, with the old side's where it is another.
fn found(old: &str, new: &str, sort: &dyn Fn(&Route) -> Sort) -> (Vec<String>, Vec<String>) {
    let (old, new) = (node(old), node(new));
    let comparison = compare(Some(&old), Some(&new), sort);
    let told = |spots: &[Spot<'_>]| {
        spots
            .iter()
            .map(|spot| {
                if spot.route == spot.old_route {
                    spot.route.to_string()
                } else {
                    format!("{}<{}", spot.route, spot.old_route)
                }
            })
            .collect()
    };
    (told(&comparison.differences), told(&comparison.undecided))
}

fn plain(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    found(old, new, &|_| Sort::Plain)
}

fn same(old: &str, new: &str) {
    assert_eq!(plain(old, new), (vec![], vec![]), "{old} {new}");
    assert_eq!(plain(new, old), (vec![], vec![]), "{new} {old}");
}

fn differs(old: &str, new: &str, at: &[&str]) {
    let (differences, undecided) = plain(old, new);
    assert_eq!(differences, at, "{old} {new}");
    assert!(undecided.is_empty(), "{old} {new} {undecided:?}");
}

#[test]
fn nothing_null_and_empty_are_the_same() {
    same("{a: 1}", "{a: 1, b: null}");
    same("{a: 1}", "{a: 1, b: {}}");
    same("{a: 1}", "{a: 1, b: []}");
    same("{a: {c: null}}", "{a: {b: {d: []}}}");
    same("{a: null}", "{}");
    differs("{a: 1}", "{a: 1, b: ''}", &["/b"]);
    differs("{a: 1}", "{a: 1, b: 0}", &["/b"]);
    differs("{a: 1}", "{a: 1, b: false}", &["/b"]);
    differs("{a: [1, {}]}", "{a: [1]}", &["/a</a/1"]);
}

#[test]
fn notation_does_not_count() {
    same("{a: 1, b: 2}", "{b: 2.0, a: 0x1}");
    same("{a: '1'}", "{a: 1}");
    same("{a: 'true'}", "{a: true}");
    same("{a: 1Gi}", "{a: 1024Mi}");
    same("{a: 0.5}", "{a: 500m}");
    differs("{a: '1.10'}", "{a: '1.1'}", &["/a"]);
    same("{a: '1.10'}", "{a: 1.10}");
    differs("{a: '1.10'}", "{a: '1.1'}", &["/a"]);
    differs("{a: 1Gi}", "{a: 1G}", &["/a"]);
    differs("{a: 'x'}", "{a: 'X'}", &["/a"]);
    differs("{a: [x]}", "{a: x}", &["/a"]);
}

#[test]
fn quantities_where_they_are_known() {
    let quantity = |old: &str, new: &str| found(old, new, &|_| Sort::Quantity);
    assert_eq!(quantity("{a: 1}", "{a: '1.0'}"), (vec![], vec![]));
    assert_eq!(quantity("{a: '2'}", "{a: 2000m}"), (vec![], vec![]));
    assert_eq!(quantity("{a: '2'}", "{a: 3}"), (vec!["/a".to_owned()], vec![]));
    assert_eq!(quantity("{a: x}", "{a: y}"), (vec!["/a".to_owned()], vec![]));
}

#[test]
fn the_narrowest_places_are_told() {
    differs("{a: {b: 1, c: 2}, d: 3}", "{a: {b: 1, c: 3}, e: 4}", &["/a/c", "/d", "/e"]);
    differs("[a, b]", "[b, a]", &["/0", "/1"]);
    differs("[a, b, c]", "[a, c]", &["</1"]);
    differs("[a, c]", "[a, b, c]", &["/1<"]);
    differs("[a, b, c]", "[x, y]", &[""]);
    differs("[{n: 1, v: 2}]", "[{n: 1, v: 3}]", &["/0/v"]);
}

#[test]
fn one_place_has_all_differences() {
    let place = |old: &str, new: &str| {
        let (old, new) = (node(old), node(new));
        let sort = |_: &Route| Sort::Keyed(&["name"]);
        let comparison = compare(Some(&old), Some(&new), &sort);
        let spot = comparison.narrowest().expect("a difference");
        if let (Some(before), Some(after)) = (spot.before, spot.after) {
            assert!(std::ptr::eq(spot.old_route.locate(&old).node, before));
            assert!(std::ptr::eq(spot.route.locate(&new).node, after));
        }
        format!("{}<{}", spot.route, spot.old_route)
    };
    assert_eq!(place("{a: {b: {c: 1, d: 2}}}", "{a: {b: {c: 2, d: 3}}}"), "/a/b</a/b");
    assert_eq!(place("{a: {b: {c: 1}, d: 2}}", "{a: {b: {c: 2}, d: 3}}"), "/a</a");
    assert_eq!(place("{a: 1}", "{a: 2}"), "/a</a");
    assert_eq!(place("[{name: a}, {name: b, x: 1, y: 1}]", "[{name: c}, {name: a}, {name: b, x: 1, y: 1, z: 1}]"), "<");
    assert_eq!(place("[{name: b, x: 1, y: 1}]", "[{name: b, x: 2, y: 2}]"), "/0</0");
    assert_eq!(
        place("[{name: a}, {name: b, x: {u: 1, v: 1}}]", "[{name: b, x: {u: 2, v: 2}}, {name: a}]"),
        "/0/x</1/x"
    );
}

#[test]
fn sets_and_keyed_lists() {
    let set = |old: &str, new: &str| found(old, new, &|_| Sort::Set);
    assert_eq!(set("[a, b]", "[b, a, a]"), (vec![], vec![]));
    assert_eq!(set("[a, b]", "[c, b]"), (vec!["</0".to_owned(), "/0<".to_owned()], vec![]));
    assert_eq!(set("[1Gi]", "[1024Mi]"), (vec![], vec![]));
    assert_eq!(set("[a, '${X}']", "[a, b]"), (vec![], vec![String::new()]));
    assert_eq!(set("[a, '${X}']", "['${X}', a]"), (vec![], vec![]));
    let keyed = |old: &str, new: &str| found(old, new, &|_| Sort::Keyed(&["port", "protocol"]));
    assert_eq!(keyed("[{port: 1, x: 1}, {port: 2}]", "[{port: 2}, {port: 1, x: 1}]"), (vec![], vec![]));
    assert_eq!(
        keyed("[{port: 1, x: 1}, {port: 2}]", "[{port: 2}, {port: 1, x: 2}]"),
        (vec!["/1/x</0/x".to_owned()], vec![])
    );
    assert_eq!(keyed("[{port: 1}]", "[{port: 1, protocol: UDP}]"), (vec!["</0".to_owned(), "/0<".to_owned()], vec![]));
    // Two of a name are compared by their place.
    assert_eq!(keyed("[{port: 1, x: 1}, {port: 1}]", "[{port: 1, x: 1}, {port: 1}]"), (vec![], vec![]));
    assert_eq!(keyed("[{x: 1}]", "[{x: 2}]"), (vec!["/0/x".to_owned()], vec![]));
}

#[test]
fn what_is_filled_in_is_not_known() {
    let undecided = |old: &str, new: &str, at: &str| {
        assert_eq!(plain(old, new), (vec![], vec![at.to_owned()]), "{old} {new}");
        assert_eq!(plain(new, old), (vec![], vec![at.to_owned()]), "{new} {old}");
    };
    same("{a: '${A}'}", "{a: '${A}'}");
    undecided("{a: '${A}'}", "{a: '${B}'}", "/a");
    undecided("{a: '${A}'}", "{a: 3}", "/a");
    undecided("{a: '${A}'}", "{a: {b: 1}}", "/a");
    undecided("{a: '${A}', b: 1}", "{b: 1}", "/a");
    undecided("{a: 'x-{{ v }}'}", "{a: 'x-1'}", "/a");
    undecided("[a, '${X}']", "[a]", "");
    differs("{a: 'x-${A}'}", "{a: 'y-${A}'}", &["/a"]);
    differs("{a: 'x-${A}', b: 1}", "{b: 1}", &["/a"]);
    differs("{a: 'x-${A}'}", "{a: {b: 1}}", &["/a"]);
    // Another part decides.
    let (differences, undecided) = plain("{a: '${A}', b: 1}", "{a: '${B}', b: 2}");
    assert_eq!((differences, undecided), (vec!["/b".to_owned()], vec!["/a".to_owned()]));
    // A key that is filled in may be the one that is new.
    let (differences, undecided) = plain("{'${K}': 1, b: 1}", "{k: 1, b: 2}");
    assert_eq!((differences, undecided), (vec!["/b".to_owned()], vec!["/${K}".to_owned(), "/k".to_owned()]));
    same("{'${K}': 1}", "{'${K}': 1}");
}

#[test]
fn fields_can_be_left_out() {
    let except = |old: &str, new: &str, free: &[&str]| -> Vec<String> {
        let (old, new) = (node(old), node(new));
        let free: Vec<FieldPath> = free.iter().map(|path| path.parse().expect("a path")).collect();
        let comparison = compare_except(Spot::root(Some(&old), Some(&new)), &free, &|_| Sort::Plain);
        comparison.differences.iter().map(|spot| spot.shown().to_string()).collect()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(except("{a: 1, b: 1}", "{a: 2, b: 1}", &[".a"]), none);
    assert_eq!(except("{a: 1, b: 1}", "{a: 2, b: 2}", &[".a"]), ["/b"]);
    assert_eq!(except("{a: {x: 1}}", "{a: {x: 2}, b: {}}", &[".a.x"]), none);
    assert_eq!(except("{a: {x: 1}}", "{}", &[".a.x"]), none);
    assert_eq!(except("{a: {x: 1, z: 1}}", "{}", &[".a.x"]), ["/a/z"]);
    assert_eq!(except("{a: [{i: 1, n: 1}]}", "{a: [{i: 2, n: 1}]}", &[".a[*].i"]), none);
    assert_eq!(except("{a: [{i: 1, m: 1}]}", "{a: [{i: 2, m: 1}, {i: 1, m: 3}]}", &[".a[*].i"]), ["/a/1/m"]);
    assert_eq!(except("{a: 1}", "{a: 2}", &["."]), none);
}

#[test]
fn what_is_deep_is_compared() {
    fn nested(depth: usize, value: &str) -> String {
        format!("{}{value}{}", "{a: ".repeat(depth), "}".repeat(depth))
    }
    // The stack of a worker.
    let run = || {
        same(&nested(500, "1"), &nested(500, "1"));
        let (differences, _) = plain(&nested(500, "1"), &nested(500, "2"));
        assert_eq!(differences.len(), 1);
        assert_eq!(differences.iter().map(|route| route.matches('/').count()).collect::<Vec<_>>(), [DEEPEST + 1]);
        let list = |value: &str| format!("{}{value}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(plain(&list("1"), &list("2")).0.len(), 1);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}
