//! A value over two keys, as one map of cells or several with one colour scale.

use std::path::{Path, PathBuf};

use super::color::{color_bar, value_color};
use super::contour::contours;
use super::{drawable, note};
use crate::chart::canvas::{Align, Canvas, EMPTY_HEIGHT, MARGIN, SMALL, Style, TEXT, WIDTH, shortened, svg};
use crate::chart::font::text_width;
use crate::chart::palette::{BLANK, INK, WHITE, ink_on};
use crate::chart::panel::Panel;
use crate::chart::scale::{extent, short};
use crate::chart::{ChartError, write};

/// Maps of one picture at most.
const MOST_MAPS: usize = 12;
/// Height of one of several maps, and of the room around it, px.
const MAP: f64 = 330.0;
const AROUND: f64 = 90.0;

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
    /// The line where the value passes a level, interpolated between the centres of the cells as they are drawn:
    /// equally wide, whatever their keys.
    pub contour: Option<Contour>,
}

/// A line on a heat map where the value passes a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// The level, in the unit of the values.
    pub level: f64,
    /// What the level is, such as "break-even".
    pub label: String,
}

/// One value over two keys in several cases, side by side with one colour scale. Every label carries its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMaps {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know; may be empty.
    pub subtitle: String,
    /// Name and unit of the key across.
    pub x_label: String,
    /// Name and unit of the key upwards.
    pub y_label: String,
    /// Values of the key across, from left to right.
    pub x: Vec<f64>,
    /// Values of the key upwards, from the bottom up.
    pub y: Vec<f64>,
    /// The cases, of which twelve are drawn at most.
    pub maps: Vec<TitledMap>,
    /// A line through each map where it passes a level.
    pub contour: Option<Contour>,
}

/// One case of [`HeatMaps`].
#[derive(Debug, Clone, PartialEq)]
pub struct TitledMap {
    /// Name of the case.
    pub title: String,
    /// One row for each `y`, one value for each `x`; not finite where there is none.
    pub z: Vec<Vec<f64>>,
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

/// Draws heat maps to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn heat_maps(maps: &HeatMaps, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &heat_maps_svg(maps)?)
}

fn heat_map_svg(map: &HeatMap) -> Result<String, ChartError> {
    svg(1000.0, |c| {
        let top = c.heading(&map.title, &map.subtitle);
        let Some(range) = extent(map.z.iter().flatten().copied().map(drawable)) else {
            c.nothing("No finished run has this value.");
            return;
        };
        if map.x.is_empty() || map.y.is_empty() {
            c.nothing("No key was swept.");
            return;
        }
        let panel = Panel { left: 220.0, right: WIDTH - 230.0, top: top + 46.0, bottom: 890.0 };
        panel.name_y(c, &map.y_label);
        let cells = Cells::new(panel, &map.x, &map.y, &map.z, range);
        cells.draw(c);
        cells.name_rows(c);
        cells.name_columns(c);
        panel.name_x(c, &map.x_label);
        color_bar(c, (WIDTH - 190.0, panel.top, panel.bottom), range, |z| cells.color(z));
        if let Some(contour) = &map.contour {
            cells.draw_contour(c, contour);
            if let Some(text) = one_sided(contour, range) {
                note(c, &text);
            }
        }
    })
}

fn heat_maps_svg(chart: &HeatMaps) -> Result<String, ChartError> {
    let shown = &chart.maps[..chart.maps.len().min(MOST_MAPS)];
    let range = extent(shown.iter().flat_map(|map| map.z.iter().flatten()).copied().map(drawable));
    let range = range.filter(|_| !chart.x.is_empty() && !chart.y.is_empty());
    let columns = if shown.len() == 4 { 2 } else { shown.len().clamp(1, 3) };
    let rows = shown.len().div_ceil(columns);
    svg(if range.is_some() { 260.0 + (MAP + AROUND) * rows as f64 } else { EMPTY_HEIGHT }, |c| {
        let top = c.heading(&chart.title, &chart.subtitle);
        let Some(range) = range else {
            c.nothing("No finished run has this value.");
            return;
        };
        let (left, right) = (140.0, WIDTH - 190.0);
        let width = (right - left) / columns as f64;
        let panel = |i: usize| {
            let (left, top) = (left + width * (i % columns) as f64, top + 88.0 + (MAP + AROUND) * (i / columns) as f64);
            Panel { left, right: left + width - 40.0, top, bottom: top + MAP }
        };
        c.text((MARGIN, top + 16.0), &chart.y_label, Style::new(TEXT, INK, Align::Left).bold());
        for (i, map) in shown.iter().enumerate() {
            let panel = panel(i);
            panel.caption(c, &shortened(&map.title, TEXT, width - 60.0), 20.0);
            let cells = Cells::new(panel, &chart.x, &chart.y, &map.z, range);
            cells.draw(c);
            cells.name_columns(c);
            if i % columns == 0 {
                cells.name_rows(c);
            }
            if let Some(contour) = &chart.contour {
                cells.draw_contour(c, contour);
            }
        }
        let (first, last) = (panel(0), panel(shown.len() - 1));
        Panel { left, right, ..last }.name_x(c, &chart.x_label);
        color_bar(c, (right + 30.0, first.top, last.bottom), range, |z| value_color(z, range.0, range.1));
        if chart.maps.len() > shown.len() {
            note(c, &format!("{} more maps are not drawn", chart.maps.len() - shown.len()));
        } else if let Some(text) = chart.contour.as_ref().and_then(|contour| one_sided(contour, range)) {
            note(c, &text);
        }
    })
}

