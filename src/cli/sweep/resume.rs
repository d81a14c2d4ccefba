//! `hashwatt sweep resume`.

use super::{Failure, HowArgs, Task};
use crate::results::read_manifest;
use crate::sweep::folder::{Identity, partial, target};
use crate::sweep::{Plan, Shard};
use std::path::{Path, PathBuf};

/// Arguments of `sweep resume`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the results, finished or not (with or without `.partial`)
    folder: PathBuf,
    /// The sweep file, where it is not where it was when the sweep was begun
    #[arg(long, value_name = "FILE")]
    sweep: Option<PathBuf>,
    #[command(flatten)]
    how: HowArgs,
}

/// Goes on, if the plan, the program and all inputs are what they were.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let out = target(&args.folder).unwrap_or_else(|| args.folder.clone());
    let folder = partial(&out);
    let begun = Identity::read(&folder).map_err(|error| nothing_to_resume(&out, &error))?;
    let shard = begun.shard.as_deref().map(str::parse::<Shard>).transpose();
    let shard = shard.map_err(|e| Failure::BadInput(format!("`{}`: {e}", folder.display())))?;
    let plan = Plan::load(args.sweep.as_deref().unwrap_or(&begun.sweep_file), shard)?;
    let out = match (shard, out.parent()) {
        (Some(_), Some(parent)) => parent.to_owned(),
        _ => out,
    };
    super::run(&plan, &args.how, &Task { out, shard })
}

fn nothing_to_resume(out: &Path, error: &std::io::Error) -> Failure {
    let shown = out.display();
    if read_manifest(out).is_ok() {
        return Failure::BadInput(format!("`{shown}` is finished: there is nothing to go on with"));
    }
    let entries = std::fs::read_dir(out).into_iter().flatten().flatten();
    let unfinished: Vec<String> = entries
        .filter(|entry| target(&entry.path()).is_some())
        .map(|entry| format!("`hashwatt sweep resume {}`", entry.path().display()))
        .collect();
    if !unfinished.is_empty() {
        return Failure::BadInput(format!("`{shown}` holds shards; go on with each: {}", unfinished.join(", ")));
    }
    Failure::BadInput(format!("`{}` is no sweep under way: {error}", partial(out).display()))
}
