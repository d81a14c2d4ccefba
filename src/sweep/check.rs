//! What is wrong with a sweep beyond its own keys: its list, its base, its points.

use super::design::{Point, points};
use super::file::{Design, Listed, SweepFile, Vary};
use super::metrics::{METRICS, is_kind};
use super::plan::{names_a_file, overrides, place};
use super::shard::Shard;
use super::table::{plain, reserved};
use crate::results::PORTFOLIO;
use crate::scenario::key_path::KeyPath;
use crate::scenario::load::sha256_hex;
use crate::scenario::read::normal;
use crate::scenario::{Base, Diagnostic, Diagnostics, InputFile, Override, Report};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Mistakes told of one place in the file.
const TOLD: usize = 5;

/// Points that are loaded before the mistakes found so far are enough.
const CHUNK: usize = 4096;

/// A base scenario that is sound at every point.
#[derive(Debug)]
pub struct Checked {
    /// The base.
    pub base: Base,
    /// The points.
    pub points: Vec<Point>,
    /// Data files that only points name.
    pub files: Vec<InputFile>,
}

/// Reports what is wrong in the sweep file; fills in its list.
///
/// # Errors
/// What is wrong in the base scenario as it stands.
pub fn check(
    file: &mut SweepFile,
    path: &Path,
    shard: Option<Shard>,
    report: &mut Report<'_>,
) -> Result<Option<Checked>, Diagnostics> {
    report.within("", file.check());
    for (i, vary) in file.vary.iter().enumerate() {
        if let Some((message, help)) = wrong_key(&vary.key, file) {
            report.key(&format!("vary.{i}.key"), &message, help);
        }
    }
    check_metrics(file, report);
    let base = normal(&path.parent().unwrap_or(Path::new("")).join(&file.base));
    if !base.is_file() {
        let message = format!("there is no file `{}`", base.display());
        report.key("base", &message, "the path is seen from the folder of the sweep file");
    }
    if file.design == Design::List {
        read_list(file, report);
    }
    if !report.is_clean() {
        return Ok(None);
    }
    let base = Base::read(&base)?;
    check_scopes(file, &base, report);
    check_aliases(file, &base, report);
    if !report.is_clean() {
        return Ok(None);
    }
    let points = points(file);
    let folder = path.parent().unwrap_or(Path::new(""));
    check_points(file, &base, folder, &points, shard, report);
    let files = varied_files(file, folder, &points);
    Ok(report.is_clean().then_some(Checked { base, points, files }))
}

/// Why a key cannot be varied, and what to do.
fn wrong_key(key: &str, file: &SweepFile) -> Option<(String, &'static str)> {
    let path = KeyPath::parse(key).map(|path| path.to_string());
    match path.as_deref() {
        Ok("seed") => return Some(("`seed` cannot be varied".into(), "it is varied by `replicates`")),
        Ok("bitcoin.mode") => return Some(("`bitcoin.mode` cannot be varied".into(), "it is the `mode` of the sweep")),
        _ => {}
    }
    if reserved(key) || file.metric.iter().any(|m| m.name == key) {
        return Some((format!("`{key}` is a column of runs.csv and cannot be varied"), ""));
    }
    let message = Override::set(key, &toml::Value::Integer(0), "sweep").err()?;
    Some((message, "write the dotted path of a scenario key"))
}

fn check_metrics(file: &SweepFile, report: &mut Report<'_>) {
    for (i, metric) in file.metric.iter().enumerate() {
        for (field, message) in metric.check() {
            report.key(&format!("metric.{i}.{field}"), &message, "");
        }
        if reserved(&metric.name) && !METRICS.iter().any(|m| m.0 == metric.name) {
            let text = format!("`{}` is another column of runs.csv", metric.name);
            report.key(&format!("metric.{i}.name"), &text, "choose another name");
        }
        if file.metric[..i].iter().any(|other| other.name == metric.name) {
            report.key(&format!("metric.{i}.name"), &format!("`{}` is there twice", metric.name), "rename one of them");
        }
    }
    let known = |name: &str| METRICS.iter().any(|m| m.0 == name) || file.metric.iter().any(|m| m.name == name);
    for (i, vary) in file.vary.iter().enumerate() {
        if let Some(name) = vary.shown_as.as_ref().filter(|name| !known(name)) {
            let message = format!("`{name}` is no figure of runs.csv");
            report.key(&format!("vary.{i}.shown_as"), &message, "add it as a [[metric]], or name another");
        }
    }
    let Some(pareto) = &file.pareto else { return };
    let named = || pareto.maximise.iter().chain(&pareto.minimise);
    if named().count() != 2 {
        report.key("pareto", "two figures are weighed against each other", "name two in `maximise` and `minimise`");
    }
    for name in named() {
        if !known(name) {
            report.key(
                "pareto",
                &format!("`{name}` is no figure of runs.csv"),
                "add it as a [[metric]], or name another",
            );
        }
    }
}

