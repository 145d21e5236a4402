//! From a tree to values, by the tables of keys, noting everything that is wrong on the way.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::Layer;
use super::fields::Fields;
use super::keys::{Key, Shape};
use super::problem::ConfigProblem;
use super::words::{Complaint, Keyword, Text, Vocabulary, listed, nearest};
use crate::document::{Node, Number, Span, Value};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads values and collects problems. A reader answers `None` when a key is absent or when what
/// stands there is wrong and has been noted; a configuration with any problem is thrown away.
#[derive(Debug)]
pub(super) struct Decoder<'t> {
    text: &'t str,
    pub(super) layer: Layer,
    pub(super) globs: super::glob::Compiled,
    problems: Vec<ConfigProblem>,
}

impl<'t> Decoder<'t> {
    /// A decoder for the text the spans point into.
    pub(super) fn new(text: &'t str, layer: Layer) -> Self {
        Self { text, layer, globs: super::glob::Compiled::default(), problems: Vec::new() }
    }

    /// Notes a problem.
    pub(super) fn note(&mut self, problem: ConfigProblem) {
        self.problems.push(problem);
    }

    /// The problems noted, in no order.
    pub(super) fn into_problems(self) -> Vec<ConfigProblem> {
        self.problems
    }

    /// Notes that a key of the contract is not built yet.
    pub(super) fn unsupported_key(&mut self, span: Span, name: &str) {
        let message = format!("`{name}` is not supported by pushgate {VERSION}");
        self.note(ConfigProblem::new(span, message).help("remove it; nothing would be enforced"));
    }

    /// Notes that a value of the contract is not built yet.
    fn unsupported_value(&mut self, span: Span, value: &str, known: &Vocabulary) {
        let message = format!("`{value}` is not supported by pushgate {VERSION}");
        let known = listed(known.words.iter().map(|(word, _)| *word));
        self.note(ConfigProblem::new(span, message).help(format!("nothing would be enforced; supported: {known}")));
    }

