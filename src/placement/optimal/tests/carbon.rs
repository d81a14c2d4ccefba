//! Plans within a cap on emissions.

use core::ops::ControlFlow;

use super::super::Whole;
use super::*;
use crate::dispatch::slice::slice_dual;
use crate::placement::answer::{Answer, Co2Answer};
use crate::placement::field::Co2Cap;

const RELAXED: Settings = Settings {
    gap_share: 1e-7,
    relaxed_gap_share: 1e-7,
    relax: true,
    most_nodes: 60,
    alternatives_within_share: None,
    curves: false,
};

/// A field that may emit so many tonnes a year.
fn capped(field: &Field, t_per_year: f64) -> Field {
    Field { co2: Some(Co2Cap { t_per_year, worth_usd_per_t: 0.0 }), ..field.clone() }
}

fn answer(mut field: Field, settings: &Settings) -> Answer {
    let mut answer = optimise_within_cap(&mut field, settings, &mut |_| ControlFlow::Continue(())).unwrap().answer;
    answer.effort.seconds = Seconds::default();
    answer
}

fn co2(answer: &Answer) -> &Co2Answer {
    answer.co2.as_ref().unwrap()
}

/// What the best plan emits that may emit what it likes, tonnes a year.
fn free_t_per_year(field: &Field, settings: &Settings) -> f64 {
    co2(&answer(capped(field, 1e12), settings)).emitted_t_per_year
}

/// The same with fuel so dear that no charge makes the grid dearer: what AI lacks then costs the same at each of them.
fn on_dear_fuel(mut field: Field) -> Field {
    for site in &mut field.sites {
        site.terms.backup_cost_usd_per_mwh = 20e3;
    }
    field
}

/// Fields with a mine and halls whose sizes are whole.
fn in_modules(seed: u64, shape: &Shape) -> Field {
    let mut field = field(seed, shape);
    for offer in field.sites.iter_mut().flat_map(|s| &mut s.offers) {
        (offer.module_mw, offer.minimum_mw) = (2.5, 5.0);
    }
    field
}

#[test]
fn with_a_cap_the_relaxation_is_the_monolithic_linear_program() {
    for (seed, dates, segments, paths, standing) in
        [(0, 1, 1, 1, false), (1, 1, 2, 2, true), (2, 2, 3, 1, true), (3, 2, 2, 2, false)]
    {
        let field = never_closed(seed, &Shape { segments, dates, paths, standing, ..SHAPE });
        let base_usd: f64 = Search::new(&field).master.base_usd.iter().sum();
        let free = free_t_per_year(&field, &RELAXED);
        for share in [0.8, 0.4] {
            let field = capped(&field, share * free);
            let gross_usd = monolith(&field);
            let (answer, over_usd) = (answer(field, &RELAXED), gross_usd - base_usd);
            let slack_usd = 1e-6 * gross_usd.abs();
            let what = format!("seed {seed}, {share} of {free} t/year: monolith {over_usd}, {:?}", answer.proof);
            for usd in [answer.relaxation.objective_usd, answer.relaxation.upper_bound_usd] {
                assert!((usd - over_usd).abs() <= slack_usd, "{what}, {:?}", answer.relaxation);
            }
            // One price for all hours leaves what lies between two of the few hours sampled here.
            let value_usd = answer.proof.objective_usd;
            assert!(value_usd <= answer.proof.upper_bound_usd + slack_usd, "{what}");
            assert!(value_usd >= over_usd - 0.02 * gross_usd.abs(), "{what}");
            assert!(co2(&answer).emitted_t_per_year <= share * free + 2e-3, "{what}");
        }
    }
}

