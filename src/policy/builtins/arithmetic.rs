//! Arithmetic as OPA has it: exact on integers of any size, 64 bits of mantissa on others (see `extended`).

use anyhow::{Context as _, Result, bail};
use regorus::Value;

use super::Own;
use super::extended::Extended;
use super::fault;

pub(super) const TABLE: &[Own] = &[
    own!("abs", 1, abs),
    own!("ceil", 1, ceil),
    own!("floor", 1, floor),
    own!("round", 1, round),
    own!("sum", 1, sum),
    own!("product", 1, product),
    own!("bits.and", 2, and),
    own!("bits.or", 2, or),
    own!("bits.xor", 2, xor),
    own!("bits.negate", 1, negate),
    own!("bits.lsh", 2, lsh),
    own!("bits.rsh", 2, rsh),
];

/// The most bits of an integer.
const MOST_BITS: u64 = 1 << 20;

/// An integer in its plainest form, if the value is one.
fn integer(value: &Value) -> Option<Value> {
    let Value::Number(number) = value else { return None };
    if !number.is_integer() {
        return None;
    }
    match number.as_i64() {
        Some(int) => Some(Value::from(int)),
        None => Value::from_numeric_string(&number.format_decimal()).ok(),
    }
}

/// Fails, with a fault, for what we cannot compute.
fn beyond<T>(result: Result<T>) -> Result<T> {
    result.inspect_err(|error| fault::fault(error.to_string()))
}

fn room(value: &Value) -> Result<()> {
    let Value::Number(number) = value else { return Ok(()) };
    if number.as_i64().is_none() && number.to_big().is_ok_and(|big| big.bits() > MOST_BITS) {
        return beyond(Err(anyhow::anyhow!("a number is too large: the limit is {MOST_BITS} bits")));
    }
    Ok(())
}

/// `+`, `-`, `*`, `/` and `%` of two numbers: an error where OPA's fail.
pub(super) fn operation(operator: char, left: &Value, right: &Value) -> Result<Value> {
    let (Value::Number(a), Value::Number(b)) = (left, right) else { bail!("wrong type of operand") };
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
        match operator {
            '+' => return Ok(Value::from(i128::from(a) + i128::from(b))),
            '-' => return Ok(Value::from(i128::from(a) - i128::from(b))),
            '*' => return Ok(Value::from(i128::from(a) * i128::from(b))),
            '/' if b != 0 && i128::from(a) % i128::from(b) == 0 => {
                return Ok(Value::from(i128::from(a) / i128::from(b)));
            }
            '%' if b != 0 => return Ok(Value::from(i128::from(a) % i128::from(b))),
            _ => {}
        }
    }
    if matches!(operator, '/' | '%') && b.as_f64() == Some(0.0) {
        bail!("division by zero");
    }
    if let (Some(Value::Number(a)), Some(Value::Number(b))) = (integer(left), integer(right)) {
        let exact = match operator {
            '+' => Some(a.add(&b)),
            '-' => Some(a.sub(&b)),
            '*' => Some(a.mul(&b)),
            '%' => Some(a.modulo(&b)),
            _ => None,
        };
        if let Some(exact) = exact {
            let exact = Value::Number(beyond(exact)?);
            room(&exact)?;
            return Ok(exact);
        }
    }
    let ((a, exact_a), (b, exact_b)) = (beyond(Extended::read(left))?, beyond(Extended::read(right))?);
    let result = match operator {
        '+' => a.add(b),
        '-' => a.add(b.negated()),
        '*' => a.mul(b),
        '/' => a.div(b),
        _ => bail!("modulo on floating-point number"),
    };
    beyond(result.number(exact_a && exact_b))
}

fn one<'a>(arguments: &'a [Value], name: &str) -> Result<&'a Value> {
    match arguments {
        [value @ Value::Number(_)] => Ok(value),
        _ => bail!("{name}: wants a number"),
    }
}

/// Beyond 32 bits OPA rounds even integers to 64 bits.
fn rounded(value: &Value) -> Result<Value> {
    beyond(Extended::read(value).and_then(|(value, exact)| value.number(exact)))
}

fn abs(arguments: &[Value]) -> Result<Value> {
    let value = rounded(one(arguments, "abs")?)?;
    let Value::Number(number) = &value else { return Ok(value) };
    Ok(Value::Number(number.abs()))
}

/// The integral part of a number, and whether it is all of it.
fn whole(value: &Value) -> Result<(Value, bool)> {
    if integer(value).is_some() {
        return Ok((beyond(Extended::read(value).and_then(|(value, _)| value.integer()))?, true));
    }
    let Value::Number(number) = value else { bail!("wants a number") };
    let float = number.as_f64().context("no float")?.trunc();
    // `-0` is 0.
    Ok((Value::from_numeric_string(&format!("{}", float + 0.0))?, false))
}

/// OPA's `ceil(-0.5)` is 1: it looks at the sign of the integral part.
fn ceil(arguments: &[Value]) -> Result<Value> {
    let (whole, all) = whole(one(arguments, "ceil")?)?;
    if all || whole < Value::from(0_u64) { Ok(whole) } else { operation('+', &whole, &Value::from(1_u64)) }
}

