//! What the files of one folder declare together.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    document::{Node, Route, Step, Value},
    gitops::{At, Tree, TreeError},
};

use super::{
    block::{Block, Syntax, arguments, blocks},
    recognise::{Kind, kind_of_name},
    refactoring::{Refactoring, prevents_destroy},
    repetition::Repetition,
    scan::references,
    words::split,
};

/// Sorts of things that a module declares once each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `variable`.
    Variable,
    /// One value of `locals`.
    Local,
    /// `output`.
    Output,
    /// `module`: a call.
    Module,
    /// `resource`.
    Resource,
    /// `data`, in a `check` too.
    Data,
    /// `ephemeral`.
    Ephemeral,
    /// `provider`, with its alias.
    Provider,
    /// `check`.
    Check,
    /// `action`.
    Action,
    /// `backend` or `cloud` of `terraform`.
    Backend,
    /// `required_providers` of `terraform`.
    Requirements,
}

/// A declaration.
#[derive(Clone, Debug)]
pub(super) struct Declared<'a> {
    pub(super) class: Class,
    /// What it is referred to by, within its class.
    pub(super) name: String,
    pub(super) block: Block<'a>,
    /// Way to the name, or to the key of a local value.
    pub(super) route: Route,
}

/// Types of blocks that declare something, with the number of their labels.
pub(super) const DECLARING: [(&str, usize, Class); 9] = [
    ("variable", 1, Class::Variable),
    ("output", 1, Class::Output),
    ("module", 1, Class::Module),
    ("resource", 2, Class::Resource),
    ("data", 2, Class::Data),
    ("ephemeral", 2, Class::Ephemeral),
    ("provider", 1, Class::Provider),
    ("check", 1, Class::Check),
    ("action", 2, Class::Action),
];

/// All that a file declares, in the order of its types of blocks.
pub(super) fn declared(root: &Node, syntax: Syntax) -> Vec<Declared<'_>> {
    let mut all = Vec::new();
    let top = |kind, labels| blocks(root, &Route::default(), kind, labels, syntax).good;
    for (kind, labels, class) in DECLARING {
        for block in top(kind, labels) {
            let mut name = block.dotted();
            if let (Class::Provider, Some(alias)) = (class, block.body.get("alias").and_then(Node::as_str)) {
                name = format!("{name}.{alias}");
            }
            let route = block.name_route();
            if class == Class::Check {
                for data in block.inner("data", 2, syntax) {
                    let (name, route) = (data.dotted(), data.name_route());
                    all.push(Declared { class: Class::Data, name, block: data, route });
                }
            }
            all.push(Declared { class, name, block, route });
        }
    }
    for block in top("locals", 0) {
        for entry in arguments(block.body, syntax) {
            let route = block.to(&entry.key);
            all.push(Declared { class: Class::Local, name: entry.key.clone(), block: block.clone(), route });
        }
    }
    for block in top("terraform", 0) {
        for (kind, labels, class) in [
            ("backend", 1, Class::Backend),
            ("cloud", 0, Class::Backend),
            ("required_providers", 0, Class::Requirements),
        ] {
            for inner in block.inner(kind, labels, syntax) {
                let route = inner.route.clone();
                all.push(Declared { class, name: String::new(), block: inner, route });
            }
        }
    }
    all
}

/// Where something is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Name of the file, in its folder.
    pub file: String,
    /// Way to the name.
    pub route: Route,
    /// Way to the body.
    pub body: Route,
    /// Whether the file overrides what others declare.
    pub overrides: bool,
}

/// A call of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleCall {
    /// Its source as written, where it is a plain text.
    pub source: Option<String>,
    /// Whether it makes several instances.
    pub repeated: bool,
}

