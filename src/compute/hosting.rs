//! Hosting: critical IT leased by the kW-month; the tenant owns the machines.

use super::facility::{AiFacility, Backup, Climate, Service, Sla};
use super::screens::Screens;
use crate::calendar::HOURS_PER_YEAR;
use crate::math::powf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who pays what in a lease.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaseStructure {
    /// The landlord runs the hall and pays for it out of the rent; power is repaid up to a cap.
    #[default]
    Gross,
    /// Triple net: the tenant pays power in full, operation, insurance and property tax beside the rent.
    Nnn,
}

/// `[hosting]`: lease of AI halls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostingParams {
    /// Rent of a lease signed at the start of the scenario, USD per kW of critical IT and month.
    /// Default: 145.8. Source: 1.75 M USD per MW and year; public miner leases 1.22–2.13 M, median 149 USD/kW-month.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub rent_usd_per_kw_month: f64,
    /// Yearly rise of the rent of a signed lease, a share.
    /// Default: 0.025. Source: Hut 8–Fluidstack 3 % (December 2025), range 0–3 %.
    #[schemars(range(min = -0.5, max = 0.5))]
    pub escalator_per_year_share: f64,
    /// Who pays what: `gross` or `nnn` (triple net). A landlord who hands over a powered shell also builds less: see
    /// `facility.infrastructure_usd_per_it_mw` and `backup.share`.
    /// Default: gross. Source: TeraWulf and Cipher state operating margins of 80–90 % of rent; Hut 8 and Galaxy lease
    /// triple net.
    pub structure: LeaseStructure,
    /// Under `gross`, operating income as a share of rent: the rest pays staff, maintenance, insurance and property tax.
    /// Default: 0.85. Source: TeraWulf 85 %, Cipher 80–90 %, Riot 80 %, Galaxy 90 %.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub noi_margin_share: Option<f64>,
    /// Under `nnn`, what stays the landlord's to pay (security, management, the roof), as a share of rent.
    /// Default: 0.05. Source: Hut 8–Fluidstack 0.014 (6.9 of 7.0 billion USD, December 2025), Galaxy Helios about 0.10.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub nnn_landlord_cost_share: Option<f64>,
    /// Under `gross`, the tenant repays the month's power up to this mean price, USD/MWh; what is above is the landlord's.
    /// Default: 100. Source: assumption; leases pass power through (Core Scientific, Hut 8 NNN), and 100 is twice a US
    /// hub price with delivery (40 + 10).
    #[schemars(range(min = 0.0, max = 100000.0))]
    pub power_pass_through_cap_usd_per_mwh: Option<f64>,
    /// Share of the critical IT that is leased after the ramp.
    /// Default: 1.0. Source: miner leases are take-or-pay for whole halls.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub tenancy_share: f64,
    /// Term of a lease, years; the farm may close or be re-let at market rent after it.
    /// Default: 12. Source: Core Scientific–CoreWeave 12; range 10–15.
    #[schemars(range(min = 0.5, max = 60.0))]
    pub lease_years: f64,
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
}

/// Defaults of keys that belong to one structure: not given, they stay out of a scenario of the other.
const NOI_MARGIN_SHARE: f64 = 0.85;
const NNN_LANDLORD_COST_SHARE: f64 = 0.05;
const POWER_CAP_USD_PER_MWH: f64 = 100.0;

impl Default for HostingParams {
    fn default() -> Self {
        Self {
            rent_usd_per_kw_month: 145.8,
            escalator_per_year_share: 0.025,
            structure: LeaseStructure::Gross,
            noi_margin_share: None,
            nnn_landlord_cost_share: None,
            power_pass_through_cap_usd_per_mwh: None,
            tenancy_share: 1.0,
            lease_years: 12.0,
            facility: AiFacility::default(),
            sla: Sla::default(),
            backup: Backup::default(),
            screens: Screens::default(),
        }
    }
}

/// A month of a leased hall, USD. All are amounts of their own sign: credits and costs are positive numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HostingMonth {
    /// Critical IT let × months, kW·months.
    pub let_kw_months: f64,
    /// Rent before credits.
    pub rent_usd: f64,
    /// SLA credits given.
    pub sla_credit_usd: f64,
    /// Power repaid by the tenant.
    pub power_recovered_usd: f64,
    /// Operating cost without power.
    pub operating_cost_usd: f64,
    /// Uptime of the month.
    pub uptime_share: f64,
}

