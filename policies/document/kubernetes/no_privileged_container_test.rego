package pushgate.kubernetes.no_privileged_container_test

import data.pushgate.kubernetes.no_privileged_container

daemon(context) := {
	"apiVersion": "apps/v1",
	"kind": "DaemonSet",
	"metadata": {"name": "agent", "namespace": "monitoring"},
	"spec": {"template": {"spec": {"containers": [{
		"name": "agent",
		"image": "registry.example.com/agent:1.0.0",
		"securityContext": context,
	}]}}},
}

paths(context) := {finding.path |
	some finding in no_privileged_container.deny with input as daemon(context)
}

base := ["spec", "template", "spec", "containers", 0, "securityContext"]

test_an_ordinary_container if {
	paths({
		"privileged": false,
		"allowPrivilegeEscalation": false,
		"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
	}) == set()
}

test_privileged if {
	paths({"privileged": true}) == {array.concat(base, ["privileged"])}
}

test_privilege_escalation if {
	paths({"allowPrivilegeEscalation": true}) == {array.concat(base, ["allowPrivilegeEscalation"])}
}

test_dangerous_capability if {
	paths({"capabilities": {"add": ["CHOWN", "SYS_ADMIN"]}}) == {array.concat(base, ["capabilities", "add", 1])}
}

test_a_patch_is_judged_too if {
	patch := json.patch(
		daemon({"privileged": true}),
		[{"op": "remove", "path": "/spec/template/spec/containers/0/image"}],
	)
	count(no_privileged_container.deny) == 1 with input as patch
}
