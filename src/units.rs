//! Units as types, with only the products that make sense.
//!
//! These newtypes are the doors between modules; inside the hot kernels plain `f64` slices are used whose
//! names carry the unit (`surplus_mw`, `price_usd_per_mwh`).

use core::iter::Sum;
use core::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $name(pub f64);

        impl Add for $name { type Output = Self; fn add(self, o: Self) -> Self { Self(self.0 + o.0) } }
        impl Sub for $name { type Output = Self; fn sub(self, o: Self) -> Self { Self(self.0 - o.0) } }
        impl Neg for $name { type Output = Self; fn neg(self) -> Self { Self(-self.0) } }
        impl AddAssign for $name { fn add_assign(&mut self, o: Self) { self.0 += o.0; } }
        impl SubAssign for $name { fn sub_assign(&mut self, o: Self) { self.0 -= o.0; } }
        impl Mul<f64> for $name { type Output = Self; fn mul(self, k: f64) -> Self { Self(self.0 * k) } }
        impl Div<f64> for $name { type Output = Self; fn div(self, k: f64) -> Self { Self(self.0 / k) } }
        impl Div for $name { type Output = f64; fn div(self, o: Self) -> f64 { self.0 / o.0 } }
        impl Sum for $name { fn sum<I: Iterator<Item = Self>>(i: I) -> Self { Self(i.map(|v| v.0).sum()) } }
    };
}

/// Declares `a * b = c` in both orders, and `c / a = b`, `c / b = a`.
macro_rules! product {
    ($a:ident * $b:ident = $c:ident) => {
        impl Mul<$b> for $a {
            type Output = $c;
            fn mul(self, o: $b) -> $c {
                $c(self.0 * o.0)
            }
        }
        impl Mul<$a> for $b {
            type Output = $c;
            fn mul(self, o: $a) -> $c {
                $c(self.0 * o.0)
            }
        }
        impl Div<$a> for $c {
            type Output = $b;
            fn div(self, o: $a) -> $b {
                $b(self.0 / o.0)
            }
        }
        impl Div<$b> for $c {
            type Output = $a;
            fn div(self, o: $b) -> $a {
                $a(self.0 / o.0)
            }
        }
    };
}

unit!(/// Power, MW.
    Megawatts);
unit!(/// Energy, MWh.
    MegawattHours);
unit!(/// A span of time, hours.
    Hours);
unit!(/// Money, US dollars of the day.
    Usd);
unit!(/// Price of energy, USD/MWh.
    UsdPerMwh);
unit!(/// Bitcoin as a real quantity (an expectation, a price basis). Exact amounts are satoshis, `u64`.
    Btc);
unit!(/// Price of a coin, USD/BTC.
    UsdPerBtc);
unit!(/// Hashrate, EH/s (1e18 hashes per second).
    ExahashPerSecond);
unit!(/// Energy efficiency of a mining machine, J/TH.
    JoulesPerTerahash);
unit!(/// Hashprice: what one PH/s earns in a day, USD.
    UsdPerPhDay);

product!(Megawatts * Hours = MegawattHours);
product!(MegawattHours * UsdPerMwh = Usd);
product!(Btc * UsdPerBtc = Usd);

impl ExahashPerSecond {
    /// Electric power of machines of this efficiency, at the machine: 1 EH/s at 1 J/TH is 1 MW.
    pub fn power(self, efficiency: JoulesPerTerahash) -> Megawatts {
        Megawatts(self.0 * efficiency.0)
    }
}

impl Megawatts {
    /// Hashrate of this much machine power at an efficiency: 1 MW at 1 J/TH is 1 EH/s.
    pub fn hashrate(self, efficiency: JoulesPerTerahash) -> ExahashPerSecond {
        ExahashPerSecond(self.0 / efficiency.0)
    }
}

impl UsdPerPhDay {
    /// Revenue per MWh at the machine: 1 PH/s at `e` J/TH draws `e` kW, so a day costs `0.024 e` MWh.
    ///
    /// Source: the hashcost definition (J/TH × USD/MWh × 24 h / 1000), Luxor Hashrate Index.
    pub fn revenue_per_mwh(self, efficiency: JoulesPerTerahash) -> UsdPerMwh {
        UsdPerMwh(self.0 / (0.024 * efficiency.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hashprice_of_39_breaks_even_at_92_857_usd_per_mwh_on_17_5_joules_per_terahash() {
        let revenue = UsdPerPhDay(39.0).revenue_per_mwh(JoulesPerTerahash(17.5));
        assert!((revenue.0 - 92.857_142_857).abs() < 1e-6);
    }

    #[test]
    fn power_hours_and_prices_multiply_to_money() {
        assert_eq!(Megawatts(2.0) * Hours(3.0) * UsdPerMwh(10.0), Usd(60.0));
        assert_eq!(Megawatts(17.5).hashrate(JoulesPerTerahash(17.5)), ExahashPerSecond(1.0));
    }
}
