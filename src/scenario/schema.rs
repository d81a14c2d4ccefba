//! The JSON Schema of a scenario: generated from the types, so that it cannot differ from them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::model::Scenario;

/// The schema of a type, JSON Schema draft 7.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    root: Value,
}

impl Schema {
    /// The schema of what serde accepts for `T`.
    pub fn of<T: JsonSchema>() -> Self {
        let generator = SchemaSettings::draft07().for_deserialize().into_generator();
        Self { root: generator.into_root_schema_for::<T>().to_value() }
    }

    /// The schema of the whole file.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// What a `$ref` refers to.
    pub fn resolve(&self, reference: &str) -> Option<&Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// The schema for editors: as [`Schema::root`], but for files that may extend others. So no key is required,
    /// tables with a `kind` may leave it to the base, and `extends` and `remove` are keys.
    /// That something is missing only `hashwatt check` can tell.
    ///
    /// # Panics
    /// Never: a JSON value can always be printed.
    pub fn published(&self, title: &str) -> String {
        let mut root = self.root.clone();
        relax(&mut root);
        if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
            properties.remove("remove");
            properties.insert("extends".to_owned(), extends_schema());
        }
        if let Some(root) = root.as_object_mut() {
            root.insert("title".to_owned(), title.into());
        }
        let mut text = serde_json::to_string_pretty(&root).expect("a JSON value can be printed");
        text.push('\n');
        text
    }
}

/// The schema of the scenario file as it is checked in under `scenarios/`.
pub fn schema_json() -> String {
    Schema::of::<Scenario>().published("hashwatt scenario")
}

fn extends_schema() -> Value {
    serde_json::json!({
        "type": "string",
        "description": "Path of the scenario this one changes, relative to this file. Tables merge key by key, \
            lists of named entries by name (`remove = true` drops an inherited one), everything else is replaced."
    })
}

fn relax(schema: &mut Value) {
    match schema {
        Value::Array(elements) => elements.iter_mut().for_each(relax),
        Value::Object(object) => {
            object.values_mut().for_each(relax);
            if object.get("required").is_some_and(Value::is_array) {
                object.remove("required");
            }
            if let Some(variants) = object.get("oneOf").filter(|v| is_tagged(v)).cloned() {
                object.remove("oneOf");
                object.insert("anyOf".to_owned(), variants);
            }
            if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut)
                && properties.contains_key("name")
            {
                let remove = serde_json::json!({
                    "type": "boolean",
                    "description": "Drops the inherited entry of this name (only in a file that extends another)."
                });
                properties.entry("remove").or_insert(remove);
            }
        }
        _ => {}
    }
}

/// Variants that are tables, told apart by a key.
fn is_tagged(variants: &Value) -> bool {
    let is_table = |v: &Value| v.get("properties").is_some();
    variants.as_array().is_some_and(|v| v.iter().all(is_table))
}
