//! The objects of Argo CD that point to folders, files and repositories.

use crate::document::{Node, Route, Step, Value};

use super::{
    source::{Expected, Origin, PathReference, Pin, SourceReference, What},
    tree::{Place, place, within},
    words::is_placeholder,
};

const GROUP: &str = "argoproj.io";

/// Generators in generators (`matrix`, `merge`) are looked into this far; Argo CD allows two levels.
const DEEPEST: usize = 4;

/// Whether objects of this sort are read by [`paths`] or [`sources`].
#[must_use]
pub fn is_known(api_version: &str, kind: &str) -> bool {
    api_version.split_once('/').is_some_and(|(group, _)| group == GROUP)
        && matches!(kind, "Application" | "ApplicationSet" | "AppProject")
}

/// The folders and files that an `Application` or `ApplicationSet` expects in repositories. What is
/// a template, a pattern or on the network is left out.
#[must_use]
pub fn paths(node: &Node) -> Vec<PathReference> {
    let mut found = Vec::new();
    visit(node, &mut |item| match item {
        Item::Source(source, named) => source.paths(named, &mut found),
        Item::Files(generator) => {
            generator.listed("directories", Expected::Folder, &mut found);
            generator.listed("files", Expected::File, &mut found);
        }
    });
    found
}

/// The folders that an `Application` has applied, and the namespace that what says none is put into.
#[must_use]
pub fn applied(node: &Node) -> Vec<(String, Option<String>)> {
    let text = |key| node.get(key).and_then(Node::as_str).unwrap_or_default();
    if text("kind") != "Application" || !is_known(text("apiVersion"), "Application") {
        return Vec::new();
    }
    let destination = node.get("spec").and_then(|spec| spec.get("destination"));
    let namespace = destination.and_then(|destination| destination.get("namespace")).and_then(Node::as_str);
    let namespace = namespace.filter(|name| !name.is_empty() && !is_placeholder(name)).map(str::to_owned);
    paths(node).into_iter().map(|reference| (reference.path, namespace.clone())).collect()
}

/// What an `Application` or `ApplicationSet` takes from elsewhere, and how firmly it is pinned.
#[must_use]
pub fn sources(node: &Node) -> Vec<SourceReference> {
    let mut found = Vec::new();
    visit(node, &mut |item| match item {
        Item::Source(source, _) => {
            found.extend(source.pin("targetRevision"));
            source.images(&mut found);
        }
        Item::Files(generator) => found.extend(generator.pin("revision")),
    });
    found
}

enum Item<'a, 's> {
    /// A source, and those of its application that have a name.
    Source(Source<'a>, &'s [(&'a str, Source<'a>)]),
    /// A generator that lists what is in a repository.
    Files(Source<'a>),
}

fn visit<'a>(node: &'a Node, visitor: &mut dyn FnMut(Item<'a, '_>)) {
    let text = |key| node.get(key).and_then(Node::as_str).unwrap_or("");
    if !is_known(text("apiVersion"), text("kind")) {
        return;
    }
    let Some(spec) = node.get("spec") else { return };
    let route = Route::default().child(key("spec"));
    match text("kind") {
        "Application" => application(spec, &route, visitor),
        "ApplicationSet" => {
            generators(spec, &route, 0, visitor);
            if let Some(spec) = spec.get("template").and_then(|template| template.get("spec")) {
                application(spec, &route.child(key("template")).child(key("spec")), visitor);
            }
        }
        _ => {}
    }
}

fn application<'a>(spec: &'a Node, route: &Route, visitor: &mut dyn FnMut(Item<'a, '_>)) {
    let mut sources = Vec::new();
    let listed = spec.get("sources").and_then(Node::as_sequence).unwrap_or_default();
    for (index, node) in listed.iter().enumerate() {
        sources.push(Source { node, route: route.child(key("sources")).child(Step::Index(index)) });
    }
    // `source` is passed over where there are `sources`.
    if let (true, Some(node)) = (sources.is_empty(), spec.get("source")) {
        sources.push(Source { node, route: route.child(key("source")) });
    }
    if let Some(node) = spec.get("sourceHydrator").and_then(|hydrator| hydrator.get("drySource")) {
        sources.push(Source { node, route: route.child(key("sourceHydrator")).child(key("drySource")) });
    }
    let named: Vec<_> = sources.iter().filter_map(|source| Some((source.text("ref")?, source.clone()))).collect();
    for source in sources {
        visitor(Item::Source(source, &named));
    }
}

