//! Textbook functions of money in time.
//!
//! Level payments follow numpy-financial: they fall on the ends of periods, money received is positive.

use core::fmt;

use super::value::npv;
use crate::math;

/// Yearly payment per unit of capital, r/(1 − (1 + r)⁻ⁿ); 1/n without interest.
///
/// `periods` must be above zero.
pub fn capital_recovery(rate: f64, periods: f64) -> f64 {
    if rate == 0.0 {
        return 1.0 / periods;
    }
    rate / -math::expm1(-periods * math::log1p(rate))
}

/// Level payment per period that repays `present` and leaves `future` after the last.
pub fn pmt(rate: f64, periods: f64, present: f64, future: f64) -> f64 {
    -(present + future * discount(rate, periods)) * capital_recovery(rate, periods)
}

/// Present value of `payment` per period and `future` after the last.
pub fn pv(rate: f64, periods: f64, payment: f64, future: f64) -> f64 {
    -(payment / capital_recovery(rate, periods) + future * discount(rate, periods))
}

/// Repayment within the level payment of one period, counted from 1.
pub fn ppmt(rate: f64, period: f64, periods: f64, present: f64) -> f64 {
    let payment = pmt(rate, periods, present, 0.0);
    let growth = math::expm1((period - 1.0) * math::log1p(rate));
    let owed = present * (1.0 + growth) + if rate == 0.0 { 0.0 } else { payment * growth / rate };
    payment + owed * rate
}

/// Periods until payments have turned `present` into `future`; `None` where they never do.
pub fn nper(rate: f64, payment: f64, present: f64, future: f64) -> Option<f64> {
    let periods = if rate == 0.0 {
        -(future + present) / payment
    } else {
        let perpetual = payment / rate;
        math::ln((perpetual - future) / (perpetual + present)) / math::log1p(rate)
    };
    (periods.is_finite() && periods >= 0.0).then_some(periods)
}

/// The flows, each discounted to time 0.
pub fn discounted(rate_per_year: f64, flows: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let x = math::log1p(rate_per_year);
    flows.iter().map(|(years, usd)| (*years, usd * math::exp(-x * years))).collect()
}

/// Why a cash flow has no modified internal rate of return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMirr {
    /// Nothing is paid.
    NoOutflow,
    /// Nothing is earned.
    NoInflow,
    /// All is paid and earned at one time.
    NoTime,
}

impl fmt::Display for NoMirr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOutflow => "nothing was paid, so there is no investment to yield a return",
            Self::NoInflow => "nothing was earned, the whole outlay is lost",
            Self::NoTime => "all was paid and earned at one time",
        })
    }
}

/// Modified internal rate of return per year: the rate at which all outlays, discounted at `finance_rate` to the first
/// flow, grow to all income, reinvested at `reinvestment_rate` until the last (numpy-financial, Excel).
///
/// # Errors
/// The reason when there is none; see [`NoMirr`].
pub fn mirr(flows: &[(f64, f64)], finance_rate: f64, reinvestment_rate: f64) -> Result<f64, NoMirr> {
    let times = || flows.iter().map(|flow| flow.0);
    let (first, last) = (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max));
    let signed = |sign: f64, origin: f64| -> Vec<(f64, f64)> {
        flows.iter().map(|(years, usd)| (years - origin, (sign * usd).max(0.0))).collect()
    };
    let outlay_usd = npv(finance_rate, &signed(-1.0, first));
    let income_usd = npv(reinvestment_rate, &signed(1.0, last));
    if outlay_usd <= 0.0 {
        return Err(NoMirr::NoOutflow);
    }
    if income_usd <= 0.0 {
        return Err(NoMirr::NoInflow);
    }
    if last <= first {
        return Err(NoMirr::NoTime);
    }
    Ok(math::expm1(math::ln(income_usd / outlay_usd) / (last - first)))
}

