//! The program as its users meet it: exit codes, what stands on which stream, what stays on the disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod common;

use assert_cmd::cargo::cargo_bin_cmd;
use common::contents;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/small.toml");

/// Runs the program with these arguments.
fn hashwatt(args: &[&str]) -> Output {
    cargo_bin_cmd!("hashwatt").args(args).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("the program ended by itself")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Runs the small scenario without luck into `out`.
fn run_to(out: &Path, more: &[&str]) -> Output {
    let out = out.to_str().unwrap();
    hashwatt(&[&["run", SMALL, "--mode", "expected", "--out", out], more].concat())
}

fn names(dir: &Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_run_writes_every_table_and_chart_and_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let output = run_to(&out, &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "off a terminal there is no progress bar");
    let text = stdout(&output);
    for word in ["windy", "steady", "NPV", "IRR", "halving epoch", out.to_str().unwrap()] {
        assert!(text.contains(word), "`{word}` is missing in\n{text}");
    }
    let tables =
        ["sites", "farms", "placements", "monthly", "epochs", "cashflow", "network", "chain", "events", "dispatch"];
    for table in tables {
        assert!(out.join(format!("{table}.csv")).is_file(), "{table}.csv");
    }
    for file in ["manifest.json", "summary.json", "headers.bin", "charts/map.svg", "charts/map.png"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    assert_eq!(names(dir.path()), ["run"], "nothing hidden stays beside it");
}

#[test]
fn the_default_folder_differs_by_seed_and_mode_and_repeats_for_the_same_run() {
    let dir = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        let mut command = cargo_bin_cmd!("hashwatt");
        command.current_dir(dir.path()).args(["run", SMALL, "-q"]).args(args.split(' '));
        code(&command.output().unwrap())
    };
    let different = ["--mode expected", "--mode expected --seed 2", "--mode sampled"];
    assert_eq!(different.map(run), [0, 0, 0]);
    let folders = names(&dir.path().join("output"));
    assert_eq!(folders.len(), 3, "{folders:?}");
    assert!(folders.iter().all(|f| f.starts_with("small-") && f.len() == "small-".len() + 8), "{folders:?}");
    // The same runs said in other words: they are there already.
    let same = ["--mode expected --seed 1", "--set bitcoin.mode=expected --set seed=2", "--set bitcoin.mode=sampled"];
    assert_eq!(same.map(run), [2, 2, 2]);
}

#[test]
fn json_is_the_only_thing_on_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let output = run_to(&out, &["--json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["scenario"], "small");
    assert_eq!(value["sites"].as_array().unwrap().len(), 2);
    assert_eq!(value["folder"], out.to_str().unwrap());
    let mut written: serde_json::Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    written["folder"] = value["folder"].clone();
    assert_eq!(value, written);
}

#[test]
fn quiet_says_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let output = run_to(&dir.path().join("run"), &["-q"]);
    assert_eq!((code(&output), stdout(&output), stderr(&output)), (0, "", ""));
}

#[test]
fn a_finished_run_is_not_replaced_without_force() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    assert_eq!(code(&run_to(&out, &["-q"])), 0);
    let before = fs::read(out.join("manifest.json")).unwrap();
    let refused = run_to(&out, &["-q"]);
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert_eq!(fs::read(out.join("manifest.json")).unwrap(), before);
    assert_eq!(code(&run_to(&out, &["-q", "--force"])), 0);
}

#[test]
fn what_is_no_run_is_not_replaced_even_with_force() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    let refused = run_to(dir.path(), &["--force"]);
    assert_eq!(code(&refused), 2);
    assert_eq!(names(dir.path()), ["letter.txt"]);
}

