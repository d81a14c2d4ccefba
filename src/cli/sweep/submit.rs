//! `hashwatt sweep submit`.

use super::{Failure, default_out};
use crate::sweep::Plan;
use crate::sweep::submit::{Job, kubernetes, slurm};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `sweep submit`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("engine").required(true))]
pub struct Args {
    /// The sweep file
    sweep: PathBuf,
    /// A batch script for `sbatch`
    #[arg(long, group = "engine")]
    slurm: bool,
    /// A manifest for `kubectl apply`
    #[arg(long, visible_alias = "kubernetes", group = "engine")]
    k8s: bool,
    /// Number of array tasks
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    shards: u32,
    /// Cores, and threads, of each task
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=4096))]
    threads: u32,
    /// Folder of the results [default: output/<sweep>-<short hash>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Time limit of a task, minutes [default: that of the engine]
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    minutes: Option<u32>,
    /// Memory of a task, MiB [default: that of the engine]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    memory: Option<u32>,
}

/// Prints a script; nothing is submitted.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let plan = Plan::load(&args.sweep, None)?;
    let out = args.out.clone().unwrap_or_else(|| default_out(&plan));
    // Slurm's machines see the same files; a pod has the program in its image and paths of its own.
    let program = if args.slurm { std::env::current_exe()? } else { PathBuf::from(env!("CARGO_PKG_NAME")) };
    let seen = |path: &Path| -> Result<String, Failure> {
        let path = if args.slurm { std::path::absolute(path)? } else { path.to_owned() };
        let text = path.to_str().map(str::to_owned);
        text.ok_or_else(|| Failure::BadInput(format!("`{}` is not UTF-8", path.display())))
    };
    let job = Job {
        program: seen(&program)?,
        sweep_file: seen(&args.sweep)?,
        out: seen(&out)?,
        shards: args.shards,
        threads: args.threads,
        time_limit_minutes: args.minutes,
        memory_mib: args.memory,
    };
    let text = if args.slurm { slurm(&job) } else { kubernetes(&job) };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}
