//! Infrastructure as code: Terraform, CloudFormation, Ansible and Compose, through real pushes.

use serde_json::json;

use crate::common::{REFS_ONLY, Scene, pushgate, write};

const ALL: &str = "version: 1\nrules: [{schema: [terraform, cloudformation, ansible, compose]}]\n";

const SECRETS: &str = "version: 1\nrules: [{check: plaintext-secret}]\n";

/// A value that nobody takes for an example, and no scanner of code hosts for one of theirs.
fn password() -> String {
    ["Xk9", "qLw7", "-Tz4", "vR2"].concat()
}

#[test]
fn what_a_module_does_not_declare_is_refused() {
    let scene = Scene::new(ALL);
    scene
        .write("live/variables.tf", "variable \"region\" {\n  type = string\n}\n")
        .write("live/main.tf", "resource \"aws_instance\" \"web\" {\n  availability_zone = \"${var.region}a\"\n}\n")
        .push("a module")
        .ok();
    scene.write("live/main.tf", "resource \"aws_instance\" \"web\" {\n  availability_zone = \"${var.regoin}a\"\n}\n");
    scene.push("a typo").refused(&[
        "terraform-schema",
        "live/main.tf:2:",
        "regoin",
        "did you mean `var.region`",
        "live/main.tf:2:26",
    ]);
    scene.reset();
    scene.write("live/main.tf", "resource \"aws_instance\" \"web\" {\n  ami = \"x\"\n");
    scene.push("unbalanced").refused(&["syntax", "live/main.tf:3:1", "expected `}`", "the block opens here"]);
}

#[test]
fn files_that_did_not_change_are_judged_when_others_of_their_module_do() {
    let scene = Scene::new(ALL);
    scene
        .write("net/variables.tf", "variable \"cidr\" {}\n")
        .write("net/main.tf", "output \"cidr\" {\n  value = var.cidr\n}\n")
        .write("live/main.tf", "module \"net\" {\n  source = \"../net\"\n  cidr   = \"10.0.0.0/8\"\n}\n")
        .push("modules")
        .ok();
    scene.remove("net/variables.tf");
    scene.push("a variable goes").refused(&["terraform-schema", "net/main.tf:2:", "var.cidr", "live/main.tf:3:"]);
    scene.reset();
    scene.write("net/variables.tf", "variable \"cidr\" {}\nvariable \"name\" {}\n");
    scene.push("one more that is required").refused(&["live/main.tf:1:", "name"]);
    scene.reset();
    scene.write("net/variables.tf", "variable \"cidr\" {}\nvariable \"name\" {\n  default = \"x\"\n}\n");
    scene.push("one more with a default").ok();
    // What was wrong before is nobody's news.
    scene.configure(REFS_ONLY);
    scene.write("net/more.tf", "output \"x\" {\n  value = var.nowhere\n}\n").push("past the gate").ok();
    scene.configure(ALL);
    scene.write("net/variables.tf", "variable \"cidr\" {}\nvariable \"title\" {\n  default = \"x\"\n}\n");
    scene.push("something else").ok();
}

#[test]
fn moves_of_resources_are_understood() {
    let scene = Scene::new(ALL);
    scene.write("main.tf", "resource \"null_resource\" \"b\" {}\n\nmoved {\n  from = null_resource.a\n  to   = null_resource.b\n}\n\nremoved {\n  from = null_resource.gone\n  lifecycle {\n    destroy = false\n  }\n}\n\nimport {\n  to = null_resource.b\n  id = \"x\"\n}\n");
    scene.push("moved, removed, imported").ok();
    scene.write(
        "main.tf",
        "resource \"null_resource\" \"a\" {}\n\nmoved {\n  from = null_resource.a\n  to   = null_resource.b\n}\n",
    );
    scene.push("still there").refused(&["terraform-schema", "main.tf:4:", "null_resource.a"]);
}

