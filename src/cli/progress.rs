//! How far long work has come: a line on a terminal, nothing anywhere else, and nothing for work that is soon done.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::diag::{Lang, Words};

/// Work that takes less is done before anyone wonders.
const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);

/// The line, while something is being done, and its language.
struct Progress {
    bar: Option<ProgressBar>,
    lang: Lang,
}

static PROGRESS: Mutex<Progress> = Mutex::new(Progress { bar: None, lang: Lang::Zh });

fn progress() -> MutexGuard<'static, Progress> {
    PROGRESS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The language in which stages of the work are named.
pub(super) fn speak(lang: Lang) {
    progress().lang = lang;
}

/// Begins a stage of the work.
pub(super) fn begin(stage: &Words) {
    let mut progress = progress();
    let words = stage.get(progress.lang).to_owned();
    let bar = progress.bar.get_or_insert_with(appearing);
    bar.set_style(style("{spinner} {msg} {elapsed}"));
    bar.unset_length();
    bar.set_position(0);
    bar.set_message(words);
}

/// So many parts of the stage are done, of all of them.
pub(super) fn reached(done: usize, all: usize) {
    let progress = progress();
    let Some(bar) = &progress.bar else { return };
    if bar.length().is_none() {
        bar.set_style(style("{spinner} {msg} {bar:24} {human_pos}/{human_len} {elapsed}"));
        bar.set_length(u64::try_from(all).unwrap_or(u64::MAX));
    }
    bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
}

/// Takes the line away: before anything is printed, and at the end.
pub(super) fn clear() {
    if let Some(bar) = progress().bar.take() {
        bar.finish_and_clear();
    }
}

/// A line that appears on a terminal once the work has taken a while.
fn appearing() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    if io::stderr().is_terminal() {
        let waiting = bar.downgrade();
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            // held, so that it is not cleared between the question and the first drawing
            let progress = progress();
            if progress.bar.is_some()
                && let Some(bar) = waiting.upgrade().filter(|bar| !bar.is_finished())
            {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
            }
        });
    }
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("#- ").tick_chars("|/-\\ ")
}
