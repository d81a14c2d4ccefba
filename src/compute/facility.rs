//! What every AI hall has, leased or own: how much IT a utility MW carries, its PUE, SLA and backup.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Climate of a site as far as cooling is concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Climate {
    /// Hardly any hour above 25 °C (Québec, Norway).
    Cold,
    /// Some hundred hours above 25 °C (Frankfurt, Ohio, Virginia).
    #[default]
    Mild,
    /// Thousands of hours above 25 °C (Texas, Singapore).
    Hot,
}

/// The hall of an AI farm. Sizes of AI farms are MW at the utility; costs are per MW of critical IT.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AiFacility {
    /// Capital of shell, mechanical and electrical works without backup and machines, USD per MW of critical IT.
    /// Default: 9,750,000. Source: 10.5 M with backup (JLL 2026: 11.3 M mean; miners' halls 8–11 M), less 0.75 M backup.
    #[schemars(range(min = 0.0, max = 1e9))]
    pub infrastructure_usd_per_it_mw: f64,
    /// Economic life of the hall, years.
    /// Default: 20. Source: assumption; leases run 10–15 years with two or three 5-year options.
    #[schemars(range(min = 0.5, max = 60.0))]
    pub infrastructure_life_years: f64,
    /// What the hall's capital is still worth when the farm closes, as a share of it.
    /// Default: 0.2. Source: assumption.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub infrastructure_salvage_share: f64,
    /// Months from the decision to service, power in hand.
    /// Default: 20. Source: Hut 8 16–18, HIVE 15–18+, range 16–60 months.
    #[schemars(range(min = 0, max = 240))]
    pub lead_months: u32,
    /// Size of the steps in which AI capacity is built, utility MW.
    /// Default: 10. Source: between Bit Digital MTL-3, 5 MW (2025), and Riot–AMD, 25 MW (January 2026).
    #[schemars(range(min = 0.001, max = 10000.0))]
    pub module_mw: f64,
    /// Critical IT per utility MW (redundancy and design margin; not the energy PUE).
    /// Default: 0.72. Source: contracts 0.67–0.82 (Cipher 168/244, Hut 8 245/330, TeraWulf 200/250, Galaxy 533/800).
    #[schemars(range(min = 0.05, max = 1.0))]
    pub critical_it_share: f64,
    /// Mean draw of the IT as a share of its nameplate.
    /// Default: 0.75. Source: 10.2 of 14.3 kW measured on HGX B200 (gpusolutions.ai 2026); range 0.60–0.90.
    #[schemars(range(min = 0.05, max = 1.0))]
    pub it_power_share: f64,
    /// Annual energy PUE in a cold climate.
    /// Default: 1.08. Source: liquid cooling 1.03–1.15 (industry survey 2025–26).
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_cold: f64,
    /// Annual energy PUE in a mild climate.
    /// Default: 1.12. Source: liquid cooling, central 1.10; design 1.18 (Applied Digital).
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_mild: f64,
    /// Annual energy PUE in a hot climate.
    /// Default: 1.20. Source: 1.2–1.3 (Bitfarms), survey upper quartile 1.28.
    #[schemars(range(min = 1.0, max = 3.0))]
    pub pue_hot: f64,
    /// Hours of service lost for each interruption beside the unserved time: restart, work since the last checkpoint.
    /// Default: 0.5. Source: 5–30 min of lost work per stop (unverified) plus restart.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub restart_loss_hours: f64,
    /// Months until tenancy or utilisation has risen linearly from nothing to its full share.
    /// Default: 6. Source: assumption.
    #[schemars(range(min = 0.0, max = 120.0))]
    pub ramp_months: f64,
}

impl Default for AiFacility {
    fn default() -> Self {
        Self {
            infrastructure_usd_per_it_mw: 9_750_000.0,
            infrastructure_life_years: 20.0,
            infrastructure_salvage_share: 0.2,
            lead_months: 20,
            module_mw: 10.0,
            critical_it_share: 0.72,
            it_power_share: 0.75,
            pue_cold: 1.08,
            pue_mild: 1.12,
            pue_hot: 1.20,
            restart_loss_hours: 0.5,
            ramp_months: 6.0,
        }
    }
}

