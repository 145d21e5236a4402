//! Resources that wait for each other.

use std::collections::BTreeMap;

use crate::document::{Node, Value, Violation};

use super::names::Template;
use super::references::variables;
use super::said::{Saying, quoted};
use super::value::{entries, function, makes_more};
use super::way::Way;

/// Names that are shown of a circle.
const SHOWN: usize = 8;

/// What a resource waits for, as far as it surely does: what stands in `Fn::If`, and resources with a
/// condition, may not be there.
struct Edges<'a> {
    numbers: BTreeMap<&'a str, usize>,
    names: Vec<&'a str>,
    to: Vec<Vec<usize>>,
}

/// Judges whether the resources can be made one after the other. The first circle is told.
pub(super) fn check<'a>(template: &Template<'a>, section: &'a Node, saying: &mut Saying) {
    // What the Serverless Application Model makes of its types may wait for less.
    if template.transforms.serverless || saying.is_enough() {
        return;
    }
    let sure: Vec<(&str, &Node)> = entries(section)
        .iter()
        .filter(|entry| !makes_more(&entry.key) && entry.value.get("Condition").is_none())
        .map(|entry| (entry.key.as_str(), &entry.value))
        .collect();
    let mut edges = Edges {
        numbers: sure.iter().enumerate().map(|(number, (name, _))| (*name, number)).collect(),
        names: sure.iter().map(|(name, _)| *name).collect(),
        to: Vec::with_capacity(sure.len()),
    };
    for (_, resource) in &sure {
        let mut to = Vec::new();
        if let Some(node) = resource.get("DependsOn") {
            let one = std::slice::from_ref(node);
            to.extend(
                node.as_sequence().unwrap_or(one).iter().filter_map(Node::as_str).filter_map(|id| edges.number(id)),
            );
        }
        if let Some(node) = resource.get("Properties") {
            edges.collect(node, &mut to);
        }
        to.sort_unstable();
        to.dedup();
        edges.to.push(to);
    }
    if let Some(circle) = edges.circle() {
        let names: Vec<&str> = circle.iter().filter_map(|number| edges.names.get(*number).copied()).collect();
        tell(&names, saying);
    }
}

fn tell(names: &[&str], saying: &mut Saying) {
    let Some(first) = names.first() else { return };
    let resources = Way::root();
    let resources = resources.key("Resources");
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| quoted(name)).collect();
    if names.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.push(quoted(first));
    let message = match names {
        [_] => format!("{} waits for itself", quoted(first)),
        [..] => format!("resources wait for each other: {}", shown.join(" → ")),
    };
    let violation = Violation::of_key(resources.key(first).route(), message)
        .labelled("a circle of dependencies")
        .with_help("take out one of the references, or put what needs both into a resource of its own");
    saying.wrong(match names {
        [_, second, ..] => violation.related(resources.key(second).route(), "it waits for this one"),
        [_] | [] => violation,
    });
}

impl Edges<'_> {
    fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// What a value refers to.
    fn collect(&self, node: &Node, to: &mut Vec<usize>) {
        match &node.value {
            Value::Sequence(items) => {
                for item in items {
                    self.collect(item, to);
                }
            }
            Value::Mapping(all) => {
                let Some(call) = function(node) else {
                    for entry in all.iter().filter(|entry| !makes_more(&entry.key)) {
                        self.collect(&entry.value, to);
                    }
                    return;
                };
                let items = call.value.as_sequence().unwrap_or_default();
                let text = call.value.as_str().or_else(|| items.first()?.as_str());
                match call.key.as_str() {
                    "Fn::If" | "Fn::Transform" => {}
                    "Ref" => to.extend(text.and_then(|id| self.number(id))),
                    "Fn::GetAtt" => to.extend(text.and_then(|id| self.number(first_part(id)))),
                    "Fn::Sub" => {
                        let own = items.get(1);
                        if own.is_none() {
                            to.extend(
                                text.into_iter().flat_map(variables).filter_map(|id| self.number(first_part(id))),
                            );
                        }
                        if let Some(own) = own {
                            self.collect(own, to);
                        }
                    }
                    key if makes_more(key) => {}
                    _ => self.collect(&call.value, to),
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The first circle, in the order of the template.
    fn circle(&self) -> Option<Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut states = vec![State::New; self.to.len()];
        for start in 0..self.to.len() {
            // The way so far, each with how many of its edges were followed.
            let mut way: Vec<(usize, usize)> = Vec::new();
            if states.get(start) == Some(&State::New) {
                way.push((start, 0));
            }
            while let Some((here, followed)) = way.last_mut() {
                let (number, edge) = (*here, *followed);
                *followed += 1;
                if let Some(state) = states.get_mut(number) {
                    *state = State::Open;
                }
                let Some(next) = self.to.get(number).and_then(|to| to.get(edge)).copied() else {
                    if let Some(state) = states.get_mut(number) {
                        *state = State::Done;
                    }
                    way.pop();
                    continue;
                };
                match states.get(next) {
                    Some(State::New) => way.push((next, 0)),
                    Some(State::Open) => {
                        let from = way.iter().position(|(number, _)| *number == next)?;
                        return Some(way.iter().skip(from).map(|(number, _)| *number).collect());
                    }
                    Some(State::Done) | None => {}
                }
            }
        }
        None
    }
}

/// `Id` of `Id.Attribute`.
fn first_part(text: &str) -> &str {
    text.split_once('.').map_or(text, |(id, _)| id)
}
