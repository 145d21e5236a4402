//! Following a rule through an input: calls.

use regorus::Value;
use regorus::unstable::{Expr, Ref, Rule, RuleHead, Span};

use super::super::{builtins, syntax};
use super::eval::{Eval, Found, Stop, Ways};
use super::origin::{Path, Traced};
use super::program::{Definition, Shape};
use super::state::State;
use super::statement::declare;
use super::weigh::{Choice, Class};

/// Steps that a call of a builtin counts for.
const CALL: usize = 10;

impl<'p> Eval<'p> {
    pub(super) fn call(
        &mut self,
        span: &'p Span,
        function: &'p Expr,
        parameters: &'p [Ref<Expr>],
        state: &State<'p>,
    ) -> Found<Ways<'p>> {
        let name = syntax::components(function).ok_or(Stop::Unknown)?;
        let program = self.program;
        let definitions = self.function(&name, state).and_then(|path| program.rule(&path));
        let dotted = name.join(".");
        let arity = match definitions {
            Some(definitions) => definitions.iter().find_map(|definition| match definition.rule.as_ref() {
                Rule::Spec { head: RuleHead::Func { args, .. }, .. } => Some(args.len()),
                Rule::Spec { .. } | Rule::Default { .. } => None,
            }),
            None if dotted == "print" => return Ok(vec![(Traced::plain(Value::Bool(true)), state.clone())]),
            None => builtins::arity(&dotted),
        };
        let arity = arity.ok_or(Stop::Unknown)?;
        // One more than the function takes is the old notation for its result: `plus(1, 2, x)`.
        let (given, result) = match parameters.split_at_checked(arity) {
            Some((given, [])) => (given, None),
            Some((given, [result])) => (given, Some(&**result)),
            Some(_) | None => return Err(Stop::Unknown),
        };
        if given.iter().any(|parameter| self.is_pattern(parameter, state)) {
            return Err(Stop::Unbound);
        }
        let mut ways = Vec::new();
        for (values, state) in self.each(given.iter().map(|parameter| &**parameter), state)? {
            let results = match definitions {
                Some(definitions) => self.apply(definitions, &values, span.start)?,
                None => self.builtin(&dotted, span, given, &values)?,
            };
            for value in results {
                match result {
                    Some(pattern) => {
                        let states = self.matched(pattern, &value, &state)?;
                        ways.extend(states.into_iter().map(|state| (value.clone(), state)));
                    }
                    None => ways.push((value, state.clone())),
                }
            }
        }
        Ok(ways)
    }

    /// The path of a function of the set; `None` for a builtin.
    fn function(&self, name: &[String], state: &State<'p>) -> Option<Vec<String>> {
        let (first, rest) = name.split_first()?;
        let path = self.program.global(state.file, first)?;
        let (root, start) = path.split_first()?;
        let path: Vec<String> = start.iter().chain(rest).cloned().collect();
        (root == "data" && self.program.rule(&path).is_some()).then_some(path)
    }

    /// The value of a function of the set, if it has one.
    fn apply(&mut self, definitions: &'p [Definition], values: &[Traced], order: u32) -> Found<Vec<Traced>> {
        let mark = self.misses.len();
        let closed = std::mem::replace(&mut self.closed, false);
        let found = self.nested(|eval| {
            for definition in definitions {
                if let Some(value) = eval.defined_for(definition, values, order)? {
                    return Ok(Some(value));
                }
            }
            Ok(None)
        });
        self.closed = closed;
        let found = found.map_err(|stop| if stop == Stop::Unbound { Stop::Unknown } else { stop })?;
        if found.is_some() {
            self.misses.truncate(mark);
        }
        Ok(found.into_iter().collect())
    }

    fn defined_for(&mut self, definition: &'p Definition, values: &[Traced], order: u32) -> Found<Option<Traced>> {
        let mark = self.misses.len();
        let (Shape::Function, Rule::Spec { head: RuleHead::Func { args, assign, .. }, bodies, .. }) =
            (definition.shape, definition.rule.as_ref())
        else {
            return Err(Stop::Unknown);
        };
        let mut states = vec![State::new(definition.file)];
        for (pattern, value) in args.iter().zip(values) {
            let mut next = Vec::new();
            for state in &states {
                // Parameters are new names, whatever they mean elsewhere.
                let state = declare(pattern, state);
                for matched in self.matched(pattern, value, &state)? {
                    next.push(matched);
                }
            }
            states = next;
        }
        for state in states {
            let ways = self.bodies(assign.as_ref(), bodies, &state)?;
            if let Some((value, state)) = ways.into_iter().next() {
                let mut value = self.given(value, &state);
                if value.from.is_none() && value.at.is_none() && value.parts.is_none() {
                    // A body that reads nothing stands for why those before it do not hold, or says
                    // something of its arguments.
                    let about = self.reason(mark).or_else(|| self.about(values));
                    let state = state.saw(about, super::weigh::Role::Binding, order);
                    value = Traced { from: self.roots.best(&state.seen(), None).map(std::sync::Arc::new), ..value };
                }
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// What an expression over several values is about.
    fn about(&self, values: &[Traced]) -> Option<Choice> {
        values.iter().map(|value| self.roots.choice(value)).fold(None, |a, b| self.roots.better(a, b))
    }

    fn builtin(
        &mut self,
        name: &str,
        span: &'p Span,
        parameters: &'p [Ref<Expr>],
        values: &[Traced],
    ) -> Found<Vec<Traced>> {
        match (name, values) {
            ("walk", [value]) => {
                let mut pairs = Vec::new();
                self.walk(value, &mut Vec::new(), &mut pairs)?;
                return Ok(pairs);
            }
            ("object.get", [object, key, default]) => return Ok(vec![object_get(object, key, default)]),
            _ => {}
        }
        let plain: Vec<Value> = values.iter().map(|value| value.value.clone()).collect();
        // What it costs is not known; large arguments cost more.
        self.step(CALL + plain.iter().map(size).sum::<usize>())?;
        let Some(result) = builtins::call(name, span, parameters, &plain) else { return Err(Stop::Unknown) };
        let about = self.about(values);
        let result = match result {
            Ok(Value::Undefined) | Err(_) => {
                self.miss(about);
                return Ok(Vec::new());
            }
            Ok(result) => result,
        };
        Ok(vec![match (name, &result, values) {
            ("object.keys", Value::Set(_), [object]) => Traced::set(
                object
                    .elements(self.undertaking)
                    .into_iter()
                    .map(|(key, element)| self.key(key, &element, object))
                    .collect(),
            ),
            ("sprintf" | "concat", ..) => {
                let paths = values.iter().flat_map(|value| self.roots.mentioned(value)).collect();
                let choice = about.map(|about| Choice { paths, class: Class::Message, ..about });
                Traced::from(result, choice)
            }
            (_, Value::Array(_) | Value::Set(_) | Value::Object(_), _) => {
                let collections: Vec<&Traced> = values
                    .iter()
                    .filter(|value| matches!(value.value, Value::Array(_) | Value::Set(_) | Value::Object(_)))
                    .collect();
                let assembled = self.assembled(result, &collections);
                if assembled.from.is_none() && assembled.parts.as_ref().is_none_or(|parts| parts.is_empty()) {
                    Traced::from(assembled.value, about)
                } else {
                    assembled
                }
            }
            // Nothing of the kind is there: that is said of the collection.
            ("count", _, [collection]) if about.is_none() => Traced::from(result, self.roots.base(collection)),
            // Whether something is a text or a list is asked before anything is made of it.
            (_, Value::Bool(_), [_]) if name.starts_with("is_") => {
                let soft = |about: Choice| Choice { class: about.class.min(Class::Soft), ..about };
                Traced::from(result, about.map(soft))
            }
            _ => Traced::from(result, about),
        }])
    }

    fn walk(&mut self, value: &Traced, path: &mut Vec<Value>, pairs: &mut Vec<Traced>) -> Found<()> {
        self.nested(|eval| {
            let choice = value.at.as_ref().and_then(|path| eval.roots.tested(path));
            let way = Traced::from(Value::from(path.clone()), choice);
            pairs.push(Traced::array(vec![way, value.clone()]));
            for (key, element) in value.elements(eval.undertaking) {
                path.push(key);
                eval.walk(&element, path, pairs)?;
                path.pop();
            }
            Ok(())
        })
    }
}

/// How many elements a value has, roughly.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Set(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::String(text) => text.len() / 64,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Undefined => 0,
    }
}

/// A default stands where the value would.
fn object_get(object: &Traced, key: &Traced, default: &Traced) -> Traced {
    let keys = match &key.value {
        Value::Array(keys) => keys.to_vec(),
        single => vec![single.clone()],
    };
    let mut here = Some(object.clone());
    for key in &keys {
        here = here.and_then(|here| here.child(key));
    }
    if let Some(found) = here {
        return found;
    }
    match &object.at {
        Some(path) => {
            let path = keys.into_iter().fold(path.clone(), |path: Path, key| path.child(key, None));
            Traced { at: Some(path), ..default.clone() }
        }
        None => Traced { from: object.from.clone().or_else(|| default.from.clone()), ..default.clone() },
    }
}
