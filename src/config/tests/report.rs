//! Reports as people read them.

use super::{Config, Layer, server};

fn rendered(text: &str) -> String {
    server(text).expect_err("a configuration that is wrong").render(false)
}

#[test]
fn every_mistake_in_one_go() {
    let text = r#"version: 1
host: gitlab
files:
  - match: ["charts/**", "values["]
    format: yaml
rules:
  - rego: policies/kubernetes
    enforce: denny
    match: {path: ["clusters/**"], refs: [main]}
  - gatekeeper: policies/gatekeeper
immutability:
  refs:
    - match: refs/heads/main
      fobid: [delete, rewite]
  fields:
    - match: {kind: Database}
      path: spec.engine
limits: {time: 4 parsecs}
"#;
    insta::assert_snapshot!(rendered(text), @r#"
    error: pushgate.yaml: 11 mistakes

      × `gitlab` is not supported by pushgate 0.1.0
       ╭─[pushgate.yaml:2:7]
     1 │ version: 1
     2 │ host: gitlab
       ·       ──────
     3 │ files:
       ╰────
      help: nothing would be enforced; supported: `plain`

      × not a pattern: unclosed character class; missing ']'
       ╭─[pushgate.yaml:4:26]
     3 │ files:
     4 │   - match: ["charts/**", "values["]
       ·                          ─────────
     5 │     format: yaml
       ╰────

      × unknown value `denny` for `enforce`
       ╭─[pushgate.yaml:8:14]
     7 │   - rego: policies/kubernetes
     8 │     enforce: denny
       ·              ─────
     9 │     match: {path: ["clusters/**"], refs: [main]}
       ╰────
      help: did you mean `deny`?

      × unknown key `path`
        ╭─[pushgate.yaml:9:13]
      8 │     enforce: denny
      9 │     match: {path: ["clusters/**"], refs: [main]}
        ·             ────
     10 │   - gatekeeper: policies/gatekeeper
        ╰────
      help: did you mean `paths`?

      × `main` matches no ref
        ╭─[pushgate.yaml:9:43]
      8 │     enforce: denny
      9 │     match: {path: ["clusters/**"], refs: [main]}
        ·                                           ────
     10 │   - gatekeeper: policies/gatekeeper
        ╰────
      help: a ref is matched by its full name: write `refs/heads/main`

      × `gatekeeper` is not supported by pushgate 0.1.0
        ╭─[pushgate.yaml:10:5]
      9 │     match: {path: ["clusters/**"], refs: [main]}
     10 │   - gatekeeper: policies/gatekeeper
        ·     ──────────
     11 │ immutability:
        ╰────
      help: remove it; nothing would be enforced

      × unknown key `fobid`
        ╭─[pushgate.yaml:14:7]
     13 │     - match: refs/heads/main
     14 │       fobid: [delete, rewite]
        ·       ─────
     15 │   fields:
        ╰────
      help: did you mean `forbid`?

      × unknown value `rewite` for an item of `forbid`
        ╭─[pushgate.yaml:14:23]
     13 │     - match: refs/heads/main
     14 │       fobid: [delete, rewite]
        ·                       ──────
     15 │   fields:
        ╰────
      help: did you mean `rewrite`?

      × `transition` is missing
        ╭─[pushgate.yaml:16:7]
     15 │   fields:
     16 │     - match: {kind: Database}
        ·       ──┬──
        ·         ╰── in this entry of `fields`
     17 │       path: spec.engine
        ╰────
      help: add `transition`: How they may change

      × a path starts with `.`
        ╭─[pushgate.yaml:17:13]
     16 │     - match: {kind: Database}
     17 │       path: spec.engine
        ·             ───────────
     18 │ limits: {time: 4 parsecs}
        ╰────
      help: write `.spec.engine`

      × unknown unit `parsecs`
        ╭─[pushgate.yaml:18:16]
     17 │       path: spec.engine
     18 │ limits: {time: 4 parsecs}
        ·                ─────────
        ╰────
      help: known: `ms`, `s`, `m`, `h`
    "#);
}

#[test]
fn a_text_that_is_no_yaml() {
    insta::assert_snapshot!(rendered("version: 1\nrules: [\n"), @r"
    error: pushgate.yaml: 1 mistake

      × the `[` that opens here is never closed
       ╭─[pushgate.yaml:2:8]
     1 │ version: 1
     2 │ rules: [
       ·        ─
       ╰────
      help: add the closing bracket
    ");
}

#[test]
fn a_key_that_stands_twice() {
    insta::assert_snapshot!(rendered("version: 1\nexisting: deny\nrules: [{rego: a}]\nexisting: ignore\n"), @"
    error: pushgate.yaml: 1 mistake

      × key `existing` is written twice in one mapping
       ╭─[pushgate.yaml:4:1]
     1 │ version: 1
     2 │ existing: deny
       · ────┬───
       ·     ╰── first written here
     3 │ rules: [{rego: a}]
     4 │ existing: ignore
       · ────┬───
       ·     ╰── written again here
       ╰────
      help: remove one of them: some readers refuse it, and others disagree on
            which one counts
    ");
}

#[test]
fn a_value_over_several_lines_is_marked_by_its_first() {
    insta::assert_snapshot!(rendered("version: 1\nrules:\n  rego: a\n  data: b\n"), @r"
    error: pushgate.yaml: 1 mistake

      × `rules` should be a list, not a mapping
       ╭─[pushgate.yaml:3:3]
     2 │ rules:
     3 │   rego: a
       ·   ───────
     4 │   data: b
       ╰────
      help: each entry starts with `- `
    ");
}

#[test]
fn what_steers_a_terminal_is_made_visible() {
    let report = rendered("version: 1\r\n\"a\\e[2K\\nb\": \u{202e}x\u{7}\r\nrules: [{rego: a}]\r\n");
    assert!(!report.chars().any(|char| char != '\n' && crate::text::is_unsafe(char)), "{report:?}");
    insta::assert_snapshot!(report, @r#"
    error: pushgate.yaml: 1 mistake

      × the control character U+0007 is not allowed in YAML
       ╭─[pushgate.yaml:2:23]
     1 │ version: 1
     2 │ "a\e[2K\nb": \u{202e}x\u{7}
       ·                       ─────
     3 │ rules: [{rego: a}]
       ╰────
      help: remove it, or write it as an escape in double quotes
    "#);
}

#[test]
fn the_mark_stays_below_what_it_marks() {
    let report = rendered("version: 1\nrules: [{rego: a}] # \u{202e} \u{202e}\nexisting: {\"\u{202e}\": 1}\n");
    insta::assert_snapshot!(report, @r#"
    error: pushgate.yaml: 1 mistake

      × `existing` should be one of `report`, `deny`, `ignore`, not a mapping
       ╭─[pushgate.yaml:3:11]
     2 │ rules: [{rego: a}] # \u{202e} \u{202e}
     3 │ existing: {"\u{202e}": 1}
       ·           ───────────────
       ╰────
    "#);
}

#[test]
fn color_is_only_there_when_asked_for() {
    let errors = server("version: 2\nrules: [{rego: a}]").unwrap_err();
    assert!(errors.render(true).contains("\u{1b}["));
    assert!(!errors.render(false).contains('\u{1b}'));
}

#[test]
fn a_long_list_of_mistakes_is_cut() {
    let text: String = std::iter::once("version: 1\nrules: [{rego: a}]\n".to_owned())
        .chain((0..60).map(|number| format!("unknown-{number}: x\n")))
        .collect();
    let report = rendered(&text);
    assert!(report.starts_with("error: pushgate.yaml: 60 mistakes\n"), "{report}");
    assert!(report.ends_with("\n  … and 10 more\n"), "{report}");
    assert_eq!(report.matches('×').count(), 50);
}

#[test]
fn a_file_of_any_size_and_content_is_answered() {
    for bytes in [&b""[..], b"\xff\xfe\x00", b"---\n", b"- a\n", b"null", &vec![b' '; 2 << 20]] {
        let errors = Config::from_text("pushgate.yaml", bytes, Layer::Server).unwrap_err();
        assert!(!errors.problems().is_empty());
        assert!(errors.render(false).starts_with("error: pushgate.yaml: 1 mistake\n"), "{}", errors.render(false));
    }
}
