//! What a run comes to in a sweep: its figures, and its course month by month.

use super::file::Metric;
use crate::finance::Kind;
use crate::results::{EpochRow, NetworkRow, ReturnsRow, Row, Scope, Tables};
use crate::sim::RunOutput;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Figures that every sweep has, with their meaning.
pub const METRICS: [(&str, &str); 17] = [
    ("npv_usd", "Net present value of the portfolio at the run's start, USD, after tax, apart from loans."),
    ("irr_per_year", "Internal rate of return per year (0.1 = 10 %); empty when there is none."),
    ("payback_years", "Years from the first spending until the money is back; empty when it never is."),
    ("equity_npv_usd", "Net present value to the owner after loans, USD."),
    ("cash_flow_usd", "Cash flow after tax, USD, not discounted."),
    ("peak_mining_mw", "Mining capacity, MW at the meter: sum over the sites of the largest during the run."),
    ("peak_ai_mw", "AI capacity, MW at the meter: sum over the sites of the largest during the run."),
    ("capital_usd", "Capital spent, USD, before resale."),
    ("revenue_usd", "Revenue, USD."),
    ("btc_mined", "Coins mined, BTC."),
    ("gpu_hours", "Accelerator hours rented out."),
    ("electricity_usd_per_btc", "Electricity cost per coin over the run, USD/BTC; empty when nothing was mined."),
    ("cash_usd_per_btc", "Cash cost per coin over the run, USD/BTC."),
    ("all_in_usd_per_btc", "All-in cost per coin over the run, USD/BTC."),
    ("marginal_usd_per_btc", "Marginal cost per coin over the run, USD/BTC."),
    ("mean_btc_price_usd", "Mean price of a coin over the run's days, USD."),
    ("mean_hashprice_usd_per_ph_day", "Mean hashprice over the run's days, USD per PH/s and day."),
];

/// Courses over the months that every run leaves, with their meaning.
pub const COURSES: [(&str, &str); 6] = [
    ("cumulative_cash_flow_usd", "Cash flow of the portfolio after tax from the run's start to the month's end, USD."),
    ("btc_price_usd", "Mean price of a coin in the month, USD."),
    ("hashprice_usd_per_ph_day", "Mean hashprice in the month, USD per PH/s and day."),
    ("hashrate_eh_s", "Mean hashrate of the network in the month, EH/s."),
    ("mining_mw", "Mining capacity online at the month's end, MW at the meter."),
    ("ai_mw", "AI capacity online at the month's end, MW at the meter."),
];

/// What one run came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// The values of [`METRICS`], then of the sweep's own; none where a figure does not exist (nothing mined).
    pub metrics: Vec<Option<f64>>,
    /// Its course.
    pub course: Course,
}

/// A run month by month.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Course {
    /// First month, YYYY-MM.
    pub first_month: String,
    /// Days of the halvings, YYYY-MM-DD.
    pub halvings: Vec<String>,
    /// The values of [`COURSES`], one for each month, to nine digits.
    pub values: Vec<Vec<f64>>,
}

/// The figures of a run; fails when one is no number, which would be a bug of the program.
///
/// # Errors
/// Names the figure.
pub fn figures(output: &RunOutput, own: &[Metric]) -> Result<Figures, String> {
    let mut metrics = standard(output).to_vec();
    metrics.extend(own.iter().map(|metric| metric.of(&output.tables)));
    let names = METRICS.iter().map(|m| m.0).chain(own.iter().map(|m| m.name.as_str()));
    for (name, value) in names.zip(&mut metrics) {
        if value.is_some_and(|x| !x.is_finite()) {
            return Err(format!("a bug in the program: `{name}` is no number"));
        }
        // Adding zero turns the -0 of an empty sum into 0.
        *value = value.map(|x| x + 0.0);
    }
    Ok(Figures { metrics, course: Course::of(&output.tables) })
}

fn standard(output: &RunOutput) -> [Option<f64>; METRICS.len()] {
    let (summary, portfolio) = (&output.summary, &output.summary.portfolio);
    let network = &output.tables.network;
    [
        Some(portfolio.npv_usd),
        portfolio.irr_per_year,
        portfolio.payback_years,
        Some(portfolio.equity_npv_usd),
        Some(portfolio.cash_flow_usd),
        Some(summary.sites.iter().map(|s| s.peak_mining_mw).sum()),
        Some(summary.sites.iter().map(|s| s.peak_ai_mw).sum()),
        Some(portfolio.capital_usd),
        Some(portfolio.revenue_usd),
        Some(portfolio.btc_mined),
        Some(portfolio.gpu_hours),
        per_coin(&summary.epochs, |e| e.electricity_usd_per_btc),
        per_coin(&summary.epochs, |e| e.cash_usd_per_btc),
        per_coin(&summary.epochs, |e| e.all_in_usd_per_btc),
        per_coin(&summary.epochs, |e| e.marginal_usd_per_btc),
        mean(network.iter().map(|d| d.price_usd)),
        mean(network.iter().map(|d| d.hashprice_usd_per_ph_day)),
    ]
}

