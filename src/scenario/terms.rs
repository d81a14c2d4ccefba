//! What a scenario's contracts and costs come to on a day: asked alike by the simulation, which books them, and by the
//! planner, which foresees them.

use super::Scenario;
use crate::calendar::Day;
use crate::compute::{Accelerator, Contract, HostedTerms, LeaseStructure};
use crate::finance::escalation;
use crate::placement::FarmKind;

impl Scenario {
    /// Overhead of a site on a day, USD per year.
    pub fn overhead_usd_per_year(&self, site: usize, day: Day) -> f64 {
        self.sites[site].overhead_usd_per_year * self.finance.fixed_om_factor(self.start, day)
    }

    /// Lease of a site on a day, USD per year.
    pub fn lease_usd_per_year(&self, site: usize, day: Day) -> f64 {
        let site = &self.sites[site];
        site.lease_usd_per_year * escalation(site.lease_escalator_per_year, self.start, day)
    }

    /// The contract of a cluster that comes online on a day; `None` where all is rented at the market. `market` is that
    /// day's rent, USD per GPU-hour, as it is drawn: before the start nothing is, and the median holds. What was paid in
    /// advance then is not of this run.
    pub fn cloud_contract(
        &self,
        accelerator: &Accelerator,
        online: Day,
        market: impl FnOnce() -> f64,
    ) -> Option<Contract> {
        let params = self.cloud.contract.as_ref()?;
        if online < self.start {
            let median = self.ai_market.median_rent_usd_per_gpu_hour(accelerator, online);
            return Some(Contract { prepaid_share: 0.0, ..params.signed(online, median) });
        }
        Some(params.signed(online, market()))
    }

    /// Whether the owner of a farm of a kind insures it and pays property tax on it: under a triple net lease the tenant
    /// does.
    pub fn owes_dues(&self, kind: FarmKind) -> bool {
        let tenant_pays = kind == FarmKind::Hosting && self.hosting.structure == LeaseStructure::Nnn;
        self.finance.has_dues() && !tenant_pays
    }

    /// What clients of hosted mines pay on a day; `None` where mines are the owner's.
    pub fn hosted_terms(&self, day: Day) -> Option<HostedTerms> {
        self.mining.hosted.as_ref().map(|hosted| hosted.terms(day.year() - self.start.year()))
    }
}
