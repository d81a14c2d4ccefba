//! The order of a day.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, SingleThreadedExecutor};

use super::{advance, decide, dispatch, market, mine, network, record, settle, supply};

/// What happens in a day, in this order.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The calendar turns: month, year, epoch.
    Advance,
    /// Each site's 24 hours of surplus, hydro, price and grid availability.
    Supply,
    /// Coin price, fees and AI rents of the day.
    Market,
    /// The rest of the world answers yesterday's retarget.
    Network,
    /// On decision dates: build, convert, refresh, retire.
    Decide,
    /// Who runs on which power, hour by hour.
    Dispatch,
    /// Blocks are found; difficulty follows.
    Mine,
    /// Coins, rent, energy and upkeep go to the ledger.
    Settle,
    /// Rows for the tables.
    Record,
}

/// The schedule of a day: one thread, fixed order, no ambiguity tolerated.
pub fn day() -> Schedule {
    let mut schedule = Schedule::default();
    schedule
        .set_executor(SingleThreadedExecutor::new())
        .set_build_settings(ScheduleBuildSettings { ambiguity_detection: LogLevel::Error, ..Default::default() })
        .configure_sets(
            (
                Phase::Advance,
                Phase::Supply,
                Phase::Market,
                Phase::Network,
                Phase::Decide,
                Phase::Dispatch,
                Phase::Mine,
                Phase::Settle,
                Phase::Record,
            )
                .chain(),
        )
        .add_systems((
            advance::turn_the_calendar.in_set(Phase::Advance),
            supply::offer_the_day.in_set(Phase::Supply),
            market::quote.in_set(Phase::Market),
            network::follow_the_retarget.in_set(Phase::Network),
            decide::decide.in_set(Phase::Decide),
            dispatch::run_sites.in_set(Phase::Dispatch),
            mine::race.in_set(Phase::Mine),
            (settle::coins, settle::ai, settle::energy, settle::upkeep, settle::charges).chain().in_set(Phase::Settle),
            record::write_rows.in_set(Phase::Record),
        ));
    schedule
}
