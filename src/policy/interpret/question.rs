//! What unit tests need beside the values of rules: expressions evaluated as if they stood in a file, and definitions
//! of one rule each by itself.

use regorus::Value;
use regorus::unstable::{Expr, Rule};

use super::super::parse::File;
use super::Program;
use super::ir::{Clause, Definition};
use super::lower::{self, Lower};
use super::machine::Fault;
use super::names::defined;
use super::scope::Scopes;
use super::state::State;

/// An expression that can be evaluated.
#[derive(Debug)]
pub(in super::super) struct Question(Clause);

impl Program {
    /// The value of a rule that is in no file of the program, in `file` as to package and imports; `None` where it
    /// cannot be evaluated: a variable has no value, for example.
    pub(in super::super) fn question(&self, file: &File, rule: &Rule) -> Option<Question> {
        let mut group = lower::group(&[]);
        lower::definitions(&self.names, (self.files.len(), file), rule, &mut group).ok()?;
        group.definitions.pop()?.clauses.into_iter().next().map(Question)
    }

    /// Whether an expression names a function.
    pub(in super::super) fn is_function(&self, file: &File, expression: &Expr) -> bool {
        let lower = Lower { names: &self.names, file, index: self.files.len(), scopes: Scopes::default() };
        lower.function(expression).is_some()
    }

    /// Gives a definition another path: the component at `at`, `data` not counted, is replaced.
    pub(in super::super) fn move_definition(
        &mut self,
        (index, file): (usize, &File),
        rule: &Rule,
        at: usize,
        name: &str,
    ) {
        let mut path = defined(file, rule).path;
        let (Some(known), site) = (self.names.groups.get(&path), lower::site(index, rule.span())) else { return };
        let (Some(component), Some(old)) = (path.get_mut(at), self.groups.get_mut(known.group)) else { return };
        *component = Value::from(name);
        let is_moved = |definition: &Definition| definition.clauses.first().is_some_and(|clause| clause.site == site);
        let (moved, left) = std::mem::take(&mut old.definitions).into_iter().partition(is_moved);
        old.definitions = left;
        old.always = lower::always(old);
        let mut new = lower::group(&path);
        new.kind = old.kind;
        new.empty = old.empty.clone();
        new.definitions = moved;
        new.always = lower::always(&new);
        self.tree.at(path).group = Some(self.groups.len());
        self.groups.push(new);
    }
}

impl State {
    /// The answer to a question; `None` for undefined.
    pub(in super::super) fn answer(&mut self, program: &Program, question: &Question) -> Result<Option<Value>, Fault> {
        self.value_of_clause(program, &question.0)
    }
}
