//! Sources of Flux and Argo CD objects that are not pinned as configured: an entry of `rules` with
//! `pins`.

use std::collections::BTreeSet;

use super::{FileText, Rule, RuleError, Scope, enforce, references::own_names, selects, selects_ref};
use crate::{
    config::{Pin as Allowed, RuleConfig},
    document::{Unit, Violation},
    git::RefName,
    gitops::{Pin, SourceReference, What, argocd, flux, kustomize, url_name},
    text::shortened,
    verdict::Finding,
};

/// Id of the rule.
pub const ID: &str = "unpinned-source";

/// One entry of `rules` with `pins`.
pub struct Pins {
    config: RuleConfig,
    allowed: Vec<Allowed>,
    /// Normal forms of the URLs of this repository, which may be followed by a branch.
    own: BTreeSet<String>,
}

impl Pins {
    pub(super) fn new(config: RuleConfig, allowed: Vec<Allowed>, urls: &[String]) -> Self {
        Self { config, allowed, own: own_names(urls) }
    }

    fn violation(&self, source: SourceReference) -> Option<Violation> {
        let named = match source.what {
            What::Git | What::Oci | What::Chart | What::Image => true,
            // What they hold is pinned where it is taken.
            What::ChartRepository | What::Bucket => false,
        };
        let own = source.url.as_deref().and_then(url_name).is_some_and(|name| self.own.contains(&name));
        if !named || own {
            return None;
        }
        let fitting: &[Allowed] = match source.what {
            What::Git => &[Allowed::Commit, Allowed::Tag, Allowed::Range, Allowed::Branch],
            What::Oci | What::Image => &[Allowed::Digest, Allowed::Tag, Allowed::Range],
            What::Chart | What::ChartRepository | What::Bucket => &[Allowed::Version, Allowed::Range],
        };
        let help = self.help(fitting);
        self.objection(&source.pin).map(|message| Violation::of_value(source.route, message).with_help(help))
    }

    /// What is wrong with a pin; nothing if it is allowed.
    fn objection(&self, pin: &Pin) -> Option<String> {
        let (kind, message) = match pin {
            Pin::Commit(_) => (Some(Allowed::Commit), "the source is pinned to a commit".to_owned()),
            Pin::Digest(_) => (Some(Allowed::Digest), "the source is pinned to a digest".to_owned()),
            Pin::Tag(tag) if tag == "latest" => (None, "the source follows the tag `latest`, which moves".to_owned()),
            Pin::Tag(tag) => (Some(Allowed::Tag), format!("the source is pinned to the tag `{}`", shortened(tag, 60))),
            Pin::Version(version) => {
                (Some(Allowed::Version), format!("the source is pinned to the version `{}`", shortened(version, 60)))
            }
            Pin::Range(range) => {
                (Some(Allowed::Range), format!("the source follows the versions `{}`", shortened(range, 60)))
            }
            Pin::Branch(branch) => {
                (Some(Allowed::Branch), format!("the source follows the branch `{}`", shortened(branch, 60)))
            }
            Pin::None => (None, "the source is not pinned to anything".to_owned()),
        };
        let allowed = kind.is_some_and(|kind| self.allowed.contains(&kind));
        (!allowed).then_some(message)
    }

    /// What to do, of what is possible for a sort of source.
    fn help(&self, fitting: &[Allowed]) -> String {
        let allowed = self.allowed.iter().filter(|pin| fitting.contains(pin)).map(|pin| pin.name());
        match allowed.collect::<Vec<_>>().as_slice() {
            [] => "nothing that could be written here is allowed by `pins`".to_owned(),
            names => format!("pin it by {}", names.join(" or ")),
        }
    }
}

impl Rule for Pins {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.config.selection, name)
    }

    fn on_unit(
        &self,
        _scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        if file.template || !selects(&self.config.selection, file, unit) {
            return Ok(());
        }
        let path = file.path.to_text();
        let mut violations: Vec<Violation> = flux::sources(unit.node)
            .into_iter()
            .chain(argocd::sources(unit.node))
            .filter_map(|source| self.violation(source))
            .collect();
        if unit.route.0.is_empty() && kustomize::is_kustomization(&path, unit.node) {
            violations.extend(kustomize::remote(&path, unit.node).into_iter().filter_map(|remote| {
                let message = self.objection(&remote.pin)?;
                let help = self.help(&[Allowed::Commit, Allowed::Tag, Allowed::Branch]);
                Some(Violation::of_value(remote.reference.route, message).with_help(help))
            }));
        }
        for violation in violations {
            let mut finding = file.finding(ID, unit, violation);
            enforce(&mut finding, self.config.enforce);
            findings.push(finding);
        }
        Ok(())
    }
}
