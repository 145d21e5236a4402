# METADATA
# title: Volume claims name their storage class
# description: |
#   ## What it does
#
#   Warns when a PersistentVolumeClaim, or a volume claim template of a
#   StatefulSet, states no storageClassName.
#
#   ## Why
#
#   The cluster then fills in its default of the day, for good: the field cannot
#   be changed later, and two clusters with different defaults give the same file
#   different disks.
#
#   ## How to fix
#
#   Name the class, or "" for a volume that is bound by hand.
# custom:
#   id: storage-class-explicit
package pushgate.kubernetes.storage_class_explicit

import data.lib.kubernetes

help := "name the storage class; it cannot be changed later"

warn contains result if {
	some resource in data.lib.kubernetes.resources
	resource.type == "/PersistentVolumeClaim"
	is_object(resource.object.spec)
	object.get(resource.object.spec, "storageClassName", null) == null
	result := {
		"msg": sprintf("%v names no storage class", [kubernetes.describe(resource.object)]),
		"path": array.concat(resource.path, ["spec"]),
		"help": help,
	}
}

warn contains result if {
	some resource in data.lib.kubernetes.resources
	resource.type == "apps/StatefulSet"
	some index, template in resource.object.spec.volumeClaimTemplates
	is_object(template.spec)
	object.get(template.spec, "storageClassName", null) == null
	result := {
		"msg": sprintf("volume claim %v of %v names no storage class", [
			kubernetes.name_of(template),
			kubernetes.describe(resource.object),
		]),
		"path": array.concat(resource.path, ["spec", "volumeClaimTemplates", index, "spec"]),
		"help": help,
	}
}
