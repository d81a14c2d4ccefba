//! How fast the kernels are on this machine, beside what one has with the `sha2` crate.
//!
//! All contestants of a comparison do fixed, checked work in slices of about 0.3 ms, in turn, so that whatever else the
//! machine does disturbs all of them alike: the ratio is what to compare between machines and runs. Times are told
//! twice, *quiet* (median of the fastest tenth of the slices) and *typical* (median of all).
//!
//! Cycles are derived: time multiplied by the core's clock, which a chain of dependent operations measures in the same
//! run. They mean what they say on x86-64, where each of those operations takes one cycle.

mod contestants;
mod timing;

use core::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use super::{Kernel, VersionRoll};
use contestants::{finds_first_hits, long_search, sha2_long_search, sha2_short_searches, short_searches};
pub use timing::Time;
use timing::{Contestant, Stopped, clock, round_robin};

/// The clock and the baseline come before the kernels.
const BEFORE_KERNELS: usize = 2;

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// One header, on and on, for a target that nothing meets: set-up does not count.
    Long,
    /// Many headers, each until its first hit after this many hashes on average: set-up counts.
    Short {
        /// Mean number of hashes of a search.
        expected_hashes: u32,
        /// Whether each header contains the hash of the one before, as blocks do.
        linked: bool,
    },
}

/// What is compared, and for how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The kernels.
    pub kernels: Vec<Kernel>,
    /// Versions per nonce, each with every kernel.
    pub rolls: Vec<VersionRoll>,
    /// The work.
    pub workload: Workload,
    /// Time for all of it.
    pub time: Duration,
    /// Threads, each of which does everything at the same time.
    pub threads: usize,
}

/// Speeds measured in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Clock of the cores, GHz, by a chain of dependent operations.
    pub clock_ghz: f64,
    /// The `sha2` crate with the first block's state kept, one version.
    pub baseline: Speed,
    /// The kernels in the order of the plan, each with every roll.
    pub kernels: Vec<KernelSpeed>,
}

/// Speed of one kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelSpeed {
    /// The kernel.
    pub kernel: Kernel,
    /// Versions rolled.
    pub roll: VersionRoll,
    /// Its speed.
    pub speed: Speed,
}

/// Speed of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// When nobody disturbs: by the median of the fastest tenth of the slices.
    pub quiet: Rate,
    /// In the company the machine has: by the median of all slices.
    pub typical: Rate,
    /// Slices measured, of all threads.
    pub slices: usize,
}

