//! `hashwatt finance`.

use super::exit::Failure;
use crate::finance::Project;
use crate::finance::project::Timing;
use crate::results::{ProjectReport, ProjectRow};
use crate::scenario::{Override, Report, load_as};
use std::io::{self, Write};
use std::path::PathBuf;

mod print;

/// Arguments of `finance`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The project file
    project: PathBuf,
    /// Set a key of the project, e.g. --set mining.price_usd_per_btc=90000; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    overrides: Vec<Override>,
    /// Rows by month instead of by year (of a project with timing = "monthly")
    #[arg(long)]
    monthly: bool,
    /// Print the table as CSV on standard output, and nothing else
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print figures and table as JSON on standard output, and nothing else
    #[arg(long)]
    json: bool,
}

/// Evaluates the project and prints what was found.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let project = load_as(&args.project, &args.overrides, check)?.scenario;
    if args.monthly && project.timing == Timing::Annual {
        let what = "--monthly needs a project in months: set `timing = \"monthly\"` in the file";
        return Err(Failure::BadInput(what.into()));
    }
    let report = ProjectReport::of(project);
    if args.json {
        let text = serde_json::to_string_pretty(&report.json(args.monthly));
        writeln!(io::stdout().lock(), "{}", text.map_err(|e| Failure::Unexpected(e.to_string()))?)?;
    } else {
        let rows = if args.monthly { report.periods() } else { report.years() };
        if args.csv {
            write_csv(&rows)?;
        } else {
            writeln!(io::stdout().lock(), "{}", print::describe(&report, &rows))?;
        }
    }
    Ok(())
}

fn check(project: &mut Project, report: &mut Report<'_>) {
    report.within("", project.check());
    let assets = project.capital.iter().enumerate();
    report.unique("capital", assets.map(|(i, asset)| (asset.name.as_str(), format!("capital.{i}.name"))));
    let loans = project.debt.iter().enumerate();
    report.unique("debt", loans.map(|(i, loan)| (loan.name.as_str(), format!("debt.{i}.name"))));
}

fn write_csv(rows: &[ProjectRow]) -> Result<(), Failure> {
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
