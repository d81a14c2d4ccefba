//! Sweeps that are killed, stopped, cut into shards, and put together again: always the same bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod common;

use assert_cmd::cargo::cargo_bin;
use common::contents;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
/// Enough runs to be stopped in the middle of.
const SWEEP: &str = "base = 'small.toml'\nmode = 'sampled'\ndesign = 'sobol'\nsamples = 60\nreplicates = 2\n\
    [[vary]]\nkey = 'bitcoin.price.initial_price_usd'\nfrom = 30_000\nto = 90_000\n\
    [[vary]]\nkey = 'sites.steady.price.price_usd_per_mwh'\nfrom = 30\nto = 60\n";
const RUNS: usize = 120;

/// A folder with the sweep and its base.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::copy(Path::new(DATA).join("small.toml"), dir.path().join("small.toml")).unwrap();
        fs::write(dir.path().join("sweep.toml"), SWEEP).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin("hashwatt"));
        command.current_dir(self.dir.path()).arg("sweep").args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn fine(&self, args: &[&str]) {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", told(&output));
    }

    /// Starts a sweep and waits until its journal has so many lines.
    fn start(&self, args: &[&str], journal: &str, lines: usize) -> std::process::Child {
        let mut child = self.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let patience = Instant::now();
        while lines_of(&self.path(journal)) < lines {
            assert!(patience.elapsed() < Duration::from_mins(1), "the sweep does not come on");
            assert!(child.try_wait().unwrap().is_none(), "the sweep ended before it could be stopped");
            std::thread::sleep(Duration::from_millis(2));
        }
        child
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines_of(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.matches('\n').count())
}

fn assert_same(a: &Path, b: &Path) {
    let (a, b) = (contents(a), contents(b));
    assert_eq!(a.iter().map(|f| &f.0).collect::<Vec<_>>(), b.iter().map(|f| &f.0).collect::<Vec<_>>());
    for (a, b) in a.iter().zip(&b) {
        assert!(a.1 == b.1, "{} differs", a.0.display());
    }
}

#[test]
fn killed_again_and_again_a_sweep_ends_with_the_bytes_of_one_that_was_not() {
    let place = Place::new();
    place.fine(&["sweep.toml", "--out", "whole", "-q"]);
    for lines in [1, 30, 75] {
        let mut child =
            place.start(&["sweep.toml", "--out", "killed", "--threads", "2"], "killed.partial/runs.journal", lines);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!place.path("killed").exists(), "nothing looks finished");
    }
    // What was done is not done again.
    let kept = lines_of(&place.path("killed.partial/runs.journal"));
    let output = place.run(&["resume", "killed", "--threads", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains(&format!("of {RUNS} runs are done already")), "{}", told(&output));
    assert!((75..RUNS).contains(&kept), "{kept}");
    assert_same(&place.path("whole"), &place.path("killed"));
    assert!(!place.path("killed.partial").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_finishes_what_had_begun_and_says_how_to_go_on() {
    let place = Place::new();
    let child = place.start(&["sweep.toml", "--out", "out"], "out.partial/runs.journal", 5);
    let signal = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(75), "{}", told(&output));
    assert!(told(&output).contains("`hashwatt sweep resume out` goes on"), "{}", told(&output));
    place.fine(&["sweep.toml", "--out", "out", "-q"]);
    place.fine(&["sweep.toml", "--out", "whole", "-q", "--threads", "3"]);
    assert_same(&place.path("whole"), &place.path("out"));
}

#[test]
fn a_sweep_is_not_gone_on_with_when_an_input_has_changed() {
    let place = Place::new();
    let mut child = place.start(&["sweep.toml", "--out", "out"], "out.partial/runs.journal", 3);
    child.kill().unwrap();
    child.wait().unwrap();
    let base = fs::read_to_string(place.path("small.toml")).unwrap();
    fs::write(place.path("small.toml"), base.replace("budget_usd = 60e6", "budget_usd = 61e6")).unwrap();
    for args in [&["resume", "out"][..], &["sweep.toml", "--out", "out"]] {
        let output = place.run(args);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("small.toml` has changed"), "{}", told(&output));
    }
    fs::write(place.path("small.toml"), base).unwrap();
    fs::write(place.path("sweep.toml"), SWEEP.replace("samples = 60", "samples = 61")).unwrap();
    let output = place.run(&["resume", "out.partial"]);
    assert!(told(&output).contains("the sweep said `samples = 60` and says `samples = 61`"), "{}", told(&output));
    assert!(lines_of(&place.path("out.partial/runs.journal")) >= 3, "nothing was dropped");
}

