# METADATA
# title: Production sources are pinned
# description: |
#   ## What it does
#
#   Warns when a Flux GitRepository follows a branch. A tag, a semver range or a
#   commit is accepted. A source whose label environment has a value other than
#   production may follow a branch.
#
#   ## Why
#
#   A branch moves with every push: whoever may push to it releases to
#   production, and no file here says which version runs.
#
#   ## How to fix
#
#   Set spec.ref.tag or spec.ref.semver, and release by changing it. For another
#   environment, label the source: `environment: staging`.
# custom:
#   id: flux-source-pinned
package pushgate.gitops.flux_source_pinned

import data.lib.kubernetes

fixed := {"commit", "name", "semver", "tag"}

warn contains result if {
	some resource in data.lib.kubernetes.resources
	resource.type == "source.toolkit.fluxcd.io/GitRepository"
	is_object(resource.object.spec)
	object.get(resource.object, ["metadata", "labels", "environment"], "production") == "production"
	reference := object.get(resource.object.spec, "ref", {})
	pins := {key | some key, _ in reference; key in fixed}
	count(pins) == 0
	result := {
		"msg": sprintf("%v follows %v", [kubernetes.describe(resource.object), branch(reference)]),
		"path": array.concat(resource.path, place(resource.object.spec)),
		"help": "set spec.ref.tag, spec.ref.semver or spec.ref.commit",
	}
}

branch(reference) := sprintf("the branch %v", [reference.branch]) if is_string(reference.branch)

else := "the default branch"

place(spec) := ["spec", "ref", "branch"] if is_string(spec.ref.branch)

else := ["spec"]
