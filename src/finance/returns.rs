//! What closed books say about an investment: value, return, payback, levelised cost, coverage, break-even prices.

use super::totals::{Account, Sums};
use super::{Books, Farm, Kind, Line, NoIrr, NoMirr, Period, Quantity, discounted, irr, mirr, payback_years};
use crate::math;

/// What an investment is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Returns {
    /// Net present value at the run's start, USD, after tax.
    pub npv_usd: f64,
    /// Internal rate of return per year, or why there is none.
    pub irr_per_year: Result<f64, NoIrr>,
    /// Modified internal rate of return per year, outlays financed and income reinvested at the discount rate, or why
    /// there is none.
    pub mirr_per_year: Result<f64, NoMirr>,
    /// Years from the first cash flow until the money is back; `None` when it is not at the end.
    pub payback_years: Option<f64>,
    /// The same with interest at the discount rate.
    pub discounted_payback_years: Option<f64>,
}

impl Returns {
    /// The reason why there is no internal rate of return, empty when there is one.
    pub fn irr_note(&self) -> String {
        self.irr_per_year.as_ref().err().map(ToString::to_string).unwrap_or_default()
    }

    /// Of flows as (years, USD); nothing is said of return and payback where nothing was `invested`.
    pub(super) fn of(mut flows: Vec<(f64, f64)>, invested: bool, rate_per_year: f64) -> Self {
        flows.retain(|(_, usd)| *usd != 0.0);
        let payback = |flows: &[(f64, f64)]| if invested { payback_years(flows) } else { None };
        Self {
            npv_usd: super::npv(rate_per_year, &flows),
            irr_per_year: if invested || flows.is_empty() { irr(&flows) } else { Err(NoIrr::NoOutflow) },
            mirr_per_year: if invested { mirr(&flows, rate_per_year, rate_per_year) } else { Err(NoMirr::NoOutflow) },
            payback_years: payback(&flows),
            discounted_payback_years: payback(&discounted(rate_per_year, &flows)),
        }
    }
}

/// Levelised costs and break-even prices of farms over some periods. A figure is `None` where it has no meaning: nothing
/// was sold, or no price makes the value zero.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnitFigures {
    /// What each MWh used must bring, all revenue together, USD.
    pub levelised_usd_per_mwh: Option<f64>,
    /// What each coin must bring, USD.
    pub levelised_usd_per_btc: Option<f64>,
    /// What each PH/s must bring a day, USD.
    pub levelised_usd_per_ph_day: Option<f64>,
    /// What each accelerator hour must bring, USD.
    pub levelised_usd_per_gpu_hour: Option<f64>,
    /// What each kW of critical IT leased must bring a month, USD.
    pub levelised_usd_per_kw_month: Option<f64>,
    /// Mean price of a coin at which the value is zero, USD: all prices by the same factor.
    pub break_even_btc_price_usd: Option<f64>,
    /// The same as a hashprice, USD per PH/s and day.
    pub break_even_hashprice_usd_per_ph_day: Option<f64>,
    /// Mean price of a MWh used at which the value is zero, USD: all prices by the same amount.
    pub break_even_power_usd_per_mwh: Option<f64>,
    /// Mean fee of a kWh hosted at which the value is zero, USD.
    pub break_even_fee_usd_per_kwh: Option<f64>,
    /// Mean rent of an accelerator hour at which the value is zero, USD.
    pub break_even_rent_usd_per_gpu_hour: Option<f64>,
    /// Mean rent of a kW and month at which the value is zero, USD.
    pub break_even_rent_usd_per_kw_month: Option<f64>,
}

/// Debt service coverage over calendar years.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Coverage {
    /// Of the year in which it is least; `None` without debt service.
    pub minimum: Option<f64>,
    /// Mean of the years with debt service.
    pub average: Option<f64>,
}

/// Lines that follow the coin's price.
const COIN_LINES: &[Line] = &[Line::CoinRevenue, Line::PoolFee, Line::CoinsHeld, Line::CoinGains];
/// Lines that follow the rent of accelerators; of what is paid in advance, when the money comes.
const CLOUD_LINES: &[Line] = &[Line::CloudRent, Line::SlaCredits, Line::VariableOm, Line::Prepayments];
/// Lines that follow the rent of halls: cost is a share of it.
const HALL_LINES: &[Line] = &[Line::HostingRent, Line::SlaCredits, Line::FixedOm];

