//! Time per hour of the dispatch kernels, beside a naive merit order in the same run.
//!
//! `cargo bench --bench dispatch` prints nanoseconds per hour and the ratio to the naive version; the ratio is what to
//! compare between machines and runs. The naive version is what one writes first: a list of offers and a list of bids,
//! sorted each hour.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use hashwatt::dispatch::{Hour, Loads, MinerTier, Terms, dispatch_hour, hours_value_usd};
use std::hint::black_box;
use std::time::Instant;

const HOURS: usize = 8_760;
const ROUNDS: usize = 200;

fn main() {
    let hours = year();
    let terms = Terms {
        surplus_cost_usd_per_mwh: 5.0,
        hydro_cost_usd_per_mwh: 15.0,
        import_adder_usd_per_mwh: 10.0,
        export_fee_usd_per_mwh: 2.0,
        backup_mw: 20.0,
        backup_cost_usd_per_mwh: 300.0,
    };
    let tier = |mw, value_usd_per_mwh| MinerTier { mw, value_usd_per_mwh };
    let miners = [tier(40.0, 110.0), tier(30.0, 70.0), tier(20.0, 45.0)];
    let loads = Loads { ai_mw: 20.0, miners: &miners };

    let naive = time("naive", || hours.iter().map(|hour| naive_value_usd(hour, &terms, &loads, 200.0)).sum());
    let account =
        time("dispatch_hour", || hours.iter().map(|hour| dispatch_hour(hour, &terms, &loads).welfare_usd(200.0)).sum());
    let value = time("hours_value_usd", || hours_value_usd(black_box(&hours), &terms, &loads, 200.0));
    println!("naive / dispatch_hour   {:6.2}", naive / account);
    println!("naive / hours_value_usd {:6.2}", naive / value);
}

/// Best of the rounds, ns per hour.
fn time(name: &str, mut run: impl FnMut() -> f64) -> f64 {
    let mut best = f64::INFINITY;
    let mut result = 0.0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        result = black_box(run());
        best = best.min(start.elapsed().as_secs_f64());
    }
    let ns = best * 1e9 / HOURS as f64;
    println!("{name:<16} {ns:7.2} ns per hour (year: {result:.3} USD)");
    ns
}

/// A year of hours in which every branch is taken, from a fixed linear congruence.
fn year() -> Vec<Hour> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..HOURS)
        .map(|_| Hour {
            surplus_mw: (150.0 * uniform() - 60.0).max(0.0),
            hydro_mw: (60.0 * uniform() - 20.0).max(0.0),
            import_mw: if uniform() < 0.01 { 0.0 } else { 80.0 },
            export_mw: 50.0,
            price_usd_per_mwh: 140.0 * uniform() - 20.0,
            miners_called_off: uniform() < 0.02,
        })
        .collect()
}

/// Offers and bids as lists, sorted each hour.
fn naive_value_usd(hour: &Hour, terms: &Terms, loads: &Loads, ai_value: f64) -> f64 {
    let grid_cost = hour.price_usd_per_mwh + terms.import_adder_usd_per_mwh;
    let mut offers = vec![
        (terms.surplus_cost_usd_per_mwh, hour.surplus_mw),
        (terms.hydro_cost_usd_per_mwh, hour.hydro_mw),
        (grid_cost, hour.import_mw),
    ];
    offers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut bids: Vec<(f64, f64)> = Vec::new();
    if !hour.miners_called_off {
        bids.extend(loads.miners.iter().map(|m| (m.value_usd_per_mwh, m.mw)));
    }
    bids.push((hour.price_usd_per_mwh - terms.export_fee_usd_per_mwh, hour.export_mw));
    bids.sort_by(|a, b| b.0.total_cmp(&a.0));
    bids.insert(0, (f64::INFINITY, loads.ai_mw));
    let mut value = 0.0;
    for (i, (worth, mut mw)) in bids.into_iter().enumerate() {
        for (cost, left) in &mut offers {
            if *cost >= worth {
                break;
            }
            let taken = mw.min(*left);
            value += taken * (if i == 0 { ai_value } else { worth } - *cost);
            mw -= taken;
            *left -= taken;
        }
        if i == 0 {
            value += mw.min(terms.backup_mw) * (ai_value - terms.backup_cost_usd_per_mwh);
        }
    }
    value
}
