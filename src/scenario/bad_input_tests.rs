//! What a stranger reads when a file is wrong.

use super::test_scenario::{Folder, GOOD, messages};

#[test]
fn probe() {
    let cases: Vec<String> = vec![
        "".into(),
        GOOD.replace("import_limit_mw = 100", "import_limit_kw = 5000\n"),
        GOOD.replace("import_limit_mw = 100", "import_limit = 5000\ndelivery_adder_usd_per_kwh = 0.02\noutages_per_month=1\nfrequency_hz=50\nimport_limt_mw=4"),
        GOOD.replace("import_limit_mw = 100", "import_limit_mw = 120000"),
        GOOD.replace("import_limit_mw = 100", "import_limit_mw = \"120 kW\"\noutages_per_year = nan\ndelivery_adder_usd_per_mwh=\"3\""),
        GOOD.replace("import_limit_mw = 100", "import_limit_mw = 50 MW"),
        GOOD.replace("mode = \"sampled\"", "mode = \"samplde\"\nhashes_per_block = 1.5\nimport_limit_mw=3\nprice_usd=3"),
        GOOD.replace("kind = \"gbm\", initial_usd", "kind = \"gmb\", initial_usd"),
        GOOD.replace("kind = \"gbm\", initial_usd", "initial_usd"),
        GOOD.replace("kind = \"gbm\", initial_usd", "kind = \"constant\", initial_usd"),
        GOOD.replace("start = 2024-01-01", "start = \"2024-02-30\""),
        GOOD.replace("start = 2024-01-01", "start = 2024-01-01T00:00:00Z\ntax_rate_share = 21\n"),
        GOOD.replace("start = 2024-01-01", "start = 3024-01-01\nseed = -1\nrents = {A = 1, B = true}"),
        GOOD.replace("[[sites]]", "[sites]"),
        GOOD.replace("[bitcoin]", "[[bitcoin]]"),
        GOOD.replace("latitude_deg = 32.4", "latitude = 32.4\nfibre='true'\nprice_usd_per_mwh=[1,2,3]\nwet_months=[0,1.0,13]\n[[sites]]\nname='texas'\nlatitude_deg=95"),
        GOOD.replace("[[sites]]", "[[sites"),
        GOOD.replace("name = \"good\"", "name = \"Good Name\"\nname = 3\nprice = 3\nmode = \"hash\""),
        GOOD.replace("name = \"good\"", "name = 3\nextends = \"scenario.toml\""),
        GOOD.replace("name = \"good\"", "extends = \"nothere.toml\""),
        GOOD.replace("{ kind = \"gbm\", initial_usd = 65000 }", "\"gbm\""),
        GOOD.replace("{ kind = \"gbm\", initial_usd = 65000 }", "{ kind = \"csv\", file = \"prices.csv\" }"),
        "sites = 3\nbitcoin = \"x\"\nname=[]\nstart=2024".into(),
    ];
    for case in cases {
        println!("{}\n=================================", messages(&case));
    }
    let folder = Folder::new(&[("scenario.toml", GOOD)]);
    println!(
        "{}",
        folder.messages(&[
            "sites.texs.grid.import_limit_mw=5",
            "name.x=3",
            "sites.texas.grid.import_limit_mw=many",
            "bitcoin.price.kind=constant",
            "sites.texas.grid.import_limit_kw=50"
        ])
    );
}