impl HostingParams {
    /// Rent at which a lease is signed `years` after the start of the scenario, USD/kW-month.
    pub fn rent_at_signing(&self, years: f64, growth_per_year_share: f64) -> f64 {
        self.rent_usd_per_kw_month * powf(1.0 + growth_per_year_share, years)
    }

    /// Rent of a lease `years` after its signing, USD/kW-month: the escalator steps once a year.
    pub fn escalated_rent(&self, signed_usd_per_kw_month: f64, years: f64) -> f64 {
        signed_usd_per_kw_month * powf(1.0 + self.escalator_per_year_share, years.max(0.0).floor())
    }

    /// The month of a hall of `it_mw` critical IT, let at `rent_usd_per_kw_month`, `months` after its start.
    pub fn month(&self, it_mw: f64, rent_usd_per_kw_month: f64, months: f64, service: &Service) -> HostingMonth {
        let let_share = self.tenancy_share * self.facility.ramp_share(months);
        let let_kw_months = 1000.0 * it_mw * let_share * service.month_share;
        let rent_usd = rent_usd_per_kw_month * 1000.0 * it_mw * let_share * service.month_share;
        let uptime_share = self.facility.uptime_share(service);
        HostingMonth {
            let_kw_months,
            rent_usd,
            sla_credit_usd: rent_usd * self.sla.credit_share(uptime_share),
            power_recovered_usd: self.power_recovered_usd(service.served_mwh, service.energy_cost_usd),
            operating_cost_usd: rent_usd * (1.0 - self.kept_share()),
            uptime_share,
        }
    }

    /// Share of the rent that the landlord's costs leave.
    pub fn kept_share(&self) -> f64 {
        match self.structure {
            LeaseStructure::Gross => self.noi_margin_share.unwrap_or(NOI_MARGIN_SHARE),
            LeaseStructure::Nnn => 1.0 - self.nnn_landlord_cost_share.unwrap_or(NNN_LANDLORD_COST_SHARE),
        }
    }

    /// Mean price up to which the tenant repays power, USD/MWh; the largest number there is for all of it.
    pub fn power_cap_usd_per_mwh(&self) -> f64 {
        match self.structure {
            LeaseStructure::Gross => self.power_pass_through_cap_usd_per_mwh.unwrap_or(POWER_CAP_USD_PER_MWH),
            LeaseStructure::Nnn => f64::MAX,
        }
    }

    /// What the tenant repays of a month's power, USD: its cost, at most the cap on every MWh. Negative where power
    /// was paid for being used.
    pub fn power_recovered_usd(&self, mwh: f64, cost_usd: f64) -> f64 {
        cost_usd.min(self.power_cap_usd_per_mwh() * mwh)
    }

    /// Rent per MWh at the meter, USD/MWh: to lay beside mining on one axis.
    pub fn rent_usd_per_mwh(&self, rent_usd_per_kw_month: f64, climate: Climate) -> f64 {
        rent_usd_per_kw_month * 12_000.0 * self.tenancy_share / (HOURS_PER_YEAR * self.facility.draw_per_it_mw(climate))
    }

    /// What does not fit together, as (key, what to do).
    pub fn check(&self) -> Vec<(String, String)> {
        let facility = self.facility.check().into_iter().map(|(key, what)| (format!("facility.{key}"), what));
        facility.chain(self.check_structure()).collect()
    }

