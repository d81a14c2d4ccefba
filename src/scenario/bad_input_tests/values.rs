//! Values of the wrong type or out of range.

use crate::scenario::test_scenario::{bad, messages};

#[test]
fn a_number_above_the_range_is_answered_with_the_range() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", "import_limit_mw = 120000"), @r##"
    error[out-of-range]: `import_limit_mw` is 120000, allowed is 0 to 10000 (MW)
      --> scenario.toml:13:19
       |
    13 | import_limit_mw = 120000
       |                   ^^^^^^ too large
       |
       = help: `import_limit_mw`: Largest power the connection can draw, MW

    1 mistake found
    "##);
}

#[test]
fn percent_instead_of_a_share_is_converted() {
    insta::assert_snapshot!(bad("start =", "tax_rate_share = 21\nstart ="), @r##"
    error[out-of-range]: `tax_rate_share` is 21, allowed is 0 to 1 (a fraction of 1)
     --> scenario.toml:2:18
      |
    2 | tax_rate_share = 21
      |                  ^^ too large
      |
      = help: `tax_rate_share`: Tax, share of profit
      = help: 21 percent is written `tax_rate_share = 0.21`

    1 mistake found
    "##);
}

#[test]
fn text_with_a_unit_is_converted_to_the_unit_of_the_key() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", r#"import_limit_mw = "120 kW""#), @r##"
    error[wrong-type]: `import_limit_mw` is the text "120 kW", a number is expected
      --> scenario.toml:13:19
       |
    13 | import_limit_mw = "120 kW"
       |                   ^^^^^^^^ expected a number
       |
       = help: the unit is part of the key: write `import_limit_mw = 0.12` (MW)

    1 mistake found
    "##);
}

#[test]
fn a_number_in_quotes_is_answered_without() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", r#"import_limit_mw = "120""#), @r##"
    error[wrong-type]: `import_limit_mw` is the text "120", a number is expected
      --> scenario.toml:13:19
       |
    13 | import_limit_mw = "120"
       |                   ^^^^^ expected a number
       |
       = help: write it without quotes: `import_limit_mw = 120`

    1 mistake found
    "##);
}

#[test]
fn not_a_number_and_infinity_are_refused() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", "import_limit_mw = inf\ndelivery_adder_usd_per_mwh = nan"), @r##"
    error[out-of-range]: `import_limit_mw` is infinite or too large to be held
      --> scenario.toml:13:19
       |
    13 | import_limit_mw = inf
       |                   ^^^ not a finite number
       |
       = help: `import_limit_mw`: Largest power the connection can draw, MW

    error[out-of-range]: `delivery_adder_usd_per_mwh` is `nan`, a number is expected
      --> scenario.toml:14:30
       |
    14 | delivery_adder_usd_per_mwh = nan
       |                              ^^^ not a finite number
       |
       = help: `delivery_adder_usd_per_mwh`: Delivery charge on top of the market price, USD/MWh

    2 mistakes found
    "##);
}

