//! The catalogue a run buys from: embedded facts, the user's machines over them, projected models after them.

use super::cloud::CloudParams;
use super::machines::{Accelerator, AcceleratorSpec, Cooling, MachineSpec, Machines, MiningMachine};
use super::market::AiMarket;
use super::mining::MiningParams;
use crate::calendar::Day;
use projected::{PROJECTED, projected_accelerators, projected_mining};
use serde::Deserialize;

mod projected;

const MINING_MACHINES: &str = include_str!("mining_machines.csv");
const ACCELERATORS: &str = include_str!("accelerators.csv");

/// All machines that can be bought during a run, in order of release.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    mining: Vec<MiningMachine>,
    accelerators: Vec<Accelerator>,
    sold_for_years: f64,
}

#[derive(Deserialize)]
struct MiningRow {
    model: String,
    vendor: String,
    release: String,
    hashrate_th_s: f64,
    power_w: f64,
    cooling: Cooling,
    price_usd_per_th: Option<f64>,
    source: String,
}

#[derive(Deserialize)]
struct AcceleratorRow {
    model: String,
    vendor: String,
    release: String,
    all_in_kw: f64,
    price_usd: f64,
    release_rent_usd_per_gpu_hour: f64,
    flagship: bool,
    source: String,
}

/// A machine of either kind, by its name.
trait Entry {
    fn name(&self) -> &str;
}

impl Entry for MiningMachine {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Entry for Accelerator {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Catalogue {
    /// Builds the catalogue for a run that ends on `until`.
    ///
    /// # Errors
    /// Lists every wrong entry of the user's as (key below `machines`, what to do).
    pub fn build(machines: &Machines, until: Day) -> Result<Self, Vec<(String, String)>> {
        let mut wrong = Vec::new();
        for (key, what) in machines.accelerator_pricing.check() {
            wrong.push((format!("accelerator_pricing.{key}"), what));
        }
        let own = collect("mining", &machines.mining, |m| (&m.name, &m.release), own_machine, &mut wrong);
        let mut mining = overridden(embedded_mining(), own);
        let own =
            collect("accelerators", &machines.accelerators, |a| (&a.name, &a.release), own_accelerator, &mut wrong);
        let mut accelerators = overridden(embedded_accelerators(), own);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let projection = &machines.projection;
        mining.extend(projected_mining(&mining, projection.mining_improvement_per_year_share, until));
        accelerators.extend(projected_accelerators(&accelerators, machines, until));
        mining.sort_by(|a, b| (a.release, &a.name).cmp(&(b.release, &b.name)));
        accelerators.sort_by(|a, b| (a.release, &a.name).cmp(&(b.release, &b.name)));
        Ok(Self { mining, accelerators, sold_for_years: machines.sold_for_years })
    }

    /// All mining machines.
    pub fn mining(&self) -> &[MiningMachine] {
        &self.mining
    }

    /// All accelerators.
    pub fn accelerators(&self) -> &[Accelerator] {
        &self.accelerators
    }

    /// Mining machines sold new on a day.
    pub fn available(&self, day: Day) -> impl Iterator<Item = &MiningMachine> {
        self.mining.iter().filter(move |m| m.release <= day && day.years_since(m.release) <= self.sold_for_years)
    }

    /// The mining machine of least J/TH sold new on a day.
    pub fn most_efficient(&self, day: Day) -> Option<&MiningMachine> {
        self.available(day).min_by(|a, b| a.efficiency().0.total_cmp(&b.efficiency().0))
    }

    /// The mining machine of this name.
    pub fn mining_named(&self, name: &str) -> Option<&MiningMachine> {
        self.mining.iter().find(|m| m.name == name)
    }

    /// Accelerators released by a day.
    pub fn accelerators_available(&self, day: Day) -> impl Iterator<Item = &Accelerator> {
        self.accelerators.iter().filter(move |a| a.release <= day)
    }