impl Books {
    /// Levelised costs and break-even prices of the farms of a kind, over the periods chosen.
    ///
    /// A levelised cost is (present value of the revenue − net present value) / present value of the amount, as in
    /// [`super::project`]; over some periods each carries its part of the capital. A break-even price leaves dispatch,
    /// network, decisions, the coins kept and working capital as they were. Unused losses are reckoned as if they saved
    /// tax at once.
    pub fn unit_figures(
        &self,
        kind: Kind,
        farms: impl Fn(&Farm) -> bool,
        periods: impl Fn(&Period) -> bool,
    ) -> UnitFigures {
        let chosen = Chosen::of(self, &farms, &periods);
        let mut figures =
            UnitFigures { levelised_usd_per_mwh: chosen.levelised(None, chosen.mwh()), ..UnitFigures::default() };
        match kind {
            Kind::Mining => {
                figures.levelised_usd_per_btc = chosen.levelised(Some(Line::CoinRevenue), chosen.btc());
                figures.levelised_usd_per_ph_day = chosen.levelised(Some(Line::CoinRevenue), chosen.ph_days());
                let factor = chosen.break_even_factor(COIN_LINES);
                let at = |amount: f64| factor.and_then(|k| per(k * chosen.sum(Line::CoinRevenue), amount));
                figures.break_even_btc_price_usd = at(chosen.total(|a| a.amounts[Quantity::BtcMined as usize]));
                figures.break_even_hashprice_usd_per_ph_day = at(chosen.total(ph_days));
                figures.break_even_power_usd_per_mwh = chosen.break_even_power();
                let fees_usd = chosen.sum(Line::HostingFees);
                let factor = chosen.break_even_factor(&[Line::HostingFees]);
                figures.break_even_fee_usd_per_kwh =
                    factor.and_then(|k| per(k * fees_usd, 1_000.0 * chosen.total(mwh)));
            }
            Kind::Cloud => {
                let hours = |a: &Account| a.amounts[Quantity::GpuHours as usize];
                figures.levelised_usd_per_gpu_hour = chosen.levelised(Some(Line::CloudRent), chosen.present(hours));
                let factor = chosen.break_even_factor(CLOUD_LINES);
                figures.break_even_rent_usd_per_gpu_hour =
                    factor.and_then(|k| per(k * chosen.sum(Line::CloudRent), chosen.total(hours)));
                figures.break_even_power_usd_per_mwh = chosen.break_even_power();
            }
            Kind::Hosting => {
                let months = |a: &Account| a.amounts[Quantity::CriticalItKwMonths as usize];
                figures.levelised_usd_per_kw_month = chosen.levelised(Some(Line::HostingRent), chosen.present(months));
                let factor = chosen.break_even_factor(HALL_LINES);
                figures.break_even_rent_usd_per_kw_month =
                    factor.and_then(|k| per(k * chosen.sum(Line::HostingRent), chosen.total(months)));
            }
            Kind::GridSale | Kind::All => {}
        }
        figures
    }

    /// Debt service coverage of the farms chosen, over the calendar years whose first period is chosen.
    pub fn coverage(&self, farms: impl Fn(&Farm) -> bool, periods: impl Fn(&Period) -> bool) -> Coverage {
        let farms = self.numbers(farms);
        let mut years: Vec<(i16, bool, f64, f64)> = Vec::new();
        for (i, period) in self.periods().iter().enumerate() {
            let year = self.years()[i];
            if years.last().is_none_or(|last| last.0 != year) {
                years.push((year, periods(period), 0.0, 0.0));
            }
            let Some((_, _, cash, service)) = years.last_mut() else { continue };
            for &farm in &farms {
                let (accounts, sums) = self.account(farm);
                *cash += sums[i].serves_debt;
                *service -= accounts[i].usd[Line::Interest] + accounts[i].usd[Line::Principal];
            }
        }
        let chosen = years.iter().filter(|(_, chosen, _, service)| *chosen && *service > 0.0);
        let ratios: Vec<f64> = chosen.map(|(_, _, cash, service)| cash / service).collect();
        Coverage {
            minimum: ratios.iter().copied().reduce(f64::min),
            average: (!ratios.is_empty()).then(|| math::mean(&ratios)),
        }
    }
}

fn per(amount: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| amount / of)
}

fn mwh(account: &Account) -> f64 {
    let sources = [Quantity::SurplusMwh, Quantity::HydroMwh, Quantity::GridMwh, Quantity::BackupMwh];
    sources.iter().map(|quantity| account.amounts[*quantity as usize]).sum()
}

/// Days of a PH/s that mines for its owner; hosted machines are paid by the kWh.
fn ph_days(account: &Account) -> f64 {
    if account.usd[Line::HostingFees] != 0.0 {
        return 0.0;
    }
    account.amounts[Quantity::HashrateEhHours as usize] * 1_000.0 / 24.0
}

