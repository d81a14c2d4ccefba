//! The searches that are compared.

use core::hint::black_box;

use ruint::aliases::U256;
use sha2::block_api::compress256;

use super::timing::Contestant;
use crate::hash::work::INITIAL_STATE;
use crate::hash::{Digest, Draft, Job, Kernel, Prepared, Template, VersionRoll, extend, search_many_with, sha256d};

/// Candidates in a piece of a long search.
const PIECE: u64 = 256;
/// Expected hashes of the searches that make up a piece of short ones.
const SHORT_PIECE: u32 = 4_096;
/// A piece has at least so many of them.
const MIN_SEARCHES: u32 = 4;
/// Linked headers are links of so many chains, in turn.
const CHAINS: usize = 4;

/// A header that looks like one: everything but the fields with a meaning is noise.
fn header(number: u32) -> [u8; 80] {
    let mut header = [0; 80];
    for (part, salt) in header.chunks_mut(32).zip(0_u32..) {
        let noise = sha256d(&[number.to_le_bytes(), salt.to_le_bytes()].concat());
        part.copy_from_slice(&noise[..part.len()]);
    }
    header[..4].copy_from_slice(&0x2000_0000_u32.to_le_bytes());
    header
}

/// One header for a target of zero, which no hash meets.
pub(super) fn long_search(kernel: Kernel, roll: VersionRoll) -> Contestant {
    let template = Template { header: header(0), roll };
    let prepared = Prepared::new(&template);
    let last_piece = template.candidates() / PIECE;
    let mut next = 0;
    Contestant {
        work: Box::new(move |pieces| {
            let pieces = pieces.min(last_piece);
            if next + pieces > last_piece {
                next = 0;
            }
            let range = next * PIECE..(next + pieces) * PIECE;
            next += pieces;
            let outcome = black_box(&prepared).search_with(kernel, black_box(U256::ZERO), range);
            outcome.found.is_none() && outcome.attempts == pieces * PIECE
        }),
        units_per_piece: PIECE as f64,
    }
}

/// The same as a user of the `sha2` crate writes it.
pub(super) fn sha2_long_search() -> Contestant {
    let midstate = Midstate::of(&header(0));
    let mut nonce = 0_u32;
    Contestant {
        work: Box::new(move |pieces| {
            let target = black_box(U256::ZERO);
            let midstate = black_box(&midstate);
            (0..pieces * PIECE).all(|_| {
                nonce = nonce.wrapping_add(1);
                midstate.hash(nonce) > target
            })
        }),
        units_per_piece: PIECE as f64,
    }
}

/// The state after a header's first block, and its second block.
struct Midstate {
    state: [u32; 8],
    block: [u8; 64],
}

impl Midstate {
    fn of(header: &[u8; 80]) -> Self {
        let (first, rest) = header.split_first_chunk::<64>().expect("a header is longer than a block");
        let mut state = INITIAL_STATE;
        compress256(&mut state, &[*first]);
        let mut block = [0; 64];
        block[..16].copy_from_slice(rest);
        block[16] = 0x80;
        // 640 bits.
        block[62..].copy_from_slice(&640_u16.to_be_bytes());
        Self { state, block }
    }

    fn hash(&self, nonce: u32) -> U256 {
        let mut block = self.block;
        block[12..16].copy_from_slice(&nonce.to_le_bytes());
        let mut first = self.state;
        compress256(&mut first, &[block]);
        let mut block = [0; 64];
        block[..32].copy_from_slice(&bytes(&first));
        block[32] = 0x80;
        // 256 bits.
        block[62] = 1;
        let mut second = INITIAL_STATE;
        compress256(&mut second, &[block]);
        U256::from_le_bytes(bytes(&second))
    }
}

fn bytes(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    bytes
}

/// Short searches that make up a piece of work.
struct ShortSet {
    headers: Vec<[u8; 80]>,
    target: U256,
    /// Whether each header contains the hash of the one before in its chain.
    linked: bool,
    /// Hashes that the piece takes until every header has its first hit.
    attempts: u64,
}

impl ShortSet {
    fn new(roll: VersionRoll, expected_hashes: u32, linked: bool) -> Self {
        let expected_hashes = expected_hashes.max(1);
        let headers: Vec<_> = (0..(SHORT_PIECE / expected_hashes).max(MIN_SEARCHES)).map(header).collect();
        let target = U256::MAX / U256::from(expected_hashes);
        let mut set = Self { headers, target, linked, attempts: 0 };
        set.attempts = set.tried(|header| {
            let template = Template { header: *header, roll };
            let hits = |&index: &u64| U256::from_le_bytes(sha256d(&template.header_at(index))) <= target;
            let index = (0..template.candidates()).find(hits)?;
            Some((index + 1, sha256d(&template.header_at(index))))
        });
        set
    }

