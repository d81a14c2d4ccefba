//! A page of fixed width to draw on: pixels with fractions, plain shapes, text, a heading and a legend.

use plotters::coord::Shift;
use plotters::prelude::{
    Circle, Color, DrawingArea, IntoDrawingArea, PathElement, Polygon, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoTextStyle, RGBColor};

use super::ChartError;
use super::font::{font, text_width};
use super::palette::{GREY, INK, WHITE};

/// Width of every chart, px.
pub(super) const WIDTH: f64 = 1600.0;
/// Left and right margin of the page, px.
pub(super) const MARGIN: f64 = 40.0;
/// Font size of axis and legend text, px.
pub(super) const TEXT: f64 = 20.0;
/// Font size of the least text, px.
pub(super) const SMALL: f64 = 17.0;

/// Plotters draws in whole units: this many of them make a pixel, so that curves stay smooth.
const UNITS_PER_PX: f64 = 4.0;

/// Where a text lies relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Middle,
    Right,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub px: f64,
    pub color: RGBColor,
    pub bold: bool,
    pub align: Align,
}

impl Style {
    pub(super) const fn new(px: f64, color: RGBColor, align: Align) -> Self {
        Self { px, color, bold: false, align }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// What stands before a name in a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Line,
    Dashes,
    Box,
    Dot,
    Cross,
}

/// One entry of a legend.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub name: String,
    pub color: RGBColor,
    pub mark: Mark,
}

impl Key {
    pub(super) fn new(name: impl Into<String>, color: RGBColor, mark: Mark) -> Self {
        Self { name: name.into(), color, mark }
    }
}

/// Height of a page that only says why it is empty, px.
pub(super) const EMPTY_HEIGHT: f64 = 420.0;

/// The page. Points are (x, y) in pixels from the upper left corner.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    height: f64,
    failure: Option<String>,
}

/// Height of a page of `rows`, or of one that only says why there are none.
pub(super) fn height_of_rows(rows: usize, each: f64, around: f64) -> f64 {
    if rows == 0 { EMPTY_HEIGHT } else { around + each * rows as f64 }
}

/// Draws a page of `height` pixels as an SVG document.
pub(super) fn svg(height: f64, draw: impl FnOnce(&mut Canvas)) -> Result<String, ChartError> {
    let mut text = String::new();
    let size = (units(WIDTH) as u32, units(height) as u32);
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        let mut canvas = Canvas { area, height, failure: None };
        canvas.rect((0.0, 0.0), (WIDTH, height), WHITE);
        draw(&mut canvas);
        canvas.area.present().map_err(|e| ChartError::Draw(e.to_string()))?;
        if let Some(failure) = canvas.failure {
            return Err(ChartError::Draw(failure));
        }
    }
    // The document's size in pixels; the view box stays in units.
    let in_units = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    let in_px = format!("width=\"{WIDTH}\" height=\"{}\"", height.round());
    Ok(text.replacen(&in_units, &in_px, 1))
}

