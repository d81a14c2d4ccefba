//! Replays history through the network model: prices and fees in, hashrate out; and recomputes the facts it rests on.
//!
//! One set of parameters, the defaults, serves all replays. A replay starts at a retarget some months before the halving,
//! and what it gives depends on which (the fleet of that date is only known on average): so each halving is replayed from six
//! starts, and the mean of the six is what must lie in the band of history.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics; the replay prints what it found"
)]

use hashwatt::bitcoin::forecast::{ChainSnapshot, ForecastPoint, project};
use hashwatt::bitcoin::hashprice::{hashprice_usd_per_ph_day, implied_hashrate_eh_s};
use hashwatt::bitcoin::network::{Network, NetworkModel};
use hashwatt::calendar::Day;
use hashwatt::math;

/// One day of the Coin Metrics file.
struct RealDay {
    price_usd: f64,
    difficulty: f64,
    hashrate_eh_s: f64,
    fees_btc_per_block: f64,
    subsidy_btc: f64,
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn reference_file(name: &str) -> csv::Reader<std::fs::File> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/bitcoin/");
    csv::Reader::from_path(format!("{folder}{name}")).expect("reference data lie beside the clone")
}

/// The file's days from 2010-01-01, without gap.
fn history() -> Vec<RealDay> {
    reference_file("btc_daily_to_2022.csv")
        .records()
        .map(|record| {
            let record = record.unwrap();
            let number = |i: usize| record[i].parse::<f64>().unwrap_or(0.0);
            let blocks = number(6).max(1.0);
            RealDay {
                price_usd: number(1),
                difficulty: number(2),
                hashrate_eh_s: number(3),
                fees_btc_per_block: number(5) / blocks,
                subsidy_btc: number(4) / blocks,
            }
        })
        .collect()
}

fn index(day: Day) -> usize {
    (day.0 - Day::parse("2010-01-01").unwrap().0) as usize
}

/// First day, first height and difficulty of every retarget period.
fn retargets() -> Vec<(Day, u32, f64)> {
    reference_file("difficulty_epochs.csv")
        .records()
        .map(|record| {
            let record = record.unwrap();
            (Day::of_unix(record[1].parse().unwrap()), record[0].parse().unwrap(), record[4].parse().unwrap())
        })
        .collect()
}

/// What the table of halvings measures, on 14-day means that end on the day.
#[derive(Debug, Clone, Copy)]
struct Response {
    trough_share: f64,
    trough_day: f64,
    recovery_day: f64,
}

/// `hashrate[i]` is the hashrate of day `i`; `halving` its index.
fn response(hashrate: &[f64], halving: usize) -> Response {
    let mean = |day: usize| math::mean(&hashrate[day - 13..=day]);
    let before = mean(halving - 1);
    let trough = (1..120).min_by(|a, b| mean(halving + a).total_cmp(&mean(halving + b))).unwrap();
    let recovery = (trough..hashrate.len() - halving).find(|d| mean(halving + d) >= before);
    Response {
        trough_share: mean(halving + trough) / before - 1.0,
        trough_day: trough as f64,
        recovery_day: recovery.expect("hashrate recovers within the series") as f64,
    }
}

/// Hashrate of each day from the first point's day on.
fn daily(points: &[ForecastPoint]) -> Vec<f64> {
    let start = f64::from(points[0].day.0);
    let mut series = Vec::new();
    let mut end = start;
    for point in points {
        end += point.days;
        while start + (series.len() as f64) < end {
            series.push(point.network_eh_s);
        }
    }
    series
}

struct Market<'a> {
    price_usd: &'a dyn Fn(Day) -> f64,
    fees_btc_per_block: &'a dyn Fn(Day) -> f64,
}

