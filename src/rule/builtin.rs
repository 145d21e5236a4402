//! The rules that are always on, and the documentation of every rule that is not Rego.

use super::{
    catalogue::explain, fields, helm, iac, kustomize, paths, pins, references, refs, resources, schema, secrets,
};
use crate::{
    git::RepoPath,
    kubernetes::immutable,
    verdict::{Finding, Place, Severity},
};

/// A file that cannot be read as its format.
pub const SYNTAX: &str = "syntax";
/// A key that stands twice in one mapping.
pub const DUPLICATE_KEY: &str = "duplicate-key";
/// A template of a Helm chart.
pub const HELM_TEMPLATE: &str = "helm-template";
/// A file that is encrypted as a whole.
pub const ENCRYPTED: &str = "encrypted-file";
/// A file that is too large to be searched.
pub const LARGE_FILE: &str = "large-file";
/// A push with more commits than are looked into.
pub const LONG_HISTORY: &str = "long-history";
/// A manifest in a list that does not say what it is.
pub const LIST_ITEM: &str = "list-item";
/// A file whose content is not in the repository.
pub const LFS_POINTER: &str = "lfs-pointer";
/// A symbolic link or submodule where a declarative file should be.
pub const LINK: &str = "link";
/// Attributes that make a checkout differ from what is judged.
pub const ATTRIBUTES: &str = "gitattributes";
/// A template that does not say so by its name.
pub const UNFILLED: &str = "unfilled-template";
/// A file that was compared with nothing.
pub const NOT_COMPARED: &str = "not-compared";
/// An object that stands twice.
pub const DUPLICATE_OBJECT: &str = "duplicate-object";
/// A file of a language that is not read.
pub const UNREAD: &str = "unread-format";
/// A state of Terraform.
pub const TERRAFORM_STATE: &str = "terraform-state";
/// A kustomization that is not built.
pub const NOT_BUILT: &str = "not-built";
/// A ref that replaces objects.
pub const REPLACEMENT_REF: &str = "replacement-ref";
/// A policy ref that would hold no working policies.
pub const POLICY_SOURCE: &str = "policy-source";

/// What a rule is for.
pub struct Explanation {
    /// Its id.
    pub id: &'static str,
    /// What it says no to, in one line.
    pub title: &'static str,
    /// Why, and what to do, in a few paragraphs.
    pub text: &'static str,
}

/// Every built-in rule, by id.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        id: schema::AMBIGUOUS,
        title: "A value that other readers of YAML take for something else",
        text: "Kubernetes reads this value as a string, but readers of full YAML 1.1 (PyYAML, Ansible) or of YAML 1.2
do not: `1:30` is the number 90 for the first, `0o17` the number 15 for the second. It is a warning.

