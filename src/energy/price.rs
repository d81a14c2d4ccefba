//! Market price at a site's node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::series::{CsvSource, Quantity};
use super::{Problem, price_model};

/// Market price of energy at the site's node, USD/MWh, hour by hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PriceSeries {
    /// One price for all hours.
    Flat(FlatPrice),
    /// One price for each month of the year.
    Monthly(MonthlyPrice),
    /// Generated: mean reversion with jumps, falling with the local wind.
    Generated(GeneratedPrice),
    /// From a file.
    Csv(FilePrice),
}

/// One price for all hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlatPrice {
    /// The price in the first year, USD/MWh. Required.
    #[schemars(range(min = -500.0, max = 20_000.0))]
    pub price_usd_per_mwh: f64,
    /// Growth of the price per year, compounded at each 1 January. Default: 0.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub growth_per_year: f64,
}

/// One price for each month of the year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthlyPrice {
    /// Prices of January to December in the first year, USD/MWh. Required.
    #[schemars(inner(range(min = -500.0, max = 20_000.0)))]
    pub prices_usd_per_mwh: [f64; 12],
    /// Growth of the prices per year, compounded at each 1 January. Default: 0.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub growth_per_year: f64,
}

/// Prices of a file, resampled over the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePrice {
    /// The file and its column; unit `usd_per_mwh`, `usd_per_kwh` or `cents_per_kwh`. Required.
    pub source: CsvSource,
    /// Growth of the prices per year, compounded at each 1 January. Default: 0.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub growth_per_year: f64,
}

