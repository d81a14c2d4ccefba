//! Progress bars on standard error.
