# METADATA
# title: Roles name what they grant
# description: |
#   ## What it does
#
#   Refuses "*" among the verbs, resources, API groups and non-resource URLs of
#   a Role or ClusterRole.
#
#   ## Why
#
#   A wildcard also grants what is installed next month: every new resource and
#   every new verb, without anybody deciding it.
#
#   ## How to fix
#
#   List the verbs and resources that are used. `kubectl auth can-i --list`
#   shows what an account holds today.
# custom:
#   id: no-wildcard-rbac
package pushgate.kubernetes.no_wildcard_rbac

import data.lib.kubernetes

types := {"rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"}

deny contains result if {
	some resource in data.lib.kubernetes.resources
	resource.type in types
	some index, rule in resource.object.rules
	some field in ["apiGroups", "resources", "verbs", "nonResourceURLs"]
	some position, value in rule[field]
	value == "*"
	result := {
		"msg": sprintf("%v grants all %v", [kubernetes.describe(resource.object), field]),
		"path": array.concat(resource.path, ["rules", index, field, position]),
		"help": sprintf("list the %v that are needed", [field]),
	}
}
