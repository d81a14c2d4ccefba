//! Keys that say something nobody listens to: whoever wrote them should know, but what is asked again with another value of
//! a key (`--set tax.federal.rate_share=0`) must not be refused for it.

use super::params::Project;
use super::terms::Jurisdiction;
use crate::finance::by_year::ByYear;

/// Collects keys that are given in vain.
struct Unused(Vec<String>);

impl Unused {
    /// `vain` is whether the key is given and has no effect.
    fn note(&mut self, vain: bool, path: impl Into<String>, why: &str) {
        if vain {
            self.0.push(format!("`{}` has no effect: {why}", path.into()));
        }
    }
}

/// Every key given in vain, with the reason.
pub(super) fn unused(project: &Project) -> Vec<String> {
    let mut found = Unused(Vec::new());
    growth(project, &mut found);
    mining(project, &mut found);
    capital(project, &mut found);
    operation(project, &mut found);
    tax(project, &mut found);
    let reserves = project.working_capital.is_some() || project.debt.iter().any(|loan| loan.reserve_months > 0.0);
    let idle = project.reserve_interest_per_year != 0.0 && !reserves;
    found.note(idle, "reserve_interest_per_year", "there is no reserve and no working capital");
    found.0
}

const LISTED: &str = "the figure beside it is given for each year, and is taken as it is";

/// Whether a rule is given beside a figure to which none is applied.
fn beside_list(rule: f64, figure: &ByYear) -> bool {
    rule != 0.0 && matches!(figure, ByYear::Each(_))
}

fn growth(project: &Project, found: &mut Unused) {
    if let Some(exports) = &project.exports {
        let price = beside_list(exports.price_escalator_per_year, &exports.price_usd_per_mwh);
        found.note(price, "exports.price_escalator_per_year", LISTED);
        let output = beside_list(exports.degradation_per_year, &exports.mwh_per_year);
        found.note(output, "exports.degradation_per_year", LISTED);
        let (amount, credit) =
            (!exports.curtailed_mwh_per_year.is_zero(), exports.curtailment_credit_usd_per_mwh != 0.0);
        found.note(amount && !credit, "exports.curtailed_mwh_per_year", "`curtailment_credit_usd_per_mwh` is 0");
        found.note(credit && !amount, "exports.curtailment_credit_usd_per_mwh", "`curtailed_mwh_per_year` is 0");
    }
    if let Some(hosted) = &project.hosted_mining {
        let fee = beside_list(hosted.fee_escalator_per_year, &hosted.fee_usd_per_kwh);
        found.note(fee, "hosted_mining.fee_escalator_per_year", LISTED);
    }
    if let Some(lease) = &project.lease {
        let rent = beside_list(lease.escalator_per_year, &lease.rent_usd_per_kw_month);
        found.note(rent, "lease.escalator_per_year", LISTED);
    }
    if let Some(cloud) = &project.cloud {
        let rent = beside_list(cloud.rent_growth_per_year, &cloud.rent_usd_per_gpu_hour);
        found.note(rent, "cloud.rent_growth_per_year", LISTED);
    }
    if let Some(response) = &project.demand_response {
        let paid = beside_list(response.escalator_per_year, &response.usd_per_year);
        found.note(paid, "demand_response.escalator_per_year", LISTED);
    }
    if let Some(energy) = &project.energy {
        let price = beside_list(energy.price_escalator_per_year, &energy.price_usd_per_mwh);
        found.note(price && energy.demand_charges_usd_per_year == 0.0, "energy.price_escalator_per_year", LISTED);
    }
}

fn mining(project: &Project, found: &mut Unused) {
    let Some(mining) = &project.mining else { return };
    let price = beside_list(mining.price_growth_per_year, &mining.price_usd_per_btc);
    found.note(price, "mining.price_growth_per_year", LISTED);
    let coins = mining.btc_per_year.as_ref();
    let coins_grow = mining.btc_growth_per_year != 0.0;
    found.note(coins_grow && coins.is_none(), "mining.btc_growth_per_year", "the hashprice says what is earned");
    let listed = coins.is_some_and(|coins| beside_list(mining.btc_growth_per_year, coins));
    found.note(listed, "mining.btc_growth_per_year", LISTED);
    let hashprice = mining.hashprice_usd_per_ph_day.as_ref();
    let hashprice_grows = mining.hashprice_growth_per_year != 0.0;
    found.note(hashprice_grows && hashprice.is_none(), "mining.hashprice_growth_per_year", "there is no hashprice");
    let listed = hashprice.is_some_and(|hashprice| beside_list(mining.hashprice_growth_per_year, hashprice));
    found.note(listed, "mining.hashprice_growth_per_year", LISTED);
    let idle = mining.uptime_share < 1.0 && mining.hashrate_ph_s.is_none();
    found.note(idle, "mining.uptime_share", "there is no `hashrate_ph_s` it is a share of");
    let softened = mining.halving_leaves_share != 0.5 && mining.halvings_after_months.is_empty();
    found.note(softened, "mining.halving_leaves_share", "`halvings_after_months` names no halving");
}

