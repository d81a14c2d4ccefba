//! The dual against the dispatch, its bound, its gradient and its bits.

use super::super::{Hour, Loads, MinerTier, Terms, dispatch_hour};
use super::*;
use proptest::prelude::*;

/// A slice with what stands there. Powers are whole MW: the value is linear between them.
#[derive(Debug, Clone)]
struct Case {
    columns: [Vec<f64>; 5],
    terms: Terms,
    firm_mw: f64,
    miners: Vec<MinerTier>,
}

/// Few distinct prices, so that ties are common.
fn money() -> impl Strategy<Value = f64> {
    (-4..=8i32).prop_map(|k| f64::from(k) * 10.0)
}

fn power() -> impl Strategy<Value = f64> {
    (0..=4u32).prop_map(f64::from)
}

/// Power in every hour, in none, or a column left out.
fn column(hours: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        4 => proptest::collection::vec(power(), hours),
        1 => Just(vec![0.0; hours]),
        1 => Just(Vec::new()),
    ]
}

fn miners() -> impl Strategy<Value = Vec<MinerTier>> {
    proptest::collection::vec((power(), money()), 0..6).prop_map(|tiers| {
        let tiers = tiers.into_iter().map(|(mw, value_usd_per_mwh)| MinerTier { mw, value_usd_per_mwh });
        sorted(tiers.collect())
    })
}

fn sorted(mut miners: Vec<MinerTier>) -> Vec<MinerTier> {
    miners.sort_by(|a, b| b.value_usd_per_mwh.total_cmp(&a.value_usd_per_mwh));
    miners
}

/// Half the cases as sites are (backup dear, grid power not worth exporting), half of any kind.
fn case() -> impl Strategy<Value = Case> {
    let terms = (money(), money(), money(), money(), money(), any::<bool>()).prop_map(
        |(surplus, hydro, adder, fee, backup, usual)| Terms {
            surplus_cost_usd_per_mwh: surplus,
            hydro_cost_usd_per_mwh: hydro,
            import_adder_usd_per_mwh: if usual { adder.abs() } else { adder },
            export_fee_usd_per_mwh: if usual { fee.abs() } else { fee },
            backup_mw: 0.0,
            backup_cost_usd_per_mwh: if usual { 300.0 } else { backup },
        },
    );
    let columns = (1..=17usize)
        .prop_flat_map(|n| (column(n), column(n), column(n), column(n), proptest::collection::vec(money(), n)));
    (columns, terms, power(), miners()).prop_map(|((surplus, hydro, import, export, price), terms, firm_mw, miners)| {
        Case { columns: [surplus, hydro, import, export, price], terms, firm_mw, miners }
    })
}

impl Case {
    fn slice(&self) -> Slice<'_> {
        let [surplus_mw, hydro_mw, import_mw, export_mw, price_usd_per_mwh] = &self.columns;
        Slice { surplus_mw, hydro_mw, import_mw, export_mw, price_usd_per_mwh }
    }

    fn hours(&self) -> impl Iterator<Item = Hour> {
        (0..self.columns[4].len()).map(|h| self.slice().hour(h))
    }

    fn dual(&self) -> (SliceDual, Vec<f64>) {
        let mut gains = vec![0.0; self.miners.len()];
        let dual = slice_dual(&self.slice(), &self.terms, self.firm_mw, &self.miners, &mut gains);
        (dual, gains)
    }

    fn shortfall_price(&self, hour: &Hour) -> f64 {
        self.terms.costs(hour.price_usd_per_mwh).into_iter().fold(self.terms.backup_cost_usd_per_mwh, f64::max)
    }

    /// By the dispatch: firm load is a tier that earns the shortfall price, less that price for all of it.
    fn value_usd(&self) -> f64 {
        self.hours()
            .map(|hour| {
                let value_usd_per_mwh = self.shortfall_price(&hour);
                let mut miners = self.miners.clone();
                miners.push(MinerTier { mw: self.firm_mw, value_usd_per_mwh });
                let loads = Loads { ai_mw: 0.0, miners: &sorted(miners) };
                dispatch_hour(&hour, &self.terms, &loads).welfare_usd(0.0) - self.firm_mw * value_usd_per_mwh
            })
            .sum()
    }

    fn with_capacities(&self, firm_mw: f64, mw: &[f64]) -> Self {
        let mut other = Self { firm_mw, ..self.clone() };
        for (miner, mw) in other.miners.iter_mut().zip(mw) {
            miner.mw = *mw;
        }
        other
    }

    fn bits(&self, kernel: kernel::Kernel) -> Vec<u64> {
        let mut gains = vec![0.0; self.miners.len()];
        let dual = dual_by(kernel, &self.slice(), &self.terms, self.firm_mw, &self.miners, &mut gains);
        [dual.assets_usd, dual.firm_usd_per_mw].into_iter().chain(gains).map(f64::to_bits).collect()
    }

    /// The same hours over and over, all powers and prices by uneven factors.
    fn stretched(mut self, times: usize, by: f64) -> Self {
        for (c, column) in self.columns.iter_mut().enumerate() {
            let once = core::mem::take(column);
            let factor = |i: usize| by * (1.0 + 0.01 * ((i * (c + 3)) % 17) as f64);
            *column = (0..once.len() * times).map(|i| once[i % once.len()] * factor(i)).collect();
        }
        for (k, miner) in self.miners.iter_mut().enumerate() {
            miner.mw *= by * (1.0 + 0.1 * k as f64);
            miner.value_usd_per_mwh *= by;
        }
        self
    }
}

