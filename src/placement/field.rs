//! The whole decision: every site, every decision date, every sampled path of weather and prices.
//!
//! Where [`super::Problem`] is what a planner sees on one day, a [`Field`] is what it sees over the horizon: it may
//! order now and on every later decision date. Time is cut at *boundaries* (decision dates, openings, ends of life);
//! between two of them, in a *segment*, nothing that stands changes. Money is of two kinds: `_usd` with "worth" or
//! "capital" in its name is money of its day; everything that is named *discounted* is after tax and discounted to the
//! first day, and adds up to the plan's value.

use super::problem::{Action, FarmKind};
use crate::calendar::Day;
use crate::compute::HostedTerms;
use crate::dispatch::{Columns, Terms};
use crate::units::UsdPerMwh;

/// Everything the optimiser knows.
#[derive(Debug, Clone)]
pub struct Field {
    /// First day of each segment, ascending, and at last the day after the horizon: one more than segments.
    pub boundaries: Vec<Day>,
    /// Share of a dollar of taxable income that arrives on each boundary which is left after tax and discounting.
    pub boundary_factor: Vec<f64>,
    /// Decision dates as indices into `boundaries`, ascending; the first is 0.
    pub dates: Vec<usize>,
    /// Group of each segment, ascending from 0 (calendar years, say): one value function per site and group.
    pub groups: Vec<usize>,
    /// Number of sampled paths.
    pub paths: usize,
    /// Sampled days of all paths, in order of segment, then path, then day. Every path has days in every segment.
    pub days: Vec<SampleDay>,
    /// What stands or can be ordered.
    pub models: Vec<Model>,
    /// Candidate sites in file order.
    pub sites: Vec<FieldSite>,
    /// Limits over all sites.
    pub limits: Vec<Limit>,
    /// How much the worst paths count.
    pub risk: Risk,
    /// What the farms' purchases may emit; `None` for as much as they like.
    pub co2: Option<Co2Cap>,
}

/// A cap on the emissions of what all farms buy from the grid, and the price inside the plan that keeps it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Co2Cap {
    /// At most this many tonnes of CO2 a year, mean over the horizon and the paths.
    pub t_per_year: f64,
    /// What the dispatch is charged for a tonne, whatever its day, discounted USD. Nobody is paid it, but values that
    /// come of the hours are less it. See [`Field::terms_of_day`].
    pub worth_usd_per_t: f64,
}

/// A day of one path that stands for others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleDay {
    /// Path, from 0.
    pub path: usize,
    /// Segment it lies in.
    pub segment: usize,
    /// Days it stands for × discount × share left after tax ÷ number of paths: the sum of weight × value of the day
    /// over all days is the expected discounted value.
    pub weight: f64,
    /// Days it stands for ÷ number of paths.
    pub days: f64,
    /// Hashprice of the path on that day, USD per PH/s and day.
    pub hashprice_usd_per_ph_day: f64,
    /// What costs beside energy have risen to on that day, as a factor on those of the first.
    pub variable_om_factor: f64,
    /// What clients of hosted mines pay on that day; `None` where mines are the owner's.
    pub client: Option<HostedTerms>,
}

/// A machine, or the hall of a tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Name as tables and `[[plan]]` use it: a machine's or accelerator's model, or `hosting`.
    pub name: String,
    /// What it sells.
    pub kind: FarmKind,
    /// Mining: the states a machine runs in, best first; empty for AI.
    pub tiers: Vec<Tier>,
}

/// A state of a mining machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tier {
    /// Share of the machine's draw.
    pub share: f64,
    /// Worth of the coins after the pool's fee, USD/MWh at the meter for each USD/PH/day of hashprice.
    pub usd_per_mwh_per_hashprice: f64,
    /// Cost beside energy at the prices of the first day, USD/MWh.
    pub variable_usd_per_mwh: f64,
    /// Hashrate of one MWh/h at the meter, EH/s per MW.
    pub eh_s_per_mw: f64,
}

impl Tier {
    /// What a MWh earns at a hashprice (USD per PH/s and day) when costs beside energy have risen by a factor, energy not
    /// deducted, USD/MWh.
    pub fn value_usd_per_mwh(&self, hashprice: f64, variable_om_factor: f64, client: Option<HostedTerms>) -> f64 {
        let coins = UsdPerMwh(self.usd_per_mwh_per_hashprice * hashprice);
        client.map_or(coins, |terms| terms.earned(coins)).0 - self.variable_usd_per_mwh * variable_om_factor
    }

    /// The same on a sampled day.
    pub fn value_on(&self, day: &SampleDay) -> f64 {
        self.value_usd_per_mwh(day.hashprice_usd_per_ph_day, day.variable_om_factor, day.client)
    }
}

