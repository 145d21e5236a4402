//! Lists that are merged item by item.
//!
//! These are the steps of kustomize one by one, also where they lead to what nobody wants: items
//! without the key that others have make it lose some.

use crate::document::Value;

use super::{
    merge::{Merge, Pair},
    schema::Known,
    tree::{Field, Id, Sort, What},
};

impl Merge<'_> {
    /// Merges two lists by the keys of their items, or, where there are no keys, by their texts.
    pub(super) fn merged_list(
        &mut self,
        pair: Pair,
        keys: &[&str],
        items: Option<Known>,
    ) -> Result<Option<Id>, String> {
        let Some(target) = self.visit_list(pair)? else { return Ok(None) };
        let pair = Pair { target: Some(target), ..pair };
        if keys.is_empty() {
            let values = self.texts(pair);
            return self.merge_items(pair, target, values, &[""], items).map(Some);
        }
        let values = self.key_values(pair, keys);
        self.merge_items(pair, target, values, keys, items).map(Some)
    }

    fn visit_list(&mut self, pair: Pair) -> Result<Option<Id>, String> {
        if self.arena.is_missing(pair.target) {
            return Ok(pair.patch);
        }
        let Some(patch) = pair.patch else { return Ok(pair.target) };
        if self.arena.is_missing(Some(patch)) {
            return Ok(None);
        }
        self.visited(patch, pair.target)
    }

    /// The values of the keys in all items, those of the patch first, each once.
    fn key_values(&self, pair: Pair, keys: &[&str]) -> Vec<Vec<String>> {
        let mut found: Vec<Vec<String>> = Vec::new();
        for list in [pair.patch, pair.target].into_iter().flatten() {
            for item in self.arena.items(list) {
                let value = |key: &&str| {
                    let value = self.arena.get(*item, key).filter(|value| !self.is_nothing(*value));
                    value.map_or_else(String::new, |value| self.arena.text(value))
                };
                let values: Vec<String> = keys.iter().map(value).collect();
                if !found.contains(&values) {
                    found.push(values);
                }
            }
        }
        found
    }

    fn is_nothing(&self, id: Id) -> bool {
        match self.arena.what(id) {
            What::Null { .. } => true,
            What::Mapping(fields) => fields.is_empty(),
            What::Sequence(items) => items.is_empty(),
            What::Scalar(_) => false,
        }
    }

    /// The texts of all items, those of the patch first, each once.
    fn texts(&self, pair: Pair) -> Vec<Vec<String>> {
        let mut found: Vec<Vec<String>> = Vec::new();
        for list in [pair.patch, pair.target].into_iter().flatten() {
            for item in self.arena.items(list) {
                let text = vec![self.arena.text(*item)];
                if !found.contains(&text) {
                    found.push(text);
                }
            }
        }
        found
    }

    fn merge_items(
        &mut self,
        pair: Pair,
        target: Id,
        mut all: Vec<Vec<String>>,
        keys: &[&str],
        known: Option<Known>,
    ) -> Result<Id, String> {
        let cost = all.len().saturating_mul(all.len());
        *self.work = self.work.checked_sub(cost).ok_or("the patches take too much work")?;
        if keys.len() > 1 {
            merge_values(&mut all);
        }
        let span = self.arena.span(target);
        let added = self.arena.add(What::Sequence(Vec::new()), span);
        let mut valid_keys: Vec<&str> = Vec::new();
        for values in &all {
            let (these_keys, these_values) = valid(&all, values, keys);
            valid_keys = these_keys;
            let inner = self.items_with(pair, &valid_keys, &these_values);
            let merged = self.walk(inner, known)?;
            match merged.filter(|merged| !self.arena.is_empty_mapping(*merged)) {
                None => self.set_item(target, None, &valid_keys, &these_values)?,
                Some(merged) => {
                    for (key, value) in valid_keys.iter().zip(&these_values) {
                        self.keep_key(merged, key, value)?;
                    }
                    self.set_item(added, Some(merged), &valid_keys, &these_values)?;
                }
            }
        }
        if all.is_empty() {
            return Ok(target);
        }
        self.append(added, target, &valid_keys)?;
        Ok(added)
    }

    /// The first items of both lists that have these values.
    fn items_with(&self, pair: Pair, keys: &[&str], values: &[String]) -> Pair {
        let (keys, values) = valid(std::slice::from_ref(&values.to_vec()), values, keys);
        let find = |list: Option<Id>| list.and_then(|list| self.item_with(list, &keys, &values));
        Pair { target: find(pair.target), patch: find(pair.patch) }
    }

    fn item_with(&self, list: Id, keys: &[&str], values: &[String]) -> Option<Id> {
        let first = values.first().map_or("", String::as_str);
        let by_text = keys.first().is_none_or(|key| key.is_empty());
        self.arena.items(list).iter().copied().find(|item| {
            if by_text {
                return self.arena.text(*item) == first;
            }
            self.arena.sort(*item) == Some(Sort::Mapping)
                && keys.len() == values.len()
                && keys.iter().zip(values).all(|(key, value)| {
                    self.arena.get(*item, key).is_some_and(|found| self.arena.text(found) == *value)
                })
        })
    }

    /// Sees to it that an item has the key that it was found by.
    fn keep_key(&mut self, item: Id, key: &str, value: &str) -> Result<(), String> {
        if value.is_empty() || self.arena.get(item, key).is_some() {
            return Ok(());
        }
        match self.arena.sort(item) {
            Some(Sort::Mapping) => {
                let span = self.arena.span(item);
                let value = self.arena.add(What::Scalar(Value::String(value.to_owned())), span);
                self.arena.push(item, Field { key: key.to_owned(), key_span: span, value });
                Ok(())
            }
            Some(Sort::Scalar) if key.is_empty() => Ok(()),
            Some(Sort::Scalar | Sort::Sequence) | None => Err(NO_MAPPING.to_owned()),
        }
    }

    /// Replaces the items of a list that have these values, removes them where there is no new one,
    /// or adds the new one. Null and empty mappings are dropped on the way.
    pub(super) fn set_item(
        &mut self,
        list: Id,
        new: Option<Id>,
        keys: &[&str],
        values: &[String],
    ) -> Result<(), String> {
        let mappings =
            keys.first().is_some_and(|key| !key.is_empty()) && values.first().is_some_and(|value| !value.is_empty());
        let items = self.arena.items(list).to_vec();
        *self.work = self.work.checked_sub(items.len()).ok_or("the patches take too much work")?;
        let mut kept = Vec::with_capacity(items.len() + 1);
        let mut found_any = false;
        for item in items {
            if self.arena.is_empty_mapping(item) {
                continue;
            }
            if mappings && self.arena.sort(item) != Some(Sort::Mapping) {
                kept.push(item);
                continue;
            }
            if self.is_item(item, keys, values)? {
                found_any = true;
                kept.extend(new);
            } else if !values.is_empty() {
                kept.push(item);
            }
        }
        if let Some(new) = new.filter(|new| self.arena.sort(*new).is_some())
            && !found_any
        {
            kept.push(new);
        }
        self.arena.set_items(list, kept);
        Ok(())
    }

    fn is_item(&self, item: Id, keys: &[&str], values: &[String]) -> Result<bool, String> {
        for (index, key) in keys.iter().enumerate() {
            let Some(value) = values.get(index) else {
                // The last key that has a value decides.
                return Ok(index > 0);
            };
            let found = if key.is_empty() {
                if self.arena.sort(item) != Some(Sort::Scalar) {
                    return Err("a list of texts has an item that is none".to_owned());
                }
                self.arena.text(item) == *value
            } else {
                if self.arena.sort(item) != Some(Sort::Mapping) {
                    return Err(NO_MAPPING.to_owned());
                }
                self.arena.get(item, key).is_some_and(|id| value.is_empty() || self.arena.text(id) == *value)
            };
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts the items of one list behind those of another, or in the place of those with their values.
    fn append(&mut self, list: Id, from: Id, keys: &[&str]) -> Result<(), String> {
        for item in self.arena.items(from).to_vec() {
            if keys.first().is_none_or(|key| key.is_empty()) {
                let text = self.arena.text(item);
                self.set_item(list, Some(item), &[""], &[text])?;
                continue;
            }
            let mut values = Vec::with_capacity(keys.len());
            for key in keys {
                match self.arena.sort(item) {
                    Some(Sort::Scalar | Sort::Sequence) => return Err(NO_MAPPING.to_owned()),
                    Some(Sort::Mapping) | None => {}
                }
                if let Some(value) = self.arena.get(item, key) {
                    values.push(self.arena.text(value));
                } else {
                    let mut items = self.arena.items(list).to_vec();
                    items.push(item);
                    self.arena.set_items(list, items);
                }
            }
            if keys.len() > 1 {
                self.set_item(list, None, keys, &values)?;
            }
            self.set_item(list, Some(item), keys, &values)?;
        }
        Ok(())
    }
}

const NO_MAPPING: &str = "a list that is merged by a key has an item that is no mapping";

/// The keys that count, and the values of one item for them: those that some item has a value for.
fn valid<'k>(all: &[Vec<String>], values: &[String], keys: &[&'k str]) -> (Vec<&'k str>, Vec<String>) {
    let is_set = |index: usize| all.iter().any(|values| values.get(index).is_some_and(|value| !value.is_empty()));
    if !(0..keys.len()).any(is_set) {
        return (keys.to_vec(), values.to_vec());
    }
    let chosen = keys.iter().enumerate().filter(|(index, _)| is_set(*index)).map(|(_, key)| *key).collect();
    let values = values.iter().enumerate().filter(|(index, value)| !value.is_empty() || is_set(*index));
    (chosen, values.map(|(_, value)| value.clone()).collect())
}

/// Items that differ only in that one lacks a value are the same: both get all values.
fn merge_values(all: &mut [Vec<String>]) {
    for index in 0..all.len() {
        let Some(first) = all.get(index).cloned() else { continue };
        for other in 0..all.len() {
            let Some(united) = all.get(other).and_then(|second| unite(&first, second)) else { continue };
            for place in [index, other] {
                if let Some(values) = all.get_mut(place) {
                    values.clone_from(&united);
                }
            }
        }
    }
}

/// The values of two items together, when one of them is common and none contradicts.
fn unite(first: &[String], second: &[String]) -> Option<Vec<String>> {
    if first.len() != second.len() {
        return None;
    }
    let mut common = false;
    let mut united = Vec::with_capacity(first.len());
    for (a, b) in first.iter().zip(second) {
        if a == b {
            common = true;
        } else if !a.is_empty() && !b.is_empty() {
            return None;
        }
        united.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    common.then_some(united)
}
