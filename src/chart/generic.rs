//! Pictures of any numbers: each is a struct of values and labels, and a function that draws it.
//!
//! Values may be missing: what is not finite, or beyond ±10³⁰⁰, is left out.

mod color;
mod contour;
mod distribution;
mod fan;
mod heat;
mod histogram;
mod lines;
mod morris;
mod scatter;
mod sobol;
mod tornado;

pub use distribution::{Distribution, Group, Mark, distribution};
pub use fan::{Fan, FanPanel, Moment, Quantiles, fan};
pub use heat::{Contour, HeatMap, HeatMaps, TitledMap, heat_map, heat_maps};
pub use lines::{Lines, Series, lines};
pub use morris::{Effect, Morris, morris};
pub use scatter::{Front, Point, Scatter, scatter};
pub use sobol::{Estimate, Indices, Sobol, sobol};
pub use tornado::{End, Swing, Tornado, tornado};

use super::canvas::{Align, Canvas, MARGIN, SMALL, Style, TEXT, WIDTH, shortened_within};
use super::font::text_width;
use super::palette::{GREY, GRID, INK};

/// Rows of a chart at most, the first in its order.
const MOST_ROWS: usize = 30;

/// Whether a value can be drawn.
fn is_drawable(value: f64) -> bool {
    value.abs() <= 1e300
}

/// What cannot be drawn as what is missing.
fn drawable(value: f64) -> f64 {
    if is_drawable(value) { value } else { f64::NAN }
}

/// Where rows begin to the right of their names.
fn right_of_names<'a>(names: impl Iterator<Item = &'a str>) -> f64 {
    names.map(|name| text_width(name, TEXT, false)).fold(0.0, f64::max).min(0.36 * WIDTH) + MARGIN + 20.0
}

/// The name of a row on the left, and the line below the row.
fn draw_row_name(c: &mut Canvas, (left, middle, height): (f64, f64, f64), name: &str) {
    let name = shortened_within(name, TEXT, left - MARGIN - 16.0);
    c.text((left - 16.0, middle), &name, Style::new(TEXT, INK, Align::Right));
    c.line(&[(MARGIN, middle + height / 2.0), (left, middle + height / 2.0)], GRID, 1.0);
}

/// What is not drawn, at the lower right corner of the page.
fn note(c: &mut Canvas, text: &str) {
    c.text((WIDTH - MARGIN, c.height() - 16.0), text, Style::new(SMALL, GREY, Align::Right));
}

/// Where pictures of tests go: where `HASHWATT_LOOK` names a folder, they stay there for a human eye.
#[cfg(test)]
fn look(temporary: &tempfile::TempDir) -> std::path::PathBuf {
    std::env::var_os("HASHWATT_LOOK").map_or(temporary.path().to_owned(), std::path::PathBuf::from)
}

/// Asserts that a document states these texts.
#[cfg(test)]
fn assert_says(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "`{text}` is missing in {page}");
    }
}
