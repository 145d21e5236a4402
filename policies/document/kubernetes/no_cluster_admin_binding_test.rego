package pushgate.kubernetes.no_cluster_admin_binding_test

import data.pushgate.kubernetes.no_cluster_admin_binding

binding(kind, name) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": kind,
	"metadata": {"name": "operators"},
	"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
}

test_an_ordinary_role if {
	count(no_cluster_admin_binding.deny) == 0 with input as binding("ClusterRoleBinding", "view")
}

test_cluster_admin if {
	every kind in ["RoleBinding", "ClusterRoleBinding"] {
		no_cluster_admin_binding.deny == {{
			"msg": sprintf("%v operators grants cluster-admin", [kind]),
			"path": ["roleRef", "name"],
			"help": "bind a role that lists what is needed",
		}} with input as binding(kind, "cluster-admin")
	}
}
