//! What a pushed value must not make of a policy: a rule that is off, or a process that hangs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use regorus::Value;

use super::{begin, current_fault, find};

fn value(json: &str) -> Value {
    Value::from_json_str(json).unwrap()
}

#[test]
fn what_asks_for_too_much_is_a_fault() {
    let chain = (0..3_000).map(|n| format!("\"{n}\": [\"{}\"],", n + 1)).collect::<Vec<_>>().concat();
    let all = (0..25).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(",");
    let dense = (0..25).map(|n| format!("\"{n}\": [{all}],")).collect::<Vec<_>>().concat();
    let sets = format!("\"{}\"", "[a-z]*".repeat(3_000).replace("[a-z]*[", "[a-z]*b["));
    let cases: Vec<(&str, Vec<String>)> = vec![
        ("numbers.range", vec!["1".into(), "1000000000000".into()]),
        ("numbers.range", vec!["0".into(), "1e300".into()]),
        ("numbers.range_step", vec!["1".into(), "1e20".into(), "3".into()]),
        ("net.cidr_expand", vec!["\"::/0\"".into()]),
        ("net.cidr_expand", vec!["\"0.0.0.0/0\"".into()]),
        ("units.parse", vec!["\"1e999999\"".into()]),
        ("units.parse_bytes", vec!["\"1e-999999\"".into()]),
        ("glob.match", vec![format!("\"{}\"", "{a,b*?}".repeat(20_000)), "[]".into(), "\"x\"".into()]),
        ("regex.globs_match", vec![sets.clone(), sets]),
        ("graph.reachable_paths", vec![format!("{{{chain}\"x\": []}}"), "[\"0\"]".into()]),
        ("graph.reachable_paths", vec![format!("{{{dense}\"x\": []}}"), "[\"0\"]".into()]),
        ("time.add_date", vec!["0".into(), "9223372036854775807".into(), "0".into(), "0".into()]),
        ("json.match_schema", vec!["{}".into(), "{\"$ref\": \"#\"}".into()]),
        ("json.match_schema", vec!["{}".into(), "{\"$ref\": \"https://example.com/schema.json\"}".into()]),
        ("strings.render_template", vec!["\"{{define \\\"a\\\"}}{{end}}\"".into(), "{}".into()]),
    ];
    for (name, arguments) in cases {
        begin();
        let arguments: Vec<Value> = arguments.iter().map(|argument| value(argument)).collect();
        let answer = (find(name).unwrap().function)(&arguments);
        assert!(answer.is_err(), "{name}");
        assert!(current_fault().is_some(), "{name}: {answer:?}");
    }
}

#[test]
fn wrong_arguments_are_undefined_only() {
    // An unknown parser is a mistake of the policy.
    for own in super::TABLES.iter().copied().flatten().filter(|own| own.name != "parse_config") {
        for json in ["null", "{}", "\"\"", "[[]]", "-1", "true", "\"\\u0000{{[(*\""] {
            begin();
            let arguments = vec![value(json); usize::from(own.arity)];
            let _ = (own.function)(&arguments);
            let _ = (own.function)(&[]);
            let fault = current_fault();
            assert!(fault.is_none(), "{} of {json}: {fault:?}", own.name);
        }
    }
}
