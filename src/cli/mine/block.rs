//! `hashwatt mine block`.

use super::{cores, kernel, on_threads, print_json, threads};
use crate::bitcoin::header::Header;
use crate::bitcoin::protocol::Target;
use crate::bitcoin::verify::BlockHash;
use crate::cli::exit::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::grouped;
use crate::cli::progress::SearchBar;
use crate::hash::{Found, Kernel, Outcome, Parallel, Template, VersionRoll, search_parallel};
use clap::ValueEnum;
use serde_json::json;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The paragraphs below the options.
pub const HELP: &str = "\
Candidates are ordered: candidate `index` has the nonce index / K and the version roll index modulo K, where K is 1, 4 \
or 8 versions (--roll). The result is the lowest index that meets the target, the same on every processor, kernel and \
number of threads. The nonce of HEADER is overwritten, and with --roll 4 or 8 its version bits 13-14 or 13-15, which \
BIP 320 sets aside for that; all other bytes are hashed as they are.

--bits sets the target only; the bits field of HEADER is hashed as it stands. Where the two differ a warning says so: the \
header that is found need not meet its own field. Any positive target is taken, also one easier than \
the main network allows (207fffff).

Exit codes: 0 found, 1 no candidate meets the target, 2 bad input, 75 interrupted.

Example, a header with a target of about 65,536 hashes:
  hashwatt mine block --roll 4 --bits 1f00ffff --header $(printf '%0160d' 0)";

/// Arguments of `mine block`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The 80 bytes of the header as 160 hex digits, in the order in which they are hashed
    #[arg(long, value_name = "HEX", value_parser = header)]
    header: [u8; 80],
    /// Target in compact form, 8 hex digits, e.g. 1d00ffff [default: the header's own bits]
    #[arg(long, value_name = "BITS", value_parser = bits)]
    bits: Option<(u32, Target)>,
    /// Versions tried per nonce
    #[arg(long, value_name = "K", default_value = "1")]
    roll: Roll,
    /// First nonce to try, 0 to 4294967295
    #[arg(long, value_name = "N", default_value_t = 0)]
    first_nonce: u32,
    /// Threads to search on, 1 to four per core [default: one per core]
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<usize>,
    /// Kernel to search with; `mine bench` lists those of this machine [default: the fastest]
    #[arg(long, value_name = "KERNEL")]
    kernel: Option<String>,
    /// Print the result as JSON on standard output
    #[arg(long)]
    json: bool,
    /// No progress bar and no warning
    #[arg(short, long)]
    quiet: bool,
}

/// Versions per nonce, as the command line has them.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Roll {
    /// The version of the header
    #[value(name = "1")]
    One,
    /// Version bits 13 and 14
    #[value(name = "4")]
    Four,
    /// Version bits 13 to 15
    #[value(name = "8")]
    Eight,
}

impl From<Roll> for VersionRoll {
    fn from(roll: Roll) -> Self {
        match roll {
            Roll::One => Self::None,
            Roll::Four => Self::Four,
            Roll::Eight => Self::Eight,
        }
    }
}

/// Parses the header.
fn header(text: &str) -> Result<[u8; 80], String> {
    let digits = text.as_bytes();
    if let Some(wrong) = text.chars().find(|c| !c.is_ascii_hexdigit()) {
        return Err(format!("`{}` is no hex digit", wrong.escape_default()));
    }
    let mut header = [0; 80];
    if digits.len() != 2 * header.len() {
        return Err(format!("160 hex digits are wanted, there are {}", digits.len()));
    }
    let value = |digit: u8| (digit as char).to_digit(16).unwrap_or(0) as u8;
    for (byte, [high, low]) in header.iter_mut().zip(digits.as_chunks().0) {
        *byte = value(*high) << 4 | value(*low);
    }
    Ok(header)
}

/// Parses the bits and the target they stand for.
fn bits(text: &str) -> Result<(u32, Target), String> {
    let target = Target::from_compact_hex(text).map_err(|e| e.to_string())?;
    Ok((u32::from_str_radix(text, 16).map_err(|e| e.to_string())?, target))
}

