//! What scalars say.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::document::Span;

fn plain(text: &str) -> Scalar {
    resolve(text, true, Tag::None).unwrap()
}

fn int(value: i64) -> Scalar {
    Scalar::Int(Number::Int(value))
}

fn string(text: &str) -> Scalar {
    Scalar::String(text.to_owned())
}

#[test]
fn words_are_those_of_yaml_1_1() {
    for text in ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"] {
        assert_eq!(plain(text), Scalar::Bool(true), "{text}");
        assert_eq!(resolve(text, false, Tag::None), Some(string(text)), "quoted {text}");
    }
    for text in ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"] {
        assert_eq!(plain(text), Scalar::Bool(false), "{text}");
    }
    for text in ["", "~", "null", "Null", "NULL"] {
        assert_eq!(plain(text), Scalar::Null, "{text}");
    }
    for text in ["yEs", "oN", "nULL", "=", "<<", "~x", "not", "y ", "none"] {
        assert_eq!(plain(text), string(text), "{text}");
    }
}

#[test]
fn integers_have_the_notations_of_go() {
    let cases = [
        ("0", 0),
        ("-0", 0),
        ("+1", 1),
        ("0777", 511),
        ("0o777", 511),
        ("-0777", -511),
        ("08", 8),
        ("0888", 888),
        ("00", 0),
        ("0x1F", 31),
        ("0X1f", 31),
        ("-0x1F", -31),
        ("0x_1F", 31),
        ("0b101", 5),
        ("-0b101", -5),
        ("0b+101", 5),
        ("0b-101", -5),
        ("1_000", 1000),
        ("1__0_", 10),
        ("-9223372036854775808", i64::MIN),
    ];
    for (text, value) in cases {
        assert_eq!(plain(text), int(value), "{text}");
    }
    assert_eq!(plain("18446744073709551615"), Scalar::Int(Number::UInt(u64::MAX)));
    assert_eq!(plain("0xFFFFFFFFFFFFFFFF"), Scalar::Int(Number::UInt(u64::MAX)));
}

#[test]
fn large_integers_stay_exact() {
    let digits = "123456789012345678901234567890";
    assert_eq!(plain(digits), Scalar::Int(Number::Big(digits.to_owned())));
    assert_eq!(key(plain(digits)), digits);
    // Only decimal ones: Go reads no others beyond 64 bits.
    assert_eq!(plain("0x1FFFFFFFFFFFFFFFF"), string("0x1FFFFFFFFFFFFFFFF"));
    assert_eq!(plain("-0xFFFFFFFFFFFFFFFF"), string("-0xFFFFFFFFFFFFFFFF"));
    assert_eq!(plain("+0x8000000000000000"), string("+0x8000000000000000"));
}

#[test]
fn floats_have_the_notations_of_go() {
    let cases = [
        (".5", 0.5),
        ("-.5", -0.5),
        ("+.5", 0.5),
        (".5e3", 500.0),
        (".5_0", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        ("1_23.50", 123.5),
        ("012e03", 12000.0),
    ];
    for (text, value) in cases {
        assert_eq!(plain(text), Scalar::Float(value), "{text}");
    }
    for text in [".", "..", ".e1", "1e", "1e+", "1.2.3", "._5", ".5_", "1e400", "0x1p4", "0xg", "0b2", "0o8", "+", "-"]
    {
        assert_eq!(plain(text), string(text), "{text}");
    }
}

#[test]
fn infinities_and_not_a_number_are_strings() {
    for (text, name) in [(".inf", ".inf"), ("+.Inf", ".inf"), ("-.INF", "-.inf"), (".NaN", ".nan"), (".NAN", ".nan")] {
        assert_eq!(plain(text), string(name));
        assert_eq!(resolve(text, true, Tag::Float), Some(string(name)));
    }
    assert_eq!(plain("-.nan"), string("-.nan"));
    assert_eq!(plain(".iNf"), string(".iNf"));
}

#[test]
fn times_and_dates_are_strings() {
    for text in ["1:30", "190:20:30", "2001-12-14", "2001-12-14t21:59:43.10-05:00", "1.2.3", "1-2", "10Gi", "5m", "1 2"]
    {
        assert_eq!(plain(text), string(text));
    }
}

#[test]
fn tags_rule_over_notation() {
    let read = |text, tag| resolve(text, false, tag);
    assert_eq!(resolve("12", true, Tag::Str), Some(string("12")));
    assert_eq!(resolve("", true, Tag::Str), Some(string("")));
    assert_eq!(read("0x10", Tag::Int), Some(int(16)));
    assert_eq!(read("1.5", Tag::Int), None);
    assert_eq!(read("x", Tag::Int), None);
    assert_eq!(read("3", Tag::Float), Some(int(3)));
    assert_eq!(read("3.5", Tag::Float), Some(Scalar::Float(3.5)));
    assert_eq!(read("x", Tag::Float), None);
    assert_eq!(read("yes", Tag::Bool), Some(Scalar::Bool(true)));
    assert_eq!(read("1", Tag::Bool), None);
    assert_eq!(read("", Tag::Null), Some(Scalar::Null));
    assert_eq!(read("x", Tag::Null), None);
    assert_eq!(resolve("12", true, Tag::Other), Some(string("12")));
    assert_eq!(resolve("", true, Tag::Other), Some(string("")));
}

#[test]
fn tags_are_known_by_their_full_name() {
    assert_eq!(Tag::new("tag:yaml.org,2002:", "int"), Tag::Int);
    assert_eq!(Tag::new("tag:yaml.org,", "2002:int"), Tag::Int);
    assert_eq!(Tag::new("!", "int"), Tag::Function(None, Span::default()));
    assert_eq!(Tag::new("!", "Sub"), Tag::Function(Some("Fn::Sub"), Span::default()));
    assert_eq!(Tag::new("!", ""), Tag::Other);
    assert_eq!(Tag::new("tag:yaml.org,2002:", "python/name:x"), Tag::Other);
}

#[test]
fn binary_is_decoded() {
    assert_eq!(resolve("aGVs\nbG8=\n", false, Tag::Binary), Some(string("hello")));
    assert_eq!(resolve("aGk=", true, Tag::Binary), Some(string("hi")));
    assert_eq!(resolve("aGVsbA==", true, Tag::Binary), Some(string("hell")));
    assert_eq!(resolve("//79", true, Tag::Binary), Some(string("\u{fffd}\u{fffd}\u{fffd}")));
    for bad in ["a", "aGk", "a===", "aG=k", "a!Gk"] {
        assert_eq!(resolve(bad, true, Tag::Binary), None, "{bad}");
    }
}

#[test]
fn keys_are_written_as_the_library_writes_them() {
    let cases = [
        ("1", "1"),
        ("0x10", "16"),
        ("1.0", "1"),
        ("1.5", "1.5"),
        ("1e6", "1e+06"),
        ("1e5", "100000"),
        ("1e-7", "1e-07"),
        ("0.0001", "0.0001"),
        ("1.23456789012", "1.2345679"),
        ("1e300", ".inf"),
        ("-1e300", "-.inf"),
        ("on", "true"),
        ("No", "false"),
        ("~", "null"),
        (".inf", ".inf"),
        ("x", "x"),
    ];
    for (text, expected) in cases {
        assert_eq!(key(plain(text)), expected, "{text}");
    }
}
