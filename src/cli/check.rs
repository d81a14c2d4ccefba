//! `hashwatt check`: what a scenario amounts to, without running it.

use super::exit::Failure;
use super::input;
use super::output::{duration, grouped, rounded, table};
use crate::bitcoin::race::Mode;
use crate::compute::Catalogue;
use crate::hash::{Template, VersionRoll, search};
use crate::placement::FarmKind;
use crate::scenario::model::{Policy, Scenario, Site};
use crate::scenario::{Loaded, Override};
use ruint::aliases::U256;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Blocks a day at constant hashrate.
const BLOCKS_PER_DAY: f64 = 144.0;
/// Seconds of everything but hashing per site and simulated day (release build, one core).
const SECONDS_PER_SITE_DAY: f64 = 20e-6;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scenario file
    scenario: PathBuf,
    /// Set a key of the scenario, e.g. --set bitcoin.hashes_per_block=1024; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = Override::parse)]
    overrides: Vec<Override>,
}

/// Validates and describes.
pub fn execute(args: &Args) -> Result<(), Failure> {
    let loaded = input::scenario(&args.scenario, &args.overrides)?;
    let text = describe(&loaded, hashes_per_second())?;
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn describe(loaded: &Loaded, hashes_per_second: f64) -> Result<String, Failure> {
    let scenario = &loaded.scenario;
    let days = f64::from(scenario.end.0 - scenario.start.0);
    let blocks = days * BLOCKS_PER_DAY;
    let hashes = blocks * scenario.bitcoin.hashes_per_block;
    let hashing = scenario.bitcoin.mode == Mode::Hash;
    let mut lines = vec![format!("{}: {}", scenario.name, scenario.question.as_deref().unwrap_or("a sound scenario"))];
    let mut line = |name: &str, text: String| lines.push(format!("{name:<10} {text}"));
    line(
        "time",
        format!(
            "{} to {}, {} days, {:.1} years",
            scenario.start,
            scenario.end.plus_days(-1),
            rounded(days),
            scenario.end.years_since(scenario.start)
        ),
    );
    line("bitcoin", bitcoin(scenario, blocks, hashes));
    line("machines", machines(scenario)?);
    line("placement", placement(scenario));
    let seconds = days * scenario.sites.len() as f64 * SECONDS_PER_SITE_DAY
        + if hashing { hashes / hashes_per_second } else { 0.0 };
    let planning = if scenario.placement.policy == Policy::Optimal { ", and what planning takes before" } else { "" };
    line(
        "run time",
        format!(
            "about {} on this machine ({:.1} MH/s on one core){planning}",
            duration(seconds),
            hashes_per_second / 1e6
        ),
    );
    line("inputs", format!("{} files, scenario hash {}", loaded.inputs.len(), loaded.hash.get(..12).unwrap_or("")));
    Ok(format!("{}\n\n{}\n", lines.join("\n"), sites(scenario)))
}

fn bitcoin(scenario: &Scenario, blocks: f64, hashes: f64) -> String {
    let count = format!("about {} blocks", rounded(blocks));
    let mode = scenario.bitcoin.mode;
    match mode {
        Mode::Hash => format!(
            "{} mode, {count} and {} million hashes ({} per block)",
            mode.name(),
            rounded(hashes / 1e6),
            rounded(scenario.bitcoin.hashes_per_block)
        ),
        Mode::Sampled | Mode::Expected => format!("{} mode, {count}, no hashing", mode.name()),
    }
}

fn machines(scenario: &Scenario) -> Result<String, Failure> {
    let catalogue = Catalogue::build(&scenario.machines, scenario.end).map_err(|complaints| {
        let lines: Vec<_> = complaints.iter().map(|(path, message)| format!("machines.{path}: {message}")).collect();
        Failure::BadInput(lines.join("\n"))
    })?;
    Ok(format!(
        "{} mining models ({} on sale at the start), {} accelerators",
        catalogue.mining().len(),
        catalogue.available(scenario.start).count(),
        catalogue.accelerators().len()
    ))
}

fn placement(scenario: &Scenario) -> String {
    let placement = &scenario.placement;
    match placement.policy {
        Policy::Fixed => format!("fixed, {} steps", scenario.plan.len()),
        Policy::Greedy | Policy::Optimal => format!(
            "{}, {} M USD at the start and {} M USD a year",
            placement.policy.as_str(),
            rounded(placement.budget_usd / 1e6),
            rounded(placement.budget_usd_per_year / 1e6)
        ),
    }
}

fn sites(scenario: &Scenario) -> String {
    let mw = |mw: Option<f64>| mw.map_or_else(|| "–".into(), rounded);
    let row = |site: &Site| {
        [
            site.name.clone(),
            rounded(site.maximum_mw),
            mw(site.surplus.as_ref().map(|s| s.capacity_mw)),
            mw(site.hydro.as_ref().map(|h| h.capacity_mw)),
            mw(site.grid.as_ref().map(|g| g.import_limit_mw)),
            mw(site.export.as_ref().map(|e| e.limit_mw)),
            standing(site),
        ]
    };
    let header = [
        &*format!("{} sites, MW", grouped(scenario.sites.len() as u64)),
        "connection",
        "surplus",
        "hydro",
        "grid",
        "export",
        "standing",
    ];
    table(header, scenario.sites.iter().map(row))
}

fn standing(site: &Site) -> String {
    let kind = |kind: FarmKind| match kind {
        FarmKind::Mining => "mining",
        FarmKind::Hosting => "hosting",
        FarmKind::Cloud => "cloud",
    };
    let farms: Vec<_> = site.standing.iter().map(|s| format!("{} {}", rounded(s.mw), kind(s.kind))).collect();
    if farms.is_empty() { "–".into() } else { farms.join(", ") }
}

/// Speed of the header search on this machine, one core, measured for a fifth of a second.
fn hashes_per_second() -> f64 {
    const BATCH: u64 = 1 << 16;
    let template = Template { header: [0; 80], roll: VersionRoll::Four };
    let started = Instant::now();
    let mut done = 0;
    while started.elapsed() < Duration::from_millis(200) {
        // No hash is zero: the whole range is searched.
        done += search(&template, U256::ZERO, done..done + BATCH).attempts;
    }
    done as f64 / started.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_speed_is_measured() {
        assert!(hashes_per_second() > 10_000.0);
    }
}
