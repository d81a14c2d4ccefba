//! From a finished sweep to its charts.

mod effects;
mod maps;
mod spread;

use super::analysis::Runs;
use super::file::SweepFile;
use super::metrics::METRICS;
use super::plan::Plan;
use super::results::Tables;
use crate::chart::{self, ChartError};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// A picture and the stem of its file.
struct Picture {
    stem: String,
    what: What,
}

enum What {
    HeatMap(chart::HeatMap),
    HeatMaps(chart::HeatMaps),
    Lines(chart::Lines),
    Fan(chart::Fan),
    Distribution(chart::Distribution),
    Tornado(chart::Tornado),
    Scatter(chart::Scatter),
    Sobol(chart::Sobol),
    Morris(chart::Morris),
}

impl Picture {
    fn new(stem: impl Into<String>, what: What) -> Self {
        Self { stem: stem.into(), what }
    }

    fn draw(&self, folder: &Path) -> Result<Vec<PathBuf>, ChartError> {
        let stem = folder.join(&self.stem);
        match &self.what {
            What::HeatMap(map) => chart::heat_map(map, &stem),
            What::HeatMaps(maps) => chart::heat_maps(maps, &stem),
            What::Lines(lines) => chart::lines(lines, &stem),
            What::Fan(fan) => chart::fan(fan, &stem),
            What::Distribution(distribution) => chart::distribution(distribution, &stem),
            What::Tornado(tornado) => chart::tornado(tornado, &stem),
            What::Scatter(scatter) => chart::scatter(scatter, &stem),
            What::Sobol(sobol) => chart::sobol(sobol, &stem),
            What::Morris(morris) => chart::morris(morris, &stem),
        }
    }
}

/// Draws every chart that the design gives sense to into `charts/`; none for a sweep that has none.
///
/// # Errors
/// When a file cannot be written or a chart cannot be drawn.
pub fn draw(
    dir: &Path,
    plan: &Plan,
    runs: &Runs,
    tables: &Tables,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let figures: Vec<Figure> = figures(&plan.file).into_iter().filter(|figure| figure.varies(runs)).collect();
    let mut pictures = maps::pictures(plan, runs, &figures);
    pictures.extend(spread::fans(plan, tables));
    pictures.extend(spread::distributions(plan, runs, tables, &figures));
    pictures.extend(effects::pictures(plan, runs, tables, &figures));
    if pictures.is_empty() {
        return Ok(());
    }
    let charts = dir.join("charts");
    std::fs::create_dir_all(&charts)?;
    pictures.par_iter().try_for_each(|picture| picture.draw(&charts).map(drop))?;
    Ok(())
}

/// A drawn figure.
#[derive(Debug, Clone, PartialEq)]
struct Figure {
    /// Stem of its files.
    stem: String,
    /// What it is, with its unit.
    label: String,
    /// What it is, without.
    name: String,
    /// Its place among the figures of a run.
    metric: usize,
    /// Factor to the unit of the label.
    factor: f64,
    /// It is one of those the sweep is for: value, cost, and the sweep's own.
    main: bool,
    /// Zero parts gain from loss.
    breaks_even: bool,
}

/// Figures of every sweep that are drawn: file stem, what it is with its unit, its column, the factor to that unit.
const STANDARD: [(&str, &str, &str, f64); 7] = [
    ("npv", "Net present value, million USD", "npv_usd", 1e-6),
    ("irr", "Internal rate of return, % per year", "irr_per_year", 100.0),
    ("mining-mw", "Mining capacity, MW", "peak_mining_mw", 1.0),
    ("ai-mw", "AI capacity, MW", "peak_ai_mw", 1.0),
    ("capital", "Capital spent, million USD", "capital_usd", 1e-6),
    ("btc-mined", "Coins mined, BTC", "btc_mined", 1.0),
    ("all-in-cost", "All-in cost per coin, USD/BTC", "all_in_usd_per_btc", 1.0),
];

fn figures(file: &SweepFile) -> Vec<Figure> {
    let standard = STANDARD.into_iter().filter_map(|(stem, label, column, factor)| {
        Some(Figure {
            stem: stem.to_owned(),
            label: label.to_owned(),
            name: label.rsplit_once(", ").map_or(label, |(name, _)| name).to_owned(),
            metric: METRICS.iter().position(|m| m.0 == column)?,
            factor,
            main: matches!(stem, "npv" | "all-in-cost"),
            breaks_even: stem == "npv",
        })
    });
    let own = file.metric.iter().enumerate().map(|(i, metric)| {
        // Money is told in millions, unless it is money per something.
        let money = metric.name.strip_suffix("_usd");
        let words = money.unwrap_or(&metric.name).replace('_', " ");
        Figure {
            stem: metric.name.replace('_', "-"),
            label: if money.is_some() { format!("{words}, million USD") } else { words.clone() },
            name: words,
            metric: METRICS.len() + i,
            factor: if money.is_some() { 1e-6 } else { 1.0 },
            main: true,
            breaks_even: metric.column.ends_with("npv_usd"),
        }
    });
    standard.chain(own).collect()
}

impl Figure {
    /// What is the same in all runs, or in none, is no picture.
    fn varies(&self, runs: &Runs) -> bool {
        let mut values = runs.keys().map(|&run| self.of(runs, run)).filter(|x| x.is_finite());
        values.next().is_some_and(|first| values.any(|x| x != first))
    }

    /// The figure of a run in its unit, NaN where there is none.
    fn of(&self, runs: &Runs, run: u64) -> f64 {
        super::analysis::value(runs, run, self.metric).map_or(f64::NAN, |x| x * self.factor)
    }
}

/// What charts call the base scenario.
fn base_name(plan: &Plan) -> String {
    Path::new(&plan.file.base).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// What all charts of a sweep say below their title.
fn subtitle(plan: &Plan, runs: &Runs) -> String {
    let file = &plan.file;
    let failed = runs.values().filter(|r| r.outcome.is_err()).count();
    let size = match (file.points(), file.replicates) {
        (1, replicates) => format!("{replicates} runs"),
        (points, 1) => format!("{points} points of a {} design, one run each", file.design.name()),
        (points, replicates) => format!("{points} points of a {} design × {replicates} replicates", file.design.name()),
    };
    let base = base_name(plan);
    let left_out = if failed > 0 { format!("; {failed} runs failed and are left out") } else { String::new() };
    format!("{base}, {} mode, {size}{left_out}", file.mode.name())
}
