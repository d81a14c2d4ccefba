//! The decision problem of one day, and the plan that answers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compute::SlaStep;
use crate::dispatch::{Hour, Terms};

/// What a farm sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FarmKind {
    /// Hashes: interruptible.
    Mining,
    /// Powered, cooled space leased to an AI tenant who owns the machines: firm.
    Hosting,
    /// GPU-hours on own accelerators: firm.
    Cloud,
}

impl FarmKind {
    /// All kinds, in the order tables list them.
    pub const ALL: [Self; 3] = [Self::Mining, Self::Hosting, Self::Cloud];

    /// The name used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mining => "mining",
            Self::Hosting => "hosting",
            Self::Cloud => "cloud",
        }
    }

    /// Whether the load must be served before everything else.
    pub fn is_firm(self) -> bool {
        self != Self::Mining
    }
}

/// A span of the forecast with constant prices, usually a year or what is left of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// Beginning, years from the decision day.
    pub from_years: f64,
    /// Length, years.
    pub years: f64,
    /// Discount factor of money earned in the middle of the period, to the decision day.
    pub discount: f64,
}

/// One technology as the planner sees it: all money per MW of connection ("utility MW").
#[derive(Debug, Clone, PartialEq)]
pub struct Technology {
    /// Name for tables: a machine's or accelerator's model, or `hosting`.
    pub name: String,
    /// What it sells.
    pub kind: FarmKind,
    /// Meter MW drawn at full run for one MW of connection (uptime, IT ratio, PUE).
    pub draw_share: f64,
    /// Mining: the states a machine can run in, as (share of the draw, share of the revenue per MWh), best first.
    pub tiers: Vec<(f64, f64)>,
    /// Mining: revenue less variable cost, USD per MWh at the meter, by period.
    pub value_usd_per_mwh: Vec<f64>,
    /// AI: revenue less variable cost when fully served, USD per MW-year, by period.
    pub firm_revenue_usd_per_mw_year: Vec<f64>,
    /// AI: power cost the tenant pays, up to this price (USD/MWh); 0 when the farm pays all of it.
    pub pass_through_cap_usd_per_mwh: f64,
    /// Costs that fall due whether it runs or not, USD per MW-year.
    pub fixed_cost_usd_per_mw_year: f64,
    /// Capital of a new MW, USD (machines and infrastructure, backup included).
    pub capital_usd_per_mw: f64,
    /// Share of the capital that tax depreciation gives back, as present value (tax rate × PV of the schedule).
    pub tax_shield_share: f64,
    /// Capital when it takes a mining MW's place (conversion) or a batch's slots (refresh), USD per MW; `None` where it cannot.
    pub replace_capital_usd_per_mw: Option<f64>,
    /// What one MW fetches at the end of the horizon, USD, discounted to the decision day.
    pub salvage_usd_per_mw: f64,
    /// Years from order to first operation, new and as replacement.
    pub lead_years: f64,
    /// Years from order to first operation when it replaces.
    pub replace_lead_years: f64,
    /// Share of the replaced mining that stands still during the works.
    pub replace_lost_share: f64,
    /// Years it runs.
    pub life_years: f64,
    /// Smallest step that can be built, MW.
    pub module_mw: f64,
    /// Smallest block of this kind at a site, MW.
    pub minimum_site_mw: f64,
    /// Backup MW per MW of draw.
    pub backup_share: f64,
    /// Whether a planner may build it (standing machines that are sold no more may not).
    pub on_sale: bool,
}

/// Capacity at a site: standing, under construction or proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Index into [`Problem::technologies`].
    pub technology: usize,
    /// MW of connection that run.
    pub mw: f64,
    /// MW of connection it occupies; 0 for what runs on while its slots are rebuilt.
    pub slots_mw: f64,
    /// First operation, years from the decision day (not above 0: it runs).
    pub from_years: f64,
    /// End of operation, years from the decision day.
    pub until_years: f64,
    /// What its machines would fetch today, USD per MW.
    pub resale_usd_per_mw: f64,
    /// Whether a planner may refresh, convert or retire it now (not while it is under construction).
    pub free: bool,
}

/// A site as the planner sees it.
#[derive(Debug, Clone)]
pub struct SiteCase {
    /// Name of the site.
    pub name: String,
    /// Typical hours by period, equally many hours for each.
    pub hours: Vec<Vec<Hour>>,
    /// Prices of the sources.
    pub terms: Terms,
    /// What stands and what is ordered.
    pub blocks: Vec<Block>,
    /// MW of connection all farms together may have.
    pub maximum_mw: f64,
    /// Whether AI may stand here: fibre and screens of the scenario.
    pub ai_allowed: bool,
    /// Grid charges on each MW of connection, USD per MW-year.
    pub connection_usd_per_mw_year: f64,
    /// Grid outages per year, for the service credits of AI without backup.
    pub outages_per_year: f64,
    /// Mean duration of an outage, hours.
    pub outage_hours: f64,
}

/// Limits of one decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Money that may be spent now, USD.
    pub budget_usd: f64,
    /// MW of mining machines that can be delivered for orders of this decision.
    pub mining_mw: f64,
    /// MW of AI that finds a customer now.
    pub ai_mw: f64,
    /// Least discounted value per dollar of capital, above its cost.
    pub hurdle_value_per_usd: f64,
}

/// Everything a planner knows on a decision day.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Forecast periods from the decision day to the horizon's end.
    pub periods: Vec<Period>,
    /// What stands somewhere or could be built.
    pub technologies: Vec<Technology>,
    /// Candidate sites in file order.
    pub sites: Vec<SiteCase>,
    /// Budget, deliveries, demand.
    pub limits: Limits,
    /// Share of the operating result that tax leaves.
    pub after_tax_share: f64,
    /// Credit steps of the AI contracts.
    pub sla: Vec<SlaStep>,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// New capacity on free MW.
    Build,
    /// AI in place of mining.
    Convert,
    /// New machines in place of old ones.
    Refresh,
    /// Closed for good.
    Retire,
}

impl Action {
    /// The name used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Convert => "convert",
            Self::Refresh => "refresh",
            Self::Retire => "retire",
        }
    }
}

/// One decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Index into [`Problem::sites`].
    pub site: usize,
    /// What is done.
    pub action: Action,
    /// Index into [`Problem::technologies`]: what will stand, or for a retirement what stood.
    pub technology: usize,
    /// Index into the site's blocks of what is converted, refreshed or retired.
    pub block: Option<usize>,
    /// MW of connection concerned.
    pub mw: f64,
    /// Capital, USD, less what replaced machines fetch.
    pub capital_usd: f64,
    /// Expected discounted value after capital and tax, USD, as the planner sees it.
    pub value_usd: f64,
}

/// Decisions in the order they were taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Problem {
    /// Years from the decision day to the end of the horizon.
    pub fn horizon_years(&self) -> f64 {
        self.periods.last().map_or(0.0, |p| p.from_years + p.years)
    }
}
