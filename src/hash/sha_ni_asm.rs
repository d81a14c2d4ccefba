//! The SHA extensions of x86 in assembly, for headers with rolled versions.
//!
//! **What is computed.** Rolled versions of one nonce differ only in the midstate, so they share the round words of
//! the header's second block. A candidate costs two compressions of 64 rounds, and `sha256rnds2` does two rounds:
//!
//! * First compression: rounds 0–3 are done once per search, because the nonce enters in round 3 and is there merely
//!   added to `a` and `e`. Rounds 4–63 are left: 30 instructions.
//! * Second compression: round 0 merely adds word 0 to `a` and `e` of a constant state. The top word of the hash is
//!   `h` after round 63, which is `e` after round 60. Rounds 1–60 are left: again 30. The message schedule is
//!   therefore kept in quarters of words 1–4, 5–8 … 57–60; its recurrence does not care where a quarter begins.
//! * Words that are padding, or follow from padding alone, are constants, and what they add is left out.
//!
//! The assembly ([`pipeline`]) reports nonces of which some version has a top word within the limit; what lies
//! outside the range is dropped here.
#![expect(unsafe_code, reason = "assembly, and functions with target features, need a processor known to fit")]

mod frame;
mod pipeline;

use core::ops::Range;

use super::kernel::Kernel;
use super::sha_ni;
use super::work::Work;
use frame::Frame;

/// The kernel, where the processor has the SHA extensions and AVX, whose three-operand forms the assembly uses.
pub(super) fn detect() -> Option<Kernel> {
    // SAFETY: only this function gives the closure away, after finding every feature that `scan` enables.
    let kernel = Kernel::new("sha-ni-asm", |work, limit, range| unsafe { scan(work, limit, range) });
    sha_ni::detected().then_some(kernel)
}

/// Searches whole nonces and drops what lies outside the range. Without rolled versions the intrinsics do the work.
///
/// The upper halves of vector registers, which would slow the SHA instructions down, are clean: see [`sha_ni`].
#[inline(never)]
#[target_feature(enable = "sha,avx")]
fn scan(work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
    if work.versions == 1 || range.is_empty() {
        return sha_ni::scan(work, limit, range);
    }
    let mut frame = Frame::new(work, limit);
    let k = work.versions;
    let (mut nonce, end) = (range.start / k, range.end.div_ceil(k));
    while nonce < end {
        // SAFETY: the frame has all versions up to `k`, which is 4 or 8, there is at least one nonce, and this function
        // runs where SHA extensions and AVX are.
        let hit = unsafe { pipeline::search(&mut frame, &frame::CONSTANTS, end - nonce, nonce as u32, k as u32) };
        if hit.versions == 0 {
            return None;
        }
        nonce += hit.nonce;
        let mut hits = (0..k).filter(|version| hit.versions >> version & 1 == 1).map(|version| nonce * k + version);
        let found = hits.find(|index| range.contains(index));
        if found.is_some() {
            return found;
        }
        nonce += 1;
    }
    None
}
