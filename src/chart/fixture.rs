//! Tables of a plausible run, made up for looking at charts and testing them.

use crate::calendar::Day;
use crate::math;
use crate::results::{
    CashFlowRow, DispatchRow, EpochRow, Kind, MonthlyRow, NetworkRow, PlacedRow, Scope, SiteClass, SiteRow, Tables,
};

/// Name, class, latitude, longitude, mining MW, AI kind, AI MW, first year of mining, of AI.
type Site = (&'static str, SiteClass, f64, f64, f64, Kind, f64);

const SITES: [Site; 12] = [
    ("West Texas wind", SiteClass::Surplus, 31.9, -102.1, 180.0, Kind::Cloud, 0.0),
    ("Permian solar", SiteClass::Surplus, 31.4, -103.5, 90.0, Kind::Cloud, 0.0),
    ("Baie-Comeau hydro", SiteClass::Hydro, 49.2, -68.1, 120.0, Kind::Hosting, 40.0),
    ("Itaipú hydro", SiteClass::Hydro, -25.4, -54.6, 250.0, Kind::Cloud, 0.0),
    ("Tydal hydro", SiteClass::Hydro, 63.0, 11.6, 40.0, Kind::Hosting, 30.0),
    ("Grand Renaissance dam", SiteClass::Hydro, 11.2, 35.1, 100.0, Kind::Cloud, 0.0),
    ("Sichuan wet season", SiteClass::Mixed, 28.3, 103.0, 60.0, Kind::Cloud, 0.0),
    ("Ashburn, Virginia", SiteClass::Grid, 39.0, -77.5, 0.0, Kind::Cloud, 150.0),
    ("New Albany, Ohio", SiteClass::Grid, 40.1, -82.8, 25.0, Kind::Hosting, 90.0),
    ("Frankfurt", SiteClass::Grid, 50.1, 8.7, 0.0, Kind::Hosting, 60.0),
    ("Singapore", SiteClass::Grid, 1.35, 103.8, 0.0, Kind::Cloud, 0.0),
    ("Cornwall <offshore> & wind", SiteClass::Surplus, 50.3, -5.1, 20.0, Kind::Cloud, 0.0),
];

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Twelve sites from 2024 to mid-2036.
pub(super) fn full() -> Tables {
    build(&SITES, day("2024-01-01"), day("2036-06-30"))
}

/// One mining site, within one epoch.
pub(super) fn single() -> Tables {
    build(&SITES[..1], day("2025-01-01"), day("2025-12-31"))
}

/// Forty mining sites near each other.
pub(super) fn crowded() -> Tables {
    let names = (0..40).map(|i| &*format!("Site number {i} with a long name").leak()).collect::<Vec<&'static str>>();
    let sites = names
        .into_iter()
        .enumerate()
        .map(|(i, name)| {
            let (row, column) = (i as f64 / 8.0, (i % 8) as f64);
            (name, SiteClass::Surplus, 30.0 + row, -103.0 + column, 10.0 + i as f64, Kind::Cloud, 0.0)
        })
        .collect::<Vec<Site>>();
    build(&sites, day("2024-01-01"), day("2029-12-31"))
}

/// A year with sites and a network, but without farms.
pub(super) fn idle() -> Tables {
    let mut sites = SITES;
    for site in &mut sites {
        (site.4, site.6) = (0.0, 0.0);
    }
    build(&sites, day("2026-01-01"), day("2026-12-31"))
}

fn build(sites: &[Site], first: Day, last: Day) -> Tables {
    let mut tables = Tables { network: network(first, last), ..Tables::default() };
    for site in sites {
        tables.sites.push(site_row(site));
        for (kind, mw) in farms(site) {
            monthly(&mut tables, site, kind, mw, first, last);
        }
        epochs(&mut tables, site, first, last);
        cash(&mut tables, site, first, last);
        tables.dispatch.extend(dispatch(site));
    }
    portfolio(&mut tables);
    tables
}

fn farms(site: &Site) -> Vec<(Kind, f64)> {
    [(Kind::Mining, site.4), (site.5, site.6)].into_iter().filter(|f| f.1 > 0.0).collect()
}

fn network(first: Day, last: Day) -> Vec<NetworkRow> {
    (first.0..=last.0)
        .map(|d| {
            let date = Day(d);
            let years = date.years_since(day("2024-01-01"));
            let epoch =
                ["2024-04-20", "2028-04-12", "2032-04-05", "2036-03-30"].iter().filter(|h| date >= day(h)).count();
            let subsidy_btc = 6.25 / f64::from(1 << epoch);
            let price_usd =
                44_000.0 * math::exp(0.13 * years + 0.35 * math::sin(years * 1.7) + 0.03 * math::sin(years * 80.0));
            let hashrate_eh_s = 480.0 * math::exp(0.14 * years - 0.05 * epoch as f64 + 0.04 * math::sin(years * 25.0));
            NetworkRow {
                date: date.to_string(),
                height: 823_000 + ((d - first.0) * 144) as u32,
                difficulty: hashrate_eh_s * 1e18 * 600.0 / 4_294_967_296.0,
                price_usd,
                hashrate_eh_s,
                subsidy_btc,
                fees_btc_per_block: 0.15,
                hashprice_usd_per_ph_day: 144.0 * (subsidy_btc + 0.15) * price_usd / (hashrate_eh_s * 1000.0),
                blocks: 144,
                efficiency_j_per_th: 34.0 * math::exp(-0.15 * years),
                ..NetworkRow::default()
            }
        })
        .collect()
}

fn site_row(site: &Site) -> SiteRow {
    SiteRow {
        site: site.0.to_owned(),
        site_class: site.1,
        latitude_deg: site.2,
        longitude_deg: site.3,
        mining_mw: site.4,
        ai_mw: site.6,
        peak_mining_mw: site.4,
        peak_ai_mw: site.6,
        mining_margin_usd_per_mwh: (site.4 > 0.0).then_some(60.0 - site.4 / 3.0),
        ai_margin_usd_per_mwh: (site.6 > 0.0).then_some(if site.5 == Kind::Cloud { 1240.0 } else { 130.0 + site.6 }),
        grid_sale_margin_usd_per_mwh: (site.1 != SiteClass::Grid).then_some(site.2 / 2.0),
        ..SiteRow::default()
    }
}

/// The month a kind starts: mining early, AI two years later.
fn start_of(kind: Kind, first: Day, mw: f64) -> Day {
    first.plus_months(if kind == Kind::Mining { 6 + (mw as i32 % 12) } else { 26 + (mw as i32 % 9) })
}

fn monthly(tables: &mut Tables, site: &Site, kind: Kind, mw: f64, first: Day, last: Day) {
    let mut month = first;
    while month <= last {
        let ramp = (month.years_since(start_of(kind, first, mw)) / 1.5).clamp(0.0, 1.0);
        let online = (mw * ramp / 10.0).round() * 10.0;
        tables.placed.push(PlacedRow {
            month: month.month_label(),
            site: site.0.to_owned(),
            site_class: site.1,
            kind,
            mw: online,
        });
        let years = month.years_since(day("2024-01-01"));
        let mwh = online * 730.0 * 0.7;
        let btc = if kind == Kind::Mining { mwh / 700.0 / math::exp(0.25 * years) } else { 0.0 };
        tables.monthly.push(MonthlyRow {
            month: month.month_label(),
            site: site.0.to_owned(),
            farm: format!("{}/{}", site.0, kind.name()),
            kind,
            capacity_mw: online,
            energy_mwh: mwh,
            btc_mined: btc,
            energy_cost_usd: -mwh * (22.0 + 6.0 * math::sin(years * 6.3)),
            fixed_om_usd: -online * 4000.0,
            pool_fee_usd: -btc * 500.0,
            ..MonthlyRow::default()
        });
        month = month.plus_months(1);
    }
}

fn epochs(tables: &mut Tables, site: &Site, first: Day, last: Day) {
    let starts = ["2020-05-11", "2024-04-20", "2028-04-12", "2032-04-05", "2036-03-30", "2040-03-30"].map(day);
    for (i, from_to) in starts.windows(2).enumerate() {
        let (from, to) = (from_to[0].max(first), from_to[1].plus_days(-1).min(last));
        if from > to {
            continue;
        }
        for (kind, mw) in farms(site) {
            let years = to.years_since(from);
            let per_mw = if kind == Kind::Mining { 0.06 - i as f64 * 0.02 } else { -0.3 + i as f64 * 0.25 };
            tables.epochs.push(EpochRow {
                epoch: 3 + i as u32,
                first_day: from.to_string(),
                last_day: to.to_string(),
                scope: Scope::Site,
                name: site.0.to_owned(),
                kind,
                discounted_cash_flow_usd: mw * per_mw * years * 1e6,
                ..EpochRow::default()
            });
        }
    }
}

fn cash(tables: &mut Tables, site: &Site, first: Day, last: Day) {
    for (kind, mw) in farms(site) {
        for year in i32::from(first.year())..=i32::from(last.year()) {
            let age = f64::from(year - i32::from(start_of(kind, first, mw).year()));
            let per_mw = if kind == Kind::Mining { (-0.9, 0.22) } else { (-2.2, 0.5) };
            let usd = if age < 0.0 { 0.0 } else { mw * 1e6 * if age == 0.0 { per_mw.0 } else { per_mw.1 } };
            for (line, share) in [("energy_cost", -0.5), ("coin_revenue", 1.5), ("depreciation", -9.0)] {
                tables.cashflow.push(CashFlowRow {
                    scope: Scope::Site,
                    name: site.0.to_owned(),
                    kind,
                    year,
                    line: line.to_owned(),
                    usd: usd * share,
                    discounted_usd: usd * share * math::powf(0.9, f64::from(year) - 2024.0),
                });
            }
        }
    }
}

fn dispatch(site: &Site) -> Vec<DispatchRow> {
    let cells = (1..=12u8).flat_map(|month| (0..24u8).map(move |hour| (month, hour)));
    cells
        .map(|(month, hour)| {
            let season = math::cos((f64::from(month) - 3.0) / 12.0 * core::f64::consts::TAU);
            let daily = math::cos((f64::from(hour) - 8.0) / 24.0 * core::f64::consts::TAU);
            let supply = (0.55 + 0.25 * season + 0.2 * daily).clamp(0.0, 1.0);
            DispatchRow {
                site: site.0.to_owned(),
                month,
                hour_utc: hour,
                mining_mw: site.4 * supply,
                ai_mw: site.6 * 0.93,
                export_mw: if site.1 == SiteClass::Grid { 0.0 } else { 30.0 * (1.0 - supply) },
                ..DispatchRow::default()
            }
        })
        .collect()
}

/// Portfolio rows: sums of the sites' rows.
fn portfolio(tables: &mut Tables) {
    let mut sums = Vec::new();
    for row in &tables.cashflow {
        for kind in [row.kind, Kind::All] {
            sums.push(CashFlowRow { scope: Scope::Portfolio, name: "portfolio".to_owned(), kind, ..row.clone() });
        }
    }
    tables.cashflow.extend(sums);
    let mut mined = tables.epochs.iter().filter(|r| r.kind == Kind::Mining).cloned().collect::<Vec<_>>();
    mined.dedup_by_key(|r| r.epoch);
    mined.sort_by_key(|r| r.epoch);
    mined.dedup_by_key(|r| r.epoch);
    for (i, row) in mined.into_iter().enumerate() {
        let base = 16_000.0 * math::powf(1.9, i as f64);
        tables.epochs.push(EpochRow {
            scope: Scope::Portfolio,
            name: "portfolio".to_owned(),
            electricity_usd_per_btc: Some(base),
            marginal_usd_per_btc: Some(base * 1.12),
            cash_usd_per_btc: Some(base * 1.5),
            all_in_usd_per_btc: Some(base * 2.2),
            ..row
        });
    }
}
