//! The `Outputs` section.

use crate::document::{Node, Violation};

use super::names::Template;
use super::references::{Place, condition, walk};
use super::said::{Saying, meant_or_listed, quoted};
use super::value::{entries, is_alphanumeric, is_mapping, is_open, makes_more};
use super::way::Way;

const FIELDS: &[&str] = &["Condition", "Description", "Export", "Value"];

/// Judges the outputs.
pub(super) fn check(template: &Template, section: &Node, way: &Way, saying: &mut Saying) {
    for entry in entries(section).iter().filter(|entry| !makes_more(&entry.key)) {
        if saying.is_enough() {
            return;
        }
        let way = way.key(&entry.key);
        let output = &entry.value;
        if !is_alphanumeric(&entry.key) {
            saying.wrong(
                Violation::of_key(
                    way.route(),
                    format!("the output {} has a name that will not do", quoted(&entry.key)),
                )
                .labelled("letters and digits only")
                .with_help("names of outputs are made of letters and digits"),
            );
        }
        if !is_mapping(output) {
            continue;
        }
        if output.get("Value").is_none() && !is_open(output) {
            saying.wrong(
                Violation::of_key(way.route(), format!("the output {} has no `Value`", quoted(&entry.key)))
                    .labelled("no `Value`")
                    .lacking("Value")
                    .with_help("say under `Value` what the output is"),
            );
        }
        for field in entries(output) {
            let way = way.key(&field.key);
            match field.key.as_str() {
                "Condition" => condition(template, &field.value, &way, saying),
                "Value" | "Export" => walk(template, Place::Value, &field.value, &way, saying),
                "Description" => {}
                key if makes_more(key) => {}
                key => {
                    let violation =
                        Violation::of_key(way.route(), format!("an output has no {}", quoted(key))).labelled("unknown");
                    saying.wrong(Violation { help: meant_or_listed(key, FIELDS, "outputs have"), ..violation });
                }
            }
        }
    }
}
