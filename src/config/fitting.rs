//! Whether a rule over fields can ever meet what it is about: a path that leads nowhere, a kind that is not there and a
//! transition that the type cannot make look exactly like rules that are kept.

use super::decode::Decoder;
use super::field_path::{FieldPath, Part};
use super::fields::Fields;
use super::model::{Catalogue, FieldMatch, FieldRule, Motion, Transition};
use super::problem::ConfigProblem;
use super::words::nearest;
use crate::document::{Node, Span};
use crate::kubernetes::builtin::{Version, definition, definitions_of, had_kind, kinds_of};
use crate::kubernetes::schema::{Accepts, Link, Others, Schema};

/// Kinds of Kubernetes' own that have no namespace.
const WITHOUT_NAMESPACE: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "StorageVersion",
    "StorageVersionMigration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// Notes what can never match, or never hold. `fields` are those of the entry.
pub(super) fn check(decoder: &mut Decoder<'_>, fields: &Fields<'_>, rule: &FieldRule) {
    let places = Places::of(fields);
    selection(decoder, fields, &rule.selection);
    for kind in &rule.selection.kinds {
        let definitions = definitions_of(rule.selection.group.as_deref(), kind);
        if definitions.is_empty() {
            continue;
        }
        let reached = Reached::of(&definitions, rule.path.parts());
        let Some(problem) = reached.problem(kind, rule.selection.group.is_some()) else {
            below(decoder, &places, rule, kind, &reached);
            continue;
        };
        decoder.note(ConfigProblem::new(places.path, problem.0).help(problem.1));
    }
}

/// Notes what of `match` a catalogue can never meet.
pub(super) fn catalogue(decoder: &mut Decoder<'_>, fields: &Fields<'_>, catalogue: Catalogue, matched: &FieldMatch) {
    selection(decoder, fields, matched);
    let is_of_tool = |group: &str| matches!(group, "ansible" | "cloudformation" | "compose" | "terraform");
    let (Some(group), Some((_, entry))) = (matched.group.as_deref(), fields.find("match")) else { return };
    let fits = match catalogue {
        Catalogue::Kubernetes => !is_of_tool(group),
        Catalogue::CloudFormation | Catalogue::Terraform => group == catalogue.name(),
    };
    if !fits {
        let span = span_of(&entry.value, "group", 0);
        let message = format!("nothing of the group `{group}` is in the catalogue `{catalogue}`");
        decoder.note(ConfigProblem::new(span, message).help("remove `group`"));
    }
}

/// Notes what is wrong with `match`, of a rule or a catalogue.
fn selection(decoder: &mut Decoder<'_>, fields: &Fields<'_>, selection: &FieldMatch) {
    let Some(written) = fields.find("match").map(|(_, entry)| &entry.value) else { return };
    let group = selection.group.as_deref();
    for (index, kind) in selection.kinds.iter().enumerate() {
        let Some(group) = group else { continue };
        let known = kinds_of(group);
        if known.is_empty() || known.contains(&kind.as_str()) || kind.ends_with("List") || had_kind(group, kind) {
            continue;
        }
        let span = span_of(written, "kind", index);
        let of = if group.is_empty() { "the core group".to_owned() } else { format!("`{group}`") };
        let problem = ConfigProblem::new(span, format!("`{kind}` is no kind of {of}, so nothing would be enforced"));
        let elsewhere = || definitions_of(None, kind).is_empty();
        decoder.note(problem.help(match nearest_kind(kind, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if !elsewhere() => "it is a kind of another group".to_owned(),
            None if known.len() <= 8 => format!("it has {}", super::words::listed(known)),
            None => "it has no such kind in any version".to_owned(),
        }));
    }
    let has_none =
        |kind: &String| WITHOUT_NAMESPACE.contains(&kind.as_str()) && !definitions_of(group, kind).is_empty();
    if let Some(namespace) = &selection.namespace
        && !selection.kinds.is_empty()
        && selection.kinds.iter().all(has_none)
        && !namespace.matches(b"")
    {
        let kinds = super::words::listed(selection.kinds.iter().map(String::as_str));
        let problem = ConfigProblem::new(
            span_of(written, "namespace", 0),
            format!("{kinds} has no namespace, so nothing would be enforced"),
        );
        decoder.note(problem.help("remove `namespace`"));
    }
}

