//! Sobol indices: which share of the variance a factor explains, alone and with all others.

use std::path::{Path, PathBuf};

use plotters::style::RGBColor;

use super::{MOST_ROWS, draw_row_name, note, right_of_names};
use crate::chart::canvas::{Align, Canvas, Key, Mark, SMALL, Style, WIDTH, height_of_rows, svg};
use crate::chart::palette::{INK, SERIES};
use crate::chart::panel::Panel;
use crate::chart::scale::{Scale, extent};
use crate::chart::{ChartError, write};

const ROW: f64 = 62.0;
/// Thickness of one of a factor's two bars, px.
const BAR: f64 = 22.0;
const FIRST: RGBColor = SERIES[0];
const TOTAL: RGBColor = SERIES[1];

/// Sensitivity of a value to its factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Sobol {
    /// What is shown.
    pub title: String,
    /// What else the reader must know, such as the samples and the level of confidence; may be empty.
    pub subtitle: String,
    /// The factors in any order; those with the greatest total index are drawn.
    pub factors: Vec<Indices>,
}

/// The indices of one factor, shares of the variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// Name of the factor.
    pub factor: String,
    /// What the factor explains alone, 0–1.
    pub first: Estimate,
    /// What it explains alone and together with others, 0–1.
    pub total: Estimate,
}

/// An estimate, slightly outside its range by chance, with its interval of confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate; not finite where there is none.
    pub value: f64,
    /// Lower end of the interval; not finite where there is none.
    pub low: f64,
    /// Upper end of the interval; not finite where there is none.
    pub high: f64,
}

/// Draws the indices to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn sobol(chart: &Sobol, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &sobol_svg(chart)?)
}

impl Indices {
    fn rank(&self) -> f64 {
        if self.total.value.is_finite() { self.total.value } else { self.first.value }
    }
}

fn sobol_svg(chart: &Sobol) -> Result<String, ChartError> {
    let mut shown = chart.factors.iter().filter(|f| f.rank().is_finite()).collect::<Vec<_>>();
    shown.sort_by(|a, b| b.rank().total_cmp(&a.rank()).then_with(|| a.factor.cmp(&b.factor)));
    shown.truncate(MOST_ROWS);
    svg(height_of_rows(shown.len(), ROW, 290.0), |c| {
        let top = c.heading(&chart.title, &chart.subtitle);
        if shown.is_empty() {
            c.nothing("No factor has an index.");
            return;
        }
        let keys = [("first order: alone", FIRST), ("total: with all others", TOTAL)];
        let top = c.legend(top, &keys.map(|(name, color)| Key::new(name, color, Mark::Box)));
        let left = right_of_names(shown.iter().map(|f| f.factor.as_str()));
        let panel =
            Panel { left, right: WIDTH - 110.0, top: top + 12.0, bottom: top + 12.0 + ROW * shown.len() as f64 };
        let x = share_axis(&shown, &panel);
        panel.draw_x(c, &x, 100.0);
        for (i, factor) in shown.iter().enumerate() {
            let middle = panel.top + ROW * (i as f64 + 0.5);
            draw_row_name(c, (panel.left, middle, ROW), &factor.factor);
            draw_estimate(c, (&x, middle - BAR / 2.0), &factor.first, FIRST);
            draw_estimate(c, (&x, middle + BAR / 2.0), &factor.total, TOTAL);
        }
        panel.name_x(c, "share of the variance");
        if chart.factors.len() > shown.len() {
            note(c, &format!("{} more factors are not drawn", chart.factors.len() - shown.len()));
        }
    })
}

/// From 0 to 1, and as far beyond, in tenths, as estimates lie by chance.
fn share_axis(shown: &[&Indices], panel: &Panel) -> Scale {
    let ends = shown.iter().flat_map(|f| [f.first, f.total]).flat_map(|e| [e.value, e.low, e.high]);
    let (lo, hi) = extent(ends.map(|v| v.clamp(-0.5, 1.5))).unwrap_or((0.0, 1.0));
    Scale::exact((lo.min(0.0) * 10.0).floor() / 10.0, (hi.max(1.0) * 10.0).ceil() / 10.0, panel.x_px())
}

