//! Photovoltaic output: clear sky by latitude and longitude, clearness of the day, clouds of the hour.

use core::f64::consts::TAU;

use super::field::{Ar1, Field, forget, run_in};
use super::memo::Memo;
use super::normals::Normals;
use super::sampling::Sampling;
use super::{Location, SolarMounting, SolarOutput};
use crate::math;

/// Lag-1 correlation of the normal score of a day's clearness; with the quantiles below it gives 0.26–0.31 for the
/// clearness itself (NSRDB, Abilene and Amarillo).
const DAILY_PHI: f64 = 0.35;
/// Lag-1 correlation of the hourly clear-sky index within a day (NSRDB, Abilene).
const HOURLY_PHI: f64 = 0.78;
/// Quantiles of the daily clear-sky index: 6 % of days below 0.40, 21 % below 0.75, 48 % below 0.95 (NSRDB, Abilene).
const CLEARNESS: [(f64, f64); 6] = [(0.0, 0.08), (0.06, 0.40), (0.21, 0.75), (0.48, 0.95), (0.75, 0.99), (1.0, 1.0)];
/// Solar constant, W/m².
const SOLAR_CONSTANT: f64 = 1_361.0;
/// Loss of module output per kelvin above 25 °C.
const LOSS_PER_KELVIN: f64 = 0.0037;
/// Module above air temperature, kelvin per W/m².
const HEATING: f64 = 0.03;

/// Output share of a photovoltaic plant, hour by hour.
pub(super) fn solar_output(
    solar: &SolarOutput,
    site: &str,
    at: Location,
    field: &Field,
    sampling: &Sampling,
) -> Vec<f64> {
    let plant = Plant::of(solar, at);
    let clearness = daily_clearness(&plant, field, sampling);
    let mut hours = hourly_clouds(site, sampling);
    // The sky of a day of the year is the same every year.
    let mut skies = vec![None; 367];
    for ((date, day), clear) in sampling.dates().zip(hours.chunks_exact_mut(24)).zip(clearness.iter().cycle()) {
        let day_of_year = date.day_of_year();
        let sky = skies[day_of_year as usize].get_or_insert_with(|| plant.sky(f64::from(day_of_year)));
        for (hour, light) in day.iter_mut().zip(sky) {
            *hour = plant.output(light.as_ref(), *clear, *hour);
        }
    }
    hours
}

/// Clear-sky index of each day.
fn daily_clearness(plant: &Plant, field: &Field, sampling: &Sampling) -> Vec<f64> {
    let noise = field.noise(sampling.seed, &sampling.purpose("clearness")).map(f64::from);
    let mut score = Ar1::new(DAILY_PHI);
    let days = noise.map(|noise| plant.clearness(math::normal_cdf(score.next(noise))));
    days.skip(run_in(DAILY_PHI)).take(sampling.hours_drawn() / 24).collect()
}

/// Normal score of the clouds of each hour, local to the site.
fn hourly_clouds(site: &str, sampling: &Sampling) -> Vec<f64> {
    let mut normals = Normals::of(sampling.seed, &sampling.purpose("clouds"), site);
    let mut score = Ar1::new(HOURLY_PHI);
    let mut fill = |hours: &mut [f64]| {
        normals.fill(hours);
        let mut now = score;
        for hour in hours {
            *hour = now.next(*hour);
        }
        score = now;
    };
    forget(run_in(HOURLY_PHI), &mut fill);
    sampling.hourly(fill)
}

/// A plant with what was solved for it.
struct Plant<'a> {
    solar: &'a SolarOutput,
    at: Location,
    /// Power of the clearness quantiles that gives the mean clearness asked for.
    clearness_power: f64,
    /// Factor on DC power that gives the capacity factor asked for.
    dc_scale: f64,
}

impl<'a> Plant<'a> {
    fn of(solar: &'a SolarOutput, at: Location) -> Self {
        thread_local! {
            static KNOWN: Memo<(SolarOutput, Location), [f64; 2]> = const { Memo::new() };
        }
        let [clearness_power, dc_scale] = KNOWN.with(|known| {
            known.get(&(solar.clone(), at), || {
                let plant = Self::calibrated(solar, at);
                [plant.clearness_power, plant.dc_scale]
            })
        });
        Self { solar, at, clearness_power, dc_scale }
    }

