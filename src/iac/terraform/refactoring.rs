//! What a module says of resources that moved, that it lets go, or that it takes over.

use crate::document::{Node, Route, Step};

use super::{
    address::Address,
    block::{Block, Syntax, blocks},
    words::bare,
};

/// The `moved`, `removed` and `import` blocks of a module. Addresses are relative to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refactoring {
    /// From where to where.
    pub moved: Vec<(Address, Address)>,
    /// What is no longer declared, and whether it is destroyed.
    pub removed: Vec<(Address, bool)>,
    /// What is taken over.
    pub imported: Vec<Address>,
}

/// Moves of one thing that are followed.
const LONGEST_CHAIN: usize = 100;

/// What becomes of an address, as a module says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is another one now; all moves are followed.
    Moved(Address),
    /// It is let go without being destroyed.
    Forgotten,
    /// It is to be destroyed, and a `removed` block says so.
    Destroyed,
    /// Nothing is said of it.
    Unsaid,
}

impl Refactoring {
    /// What is said in one file.
    #[must_use]
    pub fn read(path: &str, root: &Node) -> Self {
        let syntax = Syntax::of(path);
        let mut refactoring = Self::default();
        let of = |kind| blocks(root, &Route::default(), kind, 0, syntax).good;
        for block in of("moved") {
            refactoring.moved.extend(address(&block, "from").zip(address(&block, "to")));
        }
        for block in of("removed") {
            let destroys = destroys(&block, syntax);
            refactoring.removed.extend(address(&block, "from").map(|from| (from, destroys)));
        }
        for block in of("import") {
            refactoring.imported.extend(address(&block, "to"));
        }
        refactoring
    }

    /// How many statements it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.moved.len() + self.removed.len() + self.imported.len()
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes what another file of the module says.
    pub fn extend(&mut self, other: Self) {
        self.moved.extend(other.moved);
        self.removed.extend(other.removed);
        self.imported.extend(other.imported);
    }

    /// The same as a module further out sees it: through these calls.
    #[must_use]
    pub fn within(&self, calls: &[super::address::Call]) -> Self {
        let within = |address: &Address| address.within(calls);
        Self {
            moved: self.moved.iter().map(|(from, to)| (within(from), within(to))).collect(),
            removed: self.removed.iter().map(|(from, destroy)| (within(from), *destroy)).collect(),
            imported: self.imported.iter().map(within).collect(),
        }
    }

    /// What becomes of an address. Without keys of instances it stands for all of them: then a
    /// move or a removal of any of them is taken for one of it.
    #[must_use]
    pub fn fate(&self, address: &Address) -> Fate {
        let mut now = address.clone();
        // Each move is taken once at most: a circle ends.
        let mut left: Vec<&(Address, Address)> = self.moved.iter().collect();
        for _ in 0..LONGEST_CHAIN {
            let step = left.iter().enumerate().find_map(|(index, (from, to))| {
                let exact = now.moved(from, to);
                exact
                    .or_else(|| now.moved(&from.without_keys(), &to.without_keys()).filter(|_| !now.has_keys()))
                    .map(|now| (index, now))
            });
            let Some((index, next)) = step else { break };
            left.swap_remove(index);
            now = next;
        }
        let covers = |from: &Address| match &from.resource {
            Some(_) => from.without_keys() == now.without_keys(),
            None => now.without_keys().modules.starts_with(&from.without_keys().modules),
        };
        match self.removed.iter().find(|(from, _)| covers(from)) {
            Some((_, true)) => Fate::Destroyed,
            Some((_, false)) => Fate::Forgotten,
            None if now == *address => Fate::Unsaid,
            None => Fate::Moved(now),
        }
    }
}

/// The address under a key of a block.
pub(super) fn address(block: &Block<'_>, key: &str) -> Option<Address> {
    Address::parse(bare(block.body.get(key)?.as_str()?)).ok()
}

/// Whether what a `removed` block is about is destroyed: it is, unless it says otherwise.
fn destroys(block: &Block<'_>, syntax: Syntax) -> bool {
    let lifecycle = block.inner("lifecycle", 0, syntax);
    !lifecycle.iter().any(|lifecycle| lifecycle.body.get("destroy").is_some_and(is_false))
}

