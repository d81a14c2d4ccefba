//! Pictures from tables: what a run's CSV files hold, readable at a glance.
//!
//! Every chart is drawn once, as SVG by plotters, and rasterised from that SVG to PNG by resvg, with one embedded
//! font: the same tables give the same bytes on any machine. Charts know tables only, never the simulation, so
//! drawing an old run again gives the same pictures.
//!
//! [`draw_all`] draws the charts of a run, [`draw_placement`] those of a placement, [`waterfall()`] the steps between two
//! amounts. Any numbers are drawn over one or two keys by [`lines()`], [`heat_map`] and [`heat_maps`], over time by
//! [`fan()`], by how they spread by [`distribution()`] and [`scatter()`], by what moves them by [`tornado()`],
//! [`sobol()`] and [`morris()`].

mod canvas;
mod cash;
mod cost;
mod data;
mod dispatch;
mod epochs;
#[cfg(test)]
mod fixture;
mod font;
mod generic;
mod label;
mod map;
mod margin;
mod network;
mod palette;
mod panel;
mod place;
mod placed;
mod scale;
mod waterfall;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

pub use generic::{
    Contour, Distribution, Effect, End, Estimate, Fan, FanPanel, Front, Group, HeatMap, HeatMaps, Indices, Lines, Mark,
    Moment, Morris, Point, Quantiles, Scatter, Series, Sobol, Swing, TitledMap, Tornado, distribution, fan, heat_map,
    heat_maps, lines, morris, scatter, sobol, tornado,
};
pub use place::draw_placement;
pub use waterfall::{Waterfall, waterfall};

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

/// What a single picture is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The document itself.
    Svg,
    /// Its pixels.
    Png,
}

impl Format {
    /// The format a file's name asks for by its ending.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }

    fn bytes(self, svg: String) -> Result<Vec<u8>, ChartError> {
        match self {
            Self::Svg => Ok(svg.into_bytes()),
            Self::Png => png(&svg),
        }
    }
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
    std::fs::create_dir_all(&folder).map_err(|source| ChartError::Write { path: folder.clone(), source })?;
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
            std::fs::write(&path, bytes).map_err(|source| ChartError::Write { path: path.clone(), source })?;
            Ok(path)
        })
        .collect()
}

