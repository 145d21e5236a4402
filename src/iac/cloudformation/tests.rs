#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use crate::document::format::{Format, parse};
use crate::document::{Node, ParseLimits, Part};

use super::*;

fn root(text: &str) -> Node {
    let parsed = parse(Format::from_name("json").unwrap(), text.as_bytes(), &ParseLimits::default());
    assert_eq!(parsed.problems, [], "{text}");
    parsed.documents.into_iter().next().unwrap().root
}

/// What is said, a line each: `!` is wrong, `?` is doubtful, `@` stands at a key.
fn said(text: &str) -> Vec<String> {
    let said = check(&root(text));
    let line = |mark: &str, violation: &crate::document::Violation| {
        let key = if violation.part == Part::Key { "@" } else { "" };
        format!("{mark}{key}{} {}", violation.route, violation.message)
    };
    said.wrong.iter().map(|one| line("!", one)).chain(said.doubtful.iter().map(|one| line("?", one))).collect()
}

/// What is said of a template with this among its sections, and a bucket.
fn with(sections: &str) -> Vec<String> {
    said(&format!(r#"{{{sections}, "Resources": {{"Bucket": {{"Type": "AWS::S3::Bucket"}}}}}}"#))
}

/// What is said of resources; there are a parameter `P`, a condition `C` and a mapping `M`.
fn resources_of(resources: &str) -> Vec<String> {
    said(&format!(
        r#"{{"Parameters": {{"P": {{"Type": "String"}}}}, "Mappings": {{"M": {{"a": {{"b": "c"}}}}}},
            "Conditions": {{"C": {{"Fn::Equals": [{{"Ref": "P"}}, "x"]}}}}, "Resources": {{{resources}}}}}"#
    ))
}

/// What is said of a bucket with these properties.
fn bucket(properties: &str) -> Vec<String> {
    resources_of(&format!(
        r#""B": {{"Type": "AWS::S3::Bucket", "Properties": {{{properties}}}}}, "Other": {{"Type": "AWS::S3::Bucket"}}"#
    ))
}

