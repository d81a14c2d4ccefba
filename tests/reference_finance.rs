//! Finance against PySAM 7.1.1 (`Singleowner` with a custom generation profile): 100 MW, 350.4 GWh a year at
//! 50 USD/MWh, 100 M USD capital, 1 M USD O&M a year, 20 years, real discount rate 8 %.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use hashwatt::finance::{Depreciation, MacrsYears, after_tax_cash_flow, irr, npv};
use serde_json::Value;

fn cases() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/finance/pysam_cases.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).expect("the cases are JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list of numbers").iter().map(number).collect()
}

fn annual(usd: &[f64]) -> Vec<(f64, f64)> {
    usd.iter().enumerate().map(|(year, usd)| (year as f64, *usd)).collect()
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn npv_and_irr_of_every_pysam_cash_flow_are_those_pysam_reports() {
    let cases = cases();
    // The inflated case is discounted at the nominal rate.
    let rates = [
        ("A_plain", 0.08),
        ("B_infl", 1.08 * 1.025 - 1.0),
        ("C_tax_macrs5", 0.08),
        ("D_tax_macrs5_bonus60", 0.08),
        ("E_debt50", 0.08),
        ("F_tax_debt", 0.08),
    ];
    for (name, rate) in rates {
        let case = &cases[name];
        let flows = annual(&numbers(&case["cf"]));
        let reported = number(&case["project_return_aftertax_npv"]);
        let got = npv(rate, &flows);
        // The file rounds the flows to the cent.
        assert!((got - reported).abs() < 0.05, "{name}: {got} for {reported}");
        // SAM's own search for the rate stops at about 1e-4 %.
        let reported = number(&case["project_return_aftertax_irr"]) / 100.0;
        let got = irr(&flows).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!((got - reported).abs() < 2.5e-7, "{name}: {got} for {reported}");
        assert!(npv(got, &flows).abs() < 1e-10 * 1e8, "{name}: {}", npv(got, &flows));
    }
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn cash_flows_built_from_price_and_cost_are_those_of_pysam_to_the_cent() {
    let cases = cases();
    let operating = [350_400.0 * 50.0 - 1e6; 20];
    let five = Depreciation::Macrs { years: MacrsYears::FIVE };
    for (name, tax) in [("A_plain", 0.0), ("C_tax_macrs5", 0.21)] {
        let case = &cases[name];
        let built = after_tax_cash_flow(1e8, &operating, five, tax);
        let want = numbers(&case["cf"]);
        assert_eq!(built.len(), want.len(), "{name}");
        for (year, (got, want)) in built.iter().zip(&want).enumerate() {
            assert!((got - want).abs() < 0.01, "{name}, year {year}: {got} for {want}");
        }
        let reported = number(&case["project_return_aftertax_npv"]);
        let got = npv(0.08, &annual(&built));
        assert!((got - reported).abs() < 0.01, "{name}: {got} for {reported}");
        let depreciation = five.by_year(&[&[1e8][..], &[0.0; 19]].concat());
        let want = numbers(&case["cf_feddepr_macrs_5"]);
        for (got, want) in depreciation.iter().zip(&want[1..]) {
            assert!((got - want).abs() < 0.01, "{name}: {got} for {want}");
        }
    }
}
