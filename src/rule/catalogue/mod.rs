//! Catalogues of rules over fields that come with pushgate: `immutability.fields` with `catalogue`.

mod cloudformation;
pub(super) mod explain;
mod kubernetes;
mod terraform;

use super::Rule;
use crate::config::{Catalogue, CatalogueRule};

/// The rule for one entry.
pub(super) fn rule(entry: CatalogueRule) -> Box<dyn Rule> {
    match entry.catalogue {
        Catalogue::Kubernetes => Box::new(kubernetes::Kubernetes(entry)),
        Catalogue::CloudFormation => Box::new(cloudformation::CloudFormation(entry)),
        Catalogue::Terraform => Box::new(terraform::Terraform(entry)),
    }
}
