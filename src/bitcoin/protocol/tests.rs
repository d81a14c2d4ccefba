use super::*;

fn compact(bits: u32) -> CompactTarget {
    CompactTarget::from_bits(bits).unwrap()
}

fn hex(digits: &str) -> U256 {
    U256::from_str_radix(digits, 16).unwrap()
}

#[test]
fn retargets_equal_bitcoin_cores() {
    // Source: Bitcoin Core src/test/pow_tests.cpp (get_next_work, pow_limit, lower_limit_actual,
    // upper_limit_actual), raito block fixtures, and the published vector of height 967,680.
    let vectors = [
        (0x1d00ffff, 1261130161, 1262152739, 0x1d00d86a),
        (0x1d00ffff, 1231006505, 1233061996, 0x1d00ffff),
        (0x1c05a3f4, 1279008237, 1279297671, 0x1c0168fd),
        (0x1c387f6f, 1263163443, 1269211443, 0x1d00e1fd),
        (0x1c010c5a, 1280198558, 1281037393, 0x1c00ba18),
        (0x1b00f339, 1301020785, 1302034036, 0x1b00cbbd),
        (0x1806f0a8, 1457133956, 1458291885, 0x1806a4c3),
        (0x180455d2, 1477159378, 1478364220, 0x18045174),
        (0x180130e0, 1502282210, 1503539571, 0x18013ce9),
        (0x1731d97c, 1543838368, 1545175878, 0x17371ef4),
        (0x170cfecf, 1635710370, 1636865834, 0x170c69ea),
        (0x1702355e, 1788640367, 1789801627, 0x17021ec5),
    ];
    for (old, first, last, new) in vectors {
        assert_eq!(retarget(compact(old), first, last), compact(new), "{old:08x} {first} {last}");
    }
}

#[test]
fn a_retarget_is_limited_to_a_factor_of_four_and_to_the_easiest_target() {
    let old = compact(0x1b0404cb);
    let four_times_harder = retarget(old, 0, RETARGET_TIMESPAN_S / 4);
    let four_times_easier = retarget(old, 0, RETARGET_TIMESPAN_S * 4);
    assert_eq!(retarget(old, 1_000_000, 0), four_times_harder, "times may run backwards");
    assert_eq!(retarget(old, i64::MAX, i64::MIN), four_times_harder);
    assert_eq!(retarget(old, i64::MIN, i64::MAX), four_times_easier);
    assert_eq!(retarget(CompactTarget::EASIEST, 0, RETARGET_TIMESPAN_S * 4), CompactTarget::EASIEST);
    assert_eq!(retarget(compact(0x01010000), 0, 0), compact(0x01010000), "the hardest target stays valid");
}

#[test]
fn compact_targets_decode_as_in_core() {
    // Source: Bitcoin Core src/test/arith_uint256_tests.cpp bignum_SetCompact.
    for bits in [0, 0x00123456, 0x01003456, 0x02000056, 0x03000000, 0x04000000, 0x00923456, 0x01803456] {
        assert_eq!(Target::from_compact_bits(bits), Ok(Target(U256::ZERO)), "{bits:08x}");
        assert!(CompactTarget::from_bits(bits).is_err(), "{bits:08x}");
    }
    let vectors = [
        (0x01123456, "12", 0x01120000),
        (0x02123456, "1234", 0x02123400),
        (0x03123456, "123456", 0x03123456),
        (0x04123456, "12345600", 0x04123456),
        (0x05009234, "92340000", 0x05009234),
        (0x20123456, "1234560000000000000000000000000000000000000000000000000000000000", 0x20123456),
        (0x1d00ffff, "ffff0000000000000000000000000000000000000000000000000000", 0x1d00ffff),
        (0x1b0404cb, "404cb000000000000000000000000000000000000000000000000", 0x1b0404cb),
        (0x207fffff, "7fffff0000000000000000000000000000000000000000000000000000000000", 0x207fffff),
    ];
    for (bits, target, canonical) in vectors {
        let decoded = Target::from_compact_bits(bits).unwrap();
        assert_eq!(decoded, Target(hex(target)), "{bits:08x}");
        assert_eq!(decoded.to_compact_bits(), canonical, "{bits:08x}");
    }
}

#[test]
fn negative_overflowing_and_too_easy_targets_are_refused() {
    for bits in [0x01fedcba, 0x04923456] {
        assert_eq!(Target::from_compact_bits(bits), Err(CompactError::Negative(bits)));
    }
    for bits in [0xff123456, 0x23000100, 0x22010000, 0x21010000] {
        assert_eq!(Target::from_compact_bits(bits), Err(CompactError::Overflow(bits)), "{bits:08x}");
    }
    // The largest exponents whose mantissa still fits.
    assert_eq!(Target::from_compact_bits(0x2200_00ff), Ok(Target(U256::from(0xff) << 248)));
    assert_eq!(Target::from_compact_bits(0x2100_ffff), Ok(Target(U256::from(0xffff) << 240)));
    assert_eq!(CompactTarget::from_bits(0x1d010000), Err(CompactError::AboveLimit(0x1d010000)));
    assert_eq!(CompactTarget::from_bits(0x207fffff), Err(CompactError::AboveLimit(0x207fffff)));
}

