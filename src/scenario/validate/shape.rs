//! A JSON Schema as the walker sees it: what kind of value belongs here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::scenario::schema::Schema;

/// References followed before a schema counts as circular.
const MAX_REFERENCES: usize = 16;

/// What belongs at a place.
#[derive(Debug, Clone)]
pub enum Shape<'s> {
    /// Anything.
    Any,
    /// A table.
    Table(Fields<'s>),
    /// One of several tables, told apart by the text under the key `tag`.
    Tagged {
        /// The key, `kind`.
        tag: &'s str,
        /// Its values with the tables they stand for.
        variants: Vec<Variant<'s>>,
    },
    /// A list.
    List(List<'s>),
    /// A number.
    Number(Bounds),
    /// A whole number.
    Integer(Bounds),
    /// One of some whole numbers.
    IntegerOf(Vec<i64>),
    /// `true` or `false`.
    Boolean,
    /// A date `YYYY-MM-DD`.
    Date,
    /// Text.
    Text(Form<'s>),
    /// One of some texts, each with a description that may be empty.
    Choice(Vec<(&'s str, &'s str)>),
    /// Whatever fits one of these.
    OneOf(Vec<&'s Json>),
}

/// The keys of a table.
#[derive(Debug, Clone, Default)]
pub struct Fields<'s> {
    /// The schema of each key.
    pub keys: BTreeMap<&'s str, &'s Json>,
    /// Keys that must be given.
    pub required: BTreeSet<&'s str>,
    /// The schema of keys not listed; `None` where there may be none.
    pub others: Option<&'s Json>,
}

/// One of the tables of [`Shape::Tagged`].
#[derive(Debug, Clone)]
pub struct Variant<'s> {
    /// The text under the tag.
    pub name: &'s str,
    /// What the variant is.
    pub description: &'s str,
    /// Its keys, the tag among them.
    pub fields: Fields<'s>,
}

/// The elements of a list.
#[derive(Debug, Clone)]
pub struct List<'s> {
    /// Schemas of the first elements (a tuple); most often none.
    pub first: Vec<&'s Json>,
    /// Schema of the elements after those.
    pub rest: Option<&'s Json>,
    /// Fewest elements.
    pub min: usize,
    /// Most elements.
    pub max: usize,
}

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form<'s> {
    /// Fewest characters.
    pub min: usize,
    /// A regular expression for the whole of it.
    pub pattern: Option<&'s str>,
}

/// The range of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// The smallest value itself is not allowed.
    pub above_min: bool,
    /// The largest value itself is not allowed.
    pub below_max: bool,
}

impl Bounds {
    /// The value is in the range.
    pub fn contain(&self, value: f64) -> bool {
        let low = if self.above_min { value > self.min } else { value >= self.min };
        let high = if self.below_max { value < self.max } else { value <= self.max };
        low && high
    }
}

/// What belongs where this schema stands; `null` is left out, since TOML has none.
pub fn shape<'s>(schema: &'s Schema, json: &'s Json) -> Shape<'s> {
    let parts = parts(schema, json);
    let text = |key| parts.iter().find_map(|p| p.get(key)?.as_str());
    if let Some(options) = parts.iter().find_map(|p| options(p).filter(|o| o.len() > 1)) {
        return one_of(schema, options);
    }
    if let Some(choice) = choice(&parts) {
        return Shape::Choice(choice.into_iter().map(|value| (value, "")).collect());
    }
    match type_name(&parts) {
        Some("object") => Shape::Table(fields(schema, json)),
        Some("array") => Shape::List(list(&parts)),
        Some("number") => Shape::Number(bounds(&parts)),
        Some("integer") => match parts.iter().find_map(|p| integers(p)) {
            Some(allowed) => Shape::IntegerOf(allowed),
            None => Shape::Integer(bounds(&parts)),
        },
        Some("boolean") => Shape::Boolean,
        Some("string") if is_date(text("format"), text("pattern")) => Shape::Date,
        Some("string") => Shape::Text(Form { min: size(&parts, "minLength").unwrap_or(0), pattern: text("pattern") }),
        _ if parts.iter().any(|p| p.get("properties").is_some()) => Shape::Table(fields(schema, json)),
        _ => Shape::Any,
    }
}

