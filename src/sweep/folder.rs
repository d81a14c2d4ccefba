//! The folder of a sweep under way: what it is a sweep of, and its journal.
//!
//! While `OUT` is being made there is `OUT.partial/` with `plan.json` and `runs.journal`. A finished shard keeps both,
//! so that shards can be put together.

use super::journal::{Journal, Record, finished};
use super::plan::Plan;
use super::shard::Shard;
use crate::results::{WriteError, git_commit, write_file};
use crate::scenario::InputFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the file with the [`Identity`].
pub const PLAN: &str = "plan.json";
/// Name of the journal.
pub const JOURNAL: &str = "runs.journal";

/// What a folder's runs are runs of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of the program.
    pub version: String,
    /// The commit it was built from, where that is known.
    pub git_commit: Option<String>,
    /// Hash of the plan.
    pub plan: String,
    /// The sweep file, an absolute path.
    pub sweep_file: PathBuf,
    /// It as canonical TOML.
    pub sweep: String,
    /// Files the plan depends on.
    pub inputs: Vec<InputFile>,
    /// The part of the runs that is done here, `K/N`; none for all.
    pub shard: Option<String>,
}

impl Identity {
    /// Of a plan, run by this program.
    pub fn of(plan: &Plan, shard: Option<Shard>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_commit: git_commit(),
            plan: plan.hash.clone(),
            sweep_file: std::path::absolute(&plan.path).unwrap_or_else(|_| plan.path.clone()),
            sweep: plan.text.clone(),
            inputs: plan.inputs.clone(),
            shard: shard.map(|shard| shard.to_string()),
        }
    }

    /// Reads that of a folder.
    ///
    /// # Errors
    /// When the folder has none that can be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(folder.join(PLAN))?)?)
    }

    /// In what the runs of `now` would differ from those of `self`; empty when they go together.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let mut told = Vec::new();
        if self.version != now.version {
            told.push(format!("the program was version {} and is {}", self.version, now.version));
        } else if let (Some(was), Some(is)) = (&self.git_commit, &now.git_commit)
            && was != is
        {
            told.push(format!("the program was built from commit {was} and is from {is}"));
        }
        if self.plan != now.plan {
            told.extend(self.changed_inputs(now));
            if let Some((was, is)) = changed_line(&self.sweep, &now.sweep) {
                told.push(format!("the sweep said `{was}` and says `{is}`"));
            }
            if told.is_empty() {
                told.push(format!("the plan was {:.12} and is {:.12}", self.plan, now.plan));
            }
        }
        if self.shard != now.shard {
            let name =
                |shard: &Option<String>| shard.clone().map_or("the whole sweep".into(), |s| format!("shard {s}"));
            told.push(format!("it was {} and is {}", name(&self.shard), name(&now.shard)));
        }
        told
    }

    fn changed_inputs<'a>(&'a self, now: &'a Self) -> impl Iterator<Item = String> + 'a {
        let file_name = |path: &str| Path::new(path).file_name().map(std::ffi::OsStr::to_owned);
        self.inputs.iter().filter_map(move |was| {
            // Paths are seen from where the program was started, which may have been elsewhere.
            let mut named = now.inputs.iter().filter(|is| file_name(&is.path) == file_name(&was.path));
            let same = named.any(|is| is.sha256 == was.sha256);
            (!same).then(|| format!("`{}` has changed", was.path))
        })
    }
}

/// The first lines in which two texts differ.
fn changed_line(was: &str, is: &str) -> Option<(String, String)> {
    let lines = |text: &str| text.lines().map(str::to_owned).chain([String::new()]).collect::<Vec<_>>();
    lines(was).into_iter().zip(lines(is)).find(|(was, is)| was != is)
}

/// Why a sweep under way cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// It was begun with something else.
    #[error("`{}` was begun with something else: {}; `--force` drops its {runs} finished runs and begins anew", folder.display(), differences.join("; "))]
    Differs {
        /// The folder.
        folder: PathBuf,
        /// In what.
        differences: Vec<String>,
        /// How many runs it holds.
        runs: usize,
    },
    /// Something else is there.
    #[error("`{}` is there and is no sweep under way: remove it, or write elsewhere with `--out`", .0.display())]
    InTheWay(PathBuf),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The journal cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A sweep under way.
#[derive(Debug)]
pub struct UnderWay {
    /// Its folder.
    pub folder: PathBuf,
    /// Its journal, open for more.
    pub journal: Journal,
    /// What is finished already, without courses.
    pub done: BTreeMap<u64, Record>,
}

