//! The table `compare` writes.

use serde::{Deserialize, Serialize};

use super::{Cell, Row};

table!(
    "compare.csv",
    #[doc = "One step from a net present value to another; each column adds up to its own."]
    StepRow {
        #[doc = "Ledger line, year, site or farm."]
        step: String,
        #[doc = "Its part of the first net present value, USD."]
        from_usd: f64,
        #[doc = "Its part of the second, USD."]
        to_usd: f64,
        #[doc = "Second less first, USD."]
        difference_usd: f64,
    }
);
