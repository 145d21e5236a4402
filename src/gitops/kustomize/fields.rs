//! The fields of a kustomization (`sigs.k8s.io/kustomize/api/types` 0.20 to 0.21.3).

use crate::gitops::shape::Shape::{self, Anything, Flag, List, Map, Object, Text, Whole};

const TEXTS: Shape = List(&Text);
const PAIRS: Shape = Map(&Text);

/// The whole file, a kustomization or a component.
pub(super) const KUSTOMIZATION: Shape = Object(&[
    ("apiVersion", Text),
    ("kind", Text),
    ("metadata", Object(&[("name", Text), ("namespace", Text), ("labels", PAIRS), ("annotations", PAIRS)])),
    ("openapi", PAIRS),
    ("namePrefix", Text),
    ("nameSuffix", Text),
    ("namespace", Text),
    ("commonLabels", PAIRS),
    ("labels", List(&LABEL)),
    ("commonAnnotations", PAIRS),
    ("patchesStrategicMerge", TEXTS),
    ("patchesJson6902", List(&PATCH)),
    ("patches", List(&PATCH)),
    ("images", List(&IMAGE)),
    ("imageTags", List(&IMAGE)),
    ("replacements", List(&REPLACEMENT)),
    ("replicas", List(&Object(&[("name", Text), ("count", Whole)]))),
    ("vars", List(&VAR)),
    ("sortOptions", SORT_OPTIONS),
    ("resources", TEXTS),
    ("components", TEXTS),
    ("crds", TEXTS),
    ("bases", TEXTS),
    ("configMapGenerator", List(&CONFIG_MAP)),
    ("secretGenerator", List(&SECRET)),
    ("helmGlobals", Object(&[("chartHome", Text), ("configHome", Text)])),
    ("helmCharts", List(&HELM_CHART)),
    ("helmChartInflationGenerator", List(&HELM_CHART_ARGS)),
    ("generatorOptions", GENERATOR_OPTIONS),
    ("configurations", TEXTS),
    ("generators", TEXTS),
    ("transformers", TEXTS),
    ("validators", TEXTS),
    ("buildMetadata", TEXTS),
]);

const LABEL: Shape = Object(&[
    ("pairs", PAIRS),
    ("includeSelectors", Flag),
    ("includeTemplates", Flag),
    // Since 5.8.
    ("includeVolumeClaimTemplates", Flag),
    ("fields", List(&FIELD_SPEC)),
]);

const FIELD_SPEC: Shape =
    Object(&[("group", Text), ("version", Text), ("kind", Text), ("path", Text), ("create", Flag)]);

const SELECTOR: Shape = Object(&[
    ("group", Text),
    ("version", Text),
    ("kind", Text),
    ("name", Text),
    ("namespace", Text),
    ("annotationSelector", Text),
    ("labelSelector", Text),
]);

const PATCH: Shape = Object(&[
    ("path", Text),
    ("patch", Text),
    ("target", SELECTOR),
    // Any name up to 5.7; `allowNameChange` and `allowKindChange` since.
    ("options", Map(&Flag)),
]);

const IMAGE: Shape =
    Object(&[("name", Text), ("newName", Text), ("tagSuffix", Text), ("newTag", Text), ("digest", Text)]);

const FIELD_OPTIONS: Shape = Object(&[("delimiter", Text), ("index", Whole), ("encoding", Text), ("create", Flag)]);

const REPLACEMENT: Shape = Object(&[
    ("path", Text),
    (
        "source",
        Object(&[
            ("group", Text),
            ("version", Text),
            ("kind", Text),
            ("name", Text),
            ("namespace", Text),
            ("fieldPath", Text),
            ("options", FIELD_OPTIONS),
        ]),
    ),
    // Since 5.7.
    ("sourceValue", Text),
    (
        "targets",
        List(&Object(&[
            ("select", SELECTOR),
            ("reject", List(&SELECTOR)),
            ("fieldPaths", TEXTS),
            ("options", FIELD_OPTIONS),
        ])),
    ),
]);

const VAR: Shape = Object(&[
    ("name", Text),
    (
        "objref",
        Object(&[
            ("apiVersion", Text),
            ("group", Text),
            ("version", Text),
            ("kind", Text),
            ("name", Text),
            ("namespace", Text),
        ]),
    ),
    ("fieldref", Object(&[("fieldPath", Text)])),
]);

const SORT_OPTIONS: Shape =
    Object(&[("order", Text), ("legacySortOptions", Object(&[("orderFirst", TEXTS), ("orderLast", TEXTS)]))]);

const GENERATOR_OPTIONS: Shape =
    Object(&[("labels", PAIRS), ("annotations", PAIRS), ("disableNameSuffixHash", Flag), ("immutable", Flag)]);

const CONFIG_MAP: Shape = Object(&[
    ("namespace", Text),
    ("name", Text),
    ("behavior", Text),
    ("literals", TEXTS),
    ("files", TEXTS),
    ("envs", TEXTS),
    ("env", Text),
    ("options", GENERATOR_OPTIONS),
]);

const SECRET: Shape = Object(&[
    ("namespace", Text),
    ("name", Text),
    ("behavior", Text),
    ("literals", TEXTS),
    ("files", TEXTS),
    ("envs", TEXTS),
    ("env", Text),
    ("options", GENERATOR_OPTIONS),
    ("type", Text),
]);

const HELM_CHART: Shape = Object(&[
    ("name", Text),
    ("version", Text),
    ("repo", Text),
    ("releaseName", Text),
    ("namespace", Text),
    ("additionalValuesFiles", TEXTS),
    ("valuesFile", Text),
    ("valuesInline", Map(&Anything)),
    ("valuesMerge", Text),
    ("includeCRDs", Flag),
    ("skipHooks", Flag),
    ("apiVersions", TEXTS),
    ("kubeVersion", Text),
    ("nameTemplate", Text),
    ("skipTests", Flag),
    ("debug", Flag),
    ("devel", Flag),
]);

const HELM_CHART_ARGS: Shape = Object(&[
    ("chartName", Text),
    ("chartVersion", Text),
    ("chartRepoUrl", Text),
    ("chartHome", Text),
    ("chartRepoName", Text),
    ("helmBin", Text),
    ("helmHome", Text),
    ("values", Text),
    ("valuesLocal", Map(&Anything)),
    ("valuesMerge", Text),
    ("releaseName", Text),
    ("releaseNamespace", Text),
    ("extraArgs", TEXTS),
]);
