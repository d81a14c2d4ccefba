//! The sweep file: what it may say, and what it must not.

use crate::bitcoin::race::Mode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most runs one sweep may have; a larger number is taken for a slip.
pub const MAX_RUNS: u64 = 1_000_000;

/// A sweep: one base scenario, run once per point of a design and replicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SweepFile {
    /// Path of the base scenario, seen from the folder of the sweep file.
    pub base: String,
    /// How points are laid over the varied keys. Default: `grid`.
    #[serde(default)]
    pub design: Design,
    /// Number of random points; required for `design = "random"`, not allowed for a grid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub samples: Option<u32>,
    /// Runs per point. Replicate r runs with seed `seed + r - 1` at every point, so that points are compared under the
    /// same luck (common random numbers). Default: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100_000))]
    pub replicates: u32,
    /// Seed of the first replicate, and of the random design. Default: 1.
    #[serde(default = "first_seed")]
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub seed: u64,
    /// How blocks are found. Default: `sampled`, which has the luck of `hash` without its work.
    #[serde(default = "sampled")]
    pub mode: Mode,
    /// The varied keys; the first varies slowest in a grid.
    #[schemars(length(min = 1))]
    pub vary: Vec<Vary>,
}

/// How points are laid over the varied keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Every combination of the values of all keys.
    #[default]
    Grid,
    /// `samples` independent draws; each key has a random stream of its own, so adding one changes no other.
    Random,
}

/// One varied key and the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vary {
    /// Dotted path of the scenario key, as for `--set`.
    pub key: String,
    /// The values, as they would stand in the scenario file. A random design draws them with equal chances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<serde_json::Value>>", length(min = 1))]
    pub values: Option<Vec<toml::Value>>,
    /// Lowest value, in the unit of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Highest value, in the unit of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Number of values from `from` to `to`, both included (grid only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 100_000))]
    pub steps: Option<u32>,
    /// Spacing of the steps (grid only). Default: `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// Law of the draws between `from` and `to` (random design only). Default: `uniform`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Every value between the ends is as likely.
    #[default]
    Uniform,
    /// Every ratio is as likely: uniform in the logarithm; both ends must be above zero.
    Loguniform,
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

/// What is wrong: the dotted path of the key, and the message with its remedy.
pub type Complaint = (String, String);

impl SweepFile {
    /// Checks what the schema cannot say: which keys go together.
    pub fn check(&self) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        let mut complain = |path: &str, message: String| complaints.push((path.to_owned(), message));
        match (self.design, self.samples) {
            (Design::Grid, Some(_)) => complain(
                "samples",
                "a grid has as many points as its values give: remove `samples` or write `design = \"random\"`".into(),
            ),
            (Design::Random, None) => {
                complain("design", "a random design needs the number of points: add `samples = 100`".into());
            }
            _ => {}
        }
        for (index, vary) in self.vary.iter().enumerate() {
            let at = |field: &str| format!("vary.{index}.{field}");
            if let Some(first) = self.vary[..index].iter().position(|other| other.key == vary.key) {
                complain(
                    &at("key"),
                    format!(
                        "`{}` is varied twice, already by [[vary]] number {}: keep one of them",
                        vary.key,
                        first + 1
                    ),
                );
            }
            for (field, message) in vary.check(self.design) {
                complain(&at(field), message);
            }
        }
        if complaints.is_empty() && self.runs() > MAX_RUNS {
            complaints.push((
                "vary".into(),
                format!(
                    "this amounts to {} runs; a sweep may have {MAX_RUNS}: take fewer values or replicates",
                    self.runs()
                ),
            ));
        }
        complaints
    }

    /// Number of points of the design.
    pub fn points(&self) -> u64 {
        match self.design {
            Design::Random => u64::from(self.samples.unwrap_or(0)),
            Design::Grid => self.vary.iter().fold(1, |n: u64, vary| n.saturating_mul(vary.levels())),
        }
    }

    /// Number of runs: points × replicates.
    pub fn runs(&self) -> u64 {
        self.points().saturating_mul(u64::from(self.replicates))
    }

    /// Seed of a replicate (counted from 1): the same at every point.
    pub fn replicate_seed(&self, replicate: u32) -> u64 {
        self.seed + u64::from(replicate) - 1
    }
}

impl Vary {
    fn levels(&self) -> u64 {
        self.values.as_ref().map_or(u64::from(self.steps.unwrap_or(0)), |v| v.len() as u64)
    }

