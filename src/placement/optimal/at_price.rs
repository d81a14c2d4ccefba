//! A plan run at the least price of carbon at which it keeps the cap.

use super::cap::{Case, NAME};
use super::hours::Draws;
use super::lives::Lives;
use super::relax::{Mix, Search};
use super::whole::Whole;
use crate::placement::answer::PlaceError;
use crate::placement::field::Field;

/// First price that is tried, USD per tonne of an average day.
const FIRST_USD_PER_T: f64 = 50.0;
/// A charge at which no miner buys from the grid, USD/MWh.
const PROHIBITIVE_USD_PER_MWH: f64 = 1e4;
/// Share of the cap that may be left when such a search ends.
const LEFT_SHARE: f64 = 1e-6;
/// Halvings of the price at which a plan keeps the cap.
const MOST_HALVINGS: usize = 50;

/// A plan, the price it is run at, and what it is worth.
pub(super) struct Candidate {
    /// MW by life.
    pub lives: Lives,
    /// Price of a tonne that every decision is charged, discounted USD.
    pub worth_usd_per_t: f64,
    /// Real money, USD.
    pub value_usd: f64,
}

impl Case<'_> {
    /// A plan at the least price at which it keeps the cap; `None` where it keeps it at none.
    pub(super) fn run(&self, field: &mut Field, lives: Lives, draws: &[Draws], guess: f64) -> Option<Candidate> {
        let worth_usd_per_t = self.price_of(field, draws, guess)?;
        field.charge(worth_usd_per_t, &self.curves);
        let mut search = Search::new(field);
        let mix = lives.learnt(&mut search);
        let charged_usd =
            if self.settings.relax { search.valued(mix).value_usd } else { search.value_of_whole(&mix.mw) };
        let emitted_t = field.emitted(draws, worth_usd_per_t).total_t();
        Some(Candidate { lives, worth_usd_per_t, value_usd: charged_usd + worth_usd_per_t * emitted_t })
    }

    fn price_of(&self, field: &Field, draws: &[Draws], guess: f64) -> Option<f64> {
        let emitted_t = |worth: f64| field.emitted(draws, worth).total_t();
        if emitted_t(0.0) <= self.cap_t {
            return Some(0.0);
        }
        let most = prohibitive_usd_per_t(field);
        let (mut low, mut high) = (0.0, guess);
        while emitted_t(high) > self.cap_t {
            if high >= most {
                return None;
            }
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..MOST_HALVINGS {
            let worth = 0.5 * (low + high);
            let emitted_t = emitted_t(worth);
            if emitted_t > self.cap_t {
                low = worth;
            } else {
                high = worth;
            }
            let full = (1.0 - LEFT_SHARE) * self.cap_t..=self.cap_t;
            if full.contains(&emitted_t) || high - low <= 1e-12 * high {
                break;
            }
        }
        Some(high)
    }

    /// Keeps the cap where no other plan does.
    pub(super) fn run_closed(&self, field: &mut Field) -> Result<Candidate, PlaceError> {
        let (lives, draws) = Self::closed(field);
        let plan = self.run(field, lives, &draws, first_usd_per_t(field));
        plan.ok_or_else(|| PlaceError::Solver(format!("no plan that was found keeps `{NAME}`")))
    }

    /// What stands, closed, and what it draws until then.
    pub(super) fn closed(field: &Field) -> (Lives, Vec<Draws>) {
        let mut search = Search::new(field);
        let lives = Lives::closed(field);
        let mw = lives.learnt(&mut search).mw;
        let draws = search.draws(&mw);
        (lives, draws)
    }
}

pub(super) fn better(a: Option<Candidate>, b: Option<Candidate>) -> Option<Candidate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.value_usd > a.value_usd { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// A plan of a search by itself.
pub(super) fn whole(search: &Search, plan: &Whole) -> (Lives, Vec<Draws>) {
    let mix = Mix { mw: plan.mw.clone(), ..Mix::default() };
    (Lives::of(search, &mix), search.draws(&plan.mw))
}

pub(super) fn first_usd_per_t(field: &Field) -> f64 {
    let (weight, days) = field.days.iter().fold((0.0, 0.0), |sum, day| (sum.0 + day.weight, sum.1 + day.days));
    FIRST_USD_PER_T * weight / days
}

/// A price at which no miner buys from the cleanest grid, on the day on which it weighs least.
pub(super) fn prohibitive_usd_per_t(field: &Field) -> f64 {
    let factors = field.sites.iter().map(|site| site.co2_t_per_mwh).filter(|factor| *factor > 0.0);
    let worth = field.days.iter().filter(|day| day.days > 0.0).map(|day| day.weight / day.days).fold(0.0, f64::max);
    PROHIBITIVE_USD_PER_MWH / factors.fold(1.0, f64::min) * worth
}
