//! Which fields are changed: the built-in ones, and those of a kustomization's `configurations`.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

use crate::{
    document::{Node, Value},
    gitops::words::{entries, field, items},
};

use super::{field_spec::FieldSpec, references_table::references, tables};

/// What is referred to by its name, and the fields that do so.
#[derive(Clone, Debug)]
pub(super) struct Referred {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) referrers: Vec<FieldSpec>,
}

/// The fields that each part of a kustomization changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) prefix: Vec<FieldSpec>,
    pub(super) suffix: Vec<FieldSpec>,
    pub(super) namespace: Vec<FieldSpec>,
    pub(super) selector_labels: Vec<FieldSpec>,
    pub(super) labels: Vec<FieldSpec>,
    pub(super) template_labels: Vec<FieldSpec>,
    pub(super) claim_labels: Vec<FieldSpec>,
    pub(super) annotations: Vec<FieldSpec>,
    pub(super) images: Vec<FieldSpec>,
    pub(super) replicas: Vec<FieldSpec>,
    pub(super) references: Vec<Referred>,
    /// Fields in which variables are looked for, besides the built-in ones.
    pub(super) variables: Vec<Node>,
}

/// The fields that are changed. Most builds have only the built-in ones, and share them.
#[derive(Clone, Debug)]
pub(super) struct Config(Arc<Lists>);

static BUILT_IN: LazyLock<Arc<Lists>> = LazyLock::new(|| {
    let mut selector_labels = tables::SELECTOR_LABELS.to_vec();
    selector_labels.extend(tables::TEMPLATE_LABELS);
    selector_labels.extend(tables::CLAIM_LABELS);
    Arc::new(Lists {
        prefix: tables::NAME.to_vec(),
        suffix: tables::NAME.to_vec(),
        namespace: tables::NAMESPACE.to_vec(),
        selector_labels,
        labels: Vec::new(),
        template_labels: tables::TEMPLATE_LABELS.to_vec(),
        claim_labels: tables::CLAIM_LABELS.to_vec(),
        annotations: tables::ANNOTATIONS.to_vec(),
        images: tables::IMAGES.to_vec(),
        replicas: tables::REPLICAS.to_vec(),
        references: references(),
        variables: Vec::new(),
    })
});

impl Default for Config {
    fn default() -> Self {
        Self(Arc::clone(&BUILT_IN))
    }
}

impl std::ops::Deref for Config {
    type Target = Lists;

    fn deref(&self) -> &Lists {
        &self.0
    }
}

impl Config {
    /// Adds what another configuration has.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), String> {
        if Arc::ptr_eq(&self.0, &other.0) || Arc::ptr_eq(&other.0, &BUILT_IN) {
            return Ok(());
        }
        if Arc::ptr_eq(&self.0, &BUILT_IN) {
            // The other one has the built-in fields, too.
            self.0 = Arc::clone(&other.0);
            return Ok(());
        }
        self.add(&other.0)
    }

    /// Adds what a file says that is named by `configurations`.
    pub(super) fn read(&mut self, documents: &[Node]) -> Result<(), String> {
        let Some(node) = documents.first() else { return Ok(()) };
        let mut lists = Lists::default();
        for entry in entries(node) {
            let list = match entry.key.to_ascii_lowercase().as_str() {
                "nameprefix" => &mut lists.prefix,
                "namesuffix" => &mut lists.suffix,
                "namespace" => &mut lists.namespace,
                "commonlabels" => &mut lists.selector_labels,
                "labels" => &mut lists.labels,
                "templatelabels" => &mut lists.template_labels,
                "volumeclaimtemplatelabels" => &mut lists.claim_labels,
                "commonannotations" => &mut lists.annotations,
                "images" => &mut lists.images,
                "replicas" => &mut lists.replicas,
                "namereference" => {
                    for item in entry.value.as_sequence().unwrap_or_default() {
                        lists.references.push(Referred {
                            group: text(item, "group"),
                            version: text(item, "version"),
                            kind: text(item, "kind"),
                            referrers: items(item, "fieldSpecs").iter().map(spec).collect(),
                        });
                    }
                    continue;
                }
                "varreference" => {
                    lists.variables.extend_from_slice(entry.value.as_sequence().unwrap_or_default());
                    continue;
                }
                _ => return Err(format!("`{}` is no part of a transformer configuration", entry.key)),
            };
            list.extend(entry.value.as_sequence().unwrap_or_default().iter().map(spec));
        }
        self.add(&lists)
    }

    fn add(&mut self, other: &Lists) -> Result<(), String> {
        let lists = Arc::make_mut(&mut self.0);
        for (mine, theirs) in [
            (&mut lists.prefix, &other.prefix),
            (&mut lists.suffix, &other.suffix),
            (&mut lists.namespace, &other.namespace),
            (&mut lists.selector_labels, &other.selector_labels),
            (&mut lists.labels, &other.labels),
            (&mut lists.template_labels, &other.template_labels),
            (&mut lists.claim_labels, &other.claim_labels),
            (&mut lists.annotations, &other.annotations),
            (&mut lists.images, &other.images),
            (&mut lists.replicas, &other.replicas),
        ] {
            FieldSpec::merge_all(mine, theirs)?;
        }
        for referred in &other.references {
            let known = lists.references.iter_mut().find(|known| {
                known.group == referred.group && known.version == referred.version && known.kind == referred.kind
            });
            match known {
                Some(known) => FieldSpec::merge_all(&mut known.referrers, &referred.referrers)?,
                None => lists.references.push(referred.clone()),
            }
        }
        for field in &other.variables {
            if lists.variables.iter().all(|known| !known.same_value(field)) {
                lists.variables.push(field.clone());
            }
        }
        Ok(())
    }
}

fn text(node: &Node, name: &str) -> String {
    field(node, name).and_then(Node::as_str).unwrap_or("").to_owned()
}

/// A field as a kustomization or its configuration writes it.
pub(super) fn spec(node: &Node) -> FieldSpec {
    FieldSpec {
        group: Cow::Owned(text(node, "group")),
        version: Cow::Owned(text(node, "version")),
        kind: Cow::Owned(text(node, "kind")),
        path: Cow::Owned(text(node, "path")),
        create: field(node, "create").is_some_and(|create| create.value == Value::Bool(true)),
    }
}
