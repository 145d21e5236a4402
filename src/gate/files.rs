//! Which changed files are read, as what, and what they say.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use super::GateError;
use crate::{
    config::{Config, FileAction, Limits},
    document::{
        Document, Identity, Node, Problem, ProblemKind, Role, Route, Span, Unit, Value,
        format::{self, Format, parse},
        units,
    },
    git::{Content, File, GitError, RepoPath, Repository},
    iac,
    rule::FileText,
};

/// What is to be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selected {
    /// It is declarative.
    As(Format),
    /// Its content says whether it is, and what.
    ByContent,
    /// It is, in a language that is not read.
    Unread,
    /// It is not.
    No,
    /// The configuration says to leave it.
    LeftOut,
}

/// Says by configuration, name and mode what a file is. First match wins.
pub(super) fn select(config: &Config, path: &RepoPath, file: &File) -> Selected {
    // The target of a symbolic link is no document, whatever the link is called.
    if file.mode.is_file() { select_name(config, path) } else { Selected::No }
}

/// Says by configuration and name what a path is taken for.
pub(super) fn select_name(config: &Config, path: &RepoPath) -> Selected {
    match config.files.iter().find(|rule| rule.matches.matches(path.as_bytes())).map(|rule| &rule.action) {
        Some(FileAction::Ignore) => Selected::LeftOut,
        Some(FileAction::Format(format)) => Selected::As(*format),
        None => {
            let path = path.to_text();
            match Format::detect(&path) {
                Some(format) => Selected::As(format),
                None if format::is_unread(&path) => Selected::Unread,
                None if Format::depends_on_content(&path) => Selected::ByContent,
                None => Selected::No,
            }
        }
    }
}

/// What a file turned out to be.
pub(super) enum Reading {
    /// Documents, good or broken.
    Text(TextFile),
    /// Encrypted by git-crypt: nothing can be said about it.
    Encrypted,
    /// A pointer to a content that Git LFS keeps elsewhere.
    LfsPointer,
    /// Nothing declarative.
    Plain,
}

/// A file read as its format.
pub(super) struct TextFile {
    pub text: FileText,
    pub problems: Vec<Problem>,
    /// Where each object stands: documents by their place in the list, and routes in them.
    objects: OnceLock<BTreeMap<Identity, Vec<(usize, Route)>>>,
}

impl TextFile {
    /// Whether what the file says can be relied on.
    pub fn is_sound(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind.is_fatal())
    }

    /// The line where reading stops, counted from 1.
    pub fn stops_in(&self) -> Option<usize> {
        let fatal = self.problems.iter().find(|problem| problem.kind.is_fatal())?;
        Some(self.text.source.position(fatal.span.start as usize).line)
    }

    /// Whether it cannot be read because of what stands in the line where reading stops.
    pub fn stops_at(&self, text: &str) -> bool {
        self.stops_in().is_some_and(|line| {
            // A block that is opened by one line is often missed by the next.
            (line.saturating_sub(2)..=line).any(|line| self.text.source.line(line).contains(text))
        })
    }

    /// The units of all its documents; none where what it says cannot be relied on.
    pub fn units(&self) -> Units<'_> {
        let of_document = |document| whole(document).into_iter().chain(units(document));
        if self.is_sound() {
            Units::new(self.text.documents.iter().flat_map(of_document).collect())
        } else {
            Units::default()
        }
    }

    /// The same with the parts of documents that are something of their own.
    pub fn units_and_parts(&self) -> Units<'_> {
        if !self.is_sound() {
            return Units::default();
        }
        let of_document = |document| whole(document).into_iter().chain(units(document)).chain(self.parts(document));
        Units::new(self.text.documents.iter().flat_map(of_document).collect())
    }

    fn parts<'d>(&self, document: &'d Document) -> impl Iterator<Item = Unit<'d>> {
        iac::resources(&self.text.path.to_text(), &document.root).into_iter().map(|resource| Unit {
            document: document.index,
            node: resource.route.locate(&document.root).node,
            route: resource.route,
            identity: Some(resource.identity),
            unstated: false,
            role: Role::Part,
        })
    }

    /// The units that describe an object, in order; found without going through all units again.
    pub fn objects(&self, identity: &Identity) -> Vec<Unit<'_>> {
        let index = self.objects.get_or_init(|| {
            let mut index: BTreeMap<Identity, Vec<(usize, Route)>> = BTreeMap::new();
            for (number, document) in self.text.documents.iter().enumerate().filter(|_| self.is_sound()) {
                for unit in units(document).into_iter().chain(self.parts(document)) {
                    if let Some(identity) = unit.identity {
                        index.entry(identity).or_default().push((number, unit.route));
                    }
                }
            }
            index
        });
        let places = index.get(identity).into_iter().flatten();
        let unit = |(number, route): &(usize, Route)| {
            let document = self.text.documents.get(*number)?;
            let node = route.locate(&document.root).node;
            let part = identity.is_of_tool();
            let unstated = !part && node.get("kind").is_none();
            let (route, identity) = (route.clone(), Some(identity.clone()));
            let role = if part { Role::Part } else { Role::Judged };
            Some(Unit { document: document.index, route, node, identity, unstated, role })
        };
        places.filter_map(unit).collect()
    }

    /// The values of its documents.
    pub fn roots(&self) -> impl Iterator<Item = &Node> {
        self.text.documents.iter().map(|document| &document.root)
    }

    /// Its documents.
    pub fn documents_read(&self) -> &[Document] {
        &self.text.documents
    }

    /// Number of documents.
    pub fn documents(&self) -> usize {
        self.text.documents.len()
    }
}

