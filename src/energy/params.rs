//! What a site developer writes about the energy of a site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::price::PriceSeries;
use super::series::{CsvSource, Quantity};
use super::wind::greatest_capacity_factor;

/// Where a site stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Latitude, degrees north of the equator (south is negative). Required.
    #[schemars(range(min = -90.0, max = 90.0))]
    pub latitude_deg: f64,
    /// Longitude, degrees east of Greenwich (west is negative). Required.
    #[schemars(range(min = -180.0, max = 180.0))]
    pub longitude_deg: f64,
}

/// The energy of one site: any combination of sources, each an optional table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SiteEnergy {
    /// Wind or solar output that the grid does not take. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surplus: Option<Surplus>,
    /// Hydro power beyond what is contracted away. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hydro: Option<Hydro>,
    /// Market price of energy at the site's node; required by `grid` and `export`. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceSeries>,
    /// Connection that imports from the grid. Default: none, the site is an island.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
    /// Right to sell local energy instead of using it. Default: none, what is not used is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<Export>,
}

/// Wind or solar plant whose output the market cannot or will not take in full.
///
/// Offered to the farms each hour: `max(0, capacity × capacity factor − accepted)`, where the market accepts
/// `committed_mw`, and nothing while its price is below `curtail_below_usd_per_mwh`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Surplus {
    /// Nameplate of the plant, MW. Required.
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub capacity_mw: f64,
    /// What a MWh of surplus costs the farm, USD/MWh; negative where a tax credit pays for every MWh produced.
    /// Default: 0. Source: energy that would be curtailed has no other buyer.
    #[serde(default)]
    #[schemars(range(min = -200.0, max = 1_000.0))]
    pub cost_usd_per_mwh: f64,
    /// Output that goes to the market first, MW. Default: 0, everything is behind the meter.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub committed_mw: f64,
    /// Price below which the market accepts nothing, USD/MWh. Default: 0. Source: without a production tax
    /// credit a plant stops selling at negative prices; with the US credit write about -26.
    #[serde(default)]
    #[schemars(range(min = -500.0, max = 1_000.0))]
    pub curtail_below_usd_per_mwh: f64,
    /// How much of its nameplate the plant makes, hour by hour. Required.
    pub output: CapacityFactor,
}

/// Output of a plant as a share of its nameplate, hour by hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CapacityFactor {
    /// Generated wind output.
    Wind(WindOutput),
    /// Generated photovoltaic output.
    Solar(SolarOutput),
    /// Output from a file, in MW or as a capacity factor.
    Csv(FileOutput),
    /// The same output in every hour.
    Constant(ConstantOutput),
}

/// Wind plant: a correlated normal score becomes a Weibull wind speed, and that a power curve.
///
/// Source of the method and of the fitted defaults: normal-score translation of AR(1) noise, fitted to RTS-GMLC,
/// ERCOT 2022–2023 and NREL WIND Toolkit hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WindOutput {
    /// Long-run mean output over nameplate, net of losses; the wind's scale is solved for it. Default: 0.40.
    /// Source: West Texas class plant; 0.27–0.34 for the four RTS-GMLC plants.
    #[schemars(range(min = 0.05, max = 0.6))]
    pub capacity_factor_share: f64,
    /// Weibull shape of the hub-height wind speed. Default: 2.3. Source: WIND Toolkit at 100 m, Abilene 2.40,
    /// Amarillo 2.26.
    #[schemars(range(min = 1.2, max = 4.0))]
    pub weibull_shape: f64,
    /// Wind speed at which the turbine starts, m/s. Default: 3. Source: IEC class II curve.
    #[schemars(range(min = 0.0, max = 8.0))]
    pub cut_in_m_per_s: f64,
    /// Wind speed of full output, m/s. Default: 11.5. Source: IEC class II curve.
    #[schemars(range(min = 6.0, max = 20.0))]
    pub rated_m_per_s: f64,
    /// Wind speed at which the turbine stops, m/s. Default: 25. Source: IEC class II curve.
    #[schemars(range(min = 15.0, max = 40.0))]
    pub cut_out_m_per_s: f64,
    /// Output lost in wakes, cables, availability and icing. Default: 0.17. Source: gross to net of the
    /// WIND Toolkit sites under the IEC class II curve.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub losses_share: f64,
    /// Seasonal swing of the normal score. Default: 0.3. Source: ERCOT monthly means 0.46 (spring) to 0.21 (late summer).
    #[schemars(range(min = 0.0, max = 0.65))]
    pub seasonal_amplitude: f64,
    /// Day of the year of the windiest season. Default: 100 (10 April). Source: ERCOT, high March to May.
    #[schemars(range(min = 1, max = 366))]
    pub windiest_day_of_year: u16,
    /// Daily swing of the normal score. Default: 0.25. Source: ERCOT diurnal means 0.41 (23 h) to 0.25 (noon).
    #[schemars(range(min = 0.0, max = 0.65))]
    pub diurnal_amplitude: f64,
    /// Local solar hour of the strongest wind. Default: 23. Source: ERCOT, 05 UTC.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub windiest_hour: f64,
}

