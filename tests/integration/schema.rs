//! Manifests against the structure of the Kubernetes API: `schema: kubernetes`.

use crate::common::{Scene, deployment};

const CONFIG: &str = "version: 1\nrules: [{schema: kubernetes, version: '1.33'}]\n";

const CRD: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: databases.example.org}
spec:
  group: example.org
  names: {kind: Database, plural: databases}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [engine, size]
              properties:
                engine: {type: string, enum: [postgres, mysql]}
                size: {type: integer, minimum: 1, default: 1}
                options: {type: object, x-kubernetes-preserve-unknown-fields: true}
                port: {x-kubernetes-int-or-string: true}
";

fn database(spec: &str) -> String {
    format!("apiVersion: example.org/v1\nkind: Database\nmetadata: {{name: orders, namespace: shop}}\nspec: {spec}\n")
}

#[test]
fn the_six_classic_faults_are_found_at_their_places() {
    let scene = Scene::new(CONFIG);
    scene.write("good.yaml", deployment("cart", "cart:1"));
    scene.push("good").ok();
    scene.write(
        "deploy.yaml",
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  labels: {tier: 1}
spec:
  replicas: \"3\"
  selectors:
    matchLabels: {app: cart}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: app
          image: cart:1
          imagePullpolicy: Always
          ports: [{containerPort: \"80\"}]
",
    );
    let verdict = scene.commit("six faults");
    assert_eq!(verdict.len(), 40);
    let ran = scene.pushgate(&["--config", "../server.git/pushgate.yaml", "check", "--base", "HEAD~1", "-o", "json"]);
    let found: Vec<String> = ran.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{}:{} {} ({})",
                one["line"],
                one["column"],
                one["message"].as_str().unwrap(),
                one["help"].as_str().unwrap_or("-")
            )
        })
        .collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    5:18 `tier` must be a string, found the number `1` (put it in quotes: "1")
    7:13 `replicas` must be a whole number, found the string "3" (remove the quotes)
    8:3 unknown field `selectors` in `spec` (did you mean `selector`?)
    16:11 unknown field `imagePullpolicy` in `containers[0]` (did you mean `imagePullPolicy`?)
    17:35 `containerPort` must be a whole number, found the string "80" (remove the quotes)
    "#);
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&[
        "kubernetes-schema",
        "deploy.yaml:8:3",
        "selectors",
    ]);
}

#[test]
fn custom_resources_are_compared_with_the_definition_in_the_same_push() {
    let scene = Scene::new(CONFIG);
    scene
        .write("crds/database.yaml", CRD)
        .write("db.yaml", database("{engine: postgres, port: 5432, options: {a: [1]}}"));
    scene.push("definition and resource").ok();
    // The definition is known from the tree, and what was found out about it is kept.
    for round in 0..2 {
        scene.write("db.yaml", database("{engine: oracle, size: 0, colour: red}"));
        scene.push(&format!("round {round}")).refused(&["oracle", "postgres", "colour", "size"]);
        scene.reset();
        scene.write("other.yaml", deployment("cart", &format!("cart:{round}")));
        scene.push("something else").ok();
    }
    scene.write("db.yaml", database("{engine: mysql}").replace("example.org/v1", "example.org/v2"));
    scene.push("no such version").refused(&["`Database` has no version `v2`", "serves: v1"]);
}

#[test]
fn custom_resources_without_a_definition_are_told_and_let_in() {
    let scene = Scene::new(CONFIG);
    scene.write("db.yaml", database("{engine: anything}"));
    let ran = scene.push("no definition here").ok();
    assert!(!ran.stderr.contains("definition"), "{ran}");
    scene
        .pushgate(&["--config", "../server.git/pushgate.yaml", "check", "db.yaml"])
        .says(0, &["1 custom resource without a definition here"]);
    scene
        .pushgate(&["--config", "../server.git/pushgate.yaml", "check", "-v", "db.yaml"])
        .says(0, &["unknown-resource", "no definition of Database in the repository"]);
}

#[test]
fn removed_and_misspelt_apis_name_their_replacement() {
    let scene = Scene::new(CONFIG);
    scene.write("a.yaml", "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n");
    scene.write("b.yaml", "apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: b}\n");
    scene.write("c.yaml", "kind: Deployment\nmetadata: {name: c}\nspec: {}\n");
    scene.push("old APIs").refused(&["extensions/v1beta1", "networking.k8s.io/v1", "`Deployment`", "apiVersion"]);
}