#[test]
fn states_are_always_refused() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("readme.md", "x\n").push("start").ok();
    let state = json!({"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "a-b", "outputs": {}, "resources": []});
    for (name, text) in [
        ("terraform.tfstate", state.to_string()),
        ("x/terraform.tfstate.backup", "no JSON at all".to_owned()),
        ("x/terraform.tfstate.1700000000.backup", state.to_string()),
        ("other.json", state.to_string()),
    ] {
        scene.write(name, text);
        scene.push("a state").refused(&["terraform-state", name, "keep states in a backend"]);
        scene.reset();
    }
    scene.configure(&format!("{REFS_ONLY}files: [{{match: 'test/**', ignore: true}}]\n"));
    scene.write("test/terraform.tfstate", state.to_string()).push("of a test").ok();
    // What is in already is told, and may go.
    scene.write("tool/terraform.tfstate", "{}").push("a state").refused(&["terraform-state"]);
    scene.configure(
        "version: 1\nfiles: [{match: '**/*.tfstate', ignore: true}]\nimmutability: {paths: [{match: x, allow: []}]}\n",
    );
    scene.push("past the gate").ok();
    scene.configure(REFS_ONLY);
    scene.write("tool/terraform.tfstate", "{\"serial\": 2}").push("again").ok().says(0, &["1 older finding"]);
    scene.remove("tool/terraform.tfstate").push("gone").ok();
}

#[test]
fn plans_are_documents() {
    let scene = Scene::new("version: 1\nrules: [{rego: p.rego}, {schema: terraform}]\n");
    scene.server_file(
        "p.rego",
        "package main\nimport rego.v1\ndeny contains {\"msg\": sprintf(\"%s goes\", [change.address]), \"path\": [\"resource_changes\", i, \"address\"]} if {\n  some i, change in input.resource_changes\n  \"delete\" in change.change.actions\n}\n",
    );
    let plan = |action: &str, version: &str| json!({"format_version": version, "resource_changes": [{"address": "aws_db_instance.main", "type": "aws_db_instance", "change": {"actions": [action]}}]});
    scene.write("plan.json", format!("{:#}", plan("update", "1.2"))).push("an update").ok();
    scene.write("plan.json", format!("{:#}", plan("delete", "1.2")));
    scene.push("a deletion").refused(&["main.deny", "aws_db_instance.main goes", "plan.json:5:"]);
    scene.write("plan.json", format!("{:#}", plan("update", "9.0")));
    scene.push("from the future").refused(&["terraform-schema", "plan.json:2:", "9.0"]);
}

#[test]
fn fields_of_resources_may_not_change_wherever_they_stand() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  fields:\n  - match: {group: terraform, kind: aws_db_instance}\n    path: .engine\n    transition: immutable\n  - match: {group: cloudformation, kind: 'AWS::RDS::DBInstance'}\n    path: .Properties.Engine\n    transition: immutable\n  - match: {group: ansible, kind: host, name: db*}\n    path: .ansible_host\n    transition: immutable\n  - match: {group: compose, kind: service}\n    path: .container_name\n    transition: immutable\n",
    );
    let tf = |engine: &str| format!("resource \"aws_db_instance\" \"main\" {{\n  engine = \"{engine}\"\n}}\n");
    let cfn = |engine: &str| {
        format!("Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: {engine}\n")
    };
    scene
        .write("live/main.tf", tf("postgres"))
        .write("stack.yaml", cfn("postgres"))
        .write("inventory/hosts", "[db]\ndb1 ansible_host=10.0.0.1\nweb1 ansible_host=10.0.0.2\n")
        .write("compose.yaml", "services:\n  web:\n    image: nginx\n    container_name: a\n")
        .push("start")
        .ok();
    // Another file of the same module, and another order: the same resource.
    scene.remove("live/main.tf").write("live/db.tf", format!("locals {{}}\n{}", tf("postgres")));
    scene.push("moved").ok();
    scene.write("live/db.tf", tf("mysql"));
    scene.push("tf").refused(&["immutable-field", "engine of aws_db_instance.main", "live/db.tf:2:", "was postgres"]);
    scene.reset();
    scene.remove("live/db.tf").write("live/main.tf", tf("mysql"));
    scene.push("moved and changed").refused(&["engine of aws_db_instance.main", "live/main.tf:2:"]);
    scene.reset();
    scene.write("stack.yaml", cfn("mysql"));
    scene.push("cfn").refused(&["Properties.Engine of AWS::RDS::DBInstance Db", "stack.yaml:5:"]);
    scene.reset();
    scene.write("inventory/hosts", "[db]\ndb1 ansible_host=10.0.0.9\nweb1 ansible_host=10.0.0.3\n");
    scene.push("host").refused(&["1 finding", "ansible_host of host db1", "inventory/hosts:2:"]);
    scene.reset();
    scene.write("compose.yaml", "services:\n  web:\n    image: nginx\n    container_name: b\n");
    scene.push("service").refused(&["container_name of service web", "compose.yaml:4:"]);
}

