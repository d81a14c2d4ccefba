use std::sync::OnceLock;

use super::export::verify_eased;
use super::*;
use crate::bitcoin::checkpoint::ChainStart;
use crate::bitcoin::protocol::{CompactTarget, retarget};
use crate::bitcoin::race::{HourReport, Mode, Period, Race};

/// Makes a hash of [`BITS`] cost about four.
const SHIFT: u32 = 76;
const BITS: u32 = 0x1703_e8b3;
/// Begins a retarget period.
const HEIGHT: u32 = 822_528;
/// The end of 2023.
const START: u32 = 1_703_311_464;

/// Mines consecutive headers from a height on, 590 seconds apart, with the bits their own retargets give. `edit` may
/// change a header before its nonce is searched.
fn mined(count: usize, first_height: u32, edit: impl Fn(usize, &mut Header)) -> Vec<[u8; 80]> {
    let mut chain: Vec<Header> = Vec::new();
    for number in 0..count {
        let height = first_height as usize + number;
        let bits = match chain.last() {
            Some(tip) if height.is_multiple_of(2016) && number >= 2016 => {
                let old = CompactTarget::from_bits(tip.bits).unwrap();
                retarget(old, i64::from(chain[number - 2016].time), i64::from(tip.time)).bits()
            }
            // Some change where the period before is not all there.
            Some(_) if height.is_multiple_of(2016) => BITS - 0x1000,
            Some(tip) => tip.bits,
            None => BITS,
        };
        let prev = chain.last().map_or([7; 32], Header::hash);
        let time = START + 590 * number as u32;
        let mut header = Header { version: 0x2000_0000, prev, merkle_root: [1; 32], time, bits, nonce: 0 };
        edit(number, &mut header);
        let target =
            eased(CompactTarget::from_bits(header.bits).map_or(Target(U256::MAX), CompactTarget::target), SHIFT);
        while !target.is_met_by(&header.hash()) {
            header.nonce += 1;
        }
        chain.push(header);
    }
    chain.iter().map(Header::to_bytes).collect()
}

fn rules(report: &Report) -> Vec<&'static str> {
    report.faults.iter().map(|fault| fault.broken.rule()).collect()
}

/// The one rule broken, and the header at which it is.
fn only_fault(report: &Report) -> (&'static str, Option<usize>) {
    assert_eq!(report.faults_total, 1, "{:#?}", report.faults);
    let number = match report.faults[0].place {
        Place::Header { number, .. } | Place::Period { number, .. } => Some(number),
        Place::Chain => None,
    };
    (report.faults[0].broken.rule(), number)
}

#[test]
fn an_exported_chain_verifies_with_and_without_its_height() {
    let headers = mined(2 * 2016 + 50, HEIGHT - 20, |_, _| {});
    let known = verify_eased(&headers, Some(HEIGHT - 20), SHIFT);
    assert!(known.holds(), "{:#?}", known.faults);
    assert_eq!((known.headers, known.retargets), (4_082, 2));
    assert_eq!(known.gaps, [Gap::FirstLink, Gap::FirstTimes(11), Gap::FirstRetarget(20)]);
    assert_eq!(known.tip, Some(BlockHash(sha256d(headers.last().unwrap()))));

    let unknown = verify_eased(&headers, None, SHIFT);
    assert!(unknown.holds(), "{:#?}", unknown.faults);
    assert_eq!((unknown.first_height, unknown.retargets), (None, 2));
    assert!(unknown.gaps.contains(&Gap::Heights));

    let within_a_period = verify_eased(&headers[30..1_000], None, SHIFT);
    assert!(within_a_period.holds());
    assert_eq!(within_a_period.gaps, [Gap::FirstLink, Gap::FirstTimes(11), Gap::Boundaries]);
    assert!(verify_eased(&headers[5..6], None, SHIFT).holds(), "a single header");
}

