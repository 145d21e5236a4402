//! Builds of kustomizations, and what is remembered of them.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    document::{
        Node, Span, Value,
        format::{Format, parse},
    },
    gate::{
        GateError,
        world::{State, World},
    },
    git::Oid,
    gitops::{
        At, Tree, TreeError,
        kustomize::build::{Built, Limits, Parsed, Unbuilt, build},
    },
    rule::RuleError,
};

/// How much one build may take.
const LIMITS: Limits = Limits { objects: 20_000, nodes: 4_000_000, files: 20_000, depth: 64 };
/// Most builds of one folder that are remembered: a history goes back and forth between few.
const OF_ONE_FOLDER: usize = 3;
/// Bytes of text that remembered builds were made of, and of the files that are remembered as read. In memory both take
/// some twenty times that.
const MOST_BUILT: usize = 8 << 20;
const MOST_READ: usize = 16 << 20;

/// What became of a build, and what it depends on.
pub(in crate::gate) struct Outcome {
    pub result: Result<Arc<Built>, Unbuilt>,
    /// Everything that it asked the repository, with the answers.
    inputs: Vec<(String, State)>,
}

/// What was built and read lately. The same files give the same objects, in whatever tree they are.
#[derive(Default)]
pub(in crate::gate) struct Builds {
    built: Mutex<Lately<String, Vec<Arc<Outcome>>>>,
    files: Mutex<Lately<Oid, Option<Arc<Parsed>>>>,
}

/// Things by what they are called, and about how large they are together.
struct Lately<K, V> {
    by_name: BTreeMap<K, V>,
    bytes: usize,
}

impl<K, V> Default for Lately<K, V> {
    fn default() -> Self {
        Self { by_name: BTreeMap::new(), bytes: 0 }
    }
}

impl<K: Ord, V> Lately<K, V> {
    /// Makes room for some bytes: when there is none, all is forgotten.
    fn make_room(&mut self, bytes: usize, most: usize) {
        if self.bytes + bytes > most {
            self.by_name.clear();
            self.bytes = 0;
        }
        self.bytes += bytes;
    }
}

impl Outcome {
    /// Bytes of the files that it was made of.
    fn bytes(&self) -> usize {
        let built = self.result.as_ref().map(|built| &built.sources);
        built.map_or(0, |sources| sources.files().iter().map(|file| file.source.text().len()).sum())
    }
}

impl Builds {
    /// The objects of a folder on one side.
    pub fn build(&self, world: &World<'_>, folder: &str) -> Result<Arc<Outcome>, GateError> {
        let built = || self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let known: Vec<Arc<Outcome>> = built().by_name.get(folder).cloned().unwrap_or_default();
        for outcome in known {
            if is_current(world, &outcome).map_err(RuleError::from)? {
                return Ok(outcome);
            }
        }
        let asking = Asking { world, inputs: RefCell::default() };
        let parse = |path: &str, bytes: &[u8]| self.read(world, &asking, path, bytes);
        let result = build(&asking, &parse, folder, &LIMITS).map_err(RuleError::from)?;
        let inputs: Vec<(String, State)> = asking.inputs.into_inner().into_iter().collect();
        let outcome = Arc::new(Outcome { result: result.map(Arc::new), inputs });
        if outcome.inputs.iter().all(|(_, state)| *state != State::Unknown) {
            let mut built = built();
            built.make_room(outcome.bytes(), MOST_BUILT);
            let of_folder = built.by_name.entry(folder.to_owned()).or_default();
            if of_folder.len() >= OF_ONE_FOLDER {
                of_folder.remove(0);
            }
            of_folder.push(outcome.clone());
        }
        Ok(outcome)
    }

    /// What a file says, read once for each content.
    fn read(&self, world: &World<'_>, asking: &Asking<'_>, path: &str, bytes: &[u8]) -> Option<Arc<Parsed>> {
        let id = match asking.inputs.borrow().get(path) {
            Some(State::File(id)) => Some(*id),
            Some(_) | None => None,
        };
        let files = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = id.and_then(|id| files().by_name.get(&id).cloned()) {
            return known;
        }
        let parsed = parse(Format::Yaml, bytes, &world.limits.parse());
        let sound = !parsed.problems.iter().any(|problem| problem.kind.is_fatal());
        let parsed = sound.then(|| {
            // The number of a document is its place in the list.
            let mut documents: Vec<Node> = Vec::new();
            for document in parsed.documents {
                documents.resize_with(document.index, || Node { value: Value::Null, span: Span::default() });
                documents.push(document.root);
            }
            Arc::new(Parsed { source: Arc::new(parsed.source), documents })
        });
        if let Some(id) = id {
            let mut files = files();
            files.make_room(bytes.len(), MOST_READ);
            files.by_name.insert(id, parsed.clone());
        }
        parsed
    }
}

/// Whether a build would be told the same again.
fn is_current(world: &World<'_>, outcome: &Outcome) -> Result<bool, TreeError> {
    for (path, state) in &outcome.inputs {
        if world.state(path)? != *state {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One side of a push, with what it was asked.
struct Asking<'a> {
    world: &'a World<'a>,
    inputs: RefCell<BTreeMap<String, State>>,
}

impl Asking<'_> {
    fn note(&self, path: &str) -> Result<(), TreeError> {
        if !self.inputs.borrow().contains_key(path) {
            let state = self.world.state(path)?;
            self.inputs.borrow_mut().insert(path.to_owned(), state);
        }
        Ok(())
    }
}

impl Tree for Asking<'_> {
    fn at(&self, path: &str) -> Result<Option<At>, TreeError> {
        self.note(path)?;
        self.world.at(path)
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.note(path)?;
        self.world.read(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, TreeError> {
        // Nothing that is built depends on a listing; where one does, it is not remembered.
        self.inputs.borrow_mut().insert(folder.to_owned(), State::Unknown);
        self.world.list(folder)
    }
}
