//! Dollars by ledger line.

use core::ops::{Index, IndexMut};

use super::Line;

/// Dollars of every [`Line`], income positive.
#[derive(Debug, Clone, PartialEq)]
pub struct ByLine([f64; Line::ALL.len()]);

impl Default for ByLine {
    fn default() -> Self {
        Self([0.0; Line::ALL.len()])
    }
}

impl Index<Line> for ByLine {
    type Output = f64;

    fn index(&self, line: Line) -> &f64 {
        &self.0[line as usize]
    }
}

impl IndexMut<Line> for ByLine {
    fn index_mut(&mut self, line: Line) -> &mut f64 {
        &mut self.0[line as usize]
    }
}

impl ByLine {
    /// Adds `factor` times the dollars of another.
    pub fn add(&mut self, other: &Self, factor: f64) {
        for (usd, more) in self.0.iter_mut().zip(&other.0) {
            *usd += factor * more;
        }
    }

    /// Sum of the lines chosen.
    pub fn sum(&self, chosen: impl Fn(Line) -> bool) -> f64 {
        Line::ALL.into_iter().filter(|line| chosen(*line)).map(|line| self[line]).sum()
    }

    /// Sum of the lines, each by its weight.
    pub fn weighed(&self, weight: impl Fn(Line) -> f64) -> f64 {
        Line::ALL.into_iter().map(|line| weight(line) * self[line]).sum()
    }

    /// Whether no line has anything.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|usd| *usd == 0.0)
    }
}
