//! Net present value, internal rate of return and payback of dated cash flows.
//!
//! A cash flow is a list of (years from now, USD); income is positive.

use core::fmt;

use crate::math;

/// Net present value, USD: Σ usd / (1 + rate)^years.
pub fn npv(rate_per_year: f64, flows: &[(f64, f64)]) -> f64 {
    let x = math::log1p(rate_per_year);
    flows.iter().map(|(years, usd)| usd * math::exp(-x * years)).sum()
}

/// Why a cash flow has no internal rate of return.
#[derive(Debug, Clone, PartialEq)]
pub enum NoIrr {
    /// Nothing is paid or earned.
    NoFlows,
    /// Nothing is paid.
    NoOutflow,
    /// Nothing is earned.
    NoInflow,
    /// Money comes in before it goes out: the one rate (per year) is the price of a loan, not a yield.
    Loan(f64),
    /// No rate makes the net present value zero.
    NoRoot,
    /// Several rates (per year, ascending) make it zero, more than one of them not negative.
    SeveralRoots(Vec<f64>),
}

impl fmt::Display for NoIrr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFlows => f.write_str("nothing was paid or earned"),
            Self::NoOutflow => f.write_str("nothing was paid, so there is no investment to yield a return"),
            Self::NoInflow => f.write_str("nothing was earned, the whole outlay is lost"),
            Self::Loan(rate) => write!(
                f,
                "money came in before it went out, so the one rate ({}) is the price of a loan, not a yield",
                percent(*rate)
            ),
            Self::NoRoot => f.write_str("no discount rate makes the net present value zero"),
            Self::SeveralRoots(rates) => {
                let rates: Vec<_> = rates.iter().copied().map(percent).collect();
                write!(f, "several rates make the net present value zero: {}", rates.join(", "))
            }
        }
    }
}

fn percent(rate: f64) -> String {
    format!("{:.2} % per year", 100.0 * rate)
}

/// Internal rate of return per year: the discount rate that makes the net present value zero.
///
/// All real rates above −100 % are considered. The return is the only one that is not negative, or, where all
/// are negative, the largest: at every higher rate the project loses. (Norstrøm, *J. Financial and Quantitative
/// Analysis* 7 (1972) 1835, has the sufficient condition for one non-negative root that saves the search.)
///
/// # Errors
/// The reason when there is none; see [`NoIrr`].
pub fn irr(flows: &[(f64, f64)]) -> Result<f64, NoIrr> {
    if flows.iter().any(|(years, usd)| !years.is_finite() || !usd.is_finite()) {
        return Err(NoIrr::NoRoot);
    }
    let terms = in_order(flows);
    let Some(first) = terms.first() else {
        return Err(NoIrr::NoFlows);
    };
    if terms.iter().all(|t| t.1 > 0.0) {
        return Err(NoIrr::NoOutflow);
    }
    if terms.iter().all(|t| t.1 < 0.0) {
        return Err(NoIrr::NoInflow);
    }
    let rates: Vec<f64> = match only_positive_root(&terms) {
        Some(root) => vec![math::expm1(root)],
        None => roots(&terms).into_iter().map(math::expm1).collect(),
    };
    let largest = *rates.last().ok_or(NoIrr::NoRoot)?;
    // A root at zero comes out as ±1e-16.
    if rates.iter().filter(|r| **r > -1e-12).count() > 1 {
        return Err(NoIrr::SeveralRoots(rates));
    }
    if first.1 > 0.0 { Err(NoIrr::Loan(largest)) } else { Ok(largest) }
}

/// Years from the first cash flow until the cumulative flow is no longer negative for good, interpolated between
/// flows; 0 when it is never negative, `None` when it is at the end.
pub fn payback_years(flows: &[(f64, f64)]) -> Option<f64> {
    let terms = in_order(flows);
    let start = terms.first()?.0;
    let mut cumulative = 0.0;
    let mut previous_years = start;
    let mut paid_back = Some(0.0);
    for (years, usd) in terms {
        let before = cumulative;
        cumulative += usd;
        if cumulative < 0.0 {
            paid_back = None;
        } else if before < 0.0 {
            paid_back = Some(previous_years - start + (years - previous_years) * -before / usd);
        }
        previous_years = years;
    }
    paid_back
}

