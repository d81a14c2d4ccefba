//! Figures over one or two keys of a grid.

use super::{Figure, Picture, What, subtitle};
use crate::chart::{Contour, HeatMap, HeatMaps, Lines, Series, TitledMap};
use crate::math;
use crate::sweep::analysis::{Runs, by_point, number};
use crate::sweep::file::Design;
use crate::sweep::plan::Plan;
use crate::sweep::table::plain;
use toml::Value;

/// Most maps side by side, and most lines in a chart.
const MOST_MAPS: usize = 12;
const MOST_LINES: usize = 8;

/// Heat maps over the first two keys that are numbers, or lines over the only one; the other keys make maps side by
/// side, or lines of their own. None where the points are no grid, or there would be too many.
pub fn pictures(plan: &Plan, runs: &Runs, figures: &[Figure]) -> Vec<Picture> {
    if plan.file.design != Design::Grid {
        return Vec::new();
    }
    let varying = &plan.varying;
    let numeric: Vec<usize> = varying.iter().filter(|v| v.is_numeric).map(|v| v.index).collect();
    let others = |axes: &[usize]| varying.iter().map(|v| v.index).filter(|k| !axes.contains(k)).collect::<Vec<_>>();
    match numeric.as_slice() {
        [x, y, ..] => {
            let grid = Grid { plan, runs, axes: vec![*x, *y], groups: groups(plan, &others(&[*x, *y])) };
            if grid.groups.len() > MOST_MAPS { Vec::new() } else { grid.maps(figures) }
        }
        [x] => {
            let grid = Grid { plan, runs, axes: vec![*x], groups: groups(plan, &others(&[*x])) };
            if grid.groups.len() > MOST_LINES { Vec::new() } else { grid.lines(figures) }
        }
        [] => Vec::new(),
    }
}

/// Points that are drawn together: the same values of all keys but those on the axes.
struct GroupOfPoints {
    name: String,
    points: Vec<usize>,
}

