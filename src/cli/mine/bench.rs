//! `hashwatt mine bench`.

use super::{kernel, print_json, threads};
use crate::cli::exit::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::table;
use crate::cli::progress::TimeBar;
use crate::hash::Kernel;
use crate::hash::bench::{BenchError, Comparison, Plan, Rate, Speed, Workload, compare};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::time::Duration;

/// The paragraphs below the options.
pub const HELP: &str = "\
Every kernel of this machine searches one header with 1, 4 and 8 rolled versions for a target that nothing meets, and \
so does the `sha2` crate with the state of the header's first block kept (midstate): what a Rust program has without \
this one. All do fixed, checked work in slices of about 0.3 ms, in turn, so that whatever else the machine does \
disturbs all alike: compare the ratios, not the MH/s, between machines and runs.

  quiet    by the median of the fastest tenth of the slices: nobody disturbed
  typical  by the median of all slices: in the company the machine has

Cycles per hash are derived: time times the core clock, which a chain of dependent operations measures in the same run. \
They are meaningful on x86-64. MH/s are million hashes per second. With --threads N each thread measures everything at \
the same time; `per core` is the mean over the threads. * marks the kernel that runs and searches use here.

Exit codes: 0 fine, 2 bad input (such as an unknown kernel), 75 interrupted, 1 anything else (a kernel that errs).

Examples:
  hashwatt mine bench
  hashwatt mine bench --kernel portable --threads 2 --seconds 10 --json";

/// Arguments of `mine bench`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Threads that measure at the same time, 1 to four per core
    #[arg(long, value_name = "N", default_value = "1", value_parser = threads)]
    threads: usize,
    /// Time for everything, 0.1 to 600 seconds
    #[arg(long, value_name = "S", default_value = "3", value_parser = seconds)]
    seconds: f64,
    /// Measure this kernel only [default: all of this machine]
    #[arg(long, value_name = "KERNEL")]
    kernel: Option<String>,
    /// Print the speeds as JSON on standard output
    #[arg(long)]
    json: bool,
}

/// Parses the time to measure.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds from 0.1 to 600 is wanted".into()),
    }
}

/// Measures and prints.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let kernels = match &args.kernel {
        Some(name) => vec![kernel(name)?],
        None => Kernel::available(),
    };
    let plan =
        Plan { kernels, workload: Workload::Long, time: Duration::from_secs_f64(args.seconds), threads: args.threads };
    let interrupt = Interrupt::listen()?;
    let bar = TimeBar::new();
    let compared = compare(&plan, interrupt.flag(), &|share| bar.show(share));
    bar.clear();
    let compared = compared.map_err(|error| match error {
        BenchError::Interrupted => Failure::Interrupted,
        BenchError::Wrong(_) | BenchError::Thread(_) => Failure::Unexpected(error.to_string()),
    })?;
    if args.json {
        print_json(&as_json(args, &compared))
    } else {
        Ok(writeln!(io::stdout().lock(), "{}", describe(args.threads, &compared))?)
    }
}

fn describe(threads: usize, compared: &Comparison) -> String {
    let mut header: Vec<String> =
        ["search", "versions", "cycles/hash quiet", "typical", "MH/s per core quiet", "typical"]
            .map(str::to_owned)
            .to_vec();
    if threads > 1 {
        header.extend([format!("MH/s on {threads} threads quiet"), "typical".into()]);
    }
    header.extend(["× sha2 quiet".into(), "typical".into()]);

    let row = |name: String, versions: u64, speed: &Speed| {
        let pair = |unit: fn(&Rate) -> f64, decimals: usize| {
            [&speed.quiet, &speed.typical].map(|rate| format!("{:.decimals$}", unit(rate)))
        };
        let mut row = vec![name, versions.to_string()];
        row.extend(pair(|rate| rate.cycles_per_hash, 1));
        row.extend(pair(|rate| rate.mh_per_s, 2));
        if threads > 1 {
            row.extend(pair(|rate| rate.mh_per_s_all_threads, 2));
        }
        row.extend(pair(|rate| rate.ratio_to_sha2_midstate, 2));
        row
    };
    let mark = |kernel: Kernel| if kernel == Kernel::best() { "*" } else { " " };
    let kernels = compared.kernels.iter();
    let rows = kernels.map(|k| row(format!("{} {}", mark(k.kernel), k.kernel.name()), k.roll.count(), &k.speed));
    let baseline = row("  sha2 midstate".into(), 1, &compared.baseline);
    let on = if threads == 1 { "one thread".into() } else { format!("{threads} threads") };
    format!(
        "{on}, core clock {:.2} GHz measured, {} slices each; * is the default\n\n{}",
        compared.clock_ghz,
        compared.baseline.slices,
        table(header, core::iter::once(baseline).chain(rows))
    )
}

/// Names of this object are stable.
fn as_json(args: &Args, compared: &Comparison) -> Value {
    let kernels = compared.kernels.iter().map(|k| {
        let mut object = speed_json(&k.speed);
        object.insert("kernel".into(), k.kernel.name().into());
        object.insert("versions".into(), k.roll.count().into());
        object.insert("default".into(), (k.kernel == Kernel::best()).into());
        object
    });
    json!({
        "threads": args.threads,
        "seconds": args.seconds,
        "clock_ghz": compared.clock_ghz,
        "default_kernel": Kernel::best().name(),
        "sha2_midstate": speed_json(&compared.baseline),
        "kernels": kernels.collect::<Vec<_>>(),
    })
}

fn speed_json(speed: &Speed) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("slices".into(), speed.slices.into());
    for (when, rate) in [("quiet", &speed.quiet), ("typical", &speed.typical)] {
        let values = [
            ("cycles_per_hash", rate.cycles_per_hash),
            ("mh_per_s", rate.mh_per_s),
            ("mh_per_s_all_threads", rate.mh_per_s_all_threads),
            ("ratio_to_sha2_midstate", rate.ratio_to_sha2_midstate),
        ];
        object.extend(values.map(|(name, value)| (format!("{name}_{when}"), value.into())));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_limited() {
        assert_eq!((seconds("0.1"), seconds("600"), seconds("2.5")), (Ok(0.1), Ok(600.0), Ok(2.5)));
        for wrong in ["0", "0.09", "601", "nan", "inf", "-3", "", "3s"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