/// What the files of a folder declare together.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// Path of the folder; empty for the root.
    pub path: String,
    /// Whether all there is was read: else nothing is said of what is missing.
    pub complete: bool,
    /// Number of files of configuration that were read.
    pub files: usize,
    /// What is declared, by class and name.
    pub declared: BTreeMap<(Class, String), Vec<Site>>,
    /// Variables, and whether each has to be given.
    pub variables: BTreeMap<String, bool>,
    /// Calls of modules, by name. What override files change is not in them.
    pub calls: BTreeMap<String, ModuleCall>,
    /// Resources (`type.name`) that may not be destroyed.
    pub protected: BTreeSet<String>,
    /// How resources and calls of modules make their instances, where they say so.
    pub repetition: BTreeMap<(Class, String), Repetition>,
    /// What it says of resources that moved.
    pub refactoring: Refactoring,
    /// Whether one of its files could not be read: it may declare anything.
    pub unread: bool,
    /// Whether it looks as if its files make no module by themselves: they are documentation or
    /// fixtures, each for itself, or most of what they refer to is put beside them by some tool.
    pub fragments: bool,
}

/// Reads a file of a repository; nothing where it cannot be parsed.
pub type Parse<'a> = dyn Fn(&str, &[u8]) -> Option<Node> + 'a;

/// A module from which fewer things are missing, or not most of them, has mistakes; else it is none.
const FEWEST_MISSING: usize = 4;

/// Files of one folder that are read; more make it incomplete.
const FILES: usize = 1_000;

impl Folder {
    /// Whether nothing is said otherwise of one of their files if the other is the folder that it is in.
    #[must_use]
    pub fn declares_the_same(&self, other: &Self) -> bool {
        let counts = |folder: &Self| -> Vec<((Class, String), usize)> {
            folder.declared.iter().map(|(name, sites)| (name.clone(), sites.len())).collect()
        };
        (self.complete, self.fragments, &self.variables, &self.calls)
            == (other.complete, other.fragments, &other.variables, &other.calls)
            && counts(self) == counts(other)
    }

