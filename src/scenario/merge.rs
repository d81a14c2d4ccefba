//! One tree on top of another: what `extends` means.
//!
//! - Tables merge key by key; but where both have a `kind` and the kinds differ, the table is replaced, so that no
//!   key of the old kind is left behind.
//! - Arrays of tables with a `name` merge by name: the same name merges, a new one is appended, and an entry with
//!   `remove = true` drops the inherited one. An empty list empties the inherited one.
//! - Everything else is replaced.

use super::diagnostics::{Diagnostic, Diagnostics};
use super::tree::{Entry, Node, Table, Value};

/// `over` on top of `base`.
pub fn merge(base: Node, over: Node) -> Node {
    let origin = over.origin;
    let value = match (base.value, over.value) {
        (Value::Table(base), Value::Table(over)) if !kind_changes(&base, &over) => {
            Value::Table(merge_tables(base, over))
        }
        (Value::Array(base), Value::Array(over)) if !over.is_empty() && named(&base) && named(&over) => {
            Value::Array(merge_by_name(base, over))
        }
        (_, over) => over,
    };
    Node { value, origin }
}

/// Reports every `remove` that is left after merging, and drops the entries: there was nothing to remove.
pub fn report_leftover_removals(node: &mut Node, out: &mut Diagnostics) {
    match &mut node.value {
        Value::Table(table) => {
            for entry in table.values_mut() {
                report_leftover_removals(&mut entry.node, out);
            }
        }
        Value::Array(elements) => {
            let names: Vec<String> = elements.iter().filter(|e| !removes(e)).filter_map(name_of).collect();
            for element in elements.iter().filter(|e| removes(e)) {
                out.push(nothing_to_remove(element, &names));
            }
            elements.retain(|e| !removes(e));
            for element in elements {
                report_leftover_removals(element, out);
            }
        }
        _ => {}
    }
}

fn kind_changes(base: &Table, over: &Table) -> bool {
    match (base.get("kind"), over.get("kind")) {
        (Some(base), Some(over)) => base.node.value != over.node.value,
        _ => false,
    }
}

fn merge_tables(mut base: Table, over: Table) -> Table {
    for (key, entry) in over {
        let merged = match base.remove(&key) {
            Some(old) => Entry { key: entry.key, node: merge(old.node, entry.node) },
            None => entry,
        };
        base.insert(key, merged);
    }
    base
}

/// Each entry of `over` meets the inherited entry of its name at most once, so that a name given twice in one file
/// stays twice and is reported later.
fn merge_by_name(base: Vec<Node>, over: Vec<Node>) -> Vec<Node> {
    let mut slots: Vec<(Option<Node>, bool)> = base.into_iter().map(|node| (Some(node), true)).collect();
    for entry in over {
        let inherited = slots
            .iter_mut()
            .find(|(slot, inherited)| *inherited && slot.as_ref().is_some_and(|node| name_of(node) == name_of(&entry)));
        match inherited {
            Some(slot) if removes(&entry) => *slot = (None, false),
            Some(slot) => *slot = (slot.0.take().map(|old| merge(old, entry)), false),
            None => slots.push((Some(entry), false)),
        }
    }
    slots.into_iter().filter_map(|(slot, _)| slot).collect()
}

fn named(elements: &[Node]) -> bool {
    elements.iter().all(|e| e.name().is_some())
}

fn name_of(node: &Node) -> Option<String> {
    node.name().map(|(name, _)| name.to_owned())
}

fn removes(node: &Node) -> bool {
    node.get("remove").is_some_and(|n| n.value == Value::Boolean(true))
}

fn nothing_to_remove(element: &Node, names: &[String]) -> Diagnostic {
    let (name, origin) = element.name().map_or(("", &element.origin), |(name, origin)| (name, origin));
    let inherited = match names {
        [] => "nothing of that kind is inherited: delete this entry".to_owned(),
        names => format!("the entries are: {}", super::validate::suggest::code_list(names)),
    };
    Diagnostic::new("nothing-to-remove", format!("`remove = true`, but no entry named `{name}` is inherited"))
        .at(origin, "not in the file this one extends")
        .help(inherited)
}