/// Mean of a cost per coin over the epochs, weighted by the coins mined in each.
fn per_coin(epochs: &[EpochRow], cost: impl Fn(&EpochRow) -> Option<f64>) -> Option<f64> {
    let mining = || epochs.iter().filter(|e| e.kind == Kind::Mining);
    let coins: f64 = mining().map(|e| e.btc_mined).sum();
    let spent: f64 = mining().filter_map(|e| Some(cost(e)? * e.btc_mined)).sum();
    (coins > 0.0).then(|| spent / coins)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0u32, 0.0), |(count, sum), x| (count + 1, sum + x));
    (count > 0).then(|| sum / f64::from(count))
}

impl Metric {
    /// The figure in the tables of a run; none where the farm was not built or the figure does not exist.
    pub fn of(&self, tables: &Tables) -> Option<f64> {
        let value = self.of_scope(&self.scope, tables)?;
        match &self.less {
            Some(other) => Some(value - self.of_scope(other, tables)?),
            None => Some(value),
        }
    }

    fn of_scope(&self, name: &str, tables: &Tables) -> Option<f64> {
        let rows = || tables.returns.iter().filter(|r| r.name == name && r.epoch == self.epoch);
        let row = match self.kind.as_deref().and_then(kind_of) {
            Some(kind) => rows().find(|r| r.kind == kind)?,
            None => rows().find(|r| r.scope == Scope::Farm).or_else(|| rows().find(|r| r.kind == Kind::All))?,
        };
        cell(row, &self.column)
    }

    /// What it is, in words.
    pub fn meaning(&self) -> String {
        let kind = self.kind.as_ref().map(|kind| format!(", {kind}")).unwrap_or_default();
        let epoch = self.epoch.map(|epoch| format!(", halving epoch {epoch}")).unwrap_or_default();
        let less = self.less.as_ref().map(|less| format!(", less that of `{less}`")).unwrap_or_default();
        format!("`{}` of `{}`{kind}{epoch} in returns.csv{less}.", self.column, self.scope)
    }

    /// What is wrong with it, by field.
    pub fn check(&self) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        if METRICS.iter().any(|m| m.0 == self.name) {
            wrong.push(("name", format!("`{}` is there anyway: choose another name", self.name)));
        }
        let numbers: Vec<&str> = ReturnsRow::COLUMNS.iter().map(|c| c.0).filter(|c| is_number(c)).collect();
        if !numbers.contains(&self.column.as_str()) {
            let text = format!("`{}` is no number of returns.csv, which has {}", self.column, numbers.join(", "));
            wrong.push(("column", text));
        }
        if let Some(kind) = self.kind.as_deref().filter(|k| kind_of(k).is_none()) {
            let text = format!("`{kind}` is no kind: write mining, hosting, cloud, grid_sale or all");
            wrong.push(("kind", text));
        }
        wrong
    }
}

fn kind_of(text: &str) -> Option<Kind> {
    serde_json::from_value(text.into()).ok()
}

/// Whether this is the name of a kind of farm.
pub fn is_kind(text: &str) -> bool {
    kind_of(text).is_some()
}

/// Columns of returns.csv that are texts are the first ones and the notes.
fn is_number(column: &str) -> bool {
    !matches!(column, "scope" | "name" | "kind" | "epoch") && !column.ends_with("_note")
}

fn cell(row: &ReturnsRow, column: &str) -> Option<f64> {
    serde_json::to_value(row).ok()?.get(column)?.as_f64()
}

impl Course {
    fn of(tables: &Tables) -> Self {
        let months = months(&tables.network);
        let index: BTreeMap<&str, usize> = months.iter().enumerate().map(|(i, m)| (m.month, i)).collect();
        let of_month = |rows: &mut dyn Iterator<Item = (&str, f64)>| {
            let mut values = vec![0.0; months.len()];
            for (month, value) in rows {
                if let Some(&i) = index.get(month) {
                    values[i] += value;
                }
            }
            values
        };
        let farms = tables.monthly.iter().filter(|row| row.kind != Kind::GridSale);
        let mut cash = of_month(&mut farms.map(|row| (row.month.as_str(), row.net_cash_flow_usd)));
        for i in 1..cash.len() {
            cash[i] += cash[i - 1];
        }
        let placed = |mining: bool| {
            let rows = tables.placed.iter().filter(move |row| (row.kind == Kind::Mining) == mining);
            of_month(&mut rows.map(|row| (row.month.as_str(), row.mw)))
        };
        let mean = |figure: fn(&NetworkRow) -> f64| months.iter().map(|m| m.mean(figure)).collect();
        let values: [Vec<f64>; COURSES.len()] = [
            cash,
            mean(|d| d.price_usd),
            mean(|d| d.hashprice_usd_per_ph_day),
            mean(|d| d.hashrate_eh_s),
            placed(true),
            placed(false),
        ];
        Self {
            first_month: months.first().map(|m| m.month.to_owned()).unwrap_or_default(),
            halvings: tables.events.iter().filter(|e| e.kind == "halving").map(|e| e.date.clone()).collect(),
            values: values.into_iter().map(|v| v.into_iter().map(nine_digits).collect()).collect(),
        }
    }
}

