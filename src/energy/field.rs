//! Noise that neighbouring sites share.
//!
//! The globe is covered by a lattice of cells, each with its own random stream. The noise of a site is a weighted sum
//! over the cells near it, so two sites correlate because they share cells, and a site's noise is the same whichever
//! other sites exist. Beyond `2 × REACH` correlation lengths two sites share no cell and are exactly independent.
//!
//! The weights `(r + 0.05 L)^-3/4 · exp(-r / 1.5 L) · (1 - (r / R)²)` were chosen so that, on this lattice, the correlation
//! follows `exp(-d / L)`: 0.87 at 0.25 L, 0.70 at 0.5 L, 0.39 at L, 0.17 at 1.5 L, 0.06 at 2 L. It is a little high nearby
//! because each site adds a share of its own.

mod noise;

use super::Location;
use super::sampling::AT_ONCE;
use crate::math;
use crate::rng;
use noise::Noise;

/// Mean radius of the earth, km.
const EARTH_KM: f64 = 6_371.0;
/// Distance of lattice rows, in correlation lengths.
const SPACING: f64 = 0.4;
/// Reach of a cell, in correlation lengths.
const REACH: f64 = 2.0;
/// Standard deviation of a byte drawn uniformly from 0 to 255: `sqrt((256² - 1) / 12)`.
const BYTE_SD: f32 = 73.900_27;

/// The lattice cells a site draws its noise from.
pub(super) struct Field {
    cells: Vec<Cell>,
}

struct Cell {
    /// Row and column: the entity of its stream.
    name: String,
    /// Share in the site's noise; the squares of all weights sum to 1.
    weight: f64,
}

impl Field {
    /// The cells around a place, for a correlation length in km.
    pub(super) fn around(at: Location, correlation_length_km: f64) -> Self {
        let spacing_km = SPACING * correlation_length_km;
        let reach_km = REACH * correlation_length_km;
        let km_per_deg = EARTH_KM.to_radians();
        let row_of = |latitude_deg: f64| (latitude_deg * km_per_deg / spacing_km).round() as i64;
        let polar_row = row_of(90.0);
        let reach_rows = (REACH / SPACING).ceil() as i64;
        let mut cells = Vec::new();
        for row in row_of(at.latitude_deg) - reach_rows..=row_of(at.latitude_deg) + reach_rows {
            if row.abs() > polar_row {
                continue;
            }
            let latitude_deg = row as f64 * spacing_km / km_per_deg;
            let circumference_km = 360.0 * km_per_deg * math::cos(latitude_deg.to_radians()).max(0.0);
            let columns = (circumference_km / spacing_km).round().max(1.0) as i64;
            let width_deg = 360.0 / columns as f64;
            let far_deg = certainly_beyond_deg(reach_km, at.latitude_deg, latitude_deg);
            for column in 0..columns {
                let centre = Location { latitude_deg, longitude_deg: column as f64 * width_deg };
                let apart_deg = (centre.longitude_deg - at.longitude_deg).abs();
                if apart_deg.min((360.0 - apart_deg).abs()) > far_deg {
                    continue;
                }
                let r = distance_km(at, centre);
                if r < reach_km {
                    let weight = kernel(r / correlation_length_km);
                    cells.push(Cell { name: format!("{row},{column}"), weight });
                }
            }
        }
        let norm = cells.iter().map(|c| c.weight * c.weight).sum::<f64>().sqrt();
        for cell in &mut cells {
            cell.weight /= norm;
        }
        Self { cells }
    }

    /// White noise of mean 0 and variance 1, correlated in space; it does not end.
    ///
    /// Each cell draws bytes, not normals, which is what makes a long run fast: a sum over dozens of cells is close to normal
    /// (kurtosis 2.7 to 3 by how near the nearest cell is), and the filters over time bring it closer still.
    pub(super) fn noise(&self, seed: u64, purpose: &str) -> Noise {
        let key = |cell: &Cell| rng::key(seed, purpose, &cell.name);
        let cells = self.cells.iter().map(|cell| (key(cell), cell.weight as f32 / BYTE_SD)).collect();
        Noise::of(cells)
    }
}

/// Weight of a cell at distance `r` (in correlation lengths) before normalisation.
fn kernel(r: f64) -> f64 {
    math::powf(r + 0.05, -0.75) * math::exp(-r / 1.5) * (1.0 - (r / REACH) * (r / REACH))
}

/// Difference of longitudes beyond which two places of these latitudes are certainly more than `reach_km` apart: what
/// [`distance_km`] says where the latitudes do not differ, with `sin x >= 2 x / π`.
fn certainly_beyond_deg(reach_km: f64, a_latitude_deg: f64, b_latitude_deg: f64) -> f64 {
    let cosines = math::cos(a_latitude_deg.to_radians()) * math::cos(b_latitude_deg.to_radians());
    let margin = 1.001;
    margin * 180.0 * math::sin(0.5 * reach_km / EARTH_KM) / cosines.max(1e-9).sqrt()
}

