//! summary.json: the answer in short, also what `run --json` prints.

use serde::{Deserialize, Serialize};

use super::rows::PORTFOLIO;
use super::tables::{EpochRow, Scope, SiteClass, Tables};
use crate::finance::{Books, Kind, Quantity};
use crate::placement::answer::PolicyValue;

/// The answer in short. The same scenario and seed give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of every random draw.
    pub seed: u64,
    /// `hash`, `sampled` or `expected`.
    pub mode: String,
    /// First simulated day.
    pub first_day: String,
    /// Last simulated day.
    pub last_day: String,
    /// Blocks found by the network.
    pub blocks: u64,
    /// Hashes computed (or drawn).
    pub hashes: u64,
    /// All farms together.
    pub portfolio: PortfolioSummary,
    /// Every site, in the scenario's order.
    pub sites: Vec<SiteSummary>,
    /// What a reader should know before he believes the figures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The epochs of the portfolio by kind: the rows of epochs.csv with scope `portfolio`.
    pub epochs: Vec<EpochRow>,
    /// Emissions of what the farms bought from the grid, by site and year; empty where no site states its grid's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emissions: Vec<EmissionsSummary>,
    /// How far the run's plan is from the best there is, where that was asked for and the plan could be valued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regret: Option<PolicyValue>,
    /// Files in the run's folder.
    pub files: Vec<String>,
}

/// What a site's purchases from the grid emitted in a year: scope 2, location-based.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmissionsSummary {
    /// Name of the site.
    pub site: String,
    /// Calendar year.
    pub year: i32,
    /// Energy that farms bought, MWh.
    pub grid_mwh: f64,
    /// Emissions, tonnes of CO2.
    pub co2_t: f64,
}

/// All farms together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PortfolioSummary {
    /// Mining capacity at the end, MW at the meter.
    pub mining_mw: f64,
    /// AI capacity at the end, MW at the meter.
    pub ai_mw: f64,
    /// Capital spent, USD, before resale.
    pub capital_usd: f64,
    /// Revenue, USD.
    pub revenue_usd: f64,
    /// Cash flow, USD, after tax.
    pub cash_flow_usd: f64,
    /// Net present value at the run's start, USD: the cash flow discounted.
    pub npv_usd: f64,
    /// Internal rate of return per year; null when there is none.
    pub irr_per_year: Option<f64>,
    /// Why there is none; empty when there is one.
    pub irr_note: String,
    /// Years until the money is back; null when it never is.
    pub payback_years: Option<f64>,
    /// Net present value to the owner after loans, USD.
    pub equity_npv_usd: f64,
    /// Internal rate of return to the owner after loans, per year; null when there is none.
    pub equity_irr_per_year: Option<f64>,
    /// Why there is none; empty when there is one.
    pub equity_irr_note: String,
    /// Debt service coverage of the calendar year in which it is least; null without loans.
    pub minimum_dscr: Option<f64>,
    /// Mean coverage of the years with debt service.
    pub average_dscr: Option<f64>,
    /// Coins mined, BTC.
    pub btc_mined: f64,
    /// Accelerator hours rented out.
    pub gpu_hours: f64,
    /// Cost per coin by halving epoch.
    pub cost_per_btc: Vec<CostPerBtc>,
}

/// One site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteSummary {
    /// Name.
    pub site: String,
    /// surplus, hydro, grid or mixed.
    pub site_class: SiteClass,
    /// Mining capacity at the end, MW at the meter.
    pub mining_mw: f64,
    /// AI capacity at the end, MW at the meter.
    pub ai_mw: f64,
    /// Largest mining capacity during the run, MW.
    pub peak_mining_mw: f64,
    /// Largest AI capacity during the run, MW.
    pub peak_ai_mw: f64,
    /// Capital spent, USD, before resale.
    pub capital_usd: f64,
    /// Net present value of the farms at the run's start, USD.
    pub npv_usd: f64,
    /// Internal rate of return per year; null when there is none.
    pub irr_per_year: Option<f64>,
    /// Why there is none; empty when there is one.
    pub irr_note: String,
    /// Years until the money is back; null when it never is.
    pub payback_years: Option<f64>,
    /// Margin of mining, USD/MWh.
    pub mining_margin_usd_per_mwh: Option<f64>,
    /// Margin of AI, USD/MWh.
    pub ai_margin_usd_per_mwh: Option<f64>,
    /// Margin of selling local energy to the grid, USD/MWh.
    pub grid_sale_margin_usd_per_mwh: Option<f64>,
    /// Cost per coin by halving epoch.
    pub cost_per_btc: Vec<CostPerBtc>,
}

/// Cost per coin in one halving epoch, USD/BTC; see farms.csv for the four.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostPerBtc {
    /// Halving epoch.
    pub epoch: u32,
    /// Electricity.
    pub electricity_usd: Option<f64>,
    /// Cash.
    pub cash_usd: Option<f64>,
    /// All-in.
    pub all_in_usd: Option<f64>,
    /// Marginal.
    pub marginal_usd: Option<f64>,
}

