//! The solver's rounding, undone.

use super::life::Column;
use super::master::Solution;
use super::relax::{Mix, Search};
use crate::placement::field::Counts;

/// MW that are the solver's rounding: where nothing is placed its planes shall be the same each time.
const NOTHING_MW: f64 = 1e-6;

impl Search<'_> {
    /// The solver's MW, made to keep every limit exactly.
    pub fn repaired(&self, prices: &Solution) -> Mix {
        let placed = |mw: &f64| if *mw > NOTHING_MW { *mw } else { 0.0 };
        let mw = prices.mw.iter().map(placed).collect();
        let mut mix = Mix { mw, opening: prices.opening.clone(), value_usd: 0.0 };
        self.repair(&mut mix);
        mix
    }

    /// Rounding of the solver, undone: standing blocks add up, and what is new shrinks until all limits hold.
    fn repair(&self, mix: &mut Mix) {
        for (s, site) in self.field.sites.iter().enumerate() {
            for (b, block) in site.standing.iter().enumerate() {
                let of_block = |c: &Column| c.life.block == Some(b);
                let columns = || self.at_site[s].iter().copied().filter(|v| of_block(&self.master.columns[*v]));
                let sum: f64 = columns().map(|v| mix.mw[v]).sum();
                for (i, v) in columns().enumerate() {
                    mix.mw[v] = if sum > 0.0 {
                        mix.mw[v] * block.mw / sum
                    } else if i == 0 {
                        block.mw
                    } else {
                        0.0
                    };
                }
            }
        }
        self.open_enough(mix);
        let excess = self.excess(mix);
        if excess > 0.0 {
            for (mw, column) in mix.mw.iter_mut().zip(&self.master.columns) {
                if column.life.block.is_none() {
                    *mw /= 1.0 + excess;
                }
            }
        }
    }

    /// Opens as much of each site as what starts there takes up.
    fn open_enough(&self, mix: &mut Mix) {
        let columns = &self.master.columns;
        for (s, opening) in mix.opening.iter_mut().enumerate() {
            let here = || self.at_site[s].iter().filter(|v| mix.mw[**v] > 0.0);
            let mut open = 0.0;
            for (start, share) in opening.iter_mut().enumerate() {
                let date = self.master.starts[s][start].date;
                let within = here().filter(|v| self.master.starts_within(&columns[**v], start));
                let within_mw: f64 = within.map(|v| mix.mw[*v]).sum();
                let held = here().filter(|v| (columns[**v].dates.0..columns[**v].dates.1).contains(&date));
                let held_mw: f64 = held.map(|v| mix.mw[*v]).sum();
                let need_mw = if self.master.is_bounded(s, start) { within_mw } else { within_mw.max(held_mw) };
                open += *share;
                let missing = (need_mw / self.master.connection_mw[s].max(1e-9)).min(1.0) - open;
                if missing > 0.0 {
                    *share += missing;
                    open += missing;
                }
            }
        }
    }

    /// Largest share by which a limit is missed, as far as shrinking what is new can mend it.
    fn excess(&self, mix: &Mix) -> f64 {
        let mut worst = 0.0_f64;
        let mut look = |used: f64, at_most: f64| {
            if used > at_most && at_most > 0.0 {
                worst = worst.max(used / at_most - 1.0);
            } else if used > at_most + 1e-9 {
                worst = worst.max(1e-6);
            }
        };
        for (l, limit) in self.field.limits.iter().enumerate() {
            let used: f64 = mix.mw.iter().zip(&self.master.columns).map(|(mw, c)| mw * c.takes[l]).sum();
            let opening: f64 = match limit.counts {
                Counts::SpentUntil(until) => (0..self.field.sites.len())
                    .map(|s| {
                        let share: f64 = mix.opening[s].iter().take(self.master.started_by(s, until)).sum();
                        share * self.field.sites[s].opening_capital_usd
                    })
                    .sum(),
                _ => 0.0,
            };
            look(used + opening, self.master.at_most[l]);
        }
        for (s, site) in self.field.sites.iter().enumerate() {
            let here: Vec<_> = mix.mw.iter().zip(&self.master.columns).filter(|(_, c)| c.life.site == s).collect();
            for date in 0..self.field.dates.len() {
                let used: f64 = here.iter().filter(|(_, c)| (c.dates.0..c.dates.1).contains(&date)).map(|p| p.0).sum();
                look(used, self.master.connection_mw[s]);
            }
            let converted: f64 = here.iter().filter(|(_, c)| c.converts).map(|p| p.0).sum();
            look(converted, site.convertible_mw);
        }
        worst
    }
}
