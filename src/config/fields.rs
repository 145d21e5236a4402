//! The keys of a mapping, compared with those it can have.

use super::Layer;
use super::decode::Decoder;
use super::keys::{Key, TABLES, Table};
use super::problem::ConfigProblem;
use super::words::{listed, nearest};
use crate::document::{Entry, Node, Span, Value};

/// A mapping whose keys have been compared with a [`Table`].
#[derive(Clone, Debug)]
pub(super) struct Fields<'n> {
    /// The keys that count. One that is misspelt counts as the one it resembles, so that what stands
    /// there is read as well and all mistakes are found at once.
    found: Vec<(&'static Key, &'n Entry)>,
}

impl<'n> Fields<'n> {
    /// A key and what stands there.
    pub(super) fn find(&self, name: &str) -> Option<(&'static Key, &'n Entry)> {
        self.found.iter().find(|(key, _)| key.name == name).copied()
    }

    /// Whether the key stands there, right or wrong.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
}

impl Decoder<'_> {
    /// Takes a mapping and notes keys that should not be there and those that are missing.
    /// `name` is what the mapping is called where it stands.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, table: &'static Table, name: &str) -> Option<Fields<'n>> {
        let Value::Mapping(entries) = &node.value else {
            self.expected(node, name, "a mapping", Some(&known_keys(table)));
            return None;
        };
        let Some(first) = entries.first() else {
            self.note(ConfigProblem::new(node.span, format!("{name} is empty")).help(known_keys(table)));
            return None;
        };
        let mut fields = Fields { found: Vec::with_capacity(entries.len()) };
        for entry in entries {
            fields.found.extend(self.compare(entry, table, node).map(|key| (key, entry)));
        }
        self.alternatives(table, node, &fields, first.key_span);
        for (key, entry) in &fields.found {
            if let Some(other) = key.only_with.filter(|other| !fields.has(other)) {
                let problem =
                    ConfigProblem::new(entry.key_span, format!("`{}` says nothing without `{other}`", key.name));
                self.note(problem.help("remove it"));
            }
            for needed in key.needs.iter().filter(|needed| !fields.has(needed)).filter_map(|name| table.key(name)) {
                self.missing(table, &[needed], first.key_span);
            }
        }
        let stood_in_for = table.planned.iter().any(|planned| planned.stands_in && node.entry(planned.name).is_some());
        if !stood_in_for {
            for key in table.keys.iter().filter(|key| key.required && !fields.has(key.name)) {
                self.missing(table, &[key], first.key_span);
            }
        }
        Some(fields)
    }

    /// The known key that an entry is, or is meant to be.
    fn compare(&mut self, entry: &Entry, table: &'static Table, node: &Node) -> Option<&'static Key> {
        let name = entry.key.as_str();
        if let Some(key) = table.key(name) {
            return match self.layer {
                Layer::Repository if key.server_only => {
                    let message = format!("`{name}` may only be set in the server's file");
                    self.note(ConfigProblem::new(entry.key_span, message).help("remove it here"));
                    None
                }
                Layer::Server | Layer::Repository | Layer::Client => Some(key),
            };
        }
        if table.planned.iter().any(|planned| planned.name == name) {
            self.unsupported_key(entry.key_span, name);
            return None;
        }
        let problem = ConfigProblem::new(entry.key_span, format!("unknown key `{name}`"));
        let absent = table.names().filter(|known| node.entry(known).is_none());
        if let Some(near) = nearest(name, absent) {
            self.note(problem.help(format!("did you mean `{near}`?")));
            return table.key(near).filter(|key| !(key.server_only && self.layer == Layer::Repository));
        }
        if let Some(near) = nearest(name, table.names()).and_then(|near| node.entry(near)) {
            let label = format!("`{}` stands here already", near.key);
            self.note(problem.related(near.key_span, label).help(format!("did you mean `{}`?", near.key)));
            return None;
        }
        let known = known_keys(table);
        self.note(problem.help(match home(name, table) {
            Some(home) => format!("`{name}` belongs {home}; {known}"),
            None => known,
        }));
        None
    }

    /// Notes when not exactly one of the table's alternatives is there.
    fn alternatives(&mut self, table: &'static Table, node: &Node, fields: &Fields<'_>, first: Span) {
        let planned = table.one_of.iter().filter(|name| table.key(name).is_none()).filter_map(|name| node.entry(name));
        let built = fields.found.iter().filter(|(key, _)| table.one_of.contains(&key.name)).map(|(_, entry)| *entry);
        let mut present: Vec<&Entry> = built.chain(planned).collect();
        present.sort_by_key(|entry| entry.key_span);
        match present.as_slice() {
            [] => {
                let keys: Vec<_> = table.one_of.iter().filter_map(|name| table.key(name)).collect();
                if !keys.is_empty() {
                    self.missing(table, &keys, first);
                }
            }
            [_] => {}
            [one, more, ..] => {
                let message = format!("`{}` and `{}` exclude each other", one.key, more.key);
                let problem = ConfigProblem::new(more.key_span, message).related(one.key_span, "stands here already");
                self.note(problem.help("write an entry for each"));
            }
        }
    }

    /// Notes that one of these keys has to be there.
    fn missing(&mut self, table: &Table, keys: &[&Key], first: Span) {
        let message = match keys {
            [only] => format!("`{}` is missing", only.name),
            [..] => format!("one of {} is missing", listed(keys.iter().map(|key| key.name))),
        };
        let what = table.what.replacen("an entry", "this entry", 1).replacen("a rule", "this rule", 1);
        let help: Vec<_> =
            keys.iter().map(|key| format!("add `{}`: {}", key.name, key.says.trim_end_matches('.'))).collect();
        let problem = ConfigProblem::new(first, message).label(format!("in {what}"));
        self.note(problem.help(help.join("; or ")));
    }
}

/// Where a key that is unknown in `table` would be known, if there is one such place.
fn home(name: &str, table: &Table) -> Option<String> {
    let mut homes = TABLES.iter().filter(|other| other.place != table.place && other.key(name).is_some());
    let home = homes.next()?;
    match (home.place, homes.next()) {
        ("", _) => Some("at the top of the file".to_owned()),
        (place, None) => Some(format!("into `{place}`")),
        (_, Some(_)) => None,
    }
}

fn known_keys(table: &Table) -> String {
    format!("known in {}: {}", table.what, listed(table.names()))
}
