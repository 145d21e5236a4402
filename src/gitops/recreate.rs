//! What an object says of itself to the tools that apply it: that it is deleted and created anew where it cannot be
//! changed, or that it is not changed at all.

use crate::document::{Node, Value};

/// What becomes of an object that cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is deleted and created anew each time: a hook, or an object without a name of its own.
    Anew(&'static str),
    /// It is deleted and created anew if it cannot be changed.
    Recreated(&'static str),
    /// What it was created as stays.
    Kept(&'static str),
    /// It may be deleted before it is created anew, depending on how it ended.
    Perhaps(&'static str),
}

impl Mark {
    /// What says so, as it is written.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Anew(words) | Self::Recreated(words) | Self::Kept(words) | Self::Perhaps(words) => words,
        }
    }
}

fn in_metadata<'n>(object: &'n Node, field: &str, key: &str) -> Option<&'n str> {
    object.get("metadata")?.get(field)?.get(key)?.as_str()
}

fn annotation<'n>(object: &'n Node, key: &str) -> Option<&'n str> {
    in_metadata(object, "annotations", key)
}

/// What Flux finds: an annotation or a label, in whatever case.
fn flux(object: &Node, key: &str, wanted: &[&str]) -> bool {
    let key = format!("kustomize.toolkit.fluxcd.io/{key}");
    let said = ["annotations", "labels"].into_iter().filter_map(|field| in_metadata(object, field, &key));
    said.into_iter().any(|value| wanted.iter().any(|wanted| value.eq_ignore_ascii_case(wanted)))
}

fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// What an object says of itself.
#[must_use]
pub fn mark(object: &Node) -> Option<Mark> {
    let metadata = object.get("metadata")?;
    if metadata.get("generateName").is_some() && metadata.get("name").is_none() {
        return Some(Mark::Anew("generateName"));
    }
    if flux(object, "ssa", &["IfNotPresent"]) {
        return Some(Mark::Kept("kustomize.toolkit.fluxcd.io/ssa: IfNotPresent"));
    }
    if flux(object, "ssa", &["Ignore"]) {
        return Some(Mark::Kept("kustomize.toolkit.fluxcd.io/ssa: Ignore"));
    }
    if flux(object, "reconcile", &["disabled"]) {
        return Some(Mark::Kept("kustomize.toolkit.fluxcd.io/reconcile: disabled"));
    }
    if let Some(hook) = annotation(object, "argocd.argoproj.io/hook") {
        if listed(hook).any(|kind| kind == "Skip") {
            return Some(Mark::Kept("argocd.argoproj.io/hook: Skip"));
        }
        let policies = annotation(object, "argocd.argoproj.io/hook-delete-policy");
        let is_deleted = policies.is_none_or(|policies| listed(policies).any(|one| one == "BeforeHookCreation"));
        let words = "argocd.argoproj.io/hook";
        return Some(if is_deleted { Mark::Anew(words) } else { Mark::Perhaps(words) });
    }
    if let Some(hook) = annotation(object, "helm.sh/hook")
        && listed(hook).any(|kind| kind != "crd-install" && kind != "crds")
    {
        let policies = annotation(object, "helm.sh/hook-delete-policy");
        let is_deleted = policies.is_none_or(|policies| listed(policies).any(|one| one == "before-hook-creation"));
        return Some(if is_deleted { Mark::Anew("helm.sh/hook") } else { Mark::Perhaps("helm.sh/hook") });
    }
    if flux(object, "force", &["enabled"]) {
        return Some(Mark::Recreated("kustomize.toolkit.fluxcd.io/force: enabled"));
    }
    if annotation(object, "argocd.argoproj.io/sync-options").is_some_and(forces) {
        return Some(Mark::Recreated("argocd.argoproj.io/sync-options: Force=true,Replace=true"));
    }
    None
}

/// Whether options of Argo CD have objects deleted and created anew: one of them alone does not.
fn forces(options: &str) -> bool {
    ["Force=true", "Replace=true"].iter().all(|wanted| listed(options).any(|option| option == *wanted))
}

