#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

fn sources(texts: &[(&str, &str)]) -> Vec<PolicySource> {
    texts.iter().map(|(name, text)| PolicySource { name: (*name).to_owned(), text: (*text).to_owned() }).collect()
}

fn run(texts: &[(&str, &str)], filter: Option<&str>) -> Result<TestReport, Vec<PolicyError>> {
    let filter = filter.map(|filter| regex::Regex::new(filter).unwrap());
    run_tests(&sources(texts), &[], &TestOptions { filter, ..TestOptions::default() })
}

/// The reason of the only test that fails: the message, its line, and the values.
fn failure(texts: &[(&str, &str)]) -> (String, usize, Vec<(String, String)>) {
    let report = run(texts, None).unwrap();
    let failed: Vec<_> = report.cases.iter().filter(|case| case.status == TestStatus::Failed).collect();
    assert_eq!(failed.len(), 1, "{:?}", report.cases);
    let failure = failed[0].failure.clone().or_else(|| failed[0].cases.iter().find_map(|sub| sub.failure.clone()));
    let failure = failure.unwrap();
    (failure.message, failure.place.line, failure.values)
}

const POLICY: (&str, &str) = ("p.rego", "package main\ndeny contains sprintf(\"%05d\", [x]) if some x in input.xs\n");

#[test]
fn each_test_has_a_status_and_a_place() {
    let tests = "package main_test\nimport data.main\n\ntest_fires if { print(\"here\", 1); main.deny[\"00007\"] with input as {\"xs\": [7]} }\ntest_fails if { count(main.deny) == 2 with input as {\"xs\": [7]} }\ntest_false := false\ntodo_test_later if { true }\ntest_errors if { {\"a\": y | some y in [1, 2]} }\nhelper := 1\n";
    let report = run(&[POLICY, ("p_test.rego", tests)], None).unwrap();
    let cases: Vec<_> = report
        .cases
        .iter()
        .map(|case| (case.name.as_str(), case.line, matches!(case.status, TestStatus::Error(_)), case.status.clone()))
        .map(|(name, line, error, status)| (name, line, if error { TestStatus::Error(String::new()) } else { status }))
        .collect();
    assert_eq!(
        cases,
        [
            ("main_test.test_errors", 8, TestStatus::Error(String::new())),
            ("main_test.test_fails", 5, TestStatus::Failed),
            ("main_test.test_false", 6, TestStatus::Failed),
            ("main_test.test_fires", 4, TestStatus::Passed),
            ("main_test.todo_test_later", 7, TestStatus::Skipped),
        ]
    );
    assert!(!report.is_success());
    let printed: Vec<_> = report.cases.iter().flat_map(|case| &case.prints).collect();
    assert_eq!(printed.len(), 1);
    assert!(printed[0].contains("here 1"), "{printed:?}");
    for filter in ["fires", "^main_test.test_fires$", "^data.main_test.test_f.res"] {
        let report = run(&[POLICY, ("p_test.rego", tests)], Some(filter)).unwrap();
        assert_eq!(report.cases.len(), 1, "{filter}");
        assert!(report.is_success());
    }
}

#[test]
fn a_mistake_of_the_set_is_no_failed_test() {
    let errors = run(&[POLICY, ("p_test.rego", "package main_test\ntest_a if nope(1)\n")], None).unwrap_err();
    assert_eq!(errors[0].message, "unknown function `nope`");
    let errors = run(&[POLICY, ("p_test.rego", "package main_test\ntest_a if x == 1\n")], None).unwrap_err();
    assert_eq!(errors[0].place.as_ref().unwrap().line, 2);
}

/// As `opa test` 1.22 has it: a definition each, a name at any place of the reference, sets and objects are not true.
#[test]
fn what_a_test_is() {
    let text = "package p\ntest_twice if true\ntest_twice if false\na.test_in if true\ntest_below.foo if true\ntest_set contains 1\ntest_number := 1\ndefault test_default := false\ntest_default if true\n";
    let report = run(&[("p.rego", text)], None).unwrap();
    let statuses: Vec<_> =
        report.cases.iter().map(|case| (case.name.as_str(), case.status == TestStatus::Passed)).collect();
    assert_eq!(
        statuses,
        [
            ("p.a.test_in", true),
            ("p.test_below", false),
            ("p.test_default", true),
            ("p.test_number", false),
            ("p.test_set", false),
            ("p.test_twice", true),
            ("p.test_twice#01", false),
        ]
    );
}