/// What own figures are figures of.
fn check_scopes(file: &SweepFile, base: &Base, report: &mut Report<'_>) {
    let sites = || base.loaded.scenario.sites.iter().map(|site| site.name.as_str());
    let known = |scope: &str| {
        let site = scope.rsplit_once('/').filter(|(_, kind)| is_kind(kind)).map_or(scope, |(site, _)| site);
        scope == PORTFOLIO || sites().any(|name| name == site)
    };
    for (i, metric) in file.metric.iter().enumerate() {
        let less = metric.less.as_ref().map(|scope| ("less", scope));
        for (field, scope) in [("scope", &metric.scope)].into_iter().chain(less) {
            if !known(scope) {
                let text = format!("`{scope}` is neither `{PORTFOLIO}` nor a site or farm of the base");
                let help = format!("sites are {}; a farm is `site/kind`", sites().collect::<Vec<_>>().join(", "));
                report.key(&format!("metric.{i}.{field}"), &text, &help);
            }
        }
    }
}

/// The same key written in two ways, as `sites.0` and by the site's name.
fn check_aliases(file: &SweepFile, base: &Base, report: &mut Report<'_>) {
    let keys: Vec<String> = file.keys().iter().map(|key| base.canonical(key)).collect();
    for (i, key) in keys.iter().enumerate() {
        if let Some(first) = keys[..i].iter().position(|other| other == key) {
            let text = format!("this is the key of number {} written in another way: `{key}`", first + 1);
            match file.design {
                Design::List => report.data_line("list.file", 1, &text),
                _ => report.key(&format!("vary.{i}.key"), &text, "keep one of them"),
            }
        }
    }
}

/// Reads the data file of a list.
fn read_list(file: &mut SweepFile, report: &mut Report<'_>) {
    const AT: &str = "list.file";
    let Some(list) = &file.list else { return };
    let Some(text) = report.data_text(&list.file).map(str::to_owned) else { return };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut listed = Listed::default();
    match reader.headers() {
        Ok(header) => listed.keys = header.iter().map(str::to_owned).collect(),
        Err(error) => return report.data_line(AT, 1, &error.to_string()),
    }
    for (i, key) in listed.keys.iter().enumerate() {
        if listed.keys[..i].contains(key) {
            report.data_line(AT, 1, &format!("the column `{key}` is there twice"));
        }
        if let Some((message, _)) = wrong_key(key, file) {
            report.data_line(AT, 1, &message);
        }
    }
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, |p| p.line() as usize);
                if let Some(empty) = record.iter().position(str::is_empty) {
                    report.data_line(AT, line, &format!("`{}` has no value", listed.keys[empty]));
                }
                listed.rows.push(record.iter().map(value).collect());
                listed.lines.push(line);
            }
            Err(error) => {
                let line = error.position().map_or(0, |p| p.line() as usize);
                report.data_line(AT, line, &error.to_string());
            }
        }
    }
    if listed.rows.is_empty() {
        report.data_line(AT, 0, "it has no points: a header with the keys, then a line for each point");
    }
    file.listed = listed;
    report.within("", too_many_runs(file));
}

fn too_many_runs(file: &SweepFile) -> Option<(String, String)> {
    let most = super::file::MAX_RUNS;
    let text = format!("this amounts to {} runs; a sweep may have {most}", file.runs());
    (file.runs() > most).then(|| ("replicates".to_owned(), text))
}

/// A cell as after `--set key=`: TOML, or else a text.
fn value(cell: &str) -> toml::Value {
    let parsed: Option<toml::Table> = format!("value = {cell}").parse().ok();
    let only = parsed.filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
    only.unwrap_or_else(|| cell.into())
}

