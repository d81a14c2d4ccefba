//! `--set key.path=value`: values that come from the command line or a sweep instead of the file.

use std::path::PathBuf;

use toml::de::DeValue;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::key_path::KeyPath;
use super::merge;
use super::read::{Document, Folder};
use super::source::Origin;
use super::tree::{Convert, Entry, Node, Table, Value};
use super::validate::suggest;

/// One key set from outside the file. A table merges into what is there as a file that extends would; anything
/// else replaces it; a new `kind` clears the table it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    path: KeyPath,
    /// What messages show: all of `--set a.b=1`.
    text: String,
    /// Where in `text` the path begins and ends, and the value begins.
    path_start: usize,
    path_end: usize,
    /// What messages call the place: `command line`.
    place: String,
}

impl Override {
    /// Parses `key.path=value`. The value is TOML; a bare word is a string. Elements of arrays are named by their
    /// `name` (in quotes where it holds a point) or by their index from 0.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::new("--set ", text, "command line")
    }

    /// Sets a key to a value from within the program, as a sweep does; `place` is what messages call the setter.
    ///
    /// # Errors
    /// Says what is wrong with the path.
    pub fn set(path: &str, value: &toml::Value, place: &str) -> Result<Self, String> {
        let path = KeyPath::parse(path)?;
        Self::new("", &format!("{path}={value}"), place)
    }

    /// The key that is set.
    pub fn path(&self) -> &KeyPath {
        &self.path
    }

    /// `key.path=value`, as [`Override::parse`] takes it.
    pub fn text(&self) -> &str {
        &self.text[self.path_start..]
    }

    fn new(prefix: &str, text: &str, place: &str) -> Result<Self, String> {
        let equals = find_equals(text).ok_or_else(|| format!("`{text}` has no `=`: write `key.path=value`"))?;
        let path = KeyPath::parse(text[..equals].trim()).map_err(|e| format!("`{text}`: {e}"))?;
        if path.segments() == ["extends"] {
            return Err("`extends` can only stand in a file".to_owned());
        }
        let made = Self {
            path,
            text: format!("{prefix}{text}"),
            path_start: prefix.len(),
            path_end: prefix.len() + equals,
            place: place.to_owned(),
        };
        if made.value_text().is_empty() {
            return Err(format!("`{text}` has no value after `=`"));
        }
        match DeValue::parse(made.value_text()) {
            Err(error) if !is_bare(made.value_text()) => Err(format!("`{}`: {}", made.value_text(), error.message())),
            _ => Ok(made),
        }
    }

    fn value_text(&self) -> &str {
        self.text[self.path_end + 1..].trim()
    }

    fn value(&self, origin: &Origin, out: &mut Diagnostics) -> Node {
        let text = self.value_text();
        let offset = self.path_end
            + 1
            + (self.text[self.path_end + 1..].len() - self.text[self.path_end + 1..].trim_start().len());
        let source = origin.source;
        match DeValue::parse(text) {
            Ok(value) => Convert { source, offset, out }.value(value.get_ref(), value.span()),
            Err(_) => Node {
                value: Value::Text(text.to_owned()),
                origin: Origin { source, span: offset..offset + text.len() },
            },
        }
    }
}

/// Sets every key, those named `kind` first because they clear their table.
pub fn apply(overrides: &[Override], document: &mut Document, out: &mut Diagnostics) {
    let mut ordered: Vec<&Override> = overrides.iter().collect();
    ordered.sort_by_key(|o| match o.path.segments() {
        [.., last] if last == "kind" => (false, o.path.segments().len()),
        _ => (true, 0),
    });
    for item in ordered {
        let source = out.sources.add(item.place.clone(), item.text.clone());
        let folder = Folder { disk: PathBuf::new(), from_scenario: PathBuf::new() };
        document.folders.insert(source, folder);
        let origin = Origin { source, span: item.path_start..item.path_end };
        let value = item.value(&origin, out);
        if let Err(diagnostic) = set(&mut document.tree, item.path.segments(), 0, value, &origin) {
            out.push(diagnostic);
        }
    }
}

fn set(node: &mut Node, path: &[String], depth: usize, value: Node, at: &Origin) -> Result<(), Diagnostic> {
    let here = KeyPath::new(&path[..depth]);
    let Some(segment) = path.get(depth) else {
        *node = merge::merge(node.clone(), value);
        return Ok(());
    };
    let position = node.element(segment);
    match &mut node.value {
        Value::Table(table) => {
            if segment == "kind" && depth + 1 == path.len() && changes(table, &value) {
                table.clear();
            }
            let entry = table.entry(segment.clone()).or_insert_with(|| Entry {
                key: at.clone(),
                node: Node { value: Value::Table(Table::new()), origin: at.clone() },
            });
            entry.key = at.clone();
            set(&mut entry.node, path, depth + 1, value, at)
        }
        Value::Array(elements) => match position {
            Some(i) => set(&mut elements[i], path, depth + 1, value, at),
            None => Err(no_such_element(elements, &here, segment, at)),
        },
        _ => Err(Diagnostic::new("override", format!("`{here}` is {}: it has no key `{segment}`", node.describe()))
            .at(at, "this path leads nowhere")
            .at(&node.origin, "the value is given here")),
    }
}

fn changes(table: &Table, kind: &Node) -> bool {
    table.get("kind").is_some_and(|old| old.node.value != kind.value)
}

fn no_such_element(elements: &[Node], here: &KeyPath, segment: &str, at: &Origin) -> Diagnostic {
    let names: Vec<&str> = elements.iter().filter_map(|e| e.name()).map(|(name, _)| name).collect();
    let diagnostic =
        Diagnostic::new("override", format!("`{here}` has no entry named `{segment}`")).at(at, "not there");
    if names.is_empty() {
        return diagnostic.help(format!("its {} entries are addressed by their index from 0", elements.len()));
    }
    let nearest = suggest::nearest(segment, names.iter().copied());
    match nearest.first() {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("its entries are: {}", suggest::code_list(&names))),
    }
}

/// The first `=` outside quotes.
fn find_equals(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(i, c)| {
        match (quote, c) {
            (None, '=') => return Some(i),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        None
    })
}

/// Text that may stand for a string without quotes.
fn is_bare(text: &str) -> bool {
    !text.starts_with(['"', '\'', '[', '{'])
}
