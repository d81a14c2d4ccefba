//! The generated market price.
//!
//! `y = asinh(price / 20)`; `y(t) = level(year) + season(t) + deviation(t)`, where the deviation is an autoregression with
//! jumps plus the spikes of scarcity, lowered by the local wind and, at a congested node, dropped in the windiest hours. The level is solved so that the
//! expected price is the mean asked for: with `A = E[exp(y - level)]` and `B = E[exp(level - y)]` the expected price is
//! `10 (A e^level - B e^-level)`, a quadratic in `e^level`.

use core::f64::consts::TAU;
use std::rc::Rc;

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::field::{forget, run_in};
use super::memo::Memo;
use super::normals::Normals;
use super::sampling::{AT_ONCE, Sampling};
use super::{GeneratedPrice, Location, Problem};
use crate::calendar::HOURS_PER_YEAR;
use crate::math;
use crate::rng::{self, Stream};

/// Scale of the asinh transform, USD/MWh.
const SCALE: f64 = 20.0;
/// Share of a jump's mean size that is fixed; the rest is exponential, so that a few jumps are large.
const FIXED_JUMP: f64 = 0.6;
/// The same for scarcity.
const FIXED_SPIKE: f64 = 0.75;
/// Normal scores over which a congested node goes from free to nearly full.
const CONGESTION_WIDTH: f64 = 0.5;

/// The price of every hour, USD/MWh, for the normal score of the wind at the site.
pub(super) fn generated_price(
    price: &GeneratedPrice,
    site: &str,
    at: Location,
    wind: &[f64],
    sampling: &Sampling,
) -> Vec<f64> {
    let model = Model::of(price);
    let market = price.market.as_deref().unwrap_or(site);
    // First what the wind and the season have no part in, then `y`, then the price.
    let (mut deviation, mut spike) = (deviations(price, market, sampling), spikes(price, market, sampling));
    let centre = price.mean_deviation();
    let mut spiked = [0.0; AT_ONCE];
    let mut hours = sampling.hourly(|hours| {
        let spiked = &mut spiked[..hours.len()];
        (deviation.shocks)(hours);
        (spike.shocks)(spiked);
        // Side by side and in registers: each waits for its own last value only.
        let (mut deviations, mut spikes) = (deviation.sum, spike.sum);
        for (hour, spike) in hours.iter_mut().zip(spiked) {
            *hour = model.free_weight * (deviations.next(*hour) - centre) + spikes.next(*spike);
        }
        (deviation.sum, spike.sum) = (deviations, spikes);
    });
    let by_hour: Vec<f64> = (0..24).map(|h| price.of_hour(f64::from(h) + 0.5 + at.longitude_deg / 15.0)).collect();
    let by_day = Sampling::of_days_of_year(|day| price.of_day(day));
    let mut year = None;
    let mut level = 0.0;
    for ((date, day), wind) in sampling.dates().zip(hours.chunks_exact_mut(24)).zip(wind.chunks_exact(24)) {
        if year != Some(date.year()) {
            year = Some(date.year());
            level = model.level(annual_mean(price, date.year(), sampling));
        }
        let base = level + by_day[date.day_of_year() as usize];
        for ((hour, of_hour), wind) in day.iter_mut().zip(&by_hour).zip(wind) {
            *hour = base + of_hour + *hour + model.of_wind(*wind);
        }
    }
    math::sinh_all(&mut hours);
    for hour in &mut hours {
        *hour = (SCALE * *hour).clamp(price.floor_usd_per_mwh, price.cap_usd_per_mwh);
    }
    hours
}

/// Expected price of a calendar year: grown, and raised or lowered by the year's own luck.
fn annual_mean(price: &GeneratedPrice, year: i16, sampling: &Sampling) -> f64 {
    let growth = math::powf(1.0 + price.growth_per_year, f64::from(year - sampling.start.year()));
    let mut stream = rng::stream(sampling.seed, &sampling.purpose("price level"), &year.to_string());
    let score: f64 = StandardNormal.sample(&mut stream);
    let sd = price.annual_level_sd;
    price.mean_usd_per_mwh * growth * math::exp(sd * score - 0.5 * sd * sd)
}

