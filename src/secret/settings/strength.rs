//! How hard a password is to guess.

/// Whether a password is one that nobody guesses: of eight characters or more in three sorts that keep
/// changing, without a word that every list of passwords and every example has.
pub(super) fn is_strong(text: &str) -> bool {
    if text.len() < 8 || text.len() > 128 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => 0_u8,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let kinds = (0..4).filter(|wanted| text.bytes().any(|byte| kind(byte) == *wanted)).count();
    let changes = text.bytes().zip(text.bytes().skip(1)).filter(|(a, b)| kind(*a) != kind(*b)).count();
    // Names in front of a namespace, a version or a host.
    let is_named = text.contains(['/', '\\', '=', ',', '(', ')', '{', '}', '"', '\'']);
    kinds >= 3 && changes * 3 >= text.len() && !is_named && !has_word(text)
}

/// Whether a password holds a word that every list of passwords and every example has, or digits that
/// stand for the letters of one.
pub(super) fn has_word(text: &str) -> bool {
    const WORDS: [&str; 63] = [
        "pass",
        "pwd",
        "secret",
        "admin",
        "root",
        "test",
        "demo",
        "example",
        "change",
        "welcome",
        "default",
        "user",
        "sample",
        "qwert",
        "letmein",
        "hello",
        "temp",
        "dummy",
        "abc",
        "123",
        "321",
        "vagrant",
        "ansible",
        "postgres",
        "mysql",
        "oracle",
        "redis",
        "mongo",
        "docker",
        "kube",
        "prod",
        "data",
        "wordpress",
        "drupal",
        "server",
        "login",
        "token",
        "replace",
        "insert",
        "foo",
        "bar",
        "super",
        "master",
        "monkey",
        "dragon",
        "love",
        "hunter",
        "summer",
        "winter",
        "spring",
        "autumn",
        "local",
        "value",
        "string",
        "here",
        "your",
        "this",
        "some",
        "fake",
        "terraform",
        "correct",
        "company",
        "cloud",
    ];
    let plain = text.to_ascii_lowercase();
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        c => c,
    };
    let read: String = plain.chars().map(letter).collect();
    // In a long text a short one stands there by chance.
    let shortest = if text.len() < 20 { 3 } else { 5 };
    WORDS.iter().any(|word| word.len() >= shortest && (plain.contains(word) || read.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_passwords_are_told_from_weak_ones() {
        for text in ["Tr0ub4dor&3", "k8Zq!p2x", "gT7#mW2@qL", "xK9-vR2_bN"] {
            assert!(is_strong(text), "{text}");
        }
        for text in [
            "admin123",
            "P@ssw0rd!",
            "Passw0rd1",
            "Welcome1!",
            "Company2020!",
            "hunter2",
            "changeme",
            "S3cr3t!",
            "MyDatabase2020!",
            "postgres",
            "short1A",
        ] {
            assert!(!is_strong(text), "{text}");
        }
    }
}
