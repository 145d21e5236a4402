//! What a kustomization points at.

use crate::{
    document::{
        Node, ParseLimits, Route, Step, Value,
        format::{Format, parse},
    },
    gitops::{
        tree::{Place, joined, place, split},
        words::{entry, field, is_placeholder, text},
    },
};

use super::{
    remote::{git_source, is_web},
    statements::listed,
};

/// Something that a kustomization names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Way to the text that names it.
    pub route: Route,
    /// What it is used for.
    pub role: Role,
    /// Where it leads.
    pub target: Target,
}

/// What a reference is used for, and with it what may stand at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Role {
    /// `resources` and `bases`: a file of manifests, or a folder with a kustomization.
    Resource,
    /// `components`: a folder with a component.
    Component,
    /// `patches` and `patchesStrategicMerge`: a file.
    Patch,
    /// `patchesJson6902`: a file.
    JsonPatch,
    /// `files`, `envs` and `env` of what is generated: a file. People keep it out of Git on
    /// purpose where it holds a secret.
    GeneratorInput,
    /// `generators`, `transformers` and `validators`: a file, or a folder with a kustomization.
    Plugin,
    /// `configurations`, `crds`, `openapi` and `replacements`: a file.
    Config,
    /// Values of a chart: a file.
    HelmValues,
    /// A chart that is in the repository: a folder.
    HelmChart,
}

/// Where a reference leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this path of the repository; the root is empty.
    Local(String),
    /// Elsewhere: an address, as written.
    Remote(String),
    /// Out of the repository.
    Outside,
    /// Nowhere: what is meant is written in place.
    Inline,
    /// What it says is filled in by another program, or made by one.
    Unknown,
}

/// What a kustomization points at, in the order that kustomize goes by. Empty texts lead nowhere
/// and are left out; `validate` reports them. The path is that of the kustomization itself.
#[must_use]
pub fn references(path: &str, node: &Node) -> Vec<Reference> {
    let mut found = Found { folder: split(path).0, node, references: Vec::new() };
    for name in ["resources", "bases"] {
        found.list(name, Role::Resource);
    }
    found.openapi();
    found.list("configurations", Role::Config);
    found.list("crds", Role::Config);
    found.generators("configMapGenerator");
    found.generators("secretGenerator");
    found.charts();
    found.legacy_charts();
    found.list("generators", Role::Plugin);
    found.list("components", Role::Component);
    found.list("patchesStrategicMerge", Role::Patch);
    found.patches("patches", Role::Patch);
    found.patches("patchesJson6902", Role::JsonPatch);
    for (route, replacement) in listed(node, &Route::default(), "replacements") {
        found.text(replacement, &route, "path", Role::Config);
    }
    found.list("transformers", Role::Plugin);
    found.list("validators", Role::Plugin);
    found.references
}

struct Found<'a> {
    /// The kustomization's folder.
    folder: &'a str,
    node: &'a Node,
    references: Vec<Reference>,
}

impl<'a> Found<'a> {
    fn add(&mut self, route: Route, role: Role, target: Target) {
        self.references.push(Reference { route, role, target });
    }

    fn list(&mut self, name: &str, role: Role) {
        for (route, item) in listed(self.node, &Route::default(), name) {
            if let Some(text) = item.as_str().filter(|text| !text.is_empty()) {
                let target = self.target(text, role);
                self.add(route, role, target);
            }
        }
    }

    fn text(&mut self, node: &'a Node, route: &Route, name: &str, role: Role) {
        if let (Some(entry), Some(text)) = (entry(node, name), text(node, name)) {
            let target = self.target(text, role);
            self.add(route.child(Step::Key(entry.key.clone())), role, target);
        }
    }

    fn target(&self, written: &str, role: Role) -> Target {
        let may_be_inline = match role {
            Role::Plugin | Role::Patch => true,
            Role::Resource
            | Role::Component
            | Role::JsonPatch
            | Role::GeneratorInput
            | Role::Config
            | Role::HelmValues
            | Role::HelmChart => false,
        };
        let may_be_cloned = match role {
            Role::Resource | Role::Component | Role::Plugin => true,
            Role::Patch
            | Role::JsonPatch
            | Role::GeneratorInput
            | Role::Config
            | Role::HelmValues
            | Role::HelmChart => false,
        };
        if may_be_inline && is_inline(written) {
            Target::Inline
        } else if is_placeholder(written) {
            Target::Unknown
        } else if is_web(written) || written.contains("://") || (may_be_cloned && git_source(written).is_some()) {
            Target::Remote(written.to_owned())
        } else {
            self.local(written)
        }
    }