impl Default for WindOutput {
    fn default() -> Self {
        Self {
            capacity_factor_share: 0.40,
            weibull_shape: 2.3,
            cut_in_m_per_s: 3.0,
            rated_m_per_s: 11.5,
            cut_out_m_per_s: 25.0,
            losses_share: 0.17,
            seasonal_amplitude: 0.3,
            windiest_day_of_year: 100,
            diurnal_amplitude: 0.25,
            windiest_hour: 23.0,
        }
    }
}

/// Photovoltaic plant: Haurwitz clear sky × clearness of the day × clouds of the hour, on tracked or tilted modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SolarOutput {
    /// Long-run mean AC output over AC nameplate. Default: none, it follows from latitude and clearness.
    /// Source for orientation: 0.26 with tracking in the south-west of the USA, 0.18–0.32 elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.05, max = 0.4))]
    pub capacity_factor_share: Option<f64>,
    /// Mean ratio of a day's irradiation to that of a clear day. Default: 0.86. Source: NSRDB, Abilene and Amarillo.
    #[schemars(range(min = 0.4, max = 0.95))]
    pub clear_sky_index_mean: f64,
    /// How the modules stand. Default: `single_axis`.
    pub mounting: SolarMounting,
    /// Tilt towards the equator of `fixed_tilt` modules, degrees. Default: 25.
    #[schemars(range(min = 0.0, max = 90.0))]
    pub tilt_deg: f64,
    /// DC module power over AC nameplate. Default: 1.3. Source: usual inverter loading ratio.
    #[schemars(range(min = 0.8, max = 2.5))]
    pub dc_ac_ratio: f64,
    /// DC-to-AC losses other than temperature and clipping. Default: 0.14. Source: PVWatts.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub losses_share: f64,
}

impl Default for SolarOutput {
    fn default() -> Self {
        Self {
            capacity_factor_share: None,
            clear_sky_index_mean: 0.86,
            mounting: SolarMounting::SingleAxis,
            tilt_deg: 25.0,
            dc_ac_ratio: 1.3,
            losses_share: 0.14,
        }
    }
}

/// How photovoltaic modules stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SolarMounting {
    /// On a north–south axis that follows the sun from east to west.
    SingleAxis,
    /// Tilted towards the equator by `tilt_deg`.
    FixedTilt,
}

/// Output read from a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileOutput {
    /// The file and its column; unit `mw`, `kw`, `capacity_factor` or `percent`. Required.
    pub source: CsvSource,
}

/// The same output in every hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstantOutput {
    /// Output over nameplate. Required.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub capacity_factor_share: f64,
}

/// Hydro plant; the farms are offered what flows beyond the contracted deliveries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hydro {
    /// Nameplate of the plant, MW. Required.
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub capacity_mw: f64,
    /// Output that is sold under contract and served first, MW. Default: 0.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub contracted_mw: f64,
    /// What a MWh of water costs the farm: its tariff or the value of keeping the water, USD/MWh. Default: 25.
    /// Source: surplus-hydro areas, 15–30 in northern Scandinavia 2024, 20–23 in Ontario; 40–50 in Paraguay.
    #[serde(default = "default_water_value")]
    #[schemars(range(min = -200.0, max = 1_000.0))]
    pub water_value_usd_per_mwh: f64,
    /// What flows, hour by hour. Default: generated.
    #[serde(default)]
    pub flow: HydroFlow,
}

fn default_water_value() -> f64 {
    25.0
}

/// Hydro output as a share of nameplate, hour by hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HydroFlow {
    /// Generated flow with a wet and a dry season.
    Generated(GeneratedFlow),
    /// Output from a file, in MW or as a capacity factor.
    Csv(FileOutput),
    /// The same output in every hour.
    Constant(ConstantOutput),
}

