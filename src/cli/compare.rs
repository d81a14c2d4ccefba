//! `hashwatt compare`: why two net present values differ.

use super::exit::Failure;
use super::output::{grouped, millions, rounded, table};
use crate::chart::{self, Format, Waterfall};
use crate::finance::{Bridge, Step};
use crate::results::{Parts, Scope, Side, SideError, StepRow, View, bridge, check_file, csv_bytes, write_file};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The paragraphs below the options.
pub const HELP: &str = "\
A side is the folder of a finished run, or FOLDER:NAME with the name of one of its sites, of one of its farms \
(site/kind), or `portfolio`, which is meant where no name is given. Money is discounted to the start of its own run. \
Every way of parting it adds up: the steps lead exactly from the one net present value to the other.

Examples:
  hashwatt compare output/base-1a2b3c4d output/cheap-5e6f7a8b
  hashwatt compare output/base-1a2b3c4d:ohio output/base-1a2b3c4d:quebec --output ohio-quebec.svg
  hashwatt compare output/base-1a2b3c4d:ohio/mining output/base-1a2b3c4d:ohio/cloud --by year";

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run, site or farm one comes from
    #[arg(value_name = "RUN_A[:NAME]")]
    from: String,
    /// The run, site or farm one goes to
    #[arg(value_name = "RUN_B[:NAME]")]
    to: String,
    /// What the steps are
    #[arg(long, value_name = "PARTS", default_value = "line")]
    by: By,
    /// Bridge the owner's value, after loans, instead of that of the farms themselves
    #[arg(long)]
    owner: bool,
    /// Write the steps to this file as a table
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw the steps as a waterfall to this file, which ends in .svg or .png
    #[arg(long, value_name = "FILE", value_parser = picture)]
    output: Option<(PathBuf, Format)>,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    /// Print the steps as JSON on standard output, and nothing else
    #[arg(long)]
    json: bool,
}

/// What the steps are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Ledger lines
    Line,
    /// Calendar years
    Year,
    /// Sites of two portfolios
    Site,
    /// Farms of two portfolios or sites; those of sites by their kind
    Farm,
}

impl By {
    fn parts(self) -> Parts {
        match self {
            Self::Line => Parts::Lines,
            Self::Year => Parts::Years,
            Self::Site => Parts::Sites,
            Self::Farm => Parts::Farms,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Year => "year",
            Self::Site => "site",
            Self::Farm => "farm",
        }
    }
}

