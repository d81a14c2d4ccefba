//! From varied keys to points: which value every key takes in every run.

use super::file::{Design, Distribution, Scale, SweepFile, Vary};
use crate::{math, rng};
use rand::RngExt;
use toml::Value;

/// The values of all varied keys at one point, in the order of the file.
pub type Point = Vec<Value>;

/// All points of a checked sweep file, in the order of their runs.
pub fn points(file: &SweepFile) -> Vec<Point> {
    match file.design {
        Design::Grid => grid(&file.vary),
        Design::Random => random(&file.vary, file.samples.unwrap_or(0), file.seed),
    }
}

/// Every combination; the first key varies slowest.
fn grid(vary: &[Vary]) -> Vec<Point> {
    vary.iter().map(levels).fold(vec![Point::new()], |points, values| {
        points
            .iter()
            .flat_map(|point| values.iter().map(|value| [point.as_slice(), core::slice::from_ref(value)].concat()))
            .collect()
    })
}

fn levels(vary: &Vary) -> Vec<Value> {
    if let Some(values) = &vary.values {
        return values.clone();
    }
    let (from, to) = ends(vary);
    let steps = vary.steps.unwrap_or(2);
    let scale = vary.scale.unwrap_or_default();
    (0..steps)
        .map(|step| match step {
            // The ends exactly as written, whatever rounding does in between.
            0 => number(from),
            last if last + 1 == steps => number(to),
            _ => {
                let share = f64::from(step) / f64::from(steps - 1);
                number(tidy(between(from, to, share, scale == Scale::Log)))
            }
        })
        .collect()
}

/// `samples` independent draws, each key from its own stream.
fn random(vary: &[Vary], samples: u32, seed: u64) -> Vec<Point> {
    let mut streams: Vec<_> = vary.iter().map(|v| rng::stream(seed, "sweep design", &v.key)).collect();
    (0..samples).map(|_| vary.iter().zip(&mut streams).map(|(v, stream)| draw(v, stream)).collect()).collect()
}

fn draw(vary: &Vary, stream: &mut rng::Stream) -> Value {
    let share: f64 = stream.random();
    if let Some(values) = &vary.values {
        let index = (share * values.len() as f64) as usize;
        return values[index.min(values.len() - 1)].clone();
    }
    let (from, to) = ends(vary);
    let ratios = vary.distribution.unwrap_or_default() == Distribution::Loguniform;
    number(between(from, to, share, ratios))
}

fn ends(vary: &Vary) -> (f64, f64) {
    (vary.from.unwrap_or(0.0), vary.to.unwrap_or(0.0))
}

fn between(from: f64, to: f64, share: f64, ratios: bool) -> f64 {
    if ratios { from * math::powf(to / from, share) } else { from + (to - from) * share }
}

/// Twelve significant digits: 0.30000000000000004 is 0.3 in a table and in a scenario.
fn tidy(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

/// Whole numbers are written as such, so that keys that count something can be varied as well.
fn number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 1e15 { Value::Integer(x as i64) } else { Value::Float(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> SweepFile {
        let file: SweepFile = toml::from_str(text).unwrap();
        assert_eq!(file.check(), []);
        file
    }

    fn floats(points: &[Point], key: usize) -> Vec<f64> {
        let float = |v: &Value| v.as_float().or(v.as_integer().map(|i| i as f64)).unwrap();
        points.iter().map(|p| float(&p[key])).collect()
    }

    #[test]
    fn the_first_key_of_a_grid_varies_slowest() {
        let file = parse("base = 'b'\n[[vary]]\nkey = 'a'\nvalues = ['x', 'y']\n[[vary]]\nkey = 'b'\nvalues = [1, 2]");
        let written: Vec<String> =
            points(&file).iter().map(|p| format!("{}{}", p[0].as_str().unwrap(), p[1])).collect();
        assert_eq!(written, ["x1", "x2", "y1", "y2"]);
    }

    #[test]
    fn steps_include_both_ends_and_are_tidy() {
        let linear = parse("base = 'b'\n[[vary]]\nkey = 'a'\nfrom = 0\nto = 1\nsteps = 11");
        assert_eq!(floats(&points(&linear), 0)[3], 0.3);
        assert_eq!(points(&linear)[10][0], Value::Integer(1));
        let log = parse("base = 'b'\n[[vary]]\nkey = 'a'\nfrom = 1\nto = 1000\nsteps = 4\nscale = 'log'");
        assert_eq!(floats(&points(&log), 0), [1.0, 10.0, 100.0, 1000.0]);
    }

    #[test]
    fn random_points_lie_between_the_ends_with_the_mean_of_their_law() {
        let file = parse(
            "base = 'b'\ndesign = 'random'\nsamples = 4000\n[[vary]]\nkey = 'u'\nfrom = 10\nto = 30\n\
             [[vary]]\nkey = 'l'\nfrom = 1\nto = 100\ndistribution = 'loguniform'\n[[vary]]\nkey = 'c'\nvalues = [0, 1]",
        );
        let points = points(&file);
        let (u, l, c) = (floats(&points, 0), floats(&points, 1), floats(&points, 2));
        assert!(u.iter().all(|x| (10.0..=30.0).contains(x)) && l.iter().all(|x| (1.0..=100.0).contains(x)));
        // Standard errors of the means are 0.09, 0.34 (mean 99/ln 100 = 21.50, sd 24.9) and 0.008.
        assert!((math::mean(&u) - 20.0).abs() < 0.4);
        assert!((math::mean(&l) - 21.50).abs() < 1.6);
        assert!((math::mean(&c) - 0.5).abs() < 0.04);
    }

    #[test]
    fn adding_a_key_to_a_random_design_changes_no_other_draw() {
        let one = "base = 'b'\ndesign = 'random'\nsamples = 5\n[[vary]]\nkey = 'a'\nfrom = 0\nto = 1\n";
        let two = format!("{one}[[vary]]\nkey = 'b'\nfrom = 0\nto = 1\n");
        assert_eq!(floats(&points(&parse(one)), 0), floats(&points(&parse(&two)), 0));
    }
}
