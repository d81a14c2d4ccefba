//! Phase *Advance*: the calendar turns, and with it month, year and epoch.

use bevy_ecs::prelude::*;

use super::resources::{Calendar, Chain, Ledger};
use crate::bitcoin::protocol::halving_epoch;

/// Opens a new period of the books at each month and after each halving.
///
/// The first day is opened when the world is set up; this runs on every day after it.
pub fn turn_the_calendar(mut calendar: ResMut<Calendar>, chain: Res<Chain>, mut ledger: ResMut<Ledger>) {
    if calendar.opened {
        calendar.turn();
    }
    calendar.opened = true;
    let epoch = halving_epoch(chain.race.height() + 1);
    calendar.after_halving = epoch > calendar.epoch;
    calendar.epoch = epoch;
    if calendar.today.day_of_month() == 1 || calendar.after_halving {
        ledger.0.begin_period(calendar.today, epoch);
    }
}
