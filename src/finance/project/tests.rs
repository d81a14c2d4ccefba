//! What must be true of every project, and of the contracts that SAM does not know.

use proptest::prelude::*;

use super::*;
use crate::finance::{Class, Line};
use crate::results::ProjectReport;

fn project(text: &str) -> Project {
    let project: Project = toml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(project.check(), [], "{text}");
    project
}

/// A mine of 100 PH/s and a hall of 1 MW, ten years, at 10 % per year, and whatever else is written.
fn with(more: &str) -> Project {
    project(&format!(
        "name = 'p'\nyears = 10\ndiscount_rate_per_year = 0.1\n{}\n[[capital]]\nname = 'all'\ncost_usd = 1e6\n{more}",
        if more.contains("monthly") { "timing = 'monthly'" } else { "" }
    ))
}

fn sum(row: &[f64]) -> f64 {
    row.iter().sum()
}

fn close_to(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * scale.abs().max(1.0)
}

const MINE: &str = "[mining]\nprice_usd_per_btc = 50e3\nbtc_per_year = 10\n";

#[test]
fn a_hashprice_earns_what_it_says_and_coins_at_their_price() {
    let statement = with(
        "[mining]\nprice_usd_per_btc = 50e3\nhashrate_ph_s = 100\nuptime_share = 0.9\nhashprice_usd_per_ph_day = 40\npool_fee_share = 0.02",
    )
    .evaluate();
    let revenue_usd = 100.0 * 0.9 * 365.2425 * 40.0;
    assert!(close_to(statement.row(Line::CoinRevenue)[1], revenue_usd, 1e6));
    assert!(close_to(statement.row(Line::PoolFee)[1], -0.02 * revenue_usd, 1e6));
    assert!(close_to(statement.amounts.btc[1], revenue_usd / 50e3, 1e2));
}

#[test]
fn a_halving_halves_coins_from_its_month_on_and_the_epochs_add_up() {
    let project = with(&format!("{MINE}halvings_after_months = [24, 72]\n# monthly"));
    let statement = project.evaluate();
    let coins = statement.by_year(&statement.amounts.btc);
    let expected = [10.0, 10.0, 5.0, 5.0, 5.0, 5.0, 2.5, 2.5, 2.5, 2.5];
    assert!(coins[1..].iter().zip(expected).all(|(got, want)| close_to(*got, want, 1.0)), "{coins:?}");
    let figures = project.figures(&statement);
    let epochs: Vec<_> = figures.epochs.iter().map(|e| (e.from_year, e.to_year)).collect();
    assert_eq!(epochs, [(0.0, 2.0), (2.0, 6.0), (6.0, 10.0)]);
    assert!(close_to(figures.epochs.iter().map(|e| e.npv_usd).sum(), figures.npv_usd, 1e6));
    // Halvings that are listed are in the list already.
    let listed = MINE.replace("= 10\n", "= [10,10,5,5,5,5,3,3,3,3]\nhalvings_after_months = [24]\n");
    let statement = with(&listed).evaluate();
    assert_eq!(&statement.amounts.btc[1..4], [10.0, 10.0, 5.0]);
}

#[test]
fn every_epoch_carries_its_part_of_the_capital() {
    // Halvings that change nothing: a coin costs the same in every epoch, whichever of them paid for the machines.
    let text = "halvings_after_months = [24, 72]\nhalving_leaves_share = 1\n[energy]\nmwh_per_year = 1000\nprice_usd_per_mwh = 40\n";
    let project = with(&format!("{MINE}{text}"));
    let figures = project.figures(&project.evaluate());
    let per_btc = |list: &[Levelised]| list.iter().find(|l| l.product == Product::Btc).unwrap().nominal_usd;
    let whole = per_btc(&figures.levelised);
    for epoch in &figures.epochs {
        assert!(close_to(per_btc(&epoch.levelised), whole, whole), "{epoch:?} {whole}");
        // Without tax the coin breaks even at its levelised cost, and power where coins leave nothing.
        assert!(close_to(epoch.break_even_usd_per_btc.unwrap(), whole, whole), "{epoch:?}");
        let power = epoch.break_even_power_usd_per_mwh.unwrap();
        assert!(close_to(power, 40.0 + (50e3 - whole) * 10.0 / 1000.0, 1e3), "{epoch:?}");
    }
    // 1 M USD over ten years at 10 % and 40,000 USD of power, for ten coins a year.
    assert!(close_to(whole, (1e6 * crate::finance::capital_recovery(0.1, 10.0) + 4e4) / 10.0, 1e5), "{whole}");
}

