//! The answer of a plan that keeps a cap on emissions, in real money.

use std::time::Instant;

use super::at_price::Candidate;
use super::cap::{Case, Chosen, NAME, Proved};
use super::others::alternatives;
use super::relax::Search;
use super::report;
use super::solve::Optimum;
use super::whole::Whole;
use crate::placement::answer::{
    Answer, Co2Answer, Effort, InternalPrice, LimitAnswer, LimitUnit, PlaceError, Proof, Sampling, SiteEmissions, Sizes,
};
use crate::placement::carbon::Emitted;
use crate::placement::field::{Co2Cap, Field};

impl Case<'_> {
    /// What there is to say about a plan, asked at the cap's own price: what sites lack, what connections are worth,
    /// what else is nearly as good. Values of sites and paths are charged.
    pub(super) fn describe(
        &self,
        field: &mut Field,
        shadow_usd_per_t: f64,
        plan: &Candidate,
        proved: &Proved,
    ) -> Result<Answer, PlaceError> {
        let started = Instant::now();
        field.charge(shadow_usd_per_t, &self.curves);
        let (field, settings) = (&*field, self.settings);
        let mut search = Search::new(field);
        let mix = plan.lives.learnt(&mut search);
        let mw = mix.mw.clone();
        let value_usd = if settings.relax { search.valued(mix).value_usd } else { search.value_of_whole(&mw) };
        let relaxed = search.solve(self.relaxed_gap_share, f64::NEG_INFINITY)?;
        let mut charged = Whole { mw, value_usd };
        charged.mw.resize(search.master.columns.len(), 0.0);
        let (relaxed_usd, relaxed_bound_usd) = proved.relaxed_usd;
        let gap_share = if settings.relax { settings.relaxed_gap_share } else { settings.gap_share };
        let mut answer = Answer {
            sizes: if settings.relax { Sizes::Continuous } else { Sizes::Modules },
            proof: Proof::new(plan.value_usd, proved.bound_usd, gap_share),
            relaxation: Proof::new(relaxed_usd, relaxed_bound_usd, settings.relaxed_gap_share),
            effort: Effort {
                rounds: proved.rounds + search.rounds as u64,
                cuts: search.master.hours.cuts.iter().map(|c| c.len() as u64).sum(),
                nodes: proved.nodes,
                seconds: proved.seconds,
            },
            ..Answer::default()
        };
        report::describe(&search, &relaxed, &charged, &mut answer);
        if let Some(within) = settings.alternatives_within_share {
            answer.alternatives = alternatives(&mut search, &relaxed, &charged, Vec::new(), within, settings)?;
            for alternative in &mut answer.alternatives {
                let loss_usd = charged.value_usd - alternative.value_usd;
                alternative.value_usd = plan.value_usd - loss_usd;
                alternative.loss_share = loss_usd / plan.value_usd.abs().max(1.0);
            }
            // What would be better at the cap's price breaks the cap.
            answer.alternatives.retain(|alternative| alternative.loss_share >= 0.0);
        }
        if settings.curves {
            answer.value_curves = report::value_curves(field, &relaxed, &answer.sites)?;
        }
        answer.effort.seconds.afterwards = started.elapsed().as_secs_f64();
        Ok(answer)
    }
}

/// The answer in real money; the field is charged with the plan's price.
pub(super) fn finish(field: &Field, chosen: Chosen) -> Optimum<'_> {
    let Chosen { plan, shadow_usd_per_t, mut answer, priced } = chosen;
    let mut search = Search::new(field);
    let mw = plan.lives.learnt(&mut search).mw;
    let emitted = field.emitted(&search.draws(&mw), plan.worth_usd_per_t);
    if priced {
        in_real_money(&mut answer, &search, &mw, &emitted, plan.worth_usd_per_t);
    }
    let co2 = co2_answer(field, shadow_usd_per_t, &emitted);
    answer.limits.push(limit(field, co2.as_ref()));
    answer.co2 = co2;
    Optimum { answer, search, plan: Whole { mw, value_usd: plan.value_usd } }
}

/// Nobody is paid the price at which the plan is run.
fn in_real_money(answer: &mut Answer, search: &Search, mw: &[f64], emitted: &Emitted, worth_usd_per_t: f64) {
    for (s, (site, emitted_t)) in answer.sites.iter_mut().zip(&emitted.by_site_t).enumerate() {
        site.value_usd = search.value_at_site_usd(s, mw) + worth_usd_per_t * emitted_t;
    }
    let charged_usd = search.path_values_usd(mw);
    let values = charged_usd.iter().zip(&emitted.by_path_t).map(|(usd, t)| usd + worth_usd_per_t * t).collect();
    let sampling = &answer.sampling;
    answer.sampling = Sampling::of(values, sampling.hours_per_path_and_site, sampling.worst);
}

fn co2_answer(field: &Field, shadow_usd_per_t: f64, emitted: &Emitted) -> Option<Co2Answer> {
    let Co2Cap { t_per_year, worth_usd_per_t } = field.co2?;
    let years = field.years();
    let site = |(site, emitted_t): (&crate::placement::field::FieldSite, &f64)| SiteEmissions {
        site: site.name.clone(),
        t_per_year: emitted_t / years,
    };
    let price = |segment: usize| {
        let day = field.days.iter().find(|day| day.segment == segment)?;
        let usd_per_t = field.internal_usd_per_t(worth_usd_per_t, day);
        Some(InternalPrice { from: field.boundaries[segment], usd_per_t })
    };
    let priced = if worth_usd_per_t > 0.0 { field.segments() } else { 0 };
    Some(Co2Answer {
        cap_t_per_year: t_per_year,
        emitted_t_per_year: emitted.total_t() / years,
        sites: field.sites.iter().zip(&emitted.by_site_t).filter(|(_, t)| **t > 0.0).map(site).collect(),
        shadow_usd_per_t,
        charged_usd_per_t: worth_usd_per_t,
        internal_price: (0..priced).filter_map(price).collect(),
    })
}

/// The cap among the other limits.
fn limit(field: &Field, co2: Option<&Co2Answer>) -> LimitAnswer {
    LimitAnswer {
        name: NAME.to_owned(),
        unit: LimitUnit::TonnesPerYear,
        at_most: co2.map_or(f64::INFINITY, |co2| co2.cap_t_per_year),
        used: co2.map_or(0.0, |co2| co2.emitted_t_per_year),
        usd_per_unit: co2.map_or(0.0, |co2| co2.shadow_usd_per_t * field.years()),
    }
}
