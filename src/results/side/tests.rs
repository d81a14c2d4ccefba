use super::super::{Tables, cashflow_rows, write_run};
use super::*;
use crate::calendar::Day;
use crate::finance::{Books, FinanceParams, Ledger, Quantity, Step};
use proptest::prelude::*;
use std::fs;

/// (farm, month, line, thousand USD).
type Booking = (usize, usize, usize, i32);

const FARMS: [(&str, &str, Kind); 5] = [
    ("ohio/mining", "ohio", Kind::Mining),
    ("ohio/cloud", "ohio", Kind::Cloud),
    ("ohio/grid_sale", "ohio", Kind::GridSale),
    ("quebec/mining", "quebec", Kind::Mining),
    ("quebec/hosting", "quebec", Kind::Hosting),
];

fn books(start: &str, bookings: &[Booking]) -> Books {
    let start = Day::parse(start).unwrap();
    let mut ledger = Ledger::new(start, 4);
    let params = FinanceParams { corporate_overhead_usd_per_year: 1e5, ..FinanceParams::default() };
    for (farm, site, kind) in FARMS {
        ledger.add_farm(farm, site, kind);
    }
    for month in 0..30 {
        ledger.begin_period(start.plus_months(month as i32), 4);
        ledger.count(0, Quantity::CapacityMwHours, 100.0);
        for (farm, _, line, thousand_usd) in bookings.iter().filter(|b| b.1 == month) {
            ledger.add(*farm, Line::ALL[*line], 1e3 * f64::from(*thousand_usd));
        }
    }
    ledger.close(start.plus_months(30).plus_days(-1), &params)
}

/// Writes a run with these books: two sites, a third without farms.
fn write(dir: &Path, books: &Books) {
    let site = |name: &str| {
        let mut row = SiteRow { site: name.to_owned(), ..SiteRow::default() };
        row.fill_from(books);
        row
    };
    let farm = |(farm, site, kind): (&str, &str, Kind)| {
        let mut row = FarmRow { farm: farm.to_owned(), site: site.to_owned(), kind, ..FarmRow::default() };
        row.fill_from(books);
        row
    };
    let tables = Tables {
        sites: ["ohio", "quebec", "norway"].map(site).into(),
        farms: FARMS.map(farm).into(),
        cashflow: cashflow_rows(books),
        ..Tables::default()
    };
    let summary = Summary::new("test", 7, "expected", &tables, books);
    let scenario_text = "[finance]\ndiscount_rate_per_year = 0.1\n".to_owned();
    let manifest = Manifest { scenario_text, ..Manifest::begin() };
    write_run(dir, &tables, &summary, &manifest, false, |_| std::io::Result::Ok(())).unwrap();
}

fn side(dir: &Path, name: &str) -> Side {
    Side::read(&format!("{}:{name}", dir.display()), View::Project).unwrap()
}

fn refused(text: &str) -> String {
    Side::read(text, View::Project).unwrap_err().to_string()
}

