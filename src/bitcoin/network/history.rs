//! What is known of the network's past: its hashrate, the best machine on sale, the mean machine running.

use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::math;
use std::sync::LazyLock;

/// A dated figure, its date read once.
struct Table(Vec<(Day, f64)>);

impl Table {
    fn new(rows: &[(&str, f64)]) -> Self {
        Self(
            rows.iter().map(|&(date, value)| (Day::parse(date).expect("the table's dates are valid"), value)).collect(),
        )
    }

    /// Value on a day, log-linear between rows; outside, the end value grows (or falls) at the given log rates per year.
    fn at(&self, day: Day, rate_before: f64, rate_after: f64) -> f64 {
        let rows = &self.0;
        let (first, last) = (rows[0], rows[rows.len() - 1]);
        if day <= first.0 {
            return first.1 * math::exp(rate_before * day.years_since(first.0));
        }
        if day >= last.0 {
            return last.1 * math::exp(rate_after * day.years_since(last.0));
        }
        let after = rows.partition_point(|row| row.0 <= day);
        let ((d0, v0), (d1, v1)) = (rows[after - 1], rows[after]);
        v0 * math::powf(v1 / v0, f64::from(day.0 - d0.0) / f64::from(d1.0 - d0.0))
    }
}

/// Hashrate implied by the difficulty in force, EH/s (difficulty·2³²/600; chain facts).
static HASHRATE: LazyLock<Table> = LazyLock::new(|| {
    Table::new(&[
        ("2012-01-01", 8.303e-6),
        ("2012-07-01", 1.236e-5),
        ("2013-01-01", 2.133e-5),
        ("2013-07-01", 1.527e-4),
        ("2014-01-01", 8.453e-3),
        ("2014-07-01", 0.1204),
        ("2015-01-01", 0.2909),
        ("2015-07-01", 0.3536),
        ("2016-01-01", 0.7436),
        ("2016-07-01", 1.499),
        ("2017-01-01", 2.274),
        ("2017-07-01", 5.095),
        ("2018-01-01", 13.41),
        ("2018-07-01", 36.35),
        ("2019-01-01", 40.22),
        ("2019-07-01", 56.80),
        ("2020-01-01", 92.69),
        ("2020-07-01", 113.0),
        ("2021-01-01", 133.1),
        ("2021-07-01", 142.7),
        ("2022-01-01", 173.7),
        ("2022-07-01", 211.7),
        ("2023-01-01", 253.1),
        ("2023-07-01", 362.5),
        ("2024-01-01", 515.4),
        ("2024-07-01", 599.0),
        ("2025-01-01", 785.9),
        ("2025-12-01", 1020.0),
        ("2026-09-19", 930.6),
    ])
});

/// Best machine on sale, J/TH (GPU, FPGA, then S1, S3, S5, S7, S9, S15, S17 Pro, S19 Pro, S19 XP, S21, S21 Pro, S21 XP, S23 Hyd).
static BEST: LazyLock<Table> = LazyLock::new(|| {
    Table::new(&[
        ("2010-07-01", 2.342e6),
        ("2011-06-01", 9.615e4),
        ("2013-09-01", 2000.0),
        ("2014-07-01", 770.0),
        ("2014-12-01", 510.0),
        ("2015-09-01", 250.0),
        ("2016-06-01", 98.0),
        ("2018-11-01", 57.0),
        ("2019-04-01", 39.5),
        ("2020-05-01", 29.5),
        ("2022-07-01", 21.5),
        ("2024-01-01", 17.5),
        ("2024-07-01", 15.0),
        ("2024-10-01", 13.5),
        ("2026-01-01", 9.5),
    ])
});

/// Mean machine running as a multiple of the best on sale. 2021 and 2022: CBECI's 70.0 and 49.7 J/TH, less its overhead of
/// 1.1; January 2024: CoinShares' 34; June 2024: CCAF's 28.2. Before and after, the nearest multiple.
static FLEET_TO_BEST: LazyLock<Table> = LazyLock::new(|| {
    let known = [("2021-07-01", 70.0 / 1.1), ("2022-07-01", 49.7 / 1.1), ("2024-01-01", 34.0), ("2024-06-15", 28.2)];
    Table::new(&known.map(|(date, mean)| {
        let day = Day::parse(date).expect("the table's dates are valid");
        (date, mean / best_efficiency_j_per_th(day, 0.0))
    }))
});

/// Efficiency of the best machine on sale on a day, J/TH; after the table's end (2026) it falls by
/// `gain_per_year` (a share) each year.
pub fn best_efficiency_j_per_th(day: Day, gain_per_year: f64) -> f64 {
    BEST.at(day, 0.0, math::log1p(-gain_per_year))
}

/// Mean efficiency of the machines running on a day, J/TH, overhead not counted.
pub fn fleet_efficiency_j_per_th(day: Day, gain_per_year: f64) -> f64 {
    best_efficiency_j_per_th(day, gain_per_year) * FLEET_TO_BEST.at(day, 0.0, 0.0)
}

/// Hashrate of the network on a day in history, EH/s; after the table's end (September 2026) it grows by `growth_per_year` (a
/// share).
pub fn history_hashrate_eh_s(day: Day, growth_per_year: f64) -> f64 {
    HASHRATE.at(day, 1.0, math::log1p(growth_per_year))
}

/// Growth of the hashrate over the year before a day, log per year.
pub(super) fn growth_before(day: Day, growth_after_table: f64) -> f64 {
    let year = DAYS_PER_YEAR as i32;
    let (now, then) = (
        history_hashrate_eh_s(day, growth_after_table),
        history_hashrate_eh_s(day.plus_days(-year), growth_after_table),
    );
    math::ln(now / then)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn the_tables_give_the_known_figures_on_their_dates() {
        assert!((fleet_efficiency_j_per_th(day("2024-01-01"), 0.175) - 34.0).abs() < 1e-9);
        assert!((fleet_efficiency_j_per_th(day("2024-06-15"), 0.175) - 28.2).abs() < 1e-9);
        assert!((best_efficiency_j_per_th(day("2016-06-01"), 0.175) - 98.0).abs() < 1e-9);
        assert!((history_hashrate_eh_s(day("2024-01-01"), 0.1) - 515.4).abs() < 1e-9);
    }

    #[test]
    fn between_rows_the_logarithm_is_straight_and_after_the_last_it_goes_on() {
        let half = best_efficiency_j_per_th(day("2023-04-02"), 0.175); // middle of 2022-07-01 and 2024-01-01
        assert!((half - (21.5_f64 * 17.5).sqrt()).abs() < 0.02, "{half}");
        let later = best_efficiency_j_per_th(day("2028-01-01"), 0.175);
        assert!((later - 9.5 * 0.825 * 0.825).abs() < 0.01, "{later}");
        assert!((0.5..0.75).contains(&growth_before(day("2024-01-01"), 0.1)));
    }

    #[test]
    fn the_fleet_of_mid_2020_mixes_s9_and_s17() {
        assert!((60.0..85.0).contains(&fleet_efficiency_j_per_th(day("2020-05-01"), 0.175)));
        assert!((180.0..300.0).contains(&fleet_efficiency_j_per_th(day("2016-07-01"), 0.175)));
    }
}
