//! The decision problem of one day, and the plan that answers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compute::{Climate, Sla};
use crate::dispatch::{ReadyHours, Terms};

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

/// One technology as the planner sees it: all money per MW of connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Technology {
    /// Name for tables: a machine's or accelerator's model, or `hosting`.
    pub name: String,
    /// What it sells.
    pub kind: FarmKind,
    /// Meter MW drawn at full run for one MW of connection, in a cold, mild and hot climate.
    pub draw_share: [f64; 3],
    /// Mining: the states a machine runs in, as (share of the draw, factor on the revenue per MWh), best first.
    pub tiers: Vec<(f64, f64)>,
    /// Mining: revenue per MWh at the meter less the pool's fee, USD, by period.
    pub revenue_usd_per_mwh: Vec<f64>,
    /// Mining: cost of running beside energy, USD/MWh, by period.
    pub variable_usd_per_mwh: Vec<f64>,
    /// AI: revenue less variable cost when fully let and served, USD per MW-year, by period.
    pub firm_revenue_usd_per_mw_year: Vec<f64>,
    /// AI: years from opening until it is fully let, in a straight line.
    pub ramp_years: f64,
    /// AI: power cost the tenant pays, up to this price (USD/MWh); 0 when the farm pays all of it.
    pub pass_through_cap_usd_per_mwh: f64,
    /// AI: credits for missed uptime.
    pub sla: Sla,
    /// AI: backup MW per MW of draw.
    pub backup_share: f64,
    /// Costs that fall due whether it runs or not, USD per MW-year, by period.
    pub fixed_usd_per_mw_year: Vec<f64>,
    /// Capital of a new MW, USD (machines, infrastructure, backup), in a cold, mild and hot climate.
    pub capital_usd_per_mw: [f64; 3],
    /// Share of the capital that tax depreciation gives back, as present value (tax rate × PV of the schedule).
    pub tax_shield_share: f64,
    /// How it takes the place of older capacity of its own kind; `None` where it cannot.
    pub refresh: Option<Replacement>,
    /// How it takes the place of mining; `None` where it cannot.
    pub convert: Option<Replacement>,
    /// What one new MW is worth at the end of its life or of the horizon, USD, discounted to the decision day.
    pub end_value_usd_per_mw: f64,
    /// Years from order to first operation.
    pub lead_years: f64,
    /// Years it runs.
    pub life_years: f64,
    /// Smallest step that can be built, MW.
    pub module_mw: f64,
    /// Smallest block of this kind at a site, MW.
    pub minimum_site_mw: f64,
    /// Whether a planner may build it (standing machines that are sold no more may not).
    pub on_sale: bool,
}

/// Capacity that takes the place of other capacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replacement {
    /// Capital, USD per MW, proceeds of the old machines not deducted, in a cold, mild and hot climate.
    pub capital_usd_per_mw: [f64; 3],
    /// Years of the works.
    pub lead_years: f64,
    /// Share of the old capacity that stands still during the works.
    pub lost_share: f64,
    /// Smallest step, MW.
    pub module_mw: f64,
}

/// Capacity at a site: standing, under construction or proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The caller's number for it; [`Block::NEW`] for what a plan adds.
    pub id: usize,
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
    /// What it would fetch if the farm closed today, USD per MW: machines and hall.
    pub closing_usd_per_mw: f64,
    /// What it is worth at the end of its life or of the horizon, USD per MW, discounted to the decision day.
    pub end_value_usd_per_mw: f64,
    /// Whether a planner may retire or convert it now (not while it is under construction).
    pub free: bool,
    /// Whether it is old enough to be refreshed.
    pub refreshable: bool,
}

impl Block {
    /// Number of blocks that are no caller's.
    pub const NEW: usize = usize::MAX;
}

/// A site as the planner sees it.
#[derive(Debug, Clone)]
pub struct SiteCase {
    /// Name of the site.
    pub name: String,
    /// Typical hours of each period under these terms.
    pub hours: Vec<ReadyHours>,
    /// Prices of the sources.
    pub terms: Terms,
    /// Climate, for the draw of AI halls.
    pub climate: Climate,
    /// What stands and what is ordered.
    pub blocks: Vec<Block>,
    /// MW of connection all farms together may have.
    pub maximum_mw: f64,
    /// MW of mining that may still be converted.
    pub convertible_mw: f64,
    /// Rent of AI leases here over the usual.
    pub hosting_rent_factor: f64,
    /// Whether new hosting, cloud, and conversions to either may stand here: the scenario's screens.
    pub hosting_allowed: bool,
    /// As above, cloud.
    pub cloud_allowed: bool,
    /// As above, conversion.
    pub conversion_allowed: bool,
    /// MW the grid can deliver; grid charges are due on no more.
    pub import_limit_mw: f64,
    /// Demand and capacity charges, USD per MW drawn and year.
    pub peak_usd_per_mw_year: f64,
    /// Coincident-peak charges, USD per MW drawn in the dearest hours and year.
    pub coincident_usd_per_mw_year: f64,
    /// Demand-response capacity payment, USD per MW of mining drawn and year.
    pub demand_response_usd_per_mw_year: f64,
    /// What power bought forward brings over the spot price, USD per connection MW of mining and year, by period.
    pub forward_usd_per_mw_year: Vec<f64>,
    /// Capital of opening the site that its first order pays, USD; 0 once it is open.
    pub opening_usd: f64,
    /// Years before which nothing new runs here, whatever its own lead time.
    pub least_lead_years: f64,
    /// Costs of the site (overhead, lease) while a farm stands there, USD per year, by period.
    pub overhead_usd_per_year: Vec<f64>,
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
    /// MW of connection that machine deliveries and demand allow now, by kind ([`FarmKind::ALL`]'s order).
    pub kind_mw: [f64; 3],
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
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// New capacity on free MW.
    #[default]
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
    /// [`Block::id`] of what is converted, refreshed or retired.
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

impl Plan {
    /// The plan with equal steps taken together, in the order of the first of each.
    #[must_use]
    pub fn merged(self) -> Self {
        let mut merged: Vec<Step> = Vec::new();
        for step in self.steps {
            let same = |s: &&mut Step| {
                (s.site, s.action, s.technology, s.block) == (step.site, step.action, step.technology, step.block)
            };
            if let Some(earlier) = merged.iter_mut().find(same) {
                earlier.mw += step.mw;
                earlier.capital_usd += step.capital_usd;
                earlier.value_usd += step.value_usd;
            } else {
                merged.push(step);
            }
        }
        Self { steps: merged }
    }
}

impl Problem {
    /// Middle of a period, years from the decision day.
    pub fn middle_years(&self, period: usize) -> f64 {
        self.periods[period].from_years + 0.5 * self.periods[period].years
    }

    /// Years from the decision day to the end of the horizon.
    pub fn horizon_years(&self) -> f64 {
        self.periods.last().map_or(0.0, |p| p.from_years + p.years)
    }
}
