//! Secrets that the name of a setting says are secrets: in variables and inventories of Ansible, in
//! Terraform and `CloudFormation`, Compose files, Dockerfiles and files of `NAME=value`.

mod judge;
mod lines;
mod sort;
mod strength;
#[cfg(test)]
mod tests;
mod text;

use judge::judge;
pub use lines::in_lines;
pub(super) use lines::named_in_lines;
use sort::{Sort, sort};

use super::Found;
use crate::document::{Entry, Node, Route, Span, Step, Value};

/// The rule of all that is found here.
const RULE: &str = "secret-in-settings";

/// Most secrets that are told of one file.
const MOST: usize = 1_000;

/// Sorts of files with settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settings {
    /// Playbooks, variables and inventories of Ansible.
    Ansible,
    /// Terraform and what reads the same language, in the shape of `hcl2json`; `.tfvars`.
    Terraform,
    /// State and plans of Terraform as JSON.
    TerraformState,
    /// Templates and parameters of `CloudFormation`.
    CloudFormation,
    /// Compose files.
    Compose,
    /// Dockerfiles, in the shape of `BuildKit`'s commands.
    Dockerfile,
    /// `NAME=value`: environment files, INI.
    Flat,
    /// Anything else with names and values: properties, TOML, HOCON, XML, JSON. Texts for people to
    /// read are kept in such files, too, under the names of the fields that they belong to.
    Tree,
}

impl Settings {
    fn help(self) -> &'static str {
        match self {
            Self::Ansible => {
                "encrypt it (`ansible-vault encrypt_string`) or look it up elsewhere, and replace the secret by a new \
                 one: the push has sent this one already"
            }
            Self::Terraform => {
                "hand it in from outside (`TF_VAR_…`, a data source of a secrets manager), and replace the secret by a \
                 new one: the push has sent this one already"
            }
            Self::TerraformState => {
                "keep states and plans in a backend, not in Git, and replace every secret in them by a new one: the \
                 push has sent them already"
            }
            Self::CloudFormation => {
                "refer to it (`{{resolve:secretsmanager:…}}`, or a parameter with NoEcho and no default), and replace \
                 the secret by a new one: the push has sent this one already"
            }
            Self::Compose => {
                "hand it in from outside (`secrets:`, or `${NAME}` and an environment file outside of Git), and replace \
                 the secret by a new one: the push has sent this one already"
            }
            Self::Dockerfile => {
                "mount it for the build (`RUN --mount=type=secret`) or hand it in when the container starts; whoever \
                 has the image can read it, so replace the secret by a new one"
            }
            Self::Flat | Self::Tree => {
                "keep it out of Git (a file that is ignored, the variables of what runs it), and replace the secret by a \
                 new one: the push has sent this one already"
            }
        }
    }
}

/// The secrets in a file with settings, in the order of the text. Routes begin at `root`. What is
/// encrypted, a reference or only an example is passed over; what anybody could guess is never certain, nor
/// is anything in a file that is an example or belongs to tests by its path.
#[must_use]
pub fn in_settings(kind: Settings, path: &str, root: &Node) -> Vec<Found> {
    let is_sops = root.get("sops").and_then(|sops| sops.get("mac")).and_then(Node::as_str).is_some();
    let lenient = is_sops || is_example_path(path);
    let mut walk = Walk { kind, lenient, way: Vec::new(), found: Vec::new() };
    match kind {
        Settings::Dockerfile => walk.commands(root),
        Settings::Ansible
        | Settings::Terraform
        | Settings::TerraformState
        | Settings::CloudFormation
        | Settings::Compose
        | Settings::Flat
        | Settings::Tree => walk.node(root),
    }
    let mut found = walk.found;
    found.sort_by_key(|one| one.span);
    found.dedup_by_key(|one| one.span);
    found
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Key(&'a str),
    Index(usize),
}

struct Walk<'a> {
    kind: Settings,
    /// Whether nothing is certain: the file is an example, or SOPS has encrypted what it was told to, and
    /// the rest is in clear on purpose.
    lenient: bool,
    way: Vec<Part<'a>>,
    found: Vec<Found>,
}

