//! The job of a cluster that runs a sweep in shards: a batch script for Slurm, a manifest for Kubernetes.
//!
//! Every task runs `hashwatt sweep FILE --out OUT` for its own shard, goes on from what an interrupted one left, and
//! ends with exit code 75 when it was asked to stop: try again. A last job merges the shards.

use std::fmt::Write as _;

/// What to run, and how wide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The program, as the machines of the cluster find it.
    pub program: String,
    /// The sweep file, seen from where the job runs.
    pub sweep_file: String,
    /// Folder of the results, on a file system all tasks share.
    pub out: String,
    /// Number of shards, one task each; Slurm allows 1,000 (`MaxArraySize`) unless the cluster is set up otherwise,
    /// Kubernetes 100,000.
    pub shards: u32,
    /// Threads, hence processors, of each task.
    pub threads: u32,
    /// Time limit of each task, in minutes; without one the partition's holds. Slurm only: a pod needs none.
    pub time_limit_minutes: Option<u32>,
    /// Memory of each task, in MiB; without one the cluster's default holds.
    pub memory_mib: Option<u32>,
}

/// How often a Slurm task sends itself back to the queue: stops a task whose time limit is too short to get anywhere.
const MOST_REQUEUES: u32 = 100;

/// A batch script that submits itself with `bash`, merge included, and is the array job under `sbatch`.
///
/// Slurm warns the script by SIGUSR1 two to three minutes before the time limit. It must be another signal than the
/// SIGTERM of `scancel`, or a cancelled task would send itself back to the queue. The script hands both to the program
/// as SIGTERM; after a warning, exit code 75 means that there is more to do. The whole id of the task goes to
/// `scontrol`: the job id of an array's last task is that of the array, and requeues all of it.
///
/// The index goes in as `--shard`, not by the environment: `sbatch --array=3` does that shard again, whatever Slurm
/// then says about the array. Sources: `--signal`, `--requeue`, `--kill-on-invalid-dep` in
/// <https://slurm.schedmd.com/sbatch.html>; tried on Slurm 22.05 by `tests/cluster/slurm.sh`.
pub fn slurm(job: &Job) -> String {
    let Job { shards, threads, .. } = job;
    let limits = [
        job.time_limit_minutes.map(|minutes| format!("#SBATCH --time={minutes}\n")),
        job.memory_mib.map(|mib| format!("#SBATCH --mem={mib}M\n")),
    ];
    let limits: String = limits.into_iter().flatten().collect();
    let [program, sweep_file, out] = [&job.program, &job.sweep_file, &job.out].map(|text| shell(text));
    let merge = shell(&format!("{program} sweep merge {out}"));
    format!(
        r#"#!/bin/bash
# A sweep in {shards} shards on Slurm. With this text in the file sweep.sbatch:
#   bash sweep.sbatch               submits the array, and the merge for when all of it has ended well
#   sbatch --array=3 sweep.sbatch   does shard 3 again: finished runs are kept
# Paths are seen from the folder of the submission. Add your --partition and --account below.
#SBATCH --job-name=hashwatt-sweep
#SBATCH --array=1-{shards}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={threads}
{limits}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120

if [ -z "$SLURM_ARRAY_TASK_ID" ]; then
    array=$(sbatch --parsable "$0") || exit
    merge=$(sbatch --parsable --job-name=hashwatt-merge --dependency="afterok:${{array%%;*}}" \
        --kill-on-invalid-dep=yes --wrap {merge}) || exit
    echo "array job ${{array%%;*}}, then merge job ${{merge%%;*}}"
    exit
fi

export HASHWATT_SHARDS={shards}
# USR1 says that the time limit is near: finish the running cases, then queue again. TERM (scancel, preemption) only stops.
signalled= requeue=
trap 'signalled=yes requeue=yes; kill -TERM $!' USR1
trap 'signalled=yes; kill -TERM $!' TERM
{program} sweep {sweep_file} --out {out} --shard "$SLURM_ARRAY_TASK_ID/$HASHWATT_SHARDS" --threads {threads} &
wait $!
code=$?
# A signal ends the wait before the program ends.
while [ "$signalled" ]; do
    signalled=
    wait $!
    code=$?
done
if [ "$requeue" ] && [ "$code" -eq 75 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {MOST_REQUEUES} ]; then
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
"#
    )
}

/// An Indexed Job; what the user must fill in is named at its top.
///
/// Exit code 75 is ignored: it only follows a SIGTERM, that is, a pod that was evicted, preempted or drained, and that
/// may happen any number of times in a long sweep. So is a pod that was disrupted and had no time to end by itself.
/// Exit code 2 fails the index: the same input is as bad the next time. Anything else counts towards three retries. A
/// new pod waits until the old one is gone (`podReplacementPolicy`), so that two never write one shard. Sources:
/// <https://kubernetes.io/docs/tasks/job/pod-failure-policy>,
/// <https://kubernetes.io/blog/2025/05/13/kubernetes-v1-33-jobs-backoff-limit-per-index-goes-ga>.
pub fn kubernetes(job: &Job) -> String {
    let Job { shards, threads, .. } = job;
    let memory = job.memory_mib.map(|mib| format!(", memory: {mib}Mi")).unwrap_or_default();
    let threads_text = threads.to_string();
    let arguments = ["sweep", &job.sweep_file, "--out", &job.out, "--threads", &threads_text].map(argument).join(", ");
    let program = argument(&job.program);
    let merge = ["sweep", "merge", &job.out].map(argument).join(", ");
    format!(
        r#"# A sweep in {shards} shards as a Kubernetes Indexed Job, for Kubernetes 1.29 or later. Fill in, then kubectl apply -f:
#   IMAGE  the container image with the program
#   CLAIM  the PersistentVolumeClaim with the sweep file, its scenario and room for the results; ReadWriteMany when
#          pods run on several nodes. It is mounted at /data; paths below are seen from there.
# Lower `parallelism` to run fewer pods at once. When the job is complete, merge in a pod with the same claim:
#   command: [{program}], args: [{merge}]
apiVersion: batch/v1
kind: Job
metadata:
  name: hashwatt-sweep
spec:
  completionMode: Indexed
  completions: {shards}
  parallelism: {shards}
  backoffLimitPerIndex: 3
  podReplacementPolicy: Failed
  podFailurePolicy:
    rules:
    - action: Ignore # 75: stopped by SIGTERM, try again
      onExitCodes: {{containerName: hashwatt, operator: In, values: [75]}}
    - action: FailIndex # 2: bad input, no use to try again
      onExitCodes: {{containerName: hashwatt, operator: In, values: [2]}}
    - action: Ignore # evicted before the program could end
      onPodConditions: [{{type: DisruptionTarget, status: "True"}}]
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 120 # for the running cases to end
      containers:
      - name: hashwatt
        image: IMAGE
        command: [{program}]
        args: [{arguments}]
        workingDir: /data
        env:
        - {{name: HASHWATT_SHARDS, value: "{shards}"}} # the index comes from the Job: JOB_COMPLETION_INDEX
        resources:
          requests: {{cpu: {threads}{memory}}}
          limits: {{cpu: {threads}{memory}}}
        volumeMounts:
        - {{name: data, mountPath: /data}}
      volumes:
      - name: data
        persistentVolumeClaim: {{claimName: CLAIM}}
"#
    )
}

/// A text as one word of a POSIX shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A text as a double-quoted YAML scalar on one line that Kubernetes takes literally: it would expand `$(NAME)`, and
/// reads `$$` as `$` (<https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>).
fn argument(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '$' => quoted.push_str("$$"),
            // Not printable, or a line break, in some version of YAML.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
