//! The types of resources that there are, as they come with pushgate.
//!
//! This room owns `data/cloudformation.bin` (written by `scripts/cloudformation-schemas.py`, read in
//! place). It must not know templates. What it hands out, [`Kind`] and [`Shape`], goes to whoever
//! checks resources.

mod shape;
mod table;
#[cfg(test)]
mod tests;

pub(super) use shape::{Others, Shape, Sorts};
use table::EMBEDDED;

/// A type of resources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// What stands before the last `::`.
    before: &'static str,
    /// What stands behind it.
    last: &'static str,
    node: usize,
    paths: usize,
    facts: u8,
    date: &'static str,
}

/// How long a type will be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifecycle {
    /// As long as anyone knows.
    Current,
    /// Nothing will be added to it.
    Maintenance,
    /// It is going to be closed.
    Sunset,
    /// It is closed.
    Shutdown,
}

/// In which order a resource is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The old one is deleted before there is a new one.
    DeleteFirst,
    /// There is a new one before the old one is deleted.
    CreateFirst,
}

/// Paths of properties with something in common, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paths {
    /// Cannot be changed without making the resource anew.
    CreateOnly,
    /// The same, for some changes.
    ConditionalCreateOnly,
    /// Only the service sets them; they are what `Fn::GetAtt` gives.
    ReadOnly,
    /// Not to be used any more.
    Deprecated,
}

impl Kind {
    /// Its name.
    #[cfg(test)]
    pub fn name(&self) -> String {
        format!("{}::{}", self.before, self.last)
    }

    /// What its properties look like.
    pub fn shape(&self) -> Option<Shape> {
        shape::read(&EMBEDDED, self.node)
    }

    /// In which order the service makes a resource anew, where its schema says so.
    pub fn order(&self) -> Option<Order> {
        match self.facts >> 2 & 3 {
            1 => Some(Order::DeleteFirst),
            2 => Some(Order::CreateFirst),
            _ => None,
        }
    }

    /// How long it will be there, and since or until when (may be empty).
    pub fn lifecycle(&self) -> (Lifecycle, &'static str) {
        let lifecycle = match self.facts & 3 {
            0 => Lifecycle::Current,
            1 => Lifecycle::Maintenance,
            2 => Lifecycle::Sunset,
            _ => Lifecycle::Shutdown,
        };
        (lifecycle, self.date)
    }

    /// Paths of properties; `*` is any item of a list.
    pub fn paths(&self, which: Paths) -> Vec<Vec<&'static str>> {
        shape::paths(&EMBEDDED, self.paths, which as usize).unwrap_or_default()
    }
}

/// The type of this name.
pub(super) fn find(name: &str) -> Option<Kind> {
    let (before, last) = name.rsplit_once("::")?;
    EMBEDDED.kind_named(before, last)
}

/// The shape of a node that another one links to.
pub(super) fn shape(node: usize) -> Option<Shape> {
    shape::read(&EMBEDDED, node)
}

/// All types, by name.
pub(super) fn all() -> impl Iterator<Item = Kind> {
    EMBEDDED.kinds()
}

/// The type of AWS that was meant by one whose vendor is nearly AWS.
pub(super) fn of_aws(name: &str) -> Option<String> {
    let (vendor, rest) = name.split_once("::")?;
    if strsim::osa_distance(&vendor.to_ascii_lowercase(), "aws") > 1 {
        return None;
    }
    let meant = format!("AWS::{rest}");
    find(&meant).map(|_| meant)
}

/// The name of the type that was meant by one that is not there.
pub(super) fn nearest(name: &str) -> Option<String> {
    let names: Vec<String> = all().map(|kind| format!("{}::{}", kind.before, kind.last)).collect();
    super::said::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// The day of the schemas.
pub(super) fn date() -> &'static str {
    EMBEDDED.date().unwrap_or_default()
}
