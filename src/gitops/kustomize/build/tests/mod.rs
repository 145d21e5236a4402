mod refused;

use std::sync::Arc;

use super::{Built, Limits, Object, Parsed, Unbuilt, build};
use crate::{
    document::{
        Node, ParseLimits, Span, Value,
        format::{Format, parse},
    },
    gitops::testing::Files,
};

const LIMITS: Limits = Limits { objects: 1000, nodes: 100_000, files: 100, depth: 20 };

fn parsed(_: &str, content: &[u8]) -> Option<Arc<Parsed>> {
    let parsed = parse(Format::Yaml, content, &ParseLimits::default());
    let documents = parsed.documents.into_iter().map(|document| document.root).collect();
    parsed.problems.is_empty().then(|| Arc::new(Parsed { source: Arc::new(parsed.source), documents }))
}

fn try_build(files: &[(&str, &str)], folder: &str, limits: &Limits) -> Result<Built, Unbuilt> {
    build(&Files::new(files), &parsed, folder, limits).unwrap()
}

#[track_caller]
fn built(files: &[(&str, &str)]) -> Built {
    try_build(files, "", &LIMITS).unwrap()
}

#[track_caller]
fn refused(files: &[(&str, &str)]) -> String {
    let unbuilt = try_build(files, "", &LIMITS).unwrap_err();
    format!("{}: {}", unbuilt.path, unbuilt.message)
}

/// A value in one line.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Sequence(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let mut entries: Vec<_> =
                entries.iter().map(|entry| format!("{}: {}", entry.key, shown(&entry.value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

#[track_caller]
fn at<'a>(object: &'a Object, path: &str) -> &'a Node {
    path.split('/').fold(&object.node, |node, key| match key.parse::<usize>() {
        Ok(index) => &node.as_sequence().unwrap()[index],
        Err(_) => node.get(key).unwrap_or_else(|| panic!("no {key} of {path} in {}", shown(&object.node))),
    })
}

#[track_caller]
fn named<'a>(built: &'a Built, kind: &str, name: &str) -> &'a Object {
    let found = built.objects.iter().find(|object| object.id().kind == kind && object.id().name == name);
    found.unwrap_or_else(|| panic!("{:?}", names(built)))
}

fn names(built: &Built) -> Vec<String> {
    built.objects.iter().map(|object| format!("{} {}", object.id().kind, object.id().name)).collect()
}

/// The file and the text at a place.
#[track_caller]
fn place(built: &Built, span: Span) -> String {
    let (file, span) = built.sources.locate(span).unwrap();
    format!("{}: {}", file.path, &file.source.text()[span.start as usize..span.end as usize])
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: runner
      containers:
      - {name: web, image: 'reg.example:5000/web:1', envFrom: [{configMapRef: {name: settings}}]}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: runner}}
";

#[test]
fn every_value_has_the_place_of_the_line_that_says_it() {
    let built = built(&[
        (
            "kustomization.yaml",
            "resources: [base]\nnamePrefix: prod-\nnamespace: shop\ncommonLabels:\n  team: a\n\
             images:\n- name: reg.example:5000/web\n  newTag: '2'\n\
             configMapGenerator:\n- name: settings\n  literals: [a=b]\n",
        ),
        ("base/kustomization.yaml", "resources: [web.yaml]\nreplicas: [{name: web, count: 3}]\n"),
        ("base/web.yaml", DEPLOYMENT),
    ]);
    let web = named(&built, "Deployment", "prod-web");
    let of = |path: &str| format!("{} < {}", shown(at(web, path)), place(&built, at(web, path).span));
    assert_eq!(of("metadata/name"), "prod-web < kustomization.yaml: prod-");
    assert_eq!(of("metadata/namespace"), "shop < kustomization.yaml: shop");
    assert_eq!(of("metadata/labels/team"), "a < kustomization.yaml: a");
    assert_eq!(of("spec/selector/matchLabels/team"), "a < kustomization.yaml: a");
    assert_eq!(of("spec/selector/matchLabels/app"), "web < base/web.yaml: web");
    assert_eq!(of("spec/replicas"), "3 < base/kustomization.yaml: 3");
    assert_eq!(of("spec/template/spec/containers/0/image"), "reg.example:5000/web:2 < kustomization.yaml: '2'");
    assert_eq!(of("spec/template/spec/serviceAccountName"), "prod-runner < kustomization.yaml: prod-");
    let selector = at(web, "spec/selector/matchLabels").entry("team").unwrap();
    assert_eq!(place(&built, selector.key_span), "kustomization.yaml: team");
    assert_eq!(built.sources.file(web.file).unwrap().path, "base/web.yaml");
    assert_eq!((web.document, named(&built, "ServiceAccount", "prod-runner").document), (0, 1));

    let settings = built.objects.iter().find(|object| object.id().kind == "ConfigMap").unwrap();
    assert_eq!(place(&built, at(settings, "data/a").span), "kustomization.yaml: a=b");
    assert_eq!(place(&built, at(settings, "data").span), "kustomization.yaml: name: settings\n  literals: [a=b]");
    assert_eq!(built.sources.file(settings.file).unwrap().path, "kustomization.yaml");
    let reference = at(web, "spec/template/spec/containers/0/envFrom/0/configMapRef/name");
    assert_eq!(shown(reference), settings.id().name);
}

