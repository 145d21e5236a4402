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

mod builtins;
mod compile;
mod conventions;
mod engine;
mod error;
mod evaluate;
mod found;
mod inventory;
mod lint;
mod metadata;
#[cfg(test)]
mod opa_test;
mod parse;
mod recursion;
mod repair;
mod result;
mod run;
mod store;
mod syntax;
mod test;
mod value;

pub use compile::{CompileOptions, PolicySet, Reads, RuleInfo, Severity};
pub use error::{EvalError, Limit, Place, PolicyError};
pub use evaluate::{Evaluator, Exception, Outcome};
pub use inventory::{Inventory, Object};
pub use metadata::Metadata;
pub use result::Violation;
pub use test::{TestCase, TestReport, TestStatus, run_tests};
pub use value::{data_value, empty_input, input_value};

/// One Rego file.
#[derive(Clone, Debug)]
pub struct PolicySource {
    /// Its path as shown to people: `policies/kubernetes/labels.rego`.
    pub name: String,
    /// Its text.
    pub text: String,
}
