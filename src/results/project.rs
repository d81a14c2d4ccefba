//! What `hashwatt finance` says of a project: figures for programs, and the table by year or by period.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::statement::StatementRow;
use crate::finance::project::{EpochFigures, Figures, Levelised, Project, Statement, Timing};
use crate::finance::{ByLine, Line};

/// A project, evaluated.
#[derive(Debug)]
pub struct ProjectReport {
    /// The project.
    pub project: Project,
    /// Its cash flows with loans.
    pub statement: Statement,
    /// What they say to its owner.
    pub equity: Figures,
    /// What it would be worth if its owner paid all of it.
    pub unlevered: Figures,
}

impl ProjectReport {
    /// Evaluates a project.
    pub fn of(project: Project) -> Self {
        let statement = project.evaluate();
        let equity = project.figures(&statement);
        let unlevered = if project.has_financing() {
            let alone = project.without_debt();
            alone.figures(&alone.evaluate())
        } else {
            equity.clone()
        };
        Self { project, statement, equity, unlevered }
    }

    /// The table by year, construction first.
    pub fn years(&self) -> Vec<StatementRow> {
        let by_year = |row: &[f64]| self.statement.by_year(row);
        let coverage: Vec<Option<f64>> = core::iter::once(None).chain(self.statement.dscr()).collect();
        let last = |row: &[f64]| -> Vec<f64> {
            let time = self.statement.time;
            core::iter::once(0).chain((0..time.years).map(|year| time.last_of_year(year))).map(|p| row[p]).collect()
        };
        self.table(&by_year, &last, Some(&coverage), |year| (year, None))
    }

    /// The table by period, construction first.
    pub fn periods(&self) -> Vec<StatementRow> {
        let time = self.statement.time;
        let name = move |period: usize| {
            if period == 0 { (0, None) } else { (time.year_of(period) + 1, Some((period - 1) % time.per_year + 1)) }
        };
        if self.project.timing == Timing::Annual {
            return self.years();
        }
        let whole = |row: &[f64]| row.to_vec();
        self.table(&whole, &whole, None, name)
    }

    /// `sum` makes rows of flows, `state` rows of what stands at a period's end.
    fn table(
        &self,
        sum: &dyn Fn(&[f64]) -> Vec<f64>,
        state: &dyn Fn(&[f64]) -> Vec<f64>,
        coverage: Option<&[Option<f64>]>,
        name: impl Fn(usize) -> (usize, Option<usize>),
    ) -> Vec<StatementRow> {
        let statement = &self.statement;
        let cash = statement.cash_flow_usd();
        let discount = statement.time.discount(self.project.nominal_rate_per_year());
        let present: Vec<f64> = cash.iter().zip(&discount).map(|(usd, factor)| usd * factor).collect();
        let (debt, discounted) = (state(&statement.debt_usd()), sum(&present));
        let lines: Vec<Vec<f64>> = Line::ALL.iter().map(|line| sum(statement.row(*line))).collect();
        let mut running_usd = 0.0;
        (0..debt.len())
            .map(|i| {
                let mut usd = ByLine::default();
                for (line, row) in Line::ALL.into_iter().zip(&lines) {
                    usd[line] = row[i];
                }
                running_usd += usd.sum(Line::is_cash);
                let (year, month) = name(i);
                let mut row = StatementRow::of(year, month, &usd);
                row.push("debt_usd", Some(debt[i]));
                row.push("cumulative_cash_flow_usd", Some(running_usd));
                row.push("discounted_cash_flow_usd", Some(discounted[i]));
                if let Some(coverage) = coverage {
                    row.push("dscr", coverage[i]);
                }
                row
            })
            .collect()
    }