/// The autoregression with jumps.
fn deviations(price: &GeneratedPrice, market: &str, sampling: &Sampling) -> Fading<impl FnMut(&mut [f64])> {
    let jumps = |jump: Jump, per_year, name| Jumps::of(jump, per_year, name, market, sampling);
    let mut up = jumps(price.jump(), price.jumps_up_per_year, "price jumps up");
    let mut down = jumps(price.jump().down(), price.jumps_down_per_year, "price jumps down");
    let mut normals = Normals::of(sampling.seed, &sampling.purpose("price"), market);
    let sigma = price.sigma;
    Fading::run_in(price.phi, move |hours: &mut [f64]| {
        normals.fill(hours);
        for hour in &mut *hours {
            *hour *= sigma;
        }
        up.add_to(hours);
        down.add_to(hours);
    })
}

/// What scarcity adds.
fn spikes(price: &GeneratedPrice, market: &str, sampling: &Sampling) -> Fading<impl FnMut(&mut [f64])> {
    let mut spikes = Jumps::of(price.spike(), price.scarcity_per_year, "scarcity", market, sampling);
    Fading::run_in(price.scarcity_phi, move |hours: &mut [f64]| {
        hours.fill(0.0);
        spikes.add_to(hours);
    })
}

/// The shocks of one stretch of hours after the other, and the sum of all so far.
struct Fading<F> {
    shocks: F,
    sum: Faded,
}

impl<F: FnMut(&mut [f64])> Fading<F> {
    /// Lets the sum run in.
    fn run_in(phi: f64, mut shocks: F) -> Self {
        let mut sum = Faded::by(phi);
        forget(run_in(phi), |hours| {
            shocks(hours);
            for shock in hours {
                sum.next(*shock);
            }
        });
        Self { shocks, sum }
    }
}

/// The sum of all past shocks, each fading by `phi` an hour.
#[derive(Clone, Copy)]
struct Faded {
    phi: f64,
    sum: f64,
}

impl Faded {
    fn by(phi: f64) -> Self {
        Self { phi, sum: 0.0 }
    }

    fn next(&mut self, shock: f64) -> f64 {
        self.sum = self.phi * self.sum + shock;
        self.sum
    }
}

/// Distribution of the sizes of a kind of jump: a fixed part and an exponential one, so that a few are large.
#[derive(Clone, Copy)]
struct Jump {
    fixed: f64,
    /// Mean of the exponential part.
    spread: f64,
}

impl Jump {
    fn of(mean: f64, fixed_share: f64) -> Self {
        Self { fixed: fixed_share * mean, spread: (1.0 - fixed_share) * mean }
    }

    fn down(self) -> Self {
        Self { fixed: -self.fixed, spread: -self.spread }
    }

    /// Mean square of a jump.
    fn square(self) -> f64 {
        self.fixed * self.fixed + 2.0 * self.fixed * self.spread + 2.0 * self.spread * self.spread
    }

    /// `E[exp(theta jump)] - 1`.
    fn moment(self, theta: f64) -> f64 {
        math::exp(self.fixed * theta) / (1.0 - self.spread * theta) - 1.0
    }

    /// Log of `E[exp(theta x)]` where `x` is the sum of jumps of the past, each fading by `phi` an hour.
    fn log_moment(self, theta: f64, per_year: f64, phi: f64) -> f64 {
        let mut sum = 0.0;
        let mut left = theta;
        while left.abs() > 1e-9 {
            sum += per_year / HOURS_PER_YEAR * self.moment(left);
            left *= phi;
        }
        sum
    }
}

/// Jumps that come at random moments, in the order of time.
struct Jumps {
    jump: Jump,
    per_year: f64,
    stream: Stream,
    /// Moment of the next jump, hours.
    next: f64,
    /// Size of it.
    size: f64,
    /// Hours that have had their jumps.
    past: usize,
}

impl Jumps {
    fn of(jump: Jump, per_year: f64, name: &str, market: &str, sampling: &Sampling) -> Self {
        let stream = rng::stream(sampling.seed, &sampling.purpose(name), market);
        let mut jumps = Self { jump, per_year, stream, next: 0.0, size: 0.0, past: 0 };
        jumps.draw();
        jumps
    }

    fn draw(&mut self) {
        let wait: f64 = Exp1.sample(&mut self.stream);
        let large: f64 = Exp1.sample(&mut self.stream);
        // None come if there are none a year: the wait is infinite.
        self.next += wait * HOURS_PER_YEAR / self.per_year.max(0.0);
        self.size = self.jump.fixed + self.jump.spread * large;
    }

