//! Phase *Mine*: the day's blocks.

use bevy_ecs::prelude::*;

use super::components::{At, Farm, Today};
use super::resources::{Calendar, Chain, Order, Quote, RestOfWorld, RunMode};
use crate::bitcoin::protocol::SAT_PER_BTC;
use crate::bitcoin::race::{HourReport, Mode};

/// Runs the race hour by hour: the rest of the world is participant 0, each mine has its own number.
pub fn race(
    calendar: Res<Calendar>,
    mode: Res<RunMode>,
    order: Res<Order>,
    quote: Res<Quote>,
    world: Res<RestOfWorld>,
    farms: Query<(&Farm, &At)>,
    sites: Query<&Today>,
    mut chain: ResMut<Chain>,
    mut mines: Local<Vec<(usize, [f64; 24])>>,
    mut report: Local<HourReport>,
) {
    let chain = &mut *chain;
    let participants = chain.hashrate_eh_s.len();
    chain.day.begin(participants);
    mines.clear();
    for (farm, at) in order.farms.iter().filter_map(|&entity| farms.get(entity).ok()) {
        if let (Some(participant), Ok(today)) = (farm.participant, sites.get(at.0)) {
            mines.push((participant, today.hashrate_eh_s));
        }
    }
    let world_eh_s = world.0.hashrate_eh_s();
    for hour in 0..24 {
        chain.hashrate_eh_s.fill(0.0);
        chain.hashrate_eh_s[0] = world_eh_s;
        for (participant, hashrate_eh_s) in &*mines {
            chain.hashrate_eh_s[*participant] += hashrate_eh_s[hour];
        }
        report.clear();
        let start_unix = calendar.today.unix() + 3_600 * hour as i64;
        chain.race.run_hour(start_unix, &chain.hashrate_eh_s, &mut report);
        let total: f64 = chain.hashrate_eh_s.iter().sum();
        chain.day.note(hour, total, &report);
        if mode.0 != Mode::Expected {
            chain.day.credit_finders(&report, quote.fees_btc);
        }
    }
}

impl super::resources::ChainDay {
    fn begin(&mut self, participants: usize) {
        self.blocks = 0;
        self.retargets.clear();
        self.halvings.clear();
        self.mean_hashrate_eh_s = 0.0;
        self.found.clear();
        self.found.resize(participants, 0);
        self.found_btc.clear();
        self.found_btc.resize(participants, 0.0);
    }

    fn note(&mut self, hour: usize, total_eh_s: f64, report: &HourReport) {
        self.mean_hashrate_eh_s += total_eh_s / 24.0;
        self.blocks_per_eh_s[hour] = report.expected_blocks_per_eh_s;
        self.subsidy_btc_per_eh_s[hour] = report.expected_subsidy_btc_per_eh_s;
        self.blocks += report.blocks.len() as u32;
        self.retargets.extend_from_slice(&report.retargets);
        self.halvings.extend_from_slice(&report.halvings);
    }

    /// Notes who found the blocks; without luck nobody in particular did.
    fn credit_finders(&mut self, report: &HourReport, fees_btc: f64) {
        for block in &report.blocks {
            self.found[block.finder] += 1;
            self.found_btc[block.finder] += block.subsidy_sat as f64 / SAT_PER_BTC as f64 + fees_btc;
        }
    }
}
