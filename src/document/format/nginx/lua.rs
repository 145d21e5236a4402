//! Where a block of Lua ends.

/// The place of the `}` that closes the block whose text begins at `at`.
pub(super) fn end_of_block(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = at;
    let mut depth = 0_usize;
    loop {
        match *bytes.get(at)? {
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            b'{' => depth += 1,
            quote @ (b'"' | b'\'') => {
                at = end_of_string(bytes, at, quote)?;
                continue;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at = match end_of_long(text, at + 2) {
                    Some(end) => end?,
                    None => at + text.get(at..)?.find('\n')?,
                };
                continue;
            }
            b'[' => {
                if let Some(end) = end_of_long(text, at) {
                    at = end?;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Behind the string that opens at `at`; one that is not closed ends with its line.
fn end_of_string(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b'\n' => return Some(at),
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Behind the `[==[ … ]==]` that opens at `at`: `None` where none does, `Some(None)` where it is never closed.
#[allow(clippy::option_option)]
fn end_of_long(text: &str, at: usize) -> Option<Option<usize>> {
    let rest = text.get(at..)?.strip_prefix('[')?;
    let inner = rest.trim_start_matches('=');
    let level = rest.len() - inner.len();
    let inner = inner.strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    let start = at + level + 2;
    Some(inner.find(&close).map(|found| start + found + close.len()))
}
