# METADATA
# title: Workloads carry the required labels
# description: |
#   ## What it does
#
#   Every Deployment, StatefulSet, DaemonSet, Job, CronJob and Pod states the
#   labels app.kubernetes.io/name and app.kubernetes.io/part-of in its metadata.
#   Another list of labels is given as data: `pushgate: {required_labels: […]}`.
#
#   ## Why
#
#   Dashboards, cost reports and network policies find workloads by these
#   labels. One that lacks them is invisible to all three.
#
#   ## How to fix
#
#   Add the label to metadata.labels of the workload. Labels under spec.selector
#   are another matter: they cannot be changed once the workload exists.
# custom:
#   id: required-labels
package pushgate.kubernetes.required_labels

import data.lib.kubernetes

default required := ["app.kubernetes.io/name", "app.kubernetes.io/part-of"]

required := data.pushgate.required_labels

deny contains result if {
	some workload in data.lib.kubernetes.workloads
	some label in required
	labels := object.get(workload.object, ["metadata", "labels"], {})
	object.get(labels, label, "") == ""
	result := {
		"msg": sprintf("%v has no label %v", [kubernetes.describe(workload.object), label]),
		"path": array.concat(workload.path, place(workload.object)),
		"help": sprintf("add %v to metadata.labels", [label]),
	}
}

place(workload) := ["metadata", "labels"] if is_object(workload.metadata.labels)

else := ["metadata"]
