//! The first decision of a field by itself: what other programs can be asked as well.

use super::answer::PlaceError;
use super::field::{Counts, Field, FieldSite, Limit};
use super::problem::Action;

impl Field {
    /// The same field as if only new builds of the first date could be ordered, without modules and smallest blocks,
    /// on the first path alone. Opening a site, overheads and aversion to risk cost nothing; what stands keeps
    /// standing, since closing it is ruinous.
    #[must_use]
    pub fn first_decision(&self) -> Self {
        let on_path: Vec<usize> = (0..self.days.len()).filter(|d| self.days[*d].path == 0).collect();
        let mut first = Self {
            dates: self.dates[..1].to_vec(),
            paths: 1,
            days: on_path.iter().map(|d| self.days[*d]).collect(),
            limits: self.limits.iter().filter_map(of_first_date).collect(),
            sites: self.sites.iter().map(|site| first_orders(site, &on_path)).collect(),
            ..self.clone()
        };
        for day in &mut first.days {
            day.weight *= self.paths as f64;
            day.days *= self.paths as f64;
        }
        first.risk.cvar_weight = 0.0;
        first
    }

    /// Whether what stands fits the limits of a first decision, in which it keeps standing.
    ///
    /// # Errors
    /// Names the first limit that it breaks.
    pub fn check_what_is_kept(&self) -> Result<(), PlaceError> {
        for limit in &self.limits {
            let Counts::Standing { kinds, .. } = limit.counts else { continue };
            let kept = self.sites.iter().flat_map(|site| &site.standing);
            let counted = kept.filter(|b| kinds[self.models[b.stage.model].kind as usize]);
            let need: f64 = counted.map(|b| b.mw).sum();
            if need > limit.at_most * (1.0 + 1e-9) {
                let (limit, have) = (limit.name.clone(), limit.at_most);
                return Err(PlaceError::Infeasible { limit, need, have, unit: "MW".to_owned() });
            }
        }
        Ok(())
    }
}

/// Worth of a hall that is to be kept, USD per MW.
const RUIN_USD_PER_MW: f64 = -1e9;

/// A limit as far as it binds the first date; `None` for those of later dates.
fn of_first_date(limit: &Limit) -> Option<Limit> {
    let counts = match &limit.counts {
        Counts::Ordered { from: 0, until: 1.., kinds, .. } => {
            Counts::Ordered { from: 0, until: 1, kinds: *kinds, refreshes: false }
        }
        Counts::SpentUntil(0) | Counts::Standing { date: 0, .. } => limit.counts.clone(),
        _ => return None,
    };
    Some(Limit { counts, ..limit.clone() })
}

fn first_orders(site: &FieldSite, days: &[usize]) -> FieldSite {
    let mut here = site.clone();
    here.offers.retain(|offer| offer.date == 0 && offer.action == Action::Build);
    for offer in &mut here.offers {
        (offer.module_mw, offer.minimum_mw) = (0.0, 0.0);
    }
    for standing in &mut here.standing {
        standing.hall.closed_usd_per_mw.fill(RUIN_USD_PER_MW);
    }
    let hours = &mut here.hours;
    for series in [
        &mut hours.surplus_mw,
        &mut hours.hydro_mw,
        &mut hours.import_mw,
        &mut hours.export_mw,
        &mut hours.price_usd_per_mwh,
    ] {
        *series = days.iter().flat_map(|d| series[24 * d..24 * (d + 1)].iter().copied()).collect();
    }
    (here.convertible_mw, here.opening_capital_usd) = (0.0, 0.0);
    here.opening_discounted_usd = vec![0.0];
    here.overhead_discounted_usd.fill(0.0);
    here
}
