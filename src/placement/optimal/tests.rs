//! The optimiser against the whole decision as one linear program, against enumeration, and against itself.

mod carbon;
mod lives;
mod modules;

use core::ops::ControlFlow;

use rand::RngExt;

use super::*;
use crate::placement::answer::{PlaceError, Seconds};
use crate::placement::field::{Field, Risk, Standing};
use crate::placement::monolith::monolith;
use crate::placement::sample::{Shape, field};
use crate::rng::{Stream, stream};

const SHAPE: Shape = Shape { sites: 2, segments: 3, dates: 2, paths: 2, days: 1, standing: true };

/// A random field in which closing early never pays: the monolith closes nothing.
fn never_closed(seed: u64, shape: &Shape) -> Field {
    let mut field = field(seed, shape);
    for site in &mut field.sites {
        let built = site.offers.iter_mut().filter_map(|o| o.hall.as_mut());
        for hall in built.chain(site.standing.iter_mut().map(|s| &mut s.hall)) {
            hall.closed_usd_per_mw.fill(-1e9);
        }
    }
    field
}

/// A search and what it found with continuous sizes.
fn solved(field: &Field) -> (Search<'_>, Relaxed) {
    let mut search = Search::new(field);
    let relaxed = search.solve(1e-7, f64::NEG_INFINITY).unwrap();
    (search, relaxed)
}

/// Asserts that a field's relaxation and its proof are the monolith's optimum; `what` names it.
fn assert_is_the_monolith(field: &Field, what: &str) {
    let (search, relaxed) = solved(field);
    let gross_usd = monolith(field);
    let over_usd = gross_usd - search.master.base_usd.iter().sum::<f64>();
    let slack_usd = 1e-6 * gross_usd.abs();
    let (value_usd, bound_usd) = (relaxed.best.value_usd, relaxed.proof.bound_usd);
    assert!((value_usd - over_usd).abs() <= slack_usd, "{what}: value {value_usd}, monolith {over_usd}");
    assert!((bound_usd - over_usd).abs() <= slack_usd, "{what}: bound {bound_usd}, monolith {over_usd}");
}

#[test]
fn the_relaxation_is_the_monolithic_linear_program() {
    for (dates, segments, paths) in [(1, 1, 1), (1, 3, 2), (2, 2, 1), (2, 3, 2)] {
        for (seed, standing) in [(0, false), (1, true), (2, true), (3, false)] {
            let shape = Shape { segments, dates, paths, standing, ..SHAPE };
            let what = format!("seed {seed}, {shape:?}");
            assert_is_the_monolith(&never_closed(seed, &shape), &what);
        }
    }
}

#[test]
fn with_aversion_to_risk_the_relaxation_is_the_monolithic_linear_program() {
    for (seed, cvar_weight, tail_share) in [(0, 0.5, 0.5), (1, 1.0, 0.25), (2, 0.3, 0.4)] {
        let mut field = never_closed(seed, &Shape { segments: 2, paths: 4, standing: seed == 1, ..SHAPE });
        field.risk = Risk { cvar_weight, tail_share };
        // The monolith's worst paths are those of the whole value, the optimiser's of what it adds to selling. Where
        // nothing can be sold they are the same.
        field.sites.iter_mut().for_each(|site| site.hours.export_mw.fill(0.0));
        assert_is_the_monolith(&field, &format!("seed {seed}"));
    }
}

#[test]
fn the_worst_of_all_paths_are_the_mean() {
    let mut field = field(4, &SHAPE);
    let mean = solved(&field).1;
    field.risk = Risk { cvar_weight: 1.0, tail_share: 1.0 };
    let all = solved(&field).1;
    let slack_usd = 1e-6 * mean.best.value_usd.abs();
    assert!((all.best.value_usd - mean.best.value_usd).abs() <= slack_usd, "{:?} {:?}", all.best, mean.best);
    assert!((all.proof.bound_usd - mean.proof.bound_usd).abs() <= slack_usd);
}

#[test]
fn aversion_to_risk_is_never_worth_more_than_the_mean() {
    for seed in 0..4 {
        let mut field = lives::eventful(seed);
        let mean_usd = solved(&field).1.proof.bound_usd;
        let mut least_usd = mean_usd;
        for cvar_weight in [0.3, 0.7, 1.0] {
            field.risk = Risk { cvar_weight, tail_share: 0.5 };
            let value_usd = solved(&field).1.best.value_usd;
            assert!(value_usd <= least_usd + 1e-6 * mean_usd.abs(), "seed {seed}, weight {cvar_weight}");
            least_usd = value_usd;
        }
    }
}

