//! Known answers, and the merit order against an exhaustive search.

use super::*;
use proptest::prelude::*;

const TERMS: Terms = Terms {
    surplus_cost_usd_per_mwh: 5.0,
    hydro_cost_usd_per_mwh: 20.0,
    import_adder_usd_per_mwh: 10.0,
    export_fee_usd_per_mwh: 2.0,
    backup_mw: 4.0,
    backup_cost_usd_per_mwh: 300.0,
};

fn hour(surplus_mw: f64, hydro_mw: f64, import_mw: f64, export_mw: f64, price: f64) -> Hour {
    Hour { surplus_mw, hydro_mw, import_mw, export_mw, price_usd_per_mwh: price, miners_called_off: false }
}

fn tier(mw: f64, value_usd_per_mwh: f64) -> MinerTier {
    MinerTier { mw, value_usd_per_mwh }
}

/// An account and its reasons.
#[derive(Debug)]
struct Told {
    result: HourResult,
    mining_reason: MiningReason,
    ai_reason: AiReason,
}

impl std::ops::Deref for Told {
    type Target = HourResult;

    fn deref(&self) -> &HourResult {
        &self.result
    }
}

fn told(hour: &Hour, decides: &Terms, terms: &Terms, loads: &Loads) -> Told {
    let result = dispatch_hour_as_if(hour, decides, terms, loads);
    let mining_reason = result.mining_reason(hour, decides, loads.miners);
    Told { result, mining_reason, ai_reason: result.ai_reason(loads.ai_mw) }
}

fn run(hour: &Hour, ai_mw: f64, miners: &[MinerTier]) -> Told {
    told(hour, &TERMS, &TERMS, &Loads { ai_mw, miners })
}

#[test]
fn miners_run_on_surplus_before_hydro_before_the_grid() {
    let result = run(&hour(3.0, 2.0, 10.0, 0.0, 40.0), 0.0, &[tier(7.0, 80.0)]);
    assert_eq!(result.mining, Flow { surplus_mw: 3.0, hydro_mw: 2.0, grid_mw: 2.0, backup_mw: 0.0 });
    assert_eq!(result.mining_energy_cost_usd, 15.0 + 40.0 + 100.0);
    assert_eq!(result.mining_value_usd, 560.0);
    assert_eq!(result.mining_reason, MiningReason::FullOnLocalAndGrid);
}

#[test]
fn who_decides_as_if_the_grid_were_dearer_pays_what_it_costs() {
    let decides = Terms { import_adder_usd_per_mwh: 45.0, ..TERMS };
    let (hour, miners) = (hour(3.0, 2.0, 10.0, 0.0, 40.0), [tier(7.0, 80.0)]);
    let result = told(&hour, &decides, &TERMS, &Loads { ai_mw: 4.0, miners: &miners });
    assert_eq!((result.mining_mw, result.mining.grid_mw, result.ai.grid_mw), (1.0, 0.0, 0.0));
    assert_eq!(result.mining_reason, MiningReason::PartialAiFirst);
    // AI needs the grid at any price, and pays the price that is billed.
    let result = dispatch_hour_as_if(&hour, &decides, &TERMS, &Loads { ai_mw: 8.0, miners: &miners });
    assert_eq!((result.ai.grid_mw, result.ai_energy_cost_usd), (3.0, 15.0 + 40.0 + 3.0 * 50.0));
    assert_eq!(result.mining_mw, 0.0);
}

#[test]
fn ai_is_served_before_miners_and_export_also_where_it_costs_more() {
    // The grid costs 500, far above what anything earns; AI needs it after the local 5 MW.
    let result = run(&hour(5.0, 0.0, 10.0, 8.0, 490.0), 7.0, &[tier(4.0, 80.0)]);
    assert_eq!(result.ai, Flow { surplus_mw: 5.0, grid_mw: 2.0, ..Flow::default() });
    assert_eq!(result.export_surplus_mw, 0.0);
    assert_eq!(result.ai_energy_cost_usd, 25.0 + 1000.0);
    assert_eq!(result.baseline_export_margin_usd, 5.0 * (488.0 - 5.0));
    assert_eq!(result.mining_reason, MiningReason::OffAiFirst);
    assert_eq!(result.ai_reason, AiReason::Served);
}

