//! Kustomizations, Helm charts, and objects of Flux and Argo CD.

use crate::common::{Scene, deployment};

const CHECKS: &str = "\
version: 1
repository: {url: https://git.example.com/team/gitops}
rules: [{check: [kustomization, helm-chart, missing-reference]}]
";

#[test]
fn a_kustomization_that_kustomize_would_refuse_is_refused() {
    let scene = Scene::new(CHECKS);
    scene.write("app/deploy.yaml", deployment("cart", "cart:1"));
    scene.write("app/kustomization.yaml", "resources: [deploy.yaml]\nnamespase: shop\n");
    scene.push("a typo").refused(&["kustomization", "app/kustomization.yaml:2:1", "namespase", "namespace"]);
}

#[test]
fn an_empty_kustomization_or_chart_is_refused() {
    let scene = Scene::new(CHECKS);
    scene.write("app/kustomization.yaml", "# later\n").write("chart/Chart.yaml", "");
    scene.push("empty").refused(&["app/kustomization.yaml is empty", "chart/Chart.yaml is empty"]);
}

#[test]
fn a_merge_conflict_is_called_one() {
    let scene = Scene::new(CHECKS);
    scene.write("a.yaml", "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> topic\n");
    scene.push("conflict").refused(&["a merge conflict that was not resolved", "a.yaml:"]);
}

#[test]
fn a_manifest_under_a_name_that_nobody_judges_is_refused() {
    let scene = Scene::new(CHECKS);
    scene.write("app/deploy", deployment("cart", "cart:1")).write("app/Kustomization", "resources:\n  - deploy\n");
    scene.push("no ending").refused(&["app/Kustomization:2:5", "`app/deploy` is applied but not judged"]);
}

#[test]
fn what_is_pointed_at_has_to_be_there() {
    let scene = Scene::new(CHECKS);
    scene.write("base/deploy.yaml", deployment("cart", "cart:1"));
    scene.write("base/kustomization.yaml", "resources:\n  - deploy.yaml\n");
    scene.write("prod/kustomization.yaml", "resources:\n  - ../base\n");
    scene.push("good").ok();
    scene.write("base/kustomization.yaml", "resources:\n  - deploy.yaml\n  - service.yaml\n");
    scene.push("forgot to add it").refused(&["missing-reference", "base/kustomization.yaml:3:5", "service.yaml"]);
    scene.reset();
    // The kustomizations do not change; what they point at goes.
    scene.remove("base/deploy.yaml");
    scene.push("a file goes").refused(&["missing-reference", "base/kustomization.yaml:2:5", "deploy.yaml"]);
    scene.reset();
    scene.remove("base/kustomization.yaml");
    scene.push("a base goes").refused(&["missing-reference", "prod/kustomization.yaml:2:5"]);
    scene.reset();
    scene.remove("base/deploy.yaml").remove("base/kustomization.yaml").remove("prod/kustomization.yaml");
    scene.push("all of it goes").ok();
}

#[test]
fn links_and_submodules_on_the_way_are_followed() {
    let scene = Scene::new(CHECKS);
    scene
        .write("real/deploy.yaml", deployment("cart", "cart:1"))
        .write("real/kustomization.yaml", "resources: [deploy.yaml]\n");
    std::os::unix::fs::symlink("real", scene.work.join("linked")).unwrap();
    scene.write("prod/kustomization.yaml", "resources: [../linked]\n");
    scene.push("through a link").ok();
}

#[test]
fn folders_of_flux_and_argo_cd_have_to_be_there() {
    let scene = Scene::new(CHECKS);
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: gitops, namespace: flux-system}\nspec: {url: 'ssh://git@git.example.com/team/gitops.git', ref: {branch: main}, interval: 1m}\n";
    let flux = |path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: apps, namespace: flux-system}}\nspec:\n  sourceRef: {{kind: GitRepository, name: gitops}}\n  path: {path}\n"
        )
    };
    let argo = |url: &str, path: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: cart, namespace: argocd}}\nspec:\n  source:\n    repoURL: {url}\n    path: {path}\n    targetRevision: HEAD\n"
        )
    };
    scene.write("clusters/source.yaml", source).write("apps/cart/deploy.yaml", deployment("cart", "cart:1"));
    scene
        .write("clusters/apps.yaml", flux("./apps"))
        .write("argo.yaml", argo("https://git.example.com/team/gitops", "apps/cart"));
    scene.push("good").ok();
    scene.write("clusters/apps.yaml", flux("./aps"));
    scene.push("a typo").refused(&["missing-reference", "clusters/apps.yaml:6", "aps"]);
    scene.reset();
    scene.write("argo.yaml", argo("https://git.example.com/team/gitops", "apps/card"));
    scene.push("another").refused(&["missing-reference", "argo.yaml:7", "apps/card"]);
    scene.reset();
    scene.write("argo.yaml", argo("https://git.example.com/other/repository", "apps/card"));
    scene.push("another repository").ok();
    // Neither object changes; the folder goes.
    scene.remove("apps/cart/deploy.yaml");
    scene.push("the folder goes").refused(&["missing-reference", "clusters/apps.yaml:6", "apps"]);
}

