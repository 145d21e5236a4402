//! What is a secret in a manifest and what is not.
#![allow(clippy::unwrap_used)]

use super::{
    in_text, merged,
    testing::{ALNUM, HEX, encoded, in_yaml, random, summed},
};
use crate::document::Route;

/// Routes of what is found, with a `?` where it is not certain.
#[track_caller]
fn routes(text: &str) -> Vec<String> {
    let said = |route: &Option<Route>| route.as_ref().unwrap().to_string();
    in_yaml(text).iter().map(|one| format!("{}{}", said(&one.route), if one.certain { "" } else { "?" })).collect()
}

/// A `Secret` with these lines in `stringData`, and what is found in it.
#[track_caller]
fn secret(lines: &str) -> Vec<String> {
    let lines: Vec<_> = lines.lines().map(|line| format!("  {line}\n")).collect();
    let found =
        routes(&format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n{}", lines.concat()));
    found.iter().map(|route| route.trim_start_matches("/stringData/").to_owned()).collect()
}

const CIPHER: &str = "ENC[AES256_GCM,data:aGk=,iv:eA==,tag:eQ==,type:str]";

#[test]
fn values_in_clear_are_found() {
    let text = format!(
        "apiVersion: v1\nkind: Secret\ndata:\n  password: {}\nstringData: {{api-key: hunter2}}\n",
        encoded(b"hunter2")
    );
    assert_eq!(routes(&text), ["/data/password", "/stringData/api-key"]);
    let found = in_yaml(&text);
    assert_eq!(found[0].fingerprint, found[1].fingerprint, "base64 is no other secret");
    assert_eq!(&text[found[0].span.start as usize..found[0].span.end as usize], encoded(b"hunter2"));
    for one in &found {
        assert!(!format!("{one:?}").contains("hunter2"));
    }
    assert_eq!(secret("password: changeme"), ["password"], "it is applied, and works");
    assert_eq!(secret("tls.key: abc\nidentity: abc\nDEX_PASSWORD_2: abc"), ["tls.key", "identity", "DEX_PASSWORD_2"]);
    assert_eq!(secret(&format!("anything: {}", random(ALNUM, 24, 1))), ["anything"]);
    assert_eq!(secret(&format!("anything: {}", summed("ghp_", 2))), ["anything"]);
    assert_eq!(routes("kind: Secret\nstringData: {password: x1y2}"), ["/stringData/password"], "a patch of kustomize");
}

#[test]
fn what_may_be_no_secret_is_not_certain() {
    assert_eq!(secret("LOG_LEVEL: debug"), ["LOG_LEVEL?"]);
    assert_eq!(secret("password: <password>\ntoken: REPLACE_ME"), ["password?", "token?"]);
    assert_eq!(secret("password: $2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE9"), ["password?"]);
    assert_eq!(secret("alertmanager.yaml: |\n  route:\n    receiver: Default"), ["alertmanager.yaml?"]);
    assert_eq!(secret("alertmanager.yaml: |\n  smtp_auth_password: hunter2"), ["alertmanager.yaml"]);
    assert_eq!(secret(&format!("url: https://x.io/hook/{}", random(ALNUM, 24, 3))), ["url?"]);
}

#[test]
fn what_is_protected_or_public_is_nothing() {
    for lines in [
        "password: ''",
        "password: \"  \"",
        "password: null",
        "password: <path:secret/data/db#password>",
        "password: ${DB_PASSWORD}",
        "password: '{{ .password }}'",
        "url: postgres://app:${DB_PASSWORD}@db/shop",
        "password: vault:secret/data/db#password",
        "token: op://vault/item/field",
        "cred.json: |\n  op://vault/item/cred",
        "username: admin\nhost: db\nport: '5432'\ndatabase: shop",
        "debug: 'true'\nretries: '3'",
        "tls.crt: |\n  -----BEGIN CERTIFICATE-----\n  MIIB\n  -----END CERTIFICATE-----",
        "known_hosts: github.com ssh-ed25519 AAAA",
        "identity.pub: ssh-ed25519 AAAAC3Nza",
        "config.yaml: |\n  password: ${DB_PASSWORD}\n  host: db",
        "type: git\nurl: https://github.com/shop/apps\nname: apps\nproject: default",
        "password: $ANSIBLE_VAULT;1.1;AES256",
    ] {
        assert_eq!(secret(lines), [""; 0], "{lines}");
    }
    let base64 = encoded(b"<path:secret/data/db#password>");
    assert_eq!(routes(&format!("kind: Secret\ndata: {{password: {base64}, other: <path:a#b>}}")), [""; 0]);
    let annotated = "kind: Secret\nmetadata: {annotations: {avp.kubernetes.io/path: secret/db}}\nstringData: {password: <password>}";
    assert_eq!(routes(annotated), [""; 0]);
    assert_eq!(routes("kind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: {name: a}"), [""; 0]);
    assert_eq!(routes("apiVersion: x.io/v1\nkind: Secret\nstringData: {password: hunter2}"), [""; 0], "another API's");
    assert_eq!(routes("kind: Secret\nstringData: [a]\ndata: b"), [""; 0]);
}

#[test]
fn types_have_rules_of_their_own() {
    let docker = |json: &str| {
        routes(&format!(
            "kind: Secret\ntype: kubernetes.io/dockerconfigjson\ndata: {{.dockerconfigjson: {}}}",
            encoded(json.as_bytes())
        ))
    };
    assert_eq!(docker(r#"{"auths":{"ghcr.io":{"auth":"YTpi"}}}"#), ["/data/.dockerconfigjson"]);
    assert_eq!(docker(r#"{"auths":{}}"#), [""; 0]);
    let bootstrap = "kind: Secret\ntype: bootstrap.kubernetes.io/token\nstringData:\n  token-id: 07401b\n  token-secret: f395accd246ae52d\n  usage-bootstrap-signing: 'true'\n  auth-extra-groups: a:b\n";
    assert_eq!(routes(bootstrap), ["/stringData/token-secret"]);
    let argo = "kind: Secret\nstringData:\n  name: a\n  server: https://1.2.3.4\n  config: |\n    {\"bearerToken\": \"3f9a1c77e0b24d5f8a6c91d2\"}\n";
    assert_eq!(routes(argo), ["/stringData/config"]);
}

#[test]
fn encryption_by_sops_is_recognised() {
    let with = |values: &str, sops: &str| {
        routes(&format!("kind: Secret\nstringData: {{{values}}}\nsops:\n  mac: {CIPHER}\n  {sops}\n"))
    };
    let all = "encrypted_regex: ^(data|stringData)$";
    assert_eq!(with(&format!("password: '{CIPHER}'"), all), [""; 0]);
    assert_eq!(
        with(&format!("password: '{CIPHER}', token: hunter2"), all),
        ["/stringData/token"],
        "added behind its back"
    );
    assert_eq!(with(&format!("password: '{CIPHER}', empty: ''"), all), [""; 0]);
    assert_eq!(
        with(&format!("password: '{CIPHER}', token: hunter2"), "encrypted_regex: ^password$"),
        ["/stringData/token?"],
        "on purpose"
    );
    assert_eq!(with("token: hunter2", "encrypted_regex: ^nothing$"), ["/stringData/token"], "nothing is encrypted");
    assert_eq!(
        with(&format!("password: '{CIPHER}', token_unencrypted: hunter2"), "version: 3"),
        ["/stringData/token_unencrypted?"]
    );
    assert_eq!(with(&format!("password: '{CIPHER}', token: hunter2"), "version: 3"), ["/stringData/token"]);
    let list = format!(
        "kind: List\nitems:\n- kind: Secret\n  data: {{a: '{CIPHER}', token: aHVudGVyMg==}}\nsops: {{mac: x, encrypted_regex: '^a$'}}\n"
    );
    assert_eq!(routes(&list), ["/data/token?"], "the settings of SOPS stand at the root");
}

#[test]
fn other_ways_to_keep_secrets_are_nothing() {
    let long = random(ALNUM, 200, 5);
    for text in [
        format!("apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {{encryptedData: {{password: {long}}}}}"),
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {data: [{secretKey: q7Zr3WmXc9LpT2vKdY5n, remoteRef: {key: db}}]}".to_owned(),
        "kind: Deployment\nspec: {template: {metadata: {annotations: {checksum/secret: 3f9a1c77e0b24d5f8a6c91d2e7b0f463}}}}".to_owned(),
        "kind: Kustomization\nsecretGenerator:\n- {name: a, files: [secret.enc.yaml], envs: [db.env]}\n- {literals: ['username=a', 'password=${P}']}".to_owned(),
        "kind: ksops\nfiles: [secret.enc.yaml]".to_owned(),
        format!("kind: CustomResourceDefinition\nspec: {{token: {}}}", random(ALNUM, 24, 6)),
    ] {
        assert_eq!(routes(&text), [""; 0], "{text}");
    }
}

#[test]
fn literals_of_generators_are_found() {
    let text = "secretGenerator:\n- name: a\n  literals:\n  - username=a\n  - password=hunter2\n";
    assert_eq!(routes(text), ["/secretGenerator/0/literals/1"]);
}

#[test]
fn fields_and_variables_are_found_and_never_certain() {
    let token = random(HEX, 32, 7);
    let env = |name: &str, value: &str| {
        routes(&format!("kind: Deployment\nspec: {{containers: [{{env: [{{name: {name}, value: '{value}'}}]}}]}}"))
    };
    assert_eq!(env("API_TOKEN", &token), ["/spec/containers/0/env/0/value?"]);
    for (name, value) in [
        ("API_TOKEN", "my-secret-name"),
        ("API_TOKEN", "/run/secrets/token"),
        ("API_TOKEN", "$(TOKEN_FROM_ELSEWHERE)"),
        ("API_TOKEN", "${TOKEN1_FROM2_FLUX3}"),
        ("COMMIT", token.as_str()),
        ("TOKEN_FILE", token.as_str()),
        ("TOKEN_HASH", token.as_str()),
        ("DB_PASSWORD", "password"),
    ] {
        assert_eq!(env(name, value), [""; 0], "{name} {value}");
    }
    assert_eq!(
        routes(&format!("kind: HelmRelease\nspec: {{values: {{auth: {{adminPassword: {token}}}}}}}")),
        ["/spec/values/auth/adminPassword?"]
    );
    assert_eq!(routes(&format!("kind: ConfigMap\ndata: {{API_KEY: {token}}}")), ["/data/API_KEY?"]);
    let list = format!("apiVersion: v1\nkind: List\nitems: [{{kind: ConfigMap, data: {{API_KEY: {token}}}}}]");
    assert_eq!(routes(&list), ["/data/API_KEY?"], "once");
}

#[test]
fn a_copy_of_kubectl_is_found() {
    let with = |data: &str| {
        let copy = format!(r#"{{"kind":"Secret","data":{{"password":"{data}"}}}}"#);
        routes(&format!(
            "kind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{copy}'\n"
        ))
    };
    assert_eq!(with("aHVudGVyMg=="), ["/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"]);
    assert_eq!(with(""), [""; 0]);
}

#[test]
fn text_and_manifest_are_joined() {
    let text = format!("apiVersion: v1\nkind: Secret\nstringData: {{token: {}}}\n", summed("ghp_", 8));
    let both: Vec<_> = in_text(&text).into_iter().chain(in_yaml(&text)).collect();
    assert_eq!(both.len(), 2);
    assert_eq!(merged(both).len(), 1);
    let text = format!("kind: Deployment\nspec: {{api_token: {}}}\n", summed("ghp_", 9));
    let joined = merged(in_text(&text).into_iter().chain(in_yaml(&text)).collect());
    assert_eq!(joined.iter().map(|one| one.certain).collect::<Vec<_>>(), [true]);
}
