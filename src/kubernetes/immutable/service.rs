//! Services: addresses that were given stay.

use super::{IGNORED, UNDECIDABLE, judge::Judge};
use crate::{
    document::{Node, Number, Value},
    immutability::{Spot, is_substituted, words::dotted},
};

const NONE: &str = "None";

pub(super) fn judge(judge: &mut Judge<'_, '_>) {
    let (old_type, new_type) = judge.texts(&["spec", "type"]);
    let both = |kind: &str| old_type == Some(kind) && new_type == Some(kind);
    if both("LoadBalancer") {
        judge.immutable(&["spec", "loadBalancerClass"]);
        let (old, new) = judge.texts(&["spec", "externalTrafficPolicy"]);
        if old == Some("Local") && new == Some("Local") {
            health_check(judge);
        }
    }
    if old_type == Some("ExternalName") || new_type == Some("ExternalName") {
        return;
    }
    cluster_ip(judge);
    families(judge);
}

/// The first address: that of `clusterIPs` where it is not in `clusterIP`.
fn first_ip<'a>(judge: &Judge<'_, 'a>) -> Spot<'a> {
    let one = judge.root.below(&["spec", "clusterIP"]);
    let list = judge.root.below(&["spec", "clusterIPs"]);
    let first = list.item(list.before.map(|_| 0), list.after.map(|_| 0));
    let is_of_list = one.after.is_none() && first.after.is_some();
    Spot {
        before: one.before.or(first.before),
        after: one.after.or(first.after),
        route: if is_of_list { first.route } else { one.route },
        old_route: if one.before.is_none() && first.before.is_some() { first.old_route } else { one.old_route },
    }
}

fn cluster_ip(judge: &mut Judge<'_, '_>) {
    let spot = first_ip(judge);
    let comparison = judge.compare(spot.clone());
    let text = |node: Option<&Node>| node.and_then(Node::as_str).map(str::to_owned);
    match (text(spot.before), text(spot.after)) {
        (None, Some(new)) if new == NONE => {
            let message = format!(
                "{} of {} is immutable: the Service has an address, and stays no headless one",
                dotted(spot.shown()),
                judge.about.subject
            );
            judge.refuse_as(&comparison, message, "restore it, or make a new Service under another name");
        }
        (None, Some(new)) if !is_substituted(&new) => {
            let message = format!(
                "{} of {} is immutable, and the Service has been given an address already",
                dotted(spot.shown()),
                judge.about.subject
            );
            judge.warn(UNDECIDABLE, &comparison, message, "see that it is the address in the cluster, or leave it out");
        }
        // The API server fills in what it had.
        (Some(old), None) if old == NONE => {
            let message = format!(
                "{} of {} is gone, and the Service stays headless all the same",
                dotted(spot.shown()),
                judge.about.subject
            );
            judge.warn(IGNORED, &comparison, message, "make a new Service under another name, or restore the field");
        }
        (Some(_), None) => {}
        (_, _) => judge.refuse(&comparison),
    }
    let list = judge.root.below(&["spec", "clusterIPs"]);
    let count = |node: Option<&Node>| node.and_then(Node::as_sequence).map_or(0, <[Node]>::len);
    match (count(list.before), count(list.after)) {
        (2, 2) => {
            let comparison = judge.compare(list.item(Some(1), Some(1)));
            judge.refuse(&comparison);
        }
        (2, 1) => single_stack(judge, &list),
        (_, _) => {}
    }
}

/// The second address or family may go when the Service says that it wants one.
fn single_stack<'a>(judge: &mut Judge<'_, 'a>, list: &Spot<'a>) {
    if judge.texts(&["spec", "ipFamilyPolicy"]).1 == Some("SingleStack") {
        return;
    }
    let comparison = judge.compare(list.item(Some(1), None));
    let message = format!(
        "the second of {} of {} may only go together with `ipFamilyPolicy: SingleStack`",
        dotted(list.shown()),
        judge.about.subject
    );
    judge.refuse_as(&comparison, message, "set spec.ipFamilyPolicy to SingleStack, or restore it");
}

fn families(judge: &mut Judge<'_, '_>) {
    let spot = first_ip(judge);
    let is_headless = |node: Option<&Node>| node.and_then(Node::as_str) == Some(NONE);
    if is_headless(spot.before) || is_headless(spot.after) {
        return;
    }
    let list = judge.root.below(&["spec", "ipFamilies"]);
    let count = |node: Option<&Node>| node.and_then(Node::as_sequence).map_or(0, <[Node]>::len);
    match (count(list.before), count(list.after)) {
        // The API server fills in what it had.
        (_, 0) => return,
        (0, _) => {
            let comparison = judge.compare(list.item(None, Some(0)));
            let message = format!(
                "{} of {} is immutable, and the Service has a family already",
                dotted(list.shown()),
                judge.about.subject
            );
            judge.warn(UNDECIDABLE, &comparison, message, "see that it is the family in the cluster, or leave it out");
            return;
        }
        (2, 1) => single_stack(judge, &list),
        (2, 2) => {
            let comparison = judge.compare(list.item(Some(1), Some(1)));
            judge.refuse(&comparison);
        }
        (_, _) => {}
    }
    let comparison = judge.compare(list.item(Some(0), Some(0)));
    judge.refuse(&comparison);
}

fn health_check(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "healthCheckNodePort"];
    let port = |node: Option<&Node>| match node.map(|node| &node.value) {
        Some(Value::Number(Number::Int(port))) if *port != 0 => Some(*port),
        Some(_) | None => None,
    };
    match (port(judge.before(&keys)), port(judge.after(&keys))) {
        (Some(_), Some(_)) => judge.immutable(&keys),
        (None, Some(_)) => {
            let comparison = judge.compare(judge.root.below(&keys));
            let message = format!(
                "spec.healthCheckNodePort of {} is immutable, and the Service has been given a port already",
                judge.about.subject
            );
            judge.warn(UNDECIDABLE, &comparison, message, "see that it is the port in the cluster, or leave it out");
        }
        (_, None) => {}
    }
}
