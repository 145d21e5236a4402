//! What is expected here is what kustomize makes of the same.

use std::sync::Arc;

use super::*;
use crate::document::{ParseLimits, Source, format};
use crate::gitops::kustomize::build::{Built, Limits, Parsed, build};
use crate::gitops::testing::{Files, yaml};

/// What becomes of a target, as YAML that says the same; `None` where it is deleted.
#[track_caller]
fn merges(cases: &[(&str, &str, Option<&str>)]) {
    for (target, patch, expected) in cases {
        let mut found = yaml(target);
        let outcome = strategic(&mut found, &yaml(patch)).unwrap();
        let Some(expected) = expected else {
            assert_eq!(outcome, Outcome::Deleted, "{patch}");
            continue;
        };
        assert_eq!(outcome, Outcome::Kept, "{patch}");
        assert!(found.same_value(&yaml(expected)), "{patch}\n{}", crate::document::dump::value_json(&found));
    }
}

/// A pod with this specification.
fn pod(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, spec: {spec}}}")
}

#[track_caller]
fn pods(cases: &[(&str, &str, &str)]) {
    for (target, patch, expected) in cases {
        merges(&[(&pod(target), &pod(patch), Some(&pod(expected)))]);
    }
}

#[test]
fn lists_are_merged_by_the_keys_of_their_type() {
    pods(&[
        (
            "{containers: [{name: a, image: x}, {name: b, image: y}]}",
            "{containers: [{name: c, image: z}, {name: b, image: w}]}",
            "{containers: [{name: c, image: z}, {name: b, image: w}, {name: a, image: x}]}",
        ),
        (
            "{containers: [{name: a, env: [{name: x, value: '1'}, {name: y, value: '2'}], args: [p, q]}]}",
            "{containers: [{name: a, env: [{name: z, value: '3'}, {name: y, value: '4'}], args: [r]}]}",
            "{containers: [{name: a, env: [{name: z, value: '3'}, {name: y, value: '4'}, {name: x, value: '1'}], args: [r]}]}",
        ),
        (
            "{containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]}]}",
            "{containers: [{name: a, ports: [{containerPort: 80, protocol: UDP, name: dns}]}]}",
            "{containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP, name: dns}]}]}",
        ),
        (
            "{containers: [{name: a, volumeMounts: [{mountPath: /a, name: x}]}], tolerations: [{key: a}]}",
            "{containers: [{name: a, volumeMounts: [{mountPath: /a, name: y}]}], tolerations: [{key: b}]}",
            "{containers: [{name: a, volumeMounts: [{mountPath: /a, name: y}]}], tolerations: [{key: b}]}",
        ),
    ]);
    merges(&[
        (
            "{apiVersion: e.org/v1, kind: Widget, spec: {list: [{name: a, x: 1}, {name: b}]}}",
            "{apiVersion: e.org/v1, kind: Widget, spec: {list: [{name: a, y: 2}]}}",
            Some("{apiVersion: e.org/v1, kind: Widget, spec: {list: [{name: a, y: 2}]}}"),
        ),
        (
            "{apiVersion: v1, kind: Namespace, metadata: {finalizers: [a, b]}}",
            "{metadata: {finalizers: [c, a]}}",
            Some("{apiVersion: v1, kind: Namespace, metadata: {finalizers: [c, a, b]}}"),
        ),
        // A part that says of itself what it is.
        (
            "{apiVersion: e.org/v1, kind: Widget, pod: {apiVersion: v1, kind: Pod, spec: {volumes: [{name: a}]}}}",
            "{pod: {spec: {volumes: [{name: b}]}}}",
            Some(
                "{apiVersion: e.org/v1, kind: Widget, pod: {apiVersion: v1, kind: Pod, spec: {volumes: [{name: b}, {name: a}]}}}",
            ),
        ),
    ]);
}

