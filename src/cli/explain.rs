//! `pushgate explain`: a rule's documentation.

use super::{
    Global, demo,
    outcome::{Outcome, say, tell},
};
use crate::{
    gate::GateError,
    policy::{CompileOptions, PolicySet, RuleInfo},
    rule::builtin::EXPLANATIONS,
};

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// Id of the rule, as findings name it; without it, all rules are listed
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

pub(super) fn run(args: &ExplainArgs, global: &Global) -> Outcome {
    let policies = policy_rules(global);
    let Some(wanted) = &args.rule else {
        say(&list(&policies));
        return Outcome::Accepted;
    };
    if let Some(found) = EXPLANATIONS.iter().find(|explanation| explanation.id == wanted) {
        say(&format!("{}\n{}\n\n{}\n", found.id, found.title, found.text));
        return Outcome::Accepted;
    }
    if let Some(found) = policies.iter().find(|rule| rule.id == *wanted || rule.path() == *wanted) {
        say(&policy_rule(found));
        return Outcome::Accepted;
    }
    let known =
        EXPLANATIONS.iter().map(|explanation| explanation.id).chain(policies.iter().map(|rule| rule.id.as_str()));
    let nearest = known.max_by(|a, b| strsim::jaro_winkler(a, wanted).total_cmp(&strsim::jaro_winkler(b, wanted)));
    tell(&format!("error: there is no rule `{}`\n", crate::text::shortened(wanted, 80)));
    if let Some(nearest) = nearest.filter(|nearest| strsim::jaro_winkler(nearest, wanted) > 0.8) {
        tell(&format!("hint: did you mean `{nearest}`? `pushgate explain` lists all rules\n"));
    }
    Outcome::NoVerdict
}

/// The rules of the configured policies, else those that pushgate brings along.
fn policy_rules(global: &Global) -> Vec<RuleInfo> {
    let mut rules: Vec<RuleInfo> = match super::config::gate(global) {
        Ok(gate) => gate.policies().iter().flat_map(|set| set.rules().to_vec()).collect(),
        Err(GateError::NoConfig { .. }) => Vec::new(),
        Err(_) => {
            tell("hint: the configuration cannot be used, so its rules are not among these: pushgate config check\n");
            Vec::new()
        }
    };
    if let Ok(set) = PolicySet::compile(&demo::starter_policies(), &[], &CompileOptions::default()) {
        rules.extend(set.rules().iter().cloned());
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules.dedup_by(|a, b| a.id == b.id);
    rules
}

fn list(policies: &[RuleInfo]) -> String {
    let mut rows: Vec<(&str, &str)> =
        EXPLANATIONS.iter().map(|explanation| (explanation.id, explanation.title)).collect();
    rows.extend(policies.iter().map(|rule| (rule.id.as_str(), rule.metadata.title.as_deref().unwrap_or_default())));
    rows.sort_unstable();
    let width = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    rows.iter().map(|(id, title)| format!("{id:width$}  {title}").trim_end().to_owned() + "\n").collect()
}

fn policy_rule(rule: &RuleInfo) -> String {
    let mut out = format!("{}\n", rule.id);
    for text in [&rule.metadata.title, &rule.metadata.description, &rule.metadata.help].into_iter().flatten() {
        out.push_str(text.trim_end());
        out.push_str("\n\n");
    }
    for link in &rule.metadata.links {
        out.push_str(&format!("See {link}\n"));
    }
    out.push_str(&format!("Written in {}:{} (data.{})\n", rule.source, rule.line, rule.path()));
    out
}
