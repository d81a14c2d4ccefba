//! How weather and prices are drawn, for all sites.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;

/// How weather and prices are drawn, for all sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Weather {
    /// Distance at which the weather of two sites correlates by 1/e, km. Default: 400. Source: 300–500 in the wind literature.
    #[schemars(range(min = 50.0, max = 2_000.0))]
    pub correlation_length_km: f64,
    /// How a run longer than its files gets its years. Default: `block_bootstrap`.
    pub multi_year: MultiYear,
    /// Length of a resampled block, days. Default: 10. Source: several times the synoptic memory of 1–3 days.
    #[schemars(range(min = 1, max = 366))]
    pub block_days: u16,
    /// How far a block may come from another time of the year, days. Default: 15.
    #[schemars(range(min = 0, max = 182))]
    pub season_window_days: u16,
    /// How long the wind remembers.
    pub wind: WindMemory,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            correlation_length_km: 400.0,
            multi_year: MultiYear::BlockBootstrap,
            block_days: 10,
            season_window_days: 15,
            wind: WindMemory::default(),
        }
    }
}

/// Memory of the wind's normal score: a slow (synoptic) and a fast autoregression, smoothed over some hours.
///
/// The defaults give the autocorrelation of single plants (RTS-GMLC): 0.95–0.97 at 1 h, 0.66–0.73 at 6 h, 0.37–0.41 at 24 h.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WindMemory {
    /// Share of the slow part in the variance that neighbours share. Default: 0.6. Source: fit, see above.
    #[schemars(range(min = 0.05, max = 0.95))]
    pub slow_share: f64,
    /// What is left of the slow part after an hour. Default: 0.985. Source: fit; synoptic memory of 1–3 days.
    #[schemars(range(min = 0.5, max = 0.999))]
    pub slow_phi: f64,
    /// What is left of the fast part after an hour; below `slow_phi`. Default: 0.85. Source: fit, see above.
    #[schemars(range(min = 0.0, max = 0.99))]
    pub fast_phi: f64,
    /// What is left after an hour of the smoothing that both parts have in common. Default: 0.6. Source: fit, see above.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub smoothing_phi: f64,
    /// Share of the variance that is the site's own. Default: 0.1. Source: assumption; RTS-GMLC plants of one region
    /// correlate by 0.62–0.87.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub local_share: f64,
}

impl Default for WindMemory {
    fn default() -> Self {
        Self { slow_share: 0.6, slow_phi: 0.985, fast_phi: 0.85, smoothing_phi: 0.6, local_share: 0.1 }
    }
}

impl Weather {
    /// Problems between keys: dotted key path, what is wrong and what to do.
    pub fn check(&self) -> Vec<Problem> {
        if self.wind.fast_phi >= self.wind.slow_phi {
            return vec![("wind.fast_phi".to_owned(), "must be below `slow_phi`".to_owned())];
        }
        Vec::new()
    }
}

/// Where the years of a long run come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MultiYear {
    /// Generators draw afresh; files are resampled in blocks of the same season, all files with the same draws.
    BlockBootstrap,
    /// Every year has the same weather: generators repeat their first 365 days, files repeat from end to start.
    Repeat,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_part_must_be_faster_than_the_slow_one() {
        assert_eq!(Weather::default().check(), []);
        let weather: Weather = toml::from_str("wind = { fast_phi = 0.99 }").unwrap();
        assert_eq!(weather.check()[0].0, "wind.fast_phi");
    }
}
