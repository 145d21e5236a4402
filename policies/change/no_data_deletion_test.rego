package pushgate.change.no_data_deletion_test

import data.pushgate.change.no_data_deletion

deletion(group, kind, annotations) := {
	"path": "apps/search/base/pvc.yaml",
	"change": "deleted",
	"format": "kubernetes",
	"resource": {"kind": kind, "group": group, "namespace": "search", "name": "snapshots"},
	"old": {"kind": kind, "metadata": {"name": "snapshots", "namespace": "search", "annotations": annotations}},
	"new": null,
}

test_claim_deleted if {
	no_data_deletion.deny == {{
		"msg": "PersistentVolumeClaim snapshots holds data and would be deleted",
		"path": ["metadata", "name"],
		"help": "first push the annotation pushgate/allow-delete with the reason, then the removal",
	}} with input as deletion("", "PersistentVolumeClaim", {})
}

test_announced_before if {
	document := deletion("", "Namespace", {"pushgate/allow-delete": "exported, OPS-311"})
	count(no_data_deletion.deny) == 0 with input as document
}

test_other_kinds if {
	count(no_data_deletion.deny) == 0 with input as deletion("", "ConfigMap", {})
	count(no_data_deletion.deny) == 0 with input as deletion("example.org", "Namespace", {})
}

test_other_changes if {
	document := json.patch(
		deletion("", "PersistentVolumeClaim", {}),
		[{"op": "replace", "path": "/change", "value": "moved"}],
	)
	count(no_data_deletion.deny) == 0 with input as document
}
