//! What machines cost new and used.

use super::machines::{Accelerator, MiningMachine};
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::math::exp;
use crate::units::{JoulesPerTerahash, UsdPerPhDay};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[machines.pricing]`: price of a mining machine from the hashprice of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MachinePricing {
    /// Months of margin a new machine costs.
    /// Default: 16. Source: Luxor's June 2023 sheet 13.8 (S19 Pro) to 18.2 (S19 XP) months.
    #[schemars(range(min = 0.1, max = 120.0))]
    pub payback_months: f64,
    /// Power price at which that margin is reckoned, USD/MWh.
    /// Default: 65. Source: the sheet's 6–7 US cents per kWh.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub reference_power_usd_per_mwh: f64,
    /// Least price of a new machine however small the margin, the cost of making it, USD per W it draws.
    /// Default: 0.45. Source: S19 Pro at 13.25 USD/TH in June 2023 is 0.45 USD/W, SEALMINER A2 Pro Hyd at 7.9 in 2025
    /// 0.53.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub floor_usd_per_w: f64,
    /// Least price of a used machine before its age is taken off, USD per W it draws.
    /// Default: 0.18. Source: a four-year-old S19 at 2.5 USD/TH in mid-2024 (Coin Metrics) with 7 years of life.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub used_floor_usd_per_w: f64,
}

impl Default for MachinePricing {
    fn default() -> Self {
        Self {
            payback_months: 16.0,
            reference_power_usd_per_mwh: 65.0,
            floor_usd_per_w: 0.45,
            used_floor_usd_per_w: 0.18,
        }
    }
}

/// `[machines.accelerator_pricing]`: price of accelerators over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AcceleratorPricing {
    /// Yearly drift of the logarithm of a new accelerator's price after its release.
    /// Default: −0.10. Source: H100 all-in 40,000 USD (2024) to 33,000 (2026).
    #[schemars(range(min = -3.0, max = 1.0))]
    pub log_drift_per_year: f64,
    /// Resale after three years as a share of the price paid.
    /// Default: 0.30. Source: residual 25–35 % after 36 months.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub resale_after_3_years_share: f64,
    /// Resale after five years as a share of the price paid.
    /// Default: 0.15. Source: recommended default.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub resale_after_5_years_share: f64,
}

impl Default for AcceleratorPricing {
    fn default() -> Self {
        Self { log_drift_per_year: -0.10, resale_after_3_years_share: 0.30, resale_after_5_years_share: 0.15 }
    }
}

impl MachinePricing {
    /// Price of a new machine of this efficiency, USD/TH: `payback_months` of its margin at the reference power price,
    /// at least what it costs to make (1 J/TH is 1 W per TH/s).
    ///
    /// Source: "USD/TH ≈ margin at 6–7 c × 30 × 14–18 months", fitted on Luxor's June 2023 sheet.
    pub fn rule_usd_per_th(&self, efficiency: JoulesPerTerahash, hashprice: UsdPerPhDay) -> f64 {
        self.paid_back_usd_per_th(efficiency, hashprice).max(self.floor_usd_per_w * efficiency.0)
    }

    /// Price of this machine new, USD/TH: the user's fixed price, or the rule.
    pub fn new_usd_per_th(&self, machine: &MiningMachine, hashprice: UsdPerPhDay) -> f64 {
        machine.fixed_usd_per_th.unwrap_or_else(|| self.rule_usd_per_th(machine.efficiency(), hashprice))
    }

    /// Price of this machine used, USD/TH: months of today's margin, at least the used floor and at most its price
    /// new, less the share of its life gone by.
    ///
    /// Source: rule as for new machines; straight line over the life assumed.
    pub fn used_usd_per_th(
        &self,
        machine: &MiningMachine,
        hashprice: UsdPerPhDay,
        age_years: f64,
        life_years: f64,
    ) -> f64 {
        let efficiency = machine.efficiency();
        let margin = self.paid_back_usd_per_th(efficiency, hashprice);
        let as_new = margin.max(self.used_floor_usd_per_w * efficiency.0).min(self.new_usd_per_th(machine, hashprice));
        as_new * (1.0 - age_years / life_years).clamp(0.0, 1.0)
    }

    /// Margin of `payback_months` at the reference power price, USD/TH; negative where power costs more than a hash earns.
    fn paid_back_usd_per_th(&self, efficiency: JoulesPerTerahash, hashprice: UsdPerPhDay) -> f64 {
        let power_usd_per_ph_day = 0.024 * efficiency.0 * self.reference_power_usd_per_mwh;
        let days = self.payback_months * DAYS_PER_YEAR / 12.0;
        (hashprice.0 - power_usd_per_ph_day) / 1000.0 * days
    }
}

impl AcceleratorPricing {
    /// Price of a new accelerator on a day, USD per GPU with server, network and storage.
    pub fn new_usd(&self, accelerator: &Accelerator, day: Day) -> f64 {
        let age_years = day.years_since(accelerator.release).max(0.0);
        accelerator.price_usd * exp(self.log_drift_per_year * age_years)
    }

    /// Resale value as a share of the price paid: linear from 1 over the shares at three and five years, and on to 0.
    pub fn resale_share(&self, age_years: f64) -> f64 {
        let (at_3, at_5) = (self.resale_after_3_years_share, self.resale_after_5_years_share);
        let share = if age_years < 3.0 {
            1.0 + (at_3 - 1.0) * age_years / 3.0
        } else {
            at_3 + (at_5 - at_3) * (age_years - 3.0) / 2.0
        };
        share.clamp(0.0, 1.0)
    }

    /// What does not fit together, as (key, what to do).
    pub fn check(&self) -> Vec<(String, String)> {
        if self.resale_after_5_years_share > self.resale_after_3_years_share {
            let what = format!(
                "resale does not rise with age: give at most the {} after 3 years",
                self.resale_after_3_years_share
            );
            return vec![("resale_after_5_years_share".into(), what)];
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitcoin::machine_price::{MachinePriceRule, machine_price_usd_per_th};
    use crate::compute::{Catalogue, Machines};

    fn catalogue() -> Catalogue {
        Catalogue::build(&Machines::default(), Day::parse("2036-01-01").unwrap()).unwrap()
    }

    #[test]
    fn the_rule_meets_the_price_sheets_of_2023_and_2025_within_a_fifth() {
        let sheets = [
            (75.0, "Antminer S19 XP"),
            (75.0, "Antminer S19 Pro"),
            (75.0, "Antminer S19j Pro+"),
            (75.0, "Whatsminer M50S"),
            (53.7, "Antminer S21"),
            (53.7, "Antminer S21+"),
        ];
        for (hashprice, name) in sheets {
            let catalogue = catalogue();
            let machine = catalogue.mining_named(name).unwrap();
            let listed = machine.listed_usd_per_th.unwrap();
            let rule = MachinePricing::default().new_usd_per_th(machine, UsdPerPhDay(hashprice));
            assert!((rule / listed - 1.0).abs() < 0.2, "{name}: {rule} against {listed}");
        }
    }

    #[test]
    fn a_four_year_old_s19_resells_for_2_5_usd_per_th_in_mid_2024() {
        let catalogue = catalogue();
        let s19 = catalogue.mining_named("Antminer S19").unwrap();
        let age = Day::parse("2024-06-30").unwrap().years_since(s19.release);
        let price = MachinePricing::default().used_usd_per_th(s19, UsdPerPhDay(50.0), age, 7.0);
        assert!((price - 2.5).abs() < 0.1, "{price}");
    }

    #[test]
    fn better_machines_and_higher_hashprices_cost_more_and_nothing_costs_less_than_its_making() {
        let rule = |j_per_th, hashprice| {
            MachinePricing::default().rule_usd_per_th(JoulesPerTerahash(j_per_th), UsdPerPhDay(hashprice))
        };
        assert!(rule(10.0, 50.0) > rule(20.0, 50.0));
        assert!(rule(20.0, 60.0) > rule(20.0, 50.0));
        assert_eq!(rule(20.0, 5.0), 9.0);
    }

    #[test]
    fn the_rest_of_the_world_buys_at_the_same_prices() {
        let theirs = MachinePriceRule::default();
        for (hashprice, j_per_th) in [(75.0, 21.5), (30.0, 17.5), (5.0, 2.0)] {
            let ours = MachinePricing::default().rule_usd_per_th(JoulesPerTerahash(j_per_th), UsdPerPhDay(hashprice));
            assert!((ours - machine_price_usd_per_th(&theirs, hashprice, j_per_th)).abs() < 1e-9);
        }
    }

    #[test]
    fn accelerators_lose_value_with_age_as_given_at_three_and_five_years() {
        let pricing = AcceleratorPricing::default();
        assert_eq!(pricing.resale_share(0.0), 1.0);
        assert!((pricing.resale_share(3.0) - 0.30).abs() < 1e-12);
        assert!((pricing.resale_share(5.0) - 0.15).abs() < 1e-12);
        assert_eq!(pricing.resale_share(9.0), 0.0);
        assert!(
            (0..100)
                .all(|i| pricing.resale_share(f64::from(i + 1) / 10.0) <= pricing.resale_share(f64::from(i) / 10.0))
        );
        assert!(pricing.check().is_empty());
    }

    #[test]
    fn an_h100_costs_40_000_all_in_in_2024_and_33_000_in_2026() {
        let catalogue = catalogue();
        let h100 = catalogue.accelerator_named("H100 SXM 80GB").unwrap();
        for (day, expected) in [("2024-06-30", 40_000.0), ("2026-01-01", 33_000.0)] {
            let price = AcceleratorPricing::default().new_usd(h100, Day::parse(day).unwrap());
            assert!((price / expected - 1.0).abs() < 0.05, "{day}: {price}");
        }
    }
}
