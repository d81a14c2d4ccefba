//! The scenarios embedded in the binary.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, File, include_dir};
use toml::de::{DeTable, DeValue};

use super::read::{normal, shown};
use super::validate::suggest;

/// The folder `scenarios/` as it was when the binary was built.
static SCENARIOS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Keys that name another file of the gallery, relative to the file they stand in.
const FILE_KEYS: [&str; 3] = ["extends", "file", "base"];

/// An embedded scenario or sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What to call it: its path without `.toml`.
    pub name: String,
    /// The question it answers: its first comment line.
    pub question: String,
}

/// Why an example was not extracted.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// No example has this name.
    #[error("there is no example `{name}`; {advice}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// What there is.
        advice: String,
    },
    /// A file is in the way.
    #[error("{} would be overwritten; nothing was written: choose another folder or remove what is there", suggest::code_list(.0))]
    Exists(Vec<String>),
    /// The example names a file that is not embedded.
    #[error("the example names `{0}`, which is not embedded")]
    Incomplete(String),
    /// A file cannot be written.
    #[error("cannot write `{path}`: {error}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

/// All embedded examples by name.
pub fn list() -> Vec<Example> {
    examples(&SCENARIOS)
}

/// Writes an example, what it extends and the data files it names (with the notices beside them) into `folder`, which
/// is made where it is missing. Gives the files written, the example itself first.
///
/// # Errors
/// An unknown name, a file that is already there (then nothing is written), a folder that cannot be written.
pub fn extract(name: &str, folder: &Path) -> Result<Vec<PathBuf>, GalleryError> {
    extract_from(&SCENARIOS, name, folder)
}

fn examples(dir: &Dir<'_>) -> Vec<Example> {
    let mut examples: Vec<Example> = files(dir)
        .filter(|file| file.path().extension().is_some_and(|e| e == "toml"))
        .map(|file| Example {
            name: shown(&file.path().with_extension("")),
            question: question(file.contents_utf8().unwrap_or_default()),
        })
        .collect();
    examples.sort_by(|a, b| a.name.cmp(&b.name));
    examples
}

/// Every file of the folder and its folders.
fn files<'a>(dir: &'a Dir<'a>) -> Box<dyn Iterator<Item = &'a File<'a>> + 'a> {
    Box::new(dir.entries().iter().flat_map(|entry| match entry {
        DirEntry::File(file) => Box::new(std::iter::once(file)) as Box<dyn Iterator<Item = &File<'_>>>,
        DirEntry::Dir(dir) => files(dir),
    }))
}

/// The first comment line that is no directive for an editor.
fn question(text: &str) -> String {
    text.lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(':'))
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
        .to_owned()
}

fn extract_from(dir: &Dir<'_>, name: &str, folder: &Path) -> Result<Vec<PathBuf>, GalleryError> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let wanted = PathBuf::from(format!("{name}.toml"));
    let file = find(dir, &wanted).ok_or_else(|| unknown(dir, name))?;
    let mut needed = vec![file];
    let mut i = 0;
    while i < needed.len() {
        for path in companions(dir, needed[i]) {
            let file = find(dir, &path).ok_or_else(|| GalleryError::Incomplete(shown(&path)))?;
            if !needed.iter().any(|f| f.path() == file.path()) {
                needed.push(file);
            }
        }
        i += 1;
    }
    let targets: Vec<PathBuf> = needed.iter().map(|file| folder.join(file.path())).collect();
    let differs = |(file, target): &(&&File<'_>, &PathBuf)| {
        target.exists() && std::fs::read(target).ok().as_deref() != Some(file.contents())
    };
    let in_the_way: Vec<String> = needed.iter().zip(&targets).filter(differs).map(|(_, t)| shown(t)).collect();
    if !in_the_way.is_empty() {
        return Err(GalleryError::Exists(in_the_way));
    }
    // What is there is the same already.
    for (file, target) in needed.iter().zip(&targets).filter(|(_, target)| !target.exists()) {
        write(target, file.contents()).map_err(|error| GalleryError::Write { path: shown(target), error })?;
    }
    Ok(targets)
}

fn find<'a>(dir: &'a Dir<'a>, path: &Path) -> Option<&'a File<'a>> {
    files(dir).find(|file| file.path() == path)
}

fn unknown(dir: &Dir<'_>, name: &str) -> GalleryError {
    let names: Vec<String> = examples(dir).into_iter().map(|e| e.name).collect();
    let nearest = suggest::nearest(name, names.iter().map(String::as_str));
    let advice = match nearest.first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", suggest::code_list(&names)),
    };
    GalleryError::Unknown { name: name.to_owned(), advice }
}

