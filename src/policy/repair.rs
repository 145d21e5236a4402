//! Repairs of compiled programs, where the VM of regorus 0.14.1 silently differs from OPA.
//!
//! Each of these makes a rule not fire without a word, and some of them at the will of whoever
//! pushes:
//!
//! - `x + 1` of a string is undefined in OPA; in the VM it ends the whole body, so one odd element
//!   hides all that come after it in the same loop. Arithmetic becomes calls of builtins of ours.
//! - Two values for one complete rule or one call of a function are an error in OPA; in the VM they
//!   are undefined, and of several values of one body the last wins. Every value is recorded
//!   (`record`), and a second, different one is a fault: there is no verdict then.
//! - The same for two values of one key of an object.
//! - An undefined term adds nothing to a comprehension or an object; the VM adds it all the same.
//! - A body whose loop finds nothing has no value, so its `else` is next; the VM takes a body that
//!   ran to its end for one that holds, and never looks at the `else`.
//! - `x := y` and `f(y)` are undefined where `y` is; the VM goes on with `x`, or calls `f(_)`.
//! - `not f(x)` is undefined in OPA when `x` is: the compiler takes arguments out of the negation
//!   (`rewriteDynamicTerms`; not those of `=` and `==`). In the VM it is true.
//!
//! Builtins that regorus has not are compiled as questions to the host (`HostAwait`); they become calls, too.
//!
//! Instructions are put in front of others, and every target of a jump is moved along.

use regorus::rvm::Program;
use regorus::rvm::instructions::{BuiltinCallParams, ComprehensionMode, GuardMode, Instruction};
use regorus::rvm::program::{BuiltinInfo, RuleInfo, RuleType};
use regorus::{Rc, Value};

use super::builtins;

/// The program has no room for the repairs: more than 65,535 instructions, or a rule with more
/// than 253 registers. The interpreter has neither limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

/// Repairs a program.
pub(super) fn repair(program: &mut Program) -> Result<(), NoRoom> {
    let mut repaired = Repair { program, rule: None, objects: Vec::new(), out: Vec::new(), spans: Vec::new() };
    let moved = repaired.run()?;
    let (instructions, spans) = (repaired.out, repaired.spans);
    program.instructions = instructions;
    program.instruction_spans = spans;
    relocate(program, &moved)
}

struct Repair<'p> {
    program: &'p mut Program,
    /// The rule whose code is being read.
    rule: Option<usize>,
    /// For each open comprehension the register of its object, if it makes one.
    objects: Vec<Option<u8>>,
    out: Vec<Instruction>,
    spans: Vec<Option<regorus::rvm::program::SpanInfo>>,
}

