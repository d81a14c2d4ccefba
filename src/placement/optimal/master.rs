//! The master problem: how many MW of each life, when the hours are worth at most what the cuts say.
//!
//! A linear program in M USD and MW, solved from scratch each time by an interior-point method: its solutions lie in
//! the middle of what is optimal, which keeps cuts from jumping between corners.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettings, DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT,
};

use super::hours::Cut;
use super::life::Column;
use crate::placement::answer::PlaceError;
use crate::placement::field::{Counts, Field};
use std::sync::Arc;

/// Solutions on end without MW after which a column is left out.
const MOST_UNUSED: u32 = 4;
/// What every limit gives way, MW or M USD, so that there is a middle to go through; what proves the bound and what is
/// valued keeps the limit itself.
const ROOM: f64 = 1e-7;
/// USD in the program's unit of money.
pub const MILLION: f64 = 1e6;

/// A bound that a branch of the search puts on the orders of one or more offers together, MW.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Sites and offers, in order.
    pub orders: Arc<[(usize, usize)]>,
    /// Whether at most, else at least.
    pub at_most: bool,
    /// MW.
    pub mw: f64,
}

impl Branch {
    /// Whether nothing may be ordered.
    pub fn forbids(&self) -> bool {
        self.at_most && self.mw <= 0.0
    }

    /// Whether a MW of a column is a MW ordered. No life orders two of the offers of one branch.
    pub fn counts(&self, column: &Column) -> bool {
        let life = &column.life;
        life.orders.iter().any(|o| self.orders.binary_search(&(life.site, *o)).is_ok())
    }
}

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
    /// Cuts in use: `[site * groups + group]`.
    pub cuts: Vec<Vec<Cut>>,
    /// In how many solutions on end each cut had no weight.
    pub idle: Vec<Vec<u32>>,
    /// Cuts of the worst paths' mean, over all sites: a plane per site and group, and what to subtract, USD.
    pub tail_cuts: Vec<(Vec<Cut>, f64)>,
    /// What each of the field's limits allows now.
    pub at_most: Vec<f64>,
    /// MW of connection at each site now.
    pub connection_mw: Vec<f64>,
    /// Bounds of the present branch.
    pub branches: Vec<Branch>,
    /// Whether a site may open in the present branch: least and most.
    pub openings: Vec<(f64, f64)>,
    /// First segment of each group.
    pub group_starts: Vec<usize>,
}

/// A solution with the prices that prove it.
#[derive(Debug, Clone)]
pub struct Solution {
    /// MW by column.
    pub mw: Vec<f64>,
    /// Opening by site and date (empty where opening is free).
    pub opening: Vec<Vec<f64>>,
    /// USD per unit of each of the field's limits.
    pub limits: Vec<f64>,
    /// USD per MW of connection: `[site][date]`.
    pub slots: Vec<Vec<f64>>,
    /// USD per MW converted, by site.
    pub converted: Vec<f64>,
    /// USD per MW ordered, by branch.
    pub branches: Vec<f64>,
    /// Weights of the cuts: `[site * groups + group][cut]`.
    pub weights: Vec<Vec<f64>>,
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

    /// Whether opening a site costs something.
    pub fn opens(&self, site: usize) -> bool {
        let site = &self.field.sites[site];
        site.opening_capital_usd > 0.0 || site.opening_discounted_usd.iter().any(|usd| *usd > 0.0)
    }

    /// Whether a site may not open in the present branch.
    pub fn is_closed(&self, site: usize) -> bool {
        self.opens(site) && self.openings[site].1 <= 0.0
    }

