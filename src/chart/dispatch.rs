//! When a site mines, computes or sells: mean megawatts by hour of the day and month of the year.

use std::collections::BTreeMap;

use super::ChartError;
use super::canvas::{self, Align, Canvas, MARGIN, SMALL, Style, TEXT, WIDTH, height_of_rows, shortened};
use super::data::subtitle;
use super::palette::{BLANK, GREY, INK, sequential};
use super::scale::short;
use crate::results::{DispatchRow, Tables};

/// Sites drawn at most; the largest come first.
const MOST_SITES: usize = 8;
/// Height of a cell, px.
const CELL_HEIGHT: f64 = 13.0;
const LEFT: f64 = 340.0;
const GAP: f64 = 34.0;
const ROW: f64 = 216.0;
const HOURS: usize = 24;
const MONTHS: usize = 12;
/// Shades told apart; equal neighbours become one rectangle.
const SHADES: f64 = 24.0;

type Load = (&'static str, fn(&DispatchRow) -> f64);
const LOADS: [Load; 3] = [("mining", |r| r.mining_mw), ("AI", |r| r.ai_mw), ("sold to the grid", |r| r.export_mw)];

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    let (sites, left_out) = largest(tables);
    let loads = LOADS.into_iter().filter(|load| sites.iter().any(|(_, rows)| rows.iter().any(|r| load.1(r) > 0.0)));
    let loads = loads.collect::<Vec<_>>();
    canvas::svg(height_of_rows(sites.len(), ROW, 230.0), |c| {
        let more = if left_out > 0 { format!("; {left_out} smaller sites are not drawn") } else { String::new() };
        let text = "mean over the run by hour of the day (UTC, across) and month (down); dark is nothing, yellow the \
                    panel's own maximum";
        let top = c.heading("Dispatch of sites with farms (MW)", &subtitle(run, &format!("{text}{more}")));
        if sites.is_empty() {
            c.nothing("No site had a farm that ran.");
            return;
        }
        draw_key(c, top + 14.0);
        let count = loads.len() as f64;
        let room = (WIDTH - MARGIN - LEFT - GAP * (count - 1.0)) / count;
        // Whole pixels, so that no seams show.
        let cell = ((room / HOURS as f64).floor().min(32.0), CELL_HEIGHT);
        for (i, (name, rows)) in sites.iter().enumerate() {
            let row_top = top + 84.0 + ROW * i as f64;
            let label = shortened(name, TEXT, 240.0);
            c.text((40.0, row_top + 16.0), &label, Style::new(TEXT, INK, Align::Left).bold());
            for (j, (load, value)) in loads.iter().enumerate() {
                let left = LEFT + (cell.0 * HOURS as f64 + GAP) * j as f64;
                draw_panel(c, (left, row_top), cell, load, &grid(rows, *value));
            }
            draw_months(c, row_top);
        }
    })
}

/// Rows of the sites with farms, largest mean load first, and how many are left out.
fn largest(tables: &Tables) -> (Vec<(&str, Vec<&DispatchRow>)>, usize) {
    let mut by_site: BTreeMap<&str, Vec<&DispatchRow>> = BTreeMap::new();
    for row in &tables.dispatch {
        by_site.entry(&row.site).or_default().push(row);
    }
    let load = |rows: &[&DispatchRow]| rows.iter().map(|r| r.mining_mw + r.ai_mw).sum::<f64>();
    let mut sites = by_site.into_iter().filter(|(_, rows)| load(rows) > 0.0).collect::<Vec<_>>();
    sites.sort_by(|a, b| load(&b.1).total_cmp(&load(&a.1)));
    let left_out = sites.len().saturating_sub(MOST_SITES);
    sites.truncate(MOST_SITES);
    (sites, left_out)
}

/// Values by month and hour; not finite where the table has none.
fn grid(rows: &[&DispatchRow], value: fn(&DispatchRow) -> f64) -> Vec<[f64; HOURS]> {
    let mut grid = vec![[f64::NAN; HOURS]; MONTHS];
    for row in rows {
        let cell = grid
            .get_mut(usize::from(row.month).wrapping_sub(1))
            .and_then(|month| month.get_mut(usize::from(row.hour_utc)));
        if let Some(cell) = cell {
            *cell = value(row);
        }
    }
    grid
}

fn draw_panel(c: &mut Canvas, (left, top): (f64, f64), cell: (f64, f64), load: &str, grid: &[[f64; HOURS]]) {
    let most = grid.iter().flatten().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    let caption = if most > 0.0 { format!("{load}, up to {} MW", short(most)) } else { format!("{load}: none") };
    c.text((left, top - 16.0), &caption, Style::new(SMALL, GREY, Align::Left));
    let (left, top) = (left.round(), top.round());
    let end = (left + cell.0 * HOURS as f64, top + cell.1 * MONTHS as f64);
    c.rect((left, top), end, BLANK);
    if most <= 0.0 {
        return;
    }
    for (month, hours) in grid.iter().enumerate() {
        let y = top + cell.1 * month as f64;
        let shade = |v: f64| v.is_finite().then(|| (v / most * SHADES).round() as i32);
        let mut from = 0;
        for hour in 1..=HOURS {
            if hour < HOURS && shade(hours[hour]) == shade(hours[from]) {
                continue;
            }
            if let Some(shade) = shade(hours[from]) {
                let x = |h: usize| left + cell.0 * h as f64;
                c.rect((x(from), y), (x(hour), y + cell.1), sequential(f64::from(shade) / SHADES));
            }
            from = hour;
        }
    }
    for hour in [0, 6, 12, 18, 24] {
        let x = left + cell.0 * f64::from(hour);
        c.text((x, end.1 + 14.0), &hour.to_string(), Style::new(SMALL, GREY, Align::Middle));
    }
}

fn draw_months(c: &mut Canvas, top: f64) {
    for (month, name) in [(0, "Jan"), (3, "Apr"), (6, "Jul"), (9, "Oct")] {
        let y = top + CELL_HEIGHT * (f64::from(month) + 0.5);
        c.text((LEFT - 10.0, y), name, Style::new(SMALL, GREY, Align::Right));
    }
}

fn draw_key(c: &mut Canvas, y: f64) {
    const STEPS: u32 = 24;
    let left = LEFT;
    c.text((left - 10.0, y), "nothing", Style::new(SMALL, GREY, Align::Right));
    for i in 0..STEPS {
        let x = left + 10.0 * f64::from(i);
        c.rect((x, y - 9.0), (x + 10.0, y + 9.0), sequential(f64::from(i) / f64::from(STEPS - 1)));
    }
    let right = left + 10.0 * f64::from(STEPS);
    c.text((right + 10.0, y), "maximum of the panel", Style::new(SMALL, GREY, Align::Left));
}
