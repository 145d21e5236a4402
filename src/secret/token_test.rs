//! Tables of texts that hold a secret and of texts that do not. The tokens are made when the tests run.
#![allow(clippy::unwrap_used)]

use super::{
    Found, coding, in_text, merged,
    services::SHAPES,
    shape::{Alphabet, Check, Shape},
    testing::{ALNUM, HEX, encoded, random, summed},
};
use crate::document::Span;

/// A token of a shape, with everything that it is checked for.
fn token(shape: &Shape, seed: u64) -> String {
    let alphabet = match shape.alphabet {
        Alphabet::Alnum | Alphabet::Word | Alphabet::Dotted | Alphabet::Base64 => ALNUM,
        Alphabet::Hex => HEX,
        Alphabet::Base32 => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    };
    let parts = |lengths: &[usize]| {
        let parts: Vec<_> = lengths.iter().zip(seed..).map(|(length, seed)| random(alphabet, *length, seed)).collect();
        parts.join(if shape.alphabet == Alphabet::Dotted { "." } else { "-" })
    };
    let body = match shape.check {
        Check::None | Check::Structured => random(alphabet, shape.min, seed),
        Check::GitLab => random(alphabet, 20, seed),
        Check::Parts(lengths) => parts(lengths),
        Check::Slack => format!("1{}-{}", random("0123456789", 11, seed), random(HEX, shape.min.max(45) - 13, seed)),
        Check::Crc62 => return summed(shape.prefix, seed),
        Check::Grafana => {
            let body = random(ALNUM, 32, seed);
            let sum = coding::crc32(format!("{}{body}", shape.prefix).as_bytes()).swap_bytes();
            format!("{body}_{sum:08x}")
        }
        Check::Bech32 => {
            // The checksum is what is searched for: the last six characters are found one by one below.
            return age_key(seed);
        }
    };
    format!("{}{body}", shape.prefix)
}

/// An age key: the checksum of Bech32 is linear, so it is computed as the standard does.
fn age_key(seed: u64) -> String {
    const CHARS: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    let data = random(CHARS, 52, seed);
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
            .iter()
            .enumerate()
            .fold(((sum & 0x01ff_ffff) << 5) ^ value, |sum, (bit, g)| if (top >> bit) & 1 == 1 { sum ^ g } else { sum })
    };
    let human = "age-secret-key-";
    let expanded = human.bytes().map(|b| u32::from(b >> 5)).chain([0]).chain(human.bytes().map(|b| u32::from(b & 31)));
    let values = data.chars().map(|c| u32::try_from(CHARS.find(c).unwrap()).unwrap());
    let sum = expanded.chain(values).chain([0; 6]).fold(1, step) ^ 1;
    let sum: String = (0..6).map(|at| char::from(CHARS.as_bytes()[(sum as usize >> (5 * (5 - at))) & 31])).collect();
    format!("AGE-SECRET-KEY-1{data}{sum}")
}

