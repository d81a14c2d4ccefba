//! What each site earned in each halving epoch, by kind of farm.

use std::collections::BTreeMap;

use super::ChartError;
use super::canvas::{self, Align, Canvas, Key, Mark, SMALL, Style, TEXT, WIDTH, height_of_rows, shortened};
use super::data::{FARM_KINDS, kind_color, kind_name, subtitle};
use super::font::text_width;
use super::palette::{GREY, GRID, INK};
use super::panel::Panel;
use super::scale::{Scale, short};
use crate::results::{EpochRow, Kind, Scope, Tables};

/// Sites drawn by name; the others are summed.
const MOST_SITES: usize = 16;
const ROW: f64 = 54.0;
const USD_PER_MILLION: f64 = 1e6;

/// Millions of discounted USD by epoch and kind.
type Earnings = BTreeMap<(u32, Kind), f64>;

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    let (sites, summed) = ranked(tables);
    let epochs = epochs_of(tables);
    canvas::svg(height_of_rows(sites.len(), ROW, 350.0), |c| {
        let others = if summed > 0 { format!("; the {summed} smallest sites are summed") } else { String::new() };
        let text = "discounted to the run's start, after capital, resale and tax: a site's bars add up to its farms' \
                    net present value";
        let note = subtitle(run, &format!("{text}{others}"));
        let top = c.heading("Discounted cash flow per halving epoch, by site and kind (million USD)", &note);
        if sites.is_empty() {
            c.nothing("No farm earned or spent anything in this run.");
            return;
        }
        let is_used = |kind: &Kind| sites.iter().any(|(_, e)| e.keys().any(|key| key.1 == *kind));
        let kinds = FARM_KINDS.into_iter().filter(is_used).collect::<Vec<_>>();
        let keys = kinds.iter().map(|kind| Key::new(kind_name(*kind), kind_color(*kind), Mark::Box));
        let top = c.legend(top, &keys.collect::<Vec<_>>()) + 88.0;
        let left = 360.0;
        let bottom = c.height() - 40.0;
        for (i, (name, _)) in sites.iter().enumerate() {
            let at = top + (bottom - top) * (i as f64 + 0.5) / sites.len() as f64;
            let name = shortened(name, TEXT, left - 60.0);
            c.text((left - 14.0, at), &name, Style::new(TEXT, INK, Align::Right));
        }
        let width = (WIDTH - 40.0 - left) / epochs.len() as f64;
        let values = sites.iter().flat_map(|(_, e)| e.values().copied()).collect::<Vec<_>>();
        for (i, (epoch, days)) in epochs.iter().enumerate() {
            let panel = Panel { left: left + width * i as f64, right: left + width * (i + 1) as f64, top, bottom };
            draw_epoch(c, panel, (*epoch, days), &sites, &values);
        }
    })
}

/// First to last day of each epoch.
fn epochs_of(tables: &Tables) -> BTreeMap<u32, (String, String)> {
    let mut epochs: BTreeMap<u32, (String, String)> = BTreeMap::new();
    for row in &tables.epochs {
        let days = epochs.entry(row.epoch).or_insert_with(|| (row.first_day.clone(), row.last_day.clone()));
        days.0 = row.first_day.clone().min(days.0.clone());
        days.1 = row.last_day.clone().max(days.1.clone());
    }
    epochs
}

