//! The master problem: how many MW of each life, when the hours are worth at most what the cuts say.
//!
//! A linear program in M USD and MW, solved from scratch each time by an interior-point method: its solutions lie in
//! the middle of what is optimal, which keeps cuts from jumping between corners.

use super::bounds::Branch;
use super::hours::Cut;
use super::life::Column;
use super::opening::{Openings, Start};
use super::planes::Planes;
use super::program::Program;
use super::relax::Mix;
use crate::placement::answer::PlaceError;
use crate::placement::field::{Counts, Field};

/// Solutions on end without MW after which a column is left out.
const MOST_UNUSED: u32 = 4;
/// What every limit gives way, MW or M USD, so that there is a middle to go through; what proves the bound and what is
/// valued keeps the limit itself.
const ROOM: f64 = 1e-7;
/// What each MW costs that a branch asks for and the known lives do not give, USD: more than any is worth. Without it the
/// program had no solution where lives are missing that would make one. The same for a site that has to open.
const SHORT_USD: f64 = 1e9;
/// USD in the program's unit of money.
pub const MILLION: f64 = 1e6;

/// Everything the master problem is made of.
pub struct Master<'a> {
    /// The decision.
    pub field: &'a Field,
    /// Value of each site and group without farms, USD: `[site * groups + group]`.
    pub base_usd: Vec<f64>,
    /// Lives known so far.
    pub columns: Vec<Column>,
    /// In how many solutions on end each column had no MW; those of many are left out until they pay again.
    pub unused: Vec<u32>,
    /// Planes above the hours.
    pub hours: Planes,
    /// Planes above what AI earns by its total draw; none where it earns nothing.
    pub firm: Planes,
    /// Cuts of the worst paths' mean, over all sites: a plane per site and group, and what to subtract, USD.
    pub tail_cuts: Vec<(Vec<Cut>, f64)>,
    /// What each of the field's limits allows now.
    pub at_most: Vec<f64>,
    /// MW of connection at each site now.
    pub connection_mw: Vec<f64>,
    /// Bounds of the present branch.
    pub branches: Vec<Branch>,
    /// Whether a site may open with one of its first starts in the present branch, by number of starts from one on:
    /// least and most, each 0 or 1.
    pub openings: Vec<Openings>,
    /// When each site may open, in order of date, then of time.
    pub starts: Vec<Vec<Start>>,
    /// Whether a site opens or stays closed as a whole: planes then hold for the part of it that is open. This is no
    /// nearer to what is asked for continuous sizes, and much nearer for whole ones.
    pub whole_sites: bool,
    /// First segment of each group.
    pub group_starts: Vec<usize>,
}

/// A solution with the prices that prove it.
#[derive(Debug, Clone)]
pub struct Solution {
    /// MW by column.
    pub mw: Vec<f64>,
    /// Opening by site and start (empty where opening is free).
    pub opening: Vec<Vec<f64>>,
    /// USD per unit of each of the field's limits.
    pub limits: Vec<f64>,
    /// USD per MW of connection: `[site][date]`.
    pub slots: Vec<Vec<f64>>,
    /// USD per MW that opens with one of a site's starts or an earlier one of the same date: `[site][start]`.
    pub starts: Vec<Vec<f64>>,
    /// USD per MW converted, by site.
    pub converted: Vec<f64>,
    /// USD per MW ordered, by branch.
    pub branches: Vec<f64>,
    /// Weights of the hours' planes: `[site * groups + group][cut]`.
    pub hours: Vec<Vec<f64>>,
    /// Weights of the planes above what AI earns.
    pub firm: Vec<Vec<f64>>,
    /// Weights of the tail cuts.
    pub tail_weights: Vec<f64>,
}

