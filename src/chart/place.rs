//! Pictures of a placement: what each site is worth by its size, where the MW stand, what money buys.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::canvas::{self, Align, Canvas, EMPTY_HEIGHT, MARGIN, SMALL, Style, TEXT, WIDTH, height_of_rows, shortened};
use super::data::subtitle;
use super::font::text_width;
use super::palette::{AI, GREY, GRID, INK, MINING, SPINE};
use super::panel::Panel;
use super::scale::{Scale, short};
use super::{ChartError, map, write};
use crate::results::tables::place::{TradeOffRow, ValueCurveRow};
use crate::results::{PlaceTables, SiteRow};

const USD_PER_MILLION: f64 = 1e6;
/// Panels of sites drawn at most.
const MOST_SITES: usize = 12;
const COLUMNS: usize = 3;
/// Height of a row of panels, px.
const ROW: f64 = 310.0;

/// Draws one chart of a placement as an SVG document; the title names the scenario.
type Draw = fn(&PlaceTables, &str) -> Result<String, ChartError>;

/// Names (of the files) and drawings, in the order they are best read.
const CHARTS: [(&str, Draw); 3] = [("placed-map", placed_map), ("value-curves", value_curves), ("tradeoff", trade_off)];

/// Draws the charts of a placement to `charts/` inside `dir`, as `<name>.svg` and `<name>.png`; `title` names the
/// scenario in each. Returns the paths written.
///
/// # Errors
/// When a file cannot be written or a document cannot be drawn.
pub fn draw_placement(tables: &PlaceTables, title: &str, dir: &Path) -> Result<Vec<PathBuf>, ChartError> {
    let folder = dir.join("charts");
    std::fs::create_dir_all(&folder).map_err(|source| ChartError::Write { path: folder.clone(), source })?;
    let written = CHARTS
        .par_iter()
        .map(|(name, draw)| write(&folder.join(name), &draw(tables, title)?))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(written.into_iter().flatten().collect())
}

fn placed_map(tables: &PlaceTables, title: &str) -> Result<String, ChartError> {
    let rows = tables.sites.iter().map(|s| SiteRow {
        site: s.site.clone(),
        site_class: s.site_class,
        latitude_deg: s.latitude_deg,
        longitude_deg: s.longitude_deg,
        peak_mining_mw: s.mining_mw,
        peak_ai_mw: s.hosting_mw + s.cloud_mw,
        ..SiteRow::default()
    });
    let note = "most MW of connection at one time in the plan; area of a half disc is its MW";
    map::page(&rows.collect::<Vec<_>>(), &subtitle(title, note))
}

/// A site's points (MW, million USD) and its size in the plan.
struct Curve<'a> {
    site: &'a str,
    chosen_mw: f64,
    points: Vec<(f64, f64)>,
}

impl Curve<'_> {
    /// Value in the plan, million USD, between the points next to it.
    fn chosen(&self) -> f64 {
        let mw = self.chosen_mw;
        let between = self.points.windows(2).find(|two| two[0].0 <= mw && mw <= two[1].0);
        match between {
            Some([a, b]) if b.0 > a.0 => a.1 + (b.1 - a.1) * (mw - a.0) / (b.0 - a.0),
            _ => self.points.iter().find(|p| p.0 == mw).map_or(0.0, |p| p.1),
        }
    }

    fn best(&self) -> f64 {
        self.points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Curves by value in the plan, then by what they could reach.
fn curves(rows: &[ValueCurveRow]) -> Vec<Curve<'_>> {
    let mut curves: Vec<Curve> = Vec::new();
    for row in rows.iter().filter(|r| r.mw.is_finite() && r.value_usd.is_finite()) {
        let point = (row.mw, row.value_usd / USD_PER_MILLION);
        match curves.iter_mut().find(|c| c.site == row.site) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve { site: &row.site, chosen_mw: row.chosen_mw, points: vec![point] }),
        }
    }
    curves.sort_by(|a, b| b.chosen().total_cmp(&a.chosen()).then(b.best().total_cmp(&a.best())));
    curves
}

