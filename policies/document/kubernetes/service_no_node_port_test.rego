package pushgate.kubernetes.service_no_node_port_test

import data.pushgate.kubernetes.service_no_node_port

service(version, spec) := {
	"apiVersion": version,
	"kind": "Service",
	"metadata": {"name": "cart", "namespace": "shop"},
	"spec": spec,
}

test_other_types if {
	count(service_no_node_port.deny) == 0 with input as service("v1", {"ports": [{"port": 80}]})
	count(service_no_node_port.deny) == 0 with input as service("v1", {"type": "ClusterIP"})
	count(service_no_node_port.deny) == 0 with input as service("v1", {"type": "LoadBalancer"})
}

test_node_port if {
	service_no_node_port.deny == {{
		"msg": "Service shop/cart opens a port on every node",
		"path": ["spec", "type"],
		"help": "use type ClusterIP behind an Ingress, or type LoadBalancer",
	}} with input as service("v1", {"type": "NodePort"})
}

test_a_service_of_another_group if {
	count(service_no_node_port.deny) == 0 with input as service("serving.knative.dev/v1", {"type": "NodePort"})
}
