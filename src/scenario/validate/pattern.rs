//! The regular expressions that schemas use for short names and codes: anchored, with literals, `\d`, classes
//! `[a-z_-]`, the repeats `* + ? {n}`, and groups `(a|b)`. A pattern that uses anything else is not checked here.

/// One part of a pattern and how often it may stand.
#[derive(Debug, Clone, PartialEq)]
struct Piece {
    what: What,
    min: usize,
    max: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    /// A character in one of these ranges (or, where `false`, in none).
    Class(Vec<(char, char)>, bool),
    /// One of these sequences.
    Group(Vec<Vec<Piece>>),
}

/// Whether the text matches `^…$`; true as well for a pattern that is not understood.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some(inner) = pattern.strip_prefix('^').and_then(|p| p.strip_suffix('$')) else { return true };
    let pattern: Vec<char> = inner.chars().collect();
    let text: Vec<char> = text.chars().collect();
    match alternatives(&pattern, 0) {
        Some((ways, end)) if end == pattern.len() => ways.iter().any(|way| ends(way, &text, 0).contains(&text.len())),
        _ => true,
    }
}

/// Parses `a|b` up to the end or a closing bracket.
fn alternatives(pattern: &[char], mut at: usize) -> Option<(Vec<Vec<Piece>>, usize)> {
    let mut ways = vec![Vec::new()];
    while let Some(&c) = pattern.get(at) {
        match c {
            ')' => break,
            '|' => {
                ways.push(Vec::new());
                at += 1;
            }
            _ => {
                let (what, next) = part(pattern, at)?;
                let (min, max, next) = repeat(pattern, next)?;
                ways.last_mut()?.push(Piece { what, min, max });
                at = next;
            }
        }
    }
    Some((ways, at))
}

fn part(pattern: &[char], at: usize) -> Option<(What, usize)> {
    match pattern[at] {
        '(' => {
            let (ways, end) = alternatives(pattern, at + 1)?;
            (pattern.get(end) == Some(&')')).then_some((What::Group(ways), end + 1))
        }
        '[' => class(pattern, at + 1),
        '\\' => match pattern.get(at + 1)? {
            'd' => Some((What::Class(vec![('0', '9')], true), at + 2)),
            c if c.is_alphanumeric() => None,
            &c => Some((What::Class(vec![(c, c)], true), at + 2)),
        },
        '.' => Some((What::Class(vec![('\0', char::MAX)], true), at + 1)),
        '^' | '$' | '*' | '+' | '?' | '{' => None,
        c => Some((What::Class(vec![(c, c)], true), at + 1)),
    }
}

fn class(pattern: &[char], start: usize) -> Option<(What, usize)> {
    let negated = pattern.get(start) == Some(&'^');
    let mut at = start + usize::from(negated);
    let mut ranges = Vec::new();
    loop {
        match (pattern.get(at)?, pattern.get(at + 1), pattern.get(at + 2)) {
            (']', _, _) => return Some((What::Class(ranges, !negated), at + 1)),
            ('\\' | '[', _, _) => return None,
            (&low, Some('-'), Some(&high)) if high != ']' => {
                ranges.push((low, high));
                at += 3;
            }
            (&c, _, _) => {
                ranges.push((c, c));
                at += 1;
            }
        }
    }
}

fn repeat(pattern: &[char], at: usize) -> Option<(usize, usize, usize)> {
    match pattern.get(at) {
        Some('*') => Some((0, usize::MAX, at + 1)),
        Some('+') => Some((1, usize::MAX, at + 1)),
        Some('?') => Some((0, 1, at + 1)),
        Some('{') => {
            let length = pattern[at..].iter().position(|&c| c == '}')?;
            let inner: String = pattern[at + 1..at + length].iter().collect();
            let n = inner.parse().ok()?;
            Some((n, n, at + length + 1))
        }
        _ => Some((1, 1, at)),
    }
}

/// Every place where a sequence that begins at `start` may end.
fn ends(sequence: &[Piece], text: &[char], start: usize) -> Vec<usize> {
    sequence.iter().fold(vec![start], |starts, piece| {
        let mut found: Vec<usize> = starts.iter().flat_map(|&s| repeated(piece, text, s)).collect();
        found.sort_unstable();
        found.dedup();
        found
    })
}

fn repeated(piece: &Piece, text: &[char], start: usize) -> Vec<usize> {
    let mut reached = vec![start];
    let mut all = if piece.min == 0 { reached.clone() } else { Vec::new() };
    for count in 1..=piece.max.min(text.len() - start + piece.min) {
        reached = reached.iter().flat_map(|&s| once(&piece.what, text, s)).collect();
        reached.sort_unstable();
        reached.dedup();
        if reached.is_empty() {
            break;
        }
        if count >= piece.min {
            all.extend(&reached);
        }
    }
    all
}

fn once(what: &What, text: &[char], start: usize) -> Vec<usize> {
    match what {
        What::Group(ways) => ways.iter().flat_map(|way| ends(way, text, start)).collect(),
        What::Class(ranges, wanted) => {
            let inside = |c: &char| ranges.iter().any(|(low, high)| (low..=high).contains(&c)) == *wanted;
            text.get(start).filter(|c| inside(c)).map(|_| start + 1).into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_accept_and_refuse_what_they_say() {
        let name = "^[a-z0-9][a-z0-9-]*$";
        let zone = r"^(UTC|[+-]\d{2}:\d{2})$";
        for (pattern, text, expected) in [
            (name, "texas-wind", true),
            (name, "Texas", false),
            (name, "-a", false),
            (name, "", false),
            (zone, "UTC", true),
            (zone, "+05:30", true),
            (zone, "+5:30", false),
            (zone, "UTC+1", false),
            ("^(ab|a)?b+$", "abb", true),
            ("^[^x]*$", "abx", false),
            ("^a.c$", "abc", true),
            (r"^\d{4}-\d{2}$", "2024-04", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_that_is_not_understood_accepts_everything() {
        for pattern in [r"^\w+$", "a*", "^(a$", "^[a$", "^a{2,3}$", "^*$"] {
            assert!(matches(pattern, "anything"), "{pattern}");
        }
    }

    #[test]
    fn long_texts_cost_little() {
        assert!(!matches("^(a*)*b$", &"a".repeat(300)));
    }
}
