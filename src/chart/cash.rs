//! When the money is back: cumulative discounted cash flow of the portfolio, of its kinds, and of each site.

use std::collections::BTreeMap;

use super::ChartError;
use super::canvas::{self, Align, Canvas, EMPTY_HEIGHT, Key, Mark, SMALL, Style, TEXT, WIDTH, shortened};
use super::data::{FARM_KINDS, kind_color, kind_name, span, subtitle};
use super::palette::{GREY, INK, SPINE};
use super::panel::Panel;
use super::scale::{Scale, short};
use crate::calendar::Day;
use crate::finance::Line;
use crate::results::{CashFlowRow, Kind, Scope, Tables};

/// Small panels of sites drawn at most.
const MOST_SITES: usize = 16;
const COLUMNS: usize = 4;
const SMALL_HEIGHT: f64 = 190.0;
const USD_PER_MILLION: f64 = 1e6;
/// Kinds with a line of their own.
const KINDS: [Kind; 5] = [FARM_KINDS[0], FARM_KINDS[1], FARM_KINDS[2], Kind::GridSale, Kind::All];

/// Cumulative millions of USD at the end of each year.
type Curve = Vec<(f64, f64)>;
/// The curves of one name.
type Kinds = BTreeMap<Kind, Curve>;

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    let mut portfolio = curves(tables, Scope::Portfolio).into_values().next().unwrap_or_default();
    if FARM_KINDS.iter().filter(|kind| portfolio.contains_key(kind)).count() == 1 {
        // One kind is all there is: its curve is the total's.
        portfolio.remove(&Kind::All);
    }
    let (sites, left_out) = ranked(curves(tables, Scope::Site));
    let rows = sites.len().div_ceil(COLUMNS);
    let small = (SMALL_HEIGHT + 74.0) * rows as f64;
    canvas::svg(if portfolio.is_empty() { EMPTY_HEIGHT } else { 760.0 + small }, |c| {
        let more =
            if left_out > 0 { format!("; {left_out} sites that move less are not drawn") } else { String::new() };
        let text = "after capital and tax, at the end of each year; a curve ends at the net present value. Farms pay for the grid sales they displace";
        let note = subtitle(run, &format!("{text}{more}"));
        let top = c.heading("Cumulative discounted cash flow (million USD)", &note);
        if portfolio.is_empty() {
            c.nothing("No money moved in this run.");
            return;
        }
        let used = KINDS.into_iter().filter(|kind| portfolio.contains_key(kind));
        let keys = used.map(|kind| Key::new(legend_name(kind), kind_color(kind), Mark::Line));
        let top = c.legend(top, &keys.collect::<Vec<_>>());
        let panel = Panel { left: 130.0, right: WIDTH - 150.0, top: top + 50.0, bottom: 690.0 };
        panel.caption(c, "Portfolio", 30.0);
        let (x, y) = scales(&panel, [&portfolio].into_iter());
        panel.draw_y(c, &y);
        draw_years(c, &panel, &x);
        draw_curves(c, (&x, &y), &portfolio, 4.0);
        draw_ends(c, &panel, &y, &portfolio);
        let width = (WIDTH - 40.0 - 130.0) / COLUMNS as f64;
        for (i, (name, site)) in sites.iter().enumerate() {
            let left = 130.0 + width * (i % COLUMNS) as f64;
            let top = 800.0 + (SMALL_HEIGHT + 74.0) * (i / COLUMNS) as f64;
            let panel = Panel { left, right: left + width - 70.0, top, bottom: top + SMALL_HEIGHT };
            draw_site(c, &panel, i.is_multiple_of(COLUMNS), (name, site), &sites);
        }
    })
}

fn legend_name(kind: Kind) -> &'static str {
    match kind {
        Kind::All => "all farms",
        Kind::GridSale => "grid sale, had no farm been built",
        kind => kind_name(kind),
    }
}

/// Curves by kind of each name of a scope.
fn curves(tables: &Tables, scope: Scope) -> BTreeMap<String, Kinds> {
    let part = |r: &CashFlowRow| Line::named(&r.line).map_or(0.0, Line::in_project);
    let counts = |r: &&CashFlowRow| r.scope == scope && part(r) != 0.0 && r.discounted_usd.is_finite();
    let mut flows: BTreeMap<(&str, Kind), BTreeMap<i32, f64>> = BTreeMap::new();
    for row in tables.cashflow.iter().filter(counts) {
        let years = flows.entry((&row.name, row.kind)).or_default();
        *years.entry(row.year).or_default() += part(row) * row.discounted_usd / USD_PER_MILLION;
    }
    let years = || tables.cashflow.iter().map(|r| r.year);
    let (Some(first), Some(last)) = (years().min(), years().max()) else {
        return BTreeMap::new();
    };
    // The first and the last year may be cut by the run.
    let (start, end) = span(tables).map_or((f64::NEG_INFINITY, f64::INFINITY), |(a, b)| (moment(a), moment(b)));
    let mut curves: BTreeMap<String, Kinds> = BTreeMap::new();
    for ((name, kind), flows) in flows.into_iter().filter(|(_, f)| f.values().any(|v| *v != 0.0)) {
        let mut sum = 0.0;
        let mut curve = vec![(f64::from(first).max(start), 0.0)];
        for year in (first..=last).take(500) {
            sum += flows.get(&year).copied().unwrap_or(0.0);
            curve.push(((f64::from(year) + 1.0).min(end), sum));
        }
        curves.entry(name.to_owned()).or_default().insert(kind, curve);
    }
    curves
}

