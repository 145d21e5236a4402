//! Defaults of Kubernetes' own types that depend on nothing but the field itself.
//!
//! Facts: `pkg/apis/*/v1/defaults.go` and `zz_generated.defaults.go` of Kubernetes 1.36.

/// What stands for a field that is not there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Preset {
    Text(&'static str),
    Number(i64),
    Flag(bool),
    /// An empty mapping.
    Mapping,
    /// A list of one string.
    Only(&'static str),
}

use Preset::{Flag, Mapping, Number, Only, Text};

type Fields = &'static [(&'static str, Preset)];

const HISTORY: (&str, Preset) = ("revisionHistoryLimit", Number(10));
const ONE_REPLICA: (&str, Preset) = ("replicas", Number(1));
const MODE: Fields = &[("defaultMode", Number(420))];
const PROTOCOL: Fields = &[("protocol", Text("TCP"))];
const ISCSI: Fields = &[("iscsiInterface", Text("default"))];
const RBD: Fields = &[("keyring", Text("/etc/ceph/keyring")), ("pool", Text("rbd")), ("user", Text("admin"))];
const SCALE_IO: Fields = &[("fsType", Text("xfs")), ("storageMode", Text("ThinProvisioned"))];
const TERMINATION: Fields =
    &[("terminationMessagePath", Text("/dev/termination-log")), ("terminationMessagePolicy", Text("File"))];
const DEVICES: Fields = &[("allocationMode", Text("ExactCount"))];
const WEBHOOK: Fields = &[
    ("failurePolicy", Text("Fail")),
    ("matchPolicy", Text("Equivalent")),
    ("namespaceSelector", Mapping),
    ("objectSelector", Mapping),
    ("timeoutSeconds", Number(10)),
];
const ROLE: Fields = &[("apiGroup", Text("rbac.authorization.k8s.io"))];

/// Types by name, below `io.k8s.api.`, with what their fields are where they are not there.
pub(super) const DEFAULTS: &[(&str, Fields)] = &[
    ("admissionregistration.v1.MutatingWebhook", WEBHOOK),
    ("admissionregistration.v1.ServiceReference", &[("port", Number(443))]),
    ("admissionregistration.v1.ValidatingWebhook", WEBHOOK),
    ("apps.v1.DaemonSetSpec", &[HISTORY]),
    ("apps.v1.DeploymentSpec", &[ONE_REPLICA, HISTORY, ("progressDeadlineSeconds", Number(600))]),
    ("apps.v1.ReplicaSetSpec", &[ONE_REPLICA]),
    (
        "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
        &[("whenDeleted", Text("Retain")), ("whenScaled", Text("Retain"))],
    ),
    ("apps.v1.StatefulSetSpec", &[ONE_REPLICA, HISTORY, ("podManagementPolicy", Text("OrderedReady"))]),
    (
        "batch.v1.CronJobSpec",
        &[
            ("concurrencyPolicy", Text("Allow")),
            ("failedJobsHistoryLimit", Number(1)),
            ("successfulJobsHistoryLimit", Number(3)),
            ("suspend", Flag(false)),
        ],
    ),
    (
        "batch.v1.JobSpec",
        &[("completionMode", Text("NonIndexed")), ("manualSelector", Flag(false)), ("suspend", Flag(false))],
    ),
    ("batch.v1.PodFailurePolicyOnPodConditionsPattern", &[("status", Text("True"))]),
    (
        "core.v1.AzureDiskVolumeSource",
        &[
            ("cachingMode", Text("ReadWrite")),
            ("fsType", Text("ext4")),
            ("kind", Text("Shared")),
            ("readOnly", Flag(false)),
        ],
    ),
    ("core.v1.ConfigMapVolumeSource", MODE),
    ("core.v1.Container", TERMINATION),
    ("core.v1.ContainerPort", PROTOCOL),
    ("core.v1.DownwardAPIVolumeSource", MODE),
    ("core.v1.EndpointPort", PROTOCOL),
    ("core.v1.EphemeralContainer", TERMINATION),
    ("core.v1.FileKeySelector", &[("optional", Flag(false))]),
    ("core.v1.GRPCAction", &[("service", Text(""))]),
    ("core.v1.HTTPGetAction", &[("path", Text("/")), ("scheme", Text("HTTP"))]),
    ("core.v1.HostPathVolumeSource", &[("type", Text(""))]),
    ("core.v1.ISCSIPersistentVolumeSource", ISCSI),
    ("core.v1.ISCSIVolumeSource", ISCSI),
    ("core.v1.ObjectFieldSelector", &[("apiVersion", Text("v1"))]),
    ("core.v1.PersistentVolumeClaimSpec", &[("volumeMode", Text("Filesystem"))]),
    (
        "core.v1.PersistentVolumeSpec",
        &[("persistentVolumeReclaimPolicy", Text("Retain")), ("volumeMode", Text("Filesystem"))],
    ),
    (
        "core.v1.PodSpec",
        &[
            ("dnsPolicy", Text("ClusterFirst")),
            ("restartPolicy", Text("Always")),
            ("schedulerName", Text("default-scheduler")),
            ("securityContext", Mapping),
            ("terminationGracePeriodSeconds", Number(30)),
        ],
    ),
    (
        "core.v1.Probe",
        &[
            ("failureThreshold", Number(3)),
            ("periodSeconds", Number(10)),
            ("successThreshold", Number(1)),
            ("timeoutSeconds", Number(1)),
        ],
    ),
    ("core.v1.ProjectedVolumeSource", MODE),
    ("core.v1.RBDPersistentVolumeSource", RBD),
    ("core.v1.RBDVolumeSource", RBD),
    ("core.v1.ReplicationControllerSpec", &[ONE_REPLICA]),
    ("core.v1.ScaleIOPersistentVolumeSource", SCALE_IO),
    ("core.v1.ScaleIOVolumeSource", SCALE_IO),
    ("core.v1.Secret", &[("type", Text("Opaque"))]),
    ("core.v1.SecretVolumeSource", MODE),
    ("core.v1.ServiceAccountTokenProjection", &[("expirationSeconds", Number(3600))]),
    ("core.v1.ServicePort", PROTOCOL),
    ("core.v1.ServiceSpec", &[("sessionAffinity", Text("None")), ("type", Text("ClusterIP"))]),
    ("discovery.v1.EndpointPort", &[("name", Text("")), ("protocol", Text("TCP"))]),
    ("networking.v1.IngressClassParametersReference", &[("scope", Text("Cluster"))]),
    ("networking.v1.NetworkPolicyPort", PROTOCOL),
    ("rbac.v1.RoleRef", ROLE),
    ("resource.v1.DeviceSubRequest", DEVICES),
    ("resource.v1.ExactDeviceRequest", DEVICES),
    ("resource.v1alpha3.ResourcePoolStatusRequestSpec", &[("limit", Number(100))]),
    ("scheduling.v1.PriorityClass", &[("preemptionPolicy", Text("PreemptLowerPriority"))]),
    (
        "storage.v1.CSIDriverSpec",
        &[
            ("attachRequired", Flag(true)),
            ("fsGroupPolicy", Text("ReadWriteOnceWithFSType")),
            ("podInfoOnMount", Flag(false)),
            ("requiresRepublish", Flag(false)),
            ("seLinuxMount", Flag(false)),
            ("storageCapacity", Flag(false)),
            ("volumeLifecycleModes", Only("Persistent")),
        ],
    ),
    ("storage.v1.StorageClass", &[("reclaimPolicy", Text("Delete")), ("volumeBindingMode", Text("Immediate"))]),
];
