use super::*;

type Variables = [(&'static str, &'static str)];

fn run(explicit: Option<u32>, variables: &Variables) -> Result<Option<Detected>, ShardError> {
    detect(explicit, |name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
}

/// What is found, in short: `3/8 by Slurm`.
fn found(explicit: Option<u32>, variables: &Variables) -> Option<String> {
    run(explicit, variables).unwrap().map(|d| format!("{} by {}", d.shard, d.engine))
}

fn error(explicit: Option<u32>, variables: &Variables) -> String {
    run(explicit, variables).unwrap_err().to_string()
}

fn slurm(
    id: &'static str,
    min: &'static str,
    max: &'static str,
    step: &'static str,
) -> Vec<(&'static str, &'static str)> {
    vec![
        ("SLURM_ARRAY_TASK_ID", id),
        ("SLURM_ARRAY_TASK_MIN", min),
        ("SLURM_ARRAY_TASK_MAX", max),
        ("SLURM_ARRAY_TASK_STEP", step),
        ("SLURM_ARRAY_TASK_COUNT", "1"),
    ]
}

#[test]
fn without_any_variable_there_is_no_shard() {
    assert_eq!(found(None, &[]), None);
    assert_eq!(found(None, &[("HASHWATT_SHARD", ""), ("HASHWATT_SHARDS", " "), ("SLURM_ARRAY_TASK_ID", "")]), None);
}

#[test]
fn a_job_that_is_no_array_has_no_shard() {
    assert_eq!(found(None, &[("LSB_JOBINDEX", "0")]), None);
    assert_eq!(found(None, &[("SGE_TASK_ID", "undefined"), ("SGE_TASK_FIRST", "undefined")]), None);
    assert_eq!(found(None, &[("BATCH_TASK_INDEX", "0"), ("BATCH_TASK_COUNT", "1")]), None);
}

#[test]
fn hashwatt_shard_comes_before_every_engine() {
    let mut variables = slurm("5", "1", "8", "1");
    variables.push(("HASHWATT_SHARD", "2/4"));
    assert_eq!(found(None, &variables).unwrap(), "2/4 by HASHWATT_SHARD");
    assert_eq!(found(Some(4), &variables).unwrap(), "2/4 by HASHWATT_SHARD");
    assert!(
        error(Some(8), &variables).contains("`--shards` says that there are 8 shards, but `HASHWATT_SHARD` is `2/4`")
    );
    assert!(error(None, &[("HASHWATT_SHARD", "9/8")]).contains("no shard 9 of 8"));
}

#[test]
fn shards_on_the_command_line_come_before_those_in_the_environment() {
    let variables = [("JOB_COMPLETION_INDEX", "2"), ("HASHWATT_SHARDS", "4")];
    assert_eq!(found(Some(8), &variables).unwrap(), "3/8 by Kubernetes");
    assert_eq!(found(None, &variables).unwrap(), "3/4 by Kubernetes");
}

#[test]
fn every_engine_has_its_own_numbering() {
    let cases: [(&Variables, &str); 8] = [
        (&slurm("3", "1", "8", "1"), "3/8 by Slurm"),
        (&[("PBS_ARRAY_INDEX", "3")], "3/8 by PBS"),
        (&[("PBS_ARRAYID", "3")], "3/8 by Torque"),
        (&[("LSB_JOBINDEX", "3"), ("LSB_JOBINDEX_END", "8"), ("LSB_JOBINDEX_STEP", "1")], "3/8 by LSF"),
        (
            &[("SGE_TASK_ID", "3"), ("SGE_TASK_FIRST", "1"), ("SGE_TASK_LAST", "8"), ("SGE_TASK_STEPSIZE", "1")],
            "3/8 by SGE",
        ),
        (&[("JOB_COMPLETION_INDEX", "2")], "3/8 by Kubernetes"),
        (&[("AWS_BATCH_JOB_ARRAY_INDEX", "2"), ("AWS_BATCH_JOB_ARRAY_SIZE", "8")], "3/8 by AWS Batch"),
        (&[("BATCH_TASK_INDEX", "2"), ("BATCH_TASK_COUNT", "8")], "3/8 by Google Cloud Batch"),
    ];
    for (variables, expected) in cases {
        assert_eq!(found(Some(8), variables).unwrap(), expected);
    }
}

#[test]
fn only_engines_that_know_no_part_of_an_array_are_believed_about_its_size() {
    assert_eq!(
        found(None, &[("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "8")]).unwrap(),
        "1/8 by AWS Batch"
    );
    assert_eq!(
        found(None, &[("BATCH_TASK_INDEX", "7"), ("BATCH_TASK_COUNT", "8")]).unwrap(),
        "8/8 by Google Cloud Batch"
    );
    let untrusted: [&Variables; 6] = [
        &slurm("3", "1", "8", "1"),
        &[("PBS_ARRAY_INDEX", "3")],
        &[("PBS_ARRAYID", "3")],
        &[("LSB_JOBINDEX", "3"), ("LSB_JOBINDEX_END", "8"), ("LSB_JOBINDEX_STEP", "1")],
        &[("SGE_TASK_ID", "3"), ("SGE_TASK_FIRST", "1"), ("SGE_TASK_LAST", "8"), ("SGE_TASK_STEPSIZE", "1")],
        &[("JOB_COMPLETION_INDEX", "2")],
    ];
    for variables in untrusted {
        let told = error(None, variables);
        assert!(told.contains("HASHWATT_SHARDS=8") && told.contains("--shard 3/8"), "{told}");
    }
}

#[test]
fn a_believed_size_cannot_be_contradicted() {
    let aws = [("AWS_BATCH_JOB_ARRAY_INDEX", "2"), ("AWS_BATCH_JOB_ARRAY_SIZE", "10"), ("HASHWATT_SHARDS", "8")];
    assert!(
        error(None, &aws).contains("`HASHWATT_SHARDS` says that there are 8 shards, but `AWS_BATCH_JOB_ARRAY_SIZE`")
    );
    let google = [("BATCH_TASK_INDEX", "0"), ("BATCH_TASK_COUNT", "1")];
    assert!(error(Some(8), &google).contains("`BATCH_TASK_COUNT` is `1`"));
    assert_eq!(found(Some(1), &google).unwrap(), "1/1 by Google Cloud Batch");
}

#[test]
fn an_array_may_start_anywhere_and_have_steps_when_it_is_whole() {
    for (id, min, max, step, k) in
        [("0", "0", "7", "1", 1), ("7", "0", "7", "1", 8), ("15", "1", "15", "2", 8), ("30", "10", "85", "10", 3)]
    {
        let detected = run(Some(8), &slurm(id, min, max, step)).unwrap().unwrap();
        assert_eq!(detected.shard, Shard { index: k, count: 8 }, "{id} of {min}-{max}:{step}");
    }
}

#[test]
fn a_part_of_an_array_submitted_again_is_never_taken_for_the_whole() {
    // `sbatch --array=3` of what was 0-7 or 1-8: the third or the fourth shard.
    let told = error(Some(8), &slurm("3", "3", "3", "1"));
    assert!(told.contains("from 3 to 3 in steps of 1") && told.contains("--shard K/8"), "{told}");
    for (id, min, max, step) in [
        ("3", "1", "4", "1"),
        ("3", "3", "9", "1"),
        ("4", "1", "15", "2"),
        ("9", "1", "8", "1"),
        ("0", "1", "8", "1"),
        ("1", "1", "8", "0"),
        ("8", "8", "1", "1"),
        ("1", "0", "18446744073709551615", "1"),
    ] {
        let outcome = run(Some(8), &slurm(id, min, max, step));
        assert!(matches!(outcome, Err(ShardError::Part { .. })), "{id} of {min}-{max}:{step}: {outcome:?}");
    }
    let lsf = [("LSB_JOBINDEX", "3"), ("LSB_JOBINDEX_END", "3"), ("LSB_JOBINDEX_STEP", "1")];
    assert!(error(Some(8), &lsf).contains("from 1 to 3"));
}

#[test]
fn an_index_without_a_shard_is_refused_with_the_range_it_must_have() {
    let cases: [(&Variables, &str); 5] = [
        (&[("PBS_ARRAY_INDEX", "0")], "from 1 to 8"),
        (&[("PBS_ARRAYID", "9")], "from 1 to 8"),
        (&[("JOB_COMPLETION_INDEX", "8")], "from 0 to 7"),
        (&[("AWS_BATCH_JOB_ARRAY_INDEX", "8"), ("AWS_BATCH_JOB_ARRAY_SIZE", "8")], "from 0 to 7"),
        (&[("BATCH_TASK_INDEX", "8"), ("BATCH_TASK_COUNT", "8")], "from 0 to 7"),
    ];
    for (variables, range) in cases {
        let told = error(Some(8), variables);
        assert!(told.contains(variables[0].0) && told.contains(range), "{told}");
    }
}

#[test]
fn two_engines_may_only_mean_the_same_shard() {
    let mut both = slurm("3", "1", "8", "1");
    both.push(("JOB_COMPLETION_INDEX", "2"));
    assert_eq!(found(Some(8), &both).unwrap(), "3/8 by Slurm");
    both.last_mut().unwrap().1 = "4";
    let told = error(Some(8), &both);
    assert!(told.contains("Slurm says that this is shard 3/8, Kubernetes that it is 5/8"), "{told}");
}

#[test]
fn what_is_no_number_or_is_missing_is_named() {
    assert!(error(Some(8), &[("JOB_COMPLETION_INDEX", "-1")]).contains("`JOB_COMPLETION_INDEX` is `-1`"));
    assert!(error(Some(8), &[("SGE_TASK_ID", "x")]).contains("`SGE_TASK_ID` is `x`"));
    assert!(error(None, &[("HASHWATT_SHARDS", "many")]).contains("`HASHWATT_SHARDS` is `many`"));
    assert!(error(None, &[("HASHWATT_SHARDS", "0")]).contains("1 to 1000000 shards, not 0"));
    assert!(error(Some(8), &[("SLURM_ARRAY_TASK_ID", "3")]).contains("`SLURM_ARRAY_TASK_MIN` is not"));
    assert!(error(None, &[("AWS_BATCH_JOB_ARRAY_INDEX", "3")]).contains("`AWS_BATCH_JOB_ARRAY_SIZE` is not"));
}

#[test]
fn a_number_of_shards_alone_is_not_enough() {
    assert!(error(None, &[("HASHWATT_SHARDS", "8")]).contains("add `--shard K/8`"));
    assert!(error(Some(8), &[("LSB_JOBINDEX", "0")]).contains("`--shards` says that there are 8 shards"));
}

#[test]
fn what_was_read_is_kept_for_the_record() {
    let detected = run(None, &[("JOB_COMPLETION_INDEX", " 2 "), ("HASHWATT_SHARDS", "8")]).unwrap().unwrap();
    let expected = [("HASHWATT_SHARDS", "8"), ("JOB_COMPLETION_INDEX", "2")];
    assert_eq!(detected.variables, expected.map(|(name, value)| (name, value.to_owned())));
}