#[test]
fn backup_serves_ai_only_when_nothing_else_does_and_never_the_miners() {
    let miners = [tier(4.0, 1000.0)];
    let short = run(&hour(1.0, 0.0, 0.0, 0.0, 40.0), 3.0, &miners);
    assert_eq!((short.ai.surplus_mw, short.ai.backup_mw, short.ai_unserved_mw), (1.0, 2.0, 0.0));
    assert_eq!((short.ai_reason, short.mining_mw), (AiReason::ServedOnBackup, 0.0));
    let dark = run(&hour(0.0, 0.0, 0.0, 0.0, 40.0), 9.0, &miners);
    assert_eq!((dark.ai.backup_mw, dark.ai_unserved_mw), (4.0, 5.0));
    assert_eq!((dark.ai_reason, dark.mining_reason), (AiReason::PartlyUnserved, MiningReason::OffNoPower));
    let none = Terms { backup_mw: 0.0, ..TERMS };
    let dark = told(&hour(0.0, 0.0, 0.0, 0.0, 40.0), &none, &none, &Loads { ai_mw: 9.0, miners: &[] });
    assert_eq!((dark.ai_reason, dark.mining_reason), (AiReason::Unserved, MiningReason::NoMachines));
}

#[test]
fn the_better_use_of_local_energy_wins_between_mining_and_export() {
    let miners = [tier(4.0, 80.0), tier(4.0, 50.0)];
    let cheap = run(&hour(8.0, 0.0, 0.0, 8.0, 40.0), 0.0, &miners);
    assert_eq!((cheap.mining_mw, cheap.export_surplus_mw), (8.0, 0.0));
    assert_eq!(cheap.mining_reason, MiningReason::FullOnSurplus);
    let dear = run(&hour(8.0, 0.0, 0.0, 8.0, 60.0), 0.0, &miners);
    assert_eq!((dear.mining_mw, dear.export_surplus_mw), (4.0, 4.0));
    assert_eq!(dear.mining_reason, MiningReason::PartialExportPaysMore);
    assert_eq!(dear.export_margin_usd, 4.0 * (58.0 - 5.0));
    let spike = run(&hour(8.0, 0.0, 0.0, 8.0, 500.0), 0.0, &miners);
    assert_eq!((spike.mining_mw, spike.mining_reason), (0.0, MiningReason::OffExportPaysMore));
}

#[test]
fn a_miner_stops_exactly_at_its_breakeven_price() {
    let at = |price| run(&hour(0.0, 0.0, 10.0, 0.0, price), 0.0, &[tier(5.0, 80.0)]);
    assert_eq!(at(69.99).mining_reason, MiningReason::FullOnGrid);
    assert_eq!(at(70.0).mining_reason, MiningReason::OffPriceAboveBreakeven);
    let partial = run(&hour(2.0, 0.0, 10.0, 0.0, 90.0), 0.0, &[tier(5.0, 80.0)]);
    assert_eq!((partial.mining_mw, partial.mining_reason), (2.0, MiningReason::PartialPriceAboveBreakeven));
}

#[test]
fn at_negative_prices_the_grid_goes_before_surplus_and_even_a_losing_machine_runs() {
    let result = run(&hour(5.0, 0.0, 4.0, 5.0, -30.0), 0.0, &[tier(6.0, 40.0), tier(6.0, -10.0)]);
    assert_eq!((result.mining.grid_mw, result.mining.surplus_mw), (4.0, 2.0));
    assert_eq!((result.export_surplus_mw, result.curtailed_mw), (0.0, 3.0));
    assert_eq!(result.mining_reason, MiningReason::PartialPriceAboveBreakeven);
    let alone = run(&hour(0.0, 0.0, 4.0, 0.0, -30.0), 0.0, &[tier(3.0, -10.0)]);
    assert_eq!(alone.mining_mw, 3.0);
    assert_eq!(alone.mining_value_usd - alone.mining_energy_cost_usd, 30.0);
}

#[test]
fn called_off_miners_leave_local_energy_to_export_and_ai_alone() {
    let called = Hour { miners_called_off: true, ..hour(8.0, 0.0, 9.0, 8.0, 40.0) };
    let result = run(&called, 2.0, &[tier(4.0, 80.0)]);
    assert_eq!((result.mining_mw, result.export_surplus_mw), (0.0, 6.0));
    assert_eq!((result.mining_reason, result.ai_reason), (MiningReason::OffCalledOff, AiReason::Served));
}

