//! Project evaluations per second and core.
//!
//! `cargo bench --bench finance` evaluates the twenty-year power plant of SAM with tax and half of it borrowed, and a mine
//! with state tax, replacements, a treasury, a sculpted loan and reserves: the whole cash-flow table, and with all figures
//! (NPV, IRR, MIRR, paybacks, levelised costs, coverage). Beside it stands, as a baseline of the same run, the discounting
//! of one row of twenty years.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use hashwatt::finance::{Project, npv};
use std::hint::black_box;
use std::time::{Duration, Instant};

const PLANT: &str = include_str!("../tests/data/finance/f_tax_debt.toml");

const MINE: &str = r#"
name = "mine"
years = 20
discount_rate_per_year = 0.12
inflation_per_year = 0.02
reserve_interest_per_year = 0.0125
capital = [
    { name = "hall", cost_usd = 30e6, depreciation = { kind = "macrs", years = 15 }, salvage_share = 0.1 },
    { name = "machines", class = "machines", cost_usd = 70e6, depreciation = { kind = "macrs", years = 5 }, replaced_every_years = 5, price_change_per_year = -0.1 },
]
mining = { price_usd_per_btc = 90e3, price_growth_per_year = 0.08, hashrate_ph_s = 4000, hashprice_usd_per_ph_day = 45, halvings_after_months = [36, 84, 132], halving_leaves_share = 0.6, pool_fee_share = 0.01, treasury = { policy = "cover_costs" } }
energy = { mwh_per_year = 600000, price_usd_per_mwh = 35 }
operation = { fixed_om_usd_per_year = 3e6, insurance_per_year_share = 0.004, property_tax_per_year_share = 0.01 }
working_capital = { operating_cost_months = 3 }
tax = { federal = { rate_share = 0.21, bonus_depreciation_share = 1.0 }, state = { rate_share = 0.06 } }
debt = [{ name = "bank", target_dscr = 2.0, maximum_share = 0.6, rate_per_year = 0.09, tenor_years = 7, fee_share = 0.02, reserve_months = 6 }]
"#;

fn main() {
    let flows: Vec<(f64, f64)> = (0..21).map(|year| (f64::from(year), 1.0)).collect();
    let row = per_second(|| {
        black_box(npv(0.08, black_box(&flows)));
    });
    println!("one row discounted: {row:.0} a second");
    for (name, text) in [("plant with tax and debt", PLANT), ("mine with everything", MINE)] {
        let project: Project = toml::from_str(text).expect("the bench's project is well formed");
        assert!(project.check().is_empty());
        let table = per_second(|| {
            black_box(black_box(&project).evaluate());
        });
        let figures = per_second(|| {
            let statement = black_box(&project).evaluate();
            black_box(project.figures(&statement));
        });
        println!(
            "{name}: table {table:.0} a second ({:.1} rows), table and figures {figures:.0} a second ({:.1} rows)",
            row / table,
            row / figures
        );
    }
}

/// Calls per second, the best of five spells of a fifth of a second.
fn per_second(mut call: impl FnMut()) -> f64 {
    let spell = Duration::from_millis(200);
    let mut best = 0.0_f64;
    for _ in 0..5 {
        let (started, mut calls) = (Instant::now(), 0_u32);
        while started.elapsed() < spell {
            for _ in 0..64 {
                call();
            }
            calls += 64;
        }
        best = best.max(f64::from(calls) / started.elapsed().as_secs_f64());
    }
    best
}
