//! Money: ledger, cash flow, tax, loans, and what they say about an investment.
//!
//! A run books signed amounts (income positive) to a [`Ledger`], by farm, [`Period`] and [`Line`]. Closing it
//! adds overhead, loans, kept coins, depreciation and tax and gives [`Books`], from which every sum of the tables is
//! taken: discounting each period from its middle, the lines of a farm add up to its cash flow, and discounted to its
//! net present value; farms add up to sites and sites to the portfolio. A [`Bridge`] tells why two of them differ.
//! A [`Project`] stands alone: the same lines from a file of amounts and prices, by the rules of SAM.

mod books;
mod bridge;
mod by_line;
mod by_year;
mod closing;
mod debt;
mod depreciation;
mod escalation;
mod ledger;
mod line;
mod params;
pub mod project;
mod rate;
mod returns;
mod root;
mod tax;
mod time_value;
mod totals;
mod treasury;
mod value;

pub use books::Books;
pub use bridge::{Bridge, Step};
pub use by_line::ByLine;
pub use by_year::ByYear;
pub use debt::{Finances, Payment, Repayment, Tranche};
pub use depreciation::{Depreciation, MacrsYears};
pub use escalation::{escalation, spans};
pub use ledger::{Farm, Ledger, Period};
pub use line::{Class, Kind, Line, Quantity};
pub use params::{Authority, FinanceParams, TaxLosses};
pub use project::Project;
pub use rate::{RateBasis, nominal_rate};
pub use returns::{Coverage, Returns, UnitFigures};
pub use tax::{income_tax_share, pooled_taxes};
pub use time_value::{NoMirr, capital_recovery, discounted, mirr, nper, pmt, ppmt, pv};
pub use totals::{Account, Totals};
pub use treasury::Treasury;
pub use value::{NoIrr, irr, npv, payback_years};
