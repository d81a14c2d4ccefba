//! Single values: types, ranges, choices, dates.

use super::Place;
use super::pattern;
use super::shape::{Bounds, Form, List, Variant, first_sentence};
use super::suggest::{self, code_list};
use super::unit::{self, tidy};
use crate::calendar::Day;
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::tree::{Node, Value};

/// Years a scenario may speak of: from Bitcoin's first block to far beyond any horizon, and safe to count from.
const YEARS: core::ops::RangeInclusive<i16> = 2009..=2200;

/// The key a value belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub place: &'a Place,
    pub description: &'a str,
}

impl About<'_> {
    pub fn number(&self, node: &Node, bounds: &Bounds) -> Result<(), Diagnostic> {
        match suggest::number(node) {
            Some(number) if !number.is_finite() => Err(self.not_finite(node)),
            Some(number) => self.in_range(node, number, bounds),
            None => Err(self.not_a_number(node, "a number")),
        }
    }

    pub fn integer(&self, node: &mut Node, bounds: &Bounds) -> Result<(), Diagnostic> {
        match node.value {
            Value::Integer(i) => self.in_range(node, i as f64, bounds),
            // Up to 2^53 a float is the whole number it is written as.
            Value::Float(f) if f.fract() == 0.0 && f.abs() <= 9_007_199_254_740_992.0 => {
                node.value = Value::Integer(f as i64);
                self.in_range(node, f, bounds)
            }
            Value::Float(f) if !f.is_finite() => Err(self.not_finite(node)),
            Value::Float(f) if f.fract() != 0.0 => {
                let message = format!("{} is {}, a whole number is expected", self.name(), tidy(f));
                let diagnostic = Diagnostic::new("wrong-type", message).at(&node.origin, "not whole");
                Err(self.explained(diagnostic.help(format!("write {} or {}", tidy(f.floor()), tidy(f.ceil())))))
            }
            Value::Float(f) => self.in_range(node, f, bounds).and(Err(self.not_finite(node))),
            _ => Err(self.not_a_number(node, "a whole number")),
        }
    }

    pub fn integer_of(&self, node: &mut Node, allowed: &[i64]) -> Result<(), Diagnostic> {
        let any = Bounds { min: f64::NEG_INFINITY, max: f64::INFINITY, above_min: false, below_max: false };
        self.integer(node, &any)?;
        match node.value {
            Value::Integer(given) if !allowed.contains(&given) => {
                let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
                let message = format!("{} is {given}, allowed are {}", self.name(), allowed.join(", "));
                Err(self.explained(Diagnostic::new("unknown-value", message).at(&node.origin, "not one of these")))
            }
            _ => Ok(()),
        }
    }

    pub fn boolean(&self, node: &Node) -> Result<(), Diagnostic> {
        match &node.value {
            Value::Boolean(_) => Ok(()),
            Value::Text(text) if ["true", "false"].contains(&text.as_str()) => Err(self
                .wrong_type(node, "`true` or `false`")
                .help(format!("write it without quotes: `{} = {text}`", self.key()))),
            _ => Err(self.explained(self.wrong_type(node, "`true` or `false`"))),
        }
    }

    pub fn text(&self, node: &Node, form: &Form<'_>) -> Result<(), Diagnostic> {
        match &node.value {
            Value::Text(text) if text.chars().count() < form.min => {
                let message = match form.min {
                    1 => format!("{} is empty", self.name()),
                    min => format!("{} must have at least {min} characters", self.name()),
                };
                Err(self.explained(Diagnostic::new("out-of-range", message).at(&node.origin, "too short")))
            }
            Value::Text(text) if form.pattern.is_some_and(|p| !pattern::matches(p, text)) => {
                let message = format!("{} is {}, which is not of the form expected", self.name(), node.describe());
                Err(self.explained(Diagnostic::new("out-of-range", message).at(&node.origin, "not of this form")))
            }
            Value::Text(_) => Ok(()),
            Value::Array(_) | Value::Table(_) => Err(self.explained(self.wrong_type(node, "a text"))),
            scalar => {
                let plain = Node { value: scalar.clone(), origin: node.origin.clone() }.to_toml();
                let plain = plain.as_str().map_or_else(|| plain.to_string(), str::to_owned);
                Err(self.wrong_type(node, "a text").help(format!("write it in quotes: `{} = \"{plain}\"`", self.key())))
            }
        }
    }

    pub fn choice(&self, node: &Node, choices: &[(&str, &str)]) -> Result<(), Diagnostic> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let given = node.as_text();
        if given.is_some_and(|given| names.contains(&given)) {
            return Ok(());
        }
        let allowed = match names.as_slice() {
            [one] => format!("only `{one}` is allowed"),
            several => format!("allowed are {}", code_list(several)),
        };
        let message = format!("{} is {}, {allowed}", self.name(), node.describe());
        let diagnostic = Diagnostic::new("unknown-value", message).at(&node.origin, "unknown");
        let near = given.map(|given| suggest::nearest(given, names.iter().copied()));
        if let Some(near) = near.as_ref().and_then(|n| n.first()) {
            return Err(diagnostic.help(format!("did you mean `{near}`?")));
        }
        let explained: Vec<_> = choices.iter().filter(|(_, about)| !about.is_empty()).collect();
        if explained.is_empty() {
            return Err(self.explained(diagnostic));
        }
        let with_choice =
            |d: Diagnostic, choice: &&(&str, &str)| d.help(format!("`{}`: {}", choice.0, first_sentence(choice.1)));
        Err(explained.iter().fold(diagnostic, with_choice))
    }

    pub fn date(&self, node: &mut Node) -> Result<(), Diagnostic> {
        let text = match &node.value {
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.to_string(),
            _ => return Err(self.explained(self.wrong_type(node, "a date").help(DATE_HELP))),
        };
        let day = date_of(&text).map_err(|reason| {
            let message = format!("{} is no date: {reason}", self.name());
            self.explained(Diagnostic::new("bad-date", message).at(&node.origin, "not a date").help(DATE_HELP))
        })?;
        if YEARS.contains(&day.year()) {
            return Ok(());
        }
        let message = format!("{} is {day}, allowed are the years {} to {}", self.name(), YEARS.start(), YEARS.end());
        Err(self.explained(Diagnostic::new("out-of-range", message).at(&node.origin, "out of range")))
    }

    pub fn not_a_table(&self, node: &Node) -> Diagnostic {
        let diagnostic = self.wrong_type(node, "a table");
        self.explained(match &node.value {
            Value::Array(elements) if elements.iter().any(|e| e.as_table().is_some()) => diagnostic
                .help(format!("there is only one: write `{}` with single brackets", suggest::header(&self.place.keys))),
            _ => diagnostic.help(format!("write `{}` and its keys below it", suggest::header(&self.place.keys))),
        })
    }

    pub fn not_a_variant(&self, node: &Node, tag: &str, variants: &[Variant<'_>]) -> Diagnostic {
        let kinds: Vec<&str> = variants.iter().map(|v| v.name).collect();
        let example = kinds.first().copied().unwrap_or_default();
        let diagnostic = self.wrong_type(node, &format!("a table with `{tag}`"));
        let diagnostic = match node.as_text().filter(|text| kinds.contains(text)) {
            Some(kind) => diagnostic.help(format!("write `{} = {{ {tag} = \"{kind}\", … }}`", self.key())),
            None => diagnostic
                .help(format!("write `{} = {{ {tag} = \"{example}\", … }}`", self.key()))
                .help(format!("`{tag}` is one of {}", code_list(&kinds))),
        };
        self.explained(diagnostic)
    }

    pub fn not_a_list(&self, node: &Node, of_tables: bool) -> Diagnostic {
        if !of_tables {
            let diagnostic = self.wrong_type(node, "a list");
            return self.explained(diagnostic.help(format!("write `{} = [ … ]`", self.key())));
        }
        let header = suggest::header(&self.place.keys);
        let diagnostic = self.wrong_type(node, "a list of tables");
        self.explained(diagnostic.help(format!("there may be several: write `[{header}]` with double brackets")))
    }

    pub fn wrong_count(&self, node: &Node, count: usize, list: &List<'_>) -> Diagnostic {
        let allowed = match (list.min, list.max) {
            (min, max) if min == max => format!("exactly {min} are expected"),
            (min, usize::MAX) => format!("at least {min} {} expected", if min == 1 { "is" } else { "are" }),
            (0, max) => format!("at most {max} are allowed"),
            (min, max) => format!("{min} to {max} are expected"),
        };
        let found = match count {
            0 => "is empty".to_owned(),
            1 => "has 1 entry".to_owned(),
            count => format!("has {count} entries"),
        };
        let message = format!("{} {found}, {allowed}", self.name());
        self.explained(Diagnostic::new("out-of-range", message).at(&node.origin, ""))
    }

    fn in_range(&self, node: &Node, value: f64, bounds: &Bounds) -> Result<(), Diagnostic> {
        if bounds.contain(value) {
            return Ok(());
        }
        let message = format!("{} is {}, allowed is {}", self.name(), tidy(value), allowed(self.key(), bounds));
        let too = if value >= bounds.max { "too large" } else { "too small" };
        let diagnostic = self.explained(Diagnostic::new("out-of-range", message).at(&node.origin, too));
        let share = unit::Unit::split(self.key()).1.is_some_and(|u| u.is_share());
        if share && value > 1.0 && value <= 100.0 && bounds.contain(value / 100.0) {
            let share = tidy(value / 100.0);
            return Err(diagnostic.help(format!("{} percent is written `{} = {share}`", tidy(value), self.key())));
        }
        Err(diagnostic)
    }

    fn not_finite(&self, node: &Node) -> Diagnostic {
        let message = match node.value {
            Value::Float(f) if f.is_nan() => format!("{} is `nan`, a number is expected", self.name()),
            _ => format!("{} is infinite or too large to be held", self.name()),
        };
        self.explained(Diagnostic::new("out-of-range", message).at(&node.origin, "not a finite number"))
    }

    fn not_a_number(&self, node: &Node, expected: &str) -> Diagnostic {
        let key = self.key();
        let diagnostic = self.wrong_type(node, expected);
        let Some(text) = node.as_text() else { return self.explained(diagnostic) };
        if text.trim().parse::<f64>().is_ok_and(f64::is_finite) {
            return diagnostic.help(format!("write it without quotes: `{key} = {}`", text.trim()));
        }
        match suggest::number_with_unit(text, key) {
            Some(number) => diagnostic.help(format!(
                "the unit is part of the key: write `{key} = {}`{}",
                tidy(number),
                unit::in_brackets(key)
            )),
            None => self.explained(diagnostic),
        }
    }

    fn wrong_type(&self, node: &Node, expected: &str) -> Diagnostic {
        let message = format!("{} is {}, {expected} is expected", self.name(), node.describe());
        Diagnostic::new("wrong-type", message).at(&node.origin, format!("expected {expected}"))
    }

    /// With the first sentence of the key's description as help.
    fn explained(&self, diagnostic: Diagnostic) -> Diagnostic {
        match first_sentence(self.description) {
            about if about.is_empty() => diagnostic,
            about => diagnostic.help(format!("`{}`: {about}", self.key())),
        }
    }

    fn key(&self) -> &str {
        self.place.last_key()
    }

    /// What messages call the value.
    fn name(&self) -> String {
        match self.place.element {
            Some(index) => format!("entry {} of `{}`", index + 1, self.key()),
            None => format!("`{}`", self.key()),
        }
    }
}