#[test]
fn no_plan_is_worth_more_than_the_bound() {
    for seed in 0..6 {
        let mut field = lives::eventful(seed);
        if seed % 2 == 1 {
            field.risk = Risk { cvar_weight: 0.6, tail_share: 0.5 };
            field.sites[0].standing.clear();
            field.sites[0].opening_discounted_usd = vec![3e6, 2.5e6, 2e6];
            field.sites[0].opening_capital_usd = 4e6;
        }
        let (mut search, relaxed) = solved(&field);
        let bound_usd = relaxed.proof.bound_usd;
        for site in 0..field.sites.len() {
            for life in lives::all_lives(&field, site) {
                search.learn(life);
            }
        }
        let mut rng = stream(seed, "random plans", "");
        let mut best_usd = f64::NEG_INFINITY;
        for _ in 0..60 {
            let usd = search.value_of_whole(&random_plan(&mut rng, &search, &relaxed.best.mw));
            assert!(usd <= bound_usd + 1e-6 * bound_usd.abs(), "seed {seed}: {usd} above {bound_usd}");
            best_usd = best_usd.max(usd);
        }
        assert!(best_usd > 0.5 * bound_usd, "seed {seed}: plans of {best_usd} say little about {bound_usd}");
    }
}

/// MW by column of a plan that the limits allow: a random plan, or one on the way from there to `best`.
fn random_plan(rng: &mut Stream, search: &Search, best: &[f64]) -> Vec<f64> {
    let columns = &search.master.columns;
    let mut mw = vec![0.0; columns.len()];
    for _ in 0..8 {
        let v = rng.random_range(0..columns.len());
        if columns[v].life.block.is_none() {
            mw[v] += rng.random_range(0.0..20.0);
        }
    }
    for (s, site) in search.field.sites.iter().enumerate() {
        for (b, block) in site.standing.iter().enumerate() {
            let of_block = |v: &usize| columns[*v].life.site == s && columns[*v].life.block == Some(b);
            let of_block: Vec<usize> = (0..columns.len()).filter(of_block).collect();
            let share = rng.random_range(0.0..1.0);
            // The first of them does nothing but end.
            mw[of_block[0]] += (1.0 - share) * block.mw;
            mw[of_block[rng.random_range(0..of_block.len())]] += share * block.mw;
        }
    }
    let towards = rng.random_range(0.0..1.2_f64).min(0.98);
    for (v, mw) in mw.iter_mut().enumerate() {
        *mw += towards * (best.get(v).copied().unwrap_or(0.0) - *mw);
    }
    while !keeps_limits(search, &mw) {
        for (mw, column) in mw.iter_mut().zip(columns) {
            let stays = column.life.block.is_some() && column.life.orders.is_empty() && column.life.closed.is_none();
            *mw *= if stays { 1.0 } else { 0.9 };
        }
        for (s, site) in search.field.sites.iter().enumerate() {
            for (b, block) in site.standing.iter().enumerate() {
                let of_block = |v: &usize| columns[*v].life.site == s && columns[*v].life.block == Some(b);
                let all: f64 = (0..columns.len()).filter(of_block).map(|v| mw[v]).sum();
                let first = (0..columns.len()).find(of_block).unwrap();
                mw[first] += block.mw - all;
            }
        }
    }
    mw
}

/// Whether a plan keeps the limits over all sites, and each site's connection and conversions.
fn keeps_limits(search: &Search, mw: &[f64]) -> bool {
    let field = search.field;
    let below = |used: f64, at_most: f64| used <= at_most + 1e-9 * at_most.abs();
    let sum = |counts: &dyn Fn(&Column) -> bool| -> f64 {
        search.master.columns.iter().zip(mw).filter(|(c, _)| counts(c)).map(|p| p.1).sum()
    };
    let mut limits = search.limits_used(mw).into_iter().zip(&field.limits);
    limits.all(|(used, limit)| below(used, limit.at_most))
        && field.sites.iter().enumerate().all(|(s, site)| {
            let taken = |d: usize| sum(&move |c: &Column| c.life.site == s && (c.dates.0..c.dates.1).contains(&d));
            (0..field.dates.len()).all(|d| below(taken(d), site.maximum_mw))
                && below(sum(&move |c: &Column| c.life.site == s && c.converts), site.convertible_mw)
        })
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let mut field = field(1, &Shape { segments: 2, ..SHAPE });
    for offer in field.sites.iter_mut().flat_map(|s| &mut s.offers) {
        (offer.module_mw, offer.minimum_mw) = (2.5, 5.0);
    }
    let settings = Settings {
        gap_share: 1e-3,
        relaxed_gap_share: 1e-4,
        most_nodes: 4,
        alternatives_within_share: Some(0.2),
        ..Settings::default()
    };
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut answer =
            pool.install(|| optimise(&field, &settings, &mut |_| ControlFlow::Continue(())).unwrap().answer);
        answer.effort.seconds = Seconds::default();
        answer
    };
    let one = answer(1);
    assert!(!one.plan.is_empty(), "{:?} {:?}", one.proof, one.relaxation);
    assert_eq!(one, answer(2));
}

#[test]
fn what_stands_beyond_the_connection_is_named() {
    let mut field = field(6, &SHAPE);
    let site = &mut field.sites[1];
    let block = Standing { mw: 4.0, ..site.standing[0].clone() };
    (site.standing[0].mw, site.maximum_mw) = (7.0, 10.5);
    site.standing.push(block);
    let refused = optimise(&field, &Settings::default(), &mut |_| ControlFlow::Continue(())).err();
    let Some(PlaceError::Infeasible { limit, need, have, unit }) = refused else { panic!("{refused:?}") };
    assert!(limit.contains(&field.sites[1].name), "{limit}");
    assert_eq!((need, have, unit.as_str()), (11.0, 10.5, "MW"));
}
