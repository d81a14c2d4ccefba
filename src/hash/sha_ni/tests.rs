//! The upper halves of vector registers, which must be clean where SHA instructions run.

use core::arch::asm;
use core::arch::x86_64::{__cpuid_count, _xgetbv};

use super::super::{Kernel, Prepared, Template, VersionRoll};

/// Without the feature, so that the compiler does not use the registers it is to look at.
///
/// # Safety
/// The processor must have AVX.
unsafe fn upper_halves() -> [[u64; 2]; 16] {
    let mut halves = [[u64::MAX; 2]; 16];
    // SAFETY: writes the 16 halves and changes no register.
    unsafe {
        asm!(
            ".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
            r"vextractf128 xmmword ptr [{halves} + 16*\i], ymm\i, 1",
            ".endr",
            halves = in(reg) halves.as_mut_ptr(),
            options(nostack)
        );
    }
    halves
}

#[target_feature(enable = "xsave")]
fn features_in_use() -> u64 {
    // SAFETY: only called where the processor has this register.
    unsafe { _xgetbv(1) }
}

#[test]
fn every_kernel_leaves_upper_halves_clean() {
    /// Upper halves of the sixteen YMM registers, and of the sixteen ZMM registers that these are the lower half of.
    const UPPER_HALVES: u64 = 1 << 2 | 1 << 6;
    if !is_x86_feature_detected!("avx") {
        return;
    }
    let reports_use = is_x86_feature_detected!("xsave") && __cpuid_count(13, 1).eax >> 2 & 1 == 1;
    let rolls = [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight];
    for (kernel, roll) in Kernel::available().into_iter().flat_map(|kernel| rolls.map(|roll| (kernel, roll))) {
        let work = Prepared::new(&Template { header: [7; 80], roll }).work;
        for limit in [0, u32::MAX] {
            // SAFETY: AVX was found, and the register is there.
            unsafe {
                kernel.scan(&work, limit, 3..50);
                assert_eq!(upper_halves(), [[0; 2]; 16]);
                assert!(!reports_use || features_in_use() & UPPER_HALVES == 0);
            }
        }
    }
}
