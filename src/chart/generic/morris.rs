//! Elementary effects of Morris: how much a factor matters across, how unevenly upwards.

use std::path::{Path, PathBuf};

use super::{is_drawable, note};
use crate::chart::canvas::{Align, Canvas, EMPTY_HEIGHT, Key, Mark, SMALL, Style, WIDTH, shortened_within, svg};
use crate::chart::font::text_width;
use crate::chart::label::{Area, distance, label_spots, overlaps};
use crate::chart::palette::{GREY, INK, SERIES};
use crate::chart::panel::Panel;
use crate::chart::scale::Scale;
use crate::chart::{ChartError, write};

/// Factors named at most, those of the greatest effect.
const MOST_NAMES: usize = 24;
const RADIUS: f64 = 7.0;

/// Factors by mean and deviation of their effects. The unit is that of the value.
#[derive(Debug, Clone, PartialEq)]
pub struct Morris {
    /// What is shown, with its unit.
    pub title: String,
    /// What else the reader must know; may be empty.
    pub subtitle: String,
    /// Name and unit of the mean of the effects' sizes.
    pub x_label: String,
    /// Name and unit of the deviation of the effects.
    pub y_label: String,
    /// The factors in any order.
    pub effects: Vec<Effect>,
}

/// The effects of one factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Name of the factor.
    pub factor: String,
    /// Mean of the sizes of the effects, μ*.
    pub mu_star: f64,
    /// Standard deviation of the effects, σ.
    pub sigma: f64,
}

/// Draws the effects to `stem` + `.svg` and `.png`; returns both paths.
///
/// # Errors
/// When a file cannot be written or the document cannot be drawn.
pub fn morris(chart: &Morris, stem: &Path) -> Result<Vec<PathBuf>, ChartError> {
    write(stem, &morris_svg(chart)?)
}

fn morris_svg(chart: &Morris) -> Result<String, ChartError> {
    let drawable = |e: &&Effect| is_drawable(e.mu_star) && is_drawable(e.sigma);
    let mut shown = chart.effects.iter().filter(drawable).collect::<Vec<_>>();
    shown.sort_by(|a, b| b.mu_star.total_cmp(&a.mu_star).then_with(|| a.factor.cmp(&b.factor)));
    svg(if shown.is_empty() { EMPTY_HEIGHT } else { 1000.0 }, |c| {
        let top = c.heading(&chart.title, &chart.subtitle);
        if shown.is_empty() {
            c.nothing("No factor has effects.");
            return;
        }
        let key = Key::new("σ = μ*: above it effects are uneven or hang on other factors", GREY, Mark::Dashes);
        let top = c.legend(top, &[key]);
        let panel = Panel { left: 150.0, right: WIDTH - 60.0, top: top + 56.0, bottom: 896.0 };
        panel.name_y(c, &chart.y_label);
        let x = Scale::with_zero(shown.iter().map(|e| e.mu_star), panel.x_px());
        let y = Scale::with_zero(shown.iter().map(|e| e.sigma), panel.y_px());
        panel.draw_y(c, &y);
        panel.draw_x(c, &x, 130.0);
        let equal = x.hi.min(y.hi);
        c.dashes((x.at(0.0), y.at(0.0)), (x.at(equal), y.at(equal)), GREY, 2.0);
        let points = shown.iter().map(|e| (x.at(e.mu_star), y.at(e.sigma))).collect::<Vec<_>>();
        let unnamed = draw_named(c, panel, &points, &shown);
        panel.name_x(c, &chart.x_label);
        let left_out = chart.effects.len() - shown.len();
        if unnamed + left_out > 0 {
            note(c, &format!("{unnamed} factors are not named for lack of room, {left_out} have no effects"));
        }
    })
}