#[test]
fn selectors_are_changed_only_by_labels_that_say_so() {
    let labelled = |labels: &str| {
        let built =
            built(&[("kustomization.yaml", &format!("resources: [web.yaml]\n{labels}")), ("web.yaml", DEPLOYMENT)]);
        let web = named(&built, "Deployment", "web");
        ["metadata", "spec/selector", "spec/template/metadata"].map(|path| shown(at(web, path)))
    };
    let name = "name: web";
    assert_eq!(
        labelled("labels: [{pairs: {t: u}}]"),
        [&format!("{{labels: {{t: u}}, {name}}}"), "{matchLabels: {app: web}}", "{labels: {app: web}}"]
    );
    assert_eq!(
        labelled("labels: [{pairs: {t: u}, includeTemplates: true}]"),
        [&format!("{{labels: {{t: u}}, {name}}}"), "{matchLabels: {app: web}}", "{labels: {app: web, t: u}}"]
    );
    for all in ["labels: [{pairs: {t: u}, includeSelectors: true}]", "commonLabels: {t: u}"] {
        assert_eq!(
            labelled(all),
            [&format!("{{labels: {{t: u}}, {name}}}"), "{matchLabels: {app: web, t: u}}", "{labels: {app: web, t: u}}"]
        );
    }
    let fields = "labels: [{pairs: {t: u}, fields: [{path: spec/x, kind: Deployment, create: true}]}]";
    let built = built(&[("kustomization.yaml", &format!("resources: [web.yaml]\n{fields}")), ("web.yaml", DEPLOYMENT)]);
    assert_eq!(shown(at(named(&built, "Deployment", "web"), "spec/x")), "{t: u}");
}

/// What kustomize added once it holds once: whatever sets it later in one place sets it in all, unless a
/// JSON patch had the object read anew.
#[test]
fn a_common_label_of_the_base_is_one_value_in_all_its_places() {
    let labelled = |overlay: &str| {
        let built = built(&[
            ("kustomization.yaml", &format!("resources: [base]\n{overlay}")),
            ("base/kustomization.yaml", "resources: [web.yaml]\ncommonLabels: {team: a}"),
            ("base/web.yaml", DEPLOYMENT),
        ]);
        let web = named(&built, "Deployment", "web");
        let selector = at(web, "spec/selector/matchLabels/team");
        format!("{} < {}", shown(selector), place(&built, selector.span))
    };
    assert_eq!(labelled("namePrefix: ''"), "a < base/kustomization.yaml: a");
    assert_eq!(labelled("labels: [{pairs: {team: b}}]"), "b < kustomization.yaml: b");
    assert_eq!(labelled("labels: [{pairs: {team: b}}, {pairs: {team: c}}]"), "c < kustomization.yaml: c");
    let merge = "patches:\n- patch: |-\n    kind: Deployment\n    apiVersion: apps/v1\n    metadata: {name: web, labels: {team: b}}\n";
    assert_eq!(labelled(merge), "b < kustomization.yaml: b");
    let json =
        "patches:\n- target: {kind: Deployment}\n  patch: '[{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}]'\n";
    assert_eq!(labelled(&format!("{json}labels: [{{pairs: {{team: b}}}}]")), "a < base/kustomization.yaml: a");
}

