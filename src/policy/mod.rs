//! Policies in Rego: from source text to findings about one document.
//!
//! This room owns the Rego sources of a set: parsing them, refusing what would silently never
//! fire, compiling them once, and evaluating them over one input at a time by the conventions of
//! conftest. It must not know Git, configuration files, how results are enforced or how they are
//! shown. Next, `rule/` turns each [`Violation`] into a finding at a place in the document.
//!
//! ```text
//! PolicySource ─ parse ─ lint ─ compile → PolicySet ─ evaluator → Evaluator ─ evaluate → Outcome
//! ```
//!
//! Policies are deterministic: no network, files, environment or randomness, and no clock but the
//! time of the push (see `builtins/`).

mod advice;
mod builtins;
mod compile;
pub mod compliance;
mod condition;
mod config_files;
mod conventions;
mod engine;
mod error;
mod evaluate;
mod found;
mod interpret;
mod inventory;
mod lint;
mod metadata;
mod namespaces;
#[cfg(test)]
mod opa_test;
mod parse;
mod reach;
mod recursion;
mod result;
mod rewrite;
mod run;
mod store;
mod syntax;
mod test;
mod trace;
mod value;
mod written;

pub use advice::{Advice, AdviceLevel, AdviceOptions, advise};
pub use compile::{CompileOptions, PolicySet, Reads, RegoVersion, RuleInfo, Severity};
pub use condition::{Condition, ConditionError};
pub use config_files::{ReadFile, normal_path, read_config_files};
pub use error::{EvalError, Limit, Place, PolicyError};
pub use evaluate::{BuiltinError, Evaluator, Exception, Outcome, Passed, with_places};
pub use inventory::{Inventory, Object};
pub use metadata::Metadata;
pub use result::Violation;
pub use test::{
    Coverage, Failure, FileCoverage, SubCase, TestCase, TestOptions, TestReport, TestStatus, Untested, run_tests,
};
pub use value::{data_value, empty_input, input_value};

/// One Rego file.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PolicySource {
    /// Its path as shown to people: `policies/kubernetes/labels.rego`.
    pub name: String,
    /// Its text.
    pub text: String,
}
