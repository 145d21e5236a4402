//! Words of an instruction.

use std::ops::Range;

/// A word of a line and where it stands there.
#[derive(Debug, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// What blanks are between the arguments of most instructions.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// Where the first word of a text ends and what is behind the blanks behind it begins.
pub(super) fn first_word(text: &str, is_blank: fn(char) -> bool) -> (usize, Option<usize>) {
    let Some(end) = text.find(is_blank) else { return (text.len(), None) };
    let behind = text.get(end..).unwrap_or_default();
    (end, Some(text.len() - behind.trim_start_matches(is_blank).len()))
}

/// The words between blanks, nothing unquoted. An empty text has none.
pub(super) fn split(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let (end, next) = first_word(rest, is_blank);
        tokens.push(Token { text: rest.get(..end).unwrap_or_default().to_owned(), range: at..at + end });
        at += next.unwrap_or(rest.len());
    }
    tokens
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Spaces,
    Word,
    Quote(char),
}

/// Words with their quotes and escapes kept, as `ENV`, `LABEL` and `ARG` have them.
pub(super) fn quoted(text: &str, escape: char) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut phase = Phase::Spaces;
    let mut word = Token { text: String::new(), range: 0..0 };
    let mut blank_is_word = false;
    let mut chars = text.char_indices();
    let mut behind = 0;
    while let Some((at, c)) = chars.next() {
        behind = at + c.len_utf8();
        if phase == Phase::Spaces {
            if c.is_whitespace() {
                continue;
            }
            phase = Phase::Word;
            word.range = at..at;
        }
        let escapes = match phase {
            Phase::Quote(quote) if c == quote => {
                phase = Phase::Word;
                false
            }
            Phase::Quote(quote) => c == escape && quote != '\'',
            Phase::Spaces | Phase::Word if c.is_whitespace() => {
                finish(&mut tokens, &mut word, blank_is_word, at);
                phase = Phase::Spaces;
                blank_is_word = false;
                continue;
            }
            Phase::Spaces | Phase::Word => {
                if matches!(c, '\'' | '"') {
                    phase = Phase::Quote(c);
                    blank_is_word = true;
                }
                c == escape
            }
        };
        if escapes {
            // One at the very end escapes nothing, and is dropped.
            let Some((_, literal)) = chars.next() else { break };
            word.text.extend([c, literal]);
            behind += literal.len_utf8();
        } else {
            word.text.push(c);
        }
    }
    if phase != Phase::Spaces {
        finish(&mut tokens, &mut word, blank_is_word, behind);
    }
    tokens
}

fn finish(tokens: &mut Vec<Token>, word: &mut Token, blank_is_word: bool, end: usize) {
    let done = std::mem::replace(word, Token { text: String::new(), range: end..end });
    if blank_is_word || !done.text.is_empty() {
        tokens.push(Token { range: done.range.start..end, ..done });
    }
}

/// The flags (`--from=x`) a text begins with, unquoted, and where what is behind them begins.
pub(super) fn flags(text: &str, escape: char) -> (Vec<Token>, usize) {
    let mut tokens = Vec::new();
    let mut phase = Phase::Spaces;
    let mut word = Token { text: String::new(), range: 0..0 };
    let mut blank_is_word = false;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let mut c = c;
        match phase {
            Phase::Spaces if c.is_whitespace() => continue,
            Phase::Spaces => {
                if !text.get(at..).unwrap_or_default().starts_with("--") {
                    return (tokens, at);
                }
                phase = Phase::Word;
                word.range = at..at;
            }
            Phase::Word if c.is_whitespace() => {
                if word.text == "--" {
                    return (tokens, at);
                }
                finish(&mut tokens, &mut word, blank_is_word, at);
                phase = Phase::Spaces;
                blank_is_word = false;
                continue;
            }
            Phase::Word if matches!(c, '\'' | '"') => {
                phase = Phase::Quote(c);
                blank_is_word = true;
                continue;
            }
            Phase::Quote(quote) if c == quote => {
                phase = Phase::Word;
                continue;
            }
            Phase::Word | Phase::Quote(_) => {}
        }
        if c == escape {
            let Some((_, escaped)) = chars.next() else { break };
            c = escaped;
        }
        word.text.push(c);
    }
    if phase != Phase::Spaces && word.text != "--" {
        finish(&mut tokens, &mut word, blank_is_word, text.len());
    }
    (tokens, text.len())
}