    fn local(&self, written: &str) -> Target {
        match place(self.folder, written) {
            Place::Inside(path) => Target::Local(path),
            Place::Outside => Target::Outside,
        }
    }

    fn openapi(&mut self) {
        if let Some(entry) = entry(self.node, "openapi")
            // The keys of this mapping are taken as they are written.
            && let Some(written) = entry.value.get("path").and_then(Node::as_str).filter(|text| !text.is_empty())
        {
            let target = self.target(written, Role::Config);
            let route = Route(vec![Step::Key(entry.key.clone()), Step::Key("path".to_owned())]);
            self.add(route, Role::Config, target);
        }
    }

    fn generators(&mut self, name: &str) {
        for (route, generator) in listed(self.node, &Route::default(), name) {
            for (route, item) in listed(generator, &route, "envs") {
                if let Some(written) = item.as_str().filter(|text| !text.is_empty()) {
                    let target = self.target(written, Role::GeneratorInput);
                    self.add(route, Role::GeneratorInput, target);
                }
            }
            self.text(generator, &route, "env", Role::GeneratorInput);
            for (route, item) in listed(generator, &route, "files") {
                let Some(written) = item.as_str() else { continue };
                let file = written.split_once('=').map_or(written, |(_, file)| file);
                if !file.is_empty() {
                    let target = self.target(file, Role::GeneratorInput);
                    self.add(route, Role::GeneratorInput, target);
                }
            }
        }
    }

    fn patches(&mut self, name: &str, role: Role) {
        for (route, patch) in listed(self.node, &Route::default(), name) {
            if let Some(entry) = entry(patch, "patch")
                && entry.value.as_str().is_some_and(|text| !text.is_empty())
            {
                self.add(route.child(Step::Key(entry.key.clone())), role, Target::Inline);
            }
            if let (Some(entry), Some(written)) = (entry(patch, "path"), text(patch, "path")) {
                let target = if is_placeholder(written) {
                    Target::Unknown
                } else if is_web(written) {
                    Target::Remote(written.to_owned())
                } else {
                    self.local(written)
                };
                self.add(route.child(Step::Key(entry.key.clone())), role, target);
            }
        }
    }

    fn charts(&mut self) {
        let home = field(self.node, "helmGlobals").and_then(|globals| text(globals, "chartHome")).unwrap_or("charts");
        for (route, chart) in listed(self.node, &Route::default(), "helmCharts") {
            let pulled = field(chart, "repo").is_some_and(|repo| repo.as_str() != Some(""));
            if let (false, Some(entry), Some(name)) = (pulled, entry(chart, "name"), text(chart, "name"))
                && !name.contains("://")
            {
                let target = if is_placeholder(name) || is_placeholder(home) {
                    Target::Unknown
                } else {
                    self.local(&joined(home, name))
                };
                self.add(route.child(Step::Key(entry.key.clone())), Role::HelmChart, target);
            }
            let first = self.references.len();
            self.text(chart, &route, "valuesFile", Role::HelmValues);
            for (route, item) in listed(chart, &route, "additionalValuesFiles") {
                if let Some(written) = item.as_str().filter(|text| !text.is_empty()) {
                    let target = self.target(written, Role::HelmValues);
                    self.add(route, Role::HelmValues, target);
                }
            }
            if pulled {
                self.forget_below(home, first);
            }
        }
    }

    /// What lies in the folder that charts are pulled into comes with the chart.
    fn forget_below(&mut self, home: &str, first: usize) {
        let Place::Inside(home) = place(self.folder, home) else { return };
        for reference in self.references.iter_mut().skip(first) {
            if let Target::Local(path) = &reference.target
                && is_below(path, &home)
            {
                reference.target = Target::Unknown;
            }
        }
    }

    /// Such a chart comes from a repository even where none is named, so that only its values are
    /// expected.
    fn legacy_charts(&mut self) {
        for (route, chart) in listed(self.node, &Route::default(), "helmChartInflationGenerator") {
            let first = self.references.len();
            self.text(chart, &route, "values", Role::HelmValues);
            self.forget_below(text(chart, "chartHome").unwrap_or("charts"), first);
        }
    }
}

/// Whether a path is in a folder, or is that folder.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether kustomize reads the text itself as manifests, and not as a path to some.
fn is_inline(text: &str) -> bool {
    if text.contains('\n') {
        return true;
    }
    // Nothing else can be a mapping or a list in one line.
    if !text.contains(['{', '[', ':']) || is_web(text) {
        return false;
    }
    let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
    parsed.problems.is_empty()
        && parsed.documents.iter().any(|document| matches!(document.root.value, Value::Mapping(_) | Value::Sequence(_)))
}
