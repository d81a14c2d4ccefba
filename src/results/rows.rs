//! Rows that are sums of the closed books: by month, epoch and year, and the money columns of farms and sites.

use std::ops::Range;

use super::tables::{CashFlowRow, EpochRow, FarmRow, MonthlyRow, NetworkRow, Scope, SiteRow};
use crate::calendar::Day;
use crate::finance::{Books, Farm, Kind, Line, Quantity, Totals};
use crate::math;

/// The name of the portfolio in the tables.
pub const PORTFOLIO: &str = "portfolio";

/// Rows of monthly.csv: every farm in every month in which anything was booked.
pub fn monthly_rows(books: &Books) -> Vec<MonthlyRow> {
    let mut rows = Vec::new();
    for (month, periods) in spans(books, Day::month_label) {
        for (number, farm) in books.farms().iter().enumerate() {
            let totals = books.totals_of(&[number], periods.clone());
            if !totals.is_empty() {
                rows.push(monthly_row(&month, farm, &totals));
            }
        }
    }
    rows
}

/// Runs of periods with the same key of the days they begin.
fn spans<K: PartialEq>(books: &Books, key: impl Fn(Day) -> K) -> Vec<(K, Range<usize>)> {
    let mut spans: Vec<(K, Range<usize>)> = Vec::new();
    for (number, period) in books.periods().iter().enumerate() {
        let of = key(period.first);
        match spans.last_mut() {
            Some((last, numbers)) if *last == of => numbers.end = number + 1,
            _ => spans.push((of, number..number + 1)),
        }
    }
    spans
}

fn monthly_row(month: &str, farm: &Farm, totals: &Totals) -> MonthlyRow {
    MonthlyRow {
        month: month.to_owned(),
        site: farm.site.clone(),
        farm: farm.name.clone(),
        kind: farm.kind,
        capacity_mw: totals.mean(Quantity::CapacityMwHours),
        energy_mwh: totals.energy_mwh(),
        surplus_mwh: totals.amount(Quantity::SurplusMwh),
        hydro_mwh: totals.amount(Quantity::HydroMwh),
        grid_mwh: totals.amount(Quantity::GridMwh),
        backup_mwh: totals.amount(Quantity::BackupMwh),
        unserved_mwh: totals.amount(Quantity::UnservedMwh),
        uptime_share: totals.uptime_share(),
        hashrate_eh_s: totals.mean(Quantity::HashrateEhHours),
        btc_mined: totals.amount(Quantity::BtcMined),
        blocks_found: totals.amount(Quantity::BlocksFound),
        gpu_hours: totals.amount(Quantity::GpuHours),
        coin_revenue_usd: totals.usd(Line::CoinRevenue),
        hosting_rent_usd: totals.usd(Line::HostingRent),
        cloud_rent_usd: totals.usd(Line::CloudRent),
        hosting_fees_usd: totals.usd(Line::HostingFees),
        power_pass_through_usd: totals.usd(Line::PowerPassThrough),
        sla_credits_usd: totals.usd(Line::SlaCredits),
        demand_response_usd: totals.usd(Line::DemandResponse),
        curtailment_credits_usd: totals.usd(Line::CurtailmentCredits),
        grid_sale_revenue_usd: totals.usd(Line::GridSaleRevenue),
        coin_gains_usd: totals.usd(Line::CoinGains),
        energy_cost_usd: totals.usd(Line::EnergyCost),
        demand_charges_usd: totals.usd(Line::DemandCharges),
        backup_fuel_usd: totals.usd(Line::BackupFuel),
        pool_fee_usd: totals.usd(Line::PoolFee),
        fixed_om_usd: totals.usd(Line::FixedOm),
        variable_om_usd: totals.usd(Line::VariableOm),
        insurance_usd: totals.usd(Line::Insurance),
        property_tax_usd: totals.usd(Line::PropertyTax),
        site_lease_usd: totals.usd(Line::SiteLease),
        overhead_usd: totals.usd(Line::Overhead),
        forgone_grid_sales_usd: totals.usd(Line::ForgoneGridSales),
        infrastructure_capital_usd: totals.usd(Line::InfrastructureCapital),
        machine_capital_usd: totals.usd(Line::MachineCapital),
        resale_usd: totals.usd(Line::Resale),
        end_value_usd: totals.usd(Line::EndValue),
        coins_held_usd: totals.usd(Line::CoinsHeld),
        prepayments_usd: totals.usd(Line::Prepayments),
        working_capital_usd: totals.usd(Line::WorkingCapital),
        working_capital_interest_usd: totals.usd(Line::WorkingCapitalInterest),
        tax_usd: totals.usd(Line::Tax),
        state_tax_usd: totals.usd(Line::StateTax),
        investment_tax_credit_usd: totals.usd(Line::InvestmentTaxCredit),
        production_tax_credit_usd: totals.usd(Line::ProductionTaxCredit),
        debt_draws_usd: totals.usd(Line::DebtDraws),
        interest_usd: totals.usd(Line::Interest),
        principal_usd: totals.usd(Line::Principal),
        debt_fees_usd: totals.usd(Line::DebtFees),
        debt_reserve_usd: totals.usd(Line::DebtReserve),
        debt_reserve_interest_usd: totals.usd(Line::DebtReserveInterest),
        debt_at_end_usd: totals.usd(Line::DebtAtEnd),
        depreciation_usd: totals.usd(Line::Depreciation),
        state_depreciation_usd: totals.usd(Line::StateDepreciation),
        write_off_usd: totals.usd(Line::WriteOff),
        interest_tax_shield_usd: totals.usd(Line::InterestTaxShield),
        net_cash_flow_usd: totals.cash_flow_usd(),
        equity_cash_flow_usd: totals.equity_cash_flow_usd(),
    }
}

