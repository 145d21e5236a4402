//! `net.*`: networks and addresses, without asking any network.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::{self, MOST_ELEMENTS, elements, too_much};

pub(super) const TABLE: &[Own] = &[
    own!("net.cidr_contains_matches", 2, contains_matches),
    own!("net.cidr_intersects", 2, intersects),
    own!("net.cidr_merge", 1, merge),
    // OPA's old name for it.
    own!("net.cidr_overlap", 2, contains),
];

/// Where the IPv4 addresses are among those of 128 bits.
const MAPPED: u128 = 0xffff_0000_0000;

/// A network; of IPv4 in the notation of IPv6 (`::ffff:10.0.0.0/104`) as one of IPv4, as Go has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Net {
    /// The address as it was written, in 128 bits.
    address: u128,
    /// How many of the 128 bits are of the network.
    prefix: u32,
    v4: bool,
}

impl Net {
    fn first(self) -> u128 {
        self.address & !self.host()
    }

    fn last(self) -> u128 {
        self.address | self.host()
    }

    fn host(self) -> u128 {
        u128::MAX.checked_shr(self.prefix).unwrap_or(0)
    }

    fn contains(self, address: Address) -> bool {
        self.v4 == address.v4 && self.first() <= address.bits && address.bits <= self.last()
    }

    fn start(self) -> Address {
        Address { bits: self.first(), v4: self.v4 }
    }