    /// Notes a value of the wrong type.
    pub(super) fn expected(&mut self, node: &Node, name: &str, what: &str, help: Option<&str>) {
        self.note(match &node.value {
            Value::Null => {
                let problem = ConfigProblem::new(node.span, format!("{name} has no value"));
                problem.help(help.map_or_else(|| format!("write {what}"), str::to_owned))
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {
                let message = format!("{name} should be {what}, not {}", node.kind_name());
                ConfigProblem { help: help.map(str::to_owned), ..ConfigProblem::new(node.span, message) }
            }
        });
    }

    /// Notes what is wrong with a string.
    pub(super) fn complain(&mut self, span: Span, text: &str, complaint: Complaint) {
        let Complaint { message, help, part } = complaint;
        let span = part.and_then(|part| self.inside(span, text, part)).unwrap_or(span);
        self.problems.push(ConfigProblem { message, span, label: None, help, related: None });
    }

    /// The place of a part of a string, where it is written without escapes.
    fn inside(&self, span: Span, text: &str, (start, end): (usize, usize)) -> Option<Span> {
        let raw = self.text.get(span.start as usize..span.end as usize)?;
        let offset = match raw.strip_prefix(text) {
            Some(_) => 0,
            None => raw.strip_prefix(['"', '\'']).filter(|raw| raw.starts_with(text)).map(|_| 1)?,
        };
        let start_of = span.start as usize + offset;
        Some(Span::new(start_of + start, start_of + end))
    }

    /// A string.
    pub(super) fn text(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        let (Key { shape: Shape::One(sort), .. }, entry) = fields.find(name)? else { return None };
        self.string(&entry.value, &format!("`{name}`"), *sort).map(|(text, _)| text)
    }

    /// One string or more, at least one.
    pub(super) fn texts(&mut self, fields: &Fields<'_>, name: &str) -> Option<Vec<(String, Span)>> {
        let (Key { shape: Shape::Many(sort), .. }, entry) = fields.find(name)? else { return None };
        self.each(&entry.value, name, false, |decoder, item, name| decoder.string(item, name, *sort))
    }

    fn string(&mut self, node: &Node, name: &str, sort: Text) -> Option<(String, Span)> {
        let Some(text) = node.as_str() else {
            let help = match node.value {
                Value::Bool(_) | Value::Number(_) => Some("put it in quotes if this text is meant"),
                Value::Null | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => None,
            };
            self.expected(node, name, "a string", help);
            return None;
        };
        match sort.check(text) {
            Ok(()) => Some((text.to_owned(), node.span)),
            Err(complaint) => {
                self.complain(node.span, text, complaint);
                None
            }
        }
    }

    /// The items of a list, or the one value that stands for a list, without repetitions.
    fn each<T: Clone + Ord + Display>(
        &mut self,
        node: &Node,
        name: &str,
        may_be_empty: bool,
        mut read: impl FnMut(&mut Self, &Node, &str) -> Option<(T, Span)>,
    ) -> Option<Vec<(T, Span)>> {
        let quoted = format!("`{name}`");
        let Some(items) = node.as_sequence() else {
            if matches!(node.value, Value::Mapping(_)) {
                self.expected(node, &quoted, "a string or a list of strings", None);
                return None;
            }
            return read(self, node, &quoted).map(|item| vec![item]);
        };
        if items.is_empty() && !may_be_empty {
            self.note(ConfigProblem::new(node.span, format!("{quoted} is empty")).help("list something, or remove it"));
            return None;
        }
        let of = format!("an item of {quoted}");
        let mut found: Vec<(T, Span)> = Vec::new();
        let mut places: BTreeMap<T, Span> = BTreeMap::new();
        for item in items {
            let Some((value, span)) = read(self, item, &of) else { continue };
            if let Some(first) = places.get(&value) {
                let problem = ConfigProblem::new(span, format!("`{value}` stands twice in {quoted}"))
                    .related(*first, "first here");
                self.note(problem.help("remove one of the two"));
            } else {
                places.insert(value.clone(), span);
                found.push((value, span));
            }
        }
        (found.len() == items.len()).then_some(found)
    }

    /// A keyword.
    pub(super) fn word<K: Keyword>(&mut self, fields: &Fields<'_>, name: &str) -> Option<K> {
        let (Key { shape: Shape::Word(known), .. }, entry) = fields.find(name)? else { return None };
        self.keyword(&entry.value, &format!("`{name}`"), &known()).map(|(word, _)| word)
    }

    /// A keyword, or a mapping in its place.
    pub(super) fn word_or_table<'n, K: Keyword>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
    ) -> Option<Result<K, Fields<'n>>> {
        let (Key { shape: Shape::WordOrTable { known, table }, .. }, entry) = fields.find(name)? else { return None };
        let quoted = format!("`{name}`");
        match &entry.value.value {
            Value::Mapping(_) => self.fields(&entry.value, table, &quoted).map(Err),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
                self.keyword(&entry.value, &quoted, &known()).map(|(word, _)| Ok(word))
            }
        }
    }

    /// Names, each with those that may follow it: every one of them is a name of its own.
    pub(super) fn machine(&mut self, fields: &Fields<'_>, name: &str) -> Option<Vec<(String, Vec<String>)>> {
        let (Key { shape: Shape::Machine, .. }, entry) = fields.find(name)? else { return None };
        let states = match &entry.value.value {
            Value::Mapping(states) if !states.is_empty() => states,
            Value::Mapping(_) => {
                let problem = ConfigProblem::new(entry.value.span, format!("`{name}` is empty"));
                self.note(problem.help("write each state with those that may follow it: `draft: [active]`"));
                return None;
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
                self.expected(
                    &entry.value,
                    &format!("`{name}`"),
                    "a mapping",
                    Some("such as `{draft: [active], active: []}`"),
                );
                return None;
            }
        };
        let mut read = Vec::new();
        for state in states {
            if state.key.trim().is_empty() {
                self.note(ConfigProblem::new(state.key_span, "an empty name of a state").help("give it a name"));
            }
            let next =
                self.each(&state.value, &state.key, true, |decoder, item, name| decoder.string(item, name, Text::Free));
            for (target, span) in next.iter().flatten() {
                let known = || states.iter().map(|state| state.key.as_str());
                if known().any(|known| known == target) {
                    if *target == state.key {
                        let problem = ConfigProblem::new(*span, format!("`{target}` follows itself"));
                        self.note(problem.help("remove it: a state may stay as it is anyway"));
                    }
                    continue;
                }
                let problem = ConfigProblem::new(*span, format!("`{target}` is no state of this machine"));
                self.note(problem.help(match nearest(target, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add `{target}: []` if nothing follows it"),
                }));
            }
            read.push((state.key.clone(), next?.into_iter().map(|(target, _)| target).collect()));
        }
        Some(read)
    }

    /// Keywords.
    pub(super) fn words<K: Keyword + Display>(&mut self, fields: &Fields<'_>, name: &str) -> Option<Vec<K>> {
        let (Key { shape: Shape::Words { known, may_be_empty }, .. }, entry) = fields.find(name)? else { return None };
        let known = known();
        let words =
            self.each(&entry.value, name, *may_be_empty, |decoder, item, name| decoder.keyword(item, name, &known))?;
        Some(words.into_iter().map(|(word, _)| word).collect())
    }

    fn keyword<K: Keyword>(&mut self, node: &Node, name: &str, known: &Vocabulary) -> Option<(K, Span)> {
        let all = || known.words.iter().map(|(word, _)| *word);
        let Some(text) = node.as_str() else {
            self.expected(node, name, &one_of(all()), None);
            return None;
        };
        if let Some((_, word, _)) = K::WORDS.iter().find(|(word, ..)| *word == text) {
            return Some((*word, node.span));
        }
        if known.planned.contains(&text) {
            self.unsupported_value(node.span, text, known);
            return None;
        }
        let problem = ConfigProblem::new(node.span, format!("unknown value `{text}` for {name}"));
        self.note(problem.help(match nearest(text, all()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write {}", one_of(all())),
        }));
        None
    }

    /// Whether `true` stands there.
    pub(super) fn is_true(&mut self, fields: &Fields<'_>, name: &str) -> bool {
        let Some((Key { shape: Shape::True, .. }, entry)) = fields.find(name) else { return false };
        match &entry.value.value {
            Value::Bool(true) => return true,
            Value::Bool(false) => {
                let problem = ConfigProblem::new(entry.value.span, format!("`{name}: false` says nothing"));
                self.note(problem.help("remove it"));
            }
            Value::Null | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {
                self.expected(&entry.value, &format!("`{name}`"), "`true`", None);
            }
        }
        false
    }

    /// The version of the format.
    pub(super) fn version(&mut self, fields: &Fields<'_>, name: &str) -> Option<u32> {
        let (Key { shape: Shape::Version, .. }, entry) = fields.find(name)? else { return None };
        match &entry.value.value {
            Value::Number(Number::Int(1)) => return Some(1),
            Value::Number(number) => {
                let message = format!("version {number} is not supported by pushgate {VERSION}");
                self.note(ConfigProblem::new(entry.value.span, message).help("write `version: 1`"));
            }
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {
                self.expected(&entry.value, &format!("`{name}`"), "the number `1`", None);
            }
        }
        None
    }

    /// An amount within the bounds of its key, in the smallest steps of its unit.
    pub(super) fn amount(&mut self, fields: &Fields<'_>, name: &str) -> Option<u64> {
        let (Key { shape: Shape::Amount { unit, min, max }, .. }, entry) = fields.find(name)? else { return None };
        let span = entry.value.span;
        let text = match &entry.value.value {
            Value::String(text) if unit.regex().is_some() => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {
                self.expected(&entry.value, &format!("`{name}`"), unit.called(), Some(unit.example()));
                return None;
            }
        };
        let amount = match unit.read(&text) {
            Ok(amount) => amount,
            Err(complaint) => {
                self.complain(span, &text, complaint);
                return None;
            }
        };
        if (*min..=*max).contains(&amount) {
            return Some(amount);
        }
        let amount = unit.write(amount);
        let message = if amount.starts_with('0') {
            format!("`{name}` cannot be zero")
        } else {
            format!("`{name}` of {amount} is out of bounds")
        };
        self.note(ConfigProblem::new(span, message).help(format!("from {} to {}", unit.write(*min), unit.write(*max))));
        None
    }

    /// A mapping in a mapping.
    pub(super) fn table<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Option<Fields<'n>> {
        let (Key { shape: Shape::Table(table), .. }, entry) = fields.find(name)? else { return None };
        self.fields(&entry.value, table, &format!("`{name}`"))
    }

    /// A list of mappings, each read by `read`; those that are wrong are left out.
    pub(super) fn tables<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        mut read: impl FnMut(&mut Self, &Fields<'_>, Span) -> Option<T>,
    ) -> Vec<T> {
        let Some((Key { shape: Shape::Tables(table), .. }, entry)) = fields.find(name) else { return Vec::new() };
        let quoted = format!("`{name}`");
        let Some(items) = entry.value.as_sequence() else {
            self.expected(&entry.value, &quoted, "a list", Some("each entry starts with `- `"));
            return Vec::new();
        };
        if items.is_empty() {
            let problem = ConfigProblem::new(entry.value.span, format!("{quoted} is empty"));
            self.note(problem.help("list something, or remove it"));
        }
        let mut found = Vec::new();
        for item in items {
            let fields = self.fields(item, table, table.what);
            found.extend(fields.and_then(|fields| read(self, &fields, item.span)));
        }
        found
    }
}

fn one_of<'w>(words: impl ExactSizeIterator<Item = &'w str>) -> String {
    let only = words.len() == 1;
    format!("{}{}", if only { "" } else { "one of " }, listed(words))
}