/// Rows of cashflow.csv: every farm, every site and the portfolio, by kind, year and line; no rows of zero.
pub fn cashflow_rows(books: &Books) -> Vec<CashFlowRow> {
    let years = spans(books, Day::year);
    let mut rows = Vec::new();
    for group in groups(books) {
        let farms = group.farms(books);
        for (year, periods) in &years {
            let totals = books.totals_of(&farms, periods.clone());
            // What is put aside and given back within a year sums to nothing, but not discounted.
            let booked = |line: &Line| totals.usd(*line) != 0.0 || totals.discounted_usd(*line) != 0.0;
            for line in Line::ALL.into_iter().filter(booked) {
                rows.push(CashFlowRow {
                    scope: group.scope,
                    name: group.name.clone(),
                    kind: group.kind,
                    year: i32::from(*year),
                    line: line.name().to_owned(),
                    usd: totals.usd(line),
                    discounted_usd: totals.discounted_usd(line),
                });
            }
        }
    }
    rows
}

/// Rows of epochs.csv: every farm, every site and the portfolio, by kind, in each halving epoch in which anything
/// was booked. Prices are means of the epoch's days in `network`.
pub fn epoch_rows(books: &Books, network: &[NetworkRow], of: impl Fn(Scope) -> bool) -> Vec<EpochRow> {
    let mut rows = Vec::new();
    let mut groups = groups(books);
    groups.retain(|group| of(group.scope));
    for (epoch, first, last) in books.epochs() {
        let market = MarketMeans::of(network, first, last);
        for group in &groups {
            let totals = books.totals(|farm| group.counts(farm), |p| p.epoch == epoch);
            if !totals.is_empty() {
                rows.push(epoch_row((epoch, first, last), group, &totals, &market));
            }
        }
    }
    rows
}

/// Means over the days of an epoch.
struct MarketMeans {
    btc_price_usd: f64,
    hashprice_usd_per_ph_day: f64,
}

impl MarketMeans {
    fn of(network: &[NetworkRow], first: Day, last: Day) -> Self {
        let (first, last) = (first.to_string(), last.to_string());
        let days = || network.iter().filter(|day| first <= day.date && day.date <= last);
        let mean = |value: fn(&NetworkRow) -> f64| math::mean(&days().map(value).collect::<Vec<_>>());
        Self {
            btc_price_usd: mean(|day| day.price_usd),
            hashprice_usd_per_ph_day: mean(|day| day.hashprice_usd_per_ph_day),
        }
    }
}

fn epoch_row(epoch: (u32, Day, Day), group: &Group, totals: &Totals, market: &MarketMeans) -> EpochRow {
    let costs = UnitCosts::of(group.kind, totals);
    EpochRow {
        epoch: epoch.0,
        first_day: epoch.1.to_string(),
        last_day: epoch.2.to_string(),
        scope: group.scope,
        name: group.name.clone(),
        kind: group.kind,
        mean_capacity_mw: totals.mean(Quantity::CapacityMwHours),
        energy_mwh: totals.energy_mwh(),
        btc_mined: totals.amount(Quantity::BtcMined),
        gpu_hours: totals.amount(Quantity::GpuHours),
        revenue_usd: totals.revenue_usd(),
        energy_cost_usd: totals.energy_cost_usd(),
        operating_cost_usd: totals.operating_cost_usd(),
        capital_usd: totals.capital_less_resale_usd(),
        tax_usd: totals.tax_usd(),
        held_usd: totals.held_usd(),
        cash_flow_usd: totals.cash_flow_usd(),
        discounted_cash_flow_usd: totals.discounted_cash_flow_usd(),
        margin_usd_per_mwh: totals.margin_usd_per_mwh(),
        electricity_usd_per_btc: costs.electricity_usd_per_btc,
        cash_usd_per_btc: costs.cash_usd_per_btc,
        all_in_usd_per_btc: costs.all_in_usd_per_btc,
        marginal_usd_per_btc: costs.marginal_usd_per_btc,
        usd_per_gpu_hour: costs.usd_per_gpu_hour,
        mean_btc_price_usd: market.btc_price_usd,
        mean_hashprice_usd_per_ph_day: market.hashprice_usd_per_ph_day,
    }
}

