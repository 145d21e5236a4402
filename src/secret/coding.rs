//! Encodings and checksums that tokens are made with.

/// What base64 says, in the standard or the URL alphabet, with or without padding; line breaks
/// in between are passed over. `None` for anything else.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0_u32, false);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                padding = true;
                continue;
            }
            b'\n' | b'\r' => continue,
            _ => return None,
        };
        if padding {
            return None;
        }
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap_or_default());
            bits &= (1 << count) - 1;
        }
    }
    // One character alone is no byte.
    (count < 6).then_some(out)
}

/// CRC-32 (IEEE 802.3), bit by bit: it is asked for about a few dozen bytes.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A number to base 62 (`0-9A-Za-z`), with zeros in front to six digits.
pub(super) fn base62(mut number: u32) -> [u8; 6] {
    let mut out = [b'0'; 6];
    for digit in out.iter_mut().rev() {
        let value = u8::try_from(number % 62).unwrap_or_default();
        *digit = match value {
            0..=9 => b'0' + value,
            10..=35 => b'A' + value - 10,
            _ => b'a' + value - 36,
        };
        number /= 62;
    }
    out
}

/// Whether the checksum of a Bech32 text (BIP 173, upper case, of any length) is right.
pub(super) fn is_bech32(text: &str) -> bool {
    const CHARS: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let sum = ((sum & 0x01ff_ffff) << 5) ^ value;
        GENERATORS.iter().enumerate().fold(
            sum,
            |sum, (bit, generator)| {
                if (top >> bit) & 1 == 1 { sum ^ generator } else { sum }
            },
        )
    };
    let Some((human, data)) = text.rsplit_once('1') else { return false };
    // The human part counts in lower case.
    let human = human.to_ascii_lowercase();
    let mut sum = human.bytes().fold(1, |sum, byte| step(sum, u32::from(byte >> 5)));
    sum = step(sum, 0);
    sum = human.bytes().fold(sum, |sum, byte| step(sum, u32::from(byte & 31)));
    for c in data.chars() {
        let Some(value) = CHARS.find(c) else { return false };
        sum = step(sum, u32::try_from(value).unwrap_or_default());
    }
    sum == 1 && data.len() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        assert_eq!(base64("YWI=").as_deref(), Some(b"ab".as_slice()));
        assert_eq!(base64("YW\r\nJj").as_deref(), Some(b"abc".as_slice()));
        assert_eq!(base64("-_8").as_deref(), Some([0xfb, 0xff].as_slice()));
        assert_eq!(base64("").as_deref(), Some([].as_slice()));
        for bad in ["Y", "YWI=a", "a b", "<x>", "YWJjY"] {
            assert_eq!(base64(bad), None, "{bad}");
        }
    }

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61 + 62), b"00001z");
        assert_eq!(&base62(u32::MAX), b"4gfFC3");
        // BIP 173, valid and with one letter changed.
        assert!(is_bech32("A12UEL5L"));
        assert!(is_bech32("ABCDEF1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LMQQQXW"));
        assert!(!is_bech32("ABCDEF1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LMQQQXQ"));
        assert!(!is_bech32("no bech32"));
    }
}
