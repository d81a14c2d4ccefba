//! Wind: the normal score of the local wind, and the output of a plant in it.

use core::f64::consts::TAU;
use std::rc::Rc;

use super::field::{Field, forget, run_in};
use super::memo::Memo;
use super::normals::Normals;
use super::sampling::{AT_ONCE, Sampling};
use super::{Location, WindMemory, WindOutput};
use crate::math;

/// Half-width of the tables over the normal score.
const SCORE_LIMIT: f64 = 5.0;
/// Points of the tables over the normal score.
const POINTS: usize = 401;

/// Normal score of the wind at a place, hour by hour: mean 0, variance 1, no seasons.
///
/// `slow + fast` autoregressions over noise shared with the neighbours, plus a local share of the fast kind.
pub(super) fn local_wind(site: &str, field: &Field, sampling: &Sampling) -> Vec<f64> {
    let memory = &sampling.weather.wind;
    let mut noise = field.noise(sampling.seed, &sampling.purpose("wind"));
    let mut own = Normals::of(sampling.seed, &sampling.purpose("local wind"), site);
    let mut filter = WindFilter::new(memory);
    let mut shared = [0.0; AT_ONCE];
    let mut fill = |hours: &mut [f64]| {
        noise.fill(&mut shared[..hours.len()]);
        own.fill(hours);
        // In registers: behind the closure's reference each hour would wait for the one before to reach memory.
        let mut now = filter;
        for (hour, shared) in hours.iter_mut().zip(&shared) {
            *hour = now.next(f64::from(*shared), *hour);
        }
        filter = now;
    };
    forget(run_in(memory.slow_phi), &mut fill);
    sampling.hourly(fill)
}

/// Turns white noise into the normal score of the wind.
#[derive(Clone, Copy)]
struct WindFilter {
    smoothing_phi: f64,
    slow_phi: f64,
    fast_phi: f64,
    /// Weights of the slow, the fast and the local part; together they give variance 1.
    weights: [f64; 3],
    /// Smoothed shared noise, slow part, fast part, smoothed local noise, local part.
    state: [f64; 5],
}

impl WindFilter {
    fn new(memory: &WindMemory) -> Self {
        let mut filter = Self {
            smoothing_phi: memory.smoothing_phi,
            slow_phi: memory.slow_phi,
            fast_phi: memory.fast_phi,
            weights: [0.0; 3],
            state: [0.0; 5],
        };
        // Energies of the impulse responses: variances of the parts, and their covariance as they share the noise.
        let (mut slow, mut fast, mut both) = (0.0, 0.0, 0.0);
        filter.step(1.0, 0.0);
        for _ in 0..2 * run_in(memory.slow_phi) {
            slow += filter.state[1] * filter.state[1];
            fast += filter.state[2] * filter.state[2];
            both += filter.state[1] * filter.state[2];
            filter.step(0.0, 0.0);
        }
        filter.state = [0.0; 5];
        // With weight 1 for slow and q for fast, the fast part's share of the variance over the slow one's is
        // (q² fast + q both) / (slow + q both): solve for q.
        let ratio = (1.0 - memory.slow_share) / memory.slow_share;
        let half = both * (1.0 - ratio) / (2.0 * fast);
        let q = -half + (half * half + ratio * slow / fast).sqrt();
        let unit = ((1.0 - memory.local_share) / (slow + 2.0 * q * both + q * q * fast)).sqrt();
        filter.weights = [unit, unit * q, (memory.local_share / fast).sqrt()];
        filter
    }

    fn step(&mut self, shared: f64, own: f64) {
        let [smooth, slow, fast, own_smooth, own_fast] = &mut self.state;
        *smooth = self.smoothing_phi * *smooth + shared;
        *slow = self.slow_phi * *slow + *smooth;
        *fast = self.fast_phi * *fast + *smooth;
        *own_smooth = self.smoothing_phi * *own_smooth + own;
        *own_fast = self.fast_phi * *own_fast + *own_smooth;
    }

    fn next(&mut self, shared: f64, own: f64) -> f64 {
        self.step(shared, own);
        self.weights[0] * self.state[1] + self.weights[1] * self.state[2] + self.weights[2] * self.state[4]
    }
}

/// Output share of a wind plant, hour by hour, for the normal score of its wind.
pub(super) fn wind_output(wind: &WindOutput, at: Location, mut score: Vec<f64>, sampling: &Sampling) -> Vec<f64> {
    let curve = OutputCurve::of(wind);
    let seasons = Seasons::of(wind);
    let by_hour: Vec<f64> = (0..24).map(|h| seasons.of_hour(f64::from(h) + 0.5 + at.longitude_deg / 15.0)).collect();
    let by_day = Sampling::of_days_of_year(|day| seasons.of_day(day));
    for (date, day) in sampling.dates().zip(score.chunks_exact_mut(24)) {
        let season = by_day[date.day_of_year() as usize];
        for (hour, of_hour) in day.iter_mut().zip(&by_hour) {
            *hour = curve.at(season + of_hour + seasons.residual * *hour);
        }
    }
    score
}