impl Summary {
    /// Takes the answer from the tables (sites, epochs, chain) and the books. The writer fills `files`.
    pub fn new(scenario: &str, seed: u64, mode: &str, tables: &Tables, books: &Books) -> Self {
        let day = |pick: Option<&crate::finance::Period>, end: bool| {
            pick.map(|p| if end { p.last } else { p.first }.to_string()).unwrap_or_default()
        };
        Self {
            scenario: scenario.to_owned(),
            seed,
            mode: mode.to_owned(),
            first_day: day(books.periods().first(), false),
            last_day: day(books.periods().last(), true),
            blocks: tables.chain.iter().map(|p| u64::from(p.blocks)).sum(),
            hashes: tables.chain.iter().map(|p| p.hashes).sum(),
            portfolio: PortfolioSummary::new(tables, books),
            sites: SiteSummary::all(tables),
            epochs: tables.epochs.iter().filter(|e| e.scope == Scope::Portfolio).cloned().collect(),
            notes: books.notes().to_vec(),
            emissions: Vec::new(),
            regret: None,
            files: Vec::new(),
        }
    }
}

impl EmissionsSummary {
    /// Every year of a site whose farms have bought something, by the emissions of its grid.
    pub fn of_site(site: &str, co2_t_per_mwh: f64, books: &Books) -> Vec<Self> {
        let mut years: Vec<i16> = books.periods().iter().map(|p| p.first.year()).collect();
        years.dedup();
        let of_year = |year: i16| {
            let totals = books.totals(|f| f.site == site && Kind::All.counts(f), |p| p.first.year() == year);
            let grid_mwh = totals.amount(Quantity::GridMwh);
            Self { site: site.to_owned(), year: i32::from(year), grid_mwh, co2_t: grid_mwh * co2_t_per_mwh }
        };
        years.into_iter().map(of_year).filter(|row| row.grid_mwh > 0.0).collect()
    }
}

impl PortfolioSummary {
    fn new(tables: &Tables, books: &Books) -> Self {
        let totals = books.totals(|f| Kind::All.counts(f), |_| true);
        let returns = books.returns(|f| Kind::All.counts(f));
        let equity = books.equity_returns(|f| Kind::All.counts(f));
        let coverage = books.coverage(|f| Kind::All.counts(f), |_| true);
        Self {
            mining_mw: tables.sites.iter().map(|s| s.mining_mw).sum(),
            ai_mw: tables.sites.iter().map(|s| s.ai_mw).sum(),
            capital_usd: totals.capital_usd(),
            revenue_usd: totals.revenue_usd(),
            cash_flow_usd: totals.cash_flow_usd(),
            npv_usd: returns.npv_usd,
            irr_note: returns.irr_note(),
            irr_per_year: returns.irr_per_year.ok(),
            payback_years: returns.payback_years,
            equity_npv_usd: equity.npv_usd,
            equity_irr_note: equity.irr_note(),
            equity_irr_per_year: equity.irr_per_year.ok(),
            minimum_dscr: coverage.minimum,
            average_dscr: coverage.average,
            btc_mined: totals.amount(Quantity::BtcMined),
            gpu_hours: totals.amount(Quantity::GpuHours),
            cost_per_btc: CostPerBtc::of(tables, Scope::Portfolio, PORTFOLIO),
        }
    }
}

impl SiteSummary {
    fn all(tables: &Tables) -> Vec<Self> {
        let of = |row: &super::SiteRow| Self {
            site: row.site.clone(),
            site_class: row.site_class,
            mining_mw: row.mining_mw,
            ai_mw: row.ai_mw,
            peak_mining_mw: row.peak_mining_mw,
            peak_ai_mw: row.peak_ai_mw,
            capital_usd: row.capital_usd,
            npv_usd: row.npv_usd,
            irr_per_year: row.irr_per_year,
            irr_note: row.irr_note.clone(),
            payback_years: row.payback_years,
            mining_margin_usd_per_mwh: row.mining_margin_usd_per_mwh,
            ai_margin_usd_per_mwh: row.ai_margin_usd_per_mwh,
            grid_sale_margin_usd_per_mwh: row.grid_sale_margin_usd_per_mwh,
            cost_per_btc: CostPerBtc::of(tables, Scope::Site, &row.site),
        };
        tables.sites.iter().map(of).collect()
    }
}

impl CostPerBtc {
    fn of(tables: &Tables, scope: Scope, name: &str) -> Vec<Self> {
        tables
            .epochs
            .iter()
            .filter(|e| e.scope == scope && e.name == name && e.kind == Kind::Mining)
            .map(|e| Self {
                epoch: e.epoch,
                electricity_usd: e.electricity_usd_per_btc,
                cash_usd: e.cash_usd_per_btc,
                all_in_usd: e.all_in_usd_per_btc,
                marginal_usd: e.marginal_usd_per_btc,
            })
            .collect()
    }
}