#[test]
fn coins_kept_bring_the_price_at_which_they_are_sold() {
    let grows =
        format!("{MINE}price_growth_per_year = 0.1\ntreasury = {{ policy = 'hold', share = 0.5, months = 12 }}\n");
    let statement = with(&grows).evaluate();
    let year_usd = 500e3;
    assert!(close_to(statement.row(Line::CoinsHeld)[1], -0.5 * year_usd, 1e6));
    // The coins of year 1 are sold in year 2 for a tenth more; half of year 2's are kept.
    assert!(close_to(statement.row(Line::CoinGains)[2], 0.05 * year_usd, 1e6));
    assert!(close_to(statement.row(Line::CoinsHeld)[2], 0.5 * year_usd - 0.55 * year_usd, 1e6));
    assert!(close_to(sum(statement.row(Line::CoinsHeld)), 0.0, 1e6), "all coins are sold in the end");
    let falls = with(&grows.replace("= 0.1\n", "= -0.1\n")).evaluate();
    assert!(falls.row(Line::CoinGains)[2] < 0.0);
}

#[test]
fn no_more_coins_are_sold_than_costs_ask() {
    let statement = with(&format!(
        "{MINE}treasury = {{ policy = 'cover_costs' }}\n[operation]\nfixed_om_usd_per_year = 2e5\nfixed_om_escalator_per_year = 0.2\n"
    ))
    .evaluate();
    // 500 thousand a year are mined, 200 thousand are needed in year 1 and 300 thousand are kept.
    assert!(close_to(statement.row(Line::CoinsHeld)[1], -3e5, 1e6));
    let cash = statement.cash_flow_usd();
    assert!(close_to(cash[1], 0.0, 1e6) && close_to(cash[6], 0.0, 1e6), "{cash:?}");
    // 2e5 · 1.2^9 are more than is mined: coins of earlier years are sold, and in the end all that is left.
    assert!(statement.row(Line::CoinsHeld)[9] > 0.0);
    assert!(close_to(sum(statement.row(Line::CoinsHeld)), 0.0, 1e6));
}

#[test]
fn an_nnn_tenant_repays_what_running_costs() {
    let lease = "[lease]\ncritical_it_kw = 1000\nrent_usd_per_kw_month = 150\nescalator_per_year = 0.03\nfree_rent_months = 6\n";
    let costs = "[energy]\nmwh_per_year = 10000\nprice_usd_per_mwh = 40\n[operation]\nfixed_om_usd_per_year = 1e5\nsite_lease_usd_per_year = 2e4\ninsurance_per_year_share = 0.01\n";
    let gross = with(&format!("{lease}{costs}")).evaluate();
    let nnn = with(&format!("{lease}structure = 'nnn'\n{costs}")).evaluate();
    assert!(close_to(gross.row(Line::HostingRent)[1], 0.5 * 1.8e6, 1e6), "half a year is free");
    assert!(close_to(gross.row(Line::HostingRent)[3], 1.8e6 * 1.03 * 1.03, 1e6));
    assert_eq!(gross.row(Line::PowerPassThrough)[1], 0.0);
    assert!(close_to(nnn.row(Line::PowerPassThrough)[1], 4e5 + 1e5 + 1e4, 1e6));
    assert!(close_to(nnn.ebitda_usd()[3], nnn.row(Line::HostingRent)[3] - 2e4, 1e6));
}

#[test]
fn a_prepaid_contract_is_cash_first_and_income_later() {
    let project = with(
        "[cloud]\ngpus = 1000\nutilisation_share = 0.5\nrent_usd_per_gpu_hour = 2\n[cloud.contract]\ncapacity_share = 0.4\nusd_per_gpu_hour = 1.5\nyears = 4\nprepaid_share = 0.25\n",
    );
    let statement = project.evaluate();
    let hours = 24.0 * 365.2425;
    let contracted_usd = 400.0 * hours * 1.5;
    let row = statement.row(Line::Prepayments);
    assert!(close_to(row[0], 0.25 * 4.0 * contracted_usd, 1e6) && close_to(sum(row), 0.0, 1e6));
    assert!(close_to(row[1], -0.25 * contracted_usd, 1e6) && row[5] == 0.0);
    assert!(close_to(statement.row(Line::CloudRent)[1], contracted_usd + 600.0 * 0.5 * hours * 2.0, 1e7));
    assert!(close_to(statement.row(Line::CloudRent)[5], 1000.0 * 0.5 * hours * 2.0, 1e7));
}

