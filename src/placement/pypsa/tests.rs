//! Cases for PyPSA, and the parts that need no PyPSA.

use super::super::field::Limit;
use super::super::monolith::monolith;
use super::super::sample::{Shape, field};
use super::*;

#[test]
fn steps_cover_a_curve_from_above() {
    let steps = |usd: &[f64]| concave_steps(&FirmCurve { step_mw: 2.0, discounted_usd: usd.to_vec() }, 50.0);
    assert_eq!(steps(&[]), [(50.0, 0.0)]);
    assert_eq!(steps(&[0.0, 4.0, 8.0]), [(50.0, 2.0)]);
    assert_eq!(steps(&[0.0, 1.0, 8.0, 6.0]), [(4.0, 2.0), (50.0, -1.0)]);
}

#[test]
fn without_offers_there_is_nothing_to_export() {
    let mut empty = field(1, &Shape { sites: 1, segments: 1, dates: 1, paths: 1, days: 1, standing: true });
    empty.sites[0].offers.clear();
    let own = own_optimum(&empty).unwrap();
    assert_eq!(files(&empty, "empty", &own), Err(ExportError::NothingToBuild));
}

#[test]
fn a_limit_that_what_stands_breaks_is_named() {
    let mut full = field(1, &Shape { sites: 1, segments: 1, dates: 1, paths: 1, days: 1, standing: true });
    let counts = Counts::Standing { date: 0, kinds: [true; 3] };
    full.limits.push(Limit { name: "fleet".to_owned(), counts, at_most: 1.0 });
    let refused = own_optimum(&full).map(|own| own.rounds);
    let names = matches!(&refused, Err(PlaceError::Infeasible { limit, have: 1.0, .. }) if limit == "fleet");
    assert!(names, "{refused:?}");
}

#[test]
fn our_own_optimum_is_the_one_of_the_plain_linear_program() {
    for seed in 0..4 {
        let shape = Shape { sites: 2, segments: 3, dates: 2, paths: 2, days: 2, standing: seed % 2 == 0 };
        let case = field(seed, &shape);
        let own = own_optimum(&case).unwrap();
        let usd = monolith(&case.first_decision());
        let size = (usd - own.selling_usd).abs().max(1.0);
        assert!((own.objective_usd - usd).abs() <= 1e-6 * size, "{seed}: {own:?}, oracle {usd}");
    }
}

/// Writes folders and their optima by the oracle for `tests/pypsa/compare.py`: to `$HASHWATT_PYPSA_DIR/SEED`, with
/// `optimum.txt` beside the tables.
#[test]
#[ignore = "writes what PyPSA is to solve; see tests/pypsa/README.md"]
fn write_cases_for_pypsa() {
    let Some(dir) = std::env::var_os("HASHWATT_PYPSA_DIR") else { return };
    for seed in 0..6 {
        let shape = Shape { sites: 3, segments: 3, dates: 2, paths: 2, days: 3, standing: seed % 2 == 0 };
        let mut case = field(seed, &shape);
        if seed >= 4 {
            case.sites[0].terms.import_adder_usd_per_mwh = -20.0;
            case.sites[1].terms.backup_cost_usd_per_mwh = 30.0;
        }
        let folder = std::path::Path::new(&dir).join(seed.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let own = own_optimum(&case).unwrap();
        for (name, contents) in files(&case, "case", &own).unwrap() {
            std::fs::write(folder.join(name), contents).unwrap();
        }
        let usd = monolith(&case.first_decision());
        std::fs::write(folder.join("optimum.txt"), format!("{usd}\n")).unwrap();
    }
}
