//! Bodies: the arguments and blocks of a file or block.

use std::collections::HashMap;

use super::super::mapping::shown;
use super::parser::{Opened, Parser};
use super::token::{Kind, Token};
use crate::document::{Entry, Node, ProblemKind, Span, Value};

/// Up to this many names are searched one by one; more are hashed.
const FEW: usize = 12;

/// What stands under names: arguments, blocks, and under types and labels more of them.
#[derive(Default)]
struct Level {
    branches: Vec<Branch>,
    /// Places of the names in `branches`, once there are more than [`FEW`]. Never iterated.
    places: HashMap<String, usize>,
}

struct Branch {
    name: String,
    span: Span,
    argument: Option<Node>,
    blocks: Vec<Node>,
    labels: Level,
}

impl Level {
    /// The branch of this name; `None` never.
    fn branch(&mut self, name: &str, span: Span) -> Option<&mut Branch> {
        let known = if self.branches.len() <= FEW {
            self.branches.iter().position(|branch| branch.name == name)
        } else {
            if self.places.is_empty() {
                let names = self.branches.iter().enumerate();
                self.places = names.map(|(at, branch)| (branch.name.clone(), at)).collect();
            }
            self.places.get(name).copied()
        };
        let at = known.unwrap_or(self.branches.len());
        if known.is_none() {
            if !self.places.is_empty() {
                self.places.insert(name.to_owned(), at);
            }
            let name = name.to_owned();
            self.branches.push(Branch { name, span, argument: None, blocks: Vec::new(), labels: Self::default() });
        }
        self.branches.get_mut(at)
    }

    fn finish(self) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(self.branches.len());
        for branch in self.branches {
            entries.push(branch.finish());
        }
        entries
    }
}

/// These recurse label by label, so their frames are kept small.
impl Branch {
    fn finish(self) -> Entry {
        if self.argument.is_some() || self.labels.branches.is_empty() { self.leaf() } else { self.labelled() }
    }

    /// An argument, or blocks without a further label.
    fn leaf(self) -> Entry {
        let blocks = self.blocks;
        let value = self.argument.unwrap_or_else(|| {
            let span = around(blocks.iter().map(|block| block.span));
            Node { value: Value::Sequence(blocks), span }
        });
        Entry { key: self.name, key_span: self.span, value }
    }

    fn labelled(mut self) -> Entry {
        self.sort_unlabelled();
        let entries = self.labels.finish();
        entry_of_labels(self.name, self.span, entries)
    }

    /// Puts blocks without the label that others have under an empty one.
    fn sort_unlabelled(&mut self) {
        if !self.blocks.is_empty()
            && let Some(unlabelled) = self.labels.branch("", self.span)
        {
            unlabelled.blocks.append(&mut self.blocks);
        }
    }
}

fn entry_of_labels(key: String, key_span: Span, entries: Vec<Entry>) -> Entry {
    let span = around(entries.iter().map(|entry| entry.value.span));
    Entry { key, key_span, value: Node { value: Value::Mapping(entries), span } }
}

/// From the first begin to the last end.
fn around(spans: impl Iterator<Item = Span>) -> Span {
    let whole = spans.reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) });
    whole.unwrap_or_default()
}

