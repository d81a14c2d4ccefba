//! The rows of every table: one struct per file, one field per column, units in the names.
//!
//! Ledger lines are signed as they move the owner's purse: income positive, costs negative. In other columns whose
//! name says *cost*, *capital* or *tax*, what is spent is positive. An empty cell means *does not apply*.

use serde::{Deserialize, Serialize};

pub use self::monthly::MonthlyRow;
use self::returns::ReturnsRow;
pub use crate::energy::SiteClass;
use crate::finance::Kind;
pub use crate::placement::Action;

/// A table's row: the name of its file and its columns with what they mean.
pub trait Row: Serialize + serde::de::DeserializeOwned {
    /// File name inside the run's folder.
    const FILE: &'static str;
    /// What one row of the table is.
    const ABOUT: &'static str;
    /// Column names and meanings, in the file's order.
    const COLUMNS: &'static [(&'static str, &'static str)];

    /// The first column whose number is no number or infinite.
    fn not_finite(&self) -> Option<&'static str>;
}

/// A cell that can be told from a number gone wrong.
trait Cell {
    fn is_fine(&self) -> bool {
        true
    }
}

impl Cell for f64 {
    fn is_fine(&self) -> bool {
        self.is_finite()
    }
}

impl Cell for Option<f64> {
    fn is_fine(&self) -> bool {
        self.is_none_or(f64::is_finite)
    }
}

macro_rules! other_cells {
    ($($ty:ty),*) => { $(impl Cell for $ty {})* };
}

other_cells!(u8, u32, u64, i32, i64, Option<u32>, String, Option<String>, SiteClass, Kind, Scope, Origin, Action);

macro_rules! table {
    ($file:literal, #[doc = $about:literal] $name:ident { $(#[doc = $doc:literal] $field:ident: $ty:ty,)* }) => {
        #[doc = $about]
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(#[doc = $doc] pub $field: $ty,)*
        }

        impl Row for $name {
            const FILE: &'static str = $file;
            const ABOUT: &'static str = $about;
            const COLUMNS: &'static [(&'static str, &'static str)] = &[$((stringify!($field), $doc)),*];

            fn not_finite(&self) -> Option<&'static str> {
                $(if !self.$field.is_fine() { return Some(stringify!($field)); })*
                None
            }
        }
    };
}

pub mod compare;
pub mod monthly;
pub mod place;
pub mod returns;
pub mod sweep;

/// What a sum is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One farm (or a site's grid sale).
    Farm,
    /// Everything at one site.
    Site,
    /// Everything.
    #[default]
    Portfolio,
}

/// How a farm came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Built new.
    #[default]
    New,
    /// Converted from a mining farm.
    Conversion,
    /// Stood already when the run began.
    Standing,
}

table!("sites.csv", #[doc = "One candidate site: its energy and what it earned over the run."] SiteRow {
    #[doc = "Site name."]
    site: String,
    #[doc = "surplus, hydro, grid or mixed, by the site's sources."]
    site_class: SiteClass,
    #[doc = "Latitude, degrees north."]
    latitude_deg: f64,
    #[doc = "Longitude, degrees east."]
    longitude_deg: f64,
    #[doc = "Mining capacity at the end of the run, MW at the meter."]
    mining_mw: f64,
    #[doc = "AI capacity (hosting and cloud) at the end of the run, MW at the meter."]
    ai_mw: f64,
    #[doc = "Largest mining capacity during the run, MW."]
    peak_mining_mw: f64,
    #[doc = "Largest AI capacity during the run, MW."]
    peak_ai_mw: f64,
    #[doc = "Surplus energy the site offered, MWh."]
    surplus_available_mwh: f64,
    #[doc = "Hydro energy the site offered, MWh."]
    hydro_available_mwh: f64,
    #[doc = "Energy bought from the grid, MWh."]
    grid_import_mwh: f64,
    #[doc = "Energy from backup generation, MWh."]
    backup_mwh: f64,
    #[doc = "Energy used by mining, MWh."]
    mining_mwh: f64,
    #[doc = "Energy used by AI, MWh."]
    ai_mwh: f64,
    #[doc = "Surplus and hydro energy sold to the grid, MWh."]
    export_mwh: f64,
    #[doc = "Surplus and hydro energy that nobody used, MWh."]
    curtailed_mwh: f64,
    #[doc = "Hours without grid supply."]
    grid_outage_hours: f64,
    #[doc = "Mean market price at the site, USD/MWh; empty without a price series."]
    mean_price_usd_per_mwh: Option<f64>,
    #[doc = "Mining: revenue less energy and other operating cost per MWh used; empty when nothing was mined."]
    mining_margin_usd_per_mwh: Option<f64>,
    #[doc = "AI: revenue less energy and other operating cost per MWh used; empty when nothing ran."]
    ai_margin_usd_per_mwh: Option<f64>,
    #[doc = "Margin a MWh of the site's surplus and hydro energy earns when sold to the grid; empty when none can be."]
    grid_sale_margin_usd_per_mwh: Option<f64>,
    #[doc = "Capital spent on infrastructure and machines, USD, before resale."]
    capital_usd: f64,
    #[doc = "Net present value of the farms at the run's start, USD, after tax, over selling the energy."]
    npv_usd: f64,
    #[doc = "Internal rate of return of the farms per year (0.1 = 10 %); empty when there is none."]
    irr_per_year: Option<f64>,
    #[doc = "Why there is no internal rate of return; empty when there is one."]
    irr_note: String,
    #[doc = "Years from the first spending until the money is back; empty when it never is."]
    payback_years: Option<f64>,
});

