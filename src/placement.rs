//! What to build, where and when.
