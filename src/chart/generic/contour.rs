//! Where a value on a grid passes a level: marching squares.

use std::collections::BTreeMap;

/// A point in columns and rows of the grid.
type Place = (f64, f64);

/// An edge of the grid by the value at its lower left end: column, row, and whether it runs upwards.
type Edge = (usize, usize, bool);

/// The lines along which `z` (rows of equal length) passes `level`, interpolated linearly between neighbours, as
/// (column, row) counted from the first value. A closed line ends where it begins.
///
/// No line passes a square of four neighbours of which one is not finite. Where two opposite corners of a square
/// are above the level and two are not, the mean of the four decides which pair hangs together.
pub(super) fn contours(z: &[Vec<f64>], level: f64) -> Vec<Vec<Place>> {
    let mut links: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    for (row, two) in z.windows(2).enumerate() {
        for column in 1..two[0].len().min(two[1].len()) {
            for (a, b) in crossed((column - 1, row), two, level) {
                links.entry(a).or_default().push(b);
                links.entry(b).or_default().push(a);
            }
        }
    }
    let lines = chained(links);
    lines.into_iter().map(|line| line.into_iter().map(|edge| crossing(z, edge, level)).collect()).collect()
}

/// The pairs of edges a line enters and leaves the square of two rows by, at (column, row) of its lower left corner.
fn crossed((column, row): (usize, usize), rows: &[Vec<f64>], level: f64) -> Vec<(Edge, Edge)> {
    let corners = [rows[0][column], rows[0][column + 1], rows[1][column + 1], rows[1][column]];
    if !corners.iter().all(|z| z.is_finite()) {
        return Vec::new();
    }
    let above = corners.map(|z| z >= level);
    // Counter-clockwise from the lowest, each between a corner and the next.
    let sides = [(column, row, false), (column + 1, row, true), (column, row + 1, false), (column, row, true)];
    let cut = (0..4).filter(|&i| above[i] != above[(i + 1) % 4]).map(|i| sides[i]).collect::<Vec<_>>();
    match *cut.as_slice() {
        [a, b] => vec![(a, b)],
        [lower, right, upper, left] => {
            let middle_above = corners.iter().map(|z| z / 4.0).sum::<f64>() >= level;
            // The lines cut off the two corners that the middle is not with.
            if middle_above == above[0] {
                vec![(lower, right), (upper, left)]
            } else {
                vec![(lower, left), (right, upper)]
            }
        }
        _ => Vec::new(),
    }
}

/// Edges one after the other: first the lines with ends, then the closed ones.
fn chained(mut links: BTreeMap<Edge, Vec<Edge>>) -> Vec<Vec<Edge>> {
    let ends = links.iter().filter(|(_, next)| next.len() == 1).map(|(edge, _)| *edge);
    let starts = ends.chain(links.keys().copied()).collect::<Vec<_>>();
    let mut lines = Vec::new();
    for start in starts {
        let mut line = vec![start];
        let mut here = start;
        while let Some(next) = links.get_mut(&here).and_then(Vec::pop) {
            if let Some(back) = links.get_mut(&next) {
                back.retain(|edge| *edge != here);
            }
            line.push(next);
            here = next;
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

fn crossing(z: &[Vec<f64>], (column, row, upwards): Edge, level: f64) -> Place {
    let from = z[row][column];
    let to = if upwards { z[row + 1][column] } else { z[row][column + 1] };
    // Halves, so that the difference of the greatest numbers is one.
    let share = (level / 2.0 - from / 2.0) / (to / 2.0 - from / 2.0);
    let (x, y) = (column as f64, row as f64);
    if upwards { (x, y + share) } else { (x + share, y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_crossed_once_where_it_passes_the_level() {
        let slope = vec![vec![-1.0, 3.0], vec![-1.0, 3.0], vec![-3.0, 1.0]];
        assert_eq!(contours(&slope, 0.0), [[(0.25, 0.0), (0.25, 1.0), (0.75, 2.0)]]);
    }

    #[test]
    fn a_hill_is_ringed_by_a_closed_line() {
        let mut hill = vec![vec![0.0; 3]; 3];
        hill[1][1] = 1.0;
        let lines = contours(&hill, 0.5);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), 5);
        assert_eq!(lines[0].first(), lines[0].last());
        for point in [(1.0, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 1.0)] {
            assert!(lines[0].contains(&point), "{point:?}");
        }
    }

    #[test]
    fn a_saddle_hangs_together_as_the_mean_of_its_corners_says() {
        // Lower left and upper right are high; with a high mean the lines cut off the low corners.
        let high = contours(&[vec![3.0, -1.0], vec![-1.0, 3.0]], 0.0);
        assert_eq!(high, [[(0.75, 0.0), (1.0, 0.25)], [(0.0, 0.75), (0.25, 1.0)]]);
        let low = contours(&[vec![1.0, -3.0], vec![-3.0, 1.0]], 0.0);
        assert_eq!(low, [[(0.25, 0.0), (0.0, 0.25)], [(0.75, 1.0), (1.0, 0.75)]]);
    }

    #[test]
    fn no_line_passes_where_values_are_missing_or_never_reach_the_level() {
        let mut slope = vec![vec![-1.0, 1.0]; 5];
        slope[2][0] = f64::NAN;
        let lines = contours(&slope, 0.0);
        assert_eq!(lines, [[(0.5, 0.0), (0.5, 1.0)], [(0.5, 3.0), (0.5, 4.0)]]);
        for z in [vec![], vec![vec![]], vec![vec![-1.0, 1.0]], vec![vec![1.0; 3]; 3], vec![vec![f64::INFINITY; 3]; 3]] {
            assert!(contours(&z, 0.0).is_empty());
        }
        assert!(contours(&[vec![-1.0, 1.0], vec![-1.0, 1.0]], f64::NAN).is_empty());
    }

    #[test]
    fn a_value_on_the_level_and_the_greatest_numbers_make_finite_points() {
        for z in [vec![vec![0.0, 1.0, 0.0, -1.0]; 3], vec![vec![-f64::MAX, f64::MAX]; 2]] {
            let lines = contours(&z, 0.0);
            assert!(!lines.is_empty());
            assert!(lines.iter().flatten().all(|p| p.0.is_finite() && p.1.is_finite()));
        }
    }
}
