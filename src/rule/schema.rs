//! Manifests that the Kubernetes API would not take as they are: an entry of `rules` with
//! `schema: kubernetes`.

use std::collections::BTreeSet;

use super::{
    Added, FileText, Rule, RuleError, Scope, Surroundings, Wholeness, builtin, enforce, read_if_small, selects,
    selects_ref,
};
use crate::{
    config::RuleConfig,
    document::{
        Node, ParseLimits, Route, Step, Unit, Violation,
        format::{Format, parse},
    },
    git::{Change, RefName, RepoPath},
    gitops::{At, TreeError, kustomize},
    kubernetes::{
        Version,
        builtin::{Field, Lookup, definition, lookup, number_of},
        crd, meaning,
        schema::Schema,
        validate::{Context, Definitions, ambiguous, validate},
    },
    recognise,
    text::shortened,
    verdict::{Finding, Severity},
};

/// Id of the rule.
pub const ID: &str = "kubernetes-schema";
/// Id of its warnings about scalars.
pub const AMBIGUOUS: &str = "ambiguous-scalar";
/// Id of what it says of custom resources without a definition.
pub const UNKNOWN: &str = "unknown-resource";

/// An entry of `rules` with `schema: kubernetes`.
pub struct KubernetesSchema {
    config: RuleConfig,
    types: Types,
    metadata: Option<&'static Schema>,
}

/// Kubernetes' own types in one version.
struct Types(Version);

impl Definitions for Types {
    fn get(&self, number: u16) -> Option<&Schema> {
        definition(self.0, number)
    }
}

/// What a manifest is compared with.
enum Compared {
    /// Nothing: it is for no API server, or of a kind that nobody here knows.
    Nothing,
    /// There is no such API.
    Refused(Violation),
    /// A custom resource without a definition.
    Unknown,
    /// Findings of the comparison.
    Said { violations: Vec<Violation>, warnings: Vec<Violation>, ambiguous: Vec<Violation> },
}

impl KubernetesSchema {
    pub(super) fn new(config: RuleConfig, version: Version) -> Self {
        let metadata = number_of("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
        let metadata = metadata.and_then(|number| definition(version, number));
        Self { config, types: Types(version), metadata }
    }

    fn compare(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        api_version: &str,
        kind: &str,
    ) -> Result<Compared, TreeError> {
        let context = |partial| Context {
            definitions: &self.types,
            source: &file.source,
            partial,
            metadata: self.metadata,
            secret: kind == "Secret",
            // What a program fills in is not known here, whichever program it is.
            templated: true,
        };
        let whole = context(false);
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let schema = match lookup(self.types.0, api_version, kind) {
            Lookup::Known(number) => match definition(self.types.0, number) {
                Some(schema) => schema,
                None => return Err(TreeError::new(format!("the types of Kubernetes {} are damaged", self.types.0))),
            },
            Lookup::Unknown(unknown) => {
                let key = match unknown.field {
                    Field::ApiVersion => "apiVersion",
                    Field::Kind => "kind",
                };
                let violation = Violation::of_value(at(key), unknown.message).labelled(unknown.label);
                return Ok(Compared::Refused(Violation { help: unknown.help, ..violation }));
            }
            Lookup::Foreign => {
                // Without a group it is none that anybody could define.
                if group.is_empty() || recognise::is_client_side(api_version, kind) {
                    return Ok(Compared::Nothing);
                }
                let known = scope.tree.custom_resources(group, kind)?;
                if known.is_empty() {
                    return Ok(Compared::Unknown);
                }
                let mut served: Vec<&str> = known.iter().filter(|one| one.served).map(|one| &*one.version).collect();
                served.sort_unstable();
                served.dedup();
                let candidates: Vec<_> = known.iter().filter(|one| one.served && one.version == version).collect();
                if candidates.is_empty() {
                    let message = format!("`{}` has no version `{}`", shortened(kind, 60), shortened(version, 60));
                    let help = format!("its definition in this repository serves: {}", served.join(", "));
                    let violation = Violation::of_value(at("apiVersion"), message);
                    return Ok(Compared::Refused(violation.with_help(help)));
                }
                // Clusters may have different versions of a definition; it is enough to fit one.
                let faults = |schema: &Schema| validate(schema, unit.node, &whole).len();
                let best = candidates.into_iter().min_by_key(|one| faults(&one.schema));
                let Some(one) = best else { return Ok(Compared::Unknown) };
                let said = Saying {
                    structure: &|context| validate(&one.schema, unit.node, context),
                    meaning: &|context| meaning::check_custom(unit.node, context),
                };
                let (violations, warnings) = weighed(scope, file, &said, &context)?;
                let ambiguous = ambiguous(&one.schema, unit.node, &whole);
                return Ok(Compared::Said { violations, warnings, ambiguous });
            }
        };
        let structure = |context: &Context<'_>| {
            let mut said = validate(schema, unit.node, context);
            let in_status = |violation: &Violation| violation.route.0.first() == at("status").0.first();
            // Nobody writes a whole status: the server has its own.
            said.retain(|violation| violation.lacking.is_none() || !in_status(violation));
            if kind == "CustomResourceDefinition"
                && !context.partial
                && said.is_empty()
                && let Err(unreadable) = crd::read(unit.node)
            {
                said.push(Violation::of_value(unreadable.route, unreadable.reason));
            }
            said
        };
        let meaning = |context: &Context<'_>| meaning::check(api_version, kind, unit.node, context);
        let said = Saying { structure: &structure, meaning: &meaning };
        let (violations, warnings) = weighed(scope, file, &said, &context)?;
        Ok(Compared::Said { violations, warnings, ambiguous: ambiguous(schema, unit.node, &whole) })
    }