#[test]
fn a_cap_that_does_not_bind_changes_nothing() {
    let field = in_modules(1, &Shape { segments: 2, ..SHAPE });
    let settings =
        Settings { alternatives_within_share: Some(0.2), curves: true, most_nodes: 4, ..Settings::default() };
    let free = {
        let mut answer = optimise(&field, &settings, &mut |_| ControlFlow::Continue(())).unwrap().answer;
        answer.effort.seconds = Seconds::default();
        answer
    };
    let mut slack = answer(capped(&field, 1e9), &settings);
    let told = slack.co2.take().unwrap();
    let limit = slack.limits.pop().unwrap();
    assert_eq!(slack, free);
    assert!(told.emitted_t_per_year > 0.0 && told.internal_price.is_empty());
    assert!(!limit.binds() && limit.used == told.emitted_t_per_year && limit.at_most == 1e9);
}

#[test]
fn a_tighter_cap_is_kept_and_costs_value_and_no_plan_is_worth_more_than_its_bound() {
    for seed in [1, 5] {
        let field = on_dear_fuel(in_modules(seed, &Shape { segments: 2, ..SHAPE }));
        let settings = Settings { gap_share: 1e-3, relaxed_gap_share: 1e-5, ..Settings::default() };
        let free = answer(capped(&field, 1e12), &settings);
        let emitted = co2(&free).emitted_t_per_year;
        let mut last = free.proof;
        for share in [0.9, 0.6, 0.3, 0.0] {
            let answer = answer(capped(&field, share * emitted), &settings);
            let (proof, told) = (answer.proof, co2(&answer));
            let what = format!("seed {seed}, share {share}: {proof:?} after {last:?}");
            assert!(told.emitted_t_per_year <= share * emitted + 2e-3, "{what}");
            assert!(proof.objective_usd <= proof.upper_bound_usd, "{what}");
            assert!(proof.upper_bound_usd <= last.upper_bound_usd * (1.0 + 1e-5), "{what}");
            assert!(proof.objective_usd <= last.upper_bound_usd, "{what}");
            // Without any emissions no price is high enough for AI that needs the grid for an hour a year.
            assert!(proof.gap_share < 0.01 || share == 0.0, "{what}");
            assert!(told.shadow_usd_per_t > 0.0 && told.internal_price.len() == 2, "{what}");
            let by_site: f64 = told.sites.iter().map(|s| s.t_per_year).sum();
            assert!((by_site - told.emitted_t_per_year).abs() <= 1e-9 * emitted, "{what}");
            let sites: f64 = answer.sites.iter().map(|s| s.value_usd).sum();
            assert!((sites - proof.objective_usd).abs() <= 1e-6 * sites.abs(), "{what}: sites {sites}");
            assert!((answer.sampling.mean_usd - proof.objective_usd).abs() <= 1e-6 * sites.abs(), "{what}");
            last = proof;
        }
    }
}

#[test]
fn no_plan_that_keeps_the_cap_is_worth_more_than_the_bound() {
    for seed in 0..3 {
        let free_field = on_dear_fuel(lives::eventful(seed));
        let free = free_t_per_year(&free_field, &RELAXED);
        let mut field = capped(&free_field, 0.5 * free);
        let bound_usd = answer(field.clone(), &RELAXED).proof.upper_bound_usd;
        let curves: Vec<_> = field.sites.iter().map(|s| s.firm_curves.clone()).collect();
        let mut kept = 0;
        for worth in [0.0, 20.0, 60.0, 150.0] {
            field.charge(worth, &curves);
            let (mut search, relaxed) = solved(&field);
            for site in 0..field.sites.len() {
                for life in lives::all_lives(&field, site) {
                    search.learn(life);
                }
            }
            let mut rng = stream(seed, "random plans", "");
            for _ in 0..40 {
                let mw = random_plan(&mut rng, &search, &relaxed.best.mw);
                let emitted_t = field.emitted(&search.draws(&mw), worth).total_t();
                if emitted_t <= 0.5 * free * field.years() {
                    kept += 1;
                    let usd = search.value_of_whole(&mw) + worth * emitted_t;
                    assert!(usd <= bound_usd + 1e-6 * bound_usd.abs(), "seed {seed}: {usd} above {bound_usd}");
                }
            }
        }
        assert!(kept > 10, "seed {seed}: {kept} plans say little");
    }
}

