package pushgate.kubernetes.required_labels_test

import data.pushgate.kubernetes.required_labels

workload(labels) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "cart", "namespace": "shop", "labels": labels},
	"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "registry.example.com/cart:1.0.0"}]}}},
}

test_all_labels_present if {
	document := workload({"app.kubernetes.io/name": "cart", "app.kubernetes.io/part-of": "shop"})
	count(required_labels.deny) == 0 with input as document
}

test_one_label_missing if {
	document := workload({"app.kubernetes.io/name": "cart"})
	required_labels.deny == {{
		"msg": "Deployment shop/cart has no label app.kubernetes.io/part-of",
		"path": ["metadata", "labels"],
		"help": "add app.kubernetes.io/part-of to metadata.labels",
	}} with input as document
}

test_no_labels_at_all_points_at_metadata if {
	document := json.patch(workload({}), [{"op": "remove", "path": "/metadata/labels"}])
	{finding.path | some finding in required_labels.deny with input as document} == {["metadata"]}
	count(required_labels.deny) == 2 with input as document
}

test_labels_from_data if {
	document := workload({"team": "cart"})
	count(required_labels.deny) == 0 with input as document with data.pushgate.required_labels as ["team"]
	count(required_labels.deny) == 1 with input as document with data.pushgate.required_labels as ["cost-centre"]
}

test_a_patch_is_not_judged if {
	patch := {
		"apiVersion": "apps/v1",
		"kind": "Deployment",
		"metadata": {"name": "cart"},
		"spec": {"replicas": 3},
	}
	count(required_labels.deny) == 0 with input as patch
}
