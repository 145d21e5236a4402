//! All objects of a tree, as policies see them: `data.inventory`, shaped as Gatekeeper shapes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;

use super::value::input_value;
use crate::document::{Identity, Node};

/// Objects by namespace, `apiVersion`, kind and name: `namespace[ns][apiVersion][kind][name]`, and those
/// that name no namespace as `cluster[apiVersion][kind][name]`.
#[derive(Clone, Debug)]
pub struct Inventory(Arc<Value>);

/// Objects by `apiVersion`, kind and name.
type Objects = BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>>;

/// An inventory in the making.
#[derive(Default)]
struct Collected {
    cluster: Objects,
    namespace: BTreeMap<String, Objects>,
}

/// One object, ready to be put into an inventory.
#[derive(Clone, Debug)]
pub struct Object {
    identity: Identity,
    api_version: String,
    value: Value,
}

impl Object {
    /// An object of Kubernetes; `None` for anything else.
    #[must_use]
    pub fn new(identity: &Identity, node: &Node) -> Option<Self> {
        let api_version = node.get("apiVersion").and_then(Node::as_str)?.to_owned();
        (!identity.is_of_tool()).then(|| Self { identity: identity.clone(), api_version, value: input_value(node) })
    }
}

impl FromIterator<Object> for Inventory {
    /// Of several objects of one name the first counts.
    fn from_iter<T: IntoIterator<Item = Object>>(objects: T) -> Self {
        let mut all = Collected::default();
        for Object { identity, api_version, value } in objects {
            let objects = match identity.namespace {
                Some(namespace) => all.namespace.entry(namespace).or_default(),
                None => &mut all.cluster,
            };
            let kinds = objects.entry(api_version).or_default();
            kinds.entry(identity.kind).or_default().entry(identity.name).or_insert(value);
        }
        let namespace = all.namespace.into_iter().map(|(name, objects)| (Value::from(name), of_objects(objects)));
        let namespace = Value::from(namespace.collect::<BTreeMap<_, _>>());
        let fields = [("cluster", of_objects(all.cluster)), ("namespace", namespace)];
        Self(Arc::new(Value::from(
            fields.into_iter().map(|(key, value)| (Value::from(key), value)).collect::<BTreeMap<_, _>>(),
        )))
    }
}

impl Inventory {
    /// What a policy sees.
    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    /// Whether both are one and the same; equal ones may be two.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn of_objects(objects: Objects) -> Value {
    let kinds = |kinds: BTreeMap<String, BTreeMap<String, Value>>| {
        let names = |names: BTreeMap<String, Value>| {
            Value::from(names.into_iter().map(|(name, value)| (Value::from(name), value)).collect::<BTreeMap<_, _>>())
        };
        let kinds = kinds.into_iter().map(|(kind, all)| (Value::from(kind), names(all)));
        Value::from(kinds.collect::<BTreeMap<_, _>>())
    };
    let versions = objects.into_iter().map(|(version, all)| (Value::from(version), kinds(all)));
    Value::from(versions.collect::<BTreeMap<_, _>>())
}
