//! Which commits descend from which.

use super::{GitError, Oid, Repository, repository::one_line};

impl Repository {
    /// Whether `ancestor` is `descendant` or one of its ancestors. Commit dates only decide what
    /// is looked at first, never what counts (they are the pusher's to choose).
    ///
    /// # Errors
    /// [`GitError::History`].
    pub fn is_ancestor(&self, ancestor: Oid, descendant: Oid) -> Result<bool, GitError> {
        if ancestor == descendant {
            return Ok(true);
        }
        let bases = self.merge_bases(descendant, &[ancestor])?;
        Ok(bases.contains(&ancestor))
    }

    /// The nearest commits that `commit` shares with the histories of `others`, best first; empty
    /// when they have nothing in common.
    ///
    /// # Errors
    /// [`GitError::History`].
    pub fn merge_bases(&self, commit: Oid, others: &[Oid]) -> Result<Vec<Oid>, GitError> {
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let repository = self.local();
        let mut graph = repository.revision_graph(self.commit_graph.as_ref());
        let bases = repository
            .merge_bases_many_with_graph(commit, others, &mut graph)
            .map_err(|error| GitError::History(one_line(&error)))?;
        Ok(bases.into_iter().map(gix::Id::detach).collect())
    }
}
