//! Reading the shard from the environment of a task.

use super::{Shard, ShardError, checked_count, whole};

/// `K/N`, before anything an engine says.
const SHARD: &str = "HASHWATT_SHARD";
/// `N`, for engines that do not say it reliably.
const SHARDS: &str = "HASHWATT_SHARDS";

/// A shard found in the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The shard.
    pub shard: Shard,
    /// Name of the engine whose task this is, or `HASHWATT_SHARD`.
    pub engine: &'static str,
    /// Names and values of the variables that were read, for the record.
    pub variables: Vec<(&'static str, String)>,
}

/// An engine with array jobs.
struct Engine {
    name: &'static str,
    /// The variable with the index of the task.
    index: &'static str,
    /// What that holds in a job that is no array, when it is set there too.
    no_array: Option<&'static str>,
    numbering: Numbering,
}

/// How the indices of an array stand for its shards.
enum Numbering {
    /// From 0 to the number in a trustworthy variable, less 1.
    Counted(&'static str),
    /// From 0.
    FromZero,
    /// From 1: an array can start elsewhere, but no variable says so.
    FromOne,
    /// By a range in variables; `first` is 1 where there is none.
    Range { first: Option<&'static str>, last: &'static str, step: &'static str },
}

/// The engines, in the order of the module's table.
///
/// Sources:
/// - Slurm: <https://slurm.schedmd.com/job_array.html>, "Output environment variables" of `man sbatch`; that the range
///   is the one of the submission was seen on Slurm 22.05 (`tests/cluster/slurm.sh`).
/// - PBS Pro: <https://docs.it4i.cz/general/job-arrays/>.
/// - Torque: <http://docs.adaptivecomputing.com/torque/4-1-3/Content/topics/2-jobs/multiJobSubmission.htm>.
/// - LSF: <https://www.ibm.com/docs/en/SSWRJV_10.1.0/lsf_admin/job_array_cl_args.html> ("for non-array jobs,
///   `LSB_JOBINDEX` is set to zero"); indices are positive:
///   <https://www.ibm.com/docs/en/SSWRJV_10.1.0/lsf_command_ref/bsub.__j.1.html>.
/// - SGE: <https://doc.cc.in2p3.fr/en/Computing/job-types/job-array.html>; `undefined` in other jobs:
///   <https://manpages.ubuntu.com/manpages/jaunty/man1/qsub.1.html>.
/// - Kubernetes: <https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static/>.
/// - AWS Batch: <https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html>.
/// - Google: <https://cloud.google.com/python/docs/reference/batch/0.17.5/google.cloud.batch_v1.types.TaskGroup>
///   ("0 through `BATCH_TASK_COUNT` - 1"; the default is one task).
const ENGINES: [Engine; 8] = [
    Engine {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        no_array: None,
        numbering: Numbering::Range {
            first: Some("SLURM_ARRAY_TASK_MIN"),
            last: "SLURM_ARRAY_TASK_MAX",
            step: "SLURM_ARRAY_TASK_STEP",
        },
    },
    Engine { name: "PBS", index: "PBS_ARRAY_INDEX", no_array: None, numbering: Numbering::FromOne },
    Engine { name: "Torque", index: "PBS_ARRAYID", no_array: None, numbering: Numbering::FromOne },
    Engine {
        name: "LSF",
        index: "LSB_JOBINDEX",
        no_array: Some("0"),
        numbering: Numbering::Range { first: None, last: "LSB_JOBINDEX_END", step: "LSB_JOBINDEX_STEP" },
    },
    Engine {
        name: "SGE",
        index: "SGE_TASK_ID",
        no_array: Some("undefined"),
        numbering: Numbering::Range { first: Some("SGE_TASK_FIRST"), last: "SGE_TASK_LAST", step: "SGE_TASK_STEPSIZE" },
    },
    Engine { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", no_array: None, numbering: Numbering::FromZero },
    Engine {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        no_array: None,
        numbering: Numbering::Counted("AWS_BATCH_JOB_ARRAY_SIZE"),
    },
    Engine {
        name: "Google Cloud Batch",
        index: "BATCH_TASK_INDEX",
        no_array: None,
        numbering: Numbering::Counted("BATCH_TASK_COUNT"),
    },
];

/// The number of shards, and what said it.
#[derive(Clone, Copy)]
struct Stated {
    count: u32,
    by: &'static str,
}

/// Finds the shard of this task from environment variables; `None` when nothing speaks of shards or arrays.
///
/// `explicit_count` is the number given by `--shards`; `variable` looks up an environment variable. An empty variable
/// counts as not set.
///
/// # Errors
/// When a variable is wrong, when it is not known which shard of how many this is, or when two sources disagree.
pub fn detect(
    explicit_count: Option<u32>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Detected>, ShardError> {
    let mut task = Task { lookup: &variable, read: Vec::new() };
    let stated = task.stated_count(explicit_count)?;
    let by_count = task.read;
    if let Some(detected) = by_name(stated, &variable)? {
        return Ok(Some(detected));
    }
    let mut found: Option<Detected> = None;
    for engine in &ENGINES {
        let mut task = Task { lookup: &variable, read: by_count.clone() };
        let Some(shard) = task.shard(engine, stated)? else { continue };
        let detected = Detected { shard, engine: engine.name, variables: task.read };
        match found {
            Some(first) if first.shard != shard => {
                return Err(ShardError::Ambiguous(Box::new(first), Box::new(detected)));
            }
            Some(_) => {}
            None => found = Some(detected),
        }
    }
    match (found, stated) {
        (None, Some(Stated { count, by })) => Err(ShardError::IndexUnknown { by, count }),
        (found, _) => Ok(found),
    }
}

/// The shard that `HASHWATT_SHARD` names.
fn by_name(stated: Option<Stated>, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Option<Detected>, ShardError> {
    let mut task = Task { lookup, read: Vec::new() };
    let Some(value) = task.text(SHARD) else { return Ok(None) };
    let shard: Shard = value.parse()?;
    match stated {
        Some(Stated { count, by }) if count != shard.count => {
            Err(ShardError::CountsDiffer { by, count, variable: SHARD, value })
        }
        _ => Ok(Some(Detected { shard, engine: SHARD, variables: task.read })),
    }
}

/// The environment of a task, and what was read of it.
struct Task<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    read: Vec<(&'static str, String)>,
}

impl Task<'_> {
    fn text(&mut self, variable: &'static str) -> Option<String> {
        let value = (self.lookup)(variable)?.trim().to_owned();
        if value.is_empty() {
            return None;
        }
        self.read.push((variable, value.clone()));
        Some(value)
    }

    fn number(&mut self, variable: &'static str) -> Result<Option<u64>, ShardError> {
        let Some(value) = self.text(variable) else { return Ok(None) };
        whole(&value).map(Some).ok_or(ShardError::NotANumber { variable, value })
    }

    fn stated_count(&mut self, explicit_count: Option<u32>) -> Result<Option<Stated>, ShardError> {
        let (count, by) = match explicit_count {
            Some(count) => (Some(u64::from(count)), "`--shards`"),
            None => (self.number(SHARDS)?, "`HASHWATT_SHARDS`"),
        };
        count.map(|count| Ok(Stated { count: checked_count(count)?, by })).transpose()
    }

    /// The shard an engine gives, `None` when this is no task of an array of it.
    fn shard(&mut self, engine: &Engine, stated: Option<Stated>) -> Result<Option<Shard>, ShardError> {
        let variable = engine.index;
        match (self.lookup)(variable) {
            Some(value) if engine.no_array != Some(value.trim()) => {}
            _ => return Ok(None),
        }
        let Some(index) = self.number(variable)? else { return Ok(None) };
        let count = match engine.numbering {
            Numbering::Counted(counter) => match self.own_count(engine, counter, stated)? {
                1 if stated.is_none() => return Ok(None),
                count => count,
            },
            _ => stated.ok_or(ShardError::CountUnknown { engine: engine.name, variable, index })?.count,
        };
        let (first, last, step) = match engine.numbering {
            Numbering::Counted(_) | Numbering::FromZero => (0, u64::from(count) - 1, 1),
            Numbering::FromOne => (1, u64::from(count), 1),
            Numbering::Range { first, last, step } => {
                let first = first.map_or(Ok(1), |first| self.must(engine, first))?;
                (first, self.must(engine, last)?, self.must(engine, step)?)
            }
        };
        place(index, first, last, step, u64::from(count)).map_or_else(
            || Err(misplaced(engine, index, (first, last, step), count)),
            |k| Shard::new(k, u64::from(count)).map(Some),
        )
    }

    /// A variable the engine sets together with the index.
    fn must(&mut self, engine: &Engine, variable: &'static str) -> Result<u64, ShardError> {
        self.number(variable)?.ok_or(ShardError::Missing { index: engine.index, missing: variable })
    }

    /// The trustworthy number of an engine, which nothing may contradict.
    fn own_count(
        &mut self,
        engine: &Engine,
        variable: &'static str,
        stated: Option<Stated>,
    ) -> Result<u32, ShardError> {
        let own = checked_count(self.must(engine, variable)?)?;
        match stated {
            Some(Stated { count, by }) if count != own => {
                Err(ShardError::CountsDiffer { by, count, variable, value: own.to_string() })
            }
            _ => Ok(own),
        }
    }
}

/// Place, from 1, of an index in an array of exactly `count` indices.
fn place(index: u64, first: u64, last: u64, step: u64, count: u64) -> Option<u64> {
    let places = last.checked_sub(first)?.checked_div(step)?.checked_add(1)?;
    let steps = index.checked_sub(first)?;
    (places == count && index <= last && steps % step == 0).then(|| steps / step + 1)
}

fn misplaced(engine: &Engine, index: u64, (first, last, step): (u64, u64, u64), count: u32) -> ShardError {
    let variable = engine.index;
    match engine.numbering {
        Numbering::Range { .. } => ShardError::Part { variable, index, first, last, step, count },
        _ => ShardError::Outside { variable, index, count, first, last },
    }
}

#[cfg(test)]
mod tests;
