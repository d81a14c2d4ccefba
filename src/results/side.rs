//! One side of a comparison: a farm, a site or the portfolio of a finished run, and what its net present value is made
//! of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file::{ReadError, read_rows};
use super::read::{read_json, read_manifest};
use super::tables::returns::ReturnsRow;
use super::tables::{CashFlowRow, FarmRow, Row, Scope, SiteRow};
use super::write::{MANIFEST, SUMMARY};
use super::{Manifest, PORTFOLIO, Summary, is_placement};
use crate::finance::{Bridge, Class, FinanceParams, Kind, Line};
use crate::scenario::read::nearest_file;
use crate::scenario::validate::suggest::{code_commas, either, nearest};

/// The parts of a sum and the sum a table states may differ by this share of the largest part.
const ROUNDING_SHARE: f64 = 1e-6;
/// Names told to who asks for one that is not there.
const MOST_NAMES: usize = 40;

/// What the parts of a net present value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// Ledger lines that move cash.
    Lines,
    /// Calendar years.
    Years,
    /// The sites of a portfolio.
    Sites,
    /// The farms of a portfolio or a site.
    Farms,
}

/// Whose value is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// That of the farms themselves, apart from how they are financed.
    #[default]
    Project,
    /// The owner's, after loans.
    Owner,
}

impl View {
    /// Part of a line in the value.
    fn part(self, line: Line) -> f64 {
        match self {
            Self::Project => line.in_project(),
            Self::Owner => f64::from(u8::from(line.is_cash())),
        }
    }
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum SideError {
    /// Nothing is there.
    #[error("there is no folder `{}`{}", path.display(), meant(near.as_slice()))]
    NoFolder {
        /// What was asked for.
        path: PathBuf,
        /// What may have been meant.
        near: Option<String>,
    },
    /// The folder holds a plan, which has no ledger.
    #[error("`{0}` holds a placement, which has no cash flow yet: simulate its plan with `hashwatt run {0}/plan.toml`")]
    Placement(String),
    /// The run has nothing of that name.
    #[error("`{}` has no site and no farm `{name}`{}; there are {there}", path.display(), meant(near))]
    Unknown {
        /// The run's folder.
        path: PathBuf,
        /// What was asked for.
        name: String,
        /// What may have been meant.
        near: Vec<String>,
        /// The names there are.
        there: String,
    },
    /// A farm has no farms, a site no sites.
    #[error("{0}")]
    NoParts(String),
    /// The tables contradict each other.
    #[error(
        "`{}` is damaged: the rows of `{name}` in cashflow.csv add up to a net present value of {sum_usd:.2} USD, \
         {stated_in} says {stated_usd:.2}",
        path.display()
    )]
    Torn {
        /// The run's folder.
        path: PathBuf,
        /// Whose rows they are.
        name: String,
        /// What they add up to, USD.
        sum_usd: f64,
        /// What the other file says, USD.
        stated_usd: f64,
        /// The other file.
        stated_in: &'static str,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

fn meant<S: AsRef<str>>(near: &[S]) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", either(near)) }
}

/// A farm, a site or the portfolio of a finished run.
#[derive(Debug, Clone)]
pub struct Side {
    /// The run's folder.
    pub folder: PathBuf,
    /// Whether it is a farm, a site or the portfolio.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// Whose value it is.
    pub view: View,
    /// Its net present value as the run states it, USD.
    pub npv_usd: f64,
    /// Nominal rate at which the run discounts, share per year; `None` where its scenario states none.
    pub discount_rate_per_year: Option<f64>,
    /// Whether the run's farms are financed by loans.
    pub has_loans: bool,
    /// The run's answer in short.
    pub summary: Summary,
    /// What the run was made of.
    pub manifest: Manifest,
    sites: Vec<SiteRow>,
    farms: Vec<FarmRow>,
    /// Rows that move cash, each in one of [`Line::ALL`].
    cash: Vec<CashFlowRow>,
}

impl Side {
    /// Reads `FOLDER` or `FOLDER:NAME`; without a name it is the portfolio.
    ///
    /// # Errors
    /// When there is no such folder, no finished run in it, or nothing of that name, and with file, line and column
    /// where a table does not fit.
    pub fn read(text: &str, view: View) -> Result<Self, SideError> {
        let (folder, name) = split(text);
        if !folder.is_dir() {
            let near = nearest_file(folder).filter(|_| !folder.exists());
            return Err(SideError::NoFolder { path: folder.to_owned(), near });
        }
        if is_placement(folder) {
            return Err(SideError::Placement(folder.display().to_string()));
        }
        let manifest = read_manifest(folder)?;
        let terms = terms(folder, &manifest)?;
        let (cash, has_loans) = cash_rows(&folder.join(CashFlowRow::FILE), view)?;
        let mut side = Self {
            folder: folder.to_owned(),
            scope: Scope::Portfolio,
            name: name.to_owned(),
            view,
            npv_usd: 0.0,
            discount_rate_per_year: terms.map(|terms| terms.nominal_rate_per_year()),
            has_loans,
            cash,
            summary: read_json(&folder.join(SUMMARY))?,
            sites: read_rows(&folder.join(SiteRow::FILE))?,
            farms: read_rows(&folder.join(FarmRow::FILE))?,
            manifest,
        };
        (side.scope, side.npv_usd) = side.find().ok_or_else(|| side.unknown())?;
        if view == View::Owner {
            side.npv_usd = side.owner_npv_usd()?;
        }
        side.parts(Parts::Lines, side.scope).map(|_| side)
    }

