//! The November 2020 bulletin, cell by cell: the published tables are read here anew, and compared with what the program prints.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::too_many_lines, reason = "a test reads its own files")]

#[path = "harness/bulletin.rs"]
mod bulletin;
#[path = "harness/program.rs"]
mod program;

use std::fs;

use bulletin::{compared, units};
use program::{kaoping, root};
use serde_json::Value;

const FACTS: &str = "golden/lianyungang/2020-11/facts.csv";

fn score(facts: &str) -> Value {
    let run = kaoping(root(), &["score", "policies/lianyungang", "--period", "2020-11", "--facts", facts, "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn every_printed_cell_is_reproduced_but_one_that_is_known() {
    let results = score(FACTS);
    let (cells, differing) = compared(&results);
    assert_eq!(cells, 1440);
    assert_eq!(differing, [["赣榆区", "综合得分", "148.16", "\"148.17\""].map(str::to_owned)]);
}

#[test]
fn the_fourteen_unassessed_units_have_their_reason() {
    let results = score(FACTS);
    let exempt: Vec<&Value> = results["units"].as_array().unwrap().iter().filter(|unit| unit["status"] == "exempt").collect();
    let count = |reason: &str| exempt.iter().filter(|unit| unit["reason"] == reason).count();
    assert_eq!((exempt.len(), count("本月无工单"), count("本月无应办结工单")), (14, 10, 4));
    assert!(exempt.iter().all(|unit| unit["total"].is_null() && unit["rank"].is_null()));
    assert_eq!(results["units"].as_array().unwrap().len(), 74);
}

#[test]
fn one_more_late_signature_costs_what_the_standard_says() {
    // 11 of 146: 92.47 %, 2.53 points below the line; 10 - 2.53 = 7.47; 84.60 - 0.68 = 83.92
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts.csv");
    let text = fs::read_to_string(root().join(FACTS)).unwrap();
    assert!(text.contains("市教育局,146,10,"));
    fs::write(&facts, text.replace("市教育局,146,10,", "市教育局,146,11,")).unwrap();
    let results = score(facts.to_str().unwrap());
    let unit = units(&results)["市教育局"];
    assert_eq!(unit["indicators"]["及时签收率"]["score"], "7.47");
    assert_eq!(unit["total"], "83.92");
}

#[test]
fn same_inputs_same_bytes_and_the_order_of_rows_is_no_matter() {
    let run = |facts: &str| kaoping(root(), &["score", "policies/lianyungang", "--period", "2020-11", "--facts", facts, "--format", "json"]).out;
    assert!(run(FACTS) == run(FACTS));
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts.csv");
    let text = fs::read_to_string(root().join(FACTS)).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs::write(&facts, lines.join("\n")).unwrap();
    let mut turned: Value = serde_json::from_str(&run(facts.to_str().unwrap())).unwrap();
    let mut straight: Value = serde_json::from_str(&run(FACTS)).unwrap();
    turned["facts_sha256"].take();
    straight["facts_sha256"].take();
    assert!(turned == straight);
}

#[test]
fn results_keep_the_schema_whatever_is_missing() {
    let schema: Value = serde_json::from_str(&fs::read_to_string(root().join("schema/results.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let check = |results: &Value| {
        let faults: Vec<String> = validator.iter_errors(results).map(|fault| format!("{} {fault}", fault.instance_path)).collect();
        assert!(faults.is_empty(), "{faults:#?}");
    };
    let results = score(FACTS);
    check(&results);
    let mut broken = results.clone();
    broken["units"][0]["total"] = Value::from(150);
    assert!(!validator.is_valid(&broken));

    // half of the register has no facts at all
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts.csv");
    let text = fs::read_to_string(root().join(FACTS)).unwrap();
    fs::write(&facts, text.lines().take(30).collect::<Vec<_>>().join("\n")).unwrap();
    let run = kaoping(root(), &["score", "policies/lianyungang", "--period", "2020-11", "--facts", facts.to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.status, 3);
    let results: Value = serde_json::from_str(&run.out).unwrap();
    check(&results);
    let all = results["units"].as_array().unwrap();
    assert_eq!(all.len(), 74);
    let missing = all.iter().filter(|unit| unit["status"] == "missing").count();
    assert_eq!(missing, 74 - 29);
    // the places beside them are provisional, those of complete tiers are not
    let provisional = |tier: &str| all.iter().filter(|unit| unit["tier"] == tier && unit["status"] == "scored").all(|unit| unit["provisional"] == true);
    assert!(provisional("部门") && !provisional("县区"));
}

#[test]
fn the_order_of_indicators_is_that_of_the_bulletin() {
    let results = score(FACTS);
    let annex = fs::read_to_string(root().join("golden/lianyungang/2020-11/annex.csv")).unwrap();
    let header: Vec<&str> = annex.lines().next().unwrap().split(',').collect();
    // serde_json sorts the keys of a map: the order is read from the text
    let run = kaoping(root(), &["score", "policies/lianyungang", "--period", "2020-11", "--facts", FACTS, "--format", "json"]);
    let mut at = 0;
    for name in &header[2..header.len() - 1] {
        let found = run.out[at..].find(&format!("\"{name}\": {{")).unwrap_or_else(|| panic!("{name} out of order"));
        at += found;
    }
    assert_eq!(results["standard"]["id"], "连云港12345");
}
