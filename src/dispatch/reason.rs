//! Why machines ran or did not in an hour.

use serde::{Deserialize, Serialize};

use super::account::{Flow, HourResult};
use super::hour::{Hour, MinerTier, Terms, sources_mw};
use crate::compute::hosted::STOPPED_USD_PER_MWH;

/// Declares an enum with stable snake_case names, used in tables.
macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every reason, in the order of this declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name used in tables.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

reasons! {
    /// Why the miners of a site ran in full, in part or not at all in an hour.
    ///
    /// In part or off, the reason is that of the best machine that does not run: what would have to change first.
    MiningReason {
        /// There are no machines, or none that work.
        NoMachines = "no_machines",
        /// All run, on surplus alone.
        FullOnSurplus = "full_on_surplus",
        /// All run, on hydro alone.
        FullOnHydro = "full_on_hydro",
        /// All run, on surplus and hydro.
        FullOnLocal = "full_on_local",
        /// All run, on the grid alone.
        FullOnGrid = "full_on_grid",
        /// All run, on local energy and the grid.
        FullOnLocalAndGrid = "full_on_local_and_grid",
        /// Some run; the energy the next would use earns more when exported.
        PartialExportPaysMore = "partial_export_pays_more",
        /// Some run; the next would run on energy that the AI farm takes first.
        PartialAiFirst = "partial_ai_first",
        /// Some run; all energy still to be had costs at least what the next would earn.
        PartialPriceAboveBreakeven = "partial_price_above_breakeven",
        /// Some run; there is no more energy at any price.
        PartialNoMorePower = "partial_no_more_power",
        /// Some run; the next stand still because their client would lose money at the fee.
        PartialClientStopped = "partial_client_stopped",
        /// None runs: a demand-response event.
        OffCalledOff = "off_called_off",
        /// None runs; the energy the best would use earns more when exported.
        OffExportPaysMore = "off_export_pays_more",
        /// None runs; the best would run on energy that the AI farm takes first.
        OffAiFirst = "off_ai_first",
        /// None runs; all energy to be had costs at least what the best would earn.
        OffPriceAboveBreakeven = "off_price_above_breakeven",
        /// None runs: at the fee the clients would lose money.
        OffClientStopped = "off_client_stopped",
        /// None runs; there is no energy at any price (calm, dry and no grid).
        OffNoPower = "off_no_power",
    }
}

reasons! {
    /// How the AI farm of a site fared in an hour.
    AiReason {
        /// There is no AI load.
        None = "none",
        /// Served from local energy and the grid.
        Served = "served",
        /// Served, in part or wholly on backup.
        ServedOnBackup = "served_on_backup",
        /// Served in part: local energy, grid and backup together were too little.
        PartlyUnserved = "partly_unserved",
        /// Not served at all: no power, no backup.
        Unserved = "unserved",
    }
}

/// Shares of a flow below this are rounding, not a source.
const ROUNDING: f64 = 1e-9;

impl HourResult {
    /// Why the miners of the hour, which the owner dispatched as if energy cost what `decides` says, ran or did not.
    pub fn mining_reason(&self, hour: &Hour, decides: &Terms, miners: &[MinerTier]) -> MiningReason {
        if miners.iter().all(|tier| tier.mw <= 0.0) {
            return MiningReason::NoMachines;
        }
        if hour.miners_called_off {
            return MiningReason::OffCalledOff;
        }
        let value = self.next_usd_per_mwh;
        if value == f64::NEG_INFINITY {
            return self.mining.full_reason(self.mining_mw);
        }
        let partial = self.mining_mw > 0.0;
        let pick = |some_run, none_runs| if partial { some_run } else { none_runs };
        if value <= STOPPED_USD_PER_MWH {
            return pick(MiningReason::PartialClientStopped, MiningReason::OffClientStopped);
        }
        let (costs, available) = (decides.costs(hour.price_usd_per_mwh), sources_mw(&hour.power()));
        let room = available.iter().zip(self.used_mw).any(|(mw, used)| used < *mw);
        let exported = Flow { surplus_mw: self.export_surplus_mw, hydro_mw: self.export_hydro_mw, ..Flow::default() };
        // Sources cheaper than the next machine's value are used up: by exports, by AI or by better machines.
        if exported.uses_below(value, costs) {
            pick(MiningReason::PartialExportPaysMore, MiningReason::OffExportPaysMore)
        } else if self.ai.uses_below(value, costs) {
            pick(MiningReason::PartialAiFirst, MiningReason::OffAiFirst)
        } else if !room && (self.mining.uses_below(value, costs) || available.iter().all(|mw| *mw <= 0.0)) {
            pick(MiningReason::PartialNoMorePower, MiningReason::OffNoPower)
        } else {
            pick(MiningReason::PartialPriceAboveBreakeven, MiningReason::OffPriceAboveBreakeven)
        }
    }

    /// How the AI farm, which asked for `ai_mw`, fared.
    pub fn ai_reason(&self, ai_mw: f64) -> AiReason {
        if ai_mw <= 0.0 {
            AiReason::None
        } else if self.ai_unserved_mw >= ai_mw {
            AiReason::Unserved
        } else if self.ai_unserved_mw > 0.0 {
            AiReason::PartlyUnserved
        } else if self.ai.backup_mw > 0.0 {
            AiReason::ServedOnBackup
        } else {
            AiReason::Served
        }
    }
}

impl Flow {
    /// Whether any of it comes from a source cheaper than `value`.
    fn uses_below(&self, value: f64, costs: [f64; 3]) -> bool {
        (self.surplus_mw > 0.0 && costs[0] < value)
            || (self.hydro_mw > 0.0 && costs[1] < value)
            || (self.grid_mw > 0.0 && costs[2] < value)
    }

    /// Why miners that draw it run in full.
    fn full_reason(&self, mining_mw: f64) -> MiningReason {
        let counts = |mw: f64| mw > ROUNDING * mining_mw;
        match (counts(self.surplus_mw), counts(self.hydro_mw), counts(self.grid_mw)) {
            (true, true, false) => MiningReason::FullOnLocal,
            (true, false, false) => MiningReason::FullOnSurplus,
            (false, true, false) => MiningReason::FullOnHydro,
            (false, false, _) => MiningReason::FullOnGrid,
            _ => MiningReason::FullOnLocalAndGrid,
        }
    }
}
