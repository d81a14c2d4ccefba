//! Closed books: sums over farms and periods, and what they say about an investment.

use core::cell::RefCell;
use core::ops::Range;
use std::collections::BTreeMap;

use super::totals::{Account, Sums};
use super::{Farm, FinanceParams, Kind, Period, Returns, Totals, npv};
use crate::calendar::Day;

/// The books of a finished run, overhead, depreciation and tax included.
#[derive(Debug, Clone)]
pub struct Books {
    periods: Vec<Period>,
    farms: Vec<Farm>,
    accounts: Vec<Vec<Account>>,
    /// Of the accounts.
    sums: Vec<Vec<Sums>>,
    rate_per_year: f64,
    /// Calendar year of each period's first day.
    years: Vec<i16>,
    mid_years: Vec<f64>,
    discount: Vec<f64>,
    /// What is left of a dollar of taxable income of each period, discounted: its tax is due at the year's end.
    income: Vec<f64>,
    notes: Vec<String>,
    /// What was asked before: a farm is asked for as farm, as the only one of its site and as the only one of its kind.
    returns: RefCell<BTreeMap<(View, Vec<usize>), Returns>>,
}

/// Whose returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum View {
    Project,
    Owner,
}

impl View {
    fn usd(self, sums: &Sums) -> f64 {
        match self {
            Self::Project => sums.project,
            Self::Owner => sums.owner,
        }
    }
}

impl Books {
    pub(super) fn new(
        periods: Vec<Period>,
        farms: Vec<Farm>,
        accounts: Vec<Vec<Account>>,
        params: &FinanceParams,
        notes: Vec<String>,
    ) -> Self {
        let rate_per_year = params.nominal_rate_per_year();
        let start = periods.first().expect("a ledger is opened with a period").first;
        let mid_years: Vec<f64> = periods.iter().map(|p| p.mid_years(start)).collect();
        let discount: Vec<f64> = mid_years.iter().map(|years| npv(rate_per_year, &[(*years, 1.0)])).collect();
        let years: Vec<i16> = periods.iter().map(|p| p.first.year()).collect();
        let income = income(&years, &discount, params.income_tax_share());
        let sums = accounts.iter().map(|account| account.iter().map(Sums::of).collect()).collect();
        let returns = RefCell::default();
        Self { periods, farms, accounts, sums, rate_per_year, years, mid_years, discount, income, notes, returns }
    }

    /// The periods, in order.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// What a reader should know before he believes the figures.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The farms, in the order their accounts were opened.
    pub fn farms(&self) -> &[Farm] {
        &self.farms
    }

    /// Names of the sites, in the order their first account was opened.
    pub fn sites(&self) -> Vec<&str> {
        let mut sites: Vec<&str> = Vec::new();
        for farm in &self.farms {
            if !sites.contains(&farm.site.as_str()) {
                sites.push(&farm.site);
            }
        }
        sites
    }

    /// The halving epochs, each with its first and last day in the run.
    pub fn epochs(&self) -> Vec<(u32, Day, Day)> {
        let mut epochs: Vec<(u32, Day, Day)> = Vec::new();
        for period in &self.periods {
            match epochs.last_mut() {
                Some((epoch, _, last)) if *epoch == period.epoch => *last = period.last,
                _ => epochs.push((period.epoch, period.first, period.last)),
            }
        }
        epochs
    }

    /// Numbers of the farms chosen.
    pub fn numbers(&self, farms: impl Fn(&Farm) -> bool) -> Vec<usize> {
        (0..self.farms.len()).filter(|&farm| farms(&self.farms[farm])).collect()
    }

    /// Sums over the farms and periods chosen.
    pub fn totals(&self, farms: impl Fn(&Farm) -> bool, periods: impl Fn(&Period) -> bool) -> Totals {
        let chosen = (0..self.periods.len()).filter(|&period| periods(&self.periods[period]));
        self.sum(&self.numbers(farms), chosen)
    }

    /// Sums over farms and neighbouring periods, by their numbers.
    pub fn totals_of(&self, farms: &[usize], periods: Range<usize>) -> Totals {
        self.sum(farms, periods)
    }

    fn sum(&self, farms: &[usize], periods: impl Iterator<Item = usize> + Clone) -> Totals {
        let mut totals = Totals::default();
        for &farm in farms {
            for period in periods.clone() {
                totals.add(&self.accounts[farm][period], self.discount[period]);
            }
        }
        let days: i32 = periods.map(|period| self.periods[period].days()).sum();
        totals.hours = 24.0 * f64::from(days);
        totals
    }

