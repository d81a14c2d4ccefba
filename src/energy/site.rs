//! What a site developer writes about a site: its place and its energy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::connection::{Export, Grid};
use super::plant::{CapacityFactor, Hydro, HydroFlow, Surplus};
use super::price::PriceSeries;
use super::series::{CsvSource, Quantity, SeriesFiles};

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

/// What powers a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteClass {
    /// Surplus wind or solar power.
    Surplus,
    /// Hydro power.
    Hydro,
    /// Grid power only.
    #[default]
    Grid,
    /// Surplus and hydro power together.
    Mixed,
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

impl SiteEnergy {
    /// What powers the site, by its sources.
    pub fn class(&self) -> SiteClass {
        match (&self.surplus, &self.hydro) {
            (Some(_), Some(_)) => SiteClass::Mixed,
            (Some(_), None) => SiteClass::Surplus,
            (None, Some(_)) => SiteClass::Hydro,
            (None, None) => SiteClass::Grid,
        }
    }

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

    /// Problems between the site's keys and the files it reads: dotted key path, what is wrong and what to do.
    ///
    /// Files that are not among the series are passed over: reading them has its own errors.
    pub fn check_series(&self, files: &SeriesFiles) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (path, source) in self.sources() {
            let capacity_mw = match path.split('.').next() {
                Some("surplus") => self.surplus.as_ref().map(|surplus| surplus.capacity_mw),
                Some("hydro") => self.hydro.as_ref().map(|hydro| hydro.capacity_mw),
                _ => None,
            };
            let series = files.get(&source.key()).filter(|series| series.quantity == Quantity::Power);
            let (Some(capacity_mw), Some(series)) = (capacity_mw, series) else {
                continue;
            };
            let least_mw = series.values.iter().fold(0.0_f64, |a, b| a.min(*b));
            if least_mw < -0.01 * capacity_mw {
                problems.push((
                    path.to_owned(),
                    format!(
                        "column `{}` falls to {least_mw:.1} MW: an output below 0 is a load, mend the file",
                        source.column
                    ),
                ));
            }
            let greatest_mw = series.values.iter().fold(0.0_f64, |a, b| a.max(*b));
            if greatest_mw > 1.02 * capacity_mw {
                problems.push((
                    path.to_owned(),
                    format!("column `{}` reaches {greatest_mw:.1} MW, above `capacity_mw` ({capacity_mw}): raise the capacity, or lower `scale`", source.column),
                ));
            }
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
pub(super) fn nested(table: &str, problems: Vec<Problem>) -> impl Iterator<Item = Problem> {
    problems.into_iter().map(move |(path, text)| (format!("{table}.{path}"), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site as its developer writes it.
    const SITE: &str = r#"
        [surplus]
        capacity_mw = 200.0
        committed_mw = 120.0
        output = { kind = "wind", capacity_factor_share = 0.42 }
        [hydro]
        capacity_mw = 80.0
        contracted_mw = 30.0
        flow = { kind = "generated", wet_months = [6, 7, 8] }
        [price]
        kind = "csv"
        source = { file = "prices.csv", column = "west", unit = "usd_per_mwh", time_zone = "-06:00", stamp = "hour_ending" }
        [grid]
        import_limit_mw = 100.0
        demand_response = { capacity_payment_usd_per_mw_year = 50000.0 }
        [export]
        limit_mw = 120.0
    "#;

    fn problems(change: impl Fn(&str) -> String) -> Vec<Problem> {
        toml::from_str::<SiteEnergy>(&change(SITE)).expect("the keys are right").check()
    }

    #[test]
    fn a_complete_site_reads_and_has_no_problems() {
        let site: SiteEnergy = toml::from_str(SITE).unwrap();
        assert_eq!(site.check(), []);
        assert_eq!(site.sources().len(), 1);
        assert_eq!(site.sources()[0].0, "price.source");
        let written = toml::to_string(&site).unwrap();
        assert_eq!(toml::from_str::<SiteEnergy>(&written).unwrap(), site);
    }

    #[test]
    fn unknown_keys_are_refused_in_every_table() {
        for (table, key) in [
            ("[surplus]", "capacity = 1"),
            ("[hydro]", "x = 1"),
            ("[price]", "x = 1"),
            ("[grid]", "limit = 1"),
            ("[export]", "x = 1"),
        ] {
            let text = SITE.replace(table, &format!("{table}\n{key}"));
            assert!(toml::from_str::<SiteEnergy>(&text).is_err(), "{table}");
        }
        assert!(toml::from_str::<SiteEnergy>(&SITE.replace("kind = \"wind\",", "kind = \"wind\", k = 2.0,")).is_err());
    }

    #[test]
    fn cross_field_problems_name_their_key() {
        let cases: [(&str, &str, &str); 7] = [
            ("committed_mw = 120.0", "committed_mw = 201.0", "surplus.committed_mw"),
            ("contracted_mw = 30.0", "contracted_mw = 81.0", "hydro.contracted_mw"),
            ("wet_months = [6, 7, 8]", "wet_months = [6, 7, 6]", "hydro.flow.wet_months"),
            ("unit = \"usd_per_mwh\"", "unit = \"mw\"", "price.source.unit"),
            (
                "capacity_factor_share = 0.42",
                "rated_m_per_s = 6.0, cut_in_m_per_s = 7.0",
                "surplus.output.rated_m_per_s",
            ),
            (
                "capacity_factor_share = 0.42",
                "capacity_factor_share = 0.59, weibull_shape = 1.5",
                "surplus.output.capacity_factor_share",
            ),
            (
                "output = { kind = \"wind\", capacity_factor_share = 0.42 }",
                "output = { kind = \"csv\", source = { file = \"a\", column = \"b\", unit = \"usd_per_kwh\" } }",
                "surplus.output.source.unit",
            ),
        ];
        for (from, to, key) in cases {
            let found = problems(|text| text.replace(from, to));
            assert_eq!(found.iter().map(|p| p.0.as_str()).collect::<Vec<_>>(), [key], "{to}");
        }
    }

    #[test]
    fn trade_needs_a_price_and_a_site_needs_a_source() {
        let empty = SiteEnergy::default().check();
        assert_eq!(empty.len(), 1);
        assert!(empty[0].1.contains("no energy source"));
        let mut site: SiteEnergy = toml::from_str(SITE).unwrap();
        site.price = None;
        assert_eq!(site.check().iter().map(|p| p.0.as_str()).collect::<Vec<_>>(), ["grid", "export"]);
        let mut site: SiteEnergy = toml::from_str(SITE).unwrap();
        (site.surplus, site.hydro) = (None, None);
        assert_eq!(site.check().iter().map(|p| p.0.as_str()).collect::<Vec<_>>(), ["export"]);
    }

    #[test]
    fn output_above_the_nameplate_is_reported() {
        let text = r#"
            [surplus]
            capacity_mw = 50.0
            output = { kind = "csv", source = { file = "a.csv", column = "wind", unit = "mw" } }
        "#;
        let site: SiteEnergy = toml::from_str(text).unwrap();
        let series =
            |mw: f64| crate::energy::HourlySeries { start_unix: 0, quantity: Quantity::Power, values: vec![10.0, mw] };
        let key = site.sources()[0].1.key();
        assert_eq!(site.check_series(&SeriesFiles::from([(key.clone(), series(50.0))])), []);
        let found = site.check_series(&SeriesFiles::from([(key, series(60.0))]));
        assert_eq!(found[0].0, "surplus.output.source");
        assert!(found[0].1.contains("60.0 MW"));
    }

    #[test]
    fn the_schema_states_ranges_and_forbids_other_keys() {
        let schema = schemars::schema_for!(SiteEnergy).to_value();
        let grid = &schema["$defs"]["Grid"];
        assert_eq!(grid["additionalProperties"], false);
        assert_eq!(grid["properties"]["import_limit_mw"]["minimum"], 0.0);
        assert_eq!(grid["required"], serde_json::json!(["import_limit_mw"]));
        assert_eq!(grid["properties"]["outages_per_year"]["default"], 1.35);
    }
}