#[test]
fn each_rule_of_an_exported_chain_is_checked_by_itself() {
    let n = 2 * 2016 + 50;
    let check = |edit: fn(usize, &mut Header)| {
        let headers = mined(n, HEIGHT, edit);
        let known = verify_eased(&headers, Some(HEIGHT), SHIFT);
        (only_fault(&known), rules(&verify_eased(&headers, None, SHIFT)))
    };
    let link = check(|i, header| {
        if i == 1_000 {
            header.prev[3] ^= 1;
        }
    });
    assert_eq!(link, (("link", Some(1_000)), vec!["link"]));
    // Header 1,994 is the sixth before: the median of the eleven.
    let median = check(|i, header| {
        if i == 2_000 {
            header.time = START + 590 * 1_994;
        }
    });
    assert_eq!(median, (("median_time", Some(2_000)), vec!["median_time"]));
    let later_by_a_second = check(|i, header| {
        if i == 2_000 {
            header.time = START + 590 * 1_994 + 1;
        }
        // One fault of another kind, for `check` wants one.
        if i == 3_000 {
            header.prev[0] ^= 1;
        }
    });
    assert_eq!(later_by_a_second.0, ("link", Some(3_000)));
    let retarget = check(|i, header| {
        if i == 2_016 {
            header.bits += 1;
        }
    });
    assert_eq!(retarget, (("retarget", Some(2_016)), vec!["retarget"]));
}

#[test]
fn bits_that_change_inside_a_period_or_stand_for_no_target_are_named() {
    let strange = |bits: u32, at: usize| {
        mined(3_000, HEIGHT, move |i, header| {
            match i {
                _ if i == at => header.bits = bits,
                // Its period goes on as before.
                _ if i == at + 1 => header.bits = BITS,
                _ => {}
            }
        })
    };
    let report = verify_eased(&strange(BITS + 5, 100), Some(HEIGHT), SHIFT);
    assert_eq!(rules(&report), ["period_bits", "period_bits"]);
    assert_eq!(
        report.faults[0].to_string(),
        "header 100 (height 822628): it carries bits `1703e8b8`, its period has `1703e8b3`"
    );
    for bits in [0xff12_3456, 0x1700_0000, 0x1e00_ffff, 0x2300_ffff] {
        let report = verify_eased(&strange(bits, 100), Some(HEIGHT), SHIFT);
        assert_eq!(rules(&report), ["bits", "period_bits", "period_bits"], "{bits:08x}");
    }
    // Without a height, changes must be whole periods apart; the first of equals counts.
    let headers = strange(BITS + 5, 2_500);
    let report = verify_eased(&headers, None, SHIFT);
    assert_eq!(&rules(&report)[..2], ["off_boundary", "off_boundary"]);
    assert!(report.faults[0].to_string().contains("header 0,"), "{}", report.faults[0]);
}

#[test]
fn work_is_checked_on_all_256_bits() {
    let mut headers = mined(40, HEIGHT, |_, _| {});
    let last = headers.last_mut().unwrap();
    let target = eased(CompactTarget::from_bits(BITS).unwrap().target(), SHIFT);
    while target.is_met_by(&sha256d(last)) {
        last[76] = last[76].wrapping_add(1);
    }
    assert_eq!(only_fault(&verify_eased(&headers, Some(HEIGHT), SHIFT)), ("target", Some(39)));
    let hash = U256::from_le_bytes(sha256d(&headers[0]));
    let checked = Headers::new(&headers[..1]);
    assert_eq!(checked.work(0, Target(hash)), None, "equality is enough");
    assert!(checked.work(0, Target(hash - U256::ONE)).is_some());
}