impl Canvas<'_> {
    pub(super) fn height(&self) -> f64 {
        self.height
    }

    pub(super) fn line(&mut self, points: &[(f64, f64)], color: RGBColor, width: f64) {
        let path = points.iter().map(|&p| unit_point(p)).collect::<Vec<_>>();
        self.keep(|area| area.draw(&PathElement::new(path, color.stroke_width(units(width) as u32))));
    }

    /// A straight line of dashes.
    pub(super) fn dashes(&mut self, from: (f64, f64), to: (f64, f64), color: RGBColor, width: f64) {
        self.dashed(&[from, to], color, width);
    }

    /// A line of dashes through points.
    pub(super) fn dashed(&mut self, points: &[(f64, f64)], color: RGBColor, width: f64) {
        for dash in cut_into_dashes(points) {
            self.line(&dash, color, width);
        }
    }

    /// A small diagonal cross.
    pub(super) fn cross(&mut self, (x, y): (f64, f64), reach: f64, color: RGBColor) {
        self.line(&[(x - reach, y - reach), (x + reach, y + reach)], color, 2.0);
        self.line(&[(x - reach, y + reach), (x + reach, y - reach)], color, 2.0);
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], color: RGBColor, opacity: f64) {
        let path = points.iter().map(|&p| unit_point(p)).collect::<Vec<_>>();
        self.keep(|area| area.draw(&Polygon::new(path, color.mix(opacity).filled())));
    }

    pub(super) fn rect(&mut self, a: (f64, f64), b: (f64, f64), color: RGBColor) {
        let corners = [unit_point((a.0.min(b.0), a.1.min(b.1))), unit_point((a.0.max(b.0), a.1.max(b.1)))];
        self.keep(|area| area.draw(&Rectangle::new(corners, color.filled())));
    }

    pub(super) fn circle(&mut self, at: (f64, f64), radius: f64, color: RGBColor, opacity: f64) {
        let style = color.mix(opacity).filled();
        self.keep(|area| area.draw(&Circle::new(unit_point(at), units(radius), style)));
    }

    /// Text whose lower-case letters are centred on the height of `at`.
    pub(super) fn text(&mut self, at: (f64, f64), text: &str, style: Style) {
        let h = match style.align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = font(style.px * UNITS_PER_PX, style.bold);
        let style = font.into_text_style(&(1, 1)).color(&style.color).pos(Pos::new(h, VPos::Center));
        let text = printable(text);
        self.keep(|area| area.draw(&Text::new(text, unit_point(at), style)));
    }

    /// Title and what it says below it; returns the y below both.
    pub(super) fn heading(&mut self, title: &str, subtitle: &str) -> f64 {
        let room = WIDTH - 2.0 * MARGIN;
        let px = fitting_px(title, 34.0, room);
        self.text((MARGIN, 46.0), title, Style::new(px, INK, Align::Left).bold());
        let mut y = 88.0;
        for line in wrapped(subtitle, TEXT, room) {
            self.text((MARGIN, y), &line, Style::new(TEXT, GREY, Align::Left));
            y += 28.0;
        }
        y + 4.0
    }

    /// A row of legend entries from `top` on, wrapped to the page; returns the y below it.
    pub(super) fn legend(&mut self, top: f64, keys: &[Key]) -> f64 {
        const GAP: f64 = 34.0;
        const SWATCH: f64 = 26.0;
        const ROW: f64 = 32.0;
        let (mut x, mut y) = (MARGIN, top + ROW / 2.0);
        for key in keys {
            let name = shortened(&key.name, TEXT, WIDTH / 2.0);
            let width = SWATCH + 10.0 + text_width(&name, TEXT, false);
            if x > MARGIN && x + width > WIDTH - MARGIN {
                (x, y) = (MARGIN, y + ROW);
            }
            match key.mark {
                Mark::Line => self.line(&[(x, y), (x + SWATCH, y)], key.color, 5.0),
                Mark::Dashes => self.dashed(&[(x, y), (x + SWATCH + 4.0, y)], key.color, 3.0),
                Mark::Box => self.rect((x, y - 9.0), (x + SWATCH, y + 9.0), key.color),
                Mark::Dot => self.circle((x + SWATCH / 2.0, y), 8.0, key.color, 1.0),
                Mark::Cross => self.cross((x + SWATCH / 2.0, y), 6.0, key.color),
            }
            self.text((x + SWATCH + 10.0, y), &name, Style::new(TEXT, INK, Align::Left));
            x += width + GAP;
        }
        if keys.is_empty() { top } else { y + ROW / 2.0 + 8.0 }
    }

    /// A sentence in the middle of the page, where there is nothing to show.
    pub(super) fn nothing(&mut self, why: &str) {
        let mut y = self.height / 2.0;
        for line in wrapped(why, 26.0, WIDTH * 0.7) {
            self.text((WIDTH / 2.0, y), &line, Style::new(26.0, GREY, Align::Middle));
            y += 36.0;
        }
    }

    /// Remembers the first failure, so that drawing code need not.
    fn keep<E: core::fmt::Display>(&mut self, draw: impl FnOnce(&DrawingArea<SVGBackend, Shift>) -> Result<(), E>) {
        if let Err(e) = draw(&self.area) {
            self.failure.get_or_insert_with(|| e.to_string());
        }
    }
}

fn units(px: f64) -> i32 {
    // Far outside the page nothing is seen, and the backend computes differences of coordinates.
    (px * UNITS_PER_PX).round().clamp(-1e6, 1e6) as i32
}