    /// Whether a column must have no MW. It is left out: with a row that says so there would be no middle to go through.
    fn excludes(&self, c: usize) -> bool {
        let column = &self.columns[c];
        let site = column.life.site;
        self.branches.iter().any(|b| b.forbids() && b.counts(column))
            || self.is_closed(site)
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

    /// Solves.
    pub fn solve(&self) -> Result<Solution, PlaceError> {
        let layout = Layout::new(self);
        let mut program = Program::new(layout.variables);
        self.add_objective(&layout, &mut program);
        self.add_blocks(&layout, &mut program);
        program.equalities = program.rows();
        let limits = self.add_limits(&layout, &mut program);
        let slots = self.add_slots(&layout, &mut program);
        let converted = self.add_conversions(&layout, &mut program);
        let branches = self.add_branches(&layout, &mut program);
        let (cuts, tail_cuts) = self.add_cuts(&layout, &mut program);
        layout.add_signs(&mut program);
        let (x, z) = program.solve()?;
        let price = |row: usize| z[row].max(0.0);
        let priced = |rows: &[usize], unit: f64| rows.iter().map(|r| price(*r) * unit).collect::<Vec<f64>>();
        Ok(Solution {
            mw: layout.spread(&x, self.columns.len()),
            opening: layout.opening.iter().map(|o| o.clone().map(|v| x[v].max(0.0)).collect()).collect(),
            limits: limits.iter().map(|(row, unit)| price(*row) * MILLION / unit).collect(),
            slots: slots.iter().map(|rows| priced(rows, MILLION)).collect(),
            converted: priced(&converted, MILLION),
            branches: priced(&branches, MILLION),
            weights: cuts.iter().map(|rows| priced(rows, 1.0)).collect(),
            tail_weights: priced(&tail_cuts, 1.0),
        })
    }

    fn add_objective(&self, layout: &Layout, program: &mut Program) {
        for (v, c) in layout.columns.iter().enumerate() {
            program.cost[v] = -self.columns[*c].steady_usd / MILLION;
        }
        for (site, variables) in layout.opening.iter().enumerate() {
            for (date, v) in variables.clone().enumerate() {
                program.cost[v] = self.field.sites[site].opening_discounted_usd[date] / MILLION;
            }
        }
        for v in layout.hours.clone() {
            program.cost[v] = -self.mean_weight();
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
                    for v in variables.clone().take(until + 1) {
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
                for v in opening.take(date + 1) {
                    program.set(v, -self.connection_mw[s]);
                }
            }
            if !layout.opening[s].is_empty() {
                let (least, most) = self.openings[s];
                for (sign, bound) in [(1.0, most), (-1.0, -least)] {
                    program.row(bound + ROOM);
                    for v in layout.opening[s].clone() {
                        program.set(v, sign);
                    }
                }
            }
            rows.push(of_site);
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
        for branch in &self.branches {
            let sign = if branch.at_most { 1.0 } else { -1.0 };
            rows.push(program.row(sign * branch.mw + ROOM));
            for (v, c) in layout.columns.iter().enumerate() {
                if branch.counts(&self.columns[*c]) {
                    program.set(v, sign);
                }
            }
        }
        rows
    }

    fn add_cuts(&self, layout: &Layout, program: &mut Program) -> (Vec<Vec<usize>>, Vec<usize>) {
        let groups = self.groups();
        let mut rows = vec![Vec::new(); self.cuts.len()];
        for (i, cuts) in self.cuts.iter().enumerate() {
            for cut in cuts {
                rows[i].push(program.row((cut.constant_usd - self.base_usd[i]) / MILLION));
                program.set(layout.hours.start + i, 1.0);
                for (v, c) in &layout.by_site[i / groups] {
                    program.set(*v, -self.gain_usd(cut, i % groups, &self.columns[*c]) / MILLION);
                }
            }
        }
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
        (rows, tail_rows)
    }
}

/// Where the variables are.
struct Layout {
    /// Columns in use; their variables come first.
    columns: Vec<usize>,
    /// Variables and columns by site.
    by_site: Vec<Vec<(usize, usize)>>,
    opening: Vec<core::ops::Range<usize>>,
    hours: core::ops::Range<usize>,
    tail: core::ops::Range<usize>,
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
        let dates = master.field.dates.len();
        let opening = (0..master.field.sites.len())
            .map(|s| take(if master.opens(s) && !master.is_closed(s) { dates } else { 0 }))
            .collect();
        let hours = take(master.cuts.len());
        let tail = take(usize::from(master.field.risk.cvar_weight > 0.0));
        Self { columns, by_site, opening, hours, tail, variables: next }
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
        for v in (0..self.columns.len()).chain(self.opening.iter().flat_map(Clone::clone)) {
            program.row(0.0);
            program.set(v, -1.0);
        }
    }
}

/// minimise cost · x with rows · x = bound for the first rows and ≤ bound for the rest.
struct Program {
    cost: Vec<f64>,
    bounds: Vec<f64>,
    equalities: usize,
    /// Entries by column: (row, value).
    entries: Vec<Vec<(usize, f64)>>,
}

impl Program {
    fn new(variables: usize) -> Self {
        Self { cost: vec![0.0; variables], bounds: Vec::new(), equalities: 0, entries: vec![Vec::new(); variables] }
    }

    fn rows(&self) -> usize {
        self.bounds.len()
    }

    /// Begins a row; gives its number.
    fn row(&mut self, bound: f64) -> usize {
        self.bounds.push(bound);
        self.bounds.len() - 1
    }

    /// Adds to an entry of the row begun last.
    fn set(&mut self, variable: usize, value: f64) {
        let row = self.bounds.len() - 1;
        let column = &mut self.entries[variable];
        match column.last_mut() {
            Some(last) if last.0 == row => last.1 += value,
            _ if value != 0.0 => column.push((row, value)),
            _ => {}
        }
    }

    fn solve(self) -> Result<(Vec<f64>, Vec<f64>), PlaceError> {
        let (rows, variables) = (self.bounds.len(), self.cost.len());
        let mut starts = vec![0];
        let (mut at, mut values) = (Vec::new(), Vec::new());
        for column in &self.entries {
            at.extend(column.iter().map(|e| e.0));
            values.extend(column.iter().map(|e| e.1));
            starts.push(at.len());
        }
        let matrix = CscMatrix::new(rows, variables, starts, at, values);
        let quadratic = CscMatrix::zeros((variables, variables));
        let cones = [ZeroConeT(self.equalities), NonnegativeConeT(rows - self.equalities)];
        let mut solver = DefaultSolver::new(&quadratic, &self.cost, &matrix, &self.bounds, &cones, settings())
            .map_err(|e| PlaceError::Solver(e.to_string()))?;
        solver.solve();
        let found = solver.solution;
        match found.status {
            SolverStatus::Solved
            | SolverStatus::AlmostSolved
            | SolverStatus::InsufficientProgress
            | SolverStatus::MaxIterations => Ok((found.x, found.z)),
            SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Err(PlaceError::Infeasible {
                limit: "all limits together".to_owned(),
                need: 0.0,
                have: 0.0,
                unit: String::new(),
            }),
            SolverStatus::DualInfeasible | SolverStatus::AlmostDualInfeasible => {
                Err(PlaceError::Unbounded { what: "the size of farms".to_owned() })
            }
            status => Err(PlaceError::Solver(format!("the master problem ended as {status}"))),
        }
    }
}

fn settings() -> DefaultSettings<f64> {
    DefaultSettingsBuilder::default().verbose(false).max_iter(100).build().expect("the settings are sound")
}
