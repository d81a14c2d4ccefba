//! Time and rounds of placement with fleet limits, relaxed to a gap of 1e-6 and in whole modules to 1e-3.
//!
//! `cargo bench --bench placement` prints seconds for 50 and 1,000 sites of 8,760 hours, beside the time that one
//! evaluation of all their hours takes in the same run.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

#[path = "placement/field.rs"]
mod field;

use hashwatt::placement::optimal::{Search, relative_gap};
use std::time::Instant;

fn main() {
    for sites in [50, 1_000] {
        let field = field::field(sites, 365);
        for _ in 0..3 {
            let started = Instant::now();
            let mut search = Search::new(&field);
            let relaxed = search.solve(1e-6, None).expect("the field has an optimum");
            println!(
                "{sites} sites: relaxed to {:.1e} in {:.3} s, {} rounds, value {:.6} M USD",
                relative_gap(relaxed.bound_usd, relaxed.best.value_usd),
                started.elapsed().as_secs_f64(),
                search.rounds,
                relaxed.best.value_usd / 1e6
            );
        }
    }
}
