//! manifest.json: what a run was made of. It is written last, so a folder that has one is whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// What a run was made of. The only file of a run that holds times of the clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the program: `hashwatt`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// Git commit of the program's source, with `-dirty` when it had changes; null when not known.
    pub git_commit: Option<String>,
    /// Scenario file as it was given.
    pub scenario_file: String,
    /// The scenario as it was run, overrides and extended files resolved, TOML.
    pub scenario_text: String,
    /// SHA-256 of the scenario as it was run and of its input files, hex.
    pub scenario_hash: String,
    /// Overrides from the command line, `key.path=value`.
    pub overrides: Vec<String>,
    /// Seed of every random draw.
    pub seed: u64,
    /// `hash`, `sampled` or `expected`.
    pub mode: String,
    /// Input files.
    pub inputs: Vec<InputRecord>,
    /// When the run began, UTC.
    pub started: String,
    /// When it was complete, UTC.
    pub finished: String,
    /// Seconds spent, by step.
    pub timings_seconds: BTreeMap<String, f64>,
    /// The files of the run but this one.
    pub files: Vec<FileRecord>,
}

/// An input file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// Path as the scenario names it.
    pub path: String,
    /// SHA-256, hex.
    pub sha256: String,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path inside the run's folder, with `/`.
    pub path: String,
    /// Length, bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

impl Manifest {
    /// Begins the manifest of a run that starts now. Scenario, seed, mode and inputs are for the caller to fill;
    /// the writer adds `finished` and `files`.
    pub fn begin() -> Self {
        Self {
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_commit: git_commit(),
            scenario_file: String::new(),
            scenario_text: String::new(),
            scenario_hash: String::new(),
            overrides: Vec::new(),
            seed: 0,
            mode: String::new(),
            inputs: Vec::new(),
            started: now(),
            finished: String::new(),
            timings_seconds: BTreeMap::new(),
            files: Vec::new(),
        }
    }
}

/// The time of the clock, UTC, to the second, as `2026-11-22T15:42:00Z`.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).map_or_else(|_| now.to_string(), |t| t.to_string())
}

/// The git commit the program was built from: of the environment variable `HASHWATT_GIT_COMMIT` at build time, else
/// of the working copy the binary stands in, with `-dirty` when files differ from it; `None` when neither is there.
pub fn git_commit() -> Option<String> {
    if let Some(commit) = option_env!("HASHWATT_GIT_COMMIT") {
        return Some(commit.to_owned());
    }
    let binary = std::env::current_exe().ok()?;
    let root = binary.ancestors().skip(1).find(|dir| is_own_source(dir))?;
    let git = Command::new("git")
        .current_dir(root)
        .args(["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"])
        .output()
        .ok()?;
    let commit = String::from_utf8(git.stdout).ok()?.trim().to_owned();
    (git.status.success() && !commit.is_empty()).then_some(commit)
}

/// Whether the folder is a working copy of this very package.
fn is_own_source(dir: &Path) -> bool {
    let own_name = concat!("name = \"", env!("CARGO_PKG_NAME"), "\"");
    dir.join(".git").exists()
        && std::fs::read_to_string(dir.join("Cargo.toml")).is_ok_and(|text| text.lines().any(|line| line == own_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_written_to_the_second_in_utc() {
        let time = now();
        assert_eq!(time.len(), "2026-11-22T15:42:00Z".len(), "{time}");
        assert!(time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok(), "{time}");
    }

    #[test]
    fn only_the_packages_own_working_copy_names_a_commit() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(".git")).unwrap();
        assert!(!is_own_source(dir.path()));
        std::fs::write(dir.path().join("Cargo.toml"), "[package]\nname = \"other\"\n").unwrap();
        assert!(!is_own_source(dir.path()));
        std::fs::write(dir.path().join("Cargo.toml"), "[package]\nname = \"hashwatt\"\n").unwrap();
        assert!(is_own_source(dir.path()));
    }
}
