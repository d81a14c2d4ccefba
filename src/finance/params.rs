//! The `[finance]` table of a scenario.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::debt::{Tranche, shares_above_one};
use super::project::WorkingCapital;
use super::rate::{RateBasis, nominal_rate};
use super::tax::income_tax_share;
use super::treasury::Treasury;
use super::{Depreciation, MacrsYears, escalation};
use crate::calendar::Day;

/// Discounting, tax and overhead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FinanceParams {
    /// Rate at which cash flows are discounted to the start of the run, share per year, for unlevered after-tax cash
    /// flows in the money of the scenario's prices.
    /// Default: 0.10. Source: 60 % debt at 8 % and 40 % equity at 12 %, the capital cost of Lazard's LCOE+ (June 2024),
    /// is 9.6 %.
    #[schemars(range(min = -0.5, max = 2.0))]
    pub discount_rate_per_year: f64,
    /// Whether that rate is `nominal`, as it is, or `real`: then (1 + rate) × (1 + inflation) − 1 is discounted with.
    /// Default: nominal. Source: choice; SAM asks for the real rate and makes the nominal one of it like this.
    pub discount_rate_is: RateBasis,
    /// Inflation, share per year: what operation, maintenance, overhead and insurance rise by at each anniversary of the
    /// start. Prices of coins, energy, machines, rents and buildings follow their own models and do not.
    /// Default: 0. Source: choice, all costs in the money of the start. The Federal Reserve aims at 0.02; SAM takes 0.025.
    #[schemars(range(min = -0.1, max = 1.0))]
    pub inflation_per_year: f64,
    /// What fixed costs rise by above inflation, share per year: fixed operation and maintenance of mines, that of cloud
    /// halls and their hardware, overhead of sites and company. Year k of the run costs (1 + inflation + escalator)^k
    /// times the first. Hosting's costs are a share of its rent and follow that.
    /// Default: 0. Source: SAM's default.
    #[schemars(range(min = -0.5, max = 1.0))]
    pub fixed_om_escalator_per_year: f64,
    /// The same for variable operation and maintenance of mines and for repairs.
    /// Default: 0. Source: SAM's default.
    #[schemars(range(min = -0.5, max = 1.0))]
    pub variable_om_escalator_per_year: f64,
    /// Insurance of infrastructure and machines that run, share of their purchase price per year; it rises with
    /// inflation from the start of the run, whenever they were bought. Farms that stand on the first day are insured at
    /// what the scenario says new ones cost then; the opening of a site is not insured.
    /// Default: 0. Source: choice, `mining.fixed_om_usd_per_mw_year` and the cost in `hosting.noi_margin_share` have it
    /// already. 0.0025 to 0.005 is typical: SAM takes
    /// 0.005 of the installed cost.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub insurance_per_year_share: f64,
    /// Property tax on infrastructure and machines that run, share of their assessed value per year. What counts as
    /// purchase price is what is insured.
    /// Default: 0. Source: SAM's default; large projects are often exempt for years.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub property_tax_per_year_share: f64,
    /// Assessed value in the first year of operation, share of the purchase price.
    /// Default: 1. Source: SAM's default.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub property_tax_assessed_share: f64,
    /// What the assessed value loses in each year of operation, share of that of the first year, until nothing is left:
    /// machines count from their first day, infrastructure from its own.
    /// Default: 0. Source: choice, SAM's default; its rule.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub property_tax_decline_per_year_share: f64,
    /// Income tax on profit after depreciation, share of profit.
    /// Default: 0.21. Source: United States corporate income tax, 26 U.S.C. § 11(b).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub tax_rate_share: f64,
    /// State income tax on profit after depreciation, share of profit, deducted from the base of `tax_rate_share`.
    /// Default: 0. Source: choice; Texas and Nevada have none, most states of the United States 4 to 9.5 %.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub state_tax_rate_share: f64,
    /// What happens to a year's tax loss.
    /// Default: as_incurred. Source: choice; the owner's other income absorbs it, as in PySAM's single-owner model.
    pub tax_losses: TaxLosses,
    /// Tax depreciation of mining machines and accelerators.
    /// Default: five-year MACRS. Source: IRS Publication 946 (2024), computers and peripheral equipment are five-year
    /// property.
    pub machine_depreciation: Depreciation,
    /// Tax depreciation of infrastructure: buildings, connection, cooling, backup, conversion works.
    /// Default: fifteen-year MACRS. Source: IRS Publication 946 (2024), land improvements and qualified improvement
    /// property are fifteen-year property.
    pub infrastructure_depreciation: Depreciation,
    /// Part of the cost of machines and infrastructure deducted in the year of purchase, before their schedules, share.
    /// Default: 0. Source: choice; 1.0 in the United States for property acquired after 19 January 2025 (26 U.S.C.
    /// § 168(k)).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub bonus_depreciation_share: f64,
    /// The same for state tax.
    /// Default: 0. Source: choice, SAM's default; many states do not follow the federal bonus.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub state_bonus_depreciation_share: f64,
    /// Federal investment tax credit on infrastructure, share of its cost, credited with the tax of the year; half of it
    /// is taken off the depreciable basis. Credits for a plant's production belong into the cost of its energy.
    /// Default: 0. Source: choice; the halving of the basis is 26 U.S.C. § 50(c)(3).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub infrastructure_credit_share: f64,
    /// Loans on what is built, drawn as it is paid for and paid back month by month from the month after; what is owed
    /// at the end of the run is repaid from the end value. A loan with `target_dscr` is the largest share of a farm's
    /// cost that its cash covers so many times in every calendar year in which it runs throughout. Plans are made for the
    /// value of the farms themselves, apart from how they are financed.
    /// Default: none. Source: choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub debt: Vec<Tranche>,
    /// Interest on the debt service reserve, share per year; taxed.
    /// Default: 0. Source: choice; SAM's default is 0.0125.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub reserve_interest_per_year: f64,
    /// What is done with the coins a farm mines. Plans value them as sold at once.
    /// Default: sold at once. Source: choice.
    pub treasury: Treasury,
    /// Money put aside for the coming months; plans do without it.
    /// Default: none. Source: choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_capital: Option<WorkingCapital>,
    /// Corporate overhead (administration, not stock compensation), USD per year, borne by the farms online in
    /// proportion to their MW; none is booked while no farm is online.
    /// Default: 0. Source: choice; it belongs to a company, not to a site. Listed miners spent about 29.7 USD per PH/s
    /// and day on all that is not electricity (derived from CoinShares, 22 April 2024, and network data of the fourth
    /// quarter of 2023).
    #[schemars(range(min = 0.0, max = 1e12))]
    pub corporate_overhead_usd_per_year: f64,
}

