//! Builtin functions: those we bring ourselves, and those a policy may not call.
//!
//! Policies see what was pushed and nothing else: not the network, the file system, the
//! environment, a random source, or any clock but the time of the push.

/// An entry of a table of ours: `own!("name", arity, path::to::function)`.
macro_rules! own {
    ($name:literal, $arity:literal, $function:path) => {
        $crate::policy::builtins::Own { name: $name, arity: $arity, function: $function }
    };
}

#[cfg(test)]
mod answers_test;
mod arguments;
mod arithmetic;
mod cidr;
mod collections;
mod crypto;
mod encoding;
mod extended;
mod fault;
mod globs;
mod go_classes;
mod go_format;
mod go_regex;
mod graph;
mod identifiers;
mod json;
mod jwt;
mod net;
mod notation;
mod numbers;
mod old;
mod operators;
mod overlap;
mod parse_config;
mod patterns;
mod regexes;
mod rewritten;
mod schema;
mod sprintf;
mod strings;
mod template;
mod text;
mod times;
mod uri;
mod versions;
mod yaml_marshal;
mod yaml_text;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::OnceLock;

use anyhow::{Result, bail};
use regorus::Value;
use regorus::unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Span};

thread_local! {
    /// The time of the push being judged on this thread, in nanoseconds since 1970.
    static NOW: Cell<i64> = const { Cell::new(0) };
}

/// Sets what `time.now_ns()` answers on this thread.
pub(super) fn set_now(nanoseconds: i64) {
    NOW.set(nanoseconds);
}

/// What `time.now_ns()` answers on this thread.
pub(super) fn now() -> i64 {
    NOW.get()
}

pub(super) use collections::compare;
pub(super) use fault::{arithmetic, begin, current_fault};

/// A builtin as a function of its arguments: an error is "undefined" to a policy, as in OPA.
pub(super) type Function = fn(&[Value]) -> Result<Value>;

/// A builtin of ours: one that regorus has not, or has otherwise than OPA.
#[derive(Clone, Copy)]
struct Own {
    name: &'static str,
    /// How many arguments it takes.
    arity: u8,
    function: Function,
}

/// All builtins of ours, a table for each family.
const TABLES: &[&[Own]] = &[
    TABLE,
    globs::TABLE,
    graph::TABLE,
    identifiers::TABLE,
    net::TABLE,
    numbers::TABLE,
    old::TABLE,
    operators::TABLE,
    patterns::TABLE,
    rewritten::TABLE,
    schema::TABLE,
    template::TABLE,
    text::TABLE,
    times::TABLE,
    uri::TABLE,
    versions::TABLE,
    arithmetic::TABLE,
    cidr::TABLE,
    collections::TABLE,
    encoding::TABLE,
    json::TABLE,
    regexes::TABLE,
    strings::TABLE,
    yaml_marshal::TABLE,
    yaml_text::TABLE,
    crypto::TABLE,
    parse_config::TABLE,
    jwt::TABLE,
];

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

/// What calls the builtin of this name: ours before regorus's.
pub(super) fn function(name: &str) -> Option<Builtin> {
    let theirs = || BUILTINS.get(name).map(|(function, _)| Builtin::Theirs(*function));
    find(name).map(|own| Builtin::Own(own.function)).or_else(theirs)
}

/// Names of builtins that regorus has not.
fn added() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied().flatten().map(|own| own.name).filter(|name| !BUILTINS.contains_key(name))
}

/// Names of the formats that `parse_config` reads, as conftest calls them where it knows them.
pub(super) use parse_config::format_named;

/// A builtin as regorus calls its own: place, argument expressions, arguments, strictness.
type Theirs = fn(&Span, &[Ref<Expr>], &[Value], bool) -> Result<Value>;

/// What calls a builtin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Builtin {
    /// One of ours.
    Own(Function),
    /// One of regorus'.
    Theirs(Theirs),
}

impl Builtin {
    /// Calls it: an error or `Undefined` is "undefined" to a policy.
    pub(super) fn call(self, span: &Span, expressions: &[Ref<Expr>], arguments: &[Value]) -> Result<Value> {
        match self {
            Self::Own(function) => function(arguments),
            Self::Theirs(function) => match function(span, expressions, arguments, false) {
                // Once more, for the reason.
                Ok(Value::Undefined) => function(span, expressions, arguments, true),
                answer => answer,
            },
        }
    }
}

/// Calls a builtin by its name; `None` for no builtin.
pub(super) fn call(name: &str, span: &Span, expressions: &[Ref<Expr>], arguments: &[Value]) -> Option<Result<Value>> {
    if refusal(name).is_some() {
        return None;
    }
    Some(function(name)?.call(span, expressions, arguments))
}

/// Why a policy may not call a builtin that OPA has; `None` for one it may.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    Some(match name {
        "http.send" => "a policy cannot reach the network; put what it needs to know under `data:`",
        "net.lookup_ip_addr" => "a policy cannot ask the network for names; put addresses under `data:`",
        "opa.runtime" => "a policy cannot read the environment; put settings under `data:`",
        "rand.intn" | "uuid.rfc4122" => "the same push must always get the same verdict, so nothing is random",
        "test.sleep" => "a policy does not wait; remove the call",
        "providers.aws.sign_req" => "signing is for requests, and a policy cannot reach the network",
        "rego.parse_module" => "there is no parser of Rego inside a policy; check policies with `pushgate policy test`",
        "graphql.is_valid"
        | "graphql.parse"
        | "graphql.parse_and_verify"
        | "graphql.parse_query"
        | "graphql.parse_schema"
        | "graphql.schema_is_valid" => "there is no parser of GraphQL; check the query where it is made",
        "internal.print" | "internal.test_case" => "this is a name for OPA's own use",
        "parse_config_file" | "parse_combined_config_files" => {
            "files are read when policies are loaded: write their paths as constant strings, or put them under `data:`"
        }
        _ => return None,
    })
}

/// Why a policy may not call a builtin that OPA has for modules of v0 only, in one of v1.
pub(super) fn refusal_in_v1(name: &str) -> Option<&'static str> {
    old::advice(name)
}

/// How many arguments a builtin takes; `None` for no builtin.
pub(super) fn arity(name: &str) -> Option<usize> {
    let known = BUILTINS.get(name).map(|builtin: &BuiltinFcn| builtin.1);
    find(name).map(|own| own.arity).or(known).map(usize::from)
}

/// Names of all builtins a policy may call, sorted.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = BUILTINS
        .keys()
        .copied()
        .chain(added())
        .filter(|name| refusal(name).is_none() && !name.starts_with("__") && !name.starts_with("internal."))
        .collect();
    names.sort_unstable();
    names
}

/// A value in Rego notation.
pub(super) fn notation(value: &Value) -> String {
    notation::rego(value)
}

#[cfg(test)]
#[path = "names_test.rs"]
mod every_name;

#[cfg(test)]
#[path = "limits_test.rs"]
mod limits;

#[cfg(test)]
#[path = "recorded_test.rs"]
mod recorded;
