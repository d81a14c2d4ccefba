//! Phase *Network*: the rest of the world answers.

use bevy_ecs::prelude::*;

use super::resources::{Calendar, Chain, Coin, LastStep, Plan, Quote, RestOfWorld};
use crate::bitcoin::network::MarketView;

/// After a retarget, and after a halving, the world's machines switch on or off and orders are placed, by subsidy and
/// fees of the days since the last time: a halving shows at the retarget after it.
pub fn follow_the_retarget(
    plan: Res<Plan>,
    coin: Res<Coin>,
    calendar: Res<Calendar>,
    chain: Res<Chain>,
    quote: Res<Quote>,
    mut last: ResMut<LastStep>,
    mut world: ResMut<RestOfWorld>,
) {
    if chain.day.retargets.is_empty() && chain.day.halvings.is_empty() {
        return;
    }
    let elapsed_days = f64::from(calendar.today.0 - last.day.0);
    let since = calendar.index - elapsed_days as usize;
    let drawn_fees_btc = crate::math::mean(&coin.fees_btc[since..=calendar.index]);
    let lived_subsidy_btc = last.subsidy_btc;
    let lived_fees_btc = plan.0.bitcoin.fees.of_block(drawn_fees_btc, lived_subsidy_btc);
    *last = LastStep { day: calendar.today, subsidy_btc: quote.subsidy_btc };
    world.0.step(
        calendar.today,
        elapsed_days,
        &MarketView::new(chain.race.height(), quote.difficulty, quote.price_usd, lived_subsidy_btc, lived_fees_btc),
    );
}
