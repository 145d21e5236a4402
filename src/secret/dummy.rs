//! Secrets that are none: values of examples, and names where a secret could stand.

/// Words that nobody's random generator writes, and that every writer of examples does.
const WORDS: [&str; 37] = [
    "example",
    "xxxx",
    "dummy",
    "fake",
    "sample",
    "redacted",
    "replace",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "insert",
    "foobar",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "yourapi",
    "mytoken",
    "mysecret",
    "not_real",
    "notreal",
    "not-real",
    "qwerty",
    "asdf",
    "deadbeef",
    "deafbeef",
    "cafebabe",
    "12345678",
    "abcdefgh",
    "01234567",
    "abcdef12",
    "1234abcd",
    "testtest",
    "test_",
    "_test",
];

/// Whether the random part of a token is not random: the word "example" and its like, a few
/// characters again and again, rows such as `1234567890abcdef`.
pub(super) fn is_dummy(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word)) || !is_varied(body)
}

/// Whether the characters are as mixed as those of a random text are.
pub(super) fn is_varied(body: &str) -> bool {
    let bytes = body.as_bytes();
    let mut counts = [0_usize; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let distinct = counts.iter().filter(|count| **count > 0).count();
    let most = counts.iter().copied().max().unwrap_or_default();
    // A row goes up or down by one, or stays; in a random text few steps do.
    let steps = bytes.iter().zip(bytes.iter().skip(1)).filter(|(a, b)| a.abs_diff(**b) <= 1).count();
    let longest_run = bytes
        .iter()
        .fold((0, 0, None), |(longest, run, last), byte| {
            let run = if last == Some(byte) { run + 1 } else { 1 };
            (run.max(longest), run, Some(byte))
        })
        .0;
    let repeats = (1..=8.min(bytes.len() / 3))
        .any(|period| bytes.iter().zip(bytes.iter().skip(period)).filter(|(a, b)| a != b).count() * 8 < bytes.len());
    let enough = (bytes.len() / 2).min(8);
    distinct >= enough && most * 3 <= bytes.len().max(9) && steps * 5 <= bytes.len() * 2 && longest_run < 6 && !repeats
}

/// Whether a value looks as if a machine had made it up: no name, path, address, version, date or
/// word. What it says yes to need not be a secret; a digest looks the same.
pub(super) fn looks_random(value: &str) -> bool {
    let value = value.trim();
    if !(12..=4096).contains(&value.len())
        || value.contains("://")
        || value.starts_with(['/', '.', '~', '$', '<', '%', '@', '#'])
        || value.bytes().any(|byte| byte.is_ascii_whitespace() || !byte.is_ascii_graphic())
        || is_dummy(value)
    {
        return false;
    }
    // Of a name with dashes or dots each word is looked at; a hash behind a name (`cart-5f6d8c9b4`)
    // is too short to count.
    let words = value.split(['-', '_', '.', ':', '/', ',', '@']);
    words.clone().any(is_random_word) || is_uuid(value) || (is_mixed(value) && words.count() <= 1 + value.len() / 5)
}

fn is_random_word(word: &str) -> bool {
    if word.len() < 12 || !is_varied(word) {
        return false;
    }
    let count = |is: fn(&u8) -> bool| word.as_bytes().iter().filter(|byte| is(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(u8::is_ascii_alphabetic);
    let steps = changes(word);
    if digits == 0 { steps * 20 >= word.len() * 9 } else { letters >= 3 && digits >= 2 && steps * 4 >= word.len() }
}

/// Whether upper case, lower case and digits are all there, in no order.
fn is_mixed(value: &str) -> bool {
    let count = |is: fn(&u8) -> bool| value.as_bytes().iter().filter(|byte| is(byte)).count() * 10 >= value.len();
    value.len() >= 20
        && count(u8::is_ascii_digit)
        && count(u8::is_ascii_uppercase)
        && count(u8::is_ascii_lowercase)
        && changes(value) * 3 >= value.len()
}

/// How often the sort of character changes from one to the next.
fn changes(word: &str) -> usize {
    let sort = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    word.bytes().zip(word.bytes().skip(1)).filter(|(a, b)| sort(*a) != sort(*b)).count()
}

fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_told_from_secrets() {
        let dummies = [
            "aaaaaaaaaaaaaaaaaaaa",
            "xxxxxxxxxxxxxxxxxxxx",
            "1234567890abcdef1234567890abcdef",
            "0123456789ABCDEFGHIJ",
            "IOSFODNN7EXAMPLE",
            "abcabcabcabcabcabcabc",
            "your_token_goes_here1",
            "00000000000000000000",
            "XXXXXXXXXXXXXXXXXXXXXXXX",
            "0000000000000000000000000000000000000001",
        ];
        for dummy in dummies {
            assert!(is_dummy(dummy), "{dummy}");
        }
        for real in ["q7Zr3WmXc9LpT2vKdY5n", "3f9a1c77e0b24d5f8a6c91d2e7b0f463", "GK7pWq2ZtR5nXcVb"] {
            assert!(!is_dummy(real), "{real}");
        }
    }

    #[test]
    fn names_and_paths_are_not_random() {
        let plain = [
            "",
            "hunter2",
            "my-app-database-password",
            "mySecretPasswordName",
            "/run/secrets/token",
            "db.shop.svc.cluster.local",
            "cart-5f6d8c9b4",
            "v1.27.3-eks-1-30",
            "2024-01-01T00:00:00Z",
            "https://example.com/a1b2c3d4e5f6",
            "1234567890123456",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop",
            "$(DB_PASSWORD_FROM_ENV)",
            "kubernetes.io/service-account-token",
            "a sentence with 1 number",
            "application-production-credentials",
            "SOME_ENVIRONMENT_VARIABLE",
            "ReadWriteOncePodAccess",
        ];
        for value in plain {
            assert!(!looks_random(value), "{value}");
        }
        let random = [
            "q7Zr3WmXc9LpT2vKdY5n",
            "3f9a1c77e0b24d5f8a6c91d2e7b0f463",
            "a1f0c3de-77b2-4c1e-9d3a-5be0f2c4a816",
            "pX3-9sT_vQ7mK2-zR8bN",
            "k9F+2mZx/7QpL1wVt3YbNc==",
        ];
        for value in random {
            assert!(looks_random(value), "{value}");
        }
    }
}
