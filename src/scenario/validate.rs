//! A tree against the schema: every key, type, range, choice and date, every mistake reported.
//!
//! A walker of our own, because no library says *this key is in MW: write `import_limit_mw = 5`*.

pub mod shape;
pub mod suggest;
pub mod unit;

mod keys;
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
/// nothing is said about lines that already have a syntax error.
pub fn validate(schema: &Schema, document: &mut Document, out: &mut Diagnostics) {
    let mut walk = Walk {
        schema,
        found: Vec::new(),
    };
    walk.node(schema.root(), &mut document.tree, &KeyPath::default());
    let mut found = walk.found;
    if !document.complete {
        let broken: Vec<_> = out.list.iter().filter_map(|d| place(d, out)).collect();
        found.retain(|d| d.code != MISSING && place(d, out).is_none_or(|p| !broken.contains(&p)));
    }
    out.list.append(&mut found);
}

/// Code of a missing key.
const MISSING: &str = "missing-key";

/// The text and line a mistake is in.
fn place(diagnostic: &Diagnostic, out: &Diagnostics) -> Option<(super::source::SourceId, usize)> {
    let (origin, _) = diagnostic.labels.first()?;
    Some((origin.source, out.sources.line(origin)))
}

struct Walk<'s> {
    schema: &'s Schema,
    found: Vec<Diagnostic>,
}

impl<'s> Walk<'s> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn node(&mut self, json: &'s Json, node: &mut Node, path: &KeyPath) {
        let about = values::About {
            path,
            description: shape::description(self.schema, json),
        };
        let result = match shape::shape(self.schema, json) {
            Shape::Any => Ok(()),
            Shape::Table(fields) => match &node.value {
                Value::Table(_) => {
                    self.table(&fields, None, node, path);
                    Ok(())
                }
                _ => Err(about.not_a_table(node)),
            },
            Shape::Tagged { tag, variants } => match &node.value {
                Value::Table(_) => {
                    self.tagged(tag, &variants, node, path);
                    Ok(())
                }
                _ => Err(about.not_a_variant(node, tag, &variants)),
            },
            Shape::List(list) => self.list(&list, node, path, &about),
            Shape::Number(bounds) => about.number(node, &bounds),
            Shape::Integer(bounds) => about.integer(node, &bounds),
            Shape::Boolean => about.boolean(node),
            Shape::Date => about.date(node),
            Shape::Text(min) => about.text(node, min),
            Shape::Choice(choices) => about.choice(node, &choices),
            Shape::OneOf(options) => {
                self.best_of(&options, node, path);
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
        path: &KeyPath,
        about: &values::About<'_>,
    ) -> Result<(), Diagnostic> {
        let of_tables = list
            .rest
            .is_some_and(|item| matches!(shape::shape(self.schema, item), Shape::Table(_) | Shape::Tagged { .. }));
        let Value::Array(elements) = &mut node.value else {
            return Err(about.not_a_list(node, of_tables));
        };
        if of_tables {
            self.unique_names(elements, path);
        }
        let count = elements.len();
        for (i, element) in elements.iter_mut().enumerate() {
            let segment = element.name().map_or_else(|| i.to_string(), |(name, _)| name.to_owned());
            if let Some(item) = list.first.get(i).copied().or(list.rest) {
                self.node(item, element, &path.child(segment));
            }
        }
        if (list.min..=list.max).contains(&count) {
            return Ok(());
        }
        Err(about.wrong_count(node, count, list))
    }

    fn unique_names(&mut self, elements: &[Node], path: &KeyPath) {
        let mut first: BTreeMap<&str, &Origin> = BTreeMap::new();
        for (name, origin) in elements.iter().filter_map(Node::name) {
            match first.get(name) {
                Some(earlier) => self.found.push(report::duplicate(&path.to_string(), name, origin, earlier)),
                None => {
                    first.insert(name, origin);
                }
            }
        }
    }

    /// Walks every option and keeps the mistakes of the one with the fewest.
    fn best_of(&mut self, options: &[&'s Json], node: &mut Node, path: &KeyPath) {
        let mut best: Option<(Vec<Diagnostic>, Node)> = None;
        for option in options {
            let mut attempt = Walk {
                schema: self.schema,
                found: Vec::new(),
            };
            let mut copy = node.clone();
            attempt.node(option, &mut copy, path);
            if best.as_ref().is_none_or(|(found, _)| attempt.found.len() < found.len()) {
                best = Some((attempt.found, copy));
            }
        }
        if let Some((mut found, copy)) = best {
            *node = copy;
            self.found.append(&mut found);
        }
    }
}