/// A document that is a list, which is judged item by item.
pub(super) fn whole(document: &Document) -> Option<Unit<'_>> {
    document.root.as_sequence().map(|_| Unit {
        document: document.index,
        route: Route::default(),
        node: &document.root,
        identity: None,
        unstated: false,
        role: Role::Whole,
    })
}

/// What makes a unit the same one in two revisions of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum UnitKey {
    /// An object, and how many of that name stand before it in the file.
    Object(Identity, usize),
    /// What is no object, by document and route.
    Place(usize, Route),
}

/// The units of one file, in order and by key.
#[derive(Default)]
pub(super) struct Units<'a> {
    list: Vec<(UnitKey, Unit<'a>)>,
    by_key: BTreeMap<UnitKey, usize>,
}

impl<'a> Units<'a> {
    fn new(units: Vec<Unit<'a>>) -> Self {
        let mut seen: BTreeMap<Identity, usize> = BTreeMap::new();
        let mut all = Self::default();
        for (index, unit) in units.into_iter().enumerate() {
            let key = match &unit.identity {
                Some(identity) => {
                    let count = seen.entry(identity.clone()).or_default();
                    *count += 1;
                    UnitKey::Object(identity.clone(), *count)
                }
                None => UnitKey::Place(unit.document, unit.route.clone()),
            };
            all.by_key.insert(key.clone(), index);
            all.list.push((key, unit));
        }
        all
    }

    /// All of them, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &(UnitKey, Unit<'a>)> {
        self.list.iter()
    }

    /// The unit of a number.
    pub fn at(&self, index: usize) -> Option<&Unit<'a>> {
        self.list.get(index).map(|(_, unit)| unit)
    }

    /// The unit with this key.
    pub fn get(&self, key: &UnitKey) -> Option<&Unit<'a>> {
        self.by_key.get(key).and_then(|index| self.list.get(*index)).map(|(_, unit)| unit)
    }

    /// The unit that one of another revision continues: the same object, or what stands at the same
    /// place. Where that says something else, as after an insertion, one of the same value.
    pub fn counterpart(&self, key: &UnitKey, unit: &Unit<'_>) -> Option<&Unit<'a>> {
        let there = self.get(key);
        match key {
            UnitKey::Object(..) => there,
            UnitKey::Place(..) if there.is_some_and(|old| old.node.same_value(unit.node)) => there,
            UnitKey::Place(..) => {
                let same = |old: &&(UnitKey, Unit<'a>)| old.1.identity.is_none() && old.1.node.same_value(unit.node);
                self.list.iter().find(same).map(|(_, old)| old).or(there)
            }
        }
    }

    /// The number of the unit with this key.
    pub fn position(&self, key: &UnitKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The first unit that describes this object.
    pub fn object(&self, identity: &Identity) -> Option<&Unit<'a>> {
        self.get(&UnitKey::Object(identity.clone(), 1))
    }
}

/// Holds what was read to the limits of a push.
pub(super) fn over_total(limits: &Limits, bytes: u64, documents: usize) -> Result<(), GateError> {
    if bytes > limits.total_size {
        let what = "more bytes of declarative files than allowed".to_owned();
        return Err(GateError::Limit { what, limit: limits.total_size, option: "total-size" });
    }
    if documents > limits.documents {
        let what = "more documents than allowed".to_owned();
        return Err(GateError::Limit { what, limit: limits.documents as u64, option: "documents" });
    }
    Ok(())
}

/// How much of a push has been read; shared by all threads.
#[derive(Default)]
pub(super) struct Spent {
    bytes: AtomicU64,
    documents: AtomicUsize,
}

/// Reads files within the limits of a configuration.
pub(super) struct Reader<'a> {
    pub config: &'a Config,
    pub repository: Option<&'a Repository>,
    pub spent: &'a Spent,
}

