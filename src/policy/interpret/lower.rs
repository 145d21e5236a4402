//! From syntax trees to `ir`: rules.

use regorus::Value;
use regorus::unstable::{Expr, Query, Ref, Rule, RuleBody, RuleHead, Span};

use super::super::error::PolicyError;
use super::super::parse::File;
use super::super::syntax;
use super::ir::{Body, Clause, Definition, Group, Kind, Node, Site, Slot, Term};
use super::names::{Key, Known, Names, defined};
use super::order;
use super::scope::{self, Scopes};

/// What is wrong with a clause.
pub(super) type Wrong = Box<PolicyError>;

/// Packages that are not part of `data`: what this tool adds to a set.
pub(super) const HIDDEN: &str = "pushgate_";

/// All rules of a set, and the tree they stand in.
pub(super) fn lower(files: &[File]) -> Result<(Vec<Group>, Node, Names), Vec<PolicyError>> {
    let mut names = Names::default();
    let mut groups = Vec::new();
    let mut tree = Node::default();
    for file in files {
        tree.at(file.package.iter().map(|name| Value::from(name.as_str())));
        for rule in &file.module.policy {
            let defined = defined(file, rule);
            if let Some(root) = syntax::root_name(syntax::head_reference(rule)) {
                names.rule(file, root);
            }
            let known = *names.groups.entry(defined.path.clone()).or_insert_with(|| {
                tree.at(defined.path.iter().cloned()).group = Some(groups.len());
                groups.push(group(&defined.path));
                Known { group: groups.len() - 1, arity: None }
            });
            if let (Some(arity), Some(known)) = (defined.arity, names.groups.get_mut(&defined.path)) {
                known.arity = Some(arity);
            }
            if matches!(rule.as_ref(), Rule::Spec { head: RuleHead::Func { args, .. }, .. } if args.is_empty()) {
                names.empty.insert(defined.path.clone());
            }
            let is_default = matches!(rule.as_ref(), Rule::Default { .. });
            if let Some(group) = groups.get_mut(known.group) {
                if defined.arity.is_some() {
                    group.kind = Kind::Function;
                } else if !is_default && (defined.element.is_some() || !defined.keys.is_empty()) {
                    group.kind = Kind::Partial;
                    let is_set = defined.element.is_some() && defined.keys.is_empty();
                    group.empty = if is_set { Value::new_set() } else { Value::new_object() };
                }
            }
        }
    }
    let mut errors = Vec::new();
    for (index, file) in files.iter().enumerate() {
        for rule in &file.module.policy {
            let path = defined(file, rule).path;
            let Some(group) = names.groups.get(&path).and_then(|known| groups.get_mut(known.group)) else { continue };
            if let Err(wrong) = definitions(&names, (index, file), rule, group) {
                errors.push(*wrong);
            }
        }
    }
    for group in &mut groups {
        group.always = always(group);
    }
    if errors.is_empty() { Ok((groups, tree, names)) } else { Err(errors) }
}

impl Node {
    pub(super) fn at(&mut self, path: impl IntoIterator<Item = Value>) -> &mut Node {
        path.into_iter().fold(self, |node, name| node.children.entry(name).or_default())
    }
}

/// A path as it is written: `data.a["b-c"]`.
pub(super) fn name(path: &[Value]) -> String {
    let names: Option<Vec<&str>> = path.iter().map(|name| name.as_string().ok().map(AsRef::as_ref)).collect();
    match names {
        Some(names) => syntax::path(std::iter::once("data").chain(names)),
        None => path.iter().fold("data".to_owned(), |name, key| format!("{name}[{key}]")),
    }
}

pub(super) fn group(path: &[Value]) -> Group {
    Group {
        name: name(path),
        kind: Kind::Complete,
        definitions: Vec::new(),
        default: None,
        always: None,
        empty: Value::Undefined,
    }
}

/// The value of a rule all of whose definitions give the same, without looking.
pub(super) fn always(group: &Group) -> Option<Value> {
    let mut clauses = group.definitions.iter().flat_map(|definition| &definition.clauses);
    let value = |clause: &Clause| match &clause.value {
        Term::Constant(value) => Some(value.clone()),
        _ => None,
    };
    let first = value(clauses.next()?)?;
    (group.kind != Kind::Partial && clauses.all(|clause| value(clause).as_ref() == Some(&first))).then_some(first)
}

pub(super) fn site(file: usize, span: &Span) -> Site {
    let number = |at: u32| usize::try_from(at).unwrap_or(0);
    Site { file, line: number(span.line), column: number(span.col) }
}

/// Reads one clause.
pub(super) struct Lower<'f> {
    pub(super) names: &'f Names,
    pub(super) file: &'f File,
    pub(super) index: usize,
    pub(super) scopes: Scopes,
}

