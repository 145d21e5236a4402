use super::*;
use crate::gitops::{
    source::Pin,
    testing::{Files, told, yaml},
    tree::TreeError,
};

fn violations(text: &str) -> Vec<String> {
    told(&validate(&yaml(text)))
}

const NOTHING: [&str; 0] = [];

#[test]
fn kustomizations_are_recognised() {
    let cases = [
        ("a/kustomization.yaml", "resources: []", true),
        ("kustomization.yml", "kind: Deployment", true),
        ("Kustomization", "[]", true),
        ("kustomization.json", "resources: []", false),
        ("a.yaml", "{apiVersion: kustomize.config.k8s.io/v1alpha1, kind: Component}", true),
        ("a.yaml", "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Other}", false),
        ("kustomization.yaml", "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization}", false),
    ];
    for (path, text, expected) in cases {
        assert_eq!(is_kustomization(path, &yaml(text)), expected, "{path} {text}");
    }
}

#[test]
fn what_kustomize_builds_is_good() {
    for text in [
        "resources: []",
        "Resources: [a.yaml]\nNAMEPREFIX: x",
        "resources: [a.yaml]\nnamePrefix: null\ncommonLabels: {a: null}\npatches:",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: a.yaml, options: {allowNameChange: true, other: false}}]",
        "bases: [../b]\nimageTags: [{name: a, newTag: '1'}]\nvars: [{name: A, objref: {kind: X, name: why, apiVersion: v1}, fieldref: {fieldPath: z}}]",
        "labels: [{pairs: {a: b}, includeVolumeClaimTemplates: true, fields: [{path: x, create: true}]}]",
        "configMapGenerator: [{name: a, behavior: odd, files: [a, b=c], literals: ['a=', 'b=c=d'], env: ''}]",
        "replacements: [{sourceValue: x, targets: [{select: {kind: A}, fieldPaths: [b]}]}, {path: r.yaml}]",
        "helmCharts: [{name: a, valuesInline: {b: [1, {c: d}]}, apiVersions: [v1]}]\nbuildMetadata: [whatever]",
        "metadata: {}",
    ] {
        assert_eq!(violations(text), NOTHING, "{text}");
    }
}

#[test]
fn fields_are_known_and_of_the_right_sort() {
    assert_eq!(
        violations(
            "resource: [a]\ncommonLabels: {v: 1}\nreplicas: [{name: a, count: '2'}]\nresources: a.yaml\nimages: [{name: a, newtag: 1.0, tag: x}]"
        ),
        [
            "/resource: `resource` is not a field that kustomize knows (did you mean `resources`? kustomize refuses fields that it does not know)",
            "/commonLabels/v: `v` has to be a string, found a number (put the value in quotes)",
            "/replicas/0/count: `count` has to be a whole number, found a string (write the value without quotes)",
            "/resources: `resources` has to be a list of strings, found a string (write it as a list, each item after `- `)",
            "/images/0/newtag: `newtag` has to be a string, found a number (put the value in quotes)",
            "/images/0/tag: `tag` is not a field that kustomize knows (remove it: kustomize refuses fields that it does not know)",
        ]
    );
    assert_eq!(violations("[a]"), [": the document has to be a mapping, found a list"]);
    assert_eq!(
        validate(&yaml(&format!("{{{}}}", (0..200).map(|n| format!("x{n}: 1")).collect::<Vec<_>>().join(", ")))).len(),
        50
    );
}

#[test]
fn versions_and_kinds_fit() {
    assert_eq!(
        violations("apiVersion: kustomize.config.k8s.io/v1\nresources: []"),
        [
            "/apiVersion: apiVersion of a Kustomization has to be `kustomize.config.k8s.io/v1beta1`, found `kustomize.config.k8s.io/v1` (write `kustomize.config.k8s.io/v1beta1`)"
        ]
    );
    assert_eq!(
        violations("kind: Kustomisation\nresources: []"),
        ["/kind: kind `Kustomisation` is neither `Kustomization` nor `Component` (did you mean `Kustomization`?)"]
    );
    let empty = [
        ": the kustomization is empty: kustomize refuses to build it (list what it is made of under `resources`, or remove the file)",
    ];
    for text in ["null", "kind: Kustomization", "resources: null\nnamePrefix: ''"] {
        assert_eq!(violations(text), empty, "{text}");
    }
}