/// One step of a service-level agreement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaStep {
    /// The credit is due when the month's uptime is below this share.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub below_uptime_share: f64,
    /// Credit as a share of the month's charge.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub credit_share: f64,
}

/// Service-level agreement: credits by monthly uptime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sla {
    /// Steps; the largest credit whose threshold the month's uptime misses is due.
    /// Default: below 0.999 10 %, below 0.99 25 %, below 0.95 100 %. Source: Google A3/A4, Azure ND (public texts, July
    /// 2026).
    pub steps: Vec<SlaStep>,
}

impl Default for Sla {
    fn default() -> Self {
        let step = |below_uptime_share, credit_share| SlaStep { below_uptime_share, credit_share };
        Self { steps: vec![step(0.999, 0.10), step(0.99, 0.25), step(0.95, 1.0)] }
    }
}

/// Backup power (UPS and generators) of an AI hall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Backup power as a share of the hall's draw at the meter; 0 for none.
    /// Default: 1.0. Source: Tier III practice; US grid availability is 99.93 % (EIA 2023), the obligation 99.9 %.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
    /// Capital of backup, USD per MW of backup.
    /// Default: 750,000. Source: UPS and N+1 diesel or gas 0.5–1.0 M USD/MW (unverified).
    #[schemars(range(min = 0.0, max = 1e8))]
    pub capital_usd_per_mw: f64,
    /// Fuel and wear of backup, USD/MWh.
    /// Default: 300. Source: assumption, diesel at about 0.25 l/kWh and 1.2 USD/l.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub fuel_usd_per_mwh: f64,
}

impl Default for Backup {
    fn default() -> Self {
        Self { share: 1.0, capital_usd_per_mw: 750_000.0, fuel_usd_per_mwh: 300.0 }
    }
}

/// How an AI farm was served in a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Service {
    /// Hours of the month in which the farm was in service.
    pub hours: f64,
    /// These hours as a share of the calendar month.
    pub month_share: f64,
    /// Energy the farm asked for at the meter, MWh.
    pub demanded_mwh: f64,
    /// Energy it got, backup included, MWh.
    pub served_mwh: f64,
    /// Number of interruptions (runs of hours with unserved load).
    pub interruptions: f64,
    /// What its energy cost, backup included, USD.
    pub energy_cost_usd: f64,
}

impl AiFacility {
    /// Annual energy PUE in a climate.
    pub fn pue(&self, climate: Climate) -> f64 {
        match climate {
            Climate::Cold => self.pue_cold,
            Climate::Mild => self.pue_mild,
            Climate::Hot => self.pue_hot,
        }
    }

    /// Critical IT that `utility_mw` carries, MW.
    pub fn critical_it_mw(&self, utility_mw: f64) -> f64 {
        utility_mw * self.critical_it_share
    }

    /// Firm draw at the meter per MW of critical IT: share of nameplate times PUE.
    pub fn draw_per_it_mw(&self, climate: Climate) -> f64 {
        self.it_power_share * self.pue(climate)
    }

    /// Firm draw at the meter of a farm of `utility_mw`, MW.
    pub fn draw_mw(&self, utility_mw: f64, climate: Climate) -> f64 {
        self.critical_it_mw(utility_mw) * self.draw_per_it_mw(climate)
    }

    /// Share of full tenancy or utilisation reached `months` after the start of service.
    pub fn ramp_share(&self, months: f64) -> f64 {
        if months >= self.ramp_months { 1.0 } else { (months / self.ramp_months).max(0.0) }
    }

    /// Share of the month in which the farm served: energy served over energy asked for, less the restart time.
    pub fn uptime_share(&self, service: &Service) -> f64 {
        if service.hours <= 0.0 || service.demanded_mwh <= 0.0 {
            return 1.0;
        }
        let lost_to_restarts = self.restart_loss_hours * service.interruptions / service.hours;
        (service.served_mwh / service.demanded_mwh - lost_to_restarts).clamp(0.0, 1.0)
    }

