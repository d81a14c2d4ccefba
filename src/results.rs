//! What a run leaves behind: tables, summary, manifest; written so that a folder is whole or not there, and read back.

pub mod tables;

mod describe;
mod file;
mod manifest;
mod place;
mod plan_file;
mod project;
mod read;
mod returns;
mod rows;
mod run_statement;
mod side;
mod single;
mod statement;
mod summary;
mod write;

pub use crate::finance::Kind;
pub use describe::{describe_table, describe_tables};
pub use file::{ReadError, csv_bytes, read_rows, write_rows};
pub use manifest::{FileRecord, InputRecord, Manifest, git_commit};
pub use place::{PlaceSummary, describe_placement, fill_placement, is_placement, read_placement};
pub use plan_file::{path_from, plan_toml};
pub use project::ProjectReport;
pub use read::{Run, read_manifest, read_run, read_tables};
pub use returns::returns_rows;
pub use rows::{PORTFOLIO, cashflow_rows, epoch_rows, monthly_rows};
pub use run_statement::RunStatement;
pub use side::{Parts, Side, SideError, View, bridge};
pub use single::{check_file, write_file};
pub use statement::StatementRow;
pub use summary::{CostPerBtc, EmissionsSummary, PortfolioSummary, SiteSummary, Summary};
pub use tables::compare::StepRow;
pub use tables::place::PlaceTables;
pub use tables::returns::ReturnsRow;
pub use tables::sweep::{FanRow, ParetoRow, SensitivityRow, StatisticsRow};
pub use tables::{
    Action, CashFlowRow, ChainRow, DispatchRow, EpochRow, EventRow, FarmRow, MonthlyRow, NetworkRow, Origin, PlacedRow,
    PlacementRow, ReasonRow, Row, Scope, SiteClass, SiteRow, Tables,
};
pub use write::{WriteError, check_target, write_folder, write_run};