fn nearest_kind<'k>(kind: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = kind.to_ascii_lowercase();
    // Short names are like many words.
    let most = if kind.len() > 5 { 2 } else { 1 };
    known
        .iter()
        .map(|known| (strsim::osa_distance(&known.to_ascii_lowercase(), &lower), *known))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, known)| known)
}

/// Where an item of a key is written.
fn span_of(node: &Node, key: &str, index: usize) -> Span {
    let Some(value) = node.get(key) else { return node.span };
    value.as_sequence().and_then(|items| items.get(index)).map_or(value.span, |item| item.span)
}

/// Where the parts of an entry are written.
struct Places {
    path: Span,
    transition: Span,
    only: Vec<Span>,
}

impl Places {
    fn of(fields: &Fields<'_>) -> Self {
        let value = |name| fields.find(name).map(|(_, entry)| &entry.value);
        let span = |node: Option<&Node>| node.map(|node| node.span).unwrap_or_default();
        let only = value("transition").and_then(|transition| transition.get("only"));
        let only = only.map(|only| match only.as_sequence() {
            Some(items) => items.iter().map(|item| item.span).collect(),
            None => vec![only.span],
        });
        Self { path: span(value("path")), transition: span(value("transition")), only: only.unwrap_or_default() }
    }
}

/// Notes what the field cannot do.
fn below(decoder: &mut Decoder<'_>, places: &Places, rule: &FieldRule, kind: &str, reached: &Reached) {
    if let Transition::Only(fields) = &rule.transition {
        for (field, span) in fields.iter().zip(&places.only) {
            let parts: Vec<Part> = rule.path.parts().iter().chain(field.parts()).cloned().collect();
            let below = Reached::of(&definitions_of(rule.selection.group.as_deref(), kind), &parts);
            if let Some((message, help)) = below.problem(kind, rule.selection.group.is_some()) {
                decoder.note(ConfigProblem::new(*span, message).help(help));
            }
        }
    }
    let Some(types) = &reached.types else { return };
    let Some(found) = types
        .iter()
        .find_map(|found| name_of(*found))
        .filter(|_| types.iter().all(|found| !can(&rule.transition, *found)))
    else {
        return;
    };
    let (said, help) = match &rule.transition {
        Transition::Motion(motion) => (motion.name(), "write `immutable`, `set-once` or `keep`"),
        Transition::Only(_) => ("only", "it is for mappings and lists: write `immutable`"),
        Transition::States(_) => ("states", "a state is a single value: name the field that holds it"),
    };
    let message = format!("`{}` of {kind} is {found}: `{said}` says nothing about it", rule.path);
    decoder.note(ConfigProblem::new(places.transition, message).help(help));
}

/// Whether a value of this type can go through a transition, other than by being left alone.
fn can(transition: &Transition, accepts: Accepts) -> bool {
    let is_collection = match accepts {
        Accepts::Anything => return true,
        Accepts::Object | Accepts::Array => true,
        Accepts::String
        | Accepts::Integer
        | Accepts::Number
        | Accepts::Boolean
        | Accepts::IntOrString
        | Accepts::Quantity => false,
    };
    match transition {
        Transition::Motion(Motion::Immutable | Motion::SetOnce | Motion::Keep) => true,
        Transition::Motion(Motion::GrowOnly | Motion::ShrinkOnly) => accepts != Accepts::Boolean,
        Transition::Motion(Motion::AddOnly | Motion::RemoveOnly) | Transition::Only(_) => is_collection,
        Transition::States(_) => !is_collection,
    }
}

fn name_of(accepts: Accepts) -> Option<&'static str> {
    match accepts {
        Accepts::Anything => None,
        Accepts::Object => Some("a mapping"),
        Accepts::Array => Some("a list"),
        Accepts::String => Some("a string"),
        Accepts::Integer | Accepts::Number => Some("a number"),
        Accepts::Boolean => Some("a boolean"),
        Accepts::IntOrString => Some("a number or string"),
        Accepts::Quantity => Some("a quantity"),
    }
}

/// Where a path leads in a kind, over all versions of it.
struct Reached {
    /// The types found at its end; `None` where anything can be there.
    types: Option<Vec<Accepts>>,
    /// How it went astray in the newest version, where it leads nowhere in any.
    astray: Option<Astray>,
}

