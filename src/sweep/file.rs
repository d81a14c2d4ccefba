//! The sweep file: what it may say. What goes together is in `check`.

mod check;

use crate::bitcoin::race::Mode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most runs one sweep may have; a larger number is taken for a slip.
pub const MAX_RUNS: u64 = 1_000_000;

/// Greatest seed: numbers up to here are exact in every file format.
pub const MAX_SEED: u64 = 9_007_199_254_740_991;

/// Most points of a scrambled Sobol sequence.
pub const MAX_SOBOL_POINTS: u32 = 65_536;

/// A sweep: one base scenario, run once per point of a design and replicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SweepFile {
    /// Path of the base scenario, seen from the folder of the sweep file.
    pub base: String,
    /// How points are laid over the varied keys. Default: `grid`.
    #[serde(default)]
    pub design: Design,
    /// Points of `random`, `latin_hypercube` and `sobol`; base points of `saltelli`, which runs (keys + 2) times as many.
    /// For `sobol` and `saltelli` at most 65,536, best a power of two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub samples: Option<u32>,
    /// Trajectories of `morris`, each of (keys + 1) runs. Default: 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 10_000))]
    pub trajectories: Option<u32>,
    /// Levels of each key in `morris`, an even number. Default: 4, as Morris (1991) and SALib.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 100))]
    pub levels: Option<u32>,
    /// Second-order indices of `saltelli`, for 2 · (keys + 1) runs per base point. Default: false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_order: Option<bool>,
    /// The points of `list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
    /// Runs per point, told apart by their seeds. Default: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub replicates: u32,
    /// Which runs share their luck. Default: `common`.
    #[serde(default)]
    pub seeds: Seeds,
    /// Seed of the first run, and of the design. Default: 1.
    #[serde(default = "first_seed")]
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub seed: u64,
    /// How blocks are found. Default: `sampled`, which has the luck of `hash` without its work.
    #[serde(default = "sampled")]
    pub mode: Mode,
    /// The varied keys; the first varies slowest in a grid. None for a sweep over seeds only, or with `list`.
    #[serde(default)]
    pub vary: Vec<Vary>,
    /// Figures of `runs.csv` beside those that are always there.
    #[serde(default)]
    pub metric: Vec<Metric>,
    /// The two figures weighed against each other. Default: most `npv_usd` for least `capital_usd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pareto: Option<Pareto>,
    /// Rows of the data file of `list`, filled in when it is checked.
    #[serde(skip)]
    pub listed: Listed,
}

/// How points are laid over the varied keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Every combination of the values of all keys.
    #[default]
    Grid,
    /// The first values of all keys together, then the second ones.
    Zip,
    /// The rows of a CSV file whose columns are the keys.
    List,
    /// Independent draws; each key has a random stream of its own, so adding one changes no other.
    Random,
    /// Each key's range cut into as many equally likely parts as there are points, each part used once (McKay, Beckman
    /// and Conover 1979).
    LatinHypercube,
    /// An Owen-scrambled Sobol sequence: fills the space of the keys evenly.
    Sobol,
    /// Trajectories that change one key at a time (Morris 1991): which keys matter at all, for few runs.
    Morris,
    /// Saltelli's (2010) points on a scrambled Sobol sequence: which share of the variance is whose.
    Saltelli,
}

impl Design {
    /// The design as files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Zip => "zip",
            Self::List => "list",
            Self::Random => "random",
            Self::LatinHypercube => "latin_hypercube",
            Self::Sobol => "sobol",
            Self::Morris => "morris",
            Self::Saltelli => "saltelli",
        }
    }

    /// The points lie where values are given, not where laws are drawn from.
    pub fn is_levelled(self) -> bool {
        matches!(self, Self::Grid | Self::Zip | Self::List)
    }

    /// The runs are a sample of what the keys' laws say may happen, so that their spread is a risk.
    pub fn is_sample(self) -> bool {
        matches!(self, Self::Random | Self::LatinHypercube | Self::Sobol)
    }
}

/// Which runs share their luck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seeds {
    /// Replicate r runs with `seed` + r - 1 at every point: points are compared under the same weather, prices and
    /// blocks (common random numbers), which makes their difference far less noisy.
    #[default]
    Common,
    /// Run n runs with `seed` + n - 1: no two runs share anything.
    Independent,
}

/// Points from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// A CSV file, seen from the folder of the sweep file. Its header names the keys; cells are written as after
    /// `--set key=`.
    pub file: String,
}

/// The contents of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listed {
    /// The keys, from the header.
    pub keys: Vec<String>,
    /// The values of every row.
    pub rows: Vec<Vec<toml::Value>>,
    /// Line of the file each row begins on, from 1.
    pub lines: Vec<usize>,
}