/// What happens to a year's tax loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxLosses {
    /// It saves tax at once on the owner's other income.
    #[default]
    AsIncurred,
    /// It is set against the portfolio's later profits; what is unused at the end is lost.
    CarriedForward,
}

impl Default for FinanceParams {
    fn default() -> Self {
        Self {
            discount_rate_per_year: 0.10,
            discount_rate_is: RateBasis::Nominal,
            inflation_per_year: 0.0,
            fixed_om_escalator_per_year: 0.0,
            variable_om_escalator_per_year: 0.0,
            insurance_per_year_share: 0.0,
            property_tax_per_year_share: 0.0,
            property_tax_assessed_share: 1.0,
            property_tax_decline_per_year_share: 0.0,
            tax_rate_share: 0.21,
            state_tax_rate_share: 0.0,
            tax_losses: TaxLosses::AsIncurred,
            machine_depreciation: Depreciation::Macrs { years: MacrsYears::FIVE },
            infrastructure_depreciation: Depreciation::Macrs { years: MacrsYears::FIFTEEN },
            bonus_depreciation_share: 0.0,
            state_bonus_depreciation_share: 0.0,
            infrastructure_credit_share: 0.0,
            debt: Vec::new(),
            reserve_interest_per_year: 0.0,
            treasury: Treasury::SellAtOnce,
            working_capital: None,
            corporate_overhead_usd_per_year: 0.0,
        }
    }
}

