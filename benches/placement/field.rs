//! Invented sites for benchmarks and tests of placement: one decision, three technologies, limits that bind.

use hashwatt::calendar::Day;
use hashwatt::dispatch::{Columns, Terms};
use hashwatt::placement::field::{
    Counts, Field, FieldSite, FirmCurve, HallWorth, Limit, Model, Offer, Risk, SampleDay, Stage, Tier,
};
use hashwatt::placement::{Action, FarmKind};

/// A fixed linear congruence: the same numbers on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number, 0 to 1.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next number between two.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }
}

/// `sites` sites over `days` days that stand for one year of ten (discounted to 6.7), with limits over all of them.
pub fn field(sites: usize, days: usize) -> Field {
    let mut numbers = Numbers(7 + sites as u64);
    let start = Day::parse("2027-01-01").expect("a date");
    let weight = 6.7 * 0.79 * 365.0 / days as f64;
    let count = sites as f64;
    Field {
        boundaries: vec![start, start.plus_days(3_650)],
        boundary_factor: vec![0.79, 0.79 * 0.46],
        dates: vec![0],
        groups: vec![0],
        paths: 1,
        days: vec![
            SampleDay {
                path: 0,
                segment: 0,
                weight,
                days: 365.0 / days as f64,
                hashprice_usd_per_ph_day: 45.0,
                variable_om_factor: 1.0,
                client: None
            };
            days
        ],
        models: vec![miner("efficient", 15.0), miner("cheap", 21.5), hall()],
        sites: (0..sites).map(|s| site(s, days, &mut numbers)).collect(),
        limits: vec![
            Limit { name: "budget".into(), counts: Counts::SpentUntil(0), at_most: 75e6 * count },
            ordered("mining machines", [true, false, false], 30.0 * count),
            ordered("hosting demand", [false, true, false], 8.0 * count),
        ],
        risk: Risk { cvar_weight: 0.0, tail_share: 0.1 },
        co2: None,
    }
}

fn ordered(name: &str, kinds: [bool; 3], at_most: f64) -> Limit {
    Limit { name: name.into(), counts: Counts::Ordered { from: 0, until: 1, kinds, refreshes: true }, at_most }
}

fn miner(name: &str, joules_per_terahash: f64) -> Model {
    let tier = Tier {
        share: 1.0,
        usd_per_mwh_per_hashprice: 0.98 / (0.024 * joules_per_terahash),
        variable_usd_per_mwh: 2.0,
        eh_s_per_mw: 1.0 / joules_per_terahash,
    };
    Model { name: name.into(), kind: FarmKind::Mining, tiers: vec![tier] }
}

fn hall() -> Model {
    Model { name: "hosting".into(), kind: FarmKind::Hosting, tiers: Vec::new() }
}

fn site(index: usize, days: usize, numbers: &mut Numbers) -> FieldSite {
    let maximum_mw = numbers.between(50.0, 200.0).round();
    let rent = numbers.between(1.1e6, 1.6e6);
    FieldSite {
        name: format!("site-{index:04}"),
        maximum_mw,
        co2_t_per_mwh: 0.0,
        terms: Terms {
            surplus_cost_usd_per_mwh: numbers.between(2.0, 12.0),
            hydro_cost_usd_per_mwh: 0.0,
            import_adder_usd_per_mwh: numbers.between(4.0, 15.0),
            export_fee_usd_per_mwh: 1.0,
            backup_mw: 0.0,
            backup_cost_usd_per_mwh: 300.0,
        },
        hours: hours(days, numbers, index.is_multiple_of(2)),
        standing: Vec::new(),
        offers: vec![
            offer(0, 5.6, 1.2e6, -95_000.0, 10.0),
            offer(1, 5.6, 0.75e6, -95_000.0, 10.0),
            offer(2, 5.6, 7.4e6, rent, 10.0),
        ],
        convertible_mw: 0.0,
        opening_discounted_usd: vec![0.0],
        opening_capital_usd: 0.0,
        overhead_discounted_usd: vec![0.0],
        firm_curves: vec![FirmCurve::default()],
    }
}

fn offer(model: usize, annuity: f64, capital_usd_per_mw: f64, yearly_usd_per_mw: f64, module_mw: f64) -> Offer {
    Offer {
        date: 0,
        action: Action::Build,
        stage: Stage {
            model,
            from: 0,
            until: 1,
            draw_mw_per_mw: if model == 2 { 0.6 } else { 0.945 },
            steady_discounted_usd_per_mw: vec![annuity * yearly_usd_per_mw],
            machines_worth_usd_per_mw: vec![0.0; 2],
            refreshable_from: usize::MAX,
        },
        capital_usd_per_mw,
        cost_discounted_usd_per_mw: 0.82 * capital_usd_per_mw,
        hall: Some(HallWorth {
            dues_discounted_usd_per_mw: vec![0.0],
            closed_usd_per_mw: vec![0.0; 2],
            ended_usd_per_mw: vec![0.0, if model == 2 { 3e6 } else { 0.15e6 }],
        }),
        old_runs_share: 0.0,
        module_mw,
        minimum_mw: 0.0,
    }
}

fn hours(days: usize, numbers: &mut Numbers, windy: bool) -> Columns {
    let mean_price = numbers.between(22.0, 75.0);
    let (mut wind, mut heat) = (0.5, 0.0);
    let mut hours = Columns::default();
    for hour in 0..24 * days {
        wind = 0.95 * wind + 0.05 * numbers.uniform() + 0.06 * (numbers.uniform() - 0.5);
        heat = 0.9 * heat + 8.0 * (numbers.uniform() - 0.5);
        let peak = if (17..21).contains(&(hour % 24)) { 14.0 } else { 0.0 };
        let spike = if numbers.uniform() < 0.004 { 400.0 } else { 0.0 };
        let surplus_mw = if windy { (500.0 * (wind - 0.42)).clamp(0.0, 160.0) } else { 0.0 };
        hours.surplus_mw.push(surplus_mw);
        hours.hydro_mw.push(0.0);
        hours.import_mw.push(if numbers.uniform() < 0.001 { 0.0 } else { 200.0 });
        hours.export_mw.push(if windy { 60.0 } else { 0.0 });
        hours
            .price_usd_per_mwh
            .push(mean_price + heat + peak + spike - if windy { 80.0 * (wind - 0.5).max(0.0) } else { 0.0 });
    }
    hours
}
