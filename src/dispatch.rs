//! One site, a slice of hours: who runs on which power, and why.
