//! What `finance` prints for people: what it is worth, how it is paid for, the table, prices at which it breaks even.

use crate::cli::output::{rounded, table};
use crate::finance::project::{BreakEven, EpochFigures, Figures, Product};
use crate::results::{ProjectReport, StatementRow};

mod run;

pub use run::run;

/// A project.
pub fn project(report: &ProjectReport, rows: &[StatementRow]) -> String {
    let paragraphs = [
        Some(head(report)),
        Some(funding(report)),
        notes(report),
        Some(cash_flow("USD, at the end of each period; 0 is the end of construction:", rows)),
        Some(figures(report)),
        levelised(&report.equity),
        epochs(&report.equity.epochs),
        break_evens(&report.project.break_evens()),
    ];
    paragraphs.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

fn head(report: &ProjectReport) -> String {
    let project = &report.project;
    let question = project.question.as_ref().map(|q| format!("\n{q}")).unwrap_or_default();
    let rate = 100.0 * project.nominal_rate_per_year();
    let time = if project.construction_months == 0 {
        format!("{} years", project.years)
    } else {
        format!("{} months of construction, {} years of operation", project.construction_months, project.years)
    };
    format!("{}: {time}, nominal money discounted at {rate:.4} % per year{question}", project.name)
}

fn notes(report: &ProjectReport) -> Option<String> {
    let notes: Vec<String> = report.notes().into_iter().map(|note| format!("note: {note}")).collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

fn funding(report: &ProjectReport) -> String {
    let (uses, sources) = (report.uses_usd(), report.sources_usd());
    let total = |list: &[(String, f64)]| list.iter().map(|(_, usd)| usd).sum::<f64>();
    let cell = |list: &[(String, f64)], i: usize| {
        list.get(i).map_or_else(|| [String::new(), String::new()], |(name, usd)| [name.clone(), rounded(*usd)])
    };
    let mut rows: Vec<[String; 4]> = (0..uses.len().max(sources.len()))
        .map(|i| {
            let ([use_name, use_usd], [source_name, source_usd]) = (cell(&uses, i), cell(&sources, i));
            [use_name, use_usd, source_name, source_usd]
        })
        .collect();
    rows.push(["total".into(), rounded(total(&uses)), "total".into(), rounded(total(&sources))]);
    table(["uses", "USD", "sources", "USD"], rows)
}

/// Columns of the table for people, with the columns of the full table they add up.
const SHOWN: [(&str, &[&str]); 9] = [
    ("revenue", &["revenue_usd"]),
    ("energy", &["energy_usd"]),
    ("operation", &["operation_usd"]),
    ("operating result", &["revenue_usd", "energy_usd", "operation_usd"]),
    ("capital", &["capital_usd"]),
    (
        "loans",
        &[
            "debt_draws_usd",
            "interest_usd",
            "principal_usd",
            "debt_fees_usd",
            "debt_reserve_usd",
            "debt_reserve_interest_usd",
            "debt_at_end_usd",
        ],
    ),
    ("taxes, credits", &["tax_usd", "state_tax_usd", "investment_tax_credit_usd", "production_tax_credit_usd"]),
    ("held", &["coins_held_usd", "prepayments_usd", "working_capital_usd", "working_capital_interest_usd"]),
    ("cash flow", &["cash_flow_usd"]),
];

fn cash_flow(title: &str, rows: &[StatementRow]) -> String {
    let used: Vec<_> = SHOWN.iter().filter(|(_, names)| rows.iter().any(|row| sum(row, names) != 0.0)).collect();
    let covered = rows.iter().any(|row| row.value("dscr").is_some());
    let monthly = rows.iter().any(|row| row.month.is_some());
    let label = |row: &StatementRow| match row.month {
        Some(month) => format!("{}-{month:02}", row.year),
        None if row.year == 0 && monthly => "0".into(),
        None => row.year.to_string(),
    };
    let lines = rows.iter().map(|row| {
        let mut cells = vec![label(row)];
        cells.extend(used.iter().map(|(_, names)| rounded(sum(row, names))));
        if covered {
            cells.push(row.value("dscr").map_or_else(|| "–".into(), |dscr| format!("{dscr:.2}")));
        }
        cells
    });
    let mut header = vec![if monthly { "month" } else { "year" }];
    header.extend(used.iter().map(|(title, _)| *title));
    if covered {
        header.push("DSCR");
    }
    format!("{title}\n{}", table(header, lines))
}

fn sum(row: &StatementRow, names: &[&str]) -> f64 {
    names.iter().filter_map(|name| row.value(name)).sum()
}

fn figures(report: &ProjectReport) -> String {
    let levered = report.project.has_financing();
    let columns: Vec<(&str, &Figures)> = if levered {
        vec![("after loans (equity)", &report.equity), ("without loans (project)", &report.unlevered)]
    } else {
        vec![("", &report.equity)]
    };
    let line = |name: &str, of: &dyn Fn(&Figures) -> String| -> Vec<String> {
        core::iter::once(name.to_owned()).chain(columns.iter().map(|(_, figures)| of(figures))).collect()
    };
    let years = |years: Option<f64>| years.map_or_else(|| "never".into(), |years| format!("{years:.2} years"));
    let mut rows = vec![
        line("net present value after tax, USD", &|f| rounded(f.npv_usd)),
        line("internal rate of return", &|f| rate(f.irr_per_year.as_ref().ok())),
        line("modified internal rate of return", &|f| rate(f.mirr_per_year.as_ref().ok())),
        line("payback", &|f| years(f.payback_years)),
        line("discounted payback", &|f| years(f.discounted_payback_years)),
    ];
    if let (Some(least), Some(mean)) = (report.equity.minimum_dscr, report.equity.average_dscr) {
        let mut coverage = vec!["debt service coverage, least and mean".into(), format!("{least:.3}, {mean:.3}")];
        coverage.resize(columns.len() + 1, "–".into());
        rows.push(coverage);
    }
    let header = core::iter::once("").chain(columns.iter().map(|(name, _)| *name)).collect::<Vec<_>>();
    let mut text = vec![table(header, rows)];
    for (name, figures) in columns {
        let of = if name.is_empty() { String::new() } else { format!(", {name}") };
        if let Err(reason) = &figures.irr_per_year {
            text.push(format!("no internal rate of return{of}: {reason}"));
        }
        if let Err(reason) = &figures.mirr_per_year {
            text.push(format!("no modified internal rate of return{of}: {reason}"));
        }
    }
    text.join("\n")
}

fn rate(rate: Option<&f64>) -> String {
    rate.map_or_else(
        || "none".into(),
        |rate| if *rate < 1e4 { format!("{:.4} %", 100.0 * rate) } else { format!("{:.4e} %", 100.0 * rate) },
    )
}

fn levelised(figures: &Figures) -> Option<String> {
    if figures.levelised.is_empty() {
        return None;
    }
    let rows = figures
        .levelised
        .iter()
        .map(|cost| [format!("per {}", cost.product.unit()), price(cost.nominal_usd), price(cost.real_usd)]);
    Some(table(["levelised cost, USD", "nominal", "real"], rows))
}

/// A price with as many digits as it takes.
fn price(usd: f64) -> String {
    let digits = if usd.abs() >= 1_000.0 {
        0
    } else if usd.abs() >= 1.0 {
        4
    } else {
        6
    };
    if digits == 0 { rounded(usd) } else { format!("{usd:.digits$}") }
}

fn epochs(epochs: &[EpochFigures]) -> Option<String> {
    if epochs.is_empty() {
        return None;
    }
    let optional = |usd: Option<f64>| usd.map_or_else(|| "–".into(), price);
    let rows = epochs.iter().map(|epoch| {
        let coin = epoch.levelised.iter().find(|cost| cost.product == Product::Btc);
        [
            format!("{:.2} – {:.2}", epoch.from_year, epoch.to_year),
            rounded(epoch.cash_flow_usd),
            rounded(epoch.npv_usd),
            optional(coin.map(|cost| cost.nominal_usd)),
            optional(epoch.break_even_usd_per_btc),
            optional(epoch.break_even_usd_per_ph_day),
            optional(epoch.break_even_power_usd_per_mwh),
            epoch.minimum_dscr.map_or_else(|| "–".into(), |dscr| format!("{dscr:.2}")),
        ]
    });
    let header = [
        "epoch, years",
        "cash flow, USD",
        "part of the NPV",
        "levelised USD/BTC",
        "break-even USD/BTC",
        "USD per PH/s and day",
        "power, USD/MWh",
        "least DSCR",
    ];
    Some(table(header, rows))
}

fn break_evens(found: &[BreakEven]) -> Option<String> {
    if found.is_empty() {
        return None;
    }
    let rows = found.iter().map(|found| {
        let solved = found.usd.map_or_else(|reason| reason.to_string(), price);
        let year = if found.year == 1 { String::new() } else { format!(", of year {}", found.year) };
        let level = if found.level { ", one level price" } else { "" };
        [format!("{}{year}{level}", found.price.name()), price(found.today_usd), solved]
    });
    Some(table(["break-even price (of year 1)", "today", "at NPV = 0"], rows))
}
