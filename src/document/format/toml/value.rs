//! Values: scalars, arrays and inline tables.

use super::table::{Tables, Target};
use super::{Done, Part, Reader};
use crate::document::format::mapping::too_deep;
use crate::document::{Node, Problem, Span, Value};

/// A collection whose end has not come.
enum Open {
    Array(usize, Vec<Node>),
    /// With the key whose value is being read, and its table if it is not empty.
    Inline(usize, Box<Tables>, Vec<Part>),
}

impl Reader<'_> {
    /// A value with all it holds, `depth` levels below the file. Without recursion.
    pub(super) fn value(&mut self, depth: usize) -> Done {
        let mut open: Vec<Open> = Vec::new();
        // Levels above the value that comes next.
        let mut level = depth;
        loop {
            let start = self.at;
            self.count(1)?;
            let mut done = if let Some(byte @ (b'[' | b'{')) = self.peek() {
                if level >= self.limits.depth {
                    return Err(too_deep(self.limits.depth, Span::new(start, start + 1)));
                }
                self.at += 1;
                open.push(match byte {
                    b'[' => Open::Array(start, Vec::new()),
                    _ => Open::Inline(start, Box::new(Tables::new(start)), Vec::new()),
                });
                level += 1;
                None
            } else {
                let value = self.scalar()?;
                Some(Node { value, span: Span::new(start, self.at) })
            };
            // Hands what is done to what holds it, until something holds one value more.
            loop {
                let Some(holder) = open.last_mut() else {
                    return done.ok_or_else(|| self.expected("a value", ""));
                };
                let is_first = done.is_none();
                if let Some(node) = done.take() {
                    match holder {
                        Open::Array(_, items) => items.push(node),
                        Open::Inline(_, tables, path) => {
                            level = level.saturating_sub(path.len().saturating_sub(1));
                            tables.write(Target::ROOT, std::mem::take(path), node, &mut self.problems)?;
                        }
                    }
                }
                if self.more(holder, is_first)? {
                    if let Open::Inline(_, _, path) = holder {
                        *path = self.key()?;
                        level += path.len() - 1;
                        self.depth(level, self.at)?;
                        self.count((path.len() * 2).saturating_sub(1))?;
                        self.equals()?;
                    }
                    break;
                }
                level = level.saturating_sub(1);
                let Some(closed) = open.pop() else { continue };
                done = Some(match closed {
                    Open::Array(start, items) => {
                        Node { value: Value::Sequence(items), span: Span::new(start, self.at) }
                    }
                    Open::Inline(start, tables, _) => {
                        Node { value: tables.finish().value, span: Span::new(start, self.at) }
                    }
                });
            }
        }
    }

    /// Reads on to the next value of a collection. Returns whether there is one; else the collection is closed.
    fn more(&mut self, holder: &Open, is_first: bool) -> Result<bool, Problem> {
        let (start, open, close) = match holder {
            Open::Array(start, _) => (*start, '[', ']'),
            Open::Inline(start, ..) => (*start, '{', '}'),
        };
        let unclosed = |mut problem: Problem| {
            problem.related = Some((Span::new(start, start + 1), format!("the `{open}` is opened here")));
            problem
        };
        self.blanks_and_lines()?;
        let mut found_comma = is_first;
        if self.peek() == Some(b',') && !is_first {
            self.at += 1;
            found_comma = true;
            self.blanks_and_lines()?;
        }
        if self.rest().starts_with(close) {
            self.at += 1;
            return Ok(false);
        }
        if !found_comma {
            let help = if open == '[' { "items are set apart by commas" } else { "keys are set apart by commas" };
            return Err(unclosed(self.expected(&format!("`,` or `{close}`"), help)));
        }
        match self.peek() {
            None => Err(unclosed(self.expected(&format!("`{close}`"), "add the closing bracket"))),
            Some(b',') => {
                Err(unclosed(self.expected(if open == '[' { "a value" } else { "a key" }, "remove the comma")))
            }
            Some(_) => Ok(true),
        }
    }
}
