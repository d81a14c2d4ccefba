//! The steps between two amounts, one row each: where every bar ends the next one begins.

use plotters::style::RGBColor;

use super::canvas::{self, Align, Canvas, Key, MARGIN, Mark, SMALL, Style, TEXT, WIDTH, shortened, wrapped};
use super::font::text_width;
use super::palette::{GREY, GRID, INK, SPINE, diverging};
use super::panel::Panel;
use super::scale::{Scale, short};
use super::{ChartError, Format};
use crate::finance::Bridge;

/// Steps below this share of the largest are put together.
const LEAST_SHARE: f64 = 0.005;
const ROW: f64 = 44.0;
/// Thickness of a bar, px.
const BAR: f64 = 26.0;
const USD_PER_MILLION: f64 = 1e6;

/// What to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall<'a> {
    /// What is shown; the unit, million USD, is added.
    pub title: &'a str,
    /// What else the reader must know.
    pub subtitle: &'a str,
    /// Name of the amount where it begins.
    pub from: &'a str,
    /// Name of the amount where it ends.
    pub to: &'a str,
    /// Name of the steps that are put together because each is small.
    pub others: &'a str,
    /// The amounts and the steps, USD.
    pub bridge: &'a Bridge,
}

/// Draws the steps as floating bars between the bars of the two amounts.
///
/// # Errors
/// When the document cannot be drawn.
pub fn waterfall(waterfall: &Waterfall, format: Format) -> Result<Vec<u8>, ChartError> {
    format.bytes(svg(waterfall)?)
}

/// A bar from one value to another, million USD.
struct Bar<'a> {
    name: &'a str,
    from: f64,
    to: f64,
    is_step: bool,
}

impl Bar<'_> {
    fn color(&self) -> RGBColor {
        match self.to - self.from {
            _ if !self.is_step => GREY,
            loss if loss < 0.0 => diverging(-0.8),
            _ => diverging(0.8),
        }
    }

    /// A step says what it adds, with its sign.
    fn label(&self) -> String {
        let value = self.to - self.from;
        let plus = if self.is_step && value > 0.0 { "+" } else { "" };
        format!("{plus}{}", millions(value))
    }
}

/// Millions in full up to a trillion dollars: steps are to be added up by eye.
fn millions(value: f64) -> String {
    let whole = value.abs().round();
    if !(1e3..1e6).contains(&whole) {
        return short(value);
    }
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{},{:03}", whole as u64 / 1000, whole as u64 % 1000)
}

fn svg(waterfall: &Waterfall) -> Result<String, ChartError> {
    let bridge = waterfall.bridge.clone().with_small_steps_as(waterfall.others, LEAST_SHARE);
    let bars = bars(&bridge, waterfall.from, waterfall.to);
    let rows = ROW * bars.len() as f64;
    let lines = wrapped(waterfall.subtitle, TEXT, WIDTH - 2.0 * MARGIN).len() as f64;
    canvas::svg(195.0 + 28.0 * lines + rows, |c| {
        let top = c.heading(&format!("{} (million USD)", waterfall.title), waterfall.subtitle);
        let keys = [("adds", diverging(0.8)), ("takes away", diverging(-0.8))];
        let top = c.legend(top, &keys.map(|(name, color)| Key::new(name, color, Mark::Box)));
        let widest = bars.iter().map(|bar| text_width(bar.name, TEXT, true)).fold(0.0, f64::max);
        let left = (widest + 70.0).min(WIDTH / 2.0);
        draw(c, Panel { left, right: WIDTH - 50.0, top: top + 10.0, bottom: top + 10.0 + rows }, &bars);
    })
}

fn bars<'a>(bridge: &'a Bridge, from: &'a str, to: &'a str) -> Vec<Bar<'a>> {
    let whole = |name: &'a str, usd: f64| Bar { name, from: 0.0, to: usd / USD_PER_MILLION, is_step: false };
    let mut bars = vec![whole(from, bridge.from_usd)];
    let mut at = bridge.from_usd / USD_PER_MILLION;
    for step in &bridge.steps {
        let next = at + step.difference_usd() / USD_PER_MILLION;
        bars.push(Bar { name: &step.name, from: at, to: next, is_step: true });
        at = next;
    }
    bars.push(whole(to, bridge.to_usd));
    bars
}

