//! `uuid.parse`: what a UUID says of itself.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::text;

pub(super) const TABLE: &[Own] = &[own!("uuid.parse", 1, parse)];

/// From the epoch of UUIDs, 1582-10-15, to that of Unix, in 100 ns.
const EPOCH: i64 = 122_192_928_000_000_000;

fn bytes(text: &str) -> Option<[u8; 16]> {
    let text = match text.len() {
        36 | 32 => text,
        45 if text.get(..9)?.eq_ignore_ascii_case("urn:uuid:") => text.get(9..)?,
        // Any two characters around it, as the library of OPA takes it.
        38 => text.get(1..37)?,
        _ => return None,
    };
    let digits = if text.len() == 36 {
        let dashed = [8, 13, 18, 23].into_iter().all(|at| text.as_bytes().get(at) == Some(&b'-'));
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        Some(digits).filter(|digits| dashed && digits.len() == 32)?
    } else {
        text.to_owned()
    };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes())
}

fn parse(arguments: &[Value]) -> Result<Value> {
    let [value] = arguments else { bail!("wrong number of arguments") };
    let bytes = bytes(text(value)?).context("not a UUID")?;
    let [t0, t1, t2, t3, t4, t5, t6, t7, c0, c1, node @ ..] = bytes;
    let version = t6 >> 4;
    let variant = match c0 {
        0x80..0xc0 => "RFC4122",
        0xc0..0xe0 => "Microsoft",
        0xe0.. => "Future",
        _ => "Reserved",
    };
    let mut fields = BTreeMap::from([
        (Value::from("version"), Value::from(u64::from(version))),
        (Value::from("variant"), Value::from(variant)),
    ]);
    if matches!(version, 1 | 2) {
        let time = i64::from_be_bytes([t6 & 0xf, t7, t4, t5, t0, t1, t2, t3]) - EPOCH;
        fields.insert(Value::from("time"), Value::from(time.wrapping_mul(100)));
        let shown: Vec<String> = node.iter().map(|byte| format!("{byte:02x}")).collect();
        fields.insert(Value::from("nodeid"), Value::from(shown.join("-")));
        let [first, ..] = node;
        let kind = match first & 3 {
            3 => "local:multicast",
            2 => "local:unicast",
            1 => "global:multicast",
            _ => "global:unicast",
        };
        fields.insert(Value::from("macvariables"), Value::from(kind));
        let sequence = u64::from(c0 & 0x3f) << 8 | u64::from(c1);
        fields.insert(Value::from("clocksequence"), Value::from(sequence));
    }
    if version == 2 {
        fields.insert(Value::from("id"), Value::from(u64::from(u32::from_be_bytes([t0, t1, t2, t3]))));
        let domain = match c1 {
            0 => "Person".to_owned(),
            1 => "Group".to_owned(),
            2 => "Org".to_owned(),
            other => format!("Domain{other}"),
        };
        fields.insert(Value::from("domain"), Value::from(domain));
    }
    Ok(Value::from(fields))
}
