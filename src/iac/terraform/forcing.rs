//! Attributes whose change makes a resource anew, of types that hold what cannot be made again.
//!
//! No registry has this as data: the table is our own, from what providers document. It is advice: versions of
//! providers differ, and what a reference gives may stay the same.

use std::collections::BTreeSet;

use crate::document::{Node, Route, Step, Value};

use super::words::bare;

/// Types, with their attributes. What stands in a block is found below its name.
const FORCING: &[(&str, &[&str])] = &[
    (
        "aws_db_instance",
        &[
            "availability_zone",
            "character_set_name",
            "custom_iam_instance_profile",
            "db_name",
            "engine",
            "kms_key_id",
            "nchar_character_set_name",
            "snapshot_identifier",
            "storage_encrypted",
            "timezone",
            "username",
        ],
    ),
    (
        "aws_rds_cluster",
        &[
            "cluster_identifier",
            "cluster_identifier_prefix",
            "database_name",
            "db_subnet_group_name",
            "engine",
            "engine_mode",
            "kms_key_id",
            "master_username",
            "snapshot_identifier",
            "storage_encrypted",
        ],
    ),
    (
        "aws_docdb_cluster",
        &[
            "cluster_identifier",
            "db_subnet_group_name",
            "kms_key_id",
            "master_username",
            "snapshot_identifier",
            "storage_encrypted",
        ],
    ),
    (
        "aws_neptune_cluster",
        &["cluster_identifier", "kms_key_arn", "neptune_subnet_group_name", "snapshot_identifier", "storage_encrypted"],
    ),
    ("aws_dynamodb_table", &["hash_key", "name", "range_key", "local_secondary_index"]),
    ("aws_s3_bucket", &["bucket", "bucket_prefix", "object_lock_enabled"]),
    ("aws_ebs_volume", &["availability_zone", "encrypted", "kms_key_id", "outpost_arn", "snapshot_id"]),
    (
        "aws_efs_file_system",
        &["availability_zone_name", "creation_token", "encrypted", "kms_key_id", "performance_mode"],
    ),
    ("aws_elasticache_cluster", &["availability_zone", "cluster_id", "engine", "port", "subnet_group_name"]),
    (
        "aws_elasticache_replication_group",
        &["at_rest_encryption_enabled", "kms_key_id", "replication_group_id", "subnet_group_name"],
    ),
    (
        "aws_redshift_cluster",
        &["cluster_identifier", "cluster_subnet_group_name", "database_name", "master_username", "snapshot_identifier"],
    ),
    ("aws_opensearch_domain", &["domain_name"]),
    ("aws_elasticsearch_domain", &["domain_name"]),
    ("aws_msk_cluster", &["cluster_name"]),
    ("aws_memorydb_cluster", &["kms_key_arn", "name", "port", "subnet_group_name", "tls_enabled"]),
    ("aws_kinesis_stream", &["name"]),
    ("aws_kms_key", &["customer_master_key_spec", "custom_key_store_id", "key_usage", "multi_region"]),
    ("aws_ecr_repository", &["encryption_configuration", "name"]),
    ("aws_secretsmanager_secret", &["name", "name_prefix"]),
    ("aws_route53_zone", &["delegation_set_id", "name"]),
    ("aws_cognito_user_pool", &["alias_attributes", "username_attributes", "username_configuration"]),
    ("aws_backup_vault", &["kms_key_arn", "name"]),
    (
        "google_sql_database_instance",
        &[
            "collation",
            "encryption_key_name",
            "master_instance_name",
            "name",
            "project",
            "region",
            "replica_configuration",
        ],
    ),
    ("google_sql_database", &["instance", "name", "project"]),
    ("google_storage_bucket", &["enable_object_retention", "location", "name", "project"]),
    ("google_bigquery_dataset", &["dataset_id", "location", "project"]),
    ("google_bigquery_table", &["clustering_fields_order", "dataset_id", "project", "table_id"]),
    ("google_compute_disk", &["image", "name", "physical_block_size_bytes", "project", "snapshot", "type", "zone"]),
    ("google_compute_region_disk", &["name", "project", "region", "replica_zones", "snapshot", "type"]),
    ("google_spanner_instance", &["config", "name", "project"]),
    ("google_spanner_database", &["database_dialect", "encryption_config", "instance", "name", "project"]),
    ("google_bigtable_instance", &["name", "project"]),
    (
        "google_redis_instance",
        &["authorized_network", "connect_mode", "location_id", "name", "project", "region", "tier"],
    ),
    ("google_filestore_instance", &["location", "name", "networks", "project", "tier", "zone"]),
    ("google_firestore_database", &["location_id", "name", "project"]),
    ("google_kms_key_ring", &["location", "name", "project"]),
    ("google_kms_crypto_key", &["key_ring", "name", "purpose"]),
    ("google_secret_manager_secret", &["project", "replication", "secret_id"]),
    ("google_dns_managed_zone", &["dns_name", "name", "project", "visibility"]),
    ("google_artifact_registry_repository", &["format", "kms_key_name", "location", "project", "repository_id"]),
    ("google_alloydb_cluster", &["cluster_id", "location", "project"]),
    (
        "azurerm_storage_account",
        &["account_tier", "edge_zone", "is_hns_enabled", "location", "name", "nfsv3_enabled", "resource_group_name"],
    ),
    ("azurerm_storage_container", &["name", "storage_account_id", "storage_account_name"]),
    ("azurerm_storage_share", &["name", "storage_account_id", "storage_account_name"]),
    (
        "azurerm_mssql_database",
        &[
            "collation",
            "create_mode",
            "creation_source_database_id",
            "ledger_enabled",
            "name",
            "secondary_type",
            "server_id",
        ],
    ),
    ("azurerm_mssql_server", &["administrator_login", "location", "name", "resource_group_name", "version"]),
    (
        "azurerm_postgresql_flexible_server",
        &["administrator_login", "create_mode", "delegated_subnet_id", "location", "name", "resource_group_name"],
    ),
    ("azurerm_postgresql_flexible_server_database", &["charset", "collation", "name", "server_id"]),
    ("azurerm_postgresql_server", &["administrator_login", "location", "name", "resource_group_name", "version"]),
    (
        "azurerm_mysql_flexible_server",
        &[
            "administrator_login",
            "delegated_subnet_id",
            "location",
            "name",
            "private_dns_zone_id",
            "resource_group_name",
        ],
    ),
    ("azurerm_mysql_flexible_database", &["charset", "collation", "name", "resource_group_name", "server_name"]),
    ("azurerm_cosmosdb_account", &["kind", "location", "name", "resource_group_name"]),
    ("azurerm_cosmosdb_sql_database", &["account_name", "name", "resource_group_name"]),
    ("azurerm_cosmosdb_sql_container", &["account_name", "database_name", "name", "resource_group_name", "unique_key"]),
    ("azurerm_cosmosdb_mongo_database", &["account_name", "name", "resource_group_name"]),
    ("azurerm_key_vault", &["location", "name", "resource_group_name", "tenant_id"]),
    ("azurerm_key_vault_key", &["curve", "key_size", "key_type", "key_vault_id", "name"]),
    (
        "azurerm_managed_disk",
        &[
            "create_option",
            "edge_zone",
            "image_reference_id",
            "location",
            "name",
            "resource_group_name",
            "source_uri",
            "zone",
        ],
    ),
    ("azurerm_redis_cache", &["location", "name", "resource_group_name", "subnet_id", "zones"]),
    ("azurerm_container_registry", &["location", "name", "resource_group_name"]),
    ("azurerm_dns_zone", &["name", "resource_group_name"]),
    ("azurerm_private_dns_zone", &["name", "resource_group_name"]),
    ("azurerm_recovery_services_vault", &["location", "name", "resource_group_name"]),
    ("azurerm_eventhub_namespace", &["location", "name", "resource_group_name"]),
    ("azurerm_eventhub", &["name", "namespace_id", "namespace_name", "resource_group_name"]),
    (
        "kubernetes_persistent_volume_claim",
        &[
            "metadata.name",
            "metadata.namespace",
            "spec.access_modes",
            "spec.selector",
            "spec.storage_class_name",
            "spec.volume_name",
        ],
    ),
    (
        "kubernetes_persistent_volume_claim_v1",
        &[
            "metadata.name",
            "metadata.namespace",
            "spec.access_modes",
            "spec.selector",
            "spec.storage_class_name",
            "spec.volume_name",
        ],
    ),
    ("kubernetes_namespace", &["metadata.name"]),
    ("kubernetes_namespace_v1", &["metadata.name"]),
];

