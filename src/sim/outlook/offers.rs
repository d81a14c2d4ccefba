//! What can be ordered where and when.

use super::View;
use super::axis::Axis;
use super::paths::Paths;
use super::stage::Factory;
use crate::calendar::Day;
use crate::compute::SiteFacts;
use crate::placement::field::{Offer, Standing};
use crate::placement::{Action, FarmKind};
use crate::scenario::Scenario;
use crate::sim::components::Batch;
use crate::sim::decide::considered::considered_models;
use crate::sim::technology::{Outlay, Prices, Technologies};
use crate::units::UsdPerPhDay;

/// Numbers of the models a planner compares on each date, by the hashprice that sellers then reckon with at the mean.
pub fn on_sale(scenario: &Scenario, axis: &Axis, paths: &Paths, technologies: &mut Technologies) -> Vec<Vec<usize>> {
    let considered = |date: usize| {
        let day = axis.date(date);
        let outlook = UsdPerPhDay(paths.mean(day, |quote| quote.outlook_usd));
        if axis.offered[date] { considered_models(scenario, technologies, day, outlook) } else { Vec::new() }
    };
    (0..axis.dates.len()).map(considered).collect()
}

/// Everything that can be ordered at a site, in order of date.
pub fn offers(view: &View, factory: &Factory, s: usize, standing: &[Standing], on_sale: &[Vec<usize>]) -> Vec<Offer> {
    let screens = Screens::of(view, s);
    let mut offers: Vec<Offer> = Vec::new();
    for (date, models) in on_sale.iter().enumerate() {
        for &model in models {
            let order = Order { view, factory, s, date, day: view.axis.date(date), model };
            let kind = view.models[model].kind();
            let known = standing.iter().map(|b| &b.stage).chain(offers.iter().map(|o| &o.stage));
            let same_kind = known.clone().any(|stage| view.models[stage.model].kind() == kind && stage.model != model);
            let mining = known.clone().any(|stage| view.models[stage.model].kind() == FarmKind::Mining);
            let made = [
                screens.build[kind as usize].then(|| order.build()).flatten(),
                (screens.convert && mining).then(|| order.convert()).flatten(),
                same_kind.then(|| order.refresh()).flatten(),
            ];
            offers.extend(made.into_iter().flatten());
        }
    }
    offers
}

/// What may stand at a site.
struct Screens {
    build: [bool; 3],
    convert: bool,
}

impl Screens {
    fn of(view: &View, s: usize) -> Self {
        let (scenario, params) = (view.scenario, &view.scenario.sites[s]);
        let (draw, least_mw) = (&view.draws[s], 0.5 * params.maximum_mw.min(50.0));
        let hours = draw.hours.surplus_mw.len();
        let firm =
            (0..hours).map(|h| draw.hours.hour(h)).filter(|h| h.import_mw + h.surplus_mw + h.hydro_mw > least_mw);
        let facts = SiteFacts {
            fibre: params.fibre,
            utility_mw: params.maximum_mw,
            availability_share: if hours == 0 { 0.0 } else { firm.count() as f64 / hours as f64 },
        };
        Self {
            build: [
                true,
                scenario.hosting.screens.refusal(&facts).is_none(),
                scenario.cloud.screens.refusal(&facts).is_none(),
            ],
            convert: scenario.conversion.screens.refusal(&facts).is_none(),
        }
    }
}

/// A model on a date at a site.
struct Order<'a> {
    view: &'a View<'a>,
    factory: &'a Factory<'a>,
    s: usize,
    date: usize,
    day: Day,
    model: usize,
}

impl Order<'_> {
    fn kind(&self) -> FarmKind {
        self.view.models[self.model].kind()
    }

    fn unpriced(&self) -> Prices<'_> {
        Prices::unpriced(self.view.scenario, self.day)
    }

    fn build(&self) -> Option<Offer> {
        let (prices, params) = (self.unpriced(), &self.view.scenario.sites[self.s]);
        let model = &self.view.models[self.model];
        let months = prices.lead_months(self.kind()).max(params.least_lead_months());
        let outlay = self.mean(|prices| prices.new_outlay(model, params.climate));
        let offer = self.offer(Action::Build, months, outlay, 0.0, prices.module_mw(self.kind()))?;
        prices.may_build(model).then_some(offer)
    }

    fn convert(&self) -> Option<Offer> {
        let (model, conversion) = (&self.view.models[self.model], &self.view.scenario.conversion);
        if !self.unpriced().may_convert(model) {
            return None;
        }
        let climate = self.view.scenario.sites[self.s].climate;
        let outlay = self.mean(|prices| prices.conversion_outlay(model, climate));
        let runs_share = 1.0 - conversion.lost_mining_share;
        self.offer(Action::Convert, conversion.months, outlay, runs_share, conversion.module_mw)
    }

    fn refresh(&self) -> Option<Offer> {
        let model = &self.view.models[self.model];
        let months = self.unpriced().refresh_months(model)?;
        let machines_usd =
            self.mean(|prices| Outlay { infrastructure_usd: 0.0, machines_usd: prices.machines_usd_per_mw(model) });
        self.offer(Action::Refresh, months, machines_usd, 1.0, self.unpriced().module_mw(self.kind()))
    }

    /// Mean over the paths of an outlay at the prices of the date.
    fn mean(&self, of: impl Fn(&Prices) -> Outlay) -> Outlay {
        let count = self.view.paths.count();
        let mut sum = Outlay::default();
        for path in 0..count {
            let outlay = of(&self.factory.prices(path, self.day));
            sum.infrastructure_usd += outlay.infrastructure_usd / count as f64;
            sum.machines_usd += outlay.machines_usd / count as f64;
        }
        sum
    }

    /// The offer, if it opens before the end.
    fn offer(&self, action: Action, months: u32, outlay: Outlay, old_runs_share: f64, module_mw: f64) -> Option<Offer> {
        let (view, prices) = (self.view, self.unpriced());
        let online = self.day.plus_months(months as i32);
        let opens = online < view.scenario.end && view.axis.boundary(online) < view.axis.segments();
        let mut batch =
            Batch::new(self.model, 1.0, online, online.plus_months(prices.life_months(self.kind())), outlay);
        batch.signed_rent_usd_per_kw_month = prices.signed_rent(self.s, self.kind());
        opens.then(|| Offer {
            date: self.date,
            action,
            stage: self.factory.stage(&batch),
            capital_usd_per_mw: outlay.total_usd(),
            cost_discounted_usd_per_mw: view.money.cost(self.day, outlay.infrastructure_usd, outlay.machines_usd),
            hall: (action != Action::Refresh).then(|| self.factory.hall(&batch)),
            old_runs_share,
            module_mw,
            minimum_mw: prices.minimum_site_mw(self.kind()),
        })
    }
}
