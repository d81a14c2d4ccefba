//! The machines of one vintage by power price, eight classes side by side.
//!
//! Every sum goes over the classes one by one, cheapest power first, so that the width of the registers changes no bit.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use crate::lanes::{LANES, Lanes, Number};

/// A figure of each power-price class, in eights.
pub(super) type ByClass = Vec<[f64; LANES]>;

/// Puts the figures of the classes in eights; what is beyond the last is `beyond`.
pub(super) fn by_class(figures: &[f64], beyond: f64) -> ByClass {
    let eight = |some: &[f64]| core::array::from_fn(|lane| some.get(lane).copied().unwrap_or(beyond));
    figures.chunks(LANES).map(eight).collect()
}

/// Machines of one vintage in each power-price class, none beyond the last.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    eh_s: ByClass,
    running_share: ByClass,
    /// What `running_share` would be after the last answer asked for.
    answered_share: ByClass,
}

/// How far a step's switching goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub off: f64,
    pub on: f64,
    pub width: f64,
}

/// What becomes of a vintage in a step: the shares kept of what runs and of what is idle, and the share of the idle that
/// is offered to others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wear {
    pub kept_running: f64,
    pub kept_idle: f64,
    pub offered_share: f64,
}

impl Cells {
    /// As many machines in each class, all running.
    pub fn even(classes: usize, eh_s_each: f64) -> Self {
        let eh_s = by_class(&vec![eh_s_each; classes], 0.0);
        let running_share = by_class(&vec![1.0; classes], 0.0);
        Self { eh_s, answered_share: running_share.clone(), running_share }
    }

    /// Hashrate of all machines, EH/s.
    pub fn installed_eh_s(&self) -> f64 {
        self.eh_s.as_flattened().iter().sum()
    }

    /// Hashrate that runs, EH/s.
    pub fn running_eh_s(&self) -> f64 {
        let cells = self.eh_s.as_flattened().iter().zip(self.running_share.as_flattened());
        cells.map(|(eh_s, share)| eh_s * share).sum()
    }

    /// Multiplies all machines.
    pub fn scale(&mut self, factor: f64) {
        for eh_s in self.eh_s.as_flattened_mut() {
            *eh_s *= factor;
        }
    }

    /// Adds others of as many classes.
    pub fn merge(&mut self, new: &Self) {
        let (eh_s, share) = (self.eh_s.as_flattened_mut(), self.running_share.as_flattened_mut());
        let added = new.eh_s.as_flattened().iter().zip(new.running_share.as_flattened());
        for ((eh_s, share), (new_eh_s, new_share)) in eh_s.iter_mut().zip(share).zip(added) {
            let total = *eh_s + new_eh_s;
            if total > 0.0 {
                *share = (*share * *eh_s + new_share * new_eh_s) / total;
            }
            *eh_s = total;
        }
    }

    /// Runs what pays at a revenue and these costs (USD/MWh) at once.
    pub fn switch_at_once(&mut self, revenue: f64, costs: &ByClass, width: f64) {
        for (share, cost) in self.running_share.as_flattened_mut().iter_mut().zip(costs.as_flattened()) {
            *share = wanted_share(revenue, *cost, width);
        }
    }

    /// Hashrate that would run (EH/s) if all answered to a revenue at these costs (USD/MWh).
    #[inline(always)]
    pub fn answer<V: Lanes>(&mut self, revenue: f64, costs: &ByClass, pace: Pace) -> f64 {
        let mut running_eh_s = 0.0;
        let cells = self.eh_s.iter().zip(&self.running_share).zip(&mut self.answered_share);
        for (((eh_s, before), answered), cost) in cells.zip(costs) {
            let after = share_after(V::load(before), V::splat(revenue), V::load(cost), pace);
            *answered = after.store();
            running_eh_s = add_in_order(running_eh_s, V::load(eh_s).mul(after));
        }
        running_eh_s
    }

    /// Lets the answer last asked for come true.
    pub fn settle(&mut self) {
        core::mem::swap(&mut self.running_share, &mut self.answered_share);
    }

    /// Some wear out, idle ones are scrapped, or sold to where machines of this vintage run, in proportion to what runs
    /// there. Gives the hashrate of all that is left, EH/s.
    #[inline(always)]
    pub fn wear<V: Lanes>(&mut self, wear: Wear) -> f64 {
        let (mut installed, mut running, mut offered) = (0.0, 0.0, 0.0);
        for (eh_s, share) in self.eh_s.iter_mut().zip(&mut self.running_share) {
            let before = EightCells { eh_s: V::load(eh_s), running_share: V::load(share) };
            let left = before.keep(wear.kept_running, wear.kept_idle);
            installed = add_in_order(installed, left.eh_s);
            running = add_in_order(running, left.running());
            offered = add_in_order(offered, left.idle());
            (*eh_s, *share) = (left.eh_s.store(), left.running_share.store());
        }
        let moved = wear.offered_share * offered;
        if running <= 0.0 || moved <= 0.0 {
            return installed;
        }
        // What runs nowhere finds no buyer: the more of a vintage is idle, the less of the idle can be placed.
        let placed = moved * running / installed;
        let (gained, left) = (1.0 + placed / running, 1.0 - wear.offered_share * placed / moved);
        let mut installed = 0.0;
        for (eh_s, share) in self.eh_s.iter_mut().zip(&mut self.running_share) {
            let here = EightCells { eh_s: V::load(eh_s), running_share: V::load(share) }.keep(gained, left);
            installed = add_in_order(installed, here.eh_s);
            (*eh_s, *share) = (here.eh_s.store(), here.running_share.store());
        }
        installed
    }
}

/// The machines of eight classes.
#[derive(Clone, Copy)]
struct EightCells<V> {
    eh_s: V,
    running_share: V,
}

impl<V: Lanes> EightCells<V> {
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
    fn keep(self, of_running: f64, of_idle: f64) -> Self {
        let running = self.running().mul(V::splat(of_running));
        let eh_s = running.add(self.idle().mul(V::splat(of_idle)));
        let running_share = eh_s.if_greater(V::splat(0.0), running.div(eh_s), self.running_share);
        Self { eh_s, running_share }
    }
}

/// Adds eight terms one by one.
#[inline(always)]
fn add_in_order<V: Lanes>(mut sum: f64, terms: V) -> f64 {
    for term in terms.store() {
        sum += term;
    }
    sum
}

/// Running share of a cell when it has answered to a revenue at this cost.
#[inline(always)]
fn share_after<V: Number>(before: V, revenue: V, cost: V, pace: Pace) -> V {
    let wanted = wanted_share(revenue, cost, V::splat(pace.width));
    let share_of_way = before.if_greater(wanted, V::splat(pace.off), V::splat(pace.on));
    before.add(share_of_way.mul(wanted.sub(before)))
}

/// Share of machines that owners run at a revenue and a cost (USD/MWh): half at break-even, rising with the margin
/// relative to cost. The algebraic sigmoid needs no exponential and leaves a thin tail of miners who run at a loss.
#[inline(always)]
fn wanted_share<V: Number>(revenue: V, cost: V, width: V) -> V {
    smooth_step(revenue.sub(cost).div(width.mul(cost)))
}

/// Rises smoothly from 0 to 1, one half at 0.
#[inline(always)]
pub(super) fn smooth_step<V: Number>(x: V) -> V {
    let (half, one) = (V::splat(0.5), V::splat(1.0));
    half.add(half.mul(x).div(one.add(x.mul(x)).sqrt()))
}
