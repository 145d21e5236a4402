# METADATA
# title: A Flux Kustomization says whether it prunes
# description: |
#   ## What it does
#
#   Refuses a Flux Kustomization without spec.prune.
#
#   ## Why
#
#   Whether deleting a file deletes what runs is the most consequential switch of
#   a GitOps repository. It must be read where it applies, not remembered.
#
#   ## How to fix
#
#   Add `prune: true`, or `prune: false` for things that must outlive their file,
#   such as namespaces and volumes.
# custom:
#   id: flux-kustomization-prune-explicit
package pushgate.gitops.flux_prune_explicit

import data.lib.kubernetes

deny contains result if {
	some resource in data.lib.kubernetes.resources
	resource.type == "kustomize.toolkit.fluxcd.io/Kustomization"
	is_object(resource.object.spec)
	not is_boolean(object.get(resource.object.spec, "prune", null))
	result := {
		"msg": sprintf("%v does not say whether it prunes", [kubernetes.describe(resource.object)]),
		"path": array.concat(resource.path, ["spec"]),
		"help": "add prune: true, or prune: false for what must outlive its file",
	}
}
