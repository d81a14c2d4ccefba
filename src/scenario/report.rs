//! What a check beyond the schema uses to complain: about a key, about two that clash, about a line of a data file.

use std::collections::BTreeMap;

use super::data::DataFiles;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::key_path::KeyPath;
use super::source::Origin;
use super::tree::Node;

/// Collects the mistakes a check finds; key paths are dotted, elements of arrays by `name` or by index from 0.
#[derive(Debug)]
pub struct Report<'a> {
    pub(super) tree: &'a Node,
    pub(super) data: &'a DataFiles,
    pub(super) out: &'a mut Diagnostics,
}

impl Report<'_> {
    /// The value of a key is wrong: `message` says how, `help` what to do (may be empty).
    pub fn key(&mut self, path: &str, message: &str, help: &str) {
        let (origin, label) = self.locate(path);
        self.push(Diagnostic::new("check", message).at(&origin, label), help);
    }

    /// The values of several keys do not go together; the first is the one to change.
    pub fn keys(&mut self, paths: &[&str], message: &str, help: &str) {
        let mut diagnostic = Diagnostic::new("check", message);
        for path in paths {
            let (origin, label) = self.locate(path);
            diagnostic = diagnostic.at(&origin, label);
        }
        self.push(diagnostic, help);
    }

    /// All complaints of a parameter struct's own `check`, whose paths are relative to `prefix`.
    pub fn within(&mut self, prefix: &str, complaints: impl IntoIterator<Item = (String, String)>) {
        for (path, message) in complaints {
            let path = [prefix, &path].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(".");
            self.key(&path, &message, "");
        }
    }

    /// Names that must differ: pairs of a name and the path of the key that gives it.
    pub fn unique<'n>(&mut self, what: &str, names: impl IntoIterator<Item = (&'n str, String)>) {
        let mut first: BTreeMap<&str, String> = BTreeMap::new();
        for (name, path) in names {
            match first.get(name) {
                Some(earlier) => {
                    let (again, _) = self.locate(&path);
                    let (origin, _) = self.locate(&earlier.clone());
                    self.out.push(duplicate(what, name, &again, &origin));
                }
                None => {
                    first.insert(name, path);
                }
            }
        }
    }

    /// A line (from 1; 0 for the file as a whole) of the data file that the key at `path` names is wrong.
    pub fn data_line(&mut self, path: &str, line: usize, message: &str) {
        let (origin, _) = self.locate(path);
        let file = self.file_at(path).and_then(|absolute| self.data.get(absolute));
        let Some(file) = file else {
            return self.key(path, message, "");
        };
        let diagnostic = match line.checked_sub(1).and_then(|i| file.text.lines().nth(i)) {
            Some(text) => {
                let source = self.out.sources.add_excerpt(file.shown.clone(), text, line);
                let span = 0..text.len();
                Diagnostic::new("data-file", format!("`{}` line {line}: {message}", file.shown))
                    .at(&Origin { source, span }, "")
                    .at(&origin, "the file is named here")
            }
            None => Diagnostic::new("data-file", format!("`{}`: {message}", file.shown)).at(&origin, "named here"),
        };
        self.out.push(diagnostic);
    }

    /// The text of a data file, by the absolute path that its `file` key holds in the typed scenario.
    pub fn data_text(&self, file: &str) -> Option<&str> {
        self.data.get(file).map(|file| &*file.text)
    }

    /// Nothing has been reported yet, by the checker of the file or by anyone else.
    pub fn is_clean(&self) -> bool {
        self.out.is_empty()
    }

    /// The absolute path in the `file` key at `path`.
    fn file_at(&self, path: &str) -> Option<&str> {
        let path = KeyPath::parse(path).ok()?;
        let mut node = self.tree;
        for segment in path.segments() {
            node = match node.element(segment) {
                Some(i) => node.as_array()?.get(i)?,
                None => node.get(segment)?,
            };
        }
        node.as_text()
    }

    fn locate(&self, path: &str) -> (Origin, String) {
        let path = KeyPath::parse(path).unwrap_or_default();
        match self.tree.locate(&path) {
            (origin, true) => (origin.clone(), String::new()),
            (origin, false) => (origin.clone(), format!("`{path}` is not given here: its default holds")),
        }
    }

    fn push(&mut self, diagnostic: Diagnostic, help: &str) {
        self.out.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }
}

/// A name that was given before.
pub fn duplicate(what: &str, name: &str, again: &Origin, first: &Origin) -> Diagnostic {
    Diagnostic::new("duplicate-name", format!("two entries of `{what}` are named `{name}`"))
        .at(again, "the second")
        .at(first, "the first")
        .help("give each a name of its own")
}