    /// Calendar years of the periods' first days.
    pub(super) fn years(&self) -> &[i16] {
        &self.years
    }

    /// Accounts of a farm and their sums, by period.
    pub(super) fn account(&self, farm: usize) -> (&[Account], &[Sums]) {
        (&self.accounts[farm], &self.sums[farm])
    }

    /// Discount of a period, and what is left of a dollar of its taxable income, discounted.
    pub(super) fn factors(&self, period: usize) -> (f64, f64) {
        (self.discount[period], self.income[period])
    }

    /// Cash flow of the farms chosen, apart from how they are financed: (years from the run's start to the period's
    /// middle, USD) of each period.
    pub fn flows(&self, farms: impl Fn(&Farm) -> bool) -> Vec<(f64, f64)> {
        self.flows_of(View::Project, &self.numbers(farms))
    }

    fn flows_of(&self, view: View, farms: &[usize]) -> Vec<(f64, f64)> {
        let mut flows: Vec<(f64, f64)> = self.mid_years.iter().map(|years| (*years, 0.0)).collect();
        for &farm in farms {
            for (flow, sums) in flows.iter_mut().zip(&self.sums[farm]) {
                flow.1 += view.usd(sums);
            }
        }
        flows
    }

    /// What the farms chosen are worth, apart from how they are financed.
    ///
    /// Farms that stood already, their capital sunk, have no rate of return of their own: nothing was invested.
    pub fn returns(&self, farms: impl Fn(&Farm) -> bool) -> Returns {
        self.returns_of(View::Project, self.numbers(farms))
    }

    /// What they are worth to their owner, after loans.
    pub fn equity_returns(&self, farms: impl Fn(&Farm) -> bool) -> Returns {
        let farms = self.numbers(farms);
        let without_loans = self.flows_of(View::Owner, &farms) == self.flows_of(View::Project, &farms);
        self.returns_of(if without_loans { View::Project } else { View::Owner }, farms)
    }

    fn returns_of(&self, view: View, farms: Vec<usize>) -> Returns {
        let asked = (view, farms);
        if let Some(known) = self.returns.borrow().get(&asked) {
            return known.clone();
        }
        let invested = self.totals_of(&asked.1, 0..self.periods.len()).capital_usd() > 0.0;
        let returns = Returns::of(self.flows_of(view, &asked.1), invested, self.rate_per_year);
        self.returns.borrow_mut().insert(asked, returns.clone());
        returns
    }
}

fn income(years: &[i16], discount: &[f64], taxed_share: f64) -> Vec<f64> {
    let due = |year: &i16| years.iter().rposition(|y| y == year).map_or(0.0, |last| discount[last]);
    years.iter().zip(discount).map(|(year, factor)| factor - taxed_share * due(year)).collect()
}

impl Kind {
    /// Whether the farm counts under this kind: it is of the same, or under [`Kind::All`] of any but a grid sale.
    pub fn counts(self, farm: &Farm) -> bool {
        self == farm.kind || self == Self::All && farm.kind != Self::GridSale
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Class, Depreciation, FinanceParams, Ledger, Line, Quantity, TaxLosses};
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// (farm, month, line, usd) bookings over three years with a halving in mid-April 2024.
    fn closed(bookings: &[(usize, usize, usize, f64)], params: &FinanceParams) -> Books {
        let start = day("2024-01-01");
        let mut ledger = Ledger::new(start, 3);
        let kinds = [Kind::Mining, Kind::Cloud, Kind::GridSale];
        for (i, kind) in kinds.into_iter().enumerate() {
            ledger.add_farm(&format!("s{}/{}", i % 2, kind.name()), &format!("s{}", i % 2), kind);
        }
        for month in 0..36 {
            let epoch = if month > 3 { 4 } else { 3 };
            ledger.begin_period(start.plus_months(month as i32), epoch);
            for farm in 0..2 {
                ledger.count(farm, Quantity::CapacityMwHours, 10.0 * (farm + 1) as f64);
            }
            for (farm, _, line, usd) in bookings.iter().filter(|b| b.1 == month) {
                ledger.add(*farm, booked()[*line], *usd);
            }
            if month == 3 {
                ledger.begin_period(day("2024-04-20"), 4);
                ledger.add(0, Line::CoinRevenue, 1.0);
            }
        }
        ledger.close(day("2026-12-31"), params)
    }

    fn close_to(a: f64, b: f64, scale: f64) -> bool {
        (a - b).abs() <= 1e-11 * scale.max(1.0)
    }

