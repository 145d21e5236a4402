//! Groups while an inventory is read, and the tree that they become.

use std::collections::{BTreeMap, HashMap};

use super::super::mapping::{MappingBuilder, shown};
use super::line::Section;
use super::{ALL, syntax};
use crate::document::{Entry, Node, Problem, Span, Value};

/// A group of hosts.
pub(super) struct Group {
    name: String,
    /// Where it is first mentioned.
    name_span: Span,
    /// Whether a section says that it is there: one for variables alone does not.
    declared: bool,
    /// A mention that asks for it: of its variables, or as a child.
    asked: Option<(Span, Section)>,
    hosts: Part<Vec<Host>>,
    /// Where each host is in `hosts`.
    places: BTreeMap<String, usize>,
    vars: Part<MappingBuilder>,
    children: Part<Vec<(String, Span)>>,
}

/// What the sections of one kind say of a group.
#[derive(Default)]
struct Part<T> {
    /// Where the kind of section is first written.
    key: Option<Span>,
    /// From the first header to the last line.
    hull: Option<Span>,
    content: T,
}

struct Host {
    name: String,
    name_span: Span,
    hull: Option<Span>,
    vars: MappingBuilder,
}

fn joined(hull: Option<Span>, span: Span) -> Span {
    hull.map_or(span, |hull| Span { start: hull.start.min(span.start), end: hull.end.max(span.end) })
}

impl Group {
    pub(super) fn new(name: &str, name_span: Span) -> Self {
        Self {
            name: name.to_owned(),
            name_span,
            declared: false,
            asked: None,
            hosts: Part::default(),
            places: BTreeMap::new(),
            vars: Part::default(),
            children: Part::default(),
        }
    }

    /// A section of it begins.
    pub(super) fn open(&mut self, section: Section, key: Span, line: Span) {
        let (first, hull) = match section {
            Section::Hosts => (&mut self.hosts.key, &mut self.hosts.hull),
            Section::Vars => (&mut self.vars.key, &mut self.vars.hull),
            Section::Children => (&mut self.children.key, &mut self.children.hull),
        };
        first.get_or_insert(key);
        *hull = Some(joined(*hull, line));
        match section {
            Section::Hosts | Section::Children => self.declared = true,
            Section::Vars => {
                self.asked.get_or_insert((line, Section::Vars));
            }
        }
    }

    pub(super) fn host(&mut self, name: String, name_span: Span, variables: Vec<Entry>) {
        self.hosts.hull = Some(joined(self.hosts.hull, name_span));
        let hosts = &mut self.hosts.content;
        let place = *self.places.entry(name.clone()).or_insert_with(|| {
            hosts.push(Host { name, name_span, hull: None, vars: MappingBuilder::default() });
            hosts.len() - 1
        });
        let Some(host) = hosts.get_mut(place) else { return };
        for entry in variables {
            let span = joined(Some(entry.key_span), entry.value.span);
            host.hull = Some(joined(host.hull, span));
            self.hosts.hull = Some(joined(self.hosts.hull, span));
            host.vars.merge(entry);
        }
    }

    pub(super) fn variable(&mut self, entry: Entry, line: Span) {
        self.vars.hull = Some(joined(self.vars.hull, line));
        self.vars.content.merge(entry);
    }

    pub(super) fn child(&mut self, name: &str, span: Span) {
        self.children.hull = Some(joined(self.children.hull, span));
        self.children.content.push((name.to_owned(), span));
    }
}

/// Finds groups that contain themselves. Groups that are asked for and not there may stand in another file:
/// an inventory may be a folder.
pub(super) fn undeclared(groups: &[Group], places: &HashMap<String, usize>, problems: &mut Vec<Problem>) {
    loops(groups, places, problems);
}