#[test]
fn directives_and_null_remove() {
    pods(&[
        ("{a: {b: 1, c: 2}, d: 3}", "{a: {b: null}, d: null}", "{a: {c: 2}}"),
        ("{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", "{a: {c: 2}}"),
        ("{a: {b: 1}, c: 1}", "{a: {$patch: delete}}", "{c: 1}"),
        ("{a: {b: 1}}", "{a: {$patch: merge, c: 2}}", "{a: {b: 1, c: 2}}"),
        // What is put in new has no directives and nulls either.
        ("{}", "{a: {b: null, c: {$patch: replace, d: 1}, e: {$patch: delete, f: 1}}}", "{a: {c: {d: 1}}}"),
        (
            "{containers: [{name: a}, {name: b}]}",
            "{containers: [{name: a, $patch: delete}]}",
            "{containers: [{name: b}]}",
        ),
        (
            "{containers: [{name: a}, {name: b}]}",
            "{containers: [{$patch: replace}, {name: c}]}",
            "{containers: [{name: c}]}",
        ),
        ("{containers: [{name: a}], x: 1}", "{containers: [{$patch: delete}]}", "{x: 1}"),
        // kustomize does not know these.
        ("{volumes: [{name: a}]}", "{$retainKeys: [volumes]}", "{volumes: [{name: a}], $retainKeys: [volumes]}"),
    ]);
    let object = pod("{a: 1}");
    merges(&[
        (&object, "{$patch: delete}", None),
        // At the root it does nothing.
        (&object, "{$patch: replace, b: 1}", Some(&object)),
    ]);
}

#[test]
fn what_kustomize_merges_strangely_is_merged_so() {
    pods(&[
        // Items with the same key: the last stays.
        (
            "{containers: [{name: a, env: [{name: x, value: '1'}, {name: x, value: '2'}]}]}",
            "{containers: [{name: a, image: i}]}",
            "{containers: [{name: a, image: i, env: [{name: x, value: '2'}]}]}",
        ),
        // A quoted text stays one.
        ("{a: '1', b: x, c: 1}", "{a: 2, b: 3, c: '4'}", "{a: '2', b: 3, c: '4'}"),
        // A null that is written stays, one that is left out goes.
        ("{a: null, b: {c: }}", "{d: 1}", "{a: null, b: {}, d: 1}"),
    ]);
    for (target, patch) in [
        ("{a: 1}", "{a: {b: 1}}"),
        ("{a: {b: 1}}", "{a: [1]}"),
        ("{a: {b: 1}}", "{a: {$patch: bogus}}"),
        ("{containers: [{name: a}, x]}", "{containers: [{name: b}]}"),
    ] {
        assert!(strategic(&mut yaml(&pod(target)), &yaml(&pod(patch))).is_err(), "{patch}");
    }
}

#[test]
fn json_patches_do_what_their_operations_say() {
    let target = "{a: {b: [1, 2], 'c/d': x, 'e~f': y}, z: null}";
    let cases = [
        ("[{op: add, path: /a/b/-, value: 3}]", Some("{a: {b: [1, 2, 3], 'c/d': x, 'e~f': y}, z: null}")),
        ("[{op: add, path: /a/b/0, value: 0}]", Some("{a: {b: [0, 1, 2], 'c/d': x, 'e~f': y}, z: null}")),
        ("[{op: add, path: /a/b/-1, value: 3}]", Some("{a: {b: [1, 2, 3], 'c/d': x, 'e~f': y}, z: null}")),
        ("[{op: replace, path: /a/b/-1, value: 3}]", Some("{a: {b: [1, 3], 'c/d': x, 'e~f': y}, z: null}")),
        ("[{op: remove, path: /a/c~1d}, {op: remove, path: /a/e~0f}]", Some("{a: {b: [1, 2]}, z: null}")),
        // Keys that are not there are set.
        (
            "[{op: replace, path: /new, value: {x: 1}}]",
            Some("{a: {b: [1, 2], 'c/d': x, 'e~f': y}, z: null, new: {x: 1}}"),
        ),
        ("[{op: move, from: /a/b, path: /b}]", Some("{a: {'c/d': x, 'e~f': y}, z: null, b: [1, 2]}")),
        ("[{op: copy, from: /a/b/1, path: /z}]", Some("{a: {b: [1, 2], 'c/d': x, 'e~f': y}, z: 2}")),
        ("[{op: copy, from: /missing, path: /a}]", Some("{a: null, z: null}")),
        ("[{op: test, path: /a/b, value: [1, 2]}, {op: remove, path: /a}]", Some("{z: null}")),
        ("[{op: test, path: /missing, value: null}, {op: remove, path: /a}]", Some("{z: null}")),
        ("[{op: replace, path: '', value: {x: 1}}]", Some("{x: 1}")),
        ("[{op: test, path: /a/b, value: [2, 1]}]", None),
        ("[{op: remove, path: /missing}]", None),
        ("[{op: add, path: /x/y, value: 1}]", None),
        ("[{op: add, path: /z/y, value: 1}]", None),
        ("[{op: add, path: /a/b/3, value: 1}]", None),
        ("[{op: add, path: /a/b/x, value: 1}]", None),
        ("[{op: replace, path: /a/b/2, value: 1}]", None),
        ("[{op: replace, path: /a/b/-, value: 1}]", None),
        ("[{op: replace, path: /a/b/-3, value: 1}]", None),
        ("[{op: move, from: /a, path: /a/b/0}]", None),
        ("[{op: add, value: 1}]", None),
        ("[{op: frobnicate, path: /a}]", None),
        ("[{path: /a}]", None),
    ];
    for (operations, expected) in cases {
        let mut found = yaml(target);
        let result = json6902(&mut found, &yaml(operations));
        match expected {
            Some(expected) => {
                assert_eq!(result, Ok(()), "{operations}");
                assert!(found.same_value(&yaml(expected)), "{operations}");
            }
            None => assert!(result.is_err(), "{operations}"),
        }
    }
}

