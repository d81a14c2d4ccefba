//! Pictures from tables: what a run's CSV files hold, readable at a glance.
//!
//! Every chart is drawn once, as SVG by plotters, and rasterised from that SVG to PNG by resvg, with one embedded
//! font: the same tables give the same bytes on any machine. Charts know tables only, never the simulation, so
//! drawing an old run again gives the same pictures.
//!
//! [`draw_all`] draws the charts of a run; [`heat_map`] and [`lines`] draw any numbers over one or two swept keys.

mod canvas;
mod cash;
mod cost;
mod data;
mod dispatch;
mod epochs;
mod font;
mod generic;
mod map;
mod margin;
mod network;
mod palette;
mod panel;
mod placed;
mod scale;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

pub use generic::{HeatMap, Lines, Series, heat_map, lines};

use crate::results::Tables;

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// A file or folder could not be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The drawing itself failed: a bug, not bad input.
    #[error("cannot draw the chart: {0}")]
    Draw(String),
}

/// Draws one chart of a run as an SVG document; the title names the run.
type Draw = fn(&Tables, &str) -> Result<String, ChartError>;

/// Names (of the files) and drawings of a run's charts, in the order they are best read.
const CHARTS: [(&str, Draw); 8] = [
    ("map", map::svg),
    ("profit-per-epoch", epochs::svg),
    ("cost-per-btc", cost::svg),
    ("network", network::svg),
    ("placed-mw", placed::svg),
    ("margin-per-mwh", margin::svg),
    ("cumulative-cash-flow", cash::svg),
    ("dispatch", dispatch::svg),
];

/// Draws all charts of a run to `charts/` inside `dir`, as `<name>.svg` and `<name>.png`; `title` names the run in
/// each. Returns the paths written.
///
/// Tables without rows, farms or epochs make charts that say so.
///
/// # Errors
/// When a file cannot be written or a document cannot be drawn.
pub fn draw_all(tables: &Tables, title: &str, dir: &Path) -> Result<Vec<PathBuf>, ChartError> {
    let folder = dir.join("charts");
    std::fs::create_dir_all(&folder).map_err(|source| ChartError::Write {
        path: folder.clone(),
        source,
    })?;
    let written = CHARTS
        .par_iter()
        .map(|(name, draw)| write(&folder.join(name), &draw(tables, title)?))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(written.into_iter().flatten().collect())
}

/// Writes a document beside its picture; returns both paths.
fn write(stem: &Path, svg: &str) -> Result<Vec<PathBuf>, ChartError> {
    let files = [("svg", svg.as_bytes().to_vec()), ("png", png(svg)?)];
    files
        .into_iter()
        .map(|(extension, bytes)| {
            let mut name = stem.as_os_str().to_owned();
            name.push(".");
            name.push(extension);
            let path = PathBuf::from(name);
            std::fs::write(&path, bytes).map_err(|source| ChartError::Write {
                path: path.clone(),
                source,
            })?;
            Ok(path)
        })
        .collect()
}

/// Rasterises a document at its own size.
fn png(svg: &str) -> Result<Vec<u8>, ChartError> {
    let failed = |e: &dyn core::fmt::Display| ChartError::Draw(e.to_string());
    let options = usvg::Options {
        fontdb: font::database(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| failed(&e))?;
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"an empty page"))?;
    resvg::render(&tree, Transform::default(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|e| failed(&e))
}
