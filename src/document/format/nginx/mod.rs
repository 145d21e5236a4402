//! Configuration of nginx, in the shape of `gonginx`: `{directives: [{name, parameters, block: {directives}}]}`.
//!
//! It is cut into words as nginx does it; they keep their quotes and escapes. Directives are not judged by their
//! names: modules bring their own. In `http` and `upstream` the servers stand behind all others, and a server of
//! an `upstream` has its `name=value` parameters first, in order. The block of a `…_by_lua_block` is empty.

mod lua;
mod token;

use super::Reading;
use super::encoding::BOM;
use super::mapping::{shown, too_deep};
use super::parts::{Budget, Word, entry, helped, list, reading, syntax};
use crate::document::{Node, ParseLimits, Problem, Span, Value};
use token::{Kind, Token, Tokens};

/// Levels of the tree for each block: its mapping, its list and the mapping of a directive in it.
const LEVELS: usize = 3;

/// Reads the directives of a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut reader = Reader {
        tokens: Tokens { text, at: start },
        budget: Budget::new(limits),
        limits,
        open: Vec::new(),
        directives: Vec::new(),
    };
    let here = Span::new(start, start);
    reading(reader.file().map(|directives| {
        let whole = Span::new(start, text.len());
        let list = Node { value: Value::Sequence(directives), span: whole };
        Node { value: Value::Mapping(vec![entry("directives", here, list)]), span: whole }
    }))
}

#[cfg(test)]
mod tests;

/// A block whose end has not come, and what stands before it on its level.
struct Open {
    name: Word,
    parameters: Vec<Word>,
    brace: usize,
    before: Vec<Node>,
}

struct Reader<'t> {
    tokens: Tokens<'t>,
    budget: Budget,
    limits: &'t ParseLimits,
    open: Vec<Open>,
    /// The directives of the innermost block.
    directives: Vec<Node>,
}

