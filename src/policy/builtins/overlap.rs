//! `regex.globs_match`: whether some text matches both of two patterns made of characters, `.` and sets, each
//! once, at least once (`+`) or any number of times (`*`).
//!
//! The answer is that of the search OPA uses, which is not always the right one; every pair of suffixes is
//! looked at once here, so patterns cannot make it take long.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::arguments::{text, too_much};

/// Pairs of places in two patterns.
const MOST_PAIRS: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Once,
    Some,
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Character(char),
    All,
    Set(BTreeSet<char>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    kind: Kind,
    times: Times,
}

impl Token {
    fn meets(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::All, _) | (_, Kind::All) => true,
            (Kind::Character(a), Kind::Character(b)) => a == b,
            (Kind::Character(c), Kind::Set(set)) | (Kind::Set(set), Kind::Character(c)) => set.contains(c),
            (Kind::Set(a), Kind::Set(b)) => !a.is_disjoint(b),
        }
    }
}

pub(super) fn builtin(arguments: &[Value]) -> Result<Value> {
    let [a, b] = arguments else { bail!("wrong number of arguments") };
    let (a, b) = (tokens(text(a)?)?, tokens(text(b)?)?);
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        return Err(too_much("regex.globs_match: the patterns are too long"));
    }
    let Some((a, b)) = trimmed(&a, &b) else { return Ok(Value::from(false)) };
    let mut search = Search { sides: [a, b], known: HashMap::new(), deep: 0 };
    let met = search.both([0, 0], false);
    if search.deep > DEEPEST {
        return Err(too_much("regex.globs_match: the patterns are too long"));
    }
    Ok(Value::from(met))
}

/// How deep the search may go: it is recursive.
const DEEPEST: usize = 2_000;

fn tokens(pattern: &str) -> Result<Vec<Token>> {
    let mut chars = pattern.chars().peekable();
    let mut tokens: Vec<Token> = Vec::new();
    while let Some(c) = chars.next() {
        let kind = match c {
            '.' => Kind::All,
            '[' => Kind::Set(set(&mut chars)?),
            ']' | '+' | '*' => bail!("`{c}` has nothing before it"),
            '\\' => Kind::Character(chars.next().context("ends with an escape")?),
            c => Kind::Character(c),
        };
        let times = match chars.peek() {
            Some('+') => Times::Some,
            Some('*') => Times::Any,
            Some(_) | None => Times::Once,
        };
        if times != Times::Once {
            chars.next();
        }
        match tokens.last_mut() {
            Some(last) if times != Times::Once && last.times != Times::Once && last.kind == kind => {
                if times == Times::Some {
                    last.times = Times::Some;
                }
            }
            Some(_) | None => tokens.push(Token { kind, times }),
        }
    }
    Ok(tokens)
}

fn set(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<BTreeSet<char>> {
    let mut set = BTreeSet::new();
    let mut before = None;
    loop {
        match chars.next().context("found [ without matching ]")? {
            ']' => return Ok(set),
            '-' => {
                let low = before.take().context("`-` has nothing before it")?;
                let high = match chars.next().context("found [ without matching ]")? {
                    ']' | '-' => bail!("`-` has nothing behind it"),
                    '\\' => chars.next().context("ends with an escape")?,
                    c => c,
                };
                if high < low {
                    bail!("range is out of order");
                }
                set.extend(low..=high);
            }
            '\\' => {
                let c = chars.next().context("ends with an escape")?;
                set.insert(c);
                before = Some(c);
            }
            c => {
                set.insert(c);
                before = Some(c);
            }
        }
    }
}

/// Without what both have at the ends, but for one token each; nothing if they differ there.
fn trimmed<'t>(a: &'t [Token], b: &'t [Token]) -> Option<(&'t [Token], &'t [Token])> {
    let once = |pair: &(&Token, &Token)| pair.0.times == Times::Once && pair.1.times == Times::Once;
    let start = a.iter().zip(b).take_while(once).count();
    if !a.iter().zip(b).take(start).all(|(a, b)| a.meets(b)) {
        return None;
    }
    let start = start.saturating_sub(1);
    let (a, b) = (a.get(start..)?, b.get(start..)?);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(once).count();
    if !a.iter().rev().zip(b.iter().rev()).take(end).all(|(a, b)| a.meets(b)) {
        return None;
    }
    let end = end.saturating_sub(1);
    Some((a.get(..a.len() - end)?, b.get(..b.len() - end)?))
}

struct Search<'t> {
    sides: [&'t [Token]; 2],
    known: HashMap<([usize; 2], bool), bool>,
    deep: usize,
}

impl Search<'_> {
    fn token(&self, side: usize, at: usize) -> Option<&Token> {
        self.sides.get(side)?.get(at)
    }

    /// Whether the rests of both have a text in common; `swapped` for which of them is looked at first.
    fn both(&mut self, at: [usize; 2], swapped: bool) -> bool {
        if let Some(known) = self.known.get(&(at, swapped)) {
            return *known;
        }
        self.deep += 1;
        if self.deep > DEEPEST {
            return false;
        }
        let found = self.search(at, swapped);
        if self.deep <= DEEPEST {
            self.deep -= 1;
        }
        self.known.insert((at, swapped), found);
        found
    }

    fn search(&mut self, mut at: [usize; 2], swapped: bool) -> bool {
        loop {
            let [i, j] = at;
            let (a, b) = match (self.token(0, i), self.token(1, j)) {
                (Some(a), Some(b)) => (a, b),
                (None, None) => return true,
                (Some(_), None) | (None, Some(_)) => return false,
            };
            if a.times == Times::Once && b.times == Times::Once {
                if !a.meets(b) {
                    return false;
                }
                at = [i + 1, j + 1];
                continue;
            }
            let order = if swapped { [1, 0] } else { [0, 1] };
            let times = [a.times, b.times];
            let Some(side) = order.into_iter().find(|side| times.get(*side) != Some(&Times::Once)) else {
                return false;
            };
            return if times.get(side) == Some(&Times::Some) { self.some(at, side) } else { self.any(at, side) };
        }
    }

    /// `side` has a token that stands at least once.
    fn some(&mut self, at: [usize; 2], side: usize) -> bool {
        let [i, j] = at;
        let (Some(a), Some(b)) = (self.token(0, i), self.token(1, j)) else { return false };
        if !a.meets(b) {
            return false;
        }
        let repeated = if side == 0 { b.times } else { a.times } != Times::Once;
        if self.any(moved(at, 1 - side), side) {
            return true;
        }
        repeated && self.both(moved(at, side), side == 1)
    }

    /// `side` has a token that stands any number of times.
    fn any(&mut self, mut at: [usize; 2], side: usize) -> bool {
        let place = |at: [usize; 2], side: usize| if side == 0 { at[0] } else { at[1] };
        let (repeated, next) =
            (self.token(side, place(at, side)).cloned(), self.token(side, place(at, side) + 1).cloned());
        let Some(repeated) = repeated else { return false };
        while let Some(other) = self.token(1 - side, place(at, 1 - side)).cloned() {
            if next.as_ref().is_some_and(|next| other.meets(next)) && self.both(moved(at, side), side == 1) {
                return true;
            }
            if !other.meets(&repeated) {
                return false;
            }
            at = moved(at, 1 - side);
        }
        next.is_none()
    }
}

/// One further on one side.
fn moved([i, j]: [usize; 2], side: usize) -> [usize; 2] {
    if side == 0 { [i + 1, j] } else { [i, j + 1] }
}
