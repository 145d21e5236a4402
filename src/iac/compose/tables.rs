//! The keys of Compose files, and what each may hold.

use super::deploy::DEPLOY;
use super::shape::{
    Field,
    Shape::{
        self, Anything, BareFlag, Both, ContainerName, Duration, Either, Flag, Host, List, Map, Mount, Names, Nothing,
        Number, Object, Port, PullPolicy, Scalar, SizeOrNumber, Text, TextOrFlag, TextOrNumber, Whole, Word,
    },
};

const TEXTS: Shape = List(&Text);
const TEXT_OR_TEXTS: Shape = Either(&[Text, TEXTS]);
const COMMAND: Shape = Either(&[Nothing, Text, TEXTS]);
pub(super) const PAIRS: Shape = Either(&[Map(&Scalar), TEXTS]);
const HOSTS: Shape = Either(&[Map(&TEXT_OR_TEXTS), List(&Host)]);
const DRIVER_OPTIONS: Shape = Map(&TextOrNumber);

/// The whole file.
pub(super) const FILE: Shape = Object(
    &[
        ("version", Text),
        ("name", Text),
        ("include", List(&INCLUDE)),
        ("services", Names(&Both(CONTAINER, SERVICE))),
        ("jobs", Names(&Both(CONTAINER, JOB))),
        ("models", Names(&MODEL)),
        ("networks", Names(&NETWORK)),
        ("volumes", Names(&VOLUME)),
        ("secrets", Names(&SECRET)),
        ("configs", Names(&CONFIG)),
    ],
    &[],
);

const INCLUDE: Shape =
    Either(&[Text, Object(&[("path", TEXT_OR_TEXTS), ("env_file", TEXT_OR_TEXTS), ("project_directory", Text)], &[])]);

const MODEL: Shape =
    Object(&[("name", Text), ("model", Text), ("context_size", Whole), ("runtime_flags", TEXTS)], &["model"]);

/// Whether something is made outside of the file; the mapping is the old way to give its name.
const EXTERNAL: Shape = Either(&[Flag, Object(&[("name", Text)], &[])]);

const NETWORK: Shape = Either(&[
    Nothing,
    Object(
        &[
            ("name", Text),
            ("driver", Text),
            ("driver_opts", DRIVER_OPTIONS),
            (
                "ipam",
                Object(
                    &[
                        ("driver", Text),
                        (
                            "config",
                            List(&Object(
                                &[
                                    ("subnet", Text),
                                    ("ip_range", Text),
                                    ("gateway", Text),
                                    ("aux_addresses", Map(&Text)),
                                ],
                                &[],
                            )),
                        ),
                        ("options", Map(&Text)),
                    ],
                    &[],
                ),
            ),
            ("external", EXTERNAL),
            ("internal", Flag),
            ("enable_ipv4", Flag),
            ("enable_ipv6", Flag),
            ("attachable", Flag),
            ("labels", PAIRS),
        ],
        &[],
    ),
]);

const VOLUME: Shape = Either(&[
    Nothing,
    Object(
        &[("name", Text), ("driver", Text), ("driver_opts", DRIVER_OPTIONS), ("external", EXTERNAL), ("labels", PAIRS)],
        &[],
    ),
]);

const SECRET: Shape = Object(
    &[
        ("name", Text),
        ("environment", Text),
        ("file", Text),
        ("external", EXTERNAL),
        ("labels", PAIRS),
        ("driver", Text),
        ("driver_opts", DRIVER_OPTIONS),
        ("template_driver", Text),
    ],
    &[],
);

const CONFIG: Shape = Object(
    &[
        ("name", Text),
        ("content", Text),
        ("environment", Text),
        ("file", Text),
        ("external", EXTERNAL),
        ("labels", PAIRS),
        ("template_driver", Text),
    ],
    &[],
);

