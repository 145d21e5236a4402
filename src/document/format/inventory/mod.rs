//! Inventories of Ansible in their INI-like syntax, as its `ini` plugin reads them, in the shape of
//! inventories in YAML: `{"all": {"hosts": …, "vars": …, "children": {"web": {…}}}}`.
//!
//! Every group stands once, under `all`; the `children` of others only name them. Ranges of hosts
//! (`web[01:50]`) stay as they are written. A port (`web:22`) becomes the host's `ansible_port`.
//! Hosts, and variables of hosts and groups, may be written again: what is said last counts.

use std::collections::{BTreeSet, HashMap};

use super::Reading;
use super::encoding::BOM;
use super::mapping::{shown, too_many};
use crate::document::{Document, Entry, Node, Number, ParseLimits, Problem, ProblemKind, Span, Value};

mod group;
mod host;
mod line;
mod literal;
mod number;
mod recognise;
mod words;

pub(super) use recognise::{has_sections_of_its_own, is_named_so, looks_like, speaks_of_ansible};

use group::Group;
use line::{Line, Section};
use literal::Literal;

#[cfg(test)]
mod tests;

/// So many problems of a file are told; each of them is found on its own line.
const MOST_TOLD: usize = 50;

/// The group of all hosts, which is always there.
const ALL: &str = "all";
/// Reads an inventory.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let mut reader = Reader {
        limits: *limits,
        nodes: 3,
        groups: vec![Group::new(ALL, Span::default())],
        places: HashMap::from([(ALL.to_owned(), 0)]),
        named: BTreeSet::new(),
        problems: Vec::new(),
    };
    let mut current = (0, Section::Hosts);
    for line in line::lines(text) {
        if reader.problems.len() >= MOST_TOLD {
            break;
        }
        let result = match line::section(&line) {
            Ok(Some(header)) => {
                let place = reader.group(header.name, header.name_span);
                if let Some(group) = reader.groups.get_mut(place) {
                    group.open(header.section, header.section_span, line.span());
                }
                current = (place, header.section);
                reader.counted(line.span())
            }
            Ok(None) => reader.body(current, &line),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = result {
            let is_limit = problem.kind == ProblemKind::Limit;
            reader.problems.push(problem);
            if is_limit {
                break;
            }
        }
    }
    if reader.problems.is_empty() {
        group::undeclared(&reader.groups, &reader.places, &mut reader.problems);
        reader.problems.truncate(MOST_TOLD);
    }
    if !reader.problems.is_empty() {
        return Reading { documents: Vec::new(), problems: reader.problems };
    }
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let root = group::tree(reader.groups, start);
    Reading { documents: vec![Document { index: 0, root }], problems: Vec::new() }
}

struct Reader {
    limits: ParseLimits,
    nodes: usize,
    /// In the order of their first mention; that of all hosts first.
    groups: Vec<Group>,
    /// Where each of them is. Never iterated.
    places: HashMap<String, usize>,
    /// Hosts that are known already: only where one is first named does its port count.
    named: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Reader {
    /// The place of a group, which is made if it is not there.
    fn group(&mut self, name: &str, span: Span) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.groups.len();
        self.groups.push(Group::new(name, span));
        self.places.insert(name.to_owned(), place);
        place
    }

    /// Counts a key and its value.
    fn counted(&mut self, at: Span) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(2);
        if self.nodes > self.limits.nodes { Err(too_many(self.limits.nodes, at)) } else { Ok(()) }
    }

    /// A line that is no header.
    fn body(&mut self, (place, section): (usize, Section), line: &Line<'_>) -> Result<(), Problem> {
        self.counted(line.span())?;
        match section {
            Section::Hosts => self.host(place, line),
            Section::Vars => {
                let variable = line::variable(line)?;
                let value = self.value(variable.value, variable.value_span, true)?;
                let entry = Entry { key: variable.name.to_owned(), key_span: variable.name_span, value };
                if let Some(group) = self.groups.get_mut(place) {
                    group.variable(entry, line.span());
                }
                Ok(())
            }
            Section::Children => {
                let (name, span) = line::child(line)?;
                self.group(name, span);
                if let Some(group) = self.groups.get_mut(place) {
                    group.child(name, span);
                }
                Ok(())
            }
        }
    }

    fn host(&mut self, place: usize, line: &Line<'_>) -> Result<(), Problem> {
        let mut words = words::split(line)?.into_iter();
        let Some(first) = words.next() else { return Ok(()) };
        let host = host::read(&first)?;
        let mut variables = Vec::new();
        let is_new = self.named.insert(host.name.clone());
        if let Some((port, span)) = host.port
            && is_new
        {
            self.counted(span)?;
            let value = Number::from_decimal(port).map_or(Value::Null, Value::Number);
            variables.push(Entry { key: "ansible_port".to_owned(), key_span: span, value: Node { value, span } });
        }
        for word in words {
            let Some((name, value)) = word.pair() else {
                let message = format!("expected `name=value` behind the host, found `{}`", shown(&word.text));
                let help = "a host is followed by its variables alone; put a value with blanks in quotes, and a comment \
                            behind `#`";
                return Err(syntax(message, word.span, "no variable", help));
            };
            self.counted(word.span)?;
            let node = self.value(value.text, value.span, value.exact)?;
            variables.push(Entry { key: name.text.to_owned(), key_span: name.span, value: node });
        }
        if let Some(group) = self.groups.get_mut(place) {
            group.host(host.name, host.span, variables);
        }
        Ok(())
    }

    /// The value of a variable: a literal of Python, or else the text itself.
    fn value(&mut self, text: &str, span: Span, exact: bool) -> Result<Node, Problem> {
        // Under `all`, `children`, the group, `hosts` and the host.
        const ABOVE: usize = 5;
        let room = literal::Room {
            depth: self.limits.depth.saturating_sub(ABOVE),
            nodes: self.limits.nodes.saturating_sub(self.nodes),
        };
        match literal::read(text, span, exact, room) {
            Literal::Value(node, more) => {
                self.nodes = self.nodes.saturating_add(more);
                Ok(node)
            }
            Literal::Text => Ok(Node { value: Value::String(text.to_owned()), span }),
            Literal::Unhashable => Err(syntax(
                "a list or mapping cannot be the key of a mapping".to_owned(),
                span,
                "this value",
                "Ansible gives up on the whole inventory here; put the value in quotes",
            )),
            Literal::TooDeep => Err(super::mapping::too_deep(self.limits.depth, span)),
            Literal::TooMany => Err(too_many(self.limits.nodes, span)),
        }
    }
}

/// What is wrong, what stands there, and what to do.
fn syntax(message: String, span: Span, label: &str, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        message,
        span,
        label: Some(label.to_owned()),
        related: None,
        help: Some(help.to_owned()),
    }
}
