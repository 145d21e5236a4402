//! Custom resources: what their definition says of changes.

use super::judge::Judge;
use crate::{
    document::Node,
    immutability::{Breach, Spot, words::dotted},
    kubernetes::{
        cel::{Expression, Open, Subject},
        crd::{TransitionRule, Transitions},
    },
    text::{quoted, shortened},
    verdict::Severity,
};

use super::{IMMUTABLE, UNDECIDABLE};

const HELP: &str = "restore the old value, or make a new object under another name";

pub(super) fn judge(judge: &mut Judge<'_, '_>, transitions: &Transitions) {
    let root = judge.root.clone();
    walk(judge, &root, transitions);
}

fn walk<'a>(judge: &mut Judge<'_, 'a>, spot: &Spot<'a>, transitions: &Transitions) {
    let Some(new) = spot.after else { return };
    for rule in &transitions.rules {
        rule_holds(judge, spot, new, rule);
    }
    for (key, inner) in &transitions.fields {
        walk(judge, &spot.entry(key), inner);
    }
    if let Some(inner) = &transitions.each {
        let is_named = |key: &str| transitions.fields.iter().any(|(named, _)| named == key);
        for entry in new.entries().iter().filter(|entry| !is_named(&entry.key)) {
            walk(judge, &spot.entry(&entry.key), inner);
        }
    }
    if let Some((keys, inner)) = &transitions.items {
        let items = |node: Option<&'a Node>| node.and_then(Node::as_sequence).unwrap_or_default();
        let alike = |a: &Node, b: &Node| {
            keys.iter().all(|key| match (a.get(key), b.get(key)) {
                (Some(a), Some(b)) => a.same_value(b),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            })
        };
        for (index, item) in items(spot.after).iter().enumerate() {
            let old = items(spot.before).iter().position(|old| alike(old, item));
            walk(judge, &spot.item(old, Some(index)), inner);
        }
    }
}

fn rule_holds<'a>(judge: &mut Judge<'_, 'a>, spot: &Spot<'a>, new: &'a Node, rule: &TransitionRule) {
    if spot.before.is_none() && !rule.optional {
        return;
    }
    let comparison = judge.compare(spot.clone());
    if comparison.is_same() {
        return;
    }
    let expression = Expression::parse(&rule.rule);
    let fields = expression.as_ref().map(Expression::fields).unwrap_or_default();
    // The field that the rule asks about and that differs.
    let differing = fields.iter().map(|keys| keys.iter().fold(spot.clone(), |spot, key| spot.entry(key)));
    let comparisons = differing.map(|spot| judge.compare(spot)).filter(|comparison| !comparison.is_same());
    let comparison = match comparisons.min_by_key(|comparison| std::cmp::Reverse(comparison.spot.route.0.len())) {
        Some(narrower) => narrower,
        None if expression.is_ok() => return,
        None => comparison,
    };
    let subject = Subject { new, old: spot.before, optional: rule.optional };
    let route = comparison.spot.shown().clone();
    let what = format!("{} of {}", dotted(&route), judge.about.subject);
    let (id, severity, message, help) = match expression.and_then(|expression| expression.holds(&subject)) {
        Ok(true) => return,
        Ok(false) => {
            let message = match &rule.message {
                Some(message) => format!("{what} may not change so: {}", shortened(message, 160)),
                None => format!("{what} is immutable"),
            };
            (IMMUTABLE, Severity::Deny, message, HELP)
        }
        Err(Open::Substituted) => {
            let message = format!("whether {what} changes is not known here: something in it is filled in later");
            (UNDECIDABLE, Severity::Info, message, "see that it stays the same where it is filled in")
        }
        Err(Open::Unsupported | Open::Fails) => {
            let rule = quoted(&rule.rule.split_whitespace().collect::<Vec<_>>().join(" "));
            let message =
                format!("{what} changed, and its definition has a rule over that which is not judged: {rule}");
            (UNDECIDABLE, Severity::Info, message, "try it with `kubectl apply --dry-run=server`")
        }
    };
    // Several rules may be about one field.
    if judge.said.iter().any(|said| said.route == route && said.severity <= severity) {
        return;
    }
    judge.said.push(Breach {
        rule: id,
        severity,
        route,
        before: comparison.spot.before,
        after: comparison.spot.after,
        edited: comparison.narrowest().or_else(|| comparison.undecided.first().cloned()),
        message,
        label: None,
        help: help.to_owned(),
    });
}
