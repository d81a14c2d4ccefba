//! How one value spreads over the runs: a histogram, and below it the share of runs at or below each value.

use std::path::{Path, PathBuf};

use plotters::style::RGBColor;

use super::histogram::Bins;
use super::{is_drawable, note};
use crate::chart::canvas::{Align, Canvas, EMPTY_HEIGHT, Key, Mark as Swatch, SMALL, Style, WIDTH, shortened, svg};
use crate::chart::font::text_width;
use crate::chart::palette::{GREY, INK, SERIES, diverging, tint};
use crate::chart::panel::Panel;
use crate::chart::scale::{Scale, short};
use crate::chart::{ChartError, write};

/// Rows of labels above the histogram.
const LABEL_ROWS: usize = 3;
const LABEL_ROW: f64 = 24.0;

/// One value over many runs, of one group or several. Every label carries its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know; may be empty.
    pub subtitle: String,
    /// Name and unit of the value.
    pub x_label: String,
    /// What it is when the value is below zero, such as "loss"; none where zero means nothing.
    pub below_zero: Option<String>,
    /// The runs; of several groups outlines are drawn, of at most eight.
    pub groups: Vec<Group>,
}

/// The runs of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name in the legend.
    pub name: String,
    /// One value a run, in any order; not finite where a run has none.
    pub values: Vec<f64>,
    /// Values to mark, such as quantiles, mean and CVaR; drawn where the group is alone.
    pub marks: Vec<Mark>,
}

/// A named value.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What it is, such as "P5"; the value is added.
    pub name: String,
    /// The value, in the unit of the axis.
    pub value: f64,
}

/// Draws a distribution to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn distribution(chart: &Distribution, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &distribution_svg(chart)?)
}

/// A group whose values are finite and ascending.
struct Sorted<'a> {
    group: &'a Group,
    values: Vec<f64>,
    color: RGBColor,
}

impl Sorted<'_> {
    fn share_below_zero(&self) -> f64 {
        self.values.partition_point(|v| *v < 0.0) as f64 / self.values.len() as f64
    }
}

fn sorted(groups: &[Group]) -> Vec<Sorted<'_>> {
    let sorted = groups.iter().zip(SERIES).map(|(group, color)| {
        let mut values = group.values.iter().copied().filter(|v| is_drawable(*v)).collect::<Vec<_>>();
        values.sort_by(f64::total_cmp);
        Sorted { group, values, color }
    });
    sorted.filter(|group| !group.values.is_empty()).collect()
}

fn distribution_svg(chart: &Distribution) -> Result<String, ChartError> {
    let groups = sorted(&chart.groups);
    let mut all = groups.iter().flat_map(|g| g.values.iter().copied()).collect::<Vec<_>>();
    all.sort_by(f64::total_cmp);
    let bins = Bins::of(&all);
    svg(if bins.is_some() { 1120.0 } else { EMPTY_HEIGHT }, |c| {
        let top = c.heading(&chart.title, &chart.subtitle);
        let Some(bins) = bins else {
            c.nothing("No finished run has this value.");
            return;
        };
        let top = c.legend(top, &keys(chart, &groups));
        let (left, right) = (130.0, WIDTH - 60.0);
        let upper = Panel { left, right, top: top + 44.0 + LABEL_ROW * LABEL_ROWS as f64, bottom: 640.0 };
        let lower = Panel { left, right, top: 740.0, bottom: c.height() - 96.0 };
        let x = Scale::exact(bins.edge(0), bins.edge(bins.count), upper.x_px());
        draw_shares(c, (upper, &x), &bins, &groups, chart.below_zero.is_some());
        draw_cumulative(c, (lower, &x), &groups);
        if let [alone] = groups.as_slice() {
            draw_marks(c, (upper, lower, &x), &alone.group.marks);
        }
        lower.name_x(c, &chart.x_label);
        let total = chart.groups.iter().map(|g| g.values.len()).sum::<usize>();
        if total > all.len() {
            note(c, &format!("{} runs without a value or of more groups are not drawn", total - all.len()));
        }
    })
}

fn loss_color() -> RGBColor {
    diverging(-0.6)
}

fn fill(color: RGBColor) -> RGBColor {
    tint(color, 0.65)
}

