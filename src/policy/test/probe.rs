//! Questions put to the policies from inside a package.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use regorus::Value;
use regorus::unstable::Expr;

use super::super::interpret::{Program, Question, State};
use super::super::parse::{self, File};
use super::super::{builtins, syntax};

/// Begins the names of rules that questions become; no policy has such names.
const NAME: &str = "pushgate_probe_";

/// Most steps of an answer.
const MOST_STEPS: usize = 20_000_000;

/// The questions cannot be asked like this: a variable in them has no value, for example.
#[derive(Debug)]
pub(super) struct Unasked;

/// What answers questions.
#[derive(Clone, Copy)]
pub(super) struct Probe<'p> {
    pub(super) program: &'p Program,
    pub(super) now: i64,
    pub(super) timeout: Option<Duration>,
}

impl Probe<'_> {
    /// The value of each expression, as if it stood in this file; undefined where it has none.
    pub(super) fn ask(&self, file: &File, questions: &[String]) -> Result<Vec<Value>, Unasked> {
        let questions = self.read(file, questions).ok_or(Unasked)?;
        builtins::set_now(self.now);
        let mut state = State::new(self.program, MOST_STEPS, self.timeout);
        let mut values = Vec::with_capacity(questions.len());
        for question in &questions {
            builtins::begin();
            // What makes an evaluation fail has no value to show.
            let answer =
                catch_unwind(AssertUnwindSafe(|| state.answer(self.program, question))).map_err(|_| Unasked)?;
            values.push(answer.ok().flatten().unwrap_or(Value::Undefined));
        }
        Ok(values)
    }

    /// Whether an expression of the file names a function, which has no value.
    pub(super) fn is_function(&self, file: &File, expression: &Expr) -> bool {
        self.program.is_function(file, expression)
    }

    fn read(&self, file: &File, questions: &[String]) -> Option<Vec<Question>> {
        let package = syntax::path(file.package.iter().map(String::as_str));
        let mut text = format!("package {package}\n");
        for import in &file.module.imports {
            let Some(path) = syntax::components(&import.refr) else { continue };
            text.push_str(&format!("import {}", syntax::path(path.iter().map(String::as_str))));
            if let Some(alias) = &import.r#as {
                text.push_str(&format!(" as {}", alias.text()));
            }
            text.push('\n');
        }
        for (number, question) in questions.iter().enumerate() {
            text.push_str(&format!("{NAME}{number} := {question}\n"));
        }
        let asked = parse::as_it_is("pushgate-probe.rego", text, !file.module.rego_v1)?;
        asked.module.policy.iter().map(|rule| self.program.question(&asked, rule)).collect()
    }
}
