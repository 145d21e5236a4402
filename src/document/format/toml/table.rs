//! Tables while they are read: which may be opened, extended, or written once only.

use std::collections::HashMap;

use super::{Part, joined, syntax};
use crate::document::format::mapping::{Problems, shown};
use crate::document::{Entry, Node, Problem, Span, Value};

/// A table of [`Tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target(usize);

impl Target {
    pub(super) const ROOT: Self = Self(0);
}

/// How a table came to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// As the way to another: `a` of `[a.b]`. May still be opened by a header.
    Way,
    /// By its own header.
    Header,
    /// By dotted keys: `a` of `a.b = 1`, in the table with this number. Only keys of that one extend it.
    Dotted(usize),
}

struct Table {
    origin: Origin,
    depth: usize,
    /// Where it was first opened.
    first: Span,
    span: Option<Span>,
    entries: Vec<(Part, Slot)>,
    /// Places in `entries`. Never iterated.
    places: HashMap<String, usize>,
}

enum Slot {
    Value(Node),
    Table(Target),
    /// `[[a]]`: one table each.
    List(Vec<Target>),
}

/// All tables of a file; the first is the file itself.
pub(super) struct Tables {
    all: Vec<Table>,
    start: usize,
}

impl Tables {
    pub(super) fn new(start: usize) -> Self {
        let mut tables = Self { all: Vec::new(), start };
        tables.add(Origin::Header, 0, Span::new(start, start));
        tables
    }

    /// How many levels the table is below the file.
    pub(super) fn depth(&self, table: Target) -> usize {
        self.all.get(table.0).map_or(0, |table| table.depth)
    }

    fn add(&mut self, origin: Origin, depth: usize, first: Span) -> Target {
        let table = Table { origin, depth, first, span: None, entries: Vec::new(), places: HashMap::new() };
        self.all.push(table);
        Target(self.all.len() - 1)
    }

    fn find(&self, table: Target, name: &str) -> Option<&(Part, Slot)> {
        let table = self.all.get(table.0)?;
        table.entries.get(*table.places.get(name)?)
    }

    fn insert(&mut self, table: Target, part: &Part, slot: Slot) {
        let Some(table) = self.all.get_mut(table.0) else { return };
        table.places.insert(part.name.clone(), table.entries.len());
        table.entries.push((Part { name: part.name.clone(), span: part.span }, slot));
    }

    /// Steps along the parts of a header; the tables on the way are made where they are not.
    fn walk(&mut self, mut table: Target, path: &[Part]) -> Result<Target, Problem> {
        for part in path {
            let next = match self.find(table, &part.name) {
                Some((_, Slot::Table(next))) => Some(*next),
                // A list of tables stands for its last one.
                Some((_, Slot::List(items))) => items.last().copied(),
                Some((first, Slot::Value(value))) => return Err(conflict(part, first, value)),
                None => None,
            };
            table = if let Some(next) = next {
                next
            } else {
                let next = self.add(Origin::Way, self.depth(table) + 1, part.span);
                self.insert(table, part, Slot::Table(next));
                next
            };
        }
        Ok(table)
    }

    /// `[a.b]`
    pub(super) fn open(&mut self, path: &[Part], span: Span, problems: &mut Problems) -> Result<Target, Problem> {
        let Some((last, way)) = path.split_last() else { return Ok(Target::ROOT) };
        let parent = self.walk(Target::ROOT, way)?;
        let target = match self.find(parent, &last.name) {
            None => {
                let target = self.add(Origin::Header, self.depth(parent) + 1, last.span);
                self.insert(parent, last, Slot::Table(target));
                target
            }
            Some((first, Slot::Value(value))) => return Err(conflict(last, first, value)),
            Some((first, Slot::List(_))) => {
                let message = format!("`{}` is a list of tables already", shown(&last.name));
                let help = "add a table to it with `[[…]]`";
                return Err(related(&message, last.span, first.span, "the list begins here", help));
            }
            Some((first, Slot::Table(target))) => {
                let (target, key_span) = (*target, first.span);
                match self.all.get_mut(target.0) {
                    Some(Table { origin: Origin::Dotted(_), .. }) => {
                        let message = format!("the table `{}` is written by dotted keys already", shown(&last.name));
                        let help = "write all its keys in one of both ways";
                        return Err(related(&message, last.span, key_span, "written here", help));
                    }
                    Some(Table { origin: Origin::Header, first, .. }) => {
                        let first = *first;
                        problems.repeated_key(&last.name, last.span, first);
                    }
                    Some(table) => {
                        table.origin = Origin::Header;
                        table.first = last.span;
                    }
                    None => {}
                }
                target
            }
        };
        self.cover(target, span);
        Ok(target)
    }