impl<'a> Walk<'a> {
    /// Looks through a value; nesting is bounded by the limits of the parser.
    fn node(&mut self, node: &'a Node) {
        match &node.value {
            Value::Mapping(entries) => {
                let name = name_beside(entries);
                self.marked(node);
                for entry in entries {
                    self.way.push(Part::Key(&entry.key));
                    self.entry(entry, name);
                    self.way.pop();
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.way.push(Part::Index(index));
                    match &item.value {
                        Value::String(text) => self.item(text, item.span),
                        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => {
                            self.node(item);
                        }
                    }
                    self.way.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn entry(&mut self, entry: &'a Entry, beside: Option<&'a str>) {
        let key = entry.key.as_str();
        let span = entry.value.span;
        match &entry.value.value {
            Value::String(text) => {
                let name = if is_value_key(key) { beside.or_else(|| self.owner()).unwrap_or(key) } else { key };
                self.setting(name.trim_start_matches('-'), text, span);
                self.literals(name.trim_start_matches('-'), text, span);
                self.within(text, span);
            }
            Value::Number(number) => {
                let text = number.to_string();
                let is_password = sort(key) == Some(Sort::Password);
                let is_long = text.len() >= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
                if is_password && is_long {
                    self.found(key, &text, span, false);
                }
            }
            // Its own record of what it encrypted.
            Value::Mapping(_) if key == "sops" && self.way.len() == 1 => {}
            // Ciphertext, and tests of values.
            Value::Mapping(_) | Value::Sequence(_) if matches!(key, "encryptedData" | "AllowedValues") => {}
            // `MasterUserPassword: !Sub literal`.
            Value::Mapping(inner) if inner.len() == 1 && inner.iter().all(|inner| inner.key == "Fn::Sub") => {
                self.node(&entry.value);
                if let Some((text, inner)) = inner.first().and_then(|inner| Some((inner.value.as_str()?, inner))) {
                    self.way.push(Part::Key(&inner.key));
                    self.setting(key, text, inner.value.span);
                    self.way.pop();
                }
            }
            Value::Mapping(_) | Value::Sequence(_) => self.node(&entry.value),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The name that a mapping with `value` or `default` stands under.
    fn owner(&self) -> Option<&'a str> {
        let mut above = self.way.iter().rev().skip(1);
        above.find_map(|part| match part {
            Part::Key(key) => Some(*key),
            Part::Index(_) => None,
        })
    }

    fn setting(&mut self, name: &str, text: &str, span: Span) {
        let Some(mut certain) = judge(name, text) else { return };
        // A label of a form, a message, a translation.
        let readable = || !text.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_punctuation());
        match self.kind {
            Settings::Tree if readable() => return,
            // Real values of real things.
            Settings::TerraformState => {
                certain |= sort(name) == Some(Sort::Password) && !judge::is_hash(text);
            }
            Settings::Tree
            | Settings::Ansible
            | Settings::Terraform
            | Settings::CloudFormation
            | Settings::Compose
            | Settings::Dockerfile
            | Settings::Flat => {}
        }
        self.found(name, text, span, certain);
    }

    /// Literals in an expression of Terraform, and what stands in for a variable that is not set: a secret is no
    /// less in clear in `nonsensitive("…")` or `${PASSWORD:-…}`.
    fn literals(&mut self, name: &str, text: &str, span: Span) {
        let found = match self.kind {
            Settings::Terraform if text.contains("${") && text.contains('"') => text::quoted(text),
            Settings::Compose => text::stand_ins(text).into_iter().map(|text| (None, text)).collect(),
            Settings::Ansible
            | Settings::Terraform
            | Settings::TerraformState
            | Settings::CloudFormation
            | Settings::Dockerfile
            | Settings::Flat
            | Settings::Tree => return,
        };
        for (of, literal) in found {
            if let Some(certain) = judge(of.unwrap_or(name), literal) {
                self.found(of.unwrap_or(name), literal, span, certain);
                return;
            }
        }
    }

    /// An item of a list: `NAME=value` of an environment.
    fn item(&mut self, text: &str, span: Span) {
        let assigned = text.split_once('=').filter(|(name, _)| text::is_variable(name));
        match (self.kind, assigned) {
            (Settings::Compose, Some((name, value))) => {
                self.setting(name, value.trim_matches(['"', '\'']), span);
                self.literals(name, value, span);
            }
            (_, Some(_) | None) => self.within(text, span),
        }
    }

    /// Settings within a text: arguments of modules and programs, connection strings.
    fn within(&mut self, text: &str, span: Span) {
        let reads = match self.kind {
            Settings::TerraformState => return,
            Settings::Ansible | Settings::Compose | Settings::Dockerfile => text::Reads::Words,
            // A script: what a machine runs when it starts.
            Settings::Terraform | Settings::CloudFormation if text.contains('\n') => text::Reads::Words,
            Settings::Terraform | Settings::CloudFormation | Settings::Flat | Settings::Tree => {
                text::Reads::Connections
            }
        };
        for (name, value) in text::assignments(text, reads) {
            if let Some(certain) = judge(name, value).filter(|_| sort(name) != Some(Sort::Perhaps)) {
                self.found(name, value, span, certain);
                return;
            }
        }
    }

    /// `ENV` and `ARG`.
    fn commands(&mut self, node: &'a Node) {
        match node.get("Cmd").and_then(Node::as_str).zip(node.get("Value").and_then(Node::as_sequence)) {
            Some((command, values)) => {
                // What is done in images that are made from this one.
                let later = node.get("SubCmd").and_then(Node::as_str).filter(|_| command == "onbuild");
                let command = later.unwrap_or(command);
                self.way.push(Part::Key("Heredocs"));
                for (index, text) in
                    node.get("Heredocs").and_then(Node::as_sequence).unwrap_or_default().iter().enumerate()
                {
                    self.way.push(Part::Index(index));
                    self.within(text.as_str().unwrap_or_default(), text.span);
                    self.way.pop();
                }
                self.way.pop();
                self.way.push(Part::Key("Value"));
                if command.eq_ignore_ascii_case("env") {
                    for (index, words) in values.chunks(3).enumerate() {
                        if let [name, value, ..] = words {
                            self.variable(index * 3 + 1, name.as_str(), value.as_str(), value.span);
                        }
                    }
                }
                if command.eq_ignore_ascii_case("arg") {
                    for (index, argument) in values.iter().enumerate() {
                        let parts = argument.as_str().and_then(|text| text.split_once('='));
                        self.variable(index, parts.map(|(name, _)| name), parts.map(|(_, value)| value), argument.span);
                    }
                }
                if matches!(command.to_ascii_lowercase().as_str(), "run" | "cmd" | "entrypoint" | "healthcheck") {
                    for (index, words) in values.iter().enumerate() {
                        self.way.push(Part::Index(index));
                        self.within(words.as_str().unwrap_or_default(), words.span);
                        self.way.pop();
                    }
                }
                self.way.pop();
            }
            None => {
                for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
                    self.way.push(Part::Index(index));
                    self.commands(item);
                    self.way.pop();
                }
            }
        }
    }

    fn variable(&mut self, index: usize, name: Option<&'a str>, value: Option<&'a str>, span: Span) {
        let Some((name, value)) = name.zip(value) else { return };
        let value = value.trim().trim_matches(['"', '\'']);
        self.way.push(Part::Index(index));
        if let Some(certain) = judge(name, value) {
            self.found(name, value, span, certain);
        } else if text::is_named_by_buildkit(name) && super::dummy::looks_random(value) {
            self.found(name, value, span, false);
        }
        self.way.pop();
    }

    /// What a state, or a plan, itself marks as a secret.
    fn marked(&mut self, node: &'a Node) {
        if self.kind != Settings::TerraformState {
            return;
        }
        if node.get("sensitive").is_some_and(|mark| mark.value == Value::Bool(true))
            && let Some(entry) = node.entry("value")
        {
            let name = self.way.iter().rev().find_map(|part| match part {
                Part::Key(key) => Some(*key),
                Part::Index(_) => None,
            });
            self.way.push(Part::Key("value"));
            self.marked_value(name.unwrap_or("value"), &entry.value);
            self.way.pop();
        }
        for (values, marks) in
            [("values", "sensitive_values"), ("after", "after_sensitive"), ("before", "before_sensitive")]
        {
            if let (Some(entry), Some(marks)) = (node.entry(values), node.get(marks)) {
                self.way.push(Part::Key(&entry.key));
                self.by_marks(values, &entry.value, marks);
                self.way.pop();
            }
        }
    }

    /// The values where the mapping of marks beside them says `true`.
    fn by_marks(&mut self, name: &str, node: &'a Node, marks: &Node) {
        match (&node.value, &marks.value) {
            (_, Value::Bool(true)) => self.marked_value(name, node),
            (Value::Mapping(entries), Value::Mapping(_)) => {
                for entry in entries {
                    if let Some(marks) = marks.get(&entry.key) {
                        self.way.push(Part::Key(&entry.key));
                        self.by_marks(&entry.key, &entry.value, marks);
                        self.way.pop();
                    }
                }
            }
            (Value::Sequence(items), Value::Sequence(marks)) => {
                for (index, (item, marks)) in items.iter().zip(marks).enumerate() {
                    self.way.push(Part::Index(index));
                    self.by_marks(name, item, marks);
                    self.way.pop();
                }
            }
            (
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Sequence(_)
                | Value::Mapping(_),
                _,
            ) => {}
        }
    }

    fn marked_value(&mut self, name: &str, node: &Node) {
        if let Some(text) = node.as_str()
            && text.len() >= 3
            && !super::reference::is_protected(text, true)
            && !super::reference::is_placeholder(text)
        {
            self.found(name, text, node.span, true);
        }
    }

    fn found(&mut self, name: &str, text: &str, span: Span, certain: bool) {
        if self.found.len() >= MOST {
            return;
        }
        let certain = certain && !self.lenient;
        let name = crate::text::shortened(name, 60);
        let what = if certain {
            format!("the value of the secret `{name}`")
        } else {
            format!("the value of `{name}`, which looks like a secret")
        };
        let mut one = Found::new(RULE, what, span, text, certain);
        let steps = self.way.iter().map(|part| match part {
            Part::Key(key) => Step::Key((*key).to_owned()),
            Part::Index(index) => Step::Index(*index),
        });
        one.route = Some(Route(steps.collect()));
        self.kind.help().clone_into(&mut one.help);
        self.found.push(one);
    }
}

/// Whether a name says that what is under it is a secret, whatever that is.
#[must_use]
pub fn is_name_of_secret(name: &str) -> bool {
    match sort(name) {
        Some(Sort::Password | Sort::Made) => true,
        Some(Sort::Perhaps) | None => false,
    }
}

/// Whether a file is an example or belongs to tests: `.env.example`, `tests/vars.yml`.
fn is_example_path(path: &str) -> bool {
    const FOLDERS: [&str; 10] =
        ["test", "tests", "testdata", "fixtures", "fixture", "molecule", "example", "examples", "samples", "mocks"];
    const WORDS: [&str; 6] = ["example", "sample", "template", "dist", "mock", "fixture"];
    let path = path.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    folders.split('/').any(|folder| FOLDERS.contains(&folder))
        || name.split(['.', '-', '_']).any(|word| WORDS.contains(&word))
}

/// The name that stands beside a value: `{name: DB_PASSWORD, value: x}` and its spellings.
fn name_beside(entries: &[Entry]) -> Option<&str> {
    const NAMES: [&str; 9] =
        ["name", "Name", "key", "Key", "-name", "-key", "ParameterKey", "ParameterName", "variable"];
    let entry = entries.iter().find(|entry| NAMES.contains(&entry.key.as_str()) && entry.value.as_str().is_some())?;
    entry.value.as_str()
}

/// Whether a key says nothing of the value, which has its name elsewhere.
fn is_value_key(key: &str) -> bool {
    matches!(key, "value" | "Value" | "-value" | "default" | "Default" | "#content" | "ParameterValue")
}
