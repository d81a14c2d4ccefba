//! `hashwatt mine`: bench, verify and block as their users meet them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assert_cmd::cargo::cargo_bin_cmd;
use hashwatt::hash::sha256d;
use ruint::aliases::U256;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/small.toml");
/// Blocks 0 and 1 of the main network.
const GENESIS: &str = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
const FIRST: &str = "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299";

fn mine(args: &[&str]) -> Output {
    cargo_bin_cmd!("hashwatt").arg("mine").args(args).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("the program ended by itself")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stdout(output)))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Ends with this code, tells these words on standard error, and nothing on standard output.
fn assert_refused(args: &[&str], want: i32, words: &[&str]) {
    let output = mine(args);
    assert_eq!(code(&output), want, "{args:?}: {}", stderr(&output));
    assert_eq!(stdout(&output), "", "{args:?}");
    assert!(stderr(&output).starts_with("error: "), "{args:?}: {}", stderr(&output));
    for word in words {
        assert!(stderr(&output).contains(word), "{args:?}: `{word}` is missing in {}", stderr(&output));
    }
}

#[test]
fn bench_compares_every_kernel_with_the_baseline() {
    let output = mine(&["bench", "--seconds", "0.1"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for word in [
        "sha2 midstate",
        "portable",
        "quiet",
        "typical",
        "cycles/hash",
        "MH/s per core",
        "GHz",
        "* ",
        "linked chain",
        "blocks/s",
        "4,096",
    ] {
        assert!(stdout(&output).contains(word), "`{word}` is missing in\n{}", stdout(&output));
    }
    assert_eq!(stderr(&output), "", "off a terminal there is no progress bar");
}

#[test]
fn bench_has_stable_names_for_machines() {
    let output = mine(&["bench", "--seconds", "0.1", "--kernel", "portable", "--threads", "2", "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let value = json(&output);
    assert_eq!((value["threads"].as_u64(), value["seconds"].as_f64()), (Some(2), Some(0.1)));
    assert!(value["clock_ghz"].as_f64().unwrap() > 0.0 && value["default_kernel"].is_string());
    let kernels = value["kernels"].as_array().unwrap();
    assert_eq!(kernels.len(), 3);
    for (kernel, versions) in kernels.iter().zip([1, 4, 8]) {
        assert_eq!((kernel["kernel"].as_str(), kernel["versions"].as_u64()), (Some("portable"), Some(versions)));
        assert!(kernel["default"].is_boolean());
    }
    let chains = value["linked_chains"].as_array().unwrap();
    for (chain, hashes) in chains.iter().zip([64, 256, 4_096]) {
        assert_eq!((&chain["expected_hashes"], &chain["kernels"][0]["versions"]), (&hashes.into(), &4.into()));
        for speed in [&chain["sha2_midstate"], &chain["kernels"][0]] {
            assert!(speed["blocks_per_s_quiet"].as_f64().unwrap() > 0.0 && speed["blocks_per_s_typical"].is_f64());
        }
    }
    assert_eq!(chains.len(), 3);
    for speed in kernels.iter().chain([&value["sha2_midstate"]]) {
        assert!(speed["slices"].as_u64().unwrap() > 0);
        for unit in ["cycles_per_hash", "mh_per_s", "mh_per_s_all_threads", "ratio_to_sha2_midstate"] {
            for when in ["quiet", "typical"] {
                assert!(speed[format!("{unit}_{when}")].as_f64().unwrap() > 0.0, "{unit}_{when}");
            }
        }
    }
}

#[test]
fn wrong_arguments_end_with_2_and_say_what_is_wanted() {
    assert_refused(&["bench", "--kernel", "gpu"], 2, &["`gpu`", "`portable`"]);
    assert_refused(&["bench", "--seconds", "0"], 2, &["0.1 to 600"]);
    assert_refused(&["bench", "--seconds", "nan"], 2, &["0.1 to 600"]);
    assert_refused(&["bench", "--threads", "0"], 2, &["from 1 to"]);
    assert_refused(&["bench", "--threads", "1000000"], 2, &["from 1 to"]);
    assert_refused(&["block"], 2, &["--header"]);
    assert_refused(&["block", "--header", "00"], 2, &["160 hex digits", "2"]);
    assert_refused(&["block", "--header", &GENESIS.replace('f', "g")], 2, &["`g` is no hex digit"]);
    assert_refused(&["block", "--header", GENESIS, "--bits", "1d00fff"], 2, &["8 hex digits"]);
    assert_refused(&["block", "--header", GENESIS, "--bits", "1d800001"], 2, &["negative"]);
    assert_refused(&["block", "--header", GENESIS, "--bits", "ff00ffff"], 2, &["above 256 bits"]);
    assert_refused(&["block", "--header", GENESIS, "--bits", "1d000000"], 2, &["zero"]);
    assert_refused(&["block", "--header", &"0".repeat(160)], 2, &["header's own", "--bits"]);
    assert_refused(&["block", "--header", GENESIS, "--roll", "2"], 2, &["1, 4, 8"]);
    assert_refused(&["block", "--header", GENESIS, "--first-nonce", "4294967296"], 2, &["4294967296"]);
    assert_refused(&["block", "--header", GENESIS, "--kernel", ""], 2, &["no kernel ``"]);
    assert_refused(&["verify", "x", "--chain", "y", "--first-height", "3"], 2, &["cannot be used with"]);
    assert_refused(&["verify", "x", "--first-height", "-3"], 2, &["-3"]);
}

#[test]
fn block_finds_the_lowest_candidate_on_any_number_of_threads() {
    // About 250 hashes; every kernel, roll and number of threads against the naive double hash.
    let target = U256::MAX >> 8_usize;
    let bits = "2000ffff";
    let target = target.min(U256::from(0xffff) << 232_usize);
    for (roll, k) in [("1", 1_u32), ("4", 4), ("8", 8)] {
        let mut header = bytes(FIRST);
        let start = 12_345 * k;
        let (index, hash) = (start..)
            .find_map(|index| {
                let version = (1 & !((k - 1) << 13)) | (index % k) << 13;
                header[..4].copy_from_slice(&version.to_le_bytes());
                header[76..].copy_from_slice(&(index / k).to_le_bytes());
                let hash = sha256d(&header);
                (U256::from_le_bytes(hash) <= target).then_some((index, hash))
            })
            .unwrap();
        for threads in ["1", "2", "4"] {
            let args = ["block", "--header", FIRST, "--bits", bits, "--roll", roll, "--first-nonce", "12345", "--json"];
            let output = mine(&[&args[..], &["--threads", threads]].concat());
            assert_eq!(code(&output), 0, "{}", stderr(&output));
            let value = json(&output);
            assert_eq!(value["index"], index);
            assert_eq!(value["attempts"], index - start + 1);
            assert_eq!(value["nonce"], index / k);
            assert_eq!(bytes(value["header"].as_str().unwrap()), header);
            let mut shown = bytes(value["hash"].as_str().unwrap());
            shown.reverse();
            assert_eq!(shown, hash);
            assert!(stderr(&output).contains("warning") && stderr(&output).contains("`1d00ffff`"));
        }
    }
}

#[test]
fn block_finds_genesis_again_where_it_is() {
    // The nonce of genesis is 2,083,236,893; a few thousand hashes below it.
    let args = ["block", "--header", GENESIS, "--first-nonce", "2083230000"];
    let output = mine(&args);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    for word in [GENESIS, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", "2083236893", "6,894"] {
        assert!(stdout(&output).contains(word), "`{word}` is missing in\n{}", stdout(&output));
    }
}

#[test]
fn a_search_without_a_hit_ends_with_1() {
    let args = ["block", "--header", GENESIS, "--first-nonce", "4294960000", "--roll", "4"];
    assert_refused(&args, 1, &["none of 29,184 candidates", "`1d00ffff`"]);
    let output = mine(&[&args[..], &["--json"]].concat());
    let value = json(&output);
    assert_eq!((code(&output), &value["found"], &value["attempts"]), (1, &false.into(), &29_184.into()));
    assert!(value["header"].is_null() && value["hash"].is_null());
}

#[test]
fn an_easy_target_of_a_regression_test_network_is_taken_and_quiet_has_no_warning() {
    let output = mine(&["block", "--header", GENESIS, "--bits", "207fffff", "--quiet"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert!(stdout(&output).contains("nonce"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_search_or_measurement_ends_with_75() {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    // Either would go on for minutes.
    let cases: [&[&str]; 2] =
        [&["block", "--header", GENESIS, "--bits", "03000001", "--roll", "8"], &["bench", "--seconds", "600"]];
    for args in cases {
        let child = Command::new(assert_cmd::cargo::cargo_bin!("hashwatt"))
            .arg("mine")
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_secs(2));
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(code(&output), 75, "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("interrupted") && output.stdout.is_empty());
    }
}

/// Writes a file and gives its path.
fn file(dir: &Path, name: &str, contents: &[u8]) -> String {
    let path = dir.join(name);
    fs::write(&path, contents).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn headers_of_the_main_network_verify() {
    let dir = tempfile::tempdir().unwrap();
    let good = [bytes(GENESIS), bytes(FIRST)].concat();
    let path = file(dir.path(), "mainnet.bin", &good);
    let output = mine(&["verify", &path]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert!(stdout(&output).contains("verified 2 headers, heights 0 to 1"), "{}", stdout(&output));
    let alone = file(dir.path(), "alone.bin", &bytes(FIRST));
    let value = json(&mine(&["verify", &alone, "--first-height", "1", "--json"]));
    assert_eq!((&value["verified"], &value["last_height"]), (&true.into(), &1.into()));
    assert_eq!(value["tip"], "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048");
    assert_eq!(value["not_checked"].as_array().unwrap().len(), 2);
}

#[test]
fn a_forged_header_is_named_with_what_was_expected() {
    let dir = tempfile::tempdir().unwrap();
    let mut forged = [bytes(GENESIS), bytes(FIRST)].concat();
    forged[80 + 79] ^= 1;
    let path = file(dir.path(), "forged.bin", &forged);
    assert_refused(
        &["verify", &path],
        2,
        &["does not verify: 1 fault", "header 1 (height 1): its hash `", "00000000ffff"],
    );
    let output = mine(&["verify", &path, "--json"]);
    assert_eq!(code(&output), 2);
    let value = json(&output);
    assert_eq!((&value["verified"], &value["faults_total"]), (&false.into(), &1.into()));
    let fault = &value["faults"][0];
    assert_eq!((&fault["rule"], &fault["header"], &fault["height"]), (&"target".into(), &1.into(), &1.into()));
    assert!(fault["message"].as_str().unwrap().contains("above its target") && fault["period"].is_null());
}

#[test]
fn files_that_hold_no_headers_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let in_dir = |name: &str, contents: &[u8]| file(dir.path(), name, contents);
    assert_refused(&["verify", "no/such/file"], 2, &["cannot read `no/such/file`"]);
    assert_refused(&["verify", dir.path().to_str().unwrap()], 2, &["is a folder"]);
    assert_refused(&["verify", &in_dir("empty.bin", b"")], 2, &["is empty"]);
    assert_refused(&["verify", &in_dir("cut.bin", &bytes(GENESIS)[..79])], 2, &["79 bytes", "80-byte headers"]);
    assert_refused(&["verify", &in_dir("text.hex", format!("{GENESIS}\n").as_bytes())], 2, &["hex text", "xxd -r -p"]);
    assert_refused(&["verify", &in_dir("noise.bin", &[0xa5; 80 * 20])], 2, &["does not verify", "more"]);

    let headers = in_dir("genesis.bin", &bytes(GENESIS));
    let head = "first_height,nbits,shift,blocks,hashes,first_time_unix,last_time_unix\n";
    let cases: [(&str, &[&str]); 6] = [
        ("", &["missing columns"]),
        (head, &["count 0 blocks"]),
        (&format!("{head}0,1d00ffff,0,one,1,2,3\n"), &["line 2, column `blocks`"]),
        (&format!("{head}0,1d00ffff,0\n"), &["line 2"]),
        (&format!("{head}0,1e00ffff,0,1,1,2,3\n"), &["line 2, column `nbits`", "easier"]),
        (
            &format!("{head}4294967295,1d00ffff,4294967295,4294967295,18446744073709551615,-9,9\n"),
            &["faults", "period 0"],
        ),
    ];
    for (table, words) in cases {
        assert_refused(&["verify", &headers, "--chain", &in_dir("chain.csv", table.as_bytes())], 2, words);
    }
    assert_refused(&["verify", &headers, "--chain", "no/such.csv"], 2, &["cannot read `no/such.csv`"]);
    assert_refused(&["verify", &headers, "--chain", dir.path().to_str().unwrap()], 2, &["is a folder"]);
}

#[test]
fn the_chain_of_a_run_verifies_and_its_forgery_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let set = "bitcoin.hashes_per_block=16";
    let mut run = cargo_bin_cmd!("hashwatt");
    run.args(["run", SMALL, "-q", "--mode", "hash", "--set", set, "--out"]).arg(&out).assert().success();
    let (headers, chain) = (out.join("headers.bin"), out.join("chain.csv"));
    let verify = |headers: &Path, more: &[&str]| {
        mine(&[&["verify", headers.to_str().unwrap(), "--chain", chain.to_str().unwrap()], more].concat())
    };
    let output = verify(&headers, &[]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert!(stdout(&output).contains("retargets"), "{}", stdout(&output));
    assert!(json(&verify(&headers, &["--json"]))["retargets_checked"].as_u64().unwrap() > 10);

    assert_refused(&["verify", headers.to_str().unwrap()], 2, &["help:", "--chain", chain.to_str().unwrap()]);
    let mut forged = fs::read(&headers).unwrap();
    forged[80 * 9_000 + 76] ^= 1;
    fs::write(&headers, forged).unwrap();
    let output = verify(&headers, &[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("header 9001 (height 8"), "{}", stderr(&output));
}