impl Reader<'_> {
    fn file(&mut self) -> Result<Vec<Node>, Problem> {
        let mut words: Vec<Word> = Vec::new();
        while let Some(Token { kind, span }) = self.tokens.next()? {
            let place = Span::new(span.start, span.end);
            match kind {
                Kind::Word => {
                    self.budget.take(1, place)?;
                    words.push(Word::new(self.tokens.slice(&span), place));
                }
                Kind::Semicolon => {
                    let directive = self.directive(std::mem::take(&mut words), None, place)?;
                    self.directives.push(directive);
                }
                Kind::Open => self.open_block(std::mem::take(&mut words), place)?,
                Kind::Close => {
                    if let Some(word) = words.first() {
                        return Err(unfinished(word, "`}`", place));
                    }
                    self.close_block(place)?;
                }
            }
        }
        let end = Span::new(self.tokens.text.len(), self.tokens.text.len());
        if let Some(word) = words.first() {
            return Err(unfinished(word, "the end of the file", end));
        }
        if let Some(Open { name, brace, .. }) = self.open.pop() {
            return Err(Problem {
                label: Some("the file ends here".to_owned()),
                related: Some((
                    Span::new(brace, brace + 1),
                    format!("the block of `{}` opens here", shown(&name.text)),
                )),
                help: Some("add the closing `}`".to_owned()),
                ..syntax("expected `}`, found the end of the file", end)
            });
        }
        Ok(std::mem::take(&mut self.directives))
    }

    fn open_block(&mut self, words: Vec<Word>, brace: Span) -> Result<(), Problem> {
        let mut words = words.into_iter();
        let Some(name) = words.next() else {
            let help = "write a name before `{`; a template must be filled in before nginx can read it";
            return Err(helped("expected a directive, found `{`", brace, help));
        };
        if (self.open.len() + 1) * LEVELS + 4 > self.limits.depth {
            return Err(too_deep(self.limits.depth, brace));
        }
        let is_lua = name.text.ends_with("_by_lua_block");
        let brace = brace.start as usize;
        let before = std::mem::take(&mut self.directives);
        self.open.push(Open { name, parameters: words.collect(), brace, before });
        if is_lua {
            let text = self.tokens.text;
            let Some(end) = lua::end_of_block(text, self.tokens.at) else {
                let help = "add the closing `}`; quotes and comments of Lua must be closed as well";
                return Err(helped(
                    "the block of Lua that opens here is never closed",
                    Span::new(brace, brace + 1),
                    help,
                ));
            };
            self.tokens.at = end;
        }
        Ok(())
    }

    fn close_block(&mut self, brace: Span) -> Result<(), Problem> {
        let Some(Open { name, parameters, brace: start, before }) = self.open.pop() else {
            return Err(helped("expected a directive, found `}`", brace, "no block is open here; remove it"));
        };
        let children = std::mem::replace(&mut self.directives, before);
        let children = match name.text.as_str() {
            "http" => servers_last(children, |server| server.get("block").is_some()),
            "upstream" => servers_last(children, |_| true),
            _ => children,
        };
        let block = Span { start: Span::new(start, start).start, end: brace.end };
        let words = std::iter::once(name).chain(parameters).collect();
        let directive = self.directive(words, Some((children, block)), brace)?;
        self.directives.push(directive);
        Ok(())
    }

    fn directive(&mut self, words: Vec<Word>, block: Option<(Vec<Node>, Span)>, end: Span) -> Result<Node, Problem> {
        let mut words = words.into_iter();
        let Some(name) = words.next() else {
            return Err(helped("expected a directive, found `;`", end, "remove it"));
        };
        let mut parameters: Vec<Word> = words.collect();
        let place = Span { end: end.end, ..name.span };
        let key = name.span;
        self.budget.take(8, key)?;
        if name.text == "server" && block.is_none() {
            parameters = of_upstream(parameters);
        }
        let mut entries = vec![entry("name", key, name.into_node())];
        if !parameters.is_empty() {
            let start = parameters.iter().map(|word| word.span.start).min().unwrap_or(key.end);
            let end = parameters.iter().map(|word| word.span.end).max().unwrap_or(key.end);
            entries.push(entry("parameters", key, list(parameters, Span { start, end })));
        }
        if let Some((directives, place)) = block {
            let brace = Span { end: place.start + 1, ..place };
            let list = Node { value: Value::Sequence(directives), span: place };
            let block = Node { value: Value::Mapping(vec![entry("directives", brace, list)]), span: place };
            entries.push(entry("block", brace, block));
        }
        Ok(Node { value: Value::Mapping(entries), span: place })
    }
}

/// The directives with the servers behind all others.
fn servers_last(directives: Vec<Node>, kind: fn(&Node) -> bool) -> Vec<Node> {
    let is_server = |node: &Node| node.get("name").and_then(Node::as_str) == Some("server") && kind(node);
    let (servers, mut others): (Vec<_>, Vec<_>) = directives.into_iter().partition(is_server);
    others.extend(servers);
    others
}

/// The address of a server, then its `name=value` by name, then its flags. Of a repeated name the last counts.
fn of_upstream(parameters: Vec<Word>) -> Vec<Word> {
    let mut parameters = parameters.into_iter();
    let address = parameters.next();
    let (mut named, flags): (Vec<_>, Vec<_>) = parameters.partition(|word| word.text.contains('='));
    let name = |word: &Word| word.text.split('=').next().unwrap_or_default().to_owned();
    named.reverse();
    named.sort_by_key(name);
    named.dedup_by_key(|word| name(word));
    address.into_iter().chain(named).chain(flags).collect()
}

fn unfinished(directive: &Word, found: &str, place: Span) -> Problem {
    Problem {
        label: Some(format!("found {found}")),
        related: Some((directive.span, "the directive begins here".to_owned())),
        help: Some("add `;` at its end".to_owned()),
        ..syntax(format!("expected `;` behind `{}`, found {found}", shown(&directive.text)), place)
    }
}
