//! The discounted value of a site with given capacities: hourly dispatch over the typical hours of each period.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::problem::{Block, FarmKind, Problem, SiteCase, Technology};
use crate::calendar::HOURS_PER_YEAR;
use crate::compute::Sla;
use crate::dispatch::{HourValue, Loads, MinerTier};

/// Tells what a site is worth.
pub struct Valuer<'a> {
    /// Periods, prices and technologies.
    pub problem: &'a Problem,
    /// The site.
    pub site: &'a SiteCase,
    /// What was dispatched so far, by period: halls of several kinds draw alike.
    known: Mutex<Vec<Vec<Dispatched>>>,
}

/// Loads of the typical hours of a period, and what these are worth with them.
struct Dispatched {
    backup_mw: f64,
    ai_mw: f64,
    tiers: Vec<MinerTier>,
    value: HourValue,
}

/// What a site is worth with some blocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SiteValue {
    /// Value of one year of each period before tax, USD.
    annual_usd: Vec<f64>,
    /// Expected discounted value of the hours, see [`Valuer::value`], USD.
    pub usd: f64,
}

impl<'a> Valuer<'a> {
    /// A valuer that has valued nothing yet.
    pub fn new(problem: &'a Problem, site: &'a SiteCase) -> Self {
        let known = problem.periods.iter().map(|_| Vec::new()).collect();
        Self { problem, site, known: Mutex::new(known) }
    }

    /// Expected discounted value of the site's hours with these blocks, after tax, end value included, capital excluded.
    ///
    /// Per period: the dispatch welfare of the typical hours, exports included, scaled to the period's length, plus AI
    /// revenue after service credits, less fixed costs. A site without blocks is worth its exports, so that a step's
    /// gain is what it adds *over selling the energy*.
    pub fn value(&self, blocks: &[Block]) -> SiteValue {
        self.value_beside(blocks, &[], &SiteValue::default())
    }

    /// The same if the value with other blocks is known: only the periods in which something else runs are valued.
    pub fn value_beside(&self, blocks: &[Block], others: &[Block], with_others: &SiteValue) -> SiteValue {
        let of_period = |p: usize| {
            let middle = self.problem.middle_years(p);
            let running = running_at(blocks, middle);
            match with_others.annual_usd.get(p) {
                Some(known_usd) if run_alike(&running, &running_at(others, middle)) => *known_usd,
                _ => self.annual_value_usd(p, &running),
            }
        };
        let periods = &self.problem.periods;
        let annual_usd: Vec<f64> = (0..periods.len()).map(of_period).collect();
        let operating: f64 = annual_usd.iter().zip(periods).map(|(usd, p)| usd * p.years * p.discount).sum();
        let end: f64 = blocks.iter().map(|b| b.slots_mw * b.end_value_usd_per_mw).sum();
        SiteValue { annual_usd, usd: self.problem.after_tax_share * (operating + end) }
    }

    /// Value of one year under the prices of period `p`, before tax, USD.
    fn annual_value_usd(&self, p: usize, blocks: &[&Block]) -> f64 {
        let (problem, site) = (self.problem, self.site);
        let technology = |b: &Block| &problem.technologies[b.technology];
        let mut tiers = Vec::with_capacity(2 * blocks.len());
        let mut firm = FirmLoad::default();
        let mut backup_mw = site.terms.backup_mw;
        let mut fixed_usd = if blocks.is_empty() { 0.0 } else { site.overhead_usd_per_year[p] };
        let (mut mining_mw, mut peak_mw) = (0.0, 0.0);
        for block in blocks {
            let what = technology(block);
            let draw_mw = block.mw * what.draw_share[site.climate as usize];
            fixed_usd += block.mw * what.fixed_usd_per_mw_year[p];
            if what.kind == FarmKind::Mining {
                fixed_usd -= block.mw * site.forward_usd_per_mw_year[p];
                mining_mw += draw_mw;
                tiers.extend(what.tiers.iter().map(|(share, factor)| MinerTier {
                    mw: draw_mw * share,
                    value_usd_per_mwh: what.revenue_usd_per_mwh[p] * factor - what.variable_usd_per_mwh[p],
                }));
            } else {
                firm.draw_mw += draw_mw;
                firm.cap_usd_per_hour += draw_mw * what.pass_through_cap_usd_per_mwh;
                backup_mw += draw_mw * what.backup_share;
            }
            // A tenant repays the grid's charges (see `settle::charges`).
            if what.kind != FarmKind::Hosting {
                peak_mw += draw_mw;
            }
        }
        fixed_usd += self.grid_charges_usd(p, &tiers, peak_mw, mining_mw);
        tiers.sort_by(|a, b| b.value_usd_per_mwh.total_cmp(&a.value_usd_per_mwh));
        let year = self.typical_year(p, backup_mw, tiers, &firm);
        let rent_usd: f64 = blocks
            .iter()
            .filter(|b| technology(b).kind.is_firm())
            .map(|b| {
                let outages = Outages { per_year: site.outages_per_year, hours: site.outage_hours, restart_hours: 0.0 };
                let (sla, backup_share) = (&technology(b).sla, technology(b).backup_share);
                let credits = expected_credit_share(sla, backup_share, outages, year.served_share);
                let local = if technology(b).kind == FarmKind::Hosting { site.hosting_rent_factor } else { 1.0 };
                let let_share = ramp_share(technology(b), problem.middle_years(p) - b.from_years);
                b.mw * technology(b).firm_revenue_usd_per_mw_year[p] * local * let_share * (1.0 - credits)
            })
            .sum();
        year.welfare_usd + rent_usd - fixed_usd
    }