impl Default for HydroFlow {
    fn default() -> Self {
        Self::Generated(GeneratedFlow::default())
    }
}

/// Periodic autoregression on the log of the flow (Thomas–Fiering, PAR(1)), daily.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GeneratedFlow {
    /// Long-run mean output over nameplate; the flow is scaled for it. Default: 0.46. Source: RTS-GMLC hydro fleet 0.465.
    #[schemars(range(min = 0.05, max = 0.95))]
    pub capacity_factor_share: f64,
    /// Months of the wet season, 1–12. Default: 5 to 10. Source: Sichuan; RTS-GMLC peaks in July.
    #[schemars(length(min = 1, max = 11), inner(range(min = 1, max = 12)))]
    pub wet_months: Vec<u8>,
    /// Median flow of the wet season over that of the dry season. Default: 2.5. Source: RTS-GMLC 0.65 (July) to 0.23
    /// (January); Sichuan 1.3–1.6 × mean against 0.4–0.6 ×.
    #[schemars(range(min = 1.0, max = 20.0))]
    pub wet_to_dry_ratio: f64,
    /// Coefficient of variation of the flow around its season. Default: 0.4. Source: 0.3–0.5 for snow and storage
    /// systems, 0.8–1.2 for rain-fed rivers (Kansas River 1.22).
    #[schemars(range(min = 0.0, max = 2.0))]
    pub variation: f64,
    /// Correlation of the flow with that of a month earlier. Default: 0.65. Source: 0.5–0.8, usual for PAR(1).
    #[schemars(range(min = 0.0, max = 0.95))]
    pub monthly_correlation: f64,
}

impl Default for GeneratedFlow {
    fn default() -> Self {
        Self {
            capacity_factor_share: 0.46,
            wet_months: vec![5, 6, 7, 8, 9, 10],
            wet_to_dry_ratio: 2.5,
            variation: 0.4,
            monthly_correlation: 0.65,
        }
    }
}

/// Connection that imports from the grid at the site's `price`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Largest import, MW. Required.
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub import_limit_mw: f64,
    /// Delivery, ancillary and retail adders on each MWh, USD/MWh. Default: 10. Source: typical sum 3–25.
    #[serde(default = "default_adder")]
    #[schemars(range(min = 0.0, max = 500.0))]
    pub delivery_adder_usd_per_mwh: f64,
    /// Demand charge on the month's highest import, USD/kW-month. Default: 0. Source: 5–20 at regulated US utilities,
    /// none in competitive retail.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 100.0))]
    pub demand_charge_usd_per_kw_month: f64,
    /// Capacity charge on the year's highest import, USD/kW-year. Default: 0. Source: PJM 11 (2024/25) to 120 (2026/27);
    /// none in ERCOT.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub capacity_charge_usd_per_kw_year: f64,
    /// Transmission charge on the import at the system's peaks, which a load that stops then avoids, USD/kW-year.
    /// Default: 0. Source: ERCOT four coincident peaks 60–75.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub coincident_peak_charge_usd_per_kw_year: f64,
    /// Outages of the connection per year. Default: 1.35. Source: US SAIFI 2023 (EIA table 11.1); 0.1–0.4 at
    /// transmission voltage.
    #[serde(default = "default_outages")]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub outages_per_year: f64,
    /// Mean duration of an outage, hours. Default: 4.5. Source: US CAIDI 2023 with major events, 272 minutes
    /// (EIA table 11.1); 2 at transmission voltage.
    #[serde(default = "default_outage_hours")]
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub outage_hours: f64,
    /// Coefficient of variation of the duration (lognormal). Default: 1.3. Source: assumption, a lognormal whose log
    /// has standard deviation 1.
    #[serde(default = "default_outage_variation")]
    #[schemars(range(min = 0.0, max = 5.0))]
    pub outage_variation: f64,
    /// Demand-response product of the connection. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand_response: Option<DemandResponse>,
}

fn default_adder() -> f64 {
    10.0
}

fn default_outages() -> f64 {
    1.35
}

fn default_outage_hours() -> f64 {
    4.5
}

fn default_outage_variation() -> f64 {
    1.3
}

