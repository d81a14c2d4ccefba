//! `hashwatt mine bench`.

use super::{kernel, on_threads, print_json, threads};
use crate::cli::exit::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{grouped, optional, table};
use crate::cli::progress::TimeBar;
use crate::hash::bench::{BenchError, Comparison, KernelSpeed, Plan, Rate, Speed, Workload, compare};
use crate::hash::{Kernel, VersionRoll};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::time::Duration;

/// Expected hashes of the blocks of linked chains.
const CHAINS: [u32; 3] = [64, 256, 4_096];
const BASELINE: &str = "  sha2 midstate";

/// The paragraphs below the options.
pub const HELP: &str = "\
Every kernel of this machine searches one header with 1, 4 and 8 rolled versions for a target that nothing meets, and \
so does the `sha2` crate with the state of the header's first block kept (midstate): what a Rust program has without \
this one. All do fixed, checked work in slices of about 0.3 ms, in turn, so that whatever else the machine does \
disturbs all alike: compare the ratios, not the MH/s, between machines and runs. Half of the time goes to that; the other \
half to four chains of blocks, side by side, that cost 64, 256 and 4,096 hashes on average, where \
everything but hashing counts as well (4 versions; the mean over the threads).

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
    let interrupt = Interrupt::listen()?;
    let bar = TimeBar::new();
    let measured = measure(args, &kernels, &interrupt, &bar);
    bar.clear();
    let (long, chains) = measured.map_err(|error| match error {
        BenchError::Interrupted => Failure::Interrupted,
        BenchError::Wrong(_) | BenchError::Thread(_) => Failure::Unexpected(error.to_string()),
    })?;
    if args.json {
        print_json(&as_json(args, &long, &chains))
    } else {
        let text = format!("{}\n\n{}", describe(args.threads, &long), describe_chains(&chains));
        Ok(writeln!(io::stdout().lock(), "{text}")?)
    }
}

/// One long search, then [`CHAINS`].
fn measure(
    args: &Args,
    kernels: &[Kernel],
    interrupt: &Interrupt,
    bar: &TimeBar,
) -> Result<(Comparison, Vec<Comparison>), BenchError> {
    let part = |workload, rolls: &[VersionRoll], from: f64, share: f64| {
        let time = Duration::from_secs_f64(args.seconds * share);
        let plan = Plan { kernels: kernels.to_vec(), rolls: rolls.to_vec(), workload, time, threads: args.threads };
        compare(&plan, interrupt.flag(), &|done| bar.show(from + share * done))
    };
    let long = part(Workload::Long, &[VersionRoll::None, VersionRoll::Four, VersionRoll::Eight], 0.0, 0.5)?;
    let share = 0.5 / CHAINS.len() as f64;
    let chain = |(number, expected_hashes)| {
        let workload = Workload::Short { expected_hashes, linked: true };
        part(workload, &[VersionRoll::Four], 0.5 + share * f64::from(number), share)
    };
    let chains = (0_u32..).zip(CHAINS).map(chain).collect::<Result<_, _>>()?;
    Ok((long, chains))
}

fn describe(threads: usize, compared: &Comparison) -> String {
    let pair = |unit: &str| ["quiet", "typical"].map(|when| format!("{unit}\n{when}"));
    let mut header = vec!["search".to_owned(), "versions".into()];
    header.extend(pair("cycles/hash"));
    header.extend(pair("MH/s per core"));
    if threads > 1 {
        header.extend(pair(&format!("MH/s on {threads}")));
    }
    header.extend(pair("× sha2"));

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
    let baseline = row(BASELINE.into(), 1, &compared.baseline);
    let rows = compared.kernels.iter().map(|k| row(name(k), k.roll.count(), &k.speed));
    format!(
        "{}, core clock {:.2} GHz measured, {} slices each; * is the default\n\n{}",
        on_threads(threads),
        compared.clock_ghz,
        compared.baseline.slices,
        table(header, core::iter::once(baseline).chain(rows))
    )
}

/// A kernel as the tables name it.
fn name(speed: &KernelSpeed) -> String {
    let mark = if speed.kernel == Kernel::best() { '*' } else { ' ' };
    format!("{mark} {}", speed.kernel.name())
}

/// Blocks per second of linked chains: a row per kernel, two columns per cost of a block.
fn describe_chains(chains: &[Comparison]) -> String {
    let mut header = vec!["linked chain,\nblocks/s per core".to_owned()];
    for hashes in CHAINS {
        header.extend(["quiet", "typical"].map(|when| format!("{} hashes\n{when}", grouped(hashes.into()))));
    }
    let row = |name: String, speed: &dyn Fn(&Comparison) -> Option<Speed>| {
        let mut row = vec![name];
        for (chain, hashes) in chains.iter().zip(CHAINS) {
            let speed = speed(chain);
            let cell = |rate: Option<Rate>| optional(rate.map(|rate| rate.blocks_per_s(hashes)));
            row.extend([cell(speed.map(|s| s.quiet)), cell(speed.map(|s| s.typical))]);
        }
        row
    };
    let mut rows = vec![row(BASELINE.into(), &|chain| Some(chain.baseline))];
    for (at, kernel) in chains.first().iter().flat_map(|chain| &chain.kernels).enumerate() {
        rows.push(row(name(kernel), &|chain| chain.kernels.get(at).map(|k| k.speed)));
    }
    table(header, rows)
}

/// Names of this object are stable.
fn as_json(args: &Args, long: &Comparison, chains: &[Comparison]) -> Value {
    let chain = |(expected_hashes, compared): (u32, &Comparison)| {
        let with_blocks = |mut object: Map<String, Value>, speed: &Speed| {
            for (when, rate) in [("quiet", &speed.quiet), ("typical", &speed.typical)] {
                object.insert(format!("blocks_per_s_{when}"), rate.blocks_per_s(expected_hashes).into());
            }
            object
        };
        let kernels = compared.kernels.iter().map(|k| with_blocks(kernel_json(k), &k.speed));
        json!({
            "expected_hashes": expected_hashes,
            "sha2_midstate": with_blocks(speed_json(&compared.baseline), &compared.baseline),
            "kernels": kernels.collect::<Vec<_>>(),
        })
    };
    json!({
        "threads": args.threads,
        "seconds": args.seconds,
        "clock_ghz": long.clock_ghz,
        "default_kernel": Kernel::best().name(),
        "sha2_midstate": speed_json(&long.baseline),
        "kernels": long.kernels.iter().map(kernel_json).collect::<Vec<_>>(),
        "linked_chains": CHAINS.into_iter().zip(chains).map(chain).collect::<Vec<_>>(),
    })
}

fn kernel_json(kernel: &KernelSpeed) -> Map<String, Value> {
    let mut object = speed_json(&kernel.speed);
    object.insert("kernel".into(), kernel.kernel.name().into());
    object.insert("versions".into(), kernel.roll.count().into());
    object.insert("default".into(), (kernel.kernel == Kernel::best()).into());
    object
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