#[test]
fn sources_are_pinned_where_that_is_wanted() {
    let scene = Scene::new(
        "version: 1\nrepository: {url: git.example.com/team/gitops}\nrules: [{pins: [commit, tag, version, digest]}]\n",
    );
    let app = |url: &str, revision: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: cart}}\nspec:\n  source: {{repoURL: '{url}', path: a, targetRevision: {revision}}}\n"
        )
    };
    scene.write("a.yaml", app("https://git.example.com/x/y", "v1.2.3"));
    scene.write("b.yaml", app("https://git.example.com/team/gitops.git", "main"));
    scene.push("pinned, and our own").ok();
    scene.write("a.yaml", app("https://git.example.com/x/y", "main"));
    scene.push("a branch").refused(&["unpinned-source", "a.yaml:5", "`main`", "pin it by commit"]);
}

#[test]
fn files_are_told_apart_by_content_and_place() {
    let scene = Scene::new(CHECKS);
    scene.write("a.yaml", format!("{}---\nsite_name: x\n", deployment("cart", "cart:1")));
    scene
        .write(".github/workflows/ci.yaml", "on: [push]\njobs: {a: {runs-on: x}}\n")
        .write("kustomization.yaml", "resources: [a.yaml]\n");
    let kinds =
        scene.pushgate(&["parse", "--kinds", "a.yaml", ".github/workflows/ci.yaml", "kustomization.yaml"]).ok().json();
    let kinds: Vec<_> = kinds.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["manifest", "data", "ci", "kustomization"]);
}

#[test]
fn a_broken_chart_is_refused_and_values_follow_their_schema() {
    let scene = Scene::new(CHECKS);
    let chart = "apiVersion: v2\nname: cart\nversion: 1.0.0\n";
    let schema = r#"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["image"],"properties":{"replicas":{"type":"integer","minimum":1},"image":{"type":"string"}}}"#;
    scene
        .write("chart/Chart.yaml", chart)
        .write("chart/values.schema.json", schema)
        .write("chart/values.yaml", "replicas: 2\nimage: cart\n");
    scene.write("chart/templates/deploy.yaml", "{{ if .Values.x }}\nkind: Deployment\n{{ end }}\n");
    scene.push("good").says(0, &["1 file not judged"]);
    scene.write("chart/values.yaml", "replicas: many\nimage: cart\n");
    scene.push("values").refused(&["helm-chart", "chart/values.yaml:1", "replicas"]);
    scene.reset();
    // The values do not change; what they have to be does.
    scene.write("chart/values.schema.json", schema.replace("\"integer\",\"minimum\":1", "\"string\""));
    scene.push("schema").refused(&["helm-chart", "chart/values.yaml:1", "replicas"]);
    scene.reset();
    scene.write("chart/values.schema.json", schema.replace("integer", "int"));
    scene.push("no schema").refused(&["helm-chart", "chart/values.schema.json", "the schema cannot be used"]);
    scene.reset();
    scene.write("chart/values.yaml", "- replicas: 1\n");
    scene.push("a list").refused(&["helm-chart", "chart/values.yaml:1", "found a list"]);
    scene.reset();
    scene.write("chart/Chart.yaml", "apiVersion: v2\nname: cart\nversion: latest\n");
    scene.push("chart").refused(&["helm-chart", "chart/Chart.yaml:3", "latest"]);
}

#[test]
fn templates_of_a_chart_that_is_gone_are_judged() {
    let scene = Scene::new(CHECKS);
    scene.write("chart/Chart.yaml", "apiVersion: v2\nname: cart\nversion: 1.0.0\n");
    scene.write("chart/templates/deploy.yaml", "{{ if .Values.x }}\nkind: Deployment\n{{ end }}\n");
    scene.push("a chart").says(0, &["1 file not judged"]);
    scene.remove("chart/Chart.yaml");
    scene.push("no chart any more").refused(&["syntax", "chart/templates/deploy.yaml"]);
}