#[test]
fn claims_get_labels_only_where_selectors_do() {
    let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {volumeClaimTemplates: [{metadata: {name: d}}]}}";
    for (labels, expected) in [
        ("commonLabels: {t: u}", "{labels: {t: u}, name: d}"),
        ("labels: [{pairs: {t: u}, includeTemplates: true}]", "{name: d}"),
        ("labels: [{pairs: {t: u}, includeVolumeClaimTemplates: true}]", "{labels: {t: u}, name: d}"),
    ] {
        let built = built(&[("kustomization.yaml", &format!("resources: [db.yaml]\n{labels}")), ("db.yaml", set)]);
        assert_eq!(shown(at(&built.objects[0], "spec/volumeClaimTemplates/0/metadata")), expected, "{labels}");
    }
}

/// The hashes are those that kustomize adds.
#[test]
fn generated_objects_end_in_the_hash_of_what_they_say() {
    let files = [
        (
            "kustomization.yaml",
            "resources: [base]\nnamePrefix: o-\nnamespace: ns\n\
             configMapGenerator:\n- {name: a, behavior: merge, literals: [y=2, z=3]}\n\
             - {name: b, behavior: replace, literals: [q=1]}\n- {name: empty}\n\
             - {name: html, literals: [\"t=<a> & 'b'\"]}\n\
             secretGenerator: [{name: s, behavior: merge, literals: [y=2]}, {name: none}]\n",
        ),
        (
            "base/kustomization.yaml",
            "configMapGenerator:\n- {name: a, literals: [x=1, y=1], options: {labels: {o: l}}}\n\
             - {name: b, literals: [x=1], options: {disableNameSuffixHash: true}}\n\
             secretGenerator: [{name: s, literals: [x=1]}]\nnamePrefix: b-\nnameSuffix: -b\n",
        ),
    ];
    let built = built(&files);
    assert_eq!(
        names(&built),
        [
            "ConfigMap o-b-a-b-cmmcthf6dh",
            "ConfigMap o-b-b-b",
            "ConfigMap o-empty-6ct58987ht",
            "ConfigMap o-html-724chf8h7h",
            "Secret o-b-s-b-8mtckmt9g8",
            "Secret o-none-46f8b28mk5",
        ]
    );
    let merged = named(&built, "ConfigMap", "o-b-a-b-cmmcthf6dh");
    assert_eq!(shown(at(merged, "data")), "{x: 1, y: 2, z: 3}");
    assert_eq!(shown(at(merged, "metadata/labels")), "{o: l}");
    assert_eq!(place(&built, at(merged, "data/x").span), "base/kustomization.yaml: x=1");
    assert_eq!(shown(at(named(&built, "ConfigMap", "o-b-b-b"), "data")), "{q: 1}");
    assert_eq!(shown(at(named(&built, "Secret", "o-b-s-b-8mtckmt9g8"), "data")), "{x: MQ==, y: Mg==}");
}

#[test]
fn generators_read_files_and_variables() {
    let built = built(&[
        (
            "kustomization.yaml",
            "configMapGenerator:\n- name: c\n  files: [a.txt, key=sub/b.txt]\n  envs: [e.env]\n  env: f.env\n\
             generatorOptions: {disableNameSuffixHash: true, immutable: true, annotations: {x: ypsi}}\n",
        ),
        ("a.txt", "hello\n"),
        ("sub/b.txt", "there"),
        ("e.env", "# comment\n\n A=1\r\nB\nC=x=y \n"),
        ("f.env", "D=\"q\""),
    ]);
    let map = named(&built, "ConfigMap", "c");
    assert_eq!(shown(at(map, "data")), "{A: 1, B: , C: x=y , D: \"q\", a.txt: hello\n, key: there}");
    assert_eq!(shown(at(map, "metadata")), "{annotations: {x: ypsi}, name: c}");
    assert_eq!(at(map, "immutable").value, Value::Bool(true));
    let reads: Vec<&str> = built.reads.iter().map(String::as_str).collect();
    assert_eq!(
        reads,
        ["Kustomization", "a.txt", "e.env", "f.env", "kustomization.yaml", "kustomization.yml", "sub/b.txt"]
    );
}

#[test]
fn names_are_followed_into_the_right_namespace() {
    let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}";
    let binding = "apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: role}
