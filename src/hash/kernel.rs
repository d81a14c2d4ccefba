//! What a kernel is given, and which one is used.

use core::ops::Range;
use std::sync::OnceLock;

use super::work::Work;
use super::{Prepared, Template, VersionRoll, portable, sha256d};

/// One way to search; all give the same answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Kind);

/// What only runs on some processors carries the proof that this is one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Plain Rust, any processor.
    Portable,
    /// The SHA extensions of x86.
    #[cfg(target_arch = "x86_64")]
    ShaNi(super::sha_ni::ShaNi),
    /// The same in assembly.
    #[cfg(target_arch = "x86_64")]
    ShaNiAsm(super::sha_ni_asm::ShaNiAsm),
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
        {
            kernels.extend(super::sha_ni::ShaNi::detect().map(Kind::ShaNi).map(Self));
            kernels.extend(super::sha_ni_asm::ShaNiAsm::detect().map(Kind::ShaNiAsm).map(Self));
        }
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
            Kind::ShaNiAsm(_) => "sha-ni-asm",
        }
    }

    /// Lowest index in `range` whose hash has its 32 most significant bits at most `limit`.
    pub(super) fn scan(self, work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
        match self.0 {
            Kind::Portable => portable::scan(work, limit, range),
            #[cfg(target_arch = "x86_64")]
            Kind::ShaNi(kernel) => kernel.scan(work, limit, range),
            #[cfg(target_arch = "x86_64")]
            Kind::ShaNiAsm(kernel) => kernel.scan(work, limit, range),
        }
    }

    /// Compares all hits among the first candidates of one header with the `sha2` crate, for every roll.
    fn passes_self_test(self) -> bool {
        const CANDIDATES: u64 = 64;
        const LIMIT: u32 = u32::MAX / 4;
        [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight].into_iter().all(|roll| {
            let template = Template { header: core::array::from_fn(|i| i as u8), roll };
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

/// The 32 most significant bits of a hash in internal byte order.
fn top_bits(hash: &[u8; 32]) -> u32 {
    let [.., a, b, c, d] = *hash;
    u32::from_le_bytes([a, b, c, d])
}
