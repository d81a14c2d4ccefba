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

#[test]
fn every_project_of_the_gallery_adds_up() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/projects");
    let projects = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let projects: Vec<PathBuf> = projects.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    assert!(projects.len() >= 4);
    for project in projects {
        let report = json(&[], project.to_str().unwrap());
        let total = |list: &Value| list.as_object().unwrap().values().map(number).sum::<f64>();
        let (sources, uses) = (total(&report["sources_usd"]), total(&report["uses_usd"]));
        close_to(sources / uses, 1.0, 1e-9, &project.display().to_string());
        let discounted: f64 = column(&report, "discounted_cash_flow_usd").iter().sum();
        close_to(discounted, number(&report["equity"]["npv_usd"]), 0.01, &project.display().to_string());
        for found in report["break_even"].as_array().unwrap() {
            assert!(found["break_even_usd"].is_number() || found["note"].is_string(), "{found}");
        }
        for epoch in report["equity"]["epochs"].as_array().unwrap() {
            assert!(number(&epoch["break_even_usd_per_btc"]) > 0.0, "{epoch}");
        }
    }
}

#[test]
fn the_table_is_there_for_people_and_for_programs() {
    let run = |arguments: &[&str]| {
        let output =
            cargo_bin_cmd!("hashwatt").arg("finance").arg(data("f_tax_debt.toml")).args(arguments).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    let text = run(&[]);
    for words in ["54,015,949", "45,172,520", "20.4694 %", "2.551, 2.551", "34.2990", "after loans (equity)"] {
        assert!(text.contains(words), "`{words}` is missing in\n{text}");
    }
    let csv = run(&["--csv"]);
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let names = rows.headers().unwrap().clone();
    assert_eq!((&names[0], rows.records().count()), ("year", 21));
    let monthly = run(&["--set", "timing=\"monthly\"", "--monthly", "--csv"]);
    assert_eq!(monthly.lines().count(), 1 + 1 + 240);
    assert!(monthly.starts_with("year,month,"));
}

/// Standard error of a project that is refused.
fn refused(text: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("project.toml");
    std::fs::write(&path, text).unwrap();
    let output = cargo_bin_cmd!("hashwatt").arg("finance").arg(&path).args(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}\n{error}");
    assert!(output.stdout.is_empty());
    error
}

const BASE: &str = "name = 'p'\nyears = 4\ndiscount_rate_per_year = 0.08\n[[capital]]\nname = 'a'\ncost_usd = 1e6\n[exports]\nmwh_per_year = 10000\nprice_usd_per_mwh = 50\n";

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    let loan = "[[debt]]\nname = 'l'\nrate_per_year = 0.0\ntenor_years = 1\n";
    let cases = [
        ("tax.federal.rate_share = 2".to_owned(), "rate_share"),
        ("[tax.federal]\nrate_share = 0.21".to_owned(), "say how this is depreciated"),
        (format!("{loan}share = 1.0\nreserve_months = 12"), "own reserves and interest"),
        (format!("{loan}share = 0.5\nreserve_months = 24"), "longer than the loan"),
        (format!("{loan}share = 0.5\ntarget_dscr = 1.3"), "give either `share` or `target_dscr`"),
        (format!("{loan}share = 0.5\nfinances = 'machines'"), "there is nothing to lend on"),
        ("[mining]\nprice_usd_per_btc = 1e5".to_owned(), "give `btc_per_year`, or"),
        ("[mining]\nprice_usd_per_btc = 0\nbtc_per_year = 1".to_owned(), "allowed are numbers from 0.000001"),
        ("[mining]\nprice_usd_per_btc = [1,2]\nbtc_per_year = 1".to_owned(), "2 values for 4 years"),
        (
            "[[capital]]\nname = 'b'\ncost_usd = 1\ndepreciation = { kind = 'macrs', years = 6 }".to_owned(),
            "allowed are 3, 5, 7, 10, 15, 20",
        ),
        ("[[capital]]\nname = 'a'\ncost_usd = 1".to_owned(), "`a`"),
        ("[lease]\ncritical_it_kw = nan\nrent_usd_per_kw_month = 'x'".to_owned(), "critical_it_kw"),
    ];
    for (more, words) in cases {
        let error = refused(&format!("{BASE}{more}\n"), &[]);
        assert!(error.contains(words) && error.contains("project.toml:"), "`{words}` is missing in\n{error}");
    }
    assert!(refused(BASE, &["--monthly"]).contains("timing = \"monthly\""));
    assert!(refused(BASE, &["--set", "exports.price_usd_per_mwh=[1,2]"]).contains("2 values for 4 years"));
    assert!(refused("", &[]).contains("the file lacks"));
}

