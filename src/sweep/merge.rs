//! Shards of a sweep put together.

use super::folder::{Identity, JOURNAL, target};
use super::journal::{Record, finished};
use super::plan::Plan;
use super::shard::Shard;
use crate::results::read_manifest;
use crate::scenario::load::sha256_hex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Why shards do not go together. All that is wrong is told at once.
#[derive(Debug, thiserror::Error)]
#[error("the shards do not go together:\n  {}", .0.join("\n  "))]
pub struct MergeError(Vec<String>);

/// The shards of one sweep, each there once.
#[derive(Debug)]
pub struct Shards {
    /// Of the sweep, without a shard.
    pub identity: Identity,
    /// The folder that holds the first of them.
    pub parent: PathBuf,
    /// Their journals.
    pub journals: Vec<PathBuf>,
    count: u32,
}

/// Finds the shards in `folders` (each a shard, or a folder of shards) and checks that they are all parts of one sweep.
///
/// # Errors
/// Names every shard that is missing, there twice, unfinished, damaged, or of something else.
pub fn gather(folders: &[PathBuf]) -> Result<Shards, MergeError> {
    let mut wrong = Vec::new();
    let mut found: Vec<(PathBuf, Identity, Shard)> = Vec::new();
    for folder in folders.iter().flat_map(|folder| shard_folders(folder)) {
        match identify(&folder) {
            Ok((identity, shard)) => {
                wrong.extend(check(&folder, shard).err().map(|text| format!("`{}`: {text}", folder.display())));
                found.push((folder, identity, shard));
            }
            Err(text) => wrong.push(format!("`{}`: {text}", folder.display())),
        }
    }
    let Some((first, identity, Shard { count, .. })) = found.first().cloned() else {
        if wrong.is_empty() {
            wrong.push("there is none: a shard's folder is called `shard-K-of-N`".to_owned());
        }
        return Err(MergeError(wrong));
    };
    let mut by_index: BTreeMap<u32, Vec<&Path>> = BTreeMap::new();
    for (folder, other, shard) in &found {
        let expected = Identity { shard: other.shard.clone(), ..identity.clone() };
        let mut differences = expected.differences(other);
        if shard.count != count {
            differences.push(format!("it is one of {} shards, not of {count}", shard.count));
        }
        if !differences.is_empty() {
            let than = first.display();
            wrong.push(format!(
                "`{}` is of something else than `{than}`: {}",
                folder.display(),
                differences.join("; ")
            ));
        }
        by_index.entry(shard.index).or_default().push(folder);
    }
    for index in (1..=count).filter(|index| !by_index.contains_key(index)) {
        wrong.push(format!("shard {index}/{count} is missing"));
    }
    for (index, folders) in by_index.iter().filter(|(_, folders)| folders.len() > 1) {
        let folders: Vec<_> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        wrong.push(format!("shard {index}/{count} is there more than once: {}", folders.join(", ")));
    }
    if !wrong.is_empty() {
        return Err(MergeError(wrong));
    }
    Ok(Shards {
        identity: Identity { shard: None, ..identity },
        parent: first.parent().unwrap_or(Path::new("")).to_owned(),
        journals: found.iter().map(|(folder, ..)| folder.join(JOURNAL)).collect(),
        count,
    })
}

impl Shards {
    /// Checks that they are the runs of this plan, every one, and gives them without their courses.
    ///
    /// # Errors
    /// When the plan is another one, or runs are missing.
    pub fn verify(&self, plan: &Plan) -> Result<BTreeMap<u64, Record>, MergeError> {
        let differences = self.identity.differences(&Identity::of(plan, None));
        if !differences.is_empty() {
            return Err(MergeError(differences));
        }
        let mut runs = BTreeMap::new();
        for journal in &self.journals {
            let of_shard = finished(journal, |record| plan.owns(record))
                .map_err(|e| MergeError(vec![format!("`{}`: {e}", journal.display())]))?;
            runs.extend(of_shard);
        }
        let missing: Vec<u64> = (1..=plan.runs()).filter(|run| !runs.contains_key(run)).collect();
        if let Some(first) = missing.first() {
            let shard = Shard { index: ((first - 1) % u64::from(self.count)) as u32 + 1, count: self.count };
            let text = format!("{} runs are missing, the first is run {first} of shard {shard}", missing.len());
            return Err(MergeError(vec![text]));
        }
        Ok(runs)
    }
}

/// The folder itself when it is a shard, else those in it, by name.
fn shard_folders(folder: &Path) -> Vec<PathBuf> {
    let is_shard =
        |path: &Path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("shard-"));
    if is_shard(folder) {
        return vec![folder.to_owned()];
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let inside: BTreeSet<PathBuf> = entries.filter(|path| is_shard(path)).collect();
    // A finished shard whose remains could not be removed is finished all the same.
    let finished = |path: &PathBuf| target(path).is_none_or(|target| !inside.contains(&target));
    let shards: Vec<PathBuf> = inside.iter().filter(|path| finished(path)).cloned().collect();
    if shards.is_empty() { vec![folder.to_owned()] } else { shards }
}

fn identify(folder: &Path) -> Result<(Identity, Shard), String> {
    let identity = Identity::read(folder).map_err(|e| format!("this is no shard of a sweep: {e}"))?;
    let shard = identity.shard.as_deref().ok_or("this is a whole sweep, not a shard")?;
    let shard: Shard = shard.parse().map_err(|e| format!("{e}"))?;
    Ok((identity, shard))
}

/// Says why a shard cannot be used.
fn check(folder: &Path, shard: Shard) -> Result<(), String> {
    if target(folder).is_some() {
        let resume = format!("`hashwatt sweep resume {}` goes on", folder.display());
        return Err(format!("shard {shard} is not finished: {resume}"));
    }
    let manifest = read_manifest(folder).map_err(|e| format!("shard {shard}: {e}"))?;
    let journal = fs::read(folder.join(JOURNAL)).map_err(|e| format!("shard {shard}: {JOURNAL}: {e}"))?;
    let sha256 = sha256_hex(&journal);
    if manifest.files.iter().any(|file| file.path == JOURNAL && file.sha256 == sha256) {
        return Ok(());
    }
    Err(format!("shard {shard} is damaged: {JOURNAL} is not what manifest.json says; copy it again"))
}