    /// What does not fit together, as (key, what to do).
    pub fn check(&self) -> Vec<(String, String)> {
        let draw =
            self.draw_mw(1.0, Climate::Hot).max(self.draw_mw(1.0, Climate::Mild)).max(self.draw_mw(1.0, Climate::Cold));
        if draw > 1.0 {
            let what = format!(
                "critical_it_share × it_power_share × PUE is {draw:.3}: the hall would draw more than its utility power; \
                 lower one of them"
            );
            return vec![("critical_it_share".into(), what)];
        }
        Vec::new()
    }
}

impl Sla {
    /// Credit due for a month of this uptime, a share of the month's charge: the largest of the steps missed.
    pub fn credit_share(&self, uptime_share: f64) -> f64 {
        self.steps
            .iter()
            .filter(|step| uptime_share < step.below_uptime_share)
            .fold(0.0, |credit, step| step.credit_share.max(credit))
    }
}

impl Backup {
    /// Backup power of a hall that draws `draw_mw`, MW.
    pub fn mw(&self, draw_mw: f64) -> f64 {
        self.share * draw_mw
    }

    /// Capital of the backup of a hall that draws `draw_mw`, USD.
    pub fn capital_usd(&self, draw_mw: f64) -> f64 {
        self.mw(draw_mw) * self.capital_usd_per_mw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(served_mwh: f64, interruptions: f64) -> Service {
        Service { hours: 720.0, month_share: 1.0, demanded_mwh: 720.0, served_mwh, interruptions, energy_cost_usd: 0.0 }
    }

    #[test]
    fn sla_credits_step_at_99_9_99_and_95_percent() {
        let sla = Sla::default();
        let steps = [(1.0, 0.0), (0.999, 0.0), (0.9989, 0.10), (0.99, 0.10), (0.98, 0.25), (0.95, 0.25), (0.9, 1.0)];
        for (uptime, credit) in steps {
            assert_eq!(sla.credit_share(uptime), credit, "{uptime}");
        }
        assert_eq!(Sla { steps: Vec::new() }.credit_share(0.0), 0.0);
    }

    #[test]
    fn an_interruption_costs_the_restart_beside_the_unserved_time() {
        let hall = AiFacility::default();
        assert_eq!(hall.uptime_share(&month(720.0, 0.0)), 1.0);
        assert!((hall.uptime_share(&month(718.0, 2.0)) - (718.0 - 1.0) / 720.0).abs() < 1e-12);
        assert_eq!(hall.uptime_share(&month(0.0, 1.0)), 0.0);
        assert_eq!(hall.uptime_share(&Service { hours: 0.0, demanded_mwh: 0.0, ..month(0.0, 0.0) }), 1.0);
    }

    #[test]
    fn a_tier_iii_year_costs_no_credit_and_the_us_grid_alone_breaks_the_three_nines() {
        // 99.982 % and 367 minutes in one month.
        let hall = AiFacility::default();
        let uptime =
            |unserved_hours: f64, interruptions| hall.uptime_share(&month(720.0 - unserved_hours, interruptions));
        assert_eq!(Sla::default().credit_share(uptime(1.58 / 12.0, 0.0)), 0.0);
        assert_eq!(Sla::default().credit_share(uptime(367.0 / 60.0, 1.0)), 0.10);
    }

    #[test]
    fn a_hall_draws_less_than_its_utility_power_and_more_where_it_is_hot() {
        let hall = AiFacility::default();
        assert!((hall.draw_mw(100.0, Climate::Mild) - 100.0 * 0.72 * 0.75 * 1.12).abs() < 1e-9);
        assert!(hall.draw_mw(100.0, Climate::Hot) > hall.draw_mw(100.0, Climate::Cold));
        assert!(hall.check().is_empty());
        let greedy = AiFacility { critical_it_share: 0.95, it_power_share: 0.95, ..hall };
        assert_eq!(greedy.check().len(), 1);
    }

    #[test]
    fn the_ramp_is_linear_and_none_at_0_months() {
        let hall = AiFacility { ramp_months: 4.0, ..AiFacility::default() };
        assert_eq!((hall.ramp_share(0.0), hall.ramp_share(1.0), hall.ramp_share(9.0)), (0.0, 0.25, 1.0));
        assert_eq!(AiFacility { ramp_months: 0.0, ..hall }.ramp_share(0.0), 1.0);
    }
}
