//! A root of a function known to change sign.

/// Steps after which a root counts as found; halving alone takes about 60.
const STEPS: usize = 200;

/// The root between two points at which `f` has opposite signs, as exactly as floating point has it: inverse quadratic
/// steps where three points show that they can be trusted, halving elsewhere (Chandrupatla, *Advances in Engineering
/// Software* 28 (1997) 145).
pub fn between(f: &dyn Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    // The root lies between a, the newest point, and b; c is the one before.
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    let mut part = 0.5;
    let mut best = if fa.abs() < fb.abs() { a } else { b };
    for _ in 0..STEPS {
        if fa == 0.0 || fb == 0.0 {
            break;
        }
        let x = a + part * (b - a);
        let fx = f(x);
        let (c, fc);
        if fx.signum() == fa.signum() {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        best = if fa.abs() < fb.abs() { a } else { b };
        let least = 2.0 * f64::EPSILON * best.abs() / (b - a).abs();
        if least.is_nan() || least > 0.5 {
            break;
        }
        part = step((a, fa), (b, fb), (c, fc)).clamp(least, 1.0 - least);
    }
    best
}

/// Part of the way from a to b that the next point lies at.
fn step((a, fa): (f64, f64), (b, fb): (f64, f64), (c, fc): (f64, f64)) -> f64 {
    let (place, height) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
    let trusted = height * height < place && (1.0 - height) * (1.0 - height) < 1.0 - place;
    if trusted { fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn straight_bent_and_flat_functions_have_their_root_found() {
        assert!((between(&|x| 3.0 * x - 6.0, 0.0, 1e6) - 2.0).abs() < 1e-12);
        assert!((between(&|x: f64| if x < 2.0 { x - 2.0 } else { 1e9 * (x - 2.0) }, 0.0, 1e3) - 2.0).abs() < 1e-9);
        assert!((between(&|x: f64| x * x * x - 8.0, 0.0, 100.0) - 2.0).abs() < 1e-12);
        assert_eq!(between(&|x| x, 0.0, 5.0), 0.0);
    }

    proptest! {
        #[test]
        fn the_root_is_between_two_points_of_opposite_sign(root in 0.01..99.0f64, bend in 0.0..10.0f64) {
            let f = |x: f64| (x - root) * if x > root { 1.0 + bend } else { 1.0 };
            prop_assert!((between(&f, 0.0, 100.0) - root).abs() < 1e-10);
        }
    }
}
