//! From rows to pictures: means over replicates, a heat map over two keys, lines over one.

use super::table::{METRICS, RunRow, plain};
use crate::chart::{HeatMap, Lines, Series};
use crate::math;
use toml::Value;

/// What there is to draw, with the stem of its file name.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    /// Two swept keys.
    HeatMap(String, HeatMap),
    /// One swept key, with one line per value of a second key that is no number.
    Lines(String, Lines),
}

/// One drawn figure: file stem, what it is with its unit, its column, and the factor to that unit.
const FIGURES: [(&str, &str, &str, f64); 7] = [
    ("npv", "Net present value, million USD", "npv_usd", 1e-6),
    ("irr", "Internal rate of return, % per year", "irr_per_year", 100.0),
    ("mining-mw", "Mining capacity, MW", "peak_mining_mw", 1.0),
    ("ai-mw", "AI capacity, MW", "peak_ai_mw", 1.0),
    ("capital", "Capital spent, million USD", "capital_usd", 1e-6),
    ("btc-mined", "Coins mined, BTC", "btc_mined", 1.0),
    ("all-in-cost", "All-in cost per coin, USD/BTC", "all_in_usd_per_btc", 1.0),
];

/// The pictures of a sweep, none when its keys cannot be drawn (more than two, or no number among them).
///
/// `gridded`: whether the points are a full grid, without which two keys leave most places empty.
pub fn pictures(keys: &[String], gridded: bool, rows: &[RunRow]) -> Vec<Picture> {
    let numeric = |k: usize| rows.iter().all(|r| number(&r.point[k]).is_some());
    match keys.len() {
        1 if numeric(0) => FIGURES.map(|f| lines(&f, keys, 0, None, rows)).into(),
        2 if !gridded => Vec::new(),
        2 if numeric(0) && numeric(1) => FIGURES.map(|f| heat_map(&f, keys, rows)).into(),
        2 if numeric(0) && !numeric(1) => FIGURES.map(|f| lines(&f, keys, 0, Some(1), rows)).into(),
        2 if numeric(1) && !numeric(0) => FIGURES.map(|f| lines(&f, keys, 1, Some(0), rows)).into(),
        _ => Vec::new(),
    }
}

