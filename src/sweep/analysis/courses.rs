//! How courses spread over the runs.

use super::{Population, risks};
use crate::math;
use crate::results::FanRow;
use crate::sweep::journal;
use crate::sweep::metrics::{COURSES, Course};
use crate::sweep::plan::Plan;
use crate::sweep::statistics::{quantile_of_sorted, sorted_finite};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// The courses of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct Fan {
    /// Whose.
    pub population: Population,
    /// The middle days of each halving over the runs, YYYY-MM-DD.
    pub halvings: Vec<String>,
    /// Every course, month by month.
    pub rows: Vec<FanRow>,
}

/// Quantiles of every course over every population whose spread is a risk.
///
/// # Errors
/// When a journal cannot be read.
pub fn fans(plan: &Plan, journals: &[PathBuf]) -> io::Result<Vec<Fan>> {
    let mut fans: Vec<Fan> =
        risks(plan).into_iter().map(|population| Fan { population, halvings: Vec::new(), rows: Vec::new() }).collect();
    if fans.is_empty() {
        return Ok(fans);
    }
    // One course after the other: all of all runs would not fit into memory for large sweeps.
    for (index, (course, _)) in COURSES.iter().enumerate() {
        let spreads = gather(plan, &fans, journals, index)?;
        for (fan, spread) in fans.iter_mut().zip(spreads) {
            fan.halvings = middle_days(spread.halvings);
            let rows = spread.months.into_iter();
            fan.rows.extend(rows.filter_map(|(month, values)| row(&fan.population.name, course, &month, &values)));
        }
    }
    Ok(fans)
}

/// The values of one course over the runs of a population.
#[derive(Default)]
struct Spread {
    /// By month.
    months: BTreeMap<String, BTreeMap<u64, f64>>,
    /// The first, second ... halving of every run.
    halvings: Vec<Vec<String>>,
}

fn gather(plan: &Plan, fans: &[Fan], journals: &[PathBuf], course: usize) -> io::Result<Vec<Spread>> {
    let mut spreads: Vec<Spread> = fans.iter().map(|_| Spread::default()).collect();
    for path in journals {
        journal::read(path, |record| {
            let Ok(figures) = &record.outcome else { return };
            if !plan.owns(&record) {
                return;
            }
            for (fan, spread) in fans.iter().zip(&mut spreads) {
                if fan.population.runs.binary_search(&record.run).is_ok() {
                    spread.add(record.run, &figures.course, course);
                }
            }
        })?;
    }
    Ok(spreads)
}

impl Spread {
    fn add(&mut self, run: u64, of_run: &Course, course: usize) {
        let Some(values) = of_run.values.get(course) else { return };
        let mut month = of_run.first_month.clone();
        for value in values {
            let next = after(&month);
            self.months.entry(month).or_default().insert(run, *value);
            month = next;
        }
        for (nth, day) in of_run.halvings.iter().enumerate() {
            if self.halvings.len() <= nth {
                self.halvings.push(Vec::new());
            }
            self.halvings[nth].push(day.clone());
        }
    }
}

/// The month after `YYYY-MM`.
fn after(month: &str) -> String {
    let parts = month.split_once('-').and_then(|(year, month)| Some((year.parse().ok()?, month.parse().ok()?)));
    let (year, month): (i32, u32) = parts.unwrap_or_default();
    if month >= 12 { format!("{:04}-01", year + 1) } else { format!("{year:04}-{:02}", month + 1) }
}

fn middle_days(halvings: Vec<Vec<String>>) -> Vec<String> {
    let middle = |mut days: Vec<String>| {
        days.sort();
        days.swap_remove(days.len() / 2)
    };
    halvings.into_iter().map(middle).collect()
}

fn row(population: &str, course: &str, month: &str, values: &BTreeMap<u64, f64>) -> Option<FanRow> {
    // In the order of the runs, not of their ends.
    let values: Vec<f64> = values.values().copied().collect();
    let sorted = sorted_finite(&values);
    let at = |share| quantile_of_sorted(&sorted, share);
    (!sorted.is_empty()).then(|| FanRow {
        population: population.to_owned(),
        course: course.to_owned(),
        month: month.to_owned(),
        runs: sorted.len() as u64,
        mean: math::mean(&values),
        p5: at(0.05),
        p25: at(0.25),
        p50: at(0.5),
        p75: at(0.75),
        p95: at(0.95),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_over_the_year() {
        assert_eq!((after("2024-01"), after("2024-12")), ("2024-02".into(), "2025-01".into()));
    }

    #[test]
    fn a_halving_is_marked_at_the_middle_of_the_runs() {
        let days = |days: [&str; 3]| days.map(str::to_owned).to_vec();
        let halvings = vec![days(["2028-04-20", "2028-04-01", "2028-04-09"]), vec!["2032-01-01".to_owned()]];
        assert_eq!(middle_days(halvings), ["2028-04-09", "2032-01-01"]);
    }
}
