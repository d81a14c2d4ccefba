//! From values to pixels: axes that are linear, logarithmic or both about zero; round tick values; numbers as
//! people read them.

use crate::calendar::Day;
use crate::math;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Linear,
    Log,
    /// Linear near zero, logarithmic far from it; the value where one passes into the other.
    Symlog(f64),
}

/// Maps an interval of values onto an interval of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    kind: Kind,
    pub lo: f64,
    pub hi: f64,
    px: (f64, f64),
}

impl Scale {
    /// Exactly from `lo` to `hi`.
    pub(super) fn exact(lo: f64, hi: f64, px: (f64, f64)) -> Self {
        let (lo, hi) = if lo.is_finite() && hi.is_finite() { (lo, hi) } else { (0.0, 1.0) };
        let hi = if hi > lo { hi } else { lo + lo.abs().max(1.0) };
        Self { kind: Kind::Linear, lo, hi, px }
    }

    /// Linear over all finite values and zero, to the next round tick.
    pub(super) fn with_zero(values: impl Iterator<Item = f64>, px: (f64, f64)) -> Self {
        let (lo, hi) = extent(values).unwrap_or((0.0, 1.0));
        Self::exact(lo.min(0.0), hi.max(0.0), px).rounded()
    }

    /// Linear over all finite values, to the next round ticks.
    pub(super) fn around(values: impl Iterator<Item = f64>, px: (f64, f64)) -> Self {
        let (lo, hi) = extent(values).unwrap_or((0.0, 1.0));
        Self::exact(lo, hi, px).rounded()
    }

    /// Logarithmic over all positive values, to the next 1, 2 or 5.
    pub(super) fn log(values: impl Iterator<Item = f64>, px: (f64, f64)) -> Self {
        let (lo, hi) = extent(values.filter(|v| *v > 0.0)).unwrap_or((1.0, 10.0));
        let (lo, hi) = (lo.max(1e-12), hi.min(1e30));
        let below = log_steps(lo / 10.0, lo).last().copied().unwrap_or(lo);
        let above = log_steps(hi, hi * 10.0).first().copied().unwrap_or(hi);
        let hi = if above > below { above } else { below * 10.0 };
        Self { kind: Kind::Log, lo: below, hi, px }
    }

    /// Logarithmic where the positive values span more than a factor of four, else linear around them.
    pub(super) fn log_or_linear(values: impl Iterator<Item = f64>, px: (f64, f64)) -> Self {
        let values = values.filter(|v| *v > 0.0).collect::<Vec<_>>();
        let (lo, hi) = extent(values.iter().copied()).unwrap_or((1.0, 1.0));
        let values = values.into_iter();
        if hi > 4.0 * lo { Self::log(values, px) } else { Self::around(values, px) }
    }

    /// Linear where the values and zero span little, else linear to `±threshold` and logarithmic beyond.
    pub(super) fn linear_or_symlog(values: &[f64], threshold: f64, px: (f64, f64)) -> Self {
        let linear = Self::with_zero(values.iter().copied(), px);
        let largest = linear.lo.abs().max(linear.hi.abs());
        let mut sizes = values.iter().map(|v| v.abs()).filter(|v| v.is_finite()).collect::<Vec<_>>();
        sizes.sort_by(f64::total_cmp);
        let median = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
        if largest <= 8.0 * threshold || median * 5.0 > largest {
            return linear;
        }
        let (lo, hi) = extent(values.iter().copied()).unwrap_or((0.0, 1.0));
        let end = |v: f64| if v > 0.0 { next_log_step(v.max(threshold)) } else { 0.0 };
        Self { kind: Kind::Symlog(threshold), lo: -end(-lo), hi: end(hi), px }
    }

    pub(super) fn is_log(&self) -> bool {
        self.kind == Kind::Log
    }

    pub(super) fn is_symlog(&self) -> bool {
        matches!(self.kind, Kind::Symlog(_))
    }

