//! `hashwatt mine verify`.

use super::print_json;
use crate::bitcoin::protocol::CompactTarget;
use crate::bitcoin::race::Period;
use crate::bitcoin::verify::{Fault, Place, Report, verify_export, verify_run};
use crate::cli::exit::Failure;
use crate::cli::output::grouped;
use crate::results::{ChainRow, read_rows};
use serde_json::json;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes of a header.
const HEADER: usize = 80;
/// More headers than Bitcoin will have in two hundred years are no chain.
const MOST_HEADERS: usize = 12_000_000;

/// The paragraphs below the options.
pub const HELP: &str = "\
With --chain, the file is one that a run in `hash` mode wrote (headers.bin) and CHAIN.csv its table: every header must \
link to the one before, carry the bits of its period, meet sha256d(header) <= target << shift, and be later than the \
median of the eleven before it; counts, heights and times of the periods must agree with the headers, every retarget \
must follow by Bitcoin's integer arithmetic, shifts must make blocks of all periods cost the same within a factor of \
two, and the hashes said to be tried must be at least one per block and within six standard deviations of the odds.

Without it, the file holds consecutive headers of Bitcoin's main network, as a node serialises them: links, the target \
of each header's own nBits, the median of eleven, bits constant inside a period, and every retarget whose whole period \
is in the file. Where neither --first-height nor genesis tells the height, periods are taken to begin where bits \
change, which must be a multiple of 2,016 headers apart. What could not be checked is said.

Headers are numbered from 0. Up to ten faults of headers and ten of periods are told, the others counted.

Exit codes: 0 everything checked holds, 2 it does not, or the files cannot be read as what they should be.

Examples:
  hashwatt mine verify output/reference-1a2b3c4d/headers.bin --chain output/reference-1a2b3c4d/chain.csv
  hashwatt mine verify mainnet.bin --first-height 840000 --json";

/// Arguments of `mine verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File of raw 80-byte headers, one after the other, oldest first
    headers: PathBuf,
    /// chain.csv of the run that wrote the headers
    #[arg(long, value_name = "CHAIN.csv", conflicts_with = "first_height")]
    chain: Option<PathBuf>,
    /// Height of the first header in the main network's chain [default: 0 for genesis, otherwise unknown]
    #[arg(long, value_name = "N")]
    first_height: Option<u32>,
    /// Print the findings as JSON on standard output
    #[arg(long)]
    json: bool,
}

/// Reads, checks and tells.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let bytes = read(&args.headers)?;
    let headers = bytes.as_chunks::<HEADER>().0;
    let report = match &args.chain {
        Some(chain) => verify_run(headers, &periods(chain)?),
        None => verify_export(headers, args.first_height),
    };
    if args.json {
        print_json(&as_json(&report))?;
    } else if report.holds() {
        io::stdout().lock().write_all(describe(&report).as_bytes())?;
    }
    if report.holds() {
        return Ok(());
    }
    let mut complaint = complain(&args.headers, &report, args.json);
    let beside = args.headers.with_file_name("chain.csv");
    if args.chain.is_none() && beside.is_file() {
        complaint += "\nhelp: headers that a run mined meet an eased target; check them with --chain ";
        complaint += &beside.display().to_string();
    }
    Err(Failure::BadInput(complaint))
}

/// A file of whole headers, at least one.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let bad = |message: String| Failure::BadInput(message);
    let failed = |error: io::Error| Failure::BadInput(format!("cannot read `{name}`: {error}"));
    if path.is_dir() {
        return Err(bad(format!(
            "`{name}` is a folder; a file of raw headers is wanted, such as the headers.bin in it"
        )));
    }
    let most = MOST_HEADERS * HEADER;
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.is_empty() {
        return Err(bad(format!("`{name}` is empty: there is no header (only runs in `hash` mode mine any)")));
    }
    if bytes.len() > most {
        return Err(bad(format!(
            "`{name}` has more than {} headers: no chain is that long",
            grouped(MOST_HEADERS as u64)
        )));
    }
    if bytes.iter().all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace()) {
        return Err(bad(format!("`{name}` is hex text; raw bytes are wanted: `xxd -r -p` converts")));
    }
    if !bytes.len().is_multiple_of(HEADER) {
        let length = grouped(bytes.len() as u64);
        return Err(bad(format!("`{name}` has {length} bytes, which is no whole number of 80-byte headers")));
    }
    Ok(bytes)
}

