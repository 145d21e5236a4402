//! What the table says, against what was put in.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::super::table::EMBEDDED;
use super::super::{Lookup, Version, definition, lookup, number_of};
use super::{links, named, version};
use crate::document::{Number, Value};
use crate::kubernetes::schema::{Accepts, Format, Link, ListKind, Others, Schema};

#[test]
fn every_api_is_found_where_it_is() {
    let mut known = 0;
    for api in EMBEDDED.apis() {
        for version in Version::all() {
            match lookup(version, api.group_version, api.kind) {
                Lookup::Known(number) => {
                    known += 1;
                    assert!(api.is_in(version), "{version} {api:?}");
                    let schema = definition(version, number).unwrap();
                    assert!(schema.property("kind").is_some(), "{version} {api:?}");
                }
                Lookup::Unknown(_) => assert!(!api.is_in(version), "{version} {api:?}"),
                Lookup::Foreign => panic!("{version} {api:?}"),
            }
        }
    }
    assert_eq!(known, 2_109);
}

#[test]
fn every_definition_decodes_and_every_link_leads_somewhere() {
    let mut decoded = 0;
    for version in Version::all() {
        for number in EMBEDDED.numbers() {
            let number = u16::try_from(number).unwrap();
            let Some(schema) = definition(version, number) else {
                assert_eq!(EMBEDDED.content_of(number.into(), version), None, "{number}");
                continue;
            };
            decoded += 1;
            let mut found = Vec::new();
            links(schema, &mut found);
            for link in found {
                if let Link::Definition(target) = link {
                    assert!(definition(version, *target).is_some(), "{version} {number} to {target}");
                }
            }
        }
    }
    assert_eq!(decoded, 8_446);
    assert_eq!(definition(Version::NEWEST, u16::MAX), None);
}

#[test]
fn every_name_has_its_number() {
    for number in EMBEDDED.numbers() {
        let name = EMBEDDED.name(number).unwrap();
        assert_eq!(number_of(&name).map(usize::from), Some(number), "{name}");
    }
    for none in ["", ".", "Pod", "io.k8s.api.core.v1.Pods", "io.k8s.api.core.v2.Pod", "io.k8s.api.core.v1.", "zz.Pod"] {
        assert_eq!(number_of(none), None, "{none}");
    }
}

/// The script that writes the table also writes what it put in, as text, and keeps the digest.
#[test]
fn all_of_it_reads_as_it_was_written() {
    let mut digest = Sha256::new();
    for version in Version::all() {
        for number in EMBEDDED.numbers() {
            if let Some(schema) = definition(version, u16::try_from(number).unwrap()) {
                let name = EMBEDDED.name(number).unwrap();
                digest.update(format!("{version} {number} {name} {}\n", told(schema)));
            }
        }
        for api in EMBEDDED.apis().filter(|api| api.is_in(version)) {
            digest.update(format!("{version} {} {} {}\n", api.group_version, api.kind, api.definition));
        }
    }
    let digest = digest.finalize().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    assert_eq!(digest, include_str!("../../../../data/kubernetes.bin.told.sha256").trim());
}

/// A schema as `scripts/kubernetes-schemas.py` tells it.
fn told(schema: &Schema) -> String {
    let link = |link: &Link| match link {
        Link::Inline(inner) => told(inner),
        Link::Definition(number) => format!("#{number}"),
    };
    let sort = match schema.accepts {
        Accepts::Anything => "anything",
        Accepts::Object => "object",
        Accepts::Array => "array",
        Accepts::String => "string",
        Accepts::Integer => "integer",
        Accepts::Number => "number",
        Accepts::Boolean => "boolean",
        Accepts::IntOrString => "int-or-string",
        Accepts::Quantity => "quantity",
    };
    let mut out = format!("({sort}{}", if schema.nullable { "?" } else { "" });
    for property in &schema.properties {
        let required = if schema.required.contains(&property.name) { "!" } else { "" };
        write!(out, " .{}{required}={}", property.name, link(&property.schema)).unwrap();
    }
    match &schema.others {
        Others::Refused => out.push_str(" refused"),
        Others::Kept => out.push_str(" kept"),
        Others::Each(each) => write!(out, " each={}", link(each)).unwrap(),
    }
    if let Some(items) = &schema.items {
        write!(out, " items={}", link(items)).unwrap();
        match &schema.list {
            ListKind::Atomic => out.push_str(" atomic"),
            ListKind::Set => out.push_str(" set"),
            ListKind::Map(keys) => write!(out, " map {}", keys.join(" ")).unwrap(),
        }
    }
    if !schema.choices.is_empty() {
        let choices: Vec<&str> = schema.choices.iter().map(text).collect();
        write!(out, " choices={}", serde_json::to_string(&choices).unwrap()).unwrap();
    }
    match &schema.format {
        None => {}
        Some(Format::Int32) => out.push_str(" format=int32"),
        Some(Format::Int64) => out.push_str(" format=int64"),
        Some(Format::Byte) => out.push_str(" format=byte"),
        Some(Format::DateTime) => out.push_str(" format=date-time"),
        Some(Format::Other(name)) => write!(out, " format={name}").unwrap(),
        Some(Format::Date | Format::Duration) => panic!("not in the table"),
    }
    match &schema.default {
        None => {}
        Some(Value::Bool(value)) => write!(out, " default={value}").unwrap(),
        Some(Value::Number(number)) => write!(out, " default={number}").unwrap(),
        Some(other) => write!(out, " default={}", serde_json::to_string(text(other)).unwrap()).unwrap(),
    }
    out + ")"
}

