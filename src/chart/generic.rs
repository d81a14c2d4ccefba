//! Pictures of any numbers over one or two swept keys.

use std::path::{Path, PathBuf};

use super::canvas::{Align, Canvas, Key, MARGIN, Mark, SMALL, Style, TEXT, WIDTH, svg};
use super::palette::{BLANK, GREY, INK, SERIES, SPINE, diverging, ink_on, sequential, tint};
use super::panel::Panel;
use super::scale::{Scale, extent, short};
use super::{ChartError, write};

/// A value over two keys. Every label carries its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know (replicates, base scenario); may be empty.
    pub subtitle: String,
    /// Name and unit of the key across.
    pub x_label: String,
    /// Name and unit of the key upwards.
    pub y_label: String,
    /// Values of the key across, from left to right.
    pub x: Vec<f64>,
    /// Values of the key upwards, from the bottom up.
    pub y: Vec<f64>,
    /// One row for each of `y`, one value for each of `x`; not finite where there is none.
    pub z: Vec<Vec<f64>>,
}

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

/// Draws a heat map to `stem` + `.svg` and `.png`; returns both paths.
///
/// Blue is positive and orange negative where the values have both signs, else dark is little and yellow is much.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn heat_map(map: &HeatMap, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &heat_map_svg(map)?)
}

/// Draws lines to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn lines(lines: &Lines, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &lines_svg(lines)?)
}

fn heat_map_svg(map: &HeatMap) -> Result<String, ChartError> {
    svg(1000.0, |c| {
        let top = c.heading(&map.title, &map.subtitle);
        let Some((lo, hi)) = extent(map.z.iter().flatten().copied()) else {
            c.nothing("No finished run has this value.");
            return;
        };
        if map.x.is_empty() || map.y.is_empty() {
            c.nothing("No key was swept.");
            return;
        }
        let panel = Panel { left: 220.0, right: WIDTH - 230.0, top: top + 46.0, bottom: 890.0 };
        c.text((MARGIN, top + 16.0), &map.y_label, Style::new(TEXT, INK, Align::Left).bold());
        let color = |z: f64| cell_color(z, lo, hi);
        draw_cells(c, panel, map, color);
        let middle = f64::midpoint(panel.left, panel.right);
        c.text((middle, 960.0), &map.x_label, Style::new(TEXT, INK, Align::Middle).bold());
        color_bar(c, (WIDTH - 190.0, panel.top, panel.bottom), (lo, hi), color);
    })
}

fn cell_color(z: f64, lo: f64, hi: f64) -> plotters::style::RGBColor {
    if lo < 0.0 && hi > 0.0 {
        diverging(z / lo.abs().max(hi))
    } else if hi > lo {
        sequential((z - lo) / (hi - lo))
    } else {
        sequential(0.5)
    }
}

fn draw_cells(c: &mut Canvas, panel: Panel, map: &HeatMap, color: impl Fn(f64) -> plotters::style::RGBColor) {
    let width = (panel.right - panel.left) / map.x.len() as f64;
    let height = (panel.bottom - panel.top) / map.y.len() as f64;
    let with_text = width >= 90.0 && height >= 30.0;
    for row in 0..map.y.len() {
        let (y0, y1) = (panel.bottom - height * row as f64, panel.bottom - height * (row + 1) as f64);
        for column in 0..map.x.len() {
            let (x0, x1) = (panel.left + width * column as f64, panel.left + width * (column + 1) as f64);
            let z = map.z.get(row).and_then(|r| r.get(column)).copied().unwrap_or(f64::NAN);
            let fill = if z.is_finite() { color(z) } else { BLANK };
            c.rect((x0.round(), y0.round()), (x1.round(), y1.round()), fill);
            if with_text {
                let at = (f64::midpoint(x0, x1), f64::midpoint(y0, y1));
                c.text(at, &short(z), Style::new(SMALL, ink_on(fill), Align::Middle));
            }
        }
    }
    let every_row = (30.0 / height).ceil() as usize;
    for (i, y) in map.y.iter().enumerate().step_by(every_row) {
        let at = panel.bottom - height * (i as f64 + 0.5);
        c.text((panel.left - 12.0, at), &short(*y), Style::new(TEXT, INK, Align::Right));
    }
    let every_column = (95.0 / width).ceil() as usize;
    for (i, x) in map.x.iter().enumerate().step_by(every_column) {
        let at = panel.left + width * (i as f64 + 0.5);
        c.text((at, panel.bottom + 24.0), &short(*x), Style::new(TEXT, INK, Align::Middle));
    }
}

