//! Puts the series of a site together.

use super::field::Field;
use super::sampling::Sampling;
use super::series::{HourlySeries, Quantity};
use super::{
    CapacityFactor, CsvSource, HydroFlow, Location, PriceSeries, SiteEnergy, Surplus, Weather, bootstrap, hydro,
    outage, price_model, solar, wind,
};
use crate::math;

/// What a site is offered, hour by hour from 00:00 UTC of the first day.
#[derive(Debug, Clone, PartialEq)]
pub struct Hourly {
    /// Wind or solar output the market does not take, MW.
    pub surplus_mw: Vec<f64>,
    /// Hydro output beyond what is contracted, MW.
    pub hydro_mw: Vec<f64>,
    /// Market price at the node, USD/MWh; 0 where the site has none.
    pub price_usd_per_mwh: Vec<f64>,
    /// Share of the hour in which the grid connection is there, 0–1; 1 where the site has none.
    pub grid_available: Vec<f64>,
}

/// What a site is offered over the days of a draw.
///
/// Depends on the draw, the site's name, its place and its energy only. The surplus is
/// `max(0, capacity × capacity factor - accepted)`, where the market accepts `committed_mw`, and nothing below
/// `curtail_below_usd_per_mwh`; hydro is `max(0, output - contracted)` (DESIGN, section 3.2).
///
/// # Panics
/// When `sampling.files` lacks a source named by [`SiteEnergy::sources`].
pub fn supply(site: &str, at: Location, energy: &SiteEnergy, sampling: &Sampling) -> Hourly {
    let mut draw = SiteDraw::new(site, at, energy, sampling);
    let price_usd_per_mwh = energy.price.as_ref().map_or_else(|| vec![0.0; sampling.hours()], |p| draw.price(p));
    let surplus_mw = energy.surplus.as_ref().map_or_else(
        || vec![0.0; sampling.hours()],
        |surplus| {
            let mut hours = draw.output(&surplus.output, surplus.capacity_mw);
            for (hour, price) in hours.iter_mut().zip(&price_usd_per_mwh) {
                *hour = surplus.left(*hour, *price);
            }
            hours
        },
    );
    let hydro_mw = energy.hydro.as_ref().map_or_else(
        || vec![0.0; sampling.hours()],
        |hydro| {
            let mut hours = draw.flow(&hydro.flow, hydro.capacity_mw);
            for hour in &mut hours {
                *hour = (hydro.capacity_mw * *hour - hydro.contracted_mw).max(0.0);
            }
            hours
        },
    );
    let grid_available = energy
        .grid
        .as_ref()
        .map_or_else(|| vec![1.0; sampling.hours()], |grid| outage::grid_availability(grid, site, sampling));
    Hourly { surplus_mw, hydro_mw, price_usd_per_mwh, grid_available }
}

/// A typical sample for a planner: like [`supply`], with generated prices at their expected level in every year.
///
/// Give it a `sampling.stream` of its own (`"planner"`), so that the planner does not know what will happen.
///
/// # Panics
/// When `sampling.files` lacks a source named by [`SiteEnergy::sources`].
pub fn supply_sample(site: &str, at: Location, energy: &SiteEnergy, sampling: &Sampling) -> Hourly {
    supply(site, at, &typical(energy), sampling)
}

/// The energy with generated prices at their expected level in every year.
pub(super) fn typical(energy: &SiteEnergy) -> SiteEnergy {
    let mut typical = energy.clone();
    if let Some(PriceSeries::Generated(price)) = &mut typical.price {
        price.annual_level_sd = 0.0;
    }
    typical
}

impl Surplus {
    /// Surplus of an hour, MW.
    fn left(&self, output_share: f64, price_usd_per_mwh: f64) -> f64 {
        let accepted_mw = if price_usd_per_mwh < self.curtail_below_usd_per_mwh { 0.0 } else { self.committed_mw };
        (self.capacity_mw * output_share - accepted_mw).max(0.0)
    }
}

