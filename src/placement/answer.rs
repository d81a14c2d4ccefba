//! What the optimiser found, as plain data: the plan, how good it is and how surely, and what limits it.
//!
//! Whoever solves fills an [`Answer`]; tables, charts and the terminal show it. Unless a name says otherwise, money is
//! *discounted value*: expected over the sampled paths, after tax and capital, over selling the energy, discounted to
//! the scenario's first day. Capital is money of its date.

#[cfg(test)]
pub mod fixture;
mod promise;
mod search;

use serde::{Deserialize, Serialize};

pub use promise::Promise;
pub use search::{Phase, PlaceError, Progress};

use super::{Action, FarmKind};
use crate::calendar::Day;

/// A plan with its proof and everything worth knowing about it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Whether the plan is made of whole modules.
    pub sizes: Sizes,
    /// The plan's value and how much better any plan could be.
    pub proof: Proof,
    /// The same where sizes are continuous and nothing has a least size; with [`Sizes::Continuous`] the same numbers.
    pub relaxation: Proof,
    /// What it took.
    pub effort: Effort,
    /// The sampled paths and what the plan earns on each.
    pub sampling: Sampling,
    /// What simulating the plan should give; `None` where it was not asked for.
    pub promise: Option<Promise>,
    /// What is done, in order of date.
    pub plan: Vec<PlannedStep>,
    /// Every candidate site, in file order.
    pub sites: Vec<SiteAnswer>,
    /// Limits over all sites.
    pub limits: Vec<LimitAnswer>,
    /// Emissions, where they are capped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub co2: Option<Co2Answer>,
    /// Other plans that are nearly as good, best first; the best plan itself is not among them.
    pub alternatives: Vec<Alternative>,
    /// Value of single sites by size; may be empty.
    pub value_curves: Vec<ValueCurve>,
    /// Value by budget; may be empty.
    pub trade_off: TradeOff,
    /// What other policies would earn on the same paths.
    pub policies: Vec<PolicyValue>,
    /// Policies that cannot be compared, and why, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies_left_out: Vec<String>,
}

/// What sizes may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sizes {
    /// Whole modules, at least the smallest block of a kind.
    #[default]
    Modules,
    /// Any (`--relax`).
    Continuous,
}

/// A value, and a bound that no plan exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Value of the plan in the optimiser's objective, USD: expected, or weighted by risk (see [`Sampling::worst`]).
    pub objective_usd: f64,
    /// No plan is worth more, USD.
    pub upper_bound_usd: f64,
    /// (bound − objective) / bound, as a share; 0 where both are 0. See [`gap_share`].
    pub gap_share: f64,
    /// Gap at which the search was allowed to stop.
    pub gap_asked_share: f64,
}

impl Proof {
    /// The proof of these numbers.
    pub fn new(objective_usd: f64, upper_bound_usd: f64, gap_asked_share: f64) -> Self {
        let gap_share = gap_share(objective_usd, upper_bound_usd);
        Self { objective_usd, upper_bound_usd, gap_share, gap_asked_share }
    }

    /// Whether the search reached the gap that was asked for.
    pub fn is_reached(&self) -> bool {
        self.gap_share <= self.gap_asked_share
    }
}

/// By what share of its size the bound lies above the value; not below 0.
pub fn gap_share(objective_usd: f64, upper_bound_usd: f64) -> f64 {
    let size = upper_bound_usd.abs().max(objective_usd.abs());
    if size > 0.0 { ((upper_bound_usd - objective_usd) / size).max(0.0) } else { 0.0 }
}

/// What the search took.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effort {
    /// Rounds of cutting planes: solutions of the master and of all sites.
    pub rounds: u64,
    /// Cuts in the last master.
    pub cuts: u64,
    /// Nodes of branch and bound.
    pub nodes: u64,
    /// Times of the clock: printed and kept in the manifest, in no table.
    #[serde(skip)]
    pub seconds: Seconds,
}

/// Seconds spent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Seconds {
    /// Drawing paths and posing the problem.
    pub posing: f64,
    /// The relaxation.
    pub relaxation: f64,
    /// Whole modules.
    pub modules: f64,
    /// What is asked afterwards: alternatives, curves, other policies.
    pub afterwards: f64,
}