    /// Reads all files of configuration in a folder.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read. A file that is too large, or cannot be
    /// parsed, only makes the folder incomplete.
    pub fn read(tree: &dyn Tree, path: &str, parse: &Parse<'_>) -> Result<Self, TreeError> {
        let mut folder =
            Self { path: path.to_owned(), complete: true, fragments: is_of_fragments(path), ..Self::default() };
        let mut referred = BTreeSet::new();
        let names = tree.list(path)?;
        for name in &names {
            match kind_of_name(name) {
                Some(Kind::Configuration) => {}
                // It may write files into the folder before it calls Terraform.
                Some(Kind::Terragrunt) => {
                    folder.complete = false;
                    continue;
                }
                Some(_) | None => continue,
            }
            // Editors leave these, and Terraform passes over them.
            if name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#')) {
                continue;
            }
            let file = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            match tree.at(&file)? {
                Some(At::File) if folder.files < FILES => {}
                Some(At::Folder) => continue,
                Some(At::File | At::Elsewhere) | None => {
                    folder.complete = false;
                    folder.unread = true;
                    continue;
                }
            }
            let bytes = match tree.read(&file) {
                Ok(bytes) => bytes,
                Err(error) if error.is_too_large() => None,
                Err(error) => return Err(error),
            };
            folder.files += 1;
            if let Some(root) = bytes.and_then(|bytes| parse(&file, &bytes)) {
                refer(&root, &mut referred);
                folder.take(name, &root);
            } else {
                folder.complete = false;
                folder.unread = true;
            }
        }
        let missing = referred.iter().filter(|key| !folder.declared.contains_key(key)).count();
        folder.fragments |= missing >= FEWEST_MISSING && 2 * missing > referred.len();
        Ok(folder)
    }

    /// Takes what a file declares.
    fn take(&mut self, file: &str, root: &Node) {
        let syntax = Syntax::of(file);
        let overrides = is_override(file);
        for Declared { class, name, block, route } in declared(root, syntax) {
            if let (Class::Resource | Class::Module, Some(repetition)) = (class, Repetition::of(block.body)) {
                let key = (class, name.clone());
                if overrides || !self.repetition.contains_key(&key) {
                    self.repetition.insert(key, repetition);
                }
            }
            match class {
                Class::Variable => {
                    let required = block.body.get("default").is_none();
                    self.variables.entry(name.clone()).and_modify(|was| *was &= required).or_insert(required);
                }
                Class::Module => {
                    let source = block.body.get("source").and_then(Node::as_str).map(str::to_owned);
                    let repeated = ["count", "for_each"].iter().any(|key| block.body.get(key).is_some());
                    self.calls
                        .entry(name.clone())
                        .and_modify(|call| {
                            // Which of two holds is not known here.
                            if source.is_some() {
                                call.source = None;
                            }
                            call.repeated |= repeated;
                        })
                        .or_insert(ModuleCall { source: source.clone(), repeated });
                }
                Class::Resource => {
                    if prevents_destroy(block.body, file) {
                        self.protected.insert(name.clone());
                    }
                }
                Class::Local
                | Class::Output
                | Class::Data
                | Class::Ephemeral
                | Class::Provider
                | Class::Check
                | Class::Action
                | Class::Backend
                | Class::Requirements => {}
            }
            let site = Site { file: file.to_owned(), route, body: block.route.clone(), overrides };
            self.declared.entry((class, name)).or_default().push(site);
        }
        self.refactoring.extend(Refactoring::read(file, root));
    }

    /// Where something is declared.
    #[must_use]
    pub fn sites(&self, class: Class, name: &str) -> &[Site] {
        self.declared.get(&(class, name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The names of a class, in order.
    pub fn names(&self, class: Class) -> impl Iterator<Item = &str> {
        self.declared
            .range((class, String::new())..)
            .take_while(move |((other, _), _)| *other == class)
            .map(|((_, name), _)| name.as_str())
    }

    /// How a resource or a call of a module makes its instances.
    #[must_use]
    pub fn repeats(&self, class: Class, name: &str) -> Repetition {
        self.repetition.get(&(class, name.to_owned())).cloned().unwrap_or_default()
    }

    /// Whether a resource's block says that it may not be destroyed.
    #[must_use]
    pub fn protects(&self, kind: &str, name: &str) -> bool {
        self.protected.contains(&format!("{kind}.{name}"))
    }
}

/// Whether a file overrides what the others of its folder declare.
pub(super) fn is_override(file: &str) -> bool {
    let (_, name) = split(file);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let stem = name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tofu")).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

/// Adds the variables, local values and calls of modules that a file refers to.
fn refer(node: &Node, referred: &mut BTreeSet<(Class, String)>) {
    match &node.value {
        Value::String(text) => {
            for reference in references(text) {
                let class = match reference.names.first() {
                    Some(&"var") => Class::Variable,
                    Some(&"local") => Class::Local,
                    Some(&"module") => Class::Module,
                    Some(_) | None => continue,
                };
                if let Some(name) = reference.names.get(1) {
                    referred.insert((class, (*name).to_owned()));
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| refer(item, referred)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| refer(&entry.value, referred)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a folder holds fragments for documentation, each on its own: what is below `docs`,
/// `mixins` and `snippets`, and the examples of providers, by the layout that their documentation is made from.
fn is_of_fragments(path: &str) -> bool {
    const FOLDERS: [&str; 8] = [
        "resources",
        "data-sources",
        "ephemeral-resources",
        "functions",
        "provider",
        "actions",
        "list-resources",
        "guides",
    ];
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        if matches!(part, "docs" | "mixins" | "snippets")
            || part == "examples" && parts.peek().is_some_and(|next| FOLDERS.contains(next))
        {
            return true;
        }
    }
    false
}

/// Way to an argument of a block that is found by its name.
pub(super) fn argument(body: &Route, key: &str) -> Route {
    body.child(Step::Key(key.to_owned()))
}
