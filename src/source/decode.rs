//! Bytes to text: byte order mark, else strict UTF-8, else GB18030.

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The bytes are no text in any encoding that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither UTF-8, UTF-16 nor GB18030")]
pub struct DecodeFault;

/// The text of a file, without a byte order mark.
///
/// Encodings are not guessed from frequencies: what is valid UTF-8 is UTF-8, and only otherwise GB18030 is tried.
///
/// # Errors
/// [`DecodeFault`] where the bytes are valid in none of them, or hold a NUL as binary files do.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeFault> {
    let (encoding, bytes) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (UTF_8, rest),
        [0xFF, 0xFE, rest @ ..] => (UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => (UTF_16BE, rest),
        bytes if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        bytes => (GB18030, bytes),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(DecodeFault)?;
    if text.contains('\0') { Err(DecodeFault) } else { Ok(text.into_owned()) }
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
        }
    }

    #[test]
    fn a_binary_file_is_refused() {
        assert_eq!(decode(b"PK\x03\x04\x00\x00"), Err(DecodeFault));
    }
}