impl Seconds {
    /// All of them.
    pub fn total(&self) -> f64 {
        self.posing + self.relaxation + self.modules + self.afterwards
    }

    /// Names and seconds, as the manifest lists them.
    pub fn named(&self) -> [(&'static str, f64); 4] {
        [("pose", self.posing), ("relax", self.relaxation), ("modules", self.modules), ("afterwards", self.afterwards)]
    }
}

/// The sampled paths of weather and prices that the plan was made for, and its value on them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Sampled hours of each path at each site.
    pub hours_per_path_and_site: u64,
    /// Mean of the plan's value over the paths, USD.
    pub mean_usd: f64,
    /// The plan's value on each path, USD: paths differ in what their hours bring; capital and rents are the same.
    pub path_values_usd: Vec<f64>,
    /// The worst paths, where the objective weighs them.
    pub worst: Option<WorstPaths>,
}

impl Sampling {
    /// Mean of these values.
    pub fn of(path_values_usd: Vec<f64>, hours_per_path_and_site: u64, worst: Option<WorstPaths>) -> Self {
        let mean_usd = crate::math::mean(&path_values_usd);
        Self { hours_per_path_and_site, mean_usd, path_values_usd, worst }
    }

    /// Number of paths.
    pub fn paths(&self) -> usize {
        self.path_values_usd.len()
    }
}

/// The worst paths together: conditional value at risk.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorstPaths {
    /// Weight in the objective, 0–1; the mean has the rest.
    pub weight: f64,
    /// Share of the paths that count as the worst.
    pub tail_share: f64,
    /// Mean value of those, USD.
    pub mean_usd: f64,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStep {
    /// Date of the decision.
    pub date: Day,
    /// First day of operation; `None` for a retirement.
    pub online_on: Option<Day>,
    /// Name of the site.
    pub site: String,
    /// What is done.
    pub action: Action,
    /// What it sells afterwards; for a retirement what it sold.
    pub kind: FarmKind,
    /// Model of the machine or accelerator, or `hosting`; for a retirement what is given up.
    pub technology: String,
    /// What is converted or refreshed, as `technology` names it.
    pub replaced: Option<String>,
    /// MW of connection.
    pub mw: f64,
    /// Capital, money of the date, USD; what replaced machines fetch is deducted.
    pub capital_usd: f64,
}

/// A candidate site.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteAnswer {
    /// Name.
    pub site: String,
    /// Most MW of connection at one time: mining.
    pub mining_mw: f64,
    /// As above, leased halls.
    pub hosting_mw: f64,
    /// As above, own accelerators.
    pub cloud_mw: f64,
    /// Most MW at one time, all kinds together (not above `maximum_mw`).
    pub placed_mw: f64,
    /// MW the connection allows.
    pub maximum_mw: f64,
    /// Value of what is placed, USD.
    pub value_usd: f64,
    /// Capital, money of the dates, USD.
    pub capital_usd: f64,
    /// Value of one more MW of connection, USD; 0 where the connection is not full.
    pub connection_usd_per_mw: f64,
    /// Where nothing is placed: what would come first, and what it lacks.
    pub lacks: Option<Lack>,
}

/// What keeps the best option of a site from being chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lack {
    /// Kind of the best option.
    pub kind: FarmKind,
    /// Its technology.
    pub technology: String,
    /// Decision date of the best option.
    pub date: Day,
    /// By how much a MW would have to be worth more to come in, scarce money and machines paid for, USD.
    pub usd_per_mw: f64,
    /// The same as a fall of the power price in all hours in which it would run, USD/MWh; `None` where it never runs.
    pub usd_per_mwh: Option<f64>,
}

impl Lack {
    /// The option in words: `mining, Antminer S21 XP, 2026-01-01`.
    pub fn option(&self) -> String {
        let date = self.date;
        match self.kind {
            FarmKind::Hosting => format!("hosting, {date}"),
            kind => format!("{}, {}, {date}", kind.as_str(), self.technology),
        }
    }
}

