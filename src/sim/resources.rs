//! What the whole simulation shares.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use super::decide::foresight::Foresight;
use crate::bitcoin::hashprice::hashprice_usd_per_ph_day;
use crate::bitcoin::network::Network;
use crate::bitcoin::protocol::{HALVING_INTERVAL, SAT_PER_BTC, subsidy_sat};
use crate::bitcoin::race::Race;
use crate::calendar::{DAYS_PER_YEAR, Day};
use crate::scenario::Scenario;

/// The scenario, as it was read.
#[derive(Resource, Debug)]
pub struct Plan(pub Scenario);

/// Sites in file order; farms in order of creation: every fold goes along these, never along a query.
#[derive(Resource, Debug, Default)]
pub struct Order {
    /// Site entities.
    pub sites: Vec<Entity>,
    /// Farm entities.
    pub farms: Vec<Entity>,
    /// Batch entities.
    pub batches: Vec<Entity>,
    /// Those of them that still stand or are being built: what a day has to look at.
    pub standing: Vec<Entity>,
}

/// What day it is, and what begins with it.
#[derive(Resource, Debug)]
pub struct Calendar {
    /// First day of the run.
    pub start: Day,
    /// Day after the last.
    pub end: Day,
    /// Today.
    pub today: Day,
    /// Days since the start.
    pub index: usize,
    /// Whether the first day has begun.
    pub opened: bool,
    /// Whether a year begins today (not on the first day).
    pub new_year: bool,
    /// Whether a halving block was found yesterday.
    pub after_halving: bool,
    /// Halving epoch at midnight.
    pub epoch: u32,
    /// Whether today is the last day of its month, or of the run.
    pub month_ends: bool,
    /// Days of the calendar month.
    pub days_in_month: f64,
}

impl Quote {
    /// The quote of a day whose price and drawn fees are given, after the block of `height`.
    pub fn new(scenario: &Scenario, price_usd: f64, drawn_fees_btc: f64, height: u32, difficulty: f64) -> Self {
        let payback_months = scenario.machines.pricing.payback_months;
        let subsidy_btc = subsidy_btc(height + 1);
        let fees_btc = scenario.bitcoin.fees.of_block(drawn_fees_btc, subsidy_btc);
        let hashprice = |subsidy_btc: f64| hashprice_usd_per_ph_day(difficulty, subsidy_btc, fees_btc, price_usd);
        let blocks = BLOCKS_PER_DAY * DAYS_PER_YEAR / 12.0 * payback_months;
        let to_halving = f64::from((height / HALVING_INTERVAL + 1) * HALVING_INTERVAL - height - 1);
        let after_share = if blocks > 0.0 { (1.0 - to_halving / blocks).max(0.0) } else { 0.0 };
        let (now, after) = (hashprice(subsidy_btc), hashprice(0.5 * subsidy_btc));
        let outlook_usd = now + after_share * (after - now);
        Self { price_usd, fees_btc, subsidy_btc, difficulty, hashprice_usd: now, outlook_usd }
    }
}

/// Blocks of a day at ten minutes each.
const BLOCKS_PER_DAY: f64 = 144.0;

fn subsidy_btc(height: u32) -> f64 {
    subsidy_sat(height) as f64 / SAT_PER_BTC as f64
}

impl Calendar {
    /// The calendar on the first day.
    pub fn new(start: Day, end: Day, epoch: u32) -> Self {
        let mut calendar = Self {
            start,
            end,
            today: start,
            index: 0,
            opened: false,
            new_year: false,
            after_halving: false,
            epoch,
            month_ends: false,
            days_in_month: 30.0,
        };
        calendar.look();
        calendar
    }

    /// Turns to the next day.
    pub fn turn(&mut self) {
        self.today = self.today.plus_days(1);
        self.index += 1;
        self.look();
    }

    fn look(&mut self) {
        let tomorrow = self.today.plus_days(1);
        self.new_year = self.index > 0 && self.today.day_of_year() == 1;
        self.month_ends = tomorrow.day_of_month() == 1 || tomorrow == self.end;
        self.days_in_month = f64::from(self.today.date().days_in_month());
    }
}

