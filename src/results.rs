//! Tables, manifest, atomic writing, reading back.

pub mod tables;

pub use crate::finance::Kind;
pub use tables::{
    Action, CashFlowRow, ChainRow, DispatchRow, EpochRow, EventRow, FarmRow, MonthlyRow, NetworkRow, Origin, PlacedRow,
    PlacementRow, ReasonRow, Row, Scope, SiteClass, SiteRow, Tables,
};
