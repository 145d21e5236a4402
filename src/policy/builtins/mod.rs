//! Builtin functions: those we bring ourselves, and those a policy may not call.
//!
//! Policies see what was pushed and nothing else: not the network, the file system, the
//! environment, a random source, or any clock but the time of the push.

mod fault;
mod go_format;
mod notation;
mod sprintf;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::OnceLock;

use anyhow::{Result, bail};
use regorus::rvm::Program;
use regorus::unstable::{BUILTINS, BuiltinFcn};
use regorus::{Engine, Value};

thread_local! {
    /// The time of the push being judged on this thread, in nanoseconds since 1970.
    static NOW: Cell<i64> = const { Cell::new(0) };
}

/// Sets what `time.now_ns()` answers on this thread.
pub(super) fn set_now(nanoseconds: i64) {
    NOW.set(nanoseconds);
}

pub(super) use fault::{begin, internal, take_fault};

/// A builtin as a function of its arguments: an error is "undefined" to a policy, as in OPA.
type Function = fn(&[Value]) -> Result<Value>;

/// A builtin of ours: one that regorus has not, or has otherwise than OPA.
#[derive(Clone, Copy)]
struct Own {
    name: &'static str,
    /// How many arguments it takes.
    arity: u8,
    function: Function,
    /// The same as the VM calls it.
    direct: Builtin,
    /// The same with all arguments in one array.
    packed: Builtin,
}

/// An entry of a table of ours: `own!("name", arity, path::to::function)`.
macro_rules! own {
    ($name:literal, $arity:literal, $function:path) => {
        $crate::policy::builtins::Own {
            name: $name,
            arity: $arity,
            function: $function,
            direct: |_, _, arguments, _| $function(arguments),
            packed: |_, _, arguments, _| match arguments {
                [regorus::Value::Array(items)] => $function(items.as_slice()),
                _ => anyhow::bail!(concat!($name, ": wrong arguments")),
            },
        }
    };
}

/// All builtins of ours, a table for each family.
const TABLES: &[&[Own]] = &[TABLE];

const TABLE: &[Own] = &[own!("count", 1, count), own!("sprintf", 2, sprintf::builtin), own!("time.now_ns", 0, now_ns)];

#[expect(clippy::unnecessary_wraps, reason = "the type of a builtin")]
fn now_ns(_: &[Value]) -> Result<Value> {
    Ok(Value::from(NOW.get()))
}

/// regorus counts UTF-16 units of strings, OPA characters.
fn count(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(match arguments {
        [Value::String(text)] => text.chars().count(),
        [Value::Array(items)] => items.len(),
        [Value::Set(items)] => items.len(),
        [Value::Object(fields)] => fields.len(),
        _ => bail!("count: wants a string or a collection"),
    }))
}

fn find(name: &str) -> Option<&'static Own> {
    static INDEX: OnceLock<HashMap<&'static str, &'static Own>> = OnceLock::new();
    INDEX.get_or_init(|| TABLES.iter().copied().flatten().map(|own| (own.name, own)).collect()).get(name).copied()
}

/// Names of builtins that regorus has not, with their numbers of arguments: for its compiler.
pub(super) fn added() -> Vec<(&'static str, usize)> {
    let all = TABLES.iter().copied().flatten();
    all.filter(|own| !BUILTINS.contains_key(own.name)).map(|own| (own.name, usize::from(own.arity))).collect()
}

/// Begins the name by which a program calls a builtin with all arguments in one array.
pub(super) const PACKED: &str = "@";

/// What calls the builtin of this name with all arguments in one array.
fn packed(name: &str) -> Option<Builtin> {
    find(name).map(|own| own.packed)
}

/// Puts our builtins in the place of regorus's in a compiled program.
pub(super) fn replace_in_program(program: &mut Program) {
    for (info, resolved) in program.builtin_info_table.iter().zip(&mut program.resolved_builtins) {
        if let Some(function) = find(&info.name).map(|own| own.direct).or_else(|| without_local_time(&info.name)) {
            resolved.0 = function;
        }
    }
}

/// Adds our builtins to an interpreter, where they go before its own.
pub(super) fn add_to_engine(engine: &mut Engine) -> Result<()> {
    for Own { name, arity, function, .. } in TABLES.iter().copied().flatten() {
        engine.add_extension((*name).to_owned(), *arity, Box::new(|arguments: Vec<Value>| function(&arguments)))?;
    }
    Ok(())
}

/// Builtins that take `[ns, "Local"]`, which would read the host's time zone: without that.
fn without_local_time(name: &str) -> Option<Builtin> {
    macro_rules! guarded {
        ($name:literal) => {
            Some(|span, expressions, arguments, strict| {
                let local = Value::from("Local");
                let reads_host = |argument: &Value| argument.as_array().is_ok_and(|items| items.contains(&local));
                match BUILTINS.get($name) {
                    Some((function, _)) if !arguments.iter().any(reads_host) => {
                        function(span, expressions, arguments, strict)
                    }
                    Some(_) | None => bail!(concat!($name, ": the host's time zone is no part of the push")),
                }
            })
        };
    }
    match name {
        "time.add_date" => guarded!("time.add_date"),
        "time.clock" => guarded!("time.clock"),
        "time.date" => guarded!("time.date"),
        "time.diff" => guarded!("time.diff"),
        "time.format" => guarded!("time.format"),
        "time.weekday" => guarded!("time.weekday"),
        _ => None,
    }
}

/// A builtin as the VM calls it: place, argument expressions, arguments, strictness.
pub(super) type Builtin =
    fn(&regorus::unstable::Span, &[regorus::unstable::Ref<regorus::unstable::Expr>], &[Value], bool) -> Result<Value>;

/// Why a policy may not call a builtin that OPA has; `None` for one it may.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    Some(match name {
        "http.send" => "a policy cannot reach the network",
        "net.lookup_ip_addr" => "a policy cannot ask the network for names",
        "opa.runtime" => "a policy cannot read the environment",
        "rand.intn" | "uuid.rfc4122" => "the same push must always get the same verdict, so nothing is random",
        "parse_config" | "parse_config_file" | "parse_combined_config_files" => {
            "a policy cannot read files; put them under `data:`"
        }
        _ => return None,
    })
}

/// What to write instead of a function OPA has and this tool has not.
pub(super) fn advice(name: &str) -> Option<&'static str> {
    Some(match name {
        "any" => "write `true in xs` or a rule with `some`",
        "all" => "write `every x in xs { x }`",
        "re_match" => "write `regex.match(pattern, value)`",
        "cast_string" | "cast_boolean" | "cast_array" | "cast_set" | "cast_object" | "cast_null" => {
            "write `is_string(x)` and its like"
        }
        "set_diff" => "write `a - b`",
        "array.flatten" => "write a comprehension over both levels",
        _ => return None,
    })
}

/// How many arguments a builtin takes; `None` for no builtin.
pub(super) fn arity(name: &str) -> Option<usize> {
    let known = BUILTINS.get(name).map(|builtin: &BuiltinFcn| builtin.1);
    find(name).map(|own| own.arity).or(known).map(usize::from)
}

/// Names of all builtins a policy may call, sorted.
pub(super) fn names() -> Vec<&'static str> {
    let added = added().into_iter().map(|(name, _)| name);
    let mut names: Vec<_> = BUILTINS
        .keys()
        .copied()
        .chain(added)
        .filter(|name| refusal(name).is_none() && !name.starts_with("__"))
        .collect();
    names.sort_unstable();
    names
}

/// A value in Rego notation.
pub(super) fn notation(value: &Value) -> String {
    notation::rego(value)
}
