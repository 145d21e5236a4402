//! What a file is: a manifest, or one of the many others that are YAML or JSON as well.
//!
//! What it says counts before where it lies, so that a manifest is one in any folder. Places count
//! only for files that do not say what they are.

use crate::document::{Node, Value};

use crate::{
    gitops::{argocd, flux, kustomize},
    iac,
};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// An object for the API server.
    Manifest,
    /// A list of such objects (`v1` `List`, `ConfigMapList`).
    List,
    /// A `CustomResourceDefinition`.
    Crd,
    /// An object of Flux that points somewhere, which is a manifest as well.
    Flux,
    /// An object of Argo CD that points somewhere, which is a manifest as well.
    ArgoCd,
    /// A kustomization or component.
    Kustomization,
    /// `Chart.yaml`.
    HelmChart,
    /// `values.yaml` by its name: it is one if a `Chart.yaml` is beside it.
    HelmValues,
    /// It has `apiVersion` and `kind`, and is read by a program on somebody's machine.
    ClientSide,
    /// A workflow or pipeline of a CI system.
    Ci,
    /// Infrastructure as code.
    Iac(iac::Kind),
    /// A description of an API (`openapi`, `swagger`, `asyncapi`).
    OpenApi,
    /// A JSON Schema.
    JsonSchema,
    /// The configuration of a tool that is known by the file's name.
    Tool,
    /// Anything else.
    Data,
}

impl FileKind {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::List => "list",
            Self::Crd => "crd",
            Self::Flux => "flux",
            Self::ArgoCd => "argo-cd",
            Self::Kustomization => "kustomization",
            Self::HelmChart => "helm-chart",
            Self::HelmValues => "helm-values",
            Self::ClientSide => "client-side",
            Self::Ci => "ci",
            Self::Iac(kind) => kind.name(),
            Self::OpenApi => "openapi",
            Self::JsonSchema => "json-schema",
            Self::Tool => "tool",
            Self::Data => "data",
        }
    }

    /// Whether the document is meant for the API server.
    #[must_use]
    pub fn is_manifest(self) -> bool {
        match self {
            Self::Manifest | Self::List | Self::Crd | Self::Flux | Self::ArgoCd => true,
            Self::Kustomization
            | Self::HelmChart
            | Self::HelmValues
            | Self::ClientSide
            | Self::Ci
            | Self::Iac(_)
            | Self::OpenApi
            | Self::JsonSchema
            | Self::Tool
            | Self::Data => false,
        }
    }
}

/// What a document of a file is, by what it says and then by the file's path.
#[must_use]
pub fn kind_of_file(path: &str, node: &Node) -> FileKind {
    if kustomize::is_kustomization(path, node) {
        return FileKind::Kustomization;
    }
    let text = |key| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    if let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) {
        return object(api_version, kind, node);
    }
    if let Some(kind) = iac::kind_of(path, node) {
        return FileKind::Iac(kind);
    }
    by_content(node).or_else(|| by_place(path)).unwrap_or(FileKind::Data)
}