/// Whose tax it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// The federation.
    Federal,
    /// A state.
    State,
}

impl Authority {
    /// Both, in this order.
    pub const BOTH: [Self; 2] = [Self::Federal, Self::State];
}

impl FinanceParams {
    /// Tax on a dollar of income, the state's and the federal on what it leaves, share.
    pub fn income_tax_share(&self) -> f64 {
        income_tax_share(self.tax_rate_share, self.state_tax_rate_share)
    }

    /// Tax saved by a dollar deducted from one authority's base alone, share: what the state saves is taxed federally.
    pub fn saved_share(&self, authority: Authority) -> f64 {
        match authority {
            Authority::Federal => self.tax_rate_share,
            Authority::State => self.state_tax_rate_share * (1.0 - self.tax_rate_share),
        }
    }

    /// Part of the cost of infrastructure that is depreciated.
    pub fn infrastructure_basis_share(&self) -> f64 {
        1.0 - 0.5 * self.infrastructure_credit_share
    }

    /// Depreciation of each year by the schedule and the bonus, USD, of what was bought in each year; what is left at the
    /// end of the last year stays.
    pub fn scheduled(&self, depreciation: Depreciation, authority: Authority, basis_usd: &[f64]) -> Vec<f64> {
        let bonus_share = match authority {
            Authority::Federal => self.bonus_depreciation_share,
            Authority::State => self.state_bonus_depreciation_share,
        };
        let mut deducted = depreciation.scheduled(basis_usd);
        if bonus_share > 0.0 {
            for (deducted, basis) in deducted.iter_mut().zip(basis_usd) {
                *deducted = bonus_share * basis + (1.0 - bonus_share) * *deducted;
            }
        }
        deducted
    }

    /// Depreciation of each year, USD, of what was bought in each year.
    ///
    /// What is left at the end of the last year is deducted there, against the value the assets are then booked
    /// out at. Assets sold earlier go on being depreciated while their proceeds are income in full, which is the
    /// rule for general asset accounts (IRS Publication 946, "General asset accounts").
    pub fn deducted(&self, depreciation: Depreciation, authority: Authority, basis_usd: &[f64]) -> Vec<f64> {
        let mut deducted = self.scheduled(depreciation, authority, basis_usd);
        let left_usd: f64 = basis_usd.iter().sum::<f64>() - deducted.iter().sum::<f64>();
        if let Some(last) = deducted.last_mut() {
            *last += left_usd;
        }
        deducted
    }

    /// What does not fit together, as (key, what to do); a run of so many days.
    pub fn check(&self, days: i32) -> Vec<(String, String)> {
        let years = (f64::from(days) / crate::calendar::DAYS_PER_YEAR).ceil() as u32;
        let mut wrong = Vec::new();
        for (i, tranche) in self.debt.iter().enumerate() {
            // What is owed at the end is repaid from the end value, but no lender sizes a loan to years he cannot see.
            let most_years = if tranche.target_dscr.is_some() { years } else { tranche.tenor_years.max(years) };
            let found = tranche.check(most_years);
            wrong.extend(found.into_iter().map(|(key, what)| (format!("debt.{i}.{key}"), what)));
            if tranche.closing_usd > 0.0 {
                let what = "a run's loans are drawn whenever something is built; state their cost as `fee_share`";
                wrong.push((format!("debt.{i}.closing_usd"), what.into()));
            }
        }
        wrong.extend(shares_above_one(&self.debt).map(|(key, what)| (format!("debt.{key}"), what)));
        wrong
    }

    /// Rate at which cash flows are discounted, share per year.
    pub fn nominal_rate_per_year(&self) -> f64 {
        nominal_rate(self.discount_rate_per_year, self.discount_rate_is, self.inflation_per_year)
    }

    /// What a fixed cost of the run's `start` has risen to on a day, as a factor.
    pub fn fixed_om_factor(&self, start: Day, day: Day) -> f64 {
        escalation(self.inflation_per_year + self.fixed_om_escalator_per_year, start, day)
    }

