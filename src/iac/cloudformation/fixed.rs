//! What cannot be changed in a resource without making it anew.

use super::types::{self, Order, Paths};

/// What cannot be changed in resources of a type. Paths lead from `Properties`; `*` is any item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Properties whose every change makes the resource anew.
    pub always: Vec<Vec<&'static str>>,
    /// Properties of which some changes do.
    pub sometimes: Vec<Vec<&'static str>>,
    /// In which order the service goes about it; where it does not say, the new one is made first.
    pub order: Option<Order>,
}

/// What cannot be changed in resources of this type; `None` for a type that is not known.
#[must_use]
pub fn fixed(kind: &str) -> Option<Fixed> {
    let kind = types::find(kind)?;
    Some(Fixed {
        always: kind.paths(Paths::CreateOnly),
        sometimes: kind.paths(Paths::ConditionalCreateOnly),
        order: kind.order(),
    })
}
