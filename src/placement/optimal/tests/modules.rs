//! Whole modules against the enumeration of all plans.

use core::ops::ControlFlow;

use rand::RngExt;

use super::super::*;
use super::{keeps_limits, lives, random_plan};
use crate::placement::field::{Counts, Field, FirmCurve, Limit, Offer};
use crate::placement::problem::{Action, FarmKind};
use crate::placement::sample::{Shape, field};
use crate::rng::stream;

/// Two sites that may order mines and halls in modules on one date.
fn tiny(seed: u64) -> Field {
    let shape = Shape { sites: 2, segments: 2, dates: 1, paths: 2, days: 1, standing: false };
    let mut field = field(seed, &shape);
    for site in &mut field.sites {
        site.maximum_mw *= 0.4;
        site.offers.retain(|o| (1..=2).contains(&o.stage.model));
        for offer in &mut site.offers {
            offer.module_mw = if offer.stage.model == 1 { 7.0 } else { 4.0 };
        }
        site.firm_curves.fill(FirmCurve::default());
    }
    field
}

/// The same with a mine that stands at the first site and may be converted, under a limit on all mining.
fn with_a_mine(seed: u64) -> Field {
    let shape = Shape { sites: 2, segments: 2, dates: 1, paths: 2, days: 1, standing: true };
    let mut tiny = tiny(seed);
    let place = &mut tiny.sites[0];
    place.standing = field(seed, &shape).sites[0].standing.clone();
    place.standing[0].mw = 9.0;
    place.convertible_mw = 9.0;
    let convert = |o: &Offer| Offer { action: Action::Convert, old_runs_share: 0.3, module_mw: 4.0, ..o.clone() };
    let halls: Vec<Offer> = place.offers.iter().filter(|o| o.stage.model == 2).map(convert).collect();
    place.offers.extend(halls);
    let counts = Counts::Standing { date: 0, kinds: [true, false, false] };
    tiny.limits.push(Limit {
        name: "mining fleet".to_owned(),
        counts,
        at_most: [0.0, 5.0, 12.0, 40.0][seed as usize % 4],
    });
    tiny
}

/// Value of the best of all plans in whole modules, USD.
fn enumerated_usd(search: &mut Search) -> f64 {
    let field = search.field;
    let mut modules = Vec::new();
    for (s, site) in field.sites.iter().enumerate() {
        for (o, offer) in site.offers.iter().enumerate() {
            let block = (offer.action == Action::Convert).then_some(0);
            let most_mw = block.map_or(site.maximum_mw, |b: usize| site.standing[b].mw);
            let column = search.learn(Life { site: s, block, orders: vec![o], closed: None });
            modules.push((column, block.is_some(), offer.module_mw, most_mw));
        }
    }
    let block_mw = field.sites[0].standing.first().map_or(0.0, |b| b.mw);
    let bare = |closed| Life { site: 0, block: Some(0), orders: Vec::new(), closed };
    let rests = if block_mw > 0.0 { vec![search.learn(bare(None)), search.learn(bare(Some(0)))] } else { vec![0] };
    let mut best_usd = f64::NEG_INFINITY;
    let mut counts = vec![0_usize; modules.len()];
    loop {
        for rest in &rests {
            let mut mw = vec![0.0; search.master.columns.len()];
            let sizes = modules.iter().zip(&counts).map(|(m, count)| (m, *count as f64 * m.2));
            let mut left_mw = block_mw;
            for ((column, converts, ..), size_mw) in sizes {
                mw[*column] += size_mw;
                left_mw -= if *converts { size_mw } else { 0.0 };
            }
            if block_mw > 0.0 {
                mw[*rest] += left_mw;
            }
            if left_mw >= 0.0 && keeps_limits(search, &mw) {
                best_usd = best_usd.max(search.value_of_whole(&mw));
            }
        }
        // Counts like an odometer.
        let grows = (0..modules.len()).find(|i| (counts[*i] + 1) as f64 * modules[*i].2 <= modules[*i].3);
        let Some(grows) = grows else { return best_usd };
        counts[..grows].fill(0);
        counts[grows] += 1;
    }
}

fn assert_is_the_best_of_all(field: &Field, what: &str) {
    let settings = Settings { gap_share: 1e-6, relaxed_gap_share: 1e-7, most_nodes: 500, ..Settings::default() };
    let mut optimum = optimise(field, &settings, &mut |_| ControlFlow::Continue(())).unwrap();
    let proof = optimum.answer.proof;
    let best_usd = enumerated_usd(&mut optimum.search);
    let slack_usd = 1e-6 * best_usd.abs() + 1.0;
    assert!(keeps_limits(&optimum.search, &optimum.plan.mw), "{what}: the plan breaks a limit");
    assert!(proof.upper_bound_usd + slack_usd >= best_usd, "{what}: {proof:?} of {best_usd}");
    assert!((proof.objective_usd - best_usd).abs() <= slack_usd, "{what}: {proof:?} of {best_usd}");
}

#[test]
fn whole_modules_are_the_best_of_all_plans() {
    for seed in 0..6 {
        assert_is_the_best_of_all(&tiny(seed), &format!("seed {seed}"));
    }
}

