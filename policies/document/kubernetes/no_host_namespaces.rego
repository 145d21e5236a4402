# METADATA
# title: Pods stay out of the node's namespaces
# description: |
#   ## What it does
#
#   Refuses hostNetwork, hostPID and hostIPC.
#
#   ## Why
#
#   A pod in the node's network is out of reach of every network policy; in the
#   node's process namespace it sees and can signal every other container.
#
#   ## How to fix
#
#   Remove the field. Reach the pod by a Service, and gather node metrics with
#   the monitoring stack of the platform.
# custom:
#   id: no-host-namespaces
package pushgate.kubernetes.no_host_namespaces

import data.lib.kubernetes

deny contains result if {
	some pod in data.lib.kubernetes.pods
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	pod.spec[field] == true
	result := {
		"msg": sprintf("%v sets %v", [kubernetes.describe(pod.resource), field]),
		"path": array.concat(pod.path, [field]),
		"help": sprintf("remove %v; expose the pod by a Service instead", [field]),
	}
}
