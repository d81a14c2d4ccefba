//! Loans: how they are repaid, and what they cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::time_value::capital_recovery;

/// One loan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tranche {
    /// Name of the loan, unique. Required.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Share of the cost of what it finances, 0–1; give this or `target_dscr`.
    /// Default: none. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: Option<f64>,
    /// Debt service coverage the loan is sized to: in every year of its tenor the cash before tax, less the service of
    /// the loans with `share` and of those that stand before it in the file, is this many times its payment; give this
    /// or `share`. In a run payments are level, and it is the year in which cash is least that is covered so often.
    /// Default: none. Source: user's choice; lenders ask 1.2–1.4 of contracted and 2 and more of merchant income.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1.0, max = 100.0))]
    pub target_dscr: Option<f64>,
    /// Most that a loan with `target_dscr` may be of the cost, share.
    /// Default: none for a project, whose loan may then exceed its cost as in SAM; 1 in a run. Source: user's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub maximum_share: Option<f64>,
    /// What the loan finances.
    /// Default: everything. Source: user's choice.
    #[serde(default)]
    pub finances: Finances,
    /// Interest, share per year, paid each period on what is owed at its beginning. Required.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub rate_per_year: f64,
    /// Tenor from the first revenue (in a run: from the draw) to the last payment, whole years. Required.
    #[schemars(range(min = 1, max = 100))]
    pub tenor_years: u32,
    /// How a loan sized by `share` is repaid.
    /// Default: level_payment. Source: SAM's default.
    #[serde(default)]
    pub repayment: Repayment,
    /// Months at the beginning of the tenor in which interest alone is paid; repayment fills the rest.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1188))]
    pub interest_only_months: u32,
    /// Fee at closing, share of the loan.
    /// Default: 0. Source: user's choice; SAM's default is 2.75 %.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 0.5))]
    pub fee_share: f64,
    /// Cost of closing, USD.
    /// Default: 0. Source: user's choice.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e12))]
    pub closing_usd: f64,
    /// Months of the next period's service (a year's or a month's part) kept in a reserve, funded with the loan and given
    /// back with the last payment.
    /// Default: 0. Source: user's choice; six months are usual.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 36.0))]
    pub reserve_months: f64,
}

/// What a loan finances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finances {
    /// The whole cost, in a project with that of financing and the reserves.
    #[default]
    Everything,
    /// Buildings, connection, cooling, backup.
    Infrastructure,
    /// Machines.
    Machines,
}

/// How a loan is repaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repayment {
    /// Interest and repayment together are the same in every period (an annuity).
    #[default]
    LevelPayment,
    /// The same repayment in every period, with falling interest.
    LevelPrincipal,
}

/// What is paid on a loan in one period, USD, both positive when paid.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Payment {
    /// Interest.
    pub interest_usd: f64,
    /// Repayment.
    pub principal_usd: f64,
}

impl Payment {
    /// Interest and repayment.
    pub fn total_usd(&self) -> f64 {
        self.interest_usd + self.principal_usd
    }
}

/// Largest part of the cost of infrastructure or machines that loans with a share lend, share.
pub fn lent_share(loans: &[Tranche]) -> f64 {
    let lent_on = |class: Finances| -> f64 {
        let counts = |loan: &&Tranche| loan.finances == Finances::Everything || loan.finances == class;
        loans.iter().filter(counts).filter_map(|loan| loan.share).sum()
    };
    lent_on(Finances::Infrastructure).max(lent_on(Finances::Machines))
}

/// What is wrong where the shares of loans on the same things exceed 1: the place of the loan in the list that does it
/// and its key, and what to do.
pub fn shares_above_one(loans: &[Tranche]) -> Option<(String, String)> {
    let lent_up_to = |i: usize| lent_share(&loans[..=i]);
    let i = (0..loans.len()).find(|i| lent_up_to(*i) > 1.0 + 1e-9)?;
    let percent = 100.0 * lent_up_to(i);
    let what = format!("the loans on the same things are {percent:.1} % of their cost together, at most 100 %");
    Some((format!("{i}.share"), what))
}

