//! Where the farms stand: sites by longitude and latitude, megawatts as half discs.

use plotters::style::RGBColor;

use super::ChartError;
use super::canvas::{self, Align, Canvas, Key, MARGIN, Mark, SMALL, Style, WIDTH, shortened};
use super::data::subtitle;
use super::font::text_width;
use super::palette::{AI, GREY, GRID, INK, LAND, MINING, SPINE, WHITE};
use super::scale::{Scale, extent, short};
use crate::math;
use crate::results::{SiteRow, Tables};

/// Coastlines; format and source in its first lines.
const LAND_RINGS: &str = include_str!("land.txt");
/// Height of the map, px.
const MAP: f64 = 760.0;
/// Radius of the largest half disc, px.
const LARGEST: f64 = 40.0;
/// Least height of the map, degrees: nearer than this a coastline of 0.1 degrees looks wrong.
const LEAST_SPAN_DEG: f64 = 12.0;

/// The part of the world that is drawn.
struct Frame {
    x: Scale,
    y: Scale,
    top: f64,
    bottom: f64,
}

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    let on_earth = |s: &&SiteRow| s.latitude_deg.abs() <= 90.0 && s.longitude_deg.abs() <= 180.0;
    let mut sites = tables.sites.iter().filter(on_earth).collect::<Vec<_>>();
    sites.sort_by(|a, b| size(b).total_cmp(&size(a)));
    canvas::svg(190.0 + MAP, |c| {
        let note = subtitle(
            run,
            "largest capacity during the run, MW at the meter; area of a half disc is its MW",
        );
        let top = c.heading("Sites and their mining and AI capacity (MW)", &note);
        if sites.is_empty() {
            c.nothing("The run has no sites.");
            return;
        }
        let keys = [
            Key::new("mining (left half)", MINING, Mark::Box),
            Key::new("AI (right half)", AI, Mark::Box),
            Key::new("site without farms", GREY, Mark::Dot),
        ];
        let top = c.legend(top, &keys);
        let frame = frame(&sites, top, c.height() - 40.0);
        draw_land(c, &frame);
        draw_graticule(c, &frame);
        let most = sites
            .iter()
            .map(|s| s.peak_mining_mw.max(s.peak_ai_mw))
            .fold(0.0, f64::max);
        for site in &sites {
            draw_site(c, &frame, site, most);
        }
        draw_labels(c, &frame, &sites, most);
        draw_sizes(c, &frame, most);
    })
}

fn size(site: &SiteRow) -> f64 {
    site.peak_mining_mw + site.peak_ai_mw
}

fn radius(mw: f64, most: f64) -> f64 {
    if mw > 0.0 && most > 0.0 {
        (LARGEST * (mw / most).sqrt()).max(4.0)
    } else {
        0.0
    }
}

/// All sites with a margin, degrees of longitude and latitude equally long at the middle.
fn frame(sites: &[&SiteRow], top: f64, bottom: f64) -> Frame {
    let (west, east) = extent(sites.iter().map(|s| s.longitude_deg)).unwrap_or((-180.0, 180.0));
    let (south, north) = extent(sites.iter().map(|s| s.latitude_deg)).unwrap_or((-60.0, 80.0));
    let shrink = math::cos(((south + north) / 2.0).to_radians()).clamp(0.4, 1.0);
    let (width, height) = (WIDTH - 2.0 * MARGIN, bottom - top);
    // Degrees of latitude the page must show, by either side.
    let by_height = (north - south) * 1.35;
    let by_width = (east - west) * 1.25 * shrink * height / width;
    let tall = by_height.max(by_width).clamp(LEAST_SPAN_DEG, 145.0);
    let wide = (tall / height * width / shrink).min(360.0);
    let tall = wide * shrink * height / width;
    let middle_x = ((west + east) / 2.0).clamp(-180.0 + wide / 2.0, 180.0 - wide / 2.0);
    let middle_y = ((south + north) / 2.0).clamp(-90.0 + tall / 2.0, 90.0 - tall / 2.0);
    Frame {
        x: Scale::exact(middle_x - wide / 2.0, middle_x + wide / 2.0, (MARGIN, WIDTH - MARGIN)),
        y: Scale::exact(middle_y - tall / 2.0, middle_y + tall / 2.0, (bottom, top)),
        top,
        bottom,
    }
}

impl Frame {
    fn at(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        (self.x.at(longitude), self.y.at(latitude))
    }
}

