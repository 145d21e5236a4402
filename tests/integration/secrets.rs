//! Secrets in clear: `check: plaintext-secret`.

use crate::common::Scene;

const CONFIG: &str = "version: 1\nrules: [{check: plaintext-secret}]\n";

/// A value that no scanner of code hosts takes for one of theirs.
fn password() -> String {
    ["hunt", "er2-", "Xk9", "qLw7", "Tz"].concat()
}

fn secret(password: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: db, namespace: shop}}\nstringData:\n  password: {password}\n"
    )
}

#[test]
fn a_secret_is_refused_and_never_shown() {
    let scene = Scene::new(CONFIG);
    scene.write("readme.md", "# Shop\n").push("start").ok();
    scene.write("db.yaml", secret(&password()));
    let ran = scene.push("a secret").refused(&["plaintext-secret", "db.yaml:5"]);
    assert!(!ran.stderr.contains(&password()), "{ran}");
    for output in ["human", "json"] {
        let ran = scene.pushgate(&["--config", "../server.git/pushgate.yaml", "check", "-v", "db.yaml", "-o", output]);
        assert_eq!(ran.status, 1, "{ran}");
        assert!(!ran.to_string().contains(&password()), "{ran}");
    }
}

#[test]
fn findings_of_other_rules_do_not_show_it_either() {
    let scene = Scene::new("version: 1\nrules: [{check: plaintext-secret}, {schema: kubernetes}]\n");
    let text = secret(&password()).replace("stringData:\n", "stringDatas: {}\nstringData:\n");
    scene.write("db.yaml", text);
    let ran = scene.push("a secret and a typo").refused(&["plaintext-secret", "stringDatas"]);
    assert!(!ran.stderr.contains(&password()), "{ran}");
}

#[test]
fn a_mistake_beside_a_secret_does_not_show_it() {
    // Not even where nobody looks for secrets.
    let scene = Scene::new("version: 1\nrules: [{schema: kubernetes}]\n");
    let good = secret(&password());
    for broken in [
        good.replace("  password", "\tpassword"),
        good.replace("metadata:", "metadata: :"),
        format!("{good}  password: other\n"),
        good.replace("stringData", "stringdata"),
        good.replace("stringData:\n", "stringData:\n  number: 1\n"),
    ] {
        scene.write("db.yaml", &broken);
        let ran = scene.push("broken").refused(&["db.yaml"]);
        assert!(!ran.stderr.contains(&password()), "{broken}\n{ran}");
        scene.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
        scene.git(&["commit", "--quiet", "--allow-empty", "-m", "base"]);
    }
}

#[test]
fn the_input_of_a_secret_generator_may_not_lie_there_in_clear() {
    let scene = Scene::new(CONFIG);
    let kustomization = "secretGenerator:\n  - name: db\n    envs: [db.env]\n";
    scene.write("kustomization.yaml", kustomization).push("it is kept out of Git").ok();
    scene.write("db.env", format!("DB_PASSWORD={}\n", password()));
    let ran =
        scene.push("it came in").refused(&["plaintext-secret", "kustomization.yaml:3", "`db.env` goes into a Secret"]);
    assert!(!ran.stderr.contains(&password()), "{ran}");
    scene.write("db.env", "DB_PASSWORD=ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops_version=3.9.0\n");
    scene.push("encrypted").ok();
}

#[test]
fn texts_below_a_folder_are_searched_on_a_laptop() {
    let scene = Scene::new(CONFIG);
    let token = ["ghs", "_", "x"].concat();
    scene.write("scripts/deploy.sh", format!("curl -H 'Authorization: {token}'\n")).commit("tracked");
    scene.pushgate(&["--config", "../server.git/pushgate.yaml", "check", "scripts"]).says(0, &["no findings"]);
    let password = ["AKIA", "Z7QX3KLM2N", "PQRSTU"].concat();
    scene
        .write(
            "scripts/id",
            format!(
                "[default]\naws_access_key_id = {password}\naws_secret_access_key = {}\n",
                ["wJ4lrXU", "tnFEMI9K7MDENG", "bPxRfiCYzQ3vT8sWkL0"].concat()
            ),
        )
        .commit("a key");
    scene.pushgate(&["--config", "../server.git/pushgate.yaml", "check", "scripts"]).says(1, &["scripts/id:3"]);
}

