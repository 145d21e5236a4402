package pushgate.gitops.flux_prune_explicit_test

import data.pushgate.gitops.flux_prune_explicit

kustomization(spec) := {
	"apiVersion": "kustomize.toolkit.fluxcd.io/v1",
	"kind": "Kustomization",
	"metadata": {"name": "apps", "namespace": "flux-system"},
	"spec": spec,
}

test_stated if {
	count(flux_prune_explicit.deny) == 0 with input as kustomization({"prune": true})
	count(flux_prune_explicit.deny) == 0 with input as kustomization({"prune": false})
}

test_not_stated if {
	flux_prune_explicit.deny == {{
		"msg": "Kustomization flux-system/apps does not say whether it prunes",
		"path": ["spec"],
		"help": "add prune: true, or prune: false for what must outlive its file",
	}} with input as kustomization({"path": "./apps"})
}

test_a_kustomize_file_is_another_kind if {
	file := {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": []}
	count(flux_prune_explicit.deny) == 0 with input as file
}
