//! Data files: what keys called `file` name, relative to the file in which the key stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::load::sha256_hex;
use super::read::{Document, Folder, nearest_file, normal, shown};
use super::source::{Origin, SourceId};
use super::tree::{Node, Value};

/// The key that names a data file.
const FILE_KEY: &str = "file";

/// A data file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Its path as messages print it.
    pub shown: String,
    /// Its path from the scenario's folder: the same wherever the files are moved together.
    pub from_scenario: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Its text.
    pub text: Arc<str>,
}

/// The data files of a scenario by absolute path.
pub type DataFiles = BTreeMap<String, DataFile>;

/// Reads every data file the tree names, except those already `known`, and puts its absolute path into the tree.
/// Missing ones are reported.
pub fn resolve(document: &mut Document, known: &DataFiles, out: &mut Diagnostics) -> DataFiles {
    let mut resolver = Resolver { folders: &document.folders, known, files: DataFiles::new(), out };
    resolver.node(&mut document.tree);
    resolver.files
}

/// Puts the paths relative to the scenario back in place of the absolute ones.
pub fn relative_again(value: &mut toml::Value, files: &DataFiles) {
    match value {
        toml::Value::Array(elements) => elements.iter_mut().for_each(|e| relative_again(e, files)),
        toml::Value::Table(table) => {
            for (key, value) in table.iter_mut() {
                match value {
                    toml::Value::String(path) if key == FILE_KEY => {
                        if let Some(file) = files.get(path.as_str()) {
                            path.clone_from(&file.from_scenario);
                        }
                    }
                    other => relative_again(other, files),
                }
            }
        }
        _ => {}
    }
}

struct Resolver<'a> {
    folders: &'a BTreeMap<SourceId, Folder>,
    known: &'a DataFiles,
    files: DataFiles,
    out: &'a mut Diagnostics,
}

impl Resolver<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.value {
            Value::Array(elements) => elements.iter_mut().for_each(|e| self.node(e)),
            Value::Table(table) => {
                for (key, entry) in table.iter_mut() {
                    let origin = entry.node.origin.clone();
                    match &mut entry.node.value {
                        Value::Text(path) if key == FILE_KEY => match self.file(path, &origin) {
                            Ok(absolute) => *path = absolute,
                            Err(diagnostic) => self.out.push(diagnostic),
                        },
                        _ => self.node(&mut entry.node),
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads a file and gives its absolute path.
    fn file(&mut self, text: &str, origin: &Origin) -> Result<String, Diagnostic> {
        let folder = self.folders.get(&origin.source).cloned().unwrap_or_default();
        let path = normal(&folder.disk.join(text));
        let name = shown(&path);
        let refuse = |reason: String| {
            Diagnostic::new("data-file", format!("cannot read the data file `{name}`: {reason}"))
                .at(origin, "named here")
        };
        let absolute = std::path::absolute(&path)
            .ok()
            .and_then(|p| p.to_str().map(str::to_owned))
            .ok_or_else(|| refuse("its path is empty or not UTF-8".to_owned()))?;
        if self.files.contains_key(&absolute) {
            return Ok(absolute);
        }
        if let Some(file) = self.known.get(&absolute) {
            self.files.insert(absolute.clone(), file.clone());
            return Ok(absolute);
        }
        let bytes = std::fs::read(&path).map_err(|e| with_advice(refuse(reason(&e)), &path, &e))?;
        let sha256 = sha256_hex(&bytes);
        let text_of_file = String::from_utf8(bytes)
            .map_err(|e| refuse(format!("it is not UTF-8 text (byte {})", e.utf8_error().valid_up_to())))?;
        let file = DataFile {
            from_scenario: shown(&normal(&folder.from_scenario.join(text))),
            shown: name,
            sha256,
            text: text_of_file.into(),
        };
        self.files.insert(absolute.clone(), file);
        Ok(absolute)
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder, a file is expected".to_owned(),
        _ => error.to_string(),
    }
}

fn with_advice(diagnostic: Diagnostic, path: &Path, error: &std::io::Error) -> Diagnostic {
    if error.kind() != std::io::ErrorKind::NotFound {
        return diagnostic;
    }
    let folder = path.parent().map(Path::to_owned).filter(|p| p != &PathBuf::new());
    let folder = folder.map_or_else(|| "the current folder".to_owned(), |p| format!("`{}`", shown(&p)));
    let diagnostic =
        diagnostic.help(format!("paths are relative to the folder of the file they stand in; looked in {folder}"));
    match nearest_file(path) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
