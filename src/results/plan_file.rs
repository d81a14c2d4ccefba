//! plan.toml: a plan as a scenario that extends the one it answers, so that `run` simulates it.

use std::path::{Component, Path, PathBuf};

use toml::{Table, Value};

use crate::placement::answer::{Answer, PlannedStep};
use crate::scenario::Scenario;
use crate::scenario::model::Policy;

/// The scenario of a plan as TOML.
///
/// `extends` is the file the plan's `scenario` was read from, as the new file names it, and `base` what that file says
/// without the overrides of the command line (`None` where it is not sound without them): what differs is written out.
///
/// # Errors
/// When a value cannot be written as TOML.
pub fn plan_toml(
    scenario: &Scenario,
    base: Option<&Scenario>,
    extends: &str,
    answer: &Answer,
) -> Result<String, toml::ser::Error> {
    let mut planned = scenario.clone();
    planned.name = format!("{}-plan", scenario.name);
    planned.placement.policy = Policy::Fixed;
    planned.plan = answer.plan.iter().map(PlannedStep::entry).collect();
    planned.placement.internal_co2_price = answer.internal_co2_price();
    let whole = Value::try_from(&planned)?;
    let inherited = base.map(Value::try_from).transpose()?.unwrap_or_else(|| Value::Table(Table::new()));
    let mut table = match difference(&inherited, &whole) {
        Some(Value::Table(table)) => table,
        _ => Table::new(),
    };
    table.insert("extends".to_owned(), extends.into());
    // Named even where the base says the same: this file is about them.
    table.insert("plan".to_owned(), Value::try_from(&planned.plan)?);
    let fixed = table.entry("placement").or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(placement) = fixed {
        placement.insert("policy".to_owned(), "fixed".into());
        // Said too where it is none: the base may have one of its own.
        if answer.co2.is_some() || !scenario.placement.internal_co2_price.is_empty() {
            let price = Value::try_from(&planned.placement.internal_co2_price)?;
            placement.insert("internal_co2_price".to_owned(), price);
        }
    }
    Ok(format!(
        "# The plan of `hashwatt place` as a scenario: `hashwatt run` simulates it.\n{}",
        toml::to_string(&table)?
    ))
}

/// What must be laid over `base`, by the rules of `extends`, to make it `whole`; `None` for nothing.
fn difference(base: &Value, whole: &Value) -> Option<Value> {
    match (base, whole) {
        (base, whole) if base == whole => None,
        (Value::Table(base), Value::Table(whole)) if base.get("kind") == whole.get("kind") => {
            let differs = |(key, value): (&String, &Value)| {
                let value = base.get(key).map_or_else(|| Some(value.clone()), |old| difference(old, value))?;
                Some((key.clone(), value))
            };
            Some(Value::Table(whole.iter().filter_map(differs).collect()))
        }
        (Value::Array(base), Value::Array(whole)) if !whole.is_empty() && named(base) && named(whole) => {
            Some(Value::Array(whole.iter().filter_map(|entry| named_difference(base, entry)).collect()))
        }
        (_, whole) => Some(whole.clone()),
    }
}

/// What differs in the entry of the same name, with that name.
fn named_difference(base: &[Value], entry: &Value) -> Option<Value> {
    let Some(old) = base.iter().find(|b| b.get("name") == entry.get("name")) else {
        return Some(entry.clone());
    };
    let mut found = difference(old, entry)?;
    if let (Value::Table(table), Some(name)) = (&mut found, entry.get("name")) {
        table.insert("name".to_owned(), name.clone());
    }
    Some(found)
}

fn named(entries: &[Value]) -> bool {
    entries.iter().all(|e| e.get("name").is_some_and(Value::is_str))
}

/// How a file in `folder` names the file `target`: relative where both lie under a common folder, so that they may be
/// moved together, else absolute. Neither need exist, but where they do, links are followed first.
pub fn path_from(folder: &Path, target: &Path) -> String {
    let plain = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (folder_plain, target_plain) = (plain(folder), plain(target));
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let linked = real(&folder_plain) != folder_plain || real(&target_plain) != target_plain;
    let chosen = match relative(&folder_plain, &target_plain) {
        Some(path) if !linked => path,
        _ => real(&target_plain),
    };
    chosen.to_string_lossy().replace('\\', "/")
}

/// `None` where only the root is common.
fn relative(folder: &Path, target: &Path) -> Option<PathBuf> {
    let (folder, target): (Vec<_>, Vec<_>) = (folder.components().collect(), target.components().collect());
    let common = folder.iter().zip(&target).take_while(|(a, b)| a == b).count();
    let shared = folder[..common].iter().any(|c| matches!(c, Component::Normal(_)));
    let up = std::iter::repeat_n(Component::ParentDir, folder.len() - common);
    shared.then(|| up.chain(target[common..].iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::Table(toml::from_str(text).unwrap())
    }

    #[test]
    fn only_what_differs_is_laid_over_the_base() {
        let base =
            value("a = 1\nb = 2\np = { kind = 'flat', x = 1 }\nsites = [{ name = 'u', m = 1 }, { name = 'v', m = 2 }]");
        let whole =
            value("a = 1\nb = 3\np = { kind = 'made', y = 1 }\nsites = [{ name = 'u', m = 1 }, { name = 'v', m = 5 }]");
        let want = value("b = 3\np = { kind = 'made', y = 1 }\nsites = [{ name = 'v', m = 5 }]");
        assert_eq!(difference(&base, &whole), Some(want));
        assert_eq!(difference(&base, &base), None);
    }

    #[test]
    fn files_under_a_common_folder_are_named_relative_to_each_other() {
        let name = |folder: &str, target: &str| path_from(Path::new(folder), Path::new(target));
        assert_eq!(name("/no/such/output/x", "/no/such/scenarios/a.toml"), "../../scenarios/a.toml");
        assert_eq!(name("/no/such/x", "/elsewhere/a.toml"), "/elsewhere/a.toml");
        assert_eq!(name("no/such/x", "a.toml"), "../../../a.toml");
    }
}