#[test]
fn a_secret_that_a_later_commit_takes_back_is_refused() {
    let scene = Scene::new(CONFIG);
    scene.write("readme.md", "# Shop\n").push("start").ok();
    scene.write("db.yaml", secret(&password())).commit("oops");
    let wrong = scene.id("HEAD");
    scene.remove("db.yaml");
    let ran = scene.push("taken back").refused(&["plaintext-secret", "db.yaml:5", &wrong[..10], "takes back"]);
    assert!(!ran.stderr.contains(&password()), "{ran}");
    scene.git(&["push", "origin", "HEAD:refs/heads/new"]).refused(&["takes back"]);
    // Rewritten, it is good.
    scene.reset();
    scene.write("other.md", "# Other\n").commit("one");
    scene.write("other.md", "# Another\n").push("two").ok();
}

#[test]
fn commits_that_the_server_has_are_not_looked_into_again() {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: 'refs/heads/main', forbid: delete}]}\n");
    scene.write("db.yaml", secret(&password())).push("before the check").ok();
    scene.remove("db.yaml");
    scene.push("removed").ok();
    scene.git(&["tag", "-a", "-m", "one", "v1"]).ok();
    scene.git(&["push", "origin", "v1"]).ok();
    scene.configure(CONFIG);
    for refs in [&["HEAD:refs/heads/release"][..], &["HEAD:refs/tags/v2"], &["HEAD:refs/heads/a", "HEAD:refs/heads/b"]]
    {
        scene.git(&[&["push", "origin"], refs].concat()).ok();
    }
    // A tag of its own is no commit to compare with.
    scene.git(&["tag", "-f", "-a", "-m", "two", "v1"]).ok();
    scene.git(&["push", "--force", "origin", "v1"]).ok();
    // A merge of what another branch has brings nothing new.
    scene.git(&["checkout", "-q", "-b", "topic"]).ok();
    scene.write("a.md", "a\n").commit("a");
    scene.git(&["push", "origin", "topic"]).ok();
    scene.git(&["push", "origin", "topic:main"]).ok();
}

#[test]
fn a_merge_counts_only_for_what_none_of_its_parents_has() {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: 'refs/heads/main', forbid: delete}]}\n");
    scene.write("readme.md", "# Shop\n").push("start").ok();
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).ok();
    scene.git(&["branch", "topic"]).ok();
    scene.write("db.yaml", secret(&password())).push("before the check").ok();
    scene.remove("db.yaml");
    scene.push("removed").ok();
    scene.configure(CONFIG);
    scene.git(&["checkout", "-q", "topic"]).ok();
    scene.write("a.md", "a\n").commit("a");
    for merged in ["main~1", "main"] {
        scene.git(&["merge", "-q", "--no-ff", "-m", "merge", merged]).ok();
    }
    scene.git(&["push", "origin", "topic"]).ok();
}

#[test]
fn what_one_ref_is_excused_for_another_is_not() {
    let scene = Scene::new(CONFIG);
    scene.write("readme.md", "# Shop\n").push("start").ok();
    scene.git(&["branch", "a"]).ok();
    scene.write("db.yaml", secret(&password())).commit("oops");
    scene.remove("db.yaml");
    scene.commit("taken back");
    scene.git(&["push", "origin", "a:refs/heads/a", "HEAD:refs/heads/b"]).refused(&["refs/heads/b", "takes back"]);
}

#[test]
fn the_input_of_a_secret_generator_may_not_become_clear() {
    let scene = Scene::new(CONFIG);
    scene.write("kustomization.yaml", "secretGenerator:\n  - name: db\n    envs: [db.env]\n    files: [b.yaml]\n");
    scene.write("db.env", "TOKEN=ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n").write("b.yaml", "");
    scene.push("encrypted, and empty").ok();
    scene
        .write("db.env", format!("TOKEN={}\n", password()))
        .push("decrypted")
        .refused(&["`db.env` goes into a Secret"]);
    scene.reset();
    scene.write("b.yaml", format!("a: {}\n", password())).push("filled").refused(&["`b.yaml` goes into a Secret"]);
    scene.reset();
    scene.write("db.env", "TOKEN=\nUSER=<your user>\n").push("nothing in it").ok();
}

