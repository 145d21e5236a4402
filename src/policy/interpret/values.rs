//! Values of terms.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use regorus::Value;

use super::ir::{Call, Collected, Comprehension, Function, Operator, Reference, Root, Term};
use super::machine::{ELEMENT, FaultKind, Flow, Machine, Mock, NextValue, Stop};
use super::operators::{self, element};

/// What a term is, when it is looked at without searching.
pub(super) enum One {
    Value(Value),
    Undefined,
    /// It has variables without a value.
    Many,
}

impl<'p> Machine<'p> {
    /// All values of a term.
    pub(super) fn each(&mut self, term: &'p Term, next: NextValue<'_, 'p>) -> Flow {
        match self.single(term)? {
            One::Value(value) => return next(self, value),
            One::Undefined => return Ok(()),
            One::Many => {}
        }
        match term {
            Term::Constant(_) | Term::Comprehension(_) => Ok(()),
            // The order of statements rules this out.
            Term::Local(_) => Err(self.fault(FaultKind::Failed("a variable has no value here".to_owned()))),
            Term::Reference(reference) => self.each_of_reference(reference, next),
            Term::Array(items) => {
                self.each_of_all(items, &mut |machine, values| next(machine, Value::from(values.to_vec())))
            }
            Term::Set(items) => self.each_of_all(items, &mut |machine, values| {
                next(machine, Value::from(values.iter().cloned().collect::<BTreeSet<_>>()))
            }),
            Term::Object(fields) => self.each_of_fields(fields, &mut Vec::new(), next),
            Term::Call(call) => {
                self.each_of_all(&call.arguments, &mut |machine, values| machine.call(call, values, next))
            }
        }
    }

    /// All combinations of values of several terms.
    pub(super) fn each_of_all(&mut self, terms: &'p [Term], next: &mut dyn FnMut(&mut Self, &[Value]) -> Flow) -> Flow {
        self.each_of_rest(terms, &mut vec![Value::Undefined; terms.len()], next)
    }

    fn each_of_rest(
        &mut self,
        terms: &'p [Term],
        values: &mut Vec<Value>,
        next: &mut dyn FnMut(&mut Self, &[Value]) -> Flow,
    ) -> Flow {
        let is_missing = |(_, value): &(usize, &Value)| **value == Value::Undefined;
        let missing: Vec<usize> = values.iter().enumerate().filter(is_missing).map(|(at, _)| at).collect();
        // A variable may get its value from a reference behind it: `f(x, xs[x])`.
        let ready = missing.iter().copied().find(|at| terms.get(*at).is_some_and(|term| !self.is_open(term)));
        let Some(at) = ready.or(missing.first().copied()) else { return next(self, values) };
        let Some(term) = terms.get(at) else { return Ok(()) };
        self.each(term, &mut |machine, value| {
            if let Some(place) = values.get_mut(at) {
                *place = value;
            }
            let flow = machine.each_of_rest(terms, values, next);
            if let Some(place) = values.get_mut(at) {
                *place = Value::Undefined;
            }
            flow
        })
    }

    fn each_of_fields(
        &mut self,
        fields: &'p [(Term, Term)],
        values: &mut Vec<(Value, Value)>,
        next: NextValue<'_, 'p>,
    ) -> Flow {
        let Some(((key, value), rest)) = fields.split_first() else {
            let object = self.object(values.clone())?;
            return next(self, object);
        };
        self.each(key, &mut |machine, key| {
            machine.each(value, &mut |machine, value| {
                values.push((key.clone(), value));
                let flow = machine.each_of_fields(rest, values, next);
                values.pop();
                flow
            })
        })
    }

    fn object(&mut self, fields: Vec<(Value, Value)>) -> Result<Value, Stop> {
        let mut object = BTreeMap::new();
        for (key, value) in fields {
            if let Some(first) = object.insert(key.clone(), value.clone())
                && first != value
            {
                return Err(self.conflict_of_key(&key, &first, &value));
            }
        }
        Ok(Value::from(object))
    }

    pub(super) fn conflict_of_key(&self, key: &Value, first: &Value, second: &Value) -> Stop {
        let [key, first, second] = [key, first, second].map(super::super::builtins::notation);
        self.fault(FaultKind::Failed(format!(
            "the key {key} of an object has conflicting values: {first} and {second}"
        )))
    }

