//! Blocks at the top of a file: their types, labels and names.

use crate::document::{Route, Step, Violation};

use super::super::{
    block::{arguments, blocks},
    words::{is_name, nearest, quoted},
};
use super::Check;

/// The types of blocks, with what their labels are.
const TYPES: [(&str, &[&str]); 16] = [
    ("terraform", &[]),
    ("provider", &["name"]),
    ("variable", &["name"]),
    ("locals", &[]),
    ("output", &["name"]),
    ("module", &["name"]),
    ("resource", &["type", "name"]),
    ("data", &["type", "name"]),
    ("ephemeral", &["type", "name"]),
    ("moved", &[]),
    ("removed", &[]),
    ("import", &[]),
    ("check", &["name"]),
    ("action", &["type", "name"]),
    ("language", &[]),
    ("required_providers", &[]),
];

/// Names that no variable may have: they are arguments of a call.
const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

pub(super) fn check(check: &mut Check<'_>) {
    for entry in arguments(check.root, check.syntax) {
        let route = Route(vec![Step::Key(entry.key.clone())]);
        let Some((kind, labels)) = TYPES.iter().find(|(kind, _)| *kind == entry.key) else {
            let known = TYPES.iter().map(|(kind, _)| *kind);
            let help = match nearest(&entry.key, known) {
                Some(kind) => format!("did you mean `{kind}`?"),
                None => "remove it: at the top of a file there are `resource`, `data`, `module`, `variable`, `locals`, `output`, `provider`, `terraform`, `moved`, `removed`, `import`, `check`, `ephemeral` and `action`".to_owned(),
            };
            let message = format!("{} is not a block that Terraform knows", quoted(&entry.key));
            check.wrong(Violation::of_key(route, message).labelled("unknown block").with_help(help));
            continue;
        };
        let found = blocks(check.root, &Route::default(), kind, labels.len(), check.syntax);
        let must = match labels {
            [] => "no labels".to_owned(),
            [one] => format!("one label: its {one}"),
            [..] => format!("two labels: its {}", labels.join(" and its ")),
        };
        let example = labels.iter().map(|label| format!(" \"{}\"", label.to_uppercase())).collect::<Vec<_>>().concat();
        let help = format!("write `{kind}{example} {{ … }}`");
        for (routes, what) in
            [(found.few, "too few labels"), (found.many, "too many labels"), (found.other, "no block")]
        {
            for route in routes {
                let message = format!("`{kind}` has to be a block with {must}");
                check.wrong(Violation::of_key(route, message).labelled(what).with_help(help.clone()));
            }
        }
        for block in found.good {
            let route = block.name_route();
            let wrong_label = block.labels.iter().find(|label| !is_name(label));
            if let Some(label) = wrong_label {
                let message = format!("{} cannot be the name of a `{kind}`", quoted(label));
                let violation = Violation::of_key(route.clone(), message).labelled("no name");
                check.wrong(
                    violation.with_help(
                        "a name begins with a letter or `_`, and has only letters, digits, `_` and `-` in it",
                    ),
                );
            }
            if *kind == "variable" && RESERVED.contains(&block.first()) {
                let message = format!(
                    "no variable can be called `{}`: calls of modules have an argument of that name",
                    block.first()
                );
                check.wrong(
                    Violation::of_key(route, message)
                        .labelled("reserved name")
                        .with_help("give the variable another name"),
                );
            }
        }
    }
}
