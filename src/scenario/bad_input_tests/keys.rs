//! Keys that are unknown, missing, or elsewhere.

use crate::scenario::test_scenario::{bad, messages};

#[test]
fn an_empty_file_lacks_every_required_key() {
    insta::assert_snapshot!(messages(""), @r##"
    error[missing-key]: the file lacks `bitcoin`, `name`, `sites` and `start`
     --> scenario.toml:1:1
      |
    1 |
      | ^ in this file
      |
      = help: add `[bitcoin]`: The chain and the price
      = help: add `name = "…"`: Short name: lower-case letters, digits and `-`
      = help: add `[[sites]]`: Candidate sites
      = help: add `start = 2024-01-01`: First simulated day, UTC

    1 mistake found
    "##);
}

#[test]
fn a_misspelt_key_is_answered_with_the_nearest() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", "imprt_limit_mw = 100"), @r##"
    error[unknown-key]: `imprt_limit_mw` is not a key of `sites.texas.grid`
      --> scenario.toml:13:1
       |
    13 | imprt_limit_mw = 100
       | ^^^^^^^^^^^^^^ unknown key
       |
       = help: did you mean `import_limit_mw`?

    1 mistake found
    "##);
}

#[test]
fn a_key_in_another_unit_is_converted() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", "import_limit_kw = 5000"), @r##"
    error[unknown-key]: `import_limit_kw` is not a key of `sites.texas.grid`
      --> scenario.toml:13:1
       |
    13 | import_limit_kw = 5000
       | ^^^^^^^^^^^^^^^ this key is in MW
       |
       = help: write `import_limit_mw = 5` (5000 kW is 5 MW)

    1 mistake found
    "##);
}

#[test]
fn units_of_prices_and_rates_are_converted_too() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", r"import_limit_mw = 100
delivery_adder_cents_per_kwh = 2.5
outages_per_month = 1"), @r##"
    error[unknown-key]: `delivery_adder_cents_per_kwh` is not a key of `sites.texas.grid`
      --> scenario.toml:14:1
       |
    14 | delivery_adder_cents_per_kwh = 2.5
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this key is in USD/MWh
       |
       = help: write `delivery_adder_usd_per_mwh = 25` (2.5 US cents/kWh is 25 USD/MWh)

    error[unknown-key]: `outages_per_month` is not a key of `sites.texas.grid`
      --> scenario.toml:15:1
       |
    15 | outages_per_month = 1
       | ^^^^^^^^^^^^^^^^^ this key is per year
       |
       = help: write `outages_per_year = 12` (1 per month is 12 per year)

    2 mistakes found
    "##);
}

#[test]
fn a_key_without_its_unit_is_answered_with_it() {
    insta::assert_snapshot!(bad("latitude_deg", "latitude"), @r##"
    error[unknown-key]: `latitude` is not a key of `sites.texas`
      --> scenario.toml:10:1
       |
    10 | latitude = 32.4
       | ^^^^^^^^ keys carry their unit: this one is in degrees
       |
       = help: write `latitude_deg = 32.4` if that number is in degrees

    1 mistake found
    "##);
}

#[test]
fn a_key_like_no_other_is_answered_with_the_list() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", "import_limit_mw = 100\nfrequency_hz = 50"), @r##"
    error[unknown-key]: `frequency_hz` is not a key of `sites.texas.grid`
      --> scenario.toml:14:1
       |
    14 | frequency_hz = 50
       | ^^^^^^^^^^^^ unknown key
       |
       = help: its keys are `delivery_adder_usd_per_mwh`, `import_limit_mw` and `outages_per_year`

    1 mistake found
    "##);
}

#[test]
fn a_key_in_the_wrong_table_is_sent_to_the_right_one() {
    insta::assert_snapshot!(bad(r#"mode = "sampled""#, "import_limit_mw = 3"), @r##"
    error[unknown-key]: `import_limit_mw` is not a key of `bitcoin`
     --> scenario.toml:5:1
      |
    5 | import_limit_mw = 3
      | ^^^^^^^^^^^^^^^ unknown key
      |
      = help: it is a key of `[sites.grid]`: move it there

    1 mistake found
    "##);
}

#[test]
fn a_key_of_another_kind_names_that_kind() {
    insta::assert_snapshot!(bad(r#"{ kind = "gbm", initial_usd = 65000 }"#, r#"{ kind = "constant", price_usd = 1, volatility = 0.5 }"#), @r##"
    error[unknown-key]: `volatility` is not a key of `bitcoin.price` with `kind = "constant"`
     --> scenario.toml:6:45
      |
    6 | price = { kind = "constant", price_usd = 1, volatility = 0.5 }
      |                                             ^^^^^^^^^^ only where `kind = "gbm"`
      |
      = help: remove it, or choose `kind = "gbm"`

    1 mistake found
    "##);
}

#[test]
fn a_table_without_kind_is_answered_with_the_kind_that_fits() {
    insta::assert_snapshot!(bad(r#"{ kind = "gbm", initial_usd = 65000 }"#, "{ initial_usd = 65000 }"), @r##"
    error[missing-key]: `bitcoin.price` lacks `kind`
     --> scenario.toml:6:9
      |
    6 | price = { initial_usd = 65000 }
      |         ^^^^^^^^^^^^^^^^^^^^^^^ in this table
      |
      = help: write `kind = "gbm"`: Geometric Brownian motion

    1 mistake found
    "##);
}

#[test]
fn a_misspelt_kind_is_answered_with_the_nearest() {
    insta::assert_snapshot!(bad(r#""gbm""#, r#""gmb""#), @r##"
    error[unknown-value]: `kind` is the text "gmb", allowed are `constant`, `gbm` and `csv`
     --> scenario.toml:6:18
      |
    6 | price = { kind = "gmb", initial_usd = 65000 }
      |                  ^^^^^ unknown
      |
      = help: did you mean `gbm`?

    1 mistake found
    "##);
}

#[test]
fn an_unknown_kind_lists_all_with_what_they_are() {
    insta::assert_snapshot!(bad(r#""gbm""#, r#""random walk""#), @r##"
    error[unknown-value]: `kind` is the text "random walk", allowed are `constant`, `gbm` and `csv`
     --> scenario.toml:6:18
      |
    6 | price = { kind = "random walk", initial_usd = 65000 }
      |                  ^^^^^^^^^^^^^ unknown
      |
      = help: write `kind = "constant"`: The same every day
      = help: write `kind = "gbm"`: Geometric Brownian motion
      = help: write `kind = "csv"`: Daily prices from a file

    1 mistake found
    "##);
}

#[test]
fn a_kind_instead_of_its_table_is_answered_with_the_table() {
    insta::assert_snapshot!(bad(r#"{ kind = "gbm", initial_usd = 65000 }"#, r#""gbm""#), @r##"
    error[wrong-type]: `price` is the text "gbm", a table with `kind` is expected
     --> scenario.toml:6:9
      |
    6 | price = "gbm"
      |         ^^^^^ expected a table with `kind`
      |
      = help: write `price = { kind = "gbm", … }`
      = help: `price`: The coin's price, USD per BTC

    1 mistake found
    "##);
}

#[test]
fn names_must_differ() {
    insta::assert_snapshot!(bad("[[sites]]", r#"[[sites]]
name = "texas"
latitude_deg = 1

[[sites]]"#), @r##"
    error[duplicate-name]: two entries of `sites` are named `texas`
      --> scenario.toml:13:8
       |
     9 | name = "texas"
       |        ------- the first
    ...
    13 | name = "texas"
       |        ^^^^^^^ the second
       |
       = help: give each a name of its own

    1 mistake found
    "##);
}
