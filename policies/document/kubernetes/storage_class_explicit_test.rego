package pushgate.kubernetes.storage_class_explicit_test

import data.pushgate.kubernetes.storage_class_explicit

claim(spec) := {
	"apiVersion": "v1",
	"kind": "PersistentVolumeClaim",
	"metadata": {"name": "uploads", "namespace": "shop"},
	"spec": spec,
}

stateful(spec) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": "search", "namespace": "search"},
	"spec": {"volumeClaimTemplates": [{"metadata": {"name": "index"}, "spec": spec}]},
}

test_class_named if {
	count(storage_class_explicit.warn) == 0 with input as claim({"storageClassName": "ssd"})
	count(storage_class_explicit.warn) == 0 with input as stateful({"storageClassName": "ssd"})
}

test_bound_by_hand if {
	count(storage_class_explicit.warn) == 0 with input as claim({"storageClassName": ""})
}

test_claim_without_class if {
	storage_class_explicit.warn == {{
		"msg": "PersistentVolumeClaim shop/uploads names no storage class",
		"path": ["spec"],
		"help": "name the storage class; it cannot be changed later",
	}} with input as claim({"accessModes": ["ReadWriteOnce"]})
}

test_template_without_class if {
	storage_class_explicit.warn == {{
		"msg": "volume claim index of StatefulSet search/search names no storage class",
		"path": ["spec", "volumeClaimTemplates", 0, "spec"],
		"help": "name the storage class; it cannot be changed later",
	}} with input as stateful({"accessModes": ["ReadWriteOnce"]})
}
