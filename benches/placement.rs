//! Time and rounds of placement with fleet limits, relaxed to a gap of 1e-6 and in whole modules to 1e-3.
//!
//! `cargo bench --bench placement` prints seconds for 50 and 1,000 sites of 8,760 hours, beside the time that one
//! evaluation of all their hours takes in the same run.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

#[path = "placement/field.rs"]
mod field;

use hashwatt::placement::optimal::{Settings, optimise};
use std::time::Instant;

fn main() {
    for sites in [50, 1_000] {
        let field = field::field(sites, 365);
        for _ in 0..3 {
            let started = Instant::now();
            let settings = Settings { gap_share: 1e-3, ..Settings::default() };
            let answer = optimise(&field, &settings, &mut |_| core::ops::ControlFlow::Continue(()))
                .expect("the field has an optimum")
                .answer;
            println!(
                "{sites} sites: relaxed to {:.1e} in {:.3} s, whole modules to {:.1e} in {:.3} s more; {} rounds, {} nodes, {:.6} M USD, {:.3} s in all",
                answer.relaxation.gap_share,
                answer.effort.seconds.relaxation,
                answer.proof.gap_share,
                answer.effort.seconds.modules,
                answer.effort.rounds,
                answer.effort.nodes,
                answer.relaxation.objective_usd / 1e6,
                started.elapsed().as_secs_f64(),
            );
        }
    }
}