/// Some of every line that a run books itself; tax and depreciation come of them.
fn bookings() -> impl Strategy<Value = Vec<Booking>> {
    let booked: Vec<usize> =
        (0..Line::ALL.len()).filter(|i| Line::ALL[*i].is_cash() && Line::ALL[*i] != Line::Tax).collect();
    prop::collection::vec((0..FARMS.len(), 0..30usize, prop::sample::select(booked), -9_000..9_000i32), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_way_of_parting_adds_up_to_what_the_books_say(one in bookings(), other in bookings()) {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        let (books_a, books_b) = (books("2024-01-01", &one), books("2025-07-01", &other));
        write(&a, &books_a);
        write(&b, &books_b);
        let all = [Parts::Lines, Parts::Years, Parts::Sites, Parts::Farms];
        for (name, parts) in [("portfolio", &all[..]), ("ohio", &[all[0], all[1], all[3]]), ("ohio/grid_sale", &all[..2])] {
            let (from, to) = (side(&a, name), side(&b, name));
            for parts in parts {
                let bridge = bridge(&from, &to, *parts).unwrap();
                let difference: f64 = bridge.steps.iter().map(Step::difference_usd).sum();
                let largest = bridge.steps.iter().map(|s| s.difference_usd().abs()).fold(1.0, f64::max);
                prop_assert!((difference - (to.npv_usd - from.npv_usd)).abs() <= 1e-6 * largest, "{parts:?}");
                prop_assert!((bridge.from_usd - from.npv_usd).abs() <= 1e-6 * largest);
            }
        }
        let all_farms = |books: &Books| books.returns(|f| Kind::All.counts(f)).npv_usd;
        prop_assert_eq!(side(&a, "portfolio").npv_usd, all_farms(&books_a));
    }
}

fn example() -> (tempfile::TempDir, PathBuf) {
    let line = |line: Line| line as usize;
    let bookings = [
        (0, 0, line(Line::MachineCapital), -9_000),
        (0, 3, line(Line::CoinRevenue), 12_000),
        (1, 14, line(Line::CloudRent), 2_000),
        (2, 5, line(Line::GridSaleRevenue), 700),
        (3, 20, line(Line::CoinRevenue), 5_000),
    ];
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    write(&run, &books("2024-01-01", &bookings));
    (dir, run)
}

#[test]
fn steps_stand_in_the_order_of_the_ledger_and_of_the_years() {
    let (dir, run) = example();
    let later = dir.path().join("later");
    write(&later, &books("2021-01-01", &[(0, 0, Line::CoinRevenue as usize, 1), (0, 29, 0, 1)]));
    let names = |bridge: Bridge| bridge.steps.into_iter().map(|s| s.name).collect::<Vec<_>>();
    let whole = side(&run, "portfolio");
    let lines = bridge(&side(&run, "quebec"), &whole, Parts::Lines).unwrap();
    assert_eq!(names(lines), ["coin_revenue", "cloud_rent", "overhead", "machine_capital", "tax"]);
    let years = bridge(&whole, &side(&later, "portfolio"), Parts::Years).unwrap();
    assert_eq!(names(years), ["2021", "2022", "2023", "2024", "2025", "2026"]);
    let farms = bridge(&side(&run, "quebec"), &side(&run, "ohio"), Parts::Farms).unwrap();
    assert_eq!(names(farms), ["mining", "cloud"]);
    let farms = bridge(&whole, &whole, Parts::Farms).unwrap();
    assert_eq!(names(farms), ["ohio/mining", "ohio/cloud", "quebec/mining"]);
    let farms = bridge(&side(&run, "quebec"), &whole, Parts::Farms).unwrap();
    assert_eq!(names(farms), ["quebec/mining", "ohio/mining", "ohio/cloud"]);
    assert_eq!((side(&run, "norway").npv_usd, whole.discount_rate_per_year), (0.0, Some(0.1)));
}

#[test]
fn a_side_without_such_parts_says_so() {
    let (_dir, run) = example();
    let refused = |name: &str, parts| bridge(&side(&run, name), &side(&run, name), parts).unwrap_err().to_string();
    assert_eq!(
        refused("ohio/mining", Parts::Farms),
        "`ohio/mining` is a farm, it has no farms: take its lines or its years"
    );
    assert!(refused("ohio", Parts::Sites).contains("is a site, it has no sites"));
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let (dir, run) = example();
    let error = refused(&format!("{}:ohoi/mining", run.display()));
    assert!(error.contains("no farm `ohoi/mining`; did you mean `ohio/mining`?"), "{error}");
    assert!(error.contains("there are `portfolio`, `ohio`, `quebec`, `norway`, `ohio/mining`"), "{error}");
    let error = refused(dir.path().join("rum:ohio").to_str().unwrap());
    assert!(
        error.starts_with("there is no folder `") && error.contains("did you mean `") && error.contains("run`"),
        "{error}"
    );
    assert!(refused(dir.path().to_str().unwrap()).contains("holds no finished run"));
    assert!(refused(run.join("sites.csv").to_str().unwrap()).starts_with("there is no folder"));
    assert_eq!(refused(""), "there is no folder ``");
    fs::write(run.join("answer.json"), "{}").unwrap();
    assert!(refused(run.to_str().unwrap()).contains("simulate its plan"));
}

#[cfg(unix)]
#[test]
fn a_folder_may_have_a_colon_in_its_name() {
    let (dir, run) = example();
    let odd = dir.path().join("run:ohio");
    fs::rename(&run, &odd).unwrap();
    let text = odd.to_str().unwrap();
    assert_eq!(Side::read(text, View::Project).unwrap().scope, Scope::Portfolio);
    assert_eq!(Side::read(&format!("{text}:ohio"), View::Project).unwrap().scope, Scope::Site);
}

#[test]
fn damaged_tables_are_named_by_line_and_never_summed() {
    let (_dir, run) = example();
    let path = run.join("cashflow.csv");
    let sound = fs::read_to_string(&path).unwrap();
    let text = run.to_str().unwrap();
    let first = sound.lines().nth(1).unwrap();
    let without = |row: &str| sound.lines().filter(|l| !l.starts_with(row)).collect::<Vec<_>>().join("\n");
    let cases = [
        (sound.replacen("coin_revenue", "stake_income", 1), "column `line`: `stake_income` is no ledger line"),
        (sound.replacen(",2024,", ",soon,", 1), "line 2, column `year`"),
        (
            sound.replacen(first, &format!("{}NaN", first.trim_end_matches(|c: char| c != ',')), 1),
            "line 2, column `discounted_usd`: not a finite number",
        ),
        (
            without("portfolio,portfolio,all,2025,cloud"),
            "is damaged: the rows of `portfolio` in cashflow.csv add up to",
        ),
        (sound.replacen("discounted_usd", "usd_discounted", 1), "line 1: missing columns `discounted_usd`"),
    ];
    for (damaged, want) in cases {
        fs::write(&path, damaged).unwrap();
        let error = refused(text);
        assert!(error.contains(want), "{error}");
    }
    fs::remove_file(&path).unwrap();
    assert!(refused(text).starts_with("cannot read `"));
    fs::write(&path, sound).unwrap();
    fs::write(run.join("manifest.json"), "{").unwrap();
    assert!(refused(text).contains("manifest.json"));
}