    /// What the name means, and the net present value of its farms, USD.
    fn find(&self) -> Option<(Scope, f64)> {
        if self.name == PORTFOLIO {
            return Some((Scope::Portfolio, self.summary.portfolio.npv_usd));
        }
        let site = self.sites.iter().find(|s| s.site == self.name).map(|s| (Scope::Site, s.npv_usd));
        site.or_else(|| self.farms.iter().find(|f| f.farm == self.name).map(|f| (Scope::Farm, f.npv_usd)))
    }

    /// The owner's net present value as the run states it, USD; nothing where nothing was booked.
    fn owner_npv_usd(&self) -> Result<f64, ReadError> {
        let rows: Vec<ReturnsRow> = read_rows(&self.folder.join(ReturnsRow::FILE))?;
        let is_own = |row: &&ReturnsRow| {
            let kind = self.scope == Scope::Farm || row.kind == Kind::All;
            row.scope == self.scope && row.name == self.name && kind && row.epoch.is_none()
        };
        Ok(rows.iter().find(is_own).map_or(0.0, |row| row.equity_npv_usd))
    }

    fn unknown(&self) -> SideError {
        let sites = self.sites.iter().map(|s| s.site.as_str());
        let names: Vec<&str> =
            [PORTFOLIO].into_iter().chain(sites).chain(self.farms.iter().map(|f| &*f.farm)).collect();
        let near = nearest(&self.name, names.iter().copied()).into_iter().map(str::to_owned).collect();
        let told = code_commas(&names[..names.len().min(MOST_NAMES)]);
        let there = match names.len().saturating_sub(MOST_NAMES) {
            0 => told,
            more => format!("{told} and {more} more, see sites.csv and farms.csv"),
        };
        SideError::Unknown { path: self.folder.clone(), name: self.name.clone(), near, there }
    }

    /// Name and discounted USD of every part, in the order of the tables; they add up to the net present value.
    /// Between two sites farms go by their kind, which the sites may have in common.
    fn parts(&self, parts: Parts, other: Scope) -> Result<Vec<(String, f64)>, SideError> {
        let found = match parts {
            Parts::Lines => self.lines(),
            Parts::Years => self.years(),
            Parts::Sites => self.sites_of_it()?,
            Parts::Farms => self.farms_of_it(other == Scope::Site)?,
        };
        self.check(&found)?;
        Ok(found)
    }

    fn lines(&self) -> Vec<(String, f64)> {
        let sums = self.sums(|row| self.is_own(row).then_some(row.line.as_str()));
        let cash = Line::ALL.into_iter().filter(|line| self.view.part(*line) > 0.0).map(Line::name);
        cash.map(|name| (name.to_owned(), of(&sums, name))).collect()
    }

    fn years(&self) -> Vec<(String, f64)> {
        let sums = self.sums(|row| self.is_own(row).then_some(row.year));
        sums.into_iter().map(|(year, usd)| (year.to_string(), usd)).collect()
    }

    fn sites_of_it(&self) -> Result<Vec<(String, f64)>, SideError> {
        if self.scope != Scope::Portfolio {
            return Err(self.no_parts("sites"));
        }
        let is_site = |row: &CashFlowRow| row.scope == Scope::Site && row.kind == Kind::All;
        let sums = self.sums(|row| is_site(row).then_some(row.name.as_str()));
        Ok(self.sites.iter().map(|site| (site.site.clone(), of(&sums, &site.site))).collect())
    }

    /// The farms, without the grid sale, which stays apart.
    fn farms_of_it(&self, by_kind: bool) -> Result<Vec<(String, f64)>, SideError> {
        if self.scope == Scope::Farm {
            return Err(self.no_parts("farms"));
        }
        let of_site = self.scope == Scope::Site;
        let own = |farm: &&FarmRow| farm.kind != Kind::GridSale && (!of_site || farm.site == self.name);
        let name = |farm: &FarmRow| if of_site && by_kind { farm.kind.name().to_owned() } else { farm.farm.clone() };
        let sums = self.sums(|row| (row.scope == Scope::Farm).then_some(row.name.as_str()));
        Ok(self.farms.iter().filter(own).map(|farm| (name(farm), of(&sums, &farm.farm))).collect())
    }

