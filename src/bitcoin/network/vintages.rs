//! The machines of eight vintages by power price, the vintages side by side.
//!
//! Every sum goes over the power-price classes one by one, cheapest power first, for eight vintages at a time.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::VintagesModel;
use crate::bitcoin::hashprice::revenue_usd_per_mwh;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::lanes::{LANES, Lanes, Number, kernels};
use crate::math;

/// A figure of each of the eight vintages.
pub(super) type Eight = [f64; LANES];

/// Eight vintages, the older first; a place without machines is empty. Machines of a vintage are of one quarter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vintages {
    pub delivered: [Day; LANES],
    pub efficiency_j_per_th: Eight,
    /// Hashrate of all machines and of those that run, EH/s: the sums over the classes.
    pub installed_eh_s: Eight,
    pub running_eh_s: Eight,
    /// By power-price class.
    eh_s: Vec<Eight>,
    running_share: Vec<Eight>,
    /// What `running_share` and `running_eh_s` would be after the last answer asked for.
    answered_share: Vec<Eight>,
    answered_eh_s: Eight,
}

/// How far a step's switching goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub off: f64,
    pub on: f64,
    pub width: f64,
}

/// How miners answer to a hashprice net of fees, at the cost of each class (USD/MWh).
pub(super) struct AnswerJob<'a> {
    pub pace: Pace,
    pub hashprice: f64,
    pub costs: &'a [f64],
}

/// How much would run (EH/s), and how fast that rises with the logarithm of hashprice.
pub(super) struct Answer {
    pub running_eh_s: f64,
    pub rise_eh_s: f64,
}

/// What becomes of machines in the `days` up to `day`: the share kept of what is idle, beside wear by age, and the
/// share of the idle that is offered to others.
pub(super) struct WearJob<'a> {
    pub model: &'a VintagesModel,
    pub day: Day,
    pub days: f64,
    pub kept_idle: f64,
    pub offered_share: f64,
}

pub(super) mod answering {
    use super::{Answer, AnswerJob, Vintages, answer, kernels};
    kernels! {
        /// What would run if all answered.
        pub(in super::super) type Kernel = fn(job: &AnswerJob, eights: &mut [Vintages]) -> Answer;
        answer
    }
}

#[inline(always)]
fn answer<V: Lanes>(job: &AnswerJob, eights: &mut [Vintages]) -> Answer {
    // No closures: the target features of a kernel do not reach into them.
    let (mut running_eh_s, mut rise_eh_s) = (0.0, V::splat(0.0));
    for eight in eights {
        rise_eh_s = rise_eh_s.add(eight.answer(job));
        for vintage_eh_s in eight.answered_eh_s {
            running_eh_s += vintage_eh_s;
        }
    }
    Answer { running_eh_s, rise_eh_s: rise_eh_s.sum() }
}

pub(super) mod wearing {
    use super::{Vintages, WearJob, kernels, wear};
    kernels! {
        /// Wears all vintages.
        pub(in super::super) type Kernel = fn(job: &WearJob, eights: &mut [Vintages]) -> ();
        wear
    }
}

#[inline(always)]
fn wear<V: Lanes>(job: &WearJob, eights: &mut [Vintages]) {
    for eight in eights {
        eight.wear::<V>(job);
    }
}

impl Vintages {
    pub fn empty(classes: usize) -> Self {
        Self {
            delivered: [Day(0); LANES],
            // It is divided by.
            efficiency_j_per_th: [1.0; LANES],
            installed_eh_s: [0.0; LANES],
            running_eh_s: [0.0; LANES],
            eh_s: vec![[0.0; LANES]; classes],
            running_share: vec![[0.0; LANES]; classes],
            answered_share: vec![[0.0; LANES]; classes],
            answered_eh_s: [0.0; LANES],
        }
    }

    /// The place of the last vintage.
    pub fn last_place(&self) -> Option<usize> {
        self.installed_eh_s.iter().rposition(|eh_s| *eh_s > 0.0)
    }

    /// Puts a vintage of as many machines in each class, all running, in an empty place.
    pub fn put(&mut self, place: usize, delivered: Day, eh_s_each: f64, efficiency_j_per_th: f64) {
        self.delivered[place] = delivered;
        self.efficiency_j_per_th[place] = efficiency_j_per_th;
        self.eh_s.iter_mut().for_each(|class| class[place] = eh_s_each);
        self.running_share.iter_mut().for_each(|class| class[place] = 1.0);
        self.sum_up();
    }