#[track_caller]
fn one(text: &str) -> Found {
    let found = in_text(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.into_iter().next().unwrap()
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

#[track_caller]
fn nothing(text: &str) {
    assert_eq!(in_text(text), [], "{text}");
}

/// A private key in PEM around these bytes.
fn pem(name: &str, bytes: &[u8]) -> String {
    let body = encoded(bytes);
    let lines: Vec<_> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {name}-----\n{}\n-----END {name}-----", lines.join("\n"))
}

/// Bytes that are an ASN.1 sequence.
fn der(length: u8) -> Vec<u8> {
    let mut bytes = vec![0x30, 0x81, length];
    bytes.extend(random(ALNUM, usize::from(length), 3).bytes());
    bytes
}

#[test]
fn every_shape_is_found_in_every_place() {
    for (shape, seed) in SHAPES.iter().zip(100..) {
        let token = token(shape, seed);
        let around = [
            ("", ""),
            ("token: ", "\n"),
            ("x=\"", "\""),
            ("https://x/?key=", "&a=b"),
            ("a\\n", "\\n"),
            ("`", "`"),
            ("A sentence with ", "."),
            ("<t>", "</t>"),
            ("ä", "ä"),
            ("{\"t\":\"", "\",\"u\":1}"),
            ("Bearer ", ","),
        ];
        for (before, after) in around {
            let text = format!("{before}{token}{after}");
            let found = one(&text);
            assert_eq!((found.rule, slice(&text, found.span)), (shape.rule, token.as_str()), "{text}");
            assert_eq!(found.certain, shape.certain, "{text}");
            assert_eq!(found.fingerprint, super::fingerprint(&token));
        }
    }
}

#[test]
fn what_only_begins_like_a_token_is_none() {
    for (shape, seed) in SHAPES.iter().zip(500..) {
        let token = token(shape, seed);
        nothing(&format!("a{token}"));
        nothing(&format!("_{token}"));
        nothing(&token[..shape.prefix.len() + shape.min - 1]);
        nothing(&format!("{}{}", shape.prefix, "x".repeat(shape.min)));
        nothing(&format!("{}{}", shape.prefix, "EXAMPLE".repeat(60).chars().take(shape.min).collect::<String>()));
        if shape.alphabet != Alphabet::Base64 {
            nothing(&format!("{token}{}", "Aa0".repeat(shape.max)));
        }
    }
}

#[test]
fn beginnings_are_unique_and_whole() {
    for shape in SHAPES {
        assert_eq!(SHAPES.iter().filter(|other| other.prefix == shape.prefix).count(), 1, "{}", shape.prefix);
        assert!(shape.min <= shape.max && shape.min >= 16, "{}", shape.prefix);
        assert!(shape.rule.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", shape.rule);
        assert!(shape.what.starts_with("a ") || shape.what.starts_with("an "), "{}", shape.what);
    }
}

#[test]
fn checksums_are_checked() {
    for prefix in ["ghp_", "npm_", "ghs_"] {
        let good = summed(prefix, 7);
        assert_eq!(in_text(&good).len(), 1);
        let last = if good.ends_with('a') { 'b' } else { 'a' };
        nothing(&format!("{}{last}", &good[..good.len() - 1]));
    }
    let key = age_key(9);
    assert_eq!(in_text(&key).len(), 1);
    let other = if key.as_bytes()[20] == b'Q' { "P" } else { "Q" };
    nothing(&format!("{}{other}{}", &key[..20], &key[21..]));
}

#[test]
fn aws_keys_are_found_in_pairs() {
    let id = format!("AKIA{}", random("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 11));
    let secret = random(ALNUM, 40, 12);
    assert!(!one(&format!("id: {id}")).certain, "an id alone is public");
    let text = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let found = in_text(&text);
    assert_eq!(
        found.iter().map(|one| (slice(&text, one.span), one.certain)).collect::<Vec<_>>(),
        [(id.as_str(), true), (secret.as_str(), true)]
    );
    let text = format!("new Client('{id}', '{secret}')");
    assert_eq!(in_text(&text).len(), 2, "without a name");
    for name in ["AWS_SECRET_ACCESS_KEY=", "secretAccessKey: ", "\"SecretAccessKey\": \"", "aws_secret_access_key = '"]
    {
        let text = format!("{name}{secret}'\"");
        assert_eq!(one(&text).rule, "aws-secret-key", "{name}");
    }
    // The ones of Amazon's own documentation.
    let example = ["AKIAIOSFODNN7", "EXAMPLE"].concat();
    nothing(&format!("{example} {}", ["wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "EXAMPLEKEY"].concat()));
    // A commit id, or the name of a key.
    nothing(&format!("secret_access_key: {}", random(HEX, 40, 5)));
    nothing("secretAccessKey: ${{ secrets.AWS_SECRET_ACCESS_KEY }}");
    nothing("secretAccessKeySecretRef:\n  name: aws\n  key: secret-access-key");
}

#[test]
fn passwords_in_addresses_are_found() {
    let password = random(ALNUM, 20, 21);
    let text = format!("url: postgres://shop:{password}@db.shop.io:5432/x?a=b");
    let found = one(&text);
    assert_eq!((slice(&text, found.span), found.certain), (password.as_str(), true));
    let text = "url: https://shop:tiger-lily9@db.shop.io/";
    let found = one(text);
    assert_eq!((slice(text, found.span), found.certain), ("tiger-lily9", false), "a word may be an example");
    let found = one(&format!("redis://:{password}@cache/0"));
    assert!(!found.certain, "a host of a test, or of a cluster");
    for text in [
        "https://user:password@example.com",
        "https://user:${PASSWORD}@host.io",
        "https://user:$PASSWORD@host.io",
        "https://{user}:{password}@host.io",
        "https://user:pass@host.io",
        "https://host.io:8080/@scope/x",
        "https://host.io/a:b@c",
        "git+ssh://git@github.com:22/x",
        "https://user@host.io",
        "https://<user>:<password>@host.io",
        "https://user:%s@host.io",
        "postgres://postgres:postgres@db.shop.io/x",
        "https://:@host.io",
        "https://user:xxxxxxxx@host.io",
        "amqp://guest:guest@localhost:5672",
        "://a:b@c",
        "https://user:[email]@host.io",
        "mysql://root:mysecretpassword@mysql.shop.io",
        "https://registry.npmjs.org/@types/node:18.0.0@x",
        "oci://ghcr.io/x/y:v1@sha256:abc",
        "https://[username:passwd@]host[:port]",
    ] {
        nothing(text);
    }
}

#[test]
fn values_behind_names_are_found() {
    let cases = [
        ("azure-key", "AccountName=x;AccountKey=", format!("{}==", random(ALNUM, 86, 31))),
        ("azure-key", "SharedAccessKey=", format!("{}=", random(ALNUM, 43, 32))),
        ("npm-token", "//registry.npmjs.org/:_authToken=", random(HEX, 36, 33)),
        ("wireguard-key", "[Interface]\nPrivateKey = ", {
            let mut bytes: Vec<u8> = random(ALNUM, 32, 34).bytes().collect();
            bytes[0] &= 0xf8;
            bytes[31] = bytes[31] & 0x3f | 0x40;
            encoded(&bytes)
        }),
    ];
    for (rule, name, secret) in cases {
        let text = format!("{name}{secret}\nnext");
        let found = one(&text);
        assert_eq!((found.rule, slice(&text, found.span), found.certain), (rule, secret.as_str(), true));
    }
    nothing("_authToken=${NPM_TOKEN}");
    nothing("_authToken = process.env.NPM_TOKEN");
    nothing("PrivateKey = /etc/wireguard/key");
    nothing("func PrivateKey(x *PrivateKeyOfSomethingThatIsVeryLongIndeed) PrivateKey {}");
    nothing(&format!("AccountKey=Eby8vdM02xNOcqFl{}==", random(ALNUM, 70, 35)));
}

#[test]
fn marks_in_the_middle_are_found() {
    let cases = [
        ("openai-key", format!("sk-proj-{}T3BlbkFJ{}", random(ALNUM, 40, 41), random(ALNUM, 40, 42))),
        ("azure-key", format!("{}8Q~{}", random(ALNUM, 3, 43), random(ALNUM, 34, 44))),
        ("azure-key", format!("{}JQQJ99{}", random(ALNUM, 52, 45), random(ALNUM, 26, 46))),
        ("terraform-token", format!("{}.atlasv1.{}", random(ALNUM, 14, 47), random(ALNUM, 67, 48))),
        ("telegram-token", format!("{}:AA{}", random("123456789", 9, 49), random(ALNUM, 33, 50))),
    ];
    for (rule, secret) in cases {
        for (before, after) in [("", ""), ("t: '", "'"), ("https://x/", "/y")] {
            let text = format!("{before}{secret}{after}");
            let found = one(&text);
            assert_eq!((found.rule, slice(&text, found.span)), (rule, secret.as_str()), "{text}");
        }
        nothing(&secret[..secret.len() - 24]);
    }
    let bot = format!("{}:AA{}", random("123456789", 9, 49), random(ALNUM, 33, 50));
    assert_eq!(one(&format!("https://api.telegram.org/bot{bot}/send")).rule, "telegram-token");
    nothing("fd00:AAAA::1 12:AA:BB");
}

#[test]
fn addresses_of_webhooks_are_found() {
    let secret = random(ALNUM, 24, 51);
    let host = "https://hooks.slack.com/services/";
    let path = format!("T{}/B{}/{secret}", random(ALNUM, 9, 52), random(ALNUM, 9, 53));
    let text = format!("url: {host}{path}\n");
    assert_eq!(slice(&text, one(&text).span), path);
    nothing(&format!("{host}T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"));
    nothing(&format!("{host}T/B/secret and {host}..."));
    let text = format!("https://discord.com/api/webhooks/123456789012345678/{}", random(ALNUM, 68, 54));
    assert_eq!(one(&text).rule, "webhook-url");
    nothing("https://discord.com/api/webhooks/ID/TOKEN");
}

#[test]
fn private_keys_are_found_however_they_are_written() {
    let key = pem("PRIVATE KEY", &der(200));
    let mut ssh = b"openssh-key-v1\0\0\0\0\x04none".to_vec();
    ssh.extend(random(ALNUM, 200, 61).bytes());
    let mut pgp = vec![0x95, 0x01];
    pgp.extend(random(ALNUM, 200, 62).bytes());
    let texts = [
        key.clone(),
        key.replace('\n', "\r\n"),
        key.replace('\n', "\\n"),
        key.replace('\n', "\n    "),
        key.replace('\n', "\\n\" +\n  \""),
        key.replace('\n', "\\n',\n  '"),
        key.replacen('\n', " ", 20),
        pem("RSA PRIVATE KEY", &der(220)),
        pem("OPENSSH PRIVATE KEY", &ssh),
        pem("PGP PRIVATE KEY BLOCK", &pgp)
            .replacen('\n', "\nVersion: x 1\n\n", 1)
            .replace("\n-----END", "\n=aB3d\n-----END"),
    ];
    for key in texts {
        for (before, after) in [("", ""), ("key: |\n  ", "\nnext: 1\n"), ("\"", "\\n\"")] {
            let text = format!("{before}{key}{after}");
            let found = one(&text);
            assert_eq!((found.rule, slice(&text, found.span), found.certain), ("private-key", key.as_str(), true));
        }
    }
    let base64 = encoded(format!("{key}\n").as_bytes());
    let text = format!("    client-key-data: {base64}\n");
    assert_eq!(slice(&text, one(&text).span), base64);
}

#[test]
fn keys_with_a_passphrase_are_not_certain() {
    let mut ssh = b"openssh-key-v1\0\0\0\0\x0aaes256-ctr".to_vec();
    ssh.extend(random(ALNUM, 200, 61).bytes());
    let legacy = pem("RSA PRIVATE KEY", random(ALNUM, 200, 63).as_bytes());
    let texts = [
        pem("ENCRYPTED PRIVATE KEY", &der(220)),
        pem("OPENSSH PRIVATE KEY", &ssh),
        legacy.replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1),
    ];
    for text in texts {
        assert!(!one(&text).certain, "{text}");
    }
}

#[test]
fn what_is_no_private_key_is_none() {
    let key = pem("PRIVATE KEY", &der(200));
    let mut texts = vec![
        pem("CERTIFICATE", &der(200)),
        pem("PUBLIC KEY", &der(200)),
        pem("PGP MESSAGE", &der(200)),
        pem("PGP PUBLIC KEY BLOCK", &der(200)),
        pem("AGE ENCRYPTED FILE", &der(200)),
        encoded(pem("CERTIFICATE", &der(200)).as_bytes()),
        pem("PRIVATE KEY", b"short"),
        pem("PRIVATE KEY", random(ALNUM, 200, 64).as_bytes()),
        key.replace("-----END", "...\n-----END"),
        key[..key.len() - 60].to_owned(),
        format!("{}\n-----END PRIVATE KEY-----", &key[..90]),
    ];
    for body in ["...", "<key>", "[snip]", "{{ .Values.key }}", "${KEY}", "MIIE...", ""] {
        texts.push(format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"));
    }
    for text in texts {
        nothing(&text);
    }
}

#[test]
fn tokens_of_json_are_told_apart() {
    let part = |json: &str| encoded(json.as_bytes()).trim_end_matches('=').replace('+', "-").replace('/', "_");
    let signed = |claims: &str| format!("{}.{}.{}", part(r#"{"alg":"RS256"}"#), part(claims), random(ALNUM, 86, 71));
    let text = format!("token: {}\n", signed(r#"{"iss":"https://shop.io","sub":"a"}"#));
    let found = one(&text);
    assert_eq!((found.rule, found.certain, slice(&text, found.span)), ("jwt", false, &text[7..text.len() - 1]));
    let found = one(&signed(r#"{"iss":"kubernetes/serviceaccount","sub":"a"}"#));
    assert_eq!((found.rule, found.certain), ("kubernetes-token", true));
    nothing(&signed(r#"{"sub":"1234567890","name":"John Doe"}"#));
    nothing(&signed(r#"{"role":"anon"}"#));
    nothing(&format!("{}.{}.", part(r#"{"alg":"none"}"#), part("{}")));
    nothing(&format!("{}.{}.{}", part(r#"{"enc":"x"}"#), part("{}"), random(ALNUM, 86, 72)));
    nothing(&encoded(br#"{"some":"json that is in base64, and nothing else at all, whatever it says"}"#));
    let tunnel = encoded(
        format!(r#"{{"a":"{}","t":"{}","s":"{}"}}"#, random(HEX, 32, 73), random(HEX, 36, 74), random(HEX, 40, 75))
            .as_bytes(),
    );
    assert_eq!(one(&tunnel).rule, "cloudflare-token");
}

#[test]
fn what_is_encrypted_hashed_or_public_is_nothing() {
    for (text, seed) in [
        ("password: ENC[AES256_GCM,data:{},iv:x=,tag:y=,type:str]", 81),
        ("integrity sha512-{}==", 82),
        ("image: x@sha256:{}", 83),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} me", 84),
        ("    encryptedData: AgB{}", 85),
        ("recipient: age1{}", 86),
        ("data:image/png;base64,{}", 87),
    ] {
        nothing(&text.replace("{}", &random(ALNUM, 200, seed)));
    }
}

#[test]
fn long_texts_of_beginnings_are_read_once() {
    for start in [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN ",
        "eyJ",
        "eyJ.",
        "LS0tLS1CRUdJTiB",
        "://",
        "://a:b",
        "T3BlbkFJ",
        "AKIA",
        ":AA",
        "_authToken=",
        "hooks.slack.com/services/",
        "hvs.",
        "{\"",
        "ä",
        "secretAccessKey ",
    ] {
        let text = start.repeat((1 << 18) / start.len());
        let before = std::time::Instant::now();
        let found = in_text(&text);
        assert!(found.is_empty(), "{start}: {:?}", found.first());
        assert!(before.elapsed().as_secs() < 5, "{start}");
    }
}

#[test]
fn a_secret_is_told_once() {
    let found = |start, end, certain| Found { certain, ..Found::new("x", "x", Span::new(start, end), "x", certain) };
    let merged =
        |found: Vec<Found>| merged(found).into_iter().map(|one| (one.span.start, one.certain)).collect::<Vec<_>>();
    assert_eq!(merged(vec![found(5, 9, true), found(0, 4, true)]), [(0, true), (5, true)]);
    assert_eq!(merged(vec![found(2, 4, true), found(0, 9, true)]), [(0, true)]);
    assert_eq!(merged(vec![found(0, 9, false), found(2, 4, true)]), [(2, true)]);
    assert_eq!(merged(vec![found(0, 4, true), found(4, 8, true)]), [(0, true), (4, true)]);
}