/// One site in one draw.
struct SiteDraw<'a> {
    site: &'a str,
    at: Location,
    sampling: &'a Sampling<'a>,
    field: Field,
    /// Normal score of the wind of every hour, where something depends on it.
    wind: Vec<f64>,
}

impl<'a> SiteDraw<'a> {
    fn new(site: &'a str, at: Location, energy: &SiteEnergy, sampling: &'a Sampling<'a>) -> Self {
        let Weather { correlation_length_km, .. } = *sampling.weather;
        let field = Field::around(at, correlation_length_km);
        let has_wind = matches!(&energy.surplus, Some(Surplus { output: CapacityFactor::Wind(_), .. }))
            || matches!(&energy.price, Some(PriceSeries::Generated(_)));
        let wind = if has_wind { wind::local_wind(site, &field, sampling) } else { Vec::new() };
        Self { site, at, sampling, field, wind }
    }

    /// Market price of every hour, USD/MWh.
    fn price(&self, price: &PriceSeries) -> Vec<f64> {
        match price {
            PriceSeries::Flat(flat) => self.grown(flat.growth_per_year, |_| flat.price_usd_per_mwh),
            PriceSeries::Monthly(monthly) => {
                self.grown(monthly.growth_per_year, |month| monthly.prices_usd_per_mwh[month])
            }
            PriceSeries::Generated(price) => {
                price_model::generated_price(price, self.site, self.at, &self.wind, self.sampling)
            }
            PriceSeries::Csv(file) => {
                let factors = self.grown(file.growth_per_year, |_| 1.0);
                let prices = bootstrap::resampled(self.series(&file.source), self.sampling);
                prices.iter().zip(factors).map(|(price, factor)| price * factor).collect()
            }
        }
    }

