//! `allOf`, `anyOf`, `oneOf` and `not`.

use super::walk::Checker;
use crate::{
    document::{Node, Violation},
    kubernetes::schema::{Accepts, Rare, Schema},
    text::shortened,
};

impl<'a> Checker<'a> {
    /// Holds a value against what alternatives its schema has.
    ///
    /// A schema inside of an alternative meets each value once, so that nesting costs no more than the
    /// schemas and values there are.
    pub(super) fn alternatives(&mut self, schema: &'a Schema, rare: &'a Rare, node: &'a Node) {
        for all in &rare.all_of {
            self.check(all, node);
        }
        // What a patch leaves out may decide.
        if self.context.partial || self.is_full() {
            return;
        }
        let any = self.fitting(&rare.any_of, node);
        if any == Some(0) && !rare.any_of.is_empty() {
            let asked = match names(&rare.any_of).as_deref() {
                Some([only]) => format!("{only} has to be there"),
                Some(names) => format!("at least one of {} has to be there", names.join(", ")),
                None => "it has to fit one of the forms that its CustomResourceDefinition lists".to_owned(),
            };
            self.tell_unfit(schema, "fits none of the forms that it may have", &asked);
        }
        let one = self.fitting(&rare.one_of, node);
        if !rare.one_of.is_empty()
            && let Some(fitting) = one
            && fitting != 1
        {
            let what = if fitting == 0 {
                "fits none of the forms that it may have"
            } else {
                "fits more than one of the forms that it may have"
            };
            let asked = match names(&rare.one_of).as_deref() {
                Some([only]) => format!("{only} has to be there"),
                Some(names) => format!("just one of {} has to be there", names.join(", ")),
                None => "it has to fit just one of the forms that its CustomResourceDefinition lists".to_owned(),
            };
            self.tell_unfit(schema, what, &asked);
        }
        if let Some(not) = &rare.not
            && self.conforms(not, node) == Some(true)
        {
            let asked = match names(std::slice::from_ref(not)).as_deref() {
                Some([only]) => format!("{only} must not be there"),
                Some(_) | None => "its CustomResourceDefinition rules out what stands here".to_owned(),
            };
            self.tell_unfit(schema, "is what its schema rules out", &asked);
        }
    }

    /// How many of the schemas a value fits; `None` when that is not known.
    fn fitting(&mut self, schemas: &'a [Schema], node: &'a Node) -> Option<usize> {
        let mut fitting = 0;
        for schema in schemas {
            fitting += usize::from(self.conforms(schema, node)?);
        }
        Some(fitting)
    }

    fn tell_unfit(&mut self, schema: &Schema, what: &str, asked: &str) {
        let name = self.trail.name();
        // Underlining all of a mapping would hide the place that is meant.
        let violation = if schema.accepts == Accepts::Object {
            Violation::of_key(self.trail.route(), format!("{name} {what}"))
        } else {
            Violation::of_value(self.trail.route(), format!("{name} {what}"))
        };
        self.tell(violation.with_help(asked));
    }
}

/// What each schema asks for, where they ask for nothing but fields to be there.
fn names(schemas: &[Schema]) -> Option<Vec<String>> {
    let name = |schema: &Schema| match schema.required.as_slice() {
        [] => None,
        _ if !schema.properties.is_empty() || schema.rare.is_some() => None,
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", shortened(name, 60))).collect();
            Some(names.join(" with "))
        }
    };
    schemas.iter().map(name).collect()
}
