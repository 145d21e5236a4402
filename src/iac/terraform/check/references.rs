//! References to what no file of the module declares.

use crate::document::{Node, Route, Step, Value, Violation};

use super::super::{
    block::{Block, Syntax, arguments, blocks},
    folder::Class,
    module::Callee,
    scan::{Reference, references},
    words::{entries, nearest, quoted},
};
use super::Check;

/// Roots of traversals that lead to nothing that a module declares.
const GIVEN: [&str; 12] =
    ["each", "count", "self", "path", "terraform", "tofu", "provider", "action", "run", "output", "arg", "template"];

/// Arguments that are no expressions of the module: names of providers, of attributes, types, and
/// what is read before anything is evaluated.
fn is_unread(kind: &str, key: &str) -> bool {
    match kind {
        "resource" | "data" | "ephemeral" | "action" => key == "provider",
        "module" => matches!(key, "source" | "version" | "providers"),
        "variable" => key != "validation",
        "output" => matches!(key, "description" | "type" | "deprecated"),
        "provider" => matches!(key, "alias" | "version"),
        "import" => !matches!(key, "id" | "for_each" | "identity"),
        _ => false,
    }
}

pub(super) fn check(check: &mut Check<'_>) {
    let root = check.root;
    let syntax = check.syntax;
    let top = |kind, labels| blocks(root, &Route::default(), kind, labels, syntax).good;
    for block in top("variable", 1) {
        constant(check, &block);
    }
    if !check.knows_all() {
        return;
    }
    let kinds = [
        ("resource", 2),
        ("data", 2),
        ("ephemeral", 2),
        ("action", 2),
        ("module", 1),
        ("output", 1),
        ("provider", 1),
        ("variable", 1),
        ("check", 1),
        ("locals", 0),
        ("import", 0),
    ];
    for (kind, labels) in kinds {
        for block in top(kind, labels) {
            for entry in arguments(block.body, syntax).filter(|entry| !is_unread(kind, &entry.key)) {
                let repeats = Repeats::of(check, kind, &block);
                let mut walk = Walk { check, scope: Vec::new(), repeats };
                match (kind, entry.key.as_str()) {
                    ("resource" | "data" | "ephemeral", "lifecycle") => walk.lifecycle(&block),
                    ("resource" | "data" | "ephemeral" | "module" | "output", "depends_on") => {
                        walk.dependencies(&entry.value, &block.to("depends_on"));
                    }
                    _ => walk.node(&entry.value, &block.to(&entry.key), Some(entry.key.as_str())),
                }
            }
        }
    }
}

