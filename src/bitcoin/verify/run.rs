//! Headers that a run of this program mined, beside the periods it states of them.

use super::{Broken, Faults, Gap, Headers, Place, Report, eased};
use crate::bitcoin::protocol::{RETARGET_INTERVAL, retarget};
use crate::bitcoin::race::Period;
use crate::math;

/// Standard deviations by which a sum of hashes may be off: by chance once in half a billion runs.
const PLAUSIBLE_DEVIATIONS: f64 = 6.0;

/// Checks the headers of a run against its retarget periods: counts and heights, links, the bits of each period,
/// `sha256d(header) <= target << shift`, times against the median of the eleven before, first and last times of the
/// periods, every retarget by Bitcoin's integer arithmetic, whether all periods ease their targets to the same cost, and
/// whether the hashes said to be tried are plausible.
pub fn verify_run(raw: &[[u8; 80]], periods: &[Period]) -> Report {
    let mut headers = Headers::new(raw);
    headers.first_height = first_height(periods);
    let mut faults = Faults::default();
    if raw.is_empty() {
        faults.push(Place::Chain, Broken::Empty);
    }
    let claimed = periods.iter().map(|period| u64::from(period.blocks)).sum();
    if claimed != raw.len() as u64 {
        faults.push(Place::Chain, Broken::Count { claimed, found: raw.len() as u64 });
    }
    let starts = starts(periods, raw.len());
    for number in 0..periods.len() {
        let mut broken = shape_faults(periods, number);
        broken.extend(time_faults(&headers, periods, &starts, number));
        broken.extend(retarget_fault(periods, number));
        broken.extend(shift_fault(periods, number));
        broken.extend(few_hashes_fault(&periods[number]));
        let place = Place::Period { number, first_height: periods[number].first_height };
        for broken in broken {
            faults.push(place, broken);
        }
    }
    if let Some(broken) = hashes_fault(periods) {
        faults.push(Place::Chain, broken);
    }

    let header_faults = headers.check_each(|number, broken| {
        broken.extend(headers.link(number));
        broken.extend(headers.median(number));
        // A header beyond the last period has no target; the count is wrong already.
        let Some(period) = starts.partition_point(|&start| start <= number).checked_sub(1).map(|at| &periods[at])
        else {
            return;
        };
        if number >= claimed as usize {
            return;
        }
        let (expected, found) = (period.bits.bits(), headers.bits(number));
        if found != expected {
            broken.push(Broken::PeriodBits { expected, found });
        }
        broken.extend(headers.work(number, eased(period.bits.target(), period.shift)));
    });

    let mut gaps = headers.gaps();
    gaps.extend(begins_inside(periods, 0).then_some(Gap::FirstPeriodTime));
    gaps.push(Gap::Attempts);
    headers.report(periods.len().saturating_sub(1), gaps, faults, header_faults)
}

/// Number of each period's first header; never beyond the file.
fn starts(periods: &[Period], headers: usize) -> Vec<usize> {
    let mut next = 0_usize;
    periods
        .iter()
        .map(|period| {
            let start = next;
            next = (next + period.blocks as usize).min(headers);
            start
        })
        .collect()
}

/// Only the first period can have begun before the run did.
fn begins_inside(periods: &[Period], number: usize) -> bool {
    number == 0 && periods.first().is_some_and(|period| period.blocks < RETARGET_INTERVAL)
}

/// Height of the first header: that of a whole first period, or counted back from the second.
fn first_height(periods: &[Period]) -> Option<u32> {
    let first = periods.first()?;
    match periods.get(1) {
        _ if first.blocks == RETARGET_INTERVAL => Some(first.first_height),
        Some(second) => second.first_height.checked_sub(first.blocks),
        None => None,
    }
}

/// Lengths and heights.
fn shape_faults(periods: &[Period], number: usize) -> Vec<Broken> {
    let Period { blocks, first_height: found, .. } = periods[number];
    let mut faults = Vec::new();
    let may_be_short = number == 0 || number + 1 == periods.len();
    if blocks > RETARGET_INTERVAL || (blocks < RETARGET_INTERVAL && !may_be_short) {
        faults.push(Broken::PeriodLength { blocks });
    }
    if !found.is_multiple_of(RETARGET_INTERVAL) {
        faults.push(Broken::PeriodStart { found });
    }
    if let Some(before) = number.checked_sub(1) {
        let expected = u64::from(periods[before].first_height) + u64::from(RETARGET_INTERVAL);
        if u64::from(found) != expected {
            faults.push(Broken::PeriodGap { expected, found });
        }
    }
    faults
}

/// The table's times against the headers'.
fn time_faults(headers: &Headers, periods: &[Period], starts: &[usize], number: usize) -> Vec<Broken> {
    let period = &periods[number];
    let start = starts[number];
    let end = (start + period.blocks as usize).min(headers.len());
    if start >= end {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let (first, last) = (headers.time(start), headers.time(end - 1));
    if !begins_inside(periods, number) && first != period.first_time_unix {
        faults.push(Broken::FirstTime { claimed: period.first_time_unix, found: first });
    }
    if last != period.last_time_unix {
        faults.push(Broken::LastTime { claimed: period.last_time_unix, found: last });
    }
    faults
}

/// Bits follow from those of the period before and its times.
fn retarget_fault(periods: &[Period], number: usize) -> Option<Broken> {
    let before = &periods[number.checked_sub(1)?];
    let expected = retarget(before.bits, before.first_time_unix, before.last_time_unix);
    let found = periods[number].bits;
    (found != expected).then_some(Broken::Retarget { expected, found: found.bits() })
}

/// Mean hashes of a period's blocks.
fn cost(period: &Period) -> f64 {
    period.bits.expected_hashes() / math::exp2(f64::from(period.shift))
}

/// A run chooses shifts so that blocks of every period cost what the scenario says within a factor √2. Without this,
/// a shift made up for one period would excuse any headers in it.
fn shift_fault(periods: &[Period], number: usize) -> Option<Broken> {
    /// Rounding of logarithms.
    const TOLERANCE: f64 = 1e-9;
    let period = &periods[number];
    let (shift, room) = (period.shift, period.bits.target().0.leading_zeros() as u32);
    if shift > room {
        return Some(Broken::Shift { shift, room });
    }
    let (cost, first) = (cost(period), cost(&periods[0]));
    let alike = cost.max(first) <= 2.0 * cost.min(first) * (1.0 + TOLERANCE);
    // Where the first period eases too much, that is its own fault alone.
    (!alike && first >= 1.0).then_some(Broken::Cost { cost, first })
}

/// Every block takes a hash at least.
fn few_hashes_fault(period: &Period) -> Option<Broken> {
    let Period { hashes, blocks, .. } = *period;
    (hashes < u64::from(blocks)).then_some(Broken::FewHashes { hashes, blocks })
}

/// The hashes cannot be counted again, but their sum must look like the waiting times they are said to be: attempts of
/// a block are geometric with chance p, so their mean is 1/p and their variance (1 − p)/p².
fn hashes_fault(periods: &[Period]) -> Option<Broken> {
    let claimed: u128 = periods.iter().map(|period| u128::from(period.hashes)).sum();
    let (mut expected, mut variance) = (0.0, 0.0);
    for period in periods {
        let mean = cost(period).max(1.0);
        expected += f64::from(period.blocks) * mean;
        variance += f64::from(period.blocks) * mean * (mean - 1.0);
    }
    let deviation = variance.sqrt();
    let off = (claimed as f64 - expected).abs();
    (off > PLAUSIBLE_DEVIATIONS * deviation + 1.0).then_some(Broken::Hashes { claimed, expected, deviation })
}
