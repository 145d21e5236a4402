//! Which format a file is of, by its name, and by what it says where the name tells nothing.

use super::{Format, encoding, inventory};

/// Extensions behind the name of a Dockerfile or `.env` that make something else of it.
const OTHER_FILES: [&str; 52] = [
    "yaml", "yml", "json", "jsonc", "toml", "xml", "md", "rst", "adoc", "txt", "html", "css", "sh", "bash", "bat",
    "ps1", "py", "rb", "go", "rs", "js", "mjs", "cjs", "ts", "mts", "tsx", "jsx", "java", "kt", "c", "h", "cpp", "cs",
    "swift", "lua", "php", "pl", "lock", "bak", "orig", "patch", "diff", "rej", "j2", "jinja", "jinja2", "tpl", "tmpl",
    "template", "erb", "in", "enc",
];

/// Extensions that say what a file is.
const KNOWN: [&str; 22] = [
    "yaml",
    "yml",
    "json",
    "jsonc",
    "code-workspace",
    "tfstate",
    "backup",
    "hcl",
    "tf",
    "tofu",
    "tfvars",
    "toml",
    "env",
    "properties",
    "xml",
    "hocon",
    "dockerfile",
    "containerfile",
    "edn",
    "vcl",
    "ini",
    "cfg",
];

/// Names of JSON files that are read with comments: those of editors, linters, and tools for JavaScript.
const WITH_COMMENTS: [&str; 17] = [
    "devcontainer",
    ".devcontainer",
    ".eslintrc",
    ".babelrc",
    ".swcrc",
    ".jshintrc",
    ".jscsrc",
    ".markdownlint",
    ".markdownlint-cli2",
    "appsettings",
    "nx",
    "turbo",
    "biome",
    "angular",
    "deno",
    "wrangler",
    "api-extractor",
];

impl Format {
    /// The format that a path (with `/` between its parts) promises; `None` where it promises none.
    #[must_use]
    pub fn detect(path: &str) -> Option<Self> {
        // Kustomize's third name for its file.
        if path.rsplit('/').next() == Some("Kustomization") {
            return Some(Self::Yaml);
        }
        let path = path.to_ascii_lowercase();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        if let Some(format) = Self::of_whole_name(name) {
            return Some(format);
        }
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        if !KNOWN.contains(&extension) && !OTHER_FILES.contains(&extension) && is_of_ansible(folder, name) {
            return Some(Self::Yaml);
        }
        // What is made from a template is something only when it has been made.
        if matches!(extension, "j2" | "jinja" | "jinja2" | "tpl" | "tmpl" | "tftpl" | "erb" | "gotmpl" | "mustache") {
            return None;
        }
        match extension {
            "yaml" | "yml" => Some(Self::Yaml),
            "jsonc" | "code-workspace" => Some(Self::Jsonc),
            // Read with comments by their own tools.
            "json" if stem.starts_with("tsconfig") || stem.starts_with("jsconfig") => Some(Self::Jsonc),
            "json" if WITH_COMMENTS.contains(&stem) || stem.starts_with("appsettings.") => Some(Self::Jsonc),
            "json" if folder == ".vscode" || folder.ends_with("/.vscode") => Some(Self::Jsonc),
            "json" | "tfstate" => Some(Self::Json),
            "backup" if stem.contains(".tfstate") => Some(Self::Json),
            "hcl" | "tf" | "tofu" | "tfvars" | "tfbackend" | "nomad" => Some(Self::Hcl),
            "toml" => Some(Self::Toml),
            "env" => Some(Self::Dotenv),
            "properties" => Some(Self::Properties),
            "xml" => Some(Self::Xml),
            "hocon" => Some(Self::Hocon),
            "dockerfile" | "containerfile" => Some(Self::Dockerfile),
            "edn" => Some(Self::Edn),
            "vcl" => Some(Self::Vcl),
            _ => None,
        }
    }

    /// Whether only its content says what a file of this name is; see [`Format::by_content`].
    #[must_use]
    pub fn depends_on_content(path: &str) -> bool {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or(&path);
        match name.rsplit_once('.') {
            // Inventories have any name.
            Some((_, "template" | "cfn" | "cform" | "ini")) | None => true,
            Some(_) => inventory::is_named_so(&path),
        }
    }