#[test]
fn the_height_of_genesis_is_zero_and_of_nothing_else() {
    let genesis = hex(concat!(
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61",
        "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
    ));
    let first = hex(concat!(
        "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee1467",
        "7ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299"
    ));
    let report = verify_export(&[genesis, first], None);
    assert!(report.holds() && report.gaps.is_empty(), "{report:#?}");
    assert_eq!(report.first_height, Some(0));
    assert!(verify_export(&[genesis], Some(0)).holds());
    assert_eq!(only_fault(&verify_export(&[genesis], Some(5))), ("genesis", Some(0)));
    assert_eq!(only_fault(&verify_export(&[first], Some(0))), ("genesis", Some(0)));
    assert!(verify_export(&[first], Some(1)).holds());
    assert_eq!(rules(&verify_export(&[first, genesis], None)), ["link"]);
    assert!(verify_export(&[first], Some(u32::MAX)).holds(), "no height overflows");
    assert_eq!(rules(&verify_export(&[], None)), ["empty"]);
}

fn hex(text: &str) -> [u8; 80] {
    core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

#[test]
fn a_file_of_noise_gives_ten_faults_and_their_number() {
    let noise: Vec<[u8; 80]> = (0..9_000_u32)
        .map(|i| {
            let mut header = [0; 80];
            for (part, word) in header.as_chunks_mut::<32>().0.iter_mut().zip(0_u32..) {
                *part = sha256d(&[i.to_le_bytes(), word.to_le_bytes()].concat());
            }
            header
        })
        .collect();
    for report in [verify_export(&noise, None), verify_export(&noise, Some(7))] {
        assert_eq!(report.faults.len(), TOLD);
        assert!(report.faults_total > 9_000);
        assert!(report.faults.iter().all(|f| matches!(f.place, Place::Header { number: 0..9, .. })));
    }
}

/// A chain of the race over three retargets that starts inside a period, with its periods.
fn race() -> (Vec<[u8; 80]>, Vec<Period>) {
    static RACE: OnceLock<(Vec<[u8; 80]>, Vec<Period>)> = OnceLock::new();
    RACE.get_or_init(|| {
        let start = ChainStart {
            height: HEIGHT + 1_500,
            bits: CompactTarget::from_bits(BITS).unwrap(),
            period_first_height: HEIGHT,
            period_first_time_unix: i64::from(START),
            time_unix: i64::from(START) + 900_000,
        };
        let rate_eh_s = start.bits.expected_hashes() / 560.0 / 1e18;
        let mut race = Race::new(&start, Mode::Hash, 8.0, 3, &["all".to_owned()]);
        let mut report = HourReport::default();
        for hour in 0..780 {
            race.run_hour(start.time_unix + hour * 3_600, &[rate_eh_s], &mut report);
        }
        (race.headers().as_chunks().0.to_vec(), race.periods().to_vec())
    })
    .clone()
}

#[test]
fn the_chain_of_a_run_verifies() {
    let (headers, periods) = race();
    let report = verify_run(&headers, &periods);
    assert!(report.holds(), "{:#?}", report.faults);
    assert_eq!((report.headers, report.retargets), (headers.len(), 3));
    assert_eq!(report.first_height, Some(HEIGHT + 1_501));
    assert_eq!(report.gaps, [Gap::FirstLink, Gap::FirstTimes(11), Gap::FirstPeriodTime, Gap::Attempts]);
    // A run that ends inside the period it started in.
    let one = Period { last_time_unix: Headers::new(&headers[..400]).time(399), blocks: 400, ..periods[0] };
    let report =
        verify_run(&headers[..400], &[Period { hashes: one.hashes * 400 / u64::from(periods[0].blocks), ..one }]);
    assert_eq!((report.faults, report.first_height), (vec![], None));
}

#[test]
fn every_entry_of_the_periods_is_checked() {
    let (headers, periods) = race();
    let edited = |number: usize, edit: &dyn Fn(&mut Period)| {
        let mut periods = periods.clone();
        edit(&mut periods[number]);
        rules(&verify_run(&headers, &periods))
    };
    let last = periods.len() - 1;
    assert_eq!(edited(1, &|p| p.first_height += 1), ["period_start", "period_gap", "period_gap"]);
    assert_eq!(edited(0, &|p| p.first_height -= 2016), ["period_gap"]);
    assert_eq!(edited(last, &|p| p.blocks += 1)[0], "count");
    assert_eq!(edited(last, &|p| p.blocks = 2017)[..2], ["count", "period_length"]);
    assert_eq!(edited(1, &|p| p.blocks -= 1)[..3], ["count", "period_length", "period_last_time"]);
    assert_eq!(edited(1, &|p| p.first_time_unix += 3_600), ["period_first_time", "retarget"]);
    assert_eq!(edited(last, &|p| p.first_time_unix += 1), ["period_first_time"]);
    assert_eq!(edited(last, &|p| p.last_time_unix += 1), ["period_last_time"]);
    assert_eq!(edited(0, &|p| p.first_time_unix += 3_600), ["retarget"], "the table's word, but it has consequences");
    assert_eq!(edited(1, &|p| p.hashes += 8_000), ["hashes"]);
    assert_eq!(edited(1, &|p| p.hashes = 0), ["hashes", "hashes"], "less than one per block, and improbable");
    let blocks_of_last = u64::from(periods[last].blocks);
    let few = edited(last, &|p| p.hashes = blocks_of_last - 1);
    assert_eq!(few[0], "hashes");
    let other = CompactTarget::from_bits(BITS + 7).unwrap();
    let faults = edited(last, &|p| p.bits = other);
    assert_eq!(faults[..2], ["retarget", "period_bits"]);
    let harder = edited(last, &|p| p.shift -= 3);
    assert!(harder.contains(&"hashes") && harder.contains(&"target"), "{harder:?}");
    let easier = edited(1, &|p| p.shift = u32::MAX);
    assert_eq!(easier, ["shift", "hashes"], "a target cannot be eased beyond 256 bits");
    // Nearly every hash would do: any headers would pass as a period's.
    let nothing_to_do = |p: &mut Period| p.shift = p.bits.target().0.leading_zeros() as u32;
    assert_eq!(edited(1, &|p| nothing_to_do(p))[0], "shift");
    assert_eq!(edited(last, &|p| nothing_to_do(p))[0], "shift");
    assert!(edited(0, &|p| nothing_to_do(p)).iter().all(|&rule| rule == "shift" || rule == "hashes"));
    assert_eq!(edited(0, &|p| p.shift = u32::MAX)[0], "shift");
}

#[test]
fn forged_headers_of_a_run_are_found() {
    let (headers, periods) = race();
    let forged = |at: usize, byte: usize| {
        let mut headers = headers.clone();
        headers[at][byte] ^= 0x20;
        verify_run(&headers, &periods)
    };
    // A nonce, and with it the link of the next; the forged hash may meet the easy target.
    let of_nonce = (0..8).map(|i| rules(&forged(600 + i, 76))).find(|rules| rules.len() == 2).unwrap();
    assert_eq!(of_nonce, ["target", "link"]);
    assert!(rules(&forged(700, 72)).contains(&"period_bits"));
    // The highest byte of the time, downwards.
    assert!(rules(&forged(800, 71)).contains(&"median_time"));
    let unrelated = forged(900, 5);
    assert!(rules(&unrelated).starts_with(&["link"]));
    assert!(unrelated.faults[0].to_string().starts_with("header 900 (height 824929): it links to `"));
}

#[test]
fn tables_without_sense_are_faults_and_never_panics() {
    let (headers, periods) = race();
    assert_eq!(rules(&verify_run(&[], &periods))[..2], ["empty", "count"]);
    assert_eq!(rules(&verify_run(&headers, &[]))[0], "count");
    let absurd = Period {
        first_height: u32::MAX,
        blocks: u32::MAX,
        shift: u32::MAX,
        hashes: u64::MAX,
        first_time_unix: i64::MIN,
        last_time_unix: i64::MAX,
        ..periods[0]
    };
    let report = verify_run(&headers, &[absurd; 5]);
    assert_eq!(report.faults[0].broken.rule(), "count");
    assert!(!verify_run(&headers[..1], &[Period { blocks: 0, ..absurd }, absurd]).holds());
}
