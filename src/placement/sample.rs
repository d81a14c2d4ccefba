//! Fields drawn at random, for tests: small, in plausible units, with every kind of farm, source and limit.

use rand::RngExt;

use super::field::{
    Counts, Field, FieldSite, FirmCurve, HallWorth, Limit, Model, Offer, Risk, SampleDay, Stage, Standing, Tier,
};
use super::problem::{Action, FarmKind};
use crate::calendar::Day;
use crate::dispatch::{Columns, Terms};
use crate::rng::{Stream, stream};

/// How large a field is.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// Candidate sites.
    pub sites: usize,
    /// Segments, a year each.
    pub segments: usize,
    /// Decision dates: the first boundaries.
    pub dates: usize,
    /// Paths.
    pub paths: usize,
    /// Sampled days per segment and path.
    pub days: usize,
    /// Whether a mine stands at each site.
    pub standing: bool,
}

const KIND: [FarmKind; 4] = [FarmKind::Mining, FarmKind::Mining, FarmKind::Hosting, FarmKind::Cloud];
const CAPITAL: [f64; 4] = [0.9e6, 1.5e6, 9e6, 25e6];
const STEADY: [f64; 4] = [-6e4, -7e4, 4.2e6, 13e6];

/// Draws a field; the same for the same seed.
pub(crate) fn field(seed: u64, shape: &Shape) -> Field {
    let mut rng = stream(seed, "sample field", "");
    let boundaries: Vec<Day> = (0..=shape.segments as i32).map(|i| Day(19_723 + 365 * i)).collect();
    let discount: Vec<f64> = (0..=shape.segments).map(|i| 0.9_f64.powi(i as i32)).collect();
    let days = days(&mut rng, shape, &discount);
    let sites = (0..shape.sites).map(|number| site(&mut rng, shape, number, &days, &discount)).collect();
    Field {
        boundary_factor: discount.iter().map(|d| 0.8 * d).collect(),
        dates: (0..shape.dates).collect(),
        groups: (0..shape.segments).collect(),
        paths: shape.paths,
        days,
        models: models(),
        sites,
        limits: limits(shape),
        risk: Risk { cvar_weight: 0.0, tail_share: 0.5 },
        co2: None,
        boundaries,
    }
}

fn days(rng: &mut Stream, shape: &Shape, discount: &[f64]) -> Vec<SampleDay> {
    let mut days = Vec::new();
    for (segment, discount) in discount.iter().enumerate().take(shape.segments) {
        for path in 0..shape.paths {
            let level = rng.random_range(35.0..65.0);
            days.extend((0..shape.days).map(|_| SampleDay {
                path,
                segment,
                weight: 365.0 / shape.days as f64 * 0.75 * discount / shape.paths as f64,
                days: 365.0 / shape.days as f64 / shape.paths as f64,
                hashprice_usd_per_ph_day: level * rng.random_range(0.9..1.1),
                variable_om_factor: 1.0,
                client: None,
            }));
        }
    }
    days
}

fn models() -> Vec<Model> {
    let tier = |share, usd_per_mwh_per_hashprice| Tier {
        share,
        usd_per_mwh_per_hashprice,
        variable_usd_per_mwh: 2.0,
        eh_s_per_mw: usd_per_mwh_per_hashprice * 0.024,
    };
    let tiers = [vec![tier(1.0, 1.6)], vec![tier(0.7, 2.4), tier(0.3, 1.3)], vec![], vec![]];
    let names = ["old machine", "new machine", "hosting", "accelerator"];
    let model = |((name, kind), tiers): ((&str, _), _)| Model { name: name.to_owned(), kind, tiers };
    names.into_iter().zip(KIND).zip(tiers).map(model).collect()
}

fn site(rng: &mut Stream, shape: &Shape, number: usize, days: &[SampleDay], discount: &[f64]) -> FieldSite {
    let standing = Standing {
        id: number,
        mw: rng.random_range(5.0..20.0),
        stage: stage(rng, shape, 0, 0, shape.segments.min(2), discount),
        hall: hall(rng, shape, CAPITAL[0]),
    };
    let mut offers = Vec::new();
    for date in 0..shape.dates {
        for model in 0..KIND.len() {
            let from = (date + usize::from(model >= 2)).min(shape.segments - 1);
            let until = (from + 2 + model).min(shape.segments);
            offers.push(offer(rng, shape, model, date, from, until, discount));
        }
    }
    FieldSite {
        name: format!("site {number}"),
        maximum_mw: rng.random_range(60.0..150.0),
        co2_t_per_mwh: 0.25 + 0.35 * (number % 2) as f64,
        terms: terms(rng),
        hours: hours(rng, days.len() * 24),
        standing: if shape.standing { vec![standing] } else { Vec::new() },
        offers,
        convertible_mw: 0.0,
        opening_discounted_usd: vec![0.0; shape.dates],
        opening_capital_usd: 0.0,
        overhead_discounted_usd: vec![0.0; shape.segments],
        firm_curves: (0..shape.segments).map(|s| firm_curve(rng, discount[s])).collect(),
    }
}

