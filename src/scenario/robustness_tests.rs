//! Nothing a file may hold makes the loader panic.
