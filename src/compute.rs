//! What one MW of machines earns: mining machines and accelerators.
//!
//! | file | holds |
//! |---|---|
//! | [`mining`] | `[mining]`: power, uptime, fees and costs of a mine; revenue per MWh at the meter |
//! | [`facility`] | what every AI hall has: IT per utility MW, PUE, SLA, backup, the screens a site must pass |
//! | [`hosting`] | `[hosting]`: lease of critical IT by the kW-month |
//! | [`cloud`] | `[cloud]`: own accelerators rented by the GPU-hour |
//! | [`conversion`] | `[conversion]`: mining hall to AI hall |
//! | [`market`] | `[ai_market]`: how much AI the market takes, rent per GPU-hour day by day |
//! | [`machines`] | `[machines]`: catalogues of mining machines and accelerators, the user's own, projected ones |
//! | [`pricing`] | what a mining machine costs new and used, what an accelerator does |
//!
//! Everything here is a pure function of its arguments; this module knows units, dates and random streams only.

pub mod cloud;
pub mod conversion;
pub mod facility;
pub mod hosting;
pub mod machines;
pub mod market;
pub mod mining;
pub mod pricing;

pub use cloud::CloudParams;
pub use conversion::{ConversionParams, ConversionTarget};
pub use facility::{AiFacility, Backup, Climate, Refusal, Screens, Sla, SlaStep};
pub use hosting::HostingParams;
pub use machines::{AcceleratorSpec, Cooling, MachineSpec, Machines, Projection};
pub use market::{AiMarket, DatedRent, Demand};
pub use mining::{EcoMode, MiningParams, Payout};
pub use pricing::{AcceleratorPricing, MachinePricing};
