//! The tests that drive the real executable, and real `git push` into real bare repositories.
//!
//! One binary, one module a subject; `layout` fails on a file that nobody registered.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::pedantic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on fails loudly, and is its own documentation"
)]

mod both_sides;
mod built;
mod catalogue_cloudformation;
mod catalogue_kubernetes;
mod catalogue_terraform;
mod check;
mod common;
mod config;
mod conftest;
mod demo;
mod documents;
mod evasion;
mod fields;
mod formats;
mod gitops;
mod hooks;
mod hostile;
mod iac;
mod identity;
mod layout;
mod paths;
mod policy;
mod policy_test;
mod refs;
mod rego;
mod replay;
mod report;
mod resources;
mod sample;
mod schema;
mod secrets;
mod settings;
mod transports;
mod yaml;
