//! The best plan that keeps a cap on emissions.
//!
//! With a price on every tonne the cap is no limit any more: for each price, the best value − price · emissions + price ·
//! cap is a bound on all plans that keep the cap, whole modules or not. It is convex in the price; its least, found
//! between a price at which the best plan emits too much and one at which it does not, is the relaxation's optimum. The
//! plans on both sides, what lies between them and whole modules at the best price are candidates; each is run at the
//! least price at which it keeps the cap itself (miners stand still in dirty, barely paying hours), and the best stays.

use std::time::Instant;

use super::at_price::{Candidate, better, first_usd_per_t, prohibitive_usd_per_t, whole};
use super::branch::PASSES;
use super::hours::Draws;
use super::lives::Lives;
use super::relax::Search;
use super::solve::{Optimum, Settings, Watch, check_what_stands, optimise, seen};
use super::whole::rounded;
use crate::placement::answer::{Answer, Phase, PlaceError, Progress, Seconds};
use crate::placement::field::{Field, FirmCurve};

/// What the scenario calls the cap.
pub const NAME: &str = "placement.co2_cap_t_per_year";
/// By how much a price grows that is too low.
const GROWS: f64 = 4.0;
/// Prices tried between two before the bound is taken as it is.
const MOST_PRICES: usize = 25;
/// Halvings of the way between two plans.
const MOST_HALVINGS: usize = 30;
/// What whole modules may emit at the best price, as shares of the cap: a module more may be worth a higher price.
const ROOMS: [f64; 3] = [1.0, 1.1, 1.25];
/// Part of the way between two prices that a new one keeps from either.
const KEEP_OFF: f64 = 0.05;

/// Finds the best plan of a field that keeps its cap; without a cap what [`optimise`] finds.
///
/// # Errors
/// When what stands breaks a limit, no plan keeps the cap, or the linear program fails.
pub fn optimise_within_cap<'a>(
    field: &'a mut Field,
    settings: &Settings,
    watch: Watch,
) -> Result<Optimum<'a>, PlaceError> {
    let Some(cap_t) = field.cap_t() else { return optimise(field, settings, watch) };
    check_what_stands(field)?;
    let case = Case {
        cap_t,
        curves: field.sites.iter().map(|site| site.firm_curves.clone()).collect(),
        settings,
        relaxed_gap_share: settings.relaxed_gap_share.min(settings.gap_share),
    };
    let chosen = case.choose(field, watch)?;
    field.charge(chosen.plan.worth_usd_per_t, &case.curves);
    Ok(super::within::finish(field, chosen))
}

/// What is asked.
pub(super) struct Case<'s> {
    /// Tonnes over the horizon.
    pub cap_t: f64,
    /// Firm curves without a charge, by site.
    pub curves: Vec<Vec<FirmCurve>>,
    /// Settings.
    pub settings: &'s Settings,
    /// Gap of each relaxation.
    pub relaxed_gap_share: f64,
}

/// What the search chose and what there is to say about it.
pub(super) struct Chosen {
    /// The plan.
    pub plan: Candidate,
    /// Price of a tonne in the best bound of the relaxation, discounted USD.
    pub shadow_usd_per_t: f64,
    /// The answer but for emissions; where the cap has a price, values of sites and paths are still charged.
    pub answer: Answer,
    /// Whether the cap has a price.
    pub priced: bool,
}

/// The best plan in continuous sizes at a price.
struct Tried {
    worth_usd_per_t: f64,
    /// No plan that keeps the cap is worth more, USD.
    bound_usd: f64,
    /// Real money, USD.
    value_usd: f64,
    emitted_t: f64,
    lives: Lives,
    draws: Vec<Draws>,
    rounds: u64,
}

/// What the search proved, and what that took.
pub(super) struct Proved {
    /// No plan that keeps the cap is worth more, USD.
    pub bound_usd: f64,
    /// Value of the best mix of plans in continuous sizes, and the bound on it, USD.
    pub relaxed_usd: (f64, f64),
    /// Nodes of branch and bound.
    pub nodes: u64,
    /// Rounds of all relaxations.
    pub rounds: u64,
    /// Times of the clock.
    pub seconds: Seconds,
}

/// The prices around the best one.
struct Bracket {
    /// Emits too much.
    low: Tried,
    /// Keeps the cap.
    high: Tried,
    /// Price and value of the least bound.
    best: (f64, f64),
    rounds: u64,
}

impl Bracket {
    /// The price at which both plans are worth the same, and what a mix of them that just keeps the cap is worth, USD.
    fn meeting(&self, cap_t: f64) -> (f64, f64) {
        let (low, high) = (&self.low, &self.high);
        let worth = (low.value_usd - high.value_usd) / (low.emitted_t - high.emitted_t);
        (worth, low.value_usd + worth * (cap_t - low.emitted_t))
    }

    fn put(&mut self, tried: Tried, cap_t: f64) {
        self.rounds += tried.rounds;
        if tried.bound_usd < self.best.1 {
            self.best = (tried.worth_usd_per_t, tried.bound_usd);
        }
        if tried.emitted_t > cap_t {
            self.low = tried;
        } else {
            self.high = tried;
        }
    }
}

