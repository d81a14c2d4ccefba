use super::*;
use crate::calendar::Day;
use crate::energy::statistics::{TEXAS, sampled};
use crate::energy::{HourlySeries, Quantity, SeriesFiles, Weather, supply_sample};

/// Ten days of a site: 7,680 bytes.
const DAYS: usize = 10;
const BYTES: usize = 32 * 24 * DAYS;

const SITE: &str = r#"
    [surplus]
    capacity_mw = 100.0
    output = { kind = "wind" }
    [hydro]
    capacity_mw = 50.0
    [price]
    kind = "generated"
    [grid]
    import_limit_mw = 80.0
"#;

fn energy(text: &str) -> SiteEnergy {
    toml::from_str(text).unwrap()
}

/// Whether the same draw is given for both, and not only an equal one.
fn shared(
    draws: &Draws,
    a: (&str, Location, &SiteEnergy, &Sampling),
    b: (&str, Location, &SiteEnergy, &Sampling),
) -> bool {
    let first = draws.supply(a.0, a.1, a.2, a.3);
    let second = draws.supply(b.0, b.1, b.2, b.3);
    assert_eq!(*second, supply(b.0, b.1, b.2, b.3), "what is given is right in any case");
    Arc::ptr_eq(&first, &second)
}

#[test]
fn what_is_asked_twice_is_drawn_once_and_right() {
    let (draws, site, sampling) = (Draws::within(100 * BYTES), energy(SITE), sampled(1, DAYS));
    assert!(shared(&draws, ("a", TEXAS, &site, &sampling), ("a", TEXAS, &site, &sampling)));
    let sample = draws.supply_sample("a", TEXAS, &site, &sampling);
    assert_eq!(*sample, supply_sample("a", TEXAS, &site, &sampling));
    assert_ne!(sample, draws.supply("a", TEXAS, &site, &sampling));
}

#[test]
fn every_cause_of_a_draw_counts() {
    let (draws, site, sampling) = (Draws::within(100 * BYTES), energy(SITE), sampled(1, DAYS));
    let base = ("a", TEXAS, &site, &sampling);
    let shares = |site: &str, at: Location, energy: &SiteEnergy, sampling: &Sampling| {
        shared(&draws, base, (site, at, energy, sampling))
    };
    assert!(!shares("b", TEXAS, &site, &sampling));
    assert!(!shares("a", Location { latitude_deg: 33.0, ..TEXAS }, &site, &sampling));
    assert!(!shares("a", TEXAS, &site, &sampled(2, DAYS)));
    assert!(!shares("a", TEXAS, &site, &sampled(1, DAYS + 1)));
    assert!(!shares("a", TEXAS, &site, &Sampling { stream: "planner", ..sampling }));
    assert!(!shares("a", TEXAS, &site, &Sampling { start: Day(sampling.start.0 + 1), ..sampling }));
    let weather = Weather { correlation_length_km: 300.0, ..Weather::default() };
    assert!(!shares("a", TEXAS, &site, &Sampling { weather: &weather, ..sampling }));
    for (from, to) in [
        ("capacity_mw = 100.0", "capacity_mw = 100.1"),
        ("capacity_mw = 100.0", "capacity_mw = 100.0\ncommitted_mw = 5.0"),
        ("capacity_mw = 100.0", "capacity_mw = 100.0\ncurtail_below_usd_per_mwh = -20.0"),
        ("kind = \"wind\"", "kind = \"wind\", weibull_shape = 2.2"),
        ("capacity_mw = 50.0", "capacity_mw = 50.0\ncontracted_mw = 5.0"),
        ("kind = \"generated\"", "kind = \"generated\"\nsigma = 0.11"),
        ("import_limit_mw = 80.0", "import_limit_mw = 80.0\noutages_per_year = 100.0"),
    ] {
        assert!(!shares("a", TEXAS, &energy(&SITE.replace(from, to)), &sampling), "{to}");
    }
}

