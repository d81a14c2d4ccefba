//! What a block costs in the race inside the simulation, beside a bare chain of the same hashes per block in the same
//! run.
//!
//! `cargo bench --bench race` prints blocks per second of one core and the ratio. The bare chain has a Merkle root from
//! nowhere; the race draws whose each quantum is, hashes its coinbase commitment, keeps the clock, stamps, retargets and
//! writes headers.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::hint::black_box;
use std::time::Instant;

use hashwatt::bitcoin::checkpoint::{ChainStart, start_of};
use hashwatt::bitcoin::race::{HourReport, Mode, Race};
use hashwatt::calendar::Day;
use hashwatt::hash::{Digest, Draft, Kernel, VersionRoll, extend};
use ruint::aliases::U256;

const ROUNDS: usize = 40;
/// Hashes of one round, about.
const HASHES: f64 = 1e6;
const CHAINS: usize = 4;

fn main() {
    let day = Day::parse("2024-01-01").expect("a date");
    let start = start_of(day).expect("a day of the table");
    println!("one core, kernel {}; medians of {ROUNDS} rounds", Kernel::best().name());
    println!("{:>14} {:>16} {:>16} {:>12}", "hashes/block", "chain, blocks/s", "race, blocks/s", "race/chain");
    for hashes_per_block in [64.0, 256.0, 4_096.0] {
        let mut race = Racing::new(&start, hashes_per_block);
        let mut chain = vec![];
        let mut raced = vec![];
        for _ in 0..ROUNDS {
            let (blocks, attempts, seconds) = race.run(HASHES / hashes_per_block / 6.0);
            raced.push(seconds / blocks);
            chain.push(bare_chain(attempts / blocks));
        }
        let (chain, raced) = (median(chain), median(raced));
        println!("{hashes_per_block:>14} {:>16.0} {:>16.0} {:>12.2}", 1.0 / chain, 1.0 / raced, raced / chain);
    }
}

struct Racing {
    race: Race,
    network_eh_s: f64,
    hour_unix: i64,
    report: HourReport,
}

impl Racing {
    fn new(start: &ChainStart, hashes_per_block: f64) -> Self {
        let names = ["the world", "a mine", "another mine"].map(String::from);
        Self {
            race: Race::new(start, Mode::Hash, hashes_per_block, 1, &names),
            network_eh_s: start.bits.expected_hashes() / 600.0 / 1e18,
            hour_unix: start.time_unix,
            report: HourReport::default(),
        }
    }

    /// Blocks, attempts and seconds of some hours.
    fn run(&mut self, hours: f64) -> (f64, f64, f64) {
        let (mut blocks, mut attempts) = (0, 0);
        let begun = Instant::now();
        for _ in 0..hours as usize {
            self.report.clear();
            let world = 0.9 * self.network_eh_s;
            let mines = 0.05 * self.network_eh_s;
            self.race.run_hour(self.hour_unix, &[world, mines, mines], &mut self.report);
            self.hour_unix += 3_600;
            blocks += self.report.blocks.len();
            attempts += self.report.blocks.iter().map(|block| block.attempts).sum::<u64>();
        }
        (blocks as f64, attempts as f64, begun.elapsed().as_secs_f64())
    }
}

/// Seconds per block of chains extended side by side, by the hashes drawn.
fn bare_chain(hashes_per_block: f64) -> f64 {
    let target = U256::MAX / U256::from(hashes_per_block);
    let mut tips = [Digest::default(); CHAINS];
    let mut attempts = 0;
    let mut time = 0;
    let begun = Instant::now();
    while (attempts as f64) < HASHES {
        time += 1;
        let draft = |_, prev| {
            let merkle_root = prev;
            (black_box(Draft { version: 0x2000_0000, prev, merkle_root, time, bits: 0x1703_e8b3 }), target)
        };
        extend(Kernel::best(), VersionRoll::Four, &mut tips, draft, |_, link| attempts += link.index + 1)
            .expect("some candidate meets so easy a target");
    }
    begun.elapsed().as_secs_f64() / attempts as f64 * hashes_per_block
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
