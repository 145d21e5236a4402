//! Schemas made by hand, and how tests ask.

use super::{Context, Definitions, validate};
use crate::{
    document::{
        Node, ParseLimits, Parsed, Value, Violation,
        format::{Format as Syntax, parse},
    },
    kubernetes::schema::{Accepts, Format, Link, ListKind, Others, Property, Schema},
};

/// Definitions by their place in a list.
pub(crate) struct Known(pub(crate) Vec<Schema>);

impl Definitions for Known {
    fn get(&self, number: u16) -> Option<&Schema> {
        self.0.get(usize::from(number))
    }
}

pub(crate) const METADATA: u16 = 0;
pub(crate) const CONTAINER: u16 = 1;
pub(crate) const ENDLESS: u16 = 2;

/// A schema of Kubernetes' own: `null` is absent.
pub(crate) fn of(accepts: Accepts) -> Schema {
    Schema { accepts, others: Others::Refused, ..Schema::anything() }
}

pub(crate) fn inline(schema: Schema) -> Link {
    Link::Inline(Box::new(schema))
}

pub(crate) fn object(required: &[&'static str], properties: Vec<(&'static str, Link)>) -> Schema {
    let mut required: Vec<_> = required.iter().map(|name| (*name).into()).collect();
    required.sort_unstable();
    let mut properties: Vec<_> =
        properties.into_iter().map(|(name, schema)| Property { name: name.into(), schema }).collect();
    properties.sort_by(|a, b| a.name.cmp(&b.name));
    Schema { required, properties, nullable: false, ..of(Accepts::Object) }
}

pub(crate) fn list(items: Link, kind: ListKind) -> Schema {
    Schema { items: Some(items), list: kind, ..of(Accepts::Array) }
}

pub(crate) fn each(link: Link) -> Schema {
    Schema { others: Others::Each(link), ..of(Accepts::Object) }
}

pub(crate) fn string() -> Link {
    inline(of(Accepts::String))
}

pub(crate) fn int32() -> Link {
    inline(Schema { format: Some(Format::Int32), ..of(Accepts::Integer) })
}

fn with_format(format: Format) -> Link {
    inline(Schema { format: Some(format), ..of(Accepts::String) })
}

fn choices(all: &[&str], default: Option<&str>) -> Link {
    let string = |text: &&str| Value::String((*text).to_owned());
    inline(Schema {
        choices: all.iter().map(string).collect(),
        default: default.as_ref().map(string),
        ..of(Accepts::String)
    })
}

fn strings() -> Link {
    inline(each(string()))
}

pub(crate) fn known() -> Known {
    let metadata = object(
        &[],
        vec![
            ("name", string()),
            ("generateName", string()),
            ("namespace", string()),
            ("labels", strings()),
            ("annotations", strings()),
            ("creationTimestamp", with_format(Format::DateTime)),
            ("finalizers", inline(list(string(), ListKind::Set))),
        ],
    );
    let port = object(
        &["containerPort"],
        vec![
            ("containerPort", int32()),
            ("name", string()),
            ("protocol", choices(&["SCTP", "TCP", "UDP"], Some("TCP"))),
        ],
    );
    let resources = object(
        &[],
        vec![
            ("limits", inline(each(inline(of(Accepts::Quantity))))),
            ("requests", inline(each(inline(of(Accepts::Quantity))))),
        ],
    );
    let variable = object(&["name"], vec![("name", string()), ("value", string())]);
    let probe = object(&[], vec![("periodSeconds", int32()), ("port", inline(of(Accepts::IntOrString)))]);
    let mount = object(&["mountPath", "name"], vec![("mountPath", string()), ("name", string())]);
    let by_name = || ListKind::Map(vec!["name".into()]);
    let container = object(
        &["name"],
        vec![
            ("name", string()),
            ("image", string()),
            ("imagePullPolicy", choices(&["Always", "IfNotPresent", "Never"], None)),
            ("command", inline(list(string(), ListKind::Atomic))),
            ("args", inline(list(string(), ListKind::Atomic))),
            ("tty", inline(of(Accepts::Boolean))),
            ("env", inline(list(inline(variable), by_name()))),
            ("livenessProbe", inline(probe)),
            ("resources", inline(resources)),
            ("ports", inline(list(inline(port), ListKind::Map(vec!["containerPort".into(), "protocol".into()])))),
            ("volumeMounts", inline(list(inline(mount), ListKind::Map(vec!["mountPath".into()])))),
        ],
    );
    let endless = object(
        &[],
        vec![("next", Link::Definition(ENDLESS)), ("all", inline(list(Link::Definition(ENDLESS), ListKind::Atomic)))],
    );
    Known(vec![metadata, container, endless])
}

