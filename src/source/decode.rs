//! Bytes to text: byte order mark, else strict UTF-8, else GB18030.

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The bytes are no text in any encoding that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither UTF-8, UTF-16 nor GB18030")]
pub struct DecodeFault;

/// How a text is written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// UTF-8 with a byte order mark.
    MarkedUtf8,
    /// UTF-16 with a byte order mark, the low byte first.
    Utf16Le,
    /// UTF-16 with a byte order mark, the high byte first.
    Utf16Be,
    Gb18030,
}

impl Encoding {
    /// The encoding of a file's bytes, and the bytes behind its mark.
    fn of(bytes: &[u8]) -> (Self, &[u8]) {
        match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (Encoding::MarkedUtf8, rest),
            [0xFF, 0xFE, rest @ ..] => (Encoding::Utf16Le, rest),
            [0xFE, 0xFF, rest @ ..] => (Encoding::Utf16Be, rest),
            bytes if std::str::from_utf8(bytes).is_ok() => (Encoding::Utf8, bytes),
            bytes => (Encoding::Gb18030, bytes),
        }
    }

    /// The bytes of a text, with its mark.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::MarkedUtf8 => [0xEF, 0xBB, 0xBF].into_iter().chain(text.bytes()).collect(),
            Encoding::Utf16Le => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            Encoding::Utf16Be => [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
            Encoding::Gb18030 => GB18030.encode(text).0.into_owned(),
        }
    }
}

/// The text of a file, without a byte order mark.
///
/// Encodings are not guessed from frequencies: what is valid UTF-8 is UTF-8, and only otherwise GB18030 is tried.
///
/// # Errors
/// [`DecodeFault`] where the bytes are valid in none of them, or hold a NUL as binary files do.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeFault> {
    decode_from(bytes).map(|(text, _)| text)
}

/// The text of a file with the encoding in which it must be written back.
///
/// # Errors
/// As [`decode`].
pub(crate) fn decode_from(bytes: &[u8]) -> Result<(String, Encoding), DecodeFault> {
    let (encoding, bytes) = Encoding::of(bytes);
    let reader = match encoding {
        Encoding::Utf8 | Encoding::MarkedUtf8 => UTF_8,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Gb18030 => GB18030,
    };
    let text = reader.decode_without_bom_handling_and_without_replacement(bytes).ok_or(DecodeFault)?;
    if text.contains('\0') { Err(DecodeFault) } else { Ok((text.into_owned(), encoding)) }
}

/// The text of a rule file with line ends as the grammar knows them: a lone carriage return ends a line as well.
pub(crate) fn with_line_ends(text: String) -> String {
    let lone = text.split('\r').skip(1).any(|rest| !rest.starts_with('\n'));
    if lone { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_in_every_encoding_reads_alike() {
        let text = "指标 满分 5 分\r\n";
        let (gb, _, _) = GB18030.encode(text);
        let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let wide_be: Vec<u8> = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let marked: Vec<u8> = [0xEF, 0xBB, 0xBF].into_iter().chain(text.bytes()).collect();
        for bytes in [text.as_bytes(), &gb, &wide, &wide_be, &marked] {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
            let (text, encoding) = decode_from(bytes).unwrap();
            assert_eq!(encoding.encode(&text), bytes);
        }
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        assert_eq!(with_line_ends("甲\r乙\r\r丙".to_owned()), "甲\n乙\n\n丙");
        assert_eq!(with_line_ends("甲\r\n乙".to_owned()), "甲\r\n乙");
    }

    #[test]
    fn a_binary_file_is_refused() {
        assert_eq!(decode(b"PK\x03\x04\x00\x00"), Err(DecodeFault));
    }
}
