//! Why machines ran or did not in an hour.

use serde::{Deserialize, Serialize};

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
