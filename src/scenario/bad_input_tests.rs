//! What a stranger reads when a file is wrong.

mod files;
mod keys;
mod syntax;
mod values;
