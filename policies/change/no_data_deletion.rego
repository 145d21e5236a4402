# METADATA
# title: What holds data is not deleted in passing
# description: |
#   ## What it does
#
#   Refuses the removal of a PersistentVolumeClaim, PersistentVolume or Namespace
#   from the repository.
#
#   ## Why
#
#   A reconciler that prunes deletes what is no longer in Git, and with the claim
#   or the namespace goes the data. Restoring the file does not restore it.
#
#   ## How to fix
#
#   Take two steps. First annotate the resource with the reason, in a push of its
#   own: `metadata: {annotations: {pushgate/allow-delete: "exported, OPS-311"}}`.
#   Then remove it.
# custom:
#   id: no-data-deletion
package pushgate.change.no_data_deletion

annotation := "pushgate/allow-delete"

kinds := {"PersistentVolumeClaim", "PersistentVolume", "Namespace"}

deny contains result if {
	input.change == "deleted"
	input.resource.kind in kinds
	object.get(input.resource, "group", "") in {"", null}
	not announced
	result := {
		"msg": sprintf("%v %v holds data and would be deleted", [input.resource.kind, input.resource.name]),
		"path": ["metadata", "name"],
		"help": sprintf("first push the annotation %v with the reason, then the removal", [annotation]),
	}
}

# The annotation must have been there before: two pushes, two reviews.
announced if {
	trim_space(input.old.metadata.annotations[annotation]) != ""
}