    /// Pixel of a value; values outside lie on the nearest end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (self.warp(value) - self.warp(self.lo)) / (self.warp(self.hi) - self.warp(self.lo));
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.px.0 + (self.px.1 - self.px.0) * share
    }

    fn warp(&self, value: f64) -> f64 {
        match self.kind {
            Kind::Linear => value,
            Kind::Log => math::ln(value.max(self.lo.min(1e-12))),
            Kind::Symlog(threshold) => math::asinh(value / threshold * 2.0),
        }
    }

    /// Round values along the scale, about one each `spacing` pixels.
    pub(super) fn ticks(&self, spacing: f64) -> Vec<f64> {
        let most = ((self.px.1 - self.px.0).abs() / spacing).max(1.0);
        match self.kind {
            Kind::Linear => linear_ticks(self.lo, self.hi, most),
            Kind::Log => {
                let doubling = (self.at(self.lo * 2.0) - self.at(self.lo)).abs();
                let steps = log_steps(self.lo, self.hi);
                if doubling >= 0.6 * spacing { steps } else { decades(&steps, most) }
            }
            Kind::Symlog(threshold) => self.symlog_ticks(threshold, most),
        }
    }

    fn symlog_ticks(&self, threshold: f64, most: f64) -> Vec<f64> {
        let mut decades = vec![threshold];
        while decades.last().is_some_and(|v| v * 10.0 <= self.hi.max(-self.lo) * 1.000_001) {
            decades.push(decades[decades.len() - 1] * 10.0);
        }
        let every = (decades.len() as f64 * 2.0 / most).ceil().max(1.0) as usize;
        let kept = decades.into_iter().step_by(every).collect::<Vec<_>>();
        let negative = kept.iter().rev().map(|v| -v);
        negative.chain([0.0]).chain(kept.iter().copied()).filter(|v| *v >= self.lo && *v <= self.hi).collect()
    }

    /// Widened to whole tick steps.
    fn rounded(self) -> Self {
        let step = tick_step(self.hi - self.lo, 5.0);
        Self { lo: (self.lo / step).floor() * step, hi: (self.hi / step).ceil() * step, ..self }
    }
}

/// Least and greatest finite value.
pub(super) fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |found, v| match found {
        None => Some((v, v)),
        Some((lo, hi)) => Some((f64::min(lo, v), f64::max(hi, v))),
    })
}

/// The least of 1, 2, 5 × 10ⁿ that gives at most about `count` steps in `span`.
pub(super) fn tick_step(span: f64, count: f64) -> f64 {
    let rough = (span / count).max(1e-300);
    let power = math::powf(10.0, math::log10(rough).floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999_999).unwrap_or(10.0 * power);
    if step.is_finite() && step > 0.0 { step } else { 1.0 }
}

fn linear_ticks(lo: f64, hi: f64, most: f64) -> Vec<f64> {
    let step = tick_step(hi - lo, most.min(50.0));
    let first = (lo / step - 1e-9).ceil() as i64;
    let last = (hi / step + 1e-9).floor() as i64;
    (first..=last.min(first.saturating_add(100))).map(|i| i as f64 * step).collect()
}

/// 1, 2, 5 × 10ⁿ from `lo` to `hi`.
fn log_steps(lo: f64, hi: f64) -> Vec<f64> {
    let (first, last) = (math::log10(lo).floor() as i32, math::log10(hi).ceil() as i32);
    (first..=last.min(first + 60))
        .flat_map(|n| [1.0, 2.0, 5.0].map(|m| m * math::powf(10.0, f64::from(n))))
        .filter(|v| *v >= lo * 0.999_999 && *v <= hi * 1.000_001)
        .collect()
}

fn next_log_step(value: f64) -> f64 {
    log_steps(value, value * 10.0).first().copied().unwrap_or(value)
}

/// The whole decades among 1-2-5 steps, at most about `most` of them; all steps where there are not two decades.
fn decades(steps: &[f64], most: f64) -> Vec<f64> {
    let is_decade = |v: &f64| {
        let power = math::log10(*v);
        (power - power.round()).abs() < 1e-6
    };
    let decades = steps.iter().copied().filter(is_decade).collect::<Vec<_>>();
    if decades.len() < 2 {
        return steps.to_vec();
    }
    let every = (decades.len() as f64 / most).ceil().max(1.0) as usize;
    decades.into_iter().step_by(every).collect()
}

/// A number with at most three significant digits and k, M, bn, tn.
pub(super) fn short(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    let (unit, suffix) = [(1e12, " tn"), (1e9, " bn"), (1e6, " M"), (1e3, " k")]
        .into_iter()
        .find(|(unit, _)| size >= unit * 0.9995)
        .unwrap_or((1.0, ""));
    let scaled = size / unit;
    if scaled >= 1e4 {
        return format!("{}{scaled:.1e}{suffix}", minus(value));
    }
    let decimals = match scaled {
        s if s >= 99.95 || s == 0.0 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.0995 => 2,
        s if s >= 0.000_995 => 4,
        _ => return format!("{}{scaled:.1e}", minus(value)),
    };
    let digits = format!("{scaled:.decimals$}");
    let digits = if decimals > 0 { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    format!("{}{digits}{suffix}", minus(value))
}

fn minus(value: f64) -> &'static str {
    if value < 0.0 { "−" } else { "" }
}

