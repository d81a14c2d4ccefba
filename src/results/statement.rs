//! One row of a cash-flow table: a year or a month, its ledger lines and their sums.

use serde_json::{Map, Value, json};

use crate::finance::{ByLine, Class, Line};

/// A year or a month of a cash-flow table.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementRow {
    /// Calendar year of a run; year of operation of a project, 0 for construction.
    pub year: usize,
    /// Month of the year from 1, in a table by month.
    pub month: Option<usize>,
    /// Every column: name with unit, and value; `None` where there is none.
    pub columns: Vec<(String, Option<f64>)>,
}

impl StatementRow {
    /// The row of some lines: they and their sums.
    pub fn of(year: usize, month: Option<usize>, usd: &ByLine) -> Self {
        let mut row = Self { year, month, columns: Vec::with_capacity(Line::ALL.len() + 10) };
        for line in Line::ALL {
            row.push(&format!("{}_usd", line.name()), Some(usd[line]));
        }
        let classes = [
            ("revenue_usd", Class::Revenue),
            ("energy_usd", Class::Energy),
            ("operation_usd", Class::Operating),
            ("capital_usd", Class::Capital),
        ];
        for (name, class) in classes {
            row.push(name, Some(usd.sum(|line| line.class() == class)));
        }
        row.push("ebitda_usd", Some(usd.sum(Line::is_ebitda)));
        row.push("cash_flow_usd", Some(usd.sum(Line::is_cash)));
        row
    }

    /// Adds a column.
    pub fn push(&mut self, name: &str, value: Option<f64>) {
        // No negative zeros in what people read.
        self.columns.push((name.to_owned(), value.map(|v| v + 0.0)));
    }

    /// The value of a column.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.columns.iter().find(|(column, _)| column == name).and_then(|(_, value)| *value)
    }

    /// The row as a JSON object.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("year".into(), self.year.into());
        if let Some(month) = self.month {
            object.insert("month".into(), month.into());
        }
        object.extend(self.columns.iter().map(|(name, value)| (name.clone(), json!(value))));
        object.into()
    }
}