fn capital(project: &Project, found: &mut Unused) {
    for asset in &project.capital {
        let mut note =
            |vain: bool, key: &str, why: &str| found.note(vain, format!("capital.{}.{key}", asset.name), why);
        let again = asset.replaced_every_years > 0 && asset.replaced_every_years < project.years;
        note(asset.replaced_every_years >= project.years, "replaced_every_years", "the project is over by then");
        note(
            asset.resale_share > 0.0 && !again,
            "resale_share",
            "it is never replaced; at the end it brings `salvage_share`",
        );
        note(asset.price_change_per_year != 0.0 && !again, "price_change_per_year", "it is never bought again");
    }
}

fn operation(project: &Project, found: &mut Unused) {
    let operation = &project.operation;
    let escalated = [
        ("fixed_om", operation.fixed_om_escalator_per_year, &operation.fixed_om_usd_per_year),
        ("variable_om", operation.variable_om_escalator_per_year, &operation.variable_om_usd_per_mwh),
        ("site_lease", operation.site_lease_escalator_per_year, &operation.site_lease_usd_per_year),
    ];
    for (name, escalator, cost) in escalated {
        let path = format!("operation.{name}_escalator_per_year");
        found.note(escalator != 0.0 && cost.is_zero(), path.clone(), "the cost it raises is 0");
        found.note(beside_list(escalator, cost), path, LISTED);
    }
    let energy = project.exports.is_some() || project.energy.is_some() || project.hosted_mining.is_some();
    let idle = !operation.variable_om_usd_per_mwh.is_zero() && !energy;
    found.note(idle, "operation.variable_om_usd_per_mwh", "no energy is sold, used or hosted");
    let untaxed = operation.property_tax_per_year_share == 0.0;
    let why = "`property_tax_per_year_share` is 0";
    found.note(untaxed && operation.property_tax_assessed_share != 1.0, "operation.property_tax_assessed_share", why);
    let declines = operation.property_tax_decline_per_year_share != 0.0;
    found.note(untaxed && declines, "operation.property_tax_decline_per_year_share", why);
}

fn tax(project: &Project, found: &mut Unused) {
    let tax = &project.tax;
    let usual = Jurisdiction::default();
    for (name, authority) in [("federal", &tax.federal), ("state", &tax.state)] {
        let mut note = |vain: bool, key: &str, why: &str| found.note(vain, format!("tax.{name}.{key}"), why);
        let untaxed = authority.rate_share == 0.0;
        note(untaxed && authority.bonus_depreciation_share > 0.0, "bonus_depreciation_share", "`rate_share` is 0");
        let limited = authority.investment_credit_maximum_usd != usual.investment_credit_maximum_usd;
        let no_share = authority.investment_credit_share == 0.0;
        note(limited && no_share, "investment_credit_maximum_usd", "`investment_credit_share` is 0");
        let uncredited = no_share && authority.investment_credit_usd == 0.0;
        let reduces = |share: Option<f64>| uncredited && share.is_some_and(|share| share != 0.0 && share != 0.5);
        let why = "there is no investment credit";
        note(reduces(authority.credit_reduces_federal_basis_share), "credit_reduces_federal_basis_share", why);
        note(reduces(authority.credit_reduces_state_basis_share), "credit_reduces_state_basis_share", why);
        let unsold = authority.production_credit_usd_per_mwh > 0.0 && project.exports.is_none();
        note(unsold, "production_credit_usd_per_mwh", "it is paid for energy sold, and there are no `[exports]`");
        let rises = authority.production_credit_escalator_per_year != 0.0;
        let unpaid = authority.production_credit_usd_per_mwh == 0.0;
        note(rises && unpaid, "production_credit_escalator_per_year", "`production_credit_usd_per_mwh` is 0");
    }
}
