//! What a unit of hashrate, of energy, of coin is worth and costs: the definitions every other figure rests on.
//!
//! All use 2³² hashes per unit of difficulty, as every mining calculator does (the exact figure is 1.000015 times that).

/// Hashes expected for one block at difficulty 1, as calculators count.
pub const HASHES_PER_DIFFICULTY: f64 = 4_294_967_296.0;
const SECONDS_PER_DAY: f64 = 86_400.0;
const HASHES_PER_EH: f64 = 1e18;

/// Luck-free revenue of one PH/s in a day, USD/(PH/s·day): 10¹⁵·86400/(D·2³²)·(subsidy + fees)·price
/// (Luxor, docs.luxor.tech/hashrateindex/hashprice). 0 for a difficulty of 0.
pub fn hashprice_usd_per_ph_day(difficulty: f64, subsidy_btc: f64, fees_btc_per_block: f64, btc_price_usd: f64) -> f64 {
    expected_btc(1e-3, 1.0, difficulty, subsidy_btc + fees_btc_per_block) * btc_price_usd
}

/// Coins expected from a hashrate (EH/s) over some days at one difficulty and one reward per block (BTC).
pub fn expected_btc(hashrate_eh_s: f64, days: f64, difficulty: f64, reward_btc_per_block: f64) -> f64 {
    if difficulty <= 0.0 {
        return 0.0;
    }
    let hashes = hashrate_eh_s * HASHES_PER_EH * days * SECONDS_PER_DAY;
    hashes / (difficulty * HASHES_PER_DIFFICULTY) * reward_btc_per_block
}

/// Hashrate (EH/s) at which blocks of a difficulty take `seconds_per_block` on average (600 in equilibrium).
pub fn implied_hashrate_eh_s(difficulty: f64, seconds_per_block: f64) -> f64 {
    difficulty * HASHES_PER_DIFFICULTY / seconds_per_block / HASHES_PER_EH
}

/// Revenue of a machine per MWh it draws, USD/MWh: hashprice/(0.024·J/TH), for 1 J/TH is 1 kW per PH/s. Also the power
/// price at which it breaks even.
pub fn revenue_usd_per_mwh(hashprice_usd_per_ph_day: f64, efficiency_j_per_th: f64) -> f64 {
    hashprice_usd_per_ph_day / (0.024 * efficiency_j_per_th)
}

/// Cost of the power of one PH/s in a day ("hashcost"), USD/(PH/s·day).
pub fn hashcost_usd_per_ph_day(efficiency_j_per_th: f64, power_usd_per_mwh: f64) -> f64 {
    0.024 * efficiency_j_per_th * power_usd_per_mwh
}

/// Energy of one coin, MWh/BTC, from terahashes per coin.
pub fn mwh_per_btc(efficiency_j_per_th: f64, terahashes_per_btc: f64) -> f64 {
    efficiency_j_per_th * terahashes_per_btc / 3.6e9
}