/// One speed in several units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Million hashes per second of one thread, the mean over the threads.
    pub mh_per_s: f64,
    /// Million hashes per second of all threads together.
    pub mh_per_s_all_threads: f64,
    /// Core cycles per hash.
    pub cycles_per_hash: f64,
    /// How many times as fast as the baseline.
    pub ratio_to_sha2_midstate: f64,
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Stopped from outside.
    #[error("the measurement was interrupted")]
    Interrupted,
    /// A kernel gave a wrong result.
    #[error("the kernel `{0}` gave a wrong result; its speed means nothing")]
    Wrong(&'static str),
    /// The system refused a thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// Measures. `progress` is told the share of the time that is over, 0–1, by one of the threads.
///
/// # Errors
/// See [`BenchError`].
pub fn compare(plan: &Plan, stop: &AtomicBool, progress: &(dyn Fn(f64) + Sync)) -> Result<Comparison, BenchError> {
    let kernels: Vec<(Kernel, VersionRoll)> =
        plan.kernels.iter().flat_map(|&kernel| plan.rolls.iter().map(move |&roll| (kernel, roll))).collect();
    if let Some((kernel, _)) = kernels.iter().find(|&&(kernel, roll)| !finds_first_hits(kernel, roll)) {
        return Err(BenchError::Wrong(kernel.name()));
    }
    let measure = |first: bool| {
        let mut contestants = contestants(&kernels, plan.workload);
        let quiet: &dyn Fn(f64) = &|_| {};
        round_robin(&mut contestants, plan.time, stop, if first { progress } else { quiet })
    };
    let times = thread::scope(|scope| -> Result<Vec<_>, BenchError> {
        let mut others = Vec::new();
        for _ in 1..plan.threads {
            others.push(thread::Builder::new().spawn_scoped(scope, || measure(false))?);
        }
        let mut times = vec![measure(true)];
        for other in others {
            times.push(other.join().map_err(|_| std::io::Error::other("it ended early"))?);
        }
        Ok(times)
    })?;
    let times = times.into_iter().collect::<Result<Vec<_>, _>>().map_err(|stopped| match stopped {
        Stopped::Interrupted => BenchError::Interrupted,
        Stopped::Wrong(number) => {
            BenchError::Wrong(number.checked_sub(BEFORE_KERNELS).map_or("sha2", |at| kernels[at].0.name()))
        }
    })?;
    Ok(Comparison::of(&times, &kernels))
}

/// The clock, the baseline, the kernels.
fn contestants(kernels: &[(Kernel, VersionRoll)], workload: Workload) -> Vec<Contestant> {
    let mut all = vec![clock()];
    match workload {
        Workload::Long => {
            all.push(sha2_long_search());
            all.extend(kernels.iter().map(|&(kernel, roll)| long_search(kernel, roll)));
        }
        Workload::Short { expected_hashes, linked } => {
            all.push(sha2_short_searches(expected_hashes, linked));
            let short = |&(kernel, roll)| short_searches(kernel, roll, expected_hashes, linked);
            all.extend(kernels.iter().map(short));
        }
    }
    all
}

impl Rate {
    /// Blocks per second of one thread that cost so many hashes on average.
    ///
    /// By the hashes that were drawn, so that the luck of the searches measured does not count.
    pub fn blocks_per_s(&self, expected_hashes: u32) -> f64 {
        self.mh_per_s * 1e6 / f64::from(expected_hashes)
    }
}

impl Comparison {
    /// From the times of every thread, in the order of [`contestants`].
    fn of(times: &[Vec<Time>], kernels: &[(Kernel, VersionRoll)]) -> Self {
        let threads = times.len() as f64;
        let clock_ghz = times.iter().map(|thread| 1.0 / thread[0].quiet_ns).sum::<f64>() / threads;
        let all = |contestant: usize, ns: fn(&Time) -> f64| -> f64 {
            times.iter().map(|thread| 1e3 / ns(&thread[contestant])).sum()
        };
        let rate = |contestant: usize, ns: fn(&Time) -> f64| {
            let mh_per_s_all_threads = all(contestant, ns);
            Rate {
                mh_per_s: mh_per_s_all_threads / threads,
                mh_per_s_all_threads,
                cycles_per_hash: clock_ghz * 1e3 * threads / mh_per_s_all_threads,
                ratio_to_sha2_midstate: mh_per_s_all_threads / all(BEFORE_KERNELS - 1, ns),
            }
        };
        let speed = |contestant: usize| Speed {
            quiet: rate(contestant, |time| time.quiet_ns),
            typical: rate(contestant, |time| time.typical_ns),
            slices: times.iter().map(|thread| thread[contestant].slices).sum(),
        };
        let kernels = (BEFORE_KERNELS..).zip(kernels);
        Self {
            clock_ghz,
            baseline: speed(BEFORE_KERNELS - 1),
            kernels: kernels.map(|(at, &(kernel, roll))| KernelSpeed { kernel, roll, speed: speed(at) }).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_follow_from_the_times_of_all_threads() {
        let time = |quiet_ns, typical_ns| Time { quiet_ns, typical_ns, slices: 7 };
        let thread = vec![time(0.25, 0.3), time(100.0, 200.0), time(20.0, 50.0)];
        let slower = vec![time(0.5, 0.5), time(100.0, 200.0), time(20.0, 100.0)];
        let kernels = [(Kernel::best(), VersionRoll::Four)];
        let compared = Comparison::of(&[thread, slower], &kernels);
        assert_eq!(compared.clock_ghz, 3.0);
        assert_eq!(compared.baseline.quiet.ratio_to_sha2_midstate, 1.0);
        let speed = compared.kernels[0].speed;
        let want = |all: f64, cycles: f64, ratio: f64| Rate {
            mh_per_s: all / 2.0,
            mh_per_s_all_threads: all,
            cycles_per_hash: cycles,
            ratio_to_sha2_midstate: ratio,
        };
        assert_eq!((speed.quiet, speed.slices), (want(100.0, 60.0, 5.0), 14));
        assert_eq!(speed.typical, want(30.0, 200.0, 3.0));
    }

    #[test]
    fn every_kernel_and_roll_is_measured_for_every_workload() {
        let kernels = Kernel::available();
        let rolls = [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight];
        let short = |linked| Workload::Short { expected_hashes: 64, linked };
        for workload in [Workload::Long, short(false), short(true)] {
            let plan = Plan {
                kernels: kernels.clone(),
                rolls: rolls.to_vec(),
                workload,
                time: Duration::from_millis(1),
                threads: 2,
            };
            let compared = compare(&plan, &AtomicBool::new(false), &|_| {}).unwrap();
            assert_eq!(compared.kernels.len(), 3 * kernels.len());
            let rates = compared.kernels.iter().map(|k| k.speed.quiet.mh_per_s);
            assert!(rates.chain([compared.clock_ghz]).all(|rate| rate > 0.0 && rate.is_finite()));
            assert!(matches!(compare(&plan, &AtomicBool::new(true), &|_| {}), Err(BenchError::Interrupted)));
        }
    }
}
