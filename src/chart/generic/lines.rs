//! A value over one key, one line for each series.

use std::path::{Path, PathBuf};

use crate::chart::canvas::{Align, Key, MARGIN, Mark, SMALL, Style, TEXT, WIDTH, svg};
use crate::chart::palette::{GREY, INK, SERIES, tint};
use crate::chart::panel::Panel;
use crate::chart::scale::{Scale, extent};
use crate::chart::{ChartError, write};

/// A value over one key, for one or more series. Every label carries its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know (replicates, base scenario); may be empty.
    pub subtitle: String,
    /// Name and unit of the key across.
    pub x_label: String,
    /// Values of the key, from left to right.
    pub x: Vec<f64>,
    /// What is drawn over them; at most eight are told apart by colour.
    pub series: Vec<Series>,
}

/// One line of [`Lines`].
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// One value for each `x`; not finite where there is none.
    pub y: Vec<f64>,
    /// Band around the line (such as the 5 and 95 % quantiles): least and greatest value for each `x`; may be empty.
    pub band: Vec<(f64, f64)>,
}

/// Draws lines to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn lines(lines: &Lines, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &lines_svg(lines)?)
}

fn lines_svg(chart: &Lines) -> Result<String, ChartError> {
    svg(900.0, |c| {
        let top = c.heading(&chart.title, &chart.subtitle);
        let shown = &chart.series[..chart.series.len().min(SERIES.len())];
        let values = || shown.iter().flat_map(|s| s.y.iter().copied().chain(s.band.iter().flat_map(|b| [b.0, b.1])));
        if extent(values()).is_none() || extent(chart.x.iter().copied()).is_none() {
            c.nothing("No finished run has this value.");
            return;
        }
        let keys = shown.iter().zip(SERIES).map(|(s, color)| Key::new(&s.name, color, Mark::Line));
        let top = c.legend(top, &keys.collect::<Vec<_>>());
        let panel = Panel { left: 150.0, right: WIDTH - 60.0, top: top + 20.0, bottom: 800.0 };
        let (lo, hi) = extent(chart.x.iter().copied()).unwrap_or((0.0, 1.0));
        let x = Scale::exact(lo, hi, panel.x_px());
        let y = Scale::around(values(), panel.y_px());
        panel.draw_y(c, &y);
        panel.draw_x(c, &x, 130.0);
        for (series, color) in shown.iter().zip(SERIES) {
            let edges = chart.x.iter().zip(&series.band).map(|(x, (lo, hi))| (*x, *lo, *hi));
            c.band((&x, &y), edges, tint(color, 0.6), 0.35);
        }
        for (series, color) in shown.iter().zip(SERIES) {
            let points = || chart.x.iter().copied().zip(series.y.iter().copied());
            c.curve((&x, &y), points(), color, 3.0);
            for (vx, vy) in points().filter(|p| p.1.is_finite()).filter(|_| chart.x.len() <= 60) {
                c.circle((x.at(vx), y.at(vy)), 6.0, color, 1.0);
            }
        }
        let middle = f64::midpoint(panel.left, panel.right);
        c.text((middle, 864.0), &chart.x_label, Style::new(TEXT, INK, Align::Middle).bold());
        let left_out = chart.series.len() - shown.len();
        if left_out > 0 {
            let note = format!("{left_out} more series are not drawn");
            c.text((WIDTH - MARGIN, 884.0), &note, Style::new(SMALL, GREY, Align::Right));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::look;
    use super::*;

    fn line(name: &str, slope: f64) -> Series {
        let x = || (0..12).map(f64::from);
        Series {
            name: name.to_owned(),
            y: x().map(|v| slope * (8.0 - v)).collect(),
            band: x().map(|v| (slope * (6.0 - v), slope * (11.0 - v))).collect(),
        }
    }

    fn one_key(series: Vec<Series>) -> Lines {
        Lines {
            title: "Net present value (million USD)".to_owned(),
            subtitle: String::new(),
            x_label: "power price (USD/MWh)".to_owned(),
            x: (0..12).map(|i| 20.0 + 5.0 * f64::from(i)).collect(),
            series,
        }
    }

    #[test]
    fn one_key_makes_lines_with_bands() {
        let temporary = tempfile::tempdir().unwrap();
        let chart = one_key(vec![line("mining", 1.0), line("AI", 2.0)]);
        let files = lines(&chart, &look(&temporary).join("lines")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        assert!(page.contains("\nmining\n") && page.contains("\nAI\n") && page.contains("<polygon"));
    }

    #[test]
    fn missing_runs_leave_gaps_and_no_run_says_so() {
        assert!(lines_svg(&one_key(Vec::new())).unwrap().contains("No finished run"));
        let short = Series { name: "short".to_owned(), y: vec![f64::NAN, 2.0], band: Vec::new() };
        assert!(lines_svg(&one_key(vec![short])).unwrap().contains("\nshort\n"));
    }

    #[test]
    fn more_series_than_colours_are_counted() {
        let many = (0..10).map(|i| line(&format!("series {i}"), 1.0)).collect();
        assert!(lines_svg(&one_key(many)).unwrap().contains("2 more series are not drawn"));
    }
}
