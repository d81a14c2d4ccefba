//! Lives: the longest path against the enumeration of all lives, and a life cycle worked out by hand.

use core::ops::ControlFlow;

use rand::RngExt;

use super::super::price::{Marginals, best_lives};
use super::super::*;
use super::solved;
use crate::calendar::Day;
use crate::dispatch::{Columns, Terms};
use crate::placement::field::{
    Counts, Field, FieldSite, FirmCurve, HallWorth, Limit, Model, Offer, Risk, SampleDay, Stage, Standing, Tier,
};
use crate::placement::problem::{Action, FarmKind};
use crate::placement::sample::{Shape, field};
use crate::rng::{Stream, stream};

const SEGMENTS: usize = 6;
const CAPITAL: [f64; 4] = [0.9e6, 1.5e6, 9e6, 25e6];
const STEADY: [f64; 4] = [-6e4, -7e4, 2.2e6, 6e6];

/// A random field where what stands and what is built may be refreshed, converted and closed.
pub(super) fn eventful(seed: u64) -> Field {
    let shape = Shape { sites: 2, segments: SEGMENTS, dates: 3, paths: 2, days: 1, standing: true };
    let mut field = field(seed, &shape);
    let mut rng = stream(seed, "eventful field", "");
    field.dates = vec![0, 2, 3];
    field.boundary_factor = (0..=SEGMENTS).map(|b| 0.8 * 0.9_f64.powi(b as i32)).collect();
    for site in &mut field.sites {
        site.convertible_mw = rng.random_range(2.0..10.0);
        site.overhead_discounted_usd = (0..SEGMENTS).map(|_| rng.random_range(0.0..1e6)).collect();
        site.standing = (0..2).map(|b| standing(&mut rng, b)).collect();
        site.offers = field.dates.iter().enumerate().flat_map(|(d, at)| offers(&mut rng, d, *at)).collect();
    }
    let mines = [true, false, false];
    let not_cloud = [true, true, false];
    let more = [
        Counts::Ordered { from: 0, until: 3, kinds: not_cloud, refreshes: false },
        Counts::Ordered { from: 1, until: 3, kinds: mines, refreshes: true },
        Counts::Standing { date: 1, kinds: mines },
        Counts::Standing { date: 2, kinds: not_cloud },
    ];
    for counts in more {
        field.limits.push(Limit { name: format!("{counts:?}"), counts, at_most: 90.0 });
    }
    field
}

/// A mine: the first runs, the second is in works.
fn standing(rng: &mut Stream, b: usize) -> Standing {
    let until = rng.random_range(3..=SEGMENTS);
    Standing { id: b, mw: rng.random_range(3.0..15.0), stage: stage(rng, b, b, until), hall: hall(rng, b) }
}

fn offers(rng: &mut Stream, date: usize, at: usize) -> Vec<Offer> {
    let all = [
        (Action::Build, 0),
        (Action::Build, 1),
        (Action::Build, 2),
        (Action::Build, 3),
        (Action::Refresh, 0),
        (Action::Refresh, 1),
        (Action::Convert, 2),
        (Action::Convert, 3),
    ];
    let mut offer = |(action, model)| {
        let from = at + rng.random_range(0..2);
        let until = (from + rng.random_range(1..5)).min(SEGMENTS);
        let capital = CAPITAL[model] * rng.random_range(0.6..1.2);
        Offer {
            date,
            action,
            stage: stage(rng, model, from, until),
            capital_usd_per_mw: capital,
            cost_discounted_usd_per_mw: capital * rng.random_range(0.7..0.9),
            hall: (action != Action::Refresh).then(|| hall(rng, model)),
            old_runs_share: if action == Action::Build { 0.0 } else { rng.random_range(0.0..1.0) },
            module_mw: 1.0,
            minimum_mw: 0.0,
        }
    };
    all.into_iter().map(&mut offer).collect()
}

fn stage(rng: &mut Stream, model: usize, from: usize, until: usize) -> Stage {
    let mut steady = |s| if (from..until).contains(&s) { STEADY[model] * rng.random_range(0.5..1.5) } else { 0.0 };
    Stage {
        model,
        from,
        until,
        steady_discounted_usd_per_mw: (0..SEGMENTS).map(&mut steady).collect(),
        draw_mw_per_mw: rng.random_range(0.7..1.0),
        machines_worth_usd_per_mw: (0..=SEGMENTS).map(|_| CAPITAL[model] * rng.random_range(0.0..0.5)).collect(),
        refreshable_from: [0, 1, 2, 3, usize::MAX][rng.random_range(0..5)],
    }
}