fn is_false(node: &Node) -> bool {
    use crate::document::Value;
    match &node.value {
        Value::Bool(value) => !value,
        Value::String(text) => bare(text) == "false",
        Value::Null | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

/// Whether a resource's block says `prevent_destroy = true`.
#[must_use]
pub fn prevents_destroy(body: &Node, syntax_of: &str) -> bool {
    use crate::document::Value;
    let lifecycle = blocks(body, &Route::default(), "lifecycle", 0, Syntax::of(syntax_of)).good;
    lifecycle.iter().filter_map(|block| block.body.get("prevent_destroy")).any(|node| match &node.value {
        Value::Bool(value) => *value,
        Value::String(text) => bare(text) == "true",
        Value::Null | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    })
}

/// Way to a key of a block, or to the block where it has none.
pub(super) fn at(block: &Block<'_>, key: &str) -> Route {
    if block.body.get(key).is_some() { block.route.child(Step::Key(key.to_owned())) } else { block.route.clone() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::testing::json;

    fn refactoring() -> Refactoring {
        Refactoring::read(
            "main.tf",
            &json(
                r#"{
                "moved": [
                    {"from": "${a.one}", "to": "${a.two}"}, {"from": "${a.two}", "to": "${module.m.a.three}"},
                    {"from": "${module.m}", "to": "${module.n[0]}"}, {"from": "${a.x}", "to": "${a.y}"},
                    {"from": "${a.y}", "to": "${a.x}"}, {"from": "${a.i[0]}", "to": "${a.j}"}, {"from": "${nonsense}"}],
                "removed": [
                    {"from": "${a.kept}", "lifecycle": [{"destroy": false}]}, {"from": "${a.gone}"},
                    {"from": "${module.old}", "lifecycle": [{"destroy": "${false}"}]}],
                "import": [{"to": "${a.new[each.key]}", "id": "x"}]}"#,
            ),
        )
    }

    #[test]
    fn fates_are_followed() {
        let refactoring = refactoring();
        assert_eq!((refactoring.moved.len(), refactoring.removed.len(), refactoring.imported.len()), (6, 3, 1));
        let fate = |text| refactoring.fate(&Address::parse(text).unwrap());
        let moved = |text| Fate::Moved(Address::parse(text).unwrap());
        assert_eq!(fate("a.one"), moved("module.n[0].a.three"));
        assert_eq!(fate("module.m.b.c"), moved("module.n[0].b.c"));
        assert_eq!(fate("a.i"), moved("a.j"));
        assert_eq!(fate("a.i[1]"), Fate::Unsaid);
        assert_eq!(fate("a.kept"), Fate::Forgotten);
        assert_eq!(fate("module.old[2].a.b"), Fate::Forgotten);
        assert_eq!(fate("a.gone"), Fate::Destroyed);
        assert_eq!(fate("a.other"), Fate::Unsaid);
        // A circle leads back.
        assert_eq!(fate("a.x"), Fate::Unsaid);
    }

    #[test]
    fn a_module_further_out_sees_longer_addresses() {
        let call = super::super::address::Call { name: "outer".to_owned(), key: None };
        let outer = refactoring().within(&[call]);
        assert_eq!(outer.fate(&Address::parse("module.outer.a.kept").unwrap()), Fate::Forgotten);
        assert_eq!(outer.fate(&Address::parse("a.kept").unwrap()), Fate::Unsaid);
    }

    #[test]
    fn protection_is_seen() {
        assert!(prevents_destroy(&json(r#"{"lifecycle": [{"prevent_destroy": true}]}"#), "a.tf"));
        assert!(prevents_destroy(&json(r#"{"lifecycle": {"prevent_destroy": "true"}}"#), "a.tf.json"));
        assert!(!prevents_destroy(&json(r#"{"lifecycle": [{"prevent_destroy": false}]}"#), "a.tf"));
        assert!(!prevents_destroy(&json(r#"{"lifecycle": [{}]}"#), "a.tf"));
        assert!(!prevents_destroy(&json("{}"), "a.tf"));
    }
}
