//! What is a secret in files with settings.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Settings, in_settings};
use crate::document::{Node, Route, Step};
use crate::secret::testing::root;

/// Routes of what is found, with a `?` where it is not certain.
#[track_caller]
fn routes(kind: Settings, text: &str) -> Vec<String> {
    let root = root(text);
    let found = in_settings(kind, "a.yml", &root);
    for one in &found {
        let route = one.route.as_ref().unwrap();
        assert!(route.locate(&root).exact, "{route}");
        assert_eq!(route.locate(&root).node.span, one.span);
    }
    found.iter().map(|one| format!("{}{}", one.route.as_ref().unwrap(), if one.certain { "" } else { "?" })).collect()
}

#[test]
fn variables_of_ansible() {
    let text = "\
db_password: gT7#mW2@qL
db_user: app
ansible_become_pass: admin123
api_key: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
other_password: '{{ vault_other_password }}'
looked_up_password: \"{{ lookup('env', 'X') }}\"
min_password_length: 12
nested: {client_secret: q7Zr3WmXc9LpT2vKdY5n}
";
    assert_eq!(routes(Settings::Ansible, text), ["/db_password", "/ansible_become_pass?", "/nested/client_secret"]);
    let play = "- hosts: all\n  tasks:\n  - mysql_user: name=a password=gT7#mW2@qL priv=*\n  - user: {name: a, update_password: always}\n";
    assert_eq!(routes(Settings::Ansible, play), ["/0/tasks/0/mysql_user"]);
    assert_eq!(routes(Settings::Ansible, "- mysql_user: name=a password={{ p }}\n- a: b\n"), [""; 0]);
}

#[test]
fn terraform_variables_and_arguments() {
    let text = r#"
variable:
  db_password: [{type: "${string}", default: "gT7#mW2@qL", description: The password}]
  db_name: [{default: "gT7#mW2@qL"}]
  api_key: [{default: ""}]
resource:
  aws_db_instance:
    a: [{password: "${var.db_password}", username: a}]
    b: [{password: "gT7#mW2@qL"}]
    c: [{password: "${random_password.x.result}-gT7"}]
  aws_ecs: {d: [{environment: [{name: DB_PASSWORD, value: gT7#mW2@qL}, {name: X, value: gT7#mW2@qL}]}]}
"#;
    assert_eq!(
        routes(Settings::Terraform, text),
        [
            "/variable/db_password/0/default",
            "/resource/aws_db_instance/b/0/password",
            "/resource/aws_ecs/d/0/environment/0/value"
        ]
    );
}

#[test]
fn states_and_plans_say_themselves_what_is_secret() {
    let state = r#"{"outputs": {"a": {"value": "pretty", "sensitive": true}, "b": {"value": "open", "sensitive": false}},
        "resources": [{"instances": [{"attributes": {"password": "postgres", "password_length": 12, "id": "x"}}]}]}"#;
    assert_eq!(
        routes(Settings::TerraformState, state),
        ["/outputs/a/value", "/resources/0/instances/0/attributes/password"]
    );
    let plan = r#"{"planned_values": {"root_module": {"resources": [
        {"values": {"a": "one", "b": [{"c": "two"}], "d": "x"}, "sensitive_values": {"a": true, "b": [{"c": true}]}}]}},
        "resource_changes": [{"change": {"after": {"e": "three"}, "after_sensitive": {"e": true}, "before": null, "before_sensitive": false}}]}"#;
    assert_eq!(
        routes(Settings::TerraformState, plan),
        [
            "/planned_values/root_module/resources/0/values/a",
            "/planned_values/root_module/resources/0/values/b/0/c",
            "/resource_changes/0/change/after/e"
        ]
    );
}

