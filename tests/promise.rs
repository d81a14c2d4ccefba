//! Simulating the plan of `optimal` gives what the optimiser promised, within the errors it states.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use core::ops::ControlFlow;
use std::path::Path;

use hashwatt::bitcoin::race::Mode;
use hashwatt::placement::answer::{PlannedStep, Promise};
use hashwatt::placement::optimal::Settings;
use hashwatt::scenario::model::Policy;
use hashwatt::scenario::{Scenario, load};
use hashwatt::sim::{place, run};

fn reference() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/reference.toml");
    load(&path, &[]).unwrap_or_else(|e| panic!("{e:?}")).scenario
}

/// What the optimiser promises of a plan of the reference, and what runs of it bring, USD.
fn promised_and_booked(most_nodes: usize, seeds: u64) -> (Promise, Vec<f64>) {
    let mut scenario = reference();
    assert_eq!(scenario.placement.policy, Policy::Optimal);
    let settings = Settings { most_nodes, ..Settings::default() };
    let answer = place(&scenario, scenario.seed, &settings, true, &mut |_| ControlFlow::Continue(())).unwrap();
    scenario.placement.policy = Policy::Fixed;
    scenario.plan = answer.plan.iter().map(PlannedStep::entry).collect();
    let npv_usd = |seed| {
        let output = run(&scenario, seed, Mode::Expected, &mut |_| ControlFlow::Continue(())).unwrap();
        output.summary.portfolio.npv_usd
    };
    (answer.promise.unwrap(), (1..=seeds).map(npv_usd).collect())
}

/// 95 % of single runs lie in the range that is stated, and the mean of all within its own error.
fn check(promise: &Promise, booked_usd: &[f64]) {
    let told = format!("{promise:#?}\nbooked {booked_usd:#?}");
    let [low, high] = promise.run_range_usd.unwrap();
    let outside = booked_usd.iter().filter(|usd| !(low..=high).contains(usd)).count();
    // Of eight runs two or more lie outside by chance in 5 % of all cases, of 24 four or more in 3 %.
    assert!(outside <= booked_usd.len() / 8, "{outside} runs lie outside of {low} to {high}: {told}");
    let count = booked_usd.len() as f64;
    let mean = booked_usd.iter().sum::<f64>() / count;
    let (sd, error) = (promise.run_sd_usd.unwrap(), promise.standard_error_usd.unwrap());
    let reach = 1.96 * (sd * sd / count + error * error).sqrt();
    assert!((mean - promise.mean_usd).abs() < reach, "{mean} is further than {reach} from the promise: {told}");
}

#[test]
fn a_plan_of_the_reference_brings_what_was_promised_within_the_stated_error() {
    let (promise, booked_usd) = promised_and_booked(1, 8);
    check(&promise, &booked_usd);
}

#[test]
#[ignore = "minutes of planning: .ci/run runs it optimised"]
fn the_plan_of_the_reference_brings_what_was_promised_within_the_stated_error() {
    let (promise, booked_usd) = promised_and_booked(Settings::default().most_nodes, 24);
    check(&promise, &booked_usd);
}
