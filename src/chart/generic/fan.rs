//! How values spread over time: bands of quantiles around a median, one panel a figure.

use std::path::{Path, PathBuf};

use super::drawable;
use crate::calendar::Day;
use crate::chart::canvas::{Canvas, EMPTY_HEIGHT, Key, Mark, WIDTH, svg};
use crate::chart::palette::{GREY, INK, SERIES, tint};
use crate::chart::panel::Panel;
use crate::chart::scale::Scale;
use crate::chart::{ChartError, write};

/// Panels drawn at most.
const MOST_PANELS: usize = 8;
/// Height of a panel with its caption, px.
const PANEL: f64 = 360.0;

/// Quantiles of one or more figures over time. Every label carries its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fan {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know; may be empty.
    pub subtitle: String,
    /// The days of all panels, ascending.
    pub days: Vec<Day>,
    /// Days to mark, ascending, such as halvings.
    pub moments: Vec<Moment>,
    /// The figures, from the top down; at most eight are drawn.
    pub panels: Vec<FanPanel>,
}

/// A marked day.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// When it is.
    pub day: Day,
    /// What happens; the date is added.
    pub label: String,
}

/// One figure of a [`Fan`].
#[derive(Debug, Clone, PartialEq)]
pub struct FanPanel {
    /// Name and unit of the figure.
    pub label: String,
    /// One for each day; not finite where there is none.
    pub values: Vec<Quantiles>,
    /// Whether the axis is logarithmic where all values are positive and span more than a factor of four.
    pub log: bool,
}

/// Where the runs lie on a day, in the unit of the panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// 5 % of the runs lie below.
    pub p5: f64,
    /// A quarter of the runs lies below.
    pub p25: f64,
    /// Half of the runs lies below.
    pub median: f64,
    /// Three quarters of the runs lie below.
    pub p75: f64,
    /// 95 % of the runs lie below.
    pub p95: f64,
    /// Mean of the runs.
    pub mean: f64,
}

impl Quantiles {
    fn all(&self) -> [f64; 6] {
        [self.p5, self.p25, self.median, self.p75, self.p95, self.mean]
    }
}

/// Draws quantiles over time to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn fan(fan: &Fan, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &fan_svg(fan)?)
}

fn fan_svg(fan: &Fan) -> Result<String, ChartError> {
    let has_values = |panel: &&FanPanel| {
        panel.values.iter().take(fan.days.len()).any(|q| q.all().into_iter().any(|v| drawable(v).is_finite()))
    };
    let shown = fan.panels.iter().filter(has_values).take(MOST_PANELS).collect::<Vec<_>>();
    let span = fan.days.iter().min().zip(fan.days.iter().max());
    svg(if shown.is_empty() { EMPTY_HEIGHT } else { 200.0 + PANEL * shown.len() as f64 }, |c| {
        let top = c.heading(&fan.title, &fan.subtitle);
        let Some((&first, &last)) = span.filter(|_| !shown.is_empty()) else {
            c.nothing("No finished run has values over time.");
            return;
        };
        let (outer, inner) = (tint(SERIES[0], OUTER), tint(SERIES[0], INNER + OUTER));
        let keys = [("5–95 % of runs", outer, Mark::Box), ("25–75 %", inner, Mark::Box)];
        let lines = [("median", SERIES[0], Mark::Line), ("mean", INK, Mark::Dashes)];
        let keys = keys.into_iter().chain(lines).map(|(name, color, mark)| Key::new(name, color, mark));
        let top = c.legend(top, &keys.collect::<Vec<_>>());
        let each = (c.height() - 50.0 - top) / shown.len() as f64;
        let within = fan.moments.iter().filter(|m| m.day >= first && m.day <= last);
        let moments = within.map(|m| (m.day, format!("{} ({})", m.label, m.day.date()))).collect::<Vec<_>>();
        for (i, figure) in shown.iter().enumerate() {
            let top = top + each * i as f64;
            let panel = Panel { left: 130.0, right: WIDTH - 60.0, top: top + 66.0, bottom: top + each };
            let x = panel.time(first, last);
            let y = value_axis(figure, &panel);
            let log = if y.is_log() { ", log scale" } else { "" };
            panel.caption(c, &format!("{}{log}", figure.label), 42.0);
            panel.draw_y(c, &y);
            panel.draw_days(c, &x, &moments, i == 0);
            panel.draw_time_ticks(c, first, last, i + 1 == shown.len());
            draw_fan(c, (&x, &y), &fan.days, figure);
            if y.lo < 0.0 && y.hi > 0.0 {
                c.line(&[(panel.left, y.at(0.0)), (panel.right, y.at(0.0))], GREY, 2.0);
            }
        }
    })
}

/// Opacity of the wide band, and of the narrow one upon it.
const OUTER: f64 = 0.22;
const INNER: f64 = 0.35;