    /// What a file is by its content, where its name does not say.
    #[must_use]
    pub fn by_content(path: &str, text: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.').unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            // A template of `CloudFormation` says what it is; there are many others of this name.
            "template" | "cfn" | "cform" => {
                let says_so = text.contains("AWSTemplateFormatVersion") || text.contains("AWS::");
                let is_json = text.trim_start_matches(encoding::BOM).trim_start().starts_with('{');
                says_so.then_some(if is_json { Self::Json } else { Self::Yaml })
            }
            _ if is_inventory(path, text) => Some(Self::Inventory),
            "ini" => Some(Self::Ini),
            _ => None,
        }
    }

    /// The format of files that are known by more than their extension; the name in lower case.
    fn of_whole_name(name: &str) -> Option<Self> {
        // `Dockerfile.prod` is one, and `Dockerfile.yaml` or `Dockerfile.j2` is not.
        let is = |wanted: &str| {
            name.strip_prefix(wanted).is_some_and(|rest| match rest.strip_prefix('.') {
                Some(rest) => {
                    let last = rest.rsplit('.').next().unwrap_or(rest);
                    !OTHER_FILES.contains(&last)
                }
                None => rest.is_empty(),
            })
        };
        match name {
            ".gitignore" | ".dockerignore" | ".containerignore" | ".helmignore" => Some(Self::Ignore),
            "nginx.conf" => Some(Self::Nginx),
            "ansible.cfg" => Some(Self::Ini),
            _ if name.ends_with(".dockerignore") => Some(Self::Ignore),
            _ if is("dockerfile") || is("containerfile") => Some(Self::Dockerfile),
            _ if is(".env") => Some(Self::Dotenv),
            _ => None,
        }
    }
}

/// Ends of names of what lies beside variables.
const JUNK: [&str; 14] = [
    ".pem",
    ".crt",
    ".key",
    ".csv",
    ".old",
    ".swp",
    ".save",
    ".disabled",
    ".sample",
    ".example",
    ".dist",
    ".retry",
    ".log",
    ".gpg",
];

/// Whether Ansible reads a file as YAML although its name does not say so: variables of groups and hosts
/// have their names, and what roles begin with needs no extension.
fn is_of_ansible(folder: &str, name: &str) -> bool {
    let folders: Vec<&str> = folder.split('/').collect();
    let of_role = matches!(folders.as_slice(), [.., "roles", _, "tasks" | "handlers" | "vars" | "defaults" | "meta"]);
    let of_vars = match folders.iter().rposition(|folder| matches!(*folder, "group_vars" | "host_vars")) {
        // Only hosts have dots in their names.
        Some(at) if at + 1 == folders.len() && folders.get(at) == Some(&"host_vars") => {
            !JUNK.iter().any(|end| name.ends_with(end))
        }
        Some(_) => !name.contains('.'),
        None => false,
    };
    let is_prose = ["readme", "license", "notes", "owners", "makefile", "codeowners"].contains(&name);
    let is_hidden = name.starts_with(['.', '#']) || name.ends_with(['~', '#']);
    (of_vars && !is_prose && !is_hidden) || (of_role && name == "main")
}

/// Whether a path names a file of a language that says what gets applied and that is not read: programs
/// of CUE, Jsonnet and Groovy would have to be run.
#[must_use]
pub fn is_unread(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "cue" | "jsonnet" | "libsonnet" | "textproto" | "textpb")
        || name == "jenkinsfile"
        || name.starts_with("jenkinsfile.")
}

/// What to say of a format of which nobody here knows the name.
#[must_use]
pub fn advice_on(name: &str) -> String {
    let known = || Format::ALL.iter().map(|format| format.name());
    let near = known()
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .filter(|(distance, _)| *distance <= 2.min(name.len() / 2))
        .min();
    match (name, near) {
        ("cue" | "jsonnet" | "groovy" | "textproto" | "hcl1" | "spdx" | "cyclonedx" | "codeowners", _) => {
            format!("files of {name} are not read")
        }
        (_, Some((_, near))) => format!("did you mean `{near}`?"),
        (_, None) => format!("known formats: {}", known().collect::<Vec<_>>().join(", ")),
    }
}

