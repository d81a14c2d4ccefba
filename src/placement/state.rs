//! The sites as they stand after the steps taken so far, and what is left of the limits.

use super::problem::{Action, Block, FarmKind, Problem, Replacement, Step};
use super::value::{SiteValue, Valuer};

/// What a policy works on.
pub(super) struct State<'a> {
    pub problem: &'a Problem,
    pub blocks: Vec<Vec<Block>>,
    /// One for each site.
    valuers: Vec<Valuer<'a>>,
    /// What each site is worth as it stands.
    value: Vec<SiteValue>,
    convertible_mw: Vec<f64>,
    opening_usd: Vec<f64>,
    budget_usd: f64,
    kind_mw: [f64; 3],
}

/// Slack for sums of MW.
const EPSILON_MW: f64 = 1e-9;

impl<'a> State<'a> {
    pub fn new(problem: &'a Problem) -> Self {
        let blocks = problem.sites.iter().map(|s| s.blocks.clone()).collect();
        let valuers: Vec<Valuer> = problem.sites.iter().map(|site| Valuer::new(problem, site)).collect();
        let value = valuers.iter().map(|valuer| valuer.value(&valuer.site.blocks)).collect();
        Self {
            problem,
            blocks,
            valuers,
            value,
            convertible_mw: problem.sites.iter().map(|s| s.convertible_mw).collect(),
            opening_usd: problem.sites.iter().map(|s| s.opening_usd).collect(),
            budget_usd: problem.limits.budget_usd,
            kind_mw: problem.limits.kind_mw,
        }
    }

    /// MW of connection that are free at a site.
    pub fn free_mw(&self, site: usize) -> f64 {
        self.problem.sites[site].maximum_mw - self.blocks[site].iter().map(|b| b.slots_mw).sum::<f64>()
    }

    /// New capacity, where there is room and time for it, and the opening of the site if it is the first; not yet
    /// valued.
    pub fn build(&self, site: usize, technology: usize, mw: f64) -> Option<Step> {
        let what = &self.problem.technologies[technology];
        let in_time = self.lead_years(site, technology) < self.problem.horizon_years();
        let possible = mw > EPSILON_MW && mw <= self.free_mw(site) + EPSILON_MW && in_time;
        let capital_usd = mw * what.capital_usd_per_mw[self.climate(site)] + self.opening_usd[site];
        let step = Step { site, action: Action::Build, technology, block: None, mw, capital_usd, value_usd: 0.0 };
        possible.then_some(step)
    }

    /// Years from order to operation of new capacity at a site.
    fn lead_years(&self, site: usize, technology: usize) -> f64 {
        self.problem.technologies[technology].lead_years.max(self.problem.sites[site].least_lead_years)
    }

    /// New machines or AI in place of a block, where that is possible; not yet valued.
    pub fn replace(&self, site: usize, technology: usize, block: &Block, mw: f64) -> Option<Step> {
        let what = &self.problem.technologies[technology];
        let (action, by) = self.replacement(block, technology)?;
        let allowed_mw = if action == Action::Convert { self.convertible_mw[site] } else { f64::INFINITY };
        let in_time = by.lead_years < self.problem.horizon_years();
        if what.kind.is_firm() && action == Action::Convert && !self.problem.sites[site].conversion_allowed {
            return None;
        }
        if !in_time || mw > block.slots_mw.min(allowed_mw) + EPSILON_MW {
            return None;
        }
        let capital_usd = mw * (by.capital_usd_per_mw[self.climate(site)] - block.resale_usd_per_mw);
        Some(Step { site, action, technology, block: Some(block.id), mw, capital_usd, value_usd: 0.0 })
    }

    fn replacement(&self, old: &Block, technology: usize) -> Option<(Action, Replacement)> {
        let what = &self.problem.technologies[technology];
        let old_kind = self.problem.technologies[old.technology].kind;
        if old.technology == technology || !old.free {
            None
        } else if old_kind == what.kind {
            what.refresh.filter(|_| old.refreshable).map(|by| (Action::Refresh, by))
        } else if old_kind == FarmKind::Mining {
            what.convert.map(|by| (Action::Convert, by))
        } else {
            None
        }
    }

