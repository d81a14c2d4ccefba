//! Finance against PySAM 7.1.1 (`Singleowner` with a custom generation profile): 100 MW, 350.4 GWh a year at
//! 50 USD/MWh, 100 M USD capital, 1 M USD O&M a year, 20 years, real discount rate 8 %.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use hashwatt::finance::{Line, Project, irr, npv};
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
fn the_six_project_files_give_every_row_of_pysam_to_the_cent() {
    let cases = cases();
    let files = [
        ("A_plain", "a_plain"),
        ("B_infl", "b_inflation"),
        ("C_tax_macrs5", "c_tax_macrs5"),
        ("D_tax_macrs5_bonus60", "d_bonus60"),
        ("E_debt50", "e_debt50"),
        ("F_tax_debt", "f_tax_debt"),
    ];
    for (name, file) in files {
        let case = &cases[name];
        let path = format!("{}/tests/data/finance/{file}.toml", env!("CARGO_MANIFEST_DIR"));
        let project: Project = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let statement = project.evaluate();
        let figures = project.figures(&statement);
        let close_to = |got: f64, want: f64, tolerance: f64, what: &str| {
            assert!((got - want).abs() <= tolerance, "{name}, {what}: {got} for {want}");
        };
        close_to(figures.npv_usd, number(&case["project_return_aftertax_npv"]), 0.01, "NPV");
        let lcoe = &figures.levelised[0];
        close_to(lcoe.nominal_usd / (10.0 * number(&case["lcoe_nom"])), 1.0, 1e-7, "nominal LCOE");
        close_to(lcoe.real_usd / (10.0 * number(&case["lcoe_real"])), 1.0, 1e-7, "real LCOE");
        close_to(statement.loans_usd.iter().sum(), number(&case["size_of_debt"]), 0.01, "debt");
        let rows = [
            ("cf", statement.cash_flow_usd(), 1.0),
            ("cf_debt_payment_interest", statement.row(Line::Interest).to_vec(), -1.0),
            ("cf_debt_payment_principal", statement.row(Line::Principal).to_vec(), -1.0),
            ("cf_fedtax", statement.row(Line::Tax).to_vec(), 1.0),
        ];
        for (row, got, sign) in rows {
            for (year, want) in numbers(&case[row]).iter().enumerate() {
                close_to(sign * got[year], *want, 0.01, &format!("{row} of year {year}"));
            }
        }
        // PySAM's table of a class is before the bonus and lists it whether tax is paid or not.
        let bonus_share = project.tax.federal.bonus_depreciation_share;
        for (year, want) in numbers(&case["cf_feddepr_macrs_5"]).iter().enumerate().skip(1) {
            let bonus_usd = if year == 1 { 1e8 * bonus_share } else { 0.0 };
            close_to(-statement.row(Line::Depreciation)[year] - bonus_usd, *want, 0.01, &format!("year {year}"));
        }
    }
}
