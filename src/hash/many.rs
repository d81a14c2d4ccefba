//! Many short searches: whatever they have to wait for is done four searches at a time.
//!
//! A search fills the lanes of the processor by itself, with nonces and versions, and so do its midstates, one per
//! version. Behind it stands the winner's hash, two compressions of which the second waits for the first: in a short
//! search on its own they cost as much as five candidates. Here four searches do them together, in the lanes of
//! [`compress`].
//!
//! [`compress`]: super::compress::compress

use core::ops::Range;

use ruint::aliases::U256;

use super::prepared::{Winner, digests};
use super::{Digest, Draft, Kernel, Outcome, Prepared, Template, VersionRoll};

/// Searches whose winners are hashed together.
const AT_ONCE: usize = 4;

/// A search among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What to search.
    pub template: Template,
    /// A hash that meets it is, as a little-endian integer, at most this.
    pub target: U256,
    /// The candidates to try.
    pub range: Range<u64>,
}

/// A block that a chain was extended by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Hash of its header.
    pub hash: Digest,
    /// Index of the candidate; with the draft it gives the header.
    pub index: u64,
}

/// As [`search`](super::search) for each job.
pub fn search_many(jobs: &[Job]) -> Vec<Outcome> {
    search_many_with(Kernel::best(), jobs)
}

/// As [`search_many`], on a kernel of choice.
pub fn search_many_with(kernel: Kernel, jobs: &[Job]) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(jobs.len());
    let (groups, rest) = jobs.as_chunks::<AT_ONCE>();
    for group in groups {
        outcomes.extend(search_group(kernel, group));
    }
    for job in rest.as_chunks().0 {
        outcomes.extend(search_group::<1>(kernel, job));
    }
    outcomes
}

/// Extends each chain by one block: `tips` are the hashes of the last headers, before and after.
///
/// `draft` says what the next block of a chain, given by its place, is mined from and for which target; `mined` is
/// told the block. Nothing is allocated, and no header is turned into bytes.
///
/// # Errors
/// The place of the first chain of which no candidate meets the target; chains behind it may not be extended either.
pub fn extend(
    kernel: Kernel,
    roll: VersionRoll,
    tips: &mut [Digest],
    mut draft: impl FnMut(usize, Digest) -> (Draft, U256),
    mut mined: impl FnMut(usize, Link),
) -> Result<(), usize> {
    let (groups, rest) = tips.as_chunks_mut::<AT_ONCE>();
    let grouped = groups.len() * AT_ONCE;
    for (tips, first) in groups.iter_mut().zip((0..).step_by(AT_ONCE)) {
        extend_group(kernel, roll, tips, |i, tip| draft(first + i, tip), |i, link| mined(first + i, link))
            .map_err(|i| first + i)?;
    }
    for (tip, place) in rest.as_chunks_mut::<1>().0.iter_mut().zip(grouped..) {
        extend_group(kernel, roll, tip, |_, tip| draft(place, tip), |_, link| mined(place, link)).map_err(|_| place)?;
    }
    Ok(())
}

struct Search {
    prepared: Prepared,
    target: U256,
    range: Range<u64>,
}

fn search_group<const N: usize>(kernel: Kernel, jobs: &[Job; N]) -> [Outcome; N] {
    let searches = jobs.each_ref().map(|job| Search {
        prepared: Prepared::new(&job.template),
        target: job.target,
        range: job.range.start..job.range.end.min(job.template.candidates()),
    });
    let winners = winners(kernel, &searches);
    core::array::from_fn(|i| searches[i].prepared.outcome(&searches[i].range, winners[i]))
}

fn extend_group<const N: usize>(
    kernel: Kernel,
    roll: VersionRoll,
    tips: &mut [Digest; N],
    mut draft: impl FnMut(usize, Digest) -> (Draft, U256),
    mut mined: impl FnMut(usize, Link),
) -> Result<(), usize> {
    let searches = core::array::from_fn(|i| {
        let (draft, target) = draft(i, tips[i]);
        Search { prepared: Prepared::of_draft(&draft, roll), target, range: 0..roll.candidates() }
    });
    for (i, (tip, winner)) in tips.iter_mut().zip(winners::<N>(kernel, &searches)).enumerate() {
        let Winner { index, digest } = winner.ok_or(i)?;
        *tip = digest;
        mined(i, Link { hash: digest, index });
    }
    Ok(())
}

