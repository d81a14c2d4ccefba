//! Money: ledger, cash flow, tax, net present value, internal rate of return, payback.
//!
//! A run books signed amounts (income positive) to a [`Ledger`], by farm, [`Period`] and [`Line`]. Closing it
//! adds overhead, depreciation and tax and gives [`Books`], from which every sum of the tables is taken:
//! discounting each period from its middle, the lines of a farm add up to its cash flow, and discounted to its
//! net present value; farms add up to sites and sites to the portfolio.

mod books;
mod depreciation;
mod escalation;
mod ledger;
mod line;
mod params;
mod tax;
mod totals;
mod value;

pub use books::{Books, Returns};
pub use depreciation::{Depreciation, MacrsYears};
pub use escalation::{escalation, spans};
pub use ledger::{Farm, Ledger, Period};
pub use line::{Class, Kind, Line, Quantity};
pub use params::{DiscountRate, FinanceParams, TaxLosses};
pub use tax::{after_tax_cash_flow, pooled_taxes};
pub use totals::Totals;
pub use value::{NoIrr, irr, npv, payback_years};
