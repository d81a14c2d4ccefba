//! Rows of returns.csv, from the closed books.

use std::collections::BTreeMap;

use super::rows::{Group, groups};
use super::tables::returns::ReturnsRow;
use crate::finance::{Books, Kind, Period, Returns};

/// Every farm, every site and the portfolio, by kind, over the whole run and by epoch; no rows of nothing.
pub fn returns_rows(books: &Books) -> Vec<ReturnsRow> {
    // A site's only farm of a kind has the figures of the farm.
    let mut known: BTreeMap<(Kind, Vec<usize>), Vec<ReturnsRow>> = BTreeMap::new();
    let mut rows = Vec::new();
    for group in groups(books) {
        let of_group = known.entry((group.kind, group.farms(books))).or_insert_with(|| rows_of(books, &group));
        let named = |row: &ReturnsRow| ReturnsRow { scope: group.scope, name: group.name.clone(), ..row.clone() };
        rows.extend(of_group.iter().map(named));
    }
    rows
}

fn rows_of(books: &Books, group: &Group) -> Vec<ReturnsRow> {
    let mut rows = Vec::new();
    if books.totals(|farm| group.counts(farm), |_| true).is_empty() {
        return rows;
    }
    rows.push(whole(books, group));
    for (epoch, ..) in books.epochs() {
        let within = |period: &Period| period.epoch == epoch;
        if !books.totals(|farm| group.counts(farm), within).is_empty() {
            rows.push(ReturnsRow { epoch: Some(epoch), ..part(books, group, within) });
        }
    }
    rows
}

fn whole(books: &Books, group: &Group) -> ReturnsRow {
    let own = books.returns(|farm| group.counts(farm));
    let equity = books.equity_returns(|farm| group.counts(farm));
    let mirr_note = |returns: &Returns| returns.mirr_per_year.err().map(|e| e.to_string()).unwrap_or_default();
    ReturnsRow {
        npv_usd: own.npv_usd,
        irr_note: own.irr_note(),
        mirr_note: mirr_note(&own),
        irr_per_year: own.irr_per_year.ok(),
        mirr_per_year: own.mirr_per_year.ok(),
        payback_years: own.payback_years,
        discounted_payback_years: own.discounted_payback_years,
        equity_npv_usd: equity.npv_usd,
        equity_mirr_note: mirr_note(&equity),
        equity_irr_note: equity.irr_note(),
        equity_irr_per_year: equity.irr_per_year.ok(),
        equity_mirr_per_year: equity.mirr_per_year.ok(),
        equity_payback_years: equity.payback_years,
        equity_discounted_payback_years: equity.discounted_payback_years,
        ..part(books, group, |_| true)
    }
}

fn part(books: &Books, group: &Group, periods: impl Fn(&Period) -> bool) -> ReturnsRow {
    let totals = books.totals(|farm| group.counts(farm), &periods);
    let coverage = books.coverage(|farm| group.counts(farm), &periods);
    let units = books.unit_figures(group.kind, |farm| group.counts(farm), &periods);
    ReturnsRow {
        scope: group.scope,
        name: group.name.clone(),
        kind: group.kind,
        npv_usd: totals.discounted_cash_flow_usd(),
        equity_npv_usd: totals.discounted_equity_cash_flow_usd(),
        minimum_dscr: coverage.minimum,
        average_dscr: coverage.average,
        levelised_usd_per_mwh: units.levelised_usd_per_mwh,
        levelised_usd_per_btc: units.levelised_usd_per_btc,
        levelised_usd_per_ph_day: units.levelised_usd_per_ph_day,
        levelised_usd_per_gpu_hour: units.levelised_usd_per_gpu_hour,
        levelised_usd_per_kw_month: units.levelised_usd_per_kw_month,
        break_even_btc_price_usd: units.break_even_btc_price_usd,
        break_even_hashprice_usd_per_ph_day: units.break_even_hashprice_usd_per_ph_day,
        break_even_power_usd_per_mwh: units.break_even_power_usd_per_mwh,
        break_even_fee_usd_per_kwh: units.break_even_fee_usd_per_kwh,
        break_even_rent_usd_per_gpu_hour: units.break_even_rent_usd_per_gpu_hour,
        break_even_rent_usd_per_kw_month: units.break_even_rent_usd_per_kw_month,
        ..ReturnsRow::default()
    }
}

#[cfg(test)]
mod tests;
