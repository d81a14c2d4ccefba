//! What the schema cannot say of a sweep file: which keys go together.

use crate::sweep::design::law;

use super::{Design, Distribution, MAX_RUNS, MAX_SEED, MAX_SOBOL_POINTS, Scale, Seeds, SweepFile, Vary};

/// What is wrong: the dotted path of the key, and the message with its remedy.
pub type Complaint = (String, String);

const DRAWS: &str = "random, latin_hypercube, sobol, morris or saltelli";

impl SweepFile {
    /// Checks which keys go together. What depends on the contents of a list, or on the base, is checked elsewhere.
    pub fn check(&self) -> Vec<Complaint> {
        let mut complaints = self.check_sizes();
        for (index, vary) in self.vary.iter().enumerate() {
            if let Some(first) = self.vary[..index].iter().position(|other| other.key == vary.key) {
                let text = format!(
                    "`{}` is varied twice, already by [[vary]] number {}: keep one of them",
                    vary.key,
                    first + 1
                );
                complaints.push((format!("vary.{index}.key"), text));
            }
            let wrong = vary.check(self.design);
            complaints.extend(wrong.into_iter().map(|(field, text)| (format!("vary.{index}.{field}"), text)));
        }
        if complaints.is_empty() {
            complaints.extend(self.check_zip());
            complaints.extend(self.check_number_of_runs());
        }
        complaints
    }

    fn check_sizes(&self) -> Vec<Complaint> {
        let (design, name) = (self.design, self.design.name());
        let mut complaints = Vec::new();
        let mut complain = |path: &str, text: String| complaints.push((path.to_owned(), text));
        let sampled = design.is_sample() || design == Design::Saltelli;
        if sampled && self.samples.is_none() {
            complain("design", format!("a {name} design needs the number of points: add `samples = 1024`"));
        }
        if !sampled && self.samples.is_some() {
            complain("samples", format!("the points of a {name} design are counted otherwise: remove `samples`"));
        }
        let of_sobol = matches!(design, Design::Sobol | Design::Saltelli);
        if of_sobol && self.samples.is_some_and(|n| n > MAX_SOBOL_POINTS) {
            complain("samples", format!("a Sobol sequence has at most {MAX_SOBOL_POINTS} points here: take fewer"));
        }
        for (path, given) in [("trajectories", self.trajectories.is_some()), ("levels", self.levels.is_some())] {
            if given && design != Design::Morris {
                complain(path, format!("only a morris design has {path}: remove it or write `design = \"morris\"`"));
            }
        }
        if self.levels.is_some_and(|n| n % 2 == 1) {
            complain("levels", "Morris steps over half of the levels: give an even number".into());
        }
        if self.second_order.is_some() && design != Design::Saltelli {
            complain(
                "second_order",
                "only a saltelli design has it: remove it or write `design = \"saltelli\"`".into(),
            );
        }
        if self.list.is_some() && design != Design::List {
            complain("list", "the points come from elsewhere: remove `list` or write `design = \"list\"`".into());
        }
        if design == Design::List && self.list.is_none() {
            complain("design", "a list needs its file: add `list = { file = \"points.csv\" }`".into());
        }
        if design == Design::List && !self.vary.is_empty() {
            complain("vary", "the keys of a list are the columns of its file: remove `[[vary]]`".into());
        }
        if self.vary.is_empty() && design != Design::List && design != Design::Grid {
            complain("design", format!("a {name} design needs keys to vary: add `[[vary]]`"));
        }
        if self.vary.is_empty() && design == Design::Grid && self.replicates < 2 {
            let text = "nothing is varied: add `[[vary]]`, or `replicates` for a sweep over seeds";
            complain("design", text.into());
        }
        complaints
    }

    fn check_zip(&self) -> Option<Complaint> {
        let first = self.vary.first().filter(|_| self.design == Design::Zip)?;
        let other = self.vary.iter().position(|v| v.steps() != first.steps())?;
        let text = format!(
            "`{}` has {} values and `{}` {}: a zip takes them in pairs",
            self.vary[other].key,
            self.vary[other].steps(),
            first.key,
            first.steps()
        );
        Some((format!("vary.{other}.key"), text))
    }

