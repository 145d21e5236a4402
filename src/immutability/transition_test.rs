//! Transitions of one field.

use super::*;
use crate::document::{ParseLimits, format};

fn node(text: &str) -> Node {
    let parsed = format::parse(format::Format::Yaml, text.as_bytes(), &ParseLimits::default());
    assert!(parsed.problems.is_empty(), "{text}: {:?}", parsed.problems);
    parsed.documents.into_iter().next().expect("a document").root
}

/// What is said of the field `f` of two documents: what is refused begins with `!`, what is not known with `?`.
fn judged(transition: &Transition, old: &str, new: &str) -> Vec<String> {
    let (old, new) = (node(old), node(new));
    let outcome = judge(transition, Spot::root(Some(&old), Some(&new)).entry("f"), None, &|_| Sort::Plain);
    let refused = outcome.objections.iter().map(|objection| {
        let edited = objection.comparison.narrowest().expect("something differs");
        let values = objection.values.as_ref().map(|values| format!(": {values}")).unwrap_or_default();
        format!("!{} {}{values}", edited.shown(), objection.allowed)
    });
    refused.chain(outcome.unknown.iter().map(|unknown| format!("?{}", unknown.spot.shown()))).collect()
}

fn may(motion: Motion, old: &str, new: &str) {
    let found = judged(&Transition::Motion(motion), &format!("{{f: {old}}}"), &format!("{{f: {new}}}"));
    assert!(found.is_empty(), "{motion} {old} {new}: {found:?}");
}

fn may_not(motion: Motion, old: &str, new: &str) {
    let found = judged(&Transition::Motion(motion), &format!("{{f: {old}}}"), &format!("{{f: {new}}}"));
    assert!(found.len() == 1 && found.iter().all(|found| found.starts_with('!')), "{motion} {old} {new}: {found:?}");
}

fn unknown(motion: Motion, old: &str, new: &str) {
    let found = judged(&Transition::Motion(motion), &format!("{{f: {old}}}"), &format!("{{f: {new}}}"));
    assert!(found.len() == 1 && found.iter().all(|found| found.starts_with('?')), "{motion} {old} {new}: {found:?}");
}

const ALL: [Motion; 7] = [
    Motion::Immutable,
    Motion::SetOnce,
    Motion::GrowOnly,
    Motion::ShrinkOnly,
    Motion::Keep,
    Motion::AddOnly,
    Motion::RemoveOnly,
];

#[test]
fn what_stays_is_never_refused() {
    for motion in ALL {
        for value in ["1", "x", "''", "null", "[a, b]", "{a: 1}", "true", "'${X}'", "10Gi", "[{name: a}]"] {
            may(motion, value, value);
        }
        may(motion, "null", "{}");
        may(motion, "1024Mi", "1Gi");
        may(motion, "{a: 1, b: null}", "{a: 1}");
    }
}

#[test]
fn immutable() {
    use Motion::Immutable;
    for (old, new) in [("1", "2"), ("null", "1"), ("1", "null"), ("[a, b]", "[b, a]"), ("{a: 1}", "{a: 1, b: 1}")] {
        may_not(Immutable, old, new);
    }
    unknown(Immutable, "'${A}'", "x");
    unknown(Immutable, "x", "'{{ .x }}'");
    unknown(Immutable, "'${A}'", "null");
}

#[test]
fn set_once() {
    use Motion::SetOnce;
    for old in ["null", "''", "[]", "{}"] {
        may(SetOnce, old, "x");
        may(SetOnce, old, "'${A}'");
    }
    may_not(SetOnce, "x", "''");
    may_not(SetOnce, "x", "y");
    may_not(SetOnce, "x", "null");
    may_not(SetOnce, "0", "1");
    unknown(SetOnce, "x", "'${A}'");
}

