//! Stand-in for the cross-field checks: the lead's file replaces this one.

use super::model::Scenario;
use super::report::Report;

/// Reports what no single key shows.
pub fn check(scenario: &mut Scenario, report: &mut Report<'_>) {
    if scenario.name.trim().is_empty() {
        report.key("name", "the name is blank", "write `name = \"my-scenario\"`");
    }
}