/// One varied key and the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vary {
    /// Dotted path of the scenario key, as for `--set`.
    pub key: String,
    /// The values, as they would stand in the scenario file. Designs that draw take them with equal chances, or those
    /// of `weights`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<serde_json::Value>>", length(min = 1))]
    pub values: Option<Vec<toml::Value>>,
    /// How likely each of `values` is, in any unit (designs that draw only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub weights: Option<Vec<f64>>,
    /// Lowest value, in the unit of the key; for `normal` where the law is cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Highest value, in the unit of the key; for `normal` where the law is cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Number of values from `from` to `to`, both included (grid and zip only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 100_000))]
    pub steps: Option<u32>,
    /// Spacing of the steps (grid and zip only). Default: `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// Law of the draws (designs that draw only). Default: `choice` with `values`, else `uniform`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
    /// Mean of `normal`, before it is cut off, in the unit of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Standard deviation of `normal`, before it is cut off, in the unit of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_deviation: Option<f64>,
    /// Likeliest value of `triangular`, in the unit of the key. Default: the middle of `from` and `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<f64>,
    /// Draws are rounded to the nearest multiple of this: 1 for a key that counts something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_to: Option<f64>,
    /// Column of `runs.csv` whose mean at each value of the key stands on the axis of heat maps and lines in place of
    /// the value: for a key that stands for something else, as a constant price for a hashprice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_as: Option<String>,
}

/// Spacing of the steps of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal ratios; both ends must be above zero.
    Log,
}

/// Law of a random draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Every value between the ends is as likely.
    Uniform,
    /// Every ratio is as likely: uniform in the logarithm; both ends must be above zero.
    Loguniform,
    /// The normal law of `mean` and `standard_deviation`, cut off at `from` and `to` where they are given.
    Normal,
    /// Rises from `from` to `peak` and falls to `to`.
    Triangular,
    /// One of `values`.
    Choice,
}

/// A figure of `runs.csv` that the user asks for: a number of `returns.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Name of the column in `runs.csv`; should carry the unit, as `npv_usd` does.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"))]
    pub name: String,
    /// Column of `returns.csv`: `npv_usd`, `equity_npv_usd`, `irr_per_year`, `break_even_btc_price_usd`...
    pub column: String,
    /// `portfolio`, a site, or a farm (`site/kind`). Default: `portfolio`.
    #[serde(default = "portfolio")]
    pub scope: String,
    /// `mining`, `hosting`, `cloud`, `grid_sale`, or `all`. Default: that of the farm, else `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Halving epoch, for the part of that epoch: 4 from April 2024, 5 from 2028. Default: the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u32>,
    /// A site or farm whose figure is taken off, so that the column is a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less: Option<String>,
}

/// Two figures weighed against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pareto {
    /// Columns of `runs.csv` of which more is better.
    #[serde(default)]
    pub maximise: Vec<String>,
    /// Columns of `runs.csv` of which less is better. Two in all.
    #[serde(default)]
    pub minimise: Vec<String>,
}

impl Default for Pareto {
    fn default() -> Self {
        Self { maximise: vec!["npv_usd".into()], minimise: vec!["capital_usd".into()] }
    }
}

fn sampled() -> Mode {
    Mode::Sampled
}

fn one() -> u32 {
    1
}

fn first_seed() -> u64 {
    1
}

fn portfolio() -> String {
    crate::results::PORTFOLIO.to_owned()
}

impl SweepFile {
    /// The varied keys, in the order of the file.
    pub fn keys(&self) -> Vec<String> {
        match self.design {
            Design::List => self.listed.keys.clone(),
            _ => self.vary.iter().map(|v| v.key.clone()).collect(),
        }
    }

    /// Number of points of the design.
    pub fn points(&self) -> u64 {
        let keys = self.vary.len() as u64;
        let samples = u64::from(self.samples.unwrap_or(0));
        match self.design {
            Design::Grid => self.vary.iter().fold(1, |n: u64, vary| n.saturating_mul(vary.steps())),
            Design::Zip => self.vary.first().map_or(1, Vary::steps),
            Design::List => self.listed.rows.len() as u64,
            Design::Random | Design::LatinHypercube | Design::Sobol => samples,
            Design::Morris => u64::from(self.trajectories()) * (keys + 1),
            Design::Saltelli => samples * if self.second_order() { 2 * keys + 2 } else { keys + 2 },
        }
    }

    /// Number of runs: points × replicates.
    pub fn runs(&self) -> u64 {
        self.points().saturating_mul(u64::from(self.replicates))
    }

    /// Seed of a run (counted from 1) that is this replicate (counted from 1) of its point.
    pub fn seed_of(&self, run: u64, replicate: u32) -> u64 {
        match self.seeds {
            Seeds::Common => self.seed + u64::from(replicate) - 1,
            Seeds::Independent => self.seed + run - 1,
        }
    }

    /// Number of trajectories of `morris`.
    pub fn trajectories(&self) -> u32 {
        self.trajectories.unwrap_or(20)
    }

    /// Number of levels of `morris`.
    pub fn levels(&self) -> u32 {
        self.levels.unwrap_or(4)
    }

    /// Whether `saltelli` has the points for second-order indices.
    pub fn second_order(&self) -> bool {
        self.second_order.unwrap_or(false)
    }
}

impl Vary {
    /// Number of values in a grid.
    fn steps(&self) -> u64 {
        self.values.as_ref().map_or(u64::from(self.steps.unwrap_or(0)), |v| v.len() as u64)
    }

    /// The law of a design that draws.
    pub fn law(&self) -> Distribution {
        let default = if self.values.is_some() { Distribution::Choice } else { Distribution::Uniform };
        self.distribution.unwrap_or(default)
    }
}

#[cfg(test)]
mod tests;
