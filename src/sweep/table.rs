//! `runs.csv`: one row per run.

use super::design::Point;
use crate::results::{EpochRow, Kind, Summary};
use toml::Value;

/// What one run came to: the values of [`METRICS`]. `None` where a figure does not exist (nothing mined).
pub type Metrics = [Option<f64>; METRICS.len()];

/// Columns of what a run came to, with their meaning.
pub const METRICS: [(&str, &str); 12] = [
    ("npv_usd", "Net present value of the portfolio at the run's start, USD, after tax."),
    ("irr_per_year", "Internal rate of return per year (0.1 = 10 %); empty when there is none."),
    ("payback_years", "Years from the first spending until the money is back; empty when it never is."),
    ("peak_mining_mw", "Mining capacity, MW at the meter: sum over the sites of the largest during the run."),
    ("peak_ai_mw", "AI capacity, MW at the meter: sum over the sites of the largest during the run."),
    ("capital_usd", "Capital spent, USD, before resale."),
    ("revenue_usd", "Revenue, USD."),
    ("btc_mined", "Coins mined, BTC."),
    ("electricity_usd_per_btc", "Electricity cost per coin over the run, USD/BTC; empty when nothing was mined."),
    ("cash_usd_per_btc", "Cash cost per coin over the run, USD/BTC."),
    ("all_in_usd_per_btc", "All-in cost per coin over the run, USD/BTC."),
    ("marginal_usd_per_btc", "Marginal cost per coin over the run, USD/BTC."),
];

/// The metrics of a run.
pub fn metrics(summary: &Summary) -> Metrics {
    let portfolio = &summary.portfolio;
    [
        Some(portfolio.npv_usd),
        portfolio.irr_per_year,
        portfolio.payback_years,
        Some(summary.sites.iter().map(|s| s.peak_mining_mw).sum()),
        Some(summary.sites.iter().map(|s| s.peak_ai_mw).sum()),
        Some(portfolio.capital_usd),
        Some(portfolio.revenue_usd),
        Some(portfolio.btc_mined),
        per_coin(&summary.epochs, |e| e.electricity_usd_per_btc),
        per_coin(&summary.epochs, |e| e.cash_usd_per_btc),
        per_coin(&summary.epochs, |e| e.all_in_usd_per_btc),
        per_coin(&summary.epochs, |e| e.marginal_usd_per_btc),
    ]
}

/// Mean of a cost per coin over the epochs, weighted by the coins mined in each.
fn per_coin(epochs: &[EpochRow], cost: impl Fn(&EpochRow) -> Option<f64>) -> Option<f64> {
    let mining = || epochs.iter().filter(|e| e.kind == Kind::Mining);
    let coins: f64 = mining().map(|e| e.btc_mined).sum();
    let spent: f64 = mining().filter_map(|e| Some(cost(e)? * e.btc_mined)).sum();
    (coins > 0.0).then(|| spent / coins)
}

/// One run of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Number of the run, from 1.
    pub run: u64,
    /// Number of the replicate of its point, from 1.
    pub replicate: u32,
    /// The seed it ran with.
    pub seed: u64,
    /// The values of the varied keys.
    pub point: Point,
    /// What came out, or why nothing did.
    pub outcome: Result<Metrics, String>,
}

/// Columns before the varied keys.
const BEFORE: [(&str, &str); 3] = [
    ("run", "Number of the run, from 1."),
    ("replicate", "Number of the replicate of its point, from 1."),
    ("seed", "Seed of the run: the same for the same replicate at every point."),
];

/// Columns after the metrics.
const AFTER: [(&str, &str); 2] = [("status", "ok or failed."), ("error", "Why it failed; empty when it did not.")];

/// A key of this name cannot be varied because `runs.csv` has a column of that name.
pub fn reserved(key: &str) -> bool {
    BEFORE.iter().chain(&METRICS).chain(&AFTER).any(|column| column.0 == key)
}

/// What the columns mean, as Markdown.
pub fn describe(keys: &[String]) -> String {
    let varied = keys.iter().map(|key| (key.as_str(), "Varied key of the scenario."));
    let columns = BEFORE.into_iter().chain(varied).chain(METRICS).chain(AFTER);
    let lines: Vec<String> = columns.map(|(name, meaning)| format!("| `{name}` | {meaning} |\n")).collect();
    format!("# runs.csv\n\nOne run of the sweep.\n\n| column | meaning |\n|---|---|\n{}", lines.concat())
}

/// The text of `runs.csv`.
///
/// # Errors
/// Only when memory cannot be written to.
pub fn to_csv(keys: &[String], rows: &[RunRow]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let varied = keys.iter().map(String::as_str);
    let name = |column: &(&'static str, &'static str)| column.0;
    writer.write_record(BEFORE.iter().map(name).chain(varied).chain(METRICS.iter().chain(&AFTER).map(name)))?;
    for row in rows {
        let identity = [row.run.to_string(), row.replicate.to_string(), row.seed.to_string()];
        let (metrics, status, error) = match &row.outcome {
            Ok(metrics) => (*metrics, "ok", ""),
            Err(error) => ([None; METRICS.len()], "failed", error.as_str()),
        };
        // Adding zero turns the -0 of an empty sum into 0.
        let metrics = metrics.map(|m| m.map(|x| (x + 0.0).to_string()).unwrap_or_default());
        let record = identity.into_iter().chain(row.point.iter().map(plain)).chain(metrics);
        writer.write_record(record.chain([status.to_owned(), error.to_owned()]))?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

/// A value as it stands in a table: texts without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_per_coin_is_weighted_by_the_coins_of_each_epoch() {
        let epoch = |kind, btc_mined, cost| EpochRow { kind, btc_mined, cash_usd_per_btc: cost, ..EpochRow::default() };
        let epochs = [
            epoch(Kind::Mining, 3.0, Some(10.0)),
            epoch(Kind::Mining, 1.0, Some(50.0)),
            epoch(Kind::All, 4.0, Some(1e9)),
        ];
        assert_eq!(per_coin(&epochs, |e| e.cash_usd_per_btc), Some(20.0));
        assert_eq!(per_coin(&epochs[2..], |e| e.cash_usd_per_btc), None);
    }

    #[test]
    fn a_failed_run_has_a_row_that_says_why() {
        let row =
            |run, outcome| RunRow { run, replicate: 1, seed: 7, point: vec![Value::Float(0.5), "a".into()], outcome };
        let mut ok = [None; METRICS.len()];
        (ok[0], ok[7]) = (Some(-1.25), Some(3.0));
        let rows = [row(1, Ok(ok)), row(2, Err("the grid, \"down\"".into()))];
        let text = String::from_utf8(to_csv(&["x.y".into(), "z".into()], &rows).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("run,replicate,seed,x.y,z,npv_usd,"));
        assert_eq!(lines[1], "1,1,7,0.5,a,-1.25,,,,,,,3,,,,,ok,");
        assert_eq!(lines[2], "2,1,7,0.5,a,,,,,,,,,,,,,failed,\"the grid, \"\"down\"\"\"");
    }
}
