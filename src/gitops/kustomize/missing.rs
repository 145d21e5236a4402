//! What a kustomization points at and the repository does not have.

use std::collections::BTreeMap;

use crate::{
    document::{
        Node, ParseLimits, Route, Violation,
        format::{Format, parse},
    },
    gitops::{
        tree::{At, Tree, TreeError, joined, split},
        words::{MOST, nearest, quoted},
    },
};

use super::{
    NAMES,
    references::{Reference, Role, Target, is_below, references},
};

/// Something that kustomize would not find, or not as it expects it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What it is used for; `None` where the kustomization's own folder is concerned.
    /// [`Role::GeneratorInput`] may be left out of Git on purpose.
    pub role: Option<Role>,
    /// What is the matter.
    pub sort: Sort,
    /// The same in words.
    pub violation: Violation,
}

/// Sorts of [`Missing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Nothing is there.
    Absent,
    /// A folder is there where only a file will do.
    NotAFile,
    /// A file is there where only a folder will do.
    NotAFolder,
    /// The folder has no kustomization (or, for a chart, no `Chart.yaml`).
    NoKustomization,
    /// The folder has more than one kustomization.
    SeveralKustomizations,
    /// A component stands where a kustomization should, or the other way round.
    WrongKind,
    /// The folder is the kustomization's own, or one above it.
    Cycle,
    /// The path leaves the repository, or is absolute.
    Outside,
}

/// What a kustomization points at and does not find, at most some fifty places. None for a file
/// under a name by which kustomize does not look for it: nobody knows from where that is read.
///
/// # Errors
/// [`TreeError`] when the repository cannot be read.
pub fn missing(path: &str, node: &Node, tree: &dyn Tree) -> Result<Vec<Missing>, TreeError> {
    let (folder, name) = split(path);
    if !NAMES.contains(&name) {
        return Ok(Vec::new());
    }
    let mut search = Search { tree, folder, names: BTreeMap::new(), kinds: BTreeMap::new(), suggestions: 20 };
    let mut found = Vec::new();
    if let Folder::Several(other) = search.kustomization(folder, Some(name))? {
        let message =
            format!("the folder also holds {}, kustomize refuses folders with two kustomizations", quoted(other));
        let violation = Violation::of_value(Route::default(), message).with_help("remove one of the two");
        found.push(Missing { role: None, sort: Sort::SeveralKustomizations, violation });
    }
    for reference in references(path, node) {
        if found.len() >= MOST {
            break;
        }
        if let Some((sort, message, help)) = search.look(&reference)? {
            let violation = Violation::of_value(reference.route, message).with_help(help);
            found.push(Missing { role: Some(reference.role), sort, violation });
        }
    }
    Ok(found)
}

/// What makes a folder one for kustomize.
#[derive(Clone, Copy)]
enum Folder {
    /// No kustomization.
    Bare,
    /// This one.
    One(&'static str),
    /// More than one; this is not the one asked for.
    Several(&'static str),
}

struct Search<'a> {
    tree: &'a dyn Tree,
    /// The kustomization's folder.
    folder: &'a str,
    /// Names in folders that were searched for near ones.
    names: BTreeMap<String, Vec<String>>,
    /// What is known of folders with a kustomization: whether they hold a component.
    kinds: BTreeMap<String, Option<bool>>,
    /// How many more near names are searched for.
    suggestions: usize,
}

/// Sort, message and help.
type Complaint = (Sort, String, String);

impl Search<'_> {
    fn look(&mut self, reference: &Reference) -> Result<Option<Complaint>, TreeError> {
        let path = match &reference.target {
            Target::Local(path) => path,
            Target::Outside => {
                let message = "the path leads out of the repository".to_owned();
                let help = "use a path below the root of the repository, relative to this file".to_owned();
                return Ok(Some((Sort::Outside, message, help)));
            }
            Target::Remote(_) | Target::Inline | Target::Unknown => return Ok(None),
        };
        let at = if path.is_empty() { Some(At::Folder) } else { self.tree.at(path)? };
        match (at, reference.role) {
            (Some(At::Elsewhere), _)
            | (
                Some(At::File),
                Role::Resource
                | Role::Patch
                | Role::JsonPatch
                | Role::GeneratorInput
                | Role::Plugin
                | Role::Config
                | Role::HelmValues,
            ) => Ok(None),
            (None, role) => self.absent(path, role).map(Some),
            (Some(At::File), Role::Component) => Ok(Some((
                Sort::NotAFolder,
                format!("{} is a file, a folder with a component was expected", quoted(path)),
                "name the folder, or list the file under `resources`".to_owned(),
            ))),
            (Some(At::File), Role::HelmChart) => Ok(Some((
                Sort::NotAFolder,
                format!("{} is a file, the folder of a chart was expected", quoted(path)),
                "unpack the chart, or name its repository under `repo`".to_owned(),
            ))),
            (Some(At::Folder), Role::HelmChart) => {
                Ok(self.tree.at(&joined(path, "Chart.yaml"))?.is_none().then(|| {
                    let message = format!("folder {} is no chart: it has no `Chart.yaml`", quoted(path));
                    (Sort::NoKustomization, message, "add the chart, or name its repository under `repo`".to_owned())
                }))
            }
            (
                Some(At::Folder),
                Role::Patch | Role::JsonPatch | Role::GeneratorInput | Role::Config | Role::HelmValues,
            ) => Ok(Some((
                Sort::NotAFile,
                format!("{} is no file, a file was expected", shown(path)),
                "name the files one by one".to_owned(),
            ))),
            (Some(At::Folder), Role::Resource | Role::Component | Role::Plugin) => {
                self.folder(path, reference.role == Role::Component)
            }
        }
    }