fn discount(rate: f64, periods: f64) -> f64 {
    math::exp(-periods * math::log1p(rate))
}

#[cfg(test)]
mod tests {
    use super::super::irr;
    use super::*;

    fn close_to(got: f64, want: f64, digits: f64) {
        assert!((got - want).abs() <= digits * want.abs(), "{got} for {want}");
    }

    #[test]
    fn level_payments_are_those_of_numpy_financial() {
        // numpy-financial, tests/test_financial.py.
        close_to(pmt(0.08 / 12.0, 60.0, 15_000.0, 0.0), -304.145_914_326_205_2, 1e-12);
        close_to(pv(0.07, 20.0, 12_000.0, 0.0), -127_128.170_946_193_9, 1e-12);
        close_to(ppmt(0.1 / 12.0, 1.0, 60.0, 55_000.0), -710.254_125_786_421_8, 1e-11);
        close_to(nper(0.075, -2_000.0, 0.0, 100_000.0).unwrap(), 21.544_944_2, 1e-8);
        assert_eq!(nper(0.05, 10.0, 100.0, 0.0), None);
    }

    fn annual(usd: &[f64]) -> Vec<(f64, f64)> {
        usd.iter().enumerate().map(|(year, usd)| (year as f64, *usd)).collect()
    }

    #[test]
    fn mirr_is_that_of_numpy_financial() {
        let flows = annual(&[-4500.0, -800.0, 800.0, 800.0, 600.0, 600.0, 800.0, 800.0, 700.0, 3000.0]);
        close_to(mirr(&flows, 0.08, 0.055).unwrap(), 0.066_597_175_031_553_6, 1e-12);
        let flows = annual(&[-120_000.0, 39_000.0, 30_000.0, 21_000.0, 37_000.0, 46_000.0]);
        close_to(mirr(&flows, 0.10, 0.12).unwrap(), 0.126_094_130_365_905, 1e-12);
    }

    #[test]
    fn there_is_a_reason_where_there_is_no_mirr() {
        assert_eq!(mirr(&annual(&[1.0, 2.0]), 0.1, 0.1), Err(NoMirr::NoOutflow));
        assert_eq!(mirr(&annual(&[-1.0, -2.0]), 0.1, 0.1), Err(NoMirr::NoInflow));
        assert_eq!(mirr(&[(1.0, -1.0), (1.0, 3.0)], 0.1, 0.1), Err(NoMirr::NoTime));
        assert_eq!(mirr(&[], 0.1, 0.1), Err(NoMirr::NoOutflow));
    }

    #[test]
    fn the_rate_of_a_level_payment_is_its_internal_rate_of_return() {
        // numpy-financial: rate(10, 0, −3500, 10000).
        // Its own search stops at 3e-11.
        close_to(irr(&[(0.0, -3_500.0), (10.0, 10_000.0)]).unwrap(), 0.110_690_853_714_268_93, 1e-10);
    }

    #[test]
    fn capital_recovery_is_that_of_muse_and_pypsa() {
        // MUSE2, src/finance.rs; PyPSA, pypsa/costs.py.
        close_to(capital_recovery(0.05, 10.0), 0.129_504_574_965_456_7, 1e-13);
        close_to(capital_recovery(0.03, 5.0), 0.218_354_571_400_576_2, 1e-13);
        close_to(capital_recovery(0.0, 4.0), 0.25, 0.0);
        close_to(capital_recovery(0.07, 25.0), 0.085_810_517_220_665_6, 1e-12);
        close_to(capital_recovery(-0.02, 20.0), 0.040_170_3, 1e-5);
    }

    #[test]
    fn repayments_add_up_to_the_loan() {
        for rate in [0.0, 0.004, 0.05] {
            let sum: f64 = (1..=60).map(|k| ppmt(rate, f64::from(k), 60.0, 1e6)).sum();
            close_to(sum, -1e6, 1e-10);
        }
    }
}
