//! `[mining.hosted]`: the machines are a client's, who pays for their energy by the kWh and keeps the coins.

use crate::math::powf;
use crate::units::UsdPerMwh;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[mining.hosted]`: mines host the machines of clients. The host has the fee, the demand response, the hall, its energy
/// and its upkeep; the client has the coins, pays the pool, buys, repairs and replaces the machines. Newer machines come
/// by an order to refresh, as own ones do, at no cost to the host; where none is given, the client leaves when the
/// machines' life ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostedParams {
    /// What the client pays for a kWh at the meter in the first calendar year, all in, USD/kWh. Required.
    /// Source of usual values: CleanSpark at Coinmint 0.063–0.065 (TheMinerMag, October 2024), hosts of miners 0.06 to
    /// 0.08 (Compass Mining 2022).
    #[schemars(range(min = 0.0, max = 10.0))]
    pub fee_usd_per_kwh: f64,
    /// Yearly rise of the fee on each first of January after the start, a share; all clients pay the same.
    /// Default: 0. Source: assumption; contracts of one to three years are renewed at the market's rate.
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 0.5))]
    pub escalator_per_year_share: f64,
    /// Whether the client's machines stand still on days on which a MWh brings fewer coins, pool fee deducted, than the
    /// fee: then nothing is paid. `false` is take-or-pay: they run whatever they earn.
    /// Default: true. Source: assumption; at Coinmint CleanSpark's hosted machines earned about the fee in 2024, and the
    /// contract was let expire.
    #[serde(default = "yes")]
    pub client_stops_at_a_loss: bool,
}

fn yes() -> bool {
    true
}

/// What a client agreed to for a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HostedTerms {
    /// Fee, USD per MWh at the meter.
    pub fee_usd_per_mwh: f64,
    /// Whether the machines stand still where they earn less than it.
    pub stops_at_a_loss: bool,
}

/// At most what machines bid that their client has stopped, USD/MWh: below every price, so that they never run.
pub const STOPPED_USD_PER_MWH: f64 = -1e6;

impl HostedParams {
    /// The terms `years` calendar years after that of the start.
    pub fn terms(&self, years: i16) -> HostedTerms {
        HostedTerms {
            fee_usd_per_mwh: 1_000.0 * self.fee_usd_per_kwh * powf(1.0 + self.escalator_per_year_share, years.into()),
            stops_at_a_loss: self.client_stops_at_a_loss,
        }
    }
}

impl HostedTerms {
    /// What a MWh brings the host when its coins, after the pool's fee, are worth `coins`, USD/MWh.
    pub fn earned(&self, coins: UsdPerMwh) -> UsdPerMwh {
        let stopped = self.stops_at_a_loss && coins.0 < self.fee_usd_per_mwh;
        UsdPerMwh(if stopped { STOPPED_USD_PER_MWH } else { self.fee_usd_per_mwh })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosted(keys: &str) -> HostedParams {
        toml::from_str(&format!("fee_usd_per_kwh = 0.07\n{keys}")).unwrap()
    }

    #[test]
    fn a_client_at_a_loss_stops_unless_it_takes_or_pays() {
        let stops = hosted("").terms(0);
        assert!((stops.fee_usd_per_mwh - 70.0).abs() < 1e-12);
        assert_eq!(stops.earned(UsdPerMwh(stops.fee_usd_per_mwh)).0, stops.fee_usd_per_mwh);
        assert_eq!(stops.earned(UsdPerMwh(69.0)).0, STOPPED_USD_PER_MWH);
        let takes = hosted("client_stops_at_a_loss = false").terms(0);
        assert_eq!(takes.earned(UsdPerMwh(1.0)).0, takes.fee_usd_per_mwh);
    }

    #[test]
    fn the_fee_rises_by_the_calendar_year() {
        let params = hosted("escalator_per_year_share = 0.1");
        assert!((params.terms(2).fee_usd_per_mwh - 70.0 * 1.21).abs() < 1e-9);
        assert!(toml::from_str::<HostedParams>("").is_err());
    }
}
