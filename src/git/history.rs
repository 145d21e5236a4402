//! Which commits descend from which.

use std::collections::{BTreeSet, VecDeque};

use gix::{
    prelude::FindExt as _,
    revision::plumbing::{merge_base, merge_base::Flags},
    revwalk::{Graph, graph::Commit},
};

use super::{
    File, GitError, Oid, RepoPath, Repository,
    repository::{one_line, unreadable},
};

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

/// A commit that a push brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommit {
    /// The commit.
    pub id: Oid,
    /// Its tree.
    pub tree: Oid,
    /// The trees of its parents, in order; none for a first commit.
    pub before: Vec<Oid>,
}

/// The commits of a main line: from each to its first parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MainLine {
    /// The commits, the oldest first.
    pub commits: Vec<Oid>,
    /// The first parent of the oldest; `None` where that has none. In a shallow clone it may not be there.
    pub before: Option<Oid>,
}

/// Whom a commit names, as they wrote it: nothing of it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// When, in seconds since 1970.
    pub time: i64,
}

/// What a commit says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitFacts {
    /// The commit.
    pub id: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
    /// Who wrote it.
    pub author: Person,
    /// Who committed it.
    pub committer: Person,
    /// The message; bytes that are no UTF-8 replaced.
    pub message: String,
    /// Whether it carries a signature; whose, and whether it is good, is not looked at.
    pub has_signature: bool,
}

fn person(signature: gix::actor::SignatureRef<'_>) -> Person {
    let text = |bytes: &gix::bstr::BStr| bytes.to_string();
    let time = signature.time().map(|time| time.seconds).unwrap_or_default();
    Person { name: text(signature.name), email: text(signature.email), time }
}

impl Repository {
    /// What a commit says of itself.
    ///
    /// # Errors
    /// [`GitError::Object`].
    pub fn commit_facts(&self, id: Oid) -> Result<CommitFacts, GitError> {
        self.with(|repository| {
            let mut buffer = Vec::new();
            let commit =
                repository.objects.find_commit(&id, &mut buffer).map_err(|error| unreadable("commit", id, &error))?;
            let wrong = |error| unreadable("commit", id, &error);
            Ok(CommitFacts {
                id,
                parents: commit.parents().collect(),
                author: person(commit.author().map_err(wrong)?),
                committer: person(commit.committer().map_err(wrong)?),
                message: commit.message.to_string(),
                has_signature: commit.extra_headers().pgp_signature().is_some(),
            })
        })
    }

    /// The commits that lead to `tip` and to none of `known`, the newest first; `None` when there are
    /// more than `limit`. In a shallow clone history ends where the clone does.
    ///
    /// # Errors
    /// [`GitError::History`], [`GitError::Object`].
    pub fn new_commits(&self, tip: Oid, known: &[Oid], limit: usize) -> Result<Option<Vec<NewCommit>>, GitError> {
        let mut history = self.history();
        let shallow = self.local().is_shallow().unwrap_or(false);
        let mut found = Vec::new();
        let (mut left, mut seen) = (VecDeque::from([tip]), BTreeSet::new());
        while let Some(id) = left.pop_front() {
            if !seen.insert(id) || known.contains(&id) {
                continue;
            }
            match history.merge_bases(id, known) {
                Ok(bases) if bases.contains(&id) => continue,
                Err(error) if !shallow => return Err(error),
                Ok(_) | Err(_) => {}
            }
            if found.len() >= limit {
                return Ok(None);
            }
            let (tree, parents) = self.commit(id)?;
            let mut before = Vec::new();
            for parent in parents {
                match self.commit(parent) {
                    Ok((tree, _)) => {
                        before.push(tree);
                        left.push_back(parent);
                    }
                    Err(_) if shallow => {}
                    Err(error) => return Err(error),
                }
            }
            found.push(NewCommit { id, tree, before });
        }
        Ok(Some(found))
    }

    /// The commits that lead from `base` to `tip` from first parent to first parent, without those that lead to
    /// `base` as well; all of them where there is no `base`. History ends at a commit that cannot be read.
    ///
    /// # Errors
    /// [`GitError::Object`] when `tip` itself cannot be read, [`GitError::History`].
    pub fn main_line(&self, tip: Oid, base: Option<Oid>) -> Result<MainLine, GitError> {
        let (mut commits, mut next) = (Vec::new(), Some(tip));
        while let Some(id) = next.filter(|id| Some(*id) != base) {
            match self.commit(id) {
                Ok((_, parents)) => {
                    commits.push(id);
                    next = parents.first().copied();
                }
                Err(error) if commits.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        if let Some(base) = base.filter(|base| next != Some(*base)) {
            // It lies beside the main line. From some commit on, all that follow lead to it.
            let mut history = self.history();
            let (mut new, mut known) = (0, commits.len());
            while new < known {
                let middle = new.midpoint(known);
                let Some(commit) = commits.get(middle) else { break };
                if history.is_ancestor(*commit, base)? {
                    known = middle;
                } else {
                    new = middle + 1;
                }
            }
            next = commits.get(known).copied().or(next);
            commits.truncate(known);
        }
        commits.reverse();
        Ok(MainLine { commits, before: next })
    }

    /// The newest of the files at a path that is taken, going back by first parents from a commit that is left
    /// out itself, for at most so many commits. Ends where there is nothing at the path, and where history does.
    /// With it, whether all of history was seen.
    ///
    /// # Errors
    /// [`GitError::Object`], and what `takes` fails with.
    pub fn find_earlier<E: From<GitError>>(
        &self,
        tip: Oid,
        path: &RepoPath,
        most: usize,
        takes: &mut dyn FnMut(&File) -> Result<bool, E>,
    ) -> Result<(Option<File>, bool), E> {
        let shallow = self.local().is_shallow().unwrap_or(false);
        let (tree, mut parents) = self.commit(tip)?;
        let mut last = self.file_at(tree, path)?;
        for _ in 0..most {
            let Some(parent) = parents.first() else { return Ok((None, true)) };
            let (tree, next) = match self.commit(*parent) {
                Err(_) if shallow => return Ok((None, false)),
                commit => commit?,
            };
            parents = next;
            let file = self.file_at(tree, path)?;
            let Some(found) = &file else { return Ok((None, true)) };
            if file != last && takes(found)? {
                return Ok((file, true));
            }
            last = file;
        }
        Ok((None, false))
    }

    /// The tree and the parents of a commit.
    fn commit(&self, id: Oid) -> Result<(Oid, Vec<Oid>), GitError> {
        self.with(|repository| {
            let mut buffer = Vec::new();
            let commit =
                repository.objects.find_commit(&id, &mut buffer).map_err(|error| unreadable("commit", id, &error))?;
            Ok((commit.tree(), commit.parents().collect()))
        })
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
