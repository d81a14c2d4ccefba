//! What a site must offer before an AI farm is considered there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a site must offer before an AI farm is considered there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Screens {
    /// Whether the site must have fibre.
    /// Default: true. Source: every screen of miners' portfolios names it (Sabre56 2024, VanEck 2024).
    pub fibre_required: bool,
    /// Smallest size worth a tenant or a cluster, utility MW.
    /// Default: 5. Source: Bit Digital MTL-3, 5 MW (2025); larger tenants ask 50–100 MW contiguous, which
    /// `hosting.screens.minimum_mw` can say.
    #[schemars(range(min = 0.0, max = 10000.0))]
    pub minimum_mw: f64,
    /// Smallest share of the year in which the site's grid or other firm supply must be there; 0 asks nothing and
    /// leaves it to SLA credits and backup costs.
    /// Default: 0. Source: none needed; the cost of interruptions is modelled.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub minimum_availability_share: f64,
}

impl Default for Screens {
    fn default() -> Self {
        Self { fibre_required: true, minimum_mw: 5.0, minimum_availability_share: 0.0 }
    }
}

/// Why a site is not eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The site has no fibre.
    NoFibre,
    /// The capacity is below the smallest size.
    TooSmall,
    /// Supply is there too seldom.
    NotFirm,
}

/// What a site offers to an AI farm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SiteFacts {
    /// Whether it has fibre.
    pub fibre: bool,
    /// Size the farm would have, utility MW.
    pub utility_mw: f64,
    /// Share of the year in which firm supply is there.
    pub availability_share: f64,
}

impl Screens {
    /// Why a site is not eligible, if it is not.
    pub fn refusal(&self, site: &SiteFacts) -> Option<Refusal> {
        if self.fibre_required && !site.fibre {
            Some(Refusal::NoFibre)
        } else if site.utility_mw < self.minimum_mw {
            Some(Refusal::TooSmall)
        } else if site.availability_share < self.minimum_availability_share {
            Some(Refusal::NotFirm)
        } else {
            None
        }
    }
}

impl Refusal {
    /// The stable name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoFibre => "no_fibre",
            Self::TooSmall => "too_small",
            Self::NotFirm => "not_firm",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_name_the_first_thing_that_is_missing() {
        let screens = Screens { minimum_availability_share: 0.99, ..Screens::default() };
        let good = SiteFacts { fibre: true, utility_mw: 30.0, availability_share: 0.999 };
        assert_eq!(screens.refusal(&good), None);
        assert_eq!(screens.refusal(&SiteFacts { fibre: false, ..good }), Some(Refusal::NoFibre));
        assert_eq!(screens.refusal(&SiteFacts { utility_mw: 4.0, ..good }), Some(Refusal::TooSmall));
        assert_eq!(screens.refusal(&SiteFacts { availability_share: 0.9, ..good }), Some(Refusal::NotFirm));
    }
}
