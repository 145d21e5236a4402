//! Secrets by the names of settings, in files of all formats.

use crate::common::Scene;

const SECRETS: &str = "version: 1\nrules: [{check: plaintext-secret}]\n";

/// A value that nobody takes for an example, and no scanner of code hosts for one of theirs.
fn password() -> String {
    ["Xk9", "qLw7", "-Tz4", "vR2"].concat()
}

#[test]
fn what_vault_encrypts_is_no_secret_in_clear() {
    let scene = Scene::new(SECRETS);
    let inner = format!("{0}\n{0}\n61626364", "0f".repeat(32));
    let body = inner.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let cipher = format!("$ANSIBLE_VAULT;1.1;AES256\n{body}\n");
    scene.write("group_vars/all.yml", &cipher).push("a vault").ok().says(0, &["1 file not judged"]);
    let inline = cipher.replace('\n', "\n  ");
    scene
        .write("group_vars/web.yml", format!("db_password: !vault |\n  {inline}\nother: !unsafe 'a{{{{'\n"))
        .push("inline")
        .ok();
    scene.write("group_vars/web.yml", format!("db_password: {}\n", password()));
    let ran = scene.push("in clear").refused(&["plaintext-secret", "group_vars/web.yml:1:", "ansible-vault"]);
    assert!(!ran.stderr.contains(&password()), "{ran}");
    scene.reset();
    // Only what is cipher to its end is taken for it.
    scene.configure("version: 1\nrules: [{schema: kubernetes}]\n");
    scene.write("pod.yaml", "$ANSIBLE_VAULT;1.1;AES256\n---\napiVersion: v1\nkind: Pod\nmetadata: {nam: x}\n");
    scene.push("a disguise").refused(&["pod.yaml:5:"]);
}

#[test]
fn an_immutable_value_that_is_a_secret_is_not_shown() {
    let scene = Scene::new(
        "version: 1\nimmutability: {fields: [{match: {group: terraform}, path: .password, transition: immutable}]}\n",
    );
    let tf = |password: &str| format!("resource \"aws_db_instance\" \"a\" {{\n  password = \"{password}\"\n}}\n");
    scene.write("main.tf", tf(&password())).push("start").ok();
    scene.write("main.tf", tf("x"));
    let ran = scene.push("changed").refused(&["immutable-field", "was another value"]);
    assert!(!ran.stderr.contains(&password()), "{ran}");
    scene.write("main.tf", "resource \"aws_db_instance\" \"a\" {\n  engine = \"x\"\n}\n");
    let ran = scene.push("removed").refused(&["immutable-field"]);
    assert!(!ran.stderr.contains(&password()), "{ran}");
}

#[test]
fn inventories_of_any_name_are_read() {
    let scene = Scene::new(SECRETS);
    scene.write("readme.md", "x\n").push("start").ok();
    for (name, text) in [
        ("production", "[web]\nw1\n[web:vars]\nansible_become_pass="),
        ("ansible/prod.ini", "[web]\nw1 ansible_host=10.0.0.1 ansible_password="),
        ("host_vars/web1.internal.net", "db_password: "),
        ("inventory/prod", "foo=bar\n[web]\nw1 ansible_host=10.0.0.1\nw2 ansible_password="),
    ] {
        scene.write(name, format!("{text}{}\n", password()));
        let ran = scene.push(name);
        assert_eq!(ran.status, 1, "{name}: {ran}");
        assert!(ran.stderr.contains("plaintext-secret"), "{name}: {ran}");
        scene.reset();
    }
    // Not everything without an extension is one.
    scene.write("LICENSE", "Permission is hereby granted\n").write("Makefile", "all:\n\techo\n").push("others").ok();
}

#[test]
fn secrets_are_found_in_expressions() {
    let scene = Scene::new(SECRETS);
    scene.write("readme.md", "x\n").push("start").ok();
    let secret = password();
    for (name, text) in [
        ("a.tf", format!("resource \"x\" \"y\" {{\n  secret_string = jsonencode({{ password = \"{secret}\" }})\n}}\n")),
        ("a.tf", format!("resource \"x\" \"y\" {{\n  password = nonsensitive(\"{secret}\")\n}}\n")),
        (
            "compose.yaml",
            format!("services:\n  a:\n    image: x\n    environment: {{DB_PASSWORD: '${{DB_PASSWORD:-{secret}}}'}}\n"),
        ),
        ("Dockerfile", format!("FROM x\nRUN <<E\nexport DB_PASSWORD={secret}\nE\n")),
        ("Dockerfile", format!("FROM x\nONBUILD ENV DB_PASSWORD={secret}\n")),
        ("application.yml", format!("spring:\n  datasource:\n    password: {secret}\n")),
        (
            "stack.yaml",
            format!(
                "Resources:\n  D:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUserPassword: !Sub {secret}\n"
            ),
        ),
        (".env", format!("POSTGRES_PASSWORD_1={secret}\n")),
    ] {
        scene.write(name, &text);
        let ran = scene.push(name);
        assert_eq!(ran.status, 1, "{text}: {ran}");
        assert!(ran.stderr.contains("plaintext-secret") && !ran.stderr.contains(&secret), "{text}: {ran}");
        scene.reset();
    }
}

#[test]
fn secrets_are_found_by_the_names_of_settings() {
    let scene = Scene::new(SECRETS);
    scene.write("readme.md", "x\n").push("start").ok();
    let secret = password();
    for (name, text, place) in [
        ("prod.tfvars", format!("db_password = \"{secret}\"\n"), "prod.tfvars:1:"),
        ("main.tf", format!("resource \"aws_db_instance\" \"a\" {{\n  password = \"{secret}\"\n}}\n"), "main.tf:2:"),
        (".env", format!("NAME=x\nDB_PASSWORD={secret}\n"), ".env:2:"),
        ("Dockerfile", format!("FROM alpine\nENV DB_PASSWORD={secret}\n"), "Dockerfile:2:"),
        (
            "compose.yaml",
            format!("services:\n  db:\n    image: x\n    environment:\n      - POSTGRES_PASSWORD={secret}\n"),
            "compose.yaml:5:",
        ),
        ("inventory/hosts", format!("[web]\nw1 ansible_password={secret}\n"), "inventory/hosts:2:"),
        ("app.properties", format!("db.password={secret}\n"), "app.properties:1:"),
        ("app.toml", format!("[db]\npassword = \"{secret}\"\n"), "app.toml:2:"),
    ] {
        scene.write(name, text);
        let ran = scene.push(name).refused(&["plaintext-secret", place]);
        assert!(!ran.stderr.contains(&secret), "{ran}");
        scene.reset();
    }
    scene
        .write("main.tf", "variable \"p\" {}\nresource \"aws_db_instance\" \"a\" {\n  password = var.p\n}\n")
        .write(".env", "DB_PASSWORD=\nTOKEN=${CI_TOKEN}\n")
        .write(".env.example", format!("DB_PASSWORD={secret}\n"))
        .write("compose.yaml", "services:\n  db:\n    image: x\n    environment: {POSTGRES_PASSWORD: '${PW:?}'}\n");
    scene.push("references").ok();
}
