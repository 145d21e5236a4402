# METADATA
# title: No privileged containers
# description: |
#   ## What it does
#
#   Refuses containers that run privileged, that may gain privileges, or that
#   add the capabilities ALL or SYS_ADMIN.
#
#   ## Why
#
#   Such a container owns its node: it reads every secret mounted there and can
#   replace the kubelet. A mistake in one application becomes a mistake in all.
#
#   ## How to fix
#
#   Remove the field, or set it to false. Where one capability is really needed,
#   add that one: `capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}`.
# custom:
#   id: no-privileged-container
package pushgate.kubernetes.no_privileged_container

import data.lib.kubernetes

dangerous := {"ALL", "SYS_ADMIN", "CAP_SYS_ADMIN"}

deny contains result if {
	some entry in data.lib.kubernetes.fragments
	entry.container.securityContext.privileged == true
	result := {
		"msg": sprintf("container %v of %v runs privileged", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
		]),
		"path": array.concat(entry.path, ["securityContext", "privileged"]),
		"help": "remove privileged, and add only the capabilities the process needs",
	}
}

deny contains result if {
	some entry in data.lib.kubernetes.fragments
	entry.container.securityContext.allowPrivilegeEscalation == true
	result := {
		"msg": sprintf("container %v of %v may gain privileges", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
		]),
		"path": array.concat(entry.path, ["securityContext", "allowPrivilegeEscalation"]),
		"help": "set allowPrivilegeEscalation: false",
	}
}

deny contains result if {
	some entry in data.lib.kubernetes.fragments
	some index, capability in entry.container.securityContext.capabilities.add
	capability in dangerous
	result := {
		"msg": sprintf("container %v of %v adds the capability %v", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
			capability,
		]),
		"path": array.concat(entry.path, ["securityContext", "capabilities", "add", index]),
		"help": "add only the capabilities the process needs",
	}
}