/// The description of what stands here, that of the key before that of its type.
pub fn description<'s>(schema: &'s Schema, json: &'s Json) -> &'s str {
    parts(schema, json).iter().find_map(|p| p.get("description")?.as_str()).unwrap_or("")
}

/// The first sentence of a description, on one line, without its full stop.
pub fn first_sentence(description: &str) -> String {
    let paragraph = description.split("\n\n").next().unwrap_or("");
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let abbreviated = |before: &str| ["e.g", "i.e", "vs", "approx", "ca", "No"].iter().any(|a| before.ends_with(a));
    let end = line.match_indices(". ").map(|(i, _)| i).find(|&i| !abbreviated(&line[..i]));
    line[..end.unwrap_or(line.len())].trim_end_matches('.').to_owned()
}

/// The keys of a table, those of what it refers to among them.
pub fn fields<'s>(schema: &'s Schema, json: &'s Json) -> Fields<'s> {
    let parts = parts(schema, json);
    let mut fields = Fields::default();
    for part in &parts {
        for (key, value) in part.get("properties").and_then(Json::as_object).into_iter().flatten() {
            fields.keys.entry(key).or_insert(value);
        }
        let required = part.get("required").and_then(Json::as_array).into_iter().flatten();
        fields.required.extend(required.filter_map(Json::as_str));
    }
    let others = parts.iter().find_map(|p| p.get("additionalProperties"));
    fields.others = match others {
        Some(Json::Bool(false)) => None,
        Some(other) => Some(other),
        None if fields.keys.is_empty() => Some(&Json::Bool(true)),
        None => None,
    };
    fields
}

/// A schema with everything it refers to: itself first.
fn parts<'s>(schema: &'s Schema, json: &'s Json) -> Vec<&'s Json> {
    let mut found = Vec::new();
    let mut open = vec![json];
    while let Some(part) = open.pop() {
        found.push(part);
        if found.len() > MAX_REFERENCES {
            break;
        }
        let referred = part.get("$ref").and_then(Json::as_str).and_then(|r| schema.resolve(r));
        open.extend(referred);
        let all = part.get("allOf").and_then(Json::as_array).into_iter().flatten();
        open.extend(all.rev());
        // An option of one thing is that thing: TOML has no null.
        if let Some([one]) = options(part).as_deref() {
            open.push(one);
        }
    }
    found
}

/// The options of a choice, without `null`.
fn options(part: &Json) -> Option<Vec<&Json>> {
    let options = part.get("anyOf").or_else(|| part.get("oneOf"))?.as_array()?;
    let null = |o: &&Json| o.get("type").and_then(Json::as_str) == Some("null");
    Some(options.iter().filter(|o| !null(o)).collect())
}

fn type_name<'s>(parts: &[&'s Json]) -> Option<&'s str> {
    parts.iter().find_map(|p| match p.get("type")? {
        Json::String(name) => Some(name.as_str()),
        Json::Array(names) => names.iter().filter_map(Json::as_str).find(|n| *n != "null"),
        _ => None,
    })
}

/// The whole numbers of an `enum`.
fn integers(part: &Json) -> Option<Vec<i64>> {
    part.get("enum")?.as_array()?.iter().map(Json::as_i64).collect()
}

/// The texts of an `enum` or `const`; none where they are numbers.
fn choice<'s>(parts: &[&'s Json]) -> Option<Vec<&'s str>> {
    parts.iter().find_map(|p| {
        if let Some(values) = p.get("enum").and_then(Json::as_array) {
            return values.iter().map(Json::as_str).collect();
        }
        Some(vec![p.get("const")?.as_str()?])
    })
}

fn one_of<'s>(schema: &'s Schema, options: Vec<&'s Json>) -> Shape<'s> {
    texts(schema, &options).map(Shape::Choice).or_else(|| tagged(schema, &options)).unwrap_or(Shape::OneOf(options))
}