How to fix: put the value in quotes.",
    },
    Explanation {
        id: iac::ANSIBLE,
        title: "A file is not what Ansible accepts",
        text: "Ansible refuses a playbook with a keyword that it does not know, a task without a module or with two, and
more; a misspelt keyword is taken for a module. Playbooks, tasks, handlers, variables, inventories,
requirements and the metadata of roles are recognised by what they say and where they lie.

How to fix: mend the place shown; `ansible-playbook --syntax-check` says whether a playbook is good.

Configured under `rules` with `schema: ansible`.",
    },
    explain::CLOUDFORMATION_DELETION,
    explain::CLOUDFORMATION_POLICY,
    explain::CLOUDFORMATION_REPLACEMENT,
    Explanation {
        id: iac::CLOUDFORMATION,
        title: "A template is not what CloudFormation accepts",
        text: "Types of resources, their properties, what they require, and what `Ref`, `GetAtt`, `Sub`, conditions and the
like point at are compared with the types of a day (`data/README.md` names it). Where a macro may add
something, nothing is said of what is not there.

How to fix: mend the place shown; the nearest right name is given.

Configured under `rules` with `schema: cloudformation`.",
    },
    Explanation {
        id: iac::COMPOSE,
        title: "A file is not what Compose accepts",
        text: "Compose refuses keys that it does not know, values of the wrong sort, and services that point at networks,
volumes, secrets or services that are not there. Where another file may be merged with this one, what is
not there is a warning at most.

How to fix: mend the place shown; `docker compose config` says whether the file is good.

Configured under `rules` with `schema: compose`.",
    },
    Explanation {
        id: DUPLICATE_KEY,
        title: "A key stands twice in one mapping",
        text: "The YAML specification forbids it, and readers disagree: some keep the first value, most the last,
some refuse the file. What is reviewed need not be what is applied.

How to fix: remove one of the two. Both places are shown.",
    },
    Explanation {
        id: DUPLICATE_OBJECT,
        title: "An object stands twice where it is applied once",
        text: "Two manifests of one folder, or one file, describe the same object: group, kind, namespace and name are
the same. kustomize refuses that; others apply one over the other, and which one wins depends on their order.
Both are compared with what was there before. It is a warning.

How to fix: keep one of them. Both places are shown.",
    },
    Explanation {
        id: ENCRYPTED,
        title: "The file is encrypted as a whole and is not judged",
        text: "git-crypt and Ansible Vault store files as ciphertext. Nothing can be said about what they hold, so the file is
reported (`-v`) and let in.",
    },
    Explanation {
        id: ATTRIBUTES,
        title: "A .gitattributes file makes a checkout differ from what is judged",
        text: "With `working-tree-encoding` Git converts a file when it is checked out: what is applied is not what is
in the repository.

How to fix: take the attribute away from files that may be YAML or JSON, and store them as UTF-8.",
    },
    Explanation {
        id: helm::ID,
        title: "A Helm chart or its values are not what Helm accepts",
        text: "Helm refuses a chart whose `Chart.yaml` is broken or lacks a name or version, and values that do not
match the `values.schema.json` beside them.

How to fix: mend the place shown; `helm lint CHART` says whether it is good.

Configured under `rules` with `check: helm-chart`.",
    },
    Explanation {
        id: HELM_TEMPLATE,
        title: "The file is a Helm template and is not judged",
        text: "Files below `templates/` of a chart become YAML only when Helm renders them. Those that are YAML as
they stand are judged; the others are counted, named with `-v`, and let in. Judge what they
render to: helm template CHART | pushgate check -",
    },
    Explanation {
        id: immutable::IGNORED,
        title: "A change of a field has no effect in the cluster",
        text: "The API server takes the manifest and keeps its own value without a word, so that the repository and the cluster
differ from then on: `status`, what the server fills in (`metadata.creationTimestamp`), the `spec` of a
CertificateSigningRequest, a `clusterIP: None` that is taken away. Or a mark on the object keeps whoever
applies it from changing it (`kustomize.toolkit.fluxcd.io/ssa: IfNotPresent`). It is a warning.

What to do: leave the field out, or restore it, so that the manifest says what is there.

Told by `catalogue: kubernetes` under `immutability.fields`.",
    },
    Explanation {
        id: fields::ID,
        title: "A field was changed in a way in which it may not change",
        text: "Kubernetes refuses to change some fields of an object that exists (\"field is immutable\"), and a
GitOps engine that tries stalls for the whole set of objects. Others must not change because
something outside depends on them. A rule says how its fields may change: not at all (`immutable`), once
(`set-once`), to larger or smaller amounts (`grow-only`, `shrink-only`), to anything but nothing (`keep`), by
entries that come or go (`add-only`, `remove-only`), in some parts (`only`), from state to state (`states`).

The object is recognised by its group, kind, namespace and name, wherever it is written: moving
it to another file changes nothing. A resource of Terraform belongs to its folder; one of CloudFormation, a
host of an inventory or a service of Compose to its file; a file or folder with another name is
followed where only one can be meant. A `moved` block is not followed. Values are compared, not text: the order of keys,
quoting and comments do not count; nothing, `null` and an empty list or mapping are the same; `1Gi` is `1024Mi`.
What is filled in later cannot be compared: see `pushgate explain undecidable`.

How to fix: restore the old value. If it has to change, give the object a new name, delete the
old one, and plan for what depends on it.

Objects that can be deleted and created anew without loss may say that they are, which makes this a warning:
`kustomize.toolkit.fluxcd.io/force: enabled` (Flux; an annotation or a label),
`argocd.argoproj.io/sync-options: Force=true,Replace=true` (Argo CD; both), a hook that is deleted before it is
created, `spec.force: true` of the Kustomization that applies them. Of a PersistentVolumeClaim, PersistentVolume,
StatefulSet, Namespace or CustomResourceDefinition the data would go as well: that takes a waiver.

Configured under `immutability.fields`.",
    },
    Explanation {
        id: paths::ID,
        title: "A path that may not change was changed, deleted or moved",
        text: "Release records, audit logs and published artifacts are append-only: once in, a file stays as it is.
Its content, its mode, its type and its name count.

How to fix: restore the file, and add a new one beside it.

Configured under `immutability.paths`.",
    },
    Explanation {
        id: resources::ID,
        title: "A resource that may not go was deleted, renamed, or taken from those that need it",
        text: "What is not in the repository any more is deleted by whatever applies it, and with a Namespace, a
PersistentVolumeClaim or a CustomResourceDefinition go the data. Another name, namespace or kind is a deletion
and a creation. A resource that moves to another file, document or list is not deleted; nor is one that stands
in another file as well. The same object under `clusters/a` and `clusters/b` is two.

An object is orphaned when something in the same cluster still needs what is removed: objects in a Namespace,
custom resources of a definition, workloads and bindings with a ServiceAccount, and the like.

Where labels protect a resource, taking them away is a warning: a later push may remove it then.

How to fix: restore the resource. The message says where it stood.

Configured under `immutability.resources`.",
    },
    Explanation {
        id: schema::ID,
        title: "A manifest is not what the Kubernetes API accepts",
        text: "The manifest is compared with the types of the Kubernetes version in the configuration, strictly: a
misspelt field is dropped by the API server without a word, or stops the whole sync. Also compared:
quantities, dates, base64, names, entries that stand twice, and a selector with its template's labels.
Custom resources are compared with the definition in the same repository.

How to fix: mend the place shown; the nearest right spelling is named. `${NAME}` stands for anything.

Configured under `rules` with `schema: kubernetes` and `version`.",
    },
    Explanation {
        id: kustomize::ID,
        title: "A kustomization is not what kustomize accepts",
        text: "kustomize refuses a kustomization with a field that it does not know or of the wrong type, and with it
everything that it would have built.

How to fix: mend the place shown; `kustomize build FOLDER` says whether it is good.

Configured under `rules` with `check: kustomization`.",
    },
    Explanation {
        id: LARGE_FILE,
        title: "The file is too large to be searched",
        text: "Files over 8 MiB that are not declarative are let in without being searched for secrets; files without an\nextension over 4 MiB are not looked into for whether they are an inventory.",
    },
    Explanation {
        id: LFS_POINTER,
        title: "The content of the file is not in the repository",
        text: "The file is a Git LFS pointer: what a consumer gets is fetched from elsewhere and cannot be judged.

How to fix: keep declarative files out of LFS (see `.gitattributes`). If this one is no manifest,
an administrator can leave it out under `files` with `ignore: true`.",
    },
    Explanation {
        id: LINK,
        title: "A symbolic link or submodule stands where a declarative file should be",
        text: "Kustomize and Helm follow links. A link whose name says YAML or JSON leads to a file that is not judged
under that name: one with another ending, none at all, or one outside of the repository.

How to fix: make it a file, or let it point to a declarative file of this repository.",
    },
    Explanation {
        id: LIST_ITEM,
        title: "A manifest in a list does not say what kind it is",
        text: "kubectl gives the items of a `DeploymentList` the kind of the list. Policies look at `kind`, and would
not recognise them.

How to fix: write `apiVersion` and `kind` into each item, or use documents of their own.",
    },
    Explanation {
        id: LONG_HISTORY,
        title: "The push has more commits than are looked into one by one",
        text: "Secrets are looked for in what the last commit holds and in what those before it brought, for up to
1,000 commits. Of a longer push only the last is judged. It is told to whoever asks (`-v`).",
    },
    Explanation {
        id: references::ID,
        title: "Something points at a file or folder that is not in the repository",
        text: "A kustomization names its resources, patches and inputs; a Flux Kustomization or an Argo CD Application
names a folder. Where what they name is not there after the push, nothing below it is applied any more.
What is deleted is looked for in all kustomizations, changed or not.

How to fix: add the file (was it left out of the commit?), or take the reference away. Which sources of
Flux and Argo CD are this repository is said by `repository: {url: …}`.

Configured under `rules` with `check: missing-reference`.",
    },
    Explanation {
        id: NOT_BUILT,
        title: "A kustomization is not built, and its files are compared as they lie",
        text: "Rules about objects that may not change look at what is applied: pushgate builds kustomizations in memory. It
takes nothing from elsewhere and runs no program, so one with a remote base, a Helm chart or a plugin is not
built. Its files are compared with what they said before, without what the kustomization adds to them.",
    },
    Explanation {
        id: NOT_COMPARED,
        title: "A file was compared with nothing, because what was there before could not be read",
        text: "A file that is broken in the repository says nothing that its next revision could be compared with. So the
last revision that could be read is looked for, up to 1,000 commits back. Where there is none, nothing says
whether the push changes what may not change. It is a warning; where no revision was ever good, it is told to
whoever asks (`-v`).",
    },
    Explanation {
        id: secrets::ID,
        title: "A secret comes into the repository unencrypted",
        text: "Who can read the repository, a clone or a backup of it has the secret; base64 is no encryption. A secret
that was pushed stays in history even if the next commit removes it.

How to fix: remove it and make a new secret: this one has left your machine. Store secrets encrypted
(SOPS, Sealed Secrets) or outside of the repository (External Secrets, Vault).

Configured under `rules` with `check: plaintext-secret`.",
    },
    Explanation {
        id: POLICY_SOURCE,
        title: "The push would leave the policy ref without working policies",
        text: "The gate takes its configuration and policies from a ref of this repository. A mistake in them would
refuse every later push, the one that mends it among them. So such a push is refused.

How to fix: run `pushgate config check` in the folder of the configuration, and push again.",
    },
    Explanation {
        id: refs::ID,
        title: "A ref may not be created, moved, rewritten or deleted",
        text: "GitOps engines apply what a branch or tag points to. A branch that loses commits takes the
history of what was applied with it; a tag that moves makes one version mean two things.

How to fix: for branches pull, then push without --force; undo changes by `git revert`. For tags
make a new one.

Configured under `immutability.refs`.",
    },
    Explanation {
        id: kustomize::REMOTE,
        title: "A kustomization takes something from elsewhere, which is not judged",
        text:
            "What lies at a URL is built in without having been pushed here. It is told to whoever asks (`-v`). Whether
it has to be pinned is said by `pins`; to have it judged, copy it into the repository.

Told by `check: kustomization`.",
    },
    Explanation {
        id: REPLACEMENT_REF,
        title: "A ref under refs/replace/ would change what Git shows",
        text: "Replacement refs make Git read one object where another is named. What is judged would not be what
is checked out. They are refused on every server.

How to fix: keep them on your own machine.",
    },
    Explanation {
        id: SYNTAX,
        title: "A file cannot be read as its format",
        text: "A file is recognised as YAML, JSON, HCL or another format (docs/formats.md) and could not be parsed, so
nothing that it holds could be judged, and no consumer could apply it.

How to fix: mend the place shown; `pushgate check FILE` says whether it is good now. If the file
only looks declarative, an administrator can leave it out:

  files:
    - match: [\"path/**\"]
      ignore: true",
    },
    explain::TERRAFORM_DESTRUCTION,
    explain::TERRAFORM_PROTECTION,
    explain::TERRAFORM_REPLACEMENT,
    Explanation {
        id: iac::TERRAFORM,
        title: "A file is not what Terraform accepts",
        text: "What `terraform validate` refuses whatever the providers are: what is referred to and not declared, declared
twice, `moved`, `removed` and `import` blocks that cannot be, modules that are not there or are called
with the wrong arguments. All files of the folder count, as they are after the push.

How to fix: mend the place shown; `terraform validate` says whether the module is good.

Configured under `rules` with `schema: terraform`.",
    },
    Explanation {
        id: TERRAFORM_STATE,
        title: "A state of Terraform does not belong into a repository",
        text: "A state holds every attribute of every resource, passwords and keys among them, in clear, and is stale as
soon as anybody applies. Whoever can read the repository can read it.

How to fix: keep it in a backend, ignore `*.tfstate*`, and replace the secrets that it holds: the push has
sent them already. An administrator can leave test data out under `files`.",
    },
    Explanation {
        id: fields::UNDECIDABLE,
        title: "Nobody can know here whether a field changes",
        text: "A field that may not change holds something that is filled in before it is applied: `${NAME}` (Flux, envsubst),
`{{ … }}`, `<path:…#key>` (argocd-vault-plugin), `ref+…` (vals) or a value that SOPS encrypted. Or values have to
be compared that are no numbers, quantities or durations. Or only the cluster knows: whether a Job that is suspended has
started, which address a Service was given. It is a warning, or told to whoever asks: the push is not refused for it.

What to do: make sure that what will be filled in, or is in the cluster, is what was there before.

Configured under `immutability.fields`.",
    },
    Explanation {
        id: UNFILLED,
        title: "The file is a template and is not judged",
        text: "Ansible, Terraform (`templatefile`) and others fill files in before anybody reads them as what their name
says. Where reading stops at `{{`, `{%`, `%{` or `${`, and the place does not speak against it, such files are
counted, named with `-v`, and let in. A name that ends in .j2 or .tftpl says it better.",
    },
    Explanation {
        id: resources::UNKNOWN,
        title: "It cannot be told which resource is removed, or whether it may be",
        text: "A rule over resources needs to know their names, and some need their namespaces. A manifest without a name,
with `generateName`, or with a name that is filled in later (`${NAME}`, `{{ .name }}`) does not say it; a
namespace is looked for in the manifest, in the kustomizations that take it, and in the objects of Flux and
Argo CD that have it applied. It is a warning.

How to fix: write what is missing into the manifest, or look at the change with care.

Configured under `immutability.resources`.",
    },
    Explanation {
        id: schema::UNKNOWN,
        title: "A custom resource has no definition in the repository and is not validated",
        text: "Its structure is compared with the `CustomResourceDefinition` in the same repository. There is none, so
only its name was looked at. It is let in and counted; `-v` names it.",
    },
    Explanation {
        id: pins::ID,
        title: "A source of Flux or Argo CD is not pinned",
        text: "What a branch or a range of versions stands for changes without a push to this repository, so what is
applied is not what was reviewed, and a rollback does not bring it back.

How to fix: name a commit, a digest, a tag or an exact version. Sources that are this repository
(`repository: {url: …}`) are free to follow a branch.

Configured under `rules` with `pins`.",
    },
    Explanation {
        id: UNREAD,
        title: "The file is of a language that is not read",
        text: "CUE, Jsonnet and Groovy are programs: what they say is known when they have been run, and a gate runs nothing
of a push. Such files are counted, named with `-v`, and let in. Judge what they give:
jsonnet app.jsonnet | pushgate check -",
    },
];

