use super::*;
use crate::calendar::Day;
use crate::energy::field::Field;
use crate::energy::statistics::{TEXAS, autocorrelation, by_hour, by_month, correlation, deviation, sampled, share};
use crate::energy::wind::{local_wind, wind_output};
use crate::energy::{Sampling, WindOutput};

/// A price without the luck of the years.
fn typical() -> GeneratedPrice {
    GeneratedPrice { annual_level_sd: 0.0, ..GeneratedPrice::default() }
}

fn prices_of(price: &GeneratedPrice, site: &str, sampling: &Sampling) -> Vec<f64> {
    let wind = local_wind(site, &Field::around(TEXAS, 400.0), sampling);
    generated_price(price, site, TEXAS, &wind, sampling)
}

fn transformed(prices: &[f64]) -> Vec<f64> {
    prices.iter().map(|price| math::asinh(price / SCALE)).collect()
}

#[test]
fn a_calm_price_is_its_mean_in_every_hour() {
    let calm = GeneratedPrice {
        sigma: 0.0,
        jumps_up_per_year: 0.0,
        jumps_down_per_year: 0.0,
        scarcity_per_year: 0.0,
        seasonal_amplitude: 0.0,
        diurnal_amplitude: 0.0,
        ..typical()
    };
    for mean in [-15.0, 0.0, 40.0, 300.0] {
        let price = GeneratedPrice { mean_usd_per_mwh: mean, ..calm.clone() };
        assert!(prices_of(&price, "a", &sampled(1, 20)).iter().all(|p| (p - mean).abs() < 1e-9));
    }
    let growing = GeneratedPrice { growth_per_year: 0.1, ..calm };
    let prices = prices_of(&growing, "a", &sampled(1, 800));
    assert!((prices[24 * 366] / prices[24 * 365] - 1.1).abs() < 1e-9);
    assert!((prices[24 * 799] - 40.0 * 1.21).abs() < 1e-9);
}

#[test]
fn the_expected_price_is_the_mean_asked_for() {
    for mean in [25.0, 40.0, 65.0] {
        let price =
            GeneratedPrice { mean_usd_per_mwh: mean, scarcity_per_year: 0.0, negative_hours_share: 0.05, ..typical() };
        let drawn: Vec<f64> = (0..10).map(|seed| math::mean(&prices_of(&price, "a", &sampled(seed, 3_652)))).collect();
        assert!((math::mean(&drawn) / mean - 1.0).abs() < 0.02, "{} for {mean}", math::mean(&drawn));
    }
    // Scarcity has a heavy tail that the cap cuts: the mean falls short by a few percent.
    let drawn: Vec<f64> = (0..20).map(|seed| math::mean(&prices_of(&typical(), "a", &sampled(seed, 3_652)))).collect();
    assert!((0.92..1.03).contains(&(math::mean(&drawn) / 40.0)), "{}", math::mean(&drawn));
}

/// Reference: ERCOT hub 2022, asinh price sd 0.60, ac 0.94, 0.46 and 0.80 at 1, 6 and 24 h, median over mean 0.75, 1 % of the
/// hours above 6 means, 97 % cheapest hours at 0.83 of the mean, no negative hours; 61–271 h a year above ten medians.
#[test]
fn a_hub_price_behaves_like_a_real_one() {
    let price = GeneratedPrice { mean_usd_per_mwh: 64.0, ..typical() };
    let prices = prices_of(&price, "a", &sampled(5, 7_305));
    let y = transformed(&prices);
    assert!((0.5..0.75).contains(&deviation(&y)), "sd {}", deviation(&y));
    for (lag, low, high) in [(1, 0.90, 0.96), (6, 0.45, 0.65), (24, 0.35, 0.8)] {
        let ac = autocorrelation(&y, lag);
        assert!((low..high).contains(&ac), "ac {lag}: {ac}");
    }
    let mut sorted = prices.clone();
    sorted.sort_by(f64::total_cmp);
    let (mean, median) = (math::mean(&prices), sorted[sorted.len() / 2]);
    assert!((0.6..0.9).contains(&(median / mean)), "median over mean {}", median / mean);
    let cheapest = math::mean(&sorted[..sorted.len() * 97 / 100]) / mean;
    assert!((0.65..0.9).contains(&cheapest), "{cheapest}");
    let dearest = sorted[sorted.len() * 99 / 100] / mean;
    assert!((3.0..7.0).contains(&dearest), "{dearest}");
    let spikes = share(&prices, |p| p > 10.0 * median) * HOURS_PER_YEAR;
    assert!((20.0..271.0).contains(&spikes), "{spikes} h a year");
    assert!(share(&prices, |p| p < 0.0) < 0.01);
    assert!(prices.iter().all(|p| (-250.0..=5_000.0).contains(p)));
}