impl Parser<'_> {
    /// The whole file.
    pub(super) fn file(&mut self, start: usize) -> Option<Node> {
        let span = Span::new(start, self.text.len());
        self.enter(1, Span::new(start, start))?;
        let entries = self.body(None)?;
        Some(Node { value: Value::Mapping(entries), span })
    }

    /// Arguments and blocks, one a line, up to what closes the block opened at `open`, or the end of the file.
    fn body(&mut self, open: Option<Opened>) -> Option<Vec<Entry>> {
        let mut level = Level::default();
        loop {
            let token = self.peek();
            match (token.kind, open) {
                (Kind::Newline, _) => {
                    self.next();
                }
                (Kind::Identifier, _) => self.body_item(&mut level, token, open)?,
                (Kind::CloseBrace, Some(_)) => return Some(level.finish()),
                (Kind::End, None) if !self.is_cut_off() => return Some(level.finish()),
                _ => return self.no_item(token, open),
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn no_item<T>(&mut self, token: Token, open: Option<Opened>) -> Option<T> {
        let (expected, help) = match (token.kind, open) {
            (Kind::End, _) => ("`}`", "close the block, or look for a `}` too few in what stands before"),
            (Kind::OpenQuote, _) => {
                ("an argument or a block", "the names of arguments and blocks stand without quotes")
            }
            (Kind::CloseBrace, None) => ("an argument or a block", "there is a `}` too many here, or before"),
            (Kind::OpenBrace | Kind::OpenBracket, _) => ("an argument or a block", "a value needs a name: `name = …`"),
            _ => ("an argument or a block", ""),
        };
        self.unexpected(expected, open.filter(|_| token.kind == Kind::End), help)
    }

    fn body_item(&mut self, level: &mut Level, name: Token, open: Option<Opened>) -> Option<()> {
        self.next();
        match self.peek_kind() {
            Kind::Equal => {
                self.argument(level, name)?;
                self.line_end("argument", open)
            }
            Kind::OpenBrace | Kind::OpenQuote | Kind::Identifier => {
                self.block(level, name)?;
                self.line_end("block", open)
            }
            _ => self.unexpected("`=` and a value, or labels and `{`, behind the name", None, ""),
        }
    }

    fn line_end(&mut self, what: &str, open: Option<Opened>) -> Option<()> {
        match self.peek_kind() {
            Kind::Newline => {
                self.next();
                Some(())
            }
            // What a block lacks then is told by its body.
            Kind::End if !self.is_cut_off() => Some(()),
            _ => self.no_line_end(what, open),
        }
    }

    #[cold]
    #[inline(never)]
    fn no_line_end<T>(&mut self, what: &str, open: Option<Opened>) -> Option<T> {
        let help = match self.peek_kind() {
            Kind::Comma => "arguments are separated by line breaks, not commas",
            Kind::CloseBrace if open.is_some() => "put the `}` on a line of its own",
            _ => "put what follows on a line of its own",
        };
        self.unexpected(&format!("the end of the line behind the {what}"), None, help)
    }

    /// `name = value`.
    fn argument(&mut self, level: &mut Level, name: Token) -> Option<()> {
        self.next();
        let span = self.expression()?;
        let expression = self.take_made(span);
        self.count(2, name.span)?;
        let node = self.node(expression)?;
        let text = self.slice(name.span);
        let branch = level.branch(text, name.span)?;
        let (first, is_block) = (branch.span, !branch.blocks.is_empty() || !branch.labels.branches.is_empty());
        let again = branch.argument.replace(node).is_some();
        branch.span = name.span;
        if is_block {
            self.both(text, name.span, first);
        } else if again {
            self.problems.repeated_key(text, name.span, first);
        }
        Some(())
    }

    /// `type "label" … { … }`.
    fn block(&mut self, level: &mut Level, name: Token) -> Option<()> {
        let mut labels: Vec<(String, Span)> = Vec::new();
        let open = loop {
            let token = self.peek();
            match token.kind {
                Kind::OpenBrace => break self.next(),
                Kind::OpenQuote => {
                    self.next();
                    labels.push(self.plain_string(token)?);
                }
                Kind::Identifier => {
                    self.next();
                    labels.push((self.slice(token.span).to_owned(), token.span));
                }
                _ => return self.no_block(token),
            }
        };
        // The list of the blocks and the block; every label and what it leads to.
        let levels = 2 + labels.len();
        self.enter(levels, open.span)?;
        self.count(2 + 2 * labels.len(), name.span)?;
        let header = Span { end: open.span.end, ..name.span };
        self.open.push(header);
        let node = self.block_body(header)?;
        self.open.pop();
        self.leave(levels);
        let text = self.slice(name.span);
        let mut branch = level.branch(text, name.span)?;
        if branch.argument.is_some() {
            let first = branch.span;
            self.both(text, name.span, first);
            return Some(());
        }
        for (label, span) in labels {
            branch = branch.labels.branch(&label, span)?;
        }
        branch.blocks.push(node);
        Some(())
    }

    #[cold]
    #[inline(never)]
    fn no_block<T>(&mut self, token: Token) -> Option<T> {
        let help = match token.kind {
            Kind::Newline => "the `{` stands on the line of the block's type and labels",
            Kind::Equal => "a block has no `=`; an argument has one name",
            _ => "",
        };
        self.unexpected("a label or `{`", None, help)
    }

    /// What stands in a block whose header was read: more lines, or one argument on the same line.
    fn block_body(&mut self, header: Span) -> Option<Node> {
        let opened = Some(Opened { span: header, what: "block" });
        let entries = match self.peek_kind() {
            Kind::Newline | Kind::End | Kind::CloseBrace => self.body(opened)?,
            _ => self.single_argument(opened)?,
        };
        let close = self.expect(Kind::CloseBrace, "`}`", opened)?;
        Some(Node { value: Value::Mapping(entries), span: Span { end: close.end, ..header } })
    }

    /// `{ name = value }`.
    fn single_argument(&mut self, opened: Option<Opened>) -> Option<Vec<Entry>> {
        const ONE: &str = "a block on one line holds one argument at most: put each on a line of its own";
        let name = self.peek();
        if name.kind != Kind::Identifier {
            return self.unexpected("an argument, `}` or the end of the line", opened, "");
        }
        self.next();
        if self.peek_kind() != Kind::Equal {
            return self.unexpected("`=` and a value behind the name", opened, ONE);
        }
        let mut level = Level::default();
        self.argument(&mut level, name)?;
        if self.peek_kind() != Kind::CloseBrace {
            return self.unexpected("`}` behind the only argument of a block on one line", opened, ONE);
        }
        Some(level.finish())
    }

    /// A name is written both as an argument and as a block.
    #[cold]
    #[inline(never)]
    fn both(&mut self, name: &str, again: Span, first: Span) {
        let before = self.problems.found.len();
        self.problems.repeated_key(name, again, first);
        let told = self.problems.found.get_mut(before).filter(|problem| problem.kind == ProblemKind::DuplicateKey);
        if let Some(problem) = told {
            problem.message = format!("`{}` is written both as an argument and as a block", shown(name));
            problem.help = Some("readers take one of them and not the other; write it in one way".to_owned());
        }
    }
}
