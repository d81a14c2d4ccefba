//! Values of the wrong type or out of range.

use crate::scenario::test_scenario::bad;

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
