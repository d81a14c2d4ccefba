//! A made-up answer, for tests of what shows answers: no solver had a hand in it.

use super::{
    Alternative, Answer, Difference, Effort, Lack, LimitAnswer, LimitUnit, PlannedStep, PolicyValue, Promise, Proof,
    Sampling, Seconds, SiteAnswer, TradeOff, ValueAtBudget, ValueAtSize, ValueCurve,
};
use crate::calendar::Day;
use crate::placement::{Action, FarmKind};

/// Of four sites in the list the first gets mining, the second hosting, the others nothing.
pub fn answer(start: Day, sites: &[(&str, f64)]) -> Answer {
    let cases = sites.iter().enumerate().map(|(i, (name, maximum_mw))| Case::new(start, i, name, *maximum_mw));
    let cases: Vec<Case> = cases.collect();
    let value_usd: f64 = cases.iter().map(|c| c.answer().value_usd).sum();
    let capital_usd: f64 = cases.iter().map(|c| c.answer().capital_usd).sum();
    let paths: Vec<f64> = (0..20).map(|i| value_usd * (0.8 + 0.4 * f64::from(i * 7 % 20) / 19.0)).collect();
    let alternatives = (1..4).map(|n| alternative(&cases, value_usd, n)).collect();
    Answer {
        proof: Proof::new(value_usd, value_usd * 1.000_06, 1e-4),
        relaxation: Proof::new(value_usd * 1.013, value_usd * 1.0131, 1e-4),
        effort: Effort {
            rounds: 14,
            cuts: 812,
            nodes: 33,
            seconds: Seconds { posing: 5.12, relaxation: 4.0, modules: 2.13, afterwards: 1.1 },
        },
        promise: Some(Promise::of(&paths, &paths)),
        sampling: Sampling::of(paths, 8760, None),
        plan: cases.iter().filter_map(Case::step).collect(),
        sites: cases.iter().map(Case::answer).collect(),
        limits: limits(capital_usd),
        alternatives,
        value_curves: cases.iter().map(Case::curve).collect(),
        trade_off: trade_off(capital_usd, value_usd),
        policies: vec![PolicyValue::against("greedy", value_usd * 0.91, value_usd * 1.000_06)],
        ..Answer::default()
    }
}

struct Case {
    start: Day,
    name: String,
    maximum_mw: f64,
    kind: FarmKind,
    mw: f64,
    /// Value of the first MW, USD.
    first_usd: f64,
}

impl Case {
    fn new(start: Day, i: usize, name: &str, maximum_mw: f64) -> Self {
        let kind = if i % 4 == 1 { FarmKind::Hosting } else { FarmKind::Mining };
        let share = if i % 4 > 1 { 0.0 } else { [1.0, 0.5, 0.75][i % 3] };
        let mw = (maximum_mw * share / 10.0).round() * 10.0;
        let first_usd = if i % 4 > 1 { -9e3 * (1.0 + i as f64) } else { 6e5 / (1.0 + 0.3 * i as f64) };
        Self { start, name: name.to_owned(), maximum_mw, kind, mw, first_usd }
    }

    /// Falling returns: the last MW is worth a third of the first.
    fn value_usd(&self, mw: f64) -> f64 {
        self.first_usd * (mw - mw * mw / (3.0 * self.maximum_mw))
    }

    fn technology(&self) -> String {
        if self.kind == FarmKind::Mining { "Antminer S23 Hyd".to_owned() } else { "hosting".to_owned() }
    }

    fn capital_usd(&self) -> f64 {
        self.mw * if self.kind == FarmKind::Mining { 1.48e6 } else { 6.2e6 }
    }

    fn answer(&self) -> SiteAnswer {
        let is = |kind: FarmKind| if self.kind == kind { self.mw } else { 0.0 };
        SiteAnswer {
            site: self.name.clone(),
            mining_mw: is(FarmKind::Mining),
            hosting_mw: is(FarmKind::Hosting),
            cloud_mw: 0.0,
            placed_mw: self.mw,
            maximum_mw: self.maximum_mw,
            value_usd: self.value_usd(self.mw),
            capital_usd: self.capital_usd(),
            connection_usd_per_mw: if self.mw >= self.maximum_mw { self.first_usd / 3.0 } else { 0.0 },
            lacks: (self.mw == 0.0).then(|| Lack {
                kind: self.kind,
                technology: self.technology(),
                date: self.start,
                usd_per_mw: -self.first_usd,
                usd_per_mwh: Some(-self.first_usd / 36_000.0),
            }),
        }
    }

    fn step(&self) -> Option<PlannedStep> {
        let months = if self.kind == FarmKind::Mining { 6 } else { 18 };
        (self.mw > 0.0).then(|| PlannedStep {
            date: self.start,
            online_on: Some(self.start.plus_months(months)),
            site: self.name.clone(),
            action: Action::Build,
            kind: self.kind,
            technology: self.technology(),
            replaced: None,
            mw: self.mw,
            capital_usd: self.capital_usd(),
        })
    }

    fn curve(&self) -> ValueCurve {
        let sizes = (0..=10).map(|i| self.maximum_mw * f64::from(i) / 10.0);
        let points = sizes.map(|mw| ValueAtSize { mw, value_usd: self.value_usd(mw) });
        ValueCurve { site: self.name.clone(), chosen_mw: self.mw, points: points.collect() }
    }
}

fn limits(capital_usd: f64) -> Vec<LimitAnswer> {
    let limit = |name: &str, unit, at_most: f64, used: f64, usd_per_unit| LimitAnswer {
        name: name.to_owned(),
        unit,
        at_most,
        used,
        usd_per_unit,
    };
    vec![
        limit("budget until 2026-09-07", LimitUnit::Usd, capital_usd * 1.001, capital_usd, 0.153),
        limit("mining machines 2026", LimitUnit::Mw, 300.0, 300.0, 41_250.0),
        limit("AI hosting 2026", LimitUnit::Mw, 120.0, 80.0, 0.0),
    ]
}

fn alternative(cases: &[Case], value_usd: f64, n: usize) -> Alternative {
    let loss_share = 0.002 * n as f64;
    let differs = cases.iter().filter(|c| c.mw > 0.0).take(2 * n).map(|c| Difference {
        site: c.name.clone(),
        kind: c.kind,
        technology: c.technology(),
        date: c.start,
        best_mw: c.mw,
        mw: (c.mw - 10.0 * n as f64).max(0.0),
    });
    Alternative { value_usd: value_usd * (1.0 - loss_share), loss_share, differences: differs.collect() }
}

fn trade_off(capital_usd: f64, value_usd: f64) -> TradeOff {
    let shares = (0..=8).map(|i| 0.25 * f64::from(i));
    let points = shares.map(|s| ValueAtBudget {
        budget_usd: s * capital_usd,
        value_usd: value_usd * (1.6 * s - 0.6 * s * s.min(4.0 / 3.0)).min(1.066_7),
    });
    TradeOff { scenario_budget_usd: capital_usd, points: points.collect() }
}
