//! What `place` prints: sentences with units, then tables of what is built and of what was not.

use crate::cli::exit::Failure;
use crate::cli::output::{grouped, millions, rounded, table};
use crate::placement::Action;
use crate::placement::answer::{
    Alternative, Answer, Difference, Lack, LimitAnswer, LimitUnit, PlannedStep, Promise, Sizes, WorstPaths,
};
use crate::results::PlaceSummary;
use std::io::{self, Write};
use std::path::Path;

/// Sites without farms that have a line of their own.
const MOST_LACKING: usize = 6;
/// Alternatives that are told.
const MOST_ALTERNATIVES: usize = 5;
/// Differences told of one alternative.
const MOST_DIFFERENCES: usize = 3;

/// Prints the answer and where the files are.
pub fn text(summary: &PlaceSummary, out: &Path) -> Result<(), Failure> {
    let run = format!("hashwatt run {}", out.join("plan.toml").display());
    let charts = out.join("charts");
    let places = format!("results  {}\ncharts   {}\nsimulate {run}", out.display(), charts.display());
    writeln!(io::stdout().lock(), "{}\n\n{places}", describe(summary))?;
    Ok(())
}

/// Prints what answer.json holds, and the folder it is in.
pub fn json(summary: &PlaceSummary, out: &Path) -> Result<(), Failure> {
    let failed = |e: serde_json::Error| Failure::Unexpected(e.to_string());
    let mut value = serde_json::to_value(summary).map_err(failed)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("folder".into(), out.display().to_string().into());
    }
    let text = serde_json::to_string_pretty(&value).map_err(failed)?;
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Everything but the places of the files.
pub(super) fn describe(summary: &PlaceSummary) -> String {
    let answer = &summary.answer;
    let paragraphs = [
        Some(head(summary)),
        Some(proof(answer)),
        Some(plan(answer)),
        sites(answer),
        limits(answer),
        emissions(answer),
        lacking(answer),
        alternatives(answer),
        policies(answer),
    ];
    paragraphs.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

fn head(summary: &PlaceSummary) -> String {
    let answer = &summary.answer;
    let placed = answer.sites.iter().filter(|s| s.placed_mw > 0.0);
    let mw: f64 = placed.clone().map(|s| s.placed_mw).sum();
    format!(
        "{}, {} to {}, seed {}: {} MW at {} of {} sites for {} M USD of capital",
        summary.scenario,
        summary.first_day,
        summary.last_day,
        summary.seed,
        rounded(mw),
        placed.count(),
        answer.sites.len(),
        millions(answer.sites.iter().map(|s| s.capital_usd).sum()),
    )
}

fn proof(answer: &Answer) -> String {
    let proof = &answer.proof;
    let stopped = if proof.is_reached() { "" } else { ": the search ended before it was reached" };
    let mut lines = vec![
        value(answer),
        format!(
            "No plan is worth more than {} M USD: the gap is {}, {} were asked for{stopped}.",
            millions(proof.upper_bound_usd),
            fine_percent(proof.gap_share),
            fine_percent(proof.gap_asked_share),
        ),
    ];
    if answer.sizes == Sizes::Modules {
        let relaxed = &answer.relaxation;
        let (value, bound) = (millions(relaxed.objective_usd), millions(relaxed.upper_bound_usd));
        lines.push(format!("Were sizes continuous, it would be {value} M USD (at most {bound})."));
    }
    lines.extend(answer.promise.as_ref().map(promise));
    lines.push(effort(answer));
    lines.join("\n")
}

/// The value, and over which paths.
fn value(answer: &Answer) -> String {
    let sampling = &answer.sampling;
    let sizes = if answer.sizes == Sizes::Continuous { " (continuous sizes)" } else { "" };
    let meaning = "expected after tax and capital, over selling the energy, discounted to the first day";
    let hours = grouped(sampling.hours_per_path_and_site);
    let over = match sampling.paths() {
        1 => format!("one path of {hours} hours a site"),
        n => format!("{n} paths of {hours} hours a site"),
    };
    let objective = millions(answer.proof.objective_usd);
    match &sampling.worst {
        None => format!("The plan{sizes} is worth {objective} M USD, {meaning}\n({over})."),
        Some(WorstPaths { weight, tail_share, mean_usd }) => format!(
            "The plan{sizes} is worth {} M USD in the mean and {} M USD in the worst {} of the paths, {meaning}\n({over}).\n\
             Weighing the worst with {weight}, {objective} M USD.",
            millions(sampling.mean_usd),
            millions(*mean_usd),
            fine_percent(*tail_share),
        ),
    }
}

/// What simulated runs should give.
fn promise(promise: &Promise) -> String {
    let paths = promise.path_values_usd.len();
    let others = if paths == 1 { "one other path".to_owned() } else { format!("{paths} other paths") };
    let mean = format!("On {others} than it was made for it is worth {} M USD", millions(promise.mean_usd));
    let (Some(error), Some(sd), Some([low, high])) =
        (promise.standard_error_usd, promise.run_sd_usd, promise.run_range_usd)
    else {
        return format!("{mean}.");
    };
    format!(
        "{mean} with a standard error of {} M USD: so should the mean of many simulated runs be.\n\
         One run has a standard deviation of {} M USD: 95 % lie between {} and {} M USD.",
        millions(error),
        millions(sd),
        millions(low),
        millions(high),
    )
}

fn effort(answer: &Answer) -> String {
    let (effort, seconds) = (&answer.effort, &answer.effort.seconds);
    format!(
        "{} rounds, {} cuts, {} nodes; {:.1} s: {:.1} to pose, {:.1} relaxed, {:.1} in whole modules, {:.1} afterwards",
        grouped(effort.rounds),
        grouped(effort.cuts),
        grouped(effort.nodes),
        seconds.total(),
        seconds.posing,
        seconds.relaxation,
        seconds.modules,
        seconds.afterwards,
    )
}

fn plan(answer: &Answer) -> String {
    if answer.plan.is_empty() {
        return "Nothing is built: no option of any site earns its capital.".to_owned();
    }
    let row = |s: &PlannedStep| {
        let technology = match &s.replaced {
            Some(old) => format!("{} for {old}", s.technology),
            None => s.technology.clone(),
        };
        let kind = if s.technology == s.kind.as_str() { String::new() } else { format!("{} ", s.kind.as_str()) };
        [
            s.site.clone(),
            format!("{} {kind}{technology}", s.action.as_str()),
            s.date.to_string(),
            s.online_on.map_or_else(|| "–".to_owned(), |day| day.to_string()),
            size(s.mw),
            if s.action == Action::Retire { "–".to_owned() } else { millions(s.capital_usd) },
        ]
    };
    let header = ["plan", "step", "ordered", "runs from", "MW", "capital M USD"];
    table(header, answer.plan.iter().map(row))
}

fn sites(answer: &Answer) -> Option<String> {
    let placed: Vec<_> = answer.sites.iter().filter(|s| s.placed_mw > 0.0).collect();
    if placed.is_empty() {
        return None;
    }
    let rows = placed.iter().map(|s| {
        let full =
            if s.connection_usd_per_mw > 0.0 { rounded(s.connection_usd_per_mw / 1e3) } else { "–".to_owned() };
        [
            s.site.clone(),
            size(s.mining_mw),
            size(s.hosting_mw + s.cloud_mw),
            size(s.maximum_mw),
            millions(s.value_usd),
            millions(s.capital_usd),
            full,
        ]
    });
    let header = [
        "largest size",
        "mining MW",
        "AI MW",
        "connection MW",
        "value M USD",
        "capital M USD",
        "1 MW more of connection k USD",
    ];
    Some(table(header, rows))
}

fn limits(answer: &Answer) -> Option<String> {
    if answer.limits.is_empty() {
        return None;
    }
    let free: Vec<&LimitAnswer> = answer.limits.iter().filter(|l| !l.binds()).collect();
    let mut text = Vec::new();
    if free.len() < answer.limits.len() {
        let rows = answer.limits.iter().filter(|l| l.binds()).map(|l| {
            let (at_most, used, unit) = match l.unit {
                LimitUnit::Usd => (millions(l.at_most), millions(l.used), "M USD"),
                LimitUnit::Mw => (size(l.at_most), size(l.used), "MW"),
                LimitUnit::TonnesPerYear => (rounded(l.at_most), rounded(l.used), "t/year"),
            };
            [l.name.clone(), at_most, used, unit.to_owned(), worth(l)]
        });
        text.push(table(["limit that binds", "at most", "used", "unit", "one more is worth"], rows));
    }
    if !free.is_empty() {
        let names: Vec<&str> = free.iter().map(|l| l.name.as_str()).collect();
        text.push(format!("Not binding: {}.", listed(&names, 6)));
    }
    Some(text.join("\n"))
}

fn worth(limit: &LimitAnswer) -> String {
    match limit.unit {
        LimitUnit::Usd => format!("{:.3} USD per USD", limit.usd_per_unit),
        LimitUnit::Mw => format!("{} USD per MW", rounded(limit.usd_per_unit)),
        LimitUnit::TonnesPerYear => format!("{} USD per t/year", rounded(limit.usd_per_unit)),
    }
}

/// What is emitted, what a tonne more would be worth, and what decisions are charged for one.
fn emissions(answer: &Answer) -> Option<String> {
    let co2 = answer.co2.as_ref()?;
    let (emitted, cap) = (rounded(co2.emitted_t_per_year), rounded(co2.cap_t_per_year));
    let emits = format!("Power from the grid emits {emitted} t of CO2 a year, {cap} are allowed.");
    let priced = co2.internal_price.first().zip(co2.internal_price.last()).map(|(first, last)| {
        format!(
            "A tonne more over the horizon is worth {:.2} USD today. Who runs on which power is decided as if a tonne cost\n\
             {:.2} USD from {}, {:.2} USD from {}; nobody is paid that.",
            co2.shadow_usd_per_t, first.usd_per_t, first.from, last.usd_per_t, last.from,
        )
    });
    Some([Some(emits), priced].into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// Sites without farms, the nearest to being chosen first; all but a few in one line.
fn lacking(answer: &Answer) -> Option<String> {
    let empty: Vec<_> = answer.sites.iter().filter(|s| s.placed_mw <= 0.0).collect();
    let mut lacking: Vec<(&str, &Lack)> =
        empty.iter().filter_map(|s| Some((s.site.as_str(), s.lacks.as_ref()?))).collect();
    lacking.sort_by(|a, b| a.1.usd_per_mw.total_cmp(&b.1.usd_per_mw));
    let mut text = Vec::new();
    if !lacking.is_empty() {
        let rows = lacking.iter().take(MOST_LACKING).map(|(site, lack)| {
            let per_mwh = lack.usd_per_mwh.map_or_else(|| "–".to_owned(), |usd| format!("{usd:.1}"));
            [(*site).to_owned(), lack.option(), rounded(lack.usd_per_mw / 1e3), per_mwh]
        });
        text.push(table(["not chosen", "best option", "lacks k USD/MW", "or power cheaper by USD/MWh"], rows));
    }
    if let Some(((_, near), (_, far))) = lacking.get(MOST_LACKING).zip(lacking.last()) {
        let (near, far) = (rounded(near.usd_per_mw / 1e3), rounded(far.usd_per_mw / 1e3));
        text.push(format!("{} more sites lack {near} to {far} k USD/MW.", lacking.len() - MOST_LACKING));
    }
    let without: Vec<&str> = empty.iter().filter(|s| s.lacks.is_none()).map(|s| s.site.as_str()).collect();
    if !without.is_empty() {
        text.push(format!("Nothing can be ordered at {}.", listed(&without, 6)));
    }
    (!text.is_empty()).then(|| text.join("\n"))
}

fn alternatives(answer: &Answer) -> Option<String> {
    let line = |a: &Alternative| {
        format!(
            "  {} less, {} M USD: {}",
            fine_percent(a.loss_share),
            millions(a.value_usd),
            differences(&a.differences)
        )
    };
    let lines: Vec<String> = answer.alternatives.iter().take(MOST_ALTERNATIVES).map(line).collect();
    let left_out = answer.alternatives.len().saturating_sub(MOST_ALTERNATIVES);
    let more = if left_out > 0 { format!("\n  and {left_out} more in alternatives.csv") } else { String::new() };
    (!lines.is_empty()).then(|| format!("Other plans that are nearly as good:\n{}{more}", lines.join("\n")))
}

fn differences(all: &[Difference]) -> String {
    let one = |d: &Difference| {
        let (site, kind, mw, best) = (&d.site, d.kind.as_str(), size(d.mw), size(d.best_mw));
        format!("{site} {mw} MW of {kind} instead of {best}")
    };
    let told: Vec<String> = all.iter().take(MOST_DIFFERENCES).map(one).collect();
    let left_out = all.len().saturating_sub(MOST_DIFFERENCES);
    let more = if left_out > 0 { format!(" and {left_out} more") } else { String::new() };
    format!("{}{more}", told.join(", "))
}

fn policies(answer: &Answer) -> Option<String> {
    let compared = answer.policies.iter().map(|p| {
        format!(
            "On the same paths `{}` is worth {} M USD: at most {} M USD ({}) short of the best plan.",
            p.policy,
            millions(p.value_usd),
            millions(p.regret_usd),
            fine_percent(p.regret_share),
        )
    });
    let lines: Vec<String> = compared.chain(answer.policies_left_out.iter().cloned()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// MW, with a decimal where they are not whole.
fn size(mw: f64) -> String {
    if (mw - mw.round()).abs() < 0.05 { rounded(mw) } else { format!("{mw:.1}") }
}

/// A share in percent with as many decimals as small gaps need.
fn fine_percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = match percent.abs() {
        p if p >= 1.0 || p == 0.0 => 1,
        p if p >= 0.1 => 2,
        _ => 4,
    };
    format!("{percent:.decimals$} %")
}

/// Names with commas, the first `most` of them.
fn listed(names: &[&str], most: usize) -> String {
    match names.len().checked_sub(most) {
        Some(more) if more > 0 => format!("{} and {more} more", names[..most].join(", ")),
        _ => names.join(", "),
    }
}