type Figure = (&'static str, &'static str, &'static str, f64);

fn heat_map(figure: &Figure, keys: &[String], rows: &[RunRow]) -> Picture {
    let (x, y) = (axis(0, rows), axis(1, rows));
    let mean_at = |x: f64, y: f64| {
        mean(figure, rows.iter().filter(|r| number(&r.point[0]) == Some(x) && number(&r.point[1]) == Some(y)))
    };
    let z = y.iter().map(|&y| x.iter().map(|&x| mean_at(x, y)).collect()).collect();
    let map = HeatMap {
        title: figure.1.into(),
        subtitle: subtitle(rows),
        x_label: keys[0].clone(),
        y_label: keys[1].clone(),
        x,
        y,
        z,
    };
    Picture::HeatMap(figure.0.into(), map)
}

fn lines(figure: &Figure, keys: &[String], across: usize, groups: Option<usize>, rows: &[RunRow]) -> Picture {
    let x = axis(across, rows);
    let mut names: Vec<Option<&Value>> = Vec::new();
    for row in rows {
        let name = groups.map(|g| &row.point[g]);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let series = names.into_iter().map(|name| {
        let own = |r: &&RunRow| groups.map(|g| &r.point[g]) == name;
        let at = |x: f64| mean(figure, rows.iter().filter(own).filter(|r| number(&r.point[across]) == Some(x)));
        Series {
            name: name.map_or_else(|| figure.1.to_owned(), plain),
            y: x.iter().map(|&x| at(x)).collect(),
            band: Vec::new(),
        }
    });
    let series = series.collect();
    let chart = Lines { title: figure.1.into(), subtitle: subtitle(rows), x_label: keys[across].clone(), x, series };
    Picture::Lines(figure.0.into(), chart)
}

fn subtitle(rows: &[RunRow]) -> String {
    let replicates = rows.iter().map(|r| r.replicate).max().unwrap_or(0);
    let failed = rows.iter().filter(|r| r.outcome.is_err()).count();
    let text = match replicates {
        0 | 1 => "one run per point".to_owned(),
        n => format!("means over {n} replicates per point"),
    };
    if failed > 0 {
        return format!("{text}; {failed} runs failed and are left out");
    }
    text
}

/// The distinct values of a key, ascending.
fn axis(key: usize, rows: &[RunRow]) -> Vec<f64> {
    let mut values: Vec<f64> = rows.iter().filter_map(|r| number(&r.point[key])).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// Mean of a figure over the runs that have it, NaN when none has.
fn mean<'a>(&(_, _, column, factor): &Figure, rows: impl Iterator<Item = &'a RunRow>) -> f64 {
    let index = METRICS.iter().position(|m| m.0 == column);
    let index = index.expect("every figure names a column of the table");
    let values: Vec<f64> = rows.filter_map(|r| r.outcome.as_ref().ok()?[index]).collect();
    if values.is_empty() { f64::NAN } else { math::mean(&values) * factor }
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|i| i as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(run: u64, point: Vec<Value>, outcome: Result<f64, String>) -> RunRow {
        let outcome = outcome.map(|npv| {
            let mut metrics = [None; METRICS.len()];
            metrics[0] = Some(npv);
            metrics
        });
        RunRow { run, replicate: 1 + (run % 2) as u32, seed: run, point, outcome }
    }

    #[test]
    fn a_heat_map_shows_means_over_replicates_and_leaves_out_what_failed() {
        let rows: Vec<RunRow> = (0..8)
            .map(|i| {
                let point = vec![Value::Integer(10 * (i as i64 / 4)), Value::Float((i / 2 % 2) as f64 + 0.5)];
                let failed = i >= 6;
                row(i, point, if failed { Err("no".into()) } else { Ok(i as f64 * 1e6) })
            })
            .collect();
        let pictures = pictures(&["a".into(), "b".into()], true, &rows);
        let Picture::HeatMap(stem, map) = &pictures[0] else { panic!("two keys give a heat map") };
        assert_eq!((stem.as_str(), map.x.as_slice(), map.y.as_slice()), ("npv", &[0.0, 10.0][..], &[0.5, 1.5][..]));
        assert_eq!((map.z[0][0], map.z[0][1], map.z[1][0]), (0.5, 4.5, 2.5));
        assert!(map.z[1][1].is_nan());
        assert!(map.subtitle.contains("2 replicates") && map.subtitle.contains("2 runs failed"));
    }

    #[test]
    fn a_text_key_beside_a_number_becomes_one_line_per_text() {
        let rows: Vec<RunRow> = (0..4)
            .map(|i| {
                row(i, vec![["fpps", "solo"][i as usize / 2].into(), Value::Integer(i as i64 % 2)], Ok(i as f64 * 1e6))
            })
            .collect();
        let pictures = pictures(&["payout".into(), "price".into()], true, &rows);
        let Picture::Lines(_, lines) = &pictures[0] else { panic!("one number gives lines") };
        let drawn: Vec<_> = lines.series.iter().map(|s| (s.name.as_str(), s.y.clone())).collect();
        assert_eq!(drawn, [("fpps", vec![0.0, 1.0]), ("solo", vec![2.0, 3.0])]);
    }

    #[test]
    fn nothing_is_drawn_over_three_keys_or_random_pairs() {
        let rows = [row(1, vec![1.into(), 2.into(), 3.into()], Ok(1.0))];
        assert_eq!(pictures(&["a".into(), "b".into(), "c".into()], true, &rows), []);
        let rows = [row(1, vec![1.into(), 2.into()], Ok(1.0))];
        assert_eq!(pictures(&["a".into(), "b".into()], false, &rows), []);
    }
}
