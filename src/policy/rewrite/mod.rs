//! Rewriting of Rego source: what OPA takes and regorus does not, or takes otherwise, is written in
//! another way before regorus sees it.
//!
//! Text goes in and text with the same lines comes out, with a map back: every message is about the
//! text as it was written. A file that OPA's grammar refuses is not rewritten.

mod annotations;
mod collections;
mod edit;
mod forms;
mod grammar;
mod scope;
mod template;
mod terms;
mod token;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::annotations::Annotations;
use self::edit::Map;
use self::forms::Forms;
use self::scope::Scopes;
use self::token::Fault;
use self::tree::{BodyKind, Module, Step, Term, TermKind};
use super::PolicySource;
use super::builtins;

/// Stands between a name and the number that makes it another.
pub(super) const RENAMED: &str = "__as";

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "as" | "contains"
            | "default"
            | "else"
            | "every"
            | "false"
            | "if"
            | "import"
            | "in"
            | "not"
            | "null"
            | "package"
            | "some"
            | "true"
            | "with"
    )
}

/// A file that was rewritten, in one version of Rego.
#[derive(Clone, Debug)]
pub(super) struct Rewritten {
    /// The text for regorus.
    pub(super) text: String,
    pub(super) map: BackMap,
}

/// Leads from places in rewritten text to the original.
#[derive(Clone, Debug, Default)]
pub(super) struct BackMap {
    /// The last rewriting first.
    maps: Vec<Map>,
}

impl BackMap {
    /// The range in the original text of a range of the rewritten text.
    pub(super) fn range(&self, start: usize, end: usize) -> (usize, usize) {
        self.maps.iter().fold((start, end), |(start, end), map| {
            let first = map.original(start);
            (first, map.original_end(end).max(first))
        })
    }
}

/// What became of a file: in Rego v1, and in v0.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) v1: Result<Rewritten, Mistake>,
    pub(super) v0: Result<Rewritten, Mistake>,
}

/// Why OPA would refuse a file.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    /// Offset in the file.
    pub(super) at: usize,
    pub(super) message: String,
    /// Whether it is about what the file says, not how it is written: no other message is better.
    pub(super) meaning: bool,
}

/// Rewrites the files of a set.
pub(super) fn rewrite(sources: &[&PolicySource], without_prints: bool) -> Vec<File> {
    let files: Vec<[Result<Draft, Fault>; 2]> = sources.iter().map(|source| drafts(&source.text)).collect();
    let mut set = Set::default();
    let annotated = sources.iter().any(|source| source.text.contains("rego.metadata"));
    let mut wrong = BTreeMap::new();
    for (index, [v1, v0]) in files.iter().enumerate() {
        // What a file says of itself to others does not depend on the version.
        let Ok(draft) = v1.as_ref().or(v0.as_ref()) else { continue };
        set.add(draft);
        if annotated && let Err(fault) = set.annotations.add(index, draft) {
            wrong.insert(index, fault);
        }
    }
    let finish = |index: usize, draft: Result<Draft, Fault>, v1: bool| {
        let mistake = |Fault { at, message }, meaning| Mistake { at, message, meaning };
        let draft = draft.map_err(|fault| mistake(fault, false))?;
        if let Some(fault) = wrong.get(&index) {
            return Err(mistake(fault.clone(), true));
        }
        draft.finish(index, &set, v1, without_prints)
    };
    let both = |(index, [v1, v0]): (usize, [Result<Draft, Fault>; 2])| File {
        v1: finish(index, v1, true),
        v0: finish(index, v0, false),
    };
    files.into_iter().enumerate().map(both).collect()
}

/// The functions and rules of a set.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// Numbers of arguments by path.
    functions: BTreeMap<Vec<String>, usize>,
    /// Names of rules by package.
    rules: BTreeMap<Vec<String>, BTreeSet<String>>,
    annotations: Annotations,
}

impl Set {
    fn add(&mut self, draft: &Draft) {
        let rules = self.rules.entry(draft.module.package.clone()).or_default();
        for rule in &draft.module.rules {
            let Some(name) = components(&draft.text, &rule.head.name) else { continue };
            if let Some(root) = name.first() {
                rules.insert(root.clone());
            }
            if let Some(parameters) = &rule.head.parameters {
                let path = draft.module.package.iter().chain(&name).cloned().collect();
                self.functions.insert(path, parameters.len());
            }
        }
    }

    fn has_rule(&self, package: &[String], name: &str) -> bool {
        self.rules.get(package).is_some_and(|rules| rules.contains(name))
    }

