//! The readers and generators of `energy` against real hours: statistics of `reference/energy-and-ai.md`, part B.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::path::PathBuf;

use hashwatt::calendar::Day;
use hashwatt::energy::{
    CsvSource, HourlySeries, Location, Sampling, SeriesFiles, SiteEnergy, Weather, read_hourly, supply,
};

fn shared(file: &str) -> String {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn source(column: &str, unit: &str) -> CsvSource {
    toml::from_str(&format!("file = 'f'\ncolumn = '{column}'\nunit = '{unit}'")).expect("the keys are right")
}

fn read(file: &str, column: &str, unit: &str) -> HourlySeries {
    read_hourly(&shared(file), &source(column, unit)).unwrap_or_else(|errors| panic!("{file}: {errors:?}"))
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(usize) -> f64| (0..a.len()).map(f).sum::<f64>();
    let (ab, aa, bb) =
        (sum(&|i| (a[i] - ma) * (b[i] - mb)), sum(&|i| (a[i] - ma).powi(2)), sum(&|i| (b[i] - mb).powi(2)));
    ab / (aa * bb).sqrt()
}

fn autocorrelation(x: &[f64], lag: usize) -> f64 {
    correlation(&x[lag..], &x[..x.len() - lag])
}

fn share(x: &[f64], holds: impl Fn(f64) -> bool) -> f64 {
    x.iter().filter(|v| holds(**v)).count() as f64 / x.len() as f64
}

fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} ± {tolerance}");
}

/// West Texas over twelve years, without the luck of the years.
fn west_texas(price: &str) -> (Vec<f64>, Vec<f64>) {
    let energy: SiteEnergy = toml::from_str(&format!(
        "[surplus]\ncapacity_mw = 1.0\noutput = {{ kind = 'wind', capacity_factor_share = 0.33 }}\n[price]\nkind = 'generated'\nannual_level_sd = 0.0\n{price}"
    ))
    .expect("the keys are right");
    let (weather, files) = (Weather::default(), SeriesFiles::new());
    let start = Day::parse("2024-01-01").expect("a date");
    let sampling = Sampling { seed: 20, stream: "weather", weather: &weather, files: &files, start, days: 4_383 };
    let place = Location { latitude_deg: 32.3, longitude_deg: -100.2 };
    let hourly = supply("west texas", place, &energy, &sampling);
    (hourly.surplus_mw, hourly.price_usd_per_mwh)
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn the_shippable_files_read_with_their_known_statistics() {
    let hub = read("shippable/ercot_hubs_2022_hourly.csv", "price_hb_hubavg_usd_mwh", "usd_per_mwh");
    assert_eq!(hub.values.len(), 8_760);
    assert_eq!(hub.start_unix, Day::parse("2022-01-01").expect("a date").unix() + 6 * 3_600);
    near(mean(&hub.values), 64.3, 0.05);
    let west = read("shippable/ercot_hubs_2022_hourly.csv", "price_hb_west_usd_mwh", "usd_per_mwh");
    near(mean(&west.values), 59.8, 0.05);
    near(share(&west.values, |p| p < 0.0), 0.049, 0.0005);

    let wind = read("shippable/rts_gmlc_2020_hourly.csv", "wind_cf_317", "capacity_factor");
    assert_eq!(wind.values.len(), 8_784);
    assert_eq!(wind.start_unix, Day::parse("2020-01-01").expect("a date").unix() + 8 * 3_600);
    near(mean(&wind.values), 0.328, 0.0005);
    near(autocorrelation(&wind.values, 24), 0.410, 0.0005);
    near(share(&wind.values, |v| v < 0.1), 0.46, 0.005);

    let temperature = read_hourly(
        &shared("shippable/weather_abilene_tx_2013_hourly.csv"),
        &CsvSource { scale: 0.01, ..source("rh_pct", "capacity_factor") },
    );
    assert_eq!(temperature.expect("humidity reads as a share").values.len(), 8_760);
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn the_copies_that_ship_are_the_files_themselves() {
    for file in ["ercot_hubs_2022_hourly.csv", "rts_gmlc_2020_hourly.csv"] {
        let copy = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/data")).join(file);
        let copy = std::fs::read_to_string(copy).expect("the copy is there");
        assert!(copy == shared(&format!("shippable/{file}")), "{file}");
    }
    let notice =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/data/README.md")).expect("README");
    let original = shared("shippable/README.md");
    let from = original.find("DATA USE DISCLAIMER AGREEMENT").expect("the notice");
    assert!(notice.contains(original[from..].trim_end()), "the NREL notice travels with the file");
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn files_with_gaps_are_refused_with_the_line() {
    let text = shared("energy/usgs_06892350_kansas_river_2024_2025_hourly.csv");
    let errors = read_hourly(&text, &source("discharge_m3s", "mw")).expect_err("363 hours are empty");
    assert_eq!(errors.len(), 21);
    assert!(errors[0].line > 1 && errors[0].message.contains("no value in column `discharge_m3s`"));
    assert!(errors[20].message.contains("343 more"));
    let short = shared("energy/ercot_dam_hubs_2021.csv");
    let errors = read_hourly(&short, &source("price_hb_pan_usd_mwh", "usd_per_mwh")).expect_err("8,754 hours");
    assert!(errors[0].message.contains("8754 hours"), "{errors:?}");
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn generated_wind_remembers_as_real_plants_do() {
    let (output, _) = west_texas("");
    for lag in [1, 6, 24] {
        let real: Vec<f64> = ["wind_cf_309", "wind_cf_317", "wind_cf_122"]
            .iter()
            .map(|column| {
                autocorrelation(&read("shippable/rts_gmlc_2020_hourly.csv", column, "capacity_factor").values, lag)
            })
            .collect();
        near(autocorrelation(&output, lag), mean(&real), 0.06);
    }
    near(mean(&output), 0.33, 0.02);
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn generated_prices_move_with_the_wind_as_ercot_did() {
    let transformed = |prices: &[f64]| prices.iter().map(|p| hashwatt::math::asinh(p / 20.0)).collect::<Vec<_>>();
    let file = "energy/ercot_2022_hourly.csv";
    let real_wind = read(file, "wind_mw", "mw").values;
    let hub = transformed(&read(file, "price_usd_mwh", "usd_per_mwh").values);
    let (output, prices) = west_texas("mean_usd_per_mwh = 64.0");
    near(correlation(&transformed(&prices), &output), correlation(&hub, &real_wind), 0.08);
    near(autocorrelation(&transformed(&prices), 1), autocorrelation(&hub, 1), 0.04);
    near(autocorrelation(&transformed(&prices), 6), autocorrelation(&hub, 6), 0.15);

    // The congested hub: negative hours, and the wind they come with.
    let west = read(file, "price_hb_west_usd_mwh", "usd_per_mwh").values;
    let (output, prices) =
        west_texas("mean_usd_per_mwh = 60.0\nphi = 0.952\nsigma = 0.126\nnegative_hours_share = 0.049");
    near(share(&prices, |p| p < 0.0), share(&west, |p| p < 0.0), 0.02);
    near(correlation(&transformed(&prices), &output), correlation(&transformed(&west), &real_wind), 0.10);
}
