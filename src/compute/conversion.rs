//! Conversion of mining capacity to AI.

use super::screens::Screens;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a converted hall becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversionTarget {
    /// A leased AI hall.
    Hosting,
    /// A hall of own accelerators.
    Cloud,
    /// Whichever is worth more on the decision date.
    #[default]
    Best,
}

/// `[conversion]`: mining hall to AI hall. The AI side otherwise follows `[hosting]` or `[cloud]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConversionParams {
    /// Whether farms may be converted at all.
    /// Default: true. Source: user's choice.
    pub allowed: bool,
    /// What the hall becomes: `hosting`, `cloud` or `best`.
    /// Default: best. Source: user's choice.
    pub target: ConversionTarget,
    /// Capital of the works without backup and machines, USD per MW of critical IT.
    /// Default: 8,250,000. Source: 9.0 M with backup (7–11 M; TeraWulf 8–10, Cipher 9–11), light retrofit 3.6 M
    /// (Riot–AMD), less 0.75 M backup.
    #[schemars(range(min = 0.0, max = 1e9))]
    pub infrastructure_usd_per_it_mw: f64,
    /// Months of the works.
    /// Default: 12. Source: Core Scientific 12, Bitfarms 13, Riot 0–5; range 5–18.
    #[schemars(range(min = 0, max = 240))]
    pub months: u32,
    /// Share of the converted capacity's mining that is lost during the works.
    /// Default: 0.5. Source: recommended default; range 0–1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub lost_mining_share: f64,
    /// Share of the old hall's capital that is of use in the new one.
    /// Default: 0.1. Source: more than 90 % of the fit-out is replaced (Sabre56 2024).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub infrastructure_kept_share: f64,
    /// Size of the steps in which capacity is converted, utility MW.
    /// Default: 10. Source: as `hosting.facility.module_mw`.
    #[schemars(range(min = 0.001, max = 10000.0))]
    pub module_mw: f64,
    /// Share of a site's mining MW that can be converted.
    /// Default: 1.0. Source: the screens decide; about 0.20 of a portfolio qualifies (Sabre56 2024).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub convertible_share: f64,
    /// What a site must offer.
    /// Default: see its keys. Source: see its keys.
    pub screens: Screens,
}

impl Default for ConversionParams {
    fn default() -> Self {
        Self {
            allowed: true,
            target: ConversionTarget::Best,
            infrastructure_usd_per_it_mw: 8_250_000.0,
            months: 12,
            lost_mining_share: 0.5,
            infrastructure_kept_share: 0.1,
            module_mw: 10.0,
            convertible_share: 1.0,
            screens: Screens::default(),
        }
    }
}

impl ConversionParams {
    /// Capital of converting halls to `it_mw` of critical IT, USD, of the old hall's book value `kept` counts.
    pub fn capital_usd(&self, it_mw: f64, old_infrastructure_usd: f64) -> f64 {
        (it_mw * self.infrastructure_usd_per_it_mw - self.infrastructure_kept_share * old_infrastructure_usd).max(0.0)
    }

    /// Mining power that goes on during the works on `converted_mw`, MW.
    pub fn mining_during_works_mw(&self, converted_mw: f64) -> f64 {
        converted_mw * (1.0 - self.lost_mining_share)
    }

    /// How much of `mining_mw` can be converted, in whole modules, MW.
    pub fn convertible_mw(&self, mining_mw: f64) -> f64 {
        const ROUNDING: f64 = 1e-9;
        (mining_mw * self.convertible_share / self.module_mw + ROUNDING).floor() * self.module_mw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversion_costs_9_million_a_mw_with_backup_less_a_tenth_of_the_old_hall() {
        let params = ConversionParams::default();
        let hall = params.capital_usd(18.0, 25.0 * 450_000.0);
        assert!((hall - (18.0 * 8.25e6 - 0.1 * 25.0 * 450_000.0)).abs() < 1e-6);
        assert_eq!(params.capital_usd(0.0, 1e6), 0.0);
    }

    #[test]
    fn only_whole_modules_are_converted_and_half_the_mining_goes_on() {
        let params = ConversionParams { convertible_share: 0.5, ..ConversionParams::default() };
        assert_eq!(params.convertible_mw(105.0), 50.0);
        assert_eq!(params.convertible_mw(19.0), 0.0);
        assert_eq!(params.mining_during_works_mw(50.0), 25.0);
    }
}
