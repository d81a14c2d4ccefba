//! What a planner expects of the chain, remembered for the other runs of a sweep.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bitcoin::forecast::{ChainSnapshot, ForecastPoint, forecast};
use crate::bitcoin::market::{PriceModel, planner_price};
use crate::bitcoin::network::Network;
use crate::calendar::Day;

/// A forecast period in days and prices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub from: Day,
    pub to: Day,
    pub hashprice: f64,
}

impl Span {
    /// The day in its middle.
    pub fn middle(&self) -> Day {
        self.from.plus_days((self.to.0 - self.from.0) / 2)
    }
}

/// All that the expectation depends on; what differs most from run to run comes first, so that a comparison is short.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    pub today: Day,
    pub end: Day,
    pub chain: ChainSnapshot,
    pub price_usd: f64,
    pub fees_btc: f64,
    pub growth_per_year_share: Option<f64>,
    pub price: PriceModel,
    pub network: Network,
}

/// Expectations of earlier runs: many runs of a sweep decide alike for years, and then the network is the same.
#[derive(Debug, Default)]
pub struct Foresight {
    limit: usize,
    /// What was not asked for the longest comes first.
    kept: Mutex<VecDeque<(Situation, Arc<[Span]>)>>,
}

impl Foresight {
    /// Keeps so many expectations, of some 35 kB each at 16 power-price classes; [`Foresight::default`] keeps none.
    pub fn of_at_most(limit: usize) -> Self {
        Self { limit, kept: Mutex::default() }
    }

    /// The forecast in spans of a year, cut at halvings.
    pub fn spans(&self, situation: Situation) -> Arc<[Span]> {
        if let Some(known) = ask(&mut self.kept(), &situation) {
            return known;
        }
        let spans: Arc<[Span]> = situation.spans().into();
        let mut kept = self.kept();
        kept.push_back((situation, Arc::clone(&spans)));
        if kept.len() > self.limit {
            kept.pop_front();
        }
        spans
    }

    /// A thread that panicked left it whole.
    fn kept(&self) -> MutexGuard<'_, VecDeque<(Situation, Arc<[Span]>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ask(kept: &mut VecDeque<(Situation, Arc<[Span]>)>, situation: &Situation) -> Option<Arc<[Span]>> {
    let at = kept.iter().position(|(known, _)| known == situation)?;
    let found = kept.remove(at)?;
    let spans = Arc::clone(&found.1);
    kept.push_back(found);
    Some(spans)
}

impl Situation {
    fn spans(&self) -> Vec<Span> {
        let Self { today, end, chain, price_usd, fees_btc, growth_per_year_share, price, network } = self;
        let price_at = |day: Day| planner_price(price, *today, *price_usd, *growth_per_year_share, day);
        let points = forecast(network, *chain, price_at, *fees_btc, *today, *end);
        let mut spans: Vec<Span> = Vec::new();
        let mut group: Vec<&ForecastPoint> = Vec::new();
        for point in &points {
            let full = group
                .first()
                .is_some_and(|first| point.day.years_since(first.day) >= 1.0 || point.subsidy_btc != first.subsidy_btc);
            if full {
                close_span(&mut spans, &mut group, point.day);
            }
            group.push(point);
        }
        close_span(&mut spans, &mut group, *end);
        spans
    }
}

fn close_span(spans: &mut Vec<Span>, group: &mut Vec<&ForecastPoint>, to: Day) {
    let Some(first) = group.first() else { return };
    let days: f64 = group.iter().map(|p| p.days).sum();
    let sum: f64 = group.iter().map(|p| p.days * p.hashprice_usd_per_ph_day).sum();
    if to > first.day && days > 0.0 {
        spans.push(Span { from: first.day, to, hashprice: sum / days });
    }
    group.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitcoin::market::ConstantPrice;
    use crate::bitcoin::network::{ExogenousModel, NetworkModel};

    fn situation(price_usd: f64) -> Situation {
        let [today, end] = ["2024-01-01", "2030-01-01"].map(|day| Day::parse(day).unwrap());
        Situation {
            today,
            end,
            chain: ChainSnapshot { height: 823_786, difficulty: 72e12 },
            price_usd,
            fees_btc: 0.1,
            growth_per_year_share: Some(0.1),
            price: PriceModel::Constant(ConstantPrice { initial_price_usd: price_usd }),
            network: Network::new(&NetworkModel::Exogenous(ExogenousModel::default()), today, 500.0, 80.0),
        }
    }

    #[test]
    fn what_was_asked_last_is_remembered_and_nothing_beyond_the_limit() {
        let foresight = Foresight::of_at_most(2);
        let first = foresight.spans(situation(40e3));
        assert_eq!(*first, *situation(40e3).spans());
        let second = foresight.spans(situation(50e3));
        assert_ne!(first, second);
        assert!(Arc::ptr_eq(&first, &foresight.spans(situation(40e3))));
        foresight.spans(situation(60e3));
        assert!(Arc::ptr_eq(&first, &foresight.spans(situation(40e3))), "asked for again since");
        assert!(!Arc::ptr_eq(&second, &foresight.spans(situation(50e3))), "forgotten");
        assert_eq!(foresight.kept().len(), 2);
    }

    #[test]
    fn by_default_nothing_is_kept() {
        let foresight = Foresight::default();
        foresight.spans(situation(40e3));
        assert!(foresight.kept().is_empty());
    }
}