    /// Demand, capacity and coincident-peak charges of a year less what demand response pays, on no more than the grid
    /// can deliver, USD. Miners are there in the dearest hours only where they earn more than those cost.
    fn grid_charges_usd(&self, p: usize, tiers: &[MinerTier], peak_mw: f64, mining_mw: f64) -> f64 {
        let site = self.site;
        let dear_usd_per_mwh = site.hours[p].dearest_usd_per_mwh() + site.terms.import_adder_usd_per_mwh;
        let idle = tiers.iter().filter(|t| t.value_usd_per_mwh <= dear_usd_per_mwh);
        let idle_mw: f64 = idle.map(|t| t.mw).sum();
        let limit_mw = site.import_limit_mw;
        peak_mw.min(limit_mw) * site.peak_usd_per_mw_year
            + (peak_mw - idle_mw).clamp(0.0, limit_mw) * site.coincident_usd_per_mw_year
            - mining_mw.min(limit_mw) * site.demand_response_usd_per_mw_year
    }

    fn typical_year(&self, p: usize, backup_mw: f64, tiers: Vec<MinerTier>, firm: &FirmLoad) -> TypicalYear {
        let value = self.dispatch(p, backup_mw, firm.draw_mw, tiers);
        let ai_cost_usd = value.ai_energy_cost_usd;
        let count = self.site.hours[p].count().max(1) as f64;
        let demand_mwh = firm.draw_mw * count;
        let served_share = if demand_mwh > 0.0 { 1.0 - value.ai_unserved_mw / demand_mwh } else { 1.0 };
        let passed_on_usd = ai_cost_usd.min(firm.cap_usd_per_hour * count * served_share);
        let per_year = HOURS_PER_YEAR / count;
        let welfare_usd = (value.mining_and_export_usd - ai_cost_usd + passed_on_usd) * per_year;
        TypicalYear { welfare_usd, served_share }
    }

    /// What the typical hours of a period are worth with these loads.
    fn dispatch(&self, p: usize, backup_mw: f64, ai_mw: f64, tiers: Vec<MinerTier>) -> HourValue {
        let same = |d: &&Dispatched| d.backup_mw == backup_mw && d.ai_mw == ai_mw && d.tiers == tiers;
        if let Some(known) = self.known()[p].iter().find(same) {
            return known.value;
        }
        let value = self.site.hours[p].value(backup_mw, &Loads { ai_mw, miners: &tiers });
        self.known()[p].push(Dispatched { backup_mw, ai_mw, tiers, value });
        value
    }

    /// A thread that panicked left it whole.
    fn known(&self) -> MutexGuard<'_, Vec<Vec<Dispatched>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn running_at(blocks: &[Block], years: f64) -> Vec<&Block> {
    blocks.iter().filter(|b| b.from_years <= years && years < b.until_years).collect()
}

/// Whether a year with some blocks is worth the same as one with the others.
fn run_alike(some: &[&Block], others: &[&Block]) -> bool {
    let counts = |b: &&Block| (b.technology, b.mw, b.from_years);
    some.iter().map(counts).eq(others.iter().map(counts))
}

/// Share of an AI block that is let so many years after its opening.
fn ramp_share(technology: &Technology, years: f64) -> f64 {
    if years >= technology.ramp_years { 1.0 } else { (years / technology.ramp_years).max(0.0) }
}

/// All AI of a site as one firm load.
#[derive(Default)]
struct FirmLoad {
    draw_mw: f64,
    /// Most that tenants pay for the power of an hour of full service, USD.
    cap_usd_per_hour: f64,
}

struct TypicalYear {
    welfare_usd: f64,
    served_share: f64,
}

/// Expected service credit as a share of rent: the steps applied to the typical service level, and in the months
/// with an outage that backup does not bridge, to that month's uptime.
pub fn expected_credit_share(sla: &Sla, backup_share: f64, outages: Outages, served_share: f64) -> f64 {
    let usual = sla.credit_share(served_share);
    let bare_share = (1.0 - backup_share).max(0.0);
    let restart_hours = if bare_share > 0.0 { outages.restart_hours } else { 0.0 };
    let lost_share = (bare_share * outages.hours + restart_hours) / (HOURS_PER_YEAR / 12.0);
    let outage_month = sla.credit_share((served_share - lost_share).max(0.0));
    let months_with_outage = (outages.per_year / 12.0).min(1.0);
    usual + months_with_outage * (outage_month - usual)
}

/// Outages of a grid connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outages {
    /// How many a year.
    pub per_year: f64,
    /// Mean duration, hours.
    pub hours: f64,
    /// Hours lost beside for restarts where backup does not bridge one.
    pub restart_hours: f64,
}
