//! What schemas do not say: names, labels, selectors, ports, volumes.
//!
//! This room owns what the API server refuses although an object is as its schema says, and nothing
//! that it lets pass. It must not know files or other objects. Whoever judges files makes findings of
//! the [`Violation`]s. Values of another sort than the schema asks for are passed over: the schema's
//! violations tell them.

mod data;
mod metadata;
mod place;
mod pod;
mod service;
mod syntax;
mod workload;

#[cfg(test)]
mod tests;

use place::Place;

use crate::{
    document::{Node, Step, Violation},
    kubernetes::validate::{self, Context, placeholder},
};

/// What is wrong with an object of Kubernetes' own, beside its structure. For a patch only what is
/// wrong whatever it is merged into; nothing but what is in every object for kinds that are not known here. At most [`validate::MOST`].
#[must_use]
pub fn check(api_version: &str, kind: &str, node: &Node, context: &Context<'_>) -> Vec<Violation> {
    let mut report = Report { context, found: Vec::new() };
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let object = Place::root(node);
    metadata::object(&mut report, &object, group, kind);
    match (group, kind) {
        ("apps" | "extensions", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet") => {
            workload::controller(&mut report, &object, kind);
        }
        ("", "ReplicationController") => workload::replication_controller(&mut report, &object),
        ("batch", "Job") => workload::job(&mut report, &object),
        ("batch", "CronJob") => workload::cron_job(&mut report, &object),
        ("", "Pod") => pod::pod(&mut report, &object),
        ("", "PodTemplate") => workload::pod_template(&mut report, &object),
        ("", "Service") => service::service(&mut report, &object),
        ("", "ConfigMap") => data::config_map(&mut report, &object),
        ("", "Secret") => data::secret(&mut report, &object),
        _ => {}
    }
    report.finish()
}

/// The same for a custom resource: its name, namespace, labels and annotations.
#[must_use]
pub fn check_custom(node: &Node, context: &Context<'_>) -> Vec<Violation> {
    let mut report = Report { context, found: Vec::new() };
    metadata::custom(&mut report, &Place::root(node));
    report.finish()
}

/// What has been found.
struct Report<'a> {
    context: &'a Context<'a>,
    found: Vec<Violation>,
}

impl Report<'_> {
    fn tell(&mut self, violation: Violation) {
        if self.found.len() < validate::MOST {
            self.found.push(violation);
        }
    }

    /// What counts: a patch lacks most, and its name says what it is for.
    fn finish(self) -> Vec<Violation> {
        let mut found = self.found;
        if self.context.partial {
            let is_metadata = |violation: &Violation| {
                violation.route.0.first().is_some_and(|step| *step == Step::Key("metadata".to_owned()))
            };
            found.retain(|violation| {
                violation.lacking.is_none() && !violation.route.0.is_empty() && !is_metadata(violation)
            });
        }
        found
    }

    /// Whether a text is filled in before it is applied, so that nothing can be said of it.
    fn is_open(&self, text: &str) -> bool {
        placeholder::is_filled_in(text, self.context.templated)
    }
}
