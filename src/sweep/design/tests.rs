use super::*;
use crate::math;

fn parse(text: &str) -> SweepFile {
    let file: SweepFile = toml::from_str(&format!("base = 'b'\n{text}")).unwrap();
    assert_eq!(file.check(), []);
    file
}

fn floats(points: &[Point], key: usize) -> Vec<f64> {
    let float = |v: &Value| v.as_float().or(v.as_integer().map(|i| i as f64)).unwrap();
    points.iter().map(|p| float(&p[key])).collect()
}

const UNIT: &str = "[[vary]]\nkey = 'a'\nfrom = 0\nto = 1\n[[vary]]\nkey = 'b'\nfrom = 0\nto = 1\n";

#[test]
fn the_first_key_of_a_grid_varies_slowest() {
    let file = parse("[[vary]]\nkey = 'a'\nvalues = ['x', 'y']\n[[vary]]\nkey = 'b'\nvalues = [1, 2]");
    let written: Vec<String> = points(&file).iter().map(|p| format!("{}{}", p[0].as_str().unwrap(), p[1])).collect();
    assert_eq!(written, ["x1", "x2", "y1", "y2"]);
}

#[test]
fn a_zip_takes_values_in_pairs_and_no_keys_give_one_point() {
    let file =
        parse("design = 'zip'\n[[vary]]\nkey = 'a'\nvalues = [1, 1]\n[[vary]]\nkey = 'b'\nfrom = 3\nto = 4\nsteps = 2");
    assert_eq!(points(&file), [vec![Value::Integer(1), Value::Integer(3)], vec![Value::Integer(1), Value::Integer(4)]]);
    assert_eq!(points(&parse("replicates = 9")), [Point::new()]);
}

#[test]
fn steps_include_both_ends_and_are_tidy() {
    let linear = parse("[[vary]]\nkey = 'a'\nfrom = 0\nto = 1\nsteps = 11");
    assert_eq!(floats(&points(&linear), 0)[3], 0.3);
    assert_eq!(points(&linear)[10][0], Value::Integer(1));
    let log = parse("[[vary]]\nkey = 'a'\nfrom = 1\nto = 1000\nsteps = 4\nscale = 'log'");
    assert_eq!(floats(&points(&log), 0), [1.0, 10.0, 100.0, 1000.0]);
}

#[test]
fn every_design_has_the_points_it_counts() {
    for head in [
        "design = 'random'\nsamples = 7",
        "design = 'latin_hypercube'\nsamples = 7",
        "design = 'sobol'\nsamples = 7",
        "design = 'morris'\ntrajectories = 7",
        "design = 'saltelli'\nsamples = 7",
        "design = 'saltelli'\nsamples = 7\nsecond_order = true",
    ] {
        let file = parse(&format!("{head}\n{UNIT}"));
        assert_eq!(points(&file).len() as u64, file.points(), "{head}");
        assert_eq!(points(&file), points(&file), "{head}");
        let other = SweepFile { seed: 2, ..file.clone() };
        assert_ne!(points(&file), points(&other), "{head}");
    }
}

#[test]
fn draws_have_the_mean_and_spread_of_their_law() {
    let law = |law: &str| {
        let file = parse(&format!("design = 'latin_hypercube'\nsamples = 4000\n[[vary]]\nkey = 'a'\n{law}"));
        let drawn = floats(&points(&file), 0);
        let mean = math::mean(&drawn);
        (mean, math::mean(&drawn.iter().map(|x| (x - mean) * (x - mean)).collect::<Vec<_>>()).sqrt())
    };
    let near = |(mean, sd): (f64, f64), (mean_is, sd_is): (f64, f64)| {
        assert!((mean - mean_is).abs() < 0.002 * sd_is && (sd / sd_is - 1.0).abs() < 0.01, "{mean} {sd}");
    };
    near(law("from = 10\nto = 30"), (20.0, 20.0 / 12f64.sqrt()));
    // (b − a) / ln(b/a); ((b² − a²) / (2 ln(b/a)) − mean²)^½
    near(law("from = 1\nto = 100\ndistribution = 'loguniform'"), (21.497_6, 24.955_8));
    near(law("mean = 5\nstandard_deviation = 2\ndistribution = 'normal'"), (5.0, 2.0));
    // Cut at one standard deviation on both sides: variance 1 − 2 φ(1) / (2 Φ(1) − 1).
    near(law("mean = 5\nstandard_deviation = 2\ndistribution = 'normal'\nfrom = 3\nto = 7"), (5.0, 2.0 * 0.539_56));
    // (a + b + c) / 3; (a² + b² + c² − ab − ac − bc) / 18.
    near(law("from = 0\nto = 10\npeak = 2\ndistribution = 'triangular'"), (4.0, (84.0f64 / 18.0).sqrt()));
    near(law("values = [0, 1]\nweights = [3, 1]"), (0.25, (0.25f64 * 0.75).sqrt()));
}