/// One group tells its parts, several their names.
fn keys(chart: &Distribution, groups: &[Sorted]) -> Vec<Key> {
    let probability = |group: &Sorted| {
        let share = 100.0 * group.share_below_zero();
        chart.below_zero.as_ref().map(|name| format!("probability of {name} {share:.1} %"))
    };
    if let [alone] = groups {
        let runs = if alone.values.len() == 1 { "1 run".to_owned() } else { format!("{} runs", alone.values.len()) };
        let all = Key::new(format!("{}: {runs}", alone.group.name), fill(alone.color), Swatch::Box);
        let loss = probability(alone).map(|text| Key::new(text, loss_color(), Swatch::Box));
        return [all].into_iter().chain(loss).collect();
    }
    let name = |group: &Sorted| match probability(group) {
        Some(text) => format!("{}, {text}", group.group.name),
        None => group.group.name.clone(),
    };
    groups.iter().map(|group| Key::new(name(group), group.color, Swatch::Line)).collect()
}

fn draw_shares(c: &mut Canvas, (panel, x): (Panel, &Scale), bins: &Bins, groups: &[Sorted], tinted: bool) {
    let shares = groups.iter().map(|g| bins.shares(&g.values)).collect::<Vec<_>>();
    let y = Scale::with_zero(shares.iter().flatten().map(|s| 100.0 * s), panel.y_px());
    let caption = format!("Runs in each step of {}, %", short(bins.width));
    c.text((40.0, panel.top - LABEL_ROW * LABEL_ROWS as f64 - 24.0), &caption, caption_style());
    panel.draw_y(c, &y);
    panel.draw_x(c, x, 130.0);
    let alone = groups.len() == 1;
    for (group, shares) in groups.iter().zip(&shares) {
        let mut outline = vec![(x.at(bins.edge(0)), y.at(0.0))];
        for (i, share) in shares.iter().enumerate() {
            let (from, to, top) = (x.at(bins.edge(i)), x.at(bins.edge(i + 1)), y.at(100.0 * share));
            if alone && *share > 0.0 {
                let loss = tinted && bins.edge(i) < 0.0;
                c.rect((from + 0.5, top), (to - 0.5, y.at(0.0)), if loss { loss_color() } else { fill(group.color) });
            }
            outline.extend([(from, top), (to, top)]);
        }
        outline.push((x.at(bins.edge(bins.count)), y.at(0.0)));
        if !alone {
            c.line(&outline, group.color, 3.0);
        }
    }
    draw_zero(c, panel, x);
}

fn caption_style() -> Style {
    Style::new(SMALL, INK, Align::Left).bold()
}

fn draw_zero(c: &mut Canvas, panel: Panel, x: &Scale) {
    if x.lo < 0.0 && x.hi > 0.0 {
        c.line(&[(x.at(0.0), panel.top), (x.at(0.0), panel.bottom)], INK, 2.0);
    }
}

fn draw_cumulative(c: &mut Canvas, (panel, x): (Panel, &Scale), groups: &[Sorted]) {
    let y = Scale::exact(0.0, 100.0, panel.y_px());
    c.text((40.0, panel.top - 24.0), "Runs at or below the value, %", caption_style());
    panel.draw_y(c, &y);
    panel.draw_x(c, x, 130.0);
    for group in groups {
        let mut stairs = vec![(x.at(x.lo), y.at(0.0))];
        for (i, value) in group.values.iter().enumerate() {
            let at = x.at(*value);
            let step = |runs: usize| y.at(100.0 * runs as f64 / group.values.len() as f64);
            stairs.extend([(at, step(i)), (at, step(i + 1))]);
        }
        stairs.push((x.at(x.hi), y.at(100.0)));
        c.line(&stairs, group.color, 3.0);
    }
    draw_zero(c, panel, x);
}

/// Marked values as lines through both panels, with labels in rows above, each in the first row that has room.
fn draw_marks(c: &mut Canvas, (upper, lower, x): (Panel, Panel, &Scale), marks: &[Mark]) {
    let mut marks = marks.iter().filter(|m| is_drawable(m.value)).collect::<Vec<_>>();
    marks.sort_by(|a, b| a.value.total_cmp(&b.value));
    let mut free_from = [f64::NEG_INFINITY; LABEL_ROWS];
    for mark in marks {
        let at = x.at(mark.value);
        c.dashes((at, upper.top), (at, upper.bottom), INK, 2.0);
        c.dashes((at, lower.top), (at, lower.bottom), GREY, 1.5);
        let label = shortened(&format!("{} {}", mark.name, short(mark.value)), SMALL, 400.0);
        let half = text_width(&label, SMALL, true) / 2.0;
        let middle = at.clamp(upper.left + half, upper.right - half);
        let Some(row) = free_from.iter().position(|free| middle - half >= *free) else {
            continue;
        };
        free_from[row] = middle + half + 12.0;
        let y = upper.top - 14.0 - LABEL_ROW * row as f64;
        if row > 0 {
            c.line(&[(at, upper.top), (at, y + 12.0)], GREY, 1.0);
        }
        c.text((middle, y), &label, Style::new(SMALL, INK, Align::Middle).bold());
    }
}

