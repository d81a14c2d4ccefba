//! The texts a scenario was read from, and places in them.

use std::ops::Range;

/// Which text of [`Sources`] a place is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(usize);

/// A stretch of one of the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The text.
    pub source: SourceId,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// A text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What messages call it: the path as the user gave it, or `command line`.
    pub name: String,
    /// The text itself.
    pub text: String,
    /// Number of its first line: 1 but for excerpts of data files.
    pub first_line: usize,
}

/// All texts of one load, in the order they were read: the scenario itself is the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a whole text.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.add_excerpt(name, text, 1)
    }

    /// Adds a part of a text that begins at line `first_line` of the whole.
    pub fn add_excerpt(&mut self, name: impl Into<String>, text: impl Into<String>, first_line: usize) -> SourceId {
        self.0.push(Source { name: name.into(), text: text.into(), first_line });
        SourceId(self.0.len() - 1)
    }

    /// The text of an id that [`Sources::add`] gave.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0]
    }

    /// Line number, from 1, of a place.
    pub fn line(&self, origin: &Origin) -> usize {
        let source = self.get(origin.source);
        let start = origin.span.start;
        source.first_line + source.text.match_indices('\n').take_while(|(i, _)| *i < start).count()
    }
}
