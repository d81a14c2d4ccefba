use super::*;
use crate::bitcoin::header::Header;
use crate::bitcoin::protocol::{RETARGET_INTERVAL, Target, period_start};
use crate::hash::Kernel;
use crate::math::{exp, ln, log1p, mean};

const MODES: [Mode; 3] = [Mode::Hash, Mode::Sampled, Mode::Expected];
/// First midnight of the test races.
const MIDNIGHT: i64 = 1_704_067_200;

/// A start whose next block opens a retarget period at the stated nBits.
fn before_a_period(bits: u32) -> ChainStart {
    let bits = CompactTarget::from_bits(bits).unwrap();
    ChainStart {
        height: 822_527,
        bits,
        period_first_height: 820_512,
        period_first_time_unix: MIDNIGHT - 1_209_600,
        time_unix: MIDNIGHT,
    }
}

/// The start of 2024, inside a period.
fn inside_a_period() -> ChainStart {
    ChainStart {
        height: 823_808,
        bits: CompactTarget::from_bits(0x1703e8b3).unwrap(),
        period_first_height: 822_528,
        period_first_time_unix: 1_703_311_464,
        time_unix: MIDNIGHT - 36,
    }
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("participant {i}")).collect()
}

/// The hashrate that finds a block in 600 s on average.
fn balanced_eh_s(start: &ChainStart) -> f64 {
    start.bits.expected_hashes() / 600.0 / 1e18
}

fn run(race: &mut Race, first_hour: i64, hours: i64, hashrate_eh_s: &[f64]) -> HourReport {
    let mut report = HourReport::default();
    for hour in first_hour..first_hour + hours {
        race.run_hour(MIDNIGHT + hour * 3_600, hashrate_eh_s, &mut report);
    }
    report
}

/// Largest distance of the values' empirical distribution function from `cdf` (Kolmogorov–Smirnov).
fn ks_distance(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    values
        .iter()
        .enumerate()
        .map(|(i, &v)| (cdf(v) - i as f64 / n).abs().max((cdf(v) - (i + 1) as f64 / n).abs()))
        .fold(0.0, f64::max)
}