    fn check_number_of_runs(&self) -> Option<Complaint> {
        let runs = self.runs();
        let text = format!("this amounts to {runs} runs; a sweep may have {MAX_RUNS}: take fewer points or replicates");
        let path = if self.vary.is_empty() { "replicates" } else { "vary" };
        if self.seeds == Seeds::Independent && self.seed.saturating_add(runs) > MAX_SEED {
            return Some((
                "seed".to_owned(),
                format!("the seeds of {runs} runs from here on pass {MAX_SEED}: begin lower"),
            ));
        }
        (runs > MAX_RUNS).then(|| (path.to_owned(), text))
    }
}

type Wrong = Vec<(&'static str, String)>;

impl Vary {
    fn check(&self, design: Design) -> Wrong {
        let mut wrong = Vec::new();
        if let Some(values) = &self.values {
            self.check_values(values, design, &mut wrong);
        } else if design.is_levelled() {
            self.check_steps(&mut wrong);
        } else {
            self.check_law(design, &mut wrong);
        }
        if design.is_levelled() {
            self.refuse_laws(design, &mut wrong);
        } else {
            self.refuse_steps(&mut wrong);
        }
        for (field, number) in self.numbers() {
            if number.is_some_and(|x| !x.is_finite()) {
                wrong.push((field, "this is no number a key can take".into()));
            }
        }
        wrong
    }

    /// The optional numbers by name.
    fn numbers(&self) -> [(&'static str, Option<f64>); 6] {
        [
            ("from", self.from),
            ("to", self.to),
            ("mean", self.mean),
            ("standard_deviation", self.standard_deviation),
            ("peak", self.peak),
            ("round_to", self.round_to),
        ]
    }

    fn refuse_laws(&self, design: Design, wrong: &mut Wrong) {
        let laws = [
            ("distribution", self.distribution.is_some()),
            ("weights", self.weights.is_some()),
            ("mean", self.mean.is_some()),
            ("standard_deviation", self.standard_deviation.is_some()),
            ("peak", self.peak.is_some()),
            ("round_to", self.round_to.is_some()),
        ];
        for (field, _) in laws.iter().filter(|(_, given)| *given) {
            let text =
                format!("a {} design does not draw: remove it or take a design that does ({DRAWS})", design.name());
            wrong.push((field, text));
        }
    }

    fn refuse_steps(&self, wrong: &mut Wrong) {
        if self.steps.is_some() {
            wrong.push(("steps", "only grid and zip have steps: a design that draws takes `from` and `to`".into()));
        }
        if self.scale.is_some() {
            let text = "only grid and zip have steps: for equal ratios write `distribution = \"loguniform\"`";
            wrong.push(("scale", text.into()));
        }
    }

    fn check_values(&self, values: &[toml::Value], design: Design, wrong: &mut Wrong) {
        for (field, number) in self.numbers() {
            if number.is_some() {
                wrong.push((field, "`values` already says which values: remove one of the two".into()));
            }
        }
        let ranged = [("steps", self.steps.is_some()), ("scale", self.scale.is_some())];
        for (field, _) in ranged.iter().filter(|(_, given)| *given) {
            wrong.push((field, "`values` already says which values: remove one of the two".into()));
        }
        if self.distribution.is_some_and(|d| d != Distribution::Choice) {
            wrong.push(("distribution", "one of `values` is a `choice`: remove one of the two".into()));
        }
        if let Some(value) = values.iter().find(|v| v.is_array() || v.is_table()) {
            let text = format!(
                "a varied key takes numbers, texts or true/false, not {}: vary the keys inside it",
                value.type_str()
            );
            wrong.push(("values", text));
        }
        for (i, value) in values.iter().enumerate() {
            if design != Design::Zip && values[..i].contains(value) {
                let text = format!("{value} stands there twice: remove one (for more runs raise `replicates`)");
                wrong.push(("values", text));
            }
        }
        self.check_weights(values.len(), wrong);
    }

    fn check_weights(&self, values: usize, wrong: &mut Wrong) {
        let Some(weights) = &self.weights else { return };
        if weights.len() != values {
            wrong.push(("weights", format!("{} weights for {values} values: give one for each", weights.len())));
        }
        let bad = weights.iter().any(|w| !w.is_finite() || *w < 0.0);
        if bad || weights.iter().sum::<f64>() <= 0.0 {
            wrong.push(("weights", "weights must not be negative and one must be above zero".into()));
        }
    }

    fn check_steps(&self, wrong: &mut Wrong) {
        if self.steps.is_none() || self.from.is_none() || self.to.is_none() {
            let text = format!(
                "which values `{}` takes is not said: give `values = [...]`, or `from`, `to` and `steps`",
                self.key
            );
            return wrong.push(("key", text));
        }
        self.check_ends(self.scale == Some(Scale::Log), wrong);
    }

    fn check_law(&self, design: Design, wrong: &mut Wrong) {
        let law = self.law();
        let (wants, allowed): (&[&str], &[&str]) = match law {
            Distribution::Uniform | Distribution::Loguniform => (&["from", "to"], &["from", "to"]),
            Distribution::Triangular => (&["from", "to"], &["from", "to", "peak"]),
            // The levels of Morris reach to both ends of a law, so there it must have some.
            Distribution::Normal if design == Design::Morris => {
                (&["mean", "standard_deviation", "from", "to"], &["mean", "standard_deviation", "from", "to"])
            }
            Distribution::Normal => (&["mean", "standard_deviation"], &["mean", "standard_deviation", "from", "to"]),
            Distribution::Choice => {
                return wrong.push(("distribution", "a choice needs what to choose from: add `values = [...]`".into()));
            }
        };
        let numbers = self.numbers();
        let missing: Vec<String> =
            numbers.iter().filter(|(f, x)| wants.contains(f) && x.is_none()).map(|(f, _)| format!("`{f}`")).collect();
        if !missing.is_empty() {
            let law = format!("{law:?}").to_lowercase();
            let text = format!(
                "which values `{}` takes is not said: a {law} law needs {} (or give `values = [...]`)",
                self.key,
                missing.join(" and ")
            );
            wrong.push(("key", text));
        }
        for (field, number) in numbers {
            if number.is_some() && field != "round_to" && !allowed.contains(&field) {
                wrong.push((field, "this law does not have it: remove it, or name another `distribution`".into()));
            }
        }
        if self.weights.is_some() {
            wrong.push(("weights", "weights belong to `values`".into()));
        }
        if self.standard_deviation.is_some_and(|sd| sd <= 0.0) {
            wrong.push(("standard_deviation", "must lie above zero".into()));
        }
        if self.round_to.is_some_and(|r| r <= 0.0) {
            wrong.push(("round_to", "must lie above zero".into()));
        }
        self.check_ends(law == Distribution::Loguniform, wrong);
        if wrong.is_empty() {
            self.check_mass(wrong);
        }
    }

    /// A law must have something between its ends.
    fn check_mass(&self, wrong: &mut Wrong) {
        /// Less than one draw in a billion.
        const NOTHING: f64 = 1e-9;
        let (from, to) = (self.from.unwrap_or(f64::NEG_INFINITY), self.to.unwrap_or(f64::INFINITY));
        if let (Some(mean), Some(sd)) = (self.mean, self.standard_deviation)
            && law::normal_mass((from - mean) / sd, (to - mean) / sd) < NOTHING
        {
            wrong.push(("mean", format!("next to nothing of this law lies between {from} and {to}: move the ends")));
        }
        if let Some(unit) = self.round_to
            && law::multiples(unit, from, to).0 > law::multiples(unit, from, to).1
        {
            wrong.push(("round_to", format!("no multiple of {unit} lies between {from} and {to}")));
        }
    }

    fn check_ends(&self, ratios: bool, wrong: &mut Wrong) {
        let (Some(from), Some(to)) = (self.from, self.to) else { return };
        if from >= to {
            wrong.push(("to", format!("must lie above `from` ({from}): exchange them")));
        }
        if ratios && from <= 0.0 {
            wrong.push(("from", "equal ratios need ends above zero: raise it or use the linear scale".into()));
        }
        if self.peak.is_some_and(|peak| peak < from || peak > to) {
            wrong.push(("peak", format!("must lie between `from` ({from}) and `to` ({to})")));
        }
    }
}