    /// Keys of the other structure: nobody should wonder why they change nothing.
    fn check_structure(&self) -> Vec<(String, String)> {
        let gross = [
            ("noi_margin_share", self.noi_margin_share, "write `nnn_landlord_cost_share`"),
            ("power_pass_through_cap_usd_per_mwh", self.power_pass_through_cap_usd_per_mwh, "take the key away"),
        ];
        let nnn = [("nnn_landlord_cost_share", self.nnn_landlord_cost_share, "write `noi_margin_share`")];
        let (under, unused) = match self.structure {
            LeaseStructure::Gross => ("gross", &nnn[..]),
            LeaseStructure::Nnn => ("nnn", &gross[..]),
        };
        let given = unused.iter().filter(|(_, value, _)| value.is_some());
        let what = |instead: &str| format!("this key has no meaning under `structure = \"{under}\"`: {instead}");
        given.map(|(key, _, instead)| ((*key).to_owned(), what(instead))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(served_mwh: f64, energy_cost_usd: f64) -> Service {
        Service {
            hours: 730.0,
            month_share: 1.0,
            demanded_mwh: 1000.0,
            served_mwh,
            interruptions: 0.0,
            energy_cost_usd,
        }
    }

    fn let_at_once() -> HostingParams {
        let mut params = HostingParams::default();
        params.facility.ramp_months = 0.0;
        params
    }

    #[test]
    fn a_mw_of_critical_it_rents_for_1_75_million_usd_a_year_at_85_percent_margin() {
        let params = let_at_once();
        let month = params.month(1.0, params.rent_usd_per_kw_month, 0.0, &service(1000.0, 40_000.0));
        assert!((month.rent_usd * 12.0 / 1.75e6 - 1.0).abs() < 0.001);
        assert!((month.operating_cost_usd / month.rent_usd - 0.15).abs() < 1e-12);
        assert_eq!((month.sla_credit_usd, month.uptime_share), (0.0, 1.0));
    }

    #[test]
    fn public_leases_come_out_at_their_published_rent_per_kw_month() {
        // total billion USD, critical MW, years, USD per kW-month of the table
        for (total, mw, years, expected) in
            [(3.5, 200.0, 12.0, 122.0), (3.0, 168.0, 10.0, 149.0), (11.0, 400.0, 15.0, 153.0)]
        {
            let per_kw_month = total * 1e9 / (mw * 1000.0 * years * 12.0);
            let month = let_at_once().month(mw, per_kw_month, 0.0, &service(1000.0, 0.0));
            assert!((per_kw_month - expected).abs() < 1.0, "{per_kw_month}");
            assert!((month.rent_usd * 12.0 * years / (total * 1e9) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn hut_8_at_3_percent_a_year_averages_its_7_billion_over_15_years() {
        let params = HostingParams { escalator_per_year_share: 0.03, ..let_at_once() };
        let first_year = 1.54e6 / 12_000.0;
        let total: f64 =
            (0..15).map(|year| params.escalated_rent(first_year, f64::from(year) + 0.5) * 12_000.0 * 245.0).sum();
        assert!((total / 7.0e9 - 1.0).abs() < 0.01, "{total}");
    }

    #[test]
    fn the_tenant_pays_power_up_to_the_cap_and_no_further() {
        let params = HostingParams { power_pass_through_cap_usd_per_mwh: Some(60.0), ..let_at_once() };
        assert_eq!(params.month(1.0, 145.8, 0.0, &service(1000.0, 40_000.0)).power_recovered_usd, 40_000.0);
        assert_eq!(params.month(1.0, 145.8, 0.0, &service(1000.0, 90_000.0)).power_recovered_usd, 60_000.0);
    }

    #[test]
    fn a_triple_net_tenant_pays_all_power_and_the_landlord_keeps_almost_all_rent() {
        let params = HostingParams { structure: LeaseStructure::Nnn, ..let_at_once() };
        let month = params.month(1.0, 145.8, 0.0, &service(1000.0, 150_000.0));
        assert_eq!(month.power_recovered_usd, 150_000.0);
        assert!((month.operating_cost_usd / month.rent_usd - 0.05).abs() < 1e-12);
        assert_eq!(params.month(1.0, 145.8, 0.0, &service(0.0, 0.0)).power_recovered_usd, 0.0);
    }

    #[test]
    fn a_key_of_the_other_structure_is_refused_and_the_right_one_named() {
        let wrong = |keys: &str| toml::from_str::<HostingParams>(keys).unwrap().check();
        assert!(wrong("structure = 'nnn'\nnnn_landlord_cost_share = 0.02").is_empty());
        let nnn = wrong("structure = 'nnn'\nnoi_margin_share = 0.9");
        assert_eq!(nnn[0].0, "noi_margin_share");
        assert!(nnn[0].1.contains("`nnn_landlord_cost_share`"), "{}", nnn[0].1);
        assert_eq!(wrong("structure = 'nnn'\npower_pass_through_cap_usd_per_mwh = 60").len(), 1);
        assert_eq!(wrong("nnn_landlord_cost_share = 0.02")[0].0, "nnn_landlord_cost_share");
    }

    #[test]
    fn bad_uptime_gives_rent_back() {
        let month = let_at_once().month(1.0, 145.8, 0.0, &service(985.0, 0.0));
        assert!((month.sla_credit_usd / month.rent_usd - 0.25).abs() < 1e-12);
    }
}
