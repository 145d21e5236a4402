//! A compiled set as bytes, to be kept between runs: reading it back is many times faster than
//! compiling it. Whoever keeps it must name it by everything it was made from (sources, data,
//! options and the version of this tool), and keep it where no pusher can write.

use std::sync::Arc;
use std::time::Duration;

use regorus::Value;
use regorus::rvm::Program;
use regorus::rvm::program::DeserializationResult;
use serde::{Deserialize, Serialize};

use super::compile::{Compiled, Package, PolicySet, Reads, RuleInfo, Together};
use super::engine::{self, Entry};

/// Begins every stored set; the number changes with the format.
const MARK: &[u8; 16] = b"pushgate-rego-03";

#[derive(Serialize, Deserialize)]
struct Head {
    rules: Vec<RuleInfo>,
    entries: Vec<Entry>,
    packages: Vec<Package>,
    together: Vec<Together>,
    data: Value,
    reads: Reads,
    max_instructions: usize,
    time: Option<Duration>,
    /// Lengths of the programs that follow.
    programs: Vec<usize>,
}

impl PolicySet {
    /// The set as bytes; `None` for one that needs the interpreter, which cannot be stored.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let set = &self.inner;
        if set.interpreter.is_some() {
            return None;
        }
        let programs: Vec<_> =
            set.stock.iter().map(|program| program.serialize_binary().ok()).collect::<Option<_>>()?;
        let head = Head {
            rules: set.rules.clone(),
            entries: set.entries.clone(),
            packages: set.packages.clone(),
            together: set.together.clone(),
            data: set.data.clone(),
            reads: set.reads,
            max_instructions: set.max_instructions,
            time: set.time,
            programs: programs.iter().map(Vec::len).collect(),
        };
        let head = serde_json::to_vec(&head).ok()?;
        let mut bytes = MARK.to_vec();
        bytes.extend(u64::try_from(head.len()).ok()?.to_le_bytes());
        bytes.extend(head);
        bytes.extend(programs.into_iter().flatten());
        Some(bytes)
    }

    /// The set that [`PolicySet::to_bytes`] wrote; `None` for anything else: compile again.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.strip_prefix(MARK)?.split_first_chunk::<8>()?;
        let (head, mut rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let mut stock = Vec::with_capacity(head.programs.len());
        for length in &head.programs {
            let (program, behind) = rest.split_at_checked(*length)?;
            rest = behind;
            match Program::deserialize_binary(program).ok()? {
                DeserializationResult::Complete(program) => stock.push(Arc::new(program)),
                DeserializationResult::Partial(_) => return None,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let programs = stock.iter().map(|program| engine::ours(program).ok()).collect::<Option<Vec<_>>>()?;
        Some(Self {
            inner: Arc::new(Compiled {
                rules: head.rules,
                entries: head.entries,
                packages: head.packages,
                together: head.together,
                programs,
                stock,
                interpreter: None,
                data: head.data,
                reads: head.reads,
                max_instructions: head.max_instructions,
                time: head.time,
            }),
        })
    }
}