const TOLERANCE: f64 = 1e-8;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_dual_is_the_value_of_the_dispatch(case in case()) {
        let (dual, gains) = case.dual();
        let value = dual.value_usd(case.firm_mw, &case.miners, &gains);
        prop_assert!((value - case.value_usd()).abs() < TOLERANCE, "{value} {}", case.value_usd());
    }

    #[test]
    fn where_no_miner_earns_more_than_shortfall_costs_ai_goes_first(case in case()) {
        let case = Case { terms: Terms { backup_cost_usd_per_mwh: 300.0, ..case.terms }, ..case };
        let welfare = |hour: Hour| {
            let account = dispatch_hour(&hour, &case.terms, &Loads { ai_mw: case.firm_mw, miners: &case.miners });
            account.welfare_usd(0.0) - account.ai_unserved_mw * case.shortfall_price(&hour)
        };
        let (dual, gains) = case.dual();
        let value = dual.value_usd(case.firm_mw, &case.miners, &gains);
        prop_assert!((value - case.hours().map(welfare).sum::<f64>()).abs() < TOLERANCE);
    }

    #[test]
    fn the_dual_bounds_the_value_of_other_capacities(case in case(), firm in 0.0..9.0f64, mw in proptest::array::uniform6(0.0..9.0f64)) {
        let (dual, gains) = case.dual();
        let other = case.with_capacities(firm, &mw);
        prop_assert!(other.value_usd() <= dual.value_usd(firm, &other.miners, &gains) + TOLERANCE);
    }

    #[test]
    fn the_gradient_lies_between_the_slopes_on_either_side(case in case(), k in 0..7usize) {
        const STEP: f64 = 0.25;
        let (dual, gains) = case.dual();
        let mut slopes: Vec<f64> = gains;
        slopes.push(-dual.firm_usd_per_mw);
        let k = k % slopes.len();
        let mut mw: Vec<f64> = case.miners.iter().map(|miner| miner.mw).collect();
        mw.push(case.firm_mw);
        let mut value_at = |step: f64| {
            mw[k] += step;
            let value = case.with_capacities(mw[mw.len() - 1], &mw).value_usd();
            mw[k] -= step;
            value
        };
        let here = value_at(0.0);
        prop_assert!((value_at(STEP) - here) / STEP <= slopes[k] + TOLERANCE);
        let stands = if k < case.miners.len() { case.miners[k].mw } else { case.firm_mw } > 0.0;
        prop_assert!(!stands || (here - value_at(-STEP)) / STEP >= slopes[k] - TOLERANCE);
    }

    #[test]
    fn every_processor_has_the_same_bits(case in case(), times in 1..12usize, by in 0.001..1000.0f64) {
        let case = case.stretched(times, by);
        let kernels = kernel::available();
        let portable = case.bits(kernels[0]);
        for kernel in kernels {
            prop_assert_eq!(case.bits(kernel), portable.clone());
        }
        prop_assert_eq!(case.bits(kernel::best()), portable);
    }

    #[test]
    fn infinite_powers_and_prices_give_no_nan(case in case(), column in 0..5usize, sign in any::<bool>()) {
        let mut case = case;
        for value in &mut case.columns[column] {
            let infinite = if sign || column < 4 { f64::INFINITY } else { f64::NEG_INFINITY };
            *value = if *value > 10.0 || (column < 4 && *value > 1.0) { infinite } else { *value };
        }
        let (dual, gains) = case.dual();
        prop_assert!(!dual.assets_usd.is_nan() && !dual.firm_usd_per_mw.is_nan());
        prop_assert!(gains.iter().all(|gain| *gain >= 0.0));
        prop_assert!(gains.iter().all(|gain| gain.is_finite()) || column == 4);
    }

    #[test]
    fn quantities_are_those_of_the_dispatch(case in case()) {
        let loads = Loads { ai_mw: case.firm_mw, miners: &case.miners };
        let accounts: Vec<_> = case.hours().map(|hour| dispatch_hour(&hour, &case.terms, &loads)).collect();
        let mut running = vec![0.0; case.miners.len()];
        slice_running_mwh(&case.slice(), &case.terms, case.firm_mw, &case.miners, &mut running);
        let mining_mwh: f64 = accounts.iter().map(|a| a.mining_mw).sum();
        let earned: f64 = running.iter().zip(&case.miners).map(|(mwh, m)| mwh * m.value_usd_per_mwh).sum();
        prop_assert!((running.iter().sum::<f64>() - mining_mwh).abs() < TOLERANCE);
        prop_assert!((earned - accounts.iter().map(|a| a.mining_value_usd).sum::<f64>()).abs() < TOLERANCE);
    }

    #[test]
    fn firm_load_takes_the_cheapest_power(case in case()) {
        // Without a market to sell to: the dispatch gives exports the dearest of what is used.
        let case = Case { miners: Vec::new(), ..case };
        let supply = firm_supply(&case.slice(), &case.terms, case.firm_mw);
        let alone = case.hours().map(|hour| {
            let hour = Hour { export_mw: 0.0, ..hour };
            dispatch_hour(&hour, &case.terms, &Loads { ai_mw: case.firm_mw, miners: &[] })
        });
        let (cost, short) = alone.fold((0.0, 0.0), |(c, s), a| (c + a.ai_energy_cost_usd, s + a.ai_unserved_mw));
        prop_assert!((supply.energy_cost_usd - cost).abs() < TOLERANCE);
        prop_assert!((supply.shortfall_mwh - short).abs() < TOLERANCE);
    }
}

