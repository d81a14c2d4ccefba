//! The search as whoever waits sees it: how far it is, and why it found nothing.

/// How far the search is, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Rounds so far.
    pub rounds: u64,
    /// Nodes of branch and bound so far.
    pub nodes: u64,
    /// Best value so far, USD.
    pub objective_usd: Option<f64>,
    /// Least bound so far, USD.
    pub upper_bound_usd: Option<f64>,
}

/// Steps of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Drawing paths and posing the problem.
    #[default]
    Posing,
    /// The relaxation.
    Relaxation,
    /// Whole modules.
    Modules,
    /// Alternatives, curves, other policies.
    Afterwards,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlaceError {
    /// Not even what must be done fits a limit.
    #[error("no plan keeps the limit `{limit}`: at least {} {unit} are needed, {} {unit} are allowed", whole(*need), whole(*have))]
    Infeasible {
        /// Name of the limit.
        limit: String,
        /// Least that is needed.
        need: f64,
        /// What is allowed.
        have: f64,
        /// Unit of both.
        unit: String,
    },
    /// More is always better.
    #[error("nothing limits `{what}`: each MW more brings more; state a budget, a connection or a delivery limit")]
    Unbounded {
        /// What grows without end.
        what: String,
    },
    /// Whoever watched broke the search off.
    #[error("interrupted")]
    Interrupted,
    /// The numbers went wrong.
    #[error("the optimiser failed: {0}")]
    Solver(String),
}

/// An amount for a sentence: 0.25, 1,000,000.
fn whole(x: f64) -> String {
    if x.abs() < 100.0 {
        return format!("{}", (x * 1000.0).round() / 1000.0);
    }
    let digits = format!("{:.0}", x.abs());
    let mut grouped = if x < 0.0 { "-".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
