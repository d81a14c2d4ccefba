//! Sums of ledger lines and quantities, and the figures made of them.

use super::{Class, Line, Quantity};

/// What one farm booked in one period.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Account {
    pub usd: [f64; Line::ALL.len()],
    pub amounts: [f64; Quantity::COUNT],
}

/// Sum of the lines that move cash.
pub(super) fn cash(usd: &[f64; Line::ALL.len()]) -> f64 {
    Line::ALL.iter().filter(|l| l.is_cash()).map(|l| usd[*l as usize]).sum()
}

/// Sums of ledger lines and quantities, and the figures made of them.
///
/// A cost per coin, hour or MWh is `None` where nothing was mined, rented or used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Totals {
    usd: [f64; Line::ALL.len()],
    discounted: [f64; Line::ALL.len()],
    amounts: [f64; Quantity::COUNT],
    /// Hours of the periods summed over.
    pub hours: f64,
}

impl Totals {
    pub(super) fn add(&mut self, account: &Account, factor: f64) {
        for ((usd, discounted), booked) in self.usd.iter_mut().zip(&mut self.discounted).zip(account.usd) {
            *usd += booked;
            *discounted += factor * booked;
        }
        for (amount, booked) in self.amounts.iter_mut().zip(account.amounts) {
            *amount += booked;
        }
    }

    /// Whether nothing was booked.
    pub fn is_empty(&self) -> bool {
        self.usd.iter().chain(&self.amounts).all(|v| *v == 0.0)
    }

    /// A line, USD, income positive.
    pub fn usd(&self, line: Line) -> f64 {
        self.usd[line as usize]
    }

    /// A line discounted to the run's start, USD.
    pub fn discounted_usd(&self, line: Line) -> f64 {
        self.discounted[line as usize]
    }

    /// A quantity, in its own unit.
    pub fn amount(&self, quantity: Quantity) -> f64 {
        self.amounts[quantity as usize]
    }

    fn class_usd(&self, class: Class) -> f64 {
        Line::ALL.iter().filter(|l| l.class() == class).map(|l| self.usd(*l)).sum()
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

    /// Tax, USD, positive when paid.
    pub fn tax_usd(&self) -> f64 {
        0.0 - self.class_usd(Class::Tax)
    }

    /// Cash flow, USD: all lines but depreciation.
    pub fn cash_flow_usd(&self) -> f64 {
        cash(&self.usd)
    }

    /// Cash flow discounted to the run's start, USD.
    pub fn discounted_cash_flow_usd(&self) -> f64 {
        cash(&self.discounted)
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