/// Scales end at the frame, so rings are cut to it first; otherwise coasts would run along its edges.
fn draw_land(c: &mut Canvas, frame: &Frame) {
    for line in LAND_RINGS.lines().filter(|l| !l.starts_with('#')) {
        let (name, points) = line.split_once(' ').unwrap_or((line, ""));
        let ring = points.split(' ').filter_map(degrees).collect::<Vec<_>>();
        let ring = clipped(&ring, frame)
            .into_iter()
            .map(|p| frame.at(p.0, p.1))
            .collect::<Vec<_>>();
        if ring.len() >= 3 {
            c.polygon(&ring, if name == "water" { WHITE } else { LAND }, 1.0);
        }
    }
}

fn degrees(pair: &str) -> Option<(f64, f64)> {
    let (longitude, latitude) = pair.split_once(',')?;
    Some((longitude.parse().ok()?, latitude.parse().ok()?))
}

/// Sutherland–Hodgman: the part of a ring inside the frame.
fn clipped(ring: &[(f64, f64)], frame: &Frame) -> Vec<(f64, f64)> {
    type Signed = Box<dyn Fn((f64, f64)) -> f64>;
    let (west, east, south, north) = (frame.x.lo, frame.x.hi, frame.y.lo, frame.y.hi);
    let inside: [Signed; 4] = [
        Box::new(move |p| p.0 - west),
        Box::new(move |p| east - p.0),
        Box::new(move |p| p.1 - south),
        Box::new(move |p| north - p.1),
    ];
    inside.iter().fold(ring.to_vec(), |ring, depth| {
        let mut kept = Vec::with_capacity(ring.len());
        for (i, &here) in ring.iter().enumerate() {
            let next = ring[(i + 1) % ring.len()];
            let (a, b) = (depth(here), depth(next));
            if a >= 0.0 {
                kept.push(here);
            }
            if (a >= 0.0) != (b >= 0.0) {
                let share = a / (a - b);
                kept.push((here.0 + (next.0 - here.0) * share, here.1 + (next.1 - here.1) * share));
            }
        }
        kept
    })
}

fn draw_graticule(c: &mut Canvas, frame: &Frame) {
    let step = [2.0, 5.0, 10.0, 20.0, 30.0]
        .into_iter()
        .find(|s| (frame.x.hi - frame.x.lo) / s <= 13.0)
        .unwrap_or(30.0);
    let multiples = |lo: f64, hi: f64| {
        let (first, last) = ((lo / step).ceil() as i32, (hi / step).floor() as i32);
        (first..=last).map(move |i| f64::from(i) * step)
    };
    for longitude in multiples(frame.x.lo, frame.x.hi) {
        let x = frame.x.at(longitude);
        c.line(&[(x, frame.top), (x, frame.bottom)], GRID, 1.0);
        let label = compass(longitude, "E", "W");
        if (MARGIN + 20.0..WIDTH - MARGIN - 20.0).contains(&x) {
            c.text((x, frame.bottom + 16.0), &label, Style::new(SMALL, GREY, Align::Middle));
        }
    }
    for latitude in multiples(frame.y.lo, frame.y.hi) {
        let y = frame.y.at(latitude);
        c.line(&[(MARGIN, y), (WIDTH - MARGIN, y)], GRID, 1.0);
        if (frame.top + 12.0..frame.bottom - 12.0).contains(&y) {
            let label = compass(latitude, "N", "S");
            c.text((MARGIN + 4.0, y - 12.0), &label, Style::new(SMALL, GREY, Align::Left));
        }
    }
}

fn compass(degrees: f64, positive: &str, negative: &str) -> String {
    let side = if degrees > 0.0 {
        positive
    } else if degrees < 0.0 {
        negative
    } else {
        ""
    };
    format!("{}°{side}", degrees.abs())
}

fn draw_site(c: &mut Canvas, frame: &Frame, site: &SiteRow, most: f64) {
    let at = frame.at(site.longitude_deg, site.latitude_deg);
    if size(site) <= 0.0 {
        c.circle(at, 5.0, GREY, 0.9);
        return;
    }
    half_disc(c, at, radius(site.peak_mining_mw, most), -1.0, MINING);
    half_disc(c, at, radius(site.peak_ai_mw, most), 1.0, AI);
    c.circle(at, 2.5, INK, 1.0);
}

/// The left (`side` −1) or right (1) half of a disc.
fn half_disc(c: &mut Canvas, at: (f64, f64), radius: f64, side: f64, color: RGBColor) {
    if radius <= 0.0 {
        return;
    }
    let outline = (0..=32)
        .map(|i| {
            let angle = core::f64::consts::PI * (f64::from(i) / 32.0 - 0.5);
            (
                at.0 + side * radius * math::cos(angle),
                at.1 + radius * math::sin(angle),
            )
        })
        .collect::<Vec<_>>();
    c.polygon(&outline, color, 0.8);
}

