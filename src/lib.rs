//! pushgate stands between a push and the Git repository that is the source of truth. It reads
//! what the push would change, judges it by policies and immutability rules, and accepts or refuses
//! all of it.
//!
//! [`gate`] is the flow; `docs/architecture.md` is the map.

pub mod cli;
pub mod config;
pub mod document;
pub mod gate;
pub mod git;
pub mod gitops;
pub mod iac;
pub mod immutability;
pub mod kubernetes;
pub mod policy;
pub mod push;
pub mod recognise;
pub mod report;
pub mod rule;
pub mod secret;
pub mod text;
pub mod verdict;
