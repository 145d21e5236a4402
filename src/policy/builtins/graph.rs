//! `graph.*`: what can be reached from where.

use std::collections::{BTreeSet, VecDeque};

use anyhow::{Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::{MOST_ELEMENTS, elements, too_much};

pub(super) const TABLE: &[Own] = &[own!("graph.reachable", 2, reachable), own!("graph.reachable_paths", 2, paths)];

/// Nodes on one path: the search is recursive.
const DEEPEST: usize = 2_000;

/// The neighbours of a node; none for a node that names none.
fn neighbours(edges: &Value) -> Vec<&Value> {
    elements(edges).unwrap_or_default()
}

fn reachable(arguments: &[Value]) -> Result<Value> {
    let [Value::Object(graph), initial] = arguments else { bail!("wants an object and a collection") };
    let mut queue: VecDeque<&Value> = elements(initial)?.into();
    let mut reached: BTreeSet<&Value> = BTreeSet::new();
    while let Some(node) = queue.pop_front() {
        if let Some(edges) = graph.get(node)
            && reached.insert(node)
        {
            queue.extend(neighbours(edges).into_iter().filter(|node| !reached.contains(node)));
        }
    }
    Ok(Value::from(reached.into_iter().cloned().collect::<BTreeSet<_>>()))
}

struct Walk<'g> {
    graph: &'g regorus::value::Object,
    /// The nodes from the start on.
    path: Vec<&'g Value>,
    on_path: BTreeSet<&'g Value>,
    found: BTreeSet<Value>,
    steps: usize,
}

impl<'g> Walk<'g> {
    fn note(&mut self) {
        self.found.insert(Value::from(self.path.iter().copied().cloned().collect::<Vec<_>>()));
    }

    fn from(&mut self, node: &'g Value) -> Result<()> {
        self.steps += self.path.len() + 1;
        if self.path.len() > DEEPEST || self.steps > MOST_ELEMENTS / 4 {
            return Err(too_much("graph.reachable_paths: too many paths"));
        }
        let Some(edges) = self.graph.get(node) else {
            self.note();
            return Ok(());
        };
        self.path.push(node);
        let neighbours = neighbours(edges);
        if neighbours.is_empty() {
            self.note();
        }
        let added = self.on_path.insert(node);
        for neighbour in neighbours {
            if self.on_path.contains(neighbour) {
                self.note();
            } else {
                self.from(neighbour)?;
            }
        }
        if added {
            self.on_path.remove(node);
        }
        self.path.pop();
        Ok(())
    }
}

fn paths(arguments: &[Value]) -> Result<Value> {
    let [Value::Object(graph), initial] = arguments else { bail!("wants an object and a collection") };
    let mut walk = Walk { graph, path: Vec::new(), on_path: BTreeSet::new(), found: BTreeSet::new(), steps: 0 };
    for start in elements(initial)? {
        let Some(edges) = graph.get(start) else { continue };
        let neighbours = neighbours(edges);
        walk.path = vec![start];
        if neighbours.is_empty() {
            walk.note();
        }
        for neighbour in neighbours {
            walk.path = vec![start];
            // As in OPA a path may come back to its start once: only further nodes know it.
            walk.on_path = BTreeSet::from([start]);
            walk.from(neighbour)?;
        }
    }
    Ok(Value::from(walk.found))
}
