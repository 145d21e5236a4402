//! From parsed modules to something that answers: programs of the virtual machine, one entry point for each path
//! asked for, and the interpreter for what the machine cannot do.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::languages::rego::compiler::{Compiler, CompilerError, SpannedCompilerError};
use regorus::rvm::{Program, RegoVM};
use regorus::unstable::{Expr, Rule, RuleHead};
use regorus::{CompiledPolicy, Engine, Value};
use serde::{Deserialize, Serialize};

use super::builtins;
use super::parse::File;
use super::repair::{self, NoRoom};

/// Entry points of one program: the registers of the VM's root window are few (255), one each.
const ENTRIES_OF_A_PROGRAM: usize = 100;

/// What evaluates an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Backend {
    /// The `entry`th entry point of a program.
    Machine {
        program: usize,
        entry: usize,
    },
    Interpreter,
}

/// Something to evaluate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// `data.<package>.<rule>`
    pub(super) path: String,
    pub(super) backend: Backend,
}

/// What answers for a set of paths.
#[derive(Debug)]
pub(super) struct Answering {
    /// One for each path, in their order.
    pub(super) entries: Vec<Entry>,
    pub(super) programs: Vec<Arc<Program>>,
    /// The same as regorus compiled them: what can be stored.
    pub(super) stock: Vec<Arc<Program>>,
    /// Present when an entry needs it.
    pub(super) interpreter: Option<Engine>,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum CompileError {
    /// The analysis of regorus says so: a text with a place in it.
    Analysis(String),
    /// Its compiler does, or what the data has to do with the rules.
    Machine(String),
}

/// Compiles what answers for `paths`, each the path of a rule (`data.main.deny`).
pub(super) fn compile(
    mut engine: Engine,
    files: &[File],
    data: &Value,
    paths: Vec<String>,
    interpret: bool,
) -> Result<Answering, CompileError> {
    let machine = |error: &dyn std::fmt::Display| CompileError::Machine(error.to_string());
    engine.set_strict_builtin_errors(false);
    engine.add_data(data.clone()).map_err(|error| machine(&error))?;
    builtins::add_to_engine(&mut engine).map_err(|error| machine(&error))?;
    let first = paths.first().map_or("data", String::as_str);
    let policy =
        engine.compile_with_entrypoint(&first.into()).map_err(|error| CompileError::Analysis(error.to_string()))?;
    let built = if interpret || files.iter().any(needs_interpreter) {
        Built { programs: Vec::new(), stock: Vec::new(), backends: vec![Backend::Interpreter; paths.len()] }
    } else {
        build(&policy, &paths).map_err(|error| machine(&error))?
    };
    for program in &built.programs {
        let mut vm = RegoVM::new();
        vm.load_program(Arc::clone(program));
        vm.set_data(data.clone()).map_err(|error| machine(&error))?;
    }
    let interpreter = built.backends.contains(&Backend::Interpreter).then_some(engine);
    let entries = paths.into_iter().zip(built.backends).map(|(path, backend)| Entry { path, backend }).collect();
    Ok(Answering { entries, programs: built.programs, stock: built.stock, interpreter })
}

struct Built {
    programs: Vec<Arc<Program>>,
    stock: Vec<Arc<Program>>,
    backends: Vec<Backend>,
}

fn build(policy: &CompiledPolicy, paths: &[String]) -> Result<Built, SpannedCompilerError> {
    let mut compiled = Vec::new();
    for chunk in paths.chunks(ENTRIES_OF_A_PROGRAM) {
        match program(policy, chunk) {
            Ok(program) => compiled.push((program, chunk.to_vec())),
            Err(error) if is_beyond_the_machine(&error.error) => {
                let mut able = Vec::new();
                for path in chunk {
                    match program(policy, std::slice::from_ref(path)) {
                        Ok(_) => able.push(path.clone()),
                        Err(error) if is_beyond_the_machine(&error.error) => {}
                        Err(error) => return Err(error),
                    }
                }
                if !able.is_empty() {
                    compiled.push((program(policy, &able)?, able));
                }
            }
            Err(error) => return Err(error),
        }
    }
    let places: BTreeMap<&str, Backend> = compiled
        .iter()
        .enumerate()
        .flat_map(|(program, (_, paths))| {
            paths.iter().enumerate().map(move |(entry, path)| (path.as_str(), Backend::Machine { program, entry }))
        })
        .collect();
    let backends =
        paths.iter().map(|path| places.get(path.as_str()).copied().unwrap_or(Backend::Interpreter)).collect();
    let (stock, programs) = compiled.into_iter().map(|(programs, _)| programs).unzip();
    Ok(Built { programs, stock, backends })
}

/// A program as regorus compiles it, and as we run it.
fn program(policy: &CompiledPolicy, paths: &[String]) -> Result<(Arc<Program>, Arc<Program>), SpannedCompilerError> {
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let stock = Compiler::compile_from_policy_with_host_await(policy, &paths, &builtins::added())?;
    let ours = ours(&stock).map_err(|NoRoom| {
        // As the compiler says it itself, for `is_beyond_the_machine`.
        CompilerError::General { message: "program exceeds the size of the machine".to_owned() }
    })?;
    Ok((stock, ours))
}

/// A program with our builtins and repairs.
pub(super) fn ours(stock: &Program) -> Result<Arc<Program>, NoRoom> {
    let mut program = stock.clone();
    builtins::replace_in_program(&mut program);
    repair::repair(&mut program)?;
    Ok(Arc::new(program))
}

/// Whether a file has what the VM runs otherwise than OPA, without saying so: defaults of
/// functions, and rules with a path for a name (`a.b := 1`), which it does not put together to `a`.
fn needs_interpreter(file: &File) -> bool {
    file.module.policy.iter().any(|rule| match rule.as_ref() {
        Rule::Default { args, refr, .. } => !args.is_empty() || !matches!(refr.as_ref(), Expr::Var { .. }),
        Rule::Spec { head: RuleHead::Func { .. }, .. } => false,
        Rule::Spec { head: RuleHead::Set { refr, .. }, .. } => !matches!(refr.as_ref(), Expr::Var { .. }),
        Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => match refr.as_ref() {
            Expr::Var { .. } => false,
            Expr::RefBrack { refr, .. } => !matches!(refr.as_ref(), Expr::Var { .. }),
            _ => true,
        },
    })
}

/// Whether an error is about what the VM compiler cannot do yet, rather than about the policy.
fn is_beyond_the_machine(error: &CompilerError) -> bool {
    match error {
        CompilerError::WithKeywordUnsupported
        | CompilerError::MissingYieldContext
        | CompilerError::DirectDataAccess
        | CompilerError::NotSimpleReferenceChain
        | CompilerError::MissingBindingPlan { .. }
        | CompilerError::UnexpectedBindingPlan { .. }
        | CompilerError::InvalidDestructuringPattern
        | CompilerError::UnsupportedChainedExpression
        | CompilerError::RegisterOverflow { .. }
        | CompilerError::SomeInNotHoisted
        | CompilerError::PartialObjectConstantKeyUnsupported
        | CompilerError::PartialObjectNestedKeyUnsupported => true,
        // What is wrong with a policy is found by `lint` and the analysis before; but for these.
        CompilerError::General { message } => {
            !["recursion", "no definitions found", "parameters"].iter().any(|wrong| message.contains(wrong))
        }
        CompilerError::NotBuiltinFunction { .. }
        | CompilerError::UnknownBuiltinFunction { .. }
        | CompilerError::RuleTypeNotFound { .. }
        | CompilerError::InvalidUnaryMinus
        | CompilerError::UnknownFunction { .. }
        | CompilerError::UndefinedVariable { .. }
        | CompilerError::InvalidFunctionExpression
        | CompilerError::InvalidFunctionExpressionWithPackage => false,
    }
}
