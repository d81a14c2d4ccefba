//! A linear program, built row by row and solved by an interior-point method.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettings, DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT,
};

use crate::placement::answer::PlaceError;

/// minimise cost · x with rows · x = bound for the first rows and ≤ bound for the rest.
pub struct Program {
    pub cost: Vec<f64>,
    bounds: Vec<f64>,
    pub equalities: usize,
    /// Entries by column: (row, value).
    entries: Vec<Vec<(usize, f64)>>,
}

impl Program {
    pub fn new(variables: usize) -> Self {
        Self { cost: vec![0.0; variables], bounds: Vec::new(), equalities: 0, entries: vec![Vec::new(); variables] }
    }

    pub fn rows(&self) -> usize {
        self.bounds.len()
    }

    /// Begins a row; gives its number.
    pub fn row(&mut self, bound: f64) -> usize {
        self.bounds.push(bound);
        self.bounds.len() - 1
    }

    /// Adds to an entry of the row begun last.
    pub fn set(&mut self, variable: usize, value: f64) {
        let row = self.bounds.len() - 1;
        let column = &mut self.entries[variable];
        match column.last_mut() {
            Some(last) if last.0 == row => last.1 += value,
            _ if value != 0.0 => column.push((row, value)),
            _ => {}
        }
    }

    pub fn solve(self) -> Result<(Vec<f64>, Vec<f64>), PlaceError> {
        let (rows, variables) = (self.bounds.len(), self.cost.len());
        let mut starts = vec![0];
        let (mut at, mut values) = (Vec::new(), Vec::new());
        for column in &self.entries {
            at.extend(column.iter().map(|e| e.0));
            values.extend(column.iter().map(|e| e.1));
            starts.push(at.len());
        }
        let matrix = CscMatrix::new(rows, variables, starts, at, values);
        let quadratic = CscMatrix::zeros((variables, variables));
        let cones = [ZeroConeT(self.equalities), NonnegativeConeT(rows - self.equalities)];
        let mut solver = DefaultSolver::new(&quadratic, &self.cost, &matrix, &self.bounds, &cones, settings())
            .map_err(|e| PlaceError::Solver(e.to_string()))?;
        solver.solve();
        let found = solver.solution;
        match found.status {
            SolverStatus::Solved
            | SolverStatus::AlmostSolved
            | SolverStatus::InsufficientProgress
            | SolverStatus::MaxIterations => Ok((found.x, found.z)),
            SolverStatus::DualInfeasible | SolverStatus::AlmostDualInfeasible => {
                Err(PlaceError::Unbounded { what: "the size of farms".to_owned() })
            }
            status => Err(PlaceError::Solver(format!("the master problem ended as {status}"))),
        }
    }
}

fn settings() -> DefaultSettings<f64> {
    DefaultSettingsBuilder::default().verbose(false).max_iter(100).build().expect("the settings are sound")
}
