# METADATA
# title: Serving containers have a readiness probe
# description: |
#   ## What it does
#
#   Warns when a container of a Deployment, StatefulSet or DaemonSet states no
#   readinessProbe. Init containers, jobs and bare pods are not asked.
#
#   ## Why
#
#   Without the probe a pod receives traffic the moment its process starts, and a
#   rollout goes on although the new version answers nothing.
#
#   ## How to fix
#
#   Add a readinessProbe that asks what a client would ask. A worker that serves
#   nobody can test its connection with an exec probe.
# custom:
#   id: readiness-probe
package pushgate.kubernetes.readiness_probe

import data.lib.kubernetes

types := {"apps/Deployment", "apps/StatefulSet", "apps/DaemonSet"}

warn contains result if {
	some entry in data.lib.kubernetes.containers
	entry.list == "containers"
	entry.type in types
	object.get(entry.container, "readinessProbe", null) == null
	result := {
		"msg": sprintf("container %v of %v has no readinessProbe", [
			kubernetes.container_name(entry.container),
			kubernetes.describe(entry.resource),
		]),
		"path": entry.path,
		"help": "add a readinessProbe that asks what a client would ask",
	}
}
