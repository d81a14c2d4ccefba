//! The cuts of time.

use crate::calendar::Day;
use crate::placement::FarmKind;
use crate::scenario::Scenario;
use crate::scenario::model::Occasion;
use crate::sim::components::Batch;
use crate::sim::technology::Prices;

/// Openings and ends of life this near to another boundary, days, are taken to be on it.
const NEAR_DAYS: i32 = 10;

/// Boundaries, decision dates and groups of a field.
pub struct Axis {
    /// As [`crate::placement::field::Field::boundaries`].
    pub boundaries: Vec<Day>,
    /// As [`crate::placement::field::Field::dates`].
    pub dates: Vec<usize>,
    /// By date: whether anything may be ordered.
    pub offered: Vec<bool>,
    /// As [`crate::placement::field::Field::groups`].
    pub groups: Vec<usize>,
}

impl Axis {
    /// The axis of a scenario whose halvings are expected on the given days.
    ///
    /// The first day, decision dates and first of Januaries are boundaries as they are. Openings and ends are added in
    /// order of time where no boundary is near; [`Axis::boundary`] takes the others to their neighbour.
    pub fn of(scenario: &Scenario, halvings: &[Day], standing: &[Vec<Batch>]) -> Self {
        let (start, end) = (scenario.start, scenario.end.max(scenario.start.plus_days(1)));
        let januaries: Vec<Day> = (start.year() + 1..=end.year())
            .map(|year| Day::from_date(jiff::civil::date(year, 1, 1)))
            .filter(|day| *day < end)
            .collect();
        let decides = |occasion| scenario.placement.decide.contains(&occasion);
        let mut dates = vec![start];
        dates.extend(januaries.iter().filter(|_| decides(Occasion::Yearly)));
        dates.extend(
            halvings.iter().map(|d| d.plus_days(1)).filter(|d| decides(Occasion::Halving) && start < *d && *d < end),
        );
        dates.sort();
        dates.dedup();
        let mut boundaries: Vec<Day> = dates.iter().chain(&januaries).copied().chain([end]).collect();
        boundaries.sort();
        boundaries.dedup();
        for day in soft(scenario, &dates, standing) {
            let place = boundaries.partition_point(|b| *b < day);
            let near = |b: &Day| (b.0 - day.0).abs() < NEAR_DAYS;
            let taken = boundaries.get(place).is_some_and(near) || place > 0 && near(&boundaries[place - 1]);
            if start < day && day < end && !taken {
                boundaries.insert(place, day);
            }
        }
        let offered = dates.iter().map(|d| *d != start || decides(Occasion::Start) || januaries.contains(d)).collect();
        let index = |day: &Day| boundaries.partition_point(|b| b < day);
        let years = boundaries[..boundaries.len() - 1].iter().map(|b| (b.year() - start.year()) as usize);
        Self { dates: dates.iter().map(index).collect(), groups: years.collect(), offered, boundaries }
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.boundaries.len() - 1
    }

    /// First day and day after the last of each segment.
    pub fn spans(&self) -> impl Iterator<Item = (Day, Day)> + '_ {
        self.boundaries.windows(2).map(|w| (w[0], w[1]))
    }

    /// The boundary nearest to a day; the last for every day after it.
    pub fn boundary(&self, day: Day) -> usize {
        let place = self.boundaries.partition_point(|b| *b < day);
        let Some(after) = self.boundaries.get(place) else { return self.segments() };
        let nearer_before = place > 0 && day.0 - self.boundaries[place - 1].0 < after.0 - day.0;
        if nearer_before { place - 1 } else { place }
    }

    /// Days of decision.
    pub fn date(&self, date: usize) -> Day {
        self.boundaries[self.dates[date]]
    }
}

/// Openings, ends of works and ends of life of all that stands or can be ordered, in order of time.
fn soft(scenario: &Scenario, dates: &[Day], standing: &[Vec<Batch>]) -> Vec<Day> {
    let mut days: Vec<Day> = standing.iter().flatten().map(|batch| batch.until).collect();
    for date in dates {
        let prices = Prices::unpriced(scenario, *date);
        for kind in FarmKind::ALL.into_iter().filter(|k| super::wants(scenario, *k)) {
            let (lead, life) = (prices.lead_months(kind), prices.life_months(kind));
            let mut leads: Vec<u32> = scenario.sites.iter().map(|s| lead.max(s.least_lead_months())).collect();
            leads.push(lead);
            if kind != FarmKind::Mining && scenario.conversion.allowed {
                leads.push(scenario.conversion.months);
            }
            if kind == FarmKind::Cloud && scenario.cloud.refresh {
                leads.push(0);
            }
            for lead in leads {
                let online = date.plus_months(lead as i32);
                days.extend([online, online.plus_months(life)]);
            }
        }
    }
    days.sort();
    days.dedup();
    days
}