/// OPA's `floor(-0.5)` is 0.
fn floor(arguments: &[Value]) -> Result<Value> {
    let (whole, all) = whole(one(arguments, "floor")?)?;
    if all || whole >= Value::from(0_u64) { Ok(whole) } else { operation('-', &whole, &Value::from(1_u64)) }
}

fn round(arguments: &[Value]) -> Result<Value> {
    let value = one(arguments, "round")?;
    if integer(value).is_some() {
        return Ok(whole(value)?.0);
    }
    let Value::Number(number) = value else { bail!("round: wants a number") };
    let float = number.as_f64().context("no float")?.round();
    Value::from_numeric_string(&format!("{}", float + 0.0))
}

fn elements<'a>(arguments: &'a [Value], name: &str) -> Result<Vec<&'a Value>> {
    let elements: Vec<_> = match arguments {
        [Value::Array(items)] => items.iter().collect(),
        [Value::Set(items)] => items.iter_sorted().collect(),
        _ => bail!("{name}: wants an array or a set"),
    };
    if elements.iter().any(|element| !matches!(element, Value::Number(_))) {
        bail!("{name}: wants numbers");
    }
    Ok(elements)
}

fn sum(arguments: &[Value]) -> Result<Value> {
    let elements = elements(arguments, "sum")?;
    if elements.iter().all(|element| integer(element).is_some()) {
        return elements.into_iter().try_fold(Value::from(0_u64), |sum, element| operation('+', &sum, element));
    }
    let (mut sum, mut exact) = (beyond(Extended::read(&Value::from(0_u64)))?.0, true);
    for element in elements {
        let (element, stands) = beyond(Extended::read(element))?;
        sum = sum.add(element);
        exact &= stands;
    }
    beyond(sum.number(exact))
}

fn product(arguments: &[Value]) -> Result<Value> {
    let elements = elements(arguments, "product")?;
    if elements.iter().all(|element| integer(element).is_some()) {
        return elements.into_iter().try_fold(Value::from(1_u64), |product, element| operation('*', &product, element));
    }
    let (mut product, mut exact) = (beyond(Extended::read(&Value::from(1_u64)))?.0, true);
    for element in elements {
        let (element, stands) = beyond(Extended::read(element))?;
        product = product.mul(element);
        exact &= stands;
    }
    beyond(product.number(exact))
}

fn integers(arguments: &[Value]) -> Result<Vec<Value>> {
    arguments.iter().map(|argument| integer(argument).context("wants integers")).collect()
}

fn and(arguments: &[Value]) -> Result<Value> {
    match integers(arguments)?.as_slice() {
        [Value::Number(a), Value::Number(b)] => a.and(b).map(Value::Number).context("bits.and"),
        _ => bail!("bits.and: wants two integers"),
    }
}

fn or(arguments: &[Value]) -> Result<Value> {
    match integers(arguments)?.as_slice() {
        [Value::Number(a), Value::Number(b)] => a.or(b).map(Value::Number).context("bits.or"),
        _ => bail!("bits.or: wants two integers"),
    }
}

fn xor(arguments: &[Value]) -> Result<Value> {
    match integers(arguments)?.as_slice() {
        [Value::Number(a), Value::Number(b)] => a.xor(b).map(Value::Number).context("bits.xor"),
        _ => bail!("bits.xor: wants two integers"),
    }
}

fn negate(arguments: &[Value]) -> Result<Value> {
    match integers(arguments)?.as_slice() {
        [Value::Number(a)] => a.neg().map(Value::Number).context("bits.negate"),
        _ => bail!("bits.negate: wants an integer"),
    }
}

fn lsh(arguments: &[Value]) -> Result<Value> {
    let integers = integers(arguments)?;
    let [Value::Number(a), Value::Number(by)] = integers.as_slice() else { bail!("bits.lsh: wants two integers") };
    if Value::Number(by.clone()) < Value::from(0_u64) {
        bail!("bits.lsh: wants a positive integer");
    }
    if a.as_i64() == Some(0) {
        return Ok(Value::from(0_u64));
    }
    if by.as_u64().is_none_or(|by| by > MOST_BITS) {
        return beyond(Err(anyhow::anyhow!("`bits.lsh` gives too much: the limit is {MOST_BITS} bits")));
    }
    let shifted = Value::Number(a.lsh(by).context("bits.lsh")?);
    room(&shifted)?;
    Ok(shifted)
}

fn rsh(arguments: &[Value]) -> Result<Value> {
    let integers = integers(arguments)?;
    let [Value::Number(a), Value::Number(by)] = integers.as_slice() else { bail!("bits.rsh: wants two integers") };
    if Value::Number(by.clone()) < Value::from(0_u64) {
        bail!("bits.rsh: wants a positive integer");
    }
    match a.rsh(by) {
        Some(shifted) => Ok(Value::Number(shifted)),
        // Shifted out altogether.
        None => Ok(Value::from(if a.is_positive() || a.as_i64() == Some(0) { 0_i64 } else { -1 })),
    }
}
