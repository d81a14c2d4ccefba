//! One search on several threads, with the same result as on one.

use core::ops::Range;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use ruint::aliases::U256;

use super::{Found, Kernel, Outcome, Prepared, Template, sha256d};

/// Candidates a thread takes at a time: a few milliseconds, so that progress flows and an interrupt is soon heard.
const CHUNK: u64 = 1 << 16;

/// How to search in parallel.
pub struct Parallel<'a> {
    /// The kernel of every thread.
    pub kernel: Kernel,
    /// Threads, the calling one included; 0 counts as 1, and those that the system refuses are done without.
    pub threads: usize,
    /// Set from outside to stop.
    pub interrupt: &'a AtomicBool,
    /// Told after each chunk how many candidates it had, from any of the threads.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// The search was stopped before its result was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the search was interrupted")]
pub struct Interrupted;

/// As [`search`](super::search), on several threads: the candidate found is the lowest whatever the threads.
///
/// Chunks are handed out in order, and each that was handed out is finished: when one has a hit, all below it have
/// been searched or will be, and none above is begun.
///
/// # Errors
/// [`Interrupted`], unless a candidate had been found already.
pub fn search_parallel(
    template: &Template,
    target: U256,
    range: Range<u64>,
    how: &Parallel,
) -> Result<Outcome, Interrupted> {
    let prepared = Prepared::new(template);
    let end = range.end.min(template.candidates());
    // A start behind the end would overflow when chunks are counted on from it.
    let next = AtomicU64::new(range.start.min(end));
    let lowest = AtomicU64::new(u64::MAX);
    let work = || {
        while !how.interrupt.load(Ordering::Relaxed) {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            if start >= end || start > lowest.load(Ordering::Relaxed) {
                break;
            }
            let outcome = prepared.search_with(how.kernel, target, start..end.min(start + CHUNK));
            if let Some(found) = &outcome.found {
                lowest.fetch_min(found.index, Ordering::Relaxed);
            }
            (how.progress)(outcome.attempts);
        }
    };
    thread::scope(|scope| {
        for _ in 1..how.threads {
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    // The scope has joined its threads: what they stored is seen.
    let index = lowest.into_inner();
    if index != u64::MAX {
        let header = template.header_at(index);
        let found = Found { index, header, hash: sha256d(&header) };
        Ok(Outcome { attempts: index - range.start + 1, found: Some(found) })
    } else if next.into_inner() < end {
        Err(Interrupted)
    } else {
        Ok(Outcome { found: None, attempts: end.saturating_sub(range.start) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{VersionRoll, search};

    fn template(roll: VersionRoll) -> Template {
        Template { header: core::array::from_fn(|i| i as u8), roll }
    }

    fn parallel(
        threads: usize,
        interrupt: &AtomicBool,
        target: U256,
        range: Range<u64>,
    ) -> Result<Outcome, Interrupted> {
        let how = Parallel { kernel: Kernel::best(), threads, interrupt, progress: &|_| {} };
        search_parallel(&template(VersionRoll::Four), target, range, &how)
    }

    #[test]
    fn any_number_of_threads_finds_what_one_finds() {
        let on = AtomicBool::new(false);
        for (leading_zeros, range) in
            [(0, 7..9), (3, 100..5_000), (17, 3..3 * CHUNK), (19, 0..4 * CHUNK), (250, 0..CHUNK + 9)]
        {
            let target = U256::MAX >> leading_zeros;
            let expected = search(&template(VersionRoll::Four), target, range.clone());
            for threads in [0, 1, 2, 5] {
                assert_eq!(parallel(threads, &on, target, range.clone()).as_ref(), Ok(&expected), "{leading_zeros}");
            }
        }
    }

    #[test]
    fn the_end_of_the_candidates_and_empty_ranges_are_respected() {
        let on = AtomicBool::new(false);
        let last = template(VersionRoll::Four).candidates() - 1;
        let outcome = parallel(2, &on, U256::MAX >> 255, last - 20..u64::MAX).unwrap();
        assert_eq!(outcome, Outcome { found: None, attempts: 21 });
        assert_eq!(parallel(2, &on, U256::MAX, last + 1..last + 9), Ok(Outcome { found: None, attempts: 0 }));
        assert_eq!(parallel(2, &on, U256::MAX, u64::MAX - 9..u64::MAX), Ok(Outcome { found: None, attempts: 0 }));
        assert_eq!(parallel(2, &on, U256::MAX, 9..9), Ok(Outcome { found: None, attempts: 0 }));
    }

    #[test]
    fn progress_counts_every_candidate_once_and_an_interrupt_stops() {
        let (done, interrupt) = (AtomicU64::new(0), AtomicBool::new(false));
        let progress = |n| {
            done.fetch_add(n, Ordering::Relaxed);
        };
        let how = Parallel { kernel: Kernel::best(), threads: 3, interrupt: &interrupt, progress: &progress };
        let range = 5..3 * CHUNK;
        assert!(search_parallel(&template(VersionRoll::Eight), U256::ZERO, range.clone(), &how).is_ok());
        assert_eq!(done.load(Ordering::Relaxed), 3 * CHUNK - 5);

        let stop_at_once = |_| interrupt.store(true, Ordering::Relaxed);
        let how = Parallel { progress: &stop_at_once, ..how };
        let whole = 0..u64::MAX;
        assert_eq!(search_parallel(&template(VersionRoll::None), U256::ZERO, whole.clone(), &how), Err(Interrupted));
        assert_eq!(search_parallel(&template(VersionRoll::None), U256::MAX, whole, &how), Err(Interrupted));
    }
}