#[test]
fn the_reason_of_the_best_idle_machine_is_told() {
    let reason = |hour: Hour, ai, miners: &[MinerTier]| run(&hour, ai, miners).mining_reason;
    assert_eq!(reason(hour(9.0, 0.0, 9.0, 0.0, 40.0), 0.0, &[]), MiningReason::NoMachines);
    assert_eq!(reason(hour(9.0, 0.0, 9.0, 0.0, 40.0), 0.0, &[tier(0.0, 80.0)]), MiningReason::NoMachines);
    assert_eq!(reason(hour(0.0, 9.0, 9.0, 0.0, 40.0), 0.0, &[tier(5.0, 80.0)]), MiningReason::FullOnHydro);
    assert_eq!(reason(hour(3.0, 9.0, 9.0, 0.0, 40.0), 0.0, &[tier(5.0, 80.0)]), MiningReason::FullOnLocal);
    assert_eq!(reason(hour(3.0, 0.0, 1.0, 0.0, 40.0), 0.0, &[tier(5.0, 80.0)]), MiningReason::PartialNoMorePower);
    assert_eq!(reason(hour(3.0, 0.0, 0.0, 0.0, 40.0), 2.0, &[tier(5.0, 80.0)]), MiningReason::PartialAiFirst);
    // The AI farm uses all of a grid the miners could not pay anyway.
    assert_eq!(reason(hour(0.0, 0.0, 5.0, 0.0, 90.0), 5.0, &[tier(5.0, 80.0)]), MiningReason::OffPriceAboveBreakeven);
}

#[test]
fn grid_power_is_not_exported_even_when_the_market_would_pay_for_it() {
    // A subsidised import (adder −30): an exported MWh brings 38, an imported one costs 10.
    let terms = Terms { import_adder_usd_per_mwh: -30.0, ..TERMS };
    let loads = Loads { ai_mw: 0.0, miners: &[tier(5.0, 80.0)] };
    let result = dispatch_hour(&hour(2.0, 3.0, 50.0, 20.0, 40.0), &terms, &loads);
    assert_eq!((result.export_surplus_mw, result.export_hydro_mw), (2.0, 3.0));
    assert_eq!(result.mining, Flow { grid_mw: 5.0, ..Flow::default() });
}

#[test]
fn machines_that_their_client_stopped_stand_still_even_where_power_is_paid_for_being_used() {
    let stopped = tier(4.0, crate::compute::hosted::STOPPED_USD_PER_MWH);
    let result = run(&hour(0.0, 0.0, 9.0, 0.0, -500.0), 0.0, &[tier(3.0, 60.0), stopped]);
    assert_eq!((result.mining_mw, result.mining_reason), (3.0, MiningReason::PartialClientStopped));
    let result = run(&hour(9.0, 0.0, 9.0, 0.0, -500.0), 0.0, &[stopped]);
    assert_eq!((result.mining_mw, result.mining_reason), (0.0, MiningReason::OffClientStopped));
}