#[test]
fn terms_do_not_count() {
    let (draws, site, sampling) = (Draws::within(100 * BYTES), energy(SITE), sampled(1, DAYS));
    let changed = SITE
        .replace("[hydro]", "cost_usd_per_mwh = 7.0\n[hydro]")
        .replace("[price]", "water_value_usd_per_mwh = 11.0\n[price]")
        .replace(
            "import_limit_mw = 80.0",
            "import_limit_mw = 90.0\ndelivery_adder_usd_per_mwh = 1.0\ndemand_charge_usd_per_kw_month = 2.0\n\
             capacity_charge_usd_per_kw_year = 3.0\ncoincident_peak_charge_usd_per_kw_year = 4.0\nco2_kg_per_mwh = 5.0\n\
             demand_response = { capacity_payment_usd_per_mw_year = 6.0 }\n\
             forward = { share = 0.5, price_usd_per_mwh = 40.0 }\n[export]\nlimit_mw = 10.0",
        );
    assert!(shared(&draws, ("a", TEXAS, &site, &sampling), ("a", TEXAS, &energy(&changed), &sampling)));
}

#[test]
fn what_files_hold_counts() {
    let site = energy("[price]\nkind = \"csv\"\nsource = { file = \"f\", column = \"p\", unit = \"usd_per_mwh\" }");
    let key = site.sources()[0].1.key();
    let file = |price: f64| {
        let values = vec![price; 8_760];
        SeriesFiles::from([(key.clone(), HourlySeries { start_unix: 0, quantity: Quantity::Price, values })])
    };
    let (draws, old, new) = (Draws::within(100 * BYTES), file(30.0), file(31.0));
    let of = |files| Sampling { files, ..sampled(1, DAYS) };
    let (old, same, new) = (of(&old), of(&old), of(&new));
    assert!(shared(&draws, ("a", TEXAS, &site, &old), ("a", TEXAS, &site, &same)));
    assert!(!shared(&draws, ("a", TEXAS, &site, &old), ("a", TEXAS, &site, &new)));
}

#[test]
fn the_limit_holds_and_the_one_asked_longest_ago_goes_first() {
    let (draws, site) = (Draws::within(3 * BYTES), energy(SITE));
    let draw = |seed| draws.supply("a", TEXAS, &site, &sampled(seed, DAYS));
    let (one, two, three) = (draw(1), draw(2), draw(3));
    assert_eq!(draws.kept().bytes, 3 * BYTES);
    assert!(Arc::ptr_eq(&one, &draw(1)));
    draw(4);
    assert_eq!(draws.kept().bytes, 3 * BYTES);
    assert_eq!(draws.kept().draws.len(), 3);
    assert!(Arc::ptr_eq(&one, &draw(1)) && Arc::ptr_eq(&three, &draw(3)));
    assert!(!Arc::ptr_eq(&two, &draw(2)));
    // What is larger than the limit is given and not kept.
    let long = sampled(1, 4 * DAYS);
    assert!(!shared(&draws, ("a", TEXAS, &site, &long), ("a", TEXAS, &site, &long)));
    assert!(draws.kept().bytes <= 3 * BYTES);
    let none = Draws::default();
    assert!(!shared(&none, ("a", TEXAS, &site, &long), ("a", TEXAS, &site, &long)));
}

#[test]
fn threads_may_ask_at_a_time() {
    let (draws, site) = (Draws::within(2 * BYTES), energy(SITE));
    let expected: Vec<Hourly> = (0..4).map(|seed| supply("a", TEXAS, &site, &sampled(seed, DAYS))).collect();
    std::thread::scope(|scope| {
        for from in 0..4 {
            let (draws, site, expected) = (&draws, &site, &expected);
            scope.spawn(move || {
                for seed in (from..from + 40).map(|seed| seed % 4) {
                    let drawn = draws.supply("a", TEXAS, site, &sampled(seed, DAYS));
                    assert_eq!(*drawn, expected[seed as usize]);
                }
            });
        }
    });
    assert!(draws.kept().bytes <= 2 * BYTES);
}