#[test]
fn machines_are_bought_again_at_their_price_of_that_time_and_the_old_ones_sold() {
    let project = project(
        "name = 'p'\nyears = 10\ndiscount_rate_per_year = 0.1\n[tax.federal]\nrate_share = 0.2\n[[capital]]\nname = 'hall'\ncost_usd = 1e6\ndepreciation = { kind = 'none' }\nsalvage_share = 0.5\n[[capital]]\nname = 'machines'\nclass = 'machines'\ncost_usd = 2e6\nreplaced_every_years = 4\nprice_change_per_year = -0.1\nresale_share = 0.1\ndepreciation = { kind = 'macrs', years = 3 }\n",
    );
    let statement = project.evaluate();
    let machines = statement.row(Line::MachineCapital);
    assert_eq!(machines.iter().filter(|usd| **usd != 0.0).count(), 3);
    assert!(close_to(machines[4], -2e6 * 0.9f64.powi(4), 1e6) && close_to(machines[8], -2e6 * 0.9f64.powi(8), 1e6));
    assert!(close_to(statement.row(Line::Resale)[4], 2e5, 1e6));
    assert_eq!(statement.row(Line::EndValue)[10], 5e5);
    assert!(close_to(statement.row(Line::Depreciation)[4], -2e6 * (0.0741 + 0.9f64.powi(4) * 0.3333), 1e6));
}

#[test]
fn construction_comes_before_revenue_and_its_interest_joins_the_loan() {
    let loan = "[[debt]]\nname = 'bank'\nshare = 0.6\nrate_per_year = 0.06\ntenor_years = 8\n";
    let at_once = with(&format!("{MINE}{loan}"));
    let mut built = at_once.clone();
    built.construction_months = 18;
    let (before, after) = (at_once.evaluate(), built.evaluate());
    // Eighteen equal draws, each with its monthly interest until the end.
    let grown: f64 = (0..18).map(|month| 1.005f64.powi(month)).sum::<f64>() / 18.0;
    let drawn_usd = after.loans_usd[0] - after.construction_interest_usd;
    assert!(close_to(after.loans_usd[0], drawn_usd * grown, 1e6));
    assert!(close_to(after.loans_usd[0], 0.6 * (1e6 + after.construction_interest_usd), 1e6));
    assert_eq!(before.construction_interest_usd, 0.0);
    assert!(close_to(after.time.end_years(1), 2.5, 1.0));
    assert!(after.npv_usd(0.1) < before.npv_usd(0.1));
    let flows = after.dated(&after.cash_flow_usd());
    assert_eq!(flows.len(), 18 + 10);
    let npv: f64 = crate::finance::npv(0.1, &flows);
    assert!(close_to(npv, after.npv_usd(0.1), 1e6), "{npv} {}", after.npv_usd(0.1));
}

#[test]
fn months_add_up_to_years() {
    let text = format!("{MINE}[operation]\nfixed_om_usd_per_year = 1e5\nfixed_om_escalator_per_year = 0.02\n");
    let (years, months) = (with(&text).evaluate(), with(&format!("{text}# monthly")).evaluate());
    assert_eq!(months.time.periods(), 121);
    let by_year = months.by_year(&months.cash_flow_usd());
    assert!(years.cash_flow_usd().iter().zip(by_year).all(|(a, b)| close_to(*a, b, 1e6)));
}

#[test]
fn machine_finance_and_site_debt_stand_beside_each_other() {
    let project = project(
        "name = 'p'\nyears = 10\ndiscount_rate_per_year = 0.1\n[[capital]]\nname = 'hall'\ncost_usd = 3e6\n[[capital]]\nname = 'machines'\nclass = 'machines'\ncost_usd = 2e6\n[mining]\nprice_usd_per_btc = 5e4\nbtc_per_year = 40\n[[debt]]\nname = 'machines'\nfinances = 'machines'\nshare = 0.8\nrate_per_year = 0.12\ntenor_years = 3\n[[debt]]\nname = 'site'\ntarget_dscr = 2\nrate_per_year = 0.07\ntenor_years = 10\n",
    );
    let statement = project.evaluate();
    assert!(close_to(statement.loans_usd[0], 1.6e6, 1e6));
    let coverage = statement.dscr();
    assert!(coverage[4..].iter().all(|dscr| close_to(dscr.unwrap(), 2.0, 1.0)));
    // While the machines are paid off, less is left for the site's lender: cash = 2 · site + machines.
    let machines_usd = crate::finance::pmt(0.12, 3.0, -1.6e6, 0.0);
    let site_usd = (2e6 - machines_usd) / 2.0;
    assert!(close_to(coverage[0].unwrap(), 2e6 / (machines_usd + site_usd), 1.0));
}

