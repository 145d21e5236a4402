//! Secrets in clear: what came in with a push that should never have been written down.
//!
//! This room owns how secrets look (tokens of well-known services, private keys, passwords in
//! addresses, values of a Kubernetes `Secret`), and how they look when they are protected (SOPS,
//! placeholders, references) or only an example. It must not know about pushes, policies or
//! reports. Whoever asks gets [`Found`]s, and masks the text with [`masked`] before any of it is shown.
//!
//! Three questions are answered: [`in_text`] reads any text, [`in_manifest`] what a manifest says,
//! [`in_settings`] what the name of a setting says. All may find the same secret: [`merged`] joins them.

mod coding;
mod config_file;
mod content;
mod context;
mod dummy;
mod input;
mod jwt;
mod manifest;
#[cfg(test)]
mod manifest_test;
mod mask;
mod name;
mod pem;
mod reference;
mod scan;
mod services;
mod settings;
mod shape;
mod sops;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod token_test;
mod veil;

pub use content::{is_git_crypt, is_text, text_of};
pub use input::is_clear_input;
pub use manifest::in_manifest;
pub use mask::{Fingerprint, fingerprint, masked, span_in_masked};
pub use scan::in_text;
pub use settings::{Settings, in_lines, in_settings, is_name_of_secret};
pub use veil::veiled;

use crate::document::{Route, Span};

/// What to do about a secret that is written in a file.
const HELP: &str = "revoke or rotate it, for the push has sent it already; take it out of the commits, and hand it in \
                    from outside (SOPS, a SealedSecret, an ExternalSecret, a variable of the CI)";

/// What to do about a value of a `Secret`.
const HELP_SECRET: &str = "encrypt it (SOPS, a SealedSecret) or refer to it (an ExternalSecret), and replace the secret \
                           by a new one: the push has sent this one already";

/// A secret in clear. Nothing in it gives the secret away, apart from where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What sort of secret, in kebab-case; stable.
    pub rule: &'static str,
    /// What it is, as a noun: "a GitHub personal access token".
    pub what: String,
    /// The whole secret in the text, and nothing else (for a quoted scalar with its quotes).
    pub span: Span,
    /// For one found in a manifest the way to the value, from the unit's root.
    pub route: Option<Route>,
    /// Whether this cannot well be anything but a secret that works; what is not certain is no
    /// reason to refuse.
    pub certain: bool,
    /// What to do, in one line.
    pub help: String,
    /// Tells whether it is the same secret as another. Never to be shown: short ones can be guessed from it.
    pub fingerprint: Fingerprint,
}

impl Found {
    fn new(rule: &'static str, what: impl Into<String>, span: Span, secret: &str, certain: bool) -> Self {
        Self {
            rule,
            what: what.into(),
            span,
            route: None,
            certain,
            help: HELP.to_owned(),
            fingerprint: fingerprint(secret),
        }
    }
}

/// What was found in a text and in the manifests in it, by place, each secret once: of two that
/// overlap the certain one stays, then the larger one.
#[must_use]
pub fn merged(mut found: Vec<Found>) -> Vec<Found> {
    // Stable, so that of two alike the first one given stays.
    found.sort_by_key(|one| (one.span.start, std::cmp::Reverse(one.span.end)));
    let mut kept: Vec<Found> = Vec::with_capacity(found.len());
    for one in found {
        match kept.last_mut() {
            Some(last) if one.span.start < last.span.end => {
                if one.certain && !last.certain {
                    *last = one;
                }
            }
            Some(_) | None => kept.push(one),
        }
    }
    kept
}
