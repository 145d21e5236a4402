package pushgate.change.no_replica_drop_to_zero_test

import data.pushgate.change.no_replica_drop_to_zero

deployment(annotations, spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "cart", "namespace": "shop", "annotations": annotations},
	"spec": spec,
}

change(kind, old, new) := {
	"path": "apps/cart/base/deployment.yaml",
	"change": kind,
	"format": "kubernetes",
	"resource": {"kind": "Deployment", "group": "apps", "namespace": "shop", "name": "cart"},
	"old": old,
	"new": new,
}

test_drop_to_zero if {
	document := change("modified", deployment({}, {"replicas": 3}), deployment({}, {"replicas": 0}))
	no_replica_drop_to_zero.deny == {{
		"msg": "Deployment shop/cart goes from 3 to 0 replicas",
		"path": ["spec", "replicas"],
		"help": "when it is meant, add the annotation pushgate/allow-scale-to-zero with the reason",
	}} with input as document
}

test_unstated_means_one if {
	document := change("moved", deployment({}, {}), deployment({}, {"replicas": 0}))
	count(no_replica_drop_to_zero.deny) == 1 with input as document
}

test_other_changes if {
	count(no_replica_drop_to_zero.deny) == 0 with input as change(
		"modified",
		deployment({}, {"replicas": 3}), deployment({}, {"replicas": 1}),
	)
	count(no_replica_drop_to_zero.deny) == 0 with input as change(
		"modified",
		deployment({}, {"replicas": 0}), deployment({}, {"replicas": 0}),
	)
	count(no_replica_drop_to_zero.deny) == 0 with input as change(
		"added",
		null, deployment({}, {"replicas": 0}),
	)
}

test_announced if {
	new := deployment({"pushgate/allow-scale-to-zero": "moved to eu-2"}, {"replicas": 0})
	document := change("modified", deployment({}, {"replicas": 3}), new)
	count(no_replica_drop_to_zero.deny) == 0 with input as document
}

test_announced_without_a_reason if {
	new := deployment({"pushgate/allow-scale-to-zero": " "}, {"replicas": 0})
	document := change("modified", deployment({}, {"replicas": 3}), new)
	count(no_replica_drop_to_zero.deny) == 1 with input as document
}

kustomization(replicas) := {
	"apiVersion": "kustomize.config.k8s.io/v1beta1",
	"kind": "Kustomization",
	"replicas": [{"name": "search", "count": 2}, {"name": "cart", "count": replicas}],
}

test_kustomization if {
	document := {
		"path": "apps/cart/overlays/production/kustomization.yaml",
		"change": "modified",
		"format": "kubernetes",
		"resource": null,
		"old": kustomization(4),
		"new": kustomization(0),
	}
	no_replica_drop_to_zero.deny == {{
		"msg": "cart goes from 4 to 0 replicas",
		"path": ["replicas", 1, "count"],
		"help": "when it is meant, add the annotation pushgate/allow-scale-to-zero with the reason",
	}} with input as document
}

test_without_a_namespace if {
	document := json.patch(
		change("modified", deployment({}, {"replicas": 3}), deployment({}, {"replicas": 0})),
		[{"op": "remove", "path": "/resource/namespace"}],
	)
	{finding.msg | some finding in no_replica_drop_to_zero.deny with input as document} == {
		"Deployment cart goes from 3 to 0 replicas",
	}
}