#[test]
fn what_is_no_sweep_under_way_is_not_gone_on_with() {
    let place = Place::new();
    assert!(told(&place.run(&["resume", "nothing"])).contains("`nothing.partial` is no sweep under way"));
    place.fine(&["sweep.toml", "--out", "out", "-q"]);
    let output = place.run(&["resume", "out"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("`out` is finished"), "{}", told(&output));
}

#[test]
fn shards_put_together_are_what_one_machine_would_have_written() {
    let place = Place::new();
    for shard in ["3/3", "1/3", "2/3"] {
        place.fine(&["sweep.toml", "--out", "out", "--shard", shard, "-q"]);
    }
    // A finished shard has nothing to do: a task that is started again ends at once.
    let again = place.run(&["sweep.toml", "--out", "out", "--shard", "2/3"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(told(&again).contains("shard 2/3 is finished"), "{}", told(&again));
    place.fine(&["merge", "out", "-q"]);
    place.fine(&["sweep.toml", "--out", "whole", "-q"]);
    assert_same(&place.path("whole"), &place.path("out/merged"));
    place.fine(&["merge", "out/shard-1-of-3", "out/shard-2-of-3", "out/shard-3-of-3", "--out", "again", "-q"]);
    assert_same(&place.path("whole"), &place.path("again"));
}

#[test]
fn an_array_task_takes_its_own_shard() {
    let place = Place::new();
    let variables = [("AWS_BATCH_JOB_ARRAY_INDEX", "1"), ("AWS_BATCH_JOB_ARRAY_SIZE", "40")];
    let output = place.command(&["sweep.toml", "--out", "out"]).envs(variables).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("shard 2/40 of this AWS Batch task"), "{}", told(&output));
    let runs = fs::read_to_string(place.path("out/shard-2-of-40/runs.csv")).unwrap();
    assert_eq!(runs.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect::<Vec<_>>(), ["2", "42", "82"]);
}

#[test]
fn shards_that_do_not_go_together_are_all_named() {
    let place = Place::new();
    place.fine(&["sweep.toml", "--out", "out", "--shard", "1/4", "-q"]);
    place.fine(&["sweep.toml", "--out", "copy", "--shard", "1/4", "-q"]);
    place.fine(&["sweep.toml", "--out", "out", "--shard", "4/4", "-q"]);
    let journal = place.path("out/shard-4-of-4/runs.journal");
    fs::write(&journal, fs::read_to_string(&journal).unwrap().replace("\"run\":4,", "\"run\":5,")).unwrap();
    let mut child =
        place.start(&["sweep.toml", "--out", "out", "--shard", "2/4"], "out/shard-2-of-4.partial/runs.journal", 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let output = place.run(&["merge", "out", "copy"]);
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    for part in [
        "shard 1/4 is there more than once",
        "shard 2/4 is not finished",
        "`hashwatt sweep resume out/shard-2-of-4.partial` goes on",
        "shard 3/4 is missing",
        "shard 4/4 is damaged",
    ] {
        assert!(told.contains(part), "`{part}` is missing in\n{told}");
    }
    fs::write(place.path("sweep.toml"), SWEEP.replace("samples = 60", "samples = 64")).unwrap();
    place.fine(&["sweep.toml", "--out", "other", "--shard", "2/4", "-q"]);
    let output = place.run(&["merge", "copy", "other"]);
    assert!(self::told(&output).contains("is of something else than"), "{}", self::told(&output));
}

#[test]
fn records_of_another_sweep_are_passed_over() {
    let place = Place::new();
    place.fine(&["sweep.toml", "--out", "whole", "-q"]);
    fs::write(place.path("other.toml"), SWEEP.replace("replicates = 2", "replicates = 3")).unwrap();
    place.fine(&["other.toml", "--out", "other", "--shard", "1/1", "-q"]);
    let mut child = place.start(&["sweep.toml", "--out", "out"], "out.partial/runs.journal", 20);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut journal = fs::read(place.path("out.partial/runs.journal")).unwrap();
    journal.push(b'\n');
    journal.extend(fs::read(place.path("other/shard-1-of-1/runs.journal")).unwrap());
    fs::write(place.path("out.partial/runs.journal"), journal).unwrap();
    place.fine(&["resume", "out", "-q"]);
    assert_same(&place.path("whole"), &place.path("out"));
}
