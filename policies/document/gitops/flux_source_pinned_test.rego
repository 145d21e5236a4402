package pushgate.gitops.flux_source_pinned_test

import data.pushgate.gitops.flux_source_pinned

source(labels, spec) := {
	"apiVersion": "source.toolkit.fluxcd.io/v1",
	"kind": "GitRepository",
	"metadata": {"name": "fleet", "namespace": "flux-system", "labels": labels},
	"spec": spec,
}

test_pinned if {
	every reference in [{"tag": "v1.0.0"}, {"semver": "1.x"}, {"branch": "main", "commit": "5f2c9d1"}] {
		count(flux_source_pinned.warn) == 0 with input as source({}, {"ref": reference})
	}
}

test_branch if {
	flux_source_pinned.warn == {{
		"msg": "GitRepository flux-system/fleet follows the branch main",
		"path": ["spec", "ref", "branch"],
		"help": "set spec.ref.tag, spec.ref.semver or spec.ref.commit",
	}} with input as source({}, {"ref": {"branch": "main"}})
}

test_no_reference if {
	document := source({}, {"url": "https://git.shop.example/platform/fleet.git"})
	{finding.path | some finding in flux_source_pinned.warn with input as document} == {["spec"]}
}

test_another_environment_may_follow_a_branch if {
	labels := {"environment": "staging"}
	count(flux_source_pinned.warn) == 0 with input as source(labels, {"ref": {"branch": "main"}})
}

test_production_may_not if {
	labels := {"environment": "production"}
	count(flux_source_pinned.warn) == 1 with input as source(labels, {"ref": {"branch": "main"}})
}
