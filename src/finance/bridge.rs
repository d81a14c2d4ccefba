//! From one net present value to another, in steps that add up.

/// One step of a [`Bridge`]: the same part of both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What the part is called.
    pub name: String,
    /// Its amount on the side one comes from, USD.
    pub from_usd: f64,
    /// Its amount on the side one goes to, USD.
    pub to_usd: f64,
}

impl Step {
    /// What the step adds, USD.
    pub fn difference_usd(&self) -> f64 {
        self.to_usd - self.from_usd
    }
}

/// The way from one amount to another: the parts of both, name by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridge {
    /// Where it begins: the sum of the one side's parts, USD.
    pub from_usd: f64,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Where it ends: the sum of the other side's parts, USD.
    pub to_usd: f64,
}

impl Bridge {
    /// Bridges two amounts by their parts, (name, USD).
    ///
    /// A part that one side lacks is 0 there, parts of one name are summed, and what is 0 on both sides is no step.
    /// Steps stand in the order of `from`, then come those that only `to` has.
    pub fn new(from: &[(String, f64)], to: &[(String, f64)]) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        for (name, usd) in from {
            step(&mut steps, name).from_usd += usd;
        }
        for (name, usd) in to {
            step(&mut steps, name).to_usd += usd;
        }
        steps.retain(|step| step.from_usd != 0.0 || step.to_usd != 0.0);
        let sum = |parts: &[(String, f64)]| parts.iter().map(|part| part.1).fold(0.0, |sum, usd| sum + usd);
        Self { from_usd: sum(from), steps, to_usd: sum(to) }
    }

    /// What all steps add, USD.
    pub fn difference_usd(&self) -> f64 {
        self.to_usd - self.from_usd
    }

    /// The same with all steps that add less than `share` of the largest put together as the last, called `name`; a
    /// single one stays as it is.
    #[must_use]
    pub fn with_small_steps_as(self, name: &str, share: f64) -> Self {
        let size = |step: &Step| step.difference_usd().abs();
        let least = share * self.steps.iter().map(size).fold(0.0, f64::max);
        let (small, mut steps): (Vec<Step>, Vec<Step>) = self.steps.iter().cloned().partition(|s| size(s) < least);
        if small.len() < 2 {
            return self;
        }
        let (from_usd, to_usd) = small.iter().fold((0.0, 0.0), |(a, b), s| (a + s.from_usd, b + s.to_usd));
        steps.push(Step { name: name.to_owned(), from_usd, to_usd });
        Self { steps, ..self }
    }
}

/// The step of this name, new at the end where there is none.
fn step<'s>(steps: &'s mut Vec<Step>, name: &str) -> &'s mut Step {
    let at = steps.iter().position(|step| step.name == name).unwrap_or_else(|| {
        steps.push(Step { name: name.to_owned(), from_usd: 0.0, to_usd: 0.0 });
        steps.len() - 1
    });
    &mut steps[at]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(parts: &[(&str, f64)]) -> Vec<(String, f64)> {
        parts.iter().map(|(name, usd)| ((*name).to_owned(), *usd)).collect()
    }

    fn named(bridge: &Bridge) -> Vec<(&str, f64)> {
        bridge.steps.iter().map(|s| (s.name.as_str(), s.difference_usd())).collect()
    }

    #[test]
    fn a_bridge_goes_name_by_name_and_what_one_side_lacks_is_zero_there() {
        let from = parts(&[("coins", 10.0), ("rent", 0.0), ("power", -4.0), ("tax", -1.0)]);
        let to = parts(&[("coins", 12.0), ("rent", 0.0), ("power", -7.0), ("debt", -2.0), ("debt", -1.0)]);
        let bridge = Bridge::new(&from, &to);
        assert_eq!((bridge.from_usd, bridge.to_usd, bridge.difference_usd()), (5.0, 2.0, -3.0));
        assert_eq!(named(&bridge), [("coins", 2.0), ("power", -3.0), ("tax", 1.0), ("debt", -3.0)]);
        assert_eq!(Bridge::new(&[], &[]), Bridge { from_usd: 0.0, steps: vec![], to_usd: 0.0 });
    }

    #[test]
    fn small_steps_are_put_together_at_the_end_and_one_alone_keeps_its_name() {
        let to = parts(&[("a", 0.3), ("b", 100.0), ("c", -0.2), ("d", -50.0)]);
        let all = Bridge::new(&[], &to);
        let few = all.clone().with_small_steps_as("others", 0.005);
        assert_eq!(few.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["b", "d", "others"]);
        assert!((few.steps[2].to_usd - 0.1).abs() < 1e-12 && few.to_usd == all.to_usd);
        assert_eq!(all.clone().with_small_steps_as("others", 0.0025), all);
    }

    fn sides() -> impl Strategy<Value = Vec<(String, f64)>> {
        prop::collection::vec(("[a-f]", -1e9..1e9f64), 0..12)
    }

    proptest! {
        #[test]
        fn steps_add_up_and_the_way_back_undoes_them(from in sides(), to in sides(), share in 0.0..1.0f64) {
            let there = Bridge::new(&from, &to);
            let small = there.clone().with_small_steps_as("others", share);
            for bridge in [&there, &small] {
                let steps: f64 = bridge.steps.iter().map(Step::difference_usd).sum();
                prop_assert!((steps - bridge.difference_usd()).abs() < 1e-5);
            }
            let back = Bridge::new(&to, &from);
            prop_assert_eq!(back.difference_usd(), -there.difference_usd());
            for step in &there.steps {
                let undone = back.steps.iter().find(|s| s.name == step.name).map(Step::difference_usd);
                prop_assert_eq!(undone, Some(-step.difference_usd()));
            }
        }

        #[test]
        fn nothing_lies_between_a_thing_and_itself(side in sides()) {
            let bridge = Bridge::new(&side, &side);
            prop_assert!(bridge.difference_usd() == 0.0 && bridge.steps.iter().all(|s| s.difference_usd() == 0.0));
        }
    }
}