/// The default of a variable is known before anything else.
fn constant(check: &mut Check<'_>, block: &Block<'_>) {
    // In JSON it is no template.
    if check.syntax == Syntax::Json {
        return;
    }
    let mut left: Vec<(&Node, Route)> =
        block.body.get("default").map(|node| (node, block.to("default"))).into_iter().collect();
    while let Some((node, route)) = left.pop() {
        match &node.value {
            Value::String(text) => {
                let Some(reference) = references(text).into_iter().next() else { continue };
                let message = format!(
                    "{} cannot be used here: the default of a variable is written out",
                    quoted(&reference.names.join("."))
                );
                let violation = Violation::of_value(route, message).labelled("a reference");
                let help = "write `default = null` and choose the value in `locals`: `x = var.x != null ? var.x : …`";
                check.wrong(violation.with_help(help));
                return;
            }
            Value::Sequence(items) => {
                left.extend(items.iter().enumerate().map(|(index, item)| (item, route.child(Step::Index(index)))));
            }
            Value::Mapping(entries) => {
                left.extend(entries.iter().map(|one| (&one.value, route.child(Step::Key(one.key.clone())))));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Words of provisioners, which are no references: `when = destroy`, `on_failure = continue`.
fn is_word(key: &str, node: &Node) -> bool {
    let words: &[&str] = match key {
        "when" => &["create", "destroy"],
        "on_failure" => &["continue", "fail"],
        _ => return false,
    };
    node.as_str().is_some_and(|text| words.contains(&super::super::words::bare(text)))
}

/// What is wrong with `each` or `count` in a block that has one instance.
fn lone(root: &str, argument: &str) -> (String, String) {
    let message = format!("`{root}` means nothing here: there is no `{argument}` in this block");
    (message, format!("add `{argument}` to the block, or write the value itself"))
}

/// A walk over the values of one block.
struct Walk<'c, 'a> {
    check: &'c mut Check<'a>,
    /// Iterators of the `dynamic` blocks around.
    scope: Vec<String>,
    repeats: Repeats,
}

/// Whether `each` and `count` mean something in a block.
#[derive(Clone, Copy)]
struct Repeats {
    each: bool,
    count: bool,
}

impl Repeats {
    fn of(check: &Check<'_>, kind: &str, block: &Block<'_>) -> Self {
        let class = match kind {
            "resource" => Some(Class::Resource),
            "data" => Some(Class::Data),
            "ephemeral" => Some(Class::Ephemeral),
            "module" => Some(Class::Module),
            "output" | "locals" | "variable" => return Self { each: false, count: false },
            _ => None,
        };
        // Another file may override this one.
        let whole = class.is_some_and(|class| check.module.folder.sites(class, &block.dotted()).len() == 1);
        let has = |key| !whole || block.body.get(key).is_some();
        Self { each: has("for_each"), count: has("count") }
    }
}

impl Walk<'_, '_> {
    /// What stands under `key` in a block.
    fn node(&mut self, node: &Node, route: &Route, key: Option<&str>) {
        if self.check.is_full() {
            return;
        }
        match &node.value {
            Value::String(text) => self.text(text, route, false),
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, &route.child(Step::Index(index)), None);
                }
            }
            Value::Mapping(inner) if key == Some("dynamic") => {
                for entry in inner {
                    self.dynamic(&entry.key, &entry.value, &route.child(Step::Key(entry.key.clone())));
                }
            }
            Value::Mapping(inner) => {
                for entry in inner {
                    let route = route.child(Step::Key(entry.key.clone()));
                    self.text(&entry.key, &route, true);
                    if is_word(&entry.key, &entry.value) {
                        continue;
                    }
                    self.node(&entry.value, &route, Some(&entry.key));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The `dynamic` blocks of one label: in their content an iterator is in scope.
    fn dynamic(&mut self, label: &str, node: &Node, route: &Route) {
        let bodies: Vec<(&Node, Route)> = match node.as_sequence() {
            Some(items) => {
                items.iter().enumerate().map(|(index, item)| (item, route.child(Step::Index(index)))).collect()
            }
            None => vec![(node, route.clone())],
        };
        for (body, route) in bodies {
            if body.get("for_each").is_none() && body.get("content").is_none() {
                // An object that has a key of this name.
                self.node(body, &route, None);
                continue;
            }
            let iterator = body.get("iterator").and_then(Node::as_str).map_or(label, super::super::words::bare);
            for entry in entries(body) {
                let route = route.child(Step::Key(entry.key.clone()));
                match entry.key.as_str() {
                    "iterator" => {}
                    "for_each" => self.node(&entry.value, &route, None),
                    _ => {
                        self.scope.push(iterator.to_owned());
                        self.node(&entry.value, &route, Some(&entry.key));
                        self.scope.pop();
                    }
                }
            }
        }
    }

    fn lifecycle(&mut self, block: &Block<'_>) {
        for lifecycle in block.inner("lifecycle", 0, self.check.syntax) {
            for entry in arguments(lifecycle.body, self.check.syntax) {
                // These are attributes of the resource itself, and names of events.
                if !matches!(entry.key.as_str(), "ignore_changes" | "action_trigger") {
                    self.node(&entry.value, &lifecycle.to(&entry.key), None);
                }
            }
        }
    }

    /// Old files have these in quotes, and JSON always has.
    fn dependencies(&mut self, node: &Node, route: &Route) {
        for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
            let Some(text) = item.as_str() else { continue };
            let route = route.child(Step::Index(index));
            if text.contains("${") {
                self.text(text, &route, false);
            } else {
                let written = format!("${{{text}}}");
                self.text(&written, &route, false);
            }
        }
    }

    fn text(&mut self, text: &str, route: &Route, is_key: bool) {
        let mut told: Vec<Reference<'_>> = Vec::new();
        for reference in references(text) {
            let root = reference.names.first().copied().unwrap_or("");
            if self.scope.iter().any(|name| name == root) || told.contains(&reference) {
                continue;
            }
            let Some((message, help)) = self.missing(&reference.names) else { continue };
            // A function catches what an object lacks, but no name that is not declared.
            let is_caught = reference.names.first() == Some(&"module")
                && (text.contains("try(") || text.contains("can("))
                && reference.names.get(1).is_some_and(|call| self.check.module.callees.contains_key(*call));
            // A `dynamic` block that makes nothing is never read.
            let is_unread = matches!(root, "each" | "count") && !self.scope.is_empty();
            let route = route.clone();
            let violation =
                if is_key { Violation::of_key(route, message) } else { Violation::of_value(route, message) };
            let violation = violation.labelled("refers to what is not there").with_help(help);
            let named: Vec<&str> = reference.names.iter().take(if root == "data" { 3 } else { 2 }).copied().collect();
            let violation = violation.about(named.join("."));
            if is_caught || is_unread {
                self.check.doubtful(violation);
            } else {
                self.check.of_module(violation);
            }
            told.push(reference);
            if self.check.is_full() {
                return;
            }
        }
    }

    /// What is wrong with a reference, and what to do.
    fn missing(&self, names: &[&str]) -> Option<(String, String)> {
        let (root, rest) = names.split_first()?;
        let of = |class, what: &str, form: &str| {
            let name = rest.first()?;
            self.undeclared(class, name, what, form)
        };
        match *root {
            "var" | "local" | "module" if rest.is_empty() => {
                Some((format!("`{root}` is not a value: only what is in it is"), format!("write `{root}.` and a name")))
            }
            "var" => of(Class::Variable, "variable", "var."),
            "local" => of(Class::Local, "local value", "local."),
            "module" => of(Class::Module, "call of a module", "module.").or_else(|| self.output(rest)),
            "data" => self.typed(Class::Data, rest, "data source", "data."),
            "ephemeral" => self.typed(Class::Ephemeral, rest, "ephemeral resource", "ephemeral."),
            "resource" => self.typed(Class::Resource, rest, "resource", "resource."),
            "each" if !self.repeats.each => Some(lone("each", "for_each")),
            "count" if !self.repeats.count => Some(lone("count", "count")),
            root if GIVEN.contains(&root) => None,
            root if rest.is_empty() => Some(self.alone(root)),
            _ => self.typed(Class::Resource, names, "resource", ""),
        }
    }

    fn typed(&self, class: Class, names: &[&str], what: &str, form: &str) -> Option<(String, String)> {
        let (kind, name) = names.first().zip(names.get(1))?;
        self.undeclared(class, &format!("{kind}.{name}"), what, form)
    }

    fn undeclared(&self, class: Class, name: &str, what: &str, form: &str) -> Option<(String, String)> {
        let folder = &self.check.module.folder;
        if !folder.sites(class, name).is_empty() {
            return None;
        }
        let message = format!("no {what} {} is declared in this module", quoted(name));
        let help = if let Some(near) = nearest(name, folder.names(class)) {
            format!("did you mean `{form}{near}`?")
        } else if class == Class::Resource && !folder.sites(Class::Data, name).is_empty() {
            format!("it is a data source: write `data.{name}`")
        } else if class == Class::Data && !folder.sites(Class::Resource, name).is_empty() {
            format!("it is a resource: write `{name}`")
        } else if class == Class::Variable && !folder.sites(Class::Local, name).is_empty() {
            format!("it is a local value: write `local.{name}`")
        } else if class == Class::Local && !folder.sites(Class::Variable, name).is_empty() {
            format!("it is a variable: write `var.{name}`")
        } else {
            match class {
                Class::Variable => format!("declare it with `variable \"{name}\" {{}}`, or correct the name"),
                Class::Local => "add it to `locals`, or correct the name".to_owned(),
                Class::Module => format!("call one with `module \"{name}\" {{ … }}`, or correct the name"),
                Class::Resource
                | Class::Data
                | Class::Ephemeral
                | Class::Output
                | Class::Provider
                | Class::Check
                | Class::Action
                | Class::Backend
                | Class::Requirements => {
                    "declare it in a file of this folder, or correct the name; what was moved to another module is reached by an output of that module".to_owned()
                }
            }
        };
        Some((message, help))
    }

    /// `module.x.y`, where the module has no output `y`.
    fn output(&self, names: &[&str]) -> Option<(String, String)> {
        let (call, output) = names.first().zip(names.get(1))?;
        let module = self.check.module;
        let Some(Callee::Folder(called)) = module.callees.get(*call) else { return None };
        if !called.complete || module.folder.calls.get(*call).is_none_or(|call| call.repeated) {
            return None;
        }
        if !called.sites(Class::Output, output).is_empty() {
            return None;
        }
        let message = format!("the module {} has no output {}", quoted(call), quoted(output));
        let help = match nearest(output, called.names(Class::Output)) {
            Some(near) => format!("did you mean `module.{call}.{near}`?"),
            None => format!("declare it in `{}` with `output \"{output}\" {{ … }}`", called.path),
        };
        Some((message, help))
    }

    /// A name without anything behind it.
    fn alone(&self, name: &str) -> (String, String) {
        let folder = &self.check.module.folder;
        // A type, all of whose resources are meant, is refused as well: but it is no name.
        let message = format!("{} refers to nothing: names that stand alone mean nothing here", quoted(name));
        let help = if !folder.sites(Class::Variable, name).is_empty() {
            format!("write `var.{name}`")
        } else if !folder.sites(Class::Local, name).is_empty() {
            format!("write `local.{name}`")
        } else {
            format!("write `\"{name}\"` for a text, `var.{name}` for a variable")
        };
        (message, help)
    }
}
