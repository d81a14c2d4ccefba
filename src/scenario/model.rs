//! The scenario: what a file may say, composed of the kernels' own parameter types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bitcoin::checkpoint::StartOverride;
use crate::bitcoin::fees::FeeModel;
use crate::bitcoin::market::{DailySeries, PriceModel};
use crate::bitcoin::network::NetworkModel;
use crate::bitcoin::race::Mode;
use crate::calendar::Day;
use crate::compute::{AiMarket, Climate, CloudParams, ConversionParams, HostingParams, Machines, MiningParams};
use crate::energy::{Export, Grid, Hydro, Location, PriceSeries, SeriesFiles, SiteClass, SiteEnergy, Surplus, Weather};
use crate::finance::FinanceParams;
use crate::placement::{Action, FarmKind};

/// A hashwatt scenario: candidate energy sites, Bitcoin, machines, money, and how to place farms among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Short name, used for the results folder: lower-case letters, digits and `-`. Required.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    pub name: String,
    /// What the scenario asks, in a sentence. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// First simulated day, UTC. Required.
    pub start: Day,
    /// Day after the last simulated one, UTC. Required.
    pub end: Day,
    /// Seed of every random stream. Default: 1.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The chain, the coin's price, fees and the rest of the world's miners. Required.
    pub bitcoin: Bitcoin,
    /// How weather and prices are drawn.
    #[serde(default)]
    pub weather: Weather,
    /// Mines: capital, machines, upkeep, payout.
    #[serde(default)]
    pub mining: MiningParams,
    /// AI halls leased to tenants.
    #[serde(default)]
    pub hosting: HostingParams,
    /// Own accelerators rented by the hour.
    #[serde(default)]
    pub cloud: CloudParams,
    /// Mining capacity turned into AI capacity.
    #[serde(default)]
    pub conversion: ConversionParams,
    /// The market for AI compute.
    #[serde(default)]
    pub ai_market: AiMarket,
    /// Machines beside the embedded catalogue, and how machines are priced.
    #[serde(default)]
    pub machines: Machines,
    /// Discounting, depreciation, tax.
    #[serde(default)]
    pub finance: FinanceParams,
    /// Who decides what to build, when, and with what money. Required.
    pub placement: Placement,
    /// Candidate sites. At least one is required.
    #[schemars(length(min = 1))]
    pub sites: Vec<Site>,
    /// What to do on which day, under `placement.policy = "fixed"`. Default: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<PlanEntry>,
    /// Contents of the data files, filled in by the checks.
    #[serde(skip)]
    pub data: Data,
}

/// Contents of the data files a scenario names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Data {
    /// Hourly series of the sites, by source.
    pub series: SeriesFiles,
    /// Daily prices of `bitcoin.price`.
    pub price: Option<DailySeries>,
}

impl Scenario {
    /// Number of simulated days.
    pub fn days(&self) -> usize {
        (self.end.0 - self.start.0).max(0) as usize
    }
}

fn default_seed() -> u64 {
    1
}

/// The chain, the coin's price, fees and the rest of the world's miners.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bitcoin {
    /// How blocks are found: `hash` computes real SHA-256d, `sampled` draws from the same law, `expected` knows no
    /// luck. Default: `hash`. `--mode` on the command line wins.
    #[serde(default = "default_mode")]
    pub mode: Mode,
    /// Hashes a block costs on average at scaled difficulty, kept within a factor of two. Default: 256.
    #[serde(default = "default_hashes_per_block")]
    #[schemars(range(min = 1.0, max = 1_000_000_000.0))]
    pub hashes_per_block: f64,
    /// State of the chain on the first day. Default: from the embedded table of chain facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StartOverride>,
    /// The coin's price. Required.
    pub price: PriceModel,
    /// Transaction fees per block.
    #[serde(default)]
    pub fees: FeeModel,
    /// Hashrate of the rest of the world.
    #[serde(default)]
    pub network: NetworkModel,
}

