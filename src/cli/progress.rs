//! Progress bars on standard error: hidden off a terminal and with `--quiet`.

use crate::placement::answer::{self, Phase};
use crate::sim::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::time::Instant;

/// Resolution of a run's bar.
const PER_MILLE: u64 = 1000;

/// The bar of one run: date reached, blocks mined, hashes per second.
pub struct RunBar {
    bar: ProgressBar,
    started: Instant,
    hashing: bool,
}

impl RunBar {
    /// Shows an empty bar. `hashing`: whether blocks are really hashed, so that a speed means something.
    pub fn new(quiet: bool, hashing: bool) -> Self {
        let bar = bar(PER_MILLE, quiet, "{bar:32} {percent:>3}%  {msg}");
        Self { bar, started: Instant::now(), hashing }
    }

    /// Moves on.
    pub fn show(&self, progress: &Progress) {
        if self.bar.is_hidden() {
            return;
        }
        let mut message = format!("{}  {} blocks", progress.day, super::output::grouped(progress.blocks));
        if self.hashing {
            let seconds = self.started.elapsed().as_secs_f64().max(1e-3);
            message = format!("{message}  {:.1} MH/s", progress.hashes as f64 / seconds / 1e6);
        }
        self.bar.set_message(message);
        self.bar.set_position((progress.fraction * PER_MILLE as f64) as u64);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// What an optimiser is at: phase, rounds, nodes, value and bound. How long it takes is not known beforehand.
pub struct PlaceBar(ProgressBar);

impl PlaceBar {
    /// Shows that it has begun.
    pub fn new(quiet: bool) -> Self {
        Self(bar(0, quiet, "{spinner} {elapsed_precise}  {msg}"))
    }

    /// Moves on.
    pub fn show(&self, progress: &answer::Progress) {
        if self.0.is_hidden() {
            return;
        }
        let phase = match progress.phase {
            Phase::Posing => "sampling weather and prices",
            Phase::Relaxation => "continuous sizes",
            Phase::Modules => "whole modules",
            Phase::Afterwards => "alternatives and curves",
        };
        let (rounds, nodes) = (progress.rounds, progress.nodes);
        let money = |usd: Option<f64>| usd.map_or_else(|| "–".to_owned(), super::output::millions);
        let (value, bound) = (money(progress.objective_usd), money(progress.upper_bound_usd));
        let message = format!("{phase}  {rounds} rounds, {nodes} nodes  value {value}, bound {bound} M USD");
        self.0.set_message(message);
        self.0.tick();
    }

    /// Takes it away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// The bar of a search: share of the candidates, hashes per second.
pub struct SearchBar {
    bar: ProgressBar,
    started: Instant,
}

impl SearchBar {
    /// Shows an empty bar for so many candidates.
    pub fn new(quiet: bool, candidates: u64) -> Self {
        Self { bar: bar(candidates, quiet, "{bar:32} {percent:>3}% of {msg}"), started: Instant::now() }
    }

    /// Moves on by so many candidates; from any thread.
    pub fn add(&self, candidates: u64) {
        self.bar.inc(candidates);
        if self.bar.is_hidden() {
            return;
        }
        let seconds = self.started.elapsed().as_secs_f64().max(1e-3);
        let speed = self.bar.position() as f64 / seconds / 1e6;
        let all = super::output::grouped(self.bar.length().unwrap_or(0));
        self.bar.set_message(format!("{all} candidates  {speed:.1} MH/s"));
    }

    /// Takes the bar away and gives the seconds since it was shown.
    pub fn clear(&self) -> f64 {
        self.bar.finish_and_clear();
        self.started.elapsed().as_secs_f64()
    }
}

/// The bar of a measurement, in parts per thousand of its time.
pub struct TimeBar(ProgressBar);

impl TimeBar {
    /// Shows an empty bar.
    pub fn new() -> Self {
        Self(bar(PER_MILLE, false, "{bar:32} {percent:>3}%  measuring, {eta} left"))
    }

    /// Moves to this share of the time, 0–1.
    pub fn show(&self, share: f64) {
        self.0.set_position((share * PER_MILLE as f64) as u64);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// The bar of a batch of runs of which some are done: rate, and the time left.
pub fn batch_bar(runs: u64, done: u64, quiet: bool) -> ProgressBar {
    let bar = bar(runs, quiet, "{bar:32} {pos}/{len} runs  {rate}  {eta} left");
    // The rate is that of the runs still to do.
    bar.with_position(done).with_elapsed(core::time::Duration::ZERO)
}

fn bar(length: u64, quiet: bool, template: &str) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let rate = |state: &ProgressState, to: &mut dyn core::fmt::Write| {
        let _ = write!(to, "{:.1} a second", state.per_sec());
    };
    let style = ProgressStyle::with_template(template).expect("the templates above are valid").with_key("rate", rate);
    ProgressBar::with_draw_target(Some(length), target).with_style(style)
}
