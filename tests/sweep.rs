//! Sweeps through the program: rows, bytes, charts, and mistakes underlined in the sweep file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assert_cmd::cargo::cargo_bin_cmd;
use std::fs;
use std::path::Path;
use std::process::Output;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

fn sweep(file: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = cargo_bin_cmd!("hashwatt");
    command.arg("sweep").arg(file).arg("--out").arg(out).args(more).output().unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Writes a sweep over the small scenario and runs it.
fn sweep_of(text: &str, more: &[&str]) -> (tempfile::TempDir, Output) {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(Path::new(DATA).join("small.toml"), dir.path().join("small.toml")).unwrap();
    let file = dir.path().join("sweep.toml");
    fs::write(&file, text).unwrap();
    let output = sweep(&file, &dir.path().join("out"), more);
    (dir, output)
}

/// Cells of a table by column name.
fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let cells = |r: &csv::StringRecord| r.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = cells(reader.headers().unwrap());
    (header, reader.records().map(|r| cells(&r.unwrap())).collect())
}

#[test]
fn a_grid_gives_one_row_per_run_the_same_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let file = Path::new(DATA).join("small-sweep.toml");
    let run = |threads: &str| {
        let out = dir.path().join(threads);
        let output = sweep(&file, &out, &["--threads", threads]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        out
    };
    let (one, two) = (run("1"), run("2"));
    for name in ["runs.csv", "README.md", "charts/npv.svg", "charts/npv.png"] {
        assert_eq!(fs::read(one.join(name)).unwrap(), fs::read(two.join(name)).unwrap(), "{name}");
    }
    let (header, rows) = table(&one.join("runs.csv"));
    let column = |name: &str| {
        let index = header.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"));
        rows.iter().map(|r| r[index].as_str()).collect::<Vec<_>>()
    };
    assert_eq!(column("run"), ["1", "2", "3", "4", "5", "6", "7", "8"]);
    assert_eq!(column("seed"), ["5", "6", "5", "6", "5", "6", "5", "6"], "common random numbers");
    assert_eq!(column("bitcoin.price.initial_price_usd")[3..5], ["30000", "60000"]);
    assert_eq!(column("sites.steady.price.price_usd_per_mwh")[1..3], ["30", "60"]);
    assert!(column("status").iter().all(|s| *s == "ok"));
    let npv: Vec<f64> = column("npv_usd").iter().map(|v| v.parse().unwrap()).collect();
    assert!(npv[4] > npv[0], "a dearer coin is worth more to who mines it: {npv:?}");
    let described = fs::read_to_string(one.join("README.md")).unwrap();
    assert!(header.iter().all(|h| described.contains(&format!("`{h}`"))), "every column is described");
}

#[test]
fn a_row_is_the_run_with_its_keys_and_seed() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    assert!(sweep(&Path::new(DATA).join("small-sweep.toml"), &out, &["-q"]).status.success());
    let (header, rows) = table(&out.join("runs.csv"));
    let npv = header.iter().position(|h| h == "npv_usd").unwrap();
    let alone = cargo_bin_cmd!("hashwatt")
        .args(["run", &format!("{DATA}/small.toml"), "--json", "--mode", "expected", "--seed", "6"])
        .args(["--set", "bitcoin.price.initial_price_usd=60000", "--set", "sites.steady.price.price_usd_per_mwh=30"])
        .arg("--out")
        .arg(dir.path().join("alone"))
        .output()
        .unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&alone.stdout).unwrap();
    assert_eq!(summary["portfolio"]["npv_usd"].as_f64().unwrap(), rows[5][npv].parse::<f64>().unwrap());
}

