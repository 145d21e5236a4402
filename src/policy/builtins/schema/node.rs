//! Schemas as they are read.

use regex::Regex;

use super::json::Decimal;

/// Index into `Schemas::nodes`.
pub(super) type Id = usize;

#[derive(Debug)]
pub(super) enum Additional {
    Allowed(bool),
    Schema(Id),
}

#[derive(Debug)]
pub(super) enum Dependency {
    Names(Vec<String>),
    Schema(Id),
}

/// A number a schema names, and as it is shown.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) number: Decimal,
    pub(super) shown: String,
}

#[derive(Debug, Default)]
pub(super) struct Node {
    /// `true` or `false`.
    pub(super) pass: Option<bool>,
    pub(super) reference: Option<Id>,
    pub(super) types: Vec<String>,
    pub(super) properties: Vec<(String, Id)>,
    pub(super) additional_properties: Option<Additional>,
    pub(super) pattern_properties: Vec<(Regex, Id)>,
    pub(super) property_names: Option<Id>,
    pub(super) dependencies: Vec<(String, Dependency)>,
    pub(super) items: Vec<Id>,
    pub(super) items_for_all: bool,
    pub(super) additional_items: Option<Additional>,
    pub(super) multiple_of: Option<Bound>,
    pub(super) minimum: Option<Bound>,
    pub(super) exclusive_minimum: Option<Bound>,
    pub(super) maximum: Option<Bound>,
    pub(super) exclusive_maximum: Option<Bound>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    /// As compiled, and as written.
    pub(super) pattern: Option<(Regex, String)>,
    pub(super) format: Option<String>,
    pub(super) min_properties: Option<usize>,
    pub(super) max_properties: Option<usize>,
    pub(super) required: Vec<String>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) unique_items: bool,
    pub(super) contains: Option<Id>,
    pub(super) constant: Option<String>,
    pub(super) enumeration: Option<Vec<String>>,
    pub(super) one_of: Vec<Id>,
    pub(super) any_of: Vec<Id>,
    pub(super) all_of: Vec<Id>,
    pub(super) not: Option<Id>,
    pub(super) condition: Option<Id>,
    pub(super) then: Option<Id>,
    pub(super) otherwise: Option<Id>,
}

/// A schema with all those inside it; the first is the outermost.
#[derive(Debug)]
pub(super) struct Schemas {
    pub(super) nodes: Vec<Node>,
}
