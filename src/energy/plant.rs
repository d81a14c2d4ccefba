//! What a site developer writes about the plants of a site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::series::{CsvSource, Quantity};
use super::site::nested;
use super::wind::greatest_capacity_factor;

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

impl Surplus {
    pub(super) fn check(&self) -> Vec<Problem> {
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
    pub(super) fn check(&self) -> Vec<Problem> {
        match self {
            Self::Wind(wind) => wind.check(),
            Self::Csv(file) => file.check(),
            Self::Solar(_) | Self::Constant(_) => Vec::new(),
        }
    }
}

impl WindOutput {
    pub(super) fn check(&self) -> Vec<Problem> {
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
    pub(super) fn check(&self) -> Vec<Problem> {
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
    pub(super) fn check(&self) -> Vec<Problem> {
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
    pub(super) fn check(&self) -> Vec<Problem> {
        let mut months = self.wet_months.clone();
        months.sort_unstable();
        months.dedup();
        if months.len() < self.wet_months.len() {
            return vec![("wet_months".to_owned(), "names a month twice".to_owned())];
        }
        Vec::new()
    }
}
