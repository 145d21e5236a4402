//! What is noted on the way when someone asks for it: prints, and lines that were reached.

use std::collections::BTreeSet;

use regorus::Value;

use super::super::builtins;
use super::ir::{Call, Site};
use super::machine::{Flow, Machine};

/// How what has no value is printed.
const UNDEFINED: &str = "<undefined>";

/// The most lines that one evaluation prints.
const MAX_PRINTS: usize = 10_000;

/// What is noted.
#[derive(Debug)]
pub(in super::super) struct Watch {
    pub(super) prints: Vec<(Site, String)>,
    /// Files and lines; `None` where nobody asks.
    lines: Option<BTreeSet<(usize, usize)>>,
}

impl Watch {
    pub(super) fn new(lines: bool) -> Self {
        Self { prints: Vec::new(), lines: lines.then(BTreeSet::new) }
    }

    pub(super) fn reached(&mut self, site: Site) {
        if let Some(lines) = &mut self.lines {
            lines.insert((site.file, site.line));
        }
    }

    /// What was printed since the last time.
    pub(in super::super) fn take_prints(&mut self) -> Vec<(Site, String)> {
        std::mem::take(&mut self.prints)
    }

    /// Index of the file and line of all that was evaluated so far: statements, and heads of rules that hold.
    pub(in super::super) fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        self.lines.iter().flatten().copied()
    }
}

impl<'p> Machine<'p> {
    /// Says the values of the arguments, in all combinations where they have several.
    pub(super) fn print(&mut self, call: &'p Call) -> Flow {
        if self.watch.is_none() {
            return Ok(());
        }
        let mut all = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            let mut values = BTreeSet::new();
            self.each(argument, &mut |_, value| {
                values.insert(value);
                Ok(())
            })?;
            let said: Vec<String> = values.iter().map(said).collect();
            all.push(if said.is_empty() { vec![UNDEFINED.to_owned()] } else { said });
        }
        let mut lines = vec![String::new()];
        for (number, said) in all.iter().enumerate() {
            let before = if number == 0 { "" } else { " " };
            lines = lines
                .iter()
                .flat_map(|line| said.iter().map(move |said| format!("{line}{before}{said}")))
                .take(MAX_PRINTS)
                .collect();
        }
        self.site = call.site;
        if let Some(watch) = &mut self.watch {
            let room = MAX_PRINTS.saturating_sub(watch.prints.len());
            watch.prints.extend(lines.into_iter().take(room).map(|line| (call.site, line)));
        }
        Ok(())
    }
}

/// Strings as they are, all else in Rego notation.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => builtins::notation(other),
    }
}