#[test]
fn a_charge_is_an_adder_of_the_day_and_what_ai_lacks_stays_at_its_cost() {
    let mut field = capped(&field(2, &SHAPE), 0.0);
    let site = field.sites[1].clone();
    let curves: Vec<_> = field.sites.iter().map(|s| s.firm_curves.clone()).collect();
    let draw_mw = 4.0 * site.firm_curves[0].step_mw;
    // The whole value of AI that draws so much in the first segment, and what it emits, without and with a charge.
    let of = |field: &Field| {
        let site = &field.sites[1];
        let mut usd = site.firm_curves[0].discounted_usd[4];
        for (d, day) in field.days.iter().enumerate().filter(|(_, day)| day.segment == 0) {
            let dual = slice_dual(&site.hours.day(d), &field.terms_of_day(site, day), draw_mw, &[], &mut []);
            usd += day.weight * dual.value_usd(draw_mw, &[], &[]);
        }
        usd
    };
    let free_usd = of(&field);
    let mut draws = vec![vec![0.0; field.segments() * field.models.len()]; field.sites.len()];
    draws[1][2] = draw_mw;
    for worth in [30.0, 600.0, 3_000.0] {
        field.charge(worth, &curves);
        let emitted = field.emitted(&draws, worth);
        let (emitted_t, charged_usd) = (emitted.total_t(), of(&field));
        assert!(emitted_t > 0.0 && emitted.by_site_t[0] == 0.0);
        let paths = emitted.by_path_t.iter().sum::<f64>() / field.paths as f64;
        assert!((paths - emitted_t).abs() < 1e-9 * emitted_t);
        // AI buys whatever power costs. What it displaces of export earns no more than without it.
        let real_usd = charged_usd + worth * emitted_t;
        assert!(real_usd <= free_usd + 1e-9 * free_usd.abs(), "{worth}: {real_usd} {free_usd}");
        assert!(real_usd >= free_usd - 0.05 * free_usd.abs() - worth * emitted_t, "{worth}: {real_usd} {free_usd}");
    }
    field.charge(0.0, &curves);
    assert_eq!(field.sites[1].firm_curves, site.firm_curves);
    assert_eq!(field.terms_of_day(&site, &field.days[0]), site.terms);
}

#[test]
fn what_must_run_and_emits_too_much_is_named() {
    let mut field = field(6, &Shape { dates: 1, ..SHAPE });
    for standing in field.sites.iter_mut().flat_map(|s| &mut s.standing) {
        // A hall under construction: it cannot be closed before it runs, and there is no date after that.
        (standing.stage.model, standing.stage.from, standing.stage.until) = (2, 1, 3);
    }
    let refused = optimise_within_cap(&mut capped(&field, 10.0), &RELAXED, &mut |_| ControlFlow::Continue(())).err();
    let Some(PlaceError::Infeasible { limit, need, have, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(limit, "placement.co2_cap_t_per_year");
    assert!(need > 100.0 && (have - 10.0).abs() < 0.01, "{need} {have}");
}

#[test]
fn a_plan_made_with_a_cap_is_worth_the_same_to_whoever_runs_its_steps() {
    let mut field = in_modules(1, &Shape { segments: 2, ..SHAPE });
    let free = free_t_per_year(&field, &Settings::default());
    field.co2 = Some(Co2Cap { t_per_year: 0.5 * free, worth_usd_per_t: 0.0 });
    let mut optimum =
        optimise_within_cap(&mut field, &Settings::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    let Whole { value_usd, .. } = optimum.plan;
    let steps = optimum.answer.plan.clone();
    let usd = value_of_steps(&mut optimum.search, &steps).unwrap();
    assert!((usd - value_usd).abs() <= 1e-9 * value_usd.abs(), "{usd} {value_usd}");
    // Twice as much breaks the cap.
    let twice: Vec<_> = steps.iter().chain(&steps).cloned().collect();
    assert_eq!(value_of_steps(&mut optimum.search, &twice), None);
}
