//! A figure that is the same every year, or one for each year.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A figure of year 1 that a rule carries on, or the figures of all years, to which no rule is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ByYear {
    /// Of year 1; growth, escalation, degradation and halvings apply.
    First(f64),
    /// Of year 1, 2, …, as they are.
    Each(Vec<f64>),
}

impl ByYear {
    /// The value of a year counted from 0, by `growth` (the factor since year 1) where it is not listed.
    pub fn of(&self, year: usize, growth: f64) -> f64 {
        match self {
            Self::First(value) => value * growth,
            Self::Each(values) => values.get(year).copied().unwrap_or(0.0),
        }
    }

    /// All values times `k`.
    #[must_use]
    pub fn times(&self, k: f64) -> Self {
        match self {
            Self::First(value) => Self::First(k * value),
            Self::Each(values) => Self::Each(values.iter().map(|v| k * v).collect()),
        }
    }

    /// Whether every value is zero.
    pub fn is_zero(&self) -> bool {
        self.values().iter().all(|v| *v == 0.0)
    }

    /// The values given: one, or one for each year.
    pub fn values(&self) -> &[f64] {
        match self {
            Self::First(value) => core::slice::from_ref(value),
            Self::Each(values) => values,
        }
    }

    /// What is wrong with it in a project of so many years, none of the values below `least`.
    pub fn check(&self, years: usize, least: f64) -> Option<String> {
        if let Self::Each(values) = self
            && values.len() != years
        {
            return Some(format!("{} values for {years} years: give one number, or one for each year", values.len()));
        }
        let bad = self.values().iter().find(|v| !v.is_finite() || **v < least || v.abs() > 1e15)?;
        Some(format!("{bad:e} is given, allowed are numbers from {least} to 1e15"))
    }
}

impl JsonSchema for ByYear {
    fn schema_name() -> Cow<'static, str> {
        "ByYear".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One number (of year 1, carried on by the rules beside it) or a list with one number for each year (taken as it is).",
            "anyOf": [{ "type": "number" }, { "type": "array", "items": { "type": "number" }, "minItems": 1 }]
        })
    }
}