/// Great-circle distance, km (haversine).
pub(super) fn distance_km(a: Location, b: Location) -> f64 {
    let half_sine = |from: f64, to: f64| math::sin((to - from).to_radians() / 2.0);
    let (s_lat, s_lon) = (half_sine(a.latitude_deg, b.latitude_deg), half_sine(a.longitude_deg, b.longitude_deg));
    let cosines = math::cos(a.latitude_deg.to_radians()) * math::cos(b.latitude_deg.to_radians());
    let h = s_lat * s_lat + cosines * s_lon * s_lon;
    2.0 * EARTH_KM * math::asin(h.sqrt().min(1.0))
}

/// First-order autoregression with variance 1 over unit white noise.
#[derive(Clone, Copy)]
pub(super) struct Ar1 {
    phi: f64,
    gain: f64,
    state: f64,
}

impl Ar1 {
    /// Correlation `phi` from one step to the next; starts at 0, so let it run in.
    pub(super) fn new(phi: f64) -> Self {
        Self { phi, gain: (1.0 - phi * phi).sqrt(), state: 0.0 }
    }

    /// The next value.
    pub(super) fn next(&mut self, noise: f64) -> f64 {
        self.state = self.phi * self.state + self.gain * noise;
        self.state
    }
}

/// Steps after which an autoregression has forgotten its start (to a correlation of 0.001).
pub(super) fn run_in(phi: f64) -> usize {
    if phi <= 0.0 { 0 } else { (math::ln(0.001) / math::ln(phi)).ceil() as usize }
}

/// Lets a series run in: draws some hours and forgets them.
pub(super) fn forget(hours: usize, mut fill: impl FnMut(&mut [f64])) {
    let mut scratch = [0.0; AT_ONCE];
    for from in (0..hours).step_by(AT_ONCE) {
        fill(&mut scratch[..AT_ONCE.min(hours - from)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::statistics::correlation;

    fn place(latitude_deg: f64, longitude_deg: f64) -> Location {
        Location { latitude_deg, longitude_deg }
    }

    /// Correlation that follows from shared cells, no sampling error.
    fn shared(a: &Field, b: &Field) -> f64 {
        let weight = |name: &str| b.cells.iter().find(|c| c.name == name).map_or(0.0, |c| c.weight);
        a.cells.iter().map(|c| c.weight * weight(&c.name)).sum()
    }

    #[test]
    fn correlation_falls_with_distance_about_exponentially() {
        let length = 400.0;
        for (fraction, tolerance) in [(0.05, 0.08), (0.25, 0.17), (0.5, 0.16), (1.0, 0.12), (1.5, 0.12), (2.0, 0.12)] {
            let mut sum = 0.0;
            for k in 0..20 {
                let here = place(31.0 + 0.37 * f64::from(k), -102.0 + 0.61 * f64::from(k));
                let there = place(here.latitude_deg + length * fraction / 111.195, here.longitude_deg);
                let measured = shared(&Field::around(here, length), &Field::around(there, length));
                let exact = math::exp(-fraction);
                assert!((measured - exact).abs() < tolerance + 0.1, "{fraction}: {measured} against {exact}");
                sum += measured - exact;
            }
            assert!((sum / 20.0_f64).abs() < tolerance, "{fraction}: mean error {}", sum / 20.0);
        }
    }

    #[test]
    fn far_sites_share_nothing_and_the_same_place_everything() {
        let texas = Field::around(place(32.3, -100.2), 400.0);
        assert_eq!(shared(&texas, &Field::around(place(50.1, 8.7), 400.0)), 0.0);
        assert!((shared(&texas, &texas) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_lattice_closes_over_the_date_line_and_the_poles() {
        let west = Field::around(place(-17.0, 179.9), 400.0);
        let east = Field::around(place(-17.0, -179.9), 400.0);
        assert!(shared(&west, &east) > 0.85);
        assert!(!Field::around(place(90.0, 0.0), 400.0).cells.is_empty());
        assert!(!Field::around(place(-90.0, 180.0), 2_000.0).cells.is_empty());
    }

    #[test]
    fn noise_is_white_with_variance_one_and_correlates_as_the_cells_say() {
        let (here, there) = (Field::around(place(32.0, -100.0), 400.0), Field::around(place(34.0, -101.0), 400.0));
        let draw = |field: &Field| field.noise(7, "t").take(40_000).map(f64::from).collect::<Vec<_>>();
        let (a, b) = (draw(&here), draw(&there));
        let variance = a.iter().map(|v| v * v).sum::<f64>() / a.len() as f64;
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
        assert!(math::mean(&a).abs() < 0.02);
        assert!(correlation(&a[1..], &a[..a.len() - 1]).abs() < 0.02);
        assert!((correlation(&a, &b) - shared(&here, &there)).abs() < 0.02);
        let fourth = a.iter().map(|v| v * v * v * v).sum::<f64>() / a.len() as f64 / (variance * variance);
        assert!((2.6..3.1).contains(&fourth), "kurtosis {fourth}");
    }

    #[test]
    fn the_same_key_gives_the_same_noise_and_another_seed_or_purpose_does_not() {
        let field = Field::around(place(32.0, -100.0), 400.0);
        let noise = |seed, purpose| field.noise(seed, purpose).take(100).collect::<Vec<_>>();
        assert_eq!(noise(7, "t"), noise(7, "t"));
        assert_ne!(noise(7, "t"), noise(7, "u"));
        assert_ne!(noise(7, "t"), noise(8, "t"));
    }
}
