//! What loading gives: merging, overrides, defaults, hashes, checks.

use super::model::Scenario;
use super::schema::Schema;
use super::test_scenario::{Folder, GOOD, Mode, Price, Tiny};
use super::validate::shape::{Shape, shape};
use super::{Override, load_as, schema_json};
use crate::calendar::Day;

const CSV: &str = "time,price_usd\n2024-01-01,42000\n2024-01-02,oops\n";

fn with_csv(file: &str) -> String {
    GOOD.replace("{ kind = \"gbm\", initial_usd = 65000 }", &format!("{{ kind = \"csv\", file = \"{file}\" }}"))
}

#[test]
fn a_good_file_is_read_with_its_defaults() {
    let loaded = Folder::new(&[("scenario.toml", GOOD)]).load(&[]).unwrap();
    let tiny = loaded.scenario;
    assert_eq!(tiny.start, Day::parse("2024-01-01").unwrap());
    assert_eq!((tiny.seed, tiny.bitcoin.mode, tiny.bitcoin.hashes_per_block), (1, Mode::Sampled, 256));
    assert_eq!(tiny.sites[0].grid.as_ref().unwrap().import_limit_mw, 100.0);
    assert!(loaded.text.contains("volatility = 0.6"), "{}", loaded.text);
    assert_eq!(loaded.inputs.len(), 1);
}

#[test]
fn the_resolved_text_loads_to_the_same_scenario_and_hash() {
    let folder = Folder::new(&[("scenario.toml", &with_csv("data/p.csv")), ("data/p.csv", CSV)]);
    let first = folder.load(&["seed=7"]).unwrap();
    std::fs::write(folder.file("scenario.toml"), &first.text).unwrap();
    let second = folder.load(&[]).unwrap();
    assert_eq!((second.scenario, second.text, second.hash), (first.scenario, first.text, first.hash));
}

#[test]
fn a_comment_another_order_or_another_folder_does_not_change_the_hash() {
    let hash = |text: &str| Folder::new(&[("scenario.toml", text), ("p.csv", CSV)]).load(&[]).unwrap().hash;
    let text = with_csv("p.csv");
    let reordered =
        text.replace("name = \"good\"\nstart = 2024-01-01", "# again\nstart = '2024-01-01'\nname = \"good\"");
    assert_ne!(text, reordered);
    assert_eq!(hash(&text), hash(&reordered));
    assert_eq!(hash(&text), hash(&text.replace("sampled\"", "sampled\"\nhashes_per_block = 256.0")));
}

#[test]
fn another_value_or_another_byte_of_data_changes_the_hash() {
    let hash = |text: &str, csv: &str| Folder::new(&[("scenario.toml", text), ("p.csv", csv)]).load(&[]).unwrap().hash;
    let text = with_csv("p.csv");
    let first = hash(&text, CSV);
    assert_eq!(first.len(), 64);
    assert_ne!(first, hash(&text, "time,price_usd\n2024-01-01,42001\n"));
    assert_ne!(first, hash(&text.replace("32.4", "32.5"), CSV));
}

#[test]
fn a_file_that_extends_others_merges_by_key_and_by_name() {
    let base = format!(
        "{GOOD}\n[[sites]]\nname = \"ohio\"\nlatitude_deg = 40\n\n[[sites]]\nname = \"oslo\"\nlatitude_deg = 60\n"
    );
    let folder = Folder::new(&[
        ("base.toml", &base),
        (
            "sub/middle.toml",
            "extends = \"../base.toml\"\nname = \"middle\"\nseed = 2\n[[sites]]\nname = \"ohio\"\nremove = true\n",
        ),
        (
            "scenario.toml",
            "extends = \"sub/middle.toml\"\nname = \"top\"\n[bitcoin]\nmode = \"hash\"\n\
             [[sites]]\nname = \"texas\"\n[sites.grid]\noutages_per_year = 3\n\
             [[sites]]\nname = \"lagos\"\nlatitude_deg = 6.5\n",
        ),
    ]);
    let loaded = folder.load(&[]).unwrap();
    let tiny = loaded.scenario;
    assert_eq!((tiny.name.as_str(), tiny.seed, tiny.bitcoin.mode), ("top", 2, Mode::Hash));
    let names: Vec<&str> = tiny.sites.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["texas", "oslo", "lagos"]);
    let grid = tiny.sites[0].grid.as_ref().unwrap();
    assert_eq!((grid.import_limit_mw, grid.outages_per_year), (100.0, Some(3.0)));
    assert_eq!(loaded.inputs.len(), 3);
}

#[test]
fn another_kind_leaves_no_key_of_the_old_one_behind() {
    let top = "extends = \"base.toml\"\nbitcoin.price = { kind = \"constant\", price_usd = 1 }\n";
    let loaded = Folder::new(&[("base.toml", GOOD), ("scenario.toml", top)]).load(&[]).unwrap();
    assert_eq!(loaded.scenario.bitcoin.price, Price::Constant { price_usd: 1.0 });
    let top = "extends = \"base.toml\"\nbitcoin.price.volatility = 0.1\n";
    let loaded = Folder::new(&[("base.toml", GOOD), ("scenario.toml", top)]).load(&[]).unwrap();
    assert!(
        matches!(loaded.scenario.bitcoin.price, Price::Gbm(gbm) if gbm.initial_usd == 65000.0 && gbm.volatility == 0.1)
    );
}