#[test]
fn json_patches_that_copy_again_and_again_are_stopped() {
    let double = "{op: copy, from: /a, path: /a/-}, ".repeat(40);
    let refused = json6902(&mut yaml("{a: [1, 2, 3, 4]}"), &yaml(&format!("[{double}]")));
    assert_eq!(refused, Err("the patch makes the object too large".to_owned()));
    let deeper = "{op: copy, from: /a, path: /a/b/a}, {op: move, from: /a, path: /b}, {op: add, path: /a, value: {}}, \
                  {op: move, from: /b, path: /a/b}, "
        .repeat(400);
    let refused = json6902(&mut yaml("{a: {b: {}}}"), &yaml(&format!("[{deeper}]")));
    assert!(refused.is_err(), "{refused:?}");
}

/// Builds a kustomization of `resources.yaml` with these files besides.
pub(in crate::gitops::kustomize::build) fn try_build(files: &[(&str, &str)]) -> Result<Built, String> {
    let parse = |_: &str, bytes: &[u8]| {
        let parsed = format::parse(format::Format::Yaml, bytes, &ParseLimits::default());
        let source: Source = parsed.source;
        let documents = parsed.documents.into_iter().map(|document| document.root).collect();
        parsed.problems.is_empty().then(|| Arc::new(Parsed { source: Arc::new(source), documents }))
    };
    let limits = Limits { objects: 1000, nodes: 100_000, files: 100, depth: 10 };
    build(&Files::new(files), &parse, "", &limits)
        .unwrap()
        .map_err(|unbuilt| format!("{}: {}", unbuilt.path, unbuilt.message))
}

const RESOURCES: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec: {replicas: 1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker, labels: {app: worker}, annotations: {a: x}}
spec: {replicas: 2}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: other}
data: {k: v}
";

/// The objects of a build in one line each, with what patches changed: kind, namespace, name, replicas or
/// data, labels and annotations.
fn told(patches: &str, more: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let kustomization = format!("resources: [resources.yaml]\n{patches}");
    let mut files = vec![("kustomization.yaml", kustomization.as_str()), ("resources.yaml", RESOURCES)];
    files.extend_from_slice(more);
    let built = try_build(&files)?;
    let json =
        |node: Option<&Node>| node.map_or(String::new(), |node| crate::document::dump::value_json(node).to_string());
    let line = |object: &Object| {
        let metadata = object.node.get("metadata").unwrap();
        let content = object.node.get("spec").and_then(|spec| spec.get("replicas")).or(object.node.get("data"));
        let id = object.id();
        format!("{} {} {} {} {}", id.kind, id.namespace, id.name, json(content), json(metadata.get("annotations")))
    };
    let mut lines: Vec<String> = built.objects.iter().map(line).collect();
    lines.sort();
    Ok(lines)
}