/// Keys of whatever runs in a container.
const CONTAINER: &[Field] = &[
    ("annotations", PAIRS),
    (
        "blkio_config",
        Object(
            &[
                ("device_read_bps", List(&LIMIT)),
                ("device_read_iops", List(&LIMIT)),
                ("device_write_bps", List(&LIMIT)),
                ("device_write_iops", List(&LIMIT)),
                ("weight", TextOrNumber),
                ("weight_device", List(&Object(&[("path", Text), ("weight", TextOrNumber)], &[]))),
            ],
            &[],
        ),
    ),
    ("build", Either(&[Text, BUILD])),
    ("cap_add", TEXTS),
    ("cap_drop", TEXTS),
    ("cgroup", Word(&["host", "private"])),
    ("cgroup_parent", Text),
    ("command", COMMAND),
    ("configs", MOUNTED),
    ("cpu_count", Whole),
    ("cpu_percent", Number),
    ("cpu_period", Number),
    ("cpu_quota", Number),
    ("cpu_rt_period", Number),
    ("cpu_rt_runtime", Number),
    ("cpu_shares", Number),
    ("cpus", Number),
    ("cpuset", Text),
    ("credential_spec", Object(&[("config", Text), ("file", Text), ("registry", Text)], &[])),
    ("depends_on", Either(&[TEXTS, Names(&DEPENDENCY)])),
    ("device_cgroup_rules", TEXTS),
    (
        "devices",
        List(&Either(&[Text, Object(&[("source", Text), ("target", Text), ("permissions", Text)], &["source"])])),
    ),
    ("dns", Either(&[Nothing, Text, TEXTS])),
    ("dns_opt", TEXTS),
    ("dns_search", TEXT_OR_TEXTS),
    ("domainname", Text),
    ("entrypoint", COMMAND),
    (
        "env_file",
        Either(&[
            Text,
            List(&Either(&[Text, Object(&[("path", Text), ("format", Text), ("required", Flag)], &["path"])])),
        ]),
    ),
    ("environment", PAIRS),
    ("expose", List(&TextOrNumber)),
    ("extra_hosts", HOSTS),
    ("gpus", Either(&[Word(&["all"]), List(&Object(DEVICE, &[]))])),
    ("group_add", List(&TextOrNumber)),
    ("healthcheck", HEALTHCHECK),
    ("hostname", Text),
    ("image", Text),
    ("init", Flag),
    ("ipc", Text),
    ("isolation", Text),
    ("label_file", TEXT_OR_TEXTS),
    ("labels", PAIRS),
    ("logging", Object(&[("driver", Text), ("options", Map(&Either(&[TextOrNumber, Nothing])))], &[])),
    ("mac_address", Text),
    ("mem_limit", SizeOrNumber),
    ("mem_reservation", SizeOrNumber),
    ("mem_swappiness", SizeOrNumber),
    ("memswap_limit", SizeOrNumber),
    (
        "models",
        Either(&[TEXTS, Names(&Either(&[Nothing, Object(&[("endpoint_var", Text), ("model_var", Text)], &[])]))]),
    ),
    ("network_mode", Text),
    ("networks", Either(&[TEXTS, Names(&Either(&[Nothing, ATTACHMENT]))])),
    ("oom_kill_disable", Flag),
    ("oom_score_adj", Whole),
    ("pid", Either(&[Nothing, Text])),
    ("pids_limit", Number),
    ("platform", Text),
    ("ports", List(&Either(&[Port, PUBLISHED]))),
    ("privileged", Flag),
    ("profiles", TEXTS),
    ("pull_policy", PullPolicy),
    ("pull_refresh_after", Text),
    ("read_only", Flag),
    ("runtime", Text),
    ("secrets", MOUNTED),
    ("security_opt", TEXTS),
    ("shm_size", SizeOrNumber),
    ("stdin_open", Flag),
    ("stop_grace_period", Duration),
    ("stop_signal", Text),
    ("storage_opt", Map(&Anything)),
    ("sysctls", PAIRS),
    ("tmpfs", TEXT_OR_TEXTS),
    ("tty", Flag),
    ("ulimits", ULIMITS),
    ("umask", Either(&[Nothing, TextOrNumber])),
    ("use_api_socket", BareFlag),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    ("volumes", List(&Either(&[Mount, MOUNT]))),
    ("volumes_from", TEXTS),
    ("working_dir", Text),
];

/// Keys of services alone.
const SERVICE: &[Field] = &[
    ("attach", Flag),
    ("container_name", ContainerName),
    ("deploy", DEPLOY),
    ("develop", Either(&[Nothing, Object(&[("watch", List(&WATCH))], &[])])),
    ("extends", Either(&[Text, Object(&[("service", Text), ("file", Text)], &["service"])])),
    ("external_links", TEXTS),
    ("links", TEXTS),
    ("post_start", List(&HOOK)),
    ("pre_start", List(&Both(CONTAINER, &[("per_replica", Flag)]))),
    ("pre_stop", List(&HOOK)),
    ("provider", Object(&[("type", Text), ("options", Map(&Either(&[Scalar, List(&Scalar)])))], &["type"])),
    ("restart", Text),
    ("scale", Whole),
];