table!("farms.csv", #[doc = "One farm that stood or was built during the run."] FarmRow {
    #[doc = "Farm name, `site/kind`."]
    farm: String,
    #[doc = "Site name."]
    site: String,
    #[doc = "surplus, hydro, grid or mixed, by the site's sources."]
    site_class: SiteClass,
    #[doc = "mining, hosting, cloud or grid_sale."]
    kind: Kind,
    #[doc = "Machines that run at the end (or ran last): models with their MW, separated by semicolons."]
    machines: String,
    #[doc = "Capacity, MW at the meter: at the end, or when retired."]
    capacity_mw: f64,
    #[doc = "Date of the decision to build; empty for a standing farm."]
    built_on: Option<String>,
    #[doc = "First day of operation; empty when it never ran."]
    online_on: Option<String>,
    #[doc = "Day it was given up or converted away; empty when it still stands."]
    retired_on: Option<String>,
    #[doc = "new, conversion or standing."]
    origin: Origin,
    #[doc = "Capital spent on infrastructure and machines, USD, before resale."]
    capital_usd: f64,
    #[doc = "Energy used (or saleable, for a grid sale), MWh."]
    energy_mwh: f64,
    #[doc = "Share of its capacity-hours that ran; empty when it never stood ready."]
    uptime_share: Option<f64>,
    #[doc = "Coins mined before the pool's fee, BTC, transaction fees included."]
    btc_mined: f64,
    #[doc = "Blocks found (a mean, so fractional, in `expected` mode)."]
    blocks_found: f64,
    #[doc = "Accelerator hours rented out."]
    gpu_hours: f64,
    #[doc = "Revenue, USD."]
    revenue_usd: f64,
    #[doc = "Energy cost, USD: energy, demand charges, backup fuel."]
    energy_cost_usd: f64,
    #[doc = "Other operating cost, USD: pool fee, O&M, overhead, forgone grid sales."]
    operating_cost_usd: f64,
    #[doc = "Net present value at the run's start, USD, after tax."]
    npv_usd: f64,
    #[doc = "Internal rate of return per year; empty when there is none."]
    irr_per_year: Option<f64>,
    #[doc = "Why there is no internal rate of return; empty when there is one."]
    irr_note: String,
    #[doc = "Years from the first spending until the money is back; empty when it never is."]
    payback_years: Option<f64>,
    #[doc = "Electricity cost per coin, USD/BTC, before demand-response credits; mining only."]
    electricity_usd_per_btc: Option<f64>,
    #[doc = "Cash cost per coin, USD/BTC: electricity, pool fee, O&M, overhead; mining only."]
    cash_usd_per_btc: Option<f64>,
    #[doc = "All-in cost per coin, USD/BTC: cash cost and depreciation; mining only."]
    all_in_usd_per_btc: Option<f64>,
    #[doc = "Marginal cost per coin, USD/BTC: what stops with the machines, forgone sales included; mining only."]
    marginal_usd_per_btc: Option<f64>,
    #[doc = "All-in cost per accelerator hour, USD; cloud only."]
    usd_per_gpu_hour: Option<f64>,
    #[doc = "Revenue less energy and other operating cost per MWh used; empty when nothing ran."]
    margin_usd_per_mwh: Option<f64>,
});

table!("placements.csv", #[doc = "One decision to build, convert, refresh or retire."] PlacementRow {
    #[doc = "Date of the decision."]
    decided_on: String,
    #[doc = "Date it takes effect; empty for a retirement at once."]
    online_on: Option<String>,
    #[doc = "Site name."]
    site: String,
    #[doc = "Farm name."]
    farm: String,
    #[doc = "build, convert, refresh or retire."]
    action: Action,
    #[doc = "What is built: kind and machine model."]
    technology: String,
    #[doc = "MW at the meter."]
    mw: f64,
    #[doc = "Capital the decision commits, USD."]
    capital_usd: f64,
    #[doc = "Expected discounted value of the decision at its date, USD, capital deducted."]
    expected_value_usd: f64,
    #[doc = "Expected value per dollar of capital; empty when there is no capital."]
    value_per_usd: Option<f64>,
    #[doc = "Why, in words."]
    reason: String,
});

