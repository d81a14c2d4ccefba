//! The oracle against the simulation's dispatch and answers worked out by hand.

use super::super::sample::{Shape, field};
use super::*;
use crate::dispatch::{Hour, Loads, MinerTier, welfare_usd};

const SHAPE: Shape = Shape { sites: 2, segments: 3, dates: 2, paths: 2, days: 2, standing: true };

/// What the hours of a plan are worth by the dispatch that the simulation runs, USD.
fn hours_usd(field: &Field, mw: &[Vec<f64>]) -> f64 {
    let mut usd = 0.0;
    for (site, here) in field.sites.iter().enumerate() {
        for (number, day) in field.days.iter().enumerate() {
            let (firm_mw, miners) = loads(field, site, &mw[site], day);
            for i in 24 * number..24 * (number + 1) {
                let hour = Hour {
                    surplus_mw: here.hours.surplus_mw[i],
                    hydro_mw: here.hours.hydro_mw[i],
                    import_mw: here.hours.import_mw[i],
                    export_mw: here.hours.export_mw[i],
                    price_usd_per_mwh: here.hours.price_usd_per_mwh[i],
                    miners_called_off: false,
                };
                let grid = hour.price_usd_per_mwh + here.terms.import_adder_usd_per_mwh;
                let costs = [here.terms.surplus_cost_usd_per_mwh, here.terms.hydro_cost_usd_per_mwh, grid];
                let short = shortfall_usd_per_mwh(&here.terms, costs);
                let terms = dispatch::Terms { backup_mw: 1e9, backup_cost_usd_per_mwh: short, ..here.terms };
                usd += day.weight * welfare_usd(&hour, &terms, &Loads { ai_mw: firm_mw, miners: &miners }, 0.0);
            }
        }
    }
    usd
}

fn loads(field: &Field, site: usize, mw: &[f64], day: &SampleDay) -> (f64, Vec<MinerTier>) {
    let here = &field.sites[site];
    let built = here.offers.iter().zip(mw).map(|(offer, mw)| (&offer.stage, *mw));
    let mut firm_mw = 0.0;
    let mut miners = Vec::new();
    for (stage, mw) in built.chain(here.standing.iter().map(|s| (&s.stage, s.mw))) {
        let model = &field.models[stage.model];
        if !runs(stage, day.segment) {
            continue;
        }
        if model.kind.is_firm() {
            firm_mw += mw * stage.draw_mw_per_mw;
        }
        miners.extend(
            model
                .tiers
                .iter()
                .map(|t| MinerTier { mw: mw * stage.draw_mw_per_mw * t.share, value_usd_per_mwh: t.value_on(day) }),
        );
    }
    miners.sort_by(|a, b| b.value_usd_per_mwh.total_cmp(&a.value_usd_per_mwh));
    (firm_mw, miners)
}

#[test]
fn a_plan_is_worth_what_dispatch_says() {
    for seed in 0..4 {
        let mut field = field(seed, &SHAPE);
        field.sites.iter_mut().for_each(|site| site.firm_curves.clear());
        let best = optimum(&field);
        let mut usd = hours_usd(&field, &best.mw);
        for (site, mw) in field.sites.iter().zip(&best.mw) {
            for (offer, mw) in site.offers.iter().zip(mw) {
                let hall = offer.hall.as_ref().unwrap();
                usd += mw * (run_usd_per_mw(&field, &offer.stage, hall) - offer.cost_discounted_usd_per_mw);
            }
            usd += site.standing.iter().map(|s| s.mw * run_usd_per_mw(&field, &s.stage, &s.hall)).sum::<f64>();
        }
        assert!((usd / best.usd - 1.0).abs() < 1e-8, "seed {seed}: {usd} {}", best.usd);
    }
}

#[test]
fn aversion_to_risk_costs_value_and_certainty_makes_it_free() {
    let mut risky = field(1, &SHAPE);
    let mean = monolith(&risky);
    risky.risk.cvar_weight = 0.5;
    assert!(monolith(&risky) < mean - 1.0);
    // Over all paths the tail is the mean.
    risky.risk.tail_share = 1.0;
    let all = monolith(&risky);
    assert!((all / mean - 1.0).abs() < 1e-7, "{all} {mean}");
}

#[test]
fn one_hour_like_another_has_a_known_answer() {
    let mut one = field(1, &Shape { sites: 1, segments: 1, dates: 1, paths: 1, days: 1, standing: false });
    one.limits.clear();
    let site = &mut one.sites[0];
    site.offers.truncate(1);
    site.maximum_mw = 100.0;
    site.hours = crate::dispatch::Columns {
        surplus_mw: vec![30.0; 24],
        hydro_mw: vec![0.0; 24],
        import_mw: vec![0.0; 24],
        export_mw: vec![10.0; 24],
        price_usd_per_mwh: vec![20.0; 24],
    };
    site.terms.surplus_cost_usd_per_mwh = 5.0;
    site.terms.export_fee_usd_per_mwh = 1.0;
    let offer = &mut site.offers[0];
    offer.stage.draw_mw_per_mw = 0.5;
    offer.cost_discounted_usd_per_mw = 1e5;
    offer.stage.steady_discounted_usd_per_mw = vec![0.0];
    offer.stage.machines_worth_usd_per_mw = vec![0.0; 2];
    offer.hall = Some(HallWorth {
        closed_usd_per_mw: vec![0.0; 2],
        ended_usd_per_mw: vec![0.0; 2],
        dues_discounted_usd_per_mw: vec![0.0],
    });
    one.models[offer.stage.model].tiers.truncate(1);
    let tier = &mut one.models[offer.stage.model].tiers[0];
    (tier.share, tier.usd_per_mwh_per_hashprice, tier.variable_usd_per_mwh) = (1.0, 2.0, 10.0);
    one.days[0].hashprice_usd_per_ph_day = 50.0;
    one.days[0].weight = 365.0;
    // Value 90: all 30 MW of surplus are mined by 60 MW of connection; each earns 24·365·0.5·85 less 1e5; the export
    // of the first 10 MW, 14 USD/MWh, is given up.
    let mined = 60.0 * (24.0 * 365.0 * 0.5 * 85.0 - 1e5);
    let best = optimum(&one);
    assert!((best.usd / mined - 1.0).abs() < 1e-8, "{} {mined}", best.usd);
    assert!((best.mw[0][0] - 60.0).abs() < 1e-4);
}

#[test]
fn a_curve_is_covered_by_the_least_concave_one() {
    let curve = |usd: &[f64]| concave_pieces(&FirmCurve { step_mw: 2.0, discounted_usd: usd.to_vec() });
    assert_eq!(curve(&[]), []);
    assert_eq!(curve(&[0.0]), []);
    assert_eq!(curve(&[0.0, 4.0, 8.0]), [(f64::INFINITY, 2.0)]);
    assert_eq!(curve(&[0.0, 1.0, 8.0, 6.0]), [(4.0, 2.0), (f64::INFINITY, -1.0)]);
}
