//! Supply of a site, hour by hour: surplus wind and solar, hydro, market price, grid availability.
//!
//! Series come from files ([`read_hourly`]) or from stochastic generators, and [`supply`] puts them together.
//! All series are UTC and hour-beginning; index 0 is 00:00 UTC of the run's first day.
//!
//! A site's bytes depend only on the seed, its name, its location and its own keys: never on the other sites.
//! Neighbours correlate all the same, because their weather is a weighted sum over the same lattice of noise
//! cells (see `field`).

mod bootstrap;
mod connection;
mod draws;
mod field;
mod hydro;
mod memo;
mod normals;
mod outage;
mod plant;
mod price;
mod price_model;
mod read;
mod sampling;
mod series;
mod site;
mod solar;
#[cfg(test)]
mod statistics;
mod supply;
mod weather;
mod wind;

pub use connection::{DemandResponse, Export, Forward, Grid};
pub use draws::Draws;
pub use plant::{
    CapacityFactor, ConstantOutput, FileOutput, GeneratedFlow, Hydro, HydroFlow, SolarMounting, SolarOutput, Surplus,
    WindOutput,
};
pub use price::{FilePrice, FlatPrice, GeneratedPrice, MonthlyPrice, PriceSeries};
pub use read::read_hourly;
pub use sampling::Sampling;
pub use series::{CsvSource, HourlySeries, Quantity, SeriesError, SeriesFiles, Stamp, Unit};
pub use site::{Location, SiteClass, SiteEnergy};
pub use supply::{Hourly, supply, supply_sample};
pub use weather::{MultiYear, Weather, WindMemory};

/// One problem of a table: the dotted key path inside it, and what is wrong and what to do.
pub type Problem = (String, String);
