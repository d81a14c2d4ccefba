//! `hashwatt sweep`: a scenario run many times.

mod merge;
mod plan;
mod resume;
mod submit;
mod summary;

use super::exit::Failure;
use super::interrupt::Interrupt;
use super::{folder, progress};
use crate::results::{Manifest, check_target, read_manifest, write_folder};
use crate::sweep::folder::{Identity, JOURNAL, UnderWay, partial};
use crate::sweep::results::{Format, fill, fill_shard};
use crate::sweep::shard::detect;
use crate::sweep::{BatchError, Case, Plan, Shard, run_all};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// More on `sweep --help`.
pub const HELP: &str = "A finished run is recorded at once in OUT.partial; the same command, or `sweep resume OUT`, \
goes on where a sweep was stopped or killed. Ctrl-C ends after the runs under way, a second one at once.

The shard K/N of an array task is, in this order: --shard; HASHWATT_SHARD=K/N; else K of SLURM_ARRAY_TASK_ID, \
PBS_ARRAY_INDEX, PBS_ARRAYID (Torque), LSB_JOBINDEX (LSF), SGE_TASK_ID, JOB_COMPLETION_INDEX (Kubernetes, plus 1), \
AWS_BATCH_JOB_ARRAY_INDEX (plus 1) or BATCH_TASK_INDEX (Google Cloud, plus 1), and N of --shards, HASHWATT_SHARDS, or, for \
AWS and Google only, AWS_BATCH_JOB_ARRAY_SIZE and BATCH_TASK_COUNT. Engines that disagree are an error.";

/// Arguments of `sweep`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The sweep file
    #[arg(required = true)]
    sweep: Option<PathBuf>,
    #[command(flatten)]
    run: RunArgs,
}

/// What else can be done with a sweep.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say what a sweep amounts to and what it would cost, without running it
    Plan(plan::Args),
    /// Go on with a sweep that was stopped or killed
    Resume(resume::Args),
    /// Put the shards of a sweep together: what one machine would have written
    Merge(merge::Args),
    /// Print a job script for a cluster
    Submit(submit::Args),
}

/// How a sweep is run.
#[derive(Debug, Clone, clap::Args)]
struct RunArgs {
    /// Folder of the results [default: output/<sweep>-<short hash>]; a shard's are in a folder of it
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Do one part of the runs only, e.g. 3/8 [default: that of the array task it is, if any, see below]
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Number of shards, where the engine does not say it
    #[arg(long, value_name = "N", conflicts_with = "shard", value_parser = clap::value_parser!(u32).range(1..))]
    shards: Option<u32>,
    /// Do all runs, though this is a task of an array job
    #[arg(long, conflicts_with_all = ["shard", "shards"])]
    no_shard: bool,
    #[command(flatten)]
    how: HowArgs,
}

/// What does not change which runs are done.
#[derive(Debug, Clone, clap::Args)]
struct HowArgs {
    /// Replace a finished sweep in the same folder, and drop an unfinished one of another plan
    #[arg(long)]
    force: bool,
    /// No progress bar and no summary
    #[arg(short, long)]
    quiet: bool,
    /// Threads to run on [default: one per core]
    #[arg(long, value_name = "N", value_parser = super::mine::threads)]
    threads: Option<usize>,
    /// Write the runs as this beside runs.csv
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Does what the arguments ask.
pub fn execute(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Some(Command::Plan(args)) => plan::execute(args),
        Some(Command::Resume(args)) => resume::execute(args),
        Some(Command::Merge(args)) => merge::execute(args),
        Some(Command::Submit(args)) => submit::execute(args),
        None => {
            let path = args.sweep.as_deref().expect("clap requires it");
            let shard = args.run.shard()?;
            let plan = Plan::load(path, shard)?;
            let out = args.run.out.clone().unwrap_or_else(|| default_out(&plan));
            run(&plan, &args.run.how, &Task { out, shard })
        }
    }
}

impl RunArgs {
    /// The shard that is asked for, or that of the array task this process is.
    fn shard(&self) -> Result<Option<Shard>, Failure> {
        if self.no_shard || self.shard.is_some() {
            return Ok(self.shard);
        }
        let detected = detect(self.shards, |name| std::env::var(name).ok());
        let Some(detected) = detected.map_err(|e| Failure::BadInput(e.to_string()))? else { return Ok(None) };
        if !self.how.quiet {
            writeln!(io::stderr().lock(), "shard {} of this {} task", detected.shard, detected.engine)?;
        }
        Ok(Some(detected.shard))
    }
}

