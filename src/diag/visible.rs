//! Signs that are not seen, named by their numbers.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a sign leaves no trace on the screen, or moves what stands around it.
pub(crate) fn is_invisible(sign: char) -> bool {
    matches!(sign,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// What a sign is called that is not seen: `U+200C`.
pub(crate) fn code_point(sign: char) -> String {
    format!("U+{:04X}", u32::from(sign))
}

/// A text in which every sign that is not seen stands as its number.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return text.into();
    }
    text.chars()
        .fold(String::with_capacity(text.len()), |mut shown, sign| {
            if is_invisible(sign) {
                let _ = write!(shown, "⟨{}⟩", code_point(sign));
            } else {
                shown.push(sign);
            }
            shown
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_is_not_seen_is_named() {
        assert_eq!(visible("满意\u{200c}率\u{ad}"), "满意⟨U+200C⟩率⟨U+00AD⟩");
        assert_eq!(visible("\u{202e}9\u{1b}[31m"), "⟨U+202E⟩9⟨U+001B⟩[31m");
        assert_eq!(visible("满意 率\n\té"), "满意 率\n\té");
    }
}
