//! Functions and references: what they name has to be there.

use std::collections::BTreeSet;

use crate::document::{Entry, Node, Value, Violation};

use super::names::{Names, Template};
use super::said::{Saying, listed, nearest, quoted};
use super::types::{self, Paths};
use super::value::{FUNCTIONS, entries, function, makes_more, plain};
use super::way::Way;

/// What `Ref` gives without anything being declared.
const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// Keys of a mapping among which one is looked for.
const MOST_KEYS: usize = 1000;

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a resource or output.
    Value,
    /// In `Conditions`, which know no resources.
    Condition,
}

/// Judges the functions in a value.
pub(super) fn walk(template: &Template, place: Place, node: &Node, way: &Way, saying: &mut Saying) {
    if saying.is_enough() {
        return;
    }
    match &node.value {
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(template, place, item, &way.index(index), saying);
            }
        }
        Value::Mapping(entries) => {
            if let Some(entry) = function(node) {
                call(template, place, entry, &way.key(&entry.key), saying);
                return;
            }
            if let ([entry], Place::Condition) = (entries.as_slice(), place)
                && entry.key == "Condition"
            {
                condition(template, &entry.value, &way.key("Condition"), saying);
                return;
            }
            for entry in entries.iter().filter(|entry| !makes_more(&entry.key)) {
                walk(template, place, &entry.value, &way.key(&entry.key), saying);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn call(template: &Template, place: Place, entry: &Entry, way: &Way, saying: &mut Saying) {
    let argument = &entry.value;
    match entry.key.as_str() {
        "Ref" => match argument.as_str() {
            Some(name) => reference(template, place, name, way, saying),
            None => walk(template, place, argument, way, saying),
        },
        "Fn::GetAtt" => get_att(template, place, argument, way, saying),
        "Fn::Sub" => sub(template, place, argument, way, saying),
        "Fn::If" => {
            let items = argument.as_sequence().unwrap_or_default();
            if !template.transforms.extensions && items.len() != 3 && function(argument).is_none() {
                saying.wrong(
                    Violation::of_value(way.route(), "`Fn::If` takes three arguments")
                        .labelled("not three arguments")
                        .with_help("write the condition's name, the value if it holds, and the value if it does not"),
                );
            }
            if let Some(name) = items.first() {
                condition(template, name, &way.index(0), saying);
            }
            for (index, item) in items.iter().enumerate().skip(1) {
                walk(template, place, item, &way.index(index), saying);
            }
        }
        "Fn::FindInMap" => find_in_map(template, place, argument, way, saying),
        "Fn::And" | "Fn::Or" | "Fn::Not" => walk(template, Place::Condition, argument, way, saying),
        key if makes_more(key) => {}
        key if FUNCTIONS.contains(&key) => walk(template, place, argument, way, saying),
        key => {
            let violation = Violation::of_key(way.route(), format!("there is no function {}", quoted(key)))
                .labelled("unknown function");
            let help = match nearest(key, FUNCTIONS.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "keys that begin with `Fn::` are functions".to_owned(),
            };
            saying.wrong(violation.with_help(help));
        }
    }
}

/// `{"Ref": name}`, and `${name}`.
fn reference(template: &Template, place: Place, name: &str, way: &Way, saying: &mut Saying) {
    let is_resource = template.resources.has(name);
    if template.parameters.has(name) || template.parameters.open || PSEUDO.contains(&name) {
        return;
    }
    if is_resource && place == Place::Condition {
        saying.wrong(
            Violation::of_value(way.route(), format!("a condition cannot refer to the resource {}", quoted(name)))
                .labelled("a resource")
                .with_help("conditions are settled before there are resources: refer to a parameter"),
        );
        return;
    }
    if is_resource || template.may_be_made(name) {
        return;
    }
    let known = template.parameters.all().chain(template.resources.all().filter(|_| place == Place::Value));
    undefined(name, "neither a parameter nor a resource", known.chain(PSEUDO.iter().copied()), way, saying);
}

fn undefined<'n>(name: &str, what: &str, known: impl Iterator<Item = &'n str>, way: &Way, saying: &mut Saying) {
    let help = match nearest(name, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "declare it, or refer to something that is".to_owned(),
    };
    saying.wrong(
        Violation::of_value(way.route(), format!("{} is {what} of this template", quoted(name)))
            .labelled("not declared")
            .with_help(help),
    );
}

/// The name of a condition.
pub(super) fn condition(template: &Template, node: &Node, way: &Way, saying: &mut Saying) {
    declared(&template.conditions, node, "no condition", way, saying);
}

fn declared(names: &Names, node: &Node, what: &str, way: &Way, saying: &mut Saying) {
    if let Some(name) = node.as_str()
        && !names.open
        && !names.has(name)
    {
        undefined(name, what, names.all(), way, saying);
    }
}

/// Ids of resources in `DependsOn`.
pub(super) fn depends_on(template: &Template, node: &Node, way: &Way, saying: &mut Saying) {
    let one = |node: &Node, way: &Way, saying: &mut Saying| {
        if let Some(name) = node.as_str() {
            resource(template, name, way, saying);
        }
    };
    match node.as_sequence() {
        Some(items) => {
            for (index, item) in items.iter().enumerate() {
                one(item, &way.index(index), saying);
            }
        }
        None => one(node, way, saying),
    }
}

/// A logical id; whether it is there.
fn resource(template: &Template, name: &str, way: &Way, saying: &mut Saying) -> bool {
    if template.resources.has(name) {
        return true;
    }
    if !template.may_be_made(name) {
        undefined(name, "no resource", template.resources.all(), way, saying);
    }
    false
}

fn get_att(template: &Template, place: Place, argument: &Node, way: &Way, saying: &mut Saying) {
    if let Some(text) = argument.as_str() {
        attribute_of(template, text, way, saying);
        return;
    }
    let items = argument.as_sequence().unwrap_or_default();
    let Some(name) = items.first().and_then(Node::as_str) else {
        walk(template, place, argument, way, saying);
        return;
    };
    let found = resource(template, name, &way.index(0), saying);
    match items {
        [_, rest @ ..] if !rest.is_empty() => {
            let parts: Vec<&str> = rest.iter().filter_map(Node::as_str).collect();
            if parts.len() < rest.len() {
                walk(template, place, argument, way, saying);
            } else if found {
                attribute(template, name, &parts.join("."), &way.index(1), saying);
            }
        }
        // The attribute is missing; so it is in `Name.Attribute` without a dot.
        [..] => {}
    }
}

/// `Id.Attribute`.
fn attribute_of(template: &Template, text: &str, way: &Way, saying: &mut Saying) {
    let (name, attr) = text.split_once('.').unwrap_or((text, ""));
    if resource(template, name, way, saying) && !attr.is_empty() {
        attribute(template, name, attr, way, saying);
    }
}

/// An attribute that a resource of a known type does not have.
fn attribute(template: &Template, id: &str, name: &str, way: &Way, saying: &mut Saying) {
    let Some(sort) = template.type_of(id) else { return };
    if matches!(sort, "AWS::CloudFormation::CustomResource" | "AWS::CloudFormation::Stack")
        || sort.starts_with("AWS::Serverless::")
        || name.starts_with("Outputs.")
        || name.contains("${")
    {
        return;
    }
    let Some(kind) = types::find(sort) else { return };
    let attributes: Vec<String> = kind.paths(Paths::ReadOnly).iter().map(|path| path.join(".")).collect();
    let within = |whole: &str, part: &str| whole.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'));
    if attributes.iter().any(|one| one == name || within(one, name) || within(name, one)) {
        return;
    }
    // Older types also give what was put in.
    let first = name.split('.').next().unwrap_or(name);
    if kind.shape().is_none_or(|shape| shape.property(first).is_some()) {
        return;
    }
    let known: Vec<&str> = attributes.iter().map(String::as_str).filter(|name| !name.contains('*')).collect();
    let violation = Violation::of_value(way.route(), format!("{sort} has no attribute {}", quoted(name)))
        .labelled("unknown attribute")
        .related(Way::root().key("Resources").key(id).route(), format!("a {sort}"));
    let help = if known.is_empty() { None } else { Some(format!("it has {}", listed(&known))) };
    saying.unless_new(nearest(name, known.iter().copied()), Violation { help, ..violation });
}

fn sub(template: &Template, place: Place, argument: &Node, way: &Way, saying: &mut Saying) {
    let items = argument.as_sequence().unwrap_or_default();
    let own = items.get(1);
    if let Some(own) = own {
        walk(template, place, own, &way.index(1), saying);
        // Variables may come from a function.
        if function(own).is_some() {
            return;
        }
    }
    let here = if argument.as_str().is_some() { *way } else { way.index(0) };
    let Some(text) = argument.as_str().or_else(|| items.first()?.as_str()) else { return };
    let own: BTreeSet<&str> = own.map(entries).unwrap_or_default().iter().map(|entry| entry.key.as_str()).collect();
    for variable in variables(text) {
        if own.contains(variable) {
            continue;
        }
        if saying.is_enough() {
            return;
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'_');
        if !variable.bytes().all(fits) {
            // In the body of a loop names are put together.
            if template.transforms.extensions && variable.contains(['&', '$', '{']) {
                continue;
            }
            saying.wrong(
                Violation::of_value(
                    here.route(),
                    format!("`Fn::Sub` cannot fill in {}", quoted(&format!("${{{variable}}}"))),
                )
                .labelled("no name of a variable")
                .with_help(format!("to keep it as it is, write {}", quoted(&format!("${{!{variable}}}")))),
            );
        } else if variable.contains('.') {
            attribute_of(template, variable, &here, saying);
        } else {
            reference(template, place, variable, &here, saying);
        }
    }
}

/// What stands between `${` and `}`, without what is kept as it is (`${!x}`).
pub(super) fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let (variable, _) = rest.split_once('}')?;
        let variable = variable.trim();
        Some(variable).filter(|variable| !variable.is_empty() && !variable.starts_with('!'))
    })
}

