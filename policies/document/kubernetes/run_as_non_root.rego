# METADATA
# title: Containers do not run as root
# description: |
#   ## What it does
#
#   Every container states runAsNonRoot: true, itself or by its pod's
#   securityContext, and none states runAsUser: 0.
#
#   ## Why
#
#   Root in a container is root on the node as soon as one mount or one kernel
#   bug lets it out. With runAsNonRoot the kubelet refuses to start such an image.
#
#   ## How to fix
#
#   Set `securityContext: {runAsNonRoot: true}` on the pod, and a numeric user
#   in the image.
# custom:
#   id: run-as-non-root
package pushgate.kubernetes.run_as_non_root

import data.lib.kubernetes

help := "set securityContext.runAsNonRoot: true on the pod"

deny contains result if {
	some entry in data.lib.kubernetes.containers
	entry.list != "ephemeralContainers"
	inherited := object.get(entry.pod, ["securityContext", "runAsNonRoot"], false)
	object.get(entry.container, ["securityContext", "runAsNonRoot"], inherited) != true
	result := {
		"msg": sprintf("container %v of %v may run as root", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
		]),
		"path": array.concat(entry.path, place(entry.container)),
		"help": help,
	}
}

deny contains result if {
	some entry in data.lib.kubernetes.fragments
	entry.container.securityContext.runAsUser == 0
	result := {
		"msg": sprintf("container %v of %v runs as user 0", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
		]),
		"path": array.concat(entry.path, ["securityContext", "runAsUser"]),
		"help": help,
	}
}

deny contains result if {
	some pod in data.lib.kubernetes.pods
	pod.spec.securityContext.runAsUser == 0
	result := {
		"msg": sprintf("%v runs as user 0", [kubernetes.describe(pod.resource)]),
		"path": array.concat(pod.path, ["securityContext", "runAsUser"]),
		"help": help,
	}
}

place(container) := ["securityContext", "runAsNonRoot"] if container.securityContext.runAsNonRoot == false

else := []
