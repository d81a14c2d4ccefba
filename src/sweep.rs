//! Designs over scenario keys, run on all cores or many machines, summed up.
//!
//! The way of a sweep: a [`mod@file`] names a base scenario and the keys to vary; a [`design`] lays points over them;
//! a [`plan`] is what is left when every mistake has been [`check`]ed for; the [`runner`] does its cases and the
//! [`journal`] in the [`folder`] keeps each as it ends, so that a killed sweep goes on where it was; [`shard`]s of a
//! sweep are run by several machines ([`submit`]) and [`merge`]d. When all is there, [`analysis`] sums it up by
//! [`statistics`], [`sensitivity`] and [`pareto`] fronts, [`picture`] draws it, and [`results`] writes everything.

pub mod analysis;
pub mod check;
pub mod design;
pub mod file;
pub mod folder;
pub mod journal;
pub mod merge;
pub mod metrics;
pub mod pareto;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod picture;
pub mod plan;
pub mod results;
pub mod runner;
pub mod sensitivity;
pub mod shard;
pub mod statistics;
pub mod submit;
pub mod table;

pub use file::{Design, SweepFile, Vary};
pub use plan::{Case, Plan};
pub use runner::{BatchError, run_all};
pub use shard::Shard;