/// Runs the default network from the last retarget `lead_days` before the halving to a year after it.
fn replay(market: &Market, subsidy_btc: f64, halving: Day, lead_days: i32) -> Vec<ForecastPoint> {
    let retargets = retargets();
    let begin = halving.plus_days(-lead_days);
    let &(start, height, difficulty) = retargets.iter().rev().find(|r| r.0 <= begin).unwrap();
    let hashprice = hashprice_usd_per_ph_day(
        difficulty,
        subsidy_btc,
        (market.fees_btc_per_block)(start),
        (market.price_usd)(start),
    );
    let hashrate = implied_hashrate_eh_s(difficulty, 600.0);
    let network = Network::new(&NetworkModel::default(), start, hashrate, hashprice);
    let chain = ChainSnapshot { height: height - 1, difficulty };
    project(&network, chain, market.price_usd, market.fees_btc_per_block, |_| 0.0, start, halving.plus_days(365))
}

const LEADS: [i32; 6] = [75, 90, 105, 120, 135, 150];

/// Mean response over the starts; the model's chain halves when its own blocks get there.
fn mean_response(market: &Market, subsidy_btc: f64, halving: Day) -> Response {
    let all = LEADS.map(|lead| {
        let points = replay(market, subsidy_btc, halving, lead);
        let halved = points.iter().find(|p| p.subsidy_btc < subsidy_btc).expect("the run crosses the halving");
        response(&daily(&points), (halved.day.0 - points[0].day.0) as usize)
    });
    println!("{halving}");
    for (lead, r) in LEADS.iter().zip(&all) {
        println!(
            "  from {lead:3} d before: {:6.1} % at +{} d, back at +{} d",
            100.0 * r.trough_share,
            r.trough_day,
            r.recovery_day
        );
    }
    let mean = |f: fn(&Response) -> f64| math::mean(&all.iter().map(f).collect::<Vec<_>>());
    let mean = Response {
        trough_share: mean(|r| r.trough_share),
        trough_day: mean(|r| r.trough_day),
        recovery_day: mean(|r| r.recovery_day),
    };
    println!("  mean {mean:?}");
    assert!(all.iter().all(|r| (-0.25..-0.04).contains(&r.trough_share)), "no single start is far off");
    mean
}

