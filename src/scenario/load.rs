//! From a path to a validated scenario: every step in order, every mistake collected on the way.

use std::fmt::Write as _;
use std::path::Path;

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::data::{self, DataFiles};
use super::diagnostics::{Diagnostic, Diagnostics};
use super::key_path::KeyPath;
use super::model::Scenario;
use super::overrides::{self, Override};
use super::read::{self, Document};
use super::report::Report;
use super::schema::Schema;
use super::{check, validate};

/// A file whose bytes the result depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InputFile {
    /// The path, from where the program was started.
    pub path: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

/// A value read from a scenario-like file.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedAs<T> {
    /// The value itself; data files in it are absolute paths.
    pub scenario: T,
    /// It again as canonical TOML: bases and overrides merged, defaults filled in, keys sorted, data files relative
    /// to the scenario's folder. Loading this text from that folder gives the same value and hash.
    pub text: String,
    /// SHA-256, hexadecimal, of `text` and of the contents of the data files: what a run is a run of. Moving the
    /// files to another folder or rewording a comment does not change it.
    pub hash: String,
    /// The scenario, what it extends, and the data files.
    pub inputs: Vec<InputFile>,
}

/// A scenario and what it was read from.
pub type Loaded = LoadedAs<Scenario>;

/// Reads, merges, overrides, validates and checks a scenario.
///
/// # Errors
/// Every mistake of the files, the overrides and the data files, each with its place.
pub fn load(path: &Path, overrides: &[Override]) -> Result<Loaded, Diagnostics> {
    load_as(path, overrides, check::check)
}

/// [`load()`] for any type with a schema. `check` is called with a value that satisfies the schema.
///
/// # Errors
/// Every mistake of the files, the overrides and the data files, each with its place.
pub fn load_as<T>(
    path: &Path,
    overrides: &[Override],
    check: impl FnOnce(&mut T, &mut Report<'_>),
) -> Result<LoadedAs<T>, Diagnostics>
where
    T: DeserializeOwned + Serialize + JsonSchema,
{
    let mut out = Diagnostics::default();
    let loaded = read::read(path, &mut out).and_then(|mut document| {
        overrides::apply(overrides, &mut document, &mut out);
        let (scenario, data) = typed(&mut document, &Schema::of::<T>(), &DataFiles::new(), check, &mut out)?;
        finish(scenario, document, &data, &mut out)
    });
    whole(loaded, out)
}

/// A scenario file that is read once and loaded many times with other overrides, as a sweep does: files, syntax and
/// schema are dealt with once.
#[derive(Debug)]
pub struct Base {
    /// The scenario as its file has it.
    pub loaded: Loaded,
    document: Document,
    read: Diagnostics,
    schema: Schema,
    data: DataFiles,
}

impl Base {
    /// Reads a file and checks it as it stands.
    ///
    /// # Errors
    /// As [`load()`].
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        let mut out = Diagnostics::default();
        let schema = Schema::of::<Scenario>();
        let base = read::read(path, &mut out).and_then(|document| {
            let (asked, read) = (document.clone(), out.clone());
            let mut document = document;
            let (scenario, data) = typed(&mut document, &schema, &DataFiles::new(), check::check, &mut out)?;
            let loaded = finish(scenario, document, &data, &mut out)?;
            Some(Self { loaded, document: asked, read, schema, data })
        });
        whole(base, out)
    }

    /// A dotted key with elements of lists by their names, so that two ways to write it become one.
    pub fn canonical(&self, key: &str) -> String {
        KeyPath::parse(key).map_or_else(|_| key.to_owned(), |path| self.document.tree.named(&path).to_string())
    }

    /// The scenario with some keys set. Data files that the base names are not read again.
    ///
    /// # Errors
    /// Every mistake the overrides make.
    pub fn scenario(&self, overrides: &[Override]) -> Result<Scenario, Diagnostics> {
        let (mut document, mut out) = (self.document.clone(), self.read.clone());
        overrides::apply(overrides, &mut document, &mut out);
        let check = |scenario: &mut Scenario, report: &mut Report<'_>| {
            scenario.data.series = self.loaded.scenario.data.series.clone();
            check::check_variant(scenario, &self.loaded.scenario.sites, report);
        };
        let scenario = typed(&mut document, &self.schema, &self.data, check, &mut out).map(|(scenario, _)| scenario);
        whole(scenario, out)
    }
}

fn whole<T>(value: Option<T>, mut out: Diagnostics) -> Result<T, Diagnostics> {
    match value {
        Some(value) if out.is_empty() => Ok(value),
        _ => {
            out.sort();
            Err(out)
        }
    }
}

/// The value a tree stands for, and its data files: those of `known` as they were, the others read.
fn typed<T: DeserializeOwned>(
    document: &mut Document,
    schema: &Schema,
    known: &DataFiles,
    check: impl FnOnce(&mut T, &mut Report<'_>),
    out: &mut Diagnostics,
) -> Option<(T, DataFiles)> {
    validate::validate(schema, document, out);
    let data = data::resolve(document, known, out);
    if !out.is_empty() {
        return None;
    }
    let mut scenario: T = report_serde(document.tree.to_toml().try_into(), document, out)?;
    let mut report = Report { tree: &document.tree, data: &data, out };
    check(&mut scenario, &mut report);
    Some((scenario, data))
}

fn finish<T: Serialize>(
    scenario: T,
    document: Document,
    data: &DataFiles,
    out: &mut Diagnostics,
) -> Option<LoadedAs<T>> {
    let value = toml::Value::try_from(&scenario).map_err(toml::de::Error::custom);
    let text = canonical(report_serde(value, &document, out)?, data);
    let text = report_serde(text.map_err(toml::de::Error::custom), &document, out)?;
    let mut inputs = document.files;
    inputs.extend(data.values().map(|file| InputFile { path: file.shown.clone(), sha256: file.sha256.clone() }));
    Some(LoadedAs { hash: hash(&text, data), scenario, text, inputs })
}

/// Turns an error of serde into a mistake of the file, at the key it names as far as it names one.
fn report_serde<V>(result: Result<V, toml::de::Error>, document: &Document, out: &mut Diagnostics) -> Option<V> {
    result
        .map_err(|error| {
            let whole = error.to_string();
            let named = whole.rsplit_once("in `").and_then(|(_, rest)| rest.split_once('`'));
            let path = named.and_then(|(path, _)| KeyPath::parse(path).ok()).unwrap_or_default();
            let (origin, _) = document.tree.locate(&path);
            out.push(Diagnostic::new("invalid", error.message()).at(origin, "this cannot be used"));
        })
        .ok()
}

fn canonical(mut value: toml::Value, data: &DataFiles) -> Result<String, toml::ser::Error> {
    data::relative_again(&mut value, data);
    toml::to_string(&value)
}

fn hash(text: &str, data: &DataFiles) -> String {
    let mut files: Vec<(&str, &str)> = data.values().map(|f| (f.from_scenario.as_str(), f.sha256.as_str())).collect();
    files.sort_unstable();
    let files = files.iter().map(|(path, sha256)| format!("\n# {path} {sha256}"));
    let whole: Vec<String> = std::iter::once(text.to_owned()).chain(files).collect();
    sha256_hex(whole.concat().as_bytes())
}

/// SHA-256, hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
