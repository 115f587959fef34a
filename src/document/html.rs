//! Text as HTML: what is written by people is data and nothing else.

use std::borrow::Cow;

/// A text with the signs that HTML reads replaced.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

/// A text as the name of a place on the page: letters and digits, all else a hyphen.
pub(super) fn anchor(prefix: &str, text: &str) -> String {
    let name: String = text.trim().chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    format!("{prefix}{name}")
}

/// Whether a link leads to a page, an address for mail or a place, and runs nothing.
pub(super) fn is_harmless(target: &str) -> bool {
    let scheme = target.split(['/', '?', '#']).next().and_then(|start| start.split_once(':')).map(|(scheme, _)| scheme.trim().to_lowercase());
    // a browser reads through tabs and line ends inside the name of a scheme
    let plain = !target.chars().any(char::is_control);
    plain && scheme.is_none_or(|scheme| matches!(scheme.as_str(), "http" | "https" | "mailto"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_refused() {
        for link in ["https://a.b/c?d#e", "http://a", "mailto:a@b.c", "#x", "a/b.html", "甲.pdf", ""] {
            assert!(is_harmless(link), "{link}");
        }
        for link in ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:x", "data:text/html,x", "vbscript:x", "java\tscript:x", "file:///etc/passwd"] {
            assert!(!is_harmless(link), "{link}");
        }
        assert_eq!(escaped("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
        assert_eq!(anchor("i-", "甲 乙\"<%"), "i-甲-乙---");
    }
}