#[test]
fn what_stands_stays_closes_or_is_converted_as_is_best() {
    for seed in 0..8 {
        let field = with_a_mine(seed);
        let settings = Settings { gap_share: 1e-6, relaxed_gap_share: 1e-7, most_nodes: 500, ..Settings::default() };
        let mut optimum = optimise(&field, &settings, &mut |_| ControlFlow::Continue(())).unwrap();
        let proof = optimum.answer.proof;
        let best_usd = enumerated_usd(&mut optimum.search);
        let slack_usd = 1e-6 * best_usd.abs() + 1.0;
        assert!(keeps_limits(&optimum.search, &optimum.plan.mw), "seed {seed}: the plan breaks a limit");
        assert!(proof.upper_bound_usd + slack_usd >= best_usd, "seed {seed}: {proof:?} of {best_usd}");
        // What stands may also stay in part, which is not enumerated.
        assert!(proof.objective_usd + slack_usd >= best_usd, "seed {seed}: {proof:?} of {best_usd}");
    }
}

#[test]
fn sites_that_cost_to_open_are_opened_where_that_is_best() {
    for seed in 0..6 {
        let mut field = tiny(seed);
        field.sites[0].opening_discounted_usd = vec![8e6];
        field.sites[0].opening_capital_usd = 9e6;
        field.sites[1].overhead_discounted_usd.fill(2e6);
        assert_is_the_best_of_all(&field, &format!("seed {seed}"));
    }
}

#[test]
fn sites_run_where_that_is_worth_their_overhead() {
    for seed in 0..8 {
        let mut field = tiny(seed);
        // Halls begin to run a segment later than mines, and pay so much less.
        for (site, usd) in field.sites.iter_mut().zip([4e6, 7e6]) {
            site.overhead_discounted_usd.fill(usd);
        }
        assert_is_the_best_of_all(&field, &format!("seed {seed}"));
    }
}

#[test]
fn what_ai_earns_by_its_total_may_bend_either_way() {
    let mut rng = stream(0, "curves", "");
    for seed in 0..8 {
        let mut field = tiny(seed);
        for curve in field.sites.iter_mut().flat_map(|s| &mut s.firm_curves) {
            let steps = (1..=20).map(|_| rng.random_range(-1.0_f64..1.4).powi(3) * 1e6);
            let mut usd = 0.0;
            let points = core::iter::once(0.0).chain(steps.map(|step| {
                usd += step;
                usd
            }));
            *curve = FirmCurve { step_mw: 2.5, discounted_usd: points.collect() };
        }
        assert_is_the_best_of_all(&field, &format!("seed {seed}"));
    }
}

/// Rounds down what is built and converted; what stands and is not converted does nothing but end.
fn to_modules(search: &Search, mw: &mut [f64], module_mw: f64) {
    let columns = &search.master.columns;
    for v in 0..columns.len() {
        let life = &columns[v].life;
        if life.block.is_none() || columns[v].converts {
            let rest_mw = mw[v] - (mw[v] / module_mw + 1e-9).floor() * module_mw;
            mw[v] -= rest_mw;
            let ends = |c: &Column| c.life.site == life.site && c.life.block == life.block && c.life.orders.is_empty();
            if life.block.is_some() {
                mw[columns.iter().position(ends).unwrap()] += rest_mw;
            }
        }
    }
}

#[test]
fn no_plan_in_whole_modules_is_worth_more_than_its_bound() {
    const MODULE_MW: f64 = 2.5;
    for seed in 0..6 {
        let mut field = lives::eventful(seed);
        for site in &mut field.sites {
            site.overhead_discounted_usd.fill(5e5);
            site.offers.iter_mut().for_each(|o| o.module_mw = MODULE_MW);
        }
        if seed % 2 == 1 {
            field.sites[0].standing.clear();
            field.sites[0].opening_discounted_usd = vec![3e6, 2.5e6, 2e6];
            field.sites[0].opening_capital_usd = 4e6;
        }
        let mut optimum =
            optimise(&field, &Settings { most_nodes: 12, ..Settings::default() }, &mut |_| ControlFlow::Continue(()))
                .unwrap();
        let bound_usd = optimum.answer.proof.upper_bound_usd;
        let search = &mut optimum.search;
        for site in 0..field.sites.len() {
            for life in lives::all_lives(&field, site) {
                search.learn(life);
            }
        }
        let mut rng = stream(seed, "random whole plans", "");
        let mut best_usd = f64::NEG_INFINITY;
        for _ in 0..200 {
            let mut mw = random_plan(&mut rng, search, &optimum.plan.mw);
            to_modules(search, &mut mw, MODULE_MW);
            if keeps_limits(search, &mw) {
                let usd = search.value_of_whole(&mw);
                assert!(usd <= bound_usd + 1e-6 * bound_usd.abs(), "seed {seed}: {usd} above {bound_usd}");
                best_usd = best_usd.max(usd);
            }
        }
        assert!(best_usd > 0.3 * bound_usd, "seed {seed}: plans of {best_usd} say little about {bound_usd}");
    }
}

#[test]
fn nothing_is_built_below_its_smallest_size() {
    for seed in 0..6 {
        let mut field = tiny(seed);
        // Halls for 8 MW may be built in all, and none below 12 MW.
        field.limits.iter_mut().filter(|l| l.name == "ai 0").for_each(|l| l.at_most = 8.0);
        for offer in field.sites.iter_mut().flat_map(|s| &mut s.offers).filter(|o| o.stage.model == 2) {
            offer.minimum_mw = 12.0;
        }
        let answer = optimise(&field, &Settings::default(), &mut |_| ControlFlow::Continue(())).unwrap().answer;
        assert!(answer.plan.iter().all(|step| step.kind == FarmKind::Mining), "seed {seed}: {:?}", answer.plan);
    }
}
