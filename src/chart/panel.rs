//! A rectangle of the page with axes: light grid, thin spine, tick labels, halvings as labelled lines.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, MARGIN, SMALL, Style, TEXT, WIDTH, shortened_within};
use super::font::text_width;
use super::palette::{GREY, GRID, INK, SPINE};
use super::scale::{Scale, short, time_ticks};
use crate::calendar::Day;

/// Where data are drawn, px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Panel {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

/// A halving: its day and the subsidy after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Halving {
    pub day: Day,
    pub subsidy_btc: f64,
}

impl Panel {
    /// Pixels of a vertical axis, low values at the bottom.
    pub(super) fn y_px(&self) -> (f64, f64) {
        (self.bottom, self.top)
    }

    /// Pixels of a horizontal axis.
    pub(super) fn x_px(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// The time axis of these days.
    pub(super) fn time(&self, first: Day, last: Day) -> Scale {
        Scale::exact(f64::from(first.0), f64::from(last.0.max(first.0 + 1)), self.x_px())
    }

    /// Grid lines and labels of the values on the left.
    pub(super) fn draw_y(&self, c: &mut Canvas, y: &Scale) {
        for tick in y.ticks(56.0) {
            let at = y.at(tick);
            let color = if tick == 0.0 { SPINE } else { GRID };
            c.line(&[(self.left, at), (self.right, at)], color, 1.0);
            c.text((self.left - 10.0, at), &short(tick), Style::new(TEXT, INK, Align::Right));
        }
    }

    /// Grid lines and labels of the values below.
    pub(super) fn draw_x(&self, c: &mut Canvas, x: &Scale, spacing: f64) {
        for tick in x.ticks(spacing) {
            let at = x.at(tick);
            let color = if tick == 0.0 { SPINE } else { GRID };
            c.line(&[(at, self.top), (at, self.bottom)], color, 1.0);
            c.text((at, self.bottom + 18.0), &short(tick), Style::new(TEXT, INK, Align::Middle));
        }
    }

    /// The spine of a time axis with its labels below.
    pub(super) fn draw_time(&self, c: &mut Canvas, first: Day, last: Day) {
        self.draw_time_ticks(c, first, last, true);
    }

    /// The spine of a time axis; labels only where wanted (the lowest of several panels).
    pub(super) fn draw_time_ticks(&self, c: &mut Canvas, first: Day, last: Day, labels: bool) {
        let x = self.time(first, last);
        c.line(&[(self.left, self.bottom), (self.right, self.bottom)], SPINE, 1.5);
        for (day, label) in time_ticks(first, last, self.right - self.left, 95.0) {
            let at = x.at(f64::from(day.0));
            c.line(&[(at, self.bottom), (at, self.bottom + 6.0)], SPINE, 1.5);
            if labels {
                c.text((at, self.bottom + 22.0), &label, Style::new(TEXT, INK, Align::Middle));
            }
        }
    }

    /// Halvings as thin lines; their labels stand above the panel where wanted.
    pub(super) fn draw_halvings(&self, c: &mut Canvas, x: &Scale, halvings: &[Halving], labels: bool) {
        let named = |h: &Halving| (h.day, format!("halving to {} BTC", h.subsidy_btc));
        self.draw_days(c, x, &halvings.iter().map(named).collect::<Vec<_>>(), labels);
    }

    /// Named days as thin lines; their labels stand above the panel where wanted.
    pub(super) fn draw_days(&self, c: &mut Canvas, x: &Scale, days: &[(Day, String)], labels: bool) {
        let mut free_from = f64::NEG_INFINITY;
        for (day, label) in days {
            let at = x.at(f64::from(day.0));
            c.dashes((at, self.top), (at, self.bottom), GREY, 1.5);
            let half = text_width(label, SMALL, false) / 2.0;
            let middle = at.clamp(self.left + half, (self.right - half).max(self.left + half));
            if labels && middle - half > free_from {
                c.text((middle, self.top - 14.0), label, Style::new(SMALL, GREY, Align::Middle));
                free_from = middle + half + 8.0;
            }
        }
    }

    /// The name of the values across, below their labels.
    pub(super) fn name_x(&self, c: &mut Canvas, label: &str) {
        let middle = f64::midpoint(self.left, self.right);
        let label = shortened_within(label, TEXT, WIDTH - 2.0 * MARGIN);
        c.text((middle, self.bottom + 58.0), &label, Style::new(TEXT, INK, Align::Middle).bold());
    }

    /// The name of the values upwards, above the upper left corner of the page's part.
    pub(super) fn name_y(&self, c: &mut Canvas, label: &str) {
        let label = shortened_within(label, TEXT, WIDTH - 2.0 * MARGIN);
        c.text((MARGIN, self.top - 30.0), &label, Style::new(TEXT, INK, Align::Left).bold());
    }

    /// A heading of the panel itself, above its upper left corner.
    pub(super) fn caption(&self, c: &mut Canvas, text: &str, above: f64) {
        c.text((self.left, self.top - above), text, Style::new(TEXT, INK, Align::Left).bold());
    }
}

impl Canvas<'_> {
    /// A curve through (value of x, value of y); gaps where y is not finite.
    pub(super) fn curve(
        &mut self,
        scales: (&Scale, &Scale),
        points: impl Iterator<Item = (f64, f64)>,
        color: RGBColor,
        width: f64,
    ) {
        for piece in pieces(scales, points) {
            match piece.as_slice() {
                [alone] => self.circle(*alone, width * 1.5, color, 1.0),
                piece => self.line(piece, color, width),
            }
        }
    }

