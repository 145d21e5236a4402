//! How far a replay is: one line on a terminal, drawn over itself.

use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use super::summary::Summary;
use crate::text::counted;

/// Cells of the bar.
const CELLS: usize = 20;
/// How often it is drawn at most.
const PACE: Duration = Duration::from_millis(100);

/// The line; nothing where nobody would see it.
pub(super) struct Progress {
    total: usize,
    /// Commits that were judged before this process began.
    before: usize,
    started: Instant,
    /// When it was drawn last; `None` where it is never drawn.
    drawn: Option<Instant>,
    visible: bool,
}

impl Progress {
    pub fn new(total: usize, quiet: bool) -> Self {
        let seen = !quiet && std::io::stderr().is_terminal();
        let started = Instant::now();
        Self { total, before: 0, started, drawn: seen.then_some(started), visible: false }
    }

    /// So many commits were judged before.
    pub fn begin_at(&mut self, done: usize) {
        self.before = done;
        self.started = Instant::now();
    }

    /// Draws it anew, if it is time.
    pub fn show(&mut self, summary: &Summary) {
        let Some(drawn) = self.drawn.filter(|drawn| drawn.elapsed() >= PACE) else { return };
        let line = line(summary, self.total, self.before, self.started.elapsed());
        write(&format!("\r{line}\x1b[K"));
        self.visible = true;
        self.drawn = Some(drawn + drawn.elapsed());
    }

    /// Takes it away, for something else to be printed.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.visible) {
            write("\r\x1b[K");
        }
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The line after some time.
fn line(summary: &Summary, total: usize, before: usize, elapsed: Duration) -> String {
    let done = summary.commits.min(total);
    let full = (CELLS * done).checked_div(total).unwrap_or(CELLS);
    let bar: String = (0..CELLS).map(|cell| if cell < full { '=' } else { ' ' }).collect();
    let mut line = format!("[{bar}] {done}/{}", counted(total, "commit"));
    if summary.refused > 0 {
        line.push_str(&format!(", {} refused", summary.refused));
    }
    if summary.errors > 0 {
        line.push_str(&format!(", {} without a verdict", summary.errors));
    }
    let judged = done.saturating_sub(before);
    if judged > 0 && done < total {
        let left = elapsed.as_secs().saturating_mul((total - done) as u64) / judged as u64;
        line.push_str(&format!(", {}:{:02} left", left / 60, left % 60));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_far_it_is_and_how_long_it_takes() {
        let at = |commits, refused, errors| Summary { commits, refused, errors, ..Summary::default() };
        let minute = Duration::from_secs(60);
        assert_eq!(line(&at(0, 0, 0), 8, 0, minute), "[                    ] 0/8 commits");
        assert_eq!(line(&at(4, 1, 0), 8, 0, minute), "[==========          ] 4/8 commits, 1 refused, 1:00 left");
        assert_eq!(
            line(&at(6, 0, 2), 8, 4, minute),
            "[===============     ] 6/8 commits, 2 without a verdict, 1:00 left"
        );
        assert_eq!(line(&at(8, 0, 0), 8, 0, minute), "[====================] 8/8 commits");
        assert_eq!(line(&at(0, 0, 0), 0, 0, minute), "[====================] 0/0 commits");
    }
}