    /// Adds as many machines to each class of a vintage, all running.
    pub fn merge(&mut self, place: usize, eh_s_each: f64, efficiency_j_per_th: f64) {
        let (before, added) = (self.installed_eh_s[place], eh_s_each * self.eh_s.len() as f64);
        let efficiency = &mut self.efficiency_j_per_th[place];
        *efficiency = (*efficiency * before + efficiency_j_per_th * added) / (before + added);
        for (eh_s, share) in self.eh_s.iter_mut().zip(&mut self.running_share) {
            let total = eh_s[place] + eh_s_each;
            if total > 0.0 {
                share[place] = (share[place] * eh_s[place] + eh_s_each) / total;
            }
            eh_s[place] = total;
        }
        self.sum_up();
    }

    /// Empties the places with no more than this (EH/s); says whether a vintage is left.
    pub fn keep_above(&mut self, least_eh_s: f64) -> bool {
        for place in 0..LANES {
            if self.installed_eh_s[place] <= least_eh_s {
                self.eh_s.iter_mut().for_each(|class| class[place] = 0.0);
                (self.installed_eh_s[place], self.running_eh_s[place]) = (0.0, 0.0);
            }
        }
        self.last_place().is_some()
    }

    /// Multiplies all machines.
    pub fn scale(&mut self, factor: f64) {
        self.eh_s.as_flattened_mut().iter_mut().for_each(|eh_s| *eh_s *= factor);
        self.sum_up();
    }

    /// Runs what pays at a hashprice net of fees and the cost of each class (USD/MWh) at once.
    pub fn switch_at_once(&mut self, hashprice: f64, costs: &[f64], width: f64) {
        let revenues = self.revenues_usd_per_mwh(hashprice);
        for (shares, cost) in self.running_share.iter_mut().zip(costs) {
            for (share, revenue) in shares.iter_mut().zip(revenues) {
                *share = wanted_share(revenue, *cost, width).0;
            }
        }
        self.sum_up();
    }

    #[inline(always)]
    fn revenues_usd_per_mwh(&self, hashprice: f64) -> Eight {
        let mut revenues = [0.0; LANES];
        for (revenue, efficiency) in revenues.iter_mut().zip(self.efficiency_j_per_th) {
            *revenue = revenue_usd_per_mwh(hashprice, efficiency);
        }
        revenues
    }

    /// Sums over the classes.
    pub fn sum_up(&mut self) {
        (self.installed_eh_s, self.running_eh_s) = ([0.0; LANES], [0.0; LANES]);
        for (eh_s, share) in self.eh_s.iter().zip(&self.running_share) {
            for place in 0..LANES {
                self.installed_eh_s[place] += eh_s[place];
                self.running_eh_s[place] += eh_s[place] * share[place];
            }
        }
    }

    /// What would run if all answered, in `answered_eh_s`; gives how fast that of each vintage rises with the logarithm of
    /// hashprice, EH/s.
    #[inline(always)]
    fn answer<V: Lanes>(&mut self, job: &AnswerJob) -> V {
        let revenue = V::load(&self.revenues_usd_per_mwh(job.hashprice));
        let (mut running_eh_s, mut rise) = (V::splat(0.0), V::splat(0.0));
        let cells = self.eh_s.iter().zip(&self.running_share).zip(&mut self.answered_share);
        for (((eh_s, before), answered), cost) in cells.zip(job.costs) {
            let (after, share_rise) = share_after(V::load(before), revenue, V::splat(*cost), job.pace);
            *answered = after.store();
            running_eh_s = running_eh_s.add(V::load(eh_s).mul(after));
            rise = rise.add(V::load(eh_s).mul(share_rise));
        }
        self.answered_eh_s = running_eh_s.store();
        rise.mul(revenue)
    }

    /// Lets the answer last asked for come true.
    pub fn settle(&mut self) {
        core::mem::swap(&mut self.running_share, &mut self.answered_share);
        self.running_eh_s = self.answered_eh_s;
    }

