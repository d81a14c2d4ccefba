//! Files that are missing, extend each other, or come from the command line.

use crate::scenario::test_scenario::{Folder, GOOD};

#[test]
fn a_missing_base_is_named_with_the_nearest_file() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", r#"extends = "bse.toml"
"#), ("base.toml", GOOD)]).messages(&[]), @r##"
    error[unreadable]: cannot read `bse.toml`: there is no such file
     --> scenario.toml:1:11
      |
    1 | extends = "bse.toml"
      |           ^^^^^^^^^^ named here
      |
      = help: the path is relative to the folder of the file it stands in
      = help: did you mean `base.toml`?

    1 mistake found
    "##);
}

#[test]
fn a_circle_of_files_is_drawn() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", r#"extends = "a.toml"
"#), ("a.toml", r#"extends = "sub/b.toml"
"#), ("sub/b.toml", r#"extends = "../a.toml"
"#)]).messages(&[]), @r##"
    error[extends]: `extends` goes in a circle: a.toml → sub/b.toml → a.toml
     --> sub/b.toml:1:11
      |
    1 | extends = "../a.toml"
      |           ^^^^^^^^^^^ closes the circle
      |
      = help: remove one of these `extends`

    1 mistake found
    "##);
}

#[test]
fn a_mistake_in_a_base_points_into_the_base() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", r#"extends = "sub/base.toml"
[[sites]]
name = "texas"
grid.import_limit_mw = -1
"#), ("sub/base.toml", &GOOD.replace("latitude_deg = 32.4", "latitude_deg = 132.4"))]).messages(&[]), @r##"
    error[out-of-range]: `import_limit_mw` is -1, allowed is 0 to 10000 (MW)
     --> scenario.toml:4:24
      |
    4 | grid.import_limit_mw = -1
      |                        ^^ too small
      |
      = help: `import_limit_mw`: Largest power the connection can draw, MW

    error[out-of-range]: `latitude_deg` is 132.4, allowed is -90 to 90 (degrees)
      --> sub/base.toml:10:16
       |
    10 | latitude_deg = 132.4
       |                ^^^^^ too large
       |
       = help: `latitude_deg`: Latitude, degrees north

    2 mistakes found
    "##);
}

#[test]
fn removing_what_is_not_inherited_is_a_mistake() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", r#"extends = "base.toml"
[[sites]]
name = "ohio"
remove = true
"#), ("base.toml", GOOD)]).messages(&[]), @r##"
    error[nothing-to-remove]: `remove = true`, but no entry named `ohio` is inherited
     --> scenario.toml:3:8
      |
    3 | name = "ohio"
      |        ^^^^^^ not in the file this one extends
      |
      = help: the entries are: `texas`

    1 mistake found
    "##);
}

#[test]
fn extends_must_be_one_path() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", r#"extends = ["a.toml", "b.toml"]
"#)]).messages(&[]), @r##"
    error[missing-key]: the file lacks `bitcoin`, `name`, `sites` and `start`
     --> scenario.toml:1:1
      |
    1 | extends = ["a.toml", "b.toml"]
      | ^ in this file
      |
      = help: add `[bitcoin]`: The chain and the price
      = help: add `name = "…"`: Short name: lower-case letters, digits and `-`
      = help: add `[[sites]]`: Candidate sites
      = help: add `start = 2024-01-01`: First simulated day, UTC

    error[wrong-type]: `extends` must name one scenario file
     --> scenario.toml:1:11
      |
    1 | extends = ["a.toml", "b.toml"]
      |           ^^^^^^^^^^^^^^^^^^^^ expected a path in quotes
      |
      = help: write for example `extends = "reference.toml"`, relative to this file

    2 mistakes found
    "##);
}

#[test]
fn a_missing_data_file_is_named_with_the_nearest() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", &GOOD.replace(r#"{ kind = "gbm", initial_usd = 65000 }"#, r#"{ kind = "csv", file = "data/price.csv" }"#)), ("data/prices.csv", "")]).messages(&[]), @r##"
    error[data-file]: cannot read the data file `data/price.csv`: there is no such file
     --> scenario.toml:6:32
      |
    6 | price = { kind = "csv", file = "data/price.csv" }
      |                                ^^^^^^^^^^^^^^^^ named here
      |
      = help: paths are relative to the folder of the file they stand in; looked in `data`
      = help: did you mean `data/prices.csv`?

    1 mistake found
    "##);
}

#[test]
fn a_set_key_with_a_mistake_points_into_the_command_line() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", GOOD)]).messages(&["sites.texas.grid.import_limit_mw=many", "sites.texas.grid.import_limit_kw=50"]), @r##"
    error[wrong-type]: `import_limit_mw` is the text "many", a number is expected
     --> command line:1:40
      |
    1 | --set sites.texas.grid.import_limit_mw=many
      |                                        ^^^^ expected a number
      |
      = help: `import_limit_mw`: Largest power the connection can draw, MW

    error[unknown-key]: `import_limit_kw` is not a key of `sites.texas.grid`
     --> command line:1:7
      |
    1 | --set sites.texas.grid.import_limit_kw=50
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this key is in MW
      |
      = help: write `import_limit_mw = 0.05` (50 kW is 0.05 MW)

    2 mistakes found
    "##);
}

#[test]
fn a_set_key_of_no_entry_is_answered_with_the_nearest_name() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", GOOD)]).messages(&["sites.texs.grid.import_limit_mw=50"]), @r##"
    error[override]: `sites` has no entry named `texs`
     --> command line:1:7
      |
    1 | --set sites.texs.grid.import_limit_mw=50
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not there
      |
      = help: did you mean `texas`?

    1 mistake found
    "##);
}

#[test]
fn a_set_key_below_a_value_shows_the_value() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", GOOD)]).messages(&["name.first=x"]), @r##"
    error[override]: `name` is the text "good": it has no key `first`
     --> command line:1:7
      |
    1 | --set name.first=x
      |       ^^^^^^^^^^ this path leads nowhere
      |
     ::: scenario.toml:1:8
      |
    1 | name = "good"
      |        ------ the value is given here

    1 mistake found
    "##);
}

#[test]
fn a_set_kind_asks_for_its_keys() {
    insta::assert_snapshot!(Folder::new(&[("scenario.toml", GOOD)]).messages(&["bitcoin.price.kind=constant"]), @r##"
    error[missing-key]: `bitcoin.price` lacks `price_usd`
     --> scenario.toml:6:9
      |
    6 | price = { kind = "gbm", initial_usd = 65000 }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ in this table
      |
     ::: command line:1:26
      |
    1 | --set bitcoin.price.kind=constant
      |                          -------- needed because of this
      |
      = help: add `price_usd = …`, 0 to 1e9 (USD): Price of a coin, USD

    1 mistake found
    "##);
}
