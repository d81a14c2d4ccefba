//! Which points no other point beats in both of two metrics.

use std::cmp::Ordering;

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Maximise,
    /// Less is better.
    Minimise,
}

impl Direction {
    /// A value of the metric, turned so that more is better.
    fn merit(self, value: f64) -> f64 {
        match self {
            Self::Maximise => value,
            Self::Minimise => -value,
        }
    }
}

/// Indices, ascending, of the points that no other point dominates, that is, equals or betters in both metrics and
/// betters in one. Equal points stay together; a point with a NaN is neither on the front nor dominates.
///
/// Sorts the points by the first metric and passes over them once: O(n log n) (Kung, Luccio and Preparata, "On finding
/// the maxima of a set of vectors", Journal of the ACM 22, 1975).
pub fn front(points: &[(f64, f64)], directions: (Direction, Direction)) -> Vec<usize> {
    let merits = points.iter().map(|(x, y)| (directions.0.merit(*x), directions.1.merit(*y)));
    let mut best_first: Vec<(usize, (f64, f64))> =
        merits.enumerate().filter(|(_, (x, y))| !x.is_nan() && !y.is_nan()).collect();
    best_first.sort_by(|(_, a), (_, b)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
    let mut front = Vec::new();
    let mut best_second = None;
    // Of the points with the same first metric the first has the best second: only its equals can be on the front.
    for same_first in best_first.chunk_by(|(_, a), (_, b)| a.0 == b.0) {
        let second = same_first[0].1.1;
        if best_second.is_none_or(|best| second > best) {
            front.extend(same_first.iter().take_while(|(_, merit)| merit.1 == second).map(|(index, _)| *index));
            best_second = Some(second);
        }
    }
    front.sort_unstable();
    front
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;
    use Direction::{Maximise, Minimise};
    use rand::RngExt;

    /// The definition, in O(n²).
    fn by_definition(points: &[(f64, f64)], directions: (Direction, Direction)) -> Vec<usize> {
        let merit = |i: usize| (directions.0.merit(points[i].0), directions.1.merit(points[i].1));
        let dominates = |a: (f64, f64), b: (f64, f64)| a.0 >= b.0 && a.1 >= b.1 && (a.0 > b.0 || a.1 > b.1);
        let is_number = |i: usize| !points[i].0.is_nan() && !points[i].1.is_nan();
        let numbers = || (0..points.len()).filter(|i| is_number(*i));
        numbers().filter(|i| !numbers().any(|j| dominates(merit(j), merit(*i)))).collect()
    }

    #[test]
    fn the_front_is_that_of_the_definition_with_ties_and_gaps() {
        let mut stream = rng::stream(1, "pareto", "");
        let mut coordinate = || match stream.random_range(0..30) {
            0 => f64::NAN,
            1 => -0.0,
            level => f64::from(level / 3),
        };
        let points: Vec<(f64, f64)> = (0..200).map(|_| (coordinate(), coordinate())).collect();
        for part in points.chunks(20).chain([points.as_slice()]) {
            for directions in [(Maximise, Maximise), (Maximise, Minimise), (Minimise, Maximise), (Minimise, Minimise)] {
                assert_eq!(front(part, directions), by_definition(part, directions), "{directions:?} {part:?}");
            }
        }
    }

    #[test]
    fn duplicates_stay_and_a_point_that_is_worse_in_one_and_equal_in_the_other_goes() {
        let points = [(1.0, 5.0), (2.0, 3.0), (1.0, 5.0), (2.0, 2.0), (0.0, f64::NAN), (0.5, 5.0)];
        assert_eq!(front(&points, (Maximise, Maximise)), [0, 1, 2]);
        assert_eq!(front(&points, (Minimise, Minimise)), [3, 5]);
    }

    #[test]
    fn infinities_are_compared_like_other_numbers() {
        let points = [(f64::NEG_INFINITY, f64::NEG_INFINITY)];
        assert_eq!(front(&points, (Maximise, Maximise)), [0]);
    }
}
