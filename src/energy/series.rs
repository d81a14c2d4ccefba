//! Hourly series and where they are read from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A column of an hourly CSV file, and how to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvSource {
    /// Path of the file, relative to the scenario file. Required.
    #[schemars(length(min = 1))]
    pub file: String,
    /// Name of the column with the values. Required.
    #[schemars(length(min = 1))]
    pub column: String,
    /// Unit of the values. Required.
    pub unit: Unit,
    /// Factor that brings the values to `unit`, e.g. 1.08 for EUR/MWh at 1.08 USD per EUR. Default: 1.
    #[serde(default = "default_scale")]
    #[schemars(range(min = 0.000_001, max = 1_000_000.0))]
    pub scale: f64,
    /// Name of the column with the times. Default: `time`.
    #[serde(default = "default_time_column")]
    #[schemars(length(min = 1))]
    pub time_column: String,
    /// Zone of times without one of their own: `UTC` or a fixed offset `+HH:MM`, `-HH:MM`. Default: `UTC`.
    #[serde(default = "default_time_zone")]
    #[schemars(regex(pattern = r"^(UTC|[+-]\d{2}:\d{2})$"))]
    pub time_zone: String,
    /// Whether a time names the beginning or the end of its hour. Default: `hour_beginning`.
    #[serde(default)]
    pub stamp: Stamp,
}

fn default_scale() -> f64 {
    1.0
}

fn default_time_column() -> String {
    "time".to_owned()
}

fn default_time_zone() -> String {
    "UTC".to_owned()
}

/// What a time stamp names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// The beginning of its hour.
    #[default]
    HourBeginning,
    /// The end of its hour (01:00 to 24:00).
    HourEnding,
}

/// Unit of a file's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Price, USD/MWh.
    UsdPerMwh,
    /// Price, USD/kWh.
    UsdPerKwh,
    /// Price, US cents per kWh.
    CentsPerKwh,
    /// Output, MW.
    Mw,
    /// Output, kW.
    Kw,
    /// Output as a share of nameplate, 0–1.
    CapacityFactor,
    /// Output in percent of nameplate, 0–100.
    Percent,
}

impl Unit {
    /// What a value of this unit is.
    pub fn quantity(self) -> Quantity {
        match self {
            Self::UsdPerMwh | Self::UsdPerKwh | Self::CentsPerKwh => Quantity::Price,
            Self::Mw | Self::Kw => Quantity::Power,
            Self::CapacityFactor | Self::Percent => Quantity::Share,
        }
    }

    /// How many of the quantity's own unit (USD/MWh, MW, share) one of this unit is.
    pub fn factor(self) -> f64 {
        match self {
            Self::UsdPerMwh | Self::Mw | Self::CapacityFactor => 1.0,
            Self::UsdPerKwh => 1_000.0,
            Self::CentsPerKwh => 10.0,
            Self::Kw => 0.001,
            Self::Percent => 0.01,
        }
    }
}

/// What a series measures, each in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// USD/MWh.
    Price,
    /// MW.
    Power,
    /// Share of nameplate.
    Share,
}

/// An hourly series without gaps, UTC and hour-beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct HourlySeries {
    /// Beginning of the first hour, seconds since 1970.
    pub start_unix: i64,
    /// What the values are.
    pub quantity: Quantity,
    /// One value per hour, at least a whole year.
    pub values: Vec<f64>,
}

/// The series of a run, by [`CsvSource::key`].
pub type SeriesFiles = BTreeMap<String, HourlySeries>;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if *.line > 0 { format!("line {}: ", .line) } else { String::new() })]
pub struct SeriesError {
    /// Line of the file, 1-based; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl CsvSource {
    /// Name under which the series of this source is kept: everything that decides its values.
    pub fn key(&self) -> String {
        format!(
            "{}#{}?{}&{:?}*{}&{}&{:?}",
            self.file, self.column, self.time_column, self.unit, self.scale, self.time_zone, self.stamp
        )
    }
}
