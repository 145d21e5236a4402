//! Which commits descend from which.

use gix::{
    revision::plumbing::{merge_base, merge_base::Flags},
    revwalk::{Graph, graph::Commit},
};

use super::{GitError, Oid, Repository, repository::one_line};

/// Questions about history that share what they have read: the second costs less than the first.
/// Commit dates only decide what is looked at first, never what counts (they are the pusher's to
/// choose).
pub struct History<'r>(Graph<'r, 'r, Commit<Flags>>);

impl Repository {
    /// Begins to ask.
    #[must_use]
    pub fn history(&self) -> History<'_> {
        History(Graph::new(self.local().objects, self.commit_graph.as_ref()))
    }
}

impl History<'_> {
    /// Whether `ancestor` is `descendant` or one of its ancestors.
    ///
    /// # Errors
    /// [`GitError::History`].
    pub fn is_ancestor(&mut self, ancestor: Oid, descendant: Oid) -> Result<bool, GitError> {
        Ok(ancestor == descendant || self.merge_bases(descendant, &[ancestor])?.contains(&ancestor))
    }

    /// The nearest commits that `commit` shares with the histories of `others`, best first; empty
    /// when they have nothing in common.
    ///
    /// # Errors
    /// [`GitError::History`].
    pub fn merge_bases(&mut self, commit: Oid, others: &[Oid]) -> Result<Vec<Oid>, GitError> {
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let bases = merge_base(commit, others, &mut self.0).map_err(|error| GitError::History(one_line(&error)))?;
        Ok(bases.map(|bases| bases.into_iter().collect()).unwrap_or_default())
    }
}
