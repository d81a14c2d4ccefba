//! What each factor does alone: a bar from its low to its high setting, the widest on top.

use std::path::{Path, PathBuf};

use plotters::style::RGBColor;

use super::{MOST_ROWS, draw_row_name, is_drawable, note, right_of_names};
use crate::chart::canvas::{Align, Canvas, Key, Mark, SMALL, Style, TEXT, WIDTH, height_of_rows, shortened, svg};
use crate::chart::font::text_width;
use crate::chart::palette::{INK, SERIES};
use crate::chart::panel::Panel;
use crate::chart::scale::{Scale, short};
use crate::chart::{ChartError, write};

const ROW: f64 = 50.0;
/// Thickness of a bar, px.
const BAR: f64 = 30.0;
/// Width of a setting's label at most, px.
const MOST_LABEL: f64 = 190.0;

/// A value as each of several factors changes it. Every label carries its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Tornado {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know; may be empty.
    pub subtitle: String,
    /// Name and unit of the value.
    pub x_label: String,
    /// The value around which the bars are drawn, such as the mean of all runs.
    pub base: f64,
    /// What that value is, such as "mean of all runs"; the value is added.
    pub base_label: String,
    /// The factors in any order; those with the widest swing are drawn.
    pub swings: Vec<Swing>,
}

/// What one factor does.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// Name of the factor.
    pub factor: String,
    /// Where the factor is low.
    pub low: End,
    /// Where the factor is high.
    pub high: End,
}

/// One end of a bar.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The factor's own value there, with its unit.
    pub setting: String,
    /// The value there, in the unit of the axis.
    pub value: f64,
}

impl Swing {
    fn size(&self) -> f64 {
        (self.high.value - self.low.value).abs()
    }
}

/// Draws the swings to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn tornado(chart: &Tornado, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &tornado_svg(chart)?)
}

fn tornado_svg(chart: &Tornado) -> Result<String, ChartError> {
    let drawable = |s: &&Swing| is_drawable(s.low.value) && is_drawable(s.high.value) && is_drawable(chart.base);
    let mut shown = chart.swings.iter().filter(drawable).collect::<Vec<_>>();
    shown.sort_by(|a, b| b.size().total_cmp(&a.size()).then_with(|| a.factor.cmp(&b.factor)));
    shown.truncate(MOST_ROWS);
    svg(height_of_rows(shown.len(), ROW, 330.0), |c| {
        let top = c.heading(&chart.title, &chart.subtitle);
        if shown.is_empty() {
            c.nothing("No factor has a value at both its ends.");
            return;
        }
        let keys = [("factor is low", LOW), ("factor is high", HIGH)];
        let top = c.legend(top, &keys.map(|(name, color)| Key::new(name, color, Mark::Box)));
        let left = right_of_names(shown.iter().map(|s| s.factor.as_str()));
        let panel = Panel { left, right: WIDTH - 50.0, top: top + 40.0, bottom: top + 40.0 + ROW * shown.len() as f64 };
        let room = MOST_LABEL.min(widest_setting(&shown)) + 16.0;
        let values = shown.iter().flat_map(|s| [s.low.value, s.high.value]).chain([chart.base]);
        let x = Scale::around(values, (panel.left + room, panel.right - room));
        panel.draw_x(c, &x, 120.0);
        for (i, swing) in shown.iter().enumerate() {
            let middle = panel.top + ROW * (i as f64 + 0.5);
            draw_row_name(c, (panel.left, middle, ROW), &swing.factor);
            draw_swing(c, (&x, middle), chart.base, swing);
        }
        draw_base(c, panel, &x, chart);
        panel.name_x(c, &chart.x_label);
        if chart.swings.len() > shown.len() {
            note(c, &format!("{} more factors are not drawn", chart.swings.len() - shown.len()));
        }
    })
}

const LOW: RGBColor = SERIES[1];
const HIGH: RGBColor = SERIES[0];

fn widest_setting(swings: &[&Swing]) -> f64 {
    let settings = swings.iter().flat_map(|s| [&s.low.setting, &s.high.setting]);
    settings.map(|text| text_width(text, SMALL, false)).fold(0.0, f64::max)
}