#[test]
fn a_policy_sees_both_sides_of_a_resource() {
    let scene = Scene::new("version: 1\nrules: [{rego: p.rego, input: change, match: {kinds: [aws_s3_bucket]}}]\n");
    scene.server_file(
        "p.rego",
        "package main\nimport rego.v1\ndeny contains sprintf(\"%s.%s is deleted\", [input.resource.kind, input.resource.name]) if {\n  input.change == \"deleted\"\n  input.resource.group == \"terraform\"\n}\n",
    );
    scene
        .write("main.tf", "resource \"aws_s3_bucket\" \"a\" {}\nresource \"aws_s3_bucket\" \"b\" {}\n")
        .push("two")
        .ok();
    scene.write("main.tf", "resource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_sqs_queue\" \"a\" {}\n");
    scene.push("one").refused(&["1 finding", "aws_s3_bucket.a is deleted"]);
}

#[test]
fn templates_of_cloudformation_are_compared_with_its_types() {
    let scene = Scene::new(ALL);
    let template = |properties: &str| {
        format!(
            "Parameters:\n  Env: {{Type: String}}\nResources:\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties:\n      {properties}\n"
        )
    };
    let good = template("BucketName: !Sub 'logs-${Env}'");
    scene.write("stack.yaml", &good).push("good").ok();
    for (properties, said) in [
        ("BuketName: x", "did you mean `BucketName`"),
        ("BucketName: !Ref Nowhere", "Nowhere"),
        ("BucketName: !GetAtt Logz.Arn", "Logz"),
        ("BucketName: !Sub 'x-${Envv}'", "Envv"),
        ("Tags: x", "list"),
    ] {
        scene.write("stack.yaml", template(properties));
        scene.push("bad").refused(&["cloudformation-schema", "stack.yaml:7:", said]);
        scene.reset();
    }
    // Also as JSON, and under names that only CloudFormation gives.
    scene.write("stack.template", r#"{"Resources": {"Q": {"Type": "AWS::SQS::Queu"}}}"#);
    scene.push("json").refused(&["stack.template:1:", "did you mean `AWS::SQS::Queue`"]);
    scene.write("stack.template", "[general]\nnothing of the sort\n").push("another template").ok();
}

#[test]
fn playbooks_are_compared_with_what_ansible_knows() {
    let scene = Scene::new(ALL);
    let play = |task: &str| format!("- hosts: web\n  tasks:\n  - name: install\n    {task}\n");
    scene.write("site.yml", play("ansible.builtin.apt: {name: nginx}\n    become: true")).push("good").ok();
    for (task, line, said) in [
        ("apt: {name: nginx}\n    becom: true", "site.yml:5:", "become"),
        ("apt: {name: nginx}\n    service: {name: nginx}", "site.yml:5:", "runs both `apt` and `service`"),
        ("become: true", "site.yml:3:", "module"),
        ("apt: {name: nginx}\n    loop: [a]\n    with_items: [b]", "site.yml:6:", "loop"),
    ] {
        scene.write("site.yml", play(task));
        let ran = scene.push("bad").refused(&["ansible-schema", line]);
        assert!(ran.stderr.contains(said), "{said}: {ran}");
        scene.reset();
    }
    scene.write("site.yml", "- hosts: web\n  taks: []\n");
    scene.push("a play").refused(&["site.yml:2:", "did you mean `tasks`"]);
    scene.reset();
    scene.write("roles/web/tasks/main.yml", "- name: x\n  whn: true\n  ansible.builtin.ping:\n");
    scene.push("a role").refused(&["roles/web/tasks/main.yml:2:", "when"]);
    scene.reset();
    scene
        .write("inventory.yml", "all:\n  hots:\n    web1: {}\n  children: {}\n")
        .push("an inventory")
        .refused(&["hosts"]);
    scene.reset();
    scene.write("group_vars/all", "a: [1\n").push("variables").refused(&["syntax", "group_vars/all:1:"]);
}

#[test]
fn a_file_with_another_name_holds_the_same_resources() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  fields:\n  - {match: {group: cloudformation}, path: .Properties.Engine, transition: immutable}\n  - {match: {group: terraform}, path: .engine, transition: immutable}\n",
    );
    let cfn = |engine: &str| {
        format!("Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: {engine}\n")
    };
    let tf = |engine: &str| format!("resource \"aws_db_instance\" \"main\" {{\n  engine = \"{engine}\"\n}}\n");
    scene.write("a.yaml", cfn("postgres")).write("one/main.tf", tf("postgres")).push("start").ok();
    scene.remove("a.yaml").write("b.yaml", cfn("mysql"));
    scene.push("template").refused(&["Properties.Engine of AWS::RDS::DBInstance Db", "b.yaml:5:"]);
    scene.reset();
    scene.remove("one/main.tf").write("two/main.tf", tf("mysql"));
    scene.push("folder").refused(&["engine of aws_db_instance.main", "two/main.tf:2:"]);
    scene.reset();
    scene.remove("a.yaml").write("b.yaml", cfn("postgres")).push("only the name").ok();
    // Another of the same name elsewhere is another one.
    scene.write("c.yaml", cfn("mysql")).push("a second").ok();
}

