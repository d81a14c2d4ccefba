//! Mining, AI and grid sale on one axis: what a megawatt-hour earns at each site.

use super::ChartError;
use super::canvas::{self, Align, Canvas, Key, Mark, SMALL, Style, TEXT, WIDTH, height_of_rows, shortened};
use super::data::{class_name, subtitle};
use super::font::text_width;
use super::palette::{AI, EXPORT, GREY, GRID, INK, MINING};
use super::panel::Panel;
use super::scale::{Scale, short};
use crate::results::{SiteRow, Tables};

/// Sites drawn at most; the best come first.
const MOST_SITES: usize = 24;
const ROW: f64 = 56.0;
/// Below ±10 USD/MWh, about the cost of moving energy at all, a symmetric log axis is linear.
const LINEAR_BELOW_USD_PER_MWH: f64 = 10.0;

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    let mut sites = tables.sites.iter().filter(|s| margins(s).iter().any(|m| m.0.is_some())).collect::<Vec<_>>();
    sites.sort_by(|a, b| best(b).total_cmp(&best(a)));
    let left_out = sites.len().saturating_sub(MOST_SITES);
    sites.truncate(MOST_SITES);
    canvas::svg(height_of_rows(sites.len(), ROW, 290.0), |c| {
        let text = "revenue less energy and other operating cost, before capital and tax, over the whole run";
        let values = sites.iter().flat_map(|s| margins(s).into_iter().filter_map(|m| m.0)).collect::<Vec<_>>();
        let probe = Scale::linear_or_symlog(&values, LINEAR_BELOW_USD_PER_MWH, (0.0, 1.0));
        let axis = if probe.is_symlog() { "; axis linear to ±10, logarithmic beyond" } else { "" };
        let more = if left_out > 0 { format!("; {left_out} more sites are not drawn") } else { String::new() };
        let note = subtitle(run, &format!("{text}{axis}{more}"));
        let top = c.heading("Margin per MWh: mining, AI and grid sale (USD/MWh)", &note);
        if sites.is_empty() {
            c.nothing("No site used or could sell energy.");
            return;
        }
        let keys = [("mining", MINING), ("AI", AI), ("grid sale", EXPORT)];
        let top = c.legend(top, &keys.map(|(name, color)| Key::new(name, color, Mark::Dot)));
        let panel = Panel { left: 420.0, right: WIDTH - 120.0, top: top + 6.0, bottom: c.height() - 60.0 };
        let x = Scale::linear_or_symlog(&values, LINEAR_BELOW_USD_PER_MWH, panel.x_px());
        panel.draw_x(c, &x, 110.0);
        let height = (panel.bottom - panel.top) / sites.len() as f64;
        for (i, site) in sites.iter().enumerate() {
            let row_top = panel.top + height * i as f64;
            c.line(&[(40.0, row_top), (panel.right, row_top)], GRID, 1.0);
            draw_row(c, site, &x, (panel.left, row_top, height));
        }
    })
}

fn margins(site: &SiteRow) -> [(Option<f64>, plotters::style::RGBColor); 3] {
    let finite = |m: Option<f64>| m.filter(|v| v.is_finite());
    [
        (finite(site.mining_margin_usd_per_mwh), MINING),
        (finite(site.ai_margin_usd_per_mwh), AI),
        (finite(site.grid_sale_margin_usd_per_mwh), EXPORT),
    ]
}

fn best(site: &SiteRow) -> f64 {
    margins(site).iter().filter_map(|m| m.0).fold(f64::NEG_INFINITY, f64::max)
}

fn draw_row(c: &mut Canvas, site: &SiteRow, x: &Scale, (left, top, height): (f64, f64, f64)) {
    let middle = top + height / 2.0;
    let class = class_name(site.site_class);
    let class_width = text_width(class, SMALL, false);
    c.text((left - 16.0, middle), class, Style::new(SMALL, GREY, Align::Right));
    let name = shortened(&site.site, TEXT, left - 16.0 - class_width - 14.0 - 40.0);
    c.text((40.0, middle), &name, Style::new(TEXT, INK, Align::Left));
    // Each kind has a line of its own in the row, so that neither dots nor numbers collide.
    let line = height / 3.3;
    let dots = margins(site).into_iter().filter_map(|(margin, color)| Some((margin?, color))).collect::<Vec<_>>();
    let first = middle - line * (dots.len() as f64 - 1.0) / 2.0;
    for (i, (margin, color)) in dots.into_iter().enumerate() {
        let at = (x.at(margin), first + line * i as f64);
        c.line(&[(x.at(0.0), at.1), at], color, 2.0);
        c.circle(at, 7.0, color, 1.0);
        let (offset, align) = if margin < 0.0 { (-13.0, Align::Right) } else { (13.0, Align::Left) };
        c.text((at.0 + offset, at.1), &short(margin), Style::new(SMALL, INK, align));
    }
}