    /// What is wrong with what lacks one of the two fields that make a manifest one, but can be
    /// nothing else.
    fn half_a_manifest(&self, node: &Node, api_version: Option<&str>, kind: Option<&str>) -> Option<Violation> {
        node.get("metadata")?.get("name")?.as_str()?;
        let missing = |key: &str, help: Option<String>| {
            let violation = match node.get(key) {
                None => Violation::of_value(Route::default(), format!("the manifest has no `{key}`")),
                Some(other) if other.as_str().is_some() => Violation::of_value(at(key), format!("`{key}` is empty")),
                Some(other) => {
                    Violation::of_value(at(key), format!("`{key}` has to be a string, found {}", other.kind_name()))
                }
            };
            Violation { help, ..violation }
        };
        match (api_version, kind) {
            (None, Some(kind)) => match lookup(self.types.0, "v1", kind) {
                Lookup::Known(_) => Some(missing("apiVersion", Some("add `apiVersion: v1`".to_owned()))),
                Lookup::Unknown(unknown) if unknown.field == Field::ApiVersion => {
                    Some(missing("apiVersion", unknown.help))
                }
                Lookup::Unknown(_) | Lookup::Foreign => None,
            },
            (Some(api_version), None) if api_version != "v1" => match lookup(self.types.0, api_version, "") {
                Lookup::Unknown(_) => Some(missing("kind", None)),
                Lookup::Known(_) | Lookup::Foreign => None,
            },
            (_, _) => None,
        }
    }
}

/// The route to a field of a manifest itself.
fn at(key: &str) -> Route {
    Route(vec![Step::Key(key.to_owned())])
}

/// Whether a path lies below a folder; all do below the root.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// What becomes of the manifests in a file.
pub(super) fn wholeness(scope: &Scope<'_>, path: &str) -> Result<Wholeness, TreeError> {
    let kustomized = scope.tree.kustomized()?;
    let wholeness = kustomized.wholeness(path);
    if wholeness != Wholeness::Whole {
        // What an engine applies as it lies there is no patch, whoever else says that it is.
        let is_plain = |folder: &str| is_below(path, folder) && !kustomized.has(folder);
        if !scope.tree.pointing_at(&is_plain)?.is_empty() {
            return Ok(Wholeness::Whole);
        }
    }
    Ok(wholeness)
}

