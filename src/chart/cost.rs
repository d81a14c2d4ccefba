//! Cost per coin, four ways, against what a coin sells for.

use std::collections::BTreeMap;

use plotters::style::RGBColor;

use super::ChartError;
use super::canvas::{self, Align, Canvas, Key, Mark, SMALL, Style, WIDTH};
use super::data::{halvings, month_start, span, subtitle};
use super::font::text_width;
use super::palette::{INK, tint};
use super::panel::Panel;
use super::scale::{Scale, short};
use crate::calendar::Day;
use crate::results::{EpochRow, Kind, MonthlyRow, Scope, Tables};

type Cost = (&'static str, RGBColor, fn(&EpochRow) -> Option<f64>);

const COSTS: [Cost; 4] = [
    ("electricity", RGBColor(0x00, 0x9e, 0x73), |r| r.electricity_usd_per_btc),
    ("marginal", RGBColor(0xcc, 0x79, 0xa7), |r| r.marginal_usd_per_btc),
    ("cash", RGBColor(0xe6, 0x9f, 0x00), |r| r.cash_usd_per_btc),
    ("all-in", RGBColor(0xd5, 0x5e, 0x00), |r| r.all_in_usd_per_btc),
];

/// Costs of a month below this share of the run's mean monthly coins are noise, not a price.
const LEAST_COINS_SHARE: f64 = 0.02;

pub(super) fn svg(tables: &Tables, run: &str) -> Result<String, ChartError> {
    canvas::svg(1000.0, |c| {
        let epochs =
            tables.epochs.iter().filter(|r| r.scope == Scope::Portfolio && r.kind == Kind::Mining).collect::<Vec<_>>();
        let months = monthly_costs(tables);
        let step_values = || epochs.iter().flat_map(|r| COSTS.iter().filter_map(|cost| cost.2(r)));
        let values = || {
            let prices = tables.network.iter().map(|r| r.price_usd);
            let months = months.values().flat_map(|m| [m.electricity, m.cash]);
            prices.chain(step_values()).chain(months)
        };
        let is_log = Scale::log_or_linear(values(), (0.0, 1.0)).is_log();
        let is_mined = step_values().next().is_some();
        let top = c.heading("Cost per BTC, four ways, and the BTC price (USD/BTC)", &note(run, is_mined, is_log));
        let Some((first, last)) = span(tables) else {
            c.nothing("The run has no days.");
            return;
        };
        let mut keys = vec![Key::new("BTC price", INK, Mark::Line)];
        if is_mined {
            keys.extend(COSTS.map(|(name, color, _)| Key::new(format!("{name} cost"), color, Mark::Line)));
        }
        let top = c.legend(top, &keys);
        let panel = Panel { left: 130.0, right: WIDTH - 60.0, top: top + 44.0, bottom: c.height() - 60.0 };
        let y = Scale::log_or_linear(values(), panel.y_px());
        let x = panel.time(first, last);
        panel.draw_y(c, &y);
        panel.draw_halvings(c, &x, &halvings(tables), true);
        panel.draw_time(c, first, last);
        let price = tables.network.iter().filter_map(|r| {
            let day = Day::parse(&r.date).ok()?;
            Some((f64::from(day.0), positive(r.price_usd)))
        });
        c.curve((&x, &y), price, INK, 2.0);
        draw_months(c, (&x, &y), &months);
        draw_steps(c, (&x, &y), &epochs);
    })
}

fn note(run: &str, is_mined: bool, is_log: bool) -> String {
    let text = if is_mined {
        "all mining farms together; steps: mean of a halving epoch, thin lines: months (electricity and cash); marginal \
         counts grid sales given up"
    } else {
        "no coin was mined, so there is no cost to show"
    };
    subtitle(run, &format!("{text}{}", if is_log { "; log scale" } else { "" }))
}

fn positive(value: f64) -> f64 {
    if value > 0.0 { value } else { f64::NAN }
}

/// A month's cost per coin, USD/BTC; not finite where there is none above zero.
struct Month {
    electricity: f64,
    cash: f64,
}

fn monthly_costs(tables: &Tables) -> BTreeMap<Day, Month> {
    let mut sums: BTreeMap<Day, (f64, f64, f64)> = BTreeMap::new();
    for row in tables.monthly.iter().filter(|r| r.kind == Kind::Mining) {
        if let Some(month) = month_start(&row.month) {
            let sum = sums.entry(month).or_default();
            sum.0 += row.btc_mined;
            sum.1 += electricity_usd(row);
            sum.2 += electricity_usd(row) + other_cash_usd(row);
        }
    }
    let least = LEAST_COINS_SHARE * sums.values().map(|s| s.0).sum::<f64>() / sums.len().max(1) as f64;
    let month = |(btc, electricity, cash): (f64, f64, f64)| {
        let per_coin = |usd: f64| if btc > least { positive(usd / btc) } else { f64::NAN };
        Month { electricity: per_coin(electricity), cash: per_coin(cash) }
    };
    sums.into_iter().map(|(day, sum)| (day, month(sum))).collect()
}

fn electricity_usd(row: &MonthlyRow) -> f64 {
    -(row.energy_cost_usd + row.demand_charges_usd + row.backup_fuel_usd)
}

fn other_cash_usd(row: &MonthlyRow) -> f64 {
    let running_usd = row.pool_fee_usd + row.fixed_om_usd + row.variable_om_usd + row.overhead_usd;
    -(running_usd + row.site_lease_usd + row.insurance_usd + row.property_tax_usd)
}

fn draw_months(c: &mut Canvas, scales: (&Scale, &Scale), months: &BTreeMap<Day, Month>) {
    let middle = |day: &Day| f64::from(day.0) + 15.0;
    let electricity = months.iter().map(|(day, m)| (middle(day), m.electricity));
    c.curve(scales, electricity, tint(COSTS[0].1, 0.6), 1.5);
    let cash = months.iter().map(|(day, m)| (middle(day), m.cash));
    c.curve(scales, cash, tint(COSTS[2].1, 0.6), 1.5);
}

/// Thick steps with their values, which give way to each other upwards.
fn draw_steps(c: &mut Canvas, (x, y): (&Scale, &Scale), epochs: &[&EpochRow]) {
    for row in epochs {
        let (Ok(first), Ok(last)) = (Day::parse(&row.first_day), Day::parse(&row.last_day)) else {
            continue;
        };
        let (from, to) = (x.at(f64::from(first.0)), x.at(f64::from(last.0 + 1)));
        let mut labels = Vec::new();
        for (_, color, cost) in COSTS {
            if let Some(value) = cost(row).filter(|v| *v > 0.0) {
                c.line(&[(from, y.at(value)), (to, y.at(value))], color, 5.0);
                labels.push((y.at(value), short(value), color));
            }
        }
        labels.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut below = f64::INFINITY;
        for (at, label, color) in labels {
            let width = text_width(&label, SMALL, true);
            if width + 12.0 > to - from {
                continue;
            }
            // The lowest hangs below its line, the others stand on theirs.
            let middle = if below.is_finite() { (at - 15.0).min(below - 22.0) } else { at + 15.0 };
            below = middle;
            let left = to - width - 12.0;
            c.rect((left, middle - 10.0), (left + width + 8.0, middle + 10.0), tint(color, 0.18));
            c.text((left + 4.0, middle), &label, Style::new(SMALL, INK, Align::Left).bold());
        }
    }
}
