# METADATA
# title: What a document says in Kubernetes terms
# description: |
#   Finds the resources, pods and containers of a document together with the
#   route to each, so that a rule can point at the exact field. A List counts
#   as its items. Paths are arrays of keys and zero-based indexes, counted from
#   the root of the document.
package lib.kubernetes

# Where each workload keeps its pod, by "group/Kind" (the core group is empty).
pod_route := {
	"/Pod": ["spec"],
	"/PodTemplate": ["template", "spec"],
	"/ReplicationController": ["spec", "template", "spec"],
	"apps/DaemonSet": ["spec", "template", "spec"],
	"apps/Deployment": ["spec", "template", "spec"],
	"apps/ReplicaSet": ["spec", "template", "spec"],
	"apps/StatefulSet": ["spec", "template", "spec"],
	"batch/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
	"batch/Job": ["spec", "template", "spec"],
}

container_lists := {"containers", "initContainers", "ephemeralContainers"}

is_list if {
	endswith(input.kind, "List")
	is_array(input.items)
}

# Every resource: {"object", "path", "type"}, where type is "group/Kind".
resources contains resource if {
	not is_list
	is_string(input.kind)
	is_string(input.apiVersion)
	resource := {"object": input, "path": [], "type": type_of(input)}
}

resources contains resource if {
	is_list
	some index, item in input.items
	is_string(item.kind)
	is_string(item.apiVersion)
	resource := {"object": item, "path": ["items", index], "type": type_of(item)}
}

# Every pod, whatever workload it belongs to: {"spec", "path", "resource", "type"}.
pods contains pod if {
	some resource in resources
	route := pod_route[resource.type]
	spec := object.get(resource.object, route, null)
	is_object(spec)
	pod := {
		"spec": spec,
		"path": array.concat(resource.path, route),
		"resource": resource.object,
		"type": resource.type,
	}
}

# Every container as written, also in a patch that states only part of it:
# {"container", "list", "path", "pod", "resource", "type"}.
fragments contains entry if {
	some pod in pods
	some list in container_lists
	some index, container in pod.spec[list]
	is_object(container)
	entry := {
		"container": container,
		"list": list,
		"path": array.concat(pod.path, [list, index]),
		"pod": pod.spec,
		"resource": pod.resource,
		"type": pod.type,
	}
}

# Every container that is whole. A container without an image cannot run: it is
# part of a Kustomize patch, and a rule about what is missing must not judge it.
containers contains entry if {
	some entry in fragments
	is_string(entry.container.image)
}

# Every workload that is whole: a resource with at least one whole container.
workloads contains resource if {
	some resource in resources
	route := pod_route[resource.type]
	spec := object.get(resource.object, route, null)
	some container in spec.containers
	is_string(container.image)
}

# "Deployment shop/cart", or "ClusterRole auditors" when there is no namespace.
describe(resource) := sprintf("%v %v/%v", [resource.kind, namespace, name_of(resource)]) if {
	namespace := object.get(resource, ["metadata", "namespace"], "")
	namespace != ""
}

describe(resource) := sprintf("%v %v", [resource.kind, name_of(resource)]) if {
	object.get(resource, ["metadata", "namespace"], "") == ""
}

name_of(resource) := object.get(
	resource, ["metadata", "name"],
	object.get(resource, ["metadata", "generateName"], "without a name"),
)

container_name(container) := object.get(container, "name", "without a name")

# The API group of "apps/v1" is "apps", that of "v1" is empty.
group_of(api_version) := split(api_version, "/")[0] if contains(api_version, "/")

group_of(api_version) := "" if not contains(api_version, "/")

type_of(resource) := sprintf("%v/%v", [group_of(resource.apiVersion), resource.kind])
