//! Where the megawatts stand: capacity over time by kind, stacked by what powers the sites.

use std::collections::BTreeMap;

use super::ChartError;
use super::canvas::{self, Canvas, Key, Mark, WIDTH, height_of_rows};
use super::data::{CLASSES, FARM_KINDS, class_color, class_name, halvings, kind_name, month_start, span, subtitle};
use super::panel::Panel;
use super::scale::Scale;
use crate::calendar::Day;
use crate::results::{Kind, SiteClass, Tables};

/// MW by month, then by site class.
type Months = BTreeMap<Day, BTreeMap<SiteClass, f64>>;

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    let by_kind = FARM_KINDS.map(|kind| (kind, months_of(tables, kind)));
    let shown = by_kind.into_iter().filter(|(_, m)| peak(m) > 0.0).collect::<Vec<_>>();
    canvas::svg(height_of_rows(shown.len(), 290.0, if shown.len() == 1 { 500.0 } else { 250.0 }), |c| {
        let note = subtitle(run, "capacity online at the meter, stacked by what powers the site");
        let top = c.heading("Placed capacity by kind and site class (MW)", &note);
        let Some((first, last)) = span(tables).filter(|_| !shown.is_empty()) else {
            c.nothing("No farm stood in this run.");
            return;
        };
        let present = CLASSES.into_iter().filter(|class| shown.iter().any(|(_, m)| has_class(m, *class)));
        let keys = present.map(|class| Key::new(format!("{} sites", class_name(class)), class_color(class), Mark::Box));
        let top = c.legend(top, &keys.collect::<Vec<_>>());
        let most = shown.iter().map(|(_, m)| peak(m)).fold(0.0, f64::max);
        let bottom = c.height() - 56.0;
        let each = (bottom - top) / shown.len() as f64;
        for (i, (kind, months)) in shown.iter().enumerate() {
            let panel = Panel {
                left: 130.0,
                right: WIDTH - 60.0,
                top: top + each * i as f64 + if i == 0 { 74.0 } else { 50.0 },
                bottom: top + each * (i + 1) as f64,
            };
            let y = Scale::with_zero([most].into_iter(), panel.y_px());
            let x = panel.time(first, last);
            panel.caption(c, &format!("{}, MW", kind_name(*kind)), if i == 0 { 48.0 } else { 24.0 });
            panel.draw_y(c, &y);
            draw_stack(c, (&x, &y), months);
            panel.draw_halvings(c, &x, &halvings(tables), i == 0);
            panel.draw_time_ticks(c, first, last, i + 1 == shown.len());
        }
    })
}

fn months_of(tables: &Tables, kind: Kind) -> Months {
    let mut months = Months::new();
    for row in &tables.placed {
        if let Some(month) = month_start(&row.month) {
            let mw = if row.kind == kind && row.mw.is_finite() { row.mw.max(0.0) } else { 0.0 };
            *months.entry(month).or_default().entry(row.site_class).or_default() += mw;
        }
    }
    months
}

fn peak(months: &Months) -> f64 {
    months.values().map(|m| m.values().sum::<f64>()).fold(0.0, f64::max)
}

fn has_class(months: &Months, class: SiteClass) -> bool {
    months.values().any(|m| m.get(&class).is_some_and(|mw| *mw > 0.0))
}

fn draw_stack(c: &mut Canvas, (x, y): (&Scale, &Scale), months: &Months) {
    let mut below = vec![0.0; months.len()];
    for class in CLASSES.into_iter().filter(|class| has_class(months, *class)) {
        let mw = |m: &BTreeMap<SiteClass, f64>| m.get(&class).copied().unwrap_or(0.0);
        let above = below.iter().zip(months.values()).map(|(b, m)| b + mw(m)).collect::<Vec<_>>();
        let mut outline = steps(x, y, months, &above);
        outline.extend(steps(x, y, months, &below).into_iter().rev());
        c.polygon(&outline, class_color(class), 1.0);
        below = above;
    }
}

/// A month's value from its first day to the next month's.
fn steps(x: &Scale, y: &Scale, months: &Months, values: &[f64]) -> Vec<(f64, f64)> {
    let edges = months.keys().zip(values);
    edges
        .flat_map(|(month, value)| [*month, month.plus_months(1)].map(|day| (x.at(f64::from(day.0)), y.at(*value))))
        .collect()
}