    /// Adds the jumps of the next hours.
    fn add_to(&mut self, hours: &mut [f64]) {
        while let Some(hour) = hours.get_mut(self.next as usize - self.past) {
            *hour += self.size;
            self.draw();
        }
        self.past += hours.len();
    }
}

impl GeneratedPrice {
    fn of_day(&self, day_of_year: f64) -> f64 {
        self.seasonal_amplitude * math::cos(TAU * (day_of_year - f64::from(self.dearest_day_of_year)) / 365.25)
    }

    fn of_hour(&self, solar_hour: f64) -> f64 {
        let sun = math::cos(TAU * (solar_hour - 12.0) / 24.0).max(0.0);
        self.diurnal_amplitude * math::cos(TAU * (solar_hour - self.dearest_hour) / 24.0) - self.midday_drop * sun
    }

    /// Mean of the autoregression: what the jumps push it to.
    fn mean_deviation(&self) -> f64 {
        (self.jumps_up_per_year - self.jumps_down_per_year) / HOURS_PER_YEAR * self.jump_size / (1.0 - self.phi)
    }

    fn jump(&self) -> Jump {
        Jump::of(self.jump_size, FIXED_JUMP)
    }

    fn spike(&self) -> Jump {
        Jump::of(self.scarcity_size, FIXED_SPIKE)
    }

    /// Variance of the autoregression: shocks and jumps.
    fn variance(&self) -> f64 {
        let jumps_per_hour = (self.jumps_up_per_year + self.jumps_down_per_year) / HOURS_PER_YEAR;
        (self.sigma * self.sigma + jumps_per_hour * self.jump().square()) / (1.0 - self.phi * self.phi)
    }

    /// Log of `E[exp(theta x)]` of the centred autoregression.
    fn log_moment(&self, theta: f64) -> f64 {
        let noise = 0.5 * self.sigma * self.sigma * theta * theta / (1.0 - self.phi * self.phi);
        let jumps = self.jump().log_moment(theta, self.jumps_up_per_year, self.phi)
            + self.jump().down().log_moment(theta, self.jumps_down_per_year, self.phi);
        noise + jumps - theta * self.mean_deviation()
    }

    /// Log of `E[exp(sign × spikes)]`.
    fn log_spike_moment(&self, sign: f64) -> f64 {
        self.spike().log_moment(sign, self.scarcity_per_year, self.scarcity_phi)
    }

    /// `E[exp(sign × season)]` over hours and days.
    fn season_moment(&self, sign: f64) -> f64 {
        let mean = |values: [f64; 48]| values.iter().map(|v| math::exp(sign * v)).sum::<f64>() / 48.0;
        let days = core::array::from_fn(|i| self.of_day(i as f64 * 365.25 / 48.0));
        let hours = core::array::from_fn(|i| self.of_hour(i as f64 / 2.0));
        mean(days) * mean(hours)
    }

    /// Variance of the season, for the share of negative hours.
    fn season_variance(&self) -> f64 {
        let hours: Vec<f64> = (0..48).map(|i| self.of_hour(f64::from(i) / 2.0)).collect();
        let mean = math::mean(&hours);
        let daily = hours.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 48.0;
        daily + 0.5 * self.seasonal_amplitude * self.seasonal_amplitude
    }
}

/// A price with what was solved for it.
struct Model {
    price: GeneratedPrice,
    /// Weight of the autoregression; the wind has the rest of its variance.
    free_weight: f64,
    /// Change of `y` per normal score of wind.
    wind_slope: f64,
    /// Normal score of the wind above which the node is congested.
    congested_above: f64,
    /// `E[exp(y - level)]` and `E[exp(level - y)]`.
    moments: [f64; 2],
    /// Share of hours with a negative price that it makes.
    negative_share: f64,
}

impl Model {
    fn of(price: &GeneratedPrice) -> Rc<Self> {
        thread_local! {
            static KNOWN: Memo<GeneratedPrice, Rc<Model>> = const { Memo::new() };
        }
        KNOWN.with(|known| known.get(price, || Rc::new(Self::calibrated(price))))
    }