/// Terahashes of one coin at a difficulty and a reward per block (BTC).
pub fn terahashes_per_btc(difficulty: f64, reward_btc_per_block: f64) -> f64 {
    difficulty * HASHES_PER_DIFFICULTY / 1e12 / reward_btc_per_block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(value: f64, expected: f64, relative: f64) {
        assert!((value / expected - 1.0).abs() <= relative, "{value} is not {expected} within {relative}");
    }

    #[test]
    fn hashprice_is_the_docs_formula() {
        // Luxor's example inputs; the docs page prints 62.81, the formula gives 62.8642...
        assert_close(hashprice_usd_per_ph_day(1e14, 3.125, 0.0, 100_000.0), 62.864_273_8, 1e-8);
        assert_eq!(hashprice_usd_per_ph_day(0.0, 3.125, 0.0, 1e5), 0.0);
    }

    #[test]
    fn hayes_break_even_of_may_2017_is_reproduced() {
        // R package bitcoinFinance: 1000 GH/s, 12.5 BTC, difficulty of height 465,696, 0.25 W per GH/s, 0.125 USD/kWh.
        let coins = expected_btc(1e-6, 1.0, 559_970_892_890.838, 12.5);
        assert!((coins - 0.00044905).abs() < 5e-9, "{coins}");
        let power_usd_per_day = 1000.0 * 0.25 * 24.0 / 1000.0 * 0.125;
        assert_close(power_usd_per_day / 0.00044905, 1670.18, 1e-5);
        assert_close(power_usd_per_day / coins, 1670.18, 2e-5);
    }

    #[test]
    fn revenue_per_mwh_is_the_break_even_table() {
        for (hashprice, j_per_th, breakeven) in
            [(30.0, 21.5, 58.1), (39.0, 17.5, 92.9), (53.0, 34.0, 65.0), (82.6, 98.0, 35.1)]
        {
            assert!((revenue_usd_per_mwh(hashprice, j_per_th) - breakeven).abs() < 0.051);
        }
        assert_close(hashcost_usd_per_ph_day(21.5, revenue_usd_per_mwh(30.0, 21.5)), 30.0, 1e-12);
    }

    #[test]
    fn antpool_shutdown_prices_are_4363_usd_per_j_per_th() {
        // At 80 USD/MWh, subsidy only, difficulty 142.85 T: S21 (17.5), S23 Hyd (9.5), S23e (10.0), M63S (18.5 J/TH).
        let usd_per_j_th = 80.0 * mwh_per_btc(1.0, terahashes_per_btc(142.85e12, 3.125));
        assert_close(usd_per_j_th, 4363.0, 1e-4);
        for (j_per_th, shutdown_usd) in [(17.5, 76_353.0), (9.5, 41_448.0), (10.0, 43_630.0), (18.5, 80_716.0)] {
            assert_close(usd_per_j_th * j_per_th, shutdown_usd, 1e-4);
        }
    }

    #[test]
    fn published_energies_per_coin_are_reproduced() {
        let kwh = |eh_s: f64, j_per_th: f64, btc_per_day: f64| {
            1000.0 * mwh_per_btc(j_per_th, eh_s * 1e6 * 86_400.0 / btc_per_day)
        };
        assert_close(kwh(417.53, 22.0, 1087.01), 202_809.39, 1e-5); // ViaBTC
        assert_close(kwh(606.59, 26.41, 450.0), 854_402.2, 1e-5); // Best Brokers prints 854,403.71
        // CCAF 2025: 558 EH/s at 28.2 J/TH are 138 TWh a year of 8,766 h.
        assert_close(558.0 * 28.2 * 8766.0 / 1e6, 138.0, 5e-3);
    }

    /// Difficulty of each retarget period of 2024 and its first day (days since 1 January, fraction), from the chain.
    const PERIODS_2024: [(f64, f64); 27] = [
        (5.029, 73.197_634e12),
        (19.606, 70.343_520e12),
        (32.654, 75.502_166e12),
        (45.612, 81.725_300e12),
        (60.032, 79.351_228e12),
        (73.270, 83.947_913e12),
        (87.410, 83.126_997e12),
        (100.887, 86.388_559e12),
        (114.619, 88.104_191e12),
        (129.459, 83.148_355e12),
        (143.263, 84.381_462e12),
        (157.378, 83.716_655e12),
        (171.396, 83.675_262e12),
        (186.140, 79.495_195e12),
        (199.715, 82.047_728e12),
        (212.384, 90.666_503e12),
        (227.000, 86.871_474e12),
        (240.605, 89.471_665e12),
        (254.143, 92.671_576e12),
        (268.820, 88.404_402e12),
        (282.282, 92.049_595e12),
        (295.754, 95.672_703e12),
        (308.936, 101.646_844e12),
        (322.863, 102.289_408e12),
        (336.649, 103.919_635e12),
        (350.065, 108.522_648e12),
        (363.914, 109.782_076e12),
    ];

    /// Coins expected between two days of 2024 at a constant hashrate and reward.
    fn coins(eh_s: f64, from: f64, to: f64, reward: f64) -> f64 {
        let ends = PERIODS_2024.iter().skip(1).map(|p| p.0).chain([366.0]);
        PERIODS_2024
            .iter()
            .zip(ends)
            .map(|(&(start, difficulty), end)| {
                expected_btc(eh_s, (to.min(end) - from.max(start)).max(0.0), difficulty, reward)
            })
            .sum()
    }

    #[test]
    fn coins_mined_by_iren_in_2024_follow_from_its_hashrate() {
        // Mean EH/s and coins as reported: (EH/s, first day, last day, BTC, share of fees in the reward if known).
        // Only July's share is known, that of its quarter. The others must fall short, on the subsidy alone, by a share of
        // fees that lies around their quarter's: 6.5 % in Q1 (January above it), 14.5 % from the halving of 20 April
        // (00:09 UTC, day 110.007) to 30 June with its spike in April.
        for (eh_s, from, to, reported, fees) in [
            (6.299, 31.0_f64, 60.0_f64, 310.0, 0.03..0.065),
            (7.107, 60.0, 91.0, 353.0, 0.03..0.065),
            (8.238, 91.0, 121.0, 358.0, 0.065..0.20),
            (9.316, 152.0, 182.0, 233.0, 0.03..0.145),
            (9.008, 182.0, 213.0, 222.0, 0.018..0.033),
        ] {
            let subsidy_only = coins(eh_s, from, to.min(110.007), 6.25) + coins(eh_s, from.max(110.007), to, 3.125);
            let share = 1.0 - subsidy_only / reported;
            assert!(fees.contains(&share), "{reported} BTC: {share}");
        }
        assert_close(coins(9.008, 182.0, 213.0, 3.125 / (1.0 - 0.023)), 222.0, 0.01);
    }

    #[test]
    fn riot_mined_516_coins_in_december_2024() {
        // 27.4 EH/s mean; fees of Q4 2024 are 3.5 % of the reward.
        assert_close(coins(27.4, 335.0, 366.0, 3.125 / (1.0 - 0.035)), 516.0, 0.01);
    }
}
