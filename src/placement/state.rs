//! The sites as they stand after the steps taken so far, and what is left of the limits.

use super::problem::{Action, Block, FarmKind, Problem, Step};
use super::value::site_value_usd;

/// What a policy works on.
pub(super) struct State<'a> {
    pub problem: &'a Problem,
    pub blocks: Vec<Vec<Block>>,
    value_usd: Vec<f64>,
    pub budget_usd: f64,
    pub mining_mw: f64,
    pub ai_mw: f64,
}

impl<'a> State<'a> {
    pub fn new(problem: &'a Problem) -> Self {
        let blocks: Vec<Vec<Block>> = problem.sites.iter().map(|s| s.blocks.clone()).collect();
        let value_usd = problem.sites.iter().zip(&blocks).map(|(s, b)| site_value_usd(problem, s, b)).collect();
        let limits = &problem.limits;
        Self {
            problem,
            blocks,
            value_usd,
            budget_usd: limits.budget_usd,
            mining_mw: limits.mining_mw,
            ai_mw: limits.ai_mw,
        }
    }

    /// New capacity, where there is room and time for it.
    pub fn build(&self, site: usize, technology: usize, mw: f64) -> Option<Step> {
        let what = &self.problem.technologies[technology];
        let free_mw = self.problem.sites[site].maximum_mw - self.blocks[site].iter().map(|b| b.slots_mw).sum::<f64>();
        let possible = mw <= free_mw + 1e-9 && what.lead_years < self.problem.horizon_years();
        let capital_usd = mw * what.capital_usd_per_mw;
        possible.then(|| self.valued(site, Action::Build, technology, None, mw, capital_usd))
    }

    /// New machines or AI in place of a mining block, where that is possible.
    pub fn replace(&self, site: usize, technology: usize, block: usize, mw: f64) -> Option<Step> {
        let what = &self.problem.technologies[technology];
        let old = &self.blocks[site][block];
        let replaceable = old.free && self.problem.technologies[old.technology].kind == FarmKind::Mining;
        let in_time = what.replace_lead_years < self.problem.horizon_years();
        let capital_usd_per_mw = what.replace_capital_usd_per_mw?;
        if !replaceable || !in_time || old.technology == technology || mw > old.mw + 1e-9 {
            return None;
        }
        let action = if what.kind.is_firm() { Action::Convert } else { Action::Refresh };
        let capital_usd = mw * (capital_usd_per_mw - old.resale_usd_per_mw);
        Some(self.valued(site, action, technology, Some(block), mw, capital_usd))
    }

    /// A block closed for good; what it fetches counts as negative capital.
    pub fn retire(&self, site: usize, block: usize) -> Step {
        let old = &self.blocks[site][block];
        let capital_usd = -old.mw * old.resale_usd_per_mw;
        self.valued(site, Action::Retire, old.technology, Some(block), old.mw, capital_usd)
    }

    /// A module, or what the first block of a kind at a site must at least have.
    pub fn smallest_mw(&self, site: usize, technology: usize) -> f64 {
        let what = &self.problem.technologies[technology];
        let standing_mw: f64 = self.blocks[site]
            .iter()
            .filter(|b| self.problem.technologies[b.technology].kind == what.kind)
            .map(|b| b.mw)
            .sum();
        let missing_mw = (what.minimum_site_mw - standing_mw).max(0.0);
        what.module_mw * (missing_mw / what.module_mw).ceil().max(1.0)
    }

    /// Applies a step.
    pub fn take(&mut self, step: &Step) {
        self.blocks[step.site] = self.after(step);
        self.value_usd[step.site] =
            site_value_usd(self.problem, &self.problem.sites[step.site], &self.blocks[step.site]);
        self.budget_usd -= step.capital_usd;
        match (step.action, self.problem.technologies[step.technology].kind) {
            (Action::Retire, _) => {}
            (_, FarmKind::Mining) => self.mining_mw -= step.mw,
            (_, FarmKind::Hosting | FarmKind::Cloud) => self.ai_mw -= step.mw,
        }
    }

    fn valued(
        &self,
        site: usize,
        action: Action,
        technology: usize,
        block: Option<usize>,
        mw: f64,
        capital_usd: f64,
    ) -> Step {
        let mut step = Step { site, action, technology, block, mw, capital_usd, value_usd: 0.0 };
        let after_usd = site_value_usd(self.problem, &self.problem.sites[site], &self.after(&step));
        let shield = if action == Action::Retire { 0.0 } else { self.problem.technologies[technology].tax_shield_share };
        step.value_usd = after_usd - self.value_usd[site] - capital_usd * (1.0 - shield);
        step
    }

    /// The blocks of the step's site once it is taken.
    fn after(&self, step: &Step) -> Vec<Block> {
        let mut blocks = self.blocks[step.site].clone();
        let what = &self.problem.technologies[step.technology];
        let new = |lead_years: f64| Block {
            technology: step.technology,
            mw: step.mw,
            slots_mw: step.mw,
            from_years: lead_years,
            until_years: lead_years + what.life_years,
            resale_usd_per_mw: 0.0,
            free: false,
        };
        match (step.action, step.block) {
            (Action::Retire, Some(b)) => {
                blocks.remove(b);
            }
            (_, Some(b)) => {
                let works_years = what.replace_lead_years;
                let running_mw = step.mw * (1.0 - what.replace_lost_share);
                let during =
                    Block { mw: running_mw, slots_mw: 0.0, until_years: works_years, free: false, ..blocks[b].clone() };
                blocks[b].mw -= step.mw;
                blocks[b].slots_mw -= step.mw;
                blocks.extend([new(works_years), during]);
                blocks.retain(|b| b.mw > 1e-9);
            }
            (_, None) => blocks.push(new(what.lead_years)),
        }
        blocks
    }
}
