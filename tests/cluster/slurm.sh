#!/usr/bin/env bash
# A sweep on a real Slurm gives the bytes of the same sweep on one machine, although tasks are killed, requeued and
# submitted again.
#
# Usage: tests/cluster/slurm.sh [path of the hashwatt binary]
#
# Starts a Slurm of one node that listens on the loopback only and lives in a temporary folder, and ends it by its own
# process ids. Needs the Debian package slurm-wlm, which is installed when missing and run by root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
hashwatt=$(realpath -- "${1:-$here/../../target/release/hashwatt}")
readonly here hashwatt shards=8 patience=90

die() { printf 'error: %s\n' "$*" >&2; exit 1; }
step() { printf '== %s (%d s)\n' "$1" "$SECONDS"; }

[ -x "$hashwatt" ] || die "there is no program at $hashwatt: cargo build --release, or give its path"

# Until a command succeeds, but never for ever.
await() {
    local what=$1 end=$((SECONDS + patience))
    shift
    until "$@"; do
        ((SECONDS < end)) || die "$what did not happen within $patience s"
        sleep 0.1
    done
}

# --- The cluster ------------------------------------------------------------------------------------------------------

install_slurm() {
    PATH=$PATH:/usr/sbin:/sbin
    command -v munged slurmctld slurmd sbatch >/dev/null && return
    [ "$(id -u)" -eq 0 ] || die "Slurm is missing: apt-get install slurm-wlm"
    step "installing slurm-wlm"
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq >/dev/null
    timeout 170 apt-get install -qq --no-install-recommends slurm-wlm >/dev/null
}

# A port nobody listens on. Slurm's two daemons bind theirs at once, so that a race is unlikely.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Eight processors whatever the machine has, so that all tasks of the array run at the same time; a short lifetime of
# credentials, because a requeued job waits for it before it starts again (man slurm.conf, cred_expire).
configure() {
    local user host
    user=$(id -un) host=$(hostname -s)
    mkdir "$cluster"/{state,spool,munge}
    cat >"$SLURM_CONF" <<CONF
ClusterName=sweep
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$cluster/munge/socket,cred_expire=10
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$cluster/finished.txt
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=0
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 RealMemory=1000
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
}

start_cluster() {
    head -c 1024 /dev/urandom >"$cluster/munge/key"
    chmod 400 "$cluster/munge/key"
    timeout 20 munged --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" \
        --pid-file="$cluster/munged.pid" --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed"
    timeout 20 slurmctld
    timeout 20 slurmd
    await "the start of the node" node_is_idle
}

node_is_idle() { [ "$(timeout 10 sinfo --noheader --format=%T 2>/dev/null)" = idle ]; }

stop_cluster() {
    local pid
    timeout 10 scancel --user="$(id -un)" --signal=KILL --full 2>/dev/null || true
    for daemon in slurmd slurmctld munged; do
        [ -s "$cluster/$daemon.pid" ] || continue
        pid=$(<"$cluster/$daemon.pid")
        kill "$pid" 2>/dev/null || continue
        timeout 10 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
    done
}

finish() {
    local code=$?
    trap - EXIT
    if ((code != 0)); then
        tail -n 5 "$cluster"/*.log "$work"/slurm-*.out >&2 2>/dev/null || true
    fi
    stop_cluster
    rm -rf "$work"
    exit "$code"
}

install_slurm
work=$(mktemp -d)
# Munge refuses a folder others cannot look into.
chmod 755 "$work"
cluster=$work/cluster
mkdir "$cluster"
export SLURM_CONF=$cluster/slurm.conf
trap finish EXIT
trap 'exit 130' INT TERM

step "starting Slurm"
configure
start_cluster

# --- The sweep --------------------------------------------------------------------------------------------------------

# With a space and a quote: the job must hand it on unchanged.
out="$work/it's a sweep"
sweep=$here/sweep.toml

partial() { printf '%s/shard-%d-of-%d.partial' "$out" "$1" "$shards"; }
rows_of() { cat "$(partial "$1")"/* 2>/dev/null | wc -l; }
has_begun() { [ -d "$(partial "$1")" ]; }
has_rows() { (($(rows_of "$1") >= $2)); }

# Until all these shards are midway: their journals grow.
await_work() {
    local shard
    local -A rows
    for shard; do
        await "the start of shard $shard" has_begun "$shard"
        rows[$shard]=$(rows_of "$shard")
    done
    for shard; do
        await "the work on shard $shard" has_rows "$shard" $((rows[$shard] + 2))
    done
}

# Process id of the program that does shard $1: the one with the folder and the shard among its arguments.
program_of() {
    local file
    for file in $(grep -lszxF -- "$out" /proc/[0-9]*/cmdline); do
        if grep -qszxF -- "$1/$shards" "$file"; then
            file=${file%/cmdline}
            echo "${file##*/}"
            return
        fi
    done
    die "no program does shard $1"
}

