# METADATA
# title: Containers state the resources they need
# description: |
#   ## What it does
#
#   Every container and init container requests CPU and memory and limits its
#   memory. Resources stated for the whole pod (spec.resources) count for all
#   its containers. A CPU limit is not asked for.
#
#   ## Why
#
#   Without requests the scheduler packs nodes blindly and the autoscaler has
#   nothing to divide by; without a memory limit one leak takes its neighbours
#   down with it.
#
#   ## How to fix
#
#   Add what is missing under resources of the container, from what the
#   container was seen to use.
# custom:
#   id: resources-requests-limits
package pushgate.kubernetes.resources_requests_limits

import data.lib.kubernetes

required := [["requests", "cpu"], ["requests", "memory"], ["limits", "memory"]]

deny contains result if {
	some entry in data.lib.kubernetes.containers
	entry.list != "ephemeralContainers"
	some field in required
	route := array.concat(["resources"], field)
	object.get(entry.container, route, null) == null
	object.get(entry.pod, route, null) == null
	result := {
		"msg": sprintf("container %v of %v has no %v", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
			concat(".", route),
		]),
		"path": array.concat(entry.path, place(entry.container)),
		"help": sprintf("add %v to the container", [concat(".", route)]),
	}
}

place(container) := ["resources"] if is_object(container.resources)

else := []
