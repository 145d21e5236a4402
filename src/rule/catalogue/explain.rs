//! The documentation of the rules of this folder.

use super::{cloudformation, terraform};
use crate::rule::builtin::Explanation;

pub(in crate::rule) const CLOUDFORMATION_DELETION: Explanation = Explanation {
    id: cloudformation::DELETION,
    title: "A resource that keeps data would be deleted with its stack's next update",
    text: "A logical id that is not in the template any more, or that has another name, is deleted when the template is
deployed. Of types that keep data (`docs/immutability-cloudformation.md` has the list) that is refused, unless the
template before the push says `DeletionPolicy: Retain`, `RetainExceptOnCreate` or, for types that have snapshots,
`Snapshot`. The policy that is deployed counts: one that is added in the same push comes too late. A template that is
deleted as a whole is a warning: the stack stays.

How to fix: push and deploy the policy first, then remove the resource; or keep the logical id.

Configured under `immutability.fields` with `catalogue: cloudformation`.",
};

pub(in crate::rule) const CLOUDFORMATION_POLICY: Explanation = Explanation {
    id: cloudformation::POLICY,
    title: "A resource that keeps data is protected less than before",
    text:
        "`DeletionPolicy` or `UpdateReplacePolicy` kept the resource or a snapshot of it, and does so no more. It is a
warning: taking it away is how one says that the resource may go.

Configured under `immutability.fields` with `catalogue: cloudformation`.",
};

pub(in crate::rule) const CLOUDFORMATION_REPLACEMENT: Explanation = Explanation {
    id: cloudformation::REPLACEMENT,
    title: "A property that cannot be changed makes a resource anew",
    text: "CloudFormation makes a resource anew when a property changes that its type lists under `createOnlyProperties`, and
deletes the old one. Of types that keep data that is refused, unless the new template says `UpdateReplacePolicy: Retain`
or, for types that have snapshots, `Snapshot`. Of other types it is a warning, as are properties of which only some
changes do it, and values that only a deployment knows (parameters, conditions, imports).

How to fix: restore the old value; or keep the old resource with `UpdateReplacePolicy` and bring the data over.

Configured under `immutability.fields` with `catalogue: cloudformation`.",
};

pub(in crate::rule) const TERRAFORM_DESTRUCTION: Explanation = Explanation {
    id: terraform::DESTRUCTION,
    title: "A resource that keeps data, or is protected, would be destroyed",
    text: "Terraform destroys what is at an address that nothing declares any more: a block that was removed or renamed, a call
of a module that was, instances that went with `count` or `for_each`. `prevent_destroy` does not help there, as it goes
with the block. It is refused for types that keep data (`docs/immutability-terraform.md` has the list) and for what said
`prevent_destroy = true` before the push. What counts is the module with all that it calls, not the file. In a plan
in JSON every deletion is found, of other types as a warning.

How to fix: restore the block; say `moved { from to }` where it has another address; or let it go with
`removed { from lifecycle { destroy = false } }`.

Configured under `immutability.fields` with `catalogue: terraform`.",
};

pub(in crate::rule) const TERRAFORM_PROTECTION: Explanation = Explanation {
    id: terraform::PROTECTION,
    title: "A resource does not say `prevent_destroy` any more",
    text: "It is a warning: taking it away in a push of its own is how one says that the resource may go. A push that takes it
away and makes the resource anew is refused.

Configured under `immutability.fields` with `catalogue: terraform`.",
};

pub(in crate::rule) const TERRAFORM_REPLACEMENT: Explanation = Explanation {
    id: terraform::REPLACEMENT,
    title: "A change that makes a resource anew",
    text: "Providers make a resource anew when some of its attributes change, and what was in it is lost. pushgate knows those of
types that keep data; as versions of providers differ, and a reference may give what was there before, it is a warning.
What `ignore_changes` names is left out. In a plan in JSON it is known, and refused for types that keep data.

How to fix: restore the old value, or see in a plan that nothing is replaced.

Configured under `immutability.fields` with `catalogue: terraform`.",
};