fn hall(rng: &mut Stream, model: usize) -> HallWorth {
    let mut worths = |most: f64| (0..=SEGMENTS).map(|_| CAPITAL[model] * rng.random_range(0.0..most)).collect();
    HallWorth {
        closed_usd_per_mw: worths(0.2),
        ended_usd_per_mw: worths(0.3),
        dues_discounted_usd_per_mw: worths(0.02)[..SEGMENTS].to_vec(),
    }
}

/// Every life at a site, whatever it is worth; of each beginning the one that does nothing but end comes first.
pub(super) fn all_lives(field: &Field, site: usize) -> Vec<Life> {
    let here = &field.sites[site];
    let mut lives = Vec::new();
    for block in 0..here.standing.len() {
        go_on(field, &mut lives, &Life { site, block: Some(block), orders: Vec::new(), closed: None });
    }
    for build in (0..here.offers.len()).filter(|o| here.offers[*o].action == Action::Build) {
        go_on(field, &mut lives, &Life { site, block: None, orders: vec![build], closed: None });
    }
    lives
}

/// Adds a life and all that it may turn into.
fn go_on(field: &Field, lives: &mut Vec<Life>, life: &Life) {
    let here = &field.sites[life.site];
    let last = life.orders.last().map(|o| &here.offers[*o]);
    let stage = last.map_or_else(|| &here.standing[life.block.unwrap()].stage, |offer| &offer.stage);
    let kind = |stage: &Stage| field.models[stage.model].kind;
    lives.push(life.clone());
    for (date, at) in field.dates.iter().enumerate().skip(last.map_or(0, |offer| offer.date + 1)) {
        if *at < stage.from || *at >= stage.until {
            continue;
        }
        lives.push(Life { closed: Some(date), ..life.clone() });
        for (o, next) in here.offers.iter().enumerate().filter(|(_, next)| next.date == date) {
            let fits = match next.action {
                Action::Refresh => {
                    kind(&next.stage) == kind(stage) && next.stage.model != stage.model && *at >= stage.refreshable_from
                }
                Action::Convert => !kind(stage).is_firm() && kind(&next.stage).is_firm(),
                Action::Build | Action::Retire => false,
            };
            if fits {
                let orders = life.orders.iter().copied().chain([o]).collect();
                go_on(field, lives, &Life { orders, ..life.clone() });
            }
        }
    }
}

fn random_marginals(rng: &mut Stream, field: &Field, site: usize) -> Marginals {
    let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| rng.random_range(-3e5..5e5)).collect() };
    // Prices of limits are not negative, and some of them are nothing.
    let positive = |values: Vec<f64>| -> Vec<f64> { values.into_iter().map(|usd| usd.max(0.0)).collect() };
    let mut marginals = Marginals {
        draws: draw(field.segments() * field.models.len()),
        slots: positive(draw(field.dates.len())),
        limits: positive(draw(field.limits.len())),
        converted: positive(draw(1))[0],
        offers: draw(field.sites[site].offers.len()),
    };
    for (price, limit) in marginals.limits.iter_mut().zip(&field.limits) {
        if matches!(limit.counts, Counts::SpentUntil(_)) {
            *price /= 2e6;
        }
    }
    marginals
}

/// What a MW of a life is worth after all marginal prices, USD, by what it amounts to.
fn worth_usd(field: &Field, life: &Life, marginals: &Marginals) -> f64 {
    let column = life.clone().column(field);
    let models = field.models.len();
    let drawn: f64 = column.draws.iter().map(|(s, m, mw)| mw * marginals.draws[s * models + m]).sum();
    let slots: f64 = marginals.slots[column.dates.0..column.dates.1].iter().sum();
    let limits: f64 = column.takes.iter().zip(&marginals.limits).map(|(takes, price)| takes * price).sum();
    let converted = if column.converts { marginals.converted } else { 0.0 };
    let offers: f64 = life.orders.iter().map(|o| marginals.offers[*o]).sum();
    column.steady_usd + drawn - slots - limits - converted - offers
}

