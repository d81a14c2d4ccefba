//! All runs of a sweep on all cores; what comes out does not depend on how many there are.

use super::design::{self, Point};
use super::file::SweepFile;
use super::table::{Metrics, RunRow};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// One run to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Number of the run, from 1.
    pub run: u64,
    /// Number of the replicate of its point, from 1.
    pub replicate: u32,
    /// The seed to run with.
    pub seed: u64,
    /// The values of the varied keys.
    pub point: Point,
}

/// Why a batch came to no end.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The flag was raised; finished rows are dropped.
    #[error("interrupted")]
    Interrupted,
    /// The threads could not be started.
    #[error("cannot start the threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// The runs of a checked sweep file: every replicate of the first point, then of the next.
pub fn cases(file: &SweepFile) -> Vec<Case> {
    let points = design::points(file);
    let replicated = points.into_iter().flat_map(|point| (1..=file.replicates).map(move |r| (point.clone(), r)));
    (1..)
        .zip(replicated)
        .map(|(run, (point, replicate))| Case { run, replicate, seed: file.replicate_seed(replicate), point })
        .collect()
}

/// Does every case on `threads` threads (0: as many as there are cores) and calls `done` after each.
///
/// A case that fails, even by a panic, becomes a row that says so. Rows come in the order of the cases.
///
/// # Errors
/// When `interrupted` was raised meanwhile, or threads cannot be started.
pub fn run_all(
    cases: &[Case],
    threads: usize,
    interrupted: &AtomicBool,
    simulate: impl Fn(&Case) -> Result<Metrics, String> + Sync,
    done: impl Fn() + Sync,
) -> Result<Vec<RunRow>, BatchError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let one = |case: &Case| {
        if interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| simulate(case))).unwrap_or_else(|panic| Err(bug(&*panic)));
        done();
        let Case { run, replicate, seed, point } = case.clone();
        Some(RunRow { run, replicate, seed, point, outcome })
    };
    // Seed after seed: the runs of a seed share what is drawn.
    let mut by_seed: Vec<&Case> = cases.iter().collect();
    by_seed.sort_by_key(|case| case.replicate);
    let rows: Option<Vec<RunRow>> = pool.install(|| by_seed.into_par_iter().map(one).collect());
    match rows {
        Some(mut rows) if !interrupted.load(Ordering::Relaxed) => {
            rows.sort_by_key(|row| row.run);
            Ok(rows)
        }
        _ => Err(BatchError::Interrupted),
    }
}

fn bug(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a bug in the program: {}", text.unwrap_or("panic without a message"))
}

#[cfg(test)]
mod tests {
    use super::super::table::METRICS;
    use super::*;

    fn sweep(replicates: u32) -> SweepFile {
        let text = format!("base = 'b'\nseed = 5\nreplicates = {replicates}\n[[vary]]\nkey = 'a'\nvalues = [1, 2, 3]");
        toml::from_str(&text).unwrap()
    }

    fn simulate(case: &Case) -> Result<Metrics, String> {
        match case.run {
            2 => Err("no power".into()),
            3 => panic!("division by zero"),
            run => Ok([Some(run as f64); METRICS.len()]),
        }
    }

    #[test]
    fn one_failing_case_is_recorded_and_never_stops_the_batch() {
        let rows = run_all(&cases(&sweep(2)), 2, &AtomicBool::new(false), simulate, || {}).unwrap();
        let errors: Vec<_> = rows.iter().map(|r| r.outcome.as_ref().err().map(String::as_str)).collect();
        let bug = "a bug in the program: division by zero";
        assert_eq!(errors, [None, Some("no power"), Some(bug), None, None, None]);
        assert_eq!(rows.iter().map(|r| (r.run, r.replicate, r.seed)).nth(3), Some((4, 2, 6)));
    }

    #[test]
    fn rows_do_not_depend_on_the_thread_count() {
        let cases = cases(&sweep(20));
        let run = |threads| run_all(&cases, threads, &AtomicBool::new(false), simulate, || {}).unwrap();
        assert_eq!(run(1), run(4));
    }

    #[test]
    fn an_interrupted_batch_gives_no_rows() {
        let flag = AtomicBool::new(false);
        let stop = |case: &Case| {
            flag.store(true, Ordering::Relaxed);
            simulate(case)
        };
        let outcome = run_all(&cases(&sweep(1)), 1, &flag, stop, || {});
        assert!(matches!(outcome, Err(BatchError::Interrupted)));
    }
}
