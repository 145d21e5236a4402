//! The `Conditions` section.

use crate::document::Node;

use super::names::Template;
use super::references::{Place, walk};
use super::said::Saying;
use super::value::{entries, makes_more};
use super::way::Way;

/// Judges the conditions.
pub(super) fn check(template: &Template, section: &Node, way: &Way, saying: &mut Saying) {
    for entry in entries(section) {
        if !makes_more(&entry.key) {
            walk(template, Place::Condition, &entry.value, &way.key(&entry.key), saying);
        }
    }
}