#[test]
fn a_state_that_a_later_commit_takes_back_is_refused() {
    let scene = Scene::new(SECRETS);
    scene.write("readme.md", "x\n").push("start").ok();
    scene.write("terraform.tfstate", "{}").commit("a state");
    scene.remove("terraform.tfstate");
    scene.push("no state").refused(&["terraform-state", "which a later one takes back"]);
}

#[test]
fn templates_under_the_name_of_what_they_become_are_not_judged() {
    let scene = Scene::new(REFS_ONLY);
    for (path, text) in [
        ("roles/web/templates/app.yml", "a: {{ b }}\n"),
        ("roles/web/templates/Dockerfile", "FROM x\n{% if a %}\nRUN b\n{% endif %}\n"),
        ("net/values.yaml", "a: 1\n%{ if h }\nb: 2\n%{ endif }\n"),
        ("net/templates/p.json", "{\"a\": ${jsonencode(x)}}\n"),
        ("net/user.toml", "[a]\n${extra}\n"),
    ] {
        scene.write(path, text);
    }
    scene.write("roles/web/tasks/main.yml", "- ansible.builtin.ping:\n").write("net/main.tf", "locals {}\n");
    scene.push("templates").ok().says(0, &["5 files not judged"]);
    // What gets applied as it lies has no such excuse.
    scene.write("apps/a.yaml", "a: {b: ${c}, d\n");
    scene.push("a manifest").refused(&["syntax", "apps/a.yaml:"]);
}

#[test]
fn what_is_no_function_of_cloudformation_is_told() {
    let scene = Scene::new(ALL);
    let template = |value: &str| {
        format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nParameters: {{N: {{Type: String, Default: Y}}}}\nResources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: {value}\n"
        )
    };
    scene.write("a.yaml", template("!Ref N")).push("good").ok();
    scene.write("a.yaml", template("!Reff N")).push("bad").refused(&["a.yaml:7:", "Fn::Reff"]);
    scene.reset();
    // Whatever a preprocessor makes of it: that is said.
    scene.write("a.yaml", template("!Rain::Env X")).push("a preprocessor").ok().says(0, &["1 file not judged"]);
}

