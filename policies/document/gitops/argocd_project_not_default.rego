# METADATA
# title: Argo CD applications belong to a project
# description: |
#   ## What it does
#
#   Refuses an Application or ApplicationSet in the project default, or in none.
#
#   ## Why
#
#   The default project allows every repository, cluster, namespace and kind. A
#   project of its own is what keeps one team's application out of another's
#   namespace.
#
#   ## How to fix
#
#   Name the AppProject of the team in spec.project.
# custom:
#   id: argocd-project-not-default
package pushgate.gitops.argocd_project_not_default

import data.lib.kubernetes

deny contains result if {
	some application in data.lib.argocd.applications
	object.get(application.spec, "project", "") in {"", "default"}
	result := {
		"msg": sprintf("%v is in the project default", [kubernetes.describe(application.resource)]),
		"path": array.concat(application.path, place(application.spec)),
		"help": "name the AppProject of the team in spec.project",
	}
}

place(spec) := ["project"] if is_string(spec.project)

else := []
