//! Colours of values and the bar that explains them.

use plotters::style::RGBColor;

use crate::chart::canvas::{Align, Canvas, Style, TEXT};
use crate::chart::palette::{INK, SPINE, diverging, sequential};
use crate::chart::scale::{Scale, short};

/// Blue is positive and orange negative where the values have both signs, else dark is little and yellow is much.
pub(super) fn value_color(z: f64, lo: f64, hi: f64) -> RGBColor {
    if lo < 0.0 && hi > 0.0 {
        diverging(z / lo.abs().max(hi))
    } else if hi > lo {
        sequential((z - lo) / (hi - lo))
    } else {
        sequential(0.5)
    }
}

/// A vertical bar of the colours of `lo`..`hi` with their values, at (left, top, bottom).
pub(super) fn color_bar(
    c: &mut Canvas,
    (left, top, bottom): (f64, f64, f64),
    (lo, hi): (f64, f64),
    color: impl Fn(f64) -> RGBColor,
) {
    const STEPS: u32 = 60;
    const BAR: f64 = 26.0;
    let scale = Scale::exact(lo, hi, (bottom, top));
    for i in 0..STEPS {
        let edge = |i: u32| (bottom + (top - bottom) * f64::from(i) / f64::from(STEPS)).round();
        let value = scale.lo + (scale.hi - scale.lo) * (f64::from(i) + 0.5) / f64::from(STEPS);
        c.rect((left, edge(i)), (left + BAR, edge(i + 1)), color(value));
    }
    for tick in scale.ticks(70.0) {
        let at = scale.at(tick);
        c.line(&[(left + BAR, at), (left + BAR + 6.0, at)], SPINE, 1.5);
        c.text((left + BAR + 12.0, at), &short(tick), Style::new(TEXT, INK, Align::Left));
    }
}
