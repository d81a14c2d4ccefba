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
    let draw = SiteDraw::new(site, at, energy, sampling);
    let price_usd_per_mwh = energy.price.as_ref().map_or_else(|| vec![0.0; sampling.hours()], |p| draw.price(p));
    let surplus_mw = energy.surplus.as_ref().map_or_else(
        || vec![0.0; sampling.hours()],
        |surplus| {
            let output = draw.output(&surplus.output, surplus.capacity_mw);
            output.iter().zip(&price_usd_per_mwh).map(|(share, price)| surplus.left(*share, *price)).collect()
        },
    );
    let hydro_mw = energy.hydro.as_ref().map_or_else(
        || vec![0.0; sampling.hours()],
        |hydro| {
            let output = draw.flow(&hydro.flow, hydro.capacity_mw);
            output.iter().map(|share| (hydro.capacity_mw * share - hydro.contracted_mw).max(0.0)).collect()
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
    let mut typical = energy.clone();
    if let Some(PriceSeries::Generated(price)) = &mut typical.price {
        price.annual_level_sd = 0.0;
    }
    supply(site, at, &typical, sampling)
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
    /// Normal score of the wind, where something depends on it.
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
        for day in 0..self.sampling.days {
            let date = self.sampling.day(day);
            let years = f64::from(date.year() - self.sampling.start.year());
            let value = of_month(date.month() as usize - 1) * math::powf(1.0 + growth_per_year, years);
            values.extend([value; 24]);
        }
        values
    }

    /// Output share of a plant for every hour.
    fn output(&self, output: &CapacityFactor, capacity_mw: f64) -> Vec<f64> {
        match output {
            CapacityFactor::Wind(wind) => wind::wind_output(wind, self.at, &self.wind, self.sampling),
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
