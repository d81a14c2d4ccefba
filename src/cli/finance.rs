//! `hashwatt finance`.

use super::exit::Failure;
use crate::finance::Project;
use crate::finance::project::Timing;
use crate::results::{ProjectReport, RunStatement, StatementRow};
use crate::scenario::{Override, Report, load_as};
use serde_json::Value;
use std::io::{self, Write};
use std::path::Path;

mod print;

/// The paragraphs below the options.
pub const HELP: &str = "\
A project is a TOML file: capital, what is sold and bought per year, prices, tax, loans (its schema: `hashwatt schema \
project`). RUN is the folder of a finished run, RUN:NAME one of its sites or farms (site/kind).

Examples:
  hashwatt finance mine.toml --set mining.price_usd_per_btc=90000
  hashwatt finance mine.toml --csv > mine.csv
  hashwatt finance output/base-1a2b3c4d:ohio/mining";

/// Arguments of `finance`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A project file, or a finished run with the site or farm that is meant
    #[arg(value_name = "FILE.toml|RUN[:NAME]")]
    what: String,
    /// Set a key of the project, e.g. --set mining.price_usd_per_btc=90000; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    overrides: Vec<Override>,
    /// Rows by month instead of by year; a project needs timing = "monthly"
    #[arg(long)]
    monthly: bool,
    /// Print the table as CSV on standard output, and nothing else
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print figures and table as JSON on standard output, and nothing else
    #[arg(long)]
    json: bool,
}

/// Prints the cash-flow table and what it says.
pub fn execute(args: &Args) -> Result<(), Failure> {
    if is_run(&args.what) { of_run(args) } else { of_project(args) }
}

/// A folder, or a folder with a name after a colon.
fn is_run(what: &str) -> bool {
    let named = what.rsplit_once(':').is_some_and(|(folder, _)| Path::new(folder).is_dir());
    Path::new(what).is_dir() || named && !Path::new(what).exists()
}

fn of_project(args: &Args) -> Result<(), Failure> {
    let project = load_as(Path::new(&args.what), &args.overrides, check)?.scenario;
    if args.monthly && project.timing == Timing::Annual {
        let what = "--monthly needs a project in months: set `timing = \"monthly\"` in the file";
        return Err(Failure::BadInput(what.into()));
    }
    let report = ProjectReport::of(project);
    if args.json {
        return print_json(&report.json(args.monthly));
    }
    let rows = if args.monthly { report.periods() } else { report.years() };
    if args.csv {
        // The table is for a program; who started it reads the notes.
        for note in report.notes() {
            writeln!(io::stderr().lock(), "note: {note}")?;
        }
        write_csv(&rows)
    } else {
        print(&print::project(&report, &rows))
    }
}

fn of_run(args: &Args) -> Result<(), Failure> {
    if !args.overrides.is_empty() {
        let what = "--set changes a project file; the books of a finished run are closed: set the key when running";
        return Err(Failure::BadInput(what.into()));
    }
    let statement = RunStatement::read(&args.what)?;
    if args.json {
        return print_json(&statement.json(args.monthly)?);
    }
    let rows = if args.monthly { statement.months()? } else { statement.years.clone() };
    if args.csv { write_csv(&rows) } else { print(&print::run(&statement, &rows)) }
}

fn check(project: &mut Project, report: &mut Report<'_>) {
    report.within("", project.check());
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

fn print_json(value: &Value) -> Result<(), Failure> {
    print(&serde_json::to_string_pretty(value).map_err(|e| Failure::Unexpected(e.to_string()))?)
}

fn write_csv(rows: &[StatementRow]) -> Result<(), Failure> {
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    let failed = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => Failure::from(error),
        other => Failure::Unexpected(format!("{other:?}")),
    };
    // Construction has no month; the table has the column if any row has one.
    let monthly = rows.iter().any(|row| row.month.is_some());
    for (i, row) in rows.iter().enumerate() {
        if i == 0 {
            let first = ["year"].into_iter().chain(monthly.then_some("month"));
            let names: Vec<&str> = first.chain(row.columns.iter().map(|(name, _)| name.as_str())).collect();
            out.write_record(names).map_err(failed)?;
        }
        let month = monthly.then(|| row.month.map(|m| m.to_string()).unwrap_or_default());
        let values = row.columns.iter().map(|(_, value)| value.map(|v| v.to_string()).unwrap_or_default());
        out.write_record([row.year.to_string()].into_iter().chain(month).chain(values)).map_err(failed)?;
    }
    Ok(out.flush()?)
}
