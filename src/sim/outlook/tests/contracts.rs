//! The promise is the books under every structure of contract.

use core::ops::ControlFlow;

use super::{calm, promises_what_is_booked};
use crate::bitcoin::race::Mode;
use crate::compute::LeaseStructure;
use crate::results::tables::MonthlyRow;
use crate::scenario::Scenario;
use crate::scenario::model::PlanEntry;
use crate::sim::run;

fn entry(keys: &str) -> PlanEntry {
    toml::from_str(&format!("site = 'steady'\n{keys}")).unwrap()
}

fn hosted(keys: &str) -> Scenario {
    let mut scenario = calm();
    // A client stops from one day to the next: every day is looked at.
    scenario.placement.sample_days_per_year = 365;
    scenario.mining.hosted = Some(toml::from_str(keys).unwrap());
    scenario.plan = vec![
        entry("date = '2024-05-01'\naction = 'build'\nkind = 'mining'\nmw = 30\nmachine = 'Antminer S21'"),
        entry(
            "date = '2028-01-01'\naction = 'refresh'\nkind = 'mining'\nmw = 20\nmachine = 'Projected 2028'\nreplaces = 'Antminer S21'",
        ),
    ];
    scenario
}

#[test]
fn a_hosted_mine_is_worth_what_its_client_pays() {
    promises_what_is_booked(&hosted("fee_usd_per_kwh = 0.07\nclient_stops_at_a_loss = false"), 5e-5);
    promises_what_is_booked(&hosted("fee_usd_per_kwh = 0.07\nescalator_per_year_share = 0.02"), 5e-5);
}

fn cloud(keys: &str) -> Scenario {
    let mut scenario = calm();
    scenario.ai_market.rent_log_vol_per_year = 0.0;
    scenario.cloud.facility.lead_months = 14;
    scenario.cloud.contract = Some(toml::from_str(keys).unwrap());
    scenario.plan = vec![
        entry("date = '2024-05-01'\naction = 'build'\nkind = 'cloud'\nmw = 20\nmachine = 'H100 SXM 80GB'"),
        // Before the first term is over.
        entry("date = '2029-01-01'\naction = 'refresh'\nkind = 'cloud'\nmw = 20\nmachine = 'B200 192GB'"),
    ];
    scenario
}

#[test]
fn a_cluster_under_contract_is_worth_what_its_customers_pay() {
    promises_what_is_booked(&cloud("capacity_share = 0.7\nprepaid_share = 0.9"), 5e-5);
    promises_what_is_booked(&cloud("usd_per_gpu_hour = 2.1\nterm_years = 2\nprepaid_share = 0.5"), 5e-5);
}

#[test]
fn a_triple_net_lease_is_worth_what_its_tenant_pays() {
    let mut scenario = calm();
    scenario.hosting.structure = LeaseStructure::Nnn;
    // The default cap of a gross lease would bind.
    scenario.sites[0].price = Some(toml::from_str("kind = 'flat'\nprice_usd_per_mwh = 130").unwrap());
    promises_what_is_booked(&scenario, 5e-5);
}

fn months(scenario: &Scenario) -> Vec<MonthlyRow> {
    run(scenario, 1, Mode::Expected, &mut |_| ControlFlow::Continue(())).unwrap().tables.monthly
}

fn sum(months: &[MonthlyRow], of: impl Fn(&MonthlyRow) -> f64) -> f64 {
    months.iter().map(of).sum()
}

#[test]
fn a_host_has_fees_and_its_client_the_coins_the_machines_and_their_repairs() {
    let months = months(&hosted("fee_usd_per_kwh = 0.07"));
    for none in [
        sum(&months, |m| m.btc_mined + m.blocks_found + m.coin_revenue_usd),
        sum(&months, |m| m.pool_fee_usd + m.machine_capital_usd),
    ] {
        assert_eq!(none, 0.0);
    }
    assert!(months.iter().any(|m| m.hashrate_eh_s > 0.0));
    // What runs pays the fee and costs two dollars a MWh beside its energy.
    assert!((sum(&months, |m| m.hosting_fees_usd) / sum(&months, |m| 70.0 * m.energy_mwh) - 1.0).abs() < 1e-9);
    assert!((sum(&months, |m| m.variable_om_usd) / sum(&months, |m| -2.0 * m.energy_mwh) - 1.0).abs() < 1e-9);
    let idle = |m: &&MonthlyRow| m.capacity_mw > 0.0 && m.energy_mwh == 0.0;
    assert!(months.iter().filter(idle).count() > 0, "clients stop for whole months");
    let taken = self::months(&hosted("fee_usd_per_kwh = 0.07\nclient_stops_at_a_loss = false"));
    assert_eq!(taken.iter().filter(idle).count(), 0);
}

#[test]
fn what_customers_advance_is_received_once_and_adds_up_to_nothing() {
    // The first term is cut short by a refresh, the second by the end of the run.
    let scenario = cloud("capacity_share = 0.7\nprepaid_share = 0.9");
    let months = months(&scenario);
    let received = months.iter().filter(|m| m.prepayments_usd > 0.0);
    assert_eq!(received.map(|m| m.month.as_str()).collect::<Vec<_>>(), ["2025-07", "2029-01"]);
    let moved = sum(&months, |m| m.prepayments_usd.abs());
    assert!(moved > 1e8 && sum(&months, |m| m.prepayments_usd).abs() < 1e-9 * moved, "{moved}");
    // Without the advance the same is earned.
    let mut unpaid = scenario;
    unpaid.cloud.contract.as_mut().unwrap().prepaid_share = 0.0;
    let unpaid = self::months(&unpaid);
    assert_eq!(sum(&months, |m| m.cloud_rent_usd), sum(&unpaid, |m| m.cloud_rent_usd));
    assert_eq!(sum(&months, |m| m.tax_usd), sum(&unpaid, |m| m.tax_usd));
    assert_eq!(sum(&unpaid, |m| m.prepayments_usd.abs()), 0.0);
}
