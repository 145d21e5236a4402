# METADATA
# title: Services are not exposed on node ports
# description: |
#   ## What it does
#
#   Refuses a Service of type NodePort.
#
#   ## Why
#
#   A node port opens on every node, past the ingress controller with its TLS,
#   rate limits and access log.
#
#   ## How to fix
#
#   Make it a ClusterIP Service and route to it by an Ingress or HTTPRoute. For
#   protocols other than HTTP use type LoadBalancer.
# custom:
#   id: service-no-node-port
package pushgate.kubernetes.service_no_node_port

import data.lib.kubernetes

deny contains result if {
	some resource in data.lib.kubernetes.resources
	resource.type == "/Service"
	resource.object.spec.type == "NodePort"
	result := {
		"msg": sprintf("%v opens a port on every node", [kubernetes.describe(resource.object)]),
		"path": array.concat(resource.path, ["spec", "type"]),
		"help": "use type ClusterIP behind an Ingress, or type LoadBalancer",
	}
}
