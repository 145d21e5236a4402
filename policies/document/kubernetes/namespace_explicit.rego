# METADATA
# title: Workloads state their namespace
# description: |
#   ## What it does
#
#   Warns when a workload has no metadata.namespace.
#
#   ## Why
#
#   Applied without one, a manifest lands wherever the current context of whoever
#   applies it happens to point. Stated, the file says what it is, and a reviewer
#   need not follow the overlays to know.
#
#   ## How to fix
#
#   Add metadata.namespace. Where an overlay sets it on purpose, for instance one
#   namespace a tenant, leave this rule out for those paths.
# custom:
#   id: namespace-explicit
package pushgate.kubernetes.namespace_explicit

import data.lib.kubernetes

warn contains result if {
	some workload in data.lib.kubernetes.workloads
	object.get(workload.object, ["metadata", "namespace"], "") == ""
	result := {
		"msg": sprintf("%v states no namespace", [kubernetes.describe(workload.object)]),
		"path": array.concat(workload.path, ["metadata"]),
		"help": "add metadata.namespace",
	}
}
