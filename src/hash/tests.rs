use super::*;
use crate::rng;
use rand::Rng;

const ROLLS: [VersionRoll; 3] = [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight];

fn random_template(entity: &str, roll: VersionRoll) -> Template {
    let mut header = [0; 80];
    rng::stream(7, "hash test", entity).fill_bytes(&mut header);
    Template { header, roll }
}

fn naive_hits(template: &Template, target: U256, range: Range<u64>) -> Vec<u64> {
    range.filter(|&i| U256::from_le_bytes(sha256d(&template.header_at(i))) <= target).collect()
}

fn hits_of(kernel: Kernel, template: &Template, target: U256, range: Range<u64>) -> Vec<u64> {
    let prepared = Prepared::new(template);
    let mut from = range.start;
    let mut hits = Vec::new();
    loop {
        let outcome = prepared.search_with(kernel, target, from..range.end);
        let Some(found) = outcome.found else {
            assert_eq!(outcome.attempts, range.end - from, "all of the range was tried");
            return hits;
        };
        assert_eq!(outcome.attempts, found.index - from + 1);
        assert_eq!(found.header, template.header_at(found.index));
        assert_eq!(found.hash, sha256d(&found.header));
        hits.push(found.index);
        from = found.index + 1;
    }
}

fn for_every_kernel_and_roll(check: impl Fn(Kernel, VersionRoll)) {
    for kernel in Kernel::available() {
        for roll in ROLLS {
            check(kernel, roll);
        }
    }
}

#[test]
fn every_kernel_finds_exactly_the_hits_of_the_naive_double_hash() {
    for (header, leading_zeros) in [("a", 1), ("b", 3), ("c", 6), ("d", 8)] {
        let target = U256::MAX >> leading_zeros;
        for_every_kernel_and_roll(|kernel, roll| {
            let template = random_template(header, roll);
            let expected = naive_hits(&template, target, 0..3000);
            assert!(!expected.is_empty());
            assert_eq!(hits_of(kernel, &template, target, 0..3000), expected, "{} {roll:?}", kernel.name());
        });
    }
}

#[test]
fn a_target_of_all_ones_is_met_by_all_and_one_of_zero_by_none() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("extremes", roll);
        assert_eq!(hits_of(kernel, &template, U256::MAX, 5..77), (5..77).collect::<Vec<_>>());
        assert!(hits_of(kernel, &template, U256::ZERO, 0..500).is_empty());
    });
}

#[test]
fn a_hash_equal_to_the_target_meets_it_and_one_above_does_not() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("equality", roll);
        let lowest = (0..200).min_by_key(|&i| U256::from_le_bytes(sha256d(&template.header_at(i)))).unwrap();
        let hash = U256::from_le_bytes(sha256d(&template.header_at(lowest)));
        assert_eq!(hits_of(kernel, &template, hash, 0..200), [lowest]);
        assert!(hits_of(kernel, &template, hash - U256::ONE, 0..200).is_empty());
    });
}

#[test]
fn only_candidates_inside_the_range_count_whatever_its_alignment() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("ranges", roll);
        let target = U256::MAX >> 2;
        for start in 0..18 {
            for length in 0..20 {
                let range = start..start + length;
                let expected = naive_hits(&template, target, range.clone());
                assert_eq!(hits_of(kernel, &template, target, range), expected);
            }
        }
    });
}

#[test]
fn the_first_and_the_last_candidate_are_searched_and_none_beyond() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("ends", roll);
        let prepared = Prepared::new(&template);
        let last = template.candidates() - 1;
        assert_eq!(template.header_at(last)[76..], [0xff; 4]);
        for index in [0, last] {
            let target = U256::from_le_bytes(sha256d(&template.header_at(index)));
            let outcome = prepared.search_with(kernel, target, index..index + 1);
            assert_eq!(outcome.found.map(|f| f.index), Some(index));
        }
        let beyond = prepared.search_with(kernel, U256::MAX, last + 1..last + 9);
        assert_eq!(beyond, Outcome { found: None, attempts: 0 });
    });
}

/// Genesis and block 840,000 (whose version has rolled bits), as on the main network.
const REAL_HEADERS: [&str; 3] = [
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
    "00e05f2aab948491071265ad552351d0ad625745668da54b0172010000000000000000004f89a5d73bd4d4887f25981fe81892ccafda10c27f52d6f3dd28183a7c411b03b7072366194203177d9863ea",
];

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