#[test]
fn no_hours_are_worth_nothing() {
    let terms = Terms {
        surplus_cost_usd_per_mwh: 0.0,
        hydro_cost_usd_per_mwh: 0.0,
        import_adder_usd_per_mwh: 0.0,
        export_fee_usd_per_mwh: 0.0,
        backup_mw: 0.0,
        backup_cost_usd_per_mwh: 300.0,
    };
    let none = Slice { surplus_mw: &[], hydro_mw: &[], import_mw: &[], export_mw: &[], price_usd_per_mwh: &[] };
    let mut gains = [0.0];
    let dual = slice_dual(&none, &terms, 5.0, &[MinerTier { mw: 1.0, value_usd_per_mwh: 80.0 }], &mut gains);
    assert_eq!((dual, gains), (SliceDual::default(), [0.0]));
}

#[test]
fn there_may_be_more_tiers_than_the_stack_holds() {
    let tier = |k: usize| MinerTier { mw: 1.0, value_usd_per_mwh: 120.0 - k as f64 };
    let case = Case {
        columns: [vec![30.0; 24], vec![], vec![25.0; 24], vec![10.0; 24], (0..24).map(f64::from).collect()],
        terms: Terms {
            surplus_cost_usd_per_mwh: 5.0,
            hydro_cost_usd_per_mwh: 0.0,
            import_adder_usd_per_mwh: 60.0,
            export_fee_usd_per_mwh: 2.0,
            backup_mw: 0.0,
            backup_cost_usd_per_mwh: 300.0,
        },
        firm_mw: 4.0,
        miners: (0..70).map(tier).collect(),
    };
    let (dual, gains) = case.dual();
    assert!((dual.value_usd(case.firm_mw, &case.miners, &gains) - case.value_usd()).abs() < TOLERANCE);
}