/// The rows of a chain.csv with their bits understood.
fn periods(path: &Path) -> Result<Vec<Period>, Failure> {
    if path.is_dir() {
        let message = format!("`{}` is a folder; its chain.csv is wanted", path.display());
        return Err(Failure::BadInput(message));
    }
    let rows: Vec<ChainRow> = read_rows(path).map_err(|e| Failure::BadInput(e.to_string()))?;
    let period = |(line, row): (usize, ChainRow)| {
        let bits = CompactTarget::from_hex(&row.nbits)
            .map_err(|e| Failure::BadInput(format!("`{}`, line {line}, column `nbits`: {e}", path.display())))?;
        Ok(Period {
            first_height: row.first_height,
            bits,
            shift: row.shift,
            blocks: row.blocks,
            hashes: row.hashes,
            first_time_unix: row.first_time_unix,
            last_time_unix: row.last_time_unix,
        })
    };
    (2..).zip(rows).map(period).collect()
}

fn describe(report: &Report) -> String {
    let retargets = match report.retargets {
        0 => String::new(),
        1 => ", 1 retarget".into(),
        n => format!(", {n} retargets"),
    };
    let mut lines = vec![format!("verified {}: links, work, median times{retargets}", headers(report))];
    lines.extend(report.tip.map(|tip| format!("tip      {tip}")));
    lines.extend(report.gaps.iter().map(|gap| format!("not checked: {gap}")));
    lines.join("\n") + "\n"
}

/// Their number, and their heights where they are known.
fn headers(report: &Report) -> String {
    let count = grouped(report.headers as u64);
    let noun = if report.headers == 1 { "header" } else { "headers" };
    match report.first_height.zip(last_height(report)) {
        Some((first, last)) if first < last => format!("{count} {noun}, heights {first} to {last}"),
        Some((first, _)) => format!("{count} {noun}, height {first}"),
        None => format!("{count} {noun}"),
    }
}

fn last_height(report: &Report) -> Option<u32> {
    report.first_height?.checked_add(u32::try_from(report.headers.checked_sub(1)?).ok()?)
}

fn complain(path: &Path, report: &Report, briefly: bool) -> String {
    let total = report.faults_total;
    let noun = if total == 1 { "fault" } else { "faults" };
    let head = format!("`{}` does not verify: {} {noun} in {}", path.display(), grouped(total), headers(report));
    if briefly {
        return head;
    }
    let mut lines = vec![head];
    lines.extend(report.faults.iter().map(|fault| format!("  {fault}")));
    let untold = total - report.faults.len() as u64;
    lines.extend((untold > 0).then(|| format!("  and {} more", grouped(untold))));
    lines.join("\n")
}

fn as_json(report: &Report) -> serde_json::Value {
    let fault = |fault: &Fault| {
        let (header, period, height) = match fault.place {
            Place::Header { number, height } => (Some(number), None, height),
            Place::Period { number, first_height } => (None, Some(number), Some(first_height)),
            Place::Chain => (None, None, None),
        };
        let message = fault.broken.to_string();
        json!({ "rule": fault.broken.rule(), "header": header, "period": period, "height": height, "message": message })
    };
    json!({
        "verified": report.holds(),
        "headers": report.headers,
        "first_height": report.first_height,
        "last_height": last_height(report),
        "tip": report.tip.map(|tip| tip.to_string()),
        "retargets_checked": report.retargets,
        "not_checked": report.gaps.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "faults_total": report.faults_total,
        "faults": report.faults.iter().map(fault).collect::<Vec<_>>(),
    })
}
