//! Phase *Record*: rows and counts for the tables.

use bevy_ecs::prelude::*;

use super::components::{Site, SiteLog, Today};
use super::resources::{Calendar, Chain, Journal, Order, Plan, Quote, RestOfWorld, Wanted};
use crate::dispatch::{AiReason, Hour, MiningReason};
use crate::finance::Kind;
use crate::placement::FarmKind;
use crate::results::tables::{EventRow, NetworkRow, PlacedRow};
use crate::scenario::model::Site as SiteParams;

/// Writes the day's network row and events, and adds the day to each site's log.
pub fn write_rows(
    plan: Res<Plan>,
    wanted: Res<Wanted>,
    calendar: Res<Calendar>,
    order: Res<Order>,
    quote: Res<Quote>,
    chain: Res<Chain>,
    world: Res<RestOfWorld>,
    mut sites: Query<(&Site, &Today, &mut SiteLog)>,
    mut journal: ResMut<Journal>,
) {
    let (month, year) = (calendar.today.month() as usize - 1, calendar.today.year());
    journal.network.push(network_row(&calendar, &quote, &chain, &world));
    for retarget in &chain.day.retargets {
        journal.events.push(EventRow {
            date: calendar.today.to_string(),
            kind: "retarget".to_owned(),
            detail: format!(
                "height {}, difficulty {:.4e} to {:.4e}",
                retarget.height,
                retarget.old_bits.difficulty(),
                retarget.bits.difficulty()
            ),
            ..EventRow::default()
        });
    }
    for height in &chain.day.halvings {
        journal.events.push(EventRow {
            date: calendar.today.to_string(),
            kind: "halving".to_owned(),
            detail: format!("height {height}"),
            ..EventRow::default()
        });
    }
    for &entity in &order.sites {
        if let Ok((site, today, mut log)) = sites.get_mut(entity) {
            log.note_capacity(today);
            if *wanted == Wanted::Everything {
                log.add_hours(month, year, today);
            }
            if calendar.month_ends {
                journal.placed.extend(placed_rows(&calendar, &plan.0.sites[site.index], today));
            }
        }
    }
}

/// Capacity that runs at the month's end, a row for each kind there is.
fn placed_rows(calendar: &Calendar, site: &SiteParams, today: &Today) -> Vec<PlacedRow> {
    let hosting_mw = today.ai_slots_mw * today.ai_share(FarmKind::Hosting);
    let cloud_mw = today.ai_slots_mw - hosting_mw;
    [(Kind::Mining, today.mining_slots_mw), (Kind::Hosting, hosting_mw), (Kind::Cloud, cloud_mw)]
        .into_iter()
        .filter(|(_, mw)| *mw > 1e-9)
        .map(|(kind, mw)| PlacedRow {
            month: calendar.today.month_label(),
            site: site.name.clone(),
            site_class: site.class(),
            kind,
            mw,
        })
        .collect()
}

fn network_row(calendar: &Calendar, quote: &Quote, chain: &Chain, world: &RestOfWorld) -> NetworkRow {
    NetworkRow {
        date: calendar.today.to_string(),
        height: chain.race.height(),
        nbits: format!("{:08x}", chain.race.bits().bits()),
        difficulty: chain.race.difficulty(),
        price_usd: quote.price_usd,
        hashrate_eh_s: chain.day.mean_hashrate_eh_s,
        subsidy_btc: quote.subsidy_btc,
        fees_btc_per_block: quote.fees_btc,
        hashprice_usd_per_ph_day: quote.hashprice_usd,
        blocks: chain.day.blocks,
        efficiency_j_per_th: world.0.efficiency_j_per_th(),
    }
}

/// Sums over the days of one (month of the year, hour of the day).
#[derive(Debug, Clone, Copy, Default)]
pub struct HeatCell {
    /// Hours summed.
    pub hours: f64,
    /// Mining, MWh.
    pub mining_mwh: f64,
    /// AI, MWh.
    pub ai_mwh: f64,
    /// Export, MWh.
    pub export_mwh: f64,
    /// Curtailed, MWh.
    pub curtailed_mwh: f64,
    /// Surplus used or sold, MWh.
    pub surplus_mwh: f64,
    /// Hydro used or sold, MWh.
    pub hydro_mwh: f64,
    /// Import, MWh.
    pub grid_mwh: f64,
    /// Sum of prices, USD/MWh·h.
    pub price_usd_per_mwh: f64,
}