#[test]
fn fields_fit_each_other() {
    let cases = [
        (
            "patches: [{path: a, patch: b}]",
            "/patches/0/patch: the patch has both `path` and `patch`, kustomize takes one of them",
        ),
        ("patches: [{target: {kind: A}, patch: ' '}]", "/patches/0: the patch has neither `path` nor `patch`"),
        ("patches: [null]", "/patches/0: the patch has neither `path` nor `patch`"),
        (
            "patchesJson6902: [{path: a, target: {kind: B}}]",
            "/patchesJson6902/0: a patch under `patchesJson6902` needs the name of its target",
        ),
        (
            "replacements: [{path: a, source: {kind: B}}]",
            "/replacements/0/source: the replacement has both `path` and `source`, kustomize takes one of them",
        ),
        (
            "configMapGenerator: [{literals: [a=b]}]",
            "/configMapGenerator/0: a ConfigMap that is generated needs a name",
        ),
        ("secretGenerator: [null]", "/secretGenerator/0: a Secret that is generated needs a name"),
        (
            "secretGenerator: [{name: a, literals: [password]}]",
            "/secretGenerator/0/literals/0: an item of `literals` has to be `key=value`",
        ),
        (
            "secretGenerator: [{name: a, files: [a=b=c]}]",
            "/secretGenerator/0/files/0: an item of `files` has to be a path, or `key=path` with one `=`",
        ),
        ("resources: [a, '']", "/resources/1: an item of `resources` is empty, a path was expected"),
        ("components: [null]", "/components/0: an item of `components` is empty, a path was expected"),
        ("helmCharts: [{version: '1'}]", "/helmCharts/0: a chart under `helmCharts` needs a name"),
        (
            "helmCharts: [{name: a, valuesMerge: merg}]",
            "/helmCharts/0/valuesMerge: valuesMerge has to be `merge`, `override` or `replace`, found `merg`",
        ),
        ("sortOptions: {order: filo}", "/sortOptions/order: order has to be `fifo` or `legacy`, found `filo`"),
        ("sortOptions: {}", "/sortOptions: sortOptions needs `order`: `fifo` or `legacy`"),
    ];
    for (text, expected) in cases {
        let found = violations(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].starts_with(expected), "{text}: {found:?}");
    }
}

