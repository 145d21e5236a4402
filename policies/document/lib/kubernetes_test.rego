package lib.kubernetes_test

import data.lib.kubernetes

pod_spec := {
	"initContainers": [{"name": "migrate", "image": "registry.example.com/migrate:1.2.0"}],
	"containers": [{"name": "app", "image": "registry.example.com/app:1.2.0"}],
}

deployment := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "cart", "namespace": "shop"},
	"spec": {"template": {"spec": pod_spec}},
}

cron_job := {
	"apiVersion": "batch/v1",
	"kind": "CronJob",
	"metadata": {"name": "reindex"},
	"spec": {"jobTemplate": {"spec": {"template": {"spec": pod_spec}}}},
}

paths(document) := {entry.path | some entry in kubernetes.containers with input as document}

test_containers_of_a_deployment if {
	paths(deployment) == {
		["spec", "template", "spec", "containers", 0],
		["spec", "template", "spec", "initContainers", 0],
	}
}

test_containers_of_a_cron_job if {
	paths(cron_job) == {
		["spec", "jobTemplate", "spec", "template", "spec", "containers", 0],
		["spec", "jobTemplate", "spec", "template", "spec", "initContainers", 0],
	}
}

test_containers_of_a_pod if {
	pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shell"}, "spec": pod_spec}
	paths(pod) == {["spec", "containers", 0], ["spec", "initContainers", 0]}
}

test_a_list_counts_as_its_items if {
	list := {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Note"}, deployment]}
	paths(list) == {
		["items", 1, "spec", "template", "spec", "containers", 0],
		["items", 1, "spec", "template", "spec", "initContainers", 0],
	}
}

test_a_patch_has_fragments_but_no_containers if {
	patch := json.patch(deployment, [{
		"op": "replace",
		"path": "/spec/template/spec",
		"value": {"containers": [{"name": "app", "resources": {}}]},
	}])
	count(kubernetes.fragments) == 1 with input as patch
	count(kubernetes.containers) == 0 with input as patch
	count(kubernetes.workloads) == 0 with input as patch
}

test_a_kind_of_another_group_is_not_a_workload if {
	other := json.patch(deployment, [{"op": "replace", "path": "/apiVersion", "value": "example.org/v1"}])
	count(kubernetes.pods) == 0 with input as other
}

test_documents_that_are_not_resources if {
	count(kubernetes.resources) == 0 with input as {"name": "values", "kind": 3}
	count(kubernetes.resources) == 0 with input as ["a", "b"]
	count(kubernetes.resources) == 0 with input as "text"
	count(kubernetes.resources) == 0 with input as null
}

test_describe if {
	kubernetes.describe(deployment) == "Deployment shop/cart"
	kubernetes.describe(cron_job) == "CronJob reindex"
	kubernetes.describe({"kind": "Job", "metadata": {"generateName": "import-"}}) == "Job import-"
	kubernetes.describe({"kind": "Job"}) == "Job without a name"
}

test_group_of if {
	kubernetes.group_of("apps/v1") == "apps"
	kubernetes.group_of("v1") == ""
}
