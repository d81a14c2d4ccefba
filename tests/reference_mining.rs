//! Searches and checks of headers against real ones of the main network.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use hashwatt::bitcoin::header::Header;
use hashwatt::bitcoin::protocol::Target;
use hashwatt::bitcoin::verify::verify_export;
use hashwatt::hash::{Kernel, Prepared, Template, VersionRoll};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/bitcoin/headers.json");

/// Real headers with their heights, in order.
fn real_headers() -> Vec<(u32, [u8; 80])> {
    let text = std::fs::read_to_string(DATA).unwrap_or_else(|e| panic!("{DATA}: {e}"));
    let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
    let header = |fact: &serde_json::Value| {
        let hex = fact["hex"].as_str().unwrap();
        let bytes = core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap());
        (fact["height"].as_u64().unwrap() as u32, bytes)
    };
    facts["headers"].as_array().unwrap().iter().map(header).collect()
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn consecutive_real_headers_verify_as_a_file_and_not_with_another_height() {
    let all = real_headers();
    let mut longest = 0;
    let mut begin = 0;
    for end in 1..=all.len() {
        if end < all.len() && all[end].0 == all[end - 1].0 + 1 {
            continue;
        }
        let height = all[begin].0;
        let headers: Vec<_> = all[begin..end].iter().map(|(_, header)| *header).collect();
        for known in [Some(height), None] {
            let report = verify_export(&headers, known);
            assert!(report.holds(), "from height {height}: {:#?}", report.faults);
        }
        // Where bits change inside the file, the height says whether they may.
        if headers.iter().any(|header| Header::from_bytes(header).bits != Header::from_bytes(&headers[0]).bits) {
            assert!(!verify_export(&headers, Some(height + 1)).holds(), "from height {height}");
        }
        longest = longest.max(headers.len());
        begin = end;
    }
    assert!(longest >= 19);
}

#[test]
#[ignore = "needs ../shared; .ci/run runs it"]
fn every_kernel_finds_every_real_header_at_its_index() {
    for (height, header) in real_headers() {
        let real = Header::from_bytes(&header);
        let target = Target::from_compact_bits(real.bits).unwrap().0;
        for roll in [VersionRoll::None, VersionRoll::Four, VersionRoll::Eight] {
            let template = Template { header, roll };
            let k = roll.count();
            let index = u64::from(real.nonce) * k + u64::from(real.version >> 13) % k;
            let prepared = Prepared::new(&template);
            for kernel in Kernel::available() {
                let outcome = prepared.search_with(kernel, target, index.saturating_sub(3_000)..index + 50);
                let found = outcome.found.unwrap_or_else(|| panic!("height {height}, {}, k = {k}", kernel.name()));
                assert_eq!((found.index, found.header), (index, header), "height {height}, {}", kernel.name());
            }
        }
    }
}