const DATE_HELP: &str = "write year-month-day, for example `2024-01-01`";

/// The day of `YYYY-MM-DD`, and of nothing longer or shorter.
fn date_of(text: &str) -> Result<Day, String> {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if !form {
        return Err(format!("`{text}` is not of the form `YYYY-MM-DD`"));
    }
    let (year, month, day) = (&text[..4], &text[5..7], &text[8..]);
    let number = |digits: &str| digits.parse::<i8>().unwrap_or_default();
    let first = Day::parse(&format!("{year}-{month}-01")).map_err(|_| format!("there is no month {month}"))?;
    let days = first.plus_months(1).plus_days(-1).day_of_month();
    if !(1..=days).contains(&number(day)) {
        return Err(format!("{year}-{month} has the days 1 to {days}"));
    }
    Day::parse(text)
}

/// The allowed range in words with the unit of the key: `0 to 10000 (MW)`.
pub(super) fn allowed(key: &str, bounds: &Bounds) -> String {
    let unit = unit::in_brackets(key);
    let (min, max) = (tidy(bounds.min), tidy(bounds.max));
    let low = if bounds.above_min { format!("above {min}") } else { format!("at least {min}") };
    let high = if bounds.below_max { format!("below {max}") } else { format!("at most {max}") };
    match (bounds.min.is_finite(), bounds.max.is_finite()) {
        (true, true) if bounds.above_min || bounds.below_max => format!("{low} and {high}{unit}"),
        (true, true) => format!("{min} to {max}{unit}"),
        (true, false) => format!("{low}{unit}"),
        (false, true) => format!("{high}{unit}"),
        (false, false) => format!("any number{unit}"),
    }
}