const UNCHANGED: [&str; 3] =
    ["ConfigMap other web {\"k\":\"v\"} ", "Deployment  web 1 ", "Deployment  worker 2 {\"a\":\"x\"}"];

#[track_caller]
fn tells(patches: &str, more: &[(&str, &str)], changed: &[(usize, &str)]) {
    let mut expected: Vec<String> = UNCHANGED.iter().map(|line| (*line).to_owned()).collect();
    for (index, line) in changed {
        (*line).clone_into(&mut expected[*index]);
    }
    expected.retain(|line| line != "-");
    assert_eq!(told(patches, more), Ok(expected), "{patches}");
}

#[test]
fn patches_find_their_objects() {
    let of = |target: &str| {
        format!("patches: [{{target: {target}, patch: '[{{op: replace, path: /spec/replicas, value: 9}}]'}}]")
    };
    let both = [(1, "Deployment  web 9 "), (2, "Deployment  worker 9 {\"a\":\"x\"}")];
    tells(&of("{kind: Deployment}"), &[], &both);
    tells(&of("{kind: Deployment, name: w.*}"), &[], &both);
    tells(&of("{kind: Deploy, name: w.*}"), &[], &[]);
    tells(&of("{kind: Deployment, name: web|cart}"), &[], &both[..1]);
    tells(&of("{kind: Deployment, name: we}"), &[], &[]);
    tells(&of("{group: apps, version: v1, namespace: default}"), &[], &both);
    tells(&of("{labelSelector: 'app in (worker)'}"), &[], &both[1..]);
    tells(&of("{annotationSelector: a=x}"), &[], &both[1..]);
    assert!(told(&of("{name: '('}"), &[]).is_err());
    assert!(told(&of("{labelSelector: '=x'}"), &[]).is_err());
}

#[test]
fn patches_without_a_target_name_their_object() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5}\n";
    let two = format!("{patch}---\n{}", patch.replace("web", "worker"));
    let changed = [(1, "Deployment  web 5 "), (2, "Deployment  worker 5 {\"a\":\"x\"}")];
    tells("patches: [{path: p.yaml}]", &[("p.yaml", patch)], &changed[..1]);
    tells("patches: [{path: p.yaml}]", &[("p.yaml", &two)], &changed);
    tells("patchesStrategicMerge: [p.yaml]", &[("p.yaml", &two)], &changed);
    tells("patches: [{path: p.yaml}]", &[("p.yaml", "# nothing\n")], &[]);
    tells(
        "patches: [{path: p.yaml}]",
        &[("p.yaml", &patch.replace("spec: {", "$patch: delete\nspec: {"))],
        &[(1, "-")],
    );
    // By the name before the prefix, wherever that was added.
    let base = [("base/kustomization.yaml", "resources: [../resources.yaml]\nnamePrefix: x-\n"), ("p.yaml", patch)];
    let mut files =
        vec![("kustomization.yaml", "resources: [base]\npatches: [{path: p.yaml}]\n"), ("resources.yaml", RESOURCES)];
    files.extend_from_slice(&base);
    let built = try_build(&files).unwrap();
    let web = built.objects.iter().find(|object| object.id().name == "x-web" && object.id().kind == "Deployment");
    assert!(web.unwrap().node.get("spec").unwrap().same_value(&yaml("{replicas: 5}")));
    for wrong in [
        patch.replace("web", "nobody"),
        patch.replace("apps/v1", "apps/v2"),
        "spec: {}\n".to_owned(),
        "[{op: remove, path: /spec}]\n".to_owned(),
        "text\n".to_owned(),
    ] {
        assert!(told("patches: [{path: p.yaml}]", &[("p.yaml", &wrong)]).is_err(), "{wrong}");
    }
    let targeted = "patches: [{path: p.yaml, target: {kind: Deployment}}]";
    assert!(told(targeted, &[("p.yaml", &two)]).is_err());
    tells(targeted, &[("p.yaml", &patch.replace("web", "whatever"))], &changed);
}