    /// How many arguments a function takes; `None` for one that is not known.
    fn arity(
        &self,
        text: &str,
        package: &[String],
        aliases: &BTreeMap<String, Vec<String>>,
        function: &Term,
    ) -> Option<usize> {
        let name = components(text, function)?;
        let (first, rest) = name.split_first()?;
        let absolute: Vec<String> = match (first.as_str(), aliases.get(first)) {
            ("data", _) => rest.to_vec(),
            (_, Some(target)) => target.iter().skip(1).chain(rest).cloned().collect(),
            (_, None) => package.iter().chain(&name).cloned().collect(),
        };
        self.functions.get(&absolute).copied().or_else(|| {
            let name = name.join(".");
            if forms::is_of_metadata(&name) {
                return Some(0);
            }
            builtins::refusal(&name).is_none().then(|| builtins::arity(&name)).flatten()
        })
    }
}

/// The parts of a reference of names and strings, up to the first that is neither.
fn components(text: &str, reference: &Term) -> Option<Vec<String>> {
    let of = |span: tree::Span| text.get(span.start..span.end).map(str::to_owned);
    match &reference.kind {
        TermKind::Var => Some(vec![of(reference.span)?]),
        TermKind::Ref(head, steps) => {
            let mut components = vec![of(head.span)?];
            for step in steps {
                components.push(match step {
                    Step::Dot(name) => of(*name)?,
                    Step::Bracket(Term { kind: TermKind::Scalar, span }) => serde_json::from_str(&of(*span)?).ok()?,
                    Step::Bracket(_) => break,
                });
            }
            Some(components)
        }
        _ => None,
    }
}

/// A file after the first rewriting, which takes chained bodies apart.
struct Draft {
    text: String,
    maps: Vec<Map>,
    module: Module,
}

/// A file in both versions of Rego.
fn drafts(text: &str) -> [Result<Draft, Fault>; 2] {
    match token::tokens(text) {
        Ok(tokens) => [true, false].map(|v1| draft(text, &tokens, v1)),
        Err(fault) => [Err(fault.clone()), Err(fault)],
    }
}

fn draft(text: &str, tokens: &[token::Token], v1: bool) -> Result<Draft, Fault> {
    let module = grammar::module(text, tokens, v1)?;
    let chained = |rule: &tree::Rule| rule.bodies.iter().any(|body| body.kind == BodyKind::Chained);
    if !module.rules.iter().any(chained) {
        return Ok(Draft { text: text.to_owned(), maps: Vec::new(), module });
    }
    let (set, aliases) = (Set::default(), BTreeMap::new());
    let mut forms = Forms::new(text, &set, 0, &[], &aliases, false);
    module.rules.iter().for_each(|rule| forms.chained(rule));
    let (text, map) = forms.edits.apply(text);
    let tokens = token::tokens(&text)?;
    let module = grammar::module(&text, &tokens, v1)?;
    Ok(Draft { text, maps: vec![map], module })
}

impl Draft {
    fn finish(self, file: usize, set: &Set, v1: bool, without_prints: bool) -> Result<Rewritten, Mistake> {
        let Self { text, mut maps, module } = self;
        let aliases = module
            .imports
            .iter()
            .filter(|import| import.path.first().is_some_and(|first| first == "data"))
            .map(|import| (import.name().to_owned(), import.path.clone()))
            .collect();
        let mut forms = Forms::new(&text, set, file, &module.package, &aliases, without_prints);
        // All of its keywords are there in v1, and regorus takes only one import of each.
        for import in &module.imports {
            if v1 && import.is_of_keywords() {
                forms.edits.replace(import.span, "");
            } else if import.late {
                let code = forms::flat(text.get(import.span.start..import.span.end).unwrap_or(""));
                forms.edits.replace(import.span, "");
                forms.edits.insert(module.package_end, format!(" {code}"));
            }
        }
        for rule in &module.rules {
            let mut scopes = Scopes::new(&text);
            scopes.rule(rule);
            forms.faults.append(&mut scopes.faults);
            forms.rule(rule);
        }
        if let Some(fault) = forms.faults.into_iter().next() {
            let at = maps.iter().fold(fault.at, |at, map| map.original(at));
            return Err(Mistake { at, message: fault.message, meaning: true });
        }
        if forms.edits.is_empty() {
            return Ok(Rewritten { text, map: BackMap { maps } });
        }
        let (text, map) = forms.edits.apply(&text);
        maps.insert(0, map);
        Ok(Rewritten { text, map: BackMap { maps } })
    }
}
