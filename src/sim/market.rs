//! Phase *Market*: prices of the day.

use bevy_ecs::prelude::*;

use super::resources::{Calendar, Chain, Coin, Plan, Quote};

/// Quotes coin price, fees, subsidy, difficulty and hashprice at midnight.
pub fn quote(plan: Res<Plan>, calendar: Res<Calendar>, coin: Res<Coin>, chain: Res<Chain>, mut quote: ResMut<Quote>) {
    *quote = Quote::new(
        coin.price_usd[calendar.index],
        coin.fees_btc[calendar.index],
        chain.race.height(),
        chain.race.difficulty(),
        plan.0.machines.pricing.payback_months,
    );
}