fn value_curves(tables: &PlaceTables, title: &str) -> Result<String, ChartError> {
    let mut all = curves(&tables.value_curves);
    let left_out = all.len().saturating_sub(MOST_SITES);
    all.truncate(MOST_SITES);
    let rows = all.len().div_ceil(COLUMNS);
    canvas::svg(height_of_rows(rows, ROW, 190.0), |c| {
        let more = if left_out > 0 { format!("; {left_out} sites of less value are not drawn") } else { String::new() };
        let text = format!(
            "expected discounted value after tax and capital, scarce money, machines and demand at their shadow prices; each site has its own scales; the dot is the plan's size{more}"
        );
        let top = c.heading("Value of a site by its size (million USD over MW of connection)", &subtitle(title, &text));
        if all.is_empty() {
            c.nothing("No value curves were asked for.");
            return;
        }
        let width = (WIDTH - 2.0 * MARGIN) / COLUMNS as f64;
        for (i, curve) in all.iter().enumerate() {
            let left = MARGIN + width * (i % COLUMNS) as f64 + 66.0;
            let top = top + 56.0 + ROW * (i / COLUMNS) as f64;
            draw_curve(c, Panel { left, right: left + width - 96.0, top, bottom: top + ROW - 120.0 }, curve);
        }
    })
}

fn draw_curve(c: &mut Canvas, panel: Panel, curve: &Curve) {
    let most = curve.points.iter().map(|p| p.0).fold(curve.chosen_mw, f64::max);
    let x = Scale::exact(0.0, most, panel.x_px());
    let y = Scale::with_zero(curve.points.iter().map(|p| p.1), panel.y_px());
    let said = if curve.chosen_mw > 0.0 {
        format!("{} MW, {} M USD", short(curve.chosen_mw), short(curve.chosen()))
    } else {
        "nothing placed".to_owned()
    };
    let room = panel.right - panel.left - text_width(&said, SMALL, false) - 12.0;
    panel.caption(c, &shortened(curve.site, TEXT * 1.12, room), 28.0);
    c.text((panel.right, panel.top - 28.0), &said, Style::new(SMALL, GREY, Align::Right));
    c.line(&[(panel.left, panel.bottom), (panel.right, panel.bottom)], GRID, 1.5);
    for tick in y.ticks(38.0) {
        let color = if tick == 0.0 { SPINE } else { GRID };
        c.line(&[(panel.left, y.at(tick)), (panel.right, y.at(tick))], color, 1.0);
        c.text((panel.left - 14.0, y.at(tick)), &short(tick), Style::new(SMALL, INK, Align::Right));
    }
    for tick in x.ticks(80.0) {
        let at = x.at(tick);
        c.line(&[(at, panel.bottom), (at, panel.bottom + 5.0)], SPINE, 1.5);
        c.text((at, panel.bottom + 19.0), &short(tick), Style::new(SMALL, INK, Align::Middle));
    }
    let middle = f64::midpoint(panel.left, panel.right);
    c.text((middle, panel.bottom + 42.0), "MW of connection", Style::new(SMALL, GREY, Align::Middle));
    c.curve((&x, &y), curve.points.iter().copied(), AI, 3.0);
    let at = (x.at(curve.chosen_mw), y.at(curve.chosen()));
    c.circle(at, 8.0, MINING, 1.0);
    c.circle(at, 3.0, INK, 1.0);
}

fn trade_off(tables: &PlaceTables, title: &str) -> Result<String, ChartError> {
    let is_number = |r: &&TradeOffRow| r.budget_usd.is_finite() && r.value_usd.is_finite();
    let rows: Vec<&TradeOffRow> = tables.trade_off.iter().filter(is_number).collect();
    canvas::svg(if rows.is_empty() { EMPTY_HEIGHT } else { 860.0 }, |c| {
        let note =
            subtitle(title, "expected discounted value of the best plan in continuous sizes, after tax and capital");
        let top = c.heading("What money buys: value by budget (USD)", &note);
        let Some(first) = rows.first() else {
            c.nothing("No trade-off was asked for.");
            return;
        };
        draw_trade_off(c, top, &rows, first.scenario_budget_usd);
    })
}

