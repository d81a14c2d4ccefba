//! The pipeline in assembly, for Zen 3, of which this is known:
//!
//! * `sha256rnds2` takes four cycles, and one can start per cycle, on two pipes. A compression is one chain of them, so
//!   four chains keep the pipes busy. All else fits beside the 60 cycles of the rounds if it is spread evenly: with the
//!   rounds it is 196 vector operations per hash on four pipes (185 with eight versions), and 53 cycles of dispatch.
//! * Vector instructions are dealt out to two schedulers in turn, and each has one of the two pipes. An odd number of
//!   them between rounds would pile up the rounds on one side; loads are not dealt out.
//! * A stored word can be loaded nine cycles later; a quarter (two round pairs of four chains) takes eight.
//! * `sha256msg2` is microcode that has a cycle of dispatch to itself: in register form, and several in a row.
//! * An instruction of more than eight bytes costs dispatch.
//!
//! So two pairs of chains run side by side. One pair is in its *first* compression: both versions take the same
//! words, from memory. The other is in its *second*, on schedules in registers: three for each chain, eight for
//! states, `xmm0` for the words of a round and one for the schedule of the next nonce are exactly sixteen, and the
//! arithmetic of schedules is spread over all of the time. Both compressions take 30 round pairs: a *phase*.
//!
//! * The rounds of a pair of chains stand side by side, with nothing or a load between. For that, all words of rounds
//!   come from memory, which also saves shuffling the upper half of a quarter down; two chains, two schedulers.
//! * A quarter of a schedule is computed four quarters before its rounds, the `sha256msg2` of both chains together.
//! * A pair that has finished its first compression rests for a phase in memory. At the end of that phase, when the
//!   schedules of the others are finished, it is handed over: its words and state for the second compression are
//!   ready long before they are needed, and no chain ever waits. (A chain that went on at once would wait for its
//!   last round, two shuffles and adds; with four chains and no fifth, nothing could use that time.)
//! * Hot operands lie within 128 bytes of a base register or belong to instructions of short encoding.
//!
//! Measured is it on Zen 5 only, whose SHA unit starts one `sha256rnds2` per two cycles: 124 cycles per hash, of which
//! the unit needs 120. There the order of instructions hardly matters, but the phase of rest saves four cycles.

use core::arch::naked_asm;
use core::mem::offset_of;

use super::frame::{ChainQuarters, Constants, Frame, NonceWords, Scratch, Version};

/// Which versions of which nonce, counted from the first searched, have a hash within the limit.
#[repr(C)]
pub(super) struct Hit {
    /// One bit per version; none if no nonce has any.
    pub versions: u64,
    /// The nonce.
    pub nonce: u64,
}

