//! From a made-up answer to what the user gets.

use super::*;
use crate::placement::answer::PlaceError;
use crate::placement::answer::{Sampling, Sizes, WorstPaths, fixture};
use crate::results::read_placement;
use clap::Parser;

/// `place`'s arguments by themselves.
#[derive(Debug, Parser)]
struct Alone {
    #[command(flatten)]
    args: Args,
}

fn scenario_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)
}

fn args(file: &str, more: &[&str]) -> Args {
    let file = scenario_file(file);
    let words = ["place", file.to_str().unwrap(), "--quiet"].into_iter().chain(more.iter().copied());
    Alone::try_parse_from(words).unwrap().args
}

fn loaded(args: &Args) -> Loaded {
    crate::scenario::load(&args.scenario, &args.overrides()).unwrap()
}

fn answer(loaded: &Loaded) -> Answer {
    let sites: Vec<_> = loaded.scenario.sites.iter().map(|s| (s.name.as_str(), s.maximum_mw)).collect();
    fixture::answer(loaded.scenario.start, &sites)
}

fn place(args: &Args, out: &Path) -> Result<(), Failure> {
    let loaded = loaded(args);
    check_target(out, args.force)?;
    finish(args, &loaded, answer(&loaded), begin(args, &loaded), out, || false)
}

fn text(file: &str) -> String {
    let loaded = loaded(&args(file, &[]));
    print::describe(&PlaceSummary::new(&loaded.scenario, answer(&loaded)))
}

#[test]
fn the_folder_is_whole_and_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("placed");
    let args = args("reference.toml", &["--seed", "3"]);
    place(&args, &out).unwrap();
    let loaded = loaded(&args);
    let (tables, summary) = read_placement(&out).unwrap();
    assert_eq!(tables, PlaceTables::new(&loaded.scenario, &answer(&loaded)));
    assert_eq!((summary.seed, summary.answer.sites.len()), (3, 12));
    assert!(summary.files.contains(&"charts/value-curves.png".to_owned()), "{:?}", summary.files);
    let chart = out.join("charts/tradeoff.svg");
    let before = std::fs::read(&chart).unwrap();
    chart::draw_placement(&tables, &folder::placement_title(&summary), &out).unwrap();
    assert!(std::fs::read(&chart).unwrap() == before, "drawn again from its tables a chart differs");
    let refused = place(&args, &out).unwrap_err();
    assert!(refused.exit_code() == 2 && refused.to_string().contains("--force"), "{refused}");
}

#[test]
fn the_same_answer_gives_the_same_bytes_whatever_the_clock_said() {
    let dir = tempfile::tempdir().unwrap();
    let args = args("texas-wind.toml", &[]);
    let loaded = loaded(&args);
    let write = |name: &str, seconds: f64| {
        let mut answer = answer(&loaded);
        answer.effort.seconds.posing = seconds;
        finish(&args, &loaded, answer, begin(&args, &loaded), &dir.path().join(name), || false).unwrap();
        read_placement(&dir.path().join(name)).unwrap().1.files
    };
    let (files, again) = (write("one", 1.0), write("two", 2.0));
    assert_eq!(files, again);
    for file in files.iter().filter(|f| *f != "manifest.json") {
        let bytes = |name: &str| std::fs::read(dir.path().join(name).join(file)).unwrap();
        assert!(bytes("one") == bytes("two"), "{file} differs");
    }
}

#[test]
fn the_plan_is_a_scenario_that_keeps_what_the_command_line_set() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("placed");
    let set =
        ["--seed", "5", "--set", "sites.ohio-grid.price.mean_usd_per_mwh=25", "--set", "placement.budget_usd=7e8"];
    let args = args("reference.toml", &set);
    place(&args, &out).unwrap();
    let plan = crate::scenario::load(&out.join("plan.toml"), &[]).unwrap_or_else(|e| panic!("{e}")).scenario;
    let mut wanted = loaded(&args).scenario;
    assert_eq!(plan.plan.len(), answer(&loaded(&args)).plan.len());
    wanted.name = "reference-plan".to_owned();
    wanted.placement.policy = crate::scenario::model::Policy::Fixed;
    wanted.plan.clone_from(&plan.plan);
    assert_eq!(plan, wanted);
}

