//! `runs.csv`: one row per run.

use super::design::Point;
use toml::Value;

/// What one run came to. `None` where a figure does not exist (no rate of return, nothing mined).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metrics {
    /// Net present value of the portfolio, USD.
    pub npv_usd: Option<f64>,
    /// Internal rate of return per year (0.1 = 10 %).
    pub irr_per_year: Option<f64>,
    /// Years until the money is back.
    pub payback_years: Option<f64>,
    /// Mining capacity at the end, MW at the meter.
    pub mining_mw: Option<f64>,
    /// AI capacity at the end, MW at the meter.
    pub ai_mw: Option<f64>,
    /// Capital spent, USD.
    pub capital_usd: Option<f64>,
    /// Coins mined, BTC.
    pub btc_mined: Option<f64>,
    /// Electricity cost per coin over the run, USD/BTC.
    pub electricity_usd_per_btc: Option<f64>,
    /// Cash cost per coin over the run, USD/BTC.
    pub cash_usd_per_btc: Option<f64>,
    /// All-in cost per coin over the run, USD/BTC.
    pub all_in_usd_per_btc: Option<f64>,
    /// Marginal cost per coin over the run, USD/BTC.
    pub marginal_usd_per_btc: Option<f64>,
}

impl Metrics {
    /// Names of the columns, in the file's order.
    pub const NAMES: [&'static str; 11] = [
        "npv_usd",
        "irr_per_year",
        "payback_years",
        "mining_mw",
        "ai_mw",
        "capital_usd",
        "btc_mined",
        "electricity_usd_per_btc",
        "cash_usd_per_btc",
        "all_in_usd_per_btc",
        "marginal_usd_per_btc",
    ];

    /// The values of [`Self::NAMES`].
    pub fn values(&self) -> [Option<f64>; Self::NAMES.len()] {
        [
            self.npv_usd,
            self.irr_per_year,
            self.payback_years,
            self.mining_mw,
            self.ai_mw,
            self.capital_usd,
            self.btc_mined,
            self.electricity_usd_per_btc,
            self.cash_usd_per_btc,
            self.all_in_usd_per_btc,
            self.marginal_usd_per_btc,
        ]
    }
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

/// Columns beside the varied keys: a key of such a name cannot be varied.
pub fn reserved(key: &str) -> bool {
    ["run", "replicate", "seed", "status", "error"].contains(&key) || Metrics::NAMES.contains(&key)
}

/// The text of `runs.csv`.
///
/// # Errors
/// Only when memory cannot be written to.
pub fn to_csv(keys: &[String], rows: &[RunRow]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["run", "replicate", "seed"]
        .into_iter()
        .chain(keys.iter().map(String::as_str));
    writer.write_record(header.chain(Metrics::NAMES).chain(["status", "error"]))?;
    for row in rows {
        let identity = [row.run.to_string(), row.replicate.to_string(), row.seed.to_string()];
        let (metrics, status, error) = match &row.outcome {
            Ok(metrics) => (metrics.values(), "ok", ""),
            Err(error) => (Metrics::default().values(), "failed", error.as_str()),
        };
        let metrics = metrics.map(|m| m.map(|x| x.to_string()).unwrap_or_default());
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
    fn a_failed_run_has_a_row_that_says_why() {
        let row = |run, outcome| RunRow {
            run,
            replicate: 1,
            seed: 7,
            point: vec![Value::Float(0.5), "a".into()],
            outcome,
        };
        let ok = Metrics {
            npv_usd: Some(-1.25),
            btc_mined: Some(3.0),
            ..Metrics::default()
        };
        let rows = [row(1, Ok(ok)), row(2, Err("the grid, \"down\"".into()))];
        let text = String::from_utf8(to_csv(&["x.y".into(), "z".into()], &rows).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("run,replicate,seed,x.y,z,npv_usd,"));
        assert_eq!(lines[1], "1,1,7,0.5,a,-1.25,,,,,,3,,,,,ok,");
        assert_eq!(lines[2], "2,1,7,0.5,a,,,,,,,,,,,,failed,\"the grid, \"\"down\"\"\"");
    }
}
