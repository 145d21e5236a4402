//! What is expected here is what kustomize makes of the same.

use crate::document::{Node, dump::value_json};
use crate::gitops::kustomize::build::patch::tests::try_build;

const RESOURCES: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: src}
data: {host: a.example.org, port: '8080', word: text, yes: 'true'}
---
apiVersion: e.org/v1
kind: W
metadata: {name: w, labels: {app: w}}
spec:
  image: repo/app:1.0
  size: 7
  flag: false
  map: {x: 1}
  list: [{name: a, v: p}, {name: ab, v: q}, {name: c}]
  texts: [one, two]
---
apiVersion: e.org/v1
kind: W
metadata: {name: w2}
spec: {size: 1}
";

fn built(replacements: &str, more: &[(&str, &str)]) -> Result<Vec<Node>, String> {
    let kustomization = format!("resources: [resources.yaml]\nreplacements:\n{replacements}\n");
    let mut files = vec![("kustomization.yaml", kustomization.as_str()), ("resources.yaml", RESOURCES)];
    files.extend_from_slice(more);
    Ok(try_build(&files)?.objects.into_iter().map(|object| object.node).collect())
}

/// The specification of `w` as JSON, without what did not change.
fn changed(replacements: &str) -> Result<String, String> {
    let objects = built(replacements, &[])?;
    let spec = objects.iter().find(|node| node.get("metadata").unwrap().get("name").unwrap().as_str() == Some("w"));
    let spec = spec.unwrap().get("spec").unwrap();
    let before = crate::gitops::testing::yaml(RESOURCES.split("---\n").nth(1).unwrap());
    let before = before.get("spec").unwrap();
    let different =
        |entry: &&crate::document::Entry| !before.get(&entry.key).is_some_and(|old| old.same_value(&entry.value));
    let told = spec.entries().iter().filter(different);
    Ok(told.map(|entry| format!("{}: {}", entry.key, value_json(&entry.value))).collect::<Vec<_>>().join(", "))
}

#[test]
fn values_are_copied_into_fields() {
    let cases = [
        // The type of the field stays.
        ("data.port", "spec.size", "{}", Some("size: 8080")),
        ("data.port", "spec.image", "{}", Some("image: \"8080\"")),
        ("data.yes", "spec.flag", "{}", Some("flag: true")),
        ("data.word", "spec.size", "{}", None),
        ("data.port", "spec.flag", "{}", None),
        // A mapping gives way to the value.
        ("data.port", "spec.map", "{}", Some("map: \"8080\"")),
        (
            "data",
            "spec.map",
            "{}",
            Some("map: {\"host\":\"a.example.org\",\"port\":\"8080\",\"word\":\"text\",\"yes\":\"true\"}"),
        ),
        (
            "data.word",
            "spec.list.[name=c].name",
            "{}",
            Some("list: [{\"name\":\"a\",\"v\":\"p\"},{\"name\":\"ab\",\"v\":\"q\"},{\"name\":\"text\"}]"),
        ),
        // What is searched for is a regular expression, and not anchored.
        (
            "data.word",
            "spec.list.[name=a].v",
            "{}",
            Some("list: [{\"name\":\"a\",\"v\":\"text\"},{\"name\":\"ab\",\"v\":\"text\"},{\"name\":\"c\"}]"),
        ),
        (
            "data.word",
            "spec.list.*.v",
            "{}",
            Some("list: [{\"name\":\"a\",\"v\":\"text\"},{\"name\":\"ab\",\"v\":\"text\"},{\"name\":\"c\"}]"),
        ),
        (
            "data.word",
            "spec.list.1.v",
            "{}",
            Some("list: [{\"name\":\"a\",\"v\":\"p\"},{\"name\":\"ab\",\"v\":\"text\"},{\"name\":\"c\"}]"),
        ),
        ("data.word", "spec.texts.[=two]", "{}", Some("texts: [\"one\",\"text\"]")),
        ("data.word", "spec.texts.[=three]", "{}", None),
        ("data.word", "spec.list.7.v", "{}", None),
        ("data.word", "spec.missing", "{}", None),
        ("data.word", "spec.image.x", "{}", None),
        ("data.missing", "spec.image", "{}", None),
        // Made anew it is what it looks like.
        ("data.port", "spec.new.deep", "{create: true}", Some("new: {\"deep\":8080}")),
        (
            "data.word",
            "spec.list.3.name",
            "{create: true}",
            Some(
                "list: [{\"name\":\"a\",\"v\":\"p\"},{\"name\":\"ab\",\"v\":\"q\"},{\"name\":\"c\"},{\"name\":\"text\"}]",
            ),
        ),
        ("data.word", "spec.more.[name=z].v", "{create: true}", Some("more: [{\"name\":\"z\",\"v\":\"text\"}]")),
        // Pieces of a text.
        ("data.word", "spec.image", "{delimiter: ':', index: 1}", Some("image: \"repo/app:text\"")),
        ("data.word", "spec.image", "{delimiter: ':', index: 5}", Some("image: \"repo/app:1.0:text\"")),
        ("data.word", "spec.image", "{delimiter: ':', index: -1}", Some("image: \"text:repo/app:1.0\"")),
        ("data.word", "spec.map", "{delimiter: ':'}", None),
    ];
    for (source, target, options, expected) in cases {
        let replacement = format!(
            "- source: {{kind: ConfigMap, name: src, fieldPath: {source}}}\n  targets: [{{select: {{kind: W, name: w}}, fieldPaths: ['{target}'], options: {options}}}]"
        );
        let found = changed(&replacement);
        assert_eq!(found.as_deref().ok(), expected, "{source} to {target} with {options}: {found:?}");
    }
}

