//! The generated market price.
//!
//! `y = asinh(price / 20)`; `y(t) = level(year) + season(t) + deviation(t)`, where the deviation is an autoregression with
//! jumps plus the spikes of scarcity, lowered by the local wind and, at a congested node, dropped in the windiest hours. The level is solved so that the
//! expected price is the mean asked for: with `A = E[exp(y - level)]` and `B = E[exp(level - y)]` the expected price is
//! `10 (A e^level - B e^-level)`, a quadratic in `e^level`.

use core::f64::consts::TAU;

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::field::run_in;
use super::normals::normals;
use super::sampling::Sampling;
use super::{GeneratedPrice, Location, Problem};
use crate::calendar::HOURS_PER_YEAR;
use crate::math;
use crate::rng;

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
    let model = Model::calibrated(price);
    let market = price.market.as_deref().unwrap_or(site);
    let deviations = deviations(price, market, sampling);
    let spikes = spikes(price, market, sampling);
    let drawn = deviations.days().zip(spikes.days()).zip(wind.chunks_exact(24)).cycle();
    let by_hour: Vec<f64> = (0..24).map(|h| price.of_hour(f64::from(h) + 0.5 + at.longitude_deg / 15.0)).collect();
    let centre = price.mean_deviation();
    // First `y` of every hour, then its price.
    let mut prices = Vec::with_capacity(sampling.hours());
    let mut year = None;
    let mut level = 0.0;
    for (date, ((deviations, spikes), wind)) in sampling.dates().zip(drawn) {
        if year != Some(date.year()) {
            year = Some(date.year());
            level = model.level(annual_mean(price, date.year(), sampling));
        }
        let base = level + price.of_day(f64::from(date.day_of_year()));
        prices.extend(by_hour.iter().enumerate().map(|(hour, of_hour)| {
            let free = model.free_weight * (deviations[hour] - centre) + spikes[hour];
            base + of_hour + free + model.of_wind(wind[hour])
        }));
    }
    math::sinh_all(&mut prices);
    for price_usd_per_mwh in &mut prices {
        *price_usd_per_mwh = (SCALE * *price_usd_per_mwh).clamp(price.floor_usd_per_mwh, price.cap_usd_per_mwh);
    }
    prices
}

/// Expected price of a calendar year: grown, and raised or lowered by the year's own luck.
fn annual_mean(price: &GeneratedPrice, year: i16, sampling: &Sampling) -> f64 {
    let growth = math::powf(1.0 + price.growth_per_year, f64::from(year - sampling.start.year()));
    let mut stream = rng::stream(sampling.seed, &sampling.purpose("price level"), &year.to_string());
    let score: f64 = StandardNormal.sample(&mut stream);
    let sd = price.annual_level_sd;
    price.mean_usd_per_mwh * growth * math::exp(sd * score - 0.5 * sd * sd)
}

/// The autoregression with jumps, around their mean.
fn deviations(price: &GeneratedPrice, market: &str, sampling: &Sampling) -> Faded {
    let lead = run_in(price.phi);
    let key = rng::key(sampling.seed, &sampling.purpose("price"), market);
    let mut shocks = normals(&key, lead + sampling.hours_drawn());
    for shock in &mut shocks {
        *shock *= price.sigma;
    }
    let (up, down) = (price.jump(), price.jump().down());
    up.add_to(&mut shocks, price.jumps_up_per_year, "price jumps up", market, sampling);
    down.add_to(&mut shocks, price.jumps_down_per_year, "price jumps down", market, sampling);
    Faded::of(shocks, price.phi, lead)
}

/// What scarcity adds.
fn spikes(price: &GeneratedPrice, market: &str, sampling: &Sampling) -> Faded {
    let lead = run_in(price.scarcity_phi);
    let mut shocks = vec![0.0; lead + sampling.hours_drawn()];
    price.spike().add_to(&mut shocks, price.scarcity_per_year, "scarcity", market, sampling);
    Faded::of(shocks, price.scarcity_phi, lead)
}

/// The sum of all past shocks, each fading by `phi` an hour.
struct Faded {
    /// From the first shock on.
    sums: Vec<f64>,
    /// Hours of running in.
    lead: usize,
}

impl Faded {
    fn of(mut shocks: Vec<f64>, phi: f64, lead: usize) -> Self {
        let mut x = 0.0;
        for shock in &mut shocks {
            x = phi * x + *shock;
            *shock = x;
        }
        Self { sums: shocks, lead }
    }

    /// The days drawn.
    fn days(&self) -> impl Iterator<Item = &[f64]> + Clone {
        self.sums[self.lead..].chunks_exact(24)
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

    /// Adds jumps that come at random moments to the shocks of their hours.
    fn add_to(self, shocks: &mut [f64], per_year: f64, name: &str, market: &str, sampling: &Sampling) {
        if per_year <= 0.0 {
            return;
        }
        let mut stream = rng::stream(sampling.seed, &sampling.purpose(name), market);
        let mut hour = 0.0;
        loop {
            let wait: f64 = Exp1.sample(&mut stream);
            let large: f64 = Exp1.sample(&mut stream);
            hour += wait * HOURS_PER_YEAR / per_year;
            let Some(shock) = shocks.get_mut(hour as usize) else {
                return;
            };
            *shock += self.fixed + self.spread * large;
        }
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
struct Model<'a> {
    price: &'a GeneratedPrice,
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

impl<'a> Model<'a> {
    fn calibrated(price: &'a GeneratedPrice) -> Self {
        let correlation = price.wind_correlation;
        let mut model = Self {
            price,
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
    let reached = Model::calibrated(price).negative_share;
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
