//! What is expected here is what kustomize makes of the same.

use crate::document::dump::value_json;
use crate::gitops::kustomize::build::patch::tests::try_build;

const RESOURCES: &str = "\
apiVersion: v1
kind: Service
metadata: {name: svc, annotations: {x: '$(NAME) $$(NAME) $(OTHER)'}}
spec: {ports: [{port: 80, name: $(NAME)}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  containers:
  - name: $(NAME)
    args: ['--to=$(NAME):$(PORT)', $(PORT)]
    env: [{name: A, value: $(PORT)}]
";

fn built(vars: &str) -> Result<Vec<serde_json::Value>, String> {
    let kustomization = format!("resources: [resources.yaml]\nnamePrefix: p-\nvars:\n{vars}\n");
    let built = try_build(&[("kustomization.yaml", &kustomization), ("resources.yaml", RESOURCES)])?;
    Ok(built.objects.iter().map(|object| value_json(&object.node)).collect())
}

const SERVICE: &str = "objref: {apiVersion: v1, kind: Service, name: svc}";

#[test]
fn variables_are_filled_in_where_kustomize_looks_for_them() {
    let vars = format!(
        "- {{name: NAME, {SERVICE}}}\n- {{name: PORT, {SERVICE}, fieldref: {{fieldPath: 'spec.ports[0].port'}}}}"
    );
    let objects = built(&vars).unwrap();
    let at = |kind: &str, path: &str| {
        objects.iter().find(|object| object["kind"] == kind).and_then(|object| object.pointer(path)).unwrap().clone()
    };
    assert_eq!(at("Pod", "/spec/containers/0/args"), serde_json::json!(["--to=p-svc:80", 80]));
    assert_eq!(at("Pod", "/spec/containers/0/env/0/value"), 80);
    assert_eq!(at("Service", "/metadata/annotations/x"), "p-svc $(NAME) $(OTHER)");
    // Not among the fields.
    assert_eq!(at("Pod", "/spec/containers/0/name"), "$(NAME)");
    assert_eq!(at("Service", "/spec/ports/0/name"), "$(NAME)");
}

#[test]
fn variables_without_a_value_are_told() {
    for (vars, why) in [
        ("- {name: NAME, objref: {apiVersion: v1, kind: Service, name: nobody}}".to_owned(), "no object"),
        ("- {name: NAME, objref: {kind: Service, name: svc}}".to_owned(), "no object"),
        (format!("- {{name: NAME, {SERVICE}, fieldref: {{fieldPath: spec.missing}}}}"), "has no `spec.missing`"),
        (format!("- {{name: NAME, {SERVICE}}}\n- {{name: NAME, {SERVICE}}}"), "twice"),
    ] {
        let refused = built(&vars).unwrap_err();
        assert!(refused.contains(why), "{vars}: {refused}");
    }
}

#[test]
fn a_value_has_the_place_of_its_declaration() {
    let kustomization = format!(
        "resources: [resources.yaml]\nvars:\n- name: PORT\n  {SERVICE}\n  fieldref:\n    fieldPath: spec.ports[0].port\n"
    );
    let built = try_build(&[("kustomization.yaml", &kustomization), ("resources.yaml", RESOURCES)]).unwrap();
    let pod = &built.objects.iter().find(|object| object.id().kind == "Pod").unwrap().node;
    let container = &pod.get("spec").unwrap().get("containers").unwrap().as_sequence().unwrap()[0];
    let line = |node: &crate::document::Node| {
        let (file, span) = built.sources.locate(node.span).unwrap();
        (file.path.clone(), file.source.position(span.start as usize).line)
    };
    let args = container.get("args").unwrap().as_sequence().unwrap();
    assert_eq!(line(&args[1]), ("kustomization.yaml".to_owned(), 6));
    assert_eq!(line(container.get("name").unwrap()), ("resources.yaml".to_owned(), 11));
}
