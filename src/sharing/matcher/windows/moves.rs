//! From one seating to another, as steps that can be carried out one by one and refused one by one.
//!
//! Between planning and doing, drivers cancel, arrive and book. So a plan is not all or nothing: a
//! [`JointMove`] holds the moves that only work together (two that change places), and names the
//! earlier steps that make room for it. Whoever carries a plan out does a step in one
//! transaction, checks what it expects, and leaves out what rests on a refused one.

use super::layout::Layout;
use super::table::{NONE, Table};

/// One booking's change of place. Holds only if the ask still sits where `from` says and is not
/// pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub ask: usize,
    pub from: Option<u32>,
    /// `None`: it is no longer served, which happens only to those who were promised nothing.
    pub to: Option<u32>,
}

/// Moves that go together: first all leave, then all arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JointMove {
    pub moves: Vec<Move>,
    /// Earlier steps that make room for this one.
    pub after: Vec<usize>,
}

/// The steps from `before` to `then`, each after what it needs.
pub(super) fn steps(table: &Table, before: &Layout, then: &Layout) -> Vec<JointMove> {
    let moving: Vec<u32> = (0..then.at.len() as u32)
        .filter(|a| before.at[*a as usize] != then.at[*a as usize])
        .collect();
    let mut number = vec![NONE; then.at.len()];
    moving
        .iter()
        .enumerate()
        .for_each(|(n, ask)| number[*ask as usize] = n as u32);
    // Who has to leave first: those who sit where it is going.
    let needs = |ask: u32| -> Vec<u32> {
        let Some(to) = table.slots.get(then.at[ask as usize] as usize) else {
            return Vec::new();
        };
        let there = before
            .in_the_way(table, to)
            .iter()
            .map(|s| table.slot(*s).ask);
        there
            .filter(|a| *a != ask)
            .map(|a| number[a as usize])
            .collect()
    };
    let needs: Vec<Vec<u32>> = moving.iter().map(|ask| needs(*ask)).collect();
    let groups = knots(&needs);
    let mut step_of = vec![0; moving.len()];
    groups
        .iter()
        .enumerate()
        .for_each(|(step, group)| group.iter().for_each(|n| step_of[*n as usize] = step));
    let bay = |slot: u32| table.slots.get(slot as usize).map(|s| s.bay);
    let step = |(at, group): (usize, &Vec<u32>)| {
        let mut moves: Vec<Move> = group
            .iter()
            .map(|n| moving[*n as usize] as usize)
            .map(|ask| Move {
                ask,
                from: bay(before.at[ask]),
                to: bay(then.at[ask]),
            })
            .collect();
        moves.sort_unstable_by_key(|m| m.ask);
        let mut after: Vec<usize> = group
            .iter()
            .flat_map(|n| &needs[*n as usize])
            .map(|n| step_of[*n as usize])
            .collect();
        after.sort_unstable();
        after.dedup();
        after.retain(|s| *s != at);
        JointMove { moves, after }
    };
    groups.iter().enumerate().map(step).collect()
}

/// The knots of a graph (strongly connected components, Tarjan), each after those it leads to.
/// Without recursion, since a chain of moves may be as long as the day.
fn knots(leads_to: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let n = leads_to.len();
    let mut order = vec![NONE; n];
    let mut low = vec![NONE; n];
    let mut open = vec![false; n];
    let mut stack = Vec::new();
    let mut path = Vec::new();
    let mut knots = Vec::new();
    let mut next = 0;
    for root in 0..n {
        if order[root] != NONE {
            continue;
        }
        path.push((root, 0));
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                (order[node], low[node], open[node]) = (next, next, true);
                next += 1;
                stack.push(node as u32);
            } else {
                // Back from where the edge before led to.
                low[node] = low[node].min(low[leads_to[node][edge - 1] as usize]);
            }
            let mut edges = (edge..leads_to[node].len()).map(|e| (e, leads_to[node][e] as usize));
            let down = edges.find(|(_, to)| {
                if open[*to] {
                    low[node] = low[node].min(order[*to]);
                }
                order[*to] == NONE
            });
            if let Some((edge, to)) = down {
                path.push((node, edge + 1));
                path.push((to, 0));
            } else if low[node] == order[node] {
                let from = stack
                    .iter()
                    .rposition(|m| *m as usize == node)
                    .unwrap_or_default();
                let knot = stack.split_off(from);
                for member in &knot {
                    open[*member as usize] = false;
                }
                knots.push(knot);
            }
        }
    }
    knots
}
