//! Where the farms stand: sites by longitude and latitude, megawatts as half discs.

use plotters::style::RGBColor;

use super::ChartError;
use super::canvas::{self, Align, Canvas, EMPTY_HEIGHT, Key, MARGIN, Mark, SMALL, Style, WIDTH, shortened};
use super::data::subtitle;
use super::font::text_width;
use super::label::{Area, distance, label_spots, overlaps};
use super::palette::{AI, GREY, GRID, INK, LAND, MINING, WHITE};
use super::scale::{Scale, extent, short};
use crate::math;
use crate::results::{SiteRow, Tables};

/// Coastlines; format and source in its first lines.
const LAND_RINGS: &str = include_str!("land.txt");
/// Height of the map, px.
const MAP: f64 = 760.0;
/// Height of the strip below it, px.
const STRIP: f64 = 130.0;
/// Sites named at most, the largest first.
const MOST_NAMES: usize = 24;
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
    page(
        &tables.sites,
        &subtitle(run, "largest capacity during the run, MW at the meter; area of a half disc is its MW"),
    )
}

/// The map of any sites, by their peak capacities; `note` says what those are.
pub(super) fn page(sites: &[SiteRow], note: &str) -> Result<String, ChartError> {
    let on_earth = |s: &&SiteRow| s.latitude_deg.abs() <= 90.0 && s.longitude_deg.abs() <= 180.0;
    let mut sites = sites.iter().filter(on_earth).collect::<Vec<_>>();
    sites.sort_by(|a, b| size(b).total_cmp(&size(a)));
    canvas::svg(if sites.is_empty() { EMPTY_HEIGHT } else { 160.0 + MAP + STRIP }, |c| {
        let top = c.heading("Sites and their mining and AI capacity (MW)", note);
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
        let frame = frame(&sites, top, c.height() - STRIP);
        draw_land(c, &frame);
        draw_graticule(c, &frame);
        let most = sites.iter().map(|s| s.peak_mining_mw.max(s.peak_ai_mw)).fold(0.0, f64::max);
        for site in &sites {
            draw_site(c, &frame, site, most);
        }
        let unnamed = draw_labels(c, &frame, &sites, most);
        draw_sizes(c, frame.bottom + 36.0, most);
        if unnamed > 0 {
            let text = format!("{unnamed} sites are not named for lack of room");
            c.text((WIDTH - MARGIN, frame.bottom + 76.0), &text, Style::new(SMALL, GREY, Align::Right));
        }
    })
}

fn size(site: &SiteRow) -> f64 {
    site.peak_mining_mw + site.peak_ai_mw
}

fn radius(mw: f64, most: f64) -> f64 {
    if mw > 0.0 && most > 0.0 { (LARGEST * (mw / most).sqrt()).max(4.0) } else { 0.0 }
}

/// All sites with a margin, degrees of longitude and latitude equally long at the middle unless it is the whole world.
fn frame(sites: &[&SiteRow], top: f64, bottom: f64) -> Frame {
    let (west, east) = extent(sites.iter().map(|s| s.longitude_deg)).unwrap_or((-180.0, 180.0));
    let (south, north) = extent(sites.iter().map(|s| s.latitude_deg)).unwrap_or((-60.0, 80.0));
    let shrink = math::cos(f64::midpoint(south, north).to_radians()).clamp(0.4, 1.0);
    let (width, height) = (WIDTH - 2.0 * MARGIN, bottom - top);
    // Degrees of latitude the page must show, by either side.
    let by_height = (north - south) * 1.35;
    let by_width = (east - west) * 1.25 * shrink * height / width;
    let tall = by_height.max(by_width).clamp(LEAST_SPAN_DEG, 180.0);
    let wide = (tall / height * width / shrink).min(360.0);
    let middle_x = f64::midpoint(west, east).clamp(-180.0 + wide / 2.0, 180.0 - wide / 2.0);
    let middle_y = f64::midpoint(south, north).clamp(-90.0 + tall / 2.0, 90.0 - tall / 2.0);
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
        let ring = clipped(&ring, frame).into_iter().map(|p| frame.at(p.0, p.1)).collect::<Vec<_>>();
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
    let step = [2.0, 5.0, 10.0, 20.0, 30.0].into_iter().find(|s| (frame.x.hi - frame.x.lo) / s <= 13.0).unwrap_or(30.0);
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
            (at.0 + side * radius * math::cos(angle), at.1 + radius * math::sin(angle))
        })
        .collect::<Vec<_>>();
    c.polygon(&outline, color, 0.85);
    c.line(&outline, WHITE, 1.5);
}

