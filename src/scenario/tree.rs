//! A parsed TOML value in which each node remembers where it was written.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::key_path::KeyPath;
use super::source::{Origin, SourceId};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written; for a table its header, or its key where it has none.
    pub origin: Origin,
}

/// A TOML value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point or exponent; may be `nan` or `inf`.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, a time, or both.
    Date(toml::value::Datetime),
    /// A list, or an array of tables.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
}

/// The entries of a table by key.
pub type Table = BTreeMap<String, Entry>;

/// A key's place and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key was written.
    pub key: Origin,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// A path with elements of lists by their `name`, where it gave their index.
    pub fn named(&self, path: &KeyPath) -> KeyPath {
        let name = |element: &Node| match &element.as_table()?.get("name")?.node.value {
            Value::Text(name) => Some(name.clone()),
            _ => None,
        };
        let mut node = Some(self);
        let named = path.segments().iter().map(|segment| {
            if let Some(Value::Array(elements)) = node.map(|node| &node.value) {
                let by_name = elements.iter().find(|element| name(element).as_deref() == Some(segment));
                node = by_name.or_else(|| elements.get(segment.parse::<usize>().ok()?));
                return node.and_then(name).unwrap_or_else(|| segment.clone());
            }
            node = node.and_then(Node::as_table).and_then(|table| table.get(segment)).map(|entry| &entry.node);
            segment.clone()
        });
        KeyPath::new(named.collect::<Vec<_>>())
    }

    /// The entries, where the node is a table.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The elements, where the node is a list.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The text, where the node is a string.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, where the node is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_table()?.get(key).map(|entry| &entry.node)
    }

    /// The `name` of an element of an array of tables, with its place.
    pub fn name(&self) -> Option<(&str, &Origin)> {
        let node = self.get("name")?;
        Some((node.as_text()?, &node.origin))
    }

    /// Position of the element a path segment means: the one of that name, else the one of that index from 0.
    pub fn element(&self, segment: &str) -> Option<usize> {
        let elements = self.as_array()?;
        elements
            .iter()
            .position(|e| e.name().is_some_and(|(name, _)| name == segment))
            .or_else(|| segment.parse().ok().filter(|&i| i < elements.len()))
    }

    /// The place of the value at a path; where the path leaves the tree (a key left at its default), the place of
    /// the last thing on it that is there, and `false`.
    pub fn locate(&self, path: &KeyPath) -> (&Origin, bool) {
        let mut node = self;
        for segment in path.segments() {
            let next = match &node.value {
                Value::Table(table) => table.get(segment).map(|entry| &entry.node),
                Value::Array(array) => node.element(segment).map(|i| &array[i]),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return (&node.origin, false),
            }
        }
        (&node.origin, true)
    }

    /// The plain value, dates as text `YYYY-MM-DD` (that is how the scenario types read them).
    pub fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Text(text) => toml::Value::String(text.clone()),
            Value::Integer(i) => toml::Value::Integer(*i),
            Value::Float(f) => toml::Value::Float(*f),
            Value::Boolean(b) => toml::Value::Boolean(*b),
            Value::Date(date) => toml::Value::String(date.to_string()),
            Value::Array(array) => toml::Value::Array(array.iter().map(Self::to_toml).collect()),
            Value::Table(table) => {
                toml::Value::Table(table.iter().map(|(k, e)| (k.clone(), e.node.to_toml())).collect())
            }
        }
    }

    /// The value as one would read it aloud: `the text "5 MW"`, `the number 5`, `a table`.
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Text(text) if text.chars().count() <= 40 => format!("the text {text:?}"),
            Value::Text(_) => "a long text".to_owned(),
            Value::Integer(i) => format!("the number {i}"),
            Value::Float(f) => format!("the number {f}"),
            Value::Boolean(b) => format!("`{b}`"),
            Value::Date(date) => format!("the date {date}"),
            Value::Array(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }
}

/// Converts what the TOML parser gave, whose spans count from byte `offset` of the source.
pub struct Convert<'a> {
    /// The text that was parsed.
    pub source: SourceId,
    /// Where in it the parsed part begins, bytes.
    pub offset: usize,
    /// Takes the numbers that cannot be held.
    pub out: &'a mut Diagnostics,
}

impl Convert<'_> {
    /// A table; `span` is that of its header.
    pub fn table(&mut self, table: &DeTable<'_>, span: Range<usize>) -> Node {
        let entries = table.iter().map(|(key, value)| {
            let entry = Entry { key: self.origin(key.span()), node: self.value(value.get_ref(), value.span()) };
            (key.get_ref().clone().into_owned(), entry)
        });
        let value = Value::Table(entries.collect());
        Node { value, origin: self.origin(span) }
    }

    /// Any value.
    pub fn value(&mut self, value: &DeValue<'_>, span: Range<usize>) -> Node {
        let origin = self.origin(span.clone());
        let value = match value {
            DeValue::String(text) => Value::Text(text.clone().into_owned()),
            DeValue::Integer(integer) => {
                let held = i64::from_str_radix(integer.as_str(), integer.radix());
                Value::Integer(held.unwrap_or_else(|_| self.too_large(&origin)))
            }
            DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(b) => Value::Boolean(*b),
            DeValue::Datetime(date) => Value::Date(*date),
            DeValue::Array(array) => Value::Array(array.iter().map(|v| self.value(v.get_ref(), v.span())).collect()),
            DeValue::Table(table) => return self.table(table, span),
        };
        Node { value, origin }
    }

    fn origin(&self, span: Range<usize>) -> Origin {
        Origin { source: self.source, span: span.start + self.offset..span.end + self.offset }
    }

    /// Reports a whole number that cannot be held, and puts zero in its place.
    fn too_large(&mut self, origin: &Origin) -> i64 {
        self.out.push(
            Diagnostic::new("out-of-range", "this whole number has too many digits")
                .at(origin, "cannot be held")
                .help(format!("whole numbers go from {} to {}", i64::MIN, i64::MAX)),
        );
        0
    }
}