subjects:
- {kind: ServiceAccount, name: sa, namespace: a}
- {kind: ServiceAccount, name: default}
- {kind: User, name: alice}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: role}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: role}}
";
    let built = built(&[
        ("kustomization.yaml", "resources: [a, b]\nnamePrefix: z-\n"),
        ("a/kustomization.yaml", "resources: [x.yaml]\nnamespace: a\nnamePrefix: aa-\n"),
        ("a/x.yaml", account),
        ("b/kustomization.yaml", "resources: [x.yaml]\nnamespace: b\n"),
        ("b/x.yaml", binding),
    ]);
    let binding = named(&built, "RoleBinding", "z-rb");
    assert_eq!(shown(at(binding, "roleRef/name")), "z-role");
    assert_eq!(
        shown(at(binding, "subjects")),
        "[{kind: ServiceAccount, name: z-aa-sa, namespace: a}, \
         {kind: ServiceAccount, name: default, namespace: b}, {kind: User, name: alice}]"
    );
    assert!(named(&built, "ClusterRole", "z-role").node.get("metadata").unwrap().get("namespace").is_none());
}

#[test]
fn components_see_what_was_gathered_before() {
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
    let built = built(&[
        ("kustomization.yaml", "resources: [web.yaml]\ncomponents: [one, two]\nnameSuffix: -end\n"),
        ("web.yaml", DEPLOYMENT),
        ("one/kustomization.yaml", &format!("{component}namePrefix: one-\n")),
        ("two/kustomization.yaml", &format!("{component}namePrefix: two-\nresources: [x.yaml]\n")),
        ("two/x.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: s}}"),
    ]);
    assert_eq!(names(&built), ["ServiceAccount two-one-runner-end", "Secret two-s-end", "Deployment two-one-web-end"]);
}

#[test]
fn scalars_are_what_kustomize_reads() {
    let manifest = "apiVersion: v1
kind: ConfigMap
metadata: {name: a, annotations: {number: 1.0, none: ~, word: yes, day: 2020-01-01}, labels: {}}
data:
  word: yes
  off: on
  quoted: 'yes'
  flag: TRUE
  day: 2020-1-2
  time: 2020-01-02 3:04:05.50
  zone: 2020-01-02T03:04:05+02:00
  text: '2020-01-02'
  folded: >
    one
      two

    three
";
    let built = built(&[
        ("kustomization.yaml", "resources: [a.yaml, b.yaml]"),
        ("a.yaml", manifest),
        ("b.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, annotations: {}}}"),
    ]);
    let object = &built.objects[0];
    assert_eq!(
        shown(at(object, "data")),
        "{day: 2020-01-02T00:00:00Z, flag: true, folded: one\n\n  two\n\nthree\n, off: on, quoted: yes, \
         text: 2020-01-02, time: 2020-01-02T03:04:05.5Z, word: yes, zone: 2020-01-02T03:04:05+02:00}"
    );
    assert_eq!(at(object, "data/word").value, Value::String("yes".to_owned()));
    assert_eq!(
        shown(at(object, "metadata")),
        "{annotations: {day: 2020-01-01, none: ~, number: 1.0, word: yes}, labels: {}, name: a}"
    );
    assert_eq!(shown(at(&built.objects[1], "metadata")), "{name: b}");
}

#[test]
fn lists_are_unpacked_and_what_is_local_is_left_out() {
    let built = built(&[
        ("kustomization.yaml", "resources: [a.yaml]"),
        (
            "a.yaml",
            "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}\n---\n\
             {apiVersion: x/v1, kind: AllowList, metadata: {name: l}}\n---\n{}\n---\n\
             apiVersion: v1\nkind: ConfigMap\n\
             metadata: {name: b, annotations: {config.kubernetes.io/local-config: 'true'}}\n",
        ),
    ]);
    assert_eq!(names(&built), ["ConfigMap a", "AllowList l"]);
}

#[test]
fn own_configurations_name_more_fields() {
    let built = built(&[
        (
            "kustomization.yaml",
            "resources: [a.yaml]\nconfigurations: [conf.yaml]\nnamePrefix: p-\ncommonLabels: {t: u}",
        ),
        (
            "conf.yaml",
            "nameReference: [{kind: Foo, fieldSpecs: [{kind: Bar, path: spec/foos/name}]}]\ncommonLabels: [{kind: Bar, path: spec/pick, create: true}]",
        ),
        (
            "a.yaml",
            "{apiVersion: x/v1, kind: Foo, metadata: {name: foo}}\n---\n{apiVersion: x/v1, kind: Bar, metadata: {name: bar}, spec: {foos: [{name: foo}, {name: other}]}}",
        ),
    ]);
    let bar = named(&built, "Bar", "p-bar");
    assert_eq!(shown(at(bar, "spec")), "{foos: [{name: p-foo}, {name: other}], pick: {t: u}}");
}
