//! README.md of a run's folder: every table and column in words.

use super::tables::returns::ReturnsRow;
use super::tables::{
    CashFlowRow, ChainRow, DispatchRow, EpochRow, EventRow, FarmRow, MonthlyRow, NetworkRow, PlacedRow, PlacementRow,
    ReasonRow, Row, SiteRow,
};

const INTRODUCTION: &str = "# Tables of this run

UTC dates; units are in the names; an empty cell means *does not apply*. In `monthly.csv` and `cashflow.csv` income is
positive and costs are negative; columns named *cost*, *capital* or *tax* elsewhere are positive when paid.
`headers.bin` holds the mined block headers, 80 bytes each; `summary.json` the answer in short; `manifest.json` what the
run was made of.
";

/// Describes every table and column in Markdown.
pub fn describe_tables() -> String {
    let tables = [
        describe_table::<SiteRow>(),
        describe_table::<FarmRow>(),
        describe_table::<PlacementRow>(),
        describe_table::<MonthlyRow>(),
        describe_table::<EpochRow>(),
        describe_table::<ReturnsRow>(),
        describe_table::<CashFlowRow>(),
        describe_table::<NetworkRow>(),
        describe_table::<ChainRow>(),
        describe_table::<EventRow>(),
        describe_table::<DispatchRow>(),
        describe_table::<ReasonRow>(),
        describe_table::<PlacedRow>(),
    ];
    format!("{INTRODUCTION}{}", tables.concat())
}

/// Describes one table in Markdown.
pub fn describe_table<R: Row>() -> String {
    let columns: Vec<String> =
        R::COLUMNS.iter().map(|(column, meaning)| format!("| `{column}` | {meaning} |\n")).collect();
    format!("\n## {}\n\n{}\n\n| column | meaning |\n|---|---|\n{}", R::FILE, R::ABOUT, columns.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_sentence_that_fits_its_table_cell() {
        let text = describe_tables();
        for line in text.lines().filter(|line| line.starts_with("| `")) {
            assert_eq!(line.matches('|').count(), 3, "{line}");
            assert!(line.ends_with(". |"), "{line}");
        }
        assert!(text.contains("| `npv_usd` |") && text.contains("## placed.csv"));
    }
}