/// An attribute that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Forced<'a> {
    /// Its name.
    pub attribute: &'static str,
    /// Way to it from the block's body; the longest part of it that there is.
    pub route: Route,
    /// What it was.
    pub before: Option<&'a Node>,
    /// What it is.
    pub after: Option<&'a Node>,
    /// Whether both are written as they are, and no reference is in them.
    pub written: bool,
}

/// The attributes that changed in a resource and make it anew. What its `ignore_changes` names is none.
#[must_use]
pub fn forced<'a>(kind: &str, old: &'a Node, new: &'a Node) -> Vec<Forced<'a>> {
    let Some((_, attributes)) = FORCING.iter().find(|(name, _)| *name == kind) else { return Vec::new() };
    let Some(ignored) = ignored(new) else { return Vec::new() };
    let mut forced = Vec::new();
    for attribute in *attributes {
        let first = attribute.split('.').next().unwrap_or(attribute);
        if ignored.contains(*attribute) || ignored.contains(first) {
            continue;
        }
        let (before, after) = (at(old, attribute), at(new, attribute));
        let same = match (before.0, after.0) {
            (None, None) => true,
            (Some(a), Some(b)) => alike(a, b),
            (Some(only), None) | (None, Some(only)) => is_default(only),
        };
        if same {
            continue;
        }
        let written = [before.0, after.0].into_iter().flatten().all(is_written);
        forced.push(Forced { attribute, route: after.1, before: before.0, after: after.0, written });
    }
    forced
}

