//! Infrastructure as code: what Terraform, `CloudFormation`, Ansible and Compose files mean.
//!
//! One folder a tool. This room owns how such files are recognised, what in them is something of its
//! own ([`Resource`]), and what their tools would refuse. It must not know pushes, policies or
//! reports. It sees a repository only through [`crate::gitops::Tree`]. What it says goes to `rule/`.

pub mod ansible;
pub mod cloudformation;
pub mod compose;
pub mod terraform;

use crate::document::{Identity, Route, Violation};

/// What is said of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What its tool refuses, or drops without a word.
    pub wrong: Vec<Violation>,
    /// What may be right, and mostly is not.
    pub doubtful: Vec<Violation>,
}

/// A part of a document that is something of its own: it can be compared with what it was before,
/// wherever in the document, or the module, it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is. The group is the tool's name (`terraform`, `cloudformation`, `compose`, `ansible`).
    pub identity: Identity,
    /// Way to it from the document's root.
    pub route: Route,
}