/// Days at which a time axis of this width carries a label.
pub(super) fn time_ticks(first: Day, last: Day, width: f64, label_width: f64) -> Vec<(Day, String)> {
    let most = (width / label_width).max(1.0);
    let months = f64::from(last.0 - first.0) / 30.44;
    let every =
        [1, 2, 3, 6, 12, 24, 60, 120, 240, 600].into_iter().find(|m| months / f64::from(*m) <= most).unwrap_or(1200);
    let start_year = i32::from(first.year());
    let mut month = if every >= 12 { start_year.div_euclid(every / 12) * every } else { start_year * 12 };
    let mut ticks = Vec::new();
    while let Some(day) = month_start(month).filter(|d| *d <= last) {
        if day >= first {
            let label = if every >= 12 { day.year().to_string() } else { day.month_label() };
            ticks.push((day, label));
        }
        month += every;
    }
    ticks
}

fn month_start(months_since_year_0: i32) -> Option<Day> {
    let (year, month) = (months_since_year_0.div_euclid(12), months_since_year_0.rem_euclid(12) + 1);
    Day::parse(&format!("{year:04}-{month:02}-01")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (value, text) in [
            (0.0, "0"),
            (42.0, "42"),
            (999.6, "1 k"),
            (-1_250.0, "−1.25 k"),
            (73_900.0, "73.9 k"),
            (1.3e14, "130 tn"),
            (2.5e9, "2.5 bn"),
            (0.05, "0.05"),
            (0.000_01, "1.0e-5"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(short(value), text, "{value}");
        }
    }

    #[test]
    fn linear_axes_end_on_round_ticks_and_hold_all_values() {
        let scale = Scale::with_zero([3.0, 87.0, -12.0].into_iter(), (0.0, 500.0));
        assert_eq!((scale.lo, scale.hi), (-20.0, 100.0));
        assert_eq!(scale.ticks(70.0), [-20.0, 0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert!((scale.at(40.0) - 250.0).abs() < 1e-9);
    }

    #[test]
    fn log_axes_span_from_a_1_2_or_5_below_to_one_above() {
        let scale = Scale::log([16_300.0, 73_900.0].into_iter(), (400.0, 0.0));
        assert!((scale.lo - 1e4).abs() < 1e-6 && (scale.hi - 1e5).abs() < 1e-6);
        assert_eq!(scale.ticks(50.0).len(), 4);
        assert!(scale.at(50_000.0) < scale.at(20_000.0));
    }

    #[test]
    fn a_wide_range_of_both_signs_becomes_symmetric_logarithmic() {
        let scale = Scale::linear_or_symlog(&[-30.0, 5.0, 20.0, 40.0, 1800.0], 10.0, (0.0, 1000.0));
        assert!(scale.is_symlog());
        assert!(scale.lo <= -30.0 && scale.hi >= 1800.0);
        assert!(scale.ticks(80.0).contains(&0.0));
        assert!(!Scale::linear_or_symlog(&[10.0, 20.0, 40.0], 10.0, (0.0, 1000.0)).is_symlog());
    }

    #[test]
    fn no_values_odd_values_and_huge_values_make_finite_pixels() {
        for values in [vec![], vec![f64::NAN], vec![0.0], vec![-1e300, 1e300], vec![1e-300], vec![5.0, 5.0]] {
            for scale in [
                Scale::with_zero(values.iter().copied(), (0.0, 100.0)),
                Scale::around(values.iter().copied(), (0.0, 100.0)),
                Scale::log(values.iter().copied(), (0.0, 100.0)),
                Scale::linear_or_symlog(&values, 10.0, (0.0, 100.0)),
            ] {
                assert!(scale.at(3.0).is_finite() && scale.at(f64::NAN).is_finite());
                assert!(scale.ticks(20.0).len() <= 110, "{values:?} {scale:?}");
            }
        }
    }

    #[test]
    fn time_axes_label_years_over_years_and_months_over_months() {
        let day = |text| Day::parse(text).unwrap();
        let years = time_ticks(day("2024-01-01"), day("2036-06-30"), 1400.0, 80.0);
        assert_eq!((years[0].1.as_str(), years.len()), ("2024", 13));
        let months = time_ticks(day("2024-01-15"), day("2024-04-20"), 1400.0, 120.0);
        assert_eq!(months.iter().map(|t| t.1.as_str()).collect::<Vec<_>>(), ["2024-02", "2024-03", "2024-04"]);
    }
}