/// Keys of jobs alone.
const JOB: &[Field] =
    &[("triggers", Object(&[("manual", Flag), ("schedule", List(&Either(&[Text, Map(&Anything)])))], &[]))];

const LIMIT: Shape = Object(&[("path", Text), ("rate", TextOrNumber)], &[]);

const BUILD: Shape = Object(
    &[
        ("context", Text),
        ("dockerfile", Text),
        ("dockerfile_inline", Text),
        ("entitlements", TEXTS),
        ("args", PAIRS),
        ("ssh", PAIRS),
        ("labels", PAIRS),
        ("cache_from", TEXTS),
        ("cache_to", TEXTS),
        ("no_cache", Flag),
        ("no_cache_filter", TEXT_OR_TEXTS),
        ("additional_contexts", PAIRS),
        ("network", Text),
        ("provenance", TextOrFlag),
        ("sbom", TextOrFlag),
        ("pull", Flag),
        ("target", Text),
        ("shm_size", SizeOrNumber),
        ("extra_hosts", HOSTS),
        ("isolation", Text),
        ("privileged", Flag),
        ("secrets", MOUNTED),
        ("tags", TEXTS),
        ("ulimits", ULIMITS),
        ("platforms", TEXTS),
    ],
    &[],
);

/// A config or a secret, as a service takes it.
const MOUNTED: Shape = List(&Either(&[
    Text,
    Object(&[("source", Text), ("target", Text), ("uid", Text), ("gid", Text), ("mode", TextOrNumber)], &["source"]),
]));

const DEPENDENCY: Shape = Object(
    &[
        ("restart", Flag),
        ("required", Flag),
        ("condition", Word(&["service_started", "service_healthy", "service_completed_successfully"])),
    ],
    &["condition"],
);

pub(super) const DEVICE: &[Field] =
    &[("capabilities", TEXTS), ("count", TextOrNumber), ("device_ids", TEXTS), ("driver", Text), ("options", PAIRS)];

const HEALTHCHECK: Shape = Object(
    &[
        ("disable", Flag),
        ("interval", Duration),
        ("retries", Number),
        ("test", TEXT_OR_TEXTS),
        ("timeout", Duration),
        ("start_period", Duration),
        ("start_interval", Duration),
    ],
    &[],
);

/// How a service is attached to a network.
const ATTACHMENT: Shape = Object(
    &[
        ("aliases", TEXTS),
        ("interface_name", Text),
        ("ipv4_address", Text),
        ("ipv6_address", Text),
        ("link_local_ips", TEXTS),
        ("mac_address", Text),
        ("driver_opts", DRIVER_OPTIONS),
        ("priority", Number),
        ("gw_priority", Number),
        ("use_service_name_alias", Flag),
    ],
    &[],
);

const PUBLISHED: Shape = Object(
    &[
        ("name", Text),
        ("mode", Text),
        ("host_ip", Text),
        ("target", Whole),
        ("published", TextOrNumber),
        ("protocol", Text),
        ("app_protocol", Text),
    ],
    &["target"],
);

const ULIMITS: Shape = Map(&Either(&[Whole, Object(&[("hard", Whole), ("soft", Whole)], &["soft", "hard"])]));

const MOUNT: Shape = Object(
    &[
        ("type", Word(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"])),
        ("source", Text),
        ("target", Text),
        ("read_only", Flag),
        ("consistency", Text),
        (
            "bind",
            Object(
                &[
                    ("propagation", Text),
                    ("create_host_path", Flag),
                    ("recursive", Word(&["enabled", "disabled", "writable", "readonly"])),
                    ("selinux", Word(&["z", "Z"])),
                ],
                &[],
            ),
        ),
        ("volume", Object(&[("labels", PAIRS), ("nocopy", Flag), ("subpath", Text)], &[])),
        ("tmpfs", Object(&[("size", SizeOrNumber), ("mode", TextOrNumber)], &[])),
        ("image", Object(&[("subpath", Text)], &[])),
    ],
    &["type"],
);

const HOOK: Shape = Object(
    &[("command", COMMAND), ("user", Text), ("privileged", Flag), ("working_dir", Text), ("environment", PAIRS)],
    &["command"],
);

const WATCH: Shape = Object(
    &[
        ("ignore", TEXT_OR_TEXTS),
        ("include", TEXT_OR_TEXTS),
        ("path", Text),
        ("action", Word(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"])),
        ("target", Text),
        ("exec", HOOK),
        ("initial_sync", BareFlag),
    ],
    &["path", "action"],
);
