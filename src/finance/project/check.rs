//! What the schema of the project file cannot say: which keys go together.

use super::contracts::Mining;
use super::params::{Project, Timing};
use super::{AssetClass, funding};
use crate::finance::by_year::ByYear;
use crate::finance::debt::{Finances, shares_above_one};
use crate::finance::treasury::Treasury;

/// What is wrong: the dotted path of the key, and what to do.
pub type Complaint = (String, String);

/// Most of the loans that may go into their own reserves and interest, share.
const MOST_OWN_NEEDS_SHARE: f64 = 0.8;
/// Least value of an amount or a price that cannot be negative.
const NOTHING: f64 = 0.0;
/// Least price of what may have a negative price, USD.
const ANY: f64 = -1e6;

impl Project {
    /// Every mistake between keys.
    pub fn check(&self) -> Vec<Complaint> {
        let mut found = Vec::new();
        self.check_figures(&mut found);
        self.check_capital(&mut found);
        self.check_debt(&mut found);
        if let Some(mining) = &self.mining {
            self.check_mining(mining, &mut found);
        }
        if let Some(contract) = self.cloud.as_ref().and_then(|c| c.contract.as_ref())
            && contract.years > self.years
        {
            let what = format!("the contract outlives the project's {} years; give at most that", self.years);
            found.push(("cloud.contract.years".into(), what));
        }
        found
    }

    fn check_figures(&self, found: &mut Vec<Complaint>) {
        for (path, figure, least) in self.figures_by_year() {
            if let Some(what) = figure.check(self.years as usize, least) {
                found.push((path.into(), what));
            }
        }
    }

    /// Every figure that may be listed by year, with its path and least value.
    fn figures_by_year(&self) -> Vec<(&'static str, &ByYear, f64)> {
        let operation = &self.operation;
        let mut figures = vec![
            ("operation.fixed_om_usd_per_year", &operation.fixed_om_usd_per_year, NOTHING),
            ("operation.variable_om_usd_per_mwh", &operation.variable_om_usd_per_mwh, NOTHING),
            ("operation.site_lease_usd_per_year", &operation.site_lease_usd_per_year, NOTHING),
        ];
        if let Some(exports) = &self.exports {
            figures.push(("exports.mwh_per_year", &exports.mwh_per_year, NOTHING));
            figures.push(("exports.price_usd_per_mwh", &exports.price_usd_per_mwh, ANY));
            figures.push(("exports.curtailed_mwh_per_year", &exports.curtailed_mwh_per_year, NOTHING));
        }
        if let Some(mining) = &self.mining {
            figures.push(("mining.price_usd_per_btc", &mining.price_usd_per_btc, 1e-6));
            let optional = [
                ("mining.btc_per_year", &mining.btc_per_year),
                ("mining.hashrate_ph_s", &mining.hashrate_ph_s),
                ("mining.hashprice_usd_per_ph_day", &mining.hashprice_usd_per_ph_day),
            ];
            figures.extend(optional.into_iter().filter_map(|(path, figure)| Some((path, figure.as_ref()?, NOTHING))));
        }
        if let Some(hosted) = &self.hosted_mining {
            figures.push(("hosted_mining.mwh_per_year", &hosted.mwh_per_year, NOTHING));
            figures.push(("hosted_mining.fee_usd_per_kwh", &hosted.fee_usd_per_kwh, NOTHING));
        }
        if let Some(lease) = &self.lease {
            figures.push(("lease.critical_it_kw", &lease.critical_it_kw, NOTHING));
            figures.push(("lease.rent_usd_per_kw_month", &lease.rent_usd_per_kw_month, NOTHING));
        }
        if let Some(cloud) = &self.cloud {
            figures.push(("cloud.gpus", &cloud.gpus, NOTHING));
            figures.push(("cloud.rent_usd_per_gpu_hour", &cloud.rent_usd_per_gpu_hour, NOTHING));
        }
        if let Some(response) = &self.demand_response {
            figures.push(("demand_response.usd_per_year", &response.usd_per_year, NOTHING));
        }
        if let Some(energy) = &self.energy {
            figures.push(("energy.mwh_per_year", &energy.mwh_per_year, NOTHING));
            figures.push(("energy.price_usd_per_mwh", &energy.price_usd_per_mwh, ANY));
        }
        figures
    }

