//! What figures owe to keys, and what the points look like.

use super::{Figure, Picture, What, subtitle};
use crate::chart::{Effect, End, Estimate, Front, Indices, Morris, Point, Scatter, Sobol, Swing, Tornado};
use crate::math;
use crate::results::SensitivityRow;
use crate::sweep::analysis::{Runs, by_point, number, pareto_points, trade_off};
use crate::sweep::file::Design;
use crate::sweep::pareto::Direction;
use crate::sweep::plan::Plan;
use crate::sweep::results::Tables;

/// All charts of this kind.
pub fn pictures(plan: &Plan, runs: &Runs, tables: &Tables, figures: &[Figure]) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for figure in figures.iter().filter(|figure| figure.main) {
        let of = OfFigure { plan, runs, figure, rows: rows_of(plan, tables, figure) };
        pictures.extend(of.tornado());
        pictures.extend(of.sobol());
        pictures.extend(of.morris());
        pictures.extend(of.points());
    }
    pictures.extend(trade_off_of(plan, runs, figures));
    pictures
}

fn rows_of<'a>(plan: &Plan, tables: &'a Tables, figure: &Figure) -> Vec<&'a SensitivityRow> {
    let metric = &plan.metrics()[figure.metric];
    tables.sensitivity.iter().filter(|row| row.metric == *metric).collect()
}

struct OfFigure<'a> {
    plan: &'a Plan,
    runs: &'a Runs,
    figure: &'a Figure,
    rows: Vec<&'a SensitivityRow>,
}

impl OfFigure<'_> {
    fn row(&self, key: &str, index: &str) -> Option<&SensitivityRow> {
        self.rows.iter().find(|row| row.factor == key && row.index == index).copied()
    }

    /// Bars between the means at the ends of each key; for two keys or more, one alone is a line.
    fn tornado(&self) -> Option<Picture> {
        let end = |row: &SensitivityRow| End {
            setting: row.other_factor.parse().map_or_else(|_| row.other_factor.clone(), four_digits),
            value: row.value * self.figure.factor,
        };
        let swing = |key: String| {
            let (low, high) = (self.row(&key, "tornado_low")?, self.row(&key, "tornado_high")?);
            Some(Swing { low: end(low), high: end(high), factor: key })
        };
        let swings: Vec<Swing> = self.plan.file.keys().into_iter().filter_map(swing).collect();
        let values = (1..=self.plan.runs()).map(|run| self.figure.of(self.runs, run));
        let finite: Vec<f64> = values.filter(|x| x.is_finite()).collect();
        if swings.len() < 2 || finite.is_empty() {
            return None;
        }
        let tornado = Tornado {
            title: format!("What moves it: {}", self.figure.label),
            subtitle: format!("{}; means over the runs at each key's low and high end", subtitle(self.plan, self.runs)),
            x_label: self.figure.label.clone(),
            base: math::mean(&finite),
            base_label: "mean of all runs".into(),
            swings,
        };
        Some(Picture::new(format!("tornado-{}", self.figure.stem), What::Tornado(tornado)))
    }

    fn sobol(&self) -> Option<Picture> {
        let estimate = |row: &SensitivityRow| {
            let half = row.confidence.unwrap_or(f64::NAN);
            Estimate { value: row.value, low: row.value - half, high: row.value + half }
        };
        let indices = |key: String| {
            let (first, total) = (self.row(&key, "sobol_first")?, self.row(&key, "sobol_total")?);
            Some(Indices { first: estimate(first), total: estimate(total), factor: key })
        };
        let factors: Vec<Indices> = self.plan.file.keys().into_iter().filter_map(indices).collect();
        let sobol = Sobol {
            title: format!("Share of the variance: {}", self.figure.label),
            subtitle: format!("{}; whiskers: 95 % by bootstrap", subtitle(self.plan, self.runs)),
            factors,
        };
        (!sobol.factors.is_empty()).then(|| Picture::new(format!("sobol-{}", self.figure.stem), What::Sobol(sobol)))
    }

    fn morris(&self) -> Option<Picture> {
        let effect = |key: String| {
            let (mu_star, sigma) = (self.row(&key, "morris_mu_star")?.value, self.row(&key, "morris_sigma")?.value);
            Some(Effect { factor: key, mu_star: mu_star * self.figure.factor, sigma: sigma * self.figure.factor })
        };
        let effects: Vec<Effect> = self.plan.file.keys().into_iter().filter_map(effect).collect();
        let morris = Morris {
            title: format!("Elementary effects: {}", self.figure.label),
            subtitle: format!("{}; effects of a key's whole range", subtitle(self.plan, self.runs)),
            x_label: "mean size of the effect, μ*".into(),
            y_label: "standard deviation of the effect, σ".into(),
            effects,
        };
        (!morris.effects.is_empty()).then(|| Picture::new(format!("morris-{}", self.figure.stem), What::Morris(morris)))
    }

    /// The points in the plane of the two keys the figure depends on most, coloured by it; a grid has its map.
    fn points(&self) -> Option<Picture> {
        if matches!(self.plan.file.design, Design::Grid | Design::Morris) {
            return None;
        }
        // How much of it is the key's: by the variance where the design tells it, else by ranks.
        let weight = |key: &str| {
            let row = self.row(key, "sobol_total").or_else(|| self.row(key, "rank_correlation"));
            row.map_or(0.0, |row| row.value.abs())
        };
        let varying = self.plan.varying.iter().filter(|v| v.is_numeric);
        let mut keys: Vec<(f64, usize, String)> = varying.map(|v| (weight(&v.key), v.index, v.key.clone())).collect();
        keys.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let [(_, x, x_key), (_, y, y_key), ..] = keys.as_slice() else { return None };
        let values = by_point(self.plan, self.runs, self.figure.metric);
        let points = self.plan.points.iter().zip(values).map(|(point, value)| Point {
            x: number(&point[*x]).unwrap_or(f64::NAN),
            y: number(&point[*y]).unwrap_or(f64::NAN),
            color: value * self.figure.factor,
        });
        let scatter = Scatter {
            title: format!("Where it is high and low: {}", self.figure.label),
            subtitle: format!("{}; over the two keys it depends on most", subtitle(self.plan, self.runs)),
            x_label: x_key.clone(),
            y_label: y_key.clone(),
            color_label: Some(self.figure.label.clone()),
            points: points.collect(),
            front: None,
            log_x: false,
            log_y: false,
        };
        Some(Picture::new(format!("points-{}", self.figure.stem), What::Scatter(scatter)))
    }
}