    /// A value for each hour from that of its month (0–11), growing at each 1 January.
    fn grown(&self, growth_per_year: f64, of_month: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.sampling.hours());
        let start_year = self.sampling.start.year();
        let (mut years, mut growth) = (0, 1.0);
        for date in self.sampling.dates() {
            if date.year() - start_year != years {
                years = date.year() - start_year;
                growth = math::powf(1.0 + growth_per_year, f64::from(years));
            }
            values.extend([of_month(date.month() as usize - 1) * growth; 24]);
        }
        values
    }

    /// Output share of a plant for every hour; wind uses up the score, so ask for the price before.
    fn output(&mut self, output: &CapacityFactor, capacity_mw: f64) -> Vec<f64> {
        match output {
            CapacityFactor::Wind(wind) => {
                wind::wind_output(wind, self.at, core::mem::take(&mut self.wind), self.sampling)
            }
            CapacityFactor::Solar(solar) => solar::solar_output(solar, self.site, self.at, &self.field, self.sampling),
            CapacityFactor::Csv(file) => self.share_of_file(&file.source, capacity_mw),
            CapacityFactor::Constant(constant) => vec![constant.capacity_factor_share; self.sampling.hours()],
        }
    }

    /// Output share of a hydro plant for every hour.
    fn flow(&self, flow: &HydroFlow, capacity_mw: f64) -> Vec<f64> {
        match flow {
            HydroFlow::Generated(flow) => hydro::hydro_output(flow, &self.field, self.sampling),
            HydroFlow::Csv(file) => self.share_of_file(&file.source, capacity_mw),
            HydroFlow::Constant(constant) => vec![constant.capacity_factor_share; self.sampling.hours()],
        }
    }

    /// Output share from a file of shares or of MW, within 0–1.
    fn share_of_file(&self, source: &CsvSource, capacity_mw: f64) -> Vec<f64> {
        let series = self.series(source);
        let unit = if series.quantity == Quantity::Power { capacity_mw } else { 1.0 };
        let values = bootstrap::resampled(series, self.sampling);
        values.into_iter().map(|value| if unit > 0.0 { (value / unit).clamp(0.0, 1.0) } else { 0.0 }).collect()
    }

    fn series(&self, source: &CsvSource) -> &HourlySeries {
        self.sampling.files.get(&source.key()).expect("the loader read every source the site names")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::statistics::{TEXAS, autocorrelation, correlation, sampled};
    use crate::energy::{MultiYear, SeriesFiles};

    fn site(text: &str) -> SiteEnergy {
        toml::from_str(text).unwrap()
    }

    const WINDY: &str = r#"
        [surplus]
        capacity_mw = 100.0
        output = { kind = "wind" }
        [hydro]
        capacity_mw = 50.0
        [price]
        kind = "generated"
        [grid]
        import_limit_mw = 80.0
    "#;

    #[test]
    fn the_market_takes_its_part_unless_the_price_is_too_low() {
        let text = |price: f64| {
            format!(
                "[surplus]\ncapacity_mw = 200.0\ncommitted_mw = 60.0\noutput = {{ kind = \"constant\", capacity_factor_share = 0.5 }}\n\
             [price]\nkind = \"flat\"\nprice_usd_per_mwh = {price:?}\n"
            )
        };
        let surplus = |price| supply("a", TEXAS, &site(&text(price)), &sampled(1, 2)).surplus_mw;
        assert_eq!(surplus(30.0), vec![40.0; 48]);
        assert_eq!(surplus(0.0), vec![40.0; 48]);
        assert_eq!(surplus(-0.1), vec![100.0; 48]);
    }

    #[test]
    fn contracts_are_served_before_the_farms() {
        let energy = site(
            "[hydro]\ncapacity_mw = 100.0\ncontracted_mw = 30.0\nflow = { kind = \"constant\", capacity_factor_share = 0.5 }",
        );
        assert_eq!(supply("a", TEXAS, &energy, &sampled(1, 1)).hydro_mw, vec![20.0; 24]);
    }

    #[test]
    fn what_a_site_lacks_is_nothing() {
        let hourly = supply("a", TEXAS, &SiteEnergy::default(), &sampled(1, 3));
        assert_eq!(hourly.surplus_mw, vec![0.0; 72]);
        assert_eq!(hourly.hydro_mw, vec![0.0; 72]);
        assert_eq!(hourly.price_usd_per_mwh, vec![0.0; 72]);
        assert_eq!(hourly.grid_available, vec![1.0; 72]);
        assert!(supply("a", TEXAS, &site(WINDY), &sampled(1, 0)).surplus_mw.is_empty());
    }

    #[test]
    fn monthly_prices_follow_the_calendar_and_grow_each_january() {
        let energy = site(
            "[price]\nkind = \"monthly\"\ngrowth_per_year = 0.1\nprices_usd_per_mwh = [10.0, 20.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]",
        );
        let price = supply("a", TEXAS, &energy, &sampled(1, 400)).price_usd_per_mwh;
        assert_eq!((price[0], price[24 * 31], price[24 * 365]), (10.0, 20.0, 12.0));
        assert!((price[24 * 366] - 11.0).abs() < 1e-12);
    }

    #[test]
    fn the_same_key_gives_the_same_bytes_and_another_name_seed_or_stream_does_not() {
        let sampling = sampled(1, 200);
        let base = supply("a", TEXAS, &site(WINDY), &sampling);
        assert_eq!(base, supply("a", TEXAS, &site(WINDY), &sampling));
        let longer = supply("a", TEXAS, &site(WINDY), &sampled(1, 400));
        assert_eq!(longer.surplus_mw[..4_800], base.surplus_mw[..]);
        assert_eq!(longer.price_usd_per_mwh[..4_800], base.price_usd_per_mwh[..]);
        for other in [
            supply("b", TEXAS, &site(WINDY), &sampling),
            supply("a", TEXAS, &site(WINDY), &sampled(2, 200)),
            supply("a", TEXAS, &site(WINDY), &Sampling { stream: "planner", ..sampling }),
        ] {
            assert_ne!(other.surplus_mw, base.surplus_mw);
            assert_ne!(other.price_usd_per_mwh, base.price_usd_per_mwh);
        }
    }

    #[test]
    fn one_source_does_not_change_the_draws_of_another() {
        let sampling = sampled(1, 100);
        let all = supply("a", TEXAS, &site(WINDY), &sampling);
        let wind = supply("a", TEXAS, &site("[surplus]\ncapacity_mw = 100.0\noutput = { kind = \"wind\" }"), &sampling);
        let hydro = supply("a", TEXAS, &site("[hydro]\ncapacity_mw = 50.0"), &sampling);
        assert_eq!((&all.surplus_mw, &all.hydro_mw), (&wind.surplus_mw, &hydro.hydro_mw));
    }

    /// Wind plants correlate as about exp(-d / 400 km), less near 0, where each has a share of its own.
    #[test]
    fn neighbours_correlate_by_distance() {
        let sampling = sampled(12, 4_000);
        let energy = site("[surplus]\ncapacity_mw = 1.0\noutput = { kind = \"wind\" }");
        let at_km = |name, km: f64| {
            let place = Location { latitude_deg: TEXAS.latitude_deg + km / 111.195, ..TEXAS };
            supply(name, place, &energy, &sampling).surplus_mw
        };
        let here = at_km("here", 0.0);
        for (km, expected) in [(0.0, 0.87), (50.0, 0.84), (100.0, 0.78), (200.0, 0.61), (400.0, 0.35), (800.0, 0.10)] {
            let measured = correlation(&here, &at_km("there", km));
            assert!((measured - expected).abs() < 0.08, "{km} km: {measured}");
        }
        // Far apart only the common season is left: hour of the day and time of the year.
        assert!(correlation(&here, &at_km("there", 3_000.0)).abs() < 0.16);
    }

    #[test]
    fn a_repeated_year_comes_again() {
        let weather = Weather { multi_year: MultiYear::Repeat, ..Weather::default() };
        let mut energy = site(WINDY);
        if let Some(PriceSeries::Generated(price)) = &mut energy.price {
            price.annual_level_sd = 0.0;
        }
        let hourly = supply("a", TEXAS, &energy, &Sampling { weather: &weather, ..sampled(1, 800) });
        for series in [&hourly.surplus_mw, &hourly.hydro_mw, &hourly.price_usd_per_mwh] {
            assert!(correlation(&series[..8_760], &series[8_760..17_520]) > 0.99);
            assert!(autocorrelation(&series[..8_760], 2_000) < 0.6);
        }
        assert_eq!(hourly.grid_available[..8_760], hourly.grid_available[8_760..17_520]);
    }

    #[test]
    fn a_planner_sees_typical_prices_of_another_draw() {
        let sampling = Sampling { stream: "planner", ..sampled(1, 3_652) };
        let sample = supply_sample("a", TEXAS, &site(WINDY), &sampling);
        let yearly: Vec<f64> = sample.price_usd_per_mwh.chunks_exact(8_760).map(math::mean).collect();
        assert!(yearly.iter().all(|mean| (30.0..55.0).contains(mean)), "{yearly:?}");
    }

    #[test]
    fn files_of_power_are_shares_of_the_nameplate() {
        let energy = site(
            "[surplus]\ncapacity_mw = 50.0\noutput = { kind = \"csv\", source = { file = \"f\", column = \"c\", unit = \"mw\" } }\n[price]\nkind = \"csv\"\ngrowth_per_year = 0.5\nsource = { file = \"f\", column = \"p\", unit = \"usd_per_mwh\" }",
        );
        let series = |quantity, value: f64| HourlySeries { start_unix: 0, quantity, values: vec![value; 8_760] };
        let keys: Vec<String> = energy.sources().iter().map(|(_, source)| source.key()).collect();
        let files = SeriesFiles::from([
            (keys[0].clone(), series(Quantity::Power, 20.0)),
            (keys[1].clone(), series(Quantity::Price, 30.0)),
        ]);
        let hourly = supply("a", TEXAS, &energy, &Sampling { files: &files, ..sampled(1, 400) });
        assert_eq!(hourly.surplus_mw[0], 20.0);
        assert_eq!((hourly.price_usd_per_mwh[0], hourly.price_usd_per_mwh[24 * 370]), (30.0, 45.0));
    }
}
