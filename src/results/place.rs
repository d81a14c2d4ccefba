//! The folder `place` leaves behind: its tables from an answer, written, described and read back.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::describe::describe_table as describe;
use super::file::{ReadError, read_rows, write_rows};
use super::read::{read_json, read_manifest};
use super::tables::Row;
use super::tables::place::{
    AlternativeRow, LimitRow, PathRow, PlaceSiteRow, PlaceTables, PlanRow, PolicyRow, TradeOffRow, ValueCurveRow,
};
use super::write::{WriteError, files_with, write_json};
use crate::finance::Kind;
use crate::placement::FarmKind;
use crate::placement::answer::{Alternative, Answer, Lack, PolicyValue, SiteAnswer};
use crate::scenario::Scenario;

const ANSWER: &str = "answer.json";
const PLAN: &str = "plan.toml";

const INTRODUCTION: &str = "# Tables of this placement

UTC dates; units are in the names; an empty cell means *does not apply*. Columns named *value* are expected over the
sampled paths, after tax and capital, over selling the energy, discounted to the scenario's first day. `plan.toml` is
the plan as a scenario: `hashwatt run plan.toml` simulates it. `answer.json` holds all of this with the proof,
`manifest.json` what it was made of.
";

/// answer.json: what was asked, and the answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceSummary {
    /// Name of the scenario.
    pub scenario: String,
    /// First day of the horizon.
    pub first_day: String,
    /// Last day of the horizon.
    pub last_day: String,
    /// Seed of the sampled paths.
    pub seed: u64,
    /// The answer.
    pub answer: Answer,
    /// Files of the folder.
    pub files: Vec<String>,
}

impl PlaceSummary {
    /// The answer to a scenario.
    pub fn new(scenario: &Scenario, answer: Answer) -> Self {
        Self {
            scenario: scenario.name.clone(),
            first_day: scenario.start.to_string(),
            last_day: scenario.end.plus_days(-1).to_string(),
            seed: scenario.seed,
            answer,
            files: Vec::new(),
        }
    }
}

impl PlaceTables {
    /// The tables of an answer to a scenario.
    pub fn new(scenario: &Scenario, answer: &Answer) -> Self {
        Self {
            plan: plan_rows(answer),
            sites: answer.sites.iter().map(|s| site_row(scenario, s)).collect(),
            limits: limit_rows(answer),
            alternatives: (1..).zip(&answer.alternatives).flat_map(|(n, a)| alternative_rows(n, a)).collect(),
            value_curves: curve_rows(answer),
            trade_off: trade_off_rows(answer),
            policies: policy_rows(answer),
            paths: path_rows(answer),
        }
    }

    /// Reads the tables of a folder.
    ///
    /// # Errors
    /// Names file, line and column of what does not fit.
    pub fn read(dir: &Path) -> Result<Self, ReadError> {
        Ok(Self {
            plan: read(dir)?,
            sites: read(dir)?,
            limits: read(dir)?,
            alternatives: read(dir)?,
            value_curves: read(dir)?,
            trade_off: read(dir)?,
            policies: read(dir)?,
            paths: read(dir)?,
        })
    }

    fn write(&self, dir: &Path) -> Result<(), WriteError> {
        write(dir, &self.plan)?;
        write(dir, &self.sites)?;
        write(dir, &self.limits)?;
        write(dir, &self.alternatives)?;
        write(dir, &self.value_curves)?;
        write(dir, &self.trade_off)?;
        write(dir, &self.policies)?;
        write(dir, &self.paths)
    }
}

/// Writes everything but the manifest into `dir`: tables, charts by `draw`, `plan.toml` and answer.json, whose list of
/// files is returned with it. Meant for [`super::write_folder`].
///
/// # Errors
/// The file system's, or what `draw` reports.
pub fn fill_placement(
    dir: &Path,
    tables: &PlaceTables,
    summary: &PlaceSummary,
    plan_toml: &str,
    draw: impl FnOnce(&Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
) -> Result<PlaceSummary, WriteError> {
    let text = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(WriteError::io(&path))
    };
    tables.write(dir)?;
    text("README.md", &describe_placement())?;
    text(PLAN, plan_toml)?;
    draw(dir).map_err(WriteError::Charts)?;
    let files = files_with(dir, &[ANSWER, super::write::MANIFEST])?;
    let written = PlaceSummary { files, ..summary.clone() };
    write_json(&dir.join(ANSWER), &written)?;
    Ok(written)
}

/// Whether a folder is one of `place`, not of a run.
pub fn is_placement(dir: &Path) -> bool {
    dir.join(ANSWER).is_file()
}

/// Reads a finished placement.
///
/// # Errors
/// When the folder holds none, or names file, line and column of what does not fit.
pub fn read_placement(dir: &Path) -> Result<(PlaceTables, PlaceSummary), ReadError> {
    read_manifest(dir)?;
    Ok((PlaceTables::read(dir)?, read_json(&dir.join(ANSWER))?))
}

