//! The properties of a resource, as its type says them.

use crate::document::{Node, Value, Violation};

use super::names::Template;
use super::said::{Saying, listed, nearest, quoted};
use super::types::{self, Kind, Others, Paths, Shape, Sorts};
use super::value::{entries, function, is_mapping, is_no_value, is_open, makes_more, plain};
use super::way::Way;

/// Where the command that packages a template takes the path of a file for what is a mapping later.
const PACKAGED: &[(&str, &[&str])] = &[
    ("AWS::ApiGateway::RestApi", &["BodyS3Location"]),
    ("AWS::CodeCommit::Repository", &["Code", "S3"]),
    ("AWS::ElasticBeanstalk::ApplicationVersion", &["SourceBundle"]),
    ("AWS::Lambda::Function", &["Code"]),
    ("AWS::Lambda::LayerVersion", &["Content"]),
    ("AWS::Serverless::Api", &["DefinitionUri"]),
    ("AWS::Serverless::Application", &["Location"]),
    ("AWS::Serverless::Function", &["CodeUri"]),
    ("AWS::Serverless::LayerVersion", &["ContentUri"]),
    ("AWS::StepFunctions::StateMachine", &["DefinitionS3Location"]),
];

/// Judges the properties of a resource; `way` is that of the resource.
pub(super) fn check(template: &Template, resource: &Node, name: &str, kind: &Kind, way: &Way, saying: &mut Saying) {
    let Some(shape) = kind.shape() else { return };
    let is_serverless = name.starts_with("AWS::Serverless::");
    let mut check = Check {
        name,
        saying,
        read_only: kind.paths(Paths::ReadOnly),
        deprecated: kind.paths(Paths::Deprecated),
        trail: Vec::new(),
        // Defaults for the whole template are added by the macro.
        complete: !(is_serverless && template.globals),
        is_sure: !is_serverless,
    };
    match resource.entry("Properties") {
        Some(entry) if is_mapping(&entry.value) && function(&entry.value).is_none() => {
            check.mapping(&shape, &entry.value, &way.key("Properties"));
        }
        // What else it is has been said.
        Some(_) => {}
        None if is_open(resource) => {}
        None => check.missing(&shape, &[], way),
    }
}

struct Check<'s, 't> {
    name: &'t str,
    saying: &'s mut Saying,
    read_only: Vec<Vec<&'static str>>,
    deprecated: Vec<Vec<&'static str>>,
    /// The properties on the way, `*` for any item.
    trail: Vec<&'static str>,
    complete: bool,
    /// Whether all that the schema says is surely insisted on; else only what it says of the outermost
    /// properties: the macro takes more than its schema within them.
    is_sure: bool,
}

impl Check<'_, '_> {
    fn node(&mut self, number: usize, node: &Node, way: &Way) {
        if let Some(shape) = types::shape(number) {
            self.value(&shape, node, way);
        }
    }

    fn value(&mut self, shape: &Shape, node: &Node, way: &Way) {
        if self.saying.is_enough() {
            return;
        }
        if let Some(call) = function(node) {
            // What else functions give, only a deployment knows.
            if call.key == "Fn::If" {
                let way = way.key(&call.key);
                for (index, item) in call.value.as_sequence().unwrap_or_default().iter().enumerate().skip(1).take(2) {
                    self.value(shape, item, &way.index(index));
                }
            }
            return;
        }
        let sorts = shape.sorts;
        match &node.value {
            Value::Null => {}
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {
                if sorts.any_of(Sorts::PLAIN) {
                    if shape.choices.is_empty() {
                        self.plain(shape, node, way);
                    } else {
                        self.choice(shape, node, way);
                    }
                } else if !self.is_filled_in(node) {
                    self.sort(shape, node, way);
                }
            }
            Value::Sequence(items) => {
                if !sorts.any_of(Sorts::ARRAY) {
                    self.sort(shape, node, way);
                } else if let Some(item_node) = shape.items {
                    let Some(item_shape) = types::shape(item_node) else { return };
                    self.trail.push("*");
                    for (index, item) in items.iter().enumerate() {
                        self.value(&item_shape, item, &way.index(index));
                    }
                    self.trail.pop();
                }
            }
            Value::Mapping(_) => {
                if sorts.any_of(Sorts::OBJECT) {
                    self.mapping(shape, node, way);
                } else if !is_open(node) {
                    self.sort(shape, node, way);
                }
            }
        }
    }

