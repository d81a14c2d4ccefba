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
    /// Investment, and what comes back of it.
    Capital,
    /// Cash set aside or lent by a customer, neither income nor cost: it comes back.
    Held,
    /// Income tax and tax credits.
    Tax,
    /// Lenders' money and what it costs, the lender's reserve.
    Financing,
    /// Not cash.
    Memo,
}

/// A line of the ledger. Amounts are signed: income positive, costs negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// Coins mined, before the pool's fee.
    CoinRevenue,
    /// Rent of leased AI halls.
    HostingRent,
    /// Rent of accelerators.
    CloudRent,
    /// What the owners of hosted mining machines pay by the kWh.
    HostingFees,
    /// Power a tenant pays for.
    PowerPassThrough,
    /// Credits for missed uptime (negative).
    SlaCredits,
    /// Demand-response payments.
    DemandResponse,
    /// Power bought forward and sold back, and payments for output curtailed.
    CurtailmentCredits,
    /// Grid sale: what the site would earn by selling all it can, net of the cost of that energy.
    GridSaleRevenue,
    /// Held coins sold for more (or less, negative) than they were worth when mined.
    CoinGains,
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
    /// Insurance.
    Insurance,
    /// Property tax.
    PropertyTax,
    /// Lease of the site.
    SiteLease,
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
    /// Coins kept (negative) and, when they are sold, what they were worth when mined (positive).
    CoinsHeld,
    /// Prepayments of customers received, and used up (negative).
    Prepayments,
    /// Money tied up in the running business (negative) and given back.
    WorkingCapital,
    /// Interest earned on working capital.
    WorkingCapitalInterest,
    /// Federal income tax.
    Tax,
    /// State income tax.
    StateTax,
    /// Investment tax credits.
    InvestmentTaxCredit,
    /// Production tax credits.
    ProductionTaxCredit,
    /// Money drawn from lenders.
    DebtDraws,
    /// Interest on debt.
    Interest,
    /// Repayment of debt.
    Principal,
    /// Lenders' fees and closing costs.
    DebtFees,
    /// Payments into (negative) and out of the debt service reserve.
    DebtReserve,
    /// Interest earned on the debt service reserve.
    DebtReserveInterest,
    /// What is still owed when the run ends, repaid from the end value.
    DebtAtEnd,
    /// Tax depreciation (negative), a memo: not cash.
    Depreciation,
    /// Depreciation for state tax (negative), a memo: not cash.
    StateDepreciation,
    /// What is not yet depreciated when the run ends, deducted against the end value (negative), a memo: not cash.
    WriteOff,
    /// Tax that debt saves by its interest, less that on its reserve's interest, a memo: it is in the taxes.
    InterestTaxShield,
}

impl Line {
    /// Every line, in the order of the tables.
    pub const ALL: [Self; 44] = [
        Self::CoinRevenue,
        Self::HostingRent,
        Self::CloudRent,
        Self::HostingFees,
        Self::PowerPassThrough,
        Self::SlaCredits,
        Self::DemandResponse,
        Self::CurtailmentCredits,
        Self::GridSaleRevenue,
        Self::CoinGains,
        Self::EnergyCost,
        Self::DemandCharges,
        Self::BackupFuel,
        Self::PoolFee,
        Self::FixedOm,
        Self::VariableOm,
        Self::Insurance,
        Self::PropertyTax,
        Self::SiteLease,
        Self::Overhead,
        Self::ForgoneGridSales,
        Self::InfrastructureCapital,
        Self::MachineCapital,
        Self::Resale,
        Self::EndValue,
        Self::CoinsHeld,
        Self::Prepayments,
        Self::WorkingCapital,
        Self::WorkingCapitalInterest,
        Self::Tax,
        Self::StateTax,
        Self::InvestmentTaxCredit,
        Self::ProductionTaxCredit,
        Self::DebtDraws,
        Self::Interest,
        Self::Principal,
        Self::DebtFees,
        Self::DebtReserve,
        Self::DebtReserveInterest,
        Self::DebtAtEnd,
        Self::Depreciation,
        Self::StateDepreciation,
        Self::WriteOff,
        Self::InterestTaxShield,
    ];