/// Costs per coin are those of mining alone, per accelerator hour those of cloud alone.
#[derive(Default)]
struct UnitCosts {
    electricity_usd_per_btc: Option<f64>,
    cash_usd_per_btc: Option<f64>,
    all_in_usd_per_btc: Option<f64>,
    marginal_usd_per_btc: Option<f64>,
    usd_per_gpu_hour: Option<f64>,
}

impl UnitCosts {
    fn of(kind: Kind, totals: &Totals) -> Self {
        match kind {
            Kind::Mining => Self {
                electricity_usd_per_btc: totals.electricity_usd_per_btc(),
                cash_usd_per_btc: totals.cash_usd_per_btc(),
                all_in_usd_per_btc: totals.all_in_usd_per_btc(),
                marginal_usd_per_btc: totals.marginal_usd_per_btc(),
                usd_per_gpu_hour: None,
            },
            Kind::Cloud => Self { usd_per_gpu_hour: totals.usd_per_gpu_hour(), ..Self::default() },
            Kind::Hosting | Kind::GridSale | Kind::All => Self::default(),
        }
    }
}

/// What a row sums over: a farm, or a site's or the portfolio's farms of a kind.
pub(super) struct Group {
    pub scope: Scope,
    pub name: String,
    pub kind: Kind,
}

impl Group {
    /// Whether a farm is summed over.
    pub fn counts(&self, farm: &Farm) -> bool {
        let in_scope = match self.scope {
            Scope::Farm => farm.name == self.name,
            Scope::Site => farm.site == self.name,
            Scope::Portfolio => true,
        };
        in_scope && self.kind.counts(farm)
    }

    /// Numbers of the farms summed over.
    pub fn farms(&self, books: &Books) -> Vec<usize> {
        books.numbers(|farm| self.counts(farm))
    }
}

pub(super) fn groups(books: &Books) -> Vec<Group> {
    let farms = books.farms().iter().map(|farm| Group { scope: Scope::Farm, name: farm.name.clone(), kind: farm.kind });
    let sites = books.sites().into_iter().map(|site| (Scope::Site, site));
    let sums = sites.chain([(Scope::Portfolio, PORTFOLIO)]).flat_map(|(scope, name)| {
        let kinds = [Kind::Mining, Kind::Hosting, Kind::Cloud, Kind::GridSale, Kind::All];
        kinds.map(|kind| Group { scope, name: name.to_owned(), kind })
    });
    farms.chain(sums).collect()
}

impl FarmRow {
    /// Fills every column that is a sum of the books, for the farm named in the row.
    pub fn fill_from(&mut self, books: &Books) {
        let own = |farm: &Farm| farm.name == self.farm;
        let totals = books.totals(own, |_| true);
        let returns = books.returns(own);
        let costs = UnitCosts::of(self.kind, &totals);
        self.capital_usd = totals.capital_usd();
        self.energy_mwh = totals.energy_mwh();
        self.uptime_share = totals.uptime_share();
        self.btc_mined = totals.amount(Quantity::BtcMined);
        self.blocks_found = totals.amount(Quantity::BlocksFound);
        self.gpu_hours = totals.amount(Quantity::GpuHours);
        self.revenue_usd = totals.revenue_usd();
        self.energy_cost_usd = totals.energy_cost_usd();
        self.operating_cost_usd = totals.operating_cost_usd();
        self.npv_usd = returns.npv_usd;
        self.irr_note = returns.irr_note();
        self.irr_per_year = returns.irr_per_year.ok();
        self.payback_years = returns.payback_years;
        self.electricity_usd_per_btc = costs.electricity_usd_per_btc;
        self.cash_usd_per_btc = costs.cash_usd_per_btc;
        self.all_in_usd_per_btc = costs.all_in_usd_per_btc;
        self.marginal_usd_per_btc = costs.marginal_usd_per_btc;
        self.usd_per_gpu_hour = costs.usd_per_gpu_hour;
        self.margin_usd_per_mwh = totals.margin_usd_per_mwh();
    }
}