#[test]
fn bad_input_is_told_at_once_and_ends_with_2() {
    let cases: [&[&str]; 6] = [
        &["run", "no/such/scenario.toml"],
        &["run", SMALL, "--set", "bitcoin.mod=hash", "--set", "sites.windy.maximum_mw=-1"],
        &["run", SMALL, "--set", "nonsense"],
        &["run", SMALL, "--mode", "guess"],
        &["check", "no/such/scenario.toml"],
        &["chart", "no/such/run"],
    ];
    for args in cases {
        let output = hashwatt(args);
        assert_eq!(code(&output), 2, "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
        assert!(stderr(&output).contains("error"), "{args:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains('\u{1b}'), "no colours off a terminal: {args:?}");
    }
    let both = hashwatt(cases[1]);
    assert!(stderr(&both).contains("`bitcoin`") && stderr(&both).contains("maximum_mw"), "{}", stderr(&both));
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let run = |name: &str, threads: &str, seed: &str| {
        let out = dir.path().join(name);
        let mut command = cargo_bin_cmd!("hashwatt");
        command.env("RAYON_NUM_THREADS", threads);
        command.args(["run", SMALL, "-q", "--seed", seed, "--mode", "hash", "--set", "bitcoin.hashes_per_block=16"]);
        command.arg("--out").arg(&out).assert().success();
        contents(&out)
    };
    let (one, two, other) = (run("one", "1", "7"), run("two", "2", "7"), run("other", "2", "8"));
    assert!(one.len() > 25);
    for (a, b) in one.iter().zip(&two) {
        assert!(a == b, "{} differs", a.0.display());
    }
    assert_eq!(one.len(), two.len());
    let headers =
        |files: &[(PathBuf, Vec<u8>)]| files.iter().find(|f| f.0 == Path::new("headers.bin")).unwrap().1.clone();
    assert_ne!(headers(&one), headers(&other));
    assert!(headers(&one).len() > 80 * 20_000);
}

#[test]
fn charts_drawn_again_are_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    run_to(&out, &["-q"]);
    let before = contents(&out);
    fs::remove_dir_all(out.join("charts")).unwrap();
    let output = hashwatt(&["chart", out.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(contents(&out) == before, "the charts differ");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_75_and_leaves_nothing() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    for signal in ["INT", "TERM"] {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("run");
        // This would go on for minutes.
        let child = Command::new(assert_cmd::cargo::cargo_bin!("hashwatt"))
            .args(["run", SMALL, "--mode", "hash", "--set", "bitcoin.hashes_per_block=5e4", "--out"])
            .arg(&out)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_secs(2));
        let kill = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let asked = Instant::now();
        let output = child.wait_with_output().unwrap();
        assert_eq!(code(&output), 75, "SIG{signal}: {}", stderr(&output));
        assert!(asked.elapsed() < Duration::from_secs(30));
        assert!(stderr(&output).contains("interrupted") && output.stdout.is_empty());
        assert_eq!(names(dir.path()), Vec::<String>::new());
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_reason_to_complain() {
    use std::process::{Command, Stdio};
    let listings: [&[&str]; 4] = [&["schema"], &["man"], &["completions", "bash"], &["check", SMALL]];
    for args in listings {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("hashwatt"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), stderr(&output)), (0, ""), "{args:?}");
    }
}

#[test]
fn check_says_what_a_scenario_amounts_to_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let output = cargo_bin_cmd!("hashwatt").current_dir(dir.path()).args(["check", SMALL]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for word in ["2024-01-01 to 2024-06-30", "26,208 blocks", "windy", "steady", "MH/s", "mining models", "2 sites"] {
        assert!(stdout(&output).contains(word), "`{word}` is missing in\n{}", stdout(&output));
    }
    assert_eq!(names(dir.path()), Vec::<String>::new());
}

#[test]
fn the_schema_printed_is_the_one_checked_in() {
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/scenario.schema.json");
    assert_eq!(stdout(&hashwatt(&["schema"])), fs::read_to_string(checked_in).unwrap());
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/projects/project.schema.json");
    assert_eq!(stdout(&hashwatt(&["schema", "project"])), fs::read_to_string(checked_in).unwrap());
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/sweeps/sweep.schema.json");
    assert_eq!(stdout(&hashwatt(&["schema", "sweep"])), fs::read_to_string(checked_in).unwrap());
}

#[test]
fn every_example_can_be_listed_extracted_and_checked() {
    let dir = tempfile::tempdir().unwrap();
    let listed = hashwatt(&["examples", "list"]);
    let names: Vec<&str> = stdout(&listed).lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert!(names.contains(&"reference"), "{names:?}");
    for name in names {
        let folder = dir.path().join(name);
        let extracted = hashwatt(&["examples", "extract", name, "--to", folder.to_str().unwrap()]);
        assert_eq!(code(&extracted), 0, "{name}: {}", stderr(&extracted));
        let example = stdout(&extracted).lines().next().unwrap();
        assert!(Path::new(example).is_file(), "{example}");
        if name.starts_with("projects/") {
            assert_eq!(code(&hashwatt(&["finance", example])), 0, "{name}");
        } else if !name.starts_with("sweeps/") {
            let checked = hashwatt(&["check", example]);
            assert_eq!(code(&checked), 0, "{name}: {}", stderr(&checked));
        }
        let again = || hashwatt(&["examples", "extract", name, "--to", folder.to_str().unwrap()]);
        assert_eq!(code(&again()), 0, "what is there already is left as it is");
        fs::write(example, "# mine").unwrap();
        assert_eq!(code(&again()), 2, "an example somebody has changed is not overwritten");
    }
    let unknown = hashwatt(&["examples", "extract", "refrence"]);
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("`reference`"), "{}", stderr(&unknown));
}

#[test]
fn there_is_a_manual_page_and_a_completion_for_every_command() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(code(&hashwatt(&["man", "--out", dir.path().to_str().unwrap()])), 0);
    for command in [
        "run",
        "place",
        "check",
        "chart",
        "compare",
        "finance",
        "sweep",
        "mine",
        "mine-bench",
        "mine-verify",
        "mine-block",
        "examples",
        "schema",
        "completions",
        "man",
    ] {
        assert!(dir.path().join(format!("hashwatt-{command}.1")).is_file(), "{command}");
    }
    let page = hashwatt(&["man"]);
    assert!(stdout(&page).contains(".TH hashwatt 1") && stdout(&page).contains("75 interrupted"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = hashwatt(&["completions", shell]);
        assert!(code(&script) == 0 && stdout(&script).contains("sweep"), "{shell}");
    }
}

const CAPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/capped.toml");
const PROMISE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/promise.toml");

/// What a command printed as JSON.
fn json(output: &Output) -> serde_json::Value {
    serde_json::from_str(stdout(output)).unwrap_or_else(|e| panic!("{e}: {}", stderr(output)))
}

#[test]
fn a_capped_plan_keeps_its_promise_wherever_it_is_simulated() {
    let dir = tempfile::tempdir().unwrap();
    let folder = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let placed = json(&hashwatt(&["place", CAPPED, "--json", "--out", &folder("placed")]));
    let co2 = &placed["answer"]["co2"];
    let promised_t = co2["emitted_t_per_year"].as_f64().unwrap();
    assert!(promised_t <= 60_000.01 && promised_t > 40_000.0, "{co2}");
    assert!(co2["shadow_usd_per_t"].as_f64().unwrap() > 0.0, "{co2}");
    let limits = fs::read_to_string(dir.path().join("placed/limits.csv")).unwrap();
    assert!(limits.contains("placement.co2_cap_t_per_year,tonnes_per_year,60000"), "{limits}");

    let run = |scenario: &str, name: &str| json(&hashwatt(&["run", scenario, "--json", "--out", &folder(name)]));
    let plan = dir.path().join("placed/plan.toml").to_str().unwrap().to_owned();
    assert!(fs::read_to_string(&plan).unwrap().contains("internal_co2_price"));
    let (planned, optimal) = (run(&plan, "planned"), run(CAPPED, "optimal"));
    for part in ["portfolio", "sites", "emissions"] {
        assert_eq!(planned[part], optimal[part], "{part}");
    }
    let emitted_t: f64 =
        planned["emissions"].as_array().unwrap().iter().map(|row| row["co2_t"].as_f64().unwrap()).sum();
    let emitted_t_per_year = emitted_t / 3.318;
    assert!((emitted_t_per_year / promised_t - 1.0).abs() < 0.25, "{emitted_t_per_year} of {promised_t}");
}

#[test]
fn an_internal_price_of_carbon_stops_purchases_under_any_policy_and_nobody_is_paid_it() {
    let dir = tempfile::tempdir().unwrap();
    let run = |price: &str| {
        let out = dir.path().join(price.len().to_string());
        let price = format!("placement.internal_co2_price={price}");
        let set = ["placement.policy=\"greedy\"", "placement.hurdle_value_per_usd=0", price.as_str()];
        let set: Vec<&str> = set.iter().flat_map(|set| ["--set", *set]).collect();
        json(&hashwatt(&[&["run", CAPPED, "--json", "--out", out.to_str().unwrap()], &set[..]].concat()))
    };
    let grid_mwh = |summary: &serde_json::Value, year: i64| -> f64 {
        let rows = summary["emissions"].as_array().unwrap().iter().filter(|row| row["year"] == year);
        rows.map(|row| row["grid_mwh"].as_f64().unwrap()).sum()
    };
    let free = run("[]");
    let priced = run("[{ from = 2028-01-01, usd_per_t = 1e6 }]");
    assert!(grid_mwh(&free, 2027) > 1e4 && grid_mwh(&free, 2028) > 1e4);
    // Before the price begins nothing differs; afterwards no power is bought, and nothing is paid for that.
    assert_eq!(grid_mwh(&priced, 2027), grid_mwh(&free, 2027));
    assert_eq!(grid_mwh(&priced, 2028), 0.0);
    assert!(priced["portfolio"]["npv_usd"].as_f64().unwrap() > -1e9);
}

#[test]
fn costs_that_cannot_be_are_answered_with_what_can() {
    let cases: [(&str, &[&str]); 6] = [
        (
            "sites.0.grid.forward={share = 0.5, price_usd_per_mwh = 30, until = 2010-01-01}",
            &["bought forward until 2010"],
        ),
        ("sites.0.grid.forward={share = 50, price_usd_per_mwh = 30}", &["0 to 1", "`share`"]),
        ("sites.0.grid.forward={share = 0.5}", &["price_usd_per_mwh"]),
        ("sites.0.lease_usd_per_year=-1", &["lease_usd_per_year", "0 to"]),
        ("finance.insurance_per_year_share=5", &["0 to 1", "`insurance_per_year_share = 0.05`"]),
        ("finance.discount_rate_is=\"true\"", &["`nominal`", "`real`"]),
    ];
    for (set, words) in cases {
        let refused = hashwatt(&["check", PROMISE, "--set", set]);
        assert_eq!(code(&refused), 2, "{set}");
        for word in words {
            assert!(stderr(&refused).contains(word), "{set}: `{word}` is missing in\n{}", stderr(&refused));
        }
    }
}

#[test]
fn a_grid_of_unknown_emissions_is_named_where_emissions_are_capped() {
    let two = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/two-sites.toml");
    let cap = "placement.co2_cap_t_per_year=1000";
    let refused = hashwatt(&["check", two, "--set", cap]);
    assert_eq!(code(&refused), 2);
    for word in ["placement.co2_cap_t_per_year", "needs the emissions of every grid", "co2_kg_per_mwh", "eGRID"] {
        assert!(stderr(&refused).contains(word), "`{word}` is missing in\n{}", stderr(&refused));
    }
    let wary = hashwatt(&["check", CAPPED, "--set", "placement.cvar_weight=0.5"]);
    assert_eq!(code(&wary), 2);
    assert!(stderr(&wary).contains("do not go together"), "{}", stderr(&wary));
    let unordered =
        "placement.internal_co2_price=[{from = 2028-01-01, usd_per_t = 1}, {from = 2027-01-01, usd_per_t = 2}]";
    let unordered = hashwatt(&["check", CAPPED, "--set", unordered]);
    assert_eq!(code(&unordered), 2);
    assert!(stderr(&unordered).contains("in order of date"), "{}", stderr(&unordered));
    let exported = hashwatt(&["export", "pypsa", CAPPED, "no-such-folder"]);
    assert_eq!(code(&exported), 2);
    assert!(stderr(&exported).contains("cannot be exported"), "{}", stderr(&exported));
}
