use super::*;
use std::fs;
use std::process::{Command, Output};

/// Paths with everything a shell or YAML could take for its own.
fn nasty() -> Job {
    Job {
        program: "/opt/it's here/hashwatt".into(),
        sweep_file: "a \"b\" $HOME `id` $(id) \\ #;&.toml".into(),
        out: "out 'of' ünits\nand lines: - x".into(),
        shards: 8,
        threads: 2,
        time_limit_minutes: Some(60),
        memory_mib: Some(512),
    }
}

/// Runs a script with stand-ins for Slurm's commands and the program; each writes its arguments, a line each.
fn bash(job: &Job, program: &str, environment: &[(&str, &str)]) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("sweep.sbatch");
    fs::write(&script, slurm(job)).unwrap();
    let prelude = format!(
        "sbatch() {{ printf '<%s>\\n' sbatch \"$@\" >&2; echo '77;cluster'; }}\n\
         scontrol() {{ printf '<%s>\\n' scontrol \"$@\" >&2; }}\n\
         program() {{ printf '<%s>\\n' \"$@\" >&2; {program} ; }}\n\
         export -f sbatch scontrol program\n exec bash \"$0\""
    );
    let mut command = Command::new("bash");
    command.arg("-c").arg(prelude).arg(&script).env_remove("SLURM_ARRAY_TASK_ID").env_remove("SLURM_RESTART_COUNT");
    command.envs(environment.iter().copied()).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn job_of(program: &str) -> Job {
    Job { program: program.into(), ..nasty() }
}

const TASK: [(&str, &str); 3] = [("SLURM_JOB_ID", "79"), ("SLURM_ARRAY_JOB_ID", "77"), ("SLURM_ARRAY_TASK_ID", "3")];

#[test]
fn the_script_asks_slurm_for_what_the_job_needs() {
    let script = slurm(&nasty());
    for line in ["--array=1-8", "--cpus-per-task=2", "--time=60", "--mem=512M", "--requeue", "--open-mode=append"] {
        assert!(script.contains(&format!("\n#SBATCH {line}\n")), "{line}");
    }
    let free = slurm(&Job { time_limit_minutes: None, memory_mib: None, ..nasty() });
    assert!(!free.contains("--time") && !free.contains("--mem"));
}

#[test]
fn the_directives_come_before_the_first_command() {
    // Slurm reads no further than the first line that is neither blank nor a comment.
    let script = slurm(&nasty());
    let directives = |lines: &mut dyn Iterator<Item = &str>| lines.filter(|l| l.starts_with("#SBATCH")).count();
    let read = directives(&mut script.lines().take_while(|l| l.is_empty() || l.starts_with('#')));
    assert_eq!(read, directives(&mut script.lines()));
    assert!(read > 0);
}

#[test]
fn a_task_gives_its_shard_and_every_path_to_the_program_unchanged() {
    let output = bash(&job_of("program"), "true", &TASK);
    let Job { sweep_file, out, .. } = nasty();
    let expected: String = ["sweep", &sweep_file, "--out", &out, "--shard", "3/8", "--threads", "2"]
        .map(|argument| format!("<{argument}>\n"))
        .concat();
    assert_eq!(told(&output), expected);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn by_hand_the_script_submits_itself_and_the_merge_after_it() {
    let output = bash(&nasty(), "true", &[]);
    let told = told(&output);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "array job 77, then merge job 77\n");
    assert!(told.contains("<--dependency=afterok:77>\n<--kill-on-invalid-dep=yes>\n<--wrap>\n"), "{told}");
    let wrapped = told.rsplit_once("<--wrap>\n<").unwrap().1.strip_suffix(">\n").unwrap();
    let words = Command::new("sh").arg("-c").arg(format!("printf '<%s>' {wrapped}")).output().unwrap();
    let Job { program, out, .. } = nasty();
    assert_eq!(String::from_utf8(words.stdout).unwrap(), format!("<{program}><sweep><merge><{out}>"));
}

