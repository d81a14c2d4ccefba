//! One value against another, a point a run, with a third as colour and the best of both joined.

use std::path::{Path, PathBuf};

use plotters::style::RGBColor;

use super::color::{color_bar, value_color};
use super::drawable;
use crate::chart::canvas::{Align, Canvas, EMPTY_HEIGHT, Key, MARGIN, Mark, Style, TEXT, WIDTH, svg};
use crate::chart::palette::{GREY, INK, SERIES, SPINE, WHITE};
use crate::chart::panel::Panel;
use crate::chart::scale::{Scale, extent};
use crate::chart::{ChartError, write};
use crate::math;

/// Points in a plane. Every label carries its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know; may be empty.
    pub subtitle: String,
    /// Name and unit of the value across.
    pub x_label: String,
    /// Name and unit of the value upwards.
    pub y_label: String,
    /// Name and unit of the value shown as colour; none where all points look alike.
    pub color_label: Option<String>,
    /// The runs, in the order they are drawn.
    pub points: Vec<Point>,
    /// The points that no other is better than in both values.
    pub front: Option<Front>,
    /// Whether the axis across is logarithmic; then what is not positive has no place on it.
    pub log_x: bool,
    /// Whether the axis upwards is logarithmic; then what is not positive has no place on it.
    pub log_y: bool,
}

/// One run of a [`Scatter`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Value across; not finite where the run has none: then it is a cross on the frame.
    pub x: f64,
    /// Value upwards; not finite where the run has none: then it is a cross on the frame.
    pub y: f64,
    /// Value shown as colour; not finite where there is none.
    pub color: f64,
}

/// A Pareto front.
#[derive(Debug, Clone, PartialEq)]
pub struct Front {
    /// What its points are, such as "best of return and risk".
    pub label: String,
    /// Which of the points are on it, in any order.
    pub points: Vec<usize>,
    /// Whether less of the value across is better: says on which side of the front its steps lie.
    pub less_x_is_better: bool,
}

/// Draws points to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn scatter(chart: &Scatter, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &scatter_svg(chart)?)
}

/// A value that has a place on its axis, else NaN.
fn placed(value: f64, log: bool) -> f64 {
    if log && value <= 0.0 { f64::NAN } else { drawable(value) }
}

fn scatter_svg(chart: &Scatter) -> Result<String, ChartError> {
    let place =
        |p: &Point| Point { x: placed(p.x, chart.log_x), y: placed(p.y, chart.log_y), color: drawable(p.color) };
    let points = chart.points.iter().map(place).collect::<Vec<_>>();
    let is_whole = |p: &&Point| p.x.is_finite() && p.y.is_finite();
    let whole = points.iter().filter(is_whole).count();
    svg(if whole > 0 { 1000.0 } else { EMPTY_HEIGHT }, |c| {
        let top = c.heading(&chart.title, &chart.subtitle);
        if whole == 0 {
            c.nothing("No finished run has both values.");
            return;
        }
        let range = chart.color_label.as_ref().and_then(|_| extent(points.iter().filter(is_whole).map(|p| p.color)));
        let top = c.legend(top, &keys(chart, points.len() - whole));
        let right = if range.is_some() { WIDTH - 230.0 } else { WIDTH - 60.0 };
        let panel = Panel { left: 150.0, right, top: top + 56.0, bottom: 896.0 };
        panel.name_y(c, &chart.y_label);
        let x = axis(points.iter().map(|p| p.x), chart.log_x, panel.x_px());
        let y = axis(points.iter().map(|p| p.y), chart.log_y, panel.y_px());
        panel.draw_y(c, &y);
        panel.draw_x(c, &x, 130.0);
        let color = |value: f64| match range {
            Some((lo, hi)) if value.is_finite() => value_color(value, lo, hi),
            Some(_) => SPINE,
            None => SERIES[0],
        };
        draw_points(c, (&x, &y), &points, color);
        draw_crosses(c, panel, (&x, &y), &points);
        if let Some(front) = &chart.front {
            draw_front(c, (&x, &y), &points, front, color);
        }
        panel.name_x(c, &chart.x_label);
        if let (Some(range), Some(label)) = (range, &chart.color_label) {
            color_bar(c, (WIDTH - 190.0, panel.top, panel.bottom), range, color);
            c.text((WIDTH - MARGIN, panel.top - 30.0), label, Style::new(TEXT, INK, Align::Right).bold());
        }
    })
}