/// All options are texts.
fn texts<'s>(schema: &'s Schema, options: &[&'s Json]) -> Option<Vec<(&'s str, &'s str)>> {
    let mut all = Vec::new();
    for option in options {
        let values = choice(&parts(schema, option))?;
        let about = if values.len() == 1 { description(schema, option) } else { "" };
        all.extend(values.into_iter().map(|value| (value, about)));
    }
    Some(all)
}

/// All options are tables with a constant under the same key.
fn tagged<'s>(schema: &'s Schema, options: &[&'s Json]) -> Option<Shape<'s>> {
    let tables: Vec<(Fields<'s>, &Json)> = options.iter().map(|o| (fields(schema, o), *o)).collect();
    let constant = |fields: &Fields<'s>, key: &str| match choice(&[fields.keys.get(key)?])?.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let (first, _) = tables.first()?;
    let is_tag = |key: &&&str| tables.iter().all(|(fields, _)| constant(fields, key).is_some());
    let tag = *first.keys.keys().find(is_tag)?;
    let variants = tables.into_iter().filter_map(|(fields, option)| {
        Some(Variant { name: constant(&fields, tag)?, description: description(schema, option), fields })
    });
    Some(Shape::Tagged { tag, variants: variants.collect() })
}

fn list<'s>(parts: &[&'s Json]) -> List<'s> {
    let get = |key| parts.iter().find_map(|p| p.get(key));
    let items = get("items");
    let tuple = items.and_then(Json::as_array).or_else(|| get("prefixItems")?.as_array());
    List {
        first: tuple.into_iter().flatten().collect(),
        rest: if tuple.is_some() { get("additionalItems") } else { items },
        min: size(parts, "minItems").unwrap_or(0),
        max: size(parts, "maxItems").unwrap_or(usize::MAX),
    }
}

fn size(parts: &[&Json], key: &str) -> Option<usize> {
    parts.iter().find_map(|p| p.get(key)?.as_u64()).map(|n| n as usize)
}

/// The tightest of the bounds given and of the integer type's own.
fn bounds(parts: &[&Json]) -> Bounds {
    let mut bounds = Bounds { min: f64::NEG_INFINITY, max: f64::INFINITY, above_min: false, below_max: false };
    for part in parts {
        let get = |key: &str| part.get(key).and_then(Json::as_f64);
        let (low, high) = part.get("format").and_then(Json::as_str).map_or((None, None), integer_range);
        for (min, open) in [(get("minimum"), false), (low, false), (get("exclusiveMinimum"), true)] {
            if let Some(min) = min.filter(|&m| m > bounds.min || (open && m == bounds.min)) {
                (bounds.min, bounds.above_min) = (min, open);
            }
        }
        for (max, open) in [(get("maximum"), false), (high, false), (get("exclusiveMaximum"), true)] {
            if let Some(max) = max.filter(|&m| m < bounds.max || (open && m == bounds.max)) {
                (bounds.max, bounds.below_max) = (max, open);
            }
        }
    }
    bounds
}

fn integer_range(format: &str) -> (Option<f64>, Option<f64>) {
    let signed = |bits: i32| (Some(-f64::from(2.0_f32).powi(bits)), Some(f64::from(2.0_f32).powi(bits) - 1.0));
    let unsigned = |bits: i32| (Some(0.0), Some(f64::from(2.0_f32).powi(bits) - 1.0));
    match format {
        "uint8" => unsigned(8),
        "uint16" => unsigned(16),
        "uint32" => unsigned(32),
        "uint64" | "uint" | "uint128" => (Some(0.0), None),
        "int8" => signed(7),
        "int16" => signed(15),
        "int32" => signed(31),
        _ => (None, None),
    }
}

fn is_date(format: Option<&str>, pattern: Option<&str>) -> bool {
    format == Some("date")
        || pattern.is_some_and(|p| p.contains(r"\d{4}-\d{2}-\d{2}") || p.contains("[0-9]{4}-[0-9]{2}-"))
}
