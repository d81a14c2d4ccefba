//! Every farm in every month, ledger line by ledger line.

use serde::{Deserialize, Serialize};

use super::{Cell, Kind, Row};
use crate::finance::{ByLine, Line};

table!("monthly.csv", #[doc = "One farm in one month; `grid_sale` farms are the sites' exports."] MonthlyRow {
    #[doc = "Month, YYYY-MM."]
    month: String,
    #[doc = "Site name."]
    site: String,
    #[doc = "Farm name."]
    farm: String,
    #[doc = "mining, hosting, cloud or grid_sale."]
    kind: Kind,
    #[doc = "Mean capacity online during the month, MW at the meter."]
    capacity_mw: f64,
    #[doc = "Energy used (or saleable, for a grid sale), MWh."]
    energy_mwh: f64,
    #[doc = "of it surplus energy, MWh."]
    surplus_mwh: f64,
    #[doc = "of it hydro energy, MWh."]
    hydro_mwh: f64,
    #[doc = "of it grid energy, MWh."]
    grid_mwh: f64,
    #[doc = "of it from backup generation, MWh."]
    backup_mwh: f64,
    #[doc = "Firm load that could not be served, MWh."]
    unserved_mwh: f64,
    #[doc = "Share of its capacity-hours that ran; empty when it did not stand ready."]
    uptime_share: Option<f64>,
    #[doc = "Mean hashrate, EH/s."]
    hashrate_eh_s: f64,
    #[doc = "Coins mined before the pool's fee, BTC."]
    btc_mined: f64,
    #[doc = "Blocks found."]
    blocks_found: f64,
    #[doc = "Accelerator hours rented out."]
    gpu_hours: f64,
    #[doc = "Coins mined at the day's price, USD, before the pool's fee."]
    coin_revenue_usd: f64,
    #[doc = "Rent of leased AI halls, USD."]
    hosting_rent_usd: f64,
    #[doc = "Rent of accelerators, USD."]
    cloud_rent_usd: f64,
    #[doc = "Fees of clients whose mining machines are hosted, USD."]
    hosting_fees_usd: f64,
    #[doc = "Power a tenant pays for, USD."]
    power_pass_through_usd: f64,
    #[doc = "Credits for missed uptime, USD (negative)."]
    sla_credits_usd: f64,
    #[doc = "Demand-response payments, USD."]
    demand_response_usd: f64,
    #[doc = "Power bought forward and sold back at the spot price, USD, net of the forward price (negative below it)."]
    curtailment_credits_usd: f64,
    #[doc = "Local energy sold to the grid, USD: for a site's grid sale, all it could have sold without farms."]
    grid_sale_revenue_usd: f64,
    #[doc = "Coins kept and sold for more than they were worth when mined, USD (negative for less)."]
    coin_gains_usd: f64,
    #[doc = "Energy bought or generated, USD (negative; positive when paid to take it); at the forward price as far as mines bought it forward and use it."]
    energy_cost_usd: f64,
    #[doc = "Demand, capacity and coincident-peak charges, USD (negative)."]
    demand_charges_usd: f64,
    #[doc = "Backup fuel, USD (negative)."]
    backup_fuel_usd: f64,
    #[doc = "Pool fee, USD (negative)."]
    pool_fee_usd: f64,
    #[doc = "Operation and maintenance by capacity, USD (negative)."]
    fixed_om_usd: f64,
    #[doc = "Operation, maintenance and repairs by use, USD (negative)."]
    variable_om_usd: f64,
    #[doc = "Insurance of machines and infrastructure, USD (negative)."]
    insurance_usd: f64,
    #[doc = "Property tax on machines and infrastructure, USD (negative)."]
    property_tax_usd: f64,
    #[doc = "Lease of the site, USD (negative)."]
    site_lease_usd: f64,
    #[doc = "Overhead of site and company, USD (negative)."]
    overhead_usd: f64,
    #[doc = "Grid sales given up for the farm's use, USD (negative): the opportunity cost of local energy."]
    forgone_grid_sales_usd: f64,
    #[doc = "Buildings, connection, cooling, backup, conversion works, USD (negative)."]
    infrastructure_capital_usd: f64,
    #[doc = "Machines, USD (negative)."]
    machine_capital_usd: f64,
    #[doc = "Machines and infrastructure sold, USD."]
    resale_usd: f64,
    #[doc = "Value of what stands when the run ends, USD: machines at resale, halls at book value."]
    end_value_usd: f64,
    #[doc = "Coins kept at their worth when mined, USD (negative; positive when they are sold)."]
    coins_held_usd: f64,
    #[doc = "Prepayments of customers received, USD, and used up (negative)."]
    prepayments_usd: f64,
    #[doc = "Money put aside for the coming months, USD (negative), and given back."]
    working_capital_usd: f64,
    #[doc = "Interest on working capital, USD (none in a run)."]
    working_capital_interest_usd: f64,
    #[doc = "Federal income tax, USD (negative; positive when a loss saves tax), booked in the year's last month."]
    tax_usd: f64,
    #[doc = "State income tax, USD (negative), booked as the federal tax."]
    state_tax_usd: f64,
    #[doc = "Investment tax credits, USD."]
    investment_tax_credit_usd: f64,
    #[doc = "Production tax credits, USD (none in a run: they belong into the cost of surplus energy)."]
    production_tax_credit_usd: f64,
    #[doc = "Money drawn from lenders, USD."]
    debt_draws_usd: f64,
    #[doc = "Interest on loans, USD (negative)."]
    interest_usd: f64,
    #[doc = "Repayment of loans, USD (negative)."]
    principal_usd: f64,
    #[doc = "Lenders' fees, USD (negative)."]
    debt_fees_usd: f64,
    #[doc = "Payments into the debt service reserve, USD (negative), and out of it."]
    debt_reserve_usd: f64,
    #[doc = "Interest on the debt service reserve, USD."]
    debt_reserve_interest_usd: f64,
    #[doc = "What is still owed when the run ends, USD (negative), repaid from the end value."]
    debt_at_end_usd: f64,
    #[doc = "Tax depreciation, USD (negative), a memo that is not cash, spread over its year by capacity online."]
    depreciation_usd: f64,
    #[doc = "Depreciation for state tax, USD (negative), a memo that is not cash."]
    state_depreciation_usd: f64,
    #[doc = "What is not yet depreciated when the run ends, USD (negative), a memo that is not cash."]
    write_off_usd: f64,
    #[doc = "Tax that loans save by their interest, USD, a memo: it is in the taxes."]
    interest_tax_shield_usd: f64,
    #[doc = "Cash flow of the farm apart from how it is financed, USD: all lines but memos and lenders' money, without what interest saves of the taxes."]
    net_cash_flow_usd: f64,
    #[doc = "Cash flow of the owner after loans, USD: all lines but the memos."]
    equity_cash_flow_usd: f64,
});