impl Tranche {
    /// Periods of the tenor.
    pub fn periods(&self, per_year: usize) -> usize {
        self.tenor_years as usize * per_year
    }

    fn interest_only_periods(&self, per_year: usize) -> usize {
        self.interest_only_months as usize * per_year / 12
    }

    /// The first payment on a loan of 1 USD.
    pub fn first_payment_share(&self, per_year: usize) -> f64 {
        self.payments(1.0, per_year).next().map_or(0.0, |p| p.total_usd())
    }

    /// The payments on a loan of so many dollars over its tenor, `per_year` periods a year; they repay all of it.
    pub fn payments(&self, loan_usd: f64, per_year: usize) -> impl Iterator<Item = Payment> {
        let rate = self.rate_per_year / per_year as f64;
        let waits = self.interest_only_periods(per_year);
        let repays = (self.periods(per_year) - waits.min(self.periods(per_year))) as f64;
        let repayment = self.repayment;
        let level_usd = loan_usd * capital_recovery(rate, repays.max(1.0));
        let mut owed_usd = loan_usd;
        (0..self.periods(per_year)).map(move |period| {
            let interest_usd = rate * owed_usd;
            let principal_usd = match repayment {
                _ if period < waits => 0.0,
                Repayment::LevelPayment => level_usd - interest_usd,
                Repayment::LevelPrincipal => loan_usd / repays,
            };
            owed_usd -= principal_usd;
            Payment { interest_usd, principal_usd }
        })
    }

    /// The loan whose payments are `service_usd` in each period of its tenor, and those payments.
    pub fn sculpted(&self, service_usd: &[f64], per_year: usize) -> (f64, Vec<Payment>) {
        let rate = self.rate_per_year / per_year as f64;
        let loan_usd = service_usd.iter().rev().fold(0.0, |later, service| (later + service) / (1.0 + rate));
        let mut owed_usd = loan_usd;
        let payments = service_usd.iter().map(|service| {
            let interest_usd = rate * owed_usd;
            owed_usd += interest_usd - service;
            Payment { interest_usd, principal_usd: service - interest_usd }
        });
        (loan_usd, payments.collect())
    }

