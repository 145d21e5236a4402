//! From parsed modules to something that answers.

use regorus::Value;

use super::error::PolicyError;
use super::interpret::{Program, clash};
use super::parse::File;

/// Compiles what answers for the rules of these files, over `data`.
pub(super) fn compile(files: &[File], data: &Value) -> Result<Program, Vec<PolicyError>> {
    let clashes = clash::clashes(files, data);
    if !clashes.is_empty() {
        return Err(clashes);
    }
    Program::new(files, data)
}