describe() { timeout 10 scontrol --oneliner show job "$1"; }
state_is() { describe "$1" | grep -q "JobState=$2 "; }
queue_is_empty() {
    local jobs
    jobs=$(timeout 10 squeue --noheader) && [ -z "$jobs" ]
}
submit() { timeout 20 sbatch --parsable "$@"; }

finished() { (cd "$out" && ls -d shard-*-of-* | grep -v partial | sort -V | tr '\n' ' '); }
expect_finished() {
    local expected
    expected=$(printf "shard-%d-of-$shards " "$@")
    [ "$(finished)" = "$expected" ] || die "finished are $(finished)instead of $expected"
}

cd "$work"
step "an array of $shards tasks"
"$hashwatt" sweep submit "$sweep" --slurm --shards "$shards" --out "$out" >sweep.sbatch
submitted=$(timeout 40 bash sweep.sbatch)
echo "$submitted"
array=${submitted#array job }
array=${array%%,*}

# All at once, while every task is at work. SIGUSR1 is what Slurm sends before the time limit. Task 8 is warned too because
# the job id of an array's last task is that of the array: requeueing by it would requeue all tasks.
step "3 is killed, 5 requeued, 6 and 8 are warned of their time limit, 7 is cancelled"
await_work 3 5 6 7 8
kill -KILL "$(program_of 3)"
timeout 10 scontrol requeue "${array}_5"
timeout 10 scancel --batch --signal=USR1 "${array}_6" "${array}_8"
timeout 10 scancel --full "${array}_7"

await "the failure of task 3" state_is "${array}_3" FAILED
await "the end of the other tasks" queue_is_empty
expect_finished 1 2 4 5 6 8
for task in 1:0 2:0 5:1 6:1 8:1; do
    describe "${array}_${task%:*}" | grep -q "Restarts=${task#*:} " || die "task ${task%:*} did not restart ${task#*:} times"
done
state_is "${array}_7" CANCELLED || die "task 7 did not stay cancelled"

step "tasks 3 and 7 are submitted again, as arrays of one"
for task in 3 7; do
    submit --array="$task" sweep.sbatch
done
await "their end" queue_is_empty
expect_finished 1 2 3 4 5 6 7 8

step "the shard is found from the environment of a whole array, and of a part never guessed"
command="$(printf '%q ' "$hashwatt" sweep "$sweep" --out "$out")"
whole=$(HASHWATT_SHARDS=$shards submit --array="0-$((shards - 1))" --wrap "bash -c $(printf '%q' "$command")")
part=$(HASHWATT_SHARDS=$shards submit --array=3 --wrap "bash -c $(printf '%q' "$command")")
await "their end" queue_is_empty
for task in $(seq 0 $((shards - 1))); do
    state_is "${whole}_$task" COMPLETED || die "task $task of the whole array failed"
done
describe "${part}_3" | grep -q 'ExitCode=2:0' || die "the task of a part did not end with exit code 2"
grep -q -- "--shard" "slurm-${part}_3.out" || die "the task of a part did not say what to write"
expect_finished 1 2 3 4 5 6 7 8

step "the script once more: nothing is left to do, and Slurm merges"
timeout 40 bash sweep.sbatch
await "the merge" queue_is_empty
[ -f "$out/merged/runs.csv" ] || die "the shards were not merged"

step "the same sweep on this machine alone"
timeout 150 "$hashwatt" sweep "$sweep" --out local >/dev/null
[ "$(wc -l <local/runs.csv)" -eq 201 ] || die "this is not a sweep of 200 runs"
diff -r --exclude=manifest.json local "$out/merged" || die "the cluster gave other bytes"
printf 'OK: the bytes of one machine, after %d s\n' "$SECONDS"
