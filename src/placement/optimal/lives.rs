//! A plan that outlives its search: MW by life.

use super::life::Life;
use super::relax::{Mix, Search};
use crate::placement::field::Field;

/// MW of each life, and what opens.
#[derive(Debug, Clone, Default)]
pub struct Lives {
    mw: Vec<(Life, f64)>,
    /// By site and date, as in [`Mix`].
    opening: Vec<Vec<f64>>,
}

impl Lives {
    /// The lives that have MW in a plan of a search.
    pub fn of(search: &Search, plan: &Mix) -> Self {
        let columns = search.master.columns.iter().zip(&plan.mw).filter(|(_, mw)| **mw > 0.0);
        Self { mw: columns.map(|(c, mw)| (c.life.clone(), *mw)).collect(), opening: plan.opening.clone() }
    }

    /// What stands, closed on the first date on which it may be.
    pub fn closed(field: &Field) -> Self {
        let mut lives = Self { mw: Vec::new(), opening: vec![vec![0.0; field.dates.len()]; field.sites.len()] };
        for (s, site) in field.sites.iter().enumerate() {
            for (b, block) in site.standing.iter().enumerate() {
                let closed = field.first_close(&block.stage);
                lives.mw.push((Life { site: s, block: Some(b), orders: Vec::new(), closed }, block.mw));
            }
        }
        lives
    }

    /// The plan in the columns of another search of the same field, which learns its lives.
    pub fn learnt(&self, search: &mut Search) -> Mix {
        let columns: Vec<(usize, f64)> = self.mw.iter().map(|(life, mw)| (search.learn(life.clone()), *mw)).collect();
        let mut mix = Mix { mw: vec![0.0; search.master.columns.len()], opening: self.opening.clone(), value_usd: 0.0 };
        for (column, mw) in columns {
            mix.mw[column] += mw;
        }
        mix
    }

    /// A plan on the way to another.
    pub fn towards(&self, other: &Self, share: f64) -> Self {
        let part = |lives: &Self, part: f64| -> Vec<(Life, f64)> {
            lives.mw.iter().map(|(life, mw)| (life.clone(), part * mw)).collect()
        };
        let mut mix = Self { mw: part(self, 1.0 - share), opening: self.opening.clone() };
        mix.mw.extend(part(other, share));
        for (dates, others) in mix.opening.iter_mut().zip(&other.opening) {
            for (open, other) in dates.iter_mut().zip(others) {
                *open += share * (other - *open);
            }
        }
        mix
    }
}