/// Whether a file is an inventory of Ansible in INI-like syntax: by its path, and by what it says.
#[must_use]
pub(super) fn is_inventory(path: &str, text: &str) -> bool {
    let says_so = || inventory::speaks_of_ansible(text) || inventory::has_sections_of_its_own(text);
    let named = inventory::is_named_so(path);
    (named || says_so()) && inventory::looks_like(text, named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_detected_by_path() {
        let cases = [
            ("a.yaml", Some(Format::Yaml)),
            ("deep/er/A.YML", Some(Format::Yaml)),
            ("package.json", Some(Format::Json)),
            ("a.jsonc", Some(Format::Jsonc)),
            ("tsconfig.json", Some(Format::Jsonc)),
            ("web/tsconfig.build.json", Some(Format::Jsonc)),
            ("jsconfig.json", Some(Format::Jsonc)),
            (".vscode/settings.json", Some(Format::Jsonc)),
            ("a/.vscode/launch.json", Some(Format::Jsonc)),
            ("a/x.vscode/launch.json", Some(Format::Json)),
            (".devcontainer/devcontainer.json", Some(Format::Jsonc)),
            (".devcontainer.json", Some(Format::Jsonc)),
            (".eslintrc.json", Some(Format::Jsonc)),
            ("x.code-workspace", Some(Format::Jsonc)),
            ("apps/Kustomization", Some(Format::Yaml)),
            ("apps/kustomization", None),
            ("yaml", None),
            ("a.yaml/readme.md", None),
            ("Dockerfile", Some(Format::Dockerfile)),
            ("a/Dockerfile.prod", Some(Format::Dockerfile)),
            ("web.dockerfile", Some(Format::Dockerfile)),
            ("Containerfile", Some(Format::Dockerfile)),
            ("Dockerfile.yaml", Some(Format::Yaml)),
            ("Dockerfile.j2", None),
            ("dockerfile.go", None),
            ("appsettings.Development.json", Some(Format::Jsonc)),
            ("nx.json", Some(Format::Jsonc)),
            ("Dockerfile.dockerignore", Some(Format::Ignore)),
            ("Dockerfiles", None),
            ("main.tf", Some(Format::Hcl)),
            ("main.tofu", Some(Format::Hcl)),
            ("main.tf.json", Some(Format::Json)),
            ("prod.auto.tfvars", Some(Format::Hcl)),
            (".terraform.lock.hcl", Some(Format::Hcl)),
            ("a.pkr.hcl", Some(Format::Hcl)),
            ("terraform.tfstate", Some(Format::Json)),
            ("terraform.tfstate.backup", Some(Format::Json)),
            ("terraform.tfstate.1700000000.backup", Some(Format::Json)),
            ("a.toml", Some(Format::Toml)),
            (".env", Some(Format::Dotenv)),
            (".env.local", Some(Format::Dotenv)),
            (".env.yaml", Some(Format::Yaml)),
            (".env.j2", None),
            (".envrc", None),
            ("prod.env", Some(Format::Dotenv)),
            ("a.properties", Some(Format::Properties)),
            ("pom.xml", Some(Format::Xml)),
            ("a.hocon", Some(Format::Hocon)),
            ("a.edn", Some(Format::Edn)),
            ("a.vcl", Some(Format::Vcl)),
            ("etc/nginx.conf", Some(Format::Nginx)),
            ("other.conf", None),
            (".gitignore", Some(Format::Ignore)),
            ("ansible.cfg", Some(Format::Ini)),
            ("group_vars/all", Some(Format::Yaml)),
            ("prod/host_vars/web1/main", Some(Format::Yaml)),
            ("host_vars/web1.example.com", Some(Format::Yaml)),
            ("host_vars/README.md", None),
            ("group_vars/README", None),
            ("group_vars/all/ca.pem", None),
            ("group_vars/web.disabled", None),
            ("host_vars/web1.old", None),
            ("host_vars/.web1", None),
            ("host_vars/10.0.0.1", Some(Format::Yaml)),
            ("roles/web/tasks/main", Some(Format::Yaml)),
            ("roles/web/files/main", None),
            ("group_vars", None),
            ("a.ini", None),
            ("a.template", None),
        ];
        for (path, format) in cases {
            assert_eq!(Format::detect(path), format, "{path}");
        }
    }
}