#[test]
fn everything_named_is_a_reference() {
    let text = "
resources: [a.yaml, ../base, https://x.org/a.yaml, 'github.com/o/r//p?ref=v1', 'oci://x.org/a', ../../../out, /etc/x, '{{ x }}', '']
components: [./c/]
patchesStrategicMerge: [p.yaml, \"kind: A\\nmetadata: {name: x}\\n\", 'github.com/o/r']
patches: [{path: q.yaml}, {patch: x}]
patchesJson6902: [{path: j.yaml, target: {name: a}}]
configMapGenerator: [{name: a, files: [f.txt, key=g.txt], envs: [.env], env: old.env}]
transformers: [t.yaml, '{kind: A, apiVersion: b}']
replacements: [{path: r.yaml}]
openapi: {path: o.json}
helmGlobals: {chartHome: charts}
helmCharts:
- {name: local, valuesFile: v.yaml}
- {name: pulled, repo: 'https://x.org', valuesFile: charts/pulled/v.yaml, additionalValuesFiles: [w.yaml]}";
    let found: Vec<String> = references("apps/cart/kustomization.yaml", &yaml(text))
        .into_iter()
        .map(|reference| format!("{} {:?} {:?}", reference.route, reference.role, reference.target))
        .collect();
    assert_eq!(
        found,
        [
            r#"/resources/0 Resource Local("apps/cart/a.yaml")"#,
            r#"/resources/1 Resource Local("apps/base")"#,
            r#"/resources/2 Resource Remote("https://x.org/a.yaml")"#,
            r#"/resources/3 Resource Remote("github.com/o/r//p?ref=v1")"#,
            r#"/resources/4 Resource Remote("oci://x.org/a")"#,
            "/resources/5 Resource Outside",
            "/resources/6 Resource Outside",
            "/resources/7 Resource Unknown",
            r#"/openapi/path Config Local("apps/cart/o.json")"#,
            r#"/configMapGenerator/0/envs/0 GeneratorInput Local("apps/cart/.env")"#,
            r#"/configMapGenerator/0/env GeneratorInput Local("apps/cart/old.env")"#,
            r#"/configMapGenerator/0/files/0 GeneratorInput Local("apps/cart/f.txt")"#,
            r#"/configMapGenerator/0/files/1 GeneratorInput Local("apps/cart/g.txt")"#,
            r#"/helmCharts/0/name HelmChart Local("apps/cart/charts/local")"#,
            r#"/helmCharts/0/valuesFile HelmValues Local("apps/cart/v.yaml")"#,
            "/helmCharts/1/valuesFile HelmValues Unknown",
            r#"/helmCharts/1/additionalValuesFiles/0 HelmValues Local("apps/cart/w.yaml")"#,
            r#"/components/0 Component Local("apps/cart/c")"#,
            r#"/patchesStrategicMerge/0 Patch Local("apps/cart/p.yaml")"#,
            "/patchesStrategicMerge/1 Patch Inline",
            r#"/patchesStrategicMerge/2 Patch Local("apps/cart/github.com/o/r")"#,
            r#"/patches/0/path Patch Local("apps/cart/q.yaml")"#,
            "/patches/1/patch Patch Inline",
            r#"/patchesJson6902/0/path JsonPatch Local("apps/cart/j.yaml")"#,
            r#"/replacements/0/path Config Local("apps/cart/r.yaml")"#,
            r#"/transformers/0 Plugin Local("apps/cart/t.yaml")"#,
            "/transformers/1 Plugin Inline",
        ]
    );
}

#[test]
fn addresses_are_read_as_kustomize_reads_them() {
    // Address, what is cloned, folder, reference.
    let good = [
        ("https://github.com/o/r", "https://github.com/o/r", "", None),
        ("https://github.com/o/r/a/b?ref=v1", "https://github.com/o/r", "a/b", Some("v1")),
        ("https://github.com/o/r.git/a?version=x&timeout=9", "https://github.com/o/r.git", "a", Some("x")),
        ("https://git.x.org/a/b/c//d?ref=&x=y", "https://git.x.org/a/b/c", "d", None),
        ("git@github.com:o/r/a", "git@github.com:o/r", "a", None),
        ("git@x.org:o/r.git//a?ref=main", "git@x.org:o/r.git", "a", Some("main")),
        ("ssh://git@x.org:22/o/r.git", "ssh://git@x.org:22/o/r.git", "", None),
        ("github.com/o/r//a?ref=v1", "github.com/o/r", "a", Some("v1")),
        ("git::https://x.org/o/r//a", "https://x.org/o/r", "a", None),
        ("https://dev.azure.com/o/p/_git/r/a/b", "https://dev.azure.com/o/p/_git/r", "a/b", None),
        ("file:///srv/r", "file:///srv/r", "", None),
    ];
    for (address, url, folder, reference) in good {
        let expected =
            GitSource { url: url.to_owned(), folder: folder.to_owned(), reference: reference.map(str::to_owned) };
        assert_eq!(git_source(address), Some(expected), "{address}");
    }
    for path in [
        "",
        ".",
        "a.yaml",
        "../base",
        "/abs",
        "gitlab.com/o/r",
        "github.com",
        "github.com/o",
        "https://github.com/o",
        "https://x.org/o/r//../a",
        "a@b",
        "bases/github.com/x",
    ] {
        assert_eq!(git_source(path), None, "{path}");
    }
}

#[test]
fn what_is_remote_says_how_it_is_pinned() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let text = format!(
        "resources: ['https://u:secret@github.com/o/r?ref={commit}', 'https://github.com/o/r//a?ref=main', github.com/o/r/a, 'https://raw.githubusercontent.com/o/r/main/a.yaml', 'https://github.com/o/r/releases/download/v1.2.3/a.yaml', 'https://github.com/o/r/releases/latest/download/a.yaml', a.yaml]"
    );
    let found = remote("kustomization.yaml", &yaml(&text));
    let pins: Vec<Pin> = found.iter().map(|remote| remote.pin.clone()).collect();
    assert_eq!(
        pins,
        [
            Pin::Commit(commit.into()),
            Pin::Branch("main".into()),
            Pin::None,
            Pin::Branch("main".into()),
            Pin::Tag("v1.2.3".into()),
            Pin::None
        ]
    );
    assert_eq!(
        told(&[found[0].violation.clone(), found[1].violation.clone(), found[2].violation.clone()]),
        [
            format!("/resources/0: `https://github.com/o/r?ref={commit}` is from elsewhere and not judged (copy it into the repository to have it judged)"),
            "/resources/1: `https://github.com/o/r//a?ref=main` is from elsewhere, not judged, and may change with `main` (name a commit or a tag, or copy it into the repository)".to_owned(),
            "/resources/2: `github.com/o/r/a` is from elsewhere, not judged, and may change at any time (name a commit or a tag (`?ref=`), or copy it into the repository)".to_owned(),
        ]
    );
}

fn repository() -> Files {
    Files::new(&[
        ("k/kustomization.yaml", ""),
        ("k/deploy.yml", ""),
        ("k/service.yaml", ""),
        ("k/sub/kustomization.yaml", "resources: []"),
        ("base/kustomization.yml", "resources: []"),
        ("comp/Kustomization", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component"),
        ("broken/kustomization.yaml", "a: ["),
        ("bare/kustomisation.yaml", ""),
        ("two/kustomization.yaml", "resources: []"),
        ("two/Kustomization", "resources: []"),
        ("k/charts/good/Chart.yaml", ""),
        ("k/charts/bad/values.yaml", ""),
        ("module/", ""),
    ])
}

fn missed(text: &str) -> Vec<String> {
    let found = missing("k/kustomization.yaml", &yaml(text), &repository()).unwrap();
    found
        .iter()
        .map(|missing| {
            format!("{:?} {:?} {}", missing.sort, missing.role, told(std::slice::from_ref(&missing.violation))[0])
        })
        .collect()
}

#[test]
fn what_is_there_is_not_missing() {
    for text in [
        "resources: [deploy.yml, ./service.yaml, sub, ../base/, ../k/service.yaml, ../module, ../broken]",
        "bases: [service.yaml]",
        "components: [../comp, ../module, 'https://github.com/o/r']",
        "patches: [{path: service.yaml}, {patch: x}]",
        "helmCharts: [{name: good}, {name: gone, repo: 'https://x.org', valuesFile: charts/gone-1/values.yaml}]",
        "resources: ['{{ x }}', '${y}', github.com/o/r, '']",
        "[]",
    ] {
        assert_eq!(missed(text), NOTHING, "{text}");
    }
}

#[test]
fn what_is_missing_is_told_with_what_may_be_meant() {
    let add = "add it (`git add`, and look into .gitignore), or remove the entry";
    assert_eq!(
        missed("resources: [deploy.yaml, gone, servce.yaml, ../bare, ../two, ../comp, ., .., ../../x]\ncomponents: [../base, service.yaml]\npatches: [{path: sub}]\nsecretGenerator: [{name: a, envs: [.env.secret]}]\nhelmCharts: [{name: bad}, {name: none}]"),
        [
            "Absent Some(Resource) /resources/0: `k/deploy.yaml` is not in the repository (did you mean `k/deploy.yml`?)".to_owned(),
            format!("Absent Some(Resource) /resources/1: `k/gone` is not in the repository ({add})"),
            "Absent Some(Resource) /resources/2: `k/servce.yaml` is not in the repository (did you mean `k/service.yaml`?)".to_owned(),
            "NoKustomization Some(Resource) /resources/3: folder `bare` has no kustomization (kustomize does not read `kustomisation.yaml`, rename it)".to_owned(),
            "SeveralKustomizations Some(Resource) /resources/4: folder `two` has two kustomizations, kustomize refuses that (remove `Kustomization` from it, or the other one)".to_owned(),
            "WrongKind Some(Resource) /resources/5: folder `comp` holds a component, which is no resource (list it under `components`)".to_owned(),
            "Cycle Some(Resource) /resources/6: the kustomization takes itself in (name the files or folders that are meant)".to_owned(),
            "Cycle Some(Resource) /resources/7: the root of the repository holds this kustomization, which cannot be part of itself (name the files or folders that are meant)".to_owned(),
            "Outside Some(Resource) /resources/8: the path leads out of the repository (use a path below the root of the repository, relative to this file)".to_owned(),
            "Absent Some(GeneratorInput) /secretGenerator/0/envs/0: `k/.env.secret` is not in the repository (add it, unless it is left out on purpose and made where this is built)".to_owned(),
            "NoKustomization Some(HelmChart) /helmCharts/0/name: folder `k/charts/bad` is no chart: it has no `Chart.yaml` (add the chart, or name its repository under `repo`)".to_owned(),
            "Absent Some(HelmChart) /helmCharts/1/name: `k/charts/none` is not in the repository (add the chart, or name its repository under `repo`)".to_owned(),
            "WrongKind Some(Component) /components/0: folder `base` holds a kustomization, a component was expected (list it under `resources`, or make it `kind: Component`)".to_owned(),
            "NotAFolder Some(Component) /components/1: `k/service.yaml` is a file, a folder with a component was expected (name the folder, or list the file under `resources`)".to_owned(),
            "NotAFile Some(Patch) /patches/0/path: folder `k/sub` is no file, a file was expected (name the files one by one)".to_owned(),
        ]
    );
}

#[test]
fn a_folder_has_one_kustomization() {
    let found = missing("two/kustomization.yaml", &yaml("resources: []"), &repository()).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].role, found[0].sort), (None, Sort::SeveralKustomizations));
    assert!(found[0].violation.message.contains("`Kustomization`"), "{found:?}");
}

#[test]
fn nothing_is_said_of_files_that_kustomize_does_not_look_for() {
    let node = yaml("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [gone]");
    assert_eq!(missing("k/template.yaml", &node, &repository()), Ok(vec![]));
}

#[test]
fn a_repository_that_cannot_be_read_is_an_error() {
    let found = missing("kustomization.yaml", &yaml("resources: [unreadable]"), &repository());
    assert_eq!(found, Err(TreeError::new("the disk is gone")));
}

#[test]
fn very_many_references_are_bounded() {
    let text = format!("resources: [{}]", (0..20_000).map(|n| format!("gone{n}.yaml")).collect::<Vec<_>>().join(", "));
    assert_eq!(missed(&text).len(), 50);
}