fn text(value: &Value) -> &str {
    match value {
        Value::String(text) => text,
        other => panic!("{other:?}"),
    }
}

fn inline<'a>(schema: &'a Schema, name: &str) -> &'a Schema {
    match schema.property(name).unwrap() {
        Link::Inline(inner) => inner,
        Link::Definition(number) => panic!("{name} is definition {number}"),
    }
}

fn target(schema: &Schema, name: &str) -> String {
    match schema.property(name).unwrap() {
        Link::Inline(inner) => panic!("{name} is {inner:?}"),
        Link::Definition(number) => EMBEDDED.name((*number).into()).unwrap(),
    }
}

// What follows was read off the JSON by hand.

#[test]
fn a_container() {
    let container = named("1.36", "io.k8s.api.core.v1.Container");
    assert_eq!((container.accepts, container.nullable), (Accepts::Object, true));
    assert_eq!(container.others, Others::Refused);
    let names: Vec<&str> = container.properties.iter().map(|property| property.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "args",
            "command",
            "env",
            "envFrom",
            "image",
            "imagePullPolicy",
            "lifecycle",
            "livenessProbe",
            "name",
            "ports",
            "readinessProbe",
            "resizePolicy",
            "resources",
            "restartPolicy",
            "restartPolicyRules",
            "securityContext",
            "startupProbe",
            "stdin",
            "stdinOnce",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "tty",
            "volumeDevices",
            "volumeMounts",
            "workingDir",
        ]
    );
    assert_eq!(container.required, ["image", "name"]);
    assert!(!inline(container, "name").nullable);
    assert!(inline(container, "image").nullable);
    let ports = inline(container, "ports");
    assert_eq!(ports.accepts, Accepts::Array);
    assert_eq!(ports.list, ListKind::Map(vec!["containerPort".into(), "protocol".into()]));
    assert_eq!(inline(container, "command").list, ListKind::Atomic);
    let policies: Vec<&str> = inline(container, "imagePullPolicy").choices.iter().map(text).collect();
    assert_eq!(policies, ["", "Always", "IfNotPresent", "Never"]);
    assert_eq!(target(container, "livenessProbe"), "io.k8s.api.core.v1.Probe");
    assert!(named("1.25", "io.k8s.api.core.v1.Container").property("resizePolicy").is_none());
    let port = named("1.36", "io.k8s.api.core.v1.ContainerPort");
    assert_eq!(inline(port, "protocol").default, Some(Value::String("TCP".to_owned())));
}

#[test]
fn the_spec_of_a_deployment() {
    let spec = named("1.30", "io.k8s.api.apps.v1.DeploymentSpec");
    assert_eq!(spec.required, ["selector", "template"]);
    assert_eq!(spec.properties.len(), 8);
    let replicas = inline(spec, "replicas");
    assert_eq!((replicas.accepts, &replicas.format), (Accepts::Integer, &Some(Format::Int32)));
    assert_eq!(inline(spec, "paused").accepts, Accepts::Boolean);
    assert_eq!(target(spec, "selector"), "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector");
    assert_eq!(target(spec, "template"), "io.k8s.api.core.v1.PodTemplateSpec");
    let rolling = named("1.30", "io.k8s.api.apps.v1.RollingUpdateDeployment");
    assert_eq!(target(rolling, "maxSurge"), "io.k8s.apimachinery.pkg.util.intstr.IntOrString");
}

