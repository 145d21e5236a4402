//! Secrets that a manifest says are secrets: values of a `Secret`, of a `secretGenerator`, and of
//! fields and variables with the name of one.

use std::borrow::Cow;

use super::{
    Found, HELP_SECRET, coding,
    config_file::{self, Holds},
    dummy::looks_random,
    in_text, name, pem,
    reference::{is_ciphertext, is_placeholder, is_protected},
    sops::Sops,
};
use crate::document::{Node, Route, Step, Unit, Value};

/// A value of a `Secret`.
const SECRET: &str = "kubernetes-secret";
/// A value of a generator of kustomize that makes a `Secret`.
const GENERATOR: &str = "secret-generator";
/// A field or a variable with the name of a secret.
const FIELD: &str = "secret-in-field";

/// The secrets that a unit holds, in the order of the text; `root` is the root of its document. In a
/// `Secret` everything counts that is not encrypted, a reference, or public by its nature; elsewhere
/// what has the name of a secret and looks random, and that is never certain. Routes begin at the unit.
#[must_use]
pub fn in_manifest(unit: &Unit<'_>, root: &Node) -> Vec<Found> {
    let mut found = Vec::new();
    let text = |key: &str| unit.node.get(key).and_then(Node::as_str);
    let avp = unit.node.get("metadata").and_then(|metadata| metadata.get("annotations")).is_some_and(has_avp);
    match unit.kind() {
        Some("Secret") if matches!(text("apiVersion"), None | Some("v1")) => {
            let reader = Reader { unit, sops: Sops::of(root), avp, partly: is_partly_encrypted(unit.node) };
            reader.secret(&mut found);
        }
        // Ciphertext, and schemas.
        Some("SealedSecret" | "CustomResourceDefinition") => {}
        Some(_) | None => {
            generators(unit.node, avp, &mut found);
            walk(unit.node, None, avp, &mut found);
        }
    }
    found.sort_by_key(|one| one.span);
    found
}

/// Whether a manifest asks argocd-vault-plugin for values.
fn has_avp(annotations: &Node) -> bool {
    annotations.get("avp.kubernetes.io/path").is_some()
}

/// Whether at least one value of a `Secret` is ciphertext.
fn is_partly_encrypted(node: &Node) -> bool {
    ["data", "stringData"].iter().filter_map(|key| node.get(key)).any(|values| match &values.value {
        Value::Mapping(entries) => entries.iter().any(|entry| entry.value.as_str().is_some_and(is_ciphertext)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => false,
    })
}

/// Reads one `Secret`.
struct Reader<'a> {
    unit: &'a Unit<'a>,
    sops: Option<Sops<'a>>,
    avp: bool,
    partly: bool,
}

impl Reader<'_> {
    fn secret(&self, found: &mut Vec<Found>) {
        for field in ["data", "stringData"] {
            let Some(Value::Mapping(entries)) = self.unit.node.get(field).map(|node| &node.value) else { continue };
            for entry in entries {
                let Some(written) = entry.value.as_str() else { continue };
                let Some(certain) = self.value(field, &entry.key, written) else { continue };
                let key = crate::text::shortened(&entry.key, 60);
                let secret = if field == "data" { decoded(written) } else { Cow::Borrowed(written) };
                let mut one = Found::new(
                    SECRET,
                    format!("the value of `{key}` in a Secret, not encrypted"),
                    entry.value.span,
                    &secret,
                    certain,
                );
                one.route = Some(Route(vec![Step::Key(field.to_owned()), Step::Key(entry.key.clone())]));
                HELP_SECRET.clone_into(&mut one.help);
                found.push(one);
            }
        }
        self.applied(found);
    }

    /// Whether a value is a secret in clear, and if so, whether that is certain.
    fn value(&self, field: &str, key: &str, written: &str) -> Option<bool> {
        if is_ciphertext(written.trim()) {
            return None;
        }
        let plain = if field == "data" { decoded(written) } else { Cow::Borrowed(written) };
        let certain = match self.unit.node.get("type").and_then(Node::as_str) {
            Some("kubernetes.io/dockerconfigjson" | "kubernetes.io/dockercfg") if key.starts_with(".docker") => {
                docker(&plain, self.avp)?
            }
            // Compressed, and written by Helm itself.
            Some("helm.sh/release.v1") => false,
            Some(_) | None => judge(key, &plain, self.avp)?,
        };
        // What SOPS was told to leave is in clear on purpose; what it should have encrypted was
        // added behind its back.
        let on_purpose = self.partly && self.sops.is_some_and(|sops| sops.covers(&self.keys(field, key)) != Some(true));
        Some(certain && !on_purpose)
    }

    fn keys<'k>(&'k self, field: &'k str, key: &'k str) -> Vec<&'k str> {
        let above = self.unit.route.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        above.chain([field, key]).collect()
    }

    /// `kubectl apply` keeps a copy of the manifest, with all its values, in an annotation.
    fn applied(&self, found: &mut Vec<Found>) {
        const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";
        let way = ["metadata", "annotations", ANNOTATION];
        let node = way.iter().try_fold(self.unit.node, |node, key| node.get(key));
        let Some((node, text)) = node.and_then(|node| Some((node, node.as_str()?))) else { return };
        let Ok(copy) = serde_json::from_str::<serde_json::Value>(text) else { return };
        let holds = ["data", "stringData"]
            .iter()
            .filter_map(|field| Some((*field, copy.get(field)?.as_object()?)))
            .any(|(field, values)| {
                values
                    .iter()
                    .any(|(key, value)| value.as_str().and_then(|value| self.value(field, key, value)) == Some(true))
            });
        if holds {
            let what = format!("a copy of the values of a Secret in the annotation `{ANNOTATION}`");
            let mut one = Found::new(SECRET, what, node.span, text, true);
            one.route = Some(Route(way.iter().map(|key| Step::Key((*key).to_owned())).collect()));
            "remove the annotation, and replace the secret by a new one: the push has sent this one already"
                .clone_into(&mut one.help);
            found.push(one);
        }
    }
}