/// Reference: ERCOT asinh hub price against wind -0.37, at HB_WEST -0.52.
#[test]
fn the_price_falls_with_the_wind_at_the_site() {
    let sampling = sampled(6, 5_000);
    let wind = local_wind("a", &Field::around(TEXAS, 400.0), &sampling);
    let output = wind_output(&WindOutput::default(), TEXAS, wind.clone(), &sampling);
    let against_wind = |price: &GeneratedPrice| {
        correlation(&transformed(&generated_price(price, "a", TEXAS, &wind, &sampling)), &output)
    };
    let hub = against_wind(&typical());
    assert!((-0.46..-0.32).contains(&hub), "{hub}");
    let congested = against_wind(&GeneratedPrice { negative_hours_share: 0.08, ..typical() });
    assert!(congested < hub - 0.08, "{congested} against {hub}");
    assert!(against_wind(&GeneratedPrice { wind_correlation: 0.0, ..typical() }).abs() < 0.12);
}

#[test]
fn congestion_brings_the_negative_hours_asked_for_and_in_the_wind() {
    let sampling = sampled(8, 7_305);
    let wind = local_wind("a", &Field::around(TEXAS, 400.0), &sampling);
    for (asked, phi, sigma) in [(0.05, 0.93, 0.10), (0.08, 0.955, 0.14), (0.20, 0.957, 0.148)] {
        let price = GeneratedPrice { negative_hours_share: asked, phi, sigma, ..typical() };
        assert_eq!(check(&price), []);
        let prices = generated_price(&price, "a", TEXAS, &wind, &sampling);
        let negative = share(&prices, |p| p < 0.0);
        assert!((negative - asked).abs() < 0.02, "{negative} for {asked}");
        let windy: Vec<f64> = prices.iter().zip(&wind).filter(|(_, w)| **w > 0.5).map(|(p, _)| *p).collect();
        assert!(share(&windy, |p| p < 0.0) > 2.0 * negative, "{}", share(&windy, |p| p < 0.0));
    }
}

#[test]
fn seasons_and_the_sun_shape_the_price() {
    let price = GeneratedPrice { midday_drop: 0.8, scarcity_per_year: 0.0, ..typical() };
    let y = transformed(&prices_of(&price, "a", &sampled(3, 7_305)));
    let hours = by_hour(&y);
    // At 100° west, noon is 18:40 UTC and 17 h solar 23:40 UTC.
    assert!(hours[23] > hours[18] + 0.5 && hours[10] > hours[18], "{hours:?}");
    let months = by_month(&y, Day::parse("2024-01-01").unwrap());
    assert!(months[7] > months[1] + 0.4, "{months:?}");
}

#[test]
fn sites_of_one_market_share_its_shocks_and_years() {
    let sampling = sampled(4, 2_000);
    let of_market =
        |market: Option<&str>| GeneratedPrice { market: market.map(str::to_owned), wind_correlation: 0.0, ..typical() };
    let (a, b) =
        (prices_of(&of_market(Some("ercot")), "a", &sampling), prices_of(&of_market(Some("ercot")), "b", &sampling));
    assert_eq!(a, b);
    let (a, b) = (prices_of(&of_market(None), "a", &sampling), prices_of(&of_market(None), "b", &sampling));
    assert!(correlation(&transformed(&a), &transformed(&b)) < 0.6, "only the seasons are common");
    let lucky = GeneratedPrice { annual_level_sd: 1.0, scarcity_per_year: 0.0, ..GeneratedPrice::default() };
    let yearly = |site: &str| -> Vec<f64> {
        prices_of(&lucky, site, &sampling)[..24 * 1_826].chunks_exact(24 * 365).map(math::mean).collect()
    };
    assert!(correlation(&yearly("a"), &yearly("b")) > 0.9, "the luck of a year is everyone's");
}

#[test]
fn annual_levels_spread_as_asked() {
    let price = GeneratedPrice::default();
    let logs: Vec<f64> =
        (0..400).map(|seed| math::ln(annual_mean(&price, 2030, &sampled(seed, 1)) / price.mean_usd_per_mwh)).collect();
    assert!((deviation(&logs) - 0.4).abs() < 0.04, "{}", deviation(&logs));
    let means: Vec<f64> = logs.iter().map(|log| math::exp(*log)).collect();
    assert!((math::mean(&means) - 1.0).abs() < 0.06);
}

#[test]
fn keys_that_make_prices_explode_or_cannot_be_met_are_reported() {
    let keys = |price: &GeneratedPrice| check(price).into_iter().map(|p| p.0).collect::<Vec<_>>();
    assert!(keys(&GeneratedPrice::default()).is_empty());
    assert_eq!(keys(&GeneratedPrice { phi: 0.999, sigma: 1.0, ..typical() }), ["phi"]);
    assert_eq!(
        keys(&GeneratedPrice { mean_usd_per_mwh: 400.0, negative_hours_share: 0.3, ..typical() }),
        ["negative_hours_share"]
    );
    assert_eq!(
        keys(&GeneratedPrice { cap_usd_per_mwh: 50.0, mean_usd_per_mwh: 60.0, ..typical() }),
        ["mean_usd_per_mwh"]
    );
}
