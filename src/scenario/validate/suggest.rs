//! What the writer of a wrong key or value may have meant.

use super::unit::{Unit, tidy};
use crate::scenario::key_path::quoted;
use crate::scenario::tree::{Node, Value};

/// How alike two words must be, from 0 to 1, for one to be proposed for the other.
const ALIKE: f64 = 0.6;

/// What to write instead of an unknown key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The valid key that is surely meant, where one is.
    pub key: Option<String>,
    /// A word about the wrong key.
    pub label: String,
    /// The help line.
    pub help: String,
}

/// Proposes valid keys for an unknown one; `None` where none is like it.
pub fn for_key<'k>(unknown: &str, value: &Node, valid: impl Iterator<Item = &'k str> + Clone) -> Option<Proposal> {
    if let Some(proposal) = valid.clone().find_map(|key| same_subject(unknown, value, key)) {
        return Some(proposal);
    }
    let near = nearest(unknown, valid);
    let first = near.first()?;
    let help = match near.as_slice() {
        [one] => format!("did you mean `{one}`?"),
        several => format!("did you mean {}?", either(several)),
    };
    Some(Proposal { key: Some((*first).to_owned()), label: "unknown key".to_owned(), help })
}

/// The valid key is about the same, in another unit.
fn same_subject(unknown: &str, value: &Node, key: &str) -> Option<Proposal> {
    let (subject, given) = Unit::split(unknown);
    let (valid_subject, unit) = Unit::split(key);
    let unit = unit?;
    if !subject.eq_ignore_ascii_case(valid_subject) {
        return None;
    }
    let label = match given {
        None => format!("keys carry their unit: this one is {}", unit.in_words()),
        Some(_) => format!("this key is {}", unit.in_words()),
    };
    let factor = given.as_ref().and_then(|given| given.in_units_of(&unit));
    let help = match (factor, number(value)) {
        (Some(factor), Some(number)) => {
            let (number, converted) = (tidy(number), tidy(number * factor));
            let given = given.map(|g| g.symbol()).unwrap_or_default();
            format!("write `{key} = {converted}` ({number} {given} is {converted} {})", unit.symbol())
        }
        (None, Some(number)) if given.is_none() => {
            format!("write `{key} = {}` if that number is {}", tidy(number), unit.in_words())
        }
        _ => format!("write `{key} = …`, {}", unit.in_words()),
    };
    Some(Proposal { key: Some(key.to_owned()), label, help })
}

/// The number of a text like `5 MW` or `4.5 ct/kWh` in the unit of `key`; `None` where it is no such text.
pub fn number_with_unit(text: &str, key: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let words = text[end..].trim().to_lowercase().replace('/', " per ").replace(['$', '%'], " ");
    let words = if text.contains('$') { format!("usd {words}") } else { words };
    let words = if text.ends_with('%') { "percent".to_owned() } else { words };
    let given = Unit::parse(&words.split_whitespace().collect::<Vec<_>>().join("_"))?;
    Some(number * given.in_units_of(&Unit::split(key).1?)?)
}

/// The words most like `word`, best first, at most three; none that is not like it at all.
pub fn nearest<'k>(word: &str, among: impl Iterator<Item = &'k str>) -> Vec<&'k str> {
    let mut scored: Vec<(f64, &str)> =
        among.map(|candidate| (likeness(word, candidate), candidate)).filter(|(score, _)| *score >= ALIKE).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.retain(|(score, _)| *score > best - 0.15);
    scored.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

fn likeness(word: &str, candidate: &str) -> f64 {
    let (word, candidate) = (word.to_lowercase().replace('-', "_"), candidate.to_lowercase().replace('-', "_"));
    // Texts of any length come in; the distance costs length × length.
    if word.len() > 100 || candidate.is_empty() || word.is_empty() {
        return 0.0;
    }
    let edits = strsim::normalized_damerau_levenshtein(&word, &candidate);
    let whole_words = word.len() >= 3
        && (candidate.starts_with(&format!("{word}_"))
            || candidate.ends_with(&format!("_{word}"))
            || word.ends_with(&format!("_{candidate}"))
            || word.starts_with(&format!("{candidate}_")));
    if whole_words { edits.max(0.75) } else { edits }
}

/// `` `a`, `b` and `c` `` as a list for a sentence.
pub fn code_list<S: AsRef<str>>(names: &[S]) -> String {
    joined(names, "and")
}

/// `` `a` or `b` ``.
pub fn either<S: AsRef<str>>(names: &[S]) -> String {
    joined(names, "or")
}

/// `` `a`, `b`, `c` `` without a last word.
pub fn code_commas<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|n| format!("`{}`", n.as_ref())).collect::<Vec<_>>().join(", ")
}

fn joined<S: AsRef<str>>(names: &[S], last: &str) -> String {
    let coded: Vec<String> = names.iter().map(|n| format!("`{}`", n.as_ref())).collect();
    match coded.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// A table header of a key path, as one writes it in a file: `[sites.grid]`.
pub fn header(segments: &[String]) -> String {
    format!("[{}]", segments.iter().map(|s| quoted(s)).collect::<Vec<_>>().join("."))
}

/// The number of a node.
pub fn number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Integer(i) => Some(i as f64),
        Value::Float(f) => Some(f),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_words_come_first_and_strangers_not_at_all() {
        let keys = ["import_limit_mw", "export_limit_mw", "seed"];
        assert_eq!(nearest("imprt_limit_mw", keys.into_iter())[0], "import_limit_mw");
        assert_eq!(nearest("sed", keys.into_iter()), ["seed"]);
        assert!(nearest("colour", keys.into_iter()).is_empty());
    }

    #[test]
    fn text_with_a_unit_is_converted_to_the_unit_of_its_key() {
        for (text, key, expected) in [
            ("5 MW", "limit_mw", Some(5.0)),
            ("500kW", "limit_mw", Some(0.5)),
            ("4.5 cents/kWh", "price_usd_per_mwh", Some(45.0)),
            ("$45/MWh", "price_usd_per_mwh", None),
            ("35%", "tax_rate_share", Some(0.35)),
            ("many MW", "limit_mw", None),
            ("5 MWh", "limit_mw", None),
        ] {
            let found = number_with_unit(text, key);
            assert_eq!(found.map(tidy), expected.map(tidy), "{text}");
        }
    }
}