fn draw(c: &mut Canvas, panel: Panel, bars: &[Bar]) {
    // Room for the numbers at the bars' ends.
    let room = bars.iter().map(|bar| text_width(&bar.label(), TEXT, true)).fold(0.0, f64::max) + 14.0;
    let ends = bars.iter().flat_map(|bar| [bar.from, bar.to]);
    let x = Scale::with_zero(ends, (panel.left + room, panel.right - room));
    draw_axis(c, panel, &x);
    let middle = |i: usize| panel.top + ROW * (i as f64 + 0.5);
    for (i, bar) in bars.iter().enumerate() {
        draw_bar(c, &x, (panel.left, middle(i)), bar);
        if i + 1 < bars.len() {
            c.line(&[(x.at(bar.to), middle(i) + BAR / 2.0), (x.at(bar.to), middle(i + 1) - BAR / 2.0)], SPINE, 1.5);
        }
    }
}

fn draw_axis(c: &mut Canvas, panel: Panel, x: &Scale) {
    for tick in x.ticks(110.0) {
        let (at, color) = (x.at(tick), if tick == 0.0 { SPINE } else { GRID });
        c.line(&[(at, panel.top), (at, panel.bottom)], color, 1.0);
        c.text((at, panel.bottom + 18.0), &millions(tick), Style::new(TEXT, INK, Align::Middle));
    }
}

fn draw_bar(c: &mut Canvas, x: &Scale, (left, middle): (f64, f64), bar: &Bar) {
    let name = shortened(bar.name, TEXT, left - 50.0);
    let style = Style::new(TEXT, INK, Align::Right);
    c.text((left - 16.0, middle), &name, if bar.is_step { style } else { style.bold() });
    c.line(&[(40.0, middle + ROW / 2.0), (left, middle + ROW / 2.0)], GRID, 1.0);
    // However small, a bar is seen.
    let (from, to) = (x.at(bar.from), x.at(bar.to));
    let to = if (to - from).abs() < 2.0 { from + 2.0 } else { to };
    c.rect((from, middle - BAR / 2.0), (to, middle + BAR / 2.0), bar.color());
    let (offset, align) = if bar.to < bar.from { (-8.0, Align::Right) } else { (8.0, Align::Left) };
    c.text((to + offset, middle), &bar.label(), Style::new(SMALL, INK, align).bold());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(parts: &[(&str, f64)]) -> Vec<(String, f64)> {
        parts.iter().map(|(name, usd)| ((*name).to_owned(), *usd)).collect()
    }

    fn drawn(bridge: &Bridge) -> String {
        let words = Waterfall {
            title: "From ohio to quebec",
            subtitle: "net present value",
            from: "ohio",
            to: "quebec",
            others: "other lines",
            bridge,
        };
        assert!(waterfall(&words, Format::Png).unwrap().starts_with(b"\x89PNG"));
        String::from_utf8(waterfall(&words, Format::Svg).unwrap()).unwrap()
    }

    #[test]
    fn every_bar_begins_where_the_one_before_ends_and_small_ones_are_one() {
        let from = parts(&[("coins", 90e6), ("power", -60e6), ("tax", 0.0), ("fee", 0.0)]);
        let to = parts(&[("coins", 85e6), ("power", -100e6), ("tax", 0.1e6), ("fee", -0.15e6)]);
        let bridge = Bridge::new(&from, &to);
        let small = bridge.clone().with_small_steps_as("other lines", LEAST_SHARE);
        let bars = bars(&small, "ohio", "quebec");
        for two in bars[..bars.len() - 1].windows(2) {
            assert_eq!(two[0].to, two[1].from);
        }
        let [.., last, end] = bars.as_slice() else { panic!("five bars") };
        assert!((last.to - end.to).abs() < 1e-9 && end.from == 0.0);
        let page = drawn(&bridge);
        for text in
            ["From ohio to quebec (million USD)", "\nohio\n", "\n−5\n", "\n−40\n", "\nother lines\n", "\n−15.1\n"]
        {
            assert!(page.contains(text), "`{text}` is missing in {page}");
        }
        assert!(!page.contains("\nfee\n"));
    }

    #[test]
    fn amounts_are_millions_in_full() {
        let told = [0.017, -53.7, 999.6, -2711.3, 999_999.4, 2e6].map(millions);
        assert_eq!(told, ["0.017", "−53.7", "1,000", "−2,711", "999,999", "2 M"]);
    }

    #[test]
    fn amounts_without_steps_and_odd_ones_draw_too() {
        drawn(&Bridge::new(&[], &[]));
        drawn(&Bridge::new(&parts(&[("x", -1e300)]), &parts(&[("y", 1e300)])));
        drawn(&Bridge::new(
            &parts(&[("a very long name of a line that no chart could hold in its row, however wide", 1.0)]),
            &[],
        ));
    }
}
