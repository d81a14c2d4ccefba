//! What can be wrong with a chain, and what cannot be told from a file alone.

use core::fmt;

use crate::bitcoin::protocol::{CompactError, CompactTarget};

/// A hash (or a target) in internal byte order, displayed as explorers print it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BlockHash(pub [u8; 32]);

impl fmt::Display for BlockHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().rev().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlockHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A rule that does not hold, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}: {broken}")]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What was expected and what was found.
    #[source]
    pub broken: Broken,
}

/// Where a fault is. Headers and periods are numbered from 0, in the order of their files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At a header.
    Header {
        /// Its number in the file.
        number: usize,
        /// Its height, where it is known.
        height: Option<u32>,
    },
    /// At a retarget period, a row of `chain.csv`.
    Period {
        /// Its number in the table.
        number: usize,
        /// The height it states of its first block.
        first_height: u32,
    },
    /// The file as a whole.
    Chain,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { number, height: Some(height) } => write!(f, "header {number} (height {height})"),
            Self::Header { number, height: None } => write!(f, "header {number}"),
            Self::Period { number, first_height } => write!(f, "period {number} (from height {first_height})"),
            Self::Chain => write!(f, "the chain as a whole"),
        }
    }
}

/// A rule that does not hold: what was expected and what was found. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Broken {
    /// The link to the header before.
    #[error("it links to `{found}`, but the header before it has the hash `{expected}`")]
    Link {
        /// Hash of the header before.
        expected: BlockHash,
        /// The one it names.
        found: BlockHash,
    },
    /// The work.
    #[error("its hash `{hash}` is above its target `{target}`")]
    Target {
        /// Its hash.
        hash: BlockHash,
        /// What the hash may be at most.
        target: BlockHash,
    },
    /// The header's bits stand for no target.
    #[error("its {0}")]
    Bits(#[from] CompactError),
    /// Bits differ inside a period.
    #[error("it carries bits `{found:08x}`, its period has `{expected:08x}`")]
    PeriodBits {
        /// Those of its period.
        expected: u32,
        /// Its own.
        found: u32,
    },
    /// Bits after a retarget.
    #[error("it opens a period with bits `{found:08x}`, but bits and times of the period before give `{expected}`")]
    Retarget {
        /// By Bitcoin's integer arithmetic.
        expected: CompactTarget,
        /// Its own.
        found: u32,
    },
    /// Bits change where no period can begin.
    #[error(
        "bits change from `{before:08x}` to `{after:08x}`, but not a multiple of 2016 headers away from header \
         {boundary}, where a period begins"
    )]
    OffBoundary {
        /// Bits of the header before.
        before: u32,
        /// Its own.
        after: u32,
        /// The first header of the file that begins a period, judged by the changes of bits.
        boundary: usize,
    },
    /// The rule of the median time.
    #[error("its time {time} is not later than {median}, the median of the eleven before")]
    Median {
        /// Its time.
        time: u32,
        /// The median.
        median: u32,
    },
    /// Height 0 is something else than genesis.
    #[error("it is not genesis, the first block of the main network")]
    NotGenesis,
    /// Genesis at another height.
    #[error("it is genesis, whose height is 0")]
    IsGenesis,
    /// No header.
    #[error("there is no header")]
    Empty,
    /// Number of blocks.
    #[error("the periods count {claimed} blocks, but there are {found} headers")]
    Count {
        /// By the periods.
        claimed: u64,
        /// Headers in the file.
        found: u64,
    },
    /// Length of a period.
    #[error("it has {blocks} blocks; only the first and the last period may have less than 2016, and none more")]
    PeriodLength {
        /// Its blocks.
        blocks: u32,
    },
    /// Height of a period.
    #[error("it begins at height {found}, no multiple of 2016")]
    PeriodStart {
        /// The height stated.
        found: u32,
    },
    /// Periods that do not meet.
    #[error("it begins at height {found}, but the period before it ends below height {expected}")]
    PeriodGap {
        /// Where it must begin.
        expected: u64,
        /// Where it says it begins.
        found: u32,
    },
    /// Time of a period's first block.
    #[error("it states {claimed} as the time of its first block, whose header has {found}")]
    FirstTime {
        /// By the table.
        claimed: i64,
        /// By the header.
        found: i64,
    },
    /// Time of a period's last block.
    #[error("it states {claimed} as the time of its last block, whose header has {found}")]
    LastTime {
        /// By the table.
        claimed: i64,
        /// By the header.
        found: i64,
    },
    /// A target eased more than it can be.
    #[error("it eases its target by {shift} bits, which has room for {room}")]
    Shift {
        /// By the table.
        shift: u32,
        /// Leading zeros of the target.
        room: u32,
    },
    /// Periods of different cost.
    #[error(
        "its blocks cost {cost:.1} hashes on average and those of the first period {first:.1}: a run keeps them within a \
         factor of two"
    )]
    Cost {
        /// Mean hashes of its blocks.
        cost: f64,
        /// The same of the first period.
        first: f64,
    },
    /// Less than one hash per block.
    #[error("it claims {hashes} hashes for {blocks} blocks, each of which takes at least one")]
    FewHashes {
        /// Hashes claimed.
        hashes: u64,
        /// Its blocks.
        blocks: u32,
    },
    /// The sum of hashes.
    #[error(
        "{claimed} hashes are claimed where {expected:.0} are expected with a standard deviation of {deviation:.0}: \
         off by more than six of them"
    )]
    Hashes {
        /// Sum over the periods.
        claimed: u128,
        /// Mean of the law at these targets.
        expected: f64,
        /// Its standard deviation.
        deviation: f64,
    },
}

