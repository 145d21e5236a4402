//! Values of rules.

use std::collections::BTreeMap;

use regorus::Value;

use super::ir::{Clause, Definition, Group, Kind, Node};
use super::machine::{ELEMENT, FaultKind, Flow, Machine, Next, Stop};

impl<'p> Machine<'p> {
    /// The value of a rule that is no function, with the rules below it; `None` where it has none.
    pub(super) fn group(&mut self, index: usize, node: &'p Node) -> Result<Option<Value>, Stop> {
        if let Some(Some(value)) = self.context.cache.get(index) {
            return Ok(Some(value.clone()).filter(|value| *value != Value::Undefined));
        }
        let program = self.program;
        let Some(group) = program.groups.get(index) else { return Ok(None) };
        let (site, memory) = (self.site, self.memory());
        let value = match group.kind {
            Kind::Function => return Ok(None),
            Kind::Complete => self.deeper(|machine| machine.complete(group, &[]))?,
            Kind::Partial => {
                let mut grown = Grown { value: group.empty.clone(), leaves: BTreeMap::new(), mixed: false };
                grown.mixed = !node.children.is_empty()
                    || group.definitions.iter().any(|it| it.clauses.iter().any(|clause| clause.keys.len() > 1));
                self.deeper(|machine| machine.partial(group, &mut Vec::new(), &mut grown))?;
                self.below(node, &mut Vec::new(), &mut grown)?;
                Some(grown.value)
            }
        };
        self.site = site;
        self.release(memory);
        let value = value.unwrap_or(Value::Undefined);
        self.charge(super::values::weight(&value))?;
        if let Some(place) = self.context.cache.get_mut(index) {
            *place = Some(value.clone());
        }
        Ok(Some(value).filter(|value| *value != Value::Undefined))
    }

    /// Adds what the rules below a partial rule give.
    fn below(&mut self, node: &'p Node, path: &mut Vec<Value>, grown: &mut Grown) -> Flow {
        let program = self.program;
        for (key, child) in &node.children {
            path.push(key.clone());
            match child.group.and_then(|index| program.groups.get(index)) {
                Some(group) if group.kind == Kind::Partial => {
                    self.deeper(|machine| machine.partial(group, path, grown))?;
                }
                Some(group) if group.kind == Kind::Complete => {
                    let value = self.deeper(|machine| machine.complete(group, &[]))?;
                    if let Some(value) = value {
                        grown.add(path, value, false).map_err(|conflict| self.conflict_at(group, conflict))?;
                    }
                }
                Some(_) | None => {}
            }
            self.below(child, path, grown)?;
            path.pop();
        }
        Ok(())
    }

    /// The value of a call of a function.
    pub(super) fn function(&mut self, index: usize, arguments: &[Value]) -> Result<Option<Value>, Stop> {
        let program = self.program;
        let Some(group) = program.groups.get(index) else { return Ok(None) };
        let (site, memory) = (self.site, self.memory());
        let value = self.deeper(|machine| machine.complete(group, arguments))?;
        self.site = site;
        self.release(memory);
        if let Some(value) = &value {
            self.charge(super::values::weight(value))?;
        }
        Ok(value)
    }

    fn complete(&mut self, group: &'p Group, arguments: &[Value]) -> Result<Option<Value>, Stop> {
        let mut found: Option<Value> = None;
        for definition in &group.definitions {
            let value = self.definition(group, definition, arguments)?;
            if let Some(value) = value {
                if let Some(first) = &found
                    && *first != value
                {
                    return Err(self.conflict(group, first, &value));
                }
                found = Some(value);
                if group.always.is_some() {
                    break;
                }
            }
        }
        if found.is_none()
            && let Some(default) = &group.default
        {
            self.clause(default, &[], &mut |machine| {
                machine.each(&default.value, &mut |_, value| {
                    found = Some(value);
                    Ok(())
                })
            })?;
        }
        Ok(found)
    }

    fn conflict(&self, group: &Group, first: &Value, second: &Value) -> Stop {
        let name = group.name.trim_start_matches("data.");
        let [first, second] = [first, second].map(super::super::builtins::notation);
        self.fault(FaultKind::Failed(format!("`{name}` has conflicting values: {first} and {second}")))
    }

