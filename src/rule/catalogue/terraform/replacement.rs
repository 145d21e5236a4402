//! Attributes that are known to make a resource anew.

use super::{REPLACEMENT, Terraform};
use crate::{
    document::{Role, Step},
    iac::terraform::{forced, prevents_destroy},
    immutability::Breach,
    rule::{Pair, breach, enforce, selects_pair},
    verdict::Severity,
};

impl Terraform {
    /// It is advice: versions of providers differ. Only what is protected, and in the same push is so no more, is
    /// refused.
    pub(super) fn replaced(&self, pair: &Pair<'_>, findings: &mut Vec<crate::verdict::Finding>) {
        let Pair::Both { old, new } = pair else { return };
        let (Some(identity), Role::Part) = (pair.identity(), new.unit.role) else { return };
        let is_resource = matches!(new.unit.route.0.first(), Some(Step::Key(key)) if key == "resource");
        if identity.group != "terraform" || !is_resource || !selects_pair(&self.0.selection, pair) {
            return;
        }
        let protects = |side: &crate::rule::Side<'_>| prevents_destroy(side.unit.node, &side.file.path.to_text());
        let (was, is) = (protects(old), protects(new));
        for change in forced(&identity.kind, old.unit.node, new.unit.node) {
            let attribute = change.attribute;
            let refused = was && !is && change.written;
            let verb = if change.written { "makes" } else { "may make" };
            let message = match (was, is) {
                (true, false) => {
                    format!("a change of {attribute} {verb} {identity} anew, and its `prevent_destroy` is taken away")
                }
                (_, true) => {
                    format!("a change of {attribute} {verb} {identity} anew, which its `prevent_destroy` forbids")
                }
                (false, false) => format!("a change of {attribute} {verb} {identity} anew"),
            };
            let breach = Breach {
                rule: REPLACEMENT,
                severity: if refused { Severity::Deny } else { Severity::Warn },
                route: change.route,
                before: change.before,
                after: change.after,
                edited: None,
                message,
                label: None,
                help: format!(
                    "see in a plan whether it is replaced; restore the old value, or name {attribute} in `ignore_changes`"
                ),
            };
            let mut finding = breach::finding(breach, pair);
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
        }
    }
}
