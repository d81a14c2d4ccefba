use super::*;
use crate::bitcoin::forecast::{ChainSnapshot, ForecastPoint, forecast};

const DIFFICULTY: f64 = 73.197_634e12; // of height 824,544, 6 January 2024

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn network(model: &NetworkModel) -> Network {
    let hashprice = MarketView::new(824_543, DIFFICULTY, 44_000.0, 6.25, 0.1).hashprice_usd_per_ph_day;
    Network::new(model, day("2024-01-06"), 524.0, hashprice)
}

/// Twelve years from January 2024 over three halvings, price from 44,000 USD with a growth per year.
fn twelve_years(model: &NetworkModel, price: impl Fn(f64) -> f64) -> Vec<ForecastPoint> {
    let (from, to) = (day("2024-01-06"), day("2036-06-30"));
    let chain = ChainSnapshot { height: 824_543, difficulty: DIFFICULTY };
    forecast(&network(model), chain, |d| price(d.years_since(from)), 0.2, from, to)
}

fn growing(rate: f64) -> impl Fn(f64) -> f64 {
    move |years| 44_000.0 * math::powf(1.0 + rate, years)
}

#[test]
fn a_network_starts_at_its_hashrate_and_efficiency() {
    for model in [NetworkModel::default(), NetworkModel::Exogenous(ExogenousModel::default())] {
        let network = network(&model);
        assert!((network.hashrate_eh_s() / 524.0 - 1.0).abs() < 1e-9);
        assert!((33.0..34.5).contains(&network.efficiency_j_per_th()), "{}", network.efficiency_j_per_th());
    }
}

#[test]
fn an_exogenous_network_grows_at_its_rate_whatever_the_price() {
    let model = NetworkModel::Exogenous(ExogenousModel::default());
    let mut network = network(&model);
    network.step(day("2025-01-06"), DAYS_PER_YEAR, &MarketView::new(877_000, 1e14, 1.0, 3.125, 0.1));
    assert!((network.hashrate_eh_s() / (524.0 * 1.42) - 1.0).abs() < 1e-9);
}

#[test]
fn cheaper_coins_stop_machines_and_dearer_ones_bring_them_back_and_more() {
    let mut network = network(&NetworkModel::default());
    let view = |price: f64| MarketView::new(824_543, DIFFICULTY, price, 6.25, 0.2);
    let start = day("2024-01-06");
    network.step(start.plus_days(14), 14.0, &view(15_000.0));
    let low = network.hashrate_eh_s();
    assert!(low < 0.6 * 524.0, "{low}");
    for i in 2..12 {
        network.step(start.plus_days(14 * i), 14.0, &view(60_000.0));
    }
    assert!(network.hashrate_eh_s() > 1.05 * 524.0, "{}", network.hashrate_eh_s());
}

#[test]
fn hashprice_falls_no_faster_than_technology_and_halvings_make_it_when_the_price_stands_still() {
    let points = twelve_years(&NetworkModel::default(), growing(0.0));
    let (first, last) = (points[0], points[points.len() - 1]);
    // 44,000 USD for 12 years: revenue falls to an eighth (plus fees), machines improve about fivefold.
    assert!(last.hashprice_usd_per_ph_day < 0.3 * first.hashprice_usd_per_ph_day);
    assert!(last.network_j_per_th < 0.2 * first.network_j_per_th);
    assert!((0.3..3.0).contains(&(last.network_eh_s / first.network_eh_s)), "{}", last.network_eh_s);
    // Free entry: revenue of what runs stays near the cost of power, below it only in the shock of a halving.
    for point in points.iter().skip(26) {
        let per_mwh = point.hashprice_usd_per_ph_day / (0.024 * point.network_j_per_th);
        assert!((25.0..200.0).contains(&per_mwh), "{}: {per_mwh}", point.day);
    }
}

#[test]
fn a_price_that_grows_makes_hashrate_grow() {
    let flat = twelve_years(&NetworkModel::default(), growing(0.0));
    let grown = twelve_years(&NetworkModel::default(), growing(0.2));
    let (flat, grown) = (flat[flat.len() - 1].network_eh_s, grown[grown.len() - 1].network_eh_s);
    // 1.2^12.5 = 9.8 times the revenue; with equal costs about as many times the hashrate.
    assert!((4.0..14.0).contains(&(grown / flat)), "{grown} {flat}");
}

#[test]
fn shocks_of_a_tenth_and_ten_times_the_price_neither_explode_nor_stop_the_chain() {
    for factor in [0.1, 10.0] {
        let shock = |years: f64| {
            if (2.0..4.0).contains(&years) { factor * 50_000.0 } else { 50_000.0 }
        };
        let points = twelve_years(&NetworkModel::default(), shock);
        assert!(points.iter().all(|p| p.network_eh_s.is_finite() && p.difficulty.is_finite() && p.days > 0.0));
        assert!(points.iter().all(|p| (0.5..1e5).contains(&p.network_eh_s)), "{factor}");
        // Five years after, the network is of the size it would have had.
        let calm = twelve_years(&NetworkModel::default(), |_| 50_000.0);
        let ratio = points[points.len() - 1].network_eh_s / calm[calm.len() - 1].network_eh_s;
        assert!((0.4..2.5).contains(&ratio), "{factor}: {ratio}");
    }
}