    fn notation(self) -> String {
        let prefix = if self.v4 { self.prefix.saturating_sub(96) } else { self.prefix };
        format!("{}/{prefix}", Address { bits: self.address, v4: self.v4 }.notation())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Address {
    bits: u128,
    v4: bool,
}

impl Address {
    fn notation(self) -> String {
        match u32::try_from(self.bits.wrapping_sub(MAPPED)) {
            Ok(bits) => Ipv4Addr::from_bits(bits).to_string(),
            Err(_) => Ipv6Addr::from_bits(self.bits).to_string(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text.parse().ok()? {
            IpAddr::V4(address) => Self { bits: MAPPED | u128::from(address.to_bits()), v4: true },
            IpAddr::V6(address) => Self { bits: address.to_bits(), v4: address.to_ipv4_mapped().is_some() },
        })
    }
}

/// `net.ParseCIDR` of Go.
fn network(text: &str) -> Result<Net> {
    let wrong = || format!("invalid CIDR address: {text}");
    let (address, digits) = text.split_once('/').with_context(wrong)?;
    let parsed: IpAddr = address.parse().ok().with_context(wrong)?;
    let digits = Some(digits).filter(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()));
    let prefix: u32 = digits.and_then(|digits| digits.parse().ok()).with_context(wrong)?;
    let (bits, most) = match parsed {
        IpAddr::V4(address) => (MAPPED | u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    if prefix > most {
        bail!(wrong());
    }
    let prefix = prefix + 128 - most;
    let mut net = Net { address: bits, prefix, v4: false };
    net.address = net.first();
    net.v4 = net.address >> 32 == MAPPED >> 32;
    Ok(net)
}

fn contains(arguments: &[Value]) -> Result<Value> {
    let [net, other] = arguments else { bail!("wrong number of arguments") };
    Ok(Value::from(contained(arguments::text(net)?, arguments::text(other)?)?))
}

fn contained(net: &str, other: &str) -> Result<bool> {
    let net = network(net)?;
    if let Some(address) = Address::parse(other) {
        return Ok(net.contains(address));
    }
    let other = network(other)
        .with_context(|| format!("not a valid textual representation of an IP address or CIDR: {other}"))?;
    Ok(net.contains(other.start()) && net.contains(Address { bits: other.last(), v4: other.v4 }))
}

/// Networks or addresses of an operand, each with what stands for it in the answer.
fn operand(value: &Value) -> Result<Vec<(&Value, Value)>> {
    let network = |item: &'_ Value| match item {
        Value::Array(items) if items.is_empty() => bail!("element must be string or non-empty array"),
        Value::Array(_) | Value::String(_) => Ok(()),
        _ => bail!("element must be string or non-empty array"),
    };
    let first = |item: &'_ Value| network(item);
    let mut found = Vec::new();
    match value {
        Value::String(_) => found.push((value, value.clone())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                first(item)?;
                found.push((inner(item), Value::from(index)));
            }
        }
        Value::Set(items) => {
            for item in items.iter_sorted() {
                first(item)?;
                found.push((inner(item), item.clone()));
            }
        }
        Value::Object(fields) => {
            for (key, item) in fields.iter_sorted() {
                first(item)?;
                found.push((inner(item), key.clone()));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Undefined => {}
    }
    Ok(found)
}

fn inner(item: &Value) -> &Value {
    match item {
        Value::Array(items) => items.as_slice().first().unwrap_or(item),
        _ => item,
    }
}

fn contains_matches(arguments: &[Value]) -> Result<Value> {
    let [nets, others] = arguments else { bail!("wrong number of arguments") };
    let nets = operand(nets)?;
    if nets.is_empty() {
        return Ok(Value::new_set());
    }
    let others = operand(others)?;
    if nets.len().saturating_mul(others.len()) > 16 * MOST_ELEMENTS {
        return Err(too_much("net.cidr_contains_matches: too many networks"));
    }
    let mut found = BTreeSet::new();
    for (net, first) in &nets {
        for (other, second) in &others {
            if contained(arguments::text(net)?, arguments::text(other)?)? {
                found.insert(Value::from(vec![first.clone(), second.clone()]));
            }
        }
    }
    Ok(Value::from(found))
}

fn intersects(arguments: &[Value]) -> Result<Value> {
    let [a, b] = arguments else { bail!("wrong number of arguments") };
    let (a, b) = (network(arguments::text(a)?)?, network(arguments::text(b)?)?);
    Ok(Value::from(a.contains(b.start()) || b.contains(a.start())))
}

/// An element of `net.cidr_merge`: a network, or an address of IPv4 that stands for the network of its class.
fn mergeable(value: &Value) -> Result<Net> {
    let Value::String(text) = value else { bail!("element must be string") };
    let Some(address) = Address::parse(text) else { return network(text) };
    if !address.v4 {
        bail!("IPv6 invalid: needs prefix length");
    }
    let prefix = match (address.bits >> 24) & 0xff {
        0..0x80 => 8,
        0x80..0xc0 => 16,
        _ => 24,
    };
    Ok(Net { address: address.bits, prefix: 96 + prefix, v4: true })
}

struct Range {
    first: u128,
    last: u128,
    /// What it was made of, unless it is more than one.
    net: Option<Net>,
}

fn merge(arguments: &[Value]) -> Result<Value> {
    let [nets] = arguments else { bail!("wrong number of arguments") };
    let mut ranges = Vec::new();
    for item in elements(nets)? {
        let net = mergeable(item)?;
        ranges.push(Range { first: net.first(), last: net.last(), net: Some(net) });
    }
    ranges.sort_by_key(|range| (range.last, range.first));
    let mut merged: Vec<Range> = Vec::new();
    // From the last to the first: each takes in those before it that it touches.
    for range in ranges.into_iter().rev() {
        match merged.last_mut() {
            Some(next) if before(next.first) <= range.last => {
                next.first = next.first.min(range.first);
                next.net = None;
            }
            Some(_) | None => merged.push(range),
        }
    }
    let mut found = BTreeSet::new();
    for range in &merged {
        match range.net {
            Some(net) => {
                found.insert(Value::from(net.notation()));
            }
            None => found.extend(networks(range.first, range.last).into_iter().map(|net| Value::from(net.notation()))),
        }
    }
    Ok(Value::from(found))
}

/// The address before; the first of each kind has none.
fn before(address: u128) -> u128 {
    if address == MAPPED { address } else { address.saturating_sub(1) }
}

/// The fewest networks that are these addresses.
fn networks(first: u128, last: u128) -> Vec<Net> {
    let mut found = Vec::new();
    let v4 = first >> 32 == MAPPED >> 32;
    let mut at = first;
    loop {
        let mut host = at.trailing_zeros().min(128);
        let end = |host: u32| at | u128::MAX.checked_shr(128 - host).unwrap_or(0);
        while host > 0 && end(host) > last {
            host -= 1;
        }
        found.push(Net { address: at, prefix: 128 - host, v4 });
        match end(host).checked_add(1) {
            Some(next) if next <= last => at = next,
            Some(_) | None => return found,
        }
    }
}