/// Points with their names where those cover nothing; returns how many found no room.
fn draw_named(c: &mut Canvas, panel: Panel, points: &[(f64, f64)], effects: &[&Effect]) -> usize {
    let mut taken =
        points.iter().map(|p| (p.0 - RADIUS, p.1 - RADIUS, p.0 + RADIUS, p.1 + RADIUS)).collect::<Vec<Area>>();
    let inside = |a: &Area| a.0 >= panel.left && a.2 <= panel.right && a.1 >= panel.top && a.3 <= panel.bottom;
    let mut named = 0;
    for (i, effect) in effects.iter().enumerate().take(MOST_NAMES) {
        let name = shortened_within(&effect.factor, SMALL, 460.0);
        let is_free = |a: &Area| inside(a) && taken.iter().all(|t| !overlaps(*a, *t));
        let Some(spot) = label_spots(taken[i], text_width(&name, SMALL, false)).into_iter().find(is_free) else {
            continue;
        };
        let nearest = (points[i].0.clamp(spot.0, spot.2), points[i].1.clamp(spot.1 + 3.0, spot.3 - 3.0));
        if distance(taken[i], nearest) > 12.0 {
            c.line(&[points[i], nearest], GREY, 1.0);
        }
        taken.push(spot);
        named += 1;
        c.text((spot.0, f64::midpoint(spot.1, spot.3)), &name, Style::new(SMALL, INK, Align::Left));
    }
    for point in points {
        c.circle(*point, RADIUS, SERIES[0], 0.9);
    }
    effects.len() - named
}

#[cfg(test)]
mod tests {
    use super::super::{assert_says, look};
    use super::*;

    fn chart(effects: &[(&str, f64, f64)]) -> Morris {
        let effect = |e: &(&str, f64, f64)| Effect { factor: e.0.to_owned(), mu_star: e.1, sigma: e.2 };
        Morris {
            title: "Elementary effects on net present value (million USD)".to_owned(),
            subtitle: "40 trajectories".to_owned(),
            x_label: "μ*, mean size of the effects (million USD)".to_owned(),
            y_label: "σ, deviation of the effects (million USD)".to_owned(),
            effects: effects.iter().map(effect).collect(),
        }
    }

    const REALISTIC: [(&str, f64, f64); 12] = [
        ("bitcoin.price.drift_per_year", 182.0, 96.0),
        ("sites.west-texas-wind.price.mean_usd_per_mwh", 120.0, 41.0),
        ("sites.quebec-hydro.price.mean_usd_per_mwh", 116.0, 44.0),
        ("mining.machine.efficiency_j_per_th", 64.0, 80.0),
        ("finance.discount_rate_per_year", 55.0, 12.0),
        ("compute.utilization", 21.0, 9.0),
        ("compute.rent.usd_per_gpu_hour", 18.0, 11.0),
        ("bitcoin.fees.mean_btc_per_block", 9.0, 2.0),
        ("sites.west-texas-wind.limit_mw", 7.0, 3.0),
        ("finance.tax_rate", 6.0, 1.0),
        ("finance.inflation_per_year", 2.0, 1.0),
        ("nothing", 0.0, 0.0),
    ];

    #[test]
    fn factors_are_named_beside_their_points_as_far_as_there_is_room() {
        let temporary = tempfile::tempdir().unwrap();
        let files = morris(&chart(&REALISTIC), &look(&temporary).join("morris")).unwrap();
        let page = std::fs::read_to_string(&files[0]).unwrap();
        for (factor, ..) in &REALISTIC[..8] {
            assert_says(&page, &[&format!("\n{factor}\n")]);
        }
        assert_says(&page, &["3 factors are not named for lack of room"]);
        let mut reversed = REALISTIC;
        reversed.reverse();
        assert_eq!(morris_svg(&chart(&reversed)).unwrap(), page);
    }

    #[test]
    fn nothing_odd_values_and_crowds_draw_too() {
        assert_says(&morris_svg(&chart(&[])).unwrap(), &["No factor has effects"]);
        assert_says(&morris_svg(&chart(&[("a", f64::NAN, 1.0)])).unwrap(), &["No factor has effects"]);
        let odd = [("a", f64::INFINITY, 1.0), ("b", 1e300, -1e300), ("c", 0.0, 0.0)];
        morris(&chart(&odd), &tempfile::tempdir().unwrap().path().join("odd")).unwrap();
        let page = morris_svg(&chart(&[("a long name", 1.0, 1.0); 200])).unwrap();
        assert_says(&page, &["factors are not named for lack of room, 0 have no effects"]);
    }
}