/// A file that is let in without being judged, for a reason that is told to whoever asks.
#[must_use]
pub fn not_judged(path: &RepoPath, rule: &'static str) -> Finding {
    let why = match rule {
        ENCRYPTED => "is encrypted as a whole",
        HELM_TEMPLATE => "is a template of a Helm chart",
        LARGE_FILE => "is too large to be looked into",
        LFS_POINTER => "is a Git LFS pointer, with its content elsewhere",
        UNFILLED => "is a template that has to be filled in first",
        UNREAD => "is of a language that is not read",
        other => other,
    };
    let mut finding = Finding::new(rule, format!("{path} {why}: not judged")).at(Place::file(path.clone()));
    finding.severity = Severity::Info;
    finding
}

/// A kustomization that cannot be built here.
#[must_use]
pub fn not_built(path: &str, why: &str) -> Finding {
    let message = format!("{path}: {why}, so its files are compared as they lie");
    let mut finding = Finding::new(NOT_BUILT, message).at(Place::file(RepoPath::new(path)));
    finding.severity = Severity::Info;
    finding
}

/// A state of Terraform in the repository.
#[must_use]
pub fn terraform_state(path: &RepoPath) -> Finding {
    Finding::new(TERRAFORM_STATE, format!("{path} is a state of Terraform: it holds every secret in clear"))
        .at(Place::file(path.clone()))
        .with_help("keep states in a backend; add `*.tfstate*` to .gitignore; `git rm --cached` takes it out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_judged_is_known_to_the_verdict() {
        assert_eq!(crate::verdict::NOT_JUDGED, [ENCRYPTED, HELM_TEMPLATE, LARGE_FILE, LFS_POINTER, UNFILLED, UNREAD]);
        assert_eq!(crate::verdict::NOT_VALIDATED, schema::UNKNOWN);
    }

    #[test]
    fn explanations_are_in_order_and_unique() {
        assert!(EXPLANATIONS.windows(2).all(|pair| matches!(pair, [a, b] if a.id < b.id)));
    }
}