fn object(api_version: &str, kind: &str, node: &Node) -> FileKind {
    let group = group_of(api_version);
    if is_client_side(api_version, kind) {
        FileKind::ClientSide
    } else if group == "apiextensions.k8s.io" && kind == "CustomResourceDefinition" {
        FileKind::Crd
    } else if kind.ends_with("List") && kind.len() > "List".len() && node.get("items").is_some()
        || (api_version == "v1" && kind == "List")
    {
        FileKind::List
    } else if flux::is_known(api_version, kind) {
        FileKind::Flux
    } else if argocd::is_known(api_version, kind) {
        FileKind::ArgoCd
    } else {
        FileKind::Manifest
    }
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether what says this is read by a program on somebody's machine, or by a component from its
/// own disk, and never sent to the API server. Groups are listed only where all that is in them is.
#[must_use]
pub fn is_client_side(api_version: &str, kind: &str) -> bool {
    match group_of(api_version) {
        // Built-in plugins of kustomize, and kubeconfigs and policies of old schedulers.
        "" => api_version == "builtin" || (api_version == "v1" && matches!(kind, "Config" | "Policy")),
        "argoproj.io" => kind == "ConfigManagementPlugin",
        "apiserver.config.k8s.io"
        | "apiserver.k8s.io"
        | "audit.k8s.io"
        | "backstage.io"
        | "chainsaw.kyverno.io"
        | "cli.kyverno.io"
        | "client.authentication.k8s.io"
        | "config.kwok.x-k8s.io"
        | "controller-runtime.sigs.k8s.io"
        | "ctlptl.dev"
        | "eksctl.io"
        | "eventratelimit.admission.k8s.io"
        | "fn.kpt.dev"
        | "imgpkg.carvel.dev"
        | "k0sctl.k0sproject.io"
        | "k3d.io"
        | "kapp.k14s.io"
        | "kbld.k14s.io"
        | "kind.x-k8s.io"
        | "kpt.dev"
        | "krew.googlecontainertools.github.com"
        | "kubeadm.k8s.io"
        | "kubecontrollermanager.config.k8s.io"
        | "kubectl.config.k8s.io"
        | "kubelet.config.k8s.io"
        | "kubeproxy.config.k8s.io"
        | "kubescheduler.config.k8s.io"
        | "kustomize.config.k8s.io"
        | "meta.pkg.crossplane.io"
        | "mirror.openshift.io"
        | "pod-security.admission.config.k8s.io"
        | "qbec.io"
        | "resourcequota.admission.k8s.io"
        | "scaffolder.backstage.io"
        | "score.dev"
        | "skaffold"
        | "tanka.dev"
        | "test.gatekeeper.sh"
        | "vendir.k14s.io"
        | "viaduct.ai" => true,
        _ => false,
    }
}

/// What a document says that it is, without `apiVersion` and `kind`.
fn by_content(node: &Node) -> Option<FileKind> {
    let has = |key| node.get(key).is_some();
    let is_mapping = |key| node.get(key).is_some_and(|value| matches!(value.value, Value::Mapping(_)));
    if (has("openapi") || has("swagger") || has("asyncapi")) && has("info") {
        return Some(FileKind::OpenApi);
    }
    if node.get("$schema").and_then(Node::as_str).is_some_and(|schema| schema.contains("json-schema.org/")) {
        return Some(FileKind::JsonSchema);
    }
    // `on` is a boolean for readers of YAML 1.1.
    if is_mapping("jobs") && (has("on") || has("true")) {
        return Some(FileKind::Ci);
    }
    None
}

/// What a file is by its name and folder.
fn by_place(path: &str) -> Option<FileKind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = name.to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    if path.rsplit('/').next() == Some("Chart.yaml") {
        return Some(FileKind::HelmChart);
    }
    let is_yaml = matches!(extension, "yaml" | "yml");
    let inside = |wanted: &str| folder == wanted || folder.ends_with(&format!("/{wanted}"));
    let ci_folder = [
        ".github/workflows",
        ".gitea/workflows",
        ".forgejo/workflows",
        ".circleci",
        ".buildkite",
        ".woodpecker",
        ".tekton",
    ];
    if is_yaml && ci_folder.into_iter().any(inside) {
        return Some(FileKind::Ci);
    }
    if !is_yaml && !matches!(extension, "json" | "jsonc" | "json5" | "lock") {
        return None;
    }
    match stem {
        ".gitlab-ci"
        | "azure-pipelines"
        | ".drone"
        | ".travis"
        | "appveyor"
        | ".appveyor"
        | "bitbucket-pipelines"
        | "cloudbuild"
        | "buildspec"
        | ".woodpecker"
        | "jenkins-x"
        | "action"
            if is_yaml =>
        {
            Some(FileKind::Ci)
        }
        stem if is_yaml && (stem == "values" || stem.starts_with("values-") || stem.starts_with("values.")) => {
            Some(FileKind::HelmValues)
        }
        "mkdocs" | "taskfile" | ".pre-commit-config" | "dependabot" | "renovate" | ".renovaterc" | "codecov"
        | ".codecov" | "skaffold" | "helmfile" | "galaxy" | "requirements" | ".yamllint" | ".golangci"
        | ".goreleaser" | "codefresh" | "lefthook" | ".sops" | "_config" | "serverless" | "package"
        | "package-lock" | "pnpm-workspace" | "pnpm-lock" | "tsconfig" | "chart" | "jsonnetfile"
        | "jsonnetfile.lock" | ".markdownlint" | ".prettierrc" | ".eslintrc" | "ct" | "artifacthub-repo"
        | ".releaserc" | "devcontainer" => Some(FileKind::Tool),
        _ if inside(".github") || inside(".vscode") || inside(".devcontainer") => Some(FileKind::Tool),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{
        ParseLimits,
        format::{Format, parse},
    };

    fn yaml(text: &str) -> Node {
        parse(Format::Yaml, text.as_bytes(), &ParseLimits::default()).documents.remove(0).root
    }

    #[test]
    fn files_are_told_apart() {
        let cases = [
            ("a.yaml", "{apiVersion: apps/v1, kind: Deployment}", FileKind::Manifest),
            (".github/workflows/a.yaml", "{apiVersion: apps/v1, kind: Deployment}", FileKind::Manifest),
            ("values.yaml", "{apiVersion: v1, kind: Service}", FileKind::Manifest),
            ("a.yaml", "{apiVersion: v1, kind: List, items: []}", FileKind::List),
            ("a.yaml", "{apiVersion: v1, kind: ConfigMapList, items: []}", FileKind::List),
            ("a.yaml", "{apiVersion: example.org/v1, kind: AllowList, spec: {}}", FileKind::Manifest),
            ("a.yaml", "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition}", FileKind::Crd),
            ("a.yaml", "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization}", FileKind::Flux),
            ("kustomization.yaml", "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization}", FileKind::Flux),
            ("a/kustomization.yml", "{resources: [a.yaml]}", FileKind::Kustomization),
            (
                "a/prod.yaml",
                "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}",
                FileKind::Kustomization,
            ),
            ("a.yaml", "{apiVersion: argoproj.io/v1alpha1, kind: Application}", FileKind::ArgoCd),
            ("a.yaml", "{apiVersion: argoproj.io/v1alpha1, kind: Workflow}", FileKind::Manifest),
            ("config", "{apiVersion: v1, kind: Config, clusters: []}", FileKind::ClientSide),
            ("t.yaml", "{apiVersion: builtin, kind: PrefixTransformer}", FileKind::ClientSide),
            ("kind.yaml", "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster}", FileKind::ClientSide),
            ("skaffold.yaml", "{apiVersion: skaffold/v4beta1, kind: Config}", FileKind::ClientSide),
            ("Chart.yaml", "{apiVersion: v2, name: x, version: 1.0.0}", FileKind::HelmChart),
            ("c/values-prod.yaml", "{image: x}", FileKind::HelmValues),
            (".github/workflows/ci.yml", "{on: push, jobs: {}}", FileKind::Ci),
            ("anywhere.yml", "{on: push, jobs: {a: {}}}", FileKind::Ci),
            (".gitlab-ci.yml", "{build: {script: x}}", FileKind::Ci),
            ("compose.prod.yml", "{services: {db: {image: postgres}}}", FileKind::Iac(iac::Kind::Compose)),
            ("stack.yml", "{services: {db: {port: 1}}}", FileKind::Data),
            ("x.yml", "[{hosts: all, tasks: []}]", FileKind::Iac(iac::Kind::Ansible(iac::ansible::Kind::Playbook))),
            (
                "roles/a/tasks/main.yml",
                "[{name: x, ansible.builtin.copy: {}}]",
                FileKind::Iac(iac::Kind::Ansible(iac::ansible::Kind::Tasks)),
            ),
            ("a.json", "{Resources: {B: {Type: 'AWS::S3::Bucket'}}}", FileKind::Iac(iac::Kind::CloudFormation)),
            ("a.json", "{Resources: {B: {Type: X}}}", FileKind::Data),
            ("api.yaml", "{openapi: 3.1.0, info: {}}", FileKind::OpenApi),
            ("kustomize-openapi.yaml", "{openapi: x}", FileKind::Data),
            ("s.json", "{$schema: 'http://json-schema.org/draft-07/schema#'}", FileKind::JsonSchema),
            ("mkdocs.yml", "{site_name: x}", FileKind::Tool),
            (".github/dependabot.yml", "{version: 2}", FileKind::Tool),
            ("a.yaml", "{kind: Deployment}", FileKind::Data),
            ("a.yaml", "{apiVersion: '', kind: x}", FileKind::Data),
            ("a.yaml", "x", FileKind::Data),
        ];
        for (path, text, kind) in cases {
            assert_eq!(kind_of_file(path, &yaml(text)), kind, "{path}: {text}");
        }
    }

    #[test]
    fn only_what_never_reaches_the_server_is_client_side() {
        for (api_version, kind) in [
            ("v1", "Config"),
            ("kubeadm.k8s.io/v1beta4", "ClusterConfiguration"),
            ("meta.pkg.crossplane.io/v1", "Provider"),
            ("backstage.io/v1alpha1", "Component"),
            ("argoproj.io/v1alpha1", "ConfigManagementPlugin"),
        ] {
            assert!(is_client_side(api_version, kind), "{api_version} {kind}");
        }
        for (api_version, kind) in [
            ("v1", "ConfigMap"),
            ("cluster.x-k8s.io/v1beta1", "Cluster"),
            ("bootstrap.cluster.x-k8s.io/v1beta1", "KubeadmConfig"),
            ("pkg.crossplane.io/v1", "Provider"),
            ("tekton.dev/v1", "Task"),
            ("porch.kpt.dev/v1alpha1", "PackageRevision"),
            ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
            ("operator.openshift.io/v1", "Config"),
            ("", ""),
        ] {
            assert!(!is_client_side(api_version, kind), "{api_version} {kind}");
        }
    }
}