#[test]
fn keep() {
    use Motion::Keep;
    may(Keep, "x", "y");
    may(Keep, "null", "y");
    may(Keep, "x", "'${A}'");
    may(Keep, "[a]", "[b]");
    may_not(Keep, "x", "null");
    may_not(Keep, "x", "''");
    may_not(Keep, "[a]", "[]");
    unknown(Keep, "'${A}'", "null");
}

#[test]
fn numbers_quantities_and_durations_grow_and_shrink() {
    for (less, more) in [
        ("1", "2"),
        ("-1", "0"),
        ("0.5", "501m"),
        ("5Gi", "10Gi"),
        ("1G", "1Gi"),
        ("'9'", "'10'"),
        ("9999999999999999999999", "10000000000000000000000"),
        ("30s", "5m"),
        ("15d", "1y"),
        ("10GB", "10GiB"),
    ] {
        may(Motion::GrowOnly, less, more);
        may(Motion::ShrinkOnly, more, less);
        may_not(Motion::GrowOnly, more, less);
        may_not(Motion::ShrinkOnly, less, more);
    }
    for motion in [Motion::GrowOnly, Motion::ShrinkOnly] {
        may(motion, "null", "5");
        may(motion, "''", "5");
        may_not(motion, "5", "null");
        may_not(motion, "5", "''");
        may_not(motion, "5Gi", "big");
        may_not(motion, "5", "true");
        unknown(motion, "big", "small");
        unknown(motion, "big", "5");
        unknown(motion, "'1.9'", "'1.10'");
        unknown(motion, "5", "'${A}'");
        unknown(motion, "'a${A}'", "'b${A}'");
        unknown(motion, "true", "false");
    }
    assert_eq!(
        judged(&Transition::Motion(Motion::GrowOnly), "{f: 10Gi}", "{f: 5Gi}"),
        ["!/f may only grow: was 10Gi, is 5Gi"]
    );
}

#[test]
fn collections_grow_and_shrink_by_entries() {
    for (less, more) in [
        ("[a]", "[b, a]"),
        ("{a: 1}", "{a: 1, b: 2}"),
        ("[{name: a, x: 1}]", "[{name: b}, {name: a, x: 1}]"),
        ("[]", "[a]"),
        ("[{x: 1}]", "[{x: 2}, {x: 1}]"),
    ] {
        for motion in [Motion::GrowOnly, Motion::AddOnly] {
            may(motion, less, more);
            may_not(motion, more, less);
        }
        for motion in [Motion::ShrinkOnly, Motion::RemoveOnly] {
            may(motion, more, less);
            may_not(motion, less, more);
        }
    }
    for motion in [Motion::GrowOnly, Motion::AddOnly, Motion::ShrinkOnly, Motion::RemoveOnly] {
        for (old, new) in [
            ("{a: 1}", "{a: 2}"),
            ("[a]", "[b]"),
            ("[{name: a, x: 1}]", "[{name: a, x: 2}]"),
            ("{a: {x: 1}}", "{a: {x: 2}}"),
            ("[a]", "{a: 1}"),
            ("{a: [1]}", "{a: [2]}"),
        ] {
            may_not(motion, old, new);
        }
        may(motion, "[a, b]", "[b, a]");
        unknown(motion, "{a: 1}", "{a: '${A}'}");
        unknown(motion, "[a]", "['${A}']");
    }
    // An entry by itself stays as it is.
    may_not(Motion::AddOnly, "{a: {x: 1}}", "{a: {x: 1, z: 2}}");
    may_not(Motion::RemoveOnly, "{a: {x: 1, z: 2}}", "{a: {x: 1}}");
    assert_eq!(
        judged(&Transition::Motion(Motion::AddOnly), "{f: {a: 1, b: 2}}", "{f: {b: 3, c: 4, a: 1}}"),
        ["!/f/b may get new entries, nothing else"]
    );
    assert_eq!(
        judged(&Transition::Motion(Motion::AddOnly), "{f: [{name: a, x: 1}]}", "{f: [{name: b}, {name: a, x: 2}]}"),
        ["!/f/1/x may get new entries, nothing else"]
    );
}

