//! Speed of the dispatch kernels, beside a naive merit order in the same run.
//!
//! `cargo bench --bench dispatch` prints nanoseconds per hour, million site-hours per second and the ratio to the naive
//! version; the ratio is what to compare between machines and runs. The naive version is what one writes first: a list
//! of offers and a list of bids, sorted each hour.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use hashwatt::dispatch::slice::{Slice, slice_dual};
use hashwatt::dispatch::{
    Hour, HourResult, Hours, Loads, MinerTier, Power, Terms, dispatch_day_as_if, dispatch_hour, hours_value_usd,
};
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
    let days: Vec<_> =
        hours.as_chunks().0.iter().map(|day| (Power::of_day(day), day.map(|hour| hour.miners_called_off))).collect();
    let mut result = HourResult::default();
    let by_day = time("dispatch_day", || {
        let earned_usd = |(power, called_off): &(Power<Hours>, [bool; 24])| {
            dispatch_day_as_if(power, called_off, &terms, &terms, &loads, &mut result);
            (0..24).map(|hour| result.at(hour).welfare_usd(200.0)).sum::<f64>()
        };
        days.iter().map(earned_usd).sum()
    });
    println!("naive / dispatch_hour   {:6.2}", naive / account);
    println!("naive / dispatch_day    {:6.2}", naive / by_day);
    println!("naive / hours_value_usd {:6.2}", naive / value);

    let two_sources = |hour: &Hour| Hour { hydro_mw: 0.0, miners_called_off: false, ..*hour };
    let all_sources = |hour: &Hour| Hour { miners_called_off: false, ..*hour };
    let no_export = |hour: &Hour| Hour { export_mw: 0.0, ..two_sources(hour) };
    let hours = |change: &dyn Fn(&Hour) -> Hour| hours.iter().map(change).collect::<Vec<_>>();
    let many: Vec<_> = (0..14).map(|k| tier(8.0, 110.0 - 6.0 * k as f64)).collect();
    compare("surplus and grid, 3 loads", &hours(&no_export), &terms, 20.0, &miners[..2], HOURS);
    compare("the same with export", &hours(&two_sources), &terms, 20.0, &miners[..2], HOURS);
    compare("3 sources, export, 14 loads", &hours(&all_sources), &terms, 20.0, &many[..13], HOURS);
    compare("the same, day by day", &hours(&all_sources), &terms, 20.0, &many[..13], 24);
    compare("2 sources, 14 loads, by day", &hours(&no_export), &terms, 20.0, &many[..13], 24);
}

/// Times value with gradient over a year in slices of `slice_hours`, and prints it beside the naive value alone.
fn compare(name: &str, hours: &[Hour], terms: &Terms, firm_mw: f64, miners: &[MinerTier], slice_hours: usize) {
    println!("\n{name}");
    let column = |field: fn(&Hour) -> f64| hours.iter().map(field).collect::<Vec<f64>>();
    let (surplus, hydro) = (column(|h| h.surplus_mw), column(|h| h.hydro_mw));
    let (import, export) = (column(|h| h.import_mw), column(|h| h.export_mw));
    let price = column(|h| h.price_usd_per_mwh);
    let loads = Loads { ai_mw: firm_mw, miners };
    let naive = time("naive value", || hours.iter().map(|hour| naive_value_usd(hour, terms, &loads, 0.0)).sum());
    let mut gains = vec![0.0; miners.len()];
    let dual = time("value, gradient", || {
        let mut value_usd = 0.0;
        for from in (0..HOURS).step_by(slice_hours) {
            let range = from..from + slice_hours;
            let slice = Slice {
                surplus_mw: &surplus[range.clone()],
                hydro_mw: &hydro[range.clone()],
                import_mw: &import[range.clone()],
                export_mw: &export[range.clone()],
                price_usd_per_mwh: &price[range],
            };
            gains.fill(0.0);
            let dual = slice_dual(black_box(&slice), terms, firm_mw, black_box(miners), &mut gains);
            value_usd += dual.value_usd(firm_mw, miners, &gains);
        }
        value_usd
    });
    println!("{:.0} million site-hours/s, naive / this {:.1}", 1e3 / dual, naive / dual);
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
