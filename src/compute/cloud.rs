//! Cloud: own accelerators rented by the GPU-hour.

use super::contract::{ContractParams, Contracted};
use super::facility::{AiFacility, Backup, Climate, Service, Sla};
use super::machines::Accelerator;
use super::screens::Screens;
use crate::calendar::HOURS_PER_YEAR;
use crate::math::powf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[cloud]`: own accelerators. Rents per GPU-hour come from `[ai_market]` and the catalogue of accelerators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloudParams {
    /// Name of the accelerator to buy; left out, the newest flagship of the catalogue at each order.
    /// Default: none. Source: user's choice.
    pub accelerator: Option<String>,
    /// Share of the GPU-hours that is billed after the ramp.
    /// Default: 0.80. Source: planning value on demand 0.60–0.95; contracted 0.98.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub utilisation_share: f64,
    /// Hall operation and maintenance, USD per MW of critical IT and year.
    /// Default: 262,500. Source: 15 % of a lease of 1.75 M USD per MW and year, as in hosting.
    #[schemars(range(min = 0.0, max = 1e8))]
    pub facility_om_usd_per_it_mw_year: f64,
    /// Spares, support and network of the machines per year as a share of their purchase price.
    /// Default: 0.03. Source: assumption.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub hardware_om_per_year_share: f64,
    /// Sales, software and support as a share of revenue.
    /// Default: 0.10. Source: assumption; below 80 % utilisation gross margins fall under 50 % (disintermediate.global).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub selling_cost_share: f64,
    /// Years after which accelerators are replaced or the farm's machines are sold.
    /// Default: 5. Source: CoreWeave 6, Meta 5.5, Amazon 5, Nebius 4 years.
    #[schemars(range(min = 0.5, max = 20.0))]
    pub accelerator_life_years: f64,
    /// Whether accelerators may be replaced by newer ones before the end of their life.
    /// Default: true. Source: user's choice.
    pub refresh: bool,
    /// Youngest age at which accelerators may be replaced, years.
    /// Default: 3. Source: IREN's leases of 36 months, residual 25–35 % then.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub refresh_min_age_years: f64,
    /// The hall.
    /// Default: see its keys. Source: see its keys.
    pub facility: AiFacility,
    /// Service-level agreement.
    /// Default: see its keys. Source: see its keys.
    pub sla: Sla,
    /// Backup power.
    /// Default: see its keys. Source: see its keys.
    pub backup: Backup,
    /// What a site must offer.
    /// Default: see its keys. Source: see its keys.
    pub screens: Screens,
    /// GPU-hours sold for years ahead.
    /// Default: none, all are rented out at the market. Source: user's choice.
    pub contract: Option<ContractParams>,
}

impl Default for CloudParams {
    fn default() -> Self {
        Self {
            accelerator: None,
            utilisation_share: 0.80,
            facility_om_usd_per_it_mw_year: 262_500.0,
            hardware_om_per_year_share: 0.03,
            selling_cost_share: 0.10,
            accelerator_life_years: 5.0,
            refresh: true,
            refresh_min_age_years: 3.0,
            facility: AiFacility::default(),
            sla: Sla::default(),
            backup: Backup::default(),
            screens: Screens::default(),
            contract: None,
        }
    }
}

/// A month of own accelerators. All amounts are of their own sign: credits and costs are positive numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloudMonth {
    /// GPU-hours billed.
    pub gpu_hours: f64,
    /// Revenue before credits, USD.
    pub revenue_usd: f64,
    /// SLA credits given, USD.
    pub sla_credit_usd: f64,
    /// Spares, support and network, USD.
    pub hardware_om_usd: f64,
    /// Operation of the hall without power, USD.
    pub facility_om_usd: f64,
    /// Sales, software and support, USD.
    pub selling_cost_usd: f64,
    /// Uptime of the month.
    pub uptime_share: f64,
}

impl CloudMonth {
    /// Operation and maintenance of machines and hall, USD.
    pub fn fixed_om_usd(&self) -> f64 {
        self.hardware_om_usd + self.facility_om_usd
    }
}

/// Accelerators of one kind in a hall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster<'a> {
    /// The accelerator.
    pub accelerator: &'a Accelerator,
    /// Critical IT it fills, MW.
    pub it_mw: f64,
    /// Price paid per GPU, USD.
    pub paid_usd_per_gpu: f64,
}

impl Cluster<'_> {
    /// Number of GPUs.
    pub fn gpus(&self) -> f64 {
        self.it_mw * self.accelerator.gpus_per_it_mw()
    }
}

impl CloudParams {
    /// The month of a cluster, `months` after its start: a part sold under contract, the rest rented at
    /// `rent_usd_per_gpu_hour`.
    ///
    /// Hours lost to interruptions and restarts are not billed, and the SLA credit comes on top. Hours under contract are
    /// billed whether they are used or not, from the first day on.
    pub fn month(
        &self,
        cluster: &Cluster,
        rent_usd_per_gpu_hour: f64,
        contracted: Contracted,
        months: f64,
        service: &Service,
    ) -> CloudMonth {
        let gpus = cluster.gpus();
        let uptime_share = self.facility.uptime_share(service);
        let billed_share = self.utilisation_share * self.facility.ramp_share(months) * uptime_share;
        let rented_hours = gpus * billed_share * service.hours * (1.0 - contracted.share);
        let sold_hours = gpus * contracted.share * uptime_share * service.hours;
        let gpu_hours = rented_hours + sold_hours;
        let revenue_usd = rented_hours * rent_usd_per_gpu_hour + sold_hours * contracted.usd_per_gpu_hour;
        let sla_credit_usd = revenue_usd * self.sla.credit_share(uptime_share);
        let year_share = service.month_share / 12.0;
        CloudMonth {
            gpu_hours,
            revenue_usd,
            sla_credit_usd,
            hardware_om_usd: gpus * cluster.paid_usd_per_gpu * self.hardware_om_per_year_share * year_share,
            facility_om_usd: cluster.it_mw * self.facility_om_usd_per_it_mw_year * year_share,
            selling_cost_usd: (revenue_usd - sla_credit_usd) * self.selling_cost_share,
            uptime_share,
        }
    }

    /// Revenue per MWh at the meter after the ramp, all of it at the market, USD/MWh: to lay beside mining on one axis.
    pub fn revenue_usd_per_mwh(&self, accelerator: &Accelerator, rent_usd_per_gpu_hour: f64, climate: Climate) -> f64 {
        let per_it_mw_hour = accelerator.gpus_per_it_mw() * self.utilisation_share * rent_usd_per_gpu_hour;
        per_it_mw_hour / self.facility.draw_per_it_mw(climate)
    }

    /// Levelised cost of a billed GPU-hour, USD: capital of machines and hall as annuities at `rate_per_year`, operation
    /// and power. Selling cost, a share of revenue, is grossed up.
    pub fn levelised_usd_per_gpu_hour(
        &self,
        price_usd: f64,
        accelerator: &Accelerator,
        at: &PowerAt,
        rate_per_year: f64,
    ) -> f64 {
        let hall_kw = accelerator.all_in_kw;
        let draw_kw = hall_kw * self.facility.draw_per_it_mw(at.climate);
        let hall =
            hall_kw / 1000.0 * self.facility.infrastructure_usd_per_it_mw + self.backup.capital_usd(draw_kw / 1000.0);
        let yearly = price_usd
            * (annuity(rate_per_year, self.accelerator_life_years) + self.hardware_om_per_year_share)
            + hall * annuity(rate_per_year, self.facility.infrastructure_life_years)
            + hall_kw / 1000.0 * self.facility_om_usd_per_it_mw_year
            + draw_kw / 1000.0 * HOURS_PER_YEAR * at.power_usd_per_mwh;
        yearly / (HOURS_PER_YEAR * self.utilisation_share * (1.0 - self.selling_cost_share))
    }

    /// What does not fit together, as (key, what to do).
    pub fn check(&self) -> Vec<(String, String)> {
        let mut wrong: Vec<_> =
            self.facility.check().into_iter().map(|(key, what)| (format!("facility.{key}"), what)).collect();
        if self.contract.as_ref().is_some_and(|c| c.usd_per_gpu_hour.is_some() && c.discount_share.is_some()) {
            let what = "the contract has a price of its own, `usd_per_gpu_hour`: take one of the two away";
            wrong.push(("contract.discount_share".into(), what.into()));
        }
        if let Some(contract) = self.contract.as_ref().filter(|c| c.term_years > self.accelerator_life_years) {
            let (term, life) = (contract.term_years, self.accelerator_life_years);
            let what = format!(
                "the contract runs {term} years, accelerators are sold at {life}: shorten the term or raise \
                 `cloud.accelerator_life_years`"
            );
            wrong.push(("contract.term_years".into(), what));
        }
        if self.refresh && self.refresh_min_age_years > self.accelerator_life_years {
            let life = self.accelerator_life_years;
            let what = format!("accelerators are replaced at {life} years; give less, or set refresh = false");
            wrong.push(("refresh_min_age_years".into(), what));
        }
        wrong
    }
}

/// Power price and climate of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerAt {
    /// Price of energy at the meter, USD/MWh.
    pub power_usd_per_mwh: f64,
    /// Climate.
    pub climate: Climate,
}

/// Yearly payment per unit of capital over `years`: r/(1−(1+r)^−n).
fn annuity(rate_per_year: f64, years: f64) -> f64 {
    if rate_per_year.abs() < 1e-9 { 1.0 / years } else { rate_per_year / (1.0 - powf(1.0 + rate_per_year, -years)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::compute::{Catalogue, Machines};

    fn accelerator(name: &str) -> Accelerator {
        let catalogue = Catalogue::build(&Machines::default(), Day::parse("2027-01-01").unwrap()).unwrap();
        catalogue.accelerator_named(name).unwrap().clone()
    }

    /// Twelve months at once.
    const YEAR: Service = Service {
        hours: 8_760.0,
        month_share: 12.0,
        demanded_mwh: 1000.0,
        served_mwh: 1000.0,
        interruptions: 0.0,
        energy_cost_usd: 0.0,
    };

    /// Nothing is sold ahead.
    const FREE: Contracted = Contracted { share: 0.0, usd_per_gpu_hour: 0.0 };

    fn full(utilisation_share: f64) -> CloudParams {
        let mut params = CloudParams { utilisation_share, ..CloudParams::default() };
        params.facility.ramp_months = 0.0;
        params
    }

    #[test]
    fn a_mw_of_h100_at_2_35_usd_and_90_percent_earns_13_2_million_a_year() {
        let h100 = accelerator("H100 SXM 80GB");
        let cluster = Cluster { accelerator: &h100, it_mw: 1.0, paid_usd_per_gpu: 33_000.0 };
        assert!((cluster.gpus() - 714.0).abs() < 0.5);
        let year = full(0.90).month(&cluster, 2.35, FREE, 0.0, &YEAR);
        assert!((year.revenue_usd / 13.2e6 - 1.0).abs() < 0.005, "{}", year.revenue_usd);
        assert!((year.gpu_hours - cluster.gpus() * 0.9 * 8760.0).abs() < 1e-6);
    }

    #[test]
    fn irens_contract_of_200_mw_pays_about_2_usd_per_gpu_hour_for_29_million_a_mw_of_machines() {
        let gb200 = accelerator("GB200 NVL72");
        let cluster = Cluster { accelerator: &gb200, it_mw: 200.0, paid_usd_per_gpu: gb200.price_usd };
        let capital_per_mw = cluster.gpus() * gb200.price_usd / 200.0;
        assert!((20e6..=35e6).contains(&capital_per_mw), "{capital_per_mw}");
        // 9.7 billion over five years, take-or-pay.
        let rent = 9.7e9 / 5.0 / (cluster.gpus() * 8760.0);
        let year = full(1.0).month(&cluster, rent, FREE, 0.0, &YEAR);
        assert!((year.revenue_usd / 200.0 / 9.7e6 - 1.0).abs() < 0.001);
        assert!((2.0..2.3).contains(&rent), "{rent}");
    }

    #[test]
    fn hours_under_contract_are_billed_used_or_not_and_the_rest_is_rented() {
        let h100 = accelerator("H100 SXM 80GB");
        let cluster = Cluster { accelerator: &h100, it_mw: 1.0, paid_usd_per_gpu: 33_000.0 };
        let contracted = Contracted { share: 0.6, usd_per_gpu_hour: 1.5 };
        let params = CloudParams { utilisation_share: 0.5, ..CloudParams::default() };
        let hours = cluster.gpus() * 8_760.0;
        let ramp = params.month(&cluster, 2.0, contracted, 3.0, &YEAR);
        assert!((ramp.revenue_usd / (hours * (0.6 * 1.5 + 0.4 * 0.25 * 2.0)) - 1.0).abs() < 1e-12);
        let bad = params.month(&cluster, 2.0, contracted, 12.0, &Service { served_mwh: 980.0, ..YEAR });
        assert!((bad.gpu_hours / (hours * 0.98 * (0.6 + 0.4 * 0.5)) - 1.0).abs() < 1e-12);
        assert!((bad.sla_credit_usd / bad.revenue_usd - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_contract_longer_than_the_accelerators_live_or_with_two_prices_is_refused() {
        let contract = Some(ContractParams { term_years: 6.0, ..ContractParams::default() });
        let wrong = CloudParams { contract, ..CloudParams::default() }.check();
        assert_eq!(wrong[0].0, "contract.term_years");
        let contract = toml::from_str("usd_per_gpu_hour = 2.1\ndiscount_share = 0.1").unwrap();
        let wrong = CloudParams { contract: Some(contract), ..CloudParams::default() }.check();
        assert_eq!(wrong[0].0, "contract.discount_share");
    }

    #[test]
    fn irens_816_h100_of_2024_earned_about_1_500_usd_per_mwh_of_nameplate() {
        let mut params = full(1.0);
        params.facility.it_power_share = 1.0;
        params.facility.pue_cold = 1.0;
        let per_mwh = |rent| params.revenue_usd_per_mwh(&accelerator("H100 SXM 80GB"), rent, Climate::Cold);
        assert!(per_mwh(1.84) < 1_500.0 && per_mwh(2.13) > 1_500.0);
    }

    #[test]
    fn unserved_hours_are_not_billed_and_cost_a_credit_on_top() {
        let h100 = accelerator("H100 SXM 80GB");
        let cluster = Cluster { accelerator: &h100, it_mw: 1.0, paid_usd_per_gpu: 33_000.0 };
        let good = full(0.8).month(&cluster, 2.0, FREE, 0.0, &YEAR);
        let bad = full(0.8).month(&cluster, 2.0, FREE, 0.0, &Service { served_mwh: 980.0, ..YEAR });
        assert!((bad.revenue_usd / good.revenue_usd - 0.98).abs() < 1e-12);
        assert!((bad.sla_credit_usd / bad.revenue_usd - 0.25).abs() < 1e-12);
        assert_eq!(bad.hardware_om_usd, good.hardware_om_usd);
    }

    #[test]
    fn an_h100_hour_costs_about_the_1_65_usd_below_which_the_hardware_loses_money() {
        // Published rule: below 1.65 USD/h the hardware is lost, above 2.85 it beats equity returns.
        let at = PowerAt { power_usd_per_mwh: 50.0, climate: Climate::Mild };
        let h100 = accelerator("H100 SXM 80GB");
        let cost = |rate| full(0.8).levelised_usd_per_gpu_hour(33_000.0, &h100, &at, rate);
        assert!((1.4..2.85).contains(&cost(0.0)), "{}", cost(0.0));
        assert!((1.65..2.85).contains(&cost(0.10)), "{}", cost(0.10));
        assert!(cost(0.10) > cost(0.0));
    }
}
