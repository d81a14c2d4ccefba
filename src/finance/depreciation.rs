//! Tax depreciation by calendar year.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the cost of an asset is spread over the years for tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Depreciation {
    /// Equal parts, half a part in the first and in the last year (half-year convention).
    /// Source: IRS Publication 946 (2024), table A-8.
    StraightLine {
        /// Years over which the asset is written off.
        #[schemars(range(min = 1, max = 50))]
        years: u8,
    },
    /// United States' declining balance tables with the half-year convention.
    /// Source: IRS Publication 946 (2024), table A-1.
    Macrs {
        /// Property class in years: 3, 5, 7, 10, 15 or 20.
        years: MacrsYears,
    },
    /// Not deducted at all: land.
    None {},
}

/// A property class of IRS Publication 946, table A-1: 3, 5, 7, 10, 15 or 20 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(with = "u8", extend("enum" = [3, 5, 7, 10, 15, 20]))]
pub struct MacrsYears(u8);

impl TryFrom<u8> for MacrsYears {
    type Error = String;

    fn try_from(years: u8) -> Result<Self, String> {
        match years {
            3 | 5 | 7 | 10 | 15 | 20 => Ok(Self(years)),
            _ => Err(format!("there is no MACRS class of {years} years: use 3, 5, 7, 10, 15 or 20")),
        }
    }
}

impl From<MacrsYears> for u8 {
    fn from(years: MacrsYears) -> u8 {
        years.0
    }
}

impl MacrsYears {
    /// Three years.
    pub const THREE: Self = Self(3);
    /// Five years: computers and peripheral equipment.
    pub const FIVE: Self = Self(5);
    /// Seven years.
    pub const SEVEN: Self = Self(7);
    /// Ten years.
    pub const TEN: Self = Self(10);
    /// Fifteen years: land improvements.
    pub const FIFTEEN: Self = Self(15);
    /// Twenty years.
    pub const TWENTY: Self = Self(20);

    /// Percent of the basis deducted in each year. Source: IRS Publication 946 (2024), table A-1.
    fn percent(self) -> &'static [f64] {
        match self.0 {
            3 => &[33.33, 44.45, 14.81, 7.41],
            5 => &[20.0, 32.0, 19.2, 11.52, 11.52, 5.76],
            7 => &[14.29, 24.49, 17.49, 12.49, 8.93, 8.92, 8.93, 4.46],
            10 => &[10.0, 18.0, 14.4, 11.52, 9.22, 7.37, 6.55, 6.55, 6.56, 6.55, 3.28],
            15 => &[5.0, 9.5, 8.55, 7.7, 6.93, 6.23, 5.9, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 2.95],
            _ => &[
                3.75, 7.219, 6.677, 6.177, 5.713, 5.285, 4.888, 4.522, 4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 4.462,
                4.461, 4.462, 4.461, 4.462, 4.461, 2.231,
            ],
        }
    }
}

/// Fifteen years in equal parts as the table rounds them. Source: IRS Publication 946 (2024), table A-8; SAM.
const STRAIGHT_LINE_15_PERCENT: [f64; 16] =
    [3.33, 6.67, 6.67, 6.67, 6.67, 6.67, 6.67, 6.66, 6.67, 6.66, 6.67, 6.66, 6.67, 6.66, 6.67, 3.33];

impl Depreciation {
    /// Share of the basis deducted in the year an asset is bought and each year after it; they add up to 1, or are none.
    pub fn shares(self) -> impl Iterator<Item = f64> {
        let years = match self {
            Self::Macrs { years } => years.percent().len(),
            Self::StraightLine { years } => usize::from(years.max(1)) + 1,
            Self::None {} => 0,
        };
        (0..years).map(move |year| match self {
            Self::Macrs { years } => years.percent()[year] / 100.0,
            Self::StraightLine { years: 15 } => STRAIGHT_LINE_15_PERCENT[year] / 100.0,
            Self::StraightLine { years } => {
                let part = 1.0 / f64::from(years.max(1));
                if year == 0 || year == usize::from(years.max(1)) { part / 2.0 } else { part }
            }
            Self::None {} => 0.0,
        })
    }

    /// Depreciation of each year by the schedule alone, USD: what is left at the end of the last year stays.
    pub fn scheduled(self, basis_usd: &[f64]) -> Vec<f64> {
        let mut deducted = vec![0.0; basis_usd.len()];
        for (bought, basis) in basis_usd.iter().enumerate() {
            for (year, share) in deducted[bought..].iter_mut().zip(self.shares()) {
                *year += basis * share;
            }
        }
        deducted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Depreciation> {
        let macrs = [3, 5, 7, 10, 15, 20].map(|y| Depreciation::Macrs { years: MacrsYears::try_from(y).unwrap() });
        let straight = [1, 5, 15, 20, 39].map(|years| Depreciation::StraightLine { years });
        macrs.into_iter().chain(straight).collect()
    }

    #[test]
    fn every_schedule_adds_up_to_the_basis() {
        for depreciation in all() {
            let sum: f64 = depreciation.shares().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{depreciation:?}: {sum}");
        }
    }

    #[test]
    fn five_year_macrs_is_the_table_of_publication_946() {
        let five = Depreciation::Macrs { years: MacrsYears::FIVE };
        let by_year = five.scheduled(&[0.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        for (got, want) in by_year.iter().zip([0.0, 20.0, 32.0, 19.2, 11.52, 11.52, 5.76, 0.0, 0.0]) {
            assert!((got - want).abs() < 1e-10, "{by_year:?}");
        }
    }

    /// Declining balance with half a year at each end, turning to equal parts where these are more: what table A-1 rounds.
    fn declining_balance(years: u8, factor: f64) -> Vec<f64> {
        let life = f64::from(years);
        let mut left = 1.0;
        let share = |year: u8| {
            let (part, remaining) = if year == 0 { (0.5, life) } else { (1.0, life + 0.5 - f64::from(year)) };
            let taken = (left * (factor / life).max(1.0 / remaining.max(1.0)) * part).min(left);
            left -= taken;
            taken
        };
        (0..=years).map(share).collect()
    }

    #[test]
    fn every_class_is_declining_balance_to_the_rounding_of_its_table() {
        for (years, factor) in [(3, 2.0), (5, 2.0), (7, 2.0), (10, 2.0), (15, 1.5), (20, 1.5)] {
            let table = Depreciation::Macrs { years: MacrsYears::try_from(years).unwrap() }.shares();
            let derived = declining_balance(years, factor);
            assert_eq!(table.size_hint().0, derived.len());
            for (year, (got, want)) in table.zip(derived).enumerate() {
                assert!((got - want).abs() < 1.01e-4, "{years} years, year {year}: {got} for {want}");
            }
        }
    }

    #[test]
    fn straight_line_takes_half_a_part_first_and_last() {
        let five = Depreciation::StraightLine { years: 5 };
        assert_eq!(five.shares().collect::<Vec<_>>(), [0.1, 0.2, 0.2, 0.2, 0.2, 0.1]);
    }

    #[test]
    fn a_class_that_does_not_exist_is_refused_by_name() {
        let error = toml::from_str::<Depreciation>("kind = 'macrs'\nyears = 6").unwrap_err();
        assert!(error.to_string().contains("use 3, 5, 7, 10, 15 or 20"), "{error}");
        let five: Depreciation = toml::from_str("kind = 'macrs'\nyears = 5").unwrap();
        assert_eq!(five, Depreciation::Macrs { years: MacrsYears::FIVE });
    }
}