fn draw_estimate(c: &mut Canvas, (x, middle): (&Scale, f64), estimate: &Estimate, color: RGBColor) {
    if !estimate.value.is_finite() {
        return;
    }
    let half = BAR / 2.0 - 1.0;
    c.rect((x.at(0.0), middle - half), (x.at(estimate.value), middle + half), color);
    let mut end = x.at(estimate.value).max(x.at(0.0));
    if estimate.low.is_finite() && estimate.high.is_finite() {
        let (low, high) = (x.at(estimate.low), x.at(estimate.high));
        c.line(&[(low, middle), (high, middle)], INK, 2.0);
        for at in [low, high] {
            c.line(&[(at, middle - 5.0), (at, middle + 5.0)], INK, 2.0);
        }
        end = end.max(high);
    }
    let minus = if estimate.value < -0.005 { "−" } else { "" };
    let text = format!("{minus}{:.2}", estimate.value.abs());
    c.text((end + 8.0, middle), &text, Style::new(SMALL, INK, Align::Left));
}

#[cfg(test)]
mod tests {
    use super::super::{assert_says, look};
    use super::*;

    fn indices(factor: &str, first: f64, total: f64) -> Indices {
        let estimate = |value: f64| Estimate { value, low: value - 0.04, high: value + 0.05 };
        Indices { factor: factor.to_owned(), first: estimate(first), total: estimate(total) }
    }

    fn chart(factors: Vec<Indices>) -> Sobol {
        let subtitle = "1,024 base samples; whiskers: 95 % confidence".to_owned();
        Sobol { title: "Sobol indices of net present value".to_owned(), subtitle, factors }
    }

    fn realistic() -> Vec<Indices> {
        vec![
            indices("finance.discount_rate_per_year", 0.03, 0.08),
            indices("bitcoin.price.drift_per_year", 0.52, 0.66),
            indices("sites.west-texas-wind.price.mean_usd_per_mwh", 0.21, 0.31),
            indices("bitcoin.fees.mean_btc_per_block", -0.02, 0.01),
        ]
    }

    #[test]
    fn factors_stand_in_the_order_of_their_total_index() {
        let temporary = tempfile::tempdir().unwrap();
        let files = sobol(&chart(realistic()), &look(&temporary).join("sobol")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        let at = |text: &str| page.find(&format!("\n{text}\n")).unwrap_or_else(|| panic!("`{text}` is missing"));
        assert!(at("bitcoin.price.drift_per_year") < at("sites.west-texas-wind.price.mean_usd_per_mwh"));
        assert!(at("finance.discount_rate_per_year") < at("bitcoin.fees.mean_btc_per_block"));
        assert_says(&page, &["\n0.66\n", "\n−0.02\n"]);
        let mut reversed = realistic();
        reversed.reverse();
        assert_eq!(sobol_svg(&chart(reversed)).unwrap(), page);
    }

    #[test]
    fn nothing_odd_values_and_many_factors_draw_too() {
        assert_says(&sobol_svg(&chart(Vec::new())).unwrap(), &["No factor has an index"]);
        assert_says(&sobol_svg(&chart(vec![indices("a", f64::NAN, f64::NAN)])).unwrap(), &["No factor has an index"]);
        let odd = [f64::NAN, f64::INFINITY, -f64::MAX, 0.0].map(|v| indices("odd", 0.5, v));
        sobol(&chart(odd.into()), &tempfile::tempdir().unwrap().path().join("odd")).unwrap();
        let many = (0..40).map(|i| indices(&format!("factor {i}"), 0.0, f64::from(i) / 40.0)).collect();
        assert_says(&sobol_svg(&chart(many)).unwrap(), &["\nfactor 39\n", "10 more factors are not drawn"]);
    }
}