    /// The name in the tables, `snake_case`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CoinRevenue => "coin_revenue",
            Self::HostingRent => "hosting_rent",
            Self::CloudRent => "cloud_rent",
            Self::HostingFees => "hosting_fees",
            Self::PowerPassThrough => "power_pass_through",
            Self::SlaCredits => "sla_credits",
            Self::DemandResponse => "demand_response",
            Self::CurtailmentCredits => "curtailment_credits",
            Self::GridSaleRevenue => "grid_sale_revenue",
            Self::CoinGains => "coin_gains",
            Self::EnergyCost => "energy_cost",
            Self::DemandCharges => "demand_charges",
            Self::BackupFuel => "backup_fuel",
            Self::PoolFee => "pool_fee",
            Self::FixedOm => "fixed_om",
            Self::VariableOm => "variable_om",
            Self::Insurance => "insurance",
            Self::PropertyTax => "property_tax",
            Self::SiteLease => "site_lease",
            Self::Overhead => "overhead",
            Self::ForgoneGridSales => "forgone_grid_sales",
            Self::InfrastructureCapital => "infrastructure_capital",
            Self::MachineCapital => "machine_capital",
            Self::Resale => "resale",
            Self::EndValue => "end_value",
            Self::CoinsHeld => "coins_held",
            Self::Prepayments => "prepayments",
            Self::WorkingCapital => "working_capital",
            Self::WorkingCapitalInterest => "working_capital_interest",
            Self::Tax => "tax",
            Self::StateTax => "state_tax",
            Self::InvestmentTaxCredit => "investment_tax_credit",
            Self::ProductionTaxCredit => "production_tax_credit",
            Self::DebtDraws => "debt_draws",
            Self::Interest => "interest",
            Self::Principal => "principal",
            Self::DebtFees => "debt_fees",
            Self::DebtReserve => "debt_reserve",
            Self::DebtReserveInterest => "debt_reserve_interest",
            Self::DebtAtEnd => "debt_at_end",
            Self::Depreciation => "depreciation",
            Self::StateDepreciation => "state_depreciation",
            Self::WriteOff => "write_off",
            Self::InterestTaxShield => "interest_tax_shield",
        }
    }

    /// The line of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|line| line.name() == name)
    }

    /// What the line is.
    pub fn class(self) -> Class {
        match self {
            Self::CoinRevenue
            | Self::HostingRent
            | Self::CloudRent
            | Self::HostingFees
            | Self::PowerPassThrough
            | Self::SlaCredits
            | Self::DemandResponse
            | Self::CurtailmentCredits
            | Self::GridSaleRevenue
            | Self::CoinGains => Class::Revenue,
            Self::EnergyCost | Self::DemandCharges | Self::BackupFuel => Class::Energy,
            Self::PoolFee
            | Self::FixedOm
            | Self::VariableOm
            | Self::Insurance
            | Self::PropertyTax
            | Self::SiteLease
            | Self::Overhead
            | Self::ForgoneGridSales => Class::Operating,
            Self::InfrastructureCapital | Self::MachineCapital | Self::Resale | Self::EndValue => Class::Capital,
            Self::CoinsHeld | Self::Prepayments | Self::WorkingCapital | Self::WorkingCapitalInterest => Class::Held,
            Self::Tax | Self::StateTax | Self::InvestmentTaxCredit | Self::ProductionTaxCredit => Class::Tax,
            Self::DebtDraws
            | Self::Interest
            | Self::Principal
            | Self::DebtFees
            | Self::DebtReserve
            | Self::DebtReserveInterest
            | Self::DebtAtEnd => Class::Financing,
            Self::Depreciation | Self::StateDepreciation | Self::WriteOff | Self::InterestTaxShield => Class::Memo,
        }
    }

    /// Whether the line moves cash.
    pub fn is_cash(self) -> bool {
        self.class() != Class::Memo
    }

    /// Part of the line in the value of the project itself, apart from how it is financed: all of what moves cash but
    /// lenders' money, and of the taxes not what lenders' interest saves of them.
    pub fn in_project(self) -> f64 {
        match self.class() {
            Class::Financing => 0.0,
            Class::Memo => {
                if self == Self::InterestTaxShield {
                    -1.0
                } else {
                    0.0
                }
            }
            _ => 1.0,
        }
    }

    /// Whether the line is what coins are sold for where no more are sold than costs ask: running and lenders' service,
    /// less other income. The pool keeps its fee from the coins.
    pub fn is_need(self) -> bool {
        match self.class() {
            Class::Revenue => !matches!(self, Self::CoinRevenue | Self::CoinGains),
            Class::Energy => true,
            Class::Operating => !matches!(self, Self::PoolFee | Self::ForgoneGridSales),
            Class::Financing => matches!(self, Self::Interest | Self::Principal),
            Class::Capital | Class::Held | Class::Tax | Class::Memo => false,
        }
    }

    /// Whether the line counts into earnings before interest, tax and depreciation; what is sold and what is left at the
    /// end do, as in SAM.
    pub fn is_ebitda(self) -> bool {
        matches!(self.class(), Class::Revenue | Class::Energy | Class::Operating)
            || matches!(self, Self::Resale | Self::EndValue)
    }

    /// Whether lenders count on the line: earnings before interest, tax and depreciation as they are paid. Coins kept are
    /// not there, prepaid hours were paid before.
    pub fn serves_debt(self) -> bool {
        matches!(self.class(), Class::Revenue | Class::Energy | Class::Operating)
            || matches!(self, Self::CoinsHeld | Self::Prepayments)
    }

    /// Whether the line counts as income of its year for tax: revenue and running cost as booked, capital by its
    /// depreciation, resale in full, of lenders' money the interest.
    pub fn is_taxable(self) -> bool {
        match self.class() {
            Class::Revenue | Class::Energy | Class::Operating => true,
            Class::Capital => matches!(self, Self::Resale | Self::EndValue),
            Class::Held => self == Self::WorkingCapitalInterest,
            Class::Financing => matches!(self, Self::Interest | Self::DebtReserveInterest),
            Class::Memo => matches!(self, Self::Depreciation | Self::WriteOff),
            Class::Tax => false,
        }
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
    /// Critical IT leased × months, kW·months.
    CriticalItKwMonths,
}