/// Shaped as a `Deployment`.
pub(crate) fn deployment() -> Schema {
    let volume = object(&["name"], vec![("name", string()), ("emptyDir", inline(of(Accepts::Object)))]);
    let containers = || inline(list(Link::Definition(CONTAINER), ListKind::Map(vec!["name".into()])));
    let pod = object(
        &["containers"],
        vec![
            ("containers", containers()),
            ("initContainers", containers()),
            ("restartPolicy", string()),
            ("volumes", inline(list(inline(volume), ListKind::Map(vec!["name".into()])))),
        ],
    );
    let template = object(&[], vec![("metadata", Link::Definition(METADATA)), ("spec", inline(pod))]);
    let selector = object(&[], vec![("matchLabels", strings()), ("matchExpressions", inline(of(Accepts::Array)))]);
    let spec = object(
        &["selector", "template"],
        vec![
            ("replicas", int32()),
            ("revisionHistoryLimit", int32()),
            ("selector", inline(selector)),
            ("template", inline(template)),
        ],
    );
    let status = object(&[], vec![("replicas", int32())]);
    object(
        &[],
        vec![
            ("apiVersion", string()),
            ("kind", string()),
            ("metadata", Link::Definition(METADATA)),
            ("spec", inline(spec)),
            ("status", inline(status)),
        ],
    )
}

/// Shaped as a `Secret`.
pub(crate) fn secret() -> Schema {
    object(
        &[],
        vec![
            ("apiVersion", string()),
            ("kind", string()),
            ("metadata", Link::Definition(METADATA)),
            ("data", inline(each(with_format(Format::Byte)))),
            ("stringData", strings()),
            ("immutable", inline(of(Accepts::Boolean))),
        ],
    )
}

#[track_caller]
pub(crate) fn read(text: &str) -> Parsed {
    let parsed = parse(Syntax::Yaml, text.as_bytes(), &ParseLimits::default());
    assert_eq!(parsed.problems, [], "{text}");
    parsed
}

pub(crate) fn root(parsed: &Parsed) -> &Node {
    &parsed.documents[0].root
}

/// What a test sees of violations: route, message, help.
pub(crate) fn told(violations: Vec<Violation>) -> Vec<String> {
    violations
        .into_iter()
        .map(|violation| {
            let related = violation.related.map(|(route, label)| format!(" [{route} {label}]")).unwrap_or_default();
            let help = violation.help.map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{}: {}{related}{help}", violation.route, violation.message)
        })
        .collect()
}

/// What is wrong with a text, as `change` makes the context.
#[track_caller]
pub(crate) fn wrong_in(schema: &Schema, text: &str, change: impl FnOnce(&mut Context<'_>)) -> Vec<String> {
    let parsed = read(text);
    let known = known();
    let mut context = Context {
        definitions: &known,
        source: &parsed.source,
        partial: false,
        metadata: Some(&known.0[0]),
        secret: false,
        templated: false,
    };
    change(&mut context);
    told(validate(schema, root(&parsed), &context))
}

#[track_caller]
pub(crate) fn wrong(schema: &Schema, text: &str) -> Vec<String> {
    wrong_in(schema, text, |_| {})
}