    /// What a reader should know before he believes the figures.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.project.unused_keys();
        for (loan, usd) in self.project.debt.iter().zip(&self.statement.loans_usd) {
            if *usd < 0.0 {
                notes.push(format!(
                    "the loan `{}` comes out negative: where the cash it is sized to is negative, so is its service (SAM's rule)",
                    loan.name
                ));
            }
        }
        let equity_usd = -self.statement.cash_flow_usd()[0];
        if equity_usd < 0.0 {
            notes.push(format!(
                "the loans exceed what is spent: {:.0} USD are paid out to the owner before the first revenue; `maximum_share` limits a sized loan",
                -equity_usd
            ));
        }
        notes
    }

    /// Everything as JSON.
    pub fn json(&self, monthly: bool) -> Value {
        let project = &self.project;
        let rows = if monthly { self.periods() } else { self.years() };
        json!({
            "name": project.name,
            "nominal_discount_rate_per_year": project.nominal_rate_per_year(),
            "notes": self.notes(),
            "sources_usd": amounts(&self.sources_usd()),
            "uses_usd": amounts(&self.uses_usd()),
            "equity": figures(&self.equity),
            "project": figures(&self.unlevered),
            "break_even": project.break_evens().iter().map(break_even).collect::<Vec<_>>(),
            "rows": rows.iter().map(StatementRow::json).collect::<Vec<_>>(),
        })
    }

    /// Where the money of construction comes from, USD.
    pub fn sources_usd(&self) -> Vec<(String, f64)> {
        let loans = self.project.debt.iter().zip(&self.statement.loans_usd);
        let mut sources: Vec<(String, f64)> = loans.map(|(loan, usd)| (loan.name.clone(), *usd)).collect();
        let prepaid_usd = self.statement.row(Line::Prepayments)[0];
        if prepaid_usd != 0.0 {
            sources.push(("prepaid by customers".into(), prepaid_usd));
        }
        sources.push(("equity".into(), -self.statement.cash_flow_usd()[0]));
        sources
    }

    /// What it is spent on, USD.
    pub fn uses_usd(&self) -> Vec<(String, f64)> {
        let spent = |line: Line| 0.0 - self.statement.row(line)[0];
        let mut uses: Vec<(String, f64)> = self.project.capital.iter().map(|a| (a.name.clone(), a.cost_usd)).collect();
        let others = [
            ("interest during construction", Line::Interest),
            ("cost of financing", Line::DebtFees),
            ("debt service reserve", Line::DebtReserve),
            ("working capital", Line::WorkingCapital),
        ];
        uses.extend(
            others.map(|(name, line)| (name.to_owned(), spent(line))).into_iter().filter(|(_, usd)| *usd != 0.0),
        );
        uses
    }
}

fn amounts(list: &[(String, f64)]) -> Value {
    list.iter().map(|(name, usd)| (name.clone(), json!(usd))).collect::<Map<_, _>>().into()
}

#[derive(Serialize)]
struct FiguresJson<'a> {
    npv_usd: f64,
    irr_per_year: Option<f64>,
    irr_note: Option<String>,
    mirr_per_year: Option<f64>,
    mirr_note: Option<String>,
    payback_years: Option<f64>,
    discounted_payback_years: Option<f64>,
    levelised: &'a [Levelised],
    minimum_dscr: Option<f64>,
    average_dscr: Option<f64>,
    epochs: &'a [EpochFigures],
}

fn figures(figures: &Figures) -> Value {
    json!(FiguresJson::of(figures))
}

impl<'a> FiguresJson<'a> {
    fn of(figures: &'a Figures) -> Self {
        Self {
            npv_usd: figures.npv_usd,
            irr_per_year: figures.irr_per_year.as_ref().ok().copied(),
            irr_note: figures.irr_per_year.as_ref().err().map(ToString::to_string),
            mirr_per_year: figures.mirr_per_year.ok(),
            mirr_note: figures.mirr_per_year.err().map(|e| e.to_string()),
            payback_years: figures.payback_years,
            discounted_payback_years: figures.discounted_payback_years,
            levelised: &figures.levelised,
            minimum_dscr: figures.minimum_dscr,
            average_dscr: figures.average_dscr,
            epochs: &figures.epochs,
        }
    }
}

fn break_even(found: &crate::finance::project::BreakEven) -> Value {
    json!({
        "price": found.price,
        "unit": found.price.name(),
        "year": found.year,
        "level": found.level,
        "today_usd": found.today_usd,
        "break_even_usd": found.usd.ok(),
        "note": found.usd.err().map(|e| e.to_string()),
    })
}