/// Mean of the normal score over the year and the day.
struct Seasons {
    yearly: f64,
    windiest_day: f64,
    daily: f64,
    windiest_hour: f64,
    /// Weight of the deviation, so that score and seasons together have variance 1.
    residual: f64,
}

impl Seasons {
    fn of(wind: &WindOutput) -> Self {
        let (yearly, daily) = (wind.seasonal_amplitude, wind.diurnal_amplitude);
        Self {
            yearly,
            windiest_day: f64::from(wind.windiest_day_of_year),
            daily,
            windiest_hour: wind.windiest_hour,
            residual: (1.0 - 0.5 * (yearly * yearly + daily * daily)).sqrt(),
        }
    }

    fn of_day(&self, day_of_year: f64) -> f64 {
        self.yearly * math::cos(TAU * (day_of_year - self.windiest_day) / 365.25)
    }

    fn of_hour(&self, solar_hour: f64) -> f64 {
        self.daily * math::cos(TAU * (solar_hour - self.windiest_hour) / 24.0)
    }
}

/// Output share by normal score, tabulated.
struct OutputCurve {
    table: Vec<f64>,
}

impl OutputCurve {
    fn of(wind: &WindOutput) -> Rc<Self> {
        thread_local! {
            static KNOWN: Memo<WindOutput, Rc<OutputCurve>> = const { Memo::new() };
        }
        KNOWN.with(|known| known.get(wind, || Rc::new(Self::calibrated(wind))))
    }

    /// The curve whose long-run mean is the plant's capacity factor: the Weibull scale is solved for it by bisection.
    fn calibrated(wind: &WindOutput) -> Self {
        let speeds: Vec<f64> = (0..POINTS).map(|i| weibull_quantile(score_of(i), wind.weibull_shape)).collect();
        let density = score_density(&Seasons::of(wind));
        let mean = |scale: f64| -> f64 {
            density.iter().zip(&speeds).map(|(density, speed)| density * power(wind, scale * speed)).sum()
        };
        // Below 1 m/s nothing runs; above the rated speed the storms begin to cost more than the lulls gain.
        let (mut low, mut high) = (1.0, strongest_useful_scale(wind, &mean));
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if mean(middle) < wind.capacity_factor_share {
                low = middle;
            } else {
                high = middle;
            }
        }
        Self { table: speeds.iter().map(|speed| power(wind, high * speed)).collect() }
    }

    fn at(&self, score: f64) -> f64 {
        let position =
            ((score + SCORE_LIMIT) / (2.0 * SCORE_LIMIT) * (POINTS - 1) as f64).clamp(0.0, (POINTS - 1) as f64);
        let below = (position as usize).min(POINTS - 2);
        let fraction = position - below as f64;
        self.table[below] + fraction * (self.table[below + 1] - self.table[below])
    }
}

/// Weibull scale with the greatest mean output, m/s.
fn strongest_useful_scale(wind: &WindOutput, mean: &impl Fn(f64) -> f64) -> f64 {
    let candidates = (0..60).map(|i| wind.rated_m_per_s * (0.5 + 0.05 * f64::from(i)));
    let outputs = candidates.map(|scale| (scale, mean(scale)));
    outputs.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(wind.rated_m_per_s, |(scale, _)| scale)
}

/// Greatest mean output a plant of these keys can have.
pub(super) fn greatest_capacity_factor(wind: &WindOutput) -> f64 {
    thread_local! {
        static KNOWN: Memo<WindOutput, f64> = const { Memo::new() };
    }
    KNOWN.with(|known| known.get(wind, || work_out_greatest_capacity_factor(wind)))
}

fn work_out_greatest_capacity_factor(wind: &WindOutput) -> f64 {
    let speeds: Vec<f64> = (0..POINTS).map(|i| weibull_quantile(score_of(i), wind.weibull_shape)).collect();
    let density = score_density(&Seasons::of(wind));
    let mean = |scale: f64| -> f64 {
        density.iter().zip(&speeds).map(|(density, speed)| density * power(wind, scale * speed)).sum()
    };
    mean(strongest_useful_scale(wind, &mean))
}

fn score_of(point: usize) -> f64 {
    SCORE_LIMIT * (2.0 * point as f64 / (POINTS - 1) as f64 - 1.0)
}

