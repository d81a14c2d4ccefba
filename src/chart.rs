//! Pictures from tables.
