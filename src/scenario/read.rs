//! From a file to a tree, following `extends`.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use toml::de::DeTable;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::load::{InputFile, sha256_hex};
use super::merge;
use super::source::{Origin, SourceId};
use super::tree::{Convert, Node, Value};
use super::validate::suggest;

/// Longest chain of files that extend each other.
const MAX_CHAIN: usize = 16;

/// A file and all it extends as one tree.
#[derive(Debug, Clone)]
pub struct Document {
    /// The merged tree, without `extends`.
    pub tree: Node,
    /// False where a syntax error or an unreadable base left parts out: then nothing is called missing.
    pub complete: bool,
    /// The line of each text from which on a syntax error may have put keys into the wrong table.
    pub uncertain_from: BTreeMap<SourceId, usize>,
    /// The folder each text's relative paths start from.
    pub folders: BTreeMap<SourceId, Folder>,
    /// The files that were read.
    pub files: Vec<InputFile>,
}

/// A folder, as this process reaches it and as the scenario's own folder does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// To open files.
    pub disk: PathBuf,
    /// Relative to the folder of the scenario (the first file); the same wherever the files are moved together.
    pub from_scenario: PathBuf,
}

/// Reads a file and what it extends; `None` where it could not be read at all.
pub fn read(path: &Path, out: &mut Diagnostics) -> Option<Document> {
    let mut reader = Reader {
        out,
        complete: true,
        uncertain_from: BTreeMap::new(),
        folders: BTreeMap::new(),
        files: Vec::new(),
        chain: Vec::new(),
    };
    let tree = reader.file(path, Path::new(""), None);
    let Reader { complete, uncertain_from, folders, files, out, .. } = reader;
    let mut tree = tree?;
    merge::report_leftover_removals(&mut tree, out);
    Some(Document { tree, complete, uncertain_from, folders, files })
}

struct Reader<'a> {
    out: &'a mut Diagnostics,
    complete: bool,
    uncertain_from: BTreeMap<SourceId, usize>,
    folders: BTreeMap<SourceId, Folder>,
    files: Vec<InputFile>,
    /// The files being read, each extended by the one before it: where it really is, and what it is called.
    chain: Vec<(PathBuf, String)>,
}

impl Reader<'_> {
    /// The tree of a file; `asked_by` is the `extends` that names it.
    fn file(&mut self, path: &Path, from_scenario: &Path, asked_by: Option<&Origin>) -> Option<Node> {
        let shown = shown(path);
        let place = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Err(diagnostic) = self.check_chain(&place, &shown, asked_by) {
            self.out.push(diagnostic);
            return None;
        }
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.out.push(unreadable(path, &shown, &error, asked_by));
                return None;
            }
        };
        self.files.push(InputFile { path: shown.clone(), sha256: sha256_hex(&bytes) });
        let source = self.text(&shown, bytes)?;
        let disk = path.parent().unwrap_or(Path::new("")).to_owned();
        let folder = Folder { disk, from_scenario: from_scenario.to_owned() };
        self.folders.insert(source, folder.clone());
        let mut tree = self.parse(source);
        self.chain.push((place, shown));
        let tree = match take_extends(&mut tree, self.out) {
            Some((base, origin)) => self.on_top_of(&base, &origin, &folder, tree),
            None => tree,
        };
        self.chain.pop();
        Some(tree)
    }

    fn on_top_of(&mut self, base: &str, origin: &Origin, folder: &Folder, tree: Node) -> Node {
        let path = normal(&folder.disk.join(base));
        let from_scenario = folder.from_scenario.join(Path::new(base).parent().unwrap_or(Path::new("")));
        let Some(base) = self.file(&path, &normal(&from_scenario), Some(origin)) else {
            self.complete = false;
            return tree;
        };
        merge::merge(base, tree)
    }

    fn check_chain(&self, place: &Path, shown: &str, asked_by: Option<&Origin>) -> Result<(), Diagnostic> {
        let Some(origin) = asked_by else { return Ok(()) };
        if let Some(first) = self.chain.iter().position(|(earlier, _)| earlier == place) {
            let mut circle: Vec<&str> = self.chain[first..].iter().map(|(_, shown)| shown.as_str()).collect();
            circle.push(shown);
            return Err(Diagnostic::new("extends", format!("`extends` goes in a circle: {}", circle.join(" → ")))
                .at(origin, "closes the circle")
                .help("remove one of these `extends`"));
        }
        if self.chain.len() >= MAX_CHAIN {
            return Err(Diagnostic::new("extends", format!("more than {MAX_CHAIN} files extend each other in a row"))
                .at(origin, "one too many"));
        }
        Ok(())
    }

    /// Keeps the text as a source; reports bytes that are no text.
    fn text(&mut self, shown: &str, bytes: Vec<u8>) -> Option<SourceId> {
        match String::from_utf8(bytes) {
            Ok(text) => Some(self.out.sources.add(shown, text)),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = self.out.sources.add(shown, lossy);
                let origin = Origin { source, span: good..good + '\u{fffd}'.len_utf8() };
                self.out.push(
                    Diagnostic::new("unreadable", format!("`{shown}` is not UTF-8 text"))
                        .at(&origin, "this byte is not UTF-8")
                        .help("save the file as UTF-8"),
                );
                None
            }
        }
    }

    fn parse(&mut self, source: SourceId) -> Node {
        let text = self.out.sources.get(source).text.clone();
        let (table, errors) = DeTable::parse_recoverable(&text);
        self.complete &= errors.is_empty();
        let mut lines = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let origin = Origin { source, span };
            let line = self.out.sources.line(&origin);
            if misplaces_keys(&text, line, error.message()) {
                let from = self.uncertain_from.entry(source).or_insert(line);
                *from = line.min(*from);
            }
            if !lines.contains(&line) {
                lines.push(line);
                self.out.push(syntax_error(&text, &origin, error.message()));
            }
        }
        Convert { source, offset: 0, out: self.out }.table(table.get_ref(), 0..0)
    }
}

