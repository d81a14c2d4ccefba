use super::*;

fn parse(text: &str) -> SweepFile {
    toml::from_str(&format!("base = 'b.toml'\n{text}")).unwrap()
}

fn complaints(text: &str) -> Vec<String> {
    parse(text).check().into_iter().map(|(path, _)| path).collect()
}

const KEY: &str = "[[vary]]\nkey = 'a'\nfrom = 1\nto = 2\n";

#[test]
fn a_grid_has_the_product_of_its_values_times_replicates_runs() {
    let file = parse(
        "replicates = 4\n[[vary]]\nkey = 'a'\nvalues = [1, 2, 3]\n[[vary]]\nkey = 'b'\nfrom = 0\nto = 1\nsteps = 5",
    );
    assert_eq!(file.check(), []);
    assert_eq!((file.points(), file.runs()), (15, 60));
}

#[test]
fn every_design_says_how_many_points_it_has() {
    let two = format!("{KEY}{}", KEY.replace("'a'", "'b'"));
    let points = |head: &str| {
        let file = parse(&format!("{head}\n{two}"));
        assert_eq!(file.check(), [], "{head}");
        file.points()
    };
    assert_eq!(points("design = 'latin_hypercube'\nsamples = 10"), 10);
    assert_eq!(points("design = 'sobol'\nsamples = 16"), 16);
    assert_eq!(points("design = 'morris'\ntrajectories = 5"), 15);
    assert_eq!(points("design = 'saltelli'\nsamples = 8"), 32);
    assert_eq!(points("design = 'saltelli'\nsamples = 8\nsecond_order = true"), 48);
    assert_eq!(parse("replicates = 500").points(), 1);
}

#[test]
fn common_seeds_are_shared_across_points_and_independent_ones_by_no_two_runs() {
    let common = parse("seed = 7\nreplicates = 3\n[[vary]]\nkey = 'a'\nvalues = [1]");
    assert_eq!([(1, 1), (3, 3), (4, 1)].map(|(run, replicate)| common.seed_of(run, replicate)), [7, 9, 7]);
    let independent = parse("seeds = 'independent'\nseed = 7\nreplicates = 3\n[[vary]]\nkey = 'a'\nvalues = [1]");
    assert_eq!([(1, 1), (3, 3), (4, 1)].map(|(run, replicate)| independent.seed_of(run, replicate)), [7, 9, 10]);
}

#[test]
fn what_does_not_go_together_is_refused_all_at_once() {
    let text = "samples = 3\n\
        [[vary]]\nkey = 'a'\nvalues = [1, 1]\nto = 3\n\
        [[vary]]\nkey = 'a'\nfrom = 2\nto = 1\nsteps = 3\nscale = 'log'\n\
        [[vary]]\nkey = 'c'\n\
        [[vary]]\nkey = 'd'\nfrom = 0\nto = 1\nsteps = 2\nscale = 'log'\ndistribution = 'uniform'";
    assert_eq!(
        complaints(text),
        [
            "samples",
            "vary.0.to",
            "vary.0.values",
            "vary.1.key",
            "vary.1.to",
            "vary.2.key",
            "vary.3.from",
            "vary.3.distribution"
        ]
    );
}

#[test]
fn a_design_that_draws_wants_samples_and_no_steps() {
    let text = "design = 'random'\n[[vary]]\nkey = 'a'\nfrom = 0\nto = 1\nsteps = 2\nscale = 'log'";
    assert_eq!(complaints(text), ["design", "vary.0.steps", "vary.0.scale"]);
}

#[test]
fn a_law_wants_its_own_numbers_and_no_others() {
    let of = |law: &str| complaints(&format!("design = 'random'\nsamples = 9\n[[vary]]\nkey = 'a'\n{law}"));
    assert_eq!(of("distribution = 'normal'\nmean = 1\nstandard_deviation = 2"), [""; 0]);
    assert_eq!(of("distribution = 'normal'\nmean = 1"), ["vary.0.key"]);
    assert_eq!(of("distribution = 'normal'\nmean = 1\nstandard_deviation = 0"), ["vary.0.standard_deviation"]);
    assert_eq!(of("distribution = 'triangular'\nfrom = 1\nto = 2\npeak = 3"), ["vary.0.peak"]);
    assert_eq!(of("distribution = 'triangular'\nfrom = 1\nto = 2\nmean = 1"), ["vary.0.mean"]);
    assert_eq!(of("distribution = 'loguniform'\nfrom = 0\nto = 2"), ["vary.0.from"]);
    assert_eq!(of("distribution = 'choice'"), ["vary.0.distribution"]);
    assert_eq!(of("distribution = 'uniform'\nvalues = [1]"), ["vary.0.distribution"]);
    assert_eq!(of("values = [1, 2]\nweights = [1]"), ["vary.0.weights"]);
    assert_eq!(of("values = [1, 2]\nweights = [1, -1]"), ["vary.0.weights"]);
    assert_eq!(of("from = 0\nto = inf"), ["vary.0.to"]);
    assert_eq!(of("from = 0\nto = 1\nround_to = 0"), ["vary.0.round_to"]);
    assert_eq!(of("from = 31\nto = 34\nround_to = 10"), ["vary.0.round_to"]);
    assert_eq!(of("distribution = 'normal'\nmean = 20\nstandard_deviation = 1\nfrom = 50\nto = 60"), ["vary.0.mean"]);
}

#[test]
fn a_key_of_one_design_is_refused_by_another() {
    assert_eq!(complaints(&format!("trajectories = 5\nlevels = 4\n{KEY}steps = 2")), ["trajectories", "levels"]);
    assert_eq!(complaints(&format!("second_order = true\n{KEY}steps = 2")), ["second_order"]);
    assert_eq!(complaints(&format!("design = 'morris'\nlevels = 5\n{KEY}")), ["levels"]);
    assert_eq!(complaints("design = 'list'"), ["design"]);
    assert_eq!(complaints(&format!("design = 'list'\nlist = {{ file = 'p.csv' }}\n{KEY}")), ["vary", "vary.0.key"]);
    assert_eq!(complaints(&format!("design = 'sobol'\nsamples = 70000\n{KEY}")), ["samples"]);
    assert_eq!(complaints("design = 'sobol'\nsamples = 7"), ["design"]);
    assert_eq!(complaints(""), ["design"]);
    let late = "seeds = 'independent'\nseed = 9_007_199_254_740_990\nreplicates = 5";
    assert_eq!(complaints(late), ["seed"]);
    let morris = "design = 'morris'\n[[vary]]\nkey = 'a'\ndistribution = 'normal'\nmean = 1\nstandard_deviation = 1";
    assert_eq!(complaints(morris), ["vary.0.key"]);
}

#[test]
fn a_zip_takes_keys_of_equal_length() {
    let text = |values: &str| {
        format!("design = 'zip'\n[[vary]]\nkey = 'a'\nvalues = [1, 1]\n[[vary]]\nkey = 'b'\nvalues = {values}")
    };
    assert_eq!(complaints(&text("[3, 4]")), [""; 0]);
    assert_eq!(complaints(&text("[3, 4, 5]")), ["vary.1.key"]);
}

#[test]
fn a_sweep_of_absurd_size_is_refused() {
    let axis = |key: &str| format!("[[vary]]\nkey = '{key}'\nfrom = 0\nto = 1\nsteps = 100000\n");
    assert_eq!(complaints(&format!("{}{}", axis("a"), axis("b"))), ["vary"]);
}