/// Rasterises a document at its own size.
fn png(svg: &str) -> Result<Vec<u8>, ChartError> {
    let failed = |e: &dyn core::fmt::Display| ChartError::Draw(e.to_string());
    let options = usvg::Options { fontdb: font::database(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| failed(&e))?;
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"an empty page"))?;
    resvg::render(&tree, Transform::default(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs() -> [(&'static str, Tables); 5] {
        [
            ("full", fixture::full()),
            ("single", fixture::single()),
            ("crowded", fixture::crowded()),
            ("idle", fixture::idle()),
            ("empty", Tables::default()),
        ]
    }

    fn document(tables: &Tables, name: &str) -> String {
        let (_, draw) = CHARTS.iter().find(|chart| chart.0 == name).unwrap();
        draw(tables, "A run").unwrap()
    }

    /// The texts of a document one after the other, wrapped lines joined.
    fn words(document: &str) -> String {
        let lines = document.lines().filter(|line| !line.starts_with('<'));
        lines.collect::<Vec<_>>().join(" ")
    }

    fn assert_says(document: &str, texts: &[&str]) {
        let words = words(document);
        for text in texts {
            assert!(words.contains(text), "`{text}` is missing in {words}");
        }
    }

    /// Where `HASHWATT_LOOK` names a folder, the pictures stay there for a human eye.
    #[test]
    fn every_chart_draws_on_full_single_crowded_idle_and_empty_tables() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = std::env::var_os("HASHWATT_LOOK").map_or(temporary.path().to_owned(), PathBuf::from);
        for (run, tables) in runs() {
            let files = draw_all(&tables, "Reference: twelve sites, 2024–2036", &folder.join(run)).unwrap();
            assert_eq!(files.len(), 2 * CHARTS.len());
            for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "png")) {
                let picture = Pixmap::load_png(file).unwrap();
                assert_eq!(picture.width(), 1600);
                let inked = picture.pixels().iter().filter(|p| p.red() < 0x80).count();
                assert!(inked > 1000, "{} of `{run}` is blank", file.display());
            }
        }
    }

    #[test]
    fn empty_tables_make_charts_that_say_so() {
        for (name, draw) in CHARTS {
            let page = draw(&Tables::default(), "").unwrap();
            assert!(page.contains("\nNo ") || page.contains("\nThe run has no "), "{name}");
        }
        assert_says(&document(&fixture::idle(), "cost-per-btc"), &["A run · no coin was mined", "BTC price"]);
        assert_says(&document(&fixture::idle(), "placed-mw"), &["No farm stood in this run."]);
    }

    #[test]
    fn titles_state_the_unit_and_legends_name_what_is_drawn() {
        let tables = fixture::full();
        let page = |name| document(&tables, name);
        assert_says(
            &page("profit-per-epoch"),
            &[
                "Discounted cash flow per halving epoch, by site and kind (million USD)",
                "mining",
                "AI hosting",
                "AI cloud",
                "epoch 3",
                "epoch 7",
                "Ashburn, Virginia",
            ],
        );
        assert_says(
            &page("cost-per-btc"),
            &[
                "Cost per BTC, four ways, and the BTC price (USD/BTC)",
                "electricity cost",
                "marginal cost",
                "cash cost",
                "all-in cost",
                "BTC price",
                "halving to 3.125 BTC",
                "halving to 1.5625 BTC",
                "halving to 0.78125 BTC",
            ],
        );
        assert_says(&page("network"), &["Hashprice, USD per PH/s and day", "Difficulty", "Network hashrate, EH/s"]);
        assert_says(
            &page("placed-mw"),
            &[
                "Placed capacity by kind and site class (MW)",
                "surplus sites",
                "hydro sites",
                "mixed sites",
                "grid sites",
                "AI cloud, MW",
            ],
        );
        assert_says(
            &page("margin-per-mwh"),
            &["Margin per MWh: mining, AI and grid sale (USD/MWh)", "mining", "AI", "grid sale"],
        );
        assert_says(&page("cumulative-cash-flow"), &["Cumulative discounted cash flow (million USD)", "all farms"]);
        assert_says(
            &page("dispatch"),
            &["Dispatch of sites with farms (MW)", "mining, up to 250 MW", "maximum of the panel"],
        );
        assert_says(&page("map"), &["Sites and their mining and AI capacity (MW)", "Singapore", "200 MW each"]);
    }

    #[test]
    fn a_site_s_bars_show_the_epochs_sums_and_depreciation_is_not_cash() {
        let tables = fixture::single();
        let mining = tables.epochs.iter().find(|r| r.kind == crate::results::Kind::Mining).unwrap();
        let bar = scale::short(mining.discounted_cash_flow_usd / 1e6);
        assert_says(&document(&tables, "profit-per-epoch"), &[&bar, &format!("sum {bar}")]);
        let cash =
            tables.cashflow.iter().filter(|r| r.line != "depreciation" && r.scope == crate::results::Scope::Site);
        let end = scale::short(cash.map(|r| r.discounted_usd).sum::<f64>() / 1e6);
        assert_says(&document(&tables, "cumulative-cash-flow"), &[&end]);
    }

    #[test]
    fn what_is_left_out_is_stated() {
        let tables = fixture::crowded();
        for (name, text) in [
            ("profit-per-epoch", "the 25 smallest sites are summed"),
            ("margin-per-mwh", "16 more sites are not drawn"),
            ("dispatch", "32 smaller sites are not drawn"),
            ("cumulative-cash-flow", "24 sites that move less are not drawn"),
            ("map", "sites are not named for lack of room"),
        ] {
            assert_says(&document(&tables, name), &[text]);
        }
    }

    #[test]
    fn the_same_tables_give_the_same_bytes() {
        for (name, draw) in CHARTS {
            let (once, again) = (draw(&fixture::full(), "").unwrap(), draw(&fixture::full(), "").unwrap());
            assert_eq!(once, again, "{name}");
            assert_eq!(png(&once).unwrap(), png(&again).unwrap(), "{name}");
        }
    }

    #[test]
    fn odd_rows_do_not_break_a_chart() {
        let mut tables = fixture::full();
        tables.network[5].price_usd = f64::NAN;
        tables.network[6].difficulty = f64::INFINITY;
        tables.network[7].date = "not a date".to_owned();
        tables.sites[0].latitude_deg = f64::NAN;
        tables.sites[1].ai_margin_usd_per_mwh = Some(f64::NEG_INFINITY);
        tables.dispatch[0].month = 0;
        tables.dispatch[1].hour_utc = 99;
        tables.placed[0].mw = f64::NAN;
        tables.placed[1].month = "2024".to_owned();
        tables.placed[2].month = "9999-12".to_owned();
        tables.epochs[0].first_day = "é".to_owned();
        tables.cashflow[0].discounted_usd = f64::NAN;
        for (_, draw) in CHARTS {
            assert!(png(&draw(&tables, "A run").unwrap()).is_ok());
        }
    }
}
