//! Where results go and what they are called.

use crate::results::{InputRecord, PlaceSummary, Summary};
use crate::scenario::InputFile;
use crate::scenario::load::sha256_hex;
use std::path::PathBuf;

/// `output/<name>-<short hash>`. The hash covers the resolved scenario (seed and mode are keys of it), the contents of
/// its input files, and the program's version: the same folder means the same results.
pub fn default(name: &str, hash: &str) -> PathBuf {
    let whole = sha256_hex(format!("{} {} {hash}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).as_bytes());
    PathBuf::from("output").join(format!("{name}-{}", &whole[..8]))
}

/// What charts call a run. Taken from the summary, so that drawing again gives the same.
pub fn title(summary: &Summary) -> String {
    let year = |day: &str| day.get(..4).unwrap_or(day).to_owned();
    format!("{}, {}–{}", summary.scenario, year(&summary.first_day), year(&summary.last_day))
}

/// What charts call a placement. Taken from the summary, so that drawing again gives the same.
pub fn placement_title(summary: &PlaceSummary) -> String {
    format!("{}, plan of {} to {}", summary.scenario, summary.first_day, summary.last_day)
}

/// Input files as the manifest lists them.
pub fn inputs(files: &[InputFile]) -> Vec<InputRecord> {
    let record = |f: &InputFile| InputRecord { path: f.path.clone(), sha256: f.sha256.clone() };
    files.iter().map(record).collect()
}
