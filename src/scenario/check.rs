//! Checks between keys, and the reading of data files, once every single key is in order.

use std::collections::BTreeSet;

use super::model::{Policy, Scenario, Site, Standing};
use super::report::Report;
use crate::bitcoin::checkpoint::start_of;
use crate::bitcoin::market::{PriceModel, read_daily};
use crate::compute::Catalogue;
use crate::energy::read_hourly;
use crate::placement::{Action, FarmKind};

/// Longest horizon, days: a century.
const LONGEST_DAYS: i32 = 36_525;

/// Reports what no single key shows, and fills in the contents of the data files.
pub fn check(scenario: &mut Scenario, report: &mut Report<'_>) {
    check_variant(scenario, &[], report);
}

/// The same for a variant of a scenario that passed with the sites `sound`: what energy is the same is in order.
pub fn check_variant(scenario: &mut Scenario, sound: &[Site], report: &mut Report<'_>) {
    check_dates(scenario, report);
    check_bitcoin(scenario, report);
    check_tables(scenario, report);
    check_sites(scenario, sound, report);
    check_machines(scenario, report);
    check_placement(scenario, report);
    check_carbon(scenario, report);
    read_files(scenario, report);
}

fn check_dates(scenario: &Scenario, report: &mut Report<'_>) {
    if scenario.end <= scenario.start {
        let text = format!("`end` ({}) is not after `start` ({})", scenario.end, scenario.start);
        report.keys(&["end", "start"], &text, "`end` is the day after the last simulated one");
    } else if scenario.end.0 - scenario.start.0 > LONGEST_DAYS {
        report.keys(&["end", "start"], "the horizon is longer than a hundred years", "bring `end` nearer to `start`");
    }
}

fn check_bitcoin(scenario: &Scenario, report: &mut Report<'_>) {
    let bitcoin = &scenario.bitcoin;
    report.within("bitcoin.price", bitcoin.price.check());
    report.within("bitcoin.network", bitcoin.network.check());
    match &bitcoin.start {
        Some(start) => report.within("bitcoin.start", start.check()),
        None => {
            if let Err(error) = start_of(scenario.start) {
                report.key(
                    "start",
                    &error.to_string(),
                    "choose another `start`, or state the chain in `[bitcoin.start]`",
                );
            }
        }
    }
}

fn check_tables(scenario: &Scenario, report: &mut Report<'_>) {
    report.within("finance", scenario.finance.check(scenario.days() as i32));
    report.within("mining", scenario.mining.check());
    report.within("hosting", scenario.hosting.check());
    report.within("cloud", scenario.cloud.check());
    report.within("ai_market", scenario.ai_market.check());
}

fn check_sites(scenario: &Scenario, sound: &[Site], report: &mut Report<'_>) {
    report
        .unique("sites", scenario.sites.iter().enumerate().map(|(i, s)| (s.name.as_str(), format!("sites.{i}.name"))));
    for (i, site) in scenario.sites.iter().enumerate() {
        let energy = site.energy();
        if sound.get(i).is_none_or(|sound| sound.energy() != energy) {
            report.within(&format!("sites.{i}"), energy.check());
        }
        if site.hosting_rent_usd_per_kw_month.is_some() && scenario.hosting.rent_usd_per_kw_month <= 0.0 {
            let text = "a site's own rent is reckoned against `hosting.rent_usd_per_kw_month`, which is 0";
            let path = format!("sites.{i}.hosting_rent_usd_per_kw_month");
            report.key(&path, text, "give `[hosting]` a rent above 0, or take this key away");
        }
        check_standing(i, site, report);
        let until = site.grid.as_ref().and_then(|g| g.forward.as_ref()).and_then(|f| f.until);
        if let Some(until) = until.filter(|until| *until <= scenario.start) {
            let text = format!("power is bought forward until {until}, the run starts on {}", scenario.start);
            let path = format!("sites.{i}.grid.forward.until");
            report.key(&path, &text, "give a later day, or take `forward` away");
        }
    }
}