fn generators<'a>(holder: &'a Node, route: &Route, depth: usize, visitor: &mut dyn FnMut(Item<'a, '_>)) {
    let listed = holder.get("generators").and_then(Node::as_sequence).unwrap_or_default();
    let route = route.child(key("generators"));
    for (index, generator) in listed.iter().enumerate() {
        let route = route.child(Step::Index(index));
        if let Some(node) = generator.get("git") {
            visitor(Item::Files(Source { node, route: route.child(key("git")) }));
        }
        for combined in ["matrix", "merge"] {
            if let (true, Some(node)) = (depth < DEEPEST, generator.get(combined)) {
                generators(node, &route.child(key(combined)), depth + 1, visitor);
            }
        }
    }
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

/// A source of an application, or a generator that has the same fields.
#[derive(Clone)]
struct Source<'a> {
    node: &'a Node,
    route: Route,
}

impl<'a> Source<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.node.get(name).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    fn below(&self, names: &[&str]) -> Route {
        names.iter().fold(self.route.clone(), |route, name| route.child(key(name)))
    }

    /// The repository with this field as its revision; `None` where it is no more than a template.
    fn origin(&self, revision: &str) -> Option<Origin> {
        let url = self.text("repoURL").filter(|url| !is_filled_in(url))?;
        let revision = self.text(revision);
        if revision.is_some_and(is_filled_in) {
            return None;
        }
        Some(Origin::Repository { url: url.to_owned(), revision: revision.map(str::to_owned) })
    }

    fn pin(&self, revision: &str) -> Option<SourceReference> {
        let url = self.text("repoURL").filter(|url| !is_filled_in(url))?;
        let written = self.text(revision);
        let text = written.unwrap_or_default();
        if is_filled_in(text) {
            return None;
        }
        let chart = self.text("chart");
        let (what, pin) = match (chart, url.strip_prefix("oci://")) {
            (Some(_), _) => (What::Chart, Pin::of_chart(text)),
            (None, Some(_)) if text.starts_with("sha256:") => (What::Oci, Pin::Digest(text.to_owned())),
            (None, Some(_)) => match Pin::of_revision(text) {
                Pin::Branch(tag) => (What::Oci, Pin::Tag(tag)),
                pin => (What::Oci, pin),
            },
            (None, None) => (What::Git, Pin::of_revision(text)),
        };
        let route = if written.is_some() { self.below(&[revision]) } else { self.route.clone() };
        Some(SourceReference { route, what, url: Some(url.to_owned()), name: chart.map(str::to_owned), pin })
    }

    /// `kustomize.images`: `[OLD=]NAME[:TAG][@DIGEST]`.
    fn images(&self, found: &mut Vec<SourceReference>) {
        for (index, text) in texts(self.node.get("kustomize"), "images") {
            let image = text.split_once('=').map_or(text, |(_, image)| image);
            if is_filled_in(image) {
                continue;
            }
            let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
            let (name, tag) = match name.rsplit_once(':') {
                Some((bare, tag)) if !tag.contains('/') => (bare, Some(tag)),
                Some(_) | None => (name, None),
            };
            let pin = match (digest, tag) {
                (Some(digest), _) => Pin::Digest(digest.to_owned()),
                (None, Some(tag)) => Pin::Tag(tag.to_owned()),
                (None, None) => continue,
            };
            let route = self.below(&["kustomize", "images"]).child(Step::Index(index));
            found.push(SourceReference { route, what: What::Image, url: Some(name.to_owned()), name: None, pin });
        }
    }

    fn paths(&self, named: &[(&'a str, Source<'a>)], found: &mut Vec<PathReference>) {
        let origin = self
            .origin("targetRevision")
            .filter(|_| !self.text("repoURL").is_some_and(|url| url.starts_with("oci://")));
        let in_chart = self.text("chart").is_some();
        let folder = self.text("path").filter(|path| !is_filled_in(path)).map(|path| within("", path));
        // A plugin may make what it needs; a source with no path only lends its files to others.
        if let (Some(origin), Some(folder), false) = (&origin, &folder, in_chart) {
            found.push(PathReference {
                route: self.below(&["path"]),
                path: folder.clone(),
                origin: origin.clone(),
                expected: Expected::Folder,
            });
        }
        self.values(named, origin.as_ref().filter(|_| !in_chart).zip(folder.as_deref()), found);
        let (Some(origin), Some(folder), false) = (origin, folder, in_chart) else { return };
        let kustomize = self.node.get("kustomize");
        let mut add = |route: Route, folder: &str, text: &str, expected| {
            if let (false, Place::Inside(path)) = (is_filled_in(text), place(folder, text)) {
                found.push(PathReference { route, path, origin: origin.clone(), expected });
            }
        };
        if kustomize
            .and_then(|kustomize| kustomize.get("ignoreMissingComponents"))
            .is_none_or(|flag| flag.value != Value::Bool(true))
        {
            for (index, text) in texts(kustomize, "components") {
                let route = self.below(&["kustomize", "components"]).child(Step::Index(index));
                // Components may be remote ones, as in a kustomization.
                if super::kustomize::git_source(text).is_none() {
                    add(route, &folder, text, Expected::Folder);
                }
            }
        }
        let patches = kustomize.and_then(|kustomize| kustomize.get("patches")).and_then(Node::as_sequence);
        for (index, patch) in patches.unwrap_or_default().iter().enumerate() {
            if let Some(text) =
                patch.get("path").and_then(Node::as_str).filter(|text| !text.is_empty() && !is_web(text))
            {
                let route = self.below(&["kustomize", "patches"]).child(Step::Index(index)).child(key("path"));
                add(route, &folder, text, Expected::File);
            }
        }
        // Libraries of Jsonnet (`directory.jsonnet.libs`) may be absent: they are only searched.
    }

    /// `helm.valueFiles`: below the chart, from the root of its repository with a leading `/`, or in
    /// a source that has a name (`$NAME/`).
    fn values(&self, named: &[(&'a str, Source<'a>)], chart: Option<(&Origin, &str)>, found: &mut Vec<PathReference>) {
        let helm = self.node.get("helm");
        if helm.and_then(|helm| helm.get("ignoreMissingValueFiles")).is_some_and(|flag| flag.value == Value::Bool(true))
        {
            return;
        }
        let files = texts(helm, "valueFiles")
            .into_iter()
            .map(|(index, text)| (self.below(&["helm", "valueFiles"]).child(Step::Index(index)), text));
        let parameters =
            helm.and_then(|helm| helm.get("fileParameters")).and_then(Node::as_sequence).unwrap_or_default();
        let parameters = parameters.iter().enumerate().filter_map(|(index, parameter)| {
            let route = self.below(&["helm", "fileParameters"]).child(Step::Index(index)).child(key("path"));
            Some((route, parameter.get("path").and_then(Node::as_str)?))
        });
        for (route, text) in files.chain(parameters) {
            if text.is_empty() || is_pattern(text) || is_web(text) {
                continue;
            }
            let (origin, path) = if let Some(rest) = text.strip_prefix('$') {
                let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
                let Some((_, source)) = named.iter().find(|(known, _)| *known == name) else { continue };
                let Some(origin) = source.origin("targetRevision").filter(|_| !is_filled_in(rest)) else { continue };
                (origin, within("", rest))
            } else {
                let Some((origin, folder)) = chart.filter(|_| !is_filled_in(text)) else { continue };
                let path = match text.strip_prefix('/') {
                    Some(rest) => within("", rest),
                    None => match place(folder, text) {
                        Place::Inside(path) => path,
                        Place::Outside => continue,
                    },
                };
                (origin.clone(), path)
            };
            found.push(PathReference { route, path, origin, expected: Expected::File });
        }
    }
}

