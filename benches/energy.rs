//! Speed of drawing a site's hours, beside the random words alone that a wind site takes.
//!
//! `cargo bench --bench energy` prints nanoseconds per hour and the ratio to the words; the ratio is what to compare
//! between machines and runs. The words are drawn as one writes it first: a stream of `rand` for each of the cells that
//! the wind is summed over, and one for the site. A ratio above 1 says that all of a source is drawn in less time.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use hashwatt::calendar::Day;
use hashwatt::energy::{Draws, Location, Sampling, SeriesFiles, SiteEnergy, Weather, supply};
use hashwatt::rng;
use rand::Rng;
use std::hint::black_box;
use std::time::Instant;

const DAYS: usize = 3_652;
const ROUNDS: usize = 20;
/// Cells within reach of a place, about: a circle of two correlation lengths, in squares of 0.4.
const CELLS: usize = 79;
const PLACE: Location = Location { latitude_deg: 32.4, longitude_deg: -100.4 };

const SOURCES: [(&str, &str); 5] = [
    ("wind", "surplus = { capacity_mw = 100.0, output = { kind = \"wind\" } }"),
    ("solar", "surplus = { capacity_mw = 100.0, output = { kind = \"solar\" } }"),
    ("hydro", "hydro = { capacity_mw = 100.0 }"),
    ("price", "price = { kind = \"generated\", negative_hours_share = 0.08 }"),
    (
        "wind and price",
        "surplus = { capacity_mw = 100.0, output = { kind = \"wind\" } }\nprice = { kind = \"generated\" }\n\
         grid = { import_limit_mw = 100.0 }",
    ),
];

fn main() {
    let weather = Weather::default();
    let files = SeriesFiles::new();
    let start = Day::parse("2024-01-01").expect("a date");
    let sampling = Sampling { seed: 1, stream: "weather", weather: &weather, files: &files, start, days: DAYS };
    let words = time("words alone", words_of_wind);
    for (name, text) in SOURCES {
        let energy: SiteEnergy = toml::from_str(text).expect("a site");
        let ns = time(name, || {
            let hourly = supply("a", PLACE, black_box(&energy), &sampling);
            hourly.surplus_mw[9] + hourly.hydro_mw[9] + hourly.price_usd_per_mwh[9]
        });
        println!("words alone / {name:<16} {:6.2}", words / ns);
    }
    let energy: SiteEnergy = toml::from_str(SOURCES[4].1).expect("a site");
    let draws = Draws::within(64 << 20);
    let ns = time("shared draw", || draws.supply("a", PLACE, &energy, &sampling).price_usd_per_mwh[9]);
    println!("words alone / shared draw      {:6.0}", words / ns);
}

/// The bytes of the cells, and a normal's word for each hour.
fn words_of_wind() -> f64 {
    let mut bytes = vec![0; DAYS * 24];
    let mut sum = 0.0;
    for cell in 0..CELLS {
        rng::stream(1, "wind", &cell.to_string()).fill_bytes(&mut bytes);
        sum += f64::from(bytes[9]);
    }
    let mut own = rng::stream(1, "local wind", "a");
    (0..DAYS * 24).fold(sum, |sum, _| sum + (own.next_u64() >> 40) as f64)
}

/// Best of the rounds, ns per hour.
fn time(name: &str, mut run: impl FnMut() -> f64) -> f64 {
    let mut best = f64::INFINITY;
    let mut result = 0.0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        result = black_box(run());
        best = best.min(start.elapsed().as_secs_f64());
    }
    let ns = best * 1e9 / (DAYS * 24) as f64;
    println!("{name:<16} {ns:8.3} ns per hour ({result:.3})");
    ns
}
