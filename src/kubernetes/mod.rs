//! What the Kubernetes API takes: its own types in each of its versions, those that a repository
//! defines itself, and what neither says in its schema.
//!
//! This room knows schemas and values. It must not know files of a repository, pushes or findings.
//! What is wrong with a manifest goes to `rule/`.

pub mod builtin;
pub mod cel;
pub mod crd;
pub mod immutable;
pub mod meaning;
pub mod normal;
pub mod schema;
pub mod scope;
pub mod validate;

pub use builtin::Version;
