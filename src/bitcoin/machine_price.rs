//! What new mining machines cost: their price follows the revenue of a hash.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Days of a mean month.
const DAYS_PER_MONTH: f64 = 30.436_875;

/// The payback-months rule: a machine costs what it earns in so many months at a reference power price, but not less
/// than it costs to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MachinePriceRule {
    /// Months in which a machine earns its price at the reference power price. Default: 16. Source: middle of the 13.8 to 18.2 months of Luxor's price sheet, June 2023.
    #[schemars(range(min = 0.0, max = 120.0))]
    pub payback_months: f64,
    /// Power price at which sellers reckon a machine's margin, in USD/MWh. Default: 65. Source: 6 to 7 cents per kWh, which reproduce Luxor's sheet.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub reference_power_usd_per_mwh: f64,
    /// Lowest price of a new machine in USD per watt it draws (cost of making it). Default: 0.45. Source: 13.25 USD/TH for the S19 Pro at the bottom of June 2023 is 0.45 USD/W; 7.9 USD/TH for the SEALMINER A2 Pro Hyd in 2025 is 0.53.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub floor_usd_per_w: f64,
}

impl Default for MachinePriceRule {
    fn default() -> Self {
        Self { payback_months: 16.0, reference_power_usd_per_mwh: 65.0, floor_usd_per_w: 0.45 }
    }
}

/// Price of a new machine, USD per TH/s: payback months × (hashprice − 0.024·J/TH·reference power)/1000 × days of a
/// month, at least the floor × J/TH (1 J/TH is 1 W per TH/s).
pub fn machine_price_usd_per_th(
    rule: &MachinePriceRule,
    hashprice_usd_per_ph_day: f64,
    efficiency_j_per_th: f64,
) -> f64 {
    let margin_usd_per_th_day =
        (hashprice_usd_per_ph_day - 0.024 * efficiency_j_per_th * rule.reference_power_usd_per_mwh) / 1000.0;
    let floor = rule.floor_usd_per_w * efficiency_j_per_th;
    (margin_usd_per_th_day * DAYS_PER_MONTH * rule.payback_months).max(floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_reproduces_the_price_sheet_of_june_2023() {
        // Hashprice of June 2023 about 75 USD/PH/day. Luxor: S19 XP 24, S19 Pro 13.25, S19j Pro+ 15, M50S 19.5 USD/TH;
        // the rule must be within 35 % of each and 15 % on average.
        let rule = MachinePriceRule::default();
        let ratios: Vec<f64> = [(21.5, 24.0), (29.5, 13.25), (27.5, 15.0), (26.0, 19.5)]
            .iter()
            .map(|&(j_per_th, paid)| machine_price_usd_per_th(&rule, 75.0, j_per_th) / paid)
            .collect();
        assert!(ratios.iter().all(|r| (0.65..1.35).contains(r)), "{ratios:?}");
        assert!((crate::math::mean(&ratios) - 1.0).abs() < 0.15, "{ratios:?}");
    }

    #[test]
    fn a_machine_is_never_cheaper_than_its_making() {
        let rule = MachinePriceRule::default();
        assert!((machine_price_usd_per_th(&rule, 5.0, 20.0) - 9.0).abs() < 1e-12);
    }
}