    /// The value of a definition: of its first clause that has one.
    fn definition(
        &mut self,
        group: &'p Group,
        definition: &'p Definition,
        arguments: &[Value],
    ) -> Result<Option<Value>, Stop> {
        for clause in &definition.clauses {
            let mut found: Option<Value> = None;
            let flow = self.clause(clause, arguments, &mut |machine| {
                machine.held(clause);
                machine.each(&clause.value, &mut |machine, value| match &found {
                    Some(first) if *first != value => {
                        machine.site = clause.site;
                        Err(machine.conflict(group, first, &value))
                    }
                    Some(_) => Ok(()),
                    None => {
                        found = Some(value);
                        if matches!(clause.value, super::ir::Term::Constant(_)) { Err(Stop::Enough) } else { Ok(()) }
                    }
                })
            });
            match flow {
                Ok(()) | Err(Stop::Enough) => {}
                Err(fault) => return Err(fault),
            }
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The value of a clause of no rule.
    pub(super) fn value_of_clause(&mut self, clause: &'p Clause) -> Result<Option<Value>, Stop> {
        let mut found = None;
        self.clause(clause, &[], &mut |machine| {
            machine.each(&clause.value, &mut |_, value| {
                found = Some(value);
                Ok(())
            })
        })?;
        Ok(found)
    }

    /// Notes that the body of a clause holds.
    fn held(&mut self, clause: &Clause) {
        if let Some(watch) = &mut self.watch {
            watch.reached(clause.site);
        }
    }

    /// All solutions of a clause, with variables of its own.
    fn clause(&mut self, clause: &'p Clause, arguments: &[Value], next: Next<'_, 'p>) -> Flow {
        self.site = clause.site;
        self.tick()?;
        let frame = std::mem::replace(&mut self.frame, vec![Value::Undefined; clause.slots]);
        let flow = self.parameters(&clause.arguments, arguments, &mut |machine| machine.body(&clause.body, next));
        self.frame = frame;
        flow
    }

    fn parameters(&mut self, patterns: &'p [super::ir::Term], values: &[Value], next: Next<'_, 'p>) -> Flow {
        let (Some((pattern, patterns)), Some((value, values))) = (patterns.split_first(), values.split_first()) else {
            return next(self);
        };
        self.matching(pattern, value, &mut |machine| machine.parameters(patterns, values, next))
    }

    /// All that the definitions of a partial rule give, at a path.
    fn partial(&mut self, group: &'p Group, path: &mut Vec<Value>, grown: &mut Grown) -> Flow {
        for definition in &group.definitions {
            for clause in &definition.clauses {
                self.clause(clause, &[], &mut |machine| {
                    machine.held(clause);
                    let before = path.len();
                    machine.each_of_all(&clause.keys, &mut |machine, keys| {
                        machine.each(&clause.value, &mut |machine, value| {
                            machine.charge(ELEMENT * (1 + keys.len()))?;
                            path.extend_from_slice(keys);
                            let added = grown.add(path, value, definition.contains);
                            path.truncate(before);
                            added.map_err(|conflict| {
                                machine.site = clause.site;
                                machine.conflict_at(group, conflict)
                            })
                        })
                    })
                })?;
            }
        }
        Ok(())
    }

    fn conflict_at(&self, group: &Group, conflict: Conflict) -> Stop {
        match conflict {
            Conflict::Values(key, values) => self.conflict_of_key(&key, &values.0, &values.1),
            Conflict::Kinds => self.fault(FaultKind::Failed(format!(
                "`{}` has a value and parts of another at one path",
                group.name.trim_start_matches("data.")
            ))),
        }
    }
}

/// What partial rules have given so far.
struct Grown {
    value: Value,
    /// Where values are, and whether they are sets that grow; only where paths may be of different lengths.
    leaves: BTreeMap<Vec<Value>, bool>,
    mixed: bool,
}

enum Conflict {
    Values(Value, Box<(Value, Value)>),
    Kinds,
}

impl Grown {
    fn add(&mut self, path: &[Value], value: Value, contains: bool) -> Result<(), Conflict> {
        if self.mixed {
            let above = (0..path.len()).filter_map(|length| path.get(..length));
            if above.into_iter().any(|above| self.leaves.contains_key(above)) {
                return Err(Conflict::Kinds);
            }
            let is_leaf = self.leaves.get(path).copied();
            let below = self
                .leaves
                .range(path.to_vec()..)
                .next()
                .is_some_and(|(other, _)| other.len() > path.len() && other.starts_with(path));
            if below || is_leaf.is_some_and(|set| set != contains) {
                return Err(Conflict::Kinds);
            }
            self.leaves.insert(path.to_vec(), contains);
        }
        let mut place = &mut self.value;
        for (index, key) in path.iter().enumerate() {
            let Ok(fields) = place.as_object_mut() else { return Err(Conflict::Kinds) };
            let is_last = index + 1 == path.len();
            match fields.get(key) {
                Some(first) if is_last && !contains => {
                    if *first == value {
                        return Ok(());
                    }
                    return Err(Conflict::Values(key.clone(), Box::new((first.clone(), value))));
                }
                None if is_last && !contains => {
                    fields.insert(key.clone(), value);
                    return Ok(());
                }
                Some(_) => {}
                None => {
                    fields.insert(key.clone(), if is_last { Value::new_set() } else { Value::new_object() });
                }
            }
            let Some(child) = fields.get_mut(key) else { return Err(Conflict::Kinds) };
            place = child;
        }
        match place.as_set_mut() {
            Ok(items) if contains => {
                items.insert(value);
                Ok(())
            }
            Ok(_) | Err(_) => Err(Conflict::Kinds),
        }
    }
}
