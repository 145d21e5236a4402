package pushgate.kubernetes.no_wildcard_rbac_test

import data.pushgate.kubernetes.no_wildcard_rbac

role(rules) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "ClusterRole",
	"metadata": {"name": "auditors"},
	"rules": rules,
}

test_named_grants if {
	rules := [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}]
	count(no_wildcard_rbac.deny) == 0 with input as role(rules)
}

test_wildcard_verb if {
	rules := [
		{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
		{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "*"]},
	]
	no_wildcard_rbac.deny == {{
		"msg": "ClusterRole auditors grants all verbs",
		"path": ["rules", 1, "verbs", 1],
		"help": "list the verbs that are needed",
	}} with input as role(rules)
}

test_every_field_is_looked_at if {
	rules := [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, {"nonResourceURLs": ["*"], "verbs": ["get"]}]
	count(no_wildcard_rbac.deny) == 4 with input as role(rules)
}
