//! Which lists a strategic merge patch merges item by item, and by which keys: what kustomize's
//! built-in `OpenAPI` (that of Kubernetes 1.21) says. Lists of types that are not in it are replaced.

/// A type, as far as there are lists to merge in it.
#[derive(Debug)]
pub(super) struct Shape {
    fields: &'static [(&'static str, Field)],
}

/// What a field of a type holds.
#[derive(Clone, Copy, Debug)]
enum Field {
    /// A value of this type.
    One(&'static Shape),
    /// A list whose items are of this type; it is replaced as a whole.
    List(&'static Shape),
    /// A list that is merged: its items are the same where these keys are, of texts where the texts are.
    Merged(&'static [&'static str], &'static Shape),
}

/// A value of which the type is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// A mapping or a scalar.
    One(&'static Shape),
    /// A list of items of this type.
    List(&'static Shape),
    /// A list that is merged by these keys.
    Merged(&'static [&'static str], &'static Shape),
}

impl Known {
    /// What is known of a field.
    pub(super) fn field(self, name: &str) -> Option<Self> {
        match self {
            Self::One(shape) => {
                let (_, field) = shape.fields.iter().find(|(field, _)| *field == name)?;
                Some(match field {
                    Field::One(shape) => Self::One(shape),
                    Field::List(shape) => Self::List(shape),
                    Field::Merged(keys, shape) => Self::Merged(keys, shape),
                })
            }
            Self::List(_) | Self::Merged(..) => None,
        }
    }

    /// What is known of the items of a list.
    pub(super) fn items(self) -> Option<Self> {
        match self {
            Self::List(shape) | Self::Merged(_, shape) => Some(Self::One(shape)),
            Self::One(_) => None,
        }
    }

    /// The keys by which a list is merged; none for a list of texts, `None` for one that is replaced.
    pub(super) fn keys(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Merged(keys, _) => Some(keys),
            Self::One(_) | Self::List(_) => None,
        }
    }
}

/// The type of an object; `None` for one that kustomize does not know.
pub(super) fn of(api_version: &str, kind: &str) -> Option<Known> {
    let shape = match (api_version, kind) {
        ("apps/v1", "Deployment" | "DaemonSet" | "ReplicaSet")
        | ("batch/v1", "Job")
        | ("v1", "ReplicationController") => &WORKLOAD,
        ("apps/v1", "StatefulSet") => &STATEFUL_SET,
        ("batch/v1" | "batch/v1beta1", "CronJob") => &CRON_JOB,
        ("v1", "Pod") => &POD,
        ("v1", "PodTemplate") => &POD_TEMPLATE_OBJECT,
        ("v1", "Service") => &SERVICE,
        ("v1", "ServiceAccount") => &SERVICE_ACCOUNT,
        ("v1", "Node") => &NODE,
        ("v1", "ComponentStatus") => &COMPONENT_STATUS,
        ("v1", "Namespace" | "PersistentVolumeClaim")
        | ("policy/v1" | "policy/v1beta1", "PodDisruptionBudget")
        | ("apiregistration.k8s.io/v1" | "apiregistration.k8s.io/v1beta1", "APIService") => &CONDITIONED,
        (
            "admissionregistration.k8s.io/v1" | "admissionregistration.k8s.io/v1beta1",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => &WEBHOOKS,
        ("storage.k8s.io/v1" | "storage.k8s.io/v1beta1", "CSINode") => &CSI_NODE,
        ("kustomize.config.k8s.io/v1beta1", "Kustomization") => &KUSTOMIZATION,
        _ if PLAIN.iter().any(|(version, kinds)| *version == api_version && kinds.contains(&kind)) => &OBJECT,
        _ => return None,
    };
    Some(Known::One(shape))
}

/// Types that have nothing to merge but their metadata.
const PLAIN: [(&str, &[&str]); 35] = [
    ("apiextensions.k8s.io/v1", &["CustomResourceDefinition"]),
    ("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"]),
    ("apps/v1", &["ControllerRevision"]),
    ("authentication.k8s.io/v1", &["TokenRequest", "TokenReview"]),
    ("authentication.k8s.io/v1beta1", &["TokenReview"]),
    ("authorization.k8s.io/v1", AUTHORIZATION),
    ("authorization.k8s.io/v1beta1", AUTHORIZATION),
    ("autoscaling/v1", &["HorizontalPodAutoscaler", "Scale"]),
    ("autoscaling/v2beta1", &["HorizontalPodAutoscaler"]),
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"]),
    ("certificates.k8s.io/v1", &["CertificateSigningRequest"]),
    ("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"]),
    ("coordination.k8s.io/v1", &["Lease"]),
    ("coordination.k8s.io/v1beta1", &["Lease"]),
    ("discovery.k8s.io/v1", &["EndpointSlice"]),
    ("discovery.k8s.io/v1beta1", &["EndpointSlice"]),
    ("events.k8s.io/v1", &["Event"]),
    ("events.k8s.io/v1beta1", &["Event"]),
    ("extensions/v1beta1", &["Ingress"]),
    ("flowcontrol.apiserver.k8s.io/v1beta1", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io/v1", &["Ingress", "IngressClass", "NetworkPolicy"]),
    ("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"]),
    ("node.k8s.io/v1", &["RuntimeClass"]),
    ("node.k8s.io/v1beta1", &["RuntimeClass"]),
    ("policy/v1beta1", &["Eviction", "PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io/v1", ROLES),
    ("rbac.authorization.k8s.io/v1beta1", ROLES),
    ("scheduling.k8s.io/v1", &["PriorityClass"]),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"]),
    ("storage.k8s.io/v1", &["CSIDriver", "StorageClass", "VolumeAttachment"]),
    ("storage.k8s.io/v1beta1", &["CSIDriver", "CSIStorageCapacity", "StorageClass", "VolumeAttachment"]),
    ("v1", &["Binding", "ConfigMap", "Endpoints", "Event", "LimitRange"]),
    ("v1", &["PersistentVolume", "ResourceQuota", "Secret"]),
    ("kustomize.config.k8s.io/v1beta1", &["ConfigMapArgs", "SecretArgs"]),
    ("kustomize.config.k8s.io/v1beta1", &["GeneratorArgs", "KvPairSources"]),
];
const AUTHORIZATION: &[&str] =
    &["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"];
const ROLES: &[&str] = &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

static ANY: Shape = Shape { fields: &[] };
static METADATA: Shape =
    Shape { fields: &[("finalizers", Field::Merged(&[], &ANY)), ("ownerReferences", Field::Merged(&["uid"], &ANY))] };
static CONDITIONS: Shape = Shape { fields: &[("conditions", Field::Merged(&["type"], &ANY))] };
static OBJECT: Shape = Shape { fields: &[("metadata", Field::One(&METADATA))] };
static CONDITIONED: Shape =
    Shape { fields: &[("metadata", Field::One(&METADATA)), ("status", Field::One(&CONDITIONS))] };

static CONTAINER: Shape = Shape {
    fields: &[
        ("env", Field::Merged(&["name"], &ANY)),
        ("ports", Field::Merged(&["containerPort", "protocol"], &ANY)),
        ("volumeDevices", Field::Merged(&["devicePath"], &ANY)),
        ("volumeMounts", Field::Merged(&["mountPath"], &ANY)),
    ],
};
static EPHEMERAL_CONTAINER: Shape = Shape {
    fields: &[
        ("env", Field::Merged(&["name"], &ANY)),
        ("volumeDevices", Field::Merged(&["devicePath"], &ANY)),
        ("volumeMounts", Field::Merged(&["mountPath"], &ANY)),
    ],
};
static VOLUME: Shape = Shape { fields: &[("ephemeral", Field::One(&EPHEMERAL_VOLUME))] };
static EPHEMERAL_VOLUME: Shape = Shape { fields: &[("volumeClaimTemplate", Field::One(&OBJECT))] };
static POD_SPEC: Shape = Shape {
    fields: &[
        ("containers", Field::Merged(&["name"], &CONTAINER)),
        ("ephemeralContainers", Field::Merged(&["name"], &EPHEMERAL_CONTAINER)),
        ("hostAliases", Field::Merged(&["ip"], &ANY)),
        ("imagePullSecrets", Field::Merged(&["name"], &ANY)),
        ("initContainers", Field::Merged(&["name"], &CONTAINER)),
        ("topologySpreadConstraints", Field::Merged(&["topologyKey", "whenUnsatisfiable"], &ANY)),
        ("volumes", Field::Merged(&["name"], &VOLUME)),
    ],
};
static POD_STATUS: Shape =
    Shape { fields: &[("conditions", Field::Merged(&["type"], &ANY)), ("podIPs", Field::Merged(&["ip"], &ANY))] };
static POD: Shape = Shape {
    fields: &[
        ("metadata", Field::One(&METADATA)),
        ("spec", Field::One(&POD_SPEC)),
        ("status", Field::One(&POD_STATUS)),
    ],
};
static POD_TEMPLATE: Shape = Shape { fields: &[("metadata", Field::One(&METADATA)), ("spec", Field::One(&POD_SPEC))] };
static POD_TEMPLATE_OBJECT: Shape =
    Shape { fields: &[("metadata", Field::One(&METADATA)), ("template", Field::One(&POD_TEMPLATE))] };
static WORKLOAD_SPEC: Shape = Shape { fields: &[("template", Field::One(&POD_TEMPLATE))] };
static WORKLOAD: Shape = Shape {
    fields: &[
        ("metadata", Field::One(&METADATA)),
        ("spec", Field::One(&WORKLOAD_SPEC)),
        ("status", Field::One(&CONDITIONS)),
    ],
};
static STATEFUL_SET_SPEC: Shape =
    Shape { fields: &[("template", Field::One(&POD_TEMPLATE)), ("volumeClaimTemplates", Field::List(&CONDITIONED))] };
static STATEFUL_SET: Shape = Shape {
    fields: &[
        ("metadata", Field::One(&METADATA)),
        ("spec", Field::One(&STATEFUL_SET_SPEC)),
        ("status", Field::One(&CONDITIONS)),
    ],
};
static JOB_TEMPLATE: Shape =
    Shape { fields: &[("metadata", Field::One(&METADATA)), ("spec", Field::One(&WORKLOAD_SPEC))] };
static CRON_JOB_SPEC: Shape = Shape { fields: &[("jobTemplate", Field::One(&JOB_TEMPLATE))] };
static CRON_JOB: Shape = Shape { fields: &[("metadata", Field::One(&METADATA)), ("spec", Field::One(&CRON_JOB_SPEC))] };
static SERVICE_SPEC: Shape = Shape { fields: &[("ports", Field::Merged(&["port", "protocol"], &ANY))] };
static SERVICE: Shape = Shape {
    fields: &[
        ("metadata", Field::One(&METADATA)),
        ("spec", Field::One(&SERVICE_SPEC)),
        ("status", Field::One(&CONDITIONS)),
    ],
};
static SERVICE_ACCOUNT: Shape =
    Shape { fields: &[("metadata", Field::One(&METADATA)), ("secrets", Field::Merged(&["name"], &ANY))] };
static NODE_SPEC: Shape = Shape { fields: &[("podCIDRs", Field::Merged(&[], &ANY))] };
static NODE_STATUS: Shape =
    Shape { fields: &[("addresses", Field::Merged(&["type"], &ANY)), ("conditions", Field::Merged(&["type"], &ANY))] };
static NODE: Shape = Shape {
    fields: &[
        ("metadata", Field::One(&METADATA)),
        ("spec", Field::One(&NODE_SPEC)),
        ("status", Field::One(&NODE_STATUS)),
    ],
};
static COMPONENT_STATUS: Shape =
    Shape { fields: &[("metadata", Field::One(&METADATA)), ("conditions", Field::Merged(&["type"], &ANY))] };
static WEBHOOKS: Shape =
    Shape { fields: &[("metadata", Field::One(&METADATA)), ("webhooks", Field::Merged(&["name"], &ANY))] };
static CSI_NODE_SPEC: Shape = Shape { fields: &[("drivers", Field::Merged(&["name"], &ANY))] };
static CSI_NODE: Shape = Shape { fields: &[("metadata", Field::One(&METADATA)), ("spec", Field::One(&CSI_NODE_SPEC))] };
static KUSTOMIZATION: Shape = Shape {
    fields: &[
        ("configMapGenerator", Field::Merged(&["name"], &ANY)),
        ("secretGenerator", Field::Merged(&["name"], &ANY)),
    ],
};