/// What a value of `data` says; as it is written where it is no base64, or says no text.
fn decoded(written: &str) -> Cow<'_, str> {
    // Some tools put names in before anything is decoded.
    match coding::base64(written.trim()) {
        Some(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Borrowed(written),
        },
        None => Cow::Borrowed(written),
    }
}

fn docker(text: &str, avp: bool) -> Option<bool> {
    if serde_json::from_str::<serde_json::Value>(text).is_ok() {
        return config_file::docker_login(text).then_some(true);
    }
    if is_protected(text, avp) { None } else { Some(false) }
}

/// Whether a value of a `Secret` is a secret; `None` where it is none, `Some(false)` where it may be.
fn judge(key: &str, text: &str, avp: bool) -> Option<bool> {
    let trimmed = text.trim();
    let is_line = !trimmed.contains('\n') && !trimmed.starts_with('{');
    if is_public_key(trimmed) || (is_line && is_protected(trimmed, avp)) {
        return None;
    }
    let is_file = trimmed.starts_with('{') && !trimmed.starts_with("{{")
        || trimmed.contains('\n') && !trimmed.contains(pem::BEGIN)
        || name::is_config_file(key);
    if is_file && !is_whole_ciphertext(trimmed) {
        return match config_file::holds(trimmed) {
            Holds::References => None,
            Holds::Settings | Holds::Perhaps => (!trimmed.is_empty()).then_some(false),
            Holds::Secret => Some(true),
        };
    }
    if is_protected(trimmed, avp) {
        return None;
    }
    if in_text(trimmed).iter().any(|found| found.certain) {
        return Some(true);
    }
    let is_plain = trimmed.len() <= 5
        && (matches!(trimmed, "true" | "false") || trimmed.bytes().all(|byte| byte.is_ascii_digit()));
    if !name::is_secret(key) && (name::is_public(key) || is_plain) {
        // An address can be a secret by its path.
        let random = trimmed.contains("://") && trimmed.split(['/', '?', '=', '&']).any(looks_random);
        return random.then_some(false);
    }
    // Under a name that says nothing a plain word may be a setting.
    let certain = name::is_secret_in_secret(key) || looks_random(trimmed) || trimmed.contains(pem::BEGIN);
    Some(certain && !is_placeholder(trimmed) && !is_password_hash(trimmed))
}

/// Whether it is no password, but what one is checked with: it cannot be used, and can be guessed from.
fn is_password_hash(text: &str) -> bool {
    ["$2a$", "$2b$", "$2y$", "$argon2", "$1$", "$5$", "$6$", "$y$", "$apr1$", "{SSHA", "pbkdf2:", "$scrypt$"]
        .iter()
        .any(|start| {
            // `htpasswd` has the name of the user in front.
            text.starts_with(start) || text.split_once(':').is_some_and(|(_, hash)| hash.starts_with(start))
        })
}