    /// Sum of the attempts when each header is searched by this, which gives attempts and the hash found.
    fn tried(&self, search: impl Fn(&[u8; 80]) -> Option<(u64, [u8; 32])>) -> u64 {
        let mut tips = [[0; 32]; CHAINS];
        let mut attempts = 0;
        for (i, header) in black_box(&self.headers).iter().enumerate() {
            let mut header = *header;
            if self.linked {
                header[4..36].copy_from_slice(&tips[i % CHAINS]);
            }
            let Some((tried, hash)) = search(&header) else { break };
            attempts += tried;
            tips[i % CHAINS] = hash;
        }
        attempts
    }

    /// `piece` does the work and gives the sum of the attempts.
    fn contestant(self, piece: impl Fn(&Self) -> u64 + 'static) -> Contestant {
        let units_per_piece = self.attempts as f64;
        Contestant { work: Box::new(move |pieces| (0..pieces).all(|_| piece(&self) == self.attempts)), units_per_piece }
    }
}

/// Many headers, each from its first block to its first hit, by the entries for many of them.
pub(super) fn short_searches(kernel: Kernel, roll: VersionRoll, expected_hashes: u32, linked: bool) -> Contestant {
    let set = ShortSet::new(roll, expected_hashes, linked);
    if linked {
        let drafts: Vec<Draft> = set.headers.iter().map(draft).collect();
        return set.contestant(move |set| {
            let mut tips = [Digest::default(); CHAINS];
            let mut attempts = 0;
            for drafts in black_box(&drafts).chunks(CHAINS) {
                let draft = |chain: usize, prev| (Draft { prev, ..drafts[chain] }, set.target);
                if extend(kernel, roll, &mut tips[..drafts.len()], draft, |_, link| attempts += link.index + 1).is_err()
                {
                    break;
                }
            }
            attempts
        });
    }
    let job = |&header| Job { template: Template { header, roll }, target: set.target, range: 0..roll.candidates() };
    let jobs: Vec<Job> = set.headers.iter().map(job).collect();
    set.contestant(move |_| search_many_with(kernel, black_box(&jobs)).iter().map(|outcome| outcome.attempts).sum())
}

/// What a header is made of.
fn draft(header: &[u8; 80]) -> Draft {
    let word = |at: usize| u32::from_le_bytes(*header[at..].first_chunk().expect("inside the header"));
    let hash = |at: usize| Digest::from_bytes(header[at..].first_chunk().expect("inside the header"));
    Draft { version: word(0), prev: hash(4), merkle_root: hash(36), time: word(68), bits: word(72) }
}

/// The same with the `sha2` crate.
pub(super) fn sha2_short_searches(expected_hashes: u32, linked: bool) -> Contestant {
    ShortSet::new(VersionRoll::None, expected_hashes, linked).contestant(|set| {
        set.tried(|header| {
            let midstate = Midstate::of(header);
            (0..=u32::MAX).find_map(|nonce| {
                let hash = midstate.hash(nonce);
                (hash <= set.target).then(|| (u64::from(nonce) + 1, hash.to_le_bytes()))
            })
        })
    })
}

/// Whether a kernel finds what the `sha2` crate finds. The target of a long search could be missed for nothing.
pub(super) fn finds_first_hits(kernel: Kernel, roll: VersionRoll) -> bool {
    (short_searches(kernel, roll, 64, false).work)(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_hashes_headers() {
        for nonce in [0, 7, u32::MAX] {
            let template = Template { header: header(3), roll: VersionRoll::None };
            let hash = sha256d(&template.header_at(u64::from(nonce)));
            assert_eq!(Midstate::of(&header(3)).hash(nonce), U256::from_le_bytes(hash));
        }
    }

    #[test]
    fn all_contestants_do_their_work_on_and_on() {
        for kernel in Kernel::available() {
            for roll in [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight] {
                let short = [false, true].map(|linked| short_searches(kernel, roll, 64, linked));
                for mut contestant in short.into_iter().chain([long_search(kernel, roll)]) {
                    assert!((contestant.work)(1) && (contestant.work)(3));
                }
            }
        }
        for mut contestant in [sha2_long_search(), sha2_short_searches(256, false), sha2_short_searches(4_096, true)] {
            assert!((contestant.work)(1) && (contestant.work)(3));
        }
    }
}
