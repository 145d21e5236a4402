//! Types whose resources hold what cannot be made again.

/// The types that keep state: those that `cfn-lint` wants both policies on (its rule `I3011`), and, from `Cassandra`
/// on, those that hold data just as well.
const STATEFUL: &[&str] = &[
    "AWS::Backup::BackupVault",
    "AWS::CloudFormation::Stack",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DocDB::DBInstance",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::EFS::FileSystem",
    "AWS::EMR::Cluster",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Logs::LogGroup",
    "AWS::Neptune::DBCluster",
    "AWS::Neptune::DBInstance",
    "AWS::OpenSearchService::Domain",
    "AWS::Organizations::Account",
    "AWS::QLDB::Ledger",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
    "AWS::SDB::Domain",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::Cassandra::Table",
    "AWS::DAX::Cluster",
    "AWS::DocDBElastic::Cluster",
    "AWS::ECR::Repository",
    "AWS::FSx::Volume",
    "AWS::Lightsail::Database",
    "AWS::MSK::Cluster",
    "AWS::MSK::ServerlessCluster",
    "AWS::MemoryDB::Cluster",
    "AWS::NeptuneGraph::Graph",
    "AWS::OpenSearchServerless::Collection",
    "AWS::RDS::GlobalCluster",
    "AWS::RedshiftServerless::Namespace",
    "AWS::Route53::HostedZone",
    "AWS::S3::TableBucket",
    "AWS::S3Tables::TableBucket",
    "AWS::Timestream::Database",
    "AWS::Timestream::InfluxDBInstance",
    "AWS::Timestream::Table",
];

/// Types of which the service takes a last snapshot where a policy says `Snapshot`.
const SNAPSHOTS: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

/// Properties that cannot be changed at all after the resource was made, of types whose schema does not say so.
const NEVER: &[(&str, &[&str])] =
    &[("AWS::EC2::Volume", &["AvailabilityZone", "Encrypted", "KmsKeyId", "OutpostArn", "SnapshotId"])];

/// What the Serverless Application Model makes of its own types, with those of their properties that cannot be
/// changed.
const SERVERLESS: &[(&str, &str, &[&str])] = &[
    ("AWS::Serverless::Api", "AWS::ApiGateway::RestApi", &[]),
    ("AWS::Serverless::Application", "AWS::CloudFormation::Stack", &[]),
    ("AWS::Serverless::Function", "AWS::Lambda::Function", &["FunctionName", "PackageType"]),
    ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api", &[]),
    ("AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table", &["PrimaryKey", "TableName"]),
    ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine", &["Name", "Type"]),
];

/// Properties by which people name resources themselves: no two resources have the same.
const NAMES: &[&str] = &[
    "BackupVaultName",
    "BucketName",
    "ClusterIdentifier",
    "ClusterName",
    "DBClusterIdentifier",
    "DBInstanceIdentifier",
    "DatabaseName",
    "DomainName",
    "FunctionName",
    "LogGroupName",
    "Name",
    "QueueName",
    "ReplicationGroupId",
    "RepositoryName",
    "RoleName",
    "StreamName",
    "TableName",
    "TopicName",
];

/// Whether resources of a type hold what cannot be made again.
#[must_use]
pub fn is_stateful(kind: &str) -> bool {
    STATEFUL.contains(&made(kind))
}

/// Whether the service can take a last snapshot of resources of a type.
pub(super) fn has_snapshots(kind: &str) -> bool {
    SNAPSHOTS.contains(&made(kind))
}

/// Whether a last snapshot is taken where a template says nothing.
pub(super) fn snapshot_by_default(kind: &str, in_cluster: bool) -> bool {
    kind == "AWS::RDS::DBCluster" || kind == "AWS::RDS::DBInstance" && !in_cluster
}

/// Properties that cannot be changed at all.
pub(super) fn never(kind: &str) -> &'static [&'static str] {
    NEVER.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, properties)| properties)
}

/// The type of the service that a type stands for.
pub(super) fn made(kind: &str) -> &str {
    SERVERLESS.iter().find(|(name, ..)| *name == kind).map_or(kind, |(_, made, _)| made)
}

/// What cannot be changed in a type of the Serverless Application Model; `None` for other types.
pub(super) fn serverless(kind: &str) -> Option<&'static [&'static str]> {
    SERVERLESS.iter().find(|(name, ..)| *name == kind).map(|(.., fixed)| *fixed)
}

/// The properties of which one may be a resource's own name.
pub(super) fn names() -> &'static [&'static str] {
    NAMES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iac::cloudformation::types;

    #[test]
    fn the_lists_name_types_that_there_are() {
        // Services that were closed may leave the table.
        let closed = ["AWS::QLDB::Ledger", "AWS::S3::TableBucket", "AWS::SDB::Domain"];
        let of_never = NEVER.iter().map(|(name, _)| *name);
        let made = SERVERLESS.iter().map(|(_, made, _)| *made);
        for name in STATEFUL.iter().chain(SNAPSHOTS).copied().chain(of_never).chain(made) {
            assert!(types::find(name).is_some() || closed.contains(&name), "{name}");
        }
        assert!(SNAPSHOTS.iter().all(|name| is_stateful(name)));
    }
}