impl Quantity {
    /// How many there are.
    pub const COUNT: usize = 12;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_in_the_order_of_the_list_and_have_distinct_names() {
        for (i, line) in Line::ALL.iter().enumerate() {
            assert_eq!(*line as usize, i);
            assert_eq!(Line::named(line.name()), Some(*line));
        }
        let names: std::collections::BTreeSet<_> = Line::ALL.iter().map(|l| l.name()).collect();
        assert_eq!(names.len(), Line::ALL.len());
        assert_eq!(Quantity::CriticalItKwMonths as usize + 1, Quantity::COUNT);
    }

    #[test]
    fn only_memos_are_not_cash_and_tax_counts_no_capital() {
        let not_cash: Vec<_> = Line::ALL.into_iter().filter(|l| !l.is_cash()).collect();
        assert_eq!(not_cash, [Line::Depreciation, Line::StateDepreciation, Line::WriteOff, Line::InterestTaxShield]);
        let untaxed = |class| Line::ALL.into_iter().filter(move |l| l.class() == class && !l.is_taxable());
        assert!(untaxed(Class::Capital).eq([Line::InfrastructureCapital, Line::MachineCapital]));
        assert!(untaxed(Class::Held).eq([Line::CoinsHeld, Line::Prepayments, Line::WorkingCapital]));
        let lent = [Line::DebtDraws, Line::Principal, Line::DebtFees, Line::DebtReserve, Line::DebtAtEnd];
        assert!(untaxed(Class::Financing).eq(lent));
    }
}
