//! Manifests that the Kubernetes API would not take as they are: an entry of `rules` with
//! `schema: kubernetes`.

use super::{FileText, Rule, RuleError, Scope, Wholeness, builtin, enforce, selects, selects_ref};
use crate::{
    config::RuleConfig,
    document::{Node, Route, Step, Unit, Violation},
    git::RefName,
    gitops::{TreeError, recognise},
    kubernetes::{
        Version,
        builtin::{Field, Lookup, definition, lookup, number_of},
        crd, meaning,
        schema::Schema,
        validate::{Context, Definitions, ambiguous, validate},
    },
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
                None => return Ok(Compared::Nothing),
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
                let said = |context: &Context<'_>| {
                    let mut said = validate(&one.schema, unit.node, context);
                    said.extend(meaning::check_custom(unit.node, context));
                    said
                };
                let (violations, warnings) = weighed(scope, file, &said, &context)?;
                let ambiguous = ambiguous(&one.schema, unit.node, &whole);
                return Ok(Compared::Said { violations, warnings, ambiguous });
            }
        };
        let said = |context: &Context<'_>| {
            let mut said = validate(schema, unit.node, context);
            let in_status = |violation: &Violation| violation.route.0.first() == at("status").0.first();
            if !context.partial && said.iter().any(in_status) {
                // Nobody writes a whole status: the server has its own.
                let certain = validate(schema, unit.node, &Context { partial: true, ..*context });
                said.retain(|violation| !in_status(violation) || certain.contains(violation));
            }
            said.extend(meaning::check(api_version, kind, unit.node, context));
            if kind == "CustomResourceDefinition"
                && !context.partial
                && said.is_empty()
                && let Err(unreadable) = crd::read(unit.node)
            {
                said.push(Violation::of_value(unreadable.route, unreadable.reason));
            }
            said
        };
        let (violations, warnings) = weighed(scope, file, &said, &context)?;
        Ok(Compared::Said { violations, warnings, ambiguous: ambiguous(schema, unit.node, &whole) })
    }

    /// What is wrong with what lacks one of the two fields that make a manifest one, but can be
    /// nothing else.
    fn half_a_manifest(&self, node: &Node, api_version: Option<&str>, kind: Option<&str>) -> Option<Violation> {
        node.get("metadata")?.get("name")?.as_str()?;
        let missing = |key: &str, help: Option<String>| {
            let violation = Violation::of_value(Route::default(), format!("the manifest has no `{key}`"));
            Violation { help, ..violation }
        };
        match (api_version, kind) {
            (None, Some(kind)) if node.get("apiVersion").is_none() => match lookup(self.types.0, "v1", kind) {
                Lookup::Known(_) => Some(missing("apiVersion", Some("add `apiVersion: v1`".to_owned()))),
                Lookup::Unknown(unknown) if unknown.field == Field::ApiVersion => {
                    Some(missing("apiVersion", unknown.help))
                }
                Lookup::Unknown(_) | Lookup::Foreign => None,
            },
            (Some(api_version), None) if node.get("kind").is_none() && api_version != "v1" => {
                match lookup(self.types.0, api_version, "") {
                    Lookup::Unknown(_) => Some(missing("kind", None)),
                    Lookup::Known(_) | Lookup::Foreign => None,
                }
            }
            (_, _) => None,
        }
    }
}

/// The route to a field of a manifest itself.
fn at(key: &str) -> Route {
    Route(vec![Step::Key(key.to_owned())])
}

/// What is wrong with a manifest, and what may be: a kustomization may add what one of its manifests
/// lacks, and a patch lacks most. Who takes the file is asked only where it matters.
fn weighed<'a>(
    scope: &Scope<'_>,
    file: &FileText,
    said: &dyn Fn(&Context<'a>) -> Vec<Violation>,
    context: &dyn Fn(bool) -> Context<'a>,
) -> Result<(Vec<Violation>, Vec<Violation>), TreeError> {
    let all = said(&context(false));
    if all.is_empty() {
        return Ok((all, Vec::new()));
    }
    match scope.tree.kustomized()?.wholeness(&file.path.to_text()) {
        Wholeness::Whole => Ok((all, Vec::new())),
        Wholeness::Patch => Ok((said(&context(true)), Vec::new())),
        Wholeness::Completed => {
            let certain = said(&context(true));
            let rest = all.into_iter().filter(|violation| !certain.contains(violation)).collect();
            Ok((certain, rest))
        }
    }
}

/// Whether some of it is encrypted: what stands there is not what is applied.
fn is_encrypted(node: &Node) -> bool {
    node.get("sops").is_some_and(|sops| sops.get("mac").is_some())
}

impl Rule for KubernetesSchema {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.config.selection, name)
    }

    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        if !selects(&self.config.selection, &file.path, unit) || unit.unstated {
            return Ok(());
        }
        let text = |key| unit.node.get(key).and_then(Node::as_str);
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
        if is_encrypted(unit.node) {
            return Ok(());
        }
        let mut found = Vec::new();
        // The items of a list are units of their own.
        let is_list = kind.ends_with("List") && unit.node.get("items").is_some();
        match self.compare(scope, file, unit, api_version, kind)? {
            Compared::Nothing => {}
            Compared::Said { .. } if is_list => {}
            Compared::Refused(violation) => found.push(file.finding(ID, unit, violation)),
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
}