/// Whether an object of Flux or Argo CD says this of all that it applies, and how.
#[must_use]
pub fn of_applier(object: &Node) -> Option<Mark> {
    let text = |key: &str| object.get(key).and_then(Node::as_str).unwrap_or_default();
    let (api_version, spec) = (text("apiVersion"), object.get("spec")?);
    if api_version.starts_with("kustomize.toolkit.fluxcd.io/") && text("kind") == "Kustomization" {
        let is_forced = spec.get("force").is_some_and(|force| force.value == Value::Bool(true));
        return is_forced.then_some(Mark::Recreated("spec.force: true"));
    }
    if api_version.starts_with("argoproj.io/") {
        let spec = match text("kind") {
            "ApplicationSet" => spec.get("template")?.get("spec")?,
            _ => spec,
        };
        let options = spec.get("syncPolicy")?.get("syncOptions")?.as_sequence()?;
        let has = |wanted: &str| options.iter().any(|option| option.as_str().map(str::trim) == Some(wanted));
        let is_forced = has("Force=true") && has("Replace=true");
        return is_forced.then_some(Mark::Recreated("syncOptions: [Force=true, Replace=true]"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gitops::testing::yaml as node;

    #[test]
    fn marks_are_read_as_the_tools_read_them() {
        let with = |metadata: &str| mark(&node(&format!("metadata: {{name: a, {metadata}}}\n"))).map(Mark::words);
        let flux = "kustomize.toolkit.fluxcd.io";
        assert_eq!(
            with(&format!("annotations: {{{flux}/force: enabled}}")),
            Some("kustomize.toolkit.fluxcd.io/force: enabled")
        );
        assert_eq!(
            with(&format!("labels: {{{flux}/force: Enabled}}")),
            Some("kustomize.toolkit.fluxcd.io/force: enabled")
        );
        assert_eq!(with(&format!("labels: {{{flux}/force: disabled}}")), None);
        assert_eq!(
            with(&format!("labels: {{{flux}/ssa: ifnotpresent}}")),
            Some("kustomize.toolkit.fluxcd.io/ssa: IfNotPresent")
        );
        let argo = |options: &str| with(&format!("annotations: {{argocd.argoproj.io/sync-options: '{options}'}}"));
        assert!(argo("Force=true,Replace=true").is_some());
        assert!(argo(" Replace=true , Prune=false, Force=true ").is_some());
        assert_eq!(argo("Replace=true"), None);
        assert_eq!(argo("Force=true"), None);
        let object = node("metadata: {generateName: a-}\n");
        assert_eq!(mark(&object), Some(Mark::Anew("generateName")));
    }

    #[test]
    fn hooks_are_deleted_first_unless_they_say_otherwise() {
        let hook = |annotations: &str| mark(&node(&format!("metadata: {{name: a, annotations: {{{annotations}}}}}\n")));
        let argo = "argocd.argoproj.io/hook";
        assert_eq!(hook(&format!("{argo}: PreSync")), Some(Mark::Anew(argo)));
        assert_eq!(hook(&format!("{argo}: PreSync, {argo}-delete-policy: BeforeHookCreation")), Some(Mark::Anew(argo)));
        assert_eq!(hook(&format!("{argo}: PreSync, {argo}-delete-policy: HookSucceeded")), Some(Mark::Perhaps(argo)));
        assert_eq!(hook(&format!("{argo}: Skip")), Some(Mark::Kept("argocd.argoproj.io/hook: Skip")));
        assert_eq!(hook("helm.sh/hook: 'pre-install,pre-upgrade'"), Some(Mark::Anew("helm.sh/hook")));
        assert_eq!(
            hook("helm.sh/hook: test, helm.sh/hook-delete-policy: hook-failed"),
            Some(Mark::Perhaps("helm.sh/hook"))
        );
        assert_eq!(hook("other: x"), None);
    }

    #[test]
    fn whole_sets_of_objects_are_marked() {
        let flux = |force: &str| {
            of_applier(&node(&format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {{force: {force}}}\n"
            )))
        };
        assert!(flux("true").is_some());
        assert_eq!(flux("false"), None);
        let argo = |options: &str| {
            of_applier(&node(&format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {{syncPolicy: {{syncOptions: [{options}]}}}}\n"
            )))
        };
        assert!(argo("Force=true, Replace=true").is_some());
        assert_eq!(argo("Replace=true"), None);
    }
}