#[test]
fn a_data_file_is_relative_to_the_file_that_names_it() {
    let folder = Folder::new(&[
        ("bases/base.toml", &with_csv("data/p.csv")),
        ("bases/data/p.csv", CSV),
        ("scenario.toml", "extends = \"bases/base.toml\"\n"),
    ]);
    let loaded = folder.load(&[]).unwrap();
    let Price::Csv { file } = &loaded.scenario.bitcoin.price else { panic!("a csv price") };
    assert_eq!(std::fs::read_to_string(file).unwrap(), CSV);
    assert!(std::path::Path::new(file).is_absolute());
    assert!(loaded.text.contains("file = \"bases/data/p.csv\""), "{}", loaded.text);
}

#[test]
fn overrides_reach_every_value() {
    let folder = Folder::new(&[("scenario.toml", &GOOD.replace("\"texas\"", "\"St. John's\""))]);
    let loaded = folder
        .load(&[
            "name=other-name",
            "start=2025-06-01",
            "sites.\"St. John's\".grid.import_limit_mw=5",
            "sites.0.grid.outages_per_year = 2",
            "sites.0.wet_months=[1, 2]",
            "tax_rate_share=0.3",
            "bitcoin.price.price_usd=9",
            "bitcoin.price.kind=constant",
        ])
        .unwrap();
    let tiny = loaded.scenario;
    assert_eq!((tiny.name.as_str(), tiny.start.to_string().as_str()), ("other-name", "2025-06-01"));
    assert_eq!((tiny.tax_rate_share, &tiny.bitcoin.price), (0.3, &Price::Constant { price_usd: 9.0 }));
    let grid = tiny.sites[0].grid.as_ref().unwrap();
    assert_eq!((grid.import_limit_mw, grid.outages_per_year), (5.0, Some(2.0)));
    assert_eq!(tiny.sites[0].wet_months, [1, 2]);
}

#[test]
fn an_override_makes_the_table_it_needs() {
    let text = GOOD.replace("[sites.grid]\nimport_limit_mw = 100\n", "");
    let loaded = Folder::new(&[("scenario.toml", &text)]).load(&["sites.texas.grid.import_limit_mw=7"]).unwrap();
    assert_eq!(loaded.scenario.sites[0].grid.as_ref().unwrap().import_limit_mw, 7.0);
}

#[test]
fn a_program_sets_values_as_the_command_line_does() {
    let folder = Folder::new(&[("scenario.toml", GOOD)]);
    let set = Override::set("sites.texas.latitude_deg", &toml::Value::Float(12.5), "sweep").unwrap();
    assert_eq!(set.text(), "sites.texas.latitude_deg=12.5");
    let loaded = load_as::<Tiny>(&folder.file("scenario.toml"), &[set], |_, _| {}).unwrap();
    assert_eq!(loaded.scenario.sites[0].latitude_deg, 12.5);
}

