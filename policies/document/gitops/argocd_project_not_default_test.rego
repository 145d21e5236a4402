package pushgate.gitops.argocd_project_not_default_test

import data.pushgate.gitops.argocd_project_not_default

application(spec) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Application",
	"metadata": {"name": "cart", "namespace": "argocd"},
	"spec": spec,
}

test_a_project_of_its_own if {
	count(argocd_project_not_default.deny) == 0 with input as application({"project": "shop"})
}

test_default if {
	argocd_project_not_default.deny == {{
		"msg": "Application argocd/cart is in the project default",
		"path": ["spec", "project"],
		"help": "name the AppProject of the team in spec.project",
	}} with input as application({"project": "default"})
}

test_missing if {
	document := application({"source": {"path": "apps/cart"}})
	{finding.path | some finding in argocd_project_not_default.deny with input as document} == {["spec"]}
}
