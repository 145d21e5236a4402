package pushgate.kubernetes.no_host_namespaces_test

import data.pushgate.kubernetes.no_host_namespaces

stateful(spec) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": "search", "namespace": "search"},
	"spec": {"template": {"spec": spec}},
}

paths(spec) := {finding.path | some finding in no_host_namespaces.deny with input as stateful(spec)}

test_nothing_set if {
	paths({"containers": []}) == set()
}

test_set_to_false if {
	paths({"hostNetwork": false, "hostPID": false, "hostIPC": false}) == set()
}

test_each_is_found if {
	paths({"hostNetwork": true, "hostPID": true, "hostIPC": true}) == {
		["spec", "template", "spec", "hostNetwork"],
		["spec", "template", "spec", "hostPID"],
		["spec", "template", "spec", "hostIPC"],
	}
}