impl Master<'_> {
    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.group_starts.len()
    }

    /// Weight of the mean in what is maximised.
    pub fn mean_weight(&self) -> f64 {
        1.0 - self.field.risk.cvar_weight
    }

    /// Whether a column must have no MW. It is left out: with a row that says so there would be no middle to go through.
    fn excludes(&self, c: usize) -> bool {
        let column = &self.columns[c];
        let site = column.life.site;
        self.branches.iter().any(|b| b.forbids() && b.share(self.field, column) > 0.0)
            || self.start(column).is_some_and(|start| self.is_too_early(site, start))
            || column.converts && self.field.sites[site].convertible_mw <= 0.0
            || (0..self.at_most.len()).any(|l| self.allows_nothing(l) && column.takes[l] > 0.0)
    }

    /// Whether a limit of MW allows none.
    pub fn allows_nothing(&self, l: usize) -> bool {
        self.at_most[l] <= 0.0 && !matches!(self.field.limits[l].counts, Counts::SpentUntil(_))
    }

    /// What a cut says one MW of a column adds, USD.
    pub fn gain_usd(&self, cut: &Cut, group: usize, column: &Column) -> f64 {
        let (models, first) = (self.field.models.len(), self.group_starts[group]);
        let last = first + cut.gains_usd_per_mw.len() / models.max(1);
        let inside = column.draws.iter().filter(|d| (first..last).contains(&d.0));
        inside.map(|(segment, model, mw)| mw * cut.gains_usd_per_mw[(segment - first) * models + model]).sum()
    }

    /// What a plan lacks of what the present branch asks for, as the program counts it, USD.
    pub fn shortfall_usd(&self, mix: &Mix) -> f64 {
        let columns = || self.columns.iter().zip(&mix.mw);
        let given_mw = |branch: &Branch| columns().map(|(c, mw)| branch.share(self.field, c) * mw).sum::<f64>();
        let asked = self.branches.iter().filter(|b| !b.at_most);
        let short: f64 = asked.map(|b| (b.mw - given_mw(b)).max(0.0)).sum();
        let unopened = |(s, opening): (usize, &Vec<f64>)| {
            let least = self.openings[s].iter().enumerate();
            let lacks = least.map(|(start, (least, _))| least - opening.iter().take(start + 1).sum::<f64>());
            if self.opens(s) { lacks.fold(0.0, f64::max) } else { 0.0 }
        };
        SHORT_USD * (short + mix.opening.iter().enumerate().map(unopened).sum::<f64>())
    }

    /// Solves.
    pub fn solve(&self) -> Result<Solution, PlaceError> {
        let layout = Layout::new(self);
        let mut program = Program::new(layout.variables);
        self.add_objective(&layout, &mut program);
        self.add_blocks(&layout, &mut program);
        program.equalities = program.rows();
        let limits = self.add_limits(&layout, &mut program);
        let slots = self.add_slots(&layout, &mut program);
        let starts = self.add_starts(&layout, &mut program);
        let converted = self.add_conversions(&layout, &mut program);
        let branches = self.add_branches(&layout, &mut program);
        let hours = self.add_planes(&self.hours, &self.base_usd, &layout.hours, &layout, &mut program);
        let firm = self.add_planes(&self.firm, &vec![0.0; self.base_usd.len()], &layout.firm, &layout, &mut program);
        let tail_cuts = self.add_tail_cuts(&layout, &mut program);
        layout.add_signs(&mut program);
        let (x, z) = program.solve()?;
        let price = |row: usize| z[row].max(0.0);
        let priced = |rows: &[usize], unit: f64| rows.iter().map(|r| price(*r) * unit).collect::<Vec<f64>>();
        Ok(Solution {
            mw: layout.spread(&x, self.columns.len()),
            opening: layout.opening.iter().map(|o| o.clone().map(|v| x[v].max(0.0)).collect()).collect(),
            limits: limits.iter().map(|(row, unit)| price(*row) * MILLION / unit).collect(),
            slots: slots.iter().map(|rows| priced(rows, MILLION)).collect(),
            starts: starts.iter().map(|r| r.iter().map(|r| r.map_or(0.0, price) * MILLION).collect()).collect(),
            converted: priced(&converted, MILLION),
            branches: priced(&branches, MILLION),
            hours: hours.iter().map(|rows| priced(rows, 1.0)).collect(),
            firm: firm.iter().map(|rows| priced(rows, 1.0)).collect(),
            tail_weights: priced(&tail_cuts, 1.0),
        })
    }

    fn add_objective(&self, layout: &Layout, program: &mut Program) {
        for (v, c) in layout.columns.iter().enumerate() {
            program.cost[v] = -self.steady_usd(&self.columns[*c]) / MILLION;
        }
        for (site, variables) in layout.opening.iter().enumerate() {
            for (start, v) in variables.clone().enumerate() {
                program.cost[v] = self.opening_usd(site, start) / MILLION;
            }
        }
        for v in layout.hours.iter().flatten() {
            program.cost[*v] = -self.mean_weight();
        }
        for v in layout.firm.iter().flatten() {
            program.cost[*v] = -1.0;
        }
        for v in layout.short.iter().chain(&layout.unopened).flatten() {
            program.cost[*v] = SHORT_USD / MILLION;
        }
        for v in layout.tail.clone() {
            program.cost[v] = -self.field.risk.cvar_weight;
        }
    }

    /// All of what stands does something.
    fn add_blocks(&self, layout: &Layout, program: &mut Program) {
        for (s, site) in self.field.sites.iter().enumerate() {
            for (b, block) in site.standing.iter().enumerate() {
                program.row(block.mw);
                for (v, c) in &layout.by_site[s] {
                    if self.columns[*c].life.block == Some(b) {
                        program.set(*v, 1.0);
                    }
                }
            }
        }
    }

    fn add_limits(&self, layout: &Layout, program: &mut Program) -> Vec<(usize, f64)> {
        let mut rows = Vec::new();
        for (l, limit) in self.field.limits.iter().enumerate() {
            let unit = if matches!(limit.counts, Counts::SpentUntil(_)) { MILLION } else { 1.0 };
            rows.push((program.row(self.at_most[l] / unit + ROOM), unit));
            for (v, c) in layout.columns.iter().enumerate() {
                program.set(v, self.columns[*c].takes[l] / unit);
            }
            if let Counts::SpentUntil(until) = limit.counts {
                for (site, variables) in layout.opening.iter().enumerate() {
                    for v in variables.clone().take(self.started_by(site, until)) {
                        program.set(v, self.field.sites[site].opening_capital_usd / unit);
                    }
                }
            }
        }
        rows
    }

    fn add_slots(&self, layout: &Layout, program: &mut Program) -> Vec<Vec<usize>> {
        let mut rows = Vec::new();
        for s in 0..self.field.sites.len() {
            let mut of_site = Vec::new();
            for date in 0..self.field.dates.len() {
                let opening = layout.opening[s].clone();
                of_site.push(program.row(ROOM + if opening.is_empty() { self.connection_mw[s] } else { 0.0 }));
                for (v, c) in &layout.by_site[s] {
                    let (first, end) = self.columns[*c].dates;
                    if (first..end).contains(&date) {
                        program.set(*v, 1.0);
                    }
                }
                for v in opening.take(self.started_by(s, date)) {
                    program.set(v, -self.connection_mw[s]);
                }
            }
            for start in 0..layout.opening[s].len() {
                let (least, most) = self.openings[s][start];
                let last = start + 1 == layout.opening[s].len();
                let bounds = [(1.0, most, most < 1.0 || last), (-1.0, -least, least > 0.0)];
                for (sign, bound, _) in bounds.into_iter().filter(|b| b.2) {
                    program.row(bound + ROOM);
                    for v in layout.opening[s].clone().take(start + 1) {
                        program.set(v, sign);
                    }
                    if let (true, Some(v)) = (sign < 0.0, layout.unopened[s]) {
                        program.set(v, sign);
                    }
                }
            }
            rows.push(of_site);
        }
        rows
    }

    /// Of one date, what starts early needs a site that opens early; `None` where there is nothing to say.
    fn add_starts(&self, layout: &Layout, program: &mut Program) -> Vec<Vec<Option<usize>>> {
        let mut rows: Vec<Vec<Option<usize>>> = self.starts.iter().map(|starts| vec![None; starts.len()]).collect();
        for (s, opening) in layout.opening.iter().enumerate() {
            for start in (0..opening.len()).filter(|start| self.is_bounded(s, *start)) {
                rows[s][start] = Some(program.row(ROOM));
                for (v, c) in &layout.by_site[s] {
                    if self.starts_within(&self.columns[*c], start) {
                        program.set(*v, 1.0);
                    }
                }
                for v in opening.clone().take(start + 1) {
                    program.set(v, -self.connection_mw[s]);
                }
            }
        }
        rows
    }

    fn add_conversions(&self, layout: &Layout, program: &mut Program) -> Vec<usize> {
        let mut rows = Vec::new();
        for (s, site) in self.field.sites.iter().enumerate() {
            rows.push(program.row(site.convertible_mw + ROOM));
            for (v, c) in &layout.by_site[s] {
                if self.columns[*c].converts {
                    program.set(*v, 1.0);
                }
            }
        }
        rows
    }

    fn add_branches(&self, layout: &Layout, program: &mut Program) -> Vec<usize> {
        let mut rows = Vec::new();
        for (branch, short) in self.branches.iter().zip(&layout.short) {
            let sign = if branch.at_most { 1.0 } else { -1.0 };
            rows.push(program.row(sign * branch.mw + ROOM));
            for (v, c) in layout.columns.iter().enumerate() {
                program.set(v, sign * branch.share(self.field, &self.columns[*c]));
            }
            if let Some(v) = short {
                program.set(*v, sign);
            }
        }
        rows
    }

    /// A row for each plane, under `variables` that stand for what is above `base_usd`; gives the rows.
    fn add_planes(
        &self,
        planes: &Planes,
        base_usd: &[f64],
        variables: &[Option<usize>],
        layout: &Layout,
        program: &mut Program,
    ) -> Vec<Vec<usize>> {
        let groups = self.groups();
        let mut rows = vec![Vec::new(); planes.cuts.len()];
        for (i, cuts) in planes.cuts.iter().enumerate() {
            let Some(variable) = variables[i] else { continue };
            let (site, group) = (i / groups, i % groups);
            let opened_until = self.opened_until(site, group);
            for cut in cuts {
                let lifted = (cut.constant_usd - base_usd[i]) / MILLION;
                rows[i].push(program.row(if opened_until.is_none() { lifted } else { 0.0 }));
                program.set(variable, 1.0);
                for (v, c) in &layout.by_site[site] {
                    program.set(*v, -self.gain_usd(cut, group, &self.columns[*c]) / MILLION);
                }
                for v in layout.opening[site].clone().take(opened_until.unwrap_or(0)) {
                    program.set(v, -lifted);
                }
            }
        }
        rows
    }

    fn add_tail_cuts(&self, layout: &Layout, program: &mut Program) -> Vec<usize> {
        let groups = self.groups();
        let mut tail_rows = Vec::new();
        for (planes, subtract_usd) in &self.tail_cuts {
            let constant_usd: f64 = planes.iter().map(|c| c.constant_usd).sum::<f64>() - subtract_usd;
            tail_rows.push(program.row(constant_usd / MILLION));
            program.set(layout.tail.start, 1.0);
            for (i, cut) in planes.iter().enumerate() {
                for (v, c) in &layout.by_site[i / groups] {
                    program.set(*v, -self.gain_usd(cut, i % groups, &self.columns[*c]) / MILLION);
                }
            }
        }
        tail_rows
    }
}