#[test]
fn letters_are_texts_to_ansible() {
    let scene = Scene::new(ALL);
    scene.write(
        "site.yml",
        "- hosts: n\n  tasks:\n  - name: y\n    ansible.builtin.command: y\n    register: y\n    tags: [y, n]\n",
    );
    scene.push("letters").ok();
    scene.write("site.yml", "- hosts: web\n  tasks:\n  - ansible.builtin.servce: {name: x}\n");
    scene.push("no such module").refused(&["site.yml:3:", "did you mean `service`"]);
}

#[test]
fn compose_files_are_compared_with_the_specification() {
    let scene = Scene::new(ALL);
    let file =
        |service: &str| format!("services:\n  web:\n    image: nginx\n    {service}\nnetworks:\n  front: {{}}\n");
    scene.write("compose.yaml", file("networks: [front]")).push("good").ok();
    for (service, said) in
        [("networks: [back]", "back"), ("restrat: always", "did you mean `restart`"), ("depends_on: [db]", "db")]
    {
        scene.write("compose.yaml", file(service));
        scene.push("bad").refused(&["compose-schema", "compose.yaml:4:", said]);
        scene.reset();
    }
}

#[test]
fn each_file_is_recognised() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text, kind) in [
        ("a/main.tf", "variable \"x\" {}\n", "terraform"),
        ("a/main.tf.json", "{\"variable\": {\"x\": {}}}", "terraform"),
        ("a/main.tofu", "variable \"x\" {}\n", "terraform"),
        ("a/prod.auto.tfvars", "x = 1\n", "terraform-variables"),
        ("a/x.tftest.hcl", "run \"x\" {}\n", "terraform-test"),
        ("a/.terraform.lock.hcl", "provider \"x\" {\n  version = \"1.0.0\"\n}\n", "terraform-lock"),
        ("a/terragrunt.hcl", "terraform {\n  source = \"x\"\n}\n", "terragrunt"),
        ("a/root.hcl", "remote_state {\n  backend = \"s3\"\n}\n", "terragrunt"),
        ("a/image.pkr.hcl", "source \"x\" \"y\" {}\n", "packer"),
        ("a/plan.json", "{\"format_version\": \"1.2\", \"resource_changes\": []}", "terraform-plan"),
        ("a/stack.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n", "cloudformation"),
        ("a/site.yml", "- hosts: all\n  tasks: []\n", "ansible-playbook"),
        ("roles/x/tasks/main.yml", "- ansible.builtin.ping:\n", "ansible-tasks"),
        ("roles/x/handlers/main.yml", "- name: x\n  ansible.builtin.ping:\n", "ansible-handlers"),
        ("group_vars/all.yml", "a: 1\n", "ansible-vars"),
        ("inventory/hosts", "[web]\nw1\n", "ansible-inventory"),
        ("requirements.yml", "roles:\n- name: x\n", "ansible-requirements"),
        ("compose.yaml", "services:\n  web:\n    image: x\n", "compose"),
        ("a/pod.yaml", "apiVersion: v1\nkind: Pod\n", "manifest"),
        ("tasks/pipeline.yaml", "apiVersion: tekton.dev/v1\nkind: Task\n", "manifest"),
    ] {
        write(&folder.path().join(name), text.as_bytes());
        let ran = pushgate(folder.path(), &["parse", "--kinds", name]).ok();
        assert_eq!(ran.json()["kind"], kind, "{name}");
    }
}