/// What the script does when the program sends `signal` to it and later ends with `code`.
fn after(signal: &str, code: u8, more: &[(&str, &str)]) -> (bool, Option<i32>) {
    let program = format!(
        "trap 'sleep 0.2; exit {code}' TERM; kill -{signal} $$; for i in {{1..50}}; do sleep 0.1; done; exit 99"
    );
    let environment: Vec<_> = TASK.iter().chain(more).copied().collect();
    let output = bash(&job_of("program"), &program, &environment);
    (told(&output).contains("<scontrol>\n<requeue>\n<77_3>\n"), output.status.code())
}

#[test]
fn a_task_warned_of_its_time_limit_queues_again_when_there_is_more_to_do() {
    assert_eq!(after("USR1", 75, &[]), (true, Some(75)));
    assert_eq!(after("USR1", 0, &[]), (false, Some(0)), "it got to its end");
    assert_eq!(after("USR1", 1, &[]), (false, Some(1)), "it failed");
    assert_eq!(after("USR1", 75, &[("SLURM_RESTART_COUNT", "100")]), (false, Some(75)), "it gets nowhere");
}

#[test]
fn a_cancelled_task_stays_cancelled() {
    assert_eq!(after("TERM", 75, &[]), (false, Some(75)));
}

#[test]
fn bash_and_sh_find_no_mistake_in_the_script() {
    for shell in ["bash", "sh"] {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("sweep.sbatch");
        fs::write(&script, slurm(&nasty())).unwrap();
        let output = Command::new(shell).arg("-n").arg(&script).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
    }
}

#[test]
fn kubernetes_takes_every_argument_literally() {
    assert_eq!(argument("a b"), r#""a b""#);
    assert_eq!(argument("\"\\$(HOME) $$x\n\u{85}\u{7f}ü"), r#""\"\\$$(HOME) $$$$x\u000a\u0085\u007fü""#);
}

#[test]
fn the_manifest_hands_every_path_on_as_one_argument() {
    let manifest = kubernetes(&nasty());
    let lines = [
        r#"        command: ["/opt/it's here/hashwatt"]"#,
        r#"        args: ["sweep", "a \"b\" $$HOME `id` $$(id) \\ #;&.toml", "--out", "out 'of' ünits\u000aand lines: - x", "--threads", "2"]"#,
        r#"        - {name: HASHWATT_SHARDS, value: "8"} # the index comes from the Job: JOB_COMPLETION_INDEX"#,
        r#"#   command: ["/opt/it's here/hashwatt"], args: ["sweep", "merge", "out 'of' ünits\u000aand lines: - x"]"#,
    ];
    for line in lines {
        assert!(manifest.lines().any(|l| l == line), "{line}\nis missing in\n{manifest}");
    }
}

#[test]
fn the_manifest_is_an_indexed_job_that_knows_its_exit_codes() {
    let manifest: serde_json::Value = serde_yaml_ng::from_str(&kubernetes(&nasty())).unwrap();
    let spec = &manifest["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!((&spec["completions"], &spec["parallelism"]), (&8.into(), &8.into()));
    let rules = spec["podFailurePolicy"]["rules"].as_array().unwrap();
    let action = |code: i32| {
        rules.iter().find(|r| r["onExitCodes"]["values"] == serde_json::json!([code])).map(|r| r["action"].clone())
    };
    assert_eq!(action(75), Some("Ignore".into()));
    assert_eq!(action(2), Some("FailIndex".into()));
    let pod = &spec["template"]["spec"];
    let container = &pod["containers"][0];
    // Both are conditions of the API server: a rule names a container of the pod, and only pods that never restart have rules.
    assert!(rules.iter().all(|r| r["onExitCodes"]["containerName"].as_str().is_none_or(|n| container["name"] == n)));
    assert_eq!(pod["restartPolicy"], "Never");
    assert_eq!(container["env"], serde_json::json!([{"name": "HASHWATT_SHARDS", "value": "8"}]));
    let Job { program, sweep_file, out, .. } = nasty();
    assert_eq!(container["command"], serde_json::json!([program]));
    let arguments: Vec<String> = [&sweep_file, &out].map(|path| path.replace('$', "$$")).into();
    assert_eq!(container["args"], serde_json::json!(["sweep", arguments[0], "--out", arguments[1], "--threads", "2"]));
    assert_eq!(container["resources"]["limits"], serde_json::json!({"cpu": 2, "memory": "512Mi"}));
}
