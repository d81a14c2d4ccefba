//! A tree against the schema: every key, type, range, choice and date, every mistake reported.
//!
//! A walker of our own, because no library says *this key is in MW: write `import_limit_mw = 5`*.

pub mod shape;
pub mod suggest;
pub mod unit;

mod keys;
mod pattern;
mod values;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use self::shape::{List, Shape};
use super::diagnostics::{Diagnostic, Diagnostics};
use super::key_path::KeyPath;
use super::read::Document;
use super::report;
use super::schema::Schema;
use super::source::Origin;
use super::tree::{Node, Value};

/// Reports everything in which the tree differs from the schema. Whole numbers written with a point
/// become whole numbers where the schema wants them, so that serde takes them.
///
/// Where the tree is known to be incomplete (a syntax error, an unreadable base) nothing is called missing, and
/// nothing is said about lines with or below a syntax error that may have moved them to another table.
pub fn validate(schema: &Schema, document: &mut Document, out: &mut Diagnostics) {
    let mut walk = Walk { schema, found: Vec::new() };
    walk.node(schema.root(), &mut document.tree, &Place::default());
    let mut found = walk.found;
    if !document.complete {
        let broken: Vec<_> = out.list.iter().filter_map(|d| line_of(d, out)).collect();
        let uncertain = |(source, line)| document.uncertain_from.get(&source).is_some_and(|&from| line >= from);
        let stands = |place| !broken.contains(&place) && !uncertain(place);
        // What the parser puts in the place of a broken value has no place of its own.
        let made_up = |d: &Diagnostic| d.labels.first().is_some_and(|(origin, _)| origin.span == (0..0));
        found.retain(|d| d.code != MISSING && !made_up(d) && line_of(d, out).is_none_or(stands));
    }
    out.list.append(&mut found);
}

/// Code of a missing key.
const MISSING: &str = "missing-key";

/// The text and line a mistake is in.
fn line_of(diagnostic: &Diagnostic, out: &Diagnostics) -> Option<(super::source::SourceId, usize)> {
    let (origin, _) = diagnostic.labels.first()?;
    Some((origin.source, out.sources.line(origin)))
}

/// Where the walker is.
#[derive(Debug, Clone, Default)]
struct Place {
    /// The way from the root, elements of lists by name or index.
    path: KeyPath,
    /// The same without the elements: what a table header says.
    keys: Vec<String>,
    /// Index of the element, where it is one of a list.
    element: Option<usize>,
}

impl Place {
    fn key(&self, key: &str) -> Self {
        let mut keys = self.keys.clone();
        keys.push(key.to_owned());
        Self { path: self.path.child(key), keys, element: None }
    }

    fn element(&self, index: usize, element: &Node) -> Self {
        let segment = element.name().map_or_else(|| index.to_string(), |(name, _)| name.to_owned());
        Self { path: self.path.child(segment), keys: self.keys.clone(), element: Some(index) }
    }

    /// What messages call a table here.
    fn name(&self) -> String {
        match self.path.segments() {
            [] => "the file".to_owned(),
            _ => format!("`{}`", self.path),
        }
    }

    /// The last key on the way.
    fn last_key(&self) -> &str {
        self.keys.last().map_or("scenario", String::as_str)
    }
}

struct Walk<'s> {
    schema: &'s Schema,
    found: Vec<Diagnostic>,
}

impl<'s> Walk<'s> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn node(&mut self, json: &'s Json, node: &mut Node, place: &Place) {
        let about = values::About { place, description: shape::description(self.schema, json) };
        let result = match shape::shape(self.schema, json) {
            Shape::Any => Ok(()),
            Shape::Table(fields) => match &node.value {
                Value::Table(_) => {
                    self.table(&fields, None, node, place);
                    Ok(())
                }
                _ => Err(about.not_a_table(node)),
            },
            Shape::Tagged { tag, variants } => match &node.value {
                Value::Table(_) => {
                    self.tagged(tag, &variants, node, place);
                    Ok(())
                }
                _ => Err(about.not_a_variant(node, tag, &variants)),
            },
            Shape::List(list) => self.list(&list, node, place, &about),
            Shape::Number(bounds) => about.number(node, &bounds),
            Shape::Integer(bounds) => about.integer(node, &bounds),
            Shape::IntegerOf(allowed) => about.integer_of(node, &allowed),
            Shape::Boolean => about.boolean(node),
            Shape::Date => about.date(node),
            Shape::Text(form) => about.text(node, &form),
            Shape::Choice(choices) => about.choice(node, &choices),
            Shape::OneOf(options) => {
                self.best_of(&options, node, place);
                Ok(())
            }
        };
        if let Err(diagnostic) = result {
            self.push(diagnostic);
        }
    }

    fn list(
        &mut self,
        list: &List<'s>,
        node: &mut Node,
        place: &Place,
        about: &values::About<'_>,
    ) -> Result<(), Diagnostic> {
        let of_tables = list
            .rest
            .is_some_and(|item| matches!(shape::shape(self.schema, item), Shape::Table(_) | Shape::Tagged { .. }));
        let Value::Array(elements) = &mut node.value else {
            return Err(about.not_a_list(node, of_tables));
        };
        if of_tables {
            self.unique_names(elements, place);
        }
        let count = elements.len();
        for (i, element) in elements.iter_mut().enumerate() {
            let place = place.element(i, element);
            if let Some(item) = list.first.get(i).copied().or(list.rest) {
                self.node(item, element, &place);
            }
        }
        if (list.min..=list.max).contains(&count) {
            return Ok(());
        }
        Err(about.wrong_count(node, count, list))
    }

    fn unique_names(&mut self, elements: &[Node], place: &Place) {
        let mut first: BTreeMap<&str, &Origin> = BTreeMap::new();
        for (name, origin) in elements.iter().filter_map(Node::name) {
            match first.get(name) {
                Some(earlier) => self.found.push(report::duplicate(&place.path.to_string(), name, origin, earlier)),
                None => {
                    first.insert(name, origin);
                }
            }
        }
    }

    /// Walks every option and keeps the mistakes of the one with the fewest.
    fn best_of(&mut self, options: &[&'s Json], node: &mut Node, place: &Place) {
        let mut best: Option<((usize, bool), Vec<Diagnostic>, Node)> = None;
        for option in options {
            let mut attempt = Walk { schema: self.schema, found: Vec::new() };
            let mut copy = node.clone();
            attempt.node(option, &mut copy, place);
            // Where both are wrong, a list was meant as a list.
            let is_list = matches!(shape::shape(self.schema, option), Shape::List(_));
            let rank = (attempt.found.len(), is_list != matches!(node.value, Value::Array(_)));
            if best.as_ref().is_none_or(|(least, ..)| rank < *least) {
                best = Some((rank, attempt.found, copy));
            }
        }
        if let Some((_, mut found, copy)) = best {
            *node = copy;
            self.found.append(&mut found);
        }
    }
}