/// Which runs are done, and where their results go.
struct Task {
    /// Folder of the whole sweep.
    out: PathBuf,
    shard: Option<Shard>,
}

impl Task {
    /// Folder of this task's results.
    fn folder(&self) -> PathBuf {
        self.shard.map_or_else(|| self.out.clone(), |shard| self.out.join(shard.folder_name()))
    }
}

fn default_out(plan: &Plan) -> PathBuf {
    folder::default(&plan.path.file_stem().unwrap_or_default().to_string_lossy(), &plan.hash)
}

/// Does what is not done yet, writes tables and charts, prints the summary.
fn run(plan: &Plan, how: &HowArgs, task: &Task) -> Result<(), Failure> {
    how.format.check().map_err(Failure::BadInput)?;
    let out = task.folder();
    let identity = Identity::of(plan, task.shard);
    if out.file_name().is_none() {
        return Err(Failure::BadInput(format!("`{}` has no name of its own: give one with `--out`", out.display())));
    }
    if !how.force && is_done(&out, &identity, how.format) {
        return note(how, &format!("shard {} is finished: {}", identity.shard.unwrap_or_default(), out.display()));
    }
    check_target(&out, how.force)?;
    let manifest = manifest(plan);
    let mut under_way = UnderWay::open(&out, &identity, how.force, |record| {
        plan.owns(record) && task.shard.is_none_or(|shard| shard.has(record.run))
    })?;
    let cases = plan.cases(task.shard);
    let left: Vec<Case> = cases.iter().copied().filter(|c| !under_way.done.contains_key(&c.run)).collect();
    if left.len() < cases.len() {
        note(how, &format!("going on: {} of {} runs are done already", cases.len() - left.len(), cases.len()))?;
    }

    batch(plan, how, &mut under_way, &left, cases.len()).map_err(|error| match error {
        BatchError::Interrupted => Failure::Stopped(format!(
            "interrupted: {} of {} runs are kept in `{}`; `hashwatt sweep resume {}` goes on",
            under_way.done.len(),
            cases.len(),
            partial(&out).display(),
            out.display()
        )),
        BatchError::Threads(_) | BatchError::Record(_) => Failure::Unexpected(error.to_string()),
    })?;

    let journal = under_way.folder.join(JOURNAL);
    write_folder(&out, &manifest, how.force, |dir| match task.shard {
        Some(_) => fill_shard(dir, plan, &identity, &journal, how.format),
        None => fill(dir, plan, &[journal], how.format),
    })?;
    // What it held is in the results now; where it cannot be removed, it is found to be finished.
    let _ = std::fs::remove_dir_all(&under_way.folder);
    if how.quiet { Ok(()) } else { summary::print(plan, &under_way.done, &out) }
}

/// The same shard was done before: an array task that is started again has nothing to do.
fn is_done(out: &Path, identity: &Identity, format: Format) -> bool {
    identity.shard.is_some()
        && (format == Format::Csv || out.join("parquet").is_dir())
        && read_manifest(out).is_ok()
        && Identity::read(out).is_ok_and(|done| done.differences(identity).is_empty())
}

/// Runs the cases and keeps each in the journal.
fn batch(plan: &Plan, how: &HowArgs, under_way: &mut UnderWay, left: &[Case], all: usize) -> Result<(), BatchError> {
    let interrupt = Interrupt::listen().map_err(io::Error::other)?;
    let threads = how.threads.unwrap_or_else(super::mine::cores);
    let bar = progress::batch_bar(all as u64, (all - left.len()) as u64, how.quiet);
    let UnderWay { journal, done, .. } = under_way;
    let outcome = run_all(
        left,
        threads,
        interrupt.flag(),
        |case| plan.simulate(case),
        |case, outcome| {
            let record = case.record(plan.cells(case), outcome);
            journal.add(&record)?;
            done.insert(record.run, record.without_course());
            bar.inc(1);
            Ok(())
        },
    );
    bar.finish_and_clear();
    journal.sync()?;
    outcome
}

fn note(how: &HowArgs, text: &str) -> Result<(), Failure> {
    if !how.quiet {
        writeln!(io::stderr().lock(), "{text}")?;
    }
    Ok(())
}

fn manifest(plan: &Plan) -> Manifest {
    Manifest {
        scenario_file: plan.path.display().to_string(),
        scenario_text: plan.text.clone(),
        scenario_hash: plan.hash.clone(),
        seed: plan.file.seed,
        mode: plan.file.mode.name().to_owned(),
        inputs: folder::inputs(&plan.inputs),
        ..Manifest::begin()
    }
}