    fn calibrated(solar: &'a SolarOutput, at: Location) -> Self {
        let mut plant = Self { solar, at, clearness_power: 1.0, dc_scale: 1.0 };
        plant.clearness_power = bisect(0.05, 20.0, |power| {
            plant.clearness_power = power;
            let mean = (0..200).map(|i| plant.clearness((f64::from(i) + 0.5) / 200.0)).sum::<f64>() / 200.0;
            mean < solar.clear_sky_index_mean
        });
        if let Some(target) = solar.capacity_factor_share {
            let skies: Vec<Sky> = (0..12).map(|month| plant.sky(15.0 + 30.44 * f64::from(month))).collect();
            plant.dc_scale = bisect(0.05, 20.0, |scale| {
                plant.dc_scale = scale;
                plant.expected_output(&skies) > target
            });
        }
        plant
    }

    /// Clear-sky index of a day at a quantile.
    fn clearness(&self, quantile: f64) -> f64 {
        let above = CLEARNESS.iter().position(|(q, _)| *q >= quantile).unwrap_or(CLEARNESS.len() - 1).max(1);
        let ((q0, k0), (q1, k1)) = (CLEARNESS[above - 1], CLEARNESS[above]);
        math::powf(k0 + (k1 - k0) * (quantile - q0) / (q1 - q0), self.clearness_power)
    }

    /// Long-run mean output: a mid-month day of each month, the quantiles of clearness, three levels of cloud.
    fn expected_output(&self, skies: &[Sky]) -> f64 {
        let mut sum = 0.0;
        for sky in skies {
            for quantile in 0..12 {
                let clear = self.clearness((f64::from(quantile) + 0.5) / 12.0);
                for light in sky {
                    // Gauss–Hermite points of a standard normal.
                    let clouds = [(-3.0_f64.sqrt(), 1.0 / 6.0), (0.0, 2.0 / 3.0), (3.0_f64.sqrt(), 1.0 / 6.0)];
                    sum +=
                        clouds.iter().map(|(z, weight)| weight * self.output(light.as_ref(), clear, *z)).sum::<f64>();
                }
            }
        }
        sum / (12.0 * 12.0 * 24.0)
    }

    /// AC output share of an hour.
    fn output(&self, light: Option<&Light>, clear: f64, clouds: f64) -> f64 {
        let Some(light) = light else { return 0.0 };
        // Broken clouds spread the hours of a half-clear day most.
        let spread = 0.03 + 0.8 * clear * (1.0 - clear);
        let index = (clear + spread * clouds).clamp(0.05, 1.05);
        let plane = light.plane_of_array(index * light.clear);
        let thermal = 1.0 - LOSS_PER_KELVIN * (light.air + HEATING * plane - 25.0);
        let dc = self.dc_scale * self.solar.dc_ac_ratio * plane / 1_000.0 * thermal * (1.0 - self.solar.losses_share);
        dc.clamp(0.0, 1.0)
    }

    /// What the hours of a day are like under a clear sky.
    fn sky(&self, day_of_year: f64) -> Sky {
        let sun = Sun::of_day(day_of_year, self.at);
        core::array::from_fn(|hour| (sun.cos_zenith[hour] > 0.01).then(|| self.light(&sun, hour)))
    }

    fn light(&self, sun: &Sun, hour: usize) -> Light {
        let (cos_zenith, hour_angle) = (sun.cos_zenith[hour], sun.hour_angle[hour]);
        let (incidence, sky_seen) = self.view(sun, cos_zenith, hour_angle);
        Light {
            cos_zenith,
            clear: haurwitz(cos_zenith),
            incidence,
            sky_seen,
            air: air_temperature(self.at, sun, hour_angle),
        }
    }