    fn mapping(&mut self, shape: &Shape, node: &Node, way: &Way) {
        for entry in entries(node).iter().filter(|entry| !makes_more(&entry.key)) {
            if self.saying.is_enough() {
                return;
            }
            let here = way.key(&entry.key);
            if let Some(property) = shape.property(&entry.key) {
                self.trail.push(property.name);
                if self.is_sure && self.read_only.contains(&self.trail) {
                    self.saying.doubtful(
                        Violation::of_key(here.route(), format!("{} is set by the service", quoted(&entry.key)))
                            .labelled("read only")
                            .with_help("take it out: `Fn::GetAtt` gives it, and nothing sets it"),
                    );
                }
                if self.deprecated.contains(&self.trail) {
                    self.saying.doubtful(
                        Violation::of_key(
                            here.route(),
                            format!("{} of {} is deprecated", quoted(&entry.key), self.name),
                        )
                        .labelled("deprecated")
                        .with_help("look for what replaces it"),
                    );
                }
                self.node(property.node, &entry.value, &here);
                self.trail.pop();
                continue;
            }
            match shape.others {
                Others::Refused => self.unknown(shape, node, &entry.key, &here),
                Others::Kept => {}
                Others::Each(number) => {
                    // No path of properties goes through names that anyone may choose.
                    self.trail.push("");
                    self.node(number, &entry.value, &here);
                    self.trail.pop();
                }
            }
        }
        if !is_open(node) {
            let present: Vec<&str> = entries(node)
                .iter()
                .filter(|entry| !is_no_value(&entry.value))
                .map(|entry| entry.key.as_str())
                .collect();
            self.missing(shape, &present, way);
        }
    }

    fn wrong(&mut self, violation: Violation) {
        if self.is_sure || self.trail.is_empty() {
            self.saying.wrong(violation);
        } else {
            self.saying.doubtful(violation);
        }
    }