/// A rectangle on the page: left, top, right, bottom.
type Area = (f64, f64, f64, f64);

fn overlap(a: Area, b: Area) -> f64 {
    let width = (a.2.min(b.2) - a.0.max(b.0)).max(0.0);
    let height = (a.3.min(b.3) - a.1.max(b.1)).max(0.0);
    width * height
}

/// Names beside the discs where they cover least, the largest sites choosing first.
fn draw_labels(c: &mut Canvas, frame: &Frame, sites: &[&SiteRow], most: f64) {
    const LINE: f64 = 20.0;
    let mut taken = sites.iter().map(|s| disc_area(frame, s, most)).collect::<Vec<Area>>();
    for site in sites {
        let name = shortened(&site.site, SMALL, 300.0);
        let width = text_width(&name, SMALL, false);
        let at = frame.at(site.longitude_deg, site.latitude_deg);
        let reach = radius(site.peak_mining_mw, most)
            .max(radius(site.peak_ai_mw, most))
            .max(6.0);
        let inside = |a: Area| a.0 >= MARGIN && a.2 <= WIDTH - MARGIN && a.1 >= frame.top && a.3 <= frame.bottom;
        let spots = label_spots(at, reach, width, LINE);
        let cost = |a: Area| {
            let covered = taken.iter().map(|t| overlap(a, *t)).sum::<f64>();
            if inside(a) { covered } else { covered + 1e6 }
        };
        // Spots come nearest first and the first of equals wins.
        let Some(spot) = spots.into_iter().min_by(|a, b| cost(*a).total_cmp(&cost(*b))) else {
            continue;
        };
        taken.push(spot);
        let middle = (spot.1 + spot.3) / 2.0;
        let nearest = (at.0.clamp(spot.0, spot.2), at.1.clamp(spot.1 + 3.0, spot.3 - 3.0));
        if (nearest.0 - at.0).hypot(nearest.1 - at.1) > reach + 12.0 {
            c.line(&[at, nearest], SPINE, 1.0);
        }
        c.text((spot.0, middle), &name, Style::new(SMALL, INK, Align::Left));
    }
}

fn disc_area(frame: &Frame, site: &SiteRow, most: f64) -> Area {
    let (x, y) = frame.at(site.longitude_deg, site.latitude_deg);
    let (left, right) = (radius(site.peak_mining_mw, most), radius(site.peak_ai_mw, most));
    let reach = left.max(right).max(5.0);
    (x - left.max(5.0), y - reach, x + right.max(5.0), y + reach)
}

/// Where a label may lie: right, left, above, below, then the same and the corners farther and farther away.
fn label_spots((x, y): (f64, f64), reach: f64, width: f64, line: f64) -> Vec<Area> {
    let mut spots = Vec::new();
    for ring in 0..9 {
        let gap = reach + 6.0 + 24.0 * f64::from(ring);
        let half = line / 2.0;
        for (left, middle) in [
            (x + gap, y),
            (x - gap - width, y),
            (x - width / 2.0, y - gap - half),
            (x - width / 2.0, y + gap + half),
            (x + gap * 0.7, y - gap * 0.7 - half),
            (x + gap * 0.7, y + gap * 0.7 + half),
            (x - gap * 0.7 - width, y - gap * 0.7 - half),
            (x - gap * 0.7 - width, y + gap * 0.7 + half),
        ] {
            spots.push((left, middle - half, left + width, middle + half));
        }
    }
    spots
}

/// Three discs of known size in the lower left corner.
fn draw_sizes(c: &mut Canvas, frame: &Frame, most: f64) {
    if most <= 0.0 {
        return;
    }
    let round = |v: f64| {
        let power = math::powf(10.0, math::log10(v).floor());
        [5.0, 2.0, 1.0]
            .into_iter()
            .map(|m| m * power)
            .find(|r| *r <= v * 1.000_001)
            .unwrap_or(power)
    };
    let largest = round(most);
    let mut x = MARGIN + 70.0;
    let base = frame.bottom - 46.0;
    c.rect(
        (MARGIN + 54.0, base - 2.0 * LARGEST - 8.0),
        (MARGIN + 410.0, base + 32.0),
        WHITE,
    );
    for mw in [largest, round(largest / 4.0), round(largest / 20.0)] {
        let radius = radius(mw, most);
        half_disc(c, (x + radius, base - radius), radius, -1.0, SPINE);
        half_disc(c, (x + radius, base - radius), radius, 1.0, SPINE);
        c.text(
            (x + radius, base + 16.0),
            &format!("{} MW", short(mw)),
            Style::new(SMALL, GREY, Align::Middle),
        );
        x += 2.0 * radius + 60.0;
    }
}