fn groups(plan: &Plan, keys: &[usize]) -> Vec<GroupOfPoints> {
    let names = plan.file.keys();
    let mut groups: Vec<(Vec<&Value>, GroupOfPoints)> = Vec::new();
    for (i, point) in plan.points.iter().enumerate() {
        let values: Vec<&Value> = keys.iter().map(|&k| &point[k]).collect();
        if let Some((_, group)) = groups.iter_mut().find(|(of, _)| *of == values) {
            group.points.push(i);
            continue;
        }
        let settings = keys.iter().zip(&values).map(|(&k, value)| format!("{} = {}", names[k], plain(value)));
        let name = settings.collect::<Vec<_>>().join(", ");
        groups.push((values, GroupOfPoints { name, points: vec![i] }));
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// A grid as it is drawn.
struct Grid<'a> {
    plan: &'a Plan,
    runs: &'a Runs,
    /// Keys on the axes.
    axes: Vec<usize>,
    groups: Vec<GroupOfPoints>,
}

impl Grid<'_> {
    fn maps(&self, figures: &[Figure]) -> Vec<Picture> {
        let mut pictures: Vec<Picture> = figures.iter().map(|figure| self.map(figure)).collect();
        // Figures of the sweep's own in the same unit are read against each other.
        let own: Vec<&Figure> =
            figures.iter().filter(|f| f.main && f.stem != "npv" && f.stem != "all-in-cost").collect();
        let alike =
            own.windows(2).all(|pair| pair[0].factor == pair[1].factor && pair[0].breaks_even == pair[1].breaks_even);
        if self.groups.len() == 1 && (2..=MOST_MAPS).contains(&own.len()) && alike {
            let maps = own.iter().map(|f| TitledMap { title: f.name.clone(), z: self.values(f, &self.groups[0]) });
            let unit = own[0].label.strip_prefix(&own[0].name).unwrap_or_default();
            let title = format!("Figures of this sweep side by side{unit}");
            pictures
                .push(Picture::new("side-by-side", What::HeatMaps(self.side_by_side(title, maps.collect(), own[0]))));
        }
        pictures
    }

    fn map(&self, figure: &Figure) -> Picture {
        if let [group] = self.groups.as_slice() {
            let (x, y) = (self.axis(0), self.axis(1));
            let map = HeatMap {
                title: figure.label.clone(),
                subtitle: subtitle(self.plan, self.runs),
                x_label: x.label,
                y_label: y.label,
                x: x.shown,
                y: y.shown,
                z: self.values(figure, group),
                contour: contour(figure),
            };
            return Picture::new(figure.stem.clone(), What::HeatMap(map));
        }
        let maps =
            self.groups.iter().map(|group| TitledMap { title: group.name.clone(), z: self.values(figure, group) });
        let maps = self.side_by_side(figure.label.clone(), maps.collect(), figure);
        Picture::new(figure.stem.clone(), What::HeatMaps(maps))
    }

    fn side_by_side(&self, title: String, maps: Vec<TitledMap>, figure: &Figure) -> HeatMaps {
        let (x, y) = (self.axis(0), self.axis(1));
        HeatMaps {
            title,
            subtitle: subtitle(self.plan, self.runs),
            x_label: x.label,
            y_label: y.label,
            x: x.shown,
            y: y.shown,
            maps,
            contour: contour(figure),
        }
    }

    /// Means over the replicates, a row for each value upwards.
    fn values(&self, figure: &Figure, group: &GroupOfPoints) -> Vec<Vec<f64>> {
        let values = by_point(self.plan, self.runs, figure.metric);
        let (x, y) = (self.axis(0).values, self.axis(1).values);
        let mut z = vec![vec![f64::NAN; x.len()]; y.len()];
        for &point in &group.points {
            let place = |axis: usize, of: &[f64]| of.iter().position(|v| Some(*v) == self.at(axis, point));
            if let (Some(column), Some(row)) = (place(0, &x), place(1, &y)) {
                z[row][column] = values[point] * figure.factor;
            }
        }
        z
    }

    fn lines(&self, figures: &[Figure]) -> Vec<Picture> {
        figures.iter().map(|figure| Picture::new(figure.stem.clone(), What::Lines(self.over_one_key(figure)))).collect()
    }

    fn over_one_key(&self, figure: &Figure) -> Lines {
        let axis = self.axis(0);
        let values = by_point(self.plan, self.runs, figure.metric);
        let series = self.groups.iter().map(|group| {
            let at = |x: &f64| group.points.iter().find(|&&point| self.at(0, point) == Some(*x));
            let y = axis.values.iter().map(|x| at(x).map_or(f64::NAN, |&point| values[point] * figure.factor));
            let name = if group.name.is_empty() { figure.label.clone() } else { group.name.clone() };
            Series { name, y: y.collect(), band: Vec::new() }
        });
        Lines {
            title: figure.label.clone(),
            subtitle: subtitle(self.plan, self.runs),
            x_label: axis.label.clone(),
            x: axis.shown.clone(),
            series: series.collect(),
        }
    }

    /// The value of a point on an axis.
    fn at(&self, axis: usize, point: usize) -> Option<f64> {
        number(&self.plan.points[point][self.axes[axis]])
    }

    fn axis(&self, axis: usize) -> Axis {
        let mut values: Vec<f64> = (0..self.plan.points.len()).filter_map(|point| self.at(axis, point)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let vary = &self.plan.file.vary[self.axes[axis]];
        let Some(shown_as) = &vary.shown_as else {
            return Axis { label: vary.key.clone(), shown: values.clone(), values };
        };
        let metric = self.plan.metrics().iter().position(|m| m == shown_as).unwrap_or(0);
        let of_points = by_point(self.plan, self.runs, metric);
        let mean = |value: &f64| {
            let at_value = (0..of_points.len()).filter(|&point| self.at(axis, point) == Some(*value));
            let there: Vec<f64> = at_value.map(|point| of_points[point]).filter(|x| x.is_finite()).collect();
            if there.is_empty() { f64::NAN } else { math::mean(&there) }
        };
        Axis { label: format!("{shown_as} (by {})", vary.key), shown: values.iter().map(mean).collect(), values }
    }
}

/// The values along an axis.
struct Axis {
    label: String,
    /// Of the key, ascending.
    values: Vec<f64>,
    /// What stands there.
    shown: Vec<f64>,
}

fn contour(figure: &Figure) -> Option<Contour> {
    figure.breaks_even.then(|| Contour { level: 0.0, label: "break-even".into() })
}