/// The flows by time, those of the same time together, without zeros.
fn in_order(flows: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = flows.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f64, f64)> = Vec::with_capacity(sorted.len());
    for (years, usd) in sorted {
        match merged.last_mut() {
            Some(last) if last.0 == years => last.1 += usd,
            _ => merged.push((years, usd)),
        }
    }
    merged.retain(|t| t.1 != 0.0);
    merged
}

/// Σ c·e^(−x·t), its derivative in x and the sum of the terms' absolute values, all scaled by the same positive
/// factor so that nothing overflows.
fn sum(terms: &[(f64, f64)], x: f64) -> (f64, f64, f64) {
    let origin = if x > 0.0 { terms.first() } else { terms.last() }.map_or(0.0, |t| t.0);
    let mut total = (0.0, 0.0, 0.0);
    for (t, c) in terms {
        let term = c * math::exp(-x * (t - origin));
        total.0 += term;
        total.1 -= (t - origin) * term;
        total.2 += term.abs();
    }
    total
}

/// −1, 0 or 1; 0 within rounding.
fn sign(terms: &[(f64, f64)], x: f64) -> f64 {
    let (value, _, scale) = sum(terms, x);
    if value.abs() <= 1e-14 * scale { 0.0 } else { value.signum() }
}

fn sign_changes(values: impl Iterator<Item = f64>) -> usize {
    let mut last = 0.0;
    let mut changes = 0;
    for value in values.filter(|v| *v != 0.0) {
        changes += usize::from(last * value.signum() < 0.0);
        last = value.signum();
    }
    changes
}

/// The only root x > 0, where the cumulative undiscounted flow changes sign exactly once (Norstrøm 1972).
fn only_positive_root(terms: &[(f64, f64)]) -> Option<f64> {
    let cumulative = terms.iter().scan(0.0, |sum, t| {
        *sum += t.1;
        Some(*sum)
    });
    if sign_changes(cumulative) != 1 || sign(terms, 0.0) * terms[0].1 >= 0.0 {
        return None;
    }
    let high = expand(terms, 0.0, 1.0, terms[0].1.signum());
    Some(root_between(terms, 0.0, high))
}

/// All real roots of Σ c·e^(−x·t), ascending.
///
/// Times e^(xτ) with τ inside the first change of sign among the c, the derivative is Σ c·(τ−t)·e^(x(τ−t)): a
/// sum of the same form with one change of sign less. Between its roots the function is monotone (Rolle), so
/// each interval holds at most one root; without a change of sign there is none (Descartes).
fn roots(terms: &[(f64, f64)]) -> Vec<f64> {
    let Some(change) = terms.windows(2).position(|w| w[0].1.signum() != w[1].1.signum()) else {
        return Vec::new();
    };
    let pivot = 0.5 * (terms[change].0 + terms[change + 1].0);
    let derived: Vec<_> = terms.iter().map(|(t, c)| (*t, c * (pivot - t))).collect();
    let mut ends = roots(&derived);
    if ends.is_empty() {
        ends.push(0.0);
    }
    let (left, right) = (terms[terms.len() - 1].1.signum(), terms[0].1.signum());
    ends.insert(0, expand(terms, ends[0], -1.0, left));
    ends.push(expand(terms, ends[ends.len() - 1], 1.0, right));
    let mut found: Vec<f64> = ends.iter().copied().filter(|x| sign(terms, *x) == 0.0).collect();
    for pair in ends.windows(2) {
        if sign(terms, pair[0]) * sign(terms, pair[1]) < 0.0 {
            found.push(root_between(terms, pair[0], pair[1]));
        }
    }
    found.sort_by(f64::total_cmp);
    found.dedup();
    found
}

/// Walks from `x` in `direction` with growing steps until the sum has the sign it has at infinity.
fn expand(terms: &[(f64, f64)], x: f64, direction: f64, limit_sign: f64) -> f64 {
    let mut step = 0.0;
    for _ in 0..64 {
        if sign(terms, x + direction * step) == limit_sign {
            break;
        }
        step = if step == 0.0 { 0.125 } else { 2.0 * step };
    }
    x + direction * step
}