    /// The value of a term, as far as it has one without searching.
    pub(super) fn single(&mut self, term: &'p Term) -> Result<One, Stop> {
        Ok(match term {
            Term::Constant(value) => One::Value(value.clone()),
            Term::Local(slot) => self.local(*slot).map_or(One::Many, |value| One::Value(value.clone())),
            Term::Reference(reference) => return self.single_of_reference(reference),
            Term::Array(items) => {
                self.charge_lightly(items.len())?;
                match self.singles(items)? {
                    Ok(values) => One::Value(Value::from(values)),
                    Err(other) => other,
                }
            }
            Term::Set(items) => match self.singles(items)? {
                Ok(values) => One::Value(Value::from(values.into_iter().collect::<BTreeSet<_>>())),
                Err(other) => other,
            },
            Term::Object(fields) => {
                let mut values = Vec::with_capacity(fields.len());
                for (key, value) in fields {
                    match (self.single(key)?, self.single(value)?) {
                        (One::Value(key), One::Value(value)) => values.push((key, value)),
                        (One::Many, _) | (_, One::Many) => return Ok(One::Many),
                        (One::Undefined, _) | (_, One::Undefined) => return Ok(One::Undefined),
                    }
                }
                One::Value(self.object(values)?)
            }
            Term::Comprehension(comprehension) => One::Value(self.comprehension(comprehension)?),
            Term::Call(call) => match call.function {
                Function::Operator(Operator::Walk) => One::Many,
                Function::Operator(Operator::Print) => {
                    self.print(call)?;
                    One::Value(Value::Bool(true))
                }
                Function::Operator(_) | Function::Builtin(_) | Function::Rule(_) => {
                    match self.singles(&call.arguments)? {
                        Ok(values) => self.result(call, &values)?.map_or(One::Undefined, One::Value),
                        Err(other) => other,
                    }
                }
            },
        })
    }

    fn charge_lightly(&mut self, count: usize) -> Flow {
        if count > 1_000 { self.charge(count * ELEMENT) } else { Ok(()) }
    }

    fn singles(&mut self, terms: &'p [Term]) -> Result<Result<Vec<Value>, One>, Stop> {
        let mut values = Vec::with_capacity(terms.len());
        for term in terms {
            match self.single(term)? {
                One::Value(value) => values.push(value),
                One::Many => return Ok(Err(One::Many)),
                One::Undefined => {
                    // A call is not made then; but what has variables is searched through.
                    return Ok(Err(One::Undefined));
                }
            }
        }
        Ok(Ok(values))
    }

    /// All values of a call.
    fn call(&mut self, call: &'p Call, arguments: &[Value], next: NextValue<'_, 'p>) -> Flow {
        if matches!(call.function, Function::Operator(Operator::Walk))
            && !self.context.mocks.iter().any(|(name, _)| *name == call.name)
            && let [value] = arguments
        {
            return self.walk(&mut Vec::new(), value, next);
        }
        match self.result(call, arguments)? {
            Some(value) => next(self, value),
            None => Ok(()),
        }
    }

    /// Every part of a value with its path.
    fn walk(&mut self, path: &mut Vec<Value>, value: &Value, next: NextValue<'_, 'p>) -> Flow {
        self.tick()?;
        next(self, Value::from(vec![Value::from(path.clone()), value.clone()]))?;
        self.deeper(|machine| {
            machine.elements(value, &mut |machine, key, element| {
                path.push(key);
                let flow = machine.walk(path, &element, next);
                path.pop();
                flow
            })
        })
    }

    /// What a call gives.
    fn result(&mut self, call: &'p Call, arguments: &[Value]) -> Result<Option<Value>, Stop> {
        self.site = call.site;
        self.tick()?;
        let mock = match self.context.mocks.as_slice() {
            [] => None,
            mocks => mocks.iter().find(|(name, _)| *name == call.name).map(|(_, mock)| mock.clone()),
        };
        match mock {
            None => self.apply(call, &call.function, &call.name, arguments),
            Some(Mock::Value(value)) => Ok(Some(value)),
            Some(Mock::Function(function, name)) => {
                // What replaces a function sees none replaced.
                let mocks = std::mem::take(&mut self.context.mocks);
                let cache = std::mem::replace(&mut self.context.cache, vec![None; self.program.groups.len()]);
                let result = self.apply(call, &function, &name, arguments);
                self.context.mocks = mocks;
                self.context.cache = cache;
                result
            }
        }
    }