/// What is said of a manifest by its schema, and by what schemas do not say.
struct Saying<'s, 'a> {
    structure: &'s dyn Fn(&Context<'a>) -> Vec<Violation>,
    meaning: &'s dyn Fn(&Context<'a>) -> Vec<Violation>,
}

/// What is wrong with a manifest, and what may be: a kustomization may add what one of its manifests
/// lacks, and a patch lacks most. Who takes the file is asked only where it matters.
fn weighed<'a>(
    scope: &Scope<'_>,
    file: &FileText,
    said: &Saying<'_, 'a>,
    context: &dyn Fn(bool) -> Context<'a>,
) -> Result<(Vec<Violation>, Vec<Violation>), TreeError> {
    let of = |partial| {
        let context = context(partial);
        ((said.structure)(&context), (said.meaning)(&context))
    };
    let (mut structure, mut meaning) = of(false);
    if structure.is_empty() && meaning.is_empty() {
        return Ok((structure, meaning));
    }
    let wholeness = wholeness(scope, &file.path.to_text())?;
    match wholeness {
        Wholeness::Whole => {
            structure.append(&mut meaning);
            Ok((structure, Vec::new()))
        }
        Wholeness::Patch => {
            let (mut structure, mut meaning) = of(true);
            structure.append(&mut meaning);
            Ok((structure, Vec::new()))
        }
        Wholeness::Completed(_) | Wholeness::Unused => {
            let certain = of(true).0;
            let covers = |what: &str| match wholeness {
                Wholeness::Completed(added) => added.covers(what),
                Wholeness::Whole | Wholeness::Patch | Wholeness::Unused => true,
            };
            let why = match wholeness {
                Wholeness::Unused => "a warning, for no kustomization takes the file",
                Wholeness::Whole | Wholeness::Patch | Wholeness::Completed(_) => {
                    "a warning, for a kustomization that takes it may add it"
                }
            };
            let (mut wrong, mut lacking) = (Vec::new(), Vec::new());
            for violation in structure {
                // What counts only for a whole manifest is something that is not there.
                let may_come = match violation.lacking.as_deref() {
                    Some(what) => covers(what),
                    None => covers("") && !certain.contains(&violation),
                };
                if may_come { lacking.push(violation) } else { wrong.push(violation) }
            }
            for violation in meaning {
                let may_come = violation.lacking.as_deref().is_some_and(covers);
                if may_come { lacking.push(violation) } else { wrong.push(violation) }
            }
            for violation in &mut lacking {
                let help = violation.help.take().map(|help| format!("{help}; ")).unwrap_or_default();
                violation.help = Some(format!("{help}{why}"));
            }
            Ok((wrong, lacking))
        }
    }
}

/// A kustomization of one side of a change.
fn kustomization(tree: &dyn Surroundings, path: &str) -> Result<Option<Node>, TreeError> {
    let Some(bytes) = read_if_small(tree, path)? else { return Ok(None) };
    let parsed = parse(Format::Yaml, &bytes, &ParseLimits::default());
    Ok(parsed.documents.into_iter().next().map(|document| document.root))
}

/// The paths in the repository that a kustomization points at, and as what.
fn targets(path: &str, node: Option<&Node>) -> Vec<(String, kustomize::Role)> {
    let references = node.map(|node| kustomize::references(path, node)).unwrap_or_default();
    let local = |reference: kustomize::Reference| match reference.target {
        kustomize::Target::Local(target) => Some((target, reference.role)),
        kustomize::Target::Remote(_)
        | kustomize::Target::Outside
        | kustomize::Target::Inline
        | kustomize::Target::Unknown => None,
    };
    references.into_iter().filter_map(local).collect()
}

