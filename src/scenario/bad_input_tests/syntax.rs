//! What is not TOML.

use crate::scenario::test_scenario::bad;

#[test]
fn a_number_with_its_unit_behind_is_answered_with_the_number_alone() {
    insta::assert_snapshot!(bad("import_limit_mw = 100", "import_limit_mw = 50 MW"), @r##"
    error[syntax]: `50 MW` is neither a number nor text in quotes
      --> scenario.toml:13:19
       |
    13 | import_limit_mw = 50 MW
       |                   ^^^^^ here
       |
       = help: write the number alone, `50`: the unit is part of the key

    1 mistake found
    "##);
}

#[test]
fn text_without_quotes_is_answered_with_quotes() {
    insta::assert_snapshot!(bad(r#"mode = "sampled""#, "mode = sampled"), @r##"
    error[syntax]: `sampled` is neither a number nor text in quotes
     --> scenario.toml:5:8
      |
    5 | mode = sampled
      |        ^^^^^^^ here
      |
      = help: write text in quotes: `"sampled"`

    1 mistake found
    "##);
}

#[test]
fn yes_and_no_are_true_and_false() {
    insta::assert_snapshot!(bad("latitude_deg", "fibre = yes\nlatitude_deg"), @r##"
    error[syntax]: `yes` is neither a number nor text in quotes
      --> scenario.toml:10:9
       |
    10 | fibre = yes
       |         ^^^ here
       |
       = help: write `true`

    1 mistake found
    "##);
}

#[test]
fn a_key_given_twice_is_one_mistake() {
    insta::assert_snapshot!(bad("start = 2024-01-01", "start = 2024-01-01\nstart = 2025-01-01"), @r##"
    error[syntax]: `start` is given twice
     --> scenario.toml:3:1
      |
    3 | start = 2025-01-01
      | ^^^^^ the second
      |
      = help: each key and each table is given once: remove one, or merge the two

    1 mistake found
    "##);
}

#[test]
fn several_syntax_errors_are_reported_together_with_what_is_surely_wrong_elsewhere() {
    insta::assert_snapshot!(bad("start = 2024-01-01", r"start == 2024-01-01
seed = 1 2
price = 3"), @r##"
    error[syntax]: this is not TOML: extra `=`, expected nothing
     --> scenario.toml:2:8
      |
    2 | start == 2024-01-01
      |        ^ here

    error[syntax]: `1 2` is neither a number nor text in quotes
     --> scenario.toml:3:8
      |
    3 | seed = 1 2
      |        ^^^ here
      |
      = help: write text in quotes: `"1 2"`

    2 mistakes found
    "##);
}

#[test]
fn below_a_broken_header_nothing_is_called_wrong() {
    insta::assert_snapshot!(bad("[[sites]]", "[[sites"), @r##"
    error[syntax]: this is not TOML: unclosed array table, expected `]]`
     --> scenario.toml:8:8
      |
    8 | [[sites
      |        ^ here

    1 mistake found
    "##);
}

#[test]
fn a_whole_number_that_cannot_be_held_is_refused() {
    insta::assert_snapshot!(bad("start =", "seed = 99999999999999999999\nstart ="), @r##"
    error[out-of-range]: this whole number has too many digits
     --> scenario.toml:2:8
      |
    2 | seed = 99999999999999999999
      |        ^^^^^^^^^^^^^^^^^^^^ cannot be held
      |
      = help: whole numbers go from -9223372036854775808 to 9223372036854775807

    1 mistake found
    "##);
}