impl SiteRow {
    /// Fills the columns that are sums of the books: energy used, margins, capital and returns of the site's farms.
    pub fn fill_from(&mut self, books: &Books) {
        let site = self.site.clone();
        let of = |kinds: &[Kind]| books.totals(|f| f.site == site && kinds.contains(&f.kind), |_| true);
        let (mining, ai, sale) = (of(&[Kind::Mining]), of(&[Kind::Hosting, Kind::Cloud]), of(&[Kind::GridSale]));
        let own = |farm: &Farm| farm.site == site && Kind::All.counts(farm);
        let returns = books.returns(own);
        self.grid_import_mwh = mining.amount(Quantity::GridMwh) + ai.amount(Quantity::GridMwh);
        self.backup_mwh = mining.amount(Quantity::BackupMwh) + ai.amount(Quantity::BackupMwh);
        self.mining_mwh = mining.energy_mwh();
        self.ai_mwh = ai.energy_mwh();
        self.mining_margin_usd_per_mwh = mining.margin_usd_per_mwh();
        self.ai_margin_usd_per_mwh = ai.margin_usd_per_mwh();
        self.grid_sale_margin_usd_per_mwh = sale.margin_usd_per_mwh();
        self.capital_usd = mining.capital_usd() + ai.capital_usd();
        self.npv_usd = returns.npv_usd;
        self.irr_note = returns.irr_note();
        self.irr_per_year = returns.irr_per_year.ok();
        self.payback_years = returns.payback_years;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finance::{FinanceParams, Ledger};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn books() -> Books {
        let mut ledger = Ledger::new(day("2024-04-01"), 3);
        let mine = ledger.add_farm("a/mining", "a", Kind::Mining);
        let hall = ledger.add_farm("a/cloud", "a", Kind::Cloud);
        let sale = ledger.add_farm("a/grid_sale", "a", Kind::GridSale);
        let book = |ledger: &mut Ledger, days: f64| {
            ledger.count(mine, Quantity::CapacityMwHours, 10.0 * 24.0 * days);
            ledger.count(mine, Quantity::UpMwHours, 9.0 * 24.0 * days);
            ledger.count(mine, Quantity::SurplusMwh, 9.0 * 24.0 * days);
            ledger.count(mine, Quantity::BtcMined, 0.1 * days);
            ledger.add(mine, Line::CoinRevenue, 6000.0 * days);
            ledger.add(mine, Line::EnergyCost, -3000.0 * days);
            ledger.add(mine, Line::ForgoneGridSales, -500.0 * days);
            ledger.add(hall, Line::CloudRent, 100.0 * days);
            ledger.add(sale, Line::GridSaleRevenue, 700.0 * days);
        };
        ledger.add(mine, Line::MachineCapital, -100_000.0);
        book(&mut ledger, 19.0);
        ledger.begin_period(day("2024-04-20"), 4);
        book(&mut ledger, 11.0);
        ledger.begin_period(day("2024-05-01"), 4);
        book(&mut ledger, 31.0);
        ledger.close(day("2024-05-31"), &FinanceParams::default())
    }

    fn sum<T>(rows: &[T], keep: impl Fn(&T) -> bool, value: impl Fn(&T) -> f64) -> f64 {
        rows.iter().filter(|r| keep(r)).map(value).sum()
    }

    #[test]
    fn a_months_columns_are_its_lines_and_add_up() {
        let rows = monthly_rows(&books());
        assert_eq!(rows.len(), 6);
        assert_eq!((rows[0].month.as_str(), rows[0].farm.as_str()), ("2024-04", "a/mining"));
        assert!((rows[0].capacity_mw - 10.0).abs() < 1e-12);
        assert!((rows[0].uptime_share.unwrap() - 0.9).abs() < 1e-12);
        assert_eq!(rows[0].coin_revenue_usd, 180_000.0);
        for row in &rows {
            let cells = serde_json::to_value(row).unwrap();
            let cell = |l: &Line| cells[format!("{}_usd", l.name())].as_f64().unwrap();
            let lines: f64 = Line::ALL.iter().map(|l| l.in_project() * cell(l)).sum();
            assert!((lines - row.net_cash_flow_usd).abs() < 1e-6, "{row:?}");
            assert!(cells.get("depreciation_usd").is_some());
        }
    }

    #[test]
    fn what_is_put_aside_and_given_back_within_a_year_stays_in_the_table() {
        let mut ledger = Ledger::new(day("2024-01-01"), 3);
        let mine = ledger.add_farm("a/mining", "a", Kind::Mining);
        ledger.add(mine, Line::WorkingCapital, -100.0);
        ledger.begin_period(day("2024-06-01"), 4);
        ledger.add(mine, Line::WorkingCapital, 100.0);
        let rows = cashflow_rows(&ledger.close(day("2024-06-30"), &FinanceParams::default()));
        let kept =
            rows.iter().filter(|r| r.line == "working_capital" && r.scope == Scope::Portfolio).collect::<Vec<_>>();
        assert!(!kept.is_empty() && kept.iter().all(|r| r.usd == 0.0 && r.discounted_usd < 0.0), "{rows:?}");
    }

    #[test]
    fn cash_flow_rows_add_up_to_the_npv_at_every_scope() {
        let books = books();
        let rows = cashflow_rows(&books);
        for (scope, kind) in [(Scope::Site, Kind::All), (Scope::Portfolio, Kind::All), (Scope::Portfolio, Kind::Mining)]
        {
            let keep = |r: &CashFlowRow| {
                r.scope == scope && r.kind == kind && !matches!(r.line.as_str(), "depreciation" | "write_off")
            };
            let npv = books.returns(|f| kind.counts(f)).npv_usd;
            assert!((sum(&rows, keep, |r| r.discounted_usd) - npv).abs() < 1e-6, "{scope:?} {kind:?}");
        }
        let farms = sum(&rows, |r| r.scope == Scope::Farm && r.kind != Kind::GridSale, |r| r.usd);
        let all = sum(&rows, |r| r.scope == Scope::Portfolio && r.kind == Kind::All, |r| r.usd);
        assert!((farms - all).abs() < 1e-6);
    }

    #[test]
    fn an_epoch_begins_with_the_day_of_its_halving() {
        let network: Vec<NetworkRow> = (0..61)
            .map(|i| {
                let date = day("2024-04-01").plus_days(i);
                NetworkRow {
                    date: date.to_string(),
                    price_usd: if i < 19 { 60_000.0 } else { 70_000.0 },
                    ..NetworkRow::default()
                }
            })
            .collect();
        let rows = epoch_rows(&books(), &network, |_| true);
        let mining: Vec<_> = rows.iter().filter(|r| r.scope == Scope::Portfolio && r.kind == Kind::Mining).collect();
        assert_eq!(mining.len(), 2);
        assert_eq!((mining[0].epoch, mining[0].last_day.as_str()), (3, "2024-04-19"));
        assert_eq!((mining[1].epoch, mining[1].first_day.as_str()), (4, "2024-04-20"));
        assert_eq!((mining[0].mean_btc_price_usd, mining[1].mean_btc_price_usd), (60_000.0, 70_000.0));
        assert!((mining[0].btc_mined - 1.9).abs() < 1e-12);
        assert!((mining[0].electricity_usd_per_btc.unwrap() - 30_000.0).abs() < 1e-6);
        assert!((mining[0].marginal_usd_per_btc.unwrap() - 35_000.0).abs() < 1e-6);
        assert!((mining[1].mean_capacity_mw - 10.0).abs() < 1e-12);
        let all = rows.iter().find(|r| r.scope == Scope::Portfolio && r.kind == Kind::All).unwrap();
        assert_eq!(all.electricity_usd_per_btc, None);
        assert!((all.revenue_usd - 19.0 * 6100.0).abs() < 1e-6, "grid sale stays apart");
    }

    #[test]
    fn farm_and_site_rows_take_their_money_from_the_books() {
        let books = books();
        let mut farm = FarmRow { farm: "a/mining".into(), kind: Kind::Mining, ..FarmRow::default() };
        farm.fill_from(&books);
        assert_eq!(farm.capital_usd, 100_000.0);
        assert!((farm.cash_usd_per_btc.unwrap() - 30_000.0).abs() < 1e-6);
        assert!((farm.npv_usd - books.returns(|f| f.name == "a/mining").npv_usd).abs() < 1e-9);
        let mut site = SiteRow { site: "a".into(), ..SiteRow::default() };
        site.fill_from(&books);
        assert!((site.npv_usd - books.returns(|f| Kind::All.counts(f)).npv_usd).abs() < 1e-9);
        assert!((site.mining_mwh - 9.0 * 24.0 * 61.0).abs() < 1e-6);
        assert_eq!(site.grid_sale_margin_usd_per_mwh, None);
    }
}
