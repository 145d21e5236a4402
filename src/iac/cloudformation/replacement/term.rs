//! Values of a template as far as they can be told without deploying it.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Node, Value};

use super::super::{
    references::variables,
    value::{entries, function, is_no_value, plain},
};

/// A value, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// Nothing.
    Absent,
    /// A text, put together from what is written and what is not known here.
    Text(Vec<Piece>),
    /// A list.
    List(Vec<Self>),
    /// A mapping.
    Map(BTreeMap<String, Self>),
    /// One of two, as a condition says.
    If(String, Box<Self>, Box<Self>),
}

/// Part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is written.
    Plain(String),
    /// What only a deployment knows.
    Open(Open),
}

/// What only a deployment knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// How it is written, in one form.
    pub text: String,
    /// The parameters, mappings and conditions that it depends on.
    pub names: BTreeSet<String>,
    /// The resource that it is an attribute of, where it is nothing but that.
    pub resource: Option<String>,
}

/// A template, as far as values are looked up in it.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    root: &'a Node,
}

impl<'a> Context<'a> {
    pub fn new(root: &'a Node) -> Self {
        Self { root }
    }

    fn declared(self, section: &str, name: &str) -> Option<&'a Node> {
        self.root.get(section)?.get(name)
    }

    /// What a value is.
    pub fn term(self, node: &Node) -> Term {
        if is_no_value(node) {
            return Term::Absent;
        }
        if let Some(call) = function(node) {
            return self.call(node, &call.key, &call.value);
        }
        match &node.value {
            Value::Null => Term::Absent,
            Value::Sequence(items) => Term::List(items.iter().map(|item| self.term(item)).collect()),
            Value::Mapping(entries) => {
                Term::Map(entries.iter().map(|entry| (entry.key.clone(), self.term(&entry.value))).collect())
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => text(plain(node).unwrap_or_default()),
        }
    }

    fn call(self, node: &Node, name: &str, argument: &Node) -> Term {
        let items = argument.as_sequence().unwrap_or_default();
        match (name, argument.as_str(), items) {
            ("Ref", Some(name), _) => Term::Text(vec![self.reference(name)]),
            ("Fn::GetAtt", Some(path), _) => Term::Text(vec![self.reference(path)]),
            ("Fn::GetAtt", None, [id, attribute]) => match (id.as_str(), attribute.as_str()) {
                (Some(id), Some(attribute)) => Term::Text(vec![self.reference(&format!("{id}.{attribute}"))]),
                (_, _) => open(node),
            },
            ("Fn::Sub", Some(text), _) => Term::Text(self.filled(text, None)),
            ("Fn::Sub", None, [text, own]) if text.as_str().is_some() && function(own).is_none() => {
                Term::Text(self.filled(text.as_str().unwrap_or_default(), Some(own)))
            }
            ("Fn::Join", _, [between, parts]) => match (between.as_str(), parts.as_sequence()) {
                (Some(between), Some(parts)) => self.joined(between, parts).unwrap_or_else(|| open(node)),
                (_, _) => open(node),
            },
            ("Fn::FindInMap", _, [map, first, second]) => {
                let found = map
                    .as_str()
                    .and_then(|map| self.declared("Mappings", map)?.get(&plain(first)?)?.get(&plain(second)?));
                found.map_or_else(|| open(node), |found| self.term(found))
            }
            ("Fn::If", _, [condition, then, otherwise]) => match condition.as_str() {
                Some(condition) => {
                    let (then, otherwise) = (self.term(then), self.term(otherwise));
                    if then == otherwise { then } else { Term::If(condition.to_owned(), then.into(), otherwise.into()) }
                }
                None => open(node),
            },
            (_, _, _) => open(node),
        }
    }

    /// What a reference gives.
    fn reference(self, name: &str) -> Piece {
        let id = name.split('.').next().unwrap_or(name);
        let resource = self.declared("Resources", id).is_some().then(|| id.to_owned());
        let names = self.declared("Parameters", name).map(|_| name.to_owned()).into_iter().collect();
        Piece::Open(Open { text: format!("${{{name}}}"), names, resource })
    }

    /// `Fn::Sub`.
    fn filled(self, text: &str, own: Option<&Node>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            push(&mut pieces, Piece::Plain(before.to_owned()));
            let Some((inner, behind)) = after.split_once('}') else {
                push(&mut pieces, Piece::Plain(format!("${{{after}")));
                return pieces;
            };
            rest = behind;
            let name = inner.trim();
            match (name.strip_prefix('!'), own.and_then(|own| own.get(name))) {
                (Some(kept), _) => push(&mut pieces, Piece::Plain(format!("${{{kept}}}"))),
                (None, Some(value)) => match self.term(value) {
                    Term::Text(inner) => push_all(&mut pieces, inner),
                    Term::Absent | Term::List(_) | Term::Map(_) | Term::If(..) => {
                        if let Term::Text(inner) = open(value) {
                            push_all(&mut pieces, inner);
                        }
                    }
                },
                (None, None) => push(&mut pieces, self.reference(name)),
            }
        }
        push(&mut pieces, Piece::Plain(rest.to_owned()));
        pieces
    }

    /// `Fn::Join`; nothing where a part is no text.
    fn joined(self, between: &str, parts: &[Node]) -> Option<Term> {
        let mut pieces = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                push(&mut pieces, Piece::Plain(between.to_owned()));
            }
            let Term::Text(inner) = self.term(part) else { return None };
            push_all(&mut pieces, inner);
        }
        Some(Term::Text(pieces))
    }
}

