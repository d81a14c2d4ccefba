//! Small decision problems whose answers can be worked out by hand.

use super::*;
use crate::calendar::HOURS_PER_YEAR;
use crate::compute::{Climate, Sla};
use crate::dispatch::{Hour, ReadyHours, Terms};

/// A grid hour at a price, USD/MWh, with 100 MW of import.
fn hour(price_usd_per_mwh: f64) -> Hour {
    Hour {
        surplus_mw: 0.0,
        hydro_mw: 0.0,
        import_mw: 100.0,
        export_mw: 0.0,
        price_usd_per_mwh,
        miners_called_off: false,
    }
}

const TERMS: Terms = Terms {
    surplus_cost_usd_per_mwh: 0.0,
    hydro_cost_usd_per_mwh: 0.0,
    import_adder_usd_per_mwh: 0.0,
    export_fee_usd_per_mwh: 0.0,
    backup_mw: 0.0,
    backup_cost_usd_per_mwh: 300.0,
};

fn site(name: &str, price_usd_per_mwh: f64) -> SiteCase {
    SiteCase {
        name: name.to_owned(),
        hours: vec![ReadyHours::new(&[hour(price_usd_per_mwh); 24], &TERMS)],
        terms: TERMS,
        climate: Climate::Mild,
        blocks: Vec::new(),
        maximum_mw: 30.0,
        convertible_mw: 30.0,
        hosting_rent_factor: 1.0,
        hosting_allowed: true,
        cloud_allowed: true,
        conversion_allowed: true,
        import_limit_mw: 100.0,
        peak_usd_per_mw_year: 0.0,
        coincident_usd_per_mw_year: 0.0,
        demand_response_usd_per_mw_year: 0.0,
        forward_usd_per_mw_year: vec![0.0],
        opening_usd: 0.0,
        least_lead_years: 0.0,
        overhead_usd_per_year: vec![0.0],
        outages_per_year: 0.0,
        outage_hours: 0.0,
    }
}

/// A machine that earns 100 USD/MWh, costs 1 M USD per MW and stands at once.
fn miner() -> Technology {
    Technology {
        name: "miner".to_owned(),
        kind: FarmKind::Mining,
        draw_share: [1.0; 3],
        tiers: vec![(1.0, 1.0)],
        revenue_usd_per_mwh: vec![100.0],
        variable_usd_per_mwh: vec![0.0],
        firm_revenue_usd_per_mw_year: vec![0.0],
        ramp_years: 0.0,
        pass_through_cap_usd_per_mwh: 0.0,
        sla: Sla::default(),
        backup_share: 0.0,
        fixed_usd_per_mw_year: vec![0.0],
        capital_usd_per_mw: [1e6; 3],
        tax_shield_share: 0.0,
        refresh: None,
        convert: None,
        end_value_usd_per_mw: 0.0,
        lead_years: 0.0,
        life_years: 20.0,
        module_mw: 10.0,
        minimum_site_mw: 0.0,
        on_sale: true,
    }
}

/// A hall that lets for 2 M USD per MW and year and can take a mine's place for 3 M USD per MW.
fn hall() -> Technology {
    Technology {
        name: "hosting".to_owned(),
        kind: FarmKind::Hosting,
        tiers: Vec::new(),
        firm_revenue_usd_per_mw_year: vec![2e6],
        capital_usd_per_mw: [9e6; 3],
        convert: Some(Replacement { capital_usd_per_mw: [3e6; 3], lead_years: 0.0, lost_share: 0.5, module_mw: 10.0 }),
        ..miner()
    }
}

fn problem(sites: Vec<SiteCase>, technologies: Vec<Technology>, budget_usd: f64) -> Problem {
    Problem {
        periods: vec![Period { from_years: 0.0, years: 10.0, discount: 1.0 }],
        technologies,
        sites,
        limits: Limits { budget_usd, kind_mw: [1_000.0; 3], hurdle_value_per_usd: 0.1 },
        after_tax_share: 1.0,
    }
}

fn block(technology: usize, mw: f64) -> Block {
    Block {
        id: 0,
        technology,
        mw,
        slots_mw: mw,
        from_years: 0.0,
        until_years: 20.0,
        resale_usd_per_mw: 0.0,
        closing_usd_per_mw: 0.0,
        end_value_usd_per_mw: 0.0,
        free: true,
        refreshable: true,
    }
}

#[test]
fn a_step_is_worth_its_hours_less_its_capital() {
    let case = problem(vec![site("cheap", 40.0)], vec![miner()], 10e6);
    let plan = greedy(&case);
    let hours_usd = 10.0 * (100.0 - 40.0) * HOURS_PER_YEAR * 10.0;
    assert_eq!(plan.steps.len(), 1);
    assert!((plan.steps[0].value_usd - (hours_usd - 10e6)).abs() < 1.0);
}