#[test]
fn cloudformation_templates() {
    let text = "\
Parameters:
  DBPassword: {Type: String, NoEcho: true, Default: gT7#mW2@qL}
  OtherPassword: {Type: String, Default: admin123}
  Name: {Type: String, Default: gT7#mW2@qL}
Resources:
  Db: {Properties: {MasterUserPassword: gT7#mW2@qL, MasterUsername: a}}
  Db2: {Properties: {MasterUserPassword: '{{resolve:secretsmanager:x:SecretString:password}}'}}
  Db3: {Properties: {MasterUserPassword: {Ref: DBPassword}}}
  S: {Properties: {GenerateSecretString: {GenerateStringKey: password, PasswordLength: 30}}}
  T: {Properties: {SecretString: gT7#mW2@qL}}
";
    assert_eq!(
        routes(Settings::CloudFormation, text),
        [
            "/Parameters/DBPassword/Default",
            "/Parameters/OtherPassword/Default?",
            "/Resources/Db/Properties/MasterUserPassword",
            "/Resources/T/Properties/SecretString"
        ]
    );
}

#[test]
fn compose_files() {
    let text = "\
services:
  a:
    environment: {POSTGRES_PASSWORD: gT7#mW2@qL, POSTGRES_PASSWORD_FILE: /run/secrets/a, B: x}
  b:
    environment: [POSTGRES_PASSWORD=gT7#mW2@qL, 'A_TOKEN=${A_TOKEN}', MYSQL_PASSWORD=admin123]
    command: --user=a --password=gT7#mW2@qL
secrets: {db_password: {file: ./a}}
";
    assert_eq!(
        routes(Settings::Compose, text),
        [
            "/services/a/environment/POSTGRES_PASSWORD",
            "/services/b/environment/0",
            "/services/b/environment/2?",
            "/services/b/command"
        ]
    );
}

#[test]
fn dockerfiles() {
    let text = r#"[[{"Cmd": "from", "Value": ["a"]}, {"Cmd": "env", "Value": ["A_PASSWORD", "\"gT7#mW2@qL\"", "=", "B", "x", "="]},
        {"Cmd": "ENV", "Value": ["GPG_KEY", "E3FF2839C048B25C084DEBE9B26995E310250568", "="]},
        {"Cmd": "arg", "Value": ["A", "API_KEY=q7Zr3WmXc9LpT2vKdY5n", "AUTH_X=q7Zr3WmXc9LpT2vKdY5n"]},
        {"Cmd": "run", "Value": ["curl --password=gT7#mW2@qL x && PASSWORD=$(cat /x) y"]}, {"Cmd": "run", "Value": ["PASSWORD=$1 y"]}]]"#;
    assert_eq!(routes(Settings::Dockerfile, text), ["/0/1/Value/1", "/0/3/Value/1", "/0/3/Value/2?", "/0/4/Value/0"]);
}

#[test]
fn other_files_with_names_and_values() {
    let text = "db: {password: gT7#mW2@qL}\nconnectionString: Server=db;User Id=sa;Password=gT7#mW2@qL;\npin_password: 123456\n";
    assert_eq!(routes(Settings::Flat, text), ["/db/password", "/connectionString", "/pin_password?"]);
    let xml = "property: {-name: password, -value: gT7#mW2@qL}\nlogin: {-password: gT7#mW2@qL}\npassword: {'#content': gT7#mW2@qL}\n";
    assert_eq!(routes(Settings::Tree, xml), ["/property/-value", "/login/-password", "/password/#content"]);
    assert_eq!(routes(Settings::Tree, "login: {password: Passwort, reset-password: Zurücksetzen}\n"), [""; 0]);
    assert_eq!(routes(Settings::Flat, "password: Passwort\n"), ["/password?"]);
}

#[test]
fn scripts_that_machines_start_with() {
    let text =
        "resource: {a: {b: [{user_data: \"#!/bin/sh\\nexport DB_PASSWORD=gT7#mW2@qL\\nOTHER_PASSWORD=$(x)\\n\"}]}}\n";
    assert_eq!(routes(Settings::Terraform, text), ["/resource/a/b/0/user_data"]);
    let text = "resource: {a: {b: [{user_data: \"export DB_PASSWORD=$1\\nA_PASSWORD='\\\"$X\\\"'\\n\"}]}}\n";
    assert_eq!(routes(Settings::Terraform, text), [""; 0]);
}

#[test]
fn examples_are_never_certain() {
    let root = root("db_password: gT7#mW2@qL\n");
    let certain = |path| in_settings(Settings::Flat, path, &root)[0].certain;
    for path in [".env.example", "tests/vars.yml", "a/molecule/b.yml", "vars.sample.yml", "examples/a.tf"] {
        assert!(!certain(path), "{path}");
    }
    for path in [".env", "latest/vars.yml", "contests/a.yml", "prod.env"] {
        assert!(certain(path), "{path}");
    }
}

#[test]
fn what_sops_left_is_never_certain() {
    assert_eq!(routes(Settings::Ansible, "a_password: gT7#mW2@qL\nsops: {mac: x}\n"), ["/a_password?"]);
}

#[test]
fn what_is_found_does_not_give_it_away() {
    let root: Node = root("db_password: gT7#mW2@qL\n");
    let found = in_settings(Settings::Flat, "a.env", &root).remove(0);
    assert_eq!(found.route, Some(Route(vec![Step::Key("db_password".to_owned())])));
    assert!(!format!("{} {}", found.what, found.help).contains("gT7"));
}