fn terms(rng: &mut Stream) -> Terms {
    Terms {
        surplus_cost_usd_per_mwh: rng.random_range(-5.0..10.0),
        hydro_cost_usd_per_mwh: rng.random_range(15.0..30.0),
        import_adder_usd_per_mwh: rng.random_range(5.0..15.0),
        export_fee_usd_per_mwh: rng.random_range(0.0..3.0),
        backup_mw: 0.0,
        backup_cost_usd_per_mwh: 300.0,
    }
}

fn hours(rng: &mut Stream, hours: usize) -> Columns {
    let (size, level) = (rng.random_range(0.0..100.0), rng.random_range(25.0..60.0));
    let mut draw = |low: f64, high: f64| -> Vec<f64> { (0..hours).map(|_| rng.random_range(low..high)).collect() };
    Columns {
        surplus_mw: draw(-0.5 * size, size + 0.1).into_iter().map(|mw| mw.max(0.0)).collect(),
        hydro_mw: draw(0.0, 60.0 - 0.5 * size),
        import_mw: draw(0.0, 60.0),
        export_mw: draw(0.0, 30.0),
        price_usd_per_mwh: draw(-0.3 * level, 2.3 * level),
    }
}

fn stage(rng: &mut Stream, shape: &Shape, model: usize, from: usize, until: usize, discount: &[f64]) -> Stage {
    let steady = |rng: &mut Stream, s: usize| {
        let runs = (from..until).contains(&s);
        if runs { STEADY[model] * discount[s] * rng.random_range(0.8..1.3) } else { 0.0 }
    };
    Stage {
        model,
        from,
        until,
        draw_mw_per_mw: rng.random_range(0.7..1.0),
        steady_discounted_usd_per_mw: (0..shape.segments).map(|s| steady(rng, s)).collect(),
        machines_worth_usd_per_mw: worths(rng, shape, 0.5 * CAPITAL[model]),
        refreshable_from: usize::MAX,
    }
}

fn worths(rng: &mut Stream, shape: &Shape, first: f64) -> Vec<f64> {
    (0..=shape.segments).map(|b| first * 0.7_f64.powi(b as i32) * rng.random_range(0.8..1.0)).collect()
}

fn hall(rng: &mut Stream, shape: &Shape, capital: f64) -> HallWorth {
    let ended = worths(rng, shape, 0.3 * capital);
    HallWorth {
        closed_usd_per_mw: ended.iter().map(|usd| 0.5 * usd).collect(),
        ended_usd_per_mw: ended,
        dues_discounted_usd_per_mw: vec![0.0; shape.segments],
    }
}

fn offer(
    rng: &mut Stream,
    shape: &Shape,
    model: usize,
    date: usize,
    from: usize,
    until: usize,
    discount: &[f64],
) -> Offer {
    let capital = CAPITAL[model] * rng.random_range(0.8..1.2);
    Offer {
        date,
        action: Action::Build,
        stage: stage(rng, shape, model, from, until, discount),
        capital_usd_per_mw: capital,
        cost_discounted_usd_per_mw: 0.9 * capital * discount[date],
        hall: Some(hall(rng, shape, capital)),
        old_runs_share: 0.0,
        module_mw: 0.0,
        minimum_mw: 0.0,
    }
}

/// Service credits that grow faster than the draw, and a first step that is not worth its while.
fn firm_curve(rng: &mut Stream, discount: f64) -> FirmCurve {
    let (first, falls) = (rng.random_range(0.0..2e5), rng.random_range(1e2..1e3));
    let usd = |k: i32| {
        let mw = 10.0 * f64::from(k);
        discount * (first * mw - falls * mw * mw - if k == 1 { 0.5 * first * mw } else { 0.0 })
    };
    FirmCurve { step_mw: 10.0, discounted_usd: (0..=16).map(usd).collect() }
}

fn limits(shape: &Shape) -> Vec<Limit> {
    let sites = shape.sites as f64;
    let mut limits = Vec::new();
    for date in 0..shape.dates {
        let so_far = (date + 1) as f64;
        limits.push(Limit {
            name: format!("budget {date}"),
            counts: Counts::SpentUntil(date),
            at_most: 1.2e8 * sites * so_far,
        });
        limits.push(Limit {
            name: format!("mining machines {date}"),
            counts: Counts::Ordered { from: date, until: date + 1, kinds: [true, false, false], refreshes: true },
            at_most: 40.0 * sites,
        });
        limits.push(Limit {
            name: format!("ai {date}"),
            counts: Counts::Standing { date, kinds: [false, true, true] },
            at_most: 15.0 * sites * so_far,
        });
        limits.push(Limit {
            name: format!("cloud {date}"),
            counts: Counts::Standing { date, kinds: [false, false, true] },
            at_most: 4.0 * sites * so_far,
        });
    }
    limits
}