    /// A dashed curve through (value of x, value of y); gaps where y is not finite.
    pub(super) fn dashed_curve(
        &mut self,
        scales: (&Scale, &Scale),
        points: impl Iterator<Item = (f64, f64)>,
        color: RGBColor,
        width: f64,
    ) {
        for piece in pieces(scales, points) {
            self.dashed(&piece, color, width);
        }
    }

    /// An area between (value of x, least, greatest); gaps where either is not finite.
    pub(super) fn band(
        &mut self,
        (x, y): (&Scale, &Scale),
        edges: impl Iterator<Item = (f64, f64, f64)>,
        color: RGBColor,
        opacity: f64,
    ) {
        /// Half the width of a band that is one value long, px.
        const ALONE: f64 = 5.0;
        let edges = edges.map(|e| (x.at(e.0), y.at(e.1), y.at(e.2), e.1.is_finite() && e.2.is_finite()));
        for piece in edges.collect::<Vec<_>>().split(|e| !e.3) {
            let widened = match piece {
                [] => continue,
                [alone] => vec![(alone.0 - ALONE, alone.1, alone.2), (alone.0 + ALONE, alone.1, alone.2)],
                piece => piece.iter().map(|e| (e.0, e.1, e.2)).collect(),
            };
            let there = widened.iter().map(|e| (e.0, e.1));
            let back = widened.iter().rev().map(|e| (e.0, e.2));
            self.polygon(&there.chain(back).collect::<Vec<_>>(), color, opacity);
        }
    }
}

/// The runs of finite points of a curve, in pixels; one point a pixel is all the eye gets.
fn pieces((x, y): (&Scale, &Scale), points: impl Iterator<Item = (f64, f64)>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<(f64, f64)> = Vec::new();
    let mut skipped = None;
    for (vx, vy) in points {
        if !vy.is_finite() {
            piece.extend(skipped.take());
            pieces.push(core::mem::take(&mut piece));
            continue;
        }
        let at = (x.at(vx), y.at(vy));
        if piece.last().is_none_or(|last| (last.0 - at.0).abs() >= 1.0) {
            piece.push(at);
            skipped = None;
        } else {
            skipped = Some(at);
        }
    }
    piece.extend(skipped);
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