/// Four digits: the mean of a fifth of the runs is not known better.
fn four_digits(x: f64) -> String {
    let rounded: f64 = format!("{x:.3e}").parse().unwrap_or(x);
    rounded.to_string()
}

/// The two figures weighed against each other, and the points that no other beats in both.
fn trade_off_of(plan: &Plan, runs: &Runs, figures: &[Figure]) -> Option<Picture> {
    let metrics = plan.metrics();
    let [first, second] = trade_off(plan).map(|(name, direction)| {
        let metric = metrics.iter().position(|m| *m == name).unwrap_or(0);
        let figure = figures.iter().find(|figure| figure.metric == metric);
        let (label, factor) = figure.map_or((name, 1.0), |figure| (figure.label.clone(), figure.factor));
        (label, by_point(plan, runs, metric), factor, direction)
    });
    // What is bought stands across, what it brings upwards.
    let points: Vec<Point> = first
        .1
        .iter()
        .zip(&second.1)
        .map(|(a, b)| Point { x: b * second.2, y: a * first.2, color: f64::NAN })
        .collect();
    let differs = |of: fn(&Point) -> f64| points.iter().any(|p| of(p) != of(&points[0]));
    if points.len() < 2 || !differs(|p| p.x) || !differs(|p| p.y) {
        return None;
    }
    let scatter = Scatter {
        title: format!("{} against {}", first.0, second.0),
        subtitle: format!("{}; a point no other beats in both is on the line", subtitle(plan, runs)),
        x_label: second.0,
        y_label: first.0,
        color_label: None,
        front: Some(Front {
            label: "best of both".into(),
            points: pareto_points(plan, runs).into_iter().map(|(point, ..)| point).collect(),
            less_x_is_better: second.3 == Direction::Minimise,
        }),
        points,
        log_x: false,
        log_y: false,
    };
    Some(Picture::new("pareto", What::Scatter(scatter)))
}
