//! Phase *Market*: prices of the day.

use bevy_ecs::prelude::*;

use super::resources::{Calendar, Chain, Coin, Quote};
use crate::bitcoin::hashprice::hashprice_usd_per_ph_day;
use crate::bitcoin::protocol::{SAT_PER_BTC, subsidy_sat};

/// Quotes coin price, fees, subsidy, difficulty and hashprice at midnight.
pub fn quote(calendar: Res<Calendar>, coin: Res<Coin>, chain: Res<Chain>, mut quote: ResMut<Quote>) {
    let price_usd = coin.price_usd[calendar.index];
    let fees_btc = coin.fees_btc[calendar.index];
    let subsidy_btc = subsidy_sat(chain.race.height() + 1) as f64 / SAT_PER_BTC as f64;
    let difficulty = chain.race.difficulty();
    *quote = Quote {
        price_usd,
        fees_btc,
        subsidy_btc,
        difficulty,
        hashprice_usd: hashprice_usd_per_ph_day(difficulty, subsidy_btc, fees_btc, price_usd),
    };
}
