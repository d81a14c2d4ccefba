//! What several charts ask of the tables, and how they name and colour it.

use plotters::style::RGBColor;

use super::palette::{AI, EXPORT, INK, MINING, tint};
use super::panel::Halving;
use crate::calendar::Day;
use crate::results::{Kind, SiteClass, Tables};

/// The kinds a farm can have, in the order charts list them.
pub(super) const FARM_KINDS: [Kind; 3] = [Kind::Mining, Kind::Hosting, Kind::Cloud];
/// The classes a site can have, in the order charts list them.
pub(super) const CLASSES: [SiteClass; 4] = [SiteClass::Surplus, SiteClass::Hydro, SiteClass::Mixed, SiteClass::Grid];

/// First and last day of the run.
pub(super) fn span(tables: &Tables) -> Option<(Day, Day)> {
    let days = || tables.network.iter().filter_map(|row| Day::parse(&row.date).ok());
    Some((days().min()?, days().max()?))
}

/// The halvings of the run, by the subsidy of its days.
pub(super) fn halvings(tables: &Tables) -> Vec<Halving> {
    let halved = tables.network.windows(2).filter(|two| two[1].subsidy_btc < two[0].subsidy_btc);
    halved
        .filter_map(|two| {
            let day = Day::parse(&two[1].date).ok()?;
            Some(Halving { day, subsidy_btc: two[1].subsidy_btc })
        })
        .collect()
}

/// First day of a month written `YYYY-MM`, in a year that has a next one.
pub(super) fn month_start(month: &str) -> Option<Day> {
    let day = Day::parse(&format!("{month}-01")).ok()?;
    (day.year() < 9999).then_some(day)
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Mining => "mining",
        Kind::Hosting => "AI hosting",
        Kind::Cloud => "AI cloud",
        Kind::GridSale => "grid sale",
        Kind::All => "all",
    }
}

pub(super) fn kind_color(kind: Kind) -> RGBColor {
    match kind {
        Kind::Mining => MINING,
        Kind::Hosting => tint(AI, 0.55),
        Kind::Cloud => AI,
        Kind::GridSale => EXPORT,
        Kind::All => INK,
    }
}

pub(super) fn class_name(class: SiteClass) -> &'static str {
    match class {
        SiteClass::Surplus => "surplus",
        SiteClass::Hydro => "hydro",
        SiteClass::Grid => "grid",
        SiteClass::Mixed => "mixed",
    }
}

pub(super) fn class_color(class: SiteClass) -> RGBColor {
    match class {
        SiteClass::Surplus => RGBColor(0xf0, 0xe4, 0x42),
        SiteClass::Hydro => RGBColor(0x56, 0xb4, 0xe9),
        SiteClass::Grid => RGBColor(0x80, 0x80, 0x80),
        SiteClass::Mixed => RGBColor(0xcc, 0x79, 0xa7),
    }
}

/// The run's name before what a chart says of itself.
pub(super) fn subtitle(run: &str, text: &str) -> String {
    if run.trim().is_empty() { text.to_owned() } else { format!("{run} · {text}") }
}
