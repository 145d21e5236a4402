//! Strategic merge patches, as kustomize merges them (which is not always what the API server would
//! make of them).
//!
//! The target is walked as a whole, with what the patch has at the same place beside it. Where the
//! target has nothing, the part of the patch is put in and is from then on the same node in both.

use crate::document::{Span, Value};

use super::{
    scalar,
    schema::{self, Known},
    tree::{Arena, Field, Id, Sort, What},
};

/// How deep values may lie in each other.
const DEPTH: usize = 600;

/// One application of a patch.
pub(super) struct Merge<'a> {
    pub(super) arena: &'a mut Arena,
    /// How many nodes may still be looked at.
    pub(super) work: &'a mut usize,
    pub(super) depth: usize,
}

/// What `$patch` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Directive {
    fn of(text: &str) -> Option<Self> {
        match text {
            "merge" => Some(Self::Merge),
            "replace" => Some(Self::Replace),
            "delete" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// Two nodes at the same place: of the target, and of the patch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) target: Option<Id>,
    pub(super) patch: Option<Id>,
}

impl Merge<'_> {
    /// What becomes of a place; `None` when nothing is left there.
    pub(super) fn walk(&mut self, pair: Pair, known: Option<Known>) -> Result<Option<Id>, String> {
        *self.work = self.work.checked_sub(1).ok_or("the patches take too much work")?;
        let known = known.or_else(|| self.type_of(pair));
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("the values lie too deep in each other".to_owned());
        }
        let sort = [pair.target, pair.patch].into_iter().flatten().find_map(|id| self.arena.sort(id));
        if let Some(sort) = sort {
            self.same_sort(pair, sort)?;
        }
        let result = match sort {
            None | Some(Sort::Mapping) => self.mapping(pair, known),
            Some(Sort::Sequence) => match known.and_then(Known::keys) {
                Some(keys) => self.merged_list(pair, keys, known.and_then(Known::items)),
                None => Ok(pair.patch.or(pair.target)),
            },
            Some(Sort::Scalar) => Ok(pair.patch.or(pair.target)),
        };
        self.depth -= 1;
        result
    }

    /// The type that a part of an object says that it is of itself.
    fn type_of(&self, pair: Pair) -> Option<Known> {
        [pair.target, pair.patch].into_iter().flatten().find_map(|id| {
            let text = |key| self.arena.get(id, key).map(|id| self.arena.text(id)).filter(|text| !text.is_empty());
            schema::of(&text("apiVersion")?, &text("kind")?)
        })
    }

    fn same_sort(&self, pair: Pair, sort: Sort) -> Result<(), String> {
        let other = [pair.target, pair.patch].into_iter().flatten().find_map(|id| {
            let found = self.arena.sort(id)?;
            (found != sort).then_some(found)
        });
        match other {
            None => Ok(()),
            Some(other) => Err(format!("the patch has {} where the object has {}", named(other), named(sort))),
        }
    }

    fn mapping(&mut self, pair: Pair, known: Option<Known>) -> Result<Option<Id>, String> {
        let Some(target) = self.visit_mapping(pair)? else { return Ok(None) };
        let mut keys: Vec<String> = self.arena.fields(target).iter().map(|field| field.key.clone()).collect();
        if let Some(patch) = pair.patch.filter(|patch| *patch != target) {
            keys.extend(self.arena.fields(patch).iter().map(|field| field.key.clone()));
        }
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let written = pair.patch.and_then(|patch| self.arena.field(patch, &key)).cloned();
            let inner = Pair { target: self.arena.get(target, &key), patch: written.as_ref().map(|field| field.value) };
            let value = self.walk(inner, known.and_then(|known| known.field(&key)))?;
            self.set_field(target, key, value, written.as_ref())?;
        }
        Ok(Some(target))
    }

    fn visit_mapping(&mut self, pair: Pair) -> Result<Option<Id>, String> {
        if self.arena.is_missing(pair.target) {
            let directive = pair.patch.map_or(Ok(Directive::Merge), |patch| self.directive(patch));
            if directive == Ok(Directive::Delete) {
                return Ok(None);
            }
            if let (Some(target), None) = (pair.target, pair.patch) {
                let span = self.arena.span(target);
                // A null that is written stays, one that is left out goes.
                return Ok(
                    (!scalar::null_text(span).is_empty()).then(|| self.arena.add(What::Null { kept: true }, span))
                );
            }
            return Ok(pair.patch);
        }
        let Some(patch) = pair.patch else { return Ok(pair.target) };
        if self.arena.is_missing(Some(patch)) {
            return Ok(None);
        }
        self.visited(patch, pair.target)
    }

    /// What a part of the patch leaves where the target has something, by its directive.
    pub(super) fn visited(&mut self, patch: Id, target: Option<Id>) -> Result<Option<Id>, String> {
        Ok(match self.directive(patch)? {
            Directive::Delete => None,
            Directive::Replace => Some(patch),
            Directive::Merge => target,
        })
    }

    /// Takes the directive out of a part of the patch.
    fn directive(&mut self, patch: Id) -> Result<Directive, String> {
        match self.arena.sort(patch) {
            Some(Sort::Mapping) => {
                let Some(value) = self.arena.get(patch, "$patch") else { return Ok(Directive::Merge) };
                let directive = self.known_directive(value)?;
                self.arena.clear(patch, "$patch");
                Ok(directive)
            }
            Some(Sort::Sequence) => {
                let items = self.arena.items(patch);
                let found = items.iter().find(|item| self.arena.get(**item, "$patch").is_some()).copied();
                let Some(value) = found
                    .filter(|item| self.arena.fields(*item).len() == 1)
                    .and_then(|item| self.arena.get(item, "$patch"))
                else {
                    return Ok(Directive::Merge);
                };
                let directive = self.known_directive(value)?;
                let text = self.arena.text(value);
                self.set_item(patch, None, &["$patch"], &[text])?;
                Ok(directive)
            }
            Some(Sort::Scalar) | None => Err("a directive is expected in a list or a mapping".to_owned()),
        }
    }

    fn known_directive(&self, value: Id) -> Result<Directive, String> {
        let text = self.arena.text(value);
        Directive::of(&text)
            .ok_or_else(|| format!("`$patch: {}` is not known to kustomize", crate::text::quoted(&text)))
    }

    /// Puts what became of a field into its mapping.
    fn set_field(
        &mut self,
        mapping: Id,
        key: String,
        value: Option<Id>,
        written: Option<&Field>,
    ) -> Result<(), String> {
        let Some(value) = value.filter(|value| !matches!(self.arena.what(*value), What::Null { kept: false })) else {
            self.arena.clear(mapping, &key);
            return Ok(());
        };
        let from_patch = written.filter(|field| field.value == value);
        match self.arena.get(mapping, &key) {
            Some(field) if field == value => Ok(()),
            Some(field) => {
                if let (What::Scalar(old), What::Scalar(new)) = (self.arena.what(field), self.arena.what(value))
                    && old == new
                {
                    return Ok(());
                }
                let (text, span) = self.requoted(field, value)?;
                self.arena.become_like(field, value);
                let what =
                    text.map_or_else(|| self.arena.what(field).clone(), |text| What::Scalar(Value::String(text)));
                self.arena.set(field, what, span);
                if let Some(written) = from_patch {
                    self.arena.set_key_span(mapping, &key, written.key_span);
                }
                Ok(())
            }
            None => {
                let key_span = written.map_or_else(|| self.arena.span(value), |field| field.key_span);
                self.arena.push(mapping, Field { key, key_span, value });
                Ok(())
            }
        }
    }

    /// A value takes over the quotes of the text that it replaces, or that there are none: a number in the
    /// place of a quoted text becomes one. Gives the text, if so, and the place of the value.
    fn requoted(&self, old: Id, new: Id) -> Result<(Option<String>, Span), String> {
        let span = self.arena.span(new);
        let (What::Scalar(old_value), What::Scalar(value)) = (self.arena.what(old), self.arena.what(new)) else {
            return Ok((None, span));
        };
        // Numbers and booleans have no quotes.
        let was_plain = scalar::has_no_quotes(old_value, self.arena.span(old));
        match value {
            // Without quotes from now on: the place is that of the text between them.
            Value::String(text) if was_plain && !text.contains('\n') && scalar::length(span) == text.len() + 2 => {
                Ok((None, Span { start: span.start + 1, end: span.end - 1 }))
            }
            Value::Bool(_) | Value::Number(_) if !was_plain => {
                let text = scalar::exact_text(value, span);
                let text = text.ok_or("a text is patched with a value in an unusual notation")?;
                // One byte more than the text has: it counts as quoted for what may still replace it.
                Ok((Some(text), Span { end: span.end.saturating_add(1), ..span }))
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => Ok((None, span)),
        }
    }
}

fn named(sort: Sort) -> &'static str {
    match sort {
        Sort::Scalar => "a single value",
        Sort::Mapping => "a mapping",
        Sort::Sequence => "a list",
    }
}
