//! DER, read as strictly as Go's `cryptobyte` reads it.

use num_bigint::BigInt;

/// Tags of the universal class.
pub(super) mod tag {
    pub(in super::super) const BOOLEAN: u8 = 1;
    pub(in super::super) const INTEGER: u8 = 2;
    pub(in super::super) const BIT_STRING: u8 = 3;
    pub(in super::super) const OCTET_STRING: u8 = 4;
    pub(in super::super) const OID: u8 = 6;
    pub(in super::super) const UTC_TIME: u8 = 23;
    pub(in super::super) const GENERALIZED_TIME: u8 = 24;
    pub(in super::super) const SEQUENCE: u8 = 0x30;
    pub(in super::super) const SET: u8 = 0x31;
    /// `[n]`, primitive.
    pub(in super::super) const fn context(number: u8) -> u8 {
        0x80 | number
    }
    /// `[n]`, constructed.
    pub(in super::super) const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// An object identifier as numbers.
pub(super) type Oid = Vec<u32>;

/// An element: its tag, its content, and all of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'d> {
    pub(super) tag: u8,
    pub(super) content: Der<'d>,
    pub(super) whole: &'d [u8],
}

/// What is still to be read. Every method that reads gives `None` for what is malformed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Der<'d>(pub(super) &'d [u8]);

/// Bits, from the first bit of the first byte on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits<'d> {
    pub(super) bytes: &'d [u8],
    pub(super) unused: u8,
}

impl Bits<'_> {
    pub(super) fn at(&self, index: usize) -> bool {
        index < self.bytes.len() * 8 - usize::from(self.unused)
            && self.bytes.get(index / 8).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0)
    }

    /// The bits as a number's bytes: moved so that the unused ones come first.
    pub(super) fn right_aligned(&self) -> Vec<u8> {
        let mut out = self.bytes.to_vec();
        if self.unused > 0 {
            let mut before = 0_u8;
            for byte in &mut out {
                let carried = before << (8 - self.unused);
                before = *byte;
                *byte = carried | (*byte >> self.unused);
            }
        }
        out
    }
}

impl<'d> Der<'d> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the next element has this tag.
    pub(super) fn peek(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    pub(super) fn any(&mut self) -> Option<Element<'d>> {
        let [tag, first, rest @ ..] = self.0 else { return None };
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (header, length) = if first & 0x80 == 0 {
            (2, usize::from(*first))
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let digits = rest.get(..count)?;
            let length = digits.iter().fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
            // In as few bytes as can be.
            if length < 128 || digits.first() == Some(&0) {
                return None;
            }
            (2 + count, length)
        };
        let whole = self.0.get(..header.checked_add(length)?)?;
        self.0 = self.0.get(whole.len()..)?;
        Some(Element { tag: *tag, content: Der(whole.get(header..)?), whole })
    }

    /// An element of this tag, with its header.
    pub(super) fn element(&mut self, tag: u8) -> Option<Element<'d>> {
        self.any().filter(|element| element.tag == tag)
    }

    /// The content of an element of this tag.
    pub(super) fn read(&mut self, tag: u8) -> Option<Der<'d>> {
        self.element(tag).map(|element| element.content)
    }

    /// The content of an element of this tag if one comes next.
    #[allow(clippy::option_option)]
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<Der<'d>>> {
        if self.peek(tag) { self.read(tag).map(Some) } else { Some(None) }
    }

    pub(super) fn boolean(&mut self) -> Option<bool> {
        match self.read(tag::BOOLEAN)?.0 {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    /// The bytes of an integer, as few as can be.
    fn integer_bytes(&mut self, tag: u8) -> Option<&'d [u8]> {
        match self.read(tag)?.0 {
            [] => None,
            [0, second, ..] if second & 0x80 == 0 => None,
            [0xff, second, ..] if second & 0x80 != 0 => None,
            bytes => Some(bytes),
        }
    }

    pub(super) fn integer(&mut self) -> Option<BigInt> {
        self.integer_bytes(tag::INTEGER).map(BigInt::from_signed_bytes_be)
    }

    /// An integer of 64 bits with another tag.
    pub(super) fn int64_tagged(&mut self, tag: u8) -> Option<i64> {
        let bytes = self.integer_bytes(tag)?;
        let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let start = if negative { -1 } else { 0 };
        (bytes.len() <= 8).then(|| bytes.iter().fold(start, |value, byte| (value << 8) | i64::from(*byte)))
    }

    pub(super) fn int64(&mut self) -> Option<i64> {
        self.int64_tagged(tag::INTEGER)
    }

    pub(super) fn bits(&mut self) -> Option<Bits<'d>> {
        let [unused, bytes @ ..] = self.read(tag::BIT_STRING)?.0 else { return None };
        let last = bytes.last().copied();
        if *unused > 7 || last.is_none() && *unused != 0 || last.is_some_and(|last| last & ((1 << unused) - 1) != 0) {
            return None;
        }
        Some(Bits { bytes, unused: *unused })
    }

    pub(super) fn oid(&mut self) -> Option<Oid> {
        let mut rest = self.read(tag::OID)?.0;
        let first = base128(&mut rest)?;
        let mut oid = if first < 80 { vec![first / 40, first % 40] } else { vec![2, first - 80] };
        while !rest.is_empty() {
            oid.push(base128(&mut rest)?);
        }
        Some(oid)
    }
}

/// A number of at most 31 bits, seven in each byte.
fn base128(rest: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    for (index, byte) in rest.iter().enumerate() {
        if index == 5 || value >= 1 << 24 || index == 0 && *byte == 0x80 {
            return None;
        }
        value = (value << 7) | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            *rest = rest.get(index + 1..)?;
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_can_be() {
        assert!(Der(&[4, 1, 7]).any().is_some());
        assert!(Der(&[4, 0x81, 1, 7]).any().is_none(), "long form of a short length");
        assert!(Der(&[4, 0x80]).any().is_none(), "no length");
        assert!(Der(&[4, 2, 7]).any().is_none(), "cut off");
        assert!(Der(&[0x1f, 1, 7]).any().is_none(), "long tag");
    }

    #[test]
    fn integers_and_identifiers() {
        assert_eq!(Der(&[2, 1, 0xff]).int64(), Some(-1));
        assert_eq!(Der(&[2, 2, 0, 0xff]).int64(), Some(255));
        assert_eq!(Der(&[2, 2, 0, 0x7f]).int64(), None, "too long");
        assert_eq!(Der(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]).int64(), None, "65 bits");
        assert_eq!(Der(&[6, 3, 0x55, 4, 3]).oid(), Some(vec![2, 5, 4, 3]));
        assert_eq!(Der(&[6, 3, 0x55, 0x80, 3]).oid(), None, "leading zeros");
        assert_eq!(Der(&[6, 2, 0x55, 0x81]).oid(), None, "cut off");
    }

    #[test]
    fn bits_keep_their_order() {
        let bits = Der(&[3, 2, 5, 0b1010_0000]).bits();
        let at = |index| bits.is_some_and(|bits| bits.at(index));
        assert_eq!([at(0), at(1), at(2), at(3), at(9)], [true, false, true, false, false]);
        assert_eq!(bits.map(|bits| bits.right_aligned()), Some(vec![0b101]));
        assert!(Der(&[3, 2, 5, 0b1010_0001]).bits().is_none(), "unused bits are zero");
    }
}