/// A site over the horizon.
#[derive(Debug, Clone)]
pub struct FieldSite {
    /// Name.
    pub name: String,
    /// MW of connection all farms together may have.
    pub maximum_mw: f64,
    /// Emissions of a MWh from the grid, tonnes of CO2; 0 where nothing asks for them.
    pub co2_t_per_mwh: f64,
    /// Prices of the sources. `backup_mw` is 0: backup and missed service are in `firm_correction`.
    pub terms: Terms,
    /// Hours of `Field::days`, 24 a day.
    pub hours: Columns,
    /// What stands on the first day.
    pub standing: Vec<Standing>,
    /// What may be ordered here, in order of date.
    pub offers: Vec<Offer>,
    /// MW of mining, standing on the first day or built later, that may be converted over the horizon.
    pub convertible_mw: f64,
    /// Discounted cost of opening the site (once, when the first farm is ordered), by decision date, USD.
    pub opening_discounted_usd: Vec<f64>,
    /// The same in money of the date: what it takes from the budget, USD.
    pub opening_capital_usd: f64,
    /// Discounted overhead and lease of each segment in which anything runs here, USD.
    pub overhead_discounted_usd: Vec<f64>,
    /// By segment: discounted money of AI that depends on its total draw only, see [`FirmCurve`].
    pub firm_curves: Vec<FirmCurve>,
}

/// What AI of a site earns or costs beside linear terms and [`crate::dispatch::slice`] welfare, by its total draw:
/// power repaid by tenants, service credits, and that what is short costs backup fuel or nothing at all instead of the
/// price at which the welfare counts it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FirmCurve {
    /// Distance of the points, MW of draw.
    pub step_mw: f64,
    /// Discounted USD at draws 0, 1, 2, … steps; straight between them. The first is 0.
    pub discounted_usd: Vec<f64>,
}

/// What a MW of connection does from an order until the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Index into [`Field::models`].
    pub model: usize,
    /// Boundary at which operation begins.
    pub from: usize,
    /// Boundary at which it ends by itself (end of life or lease, or the horizon).
    pub until: usize,
    /// Meter MW drawn at full run per MW of connection.
    pub draw_mw_per_mw: f64,
    /// Discounted money of each segment (absolute index) per MW that runs, whatever the hours bring: rent less its
    /// costs, what customers advance, upkeep, charges; 0 outside `from..until`.
    pub steady_discounted_usd_per_mw: Vec<f64>,
    /// Worth of the machines when they are sold on a boundary (absolute index), money of that day, USD per MW.
    pub machines_worth_usd_per_mw: Vec<f64>,
    /// First boundary at which newer machines of its kind may take its place; `usize::MAX` for never.
    pub refreshable_from: usize,
}

/// Worth of a hall by boundary (absolute index), money of that day, USD per MW; and what it costs while it is used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HallWorth {
    /// When its farm is closed early: salvage.
    pub closed_usd_per_mw: Vec<f64>,
    /// When its last machines or lease, or the horizon, end: book value, at least salvage.
    pub ended_usd_per_mw: Vec<f64>,
    /// Discounted insurance and property tax of each segment (absolute index) per MW that runs in it, USD.
    pub dues_discounted_usd_per_mw: Vec<f64>,
}

/// Something that can be ordered on a decision date at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Index into [`Field::dates`].
    pub date: usize,
    /// Build, convert (mining to AI) or refresh (the same kind). Retiring needs no offer.
    pub action: Action,
    /// What stands afterwards.
    pub stage: Stage,
    /// Capital, money of the date, USD per MW; proceeds of what is replaced not deducted.
    pub capital_usd_per_mw: f64,
    /// The same, discounted and less the tax that depreciation saves.
    pub cost_discounted_usd_per_mw: f64,
    /// The hall that is built; `None` for a refresh, which keeps the old one.
    pub hall: Option<HallWorth>,
    /// Convert and refresh: share of what is replaced that runs until the new stage begins.
    pub old_runs_share: f64,
    /// Smallest step, MW.
    pub module_mw: f64,
    /// Smallest block of this kind at a site, MW.
    pub minimum_mw: f64,
}

/// Capacity that stands on the first day.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The caller's number for it.
    pub id: usize,
    /// MW of connection.
    pub mw: f64,
    /// What it does.
    pub stage: Stage,
    /// Its hall.
    pub hall: HallWorth,
}

/// A limit over all sites.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// What it is called in reports: `budget until 2026-01-01`, `mining machines 2027`.
    pub name: String,
    /// What is counted.
    pub counts: Counts,
    /// At most this many USD or MW of connection.
    pub at_most: f64,
}

/// What a limit counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Counts {
    /// Money of the day spent on dates up to this one (index into [`Field::dates`]), less proceeds of what was sold.
    SpentUntil(usize),
    /// MW of connection ordered on dates `from..until`.
    Ordered {
        /// First date.
        from: usize,
        /// Date after the last.
        until: usize,
        /// Which kinds count, in [`FarmKind::ALL`]'s order.
        kinds: [bool; 3],
        /// Whether refreshes count.
        refreshes: bool,
    },
    /// MW of connection of these kinds that stand or are ordered once the date's decisions are taken.
    Standing {
        /// Index into [`Field::dates`].
        date: usize,
        /// Which kinds count, in [`FarmKind::ALL`]'s order.
        kinds: [bool; 3],
    },
}

/// Aversion to risk: the plan maximises `(1 - weight) · mean + weight · mean of the worst paths`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risk {
    /// Weight of the worst paths, 0–1.
    pub cvar_weight: f64,
    /// Share of the paths that are the worst, above 0 to 1.
    pub tail_share: f64,
}

impl Field {
    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.boundaries.len() - 1
    }
}