/// Both ends on one side of the base share the row, one above the other, so that neither hides the other.
fn draw_swing(c: &mut Canvas, (x, middle): (&Scale, f64), base: f64, swing: &Swing) {
    let one_sided = (swing.low.value - base) * (swing.high.value - base) > 0.0;
    let (thickness, shift) = if one_sided { (BAR / 2.0, BAR / 4.0) } else { (BAR, 0.0) };
    // Where both are at the base, low is written to the left.
    let low_left = swing.low.value < base || (swing.low.value == base && swing.high.value >= base);
    let high_left = swing.high.value < base || (swing.high.value == base && !low_left);
    let ends = [(&swing.low, LOW, middle - shift, low_left), (&swing.high, HIGH, middle + shift, high_left)];
    for (end, color, at, is_left) in ends {
        let tip = x.at(end.value);
        c.rect((x.at(base), at - thickness / 2.0), (tip, at + thickness / 2.0), color);
        let (offset, align) = if is_left { (-8.0, Align::Right) } else { (8.0, Align::Left) };
        c.text((tip + offset, at), &shortened(&end.setting, SMALL, MOST_LABEL), Style::new(SMALL, INK, align));
    }
}

fn draw_base(c: &mut Canvas, panel: Panel, x: &Scale, chart: &Tornado) {
    let at = x.at(chart.base);
    c.line(&[(at, panel.top - 6.0), (at, panel.bottom)], INK, 2.0);
    let label = format!("{} {}", chart.base_label, short(chart.base));
    let half = text_width(&label, TEXT, false) / 2.0;
    let middle = at.min(panel.right - half);
    c.text((middle, panel.top - 20.0), &label, Style::new(TEXT, INK, Align::Middle));
}

#[cfg(test)]
mod tests {
    use super::super::{assert_says, look};
    use super::*;

    fn swing(factor: &str, low: (&str, f64), high: (&str, f64)) -> Swing {
        let end = |(setting, value): (&str, f64)| End { setting: setting.to_owned(), value };
        Swing { factor: factor.to_owned(), low: end(low), high: end(high) }
    }

    fn chart(swings: Vec<Swing>) -> Tornado {
        Tornado {
            title: "Net present value by factor (million USD)".to_owned(),
            subtitle: "mean of the runs in the lowest and the highest tenth of each factor".to_owned(),
            x_label: "net present value (million USD)".to_owned(),
            base: 41.0,
            base_label: "mean of all runs".to_owned(),
            swings,
        }
    }

    fn realistic() -> Vec<Swing> {
        let price = "sites.west-texas-wind.price.mean_usd_per_mwh";
        vec![
            swing("bitcoin.fees.mean_btc_per_block", ("0.05 BTC", 38.0), ("0.4 BTC", 47.0)),
            swing("bitcoin.price.drift_per_year", ("−10 %/yr", -85.0), ("30 %/yr", 190.0)),
            swing(price, ("18 USD/MWh", 92.0), ("55 USD/MWh", -30.0)),
            swing("mining.machine.efficiency_j_per_th", ("12 J/TH", 60.0), ("22 J/TH", 52.0)),
            swing("finance.discount_rate_per_year", ("6 %", 70.0), ("14 %", 41.0)),
            swing("compute.nothing", ("0", 41.0), ("1", 41.0)),
        ]
    }

    #[test]
    fn the_widest_swing_is_on_top_and_ends_tell_their_settings() {
        let temporary = tempfile::tempdir().unwrap();
        let files = tornado(&chart(realistic()), &look(&temporary).join("tornado")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        let at = |text: &str| page.find(&format!("\n{text}\n")).unwrap_or_else(|| panic!("`{text}` is missing"));
        assert!(at("bitcoin.price.drift_per_year") < at("sites.west-texas-wind.price.mean_usd_per_mwh"));
        assert!(at("finance.discount_rate_per_year") < at("bitcoin.fees.mean_btc_per_block"));
        assert_says(&page, &["\n18 USD/MWh\n", "\n55 USD/MWh\n", "\nmean of all runs 41\n"]);
        let mut reversed = realistic();
        reversed.reverse();
        assert_eq!(tornado_svg(&chart(reversed)).unwrap(), page);
    }

    #[test]
    fn nothing_odd_values_and_many_factors_draw_too() {
        assert_says(&tornado_svg(&chart(Vec::new())).unwrap(), &["No factor has a value"]);
        assert_says(&tornado_svg(&Tornado { base: f64::NAN, ..chart(realistic()) }).unwrap(), &["No factor"]);
        let odd = [f64::NAN, f64::NEG_INFINITY, 1e300, 41.0].map(|v| swing("odd", ("a", v), ("b", -v)));
        let page = tornado_svg(&chart(odd.into())).unwrap();
        assert_says(&page, &["2 more factors are not drawn"]);
        let many = (0..40).map(|i| swing(&format!("factor {i}"), ("a", f64::from(i)), ("b", 0.0))).collect();
        assert_says(&tornado_svg(&chart(many)).unwrap(), &["\nfactor 39\n", "10 more factors are not drawn"]);
        let long = "one.two-three.".repeat(30);
        assert_says(&tornado_svg(&chart(vec![swing(&long, (&long, 1.0), (&long, 2.0))])).unwrap(), &["…"]);
    }
}
