//! The search in vector registers: one nonce per 32-bit lane, the same text for every width.
//!
//! A group is a register full of nonces, each in all k versions. All cuts of [`hash`](crate::hash) are made: a group's
//! message schedule is formed once, kept in memory with the round constants added, and read k times; the second hash is
//! unrolled, and the compiler folds what follows from its constant words.

#![expect(clippy::inline_always, reason = "the target features of the caller must reach the innermost operation")]

use core::ops::Range;

use super::MAX_ROLL;
use super::work::{DIGEST_BITS, HEADER_BITS, INITIAL_STATE, K, PADDING, Work};

/// As many 32-bit words as a register holds, and the operations of SHA-256 on them.
pub(super) trait Vector: Copy {
    /// A register's words in memory, aligned for loading.
    type Words: Copy + AsRef<[u32]> + AsMut<[u32]>;
    /// Number of words, at least [`MAX_ROLL`].
    const LANES: usize;

    fn splat(word: u32) -> Self;
    fn zero_words() -> Self::Words;
    fn load(words: &Self::Words) -> Self;
    fn store(self, words: &mut Self::Words);

    fn add(self, other: Self) -> Self;
    /// Rotation by `N`; `REST` is 32 − `N`.
    fn rotate_right<const N: i32, const REST: i32>(self) -> Self;
    fn shift_right<const N: u32>(self) -> Self;
    fn xor3(self, b: Self, c: Self) -> Self;
    /// Bit by bit: `f` where `self` is set, else `g`.
    fn choose(self, f: Self, g: Self) -> Self;
    /// Bit by bit: what at least two of the three have.
    fn majority(self, b: Self, c: Self) -> Self;
    fn swap_bytes(self) -> Self;
    /// Bit `i` is set where lane `i` is at most `limit`, unsigned.
    fn at_most(self, limit: Self) -> u32;
}

/// SHA-256 state: words a–h in every lane.
type State<V> = [V; 8];
/// Words of the header's second block plus round constants, for the nonces of a group.
type Schedule<V> = [<V as Vector>::Words; 64];

/// The body once per number, each a constant, so that the compiler decides what depends on it.
macro_rules! unroll {
    ($i:ident in [$($n:literal)*] $body:block) => { $( { const $i: usize = $n; $body } )* };
    ($i:ident in 0..60 $body:block) => {
        unroll!($i in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
            30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59] $body)
    };
}

/// See [`Kernel::scan`](super::kernel::Kernel::scan).
#[inline(always)]
pub(super) fn scan<V: Vector>(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    let search = Search::<V>::new(work, limit);
    let versions = work.versions as usize;
    let mut group = Group { lanes: V::LANES, versions, nonce: 0, masks: [0; MAX_ROLL] };
    // The version whose first hash is done and whose second is not.
    let mut pending: Option<(usize, u64, State<V>)> = None;
    let mut schedule = [V::zero_words(); 64];
    let mut nonce = range.start / work.versions;
    while nonce * work.versions < range.end {
        search.fill(&mut schedule, nonce as u32);
        for version in 0..versions {
            let mut state = search.begin(version, &schedule);
            if let Some((version, nonce, digest)) = &pending {
                let mask = search.both_hashes(&mut state, &schedule, digest);
                if group.note(*version, *nonce, mask)
                    && let Some(index) = group.lowest(&range)
                {
                    return Some(index);
                }
            } else {
                first_hash(&mut state, &schedule);
            }
            pending = Some((version, nonce, search.finish_first(version, state)));
        }
        nonce += V::LANES as u64;
    }
    let (version, nonce, digest) = pending?;
    if group.note(version, nonce, search.second_hash(&digest)) { group.lowest(&range) } else { None }
}

/// The candidates of a group that pass.
struct Group {
    lanes: usize,
    versions: usize,
    /// First nonce.
    nonce: u64,
    /// Per version, the nonces.
    masks: [u32; MAX_ROLL],
}

