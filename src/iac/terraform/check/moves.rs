//! `moved`, `removed` and `import`: addresses, and whether they fit what the module declares.

use std::collections::BTreeMap;

use crate::document::{Route, Violation};

use super::super::{
    address::{Address, Mode},
    block::{Block, blocks},
    folder::Class,
    refactoring::{Fate, address, at},
    words::{bare, nearest, quoted},
};
use super::Check;

pub(super) fn check(check: &mut Check<'_>) {
    let root = check.root;
    let syntax = check.syntax;
    let top = |kind| blocks(root, &Route::default(), kind, 0, syntax).good;
    let module = check.module;
    let ways = Ways::of(&module.folder.refactoring.moved);
    for block in top("moved") {
        let sound = addressed(check, &block, "from") & addressed(check, &block, "to");
        if sound && let Some((from, to)) = address(&block, "from").zip(address(&block, "to")) {
            moved(check, &block, &ways, &from, &to);
        }
    }
    for block in top("removed") {
        if addressed(check, &block, "from")
            && let Some(from) = address(&block, "from")
        {
            removed(check, &block, &from);
        }
    }
    for block in top("import") {
        if addressed(check, &block, "to")
            && let Some(to) = address(&block, "to")
        {
            imported(check, &block, &to);
        }
    }
}

/// Whether what stands under a key is an address; that it is there is looked at elsewhere.
fn addressed(check: &mut Check<'_>, block: &Block<'_>, key: &str) -> bool {
    let Some(node) = block.body.get(key) else { return false };
    let why = match node.as_str() {
        Some(text) => match Address::parse(bare(text)) {
            Ok(_) => return true,
            Err(why) => format!("expected {}", why.0),
        },
        None => format!("found {}", node.kind_name()),
    };
    let written = node.as_str().map_or_else(|| format!("`{key}`"), |text| quoted(bare(text)));
    let message = format!("{written} is not an address of a resource or a module: {why}");
    let violation = Violation::of_value(block.to(key), message).labelled("no address");
    check.wrong(violation.with_help("write it without quotes, like `aws_s3_bucket.logs` or `module.network`"));
    false
}

fn moved(check: &mut Check<'_>, block: &Block<'_>, ways: &Ways<'_>, from: &Address, to: &Address) {
    if from.resource.is_some() != to.resource.is_some() {
        let message = format!("{} and {} are not of one sort: a resource and a module", shown(from), shown(to));
        let violation = Violation::of_value(at(block, "to"), message).related(at(block, "from"), "moved from here");
        check.wrong(violation.labelled("to here").with_help("move a resource to a resource, and a module to a module"));
        return;
    }
    if from == to {
        let message = format!("{} is moved to where it is", shown(from));
        let violation = Violation::of_value(at(block, "to"), message).labelled("the same address");
        check.wrong(violation.with_help("remove the block, or correct one of its addresses"));
        return;
    }
    let same_sort = |other: &&&Address| other.resource.is_some() == from.resource.is_some();
    let other_to = ways.from(from).iter().filter(same_sort).find(|other| **other != to);
    let other_from = ways.to(to).iter().filter(same_sort).find(|other| **other != from && !other.has_keys());
    let ambiguous = if let Some(other) = other_to {
        let message = format!("{} is moved to two places: {} and {}", shown(from), shown(to), shown(other));
        Some((message, "one of them"))
    } else if let Some(other) = other_from.filter(|_| !from.has_keys()) {
        let message = format!("{} and {} are moved to one place: {}", shown(from), shown(other), shown(to));
        Some((message, "the place"))
    } else {
        None
    };
    if let Some((message, label)) = ambiguous {
        let violation = Violation::of_value(at(block, "to"), message).labelled(label);
        check.wrong(violation.with_help("keep one of the two blocks"));
        return;
    }
    if ways.circles(from, to) {
        let message = format!("the moves of {} lead back to it", shown(from));
        let violation = Violation::of_value(at(block, "to"), message).labelled("leads back");
        check.wrong(
            violation.with_help("remove the older of the `moved` blocks: the newer ones say where things are now"),
        );
        return;
    }
    // Then only the instance without a key is moved, and what is declared may have others.
    if !to.has_keys() {
        still(check, block, from, "moved away");
    }
    if declared(check, to) == Some(false) && !goes_on(check, to) {
        let message = format!(
            "{} is moved to {}, which no file of this module declares: it would be destroyed",
            shown(from),
            shown(to)
        );
        let violation = Violation::of_value(at(block, "to"), message).labelled("not declared");
        check.doubtful(suggested(check, to, violation));
    }
}

/// The moves of a module, by both of their ends.
#[derive(Default)]
struct Ways<'a> {
    from: BTreeMap<&'a Address, Vec<&'a Address>>,
    to: BTreeMap<&'a Address, Vec<&'a Address>>,
}

impl<'a> Ways<'a> {
    fn of(moved: &'a [(Address, Address)]) -> Self {
        let mut ways = Self::default();
        for (from, to) in moved {
            ways.from.entry(from).or_default().push(to);
            ways.to.entry(to).or_default().push(from);
        }
        ways
    }