/// Searches `nonces` nonces from `first` on, all `k` versions of each, until one has a hit.
///
/// # Safety
/// The processor must have the SHA extensions and AVX; `k` is 4 or 8, the frame's first `k` versions are written, and
/// `nonces` is not zero.
///
/// Registers: `rdi` frame, `rsi` constants, `rdx` and `rcx` round words of this nonce and the next (their middle, so
/// that all are within reach of a short displacement), `r8` nonces left, `r10d` next nonce. `xmm0` holds words of rounds
/// and what is done with between two of them. `xmm1`–`xmm4` are the states of the pair in its first compression,
/// `xmm5`–`xmm8` of the pair in its second: per chain a register that has (f, e, b, a) and one that has (h, g, d, c)
/// before an even round pair, reversed before an odd one. `xmm9`–`xmm11` and `xmm12`–`xmm14` are schedules of the two
/// chains in the second compression, `xmm15` is the next nonce's.
///
/// In the macros, `v` is a version, the first of a pair of them; `j` counts quarters.
#[unsafe(naked)]
pub(super) unsafe extern "sysv64" fn search(
    frame: &mut Frame,
    constants: &Constants,
    nonces: u64,
    first: u32,
    k: u32,
) -> Hit {
    naked_asm!(
        r"
        // ---- First compression (p): quarter j has rounds 4j+4 to 4j+7; one load serves both chains.
        .macro hashwatt_p_word j at
        .if \j < 3
            vmovq xmm0, qword ptr [rsi + {first} + 16*\j + 16 + \at]
        .else
            vmovq xmm0, qword ptr [rdx - 128 + 16*\j - 48 + \at]
        .endif
        .endm
        .macro hashwatt_p_low j
            hashwatt_p_word \j, 0
            sha256rnds2 xmm2, xmm1
            sha256rnds2 xmm4, xmm3
        .endm
        .macro hashwatt_p_high j
            hashwatt_p_word \j, 8
            sha256rnds2 xmm1, xmm2
            sha256rnds2 xmm3, xmm4
        .endm
        // State after round 3: constant but for the nonce in a and e.
        .macro hashwatt_p_start v x0=xmm1 y0=xmm2 x1=xmm3 y1=xmm4
            vmovddup \x1, qword ptr [rdx + 64]
            vpaddd \x0, \x1, [rdi + {versions} + {abef} + {version}*\v]
            vpaddd \x1, \x1, [rdi + {versions} + {abef} + {version}*\v + {version}]
            vmovdqa \y0, [rdi + {versions} + {cdgh} + {version}*\v]
            vmovdqa \y1, [rdi + {versions} + {cdgh} + {version}*\v + {version}]
        .endm
        .macro hashwatt_p_end v x0=xmm1 y0=xmm2 x1=xmm3 y1=xmm4
            vmovdqa [rdi + {digests} + 32*\v], \x0
            vmovdqa [rdi + {digests} + 32*\v + 16], \y0
            vmovdqa [rdi + {digests} + 32*\v + 32], \x1
            vmovdqa [rdi + {digests} + 32*\v + 48], \y1
        .endm

        // ---- Second compression (q): quarter j has rounds and words 4j+1 to 4j+4. Words 9-14 are zero.
        .macro hashwatt_q_start
            vmovdqa xmm5, [rdi + {start_0}]
            vmovdqa xmm6, [rsi + {second_cdgh}]
            vmovdqa xmm7, [rdi + {start_1}]
            vmovdqa xmm8, [rsi + {second_cdgh}]
        .endm
        .macro hashwatt_q_low j
        .if \j == 2 || \j == 3
            vmovq xmm0, qword ptr [rsi + {second} + 16*\j]
            sha256rnds2 xmm6, xmm5
            sha256rnds2 xmm8, xmm7
        .else
            vmovq xmm0, qword ptr [rdi + {words_0} + 16*\j]
            sha256rnds2 xmm6, xmm5
            vmovq xmm0, qword ptr [rdi + {words_1} + 16*\j]
            sha256rnds2 xmm8, xmm7
        .endif
        .endm
        .macro hashwatt_q_high j
        .if \j == 2
            vmovq xmm0, qword ptr [rsi + {second} + 16*\j + 8]
            sha256rnds2 xmm5, xmm6
            sha256rnds2 xmm7, xmm8
        .else
            vmovq xmm0, qword ptr [rdi + {words_0} + 16*\j + 8]
            sha256rnds2 xmm5, xmm6
            vmovq xmm0, qword ptr [rdi + {words_1} + 16*\j + 8]
            sha256rnds2 xmm7, xmm8
        .endif
        .endm
        .macro hashwatt_q_words j words quarter
            vpaddd xmm0, \quarter, [rsi + {second} + 16*\j]
            vmovdqa [rdi + \words + 16*\j], xmm0
        .endm
        // From a digest to the state after round 0 of its compression and to its words 1-4 (w1), 5-8 and 13-16, all of
        // which are the midstate plus the state after the first compression, shuffled, but for W16 = W0 + s0(W1).
        .macro hashwatt_hand_over v start words w1 w5 w13
            vmovdqa \w5, [rdi + {digests} + 32*\v + 16]
            vmovdqa \w13, [rdi + {digests} + 32*\v]
            vpshufb \w1, \w5, [rsi + {cd}]
            vpshufb \w5, \w5, [rsi + {gh}]
            vpaddd \w1, \w1, [rdi + {versions} + {word_1} + {version}*\v]
            vpshufb xmm0, \w13, [rsi + {be}]
            vpaddd \w1, \w1, xmm0
            vpshufb xmm0, \w13, [rsi + {aa}]
            vpaddd xmm0, xmm0, [rdi + {versions} + {second_state} + {version}*\v]
            vmovdqa [rdi + \start], xmm0
            vpaddd \w13, \w13, [rdi + {versions} + {midstate} + {version}*\v]
            vpaddd \w5, \w5, [rdi + {versions} + {word_5} + {version}*\v]
            vpblendw \w5, \w5, \w13, 0x03
            sha256msg1 \w13, \w1
            vpblendw \w13, \w13, [rsi + {padding}], 0x3f
            hashwatt_q_words 0, \words, \w1
            hashwatt_q_words 1, \words, \w5
            hashwatt_q_words 3, \words, \w13
        .endm

        // ---- A quarter in which the schedules of both chains are extended by quarter i = j + 4, four ahead.
        // (c, b, f) are a chain's last quarter, the one before it, and what becomes the new one:
        // f = msg2(sum[i] + (b, c shifted by a word), c), sum[i+2] = msg1(b, c).
        .macro hashwatt_extend j i c0 b0 f0 c1 b1 f1
            hashwatt_p_low \j
        .if \i == 4
            // Words 1-4, 5-8, 13-16 are in b, f, c; 9-12 are zero, and msg1 takes only the lowest word, zero, of c.
            sha256msg1 \b0, \f0
            sha256msg1 \b1, \f1
            sha256msg2 \b0, \c0
            sha256msg2 \b1, \c1
        .elseif \i == 5
            vpalignr xmm0, \c0, \b0, 4
            vpaddd \f0, \f0, xmm0
            vpalignr xmm0, \c1, \b1, 4
            vpaddd \f1, \f1, xmm0
            sha256msg2 \f0, \c0
            sha256msg2 \f1, \c1
        .else
            vpalignr \f0, \c0, \b0, 4
            vpalignr \f1, \c1, \b1, 4
        .if \i > 6
            vpaddd \f0, \f0, [rdi + {sums_0} + 16*\i]
            vpaddd \f1, \f1, [rdi + {sums_1} + 16*\i]
        .endif
            sha256msg2 \f0, \c0
            sha256msg2 \f1, \c1
        .endif
            hashwatt_q_low \j
        .if \i == 4
            sha256msg1 \f0, \c0
            sha256msg1 \f1, \c1
        .elseif \i < 13
            sha256msg1 \b0, \c0
            sha256msg1 \b1, \c1
            vmovdqa [rdi + {sums_0} + 16*\i + 32], \b0
            vmovdqa [rdi + {sums_1} + 16*\i + 32], \b1
        .endif
            hashwatt_p_high \j
        .if \i == 4
            hashwatt_q_words \i, {words_0}, \b0
            hashwatt_q_words \i, {words_1}, \b1
        .else
            hashwatt_q_words \i, {words_0}, \f0
            hashwatt_q_words \i, {words_1}, \f1
        .endif
            hashwatt_q_high \j
        .endm

        // ---- Quarter j of the next nonce's schedule, words 4j to 4j+3; the last is in xmm15, two are in memory.
        .macro hashwatt_next j
        .if \j == 4
            // Word 3 is the nonce, W18 = s0(W3) + constant, W19 = W3 + constant: the integer units are idle anyway.
            mov eax, r10d
            bswap eax
            inc r10d
            mov r9d, eax
            ror r9d, 11
            xor r9d, eax
            ror r9d, 7
            mov r11d, eax
            shr r11d, 3
            xor r9d, r11d
            add r9d, [rdi + {constant_18}]
            mov r11d, eax
            add r11d, [rdi + {constant_18} + 4]
            shl rax, 32
            shl r11, 32
            or r11, r9
            mov [rcx + 64], rax
            mov [rdi + {word_18}], r11
            vmovdqa xmm15, [rdi + {word_16}]
            vmovhps xmm15, xmm15, qword ptr [rdi + {word_18}]
            vmovdqa xmm0, xmm15
        .elseif \j > 4
        .if \j == 5
            vmovdqa xmm0, [rdi + {word_20}]
        .else
            vpalignr xmm0, xmm15, [rdi + {quarters} + 16*(\j - 2*(\j / 2))], 4
        .endif
        .if \j == 7
            vpaddd xmm0, xmm0, [rdi + {word_28}]
        .elseif \j > 7
            vpaddd xmm0, xmm0, [rdi + {sums} + 16*\j]
        .endif
            sha256msg2 xmm0, xmm15
        .if \j < 13
            sha256msg1 xmm15, xmm0
            vmovdqa [rdi + {sums} + 16*\j + 48], xmm15
        .endif
        .if \j < 15
            vmovdqa xmm15, xmm0
        .endif
        .endif
        .if \j > 0
        .if \j < 14
            vmovdqa [rdi + {quarters} + 16*(\j - 2*(\j / 2))], xmm0
        .endif
            vpaddd xmm0, xmm0, [rsi + {first} + 16*\j]
            vmovdqa [rcx - 128 + 16*\j - 64], xmm0
        .endif
        .endm

        // ---- A phase: the first compression of versions v and v+1, the second of what was handed over. At its end,
        // where its own schedules are finished, versions next and next+1 are handed over to the phase that follows,
        // and the next nonce's schedule is extended (by the quarters n0 to n5).
        .macro hashwatt_phase v next n0=0 n1=0 n2=0 n3=0 n4=0 n5=0
            hashwatt_p_start \v
            hashwatt_q_start
            hashwatt_extend 0, 4, xmm11, xmm9, xmm10, xmm14, xmm12, xmm13
            hashwatt_extend 1, 5, xmm9, xmm11, xmm10, xmm12, xmm14, xmm13
            hashwatt_extend 2, 6, xmm10, xmm9, xmm11, xmm13, xmm12, xmm14
            hashwatt_extend 3, 7, xmm11, xmm10, xmm9, xmm14, xmm13, xmm12
            hashwatt_extend 4, 8, xmm9, xmm11, xmm10, xmm12, xmm14, xmm13
            hashwatt_extend 5, 9, xmm10, xmm9, xmm11, xmm13, xmm12, xmm14
            hashwatt_next \n0
            hashwatt_extend 6, 10, xmm11, xmm10, xmm9, xmm14, xmm13, xmm12
            hashwatt_extend 7, 11, xmm9, xmm11, xmm10, xmm12, xmm14, xmm13
            hashwatt_extend 8, 12, xmm10, xmm9, xmm11, xmm13, xmm12, xmm14
            hashwatt_next \n1
            hashwatt_extend 9, 13, xmm11, xmm10, xmm9, xmm14, xmm13, xmm12
            hashwatt_extend 10, 14, xmm9, xmm11, xmm10, xmm12, xmm14, xmm13
            hashwatt_p_low 11
            hashwatt_next \n2
            hashwatt_q_low 11
            hashwatt_p_high 11
            hashwatt_next \n3
            hashwatt_q_high 11
            hashwatt_p_low 12
            hashwatt_hand_over \next, {start_0}, {words_0}, xmm9, xmm10, xmm11
            hashwatt_q_low 12
            hashwatt_p_high 12
            hashwatt_next \n4
            hashwatt_q_high 12
            hashwatt_p_low 13
            hashwatt_hand_over (\next+1), {start_1}, {words_1}, xmm12, xmm13, xmm14
            hashwatt_q_low 13
            hashwatt_p_high 13
            hashwatt_next \n5
            hashwatt_q_high 13
            hashwatt_p_low 14
            hashwatt_q_low 14
            hashwatt_p_high 14
            hashwatt_q_high 14
            hashwatt_p_end \v
        .endm
        // Two phases give four words e, plus the initial h, bytes reversed: top words of the hashes. The bits of eax
        // say which are within the limit.
        .macro hashwatt_first_half
            vpunpckldq xmm0, xmm5, xmm7
            vmovhps qword ptr [rdi + {half}], xmm0
        .endm
        .macro hashwatt_second_half
            vpunpckldq xmm0, xmm5, xmm7
            vmovlps xmm0, xmm0, qword ptr [rdi + {half}]
            vpaddd xmm0, xmm0, [rsi + {h}]
            vpshufb xmm0, xmm0, [rsi + {swap}]
            vpminud xmm5, xmm0, [rdi + {limit}]
            vpcmpeqd xmm0, xmm0, xmm5
            vmovmskps eax, xmm0
        .endm

        // ---- Before the first phase: the first nonce's schedule, and the first compression of its versions 0-3, all
        // four chains at once, with the second nonce's schedule.
            mov r10d, ecx
            mov [rdi + {k}], r8d
            mov [rdi + {nonces}], rdx
            mov r8, rdx
            lea rcx, [rdi + {this_nonce} + 128]
            .irp j, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
            hashwatt_next \j
            .endr
            mov rdx, rcx
            lea rcx, [rdi + {next_nonce} + 128]
            hashwatt_p_start 0
            hashwatt_p_start 2, xmm5, xmm6, xmm7, xmm8
            .irp j, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
            hashwatt_p_low \j
            sha256rnds2 xmm6, xmm5
            sha256rnds2 xmm8, xmm7
            .if \j < 12
            hashwatt_next (\j + 4)
            .endif
            hashwatt_p_high \j
            sha256rnds2 xmm5, xmm6
            sha256rnds2 xmm7, xmm8
            .endr
            hashwatt_p_end 0
            hashwatt_p_end 2, xmm5, xmm6, xmm7, xmm8
            hashwatt_hand_over 0, {start_0}, {words_0}, xmm9, xmm10, xmm11
            hashwatt_hand_over 1, {start_1}, {words_1}, xmm12, xmm13, xmm14
            cmp dword ptr [rdi + {k}], 8
            je 3f
            xchg rcx, rdx

        // ---- Four versions: the first compressions of a nonce with the second ones of the nonce before it.
            .p2align 6
        2:
            hashwatt_phase 0, 2, 4, 5, 6, 7, 8, 9
            hashwatt_first_half
            hashwatt_phase 2, 0, 10, 11, 12, 13, 14, 15
            hashwatt_second_half
            xchg rcx, rdx
            test eax, eax
            jnz 4f
            dec r8
            jnz 2b
            jmp 4f

        // ---- Eight versions: the first compressions of four with the second ones of the four before them.
            .p2align 6
        3:
            hashwatt_phase 4, 2
            hashwatt_first_half
            hashwatt_phase 6, 4
            hashwatt_second_half
            xchg rcx, rdx
            mov [rdi + {low_versions}], eax
            hashwatt_phase 0, 6, 4, 5, 6, 7, 8, 9
            hashwatt_first_half
            hashwatt_phase 2, 0, 10, 11, 12, 13, 14, 15
            hashwatt_second_half
            shl eax, 4
            or eax, [rdi + {low_versions}]
            jnz 4f
            dec r8
            jnz 3b

        4:
            mov rdx, [rdi + {nonces}]
            sub rdx, r8
            ret

            .irp name, p_word, p_low, p_high, p_start, p_end, q_start, q_low, q_high, q_words, hand_over, extend
            .purgem hashwatt_\name
            .endr
            .irp name, next, phase, first_half, second_half
            .purgem hashwatt_\name
            .endr
        ",
        first = const offset_of!(Constants, first),
        second = const offset_of!(Constants, second),
        cd = const offset_of!(Constants, cd),
        gh = const offset_of!(Constants, gh),
        be = const offset_of!(Constants, be),
        aa = const offset_of!(Constants, aa),
        swap = const offset_of!(Constants, swap),
        padding = const offset_of!(Constants, padding),
        second_cdgh = const offset_of!(Constants, cdgh),
        h = const offset_of!(Constants, h),
        limit = const offset_of!(Frame, limit),
        word_16 = const offset_of!(Frame, header.words_16_17),
        word_20 = const offset_of!(Frame, header.words_20_23),
        word_28 = const offset_of!(Frame, header.words_28_31),
        constant_18 = const offset_of!(Frame, header.words_18_19),
        versions = const offset_of!(Frame, versions),
        version = const size_of::<Version>(),
        abef = const offset_of!(Version, abef),
        cdgh = const offset_of!(Version, cdgh),
        midstate = const offset_of!(Version, midstate),
        second_state = const offset_of!(Version, second),
        word_1 = const offset_of!(Version, word_1),
        word_5 = const offset_of!(Version, word_5),
        quarters = const offset_of!(Scratch, quarters),
        word_18 = const offset_of!(Scratch, word_18),
        half = const offset_of!(Scratch, half),
        low_versions = const offset_of!(Scratch, low_versions),
        k = const offset_of!(Scratch, k),
        nonces = const offset_of!(Scratch, nonces),
        start_0 = const offset_of!(Scratch, starts),
        start_1 = const offset_of!(Scratch, starts) + 16,
        sums = const offset_of!(Scratch, sums),
        digests = const offset_of!(Scratch, digests),
        sums_0 = const offset_of!(Scratch, chain_sums),
        sums_1 = const offset_of!(Scratch, chain_sums) + size_of::<ChainQuarters>(),
        words_0 = const offset_of!(Scratch, chain_words),
        words_1 = const offset_of!(Scratch, chain_words) + size_of::<ChainQuarters>(),
        this_nonce = const offset_of!(Scratch, nonce_words),
        next_nonce = const offset_of!(Scratch, nonce_words) + size_of::<NonceWords>(),
    )
}