#[test]
fn malformed_overrides_are_refused_with_a_reason() {
    for (text, reason) in [
        ("seed", "has no `=`"),
        ("seed=", "has no value"),
        ("=3", "empty"),
        ("a..b=3", "empty"),
        ("a=[1", "unclosed array"),
        ("a=\"x", "invalid basic string"),
        ("extends=x.toml", "only stand in a file"),
    ] {
        let error = Override::parse(text).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn checks_point_at_keys_at_defaults_and_at_lines_of_data() {
    let folder = Folder::new(&[("scenario.toml", &with_csv("p.csv")), ("p.csv", CSV)]);
    let error = folder
        .load_checked(&[], |tiny, report| {
            let Price::Csv { file } = &tiny.bitcoin.price else { panic!("a csv price") };
            assert_eq!(report.data_text(file), Some(CSV));
            report.data_line("bitcoin.price.file", 3, "`oops` is no number");
            report.data_line("bitcoin.price.file", 0, "it ends before the scenario does");
            report.key("tax_rate_share", "taxes are due", "write `tax_rate_share = 0.21`");
            report.keys(
                &["sites.texas.grid.import_limit_mw", "sites.0.latitude_deg"],
                "too much for this latitude",
                "",
            );
            report.within("sites.texas", [("grid".to_owned(), "the grid needs a `price`".to_owned())]);
            report.unique("names", [("texas", "sites.0.name".to_owned()), ("texas", "name".to_owned())]);
            assert!(!report.is_clean());
        })
        .unwrap_err();
    insta::assert_snapshot!(folder.anonymous(&error), @r##"
    error[check]: taxes are due
     --> scenario.toml:1:1
      |
    1 | name = "good"
      | ^ `tax_rate_share` is not given here: its default holds
      |
      = help: write `tax_rate_share = 0.21`

    error[duplicate-name]: two entries of `names` are named `texas`
     --> scenario.toml:1:8
      |
    1 | name = "good"
      |        ^^^^^^ the second
    ...
    9 | name = "texas"
      |        ------- the first
      |
      = help: give each a name of its own

    error[data-file]: `p.csv`: it ends before the scenario does
     --> scenario.toml:6:32
      |
    6 | price = { kind = "csv", file = "p.csv" }
      |                                ^^^^^^^ named here

    error[check]: the grid needs a `price`
      --> scenario.toml:12:1
       |
    12 | [sites.grid]
       | ^^^^^^^^^^^^

    error[check]: too much for this latitude
      --> scenario.toml:13:19
       |
    10 | latitude_deg = 32.4
       |                ----
    ...
    13 | import_limit_mw = 100
       |                   ^^^

    error[data-file]: `p.csv` line 3: `oops` is no number
     --> p.csv:3:1
      |
    3 | 2024-01-02,oops
      | ^^^^^^^^^^^^^^^
      |
     ::: scenario.toml:6:32
      |
    6 | price = { kind = "csv", file = "p.csv" }
      |                                ------- the file is named here

    6 mistakes found
    "##);
}

#[test]
fn what_serde_refuses_after_a_clean_walk_is_a_mistake_too() {
    #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    struct Loose {
        #[schemars(with = "f64")]
        count: u8,
    }
    let folder = Folder::new(&[("scenario.toml", "count = 1000\n")]);
    let error = load_as::<Loose>(&folder.file("scenario.toml"), &[], |loose, _| loose.count += 1).unwrap_err();
    insta::assert_snapshot!(folder.anonymous(&error), @r##"
    error[invalid]: invalid value: integer `1000`, expected u8
     --> scenario.toml:1:9
      |
    1 | count = 1000
      |         ^^^^ this cannot be used

    1 mistake found
    "##);
}

#[test]
fn a_scenario_that_is_not_there_is_answered_with_the_nearest() {
    let folder = Folder::new(&[("scenarios.toml", GOOD)]);
    insta::assert_snapshot!(folder.messages(&[]), @r##"
    error[unreadable]: cannot read `scenario.toml`: there is no such file
     |
     = help: did you mean `scenarios.toml`?

    1 mistake found
    "##);
}

#[test]
fn bytes_that_are_no_text_are_pointed_at() {
    let folder = Folder::new(&[]);
    std::fs::write(folder.file("scenario.toml"), b"name = \"a\"\nstart = \"\xff\"\n").unwrap();
    insta::assert_snapshot!(folder.messages(&[]), @r##"
    error[unreadable]: `scenario.toml` is not UTF-8 text
     --> scenario.toml:2:10
      |
    2 | start = "�"
      |          ^ this byte is not UTF-8
      |
      = help: save the file as UTF-8

    1 mistake found
    "##);
}

#[test]
fn the_published_schema_knows_every_key_and_asks_for_none() {
    let text = Schema::of::<Tiny>().published("tiny");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(!text.contains("\"required\""));
    assert_eq!(json["title"], "tiny");
    assert_eq!(json["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(json["properties"]["extends"]["type"], "string");
    assert!(json["properties"]["remove"].is_null());
    assert_eq!(json["definitions"]["Site"]["properties"]["remove"]["type"], "boolean");
    assert_eq!(json["definitions"]["Grid"]["properties"]["import_limit_mw"]["maximum"], 10_000.0);
    assert!(json["definitions"]["Price"]["anyOf"].is_array());
    assert_eq!(text, Schema::of::<Tiny>().published("tiny"));
}

#[test]
fn the_schema_of_the_real_scenario_explains_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&schema_json()).unwrap();
    let tables = std::iter::once(&schema).chain(schema["definitions"].as_object().unwrap().values());
    for table in tables {
        for (key, value) in table["properties"].as_object().into_iter().flatten() {
            assert!(value["description"].is_string(), "`{key}` has no description");
        }
    }
}

#[test]
fn no_value_of_the_real_scenario_goes_unchecked() {
    let schema = Schema::of::<Scenario>();
    let mut unchecked = Vec::new();
    visit(&schema, schema.root(), "", &mut unchecked);
    assert!(unchecked.is_empty(), "no type or no range: {unchecked:#?}");
}

/// Collects the paths of values that may be anything, and of numbers without a range.
fn visit<'s>(schema: &'s Schema, json: &'s serde_json::Value, path: &str, unchecked: &mut Vec<String>) {
    let mut keys = |fields: super::validate::shape::Fields<'s>| {
        for (key, json) in fields.keys.into_iter().chain(fields.others.map(|json| ("*", json))) {
            visit(schema, json, &format!("{path}.{key}"), unchecked);
        }
    };
    match shape(schema, json) {
        Shape::Any | Shape::OneOf(_) => unchecked.push(path.to_owned()),
        Shape::Table(fields) => keys(fields),
        Shape::Tagged { variants, .. } => variants.into_iter().for_each(|v| keys(v.fields)),
        Shape::List(list) => {
            list.first.into_iter().chain(list.rest).for_each(|item| visit(schema, item, path, unchecked));
        }
        Shape::Number(bounds) if !(bounds.min.is_finite() && bounds.max.is_finite()) => unchecked.push(path.to_owned()),
        _ => {}
    }
}