    fn from(&self, from: &Address) -> &[&'a Address] {
        self.from.get(from).map_or(&[], Vec::as_slice)
    }

    fn to(&self, to: &Address) -> &[&'a Address] {
        self.to.get(to).map_or(&[], Vec::as_slice)
    }

    /// Whether moves lead from `to` back to `from`.
    fn circles(&self, from: &Address, to: &Address) -> bool {
        const FOLLOWED: usize = 100;
        let mut now = to;
        for _ in 0..FOLLOWED {
            match self.from(now).first() {
                Some(next) if *next == from => return true,
                Some(next) => now = next,
                None => return false,
            }
        }
        false
    }
}

/// Whether the module says what becomes of an address after that.
fn goes_on(check: &Check<'_>, address: &Address) -> bool {
    // Each block is compared with all: of very many, none is told.
    const COMPARED: usize = 1_000;
    let refactoring = &check.module.folder.refactoring;
    refactoring.len() > COMPARED || refactoring.fate(address) != Fate::Unsaid
}

fn removed(check: &mut Check<'_>, block: &Block<'_>, from: &Address) {
    if from.has_keys() {
        let message = format!("{} is one instance: `removed` is for all of a resource or a module", shown(from));
        let help = format!("write `from = {}`", from.without_keys());
        check.wrong(Violation::of_value(at(block, "from"), message).labelled("has a key").with_help(help));
        return;
    }
    if from.resource.as_ref().is_some_and(|resource| resource.mode != Mode::Managed) {
        let message = format!("{} is no managed resource: there is nothing to remove", shown(from));
        let violation = Violation::of_value(at(block, "from"), message).labelled("only read");
        check.wrong(violation.with_help("remove the block"));
        return;
    }
    still(check, block, from, "removed");
}

/// What a block says is gone must not be declared any more.
fn still(check: &mut Check<'_>, block: &Block<'_>, from: &Address, what: &str) {
    // Of an instance, the others may stay.
    if from.has_keys() || declared(check, from) != Some(true) {
        return;
    }
    let message = format!("{} is said to be {what}, and is still declared", shown(from));
    let violation = Violation::of_value(at(block, "from"), message).labelled("still declared");
    check.wrong(violation.with_help("remove its declaration, or this block"));
}

fn imported(check: &mut Check<'_>, block: &Block<'_>, to: &Address) {
    let Some(resource) = &to.resource else {
        let message = format!("{} is a module: only resources can be imported", shown(to));
        let violation = Violation::of_value(at(block, "to"), message).labelled("a module");
        check.wrong(violation.with_help("name the resource: `module.NAME.TYPE.NAME`"));
        return;
    };
    if resource.mode != Mode::Managed {
        let message = format!("{} is no managed resource: it cannot be imported", shown(to));
        let violation = Violation::of_value(at(block, "to"), message).labelled("only read");
        check.wrong(violation.with_help("remove the block"));
        return;
    }
    if block.body.get("id").is_none() && block.body.get("identity").is_none() {
        let violation = Violation::of_key(block.name_route(), "`import` does not say what is imported");
        let violation = violation.labelled("no `id`").lacking("id");
        check.wrong(violation.with_help("write `id = \"…\"` with the id that the provider knows it by"));
    }
    if declared(check, to) == Some(false) {
        let message = format!("{} is imported, and no file of this module declares it", shown(to));
        let violation = Violation::of_value(at(block, "to"), message).labelled("not declared");
        check.doubtful(suggested(check, to, violation));
    }
}

fn suggested(check: &Check<'_>, to: &Address, violation: Violation) -> Violation {
    let folder = &check.module.folder;
    let near = match (&to.resource, to.modules.first()) {
        (Some(resource), None) => {
            nearest(&format!("{}.{}", resource.kind, resource.name), folder.names(Class::Resource))
        }
        (_, Some(call)) => nearest(&call.name, folder.names(Class::Module)),
        (None, None) => None,
    };
    violation.with_help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "declare it, or correct the address".to_owned(),
    })
}

/// Whether the module declares what an address names; `None` where it cannot be told.
fn declared(check: &Check<'_>, address: &Address) -> Option<bool> {
    let module = check.module;
    let folder = &module.folder;
    let knows = check.knows_all();
    let (folder, rest) = match address.modules.as_slice() {
        [] => (folder, address.resource.as_ref()),
        [call, deeper @ ..] => {
            if folder.sites(Class::Module, &call.name).is_empty() {
                return knows.then_some(false);
            }
            if deeper.is_empty() && address.resource.is_none() {
                return Some(true);
            }
            match module.callees.get(&call.name) {
                Some(super::super::module::Callee::Folder(called)) if deeper.is_empty() && called.complete => {
                    (called, address.resource.as_ref())
                }
                Some(_) | None => return None,
            }
        }
    };
    let resource = rest?;
    let class = match resource.mode {
        Mode::Managed => Class::Resource,
        Mode::Data => Class::Data,
        Mode::Ephemeral => Class::Ephemeral,
    };
    let there = !folder.sites(class, &format!("{}.{}", resource.kind, resource.name)).is_empty();
    if there || knows { Some(there) } else { None }
}

fn shown(address: &Address) -> String {
    quoted(&address.to_string())
}
