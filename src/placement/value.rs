//! The discounted value of a site with given capacities: hourly dispatch over the typical hours of each period.

use super::problem::{Block, FarmKind, Problem, SiteCase};
use crate::compute::sla_credit_share;
use crate::dispatch::{Loads, MinerTier, Terms, dispatch_hour};

/// Expected discounted operating value of the blocks at a site after tax, salvage included, capital excluded, USD.
///
/// Per period: the dispatch welfare of the typical hours *less what the site would earn by exporting everything*,
/// scaled to the period's length, plus AI revenue after service credits, less fixed costs.
pub fn site_value_usd(problem: &Problem, site: &SiteCase, blocks: &[Block]) -> f64 {
    let mut tiers = Vec::with_capacity(2 * blocks.len());
    let operating: f64 = problem
        .periods
        .iter()
        .enumerate()
        .map(|(p, period)| {
            let middle = period.from_years + 0.5 * period.years;
            let running = |b: &&Block| b.from_years <= middle && middle < b.until_years;
            let annual = annual_value_usd(problem, site, p, blocks.iter().filter(running), &mut tiers);
            annual * period.years * period.discount
        })
        .sum();
    let horizon = problem.horizon_years();
    let salvage: f64 = blocks
        .iter()
        .filter(|b| b.until_years >= horizon)
        .map(|b| b.mw * problem.technologies[b.technology].salvage_usd_per_mw)
        .sum();
    problem.after_tax_share * (operating + salvage)
}

/// Value of one year under the prices of period `p`, before tax, USD.
fn annual_value_usd<'a>(
    problem: &Problem,
    site: &SiteCase,
    p: usize,
    blocks: impl Iterator<Item = &'a Block>,
    tiers: &mut Vec<MinerTier>,
) -> f64 {
    tiers.clear();
    let mut terms = site.terms;
    let mut firm = FirmLoad::default();
    let mut fixed_usd = 0.0;
    for block in blocks {
        let technology = &problem.technologies[block.technology];
        let draw_mw = block.mw * technology.draw_share;
        fixed_usd += block.mw * (technology.fixed_cost_usd_per_mw_year + site.connection_usd_per_mw_year);
        if technology.kind == FarmKind::Mining {
            tiers.extend(technology.tiers.iter().map(|(share, value)| MinerTier {
                mw: draw_mw * share,
                value_usd_per_mwh: technology.value_usd_per_mwh[p] * value,
            }));
        } else {
            firm.mw += draw_mw;
            firm.revenue_usd += block.mw * technology.firm_revenue_usd_per_mw_year[p];
            firm.pass_through_usd_per_mwh += draw_mw * technology.pass_through_cap_usd_per_mwh;
            terms.backup_mw += draw_mw * technology.backup_share;
        }
    }
    if tiers.is_empty() && firm.mw == 0.0 {
        return -fixed_usd;
    }
    tiers.sort_by(|a, b| b.value_usd_per_mwh.total_cmp(&a.value_usd_per_mwh));
    hours_value_usd(site, p, &terms, tiers, &firm, problem) - fixed_usd
}

/// All AI of a site as one firm load.
#[derive(Default)]
struct FirmLoad {
    mw: f64,
    revenue_usd: f64,
    /// MW-weighted sum of the caps.
    pass_through_usd_per_mwh: f64,
}

fn hours_value_usd(
    site: &SiteCase,
    p: usize,
    terms: &Terms,
    tiers: &[MinerTier],
    firm: &FirmLoad,
    problem: &Problem,
) -> f64 {
    let hours = &site.hours[p];
    let loads = Loads { ai_mw: firm.mw, miners: tiers };
    let cap = if firm.mw > 0.0 { firm.pass_through_usd_per_mwh / firm.mw } else { 0.0 };
    let (mut welfare_usd, mut unserved_mwh) = (0.0, 0.0);
    for hour in hours {
        let r = dispatch_hour(hour, terms, &loads);
        let served_mwh = firm.mw - r.ai_unserved_mw;
        let passed_on_usd = r.ai_energy_cost_usd.min(cap * served_mwh).max(0.0);
        welfare_usd += r.mining_value_usd - r.mining_energy_cost_usd - r.ai_energy_cost_usd + passed_on_usd
            + r.export_margin_usd
            - r.baseline_export_margin_usd;
        unserved_mwh += r.ai_unserved_mw;
    }
    let scale = crate::calendar::HOURS_PER_YEAR / hours.len() as f64;
    let mut value = welfare_usd * scale;
    if firm.mw > 0.0 {
        let served_share = 1.0 - unserved_mwh / (firm.mw * hours.len() as f64);
        value += firm.revenue_usd * served_share * (1.0 - expected_credit_share(problem, site, terms, firm, served_share));
    }
    value
}

/// Expected service credit as a share of rent: the steps applied to the typical service level, and in the months
/// with an outage that backup does not bridge, to that month's uptime.
fn expected_credit_share(problem: &Problem, site: &SiteCase, terms: &Terms, firm: &FirmLoad, served_share: f64) -> f64 {
    let usual = sla_credit_share(&problem.sla, served_share);
    let bare_share = (1.0 - terms.backup_mw / firm.mw).clamp(0.0, 1.0);
    let month_hours = crate::calendar::HOURS_PER_YEAR / 12.0;
    let outage_month_uptime = (served_share - bare_share * site.outage_hours / month_hours).max(0.0);
    let months_with_outage = (site.outages_per_year / 12.0).min(1.0);
    usual + months_with_outage * (sla_credit_share(&problem.sla, outage_month_uptime) - usual)
}