    /// Cosine of the angle of incidence (Duffie and Beckman, § 1.6 and 1.7), and twice the share of the sky before the
    /// modules.
    fn view(&self, sun: &Sun, cos_zenith: f64, hour_angle: f64) -> (f64, f64) {
        match self.solar.mounting {
            SolarMounting::SingleAxis => {
                let across = sun.cos_declination * math::sin(hour_angle);
                let incidence = (cos_zenith * cos_zenith + across * across).sqrt();
                // An axis-tracked module is tilted by the sun's angle from the vertical, across the axis.
                (incidence, 1.0 + cos_zenith / incidence)
            }
            SolarMounting::FixedTilt => {
                let tilt = self.solar.tilt_deg.to_radians();
                let seen_from = (self.at.latitude_deg.abs() - self.solar.tilt_deg).to_radians();
                let declination = self.at.latitude_deg.signum() * sun.sin_declination;
                let incidence = math::sin(seen_from) * declination
                    + math::cos(seen_from) * sun.cos_declination * math::cos(hour_angle);
                (incidence.max(0.0), 1.0 + math::cos(tilt))
            }
        }
    }
}

/// A day by hours; nothing in the dark.
type Sky = [Option<Light>; 24];

/// What an hour is like under a clear sky.
#[derive(Debug, Clone, Copy)]
struct Light {
    cos_zenith: f64,
    /// Irradiance on the horizontal, W/m².
    clear: f64,
    /// Cosine of the angle of incidence on the modules, at least 0.
    incidence: f64,
    /// Twice the share of the sky before the modules.
    sky_seen: f64,
    /// Air temperature, °C.
    air: f64,
}

impl Light {
    /// Irradiance on the modules for one on the horizontal, W/m²: beam by angle of incidence, isotropic diffuse.
    fn plane_of_array(&self, horizontal: f64) -> f64 {
        let diffuse = horizontal * diffuse_share(horizontal / (SOLAR_CONSTANT * self.cos_zenith));
        let beam = ((horizontal - diffuse) / self.cos_zenith).min(1_050.0);
        beam * self.incidence + diffuse * 0.5 * self.sky_seen
    }
}