    /// What a variable cost of the run's `start` has risen to on a day, as a factor.
    pub fn variable_om_factor(&self, start: Day, day: Day) -> f64 {
        escalation(self.inflation_per_year + self.variable_om_escalator_per_year, start, day)
    }

    /// Insurance on a day of a run that began on `start`, share of the purchase price per year.
    pub fn insurance_share(&self, start: Day, day: Day) -> f64 {
        self.insurance_per_year_share * escalation(self.inflation_per_year, start, day)
    }

    /// Property tax on a day of what came online on another, share of the purchase price per year.
    pub fn property_tax_share(&self, online: Day, day: Day) -> f64 {
        if self.property_tax_per_year_share == 0.0 {
            return 0.0;
        }
        let years = f64::from(day.whole_years_since(online).max(0));
        let left_share = (1.0 - self.property_tax_decline_per_year_share * years).max(0.0);
        self.property_tax_per_year_share * self.property_tax_assessed_share * left_share
    }

    /// Whether what stands is insured or taxed.
    pub fn has_dues(&self) -> bool {
        self.insurance_per_year_share > 0.0 || self.property_tax_per_year_share > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_deducted_in_the_last_year() {
        let params = FinanceParams { bonus_depreciation_share: 0.5, ..FinanceParams::default() };
        let three = Depreciation::Macrs { years: MacrsYears::THREE };
        let by_year = params.deducted(three, Authority::State, &[100.0, 0.0]);
        assert!((by_year[0] - 33.33).abs() < 1e-10 && (by_year[1] - 66.67).abs() < 1e-10);
        let by_year = params.deducted(three, Authority::Federal, &[100.0, 0.0, 0.0]);
        assert!((by_year[0] - 66.665).abs() < 1e-10 && (by_year[1] - 22.225).abs() < 1e-10);
        assert!((by_year.iter().sum::<f64>() - 100.0).abs() < 1e-10);
    }

    #[test]
    fn a_dollar_deducted_everywhere_saves_what_a_dollar_of_income_costs() {
        let params = FinanceParams { state_tax_rate_share: 0.07, ..FinanceParams::default() };
        let saved: f64 = Authority::BOTH.map(|a| params.saved_share(a)).iter().sum();
        assert!((saved - params.income_tax_share()).abs() < 1e-15);
        assert!((params.income_tax_share() - (0.07 + 0.21 * 0.93)).abs() < 1e-15);
    }

    #[test]
    fn assessed_value_falls_with_age_and_insurance_rises_from_the_start_as_in_sam() {
        let params = FinanceParams {
            inflation_per_year: 0.025,
            insurance_per_year_share: 0.005,
            property_tax_per_year_share: 0.02,
            property_tax_assessed_share: 0.95,
            property_tax_decline_per_year_share: 0.3,
            ..FinanceParams::default()
        };
        let day = |text: &str| Day::parse(text).unwrap();
        let tax = |date: &str| params.property_tax_share(day("2025-07-01"), day(date));
        for (date, left_share) in [("2025-06-30", 1.0), ("2026-06-30", 1.0), ("2026-07-01", 0.7), ("2030-01-01", 0.0)] {
            assert!((tax(date) - 0.019 * left_share).abs() < 1e-15, "{date}");
        }
        let insurance = params.insurance_share(day("2024-01-01"), day("2026-12-31"));
        assert!((insurance - 0.005 * 1.025 * 1.025).abs() < 1e-15);
    }

    #[test]
    fn an_empty_table_is_the_default_and_unknown_keys_are_refused() {
        assert_eq!(toml::from_str::<FinanceParams>("").unwrap(), FinanceParams::default());
        assert!(toml::from_str::<FinanceParams>("tax_rate = 0.2").is_err());
        assert!(toml::from_str::<FinanceParams>("machine_depreciation = {kind = 'macrs', years = 5, x = 1}").is_err());
        let back = toml::to_string(&FinanceParams::default()).unwrap();
        assert_eq!(toml::from_str::<FinanceParams>(&back).unwrap(), FinanceParams::default());
    }
}
