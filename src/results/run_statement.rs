//! The cash-flow table of a farm, a site or the portfolio of a finished run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::file::read_rows;
use super::side::{Side, SideError, View};
use super::statement::StatementRow;
use super::tables::returns::ReturnsRow;
use super::tables::{CashFlowRow, MonthlyRow, Row, Scope};
use crate::finance::{ByLine, Kind, Line};

/// The books of a part of a run, year by year.
#[derive(Debug)]
pub struct RunStatement {
    /// What it is a statement of.
    pub side: Side,
    /// Every calendar year.
    pub years: Vec<StatementRow>,
    /// What it is worth: over the whole run; of sites and the portfolio then each kind of farm, where there are several;
    /// then by halving epoch, all farms together.
    pub returns: Vec<ReturnsRow>,
}

impl RunStatement {
    /// Reads `FOLDER` or `FOLDER:NAME`; without a name it is the portfolio.
    ///
    /// # Errors
    /// As [`Side::read`].
    pub fn read(text: &str) -> Result<Self, SideError> {
        let side = Side::read(text, View::Project)?;
        let own = |scope: Scope, name: &str, kind: Kind| {
            scope == side.scope && name == side.name && (scope == Scope::Farm || kind == Kind::All)
        };
        let cash: Vec<CashFlowRow> = read_rows(&side.folder.join(CashFlowRow::FILE))?;
        let years = years(cash.iter().filter(|row| own(row.scope, &row.name, row.kind)));
        let mut rows: Vec<ReturnsRow> = read_rows(&side.folder.join(ReturnsRow::FILE))?;
        rows.retain(|row| row.scope == side.scope && row.name == side.name);
        let is_own = |row: &&ReturnsRow| own(row.scope, &row.name, row.kind);
        let is_part = |row: &&ReturnsRow| row.epoch.is_none() && !is_own(row) && row.kind != Kind::GridSale;
        let whole = rows.iter().filter(|row| row.epoch.is_none()).filter(is_own);
        let epochs = rows.iter().filter(|row| row.epoch.is_some()).filter(is_own);
        let returns = whole.chain(rows.iter().filter(is_part)).chain(epochs).cloned().collect();
        Ok(Self { side, years, returns })
    }

    /// The same month by month, from the table of farms and months.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn months(&self) -> Result<Vec<StatementRow>, SideError> {
        let rows: Vec<MonthlyRow> = read_rows(&self.side.folder.join(MonthlyRow::FILE))?;
        let own = |row: &&MonthlyRow| match self.side.scope {
            Scope::Farm => row.farm == self.side.name,
            Scope::Site => row.site == self.side.name && row.kind != Kind::GridSale,
            Scope::Portfolio => row.kind != Kind::GridSale,
        };
        let mut months: BTreeMap<(usize, usize), ByLine> = BTreeMap::new();
        for row in rows.iter().filter(own) {
            let Some(month) = month_of(&row.month) else { continue };
            months.entry(month).or_default().add(&row.by_line(), 1.0);
        }
        Ok(months.into_iter().map(|((year, month), usd)| StatementRow::of(year, Some(month), &usd)).collect())
    }

    /// Everything as JSON.
    ///
    /// # Errors
    /// When the months are asked for and cannot be read.
    pub fn json(&self, monthly: bool) -> Result<Value, SideError> {
        let months = if monthly { Some(self.months()?) } else { None };
        let rows = months.as_ref().unwrap_or(&self.years);
        Ok(json!({
            "run": self.side.folder.display().to_string(),
            "scope": self.side.scope,
            "name": self.side.name,
            "returns": self.returns,
            "rows": rows.iter().map(StatementRow::json).collect::<Vec<_>>(),
        }))
    }
}

fn years<'r>(cash: impl Iterator<Item = &'r CashFlowRow>) -> Vec<StatementRow> {
    let mut years: BTreeMap<i32, (ByLine, f64)> = BTreeMap::new();
    for row in cash {
        let Some(line) = Line::named(&row.line) else { continue };
        let (usd, discounted_usd) = years.entry(row.year).or_default();
        usd[line] += row.usd;
        *discounted_usd += if line.is_cash() { row.discounted_usd } else { 0.0 };
    }
    let (mut owed_usd, mut running_usd) = (0.0, 0.0);
    let row = |(year, (usd, discounted_usd)): (i32, (ByLine, f64))| {
        owed_usd += usd[Line::DebtDraws] + usd[Line::Principal] + usd[Line::DebtAtEnd];
        running_usd += usd.sum(Line::is_cash);
        let service_usd = 0.0 - usd[Line::Interest] - usd[Line::Principal];
        let mut row = StatementRow::of(year as usize, None, &usd);
        row.push("debt_usd", Some(owed_usd));
        row.push("cumulative_cash_flow_usd", Some(running_usd));
        row.push("discounted_cash_flow_usd", Some(discounted_usd));
        row.push("dscr", (service_usd > 0.0).then(|| usd.sum(Line::serves_debt) / service_usd));
        row
    };
    years.into_iter().map(row).collect()
}

/// Year and month of `YYYY-MM`.
fn month_of(text: &str) -> Option<(usize, usize)> {
    let (year, month) = text.split_once('-')?;
    Some((year.parse().ok()?, month.parse().ok()?))
}