/// Sites from the most to the least earned, and how many are summed in the last row.
fn ranked(tables: &Tables) -> (Vec<(String, Earnings)>, usize) {
    let mut by_site: BTreeMap<&str, Earnings> = BTreeMap::new();
    let is_bar = |r: &&EpochRow| r.scope == Scope::Site && FARM_KINDS.contains(&r.kind);
    for row in tables.epochs.iter().filter(is_bar) {
        if row.discounted_cash_flow_usd.is_finite() && row.discounted_cash_flow_usd != 0.0 {
            let earnings = by_site.entry(&row.name).or_default();
            *earnings.entry((row.epoch, row.kind)).or_default() += row.discounted_cash_flow_usd / USD_PER_MILLION;
        }
    }
    let total = |e: &Earnings| e.values().sum::<f64>();
    let size = |e: &Earnings| e.values().map(|v| v.abs()).sum::<f64>();
    let mut sites = by_site.into_iter().map(|(name, e)| (name.to_owned(), e)).collect::<Vec<_>>();
    sites.sort_by(|a, b| size(&b.1).total_cmp(&size(&a.1)));
    let rest = if sites.len() > MOST_SITES { sites.split_off(MOST_SITES - 1) } else { Vec::new() };
    sites.sort_by(|a, b| total(&b.1).total_cmp(&total(&a.1)));
    if !rest.is_empty() {
        let mut sum = Earnings::new();
        for (key, value) in rest.iter().flat_map(|(_, e)| e) {
            *sum.entry(*key).or_default() += value;
        }
        sites.push((format!("other ({} sites)", rest.len()), sum));
    }
    (sites, rest.len())
}

fn draw_epoch(
    c: &mut Canvas,
    panel: Panel,
    (epoch, days): (u32, &(String, String)),
    sites: &[(String, Earnings)],
    values: &[f64],
) {
    // Room for the numbers at the bars' ends.
    let widest = values.iter().map(|v| text_width(&short(*v), SMALL, false)).fold(0.0, f64::max) + 14.0;
    let loss_room = if values.iter().any(|v| *v < 0.0) { widest } else { 8.0 };
    let bars = (panel.left + loss_room, (panel.right - widest).max(panel.left + loss_room + 10.0));
    let x = Scale::exact(values.iter().copied().fold(0.0, f64::min), values.iter().copied().fold(0.0, f64::max), bars);
    let middle = f64::midpoint(panel.left, panel.right);
    c.text((middle, panel.top - 58.0), &format!("epoch {epoch}"), Style::new(TEXT, INK, Align::Middle).bold());
    let months = if panel.right - panel.left < 190.0 {
        format!("{}–{}", year_of(&days.0), year_of(&days.1))
    } else {
        format!("{} to {}", month_of(&days.0), month_of(&days.1))
    };
    c.text((middle, panel.top - 34.0), &months, Style::new(SMALL, GREY, Align::Middle));
    let sum = sites.iter().flat_map(|(_, e)| e).filter(|(key, _)| key.0 == epoch).map(|(_, v)| v).sum::<f64>();
    c.text((middle, panel.top - 12.0), &format!("sum {}", short(sum)), Style::new(SMALL, GREY, Align::Middle));
    c.line(&[(panel.left, panel.top - 64.0), (panel.left, panel.bottom)], GRID, 1.0);
    let row = (panel.bottom - panel.top) / sites.len() as f64;
    for (i, (_, earnings)) in sites.iter().enumerate() {
        let top = panel.top + row * i as f64;
        c.line(&[(panel.left, top), (panel.right, top)], GRID, 1.0);
        let shown = FARM_KINDS.iter().filter_map(|kind| Some((*kind, *earnings.get(&(epoch, *kind))?)));
        draw_bars(c, &x, (top, row), &shown.collect::<Vec<_>>());
    }
    c.line(&[(x.at(0.0), panel.top), (x.at(0.0), panel.bottom)], GREY, 1.0);
}

fn draw_bars(c: &mut Canvas, x: &Scale, (top, row): (f64, f64), bars: &[(Kind, f64)]) {
    let thick = (row / (bars.len() as f64 + 0.6)).min(20.0);
    let first = top + (row - thick * bars.len() as f64) / 2.0;
    for (i, (kind, value)) in bars.iter().enumerate() {
        let bar_top = first + thick * i as f64;
        c.rect((x.at(0.0), bar_top + 1.0), (x.at(*value), bar_top + thick - 1.0), kind_color(*kind));
        let (offset, align) = if *value < 0.0 { (-6.0, Align::Right) } else { (6.0, Align::Left) };
        let at = (x.at(*value) + offset, bar_top + thick / 2.0);
        c.text(at, &short(*value), Style::new(SMALL.min(thick + 1.0), INK, align));
    }
}

fn year_of(date: &str) -> &str {
    date.get(..4).unwrap_or(date)
}

fn month_of(date: &str) -> &str {
    date.get(..7).unwrap_or(date)
}
