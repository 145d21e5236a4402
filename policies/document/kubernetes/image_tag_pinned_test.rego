package pushgate.kubernetes.image_tag_pinned_test

import data.pushgate.kubernetes.image_tag_pinned

pod(image) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "cart", "namespace": "shop"},
	"spec": {"containers": [{"name": "app", "image": image}]},
}

test_tag_and_digest_are_accepted if {
	every image in [
		"cart:2.14.0",
		"registry.example.com/shop/cart:2.14.0",
		"registry.example.com:5000/shop/cart:2.14.0",
		"cart@sha256:4f1c1b2a0a1c7f5dd9c5cbfbf2fb51c1c5a6ad6d0a29c6a9d4a26d5fa3a7a5cd",
		"cart:latest@sha256:4f1c1b2a0a1c7f5dd9c5cbfbf2fb51c1c5a6ad6d0a29c6a9d4a26d5fa3a7a5cd",
	] {
		count(image_tag_pinned.deny) == 0 with input as pod(image)
	}
}

test_latest_is_refused if {
	image_tag_pinned.deny == {{
		"msg": "container app of Pod shop/cart uses the moving tag latest: shop/cart:latest",
		"path": ["spec", "containers", 0, "image"],
		"help": "name the tested version as a tag, or the image's digest",
	}} with input as pod("shop/cart:latest")
}

test_missing_tag_is_refused if {
	every image in ["cart", "shop/cart", "registry.example.com:5000/shop/cart"] {
		count(image_tag_pinned.deny) == 1 with input as pod(image)
	}
}

test_init_containers_count if {
	document := {
		"apiVersion": "batch/v1",
		"kind": "CronJob",
		"metadata": {"name": "reindex"},
		"spec": {"jobTemplate": {"spec": {"template": {"spec": {
			"initContainers": [{"name": "wait", "image": "busybox"}],
			"containers": [{"name": "run", "image": "busybox:1.37"}],
		}}}}},
	}
	{finding.path | some finding in image_tag_pinned.deny with input as document} == {[
		"spec", "jobTemplate", "spec", "template", "spec", "initContainers", 0, "image",
	]}
}

test_kustomization_images if {
	document := {
		"apiVersion": "kustomize.config.k8s.io/v1beta1",
		"kind": "Kustomization",
		"images": [{"name": "cart", "newTag": "2.14.0"}, {"name": "search", "newTag": "latest"}],
	}
	{finding.path | some finding in image_tag_pinned.deny with input as document} == {["images", 1, "newTag"]}
}
