//! Headers exported from a node of the main network.

use std::collections::BTreeMap;

use super::{Broken, Faults, Gap, Headers, Place, Report, eased};
use crate::bitcoin::protocol::{CompactTarget, RETARGET_INTERVAL, retarget};

/// Headers of a period.
const PERIOD: usize = RETARGET_INTERVAL as usize;
/// Genesis of the main network, in internal byte order.
const GENESIS: [u8; 32] = {
    let mut hash = *b"\x00\x00\x00\x00\x00\x19\xd6\x68\x9c\x08\x5a\xe1\x65\x83\x1e\x93\
                      \x4f\xf7\x63\xae\x46\xa2\xa6\xc1\x72\xb3\xf1\xb6\x0a\x8c\xe2\x6f";
    hash.reverse();
    hash
};

/// Checks consecutive headers of the main network: links, each against its own nBits, times against the median of the
/// eleven before, bits constant inside a period, and every retarget whose whole period is there.
///
/// `first_height` is the height of the first header; genesis is recognised without it. Where no height is known,
/// periods are taken to begin where bits change, which they must a multiple of 2,016 headers apart.
pub fn verify_export(headers: &[[u8; 80]], first_height: Option<u32>) -> Report {
    verify_eased(headers, first_height, 0)
}

/// As [`verify_export`], with targets eased by `shift` bits, so that tests can mine a chain to check.
pub(super) fn verify_eased(raw: &[[u8; 80]], first_height: Option<u32>, shift: u32) -> Report {
    let mut headers = Headers::new(raw);
    let mut whole = Faults::default();
    if raw.is_empty() {
        whole.push(Place::Chain, Broken::Empty);
        return headers.report(0, Vec::new(), whole, Faults::default());
    }
    let is_genesis = headers.hashes[0] == GENESIS;
    headers.first_height = first_height.or(is_genesis.then_some(0));
    headers.from_genesis = headers.first_height == Some(0);
    let mut gaps = headers.gaps();

    let boundaries = match headers.first_height {
        Some(height) => Boundaries::Known((PERIOD - height as usize % PERIOD) % PERIOD),
        None => infer(&headers),
    };
    match boundaries {
        Boundaries::Known(_) => {}
        Boundaries::Inferred(_) => gaps.push(Gap::Heights),
        Boundaries::Unknown => gaps.push(Gap::Boundaries),
    }
    let begins_period = |number: usize| boundaries.first().is_some_and(|first| number % PERIOD == first);
    let openings = (1..headers.len()).filter(|&number| begins_period(number));
    gaps.extend(openings.clone().find(|&number| number < PERIOD).map(Gap::FirstRetarget));
    let retargets = openings.filter(|&number| number >= PERIOD).count();

    let faults = headers.check_each(|number, broken| {
        // Eased chains of tests have no genesis to begin with.
        if number == 0 && shift == 0 {
            match (headers.from_genesis, is_genesis) {
                (true, false) => broken.push(Broken::NotGenesis),
                (false, true) => broken.push(Broken::IsGenesis),
                _ => {}
            }
        }
        broken.extend(headers.link(number));
        match CompactTarget::from_bits(headers.bits(number)) {
            Ok(bits) => broken.extend(headers.work(number, eased(bits.target(), shift))),
            Err(error) => broken.push(Broken::Bits(error)),
        }
        broken.extend(headers.median(number));
        if begins_period(number) {
            broken.extend(retarget_fault(&headers, number));
        } else {
            broken.extend(change_fault(&headers, number, boundaries));
        }
    });
    headers.report(retargets, gaps, whole, faults)
}

/// Which headers begin a period, by the number of the first that does.
#[derive(Clone, Copy)]
enum Boundaries {
    /// From a height.
    Known(usize),
    /// From the changes of bits.
    Inferred(usize),
    /// Bits never change.
    Unknown,
}

impl Boundaries {
    fn first(self) -> Option<usize> {
        match self {
            Self::Known(first) | Self::Inferred(first) => Some(first),
            Self::Unknown => None,
        }
    }
}

/// Bits change at the beginning of periods; where they do not agree, most of them are right, or else the first.
fn infer(headers: &Headers) -> Boundaries {
    let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
    let changes = (1..headers.len()).filter(|&number| headers.bits(number) != headers.bits(number - 1));
    let mut best = None;
    for first in changes.map(|number| number % PERIOD) {
        let count = votes.entry(first).or_default();
        *count += 1;
        if best.is_none_or(|(_, most)| *count > most) {
            best = Some((first, *count));
        }
    }
    best.map_or(Boundaries::Unknown, |(first, _)| Boundaries::Inferred(first))
}

/// The first header of a period carries what bits and times of the period before give, where all of that is there.
fn retarget_fault(headers: &Headers, number: usize) -> Option<Broken> {
    let first = number.checked_sub(PERIOD)?;
    // Where the old bits are invalid, that header has its own fault.
    let old = CompactTarget::from_bits(headers.bits(number - 1)).ok()?;
    let expected = retarget(old, headers.time(first), headers.time(number - 1));
    let found = headers.bits(number);
    (found != expected.bits()).then_some(Broken::Retarget { expected, found })
}

/// Inside a period bits stay.
fn change_fault(headers: &Headers, number: usize, boundaries: Boundaries) -> Option<Broken> {
    let (before, after) = (headers.bits(number.checked_sub(1)?), headers.bits(number));
    (before != after).then_some(match boundaries {
        Boundaries::Inferred(boundary) => Broken::OffBoundary { before, after, boundary },
        Boundaries::Known(_) | Boundaries::Unknown => Broken::PeriodBits { expected: before, found: after },
    })
}