impl UnderWay {
    /// Begins a sweep whose results go to `out`, or goes on with it where it was begun before. Records of the journal
    /// that are not the sweep's own are passed over, and their runs done.
    ///
    /// # Errors
    /// When what was begun is something else (then `force` begins anew), or the file system says no.
    pub fn open(
        out: &Path,
        identity: &Identity,
        force: bool,
        is_own: impl Fn(&Record) -> bool,
    ) -> Result<Self, ResumeError> {
        let folder = partial(out);
        if folder.exists() && !folder.join(PLAN).is_file() && !is_empty(&folder) {
            return Err(ResumeError::InTheWay(folder));
        }
        let path = folder.join(JOURNAL);
        let failed = |source| ResumeError::Journal { path: path.clone(), source };
        if folder.join(PLAN).is_file() {
            let differences = match Identity::read(&folder) {
                Ok(begun) => begun.differences(identity),
                Err(error) => vec![format!("its {PLAN} cannot be read ({error})")],
            };
            if !differences.is_empty() && !force {
                let runs = finished(&path, &is_own).map_or(0, |runs| runs.len());
                return Err(ResumeError::Differs { folder, differences, runs });
            }
            if !differences.is_empty() {
                fs::remove_dir_all(&folder).map_err(failed)?;
            }
        }
        if !folder.join(PLAN).is_file() {
            let text = serde_json::to_vec_pretty(identity).map_err(|e| failed(e.into()))?;
            write_file(&folder.join(PLAN), &text, true)?;
        }
        let journal = Journal::open(&path).map_err(failed)?;
        let done = finished(&path, is_own).map_err(failed)?;
        Ok(Self { folder, journal, done })
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Where the sweep whose results go to `out` is under way.
pub fn partial(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    out.with_file_name(name)
}

/// Where the results of a sweep under way in `folder` go; none when it is not named so.
pub fn target(folder: &Path) -> Option<PathBuf> {
    let name = folder.file_name()?.to_str()?.strip_suffix(".partial")?;
    Some(folder.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        let input = |path: &str, sha256: &str| InputFile { path: path.into(), sha256: sha256.into() };
        Identity {
            version: "1".into(),
            git_commit: Some("abc".into()),
            plan: "hash".into(),
            sweep_file: "/a/sweep.toml".into(),
            sweep: "samples = 10\nseed = 1\n".into(),
            inputs: vec![input("a/sweep.toml", "1"), input("a/base.toml", "2")],
            shard: None,
        }
    }

    #[test]
    fn what_differs_is_named() {
        let was = identity();
        let mut now = identity();
        assert_eq!(was.differences(&now), [""; 0]);
        now.git_commit = None;
        assert_eq!(was.differences(&now), [""; 0], "a commit that is not known cannot differ");
        now.version = "2".into();
        now.plan = "other".into();
        now.inputs[1] = InputFile { path: "b/base.toml".into(), sha256: "3".into() };
        now.sweep = "samples = 20\nseed = 1\n".into();
        now.shard = Some("1/2".into());
        let told = was.differences(&now).join("\n");
        for part in
            ["version 1 and is 2", "`a/base.toml` has changed", "`samples = 10` and says `samples = 20`", "shard 1/2"]
        {
            assert!(told.contains(part), "`{part}` is missing in {told}");
        }
    }

    #[test]
    fn a_sweep_is_under_way_beside_its_results() {
        assert_eq!(partial(Path::new("out/a.b")), Path::new("out/a.b.partial"));
        assert_eq!(target(Path::new("out/a.b.partial")), Some(PathBuf::from("out/a.b")));
        assert_eq!(target(Path::new("out/a")), None);
    }

    #[test]
    fn another_plan_is_not_mixed_with_what_was_begun_unless_forced() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        drop(UnderWay::open(&out, &identity(), false, |_| true).unwrap());
        assert!(UnderWay::open(&out, &identity(), false, |_| true).is_ok());
        let other = Identity { plan: "other".into(), ..identity() };
        assert!(matches!(UnderWay::open(&out, &other, false, |_| true), Err(ResumeError::Differs { .. })));
        assert!(UnderWay::open(&out, &other, true, |_| true).is_ok());
        assert_eq!(Identity::read(&partial(&out)).unwrap(), other);
    }

    #[test]
    fn what_cannot_be_told_from_another_plan_is_not_gone_on_with() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        drop(UnderWay::open(&out, &identity(), false, |_| true).unwrap());
        fs::write(partial(&out).join(PLAN), "").unwrap();
        let error = UnderWay::open(&out, &identity(), false, |_| true).unwrap_err();
        assert!(error.to_string().contains("its plan.json cannot be read"), "{error}");
        assert!(UnderWay::open(&out, &identity(), true, |_| true).is_ok());
    }

    #[test]
    fn a_folder_of_something_else_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(partial(&out)).unwrap();
        fs::write(partial(&out).join("letter.txt"), "dear").unwrap();
        for force in [false, true] {
            assert!(matches!(UnderWay::open(&out, &identity(), force, |_| true), Err(ResumeError::InTheWay(_))));
        }
    }
}
