//! Here-documents: which of them a line opens, and what ends them.

use std::iter::Peekable;
use std::str::Chars;

/// `${a:-${b:-…}}` nested deeper is taken for no word of a shell.
const DEEPEST: usize = 50;

/// A here-document that a line opens.
#[derive(Debug, PartialEq)]
pub(super) struct Heredoc {
    /// The line that ends it.
    pub(super) name: String,
    /// Whether that line may be indented by tabs.
    pub(super) indented: bool,
}

impl Heredoc {
    /// Whether a line (without its line feed) ends this one.
    pub(super) fn ends_with(&self, line: &str) -> bool {
        if self.indented { line.trim_start_matches('\t') == self.name } else { line == self.name }
    }
}

/// The here-documents of a line, in order; none where the quotes or variables of the line are broken.
pub(super) fn of_line(line: &str) -> Vec<Heredoc> {
    let words = words(line, Raw { quotes: true, escapes: true }).unwrap_or_default();
    words.iter().filter_map(|word| of_word(word)).collect()
}

/// `3<<-"EOF"`
pub(super) fn of_word(word: &str) -> Option<Heredoc> {
    let word = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (indented, word) = word.strip_prefix('-').map_or((false, word), |word| (true, word));
    let word = word.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if word.is_empty() || word.contains('<') {
        return None;
    }
    let mut names = words(word, Raw { quotes: false, escapes: false })?;
    let name = names.pop()?;
    names.is_empty().then_some(Heredoc { name, indented })
}

/// What stays in the words as it is written.
#[derive(Clone, Copy)]
struct Raw {
    quotes: bool,
    escapes: bool,
}

/// A line cut into words as a shell would; `None` where it could not.
fn words(line: &str, raw: Raw) -> Option<Vec<String>> {
    let mut lexer = Lexer { chars: line.chars().peekable(), raw, words: Vec::new(), word: String::new(), depth: 0 };
    lexer.words()?;
    let Lexer { mut words, word, .. } = lexer;
    if !word.is_empty() {
        words.push(word);
    }
    Some(words)
}

struct Lexer<'t> {
    chars: Peekable<Chars<'t>>,
    raw: Raw,
    words: Vec<String>,
    word: String,
    depth: usize,
}

impl Lexer<'_> {
    fn words(&mut self) -> Option<()> {
        while let Some(c) = self.chars.peek().copied() {
            match c {
                '$' => {
                    let text = self.variable()?;
                    text.chars().for_each(|c| self.add(c));
                }
                '<' => {
                    let text = self.angle();
                    self.word.push_str(&text);
                }
                '\'' | '"' => {
                    let text = self.quoted(c)?;
                    self.word.push_str(&text);
                }
                '\\' => {
                    self.chars.next();
                    if self.raw.escapes {
                        self.word.push('\\');
                    }
                    self.word.extend(self.chars.next());
                }
                _ => {
                    self.chars.next();
                    self.add(c);
                }
            }
        }
        Some(())
    }

    fn add(&mut self, c: char) {
        if !c.is_whitespace() {
            self.word.push(c);
        } else if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    /// `<`, or `<<` with the blanks behind it: these may stand before the name.
    fn angle(&mut self) -> String {
        let mut text = String::from('<');
        self.chars.next();
        if let Some(c) = self.chars.next_if_eq(&'<') {
            text.push(c);
            while let Some(c) = self.chars.next_if(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) {
                text.push(c);
            }
        }
        text
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        self.chars.next();
        if self.raw.quotes {
            text.push(quote);
        }
        loop {
            match self.chars.peek().copied()? {
                c if c == quote => {
                    self.chars.next();
                    if self.raw.quotes {
                        text.push(quote);
                    }
                    return Some(text);
                }
                '$' if quote == '"' => text.push_str(&self.variable()?),
                '\\' if quote == '"' => {
                    self.chars.next();
                    if self.raw.escapes {
                        text.push('\\');
                    }
                    let escaped = self.chars.next_if(|c| matches!(c, '"' | '$' | '\\'));
                    if self.chars.peek().is_some() || escaped.is_some() {
                        text.push(escaped.unwrap_or('\\'));
                    }
                }
                c => {
                    self.chars.next();
                    text.push(c);
                }
            }
        }
    }

    /// A variable as it is written: nothing is known of its value.
    fn variable(&mut self) -> Option<String> {
        let mut text = String::from('$');
        self.chars.next();
        if self.chars.next_if_eq(&'{').is_none() {
            text.push_str(&self.name());
            return Some(text);
        }
        text.push('{');
        if matches!(self.chars.peek()?, '{' | '}' | ':') {
            return None;
        }
        text.push_str(&self.name());
        let mut raw = false;
        match self.chars.next()? {
            '}' => {
                text.push('}');
                return Some(text);
            }
            ':' => {
                let modifier = self.chars.next()?;
                if matches!(modifier, '#' | '%') {
                    return None;
                }
                text.extend([':', modifier]);
            }
            c @ ('+' | '-' | '?' | '#' | '%') => {
                raw = matches!(c, '#' | '%');
                text.push(c);
            }
            '/' => {
                text.push('/');
                text.extend(self.chars.next_if_eq(&'/'));
                let pattern = self.until('/', true)?;
                text.push_str(&pattern);
                text.push('/');
                raw = true;
            }
            _ => return None,
        }
        text.push_str(&self.until('}', raw)?);
        text.push('}');
        // The builder forgets what it had of the word.
        self.word.clear();
        Some(text)
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        if let Some(c) = self.chars.next_if(|c| matches!(c, '@' | '*' | '#' | '?' | '-' | '$' | '!')) {
            name.push(c);
            return name;
        }
        let is_number = self.chars.peek().is_some_and(char::is_ascii_digit);
        while let Some(c) =
            self.chars.next_if(|c| if is_number { c.is_numeric() } else { c.is_alphanumeric() || *c == '_' })
        {
            name.push(c);
        }
        name
    }

    /// What stands before `stop`, which is stepped over.
    fn until(&mut self, stop: char, raw_escapes: bool) -> Option<String> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let escapes = std::mem::replace(&mut self.raw.escapes, raw_escapes);
        let mut text = String::new();
        loop {
            match self.chars.peek().copied()? {
                c if c == stop => {
                    self.chars.next();
                    break;
                }
                '$' => text.push_str(&self.variable()?),
                '<' => text.push_str(&self.angle()),
                c @ ('\'' | '"') => text.push_str(&self.quoted(c)?),
                '\\' => {
                    self.chars.next();
                    if self.raw.escapes {
                        text.push('\\');
                    }
                    text.extend(self.chars.next());
                }
                c => {
                    self.chars.next();
                    text.push(c);
                }
            }
        }
        self.raw.escapes = escapes;
        self.depth -= 1;
        Some(text)
    }
}