#[test]
fn break_even_prices_make_the_value_zero_or_say_why_not() {
    let project = project(
        "name = 'p'\nyears = 8\ndiscount_rate_per_year = 0.09\ninflation_per_year = 0.02\n[tax.federal]\nrate_share = 0.21\n[[capital]]\nname = 'all'\ncost_usd = 5e6\ndepreciation = { kind = 'macrs', years = 5 }\n[mining]\nprice_usd_per_btc = 6e4\nprice_growth_per_year = 0.05\nhashrate_ph_s = 300\nhashprice_usd_per_ph_day = 45\ntreasury = { policy = 'cover_costs' }\n[energy]\nmwh_per_year = 50000\nprice_usd_per_mwh = 45\n[[debt]]\nname = 'd'\ntarget_dscr = 1.4\nrate_per_year = 0.08\ntenor_years = 5\n",
    );
    let found = project.break_evens();
    assert_eq!(found.iter().map(|b| b.price).collect::<Vec<_>>(), [Price::Power, Price::Btc, Price::Hashprice]);
    for found in &found {
        let k = found.usd.unwrap() / found.today_usd;
        let mut at = project.clone();
        if found.price == Price::Power {
            at.energy.as_mut().unwrap().price_usd_per_mwh = crate::finance::ByYear::First(45.0 * k);
        } else {
            let mining = at.mining.as_mut().unwrap();
            mining.price_usd_per_btc = mining.price_usd_per_btc.times(k);
            mining.hashprice_usd_per_ph_day = mining.hashprice_usd_per_ph_day.as_ref().map(|p| p.times(k));
        }
        let left = at.evaluate().npv_usd(at.nominal_rate_per_year());
        assert!(left.abs() < 1e-3, "{found:?}: {left}");
    }
    let hopeless = with("[exports]\nmwh_per_year = 0\nprice_usd_per_mwh = 1\n").break_evens();
    assert_eq!(hopeless[0].usd, Err(NoBreakEven::AlwaysLoses));
    let free = project_without_cost().break_evens();
    assert_eq!(free[0].usd, Err(NoBreakEven::AlwaysGains));
}

#[test]
fn a_power_price_below_zero_and_a_list_that_begins_with_nothing_break_even_too() {
    let poor =
        with(&format!("{}[energy]\nmwh_per_year = 10000\nprice_usd_per_mwh = 20\n", MINE.replace("= 10\n", "= 1\n")));
    let found = poor.break_even(Price::Power).unwrap();
    assert!(found.usd.unwrap() < 0.0, "{found:?}");
    let listed = with("[exports]\nmwh_per_year = 9000\nprice_usd_per_mwh = [0, 20, 20, 20, 20, 20, 20, 20, 20, 20]\n");
    let found = listed.break_even(Price::Export).unwrap();
    assert_eq!((found.year, found.today_usd, found.level), (2, 20.0, false));
    let mut at = listed.clone();
    let exports = at.exports.as_mut().unwrap();
    exports.price_usd_per_mwh = exports.price_usd_per_mwh.times(found.usd.unwrap() / 20.0);
    assert!(at.evaluate().npv_usd(0.1).abs() < 1e-3);
}

fn project_without_cost() -> Project {
    project(
        "name = 'p'\nyears = 2\ndiscount_rate_per_year = 0.1\n[[capital]]\nname = 'a'\ncost_usd = 0\n[exports]\nmwh_per_year = 1\nprice_usd_per_mwh = 5\n",
    )
}

