//! Designs over scenario keys, run on all cores.
//!
//! The way of a sweep: a [`mod@file`] names a base scenario and the keys to vary; a [`design`] lays points over them; the
//! [`runner`] runs every point and replicate; the [`table`] `runs.csv` keeps one row per run; [`picture`] turns the
//! rows into a heat map or lines. What the rows say is the pure mathematics of [`statistics`], [`sensitivity`] and
//! [`pareto`].
//! rows into a heat map or lines. On a cluster a [`shard`] is the part one task of an array job does, and [`submit`]
//! writes the job.

pub mod design;
pub mod file;
pub mod pareto;
pub mod picture;
pub mod plan;
pub mod runner;
pub mod sensitivity;
pub mod statistics;
pub mod shard;
pub mod submit;
pub mod table;

pub use file::{Design, SweepFile, Vary};
pub use plan::Plan;
pub use runner::BatchError;
pub use shard::{Shard, ShardError};
pub use table::RunRow;