fn unit_point((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

/// Without control characters, which XML forbids.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c }).collect()
}

/// The text, cut with an ellipsis where it is wider than `room`.
pub(super) fn shortened(text: &str, px: f64, room: f64) -> String {
    if text_width(text, px, false) <= room {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while kept.pop().is_some() {
        let cut = format!("{}…", kept.trim_end());
        if text_width(&cut, px, false) <= room {
            return cut;
        }
    }
    String::new()
}

/// The text, cut with an ellipsis in its middle where it is wider than `room`: of a dotted key both ends tell most.
pub(super) fn shortened_within(text: &str, px: f64, room: f64) -> String {
    let letters = text.chars().collect::<Vec<_>>();
    let kept = |n: usize| {
        let head = letters[..n.div_ceil(2)].iter().collect::<String>();
        let tail = letters[letters.len() - n / 2..].iter().collect::<String>();
        format!("{head}…{tail}")
    };
    if text_width(text, px, false) <= room {
        return text.to_owned();
    }
    (1..letters.len()).rev().map(kept).find(|cut| text_width(cut, px, false) <= room).unwrap_or_default()
}

/// The dashes of a line, the first from its beginning.
fn cut_into_dashes(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    const DASH: f64 = 6.0;
    let (mut dashes, mut dash) = (Vec::new(), points.first().copied().into_iter().collect::<Vec<_>>());
    let (mut drawing, mut left) = (true, DASH);
    for two in points.windows(2) {
        let (mut from, to) = (two[0], two[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length >= left && length.is_finite() {
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            length -= left;
            dash.push(from);
            if drawing {
                dashes.push(core::mem::take(&mut dash));
            }
            (drawing, left) = (!drawing, DASH);
        }
        left -= length.min(left);
        if drawing {
            dash.push(to);
        }
    }
    if drawing && dash.len() > 1 {
        dashes.push(dash);
    }
    dashes
}

/// The largest size up to `px` at which a bold text fits `room`.
fn fitting_px(text: &str, px: f64, room: f64) -> f64 {
    (px * room / text_width(text, px, true).max(1.0)).min(px)
}

/// Lines of words no wider than `room`.
pub(super) fn wrapped(text: &str, px: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), px, false) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_states_its_size_in_pixels_and_draws_in_quarters() {
        let page = svg(100.0, |c| c.line(&[(0.25, 0.5), (10.0, 20.0)], INK, 1.0)).unwrap();
        assert!(page.starts_with("<svg width=\"1600\" height=\"100\" viewBox=\"0 0 6400 400\""));
        assert!(page.contains("points=\"1,2 40,80 \""));
    }

    #[test]
    fn long_names_are_cut_and_texts_wrapped_to_their_room() {
        let name = "A very long site name that no chart could hold";
        let cut = shortened(name, TEXT, 200.0);
        assert!(cut.ends_with('…') && text_width(&cut, TEXT, false) <= 200.0);
        assert_eq!(shortened("short", TEXT, 200.0), "short");
        assert!(wrapped(name, TEXT, 200.0).iter().all(|l| text_width(l, TEXT, false) <= 200.0));
    }

    #[test]
    fn long_keys_keep_both_ends() {
        let key = "sites.west-texas-wind.price.mean_usd_per_mwh";
        let cut = shortened_within(key, TEXT, 250.0);
        assert!(cut.starts_with("sites.") && cut.ends_with("_mwh") && cut.contains('…'), "{cut}");
        assert!(text_width(&cut, TEXT, false) <= 250.0 && text_width(&cut, TEXT, false) > 225.0);
        assert_eq!(shortened_within("price", TEXT, 250.0), "price");
        assert_eq!(shortened_within("price", TEXT, 1.0), "");
    }

    #[test]
    fn dashes_follow_the_line_around_its_corners() {
        let dashes = cut_into_dashes(&[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0)]);
        let expected = vec![vec![(0.0, 0.0), (6.0, 0.0)], vec![(9.0, 3.0), (9.0, 9.0)]];
        assert_eq!(dashes, expected);
        let around = cut_into_dashes(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)]);
        assert_eq!(around, vec![vec![(0.0, 0.0), (4.0, 0.0), (4.0, 2.0)]]);
        assert!(cut_into_dashes(&[]).is_empty());
    }

    #[test]
    fn names_cannot_break_the_document() {
        let page = svg(100.0, |c| {
            c.text((0.0, 0.0), "<&>\u{1}", Style::new(TEXT, INK, Align::Left));
        })
        .unwrap();
        assert!(page.contains("&lt;&amp;&gt;") && !page.contains('\u{1}'));
    }
}