/// What `ignore_changes` names; `None` where it is all.
fn ignored(body: &Node) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for lifecycle in body.get("lifecycle").map(items).unwrap_or_default() {
        let Some(list) = lifecycle.get("ignore_changes") else { continue };
        if list.as_str().is_some_and(|text| bare(text) == "all") {
            return None;
        }
        for item in list.as_sequence().unwrap_or_default() {
            let name = bare(item.as_str().unwrap_or_default());
            // Blocks are named with the number of each.
            names.insert(name.replace("[0]", ""));
            names.insert(name.split(['.', '[']).next().unwrap_or(name).to_owned());
        }
    }
    Some(names)
}

/// A block's body, or all of them.
fn items(node: &Node) -> Vec<&Node> {
    node.as_sequence().map_or_else(|| vec![node], |items| items.iter().collect())
}

/// What stands at an attribute, and the way there as far as it leads.
fn at<'a>(body: &'a Node, attribute: &str) -> (Option<&'a Node>, Route) {
    let mut route = Route::default();
    let mut here = body;
    for step in attribute.split('.') {
        if let [only] = here.as_sequence().unwrap_or_default() {
            route = route.child(Step::Index(0));
            here = only;
        }
        let Some(next) = here.get(step) else { return (None, route) };
        route = route.child(Step::Key(step.to_owned()));
        here = next;
    }
    (Some(here), route)
}

/// Whether both are the same as expressions: what is quoted and what is not.
fn alike(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Mapping(left), Value::Mapping(right)) => {
            left.len() == right.len()
                && left.iter().all(|entry| b.get(&entry.key).is_some_and(|other| alike(&entry.value, other)))
        }
        (Value::Sequence(left), Value::Sequence(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| alike(a, b))
        }
        (_, _) => match (scalar(a), scalar(b)) {
            (Some(a), Some(b)) => a == b,
            (_, _) => a.same_value(b),
        },
    }
}

/// A plain value or an expression, in one form whatever spaces are in it.
fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) if text.contains("${") => Some(bare(text).split_whitespace().collect()),
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// Whether a value is what counts where nothing is written.
fn is_default(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty() || matches!(bare(text), "null" | "false"),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

fn is_written(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => !text.contains("${") && !text.contains("%{"),
        Value::Sequence(items) => items.iter().all(is_written),
        Value::Mapping(entries) => entries.iter().all(|entry| is_written(&entry.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::{stateful::is_stateful, testing::json};

    fn names(kind: &str, old: &str, new: &str) -> Vec<(&'static str, bool)> {
        let (old, new) = (json(old), json(new));
        forced(kind, &old, &new).iter().map(|one| (one.attribute, one.written)).collect()
    }

    #[test]
    fn only_known_attributes_force() {
        let kind = "aws_db_instance";
        assert_eq!(names(kind, r#"{"engine": "mysql"}"#, r#"{"engine": "postgres", "tags": 1}"#), [("engine", true)]);
        assert_eq!(names(kind, r#"{"engine": "mysql"}"#, r#"{"engine": "${var.engine}"}"#), [("engine", false)]);
        assert_eq!(names(kind, r#"{"engine": "${var.a}"}"#, r#"{"engine": "${ var.a }"}"#), []);
        assert_eq!(names(kind, "{}", r#"{"storage_encrypted": false}"#), []);
        assert_eq!(names(kind, "{}", r#"{"storage_encrypted": true}"#), [("storage_encrypted", true)]);
        assert_eq!(names("aws_instance", r#"{"ami": "a"}"#, r#"{"ami": "b"}"#), []);
        let claim = |class: &str| format!(r#"{{"spec": [{{"storage_class_name": "{class}"}}]}}"#);
        let found = names("kubernetes_persistent_volume_claim", &claim("a"), &claim("b"));
        assert_eq!(found, [("spec.storage_class_name", true)]);
    }

    #[test]
    fn what_is_ignored_forces_nothing() {
        let body = |engine: &str, ignored: &str| {
            format!(r#"{{"engine": "{engine}", "lifecycle": [{{"ignore_changes": {ignored}}}]}}"#)
        };
        for (ignored, found) in
            [(r#"["${engine}"]"#, 0), (r#"["engine"]"#, 0), (r#""${all}""#, 0), (r#"["${tags}"]"#, 1)]
        {
            assert_eq!(names("aws_db_instance", &body("a", ignored), &body("b", ignored)).len(), found, "{ignored}");
        }
    }

    #[test]
    fn the_table_is_about_types_that_keep_state() {
        assert!(FORCING.iter().all(|(kind, _)| is_stateful(kind)));
        let all = super::super::stateful::all();
        assert!(all.iter().all(|kind| all.iter().filter(|other| *other == kind).count() == 1));
    }
}
