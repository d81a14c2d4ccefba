//! What is printed on standard output.