#[test]
fn cases_that_vanish_have_failed() {
    let text = "package p\ntest_p[name] if {\n\tsome name, case in {\"one\": 1, \"two\": 2}\n\tx := case * 2\n\tx == 2\n}\ntest_q[name] if { some name, _ in {} }\ntest_r[a][b] := b == 1 if some a, b in {\"x\": 1, \"y\": 2}\n";
    let report = run(&[("p.rego", text)], None).unwrap();
    let cases = |name: &str| {
        let case = report.cases.iter().find(|case| case.name == name).unwrap();
        (case.status.clone(), case.cases.iter().map(|sub| (sub.name.as_str(), sub.passed)).collect::<Vec<_>>())
    };
    assert_eq!(cases("p.test_p"), (TestStatus::Failed, vec![("one", true), ("two", false)]));
    assert_eq!(cases("p.test_q"), (TestStatus::Passed, vec![]));
    assert_eq!(cases("p.test_r"), (TestStatus::Failed, vec![("x/1", true), ("y/2", false)]));
    let failure = report.cases[0].cases[1].failure.clone().unwrap();
    assert_eq!((failure.message.as_str(), failure.place.line), ("`x == 2` is false", 5));
    assert_eq!(failure.values, [("x".to_owned(), "4".to_owned())]);
}

#[test]
fn a_failure_names_the_statement_and_its_values() {
    let test = |body: &str| {
        let text = format!("package main_test\nimport data.main\ntest_x if {{\n{body}\n}}\n");
        failure(&[POLICY, ("p_test.rego", &text)])
    };
    let value = |text: &str, value: &str| (text.to_owned(), value.to_owned());
    assert_eq!(
        test("\tx := {\"xs\": [7]}\n\tcount(main.deny) == 2 with input as x"),
        (
            "`count(main.deny) == 2` is false".to_owned(),
            5,
            vec![value("count(main.deny)", "1"), value("main.deny", "{\"00007\"}")]
        )
    );
    assert_eq!(
        test("\tmain.deny[\"7\"] with input as {\"xs\": [7]}"),
        ("`main.deny[\"7\"]` is undefined".to_owned(), 4, vec![value("main.deny", "{\"00007\"}")])
    );
    assert_eq!(
        test("\tnot main.deny[\"00007\"] with input as {\"xs\": [7]}"),
        (
            "`not main.deny[\"00007\"]` does not hold: `main.deny[\"00007\"]` does".to_owned(),
            4,
            vec![value("main.deny[\"00007\"]", "\"00007\"")]
        )
    );
    let (message, _, values) = test("\tevery x in [1, 2, 3] { x < 2 }");
    assert_eq!(message, "`every x in [1, 2, 3]` does not hold");
    assert_eq!(values, [value("first x for which it does not", "2")]);
    // A statement that needs a later one.
    let (message, line, values) = test("\ty == 2\n\ty = 1");
    assert_eq!((message.as_str(), line), ("`y == 2` is false", 4));
    assert_eq!(values, [value("y", "1")]);
    // Strings at both ends of a statement.
    assert_eq!(test("\tx := \"b\"\n\t\"a\" == x").0, "`\"a\" == x` is false");
    let (message, ..) = test("\tsome x in [1, 2]\n\tx == 3");
    assert!(message.contains("in none of 2 ways"), "{message}");
}

#[test]
fn coverage_counts_statements_of_policies() {
    let policy = "package main\n\ndeny contains msg if {\n\tinput.a\n\tinput.b\n\tmsg := \"ab\"\n}\n\nnever if {\n\tinput.c\n}\n";
    let test = "package main_test\nimport data.main\ntest_a if { not main.deny[\"ab\"] with input as {\"a\": 1} }\n";
    let options = TestOptions { coverage: true, ..TestOptions::default() };
    let report = run_tests(&sources(&[("p.rego", policy), ("p_test.rego", test)]), &[], &options).unwrap();
    let coverage = report.coverage.unwrap();
    assert_eq!(coverage.files.len(), 1);
    assert_eq!(coverage.files[0].covered, [4, 5]);
    assert_eq!(coverage.files[0].uncovered, [3, 6, 10]);
    assert!((coverage.percent() - 40.0).abs() < 0.01, "{}", coverage.percent());
}