#[test]
fn one_swept_key_gives_lines() {
    let text =
        "base = 'small.toml'\nmode = 'expected'\n[[vary]]\nkey = 'mining.pool_fee_share'\nvalues = [0.0, 0.02, 0.04]";
    let (dir, output) = sweep_of(text, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(table(&dir.path().join("out/runs.csv")).1.len(), 3);
    assert!(dir.path().join("out/charts/npv.svg").is_file());
    assert!(String::from_utf8(output.stdout).unwrap().contains("3 runs"));
}

#[test]
fn every_mistake_of_a_sweep_is_underlined_in_its_own_file() {
    let text = "base = 'small.toml'\n\n[[vary]]\nkey = 'mining.pool_fee_shar'\nvalues = [0.1]\n\n\
        [[vary]]\nkey = 'sites.windy.maximum_mw'\nvalues = [10, -5, 'many']\n";
    let (dir, output) = sweep_of(text, &[]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    for part in ["sweep.toml:4:", "`pool_fee_share`", "sweep.toml:9:15", "sweep.toml:9:19", "3 mistakes found"] {
        assert!(told.contains(part), "`{part}` is missing in\n{told}");
    }
    assert!(!dir.path().join("out").exists());
}

#[test]
fn mistakes_of_the_sweep_file_itself_come_all_at_once() {
    let text = "base = 'smal.toml'\nsamples = 3\n[[vary]]\nkey = 'seed'\nvalues = [1]\n[[vary]]\nkey = 'a..b'\nfrom = 2\nto = 1\nsteps = 2\n";
    let (_dir, output) = sweep_of(text, &[]);
    assert_eq!(output.status.code(), Some(2));
    for part in [
        "there is no file",
        "samples",
        "`seed` cannot be varied",
        "a part of the key path is empty",
        "exchange them",
        "5 mistakes",
    ] {
        assert!(stderr(&output).contains(part), "`{part}` is missing in\n{}", stderr(&output));
    }
}

#[test]
fn an_unknown_key_of_a_sweep_file_has_its_nearest_named() {
    let (_dir, output) = sweep_of("base = 'small.toml'\nreplicate = 2\n[[vary]]\nkey = 'seed'\nvalues = [1]\n", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`replicates`"), "{}", stderr(&output));
}

#[test]
fn a_base_that_is_wrong_by_itself_is_reported_in_its_own_lines() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("base.toml"), "name = 'x'\nstart = 2024-01-01\n").unwrap();
    let file = dir.path().join("sweep.toml");
    fs::write(&file, "base = 'base.toml'\n[[vary]]\nkey = 'mining.pool_fee_share'\nvalues = [0.1]\n").unwrap();
    let output = sweep(&file, &dir.path().join("out"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("base.toml") && !stderr(&output).contains("sweep.toml"), "{}", stderr(&output));
}

#[test]
fn a_finished_sweep_is_not_replaced_without_force() {
    let dir = tempfile::tempdir().unwrap();
    let (file, out) = (Path::new(DATA).join("small-sweep.toml"), dir.path().join("out"));
    let codes = [&["-q"][..], &["-q"], &["-q", "--force"]].map(|more| sweep(&file, &out, more).status.code());
    assert_eq!(codes, [Some(0), Some(2), Some(0)]);
}

#[test]
fn every_sweep_of_the_gallery_is_sound_at_every_point() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/sweeps");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let plan = hashwatt::sweep::Plan::load(&path, None).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(plan.cases(None).len() as u64, plan.runs());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn a_list_gives_its_rows_and_its_mistakes_their_lines() {
    let list = |points: &str| {
        let dir = tempfile::tempdir().unwrap();
        fs::copy(Path::new(DATA).join("small.toml"), dir.path().join("small.toml")).unwrap();
        fs::write(dir.path().join("points.csv"), points).unwrap();
        let file = dir.path().join("sweep.toml");
        fs::write(&file, "base = 'small.toml'\ndesign = 'list'\nmode = 'expected'\nlist = { file = 'points.csv' }\n")
            .unwrap();
        let output = sweep(&file, &dir.path().join("out"), &["-q"]);
        (dir, output)
    };
    let (dir, output) = list("mining.pool_fee_share, sites.steady.maximum_mw\n0.01, 50\n0.02, 60\n0.01, 50\n");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (header, rows) = table(&dir.path().join("out/runs.csv"));
    assert_eq!(header[4..6], ["mining.pool_fee_share", "sites.steady.maximum_mw"]);
    assert_eq!(rows.iter().map(|r| r[4..6].join(" ")).collect::<Vec<_>>(), ["0.01 50", "0.02 60", "0.01 50"]);
    let (_dir, output) = list("mining.pool_fee_share,sites.steady.maximum_mw\n0.01,50\n0.02,-60\nhigh,50\n");
    assert_eq!(output.status.code(), Some(2));
    for part in ["points.csv` line 3", "points.csv` line 4", "2 mistakes"] {
        assert!(stderr(&output).contains(part), "`{part}` is missing in\n{}", stderr(&output));
    }
    let (_dir, output) = list("mining.pool_fee_share,seed\n0.01\n,1\n");
    for part in ["`seed` cannot be varied", "line 2", "has no value"] {
        assert!(stderr(&output).contains(part), "`{part}` is missing in\n{}", stderr(&output));
    }
}

#[test]
fn independent_seeds_are_used_once() {
    let text = "base = 'small.toml'\nmode = 'expected'\nseeds = 'independent'\nreplicates = 2\nseed = 5\n\
        [[vary]]\nkey = 'mining.pool_fee_share'\nvalues = [0.0, 0.02]";
    let (dir, output) = sweep_of(text, &["-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (header, rows) = table(&dir.path().join("out/runs.csv"));
    let seed = header.iter().position(|h| h == "seed").unwrap();
    assert_eq!(rows.iter().map(|r| r[seed].as_str()).collect::<Vec<_>>(), ["5", "6", "7", "8"]);
}

#[test]
fn a_saltelli_sweep_gives_the_shares_of_the_variance() {
    let text = "base = 'small.toml'\nmode = 'expected'\ndesign = 'saltelli'\nsamples = 16\n\
        [[vary]]\nkey = 'bitcoin.price.initial_price_usd'\nfrom = 30000\nto = 60000\n\
        [[vary]]\nkey = 'sites.steady.price.price_usd_per_mwh'\nfrom = 30\nto = 60\n\
        [[metric]]\nname = 'own_usd'\ncolumn = 'npv_usd'\nkind = 'mining'";
    let (dir, output) = sweep_of(text, &["-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let out = dir.path().join("out");
    let (header, rows) = table(&out.join("runs.csv"));
    assert_eq!(rows.len(), 64);
    assert!(header.contains(&"own_usd".to_owned()));
    let (_, rows) = table(&out.join("sensitivity.csv"));
    let share = |index: &str| -> f64 {
        let row = rows.iter().find(|r| r[0] == "own_usd" && r[1].starts_with("bitcoin") && r[3] == index).unwrap();
        row[4].parse().unwrap()
    };
    assert!((0.0..1.5).contains(&share("sobol_first")) && (0.0..1.5).contains(&share("sobol_total")));
    assert_eq!(share("rank_correlation").signum(), 1.0, "a dearer coin is worth more to a mine");
    assert!(out.join("charts/sobol-npv.svg").is_file());
}

#[test]
fn replicates_have_statistics_a_fan_and_a_distribution() {
    let text = "base = 'small.toml'\nmode = 'sampled'\nreplicates = 24\n";
    let (dir, output) = sweep_of(text, &["-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let out = dir.path().join("out");
    let (_, rows) = table(&out.join("statistics.csv"));
    assert_eq!(rows[0][..3], ["all", "npv_usd", "24"]);
    let (_, rows) = table(&out.join("fan.csv"));
    assert!(rows.iter().any(|r| r[1] == "cumulative_cash_flow_usd" && r[3] == "24"));
    for chart in ["fan.svg", "distribution-npv.svg"] {
        assert!(out.join("charts").join(chart).is_file(), "{chart}");
    }
}

#[test]
fn a_plan_says_what_a_sweep_amounts_to_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = Path::new(DATA).join("small-sweep.toml");
    let plan = |more: &[&str]| {
        let mut command = cargo_bin_cmd!("hashwatt");
        let output = command.current_dir(dir.path()).args(["sweep", "plan"]).arg(&file).args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = plan(&[]);
    for part in
        ["8 runs", "4 points of a grid design × 2 replicates", "seeds 5 to 6 at every point", "30 to 60, 2 values"]
    {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
    let csv = plan(&["--csv"]);
    assert_eq!(csv.lines().nth(4), Some("4,2,2,6,30000,60"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_job_script_is_printed_and_not_run() {
    let file = Path::new(DATA).join("small-sweep.toml");
    let submit = |engine: &str| {
        let mut command = cargo_bin_cmd!("hashwatt");
        let output = command.args(["sweep", "submit"]).arg(&file).args([engine, "--shards", "5"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(submit("--slurm").contains("#SBATCH --array=1-5"));
    assert!(submit("--k8s").contains("completionMode: Indexed"));
}

#[test]
fn what_would_not_be_varied_or_measured_as_written_is_refused() {
    let told = |text: &str| {
        let (_dir, output) = sweep_of(text, &[]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        stderr(&output).to_owned()
    };
    let key = |key: &str| format!("[[vary]]\nkey = '{key}'\nvalues = [30, 60]\n");
    let mode = told("base = 'small.toml'\n[[vary]]\nkey = 'bitcoin.mode'\nvalues = ['hash', 'expected']");
    assert!(mode.contains("it is the `mode` of the sweep"), "{mode}");
    let name = "sites.steady.price.price_usd_per_mwh";
    let alias = told(&format!("base = 'small.toml'\n{}{}", key(name), key(&name.replace("steady", "1"))));
    assert!(alias.contains("written in another way"), "{alias}");
    let metric = |more: &str| format!("base = 'small.toml'\nreplicates = 2\n[[metric]]\ncolumn = 'npv_usd'\n{more}");
    let column = told(&metric("name = 'status'"));
    assert!(column.contains("another column of runs.csv"), "{column}");
    let scope = told(&metric("name = 'a_usd'\nscope = 'nowhere'\nless = 'steady/oven'"));
    assert!(scope.contains("`nowhere` is neither") && scope.contains("`steady/oven`"), "{scope}");
}

#[test]
fn a_law_whose_tail_is_refused_does_not_fill_the_screen() {
    let text = "base = 'small.toml'\ndesign = 'random'\nsamples = 200\n[[vary]]\nkey = 'mining.pool_fee_share'\n\
        distribution = 'normal'\nmean = 0.02\nstandard_deviation = 5";
    let (_dir, output) = sweep_of(text, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("more points are refused here"), "{}", stderr(&output));
    assert!(stderr(&output).contains("6 mistakes"), "{}", stderr(&output));
}

#[test]
fn a_varied_file_is_seen_from_the_folder_of_the_sweep() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(Path::new(DATA).join("small.toml"), dir.path().join("small.toml")).unwrap();
    fs::create_dir(dir.path().join("prices")).unwrap();
    for (name, price) in [("low", 30_000), ("high", 60_000)] {
        let days = (0..200).map(|i| {
            let date = hashwatt::calendar::Day::parse("2024-01-01").unwrap().plus_days(i);
            format!("{date},{price}\n")
        });
        let text = format!("date,price_usd\n{}", days.collect::<String>());
        fs::write(dir.path().join(format!("prices/{name}.csv")), text).unwrap();
    }
    let file = dir.path().join("sweep.toml");
    let text = "base = 'small.toml'\nmode = 'expected'\n[[vary]]\nkey = 'bitcoin.price.kind'\nvalues = ['csv']\n\
        [[vary]]\nkey = 'bitcoin.price.file'\nvalues = ['prices/low.csv', 'prices/high.csv']";
    fs::write(&file, text).unwrap();
    let output = sweep(&file, &dir.path().join("out"), &["-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (header, rows) = table(&dir.path().join("out/runs.csv"));
    let mean = header.iter().position(|h| h == "mean_btc_price_usd").unwrap();
    assert_eq!(rows.iter().map(|r| r[mean].as_str()).collect::<Vec<_>>(), ["30000", "60000"]);
    assert_eq!(rows[0][5], "prices/low.csv");
}
