package pushgate.gitops.argocd_target_revision_pinned_test

import data.pushgate.gitops.argocd_target_revision_pinned

application(spec) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Application",
	"metadata": {"name": "cart", "namespace": "argocd"},
	"spec": spec,
}

paths(document) := {finding.path |
	some finding in argocd_target_revision_pinned.warn with input as document
}

test_named_revision if {
	paths(application({"source": {"targetRevision": "v1.4.0"}})) == set()
	paths(application({"source": {"targetRevision": "main"}})) == set()
}

test_head if {
	paths(application({"source": {"targetRevision": "HEAD"}})) == {["spec", "source", "targetRevision"]}
}

test_missing if {
	paths(application({"source": {"path": "apps/cart"}})) == {["spec", "source"]}
}

test_one_of_several_sources if {
	document := application({"sources": [{"targetRevision": "1.2.0"}, {"targetRevision": "HEAD"}]})
	paths(document) == {["spec", "sources", 1, "targetRevision"]}
}

test_application_set if {
	document := {
		"apiVersion": "argoproj.io/v1alpha1",
		"kind": "ApplicationSet",
		"metadata": {"name": "apps", "namespace": "argocd"},
		"spec": {"template": {"spec": {"source": {"targetRevision": "HEAD"}}}},
	}
	paths(document) == {["spec", "template", "spec", "source", "targetRevision"]}
}