    /// Some wear out, idle ones are scrapped, or sold to where machines of their vintage run, in proportion to what
    /// runs there.
    #[inline(always)]
    fn wear<V: Lanes>(&mut self, job: &WearJob) {
        let mut kept = [1.0; LANES];
        for (kept, delivered) in kept.iter_mut().zip(self.delivered) {
            let worn = hazard_per_year(job.model, job.day.years_since(delivered)) * job.days / DAYS_PER_YEAR;
            *kept = math::exp(-worn);
        }
        let kept = V::load(&kept);
        let offered = self.keep(kept, kept.mul(V::splat(job.kept_idle)));
        if job.offered_share <= 0.0 {
            return;
        }
        let (zero, one, offered_share) = (V::splat(0.0), V::splat(1.0), V::splat(job.offered_share));
        let (installed, running) = (V::load(&self.installed_eh_s), V::load(&self.running_eh_s));
        let moved = offered_share.mul(offered);
        // What runs nowhere finds no buyer: the more of a vintage is idle, the less of the idle can be placed.
        let placed = moved.mul(running).div(installed);
        let both = running.min(moved);
        let gained = both.if_greater(zero, one.add(placed.div(running)), one);
        let left = both.if_greater(zero, one.sub(offered_share.mul(placed).div(moved)), one);
        self.keep(gained, left);
    }

    /// Keeps shares of what runs and of what is idle of each vintage; gives what is then idle, EH/s.
    #[inline(always)]
    fn keep<V: Lanes>(&mut self, of_running: V, of_idle: V) -> V {
        let (mut installed, mut running, mut idle) = (V::splat(0.0), V::splat(0.0), V::splat(0.0));
        for (eh_s, share) in self.eh_s.iter_mut().zip(&mut self.running_share) {
            let before = Cells { eh_s: V::load(eh_s), running_share: V::load(share) };
            let left = before.keep(of_running, of_idle);
            installed = installed.add(left.eh_s);
            running = running.add(left.running());
            idle = idle.add(left.idle());
            (*eh_s, *share) = (left.eh_s.store(), left.running_share.store());
        }
        (self.installed_eh_s, self.running_eh_s) = (installed.store(), running.store());
        idle
    }
}

/// The machines of eight vintages in one class.
#[derive(Clone, Copy)]
struct Cells<V> {
    eh_s: V,
    running_share: V,
}

impl<V: Lanes> Cells<V> {
    #[inline(always)]
    fn running(self) -> V {
        self.eh_s.mul(self.running_share)
    }

    #[inline(always)]
    fn idle(self) -> V {
        self.eh_s.mul(V::splat(1.0).sub(self.running_share))
    }

    /// Keeps a share of what runs and a share of what is idle; where nothing is left the running share stays.
    #[inline(always)]
    fn keep(self, of_running: V, of_idle: V) -> Self {
        let running = self.running().mul(of_running);
        let eh_s = running.add(self.idle().mul(of_idle));
        let running_share = eh_s.if_greater(V::splat(0.0), running.div(eh_s), self.running_share);
        Self { eh_s, running_share }
    }
}

/// Wear per year: nothing at first, e-fold within a year beyond the physical life; the fourth power of age spreads it.
fn hazard_per_year(model: &VintagesModel, age_years: f64) -> f64 {
    let x = age_years.max(0.0) / model.physical_life_years;
    4.0 * x * x * x / model.physical_life_years
}

/// Running share of a cell when it has answered to a revenue at this cost, and its rise with revenue.
#[inline(always)]
fn share_after<V: Number>(before: V, revenue: V, cost: V, pace: Pace) -> (V, V) {
    let (wanted, rise) = wanted_share(revenue, cost, V::splat(pace.width));
    let share_of_way = before.if_greater(wanted, V::splat(pace.off), V::splat(pace.on));
    (before.add(share_of_way.mul(wanted.sub(before))), share_of_way.mul(rise))
}

/// Share of machines that owners run at a revenue and a cost (USD/MWh), and its rise with revenue: half at break-even,
/// rising with the margin relative to cost.
#[inline(always)]
fn wanted_share<V: Number>(revenue: V, cost: V, width: V) -> (V, V) {
    smooth_step(revenue.sub(cost), width.mul(cost))
}

/// Rises smoothly from 0 to 1, one half at 0, the slower the wider; and by how much at `x`. The algebraic sigmoid needs
/// no exponential and leaves a thin tail, of miners who run at a loss.
#[inline(always)]
pub(super) fn smooth_step<V: Number>(x: V, width: V) -> (V, V) {
    let (half, one) = (V::splat(0.5), V::splat(1.0));
    let per_length = one.div(x.mul(x).add(width.mul(width)).sqrt());
    let sine = x.mul(per_length);
    (half.add(half.mul(sine)), half.mul(per_length).mul(one.sub(sine.mul(sine))))
}