/// The lowest candidate of each search that meets its target.
fn winners<const N: usize>(kernel: Kernel, searches: &[Search; N]) -> [Option<Winner>; N] {
    let passing = searches.each_ref().map(|s| s.prepared.passing(kernel, s.target, s.range.clone()));
    // Where nothing passes, the lane hashes some candidate in vain.
    let digests: [Digest; N] = digests(core::array::from_fn(|i| (&searches[i].prepared, passing[i].unwrap_or(0))));
    core::array::from_fn(|i| {
        let Search { prepared, target, range } = &searches[i];
        let winner = Winner { index: passing[i]?, digest: digests[i] };
        if winner.digest.value() <= *target {
            return Some(winner);
        }
        // Only the top 32 bits were as small as the target's.
        prepared.find(kernel, *target, winner.index + 1..range.end)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{search_with, sha256d};
    use super::*;
    use crate::rng;
    use rand::{Rng, RngExt};

    const ROLLS: [VersionRoll; 3] = [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight];

    fn random_jobs(count: u64, roll: VersionRoll) -> Vec<Job> {
        let mut random = rng::stream(7, "many test", &count.to_string());
        let job = |_| {
            let mut header = [0; 80];
            random.fill_bytes(&mut header);
            let start = random.random_range(0..50);
            // With fewer than 32 zero bits the top word decides; targets just below a power of two test the rest.
            let target = (U256::MAX >> random.random_range(0..12_usize)) - (U256::ONE << 200);
            Job { template: Template { header, roll }, target, range: start..start + random.random_range(0..2_000) }
        };
        (0..count).map(job).collect()
    }

    #[test]
    fn many_searches_give_what_each_gives_alone() {
        for kernel in Kernel::available() {
            for (count, roll) in (0..10).flat_map(|count| ROLLS.map(|roll| (count, roll))) {
                let jobs = random_jobs(count, roll);
                let alone: Vec<_> =
                    jobs.iter().map(|j| search_with(kernel, &j.template, j.target, j.range.clone())).collect();
                assert_eq!(search_many_with(kernel, &jobs), alone, "{kernel:?} {count} {roll:?}");
            }
        }
    }

    #[test]
    fn a_hash_equal_to_the_target_wins_and_one_whose_top_bits_alone_pass_does_not() {
        let header = core::array::from_fn(|i| i as u8);
        let template = Template { header, roll: VersionRoll::Four };
        let value = |i| U256::from_le_bytes(sha256d(&template.header_at(i)));
        let lowest = (0..300).min_by_key(|&i| value(i)).unwrap();
        let equal = value(lowest);
        for kernel in Kernel::available() {
            for (target, found, attempts) in [(equal, Some(lowest), lowest + 1), (equal - U256::ONE, None, 300)] {
                let job = Job { template: template.clone(), target, range: 0..300 };
                for outcome in search_many_with(kernel, &vec![job; 5]) {
                    assert_eq!((outcome.found.map(|f| f.index), outcome.attempts), (found, attempts), "{kernel:?}");
                }
            }
        }
    }

    /// A chain by the `sha2` crate alone: every candidate hashed whole.
    fn naive_chain(drafts: impl Fn(Digest, u32) -> (Draft, U256), roll: VersionRoll, blocks: u32) -> Vec<Digest> {
        let mut tip = Digest::default();
        (0..blocks)
            .map(|height| {
                let (draft, target) = drafts(tip, height);
                let mut header = [0; 80];
                header[..4].copy_from_slice(&draft.version.to_le_bytes());
                header[4..36].copy_from_slice(&draft.prev.to_bytes());
                header[36..68].copy_from_slice(&draft.merkle_root.to_bytes());
                header[68..72].copy_from_slice(&draft.time.to_le_bytes());
                header[72..76].copy_from_slice(&draft.bits.to_le_bytes());
                let template = Template { header, roll };
                let hashes = (0..).map(|i| sha256d(&template.header_at(i)));
                tip = hashes.map(|h| Digest::from_bytes(&h)).find(|h| h.value() <= target).unwrap();
                tip
            })
            .collect()
    }

    #[test]
    fn linked_chains_equal_those_of_the_naive_double_hash() {
        const BLOCKS: u32 = 40;
        let draft = |chain: usize, prev: Digest, height: u32| {
            let merkle_root = Digest::from_bytes(&sha256d(&[chain as u8, height as u8]));
            let draft =
                Draft { version: 0x2000_0000, prev, merkle_root, time: 1_700_000_000 + height, bits: 0x1d00_ffff };
            (draft, U256::MAX >> (3 + height as usize % 6))
        };
        for (kernel, roll) in Kernel::available().into_iter().flat_map(|kernel| ROLLS.map(|roll| (kernel, roll))) {
            for count in [1, 4, 6] {
                let mut tips = vec![Digest::default(); count];
                let mut chains = vec![Vec::new(); count];
                for height in 0..BLOCKS {
                    let extended = extend(
                        kernel,
                        roll,
                        &mut tips,
                        |chain, tip| draft(chain, tip, height),
                        |chain, link| chains[chain].push(link.hash),
                    );
                    assert_eq!(extended, Ok(()));
                }
                for (i, chain) in chains.iter().enumerate() {
                    assert_eq!(*chain, naive_chain(|tip, height| draft(i, tip, height), roll, BLOCKS), "{kernel:?}");
                }
            }
        }
    }
}
