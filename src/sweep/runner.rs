//! Runs of a sweep on all cores; what comes out does not depend on how many there are.

use super::journal::Record;
use super::metrics::Figures;
use super::plan::Case;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Why a batch came to no end.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The flag was raised; what had begun was finished.
    #[error("interrupted")]
    Interrupted,
    /// The threads could not be started.
    #[error("cannot start the threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A finished run could not be recorded.
    #[error("cannot record a run: {0}")]
    Record(#[from] io::Error),
}

/// Does the cases in their order on so many threads and hands each to `record`, one at a time.
///
/// A case that fails, even by a panic, becomes a record that says so. When `interrupted` is raised, or `record` fails,
/// no further case is begun.
///
/// # Errors
/// When interrupted before all was done, when a thread cannot be started, or the first error of `record`.
pub fn run_all(
    cases: &[Case],
    threads: usize,
    interrupted: &AtomicBool,
    simulate: impl Fn(&Case) -> Result<Figures, String> + Sync,
    record: impl FnMut(&Case, Result<Figures, String>) -> io::Result<()> + Send,
) -> Result<(), BatchError> {
    let next = AtomicUsize::new(0);
    let state = Mutex::new((record, None));
    let work = || -> Result<(), rayon::ThreadPoolBuildError> {
        // What a run does side by side, it does on its own thread: the others are busy with other runs.
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
        alone.install(|| {
            while !interrupted.load(Ordering::Relaxed) {
                let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                let outcome =
                    catch_unwind(AssertUnwindSafe(|| simulate(case))).unwrap_or_else(|panic| Err(bug(&*panic)));
                let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let (record, failed) = &mut *state;
                if failed.is_some() {
                    return;
                }
                *failed = record(case, outcome).err();
            }
        });
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(cases.len())).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let (_, failed) = state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(error) = failed {
        return Err(error.into());
    }
    // The counter passes the end when every case has been taken.
    if next.into_inner() < cases.len() { Err(BatchError::Interrupted) } else { Ok(()) }
}

fn bug(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a bug in the program: {}", text.unwrap_or("panic without a message"))
}

impl Case {
    /// What the journal keeps of it.
    pub fn record(&self, point: Vec<String>, outcome: Result<Figures, String>) -> Record {
        Record { run: self.run, replicate: self.replicate, seed: self.seed, point, outcome }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(count: u64) -> Vec<Case> {
        (1..=count).map(|run| Case { run, point: run as usize - 1, replicate: 1, seed: run }).collect()
    }

    fn simulate(case: &Case) -> Result<Figures, String> {
        match case.run {
            2 => Err("no power".into()),
            3 => panic!("division by zero"),
            run => Ok(Figures { metrics: vec![Some(run as f64)], ..Figures::default() }),
        }
    }

    fn run(cases: &[Case], threads: usize) -> Vec<(u64, Result<Figures, String>)> {
        let mut rows = Vec::new();
        let record = |case: &Case, outcome| {
            rows.push((case.run, outcome));
            Ok(())
        };
        run_all(cases, threads, &AtomicBool::new(false), simulate, record).unwrap();
        rows.sort_by_key(|row| row.0);
        rows
    }

    #[test]
    fn one_failing_case_is_recorded_and_never_stops_the_batch() {
        let rows = run(&cases(6), 2);
        let errors: Vec<_> = rows.iter().map(|r| r.1.as_ref().err().map(String::as_str)).collect();
        let bug = "a bug in the program: division by zero";
        assert_eq!(errors, [None, Some("no power"), Some(bug), None, None, None]);
    }

    #[test]
    fn outcomes_do_not_depend_on_the_thread_count() {
        assert_eq!(run(&cases(40), 1), run(&cases(40), 4));
    }

    #[test]
    fn an_interrupted_batch_keeps_what_had_begun_and_begins_nothing_more() {
        let flag = AtomicBool::new(false);
        let stop = |case: &Case| {
            flag.store(case.run == 4, Ordering::Relaxed);
            simulate(case)
        };
        let mut kept = Vec::new();
        let record = |case: &Case, _| {
            kept.push(case.run);
            Ok(())
        };
        let outcome = run_all(&cases(9), 1, &flag, stop, record);
        assert!(matches!(outcome, Err(BatchError::Interrupted)));
        assert_eq!(kept, [1, 2, 3, 4]);
    }

    #[test]
    fn a_full_disk_stops_the_batch() {
        let mut calls = 0;
        let full = |_: &Case, _| {
            calls += 1;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        let outcome = run_all(&cases(9), 2, &AtomicBool::new(false), simulate, full);
        assert!(matches!(outcome, Err(BatchError::Record(_))));
        assert_eq!(calls, 1);
    }
}
