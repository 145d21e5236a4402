//! The rules that are always on, and the documentation of every rule that is not Rego.

use super::{fields, paths, refs};
use crate::{
    git::RepoPath,
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
/// A manifest in a list that does not say what it is.
pub const LIST_ITEM: &str = "list-item";
/// A file whose content is not in the repository.
pub const LFS_POINTER: &str = "lfs-pointer";
/// A symbolic link or submodule where a declarative file should be.
pub const LINK: &str = "link";
/// Attributes that make a checkout differ from what is judged.
pub const ATTRIBUTES: &str = "gitattributes";
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
        id: DUPLICATE_KEY,
        title: "A key stands twice in one mapping",
        text: "The YAML specification forbids it, and readers disagree: some keep the first value, most the last,
some refuse the file. What is reviewed need not be what is applied.

How to fix: remove one of the two. Both places are shown.",
    },
    Explanation {
        id: ENCRYPTED,
        title: "The file is encrypted as a whole and is not judged",
        text: "git-crypt stores files as ciphertext. Nothing can be said about what they hold, so the file is
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
        id: HELM_TEMPLATE,
        title: "The file is a Helm template and is not judged",
        text: "Files below `templates/` of a chart become YAML only when Helm renders them. Those that are YAML as
they stand are judged; the others are counted, named with `-v`, and let in. Judge what they
render to: helm template CHART | pushgate check -",
    },
    Explanation {
        id: fields::ID,
        title: "A field that may not change was changed or removed",
        text: "Kubernetes refuses to change some fields of an object that exists (\"field is immutable\"), and a
GitOps engine that tries stalls for the whole set of objects. Others must not change because
something outside depends on them.

The object is recognised by its group, kind, namespace and name, wherever it is written: moving
it to another file changes nothing. Values are compared, not text: the order of keys, quoting and
comments do not count; nothing, `null` and an empty list or mapping are the same.

How to fix: restore the old value. If it has to change, give the object a new name, delete the
old one, and plan for what depends on it.

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
        id: REPLACEMENT_REF,
        title: "A ref under refs/replace/ would change what Git shows",
        text: "Replacement refs make Git read one object where another is named. What is judged would not be what
is checked out. They are refused on every server.

How to fix: keep them on your own machine.",
    },
    Explanation {
        id: SYNTAX,
        title: "A file cannot be read as its format",
        text: "A file whose name says YAML or JSON could not be parsed, so nothing that it holds could be judged,
and no consumer could apply it.

How to fix: mend the place shown; `pushgate check FILE` says whether it is good now. If the file
only looks declarative, an administrator can leave it out:

  files:
    - match: [\"path/**\"]
      ignore: true",
    },
];

/// A file that is let in without being judged, for a reason that is told to whoever asks.
#[must_use]
pub fn not_judged(path: &RepoPath, rule: &'static str) -> Finding {
    let why = match rule {
        ENCRYPTED => "is encrypted as a whole",
        HELM_TEMPLATE => "is a template of a Helm chart",
        other => other,
    };
    let mut finding = Finding::new(rule, format!("{path} {why}: not judged")).at(Place::file(path.clone()));
    finding.severity = Severity::Info;
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_judged_is_known_to_the_verdict() {
        assert_eq!(crate::verdict::NOT_JUDGED, [ENCRYPTED, HELM_TEMPLATE]);
    }

    #[test]
    fn explanations_are_in_order_and_unique() {
        assert!(EXPLANATIONS.windows(2).all(|pair| matches!(pair, [a, b] if a.id < b.id)));
    }
}