#[test]
fn rules_that_no_test_reads() {
    let policy = "package main\ndeny_a contains \"a\" if helper\nhelper if deny_c[_]\ndeny_b contains \"b\" if input.b\ndeny_c contains \"c\" if input.c\nwarn_d contains \"d\" if input.d\n";
    let test = "package main_test\nimport data.main\ntest_a if count(main.deny_a) == 0\ntest_d if count(data.main.warn_d) == 0\n";
    let report = run(&[("p.rego", policy), ("p_test.rego", test)], None).unwrap();
    let untested: Vec<_> = report.untested.iter().map(|rule| (rule.rule.as_str(), rule.line)).collect();
    assert_eq!(untested, [("main.deny_b", 4)]);
}

#[test]
fn threads_and_limits_change_no_result() {
    let text = "package p\nmany := numbers.range(1, 3000)\ntest_long if { some a in many; some b in many; some c in many; a * b * c == 0 }\ntest_short if true\n";
    let options = TestOptions { threads: 3, timeout: Some(Duration::from_millis(50)), ..TestOptions::default() };
    let report = run_tests(&sources(&[("p.rego", text)]), &[], &options).unwrap();
    assert!(
        matches!(&report.cases[0].status, TestStatus::Error(error) if error.contains("stopped after")),
        "{report:?}"
    );
    assert_eq!(report.cases[1].status, TestStatus::Passed);
}

#[test]
fn data_replaced_by_with_and_functions_mocked() {
    let policy = "package main\ndeny contains \"a\" if input.a in data.allowed\nnow := time.now_ns()\nf(x) := x\n";
    let test = "package main_test\nimport data.main\ntest_data if main.deny[\"a\"] with data.allowed as {1} with input as {\"a\": 1}\ntest_time if main.now == 5 with time.now_ns as 5\ntest_own if main.f(1) == 2 with data.main.f as 2\ntest_now if main.now == 7\n";
    let options = TestOptions { now: 7, ..TestOptions::default() };
    let report = run_tests(&sources(&[("p.rego", policy), ("p_test.rego", test)]), &[], &options).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_eq!(report.cases.len(), 4);
}

#[test]
fn values_of_with_may_ask_for_rules() {
    let policy = "package lib\ndays := 90\nold(x) if x > days\nmake(x) := x * days\n";
    let test = "package t\nimport data.lib\ndeny contains x if { some x in input.xs; lib.old(x) }\ntest_bare if count(deny) == 1 with input as {\"xs\": [lib.make(2)]}\ntest_lines if {\n\tcount(deny) == 1 with input as {\n\t\t\"xs\": [lib.make(2)],\n\t}\n\tnot deny[1] with input as {\"xs\": [lib.make(2)]}\n}\ntest_two if deny == {data.z} with data.z as lib.make(2)\n\twith input as {\"xs\": [lib.make(2)]}\ntest_fails if {\n\tx := 1\n\tdeny == {x} with input as {\"xs\": [lib.make(2)]}\n\tx == 1\n}\ntest_undefined if deny with input as {\"xs\": lib.none}\ntest_every if every x in [{\"xs\": [180]}, input_of(181)] { y := deny with input as x; count(y) == 1 }\ninput_of(x) := {\"xs\": [x]}\nwhole := input_of(lib.make(2))\ntest_whole if count(deny) == 1 with input as whole\n";
    let report = run(&[("lib.rego", policy), ("t_test.rego", test)], None).unwrap();
    let statuses: Vec<_> =
        report.cases.iter().map(|case| (case.name.as_str(), case.line, case.status == TestStatus::Passed)).collect();
    assert_eq!(
        statuses,
        [
            ("t.test_bare", 4, true),
            ("t.test_every", 19, true),
            ("t.test_fails", 13, false),
            ("t.test_lines", 5, true),
            ("t.test_two", 11, true),
            ("t.test_undefined", 18, false),
            ("t.test_whole", 22, true),
        ]
    );
    let failure = report.cases[2].failure.as_ref().unwrap();
    assert_eq!(failure.message, "`deny == {x}` is false");
    assert_eq!((failure.place.line, failure.place.column, failure.place.length), (15, 2, 11));
    assert_eq!(failure.values, [("deny".to_owned(), "{180}".to_owned()), ("x".to_owned(), "1".to_owned())]);
    let failure = report.cases[5].failure.as_ref().unwrap();
    assert_eq!((failure.message.as_str(), failure.place.line), ("a value of `with` is undefined", 18));
}