/// Finds the mentions of a group that make it a part of itself. Walks without recursion.
fn loops(groups: &[Group], places: &HashMap<String, usize>, problems: &mut Vec<Problem>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Above,
        Done,
    }
    let mut seen = vec![Seen::Not; groups.len()];
    // The group of all hosts contains every other, so that none may contain it, nor itself.
    for group in groups {
        for (name, span) in group.children.content.iter().filter(|(name, _)| name == ALL) {
            problems.push(in_itself(name, *span));
        }
    }
    for start in 1..groups.len() {
        if seen.get(start) != Some(&Seen::Not) {
            continue;
        }
        let mut way = vec![(start, 0)];
        while let Some((place, next)) = way.last_mut() {
            if let Some(state) = seen.get_mut(*place) {
                *state = Seen::Above;
            }
            let children = groups.get(*place).map_or(&[][..], |group| group.children.content.as_slice());
            let Some((name, span)) = children.get(*next) else {
                if let Some(state) = seen.get_mut(*place) {
                    *state = Seen::Done;
                }
                way.pop();
                continue;
            };
            *next += 1;
            let Some(child) = places.get(name).copied().filter(|child| *child != 0) else { continue };
            match seen.get(child) {
                Some(Seen::Above) => problems.push(in_itself(name, *span)),
                Some(Seen::Not) => way.push((child, 0)),
                Some(Seen::Done) | None => {}
            }
        }
    }
}

fn in_itself(name: &str, span: Span) -> Problem {
    let message = format!("group `{}` would be a part of itself", shown(name));
    syntax(message, span, "closes the circle", "remove this line: groups may not contain each other in a circle")
}

/// The tree of all groups; `start` is where the text begins.
pub(super) fn tree(groups: Vec<Group>, start: usize) -> Node {
    let mut entries = Vec::new();
    let mut hull = None;
    let mut children = Vec::new();
    for (place, group) in groups.into_iter().enumerate() {
        if place > 0 {
            let (key, key_span) = (group.name.clone(), group.name_span);
            let (fields, inner) = fields(group);
            let span = joined(inner, key_span);
            hull = Some(joined(hull, span));
            children.push(Entry { key, key_span, value: mapping(fields, span) });
        } else {
            let (fields, inner) = fields(group);
            // Its children are all groups, whether it names them or not.
            entries.extend(fields.into_iter().filter(|entry| entry.key != "children"));
            hull = inner.or(hull);
        }
    }
    let whole = hull.unwrap_or(Span::new(start, start));
    let point = Span { start: whole.start, end: whole.start };
    if !children.is_empty() {
        let span = children
            .iter()
            .fold(None, |hull, entry| Some(joined(hull, joined(Some(entry.key_span), entry.value.span))))
            .unwrap_or(whole);
        entries.push(Entry { key: "children".to_owned(), key_span: point, value: mapping(children, span) });
    }
    let all = Entry { key: ALL.to_owned(), key_span: point, value: mapping(entries, whole) };
    mapping(vec![all], whole)
}

fn mapping(entries: Vec<Entry>, span: Span) -> Node {
    Node { value: Value::Mapping(entries), span }
}

/// What is said of a group, and from where to where.
fn fields(group: Group) -> (Vec<Entry>, Option<Span>) {
    let mut fields = Vec::new();
    let mut hull: Option<Span> = None;
    let mut add = |key: &str, key_span: Option<Span>, part: Option<Span>, content: Vec<Entry>| {
        let Some(span) = part else { return };
        hull = Some(joined(hull, span));
        if !content.is_empty() {
            // Hosts before the first header are in no section.
            let key_span = key_span.unwrap_or(Span { start: span.start, end: span.start });
            fields.push(Entry { key: key.to_owned(), key_span, value: mapping(content, span) });
        }
    };
    let null = |at: Span| Node { value: Value::Null, span: Span { start: at.end, end: at.end } };
    let hosts = group.hosts.content.into_iter().map(|host| {
        let value = host.hull.map_or_else(|| null(host.name_span), |hull| mapping(host.vars.finish(), hull));
        Entry { key: host.name, key_span: host.name_span, value }
    });
    add("hosts", group.hosts.key, group.hosts.hull, hosts.collect());
    add("vars", group.vars.key, group.vars.hull, group.vars.content.finish());
    let mut children = MappingBuilder::default();
    for (name, span) in group.children.content {
        children.merge(Entry { key: name, key_span: span, value: null(span) });
    }
    add("children", group.children.key, group.children.hull, children.finish());
    (fields, hull)
}