fn keys(chart: &Scatter, missing: usize) -> Vec<Key> {
    let front = chart.front.as_ref().map(|front| Key::new(&front.label, INK, Mark::Line));
    let text = format!("{missing} without a place on one of the axes");
    let crosses = (missing > 0).then(|| Key::new(text, GREY, Mark::Cross));
    front.into_iter().chain(crosses).collect()
}

fn axis(values: impl Iterator<Item = f64>, log: bool, px: (f64, f64)) -> Scale {
    if log { Scale::log(values, px) } else { Scale::around(values, px) }
}

/// Radius in px, and opacity, at which `count` points are told apart.
fn look_of(count: usize) -> (f64, f64) {
    let decades = math::log10(count.max(1) as f64);
    ((10.0 - 1.9 * decades).clamp(2.5, 10.0), (1.1 - 0.18 * decades).clamp(0.4, 0.9))
}

fn draw_points(c: &mut Canvas, (x, y): (&Scale, &Scale), points: &[Point], color: impl Fn(f64) -> RGBColor) {
    let (radius, opacity) = look_of(points.len());
    for point in points.iter().filter(|p| p.x.is_finite() && p.y.is_finite()) {
        let at = (x.at(point.x), y.at(point.y));
        // A rim, because the colours of values near zero are near the page's.
        c.circle(at, radius + 0.75, GREY, opacity / 2.0);
        c.circle(at, radius, color(point.color), opacity);
    }
}

/// Runs that have one of the values only lie on the frame, where that value is.
fn draw_crosses(c: &mut Canvas, panel: Panel, (x, y): (&Scale, &Scale), points: &[Point]) {
    for point in points {
        match (point.x.is_finite(), point.y.is_finite()) {
            (true, false) => c.cross((x.at(point.x), panel.bottom), 5.0, GREY),
            (false, true) => c.cross((panel.left, y.at(point.y)), 5.0, GREY),
            _ => {}
        }
    }
}

fn draw_front(
    c: &mut Canvas,
    (x, y): (&Scale, &Scale),
    points: &[Point],
    front: &Front,
    color: impl Fn(f64) -> RGBColor,
) {
    let on_front = front.points.iter().filter_map(|i| points.get(*i)).filter(|p| p.x.is_finite() && p.y.is_finite());
    let mut on_front = on_front.collect::<Vec<_>>();
    on_front.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let at = on_front.iter().map(|p| (x.at(p.x), y.at(p.y))).collect::<Vec<_>>();
    c.line(&stairs(&at, front.less_x_is_better), INK, 2.5);
    let radius = look_of(points.len()).0.max(5.0) + 1.0;
    for (at, point) in at.iter().zip(&on_front) {
        c.circle(*at, radius + 3.5, INK, 1.0);
        c.circle(*at, radius + 1.5, WHITE, 1.0);
        c.circle(*at, radius, color(point.color), 1.0);
    }
}