impl Source<'_> {
    /// What a generator lists, as far as it is named outright; nothing has to match a pattern.
    fn listed(&self, name: &str, expected: Expected, found: &mut Vec<PathReference>) {
        let Some(origin) = self.origin("revision") else { return };
        let items = self.node.get(name).and_then(Node::as_sequence).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let excluded = item.get("exclude").is_some_and(|flag| flag.value == Value::Bool(true));
            let Some(path) = item.get("path").and_then(Node::as_str) else { continue };
            if !excluded && !path.is_empty() && !is_filled_in(path) && !is_pattern(path) {
                found.push(PathReference {
                    route: self.below(&[name]).child(Step::Index(index)).child(key("path")),
                    path: within("", path),
                    origin: origin.clone(),
                    expected,
                });
            }
        }
    }
}

fn texts<'a>(holder: Option<&'a Node>, name: &str) -> Vec<(usize, &'a str)> {
    let items = holder.and_then(|holder| holder.get(name)).and_then(Node::as_sequence).unwrap_or_default();
    items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_str()?))).collect()
}

/// Whether Argo CD puts something else in its place: templates, and `$ARGOCD_APP_NAME` and the like.
fn is_filled_in(text: &str) -> bool {
    is_placeholder(text) || text.contains('$')
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

fn is_web(text: &str) -> bool {
    text.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gitops::testing::yaml;

    fn of_paths(text: &str) -> Vec<String> {
        let found = paths(&yaml(text));
        found
            .into_iter()
            .map(|found| {
                let Origin::Repository { url, revision } = found.origin else { panic!() };
                let revision = revision.unwrap_or_default();
                format!("{} = {url}@{revision}:{} {:?}", found.route, found.path, found.expected)
            })
            .collect()
    }

    fn of_sources(text: &str) -> Vec<(String, What, Pin)> {
        sources(&yaml(text)).into_iter().map(|found| (found.route.to_string(), found.what, found.pin)).collect()
    }

    #[test]
    fn an_application_points_to_its_folder_and_values() {
        let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://x.org/a.git\n    targetRevision: main\n    path: ./apps/cart/\n    helm:\n      valueFiles: [values-prod.yaml, ../common.yaml, /root.yaml, 'https://x.org/v.yaml', '$other/x', 'v-$ARGOCD_APP_NAME.yaml', 'env/*.yaml', ../../../x]\n      fileParameters: [{name: a, path: files/a.txt}]\n    kustomize: {components: [../../shared, 'https://github.com/a/b'], patches: [{path: p.yaml}, {patch: x}], images: ['a=ghcr.io/b:v1', 'c@sha256:0', 'localhost:5000/d', 'e:${T}']}\n    directory: {jsonnet: {libs: [vendor]}}";
        assert_eq!(
            of_paths(text),
            [
                "/spec/source/path = https://x.org/a.git@main:apps/cart Folder",
                "/spec/source/helm/valueFiles/0 = https://x.org/a.git@main:apps/cart/values-prod.yaml File",
                "/spec/source/helm/valueFiles/1 = https://x.org/a.git@main:apps/common.yaml File",
                "/spec/source/helm/valueFiles/2 = https://x.org/a.git@main:root.yaml File",
                "/spec/source/helm/fileParameters/0/path = https://x.org/a.git@main:apps/cart/files/a.txt File",
                "/spec/source/kustomize/components/0 = https://x.org/a.git@main:shared Folder",
                "/spec/source/kustomize/patches/0/path = https://x.org/a.git@main:apps/cart/p.yaml File",
            ]
        );
        assert_eq!(
            of_sources(text),
            [
                ("/spec/source/targetRevision".into(), What::Git, Pin::Branch("main".into())),
                ("/spec/source/kustomize/images/0".into(), What::Image, Pin::Tag("v1".into())),
                ("/spec/source/kustomize/images/1".into(), What::Image, Pin::Digest("sha256:0".into())),
            ]
        );
    }

    #[test]
    fn several_sources_lend_values_to_each_other() {
        let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source: {repoURL: 'https://ignored', path: x}\n  sources:\n  - {repoURL: 'https://charts.x.org', chart: redis, targetRevision: 1.x, helm: {valueFiles: ['$values/redis/prod.yaml', in-chart.yaml]}}\n  - {repoURL: 'git@x.org:a/b', ref: values}\n  - {repoURL: 'oci://x.org/c', targetRevision: stable, path: .}";
        assert_eq!(of_paths(text), ["/spec/sources/0/helm/valueFiles/0 = git@x.org:a/b@:redis/prod.yaml File"]);
        assert_eq!(
            of_sources(text),
            [
                ("/spec/sources/0/targetRevision".into(), What::Chart, Pin::Range("1.x".into())),
                ("/spec/sources/1".into(), What::Git, Pin::None),
                ("/spec/sources/2/targetRevision".into(), What::Oci, Pin::Tag("stable".into())),
            ]
        );
    }

    #[test]
    fn sets_generate_from_repositories() {
        let text = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  generators:\n  - matrix:\n      generators:\n      - git: {repoURL: 'https://x.org/a', revision: HEAD, directories: [{path: 'apps/*'}, {path: apps/one}, {path: apps/two, exclude: true}], files: [{path: config.json}]}\n      - list: {elements: []}\n  template:\n    spec:\n      source: {repoURL: 'https://x.org/a', targetRevision: v1.0.0, path: '{{path}}', helm: {valueFiles: [a.yaml, /b.yaml]}}";
        assert_eq!(
            of_paths(text),
            [
                "/spec/generators/0/matrix/generators/0/git/directories/1/path = https://x.org/a@HEAD:apps/one Folder",
                "/spec/generators/0/matrix/generators/0/git/files/0/path = https://x.org/a@HEAD:config.json File",
            ]
        );
        assert_eq!(
            of_sources(text),
            [
                ("/spec/generators/0/matrix/generators/0/git/revision".into(), What::Git, Pin::None),
                ("/spec/template/spec/source/targetRevision".into(), What::Git, Pin::Tag("v1.0.0".into())),
            ]
        );
    }

    #[test]
    fn templates_and_others_are_left_alone() {
        for text in [
            "null",
            "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nspec: {sourceRepos: ['*']}",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {repoURL: '{{ url }}', path: x, targetRevision: y}}",
            "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {source: {repoURL: 'https://x.org/a', path: x}}",
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {generators: {}, template: []}",
        ] {
            assert_eq!((of_paths(text).len(), of_sources(text).len()), (0, 0), "{text}");
        }
        let templated = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {repoURL: 'https://x.org/a', path: x, targetRevision: '${BRANCH}', helm: {ignoreMissingValueFiles: true, valueFiles: [a]}}}";
        assert_eq!(of_paths(templated), [""; 0]);
        assert_eq!(of_sources(templated), []);
    }
}