#[cfg(test)]
mod tests {
    use super::super::{assert_says, look};
    use super::*;

    fn group(name: &str, values: Vec<f64>) -> Group {
        let mark = |(name, value): (&str, f64)| Mark { name: name.to_owned(), value };
        let marks = [("CVaR", -46.2), ("P5", -31.0), ("median", 36.0), ("mean", 40.1), ("P95", 121.0)].map(mark).into();
        Group { name: name.to_owned(), values, marks }
    }

    fn chart(groups: Vec<Group>) -> Distribution {
        Distribution {
            title: "Net present value (million USD)".to_owned(),
            subtitle: "over the runs of a sweep".to_owned(),
            x_label: "net present value (million USD)".to_owned(),
            below_zero: Some("loss".to_owned()),
            groups,
        }
    }

    /// A bell of `count` values with a mean and a deviation: sums of quasi-random uniforms.
    fn bell(count: u32, mean: f64, deviation: f64) -> Vec<f64> {
        let uniform = |i: u32, ratio: f64| (f64::from(i) * ratio).fract();
        let sum = |i| [0.618_034, 0.754_878, 0.569_841, 0.414_214].map(|ratio| uniform(i, ratio)).iter().sum::<f64>();
        (1..=count).map(|i| mean + deviation * (sum(i) - 2.0) * 1.732).collect()
    }

    #[test]
    fn one_group_shows_its_loss_and_its_marks() {
        let temporary = tempfile::tempdir().unwrap();
        let one = chart(vec![group("greedy", bell(1000, 40.0, 47.0))]);
        let files = distribution(&one, &look(&temporary).join("distribution")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        assert_says(&page, &["\ngreedy: 1000 runs\n", "\nP5 −31\n", "\nmean 40.1\n", "\nCVaR −46.2\n", "\n−50\n"]);
        assert_eq!(distribution_svg(&one).unwrap(), page);
    }

    #[test]
    fn the_probability_of_loss_is_the_share_below_zero() {
        let page = distribution_svg(&chart(vec![group("a", vec![-1.0, 0.0, 1.0, f64::NAN, 2.0, 3.0, 4.0, 5.0, 6.0])]));
        assert_says(&page.unwrap(), &["\nprobability of loss 12.5 %\n", "1 runs without a value"]);
    }

    #[test]
    fn several_groups_are_outlined_and_at_most_eight() {
        let temporary = tempfile::tempdir().unwrap();
        let policy = |i: u32| group(&format!("policy {i}"), bell(400, 15.0 * f64::from(i), 20.0 + 9.0 * f64::from(i)));
        let few = chart((0..4).map(policy).collect());
        distribution(&few, &look(&temporary).join("distribution-groups")).unwrap();
        let page = distribution_svg(&chart((0..9).map(policy).collect())).unwrap();
        assert_says(&page, &["policy 7", "400 runs without a value or of more groups"]);
        assert!(!page.contains("policy 8"));
    }

    #[test]
    fn nothing_one_value_equal_values_and_odd_values_draw_too() {
        assert_says(&distribution_svg(&chart(Vec::new())).unwrap(), &["No finished run"]);
        assert_says(&distribution_svg(&chart(vec![group("a", vec![f64::NAN])])).unwrap(), &["No finished run"]);
        let temporary = tempfile::tempdir().unwrap();
        for values in [
            vec![7.0],
            vec![7.0; 50],
            vec![-7.0; 50],
            vec![f64::MIN, 1.0, f64::INFINITY],
            vec![-1e300, 1e300],
            bell(10_000, 1.0, 1e9),
        ] {
            distribution(&chart(vec![group("a", values)]), &temporary.path().join("odd")).unwrap();
        }
    }
}