    #[test]
    fn months_are_discounted_from_their_middle_and_a_halving_splits_one() {
        let books = closed(&[], &FinanceParams::default());
        assert_eq!(books.periods().len(), 37);
        let start = day("2024-01-01");
        assert_eq!(books.periods()[0].mid_years(start), 0.5 / 12.0);
        assert_eq!(books.periods()[36].mid_years(start), 35.5 / 12.0);
        let before = books.periods()[3];
        assert_eq!((before.first, before.last, before.epoch), (day("2024-04-01"), day("2024-04-19"), 3));
        assert!(close_to(before.mid_years(start), (3.0 + 9.5 / 30.0) / 12.0, 1.0));
        let epochs = books.epochs();
        assert_eq!(epochs[0], (3, start, day("2024-04-19")));
        assert_eq!(epochs[1], (4, day("2024-04-20"), day("2026-12-31")));
    }

    #[test]
    fn tax_is_paid_in_december_on_profit_after_depreciation() {
        let params = FinanceParams {
            tax_rate_share: 0.5,
            machine_depreciation: Depreciation::StraightLine { years: 2 },
            ..FinanceParams::default()
        };
        let place = |line| booked().iter().position(|l| *l == line).unwrap();
        let (machines, rent) = (place(Line::MachineCapital), place(Line::CloudRent));
        let books = closed(&[(1, 0, machines, -400.0), (1, 14, rent, 300.0)], &params);
        let tax_of = |year: i16| {
            let in_year = |p: &Period| p.first.year() == year;
            let totals = books.totals(|f| f.kind == Kind::Cloud, in_year);
            let december = books.totals(|f| f.kind == Kind::Cloud, |p| in_year(p) && p.first.month() == 12);
            assert_eq!(totals.tax_usd(), december.tax_usd());
            (totals.tax_usd(), totals.usd(Line::Depreciation))
        };
        for (year, tax, depreciation) in [(2024, -50.0, -100.0), (2025, 50.0, -200.0), (2026, -50.0, -100.0)] {
            let got = tax_of(year);
            assert!(close_to(got.0, tax, 100.0) && close_to(got.1, depreciation, 100.0), "{year}: {got:?}");
        }
    }

    #[test]
    fn overhead_is_borne_by_capacity_online() {
        let params = FinanceParams { corporate_overhead_usd_per_year: 365_242.5, ..FinanceParams::default() };
        let books = closed(&[], &params);
        let days = 366.0 + 365.0 + 365.0;
        let of = |kind: Kind| -books.totals(|f| f.kind == kind, |_| true).usd(Line::Overhead);
        // The halving's part of April counts no capacity in this ledger, so nobody bears its eleven days.
        assert!(close_to(of(Kind::Mining) + of(Kind::Cloud), 1000.0 * (days - 11.0), 1e6));
        assert!(close_to(of(Kind::Cloud), 2.0 * of(Kind::Mining), 1e6));
        assert_eq!(of(Kind::GridSale), 0.0);
    }

    #[test]
    fn overhead_rises_at_each_anniversary_of_the_start() {
        let params = FinanceParams {
            corporate_overhead_usd_per_year: 365_242.5,
            inflation_per_year: 0.02,
            fixed_om_escalator_per_year: 0.01,
            ..FinanceParams::default()
        };
        let books = closed(&[], &params);
        for (k, days) in [(0, 366.0 - 11.0), (1, 365.0), (2, 365.0)] {
            let paid = books.totals(|_| true, |p| p.first.year() == 2024 + k).usd(Line::Overhead);
            assert!(close_to(-paid, 1000.0 * days * 1.03_f64.powi(i32::from(k)), 1e6), "{k}: {paid}");
        }
    }

    #[test]
    fn costs_per_coin_are_made_of_their_lines() {
        let mut ledger = Ledger::new(day("2024-01-01"), 3);
        let farm = ledger.add_farm("a/mining", "a", Kind::Mining);
        ledger.count(farm, Quantity::BtcMined, 2.0);
        ledger.count(farm, Quantity::GridMwh, 100.0);
        for (line, usd) in [
            (Line::CoinRevenue, 1000.0),
            (Line::EnergyCost, -200.0),
            (Line::DemandCharges, -20.0),
            (Line::PoolFee, -10.0),
            (Line::VariableOm, -4.0),
            (Line::FixedOm, -30.0),
            (Line::ForgoneGridSales, -6.0),
            (Line::MachineCapital, -100.0),
            (Line::Resale, 4.0),
            (Line::EndValue, 70.0),
        ] {
            ledger.add(farm, line, usd);
        }
        let books = ledger.close(day("2024-12-31"), &FinanceParams::default());
        let totals = books.totals(|_| true, |_| true);
        assert_eq!(totals.electricity_usd_per_btc(), Some(110.0));
        assert_eq!(totals.cash_usd_per_btc(), Some(132.0));
        // A fifth of the machines is depreciated, less what was resold; the end value is no saving of the year's.
        assert_eq!(totals.all_in_usd_per_btc(), Some(140.0));
        assert_eq!(totals.marginal_usd_per_btc(), Some(110.0));
        assert_eq!(totals.margin_usd_per_mwh(), Some(7.3));
        assert_eq!(totals.usd_per_gpu_hour(), None);
    }