/// What only a deployment knows.
fn open(node: &Node) -> Term {
    let mut names = BTreeSet::new();
    named(node, &mut names);
    let mut text = String::new();
    write(node, &mut text);
    Term::Text(vec![Piece::Open(Open { text, names, resource: None })])
}

fn text(plain: String) -> Term {
    let mut pieces = Vec::new();
    push(&mut pieces, Piece::Plain(plain));
    Term::Text(pieces)
}

/// Adds a piece; what is written becomes one with what is written before it.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (_, Piece::Plain(text)) if text.is_empty() => {}
        (Some(Piece::Plain(before)), Piece::Plain(text)) => before.push_str(&text),
        (_, piece) => pieces.push(piece),
    }
}

fn push_all(pieces: &mut Vec<Piece>, more: Vec<Piece>) {
    for piece in more {
        push(pieces, piece);
    }
}

/// Adds the names that a value mentions where the value of one may decide.
pub(super) fn named(node: &Node, names: &mut BTreeSet<String>) {
    if let Some(call) = function(node) {
        let first = call.value.as_sequence().and_then(|items| items.first()).and_then(Node::as_str);
        match (call.key.as_str(), call.value.as_str().or(first)) {
            ("Ref" | "Fn::If" | "Fn::FindInMap", Some(name)) => {
                names.insert(name.to_owned());
            }
            ("Fn::Sub", Some(text)) => names.extend(variables(text).map(str::to_owned)),
            (_, _) => {}
        }
    }
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| named(item, names)),
        Value::Mapping(entries) => {
            for entry in entries {
                if let ("Condition", Some(name)) = (entry.key.as_str(), entry.value.as_str()) {
                    names.insert(name.to_owned());
                }
                named(&entry.value, names);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Writes a value in one form, whatever order its keys are in.
fn write(node: &Node, out: &mut String) {
    match &node.value {
        Value::Sequence(items) => {
            out.push('[');
            for item in items {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Mapping(_) => {
            let sorted: BTreeMap<&str, &Node> =
                entries(node).iter().map(|entry| (entry.key.as_str(), &entry.value)).collect();
            out.push('{');
            for (key, value) in sorted {
                out.push_str(&format!("{key:?}:"));
                write(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&format!("{:?}", plain(node).unwrap_or_default()));
        }
    }
}
