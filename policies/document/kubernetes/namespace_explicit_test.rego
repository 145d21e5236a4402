package pushgate.kubernetes.namespace_explicit_test

import data.pushgate.kubernetes.namespace_explicit

workload(metadata) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": metadata,
	"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "registry.example.com/cart:1.0.0"}]}}},
}

test_stated if {
	count(namespace_explicit.warn) == 0 with input as workload({"name": "cart", "namespace": "shop"})
}

test_not_stated if {
	namespace_explicit.warn == {{
		"msg": "Deployment cart states no namespace",
		"path": ["metadata"],
		"help": "add metadata.namespace",
	}} with input as workload({"name": "cart"})
}

test_inside_a_list if {
	list := {"apiVersion": "v1", "kind": "List", "items": [workload({"name": "cart"})]}
	{finding.path | some finding in namespace_explicit.warn with input as list} == {["items", 0, "metadata"]}
}