fn default_mode() -> Mode {
    Mode::Hash
}

fn default_hashes_per_block() -> f64 {
    256.0
}

/// A candidate site: where it is, what it may carry, its energy, and what stands there already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Name, unique among the sites. Required.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9 _.-]*$"))]
    pub name: String,
    /// Latitude, degrees north. Required.
    #[schemars(range(min = -90.0, max = 90.0))]
    pub latitude_deg: f64,
    /// Longitude, degrees east. Required.
    #[schemars(range(min = -180.0, max = 180.0))]
    pub longitude_deg: f64,
    /// Connection MW all farms together may have (land, substation, permits). Required.
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub maximum_mw: f64,
    /// Whether fibre for AI tenants is there. Default: true. Source: most candidate sites lie within reach of
    /// long-haul fibre; write `false` where it is missing.
    #[serde(default = "yes")]
    pub fibre: bool,
    /// What powers the site, as the tables and charts group sites. Default: by its sources (`surplus`, `hydro`, both
    /// `mixed`, neither `grid`). Write `hydro` where the grid itself is hydro power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<SiteClass>,
    /// Rent of AI leases signed at the start of the scenario at this place, USD per kW of critical IT and month.
    /// Default: `hosting.rent_usd_per_kw_month`. Source: rents differ by place; CBRE asks 184 in primary US markets for
    /// 250–500 kW (second half of 2024), 115–135 in second-tier markets from 1 MW.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10_000.0))]
    pub hosting_rent_usd_per_kw_month: Option<f64>,
    /// Climate, for the energy an AI hall needs for cooling. Default: `mild`.
    #[serde(default)]
    pub climate: Climate,
    /// Costs of the site that fall due while a farm stands there (staff, overhead), USD per year; they rise like fixed
    /// operation and maintenance, see `[finance]`. Default: 0.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e10))]
    pub overhead_usd_per_year: f64,
    /// Lease of the land or building, USD per year of the first, borne by the farms online in proportion to their MW;
    /// none is booked while no farm is online. Default: 0. Source: choice, the land is the owner's.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e10))]
    pub lease_usd_per_year: f64,
    /// What the lease rises by at each anniversary of the start, share per year, inflation or not. Default: 0.
    /// Source: choice; leases state it, often 0.02 to 0.03 (unverified).
    #[serde(default)]
    #[schemars(range(min = -0.5, max = 1.0))]
    pub lease_escalator_per_year: f64,
    /// Capital of opening the site (road, substation, permits), once, when the first farm is ordered here, USD. It is
    /// depreciated like halls and worth nothing at the end. Default: 0. Nothing where a farm stands on the first day.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e11))]
    pub opening_usd: f64,
    /// Months from an order until new capacity can run here at the earliest (connection, permits), whatever the lead
    /// time of its kind. Default: 0. Nothing where a farm stands on the first day.
    #[serde(default)]
    #[schemars(range(min = 0, max = 240))]
    pub opening_months: u32,
    /// Wind or solar output that the grid does not take. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surplus: Option<Surplus>,
    /// Hydro power beyond what is contracted away. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hydro: Option<Hydro>,
    /// Market price of energy at the site's node; required by `grid` and `export`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceSeries>,
    /// Connection that imports from the grid. Default: none, the site is an island.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
    /// Right to sell local energy instead of using it. Default: none, what is not used is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<Export>,
    /// Farms that stand here on the first day. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Standing>,
}

fn yes() -> bool {
    true
}

impl Site {
    /// Where it is.
    pub fn location(&self) -> Location {
        Location { latitude_deg: self.latitude_deg, longitude_deg: self.longitude_deg }
    }

    /// Capital of its opening that a first order pays, USD.
    pub fn opening_due_usd(&self) -> f64 {
        if self.standing.is_empty() { self.opening_usd } else { 0.0 }
    }

    /// Months before which nothing that is ordered runs.
    pub fn least_lead_months(&self) -> u32 {
        if self.standing.is_empty() { self.opening_months } else { 0 }
    }

