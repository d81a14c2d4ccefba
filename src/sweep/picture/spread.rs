//! How figures and courses spread over the runs.

use super::{Figure, Picture, What, base_name, subtitle};
use crate::calendar::Day;
use crate::chart::{Distribution, Fan, FanPanel, Group, Mark, Moment, Quantiles};
use crate::results::{FanRow, StatisticsRow};
use crate::sweep::analysis::{self, Population, Runs, risks};
use crate::sweep::plan::Plan;
use crate::sweep::results::Tables;
use std::collections::BTreeSet;

/// Courses that are drawn: name, what it is with its unit, factor to that unit, whether ratios matter.
const PANELS: [(&str, &str, f64, bool); 6] = [
    ("cumulative_cash_flow_usd", "Cash flow after tax so far, million USD", 1e-6, false),
    ("btc_price_usd", "Price of a coin, thousand USD", 1e-3, true),
    ("hashprice_usd_per_ph_day", "Hashprice, USD per PH/s and day", 1.0, true),
    ("hashrate_eh_s", "Hashrate of the network, EH/s", 1.0, true),
    ("mining_mw", "Mining capacity, MW", 1.0, false),
    ("ai_mw", "AI capacity, MW", 1.0, false),
];

/// A fan of all courses for each population whose spread is a risk.
pub fn fans(plan: &Plan, tables: &Tables) -> Vec<Picture> {
    let single = tables.fans.len() == 1;
    let picture = |fan: &analysis::Fan| {
        let name = &fan.population.name;
        let stem = if single { "fan".to_owned() } else { format!("fan-{name}") };
        Picture::new(stem, What::Fan(drawn(plan, fan)))
    };
    tables.fans.iter().filter(|fan| !fan.rows.is_empty()).map(picture).collect()
}

fn drawn(plan: &Plan, fan: &analysis::Fan) -> Fan {
    let months: BTreeSet<&str> = fan.rows.iter().map(|row| row.month.as_str()).collect();
    // Nobody wants to see how no AI spreads.
    let is_there = |course: &str| fan.rows.iter().any(|row| row.course == course && (row.p5 != 0.0 || row.p95 != 0.0));
    let panel = |(course, label, factor, log): &(&str, &str, f64, bool)| {
        let value = |month: &&str| {
            let row = fan.rows.iter().find(|row| row.course == *course && row.month == *month);
            row.map_or(NOTHING, |row| quantiles(row, *factor))
        };
        FanPanel { label: (*label).to_owned(), values: months.iter().map(value).collect(), log: *log }
    };
    let runs = fan.population.runs.len();
    let of = fan.population.title();
    Fan {
        title: "How the runs spread over time".into(),
        subtitle: format!("{}: {of}, {runs} runs; bands hold 50 % and 90 % of them", base_name(plan)),
        // A month's value stands in its middle.
        days: months.iter().filter_map(|month| Day::parse(&format!("{month}-15")).ok()).collect(),
        moments: fan
            .halvings
            .iter()
            .filter_map(|day| Some(Moment { day: Day::parse(day).ok()?, label: "halving".into() }))
            .collect(),
        panels: PANELS.iter().filter(|panel| is_there(panel.0)).map(panel).collect(),
    }
}

const NOTHING: Quantiles =
    Quantiles { p5: f64::NAN, p25: f64::NAN, median: f64::NAN, p75: f64::NAN, p95: f64::NAN, mean: f64::NAN };

fn quantiles(row: &FanRow, factor: f64) -> Quantiles {
    Quantiles {
        p5: row.p5 * factor,
        p25: row.p25 * factor,
        median: row.p50 * factor,
        p75: row.p75 * factor,
        p95: row.p95 * factor,
        mean: row.mean * factor,
    }
}

/// The distribution of each main figure over the populations whose spread is a risk.
pub fn distributions(plan: &Plan, runs: &Runs, tables: &Tables, figures: &[Figure]) -> Vec<Picture> {
    let populations = risks(plan);
    if populations.is_empty() {
        return Vec::new();
    }
    let picture = |figure: &Figure| {
        let groups = populations.iter().map(|population| group(plan, runs, tables, figure, population));
        let distribution = Distribution {
            title: format!("How the runs spread: {}", figure.label),
            subtitle: subtitle(plan, runs),
            x_label: figure.label.clone(),
            below_zero: figure.breaks_even.then(|| "loss".to_owned()),
            groups: groups.collect(),
        };
        Picture::new(format!("distribution-{}", figure.stem), What::Distribution(distribution))
    };
    figures.iter().filter(|figure| figure.main).map(picture).collect()
}

fn group(plan: &Plan, runs: &Runs, tables: &Tables, figure: &Figure, population: &Population) -> Group {
    let metric = &plan.metrics()[figure.metric];
    let row = tables.statistics.iter().find(|row| row.population == population.name && row.metric == *metric);
    Group {
        name: short_title(population),
        values: population.runs.iter().map(|&run| figure.of(runs, run)).collect(),
        marks: row.map(|row| marks(row, figure)).unwrap_or_default(),
    }
}

/// A population by what is varied, or by its number where that is long.
fn short_title(population: &Population) -> String {
    /// What fits into a legend.
    const MOST: usize = 28;
    let title = population.title();
    if title.chars().count() > MOST { format!("point {}", population.name) } else { title.to_owned() }
}

fn marks(row: &StatisticsRow, figure: &Figure) -> Vec<Mark> {
    // Of a cost, the lowest 5 % are the best.
    let cvar = figure.breaks_even.then_some(("CVaR", row.cvar5));
    let marks = [("P5", row.p5), ("median", row.p50), ("mean", row.mean), ("P95", row.p95)];
    let all = cvar.into_iter().chain(marks);
    all.map(|(name, value)| Mark { name: name.to_owned(), value: value * figure.factor }).collect()
}