/// The accounts of the farms and periods chosen, with their discount factors.
struct Chosen<'a> {
    entries: Vec<Entry<'a>>,
    /// What they are worth, USD: over all periods the net present value.
    value_usd: f64,
}

/// What a farm booked in a period.
#[derive(Clone, Copy)]
struct Entry<'a> {
    account: &'a Account,
    sums: &'a Sums,
    discount: f64,
    /// What is left of a dollar of taxable income, discounted.
    income: f64,
}

/// What is worth what in some accounts, discounted.
#[derive(Default)]
struct Worth {
    npv_usd: f64,
    /// Of it revenue and running cost, after tax.
    running_usd: f64,
    /// Capacity-hours, MW·h.
    capacity: f64,
    /// Accounts of a period.
    accounts: f64,
}

impl Worth {
    fn add(&mut self, Entry { account, sums, discount, income }: Entry) {
        self.npv_usd += discount * sums.project;
        self.running_usd += income * sums.running;
        self.capacity += discount * account.amounts[Quantity::CapacityMwHours as usize];
        self.accounts += discount;
    }

    /// Part of all that these are: by capacity, or by time where there is none, as for a grid sale.
    fn share_of(&self, whole: &Self) -> f64 {
        per(self.capacity, whole.capacity).or_else(|| per(self.accounts, whole.accounts)).unwrap_or(0.0)
    }
}

impl<'a> Chosen<'a> {
    /// Where only some periods are chosen, capital with the tax it saves is laid on all of them in proportion to
    /// discounted capacity-hours: an epoch carries its part, not all of what happened to be built or left in it.
    fn of(books: &'a Books, farms: &impl Fn(&Farm) -> bool, periods: &impl Fn(&Period) -> bool) -> Self {
        let (mut whole, mut part) = (Worth::default(), Worth::default());
        let mut entries = Vec::new();
        let chosen: Vec<bool> = books.periods().iter().map(periods).collect();
        for farm in books.numbers(farms) {
            let (accounts, sums) = books.account(farm);
            for (i, (account, sums)) in accounts.iter().zip(sums).enumerate() {
                let (discount, income) = books.factors(i);
                let entry = Entry { account, sums, discount, income };
                whole.add(entry);
                if chosen[i] {
                    part.add(entry);
                    entries.push(entry);
                }
            }
        }
        let value_usd = part.running_usd + part.share_of(&whole) * (whole.npv_usd - whole.running_usd);
        Self { entries, value_usd }
    }

    fn present(&self, amount: impl Fn(&Account) -> f64) -> f64 {
        self.entries.iter().map(|entry| entry.discount * amount(entry.account)).sum()
    }

    fn total(&self, amount: impl Fn(&Account) -> f64) -> f64 {
        self.entries.iter().map(|entry| amount(entry.account)).sum()
    }

    fn sum(&self, line: Line) -> f64 {
        self.total(|account| account.usd[line])
    }

    fn mwh(&self) -> f64 {
        self.present(mwh)
    }

    fn btc(&self) -> f64 {
        self.present(|account| account.amounts[Quantity::BtcMined as usize])
    }

    fn ph_days(&self) -> f64 {
        self.present(ph_days)
    }

    /// Of one line's revenue, or of all.
    fn levelised(&self, line: Option<Line>, amount: f64) -> Option<f64> {
        let revenue = |entry: &Entry| match line {
            Some(line) => entry.account.usd[line],
            None => entry.sums.revenue,
        };
        let present_usd: f64 = self.entries.iter().map(|entry| entry.discount * revenue(entry)).sum();
        per(present_usd - self.value_usd, amount)
    }

    /// Factor on lines that are in proportion to a price at which the value is zero.
    fn break_even_factor(&self, lines: &[Line]) -> Option<f64> {
        let worth = |Entry { account, discount, income, .. }: &Entry| -> f64 {
            let of_line = |line: &Line| account.usd[*line] * if line.is_taxable() { *income } else { *discount };
            lines.iter().map(of_line).sum()
        };
        let worth_usd: f64 = self.entries.iter().map(worth).sum();
        per(worth_usd - self.value_usd, worth_usd).filter(|factor| *factor >= 0.0)
    }

    fn break_even_power(&self) -> Option<f64> {
        let after_tax_mwh: f64 = self.entries.iter().map(|entry| entry.income * mwh(entry.account)).sum();
        let today_usd = per(0.0 - self.sum(Line::EnergyCost), self.total(mwh))?;
        Some(today_usd + per(self.value_usd, after_tax_mwh)?)
    }
}

#[cfg(test)]
mod tests;