/// −8 … −22 % within 15 to 76 days, the span of the halvings of 2012 to 2024.
fn assert_trough_as_in_history(r: &Response) {
    assert!((-0.2221..=-0.0795).contains(&r.trough_share), "{r:?}");
    assert!((15.0..=76.0).contains(&r.trough_day), "{r:?}");
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn hashprice_of_past_years_is_that_of_the_hashrate_index() {
    let days = history();
    for (year, mean, low, high) in [
        (2019, 217.6, 130.7, 476.2),
        (2020, 114.6, 70.6, 216.9),
        (2021, 315.3, 185.0, 422.1),
        (2022, 123.7, 55.4, 248.5),
    ] {
        let first = index(day(&format!("{year}-01-01")));
        let last = index(day(&format!("{year}-12-31")));
        let prices: Vec<f64> = days[first..=last]
            .iter()
            .map(|d| hashprice_usd_per_ph_day(d.difficulty, d.subsidy_btc, d.fees_btc_per_block, d.price_usd))
            .collect();
        let (least, most) = prices.iter().fold((f64::MAX, 0.0_f64), |(l, m), p| (l.min(*p), m.max(*p)));
        for (ours, expected) in [(math::mean(&prices), mean), (least, low), (most, high)] {
            assert!((ours / expected - 1.0).abs() < 0.001, "{year}: {ours} {expected}");
        }
    }
    // Luxor's own means: 314.61 (2021) and 123.88 (2022).
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn the_measure_of_a_halving_is_that_of_the_table() {
    let hashrate: Vec<f64> = history().iter().map(|d| d.hashrate_eh_s).collect();
    for (halving, trough, at, back) in
        [("2012-11-28", -0.150, 27.0, 77.0), ("2016-07-09", -0.080, 21.0, 35.0), ("2020-05-11", -0.222, 15.0, 55.0)]
    {
        let r = response(&hashrate, index(day(halving)));
        assert!((r.trough_share - trough).abs() < 0.0006 && r.trough_day == at && r.recovery_day == back, "{r:?}");
    }
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn the_halvings_of_2016_and_2020_come_out_of_real_prices() {
    let days = history();
    let market =
        Market { price_usd: &|d| days[index(d)].price_usd, fees_btc_per_block: &|d| days[index(d)].fees_btc_per_block };
    for (halving, subsidy_btc) in [("2016-07-09", 25.0), ("2020-05-11", 12.5)] {
        let r = mean_response(&market, subsidy_btc, day(halving));
        assert_trough_as_in_history(&r);
        // History: 35 to 100 days. The model moves once per retarget period: five days of tolerance.
        assert!((35.0..=105.0).contains(&r.recovery_day), "{r:?}");
    }
}

/// Prices typed from the reference: means of quarters in their middle, and 7-day means around the halving.
const PRICES_2024: [(&str, f64); 9] = [
    ("2023-08-15", 28_086.0),
    ("2023-11-15", 36_297.0),
    ("2024-02-15", 53_579.0),
    ("2024-04-19", 63_700.0),
    ("2024-05-20", 66_400.0),
    ("2024-07-19", 63_600.0),
    ("2024-08-15", 61_054.0),
    ("2024-11-15", 83_432.0),
    ("2025-04-20", 84_600.0),
];

/// Fees in BTC per block from the fee shares of the quarters; the 19 days after the halving take what the mean of 14.5 % up
/// to 30 June leaves them.
const FEES_2024: [(&str, f64); 7] = [
    ("2023-07-01", 0.167),
    ("2023-10-01", 0.909),
    ("2024-01-01", 0.434),
    ("2024-04-20", 1.4),
    ("2024-05-10", 0.182),
    ("2024-07-01", 0.074),
    ("2024-10-01", 0.113),
];

fn price_2024(at: Day) -> f64 {
    let after = PRICES_2024.iter().position(|p| day(p.0) > at).unwrap_or(PRICES_2024.len() - 1).max(1);
    let ((d0, p0), (d1, p1)) = (PRICES_2024[after - 1], PRICES_2024[after]);
    p0 * math::powf(p1 / p0, at.years_since(day(d0)) / day(d1).years_since(day(d0)))
}

fn fees_2024(at: Day) -> f64 {
    FEES_2024.iter().rev().find(|f| day(f.0) <= at).map_or(FEES_2024[0].1, |f| f.1)
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn the_halving_of_2024_comes_out_of_the_known_prices_but_for_its_quick_recovery() {
    let market = Market { price_usd: &price_2024, fees_btc_per_block: &fees_2024 };
    let halving = day("2024-04-20");
    let r = mean_response(&market, 6.25, halving);
    assert_trough_as_in_history(&r);
    // History was back after 100 days (29 July, in a rally that these quarterly prices do not hold). The model takes until
    // the price rises in autumn: a known shortfall. Its size in the summer and a year later is right, below.
    assert!((100.0..200.0).contains(&r.recovery_day), "{r:?}");

    let (mut quarter, mut year_later, mut june) = (Vec::new(), Vec::new(), Vec::new());
    for lead in LEADS {
        let points = replay(&market, 6.25, halving, lead);
        let hashrate = daily(&points);
        let at = |date: &str| (day(date).0 - points[0].day.0) as usize;
        quarter.push(math::mean(&hashrate[at("2024-07-01")..at("2024-10-01")]));
        year_later.push(*hashrate.last().unwrap());
        june.push(points.iter().rev().find(|p| p.day <= day("2024-06-15")).unwrap().network_j_per_th);
    }
    println!("Q3 2024 {quarter:.0?}, April 2025 {year_later:.0?}, June 2024 J/TH {june:.1?}");
    for (ours, real, tolerance) in [(&quarter, 628.8, 0.12), (&year_later, 859.0, 0.12), (&june, 28.2, 0.08)] {
        assert!((math::mean(ours) / real - 1.0).abs() < tolerance, "{ours:?} {real}");
    }
}
