//! Selectors of labels and annotations, in the notation of the Kubernetes API:
//! `app=web,tier in (a, b),!legacy`.

use crate::text::quoted;

/// A condition on one label.
#[derive(Clone, Debug)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug)]
enum Operator {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

/// Conditions that all have to hold.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Labels(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(&'static str),
}

impl Labels {
    /// Reads a selector; an empty text selects everything.
    pub(in super::super) fn read(text: &str) -> Result<Self, String> {
        let refused = || format!("the selector {} cannot be read", quoted(text));
        let tokens = tokens(text).ok_or_else(refused)?;
        Reader { tokens: &tokens }.all().map(Self).ok_or_else(refused)
    }

    /// Whether it selects something with these labels.
    pub(in super::super) fn matches(&self, labels: &[(String, String)]) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.iter().find(|(key, _)| *key == requirement.key).map(|(_, value)| value);
            match &requirement.operator {
                Operator::Exists => value.is_some(),
                Operator::Missing => value.is_none(),
                Operator::In(values) => value.is_some_and(|value| values.contains(value)),
                Operator::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                Operator::Above(bound) => {
                    value.and_then(|value| value.parse().ok()).is_some_and(|value: i64| value > *bound)
                }
                Operator::Below(bound) => {
                    value.and_then(|value| value.parse().ok()).is_some_and(|value: i64| value < *bound)
                }
            }
        })
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    const SIGNS: [&str; 8] = ["==", "!=", "=", "!", "(", ")", ",", ">"];
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if rest.is_empty() {
            return Some(tokens);
        }
        let sign = SIGNS.into_iter().chain(["<"]).find(|sign| rest.starts_with(*sign));
        if let Some(sign) = sign {
            tokens.push(Token::Sign(sign));
            rest = rest.get(sign.len()..)?;
            continue;
        }
        let end = rest.find([' ', '\t', '\r', '\n', '=', '!', '(', ')', ',', '>', '<']).unwrap_or(rest.len());
        tokens.push(Token::Word(rest.get(..end)?.to_owned()));
        rest = rest.get(end..)?;
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
}

impl Reader<'_> {
    fn next(&mut self) -> Option<&Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn is_next(&self, sign: &str) -> bool {
        matches!(self.tokens.first(), Some(Token::Sign(found)) if *found == sign)
    }

    fn all(mut self) -> Option<Vec<Requirement>> {
        let mut requirements = Vec::new();
        if self.tokens.is_empty() {
            return Some(requirements);
        }
        loop {
            requirements.push(self.requirement()?);
            match self.next() {
                None => return Some(requirements),
                Some(Token::Sign(",")) => {}
                Some(Token::Sign(_) | Token::Word(_)) => return None,
            }
        }
    }

    fn requirement(&mut self) -> Option<Requirement> {
        let missing = self.is_next("!");
        if missing {
            self.next();
        }
        let Some(Token::Word(key)) = self.next().cloned() else { return None };
        if !is_key(&key) {
            return None;
        }
        let ends = self.tokens.is_empty() || self.is_next(",");
        if missing || ends {
            let operator = if missing { Operator::Missing } else { Operator::Exists };
            return ends.then_some(Requirement { key, operator });
        }
        let operator = match self.next()?.clone() {
            Token::Sign("=" | "==") => Operator::In(vec![self.value()?]),
            Token::Sign("!=") => Operator::NotIn(vec![self.value()?]),
            Token::Sign(">") => Operator::Above(self.value()?.parse().ok()?),
            Token::Sign("<") => Operator::Below(self.value()?.parse().ok()?),
            Token::Word(word) if word == "in" => Operator::In(self.values()?),
            Token::Word(word) if word == "notin" => Operator::NotIn(self.values()?),
            Token::Sign(_) | Token::Word(_) => return None,
        };
        Some(Requirement { key, operator })
    }

    fn value(&mut self) -> Option<String> {
        if self.tokens.is_empty() || self.is_next(",") {
            return Some(String::new());
        }
        match self.next()? {
            Token::Word(word) => is_value(word).then(|| word.clone()),
            Token::Sign(_) => None,
        }
    }

    /// Values in brackets; between commas where nothing is, an empty one is meant.
    fn values(&mut self) -> Option<Vec<String>> {
        if self.next()? != &Token::Sign("(") {
            return None;
        }
        let mut values = Vec::new();
        loop {
            let value = match self.tokens.first()? {
                Token::Word(word) => {
                    let word = is_value(word).then(|| word.clone())?;
                    self.next();
                    word
                }
                Token::Sign("," | ")") => String::new(),
                Token::Sign(_) => return None,
            };
            values.push(value);
            match self.next()? {
                Token::Sign(",") => {}
                Token::Sign(")") => return Some(values),
                Token::Sign(_) | Token::Word(_) => return None,
            }
        }
    }
}

/// Whether this is the name of a label, with or without a prefix.
fn is_key(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_prefix = |prefix: &str| {
        (1..=253).contains(&prefix.len())
            && prefix.split('.').all(|part| {
                !part.is_empty()
                    && !part.starts_with('-')
                    && !part.ends_with('-')
                    && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            })
    };
    !name.is_empty() && is_value(name) && prefix.is_none_or(is_prefix)
}

/// Whether this may be the value of a label.
fn is_value(value: &str) -> bool {
    let alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = value.as_bytes();
    value.is_empty()
        || (value.len() <= 63
            && alphanumeric(bytes.first())
            && alphanumeric(bytes.last())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_read_as_the_api_reads_them() {
        let labels = [("app", "web"), ("tier", "front"), ("legacy", ""), ("size", "7")];
        let labels: Vec<_> = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let cases = [
            ("", Some(true)),
            ("app", Some(true)),
            ("!app", Some(false)),
            ("!other", Some(true)),
            ("app=web", Some(true)),
            ("app == web , tier!=back", Some(true)),
            ("app=", Some(false)),
            ("legacy=", Some(true)),
            ("other!=x", Some(true)),
            ("tier in (back,front)", Some(true)),
            ("tier in ()", Some(false)),
            ("legacy in (,a)", Some(true)),
            ("tier notin (front)", Some(false)),
            ("other notin (front)", Some(true)),
            ("size>6", Some(true)),
            ("size<7", Some(false)),
            ("app.kubernetes.io/name=x", Some(false)),
            ("in=in", Some(false)),
            ("app=web,", None),
            ("app in web", None),
            ("size>x", None),
            ("a b", None),
            ("app=-x", None),
            ("App_/x", None),
        ];
        for (text, expected) in cases {
            let selected = Labels::read(text).ok().map(|selector| selector.matches(&labels));
            assert_eq!(selected, expected, "{text}");
        }
    }
}