    fn missing(&mut self, shape: &Shape, present: &[&str], way: &Way) {
        if !self.complete {
            return;
        }
        let lacking = shape.properties.iter().filter(|property| property.required && !present.contains(&property.name));
        let lacking: Vec<&str> = lacking.map(|property| property.name).collect();
        for name in &lacking {
            let required = shape.properties.iter().filter(|property| property.required);
            let required: Vec<&str> = required.map(|property| property.name).collect();
            self.wrong(
                Violation::of_key(way.route(), format!("{} is missing in {}", quoted(name), self.place(way)))
                    .labelled(format!("no `{name}`"))
                    .lacking(*name)
                    .with_help(format!("required: {}", listed(&required))),
            );
        }
        // Names of all sets are properties; which of the sets it is, is the writer's choice.
        if !shape.needs.is_empty()
            && lacking.is_empty()
            && !shape.needs.iter().any(|set| set.iter().all(|name| present.contains(name)))
        {
            let sets: Vec<String> = shape
                .needs
                .iter()
                .map(|set| set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and "))
                .collect();
            let names: Vec<&str> = shape.needs.iter().filter_map(|set| set.first().copied()).collect();
            self.saying.doubtful(
                Violation::of_key(way.route(), format!("something is missing in {}", self.place(way)))
                    .labelled("not enough to go by")
                    .lacking(names.first().copied().unwrap_or_default())
                    .with_help(format!("give {}", sets.join(", or "))),
            );
        }
    }

    fn unknown(&mut self, shape: &Shape, node: &Node, key: &str, way: &Way) {
        let names: Vec<&str> = shape.properties.iter().map(|property| property.name).collect();
        // What is already there is not what was meant.
        let help = match nearest(key, names.iter().copied()).filter(|meant| node.get(meant).is_none()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if names.is_empty() => format!("as of {} nothing can be set here", types::date()),
            None => format!("as of {} there are {}", types::date(), listed(&names)),
        };
        let place = if self.trail.is_empty() { self.name.to_owned() } else { self.below() };
        self.wrong(
            Violation::of_key(way.route(), format!("{place} has no property {}", quoted(key)))
                .labelled("unknown property")
                .with_help(help),
        );
    }

    /// What the mapping is called that is looked at.
    fn below(&self) -> String {
        let named = self.trail.iter().rev().find(|name| !matches!(**name, "*" | ""));
        match named {
            Some(name) => format!("`{name}` of {}", self.name),
            None => self.name.to_owned(),
        }
    }

    fn place(&self, way: &Way) -> String {
        match way.last_key() {
            Some("Properties") | None => self.name.to_owned(),
            Some(_) if self.trail.is_empty() => self.name.to_owned(),
            Some(_) => self.below(),
        }
    }

    fn sort(&mut self, shape: &Shape, node: &Node, way: &Way) {
        let mut wanted = Vec::new();
        for (sorts, name) in [(Sorts::PLAIN, "a plain value"), (Sorts::ARRAY, "a list"), (Sorts::OBJECT, "a mapping")] {
            if shape.sorts.any_of(sorts) {
                wanted.push(name);
            }
        }
        let wanted = wanted.join(" or ");
        let help = match &node.value {
            _ if shape.sorts.any_of(Sorts::ARRAY) => {
                Some("write it as a list, with one item if there is but one".to_owned())
            }
            Value::Sequence(items) if items.len() == 1 => Some("take its only item, without the list".to_owned()),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => {
                let names: Vec<&str> = shape.properties.iter().map(|property| property.name).collect();
                if names.is_empty() { None } else { Some(format!("it has {}", listed(&names))) }
            }
        };
        let violation = Violation::of_value(way.route(), format!("{} takes {wanted}", self.below()))
            .labelled(format!("{}, not {wanted}", node.kind_name()));
        self.wrong(Violation { help, ..violation });
    }

    /// A text that something else fills in before the type is asked: a secret, or the path of a file.
    fn is_filled_in(&self, node: &Node) -> bool {
        let Some(text) = node.as_str() else { return false };
        text.contains("{{resolve:")
            || PACKAGED.iter().any(|(name, path)| *name == self.name && *path == self.trail.as_slice())
    }

    /// The service makes plain values of each other where they can be read as such.
    fn plain(&mut self, shape: &Shape, node: &Node, way: &Way) {
        let Some(written) = plain(node).filter(|_| !shape.sorts.any_of(Sorts::STRING)) else { return };
        let is_number = shape.sorts.any_of(Sorts::NUMBER) && written.trim().parse::<f64>().is_ok();
        let is_flag = ["true", "false"].iter().any(|flag| written.eq_ignore_ascii_case(flag));
        if is_number || (is_flag && shape.sorts.any_of(Sorts::BOOLEAN)) || written.contains("{{") {
            return;
        }
        let wanted = if shape.sorts.any_of(Sorts::NUMBER) { "a number" } else { "`true` or `false`" };
        self.saying.doubtful(
            Violation::of_value(way.route(), format!("{} takes {wanted}", self.below()))
                .labelled(format!("not {wanted}")),
        );
    }

    fn choice(&mut self, shape: &Shape, node: &Node, way: &Way) {
        let Some(written) = plain(node) else { return };
        let fits = |choice: &&str| {
            **choice == *written || (shape.caseless && choice.eq_ignore_ascii_case(&written)) || written.contains("{{")
        };
        if shape.choices.iter().any(fits) {
            return;
        }
        let violation = Violation::of_value(way.route(), format!("{} cannot be {}", self.below(), quoted(&written)))
            .labelled("not one of the choices")
            .with_help(format!("it is one of {}", listed(&shape.choices)));
        if self.is_sure {
            self.saying.unless_new(nearest(&written, shape.choices.iter().copied()), violation);
        } else {
            self.saying.doubtful(violation);
        }
    }
}