/// Where the variables are.
struct Layout {
    /// Columns in use; their variables come first.
    columns: Vec<usize>,
    /// Variables and columns by site.
    by_site: Vec<Vec<(usize, usize)>>,
    opening: Vec<core::ops::Range<usize>>,
    /// Value of the hours by site and group.
    hours: Vec<Option<usize>>,
    /// What AI earns by its total draw, by site and group, where it does.
    firm: Vec<Option<usize>>,
    tail: core::ops::Range<usize>,
    /// What a branch lacks of what it asks for, by branch.
    short: Vec<Option<usize>>,
    /// What a site that has to open lacks of it.
    unopened: Vec<Option<usize>>,
    variables: usize,
}

impl Layout {
    fn new(master: &Master) -> Self {
        let columns: Vec<usize> =
            (0..master.columns.len()).filter(|c| master.unused[*c] < MOST_UNUSED && !master.excludes(*c)).collect();
        let mut by_site = vec![Vec::new(); master.field.sites.len()];
        for (v, c) in columns.iter().enumerate() {
            by_site[master.columns[*c].life.site].push((v, *c));
        }
        let mut next = columns.len();
        let mut take = |count: usize| {
            next += count;
            next - count..next
        };
        let opening = (0..master.field.sites.len())
            .map(|s| take(if master.opens(s) && !master.is_closed(s) { master.starts[s].len() } else { 0 }))
            .collect();
        let mut values =
            |planes: &Planes| planes.cuts.iter().map(|c| take(usize::from(!c.is_empty())).next()).collect::<Vec<_>>();
        let (hours, firm) = (values(&master.hours), values(&master.firm));
        let tail = take(usize::from(master.field.risk.cvar_weight > 0.0));
        let mut lacks = |asked: bool| take(usize::from(asked)).next();
        let short = master.branches.iter().map(|b| lacks(!b.at_most)).collect();
        let has_to_open = |s: usize| master.opens(s) && master.openings[s].iter().any(|o| o.0 > 0.0);
        let unopened = (0..master.field.sites.len()).map(|s| lacks(has_to_open(s))).collect();
        Self { columns, by_site, opening, hours, firm, tail, short, unopened, variables: next }
    }

    /// MW by column.
    fn spread(&self, x: &[f64], columns: usize) -> Vec<f64> {
        let mut mw = vec![0.0; columns];
        for (v, c) in self.columns.iter().enumerate() {
            mw[*c] = x[v].max(0.0);
        }
        mw
    }

    fn add_signs(&self, program: &mut Program) {
        let lacks = self.short.iter().chain(&self.unopened).flatten().copied();
        for v in (0..self.columns.len()).chain(self.opening.iter().flat_map(Clone::clone)).chain(lacks) {
            program.row(0.0);
            program.set(v, -1.0);
        }
    }
}