#[test]
fn reason_names_are_stable_snake_case_and_unique() {
    let mining: Vec<_> = MiningReason::ALL.iter().map(|r| r.as_str()).collect();
    let ai: Vec<_> = AiReason::ALL.iter().map(|r| r.as_str()).collect();
    for names in [&mining, &ai] {
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        assert!(names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
    }
    assert_eq!(serde_json::to_string(&MiningReason::OffNoPower).unwrap(), "\"off_no_power\"");
    assert_eq!(serde_json::from_str::<AiReason>("\"served_on_backup\"").unwrap(), AiReason::ServedOnBackup);
}

/// A random hour in whole MW: the linear program has a whole-numbered optimum then, as every transport problem.
#[derive(Debug, Clone)]
struct Case {
    hour: Hour,
    terms: Terms,
    ai_mw: f64,
    miners: Vec<MinerTier>,
}

/// Few distinct prices, so that ties are common.
fn money() -> impl Strategy<Value = f64> {
    (-4..=8i32).prop_map(|k| f64::from(k) * 10.0)
}

fn power() -> impl Strategy<Value = f64> {
    (0..=4u32).prop_map(f64::from)
}

fn case() -> impl Strategy<Value = Case> {
    let hour = (power(), power(), power(), power(), money(), proptest::bool::weighted(0.1)).prop_map(
        |(surplus, hydro, import, export, price, off)| Hour {
            miners_called_off: off,
            ..self::hour(surplus, hydro, import, export, price)
        },
    );
    let terms =
        (money(), money(), money(), money(), power()).prop_map(|(surplus, hydro, adder, fee, backup_mw)| Terms {
            surplus_cost_usd_per_mwh: surplus,
            hydro_cost_usd_per_mwh: hydro,
            import_adder_usd_per_mwh: adder,
            export_fee_usd_per_mwh: fee,
            backup_mw,
            backup_cost_usd_per_mwh: 300.0,
        });
    let miners = proptest::collection::vec((power(), money()), 0..4).prop_map(|tiers| {
        let mut tiers: Vec<_> = tiers.into_iter().map(|(mw, value)| tier(mw, value)).collect();
        tiers.sort_by(|a, b| b.value_usd_per_mwh.total_cmp(&a.value_usd_per_mwh));
        tiers
    });
    (hour, terms, power(), miners).prop_map(|(hour, terms, ai_mw, miners)| Case { hour, terms, ai_mw, miners })
}

impl Case {
    fn loads(&self) -> Loads<'_> {
        Loads { ai_mw: self.ai_mw, miners: &self.miners }
    }

    fn dispatch(&self) -> Told {
        told(&self.hour, &self.terms, &self.terms, &self.loads())
    }

    /// The best welfare by trying every whole-MW allocation of sources to loads.
    fn exhaustive_welfare_usd(&self, ai_value: f64) -> f64 {
        let grid_cost = self.hour.price_usd_per_mwh + self.terms.import_adder_usd_per_mwh;
        let costs = [self.terms.surplus_cost_usd_per_mwh, self.terms.hydro_cost_usd_per_mwh, grid_cost];
        let capacity = [self.hour.surplus_mw, self.hour.hydro_mw, self.hour.import_mw].map(|mw| mw as u32);
        let ai_mw = (self.ai_mw as u32).min(capacity.iter().sum());
        let backup = (self.ai_mw - f64::from(ai_mw)).min(self.terms.backup_mw);
        // (least, most) MW, value, may use the grid
        let mut loads = vec![(ai_mw, ai_mw, ai_value, true)];
        if !self.hour.miners_called_off {
            loads.extend(self.miners.iter().map(|m| (0, m.mw as u32, m.value_usd_per_mwh, true)));
        }
        let export_value = self.hour.price_usd_per_mwh - self.terms.export_fee_usd_per_mwh;
        loads.push((0, self.hour.export_mw as u32, export_value, false));
        try_all(&loads, capacity, costs) + backup * (ai_value - self.terms.backup_cost_usd_per_mwh)
    }
}

fn try_all(loads: &[(u32, u32, f64, bool)], left: [u32; 3], costs: [f64; 3]) -> f64 {
    let Some((&(least, most, value, grid), rest)) = loads.split_first() else {
        return 0.0;
    };
    let mut best = f64::NEG_INFINITY;
    for surplus in 0..=left[0].min(most) {
        for hydro in 0..=left[1].min(most - surplus) {
            let local = surplus + hydro;
            let grid_most = if grid { left[2].min(most - local) } else { 0 };
            for imported in least.saturating_sub(local)..=grid_most {
                let drawn = [surplus, hydro, imported];
                let gain: f64 = (0..3).map(|i| f64::from(drawn[i]) * (value - costs[i])).sum();
                let left = [left[0] - surplus, left[1] - hydro, left[2] - imported];
                best = best.max(gain + try_all(rest, left, costs));
            }
        }
    }
    best
}

