//! The 24 hours of a site's day, eight side by side.
#![expect(clippy::inline_always, reason = "see `crate::lanes`")]

use super::account::{HourResult, account, store};
use super::clearing::{may_export_grid, with_steps};
use super::hour::{Hour, Loads, Power, Terms};
use super::merit::{Bids, sell_all, solve};
use crate::lanes::{LANES, Lanes, kernels};

/// A figure of each hour of a day.
pub type Hours = [f64; 24];

/// Dispatches each hour of a day as [`dispatch_hour_as_if`](super::dispatch_hour_as_if) does, to the bit, into
/// `account`. `called_off` tells the hours in which a demand-response event switches the miners off.
pub fn dispatch_day_as_if(
    power: &Power<Hours>,
    called_off: &[bool; 24],
    decides: &Terms,
    terms: &Terms,
    loads: &Loads,
    account: &mut HourResult<Hours>,
) {
    let called_off = called_off.contains(&true).then(|| called_off.map(|off| f64::from(u8::from(off))));
    let idle = loads.are_none() && !may_export_grid(decides);
    with_steps(loads.miners, loads.ai_mw, |steps| {
        let bids = Bids { ai_mw: loads.ai_mw, miners: loads.miners, steps };
        best()(&Job { power, called_off: called_off.as_ref(), decides, terms, bids, idle }, account);
    });
}

impl Power<Hours> {
    /// That of 24 hours.
    pub fn of_day(hours: &[Hour; 24]) -> Self {
        Self {
            surplus_mw: hours.map(|hour| hour.surplus_mw),
            hydro_mw: hours.map(|hour| hour.hydro_mw),
            import_mw: hours.map(|hour| hour.import_mw),
            export_mw: hours.map(|hour| hour.export_mw),
            price_usd_per_mwh: hours.map(|hour| hour.price_usd_per_mwh),
        }
    }
}

/// What a kernel is asked.
struct Job<'a> {
    power: &'a Power<Hours>,
    /// 1 where the miners are called off, else 0; none if they never are.
    called_off: Option<&'a Hours>,
    decides: &'a Terms,
    terms: &'a Terms,
    bids: Bids<'a>,
    /// Whether there are no loads and power is only sold.
    idle: bool,
}

kernels! {
    /// One way to compute; all give the same bits.
    type Kernel = fn(job: &Job, account: &mut HourResult<Hours>) -> ();
    run
}

#[inline(always)]
fn run<V: Lanes>(job: &Job, day: &mut HourResult<Hours>) {
    for i in 0..24 / LANES {
        let power = load::<V>(job.power, i);
        let mut served = if job.idle { sell_all(&power, job.decides) } else { solve(&power, job.decides, &job.bids) };
        if let Some(called_off) = job.called_off {
            let without = solve(&power, job.decides, &job.bids.firm());
            served = without.where_positive(eight(called_off, i), &served);
        }
        store(&account(&power, job.terms, job.bids.ai_mw, &served), day, i);
    }
}

#[inline(always)]
fn load<V: Lanes>(power: &Power<Hours>, i: usize) -> Power<V> {
    Power {
        surplus_mw: eight(&power.surplus_mw, i),
        hydro_mw: eight(&power.hydro_mw, i),
        import_mw: eight(&power.import_mw, i),
        export_mw: eight(&power.export_mw, i),
        price_usd_per_mwh: eight(&power.price_usd_per_mwh, i),
    }
}

/// The `i`th eight hours.
#[inline(always)]
fn eight<V: Lanes>(hours: &Hours, i: usize) -> V {
    V::load(&hours.as_chunks().0[i])
}

#[cfg(test)]
mod tests {
    use super::super::MinerTier;
    use super::*;

    #[test]
    fn every_processor_has_the_same_bits() {
        let power = Power::of_day(&core::array::from_fn(|h| Hour {
            surplus_mw: (h % 5) as f64 / 0.7,
            hydro_mw: (h % 3) as f64 / 0.9,
            import_mw: (h % 7) as f64 / 1.3,
            export_mw: (h % 4) as f64 / 0.6,
            price_usd_per_mwh: (h * 37 % 101) as f64 / 1.1,
            miners_called_off: false,
        }));
        let terms = Terms {
            surplus_cost_usd_per_mwh: 5.1,
            hydro_cost_usd_per_mwh: 19.7,
            import_adder_usd_per_mwh: -10.3,
            export_fee_usd_per_mwh: 2.2,
            backup_mw: 0.4,
            backup_cost_usd_per_mwh: 300.0,
        };
        let miners = [90.1, 47.3, 20.9].map(|value_usd_per_mwh| MinerTier { mw: 2.3, value_usd_per_mwh });
        let called_off = core::array::from_fn(|h| if h % 5 == 3 { 1.0 } else { 0.0 });
        let accounts: Vec<_> = available()
            .into_iter()
            .map(|kernel| {
                with_steps(&miners, 2.9, |steps| {
                    let bids = Bids { ai_mw: 2.9, miners: &miners, steps };
                    let (power, called_off) = (&power, Some(&called_off));
                    let job = Job { power, called_off, decides: &terms, terms: &terms, bids, idle: false };
                    let mut account = HourResult::default();
                    kernel(&job, &mut account);
                    account
                })
            })
            .collect();
        let r = accounts[0];
        assert!(accounts.iter().all(|other| *other == r));
        for figure in [r.mining_mw, r.ai_unserved_mw, r.export_surplus_mw, r.ai.grid_mw] {
            assert!(figure.iter().sum::<f64>() > 0.0);
        }
    }
}
