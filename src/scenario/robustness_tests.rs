//! Nothing a file or an override may hold makes the loader panic, and every mistake can be printed.

use proptest::prelude::*;

use super::model::Scenario;
use super::test_scenario::{GOOD, Tiny};
use super::{Override, load_as};

/// Loads bytes as both types; what is refused must be printable, with and without colours.
fn survive(bytes: &[u8], sets: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    std::fs::write(&path, bytes).unwrap();
    let overrides: Vec<Override> = sets.iter().filter_map(|s| Override::parse(s).ok()).collect();
    if let Err(error) = load_as::<Tiny>(&path, &overrides, |_, _| {}) {
        assert!(!error.is_empty());
        assert!(error.render(true).len() >= error.render(false).len());
    }
    if let Err(error) = load_as::<Scenario>(&path, &overrides, |_, _| {}) {
        assert!(error.to_string().ends_with("found"));
    }
}

/// Cuts a stretch out of the good scenario and puts something else there.
fn mutate(edits: &[(prop::sample::Index, usize, String)]) -> String {
    edits.iter().fold(GOOD.to_owned(), |text, (at, length, insert)| {
        let chars: Vec<char> = text.chars().collect();
        let start = at.index(chars.len() + 1);
        let end = (start + length).min(chars.len());
        let (before, after): (String, String) = (chars[..start].iter().collect(), chars[end..].iter().collect());
        format!("{before}{insert}{after}")
    })
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\[\\]{}=.,\"'#\\n -]{0,4}",
        "\\PC{0,6}",
        prop::sample::select(vec![
            "[sites]",
            "[[sites]]\n",
            "kind = ",
            "\"csv\"",
            "file = \"x\"\n",
            "extends = \"scenario.toml\"\n",
            "nan",
            "-1e999",
            "99999999999999999999",
            "remove = true\n",
            "name = \"texas\"\n",
            "\u{feff}",
            "\r\n",
            "\0",
            "é",
            "import_limit_kw = 1\n",
            "2024-02-30",
            "1979-05-27T07:32:00Z",
            "= {}",
            "\"\"\"",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survive(&bytes, &[]);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "(\\PC|\n|\t){0,120}") {
        survive(text.as_bytes(), &[]);
    }

    #[test]
    fn a_good_file_after_any_edits_never_panics(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, fragment()), 1..6)
    ) {
        survive(mutate(&edits).as_bytes(), &[]);
    }

    #[test]
    fn arbitrary_overrides_never_panic(
        sets in prop::collection::vec("(sites|bitcoin|name|texas|price|kind|[.=\"'0-9]|\\PC){1,12}", 1..4),
        values in prop::collection::vec(
            ("(sites\\.(texas|0|9)\\.(grid|name|x)|bitcoin\\.price(\\.kind)?|sites|start|\"a.b\")", fragment()), 0..4)
    ) {
        let values = values.into_iter().map(|(path, value)| format!("{path}={value}"));
        survive(GOOD.as_bytes(), &sets.into_iter().chain(values).collect::<Vec<_>>());
    }
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    for n in [50, 100, 5000] {
        for text in [
            format!("{}=1\n", vec!["a"; n].join(".")),
            format!("[{}]\n", vec!["sites"; n].join(".")),
            format!("sites={}", "[".repeat(n)),
            format!("sites={}1{}", "{a=".repeat(n), "}".repeat(n)),
        ] {
            survive(text.as_bytes(), &[]);
        }
    }
}