fn check_standing(i: usize, site: &Site, report: &mut Report<'_>) {
    let standing_mw: f64 = site.standing.iter().map(|s| s.mw).sum();
    if standing_mw > site.maximum_mw {
        let text = format!("farms of {standing_mw} MW stand here, `maximum_mw` is {}", site.maximum_mw);
        report.keys(&[&format!("sites.{i}.maximum_mw")], &text, "raise `maximum_mw` or lower the standing `mw`");
    }
    for (j, Standing { kind, machine, .. }) in site.standing.iter().enumerate() {
        let path = format!("sites.{i}.standing.{j}");
        match (kind, machine) {
            (FarmKind::Mining | FarmKind::Cloud, None) => {
                let text = format!("a standing {} farm needs `machine`", kind.as_str());
                report.key(&path, &text, "name a model of the catalogue or of `[machines]`");
            }
            (FarmKind::Hosting, Some(_)) => {
                let text = "a hosting farm has no `machine`: they are the tenant's";
                report.key(&format!("{path}.machine"), text, "take the key away");
            }
            _ => {}
        }
    }
}

fn check_machines(scenario: &Scenario, report: &mut Report<'_>) {
    let catalogue = match Catalogue::build(&scenario.machines, scenario.end.max(scenario.start)) {
        Ok(catalogue) => catalogue,
        Err(wrong) => return report.within("machines", wrong),
    };
    report.within("", catalogue.unknown_names(&scenario.mining, &scenario.cloud, &scenario.ai_market));
    let known = |kind: FarmKind, name: &str| match kind {
        FarmKind::Mining => catalogue.mining_named(name).is_some(),
        FarmKind::Cloud => catalogue.accelerator_named(name).is_some(),
        FarmKind::Hosting => true,
    };
    let standing = scenario.sites.iter().enumerate().flat_map(|(i, site)| {
        let path = move |j: usize| format!("sites.{i}.standing.{j}.machine");
        site.standing.iter().enumerate().map(move |(j, s)| (s.kind, s.machine.as_deref(), path(j)))
    });
    let planned = scenario.plan.iter().enumerate();
    let planned = planned.map(|(i, e)| (e.kind, e.machine.as_deref(), format!("plan.{i}.machine")));
    // A conversion replaces mining machines, a refresh those of its own kind.
    let replaced = scenario.plan.iter().enumerate().map(|(i, e)| {
        let kind = if e.action == Action::Convert { FarmKind::Mining } else { e.kind };
        (kind, e.replaces.as_deref(), format!("plan.{i}.replaces"))
    });
    for (kind, machine, path) in standing.chain(planned).chain(replaced) {
        if let Some(name) = machine.filter(|name| !known(kind, name)) {
            let names: Vec<&str> = match kind {
                FarmKind::Mining => catalogue.mining().iter().map(|m| m.name.as_str()).collect(),
                _ => catalogue.accelerators().iter().map(|a| a.name.as_str()).collect(),
            };
            let nearest = names
                .into_iter()
                .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
            let help = nearest.map_or_else(String::new, |n| format!("did you mean `{n}`?"));
            report.key(&path, &format!("no machine is called `{name}`"), &help);
        }
    }
}

fn check_placement(scenario: &Scenario, report: &mut Report<'_>) {
    let fixed = scenario.placement.policy == Policy::Fixed;
    if !fixed && !scenario.plan.is_empty() {
        let text = "`[[plan]]` is followed under `placement.policy = \"fixed\"` only";
        report.keys(&["placement.policy"], text, "write `policy = \"fixed\"`, or take `[[plan]]` away");
    }
    let sites: BTreeSet<&str> = scenario.sites.iter().map(|s| s.name.as_str()).collect();
    for (i, entry) in scenario.plan.iter().enumerate() {
        if !sites.contains(entry.site.as_str()) {
            let nearest = sites
                .iter()
                .max_by(|a, b| strsim::jaro_winkler(a, &entry.site).total_cmp(&strsim::jaro_winkler(b, &entry.site)));
            let help = nearest.map_or_else(String::new, |n| format!("did you mean `{n}`?"));
            report.key(&format!("plan.{i}.site"), &format!("no site is called `{}`", entry.site), &help);
        }
        if entry.date < scenario.start || entry.date >= scenario.end {
            let text = format!("{} is outside the run ({} to {})", entry.date, scenario.start, scenario.end);
            report.key(&format!("plan.{i}.date"), &text, "choose a day from `start` on and before `end`");
        }
        let convertible = entry.action != Action::Convert || entry.kind != FarmKind::Mining;
        if !convertible {
            report.key(&format!("plan.{i}.kind"), "a conversion makes AI of mining", "write `hosting` or `cloud`");
        }
        if entry.replaces.is_some() && !matches!(entry.action, Action::Convert | Action::Refresh) {
            let text = format!("to {} replaces nothing", entry.action.as_str());
            report.key(&format!("plan.{i}.replaces"), &text, "take the key away, or write `convert` or `refresh`");
        }
        if entry.action == Action::Refresh && entry.kind == FarmKind::Hosting {
            report.key(
                &format!("plan.{i}.kind"),
                "a leased hall has no machines to refresh",
                "write `mining` or `cloud`",
            );
        }
    }
}