#[test]
fn nbits_are_read_and_shown_as_explorers_print_them() {
    assert_eq!(CompactTarget::from_hex("17034219").unwrap().to_string(), "17034219");
    for text in ["", "1703421", "0x170342", "+7034219", "17034219a", "1703421g"] {
        assert_eq!(CompactTarget::from_hex(text), Err(CompactError::NotHex(text.to_owned())));
    }
}

#[test]
fn difficulty_and_expected_hashes_are_those_of_explorers() {
    assert_eq!(CompactTarget::EASIEST.difficulty(), 1.0);
    // Heights 874,944, 876,960 and 878,976, and the published 1.328e14 of height 967,680.
    for (bits, difficulty) in [
        (0x170297fa, 108_522_647_629_298.16),
        (0x1702905c, 109_782_075_598_905.19),
        (0x17028c61, 110_451_907_374_649.52),
    ] {
        let ours = compact(bits).difficulty();
        assert!((ours / difficulty - 1.0).abs() < 1e-14, "{ours}");
        let hashes = compact(bits).expected_hashes();
        assert!((hashes / (difficulty * 4_294_967_296.0 * 65_536.0 / 65_535.0) - 1.0).abs() < 1e-14);
    }
    assert!((compact(0x17021ec5).difficulty() / 1.328e14 - 1.0).abs() < 1e-3);
}

#[test]
fn work_is_two_to_the_256_over_target_plus_one() {
    assert_eq!(CompactTarget::EASIEST.target().work(), Work(U256::from(0x1_0001_0001_u64)));
    assert_eq!(Target(U256::ZERO).work(), Work(U256::ZERO), "an invalid target proves nothing");
    assert_eq!(Target(U256::ONE).work(), Work(U256::ONE << 255));
    assert_eq!(Target(U256::MAX).work(), Work(U256::ONE));
    assert_eq!(Target(U256::MAX >> 1).work(), Work(U256::from(2)));
    let mut sum = Work::default();
    sum += Target(U256::MAX >> 1).work();
    assert_eq!(sum + Target(U256::MAX).work(), Work(U256::from(3)));
}

#[test]
fn a_hash_equal_to_the_target_meets_it_and_one_above_does_not() {
    let target = CompactTarget::EASIEST.target();
    assert!(target.is_met_by(&target.0.to_le_bytes()));
    assert!(!target.is_met_by(&(target.0 + U256::ONE).to_le_bytes()));
}

#[test]
fn a_halving_halves_the_subsidy() {
    for (height, sat) in [
        (0, 5_000_000_000),
        (209_999, 5_000_000_000),
        (210_000, 2_500_000_000),
        (420_000, 1_250_000_000),
        (630_000, 625_000_000),
        (839_999, 625_000_000),
        (840_000, 312_500_000),
        (1_050_000, 156_250_000),
        (6_719_999, 2),
        (6_720_000, 1),
        (6_929_999, 1),
        (6_930_000, 0),
        (13_440_000, 0),
        (u32::MAX, 0),
    ] {
        assert_eq!(subsidy_sat(height), sat, "{height}");
    }
    assert_eq!([0, 209_999, 210_000, 840_000].map(halving_epoch), [0, 0, 1, 4]);
}

#[test]
fn all_subsidies_add_up_to_the_known_supply() {
    let through =
        |epoch: u32| (0..=epoch).map(|e| subsidy_sat(e * HALVING_INTERVAL) * u64::from(HALVING_INTERVAL)).sum::<u64>();
    assert_eq!(through(3), 1_968_750_000_000_000);
    assert_eq!(through(100), 2_099_999_997_690_000);
    // Core's validation_tests: stepwise over heights 0 to 14,000,000.
    let stepwise: u64 = (0..14_000_000).step_by(1_000).map(|height| subsidy_sat(height) * 1_000).sum();
    assert_eq!(stepwise, 2_099_999_997_690_000);
}

#[test]
fn compact_targets_are_read_from_hex_whatever_their_network() {
    assert_eq!(Target::from_compact_hex("1d00ffff"), Target::from_compact_bits(0x1d00ffff));
    assert_eq!(Target::from_compact_hex("207fFFff"), Ok(Target(U256::from(0x7fffff) << 232)));
    for (text, error) in [
        ("1d00fff", CompactError::NotHex("1d00fff".into())),
        ("+d00ffff", CompactError::NotHex("+d00ffff".into())),
        ("1d00ffffé", CompactError::NotHex("1d00ffffé".into())),
        ("04800001", CompactError::Negative(0x04800001)),
        ("ff00ffff", CompactError::Overflow(0xff00ffff)),
        ("1d000000", CompactError::Zero(0x1d000000)),
        ("01000001", CompactError::Zero(0x01000001)),
    ] {
        assert_eq!(Target::from_compact_hex(text), Err(error));
    }
}