    /// A block, or `mw` of it, closed for good; what it fetches counts as negative capital.
    pub fn retire(&self, site: usize, block: &Block, mw: f64) -> Step {
        let mw = mw.min(block.slots_mw);
        let (technology, capital_usd) = (block.technology, 0.0 - mw * block.closing_usd_per_mw);
        let block = Some(block.id);
        self.valued(Step { site, action: Action::Retire, technology, block, mw, capital_usd, value_usd: 0.0 })
    }

    /// A module, or what the first block of a kind at a site must at least have.
    pub fn smallest_mw(&self, site: usize, technology: usize) -> f64 {
        let what = &self.problem.technologies[technology];
        let same = |b: &&Block| self.problem.technologies[b.technology].kind == what.kind;
        let standing_mw: f64 = self.blocks[site].iter().filter(same).map(|b| b.slots_mw).sum();
        let missing_mw = (what.minimum_site_mw - standing_mw).max(0.0);
        what.module_mw * (missing_mw / what.module_mw).ceil().max(1.0)
    }

    /// Whether budget, deliveries and demand allow a step.
    pub fn fits(&self, step: &Step) -> bool {
        let kind = self.problem.technologies[step.technology].kind;
        let demand = !takes_demand(step.action, kind) || step.mw <= self.kind_mw[kind as usize] + EPSILON_MW;
        step.capital_usd <= self.budget_usd && demand
    }

    /// The step with its expected value filled in.
    pub fn valued(&self, mut step: Step) -> Step {
        let after_usd = self.value_with(step.site, &self.after(&step)).usd;
        let shield = match step.action {
            Action::Retire => 0.0,
            _ => self.problem.technologies[step.technology].tax_shield_share,
        };
        step.value_usd = after_usd - self.value[step.site].usd - step.capital_usd * (1.0 - shield);
        step
    }

    /// Applies a step.
    pub fn take(&mut self, step: &Step) {
        let blocks = self.after(step);
        self.value[step.site] = self.value_with(step.site, &blocks);
        self.blocks[step.site] = blocks;
        self.budget_usd -= step.capital_usd;
        let kind = self.problem.technologies[step.technology].kind;
        if takes_demand(step.action, kind) {
            self.kind_mw[kind as usize] -= step.mw;
        }
        if step.action == Action::Build {
            self.opening_usd[step.site] = 0.0;
        }
        if step.action == Action::Convert {
            self.convertible_mw[step.site] -= step.mw;
        }
    }

    fn climate(&self, site: usize) -> usize {
        self.problem.sites[site].climate as usize
    }

    /// What a site would be worth with these blocks.
    fn value_with(&self, site: usize, blocks: &[Block]) -> SiteValue {
        self.valuers[site].value_beside(blocks, &self.blocks[site], &self.value[site])
    }

    /// The blocks of the step's site once it is taken.
    fn after(&self, step: &Step) -> Vec<Block> {
        let mut blocks = self.blocks[step.site].clone();
        let what = &self.problem.technologies[step.technology];
        let new = |lead_years: f64| Block {
            id: Block::NEW,
            technology: step.technology,
            mw: step.mw,
            slots_mw: step.mw,
            from_years: lead_years,
            until_years: lead_years + what.life_years,
            resale_usd_per_mw: 0.0,
            closing_usd_per_mw: 0.0,
            end_value_usd_per_mw: what.end_value_usd_per_mw,
            free: false,
            refreshable: false,
        };
        let Some(old) = step.block.and_then(|id| blocks.iter().position(|b| b.id == id)) else {
            blocks.push(new(self.lead_years(step.site, step.technology)));
            return blocks;
        };
        if let Some((_, by)) = self.replacement(&blocks[old], step.technology).filter(|_| step.action != Action::Retire)
        {
            let during = Block {
                id: Block::NEW,
                mw: step.mw * (1.0 - by.lost_share),
                slots_mw: 0.0,
                until_years: by.lead_years.min(blocks[old].until_years),
                free: false,
                ..blocks[old].clone()
            };
            blocks.extend([new(by.lead_years), during]);
        }
        blocks[old].mw -= step.mw;
        blocks[old].slots_mw -= step.mw;
        blocks.retain(|b| b.mw > EPSILON_MW);
        blocks
    }
}

/// Whether a step counts against deliveries or demand: every order of mining machines, and AI that was not there.
fn takes_demand(action: Action, kind: FarmKind) -> bool {
    match action {
        Action::Build | Action::Convert => true,
        Action::Refresh => kind == FarmKind::Mining,
        Action::Retire => false,
    }
}