#[test]
fn scalars_are_added_once_and_removed() {
    may(Motion::AddOnly, "null", "1");
    may_not(Motion::AddOnly, "1", "2");
    may_not(Motion::AddOnly, "1", "null");
    may(Motion::RemoveOnly, "1", "null");
    may_not(Motion::RemoveOnly, "1", "2");
    may_not(Motion::RemoveOnly, "null", "1");
}

#[test]
fn only_some_fields() {
    let only = Transition::Only([".replicas", ".t.spec"].map(|path| path.parse().expect("a path")).to_vec());
    let judged = |old: &str, new: &str| judged(&only, old, new);
    let none: Vec<String> = Vec::new();
    assert_eq!(judged("{f: {replicas: 1, t: {spec: 1}}}", "{f: {replicas: 2, t: {spec: 2}}}"), none);
    assert_eq!(judged("{f: {replicas: 1, a: 1}}", "{f: {a: 1}}"), none);
    assert_eq!(judged("{f: {t: {spec: 1}, a: 1}}", "{f: {a: 1}}"), none);
    let says = "may not change; only `.replicas`, `.t.spec` may";
    assert_eq!(
        judged("{f: {a: {x: 1, z: 1}, b: 1, t: {n: 1}}}", "{f: {a: {x: 2, z: 2}, t: {n: 1, spec: 5}, c: 1}}"),
        [format!("!/f/a {says}"), format!("!/f/b {says}"), format!("!/f/c {says}")]
    );
    assert_eq!(judged("{f: {a: 1}}", "{}"), [format!("!/f/a {says}")]);
    assert_eq!(judged("{f: {a: 1}}", "{f: {a: '${A}'}}"), ["?/f/a"]);
    assert_eq!(judged("{f: [1, 2]}", "{f: [3, 4]}"), [format!("!/f/0 {says}"), format!("!/f/1 {says}")]);
}

#[test]
fn states() {
    let states =
        [("draft", vec!["active"]), ("active", vec!["retired", "draft"]), ("retired", vec![]), ("true", vec![])];
    let machine = Transition::States(States(
        states
            .into_iter()
            .map(|(state, next)| (state.to_owned(), next.into_iter().map(str::to_owned).collect()))
            .collect(),
    ));
    let judged = |old: &str, new: &str| judged(&machine, &format!("{{f: {old}}}"), &format!("{{f: {new}}}"));
    let none: Vec<String> = Vec::new();
    for (old, new) in [
        ("draft", "active"),
        ("active", "draft"),
        ("null", "retired"),
        ("''", "draft"),
        ("unknown", "unknown"),
        ("unknown", "draft"),
        ("[a]", "draft"),
        ("null", "true"),
        ("'${A}'", "'${A}'"),
        ("[a]", "[a]"),
    ] {
        assert_eq!(judged(old, new), none, "{old} {new}");
    }
    for (old, new, says) in [
        ("draft", "retired", "may not take this step: from `draft` to `retired`"),
        ("retired", "active", "may not take this step: from `retired` to `active`"),
        ("draft", "unknown", "has no such state: `unknown`"),
        ("null", "unknown", "has no such state: `unknown`"),
        ("draft", "null", "may change its state but not be removed"),
        ("draft", "''", "may change its state but not be removed"),
        ("'a${A}'", "null", "may change its state but not be removed"),
        ("draft", "[a]", "is no state but a list"),
        ("[a]", "[b]", "is no state but a list"),
    ] {
        assert_eq!(judged(old, new), [format!("!/f {says}")], "{old} {new}");
    }
    for (old, new) in [("draft", "'${A}'"), ("'${A}'", "draft"), ("'${A}'", "null"), ("null", "'${A}'")] {
        assert_eq!(judged(old, new), ["?/f"], "{old} {new}");
    }
}
