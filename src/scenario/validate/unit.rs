//! The units that end a key: `import_limit_kw` is `import_limit` in kW.

use crate::calendar::{DAYS_PER_YEAR, HOURS_PER_YEAR};

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dimension {
    Power,
    Energy,
    Money,
    Time,
    /// Hashes, and hashes per second: the files always mean a machine's rate (`usd_per_th`).
    Hash,
    Coin,
    Length,
    Angle,
    Share,
    Gpu,
}

/// One word of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Atom {
    symbol: &'static str,
    dimension: Dimension,
    /// How many of the dimension's base unit it is.
    factor: f64,
}

/// A unit as it stands at the end of a key: `usd_per_kw_month`.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    over: Vec<Atom>,
    under: Vec<Atom>,
}

impl Unit {
    /// Splits a key into what it is about and its unit.
    pub fn split(key: &str) -> (&str, Option<Self>) {
        let starts = key.match_indices('_').map(|(i, _)| i);
        starts
            .filter(|&i| i > 0)
            .find_map(|i| Some((&key[..i], Some(Self::parse(&key[i + 1..])?))))
            .unwrap_or((key, None))
    }

    /// Parses `usd_per_mwh`, `mw`, `per_year`; `None` where any word is no unit.
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split('_').collect();
        let mut unit = Self { over: Vec::new(), under: Vec::new() };
        let (mut below, mut i) = (false, 0);
        while i < words.len() {
            if words[i] == "per" {
                below = true;
                i += 1;
                continue;
            }
            let (atom, used) = rate(&words[i..]).or_else(|| Some((atom(words[i])?, 1)))?;
            let side = if below && atom.dimension != Dimension::Share { &mut unit.under } else { &mut unit.over };
            side.push(atom);
            i += used;
        }
        (!unit.over.is_empty() || !unit.under.is_empty()).then_some(unit)
    }

    /// How many of `other` one of this is; `None` where they measure different things.
    pub fn in_units_of(&self, other: &Self) -> Option<f64> {
        let dimensions = |atoms: &[Atom]| {
            let mut list: Vec<Dimension> = atoms.iter().map(|a| a.dimension).collect();
            list.sort_unstable();
            list
        };
        let alike =
            dimensions(&self.over) == dimensions(&other.over) && dimensions(&self.under) == dimensions(&other.under);
        alike.then(|| self.factor() / other.factor())
    }

    /// As one writes it: `USD/MWh`.
    pub fn symbol(&self) -> String {
        let join = |atoms: &[Atom]| atoms.iter().map(|a| a.symbol).collect::<Vec<_>>().join("·");
        match (self.over.as_slice(), self.under.as_slice()) {
            (over, []) => join(over),
            ([], under) => format!("per {}", join(under)),
            (over, [one]) => format!("{}/{}", join(over), one.symbol),
            (over, under) => format!("{}/({})", join(over), join(under)),
        }
    }

    /// With the word before it that a sentence needs: `in MW`, `per year`, `a fraction of 1`.
    pub fn in_words(&self) -> String {
        let symbol = self.symbol();
        if self.is_share() || self.over.is_empty() { symbol } else { format!("in {symbol}") }
    }

    /// A fraction of one.
    pub fn is_share(&self) -> bool {
        matches!(self.over.as_slice(), [atom] if atom.dimension == Dimension::Share && atom.factor == 1.0)
    }

    fn factor(&self) -> f64 {
        let product = |atoms: &[Atom]| atoms.iter().map(|a| a.factor).product::<f64>();
        product(&self.over) / product(&self.under)
    }
}

/// The unit of a key as one writes it, in brackets with a space before; nothing for a key without.
pub fn in_brackets(key: &str) -> String {
    match Unit::split(key).1 {
        Some(unit) => format!(" ({})", unit.symbol()),
        None => String::new(),
    }
}

/// A number without the noise of binary fractions: ten significant digits, with an exponent where that is shorter.
pub fn tidy(value: f64) -> String {
    let rounded: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    let (plain, exponent) = (format!("{rounded}"), format!("{rounded:e}"));
    if exponent.len() + 3 < plain.len() { exponent } else { plain }
}

/// A hashrate, which is two words: `eh_s`.
fn rate(words: &[&str]) -> Option<(Atom, usize)> {
    let [amount, "s", ..] = words else { return None };
    let symbol = match *amount {
        "gh" => "GH/s",
        "th" => "TH/s",
        "ph" => "PH/s",
        "eh" => "EH/s",
        "zh" => "ZH/s",
        _ => return None,
    };
    let atom = atom(amount)?;
    Some((Atom { symbol, ..atom }, 2))
}

