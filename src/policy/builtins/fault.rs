//! What makes an evaluation worthless instead of undefined.

use std::cell::RefCell;

use anyhow::{Result, bail};
use regorus::Value;

thread_local! {
    /// What must not go unnoticed; the first only.
    static FAULT: RefCell<Option<String>> = RefCell::default();
}

/// Begins an evaluation on this thread.
pub(in super::super) fn begin() {
    FAULT.take();
}

/// What makes the evaluation under way worthless, if anything does by now.
pub(in super::super) fn current_fault() -> Option<String> {
    FAULT.with_borrow(Clone::clone)
}

/// Makes the evaluation under way worthless: there is no verdict then.
pub(super) fn fault(message: String) {
    FAULT.with_borrow_mut(|fault| {
        fault.get_or_insert(message);
    });
}

/// The most text one call gives, in bytes: a pushed value must not fill the memory.
pub(super) const MOST_TEXT: usize = 64 << 20;

/// The most elements one call gives.
pub(super) const MOST_ELEMENTS: usize = 5_000_000;

/// Fails, with a fault, when a builtin is to give more than there is room for.
pub(super) fn room(name: &str, wanted: usize, most: usize) -> Result<()> {
    if wanted > most {
        fault(format!(
            "`{name}` gives too much: the limit is {most} {}",
            if most == MOST_TEXT { "bytes" } else { "elements" }
        ));
        bail!("{name}: too much");
    }
    Ok(())
}

/// OPA's `plus`, `minus`, `mul`, `div` and `rem`: undefined where they fail.
pub(in super::super) fn arithmetic(operator: char, arguments: &[Value]) -> Result<Value> {
    match (arguments, operator) {
        ([Value::Set(a), Value::Set(b)], '-') => Ok(Value::from(a.difference(b))),
        ([a, b], _) => super::arithmetic::operation(operator, a, b),
        _ => bail!("wrong number of operands"),
    }
}