#[test]
fn what_only_looks_like_a_template_is_judged() {
    let scene = Scene::new("version: 1\nrules: [{schema: kubernetes}, {check: plaintext-secret}]\n");
    scene.write("roles/web/tasks/main.yml", "- ping:\n").push("a role").ok();
    // The documents before the mark would be applied.
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {nam: x}\n";
    scene.write("roles/web/templates/pod.yaml", format!("{pod}---\na: {{{{ x }}}}\n"));
    scene.push("a stream").refused(&["syntax", "pod.yaml:5:"]);
    scene.reset();
    // It was none before.
    scene.write("main.tf", "locals {}\n").push("a module").ok();
    scene.write("main.tf", "locals {}\n{{ x }}\n").push("broken").refused(&["syntax", "main.tf:2:"]);
    scene.reset();
    // A comment makes nothing a template.
    scene.write("Dockerfile", "FROM x\nCPOY a b # {{ y }}\n").push("a comment").refused(&["syntax", "Dockerfile:2:"]);
    scene.reset();
    // What is one is still looked through for secrets.
    let secret = password();
    scene.write(".env", format!("DB_PASSWORD={secret}\n{{{{ x }}}}\n"));
    let ran = scene.push("a secret").refused(&["plaintext-secret", ".env:1:"]);
    assert!(!ran.stderr.contains(&secret), "{ran}");
}

#[test]
fn unlike_files_with_equal_names_in_them_are_two() {
    let scene = Scene::new(
        "version: 1\nimmutability: {fields: [{match: {group: cloudformation}, path: .Properties.Engine, transition: immutable}]}\n",
    );
    let template = |engine: &str, more: &str| {
        format!("{more}Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: {engine}\n")
    };
    scene.write("a.yaml", template("postgres", "")).push("start").ok();
    let more: String = (0..20).map(|n| format!("# line {n}\n")).collect();
    scene.remove("a.yaml").write("other.yaml", template("mysql", &more));
    scene.push("another one").ok();
}

#[test]
fn good_files_of_all_sorts_are_let_in() {
    let scene = Scene::new(
        "version: 1\nrules: [{schema: [terraform, cloudformation, ansible, compose]}, {check: plaintext-secret}]\n",
    );
    scene
        .write("bin/tool", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
        .write("bin/large", vec![b'x'; 5 << 20])
        .write("site.yml", "- hosts: all\n  vars: {y: 1}\n  tasks:\n  - ansible.builtin.sysctl: {name: x}\n")
        .write("inventory/01-hosts", "[web]\nw1\n")
        .write("inventory/02-groups", "[all_web:children]\nweb\n")
        .write("group_vars/README", "Not: [YAML\n")
        .write("docs/notes", "see\n[web:vars]\nfor more of it\n")
        .write("nx.json", "{\n  // why\n  \"a\": 1\n}\n")
        .write("dockerfile.go", "package dockerfile\n")
        .write(".github/workflows/docker-compose.yml", "name: c\non: [push]\njobs: {t: {runs-on: x, steps: []}}\n")
        .write("vault.hcl", "telemetry {\n  \"disable_hostname\" = true\n}\n")
        .write("empty.xml", "")
        .write("main.tf", "variable \"m\" {}\nresource \"x\" \"y\" {\n  api_secret = lookup(var.m, \"Api2SecretV1x9\")\n  password = var.m[\"eu-west-1a-Db01\"].password\n}\n");
    scene.push("all of them").ok();
}

#[test]
fn a_tag_on_the_template_hides_nothing() {
    let scene = Scene::new(ALL);
    scene.write("a.yaml", "!Foo\nResources:\n  Q:\n    Type: AWS::SQS::Queu\n");
    scene.push("tagged").refused(&["cloudformation-schema", "a.yaml:4:"]);
}

#[test]
fn what_was_judged_does_not_slip_out_by_being_broken() {
    let scene = Scene::new(
        "version: 1\nimmutability: {fields: [{match: {group: ansible, kind: host}, path: .ansible_host, transition: immutable}]}\n",
    );
    scene
        .write("prod", "[web]\nw1 ansible_host=10.0.0.1\nw2 ansible_host=10.0.0.2\n")
        .write("env.hcl", "locals {}\n")
        .push("start")
        .ok();
    scene.write("prod", "see\nthe hosts below\nand more\nof it all\nw1 10.0.0.9\n");
    scene.push("no inventory any more").refused(&["syntax", "prod:"]);
    scene.reset();
    scene.write("env.hcl", "locals {\n");
    scene.push("broken").refused(&["syntax", "env.hcl:2:"]);
    scene.reset();
    scene.write("blob", vec![b'x'; 5 << 20]).push("a large one").ok().says(0, &["1 file not judged"]);
}
