//! What a sweep is summed up to.

use serde::{Deserialize, Serialize};

use super::{Cell, Row};

table!("statistics.csv", #[doc = "A figure over the runs of a population."] StatisticsRow {
    #[doc = "`all` for all runs (of `saltelli`: those that are independent of each other), or the number of a point, for its replicates."]
    population: String,
    #[doc = "Column of runs.csv."]
    metric: String,
    #[doc = "Runs that have the figure."]
    runs: u64,
    #[doc = "Runs that failed or do not have it; they are left out."]
    missing: u64,
    #[doc = "Mean."]
    mean: f64,
    #[doc = "Standard deviation between the runs; empty for a single one."]
    standard_deviation: Option<f64>,
    #[doc = "Standard error of the mean as of independent runs; designs that fill the space evenly have a smaller one."]
    standard_error: Option<f64>,
    #[doc = "Least value."]
    minimum: f64,
    #[doc = "5 % of the runs lie below."]
    p5: f64,
    #[doc = "10 % of the runs lie below."]
    p10: f64,
    #[doc = "25 % of the runs lie below."]
    p25: f64,
    #[doc = "Median."]
    p50: f64,
    #[doc = "75 % of the runs lie below."]
    p75: f64,
    #[doc = "90 % of the runs lie below."]
    p90: f64,
    #[doc = "95 % of the runs lie below."]
    p95: f64,
    #[doc = "Greatest value."]
    maximum: f64,
    #[doc = "Share of the runs below zero: of `npv_usd` the probability of loss."]
    loss_share: f64,
    #[doc = "Mean of the lowest 5 % (conditional value at risk)."]
    cvar5: f64,
});

table!(
    "fan.csv",
    #[doc = "A course over the months: how it spreads over the runs of a population."]
    FanRow {
        #[doc = "`all`, or the number of a point."]
        population: String,
        #[doc = "Which course, with its unit."]
        course: String,
        #[doc = "Month, YYYY-MM."]
        month: String,
        #[doc = "Runs that reach this month."]
        runs: u64,
        #[doc = "Mean."]
        mean: f64,
        #[doc = "5 % of the runs lie below."]
        p5: f64,
        #[doc = "25 % of the runs lie below."]
        p25: f64,
        #[doc = "Median."]
        p50: f64,
        #[doc = "75 % of the runs lie below."]
        p75: f64,
        #[doc = "95 % of the runs lie below."]
        p95: f64,
    }
);

table!("sensitivity.csv", #[doc = "What a figure owes to a key."] SensitivityRow {
    #[doc = "Column of runs.csv."]
    metric: String,
    #[doc = "Varied key."]
    factor: String,
    #[doc = "The second key of `sobol_second`; the value of the key that `tornado_*` and `category_mean` are taken at."]
    other_factor: String,
    #[doc = "sobol_first, sobol_total, sobol_second: shares of the variance (Saltelli). morris_mu, morris_mu_star, morris_sigma: mean, mean size and spread of the effect of the key's whole range (Morris). rank_correlation: Spearman's. tornado_low, tornado_high: mean of the figure over the fifth of the runs with the lowest and highest values of the key. category_mean: mean over the runs with one value of a key that is no number."]
    index: String,
    #[doc = "The value of the index."]
    value: f64,
    #[doc = "Half of the 95 % confidence interval by bootstrap; empty where none is reckoned."]
    confidence: Option<f64>,
    #[doc = "Runs, base points or trajectories it is reckoned from; those with a failed run are left out."]
    used: u64,
});

table!(
    "pareto.csv",
    #[doc = "A point that no other beats in both of two figures, by the means over its replicates."]
    ParetoRow {
        #[doc = "Number of the point."]
        point: u64,
        #[doc = "Its keys and values."]
        settings: String,
        #[doc = "First figure."]
        first: String,
        #[doc = "Its value."]
        first_value: f64,
        #[doc = "Second figure."]
        second: String,
        #[doc = "Its value."]
        second_value: f64,
    }
);