/// The edge of what the points (from left to right) are at least as good as.
fn stairs(points: &[(f64, f64)], less_x_is_better: bool) -> Vec<(f64, f64)> {
    let mut line = points.first().copied().into_iter().collect::<Vec<_>>();
    for two in points.windows(2) {
        line.push(if less_x_is_better { (two[1].0, two[0].1) } else { (two[0].0, two[1].1) });
        line.push(two[1]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::{assert_says, look};
    use super::*;

    fn cloud(count: u32) -> Vec<Point> {
        let uniform = |i: u32, ratio: f64| (f64::from(i) * ratio).fract();
        let point = |i| {
            let (u, v, w) = (uniform(i, 0.618_034), uniform(i, 0.754_878), uniform(i, 0.569_841));
            Point { x: 5.0 + 400.0 * u * u, y: 300.0 * u.sqrt() * v - 60.0 * w, color: 120.0 * v - 50.0 }
        };
        (1..=count).map(point).collect()
    }

    fn chart(points: Vec<Point>) -> Scatter {
        Scatter {
            title: "Net present value against capital (million USD)".to_owned(),
            subtitle: "one point a run".to_owned(),
            x_label: "capital (million USD)".to_owned(),
            y_label: "net present value (million USD)".to_owned(),
            color_label: Some("drift of price (% per year)".to_owned()),
            points,
            front: None,
            log_x: false,
            log_y: false,
        }
    }

    /// Little across and much upwards is best.
    fn best(points: &[Point]) -> Front {
        let is_best = |p: &Point| !points.iter().any(|q| q != p && q.x <= p.x && q.y >= p.y);
        let points = points.iter().enumerate().filter(|(_, p)| is_best(p)).map(|(i, _)| i).collect();
        Front { label: "best of little capital and much value".to_owned(), points, less_x_is_better: true }
    }

    #[test]
    fn points_front_and_failed_runs_are_drawn() {
        let temporary = tempfile::tempdir().unwrap();
        let mut points = cloud(300);
        let front = Some(best(&points));
        points.extend([20.0, 130.0, 260.0].map(|x| Point { x, y: f64::NAN, color: 0.0 }));
        let whole = Scatter { front, ..chart(points) };
        let files = scatter(&whole, &look(&temporary).join("scatter")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        let texts =
            ["\ncapital (million USD)\n", "\n3 without a place on one of the axes\n", "best of little", "drift of"];
        assert_says(&page, &texts);
        assert_eq!(scatter_svg(&whole).unwrap(), page);
    }

    #[test]
    fn one_point_and_ten_thousand_are_legible() {
        let temporary = tempfile::tempdir().unwrap();
        scatter(&chart(cloud(1)), &look(&temporary).join("scatter-1")).unwrap();
        let many = Scatter { log_x: true, color_label: None, ..chart(cloud(10_000)) };
        scatter(&many, &look(&temporary).join("scatter-10000")).unwrap();
        let (one, many) = (look_of(1), look_of(10_000));
        assert!(one.0 > 3.0 * many.0 && one.1 > many.1 && many.0 >= 2.0);
        assert_eq!(look_of(0), one);
    }

    #[test]
    fn stairs_lie_on_the_side_of_what_is_worse() {
        let points = [(0.0, 0.0), (10.0, 5.0)];
        assert_eq!(stairs(&points, true), [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0)]);
        assert_eq!(stairs(&points, false), [(0.0, 0.0), (0.0, 5.0), (10.0, 5.0)]);
        assert!(stairs(&[], true).is_empty());
    }

    #[test]
    fn nothing_and_odd_values_draw_too() {
        assert_says(&scatter_svg(&chart(Vec::new())).unwrap(), &["No finished run"]);
        let odd = [f64::NAN, f64::INFINITY, f64::MIN, 1e300, -1e300, 0.0, 3.0, 3.0];
        let points = odd.iter().flat_map(|x| odd.map(|y| Point { x: *x, y, color: y })).collect::<Vec<_>>();
        let front = Some(Front { points: vec![0, 63, 9999], ..best(&[]) });
        for log in [false, true] {
            let chart = Scatter { log_x: log, log_y: log, front: front.clone(), ..chart(points.clone()) };
            scatter(&chart, &tempfile::tempdir().unwrap().path().join("odd")).unwrap();
        }
        let equal = chart(vec![Point { x: 2.0, y: 2.0, color: f64::NAN }; 5]);
        scatter_svg(&equal).unwrap();
        let losses = Scatter { log_y: true, ..chart(vec![Point { x: 1.0, y: -1.0, color: 0.0 }]) };
        assert_says(&scatter_svg(&losses).unwrap(), &["No finished run"]);
    }
}