    fn check_capital(&self, found: &mut Vec<Complaint>) {
        let tax = &self.tax;
        let taxed = tax.federal.rate_share > 0.0 || tax.state.rate_share > 0.0;
        for (i, asset) in self.capital.iter().enumerate() {
            if asset.depreciation.is_some() && asset.depreciation_shares.is_some() {
                let what = "`depreciation` says the same; give one of them";
                found.push((format!("capital.{i}.depreciation_shares"), what.into()));
            }
            let schedule = asset.depreciation.is_some() || asset.depreciation_shares.is_some();
            if taxed && !schedule && asset.cost_usd > 0.0 {
                let what = "profit is taxed, so say how this is depreciated: `depreciation = { kind = \"macrs\", years = 5 }`, \
                            `{ kind = \"straight_line\", years = 20 }`, or `{ kind = \"none\" }` for land";
                found.push((format!("capital.{i}"), what.into()));
            }
        }
    }

    fn check_debt(&self, found: &mut Vec<Complaint>) {
        for (i, tranche) in self.debt.iter().enumerate() {
            for (key, what) in tranche.check(self.years) {
                found.push((format!("debt.{i}.{key}"), what));
            }
            if self.timing == Timing::Annual && !tranche.interest_only_months.is_multiple_of(12) {
                found.push((format!("debt.{i}.interest_only_months"), WHOLE_YEARS.into()));
            }
            let lent_on = |class| self.capital.iter().any(|asset| asset.class == class && asset.cost_usd > 0.0);
            let nothing = match tranche.finances {
                Finances::Everything => None,
                Finances::Infrastructure => Some(("infrastructure", lent_on(AssetClass::Infrastructure))),
                Finances::Machines => Some(("machines", lent_on(AssetClass::Machines))),
            };
            if let Some((class, false)) = nothing {
                let what = format!("no capital has `class = \"{class}\"`: there is nothing to lend on");
                found.push((format!("debt.{i}.finances"), what));
            }
        }
        found.extend(shares_above_one(&self.debt).map(|(key, what)| (format!("debt.{key}"), what)));
        let own_needs_share = funding::own_needs_share(self);
        if own_needs_share > MOST_OWN_NEEDS_SHARE {
            let what = format!(
                "the loans' own reserves and interest during construction would take {:.0} % of them, at most {:.0} % \
                 make sense: lower `reserve_months`, `share` or `construction_months`",
                100.0 * own_needs_share,
                100.0 * MOST_OWN_NEEDS_SHARE
            );
            found.push(("debt".into(), what));
        }
    }

    fn check_mining(&self, mining: &Mining, found: &mut Vec<Complaint>) {
        let mut complain = |key: &str, what: &str| found.push((format!("mining.{key}"), what.to_owned()));
        match (&mining.btc_per_year, &mining.hashprice_usd_per_ph_day) {
            (Some(_), Some(_)) => {
                complain("hashprice_usd_per_ph_day", "coins and hashprice both say what is earned; give one of them");
            }
            (None, None) => {
                complain("btc_per_year", "give `btc_per_year`, or `hashrate_ph_s` with `hashprice_usd_per_ph_day`");
            }
            (None, Some(_)) if mining.hashrate_ph_s.is_none() => {
                complain("hashrate_ph_s", "a hashprice is earned by a hashrate; give it");
            }
            _ => {}
        }
        let halvings = &mining.halvings_after_months;
        if halvings.windows(2).any(|pair| pair[0] >= pair[1]) {
            complain("halvings_after_months", "give the months in ascending order");
        }
        if halvings.iter().any(|months| *months == 0 || *months >= 12 * self.years) {
            let last = 12 * self.years - 1;
            complain("halvings_after_months", &format!("give months from 1 to {last}, before the last of operation"));
        }
        if self.timing == Timing::Annual && halvings.iter().any(|months| !months.is_multiple_of(12)) {
            complain("halvings_after_months", WHOLE_YEARS);
        }
        if let Treasury::Hold { months: Some(months), .. } = &mining.treasury
            && self.timing == Timing::Annual
            && !months.is_multiple_of(12)
        {
            complain("treasury.months", WHOLE_YEARS);
        }
    }
}

const WHOLE_YEARS: &str = "give a multiple of 12, or set `timing = \"monthly\"`";