/// The embedded files a file needs beside it: those its keys and its schema line name, and the notices of data.
fn companions(dir: &Dir<'_>, file: &File<'_>) -> BTreeSet<PathBuf> {
    let folder = file.path().parent().unwrap_or(Path::new(""));
    let mut named = BTreeSet::new();
    if file.path().extension().is_some_and(|e| e == "toml") {
        let text = file.contents_utf8().unwrap_or_default();
        let (table, _) = DeTable::parse_recoverable(text);
        names_in(table.get_ref(), &mut named);
        let directive = text.lines().find_map(|line| line.strip_prefix("#:schema "));
        named.extend(directive.map(|path| path.trim().to_owned()).filter(|path| !path.contains("://")));
        return named.iter().map(|path| normal(&folder.join(path))).collect();
    }
    let is_notice = |path: &Path| path.extension().is_some_and(|e| e == "md" || e == "txt");
    if folder == Path::new("") {
        return BTreeSet::new();
    }
    files(dir)
        .map(File::path)
        .filter(|path| path.parent() == Some(folder) && is_notice(path))
        .map(Path::to_owned)
        .collect()
}

fn names_in(table: &DeTable<'_>, named: &mut BTreeSet<String>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::String(path) if FILE_KEYS.contains(&key.get_ref().as_ref()) => {
                named.insert(path.clone().into_owned());
            }
            other => names_in_value(other, named),
        }
    }
}

fn names_in_value(value: &DeValue<'_>, named: &mut BTreeSet<String>) {
    match value {
        DeValue::Table(table) => names_in(table, named),
        DeValue::Array(array) => array.iter().for_each(|v| names_in_value(v.get_ref(), named)),
        _ => {}
    }
}

/// Writes a new file; one that appeared meanwhile is not overwritten.
fn write(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(path)?.write_all(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: Dir<'static> = Dir::new(
        "data",
        &[
            DirEntry::File(File::new("data/wind.csv", b"time,value\n")),
            DirEntry::File(File::new("data/NOTICE.md", b"credit\n")),
            DirEntry::File(File::new("data/other.csv", b"")),
        ],
    );
    const SWEEPS: Dir<'static> = Dir::new(
        "sweeps",
        &[DirEntry::File(File::new("sweeps/grid.toml", b"# Which is best?\nbase = \"../child.toml\"\n"))],
    );
    const GALLERY: Dir<'static> = Dir::new(
        "",
        &[
            DirEntry::Dir(DATA),
            DirEntry::Dir(SWEEPS),
            DirEntry::File(File::new("s.schema.json", b"{}")),
            DirEntry::File(File::new(
                "base.toml",
                b"#:schema ./s.schema.json\n# Where does wind pay?\n[[a]]\np = { file = \"data/wind.csv\" }\n",
            )),
            DirEntry::File(File::new("child.toml", b"# What if not?\nextends = \"base.toml\"\n")),
        ],
    );

    #[test]
    fn the_list_names_each_example_with_its_question() {
        let found: Vec<(String, String)> = examples(&GALLERY).into_iter().map(|e| (e.name, e.question)).collect();
        let expected = [("base", "Where does wind pay?"), ("child", "What if not?"), ("sweeps/grid", "Which is best?")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn extracting_brings_bases_data_notices_and_schema_but_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let written = extract_from(&GALLERY, "sweeps/grid.toml", folder.path()).unwrap();
        let names: Vec<_> = written.iter().map(|p| shown(p.strip_prefix(folder.path()).unwrap())).collect();
        assert_eq!(
            names,
            ["sweeps/grid.toml", "child.toml", "base.toml", "data/wind.csv", "s.schema.json", "data/NOTICE.md"]
        );
        assert_eq!(std::fs::read(folder.path().join("data/wind.csv")).unwrap(), b"time,value\n");
    }

    #[test]
    fn nothing_is_written_where_one_file_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("base.toml"), "mine").unwrap();
        let error = extract_from(&GALLERY, "child", folder.path()).unwrap_err();
        assert!(error.to_string().contains("base.toml` would be overwritten"), "{error}");
        assert!(!folder.path().join("child.toml").exists());
        assert_eq!(std::fs::read_to_string(folder.path().join("base.toml")).unwrap(), "mine");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = extract_from(&GALLERY, "bse", Path::new("nowhere")).unwrap_err();
        assert_eq!(error.to_string(), "there is no example `bse`; did you mean `base`?");
    }

    #[test]
    fn every_embedded_example_has_a_question_and_works_where_it_is_extracted() {
        for example in list() {
            assert!(!example.question.is_empty(), "{}", example.name);
            let folder = tempfile::tempdir().unwrap();
            let written = extract(&example.name, folder.path()).unwrap();
            if !example.name.contains('/') {
                crate::scenario::load(&written[0], &[]).unwrap_or_else(|error| panic!("{error}"));
            }
        }
    }
}