/// Adds what a rule defines to its group.
pub(super) fn definitions(
    names: &Names,
    (index, file): (usize, &File),
    rule: &Rule,
    group: &mut Group,
) -> Result<(), Wrong> {
    let defined = defined(file, rule);
    let lower = || Lower { names, file, index, scopes: Scopes::default() };
    match rule {
        Rule::Default { value, .. } => {
            let mut lower = lower();
            lower.scopes.open();
            let value = lower.term(value)?;
            let slots = lower.scopes.slots;
            group.default = Some(Clause {
                slots,
                arguments: Vec::new(),
                keys: Vec::new(),
                value,
                body: Body::default(),
                site: site(index, rule.span()),
            });
        }
        Rule::Spec { head, bodies, .. } => {
            let (arguments, assign): (&[Ref<Expr>], _) = match head {
                RuleHead::Func { args, assign, .. } => (args, assign.as_ref()),
                RuleHead::Compr { assign, .. } => (&[], assign.as_ref()),
                RuleHead::Set { .. } => (&[], None),
            };
            let contains = defined.element.is_some();
            let of_head = assign.map(|assign| assign.value.as_ref());
            let clause = |body: Option<&RuleBody>, value: Option<&Expr>| {
                let value = match (&defined.element, value) {
                    (Some(element), _) => element,
                    (None, Some(value)) => &Key::Expression(value),
                    (None, None) => &Key::Constant(Value::Bool(true)),
                };
                let span = body.map_or(rule.span(), |body| &body.span);
                let mut clause =
                    lower().clause(arguments, &defined.keys, value, body.map(|body| body.query.as_ref()))?;
                clause.site = site(index, if body.is_some_and(|body| body.is_else) { span } else { rule.span() });
                Ok::<Clause, Wrong>(clause)
            };
            if bodies.is_empty() {
                let clauses = vec![clause(None, of_head)?];
                group.definitions.push(Definition { clauses, contains });
            }
            for body in bodies {
                if body.is_else {
                    let value = body.assign.as_ref().map(|assign| assign.value.as_ref());
                    let clause = clause(Some(body), value)?;
                    if let Some(definition) = group.definitions.last_mut() {
                        definition.clauses.push(clause);
                    }
                } else {
                    let clauses = vec![clause(Some(body), of_head)?];
                    group.definitions.push(Definition { clauses, contains });
                }
            }
        }
    }
    Ok(())
}

impl Lower<'_> {
    fn clause(
        mut self,
        arguments: &[Ref<Expr>],
        keys: &[Key<'_>],
        value: &Key<'_>,
        query: Option<&Query>,
    ) -> Result<Clause, Wrong> {
        self.scopes.open();
        let mut declared = std::collections::BTreeSet::new();
        for argument in arguments {
            scope::pattern_names(argument, &mut declared);
        }
        for name in declared.iter().filter(|name| *name != "_") {
            self.scopes.declare(name);
        }
        let arguments = arguments.iter().map(|argument| self.term(argument)).collect::<Result<_, _>>()?;
        let (body, (keys, value), _) = self.body(query, |lower| {
            let keys = keys.iter().map(|key| lower.key(key)).collect::<Result<Vec<_>, _>>()?;
            Ok((keys, lower.key(value)?))
        })?;
        Ok(Clause { slots: self.scopes.slots, arguments, keys, value, body, site: Site::default() })
    }

    fn key(&mut self, key: &Key<'_>) -> Result<Term, Wrong> {
        match key {
            Key::Constant(value) => Ok(Term::Constant(value.clone())),
            Key::Expression(expression) => self.term(expression),
        }
    }

    /// A body, what `then` reads of its variables, and the first variable of its own.
    pub(super) fn body<T>(
        &mut self,
        query: Option<&Query>,
        then: impl FnOnce(&mut Self) -> Result<T, Wrong>,
    ) -> Result<(Body, T, Slot), Wrong> {
        self.scopes.open();
        let mut steps = Vec::new();
        if let Some(query) = query {
            let (declared, mentioned) = scope::names(&query.stmts);
            self.scopes.expect(declared.clone(), mentioned.clone());
            for name in mentioned {
                if name != "_" && !declared.contains(&name) && !self.is_known(&name) {
                    self.scopes.declare(&name);
                }
            }
            for statement in &query.stmts {
                self.statement(statement, &mut steps)?;
            }
        }
        let then = then(self)?;
        let start = self.scopes.close();
        let span = query.map_or(self.file.module.package.span.clone(), |query| query.span.clone());
        let steps = order::order(steps, start)
            .map_err(|unsafe_| self.unsafe_variables(&unsafe_.variables, unsafe_.site, &span))?;
        let free = order::free(&steps, start);
        Ok((Body { steps, free }, then, start))
    }

    /// Whether a name is a variable around, or a rule, an import or a root.
    fn is_known(&self, name: &str) -> bool {
        self.scopes.find(name).is_some()
            || (!self.scopes.is_declared(name)
                && (matches!(name, "input" | "data")
                    || self.names.is_rule(self.file, name)
                    || super::names::imported(self.file, name).is_some()))
    }

    #[allow(clippy::unnecessary_box_returns, reason = "every mistake is boxed")]
    fn unsafe_variables(&self, slots: &[usize], site: Site, span: &Span) -> Wrong {
        let mut names: Vec<&str> = slots.iter().map(|slot| self.scopes.name(*slot)).collect();
        names.sort_unstable();
        names.dedup();
        let first = slots.iter().filter_map(|slot| self.scopes.span(*slot)).min_by_key(|span| span.start);
        let mut place = self.file.place(first.unwrap_or(span));
        if first.is_none() {
            place.line = site.line;
            place.column = site.column;
        }
        Box::new(PolicyError::new(format!("use of undefined variable `{}` is unsafe", names.join("`, `"))).at(place))
    }

    #[allow(clippy::unnecessary_box_returns, reason = "every mistake is boxed")]
    pub(super) fn wrong(&self, span: &Span, message: impl Into<String>) -> Wrong {
        Box::new(PolicyError::new(message).at(self.file.place(span)))
    }
}
