//! What can be booked: ledger lines in dollars, and the quantities beside them.

use serde::{Deserialize, Serialize};

/// What a farm does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bitcoin mining.
    Mining,
    /// AI halls leased to tenants who own the machines.
    Hosting,
    /// AI accelerators of one's own, rented by the hour.
    Cloud,
    /// Selling local energy to the grid: what the site would earn without any farm.
    GridSale,
    /// Mining, hosting and cloud together. The grid sale stays apart: farms are charged the sales they displace, so
    /// their sum is what they add to it.
    #[default]
    All,
}

impl Kind {
    /// Whether the kind is AI (hosting or cloud).
    pub fn is_ai(self) -> bool {
        matches!(self, Self::Hosting | Self::Cloud)
    }

    /// The name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mining => "mining",
            Self::Hosting => "hosting",
            Self::Cloud => "cloud",
            Self::GridSale => "grid_sale",
            Self::All => "all",
        }
    }
}

/// What a ledger line is, in the profit and loss of its farm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Income.
    Revenue,
    /// Paid for energy.
    Energy,
    /// Other cost of running.
    Operating,
    /// Investment, what comes back of it, and what customers advance.
    Capital,
    /// Income tax.
    Tax,
    /// Not cash.
    Memo,
}

/// A line of the ledger. Amounts are signed: income positive, costs negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// Coins mined, before the pool's fee.
    CoinRevenue,
    /// What clients pay for hosting their mining machines.
    HostingFees,
    /// Rent of leased AI halls.
    HostingRent,
    /// Rent of accelerators.
    CloudRent,
    /// Power a tenant pays for.
    PowerPassThrough,
    /// Credits for missed uptime (negative).
    SlaCredits,
    /// Demand-response payments.
    DemandResponse,
    /// Grid sale: what the site would earn by selling all it can, net of the cost of that energy.
    GridSaleRevenue,
    /// Energy bought or generated.
    EnergyCost,
    /// Demand, capacity and coincident-peak charges.
    DemandCharges,
    /// Fuel of backup generation.
    BackupFuel,
    /// The pool's fee.
    PoolFee,
    /// Operation and maintenance by capacity.
    FixedOm,
    /// Operation, maintenance and repairs by use.
    VariableOm,
    /// Share of the corporate overhead.
    Overhead,
    /// Grid sales given up for the farm's use: the other side of [`Line::GridSaleRevenue`], so that a site's farms
    /// and its grid sale add up to what the site really earns.
    ForgoneGridSales,
    /// Buildings, connection, cooling, backup, conversion works.
    InfrastructureCapital,
    /// Machines.
    MachineCapital,
    /// Proceeds of what is sold, and the value of what stands at the end.
    Resale,
    /// Value of what stands when the run ends.
    EndValue,
    /// What customers pay in advance; negative as it is used up or paid back. It adds up to nothing.
    Prepayments,
    /// Income tax.
    Tax,
    /// Tax depreciation (negative), a memo: not cash.
    Depreciation,
    /// What is not yet depreciated when the run ends, deducted against the end value (negative), a memo: not cash.
    WriteOff,
}

impl Line {
    /// Every line, in the order of the tables.
    pub const ALL: [Self; 24] = [
        Self::CoinRevenue,
        Self::HostingFees,
        Self::HostingRent,
        Self::CloudRent,
        Self::PowerPassThrough,
        Self::SlaCredits,
        Self::DemandResponse,
        Self::GridSaleRevenue,
        Self::EnergyCost,
        Self::DemandCharges,
        Self::BackupFuel,
        Self::PoolFee,
        Self::FixedOm,
        Self::VariableOm,
        Self::Overhead,
        Self::ForgoneGridSales,
        Self::InfrastructureCapital,
        Self::MachineCapital,
        Self::Resale,
        Self::EndValue,
        Self::Prepayments,
        Self::Tax,
        Self::Depreciation,
        Self::WriteOff,
    ];