    fn folder(&mut self, path: &str, wants_component: bool) -> Result<Option<Complaint>, TreeError> {
        if is_below(self.folder, path) {
            let message = if path == self.folder {
                "the kustomization takes itself in".to_owned()
            } else {
                format!("{} holds this kustomization, which cannot be part of itself", shown(path))
            };
            return Ok(Some((Sort::Cycle, message, "name the files or folders that are meant".to_owned())));
        }
        let name = match self.kustomization(path, None)? {
            Folder::One(name) => name,
            Folder::Bare => {
                let message = format!("folder {} has no kustomization", quoted(path));
                let help = match self.near(path, NAMES.iter().copied())? {
                    Some(near) => format!("kustomize does not read {}, rename it", quoted(&near)),
                    None => "add a `kustomization.yaml` to it, or name its files".to_owned(),
                };
                return Ok(Some((Sort::NoKustomization, message, help)));
            }
            Folder::Several(other) => {
                let message = format!("folder {} has two kustomizations, kustomize refuses that", quoted(path));
                return Ok(Some((
                    Sort::SeveralKustomizations,
                    message,
                    format!("remove `{other}` from it, or the other one"),
                )));
            }
        };
        Ok(match (self.is_component(path, name)?, wants_component) {
            (Some(false), true) => Some((
                Sort::WrongKind,
                format!("folder {} holds a kustomization, a component was expected", quoted(path)),
                "list it under `resources`, or make it `kind: Component`".to_owned(),
            )),
            (Some(true), false) => Some((
                Sort::WrongKind,
                format!("folder {} holds a component, which is no resource", quoted(path)),
                "list it under `components`".to_owned(),
            )),
            (Some(_) | None, _) => None,
        })
    }

    /// The kustomization of a folder; `but` is one that is known.
    fn kustomization(&self, folder: &str, but: Option<&str>) -> Result<Folder, TreeError> {
        let mut found = Folder::Bare;
        for name in NAMES {
            let there = but == Some(name)
                || match self.tree.at(&joined(folder, name))? {
                    Some(At::File | At::Elsewhere) => true,
                    Some(At::Folder) | None => false,
                };
            found = match (there, found) {
                (false, found) => found,
                (true, Folder::Bare) => Folder::One(name),
                (true, Folder::One(first)) => Folder::Several(if but == Some(name) { first } else { name }),
                (true, several @ Folder::Several(_)) => several,
            };
        }
        Ok(found)
    }

    /// Whether a folder's kustomization is a component; `None` where it cannot be read.
    fn is_component(&mut self, folder: &str, name: &str) -> Result<Option<bool>, TreeError> {
        if let Some(known) = self.kinds.get(folder) {
            return Ok(*known);
        }
        let kind = self.tree.read(&joined(folder, name))?.and_then(|bytes| {
            let parsed = parse(Format::Yaml, &bytes, &ParseLimits::default());
            let root = parsed.documents.first().map(|document| &document.root)?;
            match (parsed.problems.is_empty(), root.get("apiVersion").and_then(Node::as_str)) {
                // Somebody else's kind, or nothing that can be relied on.
                (true, Some(version)) if !version.starts_with(super::GROUP) => None,
                (true, Some(_) | None) => Some(root.get("kind").and_then(Node::as_str) == Some("Component")),
                (false, _) => None,
            }
        });
        self.kinds.insert(folder.to_owned(), kind);
        Ok(kind)
    }

    fn absent(&mut self, path: &str, role: Role) -> Result<Complaint, TreeError> {
        let (folder, name) = split(path);
        let near = self.near(folder, [name])?;
        let help = match (near, role) {
            (Some(near), _) => format!("did you mean {}?", quoted(&joined(folder, &near))),
            (None, Role::GeneratorInput) => {
                "add it, unless it is left out on purpose and made where this is built".to_owned()
            }
            (None, Role::HelmChart) => "add the chart, or name its repository under `repo`".to_owned(),
            (
                None,
                Role::Resource
                | Role::Component
                | Role::Patch
                | Role::JsonPatch
                | Role::Plugin
                | Role::Config
                | Role::HelmValues,
            ) => "add it (`git add`, and look into .gitignore), or remove the entry".to_owned(),
        };
        Ok((Sort::Absent, format!("{} is not in the repository", quoted(path)), help))
    }

    /// The name in a folder that is nearest to one of those wanted.
    fn near<'n>(
        &mut self,
        folder: &str,
        wanted: impl IntoIterator<Item = &'n str>,
    ) -> Result<Option<String>, TreeError> {
        // Folders of a stranger can hold very many names.
        const NAMES_AT_MOST: usize = 1_000;
        if self.suggestions == 0 {
            return Ok(None);
        }
        self.suggestions -= 1;
        if !self.names.contains_key(folder) {
            let mut names = self.tree.list(folder)?;
            names.truncate(NAMES_AT_MOST);
            self.names.insert(folder.to_owned(), names);
        }
        let names = self.names.get(folder).map(Vec::as_slice).unwrap_or_default();
        let candidates = || names.iter().map(String::as_str);
        Ok(wanted.into_iter().find_map(|name| {
            let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
            // `deploy.yml` for `deploy.yaml` is nearer than any slip of the pen.
            let twin = candidates().find(|other| *other != name && stem(other) == stem(name));
            twin.or_else(|| nearest(name, candidates())).map(str::to_owned)
        }))
    }
}

/// A folder of the repository in a message.
fn shown(path: &str) -> String {
    if path.is_empty() { "the root of the repository".to_owned() } else { format!("folder {}", quoted(path)) }
}