/// Reads both sides, writes the files asked for, prints the steps.
pub fn execute(args: &Args) -> Result<(), Failure> {
    for file in args.files() {
        check_file(file, args.force)?;
    }
    let found = Comparison::read(args)?;
    if let Some(file) = &args.csv {
        let bytes = csv_bytes(&found.rows()).map_err(|e| Failure::Unexpected(e.to_string()))?;
        write_file(file, &bytes, args.force)?;
    }
    if let Some((file, format)) = &args.output {
        write_file(file, &found.picture(*format)?, args.force)?;
    }
    let text = if args.json { found.json()? } else { found.describe(args) };
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

impl Args {
    fn files(&self) -> impl Iterator<Item = &Path> {
        self.csv.as_deref().into_iter().chain(self.output.as_ref().map(|(file, _)| file.as_path()))
    }
}

/// Two sides and the way from the one to the other.
struct Comparison {
    from: Side,
    to: Side,
    by: By,
    bridge: Bridge,
}

impl Comparison {
    fn read(args: &Args) -> Result<Self, Failure> {
        let view = if args.owner { View::Owner } else { View::Project };
        let (from, to) = (Side::read(&args.from, view)?, Side::read(&args.to, view)?);
        let bridge = bridge(&from, &to, args.by.parts())?;
        Ok(Self { from, to, by: args.by, bridge })
    }

    /// What the two are called: by their names, runs or both, whatever tells them apart.
    fn labels(&self) -> [String; 2] {
        let sides = [&self.from, &self.to];
        let file_name = |side: &Side| side.folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let [a, b] = sides.map(file_name);
        let short = a.is_some() && b.is_some() && a != b;
        let folder = |s: &Side| file_name(s).filter(|_| short).unwrap_or_else(|| s.folder.display().to_string());
        if self.from.folder == self.to.folder {
            sides.map(|side| side.name.clone())
        } else if self.from.name == self.to.name {
            sides.map(folder)
        } else {
            sides.map(|side| format!("{}:{}", folder(side), side.name))
        }
    }

    fn rows(&self) -> Vec<StepRow> {
        let row = |step: &Step| StepRow {
            step: step.name.clone(),
            from_usd: step.from_usd,
            to_usd: step.to_usd,
            difference_usd: step.difference_usd(),
        };
        self.bridge.steps.iter().map(row).collect()
    }

    /// The same with the names of steps as people write them.
    fn in_words(&self) -> Bridge {
        let mut bridge = self.bridge.clone();
        if self.by == By::Line {
            let words = |name: &str| name.replace('_', " ").replace(" om", " O&M");
            bridge.steps.iter_mut().for_each(|step| step.name = words(&step.name));
        }
        bridge
    }

    fn picture(&self, format: Format) -> Result<Vec<u8>, Failure> {
        let [from, to] = self.labels();
        let notes: Vec<String> = self.notes().iter().map(|note| format!("; {note}")).collect();
        let (a, b) = (about(&self.from), about(&self.to));
        let runs = if self.from.folder == self.to.folder { a } else { format!("{a} → {b}") };
        let waterfall = Waterfall {
            title: &format!("Net present value from {from} to {to}, by {}", self.by.name()),
            subtitle: &format!("{runs} · after capital and tax, discounted to the start{}", notes.concat()),
            from: &format!("NPV of {from}"),
            to: &format!("NPV of {to}"),
            others: &format!("other {}s", self.by.name()),
            bridge: &self.in_words(),
        };
        chart::waterfall(&waterfall, format).map_err(|e| Failure::Unexpected(e.to_string()))
    }

    fn json(&self) -> Result<String, Failure> {
        let value = json!({
            "from": as_json(&self.from),
            "to": as_json(&self.to),
            "by": self.by.name(),
            "steps": self.rows(),
            "difference_usd": self.bridge.difference_usd(),
        });
        serde_json::to_string_pretty(&value).map_err(|e| Failure::Unexpected(e.to_string()))
    }

    fn describe(&self, args: &Args) -> String {
        let [a, b] = [("A", &self.from), ("B", &self.to)]
            .map(|(letter, side)| format!("{letter}  {} of `{}`: {}", whose(side), side.folder.display(), about(side)));
        let notes: Vec<String> = self.notes().iter().map(|note| format!("\nnote: {note}")).collect();
        let files: Vec<String> = args.files().map(|file| format!("\nwritten  {}", file.display())).collect();
        let gap = if files.is_empty() { "" } else { "\n" };
        format!("{a}\n{b}\n\n{}{}{gap}{}", self.table(), notes.concat(), files.concat())
    }

    fn table(&self) -> String {
        let bridge = self.in_words();
        let largest = bridge.steps.iter().flat_map(|s| [s.from_usd.abs(), s.to_usd.abs()]).fold(0.0, f64::max);
        let (unit, money): (_, fn(f64) -> String) =
            if largest < 10e6 { ("k USD", |usd| rounded(usd / 1e3)) } else { ("M USD", millions) };
        let row = |name: &str, from: f64, to: f64| [name.to_owned(), money(from), money(to), money(to - from)];
        let steps = bridge.steps.iter().map(|step| row(&step.name, step.from_usd, step.to_usd));
        let total = row("NPV", bridge.from_usd, bridge.to_usd);
        let [a, b] = self.labels();
        let head =
            [format!("discounted {unit} by {}", self.by.name()), format!("A: {a}"), format!("B: {b}"), "B − A".into()];
        table(head, steps.chain([total]))
    }

    /// What differs between the runs beside what they book, and what that means for the steps.
    fn notes(&self) -> Vec<String> {
        let (a, b) = (&self.from, &self.to);
        let rate = |side: &Side| side.discount_rate_per_year.map_or("–".into(), |rate| format!("{rate} a year"));
        let terms = [
            ("discount rates", rate(a), rate(b), "part of every step is the rate's"),
            ("starts", a.summary.first_day.clone(), b.summary.first_day.clone(), "each is discounted to its own"),
            ("ends", a.summary.last_day.clone(), b.summary.last_day.clone(), "one counts days that the other does not"),
            ("seeds", grouped(a.manifest.seed), grouped(b.manifest.seed), "part of every step is luck"),
        ];
        let differing = terms.iter().filter(|(_, a, b, _)| a != b);
        let differ = differing.map(|(name, a, b, so)| format!("the {name} differ ({a} and {b}): {so}"));
        let lent = (a.view == View::Project && (a.has_loans || b.has_loans))
            .then(|| "there are loans: this is the value apart from them, --owner bridges what they leave".to_owned());
        differ.chain(lent).collect()
    }
}

fn whose(side: &Side) -> String {
    match side.scope {
        Scope::Portfolio => "the portfolio".to_owned(),
        Scope::Site => format!("site `{}`", side.name),
        Scope::Farm => format!("farm `{}`", side.name),
    }
}

fn about(side: &Side) -> String {
    let summary = &side.summary;
    format!("{}, {} to {}", summary.scenario, summary.first_day, summary.last_day)
}

fn as_json(side: &Side) -> Value {
    json!({
        "folder": side.folder.display().to_string(),
        "scope": side.scope,
        "name": side.name,
        "scenario": side.summary.scenario,
        "first_day": side.summary.first_day,
        "last_day": side.summary.last_day,
        "seed": side.manifest.seed,
        "discount_rate_per_year": side.discount_rate_per_year,
        "npv_usd": side.npv_usd,
    })
}

/// A file whose name ends as a picture's.
fn picture(text: &str) -> Result<(PathBuf, Format), String> {
    let path = PathBuf::from(text);
    let format = Format::of(&path).ok_or_else(|| format!("`{text}` ends neither in .svg nor in .png"))?;
    Ok((path, format))
}

/// Whatever cannot be compared is for the user to mend.
impl From<SideError> for Failure {
    fn from(error: SideError) -> Self {
        Self::BadInput(error.to_string())
    }
}
