package pushgate.kubernetes.readiness_probe_test

import data.pushgate.kubernetes.readiness_probe

workload(version, kind, container) := {
	"apiVersion": version,
	"kind": kind,
	"metadata": {"name": "cart", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [container]}}},
}

bare := {"name": "app", "image": "registry.example.com/cart:1.0.0"}

test_with_a_probe if {
	probed := object.union(bare, {"readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}}})
	count(readiness_probe.warn) == 0 with input as workload("apps/v1", "Deployment", probed)
}

test_without_a_probe if {
	readiness_probe.warn == {{
		"msg": "container app of Deployment shop/cart has no readinessProbe",
		"path": ["spec", "template", "spec", "containers", 0],
		"help": "add a readinessProbe that asks what a client would ask",
	}} with input as workload("apps/v1", "Deployment", bare)
}

test_a_job_needs_none if {
	count(readiness_probe.warn) == 0 with input as workload("batch/v1", "Job", bare)
}
