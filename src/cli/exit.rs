//! How the program ends: the only place where an outcome becomes an exit code.

use crate::placement::answer::PlaceError;
use crate::results::WriteError;
use crate::sim::SimError;
use crate::sweep::folder::ResumeError;
use std::io::{self, Write};
use std::process::ExitCode;

/// Everything asked for was done.
pub const FINE: u8 = 0;
/// Something unexpected: a full disk, a folder that cannot be written, a bug.
pub const UNEXPECTED: u8 = 1;
/// The arguments or an input file are wrong, or an existing result would be overwritten; the message says what to mend.
pub const BAD_INPUT: u8 = 2;
/// Nothing went wrong, but what was searched does not exist: as `grep` has it.
pub const NOT_FOUND: u8 = 1;
/// Interrupted; the same command can simply be tried again, and a sweep goes on where it was (`EX_TEMPFAIL` of sysexits).
pub const TRY_AGAIN: u8 = 75;

/// The paragraph on exit codes in `--help` and the manual page.
pub const HELP: &str = "Exit codes: 0 fine, 2 bad input (or a finished result that --force would replace), \
75 interrupted and safe to try again, 1 anything else (a search without a hit among them).";

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Input files are wrong: a complete report with source lines, printed as it is.
    #[error("{0}")]
    Diagnosed(String),
    /// An argument or the state of the output folder is wrong.
    #[error("{0}")]
    BadInput(String),
    /// A search came to its end without a hit.
    #[error("{0}")]
    NotFound(String),
    /// A signal asked to stop; nothing was written.
    #[error("interrupted: nothing was written, the same command can be run again")]
    Interrupted,
    /// A signal asked to stop; what was done is kept, and the message says how to go on.
    #[error("{0}")]
    Stopped(String),
    /// Whoever read standard output has gone (`hashwatt … | head`): no reason to complain.
    #[error("standard output was closed")]
    OutputClosed,
    /// Anything else.
    #[error("{0}")]
    Unexpected(String),
}

impl Failure {
    /// The exit code of this failure.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => FINE,
            Self::Diagnosed(_) | Self::BadInput(_) => BAD_INPUT,
            Self::Interrupted | Self::Stopped(_) => TRY_AGAIN,
            Self::NotFound(_) => NOT_FOUND,
            Self::Unexpected(_) => UNEXPECTED,
        }
    }
}

/// Writes to standard output fail with this: a closed pipe is not worth a word, the rest is unexpected.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::OutputClosed } else { Self::Unexpected(error.to_string()) }
    }
}

/// Something in the way of the results is for the user to mend; the file system's troubles are unexpected.
impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::RunExists { .. }
            | WriteError::InTheWay { .. }
            | WriteError::FileExists { .. }
            | WriteError::IsFolder { .. } => Self::BadInput(error.to_string()),
            WriteError::Io { .. } | WriteError::Charts(_) => Self::Unexpected(error.to_string()),
        }
    }
}

/// Tells a failure on standard error and gives the exit code.
pub(super) fn code(outcome: Result<(), Failure>) -> ExitCode {
    let Err(failure) = outcome else {
        return ExitCode::from(FINE);
    };
    // Standard error may be closed as well; the exit code still tells.
    let mut stderr = io::stderr().lock();
    let _ = match &failure {
        Failure::OutputClosed => Ok(()),
        Failure::Diagnosed(report) => writeln!(stderr, "{}", report.trim_end()),
        other => writeln!(stderr, "error: {other}"),
    };
    ExitCode::from(failure.exit_code())
}

/// Prints clap's message: help and version are fine, anything else is a wrong argument.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { BAD_INPUT } else { FINE })
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::Infeasible { .. } | PlaceError::Unbounded { .. } => Self::BadInput(error.to_string()),
            PlaceError::Interrupted => Self::Interrupted,
            PlaceError::Solver(_) => Self::Unexpected(error.to_string()),
        }
    }
}

impl From<SimError> for Failure {
    fn from(error: SimError) -> Self {
        match error {
            SimError::Interrupted(_) => Self::Interrupted,
            SimError::Place(error) => error.into(),
            SimError::Setup(_) => Self::Unexpected(error.to_string()),
        }
    }
}

impl From<ResumeError> for Failure {
    fn from(error: ResumeError) -> Self {
        match error {
            ResumeError::Differs { .. } | ResumeError::InTheWay(_) => Self::BadInput(error.to_string()),
            ResumeError::Write(error) => error.into(),
            ResumeError::Journal { .. } => Self::Unexpected(error.to_string()),
        }
    }
}