impl Rule for KubernetesSchema {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.config.selection, name)
    }

    fn depends_on_tree(&self) -> bool {
        true
    }

    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let may_be_one = Format::from_name(file.format).is_some_and(Format::holds_manifests);
        if !selects(&self.config.selection, file, unit) || unit.unstated || !may_be_one {
            return Ok(());
        }
        let text = |key| unit.node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
            let violation = self.half_a_manifest(unit.node, text("apiVersion"), text("kind"));
            if let Some(violation) = violation.filter(|_| !file.template) {
                let mut finding = file.finding(ID, unit, violation);
                enforce(&mut finding, self.config.enforce);
                findings.push(finding);
            }
            return Ok(());
        };
        if file.template {
            findings.push(builtin::not_judged(&file.path, builtin::HELM_TEMPLATE));
            return Ok(());
        }
        let mut found = Vec::new();
        // The items of a list are units of their own.
        let is_list = kind.ends_with("List") && unit.node.get("items").is_some();
        match self.compare(scope, file, unit, api_version, kind)? {
            Compared::Nothing => {}
            Compared::Said { .. } if is_list => {}
            Compared::Refused(violation) => {
                let mut finding = file.finding(ID, unit, violation);
                match wholeness(scope, &file.path.to_text())? {
                    // A patch has the version of what it is merged into, which is told itself.
                    Wholeness::Patch => {}
                    // What nobody applies may be of any version.
                    Wholeness::Unused => {
                        finding.severity = Severity::Warn;
                        found.push(finding);
                    }
                    Wholeness::Whole | Wholeness::Completed(_) => found.push(finding),
                }
            }
            Compared::Unknown => {
                let message = format!("no definition of {} in the repository: not validated", shortened(kind, 60));
                let place = file.place(unit, &at("kind"));
                let mut finding = Finding::new(UNKNOWN, message).at(place);
                finding.severity = Severity::Info;
                finding.resource.clone_from(&unit.identity);
                found.push(finding);
            }
            Compared::Said { violations, warnings, ambiguous } => {
                found.extend(violations.into_iter().map(|violation| file.finding(ID, unit, violation)));
                let ambiguous = ambiguous.into_iter().filter(|_| file.format == "yaml");
                let warnings = warnings.into_iter().map(|violation| (ID, violation));
                found.extend(warnings.chain(ambiguous.map(|violation| (AMBIGUOUS, violation))).map(
                    |(id, violation)| {
                        let mut finding = file.finding(id, unit, violation);
                        finding.severity = Severity::Warn;
                        finding
                    },
                ));
            }
        }
        for mut finding in found {
            enforce(&mut finding, self.config.enforce);
            findings.push(finding);
        }
        Ok(())
    }

    /// What a kustomization takes may have to be whole when that changes what it makes of it.
    fn affected(
        &self,
        scope: &Scope<'_>,
        before: &dyn Surroundings,
        changes: &[Change],
    ) -> Result<Vec<RepoPath>, RuleError> {
        let mut affected = BTreeSet::new();
        let is_one = |change: &&Change| kustomize::NAMES.iter().any(|name| change.path.file_name() == name.as_bytes());
        for change in changes.iter().filter(is_one) {
            let path = change.path.to_text();
            let old = change.before.as_ref().map(|_| kustomization(before, &path)).transpose()?.flatten();
            let new = change.after.as_ref().map(|_| kustomization(scope.tree, &path)).transpose()?.flatten();
            let added = |node: &Option<Node>| node.as_ref().map(Added::by).unwrap_or_default();
            let all = added(&old) != added(&new);
            let (old, new) = (targets(&path, old.as_ref()), targets(&path, new.as_ref()));
            // A new image or replica count makes no other manifest of what it takes.
            for (target, role) in old.iter().chain(&new) {
                if !all && old.contains(&(target.clone(), *role)) && new.contains(&(target.clone(), *role)) {
                    continue;
                }
                match scope.tree.at(target)? {
                    Some(At::File) => affected.extend([target.clone()]),
                    Some(At::Folder) => {
                        let kustomized = scope.tree.kustomized()?;
                        let inner = kustomize::NAMES.iter().map(|name| RepoPath::new(target.as_str()).join(name));
                        affected.extend(inner.flat_map(|inner| kustomized.taken_by(&inner.to_text())));
                    }
                    Some(At::Elsewhere) | None => {}
                }
            }
        }
        Ok(affected.into_iter().map(RepoPath::new).collect())
    }
}