/// Why there is no line, where all values lie on one side of its level.
fn one_sided(contour: &Contour, (lo, hi): (f64, f64)) -> Option<String> {
    let side = if lo >= contour.level {
        "above"
    } else if hi < contour.level {
        "below"
    } else {
        return None;
    };
    Some(format!("{}: all values lie {side} it", contour.label))
}

/// A grid of coloured cells in a panel.
struct Cells<'a> {
    panel: Panel,
    x: &'a [f64],
    y: &'a [f64],
    /// A value for each cell, NaN where there is none.
    z: Vec<Vec<f64>>,
    range: (f64, f64),
    /// Size of a cell, px.
    width: f64,
    height: f64,
}

impl<'a> Cells<'a> {
    fn new(panel: Panel, x: &'a [f64], y: &'a [f64], z: &[Vec<f64>], range: (f64, f64)) -> Self {
        let value =
            |row: usize, column: usize| z.get(row).and_then(|r| r.get(column)).map_or(f64::NAN, |z| drawable(*z));
        let z = (0..y.len()).map(|row| (0..x.len()).map(|column| value(row, column)).collect()).collect();
        let width = (panel.right - panel.left) / x.len() as f64;
        let height = (panel.bottom - panel.top) / y.len() as f64;
        Self { panel, x, y, z, range, width, height }
    }

    fn color(&self, z: f64) -> plotters::style::RGBColor {
        value_color(z, self.range.0, self.range.1)
    }

    /// The point at a column and a row, counted from the centre of the lower left cell.
    fn at(&self, (column, row): (f64, f64)) -> (f64, f64) {
        (self.panel.left + self.width * (column + 0.5), self.panel.bottom - self.height * (row + 0.5))
    }

    fn draw(&self, c: &mut Canvas) {
        let with_text = self.width >= 90.0 && self.height >= 30.0;
        for (row, values) in self.z.iter().enumerate() {
            for (column, &z) in values.iter().enumerate() {
                let middle = self.at((column as f64, row as f64));
                let (x0, x1) = (middle.0 - self.width / 2.0, middle.0 + self.width / 2.0);
                let (y0, y1) = (middle.1 - self.height / 2.0, middle.1 + self.height / 2.0);
                let fill = if z.is_finite() { self.color(z) } else { BLANK };
                c.rect((x0.round(), y0.round()), (x1.round(), y1.round()), fill);
                if with_text {
                    c.text(middle, &short(z), Style::new(SMALL, ink_on(fill), Align::Middle));
                }
            }
        }
    }

    fn name_rows(&self, c: &mut Canvas) {
        let every = (30.0 / self.height).ceil() as usize;
        for (row, y) in self.y.iter().enumerate().step_by(every) {
            let at = (self.panel.left - 12.0, self.at((0.0, row as f64)).1);
            c.text(at, &short(*y), Style::new(TEXT, INK, Align::Right));
        }
    }

    fn name_columns(&self, c: &mut Canvas) {
        let every = (95.0 / self.width).ceil() as usize;
        for (column, x) in self.x.iter().enumerate().step_by(every) {
            let at = (self.at((column as f64, 0.0)).0, self.panel.bottom + 24.0);
            c.text(at, &short(*x), Style::new(TEXT, INK, Align::Middle));
        }
    }

    /// The lines at a level, with a halo, and the level's name on the longest.
    fn draw_contour(&self, c: &mut Canvas, contour: &Contour) {
        let lines = contours(&self.z, contour.level);
        let lines =
            lines.into_iter().map(|line| line.into_iter().map(|p| self.at(p)).collect()).collect::<Vec<Vec<_>>>();
        for (color, width) in [(WHITE, 8.0), (INK, 3.5)] {
            for line in &lines {
                c.line(line, color, width);
            }
        }
        if let Some(longest) = lines.iter().rev().max_by(|a, b| length(a).total_cmp(&length(b))) {
            self.name_line(c, longest, &contour.label);
        }
    }

