//! Kubernetes' own types, version by version, as they come with pushgate.
//!
//! This room owns `data/kubernetes.bin` (written by `scripts/kubernetes-schemas.py`, read in place)
//! and knows which `apiVersion` and `kind` there are, were and will be. It must not know files,
//! values or findings. What it hands out, a [`Schema`](super::schema::Schema) or the words for a
//! kind that is not there, goes to whoever checks objects.

mod decode;
mod lookup;
mod removed;
mod table;
#[cfg(test)]
mod tests;
mod unknown;
mod version;

pub use decode::{definition, number_of};
pub use lookup::{Lookup, definitions_of, had_kind, kinds, kinds_of, lookup};
pub use removed::is_for_clients;
pub use unknown::{Field, Unknown};
pub use version::Version;
