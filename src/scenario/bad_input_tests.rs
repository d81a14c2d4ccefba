//! What a stranger reads when a file is wrong.

mod files;
mod keys;
mod lists;
mod syntax;
mod values;