    fn params() -> impl Strategy<Value = FinanceParams> {
        (0.0..0.3f64, 0.0..0.5f64, any::<bool>(), 0.0..1e4f64).prop_map(|(rate, tax, carried, overhead)| {
            FinanceParams {
                discount_rate_per_year: rate,
                tax_rate_share: tax,
                tax_losses: if carried { TaxLosses::CarriedForward } else { TaxLosses::AsIncurred },
                corporate_overhead_usd_per_year: overhead,
                ..FinanceParams::default()
            }
        })
    }

    /// Every line but those that closing books.
    fn booked() -> Vec<Line> {
        let closing = [Class::Tax, Class::Financing, Class::Memo];
        let booked = |line: &Line| !closing.contains(&line.class()) && *line != Line::Overhead;
        Line::ALL.into_iter().filter(booked).collect()
    }

    fn bookings() -> impl Strategy<Value = Vec<(usize, usize, usize, f64)>> {
        let booking = (0..3usize, 0..36usize, 0..booked().len(), -1e6..1e6f64).prop_map(|(farm, month, line, usd)| {
            let capital = matches!(booked()[line], Line::MachineCapital | Line::InfrastructureCapital);
            (farm, month, line, if capital { -usd.abs() } else { usd })
        });
        prop::collection::vec(booking, 1..60)
    }

    proptest! {
        #[test]
        fn the_ledger_adds_up_to_the_cash_flow_and_to_the_npv(bookings in bookings(), params in params()) {
            let books = closed(&bookings, &params);
            let scale: f64 = bookings.iter().map(|b| b.3.abs()).sum::<f64>() + 1e5;
            let all = books.totals(|_| true, |_| true);
            let flows = books.flows(|_| true);
            prop_assert!(close_to(flows.iter().map(|f| f.1).sum(), all.cash_flow_usd(), scale));
            let npv = books.returns(|_| true).npv_usd;
            prop_assert!(close_to(npv, all.discounted_cash_flow_usd(), scale));
            let by_farm: f64 = books.farms().iter().map(|farm| books.returns(|f| f == farm).npv_usd).sum();
            prop_assert!(close_to(by_farm, npv, scale));
            let by_site: f64 = books.sites().iter().map(|s| books.returns(|f| f.site == *s).npv_usd).sum();
            prop_assert!(close_to(by_site, npv, scale));
            let by_epoch: f64 = books.epochs().iter()
                .map(|e| books.totals(|_| true, |p| p.epoch == e.0).discounted_cash_flow_usd()).sum();
            prop_assert!(close_to(by_epoch, npv, scale));
            let parts = all.revenue_usd() + all.held_usd() - all.energy_cost_usd() - all.operating_cost_usd()
                - all.capital_less_resale_usd() - all.tax_usd();
            prop_assert!(close_to(parts, all.cash_flow_usd(), scale));
            let deducted = -all.usd(Line::Depreciation) - all.usd(Line::WriteOff);
            prop_assert!(close_to(deducted, all.capital_usd(), scale));
        }

        #[test]
        fn scaling_all_money_scales_the_npv(bookings in bookings(), params in params(), k in 0.1..10.0f64) {
            let one = closed(&bookings, &params);
            let scaled: Vec<_> = bookings.iter().map(|b| (b.0, b.1, b.2, k * b.3)).collect();
            let params = FinanceParams {
                corporate_overhead_usd_per_year: k * params.corporate_overhead_usd_per_year,
                ..params
            };
            let all = closed(&scaled, &params);
            let scale: f64 = bookings.iter().map(|b| b.3.abs()).sum::<f64>() + 1e5;
            // The one dollar `closed` itself books does not scale.
            let slack = (k - 1.0).abs() + 1e-9 * k * scale;
            prop_assert!((all.returns(|_| true).npv_usd - k * one.returns(|_| true).npv_usd).abs() <= slack);
        }
    }
}