    /// `[[a.b]]`
    pub(super) fn list(&mut self, path: &[Part], span: Span) -> Result<Target, Problem> {
        let Some((last, way)) = path.split_last() else { return Ok(Target::ROOT) };
        let parent = self.walk(Target::ROOT, way)?;
        // The list is a level of its own.
        let depth = self.depth(parent) + 2;
        match self.find(parent, &last.name) {
            None | Some((_, Slot::List(_))) => {}
            Some((first, Slot::Value(value))) => return Err(conflict(last, first, value)),
            Some((first, Slot::Table(_))) => {
                let message = format!("`{}` is a table already, not a list of tables", shown(&last.name));
                let help = "write `[[…]]` at its first table, too, or give one of both another name";
                return Err(related(&message, last.span, first.span, "the table is written here", help));
            }
        }
        let target = self.add(Origin::Header, depth, last.span);
        self.cover(target, span);
        let place = self.all.get(parent.0).and_then(|table| table.places.get(&last.name)).copied();
        let known = place.and_then(|place| self.all.get_mut(parent.0)?.entries.get_mut(place));
        if let Some((_, Slot::List(items))) = known {
            items.push(target);
        } else {
            self.insert(parent, last, Slot::List(vec![target]));
        }
        Ok(target)
    }

    /// `a.b = value` in a table.
    pub(super) fn write(
        &mut self,
        table: Target,
        mut path: Vec<Part>,
        value: Node,
        problems: &mut Problems,
    ) -> Result<(), Problem> {
        let Some(last) = path.pop() else { return Ok(()) };
        let span = joined(path.first().unwrap_or(&last).span, value.span);
        self.cover(table, span);
        let home = table.0;
        let mut table = table;
        for (at, part) in path.iter().enumerate() {
            let next = match self.find(table, &part.name) {
                None => None,
                Some((first, Slot::Value(value))) => return Err(conflict(part, first, value)),
                Some((first, Slot::List(_))) => {
                    let message =
                        format!("`{}` is a list of tables, which dotted keys cannot extend", shown(&part.name));
                    return Err(related(&message, part.span, first.span, "the list begins here", "use another key"));
                }
                Some((first, Slot::Table(next))) => {
                    if !self.all.get(next.0).is_some_and(|table| table.origin == Origin::Dotted(home)) {
                        let message = format!("the table `{}` is written already", shown(&part.name));
                        let help = "dotted keys cannot extend a table with a header; put them below the header";
                        return Err(related(&message, part.span, first.span, "written here", help));
                    }
                    Some(*next)
                }
            };
            table = if let Some(next) = next {
                next
            } else {
                let next = self.add(Origin::Dotted(home), self.depth(table) + 1, part.span);
                self.insert(table, part, Slot::Table(next));
                next
            };
            let inner = path.get(at + 1).unwrap_or(&last).span;
            self.cover(table, joined(inner, value.span));
        }
        match self.find(table, &last.name) {
            None => self.insert(table, &last, Slot::Value(value)),
            Some((first, _)) => {
                problems.repeated_key(&last.name, last.span, first.span);
            }
        }
        Ok(())
    }

    fn cover(&mut self, table: Target, span: Span) {
        if let Some(table) = self.all.get_mut(table.0) {
            table.span = Some(table.span.map_or(span, |old| joined(old, span)));
        }
    }

    /// The value of the whole file. Tables are made after those that hold them, so that the last come first.
    pub(super) fn finish(self) -> Node {
        let start = self.start;
        let mut done: HashMap<usize, Node> = HashMap::new();
        for (number, table) in self.all.into_iter().enumerate().rev() {
            let mut span = table.span;
            let mut entries = Vec::with_capacity(table.entries.len());
            for (Part { name, span: key_span }, slot) in table.entries {
                let mut take = |target: Target| done.remove(&target.0);
                let value = match slot {
                    Slot::Value(value) => Some(value),
                    Slot::Table(target) => take(target),
                    Slot::List(items) => {
                        let items: Vec<Node> = items.into_iter().filter_map(take).collect();
                        let span = items.iter().map(|item| item.span).reduce(joined);
                        span.map(|span| Node { value: Value::Sequence(items), span })
                    }
                };
                let Some(value) = value else { continue };
                span = Some(span.map_or(value.span, |span| joined(span, value.span)));
                entries.push(Entry { key: name, key_span, value });
            }
            // What nothing was written into has a place all the same.
            let span = span.unwrap_or(if number == 0 { Span::new(start, start) } else { table.first });
            done.insert(number, Node { value: Value::Mapping(entries), span });
        }
        let empty = Node { value: Value::Mapping(Vec::new()), span: Span::new(start, start) };
        done.remove(&0).unwrap_or(empty)
    }
}

/// A key leads through a value that is no table, or that is complete as it is written.
pub(super) fn conflict(part: &Part, first: &Part, value: &Node) -> Problem {
    let name = shown(&part.name);
    let (message, help) = match &value.value {
        Value::Mapping(_) => {
            (format!("the inline table `{name}` cannot be extended"), "write all its keys between its braces")
        }
        Value::Sequence(_) => {
            (format!("`{name}` is a list already, and cannot be extended"), "write all its items between its brackets")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            (format!("`{name}` is {} already, not a table", value.kind_name()), "give one of both another name")
        }
    };
    related(&message, part.span, first.span, "written here", help)
}

fn related(message: &str, span: Span, first: Span, label: &str, help: &str) -> Problem {
    let mut problem = syntax(message, span, help);
    problem.related = Some((first, label.to_owned()));
    problem
}
