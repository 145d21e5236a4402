# METADATA
# title: A running workload is not scaled to zero
# description: |
#   ## What it does
#
#   Refuses a change of spec.replicas of a Deployment, StatefulSet or ReplicaSet
#   from one or more to 0, and the same in the replicas list of a
#   kustomization.yaml.
#
#   ## Why
#
#   It switches a service off with one character that looks like any other edit.
#
#   ## How to fix
#
#   When it is meant, say so in the same change, with the reason as the value:
#   `metadata: {annotations: {pushgate/allow-scale-to-zero: "moved to eu-2"}}`.
# custom:
#   id: no-replica-drop-to-zero
package pushgate.change.no_replica_drop_to_zero

annotation := "pushgate/allow-scale-to-zero"

help := sprintf("when it is meant, add the annotation %v with the reason", [annotation])

kinds := {"Deployment", "StatefulSet", "ReplicaSet"}

deny contains result if {
	input.change in {"modified", "moved"}
	input.resource.kind in kinds
	input.new.spec.replicas == 0
	before := object.get(input.old, ["spec", "replicas"], 1)
	before > 0
	not allowed
	result := {
		"msg": sprintf("%v goes from %v to 0 replicas", [describe(input.resource), before]),
		"path": ["spec", "replicas"],
		"help": help,
	}
}

deny contains result if {
	input.change in {"modified", "moved"}
	startswith(input.new.apiVersion, "kustomize.config.k8s.io/")
	some index, entry in input.new.replicas
	entry.count == 0
	some before in input.old.replicas
	before.name == entry.name
	before.count > 0
	not allowed
	result := {
		"msg": sprintf("%v goes from %v to 0 replicas", [entry.name, before.count]),
		"path": ["replicas", index, "count"],
		"help": help,
	}
}

allowed if {
	trim_space(input.new.metadata.annotations[annotation]) != ""
}

describe(resource) := sprintf("%v %v/%v", [resource.kind, resource.namespace, resource.name]) if {
	object.get(resource, "namespace", "") != ""
	resource.namespace != null
}

else := sprintf("%v %v", [resource.kind, resource.name])
