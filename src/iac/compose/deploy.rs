//! The keys of `deploy`: how often a service runs, where, and with how much.

use super::{
    shape::Shape::{self, Duration, Either, List, Nothing, Number, Object, Size, Text, TextOrNumber, Whole, Word},
    tables::{DEVICE, PAIRS},
};

const UPDATE: Shape = Object(
    &[
        ("parallelism", Whole),
        ("delay", Duration),
        ("failure_action", Text),
        ("monitor", Duration),
        ("max_failure_ratio", Number),
        ("order", Word(&["start-first", "stop-first"])),
    ],
    &[],
);

/// `deploy`.
pub(super) const DEPLOY: Shape = Either(&[
    Nothing,
    Object(
        &[
            ("mode", Text),
            ("endpoint_mode", Text),
            ("replicas", Whole),
            ("labels", PAIRS),
            ("rollback_config", UPDATE),
            ("update_config", UPDATE),
            (
                "resources",
                Object(
                    &[
                        ("limits", Object(&[("cpus", Number), ("memory", Size), ("pids", Whole)], &[])),
                        (
                            "reservations",
                            Object(
                                &[
                                    ("cpus", Number),
                                    ("memory", Size),
                                    (
                                        "generic_resources",
                                        List(&Object(
                                            &[(
                                                "discrete_resource_spec",
                                                Object(&[("kind", Text), ("value", TextOrNumber)], &[]),
                                            )],
                                            &[],
                                        )),
                                    ),
                                    ("devices", List(&Object(DEVICE, &["capabilities"]))),
                                ],
                                &[],
                            ),
                        ),
                    ],
                    &[],
                ),
            ),
            (
                "restart_policy",
                Object(&[("condition", Text), ("delay", Duration), ("max_attempts", Whole), ("window", Duration)], &[]),
            ),
            (
                "placement",
                Object(
                    &[
                        ("constraints", List(&Text)),
                        ("preferences", List(&Object(&[("spread", Text)], &[]))),
                        ("max_replicas_per_node", Whole),
                    ],
                    &[],
                ),
            ),
        ],
        &[],
    ),
]);
