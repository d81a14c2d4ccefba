//! Tables: unknown keys, missing keys, which variant a `kind` means.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::shape::{self, Fields, Shape, Variant};
use super::suggest::{self, code_list, header};
use super::{MISSING, Place, Walk};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::tree::{Entry, Node, Table, Value};

/// Most keys that are listed in a help line.
const LISTED: usize = 16;
/// How deep tables are searched for a key that stands in the wrong one.
const SEARCH_DEPTH: usize = 6;

/// The variant a table is one of, and its siblings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen<'a, 's> {
    tag: &'s str,
    name: &'s str,
    all: &'a [Variant<'s>],
}

impl<'s> Walk<'s> {
    pub(super) fn table(
        &mut self,
        fields: &Fields<'s>,
        chosen: Option<Chosen<'_, 's>>,
        node: &mut Node,
        place: &Place,
    ) {
        let origin = node.origin.clone();
        let Value::Table(table) = &mut node.value else { return };
        let mut meant: BTreeSet<String> = BTreeSet::new();
        for (key, entry) in table.iter_mut() {
            match fields.keys.get(key.as_str()).copied().or(fields.others) {
                Some(json) => self.node(json, &mut entry.node, &place.key(key)),
                None => meant.extend(self.unknown(key, entry, fields, chosen, place)),
            }
        }
        let missing: Vec<&str> = fields
            .required
            .iter()
            .filter(|key| !table.contains_key(**key) && !meant.contains(**key))
            .copied()
            .collect();
        if missing.is_empty() {
            return;
        }
        let diagnostic = self.missing(&missing, fields, place).at(&origin, "in this table");
        // The kind may come from another file or the command line than the table.
        let tag = chosen.and_then(|c| table.get(c.tag)).filter(|tag| tag.node.origin.source != origin.source);
        self.push(match tag {
            Some(tag) => diagnostic.at(&tag.node.origin, "needed because of this"),
            None => diagnostic,
        });
    }

    pub(super) fn tagged(&mut self, tag: &'s str, variants: &[Variant<'s>], node: &mut Node, place: &Place) {
        let origin = node.origin.clone();
        let Some(table) = node.as_table() else { return };
        let Some(kind) = table.get(tag).map(|entry| &entry.node) else {
            let diagnostic = no_tag(tag, variants, table, place).at(&origin, "in this table");
            return self.push(diagnostic);
        };
        match variants.iter().find(|v| kind.as_text() == Some(v.name)) {
            Some(variant) => {
                let chosen = Chosen { tag, name: variant.name, all: variants };
                self.table(&variant.fields, Some(chosen), node, place);
            }
            None => self.push(unknown_tag(tag, variants, kind)),
        }
    }

    /// Reports an unknown key and gives the required key it surely means.
    fn unknown(
        &mut self,
        key: &str,
        entry: &Entry,
        fields: &Fields<'s>,
        chosen: Option<Chosen<'_, 's>>,
        place: &Place,
    ) -> Option<String> {
        let table = match chosen {
            Some(chosen) => format!("`{}` with `{} = \"{}\"`", place.path, chosen.tag, chosen.name),
            None => place.name(),
        };
        let diagnostic = Diagnostic::new("unknown-key", format!("`{key}` is not a key of {table}"));
        if let Some(other) = chosen.and_then(|c| c.all.iter().find(|v| v.fields.keys.contains_key(key))) {
            let tag = chosen.map_or("kind", |c| c.tag);
            self.push(
                diagnostic
                    .at(&entry.key, format!("only where `{tag} = \"{}\"`", other.name))
                    .help(format!("remove it, or choose `{tag} = \"{}\"`", other.name)),
            );
            return None;
        }
        if let Some(proposal) = suggest::for_key(key, &entry.node, fields.keys.keys().copied()) {
            self.push(diagnostic.at(&entry.key, proposal.label).help(proposal.help));
            return proposal.key;
        }
        let homes = self.homes(key);
        let diagnostic = diagnostic.at(&entry.key, "unknown key");
        self.push(match homes.as_slice() {
            [] => diagnostic.help(keys_help(fields)),
            homes => diagnostic.help(format!("it is a key of {}: move it there", suggest::either(homes))),
        });
        None
    }

    fn missing(&self, missing: &[&str], fields: &Fields<'s>, place: &Place) -> Diagnostic {
        let table = place.name();
        let mut diagnostic = Diagnostic::new(MISSING, format!("{table} lacks {}", code_list(missing)));
        for key in missing {
            let json = fields.keys.get(key).copied().unwrap_or(&Json::Null);
            let about = shape::first_sentence(shape::description(self.schema, json));
            let about = if about.is_empty() { "required".to_owned() } else { about };
            diagnostic = diagnostic.help(format!("{}: {about}", self.how_to_write(key, json)));
        }
        diagnostic
    }

    /// The line that would give a key, as far as the schema tells.
    fn how_to_write(&self, key: &str, json: &'s Json) -> String {
        match shape::shape(self.schema, json) {
            Shape::Table(_) => format!("add `[{key}]`"),
            Shape::Tagged { tag, variants } => match variants.first() {
                Some(first) => format!("add `{key} = {{ {tag} = \"{}\", … }}`", first.name),
                None => format!("add `{key}`"),
            },
            Shape::List(list) => match list.rest.map(|item| shape::shape(self.schema, item)) {
                Some(Shape::Table(_) | Shape::Tagged { .. }) => format!("add `[[{key}]]`"),
                _ => format!("add `{key} = [ … ]`"),
            },
            Shape::Choice(choices) => {
                let values: Vec<String> = choices.iter().map(|(value, _)| format!("\"{value}\"")).collect();
                format!("add `{key} = {}`", values.join(" | "))
            }
            Shape::Number(bounds) | Shape::Integer(bounds) => {
                format!("add `{key} = …`, {}", super::values::allowed(key, &bounds))
            }
            Shape::Date => format!("add `{key} = 2024-01-01`"),
            Shape::Text(_) => format!("add `{key} = \"…\"`"),
            _ => format!("add `{key} = …`"),
        }
    }

    /// The tables of the whole scenario that have this key, at most three.
    fn homes(&self, key: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.search(key, self.schema.root(), &mut Vec::new(), &mut found);
        found.sort();
        found.dedup();
        found.truncate(3);
        found
    }

    fn search(&self, key: &str, json: &'s Json, path: &mut Vec<String>, found: &mut Vec<String>) {
        if path.len() > SEARCH_DEPTH {
            return;
        }
        match shape::shape(self.schema, json) {
            Shape::Table(fields) => self.search_fields(key, &fields, path, found),
            Shape::Tagged { variants, .. } => {
                for variant in &variants {
                    self.search_fields(key, &variant.fields, path, found);
                }
            }
            Shape::List(list) => {
                if let Some(item) = list.rest {
                    self.search(key, item, path, found);
                }
            }
            _ => {}
        }
    }

    fn search_fields(&self, key: &str, fields: &Fields<'s>, path: &mut Vec<String>, found: &mut Vec<String>) {
        if fields.keys.contains_key(key) {
            found.push(if path.is_empty() { "the top of the file".to_owned() } else { header(path) });
        }
        for (name, json) in &fields.keys {
            path.push((*name).to_owned());
            self.search(key, json, path, found);
            path.pop();
        }
    }
}

