//! What a kernel is given, and which one is used.

use core::array;
use core::ops::Range;
use std::sync::OnceLock;

use sha2::block_api::compress256;

use super::work::{INITIAL_STATE, Work};
use super::{Prepared, Template, VersionRoll, portable, sha256d};

/// One way to search; all give the same answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Kind);

/// What only runs on some processors carries the proof that this is one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Plain Rust, any processor.
    Portable,
    /// Eight lanes.
    #[cfg(target_arch = "x86_64")]
    Avx2(super::avx2::Avx2),
    /// Sixteen lanes.
    #[cfg(target_arch = "x86_64")]
    Avx512(super::avx512::Avx512),
    /// The SHA extensions of x86.
    #[cfg(target_arch = "x86_64")]
    ShaNi(super::sha_ni::ShaNi),
}

impl Kernel {
    /// The fastest kernel this machine can run that passes its self-test.
    pub fn best() -> Self {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| {
            Self::available().into_iter().rev().find(|kernel| kernel.passes_self_test()).unwrap_or(Self(Kind::Portable))
        })
    }

    /// All kernels this machine can run, the portable one first.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors have the portable kernel only")]
        let mut kernels = vec![Self(Kind::Portable)];
        #[cfg(target_arch = "x86_64")]
        kernels.extend(super::avx2::Avx2::detect().map(Kind::Avx2).map(Self));
        #[cfg(target_arch = "x86_64")]
        kernels.extend(super::avx512::Avx512::detect().map(Kind::Avx512).map(Self));
        #[cfg(target_arch = "x86_64")]
        kernels.extend(super::sha_ni::ShaNi::detect().map(Kind::ShaNi).map(Self));
        kernels
    }

    /// The kernel of this name, if this machine can run it.
    pub fn named(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|kernel| kernel.name() == name)
    }

    /// Its name, as the command line takes it.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::ShaNi(_) => "sha-ni",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(_) => "avx512",
        }
    }

    /// Lowest index in `range` whose hash has its 32 most significant bits at most `limit`.
    pub(super) fn scan(self, work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
        match self.0 {
            Kind::Portable => portable::scan(work, limit, range),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(kernel) => kernel.scan(work, limit, range),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(kernel) => kernel.scan(work, limit, range),
            #[cfg(target_arch = "x86_64")]
            Kind::ShaNi(kernel) => kernel.scan(work, limit, range),
        }
    }

    /// One SHA-256 compression of each state with its block, whose words are as SHA-256 reads them, big-endian.
    pub(super) fn compress(self, states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
        match self.0 {
            Kind::Portable => compress_each(states, blocks),
            #[cfg(target_arch = "x86_64")]
            Kind::ShaNi(kernel) => kernel.compress(states, blocks),
        }
    }

    /// Whether both operations give what the `sha2` crate gives.
    fn passes_self_test(self) -> bool {
        self.compresses() && self.scans()
    }

    /// Compares compressions in every number of lanes with the `sha2` crate.
    fn compresses(self) -> bool {
        const MOST: usize = 9;
        let blocks: [[u32; 16]; MOST] =
            array::from_fn(|lane| array::from_fn(|i| 0x9e37_79b9_u32.wrapping_mul((16 * lane + i) as u32)));
        (1..=MOST).all(|lanes| {
            let mut states = [INITIAL_STATE; MOST];
            let mut expected = states;
            self.compress(&mut states[..lanes], &blocks[..lanes]);
            compress_each(&mut expected[..lanes], &blocks[..lanes]);
            states == expected
        })
    }

    /// Compares all hits among the first candidates of one header with the `sha2` crate, for every roll.
    fn scans(self) -> bool {
        const CANDIDATES: u64 = 64;
        const LIMIT: u32 = u32::MAX / 4;
        [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight].into_iter().all(|roll| {
            let template = Template { header: array::from_fn(|i| i as u8), roll };
            let work = Prepared::new(&template).work;
            let mut from = 0;
            (0..CANDIDATES).filter(|&index| top_bits(&sha256d(&template.header_at(index))) <= LIMIT).all(|index| {
                let hit = self.scan(&work, LIMIT, from..CANDIDATES);
                from = index + 1;
                hit == Some(index)
            }) && self.scan(&work, LIMIT, from..CANDIDATES).is_none()
        })
    }
}

/// Compressions by the `sha2` crate.
fn compress_each(states: &mut [[u32; 8]], blocks: &[[u32; 16]]) {
    for (state, block) in states.iter_mut().zip(blocks) {
        compress256(state, block.map(u32::to_be_bytes).as_flattened().as_chunks().0);
    }
}

/// The 32 most significant bits of a hash in internal byte order.
fn top_bits(hash: &[u8; 32]) -> u32 {
    let [.., a, b, c, d] = *hash;
    u32::from_le_bytes([a, b, c, d])
}
