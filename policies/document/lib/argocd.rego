# METADATA
# title: Argo CD applications of a document
# description: |
#   An Application and the template of an ApplicationSet say the same thing in
#   the same shape. This finds both, with the route to the specification.
package lib.argocd

application_route := {
	"argoproj.io/Application": ["spec"],
	"argoproj.io/ApplicationSet": ["spec", "template", "spec"],
}

# Every application: {"spec", "path", "resource"}.
applications contains application if {
	some resource in data.lib.kubernetes.resources
	route := application_route[resource.type]
	spec := object.get(resource.object, route, null)
	is_object(spec)
	application := {
		"spec": spec,
		"path": array.concat(resource.path, route),
		"resource": resource.object,
	}
}

# Every source of every application: {"source", "path", "resource"}.
sources contains entry if {
	some application in applications
	entry := {
		"source": application.spec.source,
		"path": array.concat(application.path, ["source"]),
		"resource": application.resource,
	}
}

sources contains entry if {
	some application in applications
	some index, source in application.spec.sources
	entry := {
		"source": source,
		"path": array.concat(application.path, ["sources", index]),
		"resource": application.resource,
	}
}