#[track_caller]
fn good(said: &[String]) {
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn templates_are_told_by_what_they_say() {
    for (text, is) in [
        (r#"{"AWSTemplateFormatVersion": "2010-09-09"}"#, true),
        (r#"{"Transform": "AWS::Serverless-2016-10-31"}"#, true),
        (r#"{"Transform": ["Own", {"Name": "AWS::Include"}]}"#, true),
        (r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}"#, true),
        (r#"{"Resources": {"A": 1, "B": {"Type": "Custom::Thing"}}}"#, true),
        (r#"{"Resources": {"A": {"Type": "Own::A::B"}}}"#, false),
        (r#"{"Transform": "Own", "resources": {}}"#, false),
        (r#"["AWSTemplateFormatVersion"]"#, false),
        ("null", false),
    ] {
        assert_eq!(is_template(&root(text)), is, "{text}");
    }
}

#[test]
fn resources_have_an_identity() {
    let root = root(
        r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket"}, "B": {"Properties": {}}, "C": {"Type": "Custom::X"}}}"#,
    );
    let found = resources("deploy/a.yaml", &root);
    let shown: Vec<String> = found.iter().map(|one| format!("{} {}", one.route, one.identity)).collect();
    assert_eq!(shown, ["/Resources/A AWS::S3::Bucket A", "/Resources/C Custom::X C"]);
    assert_eq!(found[0].identity.group, "cloudformation");
}

#[test]
fn sections_have_to_be_known() {
    assert_eq!(with(r#""Paramters": {}"#), ["!@/Paramters `Paramters` is no section of a template"]);
    assert_eq!(with(r#""Globals": {}"#), ["!@/Globals `Globals` is no section of a template"]);
    good(&with(r#""Transform": "AWS::Serverless-2016-10-31", "Globals": {}"#));
    good(&with(r#""Hooks": {}, "Rules": {}, "Metadata": {"a": [1]}, "Description": "x""#));
    assert_eq!(
        with(r#""AWSTemplateFormatVersion": "2010-09-10""#),
        ["!/AWSTemplateFormatVersion there is no such version of templates"]
    );
    assert_eq!(with(r#""Outputs": []"#), ["!/Outputs `Outputs` is not a mapping"]);
    assert_eq!(said(r#"{"AWSTemplateFormatVersion": "2010-09-09"}"#), ["! the template has no `Resources`"]);
    assert_eq!(said(r#"{"Resources": {}}"#), ["!@/Resources `Resources` is empty"]);
    good(&said(r#"{"Resources": {"Fn::ForEach::X": ["a", ["b"], {}]}}"#));
    good(&said(r#"{"Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a/b"}}}"#));
}

#[test]
fn nothing_is_refused() {
    assert_eq!(with(r#""Transform": null"#), ["!@/Transform `Transform` has no value"]);
    assert_eq!(with(r#""Description": null"#), ["!@/Description `Description` has no value"]);
    assert_eq!(bucket(r#""Tags": [null]"#), ["!@/Resources/B/Properties/Tags/0 `Tags` has no value"]);
    // A short form without an argument.
    good(&resources_of(r#""A": {"Type": "Own::A::B", "Properties": {"Zones": {"Fn::GetAZs": null}}}"#));
}

#[test]
fn parameters_have_to_make_sense() {
    assert_eq!(with(r#""Parameters": {"A": {}}"#), ["!@/Parameters/A the parameter `A` has no `Type`"]);
    assert_eq!(
        with(r#""Parameters": {"A-b": {"Type": "String"}}"#),
        ["!@/Parameters/A-b the parameter `A-b` has a name that will not do"]
    );
    assert_eq!(
        with(r#""Parameters": {"A": {"Type": "string"}}"#),
        ["!/Parameters/A/Type there is no type of parameters `string`"]
    );
    assert_eq!(
        with(r#""Parameters": {"A": {"Type": "String", "Defualt": "x"}}"#),
        ["!@/Parameters/A/Defualt a parameter has no `Defualt`"]
    );
    assert_eq!(
        with(r#""Parameters": {"A": {"Type": "AWS::SSM::Parameter::Value<X>"}}"#),
        ["?/Parameters/A/Type there is no type of parameters `AWS::SSM::Parameter::Value<X>`"]
    );
    for sort in [
        "Number",
        "List<Number>",
        "CommaDelimitedList",
        "List<AWS::EC2::Subnet::Id>",
        "AWS::SSM::Parameter::Value<List<String>>",
    ] {
        good(&with(&format!(r#""Parameters": {{"A": {{"Type": "{sort}"}}}}"#)));
    }
}

#[test]
fn defaults_have_to_be_allowed() {
    let parameter = |text: &str| with(&format!(r#""Parameters": {{"A": {{{text}}}}}"#));
    assert_eq!(
        parameter(r#""Type": "String", "Default": "c", "AllowedValues": ["a", "b"]"#),
        ["!/Parameters/A/Default `c` is not in `AllowedValues`"]
    );
    assert_eq!(
        parameter(r#""Type": "CommaDelimitedList", "Default": "a, c", "AllowedValues": ["a", "b"]"#),
        ["!/Parameters/A/Default `c` is not in `AllowedValues`"]
    );
    good(&parameter(r#""Type": "CommaDelimitedList", "Default": "a, b", "AllowedValues": ["a", "b"]"#));
    assert_eq!(
        parameter(r#""Type": "String", "AllowedValues": "a""#),
        ["!/Parameters/A/AllowedValues `AllowedValues` is not a list"]
    );
    good(&parameter(r#""Type": "CommaDelimitedList", "Default": "a,b", "AllowedValues": ["a,b"]"#));
    good(&parameter(r#""Type": "String", "Default": true, "AllowedValues": ["true", "false"]"#));
    good(&parameter(r#""Type": "Number", "Default": "1", "AllowedValues": [1.0, 2]"#));
    good(&parameter(r#""Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a", "AllowedValues": ["a"]"#));
}

#[test]
fn resources_have_to_have_a_type_that_there_is() {
    assert_eq!(resources_of(r#""A": {"Properties": {}}"#), ["!@/Resources/A the resource `A` has no `Type`"]);
    assert_eq!(resources_of(r#""A": ["x"]"#), ["!/Resources/A the resource `A` is not a mapping"]);
    assert_eq!(
        resources_of(r#""A-b": {"Type": "AWS::S3::Bucket"}"#),
        ["!@/Resources/A-b `A-b` will not do for the id of a resource"]
    );
    for wrong in ["AWS::S3::Bukcet", "AWS::EC2::Vpc", "AW::S3::Bucket", "AWSs::S3::Bucket", "Bucket", "AWS::S3"] {
        assert_eq!(
            resources_of(&format!(r#""A": {{"Type": "{wrong}"}}"#)),
            [format!("!/Resources/A/Type there is no type of resources `{wrong}`")]
        );
    }
    // It may be newer than the table.
    assert_eq!(
        resources_of(r#""A": {"Type": "AWS::Nothing::LikeThis"}"#),
        ["?/Resources/A/Type there is no type of resources `AWS::Nothing::LikeThis`"]
    );
    let help = |wrong: &str| {
        check(&root(&format!(r#"{{"Resources": {{"A": {{"Type": "{wrong}"}}}}}}"#))).wrong[0].help.clone().unwrap()
    };
    assert_eq!(help("AWS::S3::Bukcet"), "did you mean `AWS::S3::Bucket`?");
    assert_eq!(help("AW::S3::Bucket"), "did you mean `AWS::S3::Bucket`?");
    for right in ["Own::Service::Thing", "AWSQS::EKS::Cluster", "AWS::S3::Bucket::MODULE", "Own::S3::Bucket::MODULE"] {
        good(&resources_of(&format!(r#""A": {{"Type": "{right}", "Properties": {{"X": 1}}}}"#)));
    }
    good(&resources_of(r#""A": {"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn", "X": [1]}}"#));
    assert_eq!(
        resources_of(r#""A": {"Type": "Custom::Thing"}"#),
        ["!@/Resources/A `ServiceToken` is missing in Custom::Thing"]
    );
    assert_eq!(
        resources_of(r#""A": {"Type": "AWS::Serverless::Function"}"#),
        ["!/Resources/A/Type AWS::Serverless::Function is a type of the Serverless Application Model"]
    );
}

#[test]
fn closed_services_are_doubtful() {
    let said = resources_of(r#""A": {"Type": "AWS::IoTAnalytics::Channel"}"#);
    assert_eq!(said, ["?/Resources/A/Type the service of AWS::IoTAnalytics::Channel is closed (2025-12-15)"]);
}

#[test]
fn resources_have_what_resources_have() {
    let field = |text: &str| {
        resources_of(&format!(r#""A": {{"Type": "AWS::S3::Bucket", {text}}}, "Z": {{"Type": "AWS::S3::Bucket"}}"#))
    };
    assert_eq!(field(r#""DependOn": "A""#), ["!@/Resources/A/DependOn a resource has no `DependOn`"]);
    assert_eq!(field(r#""BucketName": "x""#), ["!@/Resources/A/BucketName a resource has no `BucketName`"]);
    assert_eq!(field(r#""Properties": []"#), ["!/Resources/A/Properties `Properties` is not a mapping"]);
    assert_eq!(
        field(r#""DeletionPolicy": "retain""#),
        ["!/Resources/A/DeletionPolicy there is no `DeletionPolicy` `retain`"]
    );
    assert_eq!(
        field(r#""DeletionPolicy": "Snapshot""#),
        ["!/Resources/A/DeletionPolicy `AWS::S3::Bucket` cannot be kept as a snapshot"]
    );
    assert_eq!(
        field(r#""UpdateReplacePolicy": "RetainExceptOnCreate""#),
        ["!/Resources/A/UpdateReplacePolicy there is no `UpdateReplacePolicy` `RetainExceptOnCreate`"]
    );
    assert_eq!(
        field(r#""UpdatePolicy": {"AutoScalingRollingUpdat": {}}"#),
        ["!@/Resources/A/UpdatePolicy/AutoScalingRollingUpdat `UpdatePolicy` has no `AutoScalingRollingUpdat`"]
    );
    assert_eq!(
        field(r#""CreationPolicy": {"Other": {}}"#),
        ["?@/Resources/A/CreationPolicy/Other `CreationPolicy` has no `Other`"]
    );
    assert_eq!(field(r#""Condition": "D""#), ["!/Resources/A/Condition `D` is no condition of this template"]);
    assert_eq!(field(r#""DependsOn": ["Z", "X"]"#), ["!/Resources/A/DependsOn/1 `X` is no resource of this template"]);
    assert_eq!(field(r#""Condition": true"#), ["!/Resources/A/Condition `Condition` is not the name of a condition"]);
    assert_eq!(field(r#""DependsOn": {"a": 1}"#), ["!/Resources/A/DependsOn `DependsOn` takes ids of resources"]);
    assert_eq!(field(r#""DependsOn": "P""#), ["!/Resources/A/DependsOn `P` is no resource of this template"]);
    assert_eq!(
        field(r#""Metadata": {"a": {"Ref": "X"}}"#),
        ["!/Resources/A/Metadata/a/Ref `X` is neither a parameter nor a resource of this template"]
    );
    good(&field(
        r#""Condition": "C", "DependsOn": "Z", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain""#,
    ));
    assert_eq!(
        field(r#""DeletionPolicy": ["Retain"]"#),
        ["!/Resources/A/DeletionPolicy `DeletionPolicy` is not a string"]
    );
    good(&field(r#""DeletionPolicy": {"Ref": "P"}"#));
    good(&resources_of(
        r#""A": {"Type": "AWS::EC2::Volume", "DeletionPolicy": "Snapshot", "Properties": {"AvailabilityZone": "x", "Size": 1}}"#,
    ));
}

#[test]
fn properties_have_to_be_known() {
    assert_eq!(
        bucket(r#""BucketNam": "x""#),
        ["!@/Resources/B/Properties/BucketNam AWS::S3::Bucket has no property `BucketNam`"]
    );
    assert_eq!(
        bucket(r#""VersioningConfiguration": {"Staus": "Enabled", "Status": "Enabled"}"#),
        [
            "!@/Resources/B/Properties/VersioningConfiguration/Staus `VersioningConfiguration` of AWS::S3::Bucket has no property `Staus`"
        ]
    );
    assert_eq!(
        bucket(r#""Tags": [{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "b", "C": 1}]"#),
        ["!@/Resources/B/Properties/Tags/1/C `Tags` of AWS::S3::Bucket has no property `C`"]
    );
    assert_eq!(bucket(r#""Arn": "x""#), ["?@/Resources/B/Properties/Arn `Arn` is set by the service"]);
    // Anything may be in these.
    good(&resources_of(
        r#""A": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"a": [{"b": 1}]}}}"#,
    ));
    let said = check(&root(r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketNam": "x"}}}}"#));
    assert_eq!(said.wrong[0].help.as_deref(), Some("did you mean `BucketName`?"));
}

#[test]
fn properties_that_are_required_have_to_be_there() {
    assert_eq!(
        bucket(r#""Tags": [{"Key": "a"}]"#),
        ["!@/Resources/B/Properties/Tags/0 `Value` is missing in `Tags` of AWS::S3::Bucket"]
    );
    assert_eq!(
        bucket(r#""Tags": [{"Key": "a", "Value": {"Ref": "AWS::NoValue"}}]"#),
        ["!@/Resources/B/Properties/Tags/0 `Value` is missing in `Tags` of AWS::S3::Bucket"]
    );
    let lambda = |properties: &str| resources_of(&format!(r#""A": {{"Type": "AWS::Lambda::Function"{properties}}}"#));
    assert_eq!(
        lambda(""),
        [
            "!@/Resources/A `Code` is missing in AWS::Lambda::Function",
            "!@/Resources/A `Role` is missing in AWS::Lambda::Function"
        ]
    );
    assert_eq!(
        lambda(r#", "Properties": {"Code": "./src"}"#),
        ["!@/Resources/A/Properties `Role` is missing in AWS::Lambda::Function"]
    );
    // Something may add it.
    good(&lambda(r#", "Properties": {"Fn::Transform": {"Name": "Own"}, "Code": {"ZipFile": "x"}}"#));
    good(&lambda(r#", "Properties": {"Fn::If": ["C", {}, {}]}"#));
    let said = check(&root(r#"{"Resources": {"A": {"Type": "AWS::Lambda::Function"}}}"#));
    assert_eq!(said.wrong[0].lacking.as_deref(), Some("Code"));
}

#[test]
fn only_lists_mappings_and_plain_values_differ() {
    assert_eq!(
        bucket(r#""Tags": {"a": "b"}"#),
        ["!/Resources/B/Properties/Tags `Tags` of AWS::S3::Bucket takes a list"]
    );
    assert_eq!(
        bucket(r#""BucketName": ["b"]"#),
        ["!/Resources/B/Properties/BucketName `BucketName` of AWS::S3::Bucket takes a plain value"]
    );
    assert_eq!(
        bucket(r#""VersioningConfiguration": "Enabled""#),
        [
            "!/Resources/B/Properties/VersioningConfiguration `VersioningConfiguration` of AWS::S3::Bucket takes a mapping"
        ]
    );
    good(&bucket(r#""BucketName": 1, "ObjectLockEnabled": "true""#));
    assert_eq!(
        bucket(r#""ObjectLockEnabled": "yes""#),
        ["?/Resources/B/Properties/ObjectLockEnabled `ObjectLockEnabled` of AWS::S3::Bucket takes `true` or `false`"]
    );
    // Functions give what only a deployment knows; both ways of a condition are looked at.
    good(&bucket(r#""Tags": {"Fn::Transform": {"Name": "x"}}, "BucketName": {"Fn::Select": [0, ["a"]]}"#));
    assert_eq!(
        bucket(r#""Tags": {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, "x"]}"#),
        ["!/Resources/B/Properties/Tags/Fn::If/2 `Tags` of AWS::S3::Bucket takes a list"]
    );
    good(&bucket(r#""VersioningConfiguration": "{{resolve:ssm:/a}}""#));
}

#[test]
fn choices_are_wrong_when_it_is_clear_what_was_meant() {
    let status = |text: &str| bucket(&format!(r#""VersioningConfiguration": {{"Status": "{text}"}}"#));
    assert_eq!(
        status("enabled"),
        ["!/Resources/B/Properties/VersioningConfiguration/Status `Status` of AWS::S3::Bucket cannot be `enabled`"]
    );
    assert_eq!(
        status("Locked"),
        ["?/Resources/B/Properties/VersioningConfiguration/Status `Status` of AWS::S3::Bucket cannot be `Locked`"]
    );
    good(&status("{{resolve:ssm:/a}}"));
}

#[test]
fn references_have_to_lead_somewhere() {
    let name = |value: &str| bucket(&format!(r#""BucketName": {value}"#));
    let at = |rest: &str| format!("!/Resources/B/Properties/BucketName/{rest}");
    let neither =
        |at: String, name: &str| [format!("{at} `{name}` is neither a parameter nor a resource of this template")];
    assert_eq!(name(r#"{"Ref": "Q"}"#), neither(at("Ref"), "Q"));
    assert_eq!(name(r#"{"Ref": "AWS::Acount"}"#), neither(at("Ref"), "AWS::Acount"));
    assert_eq!(name(r#"{"Fn::Sub": "${AWS::Region}-${Q}"}"#), neither(at("Fn::Sub"), "Q"));
    assert_eq!(name(r#"{"Fn::Sub": ["${V}-${Q}", {"V": {"Ref": "R"}}]}"#).len(), 2);
    assert_eq!(name(r#"{"Fn::Sub": "${Q.Arn}"}"#), [format!("{} `Q` is no resource of this template", at("Fn::Sub"))]);
    assert_eq!(name(r#"{"Fn::Sub": "${V:-x}"}"#), [format!("{} `Fn::Sub` cannot fill in `${{V:-x}}`", at("Fn::Sub"))]);
    assert_eq!(
        name(r#"{"Fn::GetAtt": ["Q", "Arn"]}"#),
        [format!("{} `Q` is no resource of this template", at("Fn::GetAtt/0"))]
    );
    assert_eq!(
        name(r#"{"Fn::GetAtt": "P.Arn"}"#),
        [format!("{} `P` is no resource of this template", at("Fn::GetAtt"))]
    );
    assert_eq!(
        name(r#"{"Fn::GetAtt": ["Other", "Arm"]}"#),
        [format!("{} AWS::S3::Bucket has no attribute `Arm`", at("Fn::GetAtt/1"))]
    );
    assert_eq!(name(r#"{"Fn::GetAtt": ["Other", "Nothing"]}"#).len(), 1);
    assert_eq!(
        name(r#"{"Fn::FindInMap": ["N", "a", "b"]}"#),
        [format!("{} `N` is no mapping of this template", at("Fn::FindInMap/0"))]
    );
    assert_eq!(
        name(r#"{"Fn::FindInMap": ["M", "a", "x"]}"#),
        ["?/Resources/B/Properties/BucketName/Fn::FindInMap/2 the mapping has no key `x`"]
    );
    assert_eq!(
        name(r#"{"Fn::If": ["D", "a", "b"]}"#),
        [format!("{} `D` is no condition of this template", at("Fn::If/0"))]
    );
    assert_eq!(name(r#"{"Fn::If": ["C", "a"]}"#), [format!("{} `Fn::If` takes three arguments", at("Fn::If"))]);
    assert_eq!(
        name(r#"{"Fn::Jion": ["", []]}"#),
        ["!@/Resources/B/Properties/BucketName/Fn::Jion there is no function `Fn::Jion`"]
    );
    for value in [
        r#"{"Ref": "P"}"#,
        r#"{"Ref": "Other"}"#,
        r#"{"Fn::Sub": "${P} ${Other} ${Other.Arn} ${!Q} ${AWS::Region} $Q {Q} ${"}"#,
        r#"{"Fn::Sub": ["${V} ${P}", {"V": "x"}]}"#,
        r#"{"Fn::GetAtt": ["Other", {"Ref": "P"}]}"#,
        r#"{"Fn::GetAtt": ["Other", "MetadataConfiguration.Destination.TableBucketArn"]}"#,
        r#"{"Fn::GetAtt": ["Other", "BucketName"]}"#,
        r#"{"Fn::FindInMap": ["M", {"Ref": "P"}, "b"]}"#,
        r#"{"Fn::FindInMap": ["N", "a", "b", {"DefaultValue": "x"}]}"#,
        r#"{"Fn::ImportValue": "x"}"#,
        r#"{"Fn::GetStackOutput": {"StackName": "a", "OutputName": "b"}}"#,
    ] {
        good(&name(value));
    }
}

#[test]
fn conditions_know_no_resources() {
    let condition = |text: &str| with(&format!(r#""Conditions": {{"D": {text}}}"#));
    assert_eq!(
        condition(r#"{"Fn::Equals": [{"Ref": "Bucket"}, "x"]}"#),
        ["!/Conditions/D/Fn::Equals/0/Ref a condition cannot refer to the resource `Bucket`"]
    );
    assert_eq!(
        condition(r#"{"Fn::Not": [{"Condition": "E"}]}"#),
        ["!/Conditions/D/Fn::Not/0/Condition `E` is no condition of this template"]
    );
    good(&condition(r#"{"Fn::Or": [{"Condition": "D"}, {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}]}"#));
}

#[test]
fn outputs_have_a_value() {
    let output = |text: &str| with(&format!(r#""Outputs": {{"O": {text}}}"#));
    assert_eq!(output(r#"{"Description": "x"}"#), ["!@/Outputs/O the output `O` has no `Value`"]);
    assert_eq!(
        output(r#"{"Value": "x", "Exports": {"Name": "y"}}"#),
        ["!@/Outputs/O/Exports an output has no `Exports`"]
    );
    assert_eq!(output(r#"{"Value": {"Ref": "Q"}, "Condition": "D"}"#).len(), 2);
    assert_eq!(
        with(r#""Outputs": {"a.b": {"Value": "x"}}"#),
        ["!@/Outputs/a.b the output `a.b` has a name that will not do"]
    );
    good(&output(
        r#"{"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-x"}}}"#,
    ));
}

#[test]
fn macros_may_do_anything_in_their_scope() {
    let bad = r#""Extra": {}, "Resources": {"A": {"Type": "AWS::S3::Bukcet", "Properties": {"x": {"Ref": "Q"}}}}"#;
    assert_eq!(said(&format!("{{{bad}}}")).len(), 3);
    good(&said(&format!(r#"{{"Transform": "Own", {bad}}}"#)));
    good(&said(&format!(r#"{{"Transform": ["AWS::LanguageExtensions", "Own"], {bad}}}"#)));
    good(&said(&format!(r#"{{"Metadata": {{"a": {{"Fn::Rain::Embed": "x"}}}}, {bad}}}"#)));
    good(&said(&format!(r#"{{"Modules": {{}}, {bad}}}"#)));
    // Files that are put in, and loops, add names.
    let name = r#""A": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Q"}}}"#;
    good(&said(&format!(r#"{{"Transform": "AWS::Include", "Resources": {{{name}}}}}"#)));
    good(&said(&format!(r#"{{"Resources": {{{name}, "Fn::ForEach::X": ["a", ["b"], {{}}]}}}}"#)));
    assert_eq!(said(&format!(r#"{{"Transform": "AWS::LanguageExtensions", "Resources": {{{name}}}}}"#)).len(), 1);
}

#[test]
fn the_serverless_model_makes_resources() {
    let template = |globals: &str, value: &str| {
        said(&format!(
            r#"{{"Transform": "AWS::Serverless-2016-10-31"{globals}, "Resources": {{
                "Fn": {{"Type": "AWS::Serverless::Function", "Properties": {{"CodeUri": "src", "Handler": "a.b", "Runtime": "python3.12",
                    "Events": {{"Q": {{"Type": "SQS", "Properties": {{"Queue": "arn", "BatchSize": 1}}}}}}}}}},
                "Layer": {{"Type": "AWS::Serverless::LayerVersion", "Properties": {{{value}}}}}}}}}"#
        ))
    };
    good(&template("", r#""ContentUri": "layer""#));
    good(&template(
        "",
        r#""ContentUri": "layer", "Description": {"Ref": "FnRole"}, "LayerName": {"Ref": "ServerlessRestApi"}"#,
    ));
    assert_eq!(template("", r#""ContentUri": "x", "LayerName": {"Ref": "Gn"}"#).len(), 1);
    assert_eq!(
        template("", r#""LayerName": "x""#),
        ["!@/Resources/Layer/Properties `ContentUri` is missing in AWS::Serverless::LayerVersion"]
    );
    good(&template(r#", "Globals": {"LayerVersion": {}}"#, r#""LayerName": "x""#));
    assert_eq!(
        template("", r#""ContentUri": "x", "Layername": "x""#),
        ["!@/Resources/Layer/Properties/Layername AWS::Serverless::LayerVersion has no property `Layername`"]
    );
}

#[test]
fn at_most_fifty_things_are_said() {
    let many: Vec<String> = (0..500).map(|number| format!(r#""X{number}": "y""#)).collect();
    assert_eq!(bucket(&many.join(",")).len(), 50);
}

#[test]
fn depth_is_borne() {
    let deep = format!("{}1{}", r#"{"Fn::If": ["C", "#.repeat(250), r", 1]}".repeat(250));
    good(&bucket(&format!(r#""BucketName": {deep}"#)));
}

#[test]
fn deprecated_properties_are_doubtful() {
    let said = resources_of(r#""A": {"Type": "AWS::XRay::SamplingRule", "Properties": {"RuleName": "x"}}"#);
    assert_eq!(said, ["?@/Resources/A/Properties/RuleName `RuleName` of AWS::XRay::SamplingRule is deprecated"]);
}

#[test]
fn what_cannot_be_changed_is_known() {
    let table = fixed("AWS::DynamoDB::Table").unwrap();
    assert!(table.always.contains(&vec!["TableName"]));
    assert!(!table.sometimes.is_empty());
    assert_eq!(table.order, None);
    assert_eq!(fixed("AWS::CleanRooms::AnalysisTemplate").unwrap().order, Some(Order::DeleteFirst));
    assert_eq!(fixed("AWS::Nothing::LikeThis"), None);
}

#[test]
fn modules_make_resources() {
    let module = r#""M1": {"Type": "Own::S3::Bucket::MODULE"}, "A": {"Type": "Own::A::B", "Properties": "#;
    good(&resources_of(&format!(
        r#"{module}{{"X": {{"Ref": "M1Bucket"}}, "Y": {{"Fn::GetAtt": ["M1.Bucket", "Arn"]}}}}}}"#
    )));
    assert_eq!(resources_of(&format!(r#"{module}{{"X": {{"Ref": "M2Bucket"}}}}}}"#)).len(), 1);
}

#[test]
fn what_the_serverless_model_takes_within_properties_is_doubtful() {
    let said = said(
        r#"{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": {"Type": "AWS::Serverless::Function", "Properties": {
            "ImageConfig": {"Command": "x", "Commands": "y"}}}}}"#,
    );
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|line| line.starts_with('?')), "{said:#?}");
}

/// What cannot be made sense of costs no more than its size.
#[test]
fn many_mistakes_are_borne() {
    let keys: Vec<String> = (0..50_000).map(|number| format!(r#""K{number}": {{"Ref": "Q{number}"}}"#)).collect();
    let start = std::time::Instant::now();
    bucket(&keys.join(","));
    resources_of(&format!(r#""A": {{"Type": "Own::A::B", "Properties": {{{}}}}}"#, keys.join(",")));
    let variables: Vec<String> = (0..50_000).map(|number| format!("${{V{number}}}")).collect();
    let own: Vec<String> = (0..50_000).map(|number| format!(r#""V{number}": 1"#)).collect();
    good(&resources_of(&format!(
        r#""A": {{"Type": "Own::A::B", "Properties": {{"Fn::Sub": ["{}", {{{}}}]}}}}"#,
        variables.concat(),
        own.join(",")
    )));
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn resources_do_not_wait_for_each_other() {
    let three = |a: &str, b: &str, c: &str| {
        resources_of(&format!(
            r#""A": {{"Type": "Own::A::B", {a}}}, "B": {{"Type": "Own::A::B", {b}}}, "D": {{"Type": "Own::A::B", {c}}}"#
        ))
    };
    let ring = |c: &str| three(r#""DependsOn": "B""#, r#""Properties": {"x": [{"Fn::GetAtt": ["D", "Y"]}]}"#, c);
    let circle = ["!@/Resources/A resources wait for each other: `A` → `B` → `D` → `A`"];
    assert_eq!(ring(r#""Properties": {"x": {"Ref": "A"}}"#), circle);
    assert_eq!(ring(r#""Properties": {"x": {"Fn::Sub": "${A.Arn}"}}"#), circle);
    assert_eq!(
        ring(r#""Properties": {"x": {"Fn::Join": ["", [{"Fn::Sub": ["${v}", {"v": {"Ref": "A"}}]}]]}}"#),
        circle
    );
    good(&ring(r#""Properties": {"x": "A"}"#));
    // These may not be there.
    good(&ring(r#""Properties": {"x": {"Fn::If": ["C", {"Ref": "A"}, "x"]}}"#));
    good(&ring(r#""Condition": "C", "Properties": {"x": {"Ref": "A"}}"#));
    good(&ring(r#""Metadata": {"x": {"Ref": "A"}}"#));
    assert_eq!(
        three(r#""Properties": {"x": {"Ref": "A"}}"#, r#""DependsOn": "A""#, r#""DependsOn": ["A", "B"]"#),
        ["!@/Resources/A `A` waits for itself"]
    );
    good(&three(r#""DependsOn": ["B", "D"]"#, r#""DependsOn": "D""#, r#""Properties": {}"#));
}