impl Case<'_> {
    fn choose(&self, field: &mut Field, watch: Watch) -> Result<Chosen, PlaceError> {
        let show = |rounds: u64| Progress { phase: Phase::Relaxation, rounds, ..Progress::default() };
        seen(watch(&show(0)))?;
        let started = Instant::now();
        let free = self.relaxed(field, 0.0)?;
        if free.emitted_t <= self.cap_t {
            return self.without_price(field, &free, watch);
        }
        let least = self.least(field)?;
        let mut bracket = self.bracket(field, free, least)?;
        for _ in 0..MOST_PRICES {
            seen(watch(&show(bracket.rounds)))?;
            let (worth, mix_usd) = bracket.meeting(self.cap_t);
            let gap_share = if self.settings.relax { self.relaxed_gap_share } else { 0.1 * self.settings.gap_share };
            let close = bracket.best.1 - mix_usd <= gap_share.max(2.0 * self.relaxed_gap_share) * mix_usd.abs();
            let (low, high) = (bracket.low.worth_usd_per_t, bracket.high.worth_usd_per_t);
            if close || high - low <= 1e-9 * high {
                break;
            }
            let off = KEEP_OFF * (high - low);
            let worth = worth.clamp(low + off, high - off);
            let tried = self.relaxed(field, worth)?;
            bracket.put(tried, self.cap_t);
        }
        self.best_candidate(field, &bracket, started.elapsed().as_secs_f64(), watch)
    }

    /// The best plan in continuous sizes at a price.
    fn relaxed(&self, field: &mut Field, worth_usd_per_t: f64) -> Result<Tried, PlaceError> {
        field.charge(worth_usd_per_t, &self.curves);
        let mut search = Search::new(field);
        let found = search.solve(self.relaxed_gap_share, f64::NEG_INFINITY)?;
        let draws = search.draws(&found.best.mw);
        let emitted_t = field.emitted(&draws, worth_usd_per_t).total_t();
        Ok(Tried {
            worth_usd_per_t,
            bound_usd: found.proof.bound_usd + worth_usd_per_t * self.cap_t,
            value_usd: found.best.value_usd + worth_usd_per_t * emitted_t,
            emitted_t,
            lives: Lives::of(&search, &found.best),
            draws,
            rounds: search.rounds as u64,
        })
    }

    /// The plan that emits least: nothing is built, what stands is closed as soon as it may be, no miner buys power.
    fn least(&self, field: &mut Field) -> Result<Tried, PlaceError> {
        let worth_usd_per_t = prohibitive_usd_per_t(field);
        field.charge(worth_usd_per_t, &self.curves);
        let (lives, draws) = Self::closed(field);
        let emitted_t = field.emitted(&draws, worth_usd_per_t).total_t();
        if emitted_t > self.cap_t {
            let years = field.years();
            return Err(PlaceError::Infeasible {
                limit: NAME.to_owned(),
                need: emitted_t / years,
                have: self.cap_t / years,
                unit: "t of CO2 a year".to_owned(),
            });
        }
        let mut search = Search::new(field);
        let mix = lives.learnt(&mut search);
        let value_usd = search.valued(mix).value_usd + worth_usd_per_t * emitted_t;
        Ok(Tried { worth_usd_per_t, bound_usd: f64::INFINITY, value_usd, emitted_t, lives, draws, rounds: 0 })
    }

    /// A price that is high enough, beside the last that was not. Where AI is worth any price, `least` stands for the
    /// former.
    fn bracket(&self, field: &mut Field, free: Tried, least: Tried) -> Result<Bracket, PlaceError> {
        let mut rounds = free.rounds;
        let mut best = (0.0, free.bound_usd);
        let mut low = free;
        loop {
            let worth = if low.worth_usd_per_t > 0.0 { GROWS * low.worth_usd_per_t } else { first_usd_per_t(field) };
            if worth >= least.worth_usd_per_t {
                return Ok(Bracket { low, high: least, best, rounds });
            }
            let tried = self.relaxed(field, worth)?;
            rounds += tried.rounds;
            if tried.bound_usd < best.1 {
                best = (tried.worth_usd_per_t, tried.bound_usd);
            }
            if tried.emitted_t <= self.cap_t {
                return Ok(Bracket { low, high: tried, best, rounds });
            }
            low = tried;
        }
    }

    /// The cap does not bind, or no more than rounding makes it.
    fn without_price(&self, field: &mut Field, free: &Tried, watch: Watch) -> Result<Chosen, PlaceError> {
        let optimum = optimise(field, self.settings, watch)?;
        let (lives, draws) = whole(&optimum.search, &optimum.plan);
        let answer = optimum.answer;
        let (proof, relaxation, effort) = (answer.proof, answer.relaxation, answer.effort);
        if field.emitted(&draws, 0.0).total_t() <= self.cap_t {
            let plan = Candidate { lives, worth_usd_per_t: 0.0, value_usd: proof.objective_usd };
            return Ok(Chosen { plan, shadow_usd_per_t: 0.0, answer, priced: false });
        }
        let plan = self.run(field, lives, &draws, first_usd_per_t(field));
        let plan = match plan {
            Some(plan) => plan,
            None => self.run_closed(field)?,
        };
        let proved = Proved {
            bound_usd: proof.upper_bound_usd,
            relaxed_usd: (relaxation.objective_usd, relaxation.upper_bound_usd),
            nodes: effort.nodes,
            rounds: free.rounds + effort.rounds,
            seconds: effort.seconds,
        };
        seen(watch(&Progress { phase: Phase::Afterwards, ..Progress::default() }))?;
        let answer = self.describe(field, 0.0, &plan, &proved)?;
        Ok(Chosen { plan, shadow_usd_per_t: 0.0, answer, priced: true })
    }

    fn best_candidate(
        &self,
        field: &mut Field,
        bracket: &Bracket,
        relaxation_seconds: f64,
        watch: Watch,
    ) -> Result<Chosen, PlaceError> {
        let (shadow, relaxed_bound_usd) = bracket.best;
        let (_, mix_usd) = bracket.meeting(self.cap_t);
        let (between, draws) = self.between(field, bracket, shadow);
        let mut chosen = None;
        let mut proved = Proved {
            bound_usd: relaxed_bound_usd,
            relaxed_usd: (mix_usd.min(relaxed_bound_usd), relaxed_bound_usd),
            nodes: 0,
            rounds: bracket.rounds,
            seconds: Seconds { relaxation: relaxation_seconds, ..Seconds::default() },
        };
        let started = Instant::now();
        if self.settings.relax {
            for (lives, draws) in [
                (between, &draws),
                (bracket.low.lives.clone(), &bracket.low.draws),
                (bracket.high.lives.clone(), &bracket.high.draws),
            ] {
                chosen = better(chosen, self.run(field, lives, draws, shadow));
            }
        } else {
            let mut found = self.rounded_at(field, shadow, &between)?;
            field.charge(shadow, &self.curves);
            let bare = Settings { alternatives_within_share: None, curves: false, ..*self.settings };
            let optimum = optimise(field, &bare, watch)?;
            let (proof, effort) = (optimum.answer.proof, optimum.answer.effort);
            proved.bound_usd = proved.bound_usd.min(proof.upper_bound_usd + shadow * self.cap_t);
            (proved.nodes, proved.rounds) = (effort.nodes, proved.rounds + effort.rounds);
            found.push(whole(&optimum.search, &optimum.plan));
            for (lives, draws) in found {
                chosen = better(chosen, self.run(field, lives, &draws, shadow));
            }
        }
        let plan = match chosen {
            Some(plan) => plan,
            None => self.run_closed(field)?,
        };
        proved.seconds.modules = started.elapsed().as_secs_f64();
        seen(watch(&Progress { phase: Phase::Afterwards, ..Progress::default() }))?;
        let answer = self.describe(field, shadow, &plan, &proved)?;
        Ok(Chosen { plan, shadow_usd_per_t: shadow, answer, priced: true })
    }

    /// What lies between the plans on both sides and emits just the cap at a price.
    fn between(&self, field: &Field, bracket: &Bracket, worth_usd_per_t: f64) -> (Lives, Vec<Draws>) {
        let (low, high) = (&bracket.low, &bracket.high);
        let draws = |share: f64| -> Vec<Draws> {
            let mix = |(a, b): (&Draws, &Draws)| a.iter().zip(b).map(|(a, b)| a + share * (b - a)).collect();
            high.draws.iter().zip(&low.draws).map(mix).collect()
        };
        let keeps = |share: f64| field.emitted(&draws(share), worth_usd_per_t).total_t() <= self.cap_t;
        let (mut least, mut most) = (0.0, 1.0);
        for _ in 0..MOST_HALVINGS {
            let share = 0.5 * (least + most);
            if keeps(share) {
                least = share;
            } else {
                most = share;
            }
        }
        (high.lives.towards(&low.lives, least), draws(least))
    }

    /// Whole modules near a plan in continuous sizes, each plan with more room.
    fn rounded_at(
        &self,
        field: &mut Field,
        worth_usd_per_t: f64,
        near: &Lives,
    ) -> Result<Vec<(Lives, Vec<Draws>)>, PlaceError> {
        field.charge(worth_usd_per_t, &self.curves);
        let mut search = Search::new(field);
        let warm = near.learnt(&mut search);
        search.round_limits_down();
        let mut relaxed = search.solve(0.1 * self.settings.gap_share, f64::NEG_INFINITY)?;
        relaxed.best.mw.clone_from(&warm.mw);
        relaxed.best.mw.resize(search.master.columns.len(), 0.0);
        let mut found = Vec::new();
        for room in ROOMS {
            search.limit_t = Some(room * self.cap_t);
            let plan = rounded(&search, &relaxed, PASSES);
            found.push(whole(&search, &plan));
        }
        Ok(found)
    }
}
