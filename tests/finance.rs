//! `hashwatt finance` against SAM, and what it does with files that make no sense.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assert_cmd::cargo::cargo_bin_cmd;
use hashwatt::finance::project::Product;
use hashwatt::finance::{Line, Project, npv};
use serde_json::Value;
use std::path::PathBuf;

fn data(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/finance").join(file)
}

fn json(arguments: &[&str], file: &str) -> Value {
    let output =
        cargo_bin_cmd!("hashwatt").arg("finance").arg(data(file)).args(arguments).arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn column(report: &Value, name: &str) -> Vec<f64> {
    report["rows"].as_array().unwrap().iter().map(|row| number(&row[name])).collect()
}

#[track_caller]
fn close_to(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!((got - want).abs() <= tolerance, "{what}: {got} for {want}");
}

/// The six cases of SAM: file, NPV in USD, IRR in percent as SAM's own search has it, nominal LCOE in cents per kWh,
/// the first cash flows in M USD. PySAM 7.1.1, `Singleowner`.
const CASES: [(&str, f64, f64, f64, &[f64]); 6] = [
    ("a_plain.toml", 62_195_795.171, 15.612_321, 3.192_129_2, &[-100.0, 16.52, 16.52]),
    ("b_inflation.toml", 32_720_964.041, 15.446_838, 3.850_279_5, &[-100.0, 16.52, 16.495, 16.469_375]),
    (
        "c_tax_macrs5.toml",
        45_172_519.813,
        14.238_598,
        3.686_951_8,
        &[-100.0, 17.2508, 19.7708, 17.0828, 15.47, 15.47, 14.2604, 13.0508],
    ),
    ("d_bonus60.toml", 46_616_481.503, 14.676_699, 3.644_979_5, &[-100.0, 27.3308, 15.7388, 14.6636, 14.018_48]),
    ("e_debt50.toml", 68_746_483.193, 21.273_757, 3.001_717_7, &[-50.0, 10.044_771_25, 10.044_771_25]),
    ("f_tax_debt.toml", 54_015_948.643, 20.469_346, 3.429_896_2, &[-50.0, 11.300_571_25, 13.778_831_35, 11.047_004_45]),
];

#[test]
fn the_six_cases_of_sam_come_out_from_their_files() {
    for (file, npv_usd, irr_percent, lcoe, flows) in CASES {
        let report = json(&[], file);
        let equity = &report["equity"];
        close_to(number(&equity["npv_usd"]), npv_usd, 0.01, file);
        close_to(100.0 * number(&equity["irr_per_year"]), irr_percent, 3e-5, file);
        close_to(number(&equity["levelised"][0]["nominal_usd"]) / 10.0 / lcoe, 1.0, 1e-7, file);
        let cash = column(&report, "cash_flow_usd");
        assert_eq!(cash.len(), 21);
        for (got, want) in cash.iter().zip(flows) {
            close_to(*got, want * 1e6, 0.01, file);
        }
        let irr = number(&equity["irr_per_year"]);
        let dated: Vec<(f64, f64)> = cash.iter().enumerate().map(|(year, usd)| (year as f64, *usd)).collect();
        assert!(npv(irr, &dated).abs() < 1e-10 * cash[0].abs(), "{file}: {}", npv(irr, &dated));
    }
    close_to(number(&json(&[], "b_inflation.toml")["equity"]["levelised"][0]["real_usd"]), 31.851_686, 1e-6, "real");
    close_to(number(&json(&[], "e_debt50.toml")["equity"]["minimum_dscr"]), 2.551_261, 1e-6, "DSCR");
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn every_other_case_of_sam_comes_out_to_the_cent() {
    let text = std::fs::read_to_string(data("sam_cases.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let cases = all["cases"].as_object().unwrap();
    assert!(cases.len() > 80);
    for (name, case) in cases {
        let project: Project = toml::from_str(case["project"].as_str().unwrap()).unwrap();
        assert_eq!(project.check(), [], "{name}");
        let statement = project.evaluate();
        let figures = project.figures(&statement);
        close_to(figures.npv_usd, number(&case["npv_usd"]), 0.01, name);
        let cost = figures.levelised.iter().find(|cost| cost.product == Product::MwhSold).unwrap();
        // SAM leaves the release of receivables out of the numerator.
        if case["has_receivables"] == false {
            close_to(cost.nominal_usd / number(&case["lcoe_nominal_usd_per_mwh"]), 1.0, 1e-7, name);
            close_to(cost.real_usd / number(&case["lcoe_real_usd_per_mwh"]), 1.0, 1e-7, name);
        }
        if let Some(least) = case["minimum_dscr"].as_f64() {
            close_to(figures.minimum_dscr.unwrap(), least, 1e-6, name);
        }
        let rows = [
            ("cash_flow_usd", statement.cash_flow_usd(), 1.0),
            ("tax_usd", statement.row(Line::Tax).to_vec(), 1.0),
            ("state_tax_usd", statement.row(Line::StateTax).to_vec(), 1.0),
            ("depreciation_usd", statement.row(Line::Depreciation).to_vec(), -1.0),
            ("interest_usd", statement.row(Line::Interest).to_vec(), -1.0),
            ("principal_usd", statement.row(Line::Principal).to_vec(), -1.0),
        ];
        for (row, got, sign) in rows {
            let want = numbers(&case[row]);
            assert_eq!(got.len(), want.len(), "{name} {row}");
            for (year, (got, want)) in got.iter().zip(want).enumerate() {
                close_to(sign * got, want, 0.01, &format!("{name}, {row} of year {year}"));
            }
        }
    }
}