impl Broken {
    /// A stable name of the rule, for machines.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Link { .. } => "link",
            Self::Target { .. } => "target",
            Self::Bits(_) => "bits",
            Self::PeriodBits { .. } => "period_bits",
            Self::Retarget { .. } => "retarget",
            Self::OffBoundary { .. } => "off_boundary",
            Self::Median { .. } => "median_time",
            Self::NotGenesis | Self::IsGenesis => "genesis",
            Self::Empty => "empty",
            Self::Count { .. } => "count",
            Self::PeriodLength { .. } => "period_length",
            Self::PeriodStart { .. } => "period_start",
            Self::PeriodGap { .. } => "period_gap",
            Self::FirstTime { .. } => "period_first_time",
            Self::LastTime { .. } => "period_last_time",
            Self::Shift { .. } | Self::Cost { .. } => "shift",
            Self::FewHashes { .. } | Self::Hashes { .. } => "hashes",
        }
    }
}

/// Something that cannot be checked with what the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// What the first header links to.
    FirstLink,
    /// Times of the first headers: the eleven before them are not all there.
    FirstTimes(usize),
    /// The retarget at this header: its period begins before the file.
    FirstRetarget(usize),
    /// Neither a height nor a change of bits tells where periods begin.
    Boundaries,
    /// The height is not known: where periods begin was inferred from the changes of bits.
    Heights,
    /// The run began inside its first period: that period's first time is the table's word.
    FirstPeriodTime,
    /// Hashes tried cannot be counted again; their sum was compared with the odds.
    Attempts,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstLink => write!(f, "what the first header links to"),
            Self::FirstTimes(1) => write!(f, "the time of the first header: the eleven before it are not there"),
            Self::FirstTimes(n) => {
                write!(f, "the times of the first {n} headers: the eleven before each are not all there")
            }
            Self::FirstRetarget(n) => write!(f, "the retarget at header {n}: its period begins before the file"),
            Self::Boundaries => write!(
                f,
                "retargets: without a height and a change of bits, where periods begin is not known (--first-height)"
            ),
            Self::Heights => write!(
                f,
                "heights: none is known; where periods begin was inferred from the changes of bits (--first-height)"
            ),
            Self::FirstPeriodTime => write!(f, "the time at which the first period began, before the run did"),
            Self::Attempts => write!(f, "the hashes tried for each block; their sum was compared with the odds"),
        }
    }
}