fn keys_help(fields: &Fields<'_>) -> String {
    let keys: Vec<&str> = fields.keys.keys().copied().collect();
    match keys.len() {
        0 => "this table has no keys".to_owned(),
        1..=LISTED => format!("its keys are {}", code_list(&keys)),
        n => format!("its keys are {} and {} more", suggest::code_commas(&keys[..LISTED]), n - LISTED),
    }
}

fn no_tag(tag: &str, variants: &[Variant<'_>], table: &Table, place: &Place) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(MISSING, format!("{} lacks `{tag}`", place.name()));
    for variant in fitting(variants, table) {
        diagnostic = diagnostic.help(variant_help(tag, variant));
    }
    diagnostic
}

/// The variants that have all keys of the table; all of them where none has.
fn fitting<'a, 's>(variants: &'a [Variant<'s>], table: &Table) -> Vec<&'a Variant<'s>> {
    let has_all = |v: &&Variant<'s>| table.keys().all(|k| v.fields.keys.contains_key(k.as_str()));
    let fitting: Vec<_> = variants.iter().filter(has_all).collect();
    if fitting.is_empty() { variants.iter().collect() } else { fitting }
}

fn unknown_tag(tag: &str, variants: &[Variant<'_>], kind: &Node) -> Diagnostic {
    let names: Vec<&str> = variants.iter().map(|v| v.name).collect();
    let near = kind.as_text().map(|given| suggest::nearest(given, names.iter().copied()));
    let diagnostic =
        Diagnostic::new("unknown-value", format!("`{tag}` is {}, allowed are {}", kind.describe(), code_list(&names)))
            .at(&kind.origin, "unknown");
    match near.as_ref().and_then(|n| n.first()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => variants.iter().fold(diagnostic, |d, v| d.help(variant_help(tag, v))),
    }
}

fn variant_help(tag: &str, variant: &Variant<'_>) -> String {
    match shape::first_sentence(variant.description) {
        about if about.is_empty() => format!("write `{tag} = \"{}\"`", variant.name),
        about => format!("write `{tag} = \"{}\"`: {about}", variant.name),
    }
}
