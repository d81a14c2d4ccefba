//! A linear program put together row by row and solved by an interior-point method: for oracles of tests.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver,
    SupportedConeT::{NonnegativeConeT, ZeroConeT},
};

/// Terms of a row: (variable, coefficient). A variable may appear more than once.
pub(crate) type Terms = Vec<(usize, f64)>;

/// Maximises a linear gain under linear rows.
#[derive(Debug, Default)]
pub(crate) struct Lp {
    gains: Vec<f64>,
    equal: Vec<(Terms, f64)>,
    at_most: Vec<(Terms, f64)>,
}

impl Lp {
    /// A variable of any sign that gains so much per unit.
    pub fn free(&mut self, gain: f64) -> usize {
        self.gains.push(gain);
        self.gains.len() - 1
    }

    /// A variable that is at least 0.
    pub fn positive(&mut self, gain: f64) -> usize {
        let variable = self.free(gain);
        self.at_most(vec![(variable, -1.0)], 0.0);
        variable
    }

    /// A variable between 0 and `most`.
    pub fn between_0_and(&mut self, most: f64, gain: f64) -> usize {
        let variable = self.positive(gain);
        self.at_most(vec![(variable, 1.0)], most);
        variable
    }

    /// Adds to what a variable gains per unit.
    pub fn gains(&mut self, variable: usize, more: f64) {
        self.gains[variable] += more;
    }

    /// The sum of the terms is at most `bound`.
    pub fn at_most(&mut self, terms: Terms, bound: f64) {
        self.at_most.push((terms, bound));
    }

    /// The sum of the terms is `value`.
    pub fn equal(&mut self, terms: Terms, value: f64) {
        self.equal.push((terms, value));
    }

    /// The greatest gain, and the variables that bring it.
    ///
    /// # Panics
    /// When there is no finite optimum or the solver does not find it.
    pub fn solve(&self) -> (f64, Vec<f64>) {
        // Dollars and megawatts differ by many orders of magnitude: the solver sees a gain of order 1 per unit and
        // rows whose greatest coefficient is 1.
        let scale = self.gains.iter().fold(0.0, |most: f64, gain| most.max(gain.abs())).max(1e-300);
        let costs: Vec<f64> = self.gains.iter().map(|gain| -gain / scale).collect();
        let (matrix, bounds) = self.scaled_rows();
        let none = CscMatrix::zeros((costs.len(), costs.len()));
        let cones = [ZeroConeT(self.equal.len()), NonnegativeConeT(self.at_most.len())];
        let settings = DefaultSettingsBuilder::default()
            .verbose(false)
            .max_iter(500)
            .tol_gap_abs(1e-10)
            .tol_gap_rel(1e-10)
            .tol_feas(1e-10)
            .build()
            .expect("the settings are valid");
        let mut solver =
            DefaultSolver::new(&none, &costs, &matrix, &bounds, &cones, settings).expect("the program is well-formed");
        solver.solve();
        let solution = &solver.solution;
        let (cost, bound) = (solution.obj_val, solution.obj_val_dual);
        let gap = (cost - bound).abs() / cost.abs().max(1.0);
        assert!(gap < 1e-8, "no optimum: {:?}, gap {gap:e}", solution.status);
        (-cost * scale, solution.x.clone())
    }

    fn scaled_rows(&self) -> (CscMatrix, Vec<f64>) {
        let (mut rows, mut columns, mut values, mut bounds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (row, (terms, bound)) in self.equal.iter().chain(&self.at_most).enumerate() {
            let scale = terms.iter().fold(0.0, |most: f64, (_, value)| most.max(value.abs())).max(1e-300);
            for (variable, value) in terms {
                rows.push(row);
                columns.push(*variable);
                values.push(value / scale);
            }
            bounds.push(bound / scale);
        }
        (CscMatrix::new_from_triplets(bounds.len(), self.gains.len(), rows, columns, values), bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_textbook_program_is_solved() {
        // Dantzig's: 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: 36 at (2, 6); here with x + y - z = 0 and dollars in millions.
        let mut lp = Lp::default();
        let x = lp.between_0_and(4.0, 3e6);
        let y = lp.positive(5e6);
        let z = lp.free(0.0);
        lp.at_most(vec![(y, 2.0)], 12.0);
        lp.at_most(vec![(x, 3.0), (y, 1.0), (y, 1.0)], 18.0);
        lp.equal(vec![(x, 1.0), (y, 1.0), (z, -1.0)], 0.0);
        let (gain, at) = lp.solve();
        assert!((gain / 36e6 - 1.0).abs() < 1e-9, "{gain}");
        assert!((at[z] - 8.0).abs() < 1e-6, "{at:?}");
    }
}