#[test]
fn draws_are_rounded_to_whole_numbers_that_a_count_takes() {
    let file = parse("design = 'random'\nsamples = 50\n[[vary]]\nkey = 'a'\nfrom = 2\nto = 9\nround_to = 1");
    assert!(points(&file).iter().all(|p| p[0].as_integer().is_some_and(|i| (2..=9).contains(&i))));
}

#[test]
fn adding_a_key_changes_no_other_draw() {
    for head in
        ["design = 'random'\nsamples = 8", "design = 'latin_hypercube'\nsamples = 8", "design = 'sobol'\nsamples = 8"]
    {
        let one = format!("{head}\n[[vary]]\nkey = 'a'\nfrom = 0\nto = 1\n");
        let two = format!("{one}[[vary]]\nkey = 'b'\nfrom = 0\nto = 1\n");
        assert_eq!(floats(&points(&parse(&one)), 0), floats(&points(&parse(&two)), 0), "{head}");
    }
}

/// Every cell of a division of the unit square has as many points as any other.
fn is_even(points: &[Point], columns: u32, rows: u32) -> bool {
    let mut counts = vec![0; (columns * rows) as usize];
    for (x, y) in floats(points, 0).into_iter().zip(floats(points, 1)) {
        counts[((x * f64::from(columns)) as u32 * rows + (y * f64::from(rows)) as u32) as usize] += 1;
    }
    counts.iter().all(|n| *n == points.len() / counts.len())
}

#[test]
fn a_sobol_sequence_is_a_net_and_a_latin_hypercube_a_latin_square() {
    let sobol = points(&parse(&format!("design = 'sobol'\nsamples = 64\n{UNIT}")));
    // A (0, 6, 2)-net in base 2 (Sobol 1967): every elementary interval of volume 1/64 has one point.
    for power in 0..=6 {
        assert!(is_even(&sobol, 1 << power, 1 << (6 - power)), "2^{power}");
    }
    let latin = points(&parse(&format!("design = 'latin_hypercube'\nsamples = 60\n{UNIT}")));
    assert!(is_even(&latin, 60, 1) && is_even(&latin, 1, 60) && !is_even(&latin, 6, 10));
}

#[test]
fn a_morris_trajectory_moves_every_key_once_by_half_the_levels() {
    let cube = morris(3, 50, 4, 1);
    for rows in cube.chunks(4) {
        let mut moved: Vec<usize> = rows
            .windows(2)
            .map(|pair| {
                let changed: Vec<usize> = (0..3).filter(|&k| pair[0][k] != pair[1][k]).collect();
                assert_eq!(changed.len(), 1);
                assert!(((pair[0][changed[0]] - pair[1][changed[0]]).abs() - 2.0 / 3.0).abs() < 1e-12);
                changed[0]
            })
            .collect();
        moved.sort_unstable();
        assert_eq!(moved, [0, 1, 2]);
    }
    assert!((0..3).all(|k| (0..4).all(|level| cube.iter().any(|row| row[k] == f64::from(level) / 3.0))));
}

#[test]
fn saltelli_rows_take_one_key_of_the_other_half() {
    let cube = sensitivity::saltelli(2, 4, true, 1);
    for rows in cube.chunks(6) {
        let (a, b) = (&rows[0], &rows[5]);
        assert_eq!(rows[1..5], [vec![b[0], a[1]], vec![a[0], b[1]], vec![a[0], b[1]], vec![b[0], a[1]]]);
    }
    assert_eq!(sensitivity::saltelli(2, 4, false, 1).len(), 16);
}

#[test]
fn a_law_cut_off_far_out_still_reaches_from_end_to_end() {
    for (from, to) in [(4.5, 6.0), (-6.0, -4.5), (-1.0, 30.0), (-30.0, 1.0)] {
        let law = format!(
            "[[vary]]\nkey = 'a'\ndistribution = 'normal'\nmean = 0\nstandard_deviation = 1\nfrom = {from}\nto = {to}"
        );
        let vary = &toml::from_str::<SweepFile>(&format!("base = 'b'\ndesign = 'random'\nsamples = 9\n{law}"))
            .unwrap()
            .vary[0];
        let at = |share: f64| {
            law::value(vary, share).as_float().or(law::value(vary, share).as_integer().map(|i| i as f64)).unwrap()
        };
        assert_eq!((at(0.0), at(1.0)), (from, to));
        let shares: Vec<f64> = (0..=20).map(|i| at(f64::from(i) / 20.0)).collect();
        assert!(shares.windows(2).all(|pair| pair[0] < pair[1]), "{shares:?}");
    }
}

#[test]
fn rounding_stays_on_the_multiples_within_the_range() {
    let file = parse("design = 'random'\nsamples = 60\n[[vary]]\nkey = 'a'\nfrom = 11\nto = 39\nround_to = 10");
    let drawn = floats(&points(&file), 0);
    assert!(
        drawn.iter().all(|x| [20.0, 30.0].contains(x)) && drawn.contains(&20.0) && drawn.contains(&30.0),
        "{drawn:?}"
    );
}
