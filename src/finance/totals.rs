//! Sums of ledger lines and quantities, and the figures made of them.

use super::by_line::ByLine;
use super::{Class, Line, Quantity};

/// What one farm booked in one period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    pub(super) usd: ByLine,
    pub(super) amounts: [f64; Quantity::COUNT],
}

impl Account {
    /// Books dollars, income positive.
    pub fn add(&mut self, line: Line, usd: f64) {
        self.usd[line] += usd;
    }

    /// Books dollars one after the other, as [`Self::add`] does, but the sum stays in a register meanwhile.
    pub fn add_each(&mut self, line: Line, usd: impl IntoIterator<Item = f64>) {
        self.usd[line] = usd.into_iter().fold(self.usd[line], |sum, usd| sum + usd);
    }

    /// Books a quantity, in its own unit.
    pub fn count(&mut self, quantity: Quantity, amount: f64) {
        self.amounts[quantity as usize] += amount;
    }

    /// Books amounts one after the other, as [`Self::count`] does, but the sum stays in a register meanwhile.
    pub fn count_each(&mut self, quantity: Quantity, amounts: impl IntoIterator<Item = f64>) {
        let sum = self.amounts[quantity as usize];
        self.amounts[quantity as usize] = amounts.into_iter().fold(sum, |sum, amount| sum + amount);
    }
}

/// Sums of an account's lines that are asked for over and over, USD.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    /// Of the project, apart from how it is financed ([`Line::in_project`]).
    pub project: f64,
    /// Of its owner, after loans ([`Line::is_cash`]).
    pub owner: f64,
    /// Revenue and running cost.
    pub running: f64,
    /// Revenue.
    pub revenue: f64,
    /// What lenders count on ([`Line::serves_debt`]).
    pub serves_debt: f64,
}

impl Sums {
    pub fn of(account: &Account) -> Self {
        let runs = |line: Line| matches!(line.class(), Class::Revenue | Class::Energy | Class::Operating);
        Self {
            project: account.usd.weighed(Line::in_project),
            owner: account.usd.sum(Line::is_cash),
            running: account.usd.sum(runs),
            revenue: account.usd.sum(|line| line.class() == Class::Revenue),
            serves_debt: account.usd.sum(Line::serves_debt),
        }
    }
}

/// Sums of ledger lines and quantities, and the figures made of them.
///
/// A cost per coin, hour or MWh is `None` where nothing was mined, rented or used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Totals {
    usd: ByLine,
    discounted: ByLine,
    amounts: [f64; Quantity::COUNT],
    /// Hours of the periods summed over.
    pub hours: f64,
}

impl Totals {
    pub(super) fn add(&mut self, account: &Account, factor: f64) {
        self.usd.add(&account.usd, 1.0);
        self.discounted.add(&account.usd, factor);
        for (amount, booked) in self.amounts.iter_mut().zip(account.amounts) {
            *amount += booked;
        }
    }

    /// Whether nothing was booked.
    pub fn is_empty(&self) -> bool {
        self.usd.is_empty() && self.amounts.iter().all(|v| *v == 0.0)
    }

    /// A line, USD, income positive.
    pub fn usd(&self, line: Line) -> f64 {
        self.usd[line]
    }

    /// A line discounted to the run's start, USD.
    pub fn discounted_usd(&self, line: Line) -> f64 {
        self.discounted[line]
    }

    /// A quantity, in its own unit.
    pub fn amount(&self, quantity: Quantity) -> f64 {
        self.amounts[quantity as usize]
    }

    fn class_usd(&self, class: Class) -> f64 {
        self.usd.sum(|line| line.class() == class)
    }

    /// Revenue, USD.
    pub fn revenue_usd(&self) -> f64 {
        self.class_usd(Class::Revenue)
    }

    /// Energy cost, USD, positive when paid.
    pub fn energy_cost_usd(&self) -> f64 {
        0.0 - self.class_usd(Class::Energy)
    }

    /// Other operating cost, USD, positive when paid; forgone grid sales included.
    pub fn operating_cost_usd(&self) -> f64 {
        0.0 - self.class_usd(Class::Operating)
    }

    /// Capital spent on infrastructure and machines, USD, before resale.
    pub fn capital_usd(&self) -> f64 {
        0.0 - (self.usd(Line::InfrastructureCapital) + self.usd(Line::MachineCapital))
    }

