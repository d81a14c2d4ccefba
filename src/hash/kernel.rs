//! The ways to search that this machine has, and which one is used.

use core::fmt;
use core::hint::black_box;
use core::ops::Range;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::work::Work;
use super::{Prepared, Template, VersionRoll, portable, sha256d};

/// One way to search; all give the same answers.
#[derive(Clone, Copy)]
pub struct Kernel {
    name: &'static str,
    scan: Scan,
}

/// Lowest index in the range whose hash has its 32 most significant bits at most the limit.
type Scan = fn(&Work, limit: u32, Range<u64>) -> Option<u64>;

impl PartialEq for Kernel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Kernel {}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Kernel {
    /// The fastest kernel of this machine among those that pass their self-test, by a trial of 2 ms when it is first
    /// asked for. The choice changes no result.
    pub fn best() -> Self {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(Self::choose)
    }

    /// All kernels this machine can run, the portable one first.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors have the portable kernel only")]
        let mut kernels = vec![portable::KERNEL];
        #[cfg(target_arch = "x86_64")]
        {
            use super::{avx2, avx512, sha_ni};
            kernels.extend([avx2::detect(), avx512::detect(), sha_ni::detect()].into_iter().flatten());
            #[cfg(feature = "asm")]
            kernels.extend(super::sha_ni_asm::detect());
        }
        #[cfg(target_arch = "aarch64")]
        kernels.extend(super::sha_arm::detect());
        kernels
    }

    /// The kernel of this name, if this machine can run it and it passes its self-test.
    pub fn named(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|kernel| kernel.name == name && kernel.passes_self_test())
    }

    /// Its name, as the command line takes it.
    pub fn name(self) -> &'static str {
        self.name
    }

    pub(super) const fn new(name: &'static str, scan: Scan) -> Self {
        Self { name, scan }
    }

    /// Lowest index in `range` whose hash has its 32 most significant bits at most `limit`.
    pub(super) fn scan(self, work: &Work, limit: u32, range: Range<u64>) -> Option<u64> {
        (self.scan)(work, limit, range)
    }

    fn choose() -> Self {
        const TRIAL: Duration = Duration::from_millis(2);
        let sound: Vec<Self> = Self::available().into_iter().filter(|kernel| kernel.passes_self_test()).collect();
        let share = TRIAL / sound.len().max(1) as u32;
        sound.into_iter().min_by_key(|kernel| kernel.shortest_scan(share)).unwrap_or(portable::KERNEL)
    }

    /// Compares all hits among the first candidates of one header with the `sha2` crate, for every roll.
    fn passes_self_test(self) -> bool {
        const CANDIDATES: u64 = 200;
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

    /// The least time a scan of a few candidates took during a trial.
    fn shortest_scan(self, trial: Duration) -> Duration {
        const CANDIDATES: u64 = 256;
        let work = Prepared::new(&Template { header: [0; 80], roll: VersionRoll::Four }).work;
        let mut shortest = Duration::MAX;
        let start = Instant::now();
        while start.elapsed() < trial {
            let scan = Instant::now();
            black_box(self.scan(black_box(&work), 0, 0..CANDIDATES));
            shortest = shortest.min(scan.elapsed());
        }
        shortest
    }
}

/// The 32 most significant bits of a hash in internal byte order.
fn top_bits(hash: &[u8; 32]) -> u32 {
    let [.., a, b, c, d] = *hash;
    u32::from_le_bytes([a, b, c, d])
}
