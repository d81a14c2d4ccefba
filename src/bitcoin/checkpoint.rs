//! Where the chain stood on a date: known facts of the real chain, embedded.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bitcoin::protocol::{CompactError, CompactTarget, RETARGET_INTERVAL, period_start};
use crate::calendar::Day;

/// State of the chain at midnight of a start day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainStart {
    /// Height of the last block before the start.
    pub height: u32,
    /// nBits of that block.
    pub bits: CompactTarget,
    /// Height of the first block of its retarget period.
    pub period_first_height: u32,
    /// Time stamp of that first block, seconds since 1970.
    pub period_first_time_unix: i64,
    /// Time stamp of the last block before the start, seconds since 1970.
    pub time_unix: i64,
}

/// Chain state at the start, stated by the user for dates outside the embedded table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartOverride {
    /// Height of the last block found before the start day began (a count). Required: any block explorer shows it.
    #[schemars(range(min = 0, max = 6_930_000))]
    pub height: u32,
    /// Compact target of that block as 8 hex digits, e.g. "17021ec5". Required: any block explorer shows it as "bits".
    #[schemars(regex(pattern = r"^[0-9a-fA-F]{8}$"))]
    pub nbits: String,
    /// Time stamp of the first block of the running retarget period (the last height divisible by 2016), seconds
    /// since 1970. Required: any block explorer shows it.
    #[schemars(range(min = 1_231_006_505_i64, max = 4_294_967_295_i64))]
    pub period_first_time_unix: i64,
}

/// Why no chain state could be given for a start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The date lies outside the embedded table.
    #[error(
        "the state of the chain on {day} is not in the embedded table (known: {known}); \
         state `height`, `nbits` and `period_first_time_unix` under `bitcoin.start`; newest nBits known: {newest}"
    )]
    Unknown {
        /// The start day asked for.
        day: Day,
        /// The spans of days that are known.
        known: String,
        /// The newest nBits of the table and its height.
        newest: String,
    },
    /// The stated nBits is invalid.
    #[error(transparent)]
    Bits(#[from] CompactError),
    /// The stated period begins after the start day.
    #[error(
        "`period_first_time_unix` is {period_first_time_unix}, after {day} begins ({day_unix}); it must lie before"
    )]
    PeriodAfterStart {
        /// What was stated, seconds since 1970.
        period_first_time_unix: i64,
        /// The start day.
        day: Day,
        /// Its midnight, seconds since 1970.
        day_unix: i64,
    },
}

/// A row of the table: a block whose time or nBits is known.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    height: u32,
    /// Unknown for the newest retarget, of which only the nBits is public.
    time_unix: Option<i64>,
    nbits: String,
}

/// A block of known time.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    height: u32,
    time_unix: i64,
    bits: CompactTarget,
}

/// The embedded table, by height.
struct Table {
    /// Blocks of known time. Those at most one retarget period apart bound a stretch of known chain.
    anchors: Vec<Anchor>,
    newest_height: u32,
    newest_bits: CompactTarget,
}

/// The embedded table.
///
/// Columns `height,time_unix,nbits,kind,source`; `kind` is `retarget` (first block of a period), `halving`, or `last`
/// (last block of a period). The rows are facts of the public chain. They were made from bitcoinj's checkpoint list
/// (all heights divisible by 2016; the nBits and time stamp of each 80-byte header) with a Python line like
/// `[(h, u32(x[68:72]), u32(x[72:76])[::-1]) for h, x in headers if x.time >= last before 2012]`, the four halving
/// headers (times and nBits as in any explorer), and the retarget of September 2026 published as a test vector:
/// (1702355e, 1788640367, 1789801627) gives 17021ec5 at height 967,680.
fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let mut reader = csv::Reader::from_reader(include_str!("checkpoints.csv").as_bytes());
        let rows: Vec<Row> = reader.deserialize().collect::<Result<_, _>>().expect("the embedded table is well-formed");
        let bits = |row: &Row| CompactTarget::from_hex(&row.nbits).expect("the embedded table holds valid nBits");
        let newest = rows.last().expect("the embedded table has rows");
        Table {
            anchors: rows
                .iter()
                .filter_map(|row| {
                    row.time_unix.map(|time_unix| Anchor { height: row.height, time_unix, bits: bits(row) })
                })
                .collect(),
            newest_height: newest.height,
            newest_bits: bits(newest),
        }
    });
    &TABLE
}