/// Least argument between `low` and `high` (to 1e-6 of it) at which a rising condition holds.
fn bisect(mut low: f64, mut high: f64, mut holds: impl FnMut(f64) -> bool) -> f64 {
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

/// Position of the sun through a day, at the middle of each UTC hour.
struct Sun {
    day_of_year: f64,
    sin_declination: f64,
    cos_declination: f64,
    cos_zenith: [f64; 24],
    hour_angle: [f64; 24],
}

impl Sun {
    /// Cooper's declination and Spencer's short equation of time (Duffie and Beckman, § 1.5 and 1.6).
    fn of_day(day_of_year: f64, at: Location) -> Self {
        let declination = (23.45 * math::sin(TAU * (284.0 + day_of_year) / 365.0)).to_radians();
        let b = TAU * (day_of_year - 81.0) / 364.0;
        let equation_of_time_min = 9.87 * math::sin(2.0 * b) - 7.53 * math::cos(b) - 1.5 * math::sin(b);
        let (sin_declination, cos_declination) = (math::sin(declination), math::cos(declination));
        let latitude = at.latitude_deg.to_radians();
        let (sin_latitude, cos_latitude) = (math::sin(latitude), math::cos(latitude));
        let hour_angle = core::array::from_fn(|hour| {
            let solar_hour = hour as f64 + 0.5 + at.longitude_deg / 15.0 + equation_of_time_min / 60.0;
            TAU * (solar_hour - 12.0) / 24.0
        });
        let cos_zenith = hour_angle
            .map(|angle: f64| sin_latitude * sin_declination + cos_latitude * cos_declination * math::cos(angle));
        Self { day_of_year, sin_declination, cos_declination, cos_zenith, hour_angle }
    }
}

/// Clear-sky irradiance on the horizontal, W/m²: `1098 cos z exp(-0.059 / cos z)` (Haurwitz 1945).
fn haurwitz(cos_zenith: f64) -> f64 {
    1_098.0 * cos_zenith * math::exp(-0.059 / cos_zenith)
}

/// Diffuse share of the horizontal irradiance by clearness against the top of the atmosphere (Erbs 1982).
fn diffuse_share(clearness: f64) -> f64 {
    let k = clearness;
    if k <= 0.22 {
        1.0 - 0.09 * k
    } else if k <= 0.80 {
        0.9511 - 0.1604 * k + 4.388 * k * k - 16.638 * k * k * k + 12.336 * k * k * k * k
    } else {
        0.165
    }
}

/// Air temperature, °C: mean and seasonal swing by latitude, 6 K over the day (assumption, fits Abilene 2013: mean 17.3).
fn air_temperature(at: Location, sun: &Sun, hour_angle: f64) -> f64 {
    let latitude = at.latitude_deg.abs();
    let warmest_day = if at.latitude_deg >= 0.0 { 200.0 } else { 17.0 };
    let season = math::cos(TAU * (sun.day_of_year - warmest_day) / 365.25);
    // Three hours after noon is the warmest.
    27.0 - 0.3 * latitude + 0.35 * latitude * season + 6.0 * math::cos(hour_angle - TAU / 8.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::energy::statistics::{TEXAS, autocorrelation, by_hour, by_month, deviation, sampled};

    fn output(solar: &SolarOutput, at: Location) -> Vec<f64> {
        let sampling = sampled(2, 3_652);
        solar_output(solar, "a", at, &Field::around(at, 400.0), &sampling)
    }

    #[test]
    fn haurwitz_gives_1035_watts_under_an_overhead_sun() {
        assert!((haurwitz(1.0) - 1_098.0 * 0.942_706_8).abs() < 0.01);
    }

    /// Reference: RTS-GMLC tracking plants 0.23–0.27, tracked defaults 0.18–0.32.
    #[test]
    fn output_follows_from_place_and_clearness() {
        let mean = |solar: &SolarOutput, latitude_deg| {
            math::mean(&output(solar, Location { latitude_deg, longitude_deg: 0.0 }))
        };
        let texas = mean(&SolarOutput::default(), 32.3);
        assert!((0.24..0.32).contains(&texas), "{texas}");
        let fixed = SolarOutput { mounting: SolarMounting::FixedTilt, ..SolarOutput::default() };
        let tilted = mean(&fixed, 32.3);
        assert!((0.18..0.27).contains(&tilted), "{tilted}");
        assert!(tilted < texas);
        assert!(mean(&SolarOutput { clear_sky_index_mean: 0.6, ..SolarOutput::default() }, 50.1) < 0.8 * texas);
    }

    #[test]
    fn the_long_run_mean_is_the_capacity_factor_asked_for() {
        for target in [0.18, 0.26] {
            let series = output(&SolarOutput { capacity_factor_share: Some(target), ..SolarOutput::default() }, TEXAS);
            let mean = math::mean(&series);
            assert!((mean / target - 1.0).abs() < 0.02, "{mean} for {target}");
        }
    }

    #[test]
    fn nights_are_dark_and_noon_is_at_solar_noon() {
        let hours = by_hour(&output(&SolarOutput::default(), TEXAS));
        // Solar noon at 100° west is 18:40 UTC; 03 to 11 UTC is night all year.
        assert!(hours[3..=10].iter().all(|v| *v == 0.0), "{hours:?}");
        assert!(hours[18] > 0.6 && hours[13] < hours[16] && hours[23] < hours[21]);
    }

    #[test]
    fn seasons_turn_round_at_the_equator() {
        let start = Day::parse("2024-01-01").unwrap();
        let months = |latitude_deg| {
            by_month(&output(&SolarOutput::default(), Location { latitude_deg, longitude_deg: 0.0 }), start)
        };
        let (north, south) = (months(33.0), months(-33.0));
        assert!(north[5] > 1.6 * north[11], "{north:?}");
        assert!(south[11] > 1.6 * south[5], "{south:?}");
    }

    /// Reference: NSRDB, Abilene and Amarillo: mean 0.85–0.88, sd 0.18–0.21, lag-1 0.26–0.31.
    #[test]
    fn days_are_as_clear_as_real_ones() {
        let solar = SolarOutput::default();
        let plant = Plant::calibrated(&solar, TEXAS);
        let days = daily_clearness(&plant, &Field::around(TEXAS, 400.0), &sampled(4, 9_000));
        assert!((math::mean(&days) - 0.86).abs() < 0.01);
        assert!((0.15..0.22).contains(&deviation(&days)), "{}", deviation(&days));
        let lag = autocorrelation(&days, 1);
        assert!((0.22..0.36).contains(&lag), "{lag}");
    }
}