impl Group {
    /// Takes the nonces that pass in a version; true when it was the last one and there are any.
    #[inline(always)]
    fn note(&mut self, version: usize, nonce: u64, mask: u32) -> bool {
        self.nonce = nonce;
        self.masks[version % MAX_ROLL] = mask;
        version + 1 == self.versions && self.masks != [0; MAX_ROLL]
    }

    /// The lowest index inside the range.
    #[cold]
    fn lowest(&self, range: &Range<u64>) -> Option<u64> {
        let masks = &self.masks[..self.versions];
        let candidates = (0..self.lanes).flat_map(|lane| masks.iter().map(move |mask| mask >> lane & 1 == 1));
        let first = self.nonce * self.versions as u64;
        (first..).zip(candidates).find_map(|(index, passes)| (passes && range.contains(&index)).then_some(index))
    }
}

/// What all groups share.
struct Search<'a, V: Vector> {
    work: &'a Work,
    /// States after round 3 for a nonce word of zero: a lane per version.
    starts: [V::Words; 8],
    limit: V,
}

impl<'a, V: Vector> Search<'a, V> {
    #[inline(always)]
    fn new(work: &'a Work, limit: u32) -> Self {
        let mut starts = [V::zero_words(); 8];
        for (version, midstate) in work.midstates.iter().enumerate() {
            for (words, word) in starts.iter_mut().zip(midstate) {
                words.as_mut()[version] = *word;
            }
        }
        let mut state = [V::splat(0); 8];
        for (vector, words) in state.iter_mut().zip(&starts) {
            *vector = V::load(words);
        }
        unroll!(I in [0 1 2] { round(&mut state, I, V::splat(work.tail[I].wrapping_add(K[I]))); });
        round(&mut state, 3, V::splat(K[3]));
        for (vector, words) in state.iter().zip(&mut starts) {
            vector.store(words);
        }
        Self { work, starts, limit: V::splat(limit) }
    }

    /// Forms the second block's words for the group of nonces from `first` on.
    #[inline(always)]
    fn fill(&self, schedule: &mut Schedule<V>, first: u32) {
        let mut nonces = V::zero_words();
        for (lane, nonce) in nonces.as_mut().iter_mut().enumerate() {
            *nonce = first.wrapping_add(lane as u32);
        }
        let mut w = [V::splat(0); 16];
        unroll!(I in [0 1 2] { w[I] = V::splat(self.work.tail[I]); });
        // The nonce is little-endian in the header, but SHA-256 reads big-endian words.
        w[3] = V::load(&nonces).swap_bytes();
        w[4] = V::splat(PADDING);
        w[15] = V::splat(HEADER_BITS);
        w[3].store(&mut schedule[3]);
        unroll!(I in 0..60 {
            if I + 4 >= 16 {
                extend(&mut w, I + 4);
            }
            w[(I + 4) % 16].add(V::splat(K[I + 4])).store(&mut schedule[I + 4]);
        });
    }

    /// The state after round 3. There, a stands at place 4 and e at place 0.
    #[inline(always)]
    fn begin(&self, version: usize, schedule: &Schedule<V>) -> State<V> {
        let nonces = V::load(&schedule[3]);
        let mut state = [V::splat(0); 8];
        for (vector, words) in state.iter_mut().zip(&self.starts) {
            *vector = V::splat(words.as_ref()[version]);
        }
        state[4] = state[4].add(nonces);
        state[0] = state[0].add(nonces);
        state
    }

    /// After the last round: the digest of the first hash.
    #[inline(always)]
    fn finish_first(&self, version: usize, mut state: State<V>) -> State<V> {
        for (vector, word) in state.iter_mut().zip(&self.work.midstates[version]) {
            *vector = vector.add(V::splat(*word));
        }
        state
    }

    /// Which nonces pass, by their first hashes.
    #[inline(always)]
    fn second_hash(&self, digest: &State<V>) -> u32 {
        let (mut state, mut w) = begin_second(digest);
        unroll!(I in 0..60 {
            round(&mut state, I + 1, w[(I + 1) % 16].add(V::splat(K[I + 1])));
            extend_second(&mut w, I + 2);
        });
        self.passing(&state)
    }

