//! A scenario type of the tests' own, so that they stay when the real one changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Diagnostics, LoadedAs, Override, Report, load_as};
use crate::calendar::Day;

/// A scenario for tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tiny {
    /// Short name: lower-case letters, digits and `-`.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    pub name: String,
    /// First simulated day, UTC.
    pub start: Day,
    /// Seed of every random stream. Default: 1.
    #[serde(default = "one")]
    pub seed: u64,
    /// The chain and the price.
    pub bitcoin: Bitcoin,
    /// Tax, share of profit. Default: 0.21.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub tax_rate_share: f64,
    /// Rent by model, USD per GPU-hour.
    #[serde(default)]
    pub rents: BTreeMap<String, f64>,
    /// Candidate sites.
    #[schemars(length(min = 1))]
    pub sites: Vec<Site>,
}

fn one() -> u64 {
    1
}

/// The chain and the price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bitcoin {
    /// How blocks are found. Default: `hash`.
    #[serde(default)]
    pub mode: Mode,
    /// Hashes a block costs on average. Default: 256.
    #[serde(default = "hashes")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub hashes_per_block: u32,
    /// The coin's price, USD per BTC.
    pub price: Price,
}

fn hashes() -> u32 {
    256
}

/// How blocks are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Real SHA-256d.
    #[default]
    Hash,
    /// Drawn from the same law.
    Sampled,
}

/// The coin's price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Price {
    /// The same every day.
    Constant {
        /// Price of a coin, USD.
        #[schemars(range(min = 0.0, max = 1e9))]
        price_usd: f64,
    },
    /// Geometric Brownian motion.
    Gbm(Gbm),
    /// Daily prices from a file.
    Csv {
        /// Path of the file.
        file: String,
    },
}

/// Geometric Brownian motion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gbm {
    /// Price on the first day, USD.
    #[schemars(range(min = 0.0, max = 1e9))]
    pub initial_usd: f64,
    /// Volatility, per square root of a year. Default: 0.6.
    #[serde(default = "volatility")]
    #[schemars(range(min = 0.0, max = 5.0))]
    pub volatility: f64,
}

fn volatility() -> f64 {
    0.6
}

/// A candidate site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Name, unique among the sites.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Latitude, degrees north. The equator is 0.
    #[schemars(range(min = -90.0, max = 90.0))]
    pub latitude_deg: f64,
    /// Whether fibre is there. Default: true.
    #[serde(default = "yes")]
    pub fibre: bool,
    /// Market price of energy, USD/MWh, for each quarter. Default: 40 in each.
    #[serde(default = "quarters")]
    pub price_usd_per_mwh: [f64; 4],
    /// Months of the wet season, 1 to 12. Default: none.
    #[serde(default)]
    #[schemars(inner(range(min = 1, max = 12)), length(max = 12))]
    pub wet_months: Vec<u8>,
    /// Connection that imports from the grid. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
}

fn yes() -> bool {
    true
}

fn quarters() -> [f64; 4] {
    [40.0; 4]
}

/// Connection that imports from the grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Largest power the connection can draw, MW.
    #[schemars(range(min = 0.0, max = 10_000.0))]
    pub import_limit_mw: f64,
    /// Delivery charge on top of the market price, USD/MWh. Default: 0.
    #[serde(default)]
    #[schemars(range(min = -100.0, max = 1000.0))]
    pub delivery_adder_usd_per_mwh: f64,
    /// Mean number of outages per year. Default: none are simulated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 100.0))]
    pub outages_per_year: Option<f64>,
}

/// A scenario without mistakes.
pub const GOOD: &str = r#"name = "good"
start = 2024-01-01

[bitcoin]
mode = "sampled"
price = { kind = "gbm", initial_usd = 65000 }

[[sites]]
name = "texas"
latitude_deg = 32.4

[sites.grid]
import_limit_mw = 100
"#;

/// A folder with files, and what loading `scenario.toml` in it gives.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Loads `scenario.toml` with `--set`s, without further checks.
    pub fn load(&self, sets: &[&str]) -> Result<LoadedAs<Tiny>, Diagnostics> {
        self.load_checked(sets, |_, _| {})
    }

    /// Loads `scenario.toml` with a cross-field check.
    pub fn load_checked(
        &self,
        sets: &[&str],
        check: impl FnOnce(&mut Tiny, &mut Report<'_>),
    ) -> Result<LoadedAs<Tiny>, Diagnostics> {
        let overrides: Vec<Override> = sets.iter().map(|s| Override::parse(s).unwrap()).collect();
        load_as(&self.file("scenario.toml"), &overrides, check)
    }

    /// The messages, without the folder's own path.
    pub fn messages(&self, sets: &[&str]) -> String {
        let error = self.load(sets).expect_err("the input has a mistake");
        self.anonymous(&error)
    }

    /// Messages without the folder's own path.
    pub fn anonymous(&self, error: &Diagnostics) -> String {
        let text = error.render(false);
        text.replace(&format!("{}/", self.path().display()), "").replace(&self.path().display().to_string(), ".")
    }
}

/// The messages for one file.
pub fn messages(text: &str) -> String {
    Folder::new(&[("scenario.toml", text)]).messages(&[])
}