fn find_in_map(template: &Template, place: Place, argument: &Node, way: &Way, saying: &mut Saying) {
    let items = argument.as_sequence().unwrap_or_default();
    let has_default = items.len() > 3;
    if let Some(name) = items.first().filter(|_| !has_default) {
        declared(&template.mappings, name, "no mapping", &way.index(0), saying);
        if let [map, first, second] = items
            && let (Some(map), Some(first), Some(second)) = (map.as_str(), plain(first), plain(second))
        {
            keys(template, map, &first, &second, way, saying);
        }
    }
    for (index, item) in items.iter().enumerate() {
        walk(template, place, item, &way.index(index), saying);
    }
}

/// Both keys are written: what they lead to has to be there.
fn keys(template: &Template, map: &str, first: &str, second: &str, way: &Way, saying: &mut Saying) {
    let Some(map) = template.mappings.get(map) else { return };
    let mut here = map;
    for (index, key) in [(1, first), (2, second)] {
        // The service takes no larger mapping, and each key is looked for.
        if entries(here).len() > MOST_KEYS || entries(here).iter().any(|entry| makes_more(&entry.key)) {
            return;
        }
        let Some(next) = here.get(key) else {
            let known = entries(here).iter().map(|entry| entry.key.as_str());
            let help = nearest(key, known).map(|meant| format!("did you mean `{meant}`?"));
            let violation =
                Violation::of_value(way.index(index).route(), format!("the mapping has no key {}", quoted(key)))
                    .labelled("no such key");
            // Where a condition does not hold, nobody looks.
            saying.doubtful(Violation { help, ..violation });
            return;
        };
        here = next;
    }
}