/// A vertical bar of the colours of `lo`..`hi` with their values, at (left, top, bottom).
pub(super) fn color_bar(
    c: &mut Canvas,
    (left, top, bottom): (f64, f64, f64),
    (lo, hi): (f64, f64),
    color: impl Fn(f64) -> plotters::style::RGBColor,
) {
    const STEPS: u32 = 60;
    const BAR: f64 = 26.0;
    let scale = Scale::exact(lo, hi, (bottom, top));
    for i in 0..STEPS {
        let edge = |i: u32| (bottom + (top - bottom) * f64::from(i) / f64::from(STEPS)).round();
        let value = scale.lo + (scale.hi - scale.lo) * (f64::from(i) + 0.5) / f64::from(STEPS);
        c.rect((left, edge(i)), (left + BAR, edge(i + 1)), color(value));
    }
    for tick in scale.ticks(70.0) {
        let at = scale.at(tick);
        c.line(&[(left + BAR, at), (left + BAR + 6.0, at)], SPINE, 1.5);
        c.text((left + BAR + 12.0, at), &short(tick), Style::new(TEXT, INK, Align::Left));
    }
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
            draw_band(c, (&x, &y), chart, series, color);
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

fn draw_band(
    c: &mut Canvas,
    (x, y): (&Scale, &Scale),
    chart: &Lines,
    series: &Series,
    color: plotters::style::RGBColor,
) {
    let edges = chart
        .x
        .iter()
        .zip(&series.band)
        .filter(|(_, b)| b.0.is_finite() && b.1.is_finite())
        .map(|(v, b)| (x.at(*v), y.at(b.0), y.at(b.1)))
        .collect::<Vec<_>>();
    if edges.len() < 2 {
        return;
    }
    let there = edges.iter().map(|e| (e.0, e.1));
    let back = edges.iter().rev().map(|e| (e.0, e.2));
    c.polygon(&there.chain(back).collect::<Vec<_>>(), tint(color, 0.6), 0.35);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swept(z: Vec<Vec<f64>>) -> HeatMap {
        HeatMap {
            title: "Net present value (USD)".to_owned(),
            subtitle: "5 replicates".to_owned(),
            x_label: "power price (USD/MWh)".to_owned(),
            y_label: "BTC price (USD)".to_owned(),
            x: (0..12).map(|i| 20.0 + 5.0 * f64::from(i)).collect(),
            y: (0..9).map(|i| 30_000.0 + 15_000.0 * f64::from(i)).collect(),
            z,
        }
    }

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

    /// Where `HASHWATT_LOOK` names a folder, the pictures stay there for a human eye.
    #[test]
    fn two_keys_make_a_map_and_one_key_lines() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = std::env::var_os("HASHWATT_LOOK").map_or(temporary.path().to_owned(), PathBuf::from);
        let mut map = swept(Vec::new());
        map.z = map.y.iter().map(|p| map.x.iter().map(|e| (p - 1_200.0 * e) * 2_000.0).collect()).collect();
        let files = heat_map(&map, &folder.join("v1.2-heat")).unwrap();
        assert_eq!(files, ["v1.2-heat.svg", "v1.2-heat.png"].map(|f| folder.join(f)));
        let page = std::fs::read_to_string(&files[0]).unwrap();
        for text in ["Net present value (USD)", "power price (USD/MWh)", "BTC price (USD)", "252 M", "−120 M"] {
            assert!(page.contains(&format!("\n{text}\n")), "{text}");
        }
        let files = lines(&one_key(vec![line("mining", 1.0), line("AI", 2.0)]), &folder.join("lines")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        assert!(page.contains("\nmining\n") && page.contains("\nAI\n") && page.contains("<polygon"));
    }

    #[test]
    fn missing_runs_leave_blanks_and_no_run_says_so() {
        let mut z = vec![vec![1.0; 12]; 8];
        z[0][0] = f64::NAN;
        assert!(heat_map_svg(&swept(z)).unwrap().contains("\n–\n"));
        assert!(heat_map_svg(&swept(Vec::new())).unwrap().contains("No finished run"));
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
