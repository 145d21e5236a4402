package pushgate.kubernetes.run_as_non_root_test

import data.pushgate.kubernetes.run_as_non_root

job(pod_context, container_context) := {
	"apiVersion": "batch/v1",
	"kind": "Job",
	"metadata": {"name": "import", "namespace": "shop"},
	"spec": {"template": {"spec": {
		"securityContext": pod_context,
		"containers": [{
			"name": "import",
			"image": "registry.example.com/import:1.0.0",
			"securityContext": container_context,
		}],
	}}},
}

paths(document) := {finding.path | some finding in run_as_non_root.deny with input as document}

base := ["spec", "template", "spec"]

container := array.concat(base, ["containers", 0])

test_stated_by_the_pod if {
	paths(job({"runAsNonRoot": true}, {})) == set()
}

test_stated_by_the_container if {
	paths(job({}, {"runAsNonRoot": true})) == set()
}

test_stated_nowhere if {
	paths(job({}, {})) == {container}
}

test_taken_back_by_the_container if {
	paths(job({"runAsNonRoot": true}, {"runAsNonRoot": false})) == {array.concat(container, [
		"securityContext",
		"runAsNonRoot",
	])}
}

test_user_zero if {
	paths(job({"runAsNonRoot": true, "runAsUser": 0}, {"runAsUser": 0})) == {
		array.concat(base, ["securityContext", "runAsUser"]),
		array.concat(container, ["securityContext", "runAsUser"]),
	}
}