/// Names beside the discs where they cover nothing, the largest sites choosing first; returns how many found no room.
fn draw_labels(c: &mut Canvas, frame: &Frame, sites: &[&SiteRow], most: f64) -> usize {
    let mut taken = sites.iter().map(|s| disc_area(frame, s, most)).collect::<Vec<Area>>();
    let mut named = 0;
    for (i, site) in sites.iter().enumerate().take(MOST_NAMES) {
        let name = shortened(&site.site, SMALL, 300.0);
        let disc = taken[i];
        let inside = |a: &Area| a.0 >= MARGIN && a.2 <= WIDTH - MARGIN && a.1 >= frame.top && a.3 <= frame.bottom;
        let is_free = |a: &Area| inside(a) && taken.iter().all(|t| !overlaps(*a, *t));
        let spots = label_spots(disc, text_width(&name, SMALL, false));
        let Some(spot) = spots.into_iter().find(is_free) else {
            continue;
        };
        taken.push(spot);
        named += 1;
        let at = frame.at(site.longitude_deg, site.latitude_deg);
        let nearest = (at.0.clamp(spot.0, spot.2), at.1.clamp(spot.1 + 3.0, spot.3 - 3.0));
        if distance(disc, nearest) > 12.0 {
            c.line(&[at, nearest], GREY, 1.0);
        }
        c.text((spot.0, f64::midpoint(spot.1, spot.3)), &name, Style::new(SMALL, INK, Align::Left));
    }
    sites.len() - named
}

fn disc_area(frame: &Frame, site: &SiteRow, most: f64) -> Area {
    let (x, y) = frame.at(site.longitude_deg, site.latitude_deg);
    let (left, right) = (radius(site.peak_mining_mw, most), radius(site.peak_ai_mw, most));
    let reach = left.max(right).max(5.0);
    (x - left.max(5.0), y - reach, x + right.max(5.0), y + reach)
}

/// Three discs of known size below the map, from `top` on.
fn draw_sizes(c: &mut Canvas, top: f64, most: f64) {
    if most <= 0.0 {
        return;
    }
    let round = |v: f64| {
        let power = math::powf(10.0, math::log10(v).floor());
        [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|r| *r <= v * 1.000_001).unwrap_or(power)
    };
    let largest = round(most);
    let mut x = MARGIN;
    for mw in [largest, round(largest / 4.0), round(largest / 20.0)] {
        let radius = radius(mw, most);
        half_disc(c, (x + radius, top + LARGEST), radius, -1.0, MINING);
        half_disc(c, (x + radius, top + LARGEST), radius, 1.0, AI);
        let text = format!("{} MW each", short(mw));
        let at = (x + 2.0 * radius + 10.0, top + LARGEST);
        c.text(at, &text, Style::new(SMALL, GREY, Align::Left));
        x = at.0 + text_width(&text, SMALL, false) + 40.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coastlines_are_closed_rings_of_degrees_that_do_not_jump() {
        let rings = LAND_RINGS.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>();
        assert!(rings.len() > 100 && LAND_RINGS.len() < 60_000);
        for ring in rings {
            let points = ring.split(' ').skip(1).map(|p| degrees(p).unwrap()).collect::<Vec<_>>();
            assert!(points.len() >= 3);
            assert!(points.iter().all(|p| p.0.abs() <= 180.0 && p.1.abs() <= 90.0));
            assert!(points.windows(2).all(|two| (two[0].0 - two[1].0).abs() < 180.0));
        }
    }

    #[test]
    fn a_ring_is_cut_to_the_frame() {
        let scale = Scale::exact(0.0, 10.0, (0.0, 100.0));
        let frame = Frame { x: scale, y: scale, top: 0.0, bottom: 100.0 };
        let around = [(-5.0, 5.0), (5.0, 15.0), (15.0, 5.0), (5.0, -5.0)];
        let cut = clipped(&around, &frame);
        assert!(cut.len() >= 4 && cut.iter().all(|p| (0.0..=10.0).contains(&p.0) && (0.0..=10.0).contains(&p.1)));
        assert!(clipped(&[(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)], &frame).is_empty());
    }

    #[test]
    fn every_site_lies_inside_the_frame_wherever_it_is() {
        let at = |longitude_deg, latitude_deg| SiteRow { latitude_deg, longitude_deg, ..SiteRow::default() };
        for sites in [
            vec![at(-102.0, 32.0)],
            vec![at(-179.0, -54.0), at(179.0, 71.0)],
            vec![at(10.0, 89.0), at(10.0, -89.0)],
            vec![at(180.0, 90.0)],
        ] {
            let frame = frame(&sites.iter().collect::<Vec<_>>(), 100.0, 860.0);
            for site in &sites {
                let (x, y) = (site.longitude_deg, site.latitude_deg);
                assert!((frame.x.lo..=frame.x.hi).contains(&x) && (frame.y.lo..=frame.y.hi).contains(&y), "{x} {y}");
            }
        }
    }
}