/// The coin's price and the fees per block over the whole horizon.
#[derive(Resource, Debug)]
pub struct Coin {
    /// USD/BTC, one per day.
    pub price_usd: Vec<f64>,
    /// BTC per block, one per day.
    pub fees_btc: Vec<f64>,
}

/// Prices of the day that the farms answer to.
#[derive(Resource, Debug, Default, Clone, Copy)]
pub struct Quote {
    /// USD/BTC.
    pub price_usd: f64,
    /// Fees per block, BTC.
    pub fees_btc: f64,
    /// Subsidy of the next block, BTC.
    pub subsidy_btc: f64,
    /// Difficulty at midnight.
    pub difficulty: f64,
    /// Hashprice at midnight, USD per PH/s and day.
    pub hashprice_usd: f64,
    /// Mean hashprice until a machine bought today has paid for itself, at today's price, fees and difficulty, USD
    /// per PH/s and day: sellers of machines know when the next halving comes.
    pub outlook_usd: f64,
}

/// The chain being mined, and what it did today.
#[derive(Resource)]
pub struct Chain {
    /// The race.
    pub race: Race,
    /// Hashrates by participant, EH/s (scratch of the hour).
    pub hashrate_eh_s: Vec<f64>,
    /// Today's outcome.
    pub day: ChainDay,
}

/// Outcome of a day in the race.
#[derive(Debug, Default)]
pub struct ChainDay {
    /// Blocks found.
    pub blocks: u32,
    /// Retargets.
    pub retargets: Vec<crate::bitcoin::race::Retarget>,
    /// Heights of halving blocks.
    pub halvings: Vec<u32>,
    /// Mean hashrate of everybody, EH/s.
    pub mean_hashrate_eh_s: f64,
    /// Blocks a participant with 1 EH/s expects, by hour.
    pub blocks_per_eh_s: [f64; 24],
    /// Subsidy a participant with 1 EH/s expects, BTC, by hour.
    pub subsidy_btc_per_eh_s: [f64; 24],
    /// Blocks found by participant; none in `expected` mode.
    pub found: Vec<u32>,
    /// Coins (subsidy and fees) of blocks found by participant, BTC.
    pub found_btc: Vec<f64>,
}

/// The rest of the world's miners.
#[derive(Resource, Debug)]
pub struct RestOfWorld(pub Network);

/// What planners of this run and of others expected.
#[derive(Resource, Debug)]
pub struct SharedForesight(pub Arc<Foresight>);

/// The books.
#[derive(Resource, Debug)]
pub struct Ledger(pub crate::finance::Ledger);

/// When the rest of the world last answered, from which its next answer counts.
#[derive(Resource, Debug)]
pub struct LastStep {
    /// The day.
    pub day: Day,
    /// Subsidy per block since then, BTC.
    pub subsidy_btc: f64,
}

/// How blocks are found in this run.
#[derive(Resource, Debug, Clone, Copy)]
pub struct RunMode(pub crate::bitcoin::race::Mode);

/// What of the run is to be kept.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// Every table.
    Everything,
    /// What the figures of a sweep are made of, with rows of returns or without.
    Figures { returns: bool },
}

/// What decisions draw on.
#[derive(Resource, Debug)]
pub struct Purse {
    /// Money not yet spent, USD.
    pub left_usd: f64,
    /// MW of mining machines ordered in the calendar year.
    pub mining_mw_this_year: f64,
    /// Critical IT of hosting and cloud that stands or is ordered, and that was ordered in the calendar year, MW.
    pub it_mw: [(f64, f64); 2],
}

/// Typical hours of each site for the planner: an independent draw of the same climate and market.
#[derive(Resource, Debug)]
pub struct PlannerSupply(pub Vec<Arc<crate::energy::Hourly>>);

/// Rows written as the days go by.
#[derive(Resource, Debug, Default)]
pub struct Journal {
    /// One per day.
    pub network: Vec<crate::results::tables::NetworkRow>,
    /// Halvings, retargets, decisions.
    pub events: Vec<crate::results::tables::EventRow>,
    /// Decisions.
    pub placements: Vec<crate::results::tables::PlacementRow>,
    /// MW placed, by month.
    pub placed: Vec<crate::results::tables::PlacedRow>,
}