/// A month and its days.
struct Month<'a> {
    month: &'a str,
    days: &'a [NetworkRow],
}

impl Month<'_> {
    fn mean(&self, figure: fn(&NetworkRow) -> f64) -> f64 {
        self.days.iter().map(figure).sum::<f64>() / self.days.len() as f64
    }
}

fn months(days: &[NetworkRow]) -> Vec<Month<'_>> {
    let month = |day: &NetworkRow| day.date.get(..7).unwrap_or_default().to_owned();
    let same = days.chunk_by(move |a, b| month(a) == month(b));
    same.map(|days| Month { month: days[0].date.get(..7).unwrap_or_default(), days }).collect()
}

/// A course is drawn and summed up, not added to: nine digits keep a sweep of ten thousand runs small.
fn nine_digits(x: f64) -> f64 {
    format!("{x:.8e}").parse().unwrap_or(x) + 0.0
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

    fn metric(text: &str) -> Metric {
        toml::from_str(&format!("name = 'own_usd'\ncolumn = 'npv_usd'\n{text}")).unwrap()
    }

    #[test]
    fn an_own_figure_is_that_of_its_scope_kind_and_epoch_or_a_difference() {
        let row = |scope, name: &str, kind, epoch, npv_usd| ReturnsRow {
            scope,
            name: name.into(),
            kind,
            epoch,
            npv_usd,
            ..ReturnsRow::default()
        };
        let tables = Tables {
            returns: vec![
                row(Scope::Portfolio, "portfolio", Kind::Mining, None, 1.0),
                row(Scope::Portfolio, "portfolio", Kind::All, None, 2.0),
                row(Scope::Portfolio, "portfolio", Kind::All, Some(5), 3.0),
                row(Scope::Farm, "a/mining", Kind::Mining, None, 4.0),
                row(Scope::Farm, "a/cloud", Kind::Cloud, None, 9.0),
            ],
            ..Tables::default()
        };
        let of = |text: &str| metric(text).of(&tables);
        assert_eq!(of(""), Some(2.0));
        assert_eq!(of("kind = 'mining'"), Some(1.0));
        assert_eq!(of("epoch = 5"), Some(3.0));
        assert_eq!(of("scope = 'a/mining'"), Some(4.0));
        assert_eq!(of("scope = 'a/cloud'\nless = 'a/mining'"), Some(5.0));
        assert_eq!(of("scope = 'b/mining'"), None);
        assert_eq!(of("scope = 'a/cloud'\nless = 'b/mining'"), None);
        assert_eq!(metric("").check(), []);
    }

    #[test]
    fn a_figure_that_is_no_number_of_the_table_is_refused() {
        let wrong = |text: &str| -> Vec<&str> {
            let metric: Metric = toml::from_str(text).unwrap();
            metric.check().into_iter().map(|w| w.0).collect()
        };
        assert_eq!(wrong("name = 'npv_usd'\ncolumn = 'irr_note'\nkind = 'mine'"), ["name", "column", "kind"]);
    }

    #[test]
    fn a_course_sums_farms_and_means_days_by_month() {
        let day = |date: &str, price_usd| NetworkRow { date: date.into(), price_usd, ..NetworkRow::default() };
        let farm = |month: &str, kind, net_cash_flow_usd| crate::results::MonthlyRow {
            month: month.into(),
            kind,
            net_cash_flow_usd,
            ..crate::results::MonthlyRow::default()
        };
        let tables = Tables {
            network: vec![day("2024-01-31", 10.0), day("2024-02-01", 20.0), day("2024-02-02", 40.0)],
            monthly: vec![
                farm("2024-01", Kind::Mining, -5.0),
                farm("2024-01", Kind::GridSale, 100.0),
                farm("2024-02", Kind::Mining, 1.0),
                farm("2024-02", Kind::Cloud, 2.0),
            ],
            ..Tables::default()
        };
        let course = Course::of(&tables);
        assert_eq!(course.first_month, "2024-01");
        assert_eq!(course.values[..2], [vec![-5.0, -2.0], vec![10.0, 30.0]]);
    }
}