fn draw_trade_off(c: &mut Canvas, top: f64, rows: &[&TradeOffRow], budget_usd: f64) {
    let (x_unit, x_name) = unit(rows.iter().map(|r| r.budget_usd).chain([budget_usd]));
    let (y_unit, y_name) = unit(rows.iter().map(|r| r.value_usd));
    let points = || rows.iter().map(|r| (r.budget_usd / x_unit, r.value_usd / y_unit));
    let budget = budget_usd / x_unit;
    let panel = Panel { left: 130.0, right: WIDTH - 70.0, top: top + 76.0, bottom: 760.0 };
    let x = Scale::exact(0.0, points().map(|p| p.0).fold(budget, f64::max), panel.x_px());
    let y = Scale::with_zero(points().map(|p| p.1), panel.y_px());
    let bold = |align| Style::new(TEXT, INK, align).bold();
    c.text((MARGIN, panel.top - 56.0), &format!("value ({y_name})"), bold(Align::Left));
    panel.draw_y(c, &y);
    panel.draw_x(c, &x, 130.0);
    let at = x.at(budget);
    c.dashes((at, panel.top), (at, panel.bottom), GREY, 2.0);
    let label = format!("budget of the scenario: {} USD", short(budget_usd));
    let half = text_width(&label, SMALL, false) / 2.0;
    let middle = at.clamp(panel.left + half, panel.right - half);
    c.text((middle, panel.top - 16.0), &label, Style::new(SMALL, INK, Align::Middle));
    c.curve((&x, &y), points(), AI, 4.0);
    for (vx, vy) in points() {
        let is_scenario = (vx - budget).abs() <= 1e-9 * budget.abs();
        let (radius, color) = if is_scenario { (9.0, MINING) } else { (6.0, AI) };
        c.circle((x.at(vx), y.at(vy)), radius, color, 1.0);
    }
    let middle = f64::midpoint(panel.left, panel.right);
    c.text((middle, 824.0), &format!("budget, all dates together ({x_name})"), bold(Align::Middle));
}

/// USD of a unit in which these amounts are short numbers, and its name.
fn unit(usd: impl Iterator<Item = f64>) -> (f64, &'static str) {
    if usd.map(f64::abs).fold(0.0, f64::max) >= 2e9 { (1e9, "billion USD") } else { (1e6, "million USD") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::answer::fixture;
    use crate::scenario;

    fn tables(file: &str) -> PlaceTables {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
        let scenario = scenario::load(&path, &[]).unwrap().scenario;
        let sites: Vec<_> = scenario.sites.iter().map(|s| (s.name.as_str(), s.maximum_mw)).collect();
        PlaceTables::new(&scenario, &fixture::answer(scenario.start, &sites))
    }

    /// Where `HASHWATT_LOOK` names a folder, the pictures stay there for a human eye.
    #[test]
    fn a_placement_of_one_twelve_or_fifty_sites_or_none_is_drawn() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = std::env::var_os("HASHWATT_LOOK").map_or(temporary.path().to_owned(), PathBuf::from);
        let cases = [
            ("one", tables("texas-wind.toml")),
            ("twelve", tables("reference.toml")),
            ("fifty", tables("fifty-sites.toml")),
            ("none", PlaceTables::default()),
        ];
        for (name, tables) in cases {
            let files = draw_placement(&tables, name, &folder.join(name)).unwrap();
            assert_eq!(files.len(), 2 * CHARTS.len());
        }
    }

    #[test]
    fn value_curves_mark_the_chosen_size_and_count_what_is_left_out() {
        let page = value_curves(&tables("fifty-sites.toml"), "").unwrap();
        assert!(page.contains("38 sites of less value") && page.contains("\namarillo-wind\n"), "{page}");
        assert!(!value_curves(&tables("reference.toml"), "").unwrap().contains("not drawn"));
        assert!(value_curves(&PlaceTables::default(), "").unwrap().contains("No value curves"));
    }

    #[test]
    fn the_chosen_value_lies_on_the_curve() {
        let curve = Curve { site: "a", chosen_mw: 15.0, points: vec![(0.0, 0.0), (10.0, 4.0), (20.0, 6.0)] };
        assert!((curve.chosen() - 5.0).abs() < 1e-12 && curve.best() == 6.0);
        assert_eq!(Curve { points: Vec::new(), ..curve }.chosen(), 0.0);
    }

    #[test]
    fn the_trade_off_names_the_scenario_s_budget() {
        assert!(trade_off(&tables("reference.toml"), "").unwrap().contains("budget of the scenario: "));
    }
}