#[test]
fn sources_may_be_pieces_and_values_of_the_kustomization() {
    let to = "targets: [{select: {kind: W, name: w}, fieldPaths: [spec.image]}]";
    let of = |source: &str| changed(&format!("- {source}\n  {to}"));
    let piece = |index: &str| {
        of(&format!("source: {{kind: ConfigMap, fieldPath: data.host, options: {{delimiter: '.', index: {index}}}}}"))
    };
    assert_eq!(piece("1").as_deref(), Ok("image: \"example\""));
    assert!(piece("3").is_err());
    assert_eq!(of("sourceValue: '5'").as_deref(), Ok("image: \"5\""));
    assert_eq!(of("source: {kind: ConfigMap}").as_deref(), Ok("image: \"src\""));
    assert!(of("source: {kind: W}").is_err());
    assert!(of("source: {kind: Nothing}").is_err());
    assert!(of("source: {kind: ConfigMap}\n  sourceValue: x").is_err());
    assert!(of("{}").is_err());
}

#[test]
fn targets_are_selected_and_rejected() {
    let names = |target: &str| -> Result<Vec<String>, String> {
        let replacement = format!("- sourceValue: '9'\n  targets: [{{{target}, fieldPaths: [spec.size]}}]");
        let objects = built(&replacement, &[])?;
        let is_filled = |node: &&Node| node.get("spec").is_some_and(|spec| value_json(spec.get("size").unwrap()) == 9);
        Ok(objects
            .iter()
            .filter(is_filled)
            .map(|node| node.get("metadata").unwrap().get("name").unwrap().as_str().unwrap().to_owned())
            .collect())
    };
    assert_eq!(names("select: {kind: W}").unwrap(), ["w", "w2"]);
    assert_eq!(names("select: {kind: W}, reject: [{name: w}]").unwrap(), ["w2"]);
    assert_eq!(names("select: {kind: W, labelSelector: app=w}").unwrap(), ["w"]);
    assert_eq!(names("select: {kind: W}, reject: [{labelSelector: app}]").unwrap(), ["w2"]);
    assert_eq!(names("select: {kind: W, namespace: default}").unwrap(), ["w", "w2"]);
    assert!(names("select: {kind: W, name: x}").unwrap().is_empty());
    // kustomize 5.7 and 5.8 do not agree on these.
    assert!(names("select: {kind: W, name: w.*}").is_err());
    assert!(names("reject: []").is_err());
}

#[test]
fn replacements_may_be_in_a_file() {
    let one = "{sourceValue: '9', targets: [{select: {kind: W, name: w}, fieldPaths: [spec.size]}]}";
    for text in [one.to_owned(), format!("[{one}]")] {
        let objects = built("- path: r.yaml", &[("r.yaml", &text)]).unwrap();
        assert!(objects.iter().any(|node| value_json(node).pointer("/spec/size").is_some_and(|size| *size == 9)));
    }
    assert!(built("- path: missing.yaml", &[]).is_err());
    assert!(built("- path: r.yaml", &[("r.yaml", "text")]).is_err());
}

#[test]
fn what_grows_again_and_again_is_stopped() {
    let one = "- source: {kind: W, name: w, fieldPath: spec.map}\n  targets: [{select: {kind: W, name: w2}, fieldPaths: [spec.a, spec.b], options: {create: true}}]\n\
               - source: {kind: W, name: w2, fieldPath: spec}\n  targets: [{select: {kind: W, name: w}, fieldPaths: [spec.map]}]\n";
    assert!(built(&one.repeat(40), &[]).is_err());
}

#[test]
fn a_value_has_the_place_of_its_source_in_the_kustomization() {
    let kustomization = "resources: [resources.yaml]\nreplacements:\n- source:\n    kind: ConfigMap\n    fieldPath: data.port\n  targets: [{select: {kind: W, name: w}, fieldPaths: [spec.size]}]\n";
    let built = try_build(&[("kustomization.yaml", kustomization), ("resources.yaml", RESOURCES)]).unwrap();
    let size = built.objects.iter().find_map(|object| object.node.get("spec")?.get("size")).unwrap();
    let (file, span) = built.sources.locate(size.span).unwrap();
    assert_eq!((file.path.as_str(), file.source.position(span.start as usize).line), ("kustomization.yaml", 5));
}