table!("epochs.csv", #[doc = "One farm, site or the portfolio in one halving epoch, by kind."] EpochRow {
    #[doc = "Halving epoch: 0 from 2009, 3 from May 2020, 4 from April 2024."]
    epoch: u32,
    #[doc = "First day of the epoch inside the run."]
    first_day: String,
    #[doc = "Last day of the epoch inside the run."]
    last_day: String,
    #[doc = "farm, site or portfolio."]
    scope: Scope,
    #[doc = "Name of the farm or site; `portfolio`."]
    name: String,
    #[doc = "mining, hosting, cloud, grid_sale or all; `all` is the sum of the first three."]
    kind: Kind,
    #[doc = "Mean capacity online, MW at the meter."]
    mean_capacity_mw: f64,
    #[doc = "Energy used (or saleable, for a grid sale), MWh."]
    energy_mwh: f64,
    #[doc = "Coins mined before the pool's fee, BTC."]
    btc_mined: f64,
    #[doc = "Accelerator hours rented out."]
    gpu_hours: f64,
    #[doc = "Revenue, USD."]
    revenue_usd: f64,
    #[doc = "Energy cost, USD."]
    energy_cost_usd: f64,
    #[doc = "Other operating cost, USD."]
    operating_cost_usd: f64,
    #[doc = "Capital spent less resale, USD."]
    capital_usd: f64,
    #[doc = "Tax less tax credits, USD, apart from what loans save of it."]
    tax_usd: f64,
    #[doc = "Coins kept, working capital and prepayments of customers, USD, positive when they came in or back."]
    held_usd: f64,
    #[doc = "Cash flow, USD: revenue less the four columns before."]
    cash_flow_usd: f64,
    #[doc = "Cash flow discounted to the run's start, USD."]
    discounted_cash_flow_usd: f64,
    #[doc = "Revenue less energy and other operating cost per MWh; empty when nothing ran."]
    margin_usd_per_mwh: Option<f64>,
    #[doc = "Electricity cost per coin, USD/BTC; mining only."]
    electricity_usd_per_btc: Option<f64>,
    #[doc = "Cash cost per coin, USD/BTC; mining only."]
    cash_usd_per_btc: Option<f64>,
    #[doc = "All-in cost per coin, USD/BTC; mining only."]
    all_in_usd_per_btc: Option<f64>,
    #[doc = "Marginal cost per coin, USD/BTC; mining only."]
    marginal_usd_per_btc: Option<f64>,
    #[doc = "All-in cost per accelerator hour, USD; cloud only."]
    usd_per_gpu_hour: Option<f64>,
    #[doc = "Mean BTC price of the epoch's days, USD."]
    mean_btc_price_usd: f64,
    #[doc = "Mean hashprice of the epoch's days, USD per PH/s and day."]
    mean_hashprice_usd_per_ph_day: f64,
});

table!(
    "cashflow.csv",
    #[doc = "One cash-flow line of a farm, site or the portfolio in one year."]
    CashFlowRow {
        #[doc = "farm, site or portfolio."]
        scope: Scope,
        #[doc = "Name of the farm or site; `portfolio`."]
        name: String,
        #[doc = "mining, hosting, cloud, grid_sale or all; `all` is the sum of the first three."]
        kind: Kind,
        #[doc = "Calendar year."]
        year: i32,
        #[doc = "Ledger line, as in the columns of monthly.csv; `depreciation` and `write_off` are memos, not cash."]
        line: String,
        #[doc = "Amount, USD, income positive."]
        usd: f64,
        #[doc = "Amount discounted to the run's start, USD; their sum but the memos is the net present value."]
        discounted_usd: f64,
    }
);

table!(
    "network.csv",
    #[doc = "The Bitcoin network on one day."]
    NetworkRow {
        #[doc = "Day, YYYY-MM-DD, UTC."]
        date: String,
        #[doc = "Height of the day's last block."]
        height: u32,
        #[doc = "Compact target, 8 hex digits."]
        nbits: String,
        #[doc = "Difficulty."]
        difficulty: f64,
        #[doc = "BTC price, USD."]
        price_usd: f64,
        #[doc = "Network hashrate, EH/s."]
        hashrate_eh_s: f64,
        #[doc = "Block subsidy, BTC."]
        subsidy_btc: f64,
        #[doc = "Transaction fees per block, BTC."]
        fees_btc_per_block: f64,
        #[doc = "Hashprice, USD per PH/s and day."]
        hashprice_usd_per_ph_day: f64,
        #[doc = "Blocks found that day."]
        blocks: u32,
        #[doc = "Mean efficiency of the rest of the world's running machines, J/TH."]
        efficiency_j_per_th: f64,
    }
);

