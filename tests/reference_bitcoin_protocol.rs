//! Protocol and mined chains against real chain data and the independent `bitcoin` crate.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use bitcoin::block::Header as OracleHeader;
use bitcoin::consensus::encode::deserialize;
use bitcoin::hashes::Hash as _;
use bitcoin::params::MAINNET;
use bitcoin::pow::CompactTarget as OracleTarget;
use hashwatt::bitcoin::checkpoint::{ChainStart, start_of};
use hashwatt::bitcoin::header::Header;
use hashwatt::bitcoin::protocol::{
    CompactTarget, RETARGET_INTERVAL, RETARGET_TIMESPAN_S, Target, Work, period_start, retarget, subsidy_sat,
};
use hashwatt::bitcoin::race::{HourReport, Mode, Period, Race};
use hashwatt::calendar::Day;
use ruint::aliases::U256;
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/bitcoin");

fn read(name: &str) -> String {
    let path = format!("{DATA}/{name}");
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn rows(name: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(read(name).as_bytes()).records().map(Result::unwrap).collect()
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    assert_eq!(hex.len(), 2 * N);
    core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

fn reversed<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    bytes.reverse();
    bytes
}

fn bits(hex: &str) -> u32 {
    u32::from_str_radix(hex, 16).unwrap()
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn all_real_headers_are_read_hashed_and_found_valid() {
    let facts: Value = serde_json::from_str(&read("headers.json")).unwrap();
    let headers = facts["headers"].as_array().unwrap();
    assert!(headers.len() >= 64);
    for fact in headers {
        let text = |key: &str| fact[key].as_str().unwrap();
        let raw: [u8; 80] = bytes(text("hex"));
        let header = Header::from_bytes(&raw);
        assert_eq!(header.to_bytes(), raw);
        assert_eq!(header.hash(), reversed(bytes(text("hash"))));
        assert_eq!(header.prev, reversed(bytes(text("prev"))));
        assert_eq!(header.merkle_root, reversed(bytes(text("merkle_root"))));
        assert_eq!(u64::from(header.version), fact["version"].as_u64().unwrap());
        assert_eq!(u64::from(header.time), fact["time"].as_u64().unwrap());
        assert_eq!(u64::from(header.nonce), fact["nonce"].as_u64().unwrap());
        assert_eq!(header.bits, bits(text("bits")));
        assert!(header.meets_its_target());
    }
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn retarget_compact_and_subsidy_vectors_hold() {
    let facts: Value = serde_json::from_str(&read("headers.json")).unwrap();
    let mut main_retargets = 0;
    for vector in facts["retarget_vectors"].as_array().unwrap() {
        let text = |key: &str| vector[key].as_str().unwrap();
        let time = |key: &str| vector[key].as_i64().unwrap();
        // Signet's targets are easier than the main network's limit.
        if text("network") == "main" {
            let old = CompactTarget::from_hex(text("old_bits")).unwrap();
            assert_eq!(retarget(old, time("first_time"), time("last_time")).to_string(), text("new_bits"));
            main_retargets += 1;
        } else {
            assert!(CompactTarget::from_hex(text("old_bits")).is_err());
        }
    }
    assert!(main_retargets >= 13);

    for vector in facts["compact_vectors"].as_array().unwrap() {
        let compact = bits(vector["compact"].as_str().unwrap());
        let decoded = Target::from_compact_bits(compact);
        if vector["negative"].as_bool().unwrap() || vector["overflow"].as_bool().unwrap() {
            assert!(decoded.is_err(), "{compact:08x}");
        } else {
            let target = U256::from_str_radix(vector["target"].as_str().unwrap(), 16).unwrap();
            assert_eq!(decoded, Ok(Target(target)));
            assert_eq!(decoded.unwrap().to_compact_bits(), bits(vector["canonical"].as_str().unwrap()));
        }
    }

    for vector in facts["subsidy_vectors"].as_array().unwrap() {
        let height = vector["height"].as_u64().unwrap() as u32;
        assert_eq!(subsidy_sat(height), vector["subsidy_sat"].as_u64().unwrap());
        let epochs = 0..=height / 210_000;
        let cumulative: u64 =
            epochs.map(|e| subsidy_sat(e * 210_000) * u64::from((height + 1 - e * 210_000).min(210_000))).sum();
        assert_eq!(cumulative, vector["cumulative_after_block_sat"].as_u64().unwrap(), "{height}");
    }
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn chain_work_equals_the_recorded_one_at_all_436_retargets() {
    let table = rows("difficulty_epochs.csv");
    assert_eq!(table.len(), 437);
    let mut work = Target::from_compact_bits(bits(&table[0][3])).unwrap().work();
    for pair in table.windows(2) {
        let old = CompactTarget::from_hex(&pair[0][3]).unwrap();
        let new = CompactTarget::from_hex(&pair[1][3]).unwrap();
        // The recorded work includes the first block of the new period.
        work += Work(old.target().work().0 * U256::from(RETARGET_INTERVAL - 1));
        work += new.target().work();
        assert_eq!(work.0, U256::from_str_radix(&pair[1][7], 16).unwrap(), "height {}", &pair[1][0]);
    }
}

/// The table has the times of first blocks only. For every step there must be a last-block time that gives the new
/// nBits exactly, and it must lie near the next period's first block.
#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn every_historical_retarget_is_reached_exactly_by_a_last_block_near_the_next_first_one() {
    let mut gaps_s = Vec::new();
    for pair in rows("difficulty_epochs.csv").windows(2) {
        let old = CompactTarget::from_hex(&pair[0][3]).unwrap();
        let new = CompactTarget::from_hex(&pair[1][3]).unwrap();
        let (first, next_first): (i64, i64) = (pair[0][1].parse().unwrap(), pair[1][1].parse().unwrap());
        // Target grows with the timespan: bisect for the shortest one whose target is not harder than recorded.
        let (mut low, mut high) = (RETARGET_TIMESPAN_S / 4, RETARGET_TIMESPAN_S * 4);
        while low < high {
            let middle = i64::midpoint(low, high);
            if retarget(old, 0, middle).target() < new.target() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        assert_eq!(retarget(old, first, first + low), new, "height {}", &pair[1][0]);
        let clamped = low == RETARGET_TIMESPAN_S / 4 || new == CompactTarget::EASIEST;
        if !clamped {
            gaps_s.push(next_first - (first + low));
        }
    }
    assert!(gaps_s.len() > 400);
    gaps_s.sort_unstable();
    let median = gaps_s[gaps_s.len() / 2];
    assert!((250..=650).contains(&median), "one block interval, {median} s");
    assert!(*gaps_s.last().unwrap() < 3 * 3_600 && gaps_s[0] > -3 * 3_600, "{gaps_s:?}");
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn interpolated_start_heights_agree_with_daily_chain_data() {
    let mut compared = 0;
    let mut errors = 0.0;
    for row in rows("btc_daily_to_2022.csv") {
        let (Ok(day), Ok(height_end)) = (Day::parse(&row[0]), row[7].parse::<u32>()) else {
            continue;
        };
        if day < Day::parse("2012-01-01").unwrap() {
            continue;
        }
        let start = start_of(day.plus_days(1)).unwrap();
        let error = f64::from(start.height) - f64::from(height_end);
        // Luck inside a period deviates by at most √2016 / 2 = 22 blocks (one standard deviation) at its middle;
        // hashrate growing or falling by a third within a period bends the line by up to 100 more.
        assert!(error.abs() < 160.0, "{day}: {} against {height_end}", start.height);
        errors += error.abs();
        compared += 1;
    }
    assert!(compared > 3_000);
    assert!(errors / f64::from(compared) < 30.0, "mean error {} blocks", errors / f64::from(compared));
}

/// Mines from a start and gives everything a stranger would get: headers, and the rows of `chain.csv`.
fn mine(start: &ChainStart, hours: i64, network_shares: &[f64]) -> (Vec<OracleHeader>, Vec<Period>) {
    let names: Vec<String> = (0..network_shares.len()).map(|i| format!("miner {i}")).collect();
    let mut race = Race::new(start, Mode::Hash, 64.0, 2_024, &names);
    let network_eh_s = start.bits.expected_hashes() / 600.0 / 1e18;
    let mut report = HourReport::default();
    for hour in 0..hours {
        // Growth of a third per fortnight, so that retargets are large.
        let growth = 1.0 + hour as f64 / 1_000.0;
        let rates: Vec<f64> = network_shares.iter().map(|share| share * network_eh_s * growth).collect();
        race.run_hour(start.time_unix + 600 + hour * 3_600, &rates, &mut report);
    }
    let headers = race.headers().chunks_exact(80).map(|raw| deserialize(raw).unwrap()).collect();
    (headers, race.periods().to_vec())
}

/// Verifies a chain with the `bitcoin` crate alone, from its headers, its first height and the rows of `chain.csv`.
fn verify(headers: &[OracleHeader], first_height: u32, periods: &[Period]) -> usize {
    let mut period_first_time = periods[0].first_time_unix as u32;
    let mut retargets = 0;
    for (i, header) in headers.iter().enumerate() {
        let height = first_height + i as u32;
        let period = periods.iter().find(|p| p.first_height == period_start(height)).unwrap();
        if let Some(previous) = i.checked_sub(1).map(|p| &headers[p]) {
            assert_eq!(header.prev_blockhash, previous.block_hash(), "height {height} links to the one before");
            if height.is_multiple_of(RETARGET_INTERVAL) {
                let timespan = u64::from(previous.time - period_first_time);
                let next = OracleTarget::from_next_work_required(previous.bits, timespan, &MAINNET);
                assert_eq!(header.bits, next, "height {height}");
                retargets += 1;
            } else {
                assert_eq!(header.bits, previous.bits, "height {height}");
            }
        }
        if height.is_multiple_of(RETARGET_INTERVAL) {
            period_first_time = header.time;
            assert_eq!(i64::from(header.time), period.first_time_unix);
        }
        assert_eq!(header.bits.to_consensus(), period.bits.bits());
        let scaled = U256::from_le_bytes(header.target().to_le_bytes()) << period.shift;
        assert!(U256::from_le_bytes(header.block_hash().to_byte_array()) <= scaled, "height {height}");
    }
    retargets
}

#[test]
fn a_mined_chain_verifies_with_the_bitcoin_crate() {
    let start = ChainStart {
        height: 840_671,
        bits: CompactTarget::from_bits(0x17034219).unwrap(),
        period_first_height: 838_656,
        period_first_time_unix: 1_713_571_767 - 1_209_600,
        time_unix: 1_713_571_767,
    };
    let (headers, periods) = mine(&start, 1_400, &[0.7, 0.2, 0.1]);
    assert!(headers.len() > 8_000);
    assert!(verify(&headers, start.height + 1, &periods) >= 4);
}

#[test]
fn a_chain_that_starts_inside_a_period_verifies_from_that_periods_true_first_time() {
    let start = start_of(Day::parse("2024-01-01").unwrap()).unwrap();
    assert_ne!(start.height % RETARGET_INTERVAL, RETARGET_INTERVAL - 1);
    let (headers, periods) = mine(&start, 1_000, &[1.0]);
    assert!(headers.len() > 6_000);
    assert_eq!(periods[0].first_time_unix, start.period_first_time_unix);
    assert!(verify(&headers, start.height + 1, &periods) >= 3);
}

#[test]
fn consensus_arithmetic_equals_the_bitcoin_crates() {
    let mut seed = 1_u64;
    for _ in 0..20_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let exponent = 0x14 + (seed >> 60) as u32 % 10;
        let raw = exponent << 24 | (seed >> 20) as u32 & 0x007f_ffff;
        let Ok(ours) = CompactTarget::from_bits(raw) else {
            continue;
        };
        let oracle = OracleTarget::from_consensus(raw);
        let target = bitcoin::Target::from_compact(oracle);
        assert_eq!(ours.target().0.to_be_bytes::<32>(), target.to_be_bytes());
        assert_eq!(ours.target().to_compact_bits(), target.to_compact_lossy().to_consensus());
        assert_eq!(ours.target().work().0.to_be_bytes::<32>(), target.to_work().to_be_bytes());
        assert!((ours.difficulty() / target.difficulty_float() - 1.0).abs() < 1e-12);
        let timespan = (seed >> 8) % 6_000_000;
        let next = OracleTarget::from_next_work_required(oracle, timespan, &MAINNET);
        assert_eq!(retarget(ours, 0, timespan as i64).bits(), next.to_consensus(), "{raw:08x} {timespan}");
    }
}