fn atom(word: &str) -> Option<Atom> {
    use Dimension::{Angle, Coin, Energy, Gpu, Hash, Length, Money, Power, Share, Time};
    let (symbol, dimension, factor) = match word {
        "w" => ("W", Power, 1e-6),
        "kw" => ("kW", Power, 1e-3),
        "mw" => ("MW", Power, 1.0),
        "gw" => ("GW", Power, 1e3),
        "tw" => ("TW", Power, 1e6),
        "j" => ("J", Energy, 1.0 / 3.6e9),
        "wh" => ("Wh", Energy, 1e-6),
        "kwh" => ("kWh", Energy, 1e-3),
        "mwh" => ("MWh", Energy, 1.0),
        "gwh" => ("GWh", Energy, 1e3),
        "twh" => ("TWh", Energy, 1e6),
        "cent" | "cents" | "ct" => ("US cents", Money, 0.01),
        "usd" | "dollar" | "dollars" => ("USD", Money, 1.0),
        "kusd" => ("thousand USD", Money, 1e3),
        "musd" => ("million USD", Money, 1e6),
        "busd" => ("billion USD", Money, 1e9),
        "second" | "seconds" => ("seconds", Time, 1.0 / 3600.0),
        "minute" | "minutes" => ("minutes", Time, 1.0 / 60.0),
        "h" | "hour" => ("hour", Time, 1.0),
        "hours" => ("hours", Time, 1.0),
        "d" | "day" => ("day", Time, 24.0),
        "days" => ("days", Time, 24.0),
        "week" | "weeks" => ("weeks", Time, 168.0),
        "month" => ("month", Time, HOURS_PER_YEAR / 12.0),
        "months" => ("months", Time, HOURS_PER_YEAR / 12.0),
        "year" => ("year", Time, DAYS_PER_YEAR * 24.0),
        "years" => ("years", Time, DAYS_PER_YEAR * 24.0),
        "gh" => ("GH", Hash, 1e-9),
        "th" => ("TH", Hash, 1e-6),
        "ph" => ("PH", Hash, 1e-3),
        "eh" => ("EH", Hash, 1.0),
        "zh" => ("ZH", Hash, 1e3),
        "sat" | "sats" => ("satoshi", Coin, 1e-8),
        "btc" => ("BTC", Coin, 1.0),
        "m" => ("m", Length, 1e-3),
        "km" => ("km", Length, 1.0),
        "mi" | "miles" => ("miles", Length, 1.609_344),
        "deg" | "degrees" => ("degrees", Angle, 1.0),
        "rad" | "radians" => ("radians", Angle, 180.0 / core::f64::consts::PI),
        "share" | "fraction" | "ratio" => ("a fraction of 1", Share, 1.0),
        "percent" | "pct" | "percentage" => ("percent", Share, 0.01),
        "gpu" => ("GPU", Gpu, 1.0),
        _ => return None,
    };
    Some(Atom { symbol, dimension, factor })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(from: &str, to: &str) -> Option<f64> {
        Unit::parse(from).unwrap().in_units_of(&Unit::parse(to).unwrap())
    }

    #[test]
    fn a_key_splits_into_subject_and_unit() {
        for (key, stem, symbol) in [
            ("import_limit_mw", "import_limit", "MW"),
            ("demand_charge_usd_per_kw_month", "demand_charge", "USD/(kW·month)"),
            ("start_hashrate_eh_s", "start_hashrate", "EH/s"),
            ("outages_per_year", "outages", "per year"),
            ("hashprice_usd_per_ph_day", "hashprice", "USD/(PH·day)"),
        ] {
            let (subject, unit) = Unit::split(key);
            assert_eq!((subject, unit.unwrap().symbol().as_str()), (stem, symbol), "{key}");
        }
        assert_eq!(Unit::split("time_column"), ("time_column", None));
        assert_eq!(Unit::split("_mw").1, None);
    }

    #[test]
    fn conversions_are_those_of_the_textbook() {
        for (from, to, expected) in [
            ("kw", "mw", 0.001),
            ("usd_per_kwh", "usd_per_mwh", 1000.0),
            ("cents_per_kwh", "usd_per_mwh", 10.0),
            ("th_s", "eh_s", 1e-6),
            ("percent", "share", 0.01),
            ("days", "hours", 24.0),
            ("years", "months", 12.0),
            ("per_month", "per_year", 12.0),
            ("usd_per_kw_month", "usd_per_mw_year", 12_000.0),
            ("j_per_gh", "j_per_th", 1000.0),
        ] {
            let found = factor(from, to).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-4, "{from} to {to}: {found}");
        }
    }

    #[test]
    fn what_measures_something_else_does_not_convert() {
        assert_eq!(factor("mwh", "mw"), None);
        assert_eq!(factor("usd_per_mwh", "usd_per_mw"), None);
    }

    #[test]
    fn numbers_are_printed_without_binary_noise() {
        assert_eq!(tidy(0.1 + 0.2), "0.3");
        assert_eq!(tidy(5000.0 * 0.001), "5");
        assert_eq!(tidy(1e21), "1e21");
    }
}