const TOLERANCE: f64 = 1e-9;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_merit_order_is_as_good_as_an_exhaustive_search(case in case()) {
        let best = case.exhaustive_welfare_usd(1000.0);
        prop_assert!((case.dispatch().welfare_usd(1000.0) - best).abs() < TOLERANCE);
        prop_assert!((welfare_usd(&case.hour, &case.terms, &case.loads(), 1000.0) - best).abs() < TOLERANCE);
    }

    #[test]
    fn energy_balances_and_no_limit_is_passed(case in case(), scale in 0.001f64..1000.0) {
        let case = case.scaled(scale);
        let r = case.dispatch();
        let near = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * scale;
        let sources = case.hour.surplus_mw + case.hour.hydro_mw + r.ai.grid_mw + r.mining.grid_mw + r.ai.backup_mw;
        let uses = r.ai.total_mw() + r.mining_mw + r.export_surplus_mw + r.export_hydro_mw + r.curtailed_mw;
        prop_assert!(near(sources, uses));
        prop_assert!(near(r.mining.total_mw(), r.mining_mw));
        prop_assert!(near(r.ai.total_mw() + r.ai_unserved_mw, case.ai_mw));
        let all = [
            r.ai.surplus_mw, r.ai.hydro_mw, r.ai.grid_mw, r.ai.backup_mw, r.ai_unserved_mw, r.mining.surplus_mw,
            r.mining.hydro_mw, r.mining.grid_mw, r.export_surplus_mw, r.export_hydro_mw, r.curtailed_mw,
        ];
        prop_assert!(all.iter().all(|mw| *mw >= -TOLERANCE * scale), "{r:?}");
        prop_assert!(r.ai.surplus_mw + r.mining.surplus_mw + r.export_surplus_mw <= case.hour.surplus_mw + TOLERANCE * scale);
        prop_assert!(r.ai.hydro_mw + r.mining.hydro_mw + r.export_hydro_mw <= case.hour.hydro_mw + TOLERANCE * scale);
        prop_assert!(r.ai.grid_mw + r.mining.grid_mw <= case.hour.import_mw + TOLERANCE * scale);
        prop_assert!(r.export_surplus_mw + r.export_hydro_mw <= case.hour.export_mw + TOLERANCE * scale);
        prop_assert!(r.mining_mw <= case.miners.iter().map(|m| m.mw).sum::<f64>() + TOLERANCE * scale);
        prop_assert_eq!(r.mining.backup_mw, 0.0);
    }

    #[test]
    fn ai_goes_unserved_only_when_every_source_is_used_up(case in case()) {
        let r = case.dispatch();
        let firm = case.hour.surplus_mw + case.hour.hydro_mw + case.hour.import_mw;
        prop_assert!((r.ai.backup_mw - (case.ai_mw - firm).max(0.0).min(case.terms.backup_mw)).abs() < TOLERANCE);
        prop_assert!((r.ai_unserved_mw - (case.ai_mw - firm - case.terms.backup_mw).max(0.0)).abs() < TOLERANCE);
        let met = matches!(r.ai_reason, AiReason::None | AiReason::Served | AiReason::ServedOnBackup);
        prop_assert_eq!(met, r.ai_unserved_mw == 0.0);
    }

    #[test]
    fn a_higher_price_never_imports_more_nor_exports_less(case in case(), rise in 0.0f64..50.0) {
        let dearer = Case { hour: Hour { price_usd_per_mwh: case.hour.price_usd_per_mwh + rise, ..case.hour }, ..case.clone() };
        let (low, high) = (case.dispatch(), dearer.dispatch());
        let imports = |r: &Told| r.ai.grid_mw + r.mining.grid_mw;
        let exports = |r: &Told| r.export_surplus_mw + r.export_hydro_mw;
        prop_assert!(imports(&high) <= imports(&low) + TOLERANCE);
        prop_assert!(exports(&high) >= exports(&low) - TOLERANCE);
        prop_assert!(high.baseline_export_margin_usd >= low.baseline_export_margin_usd);
    }

    #[test]
    fn the_baseline_is_the_same_hour_without_loads(case in case()) {
        let idle = dispatch_hour(&case.hour, &case.terms, &Loads { ai_mw: 0.0, miners: &[] });
        prop_assert!((case.dispatch().baseline_export_margin_usd - idle.export_margin_usd).abs() < TOLERANCE);
    }

    #[test]
    fn the_hours_of_a_day_are_dispatched_to_the_bit_as_each_alone(
        cases in proptest::collection::vec(case(), 24),
        (calls, grid_may_be_exported, idle) in any::<(bool, bool, bool)>(),
        co2_usd_per_mwh in 0.0f64..20.0,
        scale in 0.001f64..1000.0,
    ) {
        let cases: Vec<Case> = cases.iter().map(|case| case.scaled(scale)).collect();
        let power = Power::of_day(&core::array::from_fn(|i| cases[i].hour));
        let called_off = core::array::from_fn(|i| calls && cases[i].hour.miners_called_off);
        let loads = if idle { Loads { ai_mw: 0.0, miners: &[] } } else { cases[0].loads() };
        let mut terms = cases[0].terms;
        if !grid_may_be_exported {
            terms.import_adder_usd_per_mwh = terms.import_adder_usd_per_mwh.max(-terms.export_fee_usd_per_mwh);
        }
        let decides = Terms { import_adder_usd_per_mwh: terms.import_adder_usd_per_mwh + co2_usd_per_mwh, ..terms };
        let mut account = HourResult::default();
        dispatch_day_as_if(&power, &called_off, &decides, &terms, &loads, &mut account);
        for (i, off) in called_off.into_iter().enumerate() {
            let hour = Hour { miners_called_off: off, ..power.hour(i) };
            let alone = dispatch_hour_as_if(&hour, &decides, &terms, &loads);
            prop_assert_eq!(account.at(i), alone);
        }
    }

    #[test]
    fn reasons_agree_with_the_flows(case in case()) {
        let r = case.dispatch();
        let capacity: f64 = case.miners.iter().map(|m| m.mw).sum();
        let name = r.mining_reason.as_str();
        prop_assert_eq!(name.starts_with("full_"), capacity > 0.0 && r.mining_mw == capacity, "{}", name);
        prop_assert_eq!(name.starts_with("partial_"), r.mining_mw > 0.0 && r.mining_mw < capacity, "{}", name);
        prop_assert_eq!(name.starts_with("off_"), capacity > 0.0 && r.mining_mw == 0.0, "{}", name);
        if name.ends_with("export_pays_more") {
            prop_assert!(r.export_surplus_mw + r.export_hydro_mw > 0.0);
        }
        if name.ends_with("ai_first") {
            prop_assert!(r.ai.total_mw() - r.ai.backup_mw > 0.0);
        }
    }

    #[test]
    fn the_value_of_an_hour_is_that_of_its_account(case in case(), scale in 0.001f64..1000.0) {
        let case = case.scaled(scale);
        let (account, value) = (case.dispatch(), hour_value(&case.hour, &case.terms, &case.loads()));
        let net = account.mining_value_usd - account.mining_energy_cost_usd + account.export_margin_usd;
        prop_assert!((value.mining_and_export_usd - net).abs() < 1e-6 * scale);
        prop_assert!((value.ai_energy_cost_usd - account.ai_energy_cost_usd).abs() < 1e-6 * scale);
        prop_assert!((value.ai_unserved_mw - account.ai_unserved_mw).abs() < 1e-9 * scale);
    }

    #[test]
    fn the_sum_over_hours_is_the_sum_of_the_accounts(cases in proptest::collection::vec(case(), 1..20)) {
        let hours: Vec<Hour> = cases.iter().map(|c| c.hour).collect();
        let (terms, loads) = (&cases[0].terms, &cases[0].loads());
        let accounts: f64 = hours.iter().map(|h| dispatch_hour(h, terms, loads).welfare_usd(70.0)).sum();
        prop_assert!((hours_value_usd(&hours, terms, loads, 70.0) - accounts).abs() < 1e-6);
    }

    #[test]
    fn ready_hours_are_worth_as_much_as_one_by_one(
        cases in proptest::collection::vec(case(), 1..40),
        has in any::<[bool; 3]>(),
        called_off in proptest::bool::weighted(0.1),
    ) {
        let hour = |c: &Case| Hour {
            surplus_mw: if has[0] { c.hour.surplus_mw } else { 0.0 },
            hydro_mw: if has[1] { c.hour.hydro_mw } else { 0.0 },
            export_mw: if has[2] { c.hour.export_mw } else { 0.0 },
            miners_called_off: called_off && c.hour.miners_called_off,
            ..c.hour
        };
        let hours: Vec<Hour> = cases.iter().map(hour).collect();
        let (terms, loads) = (&cases[0].terms, &cases[0].loads());
        let value = ReadyHours::new(&hours, &Terms { backup_mw: 0.0, ..*terms }).value(terms.backup_mw, loads);
        let values: Vec<HourValue> = hours.iter().map(|h| hour_value(h, terms, loads)).collect();
        let sum = |of: fn(&HourValue) -> f64| values.iter().map(of).sum::<f64>();
        prop_assert!((value.mining_and_export_usd - sum(|v| v.mining_and_export_usd)).abs() < 1e-6);
        prop_assert!((value.ai_energy_cost_usd - sum(|v| v.ai_energy_cost_usd)).abs() < 1e-6);
        prop_assert!((value.ai_unserved_mw - sum(|v| v.ai_unserved_mw)).abs() < 1e-9);
    }
}

impl Case {
    fn scaled(&self, by: f64) -> Self {
        let mut case = self.clone();
        for mw in [
            &mut case.hour.surplus_mw,
            &mut case.hour.hydro_mw,
            &mut case.hour.import_mw,
            &mut case.hour.export_mw,
            &mut case.terms.backup_mw,
            &mut case.ai_mw,
        ] {
            *mw *= by;
        }
        for tier in &mut case.miners {
            tier.mw *= by;
        }
        case
    }
}
