//! Tables, manifest, atomic writing, reading back.

pub mod tables;

pub use tables::{
    Action, CashFlowRow, ChainRow, DispatchRow, EpochRow, EventRow, FarmRow, Kind, MonthlyRow, NetworkRow, Origin,
    PlacedRow, PlacementRow, ReasonRow, Row, Scope, SiteClass, SiteRow, Tables,
};