#[test]
fn files_that_only_name_secrets_are_shown() {
    let scene = Scene::new("version: 1\nrules: [{check: [missing-reference, plaintext-secret]}]\n");
    scene.write(
        "kustomization.yaml",
        "resources: [gone.yaml]\npatches:\n  - target: {kind: Secret}\n    path: also-gone.yaml\n",
    );
    let ran = scene.push("references").refused(&["`gone.yaml` is not in the repository", "path: also-gone.yaml"]);
    assert!(!ran.stderr.contains('•'), "{ran}");
}

#[test]
fn a_key_in_any_file_is_refused() {
    let scene = Scene::new(CONFIG);
    // As random as a key is, and the same each time.
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').collect();
    let mut state = 7u32;
    let mut line = || -> String {
        (0..64)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                alphabet[(state >> 8) as usize % alphabet.len()]
            })
            .collect()
    };
    let lines: Vec<String> = (0..25).map(|_| line()).collect();
    let kind = "RSA PRIVATE KEY";
    scene.write(
        "deploy/id_rsa",
        format!("-----BEGIN {kind}-----\nMIIEoAIB{}\n-----END {kind}-----\n", lines.join("\n")),
    );
    let ran = scene.push("a key").refused(&["plaintext-secret", "deploy/id_rsa", "private key"]);
    assert!(lines.iter().all(|line| !ran.stderr.contains(&line[..20])), "{ran}");
}

#[test]
fn what_is_protected_or_public_is_let_in() {
    let scene = Scene::new(CONFIG);
    scene.write("sealed.yaml", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec: {encryptedData: {password: AgBvQ2x0ZXJ0aGlzaXNub3RhcmVhbHNlYWxlZHNlY3JldGJ1dGxvbmdlbm91Z2g=}}\n");
    scene.write("external.yaml", "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {data: [{secretKey: password, remoteRef: {key: db/password}}]}\n");
    scene.write("sops.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: 'ENC[AES256_GCM,data:b3Blbg==,iv:aXZpdml2,tag:dGFn,type:str]'}\nsops: {mac: 'ENC[AES256_GCM,data:bWFj,iv:aXY=,tag:dGFn,type:str]', version: 3.9.0, encrypted_regex: ^(data|stringData)$}\n");
    scene.write("substituted.yaml", secret("${DB_PASSWORD}"));
    scene.write("empty.yaml", secret("''"));
    scene.write("binary.bin", [0u8, 159, 146, 150].repeat(1000));
    scene.push("nothing in clear").ok();
}

#[test]
fn an_old_secret_is_no_news_but_another_one_is() {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: 'refs/heads/main', forbid: delete}]}\n");
    scene.write("db.yaml", secret(&password())).push("before the check").ok();
    scene.configure(CONFIG);
    scene
        .write("db.yaml", format!("# moved a line\n{}", secret(&password())))
        .push("the same one")
        .says(0, &["older finding"]);
    scene
        .write("db.yaml", secret(&format!("{}4Qp", password())))
        .push("rotated in clear")
        .refused(&["plaintext-secret"]);
}

#[test]
fn a_mistake_beside_a_setting_that_is_secret_does_not_show_it() {
    // Not even where nobody looks for secrets.
    let scene = Scene::new("version: 1\nrules: [{schema: kubernetes}]\n");
    scene.write("readme.md", "x\n").push("start").ok();
    let secret = password();
    for (name, text) in [
        ("vars.yml", format!("db_password: {secret}\nb: [1\n")),
        ("main.tf", format!("resource \"a\" \"b\" {{\n  password = \"{secret}\"\n  c = [\n}}\n")),
        ("a.toml", format!("password = \"{secret}\"\nb =\n")),
        ("a.json", format!("{{\"password\": \"{secret}\",\n\"b\": }}\n")),
        ("hosts", format!("[web]\nw1 ansible_password={secret}\n[web:sort]\n")),
        (".env", format!("DB_PASSWORD={secret}\nB C\n")),
    ] {
        scene.write(name, &text);
        let ran = scene.push(name).refused(&["syntax", name]);
        assert!(!ran.stderr.contains(&secret), "{text}\n{ran}");
        scene.reset();
    }
}