impl Reader<'_> {
    /// Reads what a push brings. It counts towards the limits of the push as a whole.
    pub fn read(&self, path: &RepoPath, file: &File, selected: Selected) -> Result<Reading, GateError> {
        let limits = &self.config.limits;
        let reading = self.read_again(path, file, selected)?;
        let (bytes, documents) = match &reading {
            Reading::Text(text) => (text.text.source.text().len() as u64, text.documents()),
            Reading::Encrypted | Reading::LfsPointer | Reading::Plain => (0, 0),
        };
        let total = self.spent.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let documents = self.spent.documents.fetch_add(documents, Ordering::Relaxed) + documents;
        over_total(limits, total, documents)?;
        Ok(reading)
    }

    /// Whether a file is larger than anything that is told by its content.
    pub fn is_large(&self, path: &RepoPath, file: &File) -> Result<bool, GateError> {
        const LARGEST: u64 = 4 << 20;
        match (&file.content, self.repository) {
            (Content::Bytes(bytes), _) => Ok(bytes.len() as u64 > LARGEST),
            (Content::Object(id), Some(repository)) => match repository.read_blob(path, *id, LARGEST) {
                Ok(_) => Ok(false),
                Err(GitError::FileTooLarge { .. }) => Ok(true),
                Err(error) => Err(error.into()),
            },
            (Content::Object(_), None) => Ok(false),
        }
    }

    /// Reads what was there before, or what was read before.
    pub fn read_again(&self, path: &RepoPath, file: &File, selected: Selected) -> Result<Reading, GateError> {
        let limits = &self.config.limits;
        if matches!(selected, Selected::No | Selected::LeftOut | Selected::Unread) {
            return Ok(Reading::Plain);
        }
        if selected == Selected::ByContent && self.is_large(path, file)? {
            return Ok(Reading::Plain);
        }
        let bytes: Arc<[u8]> = match (&file.content, self.repository) {
            (Content::Bytes(bytes), _) => bytes.clone(),
            (Content::Object(id), Some(repository)) => repository.read_blob(path, *id, limits.file_size)?.into(),
            (Content::Object(id), None) => {
                return Err(GateError::Unreadable {
                    name: path.to_string(),
                    reason: format!("no repository has {id}"),
                });
            }
        };
        let size = bytes.len() as u64;
        if size > limits.file_size {
            return Err(GitError::FileTooLarge { path: path.clone(), size, limit: limits.file_size }.into());
        }
        if bytes.starts_with(b"\0GITCRYPT\0") || iac::is_vault(&bytes) {
            return Ok(Reading::Encrypted);
        }
        if bytes.starts_with(b"version https://git-lfs.github.com/spec/v1\n") {
            return Ok(Reading::LfsPointer);
        }
        let by_content = || Format::by_content(&path.to_text(), &String::from_utf8_lossy(&bytes));
        let format = match selected {
            Selected::As(format) => Some(format),
            Selected::ByContent => by_content(),
            Selected::No | Selected::LeftOut | Selected::Unread => None,
        };
        let Some(format) = format else { return Ok(Reading::Plain) };
        let parsed = parse(format, &bytes, &limits.parse());
        if let Some(problem) = parsed.problems.iter().find(|problem| problem.kind == ProblemKind::Limit) {
            let line = parsed.source.position(problem.span.start as usize).line;
            return Err(GateError::FileLimit { place: format!("{path}:{line}"), message: problem.message.clone() });
        }
        let (problems, mut documents) = (parsed.problems, parsed.documents);
        if documents.is_empty() && problems.is_empty() && self.config.is_policies_alone() {
            // As conftest has it.
            documents.push(Document { index: 0, root: Node { value: Value::Null, span: Span::default() } });
        }
        let text = FileText {
            path: path.clone(),
            source: Arc::new(parsed.source),
            format: format.name(),
            template: false,
            built: None,
            documents: documents.into(),
        };
        Ok(Reading::Text(TextFile { text, problems, objects: OnceLock::new() }))
    }
}