/// A cap on emissions and a price of carbon mean something only where every grid's emissions are known.
fn check_carbon(scenario: &Scenario, report: &mut Report<'_>) {
    let placement = &scenario.placement;
    let asks = if placement.co2_cap_t_per_year.is_some() {
        "placement.co2_cap_t_per_year"
    } else {
        "placement.internal_co2_price"
    };
    if placement.co2_cap_t_per_year.is_none() && placement.internal_co2_price.is_empty() {
        return;
    }
    for (i, site) in scenario.sites.iter().enumerate() {
        if site.grid.as_ref().is_some_and(|grid| grid.co2_kg_per_mwh.is_none()) {
            let text = format!(
                "`{asks}` needs the emissions of every grid: `sites.{}.grid` has no `co2_kg_per_mwh`",
                site.name
            );
            let help = "add `co2_kg_per_mwh`: the mean of the grid's generation, as Ember, IEA or EPA eGRID publish it";
            report.key(&format!("sites.{i}.grid"), &text, help);
        }
    }
    if placement.co2_cap_t_per_year.is_some() && placement.cvar_weight > 0.0 {
        let text = "a cap on mean emissions and aversion to risk do not go together: no one price of carbon keeps both";
        let keys = ["placement.co2_cap_t_per_year", "placement.cvar_weight"];
        report.keys(&keys, text, "take one of the two away");
    }
    let prices = &placement.internal_co2_price;
    for i in (1..prices.len()).filter(|i| prices[*i].from <= prices[i - 1].from) {
        let text = format!("{} is not after the day before it, {}", prices[i].from, prices[i - 1].from);
        report.key(&format!("placement.internal_co2_price.{i}.from"), &text, "put the prices in order of date");
    }
}

/// Reads every data file named, reporting each wrong line.
fn read_files(scenario: &mut Scenario, report: &mut Report<'_>) {
    for (i, site) in scenario.sites.iter().enumerate() {
        for (path, source) in site.energy().sources() {
            let Some(text) = report.data_text(&source.file) else { continue };
            if scenario.data.series.contains_key(&source.key()) {
                continue;
            }
            match read_hourly(text, source) {
                Ok(series) => {
                    scenario.data.series.insert(source.key(), series);
                }
                Err(errors) => {
                    for error in errors {
                        report.data_line(&format!("sites.{i}.{path}.file"), error.line, &error.message);
                    }
                }
            }
        }
    }
    for (i, site) in scenario.sites.iter().enumerate() {
        report.within(&format!("sites.{i}"), site.energy().check_series(&scenario.data.series));
    }
    if let PriceModel::Csv(spec) = &scenario.bitcoin.price
        && let Some(text) = report.data_text(&spec.file)
    {
        match read_daily(text, spec) {
            Ok(series) => {
                if let Err(text) = series.check_covers(scenario.start, scenario.days()) {
                    report.key("bitcoin.price.file", &text, "");
                }
                scenario.data.price = Some(series);
            }
            Err(errors) => {
                for error in errors {
                    report.data_line("bitcoin.price.file", error.line as usize, &error.message);
                }
            }
        }
    }
}
