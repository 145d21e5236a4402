# METADATA
# title: Argo CD applications name their revision
# description: |
#   ## What it does
#
#   Warns when a source of an Application or ApplicationSet has no
#   targetRevision, or HEAD.
#
#   ## Why
#
#   HEAD is whatever the repository's default branch is today. Renaming the
#   default branch, or adding a chart version, then changes what runs without a
#   commit here.
#
#   ## How to fix
#
#   Name a tag, a commit, a chart version, or the branch that is meant.
# custom:
#   id: argocd-target-revision-pinned
package pushgate.gitops.argocd_target_revision_pinned

import data.lib.kubernetes

help := "set targetRevision to a tag, a commit, a chart version or a named branch"

warn contains result if {
	some entry in data.lib.argocd.sources
	entry.source.targetRevision == "HEAD"
	result := {
		"msg": sprintf("%v follows HEAD", [kubernetes.describe(entry.resource)]),
		"path": array.concat(entry.path, ["targetRevision"]),
		"help": help,
	}
}

warn contains result if {
	some entry in data.lib.argocd.sources
	is_object(entry.source)
	object.get(entry.source, "targetRevision", "") == ""
	result := {
		"msg": sprintf("%v names no targetRevision", [kubernetes.describe(entry.resource)]),
		"path": entry.path,
		"help": help,
	}
}
