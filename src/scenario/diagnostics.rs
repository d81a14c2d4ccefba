//! What is wrong with the input, where, and what to do about it.

use super::render;
use super::source::{Origin, Sources};

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of mistake, kebab-case (`unknown-key`, `out-of-range`, …).
    pub code: &'static str,
    /// What is wrong: a fragment in lower case, names in back-ticks.
    pub message: String,
    /// The places it concerns, each with a word about it; the first is where the mistake is.
    pub labels: Vec<(Origin, String)>,
    /// What to do; each line is printed as a help line of its own.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake without a place and without help.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: Vec::new(), help: None }
    }

    /// The same with one more place.
    #[must_use]
    pub fn at(mut self, origin: &Origin, text: impl Into<String>) -> Self {
        self.labels.push((origin.clone(), text.into()));
        self
    }

    /// The same with a help line.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.help = Some(match self.help {
            Some(before) => format!("{before}\n{text}"),
            None => text,
        });
        self
    }
}

/// Every mistake found, with the texts they are in. As an error it prints itself without colours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// The texts the places point into.
    pub sources: Sources,
    /// The mistakes.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a mistake.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// No mistakes were found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Number of mistakes.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Puts the mistakes into reading order: by file, then by place; those without a place first.
    pub fn sort(&mut self) {
        self.list
            .sort_by_key(|d| d.labels.first().map(|(origin, _)| (origin.source, origin.span.start, origin.span.end)));
    }

    /// The mistakes as text for a terminal, with colours when asked.
    pub fn render(&self, colour: bool) -> String {
        render::render(self, colour)
    }
}

impl core::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