impl Repair<'_> {
    /// Where each instruction went; one more for the end.
    fn run(&mut self) -> Result<Vec<usize>, NoRoom> {
        let instructions = std::mem::take(&mut self.program.instructions);
        let spans = std::mem::take(&mut self.program.instruction_spans);
        let recorded = recorded(&self.program.rule_infos, &instructions);
        let mut moved = Vec::with_capacity(instructions.len() + 1);
        for (at, instruction) in instructions.iter().enumerate() {
            moved.push(self.out.len());
            if let Some(Instruction::Not { operand, .. }) = instructions.get(at + 1) {
                self.arguments_of_negated(*instruction, *operand, instructions.get(..at).unwrap_or_default());
            }
            self.instruction(*instruction, &recorded)?;
            self.spans.resize(self.out.len(), spans.get(at).cloned().flatten());
        }
        moved.push(self.out.len());
        Ok(moved)
    }

    fn instruction(&mut self, instruction: Instruction, recorded: &[bool]) -> Result<(), NoRoom> {
        match instruction {
            Instruction::Add { dest, left, right } => self.call("+", dest, &[left, right])?,
            Instruction::Sub { dest, left, right } => self.call("-", dest, &[left, right])?,
            Instruction::Mul { dest, left, right } => self.call("*", dest, &[left, right])?,
            Instruction::Div { dest, left, right } => self.call("/", dest, &[left, right])?,
            Instruction::Mod { dest, left, right } => self.call("%", dest, &[left, right])?,
            Instruction::HostAwait { dest, arg, id } => {
                let name = self.loaded(id).ok_or(NoRoom)?;
                self.call(&format!("{}{name}", builtins::PACKED), dest, &[arg])?;
            }
            Instruction::RuleInit { rule_index, .. } => {
                self.rule = Some(usize::from(rule_index));
                self.out.push(instruction);
            }
            Instruction::RuleReturn {} => {
                let rule = self.rule.take().and_then(|rule| self.info(rule));
                if let Some(RuleInfo { rule_type: RuleType::Complete, result_reg, .. }) = rule {
                    self.defined(&[*result_reg]);
                }
                self.out.push(instruction);
            }
            Instruction::Move { dest, src } => {
                self.defined(&[src]);
                match self.rule.filter(|rule| recorded.get(*rule) == Some(&true)) {
                    Some(rule) if self.info(rule).is_some_and(|info| info.result_reg == dest) => {
                        self.record(rule, dest, src)?;
                    }
                    Some(_) | None => self.out.push(instruction),
                }
            }
            Instruction::FunctionCall { params_index } => {
                let params = self.program.instruction_data.get_function_call_params(params_index);
                self.defined(&params.map_or_else(Vec::new, |params| params.arg_registers().to_vec()));
                self.out.push(instruction);
            }
            Instruction::ObjectSet { obj, key, value } => {
                self.defined(&[key, value]);
                self.unique(obj, key, value)?;
                self.out.push(instruction);
            }
            Instruction::ComprehensionBegin { params_index } => {
                let params = self.program.instruction_data.comprehension_begin_params.get(usize::from(params_index));
                self.objects.push(params.and_then(|params| match params.mode {
                    ComprehensionMode::Object => Some(params.result_reg),
                    ComprehensionMode::Set | ComprehensionMode::Array => None,
                }));
                self.out.push(instruction);
            }
            Instruction::ComprehensionEnd {} => {
                self.objects.pop();
                self.out.push(instruction);
            }
            Instruction::ComprehensionYield { value_reg, key_reg } => {
                self.defined(&[value_reg]);
                if let Some(key) = key_reg {
                    self.defined(&[key]);
                    if let Some(object) = self.objects.last().copied().flatten() {
                        self.unique(object, key, value_reg)?;
                    }
                }
                self.out.push(instruction);
            }
            other => self.out.push(other),
        }
        Ok(())
    }

    /// The text that was last loaded into a register.
    fn loaded(&self, register: u8) -> Option<String> {
        let index = self.out.iter().rev().find_map(|instruction| match instruction {
            Instruction::Load { dest, literal_idx } if *dest == register => Some(*literal_idx),
            _ => None,
        })?;
        Some(self.program.literals.get(usize::from(index))?.as_string().ok()?.to_string())
    }

    fn info(&self, rule: usize) -> Option<&RuleInfo> {
        self.program.rule_infos.get(rule)
    }

    /// `dest := name(arguments…)`
    fn call(&mut self, name: &str, dest: u8, arguments: &[u8]) -> Result<(), NoRoom> {
        let count = u8::try_from(arguments.len()).map_err(|_| NoRoom)?;
        let known = self
            .program
            .builtin_info_table
            .iter()
            .position(|info| info.name == name && info.num_args == u16::from(count));
        let index = known.unwrap_or_else(|| {
            self.program.builtin_info_table.push(BuiltinInfo { name: name.to_owned(), num_args: u16::from(count) });
            self.program.resolved_builtins.push((builtins::internal(name), count));
            self.program.builtin_info_table.len() - 1
        });
        let mut args = [0; 8];
        for (slot, argument) in args.iter_mut().zip(arguments) {
            *slot = *argument;
        }
        let builtin_index = u16::try_from(index).map_err(|_| NoRoom)?;
        let params = BuiltinCallParams { dest, builtin_index, num_args: count, args };
        if self.program.instruction_data.builtin_call_params.len() > usize::from(u16::MAX) {
            return Err(NoRoom);
        }
        let params_index = self.program.instruction_data.add_builtin_call_params(params);
        self.out.push(Instruction::BuiltinCall { params_index });
        Ok(())
    }

    /// Goes on only where the arguments of a call have values, if it gives `result`. Of `==` only
    /// arguments that are calls or composites themselves.
    fn arguments_of_negated(&mut self, call: Instruction, result: u8, before: &[Instruction]) {
        let data = &self.program.instruction_data;
        let is_computed = |register: u8| {
            // A register is written once in a body.
            before.iter().rev().take_while(|other| !matches!(other, Instruction::RuleInit { .. })).any(|other| {
                match other {
                    Instruction::BuiltinCall { params_index } => {
                        data.get_builtin_call_params(*params_index).is_some_and(|params| params.dest == register)
                    }
                    Instruction::FunctionCall { params_index } => {
                        data.get_function_call_params(*params_index).is_some_and(|params| params.dest == register)
                    }
                    Instruction::Add { dest, .. }
                    | Instruction::Sub { dest, .. }
                    | Instruction::Mul { dest, .. }
                    | Instruction::Div { dest, .. }
                    | Instruction::Mod { dest, .. } => *dest == register,
                    Instruction::ArrayCreate { params_index } => {
                        data.array_create_params.get(usize::from(*params_index)).is_some_and(|it| it.dest == register)
                    }
                    Instruction::SetCreate { params_index } => {
                        data.set_create_params.get(usize::from(*params_index)).is_some_and(|it| it.dest == register)
                    }
                    Instruction::ObjectCreate { params_index } => {
                        data.object_create_params.get(usize::from(*params_index)).is_some_and(|it| it.dest == register)
                    }
                    _ => false,
                }
            })
        };
        let arguments = match call {
            Instruction::Eq { dest, left, right } if dest == result => {
                [left, right].into_iter().filter(|register| is_computed(*register)).collect()
            }
            Instruction::Lt { dest, left, right }
            | Instruction::Le { dest, left, right }
            | Instruction::Gt { dest, left, right }
            | Instruction::Ge { dest, left, right }
            | Instruction::Ne { dest, left, right }
                if dest == result =>
            {
                vec![left, right]
            }
            Instruction::Contains { dest, collection, value } if dest == result => vec![collection, value],
            Instruction::BuiltinCall { params_index } => match data.get_builtin_call_params(params_index) {
                Some(params) if params.dest == result => params.arg_registers().to_vec(),
                Some(_) | None => return,
            },
            _ => return,
        };
        self.defined(&arguments);
    }

    /// Goes on only where all of these have a value.
    fn defined(&mut self, registers: &[u8]) {
        for register in registers {
            self.out.push(Instruction::Guard { register: *register, mode: GuardMode::NotUndefined });
        }
    }

    /// `dest := record(rule, value, parameters…)`, which is the value.
    fn record(&mut self, rule: usize, dest: u8, value: u8) -> Result<(), NoRoom> {
        let info = self.info(rule).ok_or(NoRoom)?;
        let parameters = info.function_info.as_ref().map_or(0, |function| function.num_params);
        let name = Value::from(info.name.as_str());
        let id = self.scratch()?;
        let literal_idx = u16::try_from(self.program.add_literal(name)).map_err(|_| NoRoom)?;
        self.out.push(Instruction::Load { dest: id, literal_idx });
        let mut arguments = vec![id, value];
        // A call has at most eight arguments; functions with more than six parameters are refused.
        arguments.extend((1..=parameters).filter_map(|register| u8::try_from(register).ok()).take(6));
        self.call("record", dest, &arguments)
    }

    /// A key gets one value.
    fn unique(&mut self, object: u8, key: u8, value: u8) -> Result<(), NoRoom> {
        let scratch = self.scratch()?;
        self.call("unique", scratch, &[object, key, value])?;
        // The VM keeps the arguments of its last call; with the object among them, adding to it
        // would copy it every time.
        self.call("release", scratch, &[])
    }

    /// A register of the rule being read that nothing else uses.
    fn scratch(&mut self) -> Result<u8, NoRoom> {
        let info = self.rule.and_then(|rule| self.program.rule_infos.get_mut(rule)).ok_or(NoRoom)?;
        let register = info.num_registers;
        info.num_registers = register.checked_add(1).filter(|count| *count < u8::MAX).ok_or(NoRoom)?;
        self.program.max_rule_window_size = self.program.max_rule_window_size.max(register + 1);
        Ok(register)
    }
}

