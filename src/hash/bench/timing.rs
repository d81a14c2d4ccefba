//! Fair timing on a machine that others use as well: short slices, round-robin, and order statistics.

use core::hint::black_box;
use core::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What one slice should take.
const SLICE: Duration = Duration::from_micros(300);
/// A contestant whose smallest piece of work takes longer is sliced by that piece.
const CALIBRATION: Duration = Duration::from_micros(60);
/// No estimate is taken from fewer rounds.
const MIN_ROUNDS: usize = 5;

/// Something to be timed, in pieces of work of equal size.
pub(super) struct Contestant {
    /// Does so many pieces and says whether their result was right.
    pub work: Box<dyn FnMut(u64) -> bool>,
    /// Hashes (or other units) in a piece.
    pub units_per_piece: f64,
}

/// Time of one unit of work, ns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    /// Median of the fastest tenth of the slices: what the core does when nobody disturbs it.
    pub quiet_ns: f64,
    /// Median of all slices: what it does in the company it has.
    pub typical_ns: f64,
    /// Slices measured.
    pub slices: usize,
}

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// From outside.
    Interrupted,
    /// The contestant of this number did not do its work.
    Wrong(usize),
}

/// Times contestants in turn until the time is over. `progress` is told the share done, 0–1.
pub(super) fn round_robin(
    contestants: &mut [Contestant],
    time: Duration,
    stop: &AtomicBool,
    progress: &dyn Fn(f64),
) -> Result<Vec<Time>, Stopped> {
    let started = Instant::now();
    let mut pieces = Vec::new();
    for (number, contestant) in contestants.iter_mut().enumerate() {
        pieces.push(calibrate(contestant).ok_or(Stopped::Wrong(number))?);
    }
    let mut slices: Vec<Vec<f64>> = vec![Vec::new(); contestants.len()];
    for round in 0.. {
        let elapsed = started.elapsed();
        if round >= MIN_ROUNDS && elapsed >= time {
            break;
        }
        progress((elapsed.as_secs_f64() / time.as_secs_f64()).min(1.0));
        for (number, contestant) in contestants.iter_mut().enumerate() {
            if stop.load(Ordering::Relaxed) {
                return Err(Stopped::Interrupted);
            }
            let n = pieces[number];
            // Instructions and tables that the others have driven out of the caches come back untimed.
            if n > 1 && timed(contestant, n.div_ceil(16)).is_none() {
                return Err(Stopped::Wrong(number));
            }
            let ns = timed(contestant, n).ok_or(Stopped::Wrong(number))?;
            slices[number].push(ns / (n as f64 * contestant.units_per_piece));
        }
    }
    Ok(slices.into_iter().map(Time::of).collect())
}

/// Pieces that take about as long as a slice should.
fn calibrate(contestant: &mut Contestant) -> Option<u64> {
    let mut n = 1;
    loop {
        let ns = timed(contestant, n)?;
        if ns >= CALIBRATION.as_nanos() as f64 || n >= 1 << 40 {
            return Some(((n as f64 * SLICE.as_nanos() as f64 / ns.max(1.0)) as u64).max(1));
        }
        n *= 2;
    }
}

/// Nanoseconds for so many pieces, unless the result is wrong.
fn timed(contestant: &mut Contestant, pieces: u64) -> Option<f64> {
    let started = Instant::now();
    let right = black_box((contestant.work)(black_box(pieces)));
    let ns = started.elapsed().as_nanos() as f64;
    right.then_some(ns)
}

impl Time {
    fn of(mut slices: Vec<f64>) -> Self {
        slices.sort_by(f64::total_cmp);
        let fastest = slices.len().div_ceil(10);
        Self { quiet_ns: median(&slices[..fastest]), typical_ns: median(&slices), slices: slices.len() }
    }
}

/// Of sorted values; there is at least one.
fn median(sorted: &[f64]) -> f64 {
    let (low, high) = ((sorted.len().saturating_sub(1)) / 2, sorted.len() / 2);
    f64::midpoint(sorted[low], sorted[high])
}

/// The core's clock: a chain of operations each of which needs the one before.
///
/// A rotation and an addition of two registers take one cycle each on every x86-64 core (and on current 64-bit ARM), so
/// one link of the chain takes two cycles, whatever else the core could do at the same time.
pub(super) fn clock() -> Contestant {
    const LINKS: u64 = 64;
    let mut x = black_box(0x9e37_79b9_7f4a_7c15_u64);
    Contestant {
        work: Box::new(move |pieces| {
            let c = black_box(0x2545_f491_4f6c_dd1d_u64);
            for _ in 0..pieces {
                for _ in 0..LINKS {
                    x = x.rotate_left(7).wrapping_add(c);
                }
            }
            x = black_box(x);
            true
        }),
        units_per_piece: 2.0 * LINKS as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_is_the_median_of_the_fastest_tenth_and_typical_of_all() {
        let slices: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        assert_eq!(Time::of(slices), Time { quiet_ns: 2.5, typical_ns: 20.5, slices: 40 });
        assert_eq!(Time::of(vec![3.0]), Time { quiet_ns: 3.0, typical_ns: 3.0, slices: 1 });
    }

    fn doing(work: fn(u64) -> bool) -> Contestant {
        Contestant { work: Box::new(work), units_per_piece: 1.0 }
    }

    #[test]
    fn work_that_is_not_done_is_noticed_and_an_interrupt_heard() {
        let time = Duration::from_millis(1);
        let slow: fn(u64) -> bool = |_| {
            std::thread::sleep(Duration::from_micros(100));
            true
        };
        let (on, off) = (AtomicBool::new(true), AtomicBool::new(false));
        let times = round_robin(&mut [doing(slow)], time, &off, &|_| {}).unwrap();
        assert!(times[0].slices >= MIN_ROUNDS && times[0].quiet_ns > 0.0);
        let lazy = round_robin(&mut [doing(slow), doing(|_| false)], time, &off, &|_| {});
        assert_eq!(lazy, Err(Stopped::Wrong(1)));
        assert_eq!(round_robin(&mut [doing(slow)], time, &on, &|_| {}), Err(Stopped::Interrupted));
    }
}