#[test]
fn the_metadata_of_an_object() {
    let metadata = named("1.25", "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    assert!(metadata.required.is_empty());
    let labels = inline(metadata, "labels");
    assert!(
        matches!(&labels.others, Others::Each(Link::Inline(value)) if value.accepts == Accepts::String && value.nullable)
    );
    assert_eq!(inline(metadata, "finalizers").accepts, Accepts::Array);
    assert_eq!(target(metadata, "creationTimestamp"), "io.k8s.apimachinery.pkg.apis.meta.v1.Time");
    let time = named("1.25", "io.k8s.apimachinery.pkg.apis.meta.v1.Time");
    assert_eq!((time.accepts, time.nullable, &time.format), (Accepts::String, true, &Some(Format::DateTime)));
    assert_eq!(named("1.25", "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1").others, Others::Kept);
}

#[test]
fn the_port_of_a_service() {
    let port = named("1.37", "io.k8s.api.core.v1.ServicePort");
    assert_eq!(port.required, ["port"]);
    assert_eq!((inline(port, "port").accepts, inline(port, "port").nullable), (Accepts::Integer, false));
    assert_eq!(inline(port, "protocol").default, Some(Value::String("TCP".to_owned())));
    assert_eq!(target(port, "targetPort"), "io.k8s.apimachinery.pkg.util.intstr.IntOrString");
    let spec = named("1.37", "io.k8s.api.core.v1.ServiceSpec");
    assert_eq!(inline(spec, "ports").list, ListKind::Map(vec!["port".into(), "protocol".into()]));
    assert_eq!(
        inline(spec, "type").choices.iter().map(text).collect::<Vec<_>>(),
        ["", "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
    );
}

#[test]
fn sorts_of_their_own() {
    let of = |name| named("1.36", name);
    assert_eq!(of("io.k8s.apimachinery.pkg.api.resource.Quantity").accepts, Accepts::Quantity);
    assert_eq!(of("io.k8s.apimachinery.pkg.util.intstr.IntOrString").accepts, Accepts::IntOrString);
    assert_eq!(of("io.k8s.apimachinery.pkg.runtime.RawExtension").others, Others::Kept);
    let json = of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON");
    assert_eq!((json.accepts, json.nullable), (Accepts::Anything, true));
    let secret = of("io.k8s.api.core.v1.Secret");
    assert!(
        matches!(&inline(secret, "data").others, Others::Each(Link::Inline(value)) if value.format == Some(Format::Byte))
    );
    let props = of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
    assert_eq!(inline(props, "maximum").format, Some(Format::Other("double".to_owned())));
    assert_eq!(props.others, Others::Refused);
    let limit = named("1.37", "io.k8s.api.certificates.v1.PodCertificateRequestSpec");
    assert_eq!(inline(limit, "maxExpirationSeconds").default, Some(Value::Number(Number::Int(86_400))));
}

#[test]
fn choices_change_with_versions() {
    let has_gt = |text| {
        let toleration = named(text, "io.k8s.api.core.v1.Toleration");
        inline(toleration, "operator").choices.contains(&Value::String("Gt".to_owned()))
    };
    assert!(!has_gt("1.34"));
    assert!(has_gt("1.35"));
    // A phase is reported by the cluster, and what a user says of it is dropped.
    assert!(inline(named("1.36", "io.k8s.api.core.v1.PodStatus"), "phase").choices.is_empty());
    // Which API a volume claim in a stateful set names is not looked at.
    assert!(inline(named("1.36", "io.k8s.api.core.v1.PersistentVolumeClaim"), "kind").choices.is_empty());
}

#[test]
fn versions_that_say_the_same_share_a_schema() {
    let rule = |text| named(text, "io.k8s.api.rbac.v1.RoleRef");
    assert!(std::ptr::eq(rule("1.30"), rule("1.31")));
}

/// Prints how long the first object takes, and how many definitions it leads to.
#[test]
#[ignore = "a measurement: run alone, with --release and --nocapture"]
fn the_first_object() {
    let start = std::time::Instant::now();
    let Lookup::Known(root) = lookup(version("1.36"), "apps/v1", "Deployment") else { panic!("no Deployment") };
    let found = start.elapsed();
    let (mut seen, mut open) = (BTreeSet::from([root]), vec![root]);
    while let Some(number) = open.pop() {
        let mut out = Vec::new();
        links(definition(version("1.36"), number).unwrap(), &mut out);
        for link in out {
            if let Link::Definition(target) = link
                && seen.insert(*target)
            {
                open.push(*target);
            }
        }
    }
    println!("lookup {found:?}, all {:?}, {} definitions", start.elapsed(), seen.len());
    let start = std::time::Instant::now();
    for _ in 0..100_000 {
        assert!(matches!(lookup(version("1.36"), "apps/v1", "Deployment"), Lookup::Known(_)));
    }
    println!("100,000 more lookups {:?}", start.elapsed());
    let start = std::time::Instant::now();
    for _ in 0..1_000 {
        assert!(matches!(lookup(version("1.36"), "v1", "Somethingelse"), Lookup::Foreign));
    }
    println!("1,000 lookups of what may be a slip {:?}", start.elapsed());
    let start = std::time::Instant::now();
    for _ in 0..1_000 {
        assert!(matches!(lookup(version("1.36"), "argoproj.io/v1alpha1", "Application"), Lookup::Foreign));
    }
    println!("1,000 lookups of a custom resource {:?}", start.elapsed());
}