/// Probability of each table point: the normal score with its seasons, averaged over the year and the day.
fn score_density(seasons: &Seasons) -> Vec<f64> {
    let mut density = vec![0.0; POINTS];
    for month in 0..8 {
        for hour in 0..8 {
            let phase = |i: i32| math::cos(core::f64::consts::PI * (f64::from(i) + 0.5) / 8.0);
            let mean = seasons.yearly * phase(month) + seasons.daily * phase(hour);
            for (i, density) in density.iter_mut().enumerate() {
                let z = (score_of(i) - mean) / seasons.residual;
                *density += math::exp(-0.5 * z * z);
            }
        }
    }
    let total: f64 = density.iter().sum();
    density.iter().map(|d| d / total).collect()
}

/// Wind speed over the Weibull scale at a normal score: `(-ln(1 - Φ(z)))^(1/k)`.
fn weibull_quantile(score: f64, shape: f64) -> f64 {
    math::powf(-math::ln(math::normal_cdf(-score)), 1.0 / shape)
}

/// Net output share at a wind speed: cubic from cut-in to rated, full to cut-out, less losses.
fn power(wind: &WindOutput, speed: f64) -> f64 {
    let cube = |v: f64| v * v * v;
    let gross = if speed < wind.cut_in_m_per_s || speed >= wind.cut_out_m_per_s {
        0.0
    } else if speed >= wind.rated_m_per_s {
        1.0
    } else {
        (cube(speed) - cube(wind.cut_in_m_per_s)) / (cube(wind.rated_m_per_s) - cube(wind.cut_in_m_per_s))
    };
    gross * (1.0 - wind.losses_share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::energy::statistics::{TEXAS, autocorrelation, by_hour, by_month, deviation, sampled, share};

    fn output(wind: &WindOutput, at: Location, seed: u64, days: usize) -> Vec<f64> {
        let sampling = sampled(seed, days);
        let field = Field::around(at, sampling.weather.correlation_length_km);
        wind_output(wind, at, local_wind("a", &field, &sampling), &sampling)
    }

    #[test]
    fn the_long_run_mean_is_the_capacity_factor_asked_for() {
        for target in [0.27, 0.40, 0.50] {
            let wind = WindOutput { capacity_factor_share: target, ..WindOutput::default() };
            let means: Vec<f64> = (0..20).map(|seed| math::mean(&output(&wind, TEXAS, seed, 3_650))).collect();
            let mean = math::mean(&means);
            assert!((mean / target - 1.0).abs() < 0.01, "{mean} for {target}");
        }
    }

    /// Reference: RTS-GMLC plants, ac 0.95–0.97, 0.66–0.73, 0.37–0.41 at 1, 6 and 24 h; below 10 % in 44–54 % of the hours at
    /// capacity factors of 0.27–0.34, the ERCOT fleet in 10 %.
    #[test]
    fn a_plant_remembers_and_idles_like_a_real_one() {
        let wind = WindOutput { capacity_factor_share: 0.32, ..WindOutput::default() };
        let series = output(&wind, TEXAS, 3, 5_000);
        for (lag, low, high) in [(1, 0.94, 0.98), (6, 0.62, 0.74), (24, 0.32, 0.45), (168, 0.0, 0.15)] {
            let ac = autocorrelation(&series, lag);
            assert!((low..high).contains(&ac), "ac {lag}: {ac}");
        }
        let idle = share(&series, |v| v < 0.1);
        assert!((0.25..0.5).contains(&idle), "{idle}");
        assert!((0.25..0.37).contains(&deviation(&series)));
        assert!(series.iter().all(|v| (0.0..=0.83 + 1e-12).contains(v)));
    }

    #[test]
    fn the_wind_blows_at_its_hour_and_in_its_season() {
        let series = output(&WindOutput::default(), TEXAS, 5, 7_300);
        let hours = by_hour(&series);
        // 23 h solar at 100° west is 05:40 UTC.
        let windiest = hours.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        assert!((4..=7).contains(&windiest), "{windiest}");
        assert!(hours[5] - hours[17] > 0.08, "{hours:?}");
        let months = by_month(&series, Day::parse("2024-01-01").unwrap());
        assert!(months[3] > months[9] + 0.1, "{months:?}");
    }

    #[test]
    fn the_score_is_standard_normal() {
        let sampling = sampled(9, 9_000);
        let score = local_wind("a", &Field::around(TEXAS, 400.0), &sampling);
        assert!(math::mean(&score).abs() < 0.06);
        assert!((deviation(&score) - 1.0).abs() < 0.04);
        for (limit, expected) in [(-1.0, 0.1587), (0.0, 0.5), (1.5, 0.9332)] {
            assert!((share(&score, |v| v < limit) - expected).abs() < 0.03, "{limit}");
        }
    }
}
