//! Scenario files: from TOML on disk to a typed, validated [`Scenario`], with **every** mistake of the file
//! reported at once, each with its source line underlined.
//!
//! The way of a file, one module per step:
//!
//! | module | step |
//! |---|---|
//! | [`source`] | texts that were read, and places in them |
//! | [`tree`] | a parsed value that remembers for each node which file it came from |
//! | [`read`] | file → tree, following `extends` |
//! | [`merge`] | one tree on top of another |
//! | [`overrides`] | `--set key.path=value` |
//! | [`schema`] | the JSON Schema of a type: the single truth about keys, types, ranges |
//! | [`validate`] | tree against schema |
//! | [`data`] | data files named by keys called `file` |
//! | [`report`] | what a check beyond the schema uses to complain about a key or a line of a data file |
//! | [`load`](mod@load) | all of it in order, then serde, then the cross-field checks |
//! | [`diagnostics`] | what is wrong, where, and what to do; [`render`] prints it |
//! | [`gallery`] | the scenarios embedded in the binary |
//!
//! The machinery is generic over the type that is read ([`load_as`]); [`load`](fn@load) reads a [`Scenario`].

pub mod check;
pub mod data;
pub mod diagnostics;
pub mod gallery;
pub mod key_path;
pub mod load;
pub mod merge;
pub mod model;
pub mod overrides;
pub mod read;
pub mod render;
pub mod report;
pub mod schema;
pub mod source;
mod terms;
pub mod tree;
pub mod validate;

pub use diagnostics::{Diagnostic, Diagnostics};
pub use load::{Base, InputFile, Loaded, LoadedAs, load, load_as};
pub use model::Scenario;
pub use overrides::Override;
pub use report::Report;
pub use schema::schema_json;

#[cfg(test)]
mod bad_input_tests;
#[cfg(test)]
mod load_tests;
#[cfg(test)]
mod robustness_tests;
#[cfg(test)]
mod test_scenario;
