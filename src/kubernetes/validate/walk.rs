//! The walk over schema and value, side by side.

use super::{
    Context,
    pattern::Patterns,
    placeholder,
    scalar::{self, Fit},
    trail::{Crumb, Trail},
};
use crate::{
    document::{Entry, Node, Step, Value, Violation},
    kubernetes::schema::{Accepts, Link, Others, Property, Schema},
};

/// How many times a schema may be held against a value to choose between alternatives. What is
/// beyond is not known, and told: the file is as long as its author likes, the time for a push is not.
const ATTEMPTS: usize = 2_000_000;

/// Goes through a value and notes what is wrong.
pub(super) struct Checker<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) trail: Trail<'a>,
    /// What lies around the value, with its schema, the root first: as many as `trail` has steps.
    pub(super) around: Vec<(&'a Schema, &'a Node)>,
    pub(super) patterns: Patterns,
    pub(super) found: Vec<Violation>,
    most: usize,
    /// Whether alternatives are tried: only the first violation matters.
    pub(super) trying: bool,
    pub(super) attempts: usize,
}

impl<'a> Checker<'a> {
    pub(super) fn new(context: &'a Context<'a>, most: usize) -> Self {
        Self {
            context,
            trail: Trail::default(),
            around: Vec::new(),
            patterns: Patterns::default(),
            found: Vec::new(),
            most,
            trying: false,
            attempts: ATTEMPTS,
        }
    }

    /// Holds a value against a schema.
    pub(super) fn check(&mut self, schema: &'a Schema, node: &'a Node) {
        if self.is_full() {
            return;
        }
        match scalar::fit(schema, node, self.context) {
            Fit::Good => return,
            Fit::Bad => {
                let violation = scalar::wrong_type(self, schema.accepts, node);
                return self.tell(violation);
            }
            Fit::Look => {}
        }
        if !schema.choices.is_empty() {
            self.choices(schema, node);
        }
        match &node.value {
            Value::Mapping(entries) => self.mapping(schema, node, entries),
            Value::Sequence(items) => self.list(schema, node, items),
            Value::String(text) => self.string(schema, text),
            Value::Number(number) => self.number(schema, number),
            Value::Null | Value::Bool(_) => {}
        }
        if let Some(rare) = &schema.rare {
            self.rare(schema, rare, node);
        }
    }

    /// Whether a value is as a schema says; what is wrong with it is not told. `None` when there have
    /// been too many attempts to know.
    pub(super) fn conforms(&mut self, schema: &'a Schema, node: &'a Node) -> Option<bool> {
        let found = std::mem::take(&mut self.found);
        let trying = std::mem::replace(&mut self.trying, true);
        self.check(schema, node);
        let conforms = self.found.is_empty();
        self.trying = trying;
        self.found = found;
        (self.attempts > 0).then_some(conforms)
    }

    pub(super) fn tell(&mut self, violation: Violation) {
        if self.found.len() < self.most {
            self.found.push(violation);
        }
    }

    /// Whether nothing more needs to be looked at.
    pub(super) fn is_full(&mut self) -> bool {
        if !self.trying {
            return self.found.len() >= self.most;
        }
        self.attempts = self.attempts.saturating_sub(1);
        self.attempts == 0 || !self.found.is_empty()
    }

