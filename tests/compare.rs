//! `hashwatt compare` on runs of the program itself: what is printed and written adds up to the NPV the runs state.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

const TWO_SITES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/two-sites.toml");

fn hashwatt(dir: &Path, args: &[&str]) -> Output {
    cargo_bin_cmd!("hashwatt").current_dir(dir).args(args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Two years of two sites: as they are, and with dearer power, another seed and another discount rate.
fn two_runs() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let changes = ["sites.grid.price.price_usd_per_mwh=55", "finance.discount_rate_per_year=0.08", "seed=2"];
    let changes: Vec<&str> = changes.iter().flat_map(|change| ["--set", *change]).collect();
    for (name, changes) in [("base", &[][..]), ("dear", &changes)] {
        let run = ["run", TWO_SITES, "-q", "--mode", "expected", "--out", name];
        let output = hashwatt(dir.path(), &[&run, changes].concat());
        assert!(output.status.success(), "{}", stderr(&output));
    }
    dir
}

fn json(dir: &Path, args: &[&str]) -> Value {
    let output = hashwatt(dir, &[&["compare", "--json"], args].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {}", stderr(&output)))
}

/// The net present value that a run states in `table`, in the row of `name`.
fn stated(dir: &Path, table: &str, name: &str) -> f64 {
    let mut reader = csv::Reader::from_path(dir.join(table)).unwrap();
    let column = reader.headers().unwrap().iter().position(|c| c == "npv_usd").unwrap();
    let row = reader.records().map(Result::unwrap).find(|row| &row[0] == name).unwrap();
    row[column].parse().unwrap()
}

fn assert_adds_up(compared: &Value, npv_a: f64, npv_b: f64) {
    let usd = |value: &Value| value.as_f64().unwrap();
    let steps = compared["steps"].as_array().unwrap();
    let sum = |key: &str| steps.iter().map(|step| usd(&step[key])).sum::<f64>();
    let largest = steps.iter().map(|step| usd(&step["difference_usd"]).abs()).fold(1.0, f64::max);
    let wanted = [npv_a, npv_b, npv_b - npv_a, npv_b - npv_a];
    let found = [sum("from_usd"), sum("to_usd"), sum("difference_usd"), usd(&compared["difference_usd"])];
    for (found, wanted) in found.into_iter().zip(wanted) {
        assert!((found - wanted).abs() <= 1e-6 * largest, "{found} is not {wanted}: {compared:#}");
    }
    assert_eq!((usd(&compared["from"]["npv_usd"]), usd(&compared["to"]["npv_usd"])), (npv_a, npv_b));
}

#[test]
fn runs_sites_and_farms_are_compared_in_steps_that_add_up() {
    let folder = two_runs();
    let dir = folder.path();
    let (base, dear) = (dir.join("base"), dir.join("dear"));
    let summary = |run: &Path| -> f64 {
        let summary: Value = serde_json::from_slice(&fs::read(run.join("summary.json")).unwrap()).unwrap();
        summary["portfolio"]["npv_usd"].as_f64().unwrap()
    };
    for by in ["line", "year", "site", "farm"] {
        let compared = json(dir, &["base", "dear", "--by", by]);
        assert_eq!(compared["by"], by);
        assert_adds_up(&compared, summary(&base), summary(&dear));
    }
    let sites = (stated(&base, "sites.csv", "wind"), stated(&base, "sites.csv", "grid"));
    for by in ["line", "year", "farm"] {
        assert_adds_up(&json(dir, &["base:wind", "base:grid", "--by", by]), sites.0, sites.1);
    }
    let farm = |run: &Path, name: &str| stated(run, "farms.csv", name);
    for (a, b) in [("wind/mining", "grid/hosting"), ("wind/grid_sale", "wind/mining")] {
        let compared = json(dir, &[&format!("base:{a}"), &format!("dear:{b}")]);
        assert_adds_up(&compared, farm(&base, a), farm(&dear, b));
    }
    assert_adds_up(&json(dir, &["base", "base"]), summary(&base), summary(&base));
}

#[test]
fn people_read_a_table_and_files_are_replaced_only_by_force() {
    let folder = two_runs();
    let dir = folder.path();
    let files = ["--csv", "steps.csv", "--output", "steps.svg"];
    let output = hashwatt(dir, &[&["compare", "base", "dear"], &files[..]].concat());
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    let text = stdout(&output);
    let words =
        ["A: base", "B: dear", "B − A", "coin revenue", "fixed O&M", "NPV", "two-sites, 2024-01-01 to 2025-12-31"];
    let notes =
        ["the discount rates differ (0.1 a year and 0.08 a year)", "the seeds differ (1 and 2)", "written  steps.svg"];
    for word in words.into_iter().chain(notes) {
        assert!(text.contains(word), "`{word}` is missing in\n{text}");
    }
    let table = fs::read_to_string(dir.join("steps.csv")).unwrap();
    assert!(table.starts_with("step,from_usd,to_usd,difference_usd\ncoin_revenue,"), "{table}");
    assert!(fs::read_to_string(dir.join("steps.svg")).unwrap().contains("from base to dear"));

    let again = |more: &[&str]| hashwatt(dir, &[&["compare", "base:wind", "base:grid"], &files[..], more].concat());
    let refused = again(&[]);
    assert_eq!((refused.status.code(), stdout(&refused)), (Some(2), ""));
    assert!(stderr(&refused).contains("`steps.csv` is there already; `--force` replaces it"), "{}", stderr(&refused));
    assert_eq!(fs::read_to_string(dir.join("steps.csv")).unwrap(), table);
    assert_eq!(again(&["--force"]).status.code(), Some(0));
    assert!(fs::read_to_string(dir.join("steps.svg")).unwrap().contains("from wind to grid"));
}

#[test]
fn what_cannot_be_compared_is_told_and_ends_with_2() {
    let folder = two_runs();
    let dir = folder.path();
    let damaged = dir.join("dear/cashflow.csv");
    let text = fs::read_to_string(&damaged).unwrap();
    fs::write(&damaged, text.replacen("pool_fee", "stake_fee", 1)).unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["base", "bse"], "there is no folder `bse`; did you mean `base`?"),
        (&["base", "."], "holds no finished run"),
        (&["base:wnd", "base"], "did you mean `wind`?"),
        (&["base", "dear"], "column `line`: `stake_fee` is no ledger line"),
        (&["base:wind", "base", "--by", "site"], "`wind` is a site, it has no sites"),
        (&["base", "base", "--output", "steps.pdf"], "ends neither in .svg nor in .png"),
        (&["base", "base", "--csv", "base"], "`base` is a folder"),
    ];
    for (args, want) in cases {
        let output = hashwatt(dir, &[&["compare"], args].concat());
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{args:?}");
        assert!(stderr(&output).contains(want), "{args:?}: {}", stderr(&output));
    }
}
