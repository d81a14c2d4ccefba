//! What one MW of machines earns: mining machines and accelerators.
//!
//! | file | holds |
//! |---|---|
//! | [`mining`] | `[mining]`: power, uptime, fees and costs of a mine; revenue per MWh at the meter |
//! | [`hosted`] | `[mining.hosted]`: machines of clients who pay by the kWh |
//! | [`facility`] | what every AI hall has: IT per utility MW, PUE, SLA, backup |
//! | [`screens`] | what a site must offer before an AI farm is considered there |
//! | [`hosting`] | `[hosting]`: lease of critical IT by the kW-month |
//! | [`cloud`] | `[cloud]`: own accelerators rented by the GPU-hour |
//! | [`contract`] | `[cloud.contract]`: GPU-hours sold for years ahead |
//! | [`conversion`] | `[conversion]`: mining hall to AI hall |
//! | [`market`] | `[ai_market]`: how much AI the market takes, rent per GPU-hour day by day |
//! | [`machines`] | `[machines]`: the user's own machines, price rules, projection |
//! | [`catalogue`] | what can be bought on a day: embedded facts, the user's machines, projected ones |
//! | [`pricing`] | what a mining machine costs new and used, what an accelerator does |
//!
//! Everything here is a pure function of its arguments; this module knows units, dates and random streams only.

pub mod catalogue;
pub mod cloud;
pub mod contract;
pub mod conversion;
pub mod facility;
pub mod hosted;
pub mod hosting;
pub mod machines;
pub mod market;
pub mod mining;
pub mod pricing;
pub mod screens;

pub use catalogue::Catalogue;
pub use cloud::{CloudMonth, CloudParams, Cluster, PowerAt};
pub use contract::{Contract, ContractParams, Contracted};
pub use conversion::{ConversionParams, ConversionTarget};
pub use facility::{AiFacility, Backup, Climate, Service, Sla, SlaStep};
pub use hosted::{HostedParams, HostedTerms};
pub use hosting::{HostingMonth, HostingParams, LeaseStructure};
pub use machines::{Accelerator, AcceleratorSpec, Cooling, MachineSpec, Machines, MiningMachine, Projection};
pub use market::{AiMarket, DatedRent, Demand};
pub use mining::{EcoMode, MiningParams, Payout, RunLevel};
pub use pricing::{AcceleratorPricing, MachinePricing};
pub use screens::{Refusal, Screens, SiteFacts};

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn schemas() -> Vec<Value> {
        vec![
            schemars::schema_for!(MiningParams).to_value(),
            schemars::schema_for!(HostingParams).to_value(),
            schemars::schema_for!(CloudParams).to_value(),
            schemars::schema_for!(ConversionParams).to_value(),
            schemars::schema_for!(AiMarket).to_value(),
            schemars::schema_for!(Machines).to_value(),
        ]
    }

    /// Calls `visit` with the name and schema of every property of the schema and its definitions.
    fn each_property(schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
        let objects = schema["$defs"].as_object().into_iter().flatten().map(|(_, object)| object);
        for object in objects.chain([schema]) {
            for (name, property) in object["properties"].as_object().into_iter().flatten() {
                visit(name, property);
            }
        }
    }

    fn is_number(property: &Value) -> bool {
        let kind = property["type"].to_string();
        kind.contains("number") || kind.contains("integer")
    }

    #[test]
    fn every_number_has_a_range_and_every_default_its_source() {
        let mut numbers = 0;
        for schema in schemas() {
            each_property(&schema, &mut |name, property| {
                let text = property["description"].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{name} is not documented");
                if property.get("default").is_some() {
                    assert!(text.contains("Default: ") && text.contains("Source: "), "{name}: {text}");
                }
                if is_number(property) {
                    numbers += 1;
                    assert!(property["minimum"].is_number() && property["maximum"].is_number(), "{name} has no range");
                }
            });
        }
        assert!(numbers > 60, "{numbers}");
    }

    #[test]
    fn an_empty_table_is_the_default_and_an_unknown_key_is_refused() {
        assert_eq!(toml::from_str::<MiningParams>("").unwrap(), MiningParams::default());
        assert_eq!(toml::from_str::<HostingParams>("").unwrap(), HostingParams::default());
        assert_eq!(toml::from_str::<CloudParams>("").unwrap(), CloudParams::default());
        assert_eq!(toml::from_str::<ConversionParams>("").unwrap(), ConversionParams::default());
        assert_eq!(toml::from_str::<AiMarket>("").unwrap(), AiMarket::default());
        assert_eq!(toml::from_str::<Machines>("").unwrap(), Machines::default());
        assert!(toml::from_str::<MiningParams>("pue = 1.1").is_err());
        assert!(toml::from_str::<CloudParams>("[facility]\npue = 1.1").is_err());
    }

    #[test]
    fn setting_one_key_of_a_sub_table_leaves_its_neighbours_at_their_defaults() {
        let mut cloud: CloudParams =
            toml::from_str("[facility]\npue_mild = 1.1\n[screens]\nfibre_required = false").unwrap();
        assert_eq!(cloud.facility.pue_mild, 1.1);
        cloud.facility.pue_mild = CloudParams::default().facility.pue_mild;
        cloud.screens.fibre_required = true;
        assert_eq!(cloud, CloudParams::default());
    }

    #[test]
    fn defaults_fit_together() {
        assert!(MiningParams::default().check().is_empty());
        assert!(HostingParams::default().check().is_empty());
        assert!(CloudParams::default().check().is_empty());
        assert!(AiMarket::default().check().is_empty());
    }
}