#[test]
fn what_is_not_for_the_api_server_is_left_alone() {
    let scene = Scene::new(CONFIG);
    scene.write(
        "kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
    );
    scene.write("a.yaml", deployment("cart", "cart:1"));
    scene.write("kubeconfig.yaml", "apiVersion: v1\nkind: Config\nclusters: []\n");
    scene.write("kind.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: worker}]\n");
    scene.write(".github/workflows/ci.yaml", "on: [push]\njobs: {build: {runs-on: ubuntu-latest, steps: []}}\n");
    scene.write("mkdocs.yml", "site_name: a\nnav: [{Home: index.md}]\n");
    scene.write("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    scene.write("chart/values.yaml", "kind: x\nreplicas: 1\n");
    scene.write(
        "list.yaml",
        format!(
            "apiVersion: v1\nkind: List\nitems:\n  - {}",
            deployment("a", "b:1").trim_end().replace('\n', "\n    ")
        ),
    );
    scene.push("all sorts of files").ok();
    scene.write("list.yaml", "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {prots: []}}\n");
    scene.push("a mistake in a list").refused(&["list.yaml:4", "prots", "ports"]);
}

#[test]
fn patches_need_not_be_whole() {
    let scene = Scene::new(CONFIG);
    scene.write("base/kustomization.yaml", "resources: [deploy.yaml]\n");
    scene.write("base/deploy.yaml", deployment("cart", "cart:1"));
    scene.write("prod/kustomization.yaml", "resources: [../base]\npatches: [{path: replicas.yaml}]\n");
    scene.write(
        "prod/replicas.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec: {replicas: 5}\n",
    );
    scene.push("an overlay").ok();
    scene.write(
        "prod/replicas.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec: {replcas: 5}\n",
    );
    scene.push("a typo").refused(&["replcas", "replicas"]);
    scene.reset();
    scene.write("prod/kustomization.yaml", "resources: [../base, replicas.yaml]\n");
    scene.write(
        "prod/replicas.yaml",
        "# a resource now\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec: {replicas: 5}\n",
    );
    scene.push("no patch any more").refused(&["selector", "template"]);
}

#[test]
fn what_a_kustomization_may_add_is_a_warning_and_what_it_cannot_is_not() {
    let scene = Scene::new(CONFIG);
    let without_selector = deployment("cart", "cart:1").replace("  selector:\n    matchLabels: {app: cart}\n", "");
    scene.write("base/deploy.yaml", &without_selector);
    scene.write("base/kustomization.yaml", "resources: [deploy.yaml]\ncommonLabels: {app: cart}\n");
    scene.push("commonLabels adds the selector").says(0, &["`selector` is missing", "a kustomization that"]);
    scene.write("base/kustomization.yaml", "resources: [deploy.yaml]\nnamespace: shop\n");
    scene.write("base/deploy.yaml", without_selector.replace("replicas: 2", "replicas: 3"));
    scene.push("a namespace does not").refused(&["`selector` is missing"]);
    scene.reset();
    scene.write("base/deploy.yaml", without_selector.replace("replicas: 2", "replicas: 4"));
    scene.write("base/kustomization.yaml", "resources: [deploy.yaml]\nlabels: [{pairs: {app: cart}}]\n");
    scene.push("labels that are no selectors").refused(&["`selector` is missing"]);
    scene.reset();
    // A value that is wrong stays wrong, in a patch as well.
    scene.write(
        "base/kustomization.yaml",
        "resources: [deploy.yaml]\ncommonLabels: {app: cart}\npatches: [{path: port.yaml}]\n",
    );
    scene.write("base/port.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec: {template: {spec: {containers: [{name: app, ports: [{containerPort: 80800}]}]}}}\n");
    scene.push("no port").refused(&["base/port.yaml:4", "80800"]);
}

#[test]
fn what_is_filled_in_later_is_let_through() {
    let scene = Scene::new(CONFIG);
    let text = deployment("cart", "cart:${TAG}").replace("replicas: 2", "replicas: ${REPLICAS:=2}");
    scene.write("deploy.yaml", text).push("Flux substitutes").ok();
    scene.write("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    scene.write(
        "chart/templates/deploy.yaml",
        deployment("'{{ .Values.name }}'", "cart:1").replace("replicas: 2", "replicas: '{{ .Values.n }}'"),
    );
    scene.push("a template that is YAML").says(0, &["not judged"]);
    scene.write("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: 'ENC[AES256_GCM,data:x,type:str]'}\nsops: {mac: 'ENC[x]', version: 3.9.0}\n");
    scene.push("encrypted by SOPS").ok();
}

#[test]
fn scalars_that_others_read_otherwise_are_warned_of() {
    let scene = Scene::new(CONFIG);
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  time: 1:30\n  mode: \"0777\"\n";
    scene.write("a.yaml", text).push("sexagesimal").says(0, &["ambiguous-scalar", "a.yaml:5"]);
    scene.write("a.yaml", text.replace("\"0777\"", "on")).push("a boolean").refused(&["a.yaml:6", "on", "quotes"]);
}

#[test]
fn old_mistakes_are_not_held_against_a_push() {
    let scene = Scene::new("version: 1\nrules: [{rego: p}]\n");
    scene.server_file("p/a.rego", "package a\nimport rego.v1\ndeny contains \"never\" if false\n");
    let text = deployment("cart", "cart:1").replace("replicas", "replcas");
    scene.write("deploy.yaml", &text).push("before there was a schema").ok();
    scene.configure(CONFIG);
    scene.write("deploy.yaml", text.replace("cart:1", "cart:2")).push("another change").says(0, &["older finding"]);
}
