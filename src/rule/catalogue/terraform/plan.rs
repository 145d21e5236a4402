//! What a plan in JSON deletes.

use super::{DESTRUCTION, REPLACEMENT, Terraform};
use crate::{
    document::{Identity, Unit},
    iac::terraform::{self, Deletion, Kind, deletions, is_stateful, kind_of},
    rule::{FileText, enforce, selects_object},
    verdict::{Finding, Severity},
};

impl Terraform {
    pub(super) fn plan(&self, file: &FileText, unit: &Unit<'_>, findings: &mut Vec<Finding>) {
        let path = file.path.to_text();
        if !unit.route.0.is_empty() || kind_of(&path, unit.node) != Some(Kind::Plan) {
            return;
        }
        for deletion in deletions(unit.node) {
            let identity = Identity {
                group: "terraform".to_owned(),
                kind: deletion.kind.clone(),
                namespace: Some(terraform::folder_of(&path)),
                name: deletion.address.clone(),
            };
            if !selects_object(&self.0.selection, Some(&identity.kind), Some(&identity), &[&file.path]) {
                continue;
            }
            let mut place = file.place(unit, &deletion.route);
            if let Some(excerpt) = &mut place.excerpt {
                excerpt.label = Some(label(&deletion));
            }
            let rule = if deletion.replaced { REPLACEMENT } else { DESTRUCTION };
            let mut finding = Finding::new(rule, message(&deletion)).at(place);
            let stateful = is_stateful(&deletion.kind);
            finding.help = Some(match (stateful, deletion.replaced) {
                (false, _) => "see that nothing depends on it".to_owned(),
                (true, true) => "restore what forces it, or make a new resource and bring the data over".to_owned(),
                (true, false) => {
                    "restore its block, or say `moved` or `removed { lifecycle { destroy = false } }`, and plan again"
                        .to_owned()
                }
            });
            finding.severity = if stateful { Severity::Deny } else { Severity::Warn };
            finding.resource = Some(identity);
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
        }
    }
}

fn message(deletion: &Deletion) -> String {
    let address = crate::text::shortened(&deletion.address, 200);
    let what = match (deletion.replaced, &deletion.deposed) {
        (true, _) => format!("the plan replaces {address}"),
        (false, None) => format!("the plan destroys {address}"),
        (false, Some(key)) => {
            format!(
                "the plan destroys what an earlier replacement left of {address} ({})",
                crate::text::shortened(key, 20)
            )
        }
    };
    if deletion.forced_by.is_empty() {
        return what;
    }
    format!("{what}: {} cannot be changed", crate::text::shortened(&deletion.forced_by.join(", "), 120))
}

/// Why, as far as the plan says.
fn label(deletion: &Deletion) -> String {
    let reason = match deletion.reason.as_deref() {
        Some("replace_because_cannot_update") => "cannot be updated in place",
        Some("replace_because_tainted") => "marked as damaged",
        Some("replace_by_request") => "asked for",
        Some("replace_by_triggers") => "by what triggers it",
        Some("delete_because_no_resource_config") => "no block declares it",
        Some("delete_because_wrong_repetition") => "`count` and `for_each` are not what they were",
        Some("delete_because_count_index") => "`count` is less than it was",
        Some("delete_because_each_key") => "`for_each` lacks its key",
        Some("delete_because_no_module") => "no block calls its module",
        Some("delete_because_no_move_target") => "moved to where nothing is declared",
        Some(other) => return crate::text::shortened(other, 40),
        None if deletion.replaced => "replaced",
        None => "destroyed",
    };
    reason.to_owned()
}