#[test]
fn names_and_kinds_change_only_where_that_is_allowed() {
    let patch =
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: new, namespace: moved}\nspec: {replicas: 5}\n";
    let with = |options: &str| format!("patches: [{{path: p.yaml, target: {{name: web, kind: Deployment}}{options}}}]");
    let files = [("p.yaml", patch)];
    tells(&with(""), &files, &[(1, "Deployment  web 5 ")]);
    tells(&with(", options: {allowNameChange: true}"), &files, &[(1, "Deployment  new 5 ")]);
    let changed = told(&with(", options: {allowKindChange: true}"), &files).unwrap();
    assert!(changed.contains(&"StatefulSet  web 5 ".to_owned()), "{changed:?}");
    let taken = [("p.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: worker}\n")];
    assert!(told(&with(", options: {allowNameChange: true}"), &taken).is_err());
}

#[test]
fn annotations_are_there_for_json_patches() {
    let of = |operations: &str| format!("patches: [{{target: {{kind: Deployment}}, patch: '{operations}'}}]");
    tells(
        &of("[{op: add, path: /metadata/annotations/new, value: 1}]"),
        &[],
        &[(1, "Deployment  web 1 {\"new\":\"1\"}"), (2, "Deployment  worker 2 {\"a\":\"x\",\"new\":\"1\"}")],
    );
    tells(&of("[{op: remove, path: /metadata/annotations}]"), &[], &[(2, "Deployment  worker 2 ")]);
    // The old form notes no names, so that there is nothing for it.
    let legacy = "patchesJson6902: [{target: {kind: Deployment, name: web}, patch: '[{op: add, path: /metadata/annotations/new, value: x}]'}]";
    assert!(told(legacy, &[]).is_err());
    tells(
        &legacy.replace("name: web", "name: worker"),
        &[],
        &[(2, "Deployment  worker 2 {\"a\":\"x\",\"new\":\"x\"}")],
    );
}

#[test]
fn labels_of_a_patch_with_a_target_are_texts() {
    let patch = "patches: [{target: {name: worker}, patch: 'PATCH'}]";
    let of = |metadata: &str| patch.replace("PATCH", &format!("{{apiVersion: v1, kind: X, metadata: {metadata}}}"));
    tells(&of("{name: x, annotations: {a: null}}"), &[], &[(2, "Deployment  worker 2 {\"a\":\"null\"}")]);
    tells(&of("{name: x, annotations: {a: 5}}"), &[], &[(2, "Deployment  worker 2 {\"a\":\"5\"}")]);
    tells(&of("{name: x, annotations: null}"), &[], &[]);
    tells(&of("{name: x, annotations: {$patch: delete}}"), &[], &[(2, "Deployment  worker 2 ")]);
}

#[test]
fn values_keep_the_place_where_they_are_written() {
    let kustomization = "\
resources: [resources.yaml]
patches:
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}

      spec:
        replicas: 5
  - target: {kind: Deployment, name: worker}
    patch: |
      - op: replace
        path: /spec/replicas
        value: 7
";
    let built = try_build(&[("kustomization.yaml", kustomization), ("resources.yaml", RESOURCES)]).unwrap();
    let place = |name: &str, path: &[&str]| {
        let object = built.objects.iter().find(|object| object.id().name == name && object.id().kind == "Deployment");
        let mut node = &object.unwrap().node;
        for part in path {
            node = node.get(part).unwrap();
        }
        let (file, span) = built.sources.locate(node.span).unwrap();
        let text = &file.source.text()[span.start as usize..span.end as usize];
        format!("{}:{} {text}", file.path, file.source.position(span.start as usize).line)
    };
    assert_eq!(place("web", &["spec", "replicas"]), "kustomization.yaml:9 5");
    assert_eq!(place("worker", &["spec", "replicas"]), "kustomization.yaml:14 7");
    assert_eq!(place("web", &["metadata", "name"]), "resources.yaml:3 web");
    assert_eq!(place("web", &["kind"]), "resources.yaml:2 Deployment");
}
