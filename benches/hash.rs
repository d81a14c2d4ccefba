//! How fast each kernel searches, beside the `sha2` crate with the first block's state kept, in the same run.
//!
//! `cargo bench --bench hash` prints the ratio (which is what to compare between machines and runs) and cycles per hash
//! for one long search, and for short ones of 64, 256 and 4,096 expected hashes, whose set-up counts: independent, and
//! linked to a chain. k is the number of versions tried per nonce. The first of two columns is *quiet*, by the median of
//! the fastest tenth of the slices, the other *typical*, by the median of all. An argument that is a number is the time
//! for each of the seven comparisons in seconds: `cargo bench --bench hash -- 10`.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hashwatt::hash::bench::{BenchError, Plan, Speed, Workload, compare};
use hashwatt::hash::{Kernel, VersionRoll};

fn main() -> Result<(), BenchError> {
    // Cargo adds arguments of its own, such as `--bench`.
    let seconds = std::env::args().filter_map(|arg| arg.parse().ok()).find(|s| (0.1..=600.0).contains(s));
    let time = Duration::from_secs_f64(seconds.unwrap_or(3.0));
    println!("{:<24} {:>8} {:>8} {:>12} {:>9}", "search", "× sha2", "typical", "cycles/hash", "typical");
    let short = |linked| [64, 256, 4_096].map(|expected_hashes| Workload::Short { expected_hashes, linked });
    for workload in [Workload::Long].into_iter().chain(short(false)).chain(short(true)) {
        let rolls = vec![VersionRoll::None, VersionRoll::Four, VersionRoll::Eight];
        let plan = Plan { kernels: Kernel::available(), rolls, workload, time, threads: 1 };
        let compared = compare(&plan, &AtomicBool::new(false), &|_| {})?;
        match workload {
            Workload::Long => println!("one long search, {:.2} GHz", compared.clock_ghz),
            Workload::Short { expected_hashes, linked: false } => {
                println!("searches of {expected_hashes} expected hashes");
            }
            Workload::Short { expected_hashes, linked: true } => {
                println!("linked chain of {expected_hashes} expected hashes per block");
            }
        }
        print("sha2 midstate", &compared.baseline);
        for kernel in &compared.kernels {
            print(&format!("{}, k = {}", kernel.kernel.name(), kernel.roll.count()), &kernel.speed);
        }
    }
    Ok(())
}

fn print(name: &str, speed: &Speed) {
    println!(
        "  {name:<22} {:>8.2} {:>8.2} {:>12.1} {:>9.1}",
        speed.quiet.ratio_to_sha2_midstate,
        speed.typical.ratio_to_sha2_midstate,
        speed.quiet.cycles_per_hash,
        speed.typical.cycles_per_hash
    );
}
