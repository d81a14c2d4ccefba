//! Scenario files: types, diagnostics, schema, gallery.