    fn no_parts(&self, parts: &str) -> SideError {
        let scope = if self.scope == Scope::Farm { "farm" } else { "site" };
        SideError::NoParts(format!("`{}` is a {scope}, it has no {parts}: take its lines or its years", self.name))
    }

    /// Whether a row is of this side's own sum. For sites and the portfolio that of all kinds, which are in the table
    /// one by one as well.
    fn is_own(&self, row: &CashFlowRow) -> bool {
        row.scope == self.scope && row.name == self.name && (self.scope == Scope::Farm || row.kind == Kind::All)
    }

    /// Discounted USD of the rows that have a key, by it.
    fn sums<'s, K: Ord>(&'s self, key: impl Fn(&'s CashFlowRow) -> Option<K>) -> BTreeMap<K, f64> {
        let mut sums = BTreeMap::new();
        for (key, row) in self.cash.iter().filter_map(|row| Some((key(row)?, row))) {
            *sums.entry(key).or_insert(0.0) += row.discounted_usd;
        }
        sums
    }

    /// Sees that parts add up to what the run states.
    fn check(&self, parts: &[(String, f64)]) -> Result<(), SideError> {
        let sum_usd: f64 = parts.iter().map(|part| part.1).sum();
        let largest = parts.iter().map(|part| part.1.abs()).fold(1.0, f64::max);
        if (sum_usd - self.npv_usd).abs() <= ROUNDING_SHARE * largest {
            return Ok(());
        }
        let stated_in = match self.scope {
            Scope::Farm => FarmRow::FILE,
            Scope::Site => SiteRow::FILE,
            Scope::Portfolio => SUMMARY,
        };
        let (path, name) = (self.folder.clone(), self.name.clone());
        Err(SideError::Torn { path, name, sum_usd, stated_usd: self.npv_usd, stated_in })
    }
}

/// What is booked under a name: nothing where it has no row.
fn of(sums: &BTreeMap<&str, f64>, name: &str) -> f64 {
    sums.get(name).copied().unwrap_or(0.0)
}

/// The way from one side's net present value to the other's.
///
/// # Errors
/// When a side has no such parts, or its tables contradict each other.
pub fn bridge(from: &Side, to: &Side, parts: Parts) -> Result<Bridge, SideError> {
    let mut bridge = Bridge::new(&from.parts(parts, to.scope)?, &to.parts(parts, from.scope)?);
    if parts == Parts::Years {
        bridge.steps.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(bridge)
}

/// Folder and name. Names hold no colon, folders may: what is a folder as a whole is one.
fn split(text: &str) -> (&Path, &str) {
    match text.rsplit_once(':') {
        Some((folder, name)) if !folder.is_empty() && !Path::new(text).is_dir() => (Path::new(folder), name),
        _ => (Path::new(text), PORTFOLIO),
    }
}

/// Terms of the scenario as it was run; `None` where they cannot be told.
fn terms(folder: &Path, manifest: &Manifest) -> Result<Option<FinanceParams>, ReadError> {
    let scenario: toml::Table = toml::from_str(&manifest.scenario_text).map_err(|e| ReadError::Json {
        path: folder.join(MANIFEST),
        message: format!("`scenario_text` is no TOML: {}", e.message()),
    })?;
    Ok(scenario.get("finance").cloned().and_then(|finance| finance.try_into().ok()))
}

/// The rows of cashflow.csv that count into a value, each with its part, and whether any row is lenders' money.
fn cash_rows(path: &Path, view: View) -> Result<(Vec<CashFlowRow>, bool), ReadError> {
    let mut rows: Vec<CashFlowRow> = read_rows(path)?;
    for (i, row) in rows.iter().enumerate() {
        let wrong = |column: &str, message: String| ReadError::Cell {
            path: path.to_owned(),
            line: i as u64 + 2,
            column: Some(column.to_owned()),
            message,
        };
        if let Some(column) = row.not_finite() {
            return Err(wrong(column, "not a finite number".to_owned()));
        }
        if Line::named(&row.line).is_none() {
            let message = format!(
                "`{}` is no ledger line that hashwatt {} knows: compare with the program that wrote the run, or run again",
                row.line,
                env!("CARGO_PKG_VERSION")
            );
            return Err(wrong("line", message));
        }
    }
    let line = |row: &CashFlowRow| Line::named(&row.line);
    let has_loans = rows.iter().any(|row| line(row).is_some_and(|line| line.class() == Class::Financing));
    let part = |row: &CashFlowRow| line(row).map_or(0.0, |line| view.part(line));
    rows.retain(|row| part(row) != 0.0);
    for row in &mut rows {
        row.discounted_usd *= part(row);
        // What loans save of the taxes is taken out of them.
        if row.line == Line::InterestTaxShield.name() {
            Line::Tax.name().clone_into(&mut row.line);
        }
    }
    Ok((rows, has_loans))
}

#[cfg(test)]
mod tests;
