//! A PyPSA network as its CSV files: one table per kind of component, one per attribute that varies in time.

use std::collections::{BTreeMap, BTreeSet};

const GENERATORS: [&str; 7] = ["name", "bus", "carrier", "sign", "p_nom", "p_max_pu", "marginal_cost"];
const LINKS: [&str; 12] = [
    "name",
    "bus0",
    "bus1",
    "carrier",
    "p_nom",
    "p_nom_extendable",
    "p_min_pu",
    "p_max_pu",
    "marginal_cost",
    "capital_cost",
    "fom_cost",
    "length",
];
const LIMITS: [&str; 5] = ["name", "type", "carrier_attribute", "sense", "constant"];

/// A generator, or with `draws` what takes power off its bus.
#[derive(Debug, Clone, Default)]
pub(super) struct Generator {
    pub name: String,
    pub bus: String,
    pub carrier: String,
    pub draws: bool,
    /// Greatest power by snapshot, MW.
    pub mw: Vec<f64>,
    /// Cost by snapshot, USD/MWh.
    pub usd_per_mwh: Vec<f64>,
}

/// A link: power from `from` to `to`.
#[derive(Debug, Clone, Default)]
pub(super) struct Link {
    pub name: String,
    pub from: String,
    pub to: String,
    pub carrier: String,
    /// Its capacity, MW; `None` where the solver chooses.
    pub mw: Option<f64>,
    /// Power by snapshot per MW of capacity.
    pub per_mw: Vec<f64>,
    /// Whether it always runs.
    pub firm: bool,
    /// Cost by snapshot, USD/MWh.
    pub usd_per_mwh: Vec<f64>,
    /// What a MW takes from the budget, USD.
    pub capital_usd_per_mw: f64,
    /// What a MW costs beside, USD.
    pub other_usd_per_mw: f64,
    /// Weight of a MW in limits of MW.
    pub length: f64,
}

/// A constraint over all snapshots.
#[derive(Debug, Clone)]
pub(super) struct GlobalLimit {
    pub name: String,
    /// Whether capital is summed up, or lengths times MW.
    pub of_capital: bool,
    pub carriers: Vec<String>,
    pub sense: &'static str,
    pub constant: f64,
}

/// A network in the making.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// Objective weight of each snapshot.
    weights: Vec<f64>,
    buses: Vec<Vec<String>>,
    carriers: BTreeSet<String>,
    generators: Vec<Vec<String>>,
    links: Vec<Vec<String>>,
    limits: Vec<Vec<String>>,
    /// By file: (component, values).
    series: BTreeMap<&'static str, Vec<(String, Vec<f64>)>>,
}

impl Network {
    pub fn new(weights: Vec<f64>) -> Self {
        Self { weights, ..Self::default() }
    }

    pub fn bus(&mut self, name: &str) {
        self.buses.push(vec![name.to_owned()]);
    }

    pub fn generator(&mut self, generator: Generator) {
        let name = generator.name;
        let most_mw = generator.mw.iter().fold(0.0, |most: f64, mw| most.max(*mw));
        let per_mw = generator.mw.iter().map(|mw| if most_mw > 0.0 { mw / most_mw } else { 0.0 }).collect();
        let p_max_pu = self.varying("generators-p_max_pu", &name, per_mw);
        let marginal_cost = self.varying("generators-marginal_cost", &name, generator.usd_per_mwh);
        let sign = number(if generator.draws { -1.0 } else { 1.0 });
        self.carriers.insert(generator.carrier.clone());
        self.generators.push(vec![
            name,
            generator.bus,
            generator.carrier,
            sign,
            number(most_mw),
            p_max_pu,
            marginal_cost,
        ]);
    }

    pub fn link(&mut self, link: Link) {
        let name = link.name;
        let p_min_pu = if link.firm { self.varying("links-p_min_pu", &name, link.per_mw.clone()) } else { number(0.0) };
        let p_max_pu = self.varying("links-p_max_pu", &name, link.per_mw);
        let marginal_cost = self.varying("links-marginal_cost", &name, link.usd_per_mwh);
        self.carriers.insert(link.carrier.clone());
        self.links.push(vec![
            name,
            link.from,
            link.to,
            link.carrier,
            number(link.mw.unwrap_or(0.0)),
            truth(link.mw.is_none()),
            p_min_pu,
            p_max_pu,
            marginal_cost,
            number(link.capital_usd_per_mw),
            number(link.other_usd_per_mw),
            number(link.length),
        ]);
    }

    pub fn limit(&mut self, limit: &GlobalLimit) {
        let kind =
            if limit.of_capital { "transmission_expansion_cost_limit" } else { "transmission_volume_expansion_limit" };
        // The same name twice would be one constraint.
        let numbered = format!("{} {}", self.limits.len() + 1, limit.name);
        self.limits.push(vec![
            numbered,
            kind.to_owned(),
            limit.carriers.join(","),
            limit.sense.to_owned(),
            number(limit.constant),
        ]);
    }

    /// The value of an attribute for the table of components; if it varies, its series goes to a file of its own.
    fn varying(&mut self, file: &'static str, name: &str, values: Vec<f64>) -> String {
        let first = values.first().copied().unwrap_or(0.0);
        if values.iter().any(|value| *value != first) {
            self.series.entry(file).or_default().push((name.to_owned(), values));
        }
        number(first)
    }

    /// The files: (name, contents).
    pub fn files(self, title: &str) -> Vec<(String, String)> {
        let snapshots =
            self.weights.iter().enumerate().map(|(i, w)| vec![i.to_string(), number(*w), number(1.0), number(1.0)]);
        let snapshots: Vec<Vec<String>> = snapshots.collect();
        let carriers: Vec<Vec<String>> = self.carriers.into_iter().map(|c| vec![c]).collect();
        let title = vec![vec![title.to_owned(), VERSION.to_owned()]];
        let mut files = vec![
            ("network.csv".to_owned(), table(&["name", "pypsa_version"], &title)),
            ("snapshots.csv".to_owned(), table(&["snapshot", "objective", "stores", "generators"], &snapshots)),
            ("buses.csv".to_owned(), table(&["name"], &self.buses)),
            ("carriers.csv".to_owned(), table(&["name"], &carriers)),
            ("generators.csv".to_owned(), table(&GENERATORS, &self.generators)),
            ("links.csv".to_owned(), table(&LINKS, &self.links)),
            ("global_constraints.csv".to_owned(), table(&LIMITS, &self.limits)),
        ];
        for (file, columns) in self.series {
            files.push((format!("{file}.csv"), series(&columns)));
        }
        files
    }
}

/// The version of PyPSA whose files these are.
const VERSION: &str = "1.4.0";

fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let written = out.write_record(header).and_then(|()| rows.iter().try_for_each(|row| out.write_record(row)));
    written.expect("writing rows of equal length to memory does not fail");
    String::from_utf8(out.into_inner().expect("memory can be flushed")).expect("what was written is text")
}

fn series(columns: &[(String, Vec<f64>)]) -> String {
    let header: Vec<&str> = core::iter::once("snapshot").chain(columns.iter().map(|c| c.0.as_str())).collect();
    let row = |i: usize| {
        let values = columns.iter().map(|c| number(c.1[i]));
        core::iter::once(i.to_string()).chain(values).collect()
    };
    let rows: Vec<Vec<String>> = (0..columns[0].1.len()).map(row).collect();
    table(&header, &rows)
}

/// The shortest text that reads back as the same number.
fn number(x: f64) -> String {
    format!("{x}")
}

fn truth(x: bool) -> String {
    if x { "True" } else { "False" }.to_owned()
}
