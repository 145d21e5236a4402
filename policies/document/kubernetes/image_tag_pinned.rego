# METADATA
# title: Images are pinned to a tag or a digest
# description: |
#   ## What it does
#
#   Refuses an image with the tag latest or without a tag, in every container
#   of every workload and in the images list of a kustomization.yaml. A digest
#   is always accepted.
#
#   ## Why
#
#   A moving tag runs different code on two nodes of the same release, and going
#   back to an earlier commit does not bring the earlier code back.
#
#   ## How to fix
#
#   Name the version that was tested: `registry.example.com/shop/cart:2.14.0`,
#   or the digest the registry printed when the image was pushed.
# custom:
#   id: image-tag-pinned
package pushgate.kubernetes.image_tag_pinned

import data.lib.kubernetes

help := "name the tested version as a tag, or the image's digest"

deny contains result if {
	some entry in data.lib.kubernetes.containers
	problem := unpinned(entry.container.image)
	result := {
		"msg": sprintf("container %v of %v %v: %v", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
			problem,
			entry.container.image,
		]),
		"path": array.concat(entry.path, ["image"]),
		"help": help,
	}
}

# Kustomize replaces the tag of an image written elsewhere.
deny contains result if {
	startswith(input.apiVersion, "kustomize.config.k8s.io/")
	some index, image in input.images
	image.newTag == "latest"
	result := {
		"msg": sprintf("kustomization sets the tag of %v to latest", [image.name]),
		"path": ["images", index, "newTag"],
		"help": help,
	}
}

unpinned(image) := "uses the moving tag latest" if {
	not contains(image, "@")
	endswith(image, ":latest")
}

# A colon before the last slash is a registry's port, not a tag.
unpinned(image) := "names no tag" if {
	not contains(image, "@")
	segments := split(image, "/")
	not contains(segments[count(segments) - 1], ":")
}
