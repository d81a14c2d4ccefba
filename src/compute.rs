//! What one MW of machines earns: mining machines and accelerators.
//!
//! | file | holds |
//! |---|---|
//! | [`mining`] | `[mining]`: power, uptime, fees and costs of a mine; revenue per MWh at the meter |
//! | [`facility`] | what every AI hall has: IT per utility MW, PUE, SLA, backup |
//! | [`screens`] | what a site must offer before an AI farm is considered there |
//! | [`hosting`] | `[hosting]`: lease of critical IT by the kW-month |
//! | [`cloud`] | `[cloud]`: own accelerators rented by the GPU-hour |
//! | [`conversion`] | `[conversion]`: mining hall to AI hall |
//! | [`market`] | `[ai_market]`: how much AI the market takes, rent per GPU-hour day by day |
//! | [`machines`] | `[machines]`: the user's own machines, price rules, projection |
//! | [`catalogue`] | what can be bought on a day: embedded facts, the user's machines, projected ones |
//! | [`pricing`] | what a mining machine costs new and used, what an accelerator does |
//!
//! Everything here is a pure function of its arguments; this module knows units, dates and random streams only.

pub mod catalogue;
pub mod cloud;
pub mod conversion;
pub mod facility;
pub mod hosting;
pub mod machines;
pub mod market;
pub mod mining;
pub mod pricing;
pub mod screens;

pub use catalogue::Catalogue;
pub use cloud::{CloudMonth, CloudParams, Cluster, PowerAt};
pub use conversion::{ConversionParams, ConversionTarget};
pub use facility::{AiFacility, Backup, Climate, Service, Sla, SlaStep};
pub use hosting::{HostingMonth, HostingParams};
pub use machines::{Accelerator, AcceleratorSpec, Cooling, MachineSpec, Machines, MiningMachine, Projection};
pub use market::{AiMarket, DatedRent, Demand};
pub use mining::{EcoMode, MiningParams, Payout, RunLevel};
pub use pricing::{AcceleratorPricing, MachinePricing};
pub use screens::{Refusal, Screens, SiteFacts};