#[test]
fn a_plan_on_data_files_finds_them_from_its_own_folder() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("placed");
    place(&args("texas-wind.toml", &[]), &out).unwrap();
    crate::scenario::load(&out.join("plan.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn the_summary_says_value_bound_gap_limits_and_what_is_missing() {
    let told = text("reference.toml");
    for words in [
        "No plan is worth more than",
        "the gap is 0.0060 %, 0.0100 % were asked for.",
        "Were sizes continuous",
        "14 rounds, 812 cuts, 33 nodes; 12.3 s",
        "20 paths of 8,760 hours a site)",
        "On 20 other paths than it was made for it is worth",
        "with a standard error of",
        "One run has a standard deviation of",
        "0.153 USD per USD",
        "41,250 USD per MW",
        "Not binding: AI hosting 2026.",
        "build mining Antminer S23 Hyd",
        "0.20 % less",
        "`greedy` is worth",
    ] {
        assert!(told.contains(words), "`{words}` is missing in\n{told}");
    }
}

/// Where `HASHWATT_LOOK` names a folder, the text stays there for a human eye.
#[test]
fn fifty_sites_are_told_on_a_page() {
    let told = text("fifty-sites.toml");
    if let Some(folder) = std::env::var_os("HASHWATT_LOOK") {
        std::fs::write(Path::new(&folder).join("fifty.txt"), &told).unwrap();
    }
    assert!(told.lines().count() < 100, "{told}");
    assert!(told.contains(" more sites lack "), "{told}");
}

#[test]
fn weighted_worst_paths_and_continuous_sizes_are_named() {
    let loaded = loaded(&args("reference.toml", &[]));
    let mut answer = answer(&loaded);
    answer.sizes = Sizes::Continuous;
    let worst = WorstPaths { weight: 0.3, tail_share: 0.1, mean_usd: 1e6 };
    answer.sampling = Sampling::of(answer.sampling.path_values_usd, 8760, Some(worst));
    let told = print::describe(&PlaceSummary::new(&loaded.scenario, answer));
    assert!(told.contains("(continuous sizes)") && told.contains("1.0 M USD in the worst 10.0 %"), "{told}");
    assert!(!told.contains("Were sizes continuous"));
}

#[test]
fn a_limit_that_cannot_be_kept_is_bad_input_and_named() {
    let limit = "budget until 2026-01-01".to_owned();
    let error = PlaceError::Infeasible { limit, need: 2e6, have: 1e6, unit: "USD".to_owned() };
    let failure = Failure::from(error);
    assert_eq!(failure.exit_code(), 2);
    let text = "no plan keeps the limit `budget until 2026-01-01`: at least 2,000,000 USD are needed, 1,000,000 USD are allowed";
    assert_eq!(failure.to_string(), text);
    assert_eq!(Failure::from(PlaceError::Unbounded { what: "mining at a".to_owned() }).exit_code(), 2);
    assert_eq!(Failure::from(PlaceError::Solver("x".to_owned())).exit_code(), 1);
}

#[test]
fn the_folder_s_name_depends_on_what_was_asked() {
    let name = |more: &[&str]| {
        let args = args("reference.toml", more);
        args.default_folder(&loaded(&args))
    };
    assert!(name(&[]).display().to_string().contains("output/reference-place-"));
    assert_ne!(name(&[]), name(&["--relax"]));
    assert_ne!(name(&[]), name(&["--gap", "1e-3"]));
    assert_eq!(name(&[]), name(&["--gap", "0.0001", "--threads", "2"]));
    assert!(share("1").is_err() && share("x").is_err() && share("0").is_ok());
}
