//! Phase *Settle*: the day's money and energy go to the books.

mod ai;
mod charges;
mod coins;
mod energy;
mod upkeep;

pub use ai::ai;
pub use charges::{COINCIDENT_MONTHS, Peaks, charges};
pub use coins::coins;
pub use energy::energy;
pub use upkeep::upkeep;