/// What a path has that is not there.
struct Astray {
    /// The path up to there.
    path: String,
    /// The key that is wrong, if it is a key.
    key: Option<String>,
    /// What stands before it.
    accepts: Accepts,
    /// What could stand there.
    known: Vec<String>,
}

impl Reached {
    fn of(definitions: &[u16], parts: &[Part]) -> Self {
        let (mut types, mut is_free, mut astray) = (Vec::new(), false, None);
        for version in Version::all() {
            for number in definitions {
                let Some(schema) = definition(version, *number) else { continue };
                match follow(version, schema, parts) {
                    Ok(Some(accepts)) if !types.contains(&accepts) => types.push(accepts),
                    Ok(Some(_)) => {}
                    Ok(None) => is_free = true,
                    Err(wrong) => astray = Some(wrong),
                }
            }
        }
        let leads_on = is_free || !types.is_empty();
        Self { types: (!is_free).then_some(types), astray: astray.filter(|_| !leads_on) }
    }

    /// What to say of a path that leads nowhere, and what to do. Where the group is not said, another one may have the kind
    /// as well: then only what is nearly right is told.
    fn problem(&self, kind: &str, is_sure: bool) -> Option<(String, String)> {
        let Astray { path, key, accepts, known } = self.astray.as_ref()?;
        let near = key.as_ref().and_then(|key| nearest(key, known.iter().map(String::as_str)));
        let help = match (near, accepts) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Accepts::Array) => "it is a list: write `[*]` for its items".to_owned(),
            (None, _) if !is_sure => return None,
            (None, Accepts::Object) if !known.is_empty() => {
                let more = if known.len() > 12 { " and more" } else { "" };
                format!("there is {}{more}", super::words::listed(known.iter().take(12).map(String::as_str)))
            }
            (None, _) => "nothing is below it".to_owned(),
        };
        Some((format!("{kind} has no field `{path}`, so nothing would be enforced"), help))
    }
}

/// Follows a path; `None` where anything can be at its end.
fn follow(version: Version, schema: &Schema, parts: &[Part]) -> Result<Option<Accepts>, Astray> {
    let Some((first, _)) = parts.split_first() else { return Ok(Some(schema.accepts)) };
    follow_on(version, schema, parts, first, 0)
}

fn follow_on(
    version: Version,
    schema: &Schema,
    parts: &[Part],
    part: &Part,
    at: usize,
) -> Result<Option<Accepts>, Astray> {
    let astray = || {
        let path: Vec<Part> = parts.iter().take(at + 1).cloned().collect();
        let key = match part {
            Part::Key(key) => Some(key.clone()),
            Part::Index(_) | Part::Each => None,
        };
        let known = schema.properties.iter().map(|property| property.name.to_string()).collect();
        Astray { path: FieldPath::from(path).to_string(), key, accepts: schema.accepts, known }
    };
    let link = match (schema.accepts, part) {
        (Accepts::Anything, _) => return Ok(None),
        (Accepts::Object, Part::Key(key)) => match (schema.property(key), &schema.others) {
            (Some(link), _) | (None, Others::Each(link)) => link,
            (None, Others::Kept) => return Ok(None),
            (None, Others::Refused) => return Err(astray()),
        },
        (Accepts::Object, Part::Each) => match &schema.others {
            Others::Each(link) if schema.properties.is_empty() => link,
            // Every field of a type: whatever that is good for.
            Others::Each(_) | Others::Kept | Others::Refused => return Ok(None),
        },
        (Accepts::Array, Part::Each | Part::Index(_)) => match &schema.items {
            Some(link) => link,
            None => return Ok(None),
        },
        (Accepts::Object, Part::Index(_))
        | (Accepts::Array, Part::Key(_))
        | (
            Accepts::String
            | Accepts::Integer
            | Accepts::Number
            | Accepts::Boolean
            | Accepts::IntOrString
            | Accepts::Quantity,
            _,
        ) => return Err(astray()),
    };
    let schema = match link {
        Link::Inline(schema) => schema,
        Link::Definition(number) => match definition(version, *number) {
            Some(schema) => schema,
            None => return Ok(None),
        },
    };
    match parts.get(at + 1) {
        Some(next) => follow_on(version, schema, parts, next, at + 1),
        None if schema.accepts == Accepts::Anything => Ok(None),
        None => Ok(Some(schema.accepts)),
    }
}