table!(
    "chain.csv",
    #[doc = "One difficulty period of up to 2,016 blocks."]
    ChainRow {
        #[doc = "Height of the period's first block, also where the run starts inside the period."]
        first_height: u32,
        #[doc = "Compact target, 8 hex digits."]
        nbits: String,
        #[doc = "Bits the target is eased by for the search: a hash meets target << shift."]
        shift: u32,
        #[doc = "Blocks found inside the run."]
        blocks: u32,
        #[doc = "Hashes computed (or drawn) for them."]
        hashes: u64,
        #[doc = "Time of the period's first block, also where the run starts inside the period, Unix seconds."]
        first_time_unix: i64,
        #[doc = "Time of the period's last block so far, Unix seconds."]
        last_time_unix: i64,
    }
);

table!("events.csv", #[doc = "One event: halving, retarget, build, convert, refresh, retire, end_of_life, or not_possible (an entry of the plan that could not be carried out)."] EventRow {
    #[doc = "Day, YYYY-MM-DD, UTC."]
    date: String,
    #[doc = "What kind of event."]
    kind: String,
    #[doc = "Site name; empty for network events."]
    site: String,
    #[doc = "Farm name; empty when none is concerned."]
    farm: String,
    #[doc = "MW concerned."]
    mw: Option<f64>,
    #[doc = "USD concerned."]
    usd: Option<f64>,
    #[doc = "The event in words."]
    detail: String,
});

table!("dispatch.csv", #[doc = "Mean dispatch of a site in one hour of the day of one month of the year."] DispatchRow {
    #[doc = "Site name."]
    site: String,
    #[doc = "Month of the year, 1-12."]
    month: u8,
    #[doc = "Hour of the day, UTC, 0-23."]
    hour_utc: u8,
    #[doc = "Mining load, MW."]
    mining_mw: f64,
    #[doc = "AI load served, MW."]
    ai_mw: f64,
    #[doc = "Sold to the grid, MW."]
    export_mw: f64,
    #[doc = "Surplus and hydro power nobody used, MW."]
    curtailed_mw: f64,
    #[doc = "Surplus power used or sold, MW."]
    surplus_mw: f64,
    #[doc = "Hydro power used or sold, MW."]
    hydro_mw: f64,
    #[doc = "Bought from the grid, MW."]
    grid_mw: f64,
    #[doc = "Market price, USD/MWh; empty without a price series."]
    price_usd_per_mwh: Option<f64>,
});

table!(
    "reasons.csv",
    #[doc = "Hours of a year a site's mining or AI spent for one dispatch reason."]
    ReasonRow {
        #[doc = "Calendar year."]
        year: i32,
        #[doc = "Site name."]
        site: String,
        #[doc = "mining, hosting or cloud (AI of a site shares its reason)."]
        kind: Kind,
        #[doc = "Reason code of the dispatch kernel."]
        reason: String,
        #[doc = "Hours."]
        hours: f64,
    }
);

table!(
    "placed.csv",
    #[doc = "Capacity online at the end of a month, by site and kind."]
    PlacedRow {
        #[doc = "Month, YYYY-MM."]
        month: String,
        #[doc = "Site name."]
        site: String,
        #[doc = "surplus, hydro, grid or mixed, by the site's sources."]
        site_class: SiteClass,
        #[doc = "mining, hosting or cloud."]
        kind: Kind,
        #[doc = "Capacity online, MW at the meter."]
        mw: f64,
    }
);

/// Everything a run writes as tables, and the headers it mined.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tables {
    /// sites.csv
    pub sites: Vec<SiteRow>,
    /// farms.csv
    pub farms: Vec<FarmRow>,
    /// placements.csv
    pub placements: Vec<PlacementRow>,
    /// monthly.csv
    pub monthly: Vec<MonthlyRow>,
    /// epochs.csv
    pub epochs: Vec<EpochRow>,
    /// returns.csv
    pub returns: Vec<ReturnsRow>,
    /// cashflow.csv
    pub cashflow: Vec<CashFlowRow>,
    /// network.csv
    pub network: Vec<NetworkRow>,
    /// chain.csv
    pub chain: Vec<ChainRow>,
    /// events.csv
    pub events: Vec<EventRow>,
    /// dispatch.csv
    pub dispatch: Vec<DispatchRow>,
    /// reasons.csv
    pub reasons: Vec<ReasonRow>,
    /// placed.csv
    pub placed: Vec<PlacedRow>,
    /// headers.bin: the mined headers, 80 bytes each, in order of height (empty unless in `hash` mode).
    pub headers: Vec<u8>,
}
