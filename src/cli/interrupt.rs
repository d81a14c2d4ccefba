//! Ctrl-C and termination signals as a flag that long work looks at between steps.

use super::exit::{Failure, TRY_AGAIN};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once the user or the system asked to stop.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts to listen for SIGINT, SIGTERM and SIGHUP (Ctrl-C and Ctrl-Break on Windows). Once per process.
    ///
    /// # Errors
    /// When the system refuses the handler.
    pub fn listen() -> Result<Self, Failure> {
        let flag = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&flag);
        let asked = move || {
            // Whoever asks a second time will not wait for what is under way; nothing that was written is lost by that.
            if seen.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(TRY_AGAIN));
            }
        };
        ctrlc::set_handler(asked).map_err(|e| Failure::Unexpected(format!("cannot listen for Ctrl-C: {e}")))?;
        Ok(Self(flag))
    }

    /// Whether to stop now.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for code that knows no command line.
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }
}