#[test]
fn greedy_fills_the_cheapest_site_first_and_stops_at_site_budget_and_hurdle() {
    let sites = vec![site("dear", 120.0), site("fair", 60.0), site("cheap", 20.0)];
    let mw_at = |budget_usd: f64| {
        let plan = greedy(&problem(sites.clone(), vec![miner()], budget_usd));
        [0, 1, 2].map(|s| plan.steps.iter().filter(|p| p.site == s).map(|p| p.mw).sum::<f64>())
    };
    assert_eq!(mw_at(20e6), [0.0, 0.0, 20.0]);
    assert_eq!(mw_at(45e6), [0.0, 10.0, 30.0]);
    assert_eq!(mw_at(500e6), [0.0, 30.0, 30.0], "a mine that earns less than its power is not built");
}

#[test]
fn ai_goes_where_power_is_firm_and_mining_where_it_is_not() {
    // Power in every other hour only: a hall there owes all of its rent in credits.
    let mut windy = site("windy", 20.0);
    let hours: Vec<Hour> =
        (0..24).map(|h| Hour { import_mw: if h % 2 == 0 { 100.0 } else { 0.0 }, ..hour(20.0) }).collect();
    windy.hours = vec![ReadyHours::new(&hours, &TERMS)];
    let firm = site("firm", 50.0);
    let plan = greedy(&problem(vec![windy, firm], vec![miner(), hall()], 1e9));
    for step in &plan.steps {
        assert!(step.technology == 0 || step.site == 1, "no hall at the windy site");
    }
    assert!(plan.steps.iter().any(|s| s.site == 0 && s.technology == 0), "mining at the windy site");
}

#[test]
fn a_block_is_retired_when_nothing_pays_for_it_and_only_then() {
    let with = |price: f64, resale_usd_per_mw: f64| {
        let mut dear = site("dear", price);
        dear.overhead_usd_per_year = vec![1e6];
        dear.blocks = vec![Block { closing_usd_per_mw: resale_usd_per_mw, ..block(0, 10.0) }];
        let mut case = problem(vec![dear], vec![miner()], 0.0);
        case.technologies[0].on_sale = false;
        greedy(&case).steps.iter().any(|s| s.action == Action::Retire)
    };
    assert!(with(150.0, 0.0));
    assert!(!with(40.0, 0.0));
    assert!(!with(40.0, 1e9), "a running mine is not sold into a boom of machine prices");
}

#[test]
fn a_conversion_takes_the_mines_place_and_counts_its_lost_mining() {
    let mut mine = site("mine", 40.0);
    mine.blocks = vec![block(0, 30.0)];
    let order = order(Action::Convert, 1, 20.0);
    let case = problem(vec![mine], vec![miner(), hall()], 0.0);
    let (plan, refused) = fixed(&case, std::slice::from_ref(&order));
    assert!(refused.is_empty());
    let gained = 20.0 * (2e6 - 40.0 * HOURS_PER_YEAR) - 20.0 * 60.0 * HOURS_PER_YEAR;
    let value_usd: f64 = plan.steps.iter().map(|s| s.value_usd).sum();
    assert!((value_usd - (10.0 * gained - 60e6)).abs() < 1.0, "{value_usd}");
}

fn order(action: Action, technology: usize, mw: f64) -> Order {
    let name = if technology == 0 { "miner" } else { "hosting" }.to_owned();
    Order { site: 0, action, technologies: vec![technology], replaces: None, mw, name }
}

#[test]
fn an_order_to_retire_a_part_leaves_the_rest() {
    let mut mine = site("mine", 40.0);
    mine.blocks = vec![block(0, 25.0)];
    let (plan, refused) = fixed(&problem(vec![mine], vec![miner()], 0.0), &[order(Action::Retire, 0, 5.0)]);
    assert!(refused.is_empty());
    assert_eq!(plan.steps.iter().map(|s| s.mw).sum::<f64>(), 5.0);
}

#[test]
fn an_ai_hall_earns_from_its_opening_not_from_the_planners_lead_time() {
    let mut case = problem(vec![site("firm", 40.0)], vec![miner(), hall()], 1e9);
    let value = |case: &Problem| value::Valuer::new(case, &case.sites[0]).value(&[block(1, 10.0)]).usd;
    let at_once = value(&case);
    case.technologies[1].lead_years = 5.0;
    assert_eq!(value(&case), at_once);
    case.technologies[1].ramp_years = 10.0;
    assert!(value(&case) < at_once);
}

#[test]
fn what_a_plan_cannot_do_is_said() {
    let case = problem(vec![site("small", 40.0)], vec![miner(), hall()], 0.0);
    let build = order(Action::Build, 0, 50.0);
    let convert = order(Action::Convert, 1, 5.0);
    let (plan, refused) = fixed(&case, &[build, convert]);
    let built_mw: f64 = plan.steps.iter().filter(|s| s.action == Action::Build).map(|s| s.mw).sum();
    assert_eq!(built_mw, 30.0, "as far as there is room");
    assert_eq!(refused[0], (0, "build 50 MW miner: 30 MW were possible".to_owned()));
    assert_eq!(refused.len(), 2, "what was built today cannot be converted today");
}
