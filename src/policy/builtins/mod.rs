//! Builtin functions: those we bring ourselves, and those a policy may not call.
//!
//! Policies see what was pushed and nothing else: not the network, the file system, the
//! environment, a random source, or any clock but the time of the push.

mod fault;
mod go_format;
mod notation;
mod sprintf;

use std::cell::Cell;

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

type Function = fn(&[Value]) -> Result<Value>;

/// Builtins replaced by ours: name, number of arguments, and the function.
const REPLACED: &[(&str, u8, Function)] = &[
    ("sprintf", 2, |arguments| match arguments {
        [Value::String(format), Value::Array(items)] => Ok(Value::from(sprintf::sprintf(format, items.as_slice()))),
        _ => bail!("sprintf: wants a string and an array"),
    }),
    ("time.now_ns", 0, |_| Ok(Value::from(NOW.get()))),
];

/// Puts our builtins in the place of regorus's in a compiled program.
pub(super) fn replace_in_program(program: &mut Program) {
    for (info, resolved) in program.builtin_info_table.iter().zip(&mut program.resolved_builtins) {
        // A `fn` pointer captures nothing, so each name has a closure of its own.
        match info.name.as_str() {
            "sprintf" => resolved.0 = |_, _, arguments, _| call("sprintf", arguments),
            "time.now_ns" => resolved.0 = |_, _, arguments, _| call("time.now_ns", arguments),
            "count" => {
                resolved.0 = |span, expressions, arguments, strict| match (arguments, BUILTINS.get("count")) {
                    // regorus counts UTF-16 units, OPA characters.
                    ([Value::String(text)], _) => Ok(Value::from(text.chars().count())),
                    (_, Some((count, _))) => count(span, expressions, arguments, strict),
                    (_, None) => bail!("count: no such function"),
                }
            }
            name => {
                if let Some(function) = without_local_time(name) {
                    resolved.0 = function;
                }
            }
        }
    }
}

/// Puts our builtins in the place of regorus's in an interpreter.
pub(super) fn replace_in_engine(engine: &mut Engine) -> Result<()> {
    for (name, arity, function) in REPLACED {
        engine.add_extension((*name).to_owned(), *arity, Box::new(|arguments: Vec<Value>| function(&arguments)))?;
    }
    Ok(())
}

fn call(name: &str, arguments: &[Value]) -> Result<Value> {
    match REPLACED.iter().find(|(replaced, ..)| *replaced == name) {
        Some((_, _, function)) => function(arguments),
        None => bail!("{name}: no such function"),
    }
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
    BUILTINS.get(name).map(|builtin: &BuiltinFcn| usize::from(builtin.1))
}

/// Names of all builtins a policy may call, sorted.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> =
        BUILTINS.keys().copied().filter(|name| refusal(name).is_none() && !name.starts_with("__")).collect();
    names.sort_unstable();
    names
}

/// A value in Rego notation.
pub(super) fn notation(value: &Value) -> String {
    notation::rego(value)
}
