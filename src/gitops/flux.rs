//! The objects of Flux that point to folders, files and sources.

use crate::document::{Node, Route, Step};

use super::{
    source::{Expected, Origin, PathReference, Pin, SourceReference, What},
    tree::within,
    words::is_placeholder,
};

/// Whether objects of this sort are read by [`paths`] or [`sources`].
#[must_use]
pub fn is_known(api_version: &str, kind: &str) -> bool {
    Kind::of(api_version, kind).is_some()
}

/// The folders and files that an object expects in its source. What is a template is left out.
#[must_use]
pub fn paths(node: &Node) -> Vec<PathReference> {
    let object = Object(node);
    let Some(kind) = object.kind() else { return Vec::new() };
    match kind {
        Kind::Kustomization => {
            let folder = object.text(&["spec", "path"]).unwrap_or("");
            let Some(origin) = object.origin(&["spec", "sourceRef"]) else { return Vec::new() };
            let mut found = object.path(&["spec", "path"], &origin, Expected::Folder);
            for (route, item) in object.items(&["spec", "components"]) {
                if !is_placeholder(item) && !is_placeholder(folder) {
                    // Unlike the folder itself, a component may be beside it.
                    let path = within("", &format!("{folder}/{item}"));
                    found.push(PathReference { route, path, origin: origin.clone(), expected: Expected::Folder });
                }
            }
            found
        }
        Kind::HelmRelease => object.chart(&["spec", "chart", "spec"]),
        Kind::HelmChart => object.chart(&["spec"]),
        Kind::ImageUpdateAutomation => match object.origin(&["spec", "sourceRef"]) {
            Some(origin) => object.path(&["spec", "update", "path"], &origin, Expected::Folder),
            None => Vec::new(),
        },
        Kind::GitRepository | Kind::OciRepository | Kind::HelmRepository | Kind::Bucket => Vec::new(),
    }
}

/// The folder that a `Kustomization` has applied, and the namespace that it puts everything into.
#[must_use]
pub fn applied(node: &Node) -> Vec<(String, Option<String>)> {
    let object = Object(node);
    if !matches!(object.kind(), Some(Kind::Kustomization)) {
        return Vec::new();
    }
    let namespace = object.text(&["spec", "targetNamespace"]).filter(|name| !is_placeholder(name));
    let path = object.text(&["spec", "path"]).unwrap_or_default();
    if is_placeholder(path) {
        return Vec::new();
    }
    vec![(within("", path), namespace.map(str::to_owned))]
}

/// What an object takes from elsewhere, and how firmly it is pinned.
#[must_use]
pub fn sources(node: &Node) -> Vec<SourceReference> {
    let object = Object(node);
    let Some(kind) = object.kind() else { return Vec::new() };
    match kind {
        Kind::GitRepository => {
            let (route, pin) = object.git_pin();
            object.source(&["spec", "url"], What::Git, route, pin)
        }
        Kind::OciRepository => {
            let (route, pin) = object.oci_pin();
            object.source(&["spec", "url"], What::Oci, route, pin)
        }
        Kind::HelmRepository => object.source(&["spec", "url"], What::ChartRepository, spec("url"), Pin::None),
        Kind::Bucket => object.source(&["spec", "endpoint"], What::Bucket, spec("bucketName"), Pin::None),
        Kind::HelmRelease => object.chart_version(&["spec", "chart", "spec"]),
        Kind::HelmChart => object.chart_version(&["spec"]),
        Kind::Kustomization => object.images(),
        Kind::ImageUpdateAutomation => Vec::new(),
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Kustomization,
    HelmRelease,
    HelmChart,
    GitRepository,
    OciRepository,
    HelmRepository,
    Bucket,
    ImageUpdateAutomation,
}

impl Kind {
    fn of(api_version: &str, kind: &str) -> Option<Self> {
        let (group, _) = api_version.split_once('/')?;
        match (group, kind) {
            ("kustomize.toolkit.fluxcd.io", "Kustomization") => Some(Self::Kustomization),
            ("helm.toolkit.fluxcd.io", "HelmRelease") => Some(Self::HelmRelease),
            ("source.toolkit.fluxcd.io", "HelmChart") => Some(Self::HelmChart),
            ("source.toolkit.fluxcd.io", "GitRepository") => Some(Self::GitRepository),
            ("source.toolkit.fluxcd.io", "OCIRepository") => Some(Self::OciRepository),
            ("source.toolkit.fluxcd.io", "HelmRepository") => Some(Self::HelmRepository),
            ("source.toolkit.fluxcd.io", "Bucket") => Some(Self::Bucket),
            ("image.toolkit.fluxcd.io", "ImageUpdateAutomation") => Some(Self::ImageUpdateAutomation),
            _ => None,
        }
    }
}

fn spec(name: &str) -> Route {
    route(&["spec", name])
}

fn route(keys: &[&str]) -> Route {
    Route(keys.iter().map(|key| Step::Key((*key).to_owned())).collect())
}

/// An object of Flux.
struct Object<'a>(&'a Node);