    /// A name on a white plate at the middle of a line.
    fn name_line(&self, c: &mut Canvas, line: &[(f64, f64)], name: &str) {
        let name = shortened(name, SMALL, self.panel.right - self.panel.left - 20.0);
        let half = text_width(&name, SMALL, true) / 2.0 + 6.0;
        let (x, y) = line[line.len() / 2];
        let x = x.clamp(self.panel.left + half, (self.panel.right - half).max(self.panel.left + half));
        c.rect((x - half, y - 11.0), (x + half, y + 11.0), WHITE);
        c.text((x, y), &name, Style::new(SMALL, INK, Align::Middle).bold());
    }
}

fn length(line: &[(f64, f64)]) -> f64 {
    line.windows(2).map(|two| (two[1].0 - two[0].0).hypot(two[1].1 - two[0].1)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{assert_says, look};
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
            contour: None,
        }
    }

    fn profit(tilt: f64) -> Vec<Vec<f64>> {
        let map = swept(Vec::new());
        map.y.iter().map(|p| map.x.iter().map(|e| (p - tilt * e) * 2_000.0).collect()).collect()
    }

    fn break_even() -> Contour {
        Contour { level: 0.0, label: "break-even".to_owned() }
    }

    #[test]
    fn two_keys_make_a_map() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = look(&temporary);
        let map = swept(profit(1_200.0));
        let files = heat_map(&map, &folder.join("v1.2-heat")).unwrap();
        assert_eq!(files, ["v1.2-heat.svg", "v1.2-heat.png"].map(|f| folder.join(f)));
        let page = std::fs::read_to_string(&files[0]).unwrap();
        for text in ["Net present value (USD)", "power price (USD/MWh)", "BTC price (USD)", "252 M", "−120 M"] {
            assert!(page.contains(&format!("\n{text}\n")), "{text}");
        }
        assert!(!page.contains("break-even"));
        let map = HeatMap { contour: Some(break_even()), ..map };
        heat_map(&map, &folder.join("heat-contour")).unwrap();
        assert_says(&heat_map_svg(&map).unwrap(), &["\nbreak-even\n"]);
    }

    #[test]
    fn a_level_that_no_value_reaches_is_said_to_lie_outside() {
        let level = |level| Contour { level, label: "hurdle".to_owned() };
        let map = |level| HeatMap { contour: Some(level), ..swept(vec![vec![1.0, 2.0]; 2]) };
        let page = |level| heat_map_svg(&map(level)).unwrap();
        assert_says(&page(level(0.5)), &["hurdle: all values lie above it"]);
        assert_says(&page(level(2.5)), &["hurdle: all values lie below it"]);
        assert!(!page(level(1.5)).contains("all values lie"));
        assert!(!page(level(f64::NAN)).contains("all values lie"));
    }

    #[test]
    fn missing_runs_leave_blanks_and_no_run_says_so() {
        let mut z = vec![vec![1.0; 12]; 8];
        z[0][0] = f64::NAN;
        z[1][1] = f64::INFINITY;
        assert!(heat_map_svg(&HeatMap { contour: Some(break_even()), ..swept(z) }).unwrap().contains("\n–\n"));
        assert!(heat_map_svg(&swept(Vec::new())).unwrap().contains("No finished run"));
    }

    fn several(tilts: &[f64]) -> HeatMaps {
        let HeatMap { title, subtitle, x_label, y_label, x, y, .. } = swept(Vec::new());
        let map = |(i, tilt): (usize, &f64)| TitledMap { title: format!("class {i}"), z: profit(*tilt) };
        let maps = tilts.iter().enumerate().map(map).collect();
        HeatMaps { title, subtitle, x_label, y_label, x, y, maps, contour: Some(break_even()) }
    }

    #[test]
    fn several_maps_share_one_colour_scale_and_count_what_is_left_out() {
        let temporary = tempfile::tempdir().unwrap();
        heat_maps(&several(&[600.0, 1_200.0, 1_800.0, 2_400.0]), &look(&temporary).join("heat-maps-4")).unwrap();
        heat_maps(&several(&[300.0, 900.0, 1_200.0, 1_500.0, 1_800.0]), &look(&temporary).join("heat-maps-5")).unwrap();
        let page = heat_maps_svg(&several(&[1_000.0; 14])).unwrap();
        assert_eq!(page.matches("\nbreak-even\n").count(), 12);
        assert_says(&page, &["\nclass 11\n", "2 more maps are not drawn"]);
        // The same value has the same colour in both maps, though the first alone would end at 1.
        let mut two = several(&[1.0, 1.0]);
        (two.maps[0].z, two.maps[1].z) = (vec![vec![0.0, 1.0]], vec![vec![0.0, 3.0]]);
        let color = value_color(1.0, 0.0, 3.0);
        let fill = format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2);
        assert!(heat_maps_svg(&two).unwrap().contains(&fill), "{fill}");
    }

    #[test]
    fn maps_without_values_or_keys_say_so() {
        assert_says(&heat_maps_svg(&several(&[])).unwrap(), &["No finished run"]);
        let mut none = several(&[1.0]);
        none.x.clear();
        assert_says(&heat_maps_svg(&none).unwrap(), &["No finished run"]);
    }
}