/// Loads the base at the points and reports each mistake once.
fn check_points(
    file: &SweepFile,
    base: &Base,
    folder: &Path,
    points: &[Point],
    shard: Option<Shard>,
    report: &mut Report<'_>,
) {
    let keys = file.keys();
    let replicates = u64::from(file.replicates);
    let own = |point: usize| {
        let first = point as u64 * replicates;
        shard.is_none_or(|shard| (first + 1..=first + replicates).any(|run| shard.has(run)))
    };
    let load = |&index: &usize| {
        let overrides = overrides(folder, &keys, &points[index]).expect("paths were checked before");
        Some((index, base.scenario(&overrides).err()?))
    };
    let own: Vec<usize> = (0..points.len()).filter(|&point| own(point)).collect();
    let mut told = BTreeSet::new();
    let mut of_place: BTreeMap<String, usize> = BTreeMap::new();
    for chunk in own.chunks(CHUNK) {
        let wrong: Vec<(usize, Diagnostics)> = chunk.par_iter().filter_map(load).collect();
        for (index, diagnostics) in &wrong {
            for diagnostic in &diagnostics.list {
                let mistake = translate(file, &points[*index], diagnostics, diagnostic);
                let count = of_place.entry(mistake.path.clone()).or_default();
                if *count <= TOLD && told.insert((mistake.path.clone(), diagnostic.message.clone())) {
                    *count += 1;
                    // A law whose tail leaves the range of its key would fill the screen.
                    if *count > TOLD && file.listed.lines.is_empty() {
                        report.key(&mistake.path, "more points are refused here", "cut the law off, or narrow it");
                        continue;
                    }
                    let help = diagnostic.help.as_deref().unwrap_or_default();
                    match file.listed.lines.get(*index) {
                        Some(&line) => report.data_line("list.file", line, &with_help(&mistake.message, help)),
                        None => report.key(&mistake.path, &mistake.message, help),
                    }
                }
            }
        }
        if !wrong.is_empty() {
            return;
        }
    }
}

fn with_help(message: &str, help: &str) -> String {
    if help.is_empty() { message.to_owned() } else { format!("{message} ({help})") }
}

/// A mistake of a point as one of the sweep file.
struct Mistake {
    path: String,
    message: String,
}

fn translate(file: &SweepFile, point: &Point, diagnostics: &Diagnostics, diagnostic: &Diagnostic) -> Mistake {
    let message = diagnostic.message.clone();
    let traced = diagnostic.labels.iter().find_map(|(origin, _)| {
        let source = diagnostics.sources.get(origin.source);
        let index = (0..file.vary.len()).find(|&i| place(i) == source.name)?;
        // The source is `key=value`: the mistake is in the key or in the value.
        Some((index, origin.span.start > file.vary[index].key.len()))
    });
    match traced {
        Some((index, false)) => Mistake { path: format!("vary.{index}.key"), message },
        Some((index, true)) => Mistake { path: value_path(&file.vary[index], index, &point[index]), message },
        None => {
            let keys = file.keys();
            let settings = keys.iter().zip(point).map(|(key, value)| format!("{key} = {}", plain(value)));
            let settings = settings.collect::<Vec<_>>().join(", ");
            let path = if file.vary.is_empty() { "base" } else { "vary.0.key" };
            Mistake { path: path.into(), message: format!("with {settings}: {message}") }
        }
    }
}

/// The key of the sweep file a value came from.
fn value_path(vary: &Vary, index: usize, value: &toml::Value) -> String {
    if let Some(values) = &vary.values {
        let position = values.iter().position(|v| v == value).unwrap_or(0);
        return format!("vary.{index}.values.{position}");
    }
    let number = value.as_float().or(value.as_integer().map(|i| i as f64)).unwrap_or(0.0);
    let above = vary.from.zip(vary.to).is_some_and(|(from, to)| number - from > to - number);
    let field = match (vary.from, vary.to) {
        (_, Some(_)) if above => "to",
        (Some(_), _) => "from",
        // A law without ends.
        _ => "distribution",
    };
    format!("vary.{index}.{field}")
}

/// Data files that are named by values of a varied key called `file`; those that cannot be read are reported with
/// their points.
fn varied_files(file: &SweepFile, folder: &Path, points: &[Point]) -> Vec<InputFile> {
    let keys = file.keys();
    let of_files = (0..keys.len()).filter(|&k| names_a_file(&keys[k]));
    let names: BTreeSet<&str> = of_files.flat_map(|k| points.iter().filter_map(move |p| p[k].as_str())).collect();
    let read = |name: &str| {
        let sha256 = sha256_hex(&std::fs::read(normal(&folder.join(name))).ok()?);
        Some(InputFile { path: name.to_owned(), sha256 })
    };
    names.into_iter().filter_map(read).collect()
}