#[test]
fn keys_that_do_not_go_together_are_all_named() {
    let text = "name = 'p'\nyears = 5\ndiscount_rate_per_year = 0.1\n[tax.federal]\nrate_share = 0.2\n[[capital]]\nname = 'a'\ncost_usd = 1\n[mining]\nprice_usd_per_btc = [1, 2]\nhashprice_usd_per_ph_day = 1\nhalvings_after_months = [30, 20, 70]\n[cloud]\ngpus = -1\nutilisation_share = 1\nrent_usd_per_gpu_hour = 1\n[cloud.contract]\ncapacity_share = 1\nusd_per_gpu_hour = 1\nyears = 9\n[[debt]]\nname = 'd'\nshare = 0.7\nrate_per_year = 0.1\ntenor_years = 6\n[[debt]]\nname = 'e'\nshare = 0.7\nrate_per_year = 0.1\ntenor_years = 5\ninterest_only_months = 7\n";
    let project: Project = toml::from_str(text).unwrap();
    let keys: Vec<String> = project.check().into_iter().map(|(key, _)| key).collect();
    let expected = [
        "mining.price_usd_per_btc",
        "cloud.gpus",
        "capital.0",
        "debt.0.tenor_years",
        "debt.1.interest_only_months",
        "debt.1.share",
        "mining.hashrate_ph_s",
        "mining.halvings_after_months",
        "mining.halvings_after_months",
        "mining.halvings_after_months",
        "cloud.contract.years",
    ];
    assert_eq!(keys, expected);
}

/// A project with everything, of figures that vary; all money is a multiple of `k`.
fn varied(v: &Varied, k: f64) -> Project {
    let usd = |x: f64| format!("{:e}", k * x);
    let timing = if v.monthly { "monthly" } else { "annual" };
    let sizing = if v.sculpted { format!("target_dscr = {}", 1.2 + v.share) } else { format!("share = {}", v.share) };
    let text = format!(
        "name = 'v'\nyears = {years}\ntiming = '{timing}'\nconstruction_months = {built}\ndiscount_rate_per_year = {rate}\ninflation_per_year = {inflation}\nreserve_interest_per_year = 0.01\nother_financing_usd = {other}\n\
         [[capital]]\nname = 'hall'\ncost_usd = {hall}\ndepreciation = {{ kind = 'macrs', years = 15 }}\nsalvage_share = 0.1\n\
         [[capital]]\nname = 'machines'\nclass = 'machines'\ncost_usd = {machines}\ndepreciation = {{ kind = 'macrs', years = 5 }}\nreplaced_every_years = 4\nresale_share = 0.2\n\
         [mining]\nprice_usd_per_btc = {price}\nprice_growth_per_year = 0.04\nbtc_per_year = 50\nbtc_growth_per_year = -0.05\nhalvings_after_months = [24]\npool_fee_share = 0.01\ntreasury = {treasury}\n\
         [energy]\nmwh_per_year = 40000\nprice_usd_per_mwh = {power}\n\
         [operation]\nfixed_om_usd_per_year = {om}\ninsurance_per_year_share = 0.004\nproperty_tax_per_year_share = 0.01\nproperty_tax_decline_per_year_share = 0.05\nsite_lease_usd_per_year = {om}\n\
         [working_capital]\noperating_cost_months = 3\nreceivable_months = 1\n\
         [tax]\ntax_losses = '{losses}'\n[tax.federal]\nrate_share = 0.21\nbonus_depreciation_share = {bonus}\ninvestment_credit_share = 0.1\n[tax.state]\nrate_share = 0.06\n\
         [[debt]]\nname = 'd'\n{sizing}\nrate_per_year = 0.07\ntenor_years = {tenor}\nfee_share = 0.02\nreserve_months = 6\n",
        years = v.years,
        built = v.built,
        rate = v.rate,
        inflation = v.inflation,
        other = usd(1e5),
        hall = usd(4e6),
        machines = usd(6e6),
        price = usd(v.price),
        treasury = ["{ policy = 'sell_at_once' }", "{ policy = 'hold', share = 0.3 }", "{ policy = 'cover_costs' }"]
            [v.treasury],
        power = usd(30.0),
        om = usd(1e5),
        losses = if v.carried { "carried_forward" } else { "as_incurred" },
        bonus = v.bonus,
        tenor = v.years.min(7),
    );
    project(&text)
}

#[derive(Debug, Clone)]
struct Varied {
    years: u32,
    monthly: bool,
    built: u32,
    rate: f64,
    inflation: f64,
    price: f64,
    share: f64,
    sculpted: bool,
    carried: bool,
    bonus: f64,
    treasury: usize,
}