/// Searches and prints the block found.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let template = Template { header: args.header, roll: args.roll.into() };
    let own_bits = Header::from_bytes(&args.header).bits;
    let (bits, target) = match args.bits {
        Some(given) => given,
        None => bits(&format!("{own_bits:08x}"))
            .map_err(|e| Failure::BadInput(format!("the header's own {e}; give a target by --bits")))?,
    };
    let kernel = args.kernel.as_deref().map_or_else(|| Ok(Kernel::best()), kernel)?;
    let threads = args.threads.unwrap_or_else(cores);
    let interrupt = Interrupt::listen()?;
    if bits != own_bits && !args.quiet {
        let warning = "warning: the target is that of bits";
        // Standard error may be closed.
        let _ = writeln!(io::stderr(), "{warning} `{bits:08x}`, but the header carries bits `{own_bits:08x}`");
    }

    let first = u64::from(args.first_nonce) * template.roll.count();
    let range = first..template.candidates();
    let bar = SearchBar::new(args.quiet, range.end - range.start);
    let progress = |candidates| bar.add(candidates);
    let how = Parallel { kernel, threads, interrupt: interrupt.flag(), progress: &progress };
    let outcome = search_parallel(&template, target.0, range, &how);
    let seconds = bar.clear();
    let outcome = outcome.map_err(|_| Failure::Interrupted)?;

    let result = Told { outcome: &outcome, bits, kernel, threads, seconds };
    if args.json {
        print_json(&result.as_json())?;
    } else if let Some(found) = &outcome.found {
        io::stdout().lock().write_all(result.describe(found).as_bytes())?;
    }
    match outcome.found {
        Some(_) => Ok(()),
        None => Err(Failure::NotFound(format!(
            "none of {} candidates meets the target of bits `{bits:08x}`",
            grouped(outcome.attempts)
        ))),
    }
}

/// What there is to tell.
struct Told<'a> {
    outcome: &'a Outcome,
    bits: u32,
    kernel: Kernel,
    threads: usize,
    seconds: f64,
}

impl Told<'_> {
    /// Attempts up to the result, which are less than were hashed where other threads were further on.
    fn mh_per_s(&self) -> f64 {
        self.outcome.attempts as f64 / self.seconds.max(1e-9) / 1e6
    }

    fn describe(&self, found: &Found) -> String {
        let block = Header::from_bytes(&found.header);
        let rows = [
            ("header", hex(&found.header)),
            ("hash", BlockHash(found.hash).to_string()),
            ("nonce", block.nonce.to_string()),
            ("version", format!("{:08x}", block.version)),
            ("index", found.index.to_string()),
            ("attempts", grouped(self.outcome.attempts)),
            ("time", format!("{:.3} s, {:.1} MH/s", self.seconds, self.mh_per_s())),
            ("kernel", format!("{} on {}", self.kernel.name(), on_threads(self.threads))),
        ];
        rows.iter().fold(String::new(), |mut text, (name, value)| {
            // Writing into a string does not fail.
            let _ = writeln!(text, "{name:<9} {value}");
            text
        })
    }

    fn as_json(&self) -> serde_json::Value {
        let found = self.outcome.found.as_ref();
        let block = found.map(|found| Header::from_bytes(&found.header));
        json!({
            "found": found.is_some(),
            "header": found.map(|found| hex(&found.header)),
            "hash": found.map(|found| BlockHash(found.hash).to_string()),
            "nonce": block.map(|block| block.nonce),
            "version": block.map(|block| format!("{:08x}", block.version)),
            "index": found.map(|found| found.index),
            "bits": format!("{:08x}", self.bits),
            "attempts": self.outcome.attempts,
            "seconds": self.seconds,
            "mh_per_s": self.mh_per_s(),
            "kernel": self.kernel.name(),
            "threads": self.threads,
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_from_hex_and_written_back() {
        let raw: [u8; 80] = core::array::from_fn(|i| 3 * i as u8);
        let text = hex(&raw);
        assert!(text.starts_with("00030609") && text.ends_with("eaed"), "{text}");
        let parsed = header(&text).unwrap();
        assert_eq!(parsed, raw);
        assert_eq!(header(&text.to_uppercase()), Ok(parsed));
        for (wrong, told) in [
            ("", "there are 0"),
            (&text[2..], "there are 158"),
            (&format!("{text}0"), "there are 161"),
            (&text.replace("ed", "eg"), "`g` is no hex digit"),
            (&text.replace("ed", "é"), "no hex digit"),
            (&text.replace("ed", "\u{1b}["), "`\\u{1b}` is no hex digit"),
        ] {
            let error = header(wrong).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn bits_are_any_positive_target() {
        assert_eq!(bits("1d00ffff").unwrap().0, 0x1d00_ffff);
        assert!(bits("207fffff").is_ok());
        for wrong in ["", "1d00fff", "0x1d00ff", "1d800000", "00000000", "ff123456"] {
            assert!(bits(wrong).is_err(), "{wrong}");
        }
    }
}