    /// Capital spent less resale and what customers advance, USD.
    pub fn capital_less_resale_usd(&self) -> f64 {
        0.0 - self.class_usd(Class::Capital)
    }

    /// Tax less credits, USD, positive when paid, apart from what loans save of it.
    pub fn tax_usd(&self) -> f64 {
        self.usd(Line::InterestTaxShield) - self.class_usd(Class::Tax)
    }

    /// Cash set aside or lent by customers, USD, positive when it came back.
    pub fn held_usd(&self) -> f64 {
        self.class_usd(Class::Held)
    }

    /// Cash flow of the farms themselves, USD, apart from how they are financed (see [`Line::in_project`]).
    pub fn cash_flow_usd(&self) -> f64 {
        self.usd.weighed(Line::in_project)
    }

    /// The same discounted to the run's start, USD.
    pub fn discounted_cash_flow_usd(&self) -> f64 {
        self.discounted.weighed(Line::in_project)
    }

    /// Cash flow of the owner, USD, after loans: all lines but the memos.
    pub fn equity_cash_flow_usd(&self) -> f64 {
        self.usd.sum(Line::is_cash)
    }

    /// The same discounted to the run's start, USD.
    pub fn discounted_equity_cash_flow_usd(&self) -> f64 {
        self.discounted.sum(Line::is_cash)
    }

    /// Energy used (or saleable, for a grid sale), MWh, from all sources.
    pub fn energy_mwh(&self) -> f64 {
        [Quantity::SurplusMwh, Quantity::HydroMwh, Quantity::GridMwh, Quantity::BackupMwh]
            .map(|q| self.amount(q))
            .iter()
            .sum()
    }

    /// Mean over the periods of a quantity that is counted by the hour: MW of MW·h, EH/s of EH/s·h.
    pub fn mean(&self, quantity: Quantity) -> f64 {
        per(self.amount(quantity), self.hours).unwrap_or(0.0)
    }

    /// Share of the capacity-hours that ran.
    pub fn uptime_share(&self) -> Option<f64> {
        per(self.amount(Quantity::UpMwHours), self.amount(Quantity::CapacityMwHours))
    }

    /// Revenue less energy and other operating cost, USD per MWh used.
    pub fn margin_usd_per_mwh(&self) -> Option<f64> {
        per(self.revenue_usd() - self.energy_cost_usd() - self.operating_cost_usd(), self.energy_mwh())
    }

    /// Electricity cost per coin, USD/BTC, before demand-response payments.
    pub fn electricity_usd_per_btc(&self) -> Option<f64> {
        per(self.energy_cost_usd(), self.amount(Quantity::BtcMined))
    }

    /// Cash cost per coin, USD/BTC: electricity, pool fee, O&M and overhead, neither tax nor forgone sales.
    pub fn cash_usd_per_btc(&self) -> Option<f64> {
        per(self.cash_cost_usd(), self.amount(Quantity::BtcMined))
    }

    /// All-in cost per coin, USD/BTC: cash cost and the capital used up.
    pub fn all_in_usd_per_btc(&self) -> Option<f64> {
        per(self.cash_cost_usd() + self.capital_used_up_usd(), self.amount(Quantity::BtcMined))
    }

    /// Marginal cost per coin, USD/BTC: what is saved or earned when the machines stop, that is energy, pool fee,
    /// variable O&M and forgone grid sales.
    pub fn marginal_usd_per_btc(&self) -> Option<f64> {
        let stops = [Line::EnergyCost, Line::BackupFuel, Line::PoolFee, Line::VariableOm, Line::ForgoneGridSales];
        let usd: f64 = stops.iter().map(|l| -self.usd(*l)).sum();
        per(usd, self.amount(Quantity::BtcMined))
    }

    /// All-in cost per accelerator hour, USD: cash cost and the capital used up.
    pub fn usd_per_gpu_hour(&self) -> Option<f64> {
        per(self.cash_cost_usd() + self.capital_used_up_usd(), self.amount(Quantity::GpuHours))
    }

    fn cash_cost_usd(&self) -> f64 {
        self.energy_cost_usd() + self.operating_cost_usd() + self.usd(Line::ForgoneGridSales)
    }

    /// Depreciation less what resale returned, USD, at least 0; what stands at the run's end is neither used up nor
    /// counted.
    fn capital_used_up_usd(&self) -> f64 {
        (-self.usd(Line::Depreciation) - self.usd(Line::Resale)).max(0.0)
    }
}

fn per(amount: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| amount / of)
}