    /// The name in the tables, `snake_case`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CoinRevenue => "coin_revenue",
            Self::HostingFees => "hosting_fees",
            Self::HostingRent => "hosting_rent",
            Self::CloudRent => "cloud_rent",
            Self::PowerPassThrough => "power_pass_through",
            Self::SlaCredits => "sla_credits",
            Self::DemandResponse => "demand_response",
            Self::GridSaleRevenue => "grid_sale_revenue",
            Self::EnergyCost => "energy_cost",
            Self::DemandCharges => "demand_charges",
            Self::BackupFuel => "backup_fuel",
            Self::PoolFee => "pool_fee",
            Self::FixedOm => "fixed_om",
            Self::VariableOm => "variable_om",
            Self::Overhead => "overhead",
            Self::ForgoneGridSales => "forgone_grid_sales",
            Self::InfrastructureCapital => "infrastructure_capital",
            Self::MachineCapital => "machine_capital",
            Self::Resale => "resale",
            Self::EndValue => "end_value",
            Self::Prepayments => "prepayments",
            Self::Tax => "tax",
            Self::Depreciation => "depreciation",
            Self::WriteOff => "write_off",
        }
    }

    /// What the line is.
    pub fn class(self) -> Class {
        match self {
            Self::CoinRevenue
            | Self::HostingFees
            | Self::HostingRent
            | Self::CloudRent
            | Self::PowerPassThrough
            | Self::SlaCredits
            | Self::DemandResponse
            | Self::GridSaleRevenue => Class::Revenue,
            Self::EnergyCost | Self::DemandCharges | Self::BackupFuel => Class::Energy,
            Self::PoolFee | Self::FixedOm | Self::VariableOm | Self::Overhead | Self::ForgoneGridSales => {
                Class::Operating
            }
            Self::InfrastructureCapital | Self::MachineCapital | Self::Resale | Self::EndValue | Self::Prepayments => {
                Class::Capital
            }
            Self::Tax => Class::Tax,
            Self::Depreciation | Self::WriteOff => Class::Memo,
        }
    }

    /// Whether the line moves cash.
    pub fn is_cash(self) -> bool {
        self.class() != Class::Memo
    }

    /// Whether the line counts as income of its year for tax: revenue and running cost as booked, capital by its
    /// depreciation, resale in full, advances as they are earned.
    pub fn is_taxable(self) -> bool {
        matches!(self, Self::Resale | Self::EndValue) || !matches!(self.class(), Class::Capital | Class::Tax)
    }
}

/// A quantity booked beside the dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Capacity online × hours, MW·h at the meter.
    CapacityMwHours,
    /// of it what ran, MW·h.
    UpMwHours,
    /// Surplus energy used (or saleable, for a grid sale), MWh.
    SurplusMwh,
    /// Hydro energy used (or saleable), MWh.
    HydroMwh,
    /// Grid energy used, MWh.
    GridMwh,
    /// Backup energy used, MWh.
    BackupMwh,
    /// Firm load not served, MWh.
    UnservedMwh,
    /// Hashrate × hours, EH/s·h.
    HashrateEhHours,
    /// Coins mined before the pool's fee, BTC.
    BtcMined,
    /// Blocks found.
    BlocksFound,
    /// Accelerator hours rented out.
    GpuHours,
}

impl Quantity {
    /// How many there are.
    pub const COUNT: usize = 11;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_in_the_order_of_the_list_and_have_distinct_names() {
        for (i, line) in Line::ALL.iter().enumerate() {
            assert_eq!(*line as usize, i);
        }
        let names: std::collections::BTreeSet<_> = Line::ALL.iter().map(|l| l.name()).collect();
        assert_eq!(names.len(), Line::ALL.len());
        assert_eq!(Quantity::GpuHours as usize + 1, Quantity::COUNT);
    }

    #[test]
    fn only_memos_are_not_cash_and_tax_counts_no_capital() {
        let not_cash: Vec<_> = Line::ALL.into_iter().filter(|l| !l.is_cash()).collect();
        assert_eq!(not_cash, [Line::Depreciation, Line::WriteOff]);
        let untaxed: Vec<_> = Line::ALL.into_iter().filter(|l| !l.is_taxable()).collect();
        assert_eq!(untaxed, [Line::InfrastructureCapital, Line::MachineCapital, Line::Prepayments, Line::Tax]);
    }
}