#[test]
fn a_fraction_is_no_whole_number() {
    insta::assert_snapshot!(bad(r#"mode = "sampled""#, "hashes_per_block = 1.5"), @r##"
    error[wrong-type]: `hashes_per_block` is 1.5, a whole number is expected
     --> scenario.toml:5:20
      |
    5 | hashes_per_block = 1.5
      |                    ^^^ not whole
      |
      = help: write 1 or 2
      = help: `hashes_per_block`: Hashes a block costs on average

    1 mistake found
    "##);
}

#[test]
fn a_negative_seed_is_out_of_range() {
    insta::assert_snapshot!(bad("start =", "seed = -1\nstart ="), @r##"
    error[out-of-range]: `seed` is -1, allowed is at least 0
     --> scenario.toml:2:8
      |
    2 | seed = -1
      |        ^^ too small
      |
      = help: `seed`: Seed of every random stream

    1 mistake found
    "##);
}

#[test]
fn a_misspelt_choice_is_answered_with_the_nearest() {
    insta::assert_snapshot!(bad(r#""sampled""#, r#""samplde""#), @r##"
    error[unknown-value]: `mode` is the text "samplde", allowed are `hash` and `sampled`
     --> scenario.toml:5:8
      |
    5 | mode = "samplde"
      |        ^^^^^^^^^ unknown
      |
      = help: did you mean `sampled`?

    1 mistake found
    "##);
}

#[test]
fn an_unknown_choice_lists_all_with_what_they_are() {
    insta::assert_snapshot!(bad(r#""sampled""#, r#""quick""#), @r##"
    error[unknown-value]: `mode` is the text "quick", allowed are `hash` and `sampled`
     --> scenario.toml:5:8
      |
    5 | mode = "quick"
      |        ^^^^^^^ unknown
      |
      = help: `mode`: How blocks are found
      = help: `hash`: Real SHA-256d
      = help: `sampled`: Drawn from the same law

    1 mistake found
    "##);
}

#[test]
fn truth_in_quotes_is_answered_without() {
    insta::assert_snapshot!(bad("latitude_deg", r#"fibre = "true"
latitude_deg"#), @r##"
    error[wrong-type]: `fibre` is the text "true", `true` or `false` is expected
      --> scenario.toml:10:9
       |
    10 | fibre = "true"
       |         ^^^^^^ expected `true` or `false`
       |
       = help: write it without quotes: `fibre = true`

    1 mistake found
    "##);
}

#[test]
fn a_number_where_text_belongs_is_answered_with_quotes() {
    insta::assert_snapshot!(bad(r#"name = "good""#, "name = 2024"), @r##"
    error[wrong-type]: `name` is the number 2024, a text is expected
     --> scenario.toml:1:8
      |
    1 | name = 2024
      |        ^^^^ expected a text
      |
      = help: write it in quotes: `name = "2024"`

    1 mistake found
    "##);
}

#[test]
fn a_name_of_the_wrong_form_is_told_the_form() {
    insta::assert_snapshot!(bad(r#"name = "good""#, r#"name = "Good Name""#), @r##"
    error[out-of-range]: `name` is the text "Good Name", which is not of the form expected
     --> scenario.toml:1:8
      |
    1 | name = "Good Name"
      |        ^^^^^^^^^^^ not of this form
      |
      = help: `name`: Short name: lower-case letters, digits and `-`

    1 mistake found
    "##);
}

#[test]
fn an_empty_name_is_refused() {
    insta::assert_snapshot!(bad(r#"name = "texas""#, r#"name = """#), @r##"
    error[out-of-range]: `name` is empty
     --> scenario.toml:9:8
      |
    9 | name = ""
      |        ^^ too short
      |
      = help: `name`: Name, unique among the sites

    1 mistake found
    "##);
}

#[test]
fn a_day_that_does_not_exist_is_told_the_days_that_do() {
    insta::assert_snapshot!(bad("2024-01-01", r#""2023-02-29""#), @r##"
    error[bad-date]: `start` is no date: 2023-02 has the days 1 to 28
     --> scenario.toml:2:9
      |
    2 | start = "2023-02-29"
      |         ^^^^^^^^^^^^ not a date
      |
      = help: write year-month-day, for example `2024-01-01`
      = help: `start`: First simulated day, UTC

    1 mistake found
    "##);
}

#[test]
fn a_month_that_does_not_exist_is_no_date() {
    insta::assert_snapshot!(bad("2024-01-01", r#""2023-13-01""#), @r##"
    error[bad-date]: `start` is no date: there is no month 13
     --> scenario.toml:2:9
      |
    2 | start = "2023-13-01"
      |         ^^^^^^^^^^^^ not a date
      |
      = help: write year-month-day, for example `2024-01-01`
      = help: `start`: First simulated day, UTC

    1 mistake found
    "##);
}

#[test]
fn a_time_is_more_than_a_date() {
    insta::assert_snapshot!(bad("2024-01-01", "2024-01-01T00:00:00Z"), @r##"
    error[bad-date]: `start` is no date: `2024-01-01T00:00:00Z` is not of the form `YYYY-MM-DD`
     --> scenario.toml:2:9
      |
    2 | start = 2024-01-01T00:00:00Z
      |         ^^^^^^^^^^^^^^^^^^^^ not a date
      |
      = help: write year-month-day, for example `2024-01-01`
      = help: `start`: First simulated day, UTC

    1 mistake found
    "##);
}

#[test]
fn a_year_is_less_than_a_date() {
    insta::assert_snapshot!(bad("2024-01-01", "2024"), @r##"
    error[wrong-type]: `start` is the number 2024, a date is expected
     --> scenario.toml:2:9
      |
    2 | start = 2024
      |         ^^^^ expected a date
      |
      = help: write year-month-day, for example `2024-01-01`
      = help: `start`: First simulated day, UTC

    1 mistake found
    "##);
}

#[test]
fn a_day_beyond_all_horizons_is_out_of_range() {
    insta::assert_snapshot!(bad("2024-01-01", "3024-01-01"), @r##"
    error[out-of-range]: `start` is 3024-01-01, allowed are the years 2009 to 2200
     --> scenario.toml:2:9
      |
    2 | start = 3024-01-01
      |         ^^^^^^^^^^ out of range
      |
      = help: `start`: First simulated day, UTC

    1 mistake found
    "##);
}

#[test]
fn single_brackets_for_one_of_many_are_doubled() {
    insta::assert_snapshot!(bad("[[sites]]", "[sites]"), @r##"
    error[wrong-type]: `sites` is a table, a list of tables is expected
     --> scenario.toml:8:1
      |
    8 | [sites]
      | ^^^^^^^ expected a list of tables
      |
      = help: there may be several: write `[[sites]]` with double brackets
      = help: `sites`: Candidate sites

    1 mistake found
    "##);
}

#[test]
fn double_brackets_for_the_only_one_are_singled() {
    insta::assert_snapshot!(bad("[bitcoin]", "[[bitcoin]]"), @r##"
    error[wrong-type]: `bitcoin` is a list, a table is expected
     --> scenario.toml:4:1
      |
    4 | [[bitcoin]]
      | ^^^^^^^^^^^ expected a table
      |
      = help: there is only one: write `[bitcoin]` with single brackets
      = help: `bitcoin`: The chain and the price

    1 mistake found
    "##);
}

#[test]
fn a_list_has_as_many_entries_as_it_should() {
    insta::assert_snapshot!(bad("latitude_deg", "price_usd_per_mwh = [1, 2, 3]\nlatitude_deg"), @r##"
    error[out-of-range]: `price_usd_per_mwh` has 3 entries, exactly 4 are expected
      --> scenario.toml:10:21
       |
    10 | price_usd_per_mwh = [1, 2, 3]
       |                     ^^^^^^^^^
       |
       = help: `price_usd_per_mwh`: Market price of energy, USD/MWh, for each quarter

    1 mistake found
    "##);
}

#[test]
fn entries_of_a_list_are_counted_from_one() {
    insta::assert_snapshot!(bad("latitude_deg", "wet_months = [1, 0, 4, 13]\nlatitude_deg"), @r##"
    error[out-of-range]: entry 2 of `wet_months` is 0, allowed is 1 to 12 (months)
      --> scenario.toml:10:18
       |
    10 | wet_months = [1, 0, 4, 13]
       |                  ^ too small

    error[out-of-range]: entry 4 of `wet_months` is 13, allowed is 1 to 12 (months)
      --> scenario.toml:10:24
       |
    10 | wet_months = [1, 0, 4, 13]
       |                        ^^ too large

    2 mistakes found
    "##);
}

#[test]
fn a_free_table_checks_its_values() {
    insta::assert_snapshot!(bad("[bitcoin]", r#"[rents]
H100 = 2.5
A100 = "cheap"

[bitcoin]"#), @r##"
    error[wrong-type]: `A100` is the text "cheap", a number is expected
     --> scenario.toml:6:8
      |
    6 | A100 = "cheap"
      |        ^^^^^^^ expected a number

    1 mistake found
    "##);
}

#[test]
fn no_sites_are_too_few() {
    insta::assert_snapshot!(messages(r#"name = "none"
start = 2024-01-01
sites = []
[bitcoin]
price = { kind = "constant", price_usd = 1 }
"#), @r##"
    error[out-of-range]: `sites` is empty, at least 1 is expected
     --> scenario.toml:3:9
      |
    3 | sites = []
      |         ^^
      |
      = help: `sites`: Candidate sites

    1 mistake found
    "##);
}

#[test]
fn many_mistakes_of_one_file_come_together_in_its_order() {
    insta::assert_snapshot!(messages(r#"# Mistakes of every sort.
name = "Bad"
start = "soon"
seeed = 4

[bitcoin]
mode = "real"
price = { kind = "gbm", volatility = 60 }

[[sites]]
name = "texas"
latitude_deg = 132.4
fiber = true

[sites.grid]
import_limit_gw = 0.1
"#), @r##"
    error[out-of-range]: `name` is the text "Bad", which is not of the form expected
     --> scenario.toml:2:8
      |
    2 | name = "Bad"
      |        ^^^^^ not of this form
      |
      = help: `name`: Short name: lower-case letters, digits and `-`

    error[bad-date]: `start` is no date: `soon` is not of the form `YYYY-MM-DD`
     --> scenario.toml:3:9
      |
    3 | start = "soon"
      |         ^^^^^^ not a date
      |
      = help: write year-month-day, for example `2024-01-01`
      = help: `start`: First simulated day, UTC

    error[unknown-key]: `seeed` is not a key of the scenario
     --> scenario.toml:4:1
      |
    4 | seeed = 4
      | ^^^^^ unknown key
      |
      = help: did you mean `seed`?

    error[unknown-value]: `mode` is the text "real", allowed are `hash` and `sampled`
     --> scenario.toml:7:8
      |
    7 | mode = "real"
      |        ^^^^^^ unknown
      |
      = help: `mode`: How blocks are found
      = help: `hash`: Real SHA-256d
      = help: `sampled`: Drawn from the same law

    error[missing-key]: `bitcoin.price` lacks `initial_usd`
     --> scenario.toml:8:9
      |
    8 | price = { kind = "gbm", volatility = 60 }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ in this table
      |
      = help: add `initial_usd = …`, 0 to 1e9 (USD): Price on the first day, USD

    error[out-of-range]: `volatility` is 60, allowed is 0 to 5
     --> scenario.toml:8:38
      |
    8 | price = { kind = "gbm", volatility = 60 }
      |                                      ^^ too large
      |
      = help: `volatility`: Volatility, per square root of a year

    error[out-of-range]: `latitude_deg` is 132.4, allowed is -90 to 90 (degrees)
      --> scenario.toml:12:16
       |
    12 | latitude_deg = 132.4
       |                ^^^^^ too large
       |
       = help: `latitude_deg`: Latitude, degrees north

    error[unknown-key]: `fiber` is not a key of `sites.texas`
      --> scenario.toml:13:1
       |
    13 | fiber = true
       | ^^^^^ unknown key
       |
       = help: did you mean `fibre`?

    error[unknown-key]: `import_limit_gw` is not a key of `sites.texas.grid`
      --> scenario.toml:16:1
       |
    16 | import_limit_gw = 0.1
       | ^^^^^^^^^^^^^^^ this key is in MW
       |
       = help: write `import_limit_mw = 100` (0.1 GW is 100 MW)

    9 mistakes found
    "##);
}
