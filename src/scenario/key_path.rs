//! Dotted key paths: `sites.texas-wind.grid.import_limit_mw`, with quotes around parts that hold a point.

/// Most parts a path may have: deeper than any scenario, shallow enough for recursion.
const MAX_SEGMENTS: usize = 32;

/// A dotted key path; elements of arrays are named by their `name` or by their index from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// A path of these parts.
    pub fn new(segments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(segments.into_iter().map(Into::into).collect())
    }

    /// Parses a path as it is written on the command line.
    ///
    /// # Errors
    /// Says what is wrong: an empty part, an open quote, too many parts.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut segments = Vec::new();
        let mut rest = text;
        loop {
            let (segment, after) = take_segment(rest)?;
            segments.push(segment);
            if segments.len() > MAX_SEGMENTS {
                return Err(format!("a key path has at most {MAX_SEGMENTS} parts"));
            }
            match after.strip_prefix('.') {
                Some(after) => rest = after,
                None if after.is_empty() => return Ok(Self(segments)),
                None => return Err(format!("expected `.` before `{after}`")),
            }
        }
    }

    /// The parts.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The path of something inside.
    #[must_use]
    pub fn child(&self, segment: impl Into<String>) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.into());
        Self(segments)
    }
}

impl core::fmt::Display for KeyPath {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (i, segment) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            f.write_str(&quoted(segment))?;
        }
        Ok(())
    }
}

/// One part of a path, in quotes where it holds anything that has a meaning in paths.
pub fn quoted(segment: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '(' | ')' | '/');
    if !segment.is_empty() && segment.trim() == segment && segment.chars().all(plain) {
        segment.to_owned()
    } else {
        format!("\"{}\"", segment.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// The first part of a path and what comes after it.
fn take_segment(text: &str) -> Result<(String, &str), String> {
    if let Some(inner) = text.strip_prefix('"') {
        return take_escaped(inner).ok_or_else(|| format!("the quote in `{text}` is not closed"));
    }
    if let Some(inner) = text.strip_prefix('\'') {
        let end = inner.find('\'').ok_or_else(|| format!("the quote in `{text}` is not closed"))?;
        return Ok((inner[..end].to_owned(), &inner[end + 1..]));
    }
    let end = text.find('.').unwrap_or(text.len());
    let segment = text[..end].trim();
    if segment.is_empty() {
        return Err("a part of the key path is empty".to_owned());
    }
    Ok((segment.to_owned(), &text[end..]))
}

/// What stands before the closing double quote, `\"` and `\\` resolved, and what comes after it.
fn take_escaped(text: &str) -> Option<(String, &str)> {
    let mut segment = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((segment, &text[i + 1..])),
            '\\' => segment.push(chars.next()?.1),
            c => segment.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_parts_may_hold_points() {
        let path = KeyPath::parse(r#"sites."St. John's".grid.'a.b'"#).unwrap();
        assert_eq!(path.segments(), ["sites", "St. John's", "grid", "a.b"]);
        assert_eq!(path.to_string(), r#"sites."St. John's".grid."a.b""#);
        assert_eq!(KeyPath::parse(&path.to_string()).unwrap(), path);
    }

    #[test]
    fn malformed_paths_are_refused_with_a_reason() {
        for (text, reason) in
            [("", "empty"), ("a..b", "empty"), ("a.", "empty"), ("\"a", "not closed"), ("'a'b", "expected `.`")]
        {
            let error = KeyPath::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!(KeyPath::parse(&vec!["a"; 40].join(".")).is_err());
    }
}