/// The right of the system operator to switch miners off, and what it pays for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandResponse {
    /// Paid for being callable, USD per MW and year. Required.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub capacity_payment_usd_per_mw_year: f64,
    /// Paid for each MWh not drawn while called, USD/MWh. Default: 0, the saved energy is the payment.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 20_000.0))]
    pub event_payment_usd_per_mwh: f64,
    /// Market price at and above which the operator calls, USD/MWh. Default: 300. Source: assumption; the dearest
    /// 1.5 % of ERCOT hours 2022 lie above it.
    #[serde(default = "default_trigger")]
    #[schemars(range(min = -500.0, max = 20_000.0))]
    pub trigger_price_usd_per_mwh: f64,
    /// Most hours of calls in a calendar year. Default: 300. Source: Hydro-Québec's rate for cryptographic use, 2018.
    #[serde(default = "default_call_limit")]
    #[schemars(range(min = 0.0, max = 8_784.0))]
    pub call_limit_hours_per_year: f64,
}

fn default_trigger() -> f64 {
    300.0
}

fn default_call_limit() -> f64 {
    300.0
}

/// The right to sell local energy at the site's `price` instead of using it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// Largest export, MW. Required.
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub limit_mw: f64,
    /// Fees on each exported MWh, USD/MWh. Default: 3. Source: low end of delivery and uplift adders.
    #[serde(default = "default_export_fee")]
    #[schemars(range(min = 0.0, max = 500.0))]
    pub fee_usd_per_mwh: f64,
}

fn default_export_fee() -> f64 {
    3.0
}

/// How weather and prices are drawn, for all sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Weather {
    /// Distance at which the weather of two sites correlates by 1/e, km. Default: 400. Source: 300–500 in the wind literature.
    #[schemars(range(min = 50.0, max = 2_000.0))]
    pub correlation_length_km: f64,
    /// How a run longer than its files gets its years. Default: `block_bootstrap`.
    pub multi_year: MultiYear,
    /// Length of a resampled block, days. Default: 10. Source: several times the synoptic memory of 1–3 days.
    #[schemars(range(min = 1, max = 366))]
    pub block_days: u16,
    /// How far a block may come from another time of the year, days. Default: 15.
    #[schemars(range(min = 0, max = 182))]
    pub season_window_days: u16,
    /// How long the wind remembers.
    pub wind: WindMemory,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            correlation_length_km: 400.0,
            multi_year: MultiYear::BlockBootstrap,
            block_days: 10,
            season_window_days: 15,
            wind: WindMemory::default(),
        }
    }
}

/// Memory of the wind's normal score: a slow (synoptic) and a fast autoregression, smoothed over some hours.
///
/// The defaults give the autocorrelation of single plants (RTS-GMLC): 0.95–0.97 at 1 h, 0.66–0.73 at 6 h, 0.37–0.41 at 24 h.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WindMemory {
    /// Share of the slow part in the variance that neighbours share. Default: 0.45. Source: fit, see above.
    #[schemars(range(min = 0.05, max = 0.95))]
    pub slow_share: f64,
    /// What is left of the slow part after an hour. Default: 0.985. Source: fit; synoptic memory of 1–3 days.
    #[schemars(range(min = 0.5, max = 0.999))]
    pub slow_phi: f64,
    /// What is left of the fast part after an hour; below `slow_phi`. Default: 0.85. Source: fit, see above.
    #[schemars(range(min = 0.0, max = 0.99))]
    pub fast_phi: f64,
    /// What is left after an hour of the smoothing that both parts have in common. Default: 0.6. Source: fit, see above.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub smoothing_phi: f64,
    /// Share of the variance that is the site's own. Default: 0.1. Source: assumption; RTS-GMLC plants of one region
    /// correlate by 0.62–0.87.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub local_share: f64,
}

impl Default for WindMemory {
    fn default() -> Self {
        Self { slow_share: 0.45, slow_phi: 0.985, fast_phi: 0.85, smoothing_phi: 0.6, local_share: 0.1 }
    }
}

impl Weather {
    /// Problems between keys: dotted key path, what is wrong and what to do.
    pub fn check(&self) -> Vec<Problem> {
        if self.wind.fast_phi >= self.wind.slow_phi {
            return vec![("wind.fast_phi".to_owned(), "must be below `slow_phi`".to_owned())];
        }
        Vec::new()
    }
}

/// Where the years of a long run come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MultiYear {
    /// Generators draw afresh; files are resampled in blocks of the same season, all files with the same draws.
    BlockBootstrap,
    /// Every year has the same weather: generators repeat their first 365 days, files repeat from end to start.
    Repeat,
}

