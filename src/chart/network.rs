//! Hashprice, difficulty and hashrate: three panels over one time axis, because two y axes in one panel suggest
//! crossings that mean nothing.

use super::ChartError;
use super::canvas::{self, WIDTH};
use super::data::{halvings, span, subtitle};
use super::palette::SERIES;
use super::panel::Panel;
use super::scale::Scale;
use crate::calendar::Day;
use crate::results::{NetworkRow, Tables};

type Measure = (&'static str, fn(&NetworkRow) -> f64);

const PANELS: [Measure; 3] = [
    ("Hashprice, USD per PH/s and day", |r| r.hashprice_usd_per_ph_day),
    ("Difficulty (tn = 10¹²)", |r| r.difficulty),
    ("Network hashrate, EH/s", |r| r.hashrate_eh_s),
];

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    canvas::svg(1120.0, |c| {
        let note = subtitle(run, "what a machine earns and what it competes with, daily");
        let top = c.heading("Hashprice (USD/PH/day), difficulty and network hashrate (EH/s)", &note);
        let Some((first, last)) = span(tables) else {
            c.nothing("The run has no days.");
            return;
        };
        let halvings = halvings(tables);
        let bottom = c.height() - 60.0;
        let each = (bottom - top) / PANELS.len() as f64;
        for (i, (caption, value)) in PANELS.into_iter().enumerate() {
            let panel = Panel {
                left: 130.0,
                right: WIDTH - 60.0,
                top: top + each * i as f64 + 62.0,
                bottom: top + each * (i + 1) as f64,
            };
            let x = panel.time(first, last);
            let y = Scale::log_or_linear(tables.network.iter().map(value), panel.y_px());
            let log = if y.is_log() { ", log scale" } else { "" };
            panel.caption(c, &format!("{caption}{log}"), 42.0);
            panel.draw_y(c, &y);
            panel.draw_halvings(c, &x, &halvings, i == 0);
            panel.draw_time_ticks(c, first, last, i + 1 == PANELS.len());
            let points = tables.network.iter().filter_map(|row| {
                let value = value(row);
                Some((f64::from(Day::parse(&row.date).ok()?.0), if value > 0.0 { value } else { f64::NAN }))
            });
            c.curve((&x, &y), points, SERIES[i * 3 % 4], 2.5);
        }
    })
}
