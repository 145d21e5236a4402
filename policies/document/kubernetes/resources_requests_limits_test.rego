package pushgate.kubernetes.resources_requests_limits_test

import data.pushgate.kubernetes.resources_requests_limits

complete := {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}

deployment(container) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "cart", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [container]}}},
}

base := ["spec", "template", "spec", "containers", 0]

test_complete if {
	document := deployment({"name": "app", "image": "cart:1.0.0", "resources": complete})
	count(resources_requests_limits.deny) == 0 with input as document
}

test_missing_memory_limit if {
	document := deployment({"name": "app", "image": "cart:1.0.0", "resources": {"requests": complete.requests}})
	resources_requests_limits.deny == {{
		"msg": "container app of Deployment shop/cart has no resources.limits.memory",
		"path": array.concat(base, ["resources"]),
		"help": "add resources.limits.memory to the container",
	}} with input as document
}

test_nothing_stated_points_at_the_container if {
	document := deployment({"name": "app", "image": "cart:1.0.0"})
	count(resources_requests_limits.deny) == 3 with input as document
	{finding.path | some finding in resources_requests_limits.deny with input as document} == {base}
}

test_resources_of_the_pod_count if {
	document := json.patch(
		deployment({"name": "app", "image": "cart:1.0.0"}),
		[{"op": "add", "path": "/spec/template/spec/resources", "value": complete}],
	)
	count(resources_requests_limits.deny) == 0 with input as document
}

test_a_patch_is_not_judged if {
	document := deployment({"name": "app", "resources": {"limits": {"memory": "1Gi"}}})
	count(resources_requests_limits.deny) == 0 with input as document
}