/// Changes of hashrate from point to point in the year after the halving of 2028, and the least against before.
fn answer_to_a_halving(model: VintagesModel) -> (Vec<f64>, f64) {
    let points = twelve_years(&NetworkModel::Vintages(model), growing(0.0));
    let halved = points.iter().position(|p| p.subsidy_btc < 3.0).unwrap();
    let after = &points[halved - 1..halved + 27];
    let least = after.iter().map(|p| p.network_eh_s).fold(f64::MAX, f64::min);
    let changes = after.windows(2).map(|p| p[1].network_eh_s / p[0].network_eh_s - 1.0).collect();
    (changes, least / after[0].network_eh_s - 1.0)
}

#[test]
fn a_halving_is_answered_without_overshooting() {
    let (changes, trough) = answer_to_a_halving(VintagesModel::default());
    let large: Vec<_> = changes.iter().filter(|c| c.abs() > 0.15).collect();
    assert!(large.len() <= 1 && large.iter().all(|c| **c < 0.0), "only the answer itself is large: {changes:.2?}");
    assert!((-0.4..-0.1).contains(&trough), "{trough}");
    // Miners who look at the difficulty in force alone overshoot, and swing back.
    let (blind, deeper) = answer_to_a_halving(VintagesModel { foresight_share: 0.0, ..VintagesModel::default() });
    assert!(blind.iter().any(|c| *c > 0.15) && deeper < trough - 0.05, "{deeper} {blind:.2?}");
}

/// Largest change of hashrate from one point to the next, halvings and the twenty periods after them left out.
fn largest_calm_step(model: VintagesModel) -> f64 {
    twelve_years(&NetworkModel::Vintages(model), growing(0.0))
        .windows(2)
        .filter(|p| p[0].subsidy_btc == p[1].subsidy_btc && (p[0].height as u32 + 1) % 210_000 > 40_000)
        .map(|p| (p[1].network_eh_s / p[0].network_eh_s - 1.0).abs())
        .fold(0.0, f64::max)
}

#[test]
fn difficulty_swings_where_hashrate_answers_revenue_sharply_and_settles_where_it_does_not() {
    // Noda et al.: an elasticity of hashrate to revenue beyond one makes the retarget rule oscillate. All miners at one
    // power price who switch at once, blind to the retarget they cause, are the sharpest answer there is.
    let sharp = VintagesModel {
        power_price_log_sd: 0.02,
        switching_width_share: 0.02,
        switch_off_days: 0.0,
        switch_on_days: 0.0,
        foresight_share: 0.0,
        ..VintagesModel::default()
    };
    let (sharp, usual) = (largest_calm_step(sharp), largest_calm_step(VintagesModel::default()));
    assert!(usual < 0.1, "{usual}");
    assert!(sharp > 0.2 && sharp < 10.0, "{sharp}");
}

#[test]
fn more_power_price_classes_change_little() {
    let fine = NetworkModel::Vintages(VintagesModel { power_price_cells: 32, ..VintagesModel::default() });
    let coarse = twelve_years(&NetworkModel::default(), growing(0.1));
    let fine = twelve_years(&fine, growing(0.1));
    let ratio = coarse[coarse.len() - 1].network_eh_s / fine[fine.len() - 1].network_eh_s;
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
}

#[test]
fn a_clone_goes_the_same_way() {
    let mut one = network(&NetworkModel::default());
    let mut other = one.clone();
    let view = MarketView::new(830_000, DIFFICULTY, 50_000.0, 6.25, 0.2);
    one.step(day("2024-02-01"), 20.0, &view);
    other.step(day("2024-02-01"), 20.0, &view);
    assert_eq!(one, other);
}

#[test]
fn the_shortest_delivery_may_not_be_the_longest() {
    let model = VintagesModel { delivery_min_months: 12.0, ..VintagesModel::default() };
    assert_eq!(NetworkModel::Vintages(model).check()[0].0, "delivery_min_months");
    assert!(NetworkModel::default().check().is_empty());
}

#[test]
fn extreme_parameters_stay_finite() {
    let model = VintagesModel {
        power_price_cells: 1,
        power_price_log_sd: 0.0,
        switch_off_days: 0.0,
        switch_on_days: 0.0,
        hashprice_memory_days: 0.0,
        delivery_min_months: 0.0,
        delivery_max_months: 0.0,
        manufacturing_cap_per_year: 20.0,
        physical_life_years: 0.5,
        efficiency_gain_per_year: 0.9,
        ..VintagesModel::default()
    };
    let points = twelve_years(&NetworkModel::Vintages(model), growing(0.5));
    assert!(points.iter().all(|p| p.network_eh_s.is_finite() && p.network_eh_s > 0.0 && p.difficulty > 0.0));
}