    /// The schema that a link leads to; `None` for a definition that is not known.
    pub(super) fn follow(&self, link: &'a Link) -> Option<&'a Schema> {
        match link {
            Link::Inline(schema) => Some(schema),
            Link::Definition(number) => self.context.definitions.get(*number),
        }
    }

    /// Holds a value inside of the one that is looked at against its schema.
    fn within(&mut self, crumb: Crumb<'a>, around: (&'a Schema, &'a Node), schema: &'a Schema, node: &'a Node) {
        self.trail.push(crumb);
        self.around.push(around);
        self.check(schema, node);
        self.around.pop();
        self.trail.pop();
    }

    fn mapping(&mut self, schema: &'a Schema, node: &'a Node, entries: &'a [Entry]) {
        for entry in entries {
            if self.is_full() {
                return;
            }
            if let Some((link, required)) = self.field(schema, entry) {
                // `null` is dropped by the API server before anything else.
                if matches!(entry.value.value, Value::Null) && !required {
                    continue;
                }
                if let Some(inner) = self.follow(link) {
                    self.within(Crumb::Key(&entry.key), (schema, node), inner, &entry.value);
                }
            }
            if schema.embedded && entry.key == "metadata" {
                if let Some(metadata) = self.context.metadata
                    && !matches!(entry.value.value, Value::Null)
                {
                    self.within(Crumb::Key(&entry.key), (schema, node), metadata, &entry.value);
                }
            } else if schema.embedded
                && matches!(entry.key.as_str(), "apiVersion" | "kind")
                && scalar::is_no_string(&entry.value, self.context)
            {
                self.trail.push(Crumb::Key(&entry.key));
                let violation = scalar::wrong_type(self, Accepts::String, &entry.value);
                self.trail.pop();
                self.tell(violation);
            }
        }
        if !self.context.partial {
            self.missing(schema, node, entries);
        }
        if self.trying {
            self.absent(schema, entries);
        }
    }

    /// What a field may hold, and whether it has to be there. An unknown field is told.
    fn field(&mut self, schema: &'a Schema, entry: &'a Entry) -> Option<(&'a Link, bool)> {
        if let Some(link) = schema.property(&entry.key) {
            let required = schema.required.binary_search_by(|name| name.as_ref().cmp(&entry.key)).is_ok();
            let required = required && self.follow(link).is_none_or(|schema| schema.default.is_none());
            return Some((link, required));
        }
        match &schema.others {
            Others::Each(link) => Some((link, false)),
            Others::Kept => None,
            Others::Refused => {
                if !self.is_let_through(schema, entry) {
                    let violation = self.unknown(schema, entry);
                    self.tell(violation);
                }
                None
            }
        }
    }

    /// Whether a field is good although no schema names it.
    fn is_let_through(&self, schema: &Schema, entry: &Entry) -> bool {
        let of_object = schema.embedded && matches!(entry.key.as_str(), "apiVersion" | "kind" | "metadata");
        // `$patch`, `$retainKeys`, `$setElementOrder/…` of strategic merge patches.
        let directive = self.context.partial && entry.key.starts_with('$');
        // What SOPS adds, and takes away again before the object is applied.
        let encryption = self.trail.is_root() && entry.key == "sops" && entry.value.get("mac").is_some();
        of_object || directive || encryption || placeholder::is_filled_in(&entry.key, self.context.templated)
    }

    /// Fields of an alternative that are not there and have a default: the default is what counts.
    fn absent(&mut self, schema: &'a Schema, entries: &'a [Entry]) {
        for Property { name, schema: link } in &schema.properties {
            let Some((inner, default)) = self.follow(link).and_then(|inner| Some((inner, inner.default.as_ref()?)))
            else {
                continue;
            };
            if self.is_full() || entries.iter().any(|entry| entry.key == name.as_ref()) {
                continue;
            }
            let node = Node { value: default.clone(), span: crate::document::Span::default() };
            let context = *self.context;
            let mut checker = Checker::new(&context, 1);
            checker.check(inner, &node);
            let violations = checker.found;
            self.found.extend(violations);
        }
    }

    fn list(&mut self, schema: &'a Schema, node: &'a Node, items: &'a [Node]) {
        if let Some(item_schema) = schema.items.as_ref().and_then(|link| self.follow(link)) {
            for (index, item) in items.iter().enumerate() {
                if self.is_full() {
                    return;
                }
                // Go makes an empty object of it, which is good when nothing is required.
                let empty = matches!(item.value, Value::Null)
                    && item_schema.accepts == Accepts::Object
                    && item_schema.required.is_empty()
                    && item_schema.rare.is_none();
                // A definition of Kubernetes' own takes `null` where it stands, but not in a list.
                let nothing = matches!(item.value, Value::Null) && item_schema.accepts == Accepts::Object && !empty;
                if nothing && !self.context.partial && item_schema.nullable {
                    let route = self.trail.route().child(Step::Index(index));
                    let message = format!("an item of {} is empty", self.trail.name());
                    self.tell(Violation::of_value(route, message).with_help("write it, or take the `-` away"));
                } else if !empty {
                    self.within(Crumb::Index(index), (schema, node), item_schema, item);
                }
            }
        }
        self.repeated(schema, items);
    }
}