    /// The newest flagship accelerator on a day.
    pub fn newest_flagship(&self, day: Day) -> Option<&Accelerator> {
        self.accelerators_available(day).filter(|a| a.flagship).last()
    }

    /// The accelerator of this name.
    pub fn accelerator_named(&self, name: &str) -> Option<&Accelerator> {
        self.accelerators.iter().find(|a| a.name == name)
    }

    /// Names in other tables that the catalogue does not know, as (full key, what to do).
    pub fn unknown_names(
        &self,
        mining: &MiningParams,
        cloud: &CloudParams,
        market: &AiMarket,
    ) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        if let Some(name) = mining.machine.as_deref().filter(|name| self.mining_named(name).is_none()) {
            wrong.push(("mining.machine".into(), unknown("mining machine", name, &self.mining)));
        }
        if let Some(name) = cloud.accelerator.as_deref().filter(|name| self.accelerator_named(name).is_none()) {
            wrong.push(("cloud.accelerator".into(), unknown("accelerator", name, &self.accelerators)));
        }
        for name in market.rent_paths.keys().filter(|name| self.accelerator_named(name).is_none()) {
            let key = format!("ai_market.rent_paths.{name}");
            wrong.push((key, unknown("accelerator", name, &self.accelerators)));
        }
        wrong
    }
}

fn unknown<T: Entry>(kind: &str, name: &str, known: &[T]) -> String {
    let nearest = known
        .iter()
        .map(Entry::name)
        .max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
    match nearest {
        Some(nearest) => format!("there is no {kind} `{name}`; the nearest is `{nearest}`"),
        None => format!("there is no {kind} `{name}`"),
    }
}

/// First day of `YYYY-MM`, or the day of `YYYY-MM-DD`.
fn release_day(text: &str) -> Option<Day> {
    let text = if text.len() == 7 { format!("{text}-01") } else { text.to_owned() };
    Day::parse(&text).ok().filter(|day| (1900..=2200).contains(&day.year()))
}

fn rows<T: serde::de::DeserializeOwned>(text: &'static str) -> impl Iterator<Item = T> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .map(|row| row.expect("embedded catalogues are read by a test"))
}

fn embedded_mining() -> Vec<MiningMachine> {
    rows(MINING_MACHINES)
        .map(|row: MiningRow| MiningMachine {
            release: release_day(&row.release).expect("embedded catalogues are read by a test"),
            name: row.model,
            vendor: row.vendor,
            hashrate_th_s: row.hashrate_th_s,
            power_w: row.power_w,
            cooling: row.cooling,
            listed_usd_per_th: row.price_usd_per_th,
            fixed_usd_per_th: None,
            source: row.source,
        })
        .collect()
}

fn embedded_accelerators() -> Vec<Accelerator> {
    rows(ACCELERATORS)
        .map(|row: AcceleratorRow| Accelerator {
            release: release_day(&row.release).expect("embedded catalogues are read by a test"),
            name: row.model,
            vendor: row.vendor,
            all_in_kw: row.all_in_kw,
            price_usd: row.price_usd,
            release_rent_usd_per_gpu_hour: row.release_rent_usd_per_gpu_hour,
            flagship: row.flagship,
            source: row.source,
        })
        .collect()
}

const OWN: &str = "scenario";

fn own_machine(spec: &MachineSpec, release: Day) -> MiningMachine {
    MiningMachine {
        name: spec.name.clone(),
        vendor: OWN.into(),
        release,
        hashrate_th_s: spec.hashrate_th_s,
        power_w: spec.power_w,
        cooling: spec.cooling,
        listed_usd_per_th: None,
        fixed_usd_per_th: spec.price_usd_per_th,
        source: OWN.into(),
    }
}

fn own_accelerator(spec: &AcceleratorSpec, release: Day) -> Accelerator {
    Accelerator {
        name: spec.name.clone(),
        vendor: OWN.into(),
        release,
        all_in_kw: spec.all_in_kw,
        price_usd: spec.price_usd,
        release_rent_usd_per_gpu_hour: spec.release_rent_usd_per_gpu_hour,
        flagship: spec.flagship,
        source: OWN.into(),
    }
}

/// Turns the user's entries into machines; says what is wrong with names and dates.
fn collect<S, T>(
    list: &str,
    specs: &[S],
    name_and_release: impl Fn(&S) -> (&String, &String),
    build: impl Fn(&S, Day) -> T,
    wrong: &mut Vec<(String, String)>,
) -> Vec<T> {
    let mut built = Vec::new();
    for (i, spec) in specs.iter().enumerate() {
        let (name, release) = name_and_release(spec);
        if name.trim().is_empty() {
            wrong.push((format!("{list}.{i}.name"), "give the machine a name".into()));
        }
        if name.starts_with(PROJECTED) {
            let what = format!("names beginning with \"{PROJECTED}\" belong to projected machines: choose another");
            wrong.push((format!("{list}.{i}.name"), what));
        }
        if specs[..i].iter().any(|earlier| name_and_release(earlier).0 == name) {
            wrong.push((format!("{list}.{i}.name"), format!("`{name}` is there twice: rename or remove one")));
        }
        match release_day(release) {
            Some(day) => built.push(build(spec, day)),
            None => wrong.push((
                format!("{list}.{i}.release"),
                format!("`{release}` is no date from 1900 to 2200: write YYYY-MM-DD or YYYY-MM"),
            )),
        }
    }
    built
}

/// The catalogue with the user's entries in place of those of the same name.
fn overridden<T: Entry>(mut catalogue: Vec<T>, own: Vec<T>) -> Vec<T> {
    catalogue.retain(|entry| own.iter().all(|o| o.name() != entry.name()));
    catalogue.extend(own);
    catalogue
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn catalogue() -> Catalogue {
        Catalogue::build(&Machines::default(), day("2036-06-30")).unwrap()
    }

    #[test]
    fn every_embedded_machine_has_a_unique_name_a_date_and_j_per_th_equal_to_power_over_hashrate() {
        #[derive(Deserialize)]
        struct Stated {
            efficiency_j_per_th: f64,
            price_usd_per_th: Option<f64>,
            price_when: String,
        }
        let machines = embedded_mining();
        assert!(machines.len() >= 25);
        assert_eq!(machines.iter().map(|m| &m.name).collect::<BTreeSet<_>>().len(), machines.len());
        for (machine, stated) in machines.iter().zip(rows::<Stated>(MINING_MACHINES)) {
            let ratio = machine.efficiency().0 / stated.efficiency_j_per_th;
            assert!((ratio - 1.0).abs() < 0.02, "{}: {ratio}", machine.name);
            assert!((2016..=2026).contains(&machine.release.year()), "{}", machine.name);
            assert_eq!(stated.price_usd_per_th.is_some(), !stated.price_when.is_empty(), "{}", machine.name);
            assert!(!machine.source.is_empty() && !machine.vendor.is_empty(), "{}", machine.name);
        }
        assert!(machines.is_sorted_by_key(|m| m.release));
    }

    #[test]
    fn every_embedded_accelerator_has_a_unique_name_a_source_and_more_power_than_its_board() {
        #[derive(Deserialize)]
        struct Board {
            board_w: f64,
        }
        let accelerators = embedded_accelerators();
        assert!(accelerators.len() >= 8);
        assert_eq!(accelerators.iter().map(|a| &a.name).collect::<BTreeSet<_>>().len(), accelerators.len());
        for (accelerator, board) in accelerators.iter().zip(rows::<Board>(ACCELERATORS)) {
            assert!(accelerator.all_in_kw * 1000.0 > board.board_w, "{}", accelerator.name);
            assert!(accelerator.price_usd > 0.0 && !accelerator.source.is_empty(), "{}", accelerator.name);
        }
        assert!(accelerators.is_sorted_by_key(|a| a.release));
    }

    #[test]
    fn only_released_machines_still_on_sale_are_available() {
        let catalogue = catalogue();
        let on = day("2024-04-20");
        let names: Vec<_> = catalogue.available(on).map(|m| m.name.as_str()).collect();
        assert!(names.contains(&"Antminer S21") && names.contains(&"Antminer S19 XP"));
        assert!(!names.contains(&"Antminer S21 Pro") && !names.contains(&"Antminer S9"));
        assert_eq!(catalogue.most_efficient(on).unwrap().name, "Antminer S21");
        assert!(catalogue.available(day("2012-01-01")).next().is_none());
    }

    #[test]
    fn efficiency_goes_on_improving_by_17_5_percent_a_year_after_the_last_model() {
        let catalogue = catalogue();
        let best = |text| catalogue.most_efficient(day(text)).unwrap();
        assert_eq!(best("2026-06-30").efficiency().0, 9.5);
        assert_eq!(best("2028-06-30").name, "Projected 2028");
        assert!((best("2028-06-30").efficiency().0 - 9.5 * 0.825 * 0.825).abs() < 0.01);
        assert!(catalogue.mining_named("Projected 2036").is_some());
        assert!(catalogue.mining_named("Projected 2037").is_none());
    }

    #[test]
    fn a_projected_accelerator_follows_every_second_year() {
        let catalogue = catalogue();
        assert_eq!(catalogue.newest_flagship(day("2024-01-01")).unwrap().name, "H100 SXM 80GB");
        assert_eq!(catalogue.newest_flagship(day("2026-06-01")).unwrap().name, "GB200 NVL72");
        assert_eq!(catalogue.newest_flagship(day("2030-01-01")).unwrap().name, "Projected accelerator 2029");
    }

    fn spec(name: &str, release: &str) -> MachineSpec {
        MachineSpec {
            name: name.into(),
            release: release.into(),
            hashrate_th_s: 100.0,
            power_w: 800.0,
            cooling: Cooling::Air,
            price_usd_per_th: Some(11.0),
        }
    }

    #[test]
    fn the_users_machines_join_or_replace_the_catalogues() {
        let mining = vec![spec("Antminer S9", "2024-02"), spec("Mine", "2027-03-01")];
        let own = Catalogue::build(&Machines { mining, ..Machines::default() }, day("2030-01-01")).unwrap();
        assert_eq!(own.mining_named("Antminer S9").unwrap().efficiency().0, 8.0);
        assert_eq!(own.mining_named("Mine").unwrap().fixed_usd_per_th, Some(11.0));
        assert!(own.mining_named("Projected 2027").is_none() && own.mining_named("Projected 2028").is_some());
    }

    #[test]
    fn wrong_entries_are_all_told_at_once() {
        let mining = vec![spec("A", "2024-13"), spec("A", "soon"), spec("Projected 2030", "2024-01")];
        let wrong = Catalogue::build(&Machines { mining, ..Machines::default() }, day("2030-01-01")).unwrap_err();
        let keys: Vec<_> = wrong.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["mining.0.release", "mining.1.name", "mining.1.release", "mining.2.name"]);
    }

    #[test]
    fn unknown_names_are_told_with_the_nearest_known() {
        let mining = MiningParams { machine: Some("Antminer S21 pro".into()), ..MiningParams::default() };
        let cloud = CloudParams { accelerator: Some("H100".into()), ..CloudParams::default() };
        let wrong = catalogue().unknown_names(&mining, &cloud, &AiMarket::default());
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].1.contains("`Antminer S21 Pro`"), "{}", wrong[0].1);
        assert!(wrong[1].1.contains("`H100 SXM 80GB`"), "{}", wrong[1].1);
    }
}