#[test]
fn block_intervals_are_exponential_when_there_is_luck() {
    let start = before_a_period(0x1703e8b3);
    for (mode, hashes_per_block) in [(Mode::Hash, 64.0), (Mode::Sampled, 4_096.0)] {
        let mut intervals = Vec::new();
        for seed in 0..4 {
            let mut race = Race::new(&start, mode, hashes_per_block, seed, &names(3));
            let difficulty = race.difficulty();
            let report = run(&mut race, 0, 300, &[balanced_eh_s(&start), 0.0, 0.0]);
            assert_eq!(race.difficulty(), difficulty, "all in one period");
            intervals.extend(report.blocks.windows(2).map(|pair| (pair[1].time_unix - pair[0].time_unix) as f64));
        }
        let mean = mean(&intervals);
        let n = intervals.len() as f64;
        let sd = (intervals.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!((mean / 600.0 - 1.0).abs() < 3.5 / n.sqrt(), "{mode:?}: mean {mean} s");
        assert!((sd / mean - 1.0).abs() < 0.06, "{mode:?}: standard deviation {sd} s");
        // Attempts and seconds are whole numbers.
        let tolerance = 1.63 / n.sqrt() + if mode == Mode::Hash { 0.02 } else { 0.0 };
        let distance = ks_distance(intervals, |x| 1.0 - exp(-x / 600.0));
        assert!(distance < tolerance, "{mode:?}: {distance} of {tolerance}");
    }
}

#[test]
fn attempts_are_geometric_when_there_is_luck() {
    let start = before_a_period(0x1703e8b3);
    for mode in [Mode::Hash, Mode::Sampled] {
        let mut attempts: Vec<u64> = Vec::new();
        let mut p = 0.0;
        for seed in 0..6 {
            let mut race = Race::new(&start, mode, 12.0, seed, &names(3));
            p = two_to_the(race.shift()) / race.bits().expected_hashes();
            attempts
                .extend(run(&mut race, 0, 300, &[balanced_eh_s(&start), 0.0, 0.0]).blocks.iter().map(|b| b.attempts));
        }
        let n = attempts.len() as f64;
        assert!(n > 10_000.0);
        for tried in 1..60 {
            let share = attempts.iter().filter(|&&a| a <= tried).count() as f64 / n;
            let law = 1.0 - exp(tried as f64 * log1p(-p));
            assert!((share - law).abs() < 1.63 / n.sqrt(), "{mode:?}: P(attempts ≤ {tried}) = {share}, law {law}");
        }
    }
}

fn two_to_the(shift: u32) -> f64 {
    crate::math::exp2(f64::from(shift))
}

#[test]
fn finders_are_proportional_to_hashrate() {
    let start = before_a_period(0x1703e8b3);
    let network = balanced_eh_s(&start);
    for mode in [Mode::Hash, Mode::Sampled] {
        let mut race = Race::new(&start, mode, 16.0, 5, &names(4));
        let shares = [0.6, 0.0, 0.3, 0.1];
        let report = run(&mut race, 0, 2_000, &shares.map(|share| share * network));
        let n = report.blocks.len() as f64;
        for (finder, share) in shares.iter().enumerate() {
            let found = report.blocks.iter().filter(|b| b.finder == finder).count() as f64;
            let sd = (n * share * (1.0 - share)).sqrt();
            assert!((found - n * share).abs() <= 3.5 * sd, "{mode:?}: {finder} found {found} of {n}");
        }
    }
}

#[test]
fn a_participant_finds_blocks_only_in_the_hours_it_hashes() {
    let start = inside_a_period();
    let network = balanced_eh_s(&start);
    for mode in [Mode::Hash, Mode::Sampled] {
        let mut race = Race::new(&start, mode, 16.0, 6, &names(1));
        assert_eq!(race.add_participant("late"), 1);
        for hour in 0..200 {
            let late_hashes = hour % 2 == 1;
            let rates = if late_hashes { [0.0, network] } else { [network, 0.0] };
            let report = run(&mut race, hour, 1, &rates);
            assert!(report.blocks.iter().all(|b| b.finder == usize::from(late_hashes)), "{mode:?} hour {hour}");
        }
    }
}

#[test]
fn the_three_modes_agree_in_distribution() {
    let start = inside_a_period();
    let periods = 40;
    let hours = periods * 336;
    let mut seen = Vec::new();
    for mode in MODES {
        let mut race = Race::new(&start, mode, 16.0, 11, &names(2));
        let report = run(&mut race, 0, hours, &[balanced_eh_s(&start) * 0.9, balanced_eh_s(&start) * 0.1]);
        let blocks = report.blocks.len() as f64;
        let log_ratios: Vec<f64> = report
            .retargets
            .iter()
            .skip(2) // the first takes in the time before the start, the second corrects it
            .map(|r| ln(r.bits.difficulty() / r.old_bits.difficulty()))
            .collect();
        let spread = (log_ratios.iter().map(|x| x * x).sum::<f64>() / log_ratios.len() as f64).sqrt();
        let ratio = exp(mean(&log_ratios));
        let hashes = race.total_hashes() as f64 / blocks;
        seen.push((mode, blocks / periods as f64, ratio, spread, hashes));
    }
    for (mode, per_period, ratio, spread, hashes) in seen {
        // A run of 40 periods finds 2,016 (2,015 by the off-by-one) blocks each, ± √(80,000) / 40.
        assert!((per_period - 2_015.5).abs() < 4.0 * 7.1, "{mode:?}: {per_period} blocks per period");
        assert!((ratio - 1.0).abs() < 0.002, "{mode:?}: mean ratio {ratio}");
        assert!((hashes / 16.0 - 1.0).abs() < 0.5, "{mode:?}: {hashes} hashes per block");
        match mode {
            // A period's length has a relative deviation of 1/√2015; a ratio compares two of them.
            Mode::Hash | Mode::Sampled => {
                assert!((spread / (2.0_f64 / 2_015.0).sqrt() - 1.0).abs() < 0.35, "{mode:?}: {spread}");
            }
            Mode::Expected => assert!(spread < 0.001, "{spread}"),
        }
    }
}

#[test]
fn difficulty_follows_when_the_hashrate_doubles_or_halves() {
    for mode in MODES {
        for factor in [2.0, 0.5] {
            let start = before_a_period(0x1703e8b3);
            let network = balanced_eh_s(&start);
            let mut race = Race::new(&start, mode, 8.0, 21, &names(1));
            let before = race.difficulty();
            let report = run(&mut race, 0, 800, &[network * factor]);
            let after = report.retargets[0].bits.difficulty();
            let tolerance = if mode == Mode::Expected { 0.001 } else { 4.0 / 2_015.0_f64.sqrt() };
            assert!((after / before / factor - 1.0).abs() < tolerance, "{mode:?}: {}", after / before);
            let first = report.blocks.iter().position(|b| b.height == report.retargets[0].height).unwrap();
            let days = (report.blocks[first].time_unix - MIDNIGHT) as f64 / 86_400.0;
            assert!((days * factor / 14.0 - 1.0).abs() < 0.1, "{mode:?}: the period took {days} days");
        }
    }
}

#[test]
fn the_expectation_of_the_hour_adds_up_to_the_blocks_found_without_luck() {
    let start = inside_a_period();
    let network = balanced_eh_s(&start) * 1.2;
    for mode in MODES {
        let mut race = Race::new(&start, mode, 16.0, 3, &names(1));
        let report = run(&mut race, 0, 2_000, &[network]);
        let expected = report.expected_blocks_per_eh_s * network;
        let found = report.blocks.len() as f64;
        let tolerance = if mode == Mode::Expected { 1.0 } else { 3.5 * found.sqrt() };
        assert!((expected - found).abs() <= tolerance, "{mode:?}: {expected} expected, {found} found");
        let subsidy = report.expected_subsidy_btc_per_eh_s / report.expected_blocks_per_eh_s;
        assert!((subsidy - 6.25).abs() < 1e-9, "{subsidy} BTC per block");
    }
}

#[test]
fn the_halving_block_is_reported_and_pays_half() {
    for mode in MODES {
        let start = ChainStart { height: 839_990, period_first_height: 838_656, ..inside_a_period() };
        let mut race = Race::new(&start, mode, 16.0, 4, &names(1));
        let report = run(&mut race, 0, 6, &[balanced_eh_s(&start)]);
        assert_eq!(report.halvings, [840_000], "{mode:?}");
        for block in &report.blocks {
            let sat = if block.height < 840_000 { 625_000_000 } else { 312_500_000 };
            assert_eq!(block.subsidy_sat, sat);
        }
        assert!(report.blocks.iter().zip(839_991..).all(|(block, height)| block.height == height));
        let mean_btc = report.expected_subsidy_btc_per_eh_s / report.expected_blocks_per_eh_s;
        assert!(mean_btc > 3.125 && mean_btc < 6.25, "{mean_btc}");
    }
}

#[test]
fn without_hashrate_nothing_happens_and_the_race_goes_on_afterwards() {
    let start = inside_a_period();
    for mode in MODES {
        let mut race = Race::new(&start, mode, 16.0, 9, &names(2));
        for rates in [&[0.0, 0.0][..], &[], &[-5.0, f64::NAN], &[0.0, 0.0, 1e6]] {
            let report = run(&mut race, 0, 10, rates);
            assert!(report.blocks.is_empty(), "{mode:?}");
            assert!(report.expected_blocks_per_eh_s > 0.0, "a newcomer would still find blocks");
        }
        assert_eq!((race.height(), race.total_hashes()), (start.height, 0));
        assert!(race.periods().is_empty());
        let report = run(&mut race, 10, 24, &[balanced_eh_s(&start), 0.0]);
        assert!(report.blocks.len() > 90, "{mode:?}: {} blocks", report.blocks.len());
    }
}

#[test]
fn a_hashrate_far_above_the_difficulty_ends_in_retargets_not_in_a_hang() {
    for mode in MODES {
        let start = before_a_period(0x1d00ffff);
        let mut race = Race::new(&start, mode, 2.0, 1, &names(1));
        let report = run(&mut race, 0, 1, &[f64::INFINITY]);
        // Every retarget quadruples the difficulty. At 1e30 hashes per second the periods of difficulty 4^0 to 4^34
        // take 3,400 s together, the next one three hours.
        assert!((34..=35).contains(&report.retargets.len()), "{mode:?}: {}", report.retargets.len());
    }
}

#[test]
fn the_cost_of_a_block_stays_within_a_factor_of_root_two_of_what_was_asked() {
    for bits in [0x1d00ffff, 0x1b0404cb, 0x1703e8b3, 0x17021ec5] {
        for asked in [1.0, 2.0, 64.0, 100.0, 256.0, 65_536.0] {
            let start = before_a_period(bits);
            let race = Race::new(&start, Mode::Hash, asked, 1, &names(1));
            let cost = race.bits().expected_hashes() / two_to_the(race.shift());
            let doublings_off = crate::math::log2(cost / asked);
            let cheapest = asked == 1.0 && (1.0..2.0).contains(&cost);
            assert!(doublings_off.abs() <= 0.5 || cheapest, "{bits:08x} {asked}: {cost}");
            let target = race.bits().target().0;
            assert_eq!((target << race.shift()) >> race.shift(), target, "no bit of the target is lost");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let mine = |seed| {
        let start = inside_a_period();
        let mut race = Race::new(&start, Mode::Hash, 32.0, seed, &names(3));
        let network = balanced_eh_s(&start);
        let report = run(&mut race, 0, 100, &[network, network / 7.0, 0.0]);
        (race.headers().to_vec(), report)
    };
    assert_eq!(mine(1), mine(1));
    assert_ne!(mine(1).0, mine(2).0);
    assert_ne!(mine(1).0[..80], mine(2).0[..80], "already the first header differs");
}

#[test]
fn every_kernel_mines_the_same_headers() {
    let mine = |kernel| {
        let start = inside_a_period();
        let mut race = Race::new(&start, Mode::Hash, 64.0, 5, &names(3));
        let Search::Hashing(hashing) = &mut race.search else { panic!("hash mode hashes") };
        hashing.kernel = kernel;
        let network = balanced_eh_s(&start);
        let report = run(&mut race, 0, 250, &[network, network / 7.0, 0.0]);
        (race.headers().to_vec(), report)
    };
    let portable = mine(Kernel::named("portable").unwrap());
    assert!(portable.0.len() > 80 * 1_000);
    for kernel in Kernel::available() {
        assert!(mine(kernel) == portable, "{kernel:?}");
    }
}

#[test]
fn a_merkle_root_commits_to_seed_height_counter_and_name() {
    let start = inside_a_period();
    let mut race = Race::new(&start, Mode::Hash, 1.0, 5, &["the world".into()]);
    run(&mut race, 0, 1, &[balanced_eh_s(&start)]);
    let header = Header::from_bytes(race.headers().first_chunk().unwrap());
    let name: [u8; 32] =
        sha2::Digest::finalize(sha2::Digest::chain_update(sha2::Sha256::default(), "the world")).into();
    let [seed, counter] = [5_u64, 1].map(u64::to_be_bytes);
    let height = (start.height + 1).to_be_bytes();
    let coinbase = [b"hashwatt", &seed[..], &height, &counter, &name[..16]].concat();
    assert_eq!(header.merkle_root, crate::hash::sha256d(&coinbase));
}

#[test]
fn mined_headers_link_meet_their_scaled_target_and_carry_rising_times() {
    let start = inside_a_period();
    let mut race = Race::new(&start, Mode::Hash, 64.0, 17, &names(2));
    let report = run(&mut race, 0, 500, &[balanced_eh_s(&start), 1.0]);
    let headers: Vec<Header> =
        race.headers().chunks_exact(80).map(|h| Header::from_bytes(h.try_into().unwrap())).collect();
    assert_eq!(headers.len(), report.blocks.len());
    assert_eq!(headers[0].prev, [0; 32]);
    assert!(headers.windows(2).all(|pair| pair[1].prev == pair[0].hash()));
    assert!(headers.windows(2).all(|pair| pair[1].time >= pair[0].time));
    assert!(headers.windows(12).all(|w| w[11].time > w[5].time), "above the median of the last eleven");
    for (header, block) in headers.iter().zip(&report.blocks) {
        assert_eq!(i64::from(header.time), block.time_unix);
        let period = race.periods().iter().find(|p| p.first_height == period_start(block.height)).unwrap();
        assert_eq!(header.bits, period.bits.bits());
        assert!(Target(period.bits.target().0 << period.shift).is_met_by(&header.hash()));
        assert_eq!(header.version & 0xffff_9fff, 0x2000_0000, "only the two lowest BIP 320 bits are rolled");
    }
}

#[test]
fn period_rows_add_up_to_the_race_also_where_it_starts_inside_a_period() {
    for mode in MODES {
        let start = inside_a_period();
        let mut race = Race::new(&start, mode, 16.0, 8, &names(1));
        let report = run(&mut race, 0, 1_000, &[balanced_eh_s(&start)]);
        let periods = race.periods();
        assert_eq!(periods[0].first_height, 822_528);
        assert_eq!(periods[0].first_time_unix, 1_703_311_464, "the true one, though its block was not mined here");
        assert_eq!(periods[0].blocks, 822_528 + RETARGET_INTERVAL - 1 - start.height);
        assert_eq!(periods[1].blocks, RETARGET_INTERVAL);
        assert_eq!(periods.iter().map(|p| p.blocks as usize).sum::<usize>(), report.blocks.len());
        assert_eq!(
            periods.iter().map(|p| p.hashes).sum::<u64>(),
            report.blocks.iter().map(|b| b.attempts).sum::<u64>()
        );
        assert_eq!(periods.last().unwrap().last_time_unix, report.blocks.last().unwrap().time_unix);
        for (pair, retarget) in periods.windows(2).zip(&report.retargets) {
            let next =
                crate::bitcoin::protocol::retarget(pair[0].bits, pair[0].first_time_unix, pair[0].last_time_unix);
            assert_eq!(pair[1].bits, next);
            assert_eq!((retarget.height, retarget.old_bits, retarget.bits), (pair[1].first_height, pair[0].bits, next));
            let first_block = report.blocks.iter().find(|b| b.height == pair[1].first_height).unwrap();
            assert_eq!(pair[1].first_time_unix, first_block.time_unix);
        }
    }
}

#[test]
fn a_start_at_the_last_block_of_a_period_begins_with_the_retarget() {
    let start = ChainStart { period_first_time_unix: MIDNIGHT - 604_800, ..before_a_period(0x1703e8b3) };
    let race = Race::new(&start, Mode::Expected, 256.0, 1, &names(1));
    assert!((race.difficulty() / start.bits.difficulty() - 2.0).abs() < 1e-5);
}

#[test]
fn a_report_is_only_added_to_and_can_be_emptied() {
    let start = inside_a_period();
    let mut race = Race::new(&start, Mode::Expected, 256.0, 1, &names(1));
    let mut report = run(&mut race, 0, 1, &[balanced_eh_s(&start)]);
    let (blocks, expected) = (report.blocks.len(), report.expected_blocks_per_eh_s);
    race.run_hour(MIDNIGHT + 3_600, &[balanced_eh_s(&start)], &mut report);
    assert!(report.blocks.len() >= blocks + 5);
    assert!((report.expected_blocks_per_eh_s - 2.0 * expected).abs() < 1e-12);
    report.clear();
    assert_eq!(report, HourReport::default());
}
