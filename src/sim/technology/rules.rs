//! The rules of building, converting and refreshing: how long, how small, how old.

use super::{Model, Prices};
use crate::compute::{ConversionTarget, EcoMode};
use crate::placement::FarmKind;

impl Prices<'_> {
    /// Years a batch runs.
    pub fn life_years(&self, kind: FarmKind) -> f64 {
        match kind {
            FarmKind::Mining => self.scenario.mining.machine_life_years,
            FarmKind::Hosting => self.scenario.hosting.lease_years,
            FarmKind::Cloud => self.scenario.cloud.accelerator_life_years,
        }
    }

    /// Months a batch runs.
    pub fn life_months(&self, kind: FarmKind) -> i32 {
        (12.0 * self.life_years(kind)).round() as i32
    }

    /// Months from the order of new capacity to its first day.
    pub fn lead_months(&self, kind: FarmKind) -> u32 {
        match kind {
            FarmKind::Mining => self.scenario.mining.lead_months,
            FarmKind::Hosting => self.scenario.hosting.facility.lead_months,
            FarmKind::Cloud => self.scenario.cloud.facility.lead_months,
        }
    }

    /// Smallest step that can be built, MW.
    pub fn module_mw(&self, kind: FarmKind) -> f64 {
        match kind {
            FarmKind::Mining => self.scenario.mining.module_mw,
            FarmKind::Hosting => self.scenario.hosting.facility.module_mw,
            FarmKind::Cloud => self.scenario.cloud.facility.module_mw,
        }
    }

    /// Smallest block of a kind at a site, MW.
    pub fn minimum_site_mw(&self, kind: FarmKind) -> f64 {
        match kind {
            FarmKind::Mining => 0.0,
            FarmKind::Hosting => self.scenario.hosting.screens.minimum_mw,
            FarmKind::Cloud => self.scenario.cloud.screens.minimum_mw,
        }
    }

    /// Months from the order of machines in place of older ones of their kind to their first day; `None` where they
    /// cannot be ordered for that on the day.
    pub fn refresh_months(&self, model: &Model) -> Option<u32> {
        match model {
            Model::Miner(_) => self.scenario.mining.refresh.then_some(self.scenario.mining.lead_months),
            Model::Hall => None,
            Model::Cluster(..) => (self.scenario.cloud.refresh && self.delivered(model, 0)).then_some(0),
        }
    }

    /// Age at which machines may be replaced by newer ones, years; infinite for never.
    pub fn refresh_min_age_years(&self, model: &Model) -> f64 {
        match model {
            Model::Miner(_) => self.scenario.mining.refresh_min_age_years,
            Model::Hall => f64::INFINITY,
            Model::Cluster(..) => self.scenario.cloud.refresh_min_age_years,
        }
    }

    /// Whether mining may be converted to it by an order of the day.
    pub fn may_convert(&self, model: &Model) -> bool {
        let conversion = &self.scenario.conversion;
        let target = match model {
            Model::Miner(_) => return false,
            Model::Hall => ConversionTarget::Hosting,
            Model::Cluster(..) => ConversionTarget::Cloud,
        };
        let fits = conversion.target == target || conversion.target == ConversionTarget::Best;
        conversion.allowed && fits && self.delivered(model, conversion.months)
    }

    /// Whether new capacity ordered on the day can open with it.
    pub fn may_build(&self, model: &Model) -> bool {
        self.delivered(model, self.lead_months(model.kind()))
    }

    /// Whether it is released so many months from the day; mining machines are ordered when they are on sale.
    fn delivered(&self, model: &Model, months: u32) -> bool {
        match model {
            Model::Cluster(accelerator, _) => accelerator.release <= self.day.plus_months(months as i32),
            Model::Miner(_) | Model::Hall => true,
        }
    }

    /// Rent of AI leases at a site over that of `[hosting]`.
    pub fn rent_factor(&self, site: usize) -> f64 {
        let usual = self.scenario.hosting.rent_usd_per_kw_month;
        match self.scenario.sites[site].hosting_rent_usd_per_kw_month {
            Some(local) if usual > 0.0 => local / usual,
            _ => 1.0,
        }
    }

    /// Rent at which a lease is signed on the day at a site, USD/kW-month; 0 for what has none.
    pub fn signed_rent(&self, site: usize, kind: FarmKind) -> f64 {
        if kind != FarmKind::Hosting {
            return 0.0;
        }
        let years = self.day.years_since(self.scenario.start);
        let growth = self.scenario.ai_market.hosting_rent_growth_per_year_share;
        self.scenario.hosting.rent_at_signing(years, growth) * self.rent_factor(site)
    }
}

/// The states of a machine as shares of its draw and factors on its revenue per MWh, best first.
pub fn tiers(eco: &EcoMode) -> Vec<(f64, f64)> {
    let (power, hash) = (eco.power_share, eco.hashrate_share);
    if power < 1.0 && power > 0.0 {
        vec![(power, hash / power), (1.0 - power, (1.0 - hash) / (1.0 - power))]
    } else {
        vec![(1.0, 1.0)]
    }
}