    fn apply(
        &mut self,
        call: &'p Call,
        function: &Function,
        name: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Stop> {
        let result: Result<Value> = match function {
            Function::Rule(group) => return self.function(*group, arguments),
            Function::Operator(operator) => operators::apply(*operator, arguments),
            Function::Builtin(builtin) => {
                let result = builtin.call(&call.span, &call.expressions, arguments);
                self.look_at_clock_after(name)?;
                result
            }
        };
        if let Some(message) = super::super::builtins::current_fault() {
            return Err(self.fault(FaultKind::Failed(message)));
        }
        match result {
            Ok(Value::Undefined) => Ok(None),
            Ok(value) => {
                self.charge(weight(&value))?;
                Ok(Some(value))
            }
            Err(error) => {
                let message = super::super::parse::from_regorus(&error.to_string(), &[]).message;
                self.note(name, message);
                Ok(None)
            }
        }
    }

    /// Builtins that may take long are looked after.
    fn look_at_clock_after(&self, name: &str) -> Flow {
        if name.contains('.') || name == "concat" || name == "replace" { self.look_at_clock() } else { Ok(()) }
    }

    /// The collection that a comprehension makes.
    fn comprehension(&mut self, comprehension: &'p Comprehension) -> Result<Value, Stop> {
        self.tick()?;
        let memory = self.memory();
        let mut items = Vec::new();
        let mut set = BTreeSet::new();
        let mut fields: BTreeMap<Value, Value> = BTreeMap::new();
        self.deeper(|machine| {
            machine.body(&comprehension.body, &mut |machine| {
                if let Some(key) = &comprehension.key {
                    return machine.each(key, &mut |machine, key| {
                        machine.each(&comprehension.value, &mut |machine, value| {
                            machine.charge(2 * ELEMENT)?;
                            match fields.get(&key) {
                                Some(first) if *first != value => {
                                    machine.site = comprehension.site;
                                    Err(machine.conflict_of_key(&key, first, &value))
                                }
                                Some(_) => Ok(()),
                                None => {
                                    fields.insert(key.clone(), value);
                                    Ok(())
                                }
                            }
                        })
                    });
                }
                machine.each(&comprehension.value, &mut |machine, value| {
                    machine.charge(ELEMENT)?;
                    match comprehension.collected {
                        Collected::Array => items.push(value),
                        Collected::Set | Collected::Object => {
                            set.insert(value);
                        }
                    }
                    Ok(())
                })
            })
        })?;
        let value = match comprehension.collected {
            Collected::Array => Value::from(items),
            Collected::Set => Value::from(set),
            Collected::Object => Value::from(fields),
        };
        self.release(memory);
        self.charge(weight(&value))?;
        Ok(value)
    }

    fn single_of_reference(&mut self, reference: &'p Reference) -> Result<One, Stop> {
        let root = match &reference.root {
            Root::Data => return self.single_of_data(&reference.path),
            Root::Input => match &self.context.input {
                Some(input) => input.clone(),
                None => return Ok(One::Undefined),
            },
            Root::Term(term) => match self.single(term)? {
                One::Value(value) => value,
                other => return Ok(other),
            },
        };
        self.index(root, &reference.path)
    }

    /// A part of a value, as far as there is one without searching.
    pub(super) fn index(&mut self, mut value: Value, path: &'p [Term]) -> Result<One, Stop> {
        for key in path {
            let found = match key {
                Term::Constant(key) => element(&value, key).cloned(),
                key => match self.single(key)? {
                    One::Value(key) => element(&value, &key).cloned(),
                    other => return Ok(other),
                },
            };
            match found {
                Some(found) => value = found,
                None => return Ok(One::Undefined),
            }
        }
        Ok(One::Value(value))
    }

    fn each_of_reference(&mut self, reference: &'p Reference, next: NextValue<'_, 'p>) -> Flow {
        match &reference.root {
            Root::Data => self.each_of_data(&reference.path, next),
            Root::Input => match self.context.input.clone() {
                Some(input) => self.parts(&input, &reference.path, next),
                None => Ok(()),
            },
            Root::Term(term) => self.each(term, &mut |machine, value| machine.parts(&value, &reference.path, next)),
        }
    }

    /// All parts of a value that a path may mean.
    pub(super) fn parts(&mut self, value: &Value, path: &'p [Term], next: NextValue<'_, 'p>) -> Flow {
        let Some((key, rest)) = path.split_first() else { return next(self, value.clone()) };
        if self.is_open(key) {
            return self.deeper(|machine| {
                machine.elements(value, &mut |machine, index, element| {
                    machine.tick()?;
                    machine.matching(key, &index, &mut |machine| machine.parts(&element, rest, next))
                })
            });
        }
        self.each(key, &mut |machine, key| match element(value, &key) {
            Some(element) => machine.parts(element, rest, next),
            None => Ok(()),
        })
    }
}

/// What a value takes in memory, roughly, when it is large; the parts of a collection are counted when they are made.
pub(super) fn weight(value: &Value) -> usize {
    let bytes = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len() * ELEMENT,
        Value::Set(items) => items.len() * ELEMENT,
        Value::Object(fields) => fields.len() * 2 * ELEMENT,
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::Undefined => 0,
    };
    // Small ones come and go.
    if bytes < 4096 { 0 } else { bytes }
}