/// Mean reversion with jumps and seasons (Lucia–Schwartz) of `y = asinh(price / 20 USD/MWh)`, which admits negative prices.
///
/// The price falls with the wind at the site, so that it is low when the site's own wind is strong. Source of the
/// method and of the defaults unless named otherwise: fits to ERCOT day-ahead hub prices 2022–2023.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GeneratedPrice {
    /// Name of the market: sites that give the same one share the price's own shocks and jumps (each still has its own
    /// wind, mean and congestion). Default: none, the site is a market of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub market: Option<String>,
    /// Expected price of the first year, before `floor` and `cap`, USD/MWh. Default: 40. Source: US hubs, 25–65.
    #[schemars(range(min = -20.0, max = 500.0))]
    pub mean_usd_per_mwh: f64,
    /// Growth of the mean per year, compounded at each 1 January. Default: 0.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub growth_per_year: f64,
    /// Standard deviation of the log of a calendar year's mean, drawn once for all sites; 0 for none. Default: 0.4.
    /// Source: US hubs 2020–2024, 0.4–0.6.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub annual_level_sd: f64,
    /// Share of a deviation that is left an hour later. Default: 0.93. Source: half-life of 8.5–10 h; 0.955 at a
    /// congested wind hub, 0.90 in Victoria.
    #[schemars(range(min = 0.0, max = 0.999))]
    pub phi: f64,
    /// Standard deviation of the hourly shocks of `y`. Default: 0.10. Source: 0.14 at a congested wind hub, 0.41 in Victoria.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub sigma: f64,
    /// Upward jumps per year. Default: 140.
    #[schemars(range(min = 0.0, max = 2_000.0))]
    pub jumps_up_per_year: f64,
    /// Downward jumps per year. Default: 120.
    #[schemars(range(min = 0.0, max = 2_000.0))]
    pub jumps_down_per_year: f64,
    /// Mean size of a jump of `y` either way. Default: 0.52. Source: +0.53 and -0.52.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub jump_size: f64,
    /// Scarcity episodes per year: spikes that fade within hours. Default: 40. Source: prices above ten medians come in
    /// 17–66 episodes a year.
    #[schemars(range(min = 0.0, max = 500.0))]
    pub scarcity_per_year: f64,
    /// Mean rise of `y` at the beginning of an episode; each 1 is a factor of 2.7. Default: 2.4. Source: fit to the dearest 1 %
    /// of hours of 2022, 394 USD/MWh and more.
    #[schemars(range(min = 0.0, max = 3.5))]
    pub scarcity_size: f64,
    /// Share of a spike that is left an hour later. Default: 0.85. Source: episodes of about 4 h.
    #[schemars(range(min = 0.0, max = 0.98))]
    pub scarcity_phi: f64,
    /// Swing of `y` over the year. Default: 0.3. Source: ERCOT hub 2022, 0.45 in a year of rising gas prices.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub seasonal_amplitude: f64,
    /// Day of the year of the dearest season. Default: 220 (8 August). Source: ERCOT hub 2022.
    #[schemars(range(min = 1, max = 366))]
    pub dearest_day_of_year: u16,
    /// Swing of `y` over the day. Default: 0.3. Source: ERCOT hub 2022, 0.35.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub diurnal_amplitude: f64,
    /// Local solar hour of the dearest time of the day. Default: 17. Source: ERCOT hub 2022, 00 UTC.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub dearest_hour: f64,
    /// Drop of `y` at noon from solar power, none at night. Default: 0. Source: set 0.5–1 for a duck curve.
    #[schemars(range(min = 0.0, max = 3.0))]
    pub midday_drop: f64,
    /// Correlation of the deviation of `y` (without season and scarcity) with the normal score of the local wind. Default: -0.6,
    /// which makes the correlation of `y` with the output of the site's own wind plant about -0.4. Source: ERCOT log price
    /// against wind -0.37 to -0.45.
    #[schemars(range(min = -0.9, max = 0.0))]
    pub wind_correlation: f64,
    /// Share of hours with a negative price that congestion in the windiest hours brings about; 0 for no congestion
    /// (a few negative hours may come from shocks all the same). Default: 0. Source: 0.05–0.08 at a congested
    /// wind hub (HB_WEST 2022: 0.049), 0.23 in Victoria.
    #[schemars(range(min = 0.0, max = 0.4))]
    pub negative_hours_share: f64,
    /// Drop of `y` in a fully congested hour; matters with `negative_hours_share` only. Default: 2. Source: takes 40 USD/MWh
    /// to about -15, what wind plants with a tax credit bid.
    #[schemars(range(min = 0.5, max = 5.0))]
    pub congestion_drop: f64,
    /// Lowest price of the market, USD/MWh. Default: -250. Source: ERCOT energy bid floor.
    #[schemars(range(min = -1_000.0, max = 0.0))]
    pub floor_usd_per_mwh: f64,
    /// Highest price of the market, USD/MWh. Default: 5000. Source: ERCOT system-wide offer cap since 2022.
    #[schemars(range(min = 50.0, max = 20_000.0))]
    pub cap_usd_per_mwh: f64,
}

impl Default for GeneratedPrice {
    fn default() -> Self {
        Self {
            market: None,
            mean_usd_per_mwh: 40.0,
            growth_per_year: 0.0,
            annual_level_sd: 0.4,
            phi: 0.93,
            sigma: 0.10,
            jumps_up_per_year: 140.0,
            jumps_down_per_year: 120.0,
            jump_size: 0.52,
            scarcity_per_year: 40.0,
            scarcity_size: 2.4,
            scarcity_phi: 0.85,
            seasonal_amplitude: 0.3,
            dearest_day_of_year: 220,
            diurnal_amplitude: 0.3,
            dearest_hour: 17.0,
            midday_drop: 0.0,
            wind_correlation: -0.6,
            negative_hours_share: 0.0,
            congestion_drop: 2.0,
            floor_usd_per_mwh: -250.0,
            cap_usd_per_mwh: 5_000.0,
        }
    }
}

impl PriceSeries {
    /// Problems between keys: dotted key path, what is wrong and what to do.
    pub fn check(&self) -> Vec<Problem> {
        match self {
            Self::Csv(file) if file.source.unit.quantity() != Quantity::Price => vec![(
                "source.unit".to_owned(),
                "is no price; a price is in `usd_per_mwh`, `usd_per_kwh` or `cents_per_kwh`".to_owned(),
            )],
            Self::Generated(price) => price_model::check(price),
            _ => Vec::new(),
        }
    }
}
