# METADATA
# title: Nobody is bound to cluster-admin
# description: |
#   ## What it does
#
#   Refuses a ClusterRoleBinding or RoleBinding to the ClusterRole cluster-admin.
#
#   ## Why
#
#   cluster-admin can do everything, including granting itself to others and
#   switching off the policies of the cluster. Emergency access belongs to the
#   identity provider, where it expires.
#
#   ## How to fix
#
#   Bind a ClusterRole that lists what is needed, or `edit` or `admin` in one
#   namespace by a RoleBinding.
# custom:
#   id: no-cluster-admin-binding
package pushgate.kubernetes.no_cluster_admin_binding

import data.lib.kubernetes

types := {"rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding"}

deny contains result if {
	some resource in data.lib.kubernetes.resources
	resource.type in types
	resource.object.roleRef.kind == "ClusterRole"
	resource.object.roleRef.name == "cluster-admin"
	result := {
		"msg": sprintf("%v grants cluster-admin", [kubernetes.describe(resource.object)]),
		"path": array.concat(resource.path, ["roleRef", "name"]),
		"help": "bind a role that lists what is needed",
	}
}