    /// [`Self::second_hash`] of one version beside [`first_hash`] of the next: a round waits for the round before it,
    /// and the other one's fills the time.
    #[inline(always)]
    fn both_hashes(&self, first: &mut State<V>, schedule: &Schedule<V>, digest: &State<V>) -> u32 {
        let (mut second, mut w) = begin_second(digest);
        unroll!(I in 0..60 {
            round(first, I + 4, V::load(&schedule[I + 4]));
            round(&mut second, I + 1, w[(I + 1) % 16].add(V::splat(K[I + 1])));
            extend_second(&mut w, I + 2);
        });
        self.passing(&second)
    }

    /// Word h after round 63 is word e after round 60, which stands at place 7.
    #[inline(always)]
    fn passing(&self, state: &State<V>) -> u32 {
        state[7].add(V::splat(INITIAL_STATE[7])).swap_bytes().at_most(self.limit)
    }
}

/// Rounds 4–63 of the second block. Little code matters more than no loop: what a group needs must fit in the
/// processor's cache of decoded instructions.
#[inline(always)]
fn first_hash<V: Vector>(state: &mut State<V>, schedule: &Schedule<V>) {
    unroll!(I in [4 5 6 7] { round(state, I, V::load(&schedule[I])); });
    for words in schedule[8..].chunks_exact(8) {
        unroll!(I in [0 1 2 3 4 5 6 7] { round(state, I, V::load(&words[I])); });
    }
}

/// State after round 0, and message block, of the second hash.
#[inline(always)]
fn begin_second<V: Vector>(digest: &State<V>) -> (State<V>, [V; 16]) {
    let mut w = [V::splat(0); 16];
    w[..8].copy_from_slice(digest);
    w[8] = V::splat(PADDING);
    w[15] = V::splat(DIGEST_BITS);
    let mut state = [V::splat(0); 8];
    for (vector, word) in state.iter_mut().zip(INITIAL_STATE) {
        *vector = V::splat(word);
    }
    round(&mut state, 0, w[0].add(V::splat(K[0])));
    (state, w)
}

/// Forms word `i` where the block does not have it: one round before it is needed, so that no round waits for it.
#[inline(always)]
fn extend_second<V: Vector>(w: &mut [V; 16], i: usize) {
    if (16..=60).contains(&i) {
        extend(w, i);
    }
}

/// Round `i`. The state does not move: what is word a in round 0 stands at place −i mod 8 in round i, and so on.
#[inline(always)]
fn round<V: Vector>(s: &mut State<V>, i: usize, kw: V) {
    let at = |role: usize| (role + 64 - i) % 8;
    let [a, b, c, d, e, f, g, h] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)];
    let choice = V::choose(s[e], s[f], s[g]);
    let sum1 = V::xor3(s[e].rotate_right::<6, 26>(), s[e].rotate_right::<11, 21>(), s[e].rotate_right::<25, 7>());
    // What is ready last is added last.
    let t1 = s[h].add(kw).add(choice).add(sum1);
    let majority = V::majority(s[a], s[b], s[c]);
    let sum0 = V::xor3(s[a].rotate_right::<2, 30>(), s[a].rotate_right::<13, 19>(), s[a].rotate_right::<22, 10>());
    s[d] = s[d].add(t1);
    s[h] = t1.add(majority.add(sum0));
}

/// Word `i` of the message schedule in place of word `i − 16`.
#[inline(always)]
fn extend<V: Vector>(w: &mut [V; 16], i: usize) {
    let (near, far) = (w[(i + 14) % 16], w[(i + 1) % 16]);
    let s0 = V::xor3(far.rotate_right::<7, 25>(), far.rotate_right::<18, 14>(), far.shift_right::<3>());
    let s1 = V::xor3(near.rotate_right::<17, 15>(), near.rotate_right::<19, 13>(), near.shift_right::<10>());
    w[i % 16] = w[i % 16].add(w[(i + 9) % 16]).add(s0).add(s1);
}
