//! A compiled set as bytes, to be kept between runs: what was checked once need not be checked again. Whoever keeps it must name it by everything it was made from (sources, data,
//! options and the version of this tool), and keep it where no pusher can write.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use regorus::Value;
use serde::{Deserialize, Serialize};

use super::PolicySource;
use super::compile::{Compiled, Package, PolicySet, Reads, RegoVersion, RuleInfo};
use super::interpret::Program;
use super::parse::{self, Parsed, Printing};

/// Begins every stored set; the number changes with the format.
const MARK: &[u8; 16] = b"pushgate-rego-03";

#[derive(Serialize, Deserialize)]
struct Stored {
    rules: Vec<RuleInfo>,
    entries: Vec<String>,
    packages: Vec<Package>,
    /// Names and texts.
    sources: Vec<(String, String)>,
    data: Value,
    reads: Reads,
    conftest: bool,
    notes: Vec<String>,
    rego_version: Option<RegoVersion>,
    max_instructions: usize,
    time: Option<Duration>,
}

impl PolicySet {
    /// The set as bytes; `None` for one that cannot be stored.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let set = &self.inner;
        let stored = Stored {
            rules: set.rules.clone(),
            entries: set.entries.clone(),
            packages: set.packages.clone(),
            sources: set.sources.iter().map(|source| (source.name.clone(), source.text.clone())).collect(),
            data: set.data.clone(),
            reads: set.reads,
            conftest: set.conftest,
            notes: set.notes.clone(),
            rego_version: set.rego_version,
            max_instructions: set.max_instructions,
            time: set.time,
        };
        let mut bytes = MARK.to_vec();
        bytes.extend(serde_json::to_vec(&stored).ok()?);
        Some(bytes)
    }

    /// The set that [`PolicySet::to_bytes`] wrote, which was checked then; `None` for anything else: compile again.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes.strip_prefix(MARK)?).ok()?;
        let sources: Vec<_> = stored.sources.into_iter().map(|(name, text)| PolicySource { name, text }).collect();
        let Parsed { files, errors } =
            parse::parse_as(&sources.iter().collect::<Vec<_>>(), Printing::Off, stored.rego_version);
        if !errors.is_empty() {
            return None;
        }
        let program = Program::new(&files, &stored.data).ok()?;
        Some(Self {
            inner: Arc::new(Compiled {
                rules: stored.rules,
                entries: stored.entries,
                packages: stored.packages,
                program: Arc::new(program),
                tells_errors: AtomicBool::new(false),
                sources,
                data: stored.data,
                reads: stored.reads,
                max_instructions: stored.max_instructions,
                time: stored.time,
                conftest: stored.conftest,
                notes: stored.notes,
                rego_version: stored.rego_version,
                tracer: OnceLock::new(),
            }),
        })
    }
}
