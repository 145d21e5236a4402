//! Files with settings that are kept in a `Secret`: which of them hold a secret, and which are only
//! kept there because their program wants them so (`alertmanager.yaml`).

use serde_json::Value;

use super::{
    dummy::looks_random,
    in_text, name,
    reference::{is_placeholder, is_protected},
};

/// What a file with settings holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// Nothing that looks like a secret.
    Settings,
    /// The same, and names of secrets kept elsewhere.
    References,
    /// Something under the name of a secret that may be the name of one.
    Perhaps,
    /// A secret.
    Secret,
}

/// Looks through a file of any syntax: JSON, or lines of `name: value` and `name = value`.
pub(super) fn holds(text: &str) -> Holds {
    if in_text(text).iter().any(|found| found.certain) {
        return Holds::Secret;
    }
    let mut most = if has_references(text) { Holds::References } else { Holds::Settings };
    if text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        in_json(&value, "", &mut most);
        return most;
    }
    for line in text.lines() {
        if let Some((name, value)) = setting(line) {
            most = most.max(one(name, value));
        }
    }
    most
}

/// Whether a `.dockerconfigjson` or `.dockercfg` holds a way to log in.
pub(super) fn docker_login(text: &str) -> bool {
    fn any(value: &Value) -> bool {
        match value {
            Value::Object(entries) => entries.iter().any(|(key, value)| match value {
                Value::String(text) => {
                    matches!(key.as_str(), "auth" | "password" | "identitytoken" | "registrytoken")
                        && !is_protected(text, true)
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => any(value),
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
        }
    }
    serde_json::from_str::<Value>(text).is_ok_and(|value| any(&value))
}

fn in_json(value: &Value, key: &str, most: &mut Holds) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| in_json(value, key, most)),
        Value::Array(items) => items.iter().for_each(|item| in_json(item, key, most)),
        Value::String(text) => *most = (*most).max(one(key, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn one(key: &str, value: &str) -> Holds {
    if !name::is_secret(key) && !matches!(key, "keyData" | "auth") {
        return Holds::Settings;
    }
    let plain = matches!(value, "true" | "false" | "null" | "~" | "yes" | "no" | "None" | "nil");
    if plain || value.starts_with(['/', '|', '>', '&', '*', '!', '{', '[']) || value.len() < 3 || is_placeholder(value)
    {
        return Holds::Settings;
    }
    if is_protected(value, true) {
        return Holds::References;
    }
    let lower = key.to_ascii_lowercase();
    let is_password = ["password", "passwd", "passphrase", "pwd"].iter().any(|end| lower.ends_with(end));
    if is_password || looks_random(value) || key == "keyData" { Holds::Secret } else { Holds::Perhaps }
}

/// Name and value of a line, without quotes, comments and what stands around.
fn setting(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line.starts_with(['#', ';', '/', '%', '<']) {
        return None;
    }
    let (before, after) = line.split_once([':', '='])?;
    let before = before.trim().trim_start_matches("- ").trim_start_matches("export ").trim_matches(['"', '\'', ' ']);
    let after = after.trim_start_matches(['=', '>', ' ']).trim_end_matches([',', ';', ' ']);
    let value = match after.chars().next() {
        Some(quote @ ('"' | '\'')) => after.trim_start_matches(quote).split(quote).next().unwrap_or_default(),
        Some(_) => after.split_once(" #").map_or(after, |(value, _)| value).trim_end(),
        None => return None,
    };
    Some((before, value))
}

fn has_references(text: &str) -> bool {
    ["${", "{{", "<path:", "$("].iter().any(|open| text.contains(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_what_they_hold() {
        let cases = [
            ("route:\n  receiver: Default\n", Holds::Settings),
            ("smtp_auth_password: hunter2\n", Holds::Secret),
            ("[smtp]\npassword = \"hunter2\" ; x\n", Holds::Secret),
            ("DB_PASSWORD=${DB_PASSWORD}\nDB_HOST=db\n", Holds::References),
            ("DB_PASSWORD=${DB_PASSWORD}\nOTHER_PASSWORD=hunter2\n", Holds::Secret),
            ("# password: hunter2\n", Holds::Settings),
            ("password: \"\"\npassword_file: /run/x\n", Holds::Settings),
            ("secret: my-secret-name\n", Holds::Perhaps),
            ("export API_TOKEN='3f9a1c77e0b24d5f8a6c91d2'\n", Holds::Secret),
            ("{\"a\": [{\"password\": \"hunter2\"}]}", Holds::Secret),
            ("{\"insecure\": true, \"name\": \"x\"}", Holds::Settings),
            ("{\"tlsClientConfig\": {\"keyData\": \"YWJj\"}}", Holds::Secret),
            ("{\"bearerToken\": \"{{ .token }}\"}", Holds::References),
        ];
        for (text, expected) in cases {
            assert_eq!(holds(text), expected, "{text}");
        }
    }

    #[test]
    fn logins_are_found_in_docker_files() {
        assert!(docker_login(r#"{"auths":{"ghcr.io":{"auth":"YTpi"}}}"#));
        assert!(docker_login(r#"{"ghcr.io":{"username":"a","password":"b"}}"#));
        for text in
            [r#"{"auths":{}}"#, r#"{"auths":{"ghcr.io":{}}}"#, r#"{"auths":{"x":{"auth":"${AUTH}"}}}"#, "no json", ""]
        {
            assert!(!docker_login(text), "{text}");
        }
    }
}
