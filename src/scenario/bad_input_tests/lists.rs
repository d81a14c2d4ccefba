//! Lists, free tables, and many mistakes at once.

use crate::scenario::test_scenario::{bad, messages};

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

    error[unknown-key]: `seeed` is not a key of the file
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

#[test]
fn control_characters_of_the_file_do_not_reach_the_terminal() {
    let text = bad("name = \"texas\"", "name = \"te\\u001b[31mxas\"\nfibre = 3\n\"fib\\u001b[31mre\" = true");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let text = bad("mode = \"sampled\"", "mode = \"\u{1b}[31m\"");
    assert!(!text.contains('\u{1b}'), "{text:?}");
}