/// Which rules may give more than one value: complete rules and functions that set their result
/// at several places, or inside a loop.
fn recorded(rules: &[RuleInfo], instructions: &[Instruction]) -> Vec<bool> {
    let mut places = vec![0_usize; rules.len()];
    let mut current = None;
    for instruction in instructions {
        match instruction {
            Instruction::RuleInit { rule_index, .. } => current = Some(usize::from(*rule_index)),
            Instruction::RuleReturn {} => current = None,
            Instruction::LoopStart { .. } => {
                if let Some(places) = current.and_then(|rule| places.get_mut(rule)) {
                    *places += 1;
                }
            }
            Instruction::Move { dest, .. } => {
                if let Some(rule) = current
                    && rules.get(rule).is_some_and(|info| info.result_reg == *dest)
                    && let Some(places) = places.get_mut(rule)
                {
                    *places += 1;
                }
            }
            _ => {}
        }
    }
    rules
        .iter()
        .zip(places)
        .map(|(info, places)| match info.rule_type {
            RuleType::Complete => places > 1 && !info.early_exit_on_first_success,
            RuleType::PartialSet | RuleType::PartialObject => false,
        })
        .collect()
}

/// Moves every target of a jump to where its instruction went.
fn relocate(program: &mut Program, moved: &[usize]) -> Result<(), NoRoom> {
    let short = |target: u16| moved.get(usize::from(target)).and_then(|to| u16::try_from(*to).ok()).ok_or(NoRoom);
    let long = |target: u32| {
        let to = moved.get(usize::try_from(target).ok()?)?;
        u32::try_from(*to).ok()
    };
    for instruction in &mut program.instructions {
        match instruction {
            Instruction::LoopNext { body_start, loop_end } => {
                *body_start = short(*body_start)?;
                *loop_end = short(*loop_end)?;
            }
            Instruction::LogicalBlockStart { end_pc, .. }
            | Instruction::AllOfNext { end_pc, .. }
            | Instruction::AnyOfNext { end_pc, .. } => *end_pc = short(*end_pc)?,
            _ => {}
        }
    }
    for params in &mut program.instruction_data.loop_params {
        params.body_start = short(params.body_start)?;
        params.loop_end = short(params.loop_end)?;
    }
    for params in &mut program.instruction_data.comprehension_begin_params {
        params.body_start = short(params.body_start)?;
        params.comprehension_end = short(params.comprehension_end)?;
    }
    for target in program.entry_points.values_mut() {
        *target = moved.get(*target).copied().ok_or(NoRoom)?;
    }
    for info in &mut program.rule_infos {
        for target in Rc::make_mut(&mut info.definitions).iter_mut().flatten() {
            *target = long(*target).ok_or(NoRoom)?;
        }
        for target in info.destructuring_blocks.iter_mut().flatten() {
            *target = long(*target).ok_or(NoRoom)?;
        }
    }
    program.main_entry_point = long(program.main_entry_point).ok_or(NoRoom)?;
    program.validate_limits().map_err(|_| NoRoom)
}