impl Table {
    /// Neighbouring anchors with every block between them in one retarget period.
    fn stretches(&self) -> impl Iterator<Item = (Anchor, Anchor)> {
        self.anchors.windows(2).filter_map(|pair| match *pair {
            [a, b] if b.height - a.height <= RETARGET_INTERVAL => Some((a, b)),
            _ => None,
        })
    }

    /// Time of the first block of a period.
    fn period_first_time(&self, first_height: u32) -> Option<i64> {
        self.anchors.iter().find(|anchor| anchor.height == first_height).map(|anchor| anchor.time_unix)
    }

    /// The spans of days at whose midnight the chain is known, e.g. `2011-12-27 to 2025-01-12`.
    fn known_days(&self) -> String {
        let mut spans: Vec<(Anchor, Anchor)> = Vec::new();
        for (a, b) in self.stretches() {
            match spans.last_mut() {
                Some((_, end)) if end.height == a.height => *end = b,
                _ => spans.push((a, b)),
            }
        }
        let texts: Vec<String> = spans
            .iter()
            .map(|(a, b)| {
                format!("{} to {}", Day::of_unix(a.time_unix - 1).plus_days(1), Day::of_unix(b.time_unix - 1))
            })
            .collect();
        texts.join(", ")
    }
}

/// State of the real chain at midnight (UTC) that begins `day`.
///
/// Between two blocks of known time the height is interpolated. Against daily chain data of 2012–2022 the mean error
/// is 20 blocks (luck inside a period), the largest 151, a day, where hashrate moved fast (2013, 2017, 2021).
///
/// # Errors
/// [`StartError::Unknown`] for dates the table does not cover; the message says which it does.
pub fn start_of(day: Day) -> Result<ChainStart, StartError> {
    let table = table();
    let midnight = day.unix();
    table
        .stretches()
        .find(|(a, b)| (a.time_unix..b.time_unix).contains(&midnight))
        .and_then(|(a, b)| {
            let blocks = i64::from(b.height - a.height);
            let seconds = b.time_unix - a.time_unix;
            let after = (midnight - a.time_unix) * blocks / seconds;
            let height = a.height + after as u32;
            let period_first_height = period_start(height);
            Some(ChainStart {
                height,
                bits: a.bits,
                period_first_height,
                period_first_time_unix: table.period_first_time(period_first_height)?,
                time_unix: a.time_unix + after * seconds / blocks,
            })
        })
        .ok_or_else(|| StartError::Unknown {
            day,
            known: table.known_days(),
            newest: format!("{} from height {}", table.newest_bits, table.newest_height),
        })
}

impl StartOverride {
    /// The stated chain state at midnight (UTC) that begins `day`; the last block's time is taken as midnight.
    ///
    /// # Errors
    /// When the nBits is invalid or the stated period does not begin before the day.
    pub fn start_of(&self, day: Day) -> Result<ChainStart, StartError> {
        let bits = CompactTarget::from_hex(&self.nbits)?;
        let period_first_time_unix = self.period_first_time_unix;
        if period_first_time_unix > day.unix() {
            return Err(StartError::PeriodAfterStart { period_first_time_unix, day, day_unix: day.unix() });
        }
        Ok(ChainStart {
            height: self.height,
            bits,
            period_first_height: period_start(self.height),
            period_first_time_unix,
            time_unix: day.unix(),
        })
    }