#[test]
fn a_life_is_worth_what_its_column_says_and_none_is_worth_more() {
    let mut seen = [0; 6];
    for seed in 0..40 {
        let field = eventful(seed);
        let lives: Vec<Vec<Life>> = (0..2).map(|site| all_lives(&field, site)).collect();
        let mut rng = stream(seed, "marginals", "");
        for site in [0, 1, 0, 1, 0, 1] {
            let marginals = random_marginals(&mut rng, &field, site);
            let (new, standing) = best_lives(&field, site, &marginals);
            assert_eq!((new.len(), standing.len()), (12, 2));
            for priced in new.iter().chain(&standing) {
                let life = &priced.life;
                let usd = worth_usd(&field, life, &marginals);
                let near = |usd: f64| (usd - priced.worth_usd).abs() <= 1e-9 * priced.worth_usd.abs() + 1e-2;
                assert!(near(usd), "seed {seed}: {usd} {priced:?}");
                let alike = lives[site].iter().filter(|l| {
                    l.block == life.block && (life.block.is_some() || l.orders.first() == life.orders.first())
                });
                let most = alike.map(|l| worth_usd(&field, l, &marginals)).fold(f64::NEG_INFINITY, f64::max);
                assert!(near(most), "seed {seed}: {most} {priced:?}");
                let actions: Vec<Action> = life.orders.iter().map(|o| field.sites[site].offers[*o].action).collect();
                seen[0] += usize::from(life.closed.is_some());
                seen[1] += usize::from(actions.contains(&Action::Refresh));
                seen[2] += usize::from(actions.contains(&Action::Convert));
                seen[3] += usize::from(actions.ends_with(&[Action::Refresh, Action::Convert]));
                seen[4] += usize::from(life.block.is_some() && actions.len() > 1);
                seen[5] += usize::from(life.closed.is_some() && !actions.is_empty());
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

#[test]
fn a_search_that_knows_all_lives_from_the_start_finds_nothing_better() {
    for seed in 0..6 {
        let field = eventful(seed);
        let bound_usd = solved(&field).1.proof.bound_usd;
        let mut search = Search::new(&field);
        for site in 0..2 {
            for life in all_lives(&field, site) {
                search.learn(life);
            }
        }
        let known = search.master.columns.len();
        let relaxed = search.solve(1e-7, f64::NEG_INFINITY).unwrap();
        assert_eq!(search.master.columns.len(), known, "seed {seed}: the search learnt a life that cannot be");
        let apart = (relaxed.best.value_usd - bound_usd).abs();
        assert!(apart <= 1e-6 * bound_usd.abs(), "seed {seed}: {} {bound_usd}", relaxed.best.value_usd);
    }
}

/// A mine of 10 MW over four years in which a MW of old machines earns 438 k USD a year and one of new machines twice
/// that. On the first of January of year 1 it may be refreshed, on that of year 2 halls may be built into it.
fn by_hand() -> Field {
    let mining = |name: &str, usd_per_mwh_per_hashprice| Model {
        name: name.to_owned(),
        kind: FarmKind::Mining,
        tiers: vec![Tier { share: 1.0, usd_per_mwh_per_hashprice, variable_usd_per_mwh: 0.0, eh_s_per_mw: 0.02 }],
    };
    let hosting = Model { name: "hosting".to_owned(), kind: FarmKind::Hosting, tiers: Vec::new() };
    let stage = |model, from, machines: [f64; 5], steady: f64| Stage {
        model,
        from,
        until: 4,
        draw_mw_per_mw: 1.0,
        steady_discounted_usd_per_mw: (0..4).map(|s| if s >= from { steady } else { 0.0 }).collect(),
        machines_worth_usd_per_mw: machines.to_vec(),
        refreshable_from: if model == 0 { 1 } else { usize::MAX },
    };
    let hall = |ended| HallWorth {
        closed_usd_per_mw: vec![0.0; 5],
        ended_usd_per_mw: vec![ended; 5],
        dues_discounted_usd_per_mw: vec![0.0; 4],
    };
    let offer = |date, action, capital, stage, hall, old_runs_share| Offer {
        date,
        action,
        stage,
        capital_usd_per_mw: capital,
        cost_discounted_usd_per_mw: capital,
        hall,
        old_runs_share,
        module_mw: 1.0,
        minimum_mw: 0.0,
    };
    let refresh = stage(1, 1, [0.0, 0.0, 1e5, 5e4, 1e4], 0.0);
    let convert = stage(2, 3, [0.0; 5], 3e6);
    let site = FieldSite {
        name: "mine".to_owned(),
        maximum_mw: 10.0,
        co2_t_per_mwh: 0.0,
        terms: Terms {
            surplus_cost_usd_per_mwh: 0.0,
            hydro_cost_usd_per_mwh: 0.0,
            import_adder_usd_per_mwh: 0.0,
            export_fee_usd_per_mwh: 0.0,
            backup_mw: 0.0,
            backup_cost_usd_per_mwh: 300.0,
        },
        hours: Columns {
            surplus_mw: vec![50.0; 96],
            hydro_mw: vec![0.0; 96],
            import_mw: vec![0.0; 96],
            export_mw: vec![0.0; 96],
            price_usd_per_mwh: vec![30.0; 96],
        },
        standing: vec![Standing {
            id: 0,
            mw: 10.0,
            stage: stage(0, 0, [1e5, 5e4, 4e4, 0.0, 0.0], 0.0),
            hall: hall(1e4),
        }],
        offers: vec![
            offer(1, Action::Refresh, 3e5, refresh, None, 0.0),
            offer(2, Action::Convert, 1e6, convert, Some(hall(2e4)), 0.5),
        ],
        convertible_mw: 4.0,
        opening_discounted_usd: vec![0.0; 3],
        opening_capital_usd: 0.0,
        overhead_discounted_usd: vec![0.0; 4],
        firm_curves: vec![FirmCurve::default(); 4],
    };
    let day = |segment| SampleDay {
        path: 0,
        segment,
        weight: 365.0,
        days: 365.0,
        hashprice_usd_per_ph_day: 50.0,
        variable_om_factor: 1.0,
        client: None,
    };
    Field {
        boundaries: (0..5).map(|year| Day(20_000 + 365 * year)).collect(),
        boundary_factor: vec![1.0; 5],
        dates: vec![0, 1, 2],
        groups: vec![0, 1, 2, 3],
        paths: 1,
        days: (0..4).map(day).collect(),
        models: vec![mining("old", 1.0), mining("new", 2.0), hosting],
        sites: vec![site],
        limits: vec![Limit { name: "budget".to_owned(), counts: Counts::SpentUntil(1), at_most: 2e6 }],
        risk: Risk { cvar_weight: 0.0, tail_share: 0.5 },
        co2: None,
    }
}

#[test]
fn a_life_cycle_is_worth_what_was_worked_out_by_hand() {
    const YEAR: f64 = 438e3;
    let refreshed = YEAR + 5e4 - 3e5 + 3.0 * 2.0 * YEAR + 1e4 + 1e4;
    // Half of the mine runs on during the year of works.
    let converted = 2.0 * YEAR + 4e4 - 1e6 + 0.5 * YEAR + 3e6 + 2e4;
    let both = YEAR + 5e4 - 3e5 + 2.0 * YEAR + 1e5 - 1e6 + 0.5 * 2.0 * YEAR + 3e6 + 2e4;
    // A MW refreshed takes 250 k USD from the budget, so 8 MW are; what is not converted gains most by it.
    let best_usd = 6.0 * refreshed + 2.0 * both + 2.0 * converted;
    let field = by_hand();
    let (_, relaxed) = solved(&field);
    for usd in [relaxed.best.value_usd, relaxed.proof.bound_usd] {
        assert!((usd - best_usd).abs() < 1e-6 * best_usd, "{usd} {best_usd}");
    }
    let optimum = optimise(&field, &Settings::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    let proof = optimum.answer.proof;
    assert!((proof.objective_usd - best_usd).abs() < 1e-6 * best_usd, "{proof:?} {best_usd}");
    let mut done: Vec<(i32, Action, Option<&str>, f64)> = Vec::new();
    for step in &optimum.answer.plan {
        done.push(((step.date.0 - 20_000) / 365, step.action, step.replaced.as_deref(), step.mw.round()));
    }
    let refresh = (1, Action::Refresh, Some("old"), 8.0);
    let converts = [(2, Action::Convert, Some("new"), 2.0), (2, Action::Convert, Some("old"), 2.0)];
    assert!(done == [refresh, converts[0], converts[1]] || done == [refresh, converts[1], converts[0]], "{done:?}");
}