    /// What powers it: as the file says, or by its sources.
    pub fn class(&self) -> SiteClass {
        self.class.unwrap_or_else(|| self.energy().class())
    }

    /// Emissions of a MWh from the grid, tonnes of CO2; 0 where the file does not say.
    pub fn co2_t_per_mwh(&self) -> f64 {
        self.grid.as_ref().and_then(|grid| grid.co2_kg_per_mwh).unwrap_or(0.0) / 1e3
    }

    /// Its energy tables together.
    pub fn energy(&self) -> SiteEnergy {
        SiteEnergy {
            surplus: self.surplus.clone(),
            hydro: self.hydro.clone(),
            price: self.price.clone(),
            grid: self.grid.clone(),
            export: self.export.clone(),
        }
    }
}

/// A farm that stands on the first day. Its capital is sunk and appears in no cash flow; what it earns, and what its
/// machines and hall fetch when they are sold or at the end of the run, does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// What it sells. Required.
    pub kind: FarmKind,
    /// Connection MW. Required.
    #[schemars(range(min = 0.001, max = 100_000.0))]
    pub mw: f64,
    /// Mining: model of the machines; cloud: model of the accelerators. Required for both, unknown to hosting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// Age of the machines on the first day, years. Default: 0.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 30.0))]
    pub age_years: f64,
}

/// Who decides what to build, when, and with what money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// `greedy`: module by module, whatever adds most discounted value per dollar; `optimal`: the plan of all sites and
    /// dates together with the highest expected value; `fixed`: what `[[plan]]` says. Required.
    pub policy: Policy,
    /// Money for the first decision, USD. Default: 0. Unspent money is carried over.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e13))]
    pub budget_usd: f64,
    /// Money added on each first of January after the start, USD. Default: 0.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e13))]
    pub budget_usd_per_year: f64,
    /// Days of decision. Default: all three. Source: machines are ordered for a season, plans change at halvings.
    #[serde(default = "default_decide")]
    pub decide: Vec<Occasion>,
    /// What `greedy` and `optimal` may build. Default: mining, hosting and cloud.
    #[serde(default = "default_kinds")]
    pub kinds: Vec<FarmKind>,
    /// Least discounted value above cost that a dollar of capital must bring. Default: 0.1. Source: a margin for
    /// what a planner does not see (delays, luck, its own forecast's error).
    #[serde(default = "default_hurdle")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub hurdle_value_per_usd: f64,
    /// Mining MW whose machines can be delivered per year. Default: 500. Source: the largest listed miners energised
    /// 300 to 700 MW a year in 2024 and 2025.
    #[serde(default = "default_mining_mw_per_year")]
    #[schemars(range(min = 0.0, max = 1e6))]
    pub mining_mw_per_year: f64,
    /// How many mining models on sale the planner compares: those with the least cost of power and capital.
    /// Default: 2.
    #[serde(default = "default_models")]
    #[schemars(range(min = 1, max = 20))]
    pub mining_models: u8,
    /// Days per forecast year whose hours the planner looks at. Default: 24. Source: every half month once.
    #[serde(default = "default_sample_days")]
    #[schemars(range(min = 4, max = 365))]
    pub sample_days_per_year: u16,
    /// Growth of the coin's price the planner expects, share per year (0.1 = 10 %). Default: what the price model
    /// itself expects at the median; `optimal` then draws its paths from the price model. Leave it out to let
    /// `optimal` reckon with the spread of prices: with it, the price of all its paths grows like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -0.9, max = 10.0))]
    pub expected_price_growth_per_year_share: Option<f64>,
    /// Paths of prices, weather and outages that `optimal` looks at. Default: 20. Source: choice; the mean of twenty
    /// paths is known to a fifth of the spread of one.
    #[serde(default = "default_paths")]
    #[schemars(range(min = 1, max = 1000))]
    pub paths: u16,
    /// How much the worst paths count in what `optimal` maximises: (1 - weight) x mean + weight x mean of the worst
    /// paths. Default: 0, the mean alone.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub cvar_weight: f64,
    /// Share of the paths that are the worst. Default: 0.1. Source: choice; the usual tail of conditional value at risk.
    #[serde(default = "default_tail")]
    #[schemars(range(min = 0.001, max = 1.0))]
    pub cvar_tail_share: f64,
    /// Connection MW that all sites together may have, as `optimal` plans them. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet_limits_mw: Option<FleetLimits>,
    /// Tonnes of CO2 a year that all farms' purchases from the grid may emit, as `optimal` plans them: MWh bought times
    /// `grid.co2_kg_per_mwh` (scope 2, location-based), the mean over the horizon and over the paths. Backup fuel is not
    /// counted. Default: no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1e10))]
    pub co2_cap_t_per_year: Option<f64>,
    /// Price of carbon inside the company, in order of date: who runs on which power is decided as if a MWh from the grid
    /// cost so much more, and nobody is paid it. Default: none. `optimal` puts the one that keeps its cap in this place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub internal_co2_price: Vec<Co2Price>,
}