/// Hours of a year by reason, in the order of [`MiningReason::ALL`] and [`AiReason::ALL`].
#[derive(Debug, Clone)]
pub struct ReasonHours {
    year: i16,
    mining: [u32; MiningReason::ALL.len()],
    ai: [u32; AiReason::ALL.len()],
}

impl ReasonHours {
    fn of_year(year: i16) -> Self {
        Self { year, mining: [0; MiningReason::ALL.len()], ai: [0; AiReason::ALL.len()] }
    }

    fn add(&mut self, mining: MiningReason, ai: AiReason) {
        self.mining[mining as usize] += 1;
        self.ai[ai as usize] += 1;
    }

    /// (year, whether of mining, reason, hours) of each reason there was: AI before mining, by name.
    pub fn rows(&self) -> Vec<(i16, bool, &'static str, f64)> {
        let ai = AiReason::ALL.iter().zip(self.ai).filter(|(reason, _)| **reason != AiReason::None);
        let mining = MiningReason::ALL.iter().zip(self.mining).filter(|(r, _)| **r != MiningReason::NoMachines);
        let ai = ai.map(|(reason, hours)| (false, reason.as_str(), hours));
        let mining = mining.map(|(reason, hours)| (true, reason.as_str(), hours));
        let mut rows: Vec<_> = ai.chain(mining).filter(|(.., hours)| *hours > 0).collect();
        rows.sort_unstable();
        rows.into_iter().map(|(mining, reason, hours)| (self.year, mining, reason, f64::from(hours))).collect()
    }
}

impl SiteLog {
    /// Adds the hours of a day of a month (0 is January) and year.
    fn add_hours(&mut self, month: usize, year: i16, today: &Today) {
        let loaded = !today.is_idle();
        if loaded && self.reasons.last().is_none_or(|last| last.year != year) {
            self.reasons.push(ReasonHours::of_year(year));
        }
        for (hour, cell) in self.heat[month].iter_mut().enumerate() {
            let there = Hour { miners_called_off: today.called_off[hour], ..today.stretch.power().hour(hour) };
            let r = today.account.at(hour);
            let export_mw = r.export_surplus_mw + r.export_hydro_mw;
            cell.hours += 1.0;
            cell.mining_mwh += r.mining_mw;
            cell.ai_mwh += r.ai.surplus_mw + r.ai.hydro_mw + r.ai.grid_mw + r.ai.backup_mw;
            cell.export_mwh += export_mw;
            cell.curtailed_mwh += r.curtailed_mw;
            cell.surplus_mwh += r.mining.surplus_mw + r.ai.surplus_mw + r.export_surplus_mw;
            cell.hydro_mwh += r.mining.hydro_mw + r.ai.hydro_mw + r.export_hydro_mw;
            self.surplus_available_mwh += there.surplus_mw;
            self.hydro_available_mwh += there.hydro_mw;
            cell.grid_mwh += r.mining.grid_mw + r.ai.grid_mw;
            cell.price_usd_per_mwh += there.price_usd_per_mwh;
            self.outage_hours += today.stretch.outage_share()[hour];
            if let Some(reasons) = self.reasons.last_mut().filter(|_| loaded) {
                reasons.add(r.mining_reason(&there, &today.decides, &today.miners), r.ai_reason(today.ai_draw_mw()));
            }
        }
    }

    fn note_capacity(&mut self, today: &Today) {
        (self.mining_mw, self.ai_mw) = (today.mining_slots_mw, today.ai_slots_mw);
        self.peak_mining_mw = self.peak_mining_mw.max(today.mining_slots_mw);
        self.peak_ai_mw = self.peak_ai_mw.max(today.ai_slots_mw);
    }
}
