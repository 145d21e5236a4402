//! The tree of a template.

use anyhow::{Result, bail};

use super::super::arguments::too_much;
use super::lexer::{Piece, Word, pieces};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Print(Pipeline),
    If(Pipeline, Vec<Node>, Vec<Node>),
    With(Pipeline, Vec<Node>, Vec<Node>),
    Range(Pipeline, Vec<Node>, Vec<Node>),
    Break,
    Continue,
}

/// Commands of which each gets the value of the one before as its last argument.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pipeline {
    /// Variables it is given to.
    pub(super) variables: Vec<String>,
    /// They are new.
    pub(super) declared: bool,
    pub(super) commands: Vec<Vec<Operand>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Name(String),
    Field(Vec<String>),
    Variable(String, Vec<String>),
    Text(String),
    Number(String),
    Inner(Pipeline),
}

pub(super) fn parse(template: &str) -> Result<Vec<Node>> {
    let pieces = pieces(template)?;
    let mut parser = Parser { pieces: &pieces, depth: 0 };
    let (nodes, end) = parser.list()?;
    match end {
        End::Template => Ok(nodes),
        End::Else(_) | End::Closed => bail!("unexpected end or else"),
    }
}

/// What ended a list.
enum End {
    Template,
    Closed,
    /// What stands behind the `else`.
    Else(Vec<Word>),
}

struct Parser<'p> {
    pieces: &'p [Piece<'p>],
    depth: usize,
}

const DEEPEST: usize = 50;

impl Parser<'_> {
    fn list(&mut self) -> Result<(Vec<Node>, End)> {
        let mut nodes = Vec::new();
        while let Some((first, rest)) = self.pieces.split_first() {
            self.pieces = rest;
            let words = match first {
                Piece::Text(text) => {
                    nodes.push(Node::Text((*text).to_owned()));
                    continue;
                }
                Piece::Action(words) => words,
            };
            let (keyword, behind) = match words.split_first() {
                Some((Word::Name(name), behind)) => (name.as_str(), behind),
                Some(_) => ("", words.as_slice()),
                None => bail!("missing value for command"),
            };
            match keyword {
                "end" => return Ok((nodes, End::Closed)),
                "else" => return Ok((nodes, End::Else(behind.to_vec()))),
                "if" | "with" | "range" => nodes.push(self.control(keyword, behind)?),
                "break" if behind.is_empty() => nodes.push(Node::Break),
                "continue" if behind.is_empty() => nodes.push(Node::Continue),
                "define" | "template" | "block" => {
                    return Err(too_much(format!("strings.render_template: `{keyword}` is not supported")));
                }
                _ => nodes.push(Node::Print(pipeline(words)?)),
            }
        }
        Ok((nodes, End::Template))
    }

    fn control(&mut self, keyword: &str, words: &[Word]) -> Result<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_much("strings.render_template: the template is nested too deeply"));
        }
        let pipeline = pipeline(words)?;
        let (body, end) = self.list()?;
        let otherwise = match end {
            End::Template => bail!("unexpected EOF"),
            End::Closed => Vec::new(),
            End::Else(words) => match words.split_first() {
                None => match self.list()? {
                    (nodes, End::Closed) => nodes,
                    (_, End::Template | End::Else(_)) => bail!("expected end"),
                },
                // `{{else if …}}` needs no `{{end}}` of its own.
                Some((Word::Name(name), behind)) if name == keyword && keyword != "range" => {
                    vec![self.control(keyword, behind)?]
                }
                Some(_) => bail!("unexpected else"),
            },
        };
        self.depth -= 1;
        Ok(match keyword {
            "if" => Node::If(pipeline, body, otherwise),
            "with" => Node::With(pipeline, body, otherwise),
            _ => Node::Range(pipeline, body, otherwise),
        })
    }
}

fn pipeline(words: &[Word]) -> Result<Pipeline> {
    let (variables, declared, rest) = match words {
        [Word::Variable(name, names), Word::Declare, rest @ ..] if names.is_empty() => (vec![name.clone()], true, rest),
        [Word::Variable(name, names), Word::Assign, rest @ ..] if names.is_empty() => (vec![name.clone()], false, rest),
        [Word::Variable(a, x), Word::Comma, Word::Variable(b, y), Word::Declare, rest @ ..]
            if x.is_empty() && y.is_empty() =>
        {
            (vec![a.clone(), b.clone()], true, rest)
        }
        rest => (Vec::new(), false, rest),
    };
    let (commands, rest) = commands(rest, 0)?;
    if !rest.is_empty() {
        bail!("unexpected right paren");
    }
    Ok(Pipeline { variables, declared, commands })
}

type Commands = Vec<Vec<Operand>>;

fn commands(words: &[Word], depth: usize) -> Result<(Commands, &[Word])> {
    if depth > DEEPEST {
        return Err(too_much("strings.render_template: the template is nested too deeply"));
    }
    let mut commands: Commands = vec![Vec::new()];
    let mut rest = words;
    while let Some((word, behind)) = rest.split_first() {
        rest = behind;
        let operand = match word {
            Word::Close => {
                rest = words.get(words.len() - behind.len() - 1..).unwrap_or_default();
                break;
            }
            Word::Pipe => {
                commands.push(Vec::new());
                continue;
            }
            Word::Open => {
                let (inner, behind) = self::commands(rest, depth + 1)?;
                let Some((Word::Close, behind)) = behind.split_first() else { bail!("unclosed left paren") };
                rest = behind;
                Operand::Inner(Pipeline { commands: inner, ..Pipeline::default() })
            }
            Word::Name(name) => Operand::Name(name.clone()),
            Word::Field(names) => Operand::Field(names.clone()),
            Word::Variable(name, names) => Operand::Variable(name.clone(), names.clone()),
            Word::Text(text) => Operand::Text(text.clone()),
            Word::Number(number) => Operand::Number(number.clone()),
            Word::Declare | Word::Assign | Word::Comma => bail!("unexpected symbol in a pipeline"),
        };
        if let Some(last) = commands.last_mut() {
            last.push(operand);
        }
    }
    if commands.iter().any(Vec::is_empty) {
        bail!("missing value for command");
    }
    Ok((commands, rest))
}
