//! The answer in short: a table on standard output, or JSON.

use super::exit::Failure;
use super::output::{grouped, millions, optional, percent, rounded, table};
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::results::{EpochRow, Kind, SiteClass, SiteSummary, Summary};
use std::io::{self, Write};
use std::path::Path;

/// Prints the summary and where the files are.
pub fn print(summary: &Summary, out: &Path) -> Result<(), Failure> {
    let head = format!(
        "{}, {} to {}, seed {}, {} mode: {} blocks, {} hashes",
        summary.scenario,
        summary.first_day,
        summary.last_day,
        summary.seed,
        summary.mode,
        grouped(summary.blocks),
        grouped(summary.hashes),
    );
    let places = format!("results  {}\ncharts   {}", out.display(), out.join("charts").display());
    let tables = [
        Some(sites(summary)),
        loans(summary),
        notes(summary),
        Some(costs(summary)),
        costs_by_site(summary),
        emissions(summary),
        regret(summary),
    ];
    let tables: Vec<String> = tables.into_iter().flatten().collect();
    writeln!(io::stdout().lock(), "{head}\n\n{}\n\n{places}", tables.join("\n\n"))?;
    Ok(())
}

/// Prints what summary.json holds, and the folder it is in.
pub fn print_json(summary: &Summary, out: &Path) -> Result<(), Failure> {
    let failed = |e: serde_json::Error| Failure::Unexpected(e.to_string());
    let mut value = serde_json::to_value(summary).map_err(failed)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("folder".into(), out.display().to_string().into());
    }
    let text = serde_json::to_string_pretty(&value).map_err(failed)?;
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Capacities are the largest of the run: at its end farms may have been given up.
fn sites(summary: &Summary) -> String {
    let peaks = |pick: fn(&SiteSummary) -> f64| summary.sites.iter().map(pick).sum::<f64>();
    let rows = summary.sites.iter().map(|s| {
        [
            s.site.clone(),
            class(s.site_class).to_owned(),
            rounded(s.peak_mining_mw),
            rounded(s.peak_ai_mw),
            millions(s.capital_usd),
            millions(s.npv_usd),
            percent(s.irr_per_year),
        ]
    });
    let total = [
        "all sites".to_owned(),
        String::new(),
        rounded(peaks(|s| s.peak_mining_mw)),
        rounded(peaks(|s| s.peak_ai_mw)),
        millions(summary.portfolio.capital_usd),
        millions(summary.portfolio.npv_usd),
        percent(summary.portfolio.irr_per_year),
    ];
    let header = ["site", "power", "peak mining MW", "peak AI MW", "capital M USD", "NPV M USD", "IRR"];
    table(header, rows.chain([total]))
}

/// What loans leave to the owner, where there are any.
fn loans(summary: &Summary) -> Option<String> {
    let portfolio = &summary.portfolio;
    let (least, mean) = portfolio.minimum_dscr.zip(portfolio.average_dscr)?;
    Some(format!(
        "After loans the owner's NPV is {} M USD, the IRR {}; cash covers debt service {least:.2} times in the worst year, {mean:.2} times on average.",
        millions(portfolio.equity_npv_usd),
        percent(portfolio.equity_irr_per_year)
    ))
}

fn notes(summary: &Summary) -> Option<String> {
    let notes: Vec<String> = summary.notes.iter().map(|note| format!("note: {note}")).collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

/// What the farms bought from the grid emitted, where the scenario says what its grids emit.
fn emissions(summary: &Summary) -> Option<String> {
    let all_t: f64 = summary.emissions.iter().map(|row| row.co2_t).sum();
    let (first, last) = Day::parse(&summary.first_day).ok().zip(Day::parse(&summary.last_day).ok())?;
    let years = f64::from(last.0 + 1 - first.0) / DAYS_PER_YEAR;
    let told =
        || format!("Power from the grid emitted {} t of CO2, {} a year.", rounded(all_t), rounded(all_t / years));
    (!summary.emissions.is_empty()).then(told)
}

/// How far the plan is from the best there is, where that was asked for.
fn regret(summary: &Summary) -> Option<String> {
    summary.regret.as_ref().map(|p| {
        format!(
            "On the planner's paths the plan of `{}` is worth {} M USD: at most {} M USD ({:.1} %) short of the best plan.",
            p.policy,
            millions(p.value_usd),
            millions(p.regret_usd),
            100.0 * p.regret_share
        )
    })
}

fn class(class: SiteClass) -> &'static str {
    match class {
        SiteClass::Surplus => "surplus",
        SiteClass::Hydro => "hydro",
        SiteClass::Grid => "grid",
        SiteClass::Mixed => "mixed",
    }
}

fn costs(summary: &Summary) -> String {
    let row = |e: &EpochRow| {
        [
            format!("{}, {} to {}", e.epoch, e.first_day, e.last_day),
            rounded(e.btc_mined),
            optional(e.electricity_usd_per_btc),
            optional(e.cash_usd_per_btc),
            optional(e.all_in_usd_per_btc),
            optional(e.marginal_usd_per_btc),
            rounded(e.mean_btc_price_usd),
        ]
    };
    let mining = summary.epochs.iter().filter(|e| e.kind == Kind::Mining && e.btc_mined > 0.0);
    let rows: Vec<_> = mining.map(row).collect();
    if rows.is_empty() {
        return "no coins were mined".into();
    }
    let header = ["USD/BTC by halving epoch", "BTC mined", "electricity", "cash", "all-in", "marginal", "mean price"];
    table(header, rows)
}

/// Electricity and cash cost of each site that mined, by epoch; nothing where there is but one.
fn costs_by_site(summary: &Summary) -> Option<String> {
    let epochs: Vec<u32> = summary.portfolio.cost_per_btc.iter().map(|c| c.epoch).collect();
    let mined = |s: &&SiteSummary| s.cost_per_btc.iter().any(|c| c.electricity_usd.is_some());
    let sites: Vec<&SiteSummary> = summary.sites.iter().filter(mined).collect();
    if sites.len() < 2 {
        return None;
    }
    let cell = |site: &SiteSummary, epoch: u32| {
        let cost = site.cost_per_btc.iter().find(|c| c.epoch == epoch);
        match cost.and_then(|c| c.electricity_usd.zip(c.cash_usd)) {
            Some((electricity, cash)) => format!("{} / {}", rounded(electricity), rounded(cash)),
            None => "–".to_owned(),
        }
    };
    let rows = sites.iter().map(|s| {
        let cells = epochs.iter().map(|e| cell(s, *e));
        core::iter::once(s.site.clone()).chain(cells).collect::<Vec<_>>()
    });
    let header = core::iter::once("USD/BTC: electricity / cash".to_owned());
    let header: Vec<String> = header.chain(epochs.iter().map(|e| format!("epoch {e}"))).collect();
    Some(table(header, rows))
}