/// A day as a year with its fraction.
fn moment(day: Day) -> f64 {
    f64::from(day.year()) + (f64::from(day.day_of_year()) - 1.0) / 366.0
}

/// Sites with farms, from the greatest to the least end value, and how many are left out.
fn ranked(curves: BTreeMap<String, Kinds>) -> (Vec<(String, Kinds)>, usize) {
    let farms_only = |mut kinds: Kinds| {
        kinds.retain(|kind, _| FARM_KINDS.contains(kind));
        kinds
    };
    let mut sites = curves
        .into_iter()
        .map(|(name, kinds)| (name, farms_only(kinds)))
        .filter(|(_, kinds)| !kinds.is_empty())
        .collect::<Vec<_>>();
    let end = |kinds: &Kinds| kinds.values().filter_map(|c| c.last()).map(|p| p.1).sum::<f64>();
    let swing = |kinds: &Kinds| kinds.values().flatten().map(|p| p.1.abs()).fold(0.0, f64::max);
    sites.sort_by(|a, b| swing(&b.1).total_cmp(&swing(&a.1)));
    let left_out = sites.len().saturating_sub(MOST_SITES);
    sites.truncate(MOST_SITES);
    sites.sort_by(|a, b| end(&b.1).total_cmp(&end(&a.1)));
    (sites, left_out)
}

fn scales<'a>(panel: &Panel, groups: impl Iterator<Item = &'a Kinds>) -> (Scale, Scale) {
    let points = groups.flat_map(|kinds| kinds.values().flatten().copied()).collect::<Vec<_>>();
    let first = points.iter().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let last = points.iter().map(|p| p.0).fold(f64::NEG_INFINITY, f64::max);
    let x = Scale::exact(first, last, panel.x_px());
    (x, Scale::with_zero(points.iter().map(|p| p.1), panel.y_px()))
}

/// Years stand at their beginnings.
fn draw_years(c: &mut Canvas, panel: &Panel, x: &Scale) {
    c.line(&[(panel.left, panel.bottom), (panel.right, panel.bottom)], SPINE, 1.5);
    let most = ((panel.right - panel.left) / 80.0).max(1.0);
    let every = ((x.hi - x.lo) / most).ceil().max(1.0) as usize;
    for year in (x.lo.ceil() as i32..=x.hi as i32).step_by(every) {
        let at = x.at(f64::from(year));
        c.line(&[(at, panel.bottom), (at, panel.bottom + 6.0)], SPINE, 1.5);
        c.text((at, panel.bottom + 22.0), &year.to_string(), Style::new(TEXT, INK, Align::Middle));
    }
}

fn draw_curves(c: &mut Canvas, scales: (&Scale, &Scale), kinds: &Kinds, width: f64) {
    // The total first and broader: it shows even where a kind's curve lies on it.
    for kind in KINDS.into_iter().rev() {
        if let Some(curve) = kinds.get(&kind) {
            let width = if kind == Kind::All { width + 3.0 } else { width };
            c.curve(scales, curve.iter().copied(), kind_color(kind), width);
        }
    }
}

/// End values to the right of the curves, which give way to each other downwards.
fn draw_ends(c: &mut Canvas, panel: &Panel, y: &Scale, kinds: &Kinds) {
    let mut ends = kinds.iter().filter_map(|(kind, curve)| Some((*kind, curve.last()?.1))).collect::<Vec<_>>();
    ends.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut lowest = f64::NEG_INFINITY;
    for (kind, value) in ends {
        let at = y.at(value).max(lowest + 24.0);
        lowest = at;
        c.circle((panel.right + 16.0, at), 6.0, kind_color(kind), 1.0);
        c.text((panel.right + 30.0, at), &short(value), Style::new(TEXT, INK, Align::Left).bold());
    }
}

fn draw_site(c: &mut Canvas, panel: &Panel, labelled: bool, (name, site): (&str, &Kinds), all: &[(String, Kinds)]) {
    let (x, y) = scales(panel, all.iter().map(|s| &s.1));
    let name = shortened(name, SMALL, panel.right - panel.left + 56.0);
    c.text((panel.left, panel.top - 18.0), &name, Style::new(SMALL, INK, Align::Left).bold());
    for tick in y.ticks(60.0) {
        let color = if tick == 0.0 { GREY } else { super::palette::GRID };
        c.line(&[(panel.left, y.at(tick)), (panel.right, y.at(tick))], color, 1.0);
        if labelled {
            c.text((panel.left - 10.0, y.at(tick)), &short(tick), Style::new(SMALL, INK, Align::Right));
        }
    }
    let (first, last) = (x.lo.ceil(), x.hi.floor());
    let years = [(first, Align::Left), (last, Align::Right)];
    for (year, align) in years.into_iter().take(if last > first { 2 } else { 1 }) {
        let at = (x.at(year), panel.bottom + 14.0);
        c.text(at, &format!("{year}"), Style::new(SMALL, GREY, align));
    }
    draw_curves(c, (&x, &y), site, 3.0);
    let mut lowest = f64::NEG_INFINITY;
    let mut ends = site.iter().filter_map(|(kind, curve)| Some((*kind, curve.last()?.1))).collect::<Vec<_>>();
    ends.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (_, value) in ends {
        let at = y.at(value).max(lowest + 19.0);
        lowest = at;
        c.text((panel.right + 6.0, at), &short(value), Style::new(SMALL, INK, Align::Left));
    }
}