    fn check(&self, design: Design) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        if let Some(values) = &self.values {
            self.check_values(values, &mut wrong);
        } else {
            self.check_range(design, &mut wrong);
        }
        if design == Design::Grid && self.distribution.is_some() {
            wrong.push(("distribution", "only a random design draws: remove it or write `design = \"random\"`".into()));
        }
        if design == Design::Random && self.steps.is_some() {
            wrong.push(("steps", "only a grid has steps: a random design takes `from` and `to`".into()));
        }
        if design == Design::Random && self.scale.is_some() {
            wrong.push((
                "scale",
                "only a grid has steps: for equal ratios write `distribution = \"loguniform\"`".into(),
            ));
        }
        wrong
    }

    fn check_values(&self, values: &[toml::Value], wrong: &mut Vec<(&'static str, String)>) {
        let ranged = [
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("steps", self.steps.is_some()),
            ("scale", self.scale.is_some()),
            ("distribution", self.distribution.is_some()),
        ];
        for (field, given) in ranged {
            if given {
                wrong.push((field, "`values` already says which values: remove one of the two".into()));
            }
        }
        if let Some(value) = values.iter().find(|v| v.is_array() || v.is_table()) {
            wrong.push((
                "values",
                format!(
                    "a varied key takes numbers, texts or true/false, not {}: vary the keys inside it",
                    value.type_str()
                ),
            ));
        }
        for (i, value) in values.iter().enumerate() {
            if values[..i].contains(value) {
                wrong.push((
                    "values",
                    format!("{value} stands there twice: remove one (for more runs raise `replicates`)"),
                ));
            }
        }
    }

    fn check_range(&self, design: Design, wrong: &mut Vec<(&'static str, String)>) {
        let needs_steps = design == Design::Grid && self.steps.is_none();
        let (Some(from), Some(to), false) = (self.from, self.to, needs_steps) else {
            let remedy = match design {
                Design::Grid => "give `values = [...]`, or `from`, `to` and `steps`",
                Design::Random => "give `values = [...]`, or `from` and `to` with a `distribution`",
            };
            wrong.push(("key", format!("which values `{}` takes is not said: {remedy}", self.key)));
            return;
        };
        for (field, end) in [("from", from), ("to", to)] {
            if !end.is_finite() {
                wrong.push((field, format!("{end} is no number a key can take")));
            }
        }
        if from >= to {
            wrong.push(("to", format!("must lie above `from` ({from}): exchange them")));
        }
        let ratios = self.scale == Some(Scale::Log) || self.distribution == Some(Distribution::Loguniform);
        if ratios && from <= 0.0 {
            wrong.push(("from", "equal ratios need ends above zero: raise it or use the linear scale".into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> SweepFile {
        toml::from_str(text).unwrap()
    }

    fn complaints(text: &str) -> Vec<String> {
        parse(text).check().into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn a_grid_has_the_product_of_its_values_times_replicates_runs() {
        let file = parse(
            "base = 'b.toml'\nreplicates = 4\n[[vary]]\nkey = 'a'\nvalues = [1, 2, 3]\n[[vary]]\nkey = 'b'\nfrom = 0\nto = 1\nsteps = 5",
        );
        assert_eq!(file.check(), []);
        assert_eq!((file.points(), file.runs()), (15, 60));
    }

    #[test]
    fn replicates_share_their_seeds_across_points() {
        let file = parse("base = 'b.toml'\nseed = 7\nreplicates = 3\n[[vary]]\nkey = 'a'\nvalues = [1]");
        assert_eq!([1, 2, 3].map(|r| file.replicate_seed(r)), [7, 8, 9]);
    }

    #[test]
    fn what_does_not_go_together_is_refused_all_at_once() {
        let text = "base = 'b.toml'\nsamples = 3\n\
            [[vary]]\nkey = 'a'\nvalues = [1, 1]\nto = 3\n\
            [[vary]]\nkey = 'a'\nfrom = 2\nto = 1\nsteps = 3\nscale = 'log'\n\
            [[vary]]\nkey = 'c'\n\
            [[vary]]\nkey = 'd'\nfrom = 0\nto = 1\nsteps = 2\nscale = 'log'\ndistribution = 'uniform'";
        assert_eq!(
            complaints(text),
            [
                "samples",
                "vary.0.to",
                "vary.0.values",
                "vary.1.key",
                "vary.1.to",
                "vary.2.key",
                "vary.3.from",
                "vary.3.distribution"
            ]
        );
    }

    #[test]
    fn a_random_design_wants_samples_and_no_steps() {
        let text =
            "base = 'b.toml'\ndesign = 'random'\n[[vary]]\nkey = 'a'\nfrom = 0\nto = 1\nsteps = 2\nscale = 'log'";
        assert_eq!(complaints(text), ["design", "vary.0.from", "vary.0.steps", "vary.0.scale"]);
    }

    #[test]
    fn a_sweep_of_absurd_size_is_refused() {
        let axis = |key: &str| format!("[[vary]]\nkey = '{key}'\nfrom = 0\nto = 1\nsteps = 100000\n");
        let text = format!("base = 'b.toml'\n{}{}", axis("a"), axis("b"));
        assert_eq!(complaints(&text), ["vary"]);
    }
}
