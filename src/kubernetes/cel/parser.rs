//! From words to an expression.

use super::lexer::{Token, tokens};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Name(String),
    /// A field; `true` where it may be absent (`a.?b`).
    Select(Box<Expr>, String, bool),
    /// An item; `true` where it may be absent (`a[?b]`).
    Index(Box<Expr>, Box<Expr>, bool),
    /// A function, or a method of the first.
    Call(Option<Box<Expr>>, String, Vec<Expr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// Expressions nested deeper are given up.
const DEEPEST: usize = 60;
/// Operators by how loosely they bind.
const LEVELS: [&[&str]; 5] =
    [&["||"], &["&&"], &["==", "!=", "<=", ">=", "<", ">", "in"], &["+", "-"], &["*", "/", "%"]];

/// Reads an expression; `None` where it is none that is known here.
pub(super) fn parse(text: &str) -> Option<Expr> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let expr = parser.choice()?;
    (parser.at == parser.tokens.len()).then_some(expr)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: &'static str) -> bool {
        let is_it = match self.peek() {
            Some(Token::Sign(found)) => *found == sign,
            Some(Token::Name(name)) => name == sign,
            Some(Token::Int(_) | Token::Double(_) | Token::Text(_)) | None => false,
        };
        self.at += usize::from(is_it);
        is_it
    }

    fn name(&mut self) -> Option<String> {
        let Some(Token::Name(name)) = self.peek() else { return None };
        let name = name.clone();
        self.at += 1;
        Some(name)
    }

    fn choice(&mut self) -> Option<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let condition = self.binary(0)?;
        let expr = if self.take("?") {
            let yes = self.choice()?;
            if !self.take(":") {
                return None;
            }
            Expr::Choice(Box::new(condition), Box::new(yes), Box::new(self.choice()?))
        } else {
            condition
        };
        self.depth -= 1;
        Some(expr)
    }

    fn binary(&mut self, level: usize) -> Option<Expr> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|operator| self.take(operator)) {
            let right = self.binary(level + 1)?;
            left = Expr::Binary(operator, Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expr> {
        let (mut nots, mut minuses) = (0, 0);
        while self.take("!") {
            nots += 1;
        }
        while self.take("-") {
            minuses += 1;
        }
        let mut expr = self.member()?;
        if minuses % 2 == 1 {
            expr = Expr::Minus(Box::new(expr));
        }
        // Two negations say nothing.
        Some(if nots % 2 == 1 { Expr::Not(Box::new(expr)) } else { expr })
    }

    fn member(&mut self) -> Option<Expr> {
        let mut expr = self.primary()?;
        loop {
            if self.take(".") {
                let is_optional = self.take("?");
                let name = self.name()?;
                expr = if !is_optional && self.take("(") {
                    Expr::Call(Some(Box::new(expr)), name, self.list(")")?)
                } else {
                    Expr::Select(Box::new(expr), unescaped(&name), is_optional)
                };
            } else if self.take("[") {
                let is_optional = self.take("?");
                let index = self.choice()?;
                if !self.take("]") {
                    return None;
                }
                expr = Expr::Index(Box::new(expr), Box::new(index), is_optional);
            } else {
                return Some(expr);
            }
        }
    }

    /// Expressions up to a closing bracket.
    fn list(&mut self, close: &'static str) -> Option<Vec<Expr>> {
        let mut all = Vec::new();
        while !self.take(close) {
            all.push(self.choice()?);
            if !self.take(",") && !matches!(self.peek(), Some(Token::Sign(sign)) if *sign == close) {
                return None;
            }
        }
        Some(all)
    }

    fn primary(&mut self) -> Option<Expr> {
        if self.take("(") {
            let inner = self.choice()?;
            return self.take(")").then_some(inner);
        }
        if self.take("[") {
            return self.list("]").map(Expr::List);
        }
        if self.take("{") {
            let mut entries = Vec::new();
            while !self.take("}") {
                let key = self.choice()?;
                if !self.take(":") {
                    return None;
                }
                entries.push((key, self.choice()?));
                if !self.take(",") && !matches!(self.peek(), Some(Token::Sign("}"))) {
                    return None;
                }
            }
            return Some(Expr::Map(entries));
        }
        let token = self.peek()?.clone();
        self.at += 1;
        match token {
            Token::Int(number) => Some(Expr::Int(number)),
            Token::Double(number) => Some(Expr::Double(number)),
            Token::Text(text) => Some(Expr::Text(text)),
            Token::Name(name) if self.take("(") => Some(Expr::Call(None, name, self.list(")")?)),
            Token::Name(name) => Some(match name.as_str() {
                "true" => Expr::Bool(true),
                "false" => Expr::Bool(false),
                "null" => Expr::Null,
                _ => Expr::Name(name),
            }),
            Token::Sign(_) => None,
        }
    }
}

/// A field's name as it is written in objects.
fn unescaped(name: &str) -> String {
    if !name.contains("__") {
        return name.to_owned();
    }
    let plain = name.replace("__dash__", "-").replace("__dot__", ".").replace("__slash__", "/");
    let plain = plain.replace("__underscores__", "__");
    // Words of the language stand between underscores.
    match plain.strip_prefix("__").and_then(|rest| rest.strip_suffix("__")) {
        Some(word) if !word.is_empty() => word.to_owned(),
        Some(_) | None => plain,
    }
}

impl Expr {
    /// The keys from `self` or `oldSelf` on, if this is a way through fields.
    fn way(&self) -> Option<Vec<String>> {
        match self {
            Self::Name(name) if name == "self" || name == "oldSelf" => Some(Vec::new()),
            Self::Select(of, name, _) => {
                let mut way = of.way()?;
                way.push(name.clone());
                Some(way)
            }
            Self::Call(Some(of), name, _) if matches!(name.as_str(), "value" | "orValue") => of.way(),
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Double(_)
            | Self::Text(_)
            | Self::Name(_)
            | Self::Index(..)
            | Self::Call(..)
            | Self::List(_)
            | Self::Map(_)
            | Self::Not(_)
            | Self::Minus(_)
            | Self::Binary(..)
            | Self::Choice(..) => None,
        }
    }

    /// All ways through fields of `self` and `oldSelf`.
    pub fn fields(&self, found: &mut Vec<Vec<String>>) {
        if let Some(way) = self.way() {
            if !found.contains(&way) {
                found.push(way);
            }
            return;
        }
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Double(_) | Self::Text(_) | Self::Name(_) => {}
            Self::Select(one, ..) | Self::Not(one) | Self::Minus(one) => one.fields(found),
            Self::Index(a, b, _) | Self::Binary(_, a, b) => {
                a.fields(found);
                b.fields(found);
            }
            Self::Call(of, _, arguments) => {
                for one in of.iter().map(AsRef::as_ref).chain(arguments) {
                    one.fields(found);
                }
            }
            Self::List(items) => items.iter().for_each(|item| item.fields(found)),
            Self::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.fields(found);
                value.fields(found);
            }),
            Self::Choice(a, b, c) => [a, b, c].into_iter().for_each(|one| one.fields(found)),
        }
    }
}