/// Takes `extends` out of the tree.
fn take_extends(tree: &mut Node, out: &mut Diagnostics) -> Option<(String, Origin)> {
    let Value::Table(table) = &mut tree.value else { return None };
    let entry = table.remove("extends")?;
    match entry.node.value {
        Value::Text(base) if !base.is_empty() => Some((base, entry.node.origin)),
        _ => {
            out.push(
                Diagnostic::new("wrong-type", "`extends` must name one scenario file")
                    .at(&entry.node.origin, "expected a path in quotes")
                    .help("write for example `extends = \"reference.toml\"`, relative to this file"),
            );
            None
        }
    }
}

/// What follows the error may be in another table than its writer meant.
fn misplaces_keys(text: &str, line: usize, message: &str) -> bool {
    let is_header = text.lines().nth(line - 1).is_some_and(|l| l.trim_start().starts_with('['));
    let only_the_value = message.starts_with("string values must be quoted") || message == "duplicate key";
    is_header || !only_the_value
}

fn syntax_error(text: &str, origin: &Origin, message: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new("syntax", format!("this is not TOML: {message}")).at(origin, "here");
    match text.get(origin.span.clone()) {
        Some(bare) if message.starts_with("string values must be quoted") => {
            let number = bare.split_whitespace().next().filter(|word| word.parse::<f64>().is_ok());
            match number {
                Some(number) => {
                    diagnostic.help(format!("write the number alone, `{number}`: the unit is part of the key"))
                }
                None => diagnostic.help(format!("write text in quotes: `\"{}\"`", bare.trim())),
            }
        }
        _ if message == "duplicate key" => diagnostic.help("each key and table may be given once: merge the two"),
        _ => diagnostic,
    }
}

fn unreadable(path: &Path, shown: &str, error: &std::io::Error, asked_by: Option<&Origin>) -> Diagnostic {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder, a file is expected".to_owned(),
        _ => error.to_string(),
    };
    let diagnostic = Diagnostic::new("unreadable", format!("cannot read `{shown}`: {reason}"));
    let diagnostic = match asked_by {
        Some(origin) => {
            diagnostic.at(origin, "named here").help("the path is relative to the folder of the file it stands in")
        }
        None => diagnostic,
    };
    match nearest_file(path) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if asked_by.is_none() => {
            diagnostic.help("`hashwatt examples list` names the scenarios that come with the program")
        }
        None => diagnostic,
    }
}

/// The file of the same folder whose name is most like the one that is missing.
pub fn nearest_file(path: &Path) -> Option<String> {
    let folder = match path.parent()? {
        folder if folder.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    };
    let mut names: Vec<String> =
        std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let wanted = path.file_name()?.to_str()?;
    let nearest = suggest::nearest(wanted, names.iter().map(String::as_str));
    nearest.first().map(|name| shown(&path.with_file_name(name)))
}

/// A path without `.` and without `..` where a folder before it can be taken back.
pub fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.components().next_back(), Some(Component::Normal(_))) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}

/// A path as messages and manifests print it, with `/` on every system.
pub fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}
