//! Names that are nearly right: of rules, and of packages.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Rule, RuleHead};

use super::super::error::PolicyError;
use super::super::parse::File;
use super::super::{conventions, syntax};
use super::{Advice, Set, is_test, test};

pub(super) fn names(set: &Set<'_>, advice: &mut Vec<Advice>) {
    nearly_judging(set, advice);
    in_test_files(set, advice);
    packages(set, advice);
    unreachable(set, advice);
}

/// `denyy`, `Deny`, `deny__x`: nobody asks for them.
fn nearly_judging(set: &Set<'_>, advice: &mut Vec<Advice>) {
    let used = set.reach.from(|file, name| set.is_judged(file, name));
    let mut seen = BTreeSet::new();
    for file in set.files.iter().filter(|file| !is_test(file)) {
        for rule in &file.module.policy {
            let Rule::Spec { head: RuleHead::Set { refr, .. }, .. } = rule.as_ref() else { continue };
            let Some(name) = syntax::root_name(refr) else { continue };
            let Some(meant) = meant(name) else { continue };
            let path = file.path_to([name]);
            if !used.contains(path.as_str()) && seen.insert(path) {
                let error = PolicyError::new(format!("`{name}` judges nothing: no rule of this name is asked for"))
                    .at(file.place(refr.span()))
                    .help(format!("rename it to `{meant}`, if it should judge"));
                advice.push(Advice::warning("nearly-judging", error));
            }
        }
    }
}

/// The name of a judging rule that a name is nearly.
fn meant(name: &str) -> Option<String> {
    if conventions::severity(name).is_some() {
        return None;
    }
    let (first, rest) = name.split_once('_').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let lower = first.to_ascii_lowercase();
    let near = [("deny", 1), ("violation", 2), ("warn", 1)].into_iter().find(|(judging, distance)| {
        lower == *judging || (lower.len() > 3 && strsim::damerau_levenshtein(&lower, judging) <= *distance)
    });
    let judging = match (near, lower.as_str()) {
        (Some((judging, _)), _) => judging,
        (None, "warning" | "warnings") => "warn",
        (None, "denies" | "denied" | "denials") => "deny",
        (None, _) => return None,
    };
    let rest: String = rest.unwrap_or("").split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    Some(if rest.is_empty() { judging.to_owned() } else { format!("{judging}_{rest}") })
}

/// Files named `…_test.rego` are left out when policies are loaded.
fn in_test_files(set: &Set<'_>, advice: &mut Vec<Advice>) {
    for file in set.files.iter().filter(|file| is_test(file)) {
        let has_tests = file
            .module
            .policy
            .iter()
            .filter_map(|rule| syntax::root_name(syntax::head_reference(rule)))
            .any(test::is_test_name);
        let judging = file.module.policy.iter().find(|rule| {
            conventions::judging_name(rule).is_some()
                && matches!(rule.as_ref(), Rule::Spec { head: RuleHead::Set { .. }, .. })
        });
        if let Some(rule) = judging.filter(|_| !has_tests) {
            let error = PolicyError::new("this file judges nothing: those named `…_test.rego` hold tests")
                .at(file.place(syntax::head_reference(rule).span()))
                .help("rename the file");
            advice.push(Advice::warning("judging-in-test", error));
        }
    }
}

/// `main` and `Main` are two packages.
fn packages(set: &Set<'_>, advice: &mut Vec<Advice>) {
    let mut alike: BTreeMap<String, BTreeMap<String, Vec<&File>>> = BTreeMap::new();
    for file in set.files {
        let name = file.package_name();
        let folded: String = name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
        alike.entry(folded).or_default().entry(name).or_default().push(file);
    }
    for spellings in alike.values().filter(|spellings| spellings.len() > 1) {
        // The spelling of most files is right; of several, the first.
        let Some(usual) = spellings.iter().rev().max_by_key(|(_, files)| files.len()).map(|(name, _)| name) else {
            continue;
        };
        for (name, files) in spellings.iter().filter(|(name, _)| *name != usual) {
            for file in files {
                let error = PolicyError::new(format!("the package is `{name}` here and `{usual}` elsewhere"))
                    .at(file.place(file.module.package.refr.span()))
                    .help("two packages are two rule sets: spell it alike if one is meant");
                advice.push(Advice::warning("package-spelling", error));
            }
        }
    }
}

/// Rules that judge in packages that are not asked, and `main` without a rule that judges.
fn unreachable(set: &Set<'_>, advice: &mut Vec<Advice>) {
    let judging = set.judging_packages();
    let mut seen = BTreeSet::new();
    for file in set.files.iter().filter(|file| !is_test(file)) {
        let package = file.package_name();
        let place = file.place(file.module.package.refr.span());
        if judging.contains(&package) && !set.is_selected(&package) && seen.insert(package.clone()) {
            let error =
                PolicyError::new(format!("the rules of package `{package}` judge nothing: `namespaces` leaves it out"))
                    .at(place)
                    .help(format!("namespaces: [{}]", set.options.namespaces.join(", ")));
            advice.push(Advice::warning("unreachable-package", error));
        } else if package == "main" && !judging.is_empty() && !judging.contains(&package) && seen.insert(package) {
            let error = PolicyError::new("package `main` has no deny, violation or warn rule")
                .at(place)
                .help("conftest asks this package by default");
            advice.push(Advice::warning("unreachable-package", error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn what_is_nearly_a_judging_rule() {
        for (name, wanted) in [
            ("denyy", "deny"),
            ("Deny", "deny"),
            ("dney", "deny"),
            ("deny_", "deny"),
            ("deny__x", "deny_x"),
            ("violations", "violation"),
            ("warning_x", "warn_x"),
        ] {
            assert_eq!(meant(name).as_deref(), Some(wanted), "{name}");
        }
        for name in ["deny", "warn_x", "allow", "containers", "dns", "exception", "any"] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
