//! Networks as OPA has them: an IPv4 address written as IPv6 is an IPv4 address.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::{Context as _, Result, bail};
use regorus::Value;

use super::Own;
use super::fault;

pub(super) const TABLE: &[Own] = &[
    own!("net.cidr_contains", 2, contains),
    own!("net.cidr_expand", 1, expand),
    own!("net.cidr_is_valid", 1, is_valid),
];

/// The most addresses of an expanded network.
const MOST_ADDRESSES: u32 = 20;

/// A network as it is written: its first address and the length of its prefix.
#[derive(Clone, Copy, Debug)]
struct Network {
    first: u128,
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

/// What an IPv4 address begins with when it is written as IPv6.
const MAPPED: u128 = 0xffff << 32;

fn ones(count: u32) -> u128 {
    1_u128.checked_shl(count).map_or(u128::MAX, |power| power - 1)
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        if prefix.is_empty() || prefix.len() > 6 || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let prefix: u32 = prefix.parse().ok()?;
        let (number, bits) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        (prefix <= bits).then(|| Self { first: number & !ones(bits - prefix), prefix, bits })
    }

    fn last(self) -> u128 {
        self.first | ones(self.bits - self.prefix)
    }

    /// As Go compares: both as IPv4 where they can be.
    fn plain(self) -> Self {
        let is_mapped = self.bits == 128 && self.prefix >= 96 && self.first >> 32 == 0xffff;
        if is_mapped { Self { first: self.first & ones(32), prefix: self.prefix - 96, bits: 32 } } else { self }
    }

    /// Whether an address is in it; `None` is none.
    fn has(self, address: (u128, u32)) -> bool {
        let network = self.plain();
        let (number, bits) =
            if address.1 == 128 && address.0 >> 32 == 0xffff { (address.0 & ones(32), 32) } else { address };
        network.bits == bits && number & !ones(network.bits - network.prefix) == network.first
    }

    fn is_plain_v6(self) -> bool {
        self.bits == 128 && self.first >> 32 != 0xffff
    }
}

fn contains(arguments: &[Value]) -> Result<Value> {
    let [Value::String(network), Value::String(other)] = arguments else {
        bail!("net.cidr_contains: wants two strings")
    };
    let network = Network::parse(network).context("net.cidr_contains: no network")?;
    if let Ok(address) = other.parse::<IpAddr>() {
        return Ok(Value::from(network.has(match address {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        })));
    }
    let other = Network::parse(other).context("net.cidr_contains: no network")?;
    Ok(Value::from(if network.is_plain_v6() && other.is_plain_v6() {
        other.prefix >= network.prefix && other.first & !ones(128 - network.prefix) == network.first
    } else {
        network.has((other.first, other.bits)) && network.has((other.last(), other.bits))
    }))
}

fn expand(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("net.cidr_expand: wants a string") };
    let network = Network::parse(text).context("net.cidr_expand: no network")?;
    if network.bits - network.prefix > MOST_ADDRESSES {
        fault::fault(format!("`net.cidr_expand` of {text} gives too much: the limit is 2^{MOST_ADDRESSES} addresses"));
        bail!("net.cidr_expand: too much");
    }
    let shown = |number: u128| match u32::try_from(number) {
        Ok(number) if network.bits == 32 => Ipv4Addr::from(number).to_string(),
        _ if number >> 32 == MAPPED >> 32 => Ipv4Addr::from(u32::try_from(number & ones(32)).unwrap_or(0)).to_string(),
        _ => Ipv6Addr::from(number).to_string(),
    };
    let all: BTreeSet<Value> = (network.first..=network.last()).map(|number| Value::from(shown(number))).collect();
    Ok(Value::from(all))
}

#[expect(clippy::unnecessary_wraps, reason = "the type of a builtin")]
fn is_valid(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(matches!(arguments, [Value::String(text)] if Network::parse(text).is_some())))
}
