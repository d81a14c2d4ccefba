//! A stand-alone project, from capital, energy or coins per year and prices to a cash-flow table and what it says.
//!
//! The annual model of project finance, as in SAM's single-owner model (NREL, ssc `cmod_singleowner.cpp`), whose
//! cash flows it equals to the cent: money is nominal; period 0 is the end of construction; the flows of a period
//! fall on its end. [`Project`] is the file, [`Project::evaluate`] gives a [`Statement`]: every [`Line`] in every
//! period. Where the field has what SAM has not (coins, treasuries, leases, prepaid contracts, halvings) the rules
//! stand with the keys.
//!
//! [`Line`]: super::Line

mod assets;
mod break_even;
mod check;
mod contracts;
mod epochs;
mod funding;
mod operation;
mod params;
mod returns;
mod statement;
mod taxes;
mod terms;
mod treasury;
mod unused;

#[cfg(test)]
mod tests;

pub use assets::{Asset, AssetClass};
pub use break_even::{BreakEven, NoBreakEven, Price};
pub use contracts::{Cloud, CloudContract, DemandResponse, Exports, HostedMining, Lease, LeaseStructure, Mining};
pub use epochs::EpochFigures;
pub use params::{Energy, Operation, Project, Timing, WorkingCapital};
pub use returns::{Figures, Levelised, Product};
pub use statement::{Statement, Time};
pub use terms::{Jurisdiction, Taxation};

impl Project {
    /// Books everything: operation first, then loans, which are sized by it, then taxes, which are due on both.
    pub fn evaluate(&self) -> Statement {
        let mut statement = Statement::new(Time::of(self));
        operation::book(self, &mut statement);
        funding::book(self, &mut statement);
        taxes::book(self, &mut statement);
        statement
    }

    /// Keys that have no effect beside the others, each with the reason.
    pub fn unused_keys(&self) -> Vec<String> {
        unused::unused(self)
    }

    /// What a statement of this project says.
    pub fn figures(&self, statement: &Statement) -> Figures {
        Figures::of(self, statement)
    }
}