impl SiteEnergy {
    /// Problems between keys of the site's energy tables: dotted key path, what is wrong and what to do.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |path: &str, text: &str| problems.push((path.to_owned(), text.to_owned()));
        if self.surplus.is_none() && self.hydro.is_none() && self.grid.is_none() {
            add("", "the site has no energy source: give `surplus`, `hydro` or `grid`");
        }
        if self.price.is_none() && self.grid.is_some() {
            add("grid", "a grid connection needs the market price: give `price`");
        }
        if self.price.is_none() && self.export.is_some() {
            add("export", "an export needs the market price: give `price`");
        }
        if self.export.is_some() && self.surplus.is_none() && self.hydro.is_none() {
            add("export", "nothing can be exported: give `surplus` or `hydro`, or leave `export` out");
        }
        if let Some(surplus) = &self.surplus {
            problems.extend(nested("surplus", surplus.check()));
        }
        if let Some(hydro) = &self.hydro {
            problems.extend(nested("hydro", hydro.check()));
        }
        if let Some(price) = &self.price {
            problems.extend(nested("price", price.check()));
        }
        problems
    }

    /// Every file column the site reads, with its dotted key path inside the site.
    pub fn sources(&self) -> Vec<(&'static str, &CsvSource)> {
        let mut sources = Vec::new();
        if let Some(Surplus { output: CapacityFactor::Csv(file), .. }) = &self.surplus {
            sources.push(("surplus.output.source", &file.source));
        }
        if let Some(Hydro { flow: HydroFlow::Csv(file), .. }) = &self.hydro {
            sources.push(("hydro.flow.source", &file.source));
        }
        if let Some(PriceSeries::Csv(file)) = &self.price {
            sources.push(("price.source", &file.source));
        }
        sources
    }
}

/// Problems of a table as problems of the table that holds it.
fn nested(table: &str, problems: Vec<Problem>) -> impl Iterator<Item = Problem> {
    problems.into_iter().map(move |(path, text)| (format!("{table}.{path}"), text))
}

impl Surplus {
    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.committed_mw > self.capacity_mw {
            problems.push((
                "committed_mw".to_owned(),
                format!("is above `capacity_mw` ({}): nothing would ever be surplus", self.capacity_mw),
            ));
        }
        problems.extend(nested("output", self.output.check()));
        problems
    }
}

impl CapacityFactor {
    fn check(&self) -> Vec<Problem> {
        match self {
            Self::Wind(wind) => wind.check(),
            Self::Csv(file) => file.check(),
            Self::Solar(_) | Self::Constant(_) => Vec::new(),
        }
    }
}

impl WindOutput {
    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.cut_in_m_per_s >= self.rated_m_per_s || self.rated_m_per_s >= self.cut_out_m_per_s {
            problems.push((
                "rated_m_per_s".to_owned(),
                "must lie between `cut_in_m_per_s` and `cut_out_m_per_s`".to_owned(),
            ));
            return problems;
        }
        let greatest = greatest_capacity_factor(self);
        if self.capacity_factor_share > greatest {
            problems.push((
                "capacity_factor_share".to_owned(),
                format!("is above {greatest:.3}, the most that this turbine reaches in any wind: lower it, `rated_m_per_s` or `losses_share`"),
            ));
        }
        problems
    }
}

impl FileOutput {
    fn check(&self) -> Vec<Problem> {
        match self.source.unit.quantity() {
            Quantity::Power | Quantity::Share => Vec::new(),
            Quantity::Price => vec![(
                "source.unit".to_owned(),
                "is a price; an output is in `mw`, `kw`, `capacity_factor` or `percent`".to_owned(),
            )],
        }
    }
}

impl Hydro {
    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.contracted_mw > self.capacity_mw {
            problems.push((
                "contracted_mw".to_owned(),
                format!("is above `capacity_mw` ({}): nothing would ever be left", self.capacity_mw),
            ));
        }
        match &self.flow {
            HydroFlow::Generated(flow) => problems.extend(nested("flow", flow.check())),
            HydroFlow::Csv(file) => problems.extend(nested("flow", file.check())),
            HydroFlow::Constant(_) => {}
        }
        problems
    }
}

impl GeneratedFlow {
    fn check(&self) -> Vec<Problem> {
        let mut months = self.wet_months.clone();
        months.sort_unstable();
        months.dedup();
        if months.len() < self.wet_months.len() {
            return vec![("wet_months".to_owned(), "names a month twice".to_owned())];
        }
        Vec::new()
    }
}
