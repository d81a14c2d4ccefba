//! Mistakes as text: the only place that knows `annotate-snippets`.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::source::{Origin, SourceId, Sources};

/// All mistakes, each as a paragraph with its source lines underlined, and their number at the end.
pub fn render(diagnostics: &Diagnostics, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let paragraph = |d| renderer.render(&[group(&diagnostics.sources, d)]);
    let mut paragraphs: Vec<String> = diagnostics.list.iter().map(paragraph).collect();
    paragraphs.push(match diagnostics.len() {
        1 => "1 mistake found".to_owned(),
        count => format!("{count} mistakes found"),
    });
    paragraphs.join("\n\n")
}

fn group<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Group<'a> {
    let title = Level::ERROR.primary_title(&diagnostic.message).id(diagnostic.code);
    let mut group = Group::with_title(title);
    for (source, labels) in by_source(diagnostic) {
        group = group.element(snippet(sources, source, &labels));
    }
    for line in diagnostic.help.iter().flat_map(|help| help.lines()) {
        // Help may quote names from the file: no control characters of theirs reach the terminal.
        group = group.element(Level::HELP.message(normalize_untrusted_str(line)));
    }
    group
}

/// A label and whether it is the one where the mistake is.
type Marked<'a> = (bool, &'a Origin, &'a str);

/// The labels of each text, texts in the order they are first named.
fn by_source(diagnostic: &Diagnostic) -> Vec<(SourceId, Vec<Marked<'_>>)> {
    let mut groups: Vec<(SourceId, Vec<Marked<'_>>)> = Vec::new();
    for (i, (origin, text)) in diagnostic.labels.iter().enumerate() {
        let marked = (i == 0, origin, text.as_str());
        match groups.iter_mut().find(|(source, _)| *source == origin.source) {
            Some((_, labels)) => labels.push(marked),
            None => groups.push((origin.source, vec![marked])),
        }
    }
    groups
}

fn snippet<'a>(
    sources: &'a Sources,
    source: SourceId,
    labels: &[Marked<'a>],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = sources.get(source);
    let annotations = labels.iter().map(|&(primary, origin, text)| {
        let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(printable_span(&source.text, origin));
        if text.is_empty() { annotation } else { annotation.label(text) }
    });
    Snippet::source(&source.text).path(&source.name).line_start(source.first_line).annotations(annotations)
}

/// The span inside the text, on character boundaries, and no longer than the line it begins in.
fn printable_span(text: &str, origin: &Origin) -> std::ops::Range<usize> {
    let mut start = origin.span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |i| start + i);
    let mut end = origin.span.end.clamp(start, line_end);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
