//! Where a name may stand beside a mark without covering another.

/// A rectangle on the page: left, top, right, bottom.
pub(super) type Area = (f64, f64, f64, f64);

pub(super) fn overlaps(a: Area, b: Area) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// How far a point is from an area.
pub(super) fn distance(area: Area, (x, y): (f64, f64)) -> f64 {
    (x - x.clamp(area.0, area.2)).hypot(y - y.clamp(area.1, area.3))
}

/// Where a label may lie about a mark: right, left, above, below and the corners, then farther and farther away.
pub(super) fn label_spots(mark: Area, width: f64) -> Vec<Area> {
    const HALF_LINE: f64 = 10.0;
    let (x, y) = (f64::midpoint(mark.0, mark.2), f64::midpoint(mark.1, mark.3));
    let mut spots = Vec::new();
    for ring in 0..2 {
        let gap = 6.0 + 22.0 * f64::from(ring);
        let (left, right) = (mark.0 - gap - width, mark.2 + gap);
        let (above, below) = (mark.1 - gap - HALF_LINE, mark.3 + gap + HALF_LINE);
        for (left, middle) in [
            (right, y),
            (left, y),
            (x - width / 2.0, above),
            (x - width / 2.0, below),
            (right, above),
            (right, below),
            (left, above),
            (left, below),
        ] {
            spots.push((left, middle - HALF_LINE, left + width, middle + HALF_LINE));
        }
    }
    spots
}