    /// What does not fit together in a project of so many years, as (key, what to do).
    pub fn check(&self, project_years: u32) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        if self.share.is_some() == self.target_dscr.is_some() {
            wrong.push(("share", "give either `share` or `target_dscr`".into()));
        }
        if self.tenor_years > project_years {
            let what = format!("the loan outlives the {project_years} years there are; give at most that");
            wrong.push(("tenor_years", what));
        }
        if self.interest_only_months >= 12 * self.tenor_years {
            wrong.push(("interest_only_months", "nothing is left of the tenor to repay the loan; give less".into()));
        }
        if self.reserve_months > f64::from(12 * self.tenor_years) {
            let what =
                format!("the reserve is longer than the loan's {} months; give at most that", 12 * self.tenor_years);
            wrong.push(("reserve_months", what));
        }
        if self.maximum_share.is_some() && self.target_dscr.is_none() {
            wrong.push(("maximum_share", "only a loan with `target_dscr` has a limit; take this key away".into()));
        }
        if self.target_dscr.is_some() {
            let sculpted = "a loan with `target_dscr` is repaid as the cash comes; take this key away";
            if self.interest_only_months > 0 {
                wrong.push(("interest_only_months", sculpted.into()));
            }
            if self.repayment != Repayment::LevelPayment {
                wrong.push(("repayment", sculpted.into()));
            }
            if self.finances != Finances::Everything {
                let what = "a loan with `target_dscr` is sized by the project's cash; take this key away";
                wrong.push(("finances", what.into()));
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tranche(rate_per_year: f64, years: u32, repayment: Repayment, interest_only_months: u32) -> Tranche {
        Tranche {
            name: "site".into(),
            share: Some(0.5),
            target_dscr: None,
            maximum_share: None,
            finances: Finances::Everything,
            rate_per_year,
            tenor_years: years,
            repayment,
            interest_only_months,
            fee_share: 0.0,
            closing_usd: 0.0,
            reserve_months: 0.0,
        }
    }

    #[test]
    fn a_level_loan_is_paid_as_pysam_pays_it() {
        // PySAM 7.1.1 `Singleowner`: 50 M USD at 5 % over 10 years.
        let loan = tranche(0.05, 10, Repayment::LevelPayment, 0);
        let payments: Vec<_> = loan.payments(5e7, 1).collect();
        for (payment, interest_usd) in payments.iter().zip([2_500_000.0, 2_301_238.56, 2_092_539.05, 1_873_404.57]) {
            assert!((payment.interest_usd - interest_usd).abs() < 0.01, "{payment:?}");
            assert!((payment.total_usd() - 6_475_228.748).abs() < 0.001, "{payment:?}");
        }
        assert!((payments[9].interest_usd - 308_344.23).abs() < 0.01);
    }

    #[test]
    fn interest_alone_is_paid_until_repayment_begins() {
        let loan = tranche(0.06, 5, Repayment::LevelPrincipal, 24);
        let payments: Vec<_> = loan.payments(300.0, 1).collect();
        let principal: Vec<f64> = payments.iter().map(|p| p.principal_usd).collect();
        assert_eq!(principal, [0.0, 0.0, 100.0, 100.0, 100.0]);
        assert_eq!(payments[1].interest_usd, 18.0);
        assert_eq!(loan.payments(300.0, 12).filter(|p| p.principal_usd == 0.0).count(), 24);
    }

    #[test]
    fn keys_that_exclude_each_other_are_named() {
        let mut loan = tranche(0.05, 30, Repayment::LevelPrincipal, 12);
        loan.target_dscr = Some(1.3);
        let keys: Vec<_> = loan.check(20).into_iter().map(|w| w.0).collect();
        assert_eq!(keys, ["share", "tenor_years", "interest_only_months", "repayment"]);
        assert!(tranche(0.05, 20, Repayment::LevelPayment, 0).check(20).is_empty());
    }

    proptest! {
        #[test]
        fn a_loan_at_its_own_rate_is_worth_nothing_and_is_repaid(
            rate in 0.0..0.3f64, years in 1..40u32, waits in 0..11u32, principal in any::<bool>(), monthly in any::<bool>(),
        ) {
            let repayment = if principal { Repayment::LevelPrincipal } else { Repayment::LevelPayment };
            let loan = tranche(rate, years, repayment, waits);
            let per_year = if monthly { 12 } else { 1 };
            let payments: Vec<_> = loan.payments(1e6, per_year).collect();
            let period_rate = rate / per_year as f64;
            let worth = payments.iter().rev().fold(0.0, |later, p| (later + p.total_usd()) / (1.0 + period_rate));
            prop_assert!((worth - 1e6).abs() < 1e-4, "{worth}");
            let repaid: f64 = payments.iter().map(|p| p.principal_usd).sum();
            prop_assert!((repaid - 1e6).abs() < 1e-4, "{repaid}");
        }

        #[test]
        fn a_sculpted_loan_is_worth_its_service(rate in 0.0..0.3f64, service in prop::collection::vec(-10.0..100.0f64, 1..30)) {
            let loan = tranche(rate, service.len() as u32, Repayment::LevelPayment, 0);
            let (loan_usd, payments) = loan.sculpted(&service, 1);
            let repaid: f64 = payments.iter().map(|p| p.principal_usd).sum();
            prop_assert!((repaid - loan_usd).abs() < 1e-9 * 3e3 * (1.0 + rate).powi(30));
        }
    }
}
