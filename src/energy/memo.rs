//! What was worked out of late, to be found again.

use core::cell::RefCell;
use std::collections::VecDeque;

/// Most results that are kept: more than a scenario has sites.
const LIMIT: usize = 256;

/// The last results of a costly function of `K`, which are the same whenever it is asked: the runs of a sweep ask for
/// the same plants and prices, for each draw of their weather, and when their scenario is checked. One for each thread,
/// so that none waits for another.
#[derive(Debug)]
pub(super) struct Memo<K, V>(RefCell<VecDeque<(K, V)>>);

impl<K: PartialEq + Clone, V: Clone> Memo<K, V> {
    pub const fn new() -> Self {
        Self(RefCell::new(VecDeque::new()))
    }

    /// What `work_out` gives for the key, unless that is known.
    pub fn get(&self, key: &K, work_out: impl FnOnce() -> V) -> V {
        if let Some((_, known)) = self.0.borrow().iter().find(|(of, _)| of == key) {
            return known.clone();
        }
        let value = work_out();
        let mut kept = self.0.borrow_mut();
        kept.push_back((key.clone(), value.clone()));
        if kept.len() > LIMIT {
            kept.pop_front();
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_worked_out_again_until_it_is_forgotten() {
        let memo = Memo::new();
        let known = |key: usize| memo.get(&key, || usize::MAX) == key;
        for key in 0..LIMIT {
            assert_eq!(memo.get(&key, || key), key);
        }
        assert!((0..LIMIT).all(known));
        memo.get(&LIMIT, || LIMIT);
        assert!((1..=LIMIT).all(known) && !known(0));
    }
}