/// Describes every table and column in Markdown.
pub fn describe_placement() -> String {
    let tables = [
        describe::<PlanRow>(),
        describe::<PlaceSiteRow>(),
        describe::<LimitRow>(),
        describe::<AlternativeRow>(),
        describe::<ValueCurveRow>(),
        describe::<TradeOffRow>(),
        describe::<PolicyRow>(),
        describe::<PathRow>(),
    ];
    format!("{INTRODUCTION}{}", tables.concat())
}

fn read<R: Row>(dir: &Path) -> Result<Vec<R>, ReadError> {
    read_rows(&dir.join(R::FILE))
}

fn write<R: Row>(dir: &Path, rows: &[R]) -> Result<(), WriteError> {
    let path = dir.join(R::FILE);
    write_rows(&path, rows).map_err(WriteError::io(&path))
}

fn kind(kind: FarmKind) -> Kind {
    match kind {
        FarmKind::Mining => Kind::Mining,
        FarmKind::Hosting => Kind::Hosting,
        FarmKind::Cloud => Kind::Cloud,
    }
}

fn plan_rows(answer: &Answer) -> Vec<PlanRow> {
    let rows = answer.plan.iter().map(|s| PlanRow {
        decided_on: s.date.to_string(),
        online_on: s.online_on.map(|day| day.to_string()),
        site: s.site.clone(),
        action: s.action,
        kind: kind(s.kind),
        technology: s.technology.clone(),
        replaced: s.replaced.clone(),
        mw: s.mw,
        capital_usd: s.capital_usd,
    });
    rows.collect()
}

/// Place and class are the scenario's; a site it does not have lies nowhere.
fn site_row(scenario: &Scenario, s: &SiteAnswer) -> PlaceSiteRow {
    let place = scenario.sites.iter().find(|site| site.name == s.site);
    let lacks = s.lacks.as_ref();
    PlaceSiteRow {
        site: s.site.clone(),
        site_class: place.map(crate::scenario::model::Site::class).unwrap_or_default(),
        latitude_deg: place.map_or(0.0, |p| p.latitude_deg),
        longitude_deg: place.map_or(0.0, |p| p.longitude_deg),
        maximum_mw: s.maximum_mw,
        placed_mw: s.placed_mw,
        mining_mw: s.mining_mw,
        hosting_mw: s.hosting_mw,
        cloud_mw: s.cloud_mw,
        value_usd: s.value_usd,
        capital_usd: s.capital_usd,
        connection_usd_per_mw: s.connection_usd_per_mw,
        best_option: lacks.map(Lack::option),
        lacks_usd_per_mw: lacks.map(|l| l.usd_per_mw),
        lacks_usd_per_mwh: lacks.and_then(|l| l.usd_per_mwh),
    }
}

fn limit_rows(answer: &Answer) -> Vec<LimitRow> {
    let rows = answer.limits.iter().map(|l| LimitRow {
        limit: l.name.clone(),
        unit: l.unit,
        at_most: l.at_most,
        used: l.used,
        usd_per_unit: l.usd_per_unit,
    });
    rows.collect()
}

fn alternative_rows(number: u32, alternative: &Alternative) -> Vec<AlternativeRow> {
    let rows = alternative.differences.iter().map(|d| AlternativeRow {
        alternative: number,
        value_usd: alternative.value_usd,
        loss_share: alternative.loss_share,
        site: d.site.clone(),
        kind: kind(d.kind),
        technology: d.technology.clone(),
        decided_on: d.date.to_string(),
        best_mw: d.best_mw,
        mw: d.mw,
    });
    rows.collect()
}

fn curve_rows(answer: &Answer) -> Vec<ValueCurveRow> {
    let points = answer.value_curves.iter().flat_map(|c| c.points.iter().map(move |p| (c, p)));
    let rows = points.map(|(c, p)| ValueCurveRow {
        site: c.site.clone(),
        mw: p.mw,
        value_usd: p.value_usd,
        chosen_mw: c.chosen_mw,
    });
    rows.collect()
}

fn trade_off_rows(answer: &Answer) -> Vec<TradeOffRow> {
    let scenario_budget_usd = answer.trade_off.scenario_budget_usd;
    let rows = answer.trade_off.points.iter().map(|p| TradeOffRow {
        budget_usd: p.budget_usd,
        value_usd: p.value_usd,
        scenario_budget_usd,
    });
    rows.collect()
}

fn path_rows(answer: &Answer) -> Vec<PathRow> {
    let values = answer.promise.as_ref().map(|promise| promise.path_values_usd.as_slice()).unwrap_or_default();
    (0..).zip(values).map(|(path, value_usd)| PathRow { path, value_usd: *value_usd }).collect()
}

fn policy_rows(answer: &Answer) -> Vec<PolicyRow> {
    let proof = &answer.proof;
    let own = PolicyValue::against("optimal", proof.objective_usd, proof.upper_bound_usd);
    let rows = std::iter::once(&own).chain(&answer.policies).map(|p| PolicyRow {
        policy: p.policy.clone(),
        value_usd: p.value_usd,
        regret_usd: p.regret_usd,
        regret_share: p.regret_share,
    });
    rows.collect()
}