/// Whether a text is encrypted from its first line on.
fn is_whole_ciphertext(text: &str) -> bool {
    text.starts_with('$') || text.starts_with("-----BEGIN ") || text.starts_with("age-encryption.org/")
}

/// Certificates, requests and public keys, and nothing else.
fn is_public_key(text: &str) -> bool {
    let in_pem = text.starts_with(pem::BEGIN) && !text.contains("PRIVATE KEY") && !text.contains("MESSAGE");
    let in_ssh =
        ["ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-", "sk-ssh-", "age1"].iter().any(|start| text.starts_with(start));
    in_pem || (in_ssh && !text.contains(pem::BEGIN))
}

/// `literals` of a `secretGenerator`. Files that it names are kept elsewhere, or judged themselves.
fn generators(node: &Node, avp: bool, found: &mut Vec<Found>) {
    let generators = node.get("secretGenerator").and_then(Node::as_sequence).unwrap_or_default();
    for (index, generator) in generators.iter().enumerate() {
        let literals = generator.get("literals").and_then(Node::as_sequence).unwrap_or_default();
        for (number, literal) in literals.iter().enumerate() {
            let Some((key, value)) = literal.as_str().and_then(|text| text.split_once('=')) else { continue };
            let Some(certain) = judge(key, value.trim_matches(['"', '\'']), avp) else { continue };
            let what = format!("the literal `{}` of a secretGenerator, not encrypted", crate::text::shortened(key, 60));
            let mut one = Found::new(GENERATOR, what, literal.span, value, certain);
            let key = |key: &str| Step::Key(key.to_owned());
            one.route =
                Some(Route(vec![key("secretGenerator"), Step::Index(index), key("literals"), Step::Index(number)]));
            "let the generator read a file that is encrypted in the repository (KSOPS) or made outside of it, and replace the secret by a new one"
                .clone_into(&mut one.help);
            found.push(one);
        }
    }
}

/// The way to a value, from the inside out, so that it costs nothing where nothing is found.
struct Way<'a> {
    above: Option<&'a Way<'a>>,
    step: Part<'a>,
}

enum Part<'a> {
    Key(&'a str),
    Index(usize),
}

impl Way<'_> {
    fn route(&self) -> Route {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(way) = here {
            steps.push(match way.step {
                Part::Key(key) => Step::Key(key.to_owned()),
                Part::Index(index) => Step::Index(index),
            });
            here = way.above;
        }
        steps.reverse();
        Route(steps)
    }
}

/// Looks at every field with a name, and every `name` with a `value` beside it.
fn walk(node: &Node, way: Option<&Way<'_>>, avp: bool, found: &mut Vec<Found>) {
    match &node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                let here = Way { above: way, step: Part::Key(&entry.key) };
                match (&entry.value.value, entry.key.as_str()) {
                    (Value::String(text), "value") => {
                        let name = node.get("name").or_else(|| node.get("key")).and_then(Node::as_str);
                        field(name.unwrap_or_default(), text, &entry.value, &here, avp, found);
                    }
                    // There it is the name that the value gets.
                    (Value::String(_), "secretKey") if node.get("remoteRef").is_some() => {}
                    (Value::String(text), key) => field(key, text, &entry.value, &here, avp, found),
                    // Ciphertext; and units of their own, which are asked about one by one.
                    (_, "encryptedData" | "sops") => {}
                    (Value::Sequence(_), "items") if way.is_none() && node.get("kind").is_some() => {}
                    (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_), _) => {
                        walk(&entry.value, Some(&here), avp, found);
                    }
                }
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, Some(&Way { above: way, step: Part::Index(index) }), avp, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn field(name: &str, text: &str, node: &Node, way: &Way<'_>, avp: bool, found: &mut Vec<Found>) {
    let candidate = text.len() >= 12 && name::is_secret(name) && !is_digest(name);
    if candidate && looks_random(text) && !is_protected(text, avp) {
        let what = format!("the value of `{}`, which looks like a secret", crate::text::shortened(name, 60));
        let mut one = Found::new(FIELD, what, node.span, text, false);
        one.route = Some(way.route());
        "keep it in a Secret that is encrypted (SOPS, a SealedSecret, an ExternalSecret) and refer to that (`valueFrom.secretKeyRef`)"
            .clone_into(&mut one.help);
        found.push(one);
    }
}

/// `checksum/secret` and its like: annotations by which a changed `Secret` restarts its users.
fn is_digest(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["checksum", "hash", "digest", "sha256"].iter().any(|word| lower.contains(word))
}
