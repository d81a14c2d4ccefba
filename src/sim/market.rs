//! Phase *Market*: prices of the day.

use bevy_ecs::prelude::*;

use super::resources::{Calendar, Chain, Coin, Plan, Quote};

/// Quotes coin price, fees, subsidy, difficulty and hashprice at midnight.
pub fn quote(plan: Res<Plan>, calendar: Res<Calendar>, coin: Res<Coin>, chain: Res<Chain>, mut quote: ResMut<Quote>) {
    let (price_usd, fees_btc) = (coin.price_usd[calendar.index], coin.fees_btc[calendar.index]);
    *quote = Quote::new(&plan.0, price_usd, fees_btc, chain.race.height(), chain.race.difficulty());
}
