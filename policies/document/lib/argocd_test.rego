package lib.argocd_test

import data.lib.argocd

test_application_with_one_source if {
	application := {
		"apiVersion": "argoproj.io/v1alpha1",
		"kind": "Application",
		"metadata": {"name": "cart"},
		"spec": {"source": {"path": "apps/cart"}},
	}
	{entry.path | some entry in argocd.sources with input as application} == {["spec", "source"]}
}

test_application_with_several_sources if {
	application := {
		"apiVersion": "argoproj.io/v1alpha1",
		"kind": "Application",
		"metadata": {"name": "cart"},
		"spec": {"sources": [{"chart": "cart"}, {"path": "values"}]},
	}
	{entry.path | some entry in argocd.sources with input as application} == {
		["spec", "sources", 0],
		["spec", "sources", 1],
	}
}

test_application_set if {
	set := {
		"apiVersion": "argoproj.io/v1alpha1",
		"kind": "ApplicationSet",
		"metadata": {"name": "apps"},
		"spec": {"template": {"spec": {"source": {"path": "apps"}}}},
	}
	{entry.path | some entry in argocd.sources with input as set} == {["spec", "template", "spec", "source"]}
}