impl<'a> Object<'a> {
    fn kind(&self) -> Option<Kind> {
        Kind::of(self.text(&["apiVersion"])?, self.text(&["kind"])?)
    }

    fn get(&self, keys: &[&str]) -> Option<&'a Node> {
        keys.iter().try_fold(self.0, |node, key| node.get(key))
    }

    fn text(&self, keys: &[&str]) -> Option<&'a str> {
        self.get(keys).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    fn items(&self, keys: &[&str]) -> Vec<(Route, &'a str)> {
        let items = self.get(keys).and_then(Node::as_sequence).unwrap_or_default();
        let below = route(keys);
        let texts = items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_str()?)));
        texts.map(|(index, text)| (below.child(Step::Index(index)), text)).collect()
    }

    /// The object that a `sourceRef` names.
    fn origin(&self, keys: &[&str]) -> Option<Origin> {
        let reference = self.get(keys)?;
        let text =
            |key| reference.get(key).and_then(Node::as_str).filter(|text| !text.is_empty() && !is_placeholder(text));
        Some(Origin::Object {
            kind: text("kind")?.to_owned(),
            name: text("name")?.to_owned(),
            namespace: text("namespace")
                .or_else(|| self.text(&["metadata", "namespace"]).filter(|text| !is_placeholder(text)))
                .map(str::to_owned),
        })
    }

    fn path(&self, keys: &[&str], origin: &Origin, expected: Expected) -> Vec<PathReference> {
        let path = self.text(keys).filter(|path| !is_placeholder(path));
        path.into_iter()
            .map(|path| PathReference { route: route(keys), path: within("", path), origin: origin.clone(), expected })
            .collect()
    }

    /// The chart and its values, where these are in a source of files.
    fn chart(&self, keys: &[&str]) -> Vec<PathReference> {
        let key = |name| [keys, &[name]].concat();
        let Some(origin) = self.origin(&key("sourceRef")) else { return Vec::new() };
        if matches!(&origin, Origin::Object { kind, .. } if kind == "HelmRepository") {
            return Vec::new();
        }
        // A chart may lie there packed.
        let mut found = self.path(&key("chart"), &origin, Expected::Either);
        if self
            .get(&key("ignoreMissingValuesFiles"))
            .is_some_and(|flag| flag.value == crate::document::Value::Bool(true))
        {
            return found;
        }
        for (route, item) in self.items(&key("valuesFiles")) {
            if !is_placeholder(item) {
                let path = within("", item);
                found.push(PathReference { route, path, origin: origin.clone(), expected: Expected::File });
            }
        }
        found.extend(self.path(&key("valuesFile"), &origin, Expected::File));
        found
    }

    fn source(&self, url: &[&str], what: What, route: Route, pin: Pin) -> Vec<SourceReference> {
        let url = self.text(url).map(str::to_owned);
        vec![SourceReference { route, what, url, name: None, pin }]
    }

    /// What a Git source follows: the first of these that is set, else the branch `master`.
    fn git_pin(&self) -> (Route, Pin) {
        for name in ["commit", "name", "semver", "tag", "branch"] {
            let keys = ["spec", "ref", name];
            let Some(text) = self.text(&keys) else { continue };
            let owned = text.to_owned();
            let pin = match name {
                "commit" => Pin::Commit(owned),
                "name" => Pin::of_revision(text),
                "semver" => Pin::Range(owned),
                "tag" => Pin::Tag(owned),
                _ => Pin::Branch(owned),
            };
            return (route(&keys), pin);
        }
        (route(&["spec"]), Pin::Branch("master".to_owned()))
    }

    /// The same for an OCI source, else the tag `latest`.
    fn oci_pin(&self) -> (Route, Pin) {
        for name in ["digest", "semver", "tag"] {
            let keys = ["spec", "ref", name];
            let Some(text) = self.text(&keys) else { continue };
            let owned = text.to_owned();
            let pin = match name {
                "digest" => Pin::Digest(owned),
                "semver" => Pin::Range(owned),
                _ => Pin::Tag(owned),
            };
            return (route(&keys), pin);
        }
        (route(&["spec"]), Pin::Tag("latest".to_owned()))
    }

    /// The version of a chart from a chart repository; of other sources, the source's own revision
    /// counts.
    fn chart_version(&self, keys: &[&str]) -> Vec<SourceReference> {
        let key = |name| [keys, &[name]].concat();
        let kind = self.text(&key("sourceRef").iter().copied().chain(["kind"]).collect::<Vec<_>>());
        let Some(chart) = self.text(&key("chart")).filter(|_| kind == Some("HelmRepository")) else {
            return Vec::new();
        };
        let version = self.text(&key("version"));
        if version.is_some_and(is_placeholder) {
            return Vec::new();
        }
        let route = route(&if version.is_some() { key("version") } else { keys.to_vec() });
        let pin = Pin::of_chart(version.unwrap_or_default());
        vec![SourceReference { route, what: What::Chart, url: None, name: Some(chart.to_owned()), pin }]
    }

    fn images(&self) -> Vec<SourceReference> {
        let images = self.get(&["spec", "images"]).and_then(Node::as_sequence).unwrap_or_default();
        let mut found = Vec::new();
        for (index, image) in images.iter().enumerate() {
            let text = |key| image.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
            let (key, pin) = match (text("digest"), text("newTag")) {
                (Some(digest), _) => ("digest", Pin::Digest(digest.to_owned())),
                (None, Some(tag)) => ("newTag", Pin::Tag(tag.to_owned())),
                (None, None) => continue,
            };
            if text(key).is_some_and(is_placeholder) {
                continue;
            }
            let route = spec("images").child(Step::Index(index)).child(Step::Key(key.to_owned()));
            let url = text("newName").or_else(|| text("name")).map(str::to_owned);
            found.push(SourceReference { route, what: What::Image, url, name: None, pin });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gitops::testing::yaml;

    fn of_paths(text: &str) -> Vec<(String, String, String, Expected)> {
        let found = paths(&yaml(text));
        found
            .into_iter()
            .map(|found| {
                let Origin::Object { kind, name, namespace } = found.origin else { panic!() };
                let origin = format!("{kind} {}/{name}", namespace.unwrap_or_default());
                (found.route.to_string(), found.path, origin, found.expected)
            })
            .collect()
    }

    fn of_sources(text: &str) -> Vec<(String, Option<String>, Pin)> {
        let found = sources(&yaml(text));
        found.into_iter().map(|found| (found.route.to_string(), found.url.or(found.name), found.pin)).collect()
    }

    #[test]
    fn kustomizations_point_to_folders() {
        let text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec:\n  path: ./apps/prod/\n  sourceRef: {kind: GitRepository, name: home}\n  components: [../../shared, '${x}']\n  images: [{name: a, newName: ghcr.io/a, newTag: v1}, {name: b, digest: 'sha256:00'}, {name: c}]";
        let home = "GitRepository flux-system/home".to_owned();
        assert_eq!(
            of_paths(text),
            [
                ("/spec/path".to_owned(), "apps/prod".to_owned(), home.clone(), Expected::Folder),
                ("/spec/components/0".to_owned(), "shared".to_owned(), home, Expected::Folder),
            ]
        );
        assert_eq!(
            of_sources(text),
            [
                ("/spec/images/0/newTag".to_owned(), Some("ghcr.io/a".to_owned()), Pin::Tag("v1".to_owned())),
                ("/spec/images/1/digest".to_owned(), Some("b".to_owned()), Pin::Digest("sha256:00".to_owned())),
            ]
        );
        for path in ["${CLUSTER}", "clusters/${CLUSTER}/x", "{{ .path }}", ""] {
            let text = format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {{path: '{path}', sourceRef: {{kind: GitRepository, name: x}}}}"
            );
            assert_eq!(of_paths(&text), [], "{path}");
        }
    }

    #[test]
    fn charts_in_sources_of_files_are_paths() {
        let release = |kind: &str| {
            format!(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{namespace: shop}}\nspec:\n  chart:\n    spec:\n      chart: /charts/cart\n      version: 1.x\n      valuesFiles: [charts/cart/values.yaml, 'values/${{env}}.yaml']\n      sourceRef: {{kind: {kind}, name: home, namespace: flux-system}}"
            )
        };
        let home = "GitRepository flux-system/home".to_owned();
        assert_eq!(
            of_paths(&release("GitRepository")),
            [
                ("/spec/chart/spec/chart".to_owned(), "charts/cart".to_owned(), home.clone(), Expected::Either),
                (
                    "/spec/chart/spec/valuesFiles/0".to_owned(),
                    "charts/cart/values.yaml".to_owned(),
                    home,
                    Expected::File
                ),
            ]
        );
        assert_eq!(of_sources(&release("GitRepository")), []);
        assert_eq!(of_paths(&release("HelmRepository")), []);
        assert_eq!(
            of_sources(&release("HelmRepository")),
            [("/spec/chart/spec/version".to_owned(), Some("/charts/cart".to_owned()), Pin::Range("1.x".to_owned()))]
        );
    }

    #[test]
    fn sources_have_pins_and_defaults() {
        let git = |reference: &str| {
            of_sources(&format!("apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec: {{url: 'https://x.org/a', ref: {reference}}}"))
                .remove(0)
        };
        assert_eq!(git("{}"), ("/spec".into(), Some("https://x.org/a".into()), Pin::Branch("master".into())));
        assert_eq!(git("{branch: main, commit: abc}").2, Pin::Commit("abc".into()));
        assert_eq!(git("{branch: main, tag: v1}").2, Pin::Tag("v1".into()));
        assert_eq!(git("{semver: '1.0.0', tag: v1}").2, Pin::Range("1.0.0".into()));
        assert_eq!(git("{name: refs/pull/1/head}").2, Pin::Branch("refs/pull/1/head".into()));
        let oci = |reference: &str| {
            of_sources(&format!("apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec: {{url: 'oci://x.org/a', ref: {reference}}}"))
                .remove(0)
                .2
        };
        assert_eq!(oci("{}"), Pin::Tag("latest".into()));
        assert_eq!(oci("{tag: v1, digest: 'sha256:0'}"), Pin::Digest("sha256:0".into()));
    }

    #[test]
    fn nothing_is_said_of_others() {
        for text in [
            "[]",
            "a",
            "null",
            "apiVersion: v1\nkind: Kustomization",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: [x]",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {chartRef: {kind: OCIRepository, name: x}}",
        ] {
            assert_eq!((of_paths(text).len(), of_sources(text).len()), (0, 0), "{text}");
        }
    }
}