/// What a cap on emissions allows, what the plan emits, and the prices that keep it there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Co2Answer {
    /// The cap, tonnes of CO2 a year.
    pub cap_t_per_year: f64,
    /// What the plan's purchases emit, mean over horizon and paths, tonnes a year.
    pub emitted_t_per_year: f64,
    /// The same of each site that emits.
    pub sites: Vec<SiteEmissions>,
    /// What one tonne more over the whole horizon would be worth, discounted USD: the price of the best bound in
    /// continuous sizes. Farms are chosen at it.
    pub shadow_usd_per_t: f64,
    /// What deciding who runs on which power is charged for a tonne of any day, discounted USD: the least at which these
    /// very farms keep the cap. Not paid.
    pub charged_usd_per_t: f64,
    /// The same in money of the days, for `placement.internal_co2_price`; empty where nothing is charged.
    pub internal_price: Vec<InternalPrice>,
}

/// Emissions of a site.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteEmissions {
    /// Name.
    pub site: String,
    /// Tonnes of CO2 a year, mean over horizon and paths.
    pub t_per_year: f64,
}

/// A price of carbon from a day on, until the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InternalPrice {
    /// First day.
    pub from: Day,
    /// USD of that time per tonne of CO2.
    pub usd_per_t: f64,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// Money of the dates.
    #[default]
    Usd,
    /// MW of connection.
    Mw,
    /// Tonnes of CO2 a year.
    TonnesPerYear,
}

impl LimitUnit {
    /// The unit as texts write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Mw => "MW",
            Self::TonnesPerYear => "t/year",
        }
    }
}

/// A limit over all sites.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitAnswer {
    /// Its name: `budget until 2026-01-01`, `mining machines 2027`.
    pub name: String,
    /// What it counts.
    pub unit: LimitUnit,
    /// At most this many units.
    pub at_most: f64,
    /// Units the plan uses.
    pub used: f64,
    /// Value of one more unit, USD: of the relaxation, so that with whole modules a limit may have a price and be left
    /// with less than a module.
    pub usd_per_unit: f64,
}

impl LimitAnswer {
    /// Whether more of it would be worth something.
    pub fn binds(&self) -> bool {
        self.usd_per_unit > 0.0
    }
}

/// A plan that is nearly as good.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// Its value, USD.
    pub value_usd: f64,
    /// What it loses against the best plan, as a share of the best plan's value.
    pub loss_share: f64,
    /// Where it differs.
    pub differences: Vec<Difference>,
}

/// A difference between an alternative and the best plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Name of the site.
    pub site: String,
    /// Kind.
    pub kind: FarmKind,
    /// Technology.
    pub technology: String,
    /// Date of the decision.
    pub date: Day,
    /// MW in the best plan.
    pub best_mw: f64,
    /// MW in this one.
    pub mw: f64,
}

/// What a site is worth by its size, scarce money, machines and demand paid for at their shadow prices.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueCurve {
    /// Name of the site.
    pub site: String,
    /// Size in the plan, MW of connection.
    pub chosen_mw: f64,
    /// Points in order of size.
    pub points: Vec<ValueAtSize>,
}

/// A point of a [`ValueCurve`].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueAtSize {
    /// MW of connection placed.
    pub mw: f64,
    /// Value in continuous sizes, USD, capital deducted, and what scarce money, machines and demand would earn elsewhere
    /// (their shadow prices): near 0 for a site that is no better than the others.
    pub value_usd: f64,
}

/// What money buys.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeOff {
    /// The scenario's budget, all dates together, USD.
    pub scenario_budget_usd: f64,
    /// Points in order of budget.
    pub points: Vec<ValueAtBudget>,
}

/// A point of the [`TradeOff`].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueAtBudget {
    /// Budget, all dates together, USD.
    pub budget_usd: f64,
    /// Value of the best plan, USD.
    pub value_usd: f64,
}

/// What another policy's plan earns on the same paths.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyValue {
    /// `greedy`, `fixed`, or what it is called.
    pub policy: String,
    /// Its value, USD.
    pub value_usd: f64,
    /// Upper bound − value, USD: it loses no more than this against the best plan there is.
    pub regret_usd: f64,
    /// The same as a share of the bound.
    pub regret_share: f64,
}

impl PolicyValue {
    /// A policy's value against the upper bound of all plans.
    pub fn against(policy: impl Into<String>, value_usd: f64, upper_bound_usd: f64) -> Self {
        Self {
            policy: policy.into(),
            value_usd,
            regret_usd: upper_bound_usd - value_usd,
            regret_share: gap_share(value_usd, upper_bound_usd),
        }
    }
}