#[test]
fn several_mistakes_are_told_at_once() {
    let error = refused(&format!("{BASE}[working_capital]\ncost = 1\noperating_cost_months = 99\n[energy]\n"), &[]);
    for words in ["`cost`", "operating_cost_months", "`mwh_per_year`"] {
        assert!(error.contains(words), "`{words}` is missing in\n{error}");
    }
}

#[test]
fn site_debt_and_machine_finance_may_each_be_most_of_their_own_cost() {
    let text = format!(
        "{BASE}[[capital]]\nname = 'rigs'\nclass = 'machines'\ncost_usd = 1e6\n[[debt]]\nname = 'site'\nfinances = 'infrastructure'\nshare = 0.6\nrate_per_year = 0.05\ntenor_years = 4\n[[debt]]\nname = 'rigs'\nfinances = 'machines'\nshare = 0.7\nrate_per_year = 0.05\ntenor_years = 3\n"
    );
    let project: Project = toml::from_str(&text).unwrap();
    assert_eq!(project.check(), []);
    assert_eq!(project.evaluate().loans_usd, [6e5, 7e5]);
}

#[test]
fn a_run_gives_the_same_table_for_its_farms_sites_and_portfolio() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let small = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/two-sites.toml");
    let loan = "finance.debt=[{ name = \"bank\", share = 0.5, rate_per_year = 0.08, tenor_years = 5 }]";
    let run = cargo_bin_cmd!("hashwatt")
        .args([
            "run",
            small,
            "--mode",
            "expected",
            "--quiet",
            "--set",
            loan,
            "--set",
            "finance.state_tax_rate_share=0.05",
        ])
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let report = |name: &str, more: &[&str]| -> Value {
        let what = format!("{}:{name}", out.display());
        let output = cargo_bin_cmd!("hashwatt").args(["finance", &what, "--json"]).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let portfolio = report("portfolio", &[]);
    let equity: f64 = column(&portfolio, "discounted_cash_flow_usd").iter().sum();
    close_to(equity, number(&portfolio["returns"][0]["equity_npv_usd"]), 0.01, "the owner's value");
    assert!(number(&portfolio["returns"][0]["average_dscr"]).is_finite());
    assert!(column(&portfolio, "interest_usd").iter().any(|usd| *usd < 0.0));
    let monthly = report("portfolio", &["--monthly"]);
    let total = |report: &Value| column(report, "cash_flow_usd").iter().sum::<f64>();
    close_to(total(&monthly), total(&portfolio), 0.01, "months add up to years");
    let text = cargo_bin_cmd!("hashwatt").arg("finance").arg(&out).output().unwrap();
    assert!(String::from_utf8_lossy(&text.stdout).contains("to the owner after loans, USD"));
    let side = out.to_str().unwrap();
    let bridge = cargo_bin_cmd!("hashwatt").args(["compare", side, side, "--owner", "--json"]).output().unwrap();
    let bridge: Value = serde_json::from_slice(&bridge.stdout).unwrap();
    close_to(number(&bridge["from"]["npv_usd"]), equity, 0.01, "the owner's value is bridged");
    let unknown = cargo_bin_cmd!("hashwatt").arg("finance").arg(format!("{}:nowhere", out.display())).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn keys_without_effect_are_told_but_do_not_stop_anybody() {
    let set = ["--set", "tax.federal.rate_share=0", "--set", "operation.variable_om_escalator_per_year=0.1"];
    let report = json(&set, "d_bonus60.toml");
    let notes: Vec<&str> = report["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert_eq!(
        notes,
        [
            "`operation.variable_om_escalator_per_year` has no effect: the cost it raises is 0",
            "`tax.federal.bonus_depreciation_share` has no effect: `rate_share` is 0"
        ]
    );
    assert_eq!(json(&[], "d_bonus60.toml")["notes"], Value::Array(Vec::new()));
}