#[test]
fn the_double_hash_of_genesis_is_the_published_one() {
    let mut expected: [u8; 32] = bytes("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    expected.reverse();
    assert_eq!(sha256d(&bytes::<80>(REAL_HEADERS[0])), expected);
}

#[test]
fn real_headers_are_found_at_the_index_of_their_nonce_and_version() {
    let network_target = U256::MAX >> 32;
    for hex in REAL_HEADERS {
        let header: [u8; 80] = bytes(hex);
        let nonce = u32::from_le_bytes(*header[76..].first_chunk().unwrap());
        for_every_kernel_and_roll(|kernel, roll| {
            let template = Template { header, roll };
            let k = roll.count();
            let rolled = u64::from(u32::from_le_bytes(*header.first_chunk().unwrap()) >> 13) % k;
            let index = u64::from(nonce) * k + rolled;
            assert_eq!(template.header_at(index), header);
            let hits = hits_of(kernel, &template, network_target, index - 40..index + 40);
            assert_eq!(hits, [index]);
        });
    }
}

#[test]
fn rolled_versions_stay_inside_the_bip_320_mask_lowest_bits_first() {
    let template = Template { header: [0; 80], roll: VersionRoll::Four };
    let versions: Vec<u32> =
        (0..5).map(|i| u32::from_le_bytes(*template.header_at(i).first_chunk().unwrap())).collect();
    assert_eq!(versions, [0, 0x2000, 0x4000, 0x6000, 0]);
    assert_eq!(template.header_at(4)[76], 1, "the fifth candidate has the second nonce");
}

#[test]
fn the_chosen_kernel_is_one_that_this_machine_has() {
    assert!(Kernel::available().contains(&Kernel::best()));
    assert_eq!(Kernel::named(Kernel::best().name()), Some(Kernel::best()));
}

fn top_bits(template: &Template, index: u64) -> u32 {
    u32::from_le_bytes(*sha256d(&template.header_at(index)).last_chunk().unwrap())
}

/// All hits as the kernel itself reports them, before hashes are compared in full.
fn reports_of(kernel: Kernel, template: &Template, limit: u32, range: Range<u64>) -> Vec<u64> {
    let work = Prepared::new(template).work;
    let next = |from| kernel.scan(&work, limit, from..range.end);
    core::iter::successors(next(range.start), |hit| next(hit + 1)).collect()
}

fn expected_reports(template: &Template, limit: u32, range: Range<u64>) -> Vec<u64> {
    range.filter(|&i| top_bits(template, i) <= limit).collect()
}

#[test]
fn kernels_compare_top_words_as_unsigned_numbers() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("unsigned", roll);
        let some_top = top_bits(&template, 77);
        let limits = [0, 1, i32::MAX as u32, 1 << 31, (1 << 31) + 1, u32::MAX - 1, u32::MAX, some_top, some_top - 1];
        for limit in limits {
            let expected = expected_reports(&template, limit, 2..300);
            assert_eq!(reports_of(kernel, &template, limit, 2..300), expected, "{} {limit}", kernel.name());
        }
    });
}

#[test]
fn the_only_hit_is_found_in_every_lane_of_the_first_a_middle_and_the_last_step() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("lanes", roll);
        let tops: Vec<u32> = (0..96).map(|i| top_bits(&template, i)).collect();
        for only in (0..16).chain(40..56).chain(80..96) {
            // A range that the better candidates are cut from, so that this one is the lowest and the only hit.
            let limit = tops[only];
            let start = tops[..only].iter().rposition(|&top| top <= limit).map_or(0, |better| better + 1);
            let end = tops[only + 1..].iter().position(|&top| top <= limit).map_or(96, |better| only + 1 + better);
            let hits = reports_of(kernel, &template, limit, start as u64..end as u64);
            assert_eq!(hits, [only as u64], "{} {roll:?}", kernel.name());
        }
    });
}

#[test]
fn a_storm_of_hits_up_to_the_last_nonce_is_reported_whole() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("storm", roll);
        let end = template.candidates();
        for length in [1, 2, 3, 4, 5, 7, 8, 9, 31, 64] {
            let range = end - length..end;
            assert_eq!(hits_of(kernel, &template, U256::MAX, range.clone()), range.clone().collect::<Vec<_>>());
            let half = U256::MAX >> 1;
            assert_eq!(hits_of(kernel, &template, half, range.clone()), naive_hits(&template, half, range));
        }
    });
}

#[test]
fn an_empty_range_has_no_hits() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("empty", roll);
        let work = Prepared::new(&template).work;
        for at in [0, 1, 7, template.candidates()] {
            assert_eq!(kernel.scan(&work, u32::MAX, at..at), None);
        }
    });
}

#[test]
fn a_hit_in_every_lane_of_the_first_and_last_nonces_is_reported_and_none_behind_the_end() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("lanes", roll);
        for end in 1..50 {
            for behind in end - 1..end + 10 {
                let limit = top_bits(&template, behind);
                for start in [0, end.saturating_sub(9), end - 1] {
                    let expected = expected_reports(&template, limit, start..end);
                    assert_eq!(reports_of(kernel, &template, limit, start..end).first(), expected.first());
                }
            }
        }
    });
}

#[test]
fn the_last_nonces_are_searched_without_wrapping_around() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("wrap", roll);
        let end = template.candidates();
        for length in 1..40 {
            for limit in [u32::MAX, 1 << 30, top_bits(&template, 0)] {
                let expected = expected_reports(&template, limit, end - length..end);
                assert_eq!(reports_of(kernel, &template, limit, end - length..end), expected, "{}", kernel.name());
            }
        }
    });
}

#[test]
fn long_ranges_far_from_the_start_give_the_hits_of_the_naive_double_hash() {
    for_every_kernel_and_roll(|kernel, roll| {
        let template = random_template("far", roll);
        let range = 0x1234_5678_u64..0x1234_5678 + 9_001;
        // Frequent hits, and some that are more than 256 nonces apart.
        for limit in [u32::MAX >> 7, u32::MAX >> 11] {
            let expected = expected_reports(&template, limit, range.clone());
            assert_eq!(reports_of(kernel, &template, limit, range.clone()), expected, "{}", kernel.name());
        }
    });
}
