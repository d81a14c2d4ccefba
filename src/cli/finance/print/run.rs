//! The books of a part of a finished run.

use super::{cash_flow, price};
use crate::cli::output::{rounded, table};
use crate::results::{ReturnsRow, RunStatement, StatementRow};

/// Everything.
pub fn run(statement: &RunStatement, rows: &[StatementRow]) -> String {
    let (side, summary) = (&statement.side, &statement.side.summary);
    let head = format!(
        "{} of {}, {} to {}{}",
        side.name,
        side.folder.display(),
        summary.first_day,
        summary.last_day,
        side.discount_rate_per_year
            .map_or(String::new(), |rate| format!(", discounted to the beginning at {:.4} % per year", 100.0 * rate)),
    );
    let notes: Vec<String> = summary.notes.iter().map(|note| format!("note: {note}")).collect();
    let notes = (!notes.is_empty()).then(|| notes.join("\n"));
    if rows.is_empty() {
        return format!("{head}\n\nnothing was booked");
    }
    let paragraphs = [Some(head), notes, Some(cash_flow("USD in each period:", rows)), returns(&statement.returns)];
    paragraphs.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// A line of the table of figures.
struct Figure {
    name: &'static str,
    value: fn(&ReturnsRow) -> Option<f64>,
    text: fn(f64) -> String,
    /// It says nothing where there are no loans.
    of_owner: bool,
    /// Over the whole run of an investment, no value is an answer.
    never: bool,
}

const fn figure(name: &'static str, text: fn(f64) -> String, value: fn(&ReturnsRow) -> Option<f64>) -> Figure {
    Figure { name, value, text, of_owner: false, never: false }
}

const fn of_owner(name: &'static str, text: fn(f64) -> String, value: fn(&ReturnsRow) -> Option<f64>) -> Figure {
    Figure { name, value, text, of_owner: true, never: false }
}

impl Figure {
    const fn or_never(mut self) -> Self {
        self.never = true;
        self
    }

    fn cell(&self, row: &ReturnsRow) -> Option<String> {
        let invested = row.epoch.is_none() && row.mirr_per_year.is_some();
        (self.value)(row).map(self.text).or_else(|| (self.never && invested).then(|| "never".to_owned()))
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn decimal(number: f64) -> String {
    format!("{number:.2}")
}

const FIGURES: [Figure; 23] = [
    figure("net present value after tax, USD", rounded, |r| Some(r.npv_usd)),
    figure("internal rate of return", percent, |r| r.irr_per_year),
    figure("modified internal rate of return", percent, |r| r.mirr_per_year),
    figure("payback, years", decimal, |r| r.payback_years).or_never(),
    figure("discounted payback, years", decimal, |r| r.discounted_payback_years).or_never(),
    of_owner("to the owner after loans, USD", rounded, |r| Some(r.equity_npv_usd)),
    of_owner("owner's internal rate of return", percent, |r| r.equity_irr_per_year),
    of_owner("owner's modified internal rate", percent, |r| r.equity_mirr_per_year),
    of_owner("owner's payback, years", decimal, |r| r.equity_payback_years).or_never(),
    of_owner("owner's discounted payback, years", decimal, |r| r.equity_discounted_payback_years).or_never(),
    figure("least debt service coverage", decimal, |r| r.minimum_dscr),
    figure("mean debt service coverage", decimal, |r| r.average_dscr),
    figure("levelised USD per MWh used", price, |r| r.levelised_usd_per_mwh),
    figure("levelised USD per BTC", price, |r| r.levelised_usd_per_btc),
    figure("levelised USD per PH/s and day", price, |r| r.levelised_usd_per_ph_day),
    figure("levelised USD per GPU-hour", price, |r| r.levelised_usd_per_gpu_hour),
    figure("levelised USD per kW and month", price, |r| r.levelised_usd_per_kw_month),
    figure("break-even BTC price, USD", price, |r| r.break_even_btc_price_usd),
    figure("break-even hashprice, USD per PH/s and day", price, |r| r.break_even_hashprice_usd_per_ph_day),
    figure("break-even power, USD/MWh", price, |r| r.break_even_power_usd_per_mwh),
    figure("break-even hosting fee, USD/kWh", price, |r| r.break_even_fee_usd_per_kwh),
    figure("break-even rent, USD per GPU-hour", price, |r| r.break_even_rent_usd_per_gpu_hour),
    figure("break-even rent, USD per kW and month", price, |r| r.break_even_rent_usd_per_kw_month),
];

/// A line for each figure, a column for the whole run and for each epoch.
fn returns(rows: &[ReturnsRow]) -> Option<String> {
    let whole = rows.first()?;
    let financed = whole.average_dscr.is_some() || whole.equity_npv_usd != whole.npv_usd;
    let shown = FIGURES
        .iter()
        .filter(|figure| (financed || !figure.of_owner) && rows.iter().any(|row| (figure.value)(row).is_some()));
    let lines = shown.map(|figure| {
        let cells = rows.iter().map(|row| figure.cell(row).unwrap_or_else(|| "–".to_owned()));
        core::iter::once(figure.name.to_owned()).chain(cells).collect::<Vec<_>>()
    });
    let epoch = |row: &ReturnsRow| match (row.epoch, row.kind) {
        (Some(epoch), _) => format!("epoch {epoch}"),
        (None, kind) if kind == whole.kind => "whole run".to_owned(),
        (None, kind) => kind.name().to_owned(),
    };
    let header: Vec<String> = core::iter::once(String::new()).chain(rows.iter().map(epoch)).collect();
    let mut text = vec![table(header, lines)];
    if !whole.irr_note.is_empty() {
        text.push(format!("no internal rate of return: {}", whole.irr_note));
    }
    if financed && !whole.equity_irr_note.is_empty() {
        text.push(format!("no internal rate of return to the owner: {}", whole.equity_irr_note));
    }
    Some(text.join("\n"))
}