fn any_project() -> impl Strategy<Value = Varied> {
    let time = (3..30u32, any::<bool>(), 0..30u32, -0.02..0.25f64, 0.0..0.05f64);
    let money = (1e4..2e5f64, 0.05..0.8f64, any::<bool>(), any::<bool>(), 0.0..1.0f64, 0..3usize);
    (time, money).prop_map(
        |((years, monthly, built, rate, inflation), (price, share, sculpted, carried, bonus, treasury))| Varied {
            years,
            monthly,
            built,
            rate,
            inflation,
            price,
            share,
            sculpted,
            carried,
            bonus,
            treasury,
        },
    )
}

proptest! {
    #[test]
    fn sources_equal_uses(v in any_project()) {
        let report = ProjectReport::of(varied(&v, 1.0));
        let total = |list: Vec<(String, f64)>| list.iter().map(|(_, usd)| usd).sum::<f64>();
        prop_assert!(close_to(total(report.sources_usd()), total(report.uses_usd()), 1e7));
    }

    #[test]
    fn debt_is_repaid_and_worth_nothing_at_its_own_rate(v in any_project()) {
        let statement = varied(&v, 1.0).evaluate();
        let loan_usd = statement.loans_usd[0];
        let period = 1.0 + 0.07 / statement.time.per_year as f64;
        let service = statement.sum(|line| matches!(line, Line::Interest | Line::Principal));
        let present = service.iter().skip(1).rev().fold(0.0, |later, usd| (later + usd) / period);
        prop_assert!(close_to(loan_usd + present, 0.0, 1e8 + loan_usd.abs()), "{loan_usd} {present}");
        prop_assert!(close_to(sum(statement.row(Line::DebtDraws)) + sum(statement.row(Line::Principal)), 0.0, 1e8 + loan_usd.abs()));
        for line in [Line::DebtReserve, Line::WorkingCapital, Line::CoinsHeld] {
            prop_assert!(close_to(sum(statement.row(line)), 0.0, 1e8), "{line:?}");
        }
    }

    #[test]
    fn the_lines_add_up_to_the_cash_flow_and_the_epochs_to_the_value(v in any_project()) {
        let project = varied(&v, 1.0);
        let statement = project.evaluate();
        let classes = [Class::Revenue, Class::Energy, Class::Operating, Class::Capital, Class::Held, Class::Tax, Class::Financing];
        let by_class: f64 = classes.into_iter().map(|class| sum(&statement.sum(|line| line.class() == class))).sum();
        prop_assert!(close_to(by_class, sum(&statement.cash_flow_usd()), 1e8));
        let figures = project.figures(&statement);
        prop_assert!(close_to(figures.epochs.iter().map(|e| e.npv_usd).sum(), figures.npv_usd, 1e8));
        let flows = statement.dated(&statement.cash_flow_usd());
        let npv = crate::finance::npv(project.nominal_rate_per_year(), &flows);
        prop_assert!(close_to(npv, figures.npv_usd, 1e8), "{npv} {}", figures.npv_usd);
    }

    #[test]
    fn scaling_every_line_scales_the_value(v in any_project(), k in 0.01..100.0f64) {
        let (one, many) = (varied(&v, 1.0), varied(&v, k));
        let npv = |project: &Project| project.evaluate().npv_usd(project.nominal_rate_per_year());
        prop_assert!(close_to(k * npv(&one), npv(&many), 1e8 * k.max(1.0)), "{} {}", k * npv(&one), npv(&many));
    }

    #[test]
    fn depreciation_sums_to_the_basis(
        years in 22..40u32, usd in 1.0..1e9f64, class in prop::sample::select(vec![3u8, 5, 7, 10, 15, 20]), bonus in 0.0..1.0f64, credit in 0.0..0.5f64,
    ) {
        let statement = project(&format!(
            "name = 'd'\nyears = {years}\ndiscount_rate_per_year = 0.1\n[[capital]]\nname = 'a'\ncost_usd = {usd}\ndepreciation = {{ kind = 'macrs', years = {class} }}\n[tax.federal]\nrate_share = 0.2\nbonus_depreciation_share = {bonus}\ninvestment_credit_share = {credit}\n[tax.state]\nrate_share = 0.1\n"
        )).evaluate();
        let basis_usd = usd * (1.0 - 0.5 * credit);
        prop_assert!(close_to(-sum(statement.row(Line::Depreciation)), basis_usd, usd));
        prop_assert!(close_to(-sum(statement.row(Line::StateDepreciation)), basis_usd, usd));
    }
}