/// A price of carbon from a day on, until the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Co2Price {
    /// First day. Required.
    pub from: Day,
    /// Price, USD per tonne of CO2. Required.
    #[schemars(range(min = 0.0, max = 1e9))]
    pub usd_per_t: f64,
}

impl Placement {
    /// Price of carbon inside the company on a day, USD per tonne.
    pub fn internal_co2_usd_per_t(&self, day: Day) -> f64 {
        let begun = self.internal_co2_price.partition_point(|price| price.from <= day);
        begun.checked_sub(1).map_or(0.0, |i| self.internal_co2_price[i].usd_per_t)
    }
}

/// Connection MW that all sites together may have, standing or ordered.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FleetLimits {
    /// Mining, MW. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1e7))]
    pub mining: Option<f64>,
    /// Hosting, MW. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1e7))]
    pub hosting: Option<f64>,
    /// Cloud, MW. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1e7))]
    pub cloud: Option<f64>,
    /// All kinds together, MW. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1e7))]
    pub all: Option<f64>,
}

/// How farms are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// As `[[plan]]` says.
    Fixed,
    /// Module by module, by value per dollar.
    Greedy,
    /// All sites and dates together, by expected value over the horizon.
    Optimal,
}

impl Policy {
    /// As scenarios and reports name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Greedy => "greedy",
            Self::Optimal => "optimal",
        }
    }
}

/// When decisions are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// On the first day.
    Start,
    /// On every first of January.
    Yearly,
    /// On the day after a halving.
    Halving,
}

fn default_decide() -> Vec<Occasion> {
    vec![Occasion::Start, Occasion::Yearly, Occasion::Halving]
}

fn default_kinds() -> Vec<FarmKind> {
    vec![FarmKind::Mining, FarmKind::Hosting, FarmKind::Cloud]
}

fn default_hurdle() -> f64 {
    0.1
}

fn default_mining_mw_per_year() -> f64 {
    500.0
}

fn default_models() -> u8 {
    2
}

fn default_sample_days() -> u16 {
    24
}

fn default_paths() -> u16 {
    20
}

fn default_tail() -> f64 {
    0.1
}

/// One step of a fixed plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanEntry {
    /// Day of the decision. Required.
    pub date: Day,
    /// What is done. Required.
    pub action: Action,
    /// Name of the site. Required.
    pub site: String,
    /// What stands afterwards (`build`, `convert`), or what is refreshed or retired. Required.
    pub kind: FarmKind,
    /// Connection MW. Required.
    #[schemars(range(min = 0.001, max = 100_000.0))]
    pub mw: f64,
    /// Model to build or refresh to, or to retire. Default: the best on sale; for `retire` all models of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// `convert` and `refresh`: model that is replaced. Default: whatever may be, in order of building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}
