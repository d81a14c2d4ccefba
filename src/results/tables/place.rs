//! Rows of the tables `place` writes. Money is discounted value unless its column says capital or budget, see
//! [`crate::placement::answer`].

use serde::{Deserialize, Serialize};

use super::{Action, Cell, Kind, Row, SiteClass};
use crate::placement::answer::LimitUnit;

impl Cell for LimitUnit {}

table!("plan.csv", #[doc = "One decision of the plan."] PlanRow {
    #[doc = "Date of the decision."]
    decided_on: String,
    #[doc = "First day of operation; empty for a retirement."]
    online_on: Option<String>,
    #[doc = "Site name."]
    site: String,
    #[doc = "build, convert, refresh or retire."]
    action: Action,
    #[doc = "mining, hosting or cloud: what stands afterwards, or what is retired."]
    kind: Kind,
    #[doc = "Model of the machine or accelerator, or `hosting`."]
    technology: String,
    #[doc = "What is converted or refreshed; empty for a build and a retirement."]
    replaced: Option<String>,
    #[doc = "MW of connection."]
    mw: f64,
    #[doc = "Capital, USD of the date; what replaced machines fetch is deducted."]
    capital_usd: f64,
});

table!("sites.csv", #[doc = "One candidate site: what is placed there, or what keeps it empty."] PlaceSiteRow {
    #[doc = "Site name."]
    site: String,
    #[doc = "surplus, hydro, grid or mixed, by the site's sources."]
    site_class: SiteClass,
    #[doc = "Latitude, degrees north."]
    latitude_deg: f64,
    #[doc = "Longitude, degrees east."]
    longitude_deg: f64,
    #[doc = "MW the connection allows."]
    maximum_mw: f64,
    #[doc = "Most MW of connection at one time, all kinds together."]
    placed_mw: f64,
    #[doc = "Most MW of mining at one time."]
    mining_mw: f64,
    #[doc = "Most MW of leased AI halls at one time."]
    hosting_mw: f64,
    #[doc = "Most MW of own accelerators at one time."]
    cloud_mw: f64,
    #[doc = "Expected discounted value of what is placed, USD, after tax and capital, over selling the energy."]
    value_usd: f64,
    #[doc = "Capital, USD of the dates."]
    capital_usd: f64,
    #[doc = "Value of one more MW of connection, USD; 0 where the connection is not full."]
    connection_usd_per_mw: f64,
    #[doc = "Where nothing is placed: kind, technology and date of what would come first; empty otherwise."]
    best_option: Option<String>,
    #[doc = "By how much a MW of it would have to be worth more to come in, USD."]
    lacks_usd_per_mw: Option<f64>,
    #[doc = "The same as a fall of the power price in the hours it would run, USD/MWh; empty where it never runs."]
    lacks_usd_per_mwh: Option<f64>,
});

table!(
    "limits.csv",
    #[doc = "One limit over all sites."]
    LimitRow {
        #[doc = "Name of the limit."]
        limit: String,
        #[doc = "What it counts: usd (money of the dates) or mw (of connection)."]
        unit: LimitUnit,
        #[doc = "At most this many units."]
        at_most: f64,
        #[doc = "Units the plan uses."]
        used: f64,
        #[doc = "Value of one more unit, USD, where sizes are continuous: 0 where the limit does not bind."]
        usd_per_unit: f64,
    }
);

table!(
    "alternatives.csv",
    #[doc = "One difference between a plan that is nearly as good and the best plan."]
    AlternativeRow {
        #[doc = "Number of the alternative, 1 for the best of them."]
        alternative: u32,
        #[doc = "Value of the alternative, USD."]
        value_usd: f64,
        #[doc = "What it loses against the best plan, as a share of that plan's value."]
        loss_share: f64,
        #[doc = "Site where the plans differ."]
        site: String,
        #[doc = "mining, hosting or cloud."]
        kind: Kind,
        #[doc = "Model of the machine or accelerator, or `hosting`."]
        technology: String,
        #[doc = "Date of the decision."]
        decided_on: String,
        #[doc = "MW in the best plan."]
        best_mw: f64,
        #[doc = "MW in the alternative."]
        mw: f64,
    }
);

table!(
    "value_curves.csv",
    #[doc = "What a site is worth at one size, scarce money, machines and demand paid for at their shadow prices."]
    ValueCurveRow {
        #[doc = "Site name."]
        site: String,
        #[doc = "Size, MW of connection placed."]
        mw: f64,
        #[doc = "Value at that size in continuous sizes, USD; what scarce money, machines and demand would earn elsewhere is deducted."]
        value_usd: f64,
        #[doc = "Size in the plan, MW."]
        chosen_mw: f64,
    }
);

table!(
    "tradeoff.csv",
    #[doc = "What the best plan is worth with another budget."]
    TradeOffRow {
        #[doc = "Budget of all dates together, USD."]
        budget_usd: f64,
        #[doc = "Value of the best plan, USD."]
        value_usd: f64,
        #[doc = "Budget of the scenario, USD."]
        scenario_budget_usd: f64,
    }
);

table!(
    "policies.csv",
    #[doc = "What a policy's plan is worth on the same paths."]
    PolicyRow {
        #[doc = "optimal (this plan), greedy or fixed."]
        policy: String,
        #[doc = "Its value, USD."]
        value_usd: f64,
        #[doc = "Upper bound of all plans less its value, USD: the most it can lose against the best plan there is."]
        regret_usd: f64,
        #[doc = "The same as a share of the bound."]
        regret_share: f64,
    }
);

table!(
    "paths.csv",
    #[doc = "What the plan is worth on one sampled path of weather, prices and rents, other than those it was made for: as one simulated run would see it."]
    PathRow {
        #[doc = "Number of the path, from 0."]
        path: u32,
        #[doc = "Value of the plan on it, USD."]
        value_usd: f64,
    }
);

/// Everything `place` writes as tables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlaceTables {
    /// plan.csv
    pub plan: Vec<PlanRow>,
    /// sites.csv
    pub sites: Vec<PlaceSiteRow>,
    /// limits.csv
    pub limits: Vec<LimitRow>,
    /// alternatives.csv
    pub alternatives: Vec<AlternativeRow>,
    /// value_curves.csv
    pub value_curves: Vec<ValueCurveRow>,
    /// tradeoff.csv
    pub trade_off: Vec<TradeOffRow>,
    /// policies.csv
    pub policies: Vec<PolicyRow>,
    /// paths.csv
    pub paths: Vec<PathRow>,
}