    fn calibrated(price: &GeneratedPrice) -> Self {
        let correlation = price.wind_correlation;
        let mut model = Self {
            price: price.clone(),
            free_weight: (1.0 - correlation * correlation).sqrt(),
            wind_slope: correlation * price.variance().sqrt(),
            congested_above: f64::INFINITY,
            moments: [0.0; 2],
            negative_share: 0.0,
        };
        let weight = model.free_weight;
        let free = [1.0, -1.0].map(|sign| {
            math::exp(price.log_moment(sign * weight) + price.log_spike_moment(sign)) * price.season_moment(sign)
        });
        let scores: Vec<(f64, f64)> = scores().collect();
        model.solve(free, &scores);
        if model.negative_share < price.negative_hours_share {
            let (mut low, mut high) = (-4.0, 4.0);
            for _ in 0..40 {
                model.congested_above = 0.5 * (low + high);
                model.solve(free, &scores);
                if model.negative_share < price.negative_hours_share {
                    high = model.congested_above;
                } else {
                    low = model.congested_above;
                }
            }
        }
        model
    }

    /// Solves for what follows from the congestion: the moments, from those of what does not depend on the wind, and the
    /// share of negative hours.
    fn solve(&mut self, free: [f64; 2], scores: &[(f64, f64)]) {
        let winds: Vec<(f64, f64)> = scores.iter().map(|(w, p)| (self.of_wind(*w), *p)).collect();
        let moment = |sign: f64| winds.iter().map(|(y, p)| p * math::exp(sign * y)).sum::<f64>();
        self.moments = [free[0] * moment(1.0), free[1] * moment(-1.0)];
        self.negative_share = self.negative_share(&winds);
    }

    /// Change of `y` at a normal score of the wind.
    fn of_wind(&self, wind: f64) -> f64 {
        let excess = (wind - self.congested_above).max(0.0);
        let congestion = if excess > 0.0 { math::tanh(excess / CONGESTION_WIDTH) } else { 0.0 };
        self.wind_slope * wind - self.price.congestion_drop * congestion
    }

    /// Level of `y` at which the expected price is the mean.
    fn level(&self, mean_usd_per_mwh: f64) -> f64 {
        let half = mean_usd_per_mwh / SCALE;
        let [up, down] = self.moments;
        math::ln((half + (half * half + up * down).sqrt()) / up)
    }

    /// Share of hours with a negative price in a year of the mean price, taking all but the wind as normal.
    fn negative_share(&self, winds: &[(f64, f64)]) -> f64 {
        let level = self.level(self.price.mean_usd_per_mwh);
        let sd = (self.free_weight * self.free_weight * self.price.variance() + self.price.season_variance()).sqrt();
        let at = |y: f64| {
            if sd > 0.0 { math::normal_cdf(-y / sd) } else { f64::from(u8::from(y < 0.0)) }
        };
        winds.iter().map(|(y, p)| p * at(level + y)).sum()
    }
}

/// Normal scores and their probabilities.
fn scores() -> impl Iterator<Item = (f64, f64)> {
    let total = 10.0 * (TAU).sqrt();
    (-80..=80).map(move |i| (f64::from(i) / 10.0, math::exp(-0.005 * f64::from(i * i)) / total))
}

/// Problems between the keys of a generated price.
pub(super) fn check(price: &GeneratedPrice) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |key: &str, text: String| problems.push((key.to_owned(), text));
    let sd = price.variance().sqrt();
    if sd > 3.0 {
        add(
            "phi",
            format!(
                "`phi`, `sigma` and the jumps together make asinh(price / 20) vary by {sd:.1} (standard deviation): prices would \
             explode; keep it below 3 by a lower `phi` or smaller shocks"
            ),
        );
        return problems;
    }
    if !(price.floor_usd_per_mwh..=price.cap_usd_per_mwh).contains(&price.mean_usd_per_mwh) {
        add("mean_usd_per_mwh", "must lie between `floor_usd_per_mwh` and `cap_usd_per_mwh`".to_owned());
    }
    let reached = Model::of(price).negative_share;
    if reached < price.negative_hours_share - 0.005 {
        add(
            "negative_hours_share",
            format!(
                "cannot be reached at this mean price: congestion brings at most {reached:.3}; lower it, or raise `congestion_drop`"
            ),
        );
    }
    problems
}

#[cfg(test)]
mod tests;
