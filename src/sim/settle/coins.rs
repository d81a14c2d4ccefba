//! What the miners earned.

use bevy_ecs::prelude::*;

use crate::bitcoin::race::Mode;
use crate::compute::Payout;
use crate::finance::{Line, Quantity};
use crate::sim::components::{At, Farm, Today};
use crate::sim::resources::{Calendar, Chain, Ledger, Order, Plan, Quote, RunMode};

/// Credits the coins of the day at the day's price: the expectation under FPPS, the blocks really found when solo. Coins
/// of hosted machines are their clients', who pay for the energy.
pub fn coins(
    plan: Res<Plan>,
    calendar: Res<Calendar>,
    mode: Res<RunMode>,
    order: Res<Order>,
    quote: Res<Quote>,
    chain: Res<Chain>,
    farms: Query<(&Farm, &At)>,
    sites: Query<&Today>,
    mut ledger: ResMut<Ledger>,
) {
    let params = &plan.0.mining;
    let client = plan.0.hosted_terms(calendar.today);
    let lucky = mode.0 != Mode::Expected;
    ledger.0.quote_btc(quote.price_usd);
    for &entity in &order.farms {
        let Ok((farm, at)) = farms.get(entity) else { continue };
        let (Some(participant), Ok(today)) = (farm.participant, sites.get(at.0)) else { continue };
        if today.mining_slots_mw <= 0.0 {
            continue;
        }
        let account = ledger.0.account(farm.index);
        account.count(Quantity::HashrateEhHours, today.hashrate_eh_s.iter().sum());
        if let Some(client) = client {
            let mined_mwh: f64 = today.account.mining_mw.iter().sum();
            account.add(Line::HostingFees, mined_mwh * client.fee_usd_per_mwh);
            continue;
        }
        let (expected_blocks, expected_btc) = expectation(&today.hashrate_eh_s, &chain.day, quote.fees_btc);
        let blocks = if lucky { f64::from(chain.day.found[participant]) } else { expected_blocks };
        let (btc, fee_share) = match params.payout {
            Payout::Fpps => (expected_btc, params.pool_fee_share),
            Payout::Solo if lucky => (chain.day.found_btc[participant], 0.0),
            Payout::Solo => (expected_btc, 0.0),
        };
        let revenue_usd = btc * quote.price_usd;
        account.add(Line::CoinRevenue, revenue_usd);
        account.add(Line::PoolFee, -fee_share * revenue_usd);
        account.count(Quantity::BtcMined, btc);
        account.count(Quantity::BlocksFound, blocks);
    }
}

/// Blocks and coins that hashrates (EH/s by hour) earn in expectation.
fn expectation(hashrate_eh_s: &[f64; 24], day: &crate::sim::resources::ChainDay, fees_btc: f64) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    for (hour, eh_s) in hashrate_eh_s.iter().enumerate() {
        let blocks = eh_s * day.blocks_per_eh_s[hour];
        sums.0 += blocks;
        sums.1 += eh_s * day.subsidy_btc_per_eh_s[hour] + blocks * fees_btc;
    }
    sums
}
