//! An exact solver that shares nothing with the auction: shortest augmenting paths, one request
//! after the other, on the full lists. Each request has a column of its own for not being served,
//! dearer than any path: most are served first.

use bayhub::sharing::matcher::auction::Candidate;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

const PENALTY: i64 = 1 << 32;
const NONE: usize = usize::MAX;

/// How a column was reached: how far, from which row, at what cost, and whether that is settled.
struct Reached {
    far: i64,
    row: usize,
    cost: i64,
    settled: bool,
}

struct Solver<'a> {
    wanted: &'a [Vec<Candidate>],
    bays: usize,
    u: Vec<i64>,
    v: Vec<i64>,
    row_at: Vec<usize>,
    column_of: Vec<usize>,
    cost_of: Vec<i64>,
}

/// How many are served, and what that costs.
pub(crate) fn optimum(wanted: &[Vec<Candidate>], bays: usize) -> (usize, i64) {
    let n = wanted.len();
    let m = bays + wanted.len();
    let u = vec![0; n];
    let v = vec![0; m];
    let row_at = vec![NONE; m];
    let mut solver = Solver {
        wanted,
        bays,
        u,
        v,
        row_at,
        column_of: vec![NONE; n],
        cost_of: vec![0; n],
    };
    (0..n).for_each(|row| solver.seat(row));
    let served: Vec<i64> = solver
        .cost_of
        .into_iter()
        .filter(|c| *c < PENALTY)
        .collect();
    (served.len(), served.iter().sum())
}

impl Solver<'_> {
    /// Seats one more, along the shortest path to a column that nobody has.
    fn seat(&mut self, start: usize) {
        let mut reached: HashMap<usize, Reached> = HashMap::new();
        let mut heap = BinaryHeap::new();
        let mut rows = Vec::new();
        let mut columns = Vec::new();
        let mut row = start;
        let mut base = 0;
        let (far, mut column) = loop {
            rows.push((row, base));
            let own = (self.bays + row, PENALTY);
            for (c, cost) in self.wanted[row]
                .iter()
                .map(|c| (c.bay as usize, i64::from(c.cost_cents)))
                .chain([own])
            {
                let far = base + cost - self.u[row] - self.v[c];
                if reached.get(&c).is_none_or(|r| far < r.far) {
                    reached.insert(
                        c,
                        Reached {
                            far,
                            row,
                            cost,
                            settled: false,
                        },
                    );
                    heap.push(Reverse((far, c)));
                }
            }
            let next =
                std::iter::from_fn(|| heap.pop()).find(|Reverse((_, c))| !reached[c].settled);
            let Reverse((far, c)) = next.expect("a request always has its own column");
            if self.row_at[c] == NONE {
                break (far, c);
            }
            reached.get_mut(&c).expect("it was reached").settled = true;
            columns.push((c, far));
            (row, base) = (self.row_at[c], far);
        };
        for (r, base) in rows {
            self.u[r] += far - base;
        }
        for (c, at) in columns {
            self.v[c] -= far - at;
        }
        loop {
            let Reached { row, cost, .. } = reached[&column];
            let left = std::mem::replace(&mut self.column_of[row], column);
            (self.row_at[column], self.cost_of[row]) = (row, cost);
            if row == start {
                return;
            }
            column = left;
        }
    }
}