    /// Cross-field findings: relative key path and what is wrong.
    pub fn check(&self) -> Vec<(String, String)> {
        match CompactTarget::from_hex(&self.nbits) {
            Ok(_) => Vec::new(),
            Err(e) => vec![("nbits".to_owned(), e.to_string())],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitcoin::protocol::retarget;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn every_day_from_2012_to_january_2025_has_a_start_and_heights_never_fall() {
        let mut previous = start_of(day("2012-01-01")).unwrap();
        for offset in 1..=day("2025-01-12").0 - day("2012-01-01").0 {
            let today = day("2012-01-01").plus_days(offset);
            let start = start_of(today).unwrap();
            assert!(start.height >= previous.height, "{today}");
            assert!(start.time_unix <= today.unix() && start.period_first_time_unix <= start.time_unix, "{today}");
            assert!(today.unix() - start.time_unix < 1_500, "{today}: the last block is at most a spacing old");
            assert_eq!(start.period_first_height, period_start(start.height));
            previous = start;
        }
    }

    #[test]
    fn the_first_day_of_2024_starts_in_the_fourth_epoch_with_the_nbits_of_its_period() {
        let start = start_of(day("2024-01-01")).unwrap();
        assert_eq!(start.period_first_height, 822_528);
        assert_eq!(start.bits.to_string(), "1703e8b3");
        // 755,736 of the 1,190,228 seconds between the first blocks of this period and the next.
        assert_eq!(start.height, 822_528 + 1_280);
    }

    #[test]
    fn halving_days_start_just_before_the_halving_block() {
        for (date, halving) in [("2012-11-28", 210_000), ("2016-07-09", 420_000), ("2024-04-20", 840_000)] {
            let start = start_of(day(date)).unwrap();
            assert!(start.height < halving && start.height > halving - 144, "{date}: {}", start.height);
            assert!(start_of(day(date).plus_days(1)).unwrap().height >= halving, "{date}");
        }
    }

    #[test]
    fn the_days_of_september_2026_are_known_and_their_period_ends_at_17021ec5() {
        let start = start_of(day("2026-09-19")).unwrap();
        assert_eq!((start.bits.to_string().as_str(), start.period_first_height), ("1702355e", 965_664));
        assert_eq!(retarget(start.bits, start.period_first_time_unix, 1_789_801_627), table().newest_bits);
        assert_eq!(table().newest_bits.to_string(), "17021ec5");
    }

    #[test]
    fn a_date_outside_the_table_is_told_which_dates_are_known_and_what_to_state() {
        for date in ["2009-01-01", "2025-01-13", "2026-09-05", "2026-09-20", "2040-01-01"] {
            assert_eq!(
                start_of(day(date)).unwrap_err().to_string(),
                format!(
                    "the state of the chain on {date} is not in the embedded table (known: 2011-12-27 to 2025-01-12, \
                     2026-09-06 to 2026-09-19); state `height`, `nbits` and `period_first_time_unix` under \
                     `bitcoin.start`; newest nBits known: 17021ec5 from height 967680"
                )
            );
        }
        for edge in ["2011-12-27", "2025-01-12", "2026-09-06", "2026-09-19"] {
            assert!(start_of(day(edge)).is_ok(), "{edge}");
        }
    }

    #[test]
    fn a_stated_start_is_taken_as_stated_or_refused_with_the_reason() {
        let stated =
            StartOverride { height: 967_780, nbits: "17021ec5".to_owned(), period_first_time_unix: 1_789_802_000 };
        let start = stated.start_of(day("2026-09-20")).unwrap();
        assert_eq!((start.height, start.period_first_height, start.bits.bits()), (967_780, 967_680, 0x1702_1ec5));
        assert_eq!(start.time_unix, day("2026-09-20").unix());
        assert!(stated.check().is_empty());

        let too_early = stated.start_of(day("2026-09-19")).unwrap_err().to_string();
        assert!(too_early.contains("after 2026-09-19 begins"), "{too_early}");
        let easy = StartOverride { nbits: "207fffff".to_owned(), ..stated };
        assert!(easy.start_of(day("2026-09-20")).is_err());
        assert_eq!(easy.check()[0].0, "nbits");
    }
}