/// The root between two points of opposite sign: Newton's steps kept inside the shrinking bracket.
fn root_between(terms: &[(f64, f64)], mut low: f64, mut high: f64) -> f64 {
    let low_sign = sum(terms, low).0.signum();
    let mut x = 0.5 * (low + high);
    for _ in 0..200 {
        let (value, slope, _) = sum(terms, x);
        if value == 0.0 {
            return x;
        }
        if value.signum() == low_sign {
            low = x;
        } else {
            high = x;
        }
        let newton = x - value / slope;
        let next = if low < newton && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= f64::EPSILON * x.abs() || next == low && x == low || next == high && x == high {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn annual(usd: &[f64]) -> Vec<(f64, f64)> {
        usd.iter().enumerate().map(|(year, usd)| (year as f64, *usd)).collect()
    }

    #[test]
    fn npv_is_that_of_numpy_financial() {
        let flows = annual(&[-15000.0, 1500.0, 2500.0, 3500.0, 4500.0, 6000.0]);
        assert!((npv(0.05, &flows) - 122.894_854_950_942_69).abs() < 1e-9);
    }

    #[test]
    fn npv_is_that_of_hopp() {
        // NREL HOPP, tests/hopp/test_custom_financial.py, `test_custom_financial`.
        let flows = annual(&[
            -4.8274e7, 3.57154e7, 7.7538e6, 4.76858e6, 2.96768e6, 2.94339e6, 1.5851e6, 227235.0, 202615.0, 176816.0,
            149414.0, 120856.0, 90563.4, 58964.5, 25609.9, 378270.0, 1.20607e6, 633062.0, 3.19583e6, 6.01239e6,
            5.78599e6, 5.53565e6, 5.49998e6, 5.4857e6, 5.47012e6, 6.84512e6,
        ]);
        assert!((npv(0.0906, &flows) - 7_412_807.33).abs() < 0.01);
    }

    #[test]
    fn irr_is_that_of_numpy_financial() {
        // numpy-financial, tests/test_financial.py and the docstring of `irr`.
        let cases: [(&[f64], f64, f64); 8] = [
            (&[-150000.0, 15000.0, 25000.0, 35000.0, 45000.0, 60000.0], 0.0524328888594, 1e-12),
            (&[-250000.0, 100000.0, 150000.0, 200000.0, 250000.0, 300000.0], 0.5672303344358536, 1e-12),
            (&[-100.0, 0.0, 0.0, 74.0], -0.0955, 5e-6),
            (&[-100.0, 39.0, 59.0, 55.0, 20.0], 0.28095, 5e-6),
            (&[-100.0, 100.0, 0.0, -7.0], -0.0833, 5e-6),
            (&[-100.0, 100.0, 0.0, 7.0], 0.06206, 5e-6),
            (&[-1000.0, 1000.0], 0.0, 1e-12),
            (&[-1.0, 3.0, -3.0, 1.0], 0.0, 1e-4),
        ];
        for (flows, want, tolerance) in cases {
            let got = irr(&annual(flows)).unwrap_or_else(|e| panic!("{flows:?}: {e}"));
            assert!((got - want).abs() < tolerance, "{flows:?}: {got} for {want}");
        }
    }

    #[test]
    fn there_is_a_reason_where_there_is_no_irr() {
        assert_eq!(irr(&[]), Err(NoIrr::NoFlows));
        assert_eq!(irr(&annual(&[1.0, 2.0])), Err(NoIrr::NoOutflow));
        assert_eq!(irr(&annual(&[-1.0, -2.0])), Err(NoIrr::NoInflow));
        assert_eq!(irr(&annual(&[-1.0, 1.0, -1.0])), Err(NoIrr::NoRoot));
        let Err(NoIrr::Loan(rate)) = irr(&annual(&[100.0, -110.0])) else { panic!("a loan has no yield") };
        assert!((rate - 0.1).abs() < 1e-12);
    }

    #[test]
    fn several_rates_are_named() {
        // numpy-financial picks 0.0886 of these; the other was found by scanning the polynomial: 0.709559.
        let Err(NoIrr::SeveralRoots(rates)) = irr(&annual(&[-5.0, 10.5, 1.0, -8.0, 1.0])) else {
            panic!("two rates are positive")
        };
        assert!(rates.iter().any(|r| (r - 0.088598).abs() < 1e-6), "{rates:?}");
        assert!(rates.iter().any(|r| (r - 0.709559).abs() < 1e-6), "{rates:?}");
        let sentence = NoIrr::SeveralRoots(vec![0.1, 0.2]).to_string();
        assert_eq!(sentence, "several rates make the net present value zero: 10.00 % per year, 20.00 % per year");
        // Two roots by construction: (v − 1/1.1)(v − 1/1.3) with v = 1/(1 + r).
        let two = annual(&[-1.0, 1.1 + 1.3, -1.1 * 1.3]);
        let Err(NoIrr::SeveralRoots(rates)) = irr(&two) else { panic!() };
        assert!((rates[0] - 0.1).abs() < 1e-9 && (rates[1] - 0.3).abs() < 1e-9, "{rates:?}");
    }

    #[test]
    fn payback_is_interpolated_lasts_and_may_never_come() {
        assert_eq!(payback_years(&annual(&[-100.0, 40.0, 40.0, 40.0])), Some(2.5));
        assert_eq!(payback_years(&annual(&[-100.0, 40.0])), None);
        assert_eq!(payback_years(&annual(&[-100.0, 150.0, -100.0, 50.0, 50.0])), Some(3.0));
        assert_eq!(payback_years(&annual(&[10.0, 5.0])), Some(0.0));
        assert_eq!(payback_years(&[(3.5, -10.0), (4.5, 20.0)]), Some(0.5));
        assert_eq!(payback_years(&[]), None);
    }

    /// Flows as a farm has them: monthly, with tax in December.
    fn monthly_with_taxes(years: usize) -> Vec<(f64, f64)> {
        let month = |m: usize| {
            let usd = match m {
                0 => -100.0,
                m if m % 12 == 11 => -10.0,
                _ => 3.0 - m as f64 / 100.0,
            };
            ((m as f64 + 0.5) / 12.0, usd)
        };
        (0..12 * years).map(month).collect()
    }

    #[test]
    fn taxes_in_december_leave_one_irr() {
        let flows = monthly_with_taxes(12);
        let rate = irr(&flows).unwrap();
        assert!(npv(rate, &flows).abs() < 1e-9, "{rate}");
        assert!(rate > 0.0);
    }

    #[test]
    fn a_loser_with_taxes_in_december_has_a_negative_irr() {
        let mut flows = monthly_with_taxes(12);
        flows[0].1 = -400.0;
        let rate = irr(&flows).unwrap();
        assert!(npv(rate, &flows).abs() < 1e-6, "{rate}");
        assert!(rate < 0.0 && npv(rate + 0.01, &flows) < 0.0, "{rate}");
    }

    proptest! {
        #[test]
        fn the_irr_of_an_investment_makes_the_npv_zero(
            outlay in 1.0..1000.0f64,
            income in prop::collection::vec(0.0..300.0f64, 1..40),
        ) {
            let mut flows = vec![(0.0, -outlay)];
            flows.extend(income.iter().enumerate().map(|(m, usd)| ((m as f64 + 0.5) / 12.0, *usd)));
            prop_assume!(income.iter().any(|usd| *usd > 1.0));
            let rate = irr(&flows).unwrap();
            // Near −100 % per year 1 + rate has few digits left.
            prop_assume!(rate > -0.99);
            let scale: f64 = flows.iter().map(|(t, usd)| usd.abs() * npv(rate, &[(*t, 1.0)])).sum();
            prop_assert!(npv(rate, &flows).abs() < 1e-10 * scale);
        }

        #[test]
        fn every_root_put_into_a_cash_flow_is_found(
            rates in prop::collection::btree_set(-30..80i32, 1..5),
        ) {
            // Π (v·(1 + r_i) − 1) in v = 1/(1 + r) has exactly these roots; they are at least 0.05 apart.
            let rates: Vec<f64> = rates.into_iter().map(|r| f64::from(r) * 0.05 / 2.0).collect();
            prop_assume!(rates.windows(2).all(|w| w[1] - w[0] > 0.04));
            let mut flows = vec![1.0];
            for rate in &rates {
                let mut next = vec![0.0; flows.len() + 1];
                for (power, c) in flows.iter().enumerate() {
                    next[power] -= c;
                    next[power + 1] += c * (1.0 + rate);
                }
                flows = next;
            }
            let found: Vec<f64> = roots(&in_order(&annual(&flows))).into_iter().map(math::expm1).collect();
            prop_assert_eq!(found.len(), rates.len(), "{:?} for {:?}", found, rates);
            for (got, want) in found.iter().zip(&rates) {
                prop_assert!((got - want).abs() < 1e-6, "{:?} for {:?}", found, rates);
            }
        }
    }
}