fn value_axis(figure: &FanPanel, panel: &Panel) -> Scale {
    let values = || figure.values.iter().flat_map(|q| q.all().map(drawable)).filter(|v| v.is_finite());
    if figure.log && values().all(|v| v > 0.0) {
        Scale::log_or_linear(values(), panel.y_px())
    } else {
        Scale::around(values(), panel.y_px())
    }
}

fn draw_fan(c: &mut Canvas, scales: (&Scale, &Scale), days: &[Day], figure: &FanPanel) {
    let points = || days.iter().map(|day| f64::from(day.0)).zip(&figure.values);
    c.band(scales, points().map(|(x, q)| (x, drawable(q.p5), drawable(q.p95))), SERIES[0], OUTER);
    c.band(scales, points().map(|(x, q)| (x, drawable(q.p25), drawable(q.p75))), SERIES[0], INNER);
    c.curve(scales, points().map(|(x, q)| (x, drawable(q.median))), SERIES[0], 3.5);
    c.dashed_curve(scales, points().map(|(x, q)| (x, drawable(q.mean))), INK, 2.5);
}

#[cfg(test)]
mod tests {
    use super::super::{assert_says, look};
    use super::*;

    fn spread(middle: f64, half: f64) -> Quantiles {
        let (p5, p25, p75, p95) = (middle - half, middle - half * 0.4, middle + half * 0.5, middle + half * 1.3);
        Quantiles { p5, p25, median: middle, p75, p95, mean: middle + half * 0.15 }
    }

    fn quarters(count: i32) -> Vec<Day> {
        (0..count).map(|i| Day::parse("2025-01-01").unwrap().plus_months(3 * i)).collect()
    }

    fn chart(count: i32) -> Fan {
        let panel = |label: &str, log, value: fn(f64) -> Quantiles| FanPanel {
            label: label.to_owned(),
            values: (0..count).map(|i| value(f64::from(i))).collect(),
            log,
        };
        let halving = |day: &str| Moment { day: Day::parse(day).unwrap(), label: format!("halving {}", &day[..4]) };
        Fan {
            title: "Cash flow, price and hashprice over the runs".to_owned(),
            subtitle: "1,000 runs; discounted at 10 % per year".to_owned(),
            days: quarters(count),
            moments: ["2024-04-20", "2028-04-17", "2032-04-14"].map(halving).into(),
            panels: vec![
                panel("Cumulative cash flow, million USD", false, |t| spread(-80.0 + 4.0 * t, 3.0 + 1.8 * t)),
                panel("Price of bitcoin, USD", true, |t| {
                    let median = 90_000.0 * crate::math::powf(1.03, t);
                    Quantiles { p95: median * crate::math::powf(1.12, t), ..spread(median, median * 0.012 * t) }
                }),
                panel("Hashprice, USD per PH/s and day", false, |t| spread(50.0 * crate::math::powf(0.97, t), 10.0)),
            ],
        }
    }

    #[test]
    fn bands_lines_and_halvings_are_drawn_over_common_dates() {
        let temporary = tempfile::tempdir().unwrap();
        let files = fan(&chart(44), &look(&temporary).join("fan")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        let texts = ["\nhalving 2028 (2028-04-17)\n", "\nPrice of bitcoin, USD, log scale\n", "\nmedian\n", "\n2030\n"];
        assert_says(&page, &texts);
        assert_eq!(page.matches("<polygon").count(), 6);
        assert!(!page.contains("2024-04-20"), "a moment before the first day is not drawn");
        assert_eq!(fan_svg(&chart(44)).unwrap(), page);
    }

    #[test]
    fn a_gap_cuts_the_bands() {
        let mut chart = chart(44);
        chart.panels.truncate(1);
        chart.panels[0].values[20].p95 = f64::NAN;
        assert_eq!(fan_svg(&chart).unwrap().matches("<polygon").count(), 3);
    }

    #[test]
    fn nothing_one_day_and_odd_values_draw_too() {
        assert_says(&fan_svg(&chart(0)).unwrap(), &["No finished run"]);
        assert_says(&fan_svg(&Fan { panels: Vec::new(), ..chart(5) }).unwrap(), &["No finished run"]);
        assert_says(&fan_svg(&chart(1)).unwrap(), &["\nmedian\n"]);
        for odd in [f64::NAN, f64::INFINITY, f64::MAX, -1e300, 0.0] {
            let mut chart = chart(12);
            chart.panels[1].values[3] = Quantiles { p95: odd, mean: odd, ..spread(1.0, 0.0) };
            chart.panels[2].values = vec![spread(odd, 0.0); 3];
            fan(&chart, &tempfile::tempdir().unwrap().path().join("fan")).unwrap();
        }
        fan_svg(&chart(10_000)).unwrap();
    }
}
