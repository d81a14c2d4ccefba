//! Plain Rust: eight candidates side by side, in loops that compilers turn into vector instructions.

use core::array::from_fn;
use core::ops::Range;

use super::kernel::Kernel;
use super::work::{DIGEST_BITS, HEADER_BITS, INITIAL_STATE, K, PADDING, Work, sigma0, sigma1};

const LANES: usize = 8;
/// One word of each lane.
type Word = [u32; LANES];

/// The kernel.
pub(super) const KERNEL: Kernel = Kernel::new("portable", scan);

/// See [`Kernel::scan`].
fn scan(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    let first = range.start - range.start % LANES as u64;
    (first..range.end).step_by(LANES).find_map(|base| {
        let passing = top_words(work, base).map(|top| top <= limit);
        (base..).zip(passing).find_map(|(index, passes)| (passes && range.contains(&index)).then_some(index))
    })
}

/// The 32 most significant hash bits of the candidates from `base` on.
fn top_words(work: &Work, base: u64) -> Word {
    let version = |lane: usize| ((base + lane as u64) % work.versions) as usize;
    let nonce = |lane: usize| ((base + lane as u64) / work.versions) as u32;

    let midstate: [Word; 8] = from_fn(|i| from_fn(|lane| work.midstates[version(lane)][i]));
    let mut block = [[0; LANES]; 16];
    for (word, value) in block.iter_mut().zip(work.tail) {
        *word = [value; LANES];
    }
    // The nonce is little-endian in the header, but SHA-256 reads big-endian words.
    block[3] = from_fn(|lane| nonce(lane).swap_bytes());
    block[4] = [PADDING; LANES];
    block[15] = [HEADER_BITS; LANES];
    let digest = compress(&midstate, block);

    let mut block = [[0; LANES]; 16];
    block[..8].copy_from_slice(&digest);
    block[8] = [PADDING; LANES];
    block[15] = [DIGEST_BITS; LANES];
    let hash = compress(&INITIAL_STATE.map(|word| [word; LANES]), block);
    hash[7].map(u32::swap_bytes)
}

/// SHA-256 compression in every lane. Source: FIPS 180-4 § 6.2.2.
fn compress(initial: &[Word; 8], mut w: [Word; 16]) -> [Word; 8] {
    let mut state = *initial;
    for start in (0..64).step_by(16) {
        for i in 0..16 {
            if start > 0 {
                w[i] = extend(&w, i);
            }
            round(&mut state, i, K[start + i], &w[i]);
        }
    }
    from_fn(|i| from_fn(|lane| state[i][lane].wrapping_add(initial[i][lane])))
}

/// The next word of the message schedule in place of the oldest, word `i`.
#[inline]
fn extend(w: &[Word; 16], i: usize) -> Word {
    let (near, far) = (&w[(i + 14) % 16], &w[(i + 1) % 16]);
    from_fn(|l| w[i][l].wrapping_add(sigma0(far[l])).wrapping_add(w[(i + 9) % 16][l]).wrapping_add(sigma1(near[l])))
}

/// Round `i`: instead of moving the eight state words by one place, their roles move.
#[inline]
fn round(state: &mut [Word; 8], i: usize, k: u32, w: &Word) {
    let role = |n: usize| (n + 8 - i % 8) % 8;
    let [a, b, c, d, e, f, g, h] = from_fn(role);
    for l in 0..LANES {
        let s = |n: usize| state[n][l];
        let sum1 = s(e).rotate_right(6) ^ s(e).rotate_right(11) ^ s(e).rotate_right(25);
        let choice = (s(e) & s(f)) ^ (!s(e) & s(g));
        let t1 = s(h).wrapping_add(sum1).wrapping_add(choice).wrapping_add(k).wrapping_add(w[l]);
        let sum0 = s(a).rotate_right(2) ^ s(a).rotate_right(13) ^ s(a).rotate_right(22);
        let majority = (s(a) & s(b)) ^ (s(a) & s(c)) ^ (s(b) & s(c));
        state[d][l] = s(d).wrapping_add(t1);
        state[h][l] = t1.wrapping_add(sum0).wrapping_add(majority);
    }
}