impl MonthlyRow {
    /// The dollars of every ledger line.
    pub fn by_line(&self) -> ByLine {
        let mut usd = ByLine::default();
        for line in Line::ALL {
            usd[line] = self.usd(line);
        }
        usd
    }

    fn usd(&self, line: Line) -> f64 {
        match line {
            Line::CoinRevenue => self.coin_revenue_usd,
            Line::HostingRent => self.hosting_rent_usd,
            Line::CloudRent => self.cloud_rent_usd,
            Line::HostingFees => self.hosting_fees_usd,
            Line::PowerPassThrough => self.power_pass_through_usd,
            Line::SlaCredits => self.sla_credits_usd,
            Line::DemandResponse => self.demand_response_usd,
            Line::CurtailmentCredits => self.curtailment_credits_usd,
            Line::GridSaleRevenue => self.grid_sale_revenue_usd,
            Line::CoinGains => self.coin_gains_usd,
            Line::EnergyCost => self.energy_cost_usd,
            Line::DemandCharges => self.demand_charges_usd,
            Line::BackupFuel => self.backup_fuel_usd,
            Line::PoolFee => self.pool_fee_usd,
            Line::FixedOm => self.fixed_om_usd,
            Line::VariableOm => self.variable_om_usd,
            Line::Insurance => self.insurance_usd,
            Line::PropertyTax => self.property_tax_usd,
            Line::SiteLease => self.site_lease_usd,
            Line::Overhead => self.overhead_usd,
            Line::ForgoneGridSales => self.forgone_grid_sales_usd,
            Line::InfrastructureCapital => self.infrastructure_capital_usd,
            Line::MachineCapital => self.machine_capital_usd,
            Line::Resale => self.resale_usd,
            Line::EndValue => self.end_value_usd,
            Line::CoinsHeld => self.coins_held_usd,
            Line::Prepayments => self.prepayments_usd,
            Line::WorkingCapital => self.working_capital_usd,
            Line::WorkingCapitalInterest => self.working_capital_interest_usd,
            Line::Tax => self.tax_usd,
            Line::StateTax => self.state_tax_usd,
            Line::InvestmentTaxCredit => self.investment_tax_credit_usd,
            Line::ProductionTaxCredit => self.production_tax_credit_usd,
            Line::DebtDraws => self.debt_draws_usd,
            Line::Interest => self.interest_usd,
            Line::Principal => self.principal_usd,
            Line::DebtFees => self.debt_fees_usd,
            Line::DebtReserve => self.debt_reserve_usd,
            Line::DebtReserveInterest => self.debt_reserve_interest_usd,
            Line::DebtAtEnd => self.debt_at_end_usd,
            Line::Depreciation => self.depreciation_usd,
            Line::StateDepreciation => self.state_depreciation_usd,
            Line::WriteOff => self.write_off_usd,
            Line::InterestTaxShield => self.interest_tax_shield_usd,
        }
    }
}
